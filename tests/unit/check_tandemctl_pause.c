/* SPDX-License-Identifier: Apache-2.0 */
/* The block of a pause in the CIB: written, found again, over. */
#include "daemon/tandemctl_pause.h"

#include <check.h>
#include <string.h>

static char text[200];

static bool
paused(const char *reason, const char *end, const char *now)
{
	struct buf xml;
	bool on;

	buf_init(&xml, 4096);
	tandemctl_pause_xml("tandemd-clone", "tandemd", reason, end, &xml);
	buf_char(&xml, '\0');
	text[0] = '\0';
	on = tandemctl_pause_of((const char *)xml.p, now, text, sizeof(text));
	buf_fini(&xml);
	return on;
}

START_TEST(until_it_is_resumed)
{
	ck_assert(paused("new disk", "", "2026-11-22 17:00:00Z"));
	ck_assert_str_eq(text, "until it is resumed: new disk");
	ck_assert(!tandemctl_pause_of("<cib/>", "2026-11-22 17:00:00Z", text, sizeof(text)));
}
END_TEST

START_TEST(until_a_time)
{
	ck_assert(paused("", "2026-11-22 17:30:00Z", "2026-11-22 17:29:59Z"));
	ck_assert_str_eq(text, "until 2026-11-22 17:30:00Z");
	ck_assert(!paused("", "2026-11-22 17:30:00Z", "2026-11-22 17:30:00Z"));
	ck_assert_str_eq(text, "until 2026-11-22 17:30:00Z");
}
END_TEST

START_TEST(a_reason_is_no_xml)
{
	ck_assert(paused("a \"b\" <c> & 'd'", "", ""));
	ck_assert_str_eq(text, "until it is resumed: a b c  d");
}
END_TEST

START_TEST(times)
{
	tandemctl_pause_time(0, text, sizeof(text));
	ck_assert_str_eq(text, "1970-01-01 00:00:00Z");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("tandemctl_pause");
	TCase *t = tcase_create("tandemctl_pause");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, until_it_is_resumed);
	tcase_add_test(t, until_a_time);
	tcase_add_test(t, a_reason_is_no_xml);
	tcase_add_test(t, times);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
