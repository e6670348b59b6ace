/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routeing services through a whole node: what a routeing server hears of calls that wait at a route point, what BroadWorks is
 * asked, and what happens when a way fails, the call goes or nobody is there.
 */
#include "tests/unit/node_world.h"

#include "proto/base/limits.h"

#include <stdio.h>
#include <stdlib.h>

static struct world w;
static unsigned server;

#define POINT "A/routepoint/2800@demo.example/calls/"
#define REQUEST(invoke, ref, reg, call, calling) \
	invoke " RouteRequest{crossRefIdentifier=#" ref " routeRegisterReqID=#" reg \
	       " " W_PARTY("currentRoute", "2800") W_PARTY("callingDevice", calling) \
		       W_PARTY("routeingDevice", "2800") "routedCall{callID=#" call \
							 " deviceID=2800}}\n"
#define DIALOGUE(ref, reg) \
	"<crossRefIdentifier>#" ref "</crossRefIdentifier><routeRegisterReqID>#" reg \
	"</routeRegisterReqID>"

static void
setup(void)
{
	server = world_begin(&w, 1,
		"[devices]\nroute-point = 2800\n[broadworks]\n"
		"route-point-packages = Route Point Queue\n");
	world_run(&w, 100);
	world_take(&w, server);
	world_forget_asked(&w);
	buf_reset(&w.bodies);
}

/* The events of BroadWorks about a call that is at the route point. */
static void
point_event(const char *type, const char *call, const char *more)
{
	char data[512];

	snprintf(data, sizeof(data),
		"<xsi:queueEntry><xsi:callId>%s:0</xsi:callId><xsi:extTrackingId>%s:1"
		"</xsi:extTrackingId><xsi:remoteParty><xsi:address>tel:+15559001</xsi:address>"
		"</xsi:remoteParty>%s</xsi:queueEntry>",
		call, call, more);
	world_event(&w, "2800", type, data);
	world_run(&w, 10);
}

/* The server of the route point (registration #2); BroadWorks has said that nobody waits. */
static void
setup_registered(void)
{
	setup();
	world_send(&w, server, 2,
		"<RouteRegister><routeingDevice>2800</routeingDevice></RouteRegister>");
	world_event(&w, "2800", "RoutePointSubscriptionEvent", "");
	world_run(&w, 100);
	world_heard(&w, server, "0002 RouteRegisterResponse{routeRegisterReqID=#2}\n");
	world_forget_asked(&w);
}

START_TEST(test_request)
{
	setup_registered();
	point_event("RoutePointCallAddedEvent", "q", "");
	/* #3 is the call, #4 the dialogue; nobody monitors the device, so there are no events */
	world_heard(&w, server, REQUEST("9003", "4", "2", "3", "+15559001"));
	world_send(&w, server, 3,
		"<RouteSelect>" DIALOGUE(
			"4", "2") "<routeSelected>2003</routeSelected>"
				  "<routeUsedReq>true</routeUsedReq></RouteSelect>");
	world_asked(&w, "xsp1 PUT " POINT "q:0/blindtransfer?address=2003\n");
	world_heard(&w, server, "");
	point_event("RoutePointCallTransferredEvent", "q",
		"</xsi:queueEntry><xsi:redirect><xsi:address>tel:2003</xsi:address></xsi:redirect>"
		"<xsi:queueEntry>");
	world_heard(&w, server,
		"9004 RouteUsed{crossRefIdentifier=#4 routeRegisterReqID=#2 " W_PARTY("routeUsed",
			"2003") "callingDevice{deviceIdentifier=+15559001}}\n"
				"9005 RouteEnd{crossRefIdentifier=#4 routeRegisterReqID=#2}\n");
	world_fini(&w);
}
END_TEST

/* An agent gets the call by being named; when he does not answer the server chooses again. */
START_TEST(test_agent_does_not_answer)
{
	setup_registered();
	point_event("RoutePointCallAddedEvent", "q", "");
	world_take(&w, server);
	world_send(&w, server, 3,
		"<RouteSelect>" DIALOGUE("4",
			"2") "<routeSelected>2003</routeSelected><extensions>"
			     "<privateData><private><agentID>2003</agentID></private></privateData></extensions>"
			     "</RouteSelect>");
	world_asked(&w, "xsp1 PUT " POINT "q:0/distribute\n");
	point_event("RoutePointCallOfferedToAgentEvent", "q", "");
	world_heard(&w, server, "");
	point_event("RoutePointCallBouncedEvent", "q", "");
	world_heard(&w, server, "9004 ReRoute{crossRefIdentifier=#4 routeRegisterReqID=#2}\n");
	world_send(&w, server, 4,
		"<RouteSelect>" DIALOGUE(
			"4", "2") "<routeSelected>2005</routeSelected></RouteSelect>");
	world_asked(&w, "xsp1 PUT " POINT "q:0/blindtransfer?address=2005\n");
	world_heard(&w, server, "");
	world_fini(&w);
}
END_TEST

/* BroadWorks refuses each way: the server is asked again, but not for ever. */
START_TEST(test_ways_fail)
{
	char again[128];

	setup_registered();
	point_event("RoutePointCallAddedEvent", "q", "");
	world_take(&w, server);
	w.snapshots = false; /* a refusal leads to a question; here BroadWorks still has the call */
	world_rule(&w, "PUT", "blindtransfer", 403, -1, "");
	for (int i = 1; i < LIMIT_ROUTE_TRIES; i++) {
		world_send(&w, server, 3,
			"<RouteSelect>" DIALOGUE(
				"4", "2") "<routeSelected>2003</routeSelected></RouteSelect>");
		snprintf(again, sizeof(again),
			"%u ReRoute{crossRefIdentifier=#4 routeRegisterReqID=#2}\n", 9003 + i);
		world_heard(&w, server, again);
	}
	world_send(&w, server, 3,
		"<RouteSelect>" DIALOGUE(
			"4", "2") "<routeSelected>2003</routeSelected></RouteSelect>");
	world_heard(&w, server,
		"9008 RouteEnd{crossRefIdentifier=#4 routeRegisterReqID=#2 "
		"errorValue{performanceManagement=performanceLimitExceeded}}\n");
	world_send(&w, server, 4,
		"<RouteSelect>" DIALOGUE(
			"4", "2") "<routeSelected>2003</routeSelected></RouteSelect>");
	world_heard(&w, server, W_ERROR("0004", "stateIncompatibility", "invalidObjectState"));
	ck_assert_uint_eq(world_asked_count(&w, "blindtransfer"), LIMIT_ROUTE_TRIES);
	/* the call is BroadWorks' business now: its end is none of the server's */
	point_event("RoutePointCallAbandonedEvent", "q", "");
	world_heard(&w, server, "");
	world_fini(&w);
}
END_TEST

START_TEST(test_reject_end_abandon)
{
	setup_registered();
	point_event("RoutePointCallAddedEvent", "q", "");
	point_event("RoutePointCallAddedEvent", "r", "");
	point_event("RoutePointCallAddedEvent", "s", "");
	world_heard(&w, server,
		REQUEST("9003", "4", "2", "3", "+15559001") REQUEST("9004", "6", "2", "5",
			"+15559001") REQUEST("9005", "8", "2", "7", "+15559001"));
	world_send(&w, server, 3, "<RouteReject>" DIALOGUE("4", "2") "</RouteReject>");
	world_asked(&w, "xsp1 PUT " POINT "q:0/reject\n");
	world_send(&w, server, 4, "<RouteEnd>" DIALOGUE("6", "2") "</RouteEnd>");
	world_asked(&w, "");
	world_heard(&w, server, "");
	point_event("RoutePointCallRejectedEvent", "q", "");
	point_event("RoutePointCallReleasedEvent", "r", "");
	world_heard(&w, server, "");
	point_event("RoutePointCallAbandonedEvent", "s", "");
	world_heard(&w, server,
		"9006 RouteEnd{crossRefIdentifier=#8 routeRegisterReqID=#2 "
		"errorValue{stateIncompatibility=noActiveCall}}\n");
	world_fini(&w);
}
END_TEST

/* Calls that wait already, whoever let them wait, are asked about when a server comes. */
START_TEST(test_waiting_before)
{
	setup_registered();
	world_send(&w, server, 3,
		"<RouteRegisterCancel><routeRegisterReqID>#2</routeRegisterReqID>"
		"</RouteRegisterCancel>");
	world_heard(&w, server, "0003 RouteRegisterCancelResponse\n");
	point_event("RoutePointCallAddedEvent", "q", "");
	world_heard(&w, server, "");
	/* for all route points that have no server of their own */
	world_send(&w, server, 4, "<RouteRegister></RouteRegister>");
	world_heard(&w, server,
		"0004 RouteRegisterResponse{routeRegisterReqID=#4}\n" REQUEST(
			"9003", "5", "4", "3", "+15559001"));
	world_send(&w, server, 5,
		"<RouteRegister><routeingDevice>2800</routeingDevice></RouteRegister>");
	world_heard(&w, server, "0005 RouteRegisterResponse{routeRegisterReqID=#6}\n");
	point_event("RoutePointCallAddedEvent", "r", "");
	world_heard(&w, server, REQUEST("9004", "8", "6", "7", "+15559001"));
	world_fini(&w);
}
END_TEST

START_TEST(test_wrong)
{
	unsigned other;

	setup_registered();
	other = world_connect(&w);
	world_settle(&w);
	world_start_session(&w, other, 1, "demo", "");
	world_run(&w, 100);
	world_take(&w, other);
	world_send(&w, other, 2,
		"<RouteRegister><routeingDevice>2800</routeingDevice></RouteRegister>");
	world_heard(&w, other,
		W_ERROR("0002", "subscribedResourceAvailability",
			"objectRegistrationLimitExceeded"));
	world_send(&w, other, 3,
		"<RouteRegister><routeingDevice>2001</routeingDevice></RouteRegister>");
	world_run(&w, 5000);
	world_heard(&w, other, W_ERROR("0003", "operation", "requestIncompatibleWithDevice"));
	world_send(&w, other, 4,
		"<RouteRegisterCancel><routeRegisterReqID>#2</routeRegisterReqID>"
		"</RouteRegisterCancel>");
	world_heard(&w, other, W_ERROR("0004", "operation", "invalidCrossRefID"));
	point_event("RoutePointCallAddedEvent", "q", "");
	world_take(&w, server);
	world_send(&w, other, 5,
		"<RouteSelect>" DIALOGUE(
			"4", "2") "<routeSelected>2003</routeSelected></RouteSelect>");
	world_heard(&w, other, W_ERROR("0005", "operation", "invalidCrossRefID"));
	world_send(&w, other, 6, "<RouteEnd><crossRefIdentifier>x</crossRefIdentifier></RouteEnd>");
	world_heard(&w, other, W_ERROR("0006", "operation", "invalidCrossRefID"));
	world_send(&w, server, 7, "<RouteSelect>" DIALOGUE("99", "2") "</RouteSelect>");
	world_heard(&w, server, W_ERROR("0007", "operation", "invalidCrossRefID"));
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_request,
		test_agent_does_not_answer,
		test_ways_fail,
		test_reject_end_abandon,
		test_waiting_before,
		test_wrong,
	};

	return world_main("svc_route", tests, sizeof(tests) / sizeof(tests[0]));
}
