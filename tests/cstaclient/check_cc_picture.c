/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of the picture that cstaclient builds from events, and of the requests it draws from it. The
 * deliberately wrong sequences are the point: the client has to catch them.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/cstaclient/cc_load.h"
#include "tests/cstaclient/cc_picture.h"
#include "tests/cstaclient/cc_text.h"

static struct cc_journal no_journal;
static struct cc_account account;
static struct cc_picture picture;
static struct cc_device *device; /* 2001, based */
static int64_t now_us;

static void
set_up_picture(void)
{
	static const char *const names[] = { "2001", "2002" };

	now_us = 1000000;
	cc_account_init(&account, &no_journal);
	ck_assert_int_eq(cc_picture_init(&picture, 0, &account, names, 2), 0);
	device = &picture.devices[0];
	cc_text_copy(device->xref, sizeof(device->xref), "17");
	cc_picture_base(&picture, device, NULL, 0, now_us);
}

static void
tear_down_picture(void)
{
	cc_picture_fini(&picture);
}

/* An event of device 2001 for call `call`, about the connection of `of`. */
static void
tell(enum cc_root root, const char *call, const char *of, enum cc_state local)
{
	struct cc_msg m = { .root = root, .class = cc_rules_class(root), .local = local };

	cc_text_copy(m.conn.call_id, sizeof(m.conn.call_id), call);
	cc_text_copy(m.conn.device, sizeof(m.conn.device), of);
	cc_picture_event(&picture, device, &m, now_us);
}

static void
tell_service(enum cc_root root)
{
	tell(root, "", "", CC_STATE_UNKNOWN);
}

static void
assert_counts(int64_t illegal, int64_t duplicated, int64_t unpaired)
{
	ck_assert_int_eq(account.illegal_transitions, illegal);
	ck_assert_int_eq(account.events_duplicated, duplicated);
	ck_assert_int_eq(account.oos_is_unpaired, unpaired);
	ck_assert_int_eq(account.problem_count, illegal + duplicated + unpaired);
}

START_TEST(picture_follows_calls)
{
	tell(CC_ROOT_SERVICE_INITIATED, "1", "2001", CC_STATE_INITIATED);
	tell(CC_ROOT_ORIGINATED, "1", "2001", CC_STATE_CONNECTED);
	tell(CC_ROOT_NETWORK_REACHED, "1", "2001", CC_STATE_CONNECTED);
	tell(CC_ROOT_DELIVERED, "1", "tel:2002", CC_STATE_CONNECTED);
	tell(CC_ROOT_ESTABLISHED, "1", "2002", CC_STATE_CONNECTED);
	tell(CC_ROOT_HELD, "1", "2002", CC_STATE_CONNECTED);
	tell(CC_ROOT_HELD, "1", "2001", CC_STATE_HOLD);
	tell(CC_ROOT_RETRIEVED, "1", "2002", CC_STATE_HOLD);
	tell(CC_ROOT_RETRIEVED, "1", "2001@demo.example", CC_STATE_CONNECTED);
	tell(CC_ROOT_DELIVERED, "2", "2001", CC_STATE_ALERTING);
	ck_assert_uint_eq(device->call_count, 2);
	ck_assert_int_eq(cc_picture_call(device, "1")->state, CC_STATE_CONNECTED);
	tell(CC_ROOT_CONNECTION_CLEARED, "1", "2002", CC_STATE_CONNECTED);
	tell(CC_ROOT_CONNECTION_CLEARED, "1", "2001", CC_STATE_NULL);
	tell(CC_ROOT_ESTABLISHED, "2", "2001", CC_STATE_CONNECTED);
	tell(CC_ROOT_FAILED, "2", "2001", CC_STATE_FAIL);
	tell(CC_ROOT_CONNECTION_CLEARED, "2", "2001", CC_STATE_NULL);
	ck_assert_uint_eq(device->call_count, 0);
	assert_counts(0, 0, 0);
}
END_TEST

START_TEST(picture_catches_illegal_moves)
{
	tell(CC_ROOT_ESTABLISHED, "1", "2001", CC_STATE_CONNECTED);
	assert_counts(1, 0, 0);
	/* the picture follows, so that the next event is judged by itself */
	ck_assert_int_eq(cc_picture_call(device, "1")->state, CC_STATE_CONNECTED);
	tell(CC_ROOT_HELD, "1", "2002", CC_STATE_HOLD);
	assert_counts(2, 0, 0);
	tell(CC_ROOT_DELIVERED, "1", "2001", CC_STATE_ALERTING);
	assert_counts(3, 0, 0);
	tell(CC_ROOT_CONNECTION_CLEARED, "9", "2001", CC_STATE_NULL);
	assert_counts(4, 0, 0);
}
END_TEST

START_TEST(picture_catches_a_call_from_the_dead)
{
	tell(CC_ROOT_DELIVERED, "1", "2001", CC_STATE_ALERTING);
	tell(CC_ROOT_CONNECTION_CLEARED, "1", "2001", CC_STATE_NULL);
	tell(CC_ROOT_DELIVERED, "1", "2001", CC_STATE_ALERTING);
	assert_counts(1, 0, 0);
}
END_TEST

/* A call that was sent may come back: from a queue, by a transfer. */
START_TEST(picture_takes_a_call_sent_again)
{
	struct cc_msg m = { .root = CC_ROOT_DELIVERED,
		.class = CC_CLASS_CALL,
		.local = CC_STATE_ALERTING,
		.is_redirected = true };

	tell(CC_ROOT_DELIVERED, "1", "2001", CC_STATE_ALERTING);
	tell(CC_ROOT_CONNECTION_CLEARED, "1", "2001", CC_STATE_NULL);
	cc_text_copy(m.conn.call_id, sizeof(m.conn.call_id), "1");
	cc_text_copy(m.conn.device, sizeof(m.conn.device), "2001");
	cc_picture_event(&picture, device, &m, now_us);
	assert_counts(0, 0, 0);
	ck_assert_ptr_nonnull(cc_picture_call(device, "1"));
}
END_TEST

START_TEST(picture_catches_repetitions)
{
	tell(CC_ROOT_DELIVERED, "1", "2001", CC_STATE_ALERTING);
	tell(CC_ROOT_DELIVERED, "1", "2001", CC_STATE_ALERTING);
	assert_counts(0, 1, 0);
	tell(CC_ROOT_ESTABLISHED, "1", "2001", CC_STATE_CONNECTED);
	tell(CC_ROOT_HELD, "1", "2001", CC_STATE_HOLD);
	tell(CC_ROOT_HELD, "1", "2001", CC_STATE_HOLD);
	assert_counts(0, 2, 0);
	tell(CC_ROOT_RETRIEVED, "1", "2001", CC_STATE_CONNECTED);
	tell(CC_ROOT_ESTABLISHED, "1", "2001", CC_STATE_CONNECTED);
	assert_counts(0, 3, 0);
	tell(CC_ROOT_CONNECTION_CLEARED, "1", "2001", CC_STATE_NULL);
	tell(CC_ROOT_CONNECTION_CLEARED, "1", "2001", CC_STATE_NULL);
	assert_counts(0, 4, 0);
}
END_TEST

START_TEST(picture_catches_unpaired_service)
{
	tell_service(CC_ROOT_BACK_IN_SERVICE);
	assert_counts(0, 0, 1);
	tell_service(CC_ROOT_OUT_OF_SERVICE);
	ck_assert(!device->is_in_service);
	tell_service(CC_ROOT_OUT_OF_SERVICE);
	assert_counts(0, 0, 2);
	tell_service(CC_ROOT_BACK_IN_SERVICE);
	ck_assert(device->is_in_service);
	tell_service(CC_ROOT_OUT_OF_SERVICE);
	tell_service(CC_ROOT_BACK_IN_SERVICE);
	assert_counts(0, 0, 2);
}
END_TEST

START_TEST(picture_judges_calls_inside_a_pause)
{
	tell_service(CC_ROOT_OUT_OF_SERVICE);
	now_us += 5000000;
	tell(CC_ROOT_DELIVERED, "1", "2001", CC_STATE_ALERTING);
	now_us += 1000;
	tell_service(CC_ROOT_BACK_IN_SERVICE);
	assert_counts(0, 0, 0);
	tell_service(CC_ROOT_OUT_OF_SERVICE);
	tell(CC_ROOT_ESTABLISHED, "1", "2001", CC_STATE_CONNECTED);
	now_us += CC_BEFORE_BACK_US + 1;
	tell_service(CC_ROOT_BACK_IN_SERVICE);
	assert_counts(0, 0, 1);
	ck_assert_int_eq(account.calls_inside_oos, 1);
	/* a pause that a reconnection cut cannot be judged */
	tell_service(CC_ROOT_OUT_OF_SERVICE);
	tell(CC_ROOT_HELD, "1", "2001", CC_STATE_HOLD);
	now_us += CC_BEFORE_BACK_US + 1;
	picture.connection++;
	tell_service(CC_ROOT_BACK_IN_SERVICE);
	assert_counts(0, 0, 1);
}
END_TEST

START_TEST(picture_waits_for_its_base)
{
	struct cc_snap_call snap = { { "5", "2001" }, CC_STATE_CONNECTED };

	device = &picture.devices[1];
	tell(CC_ROOT_CONNECTION_CLEARED, "4", "2002", CC_STATE_NULL);
	tell(CC_ROOT_ESTABLISHED, "5", "2002", CC_STATE_CONNECTED);
	cc_picture_base(&picture, device, &snap, 1, now_us);
	assert_counts(0, 0, 0);
	tell(CC_ROOT_HELD, "5", "2002", CC_STATE_HOLD);
	assert_counts(0, 0, 0);
	tell(CC_ROOT_ESTABLISHED, "6", "2002", CC_STATE_CONNECTED);
	assert_counts(1, 0, 0);
}
END_TEST

START_TEST(picture_relinks_a_transfer)
{
	struct cc_msg m = { .root = CC_ROOT_TRANSFERED, .class = CC_CLASS_CALL, .link_count = 2 };

	tell(CC_ROOT_DELIVERED, "1", "2001", CC_STATE_ALERTING);
	tell(CC_ROOT_ESTABLISHED, "1", "2001", CC_STATE_CONNECTED);
	m.local = CC_STATE_CONNECTED;
	cc_text_copy(m.conn.call_id, sizeof(m.conn.call_id), "1");
	cc_text_copy(m.second.call_id, sizeof(m.second.call_id), "2");
	m.links[0] = (struct cc_link){ { "3", "2009" }, { "2", "2009" } };
	m.links[1] = (struct cc_link){ { "3", "2001" }, { "1", "2001" } };
	cc_picture_event(&picture, device, &m, now_us);
	ck_assert_ptr_null(cc_picture_call(device, "1"));
	ck_assert_ptr_nonnull(cc_picture_call(device, "3"));
	tell(CC_ROOT_CONNECTION_CLEARED, "3", "2001", CC_STATE_NULL);
	assert_counts(0, 0, 0);
	cc_picture_event(&picture, device, &m, now_us);
	assert_counts(1, 0, 0);
}
END_TEST

START_TEST(picture_compares_with_a_snapshot)
{
	struct cc_snap_call snap[] = {
		{ { "1", "2001" }, CC_STATE_ALERTING },
		{ { "8", "2001" }, CC_STATE_NULL },
	};

	tell(CC_ROOT_DELIVERED, "1", "2001", CC_STATE_ALERTING);
	cc_picture_compare(&picture, device, snap, 2, now_us);
	assert_counts(0, 0, 0);
	snap[0].state = CC_STATE_CONNECTED;
	cc_picture_compare(&picture, device, snap, 2, now_us);
	ck_assert_int_eq(account.snapshot_differences, 1);
	snap[0] = (struct cc_snap_call){ { "7", "2001" }, CC_STATE_ALERTING };
	cc_picture_compare(&picture, device, snap, 2, now_us);
	ck_assert_int_eq(account.ids_changed, 1);
	ck_assert_int_eq(cc_picture_call(device, "1")->state, CC_STATE_ALERTING);
}
END_TEST

START_TEST(picture_has_limits)
{
	char id[16];

	for (int i = 0; i <= CC_CALLS_MAX; i++) {
		(void)snprintf(id, sizeof(id), "%d", i);
		tell(CC_ROOT_DELIVERED, id, "2001", CC_STATE_ALERTING);
	}
	ck_assert_uint_eq(device->call_count, CC_CALLS_MAX);
	ck_assert_int_eq(account.problem_count, 1);
}
END_TEST

/* --- load --- */

START_TEST(load_fits_the_picture)
{
	char n1[] = "2001";
	char n2[] = "2002";
	char *names[] = { n1, n2 };
	struct cc_load_targets targets = { names, 2, 0.5, false };
	int seen[CC_KIND_CLEAR + 1] = { 0 };
	int outside = 0;
	struct cc_rand r;
	struct cc_action a;

	cc_rand_seed(&r, 7);
	tell(CC_ROOT_DELIVERED, "1", "2001", CC_STATE_ALERTING);
	tell(CC_ROOT_DELIVERED, "2", "2001", CC_STATE_ALERTING);
	tell(CC_ROOT_ESTABLISHED, "2", "2001", CC_STATE_CONNECTED);
	tell(CC_ROOT_DELIVERED, "3", "2001", CC_STATE_ALERTING);
	tell(CC_ROOT_ESTABLISHED, "3", "2001", CC_STATE_CONNECTED);
	tell(CC_ROOT_HELD, "3", "2001", CC_STATE_HOLD);
	cc_text_copy(picture.devices[1].xref, CC_ID_MAX, "18");
	picture.devices[1].is_based = true;
	for (int i = 0; i < 2000; i++) {
		ck_assert(cc_load_choose(&r, &picture, &targets, &a));
		seen[a.kind]++;
		outside += strncmp(a.to, "tel:", 4) == 0;
		if (a.kind == CC_KIND_MAKE)
			ck_assert(a.device == 1 && strcmp(a.to, "2002") != 0);
		if (a.kind == CC_KIND_ANSWER)
			ck_assert_str_eq(a.call_id, "1");
		if (a.kind == CC_KIND_HOLD)
			ck_assert_str_eq(a.call_id, "2");
		if (a.kind == CC_KIND_RETRIEVE)
			ck_assert_str_eq(a.call_id, "3");
	}
	for (int k = CC_KIND_MAKE; k <= CC_KIND_CLEAR; k++)
		ck_assert_int_gt(seen[k], 20);
	ck_assert_int_gt(outside, 20);
	ck_assert_int_lt(outside, seen[CC_KIND_MAKE]);
}
END_TEST

START_TEST(load_leaves_out_of_service_alone)
{
	char n1[] = "2001";
	char *names[] = { n1 };
	struct cc_load_targets targets = { names, 1, 0.5, false };
	struct cc_rand r;
	struct cc_action a;

	cc_rand_seed(&r, 7);
	ck_assert(cc_load_choose(&r, &picture, &targets, &a));
	tell_service(CC_ROOT_OUT_OF_SERVICE);
	ck_assert(!cc_load_choose(&r, &picture, &targets, &a));
}
END_TEST

/* A call event with all that a transfer or conference says. */
static void
tell_link(enum cc_root root, const char *call, const char *second, const char *other,
	const char *now, enum cc_state local)
{
	struct cc_msg m = { .root = root, .class = CC_CLASS_CALL, .local = local, .link_count = 1 };

	cc_text_copy(m.conn.call_id, sizeof(m.conn.call_id), call);
	cc_text_copy(m.second.call_id, sizeof(m.second.call_id), second);
	cc_text_copy(m.other, sizeof(m.other), other);
	cc_text_copy(m.links[0].to.call_id, sizeof(m.links[0].to.call_id), now);
	cc_text_copy(m.links[0].to.device, sizeof(m.links[0].to.device), "2001");
	cc_picture_event(&picture, device, &m, now_us);
}

START_TEST(load_draws_features)
{
	static char one[] = "2001", two[] = "2002";
	char *names[] = { one, two };
	struct cc_load_targets targets = { names, 2, 0.5, true };
	struct cc_rand r;
	struct cc_action a;
	int seen[CC_KIND_ASK] = { 0 };

	cc_rand_seed(&r, 1);
	tell(CC_ROOT_DELIVERED, "1", "2001", CC_STATE_ALERTING);
	for (int i = 0; i < 100; i++) {
		ck_assert(cc_load_choose(&r, &picture, &targets, &a));
		seen[a.kind]++;
	}
	ck_assert_int_gt(seen[CC_KIND_DEFLECT], 0);
	tell(CC_ROOT_ESTABLISHED, "1", "2001", CC_STATE_CONNECTED);
	for (int i = 0; i < 100; i++) {
		ck_assert(cc_load_choose(&r, &picture, &targets, &a));
		seen[a.kind]++;
	}
	ck_assert_int_gt(seen[CC_KIND_CONSULT], 0);
	ck_assert_int_gt(seen[CC_KIND_SINGLE_STEP], 0);
	tell(CC_ROOT_HELD, "1", "2001", CC_STATE_HOLD);
	tell(CC_ROOT_DELIVERED, "2", "2001", CC_STATE_ALERTING);
	tell(CC_ROOT_ESTABLISHED, "2", "2001", CC_STATE_CONNECTED);
	for (int i = 0; i < 400; i++) {
		ck_assert(cc_load_choose(&r, &picture, &targets, &a));
		seen[a.kind]++;
		if (a.kind != CC_KIND_TRANSFER)
			continue;
		ck_assert_str_eq(a.call_id, "2");
		ck_assert_str_eq(a.to, "1");
	}
	ck_assert_int_gt(seen[CC_KIND_TRANSFER], 0);
	ck_assert_int_gt(seen[CC_KIND_CONFERENCE], 0);
	ck_assert_int_gt(seen[CC_KIND_ALTERNATE], 0);
	ck_assert_int_gt(seen[CC_KIND_RECONNECT], 0);
}
END_TEST

START_TEST(picture_follows_queues)
{
	tell(CC_ROOT_DELIVERED, "1", "2001", CC_STATE_ALERTING);
	tell(CC_ROOT_QUEUED, "1", "2001", CC_STATE_QUEUED);
	/* offered to one agent after the other, then it leaves */
	tell(CC_ROOT_DELIVERED, "1", "2001", CC_STATE_QUEUED);
	tell(CC_ROOT_DELIVERED, "1", "2001", CC_STATE_QUEUED);
	tell(CC_ROOT_DIVERTED, "1", "2001", CC_STATE_NULL);
	ck_assert_uint_eq(device->call_count, 0);
	assert_counts(0, 0, 0);
	tell(CC_ROOT_DELIVERED, "2", "2001", CC_STATE_QUEUED);
	assert_counts(1, 0, 0);
	tell(CC_ROOT_DIVERTED, "2", "2001", CC_STATE_NULL);
	tell(CC_ROOT_DIVERTED, "2", "2001", CC_STATE_NULL);
	assert_counts(1, 1, 0);
}
END_TEST

/* A transfer over two calls that repeats itself, a conference that grows. */
START_TEST(picture_follows_links)
{
	tell(CC_ROOT_DELIVERED, "1", "2001", CC_STATE_ALERTING);
	tell(CC_ROOT_ESTABLISHED, "1", "2001", CC_STATE_CONNECTED);
	tell_link(CC_ROOT_TRANSFERED, "1", "", "2003", "1", CC_STATE_CONNECTED);
	ck_assert_ptr_nonnull(cc_picture_call(device, "1"));
	assert_counts(0, 0, 0);
	tell_link(CC_ROOT_TRANSFERED, "1", "", "2003", "1", CC_STATE_CONNECTED);
	assert_counts(0, 1, 0);
	tell_link(CC_ROOT_CONFERENCED, "1", "", "2004", "5", CC_STATE_CONNECTED);
	tell_link(CC_ROOT_CONFERENCED, "5", "", "2005", "5", CC_STATE_CONNECTED);
	assert_counts(0, 1, 0);
	ck_assert_ptr_null(cc_picture_call(device, "1"));
	/* a participant leaves, the device stays */
	tell(CC_ROOT_CONNECTION_CLEARED, "5", "2004", CC_STATE_CONNECTED);
	ck_assert_ptr_nonnull(cc_picture_call(device, "5"));
	tell_link(CC_ROOT_TRANSFERED, "5", "", "2006", "5", CC_STATE_NULL);
	ck_assert_uint_eq(device->call_count, 0);
	assert_counts(0, 1, 0);
	tell_link(CC_ROOT_TRANSFERED, "9", "8", "2006", "9", CC_STATE_CONNECTED);
	assert_counts(1, 1, 0);
}
END_TEST

static void
tell_person(enum cc_root root, enum cc_flag on, const char *detail, const char *other)
{
	struct cc_msg m = { .root = root, .class = CC_CLASS_FEATURE, .on = on };

	cc_text_copy(m.detail, sizeof(m.detail), detail);
	cc_text_copy(m.other, sizeof(m.other), other);
	cc_text_copy(m.reason, sizeof(m.reason), other);
	cc_picture_event(&picture, device, &m, now_us);
}

START_TEST(picture_follows_agents)
{
	/* the first state is the base */
	tell_person(CC_ROOT_AGENT_READY, CC_FLAG_NONE, "", "");
	tell_person(CC_ROOT_AGENT_NOT_READY, CC_FLAG_NONE, "", "7");
	tell_person(CC_ROOT_AGENT_NOT_READY, CC_FLAG_NONE, "", "8");
	tell_person(CC_ROOT_AGENT_AFTER_CALL, CC_FLAG_NONE, "", "");
	tell_person(CC_ROOT_AGENT_LOGGED_OFF, CC_FLAG_NONE, "", "");
	tell_person(CC_ROOT_AGENT_LOGGED_ON, CC_FLAG_NONE, "", "");
	tell_person(CC_ROOT_AGENT_READY, CC_FLAG_NONE, "", "");
	assert_counts(0, 0, 0);
	tell_person(CC_ROOT_AGENT_READY, CC_FLAG_NONE, "", "");
	assert_counts(0, 1, 0);
	tell_person(CC_ROOT_AGENT_LOGGED_ON, CC_FLAG_NONE, "", "");
	assert_counts(0, 2, 0);
	tell_person(CC_ROOT_AGENT_LOGGED_OFF, CC_FLAG_NONE, "", "");
	tell_person(CC_ROOT_AGENT_READY, CC_FLAG_NONE, "", "");
	assert_counts(1, 2, 0);
}
END_TEST

START_TEST(picture_follows_features)
{
	tell_person(CC_ROOT_DO_NOT_DISTURB, CC_FLAG_ON, "", "");
	tell_person(CC_ROOT_DO_NOT_DISTURB, CC_FLAG_OFF, "", "");
	tell_person(CC_ROOT_MESSAGE_WAITING, CC_FLAG_OFF, "", "");
	tell_person(CC_ROOT_FORWARDING, CC_FLAG_ON, "forwardBusy", "2003");
	tell_person(CC_ROOT_FORWARDING, CC_FLAG_ON, "forwardNoAns", "2003");
	tell_person(CC_ROOT_FORWARDING, CC_FLAG_ON, "forwardBusy", "2004");
	tell_person(CC_ROOT_FORWARDING, CC_FLAG_OFF, "forwardBusy", "2004");
	assert_counts(0, 0, 0);
	tell_person(CC_ROOT_FORWARDING, CC_FLAG_OFF, "forwardBusy", "2004");
	tell_person(CC_ROOT_MESSAGE_WAITING, CC_FLAG_OFF, "", "");
	tell_person(CC_ROOT_DO_NOT_DISTURB, CC_FLAG_OFF, "", "");
	assert_counts(0, 3, 0);
	for (int i = 0; i <= CC_FORWARDINGS_MAX; i++) {
		char type[16];

		snprintf(type, sizeof(type), "type%d", i);
		tell_person(CC_ROOT_FORWARDING, CC_FLAG_ON, type, "");
	}
	assert_counts(3, 3, 0); /* more types than CSTA has */
}
END_TEST

static void
tell_media(enum cc_root root, const char *call, const char *message)
{
	struct cc_msg m = { .root = root, .class = CC_CLASS_FEATURE };

	cc_text_copy(m.conn.call_id, sizeof(m.conn.call_id), call);
	cc_text_copy(m.message, sizeof(m.message), message);
	cc_picture_event(&picture, device, &m, now_us);
}

START_TEST(picture_follows_recordings)
{
	tell(CC_ROOT_DELIVERED, "77", "2001", CC_STATE_ALERTING);
	tell_media(CC_ROOT_CALL_INFORMATION, "77", "");
	tell_media(CC_ROOT_RECORD, "77", "77");
	tell_media(CC_ROOT_SUSPEND_RECORD, "77", "77");
	tell_media(CC_ROOT_RECORD, "77", "77");
	tell_media(CC_ROOT_STOP, "77", "77");
	tell_media(CC_ROOT_PLAY, "77", "4");
	tell_media(CC_ROOT_PLAY, "77", "1");
	tell_media(CC_ROOT_STOP, "77", "4");
	tell_media(CC_ROOT_STOP, "77", "1");
	assert_counts(0, 0, 0);
	tell_media(CC_ROOT_STOP, "77", "77");
	tell_media(CC_ROOT_SUSPEND_RECORD, "77", "77");
	assert_counts(2, 0, 0);
	tell_media(CC_ROOT_SUSPEND_RECORD, "77", "77");
	assert_counts(2, 1, 0);
	/* of a call that is not there */
	tell_media(CC_ROOT_RECORD, "78", "78");
	tell_media(CC_ROOT_CALL_INFORMATION, "78", "");
	assert_counts(4, 1, 0);
}
END_TEST

/* What went on before the snapshot is not known. */
START_TEST(picture_takes_any_recording_of_a_base)
{
	struct cc_snap_call snap = { .state = CC_STATE_CONNECTED };

	cc_text_copy(snap.conn.call_id, sizeof(snap.conn.call_id), "77");
	cc_picture_base(&picture, device, &snap, 1, now_us);
	tell_media(CC_ROOT_STOP, "77", "77");
	tell_media(CC_ROOT_STOP, "77", "3");
	assert_counts(0, 0, 0);
	tell_media(CC_ROOT_STOP, "77", "77");
	assert_counts(1, 0, 0);
}
END_TEST

static TCase *
case_picture(void)
{
	TCase *c = tcase_create("picture");

	tcase_add_checked_fixture(c, set_up_picture, tear_down_picture);
	tcase_add_test(c, picture_follows_calls);
	tcase_add_test(c, picture_catches_illegal_moves);
	tcase_add_test(c, picture_catches_a_call_from_the_dead);
	tcase_add_test(c, picture_takes_a_call_sent_again);
	tcase_add_test(c, picture_catches_repetitions);
	tcase_add_test(c, picture_catches_unpaired_service);
	tcase_add_test(c, load_draws_features);
	tcase_add_test(c, picture_follows_queues);
	tcase_add_test(c, picture_follows_links);
	tcase_add_test(c, picture_follows_agents);
	tcase_add_test(c, picture_follows_features);
	tcase_add_test(c, picture_follows_recordings);
	tcase_add_test(c, picture_takes_any_recording_of_a_base);
	tcase_add_test(c, picture_judges_calls_inside_a_pause);
	tcase_add_test(c, picture_waits_for_its_base);
	tcase_add_test(c, picture_relinks_a_transfer);
	tcase_add_test(c, picture_compares_with_a_snapshot);
	tcase_add_test(c, picture_has_limits);
	tcase_add_test(c, load_fits_the_picture);
	tcase_add_test(c, load_leaves_out_of_service_alone);
	return c;
}

int
main(void)
{
	Suite *suite = suite_create("cc_picture");
	SRunner *runner;
	int failed;

	suite_add_tcase(suite, case_picture());
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
