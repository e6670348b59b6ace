/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests knobs of open questions over loopback: limits of un-acked events, what is kept without a
 * channel, numbers after a re-opening, forms of errors, farms, rates, paces, a graceful switch.
 */
#include "tests/bwsim/bws_testkit.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KNOBS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct bws_kit kit;
static struct bws_kit_stream stream;
static struct bws_buf doc;
static char id[64];

static void
control(const char *command)
{
	char *answer = bws_kit_ask(&kit, "%s", command);

	ck_assert_msg(strstr(answer, "\"ok\":true") != NULL, "%s: %s", command, answer);
	free(answer);
}

static void
start(const char *const *knobs)
{
	bws_kit_start(&kit, knobs);
	bws_kit_open(&kit, &stream, 0, "SET", "");
	bws_kit_subscribe(&kit, 0, "2001", "SET", id);
	bws_kit_take(&kit, &stream, "CallSubscriptionEvent", &doc);
}

static void
stop(void)
{
	bws_kit_close(&stream);
	bws_buf_free(&doc);
	ck_assert_int_eq(bws_kit_stop(&kit), 0);
}

static void
raise_event(const char *type)
{
	char *answer = bws_kit_ask(&kit, "{\"cmd\":\"raise\",\"type\":\"%s\"}", type);

	free(answer);
}

START_TEST(full_drops)
{
	start(KNOBS("ack_timeout_ms=60000", "outstanding_max=1", "outstanding_full=1"));
	raise_event("AEvent");
	raise_event("BEvent");
	bws_kit_take(&kit, &stream, "AEvent", &doc);
	ck_assert_int_eq(bws_kit_stat(&kit, "events_dropped"), 1);
	raise_event("CEvent");
	bws_kit_take(&kit, &stream, "CEvent", &doc);
	stop();
}
END_TEST

START_TEST(full_closes)
{
	start(KNOBS("ack_timeout_ms=60000", "outstanding_max=1", "outstanding_full=2"));
	raise_event("AEvent");
	raise_event("BEvent");
	bws_kit_expect(&stream, "AEvent", &doc);
	ck_assert_int_eq(bws_kit_next(&stream, 5000, &doc), BWS_KIT_DOC);
	ck_assert_ptr_nonnull(strstr(doc.p, "NonResponsiveChannel"));
	ck_assert_int_eq(bws_kit_stat(&kit, "channels"), 0);
	stop();
}
END_TEST

START_TEST(kept_or_not)
{
	start(KNOBS("ack_timeout_ms=60000", "keep_ms=60000", "keep_percent=0", "seq_reopen=2"));
	control("{\"cmd\":\"end-channel\"}");
	raise_event("AEvent");
	ck_assert_int_eq(bws_kit_stat(&kit, "events_dropped"), 1);
	control("{\"cmd\":\"knob\",\"name\":\"keep_percent\",\"value\":100}");
	raise_event("BEvent");
	bws_kit_close(&stream);
	bws_kit_open(&kit, &stream, 0, "SET", "");
	/* the numbers begin anew with a snapshot, what was kept comes as well */
	ck_assert_int_eq(bws_kit_next(&stream, 5000, &doc), BWS_KIT_DOC);
	ck_assert_int_eq(bws_kit_stat(&kit, "snapshots"), 2);
	stop();
}
END_TEST

START_TEST(forms_of_errors)
{
	struct bws_kit_reply r;

	start(KNOBS("unknown_status=404", "error_body=2"));
	r = bws_kit_http(&kit, 0, "", "GET", BWS_KIT_EVENTS "/channelset/x", NULL);
	ck_assert_int_eq(r.status, 404);
	ck_assert_ptr_nonnull(strstr(r.body.p, "<html>"));
	bws_kit_reply_free(&r);
	control("{\"cmd\":\"knob\",\"name\":\"error_body\",\"value\":1}");
	r = bws_kit_http(&kit, 0, "", "GET", BWS_KIT_EVENTS "/channelset/x", NULL);
	ck_assert_int_eq(r.body.n, 0);
	bws_kit_reply_free(&r);
	control("{\"cmd\":\"knob\",\"name\":\"error_body\",\"value\":0}");
	control("{\"cmd\":\"knob\",\"name\":\"error_latin\",\"value\":1}");
	r = bws_kit_http(&kit, 0, "", "GET", BWS_KIT_EVENTS "/channelset/x", NULL);
	ck_assert_ptr_nonnull(strchr(r.body.p, '\xe4'));
	bws_kit_reply_free(&r);
	stop();
}
END_TEST

START_TEST(farm_and_case)
{
	start(KNOBS("bound_kinds=versions,heartbeat,ack", "path_case=1"));
	ck_assert_int_eq(bws_kit_status(&kit, 0, "GET", BWS_KIT_EVENTS "/versions", NULL), 200);
	ck_assert_int_eq(bws_kit_status(&kit, 1, "GET", BWS_KIT_EVENTS "/versions", NULL), 404);
	ck_assert_int_eq(bws_kit_status(&kit, 0, "GET", BWS_KIT_EVENTS "/Versions", NULL), 404);
	stop();
}
END_TEST

START_TEST(rate_of_a_login)
{
	struct bws_kit_reply r;
	int i;

	start(KNOBS("user_requests_per_s=3", "retry_after_s=7"));
	for (i = 0; i < 10; i++) {
		r = bws_kit_http(&kit, 0, "", "GET", BWS_KIT_EVENTS "/versions", NULL);
		if (r.status == 503)
			break;
		bws_kit_reply_free(&r);
	}
	ck_assert_int_lt(i, 10);
	ck_assert_ptr_nonnull(strstr(r.head.p, "Retry-After: 7"));
	bws_kit_reply_free(&r);
	stop();
}
END_TEST

/* A snapshot of some 500 bytes at 2000 bytes a second comes in pieces and whole. */
START_TEST(pace)
{
	struct bws_buf all = { 0 };
	int pieces = 0;

	start(KNOBS("ack_timeout_ms=60000"));
	control("{\"cmd\":\"knob\",\"name\":\"stream_bytes_per_s\",\"value\":2000}");
	raise_event("AEvent");
	while (!all.n || !strstr(all.p, "</xsi:Event>")) {
		ck_assert_int_eq(bws_kit_next(&stream, 5000, &doc), BWS_KIT_DOC);
		bws_buf_add(&all, doc.p, doc.n);
		pieces++;
	}
	ck_assert_int_gt(pieces, 2);
	bws_buf_free(&all);
	stop();
}
END_TEST

START_TEST(graceful_switch)
{
	start(KNOBS("resync_event=1"));
	free(bws_kit_ask(&kit, "{\"cmd\":\"call\",\"from\":\"2001\",\"to\":\"2002\"}"));
	ck_assert(bws_kit_wait_stat(&kit, "calls", 1));
	control("{\"cmd\":\"as-switch\",\"each_ms\":1}");
	do
		ck_assert_int_eq(bws_kit_next(&stream, 5000, &doc), BWS_KIT_DOC);
	while (!strstr(doc.p, "CallSubscriptionResyncEvent"));
	ck_assert_ptr_nonnull(strstr(doc.p, "<xsi:callId>")); /* the call goes on */
	control("{\"cmd\":\"as-switch\",\"channel_loss\":true}");
	ck_assert_int_eq(bws_kit_stat(&kit, "channels"), 0);
	stop();
}
END_TEST

START_TEST(never_a_snapshot)
{
	char path[160];

	start(KNOBS("ack_timeout_ms=60000"));
	control("{\"cmd\":\"knob\",\"name\":\"snapshot_percent\",\"value\":0}");
	snprintf(path, sizeof(path), BWS_KIT_EVENTS "/subscription/%s", id);
	ck_assert_int_eq(
		bws_kit_status(&kit, 0, "PUT", path,
			"<Subscription " BWS_KIT_NS "><expires>3600</expires></Subscription>"),
		200);
	ck_assert_int_eq(bws_kit_next(&stream, 100, &doc), BWS_KIT_TIMEOUT);
	control("{\"cmd\":\"knob\",\"name\":\"heartbeat_status\",\"value\":500}");
	snprintf(path, sizeof(path), BWS_KIT_EVENTS "/channel/%s/heartbeat", stream.id);
	ck_assert_int_eq(bws_kit_status(&kit, 0, "PUT", path, NULL), 500);
	ck_assert_int_eq(bws_kit_next(&stream, 5000, &doc), BWS_KIT_DOC);
	stop();
}
END_TEST

/* Bytes of the client on the connection of its stream: not read, answered in the stream, the end of it. */
START_TEST(input_on_a_stream)
{
	static const char request[] = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";

	start(KNOBS("ack_timeout_ms=60000"));
	ck_assert_int_gt(write(stream.fd, request, sizeof(request) - 1), 0);
	ck_assert(bws_kit_wait_stat(&kit, "stream_inputs", 1));
	ck_assert_int_eq(bws_kit_next(&stream, 100, &doc), BWS_KIT_TIMEOUT);
	control("{\"cmd\":\"knob\",\"name\":\"stream_input\",\"value\":1}");
	ck_assert_int_gt(write(stream.fd, request, sizeof(request) - 1), 0);
	ck_assert_int_eq(bws_kit_next(&stream, 5000, &doc), BWS_KIT_DOC);
	ck_assert_ptr_nonnull(strstr(doc.p, "xsi:ErrorEvent"));
	control("{\"cmd\":\"knob\",\"name\":\"stream_input\",\"value\":2}");
	ck_assert_int_gt(write(stream.fd, request, sizeof(request) - 1), 0);
	ck_assert_int_ge(bws_kit_next(&stream, 5000, &doc), BWS_KIT_END);
	stop();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("bws_knobs");
	TCase *tc = tcase_create("open questions");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, full_drops);
	tcase_add_test(tc, full_closes);
	tcase_add_test(tc, kept_or_not);
	tcase_add_test(tc, forms_of_errors);
	tcase_add_test(tc, farm_and_case);
	tcase_add_test(tc, rate_of_a_login);
	tcase_add_test(tc, pace);
	tcase_add_test(tc, graceful_switch);
	tcase_add_test(tc, never_a_snapshot);
	tcase_add_test(tc, input_on_a_stream);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
