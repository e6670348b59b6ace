/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every value of every enumeration in Xsi documents: the value it stands for, absent is _NONE, and
 * one that is none of them is _UNKNOWN and refuses nothing. The values are written out here once
 * more, in the order of their enumerations.
 */
#include "proto/base/buf.h"
#include "proto/xsi_decode.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define VALUES_MAX 20
#define CALL_HEAD "<call><callId>c</callId><extTrackingId>t</extTrackingId><state>Active</state>"
#define ENTRY_HEAD "<queueEntry><callId>c</callId><extTrackingId>t</extTrackingId>"
#define ENTRY ENTRY_HEAD "</queueEntry>"

#define GET(name, field) \
	static int get_##name(const struct xsi_event *e) \
	{ \
		return (int)e->field; \
	}

/* clang-format off */
GET(call_type, call.remote.type)
GET(redirect, call.redirect.reason)
GET(redirected, redirected.reason)
GET(endpoint, call.endpoint)
GET(recall, call.recall)
GET(recording, call.recording)
GET(controls, call.recording_controls)
GET(conference, conference.state)
GET(conference_type, conference.type)
GET(agent, agent.state)
GET(priority, entry.priority)
GET(overflow, overflow)
GET(update, update)
GET(treatment, treatment_end)
GET(reason, reason)
GET(play, play.end)
GET(media, entry.media)
GET(cpd, cpd)
/* clang-format on */

#define REDIRECTS \
	"user-busy", "no-answer", "unavailable", "unconditional", "time-of-day", "do-not-disturb", \
		"deflection", "follow-me", "out-of-service", "away", "transfer", "voicemail", \
		"hunt-group", "call-center", "route-point", "agent-wrap-up", \
		"voicexml-script-termination", "unknown"

static const struct enumeration {
	const char *event;
	const char *before;
	const char *after;
	int (*get)(const struct xsi_event *e);
	int first; /* what the first value stands for */
	bool is_optional;
	const char *values[VALUES_MAX];
} enumerations[] = {
	{ "CallUpdated", CALL_HEAD "<remoteParty><callType>", "</callType></remoteParty></call>",
		get_call_type, 1, true,
		{ "Group", "Enterprise", "Network", "Emergency", "Repair", "City-Wide Centrex",
			"Private Dial Plan", "Unknown", "Error" } },
	{ "CallUpdated", CALL_HEAD "<redirect><reason>", "</reason></redirect></call>",
		get_redirect, 1, true, { REDIRECTS } },
	{ "ACDCallAdded", ENTRY "<redirections><redirection><reason>",
		"</reason></redirection></redirections>", get_redirected, 1, true, { REDIRECTS } },
	{ "CallUpdated", CALL_HEAD "<endpoint type='x:", "'/></call>", get_endpoint, 1, false,
		{ "AccessEndpoint", "BroadWorksAnywhereEndpoint", "RemoteOfficeEndpoint",
			"BroadWorksMobilityEndpoint" } },
	{ "CallUpdated", CALL_HEAD "<recallType>", "</recallType></call>", get_recall, 1, true,
		{ "Busy Camp On Callback", "Call Transfer Recall", "Call Park Recall",
			"Automatic Hold/Retrieve Recall",
			"Executive-Assistant Call Push Recall" } },
	{ "CallUpdated", CALL_HEAD "<recordingState>", "</recordingState></call>", get_recording, 1,
		true, { "Pending", "Started", "Paused", "Failed" } },
	{ "CallUpdated", CALL_HEAD "<allowedRecordingControls>",
		"</allowedRecordingControls></call>", get_controls, 0, true,
		{ "none", "record", "pause", "pause-stop", "resume", "resume-stop", "stop" } },
	{ "ConferenceUpdated", "<conference><state>", "</state></conference>", get_conference, 1,
		true, { "Active", "Held", "Released" } },
	{ "ConferenceUpdated", "<conference><conferenceType>", "</conferenceType></conference>",
		get_conference_type, 1, true,
		{ "Barge-In", "Silently Monitored", "Supervisor Coached" } },
	{ "AgentSubscription", "<stateInfo><state>", "</state></stateInfo>", get_agent, 1, true,
		{ "Sign-In", "Available", "Unavailable", "Wrap-Up", "Sign-Out" } },
	{ "ACDCallAdded", ENTRY_HEAD "<acdPriority>", "</acdPriority></queueEntry>", get_priority,
		1, true, { "0-Highest", "1-High", "2-Medium", "3-Low" } },
	{ "ACDCallOverflowed", ENTRY "<overflowReason>", "</overflowReason>", get_overflow, 1, true,
		{ "size", "time" } },
	{ "RoutePointCallOverflowed", ENTRY "<overFlowReason>", "</overFlowReason>", get_overflow,
		1, true, { "size", "time" } },
	/* "Unknown" of the schema is the last, and so the same as one we do not know */
	{ "ACDCallUpdated", ENTRY "<reason>", "</reason>", get_update, 1, true,
		{ "Call Transferred", "Call Picked-Up", "Call Barged-In", "Call Monitored",
			"Call Forwarded", "Call Park Retrieved" } },
	{ "RoutePointCallUpdated", ENTRY "<reason>", "</reason>", get_update, 1, true,
		{ "Call Transferred", "Call Picked-Up", "Call Barged-In", "Call Monitored",
			"Call Forwarded", "Call Park Retrieved" } },
	{ "ACDCallStrandedTreatementCompleted", ENTRY "<reason>", "</reason>", get_treatment, 1,
		true, { "EOF", "remoteRelease" } },
	{ "RoutePointFailed", "<stateChangeReason>", "</stateChangeReason>", get_reason, 1, true,
		{ "FailureDetected", "ExternalRequest", "CallRejectRequested",
			"CallAdmissionTimeout", "CallAbandoned", "CallFailureRequested",
			"CallFailureDueToInactivity", "RoutePointFailure", "CallReleaseRequested",
			"NoAnswerTimeOut", "ReleasedWithCause", "User Requested", "Failure" } },
	{ "RoutePointMOHCompleted", ENTRY "<playCollectResult><completionReason>",
		"</completionReason></playCollectResult>", get_play, 1, true,
		{ "Match", "NoMatch", "Timeout", "EOF", "Stopped-OutOfQueue",
			"Stopped-NewPlayCollect", "Stopped-OfferedWithRingback", "Error" } },
	{ "RoutePointMOHStarted", ENTRY_HEAD "<playCollectInfo><playCollectType>",
		"</playCollectType></playCollectInfo></queueEntry>", get_media, 1, true,
		{ "Treatment", "MOH", "Ringback", "Busy", "Silence" } },
	{ "RoutePointCallReleased", ENTRY "<cpdResult>", "</cpdResult>", get_cpd, 1, true,
		{ "SIT", "Fax", "VoiceMessaging" } },
};

static struct xml *reader;
static struct xsi_doc *doc;
static struct buf bytes;

static void
setup(void)
{
	reader = xml_new();
	doc = malloc(sizeof(*doc));
	buf_init(&bytes, 65536);
}

static void
teardown(void)
{
	buf_fini(&bytes);
	free(doc);
	xml_free(reader);
}

static const struct xsi_event *
decode(const char *event, const char *before, const char *value, const char *after)
{
	struct err e = { 0 };

	buf_reset(&bytes);
	buf_printf(&bytes,
		"<Event type='SubscriptionEvent'><eventID>e</eventID><sequenceNumber>1"
		"</sequenceNumber><subscriptionId>s</subscriptionId><eventData type='%sEvent'>"
		"%s%s%s</eventData></Event>",
		event, before, value, after);
	ck_assert_msg(xsi_decode(reader, buf_as_str(&bytes), doc, &e) == E_OK, "%s %s: %s", event,
		value, e.text);
	return &doc->event;
}

START_TEST(every_value)
{
	const struct enumeration *n = &enumerations[_i];
	int count = 0;

	for (; count < VALUES_MAX && n->values[count] != NULL; count++) {
		const struct xsi_event *e = decode(n->event, n->before, n->values[count], n->after);

		ck_assert_msg(n->get(e) == n->first + count, "%s: %s is %d", n->event,
			n->values[count], n->get(e));
	}
	ck_assert_int_eq(
		n->get(decode(n->event, n->before, "No Such Value", n->after)), n->first + count);
	if (n->is_optional)
		ck_assert_int_eq(n->get(decode(n->event, n->before, " ", n->after)), 0);
}
END_TEST

START_TEST(reasons_of_a_stopped_recording)
{
	const char *before = CALL_HEAD "</call><reason>";

	ck_assert_int_eq(
		decode("CallRecordingStopped", before, "User Requested", "</reason>")->reason,
		XSI_REASON_USER_REQUESTED);
	ck_assert_int_eq(decode("CallRecordingStopped", before, "Failure", "</reason>")->reason,
		XSI_REASON_RECORDING_FAILURE);
	ck_assert_int_eq(decode("CallRecordingStopped", before, "Rust", "</reason>")->reason,
		XSI_REASON_UNKNOWN);
	ck_assert_int_eq(
		decode("CallRecordingStopped", before, "", "</reason>")->reason, XSI_REASON_NONE);
}
END_TEST

/* A party with nothing but its userDN, and one whose userDN is too long for us. */
START_TEST(a_party_by_its_directory_number)
{
	static char number[LIMIT_ADDRESS + 1];
	const char *before = CALL_HEAD "<remoteParty><userDN>";
	const char *after = "</userDN></remoteParty></call>";

	ck_assert(str_is(
		decode("CallUpdated", before, "tel:2002", after)->call.remote.address, "tel:2002"));
	memset(number, '5', LIMIT_ADDRESS);
	buf_reset(&bytes);
	buf_printf(&bytes,
		"<Event type='SubscriptionEvent'><eventID>e</eventID><sequenceNumber>1"
		"</sequenceNumber><subscriptionId>s</subscriptionId><eventData "
		"type='CallUpdatedEvent'>%s%s%s</eventData></Event>",
		before, number, after);
	ck_assert_int_eq(xsi_decode(reader, buf_as_str(&bytes), doc, NULL), E_MALFORMED);
}
END_TEST

START_TEST(a_service_of_a_queue_that_ended)
{
	const struct xsi_event *e = decode("ACDForcedForwarding", "", "", "");

	ck_assert_int_eq(e->queue_config.forced_forwarding, XSI_FLAG_OFF);
	ck_assert_int_eq(e->queue_config.holiday, XSI_FLAG_NONE);
	e = decode("ACDHolidayService", "<active/>", "", "");
	ck_assert_int_eq(e->queue_config.holiday, XSI_FLAG_ON);
	e = decode("ACDNightService", "", "", "");
	ck_assert_int_eq(e->queue_config.night, XSI_FLAG_OFF);
	ck_assert_int_eq(e->queue_config.night_forced, XSI_FLAG_OFF);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("xsi_values");
	TCase *tc = tcase_create("xsi_values");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(
		tc, every_value, 0, (int)(sizeof(enumerations) / sizeof(enumerations[0])));
	tcase_add_test(tc, reasons_of_a_stopped_recording);
	tcase_add_test(tc, a_party_by_its_directory_number);
	tcase_add_test(tc, a_service_of_a_queue_that_ended);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
