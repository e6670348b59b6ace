/* SPDX-License-Identifier: Apache-2.0 */
/* The phases of a takeover: from what to what, each once, and none that did not happen. */
#include "daemon/node_phases.h"

#include <check.h>
#include <stdlib.h>

static struct node_phases p;
static struct meter m;
static struct node_takeover t;
static struct mono now;
static struct core_difference last, since;

static void
setup(void)
{
	p = (struct node_phases){ 0 };
	m = (struct meter){ 0 };
	t = (struct node_takeover){ 0 };
	last = since = (struct core_difference){ 0 };
	now = (struct mono){ .us = 5000000 };
}

static void
pass(int64_t ms)
{
	now = mono_add_ms(now, ms);
}

static void
begin(void)
{
	node_phases_begin(&p, &m, &t, now, 77, 8);
}

static bool
look(bool door, bool channel, bool all)
{
	return node_phases_look(&p, &m, &t, now,
		&(struct node_phases_seen){ .door = door,
			.channel = channel,
			.all = all,
			.last = &last,
			.since = &since });
}

static void
counts(enum meter_phase phase, uint64_t count, int64_t ms)
{
	ck_assert_uint_eq(m.takeover[phase].count, count);
	ck_assert_int_eq(m.takeover[phase].sum_us, ms * 1000);
}

START_TEST(of_a_loss)
{
	node_phases_lost(&p, now);
	pass(540);
	node_phases_ask(&p, now);
	pass(20);
	begin();
	ck_assert_uint_eq(t.epoch, 8);
	ck_assert_int_eq(t.at_wall_us, 77);
	ck_assert(!look(false, false, false));
	pass(5);
	ck_assert(!look(true, false, false));
	pass(100);
	ck_assert(!look(true, true, false));
	pass(300);
	ck_assert(look(true, true, true));
	pass(300);
	ck_assert(!look(true, true, true));
	ck_assert_int_eq(t.decide_ms, 540);
	ck_assert_int_eq(t.promote_ms, 20);
	ck_assert_int_eq(t.door_ms, 25);
	ck_assert_int_eq(t.channel_ms, 125);
	ck_assert_int_eq(t.resync_ms, 425);
	counts(METER_PHASE_DECIDE, 1, 540);
	counts(METER_PHASE_PROMOTE, 1, 20);
	counts(METER_PHASE_DOOR, 1, 25);
	counts(METER_PHASE_CHANNEL, 1, 125);
	counts(METER_PHASE_TOTAL, 1, 425);
}
END_TEST

/* The door may open in the step that makes the node active; it counts once all the same. */
START_TEST(a_door_at_once)
{
	begin();
	look(true, false, false);
	pass(10);
	look(true, false, false);
	ck_assert_int_eq(t.door_ms, 0);
	counts(METER_PHASE_DOOR, 1, 0);
	counts(METER_PHASE_CHANNEL, 0, 0);
	counts(METER_PHASE_TOTAL, 0, 0);
}
END_TEST

/* Ordered: nobody was lost, or somebody else had become active, or it was long ago, or it came after the order. */
START_TEST(nothing_to_decide)
{
	node_phases_ask(&p, now);
	begin();
	ck_assert_int_eq(t.decide_ms, NODE_NO_TIME);
	node_phases_lost(&p, now);
	node_phases_follow(&p);
	pass(10);
	node_phases_ask(&p, now);
	begin();
	node_phases_lost(&p, now);
	pass(NODE_PHASES_LOST_MS);
	node_phases_ask(&p, now);
	begin();
	node_phases_ask(&p, now);
	pass(10);
	node_phases_lost(&p, now);
	begin();
	ck_assert_int_eq(t.decide_ms, NODE_NO_TIME);
	counts(METER_PHASE_DECIDE, 0, 0);
	/* and a loss is used up by the takeover after it */
	pass(10);
	node_phases_lost(&p, now);
	pass(10);
	node_phases_ask(&p, now);
	begin();
	pass(10);
	node_phases_ask(&p, now);
	begin();
	counts(METER_PHASE_DECIDE, 1, 10);
}
END_TEST

START_TEST(calls)
{
	begin();
	last = (struct core_difference){ .kept = 3 };
	since = (struct core_difference){ .kept = 3, .cleared = 1, .learned = 2, .changed = 4 };
	look(true, true, false);
	/* a doubt: what was found since is summed up anew */
	last = (struct core_difference){ .kept = 2 };
	since = (struct core_difference){ .kept = 5, .cleared = 2, .learned = 2, .changed = 4 };
	look(true, true, false);
	ck_assert_uint_eq(t.calls_kept, 3);
	ck_assert_uint_eq(t.calls_cleared, 2);
	last.kept = 4;
	ck_assert(look(true, true, true));
	ck_assert_uint_eq(t.calls_kept, 4);
	ck_assert_uint_eq(t.calls_learned, 2);
	ck_assert_uint_eq(t.calls_changed, 4);
	since.cleared = 9;
	look(true, true, true);
	ck_assert_uint_eq(t.calls_cleared, 2);
}
END_TEST

START_TEST(before_any_takeover)
{
	ck_assert(!look(true, true, true));
	counts(METER_PHASE_TOTAL, 0, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("node_phases");
	TCase *tc = tcase_create("node_phases");
	SRunner *r = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, of_a_loss);
	tcase_add_test(tc, a_door_at_once);
	tcase_add_test(tc, nothing_to_decide);
	tcase_add_test(tc, calls);
	tcase_add_test(tc, before_any_takeover);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
