/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop around a node that does what the test says: order of actions, no second entry,
 * deadlines, files, and the ways to end. The node runs without a cluster here.
 */
#include "daemon/io_files.h"
#include "daemon/io_loop.h"
#include "tests/adapter/fake_node.h"

#include <arpa/inet.h>
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static struct conf conf;
static struct log silent;
static char dir[64];
static enum node_event_kind seen[4096];
static size_t seen_count;
static struct mono first_now, last_now;

static void
setup(void)
{
	conf_defaults(&conf);
	conf.clustered = false;
	conf.listeners[0].port = 0;
	strcpy(conf.listeners[0].address, "127.0.0.1");
	strcpy(conf.node_name, "n1");
	snprintf(conf.control, sizeof(conf.control), "tandem-loop-%d", (int)getpid());
	strcpy(dir, "/tmp/check_io_loop.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(conf.state_dir, sizeof(conf.state_dir), "%s", dir);
}

static void
teardown(void)
{
	static const char *const names[] = { "epoch", "history.jsonl" };
	char path[96];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
}

static void
note(const struct node_event *ev)
{
	ck_assert_uint_lt(seen_count, sizeof(seen) / sizeof(seen[0]));
	if (seen_count == 0)
		first_now = ev->now;
	ck_assert_int_ge(ev->now.us, last_now.us);
	last_now = ev->now;
	seen[seen_count++] = ev->kind;
}

static int
run(void)
{
	struct err e = { 0 };
	struct io_loop *l = io_loop_new(&conf, &silent, 0, &e);
	int code;

	ck_assert_msg(l != NULL, "%s", e.text);
	code = io_loop_run(l);
	io_loop_free(l);
	return code;
}

/* At the start: ends at once. */
static void
stop_at_start(const struct node_event *ev, struct node_out *out, void *arg)
{
	(void)arg;
	note(ev);
	fake_push(out, (struct node_action){ .kind = NODE_ACT_STOPPED });
}

START_TEST(start_comes_first)
{
	fake.on_event = stop_at_start;
	ck_assert_int_eq(run(), 0);
	ck_assert_uint_eq(seen_count, 1);
	ck_assert_int_eq(seen[0], NODE_EV_START);
}
END_TEST

#define APPLY_US 2000

/* The second of three steps applies something, which takes its time; what is performed after it does not count. */
static void
apply_in_the_second(const struct node_event *ev, struct node_out *out, void *arg)
{
	const struct timespec takes = { .tv_nsec = APPLY_US * 1000 };

	(void)arg;
	note(ev);
	fake.deadline = mono_add_ms(ev->now, 5);
	if (seen_count == 2) {
		fake.applied += 3;
		nanosleep(&takes, NULL);
	}
	if (seen_count == 3)
		fake_push(out, (struct node_action){ .kind = NODE_ACT_STOPPED });
}

START_TEST(applying_is_measured)
{
	struct err e = { 0 };
	struct io_loop *l = io_loop_new(&conf, &silent, 0, &e);
	const struct meter_loop *m;

	ck_assert_msg(l != NULL, "%s", e.text);
	fake.on_event = apply_in_the_second;
	ck_assert_int_eq(io_loop_run(l), 0);
	m = io_loop_meter(l);
	ck_assert_uint_eq(m->step.count, 3);
	ck_assert_uint_eq(m->apply.count, 1);
	ck_assert_int_ge(m->apply.sum_us, APPLY_US);
	ck_assert_int_le(m->apply.sum_us, m->step.sum_us);
	io_loop_free(l);
}
END_TEST

static void
tick_three_times(const struct node_event *ev, struct node_out *out, void *arg)
{
	(void)arg;
	note(ev);
	fake.deadline = mono_add_ms(ev->now, 30);
	if (seen_count == 4)
		fake_push(out, (struct node_action){ .kind = NODE_ACT_STOPPED });
}

START_TEST(ticks_at_the_deadline)
{
	fake.on_event = tick_three_times;
	ck_assert_int_eq(run(), 0);
	for (size_t i = 1; i < 4; i++)
		ck_assert_int_eq(seen[i], NODE_EV_TICK);
	ck_assert_int_ge(last_now.us - first_now.us, 90000);
}
END_TEST

/*
 * Requests that fail at once raise events while actions are performed: they come after all actions,
 * in order.
 */
static uint64_t done_ids[8];
static size_t done_count;

static void
ask_nobody(const struct node_event *ev, struct node_out *out, void *arg)
{
	(void)arg;
	note(ev);
	if (ev->kind == NODE_EV_START)
		for (uint64_t i = 1; i <= 3; i++)
			fake_push(out,
				(struct node_action){ .kind = NODE_ACT_HTTP,
					.id = i,
					.xsp = 9,
					.method = "GET",
					.path = STR("/x"),
					.number = 1000 });
	if (ev->kind != NODE_EV_HTTP_DONE)
		return;
	ck_assert_uint_eq(ev->number, 0);
	ck_assert_uint_gt(ev->text.n, 0);
	done_ids[done_count++] = ev->id;
	if (done_count == 1)
		fake_push(out,
			(struct node_action){ .kind = NODE_ACT_HTTP,
				.id = 4,
				.xsp = 9,
				.method = "GET",
				.path = STR("/x"),
				.number = 1000 });
	if (ev->id == 4)
		fake_push(out, (struct node_action){ .kind = NODE_ACT_STOPPED });
}

START_TEST(events_while_performing_are_queued)
{
	fake.on_event = ask_nobody; /* fake_node dies when it is entered twice */
	ck_assert_int_eq(run(), 0);
	ck_assert_uint_eq(done_count, 4);
	for (size_t i = 0; i < 4; i++)
		ck_assert_uint_eq(done_ids[i], i + 1);
}
END_TEST

static void
save_and_tell(const struct node_event *ev, struct node_out *out, void *arg)
{
	(void)arg;
	(void)ev;
	fake_push(out, (struct node_action){ .kind = NODE_ACT_SAVE_EPOCH, .number = 42 });
	fake_push(out,
		(struct node_action){ .kind = NODE_ACT_HISTORY,
			.text = STR("active"),
			.bytes = STR("\"epoch\":42") });
	fake_push(out, (struct node_action){ .kind = NODE_ACT_HISTORY, .text = STR("listening") });
	fake_push(out, (struct node_action){ .kind = NODE_ACT_STOPPED });
}

START_TEST(epoch_and_history_are_on_disk)
{
	uint64_t epoch = 0;
	struct buf text;
	char expected[] = "\"ev\":\"active\",\"host\":\"n1\",\"epoch\":42}\n";

	fake.on_event = save_and_tell;
	ck_assert_int_eq(run(), 0);
	ck_assert_int_eq(io_files_load_epoch(dir, &epoch, NULL), 0);
	ck_assert_uint_eq(epoch, 42);
	buf_init(&text, 65536);
	ck_assert_int_eq(io_files_read_history(dir, 10, &text, NULL), 0);
	buf_char(&text, '\0');
	ck_assert_ptr_nonnull(strstr((char *)text.p, expected));
	ck_assert_ptr_nonnull(strstr((char *)text.p, "\"ev\":\"listening\",\"host\":\"n1\"}\n"));
	buf_fini(&text);
}
END_TEST

/* The folder is gone: nothing behind the epoch may be performed. */
static void
lose_the_folder(const struct node_event *ev, struct node_out *out, void *arg)
{
	char path[96];

	(void)arg;
	ck_assert_int_eq(ev->kind, NODE_EV_START);
	snprintf(path, sizeof(path), "%s/epoch", dir);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rmdir(dir), 0);
	fake_push(out, (struct node_action){ .kind = NODE_ACT_SAVE_EPOCH, .number = 42 });
	fake_push(out, (struct node_action){ .kind = NODE_ACT_STOPPED });
}

START_TEST(epoch_that_cannot_be_kept_ends_the_process)
{
	fake.on_event = lose_the_folder;
	ck_assert_int_eq(run(), 1);
}
END_TEST

static void
obey_stop(const struct node_event *ev, struct node_out *out, void *arg)
{
	(void)arg;
	note(ev);
	if (ev->kind == NODE_EV_START)
		ck_assert_int_eq(kill(getpid(), SIGTERM), 0);
	fake.deadline = MONO_NEVER;
	if (ev->kind == NODE_EV_STOP)
		fake.deadline = mono_add_ms(ev->now, 50);
	if (ev->kind == NODE_EV_TICK)
		fake_push(out, (struct node_action){ .kind = NODE_ACT_STOPPED });
}

START_TEST(term_stops_in_order)
{
	fake.on_event = obey_stop;
	ck_assert_int_eq(run(), 0);
	ck_assert_uint_eq(seen_count, 3);
	ck_assert_int_eq(seen[1], NODE_EV_STOP);
}
END_TEST

static void
ignore_stop(const struct node_event *ev, struct node_out *out, void *arg)
{
	(void)arg;
	(void)out;
	if (ev->kind == NODE_EV_START)
		ck_assert_int_eq(kill(getpid(), SIGINT), 0);
}

START_TEST(stop_has_a_deadline)
{
	time_t begin = time(NULL);

	fake.on_event = ignore_stop;
	ck_assert_int_eq(run(), 1);
	ck_assert_int_ge(time(NULL) - begin, 4);
	ck_assert_int_le(time(NULL) - begin, 9);
}
END_TEST

/* From the socket through the node and back, and the listener's port. */
static int client_fd = -1;

static void
talk(const struct node_event *ev, struct node_out *out, void *arg)
{
	struct io_loop **l = arg;

	note(ev);
	if (ev->kind == NODE_EV_START)
		fake_push(out, (struct node_action){ .kind = NODE_ACT_LISTEN, .flag = true });
	if (ev->kind == NODE_EV_TICK && client_fd < 0) {
		struct sockaddr_in sa = { .sin_family = AF_INET,
			.sin_port = htons((uint16_t)io_loop_port(*l)),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

		client_fd = socket(AF_INET, SOCK_STREAM, 0);
		ck_assert_int_eq(connect(client_fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
		ck_assert_int_eq(send(client_fd, "ping", 4, 0), 4);
	}
	if (ev->kind == NODE_EV_CLIENT_DATA) {
		fake_push(out,
			(struct node_action){
				.kind = NODE_ACT_CLIENT_SEND, .id = ev->id, .bytes = STR("po") });
		fake_push(out,
			(struct node_action){
				.kind = NODE_ACT_CLIENT_SEND, .id = ev->id, .bytes = STR("ng") });
		fake_push(out,
			(struct node_action){
				.kind = NODE_ACT_CLIENT_CLOSE, .id = ev->id, .flag = true });
		fake_push(out, (struct node_action){ .kind = NODE_ACT_LISTEN, .flag = false });
	}
	if (ev->kind == NODE_EV_CLIENT_CLOSED)
		fake_push(out, (struct node_action){ .kind = NODE_ACT_STOPPED });
	fake.deadline = client_fd < 0 ? mono_add_ms(ev->now, 10) : MONO_NEVER;
}

START_TEST(client_through_the_node)
{
	struct err e = { 0 };
	struct io_loop *l;
	char text[8] = "";

	fake.on_event = talk;
	fake.arg = &l;
	l = io_loop_new(&conf, &silent, 0, &e);
	ck_assert_msg(l != NULL, "%s", e.text);
	ck_assert_int_eq(io_loop_run(l), 0);
	io_loop_free(l);
	ck_assert_int_eq(recv(client_fd, text, sizeof(text), MSG_WAITALL), 4);
	ck_assert_str_eq(text, "pong");
	close(client_fd);
}
END_TEST

START_TEST(start_errors_are_told)
{
	struct err e = { 0 };
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "%s/epoch", dir);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	ck_assert_int_eq(write(fd, "seven\n", 6), 6);
	close(fd);
	ck_assert_ptr_null(io_loop_new(&conf, &silent, 0, &e));
	ck_assert_ptr_nonnull(strstr(e.text, "epoch holds no number"));
	err_clear(&e);
	snprintf(conf.state_dir, sizeof(conf.state_dir), "/proc/nowhere");
	ck_assert_ptr_null(io_loop_new(&conf, &silent, 0, &e));
	ck_assert_ptr_nonnull(strstr(e.text, "/proc/nowhere"));
}
END_TEST

/* No corosync here (if there is one after all there is nothing to see), and no wait for it. */
START_TEST(no_corosync)
{
	struct err e = { 0 };

	if (access("/run/corosync.pid", F_OK) == 0)
		return;
	conf.clustered = true;
	ck_assert_ptr_null(io_loop_new(&conf, &silent, 0, &e));
	ck_assert_msg(strstr(e.text, "corosync") != NULL, "%s", e.text);
}
END_TEST

/* What the service manager hears of a life from start to SIGTERM. */
START_TEST(the_service_manager_is_told)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	char told[256] = "";
	ssize_t n;

	snprintf(at.sun_path, sizeof(at.sun_path), "%s/notify", dir);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	setenv("NOTIFY_SOCKET", at.sun_path, 1);
	fake.on_event = obey_stop;
	ck_assert_int_eq(run(), 0);
	for (size_t used = 0; (n = recv(fd, told + used, sizeof(told) - used - 2, 0)) > 0;) {
		used += (size_t)n;
		told[used++] = ' ';
	}
	ck_assert_ptr_nonnull(strstr(told, "STATUS="));
	ck_assert_ptr_nonnull(strstr(told, "READY=1 "));
	ck_assert_ptr_nonnull(strstr(told, "STOPPING=1 "));
	close(fd);
	unlink(at.sun_path);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("io_loop");
	TCase *t = tcase_create("io_loop");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, start_comes_first);
	tcase_add_test(t, applying_is_measured);
	tcase_add_test(t, ticks_at_the_deadline);
	tcase_add_test(t, events_while_performing_are_queued);
	tcase_add_test(t, epoch_and_history_are_on_disk);
	tcase_add_test(t, epoch_that_cannot_be_kept_ends_the_process);
	tcase_add_test(t, term_stops_in_order);
	tcase_add_test(t, stop_has_a_deadline);
	tcase_add_test(t, client_through_the_node);
	tcase_add_test(t, start_errors_are_told);
	tcase_add_test(t, no_corosync);
	tcase_add_test(t, the_service_manager_is_told);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
