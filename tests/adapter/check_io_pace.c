/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real node behind real sockets: what the server says first has a segment for each message. The client reads after
 * each step of the node, so that two messages of one step would be read together.
 */
#include "daemon/io_tcp.h"
#include "daemon/node.h"
#include "proto/csta_frame.h"
#include "tests/adapter/recorder.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static struct recorder *r;
static struct io_tcp *tcp;
static struct conf conf;
static struct node *node;
static struct node_out *out;
static uv_timer_t deadline;
static int client = -1;
static char reads[16][4096]; /* what each read brought */
static size_t read_count, read_used;

static void step(struct node_event ev);

static void
on_deadline(uv_timer_t *timer)
{
	(void)timer;
	step((struct node_event){ .kind = NODE_EV_TICK });
}

static void
read_client(void)
{
	ssize_t n;

	if (client < 0)
		return;
	n = recv(client, reads[read_count], sizeof(reads[0]) - 1, 0);
	if (n <= 0)
		return;
	ck_assert_int_ge(n, CSTA_PREFIX_BYTES);
	ck_assert_msg(n ==
			(unsigned char)reads[read_count][2] * 256 +
				(unsigned char)reads[read_count][3],
		"not one message: %s", reads[read_count] + CSTA_PREFIX_BYTES);
	read_count++;
	ck_assert_uint_lt(read_count, sizeof(reads) / sizeof(reads[0]));
}

static void
step(struct node_event ev)
{
	int64_t us;

	ev.now = (struct mono){ (int64_t)(uv_hrtime() / 1000) };
	ev.wall_us = 1;
	node_out_reset(out);
	node_step(node, &ev, out);
	for (size_t i = 0; i < node_out_count(out); i++) {
		struct node_action a = node_out_at(out, i);

		if (a.kind == NODE_ACT_CLIENT_SEND)
			io_tcp_send(tcp, a.id, a.bytes);
		else if (a.kind == NODE_ACT_CLIENT_CLOSE)
			io_tcp_end(tcp, a.id, a.flag);
	}
	read_client();
	us = node_deadline(node).us - (int64_t)(uv_hrtime() / 1000);
	uv_timer_start(&deadline, on_deadline, us > 0 ? (uint64_t)us / 1000 + 1 : 0, 0);
}

static void
on_event(const struct node_event *ev, void *arg)
{
	(void)arg;
	step(*ev);
}

static void
setup(void)
{
	struct err e = { 0 };

	ck_assert_int_eq(conf_parse(&conf, "test",
				 "[node]\ncluster = none\n[broadworks]\nuser = u\nxsp = x:1\n", &e),
		0);
	strcpy(conf.listeners[0].address, "127.0.0.1");
	conf.listeners[0].port = 0;
	r = recorder_new();
	node = node_new(&conf, 1, 0, 7, &r->log);
	out = node_out_new();
	tcp = io_tcp_new(&r->sink, &conf);
	uv_timer_init(&r->loop, &deadline);
	step((struct node_event){ .kind = NODE_EV_START });
	step((struct node_event){ .kind = NODE_EV_PROMOTE });
	r->hook = on_event;
	io_tcp_listen(tcp);
}

static void
teardown(void)
{
	r->hook = NULL;
	uv_close((uv_handle_t *)&deadline, NULL);
	io_tcp_close(tcp);
	recorder_finish(r);
	io_tcp_free(tcp);
	node_out_free(out);
	node_free(node);
	recorder_free(r);
}

static void
connect_client(void)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_port = htons(io_tcp_port(tcp, 0)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	ck_assert_int_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	client = fd;
}

static void
say(unsigned invoke, const char *body)
{
	struct buf frame;

	buf_init(&frame, 65535);
	ck_assert_int_eq(csta_frame_put(&frame, invoke, str_of(body)), 0);
	ck_assert_int_eq(send(client, frame.p, frame.n, 0), (ssize_t)frame.n);
	buf_fini(&frame);
}

/* The next read brought a message with this in it. */
static void
one_read(const char *word)
{
	uint64_t until = uv_hrtime() + (uint64_t)RECORDER_MS * 1000000;
	const char *text = reads[read_used] + CSTA_PREFIX_BYTES;

	while (read_count == read_used) {
		ck_assert_msg(uv_hrtime() < until, "no %s", word);
		uv_run(&r->loop, UV_RUN_ONCE);
	}
	read_used++;
	ck_assert_msg(strstr(text, word) != NULL, "no %s: %s", word, text);
}

/* The server speaks first, or the client does; in each case three reads are three messages. */
START_TEST(implicit_association)
{
	connect_client();
	if (_i == 0)
		one_read("<SystemStatus ");
	say(1, "<RequestSystemStatus/>");
	if (_i == 1)
		one_read("<SystemStatus ");
	one_read("<RequestSystemStatusResponse ");
	one_read("<SystemStatus ");
	close(client);
	client = -1;
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 1);
}
END_TEST

START_TEST(explicit_association)
{
	connect_client();
	say(1,
		"<StartApplicationSession><applicationInfo><applicationID>a</applicationID></applicationInfo>"
		"</StartApplicationSession>");
	one_read("<SystemStatus ");
	one_read("<StartApplicationSessionPosResponse ");
	one_read("<SystemStatus ");
	close(client);
	client = -1;
	recorder_await(r, NODE_EV_CLIENT_CLOSED, 1);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("io_pace");
	TCase *t = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 30);
	tcase_add_loop_test(t, implicit_association, 0, 2);
	tcase_add_test(t, explicit_association);
	suite_add_tcase(s, t);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
