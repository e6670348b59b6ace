/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests the simulator's calls over loopback: call control and its events, hold seen from both
 * sides, busy and unknown callees, AS failover, the built-in load.
 */
#include "tests/bwsim/bws_testkit.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define A "/user/%s@demo.example/calls"

static struct bws_kit kit;
static struct bws_kit_stream stream;
static struct bws_buf doc;

#define KNOBS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Starts with a channel and a subscription for each of the two users. */
static void
start(const char *const *knobs)
{
	char id[64];

	bws_kit_start(&kit, knobs);
	bws_kit_open(&kit, &stream, 0, "SET", "");
	bws_kit_subscribe(&kit, 0, "2001", "SET", id);
	bws_kit_take(&kit, &stream, "CallSubscriptionEvent", &doc);
	bws_kit_subscribe(&kit, 0, "2002", "SET", id);
	bws_kit_take(&kit, &stream, "CallSubscriptionEvent", &doc);
}

static void
stop(void)
{
	bws_kit_close(&stream);
	bws_buf_free(&doc);
	ck_assert_int_eq(bws_kit_stop(&kit), 0);
}

/* Takes the next event; it must be @type about @user with that state ("" = not looked at). */
static void
event(const char *type, const char *user, const char *state)
{
	char text[64], wanted[64];

	bws_kit_take(&kit, &stream, type, &doc);
	snprintf(wanted, sizeof(wanted), "%s@demo.example", user);
	bws_kit_field(&doc, "targetId", text, sizeof(text));
	ck_assert_msg(strcmp(text, wanted) == 0, "%s is about %s", type, text);
	bws_kit_field(&doc, "state", text, sizeof(text));
	ck_assert_msg(!*state || strcmp(text, state) == 0, "%s: state %s", type, text);
}

/* A request on a call of a user; @rest follows the calls URI. */
static int
request(const char *user, const char *method, const char *rest)
{
	char path[200];

	snprintf(path, sizeof(path), BWS_KIT_ACTIONS A "%s", user, rest);
	return bws_kit_status(&kit, 1, method, path, NULL);
}

static void
control(const char *command)
{
	char *answer = bws_kit_ask(&kit, "%s", command);

	ck_assert_msg(strncmp(answer, "{\"ok\":true", 10) == 0, "%s: %s", command, answer);
	free(answer);
}

/* 2001 dials 2002 from the phone, 2002 answers: all events taken. */
static void
connect_call(void)
{
	control("{\"cmd\":\"call\",\"from\":\"2001\",\"to\":\"2002\"}");
	event("HookStatusEvent", "2001", "");
	event("CallOriginatedEvent", "2001", "Alerting");
	event("CallReceivedEvent", "2002", "Alerting");
	event("CallUpdatedEvent", "2001", "Alerting");
	control("{\"cmd\":\"answer\",\"user\":\"2002\"}");
	event("HookStatusEvent", "2002", "");
	event("CallAnsweredEvent", "2002", "Active");
	event("CallAnsweredEvent", "2001", "Active");
}

static void
released(const char *local, const char *remote)
{
	event("CallReleasedEvent", local, "Released");
	bws_kit_assert_field(&doc, "releasingParty", "localRelease");
	event("CallReleasedEvent", remote, "Released");
	bws_kit_assert_field(&doc, "releasingParty", "remoteRelease");
	event("HookStatusEvent", local, "");
	event("HookStatusEvent", remote, "");
}

START_TEST(dial_talk_release)
{
	struct bws_kit_reply r;
	char path[200];

	start(KNOBS("dial_auto=0", "ctd_answer_ms_min=20", "ctd_answer_ms_max=30"));
	snprintf(path, sizeof(path), BWS_KIT_ACTIONS A "/new?address=tel:%%2B155502002", "2001");
	r = bws_kit_http(&kit, 1, "", "POST", path, NULL);
	ck_assert_int_eq(r.status, 201);
	ck_assert_ptr_nonnull(strstr(r.head.p,
		"Location: http://localhost/com.broadsoft.xsi-actions/"
		"v2.0/user/2001@demo.example/calls/callhalf-1:0\r\n"));
	ck_assert_ptr_nonnull(
		strstr(r.body.p, "<callId>callhalf-1:0</callId><externalTrackingId>1:1<"));
	bws_kit_reply_free(&r);
	event("CallOriginatingEvent", "2001", "Alerting");
	bws_kit_assert_field(&doc, "personality", "Click-to-Dial");
	bws_kit_assert_field(&doc, "address", "tel:+155502002");
	event("HookStatusEvent", "2001", "");
	event("CallOriginatedEvent", "2001", "Alerting");
	bws_kit_assert_field(&doc, "personality", "Originator");
	bws_kit_assert_field(&doc, "callId", "callhalf-1:0");
	event("CallReceivedEvent", "2002", "Alerting");
	bws_kit_assert_field(&doc, "personality", "Terminator");
	bws_kit_assert_field(&doc, "callId", "callhalf-1:1");
	bws_kit_assert_field(&doc, "extTrackingId", "1:1");
	bws_kit_assert_field(&doc, "address", "tel:+155502001");
	ck_assert_ptr_nonnull(strstr(doc.p, "<xsi:allowAnswer/>"));
	event("CallUpdatedEvent", "2001", "Alerting");
	ck_assert_ptr_nonnull(strstr(doc.p, "<xsi:userId>2002@demo.example</xsi:userId>"));
	ck_assert_int_eq(request("2002", "PUT", "/callhalf-1:1/Talk"), 200);
	event("HookStatusEvent", "2002", "");
	event("CallAnsweredEvent", "2002", "Active");
	event("CallAnsweredEvent", "2001", "Active");
	ck_assert_int_eq(request("2001", "DELETE", "/callhalf-1:0"), 200);
	released("2001", "2002");
	bws_kit_assert_quiet(&stream, &doc);
	ck_assert(bws_kit_journal_has(&kit,
		KNOBS("\"ev\":\"call\"", "\"from\":\"Alerting\"", "\"to\":\"Active\"",
			"CallAnsweredEvent")));
	ck_assert(bws_kit_journal_has(&kit, KNOBS("\"kind\":\"dial\"", "\"status\":201")));
	stop();
}
END_TEST

START_TEST(talk_answers_the_own_leg)
{
	start(KNOBS("dial_auto=0", "ctd_answer_percent=0"));
	ck_assert_int_eq(request("2001", "POST", "/new?address=2002"), 201);
	event("CallOriginatingEvent", "2001", "Alerting");
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/Hold"), 409);
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/talk"), 200);
	event("HookStatusEvent", "2001", "");
	event("CallOriginatedEvent", "2001", "Alerting");
	event("CallReceivedEvent", "2002", "Alerting");
	event("CallUpdatedEvent", "2001", "Alerting");
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/Talk"), 409);
	ck_assert_int_eq(request("2001", "DELETE", "/callhalf-1:0"), 200);
	event("CallReleasedEvent", "2001", "Released");
	event("CallReleasedEvent", "2002", "Released");
	event("HookStatusEvent", "2001", "");
	stop();
}
END_TEST

START_TEST(hold_is_seen_by_both)
{
	start(KNOBS("dial_auto=0"));
	connect_call();
	ck_assert_int_eq(request("2002", "PUT", "/callhalf-1:1/Hold"), 200);
	event("CallHeldEvent", "2002", "Held");
	ck_assert_ptr_nonnull(strstr(doc.p, "<xsi:allowRetrieve/>"));
	ck_assert_ptr_nonnull(strstr(doc.p, "<xsi:heldTime>"));
	event("CallHeldEvent", "2001", "Remote Held");
	ck_assert_int_eq(request("2002", "PUT", "/callhalf-1:1/Hold"), 409);
	/* The other one holds too: Remote Held is hidden by the own hold, and comes back after it. */
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/Hold"), 200);
	event("CallHeldEvent", "2001", "Held");
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/Talk"), 200);
	event("CallRetrievedEvent", "2001", "Active");
	event("CallHeldEvent", "2001", "Remote Held");
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/Talk"), 409);
	ck_assert_int_eq(request("2002", "PUT", "/callhalf-1:1/Talk"), 200);
	event("CallRetrievedEvent", "2002", "Active");
	ck_assert_ptr_nonnull(strstr(doc.p, "<xsi:totalHeldTime>"));
	event("CallRetrievedEvent", "2001", "Active");
	control("{\"cmd\":\"release\",\"user\":\"2002\"}");
	released("2002", "2001");
	bws_kit_assert_quiet(&stream, &doc);
	stop();
}
END_TEST

START_TEST(reading_calls)
{
	struct bws_kit_reply r;
	char path[200];

	start(KNOBS("dial_auto=0"));
	snprintf(path, sizeof(path), BWS_KIT_ACTIONS A, "2001");
	r = bws_kit_http(&kit, 0, "", "GET", path, NULL);
	ck_assert_ptr_nonnull(strstr(r.body.p, "<Calls " BWS_KIT_NS "></Calls>"));
	bws_kit_reply_free(&r);
	connect_call();
	r = bws_kit_http(&kit, 0, "", "GET", path, NULL);
	ck_assert_ptr_nonnull(
		strstr(r.body.p, "<call inConference=\"false\"><callId>callhalf-1:0"));
	bws_kit_reply_free(&r);
	snprintf(path, sizeof(path), BWS_KIT_ACTIONS A "/callhalf-1:0", "2001");
	r = bws_kit_http(&kit, 0, "", "GET", path, NULL);
	ck_assert_ptr_nonnull(strstr(r.body.p, "<state>Active</state>"));
	bws_kit_reply_free(&r);
	snprintf(path, sizeof(path), BWS_KIT_ACTIONS A "/HookStatus", "2001");
	r = bws_kit_http(&kit, 0, "", "GET", path, NULL);
	ck_assert_ptr_nonnull(strstr(r.body.p, "<hookStatus>Off-Hook</hookStatus>"));
	bws_kit_reply_free(&r);
	ck_assert_int_eq(request("2002", "GET", "/callhalf-1:0"), 404); /* of the other user */
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-9:0/Talk"), 404);
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/Nonsense"), 405);
	ck_assert_int_eq(request("2999", "GET", ""), 404);
	ck_assert_int_eq(request("2001", "POST", "/new"), 400);
	ck_assert_int_eq(request("2001", "POST", "/new?address=abc"), 400);
	stop();
}
END_TEST

START_TEST(callee_busy_or_unknown)
{
	start(KNOBS("dial_auto=0", "treatment_ms=30"));
	control("{\"cmd\":\"call\",\"from\":\"2003\",\"to\":\"2004\"}");
	control("{\"cmd\":\"call\",\"from\":\"2001\",\"to\":\"2004\"}");
	event("HookStatusEvent", "2001", "");
	event("CallOriginatedEvent", "2001", "Alerting");
	event("CallReleasingEvent", "2001", "Alerting");
	bws_kit_assert_field(&doc, "internalReleaseCause", "Busy");
	event("CallReleasedEvent", "2001", "Released");
	bws_kit_assert_field(&doc, "releasingParty", "remoteRelease");
	event("HookStatusEvent", "2001", "");
	control("{\"cmd\":\"call\",\"from\":\"2001\",\"to\":\"2999\"}");
	event("HookStatusEvent", "2001", "");
	event("CallOriginatedEvent", "2001", "Alerting");
	event("CallReleasingEvent", "2001", "Alerting");
	bws_kit_assert_field(&doc, "internalReleaseCause", "User Not Found");
	event("CallReleasedEvent", "2001", "Released");
	event("HookStatusEvent", "2001", "");
	stop();
}
END_TEST

START_TEST(release_of_an_alerting_call)
{
	start(KNOBS("dial_auto=0", "treatment_ms=30", "no_answer_ms=200"));
	control("{\"cmd\":\"call\",\"from\":\"2001\",\"to\":\"2002\"}");
	event("HookStatusEvent", "2001", "");
	event("CallOriginatedEvent", "2001", "Alerting");
	event("CallReceivedEvent", "2002", "Alerting");
	event("CallUpdatedEvent", "2001", "Alerting");
	/* Without decline only the alerting stops; nobody answers the caller. */
	ck_assert_int_eq(request("2002", "DELETE", "/callhalf-1:1"), 200);
	event("CallReleasedEvent", "2002", "Released");
	event("CallReleasingEvent", "2001", "Alerting");
	bws_kit_assert_field(&doc, "internalReleaseCause", "Temporarily Unavailable");
	event("CallReleasedEvent", "2001", "Released");
	event("HookStatusEvent", "2001", "");
	/* With decline the caller is told at once. */
	control("{\"cmd\":\"call\",\"from\":\"2001\",\"to\":\"2002\"}");
	event("HookStatusEvent", "2001", "");
	event("CallOriginatedEvent", "2001", "Alerting");
	event("CallReceivedEvent", "2002", "Alerting");
	event("CallUpdatedEvent", "2001", "Alerting");
	ck_assert_int_eq(
		request("2002", "DELETE", "/callhalf-2:1?decline=true&declineReason=x"), 400);
	ck_assert_int_eq(
		request("2002", "DELETE", "/callhalf-2:1?decline=true&declineReason=Busy"), 200);
	event("CallReleasedEvent", "2002", "Released");
	event("CallReleasingEvent", "2001", "Alerting");
	bws_kit_assert_field(&doc, "internalReleaseCause", "Busy");
	stop();
}
END_TEST

START_TEST(outside_parties)
{
	start(KNOBS("dial_auto=0"));
	control("{\"cmd\":\"call\",\"from\":\"tel:+15559000001\",\"to\":\"2001\"}");
	event("CallReceivedEvent", "2001", "Alerting");
	bws_kit_assert_field(&doc, "address", "tel:+15559000001");
	bws_kit_assert_field(&doc, "callType", "Network");
	control("{\"cmd\":\"answer\",\"user\":\"2001\"}");
	event("HookStatusEvent", "2001", "");
	event("CallAnsweredEvent", "2001", "Active");
	/* A second call: the first is held by the phone. */
	control("{\"cmd\":\"call\",\"from\":\"2001\",\"to\":\"15559000002\"}");
	event("CallHeldEvent", "2001", "Held");
	event("CallOriginatedEvent", "2001", "Alerting");
	control("{\"cmd\":\"answer\",\"user\":\"2001\"}");
	event("CallAnsweredEvent", "2001", "Active");
	control("{\"cmd\":\"retrieve\",\"user\":\"2001\"}");
	event("CallHeldEvent", "2001", "Held");
	event("CallRetrievedEvent", "2001", "Active");
	stop();
}
END_TEST

/* Number of call halves in the truth. */
static size_t
truth(const char *as)
{
	char *answer = bws_kit_ask(&kit, "{\"cmd\":\"truth\"}");
	json_t *o = json_loads(answer, 0, NULL);
	size_t n = json_array_size(json_object_get(o, "calls"));

	ck_assert_str_eq(json_string_value(json_object_get(o, "as")), as);
	json_decref(o);
	free(answer);
	return n;
}

START_TEST(as_failover)
{
	struct bws_kit_reply r;
	char path[200];

	start(KNOBS("dial_auto=0", "reg_percent=0"));
	connect_call();
	ck_assert_uint_eq(truth("as1"), 2);
	control("{\"cmd\":\"as-failover\",\"survive_subscriptions\":true}");
	ck_assert_uint_eq(truth("as2"), 0);
	bws_kit_assert_quiet(&stream, &doc); /* calls are forgotten without a word */
	snprintf(path, sizeof(path), BWS_KIT_ACTIONS A "/callhalf-1:0", "2001");
	r = bws_kit_http(&kit, 0, "", "DELETE", path, NULL);
	ck_assert_int_eq(r.status, 404);
	ck_assert_ptr_nonnull(strstr(r.body.p, "<ErrorInfo"));
	bws_kit_reply_free(&r);
	/* 2001 registers: detected. 2002 is alerted first: not detected, only the new server id shows. */
	control("{\"cmd\":\"register\",\"user\":\"2001\"}");
	event("CallSubscriptionEvent", "2001", "");
	ck_assert_ptr_null(strstr(doc.p, "<xsi:calls>"));
	bws_kit_assert_field(&doc, "hookStatus", "On-Hook");
	bws_kit_assert_field(&doc, "sequenceNumber", "6");
	control("{\"cmd\":\"call\",\"from\":\"2003\",\"to\":\"2002\"}");
	event("CallReceivedEvent", "2002", "Alerting");
	bws_kit_assert_field(&doc, "extTrackingId", "2:2");
	control("{\"cmd\":\"register\",\"user\":\"2002\"}");
	bws_kit_assert_quiet(&stream, &doc);
	ck_assert(bws_kit_journal_has(
		&kit, KNOBS("\"ev\":\"as-failover\"", "\"from\":\"as1\"", "\"calls_lost\":1")));
	stop();
}
END_TEST

START_TEST(as_failover_by_knobs)
{
	char id[64], path[160];

	start(KNOBS("dial_auto=0", "reg_percent=100", "reg_ms_min=300", "reg_ms_max=320",
		"resync_event=1", "seq_failover=1", "as_outage_ms=200"));
	control("{\"cmd\":\"as-failover\"}");
	ck_assert_int_eq(request("2001", "GET", ""), 500);
	bws_kit_take(&kit, &stream, "CallSubscriptionResyncEvent", &doc);
	bws_kit_assert_field(&doc, "sequenceNumber", "1");
	bws_kit_field(&doc, "subscriptionId", id, sizeof(id));
	bws_kit_take(&kit, &stream, "CallSubscriptionResyncEvent", &doc);
	/* A refresh gives the snapshot of the surviving AS. */
	snprintf(path, sizeof(path), BWS_KIT_EVENTS "/subscription/%s", id);
	ck_assert_int_eq(
		bws_kit_status(&kit, 0, "PUT", path, "<Subscription " BWS_KIT_NS "/>"), 200);
	bws_kit_take(&kit, &stream, "CallSubscriptionEvent", &doc);
	/* The subscriptions are lost as well: refreshing them fails. */
	control("{\"cmd\":\"as-failover\",\"survive_subscriptions\":false}");
	ck_assert_int_eq(bws_kit_stat(&kit, "subscriptions"), 0);
	control("{\"cmd\":\"knob\",\"name\":\"as_outage_ms\",\"value\":0}");
	control("{\"cmd\":\"as-failover\"}");
	ck_assert_int_eq(
		bws_kit_status(&kit, 0, "PUT", path, "<Subscription " BWS_KIT_NS "/>"), 403);
	stop();
}
END_TEST

/* Each change of a call half in the journal must be one of these. */
static void
assert_legal(const json_t *fact)
{
	static const char *const legal[] = {
		"|Alerting",
		"Alerting|Alerting",
		"Alerting|Active",
		"Alerting|Released",
		"Active|Held",
		"Active|Remote Held",
		"Active|Released",
		"Held|Active",
		"Held|Released",
		"Remote Held|Active",
		"Remote Held|Held",
		"Remote Held|Released",
	};
	char change[64];
	size_t i;

	snprintf(change, sizeof(change), "%s|%s", json_string_value(json_object_get(fact, "from")),
		json_string_value(json_object_get(fact, "to")));
	for (i = 0; i < sizeof(legal) / sizeof(legal[0]); i++)
		if (strcmp(change, legal[i]) == 0)
			return;
	ck_abort_msg("illegal change %s", change);
}

/* Checks all facts of calls; returns how many there were. */
static int
check_journal(void)
{
	FILE *f = fopen(kit.journal_path, "r");
	char line[4096];
	int calls = 0;

	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f)) {
		json_t *fact = json_loads(line, 0, NULL);

		ck_assert_msg(fact && json_is_integer(json_object_get(fact, "t_us")), "%s", line);
		if (strcmp(json_string_value(json_object_get(fact, "ev")), "call") == 0) {
			assert_legal(fact);
			calls++;
		}
		json_decref(fact);
	}
	fclose(f);
	return calls;
}

START_TEST(load)
{
	char *first, *second;

	bws_kit_start(&kit, KNOBS("treatment_ms=20"));
	control("{\"cmd\":\"load\",\"rate\":200,\"hold_p\":0.5,\"talk_ms\":[10,60],\"ring_ms\":[5,30],"
		"\"hold_ms\":[5,30],\"outside_p\":0.3,\"only_free\":false}");
	ck_assert(bws_kit_wait_stat(&kit, "calls_made", 150));
	control("{\"cmd\":\"freeze\"}");
	first = bws_kit_ask(&kit, "{\"cmd\":\"truth\"}");
	ck_assert(bws_kit_wait_stat(&kit, "load_skipped", bws_kit_stat(&kit, "load_skipped") + 20));
	second = bws_kit_ask(&kit, "{\"cmd\":\"truth\"}");
	ck_assert_str_eq(first, second);
	free(first);
	free(second);
	control("{\"cmd\":\"thaw\"}");
	ck_assert(bws_kit_wait_stat(&kit, "calls_made", bws_kit_stat(&kit, "calls_made") + 20));
	control("{\"cmd\":\"drain\"}");
	ck_assert(bws_kit_wait_stat(&kit, "calls_ended", bws_kit_stat(&kit, "calls_made")));
	ck_assert_uint_eq(truth("as1"), 0);
	ck_assert_int_gt(check_journal(), 500);
	ck_assert_int_eq(bws_kit_stop(&kit), 0);
}
END_TEST

/* What a client is told on its streams adds up to the truth. */
START_TEST(client_view_equals_truth)
{
	struct bws_kit_stream other;
	char id[64];
	int events = 0, i;
	long long raised;

	start(KNOBS("treatment_ms=20"));
	bws_kit_open(&kit, &other, 1, "SET", "");
	for (i = 2003; i < 2020; i++) {
		char user[16];

		snprintf(user, sizeof(user), "%d", i);
		bws_kit_subscribe(&kit, 1, user, "SET", id);
	}
	control("{\"cmd\":\"load\",\"rate\":100,\"talk_ms\":[10,60],\"ring_ms\":[5,30]}");
	ck_assert(bws_kit_wait_stat(&kit, "calls_made", 30));
	control("{\"cmd\":\"drain\"}");
	ck_assert(bws_kit_wait_stat(&kit, "calls_ended", bws_kit_stat(&kit, "calls_made")));
	raised = bws_kit_stat(&kit, "events_raised");
	while (events < raised - 2) { /* the kit took the first two snapshots */
		struct bws_kit_stream *s =
			bws_kit_next(&stream, 2, &doc) == BWS_KIT_DOC ? &stream : NULL;

		if (!s && bws_kit_next(&other, 2, &doc) == BWS_KIT_DOC)
			s = &other;
		if (!s)
			continue;
		ck_assert_int_eq(bws_kit_ack(&kit, s->xsp, &doc, 200), 200);
		events++;
	}
	ck_assert_int_eq(bws_kit_stat(&kit, "acks"), raised);
	ck_assert_int_eq(bws_kit_stat(&kit, "events_unacked"), 0);
	ck_assert_int_eq(bws_kit_stat(&kit, "redeliveries"), 0);
	bws_kit_close(&other);
	stop();
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		dial_talk_release,
		talk_answers_the_own_leg,
		hold_is_seen_by_both,
		reading_calls,
		callee_busy_or_unknown,
		release_of_an_alerting_call,
		outside_parties,
		as_failover,
		as_failover_by_knobs,
		load,
		client_view_equals_truth,
	};

	return bws_kit_main("bwsim calls", tests, sizeof(tests) / sizeof(tests[0]));
}
