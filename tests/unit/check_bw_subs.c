/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking devices: rate and window, what is asked first, subscriptions over their life, refusals, audit, linger.
 */
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct world w;

static void
setup(unsigned xsps, const char *settings)
{
	world_init(&w, xsps, settings);
	w.quiet_acks = true;
	world_start(&w);
}

static void
all_down(void)
{
	for (uint32_t i = 0; i < w.xsp_count; i++) {
		w.xsps[i].mode = WORLD_DOWN;
		if (w.xsps[i].stream != 0)
			world_stream_ends(&w, i);
	}
}

static void
all_up(void)
{
	for (uint32_t i = 0; i < w.xsp_count; i++)
		w.xsps[i].mode = WORLD_UP;
}

static unsigned
subscription_count(const char *device)
{
	char path[96];

	snprintf(path, sizeof(path), "POST E/user/%s@demo.example", device);
	return world_asked_count(&w, path);
}

static unsigned
update_count(const char *device)
{
	char path[192];

	snprintf(path, sizeof(path), "PUT E/subscription/%s", world_user(&w, device)->subscription);
	return world_asked_count(&w, path);
}

/* rate and window */

static unsigned
many_devices(unsigned count)
{
	unsigned c = world_session(&w);
	char device[8];

	for (unsigned i = 0; i < count; i++) {
		snprintf(device, sizeof(device), "%u", 2000 + i);
		world_monitor(&w, c, device);
	}
	world_run(&w, 2000);
	world_forget_asked(&w);
	return c;
}

START_TEST(test_update_rate)
{
	uint64_t before;
	unsigned c;

	setup(2, "update-rate = 100\nupdate-in-flight = 64\n");
	c = many_devices(350);
	all_down();
	world_run(&w, 1000);
	world_take(&w, c);
	all_up();
	while (world_asked_count(&w, "PUT E/sub") == 0)
		world_run(&w, 1);
	before = w.asks;
	for (int second = 0; second < 3; second++) {
		world_run(&w, 1000);
		ck_assert_uint_ge(w.asks - before, 90);
		ck_assert_uint_le(w.asks - before, 107);
		before = w.asks;
	}
	world_run(&w, 1000);
	ck_assert_uint_eq(world_asked_count(&w, "PUT E/sub"), 350);
	ck_assert_ptr_nonnull(strstr(world_take(&w, c), "systemStatus=normal"));
	world_fini(&w);
}
END_TEST

/* No more questions under way than the window, however long the answers take. */
START_TEST(test_update_window)
{
	unsigned c;

	setup(1, "update-rate = 10000\nupdate-in-flight = 5\nhttp-timeout-ms = 3000\n");
	c = many_devices(40);
	all_down();
	world_run(&w, 1000);
	world_take(&w, c);
	world_rule(&w, "PUT", "E/subscription/", 0, 10, "");
	all_up();
	while (world_asked_count(&w, "PUT E/sub") == 0)
		world_run(&w, 10);
	world_run(&w, 2500);
	ck_assert_uint_eq(world_asked_count(&w, "PUT E/sub"), 5);
	world_run(&w, 3000);
	ck_assert_uint_eq(world_asked_count(&w, "PUT E/sub"), 10);
	world_run(&w, 20000);
	ck_assert_uint_eq(world_asked_count(&w, "PUT E/sub"), 50);
	ck_assert_ptr_nonnull(strstr(world_take(&w, c), "systemStatus=normal"));
	world_fini(&w);
}
END_TEST

START_TEST(test_live_calls_first)
{
	const char *asked;
	unsigned c;

	setup(1, "update-rate = 100\n");
	c = many_devices(60);
	world_call(&w, "2058", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting", "2500");
	world_call(&w, "2033", "CallReceivedEvent", "b", "8:1", "Terminator", "Alerting", "2501");
	world_forget_asked(&w);
	all_down();
	world_run(&w, 1000);
	all_up();
	world_run(&w, 20000);
	world_take(&w, c);
	asked = strstr((buf_char(&w.asked, '\0'), (const char *)w.asked.p), "PUT E/subscription/");
	ck_assert_ptr_nonnull(asked);
	ck_assert_ptr_nonnull(strstr(asked, "-2058\n"));
	for (unsigned i = 0; i < 2; i++) {
		const char *end = strchr(asked, '\n');

		ck_assert_msg(
			strncmp(end - 5, "-2058", 5) == 0 || strncmp(end - 5, "-2033", 5) == 0,
			"%.60s", asked);
		asked = strstr(end, "PUT E/subscription/");
	}
	world_fini(&w);
}
END_TEST

/* subscriptions */

START_TEST(test_subscribe_overloaded)
{
	unsigned c;

	setup(1, "");
	c = world_session(&w);
	world_rule(&w, "POST", "E/user/2001", 503, 2, "");
	world_send(&w, c, 9, "<MonitorStart><monitorObject>2001</monitorObject></MonitorStart>");
	world_heard(&w, c, "");
	world_run(&w, 5000);
	world_heard(&w, c,
		"0009 MonitorStartResponse{monitorCrossRefID=#2 monitorExistingCalls=true}\n");
	ck_assert_uint_eq(subscription_count("2001"), 3);
	world_fini(&w);
}
END_TEST

START_TEST(test_subscribe_body)
{
	unsigned c;

	setup(1, "channel-set = theset\napplication-id = app\nsubscription-expires-s = 7200\n");
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	ck_assert_ptr_nonnull(strstr((buf_char(&w.bodies, '\0'), (const char *)w.bodies.p),
		"<Subscription "
		"xmlns=\"http://schema.broadsoft.com/xsi\"><event>Advanced Call</event><expires>7200</expires>"
		"<channelSetId>theset</channelSetId><applicationId>app</applicationId></Subscription>"));
	world_fini(&w);
}
END_TEST

/* The snapshot overtakes the answer that names its subscription. */
START_TEST(test_snapshot_before_answer)
{
	unsigned c;

	setup(1, "");
	c = world_session(&w);
	snprintf(world_user(&w, "2001")->subscription, sizeof(w.users[0].subscription), "early");
	world_rule(&w, "POST", "E/user/2001", 200, 1,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Subscription "
		"xmlns=\"http://schema.broadsoft.com/xsi\"><subscriptionId>early</subscriptionId>"
		"<expires>7200</expires></Subscription>");
	world_rule_last(&w)->delay_ms = 300;
	world_send(&w, c, 9, "<MonitorStart><monitorObject>2001</monitorObject></MonitorStart>");
	world_heard(&w, c, "");
	world_half(&w, "2001", "a", "7:1", "Terminator", "Alerting", "2050");
	world_snapshot(&w, "2001", "CallSubscriptionEvent");
	world_run(&w, 100);
	/* whose snapshot it is only the answer tells: it may be a late copy of an older subscription's */
	world_heard(&w, c, "");
	world_run(&w, 300);
	world_heard(&w, c,
		"0009 MonitorStartResponse{monitorCrossRefID=#2 monitorExistingCalls=true}\n");
	world_call(&w, "2001", "CallAnsweredEvent", "a", "7:1", "Terminator", "Active", "2050");
	world_heard(&w, c, W_ESTABLISHED("2", "3", "2001", "2050", "2001", W_NUM("1")));
	world_run(&w, 10000);
	world_heard(&w, c, "");
	ck_assert_uint_eq(subscription_count("2001"), 1);
	ck_assert_uint_eq(update_count("2001"), 0);
	world_fini(&w);
}
END_TEST

/* The snapshot never comes: asked again, and the device is in service in the end. */
START_TEST(test_snapshot_missing)
{
	unsigned c;

	setup(1, "");
	c = world_session(&w);
	w.snapshots = false;
	world_monitor(&w, c, "2001");
	world_run(&w, 6000);
	ck_assert_uint_ge(update_count("2001"), 1);
	w.snapshots = true;
	world_run(&w, 6000);
	world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting", "2050");
	world_heard(&w, c, W_DELIVERED("2", "3", "2001", "2050", "2001", "alerting", W_NUM("1")));
	world_fini(&w);
}
END_TEST

START_TEST(test_subscription_lost)
{
	unsigned c;

	setup(1, "");
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	world_half(&w, "2001", "a", "7:1", "Terminator", "Alerting", "2050");
	/* BroadWorks forgot the subscription: a question is answered 403 */
	world_user(&w, "2001")->subscription[0] = '\0';
	world_forget_asked(&w);
	world_send(&w, c, 11,
		"<SnapshotDevice><snapshotObject>2001</snapshotObject></SnapshotDevice>");
	world_asked(&w, "xsp1 PUT E/subscription/s1-2001\nxsp1 POST E/user/2001@demo.example\n");
	world_heard(&w, c,
		W_DELIVERED("2", "3", "2001", "2050", "2001", "alerting",
			W_NUM("1")) "0011 SnapshotDeviceResponse{crossRefIDorSnapshotData{snapshotData{snapshotDeviceResponseInfo{"
				    "connectionIdentifier{callID=#3 deviceID=2001} endpointDevice{deviceIdentifier=2050} "
				    "localCallState{simpleCallState=callReceived}}}}}\n");
	world_call(&w, "2001", "CallAnsweredEvent", "a", "7:1", "Terminator", "Active", "2050");
	world_heard(&w, c, W_ESTABLISHED("2", "3", "2001", "2050", "2001", W_NUM("2")));
	world_fini(&w);
}
END_TEST

START_TEST(test_subscription_terminated)
{
	unsigned c;

	setup(1, "");
	w.quiet_acks = false;
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	world_forget_asked(&w);
	world_event(&w, "2001", "SubscriptionTerminatedEvent", "");
	world_half(&w, "2001", "a", "7:1", "Terminator", "Alerting", "2050");
	world_settle(&w);
	world_asked(&w, "xsp1 ack e2 200\nxsp1 POST E/user/2001@demo.example\nxsp1 ack e3 200\n");
	world_heard(&w, c, W_DELIVERED("2", "3", "2001", "2050", "2001", "alerting", W_NUM("1")));
	world_fini(&w);
}
END_TEST

/* Ended while its snapshot is awaited: subscribed to anew at once. */
START_TEST(test_subscription_terminated_early)
{
	setup(1, "");
	world_session(&w);
	w.snapshots = false;
	world_send(&w, 1, 9, "<MonitorStart><monitorObject>2001</monitorObject></MonitorStart>");
	world_settle(&w);
	world_forget_asked(&w);
	world_event(&w, "2001", "SubscriptionTerminatedEvent", "");
	world_run(&w, 100);
	ck_assert_uint_eq(subscription_count("2001"), 1);
	world_fini(&w);
}
END_TEST

/* Every device is asked once in each audit period or a third more, and what went wrong unseen is put right. */
START_TEST(test_audit)
{
	unsigned c;

	setup(1, "audit-s = 100\n");
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	world_monitor(&w, c, "2002");
	world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting", "2050");
	world_take(&w, c);
	world_forget_asked(&w);
	world_forget(&w, "2001");
	for (int i = 0; i < 3; i++) {
		world_run(&w, 134000);
		world_send(&w, c, 1, "<keepalive/>");
		world_send(&w, c, 1, "<SystemStatusResponse/>");
		world_send(&w, c, 1, "<What/>");
	}
	ck_assert_uint_ge(update_count("2001"), 3);
	ck_assert_uint_le(update_count("2001"), 4);
	ck_assert_uint_ge(update_count("2002"), 3);
	ck_assert_uint_le(update_count("2002"), 4);
	ck_assert_ptr_nonnull(strstr(world_take(&w, c),
		W_CLEARED("2", "4", "2001", "2050", "switchingFunctionTerminated", W_NUM("2"))));
	/* no failover is suspected because of it, and nobody else is told anything */
	ck_assert_uint_eq(world_logged(&w, 37205, "device=2001"), 1);
	ck_assert_uint_eq(world_logged(&w, 37505, ""), 0);
	world_fini(&w);
}
END_TEST

/* One ask has one snapshot: a second one right after it came because BroadWorks has lost its memory, and is no echo. */
START_TEST(test_one_snapshot_for_each_ask)
{
	static const char ask[] =
		"<SnapshotDevice><snapshotObject>2001</snapshotObject></SnapshotDevice>";
	unsigned c;

	setup(1, "");
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	world_monitor(&w, c, "2002");
	world_run(&w, 3000);
	w.snapshot_ms = 200;
	for (unsigned i = 0; i < 3; i++) {
		world_send(&w, c, 20 + i, ask);
		world_run(&w, 50);
	}
	world_run(&w, 900);
	ck_assert_uint_eq(world_history(&w, "as-failover"), 0);
	world_send(&w, c, 30, ask);
	world_run(&w, 300);
	world_forget_asked(&w);
	world_snapshot(&w, "2001", "CallSubscriptionEvent");
	world_run(&w, 100);
	ck_assert_uint_eq(world_history(&w, "as-failover"), 1);
	ck_assert_uint_eq(update_count("2002"), 1);
	world_fini(&w);
}
END_TEST

static void
snapshot_device(unsigned c, unsigned invoke, const char *device)
{
	world_send(&w, c, invoke,
		"<SnapshotDevice><snapshotObject>%s</snapshotObject></SnapshotDevice>", device);
	world_run(&w, 20);
}

static bool
is_answered(unsigned c)
{
	return strstr(world_take(&w, c), "SnapshotDeviceResponse{") != NULL;
}

/*
 * Clients that come back all at once want snapshots of every device, while every device is being asked: one that was confirmed a
 * moment ago is not asked again, nor is one whose answer is under way. Without such a need each snapshot is asked for.
 */
START_TEST(test_snapshots_while_others_are_asked)
{
	unsigned c;

	setup(1, "");
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	world_monitor(&w, c, "2002");
	world_run(&w, 3000);
	world_forget_asked(&w);
	snapshot_device(c, 20, "2001");
	snapshot_device(c, 21, "2001");
	ck_assert(is_answered(c));
	ck_assert_uint_eq(update_count("2001"), 2);
	world_rule(&w, "PUT", "E/subscription/s2-2002", 200, -1, "");
	world_rule_last(&w)->delay_ms = 2500;
	for (unsigned i = 0; i < 3; i++)
		snapshot_device(c, 30 + i, "2002");
	ck_assert(!is_answered(c));
	for (unsigned i = 0; i < 3; i++) {
		snapshot_device(c, 40 + i, "2001");
		ck_assert(is_answered(c));
	}
	ck_assert_uint_eq(update_count("2001"), 2);
	world_run(&w, 2000);
	snapshot_device(c, 50, "2001");
	ck_assert(is_answered(c));
	ck_assert_uint_eq(update_count("2001"), 3);
	world_run(&w, 400);
	world_snapshot(&w, "2002", "CallSubscriptionEvent");
	world_run(&w, 100);
	ck_assert(is_answered(c));
	ck_assert_uint_eq(update_count("2002"), 1);
	/* in doubt: an event is missing */
	snapshot_device(c, 60, "2002");
	world_user(&w, "2001")->sequence++;
	world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting", "2050");
	snapshot_device(c, 61, "2001");
	ck_assert_uint_eq(update_count("2001"), 4);
	world_fini(&w);
}
END_TEST

/* An ask whose answer was lost has a snapshot too: it may come with that of the next ask, and is no sign of a failover. */
START_TEST(test_snapshot_of_an_ask_without_an_answer)
{
	unsigned c;

	setup(1, "http-timeout-ms = 2000\n");
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	world_run(&w, 3000);
	world_forget_asked(&w);
	world_rule(&w, "PUT", "E/subscription/", 0, 1, "");
	world_rule(&w, "PUT", "E/subscription/", 200, 1, "");
	world_send(&w, c, 20,
		"<SnapshotDevice><snapshotObject>2001</snapshotObject></SnapshotDevice>");
	while (update_count("2001") < 2)
		world_run(&w, 1);
	world_run(&w, 20);
	/* both were executed */
	world_snapshot(&w, "2001", "CallSubscriptionEvent");
	world_run(&w, 100);
	world_snapshot(&w, "2001", "CallSubscriptionEvent");
	world_run(&w, 1000);
	ck_assert_uint_eq(world_history(&w, "as-failover"), 0);
	ck_assert_uint_eq(update_count("2001"), 2);
	world_fini(&w);
}
END_TEST

/*
 * 2001, which has a call, is asked for a client that monitors two devices, and asked again, as the first answer never comes; `in_vain`:
 * the second one brings no snapshot. Returns the client.
 */
static unsigned
asks_twice(bool in_vain)
{
	unsigned c;

	setup(1, "http-timeout-ms = 2000\n");
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	world_monitor(&w, c, "2002");
	world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting", "2050");
	world_run(&w, 3000);
	world_rule(&w, "PUT", "E/subscription/", 0, 1, "");
	if (in_vain)
		world_rule(&w, "PUT", "E/subscription/", 200, 1, "");
	world_forget_asked(&w);
	world_send(&w, c, 20,
		"<SnapshotDevice><snapshotObject>2001</snapshotObject></SnapshotDevice>");
	while (update_count("2001") < 2)
		world_run(&w, 1);
	return c;
}

/* A snapshot that is still owed is no cover for a failover: one that clears a call says what no event has said. */
START_TEST(test_owed_snapshot_that_clears)
{
	(void)asks_twice(true);
	world_run(&w, 20);
	world_snapshot(&w, "2001", "CallSubscriptionEvent");
	world_run(&w, 3000);
	ck_assert_uint_eq(update_count("2002"), 0);
	world_forget(&w, "2001");
	world_snapshot(&w, "2001", "CallSubscriptionEvent");
	world_run(&w, 1000);
	ck_assert_uint_eq(world_history(&w, "as-failover"), 1);
	ck_assert_uint_eq(update_count("2002"), 1);
	world_fini(&w);
}
END_TEST

/* One that changes nothing may be late, or a sign: all are asked in a while, and no client hears of it. */
START_TEST(test_owed_snapshot_or_a_sign)
{
	unsigned c = asks_twice(false);

	world_run(&w, 5000);
	world_forget_asked(&w);
	(void)world_take(&w, c);
	world_snapshot(&w, "2001", "CallSubscriptionEvent");
	world_run(&w, 4900);
	ck_assert_uint_eq(update_count("2002"), 0);
	world_run(&w, 1000);
	ck_assert_uint_eq(update_count("2001"), 1);
	ck_assert_uint_eq(update_count("2002"), 1);
	ck_assert_uint_eq(world_history(&w, "as-failover"), 0);
	ck_assert_ptr_null(strstr(world_take(&w, c), "OutOfService"));
	world_run(&w, 60000);
	ck_assert_uint_eq(update_count("2002"), 1);
	world_fini(&w);
}
END_TEST

/* A device that nobody monitors is unsubscribed a while later; however its last monitor ended. */
START_TEST(test_linger)
{
	static const char *const ways[] = { "MonitorStop", "StopApplicationSession", "hang up",
		"expire" };

	for (int way = 0; way < 4; way++) {
		unsigned c;

		setup(1, "audit-s = 30\n");
		c = world_connect(&w);
		if (way == 1 || way == 3)
			world_start_session(
				&w, c, 1, "demo", "<sessionCleanupDelay>5</sessionCleanupDelay>");
		world_monitor(&w, c, "2001");
		world_run(&w, 100000);
		ck_assert_uint_eq(world_asked_count(&w, "DELETE"), 0);
		if (way == 0)
			world_send(&w, c, 5,
				"<MonitorStop><monitorCrossRefID>#2</monitorCrossRefID></MonitorStop>");
		else if (way == 1)
			world_send(&w, c, 5,
				"<StopApplicationSession><sessionID>#1</sessionID></StopApplicationSession>");
		else
			world_hang_up(&w, c);
		world_run(&w, 50000);
		ck_assert_uint_eq(world_asked_count(&w, "DELETE"), 0);
		world_run(&w, 60000);
		ck_assert_msg(world_asked_count(&w, "DELETE E/subscription/s1-2001") == 1,
			"not after %s", ways[way]);
		world_fini(&w);
	}
}
END_TEST

/* A client that comes back in time finds the device warm. */
START_TEST(test_linger_back)
{
	unsigned c;

	setup(1, "audit-s = 1800\n");
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	world_send(
		&w, c, 5, "<MonitorStop><monitorCrossRefID>#2</monitorCrossRefID></MonitorStop>");
	world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting", "2050");
	world_heard(&w, c, "0005 MonitorStopResponse\n");
	world_monitor(&w, c, "2001");
	world_call(&w, "2001", "CallAnsweredEvent", "a", "7:1", "Terminator", "Active", "2050");
	world_heard(&w, c, W_ESTABLISHED("4", "3", "2001", "2050", "2001", W_NUM("1")));
	ck_assert_uint_eq(subscription_count("2001"), 1);
	world_fini(&w);
}
END_TEST

/* Out of order with an account that BroadWorks refuses: it is not locked by us. */
START_TEST(test_subscribe_not_authorised)
{
	unsigned c;

	setup(1, "");
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	world_monitor(&w, c, "2002");
	world_forget_asked(&w);
	world_rule(&w, "", "E/", 401, -1, "");
	all_down();
	world_run(&w, 1000);
	all_up();
	world_run(&w, 120000);
	ck_assert_uint_ge(world_logged(&w, 37520, ""), 1);
	ck_assert_msg(world_asked_count(&w, "PUT E/subscription/") <= 12,
		"%u refused requests in two minutes", world_asked_count(&w, "PUT E/subscription/"));
	world_rules_clear(&w);
	world_run(&w, 90000);
	c = world_session(&w);
	ck_assert_msg(w.clients[c].open, "the connector serves again");
	world_monitor(&w, c, "2001"); /* ends in a failure if the device is not confirmed */
	world_fini(&w);
}
END_TEST

/* An overloaded BroadWorks is asked less and less often. */
START_TEST(test_overload_lasts)
{
	unsigned c;

	setup(1, "");
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	world_forget_asked(&w);
	world_rule(&w, "PUT", "E/subscription/", 503, -1, "");
	world_send(&w, c, 11,
		"<SnapshotDevice><snapshotObject>2001</snapshotObject></SnapshotDevice>");
	world_run(&w, 60000);
	ck_assert_uint_ge(update_count("2001"), 4);
	ck_assert_msg(update_count("2001") <= 15, "%u requests in a minute", update_count("2001"));
	world_rules_clear(&w);
	world_run(&w, 60000);
	world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting", "2050");
	ck_assert_ptr_nonnull(strstr(world_take(&w, c), "DeliveredEvent"));
	world_fini(&w);
}
END_TEST

/* One XSP of two takes requests and answers none: it costs one of them, not every second one until its stream is given up. */
START_TEST(test_silent_xsp_is_avoided)
{
	unsigned c, failed = 0;

	setup(2, "http-timeout-ms = 2000\nsilence-ms = 60000\n");
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	w.xsps[0].mode = WORLD_SILENT;
	world_take(&w, c);
	for (unsigned i = 0; i < 8; i++) {
		world_send(&w, c, 20 + i,
			"<MakeCall><callingDevice>2001</callingDevice><calledDirectoryNumber>2002"
			"</calledDirectoryNumber></MakeCall>");
		world_run(&w, 2500);
		failed += strstr(world_take(&w, c), "CSTAErrorCode") != NULL;
	}
	ck_assert_msg(failed <= 2, "%u of 8 requests failed", failed);
	world_fini(&w);
}
END_TEST

/* BroadWorks gives one id to two users: nobody falls over it, the first device is subscribed anew. */
START_TEST(test_one_id_for_two)
{
	static const char same[] =
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Subscription "
		"xmlns=\"http://schema.broadsoft.com/xsi\"><subscriptionId>same</subscriptionId>"
		"<expires>7200</expires></Subscription>";
	unsigned c;

	setup(1, "");
	c = world_session(&w);
	world_rule(&w, "POST", "E/user/2001", 200, 1, same);
	world_rule(&w, "POST", "E/user/2002", 200, 1, same);
	world_send(&w, c, 9, "<MonitorStart><monitorObject>2001</monitorObject></MonitorStart>");
	world_run(&w, 100);
	world_send(&w, c, 10, "<MonitorStart><monitorObject>2002</monitorObject></MonitorStart>");
	world_run(&w, 10000);
	ck_assert_uint_eq(world_logged(&w, 37506, "belongs to 2001 and now to 2002"), 1);
	ck_assert_uint_ge(subscription_count("2001"), 2);
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_update_rate,
		test_update_window,
		test_live_calls_first,
		test_subscribe_overloaded,
		test_subscribe_body,
		test_snapshot_before_answer,
		test_one_id_for_two,
		test_snapshot_missing,
		test_subscription_lost,
		test_subscription_terminated,
		test_subscription_terminated_early,
		test_audit,
		test_one_snapshot_for_each_ask,
		test_snapshots_while_others_are_asked,
		test_snapshot_of_an_ask_without_an_answer,
		test_owed_snapshot_that_clears,
		test_owed_snapshot_or_a_sign,
		test_linger,
		test_linger_back,
		test_subscribe_not_authorised,
		test_overload_lasts,
		test_silent_xsp_is_avoided,
	};

	return world_main("bw_subs", tests, sizeof(tests) / sizeof(tests[0]));
}
