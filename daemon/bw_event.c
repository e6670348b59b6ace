/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents of the event streams: order, duplicates, gaps, and what each event says about a device.
 *
 * Happy path: the event is the next of its subscription, is taken in (deltas), and is acknowledged when those are
 * confirmed by the standby. Events of one subscription come over all channels of the set, so a later one may arrive
 * first: it waits up to gap-wait-ms for the missing ones.
 * Failure modes: seen before: acknowledged, dropped. Missing for good: logged, the device is asked. Unknown type:
 * acknowledged, skipped. Malformed: acknowledged with 400 if its id can be read, the device is asked. Unknown
 * subscription: 481, so that BroadWorks removes what leaked.
 */
#include "daemon/bw_part.h"

#include "proto/base/check.h"
#include "proto/xsi_decode.h"

#define ACK_OK 200
#define ACK_MALFORMED 400
#define ACK_UNKNOWN_SUBSCRIPTION 481
#define UNSOLICITED_QUIET_MS 1000

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
	bool asked = bd->state == ASK_SENT || bd->state == ASK_WAIT;
	bool doubt = ev->kind == XSI_EV_CallSubscriptionResync;
	struct core_difference diff;

	for (uint32_t i = 0; i < ev->call_count; i++) {
		b->parties[i] = event_party(&ev->calls[i], ev->kind);
		bw_note_server(b, ev->calls[i].tracking_id);
	}
	/* nobody asked, and not the echo of an ask either: BroadWorks has noticed that it lost its memory */
	if (!asked && bd->confirmed &&
		mono_due(mono_add_ms(bd->asked, UNSOLICITED_QUIET_MS), b->x->now))
		doubt = true;
	core_decide_snapshot(&b->x->model, &b->x->em, bd->device, b->parties, ev->call_count,
		!ev->calls_cut, b->x->log, &diff);
	b->x->desynchronised += diff.cleared + diff.changed;
	b->total.kept += diff.kept;
	b->total.cleared += diff.cleared;
	b->total.learned += diff.learned;
	b->total.changed += diff.changed;
	if (bd->suspect && diff.cleared > 0)
		doubt = true;
	bd->suspect = false;
	bw_subs_confirmed(b, bd);
	if (doubt)
		bw_doubt_all(b, bd->device,
			asked ? "calls were forgotten" : "a snapshot that nobody asked for");
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

/* Takes the event in: it is the next one of its subscription. */
static void
event_take(struct bw *b, struct bw_device *bd, const struct xsi_event *ev, uint32_t xsp)
{
	struct core_device *d = bd->device;
	char event_id[LIMIT_BW_ID];

	/* the texts of `ev` die when another document is read: keep what is needed to the end */
	if (!str_copy(event_id, sizeof(event_id), ev->event_id))
		event_id[0] = '\0';
	bd->seen[bd->seen_next++ % BW_SEEN_EVENTS] = map_hash(event_id, strlen(event_id));
	CORE_EMIT(&b->x->em, dev_seq, .device = str_of(d->id), .sequence = ev->sequence);
	switch (xsi_event_class_of(ev->kind)) {
	case XSI_CLASS_CALL_SNAPSHOT:
		event_snapshot(b, bd, ev);
		break;
	case XSI_CLASS_TERMINATED:
		log_emit(b->x->log, M_SUBSCRIPTION,
			"device=%s subscription=%s was ended by BroadWorks", d->id,
			d->subscription);
		bw_set_subscription(b, bd, STR_NONE);
		bw_ask(b, d, true);
		break;
	case XSI_CLASS_CALLS:
		for (uint32_t i = 0; i < ev->call_count; i++)
			event_call(b, bd, ev, &ev->calls[i]);
		break;
	case XSI_CLASS_CALL:
		event_call(b, bd, ev, &ev->call);
		break;
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
	bw_ack_event(b, xsp, str_of(event_id), ACK_OK);
}

static bool
event_is_snapshot(const struct xsi_event *ev)
{
	return ev->kind == XSI_EV_CallSubscription || ev->kind == XSI_EV_CallSubscriptionResync;
}

static void
event_keep_early(struct bw *b, struct bw_device *bd, const struct xsi_event *ev, uint32_t xsp,
	struct str document)
{
	struct bw_early *e, *at;

	TAILQ_FOREACH(at, &bd->early, link) {
		if (at->sequence == ev->sequence)
			return; /* twice: the first copy is kept, its acknowledgement comes with it */
		if (at->sequence > ev->sequence)
			break;
	}
	e = mem_zalloc(sizeof(*e));
	e->sequence = ev->sequence;
	e->xsp = xsp;
	e->document = mem_strndup(document.p, document.n);
	e->n = document.n;
	if (at != NULL)
		TAILQ_INSERT_BEFORE(at, e, link);
	else
		TAILQ_INSERT_TAIL(&bd->early, e, link);
	bd->early_count++;
	if (bd->gap_due.us == MONO_NEVER.us) {
		bd->gap_due = mono_add_ms(b->x->now, b->x->conf->gap_wait_ms);
		TAILQ_INSERT_TAIL(&b->gaps, bd, gap);
	}
}

static void
event_gap_closed(struct bw *b, struct bw_device *bd)
{
	if (bd->gap_due.us == MONO_NEVER.us)
		return;
	TAILQ_REMOVE(&b->gaps, bd, gap);
	bd->gap_due = MONO_NEVER;
}

/* Takes what waited for the events before it. `d` may be gone afterwards. */
static void
event_take_early(struct bw *b, struct bw_device *bd)
{
	struct core_device *d = bd->device;
	struct bw_early *e;
	struct err err = { 0 };

	while (d->south == bd && (e = TAILQ_FIRST(&bd->early)) != NULL &&
		e->sequence <= d->sequence + 1) {
		/* out of the list first: taking it in may end the subscription, and the list with it */
		TAILQ_REMOVE(&bd->early, e, link);
		bd->early_count--;
		if (xsi_decode(b->x->xml, (struct str){ e->document, e->n }, b->doc, &err) ==
			E_OK) {
			if (e->sequence == d->sequence + 1)
				event_take(b, bd, &b->doc->event, e->xsp);
			else
				bw_ack_event(b, e->xsp, b->doc->event.event_id, ACK_OK);
		}
		mem_free(e->document);
		mem_free(e);
	}
	if (d->south == bd && TAILQ_EMPTY(&bd->early))
		event_gap_closed(b, bd);
}

void
bw_gap_over(struct bw *b, struct bw_device *bd)
{
	struct core_device *d = bd->device;
	struct bw_early *e = TAILQ_FIRST(&bd->early);

	event_gap_closed(b, bd);
	if (e == NULL)
		return;
	log_emit(b->x->log, M_SEQUENCE_GAP, "device=%s events %u to %u did not come", d->id,
		d->sequence + 1, e->sequence - 1);
	CORE_EMIT(&b->x->em, dev_seq, .device = str_of(d->id), .sequence = e->sequence - 1);
	bw_ask(b, d, true);
	event_take_early(b, bd);
	if (d->south == bd && !TAILQ_EMPTY(&bd->early)) {
		bd->gap_due = mono_add_ms(b->x->now, b->x->conf->gap_wait_ms);
		TAILQ_INSERT_TAIL(&b->gaps, bd, gap);
	}
}

static bool
event_id_known(const struct bw_device *bd, uint32_t hash)
{
	for (uint32_t i = 0; i < BW_SEEN_EVENTS; i++)
		if (bd->seen[i] == hash)
			return true;
	return false;
}

/*
 * A number that was there before: a copy of an event (its id is known, or it is old), or numbers that began anew because
 * another application server speaks. It is never taken in: one such event proves nothing, and what a stale snapshot
 * does not list would be cleared. The device is asked; when that ask brings no event with a number of its
 * own, ask_failed() in bw_subs.c subscribes anew, and a new subscription has an id and numbers of its own.
 */
static void
event_seen_before(struct bw *b, struct bw_device *bd, const struct xsi_event *ev)
{
	if (event_id_known(bd, map_hash(ev->event_id.p, ev->event_id.n)))
		return;
	bd->low_numbers = true;
	bw_ask(b, bd->device, true);
}

/* An event of a subscription we hold, wherever it stands in the order. */
static void
event_ordered(struct bw *b, struct bw_device *bd, const struct xsi_event *ev, uint32_t xsp,
	struct str document)
{
	struct core_device *d = bd->device;
	uint32_t last = d->sequence;

	if (last != 0 && ev->sequence <= last) {
		event_seen_before(b, bd, ev);
		bw_ack_event(b, xsp, ev->event_id, ACK_OK);
		return;
	}
	if (last != 0 && ev->sequence > last + 1 && !event_is_snapshot(ev)) {
		if (bd->early_count < LIMIT_REORDER_EVENTS)
			event_keep_early(b, bd, ev, xsp, document);
		return; /* what finds no room is not acknowledged and comes again */
	}
	if (event_is_snapshot(ev))
		bd->low_numbers = false;
	event_take(b, bd, ev, xsp);
	if (d->south == bd)
		event_take_early(b, bd);
}

static void
event_unknown_subscription(struct bw *b, const struct xsi_event *ev, uint32_t xsp)
{
	bool terminated = ev->kind == XSI_EV_SubscriptionTerminated;

	if (!terminated)
		log_emit(b->x->log, M_SUBSCRIPTION,
			"subscription=%.*s target=%.*s is not ours, refused",
			STR_ARG(ev->subscription_id), STR_ARG(ev->target));
	bw_ack_event(b, xsp, ev->event_id, terminated ? ACK_OK : ACK_UNKNOWN_SUBSCRIPTION);
}

/*
 * An event of a subscription that is not known, of a user that is being subscribed: the first event may overtake the
 * answer, or it is a late copy of an older subscription's. Which one, the answer will tell.
 */
static bool
event_keep_unnamed(struct bw_device *bd, uint32_t xsp, struct str document)
{
	struct bw_early *e;

	if (bd->state != ASK_SENT || bd->device->subscription[0] != '\0' ||
		bd->unnamed_count >= LIMIT_REORDER_EVENTS)
		return false;
	e = mem_zalloc(sizeof(*e));
	e->xsp = xsp;
	e->document = mem_strndup(document.p, document.n);
	e->n = document.n;
	TAILQ_INSERT_TAIL(&bd->unnamed, e, link);
	bd->unnamed_count++;
	return true;
}

void
bw_unnamed_take(struct bw *b, struct bw_device *bd)
{
	struct core_device *d = bd->device;
	struct bw_early *e;
	struct err err = { 0 };

	while (d->south == bd && (e = TAILQ_FIRST(&bd->unnamed)) != NULL) {
		struct str document = { e->document, e->n };

		TAILQ_REMOVE(&bd->unnamed, e, link);
		bd->unnamed_count--;
		if (xsi_decode(b->x->xml, document, b->doc, &err) != E_OK)
			err_clear(&err);
		else if (d->subscription[0] != '\0' &&
			str_is(b->doc->event.subscription_id, d->subscription))
			event_ordered(b, bd, &b->doc->event, e->xsp, document);
		else
			event_unknown_subscription(b, &b->doc->event, e->xsp);
		mem_free(e->document);
		mem_free(e);
	}
}

static void
event_route(struct bw *b, struct bw_channel *c, const struct xsi_event *ev, struct str document)
{
	struct core_device *d = core_device_by_subscription(&b->x->model, ev->subscription_id);

	if (d != NULL) {
		event_ordered(b, bw_device(b, d), ev, c->xsp, document);
		return;
	}
	d = core_device_by_user(&b->x->model, ev->target.n ? ev->target : ev->owner);
	if (d == NULL || !event_keep_unnamed(bw_device(b, d), c->xsp, document))
		event_unknown_subscription(b, ev, c->xsp);
}

/* A document that cannot be understood: what can be known of it leads to the device being asked. */
static void
event_malformed(struct bw *b, struct bw_channel *c, const struct xsi_event *ev, const char *why)
{
	struct core_device *d = core_device_by_subscription(&b->x->model, ev->subscription_id);

	b->x->malformed++;
	log_emit(b->x->log, M_EVENT_SKIPPED, "xsp=%s malformed document skipped: %s; device=%s",
		b->x->conf->xsps[c->xsp].name, why, d ? d->id : "not known");
	bw_ack_event(b, c->xsp, ev->event_id, ACK_MALFORMED);
	if (d != NULL)
		bw_ask(b, d, true);
}

static void
document_channel(struct bw *b, struct bw_channel *c, const struct xsi_channel *ch)
{
	if (c->state != CHANNEL_OPENING || !str_copy(c->id, sizeof(c->id), ch->channel_id) ||
		ch->channel_id.n == 0)
		return;
	c->expires_s = ch->expires_s ? ch->expires_s : (uint64_t)b->x->conf->channel_expires_s;
	bw_change_channel(b, c, CHANNEL_OPEN);
}

static void
document_terminated(struct bw *b, struct bw_channel *c)
{
	log_emit(b->x->log, M_CHANNEL_TERMINATED, "xsp=%s channel=%.*s reason=%.*s",
		b->x->conf->xsps[c->xsp].name, STR_ARG(b->doc->channel.channel_id),
		STR_ARG(b->doc->reason));
	/* no fight with another owner of the set: the back-off of a refused channel */
	if (str_is(b->doc->reason, "DuplicateChannelSet"))
		c->failures += 4;
	bw_channel_lose(b, c, "ended by BroadWorks");
}

void
bw_document(struct bw *b, struct bw_channel *c, struct str document)
{
	struct err e = { 0 };
	int rv = xsi_decode(b->x->xml, document, b->doc, &e);

	if (rv != E_OK) {
		if (b->doc->event.event_id.n == 0 || b->doc->event.subscription_id.n == 0)
			xsi_salvage(document, &b->doc->event);
		event_malformed(b, c, &b->doc->event, e.text);
		return;
	}
	if (b->doc->kind == XSI_DOC_CHANNEL)
		document_channel(b, c, &b->doc->channel);
	else if (b->doc->kind == XSI_DOC_EVENT)
		event_route(b, c, &b->doc->event, document);
	else if (b->doc->kind == XSI_DOC_CHANNEL_TERMINATED)
		document_terminated(b, c);
	else if (b->doc->kind != XSI_DOC_HEARTBEAT)
		log_emit(b->x->log, M_EVENT_SKIPPED,
			"xsp=%s a document of kind %d on the stream is ignored",
			b->x->conf->xsps[c->xsp].name, (int)b->doc->kind);
}
