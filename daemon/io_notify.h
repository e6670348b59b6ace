/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tells the service manager how it goes: sd_notify(3) by a datagram of our own, without its library.
 *
 * Without NOTIFY_SOCKET in the environment (started by the agent or by hand) every call does nothing.
 * The watchdog is fed by a timer of the main loop and by nothing else, so that a loop that hangs
 * starves it. What cannot be sent is lost: the manager's own time-outs then decide.
 */
#ifndef TANDEM_DAEMON_IO_NOTIFY_H
#define TANDEM_DAEMON_IO_NOTIFY_H

#include <uv.h>

struct io_notify;

/** Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID and takes them out of the environment: children have no part in it. */
struct io_notify *io_notify_new(uv_loop_t *loop);
/** The service is there (READY=1); from now on the watchdog is fed, three times in its period. */
void io_notify_ready(struct io_notify *n);
/** What it does, for `systemctl status`; told when it is another text than before. Up to 100 bytes. */
void io_notify_status(struct io_notify *n, const char *text);
/** It is ending (STOPPING=1). */
void io_notify_stopping(struct io_notify *n);
/** The loop has to run until the handle is closed. */
void io_notify_close(struct io_notify *n);
void io_notify_free(struct io_notify *n);

#endif
