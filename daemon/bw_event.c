/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each event of a user's calls says about a device: eventData into parties, parties into deltas.
 *
 * An event gets here when it is the next of its subscription (bw_order.c), which acknowledges it when what follows
 * from it is confirmed by the standby. Queues and route points are bw_acd.c's, agents and services bw_person.c's. Unknown
 * types are skipped with a log line.
 */
#include "daemon/bw_cause.h"
#include "daemon/bw_part.h"
#include "daemon/ident.h"

#include "proto/base/check.h"
#include "proto/xsi_decode.h"

static enum core_state
event_state(enum xsi_call_state state)
{
	switch (state) {
	case XSI_ALERTING:
		return CORE_ALERTING;
	case XSI_ACTIVE:
		return CORE_CONNECTED;
	case XSI_HELD:
		return CORE_HELD;
	case XSI_REMOTE_HELD:
		return CORE_REMOTE_HELD;
	case XSI_STATE_NONE:
	case XSI_DETACHED:
	case XSI_RELEASED:
	case XSI_IDLE:
		break;
	}
	return CORE_GONE;
}

static enum core_personality
event_personality(enum xsi_personality personality)
{
	if (personality == XSI_TERMINATOR)
		return CORE_TERMINATOR;
	return personality == XSI_CLICK_TO_DIAL ? CORE_CLICK_TO_DIAL : CORE_ORIGINATOR;
}

/* Who sent the call here: a redirecting party, or the queue that distributed it. */
static struct str
event_via(const struct xsi_call *call)
{
	if (call->acd.present && !call->acd.is_outgoing)
		return call->acd.user;
	if (call->redirected.count == 0)
		return STR_NONE;
	return call->redirected.by.user.n > 0 ? call->redirected.by.user :
						call->redirected.by.address;
}

/* The caller of a distributed call: its remote party may be decorated with the name of the queue. */
static const struct xsi_party *
event_remote(const struct xsi_call *call)
{
	const struct xsi_party *calling = &call->acd.calling;

	if (call->acd.present && !call->acd.is_outgoing && calling->address.n + calling->user.n > 0)
		return calling;
	return &call->remote;
}

/* Calls that leave the system; of the others the far end tells when it rings. */
static bool
event_outside(const struct xsi_party *remote)
{
	return remote->user.n == 0 &&
		(remote->type == XSI_CALL_TYPE_NETWORK || remote->type == XSI_CALL_TYPE_EMERGENCY ||
			remote->type == XSI_CALL_TYPE_REPAIR);
}

static enum core_recording
event_recording(enum xsi_recording recording)
{
	if (recording == XSI_RECORDING_STARTED)
		return CORE_RECORDING_ON;
	return recording == XSI_RECORDING_PAUSED ? CORE_RECORDING_PAUSED : CORE_RECORDING_NONE;
}

static struct core_party
event_party(const struct xsi_call *call, enum xsi_event_kind kind)
{
	const struct xsi_party *remote = event_remote(call);
	struct core_party p = {
		.bw_call = call->call_id,
		.tracking = call->tracking_id,
		.personality = event_personality(call->personality),
		.state = event_state(call->state),
		.end = bw_cause_of_release(&call->release),
		.local = call->releasing == XSI_RELEASE_LOCAL,
		.remote = remote->address,
		.remote_user = remote->user,
		.outside = event_outside(remote),
		.recording = event_recording(call->recording),
		.via = event_via(call),
		.to = call->redirect.address,
	};

	if (p.state == CORE_GONE && call->redirect.present)
		p.end = bw_cause_of_redirect(&call->redirect);
	/* BroadWorks collects digits: nobody has been called yet */
	if (kind == XSI_EV_CallCollecting && p.state == CORE_ALERTING)
		p.personality = CORE_CLICK_TO_DIAL;
	/* connected to a treatment (busy tone...): the party stays until it is released */
	p.failed = kind == XSI_EV_CallReleasing ||
		(p.state == CORE_ALERTING && call->release.cause.n > 0);
	if (p.failed)
		p.state = CORE_ALERTING;
	return p;
}

/* --- snapshots --------------------------------------------------------------------------- */

static enum core_conference
event_conference_state(const struct xsi_conference *c)
{
	if (!c->present)
		return CORE_CONFERENCE_NONE;
	switch (c->state) {
	case XSI_CONFERENCE_HELD:
		return CORE_CONFERENCE_HELD;
	case XSI_CONFERENCE_RELEASED:
		return CORE_CONFERENCE_NONE;
	case XSI_CONFERENCE_NONE:
	case XSI_CONFERENCE_ACTIVE:
	case XSI_CONFERENCE_UNKNOWN:
		break;
	}
	return CORE_CONFERENCE_ACTIVE;
}

static void
event_conference(struct bw *b, struct core_device *d, const struct xsi_conference *c)
{
	struct str calls[LIMIT_PARTICIPANTS];
	struct core_conference_in in = { event_conference_state(c), calls, c->participant_count };

	for (uint32_t i = 0; i < c->participant_count; i++)
		calls[i] = c->participants[i].call_id;
	core_decide_conference(&b->x->model, &b->x->em, d, &in);
	bw_conferred(b, d);
}

void
bw_blame(struct bw_device *bd, enum meter_desync why)
{
	if (why < bd->blame)
		bd->blame = why;
}

/* A snapshot that nobody asked for: BroadWorks has noticed that it lost its memory of the device. */
static bool
event_is_unasked(const struct bw_device *bd)
{
	const struct bw_sub *bs = bd->primary;

	return bs != NULL && bs->state != ASK_SENT && bs->state != ASK_WAIT;
}

static void
event_add(struct core_difference *sum, const struct core_difference *diff)
{
	sum->kept += diff->kept;
	sum->cleared += diff->cleared;
	sum->learned += diff->learned;
	sum->changed += diff->changed;
}

void
bw_event_compared(struct bw *b, struct bw_device *bd, const struct core_difference *diff)
{
	if (bd->blame == METER_DESYNC_AUDIT && event_is_unasked(bd))
		bd->blame = METER_DESYNC_AS_FAILOVER;
	b->x->meter.desynchronised[bd->blame] += diff->cleared + diff->changed;
	bd->blame = METER_DESYNC_AUDIT;
	b->x->desynchronised += diff->cleared + diff->changed;
	event_add(&b->total, diff);
	event_add(&b->since, diff);
}

/* A snapshot at its place in the stream: the point of comparison. */
static void
event_snapshot(struct bw *b, struct bw_device *bd, const struct xsi_event *ev)
{
	struct core_difference diff;

	for (uint32_t i = 0; i < ev->call_count; i++) {
		b->parties[i] = event_party(&ev->calls[i], ev->kind);
		bw_note_server(b, ev->calls[i].tracking_id);
	}
	core_decide_snapshot(&b->x->model, &b->x->em, bd->device, b->parties, ev->call_count,
		!ev->calls_cut, b->x->log, &diff);
	event_conference(b, bd->device, &ev->conference);
	bw_event_compared(b, bd, &diff);
	bd->cleared = diff.cleared > 0;
	if (bd->suspect && bd->cleared)
		bd->lost_calls = true;
	bd->differed = diff.cleared + diff.changed + diff.learned > 0;
}

/* --- live events ------------------------------------------------------------------------- */

/* Why there is another far party: most events of that kind say it by their name. */
static enum core_how
event_how(enum xsi_event_kind kind, const struct core_half *h, const struct core_party *p)
{
	static const struct {
		enum xsi_event_kind kind;
		enum core_how how;
	} hows[] = {
		{ XSI_EV_CallTransferred, CORE_HOW_TRANSFERRED },
		{ XSI_EV_CallForwarded, CORE_HOW_FORWARDED },
		{ XSI_EV_CallPickedUp, CORE_HOW_PICKED_UP },
		{ XSI_EV_CallParkRetrieved, CORE_HOW_PARK_RETRIEVED },
		{ XSI_EV_CallBargedIn, CORE_HOW_BARGED_IN },
		{ XSI_EV_CallMonitored, CORE_HOW_MONITORED },
	};

	for (size_t i = 0; i < sizeof(hows) / sizeof(hows[0]); i++)
		if (hows[i].kind == kind)
			return hows[i].how;
	return kind == XSI_EV_CallUpdated && h != NULL ? core_decide_missed_move(h, p) :
							 CORE_HOW_NONE;
}

/* A call that does not say whether it is recorded is recorded as before; the events of recording say it themselves. */
static enum core_recording
event_recording_now(
	const struct xsi_call *call, enum xsi_event_kind kind, const struct core_half *h)
{
	if (kind == XSI_EV_CallRecordingStarted || kind == XSI_EV_CallRecordingResumed)
		return CORE_RECORDING_ON;
	if (kind == XSI_EV_CallRecordingPaused)
		return CORE_RECORDING_PAUSED;
	if (kind == XSI_EV_CallRecordingStopped)
		return CORE_RECORDING_NONE;
	if (call->recording == XSI_RECORDING_NONE && h != NULL)
		return h->recording;
	return event_recording(call->recording);
}

/* The device that a user of ours is called by. */
static struct core_device *
event_called(const struct bw *b, const struct core_half *h)
{
	struct ident user;

	if (h == NULL || h->gone || h->personality == CORE_TERMINATOR || h->state != CORE_ALERTING)
		return NULL;
	if (h->remote_user[0] != '\0')
		return core_device_by_user(&b->x->model, str_of(h->remote_user));
	ident_user(b->x->conf, str_of(h->remote), &user);
	return core_device_by_user(&b->x->model, ident_str(&user));
}

static bool
event_rings(const struct core_half *h)
{
	return h != NULL && core_half_view(h) == VIEW_ringing;
}

/* Who calls a device that rings may be about to pick its call up. */
static void
event_note_caller(struct bw *b, const struct core_half *h)
{
	struct core_device *d = event_called(b, h);
	struct bw_device *bd = d != NULL ? d->south : NULL;
	const struct core_half *own;

	if (bd == NULL || d == h->device)
		return;
	TAILQ_FOREACH(own, &d->halves, of_device)
		if (event_rings(own) && own->track->call != h->track->call)
			bd->called_by = h->track->call->id;
}

/*
 * BroadWorks does not say why a call rings at the device no more. Somebody has picked it up, if he called the device and was not
 * put through to it.
 */
static const struct core_device *
event_picker(struct bw *b, struct core_device *d)
{
	const struct core_call *c = core_call_by_id(&b->x->model, bw_device(b, d)->called_by);
	const struct core_device *picker = NULL;
	const struct core_track *t;
	const struct core_half *h;

	if (c == NULL || core_half_by_call(d, c->id) != NULL)
		return NULL;
	TAILQ_FOREACH(t, &c->tracks, of_call)
		TAILQ_FOREACH(h, &t->halves, of_track)
			if (event_called(b, h) == d)
				picker = h->device;
	return picker;
}

static void
event_detached(struct bw *b, struct core_device *d, struct core_party *p)
{
	const struct core_half *h = core_half_by_bw(d, p->bw_call);
	const struct core_device *picker = event_rings(h) ? event_picker(b, d) : NULL;

	if (picker != NULL) {
		p->end = CORE_END_PICKED_UP;
		p->to = str_of(picker->user);
	} else if (h != NULL && !event_rings(h)) {
		p->end =
			CORE_END_PARKED; /* nothing else takes a call from who talks without a word */
		p->to = str_of(bw_device(b, d)->parks_at);
	}
	core_decide_redirected(&b->x->model, &b->x->em, d, p, 1, b->x->log);
}

/* The far party is in its place no more: the one that the call was parked against is, and holds it. */
static bool
event_is_parked(const struct xsi_event *ev, const struct core_half *h, const struct core_party *p)
{
	return ev->kind == XSI_EV_CallHeld && h != NULL && p->state == CORE_REMOTE_HELD &&
		h->state == CORE_CONNECTED && h->conference == CORE_CONFERENCE_NONE &&
		h->remote_user[0] != '\0' && p->remote_user.n > 0 &&
		!str_is(p->remote_user, h->remote_user);
}

/*
 * A held call is retrieved to become one of a conference that a client makes, which is told as a whole: at its controller, and at
 * who was held. The conference is told next; the snapshot that is asked for comes behind it, or says that there is none.
 */
static bool
event_is_of_conference(
	struct bw *b, struct bw_device *bd, const struct xsi_event *ev, struct core_device *far)
{
	struct bw_device *by = bd->confers ? bd : far != NULL ? far->south : NULL;

	if (ev->kind != XSI_EV_CallRetrieved || by == NULL || !by->confers)
		return false;
	bw_ask(b, by->device, true);
	return true;
}

static void
event_call(
	struct bw *b, struct bw_device *bd, const struct xsi_event *ev, const struct xsi_call *call)
{
	struct core_party p = event_party(call, ev->kind);
	struct core_device *d = bd->device;
	struct core_half *h = core_half_by_bw(d, p.bw_call);

	bw_note_server(b, call->tracking_id);
	if (p.state != CORE_GONE && h == NULL)
		bw_note_device_server(b, bd, call->tracking_id);
	p.how = event_how(ev->kind, h, &p);
	p.recording = event_recording_now(call, ev->kind, h);
	p.later =
		event_is_of_conference(b, bd, ev, core_device_by_user(&b->x->model, p.remote_user));
	if (event_is_parked(ev, h, &p)) {
		p.how = CORE_HOW_PARKED;
		p.state = CORE_PARKED;
	} else if (h != NULL && h->state == CORE_PARKED && p.state == CORE_ALERTING) {
		p.state =
			CORE_PARKED; /* somebody retrieves it: who waits goes on waiting, and rings nowhere */
	}
	if (p.state == CORE_GONE && call->redirect.present)
		core_decide_redirected(&b->x->model, &b->x->em, d, &p, 1, b->x->log);
	else if (p.state == CORE_GONE && ev->kind == XSI_EV_CallDetached)
		event_detached(b, d, &p);
	else if (!core_decide_party(&b->x->model, &b->x->em, d, &p, b->x->log))
		bw_ask(b, d, true);
	event_note_caller(b, core_half_by_bw(d, p.bw_call));
}

/* Calls that the device redirected; one that is still presented to it has only changed. */
static void
event_redirected(struct bw *b, struct bw_device *bd, const struct xsi_event *ev)
{
	size_t gone = 0;

	for (uint32_t i = 0; i < ev->call_count; i++) {
		struct core_party p = event_party(&ev->calls[i], ev->kind);

		if (p.state == CORE_GONE)
			b->parties[gone++] = p;
		else
			event_call(b, bd, ev, &ev->calls[i]);
	}
	core_decide_redirected(&b->x->model, &b->x->em, bd->device, b->parties, gone, b->x->log);
}

static void
event_skipped(struct bw *b, const struct core_device *d, const struct xsi_event *ev)
{
	if (ev->kind == XSI_EV_UNKNOWN)
		log_emit(b->x->log, M_EVENT_SKIPPED, "device=%s type=%.*s is not known", d->id,
			STR_ARG(ev->type));
}

void
bw_event_take(struct bw *b, struct bw_device *bd, const struct xsi_event *ev)
{
	struct core_device *d = bd->device;

	switch (xsi_event_class_of(ev->kind)) {
	case XSI_CLASS_CALL_SNAPSHOT:
		event_snapshot(b, bd, ev);
		break;
	case XSI_CLASS_CALLS:
		event_redirected(b, bd, ev);
		break;
	case XSI_CLASS_CALL:
		event_call(b, bd, ev, &ev->call);
		break;
	case XSI_CLASS_CONFERENCE:
		if (ev->conference.present || ev->kind == XSI_EV_ConferenceReleased)
			event_conference(b, d, &ev->conference);
		break;
	case XSI_CLASS_QUEUE:
	case XSI_CLASS_QUEUE_REFUSED:
	case XSI_CLASS_QUEUE_SNAPSHOT:
	case XSI_CLASS_ROUTE:
	case XSI_CLASS_ROUTE_REFUSED:
	case XSI_CLASS_ROUTE_SNAPSHOT:
	case XSI_CLASS_ROUTE_STATE:
	case XSI_CLASS_MEDIA:
		bw_acd_take(b, bd, ev);
		break;
	case XSI_CLASS_AGENT:
	case XSI_CLASS_AGENT_SNAPSHOT:
	case XSI_CLASS_JOIN:
	case XSI_CLASS_DISPOSITION:
	case XSI_CLASS_SERVICE:
	case XSI_CLASS_MESSAGE_WAITING:
		bw_person_take(b, d, ev);
		break;
	case XSI_CLASS_TERMINATED: /* bw_order.c */
	case XSI_CLASS_HOOK:       /* these say nothing that CSTA has a word for */
	case XSI_CLASS_QUEUE_CONFIG:
	case XSI_CLASS_MONITORING:
	case XSI_CLASS_PARK:
	case XSI_CLASS_OTHER:
		event_skipped(b, d, ev);
		break;
	}
}
