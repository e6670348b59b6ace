/* SPDX-License-Identifier: Apache-2.0 */
/* Framing of CTI documents: every kind sent and received, cut at every place, byte by byte, glued; hostile streams. */
#include "proto/base/err.h"
#include "proto/base/limits.h"
#include "proto/cti_frame.h"

#include <check.h>
#include <stdlib.h>

#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"

static const char *const documents[] = {
	"<xsp:keepalive xmlns:xsp=\"x\" version=\"17.0\"><requestId>1</requestId>"
	"<period>30</period></xsp:keepalive>",
	"<event a='>'><requestId>2</requestId>\n<payload><E><!-- </event> --><![CDATA[</event>]]>"
	"</E>\r\n</payload></event>",
	"<keepaliveResponse/>",
};
#define DOCUMENTS 3

static struct buf wire;
static struct cti_frames frames;
static bool with_declaration;
static int seen;
static const char *why;

static void
setup(void)
{
	buf_init(&wire, 12 << 20);
	seen = 0;
	why = NULL;
	with_declaration = false;
}

static void
teardown(void)
{
	buf_fini(&wire);
}

/* Expects the documents above in order, over and over. */
static void
on_document(struct str document, void *arg)
{
	struct str expected = str_of(documents[seen % DOCUMENTS]);
	size_t head = with_declaration ? sizeof(DECLARATION) - 1 : 0;

	ck_assert_ptr_eq(arg, &seen);
	ck_assert_uint_eq(document.n, head + expected.n);
	ck_assert_int_eq(memcmp(document.p, DECLARATION, head), 0);
	ck_assert_int_eq(memcmp(document.p + head, expected.p, expected.n), 0);
	seen++;
}

static void
on_any(struct str document, void *arg)
{
	(void)document;
	(void)arg;
	seen++;
}

static int
feed(const void *p, size_t n)
{
	return cti_frames_feed(&frames, p, n, on_document, &seen, &why);
}

/* All documents, as they go over the wire. */
static void
write_wire(enum cti_framing framing)
{
	buf_reset(&wire);
	for (int i = 0; i < DOCUMENTS; i++)
		cti_frame_put(&wire, framing, with_declaration, str_of(documents[i]));
	ck_assert(!wire.overflow);
}

/* `_i` = framing, twice: without and with declarations. */
static enum cti_framing
case_of(int i)
{
	with_declaration = i > CTI_FRAMING_LENGTH;
	return (enum cti_framing)(i % (CTI_FRAMING_LENGTH + 1));
}
#define CASES (2 * (CTI_FRAMING_LENGTH + 1))

START_TEST(cut_at_every_place)
{
	enum cti_framing framing = case_of(_i);

	write_wire(framing);
	for (size_t cut = 0; cut <= wire.n; cut++) {
		cti_frames_init(&frames, framing);
		seen = 0;
		ck_assert_int_eq(feed(wire.p, cut), E_OK);
		ck_assert_int_eq(feed(wire.p + cut, wire.n - cut), E_OK);
		ck_assert_int_eq(seen, DOCUMENTS);
		ck_assert_uint_eq(cti_frames_pending_bytes(&frames), 0);
		cti_frames_fini(&frames);
	}
}
END_TEST

START_TEST(cut_at_every_pair_of_places)
{
	enum cti_framing framing = case_of(_i);

	write_wire(framing);
	for (size_t a = 0; a <= wire.n; a += 7) {
		for (size_t b = a; b <= wire.n; b += 11) {
			cti_frames_init(&frames, framing);
			seen = 0;
			ck_assert_int_eq(feed(wire.p, a), E_OK);
			ck_assert_int_eq(feed(wire.p + a, b - a), E_OK);
			ck_assert_int_eq(feed(wire.p + b, wire.n - b), E_OK);
			ck_assert_int_eq(seen, DOCUMENTS);
			cti_frames_fini(&frames);
		}
	}
}
END_TEST

START_TEST(byte_by_byte_and_glued)
{
	enum cti_framing framing = case_of(_i);

	cti_frames_init(&frames, framing);
	write_wire(framing);
	for (size_t i = 0; i < wire.n; i++)
		ck_assert_int_eq(feed(wire.p + i, 1), E_OK);
	ck_assert_int_eq(seen, DOCUMENTS);
	for (int i = 0; i < 1000; i++)
		for (int k = 0; k < DOCUMENTS; k++)
			cti_frame_put(&wire, framing, with_declaration, str_of(documents[k]));
	ck_assert_int_eq(feed(wire.p, wire.n), E_OK);
	ck_assert_int_eq(seen, 1002 * DOCUMENTS);
	cti_frames_fini(&frames);
}
END_TEST

/* Whatever stands between documents, and whatever the setting says about it. */
START_TEST(between_documents)
{
	static const struct str between[] = { { "", 0 }, { "\n", 1 }, { "\r\n", 2 }, { "\0", 1 },
		{ " \t\r\n\0\n \0", 8 }, { "\xef\xbb\xbf", 3 } };

	for (int framing = CTI_FRAMING_BARE; framing < CTI_FRAMING_LENGTH; framing++) {
		cti_frames_init(&frames, (enum cti_framing)framing);
		seen = 0;
		for (size_t i = 0; i < 6 * DOCUMENTS; i++) {
			struct str gap = between[i % 6];
			struct str document = str_of(documents[i % DOCUMENTS]);

			ck_assert_int_eq(feed(gap.p, gap.n), E_OK);
			ck_assert_int_eq(feed(document.p, document.n), E_OK);
		}
		ck_assert_int_eq(seen, 6 * DOCUMENTS);
		cti_frames_fini(&frames);
	}
}
END_TEST

START_TEST(what_is_sent)
{
	static const struct {
		enum cti_framing framing;
		bool with_declaration;
		struct str document;
		struct str expected;
	} all[] = {
		{ CTI_FRAMING_BARE, false, { "<a/>", 4 }, { "<a/>", 4 } },
		{ CTI_FRAMING_LF, false, { "<a/>", 4 }, { "<a/>\n", 5 } },
		{ CTI_FRAMING_CRLF, false, { "<a/>", 4 }, { "<a/>\r\n", 6 } },
		{ CTI_FRAMING_NUL, false, { "<a/>", 4 }, { "<a/>\0", 5 } },
		{ CTI_FRAMING_LENGTH, false, { "<a/>", 4 }, { "\0\0\0\4<a/>", 8 } },
		{ CTI_FRAMING_LF, true, { "<a/>", 4 }, { DECLARATION "<a/>\n", 43 } },
		{ CTI_FRAMING_LENGTH, true, { "<a/>", 4 },
			{ "\0\0\0\x2a" DECLARATION "<a/>", 46 } },
		{ CTI_FRAMING_BARE, true, { "<?xml version='1.0'?><a/>", 25 },
			{ "<?xml version='1.0'?><a/>", 25 } },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		buf_reset(&wire);
		buf_cstr(&wire, "before");
		cti_frame_put(&wire, all[i].framing, all[i].with_declaration, all[i].document);
		ck_assert_uint_eq(wire.n, 6 + all[i].expected.n);
		ck_assert_int_eq(memcmp(wire.p + 6, all[i].expected.p, all[i].expected.n), 0);
	}
}
END_TEST

START_TEST(a_full_buffer)
{
	for (int framing = CTI_FRAMING_BARE; framing <= CTI_FRAMING_LENGTH; framing++) {
		for (size_t max = 0; max < 3; max++) {
			struct buf small;

			buf_init(&small, max);
			cti_frame_put(&small, (enum cti_framing)framing, true, STR("<a/>"));
			ck_assert(small.overflow);
			buf_fini(&small);
		}
	}
}
END_TEST

/* --- hostile streams --------------------------------------------------------------------- */

/* Lost with this code; and lost for good. */
static void
expect_lost(int code, const void *p, size_t n)
{
	const char *first;

	why = NULL;
	ck_assert_int_eq(cti_frames_feed(&frames, p, n, on_any, NULL, &why), code);
	ck_assert_ptr_nonnull(why);
	first = why;
	ck_assert_int_eq(
		cti_frames_feed(&frames, (const uint8_t *)"<a/>", 4, on_any, NULL, &why), code);
	ck_assert_ptr_eq(why, first);
	cti_frames_fini(&frames);
}

static void
put_times(const char *z, int times)
{
	while (times-- > 0)
		buf_cstr(&wire, z);
}

START_TEST(documents_that_never_end)
{
	static const char *const heads[] = { "<a>", "<a ", "<a b='", "<!-- ", "<a><![CDATA[",
		"<?x " };

	put_times("0123456789", 1 << 20);
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		cti_frames_init(&frames, CTI_FRAMING_BARE);
		ck_assert_int_eq(feed(heads[i], strlen(heads[i])), E_OK);
		expect_lost(E_LIMIT, wire.p, wire.n); /* 10 MB at once */
		cti_frames_init(&frames, CTI_FRAMING_BARE);
		ck_assert_int_eq(feed(heads[i], strlen(heads[i])), E_OK);
		for (size_t at = 0; at < LIMIT_XML_DOC_BYTES; at += 1000)
			if (feed(wire.p + at, 1000) != E_OK)
				break;
		ck_assert_uint_le(cti_frames_pending_bytes(&frames), LIMIT_XML_DOC_BYTES);
		expect_lost(E_LIMIT, wire.p, 1000);
	}
}
END_TEST

START_TEST(deep_and_wide)
{
	put_times("<a>", 10000);
	cti_frames_init(&frames, CTI_FRAMING_NUL);
	expect_lost(E_LIMIT, wire.p, wire.n);
	buf_reset(&wire);
	buf_cstr(&wire, "<a");
	put_times(" b='c'", LIMIT_XML_ATTRIBUTES + 1);
	cti_frames_init(&frames, CTI_FRAMING_BARE);
	expect_lost(E_LIMIT, wire.p, wire.n);
}
END_TEST

START_TEST(what_is_no_document)
{
	static const char *const all[] = { "x", "<a/>x", "</a>", "<a/></a>", "{}",
		"HTTP/1.1 400 Bad Request\r\n\r\n", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
		"<?xml version='1.0'?><!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "\xef\xbb<a/>",
		"\xff\xfe<\0a\0" };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		cti_frames_init(&frames, CTI_FRAMING_LF);
		expect_lost(E_MALFORMED, all[i], strlen(all[i]));
	}
}
END_TEST

START_TEST(lengths)
{
	static const struct {
		int code;
		const char *prefix;
	} all[] = {
		{ E_MALFORMED, "\0\0\0\0" },
		{ E_LIMIT, "\0\x08\0\1" },
		{ E_LIMIT, "\xff\xff\xff\xff" },
		{ E_LIMIT, "<?xm" },
	};
	struct buf document;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		cti_frames_init(&frames, CTI_FRAMING_LENGTH);
		expect_lost(all[i].code, all[i].prefix, 4);
		cti_frames_init(&frames, CTI_FRAMING_LENGTH);
		for (int k = 0; k < 3; k++)
			ck_assert_int_eq(feed(all[i].prefix + k, 1), E_OK);
		expect_lost(all[i].code, all[i].prefix + 3, 1);
	}
	/* as long as is allowed */
	buf_init(&document, LIMIT_XML_DOC_BYTES);
	while (document.n < LIMIT_XML_DOC_BYTES)
		buf_char(&document, 'x');
	cti_frame_put(&wire, CTI_FRAMING_LENGTH, false, buf_as_str(&document));
	cti_frames_init(&frames, CTI_FRAMING_LENGTH);
	ck_assert_int_eq(cti_frames_feed(&frames, wire.p, wire.n, on_any, NULL, &why), E_OK);
	ck_assert_int_eq(seen, 1);
	cti_frames_fini(&frames);
	buf_fini(&document);
}
END_TEST

/* The documents before the fault are handed on. */
START_TEST(the_fault_comes_last)
{
	for (int framing = CTI_FRAMING_BARE; framing <= CTI_FRAMING_LENGTH; framing++) {
		cti_frames_init(&frames, (enum cti_framing)framing);
		seen = 0;
		write_wire((enum cti_framing)framing);
		buf_put(&wire, "\0\0\0\0oops", 8);
		ck_assert_int_eq(feed(wire.p, wire.n), E_MALFORMED);
		ck_assert_int_eq(seen, DOCUMENTS);
		cti_frames_fini(&frames);
	}
}
END_TEST

static Suite *
frame_suite(void)
{
	Suite *suite = suite_create("cti_frame");
	TCase *tc = tcase_create("cti_frame");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 30);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, cut_at_every_place, 0, CASES);
	tcase_add_loop_test(tc, cut_at_every_pair_of_places, 0, CASES);
	tcase_add_loop_test(tc, byte_by_byte_and_glued, 0, CASES);
	tcase_add_test(tc, between_documents);
	tcase_add_test(tc, what_is_sent);
	tcase_add_test(tc, a_full_buffer);
	tcase_add_test(tc, documents_that_never_end);
	tcase_add_test(tc, deep_and_wide);
	tcase_add_test(tc, what_is_no_document);
	tcase_add_test(tc, lengths);
	tcase_add_test(tc, the_fault_comes_last);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(frame_suite());
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
