/* SPDX-License-Identifier: Apache-2.0 */
/* conf_device.c and its keys: kinds of devices, packages of each kind. */
#include "daemon/conf.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#define MINIMAL \
	"[broadworks]\nxsp = 10.77.0.11:8080\nuser = admin@demo.example\npassword = secret\n"
#define BIT(name) CORE_PACKAGE_BIT(CORE_PACKAGE_##name)

static struct conf conf;

static void
good(const char *text)
{
	struct err e = { 0 };

	ck_assert_msg(conf_parse(&conf, "t.conf", text, &e) == 0, "%s", e.text);
}

static void
bad(const char *text, const char *part)
{
	struct err e = { 0 };

	ck_assert_int_eq(conf_parse(&conf, "t.conf", text, &e), E_CONFIG);
	ck_assert_msg(strstr(e.text, part) != NULL, "\"%s\" is not in \"%s\"", part, e.text);
}

/* "user", "queue", "route-point"; "none" if no line names it. */
static const char *
kind(const char *device)
{
	char user[128];
	enum core_device_kind k;

	snprintf(user, sizeof(user), "%s@demo.example", device);
	if (!conf_device_kind(&conf, str_of(device), str_of(user), &k)) {
		ck_assert_int_eq(k, CORE_KIND_user);
		return "none";
	}
	return core_kind_name(k);
}

START_TEST(devices_by_name_range_and_pattern)
{
	good(MINIMAL "[devices]\nqueue = 2900, 3000-3019, q-*\nqueue = sales?\n"
		     "route-point = 40*0, *@other.example\nuser = 3005\n");
	ck_assert_str_eq(kind("2900"), "queue");
	ck_assert_str_eq(kind("2901"), "none");
	ck_assert_str_eq(kind("3000"), "queue");
	ck_assert_str_eq(kind("3019"), "queue");
	ck_assert_str_eq(kind("3020"), "none");
	ck_assert_str_eq(kind("03010"), "none");
	ck_assert_str_eq(kind("3005"), "user");
	ck_assert_str_eq(kind("q-"), "queue");
	ck_assert_str_eq(kind("q-7-x"), "queue");
	ck_assert_str_eq(kind("sales"), "none");
	ck_assert_str_eq(kind("sales1"), "queue");
	ck_assert_str_eq(kind("4000"), "route-point");
	ck_assert_str_eq(kind("40110"), "route-point");
	ck_assert_str_eq(kind("401"), "none");
	ck_assert_str_eq(kind("x@other.example"), "route-point");
	ck_assert_str_eq(kind(""), "none");
}
END_TEST

/* BroadWorks' name of a device counts as well. */
START_TEST(devices_by_user_id)
{
	enum core_device_kind k;

	good(MINIMAL "[devices]\nroute-point = rp*@demo.example\n");
	ck_assert(conf_device_kind(&conf, STR("1"), STR("rp1@demo.example"), &k));
	ck_assert_int_eq(k, CORE_KIND_route_point);
}
END_TEST

START_TEST(impossible_devices)
{
	char text[65536];
	size_t n = (size_t)snprintf(text, sizeof(text), MINIMAL "[devices]\n");

	bad(MINIMAL "[devices]\nqueue =\n", "[devices] queue");
	bad(MINIMAL "[devices]\nqueue = 1,,2\n", "a list of devices");
	bad(MINIMAL "[devices]\nqueue = 1 2\n", "a list of devices");
	bad(MINIMAL "[devices]\nagent = 1\n", "allowed: user, queue, route-point");
	for (int i = 0; i < CONF_DEVICE_RULES + 1; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "queue = 2%03d\n", i);
	bad(text, "too many");
}
END_TEST

/* No pattern takes longer than pattern times name. */
START_TEST(a_hostile_pattern_is_quick)
{
	char device[161];

	good(MINIMAL "[devices]\nqueue = *a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b\n");
	memset(device, 'a', sizeof(device) - 1);
	device[sizeof(device) - 1] = '\0';
	for (int i = 0; i < 1000; i++) {
		enum core_device_kind k;

		ck_assert(!conf_device_kind(&conf, str_of(device), str_of(device), &k));
	}
}
END_TEST

START_TEST(packages_of_each_kind)
{
	good(MINIMAL);
	ck_assert_uint_eq(conf.user_packages, core_packages_usual(CORE_KIND_user));
	ck_assert_uint_eq(conf.queue_packages, core_packages_usual(CORE_KIND_queue));
	ck_assert_uint_eq(conf.route_point_packages, core_packages_usual(CORE_KIND_route_point));
	good(MINIMAL "user-packages = Advanced Call\nqueue-packages = Call Center Monitoring , "
		     "Call Center Queue\n");
	ck_assert_uint_eq(conf.user_packages, BIT(advanced_call));
	ck_assert_uint_eq(conf.queue_packages, BIT(queue) | BIT(queue_monitoring));
	bad(MINIMAL "user-packages = Do Not Disturb\n", "a list that has Advanced Call");
	bad(MINIMAL "user-packages = Advanced Call, Call Center Queue\n", "a list that has");
	bad(MINIMAL "user-packages = Advanced Call, Hook Status\n", "a list that has");
	bad(MINIMAL "user-packages =\n", "a list that has");
	bad(MINIMAL "package-list = maybe\n", "auto, yes, no");
	bad(MINIMAL "device-kind = guess\n", "auto, configured");
	bad(MINIMAL "sequence-restart = never\n", "subscribe, snapshot, any");
	bad(MINIMAL "duplicate-window = 65\n", "0 to 64");
}
END_TEST

START_TEST(scopes)
{
	good(MINIMAL "subscribe = group\nscope = ent/grp 1\nscope = ent/grp2\n");
	ck_assert_int_eq(conf.subscribe, CONF_SUBSCRIBE_GROUP);
	ck_assert_uint_eq(conf.scope_count, 2);
	ck_assert_str_eq(conf.scopes[0], "ent/grp 1");
	good(MINIMAL "subscribe = enterprise\nscope = ent\n");
	bad(MINIMAL "subscribe = group\n", "[broadworks] scope");
	bad(MINIMAL "subscribe = group\nscope = ent\n", "[broadworks] scope");
	bad(MINIMAL "subscribe = group\nscope = ent/\n", "[broadworks] scope");
	bad(MINIMAL "subscribe = group\nscope = /grp\n", "[broadworks] scope");
	bad(MINIMAL "subscribe = group\nscope = a/b/c\n", "[broadworks] scope");
	bad(MINIMAL "subscribe = enterprise\nscope = ent/grp\n", "[broadworks] scope");
	bad(MINIMAL "scope = ent\n", "[broadworks] scope");
	good(MINIMAL "subscribe = service-provider\nscope = sp\n");
	good(MINIMAL "subscribe = system\n");
	ck_assert_uint_eq(conf.scope_count, 0);
	bad(MINIMAL "subscribe = system\nscope = ent\n", "[broadworks] scope");
	bad(MINIMAL "subscribe = service-provider\n", "[broadworks] scope");
	bad(MINIMAL "subscribe = world\n", "device, group, enterprise, service-provider, system");
}
END_TEST

START_TEST(print_parse_and_hash)
{
	static struct conf again;
	static char text[2][32768];
	struct err e = { 0 };
	uint64_t before;

	good(MINIMAL);
	before = conf_hash(&conf);
	good(MINIMAL "user-packages = Advanced Call, Do Not Disturb\npackage-list = yes\n"
		     "sequence-restart = any\nsubscribe = group\nscope = e/f\nscope = e/g\n"
		     "[devices]\nroute-point = 4*\nqueue = 2900-2901, 2910\nuser = 2901\n");
	ck_assert(conf_hash(&conf) != before);
	for (int i = 0; i < 2; i++) {
		struct buf b;

		buf_init(&b, sizeof(text[0]) - 1);
		conf_print(i == 0 ? &conf : &again, true, &b);
		ck_assert(!b.overflow);
		memcpy(text[i], b.p, b.n);
		text[i][b.n] = '\0';
		buf_fini(&b);
		ck_assert_msg(conf_parse(&again, "printed", text[0], &e) == 0, "%s", e.text);
	}
	ck_assert_str_eq(text[0], text[1]);
	ck_assert_uint_eq(conf_hash(&conf), conf_hash(&again));
	conf = again;
	ck_assert_str_eq(kind("2901"), "user");
	ck_assert_str_eq(kind("2910"), "queue");
	ck_assert_str_eq(kind("4"), "route-point");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("conf_device");
	TCase *t = tcase_create("conf_device");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, devices_by_name_range_and_pattern);
	tcase_add_test(t, devices_by_user_id);
	tcase_add_test(t, impossible_devices);
	tcase_add_test(t, a_hostile_pattern_is_quick);
	tcase_add_test(t, packages_of_each_kind);
	tcase_add_test(t, scopes);
	tcase_add_test(t, print_parse_and_hash);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
