/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A call center and a route point: see sim_south.h.
 *
 * A call waits in a queue as its third party (SOUTH_QUEUED) until an agent has it, it is sent elsewhere, or the caller gives up.
 * Both are told of by packages of their own. After a failover of the application server they have forgotten their calls and
 * say nothing until they are asked.
 */
#include "proto/base/buf.h"
#include "tests/sim/sim_south.h"

#include <inttypes.h>
#include <stdio.h>

#define ACD_ENTRIES_MAX 6

static void acd_load(struct sim *s, const struct sim_event *ev);
static void acd_step(struct sim *s, const struct sim_event *ev);

bool
sim_south_has_acd(const struct sim *s)
{
	return s->opt.features;
}

static uint64_t
acd_rand(struct sim *s, uint64_t n)
{
	return sim_world_rand(s, SIM_RNG_FEATURE, n);
}

static void
acd_later(struct sim *s)
{
	int64_t gap_us = s->south->call_gap_ms * SIM_MS;

	sim_world_at(
		s, sim_world_range(s, SIM_RNG_FEATURE, gap_us / 2, 3 * gap_us), acd_load, 0, 0, 0);
}

static void
acd_step_later(struct sim *s, struct south_call *c)
{
	c->generation++;
	sim_world_at(s, sim_world_range(s, SIM_RNG_FEATURE, 200 * SIM_MS, 4 * SIM_S), acd_step,
		(uint64_t)(c - s->south->calls), c->generation, 0);
}

void
south_acd_begin(struct sim *s)
{
	static const enum south_kind kinds[] = { SOUTH_QUEUE, SOUTH_ROUTE_POINT };
	struct sim_south *w = s->south;

	for (unsigned i = 0; i < 2; i++) {
		struct south_user *u = &w->users[w->device_count++];
		unsigned number = 2900 + 50 * i;

		u->kind = kinds[i];
		snprintf(u->extension, sizeof(u->extension), "%u", number);
		snprintf(u->id, sizeof(u->id), "%u@demo.example", number);
		snprintf(u->number, sizeof(u->number), "tel:+15550%u", number);
		u->moved = true;
		u->asked_us = -1;
	}
	south_person_begin(s);
	acd_later(s);
}

/* --- telling ----------------------------------------------------------------------------------------------- */

static void
acd_put_remote(const struct sim *s, const struct south_call *c, struct buf *out)
{
	const struct south_party *caller = &c->party[0];

	if (caller->user >= 0)
		buf_printf(out,
			"<xsi:remoteParty><xsi:address>%s</xsi:address><xsi:userId>%s</xsi:userId></xsi:remoteParty>",
			s->south->users[caller->user].number, s->south->users[caller->user].id);
	else
		buf_printf(out, "<xsi:remoteParty><xsi:address>%s</xsi:address></xsi:remoteParty>",
			caller->number);
}

static void
acd_put_entry(
	const struct sim *s, const struct south_call *c, const char *answering, struct buf *out)
{
	const struct south_user *u = &s->south->users[c->party[2].user];
	const char *name = u->kind == SOUTH_QUEUE ? "acd" : "routePoint";

	buf_printf(out,
		"<xsi:queueEntry><xsi:callId>%s</xsi:callId><xsi:extTrackingId>%s</xsi:extTrackingId>",
		c->party[2].id, c->tracking);
	acd_put_remote(s, c, out);
	buf_printf(out,
		"<xsi:addTime>%" PRId64
		"</xsi:addTime><xsi:%sName>%s</xsi:%sName><xsi:%sNumber>%s</xsi:%sNumber>",
		s->now_us / SIM_MS, name, u->extension, name, name, u->number, name);
	if (answering != NULL)
		buf_printf(out, "<xsi:answeringUserId>%s</xsi:answeringUserId>", answering);
	buf_cstr(out, "</xsi:queueEntry>");
}

/* `event` without "ACDCall" and "Event". */
static void
acd_tell(struct sim *s, const struct south_call *c, const char *event, const char *answering,
	const char *extra)
{
	const struct south_user *u = &s->south->users[c->party[2].user];
	struct buf content;
	char type[64];

	snprintf(type, sizeof(type), "%sCall%sEvent", u->kind == SOUTH_QUEUE ? "ACD" : "RoutePoint",
		event);
	sim_world_trace(s, "broadworks: %s %s %s", u->extension, type, c->party[2].id);
	buf_init(&content, 8192);
	acd_put_entry(s, c, answering, &content);
	buf_cstr(&content, extra);
	south_event_emit(s, (unsigned)c->party[2].user, south_event_primary(u->kind), type,
		buf_as_str(&content));
	buf_fini(&content);
}

void
south_acd_put(const struct sim *s, unsigned user, struct buf *out)
{
	for (unsigned i = 0; i < SOUTH_CALLS_MAX; i++) {
		const struct south_call *c = &s->south->calls[i];

		if (c->used && c->party[2].user == (int)user && c->party[2].state != SOUTH_NONE)
			acd_put_entry(s, c, NULL, out);
	}
}

/* --- life of an entry -------------------------------------------------------------------------------------- */

void
south_acd_leave(struct sim *s, struct south_call *c, const char *event, const char *extra)
{
	c->party[2].state = SOUTH_NONE;
	south_calls_part(s, c, 2);
	acd_tell(s, c, event, NULL, extra);
}

void
south_acd_answered(struct sim *s, struct south_call *c)
{
	c->party[2].state = SOUTH_NONE;
	south_calls_part(s, c, 2);
	acd_tell(s, c, "AnsweredByAgent", s->south->users[c->party[1].user].id, "");
}

static bool
acd_is_available(const struct sim *s, unsigned user)
{
	return s->south->users[user].agent == SOUTH_AVAILABLE && south_calls_of_user(s, user) == 0;
}

static void
acd_offer(struct sim *s, struct south_call *c)
{
	uint64_t from = acd_rand(s, s->south->user_count);

	for (unsigned i = 0; i < s->south->user_count; i++) {
		unsigned user = (unsigned)((from + i) % s->south->user_count);

		if (!acd_is_available(s, user) || !south_calls_may_enter(s, c, (int)user))
			continue;
		c->offered++;
		acd_tell(s, c, "OfferedToAgent", NULL, "");
		south_calls_enter(s, c, 1, (int)user);
		c->party[1].acd = c->party[2].user + 1;
		south_calls_tell(s, c, &c->party[1], "CallReceivedEvent", NULL);
		c->generation++;
		south_calls_ring(s, c);
		return;
	}
	acd_step_later(s, c);
}

void
south_acd_bounce(struct sim *s, struct south_call *c)
{
	south_calls_leave(s, c, 1, false);
	c->party[1] = (struct south_party){ .user = -1, .personality = "Terminator" };
	acd_tell(s, c, "Bounced", NULL, "<xsi:position>1</xsi:position>");
	acd_step_later(s, c);
}

/* It goes to somebody else, who is no agent of the queue, or to the outside. */
static void
acd_send(struct sim *s, struct south_call *c, const char *event, const char *extra)
{
	uint64_t to = acd_rand(s, s->south->user_count + 2);
	char redirect[256], number[SOUTH_ID];

	south_calls_outside_number(s, number, sizeof(number));
	if (to < s->south->user_count && (int)to != c->party[0].user)
		snprintf(number, sizeof(number), "%s", s->south->users[to].number);
	snprintf(redirect, sizeof(redirect),
		"%s<xsi:redirect><xsi:address>%s</xsi:address><xsi:reason>call-center</xsi:reason></xsi:redirect>",
		extra, number);
	south_acd_leave(s, c, event, redirect);
	snprintf(c->dialled, sizeof(c->dialled), "%s", number);
	south_calls_offer(s, c);
}

static void
acd_treatment(struct sim *s, const struct south_call *c, const char *event)
{
	char type[64];
	struct buf content;

	snprintf(type, sizeof(type), "RoutePoint%sEvent", event);
	buf_init(&content, 8192);
	acd_put_entry(s, c, NULL, &content);
	buf_cstr(&content,
		"<xsi:playCollectResult><xsi:playCollectId>1</xsi:playCollectId>"
		"<xsi:completionReason>EOF</xsi:completionReason></xsi:playCollectResult>");
	south_event_emit(
		s, (unsigned)c->party[2].user, "Route Point Queue", type, buf_as_str(&content));
	buf_fini(&content);
}

/* What a call center says of a place in its queue; a route point knows no places and plays something. */
static void
acd_note(struct sim *s, struct south_call *c)
{
	static const char *const plays[] = { "MOHStarted", "MOHCompleted", "TreatmentStarted",
		"TreatmentCompleted", "RingbackStarted" };

	if (s->south->users[c->party[2].user].kind == SOUTH_QUEUE)
		acd_tell(s, c, acd_rand(s, 2) ? "Promoted" : "Reordered", NULL,
			"<xsi:position>2</xsi:position>");
	else
		acd_treatment(s, c, plays[acd_rand(s, sizeof(plays) / sizeof(plays[0]))]);
	acd_step_later(s, c);
}

static void
acd_step(struct sim *s, const struct sim_event *ev)
{
	struct south_call *c = &s->south->calls[ev->a];
	uint64_t dice = acd_rand(s, 100);

	if (!c->used || c->generation != ev->b || s->south->frozen)
		return;
	if (dice < 45)
		acd_offer(s, c);
	else if (dice < 60)
		acd_note(s, c);
	else if (dice < 68)
		acd_send(s, c, "Overflowed", "<xsi:overflowReason>time</xsi:overflowReason>");
	else if (dice < 74)
		acd_send(s, c, "Transferred", "");
	else if (dice < 78 && s->south->users[c->party[2].user].kind == SOUTH_QUEUE)
		acd_send(s, c, "Stranded", "");
	else if (dice < 86)
		south_calls_end(s, c, 0);
	else
		acd_step_later(s, c);
}

/* Never got into the queue. */
static void
acd_turn_away(struct sim *s, struct south_call *c, unsigned user)
{
	const struct south_user *u = &s->south->users[user];
	struct buf content;
	char type[64], number[SOUTH_ID];

	south_calls_outside_number(s, number, sizeof(number));
	snprintf(type, sizeof(type), "%sCallForwardedEvent",
		u->kind == SOUTH_QUEUE ? "ACD" : "RoutePoint");
	buf_init(&content, 4096);
	buf_printf(&content,
		"<xsi:callId>callhalf-%" PRIu64
		":0</xsi:callId><xsi:extTrackingId>%s</xsi:extTrackingId>",
		++s->south->next_id, c->tracking);
	acd_put_remote(s, c, &content);
	buf_printf(&content,
		"<xsi:redirect><xsi:address>%s</xsi:address><xsi:reason>unconditional</xsi:reason></xsi:redirect>",
		number);
	snprintf(c->dialled, sizeof(c->dialled), "%s", number);
	c->was_in |= 1u << user;
	south_event_emit(s, user, south_event_primary(u->kind), type, buf_as_str(&content));
	buf_fini(&content);
	south_calls_part(s, c, 2);
	south_calls_offer(s, c);
}

static void
acd_enter(struct sim *s, struct south_call *c, unsigned user)
{
	if (s->south->users[user].kind == SOUTH_ROUTE_POINT)
		s->south->next_id++;
	c->party[2] = (struct south_party){
		.user = (int)user, .state = SOUTH_QUEUED, .personality = "Terminator"
	};
	snprintf(c->party[2].id, sizeof(c->party[2].id), "callhalf-%" PRIu64 ":0",
		++s->south->next_id);
	c->was_in |= 1u << user;
	if (s->south->users[user].kind == SOUTH_ROUTE_POINT) {
		struct buf content;

		buf_init(&content, 4096);
		acd_put_entry(s, c, NULL, &content);
		south_event_emit(s, user, "Route Point Queue", "RoutePointNewCallEvent",
			buf_as_str(&content));
		buf_fini(&content);
	}
	acd_tell(s, c, "Added", NULL, "<xsi:position>1</xsi:position>");
	acd_step_later(s, c);
}

static unsigned
acd_entries(const struct sim *s)
{
	unsigned count = 0;

	for (unsigned i = 0; i < SOUTH_CALLS_MAX; i++)
		count += s->south->calls[i].used && s->south->calls[i].party[2].state != SOUTH_NONE;
	return count;
}

static void
acd_load(struct sim *s, const struct sim_event *ev)
{
	struct sim_south *w = s->south;
	unsigned user = w->user_count + (unsigned)acd_rand(s, 2);
	int caller = (int)acd_rand(s, w->user_count);
	struct south_call *c;

	(void)ev;
	if (w->frozen)
		return;
	acd_later(s);
	if (acd_rand(s, 100) < 60 || south_calls_of_user(s, (unsigned)caller) >= 2)
		caller = -1;
	if (acd_entries(s) >= ACD_ENTRIES_MAX)
		return;
	c = south_calls_new(s, caller, "Originator", str_of(w->users[user].id));
	if (c == NULL)
		return;
	south_calls_tell(s, c, &c->party[0], "CallOriginatedEvent", NULL);
	if (acd_rand(s, 100) < 8)
		acd_turn_away(s, c, user);
	else
		acd_enter(s, c, user);
}
