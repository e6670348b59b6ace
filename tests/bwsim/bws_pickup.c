/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pick-up, barge-in and monitoring.
 *
 * Happy path of a pick-up: the ringing user's half is detached, the caller is told (CallPickedUp,
 * the picker's tracking id), both are answered.
 * Happy path of a barge-in: the session of two becomes two sessions with the newcomer, who controls
 * them as a conference; both parties are told (CallBargedIn or CallMonitored, new tracking ids).
 * Failure modes: the call is gone when the phone is answered: the newcomer gets a treatment.
 */
#include "tests/bwsim/bws_pickup.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_call_priv.h"
#include "tests/bwsim/bws_callev.h"
#include "tests/bwsim/bws_conference.h"
#include "tests/bwsim/bws_detach.h"
#include "tests/bwsim/bws_drive.h"
#include "tests/bwsim/bws_park.h"

struct bws_half *
bws_pickup_ringing(const struct bws_user *u)
{
	struct bws_half *h;

	TAILQ_FOREACH(h, &u->halves, of_user)
		if (!h->entry && bws_call_rings(h) && h->personality == BWS_TERMINATOR &&
			bws_call_peer(h))
			return h;
	return NULL;
}

struct bws_half *
bws_pickup_talking(const struct bws_user *u)
{
	struct bws_half *h;

	TAILQ_FOREACH(h, &u->halves, of_user) {
		const struct bws_half *peer = bws_call_peer(h);

		if (h->state == BWS_STATE_ACTIVE && peer && !h->conference && !peer->conference)
			return h;
	}
	return NULL;
}

static void
pick_up(struct bws_half *h, const struct bws_user *from)
{
	struct bws_half *rings = bws_pickup_ringing(from);
	struct bws_half *caller;
	struct bws_call *c;

	if (!rings || bws_call_peer(rings)->user == h->user) {
		bws_call_treat(h, "Request Failure");
		return;
	}
	caller = bws_call_peer(rings);
	c = rings->call;
	bws_detach(rings);
	bws_call_take_over(h, c, caller);
	/* Who was parked and rings at the one that parked him was Remote Held. */
	if (caller->state != BWS_STATE_ALERTING) {
		bws_call_set_state(caller, BWS_STATE_ALERTING);
		caller->ringback = true;
	}
	bws_callev_emit(caller, "CallPickedUpEvent");
	if (caller->user)
		bws_call_hold_others(caller->user, caller);
	bws_call_connected(h);
}

/* A half of the newcomer's for his second session. */
static struct bws_half *
second_half(struct bws_half *h, const struct bws_half *far)
{
	struct bws_call *c = bws_call_new(h->call->w, false);
	struct bws_half *second;

	if (!c)
		return NULL;
	snprintf(c->dialled, sizeof(c->dialled), "%s", far->address);
	second = bws_call_add_half(c, 0, h->user, h->user->dn, BWS_ORIGINATOR);
	second->remote_known = true;
	return second;
}

static const char *
conference_type(enum bws_purpose purpose)
{
	if (purpose == BWS_PURPOSE_BARGE)
		return BWS_CONFERENCE_BARGE_IN;
	return purpose == BWS_PURPOSE_MONITOR ? BWS_CONFERENCE_MONITOR : BWS_CONFERENCE_COACH;
}

static void
tell_visited(struct bws_half *party, enum bws_purpose purpose)
{
	party->remote_known = true;
	if (party->user)
		bws_callev_emit(party,
			purpose == BWS_PURPOSE_BARGE ? "CallBargedInEvent" : "CallMonitoredEvent");
}

/* @visited stays in its session, where @h takes the place of the far party; the far party gets a
 * session with @second. */
static void
split_session(struct bws_half *h, struct bws_half *second, struct bws_half *visited)
{
	struct bws_half *far = bws_call_peer(visited);
	struct bws_call *c = visited->call;

	second->call->driven = c->driven;
	bws_call_take_out(far);
	bws_call_put_in(far, second->call, 1);
	bws_call_take_over(h, c, visited);
}

static void
come_in(struct bws_half *h, const struct bws_user *to, enum bws_purpose purpose)
{
	struct bws_half *visited = bws_pickup_talking(to);
	struct bws_half *both[2] = { h, NULL };
	struct bws_half *far;

	if (visited && bws_call_peer(visited)->user != h->user && !h->user->conference)
		both[1] = second_half(h, bws_call_peer(visited));
	if (!both[1]) {
		bws_call_treat(h, "Request Failure");
		return;
	}
	far = bws_call_peer(visited);
	split_session(h, both[1], visited);
	tell_visited(visited, purpose);
	tell_visited(far, purpose);
	bws_call_set_state(h, BWS_STATE_ACTIVE);
	bws_callev_emit(h, "CallAnsweredEvent");
	bws_callev_emit(both[1], "CallOriginatedEvent");
	bws_call_set_state(both[1], BWS_STATE_ACTIVE);
	bws_callev_emit(both[1], "CallAnsweredEvent");
	bws_conference_start(h->user, both, 2, conference_type(purpose));
	bws_drive_replan(h->call);
}

void
bws_pickup_connect(struct bws_half *h)
{
	enum bws_purpose purpose = h->call->purpose;
	struct bws_user *u = bws_user_by_any(h->call->w, h->call->dialled);

	if (!u)
		bws_call_treat(h, "User Not Found");
	else if (purpose == BWS_PURPOSE_PICKUP)
		pick_up(h, u);
	else if (purpose == BWS_PURPOSE_RETRIEVE)
		bws_park_retrieve(h, u);
	else
		come_in(h, u, purpose);
}
