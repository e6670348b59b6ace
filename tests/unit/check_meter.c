/* SPDX-License-Identifier: Apache-2.0 */
/* Counting: which bucket, the sum, and what is out of range. */
#include "daemon/meter.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

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

START_TEST(requests)
{
	struct meter m = { .errors = 0 };

	meter_request(&m, CSTA_MonitorStart);
	meter_request(&m, CSTA_MonitorStart);
	meter_request(&m, (enum csta_request_kind)METER_REQUESTS);
	meter_request(&m, (enum csta_request_kind) - 1);
	ck_assert_uint_eq(m.requests[CSTA_MonitorStart], 2);
	ck_assert_int_eq(METER_REQUEST_MonitorStart, CSTA_MonitorStart);
	ck_assert_str_eq(csta_request_name(CSTA_MonitorStart), "MonitorStart");
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
	tcase_add_test(t, requests);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
