/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_CALL_PRIV_H
#define TANDEM_TESTS_BWSIM_BWS_CALL_PRIV_H

#include "tests/bwsim/bws_call.h"

/*
 * Steps of which call features (transfer, conference, park, queues...) are made. None but those
 * that say so raise an event or plan what the phones do next.
 */

/* A new, empty call with a tracking id of its own. NULL when there are too many. */
struct bws_call *bws_call_new(struct bws *w, bool driven);

/* Ends an empty call. Tells those that left the session before. */
void bws_call_free(struct bws_call *c);

/* Gives the session a new tracking id. */
void bws_call_retrack(struct bws_call *c);

/* Adds an alerting party to slot 0 (made it) or 1 (got it) of @c. @u NULL = outside. */
struct bws_half *bws_call_add_half(struct bws_call *c, unsigned slot, struct bws_user *u,
	const char *address, enum bws_personality personality);

/* Takes @h out of its session and its user's list. It is not freed, its call stays as it is. */
void bws_call_take_out(struct bws_half *h);

/* Puts a half that was taken out into slot @slot of @c and its user's list again. */
void bws_call_put_in(struct bws_half *h, struct bws_call *c, unsigned slot);

/* @h leaves its own call (which is freed, its tracking id lives on) and becomes the far party of
 * @other in @c: made it if the slot of @other leaves it that. Whoever was there before must have left. */
void bws_call_take_over(struct bws_half *h, struct bws_call *c, struct bws_half *other);

/* Both halves of @h's call are answered now, @h first: CallAnswered for whoever was not Active. */
void bws_call_connected(struct bws_half *h);

/* Sets the state and the times that go with it. */
void bws_call_set_state(struct bws_half *h, enum bws_state state);

/* Raises CallReleasedEvent. */
void bws_call_tell_released(struct bws_half *h, const char *releasing);

/* Frees the half (and an empty call), puts the receiver on. */
void bws_call_drop_half(struct bws_half *h);

/* The user's other active call, or conference, is held. Raises the events. */
void bws_call_hold_others(struct bws_user *u, const struct bws_half *but);

/* Calls c->dialled for @from: the callee is alerted, or a treatment is given. Raises the events. */
void bws_call_connect(struct bws_half *from);

#endif
