/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes the client of a dead node notice: a bare TCP segment from the old address pair.
 *
 * A client that only listens does not see its server die. It gets an ACK with numbers out of
 * nowhere; its stack answers with the right ones, this node has no such connection and resets it,
 * and the client connects anew. The local
 * address must be here before, or the answer would go to nobody: it is awaited for 30 s. Needs
 * CAP_NET_RAW and IPv4; without, it is said once and clients are left to their own keep-alive.
 */
#ifndef TANDEM_DAEMON_IO_NUDGE_H
#define TANDEM_DAEMON_IO_NUDGE_H

#include "daemon/io_sink.h"

struct io_nudge;

struct io_nudge *io_nudge_new(const struct io_sink *sink);
/** Both as "address:port". Returns at once; what cannot be nudged is logged. */
void io_nudge_send(struct io_nudge *n, struct str client, struct str local);
/** This process may nudge; if not, it is said once. */
bool io_nudge_is_able(struct io_nudge *n);
/** Nudges that are not finished. */
size_t io_nudge_pending(const struct io_nudge *n);
void io_nudge_close(struct io_nudge *n);
void io_nudge_free(struct io_nudge *n);

#endif
