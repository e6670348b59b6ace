/* SPDX-License-Identifier: Apache-2.0 */
/* Listeners of the configuration: sections, what they take from [csta], what is refused, print and hash. */
#include "daemon/conf.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#define MINIMAL "[broadworks]\nxsp = 10.77.0.11:8080\nuser = u\npassword = p\n"
#define SECURE "[listener s]\nport = 1041\ntls = yes\ncert-file = /c\nkey-file = /k\n"

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

START_TEST(the_first_is_that_of_csta)
{
	const struct conf_listener *l = &conf.listeners[0];

	good(MINIMAL);
	ck_assert_uint_eq(conf.listener_count, 1);
	ck_assert_str_eq(l->name, "csta");
	ck_assert_str_eq(l->address, "0.0.0.0");
	ck_assert_uint_eq(l->port, 1040);
	ck_assert_int_eq(l->framing, CONF_FRAMING_ANNEX_J);
	ck_assert(!l->tls);
	ck_assert_int_eq(l->keepalive_s, 30);
	ck_assert_int_eq(l->user_timeout_ms, 60000);
}
END_TEST

START_TEST(sections_add_listeners)
{
	const struct conf_listener *l = conf.listeners;

	good("[csta]\nlisten = 10.0.0.1:1040\nkeepalive-s = 7\n" SECURE
	     "ca-file = /ca\nclient-certificate = required\ntls-min = 1.3\nkeepalive-s = 0\n"
	     "[listener n]\naddress = ::1\nport = 1040\nframing = nul\ndefault-edition = ed5\n" MINIMAL);
	ck_assert_uint_eq(conf.listener_count, 3);
	ck_assert_str_eq(l[1].name, "s");
	ck_assert_str_eq(l[1].address, "0.0.0.0");
	ck_assert_uint_eq(l[1].port, 1041);
	ck_assert(l[1].tls && !l[2].tls);
	ck_assert_str_eq(l[1].cert_file, "/c");
	ck_assert_str_eq(l[1].ca_file, "/ca");
	ck_assert_int_eq(l[1].client_cert, CONF_CLIENT_CERT_REQUIRED);
	ck_assert_int_eq(l[1].tls_min, CONF_TLS_1_3);
	ck_assert_int_eq(l[1].tls_handshake_ms, 5000);
	ck_assert_uint_eq(l[1].tls_pending_max, 64);
	ck_assert_int_eq(l[1].keepalive_s, 0);
	ck_assert_int_eq(l[2].keepalive_s, 7);
	ck_assert_int_eq(l[2].user_timeout_ms, 60000);
	ck_assert_int_eq(l[2].framing, CONF_FRAMING_NUL);
	ck_assert_str_eq(l[2].default_edition, "ed5");
	ck_assert_str_eq(l[1].default_edition, "");
}
END_TEST

START_TEST(the_first_may_be_none)
{
	good("[csta]\nlisten = none\n" SECURE MINIMAL);
	ck_assert_str_eq(conf.listeners[0].address, "");
	ck_assert_uint_eq(conf.listener_count, 2);
	bad("[csta]\nlisten = none\n" MINIMAL, "[csta] listen: none; allowed: ADDRESS:PORT");
}
END_TEST

START_TEST(what_is_refused)
{
	char text[1024] = "";
	size_t n = 0;

	bad("[listener a]\naddress = 10.0.0.1\n" MINIMAL, "[listener a] port: missing");
	bad("[listener a]\nport = 1040\n" MINIMAL, "[listener a] port: another listener has it");
	bad("[listener a]\nport = 1050\naddress = ::1\n[listener b]\nport = 1050\n" MINIMAL,
		"[listener b] port: another");
	bad("[listener a]\nport = 0\n" MINIMAL, "a number from 1 to 65535");
	bad("[listener a]\nport = 5\nport = 5\n" MINIMAL, "given twice");
	bad("[listener a]\nports = 5\n" MINIMAL, "there is no such key; allowed: address, port");
	bad("[listener a b]\nport = 5\n" MINIMAL, "not a name for a listener");
	bad("[listener a]\nport = 5\ntls = yes\n" MINIMAL, "cert-file: missing");
	bad("[listener a]\nport = 5\ntls = yes\ncert-file = /c\n" MINIMAL, "cert-file: missing");
	bad("[listener a]\nport = 5\ncert-file = /c\nkey-file = /k\n" MINIMAL, "tls: no");
	bad(SECURE "client-certificate = optional\n" MINIMAL, "ca-file: missing");
	bad(SECURE "client-certificate = maybe\n" MINIMAL, "none, optional, required");
	bad(SECURE "tls-min = 1.1\n" MINIMAL, "1.2, 1.3");
	bad("[listener a]\nport = 5\nframing = lines\n" MINIMAL, "annex-j, nul");
	bad("[listener a]\nport = 5\naddress = host\n" MINIMAL, "an IP address");
	for (int i = 0; i < 8; i++)
		n += (size_t)snprintf(
			text + n, sizeof(text) - n, "[listener l%d]\nport = %d\n", i, 2000 + i);
	bad(text, "too many listeners");
}
END_TEST

START_TEST(print_and_hash)
{
	static struct conf again;
	struct err e = { 0 };
	struct buf b;
	uint64_t base;

	good(SECURE
		"ca-file = /ca\nclient-certificate = optional\n[listener n]\nport = 9\nframing = nul\n" MINIMAL);
	base = conf_hash(&conf);
	buf_init(&b, 32768);
	conf_print(&conf, true, &b);
	buf_char(&b, '\0');
	ck_assert_msg(conf_parse(&again, "printed", (const char *)b.p, &e) == 0, "%s", e.text);
	ck_assert_uint_eq(conf_hash(&again), base);
	ck_assert_str_eq(again.listeners[1].key_file, "/k");
	ck_assert_int_eq(again.listeners[2].framing, CONF_FRAMING_NUL);
	buf_fini(&b);
	/* files are of one node; ports are of both */
	good("[listener s]\nport = 1041\ntls = yes\ncert-file = /c2\nkey-file = /k2\nca-file = /ca\n"
	     "client-certificate = optional\n[listener n]\nport = 9\nframing = nul\n" MINIMAL);
	ck_assert_uint_eq(conf_hash(&conf), base);
	good(SECURE
		"ca-file = /ca\nclient-certificate = optional\n[listener n]\nport = 9\n" MINIMAL);
	ck_assert_uint_ne(conf_hash(&conf), base);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("conf_listen");
	TCase *t = tcase_create("conf_listen");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, the_first_is_that_of_csta);
	tcase_add_test(t, sections_add_listeners);
	tcase_add_test(t, the_first_may_be_none);
	tcase_add_test(t, what_is_refused);
	tcase_add_test(t, print_and_hash);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
