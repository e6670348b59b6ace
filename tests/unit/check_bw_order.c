/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The open questions about numbers, copies and snapshots over the range of their settings: wrap, restarts, re-deliveries,
 * how long a missing event is waited for, when the snapshot of an ask comes, what an AS failover leaves of subscriptions.
 */
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>

#define SEQUENCE_MAX 2147483647u
#define ON_HOOK "<xsi:hookStatus>On-Hook</xsi:hookStatus>"

static struct world w;
static unsigned client;

static void
setup_text(unsigned xsps, const char *settings)
{
	world_init(&w, xsps, settings);
	w.quiet_acks = true;
	world_start(&w);
	client = world_session(&w);
	world_monitor(&w, client, "2001");
	world_forget_asked(&w);
}

/* One setting and its value, or "". */
static void
setup(unsigned xsps, const char *key, int value)
{
	char settings[256] = "";

	if (key[0] != '\0')
		snprintf(settings, sizeof(settings), "%s = %d\n", key, value);
	setup_text(xsps, settings);
}

static unsigned
heard_count(const char *word)
{
	unsigned count = 0;

	for (const char *p = world_take(&w, client); (p = strstr(p, word)) != NULL; p++)
		count++;
	return count;
}

static void
ask_now(void)
{
	world_send(&w, client, 70,
		"<SnapshotDevice><snapshotObject>2001</snapshotObject></SnapshotDevice>");
}

static void
call(const char *state)
{
	const char *type = strcmp(state, "Alerting") == 0 ? "CallReceivedEvent" :
		strcmp(state, "Active") == 0              ? "CallAnsweredEvent" :
		strcmp(state, "Held") == 0                ? "CallHeldEvent" :
							    "CallReleasedEvent";

	world_call(&w, "2001", type, "a", "7:1", "Terminator", state, "2002");
}

/* --- numbers --- */

/* The last number was the one before the last one of all. A snapshot may skip numbers, though not half of them at once. */
static void
count_up(void)
{
	static const unsigned stations[] = { 1000000000, 2000000000, SEQUENCE_MAX - 2 };

	for (size_t i = 0; i < sizeof(stations) / sizeof(stations[0]); i++) {
		world_user(&w, "2001")->sequence = stations[i];
		ask_now();
		world_run(&w, 100);
	}
}

START_TEST(test_numbers_wrap)
{
	setup(1, "", 0);
	count_up();
	ck_assert_uint_eq(world_user(&w, "2001")->sequence, SEQUENCE_MAX - 1);
	world_take(&w, client);
	world_forget_asked(&w);
	call("Alerting"); /* the last number */
	ck_assert_uint_eq(heard_count("DeliveredEvent"), 1);
	world_user(&w, "2001")->sequence = 0;
	call("Active");
	ck_assert_uint_eq(heard_count("EstablishedEvent"), 1);
	call("Held");
	ck_assert_uint_eq(heard_count("HeldEvent"), 1);
	/* a copy of the last one before the wrap is old */
	world_event_as(&w, 0, "2001", "late", SEQUENCE_MAX, "CallReleasedEvent",
		world_call_xml("a", "7:1", "Terminator", "Released", "2002"));
	world_run(&w, 100);
	ck_assert_uint_eq(heard_count("Cleared"), 0);
	ck_assert_uint_eq(world_logged(&w, 37209, ""), 0);
	world_fini(&w);
}
END_TEST

/* Out of order over the wrap. */
START_TEST(test_numbers_wrap_reordered)
{
	setup(1, "gap-wait-ms", 500);
	count_up();
	world_take(&w, client);
	world_forget_asked(&w);
	world_event_as(&w, 0, "2001", "x3", 2, "CallReleasedEvent",
		world_call_xml("a", "7:1", "Terminator", "Released", "2002"));
	world_event_as(&w, 0, "2001", "x2", 1, "CallAnsweredEvent",
		world_call_xml("a", "7:1", "Terminator", "Active", "2002"));
	world_run(&w, 100);
	world_heard(&w, client, "");
	world_event_as(&w, 0, "2001", "x1", SEQUENCE_MAX, "CallReceivedEvent",
		world_call_xml("a", "7:1", "Terminator", "Alerting", "2002"));
	world_run(&w, 1000);
	ck_assert_uint_eq(heard_count("ClearedEvent"), 1);
	ck_assert_uint_eq(world_asked_count(&w, "PUT"), 0);
	ck_assert_uint_eq(world_logged(&w, 37209, ""), 0);
	world_fini(&w);
}
END_TEST

/* A gap over the wrap. */
START_TEST(test_numbers_wrap_gap)
{
	setup(1, "gap-wait-ms", 300);
	count_up();
	world_take(&w, client);
	world_forget_asked(&w);
	world_half(&w, "2001", "a", "7:1", "Terminator", "Alerting", "2002");
	world_event_as(&w, 0, "2001", "x1", 1, "CallReceivedEvent",
		world_call_xml("a", "7:1", "Terminator", "Alerting", "2002"));
	world_user(&w, "2001")->sequence = 1;
	world_run(&w, 2000);
	ck_assert_uint_eq(world_logged(&w, 37209, "events 2147483647 to 2147483647"), 1);
	ck_assert_uint_eq(heard_count("DeliveredEvent"), 1);
	call("Active");
	ck_assert_uint_eq(heard_count("EstablishedEvent"), 1);
	world_fini(&w);
}
END_TEST

/* The first event of a subscription overtaken by its second. */
START_TEST(test_first_event_overtaken)
{
	setup(2, "", 0);
	w.snapshots = false;
	world_send(
		&w, client, 9, "<MonitorStart><monitorObject>2002</monitorObject></MonitorStart>");
	world_settle(&w);
	world_take(&w, client);
	world_forget_asked(&w);
	world_event_as(&w, 1, "2002", "x2", 2, "CallReceivedEvent",
		world_call_xml("b", "8:1", "Terminator", "Alerting", "2003"));
	world_event_as(&w, 0, "2002", "x1", 1, "CallSubscriptionEvent", ON_HOOK);
	world_run(&w, 1000);
	ck_assert_uint_eq(heard_count("DeliveredEvent"), 1);
	ck_assert_uint_eq(world_asked_count(&w, "PUT"), 0);
	world_fini(&w);
}
END_TEST

/*
 * Numbers begin anew, with and without a snapshot (asked for, or sent by BroadWorks unasked). In every mode what is true
 * is told in the end; how much is asked differs.
 */
START_TEST(test_restart)
{
	static const char *const modes[] = { "subscribe", "snapshot", "any" };
	const char *mode = modes[_i / 3];
	int way = _i % 3;
	char settings[128];

	snprintf(settings, sizeof(settings), "sequence-restart = %s\n", mode);
	setup_text(1, settings);
	for (int i = 0; i < 6; i++)
		world_event(&w, "2001", "HookStatusEvent", ON_HOOK);
	world_settle(&w);
	world_user(&w, "2001")->sequence = 0;
	if (way == 0) {
		ask_now(); /* its snapshot has number 1 */
		world_run(&w, 100);
	} else if (way == 1) {
		world_snapshot(&w, "2001", "CallSubscriptionResyncEvent");
		world_run(&w, 100);
	}
	call("Alerting");
	world_run(&w, 15000);
	ck_assert_uint_eq(heard_count("DeliveredEvent"), 1);
	call("Active");
	world_run(&w, 15000);
	ck_assert_uint_eq(heard_count("EstablishedEvent"), 1);
	if (strcmp(mode, "any") == 0 || (strcmp(mode, "snapshot") == 0 && way < 2))
		ck_assert_uint_eq(world_asked_count(&w, "POST E/user/2001"), 0);
	if (strcmp(mode, "subscribe") == 0)
		ck_assert_uint_ge(world_asked_count(&w, "POST E/user/2001"), 1);
	world_fini(&w);
}
END_TEST

/* A stale snapshot, delivered again under its own id: no restart in any mode. */
START_TEST(test_stale_snapshot)
{
	static const char *const modes[] = { "subscribe", "snapshot", "any" };
	char settings[128];

	snprintf(settings, sizeof(settings), "sequence-restart = %s\n", modes[_i]);
	setup_text(1, settings);
	call("Alerting");
	world_take(&w, client);
	/* e1 was the snapshot of the subscribe */
	world_event_as(&w, 0, "2001", "e1", 1, "CallSubscriptionEvent", ON_HOOK);
	world_run(&w, 5000);
	world_heard(&w, client, "");
	ck_assert_uint_eq(world_asked_count(&w, "E/sub"), 0);
	world_fini(&w);
}
END_TEST

/*
 * Copies from beyond the window after a loss of channels, and the snapshot that is asked for is lost too: as long as BroadWorks
 * counts on, the subscription is kept.
 */
START_TEST(test_old_copies_are_no_restart)
{
	setup(1, "duplicate-window", 2);
	for (int i = 0; i < 6; i++)
		world_event(&w, "2001", "HookStatusEvent", ON_HOOK);
	world_settle(&w);
	w.snapshots = false;
	world_event_as(&w, 0, "2001", "copy", 3, "HookStatusEvent", ON_HOOK);
	world_run(&w, 500);
	call("Alerting");
	world_run(&w, 15000);
	ck_assert_uint_ge(world_asked_count(&w, "PUT E/sub"), 2);
	ck_assert_uint_eq(world_asked_count(&w, "POST E/user"), 0);
	ck_assert_uint_eq(heard_count("DeliveredEvent"), 1);
	world_fini(&w);
}
END_TEST

/* --- copies --- */

/* Re-deliveries under the same id and under new ones, near and far: nothing is told twice, and few asks are made. */
START_TEST(test_duplicate_window)
{
	static const int windows[] = { 0, 1, 2, 8, 64 };
	int window = windows[_i];
	char id[16];

	setup(1, "duplicate-window", window);
	call("Alerting"); /* e2, number 2 */
	world_take(&w, client);
	for (int i = 0; i < window - 1; i++)
		world_event(&w, "2001", "HookStatusEvent", ON_HOOK);
	world_settle(&w);
	for (int i = 0; i < 3 && window > 0; i++)
		world_event_as(&w, 0, "2001", "e2", 2, "CallReceivedEvent",
			world_call_xml("a", "7:1", "Terminator", "Alerting", "2002"));
	world_run(&w, 5000);
	ck_assert_uint_eq(world_asked_count(&w, "PUT"), 0);
	/* out of the window, or never in it */
	world_event(&w, "2001", "HookStatusEvent", ON_HOOK);
	world_settle(&w);
	for (int i = 0; i < 10; i++) {
		snprintf(id, sizeof(id), "%s%d", i % 2 == 0 ? "e" : "n", i % 2 == 0 ? 2 : i);
		world_event_as(&w, 0, "2001", id, 2, "CallReceivedEvent",
			world_call_xml("a", "7:1", "Terminator", "Alerting", "2002"));
		world_run(&w, 100);
	}
	world_run(&w, 5000);
	world_heard(&w, client, "");
	ck_assert_uint_le(world_asked_count(&w, "PUT"), 11);
	ck_assert_uint_eq(world_asked_count(&w, "POST E/user"), 0);
	ck_assert_uint_eq(world_history(&w, "as-failover"), 0);
	call("Active");
	ck_assert_uint_eq(heard_count("EstablishedEvent"), 1);
	world_fini(&w);
}
END_TEST

START_TEST(test_gap_wait)
{
	static const int waits_ms[] = { 0, 20, 250, 2000, 10000 };
	int wait_ms = waits_ms[_i];

	setup(2, "gap-wait-ms", wait_ms);
	w.snapshots = false;
	world_event_as(&w, 0, "2001", "x3", 3, "CallAnsweredEvent",
		world_call_xml("a", "7:1", "Terminator", "Active", "2002"));
	world_run(&w, 1);
	if (wait_ms > 0) {
		world_run(&w, wait_ms - 5);
		world_heard(&w, client, "");
		ck_assert_uint_eq(world_asked_count(&w, "PUT"), 0);
	}
	world_run(&w, 15);
	ck_assert_uint_eq(world_asked_count(&w, "PUT"), 1);
	ck_assert_uint_eq(heard_count("EstablishedEvent"), 1);
	world_fini(&w);
}
END_TEST

/* It comes when it is not waited for any more, under an id that nobody saw: late, and no sign of anything else. */
START_TEST(test_gap_filled_late)
{
	setup(2, "gap-wait-ms", 100);
	call("Alerting");
	world_user(&w, "2001")->sequence++;
	call("Held");
	world_run(&w, 200);
	world_run(&w, 2000);
	ck_assert_uint_eq(world_asked_count(&w, "PUT"), 1);
	world_take(&w, client);
	for (int i = 0; i < 3; i++) {
		world_event_as(&w, i % 2 == 0, "2001", "late", 3, "CallAnsweredEvent",
			world_call_xml("a", "7:1", "Terminator", "Active", "2002"));
		world_run(&w, 5000);
	}
	world_heard(&w, client, "");
	ck_assert_uint_eq(world_asked_count(&w, "PUT"), 1);
	ck_assert_uint_eq(world_asked_count(&w, "POST E/user"), 0);
	world_fini(&w);
}
END_TEST

/* The same after a second gap: what was missing first is late all the same. */
START_TEST(test_gap_filled_late_after_another)
{
	setup(2, "gap-wait-ms", 100);
	call("Alerting");
	for (int gap = 0; gap < 2; gap++) {
		world_user(&w, "2001")->sequence++;
		call("Held");
		world_run(&w, 3000);
	}
	ck_assert_uint_eq(world_asked_count(&w, "PUT"), 2);
	world_event_as(&w, 0, "2001", "late", 3, "CallAnsweredEvent",
		world_call_xml("a", "7:1", "Terminator", "Active", "2002"));
	world_run(&w, 5000);
	ck_assert_uint_eq(world_asked_count(&w, "PUT"), 2);
	ck_assert_uint_eq(world_asked_count(&w, "POST E/user"), 0);
	world_fini(&w);
}
END_TEST

/* So many events out of order, of so many devices, each of half a megabyte. */
static void
early_events(unsigned users)
{
	struct buf pad;
	char user[16], id[16];

	buf_init(&pad, 510000);
	buf_cstr(&pad, world_call_xml("a", "7:1", "Terminator", "Held", "2002"));
	for (unsigned i = 0; i < 500; i++)
		buf_printf(&pad, "<xsi:pad>%990d</xsi:pad>", 0);
	buf_char(&pad, '\0');
	for (unsigned i = 0; i < users; i++) {
		snprintf(user, sizeof(user), "%u", 2001 + i);
		for (unsigned k = 0; k < LIMIT_REORDER_EVENTS; k++) {
			snprintf(id, sizeof(id), "e-%u-%u", i, k);
			world_event_as(
				&w, 0, user, id, 1000 + k, "CallUpdatedEvent", (const char *)pad.p);
		}
	}
	world_run(&w, 100);
	buf_fini(&pad);
}

static uint64_t
early_refused(void)
{
	struct node_counts counts;

	node_get_counts(w.node, w.now, &counts);
	return counts.early_refused;
}

/* What waits has a bound, that of all devices together: events beyond it come again. */
START_TEST(test_early_events_are_bounded)
{
	char user[16];
	uint64_t refused;

	setup(1, "gap-wait-ms", 2000);
	for (unsigned i = 1; i < 6; i++) {
		snprintf(user, sizeof(user), "%u", 2001 + i);
		world_monitor(&w, client, user);
	}
	early_events(4); /* 32,000,000 bytes and their envelopes: nearly all that there is */
	ck_assert_uint_eq(early_refused(), 0);
	early_events(6);
	refused = early_refused();
	ck_assert_uint_gt(refused, 16);
	ck_assert_uint_eq(world_logged(&w, 37211, ""), 1);
	ck_assert_uint_eq(world_asked_count(&w, "POST C/channel/eventresponse"), 0);
	/* nobody waits any more: there is room again */
	world_run(&w, 5000);
	early_events(1);
	ck_assert_uint_eq(early_refused(), refused);
	world_fini(&w);
}
END_TEST

/* BroadWorks answers the question and nothing comes of it: asked again, soon as long as there is a call that may be stuck. */
START_TEST(test_no_snapshot)
{
	setup(2, "gap-wait-ms", 100);
	if (_i == 1)
		call("Alerting");
	w.snapshots = false;
	world_user(&w, "2001")->sequence++;
	world_event(&w, "2001", "HookStatusEvent", "<xsi:hookStatus>On-Hook</xsi:hookStatus>");
	world_run(&w, 60000);
	ck_assert_uint_eq(world_asked_count(&w, "PUT E/subscription"), _i == 1 ? 10 : 6);
	world_fini(&w);
}
END_TEST

/* The missing one is delivered again in time, wherever. */
START_TEST(test_gap_filled)
{
	static const int waits_ms[] = { 20, 250, 2000, 10000 };
	int wait_ms = waits_ms[_i];

	setup(2, "gap-wait-ms", wait_ms);
	world_event_as(&w, 0, "2001", "x3", 3, "CallAnsweredEvent",
		world_call_xml("a", "7:1", "Terminator", "Active", "2002"));
	world_run(&w, wait_ms - 10);
	world_event_as(&w, 1, "2001", "x2", 2, "CallReceivedEvent",
		world_call_xml("a", "7:1", "Terminator", "Alerting", "2002"));
	world_run(&w, 12000);
	ck_assert_uint_eq(heard_count("EstablishedEvent"), 1);
	ck_assert_uint_eq(world_asked_count(&w, "PUT"), 0);
	world_fini(&w);
}
END_TEST

/* --- when the snapshot comes --- */

/* After the answer by up to five seconds, whatever the patience: the device is in service, and nobody speaks of a failover. */
START_TEST(test_snapshot_late)
{
	static const int delays_ms[] = { 0, 1, 50, 1000, 2900, 3100, 5000 };
	static const int patience_ms[] = { 500, 3000, 10000 };

	for (size_t i = 0; i < sizeof(delays_ms) / sizeof(delays_ms[0]); i++) {
		setup(1, "snapshot-wait-ms", patience_ms[_i]);
		w.snapshot_ms = delays_ms[i];
		world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting",
			"2002");
		world_take(&w, client);
		ask_now();
		world_run(&w, 30000);
		ck_assert_uint_eq(world_history(&w, "as-failover"), 0);
		ck_assert_msg(world_asked_count(&w, "PUT") <= 12, "%u asks with %d ms, %d ms",
			world_asked_count(&w, "PUT"), delays_ms[i], patience_ms[_i]);
		if (delays_ms[i] < patience_ms[_i] - 10)
			ck_assert_uint_eq(world_asked_count(&w, "PUT"), 1);
		world_take(&w, client);
		w.snapshot_ms = 1;
		world_run(&w, 90000);
		ck_assert_uint_eq(world_history(&w, "as-failover"), 0);
		world_fini(&w);
	}
}
END_TEST

/* In the same step as the answer to the subscribe, before it, and on another channel. */
START_TEST(test_snapshot_with_answer)
{
	setup(2, "", 0);
	for (int way = 0; way < 3; way++) {
		char device[16], id[16], answer[256];
		struct world_rule *r;

		snprintf(device, sizeof(device), "%d", 2010 + way);
		snprintf(id, sizeof(id), "own-%d", way);
		snprintf(answer, sizeof(answer),
			"<?xml version=\"1.0\"?><Subscription xmlns=\"http://schema.broadsoft.com/xsi\">"
			"<subscriptionId>%s</subscriptionId><expires>3600</expires></Subscription>",
			id);
		snprintf(world_user(&w, device)->subscription, sizeof(w.users[0].subscription),
			"%s", id);
		world_rule(&w, "POST", device, 200, 1, answer);
		r = world_rule_last(&w);
		r->delay_ms = way == 0 ? 1 : 50;
		world_send(&w, client, 9,
			"<MonitorStart><monitorObject>%s</monitorObject></MonitorStart>", device);
		world_event_as(
			&w, way == 2 ? 1 : 0, device, id, 1, "CallSubscriptionEvent", ON_HOOK);
		world_user(&w, device)->sequence = 1;
		world_run(&w, 200);
		ck_assert_ptr_nonnull(strstr(world_take(&w, client), "MonitorStartResponse"));
		world_call(&w, device, "CallReceivedEvent", id, "9:1", "Terminator", "Alerting",
			"2002");
		ck_assert_uint_eq(heard_count("DeliveredEvent"), 1);
		world_call(&w, device, "CallReleasedEvent", id, "9:1", "Terminator", "Released",
			"2002");
		world_take(&w, client);
		ck_assert_uint_eq(world_asked_count(&w, "PUT"), 0);
	}
	world_fini(&w);
}
END_TEST

/* --- after a failover of the application server --- */

/* BroadWorks keeps all, some or none of the subscriptions; with a word or without. */
START_TEST(test_subscriptions_after_failover)
{
	unsigned lost = 0;

	setup(1, "", 0);
	for (unsigned i = 2; i < 10; i++) {
		char device[8];

		snprintf(device, sizeof(device), "%u", 2000 + i);
		world_monitor(&w, client, device);
	}
	world_forget_asked(&w);
	for (unsigned i = 0; i < w.user_count; i++) {
		if (strcmp(w.users[i].name, "2001") == 0 || (int)(i % 3) >= _i)
			continue;
		w.users[i].subscription[0] = '\0';
		w.users[i].sequence = 0;
		lost++;
	}
	world_snapshot(&w, "2001", "CallSubscriptionResyncEvent");
	world_run(&w, 3000);
	ck_assert_uint_eq(world_history(&w, "as-failover"), 1);
	ck_assert_uint_eq(world_asked_count(&w, "PUT E/subscription/"), 9);
	ck_assert_uint_eq(world_asked_count(&w, "POST E/user/"), lost);
	ck_assert_uint_eq(world_history(&w, "resync-done"), 2); /* the first one was the start */
	world_fini(&w);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("bw_order");
	TCase *t = tcase_create("bw_order");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_numbers_wrap);
	tcase_add_test(t, test_numbers_wrap_reordered);
	tcase_add_test(t, test_numbers_wrap_gap);
	tcase_add_test(t, test_first_event_overtaken);
	tcase_add_loop_test(t, test_restart, 0, 9);
	tcase_add_loop_test(t, test_stale_snapshot, 0, 3);
	tcase_add_test(t, test_old_copies_are_no_restart);
	tcase_add_loop_test(t, test_duplicate_window, 0, 5);
	tcase_add_loop_test(t, test_gap_wait, 0, 5);
	tcase_add_loop_test(t, test_no_snapshot, 0, 2);
	tcase_add_loop_test(t, test_gap_filled, 0, 4);
	tcase_add_test(t, test_gap_filled_late);
	tcase_add_test(t, test_gap_filled_late_after_another);
	tcase_add_test(t, test_early_events_are_bounded);
	tcase_add_loop_test(t, test_snapshot_late, 0, 3);
	tcase_add_test(t, test_snapshot_with_answer);
	tcase_add_loop_test(t, test_subscriptions_after_failover, 0, 4);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
