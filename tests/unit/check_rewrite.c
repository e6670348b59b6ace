/* SPDX-License-Identifier: Apache-2.0 */
/* rewrite.c: patterns with one wild part. */
#include "proto/base/rewrite.h"

#include <check.h>
#include <stdlib.h>

static const struct {
	const char *from, *to, *text, *result; /* result NULL: does not match */
} rows[] = {
	{ "2001", "anna", "2001", "anna" }, { "2001", "anna", "20011", NULL },
	{ "2001", "anna", "200", NULL }, { "+4930123*", "*", "+49301232001", "2001" },
	{ "+4930123*", "*", "+4930123", NULL }, /* nothing would be left */
	{ "+4930123*", "9*", "+4930123", "9" }, { "*", "+4930123*", "2001", "+49301232001" },
	{ "????", "+4930123????", "2001", "+49301232001" }, { "????", "+4930123*", "20015", NULL },
	{ "+4930123*", "????", "+49301232001", "2001" },
	{ "+4930123*", "????", "+493012320015", NULL }, { "2??*", "x*", "212", "x12" },
	{ "2??*", "x*", "2123", "x123" }, { "2??*", "x*", "21", NULL },
	{ "*@a.example", "*@b.example", "2001@a.example", "2001@b.example" },
	{ "*@a.example", "*", "2001@b.example", NULL }, { "9*", "operator", "911", "operator" },
	{ "operator", "9*", "operator", NULL }, /* what is wild comes from what is wild */
	{ "*", "*", "", NULL }, { "*", "0123456789*", "0123456", NULL }, /* no room */
};

START_TEST(a_row)
{
	char out[16];
	size_t n = 0;
	bool done = rewrite_text(str_of(rows[_i].from), str_of(rows[_i].to), str_of(rows[_i].text),
		out, sizeof(out), &n);

	ck_assert_msg(done == (rows[_i].result != NULL), "%s", rows[_i].text);
	if (done)
		ck_assert_msg(str_is((struct str){ out, n }, rows[_i].result), "%s became %.*s",
			rows[_i].text, (int)n, out);
}
END_TEST

START_TEST(what_is_a_pattern)
{
	static const char *const good[] = { "1", "*", "1*", "*1", "??", "1??*2", "+49?" };
	static const char *const bad[] = { "", "**", "?1?", "*?", "1*2*" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ck_assert_msg(rewrite_is_pattern(str_of(good[i])), "%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!rewrite_is_pattern(str_of(bad[i])), "%s", bad[i]);
	ck_assert(rewrite_is_wild(STR("1?")) && !rewrite_is_wild(STR("1")));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("rewrite");
	TCase *t = tcase_create("rewrite");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_loop_test(t, a_row, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(t, what_is_a_pattern);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
