/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests the simulator's channels, subscriptions and delivery of events over loopback: byte forms,
 * log-in, errors, acknowledgements, redelivery, terminations.
 */
#include "tests/bwsim/bws_testkit.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NS BWS_KIT_NS
#define DECL "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"

static struct bws_kit kit;
static struct bws_buf doc;

static void
start(const char *const *knobs)
{
	bws_kit_start(&kit, knobs);
}

/* The simulator must end cleanly (the sanitizers would tell by its exit code). */
static void
stop(void)
{
	bws_buf_free(&doc);
	ck_assert_int_eq(bws_kit_stop(&kit), 0);
}

#define KNOBS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
assert_terminated(struct bws_kit_stream *s, const char *reason)
{
	char text[64];

	bws_kit_expect(s, "ChannelTerminatedEvent", &doc);
	bws_kit_field(&doc, "reason", text, sizeof(text));
	ck_assert_str_eq(text, reason);
	bws_kit_field(&doc, "channelId", text, sizeof(text));
	ck_assert_str_eq(text, s->id);
	ck_assert_ptr_null(strstr(doc.p, "eventID"));
	ck_assert_int_eq(bws_kit_next(s, 5000, &doc), BWS_KIT_END);
}

static int
heartbeat(const struct bws_kit_stream *s, int xsp)
{
	char path[160];

	snprintf(path, sizeof(path), BWS_KIT_EVENTS "/channel/%s/heartbeat", s->id);
	return bws_kit_status(&kit, xsp, "PUT", path, NULL);
}

static int
put_subscription(const char *id)
{
	char path[160];

	snprintf(path, sizeof(path), BWS_KIT_EVENTS "/subscription/%s", id);
	return bws_kit_status(&kit, 0, "PUT", path,
		"<Subscription " NS "><expires>3600</expires></Subscription>");
}

static void
call_event(const char *from)
{
	free(bws_kit_ask(&kit, "{\"cmd\":\"call\",\"from\":\"%s\",\"to\":\"2019\"}", from));
}

/* The bytes of the stream are what real clients match literally. */
START_TEST(stream_bytes)
{
	char wanted[600];
	struct bws_kit_stream s;
	char id[64];

	start(KNOBS("expires_min=86400"));
	bws_kit_open(&kit, &s, 0, "SET", "<expires>3600</expires>");
	ck_assert_ptr_nonnull(strstr(s.head, "Content-Type: text/xml;charset=UTF-8\r\n"));
	ck_assert_ptr_nonnull(strstr(s.head, "Transfer-Encoding: chunked\r\n"));
	ck_assert_ptr_nonnull(strstr(s.head, "Set-Cookie: JSESSIONID="));
	ck_assert_int_eq(heartbeat(&s, 0), 200);
	ck_assert_int_eq(bws_kit_next(&s, 5000, &doc), BWS_KIT_DOC);
	ck_assert_str_eq(doc.p, DECL "<ChannelHeartBeat " NS "/>");
	ck_assert_uint_eq(doc.n, 97);
	bws_kit_subscribe(&kit, 0, "2001", "SET", id);
	bws_kit_take(&kit, &s, "CallSubscriptionEvent", &doc);
	ck_assert_ptr_null(strchr(doc.p, '\n'));
	snprintf(wanted, sizeof(wanted),
		"</xsi:eventID><xsi:sequenceNumber>1</xsi:sequenceNumber>"
		"<xsi:userId>admin@demo.example</xsi:userId>"
		"<xsi:externalApplicationId>app</xsi:externalApplicationId>"
		"<xsi:subscriptionId>%s</xsi:subscriptionId><xsi:channelId>%s</xsi:channelId>"
		"<xsi:targetId>2001@demo.example</xsi:targetId>"
		"<xsi:eventData xsi1:type=\"xsi:CallSubscriptionEvent\">"
		"<xsi:hookStatus>On-Hook</xsi:hookStatus></xsi:eventData></xsi:Event>",
		id, s.id);
	ck_assert_ptr_nonnull(strstr(doc.p, wanted));
	ck_assert_int_eq(strncmp(doc.p, DECL "<xsi:Event xmlns:xsi=", 59), 0);
	bws_kit_close(&s);
	stop();
}
END_TEST

START_TEST(channel_reply_has_181_bytes)
{
	struct bws_buf in = { 0 };
	struct bws_kit_reply r;
	char body[128];
	int fd;

	start(KNOBS("expires_min=86400"));
	fd = bws_kit_connect(&kit, 1);
	ck_assert_int_ge(fd, 0);
	close(fd);
	/* A reply that never ends: the time limit of the request cuts it, the bytes are there. */
	snprintf(body, sizeof(body), "<Channel " NS "><channelSetId>S</channelSetId></Channel>");
	free(bws_kit_ask(&kit, "{\"cmd\":\"knob\",\"name\":\"event_timeout_ms\",\"value\":200}"));
	r = bws_kit_http(&kit, 1, "", "POST", BWS_KIT_ASYNC "/channel", body);
	ck_assert_int_eq(r.status, 200);
	bws_buf_str(&in, "B5\r\n" DECL "\n<Channel " NS "><channelId>");
	ck_assert_int_eq(strncasecmp(r.body.p, in.p, in.n), 0);
	ck_assert_ptr_nonnull(
		strstr(r.body.p, "</channelId><expires>86400</expires></Channel>\r\n"));
	bws_buf_free(&in);
	bws_kit_reply_free(&r);
	stop();
}
END_TEST

START_TEST(documents_split_and_glued_by_knobs)
{
	struct bws_kit_stream s;
	int parts = 0;
	char id[64];

	start(KNOBS("chunk_bytes=50"));
	bws_kit_open(&kit, &s, 0, "SET", "");
	/* 180 bytes in chunks of 50: the kit took the first. */
	while (bws_kit_next(&s, 300, &doc) == BWS_KIT_DOC)
		parts++;
	ck_assert_int_eq(parts, 3);
	bws_kit_close(&s);
	/* Two documents that wait together come in one chunk. */
	free(bws_kit_ask(&kit, "{\"cmd\":\"knob\",\"name\":\"chunk_bytes\",\"value\":0}"));
	free(bws_kit_ask(&kit, "{\"cmd\":\"knob\",\"name\":\"chunk_glue\",\"value\":1}"));
	bws_kit_open(&kit, &s, 0, "SET", "");
	bws_kit_subscribe(&kit, 0, "2001", "SET", id);
	bws_kit_take(&kit, &s, "CallSubscriptionEvent", &doc);
	call_event("2001");
	bws_kit_expect(&s, "HookStatusEvent", &doc);
	ck_assert_ptr_nonnull(strstr(doc.p, "</xsi:Event>" DECL "<xsi:Event"));
	ck_assert_ptr_nonnull(strstr(doc.p, "CallOriginatedEvent"));
	bws_kit_close(&s);
	stop();
}
END_TEST

START_TEST(log_in)
{
	struct bws_kit_reply r;

	start(KNOBS("user_password=pw"));
	r = bws_kit_http(&kit, 0, NULL, "GET", BWS_KIT_EVENTS "/versions", NULL);
	ck_assert_int_eq(r.status, 401);
	ck_assert_ptr_nonnull(strstr(r.head.p, "WWW-Authenticate: Basic realm=\"BroadWorks\""));
	bws_kit_reply_free(&r);
	/* admin@demo.example:wrong */
	r = bws_kit_http(&kit, 0, "YWRtaW5AZGVtby5leGFtcGxlOndyb25n", "GET",
		BWS_KIT_EVENTS "/versions", NULL);
	ck_assert_int_eq(r.status, 401);
	bws_kit_reply_free(&r);
	/* 2001@demo.example:pw may see 2001, not 2002 */
	r = bws_kit_http(&kit, 0, "MjAwMUBkZW1vLmV4YW1wbGU6cHc=", "GET",
		BWS_KIT_ACTIONS "/user/2001@demo.example/calls", NULL);
	ck_assert_int_eq(r.status, 200);
	bws_kit_reply_free(&r);
	r = bws_kit_http(&kit, 0, "MjAwMUBkZW1vLmV4YW1wbGU6cHc=", "GET",
		BWS_KIT_ACTIONS "/user/2002@demo.example/calls", NULL);
	ck_assert_int_eq(r.status, 403);
	bws_kit_reply_free(&r);
	ck_assert_int_eq(bws_kit_status(&kit, 0, "GET", BWS_KIT_EVENTS "/versions", NULL), 200);
	stop();
}
END_TEST

static void
assert_error(int status, const char *code, const char *method, const char *path, const char *body)
{
	struct bws_kit_reply r = bws_kit_http(&kit, 0, "", method, path, body);
	char text[32];

	ck_assert_msg(r.status == status, "%s %s: %d", method, path, r.status);
	bws_kit_field(&r.body, "errorCode", text, sizeof(text));
	ck_assert_msg(!*code || strcmp(text, code) == 0, "%s %s: %s", method, path, text);
	ck_assert_ptr_nonnull(strstr(r.body.p, "<summaryEnglish>"));
	bws_kit_reply_free(&r);
}

START_TEST(errors)
{
	static const char *const bad_channels[] = {
		"",
		"rubbish",
		"<Channel/>",
		"<Channel " NS "/>",
		"<Channel " NS "><channelSetId>S</channelSetId><priority>0</priority></Channel>",
		"<Channel " NS "><channelSetId>S</channelSetId><expires>x</expires></Channel>",
		"<!DOCTYPE Channel [<!ENTITY a 'S'>]><Channel " NS
		"><channelSetId>&a;</channelSetId></Channel>",
		"<Subscription " NS "><channelSetId>S</channelSetId></Subscription>",
	};
	static const char sub[] = BWS_KIT_EVENTS "/user/2001@demo.example";
	size_t i;
	char *long_body;

	start(NULL);
	for (i = 0; i < sizeof(bad_channels) / sizeof(bad_channels[0]); i++)
		assert_error(400, "", "POST", BWS_KIT_ASYNC "/channel", bad_channels[i]);
	assert_error(405, "", "GET", BWS_KIT_ASYNC "/channel", NULL);
	assert_error(403, "110842", "GET", BWS_KIT_EVENTS "/channelset/NONE", NULL);
	assert_error(403, "110862", "GET", BWS_KIT_EVENTS "/subscription/x", NULL);
	assert_error(
		403, "110862", "PUT", BWS_KIT_EVENTS "/subscription/x", "<Subscription " NS "/>");
	assert_error(403, "110862", "DELETE", BWS_KIT_EVENTS "/subscription/x", NULL);
	assert_error(403, "", "DELETE", BWS_KIT_EVENTS "/channel/x", NULL);
	assert_error(404, "", "PUT", BWS_KIT_EVENTS "/channel/x/heartbeat", NULL);
	assert_error(404, "", "PUT", BWS_KIT_EVENTS "/channel/x/x", NULL);
	assert_error(
		403, "", "POST", BWS_KIT_EVENTS "/user/9@demo.example", "<Subscription " NS "/>");
	assert_error(400, "", "POST", sub,
		"<Subscription " NS "><event>Advanced Call</event>"
		"</Subscription>");
	assert_error(400, "", "POST", sub,
		"<Subscription " NS "><event>Nonsense</event>"
		"<channelSetId>S</channelSetId></Subscription>");
	assert_error(405, "", "PUT", sub, "<Subscription " NS "/>");
	assert_error(400, "", "POST", BWS_KIT_EVENTS "/channel/eventresponse",
		"<EventResponse " NS "><eventID>x</eventID><statusCode>201</statusCode>"
		"<reason>OK</reason></EventResponse>");
	assert_error(400, "", "GET", BWS_KIT_EVENTS "/subscription?targetEntityType=Group", NULL);
	assert_error(404, "", "GET", "/", NULL);
	assert_error(404, "", "GET", "/a/b/c/d/e/f/g/h/i/j/k/l/m", NULL);
	assert_error(404, "", "GET", "/%ff%c3/x", NULL);
	long_body = calloc(1, 100001);
	memset(long_body, 'x', 100000);
	assert_error(413, "", "POST", sub, long_body);
	free(long_body);
	stop();
}
END_TEST

START_TEST(channel_life)
{
	struct bws_kit_stream a, b;
	struct bws_kit_reply r;
	char path[160];

	start(NULL);
	bws_kit_open(&kit, &a, 0, "SET", "<priority>2</priority><weight>70</weight>");
	bws_kit_open(&kit, &b, 1, "SET", "");
	r = bws_kit_http(&kit, 1, "", "GET", BWS_KIT_EVENTS "/channelset/SET", NULL);
	ck_assert_int_eq(r.status, 200);
	ck_assert_ptr_nonnull(strstr(r.body.p, a.id));
	ck_assert_ptr_nonnull(strstr(r.body.p, b.id));
	ck_assert_ptr_nonnull(strstr(r.body.p, "<priority>2</priority><weight>70</weight>"));
	bws_kit_reply_free(&r);
	/* A heartbeat must reach the XSP of the stream; a refresh need not. */
	ck_assert_int_eq(heartbeat(&a, 1), 404);
	ck_assert_int_eq(heartbeat(&a, 0), 200);
	ck_assert_int_eq(bws_kit_next(&a, 5000, &doc), BWS_KIT_DOC);
	snprintf(path, sizeof(path), BWS_KIT_EVENTS "/channel/%s", a.id);
	r = bws_kit_http(
		&kit, 1, "", "PUT", path, "<Channel " NS "><expires>7200</expires></Channel>");
	ck_assert_int_eq(r.status, 200);
	ck_assert_ptr_nonnull(strstr(r.body.p, "<expires>7200</expires>"));
	bws_kit_reply_free(&r);
	ck_assert_int_eq(bws_kit_status(&kit, 0, "DELETE", path, NULL), 200);
	assert_terminated(&a, "ExplicitDelete");
	snprintf(path, sizeof(path), BWS_KIT_ASYNC "/channel/%s", b.id);
	ck_assert_int_eq(bws_kit_status(&kit, 1, "DELETE", path, NULL), 200);
	assert_terminated(&b, "ExplicitDelete");
	ck_assert_int_eq(bws_kit_stat(&kit, "channels"), 0);
	bws_kit_close(&a);
	bws_kit_close(&b);
	stop();
}
END_TEST

START_TEST(client_closes_the_stream)
{
	struct bws_kit_stream a;

	start(NULL);
	bws_kit_open(&kit, &a, 0, "SET", "");
	bws_kit_close(&a);
	ck_assert(bws_kit_wait_stat(&kit, "channels_closed", 1));
	ck_assert(bws_kit_journal_has(&kit, KNOBS("\"what\":\"close\"", "connection-lost")));
	stop();
}
END_TEST

START_TEST(heartbeat_loss)
{
	struct bws_kit_stream a;

	start(KNOBS("event_timeout_ms=150"));
	bws_kit_open(&kit, &a, 0, "SET", "");
	ck_assert_int_eq(bws_kit_next(&a, 5000, &doc), BWS_KIT_EOF);
	ck_assert_int_eq(heartbeat(&a, 0), 404);
	bws_kit_close(&a);
	free(bws_kit_ask(&kit, "{\"cmd\":\"knob\",\"name\":\"event_timeout_tells\",\"value\":1}"));
	bws_kit_open(&kit, &a, 0, "SET", "");
	assert_terminated(&a, "NonResponsiveChannel");
	bws_kit_close(&a);
	stop();
}
END_TEST

START_TEST(expiry)
{
	struct bws_kit_stream a;
	char id[64];

	start(KNOBS("expires_second_ms=1", "expires_min=1"));
	bws_kit_open(&kit, &a, 0, "SET", "<expires>86400</expires>");
	bws_kit_subscribe(&kit, 0, "2001", "SET", id);
	bws_kit_take(&kit, &a, "CallSubscriptionEvent", &doc);
	bws_kit_take(&kit, &a, "SubscriptionTerminatedEvent", &doc);
	ck_assert_int_eq(put_subscription(id), 403);
	bws_kit_close(&a);
	bws_kit_open(&kit, &a, 0, "SET2", "<expires>200</expires>");
	assert_terminated(&a, "Expired");
	bws_kit_close(&a);
	stop();
}
END_TEST

START_TEST(second_set_of_an_application)
{
	struct bws_kit_stream a, b;

	start(NULL);
	bws_kit_open(&kit, &a, 0, "ONE", "<applicationId>app</applicationId>");
	bws_kit_open(&kit, &b, 1, "TWO", "<applicationId>app</applicationId>");
	assert_terminated(&a, "DuplicateChannelSet");
	bws_kit_close(&a);
	bws_kit_open(&kit, &a, 0, "THREE", "");
	ck_assert_int_eq(bws_kit_stat(&kit, "channels"), 2);
	bws_kit_close(&a);
	bws_kit_close(&b);
	stop();
}
END_TEST

START_TEST(limits)
{
	struct bws_kit_stream a;
	char id[64];

	start(KNOBS("channels_per_set_max=1", "subscriptions_max=1", "limit_status=409"));
	bws_kit_open(&kit, &a, 0, "SET", "");
	assert_error(409, "", "POST", BWS_KIT_ASYNC "/channel",
		"<Channel " NS "><channelSetId>SET</channelSetId></Channel>");
	bws_kit_subscribe(&kit, 0, "2001", "SET", id);
	assert_error(409, "", "POST", BWS_KIT_EVENTS "/user/2002@demo.example",
		"<Subscription " NS "><event>Basic Call</event><channelSetId>SET</channelSetId>"
		"</Subscription>");
	free(bws_kit_ask(&kit, "{\"cmd\":\"knob\",\"name\":\"requests_per_s\",\"value\":1}"));
	bws_kit_status(&kit, 0, "GET", BWS_KIT_EVENTS "/versions", NULL);
	assert_error(503, "", "GET", BWS_KIT_EVENTS "/versions", NULL);
	bws_kit_close(&a);
	stop();
}
END_TEST

START_TEST(subscription_life)
{
	struct bws_kit_stream a;
	struct bws_kit_reply r;
	char id[64], second[64], path[160], text[64];

	start(NULL);
	bws_kit_subscribe(&kit, 1, "2001", "SET", id);
	/* The set has no channel: the snapshot is lost, the subscription is not. */
	ck_assert(bws_kit_wait_stat(&kit, "events_dropped", 1));
	bws_kit_open(&kit, &a, 0, "SET", "");
	ck_assert_int_eq(put_subscription(id), 200);
	bws_kit_take(&kit, &a, "CallSubscriptionEvent", &doc);
	bws_kit_field(&doc, "sequenceNumber", text, sizeof(text));
	ck_assert_str_eq(text, "2");
	snprintf(path, sizeof(path), BWS_KIT_EVENTS "/subscription/%s", id);
	r = bws_kit_http(&kit, 1, "", "GET", path, NULL);
	ck_assert_int_eq(r.status, 200);
	ck_assert_ptr_nonnull(strstr(r.body.p,
		"<event>Advanced Call</event><expires>3600</expires>"
		"<channelSetId>SET</channelSetId>"));
	bws_kit_reply_free(&r);
	r = bws_kit_http(&kit, 1, "", "GET",
		BWS_KIT_EVENTS "/subscription?targetId=2001@demo.example&x=y", NULL);
	ck_assert_ptr_nonnull(strstr(r.body.p, id));
	bws_kit_reply_free(&r);
	r = bws_kit_http(
		&kit, 1, "", "GET", BWS_KIT_EVENTS "/subscription?event=Basic%20Call", NULL);
	ck_assert_ptr_null(strstr(r.body.p, id));
	bws_kit_reply_free(&r);
	/* The same again: the old one is terminated and replaced. */
	bws_kit_subscribe(&kit, 0, "2001", "SET", second);
	bws_kit_take(&kit, &a, "SubscriptionTerminatedEvent", &doc);
	bws_kit_field(&doc, "subscriptionId", text, sizeof(text));
	ck_assert_str_eq(text, id);
	bws_kit_take(&kit, &a, "CallSubscriptionEvent", &doc);
	ck_assert_int_eq(put_subscription(id), 403);
	snprintf(path, sizeof(path), BWS_KIT_EVENTS "/subscription/%s", second);
	ck_assert_int_eq(bws_kit_status(&kit, 0, "DELETE", path, NULL), 200);
	bws_kit_take(&kit, &a, "SubscriptionTerminatedEvent", &doc);
	ck_assert_int_eq(bws_kit_stat(&kit, "subscriptions"), 0);
	bws_kit_close(&a);
	stop();
}
END_TEST

START_TEST(ack_codes)
{
	struct bws_kit_stream a, b;
	char id[64], event[64], again[64];

	start(KNOBS("priority_order=0"));
	bws_kit_open(&kit, &a, 0, "SET", "<priority>1</priority>");
	bws_kit_open(&kit, &b, 1, "SET", "<priority>2</priority>");
	bws_kit_subscribe(&kit, 0, "2001", "SET", id);
	bws_kit_expect(&a, "CallSubscriptionEvent", &doc);
	bws_kit_field(&doc, "eventID", event, sizeof(event));
	ck_assert_int_eq(bws_kit_ack(&kit, 1, &doc, 200), 404); /* not its XSP */
	ck_assert_int_eq(bws_kit_ack(&kit, 0, &doc, 500), 200);
	bws_kit_expect(&b, "CallSubscriptionEvent", &doc); /* the next channel, same event */
	bws_kit_field(&doc, "eventID", again, sizeof(again));
	ck_assert_str_eq(event, again);
	ck_assert_int_eq(bws_kit_ack(&kit, 1, &doc, 400), 200); /* dropped */
	ck_assert_int_eq(bws_kit_ack(&kit, 1, &doc, 200), 200); /* unknown now */
	ck_assert_int_eq(bws_kit_stat(&kit, "acks_unknown"), 2);
	ck_assert_int_eq(bws_kit_stat(&kit, "events_unacked"), 0);
	put_subscription(id);
	bws_kit_expect(&a, "CallSubscriptionEvent", &doc);
	ck_assert_int_eq(bws_kit_ack(&kit, 0, &doc, 404), 200); /* channel unknown to the client */
	assert_terminated(&a, "UnknownChannel");
	bws_kit_expect(&b, "CallSubscriptionEvent", &doc);
	ck_assert_int_eq(bws_kit_ack(&kit, 1, &doc, 481), 200); /* subscription unknown */
	ck_assert_int_eq(put_subscription(id), 403);
	ck_assert(bws_kit_journal_has(&kit, KNOBS("\"ev\":\"ack\"", "\"known\":true", event)));
	bws_kit_close(&a);
	bws_kit_close(&b);
	stop();
}
END_TEST

START_TEST(redelivery)
{
	struct bws_kit_stream a, b;
	char id[64], first[64], next[64];

	start(KNOBS("ack_timeout_ms=150", "redeliver_ms=20", "redeliver_count=2"));
	bws_kit_open(&kit, &a, 0, "SET", "<priority>1</priority>");
	bws_kit_open(&kit, &b, 1, "SET", "<priority>2</priority>");
	bws_kit_subscribe(&kit, 0, "2001", "SET", id);
	bws_kit_expect(&a, "CallSubscriptionEvent", &doc);
	bws_kit_field(&doc, "eventID", first, sizeof(first));
	bws_kit_expect(&b, "CallSubscriptionEvent", &doc);
	bws_kit_field(&doc, "eventID", next, sizeof(next));
	ck_assert_str_eq(first, next);
	bws_kit_expect(&a, "CallSubscriptionEvent", &doc);
	/* Three deliveries, no ack: both channels are closed. */
	assert_terminated(&a, "NonResponsiveChannel");
	assert_terminated(&b, "NonResponsiveChannel");
	ck_assert_int_eq(bws_kit_stat(&kit, "redeliveries"), 2);
	ck_assert_int_eq(bws_kit_stat(&kit, "ack_timeouts"), 3);
	ck_assert_int_eq(bws_kit_stat(&kit, "subscriptions"), 1);
	bws_kit_close(&a);
	bws_kit_close(&b);
	stop();
}
END_TEST

START_TEST(redelivery_with_new_id)
{
	struct bws_kit_stream a;
	struct bws_buf old = { 0 };
	char id[64], first[64], next[64];

	start(KNOBS("ack_timeout_ms=100", "redeliver_ms=0", "redeliver_new_id=1"));
	bws_kit_open(&kit, &a, 0, "SET", "");
	bws_kit_subscribe(&kit, 0, "2001", "SET", id);
	bws_kit_expect(&a, "CallSubscriptionEvent", &old);
	bws_kit_field(&old, "eventID", first, sizeof(first));
	bws_kit_expect(&a, "CallSubscriptionEvent", &doc);
	bws_kit_field(&doc, "eventID", next, sizeof(next));
	ck_assert_str_ne(first, next);
	ck_assert_int_eq(bws_kit_ack(&kit, 0, &doc, 200), 200);
	ck_assert_int_eq(bws_kit_stat(&kit, "acks"), 1);
	bws_buf_free(&old);
	bws_kit_close(&a);
	stop();
}
END_TEST

/* What is raised against the schema is so on purpose, when it is delivered again too. */
START_TEST(wrong_on_purpose_stays_so)
{
	struct bws_kit_stream a;
	char id[64];

	start((const char *const[]){ bws_kit_schema(), NULL });
	bws_kit_open(&kit, &a, 0, "SET", "");
	bws_kit_subscribe(&kit, 0, "2001", "SET", id);
	bws_kit_take(&kit, &a, "CallSubscriptionEvent", &doc);
	free(bws_kit_ask(&kit, "{\"cmd\":\"raise\",\"type\":\"MarsLandingEvent\"}"));
	bws_kit_expect(&a, "MarsLandingEvent", &doc);
	bws_kit_close(&a);
	ck_assert(bws_kit_wait_stat(&kit, "channels_closed", 1));
	bws_kit_open(&kit, &a, 0, "SET", "");
	bws_kit_take(&kit, &a, "MarsLandingEvent", &doc);
	ck_assert_int_eq(bws_kit_stat(&kit, "redeliveries"), 1);
	ck_assert_int_eq(bws_kit_stat(&kit, "schema_sent_wrong"), 0);
	bws_kit_close(&a);
	stop();
}
END_TEST

START_TEST(unacked_events_meet_the_next_channel)
{
	struct bws_kit_stream a;
	char id[64], first[64], next[64];

	start(NULL);
	bws_kit_open(&kit, &a, 0, "SET", "");
	bws_kit_subscribe(&kit, 0, "2001", "SET", id);
	bws_kit_expect(&a, "CallSubscriptionEvent", &doc);
	bws_kit_field(&doc, "eventID", first, sizeof(first));
	bws_kit_close(&a);
	ck_assert(bws_kit_wait_stat(&kit, "channels_closed", 1));
	call_event("2001"); /* raised while the set has no channel: lost */
	bws_kit_open(&kit, &a, 1, "SET", "");
	bws_kit_take(&kit, &a, "CallSubscriptionEvent", &doc);
	bws_kit_field(&doc, "eventID", next, sizeof(next));
	ck_assert_str_eq(first, next);
	ck_assert_int_eq(bws_kit_next(&a, 200, &doc), BWS_KIT_TIMEOUT);
	ck_assert_int_eq(bws_kit_stat(&kit, "events_unacked"), 0);
	bws_kit_close(&a);
	/* With the knob they are kept, and come in order. */
	ck_assert(bws_kit_wait_stat(&kit, "channels_closed", 2));
	free(bws_kit_ask(&kit, "{\"cmd\":\"knob\",\"name\":\"keep_ms\",\"value\":60000}"));
	free(bws_kit_ask(&kit, "{\"cmd\":\"release\",\"user\":\"2001\"}"));
	bws_kit_open(&kit, &a, 1, "SET", "");
	bws_kit_take(&kit, &a, "CallReleasedEvent", &doc);
	bws_kit_take(&kit, &a, "HookStatusEvent", &doc);
	bws_kit_close(&a);
	stop();
}
END_TEST

/* Takes events of both channels; counts them per channel. */
static void
count_events(struct bws_kit_stream *a, struct bws_kit_stream *b, int *on_a, int *on_b, int total)
{
	while (*on_a + *on_b < total) {
		struct bws_kit_stream *s = NULL;

		if (bws_kit_next(a, 5, &doc) == BWS_KIT_DOC)
			s = a;
		else if (bws_kit_next(b, 5, &doc) == BWS_KIT_DOC)
			s = b;
		if (!s)
			continue;
		++*(s == a ? on_a : on_b);
		ck_assert_int_eq(bws_kit_ack(&kit, s->xsp, &doc, 200), 200);
	}
}

START_TEST(spread_by_weight)
{
	struct bws_kit_stream a, b;
	int on_a = 0, on_b = 0, i;
	char id[64];

	start(NULL);
	bws_kit_open(&kit, &a, 0, "SET", "<weight>75</weight>");
	bws_kit_open(&kit, &b, 1, "SET", "<weight>25</weight>");
	bws_kit_subscribe(&kit, 0, "2001", "SET", id);
	for (i = 0; i < 79; i++)
		put_subscription(id);
	count_events(&a, &b, &on_a, &on_b, 80);
	ck_assert_int_gt(on_a, on_b);
	ck_assert_int_gt(on_b, 8);
	bws_kit_close(&a);
	bws_kit_close(&b);
	stop();
}
END_TEST

START_TEST(preferred_priority)
{
	struct bws_kit_stream a, b;
	int on_a = 0, on_b = 0, i;
	char id[64];

	start(KNOBS("priority_order=1"));
	bws_kit_open(&kit, &a, 0, "SET", "<priority>1</priority>");
	bws_kit_open(&kit, &b, 1, "SET", "<priority>2</priority>");
	bws_kit_subscribe(&kit, 0, "2001", "SET", id);
	for (i = 0; i < 9; i++)
		put_subscription(id);
	count_events(&a, &b, &on_a, &on_b, 10);
	ck_assert_int_eq(on_b, 10);
	/* Priorities ignored, one channel for each subscription. */
	free(bws_kit_ask(&kit, "{\"cmd\":\"knob\",\"name\":\"priority_order\",\"value\":2}"));
	free(bws_kit_ask(&kit, "{\"cmd\":\"knob\",\"name\":\"spread\",\"value\":1}"));
	on_b = 0;
	for (i = 0; i < 10; i++)
		put_subscription(id);
	count_events(&a, &b, &on_a, &on_b, 10);
	ck_assert(on_a == 10 || on_b == 10);
	bws_kit_close(&a);
	bws_kit_close(&b);
	stop();
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		stream_bytes,
		channel_reply_has_181_bytes,
		documents_split_and_glued_by_knobs,
		log_in,
		errors,
		channel_life,
		client_closes_the_stream,
		heartbeat_loss,
		expiry,
		second_set_of_an_application,
		limits,
		subscription_life,
		ack_codes,
		redelivery,
		redelivery_with_new_id,
		unacked_events_meet_the_next_channel,
		wrong_on_purpose_stays_so,
		spread_by_weight,
		preferred_priority,
	};

	return bws_kit_main("bwsim", tests, sizeof(tests) / sizeof(tests[0]));
}
