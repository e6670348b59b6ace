/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests what a tester can do to the simulator over loopback: dead and silent XSPs, clients that do
 * not read, wrong answers on demand, limits, and a control socket that refuses nonsense.
 */
#include "tests/bwsim/bws_testkit.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct bws_kit kit;
static struct bws_buf doc;

#define KNOBS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
start(const char *const *knobs)
{
	bws_kit_start(&kit, knobs);
}

static void
stop(void)
{
	bws_buf_free(&doc);
	ck_assert_int_eq(bws_kit_stop(&kit), 0);
}

static int
heartbeat(const struct bws_kit_stream *s, int xsp)
{
	char path[160];

	snprintf(path, sizeof(path), BWS_KIT_EVENTS "/channel/%s/heartbeat", s->id);
	return bws_kit_status(&kit, xsp, "PUT", path, NULL);
}

static void
call_event(const char *from)
{
	free(bws_kit_ask(&kit, "{\"cmd\":\"call\",\"from\":\"%s\",\"to\":\"2019\"}", from));
}

START_TEST(killed_xsp)
{
	struct bws_kit_stream a, b;
	enum bws_kit_next next;
	char id[64];

	start(NULL);
	bws_kit_open(&kit, &a, 0, "SET", "<priority>1</priority>");
	bws_kit_open(&kit, &b, 1, "SET", "<priority>2</priority>");
	bws_kit_subscribe(&kit, 1, "2001", "SET", id);
	bws_kit_take(&kit, &a, "CallSubscriptionEvent", &doc);
	call_event("2001");
	bws_kit_expect(&a, "HookStatusEvent", &doc); /* not acknowledged */
	free(bws_kit_ask(&kit, "{\"cmd\":\"kill-xsp\",\"xsp\":\"xsp1\"}"));
	do
		next = bws_kit_next(&a, 5000, &doc);
	while (next == BWS_KIT_DOC);
	ck_assert_int_eq(next, BWS_KIT_RESET);
	ck_assert_int_lt(bws_kit_connect(&kit, 0), 0);
	ck_assert_int_eq(errno, ECONNREFUSED);
	bws_kit_take(&kit, &b, "HookStatusEvent", &doc); /* again, on the other one, at once */
	bws_kit_take(&kit, &b, "CallOriginatedEvent", &doc);
	ck_assert(bws_kit_journal_has(&kit, KNOBS("\"ev\":\"channel\"", "xsp-killed", a.id)));
	bws_kit_close(&a);
	free(bws_kit_ask(&kit, "{\"cmd\":\"start-xsp\",\"xsp\":\"xsp1\"}"));
	bws_kit_open(&kit, &a, 0, "SET", "");
	bws_kit_close(&a);
	bws_kit_close(&b);
	stop();
}
END_TEST

/* A reply that waits, and a stream that sleeps, when their XSP dies. */
START_TEST(xsp_dies_under_a_waiting_request)
{
	static const char request[] = "GET " BWS_KIT_EVENTS "/versions HTTP/1.1\r\nHost: x\r\n\r\n";
	struct bws_kit_stream a;
	char byte;
	int fd;

	start(KNOBS("reply_ms_min=30000", "reply_ms_max=30000"));
	fd = bws_kit_connect(&kit, 0);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_gt(send(fd, request, strlen(request), 0), 0);
	ck_assert(bws_kit_wait_stat(&kit, "requests_failed", 1)); /* 401, not yet sent */
	free(bws_kit_ask(&kit, "{\"cmd\":\"kill-xsp\",\"xsp\":\"xsp1\"}"));
	ck_assert_int_lt(recv(fd, &byte, 1, 0), 0);
	ck_assert_int_eq(errno, ECONNRESET);
	close(fd);
	free(bws_kit_ask(&kit, "{\"cmd\":\"knob\",\"name\":\"reply_ms_min\",\"value\":0}"));
	free(bws_kit_ask(&kit, "{\"cmd\":\"knob\",\"name\":\"reply_ms_max\",\"value\":20}"));
	free(bws_kit_ask(&kit, "{\"cmd\":\"start-xsp\",\"xsp\":\"xsp1\"}"));
	bws_kit_open(&kit, &a, 0, "SET", ""); /* with a delay */
	free(bws_kit_ask(&kit, "{\"cmd\":\"silence-xsp\",\"xsp\":\"xsp1\"}"));
	free(bws_kit_ask(&kit, "{\"cmd\":\"kill-xsp\",\"xsp\":\"xsp1\"}"));
	ck_assert_int_eq(bws_kit_next(&a, 5000, &doc), BWS_KIT_RESET);
	bws_kit_close(&a);
	stop();
}
END_TEST

START_TEST(silent_xsp)
{
	struct bws_kit_stream a, b;
	struct bws_buf in = { 0 };
	char id[64];
	int fd;

	start(KNOBS("ack_timeout_ms=150", "redeliver_ms=0"));
	bws_kit_open(&kit, &a, 0, "SET", "<priority>1</priority>");
	bws_kit_open(&kit, &b, 1, "SET", "<priority>2</priority>");
	free(bws_kit_ask(&kit, "{\"cmd\":\"silence-xsp\",\"xsp\":\"xsp1\"}"));
	fd = bws_kit_connect(&kit, 0); /* it accepts */
	ck_assert_int_ge(fd, 0);
	close(fd);
	bws_kit_subscribe(&kit, 1, "2001", "SET", id);
	bws_kit_take(&kit, &b, "CallSubscriptionEvent", &doc); /* after the ack timeout */
	ck_assert_int_eq(bws_kit_next(&a, 50, &in), BWS_KIT_TIMEOUT);
	free(bws_kit_ask(&kit, "{\"cmd\":\"start-xsp\",\"xsp\":\"xsp1\"}"));
	bws_kit_expect(&a, "CallSubscriptionEvent", &in); /* what it had to write */
	bws_buf_free(&in);
	bws_kit_close(&a);
	bws_kit_close(&b);
	stop();
}
END_TEST

/* A client that never reads: the queue is bounded, the rest of the world goes on. */
START_TEST(client_that_does_not_read)
{
	struct bws_kit_stream a;
	char id[64];
	int i;

	start(KNOBS("chan_queue_bytes_max=20000", "ack_timeout_ms=0", "snapshot_ms=-1",
		"events_kept_max=500"));
	bws_kit_open(&kit, &a, 0, "SET", "");
	free(bws_kit_ask(&kit, "{\"cmd\":\"silence-xsp\",\"xsp\":\"xsp2\"}"));
	bws_kit_subscribe(&kit, 0, "2001", "SET", id);
	for (i = 0; i < 20000 && bws_kit_stat(&kit, "documents_refused") == 0; i++) {
		call_event("2001");
		free(bws_kit_ask(&kit, "{\"cmd\":\"release\",\"user\":\"2001\"}"));
	}
	ck_assert_int_gt(bws_kit_stat(&kit, "documents_refused"), 0);
	ck_assert_int_le(bws_kit_stat(&kit, "events_unacked"), 500);
	ck_assert_int_eq(heartbeat(&a, 0), 200);
	free(bws_kit_ask(&kit, "{\"cmd\":\"knob\",\"name\":\"event_timeout_ms\",\"value\":100}"));
	ck_assert_int_eq(heartbeat(&a, 0), 200);
	ck_assert(bws_kit_wait_stat(&kit, "channels_closed", 1));
	bws_kit_close(&a);
	stop();
}
END_TEST

START_TEST(outstanding_limit)
{
	struct bws_kit_stream a;
	char id[64];

	start(KNOBS("outstanding_max=1"));
	bws_kit_open(&kit, &a, 0, "SET", "");
	bws_kit_subscribe(&kit, 0, "2001", "SET", id);
	bws_kit_expect(&a, "CallSubscriptionEvent", &doc);
	call_event("2001");
	ck_assert_int_eq(bws_kit_ack(&kit, 0, &doc, 200), 200);
	bws_kit_expect(&a, "HookStatusEvent", &doc);
	ck_assert_int_eq(bws_kit_ack(&kit, 0, &doc, 200), 200);
	bws_kit_expect(&a, "CallOriginatedEvent", &doc);
	bws_kit_close(&a);
	stop();
}
END_TEST

START_TEST(faults_on_demand)
{
	static const char versions[] = BWS_KIT_EVENTS "/versions";
	struct bws_kit_reply r;

	start(NULL);
	free(bws_kit_ask(
		&kit, "{\"cmd\":\"fault\",\"path_re\":\"versions$\",\"status\":503,\"count\":2}"));
	ck_assert_int_eq(bws_kit_status(&kit, 0, "GET", versions, NULL), 503);
	ck_assert_int_eq(bws_kit_status(&kit, 1, "GET", versions, NULL), 503);
	ck_assert_int_eq(bws_kit_status(&kit, 0, "GET", versions, NULL), 200);
	free(bws_kit_ask(&kit,
		"{\"cmd\":\"fault\",\"path_re\":\"versions\",\"xsp\":\"xsp2\",\"status\":401}"));
	ck_assert_int_eq(bws_kit_status(&kit, 0, "GET", versions, NULL), 200);
	ck_assert_int_eq(bws_kit_status(&kit, 1, "GET", versions, NULL), 401);
	free(bws_kit_ask(&kit, "{\"cmd\":\"fault\",\"path_re\":\".\",\"drop\":true}"));
	ck_assert_int_eq(bws_kit_status(&kit, 0, "GET", versions, NULL), 0);
	free(bws_kit_ask(&kit,
		"{\"cmd\":\"fault\",\"path_re\":\".\",\"status\":302,"
		"\"location\":\"http://127.0.0.1/x\"}"));
	r = bws_kit_http(&kit, 0, "", "GET", versions, NULL);
	ck_assert_int_eq(r.status, 302);
	ck_assert_ptr_nonnull(strstr(r.head.p, "Location: http://127.0.0.1/x\r\n"));
	bws_kit_reply_free(&r);
	/* A fault without a status only delays. */
	free(bws_kit_ask(&kit, "{\"cmd\":\"fault\",\"path_re\":\".\",\"delay_ms\":30}"));
	ck_assert_int_eq(bws_kit_status(&kit, 0, "GET", versions, NULL), 200);
	ck_assert(bws_kit_journal_has(&kit, KNOBS("\"ev\":\"fault\"", "\"status\":503")));
	stop();
}
END_TEST

START_TEST(control_refuses_nonsense)
{
	static const char *const wrong[] = { "", "x", "[]", "{}", "{\"cmd\":1}",
		"{\"cmd\":\"nothing\"}", "{\"cmd\":\"load\"}", "{\"cmd\":\"load\",\"rate\":-1}",
		"{\"cmd\":\"load\",\"rate\":1,\"talk_ms\":[3]}",
		"{\"cmd\":\"call\",\"from\":\"2001\"}",
		"{\"cmd\":\"call\",\"from\":\"x\",\"to\":\"2001\"}",
		"{\"cmd\":\"answer\",\"user\":\"2001\"}", "{\"cmd\":\"kill-xsp\",\"xsp\":\"xsp9\"}",
		"{\"cmd\":\"fault\",\"path_re\":\"(\",\"status\":500}",
		"{\"cmd\":\"knob\",\"name\":\"nope\",\"value\":1}",
		"{\"cmd\":\"knob\",\"name\":\"effect_ms\",\"value\":-9}" };
	size_t i;

	start(NULL);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char *answer = bws_kit_ask(&kit, "%s", wrong[i]);

		ck_assert_msg(
			strncmp(answer, "{\"ok\":false,", 12) == 0, "%s: %s", wrong[i], answer);
		ck_assert_ptr_nonnull(strstr(answer, "\"error\":\""));
		free(answer);
	}
	stop();
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		killed_xsp,
		xsp_dies_under_a_waiting_request,
		silent_xsp,
		client_that_does_not_read,
		outstanding_limit,
		faults_on_demand,
		control_refuses_nonsense,
	};

	return bws_kit_main("bwsim faults", tests, sizeof(tests) / sizeof(tests[0]));
}
