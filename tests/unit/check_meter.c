/* SPDX-License-Identifier: Apache-2.0 */
/* Durations: which bucket, the sum, and what is out of range. */
#include "daemon/meter.h"

#include <check.h>
#include <stdlib.h>

START_TEST(buckets)
{
	struct meter_hist h = { .count = 0 };

	meter_add(&h, 0);
	meter_add(&h, -5);
	meter_add(&h, 100);
	ck_assert_uint_eq(h.of_bound[0], 3);
	meter_add(&h, 101);
	ck_assert_uint_eq(h.of_bound[1], 1);
	meter_add(&h, 10000000);
	ck_assert_uint_eq(h.of_bound[METER_BOUNDS - 1], 1);
	meter_add(&h, 10000001);
	ck_assert_uint_eq(h.of_bound[METER_BOUNDS], 1);
	ck_assert_uint_eq(h.count, 6);
	ck_assert_int_eq(h.sum_us, 100 + 101 + 10000000 + 10000001);
	for (int i = 1; i < METER_BOUNDS; i++)
		ck_assert_int_lt(meter_bounds_us[i - 1], meter_bounds_us[i]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("meter");
	TCase *t = tcase_create("meter");
	SRunner *r = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, t);
	tcase_add_test(t, buckets);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
