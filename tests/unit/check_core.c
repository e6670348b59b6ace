/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/: decisions on one model, the deltas on a second one; both must say the same and have the same digest at any
 * time, and a snapshot must give it again.
 */
#include "tests/unit/check_core_case.h"
#include "tests/unit/snap_whole.h"

#include "proto/base/rng.h"

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

START_TEST(a_queue_entry_waits_and_leaves)
{
	struct core_party p = party("q1", "1:1", CORE_TERMINATOR, CORE_QUEUED);

	in_service();
	ck_assert(event(p));
	said("2001:delivered_in 2001:queued ");
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
	active.model.sessions->last_number = standby.model.sessions->last_number = 7;
	CORE_EMIT(&em, epoch, .epoch = 9, .owner = 2);
	event(party("h1", "7:1", CORE_TERMINATOR, CORE_ALERTING));
	core_decide_service(&em, dev(), CORE_SERVICE_OUT);
	event(party("h1", "7:1", CORE_TERMINATOR, CORE_GONE));
	event(party("h1", "7:1", CORE_TERMINATOR,
		CORE_ALERTING)); /* the same name again, beside the one that is gone */
	CORE_EMIT(&em, request_new, .request = core_next_id(&active.model), .session = 1,
		.invoke = 7, .kind = 1, .device = STR("2001"));
	CORE_EMIT(&em, monitor_start, .monitor = core_next_id(&active.model),
		.session = active.model.sessions->id, .device = STR("2001"), .filter = 7,
		.type = CORE_MONITOR_CALL, .form = STR("tel:2001"));
	CORE_EMIT(&em, monitor_filter, .monitor = TAILQ_FIRST(&dev()->monitors)->id, .filter = 9);
	CORE_EMIT(&em, journal_set, .id = core_next_id(&active.model), .kind = 1, .step = 2,
		.session = 1, .invoke = 9, .device = STR("2001"), .text = STR("guest"));
	core_decide_agent(&em, dev(), CORE_AGENT_READY, STR("lunch"));
	core_decide_join(&em, dev(), STR("q1@x"), true);
	core_decide_feature(&em, dev(), CORE_FEATURE_FORWARD_BUSY, true, 3, STR("tel:5"));
	event_of(second(), party("k2", "7:1", CORE_ORIGINATOR, CORE_CONNECTED));
	event_of(second(), party("k3", "8:1", CORE_ORIGINATOR, CORE_HELD));
	CORE_EMIT(&em, call_merge, .from = core_call_by_tracking(&active.model, STR("8:1"))->id,
		.into = core_call_by_tracking(&active.model, STR("7:1"))->id, .device = STR("2002"),
		.how = CORE_HOW_CONFERENCED);
	CORE_EMIT(&em, session_register, .session = active.model.sessions->id,
		.id = core_next_id(&active.model), .statuses = false, .status_filter = 0x105);
	buf_init(&out, 1 << 20);
	snap_whole(&active.model, &out);
	core_init(&third.model, side_say, NULL, &third);
	r = rd_of(out.p, out.n);
	while (r.off < r.n) {
		uint16_t kind = rd_u16(&r);
		uint32_t n = rd_u32(&r);

		ck_assert_int_eq(core_restore_record(&third.model, kind, rd_raw(&r, n), n), E_OK);
	}
	ck_assert_uint_eq(third.model.digest, active.model.digest);
	ck_assert_str_eq(
		TAILQ_NEXT(TAILQ_FIRST(&core_device_by_id(&third.model, STR("2001"))->monitors),
			of_device)
			->form,
		"tel:2001");
	ck_assert(!third.model.sessions->statuses);
	ck_assert_uint_eq(third.model.sessions->status_filter, 0x105);
	/* a joiner that takes over must know which numbers an earlier owner used for something else */
	ck_assert_uint_eq(third.model.sessions->common_number, 7);
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
