/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests route points over loopback: admission, treatments and digits, distribution, dialled calls,
 * failure by request and by controllers, VoiceXML, policies. Where the schemas are at hand, every
 * document is validated by the simulator.
 */
#include "tests/bwsim/bws_testkit.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RP "8000@demo.example"
#define CALLS BWS_KIT_ACTIONS "/routepoint/" RP "/calls"
#define STATE BWS_KIT_ACTIONS "/routepoint/" RP "/profile/state"
#define CONTROLLER BWS_KIT_ACTIONS "/system/services/routepoint/applicationcontroller/app1"
#define FIRST "/callhalf-1:1"
#define KNOBS(...) \
	((const char *const[]){ "--route-point=" RP, bws_kit_schema(), __VA_ARGS__, NULL })

static struct bws_kit kit;
static struct bws_kit_stream stream;
static struct bws_buf doc;
static char sub_id[64];

static void
take(const char *type)
{
	bws_kit_take(&kit, &stream, type, &doc);
}

static void
ask(const char *command)
{
	bws_kit_control(&kit, command);
}

static void
start(const char *const *knobs)
{
	bws_kit_start(&kit, knobs);
	bws_kit_open(&kit, &stream, 0, "SET", "");
	ck_assert_int_eq(bws_kit_subscribe_to(&kit, 0, "user/" RP,
				 "<event>Route Point Queue</event>", "SET", sub_id),
		200);
	take("RoutePointSubscriptionEvent");
}

static void
stop(void)
{
	ck_assert_int_eq(bws_kit_stat(&kit, "schema_sent_wrong"), 0);
	bws_kit_close(&stream);
	bws_buf_free(&doc);
	ck_assert_int_eq(bws_kit_stop(&kit), 0);
}

static int
request(const char *method, const char *rest, const char *body)
{
	char path[200];

	snprintf(path, sizeof(path), CALLS "%s", rest);
	return bws_kit_status(&kit, 1, method, path, body);
}

/* A request with the body <ROOT>inner</ROOT>. */
static int
put(const char *rest, const char *root, const char *inner)
{
	char body[600];

	snprintf(body, sizeof(body), "<%s " BWS_KIT_NS ">%s</%s>", root, inner, root);
	return request("PUT", rest, body);
}

static void
caller(void)
{
	ask("{\"cmd\":\"call\",\"from\":\"tel:+15559000001\",\"to\":\"8000\"}");
	take("RoutePointCallAddedEvent");
	bws_kit_assert_field(&doc, "routePointName", "Route Point 8000");
}

START_TEST(admitted_and_rejected)
{
	start(KNOBS("rp_admission=1", "rp_admission_ms=300"));
	ask("{\"cmd\":\"call\",\"from\":\"2001\",\"to\":\"8000\"}");
	take("RoutePointNewCallEvent");
	bws_kit_assert_has(&doc, "receiveTime");
	ck_assert_int_eq(request("PUT", FIRST "/bounce", NULL), 409);
	ck_assert_int_eq(request("PUT", FIRST "/admit", NULL), 200);
	take("RoutePointCallAddedEvent");
	bws_kit_assert_has(&doc, "<xsi:userId>2001@demo.example</xsi:userId>");
	ck_assert_int_eq(request("PUT", FIRST "/admit", NULL), 409);
	ask("{\"cmd\":\"call\",\"from\":\"2002\",\"to\":\"8000\"}");
	take("RoutePointNewCallEvent");
	ck_assert_int_eq(request("PUT", "/callhalf-2:1/reject", NULL), 200);
	take("RoutePointCallRejectedEvent");
	bws_kit_assert_field(&doc, "rejectReason", "CallRejectRequested");
	ask("{\"cmd\":\"call\",\"from\":\"2002\",\"to\":\"8000\"}");
	take("RoutePointNewCallEvent");
	take("RoutePointCallRejectedEvent");
	bws_kit_assert_field(&doc, "rejectReason", "CallAdmissionTimeout");
	ask("{\"cmd\":\"call\",\"from\":\"2002\",\"to\":\"8000\"}");
	take("RoutePointNewCallEvent");
	ask("{\"cmd\":\"release\",\"user\":\"2002\"}");
	take("RoutePointCallRejectedEvent");
	bws_kit_assert_field(&doc, "rejectReason", "CallAbandoned");
	ask("{\"cmd\":\"release\",\"user\":\"2001\"}");
	take("RoutePointCallAbandonedEvent");
	stop();
}
END_TEST

START_TEST(distributed)
{
	struct bws_kit_reply r;

	start(KNOBS("acd_bounce_ms=300"));
	bws_kit_subscribe(&kit, 0, "2005", "SET", (char[64]){ 0 });
	take("CallSubscriptionEvent");
	caller();
	r = bws_kit_http(&kit, 1, "", "GET", CALLS, NULL);
	ck_assert_int_eq(r.status, 200);
	ck_assert_ptr_nonnull(strstr(r.body.p, "<callId>callhalf-1:1</callId>"));
	bws_kit_reply_free(&r);
	ck_assert_int_eq(
		put(FIRST "/distribute", "RoutePointDistribute",
			"<agentId>2005@demo.example</agentId><timeInQueue>7</timeInQueue>"),
		200);
	take("RoutePointCallOfferedToAgentEvent");
	take("CallReceivedEvent");
	bws_kit_assert_field(&doc, "waitTime", "7");
	bws_kit_assert_has(&doc, "<xsi:routePoint/>");
	ck_assert_int_eq(put(FIRST "/distribute", "RoutePointDistribute",
				 "<agentId>2005@demo.example</agentId>"),
		409);
	ck_assert_int_eq(put(FIRST "/fail", "RoutePointFail", ""), 409);
	ck_assert_int_eq(request("PUT", FIRST "/bounce", NULL), 200);
	take("CallReleasedEvent");
	take("RoutePointCallBouncedEvent");
	bws_kit_assert_has(&doc, "bounced");
	ck_assert_int_eq(put(FIRST "/distribute", "RoutePointDistribute",
				 "<agentId>2005@demo.example</agentId>"),
		200);
	take("RoutePointCallOfferedToAgentEvent");
	take("CallReceivedEvent");
	take("CallReleasedEvent"); /* nobody answers */
	take("RoutePointCallBouncedEvent");
	ck_assert_int_eq(
		put(FIRST "/distribute", "RoutePointDistribute",
			"<agentId>2005@demo.example</agentId>"
			"<whisperMessageAudioUrl>http://media.example/w</whisperMessageAudioUrl>"),
		200);
	take("RoutePointCallOfferedToAgentEvent");
	take("CallReceivedEvent");
	ask("{\"cmd\":\"answer\",\"user\":\"2005\"}");
	take("HookStatusEvent");
	take("CallAnsweredEvent");
	take("RoutePointWhisperStartedEvent");
	take("RoutePointCallAnsweredByAgentEvent");
	bws_kit_assert_field(&doc, "answeringUserId", "2005@demo.example");
	ck_assert_int_eq(put(FIRST "/distribute", "RoutePointDistribute", ""), 404);
	stop();
}
END_TEST

START_TEST(treatments_and_digits)
{
	char id[64], inner[300];
	struct bws_kit_reply r;

	start(KNOBS("play_second_ms=50", "treatment_ms=100"));
	caller();
	r = bws_kit_http(&kit, 1, "", "PUT", CALLS FIRST "/playmusiconhold",
		"<RoutePointPlayMusicOnHold " BWS_KIT_NS
		"><duration>60</duration><digitMap>(1x|2)</digitMap></RoutePointPlayMusicOnHold>");
	ck_assert_int_eq(r.status, 200);
	bws_kit_field(&r.body, "playCollectId", id, sizeof(id));
	bws_kit_reply_free(&r);
	take("RoutePointMOHStartedEvent");
	bws_kit_assert_field(&doc, "playCollectType", "MOH");
	bws_kit_assert_field(&doc, "playCollectId", id);
	ask("{\"cmd\":\"entry\",\"at\":\"8000\",\"do\":\"digits\",\"text\":\"17\"}");
	take("RoutePointMOHCompletedEvent");
	bws_kit_assert_field(&doc, "completionReason", "Match");
	bws_kit_assert_field(&doc, "digits", "17");
	ck_assert_int_eq(put(FIRST "/playringback", "RoutePointPlayRingBack",
				 "<duration>1</duration><digitMap>9</digitMap>"),
		200);
	take("RoutePointRingbackStartedEvent");
	ask("{\"cmd\":\"entry\",\"at\":\"8000\",\"do\":\"digits\",\"text\":\"8\"}");
	take("RoutePointRingbackCompletedEvent");
	bws_kit_assert_field(&doc, "completionReason", "NoMatch");
	ck_assert_int_eq(
		put(FIRST "/playsilence", "RoutePointPlaySilence", "<duration>2</duration>"), 200);
	take("RoutePointSilenceStartedEvent");
	take("RoutePointSilenceCompletedEvent");
	bws_kit_assert_field(&doc, "completionReason", "Timeout");
	ck_assert_int_eq(put(FIRST "/playbusy", "RoutePointPlayBusy", ""), 400);
	ck_assert_int_eq(
		put(FIRST "/playbusy", "RoutePointPlayBusy", "<busyPattern>FastBusy</busyPattern>"),
		200);
	take("RoutePointBusyStartedEvent");
	bws_kit_field(&doc, "playCollectId", id, sizeof(id));
	snprintf(inner, sizeof(inner),
		"<duration>3</duration><busyPattern>Normal</busyPattern>"
		"<playCollectId>%s</playCollectId>",
		id);
	ck_assert_int_eq(put(FIRST "/playbusy", "RoutePointPlayBusy", inner), 200);
	ck_assert_int_eq(put(FIRST "/playmusiconhold", "RoutePointPlayMusicOnHold",
				 "<playCollectId>none</playCollectId>"),
		409);
	ck_assert_int_eq(put(FIRST "/playtreatment", "RoutePointPlayTreatment",
				 "<audioUrlList><uri1>http://media.example/a</uri1></audioUrlList>"
				 "<numberOfPlay>2</numberOfPlay>"),
		200);
	take("RoutePointBusyCompletedEvent");
	bws_kit_assert_field(&doc, "completionReason", "Stopped-NewPlayCollect");
	bws_kit_assert_field(&doc, "playCollectId", id);
	take("RoutePointTreatmentStartedEvent");
	take("RoutePointTreatmentCompletedEvent");
	bws_kit_assert_field(&doc, "completionReason", "EOF");
	ck_assert_int_eq(put(FIRST "/playtreatment", "RoutePointPlayTreatment", ""), 400);
	ck_assert_int_eq(put(FIRST "/playmusiconhold", "RoutePointPlayMusicOnHold", ""), 200);
	take("RoutePointMOHStartedEvent");
	ck_assert_int_eq(put(FIRST "/distribute", "RoutePointDistribute",
				 "<agentId>2005@demo.example</agentId>"),
		200);
	take("RoutePointMOHCompletedEvent");
	bws_kit_assert_field(&doc, "completionReason", "Stopped-OfferedWithRingback");
	take("RoutePointCallOfferedToAgentEvent");
	ask("{\"cmd\":\"release\",\"user\":\"2005\"}");
	take("RoutePointCallBouncedEvent");
	ck_assert_int_eq(put(FIRST "/playsilence", "RoutePointPlaySilence", ""), 200);
	take("RoutePointSilenceStartedEvent");
	ck_assert_int_eq(request("DELETE", FIRST, NULL), 200);
	take("RoutePointSilenceCompletedEvent");
	bws_kit_assert_field(&doc, "completionReason", "Stopped-OutOfQueue");
	take("RoutePointCallReleasedEvent");
	bws_kit_assert_field(&doc, "releaseReason", "CallReleaseRequested");
	stop();
}
END_TEST

START_TEST(transferred_failed_neglected)
{
	start(KNOBS("rp_inactivity_ms=300"));
	ask("{\"cmd\":\"policy\",\"at\":\"8000\",\"policy\":\"failure\",\"to\":\"2006\"}");
	caller();
	ck_assert_int_eq(request("PUT", FIRST "/blindtransfer?address=tel:2005", NULL), 200);
	take("RoutePointCallTransferredEvent");
	bws_kit_assert_has(&doc, "tel:2005");
	caller();
	ck_assert_int_eq(request("PUT", "/callhalf-2:1/fail", NULL), 200);
	take("RoutePointCallFailedEvent");
	bws_kit_assert_field(&doc, "failureReason", "CallFailureRequested");
	bws_kit_assert_has(&doc, "tel:2006");
	caller();
	take("RoutePointCallFailedEvent");
	bws_kit_assert_field(&doc, "failureReason", "CallFailureDueToInactivity");
	stop();
}
END_TEST

START_TEST(voicexml)
{
	start(KNOBS("voicexml_ms=50"));
	caller();
	ck_assert_int_eq(
		put(FIRST "/connecttovoicexml", "RoutePointConnectToVoiceXML",
			"<voicexmlId>nobody</voicexmlId><scriptUrl>http://s.example/x</scriptUrl>"),
		200);
	take("RoutePointConnectingToVoiceXMLEvent");
	take("RoutePointFailedVoiceXMLEvent");
	ck_assert_int_eq(put(FIRST "/connecttovoicexml", "RoutePointConnectToVoiceXML",
				 "<voicexmlId>vxml@demo.example</voicexmlId>"
				 "<scriptUrl>http://s.example/x</scriptUrl>"),
		200);
	take("RoutePointConnectingToVoiceXMLEvent");
	take("RoutePointConnectedToVoiceXMLEvent");
	ck_assert_int_eq(put(FIRST "/connecttovoicexml", "RoutePointConnectToVoiceXML", ""), 404);
	bws_kit_assert_quiet(&stream, &doc);
	stop();
}
END_TEST

static void
dial(const char *address)
{
	char body[300];

	snprintf(body, sizeof(body),
		"<RoutePointOutgoingDial " BWS_KIT_NS
		"><address>%s</address></RoutePointOutgoingDial>",
		address);
	ck_assert_int_eq(request("POST", "/new", body), 201);
	take("RoutePointOutgoingCallOriginatedEvent");
	bws_kit_assert_has(&doc, "<xsi:outgoingCall/>");
}

START_TEST(dialled_calls)
{
	start(KNOBS("dial_auto=0", "no_answer_ms=400"));
	dial("tel:2005");
	ask("{\"cmd\":\"answer\",\"user\":\"2005\"}");
	take("RoutePointOutgoingCallAnsweredEvent");
	bws_kit_assert_has(&doc, "outgoingCallAnswerTime");
	take("RoutePointCallAddedEvent");
	ask("{\"cmd\":\"entry\",\"at\":\"8000\",\"do\":\"cpd\",\"text\":\"Fax\"}");
	take("RoutePointCallUpdatedEvent");
	bws_kit_assert_field(&doc, "cpdResult", "Fax");
	ck_assert_int_eq(put("/callhalf-1:0/distribute", "RoutePointDistribute",
				 "<agentId>2006@demo.example</agentId>"),
		200);
	take("RoutePointCallOfferedToAgentEvent");
	ask("{\"cmd\":\"answer\",\"user\":\"2006\"}");
	take("RoutePointCallAnsweredByAgentEvent");
	ask("{\"cmd\":\"release\",\"user\":\"2005\"}");
	dial("tel:2005");
	take("RoutePointCallReleasedEvent");
	bws_kit_assert_field(&doc, "releaseReason", "NoAnswerTimeOut");
	ask("{\"cmd\":\"service\",\"user\":\"2005\",\"service\":\"DoNotDisturb\",\"active\":true}");
	dial("tel:2005");
	take("RoutePointCallReleasedEvent");
	bws_kit_assert_field(&doc, "releaseReason", "ReleasedWithCause");
	bws_kit_assert_field(&doc, "internalReleaseCause", "Busy");
	ck_assert_int_eq(request("POST", "/new", "<RoutePointOutgoingDial " BWS_KIT_NS "/>"), 400);
	stop();
}
END_TEST

START_TEST(policies)
{
	static const struct {
		const char *name, *applied, *completed;
	} all[] = {
		{ "holiday", "RoutePointHolidayPolicyAppliedEvent",
			"RoutePointHolidayPolicyTreatmentCompletedEvent" },
		{ "night", "RoutePointNightPolicyAppliedEvent",
			"RoutePointNightPolicyTreatmentCompletedEvent" },
		{ "forward", "RoutePointCallForwardedEvent",
			"RoutePointCallForwardedTreatmentCompletedEvent" },
	};
	char command[160];
	size_t i;

	start(KNOBS("treatment_ms=100", "rp_length_max=0"));
	for (i = 0; i < 3; i++) {
		snprintf(command, sizeof(command),
			"{\"cmd\":\"policy\",\"at\":\"8000\",\"policy\":\"%s\"}", all[i].name);
		ask(command);
		ask("{\"cmd\":\"call\",\"from\":\"tel:+15559000001\",\"to\":\"8000\"}");
		take(all[i].applied);
		take(all[i].completed);
		snprintf(command, sizeof(command),
			"{\"cmd\":\"policy\",\"at\":\"8000\",\"policy\":\"%s\",\"active\":false}",
			all[i].name);
		ask(command);
	}
	ask("{\"cmd\":\"call\",\"from\":\"tel:+15559000001\",\"to\":\"8000\"}");
	take("RoutePointCallOverflowedEvent");
	bws_kit_assert_field(&doc, "overFlowReason", "size");
	take("RoutePointCallOverflowedTreatmentCompletedEvent");
	stop();
}
END_TEST

/* Policies that send a call round in a circle give it a busy tone in the end. */
START_TEST(circle_of_policies)
{
	start(KNOBS("--queue=7000@demo.example", "treatment_ms=50"));
	ask("{\"cmd\":\"policy\",\"at\":\"8000\",\"policy\":\"night\",\"to\":\"7000\"}");
	ask("{\"cmd\":\"policy\",\"at\":\"7000\",\"policy\":\"holiday\",\"to\":\"8000\"}");
	ask("{\"cmd\":\"call\",\"from\":\"2001\",\"to\":\"8000\"}");
	take("RoutePointNightPolicyAppliedEvent");
	ck_assert(bws_kit_wait_stat(&kit, "calls_ended", 1));
	stop();
}
END_TEST

START_TEST(failed_and_recovered)
{
	start(KNOBS("rp_inactivity_ms=0"));
	caller();
	ck_assert_int_eq(bws_kit_status(&kit, 0, "PUT", STATE,
				 "<RoutePointState " BWS_KIT_NS ">Broken</RoutePointState>"),
		400);
	ck_assert_int_eq(bws_kit_status(&kit, 0, "PUT", STATE,
				 "<RoutePointState " BWS_KIT_NS ">Failed</RoutePointState>"),
		200);
	take("RoutePointFailedEvent");
	bws_kit_assert_field(&doc, "stateChangeReason", "ExternalRequest");
	take("RoutePointCallFailedEvent");
	bws_kit_assert_field(&doc, "failureReason", "RoutePointFailure");
	/* Released while it is being made: the phone has no call to name. */
	free(bws_kit_ask(&kit, "{\"cmd\":\"call\",\"from\":\"2001\",\"to\":\"8000\"}"));
	take("RoutePointCallFailedEvent");
	ck_assert_int_eq(bws_kit_status(&kit, 0, "GET", STATE, NULL), 200);
	ck_assert_int_eq(bws_kit_status(&kit, 0, "PUT", STATE,
				 "<RoutePointState " BWS_KIT_NS ">Normal</RoutePointState>"),
		200);
	take("RoutePointRecoveredEvent");
	caller();
	ask("{\"cmd\":\"as-failover\"}");
	bws_kit_assert_quiet(&stream, &doc);
	ask("{\"cmd\":\"truth\"}");
	stop();
}
END_TEST

static int
controller(const char *state)
{
	char body[200];

	snprintf(body, sizeof(body),
		"<ApplicationController " BWS_KIT_NS "><state>%s</state></ApplicationController>",
		state);
	return bws_kit_status(&kit, 0, "PUT", CONTROLLER, body);
}

START_TEST(controllers)
{
	struct bws_kit_stream other;

	start(KNOBS("--app-controller=app1=ROUTING", "rp_failure_ms=200", "reg_percent=0"));
	take("RoutePointFailedEvent");
	bws_kit_assert_field(&doc, "stateChangeReason", "FailureDetected");
	ck_assert_int_eq(controller("ready"), 409); /* its set is empty */
	ck_assert_int_eq(controller("asleep"), 400);
	bws_kit_open(&kit, &other, 0, "ROUTING", "");
	ck_assert_int_eq(controller("ready"), 200);
	take("RoutePointRecoveredEvent");
	ck_assert_int_eq(bws_kit_status(&kit, 0, "GET", CONTROLLER, NULL), 200);
	ck_assert_int_eq(controller("not ready"), 200);
	take("RoutePointFailedEvent");
	ck_assert_int_eq(controller("ready"), 200);
	take("RoutePointRecoveredEvent");
	bws_kit_close(&other); /* the channel is gone, so the controller is not ready any more */
	take("RoutePointFailedEvent");
	stop();
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		admitted_and_rejected,
		distributed,
		treatments_and_digits,
		transferred_failed_neglected,
		voicexml,
		dialled_calls,
		policies,
		circle_of_policies,
		failed_and_recovered,
		controllers,
	};

	return bws_kit_main("bwsim route points", tests, sizeof(tests) / sizeof(tests[0]));
}
