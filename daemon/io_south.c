/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections for CTI: see io_south.h.
 *
 * Happy path: the name is resolved, the addresses are tried in turn, TLS agrees, bytes go both ways; TLS works on
 * buffers in memory, so that the loop alone touches the socket. Failure: whatever ends a connection ends it once, with a
 * text. How long anything may take is the node's business: it closes what takes too long.
 */
#include "daemon/io_south.h"

#include "proto/base/limits.h"
#include "proto/base/map.h"
#include "proto/base/mem.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#define SOUTH_READ_BYTES 65536
#define SOUTH_UNSENT_BYTES_MAX (4 * 1024 * 1024)

struct conn {
	struct io_south *s;
	uint64_t id;
	uint32_t xsp;
	uv_tcp_t tcp;
	bool has_tcp; /* the handle is initialised, and not closed yet */
	uv_getaddrinfo_t lookup;
	bool looking;
	uv_connect_t connect;
	struct addrinfo *addresses, *next_address;
	char host[128], port[8];
	bool tls, open, ended;
	SSL *ssl;
	char why[160];
	UT_hash_handle hh;
};

struct write {
	uv_write_t request;
	char bytes[];
};

struct io_south {
	struct io_sink sink;
	const struct conf *conf;
	SSL_CTX *contexts[LIMIT_XSPS];
	struct conn *conns;
	char buffer[SOUTH_READ_BYTES];
	bool closing;
};

static void try_next(struct conn *c);

/* --- the end ---------------------------------------------------------------------------------- */

static void
conn_free(struct conn *c)
{
	if (c->has_tcp || c->looking)
		return; /* freed when these are over */
	if (c->addresses != NULL)
		uv_freeaddrinfo(c->addresses);
	SSL_free(c->ssl);
	mem_free(c);
}

static void
on_closed(uv_handle_t *h)
{
	struct conn *c = h->data;

	c->has_tcp = false;
	if (c->ended)
		conn_free(c);
	else
		try_next(c);
}

/* Ends the connection; the node is told, once. */
static void
conn_end(struct conn *c, const char *why)
{
	struct io_south *s = c->s;
	struct node_event ev = { .kind = NODE_EV_SOUTH_CLOSED, .id = c->id };

	if (c->ended)
		return;
	c->ended = true;
	if (c->why[0] == '\0')
		snprintf(c->why, sizeof(c->why), "%s", why);
	HASH_DEL(s->conns, c);
	if (c->looking)
		(void)uv_cancel((uv_req_t *)&c->lookup);
	if (c->has_tcp && !uv_is_closing((uv_handle_t *)&c->tcp))
		uv_close((uv_handle_t *)&c->tcp, on_closed);
	ev.text = str_of(c->why);
	if (!s->closing)
		io_emit(&s->sink, &ev);
	conn_free(c);
}

/* --- out -------------------------------------------------------------------------------------- */

static void
on_written(uv_write_t *request, int status)
{
	struct conn *c = request->data;

	mem_free(request);
	if (status < 0 && !c->ended)
		conn_end(c, uv_strerror(status));
}

static void
conn_write(struct conn *c, const void *p, size_t n)
{
	struct write *w;
	uv_buf_t b;

	if (n == 0 || c->ended || !c->has_tcp)
		return;
	if (uv_stream_get_write_queue_size((uv_stream_t *)&c->tcp) + n > SOUTH_UNSENT_BYTES_MAX) {
		conn_end(c, "the XSP does not read");
		return;
	}
	w = mem_alloc(sizeof(*w) + n);
	w->request.data = c;
	memcpy(w->bytes, p, n);
	b = uv_buf_init(w->bytes, (unsigned)n);
	if (uv_write(&w->request, (uv_stream_t *)&c->tcp, &b, 1, on_written) != 0) {
		mem_free(w);
		conn_end(c, "the socket takes nothing");
	}
}

/* What TLS wants to send. */
static void
tls_flush(struct conn *c)
{
	char bytes[16384];
	int n;

	while (!c->ended && (n = BIO_read(SSL_get_wbio(c->ssl), bytes, sizeof(bytes))) > 0)
		conn_write(c, bytes, (size_t)n);
}

/* --- TLS -------------------------------------------------------------------------------------- */

static void
tls_failed(struct conn *c, const char *what)
{
	unsigned long code = ERR_get_error();
	long verify = SSL_get_verify_result(c->ssl);

	if (verify != X509_V_OK)
		snprintf(c->why, sizeof(c->why), "%s: %s", what,
			X509_verify_cert_error_string(verify));
	else
		snprintf(c->why, sizeof(c->why), "%s: %s", what,
			code ? ERR_reason_error_string(code) : "ended by the XSP");
	ERR_clear_error();
	tls_flush(c); /* the alert */
	conn_end(c, what);
}

static SSL_CTX *
context_of(struct io_south *s, uint32_t xsp)
{
	const struct conf_xsp *x = &s->conf->xsps[xsp];
	SSL_CTX *ctx = s->contexts[xsp];

	if (ctx != NULL)
		return ctx;
	ctx = SSL_CTX_new(TLS_client_method());
	if (ctx == NULL)
		return NULL;
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
		(x->ca_file[0] != '\0' ? SSL_CTX_load_verify_locations(ctx, x->ca_file, NULL) :
					 SSL_CTX_set_default_verify_paths(ctx)) != 1 ||
		(x->cert_file[0] != '\0' &&
			(SSL_CTX_use_certificate_chain_file(ctx, x->cert_file) != 1 ||
				SSL_CTX_use_PrivateKey_file(ctx, x->key_file, SSL_FILETYPE_PEM) !=
					1 ||
				SSL_CTX_check_private_key(ctx) != 1))) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	s->contexts[xsp] = ctx;
	return ctx;
}

static bool
is_address(const char *host)
{
	unsigned char bytes[16];

	return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

static bool
tls_begin(struct conn *c)
{
	SSL_CTX *ctx = context_of(c->s, c->xsp);
	BIO *in, *out;

	if (ctx == NULL || (c->ssl = SSL_new(ctx)) == NULL)
		return false;
	in = BIO_new(BIO_s_mem());
	out = BIO_new(BIO_s_mem());
	if (in == NULL || out == NULL) {
		BIO_free(in);
		BIO_free(out);
		return false;
	}
	SSL_set_bio(c->ssl, in, out);
	SSL_set_connect_state(c->ssl);
	if (is_address(c->host))
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(c->ssl), c->host) == 1;
	return SSL_set1_host(c->ssl, c->host) == 1 &&
		SSL_set_tlsext_host_name(c->ssl, c->host) == 1;
}

static void
conn_opened(struct conn *c)
{
	c->open = true;
	io_emit(&c->s->sink, &(struct node_event){ .kind = NODE_EV_SOUTH_OPEN, .id = c->id });
}

static void
conn_data(struct conn *c, const char *p, size_t n)
{
	io_emit(&c->s->sink,
		&(struct node_event){ .kind = NODE_EV_SOUTH_DATA, .id = c->id, .bytes = { p, n } });
}

/* Bytes of TLS have come, or none: what can be done with what there is. */
static void
tls_run(struct conn *c)
{
	char bytes[16384];
	int n = 0;

	ERR_clear_error();
	if (!SSL_is_init_finished(c->ssl)) {
		int result = SSL_do_handshake(c->ssl);
		int error = SSL_get_error(c->ssl, result);

		if (result != 1 && error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
			tls_failed(c, "no TLS");
			return;
		}
		tls_flush(c);
		if (result != 1 || c->ended)
			return;
		conn_opened(c);
	}
	while (!c->ended && (n = SSL_read(c->ssl, bytes, sizeof(bytes))) > 0)
		conn_data(c, bytes, (size_t)n);
	if (c->ended)
		return;
	tls_flush(c);
	switch (SSL_get_error(c->ssl, n)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		break;
	case SSL_ERROR_ZERO_RETURN:
		conn_end(c, "ended by the XSP");
		break;
	default:
		tls_failed(c, "TLS broken");
		break;
	}
}

/* --- in --------------------------------------------------------------------------------------- */

static void
on_alloc(uv_handle_t *h, size_t size, uv_buf_t *b)
{
	struct conn *c = h->data;

	(void)size;
	*b = uv_buf_init(c->s->buffer, sizeof(c->s->buffer));
}

static void
on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *b)
{
	struct conn *c = stream->data;

	if (c->ended || n == 0)
		return;
	if (n < 0) {
		conn_end(c, n == UV_EOF ? "ended by the XSP" : uv_strerror((int)n));
		return;
	}
	if (!c->tls) {
		conn_data(c, b->base, (size_t)n);
		return;
	}
	BIO_write(SSL_get_rbio(c->ssl), b->base, (int)n);
	tls_run(c);
}

/* --- connecting ------------------------------------------------------------------------------- */

static void
on_connected(uv_connect_t *request, int status)
{
	struct conn *c = request->data;

	if (c->ended)
		return;
	if (status < 0) {
		snprintf(c->why, sizeof(c->why), "%s", uv_strerror(status));
		uv_close((uv_handle_t *)&c->tcp, on_closed); /* the next address then */
		return;
	}
	c->why[0] = '\0';
	uv_tcp_nodelay(&c->tcp, 1);
	uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
	if (!c->tls) {
		conn_opened(c);
		return;
	}
	if (tls_begin(c))
		tls_run(c);
	else
		conn_end(c, "no TLS: the certificates of the link cannot be used");
}

static void
try_next(struct conn *c)
{
	while (c->next_address != NULL) {
		struct addrinfo *a = c->next_address;

		c->next_address = a->ai_next;
		uv_tcp_init(c->s->sink.loop, &c->tcp);
		c->tcp.data = c;
		c->connect.data = c;
		c->has_tcp = true;
		if (uv_tcp_connect(&c->connect, &c->tcp, a->ai_addr, on_connected) == 0)
			return;
		uv_close((uv_handle_t *)&c->tcp, on_closed);
		return;
	}
	conn_end(c, "no address");
}

static void
on_lookup(uv_getaddrinfo_t *request, int status, struct addrinfo *list)
{
	struct conn *c = request->data;

	c->looking = false;
	c->addresses = list;
	c->next_address = list;
	if (c->ended)
		conn_free(c);
	else if (status < 0)
		conn_end(c, uv_strerror(status));
	else
		try_next(c);
}

/* "cti://host:port", host perhaps in brackets. */
static bool
read_url(struct conn *c, struct str url)
{
	struct str plain = STR("cti://"), tls = STR("ctis://"), rest, port;

	c->tls = url.n > tls.n && memcmp(url.p, tls.p, tls.n) == 0;
	if (!c->tls && (url.n <= plain.n || memcmp(url.p, plain.p, plain.n) != 0))
		return false;
	rest = (struct str){ url.p + (c->tls ? tls.n : plain.n),
		url.n - (c->tls ? tls.n : plain.n) };
	if (rest.p[0] == '[') {
		rest = str_cut((struct str){ rest.p + 1, rest.n - 1 }, ']', &port);
		port = port.n > 0 ? (struct str){ port.p + 1, port.n - 1 } : port;
	} else {
		rest = str_cut(rest, ':', &port);
	}
	return rest.n > 0 && port.n > 0 && str_copy(c->host, sizeof(c->host), rest) &&
		str_copy(c->port, sizeof(c->port), port);
}

/* --- orders ----------------------------------------------------------------------------------- */

void
io_south_open(struct io_south *s, uint64_t id, uint32_t xsp, struct str url)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	struct conn *c = mem_zalloc(sizeof(*c));

	c->s = s;
	c->id = id;
	c->xsp = xsp;
	c->lookup.data = c;
	HASH_ADD(hh, s->conns, id, sizeof(c->id), c);
	if (xsp >= s->conf->xsp_count || !read_url(c, url)) {
		conn_end(c, "no such link, or no address to connect to");
		return;
	}
	c->looking =
		uv_getaddrinfo(s->sink.loop, &c->lookup, on_lookup, c->host, c->port, &hints) == 0;
	if (!c->looking)
		conn_end(c, "the name cannot be looked up");
}

static struct conn *
find(struct io_south *s, uint64_t id)
{
	struct conn *c;

	HASH_FIND(hh, s->conns, &id, sizeof(id), c);
	return c;
}

void
io_south_send(struct io_south *s, uint64_t id, struct str bytes)
{
	struct conn *c = find(s, id);

	if (c == NULL || !c->open || bytes.n == 0)
		return;
	if (!c->tls) {
		conn_write(c, bytes.p, bytes.n);
		return;
	}
	/* into memory: all of it is taken at once */
	ERR_clear_error();
	if (SSL_write(c->ssl, bytes.p, (int)bytes.n) != (int)bytes.n)
		tls_failed(c, "TLS broken");
	else
		tls_flush(c);
}

void
io_south_end(struct io_south *s, uint64_t id)
{
	struct conn *c = find(s, id);

	if (c == NULL)
		return;
	if (c->tls && c->open) {
		(void)SSL_shutdown(c->ssl);
		ERR_clear_error();
		tls_flush(c);
	}
	if ((c = find(s, id)) != NULL)
		conn_end(c, "closed by us");
}

/* --- life ------------------------------------------------------------------------------------- */

struct io_south *
io_south_new(const struct io_sink *sink, const struct conf *conf)
{
	struct io_south *s = mem_zalloc(sizeof(*s));

	s->sink = *sink;
	s->conf = conf;
	return s;
}

void
io_south_close(struct io_south *s)
{
	struct conn *c, *next;

	s->closing = true;
	HASH_ITER(hh, s->conns, c, next)
		conn_end(c, "closed");
}

void
io_south_free(struct io_south *s)
{
	for (size_t i = 0; i < LIMIT_XSPS; i++)
		SSL_CTX_free(s->contexts[i]);
	mem_free(s);
}
