/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies of channels, renewals and acknowledgements: exact texts, escapes, bounds.
 * test_xsi_schema.sh has the schema.
 */
#include "proto/xsi_encode.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define NS " xmlns=\"http://schema.broadsoft.com/xsi\""

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
assert_body(const char *expected)
{
	ck_assert(!out.overflow);
	ck_assert_msg(str_is(buf_as_str(&out), expected), "got %.*s, expected %s",
		STR_ARG(buf_as_str(&out)), expected);
	buf_reset(&out);
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

START_TEST(subscription_body)
{
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

START_TEST(a_full_buffer)
{
	struct buf small;

	buf_init(&small, 90);
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
	tcase_add_test(tc, subscription_body);
	tcase_add_test(tc, event_responses);
	tcase_add_test_raise_signal(tc, event_response_with_a_wrong_status, SIGABRT);
	tcase_add_test(tc, a_full_buffer);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
