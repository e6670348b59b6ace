/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private services: each request of BroadWorks that CSTA has no service for, asked for with Escape; what is wrong with
 * the parameters, what BroadWorks refuses; and the private options of CSTA's own services.
 */
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>

static struct world w;
static unsigned client;

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define NS " xmlns=\"http://schema.broadsoft.com/xsi\""
#define CALLS "A/user/2001@demo.example/calls/"
#define QUEUE "A/callcenter/2700@demo.example/calls"
#define POINT "A/routepoint/2800@demo.example/"

/* A session (#1) with a monitor on the device (#2). */
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

#define ENTRY(id) \
	"<xsi:callId>" id "</xsi:callId><xsi:extTrackingId>7:" id "</xsi:extTrackingId>" \
	"<xsi:remoteParty><xsi:address>tel:+15559001</xsi:address></xsi:remoteParty>"

static void
queue_event(const char *device, const char *type, const char *data)
{
	world_event(&w, device, type, data);
	world_run(&w, 100);
	world_take(&w, client);
	world_forget_asked(&w);
	buf_reset(&w.bodies);
}

/* Two calls (#3, #5 or later) wait at the queue or route point. */
static void
setup_waiting(const char *device)
{
	bool queue = strcmp(device, "2700") == 0;

	setup(device);
	queue_event(device, queue ? "ACDSubscriptionEvent" : "RoutePointSubscriptionEvent", "");
	queue_event(device, queue ? "ACDCallAddedEvent" : "RoutePointCallAddedEvent",
		"<xsi:queueEntry>" ENTRY("q1") "</xsi:queueEntry>");
}

/* 2001 controls a conference (#3) of 2002 and 2003. */
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
		"<xsi:conference><xsi:state>Active</xsi:state><xsi:conferenceParticipantList>"
		"<xsi:conferenceParticipant><xsi:callId>a:0</xsi:callId></xsi:conferenceParticipant>"
		"<xsi:conferenceParticipant><xsi:callId>b:0</xsi:callId></xsi:conferenceParticipant>"
		"</xsi:conferenceParticipantList></xsi:conference>");
	world_run(&w, 100);
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "ConferencedEvent"));
	world_forget_asked(&w);
}

/* Escape, number 20, of this service with these leaves. */
static void
escape(const char *service, const char *device, const char *leaves)
{
	world_send(&w, client, 20,
		"<Escape><privateData><private><serviceID>%s</serviceID><deviceID>%s</deviceID>%s"
		"</private></privateData></Escape>",
		service, device, leaves);
}

/* Refused for this reason, and nothing else is told. */
static void
refused(const char *error)
{
	const char *heard = world_take(&w, client);
	char text[128];

	snprintf(text, sizeof(text), "=%s}\n", error);
	ck_assert_msg(strncmp(heard, "0020 CSTAErrorCode{", 19) == 0 &&
			strstr(heard, text) != NULL && strchr(heard, '\n')[1] == '\0',
		"%s: %s", error, heard);
}

/* Done, and answered with these leaves ("" none). */
static void
answered(const char *leaves)
{
	char text[512];

	if (leaves[0] == '\0')
		snprintf(text, sizeof(text), "0020 EscapeResponse\n");
	else
		snprintf(text, sizeof(text),
			"0020 EscapeResponse{extensions{privateData{private{%s}}}}\n", leaves);
	world_heard(&w, client, text);
}

static void
sent(const char *part)
{
	buf_char(&w.bodies, '\0');
	ck_assert_msg(strstr((char *)w.bodies.p, part) != NULL, "%s\n--- is not in\n%s", part,
		(char *)w.bodies.p);
	buf_reset(&w.bodies);
}

/* --- what is read --- */

START_TEST(test_read)
{
	static const struct {
		const char *service, *device, *path, *body, *leaves;
	} reads[] = {
		{ "versions_get", "2001", "E/versions",
			"<Versions" NS "><commands><baseline>18.0</baseline></commands>"
			"<eventPackages><baseline>18.0</baseline></eventPackages></Versions>",
			"version=18.0 eventVersion=18.0" },
		{ "hook_status_get", "2001", CALLS "HookStatus",
			"<HookStatus" NS "><hookStatus>Off-Hook</hookStatus></HookStatus>",
			"hookStatus=offHook" },
		{ "hook_status_get", "2001", CALLS "HookStatus",
			"<HookStatus" NS "><hookStatus>On-Hook</hookStatus></HookStatus>",
			"hookStatus=onHook" },
		{ "hoteling_guest_get", "2001", "A/user/2001@demo.example/services/HotelingGuest",
			"<HotelingGuest" NS "><active>true</active><hostUserId>2009@demo.example"
			"</hostUserId></HotelingGuest>",
			"guestAssociated=true host=2009" },
		{ "hoteling_guest_get", "2001", "A/user/2001@demo.example/services/HotelingGuest",
			"<HotelingGuest" NS "><active>false</active></HotelingGuest>",
			"guestAssociated=false" },
	};
	char text[512];

	setup("2001");
	for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
		snprintf(text, sizeof(text), XML "%s", reads[i].body);
		world_rule(&w, "GET", strchr(reads[i].path, '/') + 1, 200, 1, text);
		escape(reads[i].service, reads[i].device, "");
		snprintf(text, sizeof(text), "xsp1 GET %s\n", reads[i].path);
		world_asked(&w, text);
		answered(reads[i].leaves);
	}
	world_fini(&w);
}
END_TEST

/* An answer that is another one, none, or a refusal. */
START_TEST(test_read_wrong)
{
	setup("2001");
	world_rule(&w, "GET", "HookStatus", 200, 1, XML "<Versions" NS "/>");
	escape("hook_status_get", "2001", "");
	refused("generic");
	world_rule(&w, "GET", "HookStatus", 200, 1, "");
	escape("hook_status_get", "2001", "");
	refused("generic");
	world_rule(&w, "GET", "HotelingGuest", 404, 1, "");
	escape("hoteling_guest_get", "2001", "");
	refused("invalidFeature");
	world_rule(&w, "GET", "HookStatus", 403, 1, "");
	escape("hook_status_get", "2001", "");
	refused("privilegeViolationSpecifiedDevice");
	world_forget_asked(&w);
	escape("hook_status_get", "2077", "");
	refused("invalidDeviceID");
	escape("hook_status_get", "", "");
	refused("invalidDeviceID");
	escape("acd_list", "2001", "");
	refused("requestIncompatibleWithDevice");
	escape("rp_state_get", "2001", "");
	refused("requestIncompatibleWithDevice");
	/* a request of BroadWorks that is none of these services, and no name at all */
	escape("channel_delete", "2001", "");
	refused("privateDataNotSupported");
	escape("none", "2001", "");
	refused("privateDataNotSupported");
	escape("", "2001", "");
	refused("privateDataNotSupported");
	world_asked(&w, "");
	world_fini(&w);
}
END_TEST

/* --- conferences --- */

#define PARTICIPANTS(parts) \
	XML "<Conference" NS "><state>Active</state><conferenceParticipantList>" parts \
	    "</conferenceParticipantList></Conference>"

START_TEST(test_conference_get)
{
	setup_conference();
	world_rule(&w, "GET", "Conference", 200, 1,
		PARTICIPANTS(
			"<conferenceParticipant><callId>a:0</callId><muted/></conferenceParticipant>"
			"<conferenceParticipant><callId>x:0</callId></conferenceParticipant>"
			"<conferenceParticipant><callId>b:0</callId><deaf/>"
			"</conferenceParticipant>"));
	escape("conference_get", "2001", "");
	world_asked(&w, "xsp1 GET " CALLS "Conference\n");
	answered("state=active participant=2002 muted=2002 participant=2003 deaf=2003");
	world_fini(&w);
}
END_TEST

START_TEST(test_conference_participants)
{
	static const char *const services[][2] = {
		{ "conference_mute", "Mute" },
		{ "conference_unmute", "UnMute" },
		{ "conference_deaf", "Deaf" },
		{ "conference_undeaf", "UnDeaf" },
	};
	char line[256];

	setup_conference();
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		escape(services[i][0], "2001", "<participant>2003</participant>");
		snprintf(line, sizeof(line), "xsp1 PUT " CALLS "Conference/b:0/%s\n",
			services[i][1]);
		world_asked(&w, line);
		answered("");
	}
	escape("conference_mute", "2001", "<callID>#3</callID><participant>2002</participant>");
	world_asked(&w, "xsp1 PUT " CALLS "Conference/a:0/Mute\n");
	answered("");
	world_fini(&w);
}
END_TEST

START_TEST(test_conference_participants_wrong)
{
	setup_conference();
	escape("conference_mute", "2001", "");
	refused("invalidConnectionID");
	escape("conference_mute", "2001", "<participant>2004</participant>");
	refused("invalidConnectionID");
	escape("conference_mute", "2001", "<callID>17</callID><participant>2002</participant>");
	refused("requestIncompatibleWithConnection");
	escape("conference_mute", "2001", "<callID>x</callID><participant>2002</participant>");
	refused("requestIncompatibleWithConnection");
	world_asked(&w, "");
	world_rule(&w, "PUT", "Mute", 409, 1, "");
	escape("conference_mute", "2001", "<participant>2002</participant>");
	refused("invalidConnectionState");
	world_fini(&w);
	/* who has none */
	setup("2001");
	escape("conference_get", "2001", "");
	refused("requestIncompatibleWithConnection");
	escape("conference_deaf", "2001", "<participant>2002</participant>");
	refused("requestIncompatibleWithConnection");
	world_asked(&w, "");
	world_fini(&w);
}
END_TEST

/* A coach is what CSTA's participation types have no word for. */
START_TEST(test_coach)
{
	setup_conference();
	world_send(&w, client, 20,
		"<IntrudeCall><intrude><callID>#3</callID><deviceID>2001</deviceID></intrude>"
		"<participationType>active</participationType><extensions><privateData><private>"
		"<coach>true</coach></private></privateData></extensions></IntrudeCall>");
	world_asked(&w, "xsp1 PUT " CALLS "Conference/SupervisorCoach\n");
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "0020 IntrudeCallResponse"));
	world_fini(&w);
}
END_TEST

/* --- transfers --- */

#define AWAY(service, connection, to, device, type) \
	"<" service "><" connection "><callID>#3</callID><deviceID>" device \
	"</deviceID></" connection "><" to ">2003</" to \
	"><extensions><privateData><private><transferType>" type \
	"</transferType></private></privateData></extensions></" service ">"
#define DEFLECT(device, type) \
	AWAY("DeflectCall", "callToBeDiverted", "newDestination", device, type)
#define TRANSFER(type) AWAY("SingleStepTransferCall", "activeCall", "transferredTo", "2001", type)

START_TEST(test_transfer_types)
{
	setup("2001");
	world_call(&w, "2001", "CallReceivedEvent", "a:0", "7:1", "Terminator", "Alerting", "2002");
	world_call(&w, "2001", "CallAnsweredEvent", "a:0", "7:1", "Terminator", "Active", "2002");
	world_take(&w, client);
	world_send(&w, client, 20, TRANSFER("mute"));
	world_asked(&w, "xsp1 PUT " CALLS "a:0/MuteTransfer?address=2003\n");
	ck_assert_ptr_nonnull(
		strstr(world_take(&w, client), "0020 SingleStepTransferCallResponse"));
	world_send(&w, client, 20, DEFLECT("2001", "voiceMail"));
	world_asked(&w, "xsp1 PUT " CALLS "a:0/VmTransfer?address=2003\n");
	world_heard(&w, client, "0020 DeflectCallResponse\n");
	world_send(&w, client, 20, TRANSFER(""));
	world_asked(&w, "xsp1 PUT " CALLS "a:0/BlindTransfer?address=2003\n");
	world_take(&w, client);
	world_send(&w, client, 20, TRANSFER("loud"));
	refused("invalidParameterValue");
	world_asked(&w, "");
	world_rule(&w, "PUT", "MuteTransfer", 409, 1, "");
	world_send(&w, client, 20, TRANSFER("mute"));
	refused("invalidConnectionState");
	world_fini(&w);
	setup_waiting("2700");
	world_send(&w, client, 20, DEFLECT("2700", "mute"));
	refused("requestIncompatibleWithDevice");
	world_asked(&w, "");
	world_fini(&w);
}
END_TEST

/* --- queues --- */

START_TEST(test_queue)
{
	setup_waiting("2700");
	escape("acd_promote", "2700", "<callID>#3</callID><priority>0</priority>");
	sent("<priority>0-Highest</priority>");
	world_asked(&w, "xsp1 PUT " QUEUE "/q1/Promote\n");
	answered("");
	/* the only call need not be named */
	escape("acd_reorder", "2700", "<position>2</position>");
	world_asked(&w, "xsp1 PUT " QUEUE "/q1/Reorder?index=2\n");
	answered("");
	world_fini(&w);
}
END_TEST

START_TEST(test_queue_wrong)
{
	static const char *const wrong[][2] = {
		{ "acd_promote", "" },
		{ "acd_promote", "<priority>4</priority>" },
		{ "acd_promote", "<priority>high</priority>" },
		{ "acd_reorder", "" },
		{ "acd_reorder", "<position>0</position>" },
		{ "acd_reorder", "<position>-1</position>" },
		{ "acd_reorder", "<position>2&amp;x=1</position>" },
	};

	setup_waiting("2700");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		escape(wrong[i][0], "2700", wrong[i][1]);
		refused("invalidParameterValue");
	}
	escape("acd_promote", "2700", "<callID>77</callID><priority>1</priority>");
	refused("invalidConnectionID");
	world_asked(&w, "");
	/* it is gone: the queue is compared */
	world_rule(&w, "PUT", "Promote", 404, 1, "");
	escape("acd_promote", "2700", "<priority>1</priority>");
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "invalidConnectionID"));
	ck_assert_uint_eq(world_asked_count(&w, "PUT E/subscription/"), 1);
	world_fini(&w);
	setup("2700");
	escape("acd_promote", "2700", "<priority>1</priority>");
	refused("noActiveCall");
	world_fini(&w);
}
END_TEST

#define LIST(root, parts) XML "<" root NS "><queueEntries>" parts "</queueEntries></" root ">"
#define LISTED(id) \
	"<queueEntry><callId>" id "</callId><extTrackingId>7:" id "</extTrackingId></queueEntry>"

static void
lists(const char *service, const char *device, const char *path, const char *first,
	const char *second)
{
	char line[128];

	setup_waiting(device);
	world_rule(&w, "GET", "/calls", 200, 1, first);
	escape(service, device, "");
	snprintf(line, sizeof(line), "xsp1 GET %s\n", path);
	world_asked(&w, line);
	answered("count=1 callID=#3");
	/* one that nobody here knows: the truth is in the number, and the device is compared */
	world_rule(&w, "GET", "/calls", 200, 1, second);
	escape(service, device, "");
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "count=2 callID="));
	ck_assert_uint_eq(world_asked_count(&w, "PUT E/subscription/"), 1);
	world_rule(&w, "GET", "/calls", 404, 1, "");
	escape(service, device, "");
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "invalidDeviceID"));
	world_fini(&w);
}

START_TEST(test_lists)
{
	lists("acd_list", "2700", QUEUE, LIST("ACDQueue", LISTED("q1")),
		LIST("ACDQueue", LISTED("q2") LISTED("q1")));
	lists("rp_list", "2800", POINT "calls", LIST("RoutePointQueue", LISTED("q1")),
		LIST("RoutePointQueue", LISTED("q1") LISTED("q2")));
}
END_TEST

/* --- route points --- */

START_TEST(test_route_point_calls)
{
	static const char *const services[][2] = {
		{ "rp_admit", "admit" },
		{ "rp_reject", "reject" },
		{ "rp_bounce", "bounce" },
		{ "rp_fail", "fail" },
	};
	char line[256];

	setup_waiting("2800");
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		escape(services[i][0], "2800", "<callID>#3</callID>");
		snprintf(line, sizeof(line), "xsp1 PUT " POINT "calls/q1/%s\n", services[i][1]);
		world_asked(&w, line);
		answered("");
	}
	world_run(&w, 3000); /* tokens for more requests */
	buf_reset(&w.bodies);
	escape("rp_connect_vxml", "2800",
		"<voiceXmlID>ivr</voiceXmlID><scriptUrl>http://s/x?a=1&amp;b=2</scriptUrl>");
	sent("http://s/x?a=1&amp;b=2");
	world_asked(&w, "xsp1 PUT " POINT "calls/q1/connecttovoicexml\n");
	answered("");
	escape("rp_connect_vxml", "2800", "<scriptUrl>http://s/</scriptUrl>");
	refused("invalidParameterValue");
	world_asked(&w, "");
	/* refused, compared, and not there any more */
	world_rule(&w, "PUT", "bounce", 409, 1, "");
	escape("rp_bounce", "2800", "<callID>#3</callID>");
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "=invalidConnectionState}\n"));
	ck_assert_uint_eq(world_asked_count(&w, "PUT E/subscription/"), 1);
	world_fini(&w);
}
END_TEST

/* A call that waits for admission (#3) is rejected by ClearConnection, as it has no place to be released from. */
START_TEST(test_route_point_admission)
{
	setup("2800");
	queue_event("2800", "RoutePointSubscriptionEvent", "");
	queue_event("2800", "RoutePointNewCallEvent",
		ENTRY("n1") "<xsi:receiveTime>1</xsi:receiveTime>");
	escape("rp_admit", "2800", "");
	world_asked(&w, "xsp1 PUT " POINT "calls/n1/admit\n");
	answered("");
	world_send(&w, client, 21,
		"<ClearConnection><connectionToBeCleared><callID>#3</callID><deviceID>2800"
		"</deviceID></connectionToBeCleared></ClearConnection>");
	world_asked(&w, "xsp1 PUT " POINT "calls/n1/reject\n");
	world_heard(&w, client, "0021 ClearConnectionResponse\n");
	world_fini(&w);
}
END_TEST

START_TEST(test_route_point_state)
{
	setup("2800");
	world_rule(
		&w, "GET", "state", 200, 1, XML "<RoutePointState" NS ">Failed</RoutePointState>");
	escape("rp_state_get", "2800", "");
	world_asked(&w, "xsp1 GET " POINT "profile/state\n");
	answered("state=failed");
	world_rule(
		&w, "GET", "state", 200, 1, XML "<RoutePointState" NS ">Normal</RoutePointState>");
	escape("rp_state_get", "2800", "");
	answered("state=normal");
	world_forget_asked(&w);
	buf_reset(&w.bodies);
	escape("rp_state_set", "2800", "<state>failed</state>");
	sent(">Failed</RoutePointState>");
	world_asked(&w, "xsp1 PUT " POINT "profile/state\n");
	answered("");
	escape("rp_state_set", "2800", "<state>normal</state>");
	sent(">Normal</RoutePointState>");
	answered("");
	world_forget_asked(&w);
	escape("rp_state_set", "2800", "<state>Failed</state>");
	refused("invalidParameterValue");
	world_asked(&w, "");
	world_rule(&w, "PUT", "state", 409, 1, "");
	escape("rp_state_set", "2800", "<state>failed</state>");
	refused("invalidObjectState");
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_read,
		test_read_wrong,
		test_conference_get,
		test_conference_participants,
		test_conference_participants_wrong,
		test_coach,
		test_transfer_types,
		test_queue,
		test_queue_wrong,
		test_lists,
		test_route_point_calls,
		test_route_point_admission,
		test_route_point_state,
	};

	return world_main("svc_escape", tests, sizeof(tests) / sizeof(tests[0]));
}
