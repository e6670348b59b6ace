/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CSTA encoder: exact texts of each kind of message, all words in all editions, escapes,
 * sizes and full buffers. Whether the texts agree with the schemas is the business of
 * test_csta_schema.sh.
 */
#include "proto/base/limits.h"
#include "proto/csta_decode.h"
#include "proto/csta_encode.h"
#include "proto/csta_frame.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define NS "http://www.ecma-international.org/standards/ecma-323/csta/"
#define SESSION_NS "http://www.ecma-international.org/standards/ecma-354/appl_session"
#define IN_ED6(root, inner) DECLARATION "<" root " xmlns=\"" NS "ed6\">" inner "</" root ">"
#define IN_SESSION(root, inner) \
	DECLARATION "<" root " xmlns=\"" SESSION_NS "\">" inner "</" root ">"

/* Compares and empties. */
static void
expect(struct buf *b, const char *expected)
{
	ck_assert(!b->overflow);
	ck_assert_msg(str_is(buf_as_str(b), expected), "\n--- expected\n%s\n--- written\n%.*s",
		expected, STR_ARG(buf_as_str(b)));
	buf_reset(b);
}

static const struct csta_link sample_links[] = {
	{ { 4294967299, { "2003", 4 } }, { 4294967298, { "2003", 4 } }, { "2003", 4 } },
	{ { 4294967299, { "", 0 } }, { 0, { "", 0 } }, { "", 0 } },
};

static const struct csta_private sample_private[] = {
	{ "collectDigits", { "1<2", 3 } },
	{ "errorReason", { "", 0 } },
};

static struct csta_event
sample_event(enum csta_event_kind kind)
{
	return (struct csta_event){
		.kind = kind,
		.cross_ref = 1001,
		.call_id = 4294967297,
		.connection_device = STR("2002"),
		.subject = STR("2002"),
		.calling = STR("tel:+15559001234"),
		.called = STR("2002"),
		.local = CSTA_LOCAL_alerting,
		.cause = CSTA_CAUSE_newCall,
		.number = 17,
		.secondary_old = { 4294967298, STR("2002") },
		.other = STR("2003"),
		.redirection = kind == CSTA_EV_Queued ? STR("2009") : STR_NONE,
		.links = sample_links,
		.link_count = 2,
		.number_queued = 3,
		.position = 2,
		.agent_id = STR("agent1"),
		.group = STR("2900"),
		.pending = CSTA_agentReady,
		.reason = kind == CSTA_EV_AgentNotReady ? STR("7") : STR_NONE,
		.on = true,
		.forwarding = CSTA_forwardBusy,
		.ring_count = 4,
		.message = STR("4"),
		.account = STR("a1\xff"),
		.private_items = sample_private,
		.private_count = kind == CSTA_EV_Stop || kind == CSTA_EV_Private ? 2 : 0,
	};
}

/* --- events --- */

#define XREF "<monitorCrossRefID>1001</monitorCrossRefID>"
#define CONNECTION(name) "<" name "><callID>4294967297</callID><deviceID>2002</deviceID></" name ">"
#define PARTY(name, device) "<" name "><deviceIdentifier>" device "</deviceIdentifier></" name ">"
#define PARTIES PARTY("callingDevice", "tel:+15559001234") PARTY("calledDevice", "2002")
#define REDIRECTION "<lastRedirectionDevice><notRequired/></lastRedirectionDevice>"
#define LOCAL "<localConnectionInfo>alerting</localConnectionInfo>"
#define CAUSE "<cause>newCall</cause>"
#define NUMBER \
	"<extensions><security><messageSequenceNumber>17</messageSequenceNumber>" \
	"</security></extensions>"

#define SECONDARY \
	"<secondaryOldCall><callID>4294967298</callID><deviceID>2002</deviceID></secondaryOldCall>"
#define LINKS(name) \
	"<" name "><connectionListItem>" \
	"<newConnection><callID>4294967299</callID><deviceID>2003</deviceID></newConnection>" \
	"<oldConnection><callID>4294967298</callID><deviceID>2003</deviceID></oldConnection>" \
	"<endpoint><deviceID>2003</deviceID></endpoint></connectionListItem><connectionListItem>" \
	"<newConnection><callID>4294967299</callID></newConnection>" \
	"<endpoint><notKnown/></endpoint></connectionListItem></" name ">"
#define AGENT XREF PARTY("agentDevice", "2002") "<agentID>agent1</agentID><acdGroup>2900</acdGroup>"
#define PENDING "<pendingAgentState>agentReady</pendingAgentState>"
#define MEDIA XREF CONNECTION("connection") "<message>4</message>"
#define PRIVATE \
	"<privateData><private><collectDigits xmlns=\"urn:tandem:csta-private\">1&lt;2" \
	"</collectDigits><errorReason xmlns=\"urn:tandem:csta-private\"></errorReason>" \
	"</private></privateData>"

static const char *const event_texts[] = {
	[CSTA_EV_ServiceInitiated] = IN_ED6("ServiceInitiatedEvent",
		XREF CONNECTION("initiatedConnection") PARTY("initiatingDevice", "2002")
			LOCAL CAUSE NUMBER),
	[CSTA_EV_Originated] = IN_ED6("OriginatedEvent",
		XREF CONNECTION("originatedConnection") PARTIES LOCAL CAUSE NUMBER),
	[CSTA_EV_Delivered] = IN_ED6("DeliveredEvent",
		XREF CONNECTION("connection") PARTY("alertingDevice", "2002")
			PARTIES REDIRECTION LOCAL CAUSE NUMBER),
	[CSTA_EV_Established] = IN_ED6("EstablishedEvent",
		XREF CONNECTION("establishedConnection") PARTY("answeringDevice", "2002")
			PARTIES REDIRECTION LOCAL CAUSE NUMBER),
	[CSTA_EV_Held] = IN_ED6("HeldEvent",
		XREF CONNECTION("heldConnection") PARTY("holdingDevice", "2002")
			LOCAL CAUSE NUMBER),
	[CSTA_EV_Retrieved] = IN_ED6("RetrievedEvent",
		XREF CONNECTION("retrievedConnection") PARTY("retrievingDevice", "2002")
			LOCAL CAUSE NUMBER),
	[CSTA_EV_ConnectionCleared] = IN_ED6("ConnectionClearedEvent",
		XREF CONNECTION("droppedConnection") PARTY("releasingDevice", "2002")
			LOCAL CAUSE NUMBER),
	[CSTA_EV_Failed] = IN_ED6("FailedEvent",
		XREF CONNECTION("failedConnection") PARTY("failingDevice", "2002")
			PARTIES REDIRECTION LOCAL CAUSE NUMBER),
	[CSTA_EV_OutOfService] =
		IN_ED6("OutOfServiceEvent", XREF PARTY("device", "2002") CAUSE NUMBER),
	[CSTA_EV_BackInService] =
		IN_ED6("BackInServiceEvent", XREF PARTY("device", "2002") CAUSE NUMBER),
	[CSTA_EV_CallCleared] =
		IN_ED6("CallClearedEvent", XREF CONNECTION("clearedCall") CAUSE NUMBER),
	[CSTA_EV_Queued] = IN_ED6("QueuedEvent",
		XREF CONNECTION("queuedConnection") PARTY("queue", "2002") PARTIES
		"<lastRedirectionDevice><numberDialed>2009</numberDialed></lastRedirectionDevice>"
		"<numberQueued>3</numberQueued><callsInFront>1</callsInFront>" LOCAL CAUSE NUMBER),
	[CSTA_EV_Diverted] = IN_ED6("DivertedEvent",
		XREF CONNECTION("connection") PARTY("divertingDevice", "2002")
			PARTY("newDestination", "2003") PARTIES REDIRECTION LOCAL CAUSE NUMBER),
	[CSTA_EV_Transfered] = IN_ED6("TransferedEvent",
		XREF CONNECTION("primaryOldCall") SECONDARY PARTY("transferringDevice", "2002")
			PARTY("transferredToDevice", "2003") LINKS("transferredConnections")
				LOCAL CAUSE NUMBER),
	[CSTA_EV_Conferenced] = IN_ED6("ConferencedEvent",
		XREF CONNECTION("primaryOldCall") SECONDARY PARTY("conferencingDevice", "2002")
			PARTY("addedParty", "2003") LINKS("conferenceConnections")
				LOCAL CAUSE NUMBER),
	[CSTA_EV_NetworkReached] = IN_ED6("NetworkReachedEvent",
		XREF CONNECTION("outboundConnection") PARTY("networkInterfaceUsed", "2002")
			PARTIES REDIRECTION LOCAL CAUSE NUMBER),
	[CSTA_EV_CallInformation] = IN_ED6("CallInformationEvent",
		XREF CONNECTION("connection") PARTY("device", "2002") PARTY("callingDevice",
			"tel:+15559001234") "<accountInfo>6131ff</accountInfo>" NUMBER),
	[CSTA_EV_AgentLoggedOn] = IN_ED6("AgentLoggedOnEvent", AGENT CAUSE NUMBER),
	[CSTA_EV_AgentLoggedOff] = IN_ED6("AgentLoggedOffEvent", AGENT CAUSE NUMBER),
	[CSTA_EV_AgentNotReady] = IN_ED6("AgentNotReadyEvent",
		AGENT CAUSE
		"<extensions><security><messageSequenceNumber>17</messageSequenceNumber>"
		"</security><privateData><private><AgentNotReadyReasonValue "
		"xmlns=\"http://schema.broadsoft.com/CSTAPrivateData\">7"
		"</AgentNotReadyReasonValue></private></privateData></extensions>"),
	[CSTA_EV_AgentReady] = IN_ED6("AgentReadyEvent", AGENT CAUSE NUMBER),
	[CSTA_EV_AgentWorkingAfterCall] = IN_ED6("AgentWorkingAfterCallEvent",
		AGENT "<pendingAgentState>ready</pendingAgentState>" CAUSE NUMBER),
	[CSTA_EV_DoNotDisturb] = IN_ED6("DoNotDisturbEvent",
		XREF PARTY("device", "2002") "<doNotDisturbOn>true</doNotDisturbOn>" NUMBER),
	[CSTA_EV_Forwarding] = IN_ED6("ForwardingEvent",
		XREF PARTY("device",
			"2002") "<forwardingType>forwardBusy</forwardingType>"
				"<forwardStatus>true</forwardStatus>"
				"<forwardTo>2003</forwardTo><ringCount>4</ringCount>" NUMBER),
	[CSTA_EV_MessageWaiting] = IN_ED6("MessageWaitingEvent",
		XREF PARTY(
			"targetDevice", "2002") "<deviceForMessage>2003</deviceForMessage>"
						"<messageWaitingOn>true</messageWaitingOn>" NUMBER),
	[CSTA_EV_Play] = IN_ED6("PlayEvent", MEDIA CAUSE NUMBER),
	[CSTA_EV_Stop] = IN_ED6("StopEvent",
		MEDIA CAUSE "<extensions><security><messageSequenceNumber>17"
			    "</messageSequenceNumber></security>" PRIVATE "</extensions>"),
	[CSTA_EV_Record] = IN_ED6("RecordEvent", MEDIA CAUSE NUMBER),
	[CSTA_EV_SuspendRecord] = IN_ED6("SuspendRecordEvent", MEDIA CAUSE NUMBER),
	[CSTA_EV_Private] = IN_ED6("PrivateEvent",
		XREF
		"<security><messageSequenceNumber>17</messageSequenceNumber></security>" PRIVATE),
};

START_TEST(test_event)
{
	struct csta_event ev = sample_event((enum csta_event_kind)_i);
	struct buf b;

	buf_init(&b, LIMIT_CSTA_SEND_BYTES);
	csta_put_event(&b, CSTA_ED6, &ev);
	expect(&b, event_texts[_i]);
	buf_fini(&b);
}
END_TEST

START_TEST(test_event_without)
{
	struct csta_event ev = {
		.kind = CSTA_EV_Failed,
		.cross_ref = UINT64_MAX,
		.call_id = 5,
		.connection_device = STR_NONE,
		.subject = STR_NONE,
		.calling = STR_NONE,
		.called = STR_NONE,
		.local = CSTA_LOCAL_fail,
		.cause = CSTA_CAUSE_destNotObtainable,
	};
	struct buf b;

	buf_init(&b, LIMIT_CSTA_SEND_BYTES);
	csta_put_event(&b, CSTA_ED6, &ev);
	expect(&b,
		IN_ED6("FailedEvent",
			"<monitorCrossRefID>18446744073709551615</monitorCrossRefID>"
			"<failedConnection><callID>5</callID></failedConnection>"
			"<failingDevice><notKnown/></failingDevice>"
			"<callingDevice><notKnown/></callingDevice>"
			"<calledDevice><notKnown/></calledDevice>" REDIRECTION
			"<localConnectionInfo>fail</localConnectionInfo>"
			"<cause>destNotObtainable</cause>"));
	buf_fini(&b);
}
END_TEST

/* The editions differ in nothing but the namespace, for what we send. */
START_TEST(test_event_editions)
{
	struct csta_event ev = sample_event((enum csta_event_kind)_i);
	struct buf b;
	struct buf other;

	buf_init(&b, LIMIT_CSTA_SEND_BYTES);
	buf_init(&other, LIMIT_CSTA_SEND_BYTES);
	csta_put_event(&b, CSTA_ED6, &ev);
	for (int ed = CSTA_ED_NONE; ed < CSTA_ED6; ed++) {
		char *at;

		csta_put_event(&other, (enum csta_edition)ed, &ev);
		ck_assert_uint_eq(other.n, b.n);
		buf_char(&other, '\0');
		at = strstr((char *)other.p, "csta/ed");
		ck_assert_ptr_nonnull(at);
		ck_assert_int_eq(at[7], ed == CSTA_ED_NONE ? '3' : '2' + ed);
		at[7] = '6';
		ck_assert_mem_eq(other.p, b.p, b.n);
		buf_reset(&other);
	}
	buf_fini(&other);
	buf_fini(&b);
}
END_TEST

static const char *
path_text(struct xml *reader, const struct buf *b, const char *path, char *out, size_t size)
{
	struct err e = { 0 };

	ck_assert_msg(xml_read(reader, b->p, b->n, &e) == 0, "%s", e.text);
	ck_assert(str_copy(out, size, xml_text(reader, xml_path(reader, 0, path))));
	return out;
}

START_TEST(test_event_words)
{
	struct csta_event ev = sample_event(CSTA_EV_Held);
	struct xml *reader = xml_new();
	char text[100];
	struct buf b;

	buf_init(&b, LIMIT_CSTA_SEND_BYTES);
	for (int cause = CSTA_CAUSE_normal; cause <= CSTA_CAUSE_unknownOverflow; cause++) {
		ev.cause = (enum csta_cause)cause;
		csta_put_event(&b, CSTA_ED4, &ev);
		ck_assert_str_eq(path_text(reader, &b, "cause", text, sizeof(text)),
			csta_cause_name(ev.cause));
		buf_reset(&b);
	}
	for (int local = CSTA_LOCAL_null; local <= CSTA_LOCAL_fail; local++) {
		ev.local = (enum csta_local_state)local;
		csta_put_event(&b, CSTA_ED4, &ev);
		ck_assert_str_eq(path_text(reader, &b, "localConnectionInfo", text, sizeof(text)),
			csta_local_name(ev.local));
		buf_reset(&b);
	}
	buf_fini(&b);
	xml_free(reader);
}
END_TEST

/* What a reader gets back is what was put in, and nothing but ASCII went over the wire. */
START_TEST(test_escapes)
{
	static const char *const devices[] = {
		"m\xc3\xbcller",
		"\xf0\x9f\x93\x9e \xe2\x82\xac",
		"<&>\"';=]]>",
		"N<2001>;displayNumber=2001;noa=nk",
		" inner\tblanks\r\n",
		"<!-- --><?x?><![CDATA[ &amp; &#65;",
	};
	struct csta_event ev = sample_event(CSTA_EV_Delivered);
	struct xml *reader = xml_new();
	char text[100];
	struct buf b;

	buf_init(&b, LIMIT_CSTA_SEND_BYTES);
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		ev.connection_device = ev.subject = ev.calling = ev.called = str_of(devices[i]);
		csta_put_event(&b, CSTA_ED6, &ev);
		for (size_t at = 0; at < b.n; at++)
			ck_assert_uint_lt(b.p[at], 0x7f);
		ck_assert_str_eq(path_text(reader, &b, "connection/deviceID", text, sizeof(text)),
			devices[i]);
		ck_assert_str_eq(
			path_text(reader, &b, "callingDevice/deviceIdentifier", text, sizeof(text)),
			devices[i]);
		buf_reset(&b);
	}
	/* what XML cannot say at all becomes U+FFFD, and the document stays one */
	ev.calling = (struct str){ "a\0b\x01\xff", 5 };
	csta_put_event(&b, CSTA_ED6, &ev);
	ck_assert_str_eq(
		path_text(reader, &b, "callingDevice/deviceIdentifier", text, sizeof(text)),
		"a\xef\xbf\xbd"
		"b\xef\xbf\xbd\xef\xbf\xbd");
	buf_fini(&b);
	xml_free(reader);
}
END_TEST

/* --- errors and status --- */

START_TEST(test_error)
{
	struct buf b;

	buf_init(&b, LIMIT_CSTA_SEND_BYTES);
	csta_put_error(&b, CSTA_ED6, CSTA_ERR_invalidDeviceID);
	expect(&b, IN_ED6("CSTAErrorCode", "<operation>invalidDeviceID</operation>"));
	csta_put_error(&b, CSTA_ED6, CSTA_ERR_noCallToAnswer);
	expect(&b,
		IN_ED6("CSTAErrorCode",
			"<stateIncompatibility>noCallToAnswer</stateIncompatibility>"));
	csta_put_error(&b, CSTA_ED6, CSTA_ERR_resourceBusy);
	expect(&b,
		IN_ED6("CSTAErrorCode",
			"<systemResourceAvailibility>resourceBusy"
			"</systemResourceAvailibility>"));
	csta_put_error(&b, CSTA_ED6, CSTA_ERR_unspecified);
	expect(&b, IN_ED6("CSTAErrorCode", "<unspecified/>"));
	csta_put_error(&b, CSTA_ED6, CSTA_NO_ERROR);
	expect(&b, IN_ED6("CSTAErrorCode", "<unspecified/>"));
	buf_fini(&b);
}
END_TEST

START_TEST(test_every_error_has_one_child)
{
	struct xml *reader = xml_new();
	struct csta_request request;
	struct buf b;

	buf_init(&b, LIMIT_CSTA_SEND_BYTES);
	for (int error = CSTA_NO_ERROR; error <= CSTA_ERR_cSTAPrivateDataInfoError; error++) {
		uint32_t child;

		csta_put_error(&b, CSTA_ED3, (enum csta_error)error);
		ck_assert_int_eq(csta_decode(reader, buf_as_str(&b), &request, NULL), 0);
		ck_assert_int_eq(request.kind, CSTA_CSTAErrorCode);
		ck_assert_int_eq(request.edition, CSTA_ED3);
		child = xml_first(reader, 0);
		ck_assert_uint_ne(child, XML_NONE);
		ck_assert_uint_eq(xml_next(reader, child), XML_NONE);
		if (error > CSTA_ERR_unspecified)
			ck_assert(str_is(
				xml_text(reader, child), csta_error_name((enum csta_error)error)));
		buf_reset(&b);
	}
	buf_fini(&b);
	xml_free(reader);
}
END_TEST

START_TEST(test_status)
{
	struct buf b;

	buf_init(&b, LIMIT_CSTA_SEND_BYTES);
	csta_put_system_status(&b, CSTA_ED6, CSTA_STATUS_normal, 0);
	expect(&b, IN_ED6("SystemStatus", "<systemStatus>normal</systemStatus>"));
	csta_put_system_status(&b, CSTA_ED6, CSTA_STATUS_messagesLost, 27);
	expect(&b,
		IN_ED6("SystemStatus",
			"<sysStatRegisterID>27</sysStatRegisterID>"
			"<systemStatus>messagesLost</systemStatus>"));
	csta_put_system_status_response(&b, CSTA_ED6);
	expect(&b, IN_ED6("SystemStatusResponse", ""));
	csta_put_request_system_status_response(&b, CSTA_ED6, CSTA_STATUS_partiallyDisabled);
	expect(&b,
		IN_ED6("RequestSystemStatusResponse",
			"<systemStatus>partiallyDisabled</systemStatus>"));
	csta_put_system_register_response(&b, CSTA_ED6, 27, 0);
	expect(&b, IN_ED6("SystemRegisterResponse", "<sysStatRegisterID>27</sysStatRegisterID>"));
	csta_put_system_register_response(
		&b, CSTA_ED6, 27, 1u << CSTA_STATUS_messagesLost | 1u << CSTA_STATUS_normal);
	expect(&b,
		IN_ED6("SystemRegisterResponse",
			"<sysStatRegisterID>27</sysStatRegisterID><actualStatusFilter>"
			"<normal>true</normal><messageLost>true</messageLost>"
			"</actualStatusFilter>"));
	csta_put_change_status_filter_response(&b, CSTA_ED6, 1u << CSTA_STATUS_overloadReached);
	expect(&b,
		IN_ED6("ChangeSysStatFilterResponse",
			"<actualStatusFilter><overloadReached>true</overloadReached>"
			"</actualStatusFilter>"));
	csta_put_system_register_abort(&b, CSTA_ED6, 27);
	expect(&b, IN_ED6("SystemRegisterAbort", "<sysStatRegisterID>27</sysStatRegisterID>"));
	buf_fini(&b);
}
END_TEST

START_TEST(test_answers)
{
	struct buf b;

	buf_init(&b, LIMIT_CSTA_SEND_BYTES);
	csta_put_empty(&b, CSTA_ED6, "AnswerCallResponse");
	expect(&b, IN_ED6("AnswerCallResponse", ""));
	csta_put_make_call_response(&b, CSTA_ED6, 4294967297, STR("2002"));
	expect(&b, IN_ED6("MakeCallResponse", CONNECTION("callingDevice")));
	buf_fini(&b);
}
END_TEST

START_TEST(test_sessions)
{
	struct buf b;

	buf_init(&b, LIMIT_CSTA_SEND_BYTES);
	csta_put_session_started(&b, STR("8F3A-17"), CSTA_ED4, 60);
	expect(&b,
		IN_SESSION("StartApplicationSessionPosResponse",
			"<sessionID>8F3A-17</sessionID><actualProtocolVersion>" NS
			"ed4</actualProtocolVersion>"
			"<actualSessionDuration>60</actualSessionDuration>"));
	csta_put_session_started(&b, STR("8F3A-17"), CSTA_ED_NONE, 0);
	expect(&b,
		IN_SESSION("StartApplicationSessionPosResponse",
			"<sessionID>8F3A-17</sessionID><actualProtocolVersion>" NS
			"ed3</actualProtocolVersion>"));
	csta_put_session_refused(&b, "serverResourcesBusy");
	expect(&b,
		IN_SESSION("StartApplicationSessionNegResponse",
			"<errorCode><definedError>serverResourcesBusy</definedError></errorCode>"));
	csta_put_session_stopped(&b);
	expect(&b, IN_SESSION("StopApplicationSessionPosResponse", ""));
	csta_put_session_stop_refused(&b);
	expect(&b,
		IN_SESSION("StopApplicationSessionNegResponse",
			"<errorCode><definedError>invalidSessionID</definedError></errorCode>"));
	csta_put_timer_reset(&b, 180);
	expect(&b,
		IN_SESSION("ResetApplicationSessionTimerPosResponse",
			"<actualSessionDuration>180</actualSessionDuration>"));
	csta_put_timer_reset_refused(&b, "invalidSessionID");
	expect(&b,
		IN_SESSION("ResetApplicationSessionTimerNegResponse",
			"<errorCode><definedError>invalidSessionID</definedError></errorCode>"));
	csta_put_session_terminated(&b, STR("8F3A-17"), "sessionTimerExpired");
	expect(&b,
		IN_SESSION("ApplicationSessionTerminated",
			"<sessionID>8F3A-17</sessionID><sessionTermReason>"
			"<definedTermReason>sessionTimerExpired</definedTermReason>"
			"</sessionTermReason>"));
	buf_fini(&b);
}
END_TEST

START_TEST(test_full_buffer)
{
	struct csta_event ev = sample_event(CSTA_EV_Delivered);
	size_t whole;
	struct buf b;

	buf_init(&b, 10000);
	csta_put_event(&b, CSTA_ED6, &ev);
	whole = b.n;
	buf_fini(&b);
	for (size_t max = 0; max < whole; max++) {
		buf_init(&b, max);
		csta_put_event(&b, CSTA_ED6, &ev);
		ck_assert(b.overflow);
		ck_assert_uint_le(b.n, max);
		buf_fini(&b);
	}
	buf_init(&b, whole);
	csta_put_event(&b, CSTA_ED6, &ev);
	ck_assert(!b.overflow);
	buf_fini(&b);
}
END_TEST

static Suite *
encode_suite(void)
{
	Suite *suite = suite_create("csta_encode");
	TCase *tc = tcase_create("csta_encode");

	tcase_add_loop_test(tc, test_event, CSTA_EV_ServiceInitiated, CSTA_EVENT_COUNT);
	tcase_add_test(tc, test_event_without);
	tcase_add_loop_test(tc, test_event_editions, CSTA_EV_ServiceInitiated, CSTA_EVENT_COUNT);
	tcase_add_test(tc, test_event_words);
	tcase_add_test(tc, test_escapes);
	tcase_add_test(tc, test_error);
	tcase_add_test(tc, test_every_error_has_one_child);
	tcase_add_test(tc, test_status);
	tcase_add_test(tc, test_answers);
	tcase_add_test(tc, test_sessions);
	tcase_add_test(tc, test_full_buffer);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(encode_suite());
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
