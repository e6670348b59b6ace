/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots from thread to thread: the newest one, whole, and never one that is being written. */
#include "daemon/http_swap.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>

#define SWAPS 200000

static struct http_swap w;

static void
put(int64_t value)
{
	struct http_snap *s = http_swap_back(&w);

	s->at_us = value;
	s->wall_us = -value; /* far behind: half a snapshot shows */
	s->doubts[LIMIT_HTTP_DOUBTS - 1].call = (uint64_t)value;
	http_swap_publish(&w);
}

static int64_t
get(void)
{
	const struct http_snap *s = http_swap_take(&w);

	ck_assert_int_eq(s->wall_us, -s->at_us);
	ck_assert_uint_eq(s->doubts[LIMIT_HTTP_DOUBTS - 1].call, (uint64_t)s->at_us);
	return s->at_us;
}

START_TEST(the_newest_one_is_taken)
{
	http_swap_init(&w);
	ck_assert_int_eq(get(), 0);
	put(1);
	ck_assert_int_eq(get(), 1);
	ck_assert_int_eq(get(), 1);
	put(2);
	put(3);
	put(4);
	ck_assert_int_eq(get(), 4);
	ck_assert_int_eq(get(), 4);
	put(5);
	ck_assert_int_eq(get(), 5);
	http_swap_fini(&w);
}
END_TEST

/* What the reader holds stays as it is, however often the writer publishes meanwhile. */
START_TEST(what_is_held_is_not_written)
{
	const struct http_snap *held;

	http_swap_init(&w);
	put(1);
	held = http_swap_take(&w);
	for (int64_t i = 2; i < 10; i++) {
		put(i);
		ck_assert_ptr_ne(http_swap_back(&w), held);
		ck_assert_int_eq(held->at_us, 1);
	}
	ck_assert_int_eq(get(), 9);
	http_swap_fini(&w);
}
END_TEST

static void *
write_many(void *arg)
{
	(void)arg;
	for (int64_t i = 1; i <= SWAPS; i++)
		put(i);
	return NULL;
}

START_TEST(two_threads)
{
	pthread_t writer;
	int64_t last = 0;

	http_swap_init(&w);
	ck_assert_int_eq(pthread_create(&writer, NULL, write_many, NULL), 0);
	while (last < SWAPS) {
		int64_t seen = get();

		ck_assert_int_ge(seen, last); /* never back */
		last = seen;
	}
	pthread_join(writer, NULL);
	http_swap_fini(&w);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_swap");
	TCase *t = tcase_create("http_swap");
	SRunner *r = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, t);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, the_newest_one_is_taken);
	tcase_add_test(t, what_is_held_is_not_written);
	tcase_add_test(t, two_threads);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
