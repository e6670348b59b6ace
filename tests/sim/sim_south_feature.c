/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people do with calls beyond calling and holding: see sim_south.h.
 *
 * A session has two parties. A transfer puts another one in the place of who transfers, who is told that his calls were
 * redirected; who stays is told that he was transferred. A conference is two or three sessions of its controller, who alone
 * is told of it; who barges in makes two sessions of one, and controls them. Session ids (extTrackingId) change as
 * BroadWorks changes them: on a consultative transfer (not on every release), on a pick-up and on a barge-in.
 */
#include "proto/base/buf.h"
#include "tests/sim/sim_south.h"

#include <stdio.h>

static void feature_load(struct sim *s, const struct sim_event *ev);

bool
sim_south_has_features(const struct sim *s)
{
	return s->opt.features;
}

static uint64_t
feature_rand(struct sim *s, uint64_t n)
{
	return sim_world_rand(s, SIM_RNG_FEATURE, n);
}

static void
feature_later(struct sim *s)
{
	int64_t gap_us = s->south->call_gap_ms * SIM_MS;

	sim_world_at(s, sim_world_range(s, SIM_RNG_FEATURE, gap_us / 2, 2 * gap_us), feature_load,
		0, 0, 0);
}

void
south_feature_begin(struct sim *s)
{
	s->south->features = true;
	feature_later(s);
}

/* --- who and what ------------------------------------------------------------------------------------------ */

static bool
feature_talks(const struct south_party *p)
{
	return p->state == SOUTH_ACTIVE || p->state == SOUTH_HELD || p->state == SOUTH_REMOTE_HELD;
}

static bool
feature_is_up(const struct south_call *c)
{
	return c->used && feature_talks(&c->party[0]) && feature_talks(&c->party[1]);
}

/* A call that is up, with a user in it who does not confer: `*k` is his place. NULL: not found. */
static struct south_call *
feature_pick(struct sim *s, unsigned *k)
{
	uint64_t from = feature_rand(s, SOUTH_CALLS_MAX);
	unsigned first = (unsigned)feature_rand(s, 2);

	for (unsigned i = 0; i < SOUTH_CALLS_MAX; i++) {
		struct south_call *c = &s->south->calls[(from + i) % SOUTH_CALLS_MAX];

		for (unsigned side = 0; side < 2 && feature_is_up(c); side++) {
			*k = first ^ side;
			if (c->party[*k].user >= 0 && !c->party[*k].conferenced)
				return c;
		}
	}
	return NULL;
}

/* Another call of the same user, up as well. */
static struct south_call *
feature_other(const struct sim *s, const struct south_call *than, int user, unsigned *k)
{
	for (unsigned i = 0; i < SOUTH_CALLS_MAX; i++) {
		struct south_call *c = &s->south->calls[i];

		for (*k = 0; *k < 2 && c != than && feature_is_up(c); ++*k)
			if (c->party[*k].user == user)
				return c;
	}
	return NULL;
}

/* Who the call center's caller was says nothing about who is in the call now. */
static void
feature_no_acd(struct south_call *c)
{
	c->party[0].acd = c->party[1].acd = 0;
}

static bool
feature_is_in(const struct south_call *c, int user)
{
	return c->party[0].user == user || c->party[1].user == user;
}

/* Somebody who has time and is not in the call; -1. */
static int
feature_free_user(struct sim *s, const struct south_call *c, unsigned calls_max)
{
	uint64_t from = feature_rand(s, s->south->user_count);

	for (unsigned i = 0; i < s->south->user_count; i++) {
		unsigned user = (unsigned)((from + i) % s->south->user_count);

		if (south_calls_may_enter(s, c, (int)user) &&
			south_calls_of_user(s, user) <= calls_max)
			return (int)user;
	}
	return -1;
}

/* --- redirections ------------------------------------------------------------------------------------------ */

static void
feature_put_detached(const struct sim *s, const struct south_call *c, unsigned k, const char *to,
	const char *reason, struct buf *out)
{
	struct south_call gone = *c; /* only its party is another one */

	gone.party[k].state = SOUTH_DETACHED;
	gone.party[k].reason = reason;
	snprintf(gone.party[k].to, sizeof(gone.party[k].to), "%s", to);
	south_calls_put_party(s, &gone, &gone.party[k], NULL, out);
}

static void
feature_tell_redirected(struct sim *s, int user, struct str calls)
{
	struct buf content;

	sim_world_trace(s, "broadworks: %s CallRedirectedEvent", s->south->users[user].extension);
	buf_init(&content, 16384);
	buf_printf(&content, "<xsi:calls>%.*s</xsi:calls>", STR_ARG(calls));
	south_event_emit(
		s, (unsigned)user, "Advanced Call", "CallRedirectedEvent", buf_as_str(&content));
	buf_fini(&content);
}

static void
feature_redirect(
	struct sim *s, struct south_call *c, unsigned k, const char *to, const char *reason)
{
	struct buf calls;

	buf_init(&calls, 8192);
	feature_put_detached(s, c, k, to, reason, &calls);
	feature_tell_redirected(s, c->party[k].user, buf_as_str(&calls));
	buf_fini(&calls);
	south_calls_part(s, c, k);
}

/* What is left of who has redirected goes when it pleases BroadWorks, or is never told. */
static void
feature_release_rest(struct sim *s, const struct south_call *c, const struct south_party *p)
{
	struct south_call gone = *c;

	gone.party[0] = *p;
	gone.party[0].state = SOUTH_NONE;
	if (feature_rand(s, 2) == 0)
		south_calls_tell(s, &gone, &gone.party[0], "CallReleasedEvent", "localRelease");
}

/* To somebody who was not asked: who stays waits as a caller does. */
static void
feature_blind(struct sim *s)
{
	unsigned k;
	struct south_call *c = feature_pick(s, &k);
	int to = c ? feature_free_user(s, c, 1) : -1;
	struct south_party gone;
	char number[SOUTH_ID];

	if (c == NULL)
		return;
	south_calls_outside_number(s, number, sizeof(number));
	if (to >= 0 && feature_rand(s, 100) < 60)
		snprintf(number, sizeof(number), "%s", s->south->users[to].number);
	feature_redirect(s, c, k, number, "transfer");
	gone = c->party[k];
	c->party[0] = c->party[1 - k];
	c->party[1] = (struct south_party){ .user = -1, .personality = "Terminator" };
	snprintf(c->dialled, sizeof(c->dialled), "%s", number);
	feature_no_acd(c);
	if (feature_rand(s, 2) == 0) {
		c->party[0].state = SOUTH_ALERTING;
		c->party[0].personality = "Originator";
		c->party[0].waits = true;
	}
	south_calls_tell(s, c, &c->party[0], "CallTransferredEvent", NULL);
	feature_release_rest(s, c, &gone);
	south_calls_offer(s, c);
}

static void
feature_same_group(struct sim *s, struct south_call *a, const struct south_call *b)
{
	uint64_t from = b->group;
	uint32_t both = a->was_in & b->was_in, all = a->was_in | b->was_in;

	for (unsigned i = 0; i < SOUTH_CALLS_MAX; i++)
		if (s->south->calls[i].used && s->south->calls[i].group == from)
			s->south->calls[i].group = a->group;
	for (unsigned i = 0; i < SOUTH_CALLS_MAX; i++)
		if (s->south->calls[i].used && s->south->calls[i].group == a->group)
			s->south->calls[i].was_in = all;
	/* who was in both calls may come into one that he has left */
	for (unsigned i = 0; i < s->south->device_count; i++)
		s->south->users[i].returns |= (both & 1u << i) != 0;
}

/* Is somebody else in both? He would be in the conference twice, or talk to himself. */
static bool
feature_overlap(
	const struct sim *s, const struct south_call *a, const struct south_call *b, int except)
{
	for (int user = 0; user < (int)s->south->device_count; user++)
		if (user != except && south_calls_is_in(s, a, user) &&
			south_calls_is_in(s, b, user))
			return true;
	return a->group == b->group;
}

/* Both have talked to who transfers: they talk to each other now. */
static void
feature_consult(struct sim *s)
{
	unsigned k, n;
	struct south_call *c = feature_pick(s, &k),
			  *d = c ? feature_other(s, c, c->party[k].user, &n) : NULL;
	struct south_party gone;
	struct buf calls;
	bool first = feature_rand(s, 2) == 0, last;

	if (d == NULL || d->party[n].conferenced || feature_overlap(s, c, d, c->party[k].user))
		return;
	gone = c->party[k];
	buf_init(&calls, 16384);
	feature_put_detached(s, c, k,
		d->party[1 - n].user < 0 ? d->party[1 - n].number :
					   s->south->users[d->party[1 - n].user].number,
		"transfer", &calls);
	feature_put_detached(s, d, n,
		d->party[1 - n].user < 0 ? d->party[1 - n].number :
					   s->south->users[d->party[1 - n].user].number,
		"transfer", &calls);
	if (first)
		feature_tell_redirected(s, gone.user, buf_as_str(&calls));
	south_calls_part(s, c, k);
	south_calls_part(s, d, n);
	c->party[0] = c->party[1 - k];
	c->party[1] = d->party[1 - n];
	feature_no_acd(c);
	feature_same_group(s, c, d);
	d->used = false;
	d->generation++;
	c->party[0].state = c->party[1].state = SOUTH_ACTIVE;
	if (feature_rand(s, 3) > 0)
		south_calls_tracking(s, c->tracking, sizeof(c->tracking));
	last = feature_rand(s, 2) == 0;
	south_calls_tell(s, c, &c->party[last], "CallTransferredEvent", NULL);
	south_calls_tell(s, c, &c->party[!last], "CallTransferredEvent", NULL);
	if (!first)
		feature_tell_redirected(s, gone.user, buf_as_str(&calls));
	buf_fini(&calls);
	if (c->party[0].user < 0 && c->party[1].user < 0)
		south_calls_end(s, c, 0); /* nobody here is in it any more */
	else
		south_calls_go_on(s, c);
}

/* A call that rings at a user, not on behalf of a queue. */
static struct south_call *
feature_pick_ringing(struct sim *s)
{
	uint64_t from = feature_rand(s, SOUTH_CALLS_MAX);

	for (unsigned i = 0; i < SOUTH_CALLS_MAX; i++) {
		struct south_call *c = &s->south->calls[(from + i) % SOUTH_CALLS_MAX];

		if (c->used && c->party[0].state == SOUTH_ALERTING && !c->party[0].treated &&
			c->party[1].user >= 0 && c->party[1].state == SOUTH_ALERTING &&
			c->party[2].state == SOUTH_NONE)
			return c;
	}
	return NULL;
}

static void
feature_forward(struct sim *s)
{
	struct south_call *c = feature_pick_ringing(s);
	int to = c ? feature_free_user(s, c, 1) : -1;
	struct south_party gone;

	if (to < 0)
		return;
	gone = c->party[1];
	feature_redirect(s, c, 1, s->south->users[to].number, "no-answer");
	south_calls_enter(s, c, 1, to);
	c->party[1].by = gone.user + 1;
	c->party[1].reason = "no-answer";
	south_calls_tell(s, c, &c->party[0], "CallForwardedEvent", NULL);
	south_calls_tell(s, c, &c->party[1], "CallReceivedEvent", NULL);
	c->generation++;
	south_calls_ring(s, c);
}

static void
feature_pick_up(struct sim *s)
{
	struct south_call *c = feature_pick_ringing(s);
	int by = c ? feature_free_user(s, c, 1) : -1;

	if (by < 0)
		return;
	feature_redirect(s, c, 1, s->south->users[by].number, "deflection");
	south_calls_enter(s, c, 1, by);
	c->party[1].personality = "Originator";
	south_calls_tracking(s, c->tracking, sizeof(c->tracking));
	south_calls_tell(s, c, &c->party[1], "CallOriginatedEvent", NULL);
	south_calls_tell(s, c, &c->party[0], "CallPickedUpEvent", NULL);
	south_calls_answered(s, c);
}

/* --- conferences ------------------------------------------------------------------------------------------- */

static unsigned
feature_participants(const struct sim *s, unsigned user, struct buf *out)
{
	unsigned count = 0;

	for (unsigned i = 0; i < 2 * SOUTH_CALLS_MAX; i++) {
		const struct south_call *c = &s->south->calls[i / 2];
		const struct south_party *p = &c->party[i % 2];

		if (!c->used || p->user != (int)user || !p->conferenced || p->state == SOUTH_NONE)
			continue;
		count++;
		if (out != NULL)
			buf_printf(out,
				"<xsi:conferenceParticipant><xsi:callId>%s</xsi:callId></xsi:conferenceParticipant>",
				p->id);
	}
	return count;
}

void
south_feature_put_conference(const struct sim *s, unsigned user, struct buf *out)
{
	const struct south_user *u = &s->south->users[user];

	if (u->conference == SOUTH_NO_CONFERENCE)
		return;
	buf_printf(out, "<xsi:conference><xsi:state>%s</xsi:state>",
		u->conference == SOUTH_CONFERENCE_HELD ? "Held" : "Active");
	if (u->conference_type != NULL)
		buf_printf(out, "<xsi:conferenceType>%s</xsi:conferenceType>", u->conference_type);
	buf_cstr(out, "<xsi:conferenceParticipantList>");
	feature_participants(s, user, out);
	buf_cstr(out, "</xsi:conferenceParticipantList></xsi:conference>");
}

static void
feature_tell_conference(struct sim *s, unsigned user, const char *type)
{
	struct buf content;

	sim_world_trace(s, "broadworks: %s %s", s->south->users[user].extension, type);
	buf_init(&content, 8192);
	if (s->south->users[user].conference == SOUTH_NO_CONFERENCE)
		buf_cstr(&content,
			"<xsi:conference><xsi:state>Released</xsi:state></xsi:conference>");
	south_feature_put_conference(s, user, &content);
	south_event_emit(s, user, "Advanced Call", type, buf_as_str(&content));
	buf_fini(&content);
}

/* The last two end it: who is left goes on in a call like any other, as the conference was. */
static void
feature_conference_over(struct sim *s, unsigned user)
{
	for (unsigned i = 0; i < 2 * SOUTH_CALLS_MAX; i++) {
		struct south_party *p = &s->south->calls[i / 2].party[i % 2];

		if (s->south->calls[i / 2].used && p->user == (int)user)
			p->conferenced = false;
	}
	s->south->users[user].conference = SOUTH_NO_CONFERENCE;
	feature_tell_conference(s, user, "ConferenceReleasedEvent");
}

void
south_feature_left(struct sim *s, unsigned user)
{
	if (feature_participants(s, user, NULL) < 2)
		feature_conference_over(s, user);
	else
		feature_tell_conference(s, user, "ConferenceUpdatedEvent");
}

static void
feature_join(struct sim *s, struct south_call *c, unsigned k)
{
	if (c->party[k].state == SOUTH_HELD)
		south_calls_retrieve(s, c, k);
	c->party[k].conferenced = true;
}

static void
feature_conference(struct sim *s)
{
	unsigned k, n;
	struct south_call *c = feature_pick(s, &k),
			  *d = c ? feature_other(s, c, c->party[k].user, &n) : NULL;
	struct south_user *u = d ? &s->south->users[c->party[k].user] : NULL;
	bool more = d != NULL && d->party[n].conferenced;

	if (d == NULL || (!more && u->conference != SOUTH_NO_CONFERENCE) ||
		(more && u->conference != SOUTH_CONFERENCE_ACTIVE) ||
		feature_overlap(s, c, d, c->party[k].user))
		return;
	feature_join(s, c, k);
	feature_join(s, d, n);
	feature_same_group(s, d, c);
	u->conference = SOUTH_CONFERENCE_ACTIVE;
	if (!more)
		u->conference_type = NULL;
	feature_tell_conference(s, (unsigned)c->party[k].user,
		more ? "ConferenceUpdatedEvent" : "ConferenceStartedEvent");
}

/* A controller holds his conference, goes on with it, or calls one more. */
static void
feature_control(struct sim *s)
{
	unsigned user = (unsigned)feature_rand(s, s->south->user_count);
	struct south_user *u = &s->south->users[user];
	struct south_call *c;
	char number[SOUTH_ID];

	if (u->conference == SOUTH_NO_CONFERENCE)
		return;
	if (feature_rand(s, 3) > 0) {
		bool held = u->conference == SOUTH_CONFERENCE_HELD;

		u->conference = held ? SOUTH_CONFERENCE_ACTIVE : SOUTH_CONFERENCE_HELD;
		feature_tell_conference(
			s, user, held ? "ConferenceRetrievedEvent" : "ConferenceHeldEvent");
	} else if (south_calls_of_user(s, user) < 4) {
		south_calls_outside_number(s, number, sizeof(number));
		c = south_calls_new(s, (int)user, "Originator", str_of(number));
		if (c == NULL)
			return;
		south_calls_tell(s, c, &c->party[0], "CallOriginatedEvent", NULL);
		south_calls_offer(s, c);
	}
}

static void
feature_appear(struct sim *s, struct south_call *c, unsigned k, int user)
{
	south_calls_enter(s, c, k, user);
	c->party[k].personality = "Originator";
	south_calls_tell(s, c, &c->party[k], "CallOriginatedEvent", NULL);
	c->party[k].state = SOUTH_ACTIVE;
	c->party[k].conferenced = true;
	south_calls_tell(s, c, &c->party[k], "CallAnsweredEvent", NULL);
}

/* The session of two becomes two sessions with the newcomer. */
static void
feature_barge_in(struct sim *s)
{
	unsigned k;
	struct south_call *c = feature_pick(s, &k), *d;
	int by = c ? feature_free_user(s, c, 0) : -1;
	struct south_party other;
	bool first = feature_rand(s, 2) == 0;

	if (by < 0 || c->party[0].conferenced || c->party[1].conferenced ||
		c->party[0].state != SOUTH_ACTIVE || c->party[1].state != SOUTH_ACTIVE)
		return;
	feature_no_acd(c);
	other = c->party[1 - k];
	d = south_calls_new(s, -1, "Originator", str_of(s->south->users[by].id));
	if (d == NULL)
		return;
	south_calls_part(s, c, k);
	south_calls_part(s, c, 1 - k);
	d->was_in = c->was_in;
	d->party[0] = other;
	c->party[0] = c->party[k];
	south_calls_tracking(s, c->tracking, sizeof(c->tracking));
	feature_appear(s, c, 1, by);
	if (first)
		south_calls_tell(s, c, &c->party[0], "CallBargedInEvent", NULL);
	feature_appear(s, d, 1, by);
	south_calls_tell(s, d, &d->party[0], "CallBargedInEvent", NULL);
	if (!first)
		south_calls_tell(s, c, &c->party[0], "CallBargedInEvent", NULL);
	feature_same_group(s, d, c);
	/* the two sessions may be two calls for a moment, of which either one may be the conference's */
	for (unsigned i = 0; i < s->south->user_count; i++)
		s->south->users[i].returns |= feature_is_in(c, (int)i) || feature_is_in(d, (int)i);
	s->south->users[by].conference = SOUTH_CONFERENCE_ACTIVE;
	s->south->users[by].conference_type = "Barge-In";
	feature_tell_conference(s, (unsigned)by, "ConferenceStartedEvent");
	south_calls_go_on(s, c);
	south_calls_go_on(s, d);
}

/* --- recording --------------------------------------------------------------------------------------------- */

static void
feature_record(struct sim *s)
{
	unsigned k;
	struct south_call *c = feature_pick(s, &k);
	struct south_party *p = c ? &c->party[k] : NULL;
	bool stops = feature_rand(s, 2) == 0;

	if (c == NULL)
		return;
	switch (p->recording) {
	case SOUTH_NOT_RECORDED:
		p->recording = SOUTH_RECORDED;
		south_calls_tell(s, c, p, "CallRecordingStartedEvent", NULL);
		break;
	case SOUTH_RECORDED:
		p->recording = stops ? SOUTH_NOT_RECORDED : SOUTH_RECORD_PAUSED;
		south_calls_tell(s, c, p,
			stops ? "CallRecordingStoppedEvent" : "CallRecordingPausedEvent", NULL);
		break;
	case SOUTH_RECORD_PAUSED:
		p->recording = stops ? SOUTH_NOT_RECORDED : SOUTH_RECORDED;
		south_calls_tell(s, c, p,
			stops ? "CallRecordingStoppedEvent" : "CallRecordingResumedEvent", NULL);
		break;
	}
}

static void
feature_load(struct sim *s, const struct sim_event *ev)
{
	static void (*const features[])(struct sim *) = { feature_blind, feature_consult,
		feature_consult, feature_forward, feature_pick_up, feature_conference,
		feature_conference, feature_control, feature_control, feature_barge_in,
		feature_record, feature_record };

	(void)ev;
	if (s->south->frozen)
		return;
	feature_later(s);
	features[feature_rand(s, sizeof(features) / sizeof(features[0]))](s);
}
