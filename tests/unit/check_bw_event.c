/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents on the event streams: order, duplicates, gaps, what is unknown or malformed, acknowledgements.
 */
#include "proto/base/limits.h"
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>

static struct world w;
static unsigned client;

/* A monitor on 2001 that has its snapshot; BroadWorks' events have been numbered up to 1. */
static void
setup(unsigned xsps, const char *settings)
{
	world_init(&w, xsps, settings);
	world_start(&w);
	client = world_session(&w);
	world_monitor(&w, client, "2001");
	world_forget_asked(&w);
}

#define RINGING world_call_xml("a", "7:1", "Terminator", "Alerting", "2002")
#define ACTIVE world_call_xml("a", "7:1", "Terminator", "Active", "2002")
#define HELD world_call_xml("a", "7:1", "Terminator", "Held", "2002")
#define HEARD_RINGING(n) W_DELIVERED("2", "3", "2001", "2002", "2001", "alerting", W_NUM(n))
#define HEARD_ACTIVE(n) W_ESTABLISHED("2", "3", "2001", "2002", "2001", W_NUM(n))
#define HEARD_HELD(n) W_HELD("2", "3", "2001", "hold", W_NUM(n))

START_TEST(test_duplicates)
{
	setup(2, "");
	world_event_as(&w, 0, "2001", "x1", 2, "CallReceivedEvent", RINGING);
	world_event_as(&w, 0, "2001", "x1", 2, "CallReceivedEvent", RINGING);
	world_event_as(&w, 1, "2001", "x1", 2, "CallReceivedEvent", RINGING);
	world_event_as(&w, 0, "2001", "x2", 3, "CallAnsweredEvent", ACTIVE);
	world_event_as(&w, 1, "2001", "x1", 2, "CallReceivedEvent", RINGING);
	world_settle(&w);
	world_heard(&w, client, HEARD_RINGING("1") HEARD_ACTIVE("2"));
	/* each is acknowledged, to the XSP it came from, and nothing is asked */
	world_asked(&w,
		"xsp1 ack x1 200\nxsp1 ack x1 200\nxsp2 ack x1 200\nxsp1 ack x2 200\n"
		"xsp2 ack x1 200\n");
	world_fini(&w);
}
END_TEST

/* A copy under a new id might be the first event of new numbers: it is not applied, and costs one question at the most. */
START_TEST(test_duplicate_new_id)
{
	setup(2, "");
	w.quiet_acks = true;
	world_event_as(&w, 0, "2001", "x1", 2, "CallReceivedEvent", RINGING);
	world_half(&w, "2001", "a", "7:1", "Terminator", "Alerting", "2002");
	world_user(&w, "2001")->sequence = 2;
	world_settle(&w);
	world_heard(&w, client, HEARD_RINGING("1"));
	world_event_as(&w, 1, "2001", "y1", 2, "CallReceivedEvent", RINGING);
	world_run(&w, 10000);
	world_heard(&w, client, "");
	ck_assert_uint_le(world_asked_count(&w, ""), 1);
	world_call(&w, "2001", "CallAnsweredEvent", "a", "7:1", "Terminator", "Active", "2002");
	world_heard(&w, client, HEARD_ACTIVE("2"));
	world_fini(&w);
}
END_TEST

START_TEST(test_reordered)
{
	setup(2, "");
	world_event_as(&w, 1, "2001", "x3", 4, "CallHeldEvent", HELD);
	world_event_as(&w, 1, "2001", "x2", 3, "CallAnsweredEvent", ACTIVE);
	world_event_as(&w, 1, "2001", "x2", 3, "CallAnsweredEvent", ACTIVE);
	world_run(&w, 200);
	world_heard(&w, client, "");
	world_asked(&w, "");
	world_event_as(&w, 0, "2001", "x1", 2, "CallReceivedEvent", RINGING);
	world_run(&w, 2000);
	world_heard(&w, client, HEARD_RINGING("1") HEARD_ACTIVE("2") HEARD_HELD("3"));
	world_asked(&w, "xsp1 ack x1 200\nxsp2 ack x2 200\nxsp2 ack x3 200\n");
	ck_assert_uint_eq(world_logged(&w, 37209, ""), 0);
	world_fini(&w);
}
END_TEST

/* What is missing does not come: after gap-wait-ms what is there is taken and the device is asked. */
START_TEST(test_gap)
{
	setup(1, "gap-wait-ms = 300\n");
	w.snapshots = false;
	world_event_as(&w, 0, "2001", "x2", 3, "CallAnsweredEvent", ACTIVE);
	world_run(&w, 290);
	world_asked(&w, "");
	world_run(&w, 30);
	world_asked(&w, "xsp1 ack x2 200\nxsp1 PUT E/subscription/s1-2001\n");
	ck_assert_uint_eq(world_logged(&w, 37209, "device=2001 events 2 to 2"), 1);
	world_heard(&w, client, HEARD_RINGING("1") HEARD_ACTIVE("2"));
	/* the missing one comes at last: it is old, and changes nothing */
	world_event_as(&w, 0, "2001", "x1", 2, "CallReceivedEvent", RINGING);
	world_settle(&w);
	world_heard(&w, client, "");
	world_asked(&w, "xsp1 ack x1 200\n");
	world_fini(&w);
}
END_TEST

/*
 * The snapshot that is awaited may be among the events that did not come: asked again when gap-wait-ms is over once more. A
 * subscription that loses its events each time is not asked faster than one that is silent.
 */
START_TEST(test_gap_while_waiting)
{
	setup(1, "gap-wait-ms = 300\nsnapshot-wait-ms = 3000\n");
	w.snapshots = false;
	w.quiet_acks = true;
	world_event_as(&w, 0, "2001", "x2", 3, "CallAnsweredEvent", ACTIVE);
	world_run(&w, 310);
	world_asked(&w, "xsp1 PUT E/subscription/s1-2001\n");
	world_event_as(&w, 0, "2001", "x5", 6, "CallHeldEvent", HELD);
	world_run(&w, 590);
	world_asked(&w, "");
	world_run(&w, 30);
	world_asked(&w, "xsp1 PUT E/subscription/s1-2001\n");
	ck_assert_uint_eq(world_logged(&w, 37209, "device=2001 events 4 to 5"), 1);
	world_event_as(&w, 0, "2001", "x8", 9, "CallRetrievedEvent", ACTIVE);
	world_run(&w, 2500);
	world_asked(&w, "");
	world_fini(&w);
}
END_TEST

/* The same, and the gap is over before the answer is read: the wait that begins then is the short one. */
START_TEST(test_gap_before_the_answer)
{
	setup(1, "gap-wait-ms = 300\nsnapshot-wait-ms = 3000\n");
	w.snapshots = false;
	w.quiet_acks = true;
	world_rule(&w, "PUT", "E/subscription/s1-2001", 200, 1, "");
	world_rule_last(&w)->delay_ms = 1000;
	world_event_as(&w, 0, "2001", "x2", 3, "CallAnsweredEvent", ACTIVE);
	world_run(&w, 310);
	world_asked(&w, "xsp1 PUT E/subscription/s1-2001\n");
	world_event_as(&w, 0, "2001", "x5", 6, "CallHeldEvent", HELD);
	world_run(&w, 1270);
	ck_assert_uint_eq(world_logged(&w, 37209, "device=2001 events 4 to 5"), 1);
	world_asked(&w, "");
	world_run(&w, 50);
	world_asked(&w, "xsp1 PUT E/subscription/s1-2001\n");
	world_fini(&w);
}
END_TEST

/* It was not among them: nothing is asked that would not have been. */
START_TEST(test_gap_before_the_snapshot)
{
	setup(1, "gap-wait-ms = 300\nsnapshot-wait-ms = 3000\n");
	w.snapshots = false;
	w.quiet_acks = true;
	world_event_as(&w, 0, "2001", "x2", 3, "CallAnsweredEvent", ACTIVE);
	world_run(&w, 310);
	world_event_as(&w, 0, "2001", "x5", 6, "CallHeldEvent", HELD);
	world_run(&w, 400);
	world_asked(&w, "xsp1 PUT E/subscription/s1-2001\n");
	world_half(&w, "2001", "a", "7:1", "Terminator", "Held", "2002");
	world_user(&w, "2001")->sequence = 6;
	w.snapshots = true;
	world_snapshot(&w, "2001", "CallSubscriptionEvent");
	world_run(&w, 5000);
	/* what was lost after the question had been sent is asked once more, as ever */
	world_asked(&w, "xsp1 PUT E/subscription/s1-2001\n");
	world_fini(&w);
}
END_TEST

/* Two holes, one behind the other. */
START_TEST(test_two_gaps)
{
	setup(1, "gap-wait-ms = 300\n");
	world_event_as(&w, 0, "2001", "x2", 3, "CallReceivedEvent", RINGING);
	world_event_as(&w, 0, "2001", "x5", 6, "CallHeldEvent", HELD);
	world_half(&w, "2001", "a", "7:1", "Terminator", "Held", "2002");
	world_user(&w, "2001")->sequence = 6;
	world_run(&w, 5000);
	world_heard(&w, client, HEARD_RINGING("1") HEARD_ACTIVE("2") HEARD_HELD("3"));
	ck_assert_uint_ge(world_asked_count(&w, "PUT E/subscription/s1-2001"), 1);
	ck_assert_uint_le(world_asked_count(&w, "PUT E/subscription/s1-2001"), 2);
	ck_assert_uint_eq(world_asked_count(&w, "ack x2 200"), 1);
	ck_assert_uint_eq(world_asked_count(&w, "ack x5 200"), 1);
	world_fini(&w);
}
END_TEST

/* More early events than are kept: what finds no room is not acknowledged, so that it comes again. */
START_TEST(test_too_many_early)
{
	char id[16];

	setup(1, "gap-wait-ms = 300\n");
	w.snapshots = false;
	for (unsigned i = 0; i < 40; i++) {
		snprintf(id, sizeof(id), "x%u", i);
		world_event_as(&w, 0, "2001", id, 3 + i, "HookStatusEvent",
			"<xsi:hookStatus>On-Hook</xsi:hookStatus>");
	}
	world_run(&w, 290);
	world_asked(&w, "");
	world_run(&w, 30);
	ck_assert_uint_eq(world_asked_count(&w, " ack "), LIMIT_REORDER_EVENTS);
	for (unsigned i = 0; i < 40; i++) {
		snprintf(id, sizeof(id), "x%u", i);
		world_event_as(&w, 0, "2001", id, 3 + i, "HookStatusEvent",
			"<xsi:hookStatus>On-Hook</xsi:hookStatus>");
	}
	world_forget_asked(&w);
	world_settle(&w);
	ck_assert_uint_eq(world_asked_count(&w, " ack "), 40);
	world_fini(&w);
}
END_TEST

/* A snapshot is a point of comparison: nothing before it is waited for. */
START_TEST(test_snapshot_closes_gap)
{
	setup(1, "gap-wait-ms = 300\n");
	world_event_as(&w, 0, "2001", "x2", 3, "CallAnsweredEvent", ACTIVE);
	world_half(&w, "2001", "a", "7:1", "Terminator", "Held", "2002");
	world_user(&w, "2001")->sequence = 7;
	world_send(&w, client, 9,
		"<SnapshotDevice><snapshotObject>2001</snapshotObject></SnapshotDevice>");
	world_heard(&w, client,
		HEARD_RINGING("1") HEARD_ACTIVE("2") HEARD_HELD(
			"3") "0009 SnapshotDeviceResponse{crossRefIDorSnapshotData{snapshotData{snapshotDeviceResponseInfo{"
			     "connectionIdentifier{callID=#3 deviceID=2001} endpointDevice{deviceIdentifier=2002} "
			     "localCallState{simpleCallState=callEstablishedHeld}}}}}\n");
	world_run(&w, 3000);
	ck_assert_uint_eq(world_logged(&w, 37209, ""), 0);
	ck_assert_uint_eq(world_asked_count(&w, "PUT E/sub"), 1);
	ck_assert_uint_eq(world_asked_count(&w, "ack x2 200"), 1);
	world_fini(&w);
}
END_TEST

START_TEST(test_unknown_type)
{
	setup(1, "");
	world_event_as(&w, 0, "2001", "x1", 2, "CallHistoryEvent",
		"<xsi:anything><xsi:state>9</xsi:state></xsi:anything>");
	world_event_as(&w, 0, "2001", "x2", 3, "CallReceivedEvent", RINGING);
	world_settle(&w);
	world_heard(&w, client, HEARD_RINGING("1"));
	world_asked(&w, "xsp1 ack x1 200\nxsp1 ack x2 200\n");
	ck_assert_uint_eq(world_logged(&w, 37507, "CallHistoryEvent"), 1);
	world_fini(&w);
}
END_TEST

/* Malformed: 400 where the id can be read, the device is asked, the channel stays. */
START_TEST(test_malformed)
{
	static const char unknown_state[] =
		"<xsi:call><xsi:callId>a</xsi:callId><xsi:extTrackingId>7:1</xsi:extTrackingId>"
		"<xsi:personality>Terminator</xsi:personality><xsi:state>Dancing</xsi:state></xsi:call>";
	static const char no_ids[] = "<xsi:call><xsi:personality>Terminator</xsi:personality>"
				     "<xsi:state>Active</xsi:state></xsi:call>";
	static const char *const data[] = { unknown_state, no_ids,
		"<xsi:call><xsi:callId>&none;</xsi:callId></xsi:call>", "" };

	for (size_t i = 0; i < sizeof(data) / sizeof(data[0]); i++) {
		setup(1, "");
		world_half(&w, "2001", "a", "7:1", "Terminator", "Active", "2002");
		world_user(&w, "2001")->sequence = 2;
		world_event_as(&w, 0, "2001", "x1", 2, "CallAnsweredEvent", data[i]);
		world_settle(&w);
		world_asked(
			&w, "xsp1 ack x1 400\nxsp1 PUT E/subscription/s1-2001\nxsp1 ack e2 200\n");
		ck_assert_uint_eq(world_logged(&w, 37507, "device=2001"), 1);
		world_heard(&w, client, HEARD_RINGING("1") HEARD_ACTIVE("2"));
		world_call(&w, "2001", "CallHeldEvent", "a", "7:1", "Terminator", "Held", "2002");
		world_heard(&w, client, HEARD_HELD("3"));
		ck_assert_uint_eq(w.xsps[0].opens, 1);
		world_fini(&w);
	}
}
END_TEST

/* Of other subscriptions: refused, so that BroadWorks removes what leaked. */
START_TEST(test_unknown_subscription)
{
	setup(1, "");
	snprintf(world_user(&w, "2099")->subscription, sizeof(w.users[0].subscription), "leaked");
	world_event_as(&w, 0, "2099", "x1", 5, "CallReceivedEvent", RINGING);
	world_event_as(&w, 0, "2099", "x2", 6, "SubscriptionTerminatedEvent", "");
	/* a known user, another subscription of ours from another life */
	snprintf(world_user(&w, "2001")->subscription, sizeof(w.users[0].subscription), "other");
	world_event_as(&w, 0, "2001", "x3", 2, "CallReceivedEvent", RINGING);
	world_event_as(&w, 0, "2001", "x4", 3, "CallSubscriptionEvent",
		"<xsi:hookStatus>On-Hook</xsi:hookStatus>");
	world_settle(&w);
	world_heard(&w, client, "");
	world_asked(&w, "xsp1 ack x1 481\nxsp1 ack x2 200\nxsp1 ack x3 481\nxsp1 ack x4 481\n");
	world_fini(&w);
}
END_TEST

/* A flood of them is refused one by one and logged by a few lines a second. */
START_TEST(test_unknown_subscriptions_logged)
{
	char id[16];

	setup(1, "");
	snprintf(world_user(&w, "2099")->subscription, sizeof(w.users[0].subscription), "leaked");
	for (unsigned i = 0; i < 300; i++) {
		snprintf(id, sizeof(id), "x%u", i);
		world_event_as(&w, 0, "2099", id, i + 1, "CallReceivedEvent", RINGING);
	}
	world_run(&w, 900);
	ck_assert_uint_eq(world_logged(&w, 37506, "is not ours"), 10);
	ck_assert_uint_eq(world_asked_count(&w, " 481"), 300);
	world_run(&w, 2000);
	world_event_as(&w, 0, "2099", "y", 500, "CallReceivedEvent", RINGING);
	world_settle(&w);
	ck_assert_uint_eq(world_logged(&w, 37506, "290 more events"), 1);
	ck_assert_uint_eq(world_logged(&w, 37506, "is not ours"), 11);
	world_fini(&w);
}
END_TEST

START_TEST(test_other_documents)
{
	setup(1, "");
	world_document(&w, 0,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?><xsi:Event xmlns:xsi=\"http://schema.broadsoft.com/xsi\" "
		"xmlns:xsi1=\"http://www.w3.org/2001/XMLSchema-instance\" xsi1:type=\"xsi:ErrorEvent\">"
		"<xsi:errorCode>4</xsi:errorCode><xsi:errorMessage>no</xsi:errorMessage></xsi:Event>");
	world_document(&w, 0, "<html/>");
	world_document(&w, 0,
		"<?xml version=\"1.0\"?><Event xmlns=\"http://schema.broadsoft.com/xsi-events\"><eventID>o1"
		"</eventID></Event>");
	world_event_as(&w, 0, "2001", "x1", 2, "CallReceivedEvent", RINGING);
	world_settle(&w);
	world_heard(&w, client, HEARD_RINGING("1"));
	world_asked(&w, "xsp1 ack x1 200\n");
	ck_assert_uint_eq(w.xsps[0].opens, 1);
	world_fini(&w);
}
END_TEST

/* Documents cut anywhere and glued together: the stream counts, not its pieces. */
START_TEST(test_split_stream)
{
	struct world_due_bytes {
		char text[8192];
		size_t n;
	} all = { .n = 0 };
	static const char *const kinds[] = { "CallReceivedEvent", "CallAnsweredEvent",
		"CallHeldEvent" };
	static const char *const states[] = { "Alerting", "Active", "Held" };

	for (size_t piece = 1; piece < 700; piece += 13) {
		setup(1, "");
		all.n = 0;
		for (unsigned i = 0; i < 3; i++)
			all.n += (size_t)snprintf(all.text + all.n, sizeof(all.text) - all.n,
				"<?xml version=\"1.0\" encoding=\"UTF-8\"?><xsi:Event xmlns:xsi=\"http://schema.broadsoft.com/xsi\" "
				"xmlns:xsi1=\"http://www.w3.org/2001/XMLSchema-instance\" xsi1:type=\"xsi:SubscriptionEvent\">"
				"<xsi:eventID>x%u</xsi:eventID><xsi:sequenceNumber>%u</xsi:sequenceNumber>"
				"<xsi:userId>admin@demo.example</xsi:userId><xsi:subscriptionId>s1-2001</xsi:subscriptionId>"
				"<xsi:targetId>2001@demo.example</xsi:targetId><xsi:eventData xsi1:type=\"xsi:%s\">%s"
				"</xsi:eventData></xsi:Event>%s",
				i + 1, i + 2, kinds[i],
				world_call_xml("a", "7:1", "Terminator", states[i], "2002"),
				i == 1 ? "\r\n \n" : "");
		for (size_t off = 0; off < all.n; off += piece)
			world_later(&w, 1, NODE_EV_STREAM_DATA, w.xsps[0].stream, 0,
				(struct str){
					all.text + off, all.n - off < piece ? all.n - off : piece },
				STR_NONE);
		world_settle(&w);
		world_heard(&w, client, HEARD_RINGING("1") HEARD_ACTIVE("2") HEARD_HELD("3"));
		world_asked(&w, "xsp1 ack x1 200\nxsp1 ack x2 200\nxsp1 ack x3 200\n");
		world_fini(&w);
	}
}
END_TEST

/* Acknowledgements have a window; an XSP that does not answer them loses nothing. */
START_TEST(test_ack_window)
{
	setup(1, "http-timeout-ms = 1000\nacks-in-flight = 16\n");
	world_rule(&w, "POST", "E/channel/eventresponse", 0, 16, "");
	for (unsigned i = 0; i < 40; i++)
		world_event(
			&w, "2001", "HookStatusEvent", "<xsi:hookStatus>On-Hook</xsi:hookStatus>");
	world_run(&w, 900);
	ck_assert_uint_eq(world_asked_count(&w, " ack "), 16);
	world_run(&w, 200);
	ck_assert_uint_eq(world_asked_count(&w, " ack "), 40);
	world_fini(&w);
}
END_TEST

/* Asking brings events: while too many are to be acknowledged nobody is asked, or BroadWorks would end the channel. */
START_TEST(test_acks_hold_up_asking)
{
	setup(1, "http-timeout-ms = 1000\nacks-in-flight = 1\n");
	world_rule(&w, "POST", "E/channel/eventresponse", 0, 1, "");
	for (unsigned i = 0; i < 10; i++)
		world_event(
			&w, "2001", "HookStatusEvent", "<xsi:hookStatus>On-Hook</xsi:hookStatus>");
	world_run(&w, 100);
	world_send(&w, client, 7,
		"<MonitorStart><monitorObject><deviceObject>2002</deviceObject></monitorObject>"
		"</MonitorStart>");
	world_run(&w, 800);
	ck_assert_uint_eq(world_asked_count(&w, "POST E/user/2002"), 0);
	world_run(&w, 300);
	ck_assert_uint_eq(world_asked_count(&w, "POST E/user/2002"), 1);
	world_fini(&w);
}
END_TEST

/* An XSP that answers no acknowledgement does not hold up those to the others. */
START_TEST(test_ack_one_xsp_silent)
{
	char id[16];

	setup(2, "http-timeout-ms = 5000\n");
	w.xsps[0].mode = WORLD_SILENT;
	for (unsigned i = 0; i < 40; i++) {
		snprintf(id, sizeof(id), "x%u", i);
		world_event_as(&w, 0, "2001", id, 2 + i, "HookStatusEvent",
			"<xsi:hookStatus>On-Hook</xsi:hookStatus>");
	}
	world_event_as(&w, 1, "2001", "last", 42, "HookStatusEvent",
		"<xsi:hookStatus>On-Hook</xsi:hookStatus>");
	world_run(&w, 1000);
	ck_assert_uint_eq(world_asked_count(&w, "xsp2 ack last 200"), 1);
	world_fini(&w);
}
END_TEST

/* A channel that is lost takes its acknowledgements along: the events come again and are known. */
START_TEST(test_ack_dies_with_channel)
{
	setup(2, "");
	world_run(&w, 20000); /* a young channel covers no other */
	world_event_as(&w, 0, "2001", "x1", 2, "CallReceivedEvent", RINGING);
	world_stream_ends(&w, 0);
	world_settle(&w);
	world_forget_asked(&w);
	world_event_as(&w, 1, "2001", "x1", 2, "CallReceivedEvent", RINGING);
	world_settle(&w);
	world_asked(&w, "xsp2 ack x1 200\n");
	world_heard(&w, client, HEARD_RINGING("1"));
	world_fini(&w);
}
END_TEST

/* An event that says of a call we never heard of that it is in the middle: told in legal steps, and the device asked. */
START_TEST(test_event_does_not_fit)
{
	setup(1, "");
	w.quiet_acks = true;
	world_call(&w, "2001", "CallHeldEvent", "a", "7:1", "Terminator", "Held", "2002");
	world_heard(&w, client, HEARD_RINGING("1") HEARD_ACTIVE("2") HEARD_HELD("3"));
	world_asked(&w, "xsp1 PUT E/subscription/s1-2001\n");
	/* the end of a call that is not known is no news */
	world_call(&w, "2001", "CallReleasedEvent", "z", "9:1", "Terminator", "Released", "2002");
	world_heard(&w, client, "");
	world_asked(&w, "");
	world_fini(&w);
}
END_TEST

/* More parties than are followed: no crash, no growth. */
START_TEST(test_too_many_calls)
{
	char id[16], tracking[16];
	unsigned known;

	setup(1, "");
	for (unsigned i = 0; i < LIMIT_HALVES_PER_DEVICE + 10; i++) {
		snprintf(id, sizeof(id), "h%u", i);
		snprintf(tracking, sizeof(tracking), "%u:1", i);
		world_event(&w, "2001", "CallReceivedEvent",
			world_call_xml(id, tracking, "Terminator", "Alerting", "2002"));
	}
	world_run(&w, 1);
	known = 0;
	for (const char *p = world_take(&w, client); (p = strstr(p, "DeliveredEvent")) != NULL; p++)
		known++;
	ck_assert_uint_eq(known, LIMIT_HALVES_PER_DEVICE);
	ck_assert_uint_eq(world_logged(&w, 37507, "more than 64 parties"), 10);
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_duplicates,
		test_duplicate_new_id,
		test_reordered,
		test_gap,
		test_gap_while_waiting,
		test_gap_before_the_answer,
		test_gap_before_the_snapshot,
		test_two_gaps,
		test_too_many_early,
		test_snapshot_closes_gap,
		test_unknown_type,
		test_malformed,
		test_unknown_subscription,
		test_unknown_subscriptions_logged,
		test_other_documents,
		test_split_stream,
		test_ack_window,
		test_acks_hold_up_asking,
		test_ack_one_xsp_silent,
		test_ack_dies_with_channel,
		test_event_does_not_fit,
		test_too_many_calls,
	};

	return world_main("bw_event", tests, sizeof(tests) / sizeof(tests[0]));
}
