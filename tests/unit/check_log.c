/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue: every number once, in order, each with all that an operator is told of it; 37205 has its meaning. */
#include "proto/base/log.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	int number, level;
	const char *name;
} entries[] = {
#define LOG_MESSAGE(number, name, level, meaning, remedy) { number, LOG_##level, #name },
#include "proto/base/messages.def"
};

START_TEST(catalogue)
{
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		int n = entries[i].number;

		ck_assert_msg(i == 0 || entries[i - 1].number < n, "%d is not in order", n);
		ck_assert_int_eq((int)log_level_of(n), entries[i].level);
		ck_assert_uint_gt(strlen(log_meaning(n)), 10);
		ck_assert_uint_ge(strlen(log_remedy(n)), 8);
		ck_assert_msg(strchr(".?", log_remedy(n)[strlen(log_remedy(n)) - 1]) != NULL,
			"%d: no sentence", n);
		/* one of an alarm is never "nothing" */
		ck_assert(
			entries[i].level != LOG_ALARM || strncmp(log_remedy(n), "Nothing", 7) != 0);
	}
	ck_assert_int_eq(M_PARTY_OUT_OF_STEP, 37205);
	ck_assert_ptr_null(log_meaning(37));
	ck_assert_ptr_null(log_remedy(37));
	ck_assert_int_eq((int)log_level_of(37), LOG_NOTICE);
}
END_TEST

static char told[1200];
static int told_number;

static void
hear(int number, enum log_level level, const char *text, void *arg)
{
	ck_assert_ptr_eq(arg, told);
	ck_assert_int_eq((int)level, LOG_ALARM);
	told_number = number;
	strcpy(told, text);
}

START_TEST(emitting)
{
	struct log log = { hear, told };
	char longest[2000];

	log_emit(NULL, M_NO_XSP, "nobody hears %d", 1);
	log_emit(&(struct log){ NULL, NULL }, M_NO_XSP, "nor this");
	log_emit(&log, M_NO_XSP, "all %d are away", 2);
	ck_assert_int_eq(told_number, 37510);
	ck_assert_str_eq(told, "all 2 are away");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	log_emit(&log, M_NO_XSP, "%s", longest);
	ck_assert_uint_eq(strlen(told), 999);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("log");
	TCase *t = tcase_create("log");
	SRunner *r = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, t);
	tcase_add_test(t, catalogue);
	tcase_add_test(t, emitting);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
