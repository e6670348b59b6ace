/* SPDX-License-Identifier: Apache-2.0 */
/* Listeners on loopback: opened, closed and opened again together, each waiting for its own port. */
#include "daemon/io_listen.h"
#include "tests/adapter/recorder.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct recorder *r;
static struct io_listen *listen_;
static struct conf conf;
static unsigned waiting[LIMIT_LISTENERS];
static uv_tcp_t taken[8];
static unsigned taken_count;
static bool take_later;

static void
take(uint32_t index)
{
	uv_tcp_t *client = &taken[taken_count++];

	uv_tcp_init(&r->loop, client);
	ck_assert_int_eq(io_listen_accept(listen_, index, client), 0);
}

static void
on_waiting(uint32_t index, void *arg)
{
	(void)arg;
	waiting[index]++;
	if (!take_later)
		take(index);
}

static void
begin(uint16_t second_port)
{
	r = recorder_new();
	conf_defaults(&conf);
	strcpy(conf.listeners[0].address, "127.0.0.1");
	conf.listeners[0].port = 0;
	conf.listeners[1] = conf.listeners[0];
	conf.listeners[1].port = second_port;
	conf.listeners[2] = conf.listeners[0];
	conf.listeners[2].address[0] = '\0';
	conf.listener_count = 3;
	listen_ = io_listen_new(&r->sink, &conf, on_waiting, NULL);
	io_listen_open(listen_);
}

static void
end(void)
{
	for (unsigned i = 0; i < taken_count; i++)
		uv_close((uv_handle_t *)&taken[i], NULL);
	io_listen_close(listen_);
	recorder_finish(r);
	io_listen_free(listen_);
	recorder_free(r);
}

static int
connect_port(uint16_t port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0)
		return fd;
	ck_assert_int_eq(errno, ECONNREFUSED);
	close(fd);
	return -1;
}

static bool
has_come(struct recorder *rec, void *arg)
{
	(void)rec;
	return waiting[0] + waiting[1] >= *(unsigned *)arg;
}

static void
await(unsigned count)
{
	recorder_run_until(r, has_come, &count);
}

START_TEST(all_open_and_close_together)
{
	uint16_t ports[2];
	int fds[3];

	begin(0);
	ports[0] = io_listen_port(listen_, 0);
	ports[1] = io_listen_port(listen_, 1);
	ck_assert_uint_ne(ports[0], 0);
	ck_assert_uint_ne(ports[1], 0);
	ck_assert_uint_eq(io_listen_port(listen_, 2), 0);
	ck_assert_uint_eq(io_listen_port(listen_, 3), 0);
	fds[0] = connect_port(ports[0]);
	fds[1] = connect_port(ports[1]);
	await(2);
	ck_assert(waiting[0] == 1 && waiting[1] == 1);
	io_listen_shut(listen_);
	recorder_run_ms(r, 20);
	ck_assert_int_eq(connect_port(ports[0]), -1);
	ck_assert_int_eq(connect_port(ports[1]), -1);
	/* the ports can be had again although connections of them live on */
	conf.listeners[0].port = ports[0];
	conf.listeners[1].port = ports[1];
	io_listen_open(listen_);
	recorder_run_ms(r, 20);
	ck_assert_uint_eq(io_listen_port(listen_, 0), ports[0]);
	ck_assert_uint_eq(io_listen_port(listen_, 1), ports[1]);
	fds[2] = connect_port(ports[1]);
	await(3);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	end();
}
END_TEST

/* Closed and opened again before the loop ran: it is open in the end. */
START_TEST(opened_again_while_it_closes)
{
	begin(0);
	io_listen_shut(listen_);
	io_listen_open(listen_);
	recorder_run_ms(r, 20);
	ck_assert_uint_ne(io_listen_port(listen_, 0), 0);
	ck_assert_uint_ne(io_listen_port(listen_, 1), 0);
	end();
}
END_TEST

static bool
second_is_open(struct recorder *rec, void *arg)
{
	(void)rec;
	(void)arg;
	return io_listen_port(listen_, 1) != 0;
}

START_TEST(one_waits_for_its_port_alone)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(sa);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&sa, &n), 0);
	begin(ntohs(sa.sin_port));
	recorder_run_ms(r, 50);
	ck_assert_uint_ne(io_listen_port(listen_, 0), 0);
	ck_assert_uint_eq(io_listen_port(listen_, 1), 0);
	ck_assert_ptr_nonnull(strstr(r->log_text, "cannot listen on 127.0.0.1"));
	close(fd);
	recorder_run_until(r, second_is_open, NULL);
	end();
}
END_TEST

/* An address that is not here yet, as the virtual one when the listener opens first. */
START_TEST(binds_a_foreign_address)
{
	begin(0);
	io_listen_shut(listen_);
	recorder_run_ms(r, 20);
	strcpy(conf.listeners[0].address, "198.51.100.77");
	io_listen_open(listen_);
	ck_assert_uint_ne(io_listen_port(listen_, 0), 0);
	end();
}
END_TEST

/* Who is not taken waits, and those behind him: the listener is silent until then, and goes on afterwards. */
START_TEST(taking_may_be_put_off)
{
	int fds[2];

	take_later = true;
	begin(0);
	fds[0] = connect_port(io_listen_port(listen_, 0));
	await(1);
	fds[1] = connect_port(io_listen_port(listen_, 0));
	recorder_run_ms(r, 50);
	ck_assert_uint_eq(waiting[0], 1);
	take(0);
	await(2);
	take(0);
	close(fds[0]);
	close(fds[1]);
	end();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("io_listen");
	TCase *t = tcase_create("io_listen");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, all_open_and_close_together);
	tcase_add_test(t, opened_again_while_it_closes);
	tcase_add_test(t, one_waits_for_its_port_alone);
	tcase_add_test(t, binds_a_foreign_address);
	tcase_add_test(t, taking_may_be_put_off);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
