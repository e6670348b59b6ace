/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tells Pacemaker that the resource failed on the other node, so that it need not wait for a
 * monitor, and later that the failure is dealt with, so that it is started there again:
 *   crm_resource --fail -r RESOURCE -N NODE
 *   crm_resource --cleanup -r RESOURCE -N NODE
 * One at a time, ended after 10 s, its output and exit code logged (37820).
 */
#ifndef TANDEM_DAEMON_IO_EXEC_H
#define TANDEM_DAEMON_IO_EXEC_H

#include "daemon/io_sink.h"

struct io_exec;

struct io_exec *io_exec_new(const struct io_sink *sink, const struct conf *conf);
/** `pid` is that of the dead daemon: the same death is told once. */
void io_exec_tell_failed(struct io_exec *x, const char *node_name, uint32_t node_id, uint32_t pid);
/** After the call that runs, if one does. */
void io_exec_tell_clean(struct io_exec *x, const char *node_name);
void io_exec_close(struct io_exec *x);
void io_exec_free(struct io_exec *x);

#endif
