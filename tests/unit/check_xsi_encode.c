/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies and paths towards BroadWorks: exact texts, escapes, bounds. test_xsi_schema.sh has the
 * schema.
 */
#include "proto/xsi_encode.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define NS " xmlns=\"http://schema.broadsoft.com/xsi\""

static struct buf out;
static const struct xsi_contexts *const contexts = &xsi_default_contexts;

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
assert_body(const char *expected)
{
	ck_assert(!out.overflow);
	ck_assert_msg(str_is(buf_as_str(&out), expected), "got %.*s, expected %s",
		STR_ARG(buf_as_str(&out)), expected);
	buf_reset(&out);
}

/* Paths replace what was there and end with a NUL that does not count. */
static void
assert_path(const char *expected)
{
	ck_assert(!out.overflow);
	ck_assert_str_eq((const char *)out.p, expected);
	ck_assert_uint_eq(out.n, strlen(expected));
}

START_TEST(channel_bodies)
{
	xsi_put_channel(&out, STR("set"), 1, 50, 3600, STR("tandem"));
	assert_body(
		DECLARATION "<Channel" NS "><channelSetId>set</channelSetId><priority>1</priority>"
			    "<weight>50</weight><expires>3600</expires>"
			    "<applicationId>tandem</applicationId></Channel>");
	xsi_put_channel(&out, STR("a<b"), UINT32_MAX, 1, 2147483647, STR(""));
	assert_body(DECLARATION "<Channel" NS "><channelSetId>a&lt;b</channelSetId>"
				"<priority>4294967295</priority><weight>1</weight>"
				"<expires>2147483647</expires></Channel>");
	xsi_put_channel_refresh(&out, 7200);
	assert_body(DECLARATION "<Channel" NS "><expires>7200</expires></Channel>");
}
END_TEST

START_TEST(subscription_bodies)
{
	xsi_put_subscription(&out, "Advanced Call", 86400, STR("set"), STR("R&D"));
	assert_body(DECLARATION
		"<Subscription" NS "><event>Advanced Call</event><expires>86400</expires>"
		"<channelSetId>set</channelSetId><applicationId>R&amp;D</applicationId>"
		"</Subscription>");
	xsi_put_subscription(&out, "Basic Call", 0, STR("set"), STR(""));
	assert_body(DECLARATION "<Subscription" NS "><event>Basic Call</event><expires>0</expires>"
				"<channelSetId>set</channelSetId></Subscription>");
	xsi_put_subscription_refresh(&out, 3600);
	assert_body(DECLARATION "<Subscription" NS "><expires>3600</expires></Subscription>");
}
END_TEST

START_TEST(event_responses)
{
	static const struct {
		int status;
		const char *reason;
	} all[] = {
		{ 200, "OK" },
		{ 400, "Malformed event" },
		{ 404, "Unknown channel" },
		{ 481, "Unknown subscription" },
		{ 500, "Cannot process now" },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char expected[512];

		snprintf(expected, sizeof(expected),
			DECLARATION
			"<EventResponse" NS "><eventID>e&quot;1</eventID>"
			"<statusCode>%d</statusCode><reason>%s</reason></EventResponse>",
			all[i].status, all[i].reason);
		xsi_put_event_response(&out, STR("e\"1"), all[i].status);
		assert_body(expected);
	}
}
END_TEST

/* A status that BroadWorks does not know would be a bug of ours. */
START_TEST(event_response_with_a_wrong_status)
{
	xsi_put_event_response(&out, STR("e"), 201);
}
END_TEST

#define EVENTS "/com.broadsoft.xsi-events/v2.0"
#define USER "/com.broadsoft.xsi-actions/v2.0/user/2001@demo.example"

START_TEST(event_paths)
{
	xsi_path_channel_open(&out, contexts);
	assert_path("/com.broadsoft.async/com.broadsoft.xsi-events/v2.0/channel");
	xsi_path_channel(&out, contexts, STR("c-1"));
	assert_path(EVENTS "/channel/c-1");
	xsi_path_heartbeat(&out, contexts, STR("c-1"));
	assert_path(EVENTS "/channel/c-1/heartbeat");
	xsi_path_channel_set(&out, contexts, STR("my set"));
	assert_path(EVENTS "/channelset/my%20set");
	xsi_path_event_response(&out, contexts);
	assert_path(EVENTS "/channel/eventresponse");
	xsi_path_user_events(&out, contexts, STR("2001@demo.example"));
	assert_path(EVENTS "/user/2001@demo.example");
	xsi_path_subscription(&out, contexts, STR("s:1"));
	assert_path(EVENTS "/subscription/s:1");
}
END_TEST

START_TEST(call_paths)
{
	struct str user = STR("2001@demo.example");

	xsi_path_dial(&out, contexts, user, STR("tel:+155502002"));
	assert_path(USER "/calls/new?address=tel%3A%2B155502002");
	xsi_path_dial(&out, contexts, user, STR("*21#&pin=1"));
	assert_path(USER "/calls/new?address=%2A21%23%26pin%3D1");
	xsi_path_call(&out, contexts, user, STR("callhalf-7:0"));
	assert_path(USER "/calls/callhalf-7:0");
	xsi_path_call_verb(&out, contexts, user, STR("callhalf-7:0"), "Talk");
	assert_path(USER "/calls/callhalf-7:0/Talk");
	xsi_path_call_verb(&out, contexts, user, STR("callhalf-7:0"), "Hold");
	assert_path(USER "/calls/callhalf-7:0/Hold");
}
END_TEST

/* No identifier leaves its segment, whatever BroadWorks or a client calls it. */
START_TEST(identifiers_stay_in_their_segment)
{
	static const struct {
		struct str id;
		const char *encoded;
	} all[] = {
		{ { "a/b", 3 }, "a%2Fb" },
		{ { "../x", 4 }, "..%2Fx" },
		{ { "..", 2 }, "%2E%2E" },
		{ { ".", 1 }, "%2E" },
		{ { "...", 3 }, "..." },
		{ { "a?b#c%d", 7 }, "a%3Fb%23c%25d" },
		{ { "a\r\nX: 1", 7 }, "a%0D%0AX:%201" },
		{ { "a\0b", 3 }, "a%00b" },
		{ { "\xc3\xa9\xff", 3 }, "%C3%A9%FF" },
		{ { "AZaz09-._~@:", 12 }, "AZaz09-._~@:" },
		{ { "!$&'()*+,;=\\\"<>[]^`{|}", 22 },
			"%21%24%26%27%28%29%2A%2B%2C%3B%3D%5C%22%3C%3E%5B%5D%5E%60%7B%7C%7D" },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char expected[256];

		xsi_path_subscription(&out, contexts, all[i].id);
		snprintf(expected, sizeof(expected), EVENTS "/subscription/%s", all[i].encoded);
		assert_path(expected);
	}
}
END_TEST

START_TEST(other_contexts)
{
	static const struct xsi_contexts renamed = { "/async", "/ev", "/act" };

	xsi_path_channel_open(&out, &renamed);
	assert_path("/async/channel");
	xsi_path_event_response(&out, &renamed);
	assert_path("/ev/channel/eventresponse");
	xsi_path_call(&out, &renamed, STR("u"), STR("c"));
	assert_path("/act/user/u/calls/c");
}
END_TEST

START_TEST(bounds)
{
	struct buf small;

	buf_init(&small, 15);
	xsi_path_event_response(&small, contexts);
	ck_assert(small.overflow);
	/* a path of exactly the bound has no room for its NUL */
	xsi_path_call(&small, &(struct xsi_contexts){ "", "", "" }, STR("u"), STR("c"));
	ck_assert_uint_eq(small.n, 0);
	ck_assert(small.overflow);
	xsi_path_call(&small, &(struct xsi_contexts){ "", "", "" }, STR("u"), STR(""));
	ck_assert(small.overflow); /* DELETE of all calls: never */
	xsi_path_call(&small, &(struct xsi_contexts){ "", "", "" }, STR("u"), STR("."));
	ck_assert(small.overflow);
	buf_fini(&small);
	buf_init(&small, 18);
	xsi_path_call(&small, &(struct xsi_contexts){ "", "", "" }, STR("u"), STR("."));
	ck_assert(!small.overflow);
	ck_assert_str_eq((const char *)small.p, "/user/u/calls/%2E");
	buf_reset(&small);
	xsi_put_subscription_refresh(&small, 1);
	ck_assert(small.overflow);
	buf_fini(&small);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("xsi_encode");
	TCase *tc = tcase_create("xsi_encode");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, channel_bodies);
	tcase_add_test(tc, subscription_bodies);
	tcase_add_test(tc, event_responses);
	tcase_add_test_raise_signal(tc, event_response_with_a_wrong_status, SIGABRT);
	tcase_add_test(tc, event_paths);
	tcase_add_test(tc, call_paths);
	tcase_add_test(tc, identifiers_stay_in_their_segment);
	tcase_add_test(tc, other_contexts);
	tcase_add_test(tc, bounds);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
