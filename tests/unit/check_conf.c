/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: what is read, printed, hashed, and how errors read. */
#include "daemon/conf.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINIMAL \
	"[broadworks]\nxsp = 10.77.0.11:8080\nuser = admin@demo.example\npassword = secret\n"

static struct conf conf;

static void
good(const char *text)
{
	struct err e = { 0 };

	ck_assert_msg(conf_parse(&conf, "t.conf", text, &e) == 0, "%s", e.text);
}

/* The text must be refused, and the message hold `part`. */
static void
bad(const char *text, const char *part, uint32_t line)
{
	struct err e = { 0 };

	ck_assert_int_eq(conf_parse(&conf, "t.conf", text, &e), E_CONFIG);
	ck_assert_msg(strstr(e.text, part) != NULL, "\"%s\" is not in \"%s\"", part, e.text);
	ck_assert_uint_eq(e.line, line);
}

static void
print(const struct conf *c, bool secrets, char *text, size_t size)
{
	struct buf b;

	buf_init(&b, size - 1);
	conf_print(c, secrets, &b);
	ck_assert(!b.overflow);
	memcpy(text, b.p, b.n);
	text[b.n] = '\0';
	buf_fini(&b);
}

START_TEST(defaults_and_minimal)
{
	good(MINIMAL);
	ck_assert(conf.clustered && conf.confirmed && conf.fencing && conf.tell_pacemaker);
	ck_assert_str_eq(conf.group, "tandem");
	ck_assert_str_eq(conf.listeners[0].address, "0.0.0.0");
	ck_assert_uint_eq(conf.listeners[0].port, 1040);
	ck_assert_int_eq(conf.confirm_timeout_ms, 200);
	ck_assert_uint_eq(conf.update_in_flight, 32);
	ck_assert_uint_eq(conf.xsp_count, 1);
	ck_assert_str_eq(conf.xsps[0].name, "10.77.0.11:8080");
	ck_assert_str_eq(conf.xsps[0].base_url, "http://10.77.0.11:8080");
	ck_assert_str_eq(conf.bw_password, "secret");
	ck_assert_str_eq(conf.resync_cause, "switchingFunctionTerminated");
}
END_TEST

START_TEST(all_forms)
{
	good("# comment\n; comment\n\n[node]\r\nname = n1\r\ncluster = none\nreplicate=async\nfencing = no\n"
	     "[csta]\nlisten = [::1]:2040\nvirtual-address = 10.77.0.50\nuser = demo\npassword = a b  c\n"
	     "default-edition = ed6\n"
	     "[broadworks]\nxsp = https://xsp1.example:443/\nxsp = http://[::1]:8080\nxsp = xsp3.example\n"
	     "user = u\ndefault-domain = demo.example\n[pacemaker]\ntell = no");
	ck_assert_str_eq(conf.node_name, "n1");
	ck_assert(!conf.clustered && !conf.confirmed && !conf.fencing && !conf.tell_pacemaker);
	ck_assert_str_eq(conf.listeners[0].address, "::1");
	ck_assert_uint_eq(conf.listeners[0].port, 2040);
	ck_assert_str_eq(conf.csta_password, "a b  c");
	ck_assert_uint_eq(conf.xsp_count, 3);
	ck_assert_str_eq(conf.xsps[0].base_url, "https://xsp1.example:443");
	ck_assert_str_eq(conf.xsps[0].name, "xsp1.example:443");
	ck_assert_str_eq(conf.xsps[1].base_url, "http://[::1]:8080");
	ck_assert_str_eq(conf.xsps[2].base_url, "http://xsp3.example");
}
END_TEST

START_TEST(errors_name_place_and_what_is_allowed)
{
	bad(MINIMAL "[node]\nreplicate = often\n",
		"t.conf:6: [node] replicate: not a possible value; allowed: "
		"confirmed, async",
		6);
	bad("[node]\nbeat-ms = 0\n" MINIMAL,
		"t.conf:2: [node] beat-ms: not a possible value; allowed: a number from "
		"10 to 10000",
		2);
	bad("[node]\nbeat-ms = 250x\n" MINIMAL, "[node] beat-ms", 2);
	bad("[node]\nbeat-ms = 99999999999999999999999\n" MINIMAL, "[node] beat-ms", 2);
	bad("[node]\nbeat-ms = -5\n" MINIMAL, "[node] beat-ms", 2);
	bad("[node]\nstate-dir = tandem\n" MINIMAL, "absolute path", 2);
	bad("[node]\nstate-dir =\n" MINIMAL, "absolute path", 2);
	bad("[node]\nname = a b\n" MINIMAL, "[node] name", 2);
	bad("[node]\nbeat = 5\n" MINIMAL, "there is no such key; allowed: name, cluster, group", 2);
	bad("[nodes]\nname = x\n" MINIMAL,
		"there is no such section; allowed: node, csta, listener NAME, application NAME, broadworks, devices, numbers, link NAME, pacemaker",
		2);
	bad("name = x\n" MINIMAL, "[] name: there is no such section", 1);
	bad("[node]\nname = a\nname = b\n" MINIMAL, "t.conf:3: [node] name: given twice", 3);
	bad("[node]\nnonsense\n" MINIMAL, "t.conf:2: not understood", 2);
	bad("[csta]\nvirtual-address = n1.example\n" MINIMAL, "an IP address", 2);
	bad("[csta]\ndefault-edition = ed2\n" MINIMAL, "ed3, ed4, ed5, ed6", 2);
	bad("[csta]\nmonitors-max = 200001\n" MINIMAL, "a number from 1 to 200000", 2);
}
END_TEST

START_TEST(addresses_are_checked)
{
	static const char *const listens[] = { "0.0.0.0", "0.0.0.0:", "0.0.0.0:0", "0.0.0.0:65536",
		"host:1040", ":1040", "[::1]", "[::1:1040", "[::1]x:1", "::1:1040" };
	static const char *const xsps[] = { "", ":8080", "h:", "h:0", "h:70000", "ftp://h:80",
		"u@h:80", "h:80/path", "h h:80", "http://", "[::zz]:80", "h_x:80" };
	char text[256];

	for (size_t i = 0; i < sizeof(listens) / sizeof(listens[0]); i++) {
		snprintf(text, sizeof(text), "[csta]\nlisten = %s\n" MINIMAL, listens[i]);
		bad(text, "ADDRESS:PORT", 2);
	}
	for (size_t i = 0; i < sizeof(xsps) / sizeof(xsps[0]); i++) {
		snprintf(text, sizeof(text), "[broadworks]\nxsp = %s\nuser = u\n", xsps[i]);
		bad(text, "HOST:PORT", 2);
	}
}
END_TEST

START_TEST(what_belongs_together)
{
	bad("[broadworks]\nuser = u\n", "[broadworks] xsp: missing", 0);
	bad("[broadworks]\nxsp = h:80\n", "[broadworks] user: missing", 0);
	bad(MINIMAL "password-file = /x\n", "given together with password-file", 0);
	bad(MINIMAL "[csta]\nuser = demo\n", "[csta] password: missing", 0);
	bad(MINIMAL "[csta]\npassword = demo\n", "[csta] user: missing", 0);
	bad(MINIMAL "[node]\nlease-ms = 700\n", "[node] lease-ms", 0);
	bad(MINIMAL "[node]\nstall-ms = 4000\n", "[node] stall-ms", 0);
	bad(MINIMAL "retry-ms = 60000\n", "retry-ms-max", 0);
	bad(MINIMAL "heartbeat-ms = 40000\n", "[broadworks] silence-ms", 0);
}
END_TEST

START_TEST(limits)
{
	char text[2048];
	char filler[512];
	size_t n;

	memset(filler, 'x', sizeof(filler));
	filler[100] = '\0';
	snprintf(text, sizeof(text), "[node]\nname = %s\n" MINIMAL, filler);
	bad(text, "0 to 63 characters", 2);
	filler[100] = 'x';
	filler[400] = '\0';
	snprintf(text, sizeof(text), "[node]\nstate-dir = /%s\n" MINIMAL, filler);
	bad(text, "t.conf:2: the line is too long", 2);
	n = (size_t)snprintf(text, sizeof(text), "[broadworks]\nuser = u\n");
	for (int i = 0; i < 17; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "xsp = h%d:80\n", i);
	bad(text, "too many", 19);
}
END_TEST

START_TEST(print_and_parse_give_the_same)
{
	static char first[16384], second[16384];
	static struct conf again;
	struct err e = { 0 };

	good("[node]\nname = n2\nlease-ms = 5000\nlog-file = /var/log/t\n[csta]\nlisten = [::]:1040\nuser = demo\n"
	     "password = a'b\"c=d#e\n" MINIMAL
	     "xsp = https://h2\nca-file = /etc/ca.pem\n[pacemaker]\ntell = no\n");
	print(&conf, true, first, sizeof(first));
	ck_assert_int_eq(conf_parse(&again, "printed", first, &e), 0);
	print(&again, true, second, sizeof(second));
	ck_assert_str_eq(first, second);
	ck_assert_str_eq(conf.xsps[1].name, again.xsps[1].name);
	ck_assert_uint_eq(conf_hash(&conf), conf_hash(&again));
}
END_TEST

START_TEST(secrets_are_not_printed)
{
	static char text[16384];

	good(MINIMAL "[csta]\nuser = demo\npassword = geheim77\n");
	print(&conf, false, text, sizeof(text));
	ck_assert_ptr_null(strstr(text, "geheim77"));
	ck_assert_ptr_null(strstr(text, "secret"));
	ck_assert_ptr_nonnull(strstr(text, "# password = (not shown)"));
	/* one that came from a file is not printed at all: the file is */
	good("[csta]\nuser = demo\npassword-file = /etc/p\n" MINIMAL);
	strcpy(conf.csta_password, "fromfile");
	print(&conf, true, text, sizeof(text));
	ck_assert_ptr_null(strstr(text, "fromfile"));
	ck_assert_ptr_nonnull(strstr(text, "password-file = /etc/p"));
}
END_TEST

START_TEST(hash_covers_what_both_nodes_share)
{
	uint64_t base;

	good(MINIMAL);
	base = conf_hash(&conf);
	good("[node]\nname = n2\nstate-dir = /x\nlog-file = /y\ncontrol = other\n" MINIMAL);
	ck_assert_uint_eq(conf_hash(&conf), base);
	good("[node]\nbeat-ms = 251\n" MINIMAL);
	ck_assert_uint_ne(conf_hash(&conf), base);
	good(MINIMAL "xsp = h2:80\n");
	ck_assert_uint_ne(conf_hash(&conf), base);
	good("[broadworks]\nxsp = 10.77.0.11:8080\nuser = admin@demo.example\npassword = Secret\n");
	ck_assert_uint_ne(conf_hash(&conf), base);
	/* the same password from a file counts the same */
	good("[broadworks]\nxsp = 10.77.0.11:8080\nuser = admin@demo.example\npassword-file = /p\n");
	strcpy(conf.bw_password, "secret");
	ck_assert_uint_eq(conf_hash(&conf), base);
}
END_TEST

START_TEST(hostile_texts_end_in_an_error)
{
	static const char *const texts[] = { "", "[", "]", "=", "[]\n=\n", "[node\nname = x\n",
		"[node]\nname\n", "\xff\xfe", "[node]\n = x\n", "[node]\nname = \x01\n", "\n\n\n",
		"[csta]\nlisten = [\n", "[csta]\nlisten = []:1\n", "[broadworks]\nxsp = [\n",
		"[broadworks]\nxsp = http://[]:1\n", "[broadworks]\nxsp = /\n" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct err e = { 0 };

		ck_assert_int_eq(conf_parse(&conf, "t", texts[i], &e), E_CONFIG);
		ck_assert_str_ne(e.text, "");
	}
}
END_TEST

#define LINKED \
	"[broadworks]\nuser = u\npassword = p\nkpl-interval-s = 20\nca-file = /ca\nchannel-priority = 4\n"

START_TEST(links_have_sections)
{
	good(LINKED
		"xsp = cti://h1\nxsp = ctis://h2:9\n[link east]\nhost = xsp.example\nport = 8012\n"
		"transport = cti\ntls = yes\npriority = 2\nkpl-interval-s = 5\n"
		"user = other\npassword = eastpw\n[link west]\nhost = ::1\nproxy = http://p:3128\n");
	ck_assert_uint_eq(conf.xsp_count, 4);
	ck_assert_str_eq(conf.xsps[0].base_url, "cti://h1:8011");
	ck_assert_str_eq(conf.xsps[1].base_url, "ctis://h2:9");
	ck_assert_int_eq(conf.xsps[1].transport, CONF_CTI);
	ck_assert_str_eq(conf.xsps[2].name, "east");
	ck_assert_str_eq(conf.xsps[2].base_url, "ctis://xsp.example:8012");
	ck_assert_int_eq(conf.xsps[2].kpl_interval_s, 5);
	ck_assert_uint_eq(conf.xsps[2].kpl_tolerance, 3);
	ck_assert_uint_eq(conf.xsps[2].priority, 2);
	ck_assert_str_eq(conf.xsps[2].ca_file, "/ca");
	ck_assert_str_eq(conf.xsps[2].user, "other");
	ck_assert_str_eq(conf_link_password(&conf, 2), "eastpw");
	ck_assert_str_eq(conf.xsps[3].base_url, "http://[::1]");
	ck_assert_int_eq(conf.xsps[3].kpl_interval_s, 20);
	ck_assert_uint_eq(conf.xsps[3].priority, 4);
	ck_assert_str_eq(conf.xsps[3].user, "u");
	ck_assert_str_eq(conf_link_password(&conf, 3), "p");
}
END_TEST

START_TEST(links_are_checked)
{
	bad("[link a]\nport = 80\n" MINIMAL, "[link a] host: missing", 0);
	bad("[link a]\nhost = h:80\n" MINIMAL, "[link a] host: not a possible value", 2);
	bad("[link a]\nhost = h\nport = 0\n" MINIMAL, "a number from 1 to 65535", 3);
	bad("[link a]\nhost = h\nhost = h\n" MINIMAL, "given twice", 3);
	bad("[link a]\nhots = h\n" MINIMAL, "there is no such key; allowed: host, port", 2);
	bad("[link a b]\nhost = h\n" MINIMAL, "not a name for a link", 2);
	bad("[link ]\nhost = h\n" MINIMAL, "", 2);
	bad("[link a23456789012345678901234567890123456789012345]\nhost = h\n" MINIMAL,
		"not a name for a link", 2);
	bad("[link a]\nhost = h\ntransport = udp\n" MINIMAL, "http, cti", 3);
	bad("[link a]\nhost = h\nauth = bearer-file\n" MINIMAL, "token-file: missing", 0);
	bad("[link a]\nhost = h\nauth = bearer-helper\n" MINIMAL, "token-helper: missing", 0);
	bad("[link a]\nhost = h\nauth = cert\n" MINIMAL, "cert-file: missing", 0);
	bad("[link a]\nhost = h\nauth = sip\n" MINIMAL, "sip-user: missing", 0);
	bad("[link a]\nhost = h\ncert-file = /c\n" MINIMAL, "belong together", 0);
	bad("[link a]\nhost = h\npassword = a\npassword-file = /c\n" MINIMAL,
		"given together with password-file", 0);
	bad("[link a]\nhost = h\ntransport = cti\nproxy = http://p:1\n" MINIMAL,
		"[link a] proxy: it is for HTTP alone", 0);
	bad(MINIMAL "proxy = socks://h:1\n", "http://HOST:PORT", 5);
	bad(MINIMAL "context-events = xsi\n", "a path as", 5);
	bad(MINIMAL "context-events = /xsi/\n", "a path as", 5);
	bad(MINIMAL "error = 110862\n", "CODE WORD", 5);
	bad(MINIMAL "error = 110862 dance\n", "CODE WORD", 5);
	bad(MINIMAL "srv-name = _xsi-client._tcp.example\n", "srv-name: allowed", 0);
	bad(MINIMAL "discovery = srv\n", "srv-name: allowed", 0);
	bad(MINIMAL "discovery = srv\nsrv-name = xsi.example\n", "SRV record", 6);
}
END_TEST

START_TEST(links_of_srv_names_and_several_channels)
{
	good("[broadworks]\nuser = u\ndiscovery = srv\nsrv-name = _xsi-client._tcp.example.com\n"
	     "srv-name = _ecsta-cti._tls.example.com\nsrv-links-max = 3\nchannels-per-xsp = 2\n");
	ck_assert_uint_eq(conf.xsp_count, 12);
	ck_assert_uint_eq(conf.xsps[0].srv, 1);
	ck_assert_str_eq(conf.xsps[0].name, "srv1-1");
	ck_assert(conf.xsps[0].tls && conf.xsps[0].transport == CONF_HTTP);
	ck_assert(conf.xsps[3].tls && conf.xsps[3].transport == CONF_CTI);
	ck_assert_uint_eq(conf.xsps[11].primary, 5);
	ck_assert_str_eq(conf.xsps[11].name, "srv2-3#2");
	bad("[broadworks]\nuser = u\ndiscovery = srv\nsrv-name = _xsi-client._tcp.example.com\n"
	    "srv-links-max = 9\nchannels-per-xsp = 2\n",
		"channels-per-xsp: too many", 0);
	bad("[broadworks]\nuser = u\ndiscovery = srv\nsrv-name = _xsi-client._tcp.example.com\n"
	    "srv-links-max = 16\nxsp = h\n",
		"srv-links-max: too many", 0);
}
END_TEST

START_TEST(links_print_and_hash)
{
	static char first[32768], second[32768];
	static struct conf again;
	struct err e = { 0 };
	uint64_t base;

	good(LINKED
		"channels-per-xsp = 2\nxsp = h1:80\nerror = 110862 not-found\nerror = 503 overload\n"
		"[link east]\nhost = ::2\nauth = sip\nsip-user = s\npassword = eastpw\n");
	print(&conf, true, first, sizeof(first));
	ck_assert_msg(conf_parse(&again, "printed", first, &e) == 0, "%s", e.text);
	print(&again, true, second, sizeof(second));
	ck_assert_str_eq(first, second);
	base = conf_hash(&conf);
	ck_assert_uint_eq(base, conf_hash(&again));
	print(&conf, false, first, sizeof(first));
	ck_assert_ptr_null(strstr(first, "eastpw"));
	strcpy(conf.xsps[1].ca_file, "/elsewhere");
	ck_assert_uint_eq(conf_hash(&conf), base);
	strcpy(conf.xsps[1].password, "westpw");
	ck_assert_uint_ne(conf_hash(&conf), base);
}
END_TEST

START_TEST(heartbeats_fit_the_event_timeout)
{
	good(MINIMAL);
	ck_assert_int_eq(conf_heartbeat_ms(&conf), 15000);
	good(MINIMAL "event-timeout-ms = 12000\n");
	ck_assert_int_eq(conf_heartbeat_ms(&conf), 6000);
	good(MINIMAL "event-timeout-ms = 60000\n");
	ck_assert_int_eq(conf_heartbeat_ms(&conf), 15000);
}
END_TEST

/* What a reload says: which keys wait for a restart; those of the log do not. */
START_TEST(changes)
{
	static struct conf now, then;
	struct buf names;

	buf_init(&names, 4096);
	ck_assert_int_eq(conf_parse(&now, "t", MINIMAL, NULL), 0);
	ck_assert_int_eq(
		conf_parse(&then, "t",
			MINIMAL "[node]\nlog-level = debug\nlog-rate = 5\nlog-form = json\n"
				"log-mask-numbers = yes\n",
			NULL),
		0);
	ck_assert_uint_eq(conf_changed(&now, &then, &names), 0);
	ck_assert_uint_eq(names.n, 0);
	ck_assert_uint_eq(conf_hash(&now), conf_hash(&then));
	ck_assert_int_eq(then.log_level, 3);
	ck_assert_int_eq(
		conf_parse(&then, "t",
			MINIMAL
			"[node]\nbeat-ms = 300\n[csta]\nquiet-ms = 5\n[listener b]\nport = 7\n",
			NULL),
		0);
	ck_assert_uint_eq(conf_changed(&now, &then, &names), 3);
	ck_assert(
		str_is(buf_as_str(&names), "[node] beat-ms, [csta] quiet-ms, sections with names"));
	buf_fini(&names);
	ck_assert(conf_is_live("node", "log-level"));
	ck_assert(conf_is_live("node", "log-syslog"));
	ck_assert(!conf_is_live("csta", "log-level"));
	ck_assert(!conf_is_live("node", "beat-ms"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("conf");
	TCase *t = tcase_create("conf");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, defaults_and_minimal);
	tcase_add_test(t, changes);
	tcase_add_test(t, all_forms);
	tcase_add_test(t, errors_name_place_and_what_is_allowed);
	tcase_add_test(t, addresses_are_checked);
	tcase_add_test(t, what_belongs_together);
	tcase_add_test(t, limits);
	tcase_add_test(t, print_and_parse_give_the_same);
	tcase_add_test(t, secrets_are_not_printed);
	tcase_add_test(t, hash_covers_what_both_nodes_share);
	tcase_add_test(t, hostile_texts_end_in_an_error);
	tcase_add_test(t, links_have_sections);
	tcase_add_test(t, links_are_checked);
	tcase_add_test(t, links_of_srv_names_and_several_channels);
	tcase_add_test(t, links_print_and_hash);
	tcase_add_test(t, heartbeats_fit_the_event_timeout);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
