/* SPDX-License-Identifier: Apache-2.0 */
/* proto/base/timers: against a plain list that is searched. */
#include "proto/base/rng.h"
#include "proto/base/timers.h"

#include <check.h>

#define COUNT 500

static struct timer timers[COUNT];

static struct mono
earliest(void)
{
	struct mono due = MONO_NEVER;

	for (int i = 0; i < COUNT; i++)
		if (timer_is_set(&timers[i]))
			due = mono_min(due, timers[i].due);
	return due;
}

START_TEST(the_first_is_the_earliest)
{
	struct timers ts = { 0 };
	struct rng r = { (uint64_t)_i };

	for (int i = 0; i < COUNT; i++)
		timers[i] = (struct timer){ 0 };
	ck_assert_ptr_null(timers_first(&ts));
	for (int step = 0; step < 20000; step++) {
		struct timer *t = &timers[rng_below(&r, COUNT)];

		if (rng_below(&r, 3) == 0)
			timers_clear(&ts, t);
		else
			timers_set(&ts, t, (struct mono){ (int64_t)rng_below(&r, 1000) });
		ck_assert_int_eq(timers_deadline(&ts).us, earliest().us);
		if (step % 7 == 0 && (t = timers_first(&ts)) != NULL) {
			ck_assert_int_eq(t->due.us, earliest().us);
			timers_clear(&ts, t);
			ck_assert(!timer_is_set(t));
		}
	}
	for (int i = 0; i < COUNT; i++)
		timers_clear(&ts, &timers[i]);
	ck_assert_uint_eq(ts.count, 0);
	timers_fini(&ts);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("timers");
	TCase *t = tcase_create("timers");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_loop_test(t, the_first_is_the_earliest, 0, 5);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
