/* SPDX-License-Identifier: Apache-2.0 */
/* Hoteling: the steps towards BroadWorks, what a refusal undoes, what is done again. */
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct world w;
static unsigned client;

/* A session (#1) with monitors on the host 2001 and the guest 2050. */
static void
setup(void)
{
	client = world_begin(&w, 1, "");
	world_monitor(&w, client, "2001");
	world_monitor(&w, client, "2050");
	world_run(&w, 5000);
	world_take(&w, client);
	world_forget_asked(&w);
	buf_reset(&w.bodies);
}

static void
set_agent_state(unsigned invoke, const char *wish)
{
	world_send(&w, client, invoke,
		"<SetAgentState><device>2001</device><requestedAgentState>%s</requestedAgentState>"
		"<agentID>2050</agentID></SetAgentState>",
		wish);
	world_settle(&w);
}

static void
escape(unsigned invoke, const char *parts)
{
	world_send(&w, client, invoke,
		"<Escape><privateData><private>%s</private></privateData></Escape>", parts);
	world_settle(&w);
}

/* The bodies that BroadWorks got contain these, in this order. */
static void
sent(const char *const parts[])
{
	const char *at;

	buf_char(&w.bodies, '\0');
	at = (const char *)w.bodies.p;
	for (size_t i = 0; parts[i] != NULL; i++) {
		at = strstr(at, parts[i]);
		ck_assert_msg(at != NULL, "no %s in order in\n%s", parts[i], (char *)w.bodies.p);
	}
	buf_reset(&w.bodies);
}

#define HOST "xsp1 PUT A/user/2001@demo.example/services/"
#define GUEST "xsp1 PUT A/user/2050@demo.example/services/"
#define TAKEN \
	HOST "callcenter\n" HOST "CallForwardingAlways\n" GUEST "HotelingGuest\n" GUEST \
	     "callcenter\n"
#define LEFT GUEST "callcenter\n" HOST "CallForwardingAlways\n" GUEST "HotelingGuest\n"

START_TEST(test_take_and_leave)
{
	static const char *const taken[] = { "Sign-Out", "<active>true</active>", ">2050<",
		"<active>true</active>", "2001@demo.example", "Unavailable", NULL };
	static const char *const left[] = { "Sign-Out", "<active>false</active>",
		"<active>false</active>", NULL };

	setup();
	set_agent_state(20, "loggedOn");
	sent(taken);
	world_asked(&w, TAKEN);
	world_heard(&w, client, "0020 SetAgentStateResponse\n");
	set_agent_state(21, "loggedOff");
	sent(left);
	world_asked(&w, LEFT);
	world_heard(&w, client, "0021 SetAgentStateResponse\n");
	world_fini(&w);
}
END_TEST

START_TEST(test_by_escape)
{
	setup();
	escape(20, "<serviceID>1</serviceID><device>2050</device><HOST_DN>2001</HOST_DN>");
	world_asked(&w, TAKEN);
	world_heard(&w, client, "0020 EscapeResponse\n");
	/* where the guest sits BroadWorks has told */
	world_event(&w, "2050", "HotelingGuestEvent",
		"<xsi:info><xsi:active>true</xsi:active><xsi:hostUserId>2001@demo.example"
		"</xsi:hostUserId></xsi:info>");
	world_settle(&w);
	world_take(&w, client);
	escape(21,
		"<guestAssociatedExtension>false</guestAssociatedExtension><device>2050</device>");
	world_asked(&w, LEFT);
	world_heard(&w, client, "0021 EscapeResponse\n");
	world_fini(&w);
}
END_TEST

/* A guest leaves though nobody knows from where: nothing is done to any host. */
START_TEST(test_leave_from_nowhere)
{
	setup();
	escape(20, "<serviceID>2</serviceID><device>2050</device>");
	world_asked(&w, GUEST "callcenter\n" GUEST "HotelingGuest\n");
	world_heard(&w, client, "0020 EscapeResponse\n");
	world_fini(&w);
}
END_TEST

/* Which step is refused, and what is undone. */
START_TEST(test_refused)
{
	static const struct {
		const char *part, *asked, *error;
	} rows[] = {
		{ "CallForwardingAlways", HOST "callcenter\n" HOST "CallForwardingAlways\n",
			W_ERROR("0020", "operation", "invalidForwardingDestination") },
		{ "HotelingGuest",
			HOST "callcenter\n" HOST "CallForwardingAlways\n" GUEST
			     "HotelingGuest\n" GUEST "HotelingGuest\n" HOST
			     "CallForwardingAlways\n",
			W_ERROR("0020", "stateIncompatibility", "invalidObjectState") },
		{ "2050@demo.example/services/callcenter",
			TAKEN GUEST "HotelingGuest\n" HOST "CallForwardingAlways\n",
			W_ERROR("0020", "operation", "invalidAgentState") },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		setup();
		world_rule(&w, "PUT", rows[i].part, 409, 1, "");
		set_agent_state(20, "loggedOn");
		world_asked(&w, rows[i].asked);
		world_heard(&w, client, rows[i].error);
		ck_assert_uint_eq(world_logged(&w, 37608, "undone"), 1);
		world_fini(&w);
	}
}
END_TEST

/* The host's agent need not be one. */
START_TEST(test_lenient)
{
	setup();
	world_rule(&w, "PUT", "2001@demo.example/services/callcenter", 404, 1, "");
	set_agent_state(20, "loggedOn");
	world_asked(&w, TAKEN);
	world_heard(&w, client, "0020 SetAgentStateResponse\n");
	world_fini(&w);
}
END_TEST

/* A step without an answer is done again: each sets a state. In the end it is undone. */
START_TEST(test_again)
{
	setup();
	world_rule(&w, "PUT", "HotelingGuest", 503, 2, "");
	set_agent_state(20, "loggedOn");
	world_heard(&w, client, "");
	/* one operation of a host or guest at a time */
	set_agent_state(21, "loggedOff");
	world_heard(&w, client, W_ERROR("0021", "systemResourceAvailibility", "resourceBusy"));
	world_run(&w, 10000);
	ck_assert_uint_eq(world_asked_count(&w, "HotelingGuest"), 3);
	world_heard(&w, client, "0020 SetAgentStateResponse\n");
	world_fini(&w);

	setup();
	world_rule(&w, "PUT", "HotelingGuest", 503, 5, "");
	set_agent_state(20, "loggedOn");
	world_run(&w, 120000);
	ck_assert_uint_eq(world_asked_count(&w, "HotelingGuest"), 6); /* and ended */
	ck_assert_uint_eq(world_asked_count(&w, "CallForwardingAlways"), 2);
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "resourceBusy"));
	world_fini(&w);
}
END_TEST

/* A server that fails may have done it or not: neither the steps nor their undoing are left half done. */
START_TEST(test_server_fails)
{
	setup();
	world_rule(&w, "PUT", "HotelingGuest", 500, 2, "");
	set_agent_state(20, "loggedOn");
	world_run(&w, 10000);
	ck_assert_uint_eq(world_asked_count(&w, "HotelingGuest"), 3);
	world_heard(&w, client, "0020 SetAgentStateResponse\n");
	world_fini(&w);

	setup();
	world_rule(&w, "PUT", "HotelingGuest", 409, 1, "");
	world_rule(&w, "PUT", "HotelingGuest", 500, 1, "");
	set_agent_state(20, "loggedOn");
	world_run(&w, 10000);
	ck_assert_uint_eq(
		world_asked_count(&w, "HotelingGuest"), 3); /* refused, undone, undone again */
	ck_assert_uint_eq(world_asked_count(&w, "CallForwardingAlways"), 2);
	world_heard(&w, client, W_ERROR("0020", "stateIncompatibility", "invalidObjectState"));
	world_fini(&w);
}
END_TEST

/* No client waits for ever: he has one answer, the operation goes on, and is done. */
START_TEST(test_late)
{
	setup();
	world_rule(&w, "PUT", "HotelingGuest", 503, 4, "");
	set_agent_state(20, "loggedOn");
	world_run(&w, 14000);
	world_heard(&w, client, "");
	world_run(&w, 2000);
	world_heard(&w, client, W_ERROR("0020", "systemResourceAvailibility", "resourceBusy"));
	ck_assert_uint_eq(world_logged(&w, 37608, "takes long"), 1);
	ck_assert_uint_eq(world_asked_count(&w, "HotelingGuest"), 4);
	world_run(&w, 30000);
	ck_assert_uint_eq(world_asked_count(&w, "HotelingGuest"), 5);
	ck_assert_uint_eq(world_asked_count(&w, "CallForwardingAlways"), 1);
	world_heard(&w, client, "");
	/* and it is over */
	set_agent_state(21, "loggedOff");
	world_heard(&w, client, "0021 SetAgentStateResponse\n");
	world_fini(&w);
}
END_TEST

START_TEST(test_wrong)
{
	setup();
	escape(20, "<serviceID>1</serviceID><device>2050</device>");
	world_heard(&w, client, W_ERROR("0020", "operation", "invalidDestination"));
	escape(21, "<serviceID>1</serviceID><device>2050</device><HOST_DN>2050</HOST_DN>");
	world_heard(&w, client, W_ERROR("0021", "operation", "invalidDestination"));
	escape(22, "<serviceID>1</serviceID><device>2077</device><HOST_DN>2078</HOST_DN>");
	world_heard(&w, client, W_ERROR("0022", "operation", "invalidDeviceID"));
	world_asked(&w, "");
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_take_and_leave, test_by_escape, test_leave_from_nowhere,
		test_refused, test_lenient, test_again, test_server_fails, test_late, test_wrong };

	return world_main("svc_hotel", tests, sizeof(tests) / sizeof(tests[0]));
}
