/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts about calls into events: see say.h.
 *
 * The shape of each event is that of a device-type monitor: the connection is that of the party the event is about,
 * localConnectionInfo is the state of the monitored device. A call that left a device is told as what it was: cleared,
 * diverted (it rang or waited), transferred (it was talked to).
 */
#include "daemon/say_cause.h"
#include "daemon/say_part.h"

#include "proto/base/check.h"
#include "proto/base/limits.h"

#include <stdio.h>

/* What all events about a party have in common. */
static struct csta_event
call_event(const struct say *s, const struct core_say *f)
{
	const struct core_half *h = f->half;
	struct str here = str_of(f->device->id), far = say_far_device(s->x, h);
	bool incoming = h->personality == CORE_TERMINATOR;

	return (struct csta_event){
		.call_id = h->told_call,
		.connection_device = here,
		.subject = here,
		.calling = incoming ? far : here,
		.called = incoming ? here : far,
		.redirection = say_party_name(s->x, str_of(h->via)),
		.cause = CSTA_CAUSE_normal,
	};
}

/* --- steps ------------------------------------------------------------------------------- */

static enum csta_cause
call_resync_cause(const struct say *s)
{
	static const enum csta_cause causes[] = { CSTA_CAUSE_normalClearing,
		CSTA_CAUSE_networkOutOfOrder };

	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (str_is(str_of(csta_cause_name(causes[i])), s->x->conf->resync_cause))
			return causes[i];
	return CSTA_CAUSE_switchingFunctionTerminated;
}

enum csta_cause
say_clear_cause(const struct say *s, const struct core_half *h)
{
	if (h->end == CORE_END_RESYNC)
		return call_resync_cause(s);
	return say_cause_of_end(
		h->end == CORE_END_TRANSFERRED && h->other != 0 ? CORE_END_JOINED : h->end);
}

/* A call that is gone: did it leave for somewhere else? */
static enum csta_event_kind
call_clear_kind(const struct core_half *h)
{
	if (h->end == CORE_END_TRANSFERRED)
		return CSTA_EV_Transfered;
	return core_end_diverts(h->end) ? CSTA_EV_Diverted : CSTA_EV_ConnectionCleared;
}

struct call_shape {
	enum csta_event_kind kind;
	enum csta_local_state local;
	enum csta_cause cause;
	bool about_far; /* connection and subject are the far party's */
};

static struct call_shape
call_shape(const struct say *s, const struct core_say *f)
{
	/* who waits for another party answers nothing himself, even if he was called once (parked, sent on) */
	bool incoming = f->half->personality == CORE_TERMINATOR && f->half->told != VIEW_dialed;
	bool rings = f->half->told == VIEW_ringing ||
		(incoming && f->half->told == VIEW_none); /* the beginning is made up */

	switch (f->step) {
	case STEP_service_initiated:
		return (struct call_shape){ CSTA_EV_ServiceInitiated, CSTA_LOCAL_initiated,
			CSTA_CAUSE_makeCall, false };
	case STEP_originated:
		return (struct call_shape){ CSTA_EV_Originated, CSTA_LOCAL_connected,
			CSTA_CAUSE_newCall, false };
	case STEP_network_reached:
		return (struct call_shape){ CSTA_EV_NetworkReached, CSTA_LOCAL_connected,
			CSTA_CAUSE_newCall, true };
	case STEP_delivered_out:
		return (struct call_shape){ CSTA_EV_Delivered, CSTA_LOCAL_connected,
			CSTA_CAUSE_newCall, true };
	case STEP_delivered_in:
		/* a call that enters a queue is delivered to the queue first (csta.md 8.3) */
		return (struct call_shape){ CSTA_EV_Delivered, CSTA_LOCAL_alerting,
			f->half->state == CORE_QUEUED ? CSTA_CAUSE_enteringDistribution :
							CSTA_CAUSE_newCall,
			false };
	case STEP_queued:
		return (struct call_shape){ CSTA_EV_Queued, CSTA_LOCAL_queued,
			CSTA_CAUSE_enteringDistribution, false };
	case STEP_established:
		return (struct call_shape){ CSTA_EV_Established, CSTA_LOCAL_connected,
			CSTA_CAUSE_newCall, !incoming && !rings };
	case STEP_held:
		return (struct call_shape){ CSTA_EV_Held, CSTA_LOCAL_hold, CSTA_CAUSE_normal,
			false };
	case STEP_far_held:
		return (struct call_shape){ CSTA_EV_Held, CSTA_LOCAL_connected, CSTA_CAUSE_normal,
			true };
	case STEP_retrieved:
		return (struct call_shape){ CSTA_EV_Retrieved, CSTA_LOCAL_connected,
			CSTA_CAUSE_normal, false };
	case STEP_far_retrieved:
		return (struct call_shape){ CSTA_EV_Retrieved, CSTA_LOCAL_connected,
			CSTA_CAUSE_normal, true };
	case STEP_failed:
		/* who is in the call is connected to a tone, what failed is the far connection */
		return (struct call_shape){ CSTA_EV_Failed,
			rings ? CSTA_LOCAL_fail : CSTA_LOCAL_connected, say_clear_cause(s, f->half),
			!rings };
	case STEP_cleared:
		break;
	}
	return (struct call_shape){ call_clear_kind(f->half), CSTA_LOCAL_null,
		say_clear_cause(s, f->half), false };
}

/* A party of a conference has left, the device stays. */
static void
call_far_left(struct say *s, const struct core_say *f)
{
	struct csta_event ev = call_event(s, f);

	ev.kind = CSTA_EV_ConnectionCleared;
	ev.connection_device = ev.subject = say_far_device(s->x, f->half);
	ev.local = say_local_state(f->half->told);
	ev.cause = say_clear_cause(s, f->half);
	say_call_event(s, f, &ev);
}

/* The device has handed its call over: to another call of its own, or to `to`. */
static void
call_handed_over(struct say *s, const struct core_say *f, struct csta_event *ev)
{
	const struct core_half *h = f->half;
	struct str far = say_far_device(s->x, h), to = say_party_name(s->x, str_of(h->to));
	struct csta_link links[2] = {
		{ .now = { h->told_call, far }, .before = { h->told_call, far }, .endpoint = far },
		{ .now = { h->told_call, to }, .before = { h->other, to }, .endpoint = to },
	};

	ev->secondary_old = (struct csta_ref){ h->other, str_of(f->device->id) };
	ev->other = to;
	ev->links = links;
	ev->link_count = to.n > 0 ? 2 : 1;
	say_call_event(s, f, ev);
}

/* The device part of the far party's connection. Who talks to himself has two that cannot be told apart: it is left out. */
static struct str
call_far_connection(const struct say *s, const struct core_say *f)
{
	struct str far = say_far_device(s->x, f->half);

	return str_is(far, f->device->id) ? STR_NONE : far;
}

void
say_step(struct say *s, const struct core_say *f)
{
	struct call_shape shape = call_shape(s, f);
	struct csta_event ev = call_event(s, f);

	if (f->far_only) {
		call_far_left(s, f);
		return;
	}
	ev.kind = shape.kind;
	ev.local = shape.local;
	ev.cause = shape.cause;
	if (shape.about_far)
		ev.connection_device = ev.subject = call_far_connection(s, f);
	if (ev.kind == CSTA_EV_NetworkReached)
		ev.subject = STR_NONE; /* nobody tells which trunk it took */
	if (ev.kind == CSTA_EV_ConnectionCleared && !f->half->local)
		ev.subject = say_far_device(s->x, f->half);
	if (ev.kind == CSTA_EV_Diverted)
		ev.other = say_party_name(s->x, str_of(f->half->to));
	if (ev.kind == CSTA_EV_Transfered)
		call_handed_over(s, f, &ev);
	else
		say_call_event(s, f, &ev);
}

/* --- another far party or call ----------------------------------------------------------- */

struct call_links {
	struct csta_link item[SAY_LINKS_MAX];
	size_t count;
	struct str own; /* the device that is told: never left out */
};

/*
 * Of more parties than there is room for the last by name are left out: in which order they are found is not the same on both
 * nodes. False: that would be the one that stands at `at` then.
 */
static bool
links_make_room(struct call_links *l, size_t at)
{
	size_t last = l->count - 1;

	if (l->count < SAY_LINKS_MAX)
		return true;
	if (str_eq(l->item[last].endpoint, l->own))
		last--;
	if (at > last)
		return false;
	l->count--;
	memmove(&l->item[last], &l->item[last + 1], (l->count - last) * sizeof(l->item[0]));
	return true;
}

/* In the order of their names: the same on both nodes. */
static void
links_add(struct call_links *l, uint64_t call, uint64_t before, struct str device)
{
	size_t at = 0;

	while (at < l->count && str_cmp(l->item[at].endpoint, device) < 0)
		at++;
	if (device.n == 0 || (at < l->count && str_eq(l->item[at].endpoint, device)) ||
		!links_make_room(l, at))
		return;
	memmove(&l->item[at + 1], &l->item[at], (l->count - at) * sizeof(l->item[0]));
	l->item[at] = (struct csta_link){ .now = { call, device },
		.before = { before, before != 0 ? device : STR_NONE },
		.endpoint = device };
	l->count++;
}

/* Everybody in the call, as far as is known: its parties, and who they talk to. */
static void
links_of_call(const struct say *s, const struct core_half *about, struct call_links *l)
{
	const struct core_call *call = about->track->call;
	const struct core_track *t;
	const struct core_half *h;

	l->own = str_of(about->device->id);
	links_add(l, call->id, about->told_call, l->own);
	TAILQ_FOREACH(t, &call->tracks, of_call) {
		TAILQ_FOREACH(h, &t->halves, of_track) {
			if (h->gone)
				continue;
			links_add(l, call->id, 0, str_of(h->device->id));
			if (h != about ||
				!core_half_took_over(
					h)) /* its far party is the one that was left */
				links_add(l, call->id, 0, say_far_device(s->x, h));
		}
	}
}

static enum csta_cause
moved_cause(const struct say *s, const struct core_half *h)
{
	const struct core_device *old = core_device_by_user(&s->x->model, str_of(h->told_far));

	if (core_half_is_distributed(&s->x->model, h))
		return old->kind == CORE_KIND_queue ? CSTA_CAUSE_distributed :
						      CSTA_CAUSE_redirected;
	switch (h->how) {
	case CORE_HOW_FORWARDED:
		return CSTA_CAUSE_callForward;
	case CORE_HOW_PICKED_UP:
		return CSTA_CAUSE_callPickup;
	case CORE_HOW_PARK_RETRIEVED:
	case CORE_HOW_PARKED:
		return CSTA_CAUSE_park;
	case CORE_HOW_BARGED_IN:
		return core_half_took_over(h) ? CSTA_CAUSE_conference :
						CSTA_CAUSE_activeParticipation;
	case CORE_HOW_MONITORED:
		return core_half_took_over(h) ? CSTA_CAUSE_conference :
						CSTA_CAUSE_silentParticipation;
	case CORE_HOW_CONFERENCED:
		return CSTA_CAUSE_conference;
	case CORE_HOW_NONE:
	case CORE_HOW_TRANSFERRED:
		break;
	}
	return core_half_is_sent_on(h) ? CSTA_CAUSE_redirected : CSTA_CAUSE_transfer;
}

/* Diverted fits only while the far party is being called or is a queue, and not over a change of the call id. */
static enum csta_event_kind
moved_kind(const struct say *s, const struct core_half *h)
{
	bool distributed = core_half_is_distributed(&s->x->model, h) ||
		(h->how == CORE_HOW_PARKED && h->told_call == h->track->call->id);

	switch (h->how) {
	case CORE_HOW_BARGED_IN:
	case CORE_HOW_MONITORED:
	case CORE_HOW_CONFERENCED:
		return CSTA_EV_Conferenced;
	case CORE_HOW_FORWARDED:
	case CORE_HOW_PICKED_UP:
	case CORE_HOW_NONE:
	case CORE_HOW_TRANSFERRED:
	case CORE_HOW_PARK_RETRIEVED:
	case CORE_HOW_PARKED:
		break;
	}
	if (distributed || (core_half_is_sent_on(h) && h->told_call == h->track->call->id))
		return CSTA_EV_Diverted;
	return CSTA_EV_Transfered;
}

/* Who brought the parties together: the device that has the conference, who intruded, who transferred. */
static struct str
moved_by(const struct say *s, const struct core_half *h)
{
	struct str old = say_party_name(s->x, str_of(h->told_far));

	if (h->how == CORE_HOW_CONFERENCED && h->conference != CORE_CONFERENCE_NONE)
		return str_of(h->device->id);
	if (moved_kind(s, h) == CSTA_EV_Conferenced && core_half_took_over(h))
		return str_of(h->device->id);
	if (moved_kind(s, h) == CSTA_EV_Conferenced || old.n == 0)
		return say_far_device(s->x, h);
	return old;
}

/* Another living party of a device in the call of `h`: the last one, for that was added to a conference. */
static const struct core_half *
moved_beside(const struct core_half *h, const struct core_device *d)
{
	const struct core_half *other, *found = NULL;

	TAILQ_FOREACH(other, &d->halves, of_device)
		if (other != h && !other->gone && other->track->call == h->track->call &&
			!str_is(str_of(other->remote_user), h->device->user))
			found = other;
	return found;
}

/*
 * transferredToDevice and addedParty: the same device for all who are told. The party of the younger call is the one
 * that was consulted; its call has become the older one.
 */
static struct str
moved_other(const struct say *s, const struct core_half *h)
{
	struct str far = say_far_device(s->x, h);
	bool conference = h->how == CORE_HOW_CONFERENCED;
	const struct core_device *controller =
		core_device_by_user(&s->x->model, str_of(h->remote_user));
	const struct core_half *other = NULL;

	if (conference && h->conference != CORE_CONFERENCE_NONE)
		other = moved_beside(h, h->device);
	else if (core_half_took_over(h) ||
		((conference || h->how == CORE_HOW_TRANSFERRED) &&
			h->told_call > h->track->call->id))
		return str_of(h->device->id);
	else if (conference && controller != NULL)
		other = moved_beside(h, controller);
	return other != NULL ? say_far_device(s->x, other) : far;
}

/* Who brings others together talks, unless it rings at him or he calls: the next event tells of the answer. */
static enum csta_local_state
moved_local(const struct core_half *h, enum csta_event_kind kind)
{
	bool controls = h->how == CORE_HOW_CONFERENCED ? h->conference != CORE_CONFERENCE_NONE :
							 core_half_took_over(h);
	bool talks = h->told == VIEW_connected || h->told == VIEW_held || h->told == VIEW_far_held;

	return say_local_state(
		kind == CSTA_EV_Conferenced && controls && talks ? VIEW_connected : h->told);
}

void
say_moved(struct say *s, const struct core_say *f)
{
	const struct core_half *h = f->half;
	struct csta_event ev = call_event(s, f);
	struct call_links links = { .count = 0 };
	struct str by = moved_by(s, h);

	ev.kind = moved_kind(s, h);
	ev.connection_device = by;
	ev.subject = by;
	ev.other = moved_other(s, h);
	ev.local = moved_local(h, ev.kind);
	ev.cause = moved_cause(s, h);
	if (ev.kind == CSTA_EV_Conferenced)
		ev.secondary_old = (struct csta_ref){ h->other, by };
	if (ev.kind != CSTA_EV_Diverted)
		links_of_call(s, h, &links);
	ev.links = links.item;
	ev.link_count = links.count;
	say_call_event(s, f, &ev);
}

/* --- recording, passing facts ------------------------------------------------------------ */

void
say_record(struct say *s, const struct core_say *f)
{
	static const enum csta_event_kind kinds[] = {
		[CORE_RECORDING_NONE] = CSTA_EV_Stop,
		[CORE_RECORDING_ON] = CSTA_EV_Record,
		[CORE_RECORDING_PAUSED] = CSTA_EV_SuspendRecord,
	};
	struct csta_event ev = call_event(s, f);
	char message[24];

	snprintf(message, sizeof(message), "%llu", (unsigned long long)f->half->told_call);
	ev.kind = kinds[f->half->recording];
	ev.message = str_of(message); /* one recording a call: it has the number of the call */
	ev.local = say_local_state(f->half->told);
	say_call_event(s, f, &ev);
}

static enum csta_cause
note_stop_cause(struct str reason)
{
	static const struct {
		const char *reason;
		enum csta_cause cause;
	} causes[] = {
		{ "NoMatch", CSTA_CAUSE_invalidNumberFormat },
		{ "Timeout", CSTA_CAUSE_timeout },
		{ "EOF", CSTA_CAUSE_terminationCharacterReceived },
		{ "Stopped-OutOfQueue", CSTA_CAUSE_switchingFunctionTerminated },
		{ "Stopped-NewPlayCollect", CSTA_CAUSE_nextMessage },
		{ "Stopped-OfferedWithRingback", CSTA_CAUSE_distributed },
	};

	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (str_is(reason, causes[i].reason))
			return causes[i].cause;
	return CSTA_CAUSE_reserved;
}

/* CSTA has no place for the digits and for what went wrong */
static void
note_stop(struct say *s, const struct core_say *f, struct csta_event *ev)
{
	struct csta_private items[2];

	ev->kind = CSTA_EV_Stop;
	ev->cause = note_stop_cause(f->text);
	ev->private_items = items;
	if (f->text2.n > 0)
		items[ev->private_count++] = (struct csta_private){ "collectDigits", f->text2 };
	if (f->text3.n > 0)
		items[ev->private_count++] = (struct csta_private){ "errorReason", f->text3 };
	say_call_event(s, f, ev);
}

void
say_note(struct say *s, const struct core_say *f)
{
	struct csta_event ev = call_event(s, f);
	struct csta_private position = { "position", STR_NONE };
	char number[16];

	snprintf(number, sizeof(number), "%u", f->number);
	ev.local = say_local_state(f->half->told);
	switch (f->note) {
	case CORE_NOTE_OFFERED:
		ev.kind = CSTA_EV_Delivered;
		ev.cause = CSTA_CAUSE_distributed;
		break;
	case CORE_NOTE_POSITION:
		ev.kind = CSTA_EV_CallInformation;
		position.value = str_of(number);
		ev.private_items = &position;
		ev.private_count = 1;
		break;
	case CORE_NOTE_PLAY:
		ev.kind = CSTA_EV_Play;
		ev.message = str_of(number);
		break;
	case CORE_NOTE_STOP:
		ev.message = str_of(number);
		note_stop(s, f, &ev);
		return;
	case CORE_NOTE_ACCOUNT:
		ev.kind = CSTA_EV_CallInformation;
		ev.account = f->text;
		break;
	case CORE_NOTE_UPDATED:
		ev.kind = CSTA_EV_CallInformation;
		break;
	case CORE_NOTE_LEFT:
		ev.kind = CSTA_EV_ConnectionCleared;
		ev.connection_device = ev.subject = say_party_name(s->x, f->text);
		ev.cause = say_cause_of_end((enum core_end)f->number);
		break;
	}
	say_call_event(s, f, &ev);
}
