/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the simulator's small parts in the process: timers, random numbers, texts, knobs, parser. */
#include "tests/bwsim/bws_knobs.h"
#include "tests/bwsim/bws_parse.h"
#include "tests/bwsim/bws_timer.h"
#include "tests/bwsim/bws_util.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMERS 200

static struct bws_timers timers;
static struct bws_timer timer[TIMERS];
static int fired[TIMERS];
static int fired_count;

static void
on_fire(void *arg)
{
	fired[fired_count++] = (int)((struct bws_timer *)arg - timer);
}

static void
on_fire_again(void *arg)
{
	on_fire(arg);
	bws_timer_arm(&timers, arg, 0);
}

START_TEST(timers_fire_in_order)
{
	struct bws_rand r;
	int64_t last = -1;
	int i;

	bws_rand_seed(&r, 7);
	for (i = 0; i < TIMERS; i++) {
		bws_timer_init(&timer[i], on_fire, &timer[i]);
		bws_timer_arm(&timers, &timer[i], bws_rand_range(&r, 0, 50));
	}
	for (i = 0; i < TIMERS; i += 3)
		bws_timer_stop(&timers, &timer[i]);
	for (i = 1; i < TIMERS; i += 6)
		bws_timer_arm(&timers, &timer[i], bws_rand_range(&r, 0, 50));
	bws_timers_run(&timers, 25);
	ck_assert_int_gt(bws_timers_next(&timers), 25);
	bws_timers_run(&timers, 1000);
	ck_assert_int_eq(bws_timers_next(&timers), -1);
	ck_assert_int_eq(fired_count, TIMERS - 67);
	for (i = 0; i < fired_count; i++) {
		const struct bws_timer *t = &timer[fired[i]];

		ck_assert_int_ne(fired[i] % 3, 0);
		ck_assert_int_ge(t->due_us, last);
		ck_assert(!bws_timer_armed(t));
		last = t->due_us;
	}
	bws_timers_free(&timers);
}
END_TEST

/* A timer that arms itself for the past must not hold the loop. */
START_TEST(timer_armed_by_itself_fires_next_time)
{
	bws_timer_init(&timer[0], on_fire_again, &timer[0]);
	bws_timer_arm(&timers, &timer[0], 5);
	bws_timers_run(&timers, 10);
	ck_assert_int_eq(fired_count, 1);
	bws_timers_run(&timers, 10);
	ck_assert_int_eq(fired_count, 2);
	bws_timer_stop(&timers, &timer[0]);
	bws_timers_free(&timers);
}
END_TEST

START_TEST(random_numbers)
{
	struct bws_rand a, b, c;
	char x[BWS_UUID_LEN + 1], y[BWS_UUID_LEN + 1];
	double sum_us = 0;
	int same = 0, i;

	bws_rand_seed(&a, 1);
	bws_rand_seed(&b, 1);
	bws_rand_seed(&c, 2);
	for (i = 0; i < 1000; i++) {
		int64_t n = bws_rand_range(&a, -3, 3);

		ck_assert_int_ge(n, -3);
		ck_assert_int_le(n, 3);
		ck_assert_int_eq(n, bws_rand_range(&b, -3, 3));
		same += n == bws_rand_range(&c, -3, 3);
	}
	ck_assert_int_lt(same, 500);
	ck_assert_int_eq(bws_rand_range(&a, 9, 3), 9);
	for (i = 0; i < 20000; i++)
		sum_us += (double)bws_rand_poisson_us(&a, 50);
	/* Mean waiting time 20 ms; the standard error of 20,000 draws is 0.14 ms. */
	ck_assert_double_eq_tol(sum_us / 20000, 20000, 700);
	ck_assert_int_eq(bws_rand_poisson_us(&a, 0), 3600000000);
	bws_rand_uuid(&a, x);
	bws_rand_uuid(&a, y);
	ck_assert_uint_eq(strlen(x), BWS_UUID_LEN);
	ck_assert_str_ne(x, y);
	ck_assert(x[8] == '-' && x[13] == '-' && x[14] == '4' && x[18] == '-' && x[23] == '-');
}
END_TEST

START_TEST(texts)
{
	struct bws_buf b = { 0 };
	int i;

	ck_assert_str_eq(bws_buf_text(&b), "");
	bws_buf_esc(&b, "a<b>&\"'");
	ck_assert_str_eq(b.p, "a&lt;b&gt;&amp;&quot;&apos;");
	bws_buf_cut(&b, 4);
	ck_assert_str_eq(b.p, ";b&gt;&amp;&quot;&apos;");
	bws_buf_cut(&b, 1000);
	ck_assert_uint_eq(b.n, 0);
	for (i = 0; i < 5000; i++)
		bws_buf_fmt(&b, "%d,", i % 10);
	ck_assert_uint_eq(b.n, 10000);
	ck_assert_uint_eq(strlen(b.p), 10000);
	bws_buf_free(&b);
	ck_assert(bws_util_same(NULL, NULL) && bws_util_same("a", "a"));
	ck_assert(!bws_util_same(NULL, "a") && !bws_util_same("a", "b"));
}
END_TEST

START_TEST(knobs)
{
	struct bws_knobs k;
	char err[200] = "";

	bws_knobs_init(&k);
	ck_assert_int_eq(k.expires_min, 3600);
	ck_assert_int_eq(k.keep_ms, 0);
	ck_assert_str_eq(k.realm, "BroadWorks");
	ck_assert_int_eq(bws_knobs_assign(&k, "keep_ms=300000", err, sizeof(err)), 0);
	ck_assert_int_eq(k.keep_ms, 300000);
	ck_assert_int_eq(bws_knobs_assign(&k, "realm=a=b", err, sizeof(err)), 0);
	ck_assert_str_eq(k.realm, "a=b");
	ck_assert_int_eq(bws_knobs_assign(&k, "keep_ms=300001", err, sizeof(err)), -1);
	ck_assert_ptr_nonnull(strstr(err, "outside 0..300000"));
	ck_assert_int_eq(bws_knobs_assign(&k, "keep_ms=", err, sizeof(err)), -1);
	ck_assert_int_eq(bws_knobs_assign(&k, "keep_ms=1x", err, sizeof(err)), -1);
	ck_assert_int_eq(bws_knobs_assign(&k, "keep_ms", err, sizeof(err)), -1);
	ck_assert_int_eq(bws_knobs_assign(&k, "=1", err, sizeof(err)), -1);
	ck_assert_int_eq(k.keep_ms, 300000);
	bws_knobs_fini(&k);
}
END_TEST

START_TEST(parser)
{
	static const char *const names[] = { "event", "expires", NULL };
	static const char good[] =
		"<?xml version=\"1.0\"?>\n<x:Subscription xmlns:x=\"http://schema."
		"broadsoft.com/xsi\"><x:other/><x:event>\n Basic &amp; Call </x:event>"
		"<event>no</event></x:Subscription>";
	char *v[2];
	char err[200];
	int64_t n;

	ck_assert_int_eq(
		bws_parse_fields(good, strlen(good), "Subscription", names, v, err, sizeof(err)),
		0);
	ck_assert_str_eq(v[0], "Basic & Call");
	ck_assert_ptr_null(v[1]);
	free(v[0]);
	ck_assert_int_eq(
		bws_parse_fields(good, 60, "Subscription", names, v, err, sizeof(err)), -1);
	ck_assert_int_eq(
		bws_parse_fields(good, strlen(good), "Channel", names, v, err, sizeof(err)), -1);
	ck_assert_ptr_nonnull(strstr(err, "Channel"));
	ck_assert_int_eq(bws_parse_fields("", 0, "Channel", names, v, err, sizeof(err)), -1);
	ck_assert_int_eq(bws_parse_number(NULL, 1, 9, 5, &n), 0);
	ck_assert_int_eq(n, 5);
	ck_assert_int_eq(bws_parse_number("9", 1, 9, 5, &n), 0);
	ck_assert_int_eq(n, 9);
	ck_assert_int_eq(bws_parse_number("10", 1, 9, 5, &n), -1);
	ck_assert_int_eq(bws_parse_number("", 1, 9, 5, &n), -1);
	ck_assert_int_eq(bws_parse_number("99999999999999999999", 1, 9, 5, &n), -1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("bwsim parts");
	TCase *tcase = tcase_create("parts");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, timers_fire_in_order);
	tcase_add_test(tcase, timer_armed_by_itself_fires_next_time);
	tcase_add_test(tcase, random_numbers);
	tcase_add_test(tcase, texts);
	tcase_add_test(tcase, knobs);
	tcase_add_test(tcase, parser);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
