/* SPDX-License-Identifier: Apache-2.0 */
/* The copy that the status page is made of: nothing in it belongs to somebody else, and what it hides. */
#include "tests/unit/http_case.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct http_snap s;

static void
masked_is(const char *text, const char *expected)
{
	char shown[16];

	http_masked(&s, text, shown, sizeof(shown));
	ck_assert_str_eq(shown, expected);
}

START_TEST(a_view_is_copied_with_its_texts)
{
	char health[] = "name=n1 calls=3";
	struct ha_view v = { .peer = { .known = true, .health = { health, sizeof(health) - 1 } } };

	memset(&s, 0, sizeof(s));
	http_snap_set_view(&s, &v);
	memset(health, 'x', sizeof(health));
	ck_assert(str_is(s.view.peer.health, "name=n1 calls=3"));
}
END_TEST

START_TEST(a_text_that_is_too_long_is_cut)
{
	static char health[HA_HEALTH_BYTES_MAX * 2];
	struct ha_view v = { .peer = { .health = { health, sizeof(health) } } };

	memset(health, 'h', sizeof(health));
	http_snap_set_view(&s, &v);
	ck_assert_uint_eq(s.view.peer.health.n, HA_HEALTH_BYTES_MAX);
}
END_TEST

START_TEST(users_are_masked)
{
	http_case_fill(&s);
	masked_is("agent07", "*****07");
	masked_is("+491234", "*****34");
	masked_is("1234", "****");
	masked_is("", "");
	masked_is("agent07@demo.example", "***************");
	s.show_users = true;
	masked_is("agent07", "agent07");
	masked_is("a\x01\xc3\xa4z", "a???z");
}
END_TEST

START_TEST(links_that_are_up)
{
	static const struct {
		const char *state;
		bool up;
	} cases[] = { { "open", true }, { "degraded", true }, { "overloaded", true },
		{ "opening", false }, { "down", false }, { "refused", false }, { "idle", false } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct node_link l = { .state = cases[i].state };

		ck_assert_msg(http_link_is_up(&l) == cases[i].up, "%s", cases[i].state);
	}
}
END_TEST

START_TEST(names_and_rows)
{
	ck_assert_str_eq(http_party_state(NODE_PARTY_INITIATED), "initiated");
	ck_assert_str_eq(http_party_state(NODE_PARTY_QUEUED), "queued");
	ck_assert_uint_eq(http_rows(3, 5), 3);
	ck_assert_uint_eq(http_rows(7, 5), 5);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_snap");
	TCase *t = tcase_create("http_snap");
	SRunner *r = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, t);
	tcase_add_test(t, a_view_is_copied_with_its_texts);
	tcase_add_test(t, a_text_that_is_too_long_is_cut);
	tcase_add_test(t, users_are_masked);
	tcase_add_test(t, links_that_are_up);
	tcase_add_test(t, names_and_rows);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
