/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/: decisions on one model, the deltas on a second one; both must say the same and have the same digest at any
 * time, and a snapshot must give it again.
 */
#include "core/decide.h"
#include "proto/base/err.h"
#include "proto/base/rng.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct side {
	struct core_model model;
	char said[4096];
};

static struct side active, standby;
static struct core_emitter em;
static int logged_out_of_step, logged_learned;

static void
side_say(const struct core_say *f, void *arg)
{
	struct side *s = arg;
	size_t n = strlen(s->said);
	char *at = s->said + n;
	size_t room = sizeof(s->said) - n;

	if (f->kind == SAY_STEP)
		snprintf(at, room, "%s%s:%s%s ", f->difference ? "*" : "", f->device->id,
			f->far_only ? "far-" : "", core_step_name(f->step));
	else if (f->kind == SAY_MOVED)
		snprintf(at, room, "%s%s:MOVED-%d(%s%s%s) ", f->difference ? "*" : "",
			f->device->id, (int)f->half->how,
			f->half->told_call != f->half->track->call->id ? "other-call," : "",
			f->half->other != 0 ? "second-call," : "", f->half->told_far);
	else if (f->kind == SAY_RECORD)
		snprintf(at, room, "%s:RECORD-%d ", f->device->id, (int)f->half->recording);
	else if (f->kind == SAY_NOTE)
		snprintf(at, room, "%s:NOTE-%d-%u ", f->device->id, (int)f->note, f->number);
	else if (f->kind == SAY_AGENT)
		snprintf(at, room, "%s:AGENT-%d-%d ", f->device->id, (int)f->device->agent->told,
			(int)f->device->agent->state);
	else if (f->kind == SAY_JOINED)
		snprintf(at, room, "%s:%s-%.*s ", f->device->id, f->number ? "JOIN" : "LEAVE",
			STR_ARG(f->text));
	else if (f->kind == SAY_FEATURE)
		snprintf(at, room, "%s:FEATURE-%u ", f->device->id, f->number);
	else if (f->kind == SAY_OUT)
		snprintf(at, room, "%s:OUT ", f->device->id);
	else if (f->kind == SAY_IN)
		snprintf(at, room, "%s:IN ", f->device->id);
	else if (f->kind == SAY_STATUS)
		snprintf(at, room, "status:%d ", (int)f->status);
	else if (f->kind == SAY_MONITOR_OUT)
		snprintf(at, room, "%s:MONITOR-OUT ", f->device->id);
}

static void
emit_both(uint16_t kind, const uint8_t *p, size_t n, void *arg)
{
	(void)arg;
	ck_assert_int_eq(core_apply(&active.model, kind, CORE_DELTA_VERSION, p, n), E_OK);
	ck_assert_int_eq(core_apply(&standby.model, kind, CORE_DELTA_VERSION, p, n), E_OK);
	ck_assert_msg(active.model.digest == standby.model.digest, "digests differ after %s",
		delta_name(kind));
}

static void
count_log(int number, enum log_level level, const char *text, void *arg)
{
	(void)level;
	(void)text;
	(void)arg;
	logged_out_of_step += number == M_PARTY_OUT_OF_STEP;
	logged_learned += number == M_PARTY_LEARNED;
}

static const struct log log_counts = { count_log, NULL };

static void
setup(void)
{
	core_init(&active.model, side_say, NULL, &active);
	core_init(&standby.model, side_say, NULL, &standby);
	em = (struct core_emitter){ .emit = emit_both };
	buf_init(&em.buf, 8192);
	active.said[0] = standby.said[0] = '\0';
	logged_out_of_step = logged_learned = 0;
	CORE_EMIT(&em, epoch, .epoch = 3, .owner = 1);
	CORE_EMIT(&em, dev_add, .device = STR("2001"), .user = STR("2001@x.example"));
	CORE_EMIT(&em, session_open, .session = core_next_id(&active.model), .user = STR("u"),
		.edition = 4, .kept = 1, .duration_s = 60, .cleanup_s = 60);
	CORE_EMIT(&em, monitor_start, .monitor = core_next_id(&active.model),
		.session = active.model.sessions->id, .device = STR("2001"));
}

static void
teardown(void)
{
	ck_assert_str_eq(active.said, standby.said);
	core_fini(&active.model);
	core_fini(&standby.model);
	buf_fini(&em.buf);
}

static void
said(const char *want)
{
	ck_assert_str_eq(active.said, want);
	active.said[0] = standby.said[0] = '\0';
}

static struct core_device *
dev(void)
{
	return core_device_by_id(&active.model, STR("2001"));
}

static struct core_party
party(const char *call, const char *tracking, enum core_personality p, enum core_state s)
{
	return (struct core_party){ .bw_call = str_of(call),
		.tracking = str_of(tracking),
		.personality = p,
		.state = s,
		.remote = STR("tel:+15550001"),
		.remote_user = STR_NONE };
}

static void
in_service(void)
{
	core_decide_service(&em, dev(), CORE_SERVICE_IN);
}

static bool
event(struct core_party p)
{
	return core_decide_party(&active.model, &em, dev(), &p, &log_counts);
}

START_TEST(live_events_are_told_at_once)
{
	in_service();
	said("");
	ck_assert(event(party("h1", "7:1", CORE_TERMINATOR, CORE_ALERTING)));
	said("2001:delivered_in ");
	ck_assert(event(party("h1", "7:1", CORE_TERMINATOR, CORE_CONNECTED)));
	ck_assert(event(party("h1", "7:1", CORE_TERMINATOR, CORE_CONNECTED)));
	said("2001:established ");
	event(party("h1", "7:1", CORE_TERMINATOR, CORE_GONE));
	said("2001:cleared ");
	ck_assert_ptr_null(active.model.calls);
}
END_TEST

START_TEST(what_exists_before_the_first_snapshot_is_not_told)
{
	struct core_party p = party("h1", "7:1", CORE_TERMINATOR, CORE_CONNECTED);
	struct core_difference diff;

	core_decide_snapshot(&active.model, &em, dev(), &p, 1, true, &log_counts, &diff);
	in_service();
	said("");
	ck_assert_uint_eq(diff.learned, 1);
	event(party("h1", "7:1", CORE_TERMINATOR, CORE_HELD));
	said("2001:held ");
}
END_TEST

START_TEST(differences_come_before_back_in_service)
{
	struct core_party now[2];
	struct core_difference diff;
	uint64_t id;

	in_service();
	event(party("kept", "1:1", CORE_TERMINATOR, CORE_ALERTING));
	event(party("lost", "2:1", CORE_ORIGINATOR, CORE_CONNECTED));
	said("2001:delivered_in 2001:service_initiated 2001:originated 2001:delivered_out 2001:established ");
	id = core_half_by_bw(dev(), STR("kept"))->track->call->id;
	core_decide_service(&em, dev(), CORE_SERVICE_OUT);
	said("2001:OUT ");
	/* an event while out is known and not told; a call that came and went is never told */
	event(party("kept", "1:1", CORE_TERMINATOR, CORE_CONNECTED));
	event(party("short", "3:1", CORE_TERMINATOR, CORE_ALERTING));
	event(party("short", "3:1", CORE_TERMINATOR, CORE_GONE));
	said("");
	now[0] = party("kept", "1:1", CORE_TERMINATOR, CORE_HELD);
	now[1] = party("new", "9:2", CORE_TERMINATOR, CORE_ALERTING);
	core_decide_snapshot(&active.model, &em, dev(), now, 2, true, &log_counts, &diff);
	said("");
	core_decide_service(&em, dev(), CORE_SERVICE_IN);
	said("*2001:established *2001:held *2001:cleared *2001:delivered_in 2001:IN ");
	ck_assert_uint_eq(core_half_by_bw(dev(), STR("kept"))->track->call->id, id);
	ck_assert_uint_eq(diff.cleared, 1);
	ck_assert_uint_eq(diff.learned, 1);
	ck_assert_uint_eq(diff.changed, 1);
	ck_assert_int_eq(logged_out_of_step, 2);
	ck_assert_int_eq(logged_learned, 1);
}
END_TEST

START_TEST(a_cut_list_proves_nothing)
{
	struct core_difference diff;

	in_service();
	event(party("h1", "7:1", CORE_TERMINATOR, CORE_ALERTING));
	said("2001:delivered_in ");
	core_decide_snapshot(&active.model, &em, dev(), NULL, 0, false, &log_counts, &diff);
	said("");
	ck_assert_uint_eq(diff.cleared, 0);
}
END_TEST

START_TEST(an_event_that_does_not_fit_is_noticed)
{
	in_service();
	ck_assert(!event(party("h1", "7:1", CORE_ORIGINATOR, CORE_HELD)));
	ck_assert(event(party("unknown", "8:1", CORE_ORIGINATOR, CORE_GONE)));
}
END_TEST

/* BroadWorks names the session anew (pick-up, barge-in, consult transfer): clients keep their call id. */
START_TEST(another_tracking_id_is_another_name_of_the_call)
{
	struct core_party p = party("h1", "7:1", CORE_TERMINATOR, CORE_CONNECTED);
	uint64_t first;

	in_service();
	event(p);
	first = core_half_by_bw(dev(), STR("h1"))->track->call->id;
	said("2001:delivered_in 2001:established ");
	p.tracking = STR("8:1");
	event(p);
	said("");
	ck_assert_uint_eq(core_half_by_bw(dev(), STR("h1"))->track->call->id, first);
	ck_assert_ptr_null(core_track_by_id(&active.model, STR("7:1")));
	ck_assert_uint_eq(core_call_by_tracking(&active.model, STR("8:1"))->id, first);
	p.tracking = STR("9:1");
	p.how = CORE_HOW_TRANSFERRED;
	p.remote = STR("tel:+15550009");
	event(p);
	said("2001:MOVED-1(tel:+15550001) ");
}
END_TEST

static struct core_device *
second(void)
{
	struct core_device *d = core_device_by_id(&active.model, STR("2002"));

	if (d != NULL)
		return d;
	CORE_EMIT(&em, dev_add, .device = STR("2002"), .user = STR("2002@x.example"));
	d = core_device_by_id(&active.model, STR("2002"));
	core_decide_service(&em, d, CORE_SERVICE_IN);
	return d;
}

static bool
event_of(struct core_device *d, struct core_party p)
{
	return core_decide_party(&active.model, &em, d, &p, &log_counts);
}

/* 2001 talks in 1:1 and 2:1; 2002 is the far party of 2:1. */
static void
two_calls(void)
{
	in_service();
	event(party("h1", "1:1", CORE_TERMINATOR, CORE_ALERTING));
	event(party("h1", "1:1", CORE_TERMINATOR, CORE_HELD));
	event(party("h2", "2:1", CORE_ORIGINATOR, CORE_CONNECTED));
	event_of(second(), party("k2", "2:1", CORE_TERMINATOR, CORE_ALERTING));
	event_of(second(), party("k2", "2:1", CORE_TERMINATOR, CORE_CONNECTED));
	active.said[0] = standby.said[0] = '\0';
}

static void
conference(enum core_conference state, const char *one, const char *two)
{
	struct str calls[2] = { str_of(one), str_of(two) };
	struct core_conference_in c = { state, calls, 2 };

	core_decide_conference(&active.model, &em, dev(), &c);
}

START_TEST(a_conference_merges_calls)
{
	uint64_t first;

	two_calls();
	first = core_call_by_tracking(&active.model, STR("1:1"))->id;
	conference(CORE_CONFERENCE_ACTIVE, "h1", "h2");
	said("2001:MOVED-7(second-call,) 2002:MOVED-7(other-call,second-call,) ");
	ck_assert_uint_eq(HASH_CNT(by_id, active.model.calls), 1);
	ck_assert_uint_eq(core_call_by_tracking(&active.model, STR("2:1"))->id, first);
	conference(CORE_CONFERENCE_ACTIVE, "h1", "h2");
	said("");
	conference(CORE_CONFERENCE_HELD, "h1", "h2");
	said("2001:held ");
	conference(CORE_CONFERENCE_ACTIVE, "h1", "h2");
	said("2001:retrieved ");
	/* the first speaks for the device: when it goes, another does */
	event(party("h1", "1:1", CORE_TERMINATOR, CORE_GONE));
	said("2001:far-cleared ");
	conference(CORE_CONFERENCE_NONE, "", "");
	said("");
	event(party("h2", "2:1", CORE_ORIGINATOR, CORE_HELD));
	said("2001:held ");
	event(party("h2", "2:1", CORE_ORIGINATOR, CORE_GONE));
	event_of(second(), party("k2", "2:1", CORE_TERMINATOR, CORE_GONE));
	said("2001:cleared 2002:cleared ");
	ck_assert_ptr_null(active.model.calls);
	ck_assert_ptr_null(active.model.tracks);
}
END_TEST

/* A participant is transferred into a session that is known: it comes into the conference, not the participant out of it. */
START_TEST(a_conference_takes_a_session_in)
{
	struct core_party p = party("h2", "3:1", CORE_ORIGINATOR, CORE_CONNECTED);
	uint64_t first;

	two_calls();
	first = core_call_by_tracking(&active.model, STR("1:1"))->id;
	conference(CORE_CONFERENCE_ACTIVE, "h1", "h2");
	event_of(second(), party("k3", "3:1", CORE_TERMINATOR, CORE_ALERTING));
	event_of(second(), party("k3", "3:1", CORE_TERMINATOR, CORE_CONNECTED));
	active.said[0] = standby.said[0] = '\0';
	p.how = CORE_HOW_TRANSFERRED;
	p.remote = STR("tel:+15559");
	event(p);
	said("2001:MOVED-7(second-call,) 2002:MOVED-7(second-call,) 2001:MOVED-1(tel:+15550001) ");
	ck_assert_uint_eq(core_call_by_tracking(&active.model, STR("3:1"))->id, first);
	ck_assert_uint_eq(core_half_by_bw(dev(), STR("h2"))->told_call, first);
	/* the controller leaves the call once */
	event(party("h1", "1:1", CORE_TERMINATOR, CORE_GONE));
	p.state = CORE_GONE;
	event(p);
	said("2001:far-cleared 2001:cleared ");
}
END_TEST

START_TEST(a_conference_while_out_is_told_on_return)
{
	two_calls();
	core_decide_service(&em, dev(), CORE_SERVICE_OUT);
	conference(CORE_CONFERENCE_ACTIVE, "h1", "h2");
	said("2001:OUT 2002:MOVED-7(other-call,second-call,) ");
	core_decide_service(&em, dev(), CORE_SERVICE_IN);
	said("*2001:MOVED-7(second-call,) 2001:IN ");
}
END_TEST

/* Two parties that vanish at once are one connection that is cleared, once. */
START_TEST(a_conference_that_is_forgotten_is_cleared_once)
{
	struct core_difference diff;

	two_calls();
	conference(CORE_CONFERENCE_ACTIVE, "h1", "h2");
	active.said[0] = standby.said[0] = '\0';
	core_decide_service(&em, dev(), CORE_SERVICE_OUT);
	core_decide_snapshot(&active.model, &em, dev(), NULL, 0, true, &log_counts, &diff);
	core_decide_service(&em, dev(), CORE_SERVICE_IN);
	said("2001:OUT *2001:far-cleared *2001:cleared 2001:IN ");
	ck_assert_uint_eq(diff.cleared, 2);
}
END_TEST

/* One participant hears the busy tone: the others talk on. It leaves when it is released. */
START_TEST(a_conference_outlives_a_party_that_failed)
{
	struct core_party p = party("h1", "1:1", CORE_TERMINATOR, CORE_ALERTING);

	two_calls();
	conference(CORE_CONFERENCE_ACTIVE, "h1", "h2");
	active.said[0] = standby.said[0] = '\0';
	p.failed = true;
	p.end = CORE_END_BUSY;
	event(p);
	said("");
	event(party("h1", "1:1", CORE_TERMINATOR, CORE_GONE));
	said("2001:far-cleared ");
}
END_TEST

/* What a party was recorded for ends with it, though the connection goes on. */
START_TEST(a_recorded_party_that_leaves_a_conference)
{
	struct core_party p = party("h1", "1:1", CORE_TERMINATOR, CORE_HELD);

	two_calls();
	p.recording = CORE_RECORDING_ON;
	event(p);
	conference(CORE_CONFERENCE_ACTIVE, "h1", "h2");
	active.said[0] = standby.said[0] = '\0';
	p.state = CORE_GONE;
	event(p);
	said("2001:RECORD-0 2001:far-cleared ");
}
END_TEST

/* Three calls that became one while nobody listened: each that clients hold is told. */
START_TEST(a_conference_of_three_while_out_leaves_no_call_over)
{
	struct str calls[3] = { STR("h1"), STR("h2"), STR("h3") };
	struct core_conference_in c = { CORE_CONFERENCE_ACTIVE, calls, 3 };

	two_calls();
	event(party("h3", "3:1", CORE_TERMINATOR, CORE_ALERTING));
	active.said[0] = standby.said[0] = '\0';
	core_decide_service(&em, dev(), CORE_SERVICE_OUT);
	event(party("h3", "3:1", CORE_TERMINATOR, CORE_CONNECTED));
	core_decide_conference(&active.model, &em, dev(), &c);
	active.said[0] = standby.said[0] = '\0';
	core_decide_service(&em, dev(), CORE_SERVICE_IN);
	said("*2001:MOVED-7(second-call,) *2001:MOVED-7(other-call,second-call,) 2001:IN ");
}
END_TEST

/* The party that clients knew is gone, the one they never heard of goes on: the connection does not begin again. */
START_TEST(a_party_never_told_goes_on_with_the_connection)
{
	two_calls();
	event(party("h2", "2:1", CORE_ORIGINATOR, CORE_GONE));
	active.said[0] = standby.said[0] = '\0';
	core_decide_service(&em, dev(), CORE_SERVICE_OUT);
	event(party("h3", "3:1", CORE_ORIGINATOR, CORE_CONNECTED));
	conference(CORE_CONFERENCE_ACTIVE, "h1", "h3");
	event(party("h1", "1:1", CORE_TERMINATOR, CORE_GONE));
	conference(CORE_CONFERENCE_NONE, "", "");
	active.said[0] = standby.said[0] = '\0';
	core_decide_service(&em, dev(), CORE_SERVICE_IN);
	said("*2001:retrieved *2001:far-cleared 2001:IN ");
	event(party("h3", "3:1", CORE_ORIGINATOR, CORE_GONE));
	said("2001:cleared ");
}
END_TEST

/* Both calls of a transfer may be one connection, or one of them may never have been told. */
START_TEST(a_transfer_of_one_connection_ends_it)
{
	struct core_party p[2];

	two_calls();
	conference(CORE_CONFERENCE_ACTIVE, "h1", "h2");
	active.said[0] = standby.said[0] = '\0';
	p[0] = party("h1", "1:1", CORE_TERMINATOR, CORE_GONE);
	p[1] = party("h2", "2:1", CORE_ORIGINATOR, CORE_GONE);
	core_decide_redirected(&active.model, &em, dev(), p, 2, &log_counts);
	said("2001:far-cleared 2001:cleared ");
}
END_TEST

START_TEST(a_transfer_with_a_call_never_told_ends_the_other)
{
	struct core_party p[2];

	in_service();
	event(party("h1", "1:1", CORE_TERMINATOR, CORE_ALERTING));
	event(party("h1", "1:1", CORE_TERMINATOR, CORE_CONNECTED));
	core_decide_service(&em, dev(), CORE_SERVICE_OUT);
	event(party("h0", "0:1", CORE_ORIGINATOR, CORE_CONNECTED));
	p[0] = party("h0", "0:1", CORE_ORIGINATOR, CORE_GONE);
	p[1] = party("h1", "1:1", CORE_TERMINATOR, CORE_GONE);
	core_decide_redirected(&active.model, &em, dev(), p, 2, &log_counts);
	active.said[0] = standby.said[0] = '\0';
	core_decide_service(&em, dev(), CORE_SERVICE_IN);
	said("*2001:cleared 2001:IN ");
}
END_TEST

START_TEST(two_calls_transferred_to_each_other_are_one_transfer)
{
	struct core_party p[2];

	two_calls();
	p[0] = party("h1", "1:1", CORE_TERMINATOR, CORE_GONE);
	p[1] = party("h2", "2:1", CORE_ORIGINATOR, CORE_GONE);
	core_decide_redirected(&active.model, &em, dev(), p, 2, &log_counts);
	said("2001:cleared ");
	/* the far party hears who it is connected to now */
	p[1] = party("k2", "3:1", CORE_TERMINATOR, CORE_CONNECTED);
	p[1].how = CORE_HOW_TRANSFERRED;
	p[1].remote = STR("tel:+15550007");
	event_of(second(), p[1]);
	said("2002:MOVED-1(tel:+15550001) ");
}
END_TEST

START_TEST(a_call_that_joins_another_session_is_told_with_both)
{
	struct core_party p = party("k2", "1:1", CORE_TERMINATOR, CORE_CONNECTED);

	two_calls();
	p.how = CORE_HOW_TRANSFERRED;
	event_of(second(), p);
	said("2002:MOVED-1(other-call,tel:+15550001) ");
	ck_assert_uint_eq(HASH_CNT(by_id, active.model.calls), 2);
}
END_TEST

/* The call that a party goes into is one that the device had, and has no more. */
START_TEST(a_call_that_has_ended_makes_way)
{
	struct core_party p = party("h1", "2:1", CORE_TERMINATOR, CORE_CONNECTED);

	in_service();
	event(party("h1", "1:1", CORE_TERMINATOR, CORE_ALERTING));
	event(party("h1", "1:1", CORE_TERMINATOR, CORE_CONNECTED));
	event(party("h2", "2:1", CORE_TERMINATOR, CORE_ALERTING));
	event_of(second(), party("k2", "2:1", CORE_ORIGINATOR, CORE_ALERTING));
	active.said[0] = standby.said[0] = '\0';
	core_decide_service(&em, dev(), CORE_SERVICE_OUT);
	event(party("h2", "2:1", CORE_TERMINATOR, CORE_GONE));
	p.how = CORE_HOW_TRANSFERRED;
	event(p);
	core_decide_service(&em, dev(), CORE_SERVICE_IN);
	said("2001:OUT *2001:cleared *2001:MOVED-1(other-call,tel:+15550001) 2001:IN ");
}
END_TEST

START_TEST(a_forwarded_call_is_delivered_anew)
{
	struct core_party p = party("h1", "1:1", CORE_ORIGINATOR, CORE_ALERTING);

	in_service();
	event(p);
	said("2001:service_initiated 2001:originated 2001:delivered_out ");
	p.how = CORE_HOW_FORWARDED;
	p.remote = STR("tel:+15550003");
	event(p);
	said("2001:MOVED-2(tel:+15550001) 2001:delivered_out ");
}
END_TEST

START_TEST(a_snapshot_finds_a_missed_transfer)
{
	struct core_party p = party("h1", "1:1", CORE_TERMINATOR, CORE_ALERTING);
	struct core_difference diff;

	in_service();
	event(p);
	p.state = CORE_CONNECTED;
	event(p);
	active.said[0] = standby.said[0] = '\0';
	p.remote = STR("tel:+15550003");
	core_decide_snapshot(&active.model, &em, dev(), &p, 1, true, &log_counts, &diff);
	said("2001:MOVED-1(tel:+15550001) ");
	ck_assert_uint_eq(diff.changed, 1);
	ck_assert_int_eq(logged_out_of_step, 1);
	/* a user id that was not known before is no other party */
	p.remote_user = STR("3@x.example");
	core_decide_snapshot(&active.model, &em, dev(), &p, 1, true, &log_counts, &diff);
	said("");
	ck_assert_uint_eq(diff.changed, 0);
}
END_TEST

START_TEST(a_queue_entry_waits_and_leaves)
{
	struct core_party p = party("q1", "1:1", CORE_TERMINATOR, CORE_QUEUED);

	in_service();
	ck_assert(event(p));
	said("2001:queued ");
	CORE_EMIT(&em, half_note, .device = STR("2001"), .call = STR("q1"),
		.note = CORE_NOTE_POSITION, .number = 3);
	said("2001:NOTE-1-3 ");
	core_decide_service(&em, dev(), CORE_SERVICE_OUT);
	CORE_EMIT(&em, half_note, .device = STR("2001"), .call = STR("q1"),
		.note = CORE_NOTE_POSITION, .number = 2);
	said("2001:OUT ");
	p.state = CORE_GONE;
	p.end = CORE_END_DISTRIBUTED;
	p.to = STR("2002@x.example");
	event(p);
	core_decide_service(&em, dev(), CORE_SERVICE_IN);
	said("*2001:cleared 2001:IN ");
}
END_TEST

START_TEST(recording_is_told_once)
{
	struct core_party p = party("h1", "1:1", CORE_TERMINATOR, CORE_ALERTING);

	in_service();
	event(p);
	p.state = CORE_CONNECTED;
	event(p);
	active.said[0] = standby.said[0] = '\0';
	p.recording = CORE_RECORDING_ON;
	event(p);
	event(p);
	said("2001:RECORD-1 ");
	core_decide_service(&em, dev(), CORE_SERVICE_OUT);
	p.recording = CORE_RECORDING_PAUSED;
	event(p);
	p.recording = CORE_RECORDING_ON;
	event(p);
	core_decide_service(&em, dev(), CORE_SERVICE_IN);
	said("2001:OUT 2001:IN ");
}
END_TEST

START_TEST(agents_and_features)
{
	struct str centers[2] = { STR("q1@x"), STR("q2@x") };

	core_decide_feature(&em, dev(), CORE_FEATURE_DO_NOT_DISTURB, true, 0, STR_NONE);
	in_service();
	said(""); /* how it was when it was first heard of */
	core_decide_agent(&em, dev(), CORE_AGENT_READY, STR_NONE);
	core_decide_agent(&em, dev(), CORE_AGENT_READY, STR_NONE);
	core_decide_joins(&em, dev(), centers, 2);
	said("2001:AGENT-0-2 2001:JOIN-q1@x 2001:JOIN-q2@x ");
	core_decide_joins(&em, dev(), &centers[1], 1);
	said("2001:LEAVE-q1@x ");
	core_decide_feature(&em, dev(), CORE_FEATURE_FORWARD_ALWAYS, false, 0, STR_NONE);
	core_decide_feature(&em, dev(), CORE_FEATURE_FORWARD_ALWAYS, true, 0, STR("tel:5"));
	said("2001:FEATURE-1 ");
	core_decide_service(&em, dev(), CORE_SERVICE_OUT);
	core_decide_agent(&em, dev(), CORE_AGENT_NULL, STR_NONE);
	core_decide_feature(&em, dev(), CORE_FEATURE_DO_NOT_DISTURB, false, 0, STR_NONE);
	core_decide_feature(&em, dev(), CORE_FEATURE_FORWARD_ALWAYS, false, 0, STR_NONE);
	core_decide_feature(&em, dev(), CORE_FEATURE_FORWARD_ALWAYS, true, 0, STR("tel:5"));
	core_decide_service(&em, dev(), CORE_SERVICE_IN);
	said("2001:OUT 2001:AGENT-2-0 2001:FEATURE-0 2001:IN ");
}
END_TEST

START_TEST(a_monitor_on_a_device_that_is_out)
{
	in_service();
	core_decide_service(&em, dev(), CORE_SERVICE_OUT);
	said("2001:OUT ");
	CORE_EMIT(&em, monitor_start, .monitor = core_next_id(&active.model),
		.session = active.model.sessions->id, .device = STR("2001"));
	said("2001:MONITOR-OUT ");
	ck_assert(TAILQ_NEXT(TAILQ_FIRST(&dev()->monitors), of_device)->fresh);
	core_decide_service(&em, dev(), CORE_SERVICE_IN);
	ck_assert(!TAILQ_NEXT(TAILQ_FIRST(&dev()->monitors), of_device)->fresh);
	said("2001:IN ");
}
END_TEST

START_TEST(a_new_epoch_ends_what_belonged_to_the_old_owner)
{
	CORE_EMIT(&em, request_new, .request = core_next_id(&active.model),
		.session = active.model.sessions->id, .invoke = 7, .kind = 1,
		.device = STR("2001"));
	CORE_EMIT(&em, session_open, .session = core_next_id(&active.model), .user = STR(""),
		.edition = 4, .kept = 0);
	ck_assert_uint_eq(HASH_CNT(by_id, active.model.sessions), 2);
	CORE_EMIT(&em, epoch, .epoch = 4, .owner = 2);
	ck_assert_uint_eq(HASH_CNT(by_id, active.model.sessions), 1);
	ck_assert(!active.model.sessions->attached);
	ck_assert_ptr_null(active.model.requests);
	ck_assert_uint_eq(
		core_next_id(&active.model), ((uint64_t)4 << 40) + ((uint64_t)2 << 32) + 1);
	ck_assert_uint_eq(HASH_CNT(by_id, active.model.monitors), 1);
}
END_TEST

/* What the old owner said alone is unknown here; the bound stays with the oldest change until the client is back. */
START_TEST(numbers_beyond_a_change_of_owner_are_not_common)
{
	struct core_session *s = active.model.sessions;

	ck_assert_uint_eq(s->common_number, UINT64_MAX);
	s->last_number = standby.model.sessions->last_number = 101;
	CORE_EMIT(&em, epoch, .epoch = 4, .owner = 2);
	ck_assert_uint_eq(s->common_number, 101);
	s->last_number = standby.model.sessions->last_number = 109;
	CORE_EMIT(&em, epoch, .epoch = 5, .owner = 1);
	ck_assert_uint_eq(s->common_number, 101);
	CORE_EMIT(&em, session_attach, .session = s->id, .numbered = 1, .last_number = 105);
	ck_assert_uint_eq(s->common_number, UINT64_MAX);
	ck_assert_uint_eq(s->last_number, 109);
}
END_TEST

START_TEST(a_snapshot_gives_the_same_state)
{
	struct side third = { 0 };
	struct buf out;
	struct rd r;

	in_service();
	event(party("h1", "7:1", CORE_TERMINATOR, CORE_ALERTING));
	core_decide_service(&em, dev(), CORE_SERVICE_OUT);
	event(party("h1", "7:1", CORE_TERMINATOR, CORE_GONE));
	event(party("h1", "7:1", CORE_TERMINATOR,
		CORE_ALERTING)); /* the same name again, beside the one that is gone */
	CORE_EMIT(&em, request_new, .request = core_next_id(&active.model), .session = 1,
		.invoke = 7, .kind = 1, .device = STR("2001"));
	CORE_EMIT(&em, journal_set, .id = core_next_id(&active.model), .kind = 1, .step = 2,
		.session = 1, .invoke = 9, .device = STR("2001"), .text = STR("guest"));
	core_decide_agent(&em, dev(), CORE_AGENT_READY, STR("lunch"));
	core_decide_join(&em, dev(), STR("q1@x"), true);
	core_decide_feature(&em, dev(), CORE_FEATURE_FORWARD_BUSY, true, 3, STR("tel:5"));
	event_of(second(), party("k2", "7:1", CORE_ORIGINATOR, CORE_CONNECTED));
	event_of(second(), party("k3", "8:1", CORE_ORIGINATOR, CORE_HELD));
	CORE_EMIT(&em, call_merge, .from = core_call_by_tracking(&active.model, STR("8:1"))->id,
		.into = core_call_by_tracking(&active.model, STR("7:1"))->id,
		.device = STR("2002"));
	buf_init(&out, 1 << 20);
	core_snapshot(&active.model, &out);
	core_init(&third.model, side_say, NULL, &third);
	r = rd_of(out.p, out.n);
	while (r.off < r.n) {
		uint16_t kind = rd_u16(&r);
		uint32_t n = rd_u32(&r);

		ck_assert_int_eq(core_restore_record(&third.model, kind, rd_raw(&r, n), n), E_OK);
	}
	ck_assert_uint_eq(third.model.digest, active.model.digest);
	core_fini(&third.model);
	buf_fini(&out);
}
END_TEST

START_TEST(garbage_is_refused)
{
	uint8_t bytes[64];
	struct rng r = { (uint64_t)_i };
	int refused = 0;

	for (int i = 0; i < 2000; i++) {
		size_t n = rng_below(&r, sizeof(bytes));

		for (size_t k = 0; k < n; k++)
			bytes[k] = (uint8_t)rng_next(&r);
		refused += core_apply(&active.model, (uint16_t)rng_below(&r, DELTA_count + 2),
				   CORE_DELTA_VERSION, bytes, n) != E_OK;
	}
	ck_assert_int_gt(refused, 1900);
	ck_assert_int_eq(core_apply(&active.model, DELTA_epoch, CORE_DELTA_VERSION + 1, bytes, 8),
		E_VERSION);
	/* whatever it accepted, the books balance: core_fini() checks the digest of the empty model */
	standby.said[0] = active.said[0] = '\0';
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("core");
	TCase *tc = tcase_create("core");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, live_events_are_told_at_once);
	tcase_add_test(tc, what_exists_before_the_first_snapshot_is_not_told);
	tcase_add_test(tc, differences_come_before_back_in_service);
	tcase_add_test(tc, a_cut_list_proves_nothing);
	tcase_add_test(tc, an_event_that_does_not_fit_is_noticed);
	tcase_add_test(tc, another_tracking_id_is_another_name_of_the_call);
	tcase_add_test(tc, a_conference_merges_calls);
	tcase_add_test(tc, a_conference_takes_a_session_in);
	tcase_add_test(tc, a_conference_while_out_is_told_on_return);
	tcase_add_test(tc, a_conference_that_is_forgotten_is_cleared_once);
	tcase_add_test(tc, a_conference_outlives_a_party_that_failed);
	tcase_add_test(tc, a_recorded_party_that_leaves_a_conference);
	tcase_add_test(tc, a_conference_of_three_while_out_leaves_no_call_over);
	tcase_add_test(tc, a_party_never_told_goes_on_with_the_connection);
	tcase_add_test(tc, a_transfer_of_one_connection_ends_it);
	tcase_add_test(tc, a_transfer_with_a_call_never_told_ends_the_other);
	tcase_add_test(tc, two_calls_transferred_to_each_other_are_one_transfer);
	tcase_add_test(tc, a_call_that_joins_another_session_is_told_with_both);
	tcase_add_test(tc, a_call_that_has_ended_makes_way);
	tcase_add_test(tc, a_forwarded_call_is_delivered_anew);
	tcase_add_test(tc, a_snapshot_finds_a_missed_transfer);
	tcase_add_test(tc, a_queue_entry_waits_and_leaves);
	tcase_add_test(tc, recording_is_told_once);
	tcase_add_test(tc, agents_and_features);
	tcase_add_test(tc, a_monitor_on_a_device_that_is_out);
	tcase_add_test(tc, a_new_epoch_ends_what_belonged_to_the_old_owner);
	tcase_add_test(tc, numbers_beyond_a_change_of_owner_are_not_common);
	tcase_add_test(tc, a_snapshot_gives_the_same_state);
	tcase_add_loop_test(tc, garbage_is_refused, 0, 5);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
