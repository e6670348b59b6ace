/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way out of the outboxes: through the gate, in turns, one frame in one write.
 *
 * Turns: a connection sends a few messages, then the next one has its turn; a step sends a bounded number of them, the
 * rest leaves with the next step, which is due at once. A client with much to be told delays nobody.
 *
 * Pace: clients are known that take what one read brings for one message while they associate. The first messages of a
 * connection (the status it is greeted with, the answer to its association, the status behind that) therefore have a
 * segment each: the next one waits until the client's TCP has the one before, or for 50 ms.
 *
 * Window: a megabyte may be on its way to a client's TCP that was not acknowledged; what is more waits in the outbox.
 */
#ifndef TANDEM_DAEMON_SESS_OUT_H
#define TANDEM_DAEMON_SESS_OUT_H

#include "daemon/sess.h"

/** Sends outside any session, when all that was decided so far is confirmed. */
void sess_send_direct(struct sess *s, struct conn *c, uint32_t invoke, struct str body);
/** What is to be sent outside any session leaves now, without pace, as far as it is confirmed: the connection ends. */
void sess_out_flush(struct sess *s, struct conn *c);
/** The client's TCP has the first `pos` bytes. */
void sess_out_acked(struct conn *c, uint64_t pos);

/** The client uses this invoke ID now, or does not any more: requests of ours avoid it. */
void sess_out_taken(struct conn *c, uint32_t invoke, bool taken);
/** An invoke ID for a request of ours. */
uint32_t sess_out_invoke(struct conn *c);

#endif
