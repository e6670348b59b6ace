/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The open questions about events and subscriptions, each over its range: re-delivery, numbers, failover and switch, events
 * without a channel, grants and their end, forms and rates of events, contexts, facts that may be otherwise. In virtual
 * time; check_bw_order and check_node_south have the rest.
 */
#include "tests/unit/open_case.h"

#include <stdio.h>
#include <stdlib.h>

#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define NS "xmlns=\"http://schema.broadsoft.com/xsi\""
#define ON_HOOK "<xsi:hookStatus>On-Hook</xsi:hookStatus>"
#define RARE_BEATS "heartbeat-ms = 500000\nsilence-ms = 600000\n"
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct world w;
static unsigned client;

static void
setup(unsigned xsps, const char *settings)
{
	client = open_case_quiet(&w, xsps, settings);
}

static void
lose_subscription(const char *user)
{
	world_user(&w, user)->subscription[0] = '\0';
	world_user(&w, user)->sequence = 0;
}

static void
snapshot_device(void)
{
	world_send(&w, client, 70,
		"<SnapshotDevice><snapshotObject>2001</snapshotObject></SnapshotDevice>");
	world_run(&w, 300);
	world_take(&w, client);
}

/* --- O6: re-delivery --------------------------------------------------------------------------------------- */

/* How one event is delivered again. */
struct again {
	int copies;
	int64_t interval_ms;
	bool grows, new_id, other_channel;
};

/* An event delivered 1 + n times: told once, each delivery acknowledged, few asks. */
static void
deliver_again(const struct again *g)
{
	int64_t interval_ms = g->interval_ms;
	uint64_t acks = w.acks;
	unsigned sequence, told = 0;
	char call[32], id[32];

	world_forget_asked(&w);
	world_take(&w, client);
	snprintf(call, sizeof(call), "r%u", w.events);
	world_half(&w, "2001", call, "7:1", "Terminator", "Alerting", "2002");
	sequence = ++world_user(&w, "2001")->sequence;
	for (int i = 0; i <= g->copies; i++) {
		if (g->new_id || i == 0)
			snprintf(id, sizeof(id), "e%u", ++w.events);
		world_event_as(&w, g->other_channel ? (uint32_t)i % 2 : 0, "2001", id, sequence,
			"CallReceivedEvent",
			world_call_xml(call, "7:1", "Terminator", "Alerting", "2002"));
		world_run(&w, interval_ms < 20 ? 20 : interval_ms);
		told += open_case_heard(&w, client, "DeliveredEvent");
		if (g->grows && interval_ms < 30000)
			interval_ms *= 2;
		world_send(&w, client, 1, "<SystemStatusResponse/>");
	}
	ck_assert_uint_eq(told, 1);
	ck_assert_uint_ge(w.acks - acks, (unsigned)g->copies + 1);
	ck_assert_uint_eq(world_asked_count(&w, "PUT E/sub"), 0);
	ck_assert_uint_eq(world_asked_count(&w, "POST E/user"), 0);
	world_call(&w, "2001", "CallReleasedEvent", call, "7:1", "Terminator", "Released", "2002");
	ck_assert_uint_eq(open_case_heard(&w, client, "ConnectionClearedEvent"), 1);
}

START_TEST(test_redelivery)
{
	static const int copies[] = { 0, 1, 3, 10 };
	static const int64_t intervals_ms[] = { 100, 1000, 10000, 60000 };

	setup(2, "");
	w.expires_s = 2147483647; /* no renewals in between */
	snapshot_device();
	for (size_t i = 0; i < COUNT(intervals_ms); i++)
		for (int form = 0; form < 8; form++)
			deliver_again(&(struct again){ copies[_i], intervals_ms[i], (form & 1) != 0,
				(form & 2) != 0, (form & 4) != 0 });
	ck_assert_uint_eq(world_history(&w, "as-failover"), 0);
	ck_assert(open_case_works(&w, client, "2001"));
	world_fini(&w);
}
END_TEST

/* BroadWorks waits less for an ack than one takes, and gives each copy a new id: every snapshot comes twice, which must
 * not lead to a snapshot more each time. */
START_TEST(test_every_snapshot_twice)
{
	unsigned puts = 0, last = 0;
	char id[32];

	setup(2, "");
	snapshot_device();
	for (int round = 0; round < 600; round++) {
		puts = world_asked_count(&w, "PUT E/sub");
		if (puts != last) {
			snprintf(id, sizeof(id), "twice-%d", round);
			world_event_as(&w, 1, "2001", id, world_user(&w, "2001")->sequence,
				"CallSubscriptionEvent", ON_HOOK);
		}
		last = puts;
		world_run(&w, 100);
	}
	ck_assert_msg(puts <= 20, "%u asks in a minute", puts);
	ck_assert(open_case_works(&w, client, "2001"));
	world_fini(&w);
}
END_TEST

/* --- O13: numbers that jump -------------------------------------------------------------------------------- */

/* With a snapshot there is nothing to wait for; without one the device is asked. */
START_TEST(test_numbers_jump)
{
	static const unsigned jumps[] = { 2, 100, 65536, 1000000000 };

	setup(1, "");
	for (size_t i = 0; i < COUNT(jumps); i++) {
		world_forget_asked(&w);
		world_user(&w, "2001")->sequence += jumps[i];
		if (_i == 1)
			world_snapshot(&w, "2001", "CallSubscriptionEvent");
		world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting",
			"2002");
		world_run(&w, 2000);
		ck_assert_uint_eq(open_case_heard(&w, client, "DeliveredEvent"), 1);
		ck_assert_uint_le(world_asked_count(&w, "POST E/user"), 0);
		world_call(&w, "2001", "CallReleasedEvent", "a", "7:1", "Terminator", "Released",
			"2002");
		world_run(&w, 1000);
		ck_assert_uint_eq(open_case_heard(&w, client, "ConnectionClearedEvent"), 1);
	}
	ck_assert(open_case_works(&w, client, "2001"));
	world_fini(&w);
}
END_TEST

/* --- O14, O21: what is left of a subscription, and for how long -------------------------------------------- */

/* A grant of any size is honoured at any share of it. */
START_TEST(test_grants)
{
	static const unsigned grants_s[] = { 3600, 7200, 86400, 604800, 2147483646, 2147483647 };
	static const unsigned shares[] = { 10, 50, 90 };
	unsigned grant_s = grants_s[_i];

	for (size_t i = 0; i < (_i < 2 ? COUNT(shares) : 1); i++) {
		int64_t due_s = (int64_t)grant_s * shares[i] / 100;
		char settings[128];

		snprintf(settings, sizeof(settings),
			"refresh-percent = %u\naudit-s = 7200\n" RARE_BEATS, shares[i]);
		world_init(&w, 1, settings);
		w.quiet_acks = true;
		w.expires_s = grant_s;
		world_start(&w);
		client = world_session(&w);
		world_monitor(&w, client, "2001");
		world_forget_asked(&w);
		if (due_s > 7200)
			due_s = 7200; /* the audit is earlier */
		world_run(&w, due_s * 8 / 10 * 1000);
		ck_assert_uint_eq(world_asked_count(&w, "PUT E/sub"), 0);
		world_run(&w, due_s * 6 / 10 * 1000);
		ck_assert_uint_ge(world_asked_count(&w, "PUT E/sub"), 1);
		ck_assert_uint_le(world_asked_count(&w, "PUT E/sub"), 2);
		world_fini(&w);
	}
}
END_TEST

/* It ends early, with a word or without one: noticed at the next renewal at the latest. Cut or raised, the grant rules. */
START_TEST(test_early_expiry)
{
	for (int told = 0; told < 2; told++) {
		setup(1, "subscription-expires-s = 2147483647\n" RARE_BEATS);
		w.expires_s = 3600;
		snapshot_device(); /* the grant is taken from this answer */
		open_case_run(&w, client, 3600000LL * _i / 10);
		world_forget_asked(&w);
		if (told)
			world_event(&w, "2001", "SubscriptionTerminatedEvent", "");
		world_settle(&w);
		if (!told)
			lose_subscription("2001");
		open_case_run(&w, client, told ? 1000 : 3600000);
		ck_assert_uint_ge(world_asked_count(&w, "POST E/user/2001"), 1);
		ck_assert_uint_le(world_asked_count(&w, "POST E/user/2001"), 2);
		ck_assert(open_case_works(&w, client, "2001"));
		world_fini(&w);
	}
}
END_TEST

/* A failover loses all, some or no subscriptions, whose clocks go on, begin anew or are over: all devices work afterwards. */
START_TEST(test_failover)
{
	char device[8];
	unsigned lost = (unsigned)_i % 3, clock = (unsigned)_i / 3;

	setup(2, "user-packages = Advanced Call\npackage-list = no\n");
	for (unsigned i = 2; i < 8; i++) {
		snprintf(device, sizeof(device), "%u", 2000 + i);
		world_monitor(&w, client, device);
	}
	world_forget_asked(&w);
	for (unsigned i = 2; i < 8; i++) {
		snprintf(device, sizeof(device), "%u", 2000 + i);
		if (lost == 2 || (lost == 1 && i % 2 == 0))
			lose_subscription(device);
	}
	world_snapshot(&w, "2001", "CallSubscriptionResyncEvent");
	w.expires_s = clock == 1 ? 7200 : 600;
	open_case_run(&w, client, 60000);
	for (unsigned i = 2; i < 8 && clock == 2; i++) {
		snprintf(device, sizeof(device), "%u", 2000 + i);
		world_event(&w, device, "SubscriptionTerminatedEvent", "");
		world_settle(&w);
	}
	open_case_run(&w, client, 60000);
	for (unsigned i = 1; i < 8; i++) {
		snprintf(device, sizeof(device), "%u", 2000 + i);
		ck_assert_msg(open_case_works(&w, client, device), "%s", device);
	}
	world_fini(&w);
}
END_TEST

/* --- O15, O16: the signs of a switch ----------------------------------------------------------------------- */

/* With or without each sign, at once or late, users one by one: calls that go on are told once, those gone are cleared. */
START_TEST(test_switch)
{
	static const int64_t delays_ms[] = { 0, 1000, 60000, 600000 };
	static const char *const types[] = { "CallSubscriptionResyncEvent", "CallSubscriptionEvent",
		NULL };
	bool channel_loss = (_i & 1) != 0, new_server = (_i & 2) != 0, forgotten = (_i & 4) != 0;

	for (size_t i = 0; i < COUNT(delays_ms) * COUNT(types); i++) {
		const char *type = types[i % COUNT(types)];
		int64_t delay_ms = delays_ms[i / COUNT(types)];

		setup(2, RARE_BEATS);
		world_monitor(&w, client, "2002");
		world_call(&w, "2001", "CallReceivedEvent", "a", "7:as1", "Terminator", "Alerting",
			"2050");
		world_take(&w, client);
		if (channel_loss) {
			world_stream_ends(&w, 0);
			world_stream_ends(&w, 1);
		}
		open_case_run(&w, client, delay_ms + 100);
		if (forgotten)
			world_forget(&w, "2001");
		for (int user = 1; user <= 2 && type != NULL; user++) {
			world_snapshot(&w, user == 1 ? "2001" : "2002", type);
			open_case_run(&w, client, 2000);
		}
		world_call(&w, "2002", "CallReceivedEvent", "b", new_server ? "9:as2" : "9:as1",
			"Terminator", "Alerting", "2050");
		world_run(&w, 3000);
		world_take(&w, client);
		if (forgotten) {
			/* without a sign the client's own question shows it, or the audit */
			snapshot_device();
			world_run(&w, 3000);
			ck_assert(open_case_works(&w, client, "2001"));
		} else {
			world_call(&w, "2001", "CallAnsweredEvent", "a", "7:as1", "Terminator",
				"Active", "2050");
			world_run(&w, 1000);
			ck_assert_uint_eq(open_case_heard(&w, client, "EstablishedEvent"), 1);
		}
		world_fini(&w);
	}
}
END_TEST

/* --- O17: events while the set has no channel -------------------------------------------------------------- */

/* Dropped, kept and delivered later, or some of each: what is true is told in the end. */
START_TEST(test_no_channel)
{
	static const int64_t gaps_ms[] = { 100, 5000, 60000, 300000 };
	int64_t gap_ms = gaps_ms[_i];

	for (unsigned kept = 0; kept < 8; kept++) {
		const char *const states[] = { "Alerting", "Active", "Released" };
		const char *const types[] = { "CallReceivedEvent", "CallAnsweredEvent",
			"CallReleasedEvent" };
		unsigned first;
		char id[32];

		setup(2, RARE_BEATS);
		w.xsps[0].mode = w.xsps[1].mode = WORLD_DOWN;
		world_stream_ends(&w, 0);
		world_stream_ends(&w, 1);
		open_case_run(&w, client, gap_ms);
		first = world_user(&w, "2001")->sequence + 1;
		world_user(&w, "2001")->sequence += 3;
		w.xsps[0].mode = w.xsps[1].mode = WORLD_UP;
		for (int64_t ms = 0; ms < 60000 && !w.xsps[0].open; ms += 10)
			world_run(&w, 10);
		for (unsigned i = 0; i < 3; i++) {
			snprintf(id, sizeof(id), "k%u", i);
			if ((kept & 1u << i) != 0)
				world_event_as(&w, 0, "2001", id, first + i, types[i],
					world_call_xml(
						"k", "7:1", "Terminator", states[i], "2050"));
		}
		open_case_run(&w, client, 60000);
		ck_assert_uint_ge(world_asked_count(&w, "PUT E/sub"), 1);
		ck_assert_msg(open_case_works(&w, client, "2001"), "kept %u", kept);
		world_send(&w, client, 71,
			"<SnapshotDevice><snapshotObject>2001</snapshotObject></SnapshotDevice>");
		world_run(&w, 1000);
		ck_assert_ptr_null(strstr(world_take(&w, client), "callID"));
		world_fini(&w);
	}
}
END_TEST

/* --- O19: reading subscriptions ---------------------------------------------------------------------------- */

#define ONE_SUBSCRIPTION \
	"<subscriptionId>leak-1</subscriptionId><subscriberId>admin@demo.example</subscriberId>" \
	"<targetIdType>User</targetIdType><targetId>2055@demo.example</targetId>" \
	"<event>Advanced Call</event><expires>3600</expires>" \
	"<channelSetId>tandem</channelSetId><applicationId>tandem</applicationId>"

/* One subscription is answered as itself or in a list. */
START_TEST(test_read_form)
{
	static const char *const bodies[] = {
		DECLARATION "<Subscription " NS ">" ONE_SUBSCRIPTION "</Subscription>",
		DECLARATION "<SubscriptionList " NS "><subscription>" ONE_SUBSCRIPTION
			    "</subscription></SubscriptionList>",
	};

	setup(1, "leak-check-s = 3600\n");
	world_rule(&w, "GET", "E/subscription?", 200, -1, bodies[_i]);
	open_case_run(&w, client, 300000);
	ck_assert_uint_eq(world_asked_count(&w, "DELETE E/subscription/leak-1"), 1);
	ck_assert(open_case_works(&w, client, "2001"));
	world_fini(&w);
}
END_TEST

/* --- O20: disposition codes -------------------------------------------------------------------------------- */

START_TEST(test_disposition_method)
{
	setup(1, _i ? "disposition-method = put\n" : "disposition-method = post\n");
	world_send(&w, client, 22,
		"<Escape><privateData><private><serviceID>501</serviceID><device>2001</device>"
		"<accountCode>17</accountCode></private></privateData></Escape>");
	world_settle(&w);
	ck_assert_uint_eq(world_asked_count(&w, _i ? "PUT A/user/2001" : "POST A/user/2001"), 1);
	ck_assert_uint_eq(world_asked_count(&w, _i ? "POST A/user/2001" : "PUT A/user/2001"), 0);
	world_fini(&w);
}
END_TEST

/* --- O24, O27: forms and rates of events ------------------------------------------------------------------- */

/* Attribute order, plain values, tracking ids of any form, no hook status, an old namespace, a list of one. */
START_TEST(test_forms)
{
	static const char *const trackings[] = { "7:1", "3fa85f64-5717-4562-b3fc-2c963f66afa6",
		"1234567:as2.example", ":", "x" };

	setup(1, "");
	for (size_t i = 0; i < COUNT(trackings); i++) {
		char id[16];

		snprintf(id, sizeof(id), "f%zu", i);
		world_call(&w, "2001", "CallReceivedEvent", id, trackings[i], "Terminator",
			"Alerting", "2050");
		ck_assert_uint_eq(open_case_heard(&w, client, "DeliveredEvent"), 1);
		world_call(&w, "2001", "CallReleasedEvent", id, trackings[i], "Terminator",
			"Released", "2050");
		ck_assert_uint_eq(open_case_heard(&w, client, "ConnectionClearedEvent"), 1);
	}
	/* a snapshot without hookStatus, and an event of the old namespace */
	world_event(&w, "2001", "CallSubscriptionEvent", "");
	world_document(&w, 0,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Event xmlns=\"http://schema.broadsoft.com/xsi-events\">"
		"<eventName>CallSessionEvent</eventName><subscriberId>2001</subscriberId>"
		"<callState>Alerting</callState></Event>");
	world_run(&w, 1000);
	ck_assert_uint_eq(w.xsps[0].opens, 1);
	ck_assert(open_case_works(&w, client, "2001"));
	world_fini(&w);
}
END_TEST

/* Repeated every 0.1 s to every 5 minutes: acknowledged, nothing asked, nothing told. */
START_TEST(test_monitoring_rate)
{
	static const int64_t intervals_ms[] = { 100, 1000, 30000, 300000 };
	unsigned count = intervals_ms[_i] < 10000 ? 300 : 30;
	uint64_t acks;

	setup(1, RARE_BEATS);
	acks = w.acks;
	for (unsigned i = 0; i < count; i++) {
		world_event(&w, "2001", "CallCenterMonitoringEvent",
			"<xsi:monitoringStatus><xsi:numberOfCallsQueuedNow><xsi:value>3</xsi:value>"
			"</xsi:numberOfCallsQueuedNow></xsi:monitoringStatus>");
		open_case_run(&w, client, intervals_ms[_i]);
	}
	/* and the snapshots of renewals */
	ck_assert_uint_eq(w.acks - acks, count + world_asked_count(&w, "PUT E/sub"));
	ck_assert_uint_eq(world_asked_count(&w, "POST E/user"), 0);
	ck_assert(open_case_works(&w, client, "2001"));
	world_fini(&w);
}
END_TEST

/* --- O30: contexts ----------------------------------------------------------------------------------------- */

START_TEST(test_contexts)
{
	world_init(&w, 1,
		"context-async = /a/events/v3\ncontext-events = /ev\ncontext-actions = /deep/er/act/v2.1\n");
	world_step(&w, &(struct node_event){ .kind = NODE_EV_START });
	world_run(&w, 3000);
	buf_char(&w.targets, '\0');
	ck_assert_ptr_nonnull(strstr((const char *)w.targets.p, " open /a/events/v3/channel\n"));
	ck_assert_ptr_nonnull(strstr((const char *)w.targets.p, " /ev/channelset/tandem"));
	ck_assert_ptr_null(strstr((const char *)w.targets.p, "com.broadsoft"));
	world_fini(&w);
}
END_TEST

/* --- O31: facts that are unconfirmed ----------------------------------------------------------------------- */

/* What is unknown may be answered by another status than 403. */
START_TEST(test_unknown_status)
{
	static const unsigned statuses[] = { 403, 404 };

	setup(2, "");
	world_rule(&w, "PUT", "E/subscription/", statuses[_i], -1, "");
	lose_subscription("2001");
	snapshot_device();
	world_run(&w, 3000);
	ck_assert_uint_eq(world_asked_count(&w, "POST E/user/2001"), 1);
	world_rules_clear(&w);
	ck_assert(open_case_works(&w, client, "2001"));
	world_fini(&w);
}
END_TEST

/* A group's subscription has a snapshot all the same: nothing is cleared by what it does not list. */
START_TEST(test_wide_snapshot)
{
	struct world_package *calls;

	setup(1,
		"subscribe = group\nscope = ent/grp\nuser-packages = Advanced Call\npackage-list = no\n");
	calls = world_scope(&w, "Advanced Call", "ent/grp");
	ck_assert_str_ne(calls->subscription, "");
	world_half(&w, "2001", "a", "7:1", "Terminator", "Alerting", "2050");
	world_scope_event(&w, calls, "2001", "CallReceivedEvent",
		world_call_xml("a", "7:1", "Terminator", "Alerting", "2050"));
	world_settle(&w);
	ck_assert_uint_eq(open_case_heard(&w, client, "DeliveredEvent"), 1);
	if (_i == 0)
		world_scope_event(&w, calls, "2002", "CallSubscriptionEvent", ON_HOOK);
	else
		world_scope_event(&w, calls, "2001", "CallSubscriptionEvent",
			"<xsi:calls><xsi:call><xsi:callId>a</xsi:callId>"
			"<xsi:extTrackingId>7:1</xsi:extTrackingId>"
			"<xsi:personality>Terminator</xsi:personality><xsi:state>Alerting</xsi:state>"
			"</xsi:call></xsi:calls>" ON_HOOK);
	world_run(&w, 2000);
	world_heard(&w, client, "");
	world_half(&w, "2001", "a", "7:1", "Terminator", "Released", "2050");
	world_scope_event(&w, calls, "2001", "CallReleasedEvent",
		world_call_xml("a", "7:1", "Terminator", "Released", "2050"));
	world_settle(&w);
	ck_assert_uint_eq(open_case_heard(&w, client, "ConnectionClearedEvent"), 1);
	world_fini(&w);
}
END_TEST

/* --- O26: in-stream answers -------------------------------------------------------------------------------- */

/* We send nothing into the stream; a server that complains there all the same does no harm. */
START_TEST(test_error_event)
{
	setup(1, "");
	for (int i = 0; i < 20; i++)
		world_document(&w, 0,
			DECLARATION
			"<xsi:Event xmlns:xsi=\"http://schema.broadsoft.com/xsi\" "
			"xmlns:xsi1=\"http://www.w3.org/2001/XMLSchema-instance\" xsi1:type=\"xsi:ErrorEvent\">"
			"<xsi:errorCode>1</xsi:errorCode><xsi:errorMessage>x</xsi:errorMessage></xsi:Event>");
	world_document(&w, 0,
		DECLARATION "<ErrorEvent " NS
			    "><errorCode>1</errorCode><errorMessage>x</errorMessage></ErrorEvent>");
	world_run(&w, 1000);
	ck_assert_uint_eq(w.xsps[0].opens, 1);
	ck_assert(open_case_works(&w, client, "2001"));
	world_fini(&w);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("open_events");
	TCase *t = tcase_create("open_events");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, test_redelivery, 0, 4);
	tcase_add_test(t, test_every_snapshot_twice);
	tcase_add_loop_test(t, test_numbers_jump, 0, 2);
	tcase_add_loop_test(t, test_grants, 0, 6);
	tcase_add_loop_test(t, test_early_expiry, 1, 6);
	tcase_add_loop_test(t, test_failover, 0, 9);
	tcase_add_loop_test(t, test_switch, 0, 8);
	tcase_add_loop_test(t, test_no_channel, 0, 4);
	tcase_add_loop_test(t, test_read_form, 0, 2);
	tcase_add_loop_test(t, test_disposition_method, 0, 2);
	tcase_add_test(t, test_forms);
	tcase_add_loop_test(t, test_monitoring_rate, 0, 4);
	tcase_add_test(t, test_contexts);
	tcase_add_loop_test(t, test_unknown_status, 0, 2);
	tcase_add_loop_test(t, test_wide_snapshot, 0, 2);
	tcase_add_test(t, test_error_event);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
