/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The call model: halves, their states, and the events of each change.
 *
 * Happy path (Advanced Call): CallOriginating (click-to-dial only), CallOriginated at the caller,
 * CallReceived at the callee, CallUpdated at the caller, CallAnswered at both, CallHeld /
 * CallRetrieved at both (the far side as Remote Held), CallReleased at both; HookStatus around.
 *
 * Failure modes: busy, unknown or declined callee: CallReleasing with a cause, then CallReleased;
 * an AS failover forgets everything without an event.
 *
 *	(new) -> Alerting -> Active <-> Held
 *	             |         |  \--> Remote Held
 *	             +---------+-----> Released (freed)
 */
#include "tests/bwsim/bws_call.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_acd.h"
#include "tests/bwsim/bws_call_priv.h"
#include "tests/bwsim/bws_callev.h"
#include "tests/bwsim/bws_conference.h"
#include "tests/bwsim/bws_detach.h"
#include "tests/bwsim/bws_drive.h"
#include "tests/bwsim/bws_entry.h"
#include "tests/bwsim/bws_forward.h"
#include "tests/bwsim/bws_park.h"
#include "tests/bwsim/bws_pickup.h"
#include "tests/bwsim/bws_recording.h"

#include <stdlib.h>
#include <string.h>

void
bws_call_init(struct bws *w)
{
	TAILQ_INIT(&w->calls.all);
	TAILQ_INIT(&w->calls.effects);
	TAILQ_INIT(&w->calls.features);
}

const char *
bws_call_state_text(enum bws_state s)
{
	static const char *const texts[] = { "", "Alerting", "Active", "Held", "Remote Held",
		"Detached", "Released" };

	return texts[s];
}

const char *
bws_call_personality_text(enum bws_personality p)
{
	static const char *const texts[] = { "Originator", "Terminator", "Click-to-Dial" };

	return texts[p];
}

struct bws_half *
bws_call_peer(const struct bws_half *h)
{
	/* The agent that a held call rings at stands beside it. */
	if (bws_entry_is_offered(h))
		h = h->entry->half;
	return h->call->half[0] == h ? h->call->half[1] : h->call->half[0];
}

struct bws_half *
bws_call_find(const struct bws_user *u, const char *id)
{
	struct bws_half *h;

	TAILQ_FOREACH(h, &u->halves, of_user)
		if (strcmp(h->id, id) == 0)
			return h;
	return NULL;
}

static int64_t
now_ms(void)
{
	return bws_util_wall_us() / 1000;
}

void
bws_call_set_state(struct bws_half *h, enum bws_state state)
{
	int64_t now = now_ms();

	if (state == BWS_STATE_ACTIVE && !h->answer_ms)
		h->answer_ms = now;
	if (h->state == BWS_STATE_HELD && h->held_ms) {
		h->total_held_ms += now > h->held_ms ? now - h->held_ms : 1;
		h->held_ms = 0;
	}
	if (state == BWS_STATE_HELD)
		h->held_ms = now;
	if (state == BWS_STATE_RELEASED)
		h->release_ms = now;
	if (state != BWS_STATE_ACTIVE)
		h->dtmf_until_us = 0; /* digits end with the state they were begun in */
	if (state != BWS_STATE_ALERTING)
		h->ringback = false;
	h->state = state;
}

struct bws_call *
bws_call_new(struct bws *w, bool driven)
{
	struct bws_call *c;

	if (w->calls.count >= (size_t)w->knobs.calls_max)
		return NULL;
	c = bws_util_calloc(1, sizeof(*c));
	c->w = w;
	c->driven = driven;
	c->as_index = w->as.serving;
	bws_as_number(w, c->number, sizeof(c->number), c->tracking, sizeof(c->tracking));
	bws_drive_init(c);
	TAILQ_INIT(&c->detached);
	TAILQ_INSERT_TAIL(&w->calls.all, c, link);
	w->calls.count++;
	w->stats.calls_made++;
	return c;
}

struct bws_half *
bws_call_add_half(struct bws_call *c, unsigned slot, struct bws_user *u, const char *address,
	enum bws_personality personality)
{
	struct bws_half *h = bws_util_calloc(1, sizeof(*h));

	h->call = c;
	h->user = u;
	h->personality = personality;
	h->start_ms = now_ms();
	snprintf(h->id, sizeof(h->id), "callhalf-%s:%u", c->number, c->next_leg++);
	snprintf(h->address, sizeof(h->address), "%s", address);
	bws_call_set_state(h, BWS_STATE_ALERTING);
	c->half[slot] = h;
	if (u) {
		TAILQ_INSERT_TAIL(&u->halves, h, of_user);
		u->half_count++;
		bws_as_activity(c->w, u);
	}
	return h;
}

void
bws_call_free(struct bws_call *c)
{
	if (c->gone)
		*c->gone = true;
	bws_drive_stop(c);
	bws_park_ended(c);
	bws_detach_ended(c);
	TAILQ_REMOVE(&c->w->calls.all, c, link);
	c->w->calls.count--;
	c->w->stats.calls_ended++;
	free(c);
}

void
bws_call_take_out(struct bws_half *h)
{
	struct bws_call *c = h->call;

	bws_timer_stop(&c->w->timers, &h->no_answer);
	if (c->half[0] == h)
		c->half[0] = NULL;
	else if (c->half[1] == h)
		c->half[1] = NULL;
	if (c->holder == h)
		c->holder = NULL;
	if (!h->user)
		return;
	TAILQ_REMOVE(&h->user->halves, h, of_user);
	h->user->half_count--;
}

void
bws_call_put_in(struct bws_half *h, struct bws_call *c, unsigned slot)
{
	h->call = c;
	c->half[slot] = h;
	if (!h->user)
		return;
	TAILQ_INSERT_TAIL(&h->user->halves, h, of_user);
	h->user->half_count++;
}

void
bws_call_take_over(struct bws_half *h, struct bws_call *c, struct bws_half *other)
{
	struct bws_call *own = h->call;

	memcpy(c->tracking, own->tracking, sizeof(c->tracking));
	bws_drive_stop(c);
	bws_call_take_out(h);
	bws_call_put_in(h, c, c->half[0] == other ? 1 : 0);
	bws_detach_move(own, c);
	bws_call_free(own);
	h->remote_known = other->remote_known = true;
}

void
bws_call_retrack(struct bws_call *c)
{
	char number[sizeof(c->number)];

	bws_as_number(c->w, number, sizeof(number), c->tracking, sizeof(c->tracking));
}

static void
free_half(struct bws_half *h)
{
	struct bws_call *c = h->call;

	bws_entry_half_gone(h);
	bws_call_take_out(h);
	bws_conference_left(h);
	free(h);
	if (!c->half[0] && !c->half[1])
		bws_call_free(c);
}

/* A half without user is an outside party: nobody listens, and it ends with the call. */
void
bws_call_tell_released(struct bws_half *h, const char *releasing)
{
	bws_call_set_state(h, BWS_STATE_RELEASED);
	h->releasing = releasing;
	bws_callev_emit(h, "CallReleasedEvent");
}

void
bws_call_drop_half(struct bws_half *h)
{
	struct bws_user *u = h->user;

	free_half(h);
	if (!u)
		return;
	bws_callev_hook(u);
	bws_acd_agent_changed(u);
}

void
bws_call_release(struct bws_half *h)
{
	struct bws_half *peer = bws_call_peer(h);

	if (bws_entry_refuse(h))
		return;
	bws_entry_call_ends(h);
	bws_drive_stop(h->call);
	bws_call_tell_released(h, "localRelease");
	if (peer)
		bws_call_tell_released(peer, "remoteRelease");
	bws_call_drop_half(h);
	if (peer)
		bws_call_drop_half(peer);
}

void
bws_call_release_remote(struct bws_half *h)
{
	bws_entry_call_ends(h);
	bws_drive_stop(h->call);
	bws_call_tell_released(h, "remoteRelease");
	bws_call_drop_half(h);
}

void
bws_call_treat(struct bws_half *h, const char *cause)
{
	if (!h->user) {
		bws_call_release_remote(h);
		return;
	}
	h->cause = cause;
	bws_callev_emit(h, "CallReleasingEvent");
	bws_drive_treatment(h->call);
}

void
bws_call_decline(struct bws_half *h, const char *cause)
{
	struct bws_half *peer = bws_call_peer(h);

	if (bws_entry_refuse(h))
		return;
	bws_call_tell_released(h, "localRelease");
	bws_call_drop_half(h);
	if (peer)
		bws_call_treat(peer, cause);
}

void
bws_call_stop_alerting(struct bws_half *h)
{
	struct bws_half *peer = bws_call_peer(h);

	if (bws_entry_refuse(h))
		return;
	bws_call_tell_released(h, "localRelease");
	bws_call_drop_half(h);
	if (peer)
		bws_drive_no_answer(peer->call);
}

void
bws_call_hold_others(struct bws_user *u, const struct bws_half *but)
{
	struct bws_half *h;

	TAILQ_FOREACH(h, &u->halves, of_user) {
		if (h == but || h->state != BWS_STATE_ACTIVE)
			continue;
		if (!h->conference) {
			bws_call_hold(h);
			return;
		}
		if (!h->conference->held && (!but || h->conference != but->conference)) {
			bws_conference_hold(h->conference);
			return;
		}
	}
}

static void
alert_user(struct bws_half *from, struct bws_user *u)
{
	struct bws_half *h;

	if (u->kind != BWS_USER_PERSON) {
		bws_entry_arrive(from, u);
		return;
	}
	if (bws_forward_before(from, u))
		return;
	if (u == from->user || bws_forward_is_busy(u)) {
		bws_call_treat(from, "Busy");
		return;
	}
	h = bws_call_add_half(from->call, 1, u, u->dn, BWS_TERMINATOR);
	h->remote_known = true;
	bws_detach_copy_redirection(h);
	bws_callev_emit(h, "CallReceivedEvent");
	bws_forward_watch(h);
	from->remote_known = true;
	if (from->user && from->call->w->knobs.updated_events)
		bws_callev_emit(from, "CallUpdatedEvent");
	bws_drive_replan(from->call);
}

void
bws_call_connect(struct bws_half *from)
{
	struct bws_user *u = NULL;
	char uri[64];

	switch (bws_user_resolve(from->call->w, from->call->dialled, &u, uri, sizeof(uri))) {
	case BWS_ADDRESS_USER:
		alert_user(from, u);
		break;
	case BWS_ADDRESS_OUTSIDE:
		bws_call_add_half(from->call, 1, NULL, uri, BWS_TERMINATOR);
		bws_drive_replan(from->call);
		break;
	case BWS_ADDRESS_UNKNOWN:
	case BWS_ADDRESS_BAD:
		bws_call_treat(from, "User Not Found");
		break;
	}
}

static void
begin_originated(struct bws_half *h)
{
	bws_call_hold_others(h->user, h);
	h->personality = BWS_ORIGINATOR;
	bws_callev_off_hook(h->user);
	bws_callev_emit(h, "CallOriginatedEvent");
	if (h->call->purpose == BWS_PURPOSE_CALL)
		bws_call_connect(h);
	else
		bws_pickup_connect(h);
}

struct bws_half *
bws_call_originate_for(
	struct bws *w, struct bws_user *u, const char *address, enum bws_purpose purpose)
{
	struct bws_call *c = bws_call_new(w, false);
	struct bws_half *h;

	if (!c)
		return NULL;
	c->purpose = purpose;
	snprintf(c->dialled, sizeof(c->dialled), "%s", address);
	h = bws_call_add_half(c, 0, u, u->dn, BWS_ORIGINATOR);
	begin_originated(h);
	return h;
}

struct bws_half *
bws_call_dial(struct bws *w, struct bws_user *u, const char *address)
{
	struct bws_call *c = bws_call_new(w, w->knobs.dial_auto != 0);

	if (!c)
		return NULL;
	snprintf(c->dialled, sizeof(c->dialled), "%s", address);
	return bws_call_add_half(c, 0, u, u->dn, BWS_CLICK_TO_DIAL);
}

void
bws_call_dial_start(struct bws_half *h)
{
	bws_callev_emit(h, "CallOriginatingEvent");
	bws_drive_click_to_dial(h->call);
}

void
bws_call_dial_answer(struct bws_half *h)
{
	bws_drive_stop(h->call);
	begin_originated(h);
}

struct bws_half *
bws_call_originate(struct bws *w, struct bws_user *u, const char *address, bool driven)
{
	struct bws_call *c = bws_call_new(w, driven);
	struct bws_half *h;
	bool gone = false;

	if (!c)
		return NULL;
	snprintf(c->dialled, sizeof(c->dialled), "%s", address);
	h = bws_call_add_half(c, 0, u, u->dn, BWS_ORIGINATOR);
	c->gone = &gone;
	begin_originated(h);
	if (gone)
		return NULL; /* released while it was made: a route point that has failed */
	c->gone = NULL;
	return h;
}

struct bws_half *
bws_call_incoming(struct bws *w, const char *from_uri, struct bws_user *u, bool driven)
{
	bool gone = false;
	struct bws_call *c;

	if (u->kind == BWS_USER_PERSON && bws_forward_is_busy(u) &&
		!bws_service_get(u, BWS_SERVICE_CFB)->active)
		return NULL;
	c = bws_call_new(w, driven);
	if (!c)
		return NULL;
	snprintf(c->dialled, sizeof(c->dialled), "%s", u->dn);
	bws_call_add_half(c, 0, NULL, from_uri, BWS_ORIGINATOR);
	c->gone = &gone;
	alert_user(c->half[0], u);
	if (gone)
		return NULL; /* a service refused it */
	c->gone = NULL;
	return c->half[1];
}

bool
bws_call_rings(const struct bws_half *h)
{
	return h->state == BWS_STATE_ALERTING && h->personality != BWS_ORIGINATOR && !h->ringback;
}

bool
bws_call_may_talk(const struct bws_half *h)
{
	if (h->state == BWS_STATE_HELD)
		return true;
	return bws_call_rings(h);
}

bool
bws_call_may_hold(const struct bws_half *h)
{
	if (h->conference)
		return false; /* held as a whole */
	return h->state == BWS_STATE_ACTIVE || h->state == BWS_STATE_REMOTE_HELD;
}

/* Far side of a hold or retrieve: seen by a group member only, and not while he holds himself. */
static void
tell_peer_of_hold(struct bws_half *peer, bool held)
{
	if (!peer || !peer->user || !peer->call->w->knobs.remote_hold)
		return;
	if (held && peer->state == BWS_STATE_ACTIVE) {
		bws_call_set_state(peer, BWS_STATE_REMOTE_HELD);
		bws_callev_emit(peer, "CallHeldEvent");
	} else if (!held && peer->state == BWS_STATE_REMOTE_HELD) {
		bws_call_set_state(peer, BWS_STATE_ACTIVE);
		bws_callev_emit(peer, "CallRetrievedEvent");
	}
}

static void
answer_half(struct bws_half *h)
{
	struct bws_half *peer = bws_call_peer(h);

	bws_call_hold_others(h->user, h);
	bws_callev_off_hook(h->user);
	bws_call_set_state(h, BWS_STATE_ACTIVE);
	bws_callev_emit(h, "CallAnsweredEvent");
	if (!peer)
		return;
	if (peer->user)
		bws_call_hold_others(peer->user, peer);
	bws_call_set_state(peer, BWS_STATE_ACTIVE);
	peer->remote_known = true;
	bws_callev_emit(peer, "CallAnsweredEvent");
}

void
bws_call_connected(struct bws_half *h)
{
	struct bws_half *peer = bws_call_peer(h);

	bws_call_set_state(h, BWS_STATE_ACTIVE);
	bws_callev_emit(h, "CallAnsweredEvent");
	if (peer && peer->state != BWS_STATE_ACTIVE) {
		bws_call_set_state(peer, BWS_STATE_ACTIVE);
		bws_callev_emit(peer, "CallAnsweredEvent");
	}
	bws_drive_replan(h->call);
}

static void
retrieve_half(struct bws_half *h)
{
	struct bws_half *peer = bws_call_peer(h);

	if (h->user)
		bws_call_hold_others(h->user, h);
	bws_call_set_state(h, BWS_STATE_ACTIVE);
	bws_callev_emit(h, "CallRetrievedEvent");
	bws_recording_retrieved(h);
	tell_peer_of_hold(peer, false);
	/* The far side holds too: what was hidden by our own hold shows now. */
	if (peer && peer->user && peer->state == BWS_STATE_HELD)
		tell_peer_of_hold(h, true);
}

/* An outside party answers: only the caller is told. */
static void
answer_outside(struct bws_half *h)
{
	struct bws_half *peer = bws_call_peer(h);

	bws_call_set_state(h, BWS_STATE_ACTIVE);
	if (!peer)
		return;
	if (peer->user)
		bws_call_hold_others(peer->user, peer);
	bws_call_set_state(peer, BWS_STATE_ACTIVE);
	bws_callev_emit(peer, "CallAnsweredEvent");
}

void
bws_call_talk(struct bws_half *h)
{
	struct bws_call *c = h->call;

	if (h->state == BWS_STATE_ALERTING && h->personality == BWS_CLICK_TO_DIAL) {
		bws_call_dial_answer(h);
		return;
	}
	if (h->state == BWS_STATE_ALERTING && bws_entry_talk(h))
		return;
	if (h->state == BWS_STATE_HELD)
		retrieve_half(h);
	else if (h->user)
		answer_half(h);
	else
		answer_outside(h);
	bws_drive_replan(c);
}

void
bws_call_hold(struct bws_half *h)
{
	bws_call_set_state(h, BWS_STATE_HELD);
	bws_callev_emit(h, "CallHeldEvent");
	tell_peer_of_hold(bws_call_peer(h), true);
	bws_drive_replan(h->call);
}

size_t
bws_call_forget_all(struct bws *w)
{
	size_t lost = w->calls.count;
	struct bws_call *c;

	bws_entry_forget_all(w);
	bws_conference_forget_all(w);
	while ((c = TAILQ_FIRST(&w->calls.all))) {
		struct bws_half *second = c->half[1];

		bws_park_forget(c);
		bws_detach_forget(c);
		if (c->half[0])
			free_half(c->half[0]);
		if (second)
			free_half(second);
	}
	w->stats.calls_lost += lost;
	return lost;
}

void
bws_call_fini(struct bws *w)
{
	bws_call_forget_all(w);
}
