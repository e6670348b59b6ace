/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots that one message cannot hold: the answer names a cross reference, segments follow it. What short ones look like
 * is in check_svc.c and check_svc_two.c.
 */
#include "proto/base/limits.h"
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALLS 500

static struct world w;
static unsigned client;

/* So many calls wait at a route point, each from an address of its own. */
static void
setup_waiting(unsigned calls)
{
	client = world_begin(&w, 1,
		"[devices]\nroute-point = 2800\n[broadworks]\n"
		"route-point-packages = Route Point Queue\n");
	world_monitor(&w, client, "2800");
	world_run(&w, 5000);
	world_event(&w, "2800", "RoutePointSubscriptionEvent", "");
	for (unsigned i = 0; i < calls; i++) {
		char entry[400];

		snprintf(entry, sizeof(entry),
			"<xsi:queueEntry><xsi:callId>q%u</xsi:callId><xsi:extTrackingId>%u:1"
			"</xsi:extTrackingId><xsi:remoteParty><xsi:address>tel:+1555%07u"
			"</xsi:address></xsi:remoteParty></xsi:queueEntry>",
			i, i + 1, i);
		world_event(&w, "2800", "RoutePointCallAddedEvent", entry);
	}
	world_run(&w, 1000);
	buf_reset(&w.clients[client].raw);
	world_take(&w, client);
}

/* BroadWorks is late: told from what is known. */
static void
ask_snapshot(unsigned invoke)
{
	w.snapshots = false;
	world_send(&w, client, invoke,
		"<SnapshotDevice><snapshotObject>2800</snapshotObject></SnapshotDevice>");
	world_run(&w, 3100);
}

static unsigned
count_of(const char *text, const char *word)
{
	unsigned count = 0;

	for (text = strstr(text, word); text != NULL; text = strstr(text + 1, word))
		count++;
	return count;
}

/* The raw line "9002 <?xml..." that begins here: the n-th segment. Returns how many connections it has. */
static unsigned
segment(char *line, unsigned number, const char *cross_ref, bool last)
{
	char head[200];

	ck_assert_msg(line[0] == '9' && strncmp(line, "9999", 4) != 0, "%.40s", line);
	snprintf(head, sizeof(head),
		"<serviceCrossRefID>%s</serviceCrossRefID><segmentID>%u</segmentID>"
		"<lastSegment>%s</lastSegment><snapshotData><snapshotDeviceResponseInfo>",
		cross_ref, number, last ? "true" : "false");
	ck_assert_msg(strstr(line, head) != NULL, "%.400s", line);
	ck_assert_uint_le(strlen(line) - strlen("9002 ") + 8, LIMIT_CSTA_SEND_BYTES);
	ck_assert_uint_eq(count_of(line, "<snapshotDeviceResponseInfo>"),
		count_of(line, "<endpointDevice><deviceIdentifier>+1555"));
	return count_of(line, "<snapshotDeviceResponseInfo>");
}

static void
expect_segments(char *raw, unsigned calls)
{
	char cross_ref[40];
	char *line = strtok(raw, "\n");
	unsigned number = 0, told = 0;

	ck_assert_ptr_nonnull(line);
	ck_assert_int_eq(strncmp(line, "0008 ", 5), 0);
	ck_assert_int_eq(sscanf(strstr(line, "<crossRefIDorSnapshotData>"),
				 "<crossRefIDorSnapshotData><serviceCrossRefID>%39[0-9]"
				 "</serviceCrossRefID></crossRefIDorSnapshotData>",
				 cross_ref),
		1);
	for (line = strtok(NULL, "\n"); line != NULL; line = strtok(NULL, "\n"))
		told += segment(line, ++number, cross_ref,
			told + count_of(line, "<snapshotDeviceResponseInfo>") == calls);
	ck_assert_uint_eq(told, calls);
	ck_assert_uint_gt(number, 1);
}

/* None of the calls that wait at a route point is left out, and none of their callers. */
START_TEST(test_all_are_told)
{
	struct buf *raw;

	setup_waiting(CALLS);
	ask_snapshot(8);
	raw = &w.clients[client].raw;
	buf_char(raw, '\0');
	for (unsigned i = 0; i < CALLS; i++) {
		char caller[40];

		snprintf(caller, sizeof(caller), ">+1555%07u<", i);
		ck_assert_msg(count_of((char *)raw->p, caller) == 1, "%s", caller);
	}
	expect_segments((char *)raw->p, CALLS);
	world_fini(&w);
}
END_TEST

/* Two snapshots have cross references of their own, and stand one behind the other. */
START_TEST(test_two_snapshots)
{
	const char *heard, *first, *second;

	setup_waiting(CALLS);
	w.snapshots = false;
	for (unsigned invoke = 8; invoke <= 9; invoke++)
		world_send(&w, client, invoke,
			"<SnapshotDevice><snapshotObject>2800</snapshotObject></SnapshotDevice>");
	world_run(&w, 3100);
	heard = world_take(&w, client);
	first = strstr(heard,
		"0008 SnapshotDeviceResponse{crossRefIDorSnapshotData{"
		"serviceCrossRefID=#1}}\n");
	second = strstr(heard,
		"0009 SnapshotDeviceResponse{crossRefIDorSnapshotData{"
		"serviceCrossRefID=#2}}\n");
	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_nonnull(second);
	ck_assert(strstr(first, "serviceCrossRefID=#1 ") < second);
	ck_assert_ptr_null(strstr(second, "serviceCrossRefID=#1 "));
	ck_assert_uint_eq(count_of(heard, "lastSegment=true"), 2);
	world_fini(&w);
}
END_TEST

/* Segments are of the connection that asked: the next one hears nothing of them. */
START_TEST(test_connection_lost)
{
	setup_waiting(CALLS);
	w.snapshots = false;
	world_send(&w, client, 8,
		"<SnapshotDevice><snapshotObject>2800</snapshotObject></SnapshotDevice>");
	world_hang_up(&w, client);
	client = world_connect(&w);
	world_settle(&w);
	world_start_session(&w, client, 1, "demo", "<sessionID>#1</sessionID>");
	world_take(&w, client);
	world_run(&w, 4000);
	ck_assert_ptr_null(strstr(world_take(&w, client), "Snapshot"));
	world_fini(&w);
}
END_TEST

/* A call of so many monitored devices, each of which talks to an address of its own; the client's edition is the third. */
static unsigned
setup_conference(unsigned devices)
{
	unsigned call = 0;

	world_init(&w, 1, "");
	w.quiet_acks = true;
	world_start(&w);
	client = world_connect(&w);
	for (unsigned i = 0; i < devices; i++) {
		char user[20], remote[40];

		snprintf(user, sizeof(user), "%u", 2001 + i);
		snprintf(remote, sizeof(remote), "tel:+1555%07u", i);
		world_user(&w, user);
		world_send(&w, client, i + 1,
			"<MonitorStart xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">"
			"<monitorObject><deviceObject>%s</deviceObject></monitorObject></MonitorStart>",
			user);
		world_run(&w, 500);
		world_call(&w, user, "CallOriginatedEvent", user, "77:1", "Originator", "Alerting",
			remote);
	}
	world_run(&w, 1000);
	ck_assert_int_eq(
		sscanf(strstr(world_take(&w, client), "callID=#"), "callID=#%u", &call), 1);
	buf_reset(&w.clients[client].raw);
	return call;
}

/* Only the third edition has segments of a call; the last one says so, and each party is in one of them. */
START_TEST(test_call_of_many)
{
	const unsigned devices = 80;
	unsigned call = setup_conference(devices), segments = 0, told = 0;
	struct buf *raw = &w.clients[client].raw;
	char *line;

	world_send(&w, client, 900,
		"<SnapshotCall xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">"
		"<snapshotObject><callID>#%u</callID></snapshotObject></SnapshotCall>",
		call);
	world_settle(&w);
	buf_char(raw, '\0');
	line = strtok((char *)raw->p, "\n");
	ck_assert_msg(line != NULL && strstr(line, "<serviceCrossRefID>") != NULL, "%.300s", line);
	for (line = strtok(NULL, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		ck_assert_msg(strstr(line, "<SnapshotCallData ") != NULL, "%.300s", line);
		ck_assert_uint_le(strlen(line) - strlen("9002 ") + 8, LIMIT_CSTA_SEND_BYTES);
		told += count_of(line, "<snapshotCallResponseInfo>");
		segments++;
		ck_assert_int_eq(strstr(line, "<lastSegment>true<") != NULL, told == 2 * devices);
	}
	ck_assert_uint_gt(segments, 1);
	ck_assert_uint_eq(told, 2 * devices);
	world_fini(&w);
}
END_TEST

/*
 * 2001 intrudes into the call of 2002 and is not connected yet: its call is one with that of 2002, which is told when it talks. Until
 * then the snapshot names the call that clients know, and requests find it under that name.
 */
START_TEST(test_call_as_it_was_told)
{
	const char *heard;

	client = world_begin(&w, 1, "");
	world_monitor(&w, client, "2001");
	world_monitor(&w, client, "2002");
	world_call(&w, "2002", "CallReceivedEvent", "b", "5:1", "Terminator", "Alerting", "2003");
	world_call(&w, "2002", "CallAnsweredEvent", "b", "5:1", "Terminator", "Active", "2003");
	world_call(&w, "2001", "CallOriginatedEvent", "a", "7:1", "Originator", "Alerting", "2002");
	world_settle(&w);
	heard = world_take(&w, client);
	ck_assert_ptr_nonnull(strstr(heard, "originatedConnection{callID=#5 deviceID=2001}"));
	world_call(&w, "2002", "CallBargedInEvent", "b", "7:1", "Terminator", "Active", "2001");
	world_settle(&w);
	world_take(&w, client);
	w.snapshots = false; /* BroadWorks is late: told from what is known */
	world_send(&w, client, 8,
		"<SnapshotDevice><snapshotObject>2001</snapshotObject></SnapshotDevice>");
	world_run(&w, 3100);
	heard = world_take(&w, client);
	ck_assert_msg(strstr(heard, "{callID=#5 deviceID=2001}") != NULL, "%s", heard);
	world_rule(&w, "DELETE", "A/user/2001@demo.example/calls/a", 200, 1, "");
	world_send(&w, client, 9,
		"<ClearConnection><connectionToBeCleared><callID>#5</callID>"
		"<deviceID>2001</deviceID></connectionToBeCleared></ClearConnection>");
	world_settle(&w);
	ck_assert_uint_eq(world_asked_count(&w, "DELETE A/user/2001@demo.example/calls/a"), 1);
	heard = world_take(&w, client);
	ck_assert_msg(strstr(heard, "0009 ClearConnectionResponse") != NULL, "%s", heard);
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_all_are_told,
		test_two_snapshots,
		test_connection_lost,
		test_call_of_many,
		test_call_as_it_was_told,
	};

	return world_main("svc_snapshot", tests, sizeof(tests) / sizeof(tests[0]));
}
