/* SPDX-License-Identifier: Apache-2.0 */
/* Documents ended by zero bytes: cut at every place, what stands between them, what is none, limits, the writer. */
#include "proto/csta_frame_nul.h"

#include "proto/base/err.h"
#include "proto/base/limits.h"
#include "proto/base/mem.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define BODY_BYTES_MAX (LIMIT_CSTA_MESSAGE_BYTES - CSTA_PREFIX_BYTES)

/* Documents with what may stand between them. */
static const char stream[] = "<keepalive />\0\0\r\n<?xml version=\"1.0\"?><a>\xc3\xa4</a>\0 \0\t\0"
			     "\xef\xbb\xbf<b/>\n\0<c>1</c>\0";
static const char *const bodies[] = { "<keepalive />", "<?xml version=\"1.0\"?><a>\xc3\xa4</a>",
	"\xef\xbb\xbf<b/>\n", "<c>1</c>" };

#define BODIES (sizeof(bodies) / sizeof(bodies[0]))

static struct csta_stream s;

static void
begin(void)
{
	csta_stream_init(&s, csta_codecs[CSTA_CODEC_NUL]);
}

/* Feeds a heap copy of exactly these bytes, so that a read beyond them is found. */
static void
feed(const char *p, size_t n)
{
	uint8_t *copy = mem_alloc(n ? n : 1);

	memcpy(copy, p, n);
	ck_assert_int_eq(csta_stream_feed(&s, copy, n), 0);
	mem_free(copy);
}

/* Takes the documents that are there; `count` have been seen before. */
static size_t
take(size_t count)
{
	struct csta_frame f;
	enum csta_frame_result result;

	while ((result = csta_stream_next(&s, &f)) == CSTA_FRAME_READY) {
		ck_assert_uint_lt(count, BODIES);
		ck_assert(str_is(f.body, bodies[count]));
		ck_assert_uint_eq(f.invoke, count + 1);
		count++;
	}
	ck_assert_int_eq(result, CSTA_FRAME_MORE);
	return count;
}

START_TEST(test_every_cut_in_two)
{
	size_t n = sizeof(stream) - 1;

	for (size_t cut = 0; cut <= n; cut++) {
		size_t count;

		begin();
		feed(stream, cut);
		count = take(0);
		feed(stream + cut, n - cut);
		ck_assert_uint_eq(take(count), BODIES);
		ck_assert(!csta_stream_is_ready(&s));
		csta_stream_fini(&s);
	}
}
END_TEST

START_TEST(test_byte_by_byte)
{
	size_t count = 0;

	begin();
	for (size_t i = 0; i < sizeof(stream) - 1; i++) {
		feed(stream + i, 1);
		count = take(count);
	}
	ck_assert_uint_eq(count, BODIES);
	csta_stream_fini(&s);
}
END_TEST

/* A client of the other framing, one of another protocol, and text: refused at the first wrong byte. */
START_TEST(test_what_is_no_document)
{
	static const struct {
		const char *p;
		size_t n;
	} bad[] = { { "\0\0\0\x1f", 4 }, { "GET / HTTP/1.1", 14 }, { "x", 1 }, { "<a/>\0b", 6 },
		{ "\x16\x03\x01", 3 } };
	struct csta_frame f;
	enum csta_frame_result result;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin();
		feed(bad[i].p, bad[i].n);
		while ((result = csta_stream_next(&s, &f)) == CSTA_FRAME_READY)
			ck_assert(str_is(f.body, "<a/>"));
		ck_assert_int_eq(result, CSTA_FRAME_BAD);
		ck_assert_str_eq(f.why, "a document does not begin with '<'");
		/* for good */
		ck_assert_int_eq(csta_stream_next(&s, &f), CSTA_FRAME_BAD);
		csta_stream_fini(&s);
	}
}
END_TEST

START_TEST(test_longest)
{
	char *text = malloc(BODY_BYTES_MAX + 2);
	struct csta_frame f;

	memset(text, '<', BODY_BYTES_MAX + 1);
	text[BODY_BYTES_MAX] = '\0';
	begin();
	feed(text, BODY_BYTES_MAX + 1);
	ck_assert_int_eq(csta_stream_next(&s, &f), CSTA_FRAME_READY);
	ck_assert_uint_eq(f.body.n, BODY_BYTES_MAX);
	csta_stream_fini(&s);
	/* one byte more: refused whether its end has come or not */
	text[BODY_BYTES_MAX] = '<';
	text[BODY_BYTES_MAX + 1] = '\0';
	for (size_t with_end = 0; with_end < 2; with_end++) {
		begin();
		feed(text, BODY_BYTES_MAX);
		ck_assert_int_eq(csta_stream_next(&s, &f), CSTA_FRAME_MORE);
		feed(text + BODY_BYTES_MAX, 1 + with_end);
		ck_assert_int_eq(csta_stream_next(&s, &f), CSTA_FRAME_BAD);
		ck_assert_str_eq(f.why, "the document is too long");
		csta_stream_fini(&s);
	}
	free(text);
}
END_TEST

/* Who sends without an end, and without anybody looking, is stopped. */
START_TEST(test_unread_is_bounded)
{
	static uint8_t bytes[65536];
	int result = 0;
	size_t taken = 0;

	begin();
	while ((result = csta_stream_feed(&s, bytes, sizeof(bytes))) == 0)
		taken += sizeof(bytes);
	ck_assert_int_eq(result, E_LIMIT);
	ck_assert_uint_eq(taken, LIMIT_CSTA_UNREAD_BYTES);
	csta_stream_fini(&s);
}
END_TEST

START_TEST(test_put)
{
	char *large = malloc(BODY_BYTES_MAX + 1);
	struct buf b;

	memset(large, 'x', BODY_BYTES_MAX + 1);
	buf_init(&b, LIMIT_CSTA_MESSAGE_BYTES);
	begin();
	ck_assert_int_eq(csta_stream_put(&s, &b, 9999, STR("<a/>")), 0);
	ck_assert_uint_eq(b.n, 5);
	ck_assert_mem_eq(b.p, "<a/>\0", 5);
	ck_assert_int_eq(csta_stream_put(&s, &b, 1, STR("")), E_MALFORMED);
	ck_assert_int_eq(csta_stream_put(&s, &b, 1, (struct str){ "a\0b", 3 }), E_MALFORMED);
	buf_reset(&b);
	ck_assert_int_eq(
		csta_stream_put(&s, &b, 1, (struct str){ large, BODY_BYTES_MAX + 1 }), E_LIMIT);
	ck_assert_int_eq(csta_stream_put(&s, &b, 1, (struct str){ large, BODY_BYTES_MAX }), 0);
	ck_assert_int_eq(csta_stream_put(&s, &b, 1, (struct str){ large, 8 }), E_LIMIT);
	ck_assert_uint_eq(b.n, BODY_BYTES_MAX + 1);
	csta_stream_fini(&s);
	buf_fini(&b);
	free(large);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("csta_frame_nul");
	TCase *t = tcase_create("csta_frame_nul");
	SRunner *r = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, t);
	tcase_add_test(t, test_every_cut_in_two);
	tcase_add_test(t, test_byte_by_byte);
	tcase_add_test(t, test_what_is_no_document);
	tcase_add_test(t, test_longest);
	tcase_add_test(t, test_unread_is_bounded);
	tcase_add_test(t, test_put);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
