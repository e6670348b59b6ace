/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libqb's IPC server on the libuv loop: its poll handlers as uv_poll, its jobs as a timer of 0 ms.
 * libqb gives these functions no context, so there is one of it in a process.
 */
#ifndef TANDEM_DAEMON_IO_QB_H
#define TANDEM_DAEMON_IO_QB_H

#include <qb/qbipcs.h>
#include <uv.h>

void io_qb_open(uv_loop_t *loop);
/** For qb_ipcs_poll_handlers_set(). */
struct qb_ipcs_poll_handlers *io_qb_handlers(void);
/** After qb_ipcs_destroy(): stops what is left. */
void io_qb_close(void);

#endif
