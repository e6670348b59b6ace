/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS of a listener: see io_tls.h.
 *
 * OpenSSL works on buffers in memory. There are no session tickets and no cache: each connection proves anew who it
 * is, and the other node could not read a ticket of this one. Failure: every error of OpenSSL becomes a text; its queue
 * of errors is emptied before and after each call, because it belongs to the thread and not to the connection.
 */
#include "daemon/io_tls.h"

#include "proto/base/mem.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#define TLS_RECORD_BYTES 16384
#define TLS_WHY_BYTES 200

struct io_tls_key {
	SSL_CTX *ctx;
};

/* Up to here: bytes on the wire, and bytes of messages in them. */
struct mark {
	uint64_t wire, plain;
};

struct io_tls {
	SSL *ssl;
	BIO *in, *out; /* owned by ssl */
	uint64_t wire; /* bytes handed to the socket */
	uint64_t plain;
	uint64_t acked;
	struct mark *marks; /* of records not acknowledged: [first, count) */
	size_t first, count, size;
	char why[TLS_WHY_BYTES];
};

/* The first thing that went wrong. */
static void
tell_error(char *text, size_t size, const char *otherwise)
{
	unsigned long code = ERR_get_error();
	const char *reason = NULL;

	if (code != 0)
		reason = ERR_SYSTEM_ERROR(code) ? strerror(ERR_GET_REASON(code)) :
						  ERR_reason_error_string(code);
	snprintf(text, size, "%s", reason != NULL ? reason : otherwise);
	ERR_clear_error();
}

/* --- keys ------------------------------------------------------------------------------------- */

static int
no_password(char *p, int size, int writing, void *arg)
{
	(void)p;
	(void)size;
	(void)writing;
	(void)arg;
	return -1; /* nobody is asked at a terminal that a daemon does not have */
}

static bool
use_authorities(SSL_CTX *ctx, const struct conf_listener *l)
{
	STACK_OF(X509_NAME) * names;

	if (l->client_cert == CONF_CLIENT_CERT_NONE)
		return true;
	SSL_CTX_set_verify(ctx,
		SSL_VERIFY_PEER |
			(l->client_cert == CONF_CLIENT_CERT_REQUIRED ?
					SSL_VERIFY_FAIL_IF_NO_PEER_CERT :
					0),
		NULL);
	names = SSL_load_client_CA_file(l->ca_file);
	if (names == NULL || SSL_CTX_load_verify_locations(ctx, l->ca_file, NULL) != 1) {
		sk_X509_NAME_pop_free(names, X509_NAME_free);
		return false;
	}
	SSL_CTX_set_client_CA_list(ctx, names);
	return true;
}

/* NULL: all is well; else the key of the configuration that is not. */
static const char *
fill_context(SSL_CTX *ctx, const struct conf_listener *l)
{
	int min = l->tls_min == CONF_TLS_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;

	SSL_CTX_set_options(ctx,
		SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
			SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_default_passwd_cb(ctx, no_password);
	if (SSL_CTX_set_min_proto_version(ctx, min) != 1 || SSL_CTX_set_num_tickets(ctx, 0) != 1)
		return "tls-min";
	if (SSL_CTX_use_certificate_chain_file(ctx, l->cert_file) != 1)
		return "cert-file";
	if (SSL_CTX_use_PrivateKey_file(ctx, l->key_file, SSL_FILETYPE_PEM) != 1 ||
		SSL_CTX_check_private_key(ctx) != 1)
		return "key-file";
	return use_authorities(ctx, l) ? NULL : "ca-file";
}

struct io_tls_key *
io_tls_key_load(const struct conf_listener *l, struct err *e)
{
	struct io_tls_key *k;
	const char *wrong;
	char why[TLS_WHY_BYTES];
	SSL_CTX *ctx;

	ERR_clear_error();
	ctx = SSL_CTX_new(TLS_server_method());
	wrong = ctx == NULL ? "tls" : fill_context(ctx, l);
	if (wrong != NULL) {
		tell_error(why, sizeof(why), "not usable");
		err_set(e, E_CONFIG, "[listener %s] %s: %s", l->name, wrong, why);
		SSL_CTX_free(ctx);
		return NULL;
	}
	ERR_clear_error();
	k = mem_zalloc(sizeof(*k));
	k->ctx = ctx;
	return k;
}

void
io_tls_key_free(struct io_tls_key *k)
{
	if (k == NULL)
		return;
	SSL_CTX_free(k->ctx);
	mem_free(k);
}

/* --- connections ------------------------------------------------------------------------------ */

struct io_tls *
io_tls_new(struct io_tls_key *k)
{
	struct io_tls *t = mem_zalloc(sizeof(*t));

	t->ssl = SSL_new(k->ctx);
	t->in = BIO_new(BIO_s_mem());
	t->out = BIO_new(BIO_s_mem());
	if (t->ssl == NULL || t->in == NULL || t->out == NULL) {
		BIO_free(t->in);
		BIO_free(t->out);
		SSL_free(t->ssl);
		mem_free(t);
		return NULL;
	}
	SSL_set_bio(t->ssl, t->in, t->out);
	SSL_set_accept_state(t->ssl);
	return t;
}

void
io_tls_free(struct io_tls *t)
{
	if (t == NULL)
		return;
	SSL_free(t->ssl);
	mem_free(t->marks);
	mem_free(t);
}

void
io_tls_take(struct io_tls *t, const void *p, size_t n)
{
	if (n > 0)
		(void)BIO_write(t->in, p, (int)n);
}

/* What a result of OpenSSL that is no success means. */
static enum io_tls_result
judge(struct io_tls *t, int result)
{
	long verified = SSL_get_verify_result(t->ssl);

	switch (SSL_get_error(t->ssl, result)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return IO_TLS_MORE;
	case SSL_ERROR_ZERO_RETURN:
		return IO_TLS_ENDED;
	default:
		break;
	}
	if (verified != X509_V_OK)
		snprintf(t->why, sizeof(t->why), "the client's certificate: %s",
			X509_verify_cert_error_string(verified));
	else
		tell_error(t->why, sizeof(t->why), "the client ended it");
	ERR_clear_error();
	return IO_TLS_BROKEN;
}

enum io_tls_result
io_tls_shake(struct io_tls *t)
{
	int result;

	ERR_clear_error();
	result = SSL_do_handshake(t->ssl);
	return result == 1 ? IO_TLS_READY : judge(t, result);
}

enum io_tls_result
io_tls_read(struct io_tls *t, char *p, size_t size, size_t *n)
{
	int result;

	ERR_clear_error();
	result = SSL_read(t->ssl, p, (int)size);
	if (result <= 0)
		return judge(t, result);
	*n = (size_t)result;
	return IO_TLS_READY;
}

static void
add_mark(struct io_tls *t)
{
	if (t->first == t->count)
		t->first = t->count = 0;
	if (t->count == t->size && t->first >= t->size / 2 && t->first > 0) {
		memmove(t->marks, t->marks + t->first, (t->count - t->first) * sizeof(*t->marks));
		t->count -= t->first;
		t->first = 0;
	}
	if (t->count == t->size) {
		t->size = t->size ? t->size * 2 : 16;
		t->marks = mem_realloc(t->marks, t->size * sizeof(*t->marks));
	}
	t->marks[t->count++] = (struct mark){ t->wire + BIO_pending(t->out), t->plain };
}

/* One record at a time, so that it is known where each ends. */
bool
io_tls_write(struct io_tls *t, struct str bytes)
{
	ERR_clear_error();
	for (size_t at = 0; at < bytes.n;) {
		size_t n = bytes.n - at < TLS_RECORD_BYTES ? bytes.n - at : TLS_RECORD_BYTES;
		int result = SSL_write(t->ssl, bytes.p + at, (int)n);

		/* into memory: all of a record is taken at once */
		if (result != (int)n) {
			(void)judge(t, result);
			return false;
		}
		at += n;
		t->plain += n;
		add_mark(t);
	}
	return true;
}

void
io_tls_end(struct io_tls *t)
{
	ERR_clear_error();
	if (SSL_is_init_finished(t->ssl))
		(void)SSL_shutdown(t->ssl);
	ERR_clear_error();
}

struct str
io_tls_output(struct io_tls *t)
{
	char *p = NULL;
	long n = BIO_get_mem_data(t->out, &p);

	return n > 0 ? (struct str){ p, (size_t)n } : STR_NONE;
}

void
io_tls_output_taken(struct io_tls *t)
{
	t->wire += io_tls_output(t).n;
	(void)BIO_reset(t->out);
}

uint64_t
io_tls_acked(struct io_tls *t, uint64_t wire)
{
	for (; t->first < t->count && t->marks[t->first].wire <= wire; t->first++)
		t->acked = t->marks[t->first].plain;
	return t->acked;
}

const char *
io_tls_why(const struct io_tls *t)
{
	return t->why;
}

/* --- who the client is ------------------------------------------------------------------------ */

/* A name that could be taken for several is none. */
static void
put_name(struct buf *out, const char *kind, struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < ' ' || name.p[i] == 127)
			return;
	if (name.n > 0)
		buf_printf(out, "%s:%.*s\n", kind, STR_ARG(name));
}

static void
put_text(struct buf *out, const char *kind, const ASN1_STRING *text)
{
	unsigned char *utf8 = NULL;
	int n = ASN1_STRING_to_UTF8(&utf8, text);

	if (n > 0)
		put_name(out, kind, (struct str){ (const char *)utf8, (size_t)n });
	OPENSSL_free(utf8);
}

static void
put_subject(struct buf *out, X509_NAME *subject)
{
	BIO *text = BIO_new(BIO_s_mem());
	char *p = NULL;
	long n;
	int at = -1;

	if (text != NULL &&
		X509_NAME_print_ex(text, subject, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >=
			0 &&
		(n = BIO_get_mem_data(text, &p)) > 0)
		put_name(out, "subject", (struct str){ p, (size_t)n });
	BIO_free(text);
	while ((at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0)
		put_text(out, "cn", X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
}

static void
put_address(struct buf *out, const ASN1_OCTET_STRING *bytes)
{
	char text[INET6_ADDRSTRLEN];
	int n = ASN1_STRING_length(bytes);

	if ((n == 4 || n == 16) &&
		inet_ntop(n == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(bytes), text,
			sizeof(text)) != NULL)
		put_name(out, "ip", str_of(text));
}

static void
put_alternative(struct buf *out, const GENERAL_NAME *name)
{
	switch (name->type) {
	case GEN_DNS:
		put_text(out, "dns", name->d.dNSName);
		break;
	case GEN_EMAIL:
		put_text(out, "email", name->d.rfc822Name);
		break;
	case GEN_URI:
		put_text(out, "uri", name->d.uniformResourceIdentifier);
		break;
	case GEN_IPADD:
		put_address(out, name->d.iPAddress);
		break;
	default:
		break;
	}
}

void
io_tls_names(const struct io_tls *t, struct buf *out)
{
	X509 *cert = SSL_get0_peer_certificate(t->ssl);
	GENERAL_NAMES *names;

	if (cert == NULL || SSL_get_verify_result(t->ssl) != X509_V_OK)
		return;
	put_subject(out, X509_get_subject_name(cert));
	names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
		put_alternative(out, sk_GENERAL_NAME_value(names, i));
	GENERAL_NAMES_free(names);
	ERR_clear_error();
}
