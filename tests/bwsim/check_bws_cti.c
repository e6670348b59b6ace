/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests the simulator's CTI interface over loopback: requests, responses, events and acks in the
 * envelope, every framing cut and glued, spellings, sessions, credentials, keepalives, and a
 * channel that lives and dies with its connection.
 */
#include "tests/bwsim/bws_testkit.h"

#include <arpa/inet.h>
#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define XSP "xmlns:xsp=\"http://schema.broadsoft.com/XspXMLInterface\""
#define CTI "xmlns:cti=\"http://schema.broadsoft.com/CTI\""
#define LOGIN "<credentials>YWRtaW5AZGVtby5leGFtcGxlOnNlY3JldA==</credentials>"
#define WRONG "<credentials>YWRtaW5AZGVtby5leGFtcGxlOndyb25n</credentials>"
#define KNOBS(...) ((const char *const[]){ "--listen-cti=xsp1=127.0.0.1:0", __VA_ARGS__, NULL })

static struct bws_kit kit;
static struct bws_buf in;
static int fd = -1;

static void
join(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET };

	to.sin_port = htons((uint16_t)kit.cti_port);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	bws_buf_free(&in);
}

static void
start(const char *const *knobs)
{
	bws_kit_start(&kit, knobs);
	join();
}

static void
stop(void)
{
	close(fd);
	bws_buf_free(&in);
	ck_assert_int_eq(bws_kit_stop(&kit), 0);
}

/* Reads until @word is there. Returns false after @ms, or when the connection ended. */
static bool
wait_word(const char *word, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char part[4096];

	for (;;) {
		ssize_t n;

		if (in.n && memmem(in.p, in.n, word, strlen(word)))
			return true;
		if (poll(&p, 1, ms) <= 0)
			return false;
		n = recv(fd, part, sizeof(part), 0);
		if (n <= 0)
			return false;
		bws_buf_add(&in, part, (size_t)n);
	}
}

static bool
wait_end(void)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char part[4096];

	while (poll(&p, 1, 5000) > 0)
		if (recv(fd, part, sizeof(part), 0) <= 0)
			return true;
	return false;
}

static void
say(const char *text)
{
	ck_assert_int_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

static void
request(struct bws_buf *b, const char *login, const char *name, const char *method, const char *uri,
	const char *params, const char *body)
{
	bws_buf_fmt(b,
		"<xsp:request version=\"20.0\" " XSP " " CTI "><requestId>7</requestId>"
		"<sessionId>s</sessionId>%s<cti:%s><uri>%s</uri><method>%s</method>"
		"<version>20.0</version><params>%s</params><payload>%s</payload>"
		"</cti:%s></xsp:request>",
		login, name, uri, method, params, body, name);
}

static void
ask(const char *login, const char *name, const char *method, const char *uri, const char *params,
	const char *body)
{
	struct bws_buf b = { 0 };

	request(&b, login, name, method, uri, params, body);
	say(b.p);
	bws_buf_free(&b);
}

static void
open_channel(void)
{
	bws_buf_free(&in);
	ask(LOGIN, "AddChannelRequest", "POST", "/com.broadsoft.xsi-events/v2.0/channel", "",
		"<Channel " BWS_KIT_NS "><channelSetId>SET</channelSetId></Channel>");
	ck_assert(wait_word("</channelId>", 5000));
	ck_assert(wait_word("<statusCode>200</statusCode>", 1));
}

static void
subscribe(void)
{
	ask(LOGIN, "AddUserSubscriptionRequest", "POST",
		"/com.broadsoft.xsi-events/v2.0/user/%userId%",
		"<userId>2001@demo.example</userId>",
		"<Subscription " BWS_KIT_NS "><event>Advanced Call</event>"
		"<channelSetId>SET</channelSetId><applicationId>app</applicationId></Subscription>");
	ck_assert(wait_word("CallSubscriptionEvent", 5000));
}

static void
ack(void)
{
	struct bws_buf b = { 0 };
	char id[64];

	bws_kit_field(&in, "eventID", id, sizeof(id));
	bws_buf_fmt(&b,
		"<xsp:eventResponse " XSP
		"><requestId>1</requestId><xsp:payload><EventResponse " BWS_KIT_NS
		"><eventID>%s</eventID><statusCode>200</statusCode>"
		"<reason>OK</reason></EventResponse></xsp:payload></xsp:eventResponse>",
		id);
	say(b.p);
	bws_buf_free(&b);
}

START_TEST(channel_subscription_call)
{
	start(KNOBS("ack_timeout_ms=60000"));
	open_channel();
	subscribe();
	ack();
	ck_assert(bws_kit_wait_stat(&kit, "acks", 1));
	ask(LOGIN, "DialRequest", "POST",
		"/com.broadsoft.xsi-actions/v2.0/user/%userId%/calls/new?address=%address%",
		"<userId>2001@demo.example</userId><address>2002</address>", "");
	ck_assert(wait_word("CallStartInfo", 5000));
	ck_assert(wait_word("CallOriginatedEvent", 5000));
	stop();
}
END_TEST

START_TEST(channel_ends_with_its_connection)
{
	start(KNOBS("ack_timeout_ms=60000"));
	open_channel();
	subscribe();
	close(fd);
	ck_assert(bws_kit_wait_stat(&kit, "channels_closed", 1));
	ck_assert_int_eq(bws_kit_stat(&kit, "subscriptions"), 1);
	join();
	open_channel();
	/* not acknowledged before: again, but after the response */
	ck_assert(wait_word("CallSubscriptionEvent", 5000));
	ck_assert(strstr(in.p, "</channelId>") < strstr(in.p, "CallSubscriptionEvent"));
	free(bws_kit_ask(&kit, "{\"cmd\":\"end-channel\",\"reason\":\"Expired\"}"));
	ck_assert(wait_word("ChannelTerminatedEvent", 5000));
	open_channel();
	free(bws_kit_ask(&kit, "{\"cmd\":\"end-channel\"}"));
	ck_assert(wait_end());
	stop();
}
END_TEST

START_TEST(example_spelling)
{
	start(KNOBS("cti_session=2"));
	/* as in the one public example: no namespace, literal template, empty version */
	say("<xsp:request version=\"17.0\" " XSP "><requestId>9</requestId>"
	    "<sessionId>My</sessionId>" LOGIN "<RetrieveHookStatusRequest>"
	    "<uri>/com.broadsoft.xsi-actions/v2.0/user/%subscriberId%/calls/hookstatus</uri>"
	    "<method>GET</method><version /><params><subscriberId>2001@demo.example"
	    "</subscriberId></params><xsp:payload/></RetrieveHookStatusRequest></xsp:request>");
	ck_assert(wait_word("On-Hook", 5000));
	stop();
}
END_TEST

static void
hook_status(const char *login)
{
	ask(login, "RetrieveHookStatusRequest", "GET",
		"/com.broadsoft.xsi-actions/v2.0/user/2001%40demo.example/calls/HookStatus", "",
		"");
}

START_TEST(refused)
{
	start(KNOBS("cti_credentials=1", "lockout_failures=2", "lockout_status=403"));
	hook_status("<authorization>Basic YWRtaW5AZGVtby5leGFtcGxlOnNlY3JldA==</authorization>");
	ck_assert(wait_word("<statusCode>401</statusCode>", 5000));
	hook_status(WRONG);
	ck_assert(bws_kit_wait_stat(&kit, "auth_failures", 1));
	hook_status(WRONG);
	ck_assert(wait_word("<statusCode>403</statusCode>", 5000));
	ck_assert_int_eq(bws_kit_stat(&kit, "accounts_locked"), 1);
	free(bws_kit_ask(&kit, "{\"cmd\":\"unlock\"}"));
	hook_status(LOGIN);
	ck_assert(wait_word("<statusCode>200</statusCode>", 5000));
	free(bws_kit_ask(&kit, "{\"cmd\":\"knob\",\"name\":\"cti_accept\",\"value\":128}"));
	hook_status(LOGIN);
	ck_assert(wait_word("<statusCode>400</statusCode>", 5000));
	say("nonsense");
	ck_assert(wait_end());
	ck_assert_int_eq(bws_kit_stat(&kit, "cti_bad_documents"), 1);
	stop();
}
END_TEST

static const char *const framings[] = { "cti_framing=0", "cti_framing=1", "cti_framing=2",
	"cti_framing=3", "cti_framing=4" };

/* Every framing, strict, our request sent byte by byte and twice in one write. */
START_TEST(framing)
{
	static const char *const ends[] = { "", "\n", "\r\n" };
	struct bws_buf doc = { 0 };
	struct bws_buf b = { 0 };
	uint32_t prefix;
	size_t i;

	start(KNOBS(
		framings[_i], "cti_framing_strict=1", "cti_write_bytes=7", "cti_write_pause_ms=1"));
	request(&doc, LOGIN, "RetrieveHookStatusRequest", "GET",
		"/com.broadsoft.xsi-actions/v2.0/user/2001@demo.example/calls/HookStatus", "", "");
	prefix = htonl((uint32_t)doc.n);
	if (_i == 4)
		bws_buf_add(&b, &prefix, 4);
	bws_buf_add(&b, doc.p, doc.n);
	if (_i == 3)
		bws_buf_add(&b, "", 1);
	else if (_i < 3)
		bws_buf_str(&b, ends[_i]);
	for (i = 0; i < b.n; i++)
		ck_assert_int_eq(send(fd, b.p + i, 1, MSG_NOSIGNAL), 1);
	ck_assert(wait_word(":response>", 5000));
	bws_buf_free(&in);
	bws_buf_add(&doc, "", 0);
	ck_assert_int_eq(send(fd, b.p, b.n, MSG_NOSIGNAL | MSG_MORE), (ssize_t)b.n);
	ck_assert_int_eq(send(fd, b.p, b.n, MSG_NOSIGNAL), (ssize_t)b.n);
	ck_assert(wait_word("On-Hook", 5000));
	bws_buf_free(&in);
	ck_assert(wait_word("On-Hook", 5000));
	bws_buf_free(&b);
	bws_buf_free(&doc);
	stop();
}
END_TEST

START_TEST(keepalives)
{
	start(KNOBS("cti_keepalive_ms=100", "cti_keepalive_unit=1", "cti_keepalive_misses=2"));
	say("<xsp:keepalive " XSP "><requestId>k1</requestId><period>3</period></xsp:keepalive>");
	ck_assert(wait_word("<requestId>k1</requestId></xsp:keepaliveResponse>", 5000));
	ck_assert(wait_word("<period>100</period>", 5000));
	ck_assert(wait_end()); /* two were not answered */
	join();
	free(bws_kit_ask(
		&kit, "{\"cmd\":\"knob\",\"name\":\"cti_keepalive_answer_ms\",\"value\":-1}"));
	free(bws_kit_ask(&kit, "{\"cmd\":\"cti-break\",\"how\":\"half-open\"}"));
	ck_assert(!wait_word("keepalive", 400));
	free(bws_kit_ask(&kit, "{\"cmd\":\"cti-break\",\"how\":\"reset\"}"));
	ck_assert(wait_end());
	stop();
}
END_TEST

START_TEST(follows_its_xsp)
{
	start(KNOBS("cti_prefix=", "cti_declaration=0"));
	hook_status(LOGIN);
	ck_assert(wait_word("<statusCode xmlns=\"\">200", 5000));
	free(bws_kit_ask(&kit, "{\"cmd\":\"silence-xsp\",\"xsp\":\"xsp1\"}"));
	bws_buf_free(&in);
	hook_status(LOGIN);
	ck_assert(!wait_word("statusCode", 200));
	free(bws_kit_ask(&kit, "{\"cmd\":\"start-xsp\",\"xsp\":\"xsp1\"}"));
	ck_assert(wait_word("statusCode", 5000));
	free(bws_kit_ask(&kit, "{\"cmd\":\"kill-xsp\",\"xsp\":\"xsp1\"}"));
	ck_assert(wait_end());
	free(bws_kit_ask(&kit, "{\"cmd\":\"start-xsp\",\"xsp\":\"xsp1\"}"));
	join();
	hook_status(LOGIN);
	ck_assert(wait_word("statusCode", 5000));
	stop();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("bws_cti");
	TCase *tc = tcase_create("cti");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, channel_subscription_call);
	tcase_add_test(tc, channel_ends_with_its_connection);
	tcase_add_test(tc, example_spelling);
	tcase_add_test(tc, refused);
	tcase_add_loop_test(tc, framing, 0, 5);
	tcase_add_test(tc, keepalives);
	tcase_add_test(tc, follows_its_xsp);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
