/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nudging on loopback in a network namespace of the test's own. A dead server is played by
 * TCP_REPAIR: its socket goes away without a word, and the client, which only listens, must see its
 * connection reset.
 */
#include "daemon/io_arp.h"
#include "daemon/io_nudge.h"
#include "tests/adapter/recorder.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static struct recorder *r;
static struct io_nudge *nudge;

/* A namespace with the loopback up; false: not permitted here. */
static bool
enter_namespace(void)
{
	struct ifreq lo = { .ifr_name = "lo" };
	int fd;
	bool up;

	if (unshare(CLONE_NEWNET) != 0)
		return false;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	lo.ifr_flags = IFF_UP;
	up = ioctl(fd, SIOCSIFFLAGS, &lo) == 0;
	close(fd);
	return up;
}

static void
set_address(const char *text)
{
	struct ifreq lo = { .ifr_name = "lo:1" };
	struct sockaddr_in sa = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	inet_pton(AF_INET, text, &sa.sin_addr);
	memcpy(&lo.ifr_addr, &sa, sizeof(sa));
	ck_assert_int_eq(ioctl(fd, SIOCSIFADDR, &lo), 0);
	close(fd);
}

/* A cable in this namespace; what comes out at its far end can be read from the socket. */
static int
listen_on_cable(void)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int fd;

	ck_assert_int_eq(
		system("ip link add near address 02:00:00:00:00:07 type veth peer name far && "
		       "sysctl -q -w net.ipv6.conf.near.disable_ipv6=1 "
		       "net.ipv6.conf.far.disable_ipv6=1 && "
		       "ip link set near up && ip link set far up"),
		0);
	fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	at.sll_ifindex = (int)if_nametoindex("far");
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

static void
setup(void)
{
	r = recorder_new();
	nudge = io_nudge_new(&r->sink);
}

static void
teardown(void)
{
	io_nudge_close(nudge);
	recorder_finish(r);
	io_nudge_free(nudge);
	recorder_free(r);
}

static void
name_of(int fd, int (*get)(int, struct sockaddr *, socklen_t *), char *text, size_t size)
{
	struct sockaddr_in sa;
	socklen_t n = sizeof(sa);
	char host[INET_ADDRSTRLEN];

	ck_assert_int_eq(get(fd, (struct sockaddr *)&sa, &n), 0);
	inet_ntop(AF_INET, &sa.sin_addr, host, sizeof(host));
	snprintf(text, size, "%s:%u", host, (unsigned)ntohs(sa.sin_port));
}

static int
get_peer(int fd, struct sockaddr *sa, socklen_t *n)
{
	return getpeername(fd, sa, n);
}

static int
get_own(int fd, struct sockaddr *sa, socklen_t *n)
{
	return getsockname(fd, sa, n);
}

/* A client whose server at this address has vanished; the names of both ends. */
static int
orphan_of(in_addr_t server_address, char *client, char *local, size_t size)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(server_address) };
	socklen_t n = sizeof(sa);
	int listener = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0),
	    on = 1, server;

	ck_assert_int_eq(bind(listener, (struct sockaddr *)&sa, sizeof(sa)), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&sa, &n), 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	server = accept(listener, NULL, NULL);
	name_of(fd, get_own, client, size);
	name_of(fd, get_peer, local, size);
	/* in repair mode a close sends nothing */
	ck_assert_int_eq(setsockopt(server, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)), 0);
	close(server);
	close(listener);
	ck_assert_int_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

static int
orphan(char *client, char *local, size_t size)
{
	return orphan_of(INADDR_LOOPBACK, client, local, size);
}

static bool
is_reset(struct recorder *rec, void *arg)
{
	char byte;

	(void)rec;
	return recv(*(int *)arg, &byte, 1, 0) < 0 && errno == ECONNRESET;
}

START_TEST(client_of_a_vanished_server_is_reset)
{
	char client[32], local[32], byte;
	int fd = orphan(client, local, sizeof(client));

	recorder_run_ms(r, 50);
	ck_assert_int_eq(recv(fd, &byte, 1, 0), -1);
	ck_assert_int_eq(errno, EAGAIN); /* it knows nothing yet */
	io_nudge_send(nudge, str_of(client), str_of(local));
	recorder_run_until(r, is_reset, &fd);
	close(fd);
	recorder_run_ms(r, 900);
	ck_assert_uint_eq(io_nudge_pending(nudge), 0);
	ck_assert_str_eq(r->log_text, "");
}
END_TEST

START_TEST(waits_for_the_address)
{
	io_nudge_send(nudge, STR("127.0.0.1:4000"), STR("10.9.9.9:1040"));
	recorder_run_ms(r, 1000);
	ck_assert_uint_eq(io_nudge_pending(nudge), 1); /* three segments would be out by now */
	set_address("10.9.9.9");
	recorder_run_ms(r, 1000);
	ck_assert_uint_eq(io_nudge_pending(nudge), 0);
}
END_TEST

/* Clients of several listeners: each hears it from the address and port that it was connected to, also when one is not here. */
/* Neighbours hear where the address is before the client is nudged: its answer would go to the other node. */
START_TEST(neighbours_are_told_first)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 7 };
	struct in_addr address;
	uint8_t want[IO_ARP_FRAME_BYTES], got[128];
	int fd = listen_on_cable(), ip_at = sizeof(struct ether_header);
	unsigned nudges = 0;
	ssize_t n;

	io_nudge_send(nudge, STR("192.168.8.2:4000"), STR("192.168.8.1:1040"));
	io_nudge_send(nudge, STR("192.168.8.2:4001"), STR("192.168.8.1:1040"));
	recorder_run_ms(r, 50);
	ck_assert_int_lt(recv(fd, got, sizeof(got), MSG_DONTWAIT), 0);
	ck_assert_int_eq(system("ip addr add 192.168.8.1/24 dev near && "
				"ip neigh add 192.168.8.2 lladdr 02:00:00:00:00:08 dev near"),
		0);
	recorder_run_ms(r, 50);
	inet_pton(AF_INET, "192.168.8.1", &address);
	io_arp_make(want, mac, address);
	n = recv(fd, got, sizeof(got), MSG_DONTWAIT);
	ck_assert_int_ge(n, IO_ARP_FRAME_BYTES);
	ck_assert_mem_eq(got, want, IO_ARP_FRAME_BYTES);
	/* both nudges, on a slow machine perhaps again, and no second announcement */
	while ((n = recv(fd, got, sizeof(got), MSG_DONTWAIT)) >= 0) {
		ck_assert_int_ge(n, ip_at + 40);
		ck_assert_int_eq(got[ip_at + 9], IPPROTO_TCP);
		nudges++;
	}
	ck_assert_uint_ge(nudges, 2);
	ck_assert_str_eq(r->log_text, "");
	close(fd);
	ck_assert_int_eq(system("ip link del near"), 0);
}
END_TEST

START_TEST(announcement_of_no_address)
{
	struct in_addr address = { htonl(0xc0000201) };
	struct err e = { 0 };
	int fd = io_arp_open();

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(io_arp_announce(fd, address, &e), E_UNKNOWN);
	err_clear(&e);
	address.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(io_arp_announce(fd, address, &e), E_STATE);
	close(fd);
}
END_TEST

START_TEST(several_listeners)
{
	char client[3][32], local[3][32];
	int fds[3];

	for (unsigned i = 0; i < 3; i++)
		fds[i] = orphan_of(INADDR_LOOPBACK + i, client[i], local[i], sizeof(client[i]));
	io_nudge_send(nudge, str_of(client[0]), str_of(local[0]));
	io_nudge_send(nudge, STR("127.0.0.1:4000"), STR("192.0.2.8:1040"));
	for (unsigned i = 1; i < 3; i++)
		io_nudge_send(nudge, str_of(client[i]), str_of(local[i]));
	for (unsigned i = 0; i < 3; i++) {
		recorder_run_until(r, is_reset, &fds[i]);
		close(fds[i]);
	}
	recorder_run_ms(r, 900);
	ck_assert_uint_eq(io_nudge_pending(nudge), 1);
	ck_assert_str_eq(r->log_text, "");
}
END_TEST

START_TEST(living_connections_are_not_harmed)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(sa);
	int listener = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0),
	    server;
	char client[32], local[32], byte = 'x';

	ck_assert_int_eq(bind(listener, (struct sockaddr *)&sa, sizeof(sa)), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&sa, &n), 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	server = accept(listener, NULL, NULL);
	name_of(fd, get_own, client, sizeof(client));
	name_of(fd, get_peer, local, sizeof(local));
	io_nudge_send(nudge, str_of(client), str_of(local));
	recorder_run_ms(r, 900);
	ck_assert_uint_eq(io_nudge_pending(nudge), 0);
	ck_assert_int_eq(send(server, &byte, 1, 0), 1);
	byte = 0;
	ck_assert_int_eq(recv(fd, &byte, 1, 0), 1);
	ck_assert_int_eq(byte, 'x');
	close(fd);
	close(server);
	close(listener);
}
END_TEST

START_TEST(bad_addresses_are_refused)
{
	static const char *const texts[] = { "", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0",
		"127.0.0.1:65536", "[::1]:1040", "host:1" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		io_nudge_send(nudge, str_of(texts[i]), STR("127.0.0.1:1"));
		io_nudge_send(nudge, STR("127.0.0.1:1"), str_of(texts[i]));
	}
	ck_assert_uint_eq(io_nudge_pending(nudge), 0);
	ck_assert_ptr_nonnull(strstr(r->log_text, "only IPv4"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("io_nudge");
	TCase *t = tcase_create("io_nudge");
	SRunner *sr;
	int failed;

	if (!enter_namespace()) {
		printf("skip: needs root, for a network namespace of its own\n");
		return 77;
	}
	sr = srunner_create(s);
	suite_add_tcase(s, t);
	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, client_of_a_vanished_server_is_reset);
	tcase_add_test(t, waits_for_the_address);
	tcase_add_test(t, neighbours_are_told_first);
	tcase_add_test(t, announcement_of_no_address);
	tcase_add_test(t, several_listeners);
	tcase_add_test(t, living_connections_are_not_harmed);
	tcase_add_test(t, bad_addresses_are_refused);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
