/* SPDX-License-Identifier: Apache-2.0 */
/* Levels of the log by subsystem. */
#include "daemon/log_levels.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>

static struct log_levels l;

static void
setup(void)
{
	log_levels_configure(&l, LOG_NOTICE);
}

START_TEST(one_level_for_all)
{
	ck_assert(log_levels_pass(&l, 37205, LOG_NOTICE));
	ck_assert(!log_levels_pass(&l, 37207, LOG_DEBUG));
	ck_assert(log_levels_set(&l, STR(""), LOG_DEBUG, 0));
	ck_assert(log_levels_pass(&l, 37207, LOG_DEBUG));
	ck_assert(log_levels_pass(&l, 37911, LOG_DEBUG));
	/* nobody's number: as it is configured */
	ck_assert(!log_levels_pass(&l, 12, LOG_DEBUG));
	ck_assert(log_levels_pass(&l, 12, LOG_ALARM));
	log_levels_configure(&l, LOG_ALARM);
	ck_assert(!log_levels_pass(&l, 37205, LOG_NOTICE));
}
END_TEST

START_TEST(one_subsystem)
{
	ck_assert(!log_levels_set(&l, STR("call"), LOG_DEBUG, 0));
	ck_assert(!log_levels_set(&l, STR("callsx"), LOG_DEBUG, 0));
	ck_assert(log_levels_set(&l, STR("csta"), LOG_WARNING, 0));
	ck_assert(!log_levels_pass(&l, 37600, LOG_NOTICE));
	ck_assert(!log_levels_pass(&l, 37699, LOG_NOTICE));
	ck_assert(log_levels_pass(&l, 37603, LOG_WARNING));
	ck_assert(log_levels_pass(&l, 37599, LOG_NOTICE));
	ck_assert(log_levels_pass(&l, 37700, LOG_NOTICE));
}
END_TEST

/* Each one has a time of its own. */
START_TEST(they_expire)
{
	ck_assert_int_eq(log_levels_next_ms(&l), 0);
	ck_assert(log_levels_set(&l, STR("csta"), LOG_DEBUG, 5000));
	ck_assert(log_levels_set(&l, STR("calls"), LOG_DEBUG, 3000));
	ck_assert(log_levels_set(&l, STR("load"), LOG_DEBUG, 0));
	ck_assert_int_eq(log_levels_next_ms(&l), 3000);
	ck_assert_uint_eq(log_levels_expire(&l, 2999), 0);
	ck_assert_uint_eq(log_levels_expire(&l, 3000), 1);
	ck_assert(!log_levels_pass(&l, 37207, LOG_DEBUG));
	ck_assert(log_levels_pass(&l, 37600, LOG_DEBUG));
	ck_assert_int_eq(log_levels_next_ms(&l), 5000);
	ck_assert_uint_eq(log_levels_expire(&l, 9000), 1);
	ck_assert_int_eq(log_levels_next_ms(&l), 0);
	ck_assert(log_levels_pass(&l, 37900, LOG_DEBUG));
	/* a later order without a time is for good */
	ck_assert(log_levels_set(&l, STR("csta"), LOG_DEBUG, 10000));
	ck_assert(log_levels_set(&l, STR("csta"), LOG_ALARM, 0));
	ck_assert_uint_eq(log_levels_expire(&l, 20000), 0);
}
END_TEST

/* Every message of the catalogue is of a subsystem. */
START_TEST(the_whole_catalogue)
{
	static const int numbers[] = {
#define LOG_MESSAGE(number, name, level, meaning, remedy) number,
#include "proto/base/messages.def"
	};

	log_levels_configure(&l, LOG_ALARM);
	ck_assert(log_levels_set(&l, STR(""), LOG_DEBUG, 0));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		ck_assert_msg(log_levels_pass(&l, numbers[i], LOG_DEBUG), "%d", numbers[i]);
}
END_TEST

START_TEST(shown)
{
	struct buf out;
	json_t *root, *row;

	ck_assert(log_levels_set(&l, STR("cluster"), LOG_DEBUG, 61500));
	buf_init(&out, 4096);
	log_levels_print(&l, 1000, &out);
	root = json_loadb((const char *)out.p, out.n, 0, NULL);
	ck_assert_ptr_nonnull(root);
	ck_assert_str_eq(json_string_value(json_object_get(root, "configured")), "notice");
	ck_assert_uint_eq(
		json_array_size(json_object_get(root, "rows")), (size_t)LOG_SUBSYSTEM_count);
	row = json_array_get(json_object_get(root, "rows"), LOG_SUBSYSTEM_cluster);
	ck_assert_str_eq(json_string_value(json_object_get(row, "subsystem")), "cluster");
	ck_assert_int_eq(json_integer_value(json_object_get(row, "first")), 37400);
	ck_assert_int_eq(json_integer_value(json_object_get(row, "last")), 37499);
	ck_assert_str_eq(json_string_value(json_object_get(row, "level")), "debug");
	ck_assert_int_eq(json_integer_value(json_object_get(row, "seconds_left")), 61);
	row = json_array_get(json_object_get(root, "rows"), LOG_SUBSYSTEM_calls);
	ck_assert(json_is_null(json_object_get(row, "seconds_left")));
	json_decref(root);
	buf_fini(&out);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("log_levels");
	TCase *tc = tcase_create("log_levels");
	SRunner *r = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, one_level_for_all);
	tcase_add_test(tc, one_subsystem);
	tcase_add_test(tc, they_expire);
	tcase_add_test(tc, the_whole_catalogue);
	tcase_add_test(tc, shown);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
