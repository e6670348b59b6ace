/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSTA connections over TLS on loopback: what holds for plain ones holds here too, and handshakes that fail, do not end,
 * or are too many.
 */
#include "daemon/io_tcp.h"
#include "proto/base/limits.h"
#include "tests/adapter/recorder.h"
#include "tests/adapter/segments.h"
#include "tests/adapter/tls_client.h"
#include "tests/adapter/tls_peer.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct recorder *r;
static struct io_tcp *tcp;
static struct conf conf;
static char dir[64], pem[128];

static void
make_certificate(void)
{
	tls_make_certificate(dir, "server", "127.0.0.1");
}

static void
setup(void)
{
	struct conf_listener *l = &conf.listeners[0];

	strcpy(dir, "/tmp/check_io_tcp_tls.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	make_certificate();
	snprintf(pem, sizeof(pem), "%s/server.pem", dir);
	r = recorder_new();
	conf_defaults(&conf);
	strcpy(l->address, "127.0.0.1");
	l->port = 0;
	l->tls = true;
	l->tls_handshake_ms = 5000;
	l->tls_pending_max = 64;
	strcpy(l->cert_file, pem);
	snprintf(l->key_file, sizeof(l->key_file), "%s/server.key", dir);
}

static void
begin(void)
{
	tcp = io_tcp_new(&r->sink, &conf);
	io_tcp_listen(tcp);
	ck_assert_uint_ne(io_tcp_port(tcp, 0), 0);
}

static void
teardown(void)
{
	char key[128];

	io_tcp_close(tcp);
	recorder_finish(r);
	io_tcp_free(tcp);
	recorder_free(r);
	snprintf(key, sizeof(key), "%s/server.key", dir);
	(void)unlink(pem);
	(void)unlink(key);
	ck_assert_int_eq(rmdir(dir), 0);
}

static bool
shaken(struct recorder *rec, void *arg)
{
	int result = tls_client_shake(arg);

	(void)rec;
	ck_assert_int_ge(result, 0);
	return result == 1;
}

static void
begin_client(struct tls_client *c, int receive_bytes)
{
	tls_client_open(c, tls_client_context(pem, NULL), io_tcp_port(tcp, 0), receive_bytes);
}

/* A client whose connection the node knows; its id. */
static uint64_t
connect_client(struct tls_client *c, int receive_bytes)
{
	size_t before = recorder_count(r, NODE_EV_CLIENT_OPEN);

	begin_client(c, receive_bytes);
	recorder_run_until(r, shaken, c);
	recorder_await(r, NODE_EV_CLIENT_OPEN, before + 1);
	return recorder_find(r, NODE_EV_CLIENT_OPEN, before)->id;
}

static void
read_exactly(struct tls_client *c, char *p, size_t n)
{
	uint64_t until = uv_hrtime() + (uint64_t)RECORDER_MS * 1000000;
	size_t have = 0;

	while (have < n) {
		int got = tls_client_read(c, p + have, n - have);

		ck_assert_msg(uv_hrtime() < until, "%zu of %zu bytes", have, n);
		ck_assert_msg(got >= 0, "end after %zu of %zu bytes", have, n);
		if (got == 0)
			uv_run(&r->loop, UV_RUN_ONCE);
		have += (size_t)got;
	}
}

static void
echo(const struct node_event *ev, void *arg)
{
	(void)arg;
	if (ev->kind == NODE_EV_CLIENT_DATA)
		io_tcp_send(tcp, ev->id, ev->bytes);
}

static uint64_t
last_acked(uint64_t id)
{
	uint64_t last = 0;

	for (size_t i = 0; i < r->count; i++)
		if (r->events[i].kind == NODE_EV_CLIENT_ACKED && r->events[i].id == id) {
			ck_assert_uint_gt(r->events[i].number, last);
			last = r->events[i].number;
		}
	return last;
}

struct wish {
	uint64_t id, number;
};

static bool
is_acked(struct recorder *rec, void *arg)
{
	const struct wish *w = arg;

	(void)rec;
	ck_assert_uint_le(last_acked(w->id), w->number);
	return last_acked(w->id) == w->number;
}

static bool
has_logged(struct recorder *rec, void *arg)
{
	return strstr(rec->log_text, arg) != NULL;
}

static void
await_log(const char *part)
{
	recorder_run_until(r, has_logged, (void *)(uintptr_t)part);
}

START_TEST(bytes_go_both_ways)
{
	struct tls_client c;
	char text[8];
	uint64_t id;

	begin();
	r->hook = echo;
	id = connect_client(&c, 0);
	ck_assert_uint_eq(recorder_find(r, NODE_EV_CLIENT_OPEN, 0)->bytes_n, 0);
	tls_client_write(&c, "hello");
	read_exactly(&c, text, 5);
	ck_assert_mem_eq(text, "hello", 5);
	tls_client_close(&c);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 1);
	ck_assert_uint_eq(recorder_find(r, NODE_EV_CLIENT_CLOSED, 0)->id, id);
}
END_TEST

/* What the node is told is bytes of messages: exactly what it sent, and never more. */
START_TEST(acknowledged_messages_are_told)
{
	static char large[100000];
	struct tls_client c;
	struct wish w = { 0, 6 };

	begin();
	w.id = connect_client(&c, 0);
	io_tcp_send(tcp, w.id, STR("abc"));
	io_tcp_send(tcp, w.id, STR("def"));
	recorder_run_until(r, is_acked, &w);
	w.number += sizeof(large);
	io_tcp_send(tcp, w.id, (struct str){ large, sizeof(large) });
	read_exactly(&c, large, 6);
	read_exactly(&c, large, sizeof(large));
	recorder_run_until(r, is_acked, &w);
	tls_client_close(&c);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 1);
}
END_TEST

/*
 * A client that stops reading has what the last count says, to the byte: after the fault it gets the rest from the
 * other node, and nothing is missing or twice.
 */
START_TEST(what_is_acknowledged_can_be_read)
{
	static char sent[1000 * 1000], got[1000 * 1000];
	struct tls_client c;
	uint64_t id, acked;
	size_t have = 0;
	int n;

	for (size_t i = 0; i < sizeof(sent); i++)
		sent[i] = (char)(i * 7 + i / 251);
	begin();
	id = connect_client(&c, 4096);
	for (size_t at = 0; at < sizeof(sent); at += 1000)
		io_tcp_send(tcp, id, (struct str){ sent + at, 1000 });
	recorder_run_ms(r, 200);
	acked = last_acked(id);
	ck_assert_uint_gt(acked, 0);
	ck_assert_uint_lt(acked, sizeof(sent));
	ck_assert_uint_eq(acked % 1000, 0);
	/* the loop stands still: only what the kernel has can be read */
	while ((n = tls_client_read(&c, got + have, sizeof(got) - have)) > 0)
		have += (size_t)n;
	ck_assert_uint_ge(have, acked);
	ck_assert_mem_eq(sent, got, acked);
	io_tcp_end(tcp, id, false);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 1);
	tls_client_close(&c);
}
END_TEST

START_TEST(each_message_is_a_segment)
{
	struct tls_client c;
	char text[30];
	uint32_t before;
	uint64_t id;

	begin();
	id = connect_client(&c, 0);
	before = segments_received(c.fd);
	for (int i = 0; i < 10; i++)
		io_tcp_send(tcp, id, STR("abc"));
	read_exactly(&c, text, sizeof(text));
	/* one that was sent again, because its acknowledgement was late, counts as well */
	ck_assert_uint_ge(segments_received(c.fd) - before, 10);
	tls_client_close(&c);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 1);
}
END_TEST

START_TEST(one_that_does_not_read_is_bounded_and_delays_nobody)
{
	static char much[1024 * 1024];
	struct tls_client deaf, c;
	char text[5];
	uint64_t id;

	begin();
	r->hook = echo;
	id = connect_client(&deaf, 0);
	(void)connect_client(&c, 0);
	for (int i = 0; i < 40; i++) {
		io_tcp_send(tcp, id, (struct str){ much, sizeof(much) });
		tls_client_write(&c, "hello");
		read_exactly(&c, text, 5);
	}
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 1);
	ck_assert_uint_eq(recorder_find(r, NODE_EV_CLIENT_CLOSED, 0)->id, id);
	ck_assert_ptr_nonnull(strstr(r->log_text, "37605 warning"));
	tls_client_close(&deaf);
	tls_client_close(&c);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 2);
}
END_TEST

static bool
has_ended(struct recorder *rec, void *arg)
{
	char byte;
	int result = tls_client_read(arg, &byte, 1);

	(void)rec;
	ck_assert_int_ge(result, -1); /* a goodbye, not a broken connection */
	return result == -1;
}

START_TEST(flush_says_goodbye)
{
	static char sent[2 * 1024 * 1024], got[2 * 1024 * 1024];
	struct tls_client c;
	uint64_t id;

	begin();
	id = connect_client(&c, 0);
	memset(sent, 'x', sizeof(sent));
	tls_client_write(&c, "unread");
	io_tcp_send(tcp, id, (struct str){ sent, sizeof(sent) });
	io_tcp_end(tcp, id, true);
	io_tcp_send(tcp, id, STR("too late"));
	read_exactly(&c, got, sizeof(got));
	ck_assert_mem_eq(sent, got, sizeof(got));
	recorder_run_until(r, has_ended, &c);
	tls_client_close(&c);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 1);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_CLIENT_DATA), 0);
}
END_TEST

START_TEST(a_handshake_has_a_deadline)
{
	struct tls_client c;

	conf.listeners[0].tls_handshake_ms = 100;
	begin();
	begin_client(&c, 0);
	await_log("37609 warning client=127.0.0.1:");
	ck_assert_ptr_nonnull(strstr(r->log_text, "listener=csta no handshake in time"));
	ck_assert_uint_eq(recorder_count(r, NODE_EV_CLIENT_OPEN), 0);
	tls_client_close(&c);
	recorder_run_ms(r, 20);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_CLIENT_CLOSED), 0);
}
END_TEST

/* While as many as allowed do not get on with it, the next one waits; then it is served. */
START_TEST(handshakes_are_limited)
{
	struct tls_client idle[2], c;

	conf.listeners[0].tls_handshake_ms = 300;
	conf.listeners[0].tls_pending_max = 2;
	begin();
	begin_client(&idle[0], 0);
	begin_client(&idle[1], 0);
	recorder_run_ms(r, 50);
	begin_client(&c, 0);
	for (int i = 0; i < 10; i++) {
		ck_assert_int_eq(tls_client_shake(&c), 0);
		recorder_run_ms(r, 5);
	}
	recorder_run_until(r, shaken, &c);
	recorder_await(r, NODE_EV_CLIENT_OPEN, 1);
	ck_assert_ptr_nonnull(strstr(r->log_text, "no handshake in time"));
	for (int i = 0; i < 2; i++)
		tls_client_close(&idle[i]);
	tls_client_close(&c);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 1);
}
END_TEST

START_TEST(a_plain_client_is_refused)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	static const char text[] = "\0\0\0\x1f"
				   "0005<SystemStatusResponse/>";
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	begin();
	sa.sin_port = htons(io_tcp_port(tcp, 0));
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	ck_assert_int_eq(send(fd, text, sizeof(text) - 1, 0), (int)sizeof(text) - 1);
	await_log("37609 warning");
	ck_assert_uint_eq(recorder_count(r, NODE_EV_CLIENT_OPEN), 0);
	close(fd);
}
END_TEST

static bool
has_failed(struct recorder *rec, void *arg)
{
	(void)rec;
	return tls_client_shake(arg) < 0;
}

/* Said when the process starts, not only when it is this node's turn; and good again when the files are. */
START_TEST(keys_are_read_again)
{
	struct tls_client c;
	uint64_t id;
	char text[4];

	(void)unlink(pem);
	begin();
	ck_assert_ptr_nonnull(strstr(
		r->log_text, "37611 alarm [listener csta] cert-file: No such file or directory"));
	tls_client_open(&c, tls_client_context(NULL, NULL), io_tcp_port(tcp, 0), 0);
	recorder_run_until(r, has_failed, &c);
	await_log("client refused: listener=csta has no certificates that can be used");
	tls_client_close(&c);
	make_certificate();
	io_tcp_load_keys(tcp);
	id = connect_client(&c, 0);
	/* a bad file changes nothing; a connection outlives a new key */
	(void)unlink(pem);
	io_tcp_load_keys(tcp);
	await_log("what was read before stays in use");
	make_certificate();
	io_tcp_load_keys(tcp);
	io_tcp_send(tcp, id, STR("good"));
	read_exactly(&c, text, 4);
	tls_client_close(&c);
	/* the client trusts the new certificate alone */
	(void)connect_client(&c, 0);
	tls_client_close(&c);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 2);
}
END_TEST

START_TEST(the_node_is_told_who_it_is)
{
	struct tls_client c;
	char own[128];

	conf.listeners[0].client_cert = CONF_CLIENT_CERT_REQUIRED;
	strcpy(conf.listeners[0].ca_file, pem);
	begin();
	snprintf(own, sizeof(own), "%s/server", dir);
	tls_client_open(&c, tls_client_context(pem, own), io_tcp_port(tcp, 0), 0);
	recorder_run_until(r, shaken, &c);
	recorder_await(r, NODE_EV_CLIENT_OPEN, 1);
	ck_assert_str_eq(recorder_find(r, NODE_EV_CLIENT_OPEN, 0)->bytes,
		"subject:CN=server\ncn:server\nip:127.0.0.1\n");
	tls_client_close(&c);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 1);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("io_tcp_tls");
	TCase *t = tcase_create("io_tcp_tls");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, bytes_go_both_ways);
	tcase_add_test(t, acknowledged_messages_are_told);
	tcase_add_test(t, what_is_acknowledged_can_be_read);
	tcase_add_test(t, each_message_is_a_segment);
	tcase_add_test(t, one_that_does_not_read_is_bounded_and_delays_nobody);
	tcase_add_test(t, flush_says_goodbye);
	tcase_add_test(t, a_handshake_has_a_deadline);
	tcase_add_test(t, handshakes_are_limited);
	tcase_add_test(t, a_plain_client_is_refused);
	tcase_add_test(t, keys_are_read_again);
	tcase_add_test(t, the_node_is_told_who_it_is);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
