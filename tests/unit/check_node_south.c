/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A node and BroadWorks as a whole: out of reach and back, failover of application servers. Channels are in
 * check_bw_chan.c, subscriptions in check_bw_subs.c, the order of events in check_bw_event.c.
 */
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>

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
update_count(const char *device)
{
	char path[192];

	snprintf(path, sizeof(path), "PUT E/subscription/%s", world_user(&w, device)->subscription);
	return world_asked_count(&w, path);
}

/* out of reach */

START_TEST(test_out_and_back)
{
	unsigned c;

	setup(2, "");
	world_run(&w, 3000); /* a young channel covers no other */
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	world_monitor(&w, c, "2002");
	world_monitor(&w, c, "2003");
	world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting", "2050");
	world_call(&w, "2001", "CallAnsweredEvent", "a", "7:1", "Terminator", "Active", "2050");
	world_take(&w, c);
	all_down();
	world_run(&w, 450);
	world_heard(&w, c, "");
	world_run(&w, 100);
	world_heard(&w, c,
		W_OUT("2", "2001", W_NUM("3")) W_OUT("3", "2002", W_NUM("4"))
			W_OUT("4", "2003", W_NUM("5")) W_STATUS("9003", "disabled"));
	ck_assert_uint_eq(world_logged(&w, 37510, ""), 1);
	/* BroadWorks goes on without us: the call of 2001 ends, 2002 is being called */
	world_forget(&w, "2001");
	world_half(&w, "2002", "b", "8:1", "Terminator", "Alerting", "2051");
	world_run(&w, 5000);
	world_heard(&w, c, "");
	all_up();
	world_run(&w, 40000);
	/* status, then each device: what differs, then the service; the last one makes the system normal */
	world_heard(&w, c,
		W_STATUS("9004", "partiallyDisabled") W_CLEARED("2", "5", "2001", "2050",
			"switchingFunctionTerminated", W_NUM("6")) W_BACK("2", "2001", W_NUM("7"))
			W_DELIVERED("3", "6", "2002", "2051", "2002", "alerting", W_NUM("8"))
				W_BACK("3", "2002", W_NUM("9")) W_BACK("4", "2003", W_NUM("10"))
					W_STATUS("9005", "normal"));
	ck_assert_uint_eq(world_logged(&w, 37205, "device=2001"), 1);
	ck_assert_uint_eq(world_logged(&w, 37206, "device=2002"), 1);
	ck_assert_uint_eq(world_logged(&w, 37410, "cleared=1 learned=1"), 1);
	world_fini(&w);
}
END_TEST

/* Back within the damping time: clients hear nothing but what happened meanwhile. */
START_TEST(test_short_loss)
{
	unsigned c;

	setup(2, "");
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	world_forget_asked(&w);
	world_stream_ends(&w, 0);
	world_stream_ends(&w, 1);
	world_half(&w, "2001", "b", "8:1", "Terminator", "Alerting", "2051");
	world_run(&w, 2000);
	world_heard(&w, c, W_DELIVERED("2", "3", "2001", "2051", "2001", "alerting", W_NUM("1")));
	ck_assert_uint_eq(update_count("2001"), 1);
	ck_assert_uint_eq(world_logged(&w, 37510, ""), 0);
	world_fini(&w);
}
END_TEST

/* Flapping is damped: one pair of events for each device, one status for each change. */
START_TEST(test_flapping)
{
	unsigned c;

	setup(1, "retry-ms = 50\nretry-ms-max = 100\n");
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	for (int i = 0; i < 40; i++) {
		all_down();
		world_run(&w, 100);
		all_up();
		world_run(&w, 200);
	}
	world_run(&w, 5000);
	world_heard(&w, c, "");
	world_fini(&w);
}
END_TEST

/* While nothing can be reached nothing new is begun, and what is known is still answered. */
START_TEST(test_requests_while_out)
{
	unsigned c;

	setup(1, "");
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting", "2050");
	all_down();
	world_run(&w, 1000);
	world_take(&w, c);
	world_forget_asked(&w);
	world_send(&w, c, 11,
		"<MakeCall><callingDevice>2001</callingDevice><calledDirectoryNumber>2002"
		"</calledDirectoryNumber></MakeCall>");
	world_heard(&w, c, W_ERROR("0011", "systemResourceAvailibility", "resourceOutOfService"));
	world_send(&w, c, 12,
		"<AnswerCall><callToBeAnswered><deviceID>2001</deviceID></callToBeAnswered></AnswerCall>");
	world_heard(&w, c, W_ERROR("0012", "systemResourceAvailibility", "resourceOutOfService"));
	world_send(&w, c, 13, "<MonitorStart><monitorObject>2009</monitorObject></MonitorStart>");
	world_heard(&w, c, W_ERROR("0013", "systemResourceAvailibility", "resourceOutOfService"));
	world_send(&w, c, 14, "<RequestSystemStatus/>");
	world_heard(&w, c, "0014 RequestSystemStatusResponse{systemStatus=disabled}\n");
	/* a monitor on a known device is possible and begins with its state */
	world_send(&w, c, 15, "<MonitorStart><monitorObject>2001</monitorObject></MonitorStart>");
	world_heard(&w, c,
		"0015 MonitorStartResponse{monitorCrossRefID=#4 monitorExistingCalls=true}\n" W_OUT(
			"4", "2001", W_NUM("3")));
	ck_assert_uint_eq(world_asked_count(&w, "A/user"), 0);
	world_fini(&w);
}
END_TEST

/* failover of application servers (F9) */

static unsigned
three_devices(void)
{
	unsigned c = world_session(&w);

	world_monitor(&w, c, "2001");
	world_monitor(&w, c, "2002");
	world_monitor(&w, c, "2003");
	world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting", "2050");
	world_call(&w, "2002", "CallReceivedEvent", "b", "8:1", "Terminator", "Alerting", "2051");
	world_run(&w, 10000);
	world_take(&w, c);
	world_forget_asked(&w);
	return c;
}

/* Every device is asked, those with live calls first; they go out of service until they are confirmed, the others stay. */
static void
expect_doubt(unsigned c, bool kept_calls)
{
	ck_assert_uint_eq(update_count("2001") + update_count("2002") + update_count("2003"), 3);
	ck_assert_uint_eq(world_logged(&w, 37505, ""), 1);
	ck_assert_uint_eq(world_history(&w, "as-failover"), 1);
	ck_assert_uint_eq(world_history(&w, "resync-done"), 2);
	(void)c;
	(void)kept_calls;
}

START_TEST(test_new_server)
{
	unsigned c;

	setup(2, "");
	c = three_devices();
	/* AS2 serves: it knows nothing of the old calls, and tells so by nothing but its id in the next call */
	world_forget(&w, "2001");
	world_forget(&w, "2002");
	world_call(&w, "2003", "CallReceivedEvent", "n", "1:2", "Terminator", "Alerting", "2052");
	world_heard(&w, c,
		W_OUT("2", "2001", W_NUM("3")) W_OUT("3", "2002", W_NUM("4"))
			W_STATUS("9003", "partiallyDisabled") W_DELIVERED("4", "7", "2003", "2052",
				"2003", "alerting", W_NUM("5")) W_CLEARED("2", "5", "2001", "2050",
				"switchingFunctionTerminated", W_NUM("6"))
				W_BACK("2", "2001", W_NUM("7")) W_CLEARED("3", "6", "2002", "2051",
					"switchingFunctionTerminated", W_NUM("8"))
					W_BACK("3", "2002", W_NUM("9")) W_STATUS("9004", "normal"));
	expect_doubt(c, false);
	/* the same server again is no news */
	world_call(&w, "2001", "CallReceivedEvent", "o", "2:2", "Terminator", "Alerting", "2052");
	world_heard(&w, c, W_DELIVERED("2", "8", "2001", "2052", "2001", "alerting", W_NUM("10")));
	ck_assert_uint_eq(world_logged(&w, 37505, ""), 1);
	world_fini(&w);
}
END_TEST

START_TEST(test_unasked_snapshot)
{
	unsigned c;

	setup(2, "");
	c = three_devices();
	world_forget(&w, "2001");
	world_snapshot(&w, "2001", "CallSubscriptionEvent");
	world_settle(&w);
	/* 2001 was compared just now: asked like the others, but not out of service; 2002 keeps its call */
	world_heard(&w, c,
		W_CLEARED("2", "5", "2001", "2050", "switchingFunctionTerminated", W_NUM("3"))
			W_OUT("3", "2002", W_NUM("4")) W_STATUS("9003", "partiallyDisabled")
				W_BACK("3", "2002", W_NUM("5")) W_STATUS("9004", "normal"));
	ck_assert_uint_eq(update_count("2001"), 1);
	ck_assert_uint_eq(update_count("2002"), 1);
	ck_assert_uint_eq(update_count("2003"), 1);
	ck_assert_uint_eq(world_logged(&w, 37505, "nobody asked for"), 1);
	world_fini(&w);
}
END_TEST

/* A failover soon after a doubt that found nothing: it is damped, not forgotten. */
START_TEST(test_a_failover_soon_after_a_doubt)
{
	setup(2, "");
	three_devices();
	world_snapshot(&w, "2003", "CallSubscriptionEvent");
	world_run(&w, 2000);
	ck_assert_uint_eq(world_logged(&w, 37505, ""), 1);
	world_forget_asked(&w);
	world_forget(&w, "2001");
	world_snapshot(&w, "2001", "CallSubscriptionEvent");
	world_run(&w, 1000);
	ck_assert_uint_eq(update_count("2002"), 0);
	world_run(&w, 3000);
	ck_assert_uint_eq(update_count("2001"), 1);
	ck_assert_uint_eq(update_count("2002"), 1);
	ck_assert_uint_eq(update_count("2003"), 1);
	ck_assert_uint_eq(world_logged(&w, 37505, ""), 2);
	world_run(&w, 20000);
	ck_assert_uint_eq(world_logged(&w, 37505, ""), 2);
	world_fini(&w);
}
END_TEST

/* The first sign of a failover is of a user that was right, soon after a doubt that found nothing: it is put off, not lost. */
START_TEST(test_an_empty_sign_soon_after_a_doubt)
{
	unsigned c;

	setup(2, "");
	c = three_devices();
	world_snapshot(&w, "2003", "CallSubscriptionEvent");
	world_run(&w, 7000);
	ck_assert_uint_eq(world_logged(&w, 37505, ""), 1);
	world_take(&w, c);
	world_forget_asked(&w);
	world_forget(&w, "2001");
	world_snapshot(&w, "2003", "CallSubscriptionEvent");
	world_run(&w, 7000);
	world_heard(&w, c, "");
	ck_assert_uint_eq(update_count("2001"), 0);
	world_run(&w, 2000);
	for (unsigned i = 1; i <= 3; i++)
		ck_assert_uint_eq(update_count(i == 1 ? "2001" : i == 2 ? "2002" : "2003"), 1);
	ck_assert_ptr_nonnull(
		strstr(world_take(&w, c), "ConnectionClearedEvent{monitorCrossRefID=#2 "));
	ck_assert_uint_eq(world_logged(&w, 37505, "soon after the last ask"), 1);
	/* once */
	world_run(&w, 60000);
	ck_assert_uint_eq(world_logged(&w, 37505, ""), 2);
	world_fini(&w);
}
END_TEST

/* After a failover users move one by one, and BroadWorks tells of each: that is no failover each time. */
START_TEST(test_users_that_move_one_by_one)
{
	unsigned c;

	setup(2, "");
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	world_monitor(&w, c, "2002");
	world_run(&w, 20000);
	world_snapshot(&w, "2001", "CallSubscriptionEvent");
	world_run(&w, 6000);
	ck_assert_uint_eq(world_logged(&w, 37505, ""), 1);
	for (int i = 0; i < 8; i++) {
		world_snapshot(&w, i % 2 ? "2001" : "2002", "CallSubscriptionResyncEvent");
		world_run(&w, 3000);
	}
	ck_assert_uint_eq(world_logged(&w, 37505, ""), 2);
	/* one that brings news is one */
	world_half(&w, "2002", "x", "9:2", "Terminator", "Active", "2001");
	world_snapshot(&w, "2002", "CallSubscriptionEvent");
	world_run(&w, 3000);
	ck_assert_uint_eq(world_logged(&w, 37505, ""), 3);
	world_fini(&w);
}
END_TEST

START_TEST(test_resync_event)
{
	unsigned c;

	setup(2, "");
	c = three_devices();
	world_forget(&w, "2002");
	/* although we are asking the device at this moment */
	world_send(&w, c, 11,
		"<SnapshotDevice><snapshotObject>2003</snapshotObject></SnapshotDevice>");
	world_take(&w, c);
	world_forget_asked(&w);
	world_snapshot(&w, "2003", "CallSubscriptionResyncEvent");
	world_settle(&w);
	world_heard(&w, c,
		W_OUT("2", "2001", W_NUM("3")) W_OUT("3", "2002", W_NUM("4")) W_STATUS(
			"9003", "partiallyDisabled") W_BACK("2", "2001", W_NUM("5")) W_CLEARED("3",
			"6", "2002", "2051", "switchingFunctionTerminated", W_NUM("6"))
			W_BACK("3", "2002", W_NUM("7")) W_STATUS("9004", "normal"));
	ck_assert_uint_eq(world_logged(&w, 37505, ""), 1);
	world_fini(&w);
}
END_TEST

/* BroadWorks does not know a call that we know: a request of a client is how one learns of a failover nobody told. */
START_TEST(test_request_on_forgotten_call)
{
	unsigned c;

	setup(2, "");
	c = three_devices();
	world_forget(&w, "2001");
	world_forget(&w, "2002");
	world_rule(&w, "PUT", "/calls/a/Talk", 404, 1, "");
	world_send(&w, c, 11,
		"<AnswerCall><callToBeAnswered><deviceID>2001</deviceID></callToBeAnswered></AnswerCall>");
	world_heard(&w, c,
		W_ERROR("0011", "operation", "invalidConnectionID") W_CLEARED("2", "5", "2001",
			"2050", "switchingFunctionTerminated", W_NUM("3")) W_OUT("3", "2002",
			W_NUM("4")) W_STATUS("9003", "partiallyDisabled") W_CLEARED("3", "6",
			"2002", "2051", "switchingFunctionTerminated", W_NUM("5"))
			W_BACK("3", "2002", W_NUM("6")) W_STATUS("9004", "normal"));
	world_fini(&w);
}
END_TEST

/* After a failover numbers may begin anew: the snapshot at 1 is taken, and what follows it. */
START_TEST(test_numbers_restart)
{
	static const char *const types[] = { "CallSubscriptionResyncEvent",
		"CallSubscriptionEvent" };

	for (size_t i = 0; i < 2; i++) {
		unsigned c;

		setup(2, "");
		c = three_devices();
		world_forget(&w, "2001");
		world_user(&w, "2001")->sequence = 0;
		world_snapshot(&w, "2001", types[i]);
		world_run(&w, 5000);
		ck_assert_msg(strstr(world_take(&w, c),
				      "ConnectionClearedEvent{monitorCrossRefID=#2 ") != NULL,
			"the %s at number 1 was not taken", types[i]);
		world_call(&w, "2001", "CallReceivedEvent", "x", "9:1", "Terminator", "Alerting",
			"2050");
		ck_assert_msg(
			strstr(world_take(&w, c), "DeliveredEvent{monitorCrossRefID=#2 ") != NULL,
			"the event after the %s at number 1 was not taken", types[i]);
		world_fini(&w);
	}
}
END_TEST

/* A device of which the numbers began anew and a call is gone: the others, of which nothing came yet, are asked as well. */
START_TEST(test_numbers_restart_of_one)
{
	unsigned c;

	setup(2, "");
	c = three_devices();
	world_forget(&w, "2001");
	world_forget(&w, "2002");
	world_user(&w, "2001")
		->sequence--; /* so that the answer to the question has the next number */
	world_snapshot(&w, "2001", "CallSubscriptionEvent");
	world_run(&w, 5000);
	ck_assert_ptr_nonnull(
		strstr(world_take(&w, c), "ConnectionClearedEvent{monitorCrossRefID=#3 "));
	ck_assert_uint_ge(update_count("2002"), 1);
	ck_assert_uint_ge(update_count("2003"), 1);
	world_fini(&w);
}
END_TEST

/* The same where nothing tells it: the next question finds out, whatever number its answer has. */
START_TEST(test_numbers_restart_unnoticed)
{
	unsigned c;

	setup(2, "");
	c = three_devices();
	for (int i = 0; i < 20; i++)
		world_event(
			&w, "2001", "HookStatusEvent", "<xsi:hookStatus>On-Hook</xsi:hookStatus>");
	world_settle(&w);
	/* the first event of the new numbers is taken for an old one */
	world_user(&w, "2001")->sequence = 0;
	world_call(&w, "2001", "CallAnsweredEvent", "a", "7:1", "Terminator", "Active", "2050");
	world_send(&w, c, 11,
		"<SnapshotDevice><snapshotObject>2001</snapshotObject></SnapshotDevice>");
	world_run(&w, 20000);
	ck_assert_ptr_nonnull(strstr(world_take(&w, c), "EstablishedEvent{monitorCrossRefID=#2 "));
	world_call(&w, "2001", "CallHeldEvent", "a", "7:1", "Terminator", "Held", "2050");
	ck_assert_ptr_nonnull(strstr(world_take(&w, c), "HeldEvent{monitorCrossRefID=#2 "));
	world_fini(&w);
}
END_TEST

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

/* An idle node rests. */
START_TEST(test_rest)
{
	uint64_t before;

	setup(2, "");
	many_devices(20);
	before = w.steps;
	world_run(&w, 30000);
	ck_assert_msg(w.steps - before < 30 * 10, "%llu steps in 30 seconds",
		(unsigned long long)(w.steps - before));
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_out_and_back,
		test_short_loss,
		test_flapping,
		test_requests_while_out,
		test_new_server,
		test_unasked_snapshot,
		test_a_failover_soon_after_a_doubt,
		test_an_empty_sign_soon_after_a_doubt,
		test_users_that_move_one_by_one,
		test_resync_event,
		test_request_on_forgotten_call,
		test_numbers_restart,
		test_numbers_restart_of_one,
		test_numbers_restart_unnoticed,
		test_rest,
	};

	return world_main("node_south", tests, sizeof(tests) / sizeof(tests[0]));
}
