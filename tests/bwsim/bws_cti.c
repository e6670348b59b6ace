/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CTI connections: documents cut out of the stream, requests dispatched, responses and events
 * written, keepalives both ways.
 *
 * Happy path: a document comes in, becomes a struct bws_req for bws_route_request(), its reply
 * becomes a response on the same connection, later if a knob delays it. Channels opened on a
 * connection end with it.
 *
 * Failure modes: what is no CTI document, or has the wrong framing, closes the connection; a client
 * that does not answer keepalives is cut (knob cti_keepalive_misses), one that does not read too
 * (knob chan_queue_bytes_max). A silent XSP neither reads nor writes.
 */
#include "tests/bwsim/bws_cti.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_cti_doc.h"
#include "tests/bwsim/bws_cti_scan.h"
#include "tests/bwsim/bws_journal.h"
#include "tests/bwsim/bws_net.h"
#include "tests/bwsim/bws_reply.h"
#include "tests/bwsim/bws_route.h"
#include "tests/bwsim/bws_stream.h"
#include "tests/bwsim/bws_tls.h"
#include "tests/bwsim/bws_validate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define STREAMS_MAX 16
#define DOCUMENT_BYTES_MAX (1u << 20)
#define LENGTH_PREFIX 4

/* A reply or keepaliveResponse that waits for its time. */
struct late {
	TAILQ_ENTRY(late) link;
	struct bws_cti_conn *conn;
	struct bws_buf doc;
	struct bws_timer timer;
};

struct bws_cti_conn {
	TAILQ_ENTRY(bws_cti_conn) link;
	struct bws *w;
	struct bws_cti_server *server;
	int fd;
	unsigned peer_port;
	bool dead;    /* to be closed by the timer "end" */
	bool paused;  /* between two writes */
	bool opening; /* a channel is being opened: its events come after the response */
	struct bws_buf held;
	bool deaf; /* half open: neither reads nor writes */
	struct bws_cti_scan scan;
	struct bws_buf in;
	struct bws_buf out;
	char *session;
	char *authorization; /* of the last request: eventResponse has none */
	struct bws_stream *streams[STREAMS_MAX];
	TAILQ_HEAD(, late) late;
	int64_t misses;
	bool heard; /* since the last keepalive was due */
	struct bws_timer keepalive;
	struct bws_timer write_next;
	struct bws_timer end;
	struct bws_watch watch;
};

static bool
is_served(const struct bws_cti_conn *c)
{
	return !c->dead && !c->deaf && bws_xsp_state(c->server->xsp) == BWS_XSP_UP;
}

static void
drop_late(struct late *l)
{
	TAILQ_REMOVE(&l->conn->late, l, link);
	bws_timer_stop(&l->conn->w->timers, &l->timer);
	bws_buf_free(&l->doc);
	free(l);
}

static void
close_conn(struct bws_cti_conn *c, bool hard)
{
	struct bws *w = c->w;
	size_t i;

	bws_timer_stop(&w->timers, &c->keepalive);
	bws_timer_stop(&w->timers, &c->write_next);
	bws_timer_stop(&w->timers, &c->end);
	while (!TAILQ_EMPTY(&c->late))
		drop_late(TAILQ_FIRST(&c->late));
	for (i = 0; i < STREAMS_MAX; i++)
		if (c->streams[i])
			bws_stream_lost(c->streams[i]);
	bws_watch_del(w, c->fd);
	if (hard)
		bws_util_reset_socket(c->fd);
	close(c->fd);
	TAILQ_REMOVE(&c->server->conns, c, link);
	bws_journal_fact(w, "cti", "{s:s,s:s,s:i}", "what", "close", "xsp",
		bws_xsp_name(c->server->xsp), "port", (int)c->peer_port);
	bws_buf_free(&c->in);
	bws_buf_free(&c->out);
	bws_buf_free(&c->held);
	free(c->session);
	free(c->authorization);
	free(c);
}

static void
on_end(void *arg)
{
	close_conn(arg, false);
}

void
bws_cti_drop(struct bws_cti_conn *c)
{
	c->dead = true;
	bws_timer_arm(&c->w->timers, &c->end, 0);
}

/* --- writing --- */

static void
watch_conn(struct bws_cti_conn *c)
{
	uint32_t events = EPOLLIN;

	if (c->dead || c->deaf || bws_xsp_state(c->server->xsp) != BWS_XSP_UP)
		events = 0;
	else if (c->out.n && !c->paused)
		events |= EPOLLOUT;
	bws_watch_change(c->w, c->fd, events, &c->watch);
}

static void
flush_conn(struct bws_cti_conn *c)
{
	size_t part = (size_t)c->w->knobs.cti_write_bytes;

	while (c->out.n && !c->paused && is_served(c)) {
		size_t n = part && part < c->out.n ? part : c->out.n;
		ssize_t sent = send(c->fd, c->out.p, n, MSG_NOSIGNAL);

		if (sent < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (sent < 0) {
			bws_cti_drop(c);
			return;
		}
		bws_buf_cut(&c->out, (size_t)sent);
		if (part && c->w->knobs.cti_write_pause_ms) {
			c->paused = true;
			bws_timer_in_ms(
				&c->w->timers, &c->write_next, c->w->knobs.cti_write_pause_ms);
		}
	}
	watch_conn(c);
}

static void
on_write_next(void *arg)
{
	struct bws_cti_conn *c = arg;

	c->paused = false;
	flush_conn(c);
}

static void
add_framed(struct bws_cti_conn *c, struct bws_buf *to, const char *doc, size_t len)
{
	static const char *const ends[] = { "", "\n", "\r\n" };
	int64_t framing = c->w->knobs.cti_framing;
	uint32_t prefix = htonl((uint32_t)len);

	if (framing == 4)
		bws_buf_add(to, &prefix, LENGTH_PREFIX);
	bws_buf_add(to, doc, len);
	if (framing == 3)
		bws_buf_add(to, "", 1);
	else if (framing < 3)
		bws_buf_str(to, ends[framing]);
}

/* Returns false when the client does not read what is waiting for it. */
static bool
send_doc(struct bws_cti_conn *c, const struct bws_buf *doc)
{
	bool first = !c->out.n;

	if (c->dead || c->out.n + doc->n > (size_t)c->w->knobs.chan_queue_bytes_max)
		return false;
	if (c->w->knobs.cti_payload_ns)
		bws_validate_sent(c->w, "cti", doc->p, doc->n);
	add_framed(c, &c->out, doc->p, doc->n);
	if (first && c->w->knobs.cti_glue_ms && !c->paused) {
		c->paused = true;
		bws_timer_in_ms(&c->w->timers, &c->write_next, c->w->knobs.cti_glue_ms);
	}
	flush_conn(c);
	return true;
}

static void
on_late(void *arg)
{
	struct late *l = arg;
	struct bws_buf doc = l->doc;
	struct bws_cti_conn *c = l->conn;

	memset(&l->doc, 0, sizeof(l->doc));
	drop_late(l);
	if (!send_doc(c, &doc))
		bws_cti_drop(c);
	bws_buf_free(&doc);
}

/* Takes over @doc. */
static void
send_after(struct bws_cti_conn *c, struct bws_buf *doc, int64_t ms)
{
	struct late *l;

	if (ms <= 0) {
		if (!send_doc(c, doc))
			bws_cti_drop(c);
		bws_buf_free(doc);
		return;
	}
	l = bws_util_calloc(1, sizeof(*l));
	l->conn = c;
	l->doc = *doc;
	memset(doc, 0, sizeof(*doc));
	bws_timer_init(&l->timer, on_late, l);
	TAILQ_INSERT_TAIL(&c->late, l, link);
	bws_timer_in_ms(&c->w->timers, &l->timer, ms);
}

bool
bws_cti_push(struct bws_cti_conn *c, const char *doc, size_t len)
{
	struct bws_buf out = { 0 };
	bool ok;

	bws_cti_doc_event(c->w, &out, ++c->w->cti.serial, doc, len);
	ok = !c->opening && send_doc(c, &out);
	if (c->opening)
		add_framed(c, &c->held, out.p, out.n);
	else if (!ok)
		c->w->stats.documents_refused++;
	bws_buf_free(&out);
	return ok || c->opening;
}

void
bws_cti_attach(struct bws_cti_conn *c, struct bws_stream *s)
{
	size_t i;

	for (i = 0; i < STREAMS_MAX; i++) {
		if (!c->streams[i]) {
			c->streams[i] = s;
			c->opening = true;
			return;
		}
	}
	bws_stream_lost(s);
}

void
bws_cti_detach(struct bws_cti_conn *c, struct bws_stream *s)
{
	size_t i;

	for (i = 0; i < STREAMS_MAX; i++)
		if (c->streams[i] == s)
			c->streams[i] = NULL;
}

/* --- keepalive --- */

static void
on_keepalive(void *arg)
{
	struct bws_cti_conn *c = arg;
	const struct bws_knobs *k = &c->w->knobs;
	bool idle = !c->heard;
	struct bws_buf doc = { 0 };

	c->heard = false;
	bws_timer_in_ms(&c->w->timers, &c->keepalive, k->cti_keepalive_ms);
	if (!k->cti_keepalive_send || !is_served(c))
		return;
	if (idle && k->cti_keepalive_misses && ++c->misses > k->cti_keepalive_misses) {
		bws_journal_fact(c->w, "cti", "{s:s,s:s,s:i}", "what", "keepalive-lost", "xsp",
			bws_xsp_name(c->server->xsp), "port", (int)c->peer_port);
		bws_cti_drop(c);
		return;
	}
	if (k->cti_keepalive_send == 1 && !idle)
		return;
	c->w->stats.cti_keepalives_sent++;
	bws_cti_doc_keepalive(c->w, &doc, ++c->w->cti.serial);
	send_after(c, &doc, 0);
}

static void
answer_keepalive(struct bws_cti_conn *c, const struct bws_cti_msg *m)
{
	int64_t ms = c->w->knobs.cti_keepalive_answer_ms;
	struct bws_buf doc = { 0 };

	c->w->stats.cti_keepalives_received++;
	if (ms < 0)
		return;
	bws_cti_doc_keepalive_response(c->w, &doc, m->request_id);
	send_after(c, &doc, ms);
}

/* --- requests --- */

static bool
session_fits(struct bws_cti_conn *c, const struct bws_cti_msg *m)
{
	switch (c->w->knobs.cti_session) {
	case 1:
		if (!c->session)
			c->session = bws_util_strdup(m->session_id);
		return strcmp(c->session, m->session_id) == 0;
	case 2:
		return *m->session_id != '\0';
	default:
		return true;
	}
}

/* The credentials in the form of an Authorization header, NULL when there are none that count. */
static char *
authorization_of(const struct bws *w, const struct bws_cti_msg *m)
{
	static const char *const schemes[] = { "", "Basic ", "SSO ", "" };
	struct bws_buf b = { 0 };
	char *text;

	if (m->login_kind == BWS_CTI_LOGIN_NONE ||
		!(w->knobs.cti_credentials & (1 << (m->login_kind - 1))))
		return NULL;
	bws_buf_fmt(&b, "%s%s", schemes[m->login_kind], m->login);
	text = bws_util_strdup(bws_buf_text(&b));
	bws_buf_free(&b);
	return text;
}

static void
fill_request(struct bws_cti_conn *c, struct bws_req *r, struct bws_cti_msg *m)
{
	r->w = c->w;
	r->xsp = c->server->xsp;
	r->cti = c;
	r->kind = BWS_KIND_OTHER;
	r->params = m->params;
	r->param_count = m->param_count;
	r->identity = bws_util_strdup(bws_tls_identity(c->w, c->peer_port));
	r->body = m->body;
	memset(&m->body, 0, sizeof(m->body));
}

static void
respond(struct bws_cti_conn *c, struct bws_req *r, const struct bws_cti_msg *m)
{
	struct bws_buf doc = { 0 };

	if (r->drop) {
		bws_cti_drop(c);
		return;
	}
	bws_cti_doc_response(c->w, &doc, m, r->status, r->reply.p, r->reply.n);
	send_after(c, &doc, r->delay_ms);
	c->opening = false;
	if (c->held.n) {
		bws_buf_add(&c->out, c->held.p, c->held.n);
		bws_buf_free(&c->held);
		flush_conn(c);
	}
}

static const char *
refusal(struct bws_cti_conn *c, const struct bws_cti_msg *m)
{
	unsigned unwanted = (unsigned)c->w->knobs.cti_accept;

	if (unwanted && (m->spelling & unwanted) != unwanted)
		return "This spelling is not taken here";
	if (!session_fits(c, m))
		return "The sessionId does not fit";
	return NULL;
}

static void
run_request(struct bws_cti_conn *c, struct bws_cti_msg *m)
{
	struct bws_req r = { 0 };
	const char *wrong = refusal(c, m);

	fill_request(c, &r, m);
	r.method = bws_util_strdup(m->method);
	r.path = bws_util_strdup(m->path);
	r.authorization = authorization_of(c->w, m);
	if (r.authorization) {
		free(c->authorization);
		c->authorization = bws_util_strdup(r.authorization);
	}
	if (wrong)
		bws_reply_error(&r, 400, BWS_ERR_BAD_REQUEST, wrong);
	else
		bws_route_request(c->w, &r);
	respond(c, &r, m);
	bws_req_clear(&r);
}

/* An eventResponse is an ack; it has no answer. */
static void
run_ack(struct bws_cti_conn *c, struct bws_cti_msg *m)
{
	struct bws_buf path = { 0 };
	struct bws_req r = { 0 };

	fill_request(c, &r, m);
	bws_buf_fmt(&path, "/%s/v2.0/channel/eventresponse", c->w->knobs.context_events);
	r.method = bws_util_strdup("POST");
	r.path = bws_util_strdup(path.p);
	r.authorization = bws_util_strdup(c->authorization);
	bws_buf_free(&path);
	bws_route_request(c->w, &r);
	if (r.drop)
		bws_cti_drop(c);
	bws_req_clear(&r);
}

static void
bad_document(struct bws_cti_conn *c, const char *why)
{
	c->w->stats.cti_bad_documents++;
	bws_journal_fact(c->w, "cti", "{s:s,s:s,s:i,s:s}", "what", "bad-document", "xsp",
		bws_xsp_name(c->server->xsp), "port", (int)c->peer_port, "why", why);
	bws_cti_drop(c);
}

static void
run_document(struct bws_cti_conn *c, const char *doc, size_t len)
{
	struct bws_cti_msg m;
	char err[200];

	if (bws_cti_doc_read(&m, doc, len, err, sizeof(err)) < 0) {
		bad_document(c, err);
		return;
	}
	if (bws_cti_doc_is_schema_form(&m))
		bws_validate_received(c->w, "cti", doc, len);
	else
		bws_validate_received(c->w, m.name, m.body.p, m.body.n);
	switch (m.kind) {
	case BWS_CTI_REQUEST:
		run_request(c, &m);
		break;
	case BWS_CTI_EVENT_RESPONSE:
		run_ack(c, &m);
		break;
	case BWS_CTI_KEEPALIVE:
		answer_keepalive(c, &m);
		break;
	case BWS_CTI_KEEPALIVE_RESPONSE:
		c->w->stats.cti_keepalives_answered++;
		break;
	}
	bws_cti_msg_free(&m);
}

/* --- reading --- */

/* Bytes of the delimiter that a strict server demands after a document; -1 it is not there, -2 more
 * bytes are needed. */
static int
delimiter(const struct bws_cti_conn *c, size_t pos)
{
	static const char *const texts[] = { "", "\n", "\r\n", "" };
	static const int lengths[] = { 0, 1, 2, 1 };
	int64_t framing = c->w->knobs.cti_framing;

	if (!c->w->knobs.cti_framing_strict || framing > 3)
		return 0;
	if (pos + (size_t)lengths[framing] > c->in.n)
		return -2;
	if (memcmp(c->in.p + pos, texts[framing], (size_t)lengths[framing]) != 0)
		return -1;
	return lengths[framing];
}

static void
forget(struct bws_cti_conn *c, size_t n)
{
	bws_buf_cut(&c->in, n);
	memset(&c->scan, 0, sizeof(c->scan));
}

/* Takes one document out of the input. Returns false when there is none (yet). */
static bool
take_prefixed(struct bws_cti_conn *c)
{
	uint32_t len;

	if (c->in.n < LENGTH_PREFIX)
		return false;
	memcpy(&len, c->in.p, LENGTH_PREFIX);
	len = ntohl(len);
	if (len > DOCUMENT_BYTES_MAX) {
		bad_document(c, "length prefix");
		return false;
	}
	if (c->in.n < LENGTH_PREFIX + (size_t)len)
		return false;
	run_document(c, c->in.p + LENGTH_PREFIX, len);
	forget(c, LENGTH_PREFIX + (size_t)len);
	return true;
}

static bool
take_scanned(struct bws_cti_conn *c)
{
	int found = c->in.n ? bws_cti_scan(&c->scan, c->in.p, c->in.n) : 0;
	size_t end = c->scan.pos;
	int delim;

	if (found < 0) {
		bad_document(c, "framing");
		return false;
	}
	if (!found)
		return false;
	delim = delimiter(c, end);
	if (delim == -2) {
		memset(&c->scan, 0, sizeof(c->scan));
		return false;
	}
	if (delim < 0) {
		bad_document(c, "delimiter");
		return false;
	}
	run_document(c, c->in.p + c->scan.begin, end - c->scan.begin);
	forget(c, end + (size_t)delim);
	return true;
}

static void
read_conn(struct bws_cti_conn *c)
{
	char part[16384];
	ssize_t n = recv(c->fd, part, sizeof(part), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		bws_cti_drop(c);
		return;
	}
	c->heard = true;
	c->misses = 0;
	bws_buf_add(&c->in, part, (size_t)n);
	while (!c->dead && (c->w->knobs.cti_framing == 4 ? take_prefixed(c) : take_scanned(c)))
		;
	if (c->in.n > DOCUMENT_BYTES_MAX)
		bad_document(c, "too long");
}

static void
on_conn(void *arg, uint32_t events)
{
	struct bws_cti_conn *c = arg;

	if (c->dead)
		return;
	if (!is_served(c)) {
		/* Reported even when nothing is asked for: the peer is gone. */
		if (events & (EPOLLHUP | EPOLLERR))
			bws_cti_drop(c);
		return;
	}
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		read_conn(c);
	flush_conn(c);
}

/* --- servers --- */

static void
on_accept(void *arg, uint32_t events)
{
	struct bws_cti_server *s = arg;
	struct sockaddr_in peer = { 0 };
	socklen_t len = sizeof(peer);
	int one = 1;
	struct bws_cti_conn *c;
	int fd = accept4(s->fd, (struct sockaddr *)&peer, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	c = bws_util_calloc(1, sizeof(*c));
	c->w = s->w;
	c->server = s;
	c->fd = fd;
	c->peer_port = ntohs(peer.sin_port);
	c->watch.ready = on_conn;
	c->watch.arg = c;
	TAILQ_INIT(&c->late);
	TAILQ_INSERT_TAIL(&s->conns, c, link);
	bws_timer_init(&c->keepalive, on_keepalive, c);
	bws_timer_init(&c->write_next, on_write_next, c);
	bws_timer_init(&c->end, on_end, c);
	bws_timer_in_ms(&s->w->timers, &c->keepalive, s->w->knobs.cti_keepalive_ms);
	s->w->stats.cti_connections++;
	bws_journal_fact(s->w, "cti", "{s:s,s:s,s:i}", "what", "accept", "xsp",
		bws_xsp_name(s->xsp), "port", (int)c->peer_port);
	if (bws_watch_add(s->w, fd, EPOLLIN, &c->watch) < 0)
		bws_cti_drop(c);
}

static int
listen_server(struct bws_cti_server *s)
{
	int fd = bws_net_listen(&s->addr);

	if (fd < 0)
		return -1;
	s->fd = fd;
	return bws_watch_add(s->w, fd, EPOLLIN, s->watch);
}

static void
unlisten(struct bws_cti_server *s)
{
	if (s->fd < 0)
		return;
	bws_watch_del(s->w, s->fd);
	close(s->fd);
	s->fd = -1;
}

static struct bws_cti_server *
server_of(struct bws_xsp *xsp)
{
	struct bws *w = bws_xsp_world(xsp);
	size_t i;

	for (i = 0; i < w->cti.count; i++)
		if (w->cti.servers[i]->xsp == xsp)
			return w->cti.servers[i];
	return NULL;
}

static void
watch_all(struct bws_cti_server *s, bool listening)
{
	struct bws_cti_conn *c;

	TAILQ_FOREACH(c, &s->conns, link)
		flush_conn(c);
	if (s->fd >= 0)
		bws_watch_change(s->w, s->fd, listening ? EPOLLIN : 0, s->watch);
}

void
bws_cti_xsp_started(struct bws_xsp *xsp)
{
	struct bws_cti_server *s = server_of(xsp);

	if (!s)
		return;
	if (s->fd < 0)
		listen_server(s);
	watch_all(s, true);
}

void
bws_cti_xsp_silent(struct bws_xsp *xsp)
{
	struct bws_cti_server *s = server_of(xsp);

	if (s)
		watch_all(s, false);
}

static void
close_all(struct bws_cti_server *s)
{
	while (!TAILQ_EMPTY(&s->conns))
		close_conn(TAILQ_FIRST(&s->conns), true);
}

void
bws_cti_xsp_killed(struct bws_xsp *xsp)
{
	struct bws_cti_server *s = server_of(xsp);

	if (!s)
		return;
	unlisten(s);
	close_all(s);
}

size_t
bws_cti_break(struct bws *w, const struct bws_xsp *xsp, bool hard)
{
	struct bws_cti_conn *c, *next;
	size_t i, n = 0;

	for (i = 0; i < w->cti.count; i++) {
		struct bws_cti_server *s = w->cti.servers[i];

		if (xsp && s->xsp != xsp)
			continue;
		for (c = TAILQ_FIRST(&s->conns); c; c = next) {
			next = TAILQ_NEXT(c, link);
			c->deaf = !hard;
			if (hard)
				close_conn(c, true);
			else
				watch_conn(c);
			n++;
		}
	}
	return n;
}

int
bws_cti_add(struct bws *w, const char *spec, char *err, size_t err_len)
{
	struct bws_cti_server *s = bws_util_calloc(1, sizeof(*s));
	char name[64];

	s->w = w;
	s->fd = -1;
	TAILQ_INIT(&s->conns);
	s->watch = bws_util_calloc(1, sizeof(*s->watch));
	s->watch->ready = on_accept;
	s->watch->arg = s;
	if (w->cti.count == BWS_CTI_SERVERS_MAX ||
		bws_net_parse(spec, name, sizeof(name), &s->addr) < 0)
		snprintf(err, err_len, "'%s' is not name=IPv4:port, or too many", spec);
	else if (!(s->xsp = bws_http_find(w, name)))
		snprintf(err, err_len, "--listen-cti: no XSP '%s' (give --listen first)", name);
	else if (listen_server(s) < 0)
		snprintf(err, err_len, "%s: cannot listen: %s", spec, strerror(errno));
	if (*err) {
		free(s->watch);
		free(s);
		return -1;
	}
	w->cti.servers[w->cti.count++] = s;
	return 0;
}

void
bws_cti_describe(const struct bws_cti_server *s, char *out, size_t len)
{
	char host[INET_ADDRSTRLEN] = "?";

	inet_ntop(AF_INET, &s->addr.sin_addr, host, sizeof(host));
	snprintf(out, len, "cti:%s=%s:%u", bws_xsp_name(s->xsp), host, ntohs(s->addr.sin_port));
}

void
bws_cti_fini(struct bws *w)
{
	size_t i;

	for (i = 0; i < w->cti.count; i++) {
		close_all(w->cti.servers[i]);
		unlisten(w->cti.servers[i]);
		free(w->cti.servers[i]->watch);
		free(w->cti.servers[i]);
	}
	w->cti.count = 0;
}
