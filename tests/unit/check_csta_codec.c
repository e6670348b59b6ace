/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Codecs: the table, streams that wait for an answer, invoke IDs that are counted, and a codec that is not in the table:
 * binary, with lengths instead of prefixes or ends.
 */
#include "proto/csta_codec.h"

#include "proto/base/err.h"
#include "proto/base/limits.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct csta_stream s;
static struct csta_frame f;

static void
feed(const char *p, size_t n)
{
	ck_assert_int_eq(csta_stream_feed(&s, (const uint8_t *)p, n), 0);
}

START_TEST(test_the_table)
{
	ck_assert_str_eq(csta_codecs[CSTA_CODEC_ANNEX_J]->name, "annex-j");
	ck_assert(!csta_codecs[CSTA_CODEC_ANNEX_J]->in_order);
	ck_assert_str_eq(csta_codecs[CSTA_CODEC_NUL]->name, "nul");
	ck_assert(csta_codecs[CSTA_CODEC_NUL]->in_order);
}
END_TEST

/* With invoke IDs nobody waits for an answer. */
START_TEST(test_annex_j)
{
	struct buf b;

	buf_init(&b, 100);
	csta_stream_init(&s, csta_codecs[CSTA_CODEC_ANNEX_J]);
	ck_assert_int_eq(csta_stream_put(&s, &b, 7, STR("<a/>")), 0);
	ck_assert_int_eq(csta_stream_put(&s, &b, 8, STR("<b/>")), 0);
	feed((const char *)b.p, b.n);
	for (uint32_t invoke = 7; invoke <= 8; invoke++) {
		ck_assert_int_eq(csta_stream_next(&s, &f), CSTA_FRAME_READY);
		ck_assert_uint_eq(f.invoke, invoke);
		csta_stream_await(&s, invoke);
	}
	ck_assert(!csta_stream_is_ready(&s));
	ck_assert_int_eq(csta_stream_next(&s, &f), CSTA_FRAME_MORE);
	csta_stream_fini(&s);
	buf_fini(&b);
}
END_TEST

/* Without them the next request comes out when the one before it is answered, whatever else is sent meanwhile. */
START_TEST(test_answers_in_order)
{
	struct buf b;
	uint32_t first;

	buf_init(&b, 1000);
	csta_stream_init(&s, csta_codecs[CSTA_CODEC_NUL]);
	feed("<a/>\0<b/>\0", 10);
	ck_assert_int_eq(csta_stream_next(&s, &f), CSTA_FRAME_READY);
	ck_assert(str_is(f.body, "<a/>"));
	first = f.invoke;
	csta_stream_await(&s, first);
	ck_assert(!csta_stream_is_ready(&s));
	ck_assert(csta_stream_waits(&s));
	ck_assert_int_eq(csta_stream_next(&s, &f), CSTA_FRAME_MORE);
	ck_assert_int_eq(csta_stream_put(&s, &b, CSTA_INVOKE_EVENT, STR("<event/>")), 0);
	ck_assert_int_eq(csta_stream_next(&s, &f), CSTA_FRAME_MORE);
	ck_assert_int_eq(csta_stream_put(&s, &b, first, STR("<answer/>")), 0);
	ck_assert(csta_stream_is_ready(&s));
	ck_assert_int_eq(csta_stream_next(&s, &f), CSTA_FRAME_READY);
	ck_assert(str_is(f.body, "<b/>"));
	ck_assert_uint_ne(f.invoke, first);
	/* an answer that cannot be sent holds nothing up */
	csta_stream_await(&s, f.invoke);
	ck_assert_int_eq(csta_stream_put(&s, &b, f.invoke, STR("")), E_MALFORMED);
	feed("<c/>\0", 5);
	ck_assert(csta_stream_is_ready(&s));
	csta_stream_fini(&s);
	buf_fini(&b);
}
END_TEST

START_TEST(test_counting)
{
	csta_stream_init(&s, csta_codecs[CSTA_CODEC_NUL]);
	for (uint32_t i = 1; i <= 8999; i++)
		ck_assert_uint_eq(csta_stream_count(&s), i);
	ck_assert_uint_eq(csta_stream_count(&s), 1);
	csta_stream_fini(&s);
}
END_TEST

/* A codec of the test: a byte of length, one of invoke ID, and a letter for each message. */
static enum csta_frame_result
tiny_next(struct csta_stream *stream, struct csta_frame *out)
{
	const uint8_t *p = stream->framer.in.p + stream->framer.consumed;
	size_t n = stream->framer.in.n - stream->framer.consumed;

	if (n == 0 || n < p[0])
		return CSTA_FRAME_MORE;
	if (p[0] < 2) {
		*out = (struct csta_frame){ .why = "too short" };
		return CSTA_FRAME_BAD;
	}
	*out = (struct csta_frame){ .invoke = p[1],
		.body = { (const char *)p + 2, (size_t)p[0] - 2 } };
	stream->framer.consumed += p[0];
	return CSTA_FRAME_READY;
}

static int
tiny_decode(struct xml *x, struct str body, struct csta_request *q, struct err *e)
{
	(void)x;
	if (body.n != 1 || body.p[0] != 'Q')
		return err_set(e, E_MALFORMED, "not a message");
	*q = (struct csta_request){ .kind = CSTA_RequestSystemStatus };
	return E_OK;
}

/* The binary form of a message, made from the XML that sessions and events write. */
static int
tiny_put(struct buf *out, uint32_t invoke, struct str body)
{
	struct str root = STR("<RequestSystemStatusResponse");
	char letter = body.n > root.n && memcmp(body.p, root.p, root.n) == 0 ? 'R' : '?';

	buf_char(out, 3);
	buf_char(out, (char)invoke);
	buf_char(out, letter);
	return 0;
}

static const struct csta_codec tiny = {
	.name = "tiny",
	.unread_bytes_max = 16,
	.next = tiny_next,
	.decode = tiny_decode,
	.put = tiny_put,
};

START_TEST(test_another_codec)
{
	struct csta_request q;
	struct err e = { 0 };
	struct buf b;

	buf_init(&b, 100);
	csta_stream_init(&s, &tiny);
	feed("\x03\x05Q\x03", 4);
	ck_assert_int_eq(csta_stream_next(&s, &f), CSTA_FRAME_READY);
	ck_assert_uint_eq(f.invoke, 5);
	ck_assert_int_eq(s.codec->decode(NULL, f.body, &q, &e), 0);
	ck_assert_int_eq(q.kind, CSTA_RequestSystemStatus);
	ck_assert_int_eq(csta_stream_next(&s, &f), CSTA_FRAME_MORE);
	ck_assert_int_eq(csta_stream_put(&s, &b, f.invoke,
				 STR("<RequestSystemStatusResponse xmlns='x'><systemStatus>normal"
				     "</systemStatus></RequestSystemStatusResponse>")),
		0);
	ck_assert_uint_eq(b.n, 3);
	ck_assert_mem_eq(b.p, "\x03\x05R", 3);
	/* the limit is the codec's own */
	ck_assert_int_eq(csta_stream_feed(&s, (const uint8_t *)"0123456789abcdef", 16), E_LIMIT);
	feed("\x06Z", 2);
	ck_assert_int_eq(csta_stream_next(&s, &f), CSTA_FRAME_READY);
	ck_assert_int_eq(s.codec->decode(NULL, f.body, &q, &e), E_MALFORMED);
	csta_stream_fini(&s);
	buf_fini(&b);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("csta_codec");
	TCase *t = tcase_create("csta_codec");
	SRunner *r = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, t);
	tcase_add_test(t, test_the_table);
	tcase_add_test(t, test_annex_j);
	tcase_add_test(t, test_answers_in_order);
	tcase_add_test(t, test_counting);
	tcase_add_test(t, test_another_codec);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
