/* SPDX-License-Identifier: Apache-2.0 */
/* SRV names against a DNS server of the test's own on the same loop. */
#include "daemon/io_dns.h"

#include "tests/adapter/recorder.h"

#include <arpa/inet.h>

static struct recorder *r;
static struct io_dns *dns;
static struct conf conf;

static struct {
	uv_udp_t udp;
	char in[2048];
	unsigned asked;
	bool silent, broken;
} server;

static void
on_alloc(uv_handle_t *h, size_t size, uv_buf_t *b)
{
	(void)h;
	(void)size;
	*b = uv_buf_init(server.in, sizeof(server.in));
}

static void
put_u16(struct buf *b, unsigned v)
{
	buf_u8(b, (uint8_t)(v >> 8));
	buf_u8(b, (uint8_t)v);
}

/* A record of the question's name: "priority weight port host". */
static void
put_srv(struct buf *b, unsigned priority, unsigned weight, unsigned port, const char *host)
{
	char label[16];
	size_t n = strlen(host);

	snprintf(label, sizeof(label), "%s", host);
	buf_put(b, "\xc0\x0c\x00\x21\x00\x01\x00\x00\x00\x3c", 10);
	put_u16(b, (unsigned)(6 + 1 + n + 1));
	put_u16(b, priority);
	put_u16(b, weight);
	put_u16(b, port);
	buf_u8(b, (uint8_t)n);
	buf_put(b, label, n);
	buf_u8(b, 0);
}

static void
on_question(
	uv_udp_t *udp, ssize_t n, const uv_buf_t *in, const struct sockaddr *from, unsigned flags)
{
	bool known = memmem(in->base, n > 0 ? (size_t)n : 0, "\x0b_xsi-client", 12) != NULL;
	struct buf b;
	uv_buf_t out;
	size_t question = 12;

	(void)flags;
	if (n <= 12 || from == NULL)
		return;
	server.asked++;
	if (server.silent)
		return;
	while (question < (size_t)n && in->base[question] != 0)
		question += (size_t)(unsigned char)in->base[question] + 1;
	question += 5;
	buf_init(&b, 2048);
	buf_put(&b, in->base, 2);
	buf_put(&b, known ? "\x81\x80" : "\x81\x83", 2);
	buf_put(&b, known ? "\0\1\0\3\0\0\0\0" : "\0\1\0\0\0\0\0\0", 8);
	buf_put(&b, in->base + 12, question - 12);
	if (known && !server.broken) {
		put_srv(&b, 10, 5, 8012, "xsp1");
		put_srv(&b, 20, 0, 443, "xsp2");
		put_srv(&b, 0, 65535, 1, "xsp3");
	}
	out = uv_buf_init((char *)b.p, (unsigned)b.n);
	uv_udp_try_send(udp, &out, 1, from);
	buf_fini(&b);
}

static void
setup(void)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int n = sizeof(sa);
	struct err e = { 0 };

	r = recorder_new();
	conf_defaults(&conf);
	uv_udp_init(&r->loop, &server.udp);
	ck_assert_int_eq(uv_udp_bind(&server.udp, (struct sockaddr *)&sa, 0), 0);
	uv_udp_getsockname(&server.udp, (struct sockaddr *)&sa, &n);
	uv_udp_recv_start(&server.udp, on_alloc, on_question);
	snprintf(conf.dns_server, sizeof(conf.dns_server), "127.0.0.1:%u", ntohs(sa.sin_port));
	dns = io_dns_new(&r->sink, &conf, &e);
	ck_assert_int_eq(e.code, 0);
}

static void
teardown(void)
{
	io_dns_close(dns);
	uv_close((uv_handle_t *)&server.udp, NULL);
	recorder_finish(r);
	io_dns_free(dns);
	recorder_free(r);
}

START_TEST(records)
{
	const struct recorded *e;

	io_dns_ask(dns, 7, STR("_xsi-client._tcp.example.com"));
	recorder_await(r, NODE_EV_RESOLVED, 1);
	e = recorder_find(r, NODE_EV_RESOLVED, 0);
	ck_assert_uint_eq(e->id, 7);
	ck_assert_msg(e->flag, "%s", e->text);
	ck_assert_ptr_nonnull(strstr(e->bytes, "10 5 8012 xsp1\n"));
	ck_assert_ptr_nonnull(strstr(e->bytes, "20 0 443 xsp2\n"));
	ck_assert_ptr_nonnull(strstr(e->bytes, "0 65535 1 xsp3\n"));
	ck_assert_str_eq(e->text, "");
}
END_TEST

START_TEST(no_such_name)
{
	const struct recorded *e;

	io_dns_ask(dns, 1, STR("_other._tcp.example.com"));
	recorder_await(r, NODE_EV_RESOLVED, 1);
	e = recorder_find(r, NODE_EV_RESOLVED, 0);
	ck_assert(!e->flag);
	ck_assert_str_ne(e->text, "");
	io_dns_ask(dns, 2, STR("..bad..name.."));
	recorder_await(r, NODE_EV_RESOLVED, 2);
	ck_assert(!recorder_find(r, NODE_EV_RESOLVED, 1)->flag);
}
END_TEST

/* Says that there are three records, and has none. */
START_TEST(answer_that_is_none)
{
	server.broken = true;
	io_dns_ask(dns, 1, STR("_xsi-client._tcp.example.com"));
	recorder_await(r, NODE_EV_RESOLVED, 1);
	ck_assert(!recorder_find(r, NODE_EV_RESOLVED, 0)->flag);
}
END_TEST

/* No answer: told after the time-outs of c-ares; and one that is open at the end is for nobody. */
START_TEST(silent_server)
{
	server.silent = true;
	io_dns_ask(dns, 1, STR("_xsi-client._tcp.example.com"));
	recorder_await(r, NODE_EV_RESOLVED, 1);
	ck_assert(!recorder_find(r, NODE_EV_RESOLVED, 0)->flag);
	ck_assert_uint_ge(server.asked, 2);
	io_dns_ask(dns, 2, STR("_xsi-client._tcp.example.com"));
	recorder_run_ms(r, 50);
}
END_TEST

START_TEST(server_that_is_no_address)
{
	struct err e = { 0 };
	struct io_dns *d;

	strcpy(conf.dns_server, "not an address");
	d = io_dns_new(&r->sink, &conf, &e);
	ck_assert_int_eq(e.code, E_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "dns-server"));
	recorder_run_ms(r, 10);
	io_dns_free(d);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("io_dns");
	TCase *t = tcase_create("io_dns");
	SRunner *runner = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, records);
	tcase_add_test(t, no_such_name);
	tcase_add_test(t, answer_that_is_none);
	tcase_add_test(t, silent_server);
	tcase_add_test(t, server_that_is_no_address);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
