/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls held by virtual users, whatever the kind: the halves and their moves.
 *
 * Happy path: new -> (offer -> connect) -> freed; call centers (bws_acd) and route points
 * (bws_route_point) decide when and raise their own events.
 * Failure modes: the caller hangs up, the agent refuses, the AS dies: the holder is told by way of
 * bws_acd_...() and bws_route_point_...().
 */
#include "tests/bwsim/bws_entry.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_acd.h"
#include "tests/bwsim/bws_agent.h"
#include "tests/bwsim/bws_call_priv.h"
#include "tests/bwsim/bws_callev.h"
#include "tests/bwsim/bws_detach.h"
#include "tests/bwsim/bws_doc.h"
#include "tests/bwsim/bws_drive.h"
#include "tests/bwsim/bws_route_point.h"

#include <stdlib.h>
#include <string.h>

/* Places a call is sent on to until it gets a busy tone. */
#define HOPS_MAX 10

static bool
is_queue(const struct bws_user *u)
{
	return u->kind == BWS_USER_QUEUE;
}

static void
take_remote(struct bws_entry *e)
{
	const struct bws_half *peer = e->half ? bws_call_peer(e->half) : NULL;

	if (!peer)
		return;
	e->remote_user = peer->user;
	snprintf(e->remote_address, sizeof(e->remote_address), "%s", peer->address);
}

static void
on_step(void *arg)
{
	struct bws_entry *e = arg;

	if (is_queue(e->at))
		bws_acd_step(e);
	else
		bws_route_point_step(e);
}

static void
on_overflow(void *arg)
{
	struct bws_entry *e = arg;

	if (is_queue(e->at))
		bws_acd_overflow(e);
	else
		bws_route_point_overflow(e);
}

/* The phones' own behaviour; it waits while the phones are frozen. */
static void
on_phone(void *arg)
{
	struct bws_entry *e = arg;
	struct bws *w = e->at->w;
	struct bws_half *caller = bws_call_peer(e->half);

	if (w->calls.frozen)
		bws_timer_in_ms(&w->timers, &e->phone, 100);
	else if (e->stage == BWS_ENTRY_OFFERED)
		bws_call_talk(e->offered);
	else if (caller && e->stage != BWS_ENTRY_WHISPER)
		bws_call_release(caller);
}

static void
on_play_end(void *arg)
{
	bws_route_point_play_over(arg);
}

struct bws_entry *
bws_entry_new(struct bws_half *half)
{
	struct bws_entry *e = bws_util_calloc(1, sizeof(*e));

	e->at = half->user;
	e->half = half;
	half->entry = e;
	memcpy(e->call_id, half->id, sizeof(e->call_id));
	snprintf(e->tracking, sizeof(e->tracking), "%s", half->call->tracking);
	take_remote(e);
	bws_timer_init(&e->step, on_step, e);
	bws_timer_init(&e->overflow, on_overflow, e);
	bws_timer_init(&e->phone, on_phone, e);
	bws_timer_init(&e->play_end, on_play_end, e);
	TAILQ_INSERT_TAIL(&e->at->entries, e, link);
	return e;
}

void
bws_entry_free(struct bws_entry *e)
{
	struct bws_timers *ts = &e->at->w->timers;

	bws_timer_stop(ts, &e->step);
	bws_timer_stop(ts, &e->overflow);
	bws_timer_stop(ts, &e->phone);
	bws_timer_stop(ts, &e->play_end);
	TAILQ_REMOVE(&e->at->entries, e, link);
	if (e->half)
		e->half->entry = NULL;
	if (e->offered)
		e->offered->entry = NULL;
	free(e);
}

struct bws_entry *
bws_entry_find(const struct bws_user *at, const char *call_id)
{
	struct bws_entry *e;

	TAILQ_FOREACH(e, &at->entries, link)
		if (strcmp(e->call_id, call_id) == 0)
			return e;
	return NULL;
}

static bool
in_queue(const struct bws_entry *e)
{
	return e->stage != BWS_ENTRY_NEW && e->stage != BWS_ENTRY_TREATED;
}

size_t
bws_entry_count(const struct bws_user *at)
{
	const struct bws_entry *e;
	size_t n = 0;

	TAILQ_FOREACH(e, &at->entries, link)
		n += in_queue(e);
	return n;
}

size_t
bws_entry_position(const struct bws_entry *e)
{
	const struct bws_entry *other;
	size_t n = 1;

	TAILQ_FOREACH(other, &e->at->entries, link) {
		if (other == e)
			break;
		n += in_queue(other);
	}
	return n;
}

int64_t
bws_entry_wait_s(const struct bws_entry *e)
{
	int64_t us = e->add_us ? bws_util_mono_us() - e->add_us : 0;

	return us > 0 ? us / 1000000 : 0;
}

int64_t
bws_entry_longest_wait_s(const struct bws_user *at)
{
	const struct bws_entry *e;
	int64_t longest = 0;

	TAILQ_FOREACH(e, &at->entries, link)
		if (in_queue(e) && bws_entry_wait_s(e) > longest)
			longest = bws_entry_wait_s(e);
	return longest;
}

bool
bws_entry_is_offered(const struct bws_half *h)
{
	return h->entry && h->entry->offered == h;
}

/* Place of the virtual user's half in its call. */
static unsigned
slot_of(const struct bws_half *h)
{
	return h->call->half[0] == h ? 0 : 1;
}

void
bws_entry_offer(struct bws_entry *e, struct bws_user *agent, const struct bws_acd_info *info)
{
	struct bws_call *c = e->half->call;
	unsigned slot = slot_of(e->half);
	struct bws_half *h;

	h = bws_call_add_half(c, slot, agent, agent->dn, BWS_TERMINATOR);
	c->half[slot] = e->half;
	h->entry = e;
	h->remote_known = true;
	h->acd = bws_util_calloc(1, sizeof(*h->acd));
	*h->acd = *info;
	e->offered = h;
	e->stage = BWS_ENTRY_OFFERED;
	bws_callev_emit(h, "CallReceivedEvent");
}

void
bws_entry_withdraw(struct bws_entry *e)
{
	struct bws_half *h = e->offered;

	if (!h)
		return;
	bws_timer_stop(&e->at->w->timers, &e->phone);
	/* The entry names the far side while this is told. */
	bws_call_tell_released(h, "remoteRelease");
	e->offered = NULL;
	h->entry = NULL;
	bws_call_drop_half(h);
}

/* The party that was held talks to somebody else now. */
static void
tell_remote(struct bws_half *h)
{
	if (!h)
		return;
	h->remote_known = true;
	if (h->state == BWS_STATE_ALERTING) {
		bws_call_set_state(h, BWS_STATE_ACTIVE);
		bws_callev_emit(h, "CallAnsweredEvent");
	} else if (h->user && h->call->w->knobs.updated_events) {
		bws_callev_emit(h, "CallUpdatedEvent");
	}
}

/* Takes the virtual user's half out of the call; it stays as a detached one. */
static void
leave(struct bws_half *h, const char *reason, const char *to)
{
	h->entry = NULL;
	bws_detach_redirected(&h, 1, reason, to);
}

static const char *
reason_of(const struct bws_user *at)
{
	return is_queue(at) ? "call-center" : "route-point";
}

void
bws_entry_connect(struct bws_entry *e)
{
	struct bws_half *h = e->offered;
	struct bws_half *old = e->half;
	struct bws_call *c = old->call;
	unsigned slot = slot_of(old);
	const char *reason = reason_of(e->at);

	h->acd->answered_ms = bws_util_wall_us() / 1000;
	bws_entry_free(e);
	leave(old, reason, h->user->dn);
	c->half[slot] = h;
	tell_remote(bws_call_peer(h));
	bws_agent_call_answered(h->user);
	bws_drive_replan(c);
}

void
bws_entry_redirect(struct bws_entry *e, const char *address, const char *reason)
{
	struct bws_half *old = e->half;
	struct bws_call *c = old->call;
	struct bws_half *caller = bws_call_peer(old);

	bws_entry_withdraw(e);
	bws_entry_free(e);
	if (!caller) {
		bws_call_release(old);
		return;
	}
	bws_detach_note_redirection(c, old, reason);
	leave(old, reason, address);
	snprintf(c->dialled, sizeof(c->dialled), "%s", address);
	caller->remote_known = false;
	/* Rings anew for the caller; an outside caller is told nothing. */
	if (caller == c->half[0])
		bws_call_set_state(caller, BWS_STATE_ALERTING);
	if (caller->user)
		bws_callev_emit(caller, "CallForwardedEvent");
	if (++c->forwards > HOPS_MAX)
		bws_call_treat(caller, "Busy"); /* policies that lead to one another */
	else if (caller == c->half[0])
		bws_call_connect(caller);
	else
		bws_call_release(caller);
}

void
bws_entry_release(struct bws_entry *e)
{
	struct bws_half *h = e->half;

	bws_entry_withdraw(e);
	bws_entry_free(e);
	bws_call_release(h);
}

void
bws_entry_arrive(struct bws_half *from, struct bws_user *u)
{
	struct bws_half *h = bws_call_add_half(from->call, 1, u, u->dn, BWS_TERMINATOR);

	bws_drive_stop(from->call);
	h->remote_known = true;
	bws_detach_copy_redirection(h);
	bws_callev_emit(h, "CallReceivedEvent");
	from->remote_known = true;
	if (from->user && from->call->w->knobs.updated_events)
		bws_callev_emit(from, "CallUpdatedEvent");
	if (is_queue(u))
		bws_acd_arrive(bws_entry_new(h));
	else
		bws_route_point_arrive(bws_entry_new(h));
}

bool
bws_entry_talk(struct bws_half *h)
{
	struct bws_entry *e = h->entry;

	if (!e)
		return false;
	if (h != e->offered || h->state != BWS_STATE_ALERTING)
		return true; /* a virtual user has no phone */
	bws_timer_stop(&e->at->w->timers, &e->phone);
	bws_timer_stop(&e->at->w->timers, &e->step);
	bws_call_hold_others(h->user, h);
	bws_callev_off_hook(h->user);
	bws_call_set_state(h, BWS_STATE_ACTIVE);
	bws_callev_emit(h, "CallAnsweredEvent");
	snprintf(e->answering_user, sizeof(e->answering_user), "%s", h->user->id);
	memcpy(e->answering_call, h->id, sizeof(e->answering_call));
	if (is_queue(e->at))
		bws_acd_answered(e);
	else
		bws_route_point_answered(e);
	return true;
}

bool
bws_entry_refuse(struct bws_half *h)
{
	struct bws_entry *e = h->entry;

	if (!e || h != e->offered)
		return false;
	bws_call_tell_released(h, "localRelease");
	bws_call_drop_half(h); /* half_gone tells the holder */
	return true;
}

/* The entry ends because a party of the call went. */
static void
abandoned(struct bws_entry *e)
{
	take_remote(e);
	if (is_queue(e->at))
		bws_acd_abandoned(e);
	else
		bws_route_point_abandoned(e);
}

void
bws_entry_call_ends(struct bws_half *h)
{
	struct bws_half *peer = bws_call_peer(h);

	if (h->entry)
		abandoned(h->entry);
	else if (peer && peer->entry)
		abandoned(peer->entry);
}

/* What the agent does next is ruled by his call. */
static void
agent_half_gone(struct bws_half *h)
{
	struct bws_acd_info *info = h->acd;
	int64_t now = bws_util_wall_us() / 1000;

	h->acd = NULL;
	if (info->answered_ms && is_queue(info->at))
		bws_agent_call_over(h->user, info->at, h->id,
			now > info->answered_ms ? now - info->answered_ms : 0);
	free(info);
}

void
bws_entry_half_gone(struct bws_half *h)
{
	struct bws_entry *e = h->entry;

	h->entry = NULL;
	if (e && e->offered == h) {
		e->offered = NULL;
		e->refused_by = h->user;
		bws_timer_stop(&e->at->w->timers, &e->phone);
		/* From the main loop: what follows may end the call that is being changed. */
		bws_timer_in_ms(&e->at->w->timers, &e->step, 0);
	} else if (e) {
		abandoned(e);
	}
	if (h->acd)
		agent_half_gone(h);
}

void
bws_entry_seen(struct bws_half *h, const char *type)
{
	static const struct {
		const char *type, *reason;
	} reasons[] = {
		{ "CallTransferredEvent", "Call Transferred" },
		{ "CallPickedUpEvent", "Call Picked-Up" },
		{ "CallBargedInEvent", "Call Barged-In" },
		{ "CallMonitoredEvent", "Call Monitored" },
		{ "CallForwardedEvent", "Call Forwarded" },
		{ "CallParkRetrievedEvent", "Call Park Retrieved" },
		{ "CallUpdatedEvent", NULL },
	};
	struct bws_entry *e = h->entry;
	size_t i;

	if (!e || h != e->half)
		return;
	if (e->outgoing && e->stage == BWS_ENTRY_NEW) {
		bws_route_point_dialled(e, type);
		return;
	}
	if (!in_queue(e))
		return;
	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (strcmp(reasons[i].type, type) != 0)
			continue;
		take_remote(e);
		snprintf(e->tracking, sizeof(e->tracking), "%s", h->call->tracking);
		if (is_queue(e->at))
			bws_acd_updated(e, reasons[i].reason);
		else
			bws_route_point_updated(e, reasons[i].reason);
		return;
	}
}

static void
forget_info(struct bws_half *h)
{
	if (!h)
		return;
	free(h->acd);
	h->acd = NULL;
}

void
bws_entry_forget_all(struct bws *w)
{
	struct bws_call *c;
	struct bws_entry *e;
	size_t i;

	for (i = 0; i < w->users.virtual_count; i++) {
		while ((e = TAILQ_FIRST(&w->users.virtuals[i]->entries))) {
			struct bws_half *h = e->offered;

			bws_entry_free(e);
			if (!h)
				continue;
			forget_info(h);
			bws_call_take_out(h);
			free(h);
		}
	}
	TAILQ_FOREACH(c, &w->calls.all, link) {
		forget_info(c->half[0]);
		forget_info(c->half[1]);
	}
}

void
bws_entry_remote_party(struct bws_buf *b, const char *x, const struct bws_entry *e)
{
	if (e->remote_user) {
		bws_doc_user_party(b, x, e->remote_user);
		return;
	}
	bws_buf_fmt(b, "<%saddress>", x);
	bws_buf_esc(b, e->remote_address);
	bws_buf_fmt(b, "</%saddress><%scallType>Network</%scallType>", x, x, x);
}

static void
calling_party(struct bws_buf *b, const char *x, const struct bws_half *h)
{
	const struct bws_half *peer = bws_call_peer(h);

	bws_buf_fmt(b, "<%scallingPartyInfo>", x);
	if (peer && peer->user) {
		bws_doc_user_party(b, x, peer->user);
	} else {
		bws_buf_fmt(b, "<%saddress>", x);
		bws_buf_esc(b, peer ? peer->address : h->acd->at->dn);
		bws_buf_fmt(b, "</%saddress><%scallType>Network</%scallType>", x, x, x);
	}
	bws_buf_fmt(b, "</%scallingPartyInfo>", x);
}

void
bws_entry_call_info(struct bws_buf *b, const char *x, const struct bws_half *h)
{
	const struct bws_acd_info *i = h->acd;

	if (!i)
		return;
	bws_buf_fmt(b, "<%sacdCallInfo><%sacdUserId>%s</%sacdUserId>", x, x, i->at->id, x);
	bws_buf_fmt(b, "<%sacdName>%s</%sacdName>", x, i->at->name, x);
	bws_buf_fmt(b, "<%sacdNumber>%s</%sacdNumber>", x, i->at->dn, x);
	bws_buf_fmt(b, "<%snumCallsInQueue>%lld</%snumCallsInQueue>", x,
		(long long)i->calls_in_queue, x);
	bws_buf_fmt(b, "<%swaitTime>%lld</%swaitTime>", x, (long long)i->wait_s, x);
	bws_buf_fmt(
		b, "<%slongestWaitTime>%lld</%slongestWaitTime>", x, (long long)i->longest_s, x);
	calling_party(b, x, h);
	if (!is_queue(i->at))
		bws_buf_fmt(b, "<%sroutePoint/>", x);
	if (*h->disposition) {
		bws_buf_fmt(b, "<%sdispositionCode>", x);
		bws_buf_esc(b, h->disposition);
		bws_buf_fmt(b, "</%sdispositionCode>", x);
	}
	bws_buf_fmt(b, "</%sacdCallInfo>", x);
}

void
bws_entry_redirect_data(struct bws_buf *b, const char *address, const char *reason)
{
	if (!address || !*address)
		return;
	bws_buf_str(b, "<xsi:redirect><xsi:address>");
	if (strncasecmp(address, "tel:", 4) != 0 && strncasecmp(address, "sip:", 4) != 0)
		bws_buf_str(b, strchr(address, '@') ? "sip:" : "tel:");
	bws_buf_esc(b, address);
	bws_buf_fmt(b, "</xsi:address><xsi:reason>%s</xsi:reason>", reason);
	bws_buf_fmt(b, "<xsi:redirectTime>%lld</xsi:redirectTime></xsi:redirect>",
		(long long)(bws_util_wall_us() / 1000));
}
