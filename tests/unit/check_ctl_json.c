/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/ctl_json.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct buf out;

static const char *
text_of(json_t *root)
{
	buf_fini(&out);
	buf_init(&out, 4096);
	ctl_json_put(&out, root);
	buf_char(&out, '\0');
	return (const char *)out.p;
}

START_TEST(compact_behind_what_is_there)
{
	buf_init(&out, 4096);
	buf_str(&out, STR("> "));
	ctl_json_put(&out, json_pack("{s:i,s:[b]}", "a", 1, "b", 1));
	ck_assert(str_is(buf_as_str(&out), "> {\"a\":1,\"b\":[true]}"));
	buf_fini(&out);
}
END_TEST

START_TEST(texts_of_the_outside_are_always_json)
{
	ck_assert_str_eq(text_of(json_pack("[o]", ctl_json_plain("agent \"07\""))),
		"[\"agent \\\"07\\\"\"]");
	/* cut in the middle of a character; control characters; a byte that is in no character */
	ck_assert_str_eq(text_of(json_pack("[o]", ctl_json_plain("M\xc3"))), "[\"M?\"]");
	ck_assert_str_eq(text_of(json_pack("[o]", ctl_json_plain("a\nb\x7f\xff"))), "[\"a?b??\"]");
	ck_assert_str_eq(text_of(json_pack("[o]", ctl_json_plain(""))), "[\"\"]");
	buf_fini(&out);
}
END_TEST

START_TEST(a_long_text_is_cut)
{
	char text[2 * CTL_JSON_TEXT_BYTES_MAX + 1];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ck_assert_uint_eq(strlen(text_of(json_pack("[o]", ctl_json_plain(text)))),
		CTL_JSON_TEXT_BYTES_MAX + 4);
	buf_fini(&out);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("ctl_json");
	TCase *tc = tcase_create("ctl_json");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, compact_behind_what_is_there);
	tcase_add_test(tc, texts_of_the_outside_are_always_json);
	tcase_add_test(tc, a_long_text_is_cut);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
