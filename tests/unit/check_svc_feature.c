/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services that are no calls of a user: agent state, forwarding, do not disturb, message waiting; queues and route points;
 * the private services of Escape. What BroadWorks is asked, what the client is answered.
 */
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>

static struct world w;
static unsigned client;

#define SERVICES "A/user/2001@demo.example/services/"
#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define NS " xmlns=\"http://schema.broadsoft.com/xsi\""

/* A session (#1) with a monitor on the device (#2), which is a user, a queue (2700) or a route point (2800). */
static void
setup(const char *device)
{
	client = world_begin(&w, 1,
		"[devices]\nqueue = 2700\nroute-point = 2800\n[broadworks]\n"
		"queue-packages = Call Center Queue\nroute-point-packages = Route Point Queue\n");
	world_monitor(&w, client, device);
	world_run(&w, 5000);
	world_take(&w, client);
	world_forget_asked(&w);
	buf_reset(&w.bodies);
}

static void
ask(unsigned invoke, const char *service, const char *inner)
{
	world_send(&w, client, invoke, "<%s>%s</%s>", service, inner, service);
}

/* The last body that BroadWorks got has this in it. */
static void
sent(const char *part)
{
	buf_char(&w.bodies, '\0');
	ck_assert_msg(strstr((char *)w.bodies.p, part) != NULL, "%s\n--- is not in\n%s", part,
		(char *)w.bodies.p);
	buf_reset(&w.bodies);
}

#define DEVICE "<device>2001</device>"

/* --- agents --- */

START_TEST(test_set_agent_state)
{
	static const struct {
		const char *wish, *body;
	} wishes[] = {
		{ "loggedOn", "<agentACDState>Sign-In</agentACDState>" },
		{ "loggedOff", "<agentACDState>Sign-Out</agentACDState>" },
		{ "ready", "<agentACDState>Available</agentACDState>" },
		{ "notReady", "<agentACDState>Unavailable</agentACDState>" },
		{ "workingAfterCall", "<agentACDState>Wrap-Up</agentACDState>" },
	};
	char inner[256];

	setup("2001");
	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
		snprintf(inner, sizeof(inner),
			DEVICE "<requestedAgentState>%s</requestedAgentState>"
			       "<agentID>2001</agentID>",
			wishes[i].wish);
		ask(20, "SetAgentState", inner);
		sent(wishes[i].body);
		world_asked(&w, "xsp1 PUT " SERVICES "callcenter\n");
		world_heard(&w, client, "0020 SetAgentStateResponse\n");
	}
	/* the reason of BroadWorks' own clients, extensions first */
	ask(21, "SetAgentState",
		"<extensions><privateData><private><AgentNotReadyReasonValue>7"
		"</AgentNotReadyReasonValue></private></privateData></extensions>" DEVICE
		"<requestedAgentState>notReady</requestedAgentState>");
	sent("<agentACDState>Unavailable</agentACDState><agentUnavailableCode>7"
	     "</agentUnavailableCode>");
	world_heard(&w, client, "0021 SetAgentStateResponse\n");
	world_fini(&w);
}
END_TEST

START_TEST(test_set_agent_state_wrong)
{
	setup("2001");
	ask(20, "SetAgentState", DEVICE);
	world_heard(&w, client, W_ERROR("0020", "operation", "invalidAgentState"));
	ask(21, "SetAgentState", DEVICE "<requestedAgentState>asleep</requestedAgentState>");
	world_heard(&w, client, W_ERROR("0021", "operation", "invalidAgentState"));
	ask(22, "SetAgentState",
		DEVICE "<requestedAgentState>ready</requestedAgentState><agentID>2099</agentID>");
	world_heard(&w, client, W_ERROR("0022", "operation", "invalidAgentIdentifier"));
	ask(23, "SetAgentState",
		"<device>2077</device><requestedAgentState>ready</requestedAgentState>");
	world_heard(&w, client, W_ERROR("0023", "operation", "invalidDeviceID"));
	ask(24, "SetAgentState",
		DEVICE
		"<requestedAgentState>notReady</requestedAgentState><extensions><privateData>"
		"<private><AgentNotReadyReasonValue>12345678901</AgentNotReadyReasonValue>"
		"</private></privateData></extensions>");
	world_heard(&w, client, W_ERROR("0024", "operation", "invalidParameterValue"));
	world_asked(&w, "");
	world_rule(&w, "PUT", "callcenter", 409, 1, "");
	ask(25, "SetAgentState", DEVICE "<requestedAgentState>ready</requestedAgentState>");
	world_heard(&w, client, W_ERROR("0025", "operation", "invalidAgentState"));
	world_fini(&w);
}
END_TEST

START_TEST(test_get_agent_state)
{
	static const struct {
		const char *body, *answer;
	} states[] = {
		{ "<agentACDState>Available</agentACDState>",
			"loggedOnState=true "
			"agentInfo{agentInfoItem{agentState=agentReady}}}}}\n" },
		{ "<agentACDState>Unavailable</agentACDState><agentUnavailableCode>7"
		  "</agentUnavailableCode>",
			"loggedOnState=true agentInfo{agentInfoItem{agentState=agentNotReady}}}} "
			"extensions{privateData{private{AgentNotReadyReasonValue=7}}}}\n" },
		{ "<agentACDState>Wrap-Up</agentACDState>",
			"loggedOnState=true "
			"agentInfo{agentInfoItem{agentState=agentWorkingAfterCall}}}}}\n" },
		{ "<agentACDState>Sign-Out</agentACDState>",
			"loggedOnState=false "
			"agentInfo{agentInfoItem{agentState=agentNull}}}}}\n" },
		{ "", "loggedOnState=false}}}\n" },
	};
	char text[512];

	setup("2001");
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		snprintf(text, sizeof(text), XML "<CallCenter" NS ">%s</CallCenter>",
			states[i].body);
		world_rule(&w, "GET", "callcenter", 200, 1, text);
		ask(20, "GetAgentState", DEVICE);
		world_asked(&w, "xsp1 GET " SERVICES "callcenter\n");
		snprintf(text, sizeof(text),
			"0020 GetAgentStateResponse{agentStateList{agentStateEntry{agentID=2001 %s",
			states[i].answer);
		world_heard(&w, client, text);
	}
	/* an answer that is none, and no call center agent */
	ask(21, "GetAgentState", DEVICE);
	world_heard(&w, client, W_ERROR("0021", "operation", "generic"));
	world_rule(&w, "GET", "callcenter", 404, 1, "");
	ask(22, "GetAgentState", DEVICE);
	world_heard(&w, client, W_ERROR("0022", "operation", "invalidFeature"));
	world_fini(&w);
}
END_TEST

/* --- forwarding --- */

START_TEST(test_set_forwarding)
{
	setup("2001");
	ask(20, "SetForwarding",
		DEVICE "<forwardingType>forwardImmediate</forwardingType>"
		       "<activateForward>true</activateForward><forwardDN>2003</forwardDN>");
	sent("<active>true</active><forwardToPhoneNumber>2003</forwardToPhoneNumber>");
	world_asked(&w, "xsp1 PUT " SERVICES "CallForwardingAlways\n");
	world_heard(&w, client, "0020 SetForwardingResponse\n");
	/* the order of BroadWorks' own clients, and an empty count */
	ask(21, "SetForwarding",
		DEVICE "<activateForward>false</activateForward><forwardDN/>"
		       "<forwardingType>forwardBusy</forwardingType><ringCount/>");
	sent("<active>false</active></CallForwardingBusy>");
	world_asked(&w, "xsp1 PUT " SERVICES "CallForwardingBusy\n");
	world_heard(&w, client, "0021 SetForwardingResponse\n");
	ask(22, "SetForwarding",
		DEVICE "<forwardingType>forwardNoAns</forwardingType><activateForward>1"
		       "</activateForward><forwardDN>tel:+15559</forwardDN><ringCount>4"
		       "</ringCount>");
	sent("<forwardToPhoneNumber>tel:+15559</forwardToPhoneNumber><numberOfRings>4"
	     "</numberOfRings>");
	world_asked(&w, "xsp1 PUT " SERVICES "CallForwardingNoAnswer\n");
	world_heard(&w, client, "0022 SetForwardingResponse\n");
	ask(23, "SetForwarding", DEVICE "<activateForward>true</activateForward>");
	world_asked(&w, "xsp1 PUT " SERVICES "CallForwardingAlways\n");
	world_heard(&w, client, "0023 SetForwardingResponse\n");
	world_fini(&w);
}
END_TEST

START_TEST(test_set_forwarding_wrong)
{
	setup("2001");
	ask(20, "SetForwarding", DEVICE "<forwardingType>forwardBusy</forwardingType>");
	world_heard(&w, client,
		W_ERROR("0020", "operation", "atLeastOneConditionalParameterNotProvided"));
	ask(21, "SetForwarding",
		DEVICE "<forwardingType>forwardBusyInt</forwardingType>"
		       "<activateForward>true</activateForward>");
	world_heard(&w, client, W_ERROR("0021", "operation", "parameterNotSupported"));
	ask(22, "SetForwarding",
		DEVICE "<forwardingType>backward</forwardingType>"
		       "<activateForward>true</activateForward>");
	world_heard(&w, client, W_ERROR("0022", "operation", "invalidForwardingType"));
	ask(23, "SetForwarding",
		DEVICE "<activateForward>true</activateForward><ringCount>21</ringCount>");
	world_heard(&w, client, W_ERROR("0023", "operation", "invalidRingCount"));
	world_asked(&w, "");
	world_rule(&w, "PUT", "CallForwardingAlways", 400, 1, "");
	ask(24, "SetForwarding",
		DEVICE "<activateForward>true</activateForward><forwardDN>0</forwardDN>");
	world_heard(&w, client, W_ERROR("0024", "operation", "invalidForwardingDestination"));
	world_fini(&w);
}
END_TEST

#define FORWARDING(type, parts) XML "<CallForwarding" type NS ">" parts "</CallForwarding" type ">"

START_TEST(test_get_forwarding)
{
	setup("2001");
	world_rule(&w, "GET", "CallForwardingAlways", 200, 1,
		FORWARDING("Always",
			"<active>false</active><forwardToPhoneNumber>2003</forwardToPhoneNumber>"));
	world_rule(&w, "GET", "CallForwardingNoAnswer", 200, 1,
		FORWARDING("NoAnswer",
			"<active>true</active><forwardToPhoneNumber>2004</forwardToPhoneNumber>"
			"<numberOfRings>3</numberOfRings>"));
	/* this user has no forwarding when busy */
	world_rule(&w, "GET", "CallForwardingBusy", 404, -1, "");
	ask(20, "GetForwarding", DEVICE);
	world_asked(&w,
		"xsp1 GET " SERVICES "CallForwardingAlways\n"
		"xsp1 GET " SERVICES "CallForwardingBusy\n"
		"xsp1 GET " SERVICES "CallForwardingNoAnswer\n");
	world_heard(&w, client,
		"0020 GetForwardingResponse{forwardingList{"
		"forwardListItem{forwardingType=forwardImmediate forwardStatus=false "
		"forwardDN=2003} forwardListItem{forwardingType=forwardNoAns forwardStatus=true "
		"forwardDN=2004 ringCount=3}}}\n");
	/* none at all */
	world_rule(&w, "GET", "CallForwarding", 404, -1, "");
	ask(21, "GetForwarding", DEVICE);
	world_heard(&w, client, W_ERROR("0021", "operation", "invalidFeature"));
	world_fini(&w);
}
END_TEST

/* A server that does not answer is not a user without the service. */
START_TEST(test_get_forwarding_no_answer)
{
	setup("2001");
	world_rule(&w, "GET", "CallForwardingBusy", 0, -1, "");
	world_rule(&w, "GET", "CallForwarding", 200, -1,
		FORWARDING("Always", "<active>false</active>"));
	ask(20, "GetForwarding", DEVICE);
	world_run(&w, 6000);
	world_heard(
		&w, client, W_ERROR("0020", "systemResourceAvailibility", "networkOutOfService"));
	world_fini(&w);
}
END_TEST

/* --- do not disturb, message waiting --- */

START_TEST(test_do_not_disturb)
{
	setup("2001");
	ask(20, "SetDoNotDisturb", DEVICE "<doNotDisturbOn>true</doNotDisturbOn>");
	sent("<active>true</active>");
	world_asked(&w, "xsp1 PUT " SERVICES "DoNotDisturb\n");
	world_heard(&w, client, "0020 SetDoNotDisturbResponse\n");
	ask(21, "SetDoNotDisturb", DEVICE);
	world_heard(&w, client,
		W_ERROR("0021", "operation", "atLeastOneConditionalParameterNotProvided"));
	world_rule(&w, "GET", "DoNotDisturb", 200, 1,
		XML "<DoNotDisturb" NS "><active>true</active><ringSplash>false</ringSplash>"
		    "</DoNotDisturb>");
	ask(22, "GetDoNotDisturb", DEVICE);
	world_asked(&w, "xsp1 GET " SERVICES "DoNotDisturb\n");
	world_heard(&w, client, "0022 GetDoNotDisturbResponse{doNotDisturbOn=true}\n");
	world_fini(&w);
}
END_TEST

#define MESSAGES "A/user/2001@demo.example/calls/messaging/VoiceMailMessageSummary\n"

START_TEST(test_message_waiting)
{
	setup("2001");
	ask(20, "SetMessageWaitingIndicator", DEVICE "<messageWaitingOn>false</messageWaitingOn>");
	world_asked(&w, "xsp1 DELETE " MESSAGES);
	world_heard(&w, client, "0020 SetMessageWaitingIndicatorResponse\n");
	ask(21, "SetMessageWaitingIndicator", DEVICE "<messageWaitingOn>true</messageWaitingOn>");
	world_heard(&w, client, W_ERROR("0021", "operation", "requestIncompatibleWithDevice"));
	world_asked(&w, "");
	world_rule(&w, "GET", "VoiceMailMessageSummary", 200, 1,
		XML "<VoiceMailMessageSummary" NS "><summary><newMessages>2</newMessages>"
		    "<oldMessages>1</oldMessages></summary></VoiceMailMessageSummary>");
	ask(22, "GetMessageWaitingIndicator", DEVICE);
	world_asked(&w, "xsp1 GET " MESSAGES);
	world_heard(&w, client, "0022 GetMessageWaitingIndicatorResponse{messageWaitingOn=true}\n");
	world_fini(&w);
}
END_TEST

/* --- queues and route points --- */

/* A call (#3) waits at the device. */
static void
setup_waiting(const char *device)
{
	char type[64];
	bool queue = strcmp(device, "2700") == 0;

	setup(device);
	snprintf(type, sizeof(type), "%sSubscriptionEvent", queue ? "ACD" : "RoutePoint");
	world_event(&w, device, type, "");
	snprintf(type, sizeof(type), "%sCallAddedEvent", queue ? "ACD" : "RoutePoint");
	world_event(&w, device, type,
		"<xsi:queueEntry><xsi:callId>q:0</xsi:callId><xsi:extTrackingId>7:1"
		"</xsi:extTrackingId><xsi:remoteParty><xsi:address>tel:+15559001</xsi:address>"
		"</xsi:remoteParty></xsi:queueEntry>");
	world_run(&w, 100);
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "QueuedEvent"));
	world_forget_asked(&w);
	buf_reset(&w.bodies);
}

#define CONNECTION(name, device) \
	"<" name "><callID>#3</callID><deviceID>" device "</deviceID></" name ">"

START_TEST(test_queue)
{
	setup_waiting("2700");
	ask(20, "DeflectCall",
		CONNECTION("callToBeDiverted", "2700") "<newDestination>2003</newDestination>");
	world_asked(&w,
		"xsp1 PUT A/callcenter/2700@demo.example/calls/q:0/BlindTransfer?phoneno="
		"2003\n");
	world_heard(&w, client, "0020 DeflectCallResponse\n");
	ask(21, "ClearConnection", CONNECTION("connectionToBeCleared", "2700"));
	world_asked(&w, "xsp1 DELETE A/callcenter/2700@demo.example/calls/q:0\n");
	world_heard(&w, client, "0021 ClearConnectionResponse\n");
	ask(22, "HoldCall", CONNECTION("callToBeHeld", "2700"));
	world_heard(&w, client, W_ERROR("0022", "operation", "requestIncompatibleWithDevice"));
	ask(23, "MakeCall",
		"<callingDevice>2700</callingDevice><calledDirectoryNumber>2003"
		"</calledDirectoryNumber>");
	world_heard(&w, client, W_ERROR("0023", "operation", "requestIncompatibleWithDevice"));
	ask(24, "SetDoNotDisturb", "<device>2700</device><doNotDisturbOn>true</doNotDisturbOn>");
	world_heard(&w, client, W_ERROR("0024", "operation", "requestIncompatibleWithDevice"));
	ask(25, "PlayMessage",
		"<messageToBePlayed>1</messageToBePlayed>" CONNECTION("overConnection", "2700"));
	world_heard(&w, client, W_ERROR("0025", "operation", "requestIncompatibleWithDevice"));
	ask(26, "ParkCall", CONNECTION("parking", "2700"));
	world_heard(&w, client, W_ERROR("0026", "operation", "requestIncompatibleWithDevice"));
	world_asked(&w, "");
	world_fini(&w);
}
END_TEST

/* BroadWorks does not know the call: the queue is asked for what is true, and the call is gone. */
START_TEST(test_queue_call_unknown)
{
	setup_waiting("2700");
	world_rule(&w, "DELETE", "calls/q:0", 404, 1, "");
	ask(20, "ClearConnection", CONNECTION("connectionToBeCleared", "2700"));
	world_heard(&w, client,
		W_ERROR("0020", "operation", "invalidConnectionID") W_CLEARED(
			"2", "3", "2700", "+15559001", "switchingFunctionTerminated", W_END));
	ck_assert_uint_eq(world_asked_count(&w, "PUT E/subscription/"), 1);
	world_fini(&w);
}
END_TEST

#define POINT "A/routepoint/2800@demo.example/calls/"
#define PLAY(id, more) \
	"<messageToBePlayed>" id "</messageToBePlayed>" CONNECTION("overConnection", "2800") more
#define PRIVATE(parts) \
	"<extensions><privateData><private>" parts "</private></privateData></extensions>"

START_TEST(test_route_point)
{
	static const struct {
		const char *inner, *path, *body;
	} plays[] = {
		{ PLAY("0", "<duration>3000</duration>" PRIVATE("<busyPattern>fast</busyPattern>")),
			"playbusy", "<duration>3</duration>" },
		{ PLAY("1",
			  "<duration>3001</duration>" PRIVATE(
				  "<collectDigits>x.#</collectDigits>")),
			"playmusiconhold", "<duration>4</duration>" },
		{ PLAY("2", ""), "playringback", "RoutePointPlayRingBack" },
		{ PLAY("3", ""), "playsilence", "RoutePointPlaySilence" },
		{ PLAY("4",
			  PRIVATE("<audioUrl>http://a/1</audioUrl><audioUrl>http://a/2</audioUrl>"
				  "<videoUrl>http://v/1</videoUrl>")),
			"playtreatment", "http://a/2" },
	};
	char line[256];

	setup_waiting("2800");
	for (size_t i = 0; i < sizeof(plays) / sizeof(plays[0]); i++) {
		ask(20, "PlayMessage", plays[i].inner);
		snprintf(line, sizeof(line), "xsp1 PUT " POINT "q:0/%s\n", plays[i].path);
		sent(plays[i].body);
		world_asked(&w, line);
		world_heard(&w, client, "0020 PlayMessageResponse\n");
	}
	ask(21, "PlayMessage", PLAY("5", ""));
	world_heard(&w, client, W_ERROR("0021", "operation", "invalidMsgID"));
	ask(22, "PlayMessage", PLAY("4", ""));
	world_heard(&w, client, W_ERROR("0022", "operation", "invalidParameterValue"));
	world_asked(&w, "");
	world_fini(&w);
}
END_TEST

#define STOP(id, device) \
	"<messageToBeStopped>" id "</messageToBeStopped>" CONNECTION("connection", device)

/* A treatment ends when another begins: silence. */
START_TEST(test_stop_treatment)
{
	setup_waiting("2800");
	ask(20, "Stop", STOP("4", "2800"));
	sent("RoutePointPlaySilence");
	world_asked(&w, "xsp1 PUT " POINT "q:0/playsilence\n");
	world_heard(&w, client, "0020 StopResponse\n");
	world_rule(&w, "PUT", "playsilence", 404, 1, "");
	ask(21, "Stop", STOP("", "2800"));
	ck_assert_ptr_nonnull(strstr(
		world_take(&w, client), W_ERROR("0021", "operation", "invalidConnectionID")));
	world_fini(&w);
	setup_waiting("2800");
	ask(22, "Stop", STOP("5", "2800"));
	world_heard(&w, client, W_ERROR("0022", "operation", "invalidMsgID"));
	world_asked(&w, "");
	world_fini(&w);
	/* a call center has treatments of its own, which nobody can stop */
	setup_waiting("2700");
	ask(23, "Stop", STOP("4", "2700"));
	world_heard(&w, client, W_ERROR("0023", "operation", "requestIncompatibleWithDevice"));
	world_fini(&w);
}
END_TEST

START_TEST(test_route_point_calls)
{
	setup_waiting("2800");
	ask(20, "DeflectCall",
		CONNECTION("callToBeDiverted", "2800") "<newDestination>2003</newDestination>");
	world_asked(&w, "xsp1 PUT " POINT "q:0/blindtransfer?address=2003\n");
	world_heard(&w, client, "0020 DeflectCallResponse\n");
	ask(21, "DeflectCall",
		CONNECTION("callToBeDiverted", "2800") "<newDestination>2003</newDestination>" PRIVATE(
			"<agentID>2003</agentID>"));
	sent("<agentId>2003@demo.example</agentId>");
	world_asked(&w, "xsp1 PUT " POINT "q:0/distribute\n");
	world_heard(&w, client, "0021 DeflectCallResponse\n");
	ask(22, "ClearConnection", CONNECTION("connectionToBeCleared", "2800"));
	world_asked(&w, "xsp1 DELETE " POINT "q:0\n");
	world_heard(&w, client, "0022 ClearConnectionResponse\n");
	world_rule(&w, "POST", "/calls/new", 201, 1,
		XML "<RoutePointCallStartInfo" NS "><callId>o:0</callId><externalTrackingId>9:1"
		    "</externalTrackingId></RoutePointCallStartInfo>");
	ask(23, "MakeCall",
		"<callingDevice>2800</callingDevice><calledDirectoryNumber>2003"
		"</calledDirectoryNumber>");
	world_asked(&w, "xsp1 POST " POINT "new\n");
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "0023 MakeCallResponse"));
	world_fini(&w);
}
END_TEST

/* --- Escape --- */

#define ESCAPE(parts) "<privateData><private>" parts "</private></privateData>"

START_TEST(test_escape)
{
	setup("2001");
	ask(22, "Escape",
		ESCAPE("<serviceID>501</serviceID><device>2001</device><accountCode>17"
		       "</accountCode>"));
	world_asked(&w, "xsp1 POST A/user/2001@demo.example/calls/DispositionCode/17\n");
	world_heard(&w, client, "0022 EscapeResponse\n");
	world_call(&w, "2001", "CallReceivedEvent", "a:0", "7:1", "Terminator", "Alerting", "2002");
	world_take(&w, client);
	ask(23, "Escape",
		ESCAPE("<serviceID>501</serviceID><deviceID>2001</deviceID><callID>#4</callID>"
		       "<accountCode>17</accountCode>"));
	world_asked(&w, "xsp1 POST A/user/2001@demo.example/calls/a:0/DispositionCode/17\n");
	world_heard(&w, client, "0023 EscapeResponse\n");
	world_fini(&w);
}
END_TEST

START_TEST(test_escape_wrong)
{
	setup("2001");
	ask(20, "Escape", "");
	world_heard(&w, client, W_ERROR("0020", "operation", "privateDataNotSupported"));
	ask(21, "Escape", ESCAPE("<serviceID>77</serviceID>"));
	world_heard(&w, client, W_ERROR("0021", "operation", "privateDataNotSupported"));
	ask(22, "Escape", ESCAPE("<serviceID>1</serviceID><device>2001</device>"));
	world_heard(&w, client, W_ERROR("0022", "operation", "invalidDestination"));
	ask(23, "Escape", ESCAPE("<serviceID>501</serviceID><device>2001</device>"));
	world_heard(&w, client, W_ERROR("0023", "operation", "invalidAccountCode"));
	ask(24, "Escape", ESCAPE("<serviceID>2</serviceID><device>2077</device>"));
	world_heard(&w, client, W_ERROR("0024", "operation", "invalidDeviceID"));
	world_asked(&w, "");
	world_fini(&w);
}
END_TEST

/* --- conferences --- */

#define PARTICIPANT(call) \
	"<xsi:conferenceParticipant><xsi:callId>" call "</xsi:callId></xsi:conferenceParticipant>"
#define CALLS "A/user/2001@demo.example/calls/"
#define ON_2001(name, call) \
	"<" name "><callID>#" call "</callID><deviceID>2001</deviceID></" name ">"

/* 2001 controls a conference (call #3) of 2002 and 2003. */
static void
setup_conference(void)
{
	setup("2001");
	world_call(&w, "2001", "CallReceivedEvent", "a:0", "7:1", "Terminator", "Alerting", "2002");
	world_call(&w, "2001", "CallAnsweredEvent", "a:0", "7:1", "Terminator", "Active", "2002");
	world_call(&w, "2001", "CallHeldEvent", "a:0", "7:1", "Terminator", "Held", "2002");
	world_call(
		&w, "2001", "CallOriginatedEvent", "b:0", "8:1", "Originator", "Alerting", "2003");
	world_call(&w, "2001", "CallAnsweredEvent", "b:0", "8:1", "Originator", "Active", "2003");
	world_call(&w, "2001", "CallRetrievedEvent", "a:0", "7:1", "Terminator", "Active", "2002");
	world_event(&w, "2001", "ConferenceStartedEvent",
		"<xsi:conference><xsi:state>Active</xsi:state>"
		"<xsi:conferenceParticipantList>" PARTICIPANT("a:0")
			PARTICIPANT("b:0") "</xsi:conferenceParticipantList></xsi:conference>");
	world_run(&w, 100);
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "ConferencedEvent"));
	world_forget_asked(&w);
}

#define W_CLEARED_FAR(ref, call, device) \
	W_EVENT("ConnectionCleared", ref) \
	W_CONNECTION("droppedConnection", call, device) \
	W_PARTY("releasingDevice", device) W_LOCAL("connected", "normalClearing", W_END)

/* The controller holds, retrieves and ends it as a whole, drops a participant, and hands it over to nobody. */
START_TEST(test_conference_controller)
{
	setup_conference();
	ask(20, "HoldCall", ON_2001("callToBeHeld", "3"));
	world_asked(&w, "xsp1 PUT " CALLS "Conference/Hold\n");
	world_heard(&w, client, "0020 HoldCallResponse\n");
	ask(21, "ClearConnection",
		"<connectionToBeCleared><callID>#3</callID><deviceID>2003</deviceID>"
		"</connectionToBeCleared>");
	world_asked(&w, "xsp1 DELETE " CALLS "b:0\n");
	world_heard(&w, client, "0021 ClearConnectionResponse\n");
	ask(22, "ClearConnection", ON_2001("connectionToBeCleared", "3"));
	world_asked(&w, "xsp1 DELETE " CALLS "Conference\n");
	world_heard(&w, client, "0022 ClearConnectionResponse\n");
	ask(23, "ClearCall", "<callToBeCleared><callID>#3</callID></callToBeCleared>");
	world_asked(&w, "xsp1 DELETE " CALLS "Conference\n");
	world_heard(&w, client, "0023 ClearCallResponse\n");
	ask(24, "SingleStepTransferCall",
		ON_2001("activeCall", "3") "<transferredTo>2004</transferredTo>");
	world_heard(&w, client, W_ERROR("0024", "operation", "requestIncompatibleWithConnection"));
	/* consultation is allowed: the conference is held, the participant called */
	ask(25, "ConsultationCall",
		ON_2001("existingCall", "3") "<consultedDevice>2004</consultedDevice>");
	world_asked(&w,
		"xsp1 PUT " CALLS "Conference/Hold\n"
		"xsp1 POST " CALLS "new?address=2004\n");
	world_take(&w, client);
	ask(26, "IntrudeCall",
		ON_2001("intrude", "3") "<participationType>active</participationType>");
	world_asked(&w, "xsp1 PUT " CALLS "Conference/BargeIn\n");
	ask(27, "IntrudeCall",
		ON_2001("intrude", "3") "<participationType>silent</participationType>");
	world_asked(&w, "xsp1 PUT " CALLS "Conference/SilentMonitor\n");
	world_fini(&w);
}
END_TEST

/* It is over before its parties are released: one connection of the controller is cleared, once. */
START_TEST(test_conference_released)
{
	setup_conference();
	world_event(&w, "2001", "ConferenceReleasedEvent",
		"<xsi:conference><xsi:state>Released</xsi:state>"
		"<xsi:conferenceParticipantList>" PARTICIPANT("a:0")
			PARTICIPANT("b:0") "</xsi:conferenceParticipantList></xsi:conference>");
	world_call(&w, "2001", "CallReleasedEvent", "a:0", "7:1", "Terminator", "Released", "2002");
	world_heard(&w, client, W_CLEARED_FAR("2", "3", "2002"));
	world_call(&w, "2001", "CallReleasedEvent", "b:0", "8:1", "Originator", "Released", "2003");
	world_heard(&w, client, W_CLEARED("2", "3", "2001", "2003", "normalClearing", W_END));
	world_fini(&w);
}
END_TEST

/* Forgotten while the device was out of service: one party leaves the controller, then he is cleared. */
START_TEST(test_conference_forgotten)
{
	const char *heard, *first;

	setup_conference();
	w.snapshots = false;
	world_call(&w, "2001", "CallReceivedEvent", "z:0", "1:2", "Terminator", "Alerting", "2009");
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "OutOfServiceEvent"));
	world_forget(&w, "2001");
	w.snapshots = true;
	world_snapshot(&w, "2001", "CallSubscriptionEvent");
	world_run(&w, 10000);
	heard = world_take(&w, client);
	ck_assert_ptr_nonnull(strstr(heard, "BackInServiceEvent"));
	first = strstr(heard, "localConnectionInfo=connected cause=switchingFunctionTerminated");
	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_nonnull(
		strstr(first, "localConnectionInfo=null cause=switchingFunctionTerminated"));
	world_fini(&w);
}
END_TEST

/* With the conference held and a third party consulted. */
START_TEST(test_conference_and_call)
{
	static const char *const refused[] = { "TransferCall", "ReconnectCall" };

	setup_conference();
	world_event(&w, "2001", "ConferenceHeldEvent",
		"<xsi:conference><xsi:state>Held</xsi:state>"
		"<xsi:conferenceParticipantList>" PARTICIPANT("a:0")
			PARTICIPANT("b:0") "</xsi:conferenceParticipantList></xsi:conference>");
	world_call(
		&w, "2001", "CallOriginatedEvent", "c:0", "9:1", "Originator", "Alerting", "2004");
	world_call(&w, "2001", "CallAnsweredEvent", "c:0", "9:1", "Originator", "Active", "2004");
	world_take(&w, client);
	world_forget_asked(&w);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		ask(20, refused[i], ON_2001("heldCall", "3") ON_2001("activeCall", "5"));
		world_heard(&w, client,
			W_ERROR("0020", "operation", "requestIncompatibleWithHeldConnection"));
	}
	world_asked(&w, "");
	ask(21, "AlternateCall", ON_2001("heldCall", "3") ON_2001("activeCall", "5"));
	world_asked(&w, "xsp1 PUT " CALLS "c:0/Hold\nxsp1 PUT " CALLS "Conference/Talk\n");
	world_heard(&w, client, "0021 AlternateCallResponse\n");
	ask(22, "ConferenceCall", ON_2001("heldCall", "3") ON_2001("activeCall", "5"));
	world_asked(&w, "xsp1 PUT " CALLS "Conference/c:0\n");
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "0022 ConferenceCallResponse"));
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_set_agent_state,
		test_set_agent_state_wrong,
		test_get_agent_state,
		test_set_forwarding,
		test_set_forwarding_wrong,
		test_get_forwarding,
		test_get_forwarding_no_answer,
		test_do_not_disturb,
		test_message_waiting,
		test_queue,
		test_queue_call_unknown,
		test_route_point,
		test_stop_treatment,
		test_route_point_calls,
		test_escape,
		test_escape_wrong,
		test_conference_controller,
		test_conference_released,
		test_conference_forgotten,
		test_conference_and_call,
	};

	return world_main("svc_feature", tests, sizeof(tests) / sizeof(tests[0]));
}
