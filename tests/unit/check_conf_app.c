/* SPDX-License-Identifier: Apache-2.0 */
/* Sections [application NAME]: what is taken, what is refused, printing, and the lists that they are made of. */
#include "daemon/conf.h"
#include "proto/base/str.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINIMAL "[broadworks]\nuser = u\nxsp = x:1\n"

static struct conf conf;

static void
good(const char *text)
{
	struct err e = { 0 };

	ck_assert_msg(conf_parse(&conf, "t.conf", text, &e) == E_OK, "%s", e.text);
}

static void
bad(const char *text, const char *part)
{
	struct err e = { 0 };

	ck_assert_int_eq(conf_parse(&conf, "t.conf", text, &e), E_CONFIG);
	ck_assert_msg(strstr(e.text, part) != NULL, "%s", e.text);
}

START_TEST(sections_are_taken)
{
	const struct conf_application *a = conf.applications;

	good("[application wallboard]\nuser = anna, bert\npassword = geheim\naddresses = 10.0.0.0/8, ::1\n"
	     "devices = 2000-2099, 3*\ndevices = 77\nservices = MonitorStart, MonitorStop\nmonitoring-only = yes\n"
	     "sessions-max = 2\nmonitors-max = 100\nrequest-rate = 20\n"
	     "[application tserver]\ncertificate = cn:tserver\n" MINIMAL);
	ck_assert_uint_eq(conf.application_count, 2);
	ck_assert_str_eq(a->name, "wallboard");
	ck_assert_str_eq(a->users, "anna, bert");
	ck_assert_str_eq(a->password, "geheim");
	ck_assert_str_eq(a->addresses, "10.0.0.0/8, ::1");
	ck_assert_str_eq(a->devices, "2000-2099, 3*, 77");
	ck_assert_str_eq(a->services, "MonitorStart, MonitorStop");
	ck_assert(a->monitoring_only);
	ck_assert_uint_eq(a->sessions_max, 2);
	ck_assert_uint_eq(a->monitors_max, 100);
	ck_assert_int_eq(a->request_rate, 20);
	ck_assert_str_eq(a[1].certificate, "cn:tserver");
	ck_assert(!a[1].monitoring_only);
	ck_assert_uint_eq(a[1].sessions_max + a[1].monitors_max, 0);
}
END_TEST

START_TEST(what_does_not_fit_is_refused)
{
	bad("[application a]\nuser = x\n" MINIMAL, "[application a] password: missing");
	bad("[application a]\nmonitoring-only = yes\n" MINIMAL,
		"[application a] password: missing");
	bad("[application a]\npassword = x\n" MINIMAL, "[application a] user: missing");
	bad("[application a]\nuser = x\npassword = y\npassword-file = /z\n" MINIMAL,
		"given together with password-file");
	bad("[application a]\nuser = x\npassword = y\nlogin-file = /z\n" MINIMAL, "or login-file");
	bad("[application a]\nlogin-file = /z\n" MINIMAL, "[application a] user: missing");
	bad("[application a]\nuser = x\nlogin-file = z\n" MINIMAL, "login-file");
	bad("[application a]\nuser = x\npassword = y\n[application b]\nuser = w, x\npassword = y\n" MINIMAL,
		"[application b] user: another section has it");
	bad("[csta]\nuser = x\npassword = y\n[application b]\nuser = x\npassword = y\n" MINIMAL,
		"[application b] user: another section has it");
	bad("[application a]\nuser = @b\n" MINIMAL, "do not begin with '@'");
	bad("[application a]\naddresses = 10.0.0.0/33\n" MINIMAL, "addresses and networks");
	bad("[application a]\naddresses = host.example\n" MINIMAL, "addresses and networks");
	bad("[application a]\ndevices = 20,,21\n" MINIMAL, "devices, ranges");
	bad("[application a]\nservices = MonitorBegin\n" MINIMAL, "a list of CSTA requests");
	bad("[application a]\nservice = MonitorStart\n" MINIMAL, "there is no such key");
	bad("[application a]\nmonitors-max = 1\nmonitors-max = 1\n" MINIMAL, "given twice");
	bad("[application a b]\nuser = x\n" MINIMAL, "not a name for an application");
}
END_TEST

START_TEST(number_is_limited)
{
	char text[4096] = "";

	for (int i = 0; i <= CONF_APPLICATIONS; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			"[application a%d]\naddresses = ::1\n", i);
	strcat(text, MINIMAL);
	bad(text, "too many applications");
}
END_TEST

/* A list is as long as its place. */
START_TEST(list_is_limited)
{
	char text[8192] = "[application a]\n";

	for (int i = 0; i < 40; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			"addresses = 2001:db8::%d/64\n", i);
	strcat(text, MINIMAL);
	bad(text, "up to 511 characters in all");
}
END_TEST

START_TEST(print_is_read_again)
{
	static struct conf again;
	struct err e = { 0 };
	struct buf out;
	uint64_t hash;

	good("[application a]\nuser = anna, bert\npassword = geheim\naddresses = 10.0.0.0/8, ::1\ndevices = 2*, 3*\n"
	     "services = MonitorStart\nmonitoring-only = yes\nrequest-rate = 20\n[application b]\naddresses = ::1\n" MINIMAL);
	hash = conf_hash(&conf);
	buf_init(&out, 65536);
	conf_print(&conf, true, &out);
	buf_char(&out, '\0');
	ck_assert_msg(conf_parse(&again, "again", (const char *)out.p, &e) == E_OK, "%s", e.text);
	ck_assert_uint_eq(conf_hash(&again), hash);
	ck_assert_str_eq(again.applications[0].devices, "2*, 3*");
	ck_assert(again.applications[0].monitoring_only);
	/* no secret without being asked for it */
	buf_reset(&out);
	conf_print(&conf, false, &out);
	buf_char(&out, '\0');
	ck_assert_ptr_null(strstr((const char *)out.p, "geheim"));
	ck_assert_ptr_nonnull(strstr((const char *)out.p, "# password = (not shown)"));
	/* both nodes must have the same rights */
	strcpy(again.applications[0].devices, "2*");
	ck_assert_uint_ne(conf_hash(&again), hash);
	strcpy(again.applications[0].devices, "2*, 3*");
	strcpy(again.applications[0].password, "other");
	ck_assert_uint_ne(conf_hash(&again), hash);
	strcpy(again.applications[0].password, "geheim");
	strcpy(again.applications[0].password_file, "/etc/p");
	ck_assert_uint_eq(conf_hash(&again), hash);
	/* a password of a file is not printed: the file is */
	buf_reset(&out);
	conf_print(&again, true, &out);
	buf_char(&out, '\0');
	ck_assert_ptr_null(strstr((const char *)out.p, "geheim"));
	ck_assert_ptr_nonnull(strstr((const char *)out.p, "password-file = /etc/p"));
	buf_fini(&out);
}
END_TEST

START_TEST(addresses)
{
	static const struct {
		const char *list, *peer;
		bool in;
	} cases[] = {
		{ "10.0.0.0/8", "10.1.2.3:5", true },
		{ "10.0.0.0/8", "11.1.2.3:5", false },
		{ "10.1.2.3", "10.1.2.3:5", true },
		{ "10.1.2.3", "10.1.2.4:5", false },
		{ "192.168.0.0/22", "192.168.3.255:1", true },
		{ "192.168.0.0/22", "192.168.4.0:1", false },
		{ "0.0.0.0/0", "8.8.8.8:1", true },
		{ "0.0.0.0/0", "[::1]:1", false },
		{ "::/0", "10.0.0.1:1", false },
		{ "2001:db8::/33", "[2001:db8:7fff::1]:1", true },
		{ "2001:db8::/33", "[2001:db8:8000::1]:1", false },
		{ "1.1.1.1, ::1 ,10.0.0.0/8", "[::1]:9", true },
		{ "1.1.1.1, ::1 ,10.0.0.0/8", "10.9.9.9:9", true },
		/* an IPv4 client of a listener on [::] */
		{ "10.0.0.0/8", "[::ffff:10.1.2.3]:5", true },
		{ "::ffff:10.0.0.0/104", "10.1.2.3:5", true },
		{ "10.0.0.0/8", "nonsense", false },
		{ "", "10.1.2.3:5", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(
			conf_address_listed(cases[i].list, str_of(cases[i].peer)) == cases[i].in,
			"%s in %s", cases[i].peer, cases[i].list);
}
END_TEST

START_TEST(devices)
{
	ck_assert(conf_device_listed("2000-2099, 3*, x?z", STR("2050"), STR("")));
	ck_assert(conf_device_listed("2000-2099, 3*, x?z", STR("3"), STR("")));
	ck_assert(conf_device_listed("2000-2099, 3*, x?z", STR("9"), STR("xyz")));
	ck_assert(!conf_device_listed("2000-2099, 3*, x?z", STR("2100"), STR("2101")));
	ck_assert(!conf_device_listed("2000-2099, 3*, x?z", STR(""), STR("")));
	ck_assert(!conf_device_listed("", STR("2"), STR("2")));
	ck_assert(!conf_device_listed("*", STR(""), STR("")));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("conf_app");
	TCase *t = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_add_test(t, sections_are_taken);
	tcase_add_test(t, what_does_not_fit_is_refused);
	tcase_add_test(t, number_is_limited);
	tcase_add_test(t, list_is_limited);
	tcase_add_test(t, print_is_read_again);
	tcase_add_test(t, addresses);
	tcase_add_test(t, devices);
	suite_add_tcase(s, t);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
