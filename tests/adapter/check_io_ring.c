/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ring with a real corosync: one node, in namespaces of the test's own. Order and completeness under flood,
 * leaving and joining again, the death and the return of corosync, and a corosync that is stopped.
 */
#include "daemon/io_ring.h"
#include "ha/link_cpg.h"
#include "tests/adapter/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define COROSYNC "/usr/sbin/corosync"
#define RING_NODE 7

static const char corosync_conf[] =
	"totem {\n version: 2\n cluster_name: t\n transport: knet\n token: 1000\n}\n"
	"nodelist {\n node {\n name: alone\n nodeid: 7\n ring0_addr: 127.0.0.1\n }\n}\n"
	"quorum {\n provider: corosync_votequorum\n expected_votes: 1\n}\n"
	"logging {\n to_stderr: no\n to_syslog: no\n}\n";

static struct recorder *r;
static struct io_ring *ring;
static pid_t corosync = -1;

/* --- surroundings ------------------------------------------------------------------------------ */

static bool
cover(const char *folder)
{
	return access(folder, F_OK) != 0 || mount("tmpfs", folder, "tmpfs", 0, NULL) == 0;
}

/* Network, shared memory and folders of our own. NULL, or why not. */
static const char *
enter_namespaces(void)
{
	struct ifreq lo = { .ifr_name = "lo" };
	int fd;

	if (access(COROSYNC, X_OK) != 0)
		return "corosync is not installed";
	if (unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC) != 0)
		return "needs root, for namespaces of its own";
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 || !cover("/run") ||
		!cover("/dev/shm") || !cover("/var/lib/corosync") || !cover("/var/log/corosync"))
		return "folders cannot be covered here";
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	lo.ifr_flags = IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &lo) != 0)
		return "no loopback in a namespace";
	close(fd);
	return NULL;
}

static void
start_corosync(void)
{
	int fd = open("/run/corosync.conf", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ck_assert_int_eq(write(fd, corosync_conf, sizeof(corosync_conf) - 1),
		(ssize_t)sizeof(corosync_conf) - 1);
	close(fd);
	corosync = fork();
	if (corosync == 0) {
		execl(COROSYNC, "corosync", "-f", "-c", "/run/corosync.conf", (char *)NULL);
		_exit(127);
	}
}

static void
kill_corosync(void)
{
	if (corosync <= 0)
		return;
	kill(corosync, SIGKILL);
	ck_assert_int_eq(waitpid(corosync, NULL, 0), corosync);
	corosync = -1;
}

static void
setup(void)
{
	struct err e = { 0 };

	r = recorder_new();
	start_corosync();
	ring = io_ring_new(&r->sink, "check", 20000, &e);
	ck_assert_msg(ring != NULL, "%s", e.text);
	io_ring_start(ring);
	recorder_await(r, NODE_EV_CONFCHG, 1);
}

static void
teardown(void)
{
	io_ring_close(ring);
	recorder_finish(r);
	io_ring_free(ring);
	recorder_free(r);
	kill_corosync();
}

/* --- tests ------------------------------------------------------------------------------------- */

START_TEST(comes_up)
{
	ck_assert_uint_eq(io_ring_node_id(ring), RING_NODE);
	ck_assert_str_eq(io_ring_node_name(ring, RING_NODE), "alone");
	ck_assert_ptr_null(io_ring_node_name(ring, 8));
	recorder_await(r, NODE_EV_QUORUM, 1);
	ck_assert_int_eq(r->events[0].kind, NODE_EV_RING_UP);
	ck_assert_uint_eq(r->events[0].number, (uint64_t)getpid());
	io_ring_mcast(ring, STR("hello"));
	recorder_await(r, NODE_EV_DELIVER, 1);
	ck_assert_str_eq(recorder_find(r, NODE_EV_DELIVER, 0)->bytes, "hello");
	ck_assert_uint_eq(recorder_find(r, NODE_EV_DELIVER, 0)->number, (uint64_t)getpid());
}
END_TEST

/* Far more at once than corosync takes: the queue and the retries keep all of it, in order. */
static uint32_t expected;

static void
check_order(const struct node_event *ev, void *arg)
{
	uint32_t number;

	(void)arg;
	if (ev->kind != NODE_EV_DELIVER)
		return;
	memcpy(&number, ev->bytes.p, sizeof(number));
	ck_assert_uint_eq(number, expected);
	expected++;
}

static bool
has_all(struct recorder *rec, void *arg)
{
	(void)rec;
	return expected == *(uint32_t *)arg;
}

START_TEST(flood_in_order)
{
	static char frame[60000];
	uint32_t count = 1000;

	r->hook = check_order;
	for (uint32_t i = 0; i < count; i++) {
		memcpy(frame, &i, sizeof(i));
		io_ring_mcast(ring, (struct str){ frame, sizeof(frame) });
	}
	recorder_run_until(r, has_all, &count);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_RING_DOWN), 0);
}
END_TEST

/* An answer from inside a delivery, as the node gives them. */
static void
answer(const struct node_event *ev, void *arg)
{
	(void)arg;
	if (ev->kind == NODE_EV_DELIVER && ev->bytes.p[0] < 'z') {
		char next = (char)(ev->bytes.p[0] + 1);

		io_ring_mcast(ring, (struct str){ &next, 1 });
	}
}

START_TEST(sends_from_inside_a_delivery)
{
	r->hook = answer;
	io_ring_mcast(ring, STR("a"));
	recorder_await(r, NODE_EV_DELIVER, 26);
	ck_assert_str_eq(recorder_find(r, NODE_EV_DELIVER, 25)->bytes, "z");
}
END_TEST

START_TEST(too_large_breaks_off)
{
	size_t n = 1100000;
	char *frame = calloc(1, n);

	io_ring_mcast(ring, (struct str){ frame, n });
	recorder_await(r, NODE_EV_RING_DOWN, 1);
	recorder_await(r, NODE_EV_RING_UP, 2);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_RING_DOWN), 1);
	free(frame);
}
END_TEST

static void
rejoin_on_message(const struct node_event *ev, void *arg)
{
	(void)arg;
	if (ev->kind == NODE_EV_DELIVER && str_is(ev->bytes, "rejoin"))
		io_ring_rejoin(ring);
}

/* Ordered from inside a delivery. Gone is told, then that the ring is there, then back; what is sent meanwhile is lost. */
START_TEST(leaves_and_joins_again)
{
	size_t before = 0;

	r->hook = rejoin_on_message;
	io_ring_mcast(ring, STR("rejoin"));
	recorder_await(r, NODE_EV_DELIVER, 1);
	io_ring_mcast(ring, STR("meanwhile"));
	recorder_await(r, NODE_EV_RING_UP, 2);
	recorder_await(r, NODE_EV_CONFCHG, 3);
	for (size_t i = 1; i < r->count && r->events[i].kind != NODE_EV_RING_UP; i++)
		before += r->events[i].kind == NODE_EV_CONFCHG;
	ck_assert_uint_eq(before, 2);
	io_ring_mcast(ring, STR("after"));
	recorder_await(r, NODE_EV_DELIVER, 2);
	ck_assert_str_eq(recorder_find(r, NODE_EV_DELIVER, 1)->bytes, "after");
	ck_assert_uint_eq(recorder_count(r, NODE_EV_RING_DOWN), 0);
}
END_TEST

START_TEST(corosync_dies_and_returns)
{
	kill_corosync();
	recorder_await(r, NODE_EV_RING_DOWN, 1);
	io_ring_mcast(ring, STR("nobody hears it"));
	recorder_run_ms(r, 300);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_RING_DOWN), 1);
	start_corosync();
	recorder_await(r, NODE_EV_RING_UP, 2);
	io_ring_mcast(ring, STR("again"));
	recorder_await(r, NODE_EV_DELIVER, 1);
	ck_assert_str_eq(recorder_find(r, NODE_EV_DELIVER, 0)->bytes, "again");
	ck_assert_uint_eq(recorder_count(r, NODE_EV_RING_DOWN), 1);
}
END_TEST

/* A stopped corosync takes nothing and says nothing: the loop goes on, and later all of it arrives. */
START_TEST(corosync_is_stopped)
{
	static char frame[4096];
	uint32_t count = 2000;
	uint64_t begin_ns;

	r->hook = check_order;
	ck_assert_int_eq(kill(corosync, SIGSTOP), 0);
	begin_ns = uv_hrtime();
	for (uint32_t i = 0; i < count; i++) {
		memcpy(frame, &i, sizeof(i));
		io_ring_mcast(ring, (struct str){ frame, sizeof(frame) });
	}
	recorder_run_ms(r, 100);
	ck_assert_uint_lt((uv_hrtime() - begin_ns) / 1000000, 1000);
	ck_assert_uint_lt(expected, count);
	ck_assert_int_eq(kill(corosync, SIGCONT), 0);
	recorder_run_until(r, has_all, &count);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_RING_DOWN), 0);
}
END_TEST

/* Closed in the middle of things: with a queue, while leaving, while corosync is away. */
START_TEST(closed_at_bad_times)
{
	static char frame[60000];

	switch (_i) {
	case 0:
		for (int i = 0; i < 500; i++)
			io_ring_mcast(ring, (struct str){ frame, sizeof(frame) });
		break;
	case 1:
		io_ring_rejoin(ring);
		recorder_run_ms(r, 3);
		break;
	default:
		kill_corosync();
		recorder_await(r, NODE_EV_RING_DOWN, 1);
		break;
	}
}
END_TEST

START_TEST(no_corosync_no_ring)
{
	struct err e = { 0 };
	struct recorder *own = recorder_new();

	ck_assert_ptr_null(io_ring_new(&own->sink, "check", 300, &e));
	ck_assert_int_eq(e.code, E_AGAIN);
	ck_assert_ptr_nonnull(strstr(own->log_text, "waiting up to"));
	recorder_finish(own);
	recorder_free(own);
}
END_TEST

int
main(void)
{
	Suite *s;
	TCase *t, *alone;
	SRunner *sr;
	const char *why = enter_namespaces();
	int failed;

	if (why != NULL) {
		printf("skip: %s\n", why);
		return 77;
	}
	s = suite_create("io_ring");
	t = tcase_create("corosync");
	alone = tcase_create("alone");
	sr = srunner_create(s);
	suite_add_tcase(s, t);
	suite_add_tcase(s, alone);
	tcase_set_timeout(t, 40);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, comes_up);
	tcase_add_test(t, flood_in_order);
	tcase_add_test(t, sends_from_inside_a_delivery);
	tcase_add_test(t, too_large_breaks_off);
	tcase_add_test(t, leaves_and_joins_again);
	tcase_add_test(t, corosync_dies_and_returns);
	tcase_add_test(t, corosync_is_stopped);
	tcase_add_loop_test(t, closed_at_bad_times, 0, 3);
	tcase_add_test(alone, no_corosync_no_ring);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
