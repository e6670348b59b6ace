/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services of a session: snapshots, requests that there are not, invoke IDs. What each is answered, when, and how often. Monitors are in
 * check_svc_monitor.c, call requests in check_svc_call.c.
 */
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>

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

static void
snapshot_device(unsigned invoke, const char *device)
{
	world_send(&w, client, invoke,
		"<SnapshotDevice><snapshotObject><deviceObject>%s</deviceObject></snapshotObject>"
		"</SnapshotDevice>",
		device);
}

static void
make_call(unsigned invoke, const char *from, const char *to)
{
	world_send(&w, client, invoke,
		"<MakeCall><callingDevice>%s</callingDevice><calledDirectoryNumber>%s"
		"</calledDirectoryNumber><autoOriginate>prompt</autoOriginate></MakeCall>",
		from, to);
}

/* The same, and the client is back by then: the new connection knows nothing of that invoke id. */
START_TEST(test_answers_die_with_connection)
{
	setup("");
	world_monitor(&w, client, "2001");
	world_rule(&w, "POST", "E/user/2002", 503, 1, "");
	world_rule(&w, "POST", "/calls/new", 503, 1, "");
	world_rule_last(&w)->delay_ms = 2000;
	monitor_start(5, "2002");
	make_call(6, "2001", "2002");
	snapshot_device(7, "2001");
	world_take(&w, client);
	world_hang_up(&w, client);
	client = world_connect(&w);
	world_take(&w, client);
	world_start_session(&w, client, 5, "demo", "<sessionID>#1</sessionID>");
	ck_assert_ptr_nonnull(strstr(
		world_take(&w, client), "0005 StartApplicationSessionPosResponse{sessionID=#1 "));
	world_run(&w, 10000);
	world_heard(&w, client, "");
	world_fini(&w);
}
END_TEST

/* Two wait for the same device that does not exist; one answer each. */
START_TEST(test_monitor_unknown_twice)
{
	setup("");
	world_rule(&w, "POST", "E/user/1999", 404, 1, "");
	world_rule_last(&w)->delay_ms = 500;
	monitor_start(5, "1999");
	monitor_start(6, "1999");
	snapshot_device(7, "1999");
	world_run(&w, 1000);
	world_heard(&w, client,
		W_ERROR("0005", "operation", "invalidDeviceID") W_ERROR("0006", "operation",
			"invalidDeviceID") W_ERROR("0007", "operation", "invalidDeviceID"));
	world_fini(&w);
}
END_TEST

/* snapshots */

START_TEST(test_snapshot)
{
	client = world_begin_call(&w, "Terminator", "Active");
	snapshot_device(8, "2001");
	world_heard(&w, client,
		"0008 SnapshotDeviceResponse{crossRefIDorSnapshotData{snapshotData{"
		"snapshotDeviceResponseInfo{connectionIdentifier{callID=#3 deviceID=2001} "
		"endpointDevice{deviceIdentifier=2002} localCallState{simpleCallState=callEstablished}}}}}\n");
	/* asked of BroadWorks, not of memory */
	world_asked(&w, "xsp1 PUT E/subscription/s1-2001\n");
	world_fini(&w);
}
END_TEST

/* BroadWorks does not answer in time: the known state, if it was ever confirmed. */
START_TEST(test_snapshot_late)
{
	client = world_begin_call(&w, "Terminator", "Active");
	w.snapshots = false;
	snapshot_device(8, "2001");
	world_run(&w, 2900);
	world_heard(&w, client, "");
	world_run(&w, 200);
	ck_assert_ptr_nonnull(strstr(world_take(&w, client),
		"0008 SnapshotDeviceResponse{crossRefIDorSnapshotData{"
		"snapshotData{snapshotDeviceResponseInfo{connectionIdentifier{callID=#3 deviceID=2001} "));
	/* asked again and again in vain: its calls change unseen, so it is out of service */
	world_run(&w, 20000);
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "9999 OutOfServiceEvent{"));
	/* one that was never confirmed */
	snapshot_device(9, "2044");
	world_run(&w, 4000);
	world_heard(
		&w, client, W_ERROR("0009", "systemResourceAvailibility", "deviceOutOfService"));
	world_fini(&w);
}
END_TEST

START_TEST(test_snapshots_share_a_question)
{
	client = world_begin_call(&w, "Terminator", "Active");
	world_rule(&w, "PUT", "E/subscription/s1-2001", 200, 1, "");
	world_rule_last(&w)->delay_ms = 100;
	w.snapshots = false;
	for (unsigned i = 0; i < 5; i++)
		snapshot_device(20 + i, "2001");
	world_snapshot(&w, "2001", "CallSubscriptionEvent");
	world_run(&w, 1000);
	for (unsigned i = 0; i < 5; i++) {
		char line[64];

		snprintf(line, sizeof(line), "00%u SnapshotDeviceResponse{", 20 + i);
		ck_assert_ptr_nonnull(strstr((buf_char(&w.clients[client].heard, '\0'),
						     (const char *)w.clients[client].heard.p),
			line));
		w.clients[client].heard.n--;
	}
	ck_assert_uint_le(world_asked_count(&w, "PUT E/sub"), 2);
	world_fini(&w);
}
END_TEST

/* system status and the rest */

START_TEST(test_unknown_service)
{
	static const char *const roots[] = { "GetDeviceId", "JoinCall", "SetDisplay", "x",
		"MonitorStarts" };

	setup("");
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		uint64_t frames = w.clients[client].frames;

		world_send(&w, client, 40, "<%s><device>2001</device></%s>", roots[i], roots[i]);
		ck_assert_uint_eq(w.clients[client].frames, frames + 1);
		world_heard(&w, client, W_ERROR("0040", "operation", "serviceNotSupported"));
	}
	world_fini(&w);
}
END_TEST

/* Every invoke id there is, 9999 and 0000 included. */
START_TEST(test_invoke_ids)
{
	char line[128];

	setup("");
	for (unsigned invoke = 0; invoke <= 9999; invoke += 9) {
		world_send(&w, client, invoke, "<RequestSystemStatus/>");
		snprintf(line, sizeof(line),
			"%04u RequestSystemStatusResponse{systemStatus=normal}\n", invoke);
		world_heard(&w, client, line);
	}
	world_fini(&w);
}
END_TEST

START_TEST(test_keepalive)
{
	setup("");
	for (int i = 0; i < 20; i++)
		world_send(&w, client, 0, "<keepalive />");
	world_heard(&w, client, "");
	ck_assert(w.clients[client].open);
	world_fini(&w);
}
END_TEST

static void
status_changes(void)
{
	w.xsps[0].mode = WORLD_DOWN;
	world_stream_ends(&w, 0);
	world_run(&w, 600);
}

/* Our own requests never take the id of a request that is not answered yet, of whatever kind. */
START_TEST(test_own_invoke_ids)
{
	static const char *const waiting[] = { "MakeCall", "MonitorStart", "SnapshotDevice" };

	for (int i = 0; i < 3; i++) {
		const char *heard;

		setup("");
		world_monitor(&w, client, "2001");
		world_rule(&w, "", "", 0, -1, "");
		w.snapshots = false;
		for (unsigned invoke = 9002; invoke < 9010; invoke++) {
			if (i == 0)
				make_call(invoke, "2001", "2002");
			else if (i == 1)
				monitor_start(invoke, "2005");
			else
				snapshot_device(invoke, "2001");
		}
		world_heard(&w, client, "");
		status_changes();
		heard = world_take(&w, client);
		ck_assert_msg(
			strstr(heard, "9010 SystemStatus{") != NULL, "%s: %s", waiting[i], heard);
		world_fini(&w);
	}
}
END_TEST

/* A client that uses up all the ids we may take gets no status, perhaps, but the node goes on. */
START_TEST(test_all_invoke_ids_taken)
{
	setup("");
	world_monitor(&w, client, "2001");
	world_rule(&w, "POST", "/calls/new", 0, -1, "");
	for (unsigned invoke = 9001; invoke <= 9998; invoke++) {
		struct buf frame;

		buf_init(&frame, 4096);
		ck_assert_int_eq(
			csta_frame_put(&frame, invoke,
				STR("<MakeCall><callingDevice>2001</callingDevice>"
				    "<calledDirectoryNumber>2002</calledDirectoryNumber></MakeCall>")),
			0);
		world_send_bytes(&w, client, frame.p, frame.n);
		buf_fini(&frame);
	}
	status_changes();
	world_run(&w, 100);
	ck_assert(w.clients[client].open);
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_monitor_unknown_twice,
		test_answers_die_with_connection,
		test_snapshot,
		test_snapshot_late,
		test_snapshots_share_a_question,
		test_unknown_service,
		test_invoke_ids,
		test_keepalive,
		test_own_invoke_ids,
		test_all_invoke_ids_taken,
	};

	return world_main("svc", tests, sizeof(tests) / sizeof(tests[0]));
}
