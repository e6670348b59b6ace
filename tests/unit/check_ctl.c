/* SPDX-License-Identifier: Apache-2.0 */
/* The control channel's language: requests, verdicts, answers. */
#include "daemon/ctl.h"

#include <check.h>
#include <jansson.h>
#include <string.h>

START_TEST(requests)
{
	struct ctl_request q;
	struct err e = { 0 };

	ck_assert_int_eq(ctl_parse(STR("{\"verb\":\"status\"}"), &q, &e), 0);
	ck_assert_int_eq(q.verb, CTL_STATUS);
	ck_assert_int_eq(ctl_parse(STR("{\"verb\":\"history\",\"lines\":500}"), &q, &e), 0);
	ck_assert_int_eq(q.verb, CTL_HISTORY);
	ck_assert_uint_eq(q.lines, 500);
	ck_assert_int_eq(ctl_parse(STR("{\"verb\":\"loglevel\",\"level\":\"debug\"}"), &q, &e), 0);
	ck_assert_int_eq(q.level, LOG_DEBUG);
	/* an error writes nothing */
	ck_assert_int_eq(ctl_parse(STR("{\"verb\":\"loglevel\"}"), &q, &e), E_MALFORMED);
	ck_assert_int_eq(q.level, LOG_DEBUG);
}
END_TEST

START_TEST(hostile_requests)
{
	static const char *const texts[] = { "", "{", "null", "7", "\"x\"", "[]", "{\"verb\":null}",
		"{\"verb\":\"\"}", "{\"verb\":\"status\",\"verb\":\"ocf-demote\"}",
		"{\"verb\":\"st\xffus\"}", "{\"verb\":\"history\",\"lines\":\"5\"}",
		"{\"verb\":\"history\",\"lines\":-1}" };
	char deep[4096];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct ctl_request q;
		struct err e = { 0 };

		ck_assert_msg(ctl_parse(str_of(texts[i]), &q, &e) != 0, "%s", texts[i]);
		ck_assert_str_ne(e.text, "");
	}
	memset(deep, '[', sizeof(deep));
	{
		struct ctl_request q;

		ck_assert_int_ne(ctl_parse((struct str){ deep, sizeof(deep) }, &q, NULL), 0);
	}
}
END_TEST

START_TEST(verdicts)
{
	ck_assert_int_eq(ctl_promote_verdict(HA_STANDBY, false, ""), CTL_WAIT);
	ck_assert_int_eq(ctl_promote_verdict(HA_CLAIMING, false, ""), CTL_WAIT);
	ck_assert_int_eq(ctl_promote_verdict(HA_ACTIVE, false, ""), CTL_WAIT);
	ck_assert_int_eq(ctl_promote_verdict(HA_ACTIVE, true, ""), CTL_DONE);
	ck_assert_int_eq(ctl_promote_verdict(HA_SYNCING, false, "why"), CTL_FAILED);
	ck_assert_int_eq(ctl_promote_verdict(HA_FENCED, false, ""), CTL_FAILED);
	ck_assert_int_eq(ctl_demote_verdict(HA_ACTIVE, ""), CTL_WAIT);
	ck_assert_int_eq(ctl_demote_verdict(HA_DRAINING, ""), CTL_WAIT);
	ck_assert_int_eq(ctl_demote_verdict(HA_CLAIMING, ""), CTL_WAIT);
	ck_assert_int_eq(ctl_demote_verdict(HA_ACTIVE, "why"), CTL_FAILED);
	ck_assert_int_eq(ctl_demote_verdict(HA_JOINING, ""), CTL_DONE);
	ck_assert_int_eq(ctl_demote_verdict(HA_FENCED, "why"), CTL_DONE);
	ck_assert_int_eq(ctl_monitor_code(HA_ACTIVE), 8);
	ck_assert_int_eq(ctl_monitor_code(HA_FENCED), 1);
	ck_assert_int_eq(ctl_monitor_code(HA_INIT), 0);
	ck_assert_int_eq(ctl_monitor_code(HA_STANDBY), 0);
	ck_assert_int_eq(ctl_health_code(HA_ACTIVE, true), 8);
	ck_assert_int_eq(ctl_health_code(HA_ACTIVE, false), 191);
	ck_assert_int_eq(ctl_health_code(HA_STANDBY, true), 0);
	ck_assert_int_eq(ctl_health_code(HA_STANDBY, false), 190);
	ck_assert_int_eq(ctl_health_code(HA_FENCED, false), 1);
}
END_TEST

START_TEST(listings_and_events)
{
	static const char *const refused[] = { "{\"verb\":\"list\"}",
		"{\"verb\":\"list\",\"what\":\"dreams\"}",
		"{\"verb\":\"list\",\"what\":\"calls\",\"rows\":101}",
		"{\"verb\":\"list\",\"what\":\"calls\",\"rows\":0}",
		"{\"verb\":\"list\",\"what\":\"calls\",\"state\":\"a state that is longer than any\"}",
		"{\"verb\":\"list\",\"what\":\"calls\",\"after\":{\"keys\":[1]}}",
		"{\"verb\":\"list\",\"what\":\"calls\",\"after\":{\"keys\":[\"1\",\"2\",\"3\",\"4\",\"5\"]}}",
		"{\"verb\":\"list\",\"what\":\"calls\",\"after\":{\"keys\":[],\"skip\":-1}}",
		"{\"verb\":\"events\",\"after\":-1}", "{\"verb\":\"events\",\"rows\":1000}" };
	struct ctl_request q;
	struct err e = { 0 };

	ck_assert_int_eq(ctl_parse(STR("{\"verb\":\"list\",\"what\":\"users\"}"), &q, &e), 0);
	ck_assert_int_eq(q.list.kind, CTL_LIST_USERS);
	ck_assert_uint_eq(q.list.rows_max, LIMIT_CTL_ROWS);
	ck_assert_uint_eq(q.list.key_count, 0);
	ck_assert_int_eq(
		ctl_parse(
			STR("{\"verb\":\"list\",\"what\":\"stuck\",\"rows\":7,\"match\":\"20\","
			    "\"state\":\"held\",\"after\":{\"keys\":[\"2001\",\"2000\"],\"skip\":3}}"),
			&q, &e),
		0);
	ck_assert_int_eq(q.list.kind, CTL_LIST_STUCK);
	ck_assert_uint_eq(q.list.rows_max, 7);
	ck_assert_uint_eq(q.list.skip, 3);
	ck_assert_uint_eq(q.list.key_count, 2);
	ck_assert_str_eq(q.list.keys[0], "2001");
	ck_assert_str_eq(q.list.match, "20");
	ck_assert_str_eq(q.list.state, "held");
	ck_assert_int_eq(ctl_parse(STR("{\"verb\":\"events\",\"after\":12}"), &q, &e), 0);
	ck_assert_uint_eq(q.after, 12);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		ck_assert_msg(
			ctl_parse(str_of(refused[i]), &q, &e) == E_MALFORMED, "%s", refused[i]);
}
END_TEST

/* Who may what: groups give levels, the highest counts; nobody else gets in. */
START_TEST(rights)
{
	struct ctl_rights r = { 33, { CTL_NO_GROUP, 100, 200, 300 } };
	static const uint32_t none[] = { 5 }, read[] = { 5, 100 }, operate[] = { 100, 200 },
			      admin[] = { 7, 300, 100 }, tricky[] = { CTL_NO_GROUP };

	ck_assert_int_eq(ctl_level_for(&r, 0, none, 1), CTL_LEVEL_ADMIN);
	ck_assert_int_eq(ctl_level_for(&r, 33, none, 1), CTL_LEVEL_ADMIN);
	ck_assert_int_eq(ctl_level_for(&r, 34, none, 1), CTL_LEVEL_NONE);
	ck_assert_int_eq(ctl_level_for(&r, 34, read, 2), CTL_LEVEL_READ);
	ck_assert_int_eq(ctl_level_for(&r, 34, operate, 2), CTL_LEVEL_OPERATE);
	ck_assert_int_eq(ctl_level_for(&r, 34, admin, 3), CTL_LEVEL_ADMIN);
	ck_assert_int_eq(ctl_level_for(&r, 34, tricky, 1), CTL_LEVEL_NONE);
	ck_assert_int_eq(ctl_level_of(CTL_STATUS), CTL_LEVEL_READ);
	ck_assert_int_eq(ctl_level_of(CTL_LOGLEVEL), CTL_LEVEL_OPERATE);
	ck_assert_int_eq(ctl_level_of(CTL_OCF_DEMOTE), CTL_LEVEL_ADMIN);
}
END_TEST

static void
expect_json(struct buf *b, const char *text)
{
	ck_assert_msg(str_is(buf_as_str(b), text), "%.*s", STR_ARG(buf_as_str(b)));
	buf_reset(b);
}

/* Answers stay JSON whatever text goes into them. */
START_TEST(answers)
{
	struct buf b;

	buf_init(&b, 4096);
	ctl_answer_error(&b, "cut \xc3");
	expect_json(&b, "{\"ok\":false,\"error\":\"cut ?\"}");
	ctl_answer_code(&b, 8, "a \"b\"\n");
	expect_json(&b, "{\"ok\":true,\"exit\":8,\"text\":\"a \\\"b\\\"?\"}");
	ctl_answer_lines(&b, STR("{\"a\":1}\nrubbish\n\n{\"a\":2}\n"));
	expect_json(&b, "{\"ok\":true,\"lines\":[{\"a\":1},{\"a\":2}]}");
	ctl_answer_denied(&b, CTL_OCF_DEMOTE, CTL_LEVEL_READ);
	expect_json(&b,
		"{\"ok\":false,\"denied\":true,\"error\":\"not permitted: this needs the level admin, and "
		"yours is read (see admin-group of the configuration)\"}");
	ctl_answer_lines(&b, STR_NONE);
	expect_json(&b, "{\"ok\":true,\"lines\":[]}");
	buf_fini(&b);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("ctl");
	TCase *t = tcase_create("ctl");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, requests);
	tcase_add_test(t, hostile_requests);
	tcase_add_test(t, verdicts);
	tcase_add_test(t, listings_and_events);
	tcase_add_test(t, rights);
	tcase_add_test(t, answers);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
