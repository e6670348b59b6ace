/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Subscriptions and events: see sim_south.h.
 *
 * Happy path: an event gets the next number of its subscription, is written to a channel of the set, and is forgotten when
 * it is acknowledged with 200.
 * Failure modes: no channel: it waits for one, for a time; the channel ends, or no acknowledgement comes: again on the
 * next channel; acknowledged with 481: the subscription is deleted; with 400: dropped; with 404: the channel is
 * deleted and the event sent again; with 500: sent again.
 */
#include "proto/base/buf.h"
#include "proto/base/mem.h"
#include "tests/sim/sim_south.h"

#include <inttypes.h>
#include <stdio.h>

#define EVENT_ACK_US (4 * SIM_S)
#define EVENT_SWEEP_US (500 * SIM_MS)

struct south_event {
	struct south_event *next;
	char id[SOUTH_ID];
	uint64_t sub_serial;
	char sub_id[SOUTH_ID], set[SOUTH_ID], application[SOUTH_ID], target[SOUTH_ID];
	uint32_t sequence;
	uint64_t channel; /* serial of the channel it was written to; 0 = waits */
	uint64_t last_channel;
	int64_t made_us, sent_us;
	unsigned attempts;
	size_t n;
	char data[]; /* <xsi:eventData ...>...</xsi:eventData> */
};

static void event_sweep(struct sim *s, const struct sim_event *ev);

void
south_event_fini(struct sim *s)
{
	while (s->south->events != NULL) {
		struct south_event *e = s->south->events;

		s->south->events = e->next;
		mem_free(e);
	}
}

void
south_event_renumber(struct sim *s)
{
	south_event_fini(s);
	for (unsigned i = 0; i < SOUTH_SUBS_MAX; i++)
		s->south->subs[i].sequence = 0;
}

size_t
sim_south_unacknowledged(const struct sim *s)
{
	const struct south_event *e;
	size_t count = 0;

	for (e = s->south->events; e != NULL; e = e->next)
		count += s->now_us - e->made_us > SIM_S;
	return count;
}

bool
sim_south_is_subscribed(const struct sim *s, unsigned user)
{
	for (unsigned i = 0; i < SOUTH_SUBS_MAX; i++)
		if (s->south->subs[i].used && s->south->subs[i].user == user &&
			south_event_has(&s->south->subs[i],
				south_event_primary(s->south->users[user].kind)))
			return true;
	return false;
}

bool
sim_south_sent_once(const struct sim *s, uint64_t number)
{
	const struct south_event *e = s->south->events;
	char id[SOUTH_ID];

	snprintf(id, sizeof(id), "event-%" PRIu64, number);
	while (e != NULL && strcmp(e->id, id) != 0)
		e = e->next;
	return e != NULL && e->attempts == 1;
}

/* --- writing ----------------------------------------------------------------------------------------------- */

static void
event_write(struct sim *s, struct south_event *e)
{
	struct south_channel *c = south_chan_pick(s, e->set, e->last_channel);
	struct buf doc;

	if (c == NULL)
		return;
	buf_init(&doc, 65536);
	buf_printf(&doc,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?><xsi:Event xsi1:type=\"xsi:SubscriptionEvent\" "
		"xmlns:xsi=\"http://schema.broadsoft.com/xsi\" xmlns:xsi1=\"http://www.w3.org/2001/XMLSchema-instance\">"
		"<xsi:eventID>%s</xsi:eventID><xsi:sequenceNumber>%u</xsi:sequenceNumber>"
		"<xsi:userId>admin@demo.example</xsi:userId>"
		"<xsi:externalApplicationId>%s</xsi:externalApplicationId><xsi:subscriptionId>%s</xsi:subscriptionId>"
		"<xsi:channelId>%s</xsi:channelId><xsi:targetId>%s</xsi:targetId>",
		e->id, e->sequence, e->application, e->sub_id, c->id, e->target);
	buf_put(&doc, e->data, e->n);
	buf_cstr(&doc, "</xsi:Event>");
	e->channel = c->serial;
	e->last_channel = c->serial;
	e->sent_us = s->now_us;
	e->attempts++;
	sim_world_trace(s, "broadworks: event %s number %u of %s (%s) on %s", e->id, e->sequence,
		e->sub_id, e->target, c->id);
	south_chan_write(s, c, buf_as_str(&doc));
	buf_fini(&doc);
}

void
south_event_new(struct sim *s, struct south_sub *sub, const char *type, struct str content)
{
	struct south_event *e = mem_zalloc(sizeof(*e) + content.n + 128), **end = &s->south->events;
	int n;

	south_new_id(s, "event", e->id, sizeof(e->id));
	e->sub_serial = sub->serial;
	snprintf(e->sub_id, sizeof(e->sub_id), "%s", sub->id);
	snprintf(e->set, sizeof(e->set), "%s", sub->set);
	snprintf(e->application, sizeof(e->application), "%s", sub->application);
	snprintf(e->target, sizeof(e->target), "%s", s->south->users[sub->user].id);
	e->sequence = ++sub->sequence;
	e->made_us = s->now_us;
	n = snprintf(e->data, 100, "<xsi:eventData xsi1:type=\"xsi:%s\">", type);
	memcpy(e->data + n, content.p, content.n);
	memcpy(e->data + (size_t)n + content.n, "</xsi:eventData>", 16);
	e->n = (size_t)n + content.n + 16;
	while (*end != NULL)
		end = &(*end)->next;
	*end = e;
	s->totals.events++;
	event_write(s, e);
}

void
south_event_emit(
	struct sim *s, unsigned user, const char *package, const char *type, struct str content)
{
	for (unsigned i = 0; i < SOUTH_SUBS_MAX; i++)
		if (s->south->subs[i].used && s->south->subs[i].user == user &&
			south_event_has(&s->south->subs[i], package))
			south_event_new(s, &s->south->subs[i], type, content);
}

void
south_event_snapshot(struct sim *s, struct south_sub *sub, const char *type)
{
	struct buf content, calls;

	buf_init(&calls, 32768);
	buf_init(&content, 40000);
	south_calls_put(s, sub->user, &calls);
	if (calls.n > 0) {
		buf_cstr(&content, "<xsi:calls>");
		buf_str(&content, buf_as_str(&calls));
		buf_cstr(&content, "</xsi:calls>");
	}
	south_feature_put_conference(s, sub->user, &content);
	buf_cstr(&content, "<xsi:hookStatus>On-Hook</xsi:hookStatus>");
	south_event_new(s, sub, type, buf_as_str(&content));
	buf_fini(&calls);
	buf_fini(&content);
}

const char *
south_event_primary(enum south_kind kind)
{
	static const char *const packages[] = { "Advanced Call", "Call Center Queue",
		"Route Point Queue" };

	return packages[kind];
}

static void
event_queue_snapshot(struct sim *s, struct south_sub *sub, const char *type)
{
	struct buf content, entries;

	buf_init(&entries, 16384);
	buf_init(&content, 20000);
	south_acd_put(s, sub->user, &entries);
	if (entries.n > 0)
		buf_printf(&content, "<xsi:queueEntries>%.*s</xsi:queueEntries>",
			STR_ARG(buf_as_str(&entries)));
	south_event_new(s, sub, type, buf_as_str(&content));
	buf_fini(&entries);
	buf_fini(&content);
}

bool
south_event_has(const struct south_sub *sub, const char *package)
{
	return strstr(sub->packages, package) != NULL;
}

bool
sim_south_has_packages(const struct sim *s)
{
	/* the other seeds are as they were before there was more than one package */
	return s->opt.features || s->opt.seed % 16 < 4 || s->opt.seed % 16 == 6;
}

void
south_event_snapshots(struct sim *s, struct south_sub *sub)
{
	if (south_event_has(sub, "Advanced Call"))
		south_event_snapshot(s, sub, "CallSubscriptionEvent");
	if (south_event_has(sub, "Do Not Disturb"))
		south_event_new(s, sub, "DoNotDisturbEvent",
			s->south->users[sub->user].do_not_disturb ?
				STR("<xsi:info><xsi:active>true</xsi:active></xsi:info>") :
				STR("<xsi:info><xsi:active>false</xsi:active></xsi:info>"));
	if (south_event_has(sub, "Call Center Queue"))
		event_queue_snapshot(s, sub, "ACDSubscriptionEvent");
	if (south_event_has(sub, "Route Point Queue"))
		event_queue_snapshot(s, sub, "RoutePointSubscriptionEvent");
	south_person_snapshots(s, sub);
}

/* --- subscriptions ----------------------------------------------------------------------------------------- */

struct south_sub *
south_event_sub(struct sim *s, struct str id)
{
	for (unsigned i = 0; i < SOUTH_SUBS_MAX; i++)
		if (s->south->subs[i].used && str_is(id, s->south->subs[i].id))
			return &s->south->subs[i];
	return NULL;
}

void
south_event_unsubscribe(struct sim *s, struct south_sub *sub)
{
	south_event_new(s, sub, "SubscriptionTerminatedEvent", STR_NONE);
	sub->used = false;
}

/* Same owner, target, application and package: the new one replaces the old. */
struct south_sub *
south_event_subscribe(
	struct sim *s, unsigned user, struct str set, struct str application, const char *packages)
{
	struct south_sub *sub = NULL;

	for (unsigned i = 0; i < SOUTH_SUBS_MAX; i++) {
		struct south_sub *old = &s->south->subs[i];

		if (old->used && old->user == user && str_is(application, old->application) &&
			strcmp(packages, old->packages) == 0)
			south_event_unsubscribe(s, old);
	}
	for (unsigned i = 0; i < SOUTH_SUBS_MAX && sub == NULL; i++)
		if (!s->south->subs[i].used)
			sub = &s->south->subs[i];
	if (sub == NULL)
		return NULL;
	*sub = (struct south_sub){ .used = true, .user = user, .serial = ++s->south->next_id };
	south_new_id(s, "sub", sub->id, sizeof(sub->id));
	str_copy(sub->set, sizeof(sub->set), set);
	str_copy(sub->application, sizeof(sub->application), application);
	snprintf(sub->packages, sizeof(sub->packages), "%s", packages);
	return sub;
}

void
sim_south_subscription_drop(struct sim *s)
{
	struct south_sub *sub = &s->south->subs[sim_world_rand(s, SIM_RNG_SOUTH, SOUTH_PEOPLE_MAX)];

	if (!sub->used)
		return;
	sim_world_trace(s, "broadworks: forgets subscription %s", sub->id);
	if (sim_world_chance(s, SIM_RNG_SOUTH, 50))
		south_event_unsubscribe(s, sub);
	else
		sub->used = false;
}

/* --- acknowledgements -------------------------------------------------------------------------------------- */

static void
event_drop(struct sim *s, struct south_event *e)
{
	struct south_event **at = &s->south->events;

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	mem_free(e);
}

int
south_event_ack(struct sim *s, struct str event_id, unsigned status)
{
	struct south_event *e = s->south->events;
	struct south_sub *sub;

	while (e != NULL && !str_is(event_id, e->id))
		e = e->next;
	sim_world_trace(s, "broadworks: %.*s is acknowledged with %u%s", STR_ARG(event_id), status,
		e ? "" : ", not known");
	if (e == NULL)
		return 404;
	if (status == 481) {
		sub = south_event_sub(s, str_of(e->sub_id));
		if (sub != NULL)
			sub->used = false;
	} else if (status != 200 && status != 400) {
		e->channel = 0;
		event_write(s, e);
		return 200;
	}
	event_drop(s, e);
	return 200;
}

void
south_event_channel_gone(struct sim *s, uint64_t serial)
{
	struct south_event *e;

	for (e = s->south->events; e != NULL; e = e->next) {
		if (e->channel != serial)
			continue;
		e->channel = 0;
		event_write(s, e);
	}
}

void
south_event_pump(struct sim *s)
{
	struct south_event *e;

	if (s->sequence == 0 || s->south->events == NULL)
		return;
	for (e = s->south->events; e != NULL; e = e->next)
		if (e->channel == 0)
			event_write(s, e);
}

static void
event_sweep(struct sim *s, const struct sim_event *ev)
{
	struct south_event *e, *next;

	(void)ev;
	sim_world_at(s, EVENT_SWEEP_US, event_sweep, 0, 0, 0);
	for (e = s->south->events; e != NULL; e = next) {
		next = e->next;
		if (e->channel != 0 && s->now_us - e->sent_us > EVENT_ACK_US) {
			e->channel = 0;
			event_write(s, e);
		}
		if (e->channel == 0 && south_chan_pick(s, e->set, 0) == NULL &&
			s->now_us - e->made_us > s->south->keep_us)
			event_drop(s, e);
	}
}

void
south_event_begin(struct sim *s)
{
	sim_world_at(s, EVENT_SWEEP_US, event_sweep, 0, 0, 0);
}
