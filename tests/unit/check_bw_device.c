/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices and their subscriptions: kinds found out or configured, packages one by one and as a list, what is refused, the
 * order of asks, renewal.
 */
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>

#define DND "Do Not Disturb"
#define THREE "user-packages = Advanced Call, Call Center Agent, Do Not Disturb\n"

static struct world w;
static unsigned client;

static void
setup(const char *settings)
{
	world_init(&w, 1, settings);
	w.quiet_acks = true;
	world_start(&w);
	client = world_session(&w);
	world_forget_asked(&w);
}

/* A call that comes in is told: the device is in service. */
static void
works(const char *device)
{
	static unsigned calls;
	char id[16], tracking[16];

	snprintf(id, sizeof(id), "w%u", ++calls);
	snprintf(tracking, sizeof(tracking), "%u:1", 100 + calls);
	world_take(&w, client);
	world_call(&w, device, "CallReceivedEvent", id, tracking, "Terminator", "Alerting", "2050");
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "DeliveredEvent"));
	world_call(&w, device, "CallReleasedEvent", id, tracking, "Terminator", "Released", "2050");
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "ConnectionClearedEvent"));
}

/* A long time, in which the client's session is kept alive. */
static void
long_run(int64_t ms)
{
	for (; ms > 0; ms -= 50000) {
		world_run(&w, ms < 50000 ? ms : 50000);
		world_send(&w, client, 1, "<SystemStatusResponse/>");
		world_send(&w, client, 1, "<What/>");
	}
	world_take(&w, client);
}

/* Subscriptions that BroadWorks holds of the user. */
static unsigned
held(const char *user)
{
	const struct world_user *u = world_user(&w, user);
	unsigned count = u->subscription[0] != '\0';

	for (unsigned i = 0; i < WORLD_PACKAGES; i++)
		count += u->packages[i].subscription[0] != '\0';
	return count;
}

static struct world_package *
package(const char *user, const char *name)
{
	struct world_user *u = world_user(&w, user);

	for (unsigned i = 0; i < WORLD_PACKAGES; i++)
		if (strcmp(u->packages[i].name, name) == 0)
			return &u->packages[i];
	ck_abort_msg("%s has no %s", user, name);
}

static unsigned
put_count(const char *user, const char *package)
{
	char path[160];

	snprintf(path, sizeof(path), "PUT E/subscription/%s", world_package(&w, user, package));
	return world_asked_count(&w, path);
}

/* --- packages one by one --- */

START_TEST(test_single_packages)
{
	setup(THREE "package-list = no\n");
	world_monitor(&w, client, "2001");
	/* the primary one first, the others when it is accepted */
	world_asked(&w,
		"xsp1 POST E/user/2001@demo.example\n"
		"xsp1 POST E/user/2001@demo.example Call Center Agent\n"
		"xsp1 POST E/user/2001@demo.example Do Not Disturb\n");
	ck_assert_uint_eq(held("2001"), 3);
	world_run(&w, 20000);
	world_asked(&w, "");
	/* each has numbers of its own */
	world_package_event(&w, "2001", DND, "DoNotDisturbEvent",
		"<xsi:info><xsi:active>true</xsi:active></xsi:info>");
	world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting", "2050");
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "DeliveredEvent"));
	ck_assert_uint_eq(world_logged(&w, 37209, ""), 0);
	world_fini(&w);
}
END_TEST

/* A service that the user does not have: noted once, tried again later, and the device is in service. */
START_TEST(test_secondary_refused)
{
	setup(THREE "package-list = no\npackage-retry-s = 600\n");
	w.unassigned = DND;
	world_monitor(&w, client, "2001");
	works("2001");
	ck_assert_uint_eq(world_asked_count(&w, DND), 1);
	long_run(500000);
	ck_assert_uint_eq(world_asked_count(&w, DND), 1);
	long_run(200000);
	ck_assert_uint_eq(world_asked_count(&w, DND), 2);
	ck_assert_uint_eq(world_logged(&w, 37506, "Do Not Disturb is refused"), 1);
	/* assigned at last */
	w.unassigned = NULL;
	long_run(700000);
	ck_assert_uint_eq(world_asked_count(&w, DND), 3);
	ck_assert_uint_eq(held("2001"), 3);
	works("2001");
	world_fini(&w);
}
END_TEST

/* An overloaded server delays a secondary package, and nothing else. */
START_TEST(test_secondary_fails)
{
	setup(THREE "package-list = no\n");
	world_monitor(&w, client, "2001");
	world_rule(&w, "PUT", world_package(&w, "2001", DND), 503, -1, "");
	world_snapshot(&w, "2001", "CallSubscriptionResyncEvent");
	world_run(&w, 30000);
	works("2001");
	ck_assert_uint_ge(put_count("2001", DND), 4);
	ck_assert_uint_le(put_count("2001", DND), 8);
	world_fini(&w);
}
END_TEST

START_TEST(test_secondary_lost)
{
	setup(THREE "package-list = no\naudit-s = 100\n");
	world_monitor(&w, client, "2001");
	world_forget_asked(&w);
	/* ended by BroadWorks, with a word and without */
	world_package_event(&w, "2001", DND, "SubscriptionTerminatedEvent", "");
	world_settle(&w);
	world_asked(&w, "xsp1 POST E/user/2001@demo.example Do Not Disturb\n");
	package("2001", DND)->subscription[0] = '\0';
	long_run(140000);
	ck_assert_uint_eq(world_asked_count(&w, DND), 1);
	ck_assert_uint_eq(held("2001"), 3);
	works("2001");
	ck_assert_uint_eq(world_history(&w, "as-failover"), 0);
	world_fini(&w);
}
END_TEST

/* A gap in the numbers of a secondary package: that one is asked. */
START_TEST(test_secondary_gap)
{
	setup(THREE "package-list = no\ngap-wait-ms = 300\n");
	world_monitor(&w, client, "2001");
	world_forget_asked(&w);
	package("2001", DND)->sequence += 2;
	world_package_event(&w, "2001", DND, "DoNotDisturbEvent",
		"<xsi:info><xsi:active>true</xsi:active></xsi:info>");
	world_run(&w, 280);
	world_asked(&w, "");
	world_run(&w, 2000);
	ck_assert_uint_eq(put_count("2001", DND), 1);
	ck_assert_uint_eq(world_asked_count(&w, "PUT"), 1);
	world_fini(&w);
}
END_TEST

/* --- lists --- */

#define LIST "[Advanced Call, Call Center Agent, Do Not Disturb]\n"

START_TEST(test_list)
{
	static const char *const modes[] = { "auto", "yes" };

	for (int i = 0; i < 2; i++) {
		char settings[256];

		snprintf(settings, sizeof(settings), THREE "package-list = %s\n", modes[i]);
		setup(settings);
		w.lists = true;
		world_monitor(&w, client, "2001");
		world_asked(&w, "xsp1 POST E/user/2001@demo.example " LIST);
		ck_assert_uint_eq(held("2001"), 1);
		world_package_event(&w, "2001", DND, "DoNotDisturbEvent",
			"<xsi:info><xsi:active>true</xsi:active></xsi:info>");
		world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting",
			"2050");
		ck_assert_ptr_nonnull(strstr(world_take(&w, client), "DeliveredEvent"));
		world_run(&w, 20000);
		world_asked(&w, "");
		ck_assert_uint_eq(world_logged(&w, 37209, ""), 0);
		world_fini(&w);
	}
}
END_TEST

/* A server that knows no lists is asked once in an activation. */
START_TEST(test_list_refused)
{
	static const unsigned statuses[] = { 400, 403, 404, 500 };

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		setup(THREE "package-list = auto\n");
		world_rule(&w, "POST", "E/user/2001", statuses[i], 1, "");
		world_monitor(&w, client, "2001");
		world_asked(&w,
			"xsp1 POST E/user/2001@demo.example " LIST
			"xsp1 POST E/user/2001@demo.example\n"
			"xsp1 POST E/user/2001@demo.example Call Center Agent\n"
			"xsp1 POST E/user/2001@demo.example Do Not Disturb\n");
		world_monitor(&w, client, "2002");
		world_asked(&w,
			"xsp1 POST E/user/2002@demo.example\n"
			"xsp1 POST E/user/2002@demo.example Call Center Agent\n"
			"xsp1 POST E/user/2002@demo.example Do Not Disturb\n");
		ck_assert_uint_eq(held("2001") + held("2002"), 6);
		world_fini(&w);
	}
}
END_TEST

/* One user's list is refused, others' are taken: it is that user, not the server. */
START_TEST(test_list_refused_to_one)
{
	setup(THREE "package-list = auto\n");
	w.lists = true;
	world_monitor(&w, client, "2001");
	w.unassigned = DND;
	world_monitor(&w, client, "2002");
	w.unassigned = NULL;
	world_forget_asked(&w);
	world_monitor(&w, client, "2003");
	world_asked(&w, "xsp1 POST E/user/2003@demo.example " LIST);
	ck_assert_uint_eq(held("2001"), 1);
	ck_assert_uint_eq(held("2002"), 2);
	works("2002");
	world_fini(&w);
}
END_TEST

/* An overload says nothing about lists. */
START_TEST(test_list_overload)
{
	setup(THREE "package-list = auto\n");
	w.lists = true;
	world_rule(&w, "POST", "E/user/2001", 503, 1, "");
	world_send(
		&w, client, 9, "<MonitorStart><monitorObject>2001</monitorObject></MonitorStart>");
	world_run(&w, 3000);
	world_asked(&w,
		"xsp1 POST E/user/2001@demo.example " LIST
		"xsp1 POST E/user/2001@demo.example " LIST);
	world_fini(&w);
}
END_TEST

/* With package-list = yes there is no other form, and no doubt about the kind of device either. */
START_TEST(test_list_only)
{
	setup(THREE "package-list = yes\n");
	world_send(
		&w, client, 9, "<MonitorStart><monitorObject>2001</monitorObject></MonitorStart>");
	world_run(&w, 1500);
	ck_assert_uint_ge(world_asked_count(&w, "[Advanced Call, "), 1);
	ck_assert_uint_eq(world_asked_count(&w, "POST"), world_asked_count(&w, "[Advanced Call, "));
	world_fini(&w);
}
END_TEST

/* --- kinds --- */

START_TEST(test_kind_found_out)
{
	setup("device-kind = auto\n");
	world_monitor(&w, client, "2700");
	world_asked(&w,
		"xsp1 POST E/user/2700@demo.example\n"
		"xsp1 POST E/user/2700@demo.example Call Center Queue\n");
	ck_assert_uint_eq(
		world_logged(&w, 37506, "device=2700 user=2700@demo.example is a queue"), 1);
	world_monitor(&w, client, "2800");
	world_asked(&w,
		"xsp1 POST E/user/2800@demo.example\n"
		"xsp1 POST E/user/2800@demo.example Call Center Queue\n"
		"xsp1 POST E/user/2800@demo.example Route Point Queue\n");
	ck_assert_uint_eq(world_logged(&w, 37506, "is a route-point"), 1);
	world_monitor(&w, client, "2001");
	world_asked(&w, "xsp1 POST E/user/2001@demo.example\n");
	works("2001");
	/* what is known is not found out again */
	world_user(&w, "2700")->subscription[0] = '\0';
	world_snapshot(&w, "2001", "CallSubscriptionResyncEvent");
	world_run(&w, 100);
	ck_assert_uint_eq(
		world_asked_count(&w, "POST E/user/2700@demo.example Call Center Queue"), 1);
	ck_assert_uint_eq(world_asked_count(&w, "POST"), 1);
	world_fini(&w);
}
END_TEST

START_TEST(test_kind_configured)
{
	setup("device-kind = configured\n[devices]\nqueue = 2700-2799\nroute-point = 28*\n");
	world_monitor(&w, client, "2700");
	world_monitor(&w, client, "2800");
	world_asked(&w,
		"xsp1 POST E/user/2700@demo.example Call Center Queue\n"
		"xsp1 POST E/user/2800@demo.example Route Point Queue\n");
	world_fini(&w);
}
END_TEST

/* Nobody knows it in any form: refused with the reason that it has as a user. */
START_TEST(test_no_kind)
{
	setup("device-kind = auto\n");
	world_send(
		&w, client, 9, "<MonitorStart><monitorObject>2650</monitorObject></MonitorStart>");
	world_run(&w, 100);
	world_heard(&w, client, W_ERROR("0009", "operation", "invalidDeviceID"));
	world_asked(&w,
		"xsp1 POST E/user/2650@demo.example\n"
		"xsp1 POST E/user/2650@demo.example Call Center Queue\n"
		"xsp1 POST E/user/2650@demo.example Route Point Queue\n");
	world_fini(&w);
}
END_TEST

/* --- the order of asks --- */

START_TEST(test_order_of_asks)
{
	const char *at, *const order[] = { "-2003", "-2700", "-2001", "-2002" };
	unsigned c;

	setup(THREE "package-list = no\ndevice-kind = auto\nupdate-in-flight = 1\n");
	c = client;
	world_monitor(&w, c, "2001");
	world_monitor(&w, c, "2002");
	world_monitor(&w, c, "2003");
	world_monitor(&w, c, "2700");
	world_call(&w, "2003", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting", "2050");
	w.xsps[0].mode = WORLD_DOWN;
	world_stream_ends(&w, 0);
	world_run(&w, 1000);
	world_forget_asked(&w);
	w.xsps[0].mode = WORLD_UP;
	world_run(&w, 10000);
	at = (buf_char(&w.asked, '\0'), (const char *)w.asked.p);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		at = strstr(at, "PUT E/subscription/");
		ck_assert_ptr_nonnull(at);
		at = strchr(at, '\n');
		ck_assert_msg(strncmp(at - 5, order[i], 5) == 0, "%zu: %.40s", i, at - 20);
	}
	/* then the other packages, all of them */
	w.asked.n--;
	ck_assert_uint_eq(world_asked_count(&w, "PUT E/subscription/"), 3 * 3 + 1);
	world_fini(&w);
}
END_TEST

/* --- renewal --- */

/* The grant is honoured, whatever it is: renewed before refresh-percent of it is over, and not much sooner. */
START_TEST(test_granted_expiry)
{
	static const unsigned grants_s[] = { 4, 60, 600, 1200 };

	for (size_t i = 0; i < sizeof(grants_s) / sizeof(grants_s[0]); i++) {
		int64_t share_ms = (int64_t)grants_s[i] * 800;

		setup("refresh-percent = 80\naudit-s = 3600\n");
		w.expires_s = grants_s[i];
		world_monitor(&w, client, "2001");
		world_forget_asked(&w);
		world_run(&w, share_ms * 9 / 10 - 30);
		ck_assert_uint_eq(world_asked_count(&w, "PUT E/sub"), 0);
		world_run(&w, share_ms / 10 + 30);
		ck_assert_uint_eq(world_asked_count(&w, "PUT E/sub"), 1);
		world_fini(&w);
	}
}
END_TEST

/* "Never", and a number that means nothing. */
START_TEST(test_granted_for_ever)
{
	static const unsigned grants_s[] = { 0, 2147483647, 86400 };

	for (size_t i = 0; i < sizeof(grants_s) / sizeof(grants_s[0]); i++) {
		setup("audit-s = 300\n");
		w.expires_s = grants_s[i];
		world_monitor(&w, client, "2001");
		world_forget_asked(&w);
		world_run(&w, 299000);
		ck_assert_uint_eq(world_asked_count(&w, "PUT E/sub"), 0);
		world_run(&w, 102000);
		ck_assert_uint_eq(world_asked_count(&w, "PUT E/sub"), 1);
		world_fini(&w);
	}
}
END_TEST

/* Two hundred devices that were subscribed to together are not renewed together. */
START_TEST(test_renewal_is_spread)
{
	unsigned before = 0, most = 0;

	setup("audit-s = 300\nupdate-rate = 1000\n");
	for (unsigned i = 0; i < 200; i++) {
		char device[8];

		snprintf(device, sizeof(device), "%u", 2000 + i);
		world_monitor(&w, client, device);
	}
	world_forget_asked(&w);
	world_run(&w, 280000);
	for (int second = 0; second < 120; second += 4) {
		unsigned now;

		world_run(&w, 4000);
		now = world_asked_count(&w, "PUT E/sub");
		most = now - before > most ? now - before : most;
		before = now;
	}
	ck_assert_uint_ge(before, 195);
	ck_assert_msg(most <= 40, "%u of 200 in four seconds", most);
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_single_packages,
		test_secondary_refused,
		test_secondary_fails,
		test_secondary_lost,
		test_secondary_gap,
		test_list,
		test_list_refused,
		test_list_refused_to_one,
		test_list_overload,
		test_list_only,
		test_kind_found_out,
		test_kind_configured,
		test_no_kind,
		test_order_of_asks,
		test_granted_expiry,
		test_granted_for_ever,
		test_renewal_is_spread,
	};

	return world_main("bw_device", tests, sizeof(tests) / sizeof(tests[0]));
}
