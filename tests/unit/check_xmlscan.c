/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scanner that finds the ends of documents: cuts at every place, markup of every kind, every
 * limit.
 */
#include "proto/base/err.h"
#include "proto/base/limits.h"
#include "proto/base/xmlscan.h"

#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* What a scan of a whole stream came to. */
struct outcome {
	int documents;
	size_t bytes[8]; /* sizes of the documents */
	bool bad;
	int code;
	char why[80];
};

/* Feeds `n` bytes in pieces of `step`; the first piece has `first` bytes. */
static struct outcome
scan_in_pieces(const char *p, size_t n, size_t first, size_t step)
{
	struct outcome o = { 0 };
	struct xmlscan s;
	size_t at = 0;
	size_t piece = first;

	xmlscan_init(&s);
	while (at < n && !o.bad) {
		size_t end = at + piece < n ? at + piece : n;

		while (at < end) {
			size_t used = 0;
			enum xmlscan_result r;

			r = xmlscan_feed(&s, (const uint8_t *)p + at, end - at, &used);
			at += used;
			if (r == XMLSCAN_BAD) {
				o.bad = true;
				o.code = s.code;
				strncpy(o.why, s.why, sizeof(o.why) - 1);
				break;
			}
			if (r == XMLSCAN_MORE) {
				/* an assertion costs a write, and this is called for each byte */
				if (at != end)
					ck_abort_msg("only %zu of %zu bytes consumed", at, end);
				break;
			}
			ck_assert_int_lt(o.documents, 8);
			o.bytes[o.documents++] = (size_t)s.doc_bytes;
		}
		piece = step;
	}
	return o;
}

static struct outcome
scan_all(const char *z)
{
	return scan_in_pieces(z, strlen(z), strlen(z), strlen(z));
}

static void
assert_bad(const char *z, int code)
{
	struct outcome whole = scan_all(z);
	struct outcome bytes = scan_in_pieces(z, strlen(z), 1, 1);

	ck_assert_msg(whole.bad && bytes.bad, "accepted: %.60s", z);
	ck_assert_int_eq(whole.code, code);
	ck_assert_str_eq(whole.why, bytes.why);
	ck_assert_int_eq(whole.documents, bytes.documents);
}

static void
assert_one(const char *z)
{
	struct outcome whole = scan_all(z);
	struct outcome bytes = scan_in_pieces(z, strlen(z), 1, 1);

	ck_assert_msg(!whole.bad, "refused: %.60s: %s", z, whole.why);
	ck_assert_msg(whole.documents == 1, "%d documents: %.60s", whole.documents, z);
	ck_assert_uint_eq(whole.bytes[0], strlen(z));
	ck_assert(!bytes.bad);
	ck_assert_int_eq(bytes.documents, 1);
	ck_assert_uint_eq(bytes.bytes[0], strlen(z));
}

START_TEST(one_document_of_every_markup)
{
	assert_one("<a/>");
	assert_one("<a></a>");
	assert_one("<a ></a >");
	assert_one("<a><a/><a></a></a>");
	assert_one("<?xml version=\"1.0\"?><a/>");
	assert_one("<?x > ?? ?><a/>");
	assert_one("<!-- > - -> <b> --><a/>");
	assert_one("<a><!----></a>");
	assert_one("<a><!--->--></a>");
	assert_one("<a><!-- <![CDATA[ --></a>");
	assert_one("<a><![CDATA[</a>]] >]>]]]></a>");
	assert_one("<a><![CDATA[]]></a>");
	assert_one("<a b='>' c=\"'/>\" d='\"'/>");
	assert_one("<a b=\"/\"></a>");
}
END_TEST

/* A "/" is the end of an empty element only in front of ">". */
START_TEST(slash_inside_a_start_tag)
{
	ck_assert_int_eq(scan_all("<a b='x' / ><c/>").documents, 0);
	ck_assert_int_eq(scan_all("<a b='x'/><c/>").documents, 2);
	ck_assert_int_eq(scan_all("<a b='/'><c/>").documents, 0);
}
END_TEST

START_TEST(blanks_between_documents_do_not_count)
{
	static const char stream[] = "\r\n \t\0<a/>\0\0\n<b>x</b>\xef\xbb\xbf<c/>\r\n";
	struct outcome o = scan_in_pieces(stream, sizeof(stream) - 1, 1, 1);

	ck_assert(!o.bad);
	ck_assert_int_eq(o.documents, 3);
	ck_assert_uint_eq(o.bytes[0], 4);
	ck_assert_uint_eq(o.bytes[1], 8);
	ck_assert_uint_eq(o.bytes[2], 4);
}
END_TEST

static const char cut_stream[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?><x:a k='<>' l=\"?>\"><!-- - -- >-->"
	"<![CDATA[]>]]></x:a>\n<b><c/>]]&gt;</b><?xml version='1.0'?>\n<d><d><d/></d></d>\n";

/* Every cut in two, and every size of pieces, gives the same documents. */
START_TEST(cuts_make_no_difference)
{
	size_t n = sizeof(cut_stream) - 1;
	struct outcome whole = scan_in_pieces(cut_stream, n, n, n);

	ck_assert(!whole.bad);
	ck_assert_int_eq(whole.documents, 3);
	for (size_t cut = 1; cut <= n; cut++) {
		struct outcome two = scan_in_pieces(cut_stream, n, cut, n);
		struct outcome many = scan_in_pieces(cut_stream, n, cut, cut);

		ck_assert_mem_eq(&two, &whole, sizeof(whole));
		ck_assert_mem_eq(&many, &whole, sizeof(whole));
	}
}
END_TEST

START_TEST(what_is_not_xml_is_refused)
{
	assert_bad("HTTP/1.1 200 OK", E_MALFORMED);
	assert_bad("<a/>x", E_MALFORMED);
	assert_bad("</a>", E_MALFORMED);
	assert_bad("<a/></a>", E_MALFORMED);
	assert_bad("\xfe\xff", E_MALFORMED);
	assert_bad("\xff\xfe", E_MALFORMED);
	assert_bad("\xef\xbb<a/>", E_MALFORMED);
	assert_bad("\xef\xbf<a/>", E_MALFORMED);
}
END_TEST

START_TEST(document_types_are_refused)
{
	assert_bad("<!DOCTYPE a>", E_MALFORMED);
	assert_bad("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a/>", E_MALFORMED);
	assert_bad("<!doctype a>", E_MALFORMED);
	assert_bad("<a><!ENTITY b 'c'></a>", E_MALFORMED);
	assert_bad("<a><![INCLUDE[x]]></a>", E_MALFORMED);
	assert_bad("<a><![CDATX[x]]></a>", E_MALFORMED);
	assert_bad("<a><!-x--></a>", E_MALFORMED);
	assert_bad("<a><!></a>", E_MALFORMED);
}
END_TEST

/* A start tag of exactly `n` bytes, closed at once. */
static char *
tag_of(size_t n)
{
	char *z = malloc(n + 1);

	memset(z, 'a', n);
	memcpy(z, "<a b='", 6);
	memcpy(z + n - 3, "'/>", 4);
	return z;
}

START_TEST(limit_of_a_tag)
{
	char *fits = tag_of(LIMIT_XML_TAG_BYTES);
	char *over = tag_of(LIMIT_XML_TAG_BYTES + 1);
	char *name = tag_of(LIMIT_XML_TAG_BYTES + 1);
	char *end = tag_of(LIMIT_XML_TAG_BYTES + 3);

	memset(name + 1, 'n', LIMIT_XML_TAG_BYTES);
	memset(end, ' ', LIMIT_XML_TAG_BYTES + 3);
	memcpy(end, "<a></", 5);
	assert_one(fits);
	assert_bad(over, E_LIMIT);
	assert_bad(name, E_LIMIT);
	end[LIMIT_XML_TAG_BYTES + 2] = '>';
	assert_one(end);
	end = realloc(end, LIMIT_XML_TAG_BYTES + 5);
	memcpy(end + LIMIT_XML_TAG_BYTES + 2, " >", 3);
	assert_bad(end, E_LIMIT);
	free(fits);
	free(over);
	free(name);
	free(end);
}
END_TEST

START_TEST(limit_of_attributes)
{
	char z[32 + 8 * (LIMIT_XML_ATTRIBUTES + 1)] = "<a";

	for (int i = 0; i < LIMIT_XML_ATTRIBUTES; i++)
		strcat(z, i % 2 ? " b='' " : " b=\"\"");
	strcat(z, "/>");
	assert_one(z);
	z[strlen(z) - 2] = '\0';
	strcat(z, " c=''/>");
	assert_bad(z, E_LIMIT);
}
END_TEST

START_TEST(limit_of_depth)
{
	char z[8 * (LIMIT_XML_DEPTH + 2)] = "";
	size_t end;

	for (int i = 0; i < LIMIT_XML_DEPTH - 1; i++)
		strcat(z, "<a>");
	end = strlen(z);
	strcat(z, "<a/>");
	for (int i = 0; i < LIMIT_XML_DEPTH - 1; i++)
		strcat(z, "</a>");
	assert_one(z);
	strcpy(z + end, "<a><a/>");
	assert_bad(z, E_LIMIT);
}
END_TEST

/* `n` bytes in all: text, a comment, CDATA, an instruction, a value's worth of elements. */
static void
assert_document_limit(const char *head, char fill, const char *tail)
{
	size_t n = LIMIT_XML_DOC_BYTES;
	char *z = malloc(n + 2);
	struct outcome o;

	memset(z, fill, n + 1);
	memcpy(z, head, strlen(head));
	memcpy(z + n - strlen(tail), tail, strlen(tail) + 1);
	assert_one(z);
	memset(z, fill, n + 1);
	memcpy(z, head, strlen(head));
	memcpy(z + n + 1 - strlen(tail), tail, strlen(tail) + 1);
	assert_bad(z, E_LIMIT);
	/* an endless document is refused as soon as it is over the limit, and not before */
	memset(z, fill, n + 1);
	memcpy(z, head, strlen(head));
	o = scan_in_pieces(z, n, 1000, 1000);
	ck_assert(!o.bad);
	free(z);
}

START_TEST(limit_of_a_document)
{
	assert_document_limit("<a>", 'x', "</a>");
	assert_document_limit("<!--", 'x', "--><a/>");
	assert_document_limit("<a><![CDATA[", ']', "]]></a>");
	assert_document_limit("<a><?p ", '?', "?></a>");
	assert_document_limit("<?p?>", ' ', "<a/>");
}
END_TEST

/* Blanks between documents are no document: they may go on for ever. */
START_TEST(blanks_have_no_limit)
{
	size_t n = 3 * LIMIT_XML_DOC_BYTES;
	char *z = malloc(n + 1);
	struct outcome o;

	memset(z, '\n', n);
	memcpy(z + n - 4, "<a/>", 5);
	o = scan_in_pieces(z, n, n, n);
	ck_assert(!o.bad);
	ck_assert_int_eq(o.documents, 1);
	ck_assert_uint_eq(o.bytes[0], 4);
	free(z);
}
END_TEST

START_TEST(refused_stays_refused)
{
	struct xmlscan s;
	size_t used = 7;

	xmlscan_init(&s);
	ck_assert_int_eq(xmlscan_feed(&s, (const uint8_t *)"<a/>x", 5, &used), XMLSCAN_DOCUMENT);
	ck_assert_int_eq(xmlscan_feed(&s, (const uint8_t *)"x", 1, &used), XMLSCAN_BAD);
	ck_assert_int_eq(xmlscan_feed(&s, (const uint8_t *)"<a/>", 4, &used), XMLSCAN_BAD);
	ck_assert_uint_eq(used, 0);
	ck_assert_ptr_nonnull(s.why);
	xmlscan_init(&s);
	ck_assert_int_eq(xmlscan_feed(&s, (const uint8_t *)"<a/>", 4, &used), XMLSCAN_DOCUMENT);
	ck_assert_int_eq(xmlscan_feed(&s, (const uint8_t *)"", 0, &used), XMLSCAN_MORE);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("xmlscan");
	TCase *tc = tcase_create("xmlscan");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, one_document_of_every_markup);
	tcase_add_test(tc, slash_inside_a_start_tag);
	tcase_add_test(tc, blanks_between_documents_do_not_count);
	tcase_add_test(tc, cuts_make_no_difference);
	tcase_add_test(tc, what_is_not_xml_is_refused);
	tcase_add_test(tc, document_types_are_refused);
	tcase_add_test(tc, limit_of_a_tag);
	tcase_add_test(tc, limit_of_attributes);
	tcase_add_test(tc, limit_of_depth);
	tcase_add_test(tc, limit_of_a_document);
	tcase_add_test(tc, blanks_have_no_limit);
	tcase_add_test(tc, refused_stays_refused);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
