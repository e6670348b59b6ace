/* SPDX-License-Identifier: Apache-2.0 */
/* Monitors of a session: what MonitorStart and MonitorStop are answered, when, and what is told under a cross reference. */
#include "proto/base/limits.h"
#include "tests/unit/node_world.h"

#include <stdio.h>

static struct world w;
static unsigned client;

/* A session without numbers (#1). */
static void
setup(const char *settings)
{
	client = world_begin(&w, 1, settings);
}

static void
monitor_start(unsigned invoke, const char *device)
{
	world_send(&w, client, invoke,
		"<MonitorStart><monitorObject><deviceObject>%s</deviceObject></monitorObject>"
		"</MonitorStart>",
		device);
}

/* The answer comes when the subscription stands, before everything that is told under its cross reference. */
START_TEST(test_monitor_waits)
{
	setup("");
	w.snapshots = false;
	world_rule(&w, "POST", "E/user/2001", 200, 1,
		"<?xml version=\"1.0\"?><Subscription "
		"xmlns=\"http://schema.broadsoft.com/xsi\"><subscriptionId>mine</subscriptionId></Subscription>");
	world_rule_last(&w)->delay_ms = 1000;
	monitor_start(5, "2001");
	world_run(&w, 900);
	world_heard(&w, client, "");
	world_run(&w, 100);
	world_heard(&w, client,
		"0005 MonitorStartResponse{monitorCrossRefID=#2 monitorExistingCalls=true}\n");
	world_fini(&w);
}
END_TEST

START_TEST(test_nothing_after_stop)
{
	client = world_begin_call(&w, "Terminator", "Alerting");
	/* the stop comes in the same instant as events that are on their way */
	world_event(&w, "2001", "CallAnsweredEvent",
		world_call_xml("a:0", "7:1", "Terminator", "Active", "2002"));
	world_send(&w, client, 6,
		"<MonitorStop><monitorCrossRefID>#2</monitorCrossRefID></MonitorStop>");
	world_heard(&w, client, "0006 MonitorStopResponse\n");
	world_call(&w, "2001", "CallHeldEvent", "a:0", "7:1", "Terminator", "Held", "2002");
	world_heard(&w, client, "");
	world_send(&w, client, 7,
		"<MonitorStop><monitorCrossRefID>#2</monitorCrossRefID></MonitorStop>");
	world_heard(&w, client, W_ERROR("0007", "operation", "invalidMonitorCrossRefID"));
	world_fini(&w);
}
END_TEST

START_TEST(test_monitor_unknown)
{
	static const char *const devices[] = { "1999", "nobody", "2001@elsewhere.example",
		"../../x", "" };

	setup("");
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		monitor_start(5, devices[i]);
		world_heard(&w, client, W_ERROR("0005", "operation", "invalidDeviceID"));
	}
	/* nothing of them is left */
	world_run(&w, 10000);
	world_forget_asked(&w);
	world_run(&w, 60000);
	ck_assert_uint_eq(world_asked_count(&w, "E/user"), 0);
	world_fini(&w);
}
END_TEST

START_TEST(test_monitor_never_answered)
{
	setup("http-timeout-ms = 20000\n");
	world_rule(&w, "POST", "E/user/2001", 0, -1, "");
	monitor_start(5, "2001");
	world_run(&w, 4900);
	world_heard(&w, client, "");
	world_run(&w, 200);
	world_heard(
		&w, client, W_ERROR("0005", "systemResourceAvailibility", "deviceOutOfService"));
	world_run(&w, 60000);
	world_heard(&w, client, "");
	world_fini(&w);
}
END_TEST

/* The connection is gone when the subscription comes: no monitor that nobody knows of. */
START_TEST(test_monitor_connection_lost)
{
	struct node_counts counts;

	setup("");
	w.snapshots = false;
	world_rule(&w, "POST", "E/user/2001", 200, 1,
		"<?xml version=\"1.0\"?><Subscription "
		"xmlns=\"http://schema.broadsoft.com/xsi\"><subscriptionId>mine</subscriptionId></Subscription>");
	world_rule_last(&w)->delay_ms = 1000;
	monitor_start(5, "2001");
	world_hang_up(&w, client);
	world_run(&w, 1100);
	node_get_counts(w.node, w.now, &counts);
	ck_assert_uint_eq(counts.sessions, 1);
	ck_assert_uint_eq(counts.monitors, 0);
	world_fini(&w);
}
END_TEST

START_TEST(test_second_monitor)
{
	client = world_begin_call(&w, "Terminator", "Active");
	monitor_start(5, "2001");
	world_heard(&w, client,
		"0005 MonitorStartResponse{monitorCrossRefID=#4 monitorExistingCalls=true}\n");
	world_asked(&w, "");
	world_call(&w, "2001", "CallHeldEvent", "a:0", "7:1", "Terminator", "Held", "2002");
	world_heard(&w, client,
		W_HELD("2", "3", "2001", "hold", W_END) W_HELD("4", "3", "2001", "hold", W_END));
	world_send(&w, client, 6,
		"<MonitorStop><monitorCrossRefID>#2</monitorCrossRefID></MonitorStop>");
	world_take(&w, client);
	world_call(&w, "2001", "CallRetrievedEvent", "a:0", "7:1", "Terminator", "Active", "2002");
	world_heard(&w, client, W_RETRIEVED("4", "3", "2001", W_END));
	world_fini(&w);
}
END_TEST

/* Somebody else's monitor is not stopped. */
START_TEST(test_stop_of_another_session)
{
	unsigned other;

	setup("");
	world_monitor(&w, client, "2001");
	other = world_session(&w);
	world_send(&w, other, 6,
		"<MonitorStop><monitorCrossRefID>#2</monitorCrossRefID></MonitorStop>");
	world_heard(&w, other, W_ERROR("0006", "operation", "invalidMonitorCrossRefID"));
	world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting", "2002");
	world_heard(&w, client, W_DELIVERED("2", "4", "2001", "2002", "2001", "alerting", W_END));
	world_fini(&w);
}
END_TEST

START_TEST(test_monitor_limit)
{
	setup("[csta]\nmonitors-max = 3\n");
	world_monitor(&w, client, "2001");
	world_monitor(&w, client, "2002");
	world_monitor(&w, client, "2003");
	monitor_start(5, "2004");
	world_heard(&w, client,
		W_ERROR("0005", "systemResourceAvailibility", "overallMonitorLimitExceeded"));
	ck_assert_uint_eq(world_logged(&w, 37610, ""), 1);
	world_send(&w, client, 6,
		"<MonitorStop><monitorCrossRefID>#2</monitorCrossRefID></MonitorStop>");
	world_take(&w, client);
	monitor_start(7, "2004");
	world_heard(&w, client,
		"0007 MonitorStartResponse{monitorCrossRefID=#5 monitorExistingCalls=true}\n");
	world_fini(&w);
}
END_TEST

/* Those that wait for their subscription count. */
START_TEST(test_monitor_limit_while_waiting)
{
	struct node_counts counts;

	setup("[csta]\nmonitors-max = 3\n");
	world_rule(&w, "POST", "E/user/", 503, 6, "");
	for (unsigned i = 0; i < 6; i++) {
		char device[8];

		snprintf(device, sizeof(device), "%u", 2001 + i);
		monitor_start(10 + i, device);
	}
	world_run(&w, 4000);
	node_get_counts(w.node, w.now, &counts);
	ck_assert_uint_eq(counts.monitors, 3);
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "overallMonitorLimitExceeded"));
	world_fini(&w);
}
END_TEST

START_TEST(test_monitor_limit_of_a_device)
{
	setup("");
	for (unsigned i = 0; i < LIMIT_MONITORS_PER_DEVICE; i++)
		world_monitor(&w, client, "2001");
	monitor_start(5, "2001");
	world_heard(&w, client,
		W_ERROR("0005", "subscribedResourceAvailability", "objectMonitorLimitExceeded"));
	world_fini(&w);
}
END_TEST

/* A request for a monitor on 2001 with these parts behind the object; #2 is its cross reference. */
static void
monitor_start_with(unsigned invoke, const char *parts)
{
	world_send(&w, client, invoke,
		"<MonitorStart><monitorObject><deviceObject>2001</deviceObject></monitorObject>%s"
		"</MonitorStart>",
		parts);
}

static void
call(const char *type, const char *state)
{
	world_call(&w, "2001", type, "a", "7:1", "Terminator", state, "2002");
}

#define W_STARTED(invoke, filter) \
	invoke " MonitorStartResponse{monitorCrossRefID=#2 " filter "monitorExistingCalls=true}\n"

/* What the filter names is not told and takes no number. */
START_TEST(test_filter)
{
	setup("");
	monitor_start_with(5,
		"<requestedMonitorFilter><voice><play>true</play></voice><callcontrol>"
		"<delivered>true</delivered><held>true</held><bridged>true</bridged><retrieved>false</retrieved>"
		"</callcontrol></requestedMonitorFilter>");
	world_heard(&w, client,
		W_STARTED("0005",
			"actualMonitorFilter{callcontrol{delivered=true held=true} voice{play=true}} "));
	call("CallReceivedEvent", "Alerting");
	world_heard(&w, client, "");
	call("CallAnsweredEvent", "Active");
	world_heard(&w, client, W_ESTABLISHED("2", "3", "2001", "2002", "2001", W_END));
	call("CallHeldEvent", "Held");
	world_heard(&w, client, "");
	call("CallRetrievedEvent", "Active");
	world_heard(&w, client, W_RETRIEVED("2", "3", "2001", W_END));
	world_fini(&w);
}
END_TEST

/* Numbers of a session are those of the events it gets: no gap where one was filtered. */
START_TEST(test_filter_and_numbers)
{
	world_init(&w, 1, "");
	world_start(&w);
	client = world_session(&w);
	monitor_start_with(5,
		"<requestedMonitorFilter><callcontrol><delivered>1</delivered></callcontrol>"
		"</requestedMonitorFilter>");
	world_take(&w, client);
	call("CallReceivedEvent", "Alerting");
	call("CallAnsweredEvent", "Active");
	world_heard(&w, client, W_ESTABLISHED("2", "3", "2001", "2002", "2001", W_NUM("1")));
	world_fini(&w);
}
END_TEST

/* Avaya's clients name what they want; the answer is in their sense. */
START_TEST(test_filter_inverted)
{
	setup("");
	monitor_start_with(5,
		"<requestedMonitorFilter><callcontrol><delivered>true</delivered></callcontrol>"
		"</requestedMonitorFilter><extensions><privateData><private><AvayaEvents>"
		"<invertFilter>true</invertFilter></AvayaEvents></private></privateData></extensions>");
	world_heard(
		&w, client, W_STARTED("0005", "actualMonitorFilter{callcontrol{delivered=true}} "));
	call("CallReceivedEvent", "Alerting");
	world_heard(&w, client, W_DELIVERED("2", "3", "2001", "2002", "2001", "alerting", W_END));
	call("CallAnsweredEvent", "Active");
	world_heard(&w, client, "");
	world_fini(&w);
}
END_TEST

/* Maintenance events are filtered as all others are: a client that does not want them hears nothing of an outage. */
START_TEST(test_filter_of_service)
{
	setup("");
	monitor_start_with(5,
		"<requestedMonitorFilter><maintenance><outOfService>true</outOfService>"
		"</maintenance></requestedMonitorFilter>");
	world_take(&w, client);
	w.xsps[0].mode = WORLD_DOWN;
	world_stream_ends(&w, 0);
	world_run(&w, 1000);
	ck_assert_ptr_null(strstr(world_take(&w, client), "OutOfServiceEvent"));
	w.xsps[0].mode = WORLD_UP;
	world_run(&w, 30000);
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "BackInServiceEvent"));
	world_fini(&w);
}
END_TEST

START_TEST(test_change_filter)
{
	client = world_begin_call(&w, "Terminator", "Active");
	world_send(&w, client, 5,
		"<ChangeMonitorFilter><monitorCrossRefID>#2</monitorCrossRefID><requestedFilterList>"
		"<callcontrol><held>true</held></callcontrol></requestedFilterList></ChangeMonitorFilter>");
	world_heard(&w, client,
		"0005 ChangeMonitorFilterResponse{actualFilterList{callcontrol{held=true}}}\n");
	world_call(&w, "2001", "CallHeldEvent", "a:0", "7:1", "Terminator", "Held", "2002");
	world_heard(&w, client, "");
	world_send(&w, client, 6,
		"<ChangeMonitorFilter><monitorCrossRefID>#2</monitorCrossRefID><requestedFilterList/>"
		"</ChangeMonitorFilter>");
	world_heard(&w, client, "0006 ChangeMonitorFilterResponse{actualFilterList}\n");
	world_call(&w, "2001", "CallRetrievedEvent", "a:0", "7:1", "Terminator", "Active", "2002");
	world_heard(&w, client, W_RETRIEVED("2", "3", "2001", W_END));
	world_send(&w, client, 7,
		"<ChangeMonitorFilter><monitorCrossRefID>#2</monitorCrossRefID></ChangeMonitorFilter>");
	world_heard(&w, client, W_ERROR("0007", "operation", "invalidMonitorFilter"));
	world_send(&w, client, 8,
		"<ChangeMonitorFilter><monitorCrossRefID>77</monitorCrossRefID><requestedFilterList/>"
		"</ChangeMonitorFilter>");
	world_heard(&w, client, W_ERROR("0008", "operation", "invalidMonitorCrossRefID"));
	world_fini(&w);
}
END_TEST

START_TEST(test_media_class)
{
	setup("");
	monitor_start_with(5,
		"<requestedMonitorMediaClass><im>true</im><email>true</email>"
		"</requestedMonitorMediaClass>");
	world_heard(&w, client, W_ERROR("0005", "operation", "requestIncompatibleWithMedia"));
	monitor_start_with(6,
		"<requestedMonitorMediaClass><im>true</im><voice>true</voice>"
		"</requestedMonitorMediaClass>");
	world_heard(&w, client, W_STARTED("0006", "actualMonitorMediaClass{voice=true} "));
	world_fini(&w);
}
END_TEST

/* Type call: the same events without what is true of the device alone. */
START_TEST(test_call_type)
{
	setup("");
	monitor_start_with(5, "<monitorType>call</monitorType>");
	world_heard(&w, client, W_STARTED("0005", ""));
	call("CallReceivedEvent", "Active");
	ck_assert_ptr_null(strstr(world_take(&w, client), "localConnectionInfo"));
	call("CallHeldEvent", "Held");
	world_heard(&w, client,
		W_EVENT("Held", "2") W_CONNECTION("heldConnection", "3", "2001")
			W_PARTY("holdingDevice", "2001") "cause=normal" W_END);
	world_fini(&w);
}
END_TEST

/* A session of edition 6 with this many monitors. */
static void
setup_ed6(unsigned monitors)
{
	setup("");
	for (unsigned i = 0; i < monitors; i++)
		world_monitor(&w, client, i % 2 ? "2002" : "2001");
	world_take(&w, client);
}

START_TEST(test_get_monitors)
{
	setup_ed6(2);
	world_send(&w, client, 5, "<GetMonitors/>");
	world_heard(&w, client,
		"0005 GetMonitorsResponse{crossRefIDorRegistrationData{monitorList{"
		"monitorListEntry{monitorCrossRefID=#2 monitorObject=2001} "
		"monitorListEntry{monitorCrossRefID=#3 monitorObject=2002}}}}\n");
	client = world_connect(&w);
	world_send(&w, client, 1,
		"<RequestSystemStatus xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed5\"/>");
	world_take(&w, client);
	world_send(&w, client, 5, "<GetMonitors/>");
	world_heard(&w, client, W_ERROR("0005", "operation", "serviceNotSupported"));
	world_fini(&w);
}
END_TEST

/* More than a message takes come in parts, none of which is too long. */
START_TEST(test_get_monitors_in_parts)
{
	const char *heard, *at;
	unsigned entries = 0, parts = 0;

	setup_ed6(70);
	world_send(&w, client, 5, "<GetMonitors/>");
	heard = world_take(&w, client);
	ck_assert_ptr_nonnull(strstr(heard,
		"0005 GetMonitorsResponse{crossRefIDorRegistrationData{serviceCrossRefID=#1}}\n"));
	for (at = heard; (at = strstr(at, "monitorListEntry{")) != NULL; at++)
		entries++;
	for (at = heard; (at = strstr(at, " MonitorInfo{")) != NULL; at++)
		parts++;
	ck_assert_uint_eq(entries, 70);
	ck_assert_uint_eq(parts, 3);
	ck_assert_ptr_nonnull(strstr(heard, "segmentID=2 lastSegment=false"));
	ck_assert_ptr_nonnull(strstr(heard, "segmentID=3 lastSegment=true"));
	world_fini(&w);
}
END_TEST

/* A client without a session of its own, that nobody's timer ends. */
static unsigned
implicit_client(void)
{
	unsigned c = world_connect(&w);

	world_settle(&w);
	world_send(&w, c, 1, "<RequestSystemStatus/>");
	world_take(&w, c);
	return c;
}

/* The user is deleted: after a while of refusals its monitors end, and each client is told. */
START_TEST(test_server_ends_monitors)
{
	struct node_counts counts;
	const char *heard;
	unsigned other;

	world_init(&w, 1, "");
	world_start(&w);
	client = implicit_client();
	other = implicit_client();
	world_monitor(&w, client, "2001");
	world_monitor(&w, other, "2001");
	world_rule(&w, "", "E/subscription/", 404, -1, "");
	world_rule(&w, "POST", "E/user/2001", 404, -1, "");
	world_send(&w, client, 6,
		"<SnapshotDevice><snapshotObject>2001</snapshotObject></SnapshotDevice>");
	world_run(&w, 30000);
	heard = world_take(&w, client);
	ck_assert_ptr_nonnull(strstr(heard, "OutOfServiceEvent{monitorCrossRefID=#3 "));
	ck_assert_ptr_null(strstr(heard, " MonitorStop{"));
	world_run(&w, 200000);
	world_heard(&w, client, "9004 MonitorStop{monitorCrossRefID=#3}\n");
	ck_assert_ptr_nonnull(
		strstr(world_take(&w, other), "9004 MonitorStop{monitorCrossRefID=#4}\n"));
	world_send(&w, client, 9004, "<MonitorStopResponse/>");
	world_heard(&w, client, "");
	node_get_counts(w.node, w.now, &counts);
	ck_assert_uint_eq(counts.monitors, 0);
	world_run(&w, 100000);
	node_get_counts(w.node, w.now, &counts);
	ck_assert_uint_eq(counts.devices, 0); /* and nobody asks for it any more */
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_monitor_waits,
		test_nothing_after_stop,
		test_monitor_unknown,
		test_monitor_never_answered,
		test_monitor_connection_lost,
		test_second_monitor,
		test_stop_of_another_session,
		test_monitor_limit,
		test_monitor_limit_while_waiting,
		test_monitor_limit_of_a_device,
		test_filter,
		test_filter_and_numbers,
		test_filter_inverted,
		test_filter_of_service,
		test_change_filter,
		test_media_class,
		test_call_type,
		test_get_monitors,
		test_get_monitors_in_parts,
		test_server_ends_monitors,
	};

	return world_main("svc_monitor", tests, sizeof(tests) / sizeof(tests[0]));
}
