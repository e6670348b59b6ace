/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The status page's server on loopback, with a node that says what the test wants: answers, headers, limits, clients that
 * are slow, many, or not talking HTTP. What is answered to which name is tested in check_http_route.
 */
#include "daemon/io_web.h"
#include "tests/adapter/fake_node.h"
#include "tests/adapter/recorder.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_BYTES (256 * 1024)

static struct recorder *r;
static struct io_web *web;
static struct conf conf;
static struct meter_loop meter;
static struct node *node;
static char dir[64];
static char answer[ANSWER_BYTES];

static void
setup(void)
{
	r = recorder_new();
	conf_defaults(&conf);
	conf.http.enabled = true;
	conf.http.port = 0;
	strcpy(conf.node_name, "n9");
	strcpy(dir, "/tmp/check_io_web.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(conf.state_dir, sizeof(conf.state_dir), "%s", dir);
	node = node_new(&conf, 1, 7, 1, NULL);
	fake.role = HA_ACTIVE;
	fake.serving = true;
	fake.counts = (struct node_counts){ .calls = 17, .channels_open = 1 };
}

static void
begin(void)
{
	web = io_web_new(&r->sink, &conf, &meter);
	io_web_set_node(web, node);
}

static void
teardown(void)
{
	char path[96];

	io_web_close(web);
	recorder_finish(r);
	io_web_free(web);
	recorder_free(r);
	node_free(node);
	snprintf(path, sizeof(path), "%s/history.jsonl", dir);
	unlink(path);
	rmdir(dir);
}

/* --- a client ------------------------------------------------------------------------------------- */

static int
dial(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)io_web_port(web)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval patience = { .tv_sec = RECORDER_MS / 1000 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_ge(fd, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

static void
say(int fd, const char *text, size_t n)
{
	ssize_t sent = send(fd, text, n, MSG_NOSIGNAL);

	(void)sent; /* who was cut off meanwhile is seen when reading */
}

/* All until the server closes; the status, 0 if there is none. Never waits longer than the patience. */
static unsigned
hear(int fd)
{
	size_t n = 0;
	unsigned status = 0;

	for (;;) {
		ssize_t got = recv(fd, answer + n, sizeof(answer) - 1 - n, 0);

		ck_assert_msg(
			got >= 0 || errno == ECONNRESET, "nothing heard: %s", strerror(errno));
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	answer[n] = '\0';
	close(fd);
	if (sscanf(answer, "HTTP/1.1 %u", &status) != 1)
		return 0;
	return status;
}

static unsigned
ask(const char *method, const char *path, const char *headers)
{
	char text[512];
	int fd = dial(), n;

	n = snprintf(text, sizeof(text),
		"%s %s HTTP/1.1\r\nHost: n9\r\nConnection: close\r\n%s\r\n", method, path, headers);
	say(fd, text, (size_t)n);
	return hear(fd);
}

static unsigned
get(const char *path)
{
	return ask("GET", path, "");
}

static const char *
body(void)
{
	const char *end = strstr(answer, "\r\n\r\n");

	ck_assert_ptr_nonnull(end);
	return end + 4;
}

static void
has(const char *part)
{
	ck_assert_msg(strstr(answer, part) != NULL, "no %s in: %.300s", part, answer);
}

/* --- answers -------------------------------------------------------------------------------------- */

START_TEST(answers)
{
	begin();
	recorder_run_ms(r, 300); /* the loop turns */
	ck_assert_uint_eq(get("/metrics"), 200);
	has("tandem_calls 17\n");
	has("process_resident_memory_bytes ");
	has("libmicrohttpd=\"");
	has(",libxml2=\"2.");
	has(",corosync=\"" TANDEM_COROSYNC "\"} 1\n");
	has("Content-Type: text/plain; version=0.0.4");
	has("X-Content-Type-Options: nosniff\r\n");
	has("Cache-Control: no-store\r\n");
	ck_assert_uint_eq(get("/live"), 200);
	ck_assert_uint_eq(get("/active"), 200);
	ck_assert_uint_eq(get("/standby"), 503);
	ck_assert_uint_eq(get("/standby?behind=x"), 400);
	ck_assert_uint_eq(get("/v1/status?what=ever"), 200);
	has("\"schema\":\"tandemctl/status/1\"");
	ck_assert_uint_eq(get("/nothing"), 404);
	has("nosniff");
	has("Content-Security-Policy: default-src 'none';");
	ck_assert_uint_eq(get("/"), 200);
	has("Content-Type: text/html; charset=utf-8\r\n");
	has("n9 is active, serving");
}
END_TEST

START_TEST(head_and_other_methods)
{
	begin();
	ck_assert_uint_eq(ask("HEAD", "/metrics", ""), 200);
	ck_assert_str_eq(body(), "");
	has("Content-Length: ");
	ck_assert_uint_eq(ask("POST", "/metrics", "Content-Length: 0\r\n"), 405);
	has("Allow: GET, HEAD\r\n");
	ck_assert_uint_eq(ask("DELETE", "/", ""), 405);
	ck_assert_uint_eq(ask("OPTIONS", "*", ""), 405);
}
END_TEST

/* The body is not waited for: it never comes. */
START_TEST(a_body_is_refused)
{
	begin();
	ck_assert_uint_eq(ask("GET", "/metrics", "Content-Length: 1000000\r\n"), 400);
	ck_assert_uint_eq(ask("GET", "/metrics", "Transfer-Encoding: chunked\r\n"), 400);
	ck_assert_uint_eq(ask("PUT", "/metrics", "Content-Length: 1000000\r\n"), 405);
}
END_TEST

START_TEST(two_requests_on_a_connection)
{
	static const char two[] = "GET /metrics HTTP/1.1\r\nHost: n9\r\n\r\n"
				  "GET /nothing HTTP/1.1\r\nHost: n9\r\nConnection: close\r\n\r\n";
	int fd;

	begin();
	fd = dial();
	say(fd, two, sizeof(two) - 1);
	ck_assert_uint_eq(hear(fd), 200);
	has("HTTP/1.1 404");
}
END_TEST

START_TEST(the_history)
{
	char path[96];
	FILE *f;

	begin();
	ck_assert_uint_eq(get("/v1/history"), 200);
	has("\"lines\":[]");
	snprintf(path, sizeof(path), "%s/history.jsonl", dir);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs("{\"t_us\":1,\"ev\":\"role\"}\n{\"t_us\":2,\"ev\":\"active\"}\n", f);
	fclose(f);
	ck_assert_uint_eq(get("/v1/history?lines=1"), 200);
	has("\"lines\":[{\"t_us\":2,\"ev\":\"active\"}]");
}
END_TEST

/* --- what the loop publishes ---------------------------------------------------------------------- */

START_TEST(a_change_of_role_is_published_at_once)
{
	begin();
	recorder_run_ms(r, 300);
	ck_assert_uint_eq(get("/active"), 200);
	fake.role = HA_STANDBY;
	fake.serving = false;
	io_web_check(web);
	ck_assert_uint_eq(get("/active"), 503);
	fake.role = HA_ACTIVE;
	io_web_check(web);
	ck_assert_uint_eq(get("/active"), 503);
	has("does not serve yet");
	fake.serving = true;
	io_web_check(web);
	ck_assert_uint_eq(get("/active"), 200);
}
END_TEST

static bool
shows_18_calls(struct recorder *rec, void *arg)
{
	(void)rec;
	(void)arg;
	return get("/metrics") == 200 && strstr(answer, "tandem_calls 18\n") != NULL;
}

START_TEST(figures_are_published_by_time)
{
	begin();
	fake.counts.calls = 18;
	ck_assert_uint_eq(get("/metrics"), 200);
	has("tandem_calls 17\n");
	recorder_run_until(r, shows_18_calls, NULL);
}
END_TEST

/* Made once for each snapshot; who asks with a query, or for health, is answered anew. */
START_TEST(answers_are_kept)
{
	char path[96];
	FILE *f;

	begin();
	ck_assert_uint_eq(get("/v1/history"), 200);
	snprintf(path, sizeof(path), "%s/history.jsonl", dir);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs("{\"t_us\":1,\"ev\":\"role\"}\n", f);
	fclose(f);
	ck_assert_uint_eq(get("/v1/history"), 200);
	has("\"lines\":[]");
	ck_assert_uint_eq(get("/v1/history?lines=5"), 200);
	has("\"ev\":\"role\"");
	fake.serving = false;
	io_web_check(web);
	ck_assert_uint_eq(get("/v1/history"), 200);
	has("\"ev\":\"role\"");
	ck_assert_uint_eq(ask("GET", "/v1/history", "Content-Length: 5\r\n"), 400);
	ck_assert_uint_eq(ask("POST", "/v1/history", "Content-Length: 0\r\n"), 405);
}
END_TEST

/* The server goes on when the loop does not, and says so. */
START_TEST(a_loop_that_stands_still)
{
	int64_t until;

	begin();
	ck_assert_uint_eq(get("/live"), 503); /* it has not turned yet */
	recorder_run_ms(r, 300);
	ck_assert_uint_eq(get("/live"), 200);
	until = (int64_t)uv_hrtime() / 1000000 + RECORDER_MS;
	while (get("/live") == 200)
		ck_assert_int_lt((int64_t)uv_hrtime() / 1000000, until);
	has("stands still");
	ck_assert_uint_eq(get("/active"), 503);
	ck_assert_uint_eq(get("/metrics"), 200);
}
END_TEST

/* --- clients that are no good --------------------------------------------------------------------- */

/* A byte now and then keeps nobody connected: the time counts from the beginning. */
START_TEST(a_slow_request_is_cut_off)
{
	static const char text[] = "GET /metrics HTTP/1.1\r\nHost: n9\r\nX-Slow: ";
	int64_t begun = (int64_t)uv_hrtime() / 1000000;
	int fd;
	char c;

	conf.http.request_ms = 400;
	begin();
	fd = dial();
	say(fd, text, sizeof(text) - 1);
	for (;;) {
		struct timeval soon = { .tv_usec = 20000 };

		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon));
		say(fd, "x", 1);
		if (recv(fd, &c, 1, 0) >= 0 || errno != EAGAIN)
			break;
		ck_assert_int_lt((int64_t)uv_hrtime() / 1000000 - begun, RECORDER_MS);
	}
	close(fd);
	ck_assert_int_ge((int64_t)uv_hrtime() / 1000000 - begun, 400);
	ck_assert_uint_eq(get("/metrics"), 200);
}
END_TEST

START_TEST(who_says_nothing_is_cut_off)
{
	int fd;

	conf.http.request_ms = 300;
	begin();
	fd = dial();
	ck_assert_uint_eq(hear(fd), 0);
	ck_assert_str_eq(answer, "");
}
END_TEST

START_TEST(garbage)
{
	static const char *const texts[] = { "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
		"GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\r\n\r\n\r\n\r\n", ": :\r\n: :\r\n\r\n",
		"GET /%00%zz%ff HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
		"GET /\xff\xfe HTTP/1.1\r\nHost: n9\r\nConnection: close\r\n\r\n" };

	conf.http.request_ms = 300;
	begin();
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int fd = dial();

		say(fd, texts[i], strlen(texts[i]));
		hear(fd);
	}
	srand(7);
	for (int i = 0; i < 50; i++) {
		char noise[600];
		int fd = dial();

		for (size_t k = 0; k < sizeof(noise); k++)
			noise[k] = (char)rand();
		say(fd, noise, sizeof(noise));
		shutdown(fd, SHUT_WR);
		hear(fd);
	}
	ck_assert_uint_eq(get("/metrics"), 200);
}
END_TEST

START_TEST(a_request_that_is_too_large)
{
	static char headers[64 * 1024];
	unsigned status;
	int fd;

	begin();
	memset(headers, 'h', sizeof(headers));
	fd = dial();
	say(fd, "GET /metrics HTTP/1.1\r\nX: ", 26);
	say(fd, headers, sizeof(headers));
	status = hear(fd);
	ck_assert_msg(status == 0 || (status >= 400 && status < 500), "%u", status);
	ck_assert_uint_eq(get("/metrics"), 200);
}
END_TEST

/* Whoever is one too many of his address is closed without an answer. */
START_TEST(connections_of_one_address)
{
	int fds[3];

	conf.http.per_address_max = 3;
	begin();
	for (size_t i = 0; i < 3; i++)
		fds[i] = dial();
	for (size_t i = 0; i < 2; i++) /* those are served */
		say(fds[i], "GET /metrics HTTP/1.1\r\n", 23);
	ck_assert_uint_eq(get("/metrics"), 0);
	say(fds[0], "Host: n9\r\nConnection: close\r\n\r\n", 31);
	ck_assert_uint_eq(hear(fds[0]), 200);
	ck_assert_uint_eq(get("/metrics"), 200);
	close(fds[1]);
	close(fds[2]);
}
END_TEST

/* One too many in all waits until another one has gone: here those that say nothing, when their time is over. */
START_TEST(connections_in_all)
{
	int fds[2];

	conf.http.connections_max = 2;
	conf.http.request_ms = 400;
	begin();
	fds[0] = dial();
	fds[1] = dial();
	ck_assert_uint_eq(get("/metrics"), 200);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

START_TEST(many_connections)
{
	int fds[200];

	conf.http.per_address_max = 200;
	conf.http.connections_max = 200;
	begin();
	for (size_t i = 0; i < 200; i++)
		fds[i] = dial();
	for (size_t i = 0; i < 200; i++)
		say(fds[i], "GET /metrics HTTP/1.1\r\nHost: n9\r\nConnection: close\r\n\r\n", 54);
	for (size_t i = 0; i < 200; i++)
		ck_assert_uint_eq(hear(fds[i]), 200);
}
END_TEST

/* It ends with connections open, in the middle of a request. */
START_TEST(it_ends_with_connections_open)
{
	int fd;

	begin();
	fd = dial();
	say(fd, "GET /metrics HT", 15);
	ck_assert_uint_eq(get("/metrics"), 200);
	close(fd);
	dial();
}
END_TEST

/* --- no place to listen --------------------------------------------------------------------------- */

static bool
it_listens(struct recorder *rec, void *arg)
{
	(void)rec;
	(void)arg;
	return io_web_port(web) != 0;
}

START_TEST(a_port_that_is_taken)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, n), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	conf.http.port = ntohs(at.sin_port);
	begin();
	ck_assert_int_eq(io_web_port(web), 0);
	ck_assert_ptr_nonnull(strstr(r->log_text,
		"37830 warning the status page cannot listen on "
		"127.0.0.1 port "));
	close(fd);
	recorder_run_until(r, it_listens, NULL);
	ck_assert_uint_eq(get("/metrics"), 200);
}
END_TEST

START_TEST(an_address_that_is_not_here)
{
	strcpy(conf.http.address, "192.0.2.1");
	begin();
	ck_assert_int_eq(io_web_port(web), 0);
	ck_assert_ptr_nonnull(strstr(r->log_text, "192.0.2.1"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("io_web");
	TCase *t = tcase_create("io_web");
	SRunner *runner = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, answers);
	tcase_add_test(t, head_and_other_methods);
	tcase_add_test(t, a_body_is_refused);
	tcase_add_test(t, two_requests_on_a_connection);
	tcase_add_test(t, the_history);
	tcase_add_test(t, a_change_of_role_is_published_at_once);
	tcase_add_test(t, figures_are_published_by_time);
	tcase_add_test(t, answers_are_kept);
	tcase_add_test(t, a_loop_that_stands_still);
	tcase_add_test(t, a_slow_request_is_cut_off);
	tcase_add_test(t, who_says_nothing_is_cut_off);
	tcase_add_test(t, garbage);
	tcase_add_test(t, a_request_that_is_too_large);
	tcase_add_test(t, connections_of_one_address);
	tcase_add_test(t, connections_in_all);
	tcase_add_test(t, many_connections);
	tcase_add_test(t, it_ends_with_connections_open);
	tcase_add_test(t, a_port_that_is_taken);
	tcase_add_test(t, an_address_that_is_not_here);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
