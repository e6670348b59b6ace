/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP against a server of the test's own on the same loop: it answers by the path, byte for byte
 * as the test wants, and counts connections and requests.
 */
#include "daemon/io_http.h"
#include "proto/base/limits.h"
#include "tests/adapter/recorder.h"
#include "tests/adapter/tls_peer.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdlib.h>

/* base64 of admin@demo.example:sec:ret */
#define SECRET "YWRtaW5AZGVtby5leGFtcGxlOnNlYzpyZXQ="

struct peer {
	uv_tcp_t tcp;
	char in[70000];
	size_t n;
};

static struct recorder *r;
static struct io_http *http;
static struct conf conf;

static struct {
	uv_tcp_t listener;
	struct peer *peers[64];
	size_t peer_count, closed_count, requests;
	char last[70000]; /* head and body of the last request */
	struct peer *stream;
} server;

/* --- the server ------------------------------------------------------------------------------- */

static void
say(struct peer *p, const char *text, size_t n)
{
	while (n > 0) {
		uv_buf_t b = uv_buf_init((char *)(uintptr_t)text, (unsigned)n);
		int sent = uv_try_write((uv_stream_t *)&p->tcp, &b, 1);

		if (sent > 0) {
			text += sent;
			n -= (size_t)sent;
		} else if (sent != UV_EAGAIN) {
			return;
		}
	}
}

static void
say_z(struct peer *p, const char *text)
{
	say(p, text, strlen(text));
}

static void
on_peer_closed(uv_handle_t *h)
{
	mem_free(h->data);
	server.closed_count++;
}

static void
hang_up(struct peer *p, bool reset)
{
	if (uv_is_closing((uv_handle_t *)&p->tcp))
		return;
	for (size_t i = 0; i < server.peer_count; i++)
		if (server.peers[i] == p)
			server.peers[i] = NULL;
	if (server.stream == p)
		server.stream = NULL;
	if (!reset || uv_tcp_close_reset(&p->tcp, on_peer_closed) != 0)
		uv_close((uv_handle_t *)&p->tcp, on_peer_closed);
}

static bool
path_is(const char *path)
{
	const char *at = strchr(server.last, ' ');

	return strncmp(at + 1, path, strlen(path)) == 0;
}

static void
serve(struct peer *p)
{
	static char big[LIMIT_HTTP_BODY_BYTES + 1];

	if (path_is("/ok"))
		say_z(p,
			"HTTP/1.1 200 OK\r\nSet-Cookie: JSESSIONID=abc; Path=/\r\nContent-Length: 5\r\n\r\nhello");
	else if (path_is("/empty"))
		say_z(p, "HTTP/1.1 204 No Content\r\n\r\n");
	else if (path_is("/401"))
		say_z(p,
			"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 2\r\n\r\nno");
	else if (path_is("/302"))
		say_z(p, "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n");
	else if (path_is("/long-location")) {
		memset(big, 'x', 3000);
		say_z(p, "HTTP/1.1 302 Found\r\nLocation: /");
		say(p, big, 3000);
		say_z(p, "\r\nContent-Length: 0\r\n\r\n");
	} else if (path_is("/overload"))
		say_z(p, "HTTP/1.1 503 Overloaded\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n");
	else if (path_is("/max"))
		say_z(p, "HTTP/1.1 200 OK\r\nContent-Length: 524288\r\n\r\n"),
			say(p, big, LIMIT_HTTP_BODY_BYTES);
	else if (path_is("/toolarge"))
		say_z(p, "HTTP/1.1 200 OK\r\nContent-Length: 524289\r\n\r\n"),
			say(p, big, sizeof(big));
	else if (path_is("/list")) {
		say_z(p, "HTTP/1.1 200 OK\r\nContent-Length: 4194304\r\n\r\n");
		for (int i = 0; i < 8; i++)
			say(p, big, LIMIT_HTTP_BODY_BYTES);
	} else if (path_is("/reset"))
		hang_up(p, true);
	else if (path_is("/hangup"))
		hang_up(p, false);
	else if (path_is("/stream")) {
		server.stream = p;
		say_z(p, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
	} else if (path_is("/refused"))
		say_z(p, "HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nnope");
	/* "/silent": nothing */
}

/* One whole request is there: its length, or 0. */
static size_t
request_length(const struct peer *p)
{
	const char *end, *length;
	size_t head, body = 0;

	if (p->n == 0 || (end = memmem(p->in, p->n, "\r\n\r\n", 4)) == NULL)
		return 0;
	head = (size_t)(end - p->in) + 4;
	length = memmem(p->in, head, "Content-Length: ", 16);
	if (length != NULL)
		body = strtoul(length + 16, NULL, 10);
	return p->n >= head + body ? head + body : 0;
}

static void
on_bytes(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
	struct peer *p = s->data;
	size_t length;

	(void)b;
	if (n < 0) {
		hang_up(p, false);
		return;
	}
	p->n += (size_t)n;
	while ((length = request_length(p)) > 0) {
		memcpy(server.last, p->in, length);
		server.last[length] = '\0';
		memmove(p->in, p->in + length, p->n - length);
		p->n -= length;
		server.requests++;
		serve(p);
		if (uv_is_closing((uv_handle_t *)s))
			return;
	}
}

static void
on_alloc(uv_handle_t *h, size_t size, uv_buf_t *b)
{
	struct peer *p = h->data;

	(void)size;
	*b = uv_buf_init(p->in + p->n, (unsigned)(sizeof(p->in) - p->n));
}

static void
on_connection(uv_stream_t *s, int status)
{
	struct peer *p = mem_zalloc(sizeof(*p));

	ck_assert_int_eq(status, 0);
	uv_tcp_init(&r->loop, &p->tcp);
	p->tcp.data = p;
	ck_assert_int_eq(uv_accept(s, (uv_stream_t *)&p->tcp), 0);
	ck_assert_uint_lt(server.peer_count, 64);
	server.peers[server.peer_count++] = p;
	uv_read_start((uv_stream_t *)&p->tcp, on_alloc, on_bytes);
}

static void
start_server(void)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int n = sizeof(sa);

	uv_tcp_init(&r->loop, &server.listener);
	ck_assert_int_eq(uv_tcp_bind(&server.listener, (struct sockaddr *)&sa, 0), 0);
	ck_assert_int_eq(uv_listen((uv_stream_t *)&server.listener, 64, on_connection), 0);
	uv_tcp_getsockname(&server.listener, (struct sockaddr *)&sa, &n);
	snprintf(conf.xsps[0].base_url, sizeof(conf.xsps[0].base_url), "http://127.0.0.1:%u",
		(unsigned)ntohs(sa.sin_port));
}

static void
setup(void)
{
	struct err e = { 0 };

	signal(SIGPIPE, SIG_IGN);
	r = recorder_new();
	conf_defaults(&conf);
	start_server();
	/* a port where nobody listens */
	snprintf(conf.xsps[1].base_url, sizeof(conf.xsps[1].base_url), "http://127.0.0.1:1");
	conf.xsp_count = 2;
	setenv("http_proxy", "http://127.0.0.1:9", 1);
	http = io_http_new(&r->sink, &conf, &e);
	ck_assert_ptr_nonnull(http);
}

static void
teardown(void)
{
	io_http_close(http);
	for (size_t i = 0; i < server.peer_count; i++)
		if (server.peers[i] != NULL)
			hang_up(server.peers[i], false);
	uv_close((uv_handle_t *)&server.listener, NULL);
	recorder_finish(r);
	io_http_free(http);
	ck_assert_ptr_null(strstr(r->log_text, SECRET));
	recorder_free(r);
}

static void
send_to(uint64_t id, uint32_t xsp, const char *base, const char *method, const char *path,
	const char *body, uint64_t timeout_ms)
{
	io_http_request(http,
		&(struct io_http_order){ .id = id,
			.xsp = xsp,
			.method = method,
			.base = str_of(base),
			.path = str_of(path),
			.body = str_of(body),
			.authorization = STR("Basic " SECRET),
			.timeout_ms = timeout_ms });
}

static void
request(uint64_t id, const char *method, const char *path, const char *body)
{
	send_to(id, 0, "", method, path, body, 2000);
}

static void
stream(uint64_t id, uint32_t xsp, const char *path, const char *body)
{
	io_http_open_stream(http,
		&(struct io_http_order){ .id = id,
			.xsp = xsp,
			.path = str_of(path),
			.body = str_of(body),
			.authorization = STR("Basic " SECRET) });
}

static const struct recorded *
await_done(size_t count)
{
	recorder_await(r, NODE_EV_HTTP_DONE, count);
	return recorder_find(r, NODE_EV_HTTP_DONE, count - 1);
}

/* --- requests --------------------------------------------------------------------------------- */

START_TEST(get_with_basic_at_once)
{
	const struct recorded *done;

	request(7, "GET", "/ok?a=b", "");
	done = await_done(1);
	ck_assert_uint_eq(done->id, 7);
	ck_assert_uint_eq(done->number, 200);
	ck_assert_str_eq(done->bytes, "hello");
	ck_assert_uint_eq(server.requests, 1);
	ck_assert_ptr_nonnull(strstr(server.last, "GET /ok?a=b HTTP/1.1\r\n"));
	ck_assert_ptr_nonnull(strstr(server.last, "Authorization: Basic " SECRET "\r\n"));
}
END_TEST

START_TEST(methods_and_bodies)
{
	request(1, "POST", "/ok", "<A/>");
	await_done(1);
	ck_assert_ptr_nonnull(strstr(server.last, "POST /ok "));
	ck_assert_ptr_nonnull(strstr(server.last, "Content-Type: application/xml"));
	ck_assert_ptr_nonnull(strstr(server.last, "\r\n\r\n<A/>"));
	ck_assert_ptr_null(strstr(server.last, "Expect:"));
	request(2, "PUT", "/ok", "");
	await_done(2);
	ck_assert_ptr_nonnull(strstr(server.last, "PUT /ok "));
	ck_assert_ptr_nonnull(strstr(server.last, "Content-Length: 0\r\n"));
	request(3, "DELETE", "/empty", "");
	ck_assert_uint_eq(await_done(3)->number, 204);
	ck_assert_ptr_nonnull(strstr(server.last, "DELETE /empty "));
	/* kept alive: one connection, and the cookie of the first answer in the others */
	ck_assert_uint_eq(server.peer_count, 1);
	ck_assert_ptr_nonnull(strstr(server.last, "Cookie: JSESSIONID=abc"));
}
END_TEST

START_TEST(refusals_are_answers)
{
	request(1, "GET", "/401", "");
	ck_assert_uint_eq(await_done(1)->number, 401);
	ck_assert_uint_eq(server.requests, 1);
	request(2, "GET", "/302", "");
	ck_assert_uint_eq(await_done(2)->number, 302);
	ck_assert_str_eq(await_done(2)->text2, "/ok");
	ck_assert_uint_eq(server.requests, 2);
}
END_TEST

/* A redirect is told, not followed; the place where it led is asked when the node says so. */
START_TEST(goes_where_the_order_says)
{
	char base[192];

	snprintf(base, sizeof(base), "%s", conf.xsps[0].base_url);
	snprintf(conf.xsps[0].base_url, sizeof(conf.xsps[0].base_url), "http://127.0.0.1:1");
	send_to(1, 0, base, "PUT", "/ok", "<A/>", 2000);
	ck_assert_uint_eq(await_done(1)->number, 200);
	ck_assert_ptr_nonnull(strstr(server.last, "PUT /ok "));
	ck_assert_ptr_nonnull(strstr(server.last, "Authorization: Basic " SECRET));
	send_to(2, 0, base, "GET", "/long-location", "", 2000);
	ck_assert_uint_eq(await_done(2)->number, 302);
	ck_assert_str_eq(await_done(2)->text2, "");
	send_to(3, 0, base, "GET", "/overload", "", 2000);
	ck_assert_uint_eq(await_done(3)->number, 503);
	ck_assert_uint_eq(await_done(3)->retry_after_s, 7);
}
END_TEST

START_TEST(says_what_the_settings_say)
{
	strcpy(conf.user_agent, "agent-77");
	strcpy(conf.broadworks_version, "22.0");
	io_http_request(http,
		&(struct io_http_order){
			.id = 1, .method = "GET", .path = STR("/ok"), .timeout_ms = 2000 });
	await_done(1);
	ck_assert_ptr_nonnull(strstr(server.last, "User-Agent: agent-77\r\n"));
	ck_assert_ptr_nonnull(strstr(server.last, "X-BroadWorks-Protocol-Version: 22.0\r\n"));
	ck_assert_ptr_null(strstr(server.last, "Authorization"));
	conf.reply_bytes_max = 1024;
	request(2, "GET", "/max", "");
	ck_assert_uint_eq(await_done(2)->number, 0);
	ck_assert_str_eq(await_done(2)->text, "more bytes than allowed");
	/* the test's server as a proxy: the whole URL is in the request line */
	snprintf(conf.xsps[1].proxy, sizeof(conf.xsps[1].proxy), "%s", conf.xsps[0].base_url);
	send_to(3, 1, "http://xsp.example:80", "GET", "/ok", "", 2000);
	await_done(3);
	ck_assert_ptr_nonnull(strstr(server.last, "GET http://xsp.example"));
}
END_TEST

/* HTTPS with a certificate of the test's own: known, unknown, of another host; our own certificate. */
START_TEST(tls)
{
	const char *tmp = getenv("TMPDIR");
	char dir[128], cert[160], base[64];
	struct tls_peer *p;

	snprintf(dir, sizeof(dir), "%s/http.XXXXXX", tmp ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	tls_make_certificate(dir, "xsp", "127.0.0.1");
	tls_make_certificate(dir, "client", "tandem.example");
	snprintf(cert, sizeof(cert), "%s/xsp", dir);
	p = tls_peer_new(PEER_HTTP, cert, NULL);
	snprintf(base, sizeof(base), "https://127.0.0.1:%d", tls_peer_port(p));
	send_to(1, 0, base, "GET", "/x", "", 2000);
	ck_assert_uint_eq(await_done(1)->number, 0);
	ck_assert_int_eq(tls_peer_served(p), 0);
	snprintf(conf.xsps[0].ca_file, sizeof(conf.xsps[0].ca_file), "%s.pem", cert);
	send_to(2, 0, base, "PUT", "/x", "<A/>", 2000);
	ck_assert_uint_eq(await_done(2)->number, 200);
	snprintf(base, sizeof(base), "https://localhost:%d", tls_peer_port(p));
	send_to(3, 0, base, "GET", "/x", "", 2000);
	ck_assert_uint_eq(await_done(3)->number, 0);
	tls_peer_free(p);
	p = tls_peer_new(PEER_HTTP, cert, conf.xsps[0].ca_file);
	snprintf(base, sizeof(base), "https://127.0.0.1:%d", tls_peer_port(p));
	send_to(4, 0, base, "GET", "/x", "", 2000);
	ck_assert_uint_eq(await_done(4)->number, 0);
	strcpy(conf.xsps[0].cert_file, conf.xsps[0].ca_file);
	snprintf(conf.xsps[0].key_file, sizeof(conf.xsps[0].key_file), "%s.key", cert);
	send_to(5, 0, base, "GET", "/x", "", 2000);
	ck_assert_uint_eq(await_done(5)->number, 200);
	tls_peer_free(p);
}
END_TEST

START_TEST(no_answer)
{
	const struct recorded *done;

	send_to(1, 1, "", "GET", "/ok", "", 1000);
	done = await_done(1);
	ck_assert_uint_eq(done->number, 0);
	ck_assert_str_ne(done->text, "");
	send_to(2, 0, "", "GET", "/silent", "", 150);
	done = await_done(2);
	ck_assert_uint_eq(done->number, 0);
	ck_assert_ptr_nonnull(strstr(done->text, "timed out"));
	request(3, "GET", "/reset", "");
	ck_assert_uint_eq(await_done(3)->number, 0);
	send_to(4, 9, "", "GET", "/ok", "", 100);
	ck_assert_uint_eq(await_done(4)->number, 0);
	recorder_run_ms(r, 200);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_HTTP_DONE), 4);
}
END_TEST

START_TEST(bodies_are_bounded)
{
	const struct recorded *done;

	request(1, "GET", "/max", "");
	done = await_done(1);
	ck_assert_uint_eq(done->number, 200);
	ck_assert_uint_eq(done->bytes_n, LIMIT_HTTP_BODY_BYTES);
	request(2, "GET", "/toolarge", "");
	done = await_done(2);
	ck_assert_uint_eq(done->number, 0);
	ck_assert_str_eq(done->text, "more bytes than allowed");
}
END_TEST

static void
request_pieces(uint64_t id, const char *path)
{
	io_http_request(http,
		&(struct io_http_order){ .id = id,
			.method = "GET",
			.path = str_of(path),
			.timeout_ms = 1000,
			.in_pieces = true });
}

/* A long list: not held, whatever a whole answer may be. A refusal comes whole, and who says nothing is given up. */
START_TEST(long_answers_come_in_pieces)
{
	size_t all = 0, count;

	conf.reply_bytes_max = 1024;
	request_pieces(1, "/list");
	ck_assert_uint_eq(await_done(1)->number, 200);
	ck_assert_uint_eq(await_done(1)->bytes_n, 0);
	count = recorder_count(r, NODE_EV_HTTP_DATA);
	ck_assert_uint_ge(count, 8);
	for (size_t i = 0; i < count; i++)
		ck_assert_uint_le(recorder_find(r, NODE_EV_HTTP_DATA, i)->bytes_n, 262144);
	for (size_t i = 0; i < count; i++)
		all += recorder_find(r, NODE_EV_HTTP_DATA, i)->bytes_n;
	ck_assert_uint_eq(all, 4194304);
	request_pieces(2, "/refused");
	ck_assert_uint_eq(await_done(2)->number, 403);
	ck_assert_uint_eq(await_done(2)->bytes_n, 4);
	request_pieces(3, "/silent");
	ck_assert_uint_eq(await_done(3)->number, 0);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_HTTP_DATA), count);
}
END_TEST

/*
 * A kept connection dies under the request: a GET is asked again, anything else is not sent twice.
 */
START_TEST(only_a_get_is_sent_twice)
{
	request(1, "GET", "/ok", "");
	await_done(1);
	request(2, "POST", "/hangup", "<Dial/>");
	ck_assert_uint_eq(await_done(2)->number, 0);
	ck_assert_uint_eq(server.requests, 2);
	request(3, "GET", "/ok", "");
	await_done(3);
	request(4, "GET", "/hangup", "");
	ck_assert_uint_eq(await_done(4)->number, 0);
	ck_assert_uint_eq(server.requests, 5);
}
END_TEST

START_TEST(many_requests_few_connections)
{
	for (uint64_t i = 0; i < 300; i++)
		request(i, "GET", "/ok", "");
	recorder_await(r, NODE_EV_HTTP_DONE, 300);
	for (size_t i = 0; i < 300; i++)
		ck_assert_uint_eq(recorder_find(r, NODE_EV_HTTP_DONE, i)->number, 200);
	ck_assert_uint_le(server.peer_count, 16);
}
END_TEST

/* What waits for a connection when the account is refused is not sent with the same words; others are. */
START_TEST(refused_account_is_not_tried_again)
{
	size_t refused = 0;

	for (uint64_t i = 0; i < 300; i++)
		request(i, "POST", "/401", "x");
	io_http_request(http,
		&(struct io_http_order){ .id = 300,
			.method = "GET",
			.base = STR_NONE,
			.path = STR("/ok"),
			.authorization = STR("Basic b3RoZXI="),
			.timeout_ms = 2000 });
	recorder_await(r, NODE_EV_HTTP_DONE, 301);
	for (size_t i = 0; i < 300; i++)
		refused += recorder_find(r, NODE_EV_HTTP_DONE, i)->number == 401;
	ck_assert_uint_ge(refused, 299); /* all but the one that may be among them */
	ck_assert_uint_le(server.requests, 2 * 16 + 1);
}
END_TEST

/* The next request is made while the node is told of the one before, as the node does. */
static void
ask_again(const struct node_event *ev, void *arg)
{
	(void)arg;
	if (ev->kind == NODE_EV_HTTP_DONE && ev->id < 20)
		request(ev->id + 1, "GET", "/ok", "");
}

START_TEST(request_from_inside_an_event)
{
	r->hook = ask_again;
	request(1, "GET", "/ok", "");
	ck_assert_uint_eq(await_done(20)->id, 20);
}
END_TEST

START_TEST(closing_cancels_all)
{
	for (uint64_t i = 0; i < 20; i++)
		request(i, "GET", "/silent", "");
	stream(99, 0, "/stream", "<Channel/>");
	recorder_run_ms(r, 100);
	ck_assert_uint_eq(r->count, 0);
	/* teardown closes; the sanitizer sees what stays, the recorder what is still told */
}
END_TEST

/* --- streams ---------------------------------------------------------------------------------- */

static void
open_stream(uint64_t id)
{
	stream(id, 0, "/stream", "<Channel/>");
	while (server.stream == NULL)
		uv_run(&r->loop, UV_RUN_ONCE);
}

static bool
has_bytes(struct recorder *rec, void *arg)
{
	const char *want = arg;
	char got[256] = "";

	for (size_t i = 0; i < rec->count; i++)
		if (rec->events[i].kind == NODE_EV_STREAM_DATA)
			strncat(got, rec->events[i].bytes, sizeof(got) - strlen(got) - 1);
	return strcmp(got, want) == 0;
}

START_TEST(stream_hands_on_as_it_comes)
{
	char want[] = "<Channel>";

	open_stream(5);
	ck_assert_ptr_nonnull(strstr(server.last, "POST /stream "));
	ck_assert_ptr_nonnull(strstr(server.last, "\r\n\r\n<Channel/>"));
	say_z(server.stream, "6\r\n<Chan");
	recorder_await(r, NODE_EV_STREAM_DATA, 1);
	ck_assert_str_eq(recorder_find(r, NODE_EV_STREAM_DATA, 0)->bytes, "<Chan");
	say_z(server.stream, "n\r\n3\r\nel>\r\n");
	recorder_run_until(r, has_bytes, want);
}
END_TEST

START_TEST(stream_ends_once)
{
	open_stream(5);
	say_z(server.stream, "2\r\nab\r\n0\r\n\r\n");
	recorder_await(r, NODE_EV_STREAM_CLOSED, 1);
	ck_assert_str_eq(recorder_find(r, NODE_EV_STREAM_DATA, 0)->bytes, "ab");
	ck_assert_uint_eq(recorder_find(r, NODE_EV_STREAM_CLOSED, 0)->number, 0);
	ck_assert_str_eq(recorder_find(r, NODE_EV_STREAM_CLOSED, 0)->text, "ended by the server");
	io_http_close_stream(http, 5);
	recorder_run_ms(r, 50);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_STREAM_CLOSED), 1);
}
END_TEST

START_TEST(stream_is_reset)
{
	open_stream(5);
	say_z(server.stream, "2\r\nab\r\n");
	recorder_await(r, NODE_EV_STREAM_DATA, 1);
	hang_up(server.stream, true);
	recorder_await(r, NODE_EV_STREAM_CLOSED, 1);
	ck_assert_uint_eq(recorder_find(r, NODE_EV_STREAM_CLOSED, 0)->number, 0);
	ck_assert_str_ne(recorder_find(r, NODE_EV_STREAM_CLOSED, 0)->text, "");
}
END_TEST

START_TEST(stream_is_refused)
{
	stream(5, 0, "/refused", "<Channel/>");
	recorder_await(r, NODE_EV_STREAM_CLOSED, 1);
	ck_assert_uint_eq(recorder_find(r, NODE_EV_STREAM_CLOSED, 0)->number, 403);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_STREAM_DATA), 0);
	stream(6, 1, "/stream", "");
	recorder_await(r, NODE_EV_STREAM_CLOSED, 2);
	ck_assert_uint_eq(recorder_find(r, NODE_EV_STREAM_CLOSED, 1)->number, 0);
}
END_TEST

START_TEST(stream_closed_by_us)
{
	size_t before;

	open_stream(5);
	before = server.closed_count;
	io_http_close_stream(http, 5);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_STREAM_CLOSED), 1);
	while (server.closed_count == before)
		uv_run(&r->loop, UV_RUN_ONCE);
	io_http_close_stream(http, 5);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_STREAM_CLOSED), 1);
}
END_TEST

static void
close_on_data(const struct node_event *ev, void *arg)
{
	(void)arg;
	if (ev->kind == NODE_EV_STREAM_DATA)
		io_http_close_stream(http, ev->id);
}

START_TEST(stream_closed_from_inside_its_data)
{
	r->hook = close_on_data;
	open_stream(5);
	say_z(server.stream, "2\r\nab\r\n2\r\ncd\r\n");
	recorder_await(r, NODE_EV_STREAM_CLOSED, 1);
	recorder_run_ms(r, 50);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_STREAM_DATA), 1);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_STREAM_CLOSED), 1);
}
END_TEST

/* No total time-out, and requests go on beside it on other connections. */
START_TEST(stream_outlives_the_time_out)
{
	io_http_close(http);
	uv_run(&r->loop, UV_RUN_NOWAIT);
	io_http_free(http);
	conf.http_timeout_ms = 100;
	http = io_http_new(&r->sink, &conf, NULL);
	open_stream(5);
	recorder_run_ms(r, 400);
	ck_assert_uint_eq(recorder_count(r, NODE_EV_STREAM_CLOSED), 0);
	request(1, "GET", "/ok", "");
	await_done(1);
	say_z(server.stream, "2\r\nab\r\n");
	recorder_await(r, NODE_EV_STREAM_DATA, 1);
	ck_assert_uint_eq(server.peer_count, 2);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("io_http");
	TCase *t = tcase_create("io_http");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, get_with_basic_at_once);
	tcase_add_test(t, methods_and_bodies);
	tcase_add_test(t, refusals_are_answers);
	tcase_add_test(t, goes_where_the_order_says);
	tcase_add_test(t, says_what_the_settings_say);
	tcase_add_test(t, tls);
	tcase_add_test(t, no_answer);
	tcase_add_test(t, bodies_are_bounded);
	tcase_add_test(t, long_answers_come_in_pieces);
	tcase_add_test(t, only_a_get_is_sent_twice);
	tcase_add_test(t, many_requests_few_connections);
	tcase_add_test(t, refused_account_is_not_tried_again);
	tcase_add_test(t, request_from_inside_an_event);
	tcase_add_test(t, closing_cancels_all);
	tcase_add_test(t, stream_hands_on_as_it_comes);
	tcase_add_test(t, stream_ends_once);
	tcase_add_test(t, stream_is_reset);
	tcase_add_test(t, stream_is_refused);
	tcase_add_test(t, stream_closed_by_us);
	tcase_add_test(t, stream_closed_from_inside_its_data);
	tcase_add_test(t, stream_outlives_the_time_out);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
