/* SPDX-License-Identifier: Apache-2.0 */
/* Overload: which figure counts, how long it must last, when it is over. */
#include "daemon/load.h"

#include <check.h>
#include <stdlib.h>

static const struct load_limits limits = { { 1000, 200, 50 }, 75, 40 };
static struct load load;

/* So many looks at an outbox of that size; returns how often the level has changed. */
static unsigned
looks(unsigned count, uint64_t outbox_bytes)
{
	unsigned changes = 0;

	while (count-- > 0)
		changes += load_look(
			&load, &limits, &(struct load_figures){ .outbox_bytes = outbox_bytes });
	return changes;
}

START_TEST(test_percent)
{
	struct load_limits none = { { 0, 0, 0 }, 75, 40 };

	ck_assert_uint_eq(load_percent(&limits, &(struct load_figures){ 0, 0, 0 }), 0);
	ck_assert_uint_eq(load_percent(&limits, &(struct load_figures){ 500, 0, 0 }), 50);
	ck_assert_uint_eq(load_percent(&limits, &(struct load_figures){ 500, 180, 0 }), 90);
	ck_assert_uint_eq(load_percent(&limits, &(struct load_figures){ 500, 180, 60 }), 120);
	ck_assert_uint_eq(load_percent(&limits, &(struct load_figures){ UINT64_MAX, 0, 0 }), 10000);
	/* a threshold of 0: the figure does not count */
	ck_assert_uint_eq(load_percent(&none, &(struct load_figures){ 9, 9, 9 }), 0);
}
END_TEST

/* A moment is no overload; what lasts is, first as a warning. */
START_TEST(test_rise)
{
	load = (struct load){ .level = LOAD_NONE };
	ck_assert_uint_eq(looks(LOAD_RISE - 1, 5000), 0);
	ck_assert_uint_eq(looks(1, 0), 0);
	ck_assert_uint_eq(looks(LOAD_RISE - 1, 5000), 0);
	ck_assert_uint_eq(looks(1, 749), 0);
	ck_assert_int_eq(load.level, LOAD_NONE);
	ck_assert_uint_eq(looks(LOAD_RISE, 750), 1);
	ck_assert_int_eq(load.level, LOAD_IMMINENT);
	ck_assert_uint_eq(looks(100, 999), 0);
	ck_assert_uint_eq(looks(LOAD_RISE, 1000), 1);
	ck_assert_int_eq(load.level, LOAD_REACHED);
	ck_assert_uint_eq(load.overloads, 1);
	/* at once, without the warning */
	load = (struct load){ .level = LOAD_NONE };
	ck_assert_uint_eq(looks(LOAD_RISE, 1000), 1);
	ck_assert_int_eq(load.level, LOAD_REACHED);
}
END_TEST

/* It is over when it is far below for a while, not when it swings about a threshold. */
START_TEST(test_fall)
{
	load = (struct load){ .level = LOAD_NONE };
	looks(LOAD_RISE, 1000);
	for (int i = 0; i < 50; i++)
		ck_assert_uint_eq(looks(1, i % 2 ? 1100 : 400), 0);
	ck_assert_uint_eq(looks(LOAD_FALL - 1, 399), 0);
	ck_assert_uint_eq(looks(1, 400), 0);
	ck_assert_uint_eq(looks(LOAD_FALL - 1, 399), 0);
	ck_assert_uint_eq(looks(1, 399), 1);
	ck_assert_int_eq(load.level, LOAD_NONE);
	ck_assert_uint_eq(looks(1000, 399), 0);
	ck_assert_uint_eq(looks(LOAD_RISE, 2000), 1);
	ck_assert_uint_eq(load.overloads, 2);
}
END_TEST

START_TEST(test_names)
{
	ck_assert_str_eq(load_level_name(LOAD_NONE), "none");
	ck_assert_str_eq(load_level_name(LOAD_IMMINENT), "imminent");
	ck_assert_str_eq(load_level_name(LOAD_REACHED), "reached");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("load");
	TCase *tc = tcase_create("load");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tc, test_percent);
	tcase_add_test(tc, test_rise);
	tcase_add_test(tc, test_fall);
	tcase_add_test(tc, test_names);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
