/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Users and calls: the truth. See sim_south.h.
 *
 * A call has two parties; a party inside has a half with an id of its own, and every change of a half is told in an event
 * to the subscriptions of its user. Timers make calls live by themselves; requests of
 * applications use the same functions. Ungraceful failover of the application server: all calls are
 * forgotten without any event; a user who registers again brings a snapshot nobody asked for, one whose first
 * activity is a call does not.
 */
#include "proto/base/buf.h"
#include "proto/base/mem.h"
#include "tests/sim/sim_south.h"

#include <inttypes.h>
#include <stdio.h>

static void calls_load(struct sim *s, const struct sim_event *ev);
static void calls_offer(struct sim *s, const struct sim_event *ev);
static void calls_phone_answers(struct sim *s, const struct sim_event *ev);
static void calls_answer_later(struct sim *s, const struct sim_event *ev);
static void calls_talk_over(struct sim *s, const struct sim_event *ev);
static void calls_end_later(struct sim *s, const struct sim_event *ev);

uint64_t
south_calls_rand(struct sim *s, uint64_t n)
{
	return sim_world_rand(s, SIM_RNG_SOUTH, n);
}

int64_t
south_calls_ms(struct sim *s, int64_t low, int64_t high)
{
	return sim_world_range(s, SIM_RNG_SOUTH, low * SIM_MS, high * SIM_MS);
}

const char *
sim_south_state_name(enum south_state state)
{
	static const char *const names[] = { "Released", "Alerting", "Active", "Held",
		"Remote Held", "Detached", "Queued" };

	return names[state];
}

void
south_calls_begin(struct sim *s)
{
	struct sim_south *w = s->south;

	w->user_count = 3 + (unsigned)south_calls_rand(s, SOUTH_PEOPLE_MAX - 2);
	w->device_count = w->user_count;
	w->call_gap_ms = 300 + (int64_t)south_calls_rand(s, 3000);
	w->server = 1;
	for (unsigned i = 0; i < w->user_count; i++) {
		struct south_user *u = &w->users[i];

		snprintf(u->extension, sizeof(u->extension), "%u", 2000 + i);
		snprintf(u->id, sizeof(u->id), "%u@demo.example", 2000 + i);
		snprintf(u->number, sizeof(u->number), "tel:+15550%u", 2000 + i);
		u->moved = true;
		u->asked_us = -1;
	}
	sim_world_at(s, south_calls_ms(s, 500, 4000), calls_load, 0, 0, 0);
	if (sim_south_has_acd(s))
		south_acd_begin(s);
	if (sim_south_has_features(s))
		south_feature_begin(s);
}

int
south_calls_user(const struct sim *s, struct str name)
{
	const struct sim_south *w = s->south;

	for (unsigned i = 0; i < w->device_count; i++) {
		const struct south_user *u = &w->users[i];

		if (str_is(name, u->id) || str_is(name, u->extension) || str_is(name, u->number))
			return (int)i;
	}
	return -1;
}

/* --- events ------------------------------------------------------------------------------------------------ */

static const struct south_party *
calls_far(const struct south_call *c, const struct south_party *p)
{
	return p == &c->party[0] ? &c->party[1] : &c->party[0];
}

static void
calls_put_user(const struct sim *s, int user, const char *number, struct buf *out)
{
	if (user >= 0)
		buf_printf(out, "<xsi:address>%s</xsi:address><xsi:userId>%s</xsi:userId>",
			s->south->users[user].number, s->south->users[user].id);
	else
		buf_printf(out, "<xsi:address>%s</xsi:address>", number);
}

static void
calls_put_remote(const struct sim *s, const struct south_call *c, const struct south_party *p,
	struct buf *out)
{
	const struct south_party *far = calls_far(c, p);
	bool named = far->id[0] != '\0'; /* offered already */
	int dialled = south_calls_user(s, str_of(c->dialled));

	buf_cstr(out, "<xsi:remoteParty>");
	calls_put_user(s, named ? far->user : -1,
		named                ? far->number :
			dialled >= 0 ? s->south->users[dialled].number :
				       c->dialled,
		out);
	buf_cstr(out, "</xsi:remoteParty>");
}

static void
calls_put_redirected(const struct sim *s, const struct south_party *p, struct buf *out)
{
	if (p->by > 0 && p->state == SOUTH_ALERTING) {
		buf_cstr(out, "<xsi:redirections><xsi:redirection><xsi:party>");
		calls_put_user(s, p->by - 1, "", out);
		buf_printf(out,
			"</xsi:party><xsi:reason>%s</xsi:reason></xsi:redirection></xsi:redirections>",
			p->reason ? p->reason : "no-answer");
	}
	if (p->to[0] != '\0')
		buf_printf(out,
			"<xsi:redirect><xsi:address>%s</xsi:address><xsi:reason>%s</xsi:reason></xsi:redirect>",
			p->to, p->reason ? p->reason : "transfer");
}

static void
calls_put_acd(const struct sim *s, const struct south_call *c, const struct south_party *p,
	struct buf *out)
{
	const struct south_user *acd = &s->south->users[p->acd - 1];

	buf_printf(out,
		"<xsi:acdCallInfo><xsi:acdUserId>%s</xsi:acdUserId><xsi:acdName>%s</xsi:acdName>"
		"<xsi:acdNumber>%s</xsi:acdNumber><xsi:numCallsInQueue>1</xsi:numCallsInQueue>"
		"<xsi:waitTime>1</xsi:waitTime><xsi:callingPartyInfo>",
		acd->id, acd->extension, acd->number);
	calls_put_user(s, c->party[0].user, c->party[0].number, out);
	buf_cstr(out, "</xsi:callingPartyInfo></xsi:acdCallInfo>");
}

void
south_calls_put_party(const struct sim *s, const struct south_call *c, const struct south_party *p,
	const char *releasing, struct buf *out)
{
	static const char *const recordings[] = { "", "Started", "Paused" };

	buf_printf(out,
		"<xsi:call><xsi:callId>%s</xsi:callId><xsi:extTrackingId>%s</xsi:extTrackingId>"
		"<xsi:personality>%s</xsi:personality><xsi:state>%s</xsi:state>",
		p->id, c->tracking, p->personality, sim_south_state_name(p->state));
	if (p->treated)
		buf_cstr(out,
			"<xsi:releaseCause><xsi:internalReleaseCause>Busy</xsi:internalReleaseCause></xsi:releaseCause>");
	if (releasing != NULL)
		buf_printf(out, "<xsi:releasingParty>%s</xsi:releasingParty>", releasing);
	calls_put_remote(s, c, p, out);
	calls_put_redirected(s, p, out);
	buf_printf(out, "<xsi:startTime>%" PRId64 "</xsi:startTime>", s->now_us / SIM_MS);
	if (p->acd > 0)
		calls_put_acd(s, c, p, out);
	if (p->recording != SOUTH_NOT_RECORDED)
		buf_printf(out, "<xsi:recordingState>%s</xsi:recordingState>",
			recordings[p->recording]);
	buf_cstr(out, "</xsi:call>");
}

void
south_calls_tell(struct sim *s, const struct south_call *c, const struct south_party *p,
	const char *type, const char *releasing)
{
	struct buf content;

	if (p->user < 0)
		return;
	sim_world_trace(s, "broadworks: %s %s %s %s", s->south->users[p->user].extension, type,
		p->id, sim_south_state_name(p->state));
	buf_init(&content, 8192);
	south_calls_put_party(s, c, p, releasing, &content);
	south_event_emit(s, (unsigned)p->user, "Advanced Call", type, buf_as_str(&content));
	buf_fini(&content);
}

void
south_calls_put(const struct sim *s, unsigned user, struct buf *out)
{
	for (unsigned i = 0; i < SOUTH_CALLS_MAX; i++) {
		const struct south_call *c = &s->south->calls[i];

		for (unsigned k = 0; k < 2 && c->used; k++)
			if (c->party[k].user == (int)user && c->party[k].state != SOUTH_NONE)
				south_calls_put_party(s, c, &c->party[k], NULL, out);
	}
}

void
south_calls_activity(struct sim *s, unsigned user, bool call)
{
	struct south_user *u = &s->south->users[user];

	if (u->moved || u->kind != SOUTH_USER)
		return;
	u->moved = true;
	if (call)
		return;
	for (unsigned i = 0; i < SOUTH_SUBS_MAX; i++) {
		struct south_sub *sub = &s->south->subs[i];

		if (!sub->used || sub->user != user || !south_event_has(sub, "Advanced Call"))
			continue;
		s->south->failover_told_us = s->now_us;
		south_event_snapshot(s, sub,
			s->south->resync_event ? "CallSubscriptionResyncEvent" :
						 "CallSubscriptionEvent");
	}
}

/* --- life of a call ---------------------------------------------------------------------------------------- */

static uint64_t
calls_index(const struct sim *s, const struct south_call *c)
{
	return (uint64_t)(c - s->south->calls);
}

static void
calls_later(struct sim *s, struct south_call *c, int64_t us, sim_event_fn fn, uint64_t party)
{
	sim_world_at(s, us, fn, calls_index(s, c), c->generation, party);
}

static struct south_call *
calls_of_timer(struct sim *s, const struct sim_event *ev)
{
	struct south_call *c = &s->south->calls[ev->a];

	return c->used && c->generation == ev->b && !s->south->frozen ? c : NULL;
}

void
south_calls_leave(struct sim *s, struct south_call *c, unsigned k, bool local)
{
	struct south_party *p = &c->party[k];
	bool conferenced = p->conferenced;

	if (p->state == SOUTH_NONE)
		return;
	p->state = SOUTH_NONE;
	p->conferenced = false;
	south_calls_part(s, c, k);
	south_calls_tell(s, c, p, "CallReleasedEvent", local ? "localRelease" : "remoteRelease");
	if (conferenced)
		south_feature_left(s, (unsigned)p->user);
}

void
south_calls_end(struct sim *s, struct south_call *c, unsigned by)
{
	if (c->party[2].state != SOUTH_NONE)
		south_acd_leave(s, c, by == 0 ? "Abandoned" : "Released", "");
	south_calls_leave(s, c, by, true);
	south_calls_leave(s, c, 1 - by, false);
	c->used = false;
	c->generation++;
}

static bool
calls_offered(const struct south_call *c)
{
	return c->party[1].id[0] != '\0';
}

void
south_calls_outside_number(struct sim *s, char *out, size_t size)
{
	snprintf(out, size, "tel:+15558%06" PRIu64, ++s->south->outside);
}

void
south_calls_tracking(struct sim *s, char *out, size_t size)
{
	s->south->next_id++;
	snprintf(out, size, "%" PRIu64 ":%u", s->south->next_id, s->south->server);
}

struct south_call *
south_calls_new(struct sim *s, int caller, const char *personality, struct str to)
{
	struct sim_south *w = s->south;
	struct south_call *c = NULL;
	uint64_t generation;

	for (unsigned i = 0; i < SOUTH_CALLS_MAX && c == NULL; i++)
		if (!w->calls[i].used)
			c = &w->calls[i];
	if (c == NULL)
		return NULL;
	generation = c->generation;
	*c = (struct south_call){ .used = true, .generation = generation + 1 };
	south_calls_tracking(s, c->tracking, sizeof(c->tracking));
	c->group = w->next_id;
	str_copy(c->dialled, sizeof(c->dialled), to);
	c->party[0] = (struct south_party){
		.user = caller, .state = SOUTH_ALERTING, .personality = personality
	};
	snprintf(c->party[0].id, sizeof(c->party[0].id), "callhalf-%" PRIu64 ":0", w->next_id);
	c->party[1] = (struct south_party){ .user = -1, .personality = "Terminator" };
	c->party[2] = (struct south_party){ .user = -1 };
	if (caller < 0)
		south_calls_outside_number(s, c->party[0].number, sizeof(c->party[0].number));
	else
		south_calls_activity(s, (unsigned)caller, true);
	if (caller >= 0)
		c->was_in = 1u << caller;
	return c;
}

unsigned
south_calls_of_user(const struct sim *s, unsigned user)
{
	unsigned count = 0;

	for (unsigned i = 0; i < SOUTH_CALLS_MAX; i++)
		for (unsigned k = 0; k < 2 && s->south->calls[i].used; k++)
			count += s->south->calls[i].party[k].user == (int)user &&
				s->south->calls[i].party[k].state != SOUTH_NONE;
	return count;
}

static void
calls_load(struct sim *s, const struct sim_event *ev)
{
	struct sim_south *w = s->south;
	unsigned user = (unsigned)south_calls_rand(s, w->user_count),
		 other = (unsigned)south_calls_rand(s, w->user_count);
	struct south_call *c;
	char number[SOUTH_ID];

	(void)ev;
	if (w->frozen)
		return;
	sim_world_at(
		s, south_calls_ms(s, w->call_gap_ms / 3, 2 * w->call_gap_ms), calls_load, 0, 0, 0);
	if (sim_south_has_packages(s) && south_calls_rand(s, 100) < 30) {
		w->users[other].do_not_disturb = !w->users[other].do_not_disturb;
		south_event_emit(s, other, "Do Not Disturb", "DoNotDisturbEvent",
			w->users[other].do_not_disturb ?
				STR("<xsi:info><xsi:active>true</xsi:active></xsi:info>") :
				STR("<xsi:info><xsi:active>false</xsi:active></xsi:info>"));
	}
	if (south_calls_of_user(s, user) >= 2)
		return;
	south_calls_outside_number(s, number, sizeof(number));
	if (south_calls_rand(s, 100) < 30) { /* from outside */
		c = south_calls_new(s, -1, "Originator", str_of(w->users[user].id));
	} else {
		bool outside = other == user || south_calls_rand(s, 100) < 40;

		c = south_calls_new(
			s, (int)user, "Originator", str_of(outside ? number : w->users[other].id));
		if (c != NULL)
			south_calls_tell(s, c, &c->party[0], "CallOriginatedEvent", NULL);
	}
	if (c != NULL)
		calls_later(s, c, south_calls_ms(s, 20, 300), calls_offer, 0);
}

static void
calls_busy(struct sim *s, struct south_call *c)
{
	c->party[0].treated = true;
	c->party[0].waits = false;
	c->party[0].state = SOUTH_ALERTING; /* to a tone */
	south_calls_tell(s, c, &c->party[0], "CallReleasingEvent", NULL);
	calls_later(s, c, south_calls_ms(s, 500, 3000), calls_end_later, 0);
}

void
south_calls_enter(struct sim *s, struct south_call *c, unsigned k, int to)
{
	struct south_party *p = &c->party[k];

	*p = (struct south_party){
		.user = to, .state = SOUTH_ALERTING, .personality = "Terminator"
	};
	if (to < 0)
		snprintf(p->number, sizeof(p->number), "%s%.30s",
			strncmp(c->dialled, "tel:", 4) == 0 ? "" : "tel:+", c->dialled);
	snprintf(p->id, sizeof(p->id), "callhalf-%" PRIu64 ":0", ++s->south->next_id);
	if (to < 0)
		return;
	s->south->users[to].returns |= (c->was_in & 1u << to) != 0;
	for (unsigned i = 0; i < SOUTH_CALLS_MAX; i++)
		if (s->south->calls[i].group == c->group)
			s->south->calls[i].was_in |= 1u << to;
	south_calls_activity(s, (unsigned)to, true);
}

/* The one that is dialled rings soon, or is busy. */
void
south_calls_offer(struct sim *s, struct south_call *c)
{
	c->generation++;
	calls_later(s, c, south_calls_ms(s, 20, 300), calls_offer, 0);
}

/* In the call, or in one that a conference joined with it: nobody is called by his own conference here. */
bool
south_calls_is_in(const struct sim *s, const struct south_call *c, int user)
{
	for (unsigned i = 0; i < 2 * SOUTH_CALLS_MAX; i++) {
		const struct south_call *other = &s->south->calls[i / 2];

		if (other->used && other->group == c->group && other->party[i % 2].user == user &&
			other->party[i % 2].state != SOUTH_NONE)
			return true;
	}
	return false;
}

bool
south_calls_may_enter(const struct sim *s, const struct south_call *c, int user)
{
	return !south_calls_is_in(s, c, user) && (s->faults == 0 || !(c->was_in & 1u << user));
}

/* It rings: what comes of it? */
void
south_calls_ring(struct sim *s, struct south_call *c)
{
	bool answered = south_calls_rand(s, 100) < 75;
	uint64_t by = south_calls_rand(s, 2);

	calls_later(s, c, south_calls_ms(s, 300, 5000),
		answered ? calls_answer_later : calls_end_later, by);
}

static void
calls_offer(struct sim *s, const struct sim_event *ev)
{
	struct south_call *c = calls_of_timer(s, ev);
	int to = c ? south_calls_user(s, str_of(c->dialled)) : -1;

	if (c == NULL)
		return;
	if (to >= (int)s->south->user_count)
		to = -1; /* nobody calls a queue in this way */
	if (to >= 0 ? south_calls_of_user(s, (unsigned)to) >= 2 ||
				!south_calls_may_enter(s, c, to) :
		      south_calls_rand(s, 100) < 10) {
		calls_busy(s, c);
		return;
	}
	south_calls_enter(s, c, 1, to);
	south_calls_tell(s, c, &c->party[1], "CallReceivedEvent", NULL);
	south_calls_ring(s, c);
}

void
south_calls_go_on(struct sim *s, struct south_call *c)
{
	uint64_t next;

	c->generation++;
	next = south_calls_rand(s, 2);
	calls_later(s, c, south_calls_ms(s, 500, 8000), calls_talk_over, next);
}

void
south_calls_answered(struct sim *s, struct south_call *c)
{
	if (c->party[2].state != SOUTH_NONE)
		south_acd_answered(s, c);
	for (unsigned k = 0; k < 2; k++) {
		c->party[k].state = SOUTH_ACTIVE;
		c->party[k].waits = false;
		south_calls_tell(s, c, &c->party[k], "CallAnsweredEvent", NULL);
	}
	south_calls_go_on(s, c);
}

static void
calls_answer_later(struct sim *s, const struct sim_event *ev)
{
	struct south_call *c = calls_of_timer(s, ev);

	if (c != NULL && c->party[1].state == SOUTH_ALERTING)
		south_calls_answered(s, c);
}

static void
calls_end_later(struct sim *s, const struct sim_event *ev)
{
	struct south_call *c = calls_of_timer(s, ev);

	if (c != NULL && c->party[2].state != SOUTH_NONE && ev->c == 1)
		south_acd_bounce(s, c); /* the agent does not take it */
	else if (c != NULL)
		south_calls_end(s, c, (unsigned)ev->c);
}

static void
calls_hold(struct sim *s, struct south_call *c, unsigned k)
{
	struct south_party *far = &c->party[1 - k];

	c->party[k].state = SOUTH_HELD;
	south_calls_tell(s, c, &c->party[k], "CallHeldEvent", NULL);
	if (far->state == SOUTH_ACTIVE) {
		far->state = SOUTH_REMOTE_HELD;
		south_calls_tell(s, c, far, "CallHeldEvent", NULL);
	}
}

void
south_calls_retrieve(struct sim *s, struct south_call *c, unsigned k)
{
	struct south_party *far = &c->party[1 - k];

	c->party[k].state = far->state == SOUTH_HELD ? SOUTH_REMOTE_HELD : SOUTH_ACTIVE;
	south_calls_tell(s, c, &c->party[k], "CallRetrievedEvent", NULL);
	if (far->state == SOUTH_REMOTE_HELD) {
		far->state = SOUTH_ACTIVE;
		south_calls_tell(s, c, far, "CallRetrievedEvent", NULL);
	}
}

/* What the people do next: hold, go on, hang up. */
static void
calls_talk_over(struct sim *s, const struct sim_event *ev)
{
	struct south_call *c = calls_of_timer(s, ev);
	unsigned k = (unsigned)ev->c;
	uint64_t next;

	if (c == NULL)
		return;
	if (c->party[k].user >= 0 && c->party[k].state == SOUTH_HELD)
		south_calls_retrieve(s, c, k);
	else if (c->party[k].user >= 0 && c->party[k].state != SOUTH_HELD &&
		!c->party[k].conferenced && south_calls_rand(s, 100) < 35)
		calls_hold(s, c, k);
	else if (south_calls_rand(s, 100) < 70) {
		south_calls_end(s, c, k);
		return;
	}
	next = south_calls_rand(s, 2);
	calls_later(s, c, south_calls_ms(s, 300, 6000), calls_talk_over, next);
}

/* --- requests ---------------------------------------------------------------------------------------------- */

static void
calls_count_dial(struct sim *s, struct str number)
{
	struct sim_south *w = s->south;
	size_t i;

	if (number.n < 5 || number.n >= sizeof(w->dials[0].number) ||
		memcmp(number.p, "15559", 5) != 0)
		return; /* not one that a client made up for one call alone */
	for (i = 0; i < w->dial_count; i++)
		if (str_is(number, w->dials[i].number))
			break;
	if (i == SOUTH_DIALS_MAX)
		return;
	if (i == w->dial_count)
		str_copy(w->dials[w->dial_count++].number, sizeof(w->dials[0].number), number);
	if (++w->dials[i].count > 1)
		sim_world_fail(s, "ONCE-REQUEST", "number %.*s was dialled %u times",
			STR_ARG(number), w->dials[i].count);
}

uint32_t
sim_south_dials(const struct sim *s, const char *number)
{
	const struct sim_south *w = s->south;

	for (size_t i = 0; i < w->dial_count; i++)
		if (strcmp(w->dials[i].number, number) == 0)
			return w->dials[i].count;
	return 0;
}

int
south_calls_dial(struct sim *s, unsigned user, struct str to, const struct south_call **call)
{
	struct south_call *c;
	bool answered;

	if (to.n == 0 || to.n >= SOUTH_ID)
		return 400;
	if (s->south->frozen)
		return 409;
	calls_count_dial(s, to);
	c = south_calls_of_user(s, user) >= 2 ? NULL :
						south_calls_new(s, (int)user, "Click-to-Dial", to);
	if (c == NULL)
		return 409;
	*call = c;
	south_calls_tell(s, c, &c->party[0], "CallOriginatingEvent", NULL);
	answered = south_calls_rand(s, 100) < 90;
	calls_later(s, c, south_calls_ms(s, 100, 2500),
		answered ? calls_phone_answers : calls_end_later, 0);
	return 201;
}

static void
calls_phone_answers(struct sim *s, const struct sim_event *ev)
{
	struct south_call *c = calls_of_timer(s, ev);

	if (c == NULL)
		return;
	c->generation++;
	c->party[0].personality = "Originator";
	south_calls_tell(s, c, &c->party[0], "CallOriginatedEvent", NULL);
	calls_later(s, c, south_calls_ms(s, 20, 300), calls_offer, 0);
}

static int
calls_talk(struct sim *s, struct south_call *c, unsigned k)
{
	struct south_party *p = &c->party[k];

	if (p->state == SOUTH_HELD) {
		south_calls_retrieve(s, c, k);
		return 200;
	}
	if (p->state != SOUTH_ALERTING || p->treated || p->waits)
		return 409;
	if (k == 1) {
		south_calls_answered(s, c);
		return 200;
	}
	if (strcmp(p->personality, "Click-to-Dial") != 0)
		return 409;
	c->generation++;
	p->personality = "Originator";
	south_calls_tell(s, c, p, "CallOriginatedEvent", NULL);
	calls_later(s, c, south_calls_ms(s, 20, 300), calls_offer, 0);
	return 200;
}

int
south_calls_verb(struct sim *s, unsigned user, struct str call_id, const char *verb)
{
	struct south_call *c = NULL;
	unsigned k = 0;

	for (unsigned i = 0; i < 2 * SOUTH_CALLS_MAX && c == NULL; i++) {
		struct south_call *at = &s->south->calls[i / 2];

		k = i % 2;
		if (at->used && at->party[k].user == (int)user &&
			at->party[k].state != SOUTH_NONE && str_is(call_id, at->party[k].id))
			c = at;
	}
	if (c == NULL)
		return 404;
	if (s->south->frozen)
		return 409;
	if (strcmp(verb, "Talk") == 0)
		return calls_talk(s, c, k);
	if (strcmp(verb, "Hold") == 0) {
		if ((c->party[k].state != SOUTH_ACTIVE && c->party[k].state != SOUTH_REMOTE_HELD) ||
			c->party[k].conferenced)
			return 409;
		calls_hold(s, c, k);
		return 200;
	}
	if (strcmp(verb, "Release") != 0)
		return 404;
	if (k == 1 && c->party[2].state != SOUTH_NONE)
		south_acd_bounce(s, c);
	else if (calls_offered(c))
		south_calls_end(s, c, k);
	else
		south_calls_end(s, c, 0);
	return 200;
}

/* --- the application server -------------------------------------------------------------------------------- */

static void
calls_register(struct sim *s, const struct sim_event *ev)
{
	if (ev->b == s->south->failovers)
		south_calls_activity(s, (unsigned)ev->a, false);
}

void
sim_south_failover(struct sim *s)
{
	struct sim_south *w = s->south;

	w->server = 3 - w->server;
	w->failovers++;
	w->failover_us = s->now_us;
	w->server_away_until_us = s->now_us + south_calls_ms(s, 0, 1500);
	sim_world_trace(
		s, "broadworks: server %u is in charge, all calls are forgotten", w->server);
	for (unsigned i = 0; i < SOUTH_CALLS_MAX; i++) {
		w->calls[i].used = false;
		w->calls[i].generation++;
	}
	if (sim_world_has(s, SIM_FAULT_renumber))
		south_event_renumber(s);
	for (unsigned i = 0; i < w->user_count; i++) {
		w->users[i].conference = SOUTH_NO_CONFERENCE;
		w->users[i].moved = false;
		sim_world_at(s, south_calls_ms(s, 500, 15000), calls_register, i, w->failovers, 0);
	}
}
