/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP connection of a session on libuv.
 *
 * Happy path: connect, TCP_NODELAY, bytes go to the session, each message leaves in one write.
 * Failure modes: an attempt that takes longer than 500 ms is dropped; FIN, RST and errors tell the
 * session at once; the way back begins at once if the association stood, else after 50..200 ms at
 * random, for ever. A server that leaves megabytes unread is taken for dead.
 */
#include "tests/cstaclient/cc_conn.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* One TCP socket; lives until libuv has closed it. */
struct cc_attempt {
	uv_tcp_t tcp;
	uv_connect_t request;
	struct cc_conn *conn; /* NULL = given up */
	char buf[65536];
};

struct outgoing {
	uv_write_t request;
	unsigned char bytes[];
};

static void begin_attempt(struct cc_conn *c);

int64_t
cc_conn_now_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int
cc_conn_init(struct cc_conn *c, uv_loop_t *loop, const char *host, int port,
	struct cc_session *session, uint64_t seed)
{
	memset(c, 0, sizeof(*c));
	c->loop = loop;
	c->session = session;
	cc_rand_seed(&c->rand, seed);
	if (uv_ip4_addr(host, port, &c->address) != 0)
		return -1;
	(void)uv_timer_init(loop, &c->timer);
	c->timer.data = c;
	return 0;
}

static void
attempt_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void
drop_attempt(struct cc_conn *c)
{
	struct cc_attempt *a = c->attempt;

	if (a == NULL)
		return;
	a->conn = NULL;
	c->attempt = NULL;
	uv_close((uv_handle_t *)&a->tcp, attempt_closed);
}

static void
retry_due(uv_timer_t *timer)
{
	begin_attempt(timer->data);
}

static void
retry_later(struct cc_conn *c)
{
	uint64_t spread = CC_RETRY_MAX_MS - CC_RETRY_MIN_MS + 1;

	if (c->is_closing)
		return;
	(void)uv_timer_start(
		&c->timer, retry_due, CC_RETRY_MIN_MS + cc_rand_below(&c->rand, spread), 0);
}

static void
attempt_timeout(uv_timer_t *timer)
{
	struct cc_conn *c = timer->data;

	drop_attempt(c);
	retry_later(c);
}

/* The connection that stood is gone. */
static void
lose(struct cc_conn *c, const char *why, bool wants_delay)
{
	bool was_associated = c->session->phase > CC_PHASE_ASSOCIATING;

	c->is_up = false;
	drop_attempt(c);
	cc_session_lost(c->session, why, cc_conn_now_us());
	if (c->is_closing || c->session->phase == CC_PHASE_STOPPED)
		return;
	if (was_associated && !wants_delay)
		begin_attempt(c);
	else
		retry_later(c);
}

void
cc_conn_settle(struct cc_conn *c)
{
	char why[CC_WHY_MAX];

	if (!c->is_up || !c->session->wants_close)
		return;
	memcpy(why, c->session->close_why, sizeof(why));
	lose(c, why, c->session->wants_delay);
}

static void
give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct cc_attempt *a = handle->data;

	(void)suggested;
	*buf = uv_buf_init(a->buf, sizeof(a->buf));
}

static void
bytes_came(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct cc_attempt *a = stream->data;
	struct cc_conn *c = a->conn;

	if (c == NULL || n == 0)
		return;
	if (n < 0) {
		lose(c, n == UV_EOF ? "closed by the server" : uv_strerror((int)n), false);
		return;
	}
	cc_session_bytes(c->session, buf->base, (size_t)n, cc_conn_now_us());
	cc_conn_settle(c);
}

static void
attempt_done(uv_connect_t *request, int status)
{
	struct cc_attempt *a = request->data;
	struct cc_conn *c = a->conn;

	if (c == NULL)
		return;
	(void)uv_timer_stop(&c->timer);
	if (status != 0 || uv_tcp_nodelay(&a->tcp, 1) != 0 ||
		uv_read_start((uv_stream_t *)&a->tcp, give_buffer, bytes_came) != 0) {
		drop_attempt(c);
		retry_later(c);
		return;
	}
	c->is_up = true;
	cc_session_connected(c->session, cc_conn_now_us());
	cc_conn_settle(c);
}

static void
begin_attempt(struct cc_conn *c)
{
	struct cc_attempt *a = malloc(sizeof(*a));
	int rc;

	if (a == NULL) {
		retry_later(c);
		return;
	}
	a->conn = c;
	(void)uv_tcp_init(c->loop, &a->tcp);
	a->tcp.data = a;
	a->request.data = a;
	c->attempt = a;
	rc = uv_tcp_connect(
		&a->request, &a->tcp, (const struct sockaddr *)&c->address, attempt_done);
	if (rc != 0) {
		drop_attempt(c);
		retry_later(c);
		return;
	}
	uv_update_time(c->loop); /* the loop may have been busy since it looked at the clock */
	(void)uv_timer_start(&c->timer, attempt_timeout, CC_CONNECT_MS, 0);
}

void
cc_conn_open(struct cc_conn *c)
{
	begin_attempt(c);
}

/* A write that failed is followed by the end of the stream, which the reader sees. */
static void
bytes_written(uv_write_t *request, int status)
{
	(void)status;
	free(request->data);
}

void
cc_conn_send(const unsigned char *bytes, size_t n, void *arg)
{
	struct cc_conn *c = arg;
	struct outgoing *out;
	uv_buf_t buf;

	if (!c->is_up || c->attempt == NULL)
		return;
	if (uv_stream_get_write_queue_size((uv_stream_t *)&c->attempt->tcp) > CC_SEND_QUEUE_MAX) {
		cc_session_give_up(c->session, false, "the server does not read");
		return;
	}
	out = malloc(sizeof(*out) + n);
	if (out == NULL) {
		cc_session_give_up(c->session, true, "out of memory");
		return;
	}
	memcpy(out->bytes, bytes, n);
	out->request.data = out;
	buf = uv_buf_init((char *)out->bytes, (unsigned)n);
	if (uv_write(&out->request, (uv_stream_t *)&c->attempt->tcp, &buf, 1, bytes_written) != 0) {
		free(out);
		cc_session_give_up(c->session, false, "write failed");
	}
}

/* A server that is not heard looks dead: while the session is deaf it is not asked (see cc_session_tick). */
void
cc_conn_turn_deaf(struct cc_conn *c, bool is_deaf)
{
	uv_stream_t *stream = c->is_up ? (uv_stream_t *)&c->attempt->tcp : NULL;

	c->session->is_deaf = is_deaf;
	if (stream == NULL)
		return;
	if (is_deaf)
		(void)uv_read_stop(stream);
	else if (uv_read_start(stream, give_buffer, bytes_came) != 0)
		lose(c, "it cannot be read", false);
}

void
cc_conn_close(struct cc_conn *c)
{
	if (c->is_closing)
		return;
	c->is_closing = true;
	if (c->is_up)
		lose(c, "end of the run", false);
	drop_attempt(c);
	uv_close((uv_handle_t *)&c->timer, NULL);
}
