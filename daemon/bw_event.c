/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each event says about a device: eventData into parties, parties into deltas.
 *
 * An event gets here when it is the next of its subscription (bw_order.c), which acknowledges it when what follows
 * from it is confirmed by the standby. Unknown types are skipped with a log line.
 */
#include "daemon/bw_part.h"

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

static enum core_end
event_end(struct str cause)
{
	if (cause.n == 0)
		return CORE_END_NORMAL;
	if (str_is(cause, "Busy"))
		return CORE_END_BUSY;
	if (str_is(cause, "User Not Found") || str_is(cause, "Translation Failure") ||
		str_is(cause, "Temporarily Unavailable") || str_is(cause, "Forbidden"))
		return CORE_END_UNREACHABLE;
	return CORE_END_FAILED;
}

static struct core_party
event_party(const struct xsi_call *call, enum xsi_event_kind kind)
{
	struct core_party p = {
		.bw_call = call->call_id,
		.tracking = call->tracking_id,
		.personality = call->personality == XSI_TERMINATOR ? CORE_TERMINATOR :
			call->personality == XSI_CLICK_TO_DIAL     ? CORE_CLICK_TO_DIAL :
								     CORE_ORIGINATOR,
		.state = event_state(call->state),
		.end = event_end(call->release.cause),
		.local = call->releasing == XSI_RELEASE_LOCAL,
		.remote = call->remote.address,
		.remote_user = call->remote.user,
	};

	/* connected to a treatment (busy tone...): the party stays until it is released */
	p.failed = kind == XSI_EV_CallReleasing ||
		(p.state == CORE_ALERTING && call->release.cause.n > 0);
	if (p.failed)
		p.state = CORE_ALERTING;
	return p;
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
	b->x->desynchronised += diff.cleared + diff.changed;
	b->total.kept += diff.kept;
	b->total.cleared += diff.cleared;
	b->total.learned += diff.learned;
	b->total.changed += diff.changed;
	if (bd->suspect && diff.cleared > 0)
		bd->lost_calls = true;
}

static void
event_call(
	struct bw *b, struct bw_device *bd, const struct xsi_event *ev, const struct xsi_call *call)
{
	struct core_party p = event_party(call, ev->kind);
	struct core_device *d = bd->device;

	bw_note_server(b, call->tracking_id);
	if (p.state != CORE_GONE && core_half_by_bw(d, p.bw_call) == NULL)
		bw_note_device_server(b, bd, call->tracking_id);
	if (!core_decide_party(&b->x->model, &b->x->em, d, &p, b->x->log))
		bw_ask(b, d, true);
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
		for (uint32_t i = 0; i < ev->call_count; i++)
			event_call(b, bd, ev, &ev->calls[i]);
		break;
	case XSI_CLASS_CALL:
		event_call(b, bd, ev, &ev->call);
		break;
	case XSI_CLASS_TERMINATED: /* bw_order.c */
	case XSI_CLASS_OTHER:
	case XSI_CLASS_CONFERENCE:
	case XSI_CLASS_HOOK:
	case XSI_CLASS_AGENT:
	case XSI_CLASS_AGENT_SNAPSHOT:
	case XSI_CLASS_JOIN:
	case XSI_CLASS_DISPOSITION:
	case XSI_CLASS_QUEUE:
	case XSI_CLASS_QUEUE_REFUSED:
	case XSI_CLASS_QUEUE_SNAPSHOT:
	case XSI_CLASS_QUEUE_CONFIG:
	case XSI_CLASS_ROUTE:
	case XSI_CLASS_ROUTE_REFUSED:
	case XSI_CLASS_ROUTE_SNAPSHOT:
	case XSI_CLASS_ROUTE_STATE:
	case XSI_CLASS_MEDIA:
	case XSI_CLASS_SERVICE:
	case XSI_CLASS_MESSAGE_WAITING:
	case XSI_CLASS_MONITORING:
	case XSI_CLASS_PARK:
		if (ev->kind == XSI_EV_UNKNOWN)
			log_emit(b->x->log, M_EVENT_SKIPPED, "device=%s type=%.*s is not known",
				d->id, STR_ARG(ev->type));
		break;
	}
}
