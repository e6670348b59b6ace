/* SPDX-License-Identifier: Apache-2.0 */
/* The page: what stands on it, what is hidden, that it is well-formed, small and runs nothing that somebody else wrote. */
#include "daemon/http_page.h"
#include "daemon/http_asset.h"
#include "tests/unit/http_case.h"

#include <check.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static struct http_snap s;
static struct http_now now;
static struct buf out;

#define HISTORY \
	"{\"t_us\":1795310000000000,\"ev\":\"peer-lost\",\"node\":1,\"reason\":\"procdown\"}\n" \
	"{\"t_us\":1795310000500000,\"ev\":\"promote-asked\",\"role\":\"standby\"}\n" \
	"{\"t_us\":1795310000520000,\"ev\":\"active\",\"epoch\":8}\n" \
	"{\"t_us\":1795310001130000,\"ev\":\"takeover\",\"epoch\":8}\n"

static void
setup(void)
{
	http_case_fill(&s);
	now = http_case_now();
	buf_init(&out, LIMIT_HTTP_ANSWER_BYTES);
}

static void
teardown(void)
{
	buf_fini(&out);
}

static const char *
page(const char *history)
{
	buf_reset(&out);
	http_page(&s, &now, str_of(history), &out);
	buf_char(&out, '\0');
	ck_assert(!out.overflow);
	return (const char *)out.p;
}

static void
has(const char *part)
{
	ck_assert_msg(strstr((const char *)out.p, part) != NULL, "no %s", part);
}

static void
has_not(const char *part)
{
	ck_assert_msg(strstr((const char *)out.p, part) == NULL, "%s", part);
}

START_TEST(what_stands_on_it)
{
	page(HISTORY);
	has("n2 is active, serving");
	has("READY: n1 can take over");
	has(">xsp1<");
	has(">no answer<");
	has("Sessions: 2");
	has(">*******ng<");
	has("gone, kept");
	has("Calls in doubt: <span class=\"b\">1<");
	has(">*****11<");
	has("the other node: procdown");
	has("1130 ms in all; calls kept 205, cleared 6, learned 9");
	has(">500 ms<");
	has("reason procdown");
	has_not("agent");
	has_not("192.0.2");
	has_not("reporting");
	ck_assert_uint_lt(out.n, 16 * 1024);
}
END_TEST

START_TEST(a_standby_alone)
{
	s.view.role = HA_STANDBY;
	s.serving = false;
	s.view.peer.known = false;
	s.session_count = s.parties.doubts = 0;
	page("");
	has("n2 is standby");
	has("NOT READY: the other node is not there");
	has("none in the history");
	has("confirmed.</p>");
	now.turn_age_us = 3000000;
	page("");
	has("stands still");
	s.at_us = 0;
	page("");
	has("The node is starting.");
}
END_TEST

/* Elements are closed in order; those that HTML never closes are the only exceptions. */
static void
expect_well_formed(const char *p)
{
	char open[32][16];
	int depth = 0;

	while ((p = strchr(p, '<')) != NULL) {
		bool end = p[1] == '/';
		size_t n = 0;
		char name[16] = "";

		for (p += 1 + end; isalnum((unsigned char)p[n]) && n < sizeof(name) - 1; n++)
			name[n] = p[n];
		p = strchr(p, '>');
		ck_assert_ptr_nonnull(p);
		if (n == 0 || strcmp(name, "meta") == 0 || p[-1] == '/')
			continue;
		if (!end) {
			ck_assert_int_lt(depth, 32);
			strcpy(open[depth++], name);
			if (strcmp(name, "script") == 0 || strcmp(name, "style") == 0)
				p = strstr(p, "</");
			continue;
		}
		ck_assert_int_gt(depth, 0);
		ck_assert_str_eq(open[--depth], name);
	}
	ck_assert_int_eq(depth, 0);
}

START_TEST(well_formed)
{
	expect_well_formed(page(HISTORY));
	s.session_count = s.monitor_count = s.link_count = s.parties.doubts = 0;
	expect_well_formed(page("no JSON"));
}
END_TEST

/* What the policy names is what is inside: nothing before, nothing behind it. */
START_TEST(style_and_script_are_those_of_the_policy)
{
	const char *text = page(HISTORY), *css = strstr(text, "<style>"),
		   *js = strstr(text, "<script>");

	ck_assert(css != NULL && js != NULL);
	ck_assert_int_eq(strncmp(css + 7, http_css, strlen(http_css)), 0);
	ck_assert_int_eq(strncmp(css + 7 + strlen(http_css), "</style>", 8), 0);
	ck_assert_int_eq(strncmp(js + 8, http_js, strlen(http_js)), 0);
	ck_assert_int_eq(strncmp(js + 8 + strlen(http_js), "</script>", 9), 0);
	has_not(" style=");
	has_not(" onclick=");
	has_not("src=");
}
END_TEST

/* Names of users, links and events, each with an end of its element in it. */
START_TEST(hostile_texts)
{
	static const char evil[] = "<script>alert(1)</script>\"'&\xff";

	s.show_users = true;
	strcpy(s.sessions[0].user, evil);
	strcpy(s.doubts[0].device, evil);
	strcpy(s.links[0].name, evil);
	strcpy(s.links[1].reason, evil);
	strcpy(s.node_name, "a<b>");
	page("{\"t_us\":1,\"ev\":\"<img>\",\"from\":\"</td>\"}\n"
	     "{\"t_us\":2,\"ev\":\"peer-lost\",\"reason\":\"<i>\"}\n{\"t_us\":3,\"ev\":\"active\"}\n");
	has_not("<script>alert");
	has_not("<img>");
	has_not("<i>");
	has_not("<b>");
	has("&#60;script&#62;alert(1)&#60;/script&#62;&#34;&#39;&#38;?");
	expect_well_formed((const char *)out.p);
}
END_TEST

/* As many of everything as there can be. */
START_TEST(a_full_house)
{
	s.session_count = 4000;
	s.parties.doubts = 5000;
	page(HISTORY);
	has("and 3980 more");
	has("and 4980 more");
	expect_well_formed((const char *)out.p);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_page");
	TCase *t = tcase_create("http_page");
	SRunner *r = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_stands_on_it);
	tcase_add_test(t, a_standby_alone);
	tcase_add_test(t, well_formed);
	tcase_add_test(t, style_and_script_are_those_of_the_policy);
	tcase_add_test(t, hostile_texts);
	tcase_add_test(t, a_full_house);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
