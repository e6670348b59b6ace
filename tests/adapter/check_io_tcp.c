/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSTA connections on loopback: order, limits, acknowledged counts, and every way a connection can
 * end.
 */
#include "daemon/io_tcp.h"
#include "proto/base/limits.h"
#include "tests/adapter/recorder.h"
#include "tests/adapter/segments.h"

#include <errno.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct recorder *r;
static struct io_tcp *tcp;
static struct conf conf;

static void
setup(void)
{
	r = recorder_new();
	conf_defaults(&conf);
	strcpy(conf.listeners[0].address, "127.0.0.1");
	conf.listeners[0].port = 0;
	conf.listeners[1] = conf.listeners[0];
	conf.listeners[1].keepalive_s = 7;
	conf.listeners[1].user_timeout_ms = 1234;
	conf.listener_count = 2;
	tcp = io_tcp_new(&r->sink, &conf);
	io_tcp_listen(tcp);
	ck_assert_uint_ne(io_tcp_port(tcp, 0), 0);
}

static void
teardown(void)
{
	io_tcp_close(tcp);
	recorder_finish(r);
	io_tcp_free(tcp);
	recorder_free(r);
}

static int
connect_to(uint32_t listener)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_port = htons(io_tcp_port(tcp, listener)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	ck_assert_int_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

static int
connect_client(void)
{
	return connect_to(0);
}

/* Reads what is there; the loop runs in between until `n` bytes have come. */
static void
read_exactly(int fd, char *p, size_t n)
{
	uint64_t until = uv_hrtime() + (uint64_t)RECORDER_MS * 1000000;
	size_t have = 0;

	while (have < n) {
		ssize_t got = recv(fd, p + have, n - have, 0);

		ck_assert_msg(uv_hrtime() < until, "%zu of %zu bytes", have, n);
		ck_assert_msg(got != 0, "end after %zu of %zu bytes", have, n);
		if (got > 0)
			have += (size_t)got;
		else
			uv_run(&r->loop, UV_RUN_ONCE);
	}
}

static void
echo(const struct node_event *ev, void *arg)
{
	(void)arg;
	if (ev->kind == NODE_EV_CLIENT_DATA)
		io_tcp_send(tcp, ev->id, ev->bytes);
}

START_TEST(echo_and_addresses)
{
	char text[64], expected[64];
	int fd = connect_client();
	struct sockaddr_in sa;
	socklen_t n = sizeof(sa);
	const struct recorded *open;

	r->hook = echo;
	ck_assert_int_eq(send(fd, "hello", 5, 0), 5);
	read_exactly(fd, text, 5);
	ck_assert_mem_eq(text, "hello", 5);
	open = recorder_find(r, NODE_EV_CLIENT_OPEN, 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&sa, &n), 0);
	snprintf(expected, sizeof(expected), "127.0.0.1:%u", (unsigned)ntohs(sa.sin_port));
	ck_assert_str_eq(open->text, expected);
	snprintf(expected, sizeof(expected), "127.0.0.1:%u", (unsigned)io_tcp_port(tcp, 0));
	ck_assert_str_eq(open->text2, expected);
	close(fd);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 1);
	ck_assert_uint_eq(recorder_find(r, NODE_EV_CLIENT_CLOSED, 0)->id, open->id);
}
END_TEST

/* More than the kernel's buffers hold: the rest is queued, and every byte comes in order. */
START_TEST(large_output_keeps_its_order)
{
	size_t n = LIMIT_OUTBOX_BYTES / 2;
	char *sent = malloc(n), *got = malloc(n);
	int fd = connect_client();
	uint64_t id;

	recorder_await(r, NODE_EV_CLIENT_OPEN, 1);
	id = recorder_find(r, NODE_EV_CLIENT_OPEN, 0)->id;
	for (size_t i = 0; i < n; i++)
		sent[i] = (char)(i * 7 + i / 251);
	for (size_t i = 0; i < n; i += 32768)
		io_tcp_send(tcp, id, (struct str){ sent + i, 32768 });
	read_exactly(fd, got, n);
	ck_assert_int_eq(memcmp(sent, got, n), 0);
	close(fd);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 1);
	free(sent);
	free(got);
}
END_TEST

static bool
all_acked(struct recorder *rec, void *arg)
{
	uint64_t want = *(uint64_t *)arg, last = 0;

	for (size_t i = 0; i < rec->count; i++)
		if (rec->events[i].kind == NODE_EV_CLIENT_ACKED) {
			ck_assert_uint_gt(rec->events[i].number, last);
			last = rec->events[i].number;
		}
	return last == want;
}

START_TEST(acknowledged_bytes_are_told)
{
	int fd = connect_client();
	uint64_t want = 6, id;
	size_t told;

	recorder_await(r, NODE_EV_CLIENT_OPEN, 1);
	id = recorder_find(r, NODE_EV_CLIENT_OPEN, 0)->id;
	io_tcp_send(tcp, id, STR("abc"));
	io_tcp_send(tcp, id, STR("def"));
	/* the client's TCP acknowledges, whether its program reads or not */
	recorder_run_until(r, all_acked, &want);
	told = recorder_count(r, NODE_EV_CLIENT_ACKED);
	recorder_run_ms(r, 120);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_CLIENT_ACKED), told);
	want = 9;
	io_tcp_send(tcp, id, STR("ghi"));
	recorder_run_until(r, all_acked, &want);
	close(fd);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 1);
}
END_TEST

/* A client with a small window that does not read: the count stays below what was sent. */
START_TEST(acknowledged_is_not_sent)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_port = htons(io_tcp_port(tcp, 0)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), small = 4096;
	size_t n = 4 * 1024 * 1024;
	char *bytes = calloc(1, n);
	uint64_t id, last = 0;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	recorder_await(r, NODE_EV_CLIENT_OPEN, 1);
	id = recorder_find(r, NODE_EV_CLIENT_OPEN, 0)->id;
	io_tcp_send(tcp, id, (struct str){ bytes, n });
	recorder_await(r, NODE_EV_CLIENT_ACKED, 1);
	recorder_run_ms(r, 200);
	for (size_t i = 0; i < recorder_count(r, NODE_EV_CLIENT_ACKED); i++)
		last = recorder_find(r, NODE_EV_CLIENT_ACKED, i)->number;
	ck_assert_uint_gt(last, 0);
	ck_assert_uint_lt(last, 1024 * 1024);
	io_tcp_end(tcp, id, false);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 1);
	close(fd);
	free(bytes);
}
END_TEST

START_TEST(slow_reader_is_bounded)
{
	static char bytes[1024 * 1024];
	int fd = connect_client();
	uint64_t id;

	recorder_await(r, NODE_EV_CLIENT_OPEN, 1);
	id = recorder_find(r, NODE_EV_CLIENT_OPEN, 0)->id;
	for (int i = 0; i < 40; i++)
		io_tcp_send(tcp, id, (struct str){ bytes, sizeof(bytes) });
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 1);
	ck_assert_ptr_nonnull(strstr(r->log_text, "37605 warning"));
	ck_assert_uint_eq(recorder_count(r, NODE_EV_CLIENT_CLOSED), 1);
	close(fd);
}
END_TEST

/* What a client sends meanwhile is not lost, and another one is read. */
START_TEST(pause_stops_reading)
{
	int held = connect_client(), other;
	uint64_t id;

	recorder_await(r, NODE_EV_CLIENT_OPEN, 1);
	id = recorder_find(r, NODE_EV_CLIENT_OPEN, 0)->id;
	io_tcp_pause(tcp, id, true);
	ck_assert_int_eq(send(held, "held", 4, 0), 4);
	other = connect_client();
	ck_assert_int_eq(send(other, "other", 5, 0), 5);
	recorder_await(r, NODE_EV_CLIENT_DATA, 1);
	ck_assert_uint_ne(recorder_find(r, NODE_EV_CLIENT_DATA, 0)->id, id);
	io_tcp_pause(tcp, id, false);
	io_tcp_pause(tcp, id, false);
	recorder_await(r, NODE_EV_CLIENT_DATA, 2);
	ck_assert_uint_eq(recorder_find(r, NODE_EV_CLIENT_DATA, 1)->id, id);
	ck_assert_mem_eq(recorder_find(r, NODE_EV_CLIENT_DATA, 1)->bytes, "held", 4);
	/* the end of one that is not read is seen all the same */
	io_tcp_pause(tcp, id, true);
	io_tcp_end(tcp, id, true);
	close(held);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 1);
	close(other);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 2);
	io_tcp_pause(tcp, id, true);
}
END_TEST

START_TEST(flush_then_close)
{
	size_t n = 2 * 1024 * 1024;
	char *sent = malloc(n), *got = malloc(n + 1);
	int fd = connect_client();
	uint64_t id;

	memset(sent, 'x', n);
	recorder_await(r, NODE_EV_CLIENT_OPEN, 1);
	id = recorder_find(r, NODE_EV_CLIENT_OPEN, 0)->id;
	/* bytes of the client that nobody reads any more must not turn the end into a reset */
	ck_assert_int_eq(send(fd, "unread", 6, 0), 6);
	io_tcp_send(tcp, id, (struct str){ sent, n });
	io_tcp_end(tcp, id, true);
	io_tcp_send(tcp, id, STR("too late"));
	read_exactly(fd, got, n);
	ck_assert_int_eq(memcmp(sent, got, n), 0);
	recorder_run_ms(r, 20);
	ck_assert_int_eq(recv(fd, got, 1, 0), 0);
	close(fd);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 1);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_CLIENT_DATA), 0);
	free(sent);
	free(got);
}
END_TEST

/* The client never ends its side: the server does, after a second. */
START_TEST(flush_has_a_deadline)
{
	int fd = connect_client();
	uint64_t id;

	recorder_await(r, NODE_EV_CLIENT_OPEN, 1);
	id = recorder_find(r, NODE_EV_CLIENT_OPEN, 0)->id;
	io_tcp_end(tcp, id, true);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 1);
	close(fd);
}
END_TEST

/* Mute, but not ended: what came before arrives, what comes after does not, and nothing is read. */
START_TEST(held_then_reset)
{
	int fd = connect_client();
	char text[8];
	uint64_t id;

	recorder_await(r, NODE_EV_CLIENT_OPEN, 1);
	id = recorder_find(r, NODE_EV_CLIENT_OPEN, 0)->id;
	io_tcp_send(tcp, id, STR("before"));
	io_tcp_hold(tcp, id, 100);
	io_tcp_send(tcp, id, STR("after"));
	ck_assert_int_eq(send(fd, "unread", 6, 0), 6);
	read_exactly(fd, text, 6);
	ck_assert_mem_eq(text, "before", 6);
	recorder_run_ms(r, 30);
	ck_assert_int_eq(recv(fd, text, 1, MSG_DONTWAIT), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_CLIENT_CLOSED), 0);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 1);
	ck_assert_int_eq(recv(fd, text, 1, 0), -1);
	ck_assert_int_eq(errno, ECONNRESET);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_CLIENT_DATA), 0);
	close(fd);
}
END_TEST

/* The role comes back before the time is over: who was held is told at once. */
START_TEST(held_until_it_listens_again)
{
	int fd = connect_client();
	char byte;

	recorder_await(r, NODE_EV_CLIENT_OPEN, 1);
	io_tcp_hold(tcp, recorder_find(r, NODE_EV_CLIENT_OPEN, 0)->id, 60000);
	recorder_run_ms(r, 30);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_CLIENT_CLOSED), 0);
	io_tcp_listen(tcp);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 1);
	ck_assert_int_eq(recv(fd, &byte, 1, 0), -1);
	ck_assert_int_eq(errno, ECONNRESET);
	close(fd);
}
END_TEST

/* What still waits in the process would go out although it is mute: better an end. */
START_TEST(held_with_output_is_an_end)
{
	size_t n = LIMIT_OUTBOX_BYTES / 2;
	char *sent = calloc(1, n);
	int fd = connect_client();
	uint64_t id;

	recorder_await(r, NODE_EV_CLIENT_OPEN, 1);
	id = recorder_find(r, NODE_EV_CLIENT_OPEN, 0)->id;
	io_tcp_send(tcp, id, (struct str){ sent, n });
	io_tcp_hold(tcp, id, 60000);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 1);
	close(fd);
	free(sent);
}
END_TEST

START_TEST(unknown_ids_are_swallowed)
{
	io_tcp_hold(tcp, 77, 1);
	io_tcp_send(tcp, 77, STR("x"));
	io_tcp_end(tcp, 77, true);
	io_tcp_end(tcp, 77, false);
}
END_TEST

/* The node closes the connection while it is being told of its data. */
static void
close_on_data(const struct node_event *ev, void *arg)
{
	(void)arg;
	if (ev->kind == NODE_EV_CLIENT_DATA) {
		io_tcp_send(tcp, ev->id, STR("bye"));
		io_tcp_end(tcp, ev->id, false);
	}
}

START_TEST(close_from_inside_an_event)
{
	int fd = connect_client();

	r->hook = close_on_data;
	ck_assert_int_eq(send(fd, "hello", 5, 0), 5);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 1);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_CLIENT_CLOSED), 1);
	close(fd);
}
END_TEST

START_TEST(reset_by_the_client)
{
	struct linger hard = { 1, 0 };
	int fd = connect_client();

	recorder_await(r, NODE_EV_CLIENT_OPEN, 1);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(fd);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 1);
}
END_TEST

/* The socket at the other end of a connection of this process. */
static int
other_end(int fd)
{
	struct sockaddr_in mine, peer;
	socklen_t n = sizeof(mine);

	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&mine, &n), 0);
	for (int other = 3; other < 1024; other++) {
		n = sizeof(peer);
		if (getpeername(other, (struct sockaddr *)&peer, &n) == 0 &&
			peer.sin_port == mine.sin_port)
			return other;
	}
	ck_abort_msg("there is no other end");
	return -1;
}

static int
option(int fd, int level, int name)
{
	int value = -1;
	socklen_t n = sizeof(value);

	ck_assert_int_eq(getsockopt(fd, level, name, &value, &n), 0);
	return value;
}

/* The node is told which listener it was, and sockets are as the listener's settings say. */
START_TEST(listeners_are_told_apart)
{
	int first = connect_to(0), second, other;

	recorder_await(r, NODE_EV_CLIENT_OPEN, 1);
	second = connect_to(1);
	recorder_await(r, NODE_EV_CLIENT_OPEN, 2);
	ck_assert_uint_eq(recorder_find(r, NODE_EV_CLIENT_OPEN, 0)->number, 0);
	ck_assert_uint_eq(recorder_find(r, NODE_EV_CLIENT_OPEN, 1)->number, 1);
	ck_assert_uint_eq(recorder_find(r, NODE_EV_CLIENT_OPEN, 1)->bytes_n, 0);
	other = other_end(first);
	ck_assert_int_eq(option(other, IPPROTO_TCP, TCP_KEEPIDLE), 30);
	ck_assert_int_eq(option(other, IPPROTO_TCP, TCP_USER_TIMEOUT), 60000);
	other = other_end(second);
	ck_assert_int_eq(option(other, SOL_SOCKET, SO_KEEPALIVE), 1);
	ck_assert_int_eq(option(other, IPPROTO_TCP, TCP_KEEPIDLE), 7);
	ck_assert_int_eq(option(other, IPPROTO_TCP, TCP_USER_TIMEOUT), 1234);
	close(first);
	close(second);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 2);
}
END_TEST

/* Messages that are sent one right after the other do not share a segment: some clients read one message a read. */
START_TEST(each_message_is_a_segment)
{
	char text[30];
	int fd = connect_client();
	uint64_t id;

	recorder_await(r, NODE_EV_CLIENT_OPEN, 1);
	id = recorder_find(r, NODE_EV_CLIENT_OPEN, 0)->id;
	for (int i = 0; i < 10; i++)
		io_tcp_send(tcp, id, STR("abc"));
	read_exactly(fd, text, sizeof(text));
	/* one that was sent again, because its acknowledgement was late, counts as well */
	ck_assert_uint_ge(segments_received(fd), 10);
	close(fd);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 1);
}
END_TEST

/* One that does not read costs the others nothing: what they are sent comes while its queue is full. */
START_TEST(one_that_does_not_read_delays_nobody)
{
	static char much[1024 * 1024];
	char text[5];
	int deaf = connect_client(), fd;
	uint64_t id;

	recorder_await(r, NODE_EV_CLIENT_OPEN, 1);
	fd = connect_client();
	recorder_await(r, NODE_EV_CLIENT_OPEN, 2);
	r->hook = echo;
	id = recorder_find(r, NODE_EV_CLIENT_OPEN, 0)->id;
	for (int i = 0; i < 6; i++) {
		io_tcp_send(tcp, id, (struct str){ much, sizeof(much) });
		ck_assert_int_eq(send(fd, "hello", 5, 0), 5);
		read_exactly(fd, text, 5);
	}
	ck_assert_uint_eq(recorder_count(r, NODE_EV_CLIENT_CLOSED), 0);
	close(deaf);
	close(fd);
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 2);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("io_tcp");
	TCase *t = tcase_create("io_tcp");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, echo_and_addresses);
	tcase_add_test(t, large_output_keeps_its_order);
	tcase_add_test(t, acknowledged_bytes_are_told);
	tcase_add_test(t, acknowledged_is_not_sent);
	tcase_add_test(t, slow_reader_is_bounded);
	tcase_add_test(t, pause_stops_reading);
	tcase_add_test(t, flush_then_close);
	tcase_add_test(t, flush_has_a_deadline);
	tcase_add_test(t, held_then_reset);
	tcase_add_test(t, held_until_it_listens_again);
	tcase_add_test(t, held_with_output_is_an_end);
	tcase_add_test(t, unknown_ids_are_swallowed);
	tcase_add_test(t, close_from_inside_an_event);
	tcase_add_test(t, reset_by_the_client);
	tcase_add_test(t, listeners_are_told_apart);
	tcase_add_test(t, each_message_is_a_segment);
	tcase_add_test(t, one_that_does_not_read_delays_nobody);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
