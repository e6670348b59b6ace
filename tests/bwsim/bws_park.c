/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Call park.
 *
 * Happy path: parked, CallParkedAgainst at the user parked against, retrieved by another one.
 * Failure modes: the waiting party hangs up (told as "nobody parked"); nobody retrieves it within
 * park_recall_ms: it rings at who parked it; that one is busy or gone: tried again later.
 */
#include "tests/bwsim/bws_park.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_call_priv.h"
#include "tests/bwsim/bws_callev.h"
#include "tests/bwsim/bws_detach.h"
#include "tests/bwsim/bws_doc.h"
#include "tests/bwsim/bws_drive.h"
#include "tests/bwsim/bws_journal.h"

static struct bws_half *
waiting_half(const struct bws_call *c)
{
	return c->half[0] ? c->half[0] : c->half[1];
}

bool
bws_park_may(const struct bws_half *h)
{
	if (h->conference || !bws_call_peer(h))
		return false;
	return h->state == BWS_STATE_ACTIVE || h->state == BWS_STATE_HELD ||
		h->state == BWS_STATE_REMOTE_HELD;
}

bool
bws_park_is_free(const struct bws_user *u)
{
	return !u->parked;
}

struct bws_user *
bws_park_hunt(struct bws *w, const struct bws_user *by)
{
	size_t start = 0, i;

	for (i = 0; i < w->users.count; i++)
		if (w->users.list[i] == by)
			start = i;
	for (i = 1; i <= w->users.count; i++) {
		struct bws_user *u = w->users.list[(start + i) % w->users.count];

		if (u != by && bws_park_is_free(u))
			return u;
	}
	return NULL;
}

void
bws_park_tell(struct bws_user *on)
{
	struct bws_buf data = { 0 };

	bws_doc_parked_data(&data, on->parked ? waiting_half(on->parked) : NULL);
	bws_sub_raise(on, BWS_PACKAGE_BIT(BWS_PACKAGE_CALL_PARK), "CallParkedAgainstEvent",
		bws_buf_text(&data));
	bws_buf_free(&data);
}

static void
unpark(struct bws_call *c)
{
	struct bws_user *on = c->parked_on;

	bws_timer_stop(&c->w->timers, &c->recall);
	c->parked_on = NULL;
	on->parked = NULL;
	bws_journal_fact(c->w, "park", "{s:s,s:s,s:s}", "what", "end", "user", on->id,
		"tracking_id", c->tracking);
}

/* Back to who parked it; his phone must be free. */
static void
on_recall(void *arg)
{
	struct bws_call *c = arg;
	struct bws_half *waiting = waiting_half(c);
	struct bws_user *by = c->by_user;
	struct bws_user *on = c->parked_on;
	struct bws_half *h;

	if (!by || by->half_count) {
		bws_timer_in_ms(&c->w->timers, &c->recall, c->w->knobs.park_recall_ms);
		return;
	}
	unpark(c);
	bws_park_tell(on);
	c->by_reason = NULL;
	c->half[1] = NULL;
	c->half[0] = waiting;
	h = bws_call_add_half(c, 1, by, by->dn, BWS_TERMINATOR);
	h->remote_known = true;
	h->recall = "Call Park Recall";
	bws_callev_emit(h, "CallReceivedEvent");
	bws_drive_replan(c);
}

void
bws_park(struct bws_half *h, struct bws_user *on, bool group)
{
	struct bws_call *c = h->call;
	struct bws_half *waiting = bws_call_peer(h);

	h->group_park = group;
	bws_detach_note_redirection(c, h, "unknown");
	bws_detach(h);
	c->parked_on = on;
	c->holder = NULL;
	on->parked = c;
	bws_journal_fact(c->w, "park", "{s:s,s:s,s:s,s:s}", "what", "begin", "user", on->id,
		"tracking_id", c->tracking, "waiting", waiting->address);
	if (waiting->user && waiting->state == BWS_STATE_ACTIVE) {
		bws_call_set_state(waiting, BWS_STATE_REMOTE_HELD);
		bws_callev_emit(waiting, "CallHeldEvent");
	} else if (waiting->user) {
		bws_callev_emit(waiting, "CallUpdatedEvent");
	}
	bws_park_tell(on);
	bws_timer_init(&c->recall, on_recall, c);
	if (c->w->knobs.park_recall_ms)
		bws_timer_in_ms(&c->w->timers, &c->recall, c->w->knobs.park_recall_ms);
	bws_drive_replan(c);
}

void
bws_park_retrieve(struct bws_half *h, struct bws_user *on)
{
	struct bws_call *c = on->parked;
	struct bws_half *waiting;

	if (!c) {
		bws_call_treat(h, "Request Failure");
		return;
	}
	waiting = waiting_half(c);
	unpark(c);
	bws_call_take_over(h, c, waiting);
	bws_call_set_state(waiting, BWS_STATE_ALERTING);
	waiting->ringback = true;
	bws_callev_emit(waiting, "CallParkRetrievedEvent");
	bws_call_connected(h);
	bws_park_tell(on);
}

void
bws_park_ended(struct bws_call *c)
{
	struct bws_user *on = c->parked_on;

	if (!on)
		return;
	unpark(c);
	bws_park_tell(on);
}

void
bws_park_forget(struct bws_call *c)
{
	if (c->parked_on)
		unpark(c);
}
