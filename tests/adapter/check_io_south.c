/* SPDX-License-Identifier: Apache-2.0 */
/* Connections for CTI against a server of the test's own: plain, TLS, certificates, every way to end. */
#include "daemon/io_south.h"

#include "tests/adapter/recorder.h"
#include "tests/adapter/tls_peer.h"

#include <signal.h>
#include <stdlib.h>

static struct recorder *r;
static struct io_south *south;
static struct conf conf;
static char dir[128], cert[160], pem[180];

static void
setup(void)
{
	const char *tmp = getenv("TMPDIR");

	signal(SIGPIPE, SIG_IGN);
	snprintf(dir, sizeof(dir), "%s/south.XXXXXX", tmp ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(cert, sizeof(cert), "%s/xsp", dir);
	snprintf(pem, sizeof(pem), "%s.pem", cert);
	tls_make_certificate(dir, "xsp", "127.0.0.1");
	r = recorder_new();
	conf_defaults(&conf);
	conf.xsp_count = 2;
	south = io_south_new(&r->sink, &conf);
}

static void
teardown(void)
{
	io_south_close(south);
	recorder_finish(r);
	io_south_free(south);
	recorder_free(r);
}

static void
open_to(uint64_t id, const char *scheme, const struct tls_peer *p)
{
	char url[64];

	snprintf(url, sizeof(url), "%s://127.0.0.1:%d", scheme, tls_peer_port(p));
	io_south_open(south, id, 0, str_of(url));
}

static const char *
ended(size_t n)
{
	recorder_await(r, NODE_EV_SOUTH_CLOSED, n);
	return recorder_find(r, NODE_EV_SOUTH_CLOSED, n - 1)->text;
}

static size_t
bytes_in(void)
{
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++)
		if (r->events[i].kind == NODE_EV_SOUTH_DATA)
			n += r->events[i].bytes_n;
	return n;
}

static bool
has_bytes(struct recorder *unused, void *arg)
{
	(void)unused;
	return bytes_in() >= *(size_t *)arg;
}

/* Opens, sends much, gets it back, and the other end closes. */
static void
talk(const char *scheme, const char *certificate)
{
	struct tls_peer *p = tls_peer_new(PEER_ECHO, certificate, NULL);
	static char big[200000];
	size_t want = sizeof(big) + 5;

	open_to(7, scheme, p);
	recorder_await(r, NODE_EV_SOUTH_OPEN, 1);
	ck_assert_uint_eq(recorder_find(r, NODE_EV_SOUTH_OPEN, 0)->id, 7);
	memset(big, 'x', sizeof(big));
	io_south_send(south, 7, STR("hello"));
	io_south_send(south, 7, (struct str){ big, sizeof(big) });
	recorder_run_until(r, has_bytes, &want);
	ck_assert_uint_eq(bytes_in(), want);
	ck_assert_int_eq(memcmp(recorder_find(r, NODE_EV_SOUTH_DATA, 0)->bytes, "hello", 5), 0);
	io_south_send(south, 7, STR("bye"));
	ck_assert_str_eq(ended(1), "ended by the XSP");
	io_south_send(south, 7, STR("to nobody"));
	io_south_end(south, 7);
	recorder_run_ms(r, 20);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_SOUTH_CLOSED), 1);
	tls_peer_free(p);
}

START_TEST(plain)
{
	talk("cti", NULL);
}
END_TEST

START_TEST(tls)
{
	strcpy(conf.xsps[0].ca_file, pem);
	talk("ctis", cert);
}
END_TEST

START_TEST(tls_unknown_authority)
{
	struct tls_peer *p = tls_peer_new(PEER_ECHO, cert, NULL);

	open_to(1, "ctis", p);
	ck_assert_ptr_nonnull(strstr(ended(1), "self-signed"));
	ck_assert_uint_eq(recorder_count(r, NODE_EV_SOUTH_OPEN), 0);
	tls_peer_free(p);
}
END_TEST

/* A certificate of another host is as bad as none. */
START_TEST(tls_wrong_name)
{
	struct tls_peer *p;

	tls_make_certificate(dir, "xsp", "xsp.example");
	strcpy(conf.xsps[0].ca_file, pem);
	p = tls_peer_new(PEER_ECHO, cert, NULL);
	open_to(1, "ctis", p);
	ck_assert_ptr_nonnull(strstr(ended(1), "IP address mismatch"));
	ck_assert_uint_eq(recorder_count(r, NODE_EV_SOUTH_OPEN), 0);
	tls_peer_free(p);
}
END_TEST

START_TEST(tls_client_certificate)
{
	struct tls_peer *p;
	char client[200];

	tls_make_certificate(dir, "client", "tandem.example");
	snprintf(client, sizeof(client), "%s/client.pem", dir);
	strcpy(conf.xsps[0].ca_file, pem);
	p = tls_peer_new(PEER_ECHO, cert, client);
	open_to(1, "ctis", p);
	ended(1);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_SOUTH_OPEN), 0);
	/* the other link has one */
	strcpy(conf.xsps[1].ca_file, pem);
	strcpy(conf.xsps[1].cert_file, client);
	snprintf(conf.xsps[1].key_file, sizeof(conf.xsps[1].key_file), "%s/client.key", dir);
	snprintf(client, sizeof(client), "ctis://127.0.0.1:%d", tls_peer_port(p));
	io_south_open(south, 2, 1, str_of(client));
	recorder_await(r, NODE_EV_SOUTH_OPEN, 1);
	io_south_end(south, 2);
	ck_assert_str_eq(ended(2), "closed by us");
	tls_peer_free(p);
}
END_TEST

START_TEST(tls_files_that_cannot_be_used)
{
	struct tls_peer *p = tls_peer_new(PEER_ECHO, cert, NULL);

	strcpy(conf.xsps[0].ca_file, "/does/not/exist");
	open_to(1, "ctis", p);
	ck_assert_ptr_nonnull(strstr(ended(1), "certificates of the link"));
	tls_peer_free(p);
}
END_TEST

/* A peer that speaks no TLS. */
START_TEST(tls_to_a_plain_server)
{
	struct tls_peer *p = tls_peer_new(PEER_ECHO, NULL, NULL);

	open_to(1, "ctis", p);
	ck_assert_ptr_nonnull(strstr(ended(1), "no TLS"));
	tls_peer_free(p);
}
END_TEST

START_TEST(no_connection)
{
	static const char *const urls[] = { "cti://127.0.0.1:1", "http://127.0.0.1:1", "cti://",
		"cti://127.0.0.1", "ctis://[::1", "cti://[::1]:1" };

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		io_south_open(south, i + 1, 0, str_of(urls[i]));
		ck_assert_str_ne(ended(i + 1), "");
	}
	io_south_open(south, 99, 9, STR("cti://127.0.0.1:1"));
	ended(sizeof(urls) / sizeof(urls[0]) + 1);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_SOUTH_OPEN), 0);
}
END_TEST

/* Whatever is under way when it is closed: nothing comes any more. */
START_TEST(closed_in_every_state)
{
	struct tls_peer *p = tls_peer_new(PEER_ECHO, NULL, NULL);

	open_to(1, "cti", p);
	recorder_await(r, NODE_EV_SOUTH_OPEN, 1);
	open_to(2, "cti", p);
	io_south_end(south, 2);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_SOUTH_CLOSED), 1);
	io_south_end(south, 1);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_SOUTH_CLOSED), 2);
	open_to(3, "cti", p); /* left to teardown */
	tls_peer_free(p);
}
END_TEST

/* A peer that takes nothing is given up before its backlog fills the memory. */
START_TEST(peer_that_does_not_read)
{
	struct tls_peer *p = tls_peer_new(PEER_DEAF, NULL, NULL);
	static char big[1000000];

	open_to(1, "cti", p);
	recorder_await(r, NODE_EV_SOUTH_OPEN, 1);
	for (int i = 0; i < 100 && recorder_count(r, NODE_EV_SOUTH_CLOSED) == 0; i++)
		io_south_send(south, 1, (struct str){ big, sizeof(big) });
	ck_assert_str_eq(ended(1), "the XSP does not read");
	tls_peer_free(p);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("io_south");
	TCase *t = tcase_create("io_south");
	SRunner *runner = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, plain);
	tcase_add_test(t, tls);
	tcase_add_test(t, tls_unknown_authority);
	tcase_add_test(t, tls_wrong_name);
	tcase_add_test(t, tls_client_certificate);
	tcase_add_test(t, tls_files_that_cannot_be_used);
	tcase_add_test(t, tls_to_a_plain_server);
	tcase_add_test(t, no_connection);
	tcase_add_test(t, closed_in_every_state);
	tcase_add_test(t, peer_that_does_not_read);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
