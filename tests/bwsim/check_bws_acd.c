/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests call centers and agents over loopback: the life of a queue entry in all its ways, agent states,
 * requests, monitoring, what an AS failover forgets. Where the schemas are at hand, every document is
 * validated by the simulator.
 */
#include "tests/bwsim/bws_testkit.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE "7000@demo.example"
#define AGENT "2010@demo.example"
#define CALLS BWS_KIT_ACTIONS "/callcenter/" QUEUE "/calls"
#define PACKAGE(name) "<event>" name "</event>"
#define KNOBS(...) \
	((const char *const[]){ \
		"--queue=" QUEUE "=2010-2012", bws_kit_schema(), __VA_ARGS__, NULL })

static struct bws_kit kit;
static struct bws_kit_stream stream;
static struct bws_buf doc;
static char queue_sub[64];

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
	ck_assert_int_eq(bws_kit_subscribe_to(&kit, 0, "user/" QUEUE, PACKAGE("Call Center Queue"),
				 "SET", queue_sub),
		200);
	take("ACDSubscriptionEvent");
	ck_assert_ptr_null(strstr(bws_buf_text(&doc), "queueEntr"));
}

static void
stop(void)
{
	ck_assert_int_eq(bws_kit_stat(&kit, "schema_sent_wrong"), 0);
	bws_kit_close(&stream);
	bws_buf_free(&doc);
	ck_assert_int_eq(bws_kit_stop(&kit), 0);
}

static void
caller(const char *number)
{
	char command[120];

	snprintf(command, sizeof(command), "{\"cmd\":\"call\",\"from\":\"%s\",\"to\":\"7000\"}",
		number);
	ask(command);
	take("ACDCallAddedEvent");
}

static void
sign_in(const char *agent)
{
	char command[120];

	snprintf(command, sizeof(command),
		"{\"cmd\":\"agent\",\"user\":\"%s\",\"state\":\"Available\"}", agent);
	ask(command);
}

static int
request(const char *method, const char *rest, const char *body)
{
	char path[200];

	snprintf(path, sizeof(path), CALLS "%s", rest);
	return bws_kit_status(&kit, 1, method, path, body);
}

START_TEST(answered_by_agent)
{
	start(KNOBS("wrap_up_ms=300", "acd_bounce_ms=5000"));
	ck_assert_int_eq(bws_kit_subscribe_to(
				 &kit, 0, "user/" AGENT, PACKAGE("Call Center Agent"), "SET", NULL),
		200);
	take("AgentSubscriptionEvent");
	bws_kit_assert_field(&doc, "acdUserId", QUEUE);
	bws_kit_assert_field(&doc, "state", "Sign-Out");
	bws_kit_subscribe(&kit, 0, "2010", "SET", (char[64]){ 0 });
	take("CallSubscriptionEvent");
	caller("tel:+15559000001");
	bws_kit_assert_field(&doc, "position", "1");
	bws_kit_assert_field(&doc, "acdName", "Queue 7000");
	bws_kit_assert_field(&doc, "address", "tel:+15559000001");
	sign_in("2010");
	take("AgentStateEvent");
	bws_kit_assert_field(&doc, "state", "Available");
	take("ACDCallOfferedToAgentEvent");
	take("CallReceivedEvent");
	bws_kit_assert_field(&doc, "acdUserId", QUEUE);
	bws_kit_assert_field(&doc, "numCallsInQueue", "0");
	bws_kit_assert_field(&doc, "extTrackingId", "1:1");
	ask("{\"cmd\":\"answer\",\"user\":\"2010\"}");
	take("HookStatusEvent");
	take("CallAnsweredEvent");
	take("ACDCallAnsweredByAgentEvent");
	bws_kit_assert_field(&doc, "answeringUserId", AGENT);
	bws_kit_assert_field(&doc, "answeringCallId", "callhalf-1:2");
	bws_kit_assert_has(&doc, "removeTime");
	ask("{\"cmd\":\"release\",\"user\":\"2010\"}");
	take("CallReleasedEvent");
	bws_kit_assert_field(&doc, "acdUserId", QUEUE);
	take("AgentStateEvent");
	bws_kit_assert_field(&doc, "state", "Wrap-Up");
	bws_kit_assert_field(&doc, "wrapUpCallId", "callhalf-1:2");
	bws_kit_assert_field(&doc, "wrapUpCallCenterUserId", QUEUE);
	take("HookStatusEvent");
	take("AgentStateEvent");
	bws_kit_assert_field(&doc, "state", "Available");
	bws_kit_assert_has(&doc, "averageWrapUpTime");
	stop();
}
END_TEST

START_TEST(bounced_and_whisper)
{
	start(KNOBS("acd_bounce_ms=200", "whisper_ms=100", "wrap_up_ms=0"));
	caller("tel:+15559000001");
	sign_in("2010");
	take("ACDCallOfferedToAgentEvent");
	take("ACDCallBouncedEvent");
	bws_kit_assert_field(&doc, "position", "1");
	bws_kit_assert_has(&doc, "bounced");
	take("ACDCallOfferedToAgentEvent");
	ask("{\"cmd\":\"answer\",\"user\":\"2010\"}");
	take("ACDWhisperStartedEvent");
	ck_assert_int_eq(request("DELETE", "/callhalf-1:1", NULL), 409);
	take("ACDCallAnsweredByAgentEvent");
	stop();
}
END_TEST

START_TEST(refused_goes_elsewhere)
{
	start(KNOBS("acd_bounce_ms=5000"));
	ask("{\"cmd\":\"policy\",\"at\":\"7000\",\"policy\":\"bounce\",\"to\":\"2005\"}");
	caller("tel:+15559000001");
	sign_in("2010");
	take("ACDCallOfferedToAgentEvent");
	ask("{\"cmd\":\"release\",\"user\":\"2010\"}");
	take("ACDCallBouncedEvent");
	bws_kit_assert_field(&doc, "reason", "call-center");
	bws_kit_assert_has(&doc, "tel:2005");
	ask("{\"cmd\":\"answer\",\"user\":\"2005\"}");
	bws_kit_assert_quiet(&stream, &doc);
	stop();
}
END_TEST

/* The place bounced calls go to is busy: the call ends while the agent's refusal is handled. */
START_TEST(refused_and_nowhere_to_go)
{
	start(KNOBS("acd_bounce_ms=5000"));
	ask("{\"cmd\":\"policy\",\"at\":\"7000\",\"policy\":\"bounce\",\"to\":\"2005\"}");
	ask("{\"cmd\":\"call\",\"from\":\"2005\",\"to\":\"2006\"}");
	sign_in("2010");
	caller("tel:+15559000001");
	take("ACDCallOfferedToAgentEvent");
	ask("{\"cmd\":\"release\",\"user\":\"2010\"}");
	take("ACDCallBouncedEvent");
	bws_kit_assert_quiet(&stream, &doc);
	stop();
}
END_TEST

START_TEST(abandoned_in_each_stage)
{
	start(KNOBS("entrance_ms=300"));
	ask("{\"cmd\":\"call\",\"from\":\"2001\",\"to\":\"7000\"}");
	take("ACDCallAddedEvent");
	bws_kit_assert_has(&doc, "mandatoryEntrance");
	bws_kit_assert_field(&doc, "userId", "admin@demo.example");
	ask("{\"cmd\":\"release\",\"user\":\"2001\"}");
	take("ACDCallAbandonedEvent");
	bws_kit_assert_has(&doc, "entrancePlaying");
	sign_in("2010");
	ask("{\"cmd\":\"call\",\"from\":\"2001\",\"to\":\"7000\"}");
	take("ACDCallAddedEvent");
	take("ACDCallOfferedToAgentEvent");
	ask("{\"cmd\":\"release\",\"user\":\"2001\"}");
	take("ACDCallAbandonedEvent");
	bws_kit_assert_quiet(&stream, &doc);
	stop();
}
END_TEST

START_TEST(order_of_the_queue)
{
	start(KNOBS("acd_priority=2"));
	caller("tel:+15559000001");
	caller("tel:+15559000002");
	bws_kit_assert_field(&doc, "position", "2");
	caller("tel:+15559000003");
	ck_assert_int_eq(
		request("PUT", "/callhalf-3:1/Promote",
			"<ACDPromote " BWS_KIT_NS "><priority>0-Highest</priority></ACDPromote>"),
		200);
	take("ACDCallPromotedEvent");
	bws_kit_assert_field(&doc, "position", "1");
	bws_kit_assert_field(&doc, "acdPriority", "0-Highest");
	ck_assert_int_eq(
		request("PUT", "/callhalf-3:1/Promote",
			"<ACDPromote " BWS_KIT_NS "><priority>1-High</priority></ACDPromote>"),
		409);
	ck_assert_int_eq(request("PUT", "/callhalf-3:1/Promote",
				 "<ACDPromote " BWS_KIT_NS "><priority>9</priority></ACDPromote>"),
		400);
	ck_assert_int_eq(
		request("PUT", "/callhalf-2:1/Promote",
			"<ACDPromote " BWS_KIT_NS "><priority>0-Highest</priority></ACDPromote>"),
		200);
	take("ACDCallPromotedEvent");
	bws_kit_assert_field(&doc, "position", "2");
	ck_assert_int_eq(request("PUT", "/callhalf-2:1/Reorder?index=1", NULL), 200);
	take("ACDCallReorderedEvent");
	bws_kit_assert_field(&doc, "position", "1");
	bws_kit_assert_has(&doc, "reordered");
	ck_assert_int_eq(request("PUT", "/callhalf-1:1/Reorder?index=1", NULL), 409);
	ck_assert_int_eq(request("PUT", "/callhalf-2:1/Reorder?index=0", NULL), 400);
	ck_assert_int_eq(request("PUT", "/callhalf-9:1/Reorder?index=1", NULL), 404);
	stop();
}
END_TEST

START_TEST(requests_on_calls)
{
	struct bws_kit_reply r;

	start(KNOBS("queue_answers=0"));
	caller("tel:+15559000001");
	caller("tel:+15559000002");
	r = bws_kit_http(&kit, 1, "", "GET", CALLS, NULL);
	ck_assert_int_eq(r.status, 200);
	ck_assert_ptr_nonnull(strstr(r.body.p, "<ACDQueue "));
	ck_assert_ptr_nonnull(strstr(r.body.p, "<callId>callhalf-2:1</callId>"));
	bws_kit_reply_free(&r);
	ck_assert_int_eq(request("DELETE", "/callhalf-1:1", NULL), 200);
	take("ACDCallReleasedEvent");
	bws_kit_assert_field(&doc, "callId", "callhalf-1:1");
	ck_assert_int_eq(request("PUT", "/callhalf-2:1/BlindTransfer", NULL), 400);
	ck_assert_int_eq(request("PUT", "/callhalf-2:1/BlindTransfer?phoneno=tel:2005", NULL), 200);
	take("ACDCallTransferredEvent");
	bws_kit_assert_field(&doc, "reason", "transfer");
	bws_kit_assert_has(&doc, "tel:2005");
	ck_assert_int_eq(bws_kit_status(&kit, 1, "GET",
				 BWS_KIT_ACTIONS "/callcenter/2001@demo.example/calls", NULL),
		404);
	ask("{\"cmd\":\"answer\",\"user\":\"2005\"}");
	caller("tel:+15559000003");
	ask("{\"cmd\":\"entry\",\"at\":\"7000\",\"do\":\"update\",\"reason\":\"Call Monitored\"}");
	take("ACDCallUpdatedEvent");
	bws_kit_assert_field(&doc, "reason", "Call Monitored");
	ask("{\"cmd\":\"entry\",\"at\":\"7000\",\"do\":\"escape\",\"to\":\"2006\"}");
	take("ACDCallEscapedEvent");
	stop();
}
END_TEST

/* A message instead of an address: the caller hears it to its end, or does not. */
static void
policy(const char *name, const char *applied, const char *completed)
{
	char command[160];

	snprintf(command, sizeof(command), "{\"cmd\":\"policy\",\"at\":\"7000\",\"policy\":\"%s\"}",
		name);
	ask(command);
	ask("{\"cmd\":\"call\",\"from\":\"tel:+15559000001\",\"to\":\"7000\"}");
	take(applied);
	bws_kit_assert_has(&doc, "treatmentStarted");
	take(completed);
	bws_kit_assert_field(&doc, "reason", "EOF");
	snprintf(command, sizeof(command),
		"{\"cmd\":\"policy\",\"at\":\"7000\",\"policy\":\"%s\",\"to\":\"2005\"}", name);
	ask(command);
	ask("{\"cmd\":\"call\",\"from\":\"2001\",\"to\":\"7000\"}");
	take(applied);
	bws_kit_assert_has(&doc, "tel:2005");
	ask("{\"cmd\":\"release\",\"user\":\"2001\"}");
	snprintf(command, sizeof(command),
		"{\"cmd\":\"policy\",\"at\":\"7000\",\"policy\":\"%s\",\"active\":false}", name);
	ask(command);
}

START_TEST(policies_of_new_calls)
{
	start(KNOBS("treatment_ms=100"));
	ck_assert_int_eq(bws_kit_subscribe_to(&kit, 0, "user/" QUEUE,
				 PACKAGE("Call Center Configuration"), "OTHER", NULL),
		200);
	policy("holiday", "ACDHolidayPolicyAppliedEvent",
		"ACDHolidayPolicyTreatmentCompletedEvent");
	policy("night", "ACDNightPolicyAppliedEvent", "ACDNightPolicyTreatmentCompletedEvent");
	policy("forward", "ACDCallForwardedEvent", "ACDCallForwardedTreatmentCompletedEvent");
	bws_kit_assert_quiet(&stream, &doc);
	stop();
}
END_TEST

START_TEST(overflow_and_stranded)
{
	start(KNOBS("treatment_ms=100", "acd_length_max=1", "acd_wait_ms=400"));
	sign_in("2010");
	ask("{\"cmd\":\"agent\",\"user\":\"2010\",\"state\":\"Unavailable\",\"code\":\"lunch\"}");
	caller("tel:+15559000001");
	ask("{\"cmd\":\"call\",\"from\":\"tel:+15559000002\",\"to\":\"7000\"}");
	take("ACDCallOverflowedEvent");
	bws_kit_assert_field(&doc, "overflowReason", "size");
	take("ACDCallOverflowedTreatmentCompletedEvent");
	take("ACDCallOverflowedEvent");
	bws_kit_assert_field(&doc, "overflowReason", "time");
	bws_kit_assert_has(&doc, "removeTime");
	take("ACDCallOverflowedTreatmentCompletedEvent");
	ask("{\"cmd\":\"policy\",\"at\":\"7000\",\"policy\":\"stranded-unavailable\"}");
	ask("{\"cmd\":\"policy\",\"at\":\"7000\",\"policy\":\"stranded\"}");
	caller("tel:+15559000003");
	take("ACDCallStrandedUnavailableEvent");
	take("ACDCallStrandedUnavailableTreatementCompletedEvent");
	ask("{\"cmd\":\"agent\",\"user\":\"2010\",\"state\":\"Sign-Out\"}");
	caller("tel:+15559000004");
	take("ACDCallStrandedEvent");
	take("ACDCallStrandedTreatementCompletedEvent");
	stop();
}
END_TEST

START_TEST(configuration_and_monitoring)
{
	start(KNOBS("monitoring_ms=300"));
	ck_assert_int_eq(bws_kit_subscribe_to(&kit, 0, "user/" QUEUE,
				 PACKAGE("Call Center Configuration"), "SET", NULL),
		200);
	take("ACDConfigurationSubscriptionEvent");
	ask("{\"cmd\":\"policy\",\"at\":\"7000\",\"policy\":\"night\",\"to\":\"2005\",\"force\":true}");
	take("ACDNightServiceEvent");
	bws_kit_assert_has(&doc, "<xsi:active/><xsi:forceNightService/>");
	ask("{\"cmd\":\"policy\",\"at\":\"7000\",\"policy\":\"night\",\"active\":false}");
	take("ACDNightServiceEvent");
	ask("{\"cmd\":\"policy\",\"at\":\"7000\",\"policy\":\"holiday\"}");
	take("ACDHolidayServiceEvent");
	ask("{\"cmd\":\"policy\",\"at\":\"7000\",\"policy\":\"holiday\",\"active\":false}");
	take("ACDHolidayServiceEvent");
	ask("{\"cmd\":\"policy\",\"at\":\"7000\",\"policy\":\"forward\"}");
	take("ACDForcedForwardingEvent");
	ask("{\"cmd\":\"policy\",\"at\":\"7000\",\"policy\":\"forward\",\"active\":false}");
	take("ACDForcedForwardingEvent");
	ck_assert_int_eq(bws_kit_subscribe_to(&kit, 0, "user/" QUEUE,
				 PACKAGE("Call Center Monitoring"), "MON", NULL),
		200);
	bws_kit_close(&stream);
	bws_kit_open(&kit, &stream, 0, "MON", "");
	ask("{\"cmd\":\"call\",\"from\":\"tel:+15559000001\",\"to\":\"7000\"}");
	/* Repeated while calls wait, not more often than the knob says. */
	take("CallCenterMonitoringEvent");
	take("CallCenterMonitoringEvent");
	bws_kit_assert_has(&doc, "<xsi:numCallsInQueue><xsi:value>1</xsi:value>");
	bws_kit_assert_field(&doc, "numAgentsAssigned", "3");
	ask("{\"cmd\":\"knob\",\"name\":\"plain_values\",\"value\":1}");
	take("CallCenterMonitoringEvent");
	bws_kit_assert_field(&doc, "numCallsInQueue", "1");
	bws_kit_close(&stream);
	bws_buf_free(&doc);
	ck_assert_int_eq(bws_kit_stop(&kit), 0);
}
END_TEST

START_TEST(agent_requests)
{
	static const char state[] = BWS_KIT_ACTIONS "/user/" AGENT "/services/CallCenter";
	struct bws_kit_reply r;

	start(KNOBS("wrap_up_ms=0"));
	ck_assert_int_eq(bws_kit_subscribe_to(&kit, 0, "user/" AGENT,
				 "<eventPackageList><event>Call Center Agent</event>"
				 "<event>Call Center Agent Monitoring</event></eventPackageList>",
				 "SET", NULL),
		200);
	take("AgentSubscriptionEvent");
	take("CallCenterAgentMonitoringSubscriptionEvent");
	ck_assert_int_eq(
		bws_kit_status(&kit, 1, "PUT", state,
			"<CallCenter " BWS_KIT_NS "><agentACDState>Unavailable</agentACDState>"
			"<agentUnavailableCode>lunch</agentUnavailableCode></CallCenter>"),
		200);
	take("AgentStateEvent");
	bws_kit_assert_field(&doc, "unavailableCode", "lunch");
	r = bws_kit_http(&kit, 1, "", "GET", state, NULL);
	ck_assert_int_eq(r.status, 200);
	ck_assert_ptr_nonnull(strstr(r.body.p, "<agentACDState>Unavailable</agentACDState>"));
	ck_assert_ptr_nonnull(strstr(r.body.p, "<serviceUserId>" QUEUE "</serviceUserId>"));
	bws_kit_reply_free(&r);
	ck_assert_int_eq(bws_kit_status(&kit, 1, "PUT", state,
				 "<CallCenter " BWS_KIT_NS
				 "><agentACDState>Gone</agentACDState></CallCenter>"),
		400);
	ck_assert_int_eq(
		bws_kit_status(&kit, 1, "GET",
			BWS_KIT_ACTIONS "/user/2001@demo.example/services/callcenter", NULL),
		404);
	ask("{\"cmd\":\"agent\",\"user\":\"2010\",\"queue\":\"7000\",\"joined\":false,\"skill\":2}");
	take("ACDAgentJoinUpdateEvent");
	bws_kit_assert_field(&doc, "skillLevel", "2");
	ck_assert_ptr_null(strstr(bws_buf_text(&doc), "joined"));
	ask("{\"cmd\":\"knob\",\"name\":\"agent_alert_ms\",\"value\":100}");
	ask("{\"cmd\":\"agent\",\"user\":\"2010\",\"queue\":\"7000\",\"joined\":true}");
	take("ACDAgentJoinUpdateEvent");
	sign_in("2010");
	take("AgentStateEvent");
	caller("tel:+15559000001");
	take("ACDCallOfferedToAgentEvent");
	ask("{\"cmd\":\"answer\",\"user\":\"2010\"}");
	take("ACDCallAnsweredByAgentEvent");
	take("CallCenterAgentOnCallAlertEvent");
	bws_kit_assert_field(&doc, "alertEvent", "OnCallTime");
	ask("{\"cmd\":\"release\",\"user\":\"2010\"}");
	take("CallCenterAgentMonitoringEvent");
	stop();
}
END_TEST

START_TEST(failover_forgets_silently)
{
	char path[160];

	start(KNOBS("reg_percent=100", "reg_ms_min=1", "reg_ms_max=50", "resync_event=1"));
	caller("tel:+15559000001");
	ask("{\"cmd\":\"as-failover\"}");
	bws_kit_assert_quiet(&stream, &doc);
	snprintf(path, sizeof(path), BWS_KIT_EVENTS "/subscription/%s", queue_sub);
	ck_assert_int_eq(
		bws_kit_status(&kit, 0, "PUT", path,
			"<Subscription " BWS_KIT_NS "><expires>3600</expires></Subscription>"),
		200);
	take("ACDSubscriptionEvent");
	ck_assert_ptr_null(strstr(bws_buf_text(&doc), "queueEntr"));
	/* Unless the tester says that this release does tell. */
	ask("{\"cmd\":\"knob\",\"name\":\"resync_packages\",\"value\":\"Call Center Queue=resync\"}");
	caller("tel:+15559000002");
	ask("{\"cmd\":\"as-failover\"}");
	take("ACDSubscriptionResyncEvent");
	stop();
}
END_TEST

START_TEST(load_with_agents)
{
	start(KNOBS("acd_bounce_ms=400", "wrap_up_ms=50", "patience_ms=1500", "ack_timeout_ms=0"));
	bws_kit_close(&stream);
	ask("{\"cmd\":\"load\",\"rate\":60,\"queue_share\":0.7,\"agents\":true,\"talk_ms\":[50,200],"
	    "\"ring_ms\":[20,100]}");
	ck_assert(bws_kit_wait_stat(&kit, "calls_ended", 200));
	ck_assert(bws_kit_journal_has(
		&kit, (const char *const[]){ "ACDCallAnsweredByAgentEvent", NULL }));
	ck_assert(bws_kit_journal_has(&kit, (const char *const[]){ "\"Wrap-Up\"", NULL }));
	ask("{\"cmd\":\"as-failover\"}");
	ck_assert(bws_kit_wait_stat(&kit, "calls_ended", 300));
	ask("{\"cmd\":\"drain\"}");
	bws_kit_open(&kit, &stream, 0, "SET", "");
	stop();
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		answered_by_agent,
		bounced_and_whisper,
		refused_goes_elsewhere,
		refused_and_nowhere_to_go,
		abandoned_in_each_stage,
		order_of_the_queue,
		requests_on_calls,
		policies_of_new_calls,
		overflow_and_stranded,
		configuration_and_monitoring,
		agent_requests,
		failover_forgets_silently,
		load_with_agents,
	};

	return bws_kit_main("bwsim call centers", tests, sizeof(tests) / sizeof(tests[0]));
}
