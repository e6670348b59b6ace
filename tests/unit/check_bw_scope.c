/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One subscription for a whole group or enterprise: what is subscribed to, whose events are taken, what is asked of a
 * device, what happens when the subscription ends or numbers are missing.
 */
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>

#define GROUP "subscribe = group\nscope = ent/grp\n"

static struct world w;
static unsigned client;

static void
setup(const char *settings)
{
	world_init(&w, 1, settings);
	w.quiet_acks = true;
	world_start(&w);
	client = world_session(&w);
}

static struct world_package *
calls(void)
{
	return world_scope(&w, "Advanced Call", "ent/grp");
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
call(const char *user, const char *type, const char *id, const char *state)
{
	world_half(&w, user, id, "7:1", "Terminator", state, "2050");
	world_scope_event(
		&w, calls(), user, type, world_call_xml(id, "7:1", "Terminator", state, "2050"));
	world_settle(&w);
}

START_TEST(test_group)
{
	setup(GROUP "user-packages = Advanced Call, Do Not Disturb\n");
	ck_assert_uint_eq(w.subscriptions, 4);
	ck_assert_str_ne(calls()->subscription, "");
	ck_assert_str_ne(world_scope(&w, "Do Not Disturb", "ent/grp")->subscription, "");
	ck_assert_str_ne(world_scope(&w, "Call Center Queue", "ent/grp")->subscription, "");
	ck_assert_str_ne(world_scope(&w, "Route Point Queue", "ent/grp")->subscription, "");
	world_forget_asked(&w);
	world_half(&w, "2001", "a", "7:1", "Terminator", "Active", "2050");
	world_monitor(&w, client, "2001");
	world_asked(&w,
		"xsp1 GET A/user/2001@demo.example/calls\n"
		"xsp1 GET A/user/2001@demo.example/calls/a\n");
	/* the call was there before; it is known all the same */
	call("2001", "CallHeldEvent", "a", "Held");
	ck_assert_uint_eq(heard_count("HeldEvent"), 1);
	/* of a user that nobody monitors */
	call("2002", "CallReceivedEvent", "b", "Alerting");
	ck_assert_uint_eq(heard_count("Event"), 0);
	call("2001", "CallReleasedEvent", "a", "Released");
	ck_assert_uint_eq(heard_count("ConnectionClearedEvent"), 1);
	world_asked(&w, "");
	world_fini(&w);
}
END_TEST

START_TEST(test_enterprise)
{
	setup("subscribe = enterprise\nscope = ent\nscope = other\n");
	ck_assert_uint_eq(w.subscriptions, 6);
	world_monitor(&w, client, "2001");
	world_scope_event(&w, world_scope(&w, "Advanced Call", "other"), "2001",
		"CallReceivedEvent", world_call_xml("a", "7:1", "Terminator", "Alerting", "2050"));
	world_settle(&w);
	ck_assert_uint_eq(heard_count("DeliveredEvent"), 1);
	world_fini(&w);
}
END_TEST

/* The other names of what holds groups: a service provider, everything. */
START_TEST(test_wider)
{
	static const struct {
		const char *settings, *request, *scope;
	} wider[] = {
		{ "subscribe = service-provider\nscope = sp\n", "xsp1 POST E/serviceprovider/sp",
			"sp" },
		{ "subscribe = system\n", "xsp1 POST E/system", "*" },
	};

	for (size_t i = 0; i < 2; i++) {
		setup(wider[i].settings);
		ck_assert_uint_eq(w.subscriptions, 3);
		world_monitor(&w, client, "2001");
		world_scope_event(&w, world_scope(&w, "Advanced Call", wider[i].scope), "2001",
			"CallReceivedEvent",
			world_call_xml("a", "7:1", "Terminator", "Alerting", "2050"));
		world_settle(&w);
		ck_assert_uint_eq(heard_count("DeliveredEvent"), 1);
		/* it ends: subscribed to anew */
		world_forget_asked(&w);
		world_scope_event(&w, world_scope(&w, "Advanced Call", wider[i].scope), "2001",
			"SubscriptionTerminatedEvent", "");
		world_run(&w, 3000);
		ck_assert_uint_eq(world_asked_count(&w, wider[i].request), 1);
		world_fini(&w);
	}
}
END_TEST

/* Numbers are missing: whose they were is not known. */
START_TEST(test_gap)
{
	setup(GROUP "gap-wait-ms = 300\n");
	world_monitor(&w, client, "2001");
	world_monitor(&w, client, "2002");
	world_forget_asked(&w);
	world_half(&w, "2002", "b", "8:1", "Terminator", "Alerting", "2050");
	calls()->sequence++;
	call("2001", "CallReceivedEvent", "a", "Alerting");
	ck_assert_uint_eq(heard_count("DeliveredEvent"), 0);
	world_run(&w, 1000);
	ck_assert_uint_eq(heard_count("DeliveredEvent"), 2);
	ck_assert_uint_ge(world_asked_count(&w, "GET A/user/2001"), 1);
	ck_assert_uint_ge(world_asked_count(&w, "GET A/user/2002"), 2);
	world_fini(&w);
}
END_TEST

/* The subscription ends, with a word and without; what happened meanwhile is found. */
START_TEST(test_subscription_lost)
{
	setup(GROUP "audit-s = 100\n");
	world_monitor(&w, client, "2001");
	world_forget_asked(&w);
	if (_i == 0)
		world_scope_event(&w, calls(), "2001", "SubscriptionTerminatedEvent", "");
	calls()->subscription[0] = '\0';
	world_half(&w, "2001", "a", "7:1", "Terminator", "Alerting", "2050");
	for (int i = 0; i < (_i == 0 ? 1 : 4); i++) {
		world_run(&w, _i == 0 ? 1000 : 33500);
		world_send(&w, client, 1, "<SystemStatusResponse/>");
		world_send(&w, client, 1, "<What/>");
	}
	ck_assert_uint_eq(world_asked_count(&w, "POST E/serviceprovider/ent/group/grp"), 1);
	ck_assert_uint_eq(heard_count("DeliveredEvent"), 1);
	call("2001", "CallAnsweredEvent", "a", "Active");
	ck_assert_uint_eq(heard_count("EstablishedEvent"), 1);
	world_fini(&w);
}
END_TEST

/* An event comes in while the calls are read: what was read is not used. */
START_TEST(test_read_again)
{
	char old[] = "<?xml version=\"1.0\"?><Calls xmlns=\"http://schema.broadsoft.com/xsi\"/>";

	setup(GROUP);
	world_monitor(&w, client, "2001");
	world_rule(&w, "GET", "A/user/2001", 200, 1, old);
	world_rule_last(&w)->delay_ms = 300;
	world_forget_asked(&w);
	world_send(&w, client, 70,
		"<SnapshotDevice><snapshotObject>2001</snapshotObject></SnapshotDevice>");
	call("2001", "CallReceivedEvent", "a", "Alerting");
	world_run(&w, 1000);
	ck_assert_uint_eq(heard_count("ConnectionClearedEvent"), 0);
	world_asked(&w,
		"xsp1 GET A/user/2001@demo.example/calls\n"
		"xsp1 GET A/user/2001@demo.example/calls\n"
		"xsp1 GET A/user/2001@demo.example/calls/a\n");
	world_fini(&w);
}
END_TEST

/* A queue is read with one request; what waits in it is known. */
START_TEST(test_queue)
{
	setup(GROUP "[devices]\nqueue = 27*\n");
	world_rule(&w, "GET", "A/callcenter/2700", 200, -1,
		"<?xml version=\"1.0\"?><ACDQueue xmlns=\"http://schema.broadsoft.com/xsi\"><queueEntries>"
		"<queueEntry><callId>q1</callId><extTrackingId>9:1</extTrackingId><remoteParty>"
		"<address>tel:+15550001</address></remoteParty><addTime>1</addTime></queueEntry>"
		"</queueEntries></ACDQueue>");
	world_forget_asked(&w);
	world_monitor(&w, client, "2700");
	world_asked(&w, "xsp1 GET A/callcenter/2700@demo.example/calls\n");
	world_rules_clear(&w);
	world_rule(&w, "GET", "A/callcenter/2700", 200, -1,
		"<?xml version=\"1.0\"?><ACDQueue xmlns=\"http://schema.broadsoft.com/xsi\"/>");
	world_send(&w, client, 70,
		"<SnapshotDevice><snapshotObject>2700</snapshotObject></SnapshotDevice>");
	world_run(&w, 100);
	ck_assert_uint_eq(heard_count("ConnectionClearedEvent"), 1);
	world_fini(&w);
}
END_TEST

/* A call that ends while it is read is left out; a conference is read with the calls. */
START_TEST(test_conference)
{
	setup(GROUP);
	world_half(&w, "2001", "a", "7:1", "Originator", "Active", "2050");
	world_half(&w, "2001", "b", "8:1", "Originator", "Active", "2051");
	world_rule(&w, "GET", "2001@demo.example/calls/Conference", 200, -1,
		"<?xml version=\"1.0\"?>\n<Conference xmlns=\"http://schema.broadsoft.com/xsi\">"
		"<state>Active</state><conferenceParticipantList>"
		"<conferenceParticipant><callId>a</callId></conferenceParticipant>"
		"<conferenceParticipant><callId>b</callId></conferenceParticipant>"
		"</conferenceParticipantList></Conference>\n");
	world_rule(&w, "GET", "2001@demo.example/calls/", 404, 1, "");
	world_rule(&w, "GET", "2001@demo.example/calls", 200, 1,
		"<?xml version=\"1.0\"?><Calls xmlns=\"http://schema.broadsoft.com/xsi\">"
		"<call><callId>gone</callId><uri>/x</uri></call>"
		"<call inConference=\"true\"><callId>a</callId><uri>/x</uri></call>"
		"<call><callId>b</callId><uri>/x</uri></call></Calls>");
	world_forget_asked(&w);
	world_monitor(&w, client, "2001");
	ck_assert_uint_eq(world_asked_count(&w, "GET A/user/2001@demo.example/calls"), 5);
	/* it is complete: nothing is asked again, and both calls are known */
	world_run(&w, 10000);
	ck_assert_uint_eq(world_asked_count(&w, "GET A/user/2001@demo.example/calls"), 5);
	ck_assert_uint_eq(world_logged(&w, 37206, "device=2001"), 2);
	ck_assert_uint_eq(world_logged(&w, 37205, ""), 0);
	world_fini(&w);
}
END_TEST

/* Nobody subscribes to single devices, unknown ones are refused, linger tells BroadWorks nothing. */
START_TEST(test_unknown_device)
{
	setup(GROUP);
	world_rule(&w, "GET", "A/user/2650", 404, -1, "");
	world_forget_asked(&w);
	world_send(
		&w, client, 9, "<MonitorStart><monitorObject>2650</monitorObject></MonitorStart>");
	world_run(&w, 200);
	world_heard(&w, client, W_ERROR("0009", "operation", "invalidDeviceID"));
	ck_assert_uint_eq(world_asked_count(&w, "POST E/user"), 0);
	world_fini(&w);
}
END_TEST

/* The group may not be subscribed to: no device is in service, and it is tried again. */
START_TEST(test_refused)
{
	world_init(&w, 1, GROUP "package-retry-s = 60\n");
	w.quiet_acks = true;
	w.unassigned = "Advanced Call";
	world_start(&w);
	client = world_session(&w);
	world_run(&w, 1000);
	ck_assert_uint_eq(
		world_logged(&w, 37506, "device=ent/grp package Advanced Call is refused"), 1);
	w.unassigned = NULL;
	world_run(&w, 70000);
	ck_assert_str_ne(calls()->subscription, "");
	world_fini(&w);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("bw_scope");
	TCase *t = tcase_create("bw_scope");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_group);
	tcase_add_test(t, test_enterprise);
	tcase_add_test(t, test_wider);
	tcase_add_test(t, test_gap);
	tcase_add_loop_test(t, test_subscription_lost, 0, 2);
	tcase_add_test(t, test_read_again);
	tcase_add_test(t, test_queue);
	tcase_add_test(t, test_conference);
	tcase_add_test(t, test_unknown_device);
	tcase_add_test(t, test_refused);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
