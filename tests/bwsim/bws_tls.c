/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS relays.
 *
 * Happy path: accept, handshake, connect to the plain port, bytes both ways until one side ends; its
 * end is passed on as an end, its reset as a reset.
 * Failure modes: handshake refused (wrong or missing client certificate, plain text): closed; the
 * plain port does not answer: reset.
 */
#include "tests/bwsim/bws_tls.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_journal.h"
#include "tests/bwsim/bws_net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_BYTES_MAX (256u << 10)

struct relay {
	TAILQ_ENTRY(relay) link;
	struct bws_tls_server *server;
	SSL *ssl;
	int outer, inner; /* inner -1: the handshake is not done */
	unsigned inner_port;
	char *identity;
	bool outer_wants_write;
	bool inner_ended;
	struct bws_buf in, out; /* to the plain port, to the client */
	struct bws_watch outer_watch, inner_watch;
};

struct bws_tls_server {
	struct bws *w;
	struct bws_xsp *xsp;
	bool cti;
	struct sockaddr_in addr;
	int fd;
	TAILQ_HEAD(, relay) relays;
	struct bws_watch watch;
};

static void
end_relay(struct relay *r, bool hard)
{
	struct bws *w = r->server->w;

	TAILQ_REMOVE(&r->server->relays, r, link);
	bws_watch_del(w, r->outer);
	if (hard)
		bws_util_reset_socket(r->outer);
	else if (r->inner >= 0)
		SSL_shutdown(r->ssl);
	SSL_free(r->ssl);
	close(r->outer);
	if (r->inner >= 0) {
		bws_watch_del(w, r->inner);
		if (hard)
			bws_util_reset_socket(r->inner);
		close(r->inner);
	}
	bws_buf_free(&r->in);
	bws_buf_free(&r->out);
	free(r->identity);
	free(r);
	ERR_clear_error();
}

static bool
is_served(const struct relay *r)
{
	return bws_xsp_state(r->server->xsp) == BWS_XSP_UP;
}

static void
watch_relay(struct relay *r)
{
	struct bws *w = r->server->w;
	uint32_t outer = EPOLLIN, inner = EPOLLIN;

	if (r->outer_wants_write || r->out.n)
		outer |= EPOLLOUT;
	if (r->in.n > BUFFER_BYTES_MAX)
		outer &= ~(uint32_t)EPOLLIN;
	if (r->in.n)
		inner |= EPOLLOUT;
	if (r->out.n > BUFFER_BYTES_MAX || r->inner_ended)
		inner &= ~(uint32_t)EPOLLIN;
	if (!is_served(r))
		outer = inner = 0;
	bws_watch_change(w, r->outer, outer, &r->outer_watch);
	if (r->inner >= 0)
		bws_watch_change(w, r->inner, inner, &r->inner_watch);
}

static void
read_identity(struct relay *r)
{
	X509 *cert = SSL_get_peer_certificate(r->ssl);
	const char *login = r->server->w->knobs.cert_login;
	char name[256] = "";

	if (cert && SSL_get_verify_result(r->ssl) == X509_V_OK &&
		X509_NAME_get_text_by_NID(
			X509_get_subject_name(cert), NID_commonName, name, sizeof(name)) > 0)
		r->identity = bws_util_strdup(*login ? login : name);
	X509_free(cert);
}

static struct sockaddr_in
plain_address(const struct bws_tls_server *s)
{
	size_t i;

	if (!s->cti)
		return *bws_xsp_address(s->xsp);
	for (i = 0; i < s->w->cti.count; i++)
		if (s->w->cti.servers[i]->xsp == s->xsp)
			return s->w->cti.servers[i]->addr;
	return *bws_xsp_address(s->xsp);
}

static void relay_event(struct relay *r);

static void
on_inner(void *arg, uint32_t events)
{
	(void)events;
	relay_event(arg);
}

/* The plain port is of this very program: its backlog takes us at once. */
static int
connect_inner(struct relay *r)
{
	struct sockaddr_in to = plain_address(r->server);
	struct sockaddr_in own = { 0 };
	socklen_t len = sizeof(own);
	int one = 1;

	r->inner = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (r->inner < 0)
		return -1;
	setsockopt(r->inner, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	r->inner_watch.ready = on_inner;
	r->inner_watch.arg = r;
	if (connect(r->inner, (struct sockaddr *)&to, sizeof(to)) < 0 ||
		getsockname(r->inner, (struct sockaddr *)&own, &len) < 0 ||
		fcntl(r->inner, F_SETFL, O_NONBLOCK) < 0 ||
		bws_watch_add(r->server->w, r->inner, EPOLLIN, &r->inner_watch) < 0) {
		close(r->inner);
		r->inner = -1;
		return -1;
	}
	r->inner_port = ntohs(own.sin_port);
	return 0;
}

/* Returns 1 when it may go on, 0 to wait, -1 to end. */
static int
shake_hands(struct relay *r)
{
	struct bws *w = r->server->w;
	int rv, error;

	if (r->inner >= 0)
		return 1;
	rv = SSL_accept(r->ssl);
	error = SSL_get_error(r->ssl, rv);
	r->outer_wants_write = rv <= 0 && error == SSL_ERROR_WANT_WRITE;
	if (rv <= 0)
		return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? 0 : -1;
	w->stats.tls_handshakes++;
	read_identity(r);
	return connect_inner(r) < 0 ? -1 : 1;
}

/* Each returns 1 for progress, 0 for none, -1 for an end, -2 for a reset. */
static int
pull_outer(struct relay *r)
{
	char part[16384];
	int n, error;

	if (r->in.n > BUFFER_BYTES_MAX)
		return 0;
	n = SSL_read(r->ssl, part, sizeof(part));
	if (n > 0) {
		bws_buf_add(&r->in, part, (size_t)n);
		return 1;
	}
	error = SSL_get_error(r->ssl, n);
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
		return 0;
	return error == SSL_ERROR_ZERO_RETURN ? -1 : -2;
}

static int
push_outer(struct relay *r)
{
	int n, error;

	if (!r->out.n)
		return r->inner_ended ? -1 : 0;
	n = SSL_write(r->ssl, r->out.p, r->out.n > 16384 ? 16384 : (int)r->out.n);
	if (n > 0) {
		bws_buf_cut(&r->out, (size_t)n);
		return 1;
	}
	error = SSL_get_error(r->ssl, n);
	return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? 0 : -2;
}

static int
pull_inner(struct relay *r)
{
	char part[16384];
	ssize_t n;

	if (r->out.n > BUFFER_BYTES_MAX || r->inner_ended)
		return 0;
	n = recv(r->inner, part, sizeof(part), 0);
	if (n > 0) {
		bws_buf_add(&r->out, part, (size_t)n);
		return 1;
	}
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -2;
	r->inner_ended = true;
	return 1;
}

static int
push_inner(struct relay *r)
{
	ssize_t n = r->in.n ? send(r->inner, r->in.p, r->in.n, MSG_NOSIGNAL) : 0;

	if (n > 0) {
		bws_buf_cut(&r->in, (size_t)n);
		return 1;
	}
	return n == 0 || errno == EAGAIN || errno == EINTR ? 0 : -2;
}

static void
relay_event(struct relay *r)
{
	static int (*const steps[])(
		struct relay *) = { pull_outer, push_inner, pull_inner, push_outer };
	int progress = shake_hands(r);
	size_t i;

	if (progress < 0) {
		end_relay(r, true);
		return;
	}
	while (progress > 0) {
		progress = 0;
		for (i = 0; i < 4; i++) {
			int rv = steps[i](r);

			if (rv < 0) {
				end_relay(r, rv == -2);
				return;
			}
			progress |= rv;
		}
	}
	watch_relay(r);
}

static void
on_outer(void *arg, uint32_t events)
{
	struct relay *r = arg;

	(void)events;
	if (is_served(r))
		relay_event(r);
	else if (events & (EPOLLHUP | EPOLLERR))
		end_relay(r, true);
}

static void
on_accept(void *arg, uint32_t events)
{
	struct bws_tls_server *s = arg;
	int one = 1;
	struct relay *r;
	int verify = SSL_VERIFY_NONE;
	int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	r = bws_util_calloc(1, sizeof(*r));
	r->server = s;
	r->outer = fd;
	r->inner = -1;
	r->ssl = SSL_new(s->w->tls.context);
	if (s->w->knobs.tls_client_cert)
		verify = SSL_VERIFY_PEER;
	if (s->w->knobs.tls_client_cert == 2)
		verify |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	SSL_set_verify(r->ssl, verify, NULL);
	SSL_set_fd(r->ssl, fd);
	r->outer_watch.ready = on_outer;
	r->outer_watch.arg = r;
	TAILQ_INSERT_TAIL(&s->relays, r, link);
	if (bws_watch_add(s->w, fd, EPOLLIN, &r->outer_watch) < 0)
		end_relay(r, true);
}

static int
listen_server(struct bws_tls_server *s)
{
	s->fd = bws_net_listen(&s->addr);
	if (s->fd < 0)
		return -1;
	return bws_watch_add(s->w, s->fd, EPOLLIN, &s->watch);
}

static void
stop_server(struct bws_tls_server *s)
{
	if (s->fd >= 0) {
		bws_watch_del(s->w, s->fd);
		close(s->fd);
	}
	s->fd = -1;
	while (!TAILQ_EMPTY(&s->relays))
		end_relay(TAILQ_FIRST(&s->relays), true);
}

static void
follow(struct bws_tls_server *s)
{
	enum bws_xsp_state state = bws_xsp_state(s->xsp);
	struct relay *r;

	if (state == BWS_XSP_DEAD) {
		stop_server(s);
		return;
	}
	if (s->fd < 0)
		listen_server(s);
	bws_watch_change(s->w, s->fd, state == BWS_XSP_UP ? EPOLLIN : 0, &s->watch);
	TAILQ_FOREACH(r, &s->relays, link)
		watch_relay(r);
}

void
bws_tls_xsp_changed(struct bws_xsp *xsp)
{
	struct bws *w = bws_xsp_world(xsp);
	size_t i;

	for (i = 0; i < w->tls.count; i++)
		if (w->tls.servers[i]->xsp == xsp)
			follow(w->tls.servers[i]);
}

int
bws_tls_open(struct bws *w, const struct bws_tls_files *f, char *err, size_t err_len)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	w->tls.context = ctx;
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"bwsim", 5);
	if (!f->cert || !f->key || SSL_CTX_use_certificate_chain_file(ctx, f->cert) != 1 ||
		SSL_CTX_use_PrivateKey_file(ctx, f->key, SSL_FILETYPE_PEM) != 1) {
		snprintf(err, err_len, "--tls-cert and --tls-key: cannot be read");
		return -1;
	}
	if (f->ca) {
		if (SSL_CTX_load_verify_locations(ctx, f->ca, NULL) != 1) {
			snprintf(err, err_len, "--tls-ca %s: cannot be read", f->ca);
			return -1;
		}
		SSL_CTX_set_client_CA_list(ctx, SSL_load_client_CA_file(f->ca));
	}
	return 0;
}

int
bws_tls_add(struct bws *w, const char *spec, bool cti, char *err, size_t err_len)
{
	struct bws_tls_server *s = bws_util_calloc(1, sizeof(*s));
	char name[64];

	s->w = w;
	s->cti = cti;
	s->fd = -1;
	s->watch.ready = on_accept;
	s->watch.arg = s;
	TAILQ_INIT(&s->relays);
	if (!w->tls.context)
		snprintf(err, err_len, "TLS ports need --tls-cert and --tls-key");
	else if (w->tls.count == BWS_TLS_SERVERS_MAX ||
		bws_net_parse(spec, name, sizeof(name), &s->addr) < 0)
		snprintf(err, err_len, "'%s' is not name=IPv4:port, or too many", spec);
	else if (!(s->xsp = bws_http_find(w, name)))
		snprintf(err, err_len, "%s: no XSP '%s' (give --listen first)", spec, name);
	else if (listen_server(s) < 0)
		snprintf(err, err_len, "%s: cannot listen: %s", spec, strerror(errno));
	if (*err) {
		free(s);
		return -1;
	}
	w->tls.servers[w->tls.count++] = s;
	return 0;
}

void
bws_tls_describe(const struct bws_tls_server *s, char *out, size_t len)
{
	char host[INET_ADDRSTRLEN] = "?";

	inet_ntop(AF_INET, &s->addr.sin_addr, host, sizeof(host));
	snprintf(out, len, "%s:%s=%s:%u", s->cti ? "cti-tls" : "tls", bws_xsp_name(s->xsp), host,
		ntohs(s->addr.sin_port));
}

unsigned
bws_tls_port(const struct bws *w, const struct bws_xsp *xsp)
{
	size_t i;

	for (i = 0; i < w->tls.count; i++)
		if (w->tls.servers[i]->xsp == xsp && !w->tls.servers[i]->cti)
			return ntohs(w->tls.servers[i]->addr.sin_port);
	return 0;
}

const char *
bws_tls_identity(const struct bws *w, unsigned port)
{
	const struct relay *r;
	size_t i;

	for (i = 0; i < w->tls.count; i++)
		TAILQ_FOREACH(r, &w->tls.servers[i]->relays, link)
			if (r->inner >= 0 && r->inner_port == port)
				return r->identity;
	return NULL;
}

void
bws_tls_fini(struct bws *w)
{
	size_t i;

	for (i = 0; i < w->tls.count; i++) {
		stop_server(w->tls.servers[i]);
		free(w->tls.servers[i]);
	}
	w->tls.count = 0;
	SSL_CTX_free(w->tls.context);
	w->tls.context = NULL;
}
