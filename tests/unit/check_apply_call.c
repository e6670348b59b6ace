/* SPDX-License-Identifier: Apache-2.0 */
/* core/apply_call.c: transfers and conferences, told at once and after a time out of service. */
#include "tests/unit/check_core_case.h"

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
	said("2002:NOTE-6-0 2001:far-cleared ");
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
	said("2002:NOTE-6-0 2001:far-cleared 2001:cleared ");
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
	said("2001:OUT 2002:NOTE-6-1 *2001:far-cleared *2001:cleared 2001:IN ");
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
	said("2002:NOTE-6-2 2001:far-cleared ");
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
	said("2002:NOTE-6-0 2001:RECORD-0 2001:far-cleared ");
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

/* A party of a conference and another call: the connection of the one goes on, that of the other ends. */
START_TEST(a_transfer_out_of_a_conference_ends_the_other_call)
{
	struct core_party p[2];

	two_calls();
	event(party("h3", "3:1", CORE_TERMINATOR, CORE_ALERTING));
	event(party("h3", "3:1", CORE_TERMINATOR, CORE_CONNECTED));
	conference(CORE_CONFERENCE_ACTIVE, "h1", "h2");
	active.said[0] = standby.said[0] = '\0';
	p[0] = party("h1", "1:1", CORE_TERMINATOR, CORE_GONE);
	p[1] = party("h3", "3:1", CORE_TERMINATOR, CORE_GONE);
	core_decide_redirected(&active.model, &em, dev(), p, 2, &log_counts);
	said("2001:far-cleared 2001:cleared ");
	event(party("h2", "2:1", CORE_ORIGINATOR, CORE_GONE));
	said("2001:cleared ");
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

/*
 * While nobody listened the device joined its calls and came into the first one again: clients see that connection go on, and nothing
 * but an end of its own would take the second one from them. Whichever of both is told first.
 */
START_TEST(who_comes_back_into_a_joined_call)
{
	bool second_tells = _i == 1;
	struct str calls[2] = { second_tells ? STR("k2") : STR("k1"), STR("k3") };
	struct core_conference_in c = { CORE_CONFERENCE_ACTIVE, calls, 2 };
	struct core_party p[2];

	two_calls();
	event_of(second(), party("k1", "1:1", CORE_ORIGINATOR, CORE_CONNECTED));
	core_decide_service(&em, dev(), CORE_SERVICE_OUT);
	p[second_tells] = party("h1", "1:1", CORE_TERMINATOR, CORE_GONE);
	p[!second_tells] = party("h2", "2:1", CORE_ORIGINATOR, CORE_GONE);
	core_decide_redirected(&active.model, &em, dev(), p, 2, &log_counts);
	event(party("h3", "3:1", CORE_ORIGINATOR, CORE_CONNECTED));
	event_of(second(), party("k3", "3:1", CORE_TERMINATOR, CORE_CONNECTED));
	core_decide_conference(&active.model, &em, second(), &c);
	active.said[0] = standby.said[0] = '\0';
	core_decide_service(&em, dev(), CORE_SERVICE_IN);
	said(second_tells ? "*2001:cleared *2001:far-cleared 2001:IN " :
			    "*2001:retrieved *2001:far-cleared *2001:cleared 2001:IN ");
	event(party("h3", "3:1", CORE_ORIGINATOR, CORE_GONE));
	said("2001:cleared ");
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

/* A conference that is over while the device is out: who is left goes into another call, who left was its connection. */
START_TEST(who_left_a_connection_is_told_before_it_moves)
{
	struct core_party p = party("h2", "3:1", CORE_ORIGINATOR, CORE_CONNECTED);

	two_calls();
	conference(CORE_CONFERENCE_ACTIVE, "h1", "h2");
	event_of(second(), party("k3", "3:1", CORE_ORIGINATOR, CORE_CONNECTED));
	active.said[0] = standby.said[0] = '\0';
	core_decide_service(&em, dev(), CORE_SERVICE_OUT);
	event(party("h1", "1:1", CORE_TERMINATOR, CORE_GONE));
	conference(CORE_CONFERENCE_NONE, "", "");
	p.how = CORE_HOW_TRANSFERRED;
	event(p);
	core_decide_service(&em, dev(), CORE_SERVICE_IN);
	said("2001:OUT 2002:NOTE-6-0 *2001:far-cleared *2001:MOVED-1(other-call,tel:+15550001) 2001:IN ");
	event(party("h2", "3:1", CORE_ORIGINATOR, CORE_GONE));
	said("2001:cleared ");
}
END_TEST

/* The same, and the call that it goes into becomes the conference of somebody else. */
START_TEST(who_left_a_connection_is_told_before_it_is_conferenced)
{
	struct core_party p = party("h2", "3:1", CORE_ORIGINATOR, CORE_CONNECTED);
	uint64_t from, into;

	two_calls();
	conference(CORE_CONFERENCE_ACTIVE, "h1", "h2");
	event_of(second(), party("k3", "3:1", CORE_ORIGINATOR, CORE_CONNECTED));
	event_of(second(), party("k4", "4:1", CORE_ORIGINATOR, CORE_CONNECTED));
	core_decide_service(&em, dev(), CORE_SERVICE_OUT);
	event(party("h1", "1:1", CORE_TERMINATOR, CORE_GONE));
	conference(CORE_CONFERENCE_NONE, "", "");
	p.how = CORE_HOW_TRANSFERRED;
	event(p);
	from = core_call_by_tracking(&active.model, STR("4:1"))->id;
	into = core_call_by_tracking(&active.model, STR("3:1"))->id;
	CORE_EMIT(&em, call_merge, .from = from, .into = into, .device = STR("2002"),
		.how = CORE_HOW_CONFERENCED);
	active.said[0] = standby.said[0] = '\0';
	core_decide_service(&em, dev(), CORE_SERVICE_IN);
	said("*2001:far-cleared *2001:MOVED-7(other-call,second-call,tel:+15550001) 2001:IN ");
}
END_TEST

/* A conference and then a transfer within it, both while the device is out: neither swallows the other. */
START_TEST(a_conference_is_told_before_a_transfer_within_it)
{
	struct core_party p = party("h1", "1:1", CORE_TERMINATOR, CORE_CONNECTED);

	two_calls();
	core_decide_service(&em, dev(), CORE_SERVICE_OUT);
	conference(CORE_CONFERENCE_ACTIVE, "h1", "h2");
	p.how = CORE_HOW_TRANSFERRED;
	p.remote = STR("tel:+15550009");
	event(p);
	active.said[0] = standby.said[0] = '\0';
	core_decide_service(&em, dev(), CORE_SERVICE_IN);
	said("*2001:MOVED-7(second-call,tel:+15550001) *2001:MOVED-1(tel:+15550001) 2001:IN ");
}
END_TEST

/* Who picks a call up comes into it: the caller stays in his, the first one that was called is left, and ids tell of it. */
START_TEST(who_picks_up_comes_into_the_call)
{
	struct core_party p = party("h1", "2:1", CORE_ORIGINATOR, CORE_ALERTING);
	uint64_t first;

	in_service();
	event(party("h1", "1:1", CORE_ORIGINATOR, CORE_ALERTING));
	event_of(second(), party("k1", "2:1", CORE_ORIGINATOR, CORE_ALERTING));
	first = core_call_by_tracking(&active.model, STR("1:1"))->id;
	active.said[0] = standby.said[0] = '\0';
	p.how = CORE_HOW_PICKED_UP;
	p.remote = STR("tel:+15559");
	event(p);
	said("2001:MOVED-3(tel:+15550001) 2001:delivered_out 2002:MOVED-3(other-call,) ");
	ck_assert_uint_eq(core_call_by_tracking(&active.model, STR("2:1"))->id, first);
	ck_assert_uint_eq(HASH_CNT(by_id, active.model.calls), 1);
	event_of(second(), party("k1", "2:1", CORE_ORIGINATOR, CORE_CONNECTED));
	p.state = CORE_CONNECTED;
	p.how = CORE_HOW_NONE;
	event(p);
	said("2002:established 2001:established ");
}
END_TEST

/* Transferred to somebody who rings: that he answers is told. */
START_TEST(who_is_transferred_hears_the_answer)
{
	struct core_party p = party("h1", "1:1", CORE_ORIGINATOR, CORE_ALERTING);

	in_service();
	event(party("h1", "1:1", CORE_ORIGINATOR, CORE_ALERTING));
	event(party("h1", "1:1", CORE_ORIGINATOR, CORE_CONNECTED));
	active.said[0] = standby.said[0] = '\0';
	p.how = CORE_HOW_TRANSFERRED;
	p.remote = STR("tel:+15559");
	event(p);
	said("2001:MOVED-1(tel:+15550001) ");
	p.how = CORE_HOW_NONE;
	p.state = CORE_CONNECTED;
	event(p);
	said("2001:established ");
}
END_TEST

/* Whoever talks to a queue is given to somebody: a queue is diverted from. */
START_TEST(who_talks_to_a_queue_hears_the_answer)
{
	struct core_party p = party("h1", "1:1", CORE_ORIGINATOR, CORE_ALERTING);

	in_service();
	CORE_EMIT(&em, dev_add, .device = STR("2100"), .user = STR("2100@x.example"),
		.kind = CORE_KIND_queue);
	p.remote_user = STR("2100@x.example");
	event(p);
	p.state = CORE_CONNECTED;
	event(p);
	active.said[0] = standby.said[0] = '\0';
	p.how = CORE_HOW_TRANSFERRED;
	p.remote_user = STR("2002@x.example");
	event(p);
	said("2001:MOVED-1(2100@x.example) 2001:established ");
}
END_TEST

/* What becomes of a party on the way into a conference is told with it, or when there is none. */
START_TEST(a_state_is_told_later)
{
	struct core_party p = party("h1", "1:1", CORE_TERMINATOR, CORE_CONNECTED);

	for (int confers = 0; confers < 2; confers++) {
		two_calls();
		p.later = true;
		event(p);
		said("");
		if (confers)
			conference(CORE_CONFERENCE_ACTIVE, "h1", "h2");
		else
			core_decide_settle(&em, dev());
		said(confers ? "2001:MOVED-7(second-call,) 2002:MOVED-7(other-call,second-call,) " :
			       "2001:retrieved ");
		teardown();
		setup();
	}
}
END_TEST

/* Who barges in comes into the call, and is told when he talks; the others are told once. */
START_TEST(who_barges_in_comes_into_the_call)
{
	struct core_party p = party("h1", "2:1", CORE_TERMINATOR, CORE_CONNECTED);

	in_service();
	event(party("h1", "1:1", CORE_TERMINATOR, CORE_ALERTING));
	event(party("h1", "1:1", CORE_TERMINATOR, CORE_CONNECTED));
	event_of(second(), party("k1", "2:1", CORE_ORIGINATOR, CORE_ALERTING));
	active.said[0] = standby.said[0] = '\0';
	p.how = CORE_HOW_BARGED_IN;
	p.remote = STR("tel:+15559");
	event(p);
	said("2001:MOVED-5(tel:+15550001) ");
	event_of(second(), party("k1", "2:1", CORE_ORIGINATOR, CORE_CONNECTED));
	said("2002:established 2002:MOVED-5(other-call,) ");
	ck_assert_uint_eq(HASH_CNT(by_id, active.model.calls), 1);
}
END_TEST

/* Answered and barged into while nobody could be told: the answer comes first, an event of a third one says that they talk. */
START_TEST(a_barge_in_after_an_answer_that_was_not_told)
{
	struct core_party p = party("h1", "2:1", CORE_ORIGINATOR, CORE_CONNECTED);

	in_service();
	event(party("h1", "1:1", CORE_ORIGINATOR, CORE_ALERTING));
	core_decide_service(&em, dev(), CORE_SERVICE_OUT);
	event(party("h1", "1:1", CORE_ORIGINATOR, CORE_CONNECTED));
	p.how = CORE_HOW_BARGED_IN;
	p.remote = STR("tel:+15559");
	event(p);
	active.said[0] = standby.said[0] = '\0';
	in_service();
	said("*2001:established *2001:MOVED-5(tel:+15550001) 2001:IN ");
}
END_TEST

/* A parked call waits for who retrieves it, whatever a snapshot calls that. */
START_TEST(a_parked_call_waits)
{
	struct core_party p = party("h1", "1:1", CORE_TERMINATOR, CORE_CONNECTED);
	struct core_difference diff;

	in_service();
	event(party("h1", "1:1", CORE_TERMINATOR, CORE_ALERTING));
	p.remote_user = STR("2002@x.example");
	event(p);
	active.said[0] = standby.said[0] = '\0';
	p.how = CORE_HOW_PARKED;
	p.state = CORE_PARKED;
	p.remote_user = STR("2003@x.example");
	event(p);
	said("2001:MOVED-8(2002@x.example) ");
	p.how = CORE_HOW_NONE;
	p.state = CORE_REMOTE_HELD;
	core_decide_snapshot(&active.model, &em, dev(), &p, 1, true, &log_counts, &diff);
	said("");
	p.state = CORE_CONNECTED;
	event(p);
	said("2001:established ");
}
END_TEST

/* Nobody confers with a party that calls: the word of the answer is late, or lost, and would come too late behind the conference. */
START_TEST(a_conference_proves_the_answer)
{
	in_service();
	event(party("h1", "1:1", CORE_TERMINATOR, CORE_ALERTING));
	event(party("h1", "1:1", CORE_TERMINATOR, CORE_CONNECTED));
	event_of(second(), party("k1", "1:1", CORE_ORIGINATOR, CORE_ALERTING));
	event(party("h2", "2:1", CORE_ORIGINATOR, CORE_ALERTING));
	event(party("h2", "2:1", CORE_ORIGINATOR, CORE_CONNECTED));
	active.said[0] = standby.said[0] = '\0';
	conference(CORE_CONFERENCE_ACTIVE, "h1", "h2");
	said("2001:MOVED-7(second-call,) 2002:established 2002:MOVED-7(second-call,) ");
	event_of(second(), party("k1", "1:1", CORE_ORIGINATOR, CORE_CONNECTED));
	said("");
}
END_TEST

/* Another device has a conference, held, of which the later party speaks first in the call: it is told by the one that leads. */
START_TEST(a_conference_within_a_conference_is_told_before_its_state)
{
	struct str calls[2] = { STR("k1"), STR("k2") };
	struct core_conference_in held = { CORE_CONFERENCE_HELD, calls, 2 };
	struct core_party p = party("k1", "6:1", CORE_ORIGINATOR, CORE_CONNECTED);

	in_service();
	event(party("h1", "1:1", CORE_ORIGINATOR, CORE_CONNECTED));
	event_of(second(), party("k1", "5:1", CORE_ORIGINATOR, CORE_CONNECTED));
	event_of(second(), party("k2", "4:1", CORE_ORIGINATOR, CORE_CONNECTED));
	core_decide_conference(&active.model, &em, second(), &held);
	p.how = CORE_HOW_TRANSFERRED;
	p.remote = STR("tel:+15559");
	event_of(second(), p);
	event(party("h2", "4:1", CORE_TERMINATOR, CORE_ALERTING));
	event(party("h2", "4:1", CORE_TERMINATOR, CORE_CONNECTED));
	active.said[0] = standby.said[0] = '\0';
	conference(CORE_CONFERENCE_ACTIVE, "h1", "h2");
	said("2001:MOVED-7(second-call,) 2002:MOVED-7(other-call,second-call,) 2002:held ");
}
END_TEST

/* BroadWorks still says that it rings: clients were told connected, by a conference, and hear of a transfer. */
START_TEST(a_party_that_conferred_is_not_diverted)
{
	struct core_party p = party("h2", "2:1", CORE_TERMINATOR, CORE_GONE);
	const struct core_half *h;

	in_service();
	event(party("h1", "1:1", CORE_ORIGINATOR, CORE_CONNECTED));
	event(party("h2", "2:1", CORE_TERMINATOR, CORE_ALERTING));
	conference(CORE_CONFERENCE_ACTIVE, "h1", "h2");
	conference(CORE_CONFERENCE_NONE, "", "");
	event(party("h1", "1:1", CORE_ORIGINATOR, CORE_GONE));
	h = TAILQ_FIRST(&dev()->halves);
	ck_assert_int_eq(core_half_view(h), VIEW_ringing);
	ck_assert_int_eq(h->told, VIEW_connected);
	core_decide_service(&em, dev(), CORE_SERVICE_OUT);
	p.end = CORE_END_DIVERTED;
	core_decide_redirected(&active.model, &em, dev(), &p, 1, &log_counts);
	ck_assert(h->gone);
	ck_assert_int_eq(h->end, CORE_END_TRANSFERRED);
	active.said[0] = standby.said[0] = '\0';
	core_decide_service(&em, dev(), CORE_SERVICE_IN);
	said("*2001:cleared 2001:IN ");
}
END_TEST

/* Held, transferred to somebody who rings, and picked up from there, all while the device is out: who held has left. */
START_TEST(who_was_held_is_transferred_and_picked_up)
{
	struct core_party p = party("h1", "1:1", CORE_ORIGINATOR, CORE_REMOTE_HELD);

	in_service();
	event(party("h1", "1:1", CORE_ORIGINATOR, CORE_CONNECTED));
	event(p);
	core_decide_service(&em, dev(), CORE_SERVICE_OUT);
	p.state = CORE_ALERTING;
	p.how = CORE_HOW_TRANSFERRED;
	p.remote = STR("tel:+15558");
	event(p);
	p.how = CORE_HOW_PICKED_UP;
	p.tracking = STR("2:1");
	p.remote = STR("tel:+15559");
	event(p);
	p.how = CORE_HOW_NONE;
	p.state = CORE_CONNECTED;
	event(p);
	active.said[0] = standby.said[0] = '\0';
	core_decide_service(&em, dev(), CORE_SERVICE_IN);
	said("*2001:MOVED-3(tel:+15550001) 2001:IN ");
}
END_TEST

/* Two calls are one, and clients of one of them are still to be told: they name it as they know it. */
START_TEST(a_call_is_found_as_it_was_told)
{
	struct core_party p = party("h1", "2:1", CORE_TERMINATOR, CORE_CONNECTED);
	const struct core_half *k;
	uint64_t told;

	in_service();
	event(party("h1", "1:1", CORE_TERMINATOR, CORE_ALERTING));
	event(party("h1", "1:1", CORE_TERMINATOR, CORE_CONNECTED));
	event_of(second(), party("k1", "2:1", CORE_ORIGINATOR, CORE_ALERTING));
	k = core_half_by_bw(second(), STR("k1"));
	told = k->told_call;
	p.how = CORE_HOW_BARGED_IN;
	event(p);
	ck_assert_uint_ne(k->track->call->id, told);
	ck_assert_ptr_eq(core_half_by_told(second(), told), k);
	ck_assert_ptr_null(core_half_by_told(second(), k->track->call->id));
	ck_assert_ptr_null(core_half_leader(k));
	event_of(second(), party("k1", "2:1", CORE_ORIGINATOR, CORE_CONNECTED));
	ck_assert_ptr_null(core_half_by_told(second(), told));
	active.said[0] = standby.said[0] = '\0';
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("apply_call");
	TCase *tc = tcase_create("apply_call");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_conference_merges_calls);
	tcase_add_test(tc, a_conference_takes_a_session_in);
	tcase_add_test(tc, a_conference_while_out_is_told_on_return);
	tcase_add_test(tc, a_conference_that_is_forgotten_is_cleared_once);
	tcase_add_test(tc, a_conference_outlives_a_party_that_failed);
	tcase_add_test(tc, a_recorded_party_that_leaves_a_conference);
	tcase_add_test(tc, a_conference_of_three_while_out_leaves_no_call_over);
	tcase_add_test(tc, a_party_never_told_goes_on_with_the_connection);
	tcase_add_test(tc, a_transfer_of_one_connection_ends_it);
	tcase_add_test(tc, a_transfer_out_of_a_conference_ends_the_other_call);
	tcase_add_test(tc, a_transfer_with_a_call_never_told_ends_the_other);
	tcase_add_test(tc, two_calls_transferred_to_each_other_are_one_transfer);
	tcase_add_loop_test(tc, who_comes_back_into_a_joined_call, 0, 2);
	tcase_add_test(tc, a_call_that_joins_another_session_is_told_with_both);
	tcase_add_test(tc, a_call_that_has_ended_makes_way);
	tcase_add_test(tc, a_forwarded_call_is_delivered_anew);
	tcase_add_test(tc, a_snapshot_finds_a_missed_transfer);
	tcase_add_test(tc, who_left_a_connection_is_told_before_it_moves);
	tcase_add_test(tc, who_left_a_connection_is_told_before_it_is_conferenced);
	tcase_add_test(tc, a_conference_is_told_before_a_transfer_within_it);
	tcase_add_test(tc, who_picks_up_comes_into_the_call);
	tcase_add_test(tc, who_is_transferred_hears_the_answer);
	tcase_add_test(tc, who_talks_to_a_queue_hears_the_answer);
	tcase_add_test(tc, a_state_is_told_later);
	tcase_add_test(tc, who_barges_in_comes_into_the_call);
	tcase_add_test(tc, a_barge_in_after_an_answer_that_was_not_told);
	tcase_add_test(tc, a_parked_call_waits);
	tcase_add_test(tc, a_conference_proves_the_answer);
	tcase_add_test(tc, a_conference_within_a_conference_is_told_before_its_state);
	tcase_add_test(tc, a_party_that_conferred_is_not_diverted);
	tcase_add_test(tc, who_was_held_is_transferred_and_picked_up);
	tcase_add_test(tc, a_call_is_found_as_it_was_told);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
