/* SPDX-License-Identifier: Apache-2.0 */
/* end.c: which ends take a call to another device. */
#include "core/end.h"

#include <check.h>
#include <stdlib.h>

START_TEST(what_diverts)
{
	ck_assert(core_end_diverts(CORE_END_DIVERTED));
	ck_assert(core_end_diverts(CORE_END_FORWARDED_NO_ANSWER));
	ck_assert(core_end_diverts(CORE_END_WAITED));
	ck_assert(!core_end_diverts(CORE_END_NORMAL));
	ck_assert(!core_end_diverts(CORE_END_TRANSFERRED));
	ck_assert(!core_end_diverts(CORE_END_BUSY));
	ck_assert(!core_end_diverts(CORE_END_COUNT));
}
END_TEST

/* They are replicated: a number keeps its meaning. */
START_TEST(numbers_stay)
{
	ck_assert_int_eq(CORE_END_NORMAL, 0);
	ck_assert_int_eq(CORE_END_UNREACHABLE, 4);
	ck_assert_int_eq(CORE_END_PICKED_UP, 11);
	ck_assert_int_eq(CORE_END_NO_AGENTS, 33);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("end");
	TCase *t = tcase_create("end");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, what_diverts);
	tcase_add_test(t, numbers_stay);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
