/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSTA connections: see io_tcp.h.
 *
 * Happy path: accept -> CLIENT_OPEN -> bytes in (CLIENT_DATA) and out (one try-write, the rest
 * queued) -> the kernel says what the client's TCP has acknowledged (SIOCOUTQ, asked by a timer
 * while anything is out) -> CLIENT_CLOSED from the close callback. A connection ends once, whoever
 * ends it: end of stream, an error, a queue that is too long, the node, or the deadline of a flush.
 * From then on nothing is read or sent, and only CLIENT_CLOSED is still to come.
 *
 * Over a listener with TLS (io_tls.c) a connection begins with a handshake, which the node does not see: it has a
 * deadline, and so many at a time are let in; the next client waits in the listener. Bytes the client has acknowledged
 * are counted on the wire and told in bytes of messages.
 */
#include "daemon/io_tcp.h"

#include "daemon/io_listen.h"
#include "daemon/io_tls.h"
#include "proto/base/limits.h"
#include "proto/base/map.h"
#include "proto/base/mem.h"

#include <inttypes.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <utlist.h>

#define TCP_READ_BYTES 65536
#define TCP_FIRST_ACK_MS 10
#define TCP_ACK_MS 50
#define TCP_FIRST_BYTES 4096
#define TCP_FLUSH_MS 5000
#define TCP_FIN_MS 1000
#define TCP_NAMES_BYTES 8192

enum conn_state {
	CONN_SHAKING, /* TLS is not agreed yet */
	CONN_OPEN,
	CONN_HELD,     /* neither read nor sent; it ends later */
	CONN_FLUSHING, /* shutdown is queued behind the data; what comes in is thrown away */
	CONN_CLOSING   /* uv_close() was called */
};

struct conn {
	uv_tcp_t handle;
	struct io_tcp *t;
	const struct conf_listener *conf; /* of the listener it came over */
	struct io_tls *tls;               /* NULL: plain */
	uint64_t id;
	enum conn_state state;
	bool told;            /* CLIENT_OPEN was emitted */
	bool watched;         /* in the list that the timer looks at */
	uint64_t end_at_ms;   /* of a handshake, a flush or a hold, in loop time */
	uint64_t sent_bytes;  /* handed to us by the node */
	uint64_t wire_bytes;  /* handed to the socket: the same, or what TLS made of it */
	uint64_t acked_bytes; /* told to the node */
	uv_shutdown_t shutdown;
	struct conn *prev, *next;
	UT_hash_handle hh;
};

struct io_tcp {
	struct io_sink sink;
	const struct conf *conf;
	struct io_listen *listen;
	struct {
		struct io_tls_key *key; /* NULL: plain, or the files are of no use */
		uint32_t shaking;
		bool waits; /* a client that is not let in yet */
	} sides[LIMIT_LISTENERS];
	uv_timer_t acks;
	bool closing;
	bool told_full;
	uint64_t next_id;
	struct conn *conns;   /* by id */
	struct conn *watched; /* unacknowledged output, or flushing */
	uint8_t bytes[TCP_READ_BYTES];
};

static void put(struct conn *c, struct str bytes);
static void take_client(uint32_t listener, void *arg);

/* --- names ------------------------------------------------------------------------------------ */

static void
name_address(const struct sockaddr *sa, char *text, size_t size)
{
	char host[INET6_ADDRSTRLEN] = "?";

	if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)sa;

		uv_ip6_name(in6, host, sizeof(host));
		snprintf(text, size, "[%s]:%u", host, (unsigned)ntohs(in6->sin6_port));
	} else {
		const struct sockaddr_in *in = (const void *)sa;

		uv_ip4_name(in, host, sizeof(host));
		snprintf(text, size, "%s:%u", host, (unsigned)ntohs(in->sin_port));
	}
}

static bool
name_both(struct conn *c, char *remote, char *local, size_t size)
{
	struct sockaddr_storage sa;
	int n = sizeof(sa);

	if (uv_tcp_getpeername(&c->handle, (struct sockaddr *)&sa, &n) != 0)
		return false;
	name_address((struct sockaddr *)&sa, remote, size);
	n = sizeof(sa);
	if (uv_tcp_getsockname(&c->handle, (struct sockaddr *)&sa, &n) != 0)
		return false;
	name_address((struct sockaddr *)&sa, local, size);
	return true;
}

/* --- the end of a connection ------------------------------------------------------------------ */

static void
on_conn_closed(uv_handle_t *h)
{
	struct conn *c = h->data;
	struct io_tcp *t = c->t;
	uint64_t id = c->id;
	bool told = c->told;

	if (c->watched)
		DL_DELETE(t->watched, c);
	HASH_DEL(t->conns, c);
	io_tls_free(c->tls);
	mem_free(c);
	if (told && !t->closing)
		io_emit(&t->sink, &(struct node_event){ .kind = NODE_EV_CLIENT_CLOSED, .id = id });
}

/* The handshake is over, well or not: there is room for the next client. */
static void
shaken(struct conn *c)
{
	struct io_tcp *t = c->t;
	uint32_t side = (uint32_t)(c->conf - t->conf->listeners);

	t->sides[side].shaking--;
	if (!t->sides[side].waits || t->closing)
		return;
	t->sides[side].waits = false;
	take_client(side, t);
}

static void
drop(struct conn *c, bool reset)
{
	bool was_shaking = c->state == CONN_SHAKING;

	if (c->state == CONN_CLOSING)
		return;
	c->state = CONN_CLOSING;
	if (!reset || uv_tcp_close_reset(&c->handle, on_conn_closed) != 0)
		uv_close((uv_handle_t *)&c->handle, on_conn_closed);
	if (was_shaking)
		shaken(c);
}

/* --- acknowledgements ------------------------------------------------------------------------- */

/* Tells the node what the client's TCP has acknowledged since it was last told. */
static void
tell_acked(struct conn *c)
{
	size_t queued = uv_stream_get_write_queue_size((uv_stream_t *)&c->handle);
	uv_os_fd_t fd;
	int outq = 0;
	uint64_t acked;

	if (uv_fileno((uv_handle_t *)&c->handle, &fd) != 0 || ioctl(fd, SIOCOUTQ, &outq) != 0 ||
		outq < 0)
		return;
	if (c->wire_bytes < queued + (uint64_t)outq)
		return; /* a FIN counts as one byte there */
	acked = c->wire_bytes - queued - (uint64_t)outq;
	if (c->tls != NULL)
		acked = io_tls_acked(c->tls, acked);
	if (acked <= c->acked_bytes)
		return;
	c->acked_bytes = acked;
	io_emit(&c->t->sink,
		&(struct node_event){ .kind = NODE_EV_CLIENT_ACKED, .id = c->id, .number = acked });
}

static void
tls_failed(struct conn *c, const char *why)
{
	char remote[64] = "?", local[64] = "?";

	(void)name_both(c, remote, local, sizeof(remote));
	log_emit(c->t->sink.log, M_CLIENT_TLS, "client=%s listener=%s %s", remote, c->conf->name,
		why);
	drop(c, false);
}

static void
on_ack_timer(uv_timer_t *timer)
{
	struct io_tcp *t = timer->data;
	struct conn *c, *next;

	/*
	 * telling may add to the list (at its end) but takes nothing away: that happens in close
	 * callbacks
	 */
	DL_FOREACH_SAFE(t->watched, c, next) {
		if (c->state == CONN_OPEN)
			tell_acked(c);
		if (c->state == CONN_SHAKING && uv_now(t->sink.loop) >= c->end_at_ms)
			tls_failed(c, "no handshake in time");
		if ((c->state == CONN_FLUSHING || c->state == CONN_HELD) &&
			uv_now(t->sink.loop) >= c->end_at_ms)
			drop(c, true);
		next = c->next;
		if (c->state == CONN_OPEN && c->acked_bytes == c->sent_bytes) {
			DL_DELETE(t->watched, c);
			c->watched = false;
		}
	}
	if (t->watched == NULL)
		uv_timer_stop(&t->acks);
}

static void
watch(struct conn *c)
{
	struct io_tcp *t = c->t;

	/* the first messages of a connection wait for each other's acknowledgement */
	if (t->watched != NULL && c->sent_bytes < TCP_FIRST_BYTES &&
		uv_timer_get_due_in(&t->acks) > TCP_FIRST_ACK_MS)
		uv_timer_start(&t->acks, on_ack_timer, TCP_FIRST_ACK_MS, TCP_ACK_MS);
	if (c->watched)
		return;
	if (t->watched == NULL)
		uv_timer_start(&t->acks, on_ack_timer, TCP_FIRST_ACK_MS, TCP_ACK_MS);
	DL_APPEND(t->watched, c);
	c->watched = true;
}

/* --- reading ---------------------------------------------------------------------------------- */

static void
on_alloc(uv_handle_t *h, size_t size, uv_buf_t *b)
{
	struct conn *c = h->data;

	(void)size;
	*b = uv_buf_init((char *)c->t->bytes, sizeof(c->t->bytes));
}

static void
tell_data(struct conn *c, const void *p, size_t n)
{
	io_emit(&c->t->sink,
		&(struct node_event){
			.kind = NODE_EV_CLIENT_DATA, .id = c->id, .bytes = { p, n } });
}

static void
tls_out(struct conn *c)
{
	put(c, io_tls_output(c->tls));
	io_tls_output_taken(c->tls);
}

static void
tell_open(struct conn *c)
{
	char remote[64] = "?", local[64] = "?";
	struct buf names;

	if (!name_both(c, remote, local, sizeof(remote))) {
		drop(c, true); /* it is gone already */
		return;
	}
	buf_init(&names, TCP_NAMES_BYTES);
	if (c->tls != NULL)
		io_tls_names(c->tls, &names);
	c->told = true;
	io_emit(&c->t->sink,
		&(struct node_event){ .kind = NODE_EV_CLIENT_OPEN,
			.id = c->id,
			.number = (uint32_t)(c->conf - c->t->conf->listeners),
			.bytes = names.overflow ? STR_NONE : buf_as_str(&names),
			.text = str_of(remote),
			.text2 = str_of(local) });
	buf_fini(&names);
}

static void
tls_shake(struct conn *c)
{
	enum io_tls_result result = io_tls_shake(c->tls);

	tls_out(c); /* also when it failed: the alert */
	if (c->state != CONN_SHAKING || result == IO_TLS_MORE)
		return;
	if (result != IO_TLS_READY) {
		tls_failed(c, io_tls_why(c->tls));
		return;
	}
	c->state = CONN_OPEN;
	shaken(c);
	tell_open(c);
}

/* Bytes of a client came; `t->bytes` held them and holds now what they say. */
static void
tls_in(struct conn *c, const void *p, size_t size)
{
	enum io_tls_result result = IO_TLS_READY;
	size_t n;

	io_tls_take(c->tls, p, size);
	if (c->state == CONN_SHAKING)
		tls_shake(c);
	while (c->state == CONN_OPEN && result == IO_TLS_READY) {
		result = io_tls_read(c->tls, (char *)c->t->bytes, sizeof(c->t->bytes), &n);
		if (result == IO_TLS_READY)
			tell_data(c, c->t->bytes, n);
	}
	if (c->state != CONN_OPEN)
		return;
	tls_out(c);
	if (result == IO_TLS_BROKEN) {
		tls_failed(c, io_tls_why(c->tls));
	} else if (result == IO_TLS_ENDED) {
		tell_acked(c);
		drop(c, false);
	}
}

static void
on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
	struct conn *c = s->data;

	if (n == 0)
		return;
	if (n < 0) {
		if (c->state == CONN_OPEN)
			tell_acked(c);
		if (c->state == CONN_SHAKING)
			tls_failed(c, "ended in the handshake");
		drop(c, false);
		return;
	}
	/* who speaks has what we said first: the association does not wait for the timer */
	if (c->state == CONN_OPEN && c->acked_bytes == 0 && c->sent_bytes > 0)
		tell_acked(c);
	if (c->tls != NULL && (c->state == CONN_OPEN || c->state == CONN_SHAKING))
		tls_in(c, b->base, (size_t)n);
	else if (c->state == CONN_OPEN)
		tell_data(c, b->base, (size_t)n);
}

/* --- accepting -------------------------------------------------------------------------------- */

/* A client that is gone without a word is noticed in these times. */
static void
tune(struct conn *c)
{
	unsigned timeout_ms = (unsigned)c->conf->user_timeout_ms;
	uv_os_fd_t fd;

	uv_tcp_nodelay(&c->handle, 1);
	if (c->conf->keepalive_s > 0)
		uv_tcp_keepalive(&c->handle, 1, (unsigned)c->conf->keepalive_s);
	if (timeout_ms > 0 && uv_fileno((uv_handle_t *)&c->handle, &fd) == 0)
		(void)setsockopt(
			fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof(timeout_ms));
}

static struct conn *
conn_new(struct io_tcp *t, uint32_t listener)
{
	struct conn *c = mem_zalloc(sizeof(*c));

	c->t = t;
	c->conf = &t->conf->listeners[listener];
	c->state = CONN_OPEN;
	c->id = t->next_id++;
	uv_tcp_init(t->sink.loop, &c->handle);
	c->handle.data = c;
	c->shutdown.data = c;
	HASH_ADD(hh, t->conns, id, sizeof(c->id), c);
	return c;
}

static bool
may_accept(struct io_tcp *t, const char *remote)
{
	if (HASH_COUNT(t->conns) <= LIMIT_CONNECTIONS) {
		t->told_full = false;
		return true;
	}
	if (!t->told_full)
		log_emit(t->sink.log, M_CLIENT_REFUSED,
			"%s refused: there are %d connections already", remote, LIMIT_CONNECTIONS);
	t->told_full = true;
	return false;
}

/* False: this client cannot be spoken to, and why is told. */
static bool
begin_tls(struct conn *c)
{
	struct io_tcp *t = c->t;
	uint32_t side = (uint32_t)(c->conf - t->conf->listeners);

	if (t->sides[side].key != NULL)
		c->tls = io_tls_new(t->sides[side].key);
	if (c->tls == NULL) {
		log_emit(t->sink.log, M_CLIENT_TLS,
			"client refused: listener=%s has no certificates that can be used",
			c->conf->name);
		return false;
	}
	c->state = CONN_SHAKING;
	c->end_at_ms = uv_now(t->sink.loop) + (uint64_t)c->conf->tls_handshake_ms;
	t->sides[side].shaking++;
	watch(c);
	return true;
}

static void
take_client(uint32_t listener, void *arg)
{
	struct io_tcp *t = arg;
	char remote[64] = "?", local[64] = "?";
	struct conn *c;

	if (t->sides[listener].shaking >= t->conf->listeners[listener].tls_pending_max &&
		t->conf->listeners[listener].tls) {
		t->sides[listener].waits = true;
		return;
	}
	c = conn_new(t, listener);
	if (io_listen_accept(t->listen, listener, &c->handle) != 0 ||
		!name_both(c, remote, local, sizeof(remote)) || !may_accept(t, remote) ||
		(c->conf->tls && !begin_tls(c)) ||
		uv_read_start((uv_stream_t *)&c->handle, on_alloc, on_read) != 0) {
		drop(c, true);
		return;
	}
	tune(c);
	if (!c->conf->tls)
		tell_open(c);
}

/* --- writing ---------------------------------------------------------------------------------- */

struct write_rest {
	uv_write_t req;
	struct conn *c;
	char bytes[];
};

static void
on_written(uv_write_t *req, int status)
{
	struct write_rest *w = req->data;

	if (status != 0)
		drop(w->c, true); /* the read side says the same or already did */
	mem_free(w);
}

static void
queue_rest(struct conn *c, struct str rest)
{
	struct write_rest *w = mem_alloc(sizeof(*w) + rest.n);
	uv_buf_t b = uv_buf_init(w->bytes, (unsigned)rest.n);

	memcpy(w->bytes, rest.p, rest.n);
	w->c = c;
	w->req.data = w;
	if (uv_write(&w->req, (uv_stream_t *)&c->handle, &b, 1, on_written) != 0) {
		mem_free(w);
		drop(c, true);
	}
}

/* Bytes for the socket: at once what it takes, the rest is queued. */
static void
put(struct conn *c, struct str bytes)
{
	uv_buf_t b;
	int n;

	if (bytes.n == 0 || c->state == CONN_CLOSING)
		return;
	c->wire_bytes += bytes.n;
	/* uv_try_write() only reads; uv_buf_t has no const form */
	b = uv_buf_init((char *)(uintptr_t)bytes.p, (unsigned)bytes.n);
	n = uv_try_write((uv_stream_t *)&c->handle, &b, 1);
	if (n < 0)
		n = 0; /* full, or something is queued; an error comes back from uv_write() */
	if ((size_t)n < bytes.n)
		queue_rest(c, (struct str){ bytes.p + n, bytes.n - (size_t)n });
}

static struct conn *
find(struct io_tcp *t, uint64_t id)
{
	struct conn *c;

	HASH_FIND(hh, t->conns, &id, sizeof(id), c);
	return c;
}

void
io_tcp_send(struct io_tcp *t, uint64_t id, struct str bytes)
{
	struct conn *c = find(t, id);
	size_t queued;

	if (c == NULL || c->state != CONN_OPEN || bytes.n == 0)
		return;
	queued = uv_stream_get_write_queue_size((uv_stream_t *)&c->handle);
	if (queued + bytes.n > LIMIT_OUTBOX_BYTES) {
		log_emit(t->sink.log, M_CLIENT_SLOW,
			"connection %" PRIu64 " closed: %zu bytes wait for it", id, queued);
		drop(c, true);
		return;
	}
	c->sent_bytes += bytes.n;
	if (c->tls == NULL) {
		put(c, bytes);
	} else if (io_tls_write(c->tls, bytes)) {
		tls_out(c);
	} else {
		tls_failed(c, io_tls_why(c->tls));
		return;
	}
	watch(c);
}

void
io_tcp_pause(struct io_tcp *t, uint64_t id, bool pause)
{
	struct conn *c = find(t, id);

	if (c == NULL || c->state != CONN_OPEN)
		return;
	if (pause)
		uv_read_stop((uv_stream_t *)&c->handle);
	else
		(void)uv_read_start((uv_stream_t *)&c->handle, on_alloc, on_read);
}

static void
on_shutdown(uv_shutdown_t *req, int status)
{
	struct conn *c = req->data;

	if (status != 0)
		drop(c, false);
	else if (c->state == CONN_FLUSHING)
		/*
		 * our FIN is on its way: a close now, with bytes of the client unread, would make
		 * it a reset
		 */
		c->end_at_ms = uv_now(c->t->sink.loop) + TCP_FIN_MS;
}

void
io_tcp_end(struct io_tcp *t, uint64_t id, bool flush)
{
	struct conn *c = find(t, id);

	if (c == NULL || c->state == CONN_CLOSING)
		return;
	if (c->tls != NULL && c->state == CONN_OPEN) {
		io_tls_end(c->tls);
		tls_out(c);
	}
	if (!flush) {
		drop(c, false);
		return;
	}
	if (c->state == CONN_FLUSHING)
		return;
	/* its end is waited for */
	io_tcp_pause(t, id, false);
	c->state = CONN_FLUSHING;
	c->end_at_ms = uv_now(t->sink.loop) + TCP_FLUSH_MS;
	watch(c);
	if (uv_shutdown(&c->shutdown, (uv_stream_t *)&c->handle, on_shutdown) != 0)
		drop(c, false);
}

void
io_tcp_hold(struct io_tcp *t, uint64_t id, uint64_t ms)
{
	struct conn *c = find(t, id);

	if (c == NULL || c->state == CONN_CLOSING)
		return;
	if (c->state != CONN_OPEN ||
		uv_stream_get_write_queue_size((uv_stream_t *)&c->handle) > 0) {
		/* what waits in this process would still go out */
		io_tcp_end(t, id, false);
		return;
	}
	(void)uv_read_stop((uv_stream_t *)&c->handle);
	c->state = CONN_HELD;
	c->end_at_ms = uv_now(t->sink.loop) + ms;
	watch(c);
}

/* --- life ------------------------------------------------------------------------------------- */

void
io_tcp_listen(struct io_tcp *t)
{
	struct conn *c, *next;

	/* the address comes back: a nudge finds nobody only when these are gone */
	HASH_ITER(hh, t->conns, c, next)
		if (c->state == CONN_HELD)
			drop(c, true);
	io_listen_open(t->listen);
}

void
io_tcp_unlisten(struct io_tcp *t)
{
	io_listen_shut(t->listen);
}

uint16_t
io_tcp_port(const struct io_tcp *t, uint32_t listener)
{
	return io_listen_port(t->listen, listener);
}

void
io_tcp_load_keys(struct io_tcp *t)
{
	for (uint32_t i = 0; i < t->conf->listener_count; i++) {
		struct err e = { 0 };
		struct io_tls_key *key;

		if (!t->conf->listeners[i].tls)
			continue;
		key = io_tls_key_load(&t->conf->listeners[i], &e);
		if (key == NULL) {
			log_emit(t->sink.log, M_LISTENER_TLS, "%s%s", e.text,
				t->sides[i].key != NULL ? "; what was read before stays in use" :
							  "");
			continue;
		}
		io_tls_key_free(t->sides[i].key);
		t->sides[i].key = key;
	}
}

struct io_tcp *
io_tcp_new(const struct io_sink *sink, const struct conf *conf)
{
	struct io_tcp *t = mem_zalloc(sizeof(*t));

	t->sink = *sink;
	t->conf = conf;
	t->next_id = 1;
	t->listen = io_listen_new(sink, conf, take_client, t);
	uv_timer_init(sink->loop, &t->acks);
	t->acks.data = t;
	io_tcp_load_keys(t);
	return t;
}

void
io_tcp_close(struct io_tcp *t)
{
	struct conn *c, *next;

	io_listen_close(t->listen);
	t->closing = true;
	HASH_ITER(hh, t->conns, c, next) {
		drop(c, false);
	}
	uv_close((uv_handle_t *)&t->acks, NULL);
}

void
io_tcp_free(struct io_tcp *t)
{
	io_listen_free(t->listen);
	for (uint32_t i = 0; i < LIMIT_LISTENERS; i++)
		io_tls_key_free(t->sides[i].key);
	mem_free(t);
}
