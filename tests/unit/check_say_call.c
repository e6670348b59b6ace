/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What clients are told of calls that change hands, of queues and route points, of agents and services: BroadWorks' events
 * in, CSTA events out, through a whole node.
 */
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct world w;
static unsigned client;

/* A session without numbers (#1) with a monitor on 2001 (#2); the first call is #3. */
static void
setup(void)
{
	world_init(&w, 1, "");
	world_start(&w);
	client = world_connect(&w);
	world_settle(&w);
	world_start_session(&w, client, 1, "demo", "");
	world_monitor(&w, client, "2001");
}

static void
call(const char *type, const char *id, const char *tracking, const char *personality,
	const char *state, const char *remote)
{
	world_call(&w, "2001", type, id, tracking, personality, state, remote);
}

/* The value behind `name=` in a heard line; "" if it is not there. */
static const char *
value(const char *line, const char *end, const char *name)
{
	static char text[128];
	const char *at = line;
	size_t n = strlen(name);

	for (at = strstr(line, name); at != NULL && at < end; at = strstr(at + 1, name)) {
		if (at[n] != '=' || at[-1] == '#')
			continue;
		snprintf(text, sizeof(text), "%.*s", (int)strcspn(at + n + 1, " }"), at + n + 1);
		return text;
	}
	return "";
}

/* Without "Event". */
static int
name_bytes(const char *name)
{
	int n = (int)strcspn(name, "{");

	return n > 5 && strncmp(name + n - 5, "Event", 5) == 0 ? n - 5 : n;
}

/* Each event heard as "Name local/cause": the shape that matters here; the forms are check_csta_encode's. */
static void
told(const char *want)
{
	char got[2048] = "";
	const char *line, *end;

	for (line = world_take(&w, client); *line != '\0'; line = end + 1) {
		size_t n = strlen(got);
		char local[128];

		end = strchr(line, '\n');
		snprintf(local, sizeof(local), "%s", value(line, end, "localConnectionInfo"));
		snprintf(got + n, sizeof(got) - n, "%.*s %s/%s; ", name_bytes(line + 5), line + 5,
			local, value(line, end, "cause"));
	}
	ck_assert_str_eq(got, want);
}

static void
heard_part(const char *part)
{
	char kept[8192];

	snprintf(kept, sizeof(kept), "%s", world_take(&w, client));
	ck_assert_msg(strstr(kept, part) != NULL, "no \"%s\" in %s", part, kept);
}

static void
talking(const char *id, const char *tracking, const char *remote)
{
	call("CallReceivedEvent", id, tracking, "Terminator", "Alerting", remote);
	call("CallAnsweredEvent", id, tracking, "Terminator", "Active", remote);
	world_take(&w, client);
}

/* Every event that brings another far party, for a caller that waits and for one that talks. */
START_TEST(test_another_far_party)
{
	static const struct {
		const char *type, *ringing, *answered;
	} rows[] = {
		{ "CallTransferredEvent",
			"Diverted connected/redirected; Delivered connected/newCall; ",
			"Transfered connected/transfer; " },
		{ "CallForwardedEvent",
			"Diverted connected/callForward; Delivered connected/newCall; ",
			"Transfered connected/callForward; " },
		{ "CallPickedUpEvent",
			"Diverted connected/callPickup; Delivered connected/newCall; ",
			"Transfered connected/callPickup; " },
		{ "CallParkRetrievedEvent",
			"Diverted connected/park; Delivered connected/newCall; ",
			"Transfered connected/park; " },
		{ "CallBargedInEvent", "Conferenced connected/activeParticipation; ",
			"Conferenced connected/activeParticipation; " },
		{ "CallMonitoredEvent", "Conferenced connected/silentParticipation; ",
			"Conferenced connected/silentParticipation; " },
		{ "CallUpdatedEvent",
			"Diverted connected/callForward; Delivered connected/newCall; ",
			"Transfered connected/transfer; " },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		setup();
		call("CallOriginatedEvent", "a", "7:1", "Originator", "Alerting", "2002");
		world_take(&w, client);
		call(rows[i].type, "a", "8:1", "Originator", "Alerting", "2003");
		told(rows[i].ringing);
		call("CallAnsweredEvent", "a", "8:1", "Originator", "Active", "2003");
		world_take(&w, client);
		call(rows[i].type, "a", "9:1", "Originator", "Active", "2004");
		told(rows[i].answered);
		call("CallReleasedEvent", "a", "9:1", "Originator", "Released", "2004");
		heard_part("droppedConnection{callID=#3 deviceID=2001}");
		world_fini(&w);
	}
}
END_TEST

/* Whose call joins an older one while it rings does not talk yet. */
START_TEST(test_barged_in_while_it_rings)
{
	setup();
	world_monitor(&w, client, "2002");
	world_call(&w, "2002", "CallOriginatedEvent", "b", "7:1", "Originator", "Active", "2003");
	call("CallReceivedEvent", "a", "8:1", "Terminator", "Alerting", "2003");
	world_take(&w, client);
	world_call(&w, "2002", "CallBargedInEvent", "b", "8:1", "Originator", "Active", "2003");
	told("Conferenced connected/activeParticipation; Conferenced alerting/conference; ");
	call("CallAnsweredEvent", "a", "8:1", "Terminator", "Active", "2003");
	told("Established connected/newCall; ");
	world_fini(&w);
}
END_TEST

/* Detached without a word why, while 2002 had called 2001 and was not put through: 2002 has picked it up. */
START_TEST(test_picked_up)
{
	unsigned other;

	for (int picks = 0; picks < 2; picks++) {
		setup();
		other = world_connect(&w);
		world_settle(&w);
		world_start_session(&w, other, 1, "demo", "");
		world_monitor(&w, other, "2002");
		call("CallReceivedEvent", "a", "7:1", "Terminator", "Alerting", "2003");
		world_call(&w, "2002", "CallOriginatedEvent", "b", "8:1", "Originator", "Alerting",
			picks ? "2001" : "2004");
		world_take(&w, client);
		call("CallDetachedEvent", "a", "7:1", "Terminator", "Detached", "2003");
		if (picks)
			heard_part(
				"newDestination{deviceIdentifier=2002} callingDevice{deviceIdentifier=2003} ");
		else
			told("Diverted null/redirected; ");
		world_fini(&w);
	}
}
END_TEST

#define CALL_XML(id, tracking) \
	"<xsi:call><xsi:callId>" id "</xsi:callId><xsi:extTrackingId>" tracking \
	"</xsi:extTrackingId>" \
	"<xsi:personality>Terminator</xsi:personality><xsi:state>Detached</xsi:state>" \
	"<xsi:redirect><xsi:address>tel:+15559000001</xsi:address><xsi:reason>transfer</xsi:reason>" \
	"<xsi:redirectTime>1</xsi:redirectTime></xsi:redirect></xsi:call>"

START_TEST(test_handed_over)
{
	setup();
	talking("a", "7:1", "2002");
	talking("b", "8:1", "2003");
	world_forget(&w, "2001");
	world_event(&w, "2001", "CallRedirectedEvent",
		"<xsi:calls>" CALL_XML("a", "7:1") CALL_XML("b", "8:1") "</xsi:calls>");
	world_settle(&w);
	told("Transfered null/transfer; ");
	/* one alone goes to a number */
	talking("c", "9:1", "2002");
	world_forget(&w, "2001");
	world_event(&w, "2001", "CallRedirectedEvent",
		"<xsi:calls>" CALL_XML("c", "9:1") "</xsi:calls>");
	world_settle(&w);
	heard_part("transferredToDevice{deviceIdentifier=+15559000001}");
	world_fini(&w);
}
END_TEST

static void
conference(const char *type, const char *state)
{
	char data[1024];

	snprintf(data, sizeof(data),
		"<xsi:conference><xsi:state>%s</xsi:state><xsi:conferenceParticipantList>"
		"<xsi:conferenceParticipant><xsi:callId>a</xsi:callId></xsi:conferenceParticipant>"
		"<xsi:conferenceParticipant><xsi:callId>b</xsi:callId></xsi:conferenceParticipant>"
		"</xsi:conferenceParticipantList></xsi:conference>",
		state);
	world_event(&w, "2001", type, data);
	world_settle(&w);
}

START_TEST(test_conference)
{
	setup();
	talking("a", "7:1", "2002");
	call("CallHeldEvent", "a", "7:1", "Terminator", "Held", "2002");
	talking("b", "8:1", "2003");
	world_take(&w, client);
	conference("ConferenceStartedEvent", "Active");
	told("Conferenced connected/conference; ");
	conference("ConferenceHeldEvent", "Held");
	told("Held hold/normal; ");
	conference("ConferenceUpdatedEvent", "Held");
	told("");
	conference("ConferenceRetrievedEvent", "Active");
	told("Retrieved connected/normal; ");
	call("CallReleasedEvent", "a", "7:1", "Terminator", "Released", "2002");
	heard_part(
		"droppedConnection{callID=#3 deviceID=2002} releasingDevice{deviceIdentifier=2002} "
		"localConnectionInfo=connected");
	conference("ConferenceReleasedEvent", "Released");
	told("");
	call("CallReleasedEvent", "b", "8:1", "Terminator", "Released", "2003");
	heard_part("droppedConnection{callID=#3 deviceID=2001}");
	world_fini(&w);
}
END_TEST

#define MANY 20

/* Who the first Conferenced says is in a conference of many, whose calls came in this order. */
static void
many_in_conference(bool descending, char *listed, size_t size)
{
	struct buf data;
	const char *at, *end;

	setup();
	buf_init(&data, 4096);
	buf_cstr(&data,
		"<xsi:conference><xsi:state>Active</xsi:state><xsi:conferenceParticipantList>");
	for (unsigned i = 0; i < MANY; i++) {
		char id[8], tracking[16], remote[8];
		unsigned k = descending ? MANY - 1 - i : i;

		snprintf(id, sizeof(id), "c%u", k);
		snprintf(tracking, sizeof(tracking), "%u:1", 50 + k);
		snprintf(remote, sizeof(remote), "%u",
			1980 + k); /* by name all but one are before 2001 */
		/* more than the world keeps in mind: it is not asked */
		world_event(&w, "2001", "CallReceivedEvent",
			world_call_xml(
				id, tracking, "Terminator", "Alerting", k == 10 ? "3001" : remote));
		world_event(&w, "2001", "CallAnsweredEvent",
			world_call_xml(
				id, tracking, "Terminator", "Active", k == 10 ? "3001" : remote));
		world_settle(&w);
		buf_printf(&data,
			"<xsi:conferenceParticipant><xsi:callId>%s</xsi:callId></xsi:conferenceParticipant>",
			id);
	}
	buf_cstr(&data, "</xsi:conferenceParticipantList></xsi:conference>");
	buf_char(&data, '\0');
	world_take(&w, client);
	world_event(&w, "2001", "ConferenceStartedEvent", (const char *)data.p);
	world_settle(&w);
	listed[0] = '\0';
	at = world_take(&w, client);
	end = strchr(at, '\n');
	while ((at = strstr(at, "endpoint{deviceID=")) != NULL && at < end) {
		size_t n = strlen(listed);

		at += strlen("endpoint{deviceID=");
		snprintf(listed + n, size - n, "%.*s ", (int)strcspn(at, "}"), at);
	}
	buf_fini(&data);
	world_fini(&w);
}

/* In which order the parties are found is not the same on both nodes; whom they leave out must be. */
START_TEST(test_more_parties_than_are_listed)
{
	char one[512], other[512];

	many_in_conference(false, one, sizeof(one));
	many_in_conference(true, other, sizeof(other));
	ck_assert_str_eq(one, other);
	ck_assert_str_eq(one,
		"1980 1981 1982 1983 1984 1985 1986 1987 1988 1989 1991 1992 1993 1994 1995 2001 ");
}
END_TEST

/* The far party has the same name: its connection is not taken for the own one. */
START_TEST(test_call_to_himself)
{
	setup();
	call("CallOriginatedEvent", "a", "7:1", "Originator", "Alerting", "2001");
	heard_part("connection{callID=#3} alertingDevice{notKnown}");
	call("CallAnsweredEvent", "a", "7:1", "Originator", "Active", "2001");
	world_take(&w, client);
	call("CallHeldEvent", "a", "7:1", "Originator", "Remote Held", "2001");
	heard_part(
		"heldConnection{callID=#3} holdingDevice{notKnown} localConnectionInfo=connected");
	world_fini(&w);
}
END_TEST

START_TEST(test_recording)
{
	static const char *const events[][2] = {
		{ "CallRecordingStartingEvent", "" },
		{ "CallRecordingStartedEvent", "Record /; " },
		{ "CallHeldEvent", "" },
		{ "CallRecordingPausedEvent", "SuspendRecord /; " },
		{ "CallRecordingResumedEvent", "Record /; " },
		{ "CallRecordingStoppedEvent", "Stop /; " },
	};

	setup();
	talking("a", "7:1", "2002");
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		call(events[i][0], "a", "7:1", "Terminator", "Active", "2002");
		told(events[i][1]);
	}
	world_fini(&w);
}
END_TEST

#define ENTRY \
	"<xsi:callId>q</xsi:callId><xsi:extTrackingId>7:1</xsi:extTrackingId><xsi:remoteParty>" \
	"<xsi:address>tel:+15559000001</xsi:address><xsi:callType>Network</xsi:callType></xsi:remoteParty>" \
	"<xsi:addTime>1</xsi:addTime>"
#define REDIRECT \
	"<xsi:redirect><xsi:address>tel:+15559000002</xsi:address><xsi:reason>call-center</xsi:reason>" \
	"<xsi:redirectTime>1</xsi:redirectTime></xsi:redirect>"

static void
entry(const char *type, const char *more)
{
	char data[2048];

	snprintf(data, sizeof(data), "<xsi:queueEntry>" ENTRY "</xsi:queueEntry>%s", more);
	world_event(&w, "2001", type, data);
	world_settle(&w);
}

/* How a waiting call leaves the queue, or does not. */
START_TEST(test_queue)
{
	static const struct {
		const char *type, *more, *told;
	} rows[] = {
		{ "ACDCallOfferedToAgentEvent", "", "Delivered queued/distributed; " },
		{ "ACDCallAnsweredByAgentEvent", "", "Diverted null/distributed; " },
		{ "ACDCallBouncedEvent", "<xsi:position>1</xsi:position>",
			"Delivered queued/distributed; " },
		{ "ACDCallBouncedEvent", REDIRECT, "Diverted null/recallNoAnswer; " },
		{ "ACDCallAbandonedEvent", "", "ConnectionCleared null/callCancelled; " },
		{ "ACDCallReleasedEvent", "", "ConnectionCleared null/normalClearing; " },
		{ "ACDCallEscapedEvent", "", "ConnectionCleared null/normalClearing; " },
		{ "ACDCallStrandedEvent", REDIRECT, "ConnectionCleared null/noAvailableAgents; " },
		{ "ACDCallStrandedUnavailableEvent", "",
			"ConnectionCleared null/noAvailableAgents; " },
		{ "ACDCallTransferredEvent", REDIRECT, "Diverted null/redirected; " },
		{ "ACDCallOverflowedEvent",
			"<xsi:overflowReason>size</xsi:overflowReason>" REDIRECT,
			"Diverted null/capacityOverflow; " },
		{ "ACDCallOverflowedEvent", REDIRECT, "Diverted null/overflow; " },
		{ "ACDCallPromotedEvent", "<xsi:position>1</xsi:position>", "CallInformation /; " },
		{ "ACDCallReorderedEvent", "<xsi:position>3</xsi:position>",
			"CallInformation /; " },
		{ "ACDWhisperStartedEvent", "", "" },
		{ "RoutePointCallOfferedToAgentEvent", "", "Delivered queued/distributed; " },
		{ "RoutePointCallAnsweredByAgentEvent", "", "Diverted null/distributed; " },
		{ "RoutePointCallAbandonedEvent", "", "ConnectionCleared null/callCancelled; " },
		{ "RoutePointCallBouncedEvent", REDIRECT, "Diverted null/recallNoAnswer; " },
		{ "RoutePointCallOverflowedEvent",
			"<xsi:overFlowReason>time</xsi:overFlowReason>" REDIRECT,
			"Diverted null/queueTimeOverflow; " },
		{ "RoutePointCallTransferredEvent", REDIRECT, "Diverted null/redirected; " },
		{ "RoutePointCallReleasedEvent",
			"<xsi:releaseReason>CallReleaseRequested</xsi:releaseReason>",
			"ConnectionCleared null/normalClearing; " },
		{ "RoutePointCallFailedEvent",
			"<xsi:failureReason>CallFailureRequested</xsi:failureReason>",
			"ConnectionCleared null/networkOutOfOrder; " },
		{ "RoutePointTreatmentStartedEvent", "", "Play /; " },
		{ "RoutePointBusyStartedEvent", "", "Play /; " },
		{ "RoutePointMOHStartedEvent", "", "Play /; " },
		{ "RoutePointRingbackStartedEvent", "", "Play /; " },
		{ "RoutePointSilenceStartedEvent", "", "Play /; " },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		setup();
		entry(rows[i].type[0] == 'A' ? "ACDCallAddedEvent" : "RoutePointCallAddedEvent",
			"<xsi:position>1</xsi:position>");
		told("Delivered alerting/enteringDistribution; Queued queued/enteringDistribution; ");
		entry(rows[i].type, rows[i].more);
		told(rows[i].told);
		world_fini(&w);
	}
}
END_TEST

/* Another caller in the same place. */
START_TEST(test_queue_updated)
{
	setup();
	entry("ACDCallAddedEvent", "");
	told("Delivered alerting/enteringDistribution; Queued queued/enteringDistribution; ");
	world_event(&w, "2001", "ACDCallUpdatedEvent",
		"<xsi:queueEntry><xsi:callId>q</xsi:callId><xsi:extTrackingId>8:1</xsi:extTrackingId>"
		"<xsi:remoteParty><xsi:address>tel:+15559000003</xsi:address><xsi:callType>Network"
		"</xsi:callType></xsi:remoteParty><xsi:addTime>1</xsi:addTime></xsi:queueEntry>"
		"<xsi:reason>Call Transferred</xsi:reason>");
	world_settle(&w);
	told("Transfered queued/transfer; ");
	world_fini(&w);
}
END_TEST

/* Kept out of the queue: it arrived, and was diverted. */
START_TEST(test_turned_away)
{
#define CLOSED "Delivered alerting/newCall; Diverted null/calendarOverflow; "
#define FORWARDED "Delivered alerting/newCall; Diverted null/callForwardImmediate; "
	static const char *const types[][2] = { { "ACDCallForwardedEvent", FORWARDED },
		{ "ACDHolidayPolicyAppliedEvent", CLOSED },
		{ "ACDNightPolicyAppliedEvent", CLOSED },
		{ "RoutePointCallForwardedEvent", FORWARDED },
		{ "RoutePointHolidayPolicyAppliedEvent", CLOSED },
		{ "RoutePointNightPolicyAppliedEvent", CLOSED } };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		setup();
		world_event(&w, "2001", types[i][0], ENTRY REDIRECT);
		world_settle(&w);
		told(types[i][1]);
		world_fini(&w);
	}
	setup();
	world_event(
		&w, "2001", "RoutePointNewCallEvent", ENTRY "<xsi:receiveTime>1</xsi:receiveTime>");
	world_settle(&w);
	told("Delivered alerting/newCall; ");
	entry("RoutePointCallAddedEvent", "");
	told("Queued queued/enteringDistribution; ");
	world_event(&w, "2001", "RoutePointCallRejectedEvent",
		ENTRY "<xsi:rejectReason>CallRejectRequested</xsi:rejectReason>");
	world_settle(&w);
	told("ConnectionCleared null/normalClearing; ");
	world_fini(&w);
}
END_TEST

START_TEST(test_route_point_makes_a_call)
{
	setup();
	entry("RoutePointOutgoingCallOriginatedEvent", "");
	told("ServiceInitiated initiated/makeCall; Originated connected/newCall; "
	     "Delivered connected/newCall; ");
	entry("RoutePointOutgoingCallAnsweredEvent", "");
	told("Established connected/newCall; ");
	world_fini(&w);
}
END_TEST

/* Out of service until it has recovered, whatever comparisons say meanwhile. */
START_TEST(test_route_point_fails)
{
	setup();
	world_event(&w, "2001", "RoutePointFailedEvent",
		"<xsi:stateChangeReason>FailureDetected</xsi:stateChangeReason>");
	world_settle(&w);
	told("OutOfService /networkOutOfOrder; SystemStatus /; ");
	world_send(&w, client, 99,
		"<SnapshotDevice><snapshotObject>2001</snapshotObject></SnapshotDevice>");
	world_run(&w, 5000);
	world_take(&w, client);
	world_event(&w, "2001", "RoutePointRecoveredEvent", "");
	world_settle(&w);
	told("BackInService /normal; SystemStatus /; ");
	world_fini(&w);
}
END_TEST

/* reference-connector.md 4.1; digits and the reason of an error go along in private data. */
START_TEST(test_treatment_completed)
{
	static const char *const rows[][2] = {
		{ "NoMatch", "Stop /invalidNumberFormat; " },
		{ "Timeout", "Stop /timeout; " },
		{ "EOF", "Stop /terminationCharacterReceived; " },
		{ "Stopped-OutOfQueue", "Stop /switchingFunctionTerminated; " },
		{ "Stopped-NewPlayCollect", "Stop /nextMessage; " },
		{ "Stopped-OfferedWithRingback", "Stop /distributed; " },
		{ "Error", "Stop /reserved; " },
	};
	char more[512];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		setup();
		entry("RoutePointCallAddedEvent", "");
		world_take(&w, client);
		snprintf(more, sizeof(more),
			"<xsi:playCollectResult><xsi:playCollectId>p</xsi:playCollectId>"
			"<xsi:completionReason>%s</xsi:completionReason></xsi:playCollectResult>",
			rows[i][0]);
		entry("RoutePointTreatmentCompletedEvent", more);
		told(rows[i][1]);
		world_fini(&w);
	}
	setup();
	entry("RoutePointCallAddedEvent", "");
	world_take(&w, client);
	entry("RoutePointSilenceCompletedEvent",
		"<xsi:playCollectResult><xsi:playCollectId>p</xsi:playCollectId>"
		"<xsi:completionReason>Error</xsi:completionReason><xsi:digits>12#</xsi:digits>"
		"<xsi:errorReason>no file</xsi:errorReason></xsi:playCollectResult>");
	heard_part("collectDigits=12# errorReason=no file");
	world_fini(&w);
}
END_TEST

static void
agent(const char *state)
{
	char data[512];

	snprintf(data, sizeof(data),
		"<xsi:agentStateInfo><xsi:state>%s</xsi:state><xsi:stateTimestamp><xsi:value>1</xsi:value>"
		"</xsi:stateTimestamp></xsi:agentStateInfo>",
		state);
	world_event(&w, "2001", "AgentStateEvent", data);
	world_settle(&w);
}

START_TEST(test_agent)
{
	setup();
	agent("Sign-In");
	told("AgentLoggedOn /; AgentNotReady /; ");
	agent("Available");
	told("AgentReady /; ");
	agent("Available");
	told("");
	agent("Wrap-Up");
	told("AgentWorkingAfterCall /; ");
	world_event(&w, "2001", "ACDAgentJoinUpdateEvent",
		"<xsi:ccAgentJoinUpdateData><xsi:joinInfo><xsi:acdUserId>7000@demo.example</xsi:acdUserId>"
		"<xsi:joined>true</xsi:joined></xsi:joinInfo></xsi:ccAgentJoinUpdateData>");
	world_settle(&w);
	told("AgentWorkingAfterCall /; ");
	agent("Sign-Out");
	told("AgentLoggedOff /; ");
	world_fini(&w);
}
END_TEST

/* The first that is heard of a service is how it is; changes are told. */
START_TEST(test_services)
{
	static const struct {
		const char *type, *off, *on, *told;
	} rows[] = {
		{ "DoNotDisturbEvent", "<xsi:info><xsi:active>false</xsi:active></xsi:info>",
			"<xsi:info><xsi:active>true</xsi:active></xsi:info>", "DoNotDisturb /; " },
		{ "CallForwardingAlwaysEvent",
			"<xsi:info><xsi:active>false</xsi:active></xsi:info>",
			"<xsi:info><xsi:active>true</xsi:active><xsi:forwardToPhoneNumber>tel:5"
			"</xsi:forwardToPhoneNumber></xsi:info>",
			"Forwarding /; " },
		{ "CallForwardingBusyEvent", "<xsi:unassigned/>",
			"<xsi:info><xsi:active>true</xsi:active></xsi:info>", "Forwarding /; " },
		{ "CallForwardingNoAnswerEvent",
			"<xsi:info><xsi:active>false</xsi:active></xsi:info>",
			"<xsi:info><xsi:active>true</xsi:active></xsi:info>", "Forwarding /; " },
		{ "VoiceMailMessageSummaryEvent",
			"<xsi:messageSummary><xsi:newMessages>0</xsi:newMessages></xsi:messageSummary>",
			"<xsi:messageSummary><xsi:newMessages>2</xsi:newMessages></xsi:messageSummary>",
			"MessageWaiting /; " },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		setup();
		world_event(&w, "2001", rows[i].type, rows[i].off);
		world_settle(&w);
		told("");
		world_event(&w, "2001", rows[i].type, rows[i].on);
		world_settle(&w);
		told(rows[i].told);
		world_event(&w, "2001", rows[i].type, rows[i].off);
		world_settle(&w);
		told(rows[i].told);
		world_fini(&w);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_another_far_party,
		test_barged_in_while_it_rings,
		test_picked_up,
		test_handed_over,
		test_conference,
		test_more_parties_than_are_listed,
		test_call_to_himself,
		test_recording,
		test_queue,
		test_queue_updated,
		test_turned_away,
		test_route_point_makes_a_call,
		test_treatment_completed,
		test_route_point_fails,
		test_agent,
		test_services,
	};

	return world_main("say_call", tests, sizeof(tests) / sizeof(tests[0]));
}
