/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests the simulator's call features over loopback: transfers, conferences, park, pick-up, barge-in,
 * recording, digits, rare events; what each package is told; what is refused; the load's shares.
 */
#include "tests/bwsim/bws_testkit.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct bws_kit kit;
static struct bws_kit_stream stream;
static struct bws_buf doc;

#define KNOBS(...) ((const char *const[]){ __VA_ARGS__, NULL })
/* Events in order, each "Type user state"; the state may be left out. */
#define EVENTS(...) take_all((const char *const[]){ __VA_ARGS__, NULL })

static void
subscribe(const char *user, const char *package)
{
	char path[160], body[400];

	snprintf(path, sizeof(path), BWS_KIT_EVENTS "/user/%s@demo.example", user);
	snprintf(body, sizeof(body),
		"<Subscription " BWS_KIT_NS "><event>%s</event><channelSetId>SET</channelSetId>"
		"<applicationId>app</applicationId></Subscription>",
		package);
	ck_assert_int_eq(bws_kit_status(&kit, 0, "POST", path, body), 200);
}

static void
start(const char *const *knobs)
{
	static const char *const users[] = { "2001", "2002", "2003" };
	size_t i;

	bws_kit_start(&kit, knobs);
	bws_kit_open(&kit, &stream, 0, "SET", "");
	for (i = 0; i < 3; i++) {
		subscribe(users[i], "Advanced Call");
		bws_kit_take(&kit, &stream, "CallSubscriptionEvent", &doc);
	}
}

static void
stop(void)
{
	bws_kit_close(&stream);
	bws_buf_free(&doc);
	ck_assert_int_eq(bws_kit_stop(&kit), 0);
}

static void
take_all(const char *const *wanted)
{
	char type[64], user[16], state[32], text[64];

	for (; *wanted; wanted++) {
		state[0] = '\0';
		ck_assert_int_ge(sscanf(*wanted, "%63s %15s %31[^\n]", type, user, state), 2);
		bws_kit_take(&kit, &stream, type, &doc);
		bws_kit_field(&doc, "targetId", text, sizeof(text));
		ck_assert_msg(strncmp(text, user, 4) == 0, "%s is about %s", *wanted, text);
		bws_kit_field(&doc, "state", text, sizeof(text));
		ck_assert_msg(!*state || strcmp(text, state) == 0, "%s: %s", *wanted, text);
	}
}

static int
request_with(const char *user, const char *method, const char *rest, const char *body)
{
	char path[300];

	snprintf(path, sizeof(path), BWS_KIT_ACTIONS "/user/%s@demo.example/calls%s", user, rest);
	return bws_kit_status(&kit, 1, method, path, body);
}

static int
request(const char *user, const char *method, const char *rest)
{
	return request_with(user, method, rest, NULL);
}

/* The reply to a GET of the calls of @user must hold @text. */
static void
reads(const char *user, const char *rest, const char *text)
{
	struct bws_kit_reply r;
	char path[300];

	snprintf(path, sizeof(path), BWS_KIT_ACTIONS "/user/%s@demo.example/calls%s", user, rest);
	r = bws_kit_http(&kit, 0, "", "GET", path, NULL);
	ck_assert_int_eq(r.status, 200);
	ck_assert_msg(strstr(r.body.p, text) != NULL, "%s not in %s", text, r.body.p);
	bws_kit_reply_free(&r);
}

static void
control(const char *command)
{
	char *answer = bws_kit_ask(&kit, "%s", command);

	ck_assert_msg(strncmp(answer, "{\"ok\":true", 10) == 0, "%s: %s", command, answer);
	free(answer);
}

static void
refused(const char *command, const char *text)
{
	char *answer = bws_kit_ask(&kit, "%s", command);

	ck_assert_msg(
		strstr(answer, "\"ok\":false") && strstr(answer, text), "%s: %s", command, answer);
	free(answer);
}

/* 2001 calls 2002, who answers. */
static void
connect_call(void)
{
	control("{\"cmd\":\"call\",\"from\":\"2001\",\"to\":\"2002\"}");
	EVENTS("HookStatusEvent 2001", "CallOriginatedEvent 2001 Alerting",
		"CallReceivedEvent 2002 Alerting", "CallUpdatedEvent 2001 Alerting");
	control("{\"cmd\":\"answer\",\"user\":\"2002\"}");
	EVENTS("HookStatusEvent 2002", "CallAnsweredEvent 2002 Active",
		"CallAnsweredEvent 2001 Active");
}

/* 2001 then calls 2003, who answers: two calls of 2001, the first held. */
static void
connect_second(void)
{
	connect_call();
	control("{\"cmd\":\"call\",\"from\":\"2001\",\"to\":\"2003\"}");
	EVENTS("CallHeldEvent 2001 Held", "CallHeldEvent 2002 Remote Held",
		"CallOriginatedEvent 2001 Alerting", "CallReceivedEvent 2003 Alerting",
		"CallUpdatedEvent 2001 Alerting");
	control("{\"cmd\":\"answer\",\"user\":\"2003\"}");
	EVENTS("HookStatusEvent 2003", "CallAnsweredEvent 2003 Active",
		"CallAnsweredEvent 2001 Active");
}

START_TEST(blind_transfer)
{
	start(KNOBS("dial_auto=0"));
	connect_call();
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/BlindTransfer"), 400);
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/BlindTransfer?address=2003"), 200);
	EVENTS("CallRedirectedEvent 2001 Detached");
	bws_kit_assert_field(&doc, "reason", "transfer");
	ck_assert_ptr_nonnull(strstr(doc.p, "<xsi:calls><xsi:call>"));
	ck_assert_ptr_nonnull(
		strstr(doc.p, "<xsi:redirect><xsi:address>tel:+155502003</xsi:address>"));
	EVENTS("HookStatusEvent 2001", "CallTransferredEvent 2002 Alerting");
	bws_kit_assert_field(&doc, "extTrackingId", "1:1");
	bws_kit_assert_field(&doc, "personality", "Terminator");
	ck_assert_ptr_null(strstr(doc.p, "allowAnswer"));
	ck_assert_int_eq(request("2002", "PUT", "/callhalf-1:1/Talk"), 409);
	EVENTS("CallReceivedEvent 2003 Alerting");
	bws_kit_assert_field(&doc, "callId", "callhalf-1:2");
	ck_assert_ptr_nonnull(strstr(doc.p, "<xsi:redirections><xsi:redirection><xsi:party>"));
	EVENTS("CallUpdatedEvent 2002 Alerting");
	reads("2001", "", "<Calls " BWS_KIT_NS "></Calls>");
	ck_assert_int_eq(request("2001", "GET", "/callhalf-1:0"), 404);
	ck_assert_int_eq(request("2001", "DELETE", "/callhalf-1:0"), 404);
	reads("2001", "/callhalf-1:0?allowDetached=true", "<state>Detached</state>");
	control("{\"cmd\":\"answer\",\"user\":\"2003\"}");
	EVENTS("HookStatusEvent 2003", "CallAnsweredEvent 2003 Active",
		"CallAnsweredEvent 2002 Active");
	control("{\"cmd\":\"release\",\"user\":\"2002\"}");
	EVENTS("CallReleasedEvent 2002 Released", "CallReleasedEvent 2003 Released",
		"HookStatusEvent 2002", "CallReleasedEvent 2001 Released", "HookStatusEvent 2003");
	bws_kit_assert_quiet(&stream, &doc);
	stop();
}
END_TEST

START_TEST(deflect_and_forward)
{
	start(KNOBS("dial_auto=0", "treatment_ms=20"));
	control("{\"cmd\":\"call\",\"from\":\"2001\",\"to\":\"2002\"}");
	EVENTS("HookStatusEvent 2001", "CallOriginatedEvent 2001 Alerting",
		"CallReceivedEvent 2002 Alerting", "CallUpdatedEvent 2001");
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/BlindTransfer?address=2003"), 409);
	ck_assert_int_eq(request("2002", "PUT", "/callhalf-1:1/BlindTransfer?address=2003"), 200);
	EVENTS("CallRedirectedEvent 2002 Detached");
	bws_kit_assert_field(&doc, "reason", "deflection");
	EVENTS("CallTransferredEvent 2001 Alerting", "CallReceivedEvent 2003 Alerting",
		"CallUpdatedEvent 2001 Alerting");
	/* To nobody: the caller gets a tone. */
	control("{\"cmd\":\"phone\",\"user\":\"2003\",\"op\":\"Forward\",\"address\":\"2999\"}");
	EVENTS("CallRedirectedEvent 2003 Detached");
	bws_kit_assert_field(&doc, "reason", "no-answer");
	EVENTS("CallForwardedEvent 2001 Alerting", "CallReleasingEvent 2001 Alerting");
	bws_kit_assert_field(&doc, "internalReleaseCause", "User Not Found");
	EVENTS("CallReleasedEvent 2001 Released");
	stop();
}
END_TEST

START_TEST(consultative_transfer)
{
	start(KNOBS("dial_auto=0"));
	connect_second();
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/ConsultTransfer/callhalf-1:0"), 409);
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/ConsultTransfer/callhalf-9:0"), 404);
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/ConsultTransfer/callhalf-2:0"), 200);
	EVENTS("CallRedirectedEvent 2001 Detached");
	ck_assert_ptr_nonnull(strstr(doc.p, "callhalf-1:0"));
	ck_assert_ptr_nonnull(strstr(doc.p, "callhalf-2:0"));
	EVENTS("HookStatusEvent 2001", "CallTransferredEvent 2002 Active");
	bws_kit_assert_field(&doc, "extTrackingId", "3:1");
	bws_kit_assert_field(&doc, "personality", "Originator");
	bws_kit_assert_field(&doc, "callId", "callhalf-1:1");
	bws_kit_assert_field(&doc, "address", "tel:+155502003");
	EVENTS("CallTransferredEvent 2003 Active");
	bws_kit_assert_field(&doc, "extTrackingId", "3:1");
	bws_kit_assert_field(&doc, "personality", "Terminator");
	bws_kit_assert_quiet(&stream, &doc);
	stop();
}
END_TEST

START_TEST(transfer_while_the_target_rings)
{
	start(KNOBS("dial_auto=0"));
	connect_call();
	control("{\"cmd\":\"phone\",\"user\":\"2001\",\"op\":\"MuteTransfer\",\"address\":\"2003\"}");
	EVENTS("CallOriginatedEvent 2001 Alerting", "CallReceivedEvent 2003 Alerting",
		"CallUpdatedEvent 2001", "CallRedirectedEvent 2001 Detached",
		"HookStatusEvent 2001", "CallTransferredEvent 2002 Alerting",
		"CallTransferredEvent 2003 Alerting");
	ck_assert_ptr_nonnull(strstr(doc.p, "allowAnswer"));
	/* 2003 rings now: a mute transfer to 2003 does not ring and changes nothing. */
	control("{\"cmd\":\"answer\",\"user\":\"2003\"}");
	EVENTS("HookStatusEvent 2003", "CallAnsweredEvent 2003 Active",
		"CallAnsweredEvent 2002 Active");
	control("{\"cmd\":\"call\",\"from\":\"2004\",\"to\":\"2005\"}");
	ck_assert_int_eq(request("2002", "PUT", "/callhalf-1:1/MuteTransfer?address=2005"), 201);
	EVENTS("CallOriginatedEvent 2002 Alerting", "CallReleasingEvent 2002 Alerting",
		"CallReleasedEvent 2002 Released");
	reads("2002", "/callhalf-1:1", "<state>Active</state>");
	stop();
}
END_TEST

START_TEST(voice_mail_and_reconnect)
{
	start(KNOBS("dial_auto=0"));
	connect_second();
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-2:0/Reconnect"), 409);
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/Reconnect"), 200);
	EVENTS("CallReleasedEvent 2001 Released", "CallReleasedEvent 2003 Released",
		"HookStatusEvent 2003", "CallRetrievedEvent 2001 Active",
		"CallRetrievedEvent 2002 Active");
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/VmTransfer"), 200);
	EVENTS("CallRedirectedEvent 2001 Detached");
	bws_kit_assert_field(&doc, "reason", "voicemail");
	EVENTS("HookStatusEvent 2001", "CallTransferredEvent 2002 Alerting",
		"CallAnsweredEvent 2002 Active");
	bws_kit_assert_field(&doc, "address", "tel:+15559990000");
	stop();
}
END_TEST

static const char conference_body[] =
	"<Conference " BWS_KIT_NS "><conferenceParticipantList><conferenceParticipant>"
	"<callId>callhalf-1:0</callId></conferenceParticipant><conferenceParticipant>"
	"<callId>callhalf-2:0</callId></conferenceParticipant></conferenceParticipantList></Conference>";

START_TEST(conference)
{
	start(KNOBS("dial_auto=0", "call_waiting=1"));
	connect_second();
	ck_assert_int_eq(request("2001", "GET", "/Conference"), 404);
	ck_assert_int_eq(request("2001", "PUT", "/Conference/Hold"), 404);
	ck_assert_int_eq(request_with("2001", "POST", "/Conference", "<Conference/>"), 400);
	ck_assert_int_eq(request_with("2002", "POST", "/Conference", conference_body), 404);
	ck_assert_int_eq(request_with("2001", "POST", "/Conference", conference_body), 200);
	EVENTS("CallRetrievedEvent 2001 Active", "CallRetrievedEvent 2002 Active",
		"ConferenceStartedEvent 2001 Active");
	ck_assert_ptr_nonnull(strstr(doc.p, "<xsi:callId>callhalf-2:0</xsi:callId>"));
	ck_assert_int_eq(request_with("2001", "POST", "/Conference", conference_body), 409);
	reads("2001", "", "<call inConference=\"true\"><callId>callhalf-1:0");
	reads("2001", "/Conference", "<state>Active</state>");
	/* Held as a whole, not call by call; no transfers. */
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/Hold"), 409);
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/BlindTransfer?address=2004"), 409);
	ck_assert_int_eq(request("2001", "PUT", "/Conference/Hold"), 200);
	EVENTS("ConferenceHeldEvent 2001 Held");
	ck_assert_int_eq(request("2001", "PUT", "/Conference/Hold"), 409);
	ck_assert_int_eq(request("2001", "PUT", "/Conference/Talk"), 200);
	EVENTS("ConferenceRetrievedEvent 2001 Active");
	ck_assert_int_eq(request("2001", "PUT", "/Conference/callhalf-1:0/Mute"), 200);
	EVENTS("ConferenceCallMutedEvent 2001");
	ck_assert_ptr_nonnull(strstr(doc.p, "callhalf-1:0</xsi:callId><xsi:muted/>"));
	ck_assert_int_eq(request("2001", "PUT", "/Conference/callhalf-1:0/Mute"), 409);
	ck_assert_int_eq(request("2001", "PUT", "/Conference/callhalf-1:0/Deaf"), 200);
	EVENTS("ConferenceCallMadeDeafEvent 2001");
	/* A third party is consulted and added. */
	control("{\"cmd\":\"call\",\"from\":\"2001\",\"to\":\"2004\"}");
	EVENTS("ConferenceHeldEvent 2001 Held", "CallOriginatedEvent 2001",
		"CallUpdatedEvent 2001");
	ck_assert_int_eq(request("2001", "PUT", "/Conference/callhalf-3:0"), 409);
	control("{\"cmd\":\"answer\",\"user\":\"2004\"}");
	EVENTS("CallAnsweredEvent 2001 Active");
	ck_assert_int_eq(request("2001", "PUT", "/Conference/callhalf-3:0"), 200);
	EVENTS("ConferenceRetrievedEvent 2001 Active", "ConferenceUpdatedEvent 2001 Active");
	/* Parties leave; the last call is no conference. */
	control("{\"cmd\":\"release\",\"user\":\"2004\"}");
	EVENTS("CallReleasedEvent 2001 Released", "ConferenceUpdatedEvent 2001 Active");
	control("{\"cmd\":\"release\",\"user\":\"2003\"}");
	EVENTS("CallReleasedEvent 2003", "CallReleasedEvent 2001", "HookStatusEvent 2003",
		"ConferenceReleasedEvent 2001 Released");
	reads("2001", "", "<call inConference=\"false\"><callId>callhalf-1:0");
	stop();
}
END_TEST

START_TEST(conference_is_released_with_its_calls)
{
	char *truth;

	start(KNOBS("dial_auto=0"));
	connect_second();
	control("{\"cmd\":\"phone\",\"user\":\"2001\",\"op\":\"ConferenceStart\"}");
	EVENTS("CallRetrievedEvent 2001", "CallRetrievedEvent 2002", "ConferenceStartedEvent 2001");
	truth = bws_kit_ask(&kit, "{\"cmd\":\"truth\"}");
	ck_assert_ptr_nonnull(strstr(
		truth, "\"conferences\":[{\"user\":\"2001@demo.example\",\"state\":\"Active\","));
	free(truth);
	ck_assert_int_eq(request("2001", "DELETE", "/Conference"), 200);
	EVENTS("ConferenceReleasedEvent 2001 Released", "CallReleasedEvent 2001",
		"CallReleasedEvent 2002", "HookStatusEvent 2002", "CallReleasedEvent 2001",
		"CallReleasedEvent 2003", "HookStatusEvent 2001", "HookStatusEvent 2003");
	bws_kit_assert_quiet(&stream, &doc);
	stop();
}
END_TEST

START_TEST(park_and_retrieve)
{
	start(KNOBS("dial_auto=0", "ctd_answer_ms_min=10", "ctd_answer_ms_max=20"));
	subscribe("2003", "Call Park");
	connect_call();
	ck_assert_int_eq(request("2003", "PUT", "/CallRetrieve"), 404);
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/Park?address=2003"), 200);
	EVENTS("CallDetachedEvent 2001 Detached", "HookStatusEvent 2001",
		"CallHeldEvent 2002 Remote Held", "CallParkedAgainstEvent 2003");
	ck_assert_ptr_nonnull(strstr(doc.p, "<xsi:userId>2002@demo.example</xsi:userId>"));
	ck_assert_int_eq(request("2003", "PUT", "/CallRetrieve"), 201);
	EVENTS("CallOriginatingEvent 2003 Alerting", "HookStatusEvent 2003",
		"CallOriginatedEvent 2003 Alerting", "CallParkRetrievedEvent 2002 Alerting");
	bws_kit_assert_field(&doc, "extTrackingId", "2:1");
	EVENTS("CallAnsweredEvent 2003 Active");
	bws_kit_assert_field(&doc, "extTrackingId", "2:1");
	EVENTS("CallAnsweredEvent 2002 Active", "CallParkedAgainstEvent 2003");
	ck_assert_ptr_null(strstr(doc.p, "parkedParty"));
	/* Given up by who waits. */
	ck_assert_int_eq(request("2003", "PUT", "/callhalf-2:0/Park"), 200);
	EVENTS("CallDetachedEvent 2003", "HookStatusEvent 2003", "CallHeldEvent 2002",
		"CallParkedAgainstEvent 2003");
	control("{\"cmd\":\"release\",\"user\":\"2002\"}");
	EVENTS("CallReleasedEvent 2002", "CallParkedAgainstEvent 2003");
	stop();
}
END_TEST

START_TEST(park_is_recalled)
{
	start(KNOBS("dial_auto=0", "park_recall_ms=50"));
	connect_call();
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/GroupCallPark"), 200);
	EVENTS("CallDetachedEvent 2001 Detached");
	ck_assert_ptr_nonnull(strstr(doc.p, "<xsi:groupCallParkLocationSelected/>"));
	EVENTS("HookStatusEvent 2001", "CallHeldEvent 2002 Remote Held",
		"CallReceivedEvent 2001 Alerting");
	bws_kit_assert_field(&doc, "recallType", "Call Park Recall");
	control("{\"cmd\":\"answer\",\"user\":\"2001\"}");
	EVENTS("HookStatusEvent 2001", "CallAnsweredEvent 2001 Active",
		"CallAnsweredEvent 2002 Active");
	stop();
}
END_TEST

START_TEST(recalled_call_is_picked_up)
{
	start(KNOBS("dial_auto=0", "park_recall_ms=50"));
	connect_call();
	control("{\"cmd\":\"phone\",\"user\":\"2001\",\"op\":\"Park\"}");
	EVENTS("CallDetachedEvent 2001", "HookStatusEvent 2001", "CallHeldEvent 2002 Remote Held",
		"CallReceivedEvent 2001 Alerting");
	control("{\"cmd\":\"phone\",\"user\":\"2003\",\"op\":\"DirectedCallPickup\","
		"\"address\":\"2001\"}");
	EVENTS("HookStatusEvent 2003", "CallOriginatedEvent 2003", "CallDetachedEvent 2001",
		"CallPickedUpEvent 2002 Alerting", "CallAnsweredEvent 2003 Active",
		"CallAnsweredEvent 2002 Active");
	stop();
}
END_TEST

START_TEST(pick_up)
{
	start(KNOBS("dial_auto=0", "ctd_answer_ms_min=10", "ctd_answer_ms_max=20"));
	ck_assert_int_eq(request("2003", "POST", "/DirectedCallPickup?address=2002"), 404);
	ck_assert_int_eq(request("2003", "POST", "/DirectedCallPickup?address=2003"), 400);
	control("{\"cmd\":\"call\",\"from\":\"2001\",\"to\":\"2002\"}");
	EVENTS("HookStatusEvent 2001", "CallOriginatedEvent 2001", "CallReceivedEvent 2002",
		"CallUpdatedEvent 2001");
	ck_assert_int_eq(request("2003", "POST", "/DirectedCallPickup?address=2002"), 201);
	EVENTS("CallOriginatingEvent 2003 Alerting", "HookStatusEvent 2003",
		"CallOriginatedEvent 2003", "CallDetachedEvent 2002 Detached",
		"CallPickedUpEvent 2001 Alerting");
	bws_kit_assert_field(&doc, "extTrackingId", "2:1");
	ck_assert_ptr_nonnull(strstr(doc.p, "<xsi:userId>2003@demo.example</xsi:userId>"));
	EVENTS("CallAnsweredEvent 2003 Active", "CallAnsweredEvent 2001 Active");
	/* The call is gone when the phone is answered. */
	control("{\"cmd\":\"call\",\"from\":\"2004\",\"to\":\"2002\"}");
	EVENTS("CallReceivedEvent 2002");
	control("{\"cmd\":\"release\",\"user\":\"2001\"}");
	EVENTS("CallReleasedEvent 2001", "CallReleasedEvent 2003", "HookStatusEvent 2001",
		"CallReleasedEvent 2002", "HookStatusEvent 2003");
	ck_assert_int_eq(request("2001", "POST", "/DirectedCallPickup?address=2002"), 201);
	EVENTS("CallOriginatingEvent 2001");
	control("{\"cmd\":\"release\",\"user\":\"2004\"}");
	EVENTS("CallReleasedEvent 2002", "HookStatusEvent 2001", "CallOriginatedEvent 2001",
		"CallReleasingEvent 2001");
	bws_kit_assert_field(&doc, "internalReleaseCause", "Request Failure");
	stop();
}
END_TEST

START_TEST(barge_in)
{
	start(KNOBS("dial_auto=0"));
	connect_call();
	control("{\"cmd\":\"phone\",\"user\":\"2003\",\"op\":\"SilentMonitor\",\"address\":\"2002\"}");
	EVENTS("HookStatusEvent 2003", "CallOriginatedEvent 2003 Alerting",
		"CallMonitoredEvent 2002 Active");
	bws_kit_assert_field(&doc, "extTrackingId", "2:1");
	ck_assert_ptr_nonnull(strstr(doc.p, "<xsi:userId>2003@demo.example</xsi:userId>"));
	EVENTS("CallMonitoredEvent 2001 Active");
	bws_kit_assert_field(&doc, "extTrackingId", "3:1");
	bws_kit_assert_field(&doc, "callId", "callhalf-1:0");
	EVENTS("CallAnsweredEvent 2003", "CallOriginatedEvent 2003", "CallAnsweredEvent 2003",
		"ConferenceStartedEvent 2003 Active");
	bws_kit_assert_field(&doc, "conferenceType", "Silently Monitored");
	ck_assert_int_eq(request("2003", "PUT", "/Conference/BargeIn"), 200);
	EVENTS("ConferenceUpdatedEvent 2003 Active");
	bws_kit_assert_field(&doc, "conferenceType", "Barge-In");
	ck_assert_int_eq(request("2001", "PUT", "/Conference/BargeIn"), 404);
	stop();
}
END_TEST

START_TEST(recording)
{
	start(KNOBS("dial_auto=0"));
	connect_call();
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/PauseRecording"), 409);
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/Record"), 200);
	EVENTS("CallRecordingStartedEvent 2001 Active");
	bws_kit_assert_field(&doc, "allowedRecordingControls", "pause-stop");
	bws_kit_assert_field(&doc, "recordingState", "Started");
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/Record"), 409);
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/PauseRecording"), 200);
	EVENTS("CallRecordingPausedEvent 2001");
	bws_kit_assert_field(&doc, "allowedRecordingControls", "resume-stop");
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/ResumeRecording"), 200);
	EVENTS("CallRecordingResumedEvent 2001");
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/StopRecording"), 200);
	EVENTS("CallRecordingStoppedEvent 2001");
	bws_kit_assert_field(&doc, "reason", "User Requested");
	/* While held it waits for the retrieve. */
	control("{\"cmd\":\"hold\",\"user\":\"2001\"}");
	EVENTS("CallHeldEvent 2001", "CallHeldEvent 2002");
	control("{\"cmd\":\"phone\",\"user\":\"2001\",\"op\":\"Record\"}");
	EVENTS("CallRecordingStartingEvent 2001 Held");
	control("{\"cmd\":\"retrieve\",\"user\":\"2001\"}");
	EVENTS("CallRetrievedEvent 2001", "CallRecordingStartedEvent 2001",
		"CallRetrievedEvent 2002");
	control("{\"cmd\":\"event\",\"user\":\"2001\",\"event\":\"CallRecordingStoppedEvent\"}");
	EVENTS("CallRecordingStoppedEvent 2001");
	bws_kit_assert_field(&doc, "reason", "Failure");
	control("{\"cmd\":\"knob\",\"name\":\"recording\",\"value\":0}");
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/Record"), 409);
	stop();
}
END_TEST

START_TEST(digits_and_notes)
{
	start(KNOBS("dial_auto=0", "dtmf_ms=10000"));
	connect_call();
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/TransmitDTMF"), 400);
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/TransmitDTMF?playdtmf=1x"), 400);
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/TransmitDTMF?playdtmf=1%23,A"), 200);
	while (!bws_kit_journal_has(&kit, KNOBS("\"ev\":\"dtmf\"", "\"digits\":\"1#,A\"")))
		continue;
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/TransmitDTMF?playdtmf=2"), 409);
	/* A change of state ends the digits. */
	control("{\"cmd\":\"hold\",\"user\":\"2001\"}");
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/TransmitDTMF?playdtmf=2"), 409);
	control("{\"cmd\":\"retrieve\",\"user\":\"2001\"}");
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/TransmitDTMF?playdtmf=2"), 200);
	EVENTS("CallHeldEvent 2001", "CallHeldEvent 2002", "CallRetrievedEvent 2001",
		"CallRetrievedEvent 2002");
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/ClientSessionInfo?info=a7"), 200);
	EVENTS("CallClientSessionInfoUpdatedEvent 2001");
	bws_kit_assert_field(&doc, "clientSessionInfo", "a7");
	control("{\"cmd\":\"knob\",\"name\":\"disposition_method\",\"value\":1}");
	ck_assert_int_eq(request("2001", "POST", "/callhalf-1:0/DispositionCode/7"), 405);
	control("{\"cmd\":\"knob\",\"name\":\"disposition_method\",\"value\":2}");
	ck_assert_int_eq(request("2001", "PUT", "/callhalf-1:0/DispositionCode/7"), 405);
	ck_assert_int_eq(request("2001", "POST", "/new?address=2005&location=Moon"), 400);
	stop();
}
END_TEST

START_TEST(rare_events)
{
	start(KNOBS("dial_auto=0", "treatment_ms=20"));
	control("{\"cmd\":\"event\",\"user\":\"2001\",\"event\":\"CallCollectingEvent\","
		"\"address\":\"*72\"}");
	EVENTS("HookStatusEvent 2001", "CallCollectingEvent 2001 Active");
	bws_kit_assert_field(&doc, "address", "tel:*72");
	control("{\"cmd\":\"release\",\"user\":\"2001\"}");
	EVENTS("CallReleasedEvent 2001", "HookStatusEvent 2001");
	control("{\"cmd\":\"call\",\"from\":\"tel:+15559000001\",\"to\":\"2001\"}");
	EVENTS("CallReceivedEvent 2001");
	control("{\"cmd\":\"event\",\"user\":\"2001\",\"event\":\"CallUpdatedEvent\","
		"\"address\":\"15559000002\"}");
	EVENTS("CallUpdatedEvent 2001 Alerting");
	bws_kit_assert_field(&doc, "address", "tel:+15559000002");
	refused("{\"cmd\":\"event\",\"user\":\"2001\",\"event\":\"CallReleasingEvent\","
		"\"value\":\"x\"}",
		"no release cause");
	control("{\"cmd\":\"event\",\"user\":\"2001\",\"event\":\"CallReleasingEvent\","
		"\"value\":\"Forbidden\"}");
	EVENTS("CallReleasingEvent 2001 Alerting");
	bws_kit_assert_field(&doc, "internalReleaseCause", "Forbidden");
	EVENTS("CallReleasedEvent 2001");
	refused("{\"cmd\":\"event\",\"user\":\"2001\",\"event\":\"CallUpdatedEvent\"}",
		"no such call");
	refused("{\"cmd\":\"event\",\"user\":\"2001\",\"event\":\"Nonsense\"}", "cannot be made");
	refused("{\"cmd\":\"phone\",\"user\":\"2001\",\"op\":\"Nonsense\"}", "unknown");
	refused("{\"cmd\":\"phone\",\"user\":\"2001\",\"op\":\"Park\"}", "Unknown call");
	stop();
}
END_TEST

START_TEST(what_each_package_is_told)
{
	bws_kit_start(&kit, KNOBS("dial_auto=0", "hook_status=0"));
	bws_kit_open(&kit, &stream, 0, "SET", "");
	subscribe("2001", "Basic Call");
	bws_kit_take(&kit, &stream, "CallSubscriptionEvent", &doc);
	subscribe("2002", "Standard Call");
	bws_kit_take(&kit, &stream, "CallSubscriptionEvent", &doc);
	control("{\"cmd\":\"call\",\"from\":\"2001\",\"to\":\"2002\"}");
	control("{\"cmd\":\"answer\",\"user\":\"2002\"}");
	EVENTS("CallOriginatedEvent 2001", "CallReceivedEvent 2002", "CallAnsweredEvent 2002",
		"CallAnsweredEvent 2001");
	control("{\"cmd\":\"hold\",\"user\":\"2001\"}");
	EVENTS("CallHeldEvent 2002 Remote Held");
	/* Left the session: told as released, with the time of it. */
	control("{\"cmd\":\"phone\",\"user\":\"2001\",\"op\":\"BlindTransfer\",\"address\":\"2003\"}");
	EVENTS("CallReleasedEvent 2001 Released");
	ck_assert_ptr_nonnull(strstr(doc.p, "<xsi:detachedTime>"));
	ck_assert_ptr_nonnull(strstr(doc.p, "<xsi:releaseTime>"));
	EVENTS("CallTransferredEvent 2002 Alerting", "CallUpdatedEvent 2002");
	control("{\"cmd\":\"answer\",\"user\":\"2003\"}");
	EVENTS("CallAnsweredEvent 2002 Active");
	control("{\"cmd\":\"phone\",\"user\":\"2002\",\"op\":\"GroupCallPark\"}");
	EVENTS("CallReleasedEvent 2002 Released");
	control("{\"cmd\":\"release\",\"user\":\"2003\"}");
	bws_kit_assert_quiet(&stream, &doc);
	stop();
}
END_TEST

START_TEST(features_in_the_load)
{
	static const char *const events[] = { "CallTransferredEvent", "ConferenceStartedEvent",
		"CallParkRetrievedEvent", "CallRecordingStartedEvent", "CallPickedUpEvent",
		"CallForwardedEvent" };
	size_t i;

	bws_kit_start(&kit, KNOBS("--virtual", "park_recall_ms=30000"));
	control("{\"cmd\":\"load\",\"rate\":0.2,\"transfer_p\":0.2,\"conference_p\":0.2,"
		"\"park_p\":0.2,\"record_p\":0.2,\"pickup_p\":0.2,\"forward_p\":0.2}");
	control("{\"cmd\":\"advance\",\"ms\":7200000}");
	control("{\"cmd\":\"as-failover\"}");
	control("{\"cmd\":\"advance\",\"ms\":3600000}");
	control("{\"cmd\":\"drain\"}");
	control("{\"cmd\":\"advance\",\"ms\":120000}");
	ck_assert_int_eq(bws_kit_stat(&kit, "calls"), 0);
	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		ck_assert_msg(bws_kit_journal_has(&kit, KNOBS(events[i])), "%s", events[i]);
	refused("{\"cmd\":\"load\",\"rate\":1,\"transfer_p\":0.6,\"park_p\":0.6}", "share");
	ck_assert_int_eq(bws_kit_stop(&kit), 0);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		blind_transfer,
		deflect_and_forward,
		consultative_transfer,
		transfer_while_the_target_rings,
		voice_mail_and_reconnect,
		conference,
		conference_is_released_with_its_calls,
		park_and_retrieve,
		park_is_recalled,
		recalled_call_is_picked_up,
		pick_up,
		barge_in,
		recording,
		digits_and_notes,
		rare_events,
		what_each_package_is_told,
		features_in_the_load,
	};

	return bws_kit_main("bwsim features", tests, sizeof(tests) / sizeof(tests[0]));
}
