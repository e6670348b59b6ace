/* SPDX-License-Identifier: Apache-2.0 */
/* What can be seen of a node from outside: sessions, monitors, parties, and what it has counted. */
#include "tests/unit/node_world.h"

#include <stdlib.h>

static struct world w;
static struct meter m;

static void
teardown(void)
{
	world_fini(&w);
}

/* One client with a monitor on 2001, and a call that rings there. */
static unsigned
begin(void)
{
	unsigned c;

	world_init(&w, 1, "");
	world_start(&w);
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting", "2050");
	ck_assert_ptr_nonnull(strstr(world_take(&w, c), "DeliveredEvent"));
	return c;
}

static uint64_t
events_sent(void)
{
	uint64_t count = 0;

	for (unsigned i = 0; i <= CSTA_EVENT_COUNT; i++)
		count += m.events_sent[i];
	return count;
}

START_TEST(sessions_and_monitors)
{
	struct node_session sessions[2];
	struct node_monitor monitors[2];

	begin();
	ck_assert_uint_eq(node_get_sessions(w.node, sessions, 2), 1);
	ck_assert(sessions[0].attached);
	ck_assert_uint_eq(sessions[0].monitors, 1);
	ck_assert_uint_ne(sessions[0].id, 0);
	ck_assert_str_ne(sessions[0].peer, "");
	ck_assert_uint_eq(node_get_monitors(w.node, monitors, 2), 1);
	ck_assert_str_eq(monitors[0].device, "2001");
	ck_assert_uint_eq(monitors[0].session, sessions[0].id);
	ck_assert(monitors[0].in_service && !monitors[0].calls);
	/* totals count what has no room */
	ck_assert_uint_eq(node_get_monitors(w.node, monitors, 0), 1);
}
END_TEST

START_TEST(monitors_by_type)
{
	struct node_counts counts;
	unsigned c = begin();

	world_send(&w, c, 40,
		"<MonitorStart><monitorObject><deviceObject>2001</deviceObject></monitorObject>"
		"<monitorType>call</monitorType></MonitorStart>");
	world_run(&w, 1000);
	node_get_counts(w.node, w.now, &counts);
	ck_assert_uint_eq(counts.monitors, 2);
	ck_assert_uint_eq(counts.device_monitors, 1);
	ck_assert_uint_eq(counts.call_monitors, 1);
	world_step(&w, &(struct node_event){ .kind = NODE_EV_DEMOTE });
	world_run(&w, 5000);
	world_step(&w, &(struct node_event){ .kind = NODE_EV_PROMOTE });
	world_run(&w, 5000);
	node_get_counts(w.node, w.now, &counts);
	ck_assert_uint_eq(counts.monitors, 2);
	ck_assert_uint_eq(counts.device_monitors, 1);
	ck_assert_uint_eq(counts.call_monitors, 1);
}
END_TEST

START_TEST(parties)
{
	struct node_parties p;
	struct node_doubt doubts[4];

	begin();
	node_get_parties(w.node, &p, doubts, 4);
	ck_assert_uint_eq(p.of_state[NODE_PARTY_ALERTING], 1);
	ck_assert_uint_eq(p.of_state[NODE_PARTY_CONNECTED], 0);
	ck_assert_uint_eq(p.doubts, 0);
}
END_TEST

START_TEST(what_it_has_counted)
{
	unsigned c = begin();
	struct node_link links[LIMIT_XSPS];
	uint64_t events, sent;

	node_get_meter(w.node, &m);
	ck_assert_uint_eq(m.activations[METER_REASON_START], 1);
	ck_assert_uint_eq(m.takeover[METER_PHASE_TOTAL].count, 1);
	ck_assert_uint_eq(m.takeover[METER_PHASE_DOOR].count, 1);
	ck_assert_uint_eq(m.takeover[METER_PHASE_DECIDE].count, 0); /* nobody was lost */
	ck_assert_uint_eq(m.good[CSTA_MonitorStart], 1);
	ck_assert_uint_eq(m.errors[CSTA_MonitorStart], 0);
	ck_assert_uint_ge(m.request[CSTA_MonitorStart].count, 1);
	ck_assert_uint_eq(m.request[CSTA_MonitorStop].count, 0);
	ck_assert_uint_eq(node_get_links(w.node, links), 1);
	ck_assert_uint_ge(links[0].events, 2); /* a snapshot and the call */
	ck_assert_uint_ge(links[0].acks, 2);
	ck_assert_uint_ge(links[0].responses[METER_CODE_2XX], 1);
	ck_assert_uint_ge(m.events_sent[CSTA_EV_Delivered], 1);
	ck_assert_uint_eq(m.event_wait.count, events_sent());
	ck_assert_uint_eq(links[0].duplicates + links[0].gaps + links[0].early, 0);
	events = links[0].events;
	sent = events_sent();
	world_call(&w, "2001", "CallAnsweredEvent", "a", "7:1", "Terminator", "Active", "2050");
	world_settle(&w);
	ck_assert_ptr_nonnull(strstr(world_take(&w, c), "EstablishedEvent"));
	node_get_meter(w.node, &m);
	node_get_links(w.node, links);
	ck_assert_uint_eq(links[0].events, events + 1);
	ck_assert_uint_eq(links[0].events_of[XSI_EV_CallReceived], 1);
	ck_assert_uint_eq(links[0].events_of[XSI_EV_CallAnswered], 1);
	ck_assert_uint_eq(links[0].events_of[XSI_EV_CallReleased], 0);
	ck_assert_uint_eq(links[0].events_of[XSI_EV_CallSubscription], links[0].events - 2);
	world_event(&w, "2001", "NobodyKnowsItEvent", "");
	world_settle(&w);
	node_get_links(w.node, links);
	ck_assert_uint_eq(links[0].events_of[XSI_EV_UNKNOWN], 1);
	ck_assert_uint_eq(events_sent(), sent + 1);
	ck_assert_uint_eq(m.events_sent[CSTA_EV_Established], 1);
	ck_assert_uint_eq(m.events_sent[CSTA_EVENT_COUNT], 0);
}
END_TEST

START_TEST(refused_requests)
{
	unsigned c = begin();

	world_send(&w, c, 7,
		"<MonitorStop xmlns=\"%s\"><monitorCrossRefID>99</monitorCrossRefID></MonitorStop>",
		"http://www.ecma-international.org/standards/ecma-323/csta/ed6");
	world_settle(&w);
	node_get_meter(w.node, &m);
	ck_assert_uint_eq(m.good[CSTA_MonitorStop], 0);
	ck_assert_uint_eq(m.errors[CSTA_MonitorStop], 1);
}
END_TEST

static struct node_link
link_of(unsigned i)
{
	struct node_link links[LIMIT_XSPS];

	ck_assert_uint_gt(node_get_links(w.node, links), i);
	return links[i];
}

/* Each lost channel counts once, whoever ends it: the heartbeat that says it is gone, the server, the silence. */
START_TEST(losses_of_channels)
{
	world_init(&w, 2, "");
	world_start(&w);
	world_rule(&w, "PUT", "c1/heartbeat", 404, 1, "");
	world_run(&w, 17000);
	ck_assert_uint_eq(link_of(0).losses, 1);
	ck_assert_uint_eq(link_of(0).lost[METER_LOSS_HEARTBEAT], 1);
	ck_assert_uint_eq(link_of(0).lost[METER_LOSS_CLOSED], 0);
	world_stream_ends(&w, 1);
	world_run(&w, 10);
	ck_assert_uint_eq(link_of(1).losses, 1);
	ck_assert_uint_eq(link_of(1).lost[METER_LOSS_CLOSED], 1);
	w.xsps[1].mode = WORLD_SILENT;
	world_document(&w, 1, "no document at all");
	world_settle(&w);
	ck_assert_uint_eq(link_of(1).losses, 2);
	ck_assert_uint_eq(link_of(1).lost[METER_LOSS_MALFORMED], 1);
	/* what never opened is not lost */
	world_run(&w, 120000);
	ck_assert_uint_eq(link_of(1).losses, 2);
}
END_TEST

START_TEST(order_of_events)
{
	const char *call;

	world_init(&w, 2, "gap-wait-ms = 20\n");
	world_start(&w);
	world_monitor(&w, world_session(&w), "2001");
	w.snapshots = false;
	call = world_call_xml("a", "7:1", "Terminator", "Active", "2002");
	world_event_as(&w, 1, "2001", "x3", 3, "CallAnsweredEvent", call);
	world_run(&w, 100);
	ck_assert_uint_eq(link_of(1).early, 1);
	ck_assert_uint_eq(link_of(1).gaps, 1);
	ck_assert_uint_eq(link_of(0).early + link_of(0).gaps, 0);
	world_event_as(&w, 0, "2001", "x3", 3, "CallAnsweredEvent", call);
	world_settle(&w);
	ck_assert_uint_eq(link_of(0).duplicates, 1);
	ck_assert_uint_eq(link_of(1).duplicates, 0);
}
END_TEST

static uint64_t
out_of_step(enum meter_desync cause)
{
	uint64_t others = 0;

	node_get_meter(w.node, &m);
	for (unsigned i = 0; i < METER_DESYNC_COUNT; i++)
		others += i == cause ? 0 : m.desynchronised[i];
	ck_assert_uint_eq(others, 0);
	return m.desynchronised[cause];
}

START_TEST(out_of_step_by_request)
{
	unsigned c = begin();

	ck_assert_uint_eq(out_of_step(METER_DESYNC_REQUEST), 0);
	world_forget(&w, "2001");
	world_send(&w, c, 70,
		"<SnapshotDevice><snapshotObject>2001</snapshotObject></SnapshotDevice>");
	world_run(&w, 1000);
	ck_assert_uint_eq(out_of_step(METER_DESYNC_REQUEST), 1);
	ck_assert_uint_eq(m.calls_ended[METER_END_RESYNC], 1);
	ck_assert_uint_eq(m.calls_ended[METER_END_NORMAL], 0);
	ck_assert_uint_eq(world_logged(&w, 37205, ""), 1);
}
END_TEST

START_TEST(out_of_step_after_a_gap)
{
	begin();
	world_forget(&w, "2001");
	world_user(&w, "2001")->sequence++; /* of the event that does not come */
	world_call(&w, "2001", "CallReceivedEvent", "b", "8:1", "Terminator", "Alerting", "2051");
	world_run(&w, 10000);
	ck_assert_uint_eq(out_of_step(METER_DESYNC_GAP), 1);
}
END_TEST

START_TEST(out_of_step_after_a_failover)
{
	begin();
	world_run(&w, 60000); /* no echo of an ask any more */
	world_forget(&w, "2001");
	world_snapshot(&w, "2001", "CallSubscriptionEvent");
	world_run(&w, 1000);
	ck_assert_uint_eq(out_of_step(METER_DESYNC_AS_FAILOVER), 1);
}
END_TEST

START_TEST(out_of_step_by_the_audit)
{
	world_init(&w, 1, "audit-s = 100\n");
	world_start(&w);
	world_monitor(&w, world_session(&w), "2001");
	world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting", "2050");
	world_settle(&w);
	world_forget(&w, "2001");
	world_run(&w, 140000);
	ck_assert_uint_eq(out_of_step(METER_DESYNC_AUDIT), 1);
}
END_TEST

START_TEST(out_of_step_after_an_activation)
{
	begin();
	world_step(&w, &(struct node_event){ .kind = NODE_EV_DEMOTE });
	world_run(&w, 5000);
	world_forget(&w, "2001");
	world_step(&w, &(struct node_event){ .kind = NODE_EV_PROMOTE });
	world_run(&w, 5000);
	ck_assert_uint_eq(out_of_step(METER_DESYNC_TAKEOVER), 1);
}
END_TEST

/* One call of each fate: it ended, is as it was, began, was answered. That of who is not confirmed is stuck until then. */
START_TEST(calls_of_a_takeover)
{
	unsigned c = begin();
	struct node_takeover t;
	struct node_parties p;

	world_monitor(&w, c, "2002");
	world_monitor(&w, c, "2003");
	world_monitor(&w, c, "2004");
	world_call(&w, "2002", "CallAnsweredEvent", "b", "8:1", "Terminator", "Active", "2051");
	world_call(&w, "2004", "CallReceivedEvent", "d", "9:1", "Terminator", "Alerting", "2052");
	world_settle(&w);
	world_step(&w, &(struct node_event){ .kind = NODE_EV_DEMOTE });
	world_run(&w, 5000);
	world_forget(&w, "2001");
	world_half(&w, "2003", "c", "10:1", "Terminator", "Active", "2053");
	world_half(&w, "2004", "d", "9:1", "Terminator", "Active", "2052");
	world_rule(&w, "PUT", world_user(&w, "2002")->subscription, 503, -1, "");
	world_step(&w, &(struct node_event){ .kind = NODE_EV_PROMOTE });
	world_run(&w, 5000);
	node_get_takeover(w.node, &t);
	ck_assert(!t.done);
	ck_assert_uint_eq(t.calls_kept, 0);
	ck_assert_uint_eq(t.calls_changed, 1);
	ck_assert_uint_eq(t.calls_cleared, 1);
	ck_assert_uint_eq(t.calls_learned, 1);
	node_get_parties(w.node, &p, NULL, 0);
	ck_assert_uint_eq(p.stuck, 1);
	ck_assert_uint_eq(p.calls_stuck, 1);
	world_rules_clear(&w);
	world_run(&w, 60000);
	node_get_takeover(w.node, &t);
	ck_assert(t.done);
	ck_assert_uint_eq(t.calls_kept, 1);
	ck_assert_uint_eq(t.calls_cleared + t.calls_learned + t.calls_changed, 3);
	node_get_parties(w.node, &p, NULL, 0);
	ck_assert_uint_eq(p.stuck, 0);
	/* what is found later is not of the takeover */
	world_forget(&w, "2002");
	world_snapshot(&w, "2002", "CallSubscriptionEvent");
	world_run(&w, 1000);
	node_get_takeover(w.node, &t);
	ck_assert_uint_eq(t.calls_cleared, 1);
}
END_TEST

START_TEST(calls_that_end)
{
	struct node_parties p;

	begin();
	world_call(&w, "2001", "CallReleasedEvent", "a", "7:1", "Terminator", "Released", "2050");
	world_settle(&w);
	node_get_meter(w.node, &m);
	ck_assert_uint_eq(m.calls_ended[METER_END_NORMAL], 1);
	ck_assert_uint_eq(m.calls_ended[METER_END_RESYNC], 0);
	world_call(&w, "2001", "CallReceivedEvent", "b", "8:1", "Terminator", "Alerting", "2050");
	world_settle(&w);
	node_get_parties(w.node, &p, NULL, 0);
	ck_assert_uint_eq(p.calls_stuck, 0);
	w.xsps[0].mode = WORLD_DOWN;
	world_stream_ends(&w, 0);
	world_run(&w, 20);
	node_get_parties(w.node, &p, NULL, 0);
	ck_assert_uint_eq(p.calls_stuck, 1);
}
END_TEST

static uint32_t
devices_on(const char *server)
{
	node_get_meter(w.node, &m);
	for (unsigned i = METER_SERVER_OTHER + 1; i < METER_SERVERS; i++)
		if (strcmp(m.servers[i].id, server) == 0)
			return m.servers[i].devices;
	return 0;
}

/* A device counts where its last call was made, until this node is not active any more and drops its notes of it. */
START_TEST(devices_by_server)
{
	unsigned c = begin(); /* a call of 2001 on server 1 */

	world_monitor(&w, c, "2002");
	world_monitor(&w, c, "2003");
	world_run(&w, 1000);
	ck_assert_uint_eq(devices_on("1"), 1);
	ck_assert_uint_eq(m.servers[METER_SERVER_UNKNOWN].devices, 2);
	world_call(&w, "2002", "CallReceivedEvent", "b", "8:1", "Terminator", "Alerting", "2051");
	world_settle(&w);
	ck_assert_uint_eq(devices_on("1"), 2);
	world_call(&w, "2002", "CallReceivedEvent", "c", "1:2", "Terminator", "Alerting", "2052");
	world_run(&w, 1000);
	ck_assert_uint_eq(devices_on("1"), 1);
	ck_assert_uint_eq(devices_on("2"), 1);
	ck_assert_uint_eq(m.servers[METER_SERVER_UNKNOWN].devices, 1);
	world_step(&w, &(struct node_event){ .kind = NODE_EV_DEMOTE });
	world_run(&w, 5000);
	ck_assert_uint_eq(devices_on("1") + devices_on("2"), 0);
	ck_assert_uint_eq(m.servers[METER_SERVER_UNKNOWN].devices, 0);
}
END_TEST

START_TEST(by_package)
{
	struct node_counts counts;

	world_init(
		&w, 1, "user-packages = Advanced Call, Do Not Disturb, Call Forwarding Always\n");
	w.unassigned = "Call Forwarding Always";
	world_start(&w);
	world_monitor(&w, world_session(&w), "2001");
	world_run(&w, 2000);
	node_get_counts(w.node, w.now, &counts);
	ck_assert_uint_eq(counts.subscribed[CORE_PACKAGE_advanced_call], 1);
	ck_assert_uint_eq(counts.subscribed[CORE_PACKAGE_do_not_disturb], 1);
	ck_assert_uint_eq(counts.subscribed[CORE_PACKAGE_forward_always], 0);
	node_get_meter(w.node, &m);
	ck_assert_uint_eq(
		m.subscription_failures[CORE_PACKAGE_forward_always][METER_REFUSAL_FORBIDDEN], 1);
	ck_assert_uint_eq(
		m.subscription_failures[CORE_PACKAGE_do_not_disturb][METER_REFUSAL_FORBIDDEN], 0);
}
END_TEST

static int64_t
refresh_due_s(void)
{
	struct node_counts counts;

	node_get_counts(w.node, w.now, &counts);
	return counts.refresh_due_us < 0 ? -1 : counts.refresh_due_us / 1000000;
}

/*
 * The nearest renewal, whatever else is awaited: a subscription that is to be tried again is none. Granted for 100 s, renewed
 * after 80, or up to a tenth less.
 */
START_TEST(the_next_refresh)
{
	unsigned c;
	int64_t first, second;

	world_init(&w, 1, "refresh-percent = 80\n");
	w.expires_s = 100;
	world_start(&w);
	ck_assert_int_eq(refresh_due_s(), -1);
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	world_run(&w, 1000);
	first = refresh_due_s();
	ck_assert_int_ge(first, 70);
	ck_assert_int_lt(first, 80);
	world_run(&w, 50000);
	ck_assert_int_le(refresh_due_s(), first - 49);
	/* a second one is further away, and one that is tried again in a few seconds is none */
	world_monitor(&w, c, "2002");
	world_rule(&w, "PUT", world_user(&w, "2002")->subscription, 503, -1, "");
	world_run(&w, 1000);
	second = refresh_due_s();
	ck_assert_int_le(second, first - 50);
	ck_assert_int_ge(second, first - 53);
	world_send(&w, c, 71,
		"<SnapshotDevice><snapshotObject>2002</snapshotObject></SnapshotDevice>");
	world_run(&w, 2000);
	ck_assert_int_ge(refresh_due_s(), second - 3);
	/* it is renewed: the next is a life away */
	world_forget_asked(&w);
	world_run(&w, 30000);
	ck_assert_uint_ge(world_asked_count(&w, world_user(&w, "2001")->subscription), 1);
	ck_assert_int_gt(refresh_due_s(), 35);
	world_step(&w, &(struct node_event){ .kind = NODE_EV_DEMOTE });
	world_run(&w, 5000);
	ck_assert_int_eq(refresh_due_s(), -1);
}
END_TEST

/* Sessions of an application count under its name; figures of who waits are none of a node that is not active. */
START_TEST(by_application)
{
	unsigned c;

	world_init(&w, 1,
		"[application desk]\nuser = demo\npassword = demo\n"
		"[application wall]\nuser = wall\npassword = demo\n");
	world_start(&w);
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	w.clients[c].reads = false;
	world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting", "2050");
	world_run(&w, 2000);
	node_get_meter(w.node, &m);
	ck_assert_str_eq(m.apps[1].name, "desk");
	ck_assert_uint_eq(m.apps[1].clients, 1);
	ck_assert_uint_gt(m.apps[1].queue_bytes, 100);
	ck_assert_str_eq(m.apps[2].name, "");
	ck_assert_uint_eq(m.apps[METER_APP_OTHER].clients, 0);
	world_step(&w, &(struct node_event){ .kind = NODE_EV_DEMOTE });
	world_run(&w, 2000);
	node_get_meter(w.node, &m);
	ck_assert_uint_eq(m.apps[1].clients, 0);
	ck_assert_uint_eq(m.apps[1].queue_bytes, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("node_view");
	TCase *t = tcase_create("node_view");
	SRunner *r = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, t);
	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_test(t, sessions_and_monitors);
	tcase_add_test(t, monitors_by_type);
	tcase_add_test(t, parties);
	tcase_add_test(t, what_it_has_counted);
	tcase_add_test(t, refused_requests);
	tcase_add_test(t, losses_of_channels);
	tcase_add_test(t, order_of_events);
	tcase_add_test(t, out_of_step_by_request);
	tcase_add_test(t, out_of_step_after_a_gap);
	tcase_add_test(t, out_of_step_after_a_failover);
	tcase_add_test(t, out_of_step_by_the_audit);
	tcase_add_test(t, out_of_step_after_an_activation);
	tcase_add_test(t, calls_of_a_takeover);
	tcase_add_test(t, calls_that_end);
	tcase_add_test(t, devices_by_server);
	tcase_add_test(t, by_package);
	tcase_add_test(t, the_next_refresh);
	tcase_add_test(t, by_application);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
