/* SPDX-License-Identifier: Apache-2.0 */
/* Writing XML: escapes, bad UTF-8, the bound; and that the reader reads back what was written. */
#include "proto/base/utf8.h"
#include "proto/base/xmlw.h"
#include "proto/xml.h"

#include <check.h>
#include <stdlib.h>

static struct buf out;

static void
setup(void)
{
	buf_init(&out, 4096);
}

static void
teardown(void)
{
	buf_fini(&out);
}

static void
assert_out(const char *expected)
{
	ck_assert(!out.overflow);
	ck_assert_msg(str_is(buf_as_str(&out), expected), "got %.*s, expected %s",
		STR_ARG(buf_as_str(&out)), expected);
	buf_reset(&out);
}

static void
assert_text(struct str s, const char *expected)
{
	xmlw_text(&out, s);
	assert_out(expected);
}

START_TEST(pieces_of_a_document)
{
	xmlw_declaration(&out);
	assert_out("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
	xmlw_open(&out, "a");
	xmlw_empty(&out, "b");
	xmlw_close(&out, "a");
	assert_out("<a><b/></a>");
	xmlw_open_ns(&out, "a", "http://x.example/?a&b");
	assert_out("<a xmlns=\"http://x.example/?a&amp;b\">");
	xmlw_element(&out, "a", STR("x<y"));
	assert_out("<a>x&lt;y</a>");
	xmlw_element_z(&out, "a", "");
	assert_out("<a></a>");
	xmlw_element_u64(&out, "n", 0);
	assert_out("<n>0</n>");
	xmlw_element_u64(&out, "n", UINT64_MAX);
	assert_out("<n>18446744073709551615</n>");
}
END_TEST

START_TEST(escapes)
{
	assert_text(STR(""), "");
	assert_text(STR("plain tel:+15550 '\t\n~"), "plain tel:+15550 '\t\n~");
	assert_text(STR("&<>\""), "&amp;&lt;&gt;&quot;");
	assert_text(STR("]]>"), "]]&gt;");
	assert_text(STR("a\rb"), "a&#xD;b");
	assert_text(STR("\x7f"), "&#x7F;");
	assert_text(STR("\xc3\xa9"), "&#xE9;");
	assert_text(STR("\xe2\x82\xac"), "&#x20AC;");
	assert_text(STR("\xf0\x9f\x93\x9e!"), "&#x1F4DE;!");
}
END_TEST

/* Characters that XML forbids, and bytes that are no characters. */
START_TEST(replacements)
{
	assert_text(STR("a\0b"), "a&#xFFFD;b");
	assert_text(STR("\x01\x1f"), "&#xFFFD;&#xFFFD;");
	assert_text(STR("\xef\xbf\xbe"), "&#xFFFD;");                 /* U+FFFE */
	assert_text(STR("\xff"), "&#xFFFD;");                         /* never a lead byte */
	assert_text(STR("\x80x"), "&#xFFFD;x");                       /* a tail alone */
	assert_text(STR("\xc0\x80"), "&#xFFFD;&#xFFFD;");             /* overlong NUL */
	assert_text(STR("\xe0\x80\xaf"), "&#xFFFD;&#xFFFD;&#xFFFD;"); /* overlong slash */
	assert_text(STR("\xed\xa0\x80"), "&#xFFFD;&#xFFFD;&#xFFFD;"); /* a surrogate */
	assert_text(STR("\xf4\x90\x80\x80"), "&#xFFFD;&#xFFFD;&#xFFFD;&#xFFFD;"); /* too large */
	assert_text(STR("\xe2\x82"), "&#xFFFD;&#xFFFD;");                         /* cut short */
	assert_text(STR("\xe2\x82<"), "&#xFFFD;&#xFFFD;&lt;");
}
END_TEST

START_TEST(every_character_survives)
{
	struct xml *x = xml_new();
	struct err e;

	for (uint32_t c = 0; c <= 0x10ffff; c += c < 0x3000 ? 1 : 61) {
		char utf8[4];
		struct str text = { utf8, 0 };
		uint32_t back = 0;

		if (!utf8_is_xml_char(c))
			continue;
		text.n = utf8_encode(c, utf8);
		/* an assertion costs a write, and there are many characters */
		if (utf8_decode(text, &back) != text.n || back != c)
			ck_abort_msg("U+%X is decoded as U+%X", c, back);
		buf_reset(&out);
		xmlw_declaration(&out);
		xmlw_element(&out, "a", text);
		err_clear(&e);
		if (xml_read(x, out.p, out.n, &e) != E_OK || !str_eq(xml_text(x, 0), text))
			ck_abort_msg("U+%X changed: %s", c, e.text);
	}
	xml_free(x);
}
END_TEST

START_TEST(the_bound)
{
	struct buf small;

	buf_init(&small, 10);
	xmlw_element_z(&small, "a", "123");
	ck_assert(!small.overflow);
	ck_assert_uint_eq(small.n, 10);
	buf_reset(&small);
	xmlw_element_z(&small, "a", "&");
	ck_assert(small.overflow);
	ck_assert_uint_le(small.n, 10);
	buf_fini(&small);
}
END_TEST

START_TEST(utf8_offsets)
{
	size_t at = 99;

	ck_assert(utf8_is_valid(STR(""), &at));
	ck_assert(utf8_is_valid(STR("0123456789abcdef\xc3\xa9"), &at));
	ck_assert_uint_eq(at, 99);
	ck_assert(!utf8_is_valid(STR("0123456789abcde\xc3\xa9\xff"), &at));
	ck_assert_uint_eq(at, 17);
	ck_assert(!utf8_is_valid(STR("abc\xe9"), &at));
	ck_assert_uint_eq(at, 3);
	ck_assert(!utf8_is_valid(STR("\xf8\x88\x80\x80\x80"), NULL));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("xmlw");
	TCase *tc = tcase_create("xmlw");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, pieces_of_a_document);
	tcase_add_test(tc, escapes);
	tcase_add_test(tc, replacements);
	tcase_add_test(tc, every_character_survives);
	tcase_add_test(tc, the_bound);
	tcase_add_test(tc, utf8_offsets);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
