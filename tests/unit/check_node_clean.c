/* SPDX-License-Identifier: Apache-2.0 */
/* When Pacemaker is told that the peer's failure is dealt with: once, again, and no more. */
#include "daemon/node_clean.h"

#include <check.h>
#include <stdlib.h>

static struct node_clean clean;
static struct mono now;

static void
setup(void)
{
	clean = (struct node_clean){ 0 };
	now = (struct mono){ .us = 1000000 };
}

static uint32_t
step_after(int64_t ms, bool has_clients, bool is_back)
{
	now = mono_add_ms(now, ms);
	return node_clean_step(&clean, now, has_clients, is_back);
}

START_TEST(test_nobody_died)
{
	ck_assert_uint_eq(step_after(100000, true, false), 0);
}
END_TEST

START_TEST(test_told_once_and_back)
{
	node_clean_died(&clean, 2, now);
	ck_assert_uint_eq(step_after(NODE_CLEAN_SOONEST_MS - 1, true, false), 0);
	ck_assert_uint_eq(step_after(1, true, false), 2);
	ck_assert_uint_eq(step_after(1, true, false), 0);
	ck_assert_uint_eq(step_after(900, true, true), 0);
	ck_assert_uint_eq(clean.node_id, 0);
	ck_assert_uint_eq(step_after(100000, true, false), 0);
}
END_TEST

START_TEST(test_without_clients_it_waits)
{
	node_clean_died(&clean, 2, now);
	ck_assert_uint_eq(step_after(NODE_CLEAN_MS - 1, false, false), 0);
	ck_assert_uint_eq(step_after(1, false, false), 2);
}
END_TEST

/* It came back by itself: the failure is counted against it all the same. */
START_TEST(test_back_before)
{
	node_clean_died(&clean, 2, now);
	ck_assert_uint_eq(step_after(100, true, true), 0);
	ck_assert_uint_eq(step_after(NODE_CLEAN_SOONEST_MS, true, true), 2);
	ck_assert_uint_eq(step_after(1, true, true), 0);
	ck_assert_uint_eq(clean.node_id, 0);
}
END_TEST

/* Pacemaker noted the death a second time after the first word, and bans the node still. */
START_TEST(test_not_back_told_again)
{
	node_clean_died(&clean, 2, now);
	ck_assert_uint_eq(step_after(NODE_CLEAN_SOONEST_MS, true, false), 2);
	for (unsigned i = 1; i < NODE_CLEAN_TRIES; i++) {
		ck_assert_uint_eq(step_after(NODE_CLEAN_AGAIN_MS - 1, true, false), 0);
		ck_assert_uint_eq(step_after(1, true, false), 2);
	}
	ck_assert_uint_eq(step_after(NODE_CLEAN_AGAIN_MS, true, false), 0);
	ck_assert_uint_eq(clean.node_id, 0);
}
END_TEST

/* A node that fails again and again stays banned, until ten minutes are over. */
START_TEST(test_too_many)
{
	for (unsigned i = 0; i < NODE_CLEANS_MAX; i++) {
		node_clean_died(&clean, 2, now);
		ck_assert_uint_eq(step_after(NODE_CLEAN_SOONEST_MS, true, false), 2);
		ck_assert_uint_eq(step_after(1000, true, true), 0);
	}
	node_clean_died(&clean, 2, now);
	ck_assert_uint_eq(step_after(NODE_CLEAN_MS, true, false), 0);
	ck_assert_uint_eq(clean.node_id, 0);
	now = mono_add_ms(now, NODE_CLEAN_FREE_MS);
	node_clean_died(&clean, 2, now);
	ck_assert_uint_eq(step_after(NODE_CLEAN_SOONEST_MS, true, false), 2);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("node_clean");
	TCase *t = tcase_create("node_clean");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, test_nobody_died);
	tcase_add_test(t, test_told_once_and_back);
	tcase_add_test(t, test_without_clients_it_waits);
	tcase_add_test(t, test_back_before);
	tcase_add_test(t, test_not_back_told_again);
	tcase_add_test(t, test_too_many);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
