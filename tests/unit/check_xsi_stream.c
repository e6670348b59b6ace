/* SPDX-License-Identifier: Apache-2.0 */
/* The stream splitter: a stream of three documents cut at every place, byte by byte, and glued. */
#include "proto/base/err.h"
#include "proto/base/limits.h"
#include "proto/base/mem.h"
#include "proto/xsi_stream.h"

#include <check.h>
#include <stdlib.h>

/*
 * The layout of the real thing: LF behind the first declaration only, none
 * between.
 */
#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define CHANNEL \
	DECLARATION \
	"\n<Channel xmlns=\"http://schema.broadsoft.com/xsi\"><channelId>c-1</channelId>" \
	"<expires>86400</expires></Channel>"
#define EVENT \
	DECLARATION \
	"<xsi:Event xmlns:xsi=\"http://schema.broadsoft.com/xsi\" a=\">'/\">" \
	"<xsi:eventID>1</xsi:eventID><xsi:eventData/><!-- </xsi:Event> --></xsi:Event>"
#define HEARTBEAT DECLARATION "<ChannelHeartBeat xmlns=\"http://schema.broadsoft.com/xsi\"/>"

static const char *const documents[] = { CHANNEL, EVENT, HEARTBEAT };
static const char stream_text[] = CHANNEL EVENT HEARTBEAT;

static struct xsi_stream stream;
static int seen;
static const char *why;

static void
setup(void)
{
	xsi_stream_init(&stream);
	seen = 0;
	why = NULL;
}

static void
teardown(void)
{
	xsi_stream_fini(&stream);
}

/* Expects the documents above in order. */
static void
on_document(struct str document, void *arg)
{
	ck_assert_ptr_eq(arg, &seen);
	ck_assert_msg(str_is(document, documents[seen % 3]), "document %d is %.*s", seen,
		STR_ARG(document));
	seen++;
}

static void
on_any(struct str document, void *arg)
{
	ck_assert_uint_gt(document.n, 0);
	ck_assert_int_eq(document.p[0], '<');
	ck_assert_ptr_eq(arg, &seen);
	seen++;
}

/* Feeds a copy of exactly `n` bytes, so that a read beyond them is found. */
static int
feed(const char *p, size_t n, xsi_document_fn fn)
{
	uint8_t *copy = malloc(n ? n : 1);
	int rc;

	memcpy(copy, p, n);
	rc = xsi_stream_feed(&stream, copy, n, fn, &seen, &why);
	free(copy);
	return rc;
}

START_TEST(whole_and_glued)
{
	ck_assert_int_eq(feed(stream_text, sizeof(stream_text) - 1, on_document), E_OK);
	ck_assert_int_eq(seen, 3);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(feed(documents[i], strlen(documents[i]), on_document), E_OK);
	ck_assert_int_eq(seen, 6);
	ck_assert_int_eq(feed("", 0, on_document), E_OK);
	ck_assert_int_eq(feed("\r\n\0 ", 4, on_document), E_OK);
	ck_assert_int_eq(seen, 6);
	ck_assert_uint_eq(xsi_stream_rest(&stream).n, 0);
}
END_TEST

START_TEST(every_cut_in_two)
{
	for (size_t cut = 0; cut < sizeof(stream_text); cut++) {
		seen = 0;
		ck_assert_int_eq(feed(stream_text, cut, on_document), E_OK);
		ck_assert_int_eq(
			feed(stream_text + cut, sizeof(stream_text) - 1 - cut, on_document), E_OK);
		ck_assert_int_eq(seen, 3);
	}
}
END_TEST

/* Two cuts anywhere: the middle piece may begin and end inside one document. */
START_TEST(every_cut_in_three)
{
	size_t n = sizeof(stream_text) - 1;

	for (size_t a = 1; a < n; a += 3) {
		for (size_t b = a + 1; b < n; b += 5) {
			seen = 0;
			ck_assert_int_eq(feed(stream_text, a, on_document), E_OK);
			ck_assert_int_eq(feed(stream_text + a, b - a, on_document), E_OK);
			ck_assert_int_eq(feed(stream_text + b, n - b, on_document), E_OK);
			ck_assert_int_eq(seen, 3);
		}
	}
}
END_TEST

START_TEST(pieces_of_every_size)
{
	for (size_t piece = 1; piece < sizeof(stream_text); piece++) {
		seen = 0;
		for (size_t at = 0; at < sizeof(stream_text) - 1; at += piece) {
			size_t left = sizeof(stream_text) - 1 - at;

			ck_assert_int_eq(
				feed(stream_text + at, left < piece ? left : piece, on_document),
				E_OK);
		}
		ck_assert_int_eq(seen, 3);
	}
}
END_TEST

START_TEST(the_rest_of_a_cut_stream)
{
	size_t cut = strlen(CHANNEL) + 100;

	ck_assert_int_eq(feed(stream_text, cut, on_document), E_OK);
	ck_assert_int_eq(seen, 1);
	ck_assert_uint_eq(xsi_stream_rest(&stream).n, 100);
	ck_assert_mem_eq(xsi_stream_rest(&stream).p, EVENT, 100);
}
END_TEST

/* A document that is not well-formed is the decoder's business: the stream goes on behind it. */
START_TEST(a_broken_document_does_not_lose_the_stream)
{
	static const char text[] =
		"<a><b></c></a>" HEARTBEAT "<a x='1' x='2'>&y;\x01</a>" HEARTBEAT;

	ck_assert_int_eq(feed(text, sizeof(text) - 1, on_any), E_OK);
	ck_assert_int_eq(seen, 4);
}
END_TEST

START_TEST(a_refused_stream_is_lost)
{
	ck_assert_int_eq(feed(HEARTBEAT "junk", strlen(HEARTBEAT) + 4, on_any), E_MALFORMED);
	ck_assert_int_eq(seen, 1);
	ck_assert_ptr_nonnull(why);
	why = NULL;
	ck_assert_int_eq(feed(HEARTBEAT, strlen(HEARTBEAT), on_any), E_MALFORMED);
	ck_assert_int_eq(seen, 1);
	ck_assert_ptr_nonnull(why);
}
END_TEST

START_TEST(a_document_type_is_refused)
{
	ck_assert_int_eq(feed("<?xml version='1.0'?><!DOCTYPE", 30, on_any), E_MALFORMED);
	ck_assert_ptr_nonnull(why);
}
END_TEST

/* The trickle: a document that never ends is refused at the limit, and memory stays within it. */
START_TEST(an_endless_document)
{
	size_t fed = 3;
	int rc = feed("<a>", 3, on_any);

	while (rc == E_OK && fed < 2 * LIMIT_XML_DOC_BYTES) {
		rc = feed("x", 1, on_any);
		fed += rc == E_OK;
	}
	ck_assert_uint_le(stream.docs.doc.size, LIMIT_XML_DOC_BYTES);
	ck_assert_int_eq(rc, E_LIMIT);
	ck_assert_uint_eq(fed, LIMIT_XML_DOC_BYTES);
	ck_assert_int_eq(seen, 0);
}
END_TEST

START_TEST(the_largest_document)
{
	char *z = malloc(LIMIT_XML_DOC_BYTES);

	memset(z, 'x', LIMIT_XML_DOC_BYTES);
	memcpy(z, "<a>", 3);
	memcpy(z + LIMIT_XML_DOC_BYTES - 4, "</a>", 4);
	ck_assert_int_eq(feed(z, LIMIT_XML_DOC_BYTES - 1, on_any), E_OK);
	ck_assert_int_eq(feed(">", 1, on_any), E_OK);
	ck_assert_int_eq(seen, 1);
	ck_assert_int_eq(feed(z, LIMIT_XML_DOC_BYTES, on_any), E_OK);
	ck_assert_int_eq(seen, 2);
	free(z);
}
END_TEST

START_TEST(memory_goes_back)
{
	uint64_t live = mem_live();
	struct xsi_stream own;

	xsi_stream_init(&own);
	ck_assert_int_eq(
		xsi_stream_feed(&own, (const uint8_t *)"<a>", 3, on_any, &seen, &why), E_OK);
	ck_assert_uint_gt(mem_live(), live);
	xsi_stream_fini(&own);
	ck_assert_uint_eq(mem_live(), live);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("xsi_stream");
	TCase *tc = tcase_create("xsi_stream");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, whole_and_glued);
	tcase_add_test(tc, every_cut_in_two);
	tcase_add_test(tc, every_cut_in_three);
	tcase_add_test(tc, pieces_of_every_size);
	tcase_add_test(tc, the_rest_of_a_cut_stream);
	tcase_add_test(tc, a_broken_document_does_not_lose_the_stream);
	tcase_add_test(tc, a_refused_stream_is_lost);
	tcase_add_test(tc, a_document_type_is_refused);
	tcase_add_test(tc, an_endless_document);
	tcase_add_test(tc, the_largest_document);
	tcase_add_test(tc, memory_goes_back);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
