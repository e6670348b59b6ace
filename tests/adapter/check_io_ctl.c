/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control channel: a server on the loop with a node that says what the test wants, clients in
 * threads that use what tandemctl uses.
 */
#include "daemon/ctl.h"
#include "daemon/ctl_client.h"
#include "daemon/io_ctl.h"
#include "daemon/io_files.h"
#include "tests/adapter/fake_node.h"
#include "tests/adapter/recorder.h"

#include <grp.h>
#include <jansson.h>
#include <qb/qbipcc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct client {
	uv_thread_t thread;
	const char *request;
	int64_t deadline_ms;
	struct buf answer;
	struct err e;
	int result;
	atomic_bool done;
};

static struct recorder *r;
static struct io_ctl *ctl;
static struct conf conf;
static struct node *node;
static char dir[64];

static void
setup(void)
{
	struct io_ctl_conf c = { .conf = &conf, .node_name = "n9" };
	struct err e = { 0 };

	r = recorder_new();
	conf_defaults(&conf);
	snprintf(conf.control, sizeof(conf.control), "tandem-check-%d", (int)getpid());
	strcpy(dir, "/tmp/check_io_ctl.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(conf.state_dir, sizeof(conf.state_dir), "%s", dir);
	node = node_new(&conf, 1, 7, 1, NULL);
	fake.role = HA_STANDBY;
	fake.score = 900;
	ctl = io_ctl_new(&r->sink, &c, &e);
	ck_assert_msg(ctl != NULL, "%s", e.text);
	io_ctl_set_node(ctl, node);
}

static void
teardown(void)
{
	char path[96];

	io_ctl_close(ctl);
	recorder_finish(r);
	io_ctl_free(ctl);
	recorder_free(r);
	node_free(node);
	snprintf(path, sizeof(path), "%s/history.jsonl", dir);
	unlink(path);
	rmdir(dir);
}

static void
run_client(void *arg)
{
	struct client *c = arg;

	buf_init(&c->answer, CTL_MESSAGE_BYTES_MAX);
	c->result = ctl_client_ask(conf.control, c->request, c->deadline_ms, &c->answer, &c->e);
	atomic_store(&c->done, true);
}

static void
begin(struct client *c, const char *request, int64_t deadline_ms)
{
	memset(c, 0, sizeof(*c));
	c->request = request;
	c->deadline_ms = deadline_ms;
	ck_assert_int_eq(uv_thread_create(&c->thread, run_client, c), 0);
}

static bool
is_done(struct recorder *rec, void *arg)
{
	struct client *c = arg;

	(void)rec;
	return atomic_load(&c->done);
}

/* The answer as JSON, to be given back. */
static json_t *
end(struct client *c)
{
	json_t *root;

	recorder_run_until(r, is_done, c);
	uv_thread_join(&c->thread);
	ck_assert_msg(c->result == 0, "%s", c->e.text);
	root = json_loadb((const char *)c->answer.p, c->answer.n, 0, NULL);
	ck_assert_ptr_nonnull(root);
	buf_fini(&c->answer);
	return root;
}

static json_t *
ask(const char *request)
{
	struct client c;

	begin(&c, request, 5000);
	return end(&c);
}

static void
expect_exit(const char *request, int code, const char *text)
{
	json_t *root = ask(request);

	ck_assert(json_is_true(json_object_get(root, "ok")));
	ck_assert_int_eq(json_integer_value(json_object_get(root, "exit")), code);
	ck_assert_str_eq(json_string_value(json_object_get(root, "text")), text);
	json_decref(root);
}

static void
expect_error(const char *request, const char *part)
{
	json_t *root = ask(request);

	ck_assert(json_is_false(json_object_get(root, "ok")));
	ck_assert_ptr_nonnull(strstr(json_string_value(json_object_get(root, "error")), part));
	json_decref(root);
}

START_TEST(simple_questions)
{
	json_t *root;

	expect_exit("{\"verb\":\"ocf-monitor\"}", 0, "standby");
	expect_exit("{\"verb\":\"ocf-condition\"}", 0, "ok");
	fake.role = HA_ACTIVE;
	expect_exit("{\"verb\":\"ocf-monitor\"}", 8, "active");
	fake.role = HA_FENCED;
	expect_exit("{\"verb\":\"ocf-monitor\"}", 1, "fenced");
	expect_exit("{\"verb\":\"ocf-score\"}", 0, "900");
	fake.score = INT32_MIN;
	expect_exit("{\"verb\":\"ocf-score\"}", 0, "-");
	expect_exit("{\"verb\":\"version\"}", 0, TANDEM_VERSION);
	expect_exit("{\"verb\":\"ready\"}", 1, "NOT READY: this node is fenced");
	root = ask("{\"verb\":\"status\"}");
	ck_assert_str_eq(json_string_value(json_object_get(root, "node")), "n9");
	ck_assert_str_eq(
		json_string_value(json_object_get(json_object_get(root, "digest"), "value")),
		"0000000000000007");
	json_decref(root);
}
END_TEST

START_TEST(bad_requests_are_answered)
{
	expect_error("{\"verb\":\"dance\"}", "no such verb: dance");
	expect_error("{}", "no such verb");
	expect_error("[]", "no such verb");
	expect_error("{\"verb\":7}", "no such verb");
	expect_error("{\"verb\"", "not JSON");
	expect_error("{\"verb\":\"history\",\"lines\":0}", "lines");
	expect_error("{\"verb\":\"history\",\"lines\":501}", "lines");
	expect_error("{\"verb\":\"loglevel\",\"level\":\"loud\"}",
		"level: allowed: alarm, warning, notice, debug");
	expect_exit("{\"verb\":\"loglevel\",\"level\":\"debug\"}", 0, "debug");
}
END_TEST

/* --- who may ask what -------------------------------------------------------------------------- */

static void
close_ctl(void)
{
	io_ctl_close(ctl);
	recorder_run_ms(r, 10);
	io_ctl_free(ctl);
}

static void
open_ctl(void)
{
	struct io_ctl_conf c = { .conf = &conf, .node_name = "n9" };
	struct err e = { 0 };

	ctl = io_ctl_new(&r->sink, &c, &e);
	ck_assert_msg(ctl != NULL, "%s", e.text);
	io_ctl_set_node(ctl, node);
}

#define STRANGER 65534 /* nobody */

struct stranger {
	pid_t pid;
	int status;
	bool ended;
};

/* A process of its own, as rights are those of a process: exits with 0 or the code of the error. */
static void
be_stranger(const char *request, gid_t group)
{
	struct buf answer;
	struct err e = { 0 };
	int code;

	if (setgroups(group != 0 ? 1 : 0, &group) != 0 || setgid(STRANGER) != 0 ||
		setuid(STRANGER) != 0)
		_exit(99);
	buf_init(&answer, CTL_MESSAGE_BYTES_MAX);
	code = ctl_client_ask(conf.control, request, 5000, &answer, &e);
	if (code == 0 && memmem(answer.p, answer.n, "\"denied\":true", 13) != NULL)
		code = 98;
	_exit(code);
}

static bool
stranger_ended(struct recorder *rec, void *arg)
{
	struct stranger *s = arg;

	(void)rec;
	s->ended = s->ended || waitpid(s->pid, &s->status, WNOHANG) == s->pid;
	return s->ended;
}

static int
ask_as_stranger(const char *request, gid_t group)
{
	struct stranger s = { .pid = fork() };

	if (s.pid == 0)
		be_stranger(request, group);
	recorder_run_until(r, stranger_ended, &s);
	ck_assert(WIFEXITED(s.status));
	return WEXITSTATUS(s.status);
}

/* A member of the group for reading looks and does not touch; who is in no group does not get in. */
START_TEST(groups_have_levels)
{
	const struct group *users = getgrnam("users");
	gid_t gid = users != NULL ? users->gr_gid : 0;

	if (geteuid() != 0 || gid == 0) {
		printf("skip: needs root and a group users\n");
		return;
	}
	close_ctl();
	snprintf(conf.read_group, sizeof(conf.read_group), "users");
	open_ctl();
	ck_assert_int_eq(ask_as_stranger("{\"verb\":\"status\"}", gid), 0);
	ck_assert_int_eq(ask_as_stranger("{\"verb\":\"list\",\"what\":\"calls\"}", gid), 0);
	ck_assert_int_eq(ask_as_stranger("{\"verb\":\"loglevel\",\"level\":\"debug\"}", gid), 98);
	ck_assert_int_eq(ask_as_stranger("{\"verb\":\"ocf-demote\"}", gid), 98);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_DEMOTE), 0);
	ck_assert_int_eq(ask_as_stranger("{\"verb\":\"status\"}", 0), E_REFUSED);
}
END_TEST

/* A group that is not there is a mistake of the configuration, told at the start. */
START_TEST(group_that_is_not_there)
{
	struct io_ctl_conf c = { .conf = &conf, .node_name = "n9" };
	struct err e = { 0 };

	close_ctl();
	snprintf(conf.admin_group, sizeof(conf.admin_group), "no-such-group");
	ck_assert_ptr_null(io_ctl_new(&r->sink, &c, &e));
	ck_assert_ptr_nonnull(strstr(e.text, "[node] admin-group: this system has no group"));
	conf.admin_group[0] = '\0';
	open_ctl();
}
END_TEST

START_TEST(lists_and_events)
{
	json_t *root = ask("{\"verb\":\"list\",\"what\":\"users\",\"rows\":7}");

	ck_assert_int_eq(fake.listed, 7);
	json_decref(root);
	root = ask("{\"verb\":\"events\"}");
	ck_assert(json_is_array(json_object_get(root, "rows")));
	json_decref(root);
	expect_error("{\"verb\":\"blackbox\"}", "there is no blackbox");
}
END_TEST

START_TEST(before_there_is_a_node)
{
	io_ctl_set_node(ctl, NULL);
	expect_error("{\"verb\":\"ocf-monitor\"}", "starting");
	expect_error("{\"verb\":\"ocf-promote\"}", "starting");
	expect_exit("{\"verb\":\"version\"}", 0, TANDEM_VERSION);
}
END_TEST

START_TEST(history_is_answered)
{
	json_t *root, *lines;

	root = ask("{\"verb\":\"history\"}");
	ck_assert_uint_eq(json_array_size(json_object_get(root, "lines")), 0);
	json_decref(root);
	for (int i = 0; i < 1000; i++) {
		char members[256];

		snprintf(members, sizeof(members), "\"i\":%d,\"filler\":\"%0150d\"", i, i);
		ck_assert_int_eq(io_files_append_history(
					 dir, i + 1, "n9", STR("active"), str_of(members), NULL),
			0);
	}
	root = ask("{\"verb\":\"history\",\"lines\":3}");
	lines = json_object_get(root, "lines");
	ck_assert_uint_eq(json_array_size(lines), 3);
	ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(lines, 2), "i")), 999);
	ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(lines, 0), "i")), 997);
	json_decref(root);
	/* what does not fit is left out at the old end */
	root = ask("{\"verb\":\"history\",\"lines\":500}");
	lines = json_object_get(root, "lines");
	ck_assert_uint_gt(json_array_size(lines), 300);
	ck_assert_int_eq(json_integer_value(json_object_get(
				 json_array_get(lines, json_array_size(lines) - 1), "i")),
		999);
	json_decref(root);
}
END_TEST

START_TEST(promote_waits_until_it_serves)
{
	struct client c;
	json_t *root;

	begin(&c, "{\"verb\":\"ocf-promote\"}", 10000);
	recorder_await(r, NODE_EV_PROMOTE, 1);
	recorder_run_ms(r, 50);
	ck_assert(!atomic_load(&c.done));
	fake.role = HA_ACTIVE;
	io_ctl_check(ctl);
	recorder_run_ms(r, 50);
	ck_assert(!atomic_load(&c.done)); /* active, but no client can be served yet */
	fake.serving = true;
	io_ctl_check(ctl);
	root = end(&c);
	ck_assert_int_eq(json_integer_value(json_object_get(root, "exit")), 0);
	json_decref(root);
	expect_exit("{\"verb\":\"ocf-promote\"}", 0, "active"); /* again: nothing to do */
}
END_TEST

START_TEST(promote_is_refused)
{
	fake.refusal = "a better copy exists on n1";
	expect_exit("{\"verb\":\"ocf-promote\"}", 1, "standby: a better copy exists on n1");
	ck_assert_uint_eq(recorder_count(r, NODE_EV_PROMOTE), 1);
}
END_TEST

START_TEST(demote_waits_until_it_is_done)
{
	struct client c;
	json_t *root;

	fake.role = HA_ACTIVE;
	begin(&c, "{\"verb\":\"ocf-demote\"}", 10000);
	recorder_await(r, NODE_EV_DEMOTE, 1);
	fake.role = HA_DRAINING;
	recorder_run_ms(r, 150);
	ck_assert(!atomic_load(&c.done));
	fake.role = HA_JOINING; /* found by the timer, without a step */
	root = end(&c);
	ck_assert_int_eq(json_integer_value(json_object_get(root, "exit")), 0);
	json_decref(root);
	fake.role = HA_FENCED;
	expect_exit("{\"verb\":\"ocf-demote\"}", 0, "fenced");
}
END_TEST

/*
 * A client that gives up while its order waits leaves nothing behind, and others are served
 * meanwhile.
 */
START_TEST(impatient_client)
{
	struct client c;

	begin(&c, "{\"verb\":\"ocf-promote\"}", 200);
	recorder_await(r, NODE_EV_PROMOTE, 1);
	expect_exit("{\"verb\":\"ocf-monitor\"}", 0, "standby");
	recorder_run_until(r, is_done, &c);
	uv_thread_join(&c.thread);
	ck_assert_int_eq(c.result, E_TIMEOUT);
	buf_fini(&c.answer);
	recorder_run_ms(r, 50);
	fake.role = HA_ACTIVE;
	fake.serving = true;
	io_ctl_check(ctl);
	expect_exit("{\"verb\":\"ocf-monitor\"}", 8, "active");
}
END_TEST

/* Asks again and again and never reads: it loses its connection, the loop goes on. */
static void
run_flood(void *arg)
{
	struct client *c = arg;
	static const char text[] = "{\"verb\":\"status\"}";
	struct qb_ipc_request_header head = { .id = IO_CTL_MESSAGE_ID,
		.size = (int32_t)(sizeof(head) + sizeof(text) - 1) };
	struct iovec parts[2] = { { &head, sizeof(head) },
		{ (void *)(uintptr_t)text, sizeof(text) - 1 } };
	qb_ipcc_connection_t *conn = qb_ipcc_connect(conf.control, CTL_MESSAGE_BYTES_MAX);

	for (int i = 0; conn != NULL && i < 20000; i++) {
		ssize_t n = qb_ipcc_sendv(conn, parts, 2);

		if (n == -EAGAIN)
			usleep(200);
		else if (n < 0)
			break;
		c->result++;
	}
	if (conn != NULL)
		qb_ipcc_disconnect(conn);
	atomic_store(&c->done, true);
}

START_TEST(flooding_client)
{
	struct client c;

	memset(&c, 0, sizeof(c));
	ck_assert_int_eq(uv_thread_create(&c.thread, run_flood, &c), 0);
	recorder_run_ms(r, 100);
	expect_exit("{\"verb\":\"ocf-monitor\"}", 0, "standby");
	recorder_run_until(r, is_done, &c);
	uv_thread_join(&c.thread);
	ck_assert_int_gt(c.result, 10);
	ck_assert_ptr_nonnull(strstr(r->log_text, "an answer could not be given"));
	expect_exit("{\"verb\":\"ocf-monitor\"}", 0, "standby");
}
END_TEST

/* A header whose size does not fit. */
static void
run_liar(void *arg)
{
	struct client *c = arg;
	struct qb_ipc_request_header head = { .id = IO_CTL_MESSAGE_ID, .size = 1 << 20 };
	qb_ipcc_connection_t *conn = qb_ipcc_connect(conf.control, CTL_MESSAGE_BYTES_MAX);
	char answer[4096];

	if (conn != NULL && qb_ipcc_send(conn, &head, sizeof(head)) == (ssize_t)sizeof(head))
		c->result = (int)qb_ipcc_recv(conn, answer, sizeof(answer), 2000);
	if (conn != NULL)
		qb_ipcc_disconnect(conn);
	atomic_store(&c->done, true);
}

START_TEST(lying_client)
{
	struct client c;

	memset(&c, 0, sizeof(c));
	ck_assert_int_eq(uv_thread_create(&c.thread, run_liar, &c), 0);
	recorder_run_until(r, is_done, &c);
	uv_thread_join(&c.thread);
	expect_exit("{\"verb\":\"ocf-monitor\"}", 0, "standby");
}
END_TEST

START_TEST(nobody_is_there)
{
	struct err e = { 0 };
	struct buf answer;

	buf_init(&answer, 4096);
	ck_assert_int_eq(ctl_client_ask("tandem-nobody-here", "{}", 500, &answer, &e), E_UNKNOWN);
	ck_assert_ptr_nonnull(strstr(e.text, "no daemon answers at tandem-nobody-here"));
	buf_fini(&answer);
}
END_TEST

/* The server does not run its loop: the client must come back in time all the same. */
START_TEST(hanging_daemon)
{
	struct err e = { 0 };
	struct buf answer;
	uint64_t begin_ns = uv_hrtime();

	buf_init(&answer, 4096);
	ck_assert_int_eq(
		ctl_client_ask(conf.control, "{\"verb\":\"ocf-monitor\"}", 300, &answer, &e),
		E_TIMEOUT);
	ck_assert_uint_lt((uv_hrtime() - begin_ns) / 1000000, 1500);
	buf_fini(&answer);
	recorder_run_ms(r, 50);
	expect_exit("{\"verb\":\"ocf-monitor\"}", 0, "standby");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("io_ctl");
	TCase *t = tcase_create("io_ctl");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 40);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, simple_questions);
	tcase_add_test(t, bad_requests_are_answered);
	tcase_add_test(t, before_there_is_a_node);
	tcase_add_test(t, groups_have_levels);
	tcase_add_test(t, group_that_is_not_there);
	tcase_add_test(t, lists_and_events);
	tcase_add_test(t, history_is_answered);
	tcase_add_test(t, promote_waits_until_it_serves);
	tcase_add_test(t, promote_is_refused);
	tcase_add_test(t, demote_waits_until_it_is_done);
	tcase_add_test(t, impatient_client);
	tcase_add_test(t, flooding_client);
	tcase_add_test(t, lying_client);
	tcase_add_test(t, nobody_is_there);
	tcase_add_test(t, hanging_daemon);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
