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
	ck_assert_uint_eq(m.good[CSTA_MonitorStart], 1);
	ck_assert_uint_eq(m.errors[CSTA_MonitorStart], 0);
	ck_assert_uint_ge(m.request.count, 1);
	ck_assert_uint_eq(node_get_links(w.node, links), 1);
	ck_assert_uint_ge(links[0].events, 2); /* a snapshot and the call */
	ck_assert_uint_ge(links[0].acks, 2);
	ck_assert_uint_ge(links[0].responses[METER_CODE_2XX], 1);
	ck_assert_uint_ge(m.events_sent, 1);
	ck_assert_uint_eq(m.event_wait.count, m.events_sent);
	ck_assert_uint_eq(m.xsi_duplicates + m.xsi_gaps + m.xsi_early, 0);
	events = links[0].events;
	sent = m.events_sent;
	world_call(&w, "2001", "CallAnsweredEvent", "a", "7:1", "Terminator", "Active", "2050");
	world_settle(&w);
	ck_assert_ptr_nonnull(strstr(world_take(&w, c), "EstablishedEvent"));
	node_get_meter(w.node, &m);
	node_get_links(w.node, links);
	ck_assert_uint_eq(links[0].events, events + 1);
	ck_assert_uint_eq(m.events_sent, sent + 1);
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
	tcase_add_test(t, parties);
	tcase_add_test(t, what_it_has_counted);
	tcase_add_test(t, refused_requests);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
