/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The XSPs: one libmicrohttpd server each, all driven from the one loop.
 *
 * Happy path: headers, body, bws_route_request() fills the reply, the reply is queued (after the
 * delay a knob asks for). An opened channel takes a bws_stream as its reply.
 *
 * Failure modes: body too long (the router answers 413); the client leaves while its reply waits
 * (request freed, stream discarded); the XSP is killed: every connection is reset, sleeping ones
 * are woken because the server may not be stopped with suspended connections. A silent XSP is
 * simply not run: the kernel accepts, nobody answers.
 */
#include "tests/bwsim/bws_http.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_cti_doc.h"
#include "tests/bwsim/bws_net.h"
#include "tests/bwsim/bws_route.h"
#include "tests/bwsim/bws_stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTION_MEMORY 131072u
#define CONNECTION_LIMIT 4000u
#define BUSY_ROUNDS 3u

struct conn {
	TAILQ_ENTRY(conn) link;
	int fd;
	bool used;
};

struct bws_xsp {
	struct bws *w;
	char *name;
	unsigned index;
	struct sockaddr_in addr;
	struct MHD_Daemon *daemon;
	enum bws_xsp_state state;
	int epoll_fd;
	TAILQ_HEAD(, conn) conns;
	struct bws_req_list reqs;
	struct bws_watch watch;
};

const char *
bws_req_arg(const struct bws_req *r, const char *name)
{
	size_t i;

	if (r->conn)
		return MHD_lookup_connection_value(r->conn, MHD_GET_ARGUMENT_KIND, name);
	for (i = 0; i < r->param_count; i++)
		if (strcasecmp(r->params[i].name, name) == 0)
			return r->params[i].value;
	return NULL;
}

static enum MHD_Result
add_argument(void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct bws_buf *b = arg;
	const char *p;

	(void)kind;
	if (strcmp(name, "hop") == 0)
		return MHD_YES;
	bws_buf_fmt(b, "&%s=", name);
	for (p = value; p && *p; p++)
		if (strchr(" ?#%&+", *p) || (unsigned char)*p > 0x7e)
			bws_buf_fmt(b, "%%%02X", (unsigned)(unsigned char)*p);
		else
			bws_buf_add(b, p, 1);
	return MHD_YES;
}

void
bws_req_add_query(const struct bws_req *r, struct bws_buf *b)
{
	if (r->conn)
		MHD_get_connection_values(r->conn, MHD_GET_ARGUMENT_KIND, add_argument, b);
}

const char *
bws_req_header_value(const struct bws_req *r, const char *name)
{
	return r->conn ? MHD_lookup_connection_value(r->conn, MHD_HEADER_KIND, name) : NULL;
}

void
bws_req_add_header(struct bws_req *r, const char *name, const char *value)
{
	struct bws_req_header *h;

	if (r->header_count == BWS_REQ_HEADERS_MAX)
		return;
	h = &r->headers[r->header_count++];
	h->name = bws_util_strdup(name);
	h->value = bws_util_strdup(value);
}

void
bws_req_set_about(struct bws_req *r, const char *user_id)
{
	free(r->about);
	r->about = bws_util_strdup(user_id);
}

/* Journals and control answers are UTF-8; what a client sends need not be. */
static char *
ascii_copy(const char *s)
{
	char *copy = bws_util_strdup(s);
	char *c;

	for (c = copy; c && *c; c++)
		if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e)
			*c = '?';
	return copy;
}

static void
on_delay_over(void *arg)
{
	struct bws_req *r = arg;

	if (!r->waiting)
		return;
	r->waiting = false;
	bws_http_busy(r->w);
	MHD_resume_connection(r->conn);
}

static struct bws_req *
new_request(struct bws_xsp *xsp, struct MHD_Connection *conn, const char *method, const char *url)
{
	struct bws_req *r = bws_util_calloc(1, sizeof(*r));
	const union MHD_ConnectionInfo *info;
	struct conn *c;

	r->w = xsp->w;
	r->xsp = xsp;
	r->conn = conn;
	r->kind = BWS_KIND_OTHER;
	r->method = ascii_copy(method);
	r->path = ascii_copy(url);
	r->authorization = bws_util_strdup(bws_req_header_value(r, "Authorization"));
	info = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	if (info && info->client_addr->sa_family == AF_INET)
		r->identity = bws_util_strdup(bws_tls_identity(r->w,
			ntohs(((const struct sockaddr_in *)(const void *)info->client_addr)
					->sin_port)));
	info = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	c = info ? info->socket_context : NULL;
	r->first = c && !c->used;
	if (c)
		c->used = true;
	bws_timer_init(&r->delay, on_delay_over, r);
	TAILQ_INSERT_TAIL(&xsp->reqs, r, link);
	return r;
}

void
bws_req_clear(struct bws_req *r)
{
	size_t i;

	for (i = 0; i < r->header_count; i++) {
		free(r->headers[i].name);
		free(r->headers[i].value);
	}
	free(r->method);
	free(r->path);
	free(r->login);
	free(r->authorization);
	free(r->identity);
	free(r->content_type);
	free(r->about);
	bws_buf_free(&r->body);
	bws_buf_free(&r->reply);
}

static void
free_request(struct bws_req *r)
{
	TAILQ_REMOVE(&r->xsp->reqs, r, link);
	bws_timer_stop(&r->w->timers, &r->delay);
	if (r->stream)
		bws_stream_discard(r->stream);
	bws_req_clear(r);
	free(r);
}

static enum MHD_Result
queue_reply(struct bws_req *r)
{
	struct MHD_Response *response;
	enum MHD_Result rv;
	size_t i;

	if (r->drop)
		return MHD_NO;
	if (r->stream)
		response = bws_stream_response(r->stream);
	else
		response = MHD_create_response_from_buffer(
			r->reply.n, r->reply.p, MHD_RESPMEM_MUST_COPY);
	r->stream = NULL;
	if (!response)
		return MHD_NO;
	if (r->content_type)
		MHD_add_response_header(response, "Content-Type", r->content_type);
	for (i = 0; i < r->header_count; i++)
		MHD_add_response_header(response, r->headers[i].name, r->headers[i].value);
	if (r->w->knobs.connection_close)
		MHD_add_response_header(response, "Connection", "close");
	MHD_add_response_header(response, "Server", "HTTP Server");
	rv = MHD_queue_response(r->conn, (unsigned)r->status, response);
	MHD_destroy_response(response);
	return rv;
}

static enum MHD_Result
answer(struct bws_req *r)
{
	if (!r->received) {
		r->received = true;
		bws_route_request(r->w, r);
		if (r->delay_ms > 0) {
			r->waiting = true;
			bws_timer_in_ms(&r->w->timers, &r->delay, r->delay_ms);
			MHD_suspend_connection(r->conn);
			return MHD_YES;
		}
	}
	return r->waiting ? MHD_YES : queue_reply(r);
}

static enum MHD_Result
on_request(void *cls, struct MHD_Connection *conn, const char *url, const char *method,
	const char *version, const char *data, size_t *len, void **con_cls)
{
	struct bws_xsp *xsp = cls;
	struct bws_req *r = *con_cls;

	(void)version;
	bws_http_busy(xsp->w);
	if (!r) {
		*con_cls = new_request(xsp, conn, method, url);
		return MHD_YES;
	}
	if (!*len)
		return answer(r);
	if (r->body.n + *len > BWS_REQ_BODY_MAX)
		r->body_too_long = true;
	else
		bws_buf_add(&r->body, data, *len);
	*len = 0;
	return MHD_YES;
}

static void
on_completed(
	void *cls, struct MHD_Connection *conn, void **con_cls, enum MHD_RequestTerminationCode why)
{
	(void)cls;
	(void)conn;
	(void)why;
	if (*con_cls)
		free_request(*con_cls);
	*con_cls = NULL;
}

static void
on_connection(void *cls, struct MHD_Connection *conn, void **context,
	enum MHD_ConnectionNotificationCode what)
{
	struct bws_xsp *xsp = cls;
	struct conn *c = *context;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		c = bws_util_calloc(1, sizeof(*c));
		c->fd = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CONNECTION_FD)
				->connect_fd;
		TAILQ_INSERT_TAIL(&xsp->conns, c, link);
		*context = c;
		return;
	}
	if (c) {
		TAILQ_REMOVE(&xsp->conns, c, link);
		free(c);
	}
	*context = NULL;
}

/* The descriptor only has to end the sleep: bws_http_run() runs every server each time round. */
static void
on_server_ready(void *arg, uint32_t events)
{
	(void)arg;
	(void)events;
}

static int
start_server(struct bws_xsp *xsp, int fd)
{
	const union MHD_DaemonInfo *info;

	xsp->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
		on_request, xsp, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, xsp, MHD_OPTION_NOTIFY_CONNECTION, on_connection, xsp,
		MHD_OPTION_CONNECTION_LIMIT, CONNECTION_LIMIT, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)CONNECTION_MEMORY, MHD_OPTION_END);
	if (!xsp->daemon)
		return -1;
	info = MHD_get_daemon_info(xsp->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (!info || info->epoll_fd < 0) {
		MHD_stop_daemon(xsp->daemon);
		xsp->daemon = NULL;
		return -1;
	}
	xsp->epoll_fd = info->epoll_fd;
	return 0;
}

int
bws_xsp_start(struct bws_xsp *xsp, char *err, size_t err_len)
{
	int fd;

	if (xsp->state == BWS_XSP_DEAD) {
		fd = bws_net_listen(&xsp->addr);
		if (fd < 0) {
			snprintf(err, err_len, "%s: cannot listen: %s", xsp->name, strerror(errno));
			return -1;
		}
		if (start_server(xsp, fd) < 0) {
			close(fd);
			snprintf(err, err_len, "%s: the HTTP server does not start", xsp->name);
			return -1;
		}
	}
	if (xsp->state != BWS_XSP_UP)
		bws_watch_add(xsp->w, xsp->epoll_fd, EPOLLIN, &xsp->watch);
	xsp->state = BWS_XSP_UP;
	bws_cti_xsp_started(xsp);
	bws_tls_xsp_changed(xsp);
	return 0;
}

void
bws_xsp_silence(struct bws_xsp *xsp)
{
	if (xsp->state != BWS_XSP_UP)
		return;
	bws_watch_del(xsp->w, xsp->epoll_fd);
	xsp->state = BWS_XSP_SILENT;
	bws_cti_xsp_silent(xsp);
	bws_tls_xsp_changed(xsp);
}

void
bws_xsp_kill(struct bws_xsp *xsp)
{
	struct bws_req *r;
	struct conn *c;

	if (xsp->state == BWS_XSP_DEAD)
		return;
	if (xsp->state == BWS_XSP_UP)
		bws_watch_del(xsp->w, xsp->epoll_fd);
	TAILQ_FOREACH(c, &xsp->conns, link)
		bws_util_reset_socket(c->fd);
	TAILQ_FOREACH(r, &xsp->reqs, link)
		on_delay_over(r);
	MHD_stop_daemon(xsp->daemon);
	xsp->daemon = NULL;
	xsp->epoll_fd = -1;
	xsp->state = BWS_XSP_DEAD;
	bws_cti_xsp_killed(xsp);
	bws_tls_xsp_changed(xsp);
}

int
bws_http_add(struct bws *w, const char *spec, char *err, size_t err_len)
{
	struct bws_xsp *xsp;
	char name[64];

	if (w->http.count == BWS_XSP_MAX) {
		snprintf(err, err_len, "at most %d XSPs", BWS_XSP_MAX);
		return -1;
	}
	xsp = bws_util_calloc(1, sizeof(*xsp));
	if (bws_net_parse(spec, name, sizeof(name), &xsp->addr) < 0) {
		snprintf(err, err_len, "'%s' is not name=IPv4:port", spec);
		free(xsp);
		return -1;
	}
	xsp->w = w;
	xsp->name = bws_util_strdup(name);
	xsp->index = (unsigned)w->http.count;
	xsp->epoll_fd = -1;
	xsp->watch.ready = on_server_ready;
	xsp->watch.arg = xsp;
	TAILQ_INIT(&xsp->conns);
	TAILQ_INIT(&xsp->reqs);
	w->http.xsps[w->http.count++] = xsp;
	return bws_xsp_start(xsp, err, err_len);
}

struct bws_xsp *
bws_http_find(struct bws *w, const char *name)
{
	size_t i;

	for (i = 0; i < w->http.count; i++)
		if (strcmp(w->http.xsps[i]->name, name) == 0)
			return w->http.xsps[i];
	return NULL;
}

const char *
bws_xsp_name(const struct bws_xsp *xsp)
{
	return xsp->name;
}

struct bws *
bws_xsp_world(const struct bws_xsp *xsp)
{
	return xsp->w;
}

const struct sockaddr_in *
bws_xsp_address(const struct bws_xsp *xsp)
{
	return &xsp->addr;
}

unsigned
bws_xsp_index(const struct bws_xsp *xsp)
{
	return xsp->index;
}

enum bws_xsp_state
bws_xsp_state(const struct bws_xsp *xsp)
{
	return xsp->state;
}

void
bws_xsp_describe(const struct bws_xsp *xsp, char *out, size_t len)
{
	char host[INET_ADDRSTRLEN] = "?";

	inet_ntop(AF_INET, &xsp->addr.sin_addr, host, sizeof(host));
	snprintf(out, len, "%s=%s:%u", xsp->name, host, ntohs(xsp->addr.sin_port));
}

void
bws_http_busy(struct bws *w)
{
	w->http.rounds = BUSY_ROUNDS;
}

/*
 * One run takes one step of each connection (a part of a body, the end of a reply), and the server
 * does not say that it could go on at once: without further runs the next step would wait for
 * the next event of somebody else. A blocked socket takes no steps, so this ends.
 */
void
bws_http_run(struct bws *w)
{
	size_t i;

	do {
		if (w->http.rounds)
			w->http.rounds--;
		for (i = 0; i < w->http.count; i++)
			if (w->http.xsps[i]->state == BWS_XSP_UP)
				MHD_run(w->http.xsps[i]->daemon);
	} while (w->http.rounds);
}

int
bws_http_timeout_ms(struct bws *w)
{
	int least = -1;
	size_t i;

	for (i = 0; i < w->http.count; i++) {
		MHD_UNSIGNED_LONG_LONG ms;
		int wait;

		if (w->http.xsps[i]->state != BWS_XSP_UP ||
			MHD_get_timeout(w->http.xsps[i]->daemon, &ms) != MHD_YES)
			continue;
		wait = ms > 60000 ? 60000 : (int)ms;
		if (least < 0 || wait < least)
			least = wait;
	}
	return least;
}

void
bws_http_fini(struct bws *w)
{
	size_t i;

	for (i = 0; i < w->http.count; i++) {
		bws_xsp_kill(w->http.xsps[i]);
		free(w->http.xsps[i]->name);
		free(w->http.xsps[i]);
	}
	w->http.count = 0;
}
