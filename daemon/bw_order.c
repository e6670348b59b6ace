/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents of the event streams: whose they are, order, duplicates, gaps, acknowledgements.
 *
 * Happy path: the event is the next of its subscription, is taken in (deltas, bw_event.c), and is acknowledged when those
 * are confirmed by the standby. Events of one subscription come over all channels of the set, so a later one may arrive
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

/* BroadWorks has ended the subscription: what is told under another one is subscribed to anew. */
static void
event_terminated(struct bw *b, struct bw_device *bd, const struct core_sub *sub)
{
	log_emit(b->x->log, M_SUBSCRIPTION, "device=%s subscription=%s was ended by BroadWorks",
		bd->device->id, sub->id);
	bw_set_subscription(b, bd, STR_NONE);
	bw_ask(b, bd->device, true);
}

/* Takes the event in: it is the next one of its subscription. */
static void
event_take(struct bw *b, struct bw_device *bd, const struct xsi_event *ev, uint32_t xsp)
{
	struct core_sub *sub = bw_sub_of(bd);
	char event_id[LIMIT_BW_ID];

	/* the texts of `ev` die when another document is read: keep what is needed to the end */
	if (!str_copy(event_id, sizeof(event_id), ev->event_id))
		event_id[0] = '\0';
	bd->seen[bd->seen_next++ % BW_SEEN_EVENTS] = map_hash(event_id, strlen(event_id));
	CORE_EMIT(&b->x->em, sub_seq, .subscription = str_of(sub->id), .sequence = ev->sequence);
	if (ev->kind == XSI_EV_SubscriptionTerminated)
		event_terminated(b, bd, sub);
	else
		bw_event_take(b, bd, ev);
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
	struct core_sub *sub;
	struct bw_early *e;
	struct err err = { 0 };

	while (d->south == bd && (e = TAILQ_FIRST(&bd->early)) != NULL &&
		(sub = bw_sub_of(bd)) != NULL && e->sequence <= sub->sequence + 1) {
		/* out of the list first: taking it in may end the subscription, and the list with it */
		TAILQ_REMOVE(&bd->early, e, link);
		bd->early_count--;
		if (xsi_decode(b->x->xml, (struct str){ e->document, e->n }, b->doc, &err) ==
			E_OK) {
			if (e->sequence == sub->sequence + 1)
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
	struct core_sub *sub = bw_sub_of(bd);
	struct bw_early *e = TAILQ_FIRST(&bd->early);

	event_gap_closed(b, bd);
	if (e == NULL || sub == NULL)
		return;
	log_emit(b->x->log, M_SEQUENCE_GAP, "device=%s events %u to %u did not come", d->id,
		sub->sequence + 1, e->sequence - 1);
	CORE_EMIT(&b->x->em, sub_seq, .subscription = str_of(sub->id), .sequence = e->sequence - 1);
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
	uint32_t last = bw_sub_of(bd)->sequence;

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

	if (bd->state != ASK_SENT || bw_sub_of(bd) != NULL ||
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
		else if (bw_sub_of(bd) != NULL &&
			str_is(b->doc->event.subscription_id, bw_sub_of(bd)->id))
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
	struct core_sub *sub = core_sub_by_id(&b->x->model, ev->subscription_id);
	struct core_device *d;

	if (sub != NULL) {
		event_ordered(b, bw_device(b, sub->device), ev, c->xsp, document);
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
	struct core_sub *sub = core_sub_by_id(&b->x->model, ev->subscription_id);
	struct core_device *d = sub ? sub->device : NULL;

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
