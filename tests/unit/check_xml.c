/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The XML reader: what it finds, what it refuses, hostile documents in bounded time, no memory of ours in steady state.
 */
#include "proto/base/buf.h"
#include "proto/base/limits.h"
#include "proto/base/mem.h"
#include "proto/xml.h"

#include <check.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* processor time for the worst document; a parser that is quadratic on 64 KiB needs ten times as much and more */
#define DOCUMENT_MS_MAX 100

static struct xml *x;
static struct err e;
static struct buf doc;

static void
setup(void)
{
	x = xml_new();
	err_clear(&e);
	buf_init(&doc, 8 * 1024 * 1024);
}

static void
teardown(void)
{
	buf_fini(&doc);
	xml_free(x);
}

static void
repeat(const char *piece, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_cstr(&doc, piece);
}

static int
read_str(struct str s)
{
	err_clear(&e);
	return xml_read(x, s.p, s.n, &e);
}

static int
read_z(const char *z)
{
	return read_str(str_of(z));
}

static void
assert_reads(const char *z)
{
	ck_assert_msg(read_z(z) == E_OK, "%s: line %u: %s", z, e.line, e.text);
	ck_assert_uint_eq(xml_root(x), 0);
}

static void
assert_refused_str(struct str s, int code)
{
	int rc = read_str(s);

	ck_assert_msg(rc == code, "code %d (%s), expected %d: %.*s", rc, e.text, code,
		(int)(s.n < 60 ? s.n : 60), s.p);
	ck_assert_int_eq(e.code, code);
	ck_assert(e.text[0] != '\0');
	ck_assert_uint_eq(xml_root(x), XML_NONE);
	ck_assert(str_is(xml_name(x, 0), ""));
	ck_assert(str_is(xml_text(x, 0), ""));
	ck_assert_uint_eq(xml_first(x, 0), XML_NONE);
	/* and the reader still works */
	assert_reads("<still><works/></still>");
}

static void
assert_refused(const char *z, int code)
{
	assert_refused_str(str_of(z), code);
}

static void
assert_str(struct str s, const char *expected)
{
	ck_assert_msg(str_is(s, expected), "got \"%.*s\", expected \"%s\"", STR_ARG(s), expected);
}

/* --- what it finds ----------------------------------------------------------------------- */

START_TEST(a_tree)
{
	uint32_t b;
	uint32_t c;

	assert_reads("<?xml version=\"1.0\"?>\n<a><b k=\"1\"><d> t </d></b><c/><b k=\"2\"/></a>\n");
	assert_str(xml_name(x, 0), "a");
	b = xml_first(x, 0);
	assert_str(xml_name(x, b), "b");
	c = xml_next(x, b);
	assert_str(xml_name(x, c), "c");
	ck_assert_uint_eq(xml_first(x, c), XML_NONE);
	assert_str(xml_attribute(x, xml_next(x, c), "k"), "2");
	ck_assert_uint_eq(xml_next(x, xml_next(x, c)), XML_NONE);
	ck_assert_uint_eq(xml_next(x, 0), XML_NONE);
	ck_assert_uint_eq(xml_child(x, 0, "c"), c);
	ck_assert_uint_eq(xml_child(x, 0, "d"), XML_NONE);
	ck_assert_uint_eq(xml_child(x, 0, "b"), b);
	assert_str(xml_child_text(x, b, "d"), "t");
	assert_str(xml_text(x, xml_path(x, 0, "b/d")), " t ");
	ck_assert_uint_eq(xml_path(x, 0, ""), 0);
	ck_assert_uint_eq(xml_path(x, 0, "b"), b);
	ck_assert_uint_eq(xml_path(x, 0, "c/d"), XML_NONE);
	ck_assert_uint_eq(xml_path(x, 0, "x/y/z"), XML_NONE);
}
END_TEST

/* Every look at nothing gives nothing. */
START_TEST(none_is_harmless)
{
	assert_reads("<a/>");
	for (uint32_t i = 0; i < 2; i++) {
		uint32_t node = i ? 1 : XML_NONE;

		assert_str(xml_name(x, node), "");
		assert_str(xml_namespace(x, node), "");
		assert_str(xml_text(x, node), "");
		assert_str(xml_attribute(x, node, "k"), "");
		ck_assert(!xml_has_attribute(x, node, "k"));
		ck_assert_uint_eq(xml_first(x, node), XML_NONE);
		ck_assert_uint_eq(xml_next(x, node), XML_NONE);
		ck_assert_uint_eq(xml_child(x, node, "k"), XML_NONE);
		assert_str(xml_child_text(x, node, "k"), "");
		ck_assert_uint_eq(xml_path(x, node, "k"), XML_NONE);
	}
	xml_free(NULL);
}
END_TEST

START_TEST(attributes)
{
	assert_reads("<p:a xmlns:p='u' xmlns:i='v' i:type='p:T' empty='' v='&lt;&#65;&quot;\n'/>");
	assert_str(xml_attribute(x, 0, "type"), "p:T");
	assert_str(xml_attribute(x, 0, "v"), "<A\" ");
	assert_str(xml_attribute(x, 0, "empty"), "");
	ck_assert(xml_has_attribute(x, 0, "empty"));
	ck_assert(!xml_has_attribute(x, 0, "p"));
	ck_assert(!xml_has_attribute(x, 0, "xmlns"));
}
END_TEST

START_TEST(namespaces)
{
	uint32_t b;

	assert_reads("<p:a xmlns:p='urn:p' xmlns='urn:d'><b xmlns=''/><c/><p:d/></p:a>");
	assert_str(xml_name(x, 0), "a");
	assert_str(xml_namespace(x, 0), "urn:p");
	b = xml_first(x, 0);
	assert_str(xml_namespace(x, b), "");
	assert_str(xml_namespace(x, xml_next(x, b)), "urn:d");
	assert_str(xml_namespace(x, xml_child(x, 0, "d")), "urn:p");
	/* careless senders forget to declare a prefix */
	assert_reads("<p:a><q:b q:type='t'/></p:a>");
	assert_str(xml_name(x, 0), "a");
	assert_str(xml_namespace(x, 0), "");
	assert_str(xml_attribute(x, xml_child(x, 0, "b"), "type"), "t");
	/* two prefixes for one namespace: the first attribute counts */
	assert_reads("<a xmlns:p='u' xmlns:q='u' p:k='1' q:k='2'/>");
	assert_str(xml_attribute(x, 0, "k"), "1");
}
END_TEST

START_TEST(text_in_pieces_is_joined)
{
	uint32_t b;

	assert_reads("<a>1<b>x<c>y</c>z</b>2&amp;3<!-- n --><![CDATA[<4>]]><?p i?>&#x35;<b/>6</a>");
	assert_str(xml_text(x, 0), "12&3<4>56");
	b = xml_first(x, 0);
	assert_str(xml_text(x, b), "xz");
	assert_str(xml_text(x, xml_first(x, b)), "y");
	assert_str(xml_text(x, xml_next(x, b)), "");
	assert_reads("<a>\r\n&apos;&gt;&lt;&quot;\r</a>");
	assert_str(xml_text(x, 0), "\n'><\"\n");
}
END_TEST

/*
 * Pieces that are larger than libxml2's own (300 bytes), in a text that is larger than the arena's
 * start.
 */
START_TEST(long_text)
{
	buf_cstr(&doc, "<a>");
	for (int i = 0; i < 5000; i++)
		buf_printf(&doc, "%07d%s", i, i % 50 ? "" : "<b>&amp;</b>");
	buf_cstr(&doc, "</a>");
	ck_assert_int_eq(read_str(buf_as_str(&doc)), E_OK);
	ck_assert_uint_eq(xml_text(x, 0).n, 35000);
	for (int i = 0; i < 5000; i++) {
		char expected[16];

		snprintf(expected, sizeof(expected), "%07d", i);
		ck_assert_mem_eq(xml_text(x, 0).p + 7 * i, expected, 7);
	}
	buf_reset(&doc);
	buf_cstr(&doc, "<a><![CDATA[");
	repeat("0123456789", 6000);
	buf_cstr(&doc, "]]></a>");
	ck_assert_int_eq(read_str(buf_as_str(&doc)), E_OK);
	ck_assert_uint_eq(xml_text(x, 0).n, 60000);
}
END_TEST

START_TEST(what_surrounds_a_document)
{
	static const char zeros[] = "\0\n<a/>\n\0\0";

	ck_assert_int_eq(read_str((struct str){ zeros, sizeof(zeros) - 1 }), E_OK);
	assert_reads("\r\n<?xml version='1.0'?><a/>");
	assert_reads("<!-- before --><?p i?><a/><!-- after --><?p i?>\n");
	assert_reads("\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?><a/>");
	assert_refused("", E_MALFORMED);
	assert_refused(" \n", E_MALFORMED);
	assert_refused("junk", E_MALFORMED);
	assert_refused("<a/>junk", E_MALFORMED);
	assert_refused("<a/><b/>", E_MALFORMED);
	assert_refused("<a/><b", E_MALFORMED);
	assert_refused("<a/><!-- cut", E_MALFORMED);
	assert_refused("<a/><!DOCTYPE a>", E_MALFORMED);
}
END_TEST

/* --- encodings --------------------------------------------------------------------------- */

START_TEST(encodings)
{
	assert_reads("<a>\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\x9e</a>");
	assert_str(xml_text(x, 0), "\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\x9e");
	assert_reads("<?xml version=\"1.0\" encoding=\"utf-8\"?><a>\xc3\xa9</a>");
	assert_str(xml_text(x, 0), "\xc3\xa9");
	assert_reads("<?xml version='1.0' encoding='ISO-8859-1'?><a \xe9='\xe8'>\xe9&amp;</a>");
	assert_str(xml_text(x, 0), "\xc3\xa9&");
	assert_str(xml_attribute(x, 0, "\xc3\xa9"), "\xc3\xa8");
	assert_reads(
		"<?xml version = '1.0' encoding = \"iso-8859-1\" standalone='yes' ?><a>\xff</a>");
	assert_str(xml_text(x, 0), "\xc3\xbf");
	assert_reads("<?xml version='1.0' encoding='US-ASCII'?><a/>");
	/* an element that talks of encodings is no declaration */
	assert_reads("<a encoding='latin-9'/>");
}
END_TEST

/* All 64 KiB of it, so that the switch of the encoding happens far away from the end. */
START_TEST(long_latin1)
{
	buf_cstr(&doc, "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<a>");
	while (doc.n < LIMIT_XML_DOC_BYTES - 4)
		buf_char(&doc, '\xe9');
	buf_cstr(&doc, "</a>");
	ck_assert_int_eq(read_str(buf_as_str(&doc)), E_OK);
	ck_assert_uint_eq(xml_text(x, 0).n, 2 * (LIMIT_XML_DOC_BYTES - 4 - 47));
	for (size_t i = 0; i < xml_text(x, 0).n; i += 2)
		ck_assert_mem_eq(xml_text(x, 0).p + i, "\xc3\xa9", 2);
}
END_TEST

START_TEST(refused_encodings)
{
	assert_refused("<a>\xe9</a>", E_MALFORMED);
	assert_refused("<a>\xc0\xbc</a>", E_MALFORMED);
	assert_refused("<a>\xed\xa0\x80</a>", E_MALFORMED);
	assert_refused("<a>\xc3</a>", E_MALFORMED);
	assert_refused("<?xml version='1.0' encoding='US-ASCII'?><a>\xe9</a>", E_MALFORMED);
	assert_refused("<?xml version='1.0' encoding='UTF-16'?><a/>", E_MALFORMED);
	assert_refused("<?xml version='1.0' encoding='UTF-7'?><a>+ADw-</a>", E_MALFORMED);
	assert_refused("<?xml version='1.0' encoding='EBCDIC-CP-US'?><a/>", E_MALFORMED);
	assert_refused_str(STR("\xff\xfe<\0a\0/\0>\0"), E_MALFORMED);
	assert_refused_str(STR("\xfe\xff\0<\0a\0/\0>"), E_MALFORMED);
	assert_refused_str(STR("<\0a\0/\0>\0"), E_MALFORMED);
	assert_refused_str(STR("\0<\0a\0/\0>"), E_MALFORMED);
	assert_refused_str(STR("\x4c\x6f\xa7\x94"), E_MALFORMED);
	/* a second declaration changes nothing */
	assert_refused(
		"<?xml version='1.0'?><?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>",
		E_MALFORMED);
	assert_refused("<a><?xml version='1.0' encoding='ISO-8859-1'?>\xe9</a>", E_MALFORMED);
}
END_TEST

START_TEST(forbidden_characters)
{
	assert_refused_str(STR("<a>x\0y</a>"), E_MALFORMED);
	assert_refused("<a>\x01</a>", E_MALFORMED);
	assert_refused("<a>\x1b[2J</a>", E_MALFORMED);
	assert_refused("<a b='\x02'/>", E_MALFORMED);
	assert_refused("<a>&#0;</a>", E_MALFORMED);
	assert_refused("<a>&#x1;</a>", E_MALFORMED);
	assert_refused("<a>&#xD800;</a>", E_MALFORMED);
	assert_refused("<a>&#x110000;</a>", E_MALFORMED);
	assert_refused("<a>&#99999999999999999999;</a>", E_MALFORMED);
	assert_refused("<a>\xef\xbf\xbf</a>", E_MALFORMED);
}
END_TEST

/* --- what it refuses --------------------------------------------------------------------- */

START_TEST(not_well_formed)
{
	static const char *const bad[] = {
		"<a>",
		"<a><b></a></b>",
		"<a></b>",
		"<a b/>",
		"<a b=c/>",
		"<a b='<'/>",
		"<a b='1' b='2'/>",
		"<a>&</a>",
		"<a>&amp</a>",
		"<a>&#;</a>",
		"<a>]]></a>",
		"<a><!-- -- --></a>",
		"< a/>",
		"<1/>",
		"<a b='1'c='2'/>",
		"<a/",
		"<",
		"<a b='",
		"<!--",
		"<a p:b='1' p:b='2'/>",
		"<?xml version='1.0'",
		"<a><![CDATA[x</a>",
		"<?xml version='1.0' encoding='UTF-8?><a/>",
		"x<a/>",
		"<><b/></>",
		"<?xml?><a/>",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_refused(bad[i], E_MALFORMED);
}
END_TEST

START_TEST(the_error_tells_the_line)
{
	ck_assert_int_eq(read_z("<a>\n<b>\n</c></a>"), E_MALFORMED);
	ck_assert_uint_eq(e.line, 3);
	ck_assert_int_eq(read_z("<a>\n\n\n<!DOCTYPE b></a>"), E_MALFORMED);
	ck_assert_uint_eq(e.line, 4);
	ck_assert_int_eq(read_z("<a>\n\xff</a>"), E_MALFORMED);
	ck_assert_uint_eq(e.line, 2);
	/* the first error counts, and no error is fine too */
	ck_assert_int_eq(xml_read(x, "<", 1, &e), E_MALFORMED);
	ck_assert_uint_eq(e.line, 2);
	ck_assert_int_eq(xml_read(x, "<", 1, NULL), E_MALFORMED);
}
END_TEST

/* What libxml2 quotes from the document may not bring control characters into a log. */
START_TEST(the_error_text_is_printable)
{
	ck_assert_int_eq(read_z("<a><b\xc3\xa9\xc2\x9b></c\n\n></a>"), E_MALFORMED);
	for (const char *p = e.text; *p != '\0'; p++)
		ck_assert_msg(*p >= ' ' && *p <= '~', "byte %02x in the error text", (uint8_t)*p);
}
END_TEST

START_TEST(entities_and_document_types)
{
	assert_refused("<!DOCTYPE a><a/>", E_MALFORMED);
	assert_refused(
		"<!DOCTYPE a [<!ENTITY l 'ha'><!ENTITY m '&l;&l;&l;&l;'>]><a>&m;</a>", E_MALFORMED);
	assert_refused("<!DOCTYPE a SYSTEM 'http://127.0.0.1/x.dtd'><a/>", E_MALFORMED);
	assert_refused(
		"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", E_MALFORMED);
	assert_refused(
		"<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://127.0.0.1/'> %p;]><a/>", E_MALFORMED);
	assert_refused("<a>&unknown;</a>", E_MALFORMED);
	assert_refused("<a b='&unknown;'/>", E_MALFORMED);
	assert_refused("<a>%p;&p;</a>", E_MALFORMED);
	assert_refused("<?xml version='1.0' standalone='no'?><a>&nbsp;</a>", E_MALFORMED);
}
END_TEST

/* --- hostile documents ------------------------------------------------------------------- */

static double
cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Reads `doc`, expects `code`, bounds the time (best of three: the machine has other work). */
static void
assert_attack(int code)
{
	double best = 1e9;

	ck_assert(!doc.overflow);
	for (int i = 0; i < 3; i++) {
		double began = cpu_ms();
		int rc = read_str(buf_as_str(&doc));
		double took = cpu_ms() - began;

		ck_assert_msg(rc == code, "code %d (%s), expected %d", rc, e.text, code);
		best = took < best ? took : best;
	}
	ck_assert_msg(best < DOCUMENT_MS_MAX, "%.1f ms for %zu bytes", best, doc.n);
	assert_reads("<still><works/></still>");
	buf_reset(&doc);
}

START_TEST(attack_billion_laughs)
{
	buf_cstr(&doc, "<!DOCTYPE a [<!ENTITY e0 'ha'>");
	for (int i = 1; i < 10; i++)
		buf_printf(&doc, "<!ENTITY e%d '&e%d;&e%d;&e%d;&e%d;&e%d;&e%d;&e%d;&e%d;'>", i,
			i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	buf_cstr(&doc, "]><a>&e9;</a>");
	assert_attack(E_MALFORMED);
}
END_TEST

START_TEST(attack_quadratic_blow_up)
{
	buf_cstr(&doc, "<!DOCTYPE a [<!ENTITY e '");
	repeat("0123456789", 3000);
	buf_cstr(&doc, "'>]><a>");
	repeat("&e;", 10000);
	buf_cstr(&doc, "</a>");
	assert_attack(E_MALFORMED);
}
END_TEST

START_TEST(attack_nesting)
{
	repeat("<a>", 20000);
	assert_attack(E_LIMIT);
	repeat("<a>", 100000);
	repeat("</a>", 100000);
	assert_attack(E_LIMIT);
	repeat("<a>", LIMIT_XML_DEPTH);
	repeat("</a>", LIMIT_XML_DEPTH);
	assert_attack(E_OK);
	repeat("<a>", LIMIT_XML_DEPTH + 1);
	repeat("</a>", LIMIT_XML_DEPTH + 1);
	assert_attack(E_LIMIT);
}
END_TEST

START_TEST(attack_attributes)
{
	/* many in one tag, in a document that is small enough */
	buf_cstr(&doc, "<a");
	for (int i = 0; i < 5000; i++)
		buf_printf(&doc, " a%d=''", i);
	buf_cstr(&doc, "/>");
	assert_attack(E_LIMIT);
	/* the same one again and again */
	buf_cstr(&doc, "<a");
	repeat(" b=''", LIMIT_XML_ATTRIBUTES);
	buf_cstr(&doc, "/>");
	assert_attack(E_MALFORMED);
	/* one that is huge */
	buf_cstr(&doc, "<a b='");
	repeat("0123456789", 6000);
	buf_cstr(&doc, "'/>");
	assert_attack(E_LIMIT);
	/* as many as are allowed, in one tag and in all of them; and one more */
	for (int more = 0; more < 2; more++) {
		buf_cstr(&doc, "<a>");
		for (int i = 0; i < 4096 / LIMIT_XML_ATTRIBUTES; i++) {
			buf_cstr(&doc, "<b");
			for (int k = 0; k < LIMIT_XML_ATTRIBUTES; k++)
				buf_printf(&doc, " a%d='%d'", k, i);
			buf_cstr(&doc, "/>");
		}
		buf_cstr(&doc, more ? "<b c=''/></a>" : "</a>");
		assert_attack(more ? E_LIMIT : E_OK);
	}
}
END_TEST

START_TEST(attack_size)
{
	buf_cstr(&doc, "<a>");
	repeat("0123456789", 200000);
	buf_cstr(&doc, "</a>");
	assert_attack(E_LIMIT);
	buf_char(&doc, '<');
	repeat("n", 60000);
	buf_cstr(&doc, "/>");
	assert_attack(E_LIMIT);
	buf_cstr(&doc, "<a>");
	repeat("<b/>", 300000);
	buf_cstr(&doc, "</a>");
	assert_attack(E_LIMIT);
	buf_cstr(&doc, "<a>");
	repeat("<b/>", LIMIT_XML_NODES);
	buf_cstr(&doc, "</a>");
	assert_attack(E_LIMIT);
	buf_cstr(&doc, "<a>");
	repeat("<b/>", LIMIT_XML_NODES - 1);
	buf_cstr(&doc, "</a>");
	assert_attack(E_OK);
}
END_TEST

START_TEST(attack_floods)
{
	buf_cstr(&doc, "<a>");
	repeat("<!-- -->", 8000);
	buf_cstr(&doc, "</a>");
	assert_attack(E_OK);
	buf_cstr(&doc, "<a>");
	repeat("<?p?>", 13000);
	buf_cstr(&doc, "</a>");
	assert_attack(E_OK);
	buf_cstr(&doc, "<a>");
	repeat("<![CDATA[]]>", 5000);
	buf_cstr(&doc, "</a>");
	assert_attack(E_OK);
	buf_cstr(&doc, "<a><![CDATA[");
	repeat("]]]]]]]]]]", 6000);
	buf_cstr(&doc, "]]></a>");
	assert_attack(E_OK);
	buf_cstr(&doc, "<!--");
	repeat("- - - - - ", 6000);
	buf_cstr(&doc, "--><a/>");
	assert_attack(E_OK);
	buf_cstr(&doc, "<a>");
	repeat("&amp;", 13000);
	buf_cstr(&doc, "</a>");
	assert_attack(E_OK);
	buf_cstr(&doc, "<a>");
	repeat("&#x20ac;", 8000);
	buf_cstr(&doc, "</a>");
	assert_attack(E_OK);
	buf_cstr(&doc, "<a b='");
	repeat("&amp;", 800);
	buf_cstr(&doc, "'/>");
	assert_attack(E_OK);
	/* a parent's text in as many pieces as fit */
	buf_cstr(&doc, "<a>");
	repeat("x<b/>y", LIMIT_XML_NODES - 1);
	buf_cstr(&doc, "</a>");
	assert_attack(E_OK);
}
END_TEST

/* Declarations that make the search for the encoding work hard. */
START_TEST(attack_declaration)
{
	buf_cstr(&doc, "<?xml version='1.0' ");
	repeat("encoding", 3500);
	repeat("          ", 3500);
	buf_cstr(&doc, "> ?><a/>");
	assert_attack(E_MALFORMED);
	buf_cstr(&doc, "<?xml ");
	repeat("encoding=", 7000);
	buf_cstr(&doc, "?><a/>");
	assert_attack(E_MALFORMED);
}
END_TEST

START_TEST(attack_namespaces)
{
	/* many in scope, then many elements that search them */
	for (int depth = 0; depth < LIMIT_XML_DEPTH - 1; depth++) {
		buf_cstr(&doc, "<a");
		for (int i = 0; i < LIMIT_XML_ATTRIBUTES; i++)
			buf_printf(&doc, " xmlns:n%d='u%d'", 32 * depth + i, i);
		buf_cstr(&doc, ">");
	}
	repeat("<n0:b/>", 4000);
	repeat("</a>", LIMIT_XML_DEPTH - 1);
	assert_attack(E_LIMIT);
	/* prefixes that are not declared: a few are taken, a flood is not */
	buf_cstr(&doc, "<a>");
	repeat("<q:element-of-a-careless-sender/>", 1000);
	buf_cstr(&doc, "</a>");
	assert_attack(E_OK);
	buf_cstr(&doc, "<a>");
	repeat("<q:b/>", 4000);
	buf_cstr(&doc, "</a>");
	assert_attack(E_LIMIT);
	buf_cstr(&doc, "<a>");
	repeat("<b q:a='' q:b='' q:c='' q:d='' q:e='' q:f='' q:g='' q:h=''/>", 800);
	buf_cstr(&doc, "</a>");
	assert_attack(E_LIMIT);
	/* a declaration in each element, none of them nested */
	buf_cstr(&doc, "<a>");
	for (int i = 0; i < 2000; i++)
		buf_printf(&doc, "<b xmlns:n%d='urn:%d'/>", i, i);
	buf_cstr(&doc, "</a>");
	assert_attack(E_OK);
	/* as many in scope as are allowed */
	buf_cstr(&doc, "<a");
	for (int i = 0; i < LIMIT_XML_ATTRIBUTES; i++)
		buf_printf(&doc, " xmlns:n%d='u%d'", i, i);
	buf_cstr(&doc, "><a");
	for (int i = 0; i < LIMIT_XML_ATTRIBUTES; i++)
		buf_printf(&doc, " xmlns:m%d='u%d'", i, i);
	buf_cstr(&doc, ">");
	repeat("<n0:b/>", 4000);
	buf_cstr(&doc, "</a></a>");
	assert_attack(E_OK);
}
END_TEST

/* There in a build with AddressSanitizer, whose heap does not count for mallinfo2(). */
extern size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t
heap_bytes(void)
{
	if (__sanitizer_get_current_allocated_bytes != NULL)
		return __sanitizer_get_current_allocated_bytes();
	return mallinfo2().uordblks;
}

/* New names in every document: libxml2's dictionary must not grow for ever. */
START_TEST(attack_new_names)
{
	size_t began = 0;
	int next = 0;

	for (int round = 0; round < 40; round++) {
		if (round == 5)
			began = heap_bytes();
		buf_reset(&doc);
		buf_cstr(&doc, "<a>");
		while (doc.n < 30000)
			buf_printf(&doc, "<name-number-%d/>", next++);
		buf_cstr(&doc, "</a>");
		ck_assert_int_eq(read_str(buf_as_str(&doc)), E_OK);
		assert_str(xml_name(x, 0), "a");
	}
	/* without a bound it would be about 5 MiB */
	ck_assert_uint_lt(heap_bytes(), began + 1024 * 1024);
	assert_attack(E_OK);
}
END_TEST

/* --- memory and reuse -------------------------------------------------------------------- */

/* After the first document none of ours is allocated any more. */
START_TEST(no_allocation_in_the_steady_state)
{
	uint64_t live;

	buf_cstr(&doc, "<?xml version='1.0' encoding='ISO-8859-1'?><a k='v'>");
	repeat("<b t='u'>text<c/>more</b>", 200);
	buf_cstr(&doc, "</a>");
	ck_assert_int_eq(read_str(buf_as_str(&doc)), E_OK);
	live = mem_live();
	mem_fail_at(1);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(read_str(buf_as_str(&doc)), E_OK);
	mem_fail_at(0);
	ck_assert_uint_eq(mem_live(), live);
}
END_TEST

START_TEST(all_memory_goes_back)
{
	uint64_t live = mem_live();
	struct xml *own = xml_new();

	ck_assert_int_eq(xml_read(own, "<a b='c'>d</a>", 14, &e), E_OK);
	ck_assert_int_eq(xml_read(own, "<a b='c'>d</e>", 14, &e), E_MALFORMED);
	xml_free(own);
	ck_assert_uint_eq(mem_live(), live);
}
END_TEST

/*
 * Every prefix of a document is refused, none of them breaks the reader, and the whole is read
 * again.
 */
START_TEST(every_cut)
{
	static const char whole[] =
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?><x:Event xmlns:x=\"u\" x:type=\"x:T\">"
		"<x:id>1&#228;&amp;</x:id><!-- c --><![CDATA[d]]><y k='v'>\xc3\xa9</y></x:Event>";

	for (size_t n = 0; n < sizeof(whole) - 1; n++)
		ck_assert_int_eq(read_str((struct str){ whole, n }), E_MALFORMED);
	ck_assert_int_eq(read_z(whole), E_OK);
	assert_str(xml_child_text(x, 0, "y"), "\xc3\xa9");
}
END_TEST

/* Every byte of a document replaced by some others: read or refused, never broken. */
START_TEST(every_byte_changed)
{
	static const char whole[] =
		"<?xml version='1.0' encoding='UTF-8'?><x:a xmlns:x='u' k='&lt;'>"
		"t<b/>&#65;<![CDATA[d]]><!-- c --></x:a>";
	static const char bytes[] = "\0<>&'\"/!?-]=: \n;#\x80\xc3\xff";
	char copy[sizeof(whole)];
	int read_count = 0;

	for (size_t i = 0; i < sizeof(whole) - 1; i++) {
		for (size_t k = 0; k < sizeof(bytes) - 1; k++) {
			memcpy(copy, whole, sizeof(whole));
			copy[i] = bytes[k];
			read_count += read_str((struct str){ copy, sizeof(copy) - 1 }) == E_OK;
		}
	}
	ck_assert_int_gt(read_count, 0);
}
END_TEST

static TCase *
case_of(Suite *suite, const char *name)
{
	TCase *tc = tcase_create(name);

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	return tc;
}

static void
add_reading(Suite *suite)
{
	TCase *tc = case_of(suite, "reading");

	tcase_add_test(tc, a_tree);
	tcase_add_test(tc, none_is_harmless);
	tcase_add_test(tc, attributes);
	tcase_add_test(tc, namespaces);
	tcase_add_test(tc, text_in_pieces_is_joined);
	tcase_add_test(tc, long_text);
	tcase_add_test(tc, what_surrounds_a_document);
	tcase_add_test(tc, encodings);
	tcase_add_test(tc, long_latin1);
	tcase_add_test(tc, no_allocation_in_the_steady_state);
	tcase_add_test(tc, all_memory_goes_back);
}

static void
add_refusing(Suite *suite)
{
	TCase *tc = case_of(suite, "refusing");

	tcase_add_test(tc, refused_encodings);
	tcase_add_test(tc, forbidden_characters);
	tcase_add_test(tc, not_well_formed);
	tcase_add_test(tc, the_error_tells_the_line);
	tcase_add_test(tc, the_error_text_is_printable);
	tcase_add_test(tc, entities_and_document_types);
	tcase_add_test(tc, every_cut);
	tcase_add_test(tc, every_byte_changed);
}

static void
add_attacks(Suite *suite)
{
	TCase *tc = case_of(suite, "attacks");

	tcase_add_test(tc, attack_billion_laughs);
	tcase_add_test(tc, attack_quadratic_blow_up);
	tcase_add_test(tc, attack_nesting);
	tcase_add_test(tc, attack_attributes);
	tcase_add_test(tc, attack_size);
	tcase_add_test(tc, attack_floods);
	tcase_add_test(tc, attack_declaration);
	tcase_add_test(tc, attack_namespaces);
	tcase_add_test(tc, attack_new_names);
}

int
main(void)
{
	Suite *suite = suite_create("xml");
	SRunner *runner = srunner_create(suite);
	int failed;

	add_reading(suite);
	add_refusing(suite);
	add_attacks(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
