/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CSTA framer: frames cut at every place, one byte at a time, prefixes that are none, limits,
 * and the writer of the prefix.
 */
#include "proto/base/err.h"
#include "proto/base/limits.h"
#include "proto/base/mem.h"
#include "proto/csta_frame.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_COUNT 5

static const struct {
	uint32_t invoke;
	const char *body;
} frames[FRAME_COUNT] = {
	{ 0, "<keepalive />" },
	{ 1, "x" },
	{ 9999, "<MonitorStart><monitorObject/></MonitorStart>" },
	{ 42, "\n<a>\xc3\xa4</a>\n" },
	{ 9001, "<SystemStatusResponse/>" },
};

static void
put_all(struct buf *b)
{
	buf_init(b, 1 << 20);
	for (size_t i = 0; i < FRAME_COUNT; i++)
		ck_assert_int_eq(csta_frame_put(b, frames[i].invoke, str_of(frames[i].body)), 0);
}

/* Takes the frames that are there; `count` frames have been seen before. */
static size_t
take(struct csta_framer *f, size_t count)
{
	struct csta_frame frame;
	enum csta_frame_result result;

	while ((result = csta_framer_next(f, &frame)) == CSTA_FRAME_READY) {
		ck_assert_uint_lt(count, FRAME_COUNT);
		ck_assert_uint_eq(frame.invoke, frames[count].invoke);
		ck_assert(str_is(frame.body, frames[count].body));
		ck_assert_ptr_null(frame.why);
		count++;
	}
	ck_assert_int_eq(result, CSTA_FRAME_MORE);
	return count;
}

/* Feeds a heap copy of exactly these bytes, so that a read beyond them is found. */
static int
feed(struct csta_framer *f, const uint8_t *p, size_t n)
{
	uint8_t *copy = mem_alloc(n);
	int rv;

	memcpy(copy, p, n);
	rv = csta_framer_feed(f, copy, n);
	mem_free(copy);
	return rv;
}

START_TEST(test_prefix)
{
	static const uint8_t expected[] = { 0, 0, 0, 21, '0', '0', '0', '7' };
	struct buf b;

	buf_init(&b, 100);
	ck_assert_int_eq(csta_frame_put(&b, 7, STR("<keepalive />")), 0);
	ck_assert_uint_eq(b.n, 21);
	ck_assert_mem_eq(b.p, expected, sizeof(expected));
	ck_assert_mem_eq(b.p + 8, "<keepalive />", 13);
	buf_fini(&b);
}
END_TEST

START_TEST(test_one_byte_at_a_time)
{
	struct csta_framer f;
	struct buf b;
	size_t count = 0;

	put_all(&b);
	csta_framer_init(&f);
	for (size_t i = 0; i < b.n; i++) {
		ck_assert_int_eq(feed(&f, b.p + i, 1), 0);
		count = take(&f, count);
	}
	ck_assert_uint_eq(count, FRAME_COUNT);
	csta_framer_fini(&f);
	buf_fini(&b);
}
END_TEST

START_TEST(test_every_two_cuts)
{
	struct buf b;

	put_all(&b);
	for (size_t i = 0; i <= b.n; i++) {
		for (size_t k = i; k <= b.n; k++) {
			struct csta_framer f;
			size_t count;

			csta_framer_init(&f);
			ck_assert_int_eq(feed(&f, b.p, i), 0);
			count = take(&f, 0);
			ck_assert_int_eq(feed(&f, b.p + i, k - i), 0);
			count = take(&f, count);
			ck_assert_int_eq(feed(&f, b.p + k, b.n - k), 0);
			ck_assert_uint_eq(take(&f, count), FRAME_COUNT);
			csta_framer_fini(&f);
		}
	}
	buf_fini(&b);
}
END_TEST

/* Frames may also be taken one by one with bytes fed in between. */
START_TEST(test_feed_between_frames)
{
	struct csta_framer f;
	struct csta_frame frame;
	struct buf b;

	put_all(&b);
	csta_framer_init(&f);
	ck_assert_int_eq(feed(&f, b.p, b.n - 3), 0);
	for (size_t i = 0; i < FRAME_COUNT; i++) {
		if (i == 2)
			ck_assert_int_eq(feed(&f, b.p + b.n - 3, 3), 0);
		ck_assert_int_eq(csta_framer_next(&f, &frame), CSTA_FRAME_READY);
		ck_assert_uint_eq(frame.invoke, frames[i].invoke);
		ck_assert(str_is(frame.body, frames[i].body));
	}
	ck_assert_int_eq(csta_framer_next(&f, &frame), CSTA_FRAME_MORE);
	csta_framer_fini(&f);
	buf_fini(&b);
}
END_TEST

static const struct {
	size_t n;    /* bytes of the prefix */
	size_t seen; /* bytes after which it must be refused */
	const char *bytes;
	const char *why; /* a part of the sentence */
} bad_prefixes[] = {
	{ 8, 1,
		"\x01\x00\x00\x20"
		"0001",
		"SOAP" },
	{ 8, 1,
		"\x02\x00\x00\x20"
		"0001",
		"indicator" },
	{ 8, 1, "<?xml ve", "indicator" },
	{ 8, 2,
		"\x00\x01\x00\x20"
		"0001",
		"indicator" },
	{ 8, 4,
		"\x00\x00\x00\x00"
		"0001",
		"length" },
	{ 8, 4,
		"\x00\x00\x00\x07"
		"0001",
		"length" },
	{ 8, 4,
		"\x00\x00\x00\x08"
		"0001",
		"length" },
	{ 8, 5,
		"\x00\x00\x00\x09"
		" 001",
		"invoke" },
	{ 8, 5,
		"\x00\x00\x00\x09"
		"-001",
		"invoke" },
	{ 8, 6,
		"\x00\x00\x00\x09"
		"0:01",
		"invoke" },
	{ 8, 7,
		"\x00\x00\x00\x09"
		"00/1",
		"invoke" },
	{ 8, 8,
		"\x00\x00\xff\xff"
		"000a",
		"invoke" },
	{ 8, 8,
		"\x00\x00\x00\x09"
		"000\xb2",
		"invoke" },
	{ 8, 8,
		"\x00\x00\x00\x09"
		"000\x00",
		"invoke" },
};

START_TEST(test_bad_prefix)
{
	struct csta_framer f;
	struct csta_frame frame;
	const char *bytes = bad_prefixes[_i].bytes;

	csta_framer_init(&f);
	for (size_t i = 0; i < bad_prefixes[_i].n; i++) {
		bool bad = i + 1 >= bad_prefixes[_i].seen;

		ck_assert_int_eq(feed(&f, (const uint8_t *)bytes + i, 1), 0);
		ck_assert_int_eq(
			csta_framer_next(&f, &frame), bad ? CSTA_FRAME_BAD : CSTA_FRAME_MORE);
		if (bad)
			ck_assert_ptr_nonnull(strstr(frame.why, bad_prefixes[_i].why));
	}
	csta_framer_fini(&f);
}
END_TEST

/* Good frames before the bad prefix are handed out first; after it nothing is any more. */
START_TEST(test_bad_after_good)
{
	struct csta_framer f;
	struct csta_frame frame;
	struct buf b;

	put_all(&b);
	buf_cstr(&b, "junk");
	csta_framer_init(&f);
	ck_assert_int_eq(feed(&f, b.p, b.n), 0);
	for (size_t i = 0; i < FRAME_COUNT; i++)
		ck_assert_int_eq(csta_framer_next(&f, &frame), CSTA_FRAME_READY);
	ck_assert_int_eq(csta_framer_next(&f, &frame), CSTA_FRAME_BAD);
	ck_assert_int_eq(feed(&f, b.p, b.n - 4), 0);
	ck_assert_int_eq(csta_framer_next(&f, &frame), CSTA_FRAME_BAD);
	csta_framer_fini(&f);
	buf_fini(&b);
}
END_TEST

/* The longest and the shortest message, in pieces of every size class. */
START_TEST(test_longest)
{
	static const size_t pieces[] = { 1, 7, 1000, 4096, 65534, 65535 };
	struct csta_framer f;
	struct csta_frame frame;
	struct buf b;
	struct buf body;
	size_t count = 0;

	buf_init(&body, 65527);
	while (body.n < 65527)
		buf_char(&body, (char)('a' + body.n % 26));
	buf_init(&b, 1 << 20);
	ck_assert_int_eq(csta_frame_put(&b, 1234, buf_as_str(&body)), 0);
	ck_assert_uint_eq(b.n, LIMIT_CSTA_MESSAGE_BYTES);
	ck_assert_int_eq(csta_frame_put(&b, 1235, STR("z")), 0);
	csta_framer_init(&f);
	for (size_t at = 0; at < b.n;) {
		size_t n = pieces[_i] < b.n - at ? pieces[_i] : b.n - at;

		ck_assert_int_eq(feed(&f, b.p + at, n), 0);
		at += n;
		while (csta_framer_next(&f, &frame) == CSTA_FRAME_READY) {
			ck_assert_uint_eq(frame.invoke, 1234 + count);
			ck_assert(str_eq(frame.body, count == 0 ? buf_as_str(&body) : STR("z")));
			count++;
		}
	}
	ck_assert_uint_eq(count, 2);
	csta_framer_fini(&f);
	buf_fini(&body);
	buf_fini(&b);
}
END_TEST

/* A feeder that never asks is stopped at two messages of full length, and nothing is lost by it. */
START_TEST(test_feed_limit)
{
	struct csta_framer f;
	struct csta_frame frame;
	struct buf b;
	size_t fed = 0;
	size_t count = 0;

	buf_init(&b, 1 << 20);
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(csta_frame_put(&b, (uint32_t)i, STR("<keepalive />")), 0);
	csta_framer_init(&f);
	for (int i = 0; i < 6; i++, fed += b.n)
		ck_assert_int_eq(feed(&f, b.p, b.n), 0);
	ck_assert_int_eq(feed(&f, b.p, b.n), E_LIMIT);
	ck_assert_int_eq(feed(&f, b.p, 2 * LIMIT_CSTA_MESSAGE_BYTES - fed + 1), E_LIMIT);
	ck_assert_int_eq(feed(&f, b.p, 1), 0);
	while (csta_framer_next(&f, &frame) == CSTA_FRAME_READY) {
		ck_assert_uint_eq(frame.invoke, count % 1000);
		count++;
	}
	ck_assert_uint_eq(count, 6000);
	ck_assert_int_eq(feed(&f, b.p + 1, b.n - 1), 0);
	while (csta_framer_next(&f, &frame) == CSTA_FRAME_READY)
		count++;
	ck_assert_uint_eq(count, 7000);
	csta_framer_fini(&f);
	buf_fini(&b);
}
END_TEST

START_TEST(test_put_limits)
{
	struct buf b;
	struct buf body;

	buf_init(&body, 65528);
	while (body.n < 65528)
		buf_char(&body, 'x');
	buf_init(&b, 65535);
	ck_assert_int_eq(csta_frame_put(&b, 1, buf_as_str(&body)), E_LIMIT);
	ck_assert_int_eq(csta_frame_put(&b, 1, STR_NONE), E_MALFORMED);
	ck_assert_uint_eq(b.n, 0);
	b.max = 1 << 20; /* room alone does not make a longer message */
	ck_assert_int_eq(csta_frame_put(&b, 1, buf_as_str(&body)), E_LIMIT);
	ck_assert_uint_eq(b.n, 0);
	b.max = 65535;
	body.n = 65527;
	ck_assert_int_eq(csta_frame_put(&b, 1, buf_as_str(&body)), 0);
	ck_assert_uint_eq(b.n, 65535);
	/* no room: nothing of it is written, and the buffer is not spoiled */
	ck_assert_int_eq(csta_frame_put(&b, 1, STR("x")), E_LIMIT);
	ck_assert_uint_eq(b.n, 65535);
	ck_assert(!b.overflow);
	b.overflow = true;
	b.n = 0;
	ck_assert_int_eq(csta_frame_put(&b, 1, STR("x")), E_LIMIT);
	buf_fini(&body);
	buf_fini(&b);
}
END_TEST

START_TEST(test_empty)
{
	struct csta_framer f;
	struct csta_frame frame;

	csta_framer_init(&f);
	ck_assert_int_eq(csta_framer_next(&f, &frame), CSTA_FRAME_MORE);
	ck_assert_int_eq(csta_framer_feed(&f, NULL, 0), 0);
	ck_assert_int_eq(csta_framer_next(&f, &frame), CSTA_FRAME_MORE);
	csta_framer_fini(&f);
	csta_framer_fini(&f);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("csta_frame");
	TCase *tc = tcase_create("csta_frame");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, test_prefix);
	tcase_add_test(tc, test_one_byte_at_a_time);
	tcase_add_test(tc, test_every_two_cuts);
	tcase_add_test(tc, test_feed_between_frames);
	tcase_add_loop_test(
		tc, test_bad_prefix, 0, (int)(sizeof(bad_prefixes) / sizeof(bad_prefixes[0])));
	tcase_add_test(tc, test_bad_after_good);
	tcase_add_loop_test(tc, test_longest, 0, 6);
	tcase_add_test(tc, test_feed_limit);
	tcase_add_test(tc, test_put_limits);
	tcase_add_test(tc, test_empty);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
