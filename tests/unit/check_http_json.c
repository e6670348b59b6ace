/* SPDX-License-Identifier: Apache-2.0 */
/* The lists as JSON: what is in them, what is hidden, what is cut, and that hostile texts do no harm. */
#include "daemon/http_json.h"
#include "tests/unit/http_case.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static struct http_snap s;

static void
setup(void)
{
	http_case_fill(&s);
}

static json_t *
made(void (*make)(const struct http_snap *, struct buf *), const char *schema)
{
	struct buf out;
	json_t *root;

	buf_init(&out, LIMIT_HTTP_ANSWER_BYTES);
	make(&s, &out);
	ck_assert(!out.overflow);
	root = json_loadb((const char *)out.p, out.n, JSON_REJECT_DUPLICATES, NULL);
	ck_assert_ptr_nonnull(root);
	buf_fini(&out);
	ck_assert_str_eq(json_string_value(json_object_get(root, "schema")), schema);
	ck_assert_str_eq(json_string_value(json_object_get(root, "node")), "n2");
	return root;
}

static json_t *
row(const json_t *root, const char *list, size_t count, size_t at)
{
	json_t *rows = json_object_get(root, list);

	ck_assert_uint_eq(json_array_size(rows), count);
	return json_array_get(rows, at);
}

static void
text_is(const json_t *object, const char *key, const char *expected)
{
	const char *text = json_string_value(json_object_get(object, key));

	ck_assert_ptr_nonnull(text);
	ck_assert_str_eq(text, expected);
}

static void
number_is(const json_t *object, const char *key, json_int_t expected)
{
	ck_assert(json_is_integer(json_object_get(object, key)));
	ck_assert_int_eq(json_integer_value(json_object_get(object, key)), expected);
}

START_TEST(sessions)
{
	json_t *root = made(http_json_sessions, "tandemctl/sessions/1");
	json_t *r = row(root, "sessions", 2, 0);

	number_is(root, "total", 2);
	text_is(r, "id", "bbae11"); /* of 1099511627777, with which the session could be resumed */
	text_is(r, "user", "*******ng");
	text_is(r, "peer", "**************23");
	ck_assert(json_is_true(json_object_get(r, "connected")));
	number_is(r, "monitors", 2);
	number_is(r, "waiting_messages", 7);
	number_is(r, "waiting_bytes", 4711);
	json_decref(root);
	s.show_users = true;
	root = made(http_json_sessions, "tandemctl/sessions/1");
	text_is(row(root, "sessions", 2, 0), "user", "reporting");
	json_decref(root);
}
END_TEST

START_TEST(monitors)
{
	json_t *root = made(http_json_monitors, "tandemctl/monitors/1");

	text_is(row(root, "monitors", 2, 0), "device", "*****07");
	text_is(row(root, "monitors", 2, 0), "type", "device");
	text_is(row(root, "monitors", 2, 1), "type", "call");
	ck_assert(json_is_null(json_object_get(row(root, "monitors", 2, 1), "device")));
	json_decref(root);
}
END_TEST

START_TEST(channels)
{
	json_t *root = made(http_json_channels, "tandemctl/channels/1");

	text_is(row(root, "channels", 2, 0), "name", "xsp1");
	ck_assert(json_is_true(json_object_get(row(root, "channels", 2, 0), "up")));
	ck_assert(json_is_false(json_object_get(row(root, "channels", 2, 1), "up")));
	number_is(row(root, "channels", 2, 0), "requests", 40);
	json_decref(root);
}
END_TEST

START_TEST(calls)
{
	json_t *root = made(http_json_calls, "tandemctl/calls/1");
	json_t *parties = json_object_get(root, "parties");

	number_is(root, "total", 3);
	number_is(root, "in_doubt_total", 1);
	number_is(parties, "connected", 5);
	number_is(parties, "held", 0);
	text_is(row(root, "in_doubt", 1, 0), "device", "*****11");
	text_is(row(root, "in_doubt", 1, 0), "state", "connected");
	json_decref(root);
}
END_TEST

/* More than is listed: the total says so. */
START_TEST(lists_have_a_bound)
{
	json_t *root;

	s.session_count = LIMIT_HTTP_SESSIONS + 1000;
	s.monitor_count = LIMIT_HTTP_MONITORS + 1;
	s.parties.doubts = LIMIT_HTTP_DOUBTS * 2;
	root = made(http_json_sessions, "tandemctl/sessions/1");
	row(root, "sessions", LIMIT_HTTP_SESSIONS, 0);
	number_is(root, "total", LIMIT_HTTP_SESSIONS + 1000);
	json_decref(root);
	root = made(http_json_monitors, "tandemctl/monitors/1");
	row(root, "monitors", LIMIT_HTTP_MONITORS, 0);
	json_decref(root);
	root = made(http_json_calls, "tandemctl/calls/1");
	row(root, "in_doubt", LIMIT_HTTP_DOUBTS, 0);
	json_decref(root);
}
END_TEST

static void
make_history(const struct http_snap *snap, struct buf *out)
{
	http_json_history(snap,
		STR("{\"t_us\":1,\"ev\":\"role\"}\nnot JSON\n[1]\n\n{\"t_us\":2,\"ev\":\"active\"}\n"),
		out);
}

START_TEST(history)
{
	json_t *root = made(make_history, "tandemctl/history/1");

	number_is(root, "total", 2);
	text_is(row(root, "lines", 2, 1), "ev", "active");
	json_decref(root);
}
END_TEST

static void
make_health(const struct http_snap *snap, struct buf *out)
{
	http_json_health(snap, true, "fine", out);
}

START_TEST(health)
{
	json_t *root = made(make_health, "tandem/health/1");

	text_is(root, "role", "active");
	text_is(root, "state", "serving");
	text_is(root, "text", "fine");
	json_decref(root);
	s.at_us = 0;
	root = made(make_health, "tandem/health/1");
	text_is(root, "role", "starting");
	json_decref(root);
}
END_TEST

/* Texts from clients: cut in the middle of a character, quotes, control characters. */
START_TEST(hostile_texts)
{
	s.show_users = true;
	strcpy(s.sessions[0].user, "\xc3\"\\\x01\n</script>");
	strcpy(s.monitors[0].device, "\xff\xfe");
	json_decref(made(http_json_sessions, "tandemctl/sessions/1"));
	json_decref(made(http_json_monitors, "tandemctl/monitors/1"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_json");
	TCase *t = tcase_create("http_json");
	SRunner *r = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, t);
	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, sessions);
	tcase_add_test(t, monitors);
	tcase_add_test(t, channels);
	tcase_add_test(t, calls);
	tcase_add_test(t, lists_have_a_bound);
	tcase_add_test(t, history);
	tcase_add_test(t, health);
	tcase_add_test(t, hostile_texts);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
