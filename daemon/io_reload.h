/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration read again while the daemon runs: what may change at once does, of the rest it is said that it waits for a restart. */
#ifndef TANDEM_DAEMON_IO_RELOAD_H
#define TANDEM_DAEMON_IO_RELOAD_H

#include "daemon/conf.h"
#include "proto/base/log.h"

#include <stdbool.h>

/**
 * Reads the file of the running configuration again. `text` gets one sentence: what would happen, or with `apply` what has. 0, or
 * E_CONFIG: the file is not good, and everything stays as it is.
 */
int io_reload(const struct conf *running, bool apply, char *text, size_t size);
/** io_reload() with `apply`, told in the log (37701, 37702). */
void io_reload_now(const struct conf *running, const struct log *log);

#endif
