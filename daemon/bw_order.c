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

#define UNKNOWN_LOG_MS 1000
#define UNKNOWN_LOG_LINES 10
#define ACK_OK 200
#define ACK_MALFORMED 400
#define ACK_UNKNOWN_SUBSCRIPTION 481
#define SEQUENCE_MAX 2147483647
#define REORDER_OF_SCOPE 256

/* --- numbers -------------------------------------------------------------------------------------------- */

/* How far `number` is ahead of `last`, which wraps from SEQUENCE_MAX to 1; 0 or less: it was there before. */
static int64_t
sequence_ahead(uint32_t last, uint32_t number)
{
	int64_t ahead = (int64_t)number - last;

	if (last == 0)
		return ahead; /* nothing was there */
	if (ahead > SEQUENCE_MAX / 2)
		return ahead - SEQUENCE_MAX;
	return ahead < -SEQUENCE_MAX / 2 ? ahead + SEQUENCE_MAX : ahead;
}

static uint32_t
sequence_before(uint32_t number)
{
	return number > 1 ? number - 1 : SEQUENCE_MAX;
}

static uint32_t
sequence_after(uint32_t number)
{
	return number < SEQUENCE_MAX ? number + 1 : 1;
}

/* --- the ids of the last events -------------------------------------------------------------------------- */

static bool
event_id_known(const struct bw *b, const struct bw_sub *bs, struct str event_id)
{
	uint32_t hash = map_hash(event_id.p, event_id.n);

	for (uint32_t i = 0; i < b->x->conf->duplicate_window && i < bs->seen_next; i++)
		if (bs->seen[i] == hash)
			return true;
	return false;
}

static void
event_id_note(const struct bw *b, struct bw_sub *bs, struct str event_id)
{
	uint32_t window = b->x->conf->duplicate_window;

	if (window == 0)
		return;
	bs->seen[bs->seen_next % window] = map_hash(event_id.p, event_id.n);
	/* below the window it counts those that are there, from then on it goes round above it */
	bs->seen_next++;
	if (bs->seen_next == 2 * window)
		bs->seen_next = window;
}

/* Of what the event says; a copy of it under a new id, over another channel, says the same. */
static uint32_t
event_data_hash(struct str document)
{
	static const char begin[] = "eventData";
	const char *p = memmem(document.p, document.n, begin, sizeof(begin) - 1);

	return p ? map_hash(p, document.n - (size_t)(p - document.p)) :
		   map_hash(document.p, document.n);
}

/* --- taking events in ------------------------------------------------------------------------------------ */

/* The snapshot of the primary package of its device: what calls there are. */
static bool
event_is_snapshot(const struct bw_sub *bs, const struct xsi_event *ev)
{
	enum xsi_event_class class = xsi_event_class_of(ev->kind);

	if (bs != bs->of->primary)
		return false;
	return class == XSI_CLASS_CALL_SNAPSHOT || class == XSI_CLASS_QUEUE_SNAPSHOT ||
		class == XSI_CLASS_ROUTE_SNAPSHOT;
}

static bool
event_is_resync(const struct xsi_event *ev)
{
	return ev->kind == XSI_EV_CallSubscriptionResync ||
		ev->kind == XSI_EV_ACDSubscriptionResync ||
		ev->kind == XSI_EV_RoutePointSubscriptionResync;
}

/* True if these notes are still those of the subscription with this id: taking an event in may end anything. */
static bool
event_sub_lives(const struct bw *b, const struct bw_sub *bs, const char *id)
{
	const struct core_sub *sub = core_sub_by_id(&b->x->model, str_of(id));

	return sub != NULL && sub->south == bs;
}

/* BroadWorks has ended the subscription: what is told under another one is subscribed to anew. */
static void
event_terminated(struct bw *b, struct bw_sub *bs)
{
	log_emit(b->x->log, M_SUBSCRIPTION, "device=%s subscription=%s was ended by BroadWorks",
		bw_sub_owner(bs), bs->sub->id);
	bw_sub_ended(b, bs);
}

/* An event of a scope is about the device that is its target; others are not monitored. */
static struct bw_device *
event_device(struct bw *b, const struct bw_sub *bs, const struct xsi_event *ev)
{
	struct core_device *d = bs->of->device;

	if (d == NULL)
		d = core_device_by_user(&b->x->model, ev->target.n ? ev->target : ev->owner);
	return d != NULL ? bw_device(b, d) : NULL;
}

static void
event_tell(struct bw *b, struct bw_sub *bs, const struct xsi_event *ev)
{
	struct bw_device *bd = event_device(b, bs, ev);

	if (bd == NULL)
		return;
	bd->events++;
	bw_event_take(b, bd, ev);
}

static void
event_trace(struct bw *b, const struct bw_sub *bs, const struct xsi_event *ev, uint32_t xsp)
{
	struct trace_at at = ctx_trace_at(b->x, b->x->offset);
	const struct bw_device *bd = event_device(b, bs, ev);
	struct str trackings[LIMIT_TRACE_CALLS];
	size_t count = 0;

	if (ev->call.tracking_id.n > 0)
		trackings[count++] = ev->call.tracking_id;
	for (uint32_t i = 0; i < ev->call_count && count < LIMIT_TRACE_CALLS; i++)
		trackings[count++] = ev->calls[i].tracking_id;
	trace_event(&at, b->x->conf->xsps[xsp].name, xsi_event_name(ev->kind), ev->sequence,
		bd != NULL ? bd->device : NULL, trackings, count);
}

/* Takes the event in: it is the next one of its subscription. */
static void
event_take(struct bw *b, struct bw_sub *bs, const struct xsi_event *ev, uint32_t xsp)
{
	bool snapshot = event_is_snapshot(bs, ev), resync = event_is_resync(ev);
	char event_id[LIMIT_BW_ID], id[LIMIT_BW_ID];

	/* the texts of `ev` die when another document is read: keep what is needed to the end */
	if (!str_copy(event_id, sizeof(event_id), ev->event_id))
		event_id[0] = '\0';
	REQUIRE(str_copy(id, sizeof(id), str_of(bs->sub->id)));
	if (b->x->traces.on != 0)
		event_trace(b, bs, ev, xsp);
	event_id_note(b, bs, ev->event_id);
	CORE_EMIT(&b->x->em, sub_seq, .subscription = str_of(id), .sequence = ev->sequence);
	if (ev->kind == XSI_EV_SubscriptionTerminated) {
		event_terminated(b, bs);
	} else {
		event_tell(b, bs, ev);
		if (event_sub_lives(b, bs, id) && snapshot)
			bw_sub_compared(b, bs, resync);
		else if (event_sub_lives(b, bs, id) && bs != bs->of->primary)
			bw_sub_answered(b, bs);
	}
	bw_ack_event(b, xsp, str_of(event_id), ACK_OK);
	trace_end(&b->x->traces);
}

/* --- events that came too early --------------------------------------------------------------------------- */

static bool
early_has_room(struct bw *b, size_t bytes)
{
	if (b->early_bytes + bytes <= LIMIT_EARLY_BYTES)
		return true;
	b->x->early_refused++;
	if (!b->early_full)
		log_emit(b->x->log, M_EARLY_LIMIT,
			"%zu bytes of events wait for missing ones: others are not taken in until they come again",
			b->early_bytes);
	b->early_full = true;
	return false;
}

/* NULL: there is no room for it. It is not acknowledged then, and comes again. */
static struct bw_early *
early_new(struct bw *b, struct str document, uint32_t xsp)
{
	struct bw_early *e;

	if (!early_has_room(b, document.n))
		return NULL;
	e = mem_zalloc(sizeof(*e));
	e->xsp = xsp;
	e->document = mem_strndup(document.p, document.n);
	e->n = document.n;
	b->early_bytes += e->n;
	return e;
}

void
bw_early_free(struct bw *b, struct bw_early *e)
{
	b->early_bytes -= e->n;
	if (b->early_bytes < LIMIT_EARLY_BYTES / 2)
		b->early_full = false;
	mem_free(e->document);
	mem_free(e);
}

static void
event_keep_early(struct bw *b, struct bw_sub *bs, const struct xsi_event *ev, uint32_t xsp,
	struct str document)
{
	struct bw_early *e, *at;

	TAILQ_FOREACH(at, &bs->early, link) {
		if (at->sequence == ev->sequence)
			return; /* twice: the first copy is kept, its acknowledgement comes with it */
		if (sequence_ahead(ev->sequence, at->sequence) > 0)
			break;
	}
	e = early_new(b, document, xsp);
	if (e == NULL)
		return;
	e->sequence = ev->sequence;
	if (at != NULL)
		TAILQ_INSERT_BEFORE(at, e, link);
	else
		TAILQ_INSERT_TAIL(&bs->early, e, link);
	bs->early_count++;
	b->south.of[xsp].early++;
	if (bs->gap_due.us == MONO_NEVER.us) {
		bs->gap_due = mono_add_ms(b->x->now, b->x->conf->gap_wait_ms);
		TAILQ_INSERT_TAIL(&b->gaps, bs, gap);
	}
}

static void
event_gap_closed(struct bw *b, struct bw_sub *bs)
{
	if (bs->gap_due.us == MONO_NEVER.us)
		return;
	TAILQ_REMOVE(&b->gaps, bs, gap);
	bs->gap_due = MONO_NEVER;
}

void
bw_early_forget(struct bw *b, struct bw_sub *bs)
{
	struct bw_early *e;

	while ((e = TAILQ_FIRST(&bs->early)) != NULL) {
		TAILQ_REMOVE(&bs->early, e, link);
		bw_early_free(b, e);
	}
	bs->early_count = 0;
	event_gap_closed(b, bs);
}

/* One that waited, and is the next or was taken in another copy. */
static void
event_take_kept(struct bw *b, struct bw_sub *bs, struct bw_early *e)
{
	bool next = sequence_ahead(bs->sub->sequence, e->sequence) == 1;
	struct err err = { 0 };

	if (xsi_decode(b->x->xml, (struct str){ e->document, e->n }, b->doc, &err) != E_OK)
		return;
	if (next)
		bs->last_data = event_data_hash((struct str){ e->document, e->n });
	if (next)
		event_take(b, bs, &b->doc->event, e->xsp);
	else
		bw_ack_event(b, e->xsp, b->doc->event.event_id, ACK_OK);
}

/* Takes what waited for the events before it. True if the subscription is still there afterwards. */
static bool
event_take_early(struct bw *b, struct bw_sub *bs)
{
	struct bw_early *e;
	char id[LIMIT_BW_ID];

	REQUIRE(str_copy(id, sizeof(id), str_of(bs->sub->id)));
	while ((e = TAILQ_FIRST(&bs->early)) != NULL &&
		sequence_ahead(bs->sub->sequence, e->sequence) <= 1) {
		/* out of the list first: taking it in may end the subscription, and the list with it */
		TAILQ_REMOVE(&bs->early, e, link);
		bs->early_count--;
		event_take_kept(b, bs, e);
		bw_early_free(b, e);
		if (!event_sub_lives(b, bs, id))
			return false;
	}
	if (TAILQ_EMPTY(&bs->early))
		event_gap_closed(b, bs);
	return true;
}

static void
event_note_skipped(struct bw_sub *bs, uint32_t next)
{
	struct bw_skipped *s = &bs->skipped[bs->skipped_next++ % BW_SKIPPED];

	s->from = sequence_after(bs->sub->sequence);
	s->to = sequence_before(next);
}

/* One that was not waited for any more, and what it told was asked: it comes late, no more than that. */
static bool
event_was_skipped(const struct bw_sub *bs, uint32_t number)
{
	for (int i = 0; i < BW_SKIPPED; i++) {
		const struct bw_skipped *s = &bs->skipped[i];

		if (s->from != 0 && sequence_ahead(s->from, number) >= 0 &&
			sequence_ahead(number, s->to) >= 0)
			return true;
	}
	return false;
}

void
bw_gap_over(struct bw *b, struct bw_sub *bs)
{
	struct bw_early *e = TAILQ_FIRST(&bs->early);

	event_gap_closed(b, bs);
	if (e == NULL || bs->sub == NULL)
		return;
	b->south.of[e->xsp].gaps++;
	log_emit(b->x->log, M_SEQUENCE_GAP, "device=%s events %u to %u did not come",
		bw_sub_owner(bs), sequence_after(bs->sub->sequence), sequence_before(e->sequence));
	event_note_skipped(bs, e->sequence);
	CORE_EMIT(&b->x->em, sub_seq, .subscription = str_of(bs->sub->id),
		.sequence = sequence_before(e->sequence));
	bw_blame(bs->of, METER_DESYNC_GAP);
	bw_sub_missed(b, bs);
	if (bs->of->device == NULL)
		bw_scope_missed(b, bs);
	if (event_take_early(b, bs) && !TAILQ_EMPTY(&bs->early)) {
		bs->gap_due = mono_add_ms(b->x->now, b->x->conf->gap_wait_ms);
		TAILQ_INSERT_TAIL(&b->gaps, bs, gap);
	}
}

/*
 * A number that was there before: a copy of an event (its id is known, or it is old), or numbers that began anew because
 * another application server speaks. Unless sequence-restart says otherwise it is never taken in: one such event proves
 * nothing, and what a stale snapshot does not list would be cleared. It is asked; when that ask brings no event with
 * a number of its own, ask_waited() in bw_subs.c subscribes anew, and a new subscription has an id and numbers of its
 * own.
 */
static void
event_seen_before(struct bw *b, struct bw_sub *bs, const struct xsi_event *ev, struct str document)
{
	if (event_id_known(b, bs, ev->event_id) || event_was_skipped(bs, ev->sequence))
		return;
	/* the last event once more: if the numbers began anew at this one, it brings nothing new all the same. To ask would
	 * bring another snapshot, which may come twice again, and so on. */
	if (ev->sequence == bs->sub->sequence && event_data_hash(document) == bs->last_data)
		return;
	bs->low_numbers = true;
	bs->of->suspect = true; /* should it have lost calls, it is not alone */
	bw_blame(bs->of, METER_DESYNC_AS_FAILOVER);
	bw_sub_ask(b, bs, bs == bs->of->primary);
}

/* A number that was there before, and yet a new count. */
static bool
event_counts_anew(const struct bw *b, const struct bw_sub *bs, const struct xsi_event *ev)
{
	if (event_id_known(b, bs, ev->event_id))
		return false;
	switch ((enum conf_restart)b->x->conf->sequence_restart) {
	case CONF_RESTART_SNAPSHOT:
		return event_is_resync(ev) || (bw_ask_is_open(bs) && event_is_snapshot(bs, ev));
	case CONF_RESTART_ANY:
		return ev->sequence == 1;
	case CONF_RESTART_SUBSCRIBE:
		break;
	}
	return false;
}

/* A snapshot is a point of comparison: nothing before it is waited for, unless others come under the same numbers. */
static bool
event_may_skip(const struct bw_sub *bs, const struct xsi_event *ev)
{
	return event_is_snapshot(bs, ev) && (bs->packages & (bs->packages - 1)) == 0;
}

/* What waited was ahead of numbers that do not count any more. */
static void
event_count_anew(struct bw *b, struct bw_sub *bs)
{
	log_emit(b->x->log, M_SUBSCRIPTION, "device=%s subscription=%s counts its events anew",
		bw_sub_owner(bs), bs->sub->id);
	bw_early_forget(b, bs);
}

/* An event of a subscription we hold, wherever it stands in the order. */
static void
event_ordered(struct bw *b, struct bw_sub *bs, const struct xsi_event *ev, uint32_t xsp,
	struct str document)
{
	int64_t ahead = sequence_ahead(bs->sub->sequence, ev->sequence);
	char id[LIMIT_BW_ID];

	if (ahead <= 0 && event_counts_anew(b, bs, ev)) {
		event_count_anew(b, bs);
		ahead = 1;
	}
	if (ahead <= 0) {
		b->south.of[xsp].duplicates++;
		event_seen_before(b, bs, ev, document);
		bw_ack_event(b, xsp, ev->event_id, ACK_OK);
		return;
	}
	if (ahead > 1 && !event_may_skip(bs, ev)) {
		if (bs->early_count < (bs->of->device ? LIMIT_REORDER_EVENTS : REORDER_OF_SCOPE))
			event_keep_early(b, bs, ev, xsp, document);
		return; /* what finds no room is not acknowledged and comes again */
	}
	if (ahead > 1)
		event_note_skipped(bs, ev->sequence);
	bs->low_numbers = false; /* who counts on from here has not begun anew */
	REQUIRE(str_copy(id, sizeof(id), str_of(bs->sub->id)));
	bs->last_data = event_data_hash(document);
	event_take(b, bs, ev, xsp);
	if (event_sub_lives(b, bs, id))
		event_take_early(b, bs);
}

/* --- whose it is ----------------------------------------------------------------------------------------- */

/* Many users that are subscribed to anew bring many late events: a few lines a second say as much as all of them. */
static void
event_unknown_logged(struct bw *b, const struct xsi_event *ev)
{
	if (mono_due(b->unknown_until, b->x->now)) {
		if (b->unknown_unlogged > 0)
			log_emit(b->x->log, M_SUBSCRIPTION,
				"%u more events of subscriptions that are not ours, refused",
				b->unknown_unlogged);
		b->unknown_until = mono_add_ms(b->x->now, UNKNOWN_LOG_MS);
		b->unknown_logged = b->unknown_unlogged = 0;
	}
	if (b->unknown_logged >= UNKNOWN_LOG_LINES) {
		b->unknown_unlogged++;
		return;
	}
	b->unknown_logged++;
	log_emit(b->x->log, M_SUBSCRIPTION, "subscription=%.*s target=%.*s is not ours, refused",
		STR_ARG(ev->subscription_id), STR_ARG(ev->target));
}

static void
event_unknown_subscription(struct bw *b, const struct xsi_event *ev, uint32_t xsp)
{
	bool terminated = ev->kind == XSI_EV_SubscriptionTerminated;

	if (!terminated)
		event_unknown_logged(b, ev);
	bw_ack_event(b, xsp, ev->event_id, terminated ? ACK_OK : ACK_UNKNOWN_SUBSCRIPTION);
}

/* True if an answer is awaited that will name a subscription. */
static bool
event_answer_awaited(const struct bw_device *bd)
{
	const struct bw_sub *bs;

	TAILQ_FOREACH(bs, &bd->subs, of_device)
		if (bs->state == ASK_SENT && bs->sub == NULL)
			return true;
	return false;
}

/*
 * An event of a subscription that is not known, of a user that is being subscribed: the first event may overtake the
 * answer, or it is a late copy of an older subscription's. Which one, the answer will tell.
 */
static bool
event_keep_unnamed(struct bw *b, struct bw_device *bd, uint32_t xsp, struct str document)
{
	struct bw_early *e;

	if (!event_answer_awaited(bd) ||
		bd->unnamed_count >= (bd->device ? LIMIT_REORDER_EVENTS : REORDER_OF_SCOPE))
		return false;
	e = early_new(b, document, xsp);
	if (e == NULL)
		return true; /* nobody knows whose it is: no answer, it comes again */
	TAILQ_INSERT_TAIL(&bd->unnamed, e, link);
	bd->unnamed_count++;
	return true;
}

static struct bw_sub *
event_sub_of(struct bw *b, struct str id)
{
	struct core_sub *sub = core_sub_by_id(&b->x->model, id);

	if (sub != NULL && sub->south == NULL && sub->device != NULL)
		bw_device(b, sub->device); /* binds it */
	return sub ? sub->south : NULL;
}

void
bw_unnamed_take(struct bw *b, struct bw_device *bd)
{
	struct core_device *d = bd->device;
	struct bw_earlies all;
	struct bw_early *e;
	struct err err = { 0 };

	TAILQ_INIT(&all);
	TAILQ_CONCAT(&all, &bd->unnamed, link);
	bd->unnamed_count = 0;
	while ((e = TAILQ_FIRST(&all)) != NULL) {
		struct str document = { e->document, e->n };
		const struct xsi_event *ev = &b->doc->event;
		struct bw_sub *bs;

		TAILQ_REMOVE(&all, e, link);
		if (xsi_decode(b->x->xml, document, b->doc, &err) != E_OK)
			err_clear(&err);
		else if ((bs = event_sub_of(b, ev->subscription_id)) != NULL)
			event_ordered(b, bs, ev, e->xsp, document);
		else if ((d != NULL && d->south != bd) ||
			!event_keep_unnamed(b, bd, e->xsp, document))
			event_unknown_subscription(b, ev, e->xsp);
		bw_early_free(b, e);
	}
}

static void
event_route(struct bw *b, struct bw_channel *c, const struct xsi_event *ev, struct str document)
{
	struct bw_sub *bs = event_sub_of(b, ev->subscription_id);
	struct core_device *d;

	b->south.of[c->xsp].events++;
	b->south.of[c->xsp].events_of[ev->kind]++;
	if (bs != NULL) {
		if (b->owner[0] == '\0' && ev->owner.n < sizeof(b->owner))
			str_copy(b->owner, sizeof(b->owner), ev->owner);
		event_ordered(b, bs, ev, c->xsp, document);
		return;
	}
	for (uint32_t i = 0; i < b->scope_count; i++)
		if (event_keep_unnamed(b, b->scopes[i], c->xsp, document))
			return;
	d = core_device_by_user(&b->x->model, ev->target.n ? ev->target : ev->owner);
	if (d == NULL || !event_keep_unnamed(b, bw_device(b, d), c->xsp, document))
		event_unknown_subscription(b, ev, c->xsp);
}

/* A document that cannot be understood: what can be known of it leads to the device being asked. */
static void
event_malformed(struct bw *b, struct bw_channel *c, const struct xsi_event *ev, const char *why)
{
	struct bw_sub *bs = event_sub_of(b, ev->subscription_id);

	b->x->malformed++;
	log_emit(b->x->log, M_EVENT_SKIPPED, "xsp=%s malformed document skipped: %s; device=%s",
		b->x->conf->xsps[c->xsp].name, why, bs ? bw_sub_owner(bs) : "not known");
	bw_ack_event(b, c->xsp, ev->event_id, ACK_MALFORMED);
	if (bs == NULL)
		return;
	bw_blame(bs->of, METER_DESYNC_GAP);
	bw_sub_ask(b, bs, bs == bs->of->primary);
}

/* --- documents ------------------------------------------------------------------------------------------- */

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
	bw_channel_terminated(b, c, b->doc->reason);
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
