/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_TRANSFER_H
#define TANDEM_TESTS_BWSIM_BWS_TRANSFER_H

#include <stdbool.h>

struct bws_half;

/*
 * Transfers and forwards: a party leaves the session (Detached, CallRedirected), the other one goes
 * on to somebody else (CallTransferred or CallForwarded at a user of the group).
 */

/* May @h be sent elsewhere at once: ringing Terminator, Active, Held or Remote Held; not in a
 * conference; the far party is there. */
bool bws_transfer_may(const struct bws_half *h);

/* May the calls @a and @b of one user become one: both answered, or one and the other still rings
 * at the far end; in no conference. */
bool bws_transfer_may_merge(const struct bws_half *a, const struct bws_half *b);

/* May @h be sent to somebody who is rung first: as bws_transfer_may(), but not while it rings. */
bool bws_transfer_may_mute(const struct bws_half *h);

/* Sends the call of @h to @address: a transfer, or a deflection while it rings. */
void bws_transfer_blind(struct bws_half *h, const char *address);

/* Sends it to the voice portal, which answers. */
void bws_transfer_voicemail(struct bws_half *h);

/* The parties of @a and @b talk to each other; tracking id changes. */
void bws_transfer_merge(struct bws_half *a, struct bws_half *b);

/* @consult, not told yet, calls its dialled address; when that rings, @h and @consult are merged,
 * else @consult ends and @h stays as it is. */
void bws_transfer_mute(struct bws_half *h, struct bws_half *consult);

/* A service of the ringing user @h sends the call to @address for @reason (no-answer, ...). */
void bws_transfer_forward(struct bws_half *h, const char *address, const char *reason);

#endif
