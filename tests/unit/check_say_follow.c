/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Monitors that follow calls: of what two monitored devices tell of a call, each thing once, in whatever order they tell it; from
 * call to call when it is transferred or becomes a conference; until it is cleared.
 */
#include "proto/base/limits.h"
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <string.h>

static struct world w;
static unsigned client, watcher;

/* Three devices that are monitored as such, by one client; another one to follow calls. */
static void
setup(void)
{
	world_init(&w, 1, "");
	world_start(&w);
	client = world_connect(&w);
	world_settle(&w);
	world_start_session(&w, client, 1, "demo", "");
	world_monitor(&w, client, "2001");
	world_monitor(&w, client, "2002");
	world_monitor(&w, client, "2003");
	watcher = world_connect(&w);
	world_settle(&w);
	world_start_session(&w, watcher, 1, "demo", "");
	world_take(&w, watcher);
	world_take(&w, client);
}

/* The value of the first `name=` of a line; "" if it is not there. */
static void
value(const char *line, const char *end, const char *name, char *text, size_t size)
{
	const char *at = strstr(line, name);

	text[0] = '\0';
	if (at != NULL && at < end)
		snprintf(text, size, "%.*s", (int)strcspn(at + strlen(name), " }"),
			at + strlen(name));
}

/* Each message heard by the watcher as "Name party/cause; ". */
static void
told(const char *want)
{
	char got[4096] = "", party[64], cause[64];
	const char *line, *end;

	for (line = world_take(&w, watcher); *line != '\0'; line = end + 1) {
		size_t n = strlen(got);

		end = strchr(line, '\n');
		value(line, end, "deviceID=", party, sizeof(party));
		value(line, end, "cause=", cause, sizeof(cause));
		snprintf(got + n, sizeof(got) - n, "%.*s %s/%s; ", (int)strcspn(line + 5, "{\n"),
			line + 5, party, cause);
	}
	ck_assert_str_eq(got, want);
}

static void
call(const char *device, const char *type, const char *id, const char *tracking,
	const char *personality, const char *state, const char *remote)
{
	world_call(&w, device, type, id, tracking, personality, state, remote);
}

/* A call of 2001 to 2002, up to where both talk; the parties are "a" of one and "b" of the other. */
static void
talk(void)
{
	call("2001", "CallOriginatedEvent", "a", "7:1", "Originator", "Alerting", "2002");
	call("2002", "CallReceivedEvent", "b", "7:1", "Terminator", "Alerting", "2001");
	call("2002", "CallAnsweredEvent", "b", "7:1", "Terminator", "Active", "2001");
	call("2001", "CallAnsweredEvent", "a", "7:1", "Originator", "Active", "2002");
}

static void
release(void)
{
	call("2001", "CallReleasedEvent", "a", "7:1", "Originator", "Released", "2002");
	call("2002", "CallReleasedEvent", "b", "7:1", "Terminator", "Released", "2001");
}

static void
monitor_call(const char *object, const char *more)
{
	world_send(&w, watcher, 5,
		"<MonitorStart><monitorObject><callObject>%s</callObject></monitorObject>%s"
		"</MonitorStart>",
		object, more);
	ck_assert_ptr_nonnull(strstr(world_take(&w, watcher), "0005 MonitorStartResponse{"));
}

static void
monitor_device(const char *device)
{
	world_send(&w, watcher, 5,
		"<MonitorStart><monitorObject><deviceObject>%s</deviceObject></monitorObject>"
		"<monitorType>call</monitorType></MonitorStart>",
		device);
	world_take(&w, watcher);
}

static unsigned
monitors(void)
{
	struct node_counts counts;

	node_get_counts(w.node, w.now, &counts);
	return counts.monitors;
}

#define CALL "<callID>#7</callID>"

/* From the call's start to its end, then the monitor is no more. */
START_TEST(test_call_object)
{
	setup();
	call("2001", "CallOriginatedEvent", "a", "7:1", "Originator", "Alerting", "2002");
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "callID=#6 "));
	monitor_call("<callID>#6</callID>", "<monitorType>call</monitorType>");
	call("2002", "CallReceivedEvent", "b", "7:1", "Terminator", "Alerting", "2001");
	told(""); /* the caller's side told it before */
	call("2002", "CallAnsweredEvent", "b", "7:1", "Terminator", "Active", "2001");
	told("EstablishedEvent 2002/newCall; ");
	call("2001", "CallAnsweredEvent", "a", "7:1", "Originator", "Active", "2002");
	told("");
	call("2001", "CallHeldEvent", "a", "7:1", "Originator", "Held", "2002");
	call("2002", "CallHeldEvent", "b", "7:1", "Terminator", "Remote Held", "2001");
	told("HeldEvent 2001/normal; ");
	call("2002", "CallRetrievedEvent", "b", "7:1", "Terminator", "Active", "2001");
	call("2001", "CallRetrievedEvent", "a", "7:1", "Originator", "Active", "2002");
	told("RetrievedEvent 2001/normal; ");
	call("2001", "CallReleasedEvent", "a", "7:1", "Originator", "Released", "2002");
	told("ConnectionClearedEvent 2001/normalClearing; ");
	ck_assert_uint_eq(monitors(), 4);
	call("2002", "CallReleasedEvent", "b", "7:1", "Terminator", "Released", "2001");
	told("ConnectionClearedEvent 2002/normalClearing; CallClearedEvent /normalClearing; "
	     "MonitorStop /; ");
	ck_assert_uint_eq(monitors(), 3);
	world_fini(&w);
}
END_TEST

/* The same from the other side first; and a hold that only one of them tells, twice. */
START_TEST(test_other_order)
{
	setup();
	monitor_device("2002");
	call("2002", "CallReceivedEvent", "b", "7:1", "Terminator", "Alerting", "2001");
	told("DeliveredEvent 2002/newCall; ");
	call("2001", "CallOriginatedEvent", "a", "7:1", "Originator", "Alerting", "2002");
	told("ServiceInitiatedEvent 2001/makeCall; OriginatedEvent 2001/newCall; ");
	call("2001", "CallAnsweredEvent", "a", "7:1", "Originator", "Active", "2002");
	call("2002", "CallAnsweredEvent", "b", "7:1", "Terminator", "Active", "2001");
	told("EstablishedEvent 2002/newCall; ");
	for (int i = 0; i < 2; i++) {
		call("2001", "CallHeldEvent", "a", "7:1", "Originator", "Held", "2002");
		call("2001", "CallRetrievedEvent", "a", "7:1", "Originator", "Active", "2002");
	}
	told("HeldEvent 2001/normal; RetrievedEvent 2001/normal; HeldEvent 2001/normal; "
	     "RetrievedEvent 2001/normal; ");
	release();
	told("ConnectionClearedEvent 2001/normalClearing; ConnectionClearedEvent 2002/normalClearing; "
	     "CallClearedEvent /normalClearing; ");
	/* the monitor of the device stays, for the next call */
	talk();
	told("DeliveredEvent 2002/newCall; EstablishedEvent 2002/newCall; ");
	world_fini(&w);
}
END_TEST

/* Nobody speaks for the far party: its connection ends with the call. */
START_TEST(test_far_party_unknown)
{
	setup();
	monitor_device("2001");
	call("2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting", "tel:+15559000001");
	call("2001", "CallAnsweredEvent", "a", "7:1", "Terminator", "Active", "tel:+15559000001");
	told("DeliveredEvent 2001/newCall; EstablishedEvent 2001/newCall; ");
	call("2001", "CallReleasedEvent", "a", "7:1", "Terminator", "Released", "tel:+15559000001");
	told("ConnectionClearedEvent 2001/normalClearing; "
	     "ConnectionClearedEvent +15559000001/normalClearing; "
	     "CallClearedEvent /normalClearing; ");
	world_fini(&w);
}
END_TEST

#define REDIRECTED(id, tracking, personality) \
	"<xsi:call><xsi:callId>" id "</xsi:callId><xsi:extTrackingId>" tracking \
	"</xsi:extTrackingId><xsi:personality>" personality \
	"</xsi:personality><xsi:state>Detached</xsi:state><xsi:redirect><xsi:address>tel:2003" \
	"</xsi:address><xsi:reason>transfer</xsi:reason><xsi:redirectTime>1</xsi:redirectTime>" \
	"</xsi:redirect></xsi:call>"

/* 2002 talks to 2001 and calls 2003; its two calls are those of a and c. */
static void
consult(void)
{
	talk();
	call("2002", "CallHeldEvent", "b", "7:1", "Terminator", "Held", "2001");
	call("2002", "CallOriginatedEvent", "c", "8:1", "Originator", "Alerting", "2003");
	call("2003", "CallReceivedEvent", "d", "8:1", "Terminator", "Alerting", "2002");
	call("2003", "CallAnsweredEvent", "d", "8:1", "Terminator", "Active", "2002");
	call("2002", "CallAnsweredEvent", "c", "8:1", "Originator", "Active", "2003");
	world_take(&w, watcher);
}

static void
transfer_told_by(const char *device)
{
	if (strcmp(device, "2002") == 0) {
		world_forget(&w, "2002");
		world_event(&w, "2002", "CallRedirectedEvent",
			"<xsi:calls>" REDIRECTED("b", "7:1", "Terminator")
				REDIRECTED("c", "8:1", "Originator") "</xsi:calls>");
		world_settle(&w);
	} else if (strcmp(device, "2001") == 0) {
		call("2001", "CallTransferredEvent", "a", "7:1", "Originator", "Active", "2003");
	} else {
		call("2003", "CallTransferredEvent", "d", "7:1", "Terminator", "Active", "2001");
	}
}

/* Whoever tells it first: one Transfered, and the call goes on with those that are left. */
START_TEST(test_transfer)
{
	static const char *const orders[][3] = {
		{ "2002", "2001", "2003" },
		{ "2002", "2003", "2001" },
		{ "2001", "2002", "2003" },
		{ "2001", "2003", "2002" },
		{ "2003", "2001", "2002" },
		{ "2003", "2002", "2001" },
	};

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		char heard[4096];
		const char *first;

		setup();
		monitor_device("2001");
		consult();
		for (int k = 0; k < 3; k++)
			transfer_told_by(orders[i][k]);
		snprintf(heard, sizeof(heard), "%s", world_take(&w, watcher));
		first = strstr(heard, "TransferedEvent{");
		ck_assert_msg(
			first != NULL && strstr(first + 20, "Event{") == NULL, "%zu: %s", i, heard);
		/* 2003 was in the other call before: it is followed all the same */
		call("2003", "CallHeldEvent", "d", "7:1", "Terminator", "Held", "2001");
		told("HeldEvent 2003/normal; ");
		call("2003", "CallReleasedEvent", "d", "7:1", "Terminator", "Released", "2001");
		call("2001", "CallReleasedEvent", "a", "7:1", "Originator", "Released", "2003");
		told("ConnectionClearedEvent 2003/normalClearing; "
		     "ConnectionClearedEvent 2001/normalClearing; "
		     "CallClearedEvent /normalClearing; ");
		world_fini(&w);
	}
}
END_TEST

/* Who follows the second call only is taken along. */
START_TEST(test_transfer_of_the_second_call)
{
	setup();
	consult();
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "callID=#7 deviceID=2003"));
	monitor_call(CALL, "");
	transfer_told_by("2002");
	told("TransferedEvent 2002/transfer; ");
	transfer_told_by("2001");
	transfer_told_by("2003");
	told("");
	call("2001", "CallHeldEvent", "a", "7:1", "Originator", "Held", "2003");
	told("HeldEvent 2001/normal; ");
	call("2001", "CallReleasedEvent", "a", "7:1", "Originator", "Released", "2003");
	call("2003", "CallReleasedEvent", "d", "7:1", "Terminator", "Released", "2001");
	told("ConnectionClearedEvent 2001/normalClearing; "
	     "ConnectionClearedEvent 2003/normalClearing; "
	     "CallClearedEvent /normalClearing; MonitorStop /; ");
	world_fini(&w);
}
END_TEST

static void
conference(const char *type, const char *state)
{
	char data[1024];

	snprintf(data, sizeof(data),
		"<xsi:conference><xsi:state>%s</xsi:state><xsi:conferenceParticipantList>"
		"<xsi:conferenceParticipant><xsi:callId>b</xsi:callId></xsi:conferenceParticipant>"
		"<xsi:conferenceParticipant><xsi:callId>c</xsi:callId></xsi:conferenceParticipant>"
		"</xsi:conferenceParticipantList></xsi:conference>",
		state);
	world_event(&w, "2002", type, data);
	world_settle(&w);
}

START_TEST(test_conference)
{
	setup();
	monitor_device("2001");
	consult();
	conference("ConferenceStartedEvent", "Active");
	told("ConferencedEvent 2002/conference; ");
	/* 2003 leaves: the controller and 2003 itself tell it */
	call("2003", "CallReleasedEvent", "d", "8:1", "Terminator", "Released", "2002");
	call("2002", "CallReleasedEvent", "c", "8:1", "Originator", "Released", "2003");
	told("ConnectionClearedEvent 2003/normalClearing; ");
	call("2002", "CallReleasedEvent", "b", "7:1", "Terminator", "Released", "2001");
	call("2001", "CallReleasedEvent", "a", "7:1", "Originator", "Released", "2002");
	told("ConnectionClearedEvent 2002/normalClearing; "
	     "ConnectionClearedEvent 2001/normalClearing; "
	     "CallClearedEvent /normalClearing; ");
	world_fini(&w);
}
END_TEST

/* Two monitors of one client on both ends follow one call: each is told once. */
START_TEST(test_both_ends)
{
	setup();
	monitor_device("2001");
	monitor_device("2002");
	call("2001", "CallOriginatedEvent", "a", "7:1", "Originator", "Alerting", "2002");
	told("ServiceInitiatedEvent 2001/makeCall; OriginatedEvent 2001/newCall; "
	     "DeliveredEvent 2002/newCall; ");
	/* the second monitor comes when the call comes to its device */
	call("2002", "CallReceivedEvent", "b", "7:1", "Terminator", "Alerting", "2001");
	told("DeliveredEvent 2002/newCall; ");
	call("2002", "CallAnsweredEvent", "b", "7:1", "Terminator", "Active", "2001");
	told("EstablishedEvent 2002/newCall; EstablishedEvent 2002/newCall; ");
	world_fini(&w);
}
END_TEST

/* Of type device, a monitor of a connection hears what its device is told, as long as that is in the call. */
START_TEST(test_connection_object)
{
	setup();
	talk();
	world_take(&w, client);
	monitor_call("<callID>#6</callID><deviceID>2001</deviceID>",
		"<monitorType>device</monitorType>");
	call("2002", "CallHeldEvent", "b", "7:1", "Terminator", "Held", "2001");
	told("");
	call("2001", "CallHeldEvent", "a", "7:1", "Originator", "Remote Held", "2002");
	ck_assert_ptr_nonnull(strstr(world_take(&w, watcher), "localConnectionInfo=connected"));
	/* another call of the device is none of its business */
	call("2001", "CallReceivedEvent", "x", "9:1", "Terminator", "Alerting", "2004");
	told("");
	call("2001", "CallReleasedEvent", "a", "7:1", "Originator", "Released", "2002");
	told("ConnectionClearedEvent 2001/normalClearing; MonitorStop /; ");
	ck_assert_uint_eq(monitors(), 3);
	world_fini(&w);
}
END_TEST

START_TEST(test_wrong_objects)
{
	setup();
	talk();
	world_send(&w, watcher, 5,
		"<MonitorStart><monitorObject><callObject><callID>77</callID></callObject>"
		"</monitorObject></MonitorStart>");
	world_heard(&w, watcher, W_ERROR("0005", "operation", "invalidCallID"));
	world_send(&w, watcher, 5,
		"<MonitorStart><monitorObject><callObject><callID>#6</callID><deviceID>2003</deviceID>"
		"</callObject></monitorObject></MonitorStart>");
	world_heard(&w, watcher, W_ERROR("0005", "operation", "invalidConnectionID"));
	world_send(&w, watcher, 5,
		"<MonitorStart><monitorObject><callObject><callID>#6</callID></callObject>"
		"</monitorObject><monitorType>device</monitorType></MonitorStart>");
	world_heard(&w, watcher, W_ERROR("0005", "operation", "invalidMonitorObject"));
	ck_assert_uint_eq(monitors(), 3);
	world_fini(&w);
}
END_TEST

/* As many as on a device. */
START_TEST(test_limit)
{
	setup();
	talk();
	for (unsigned i = 0; i < LIMIT_MONITORS_PER_DEVICE; i++)
		monitor_call("<callID>#6</callID>", "");
	world_send(&w, watcher, 5,
		"<MonitorStart><monitorObject><callObject><callID>#6</callID></callObject>"
		"</monitorObject></MonitorStart>");
	world_heard(&w, watcher,
		W_ERROR("0005", "subscribedResourceAvailability", "objectMonitorLimitExceeded"));
	release();
	world_take(&w, watcher);
	ck_assert_uint_eq(monitors(), 3);
	world_fini(&w);
}
END_TEST

/* Started while the device is out: what is found out when it is back was before its time. */
START_TEST(test_fresh)
{
	setup();
	talk();
	w.xsps[0].mode = WORLD_DOWN;
	world_stream_ends(&w, 0);
	world_run(&w, 1000);
	world_half(&w, "2001", "a", "7:1", "Originator", "Held", "2002");
	monitor_device("2001");
	w.xsps[0].mode = WORLD_UP;
	world_run(&w, 30000);
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "HeldEvent{"));
	ck_assert_ptr_null(strstr(world_take(&w, watcher), "HeldEvent{"));
	call("2001", "CallRetrievedEvent", "a", "7:1", "Originator", "Active", "2002");
	told("RetrievedEvent 2001/normal; ");
	world_fini(&w);
}
END_TEST

/* A filter and MonitorStop are those of every monitor. */
START_TEST(test_filter_and_stop)
{
	setup();
	talk();
	monitor_call("<callID>#6</callID>",
		"<requestedMonitorFilter><callcontrol><held>true</held></callcontrol>"
		"</requestedMonitorFilter>");
	call("2001", "CallHeldEvent", "a", "7:1", "Originator", "Held", "2002");
	told("");
	call("2001", "CallRetrievedEvent", "a", "7:1", "Originator", "Active", "2002");
	told("RetrievedEvent 2001/normal; ");
	world_send(&w, watcher, 6,
		"<MonitorStop><monitorCrossRefID>#7</monitorCrossRefID></MonitorStop>");
	world_heard(&w, watcher, "0006 MonitorStopResponse\n");
	release();
	told("");
	world_fini(&w);
}
END_TEST

static unsigned
implicit_client(void)
{
	unsigned c = world_connect(&w);

	world_settle(&w);
	world_send(&w, c, 1, "<RequestSystemStatus/>");
	world_take(&w, c);
	return c;
}

/* A device that nobody monitors is kept as long as a call in it is followed. */
START_TEST(test_device_is_kept)
{
	struct node_counts counts;

	world_init(&w, 1, "");
	world_start(&w);
	watcher = implicit_client(); /* no timer ends its session */
	world_monitor(&w, watcher, "2001");
	world_monitor(&w, watcher, "2002");
	talk();
	monitor_call("<callID>#4</callID>", "");
	for (int ref = 2; ref <= 3; ref++)
		world_send(&w, watcher, 6,
			"<MonitorStop><monitorCrossRefID>#%d</monitorCrossRefID></MonitorStop>",
			ref);
	world_run(&w, 9000000);
	node_get_counts(w.node, w.now, &counts);
	ck_assert_uint_eq(counts.devices, 2);
	world_take(&w, watcher);
	release();
	told("ConnectionClearedEvent 2001/normalClearing; "
	     "ConnectionClearedEvent 2002/normalClearing; "
	     "CallClearedEvent /normalClearing; MonitorStop /; ");
	world_run(&w, 14000000);
	node_get_counts(w.node, w.now, &counts);
	ck_assert_uint_eq(counts.devices, 0);
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_call_object,
		test_other_order,
		test_far_party_unknown,
		test_transfer,
		test_transfer_of_the_second_call,
		test_conference,
		test_both_ends,
		test_connection_object,
		test_wrong_objects,
		test_limit,
		test_fresh,
		test_filter_and_stop,
		test_device_is_kept,
	};

	return world_main("say_follow", tests, sizeof(tests) / sizeof(tests[0]));
}
