/* SPDX-License-Identifier: Apache-2.0 */
/* A server of the tests: see tls_peer.h. */
#include "tests/adapter/tls_peer.h"

#include <arpa/inet.h>
#include <check.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct tls_peer {
	enum tls_peer_kind kind;
	int listener, port;
	SSL_CTX *ctx;
	pthread_t thread;
	atomic_int served;
	atomic_int fd; /* of the connection that is served; -1: none */
	atomic_bool ending;
};

static void
add_extension(X509 *cert, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *x;

	X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
	x = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ck_assert_ptr_nonnull(x);
	X509_add_ext(cert, x, -1);
	X509_EXTENSION_free(x);
}

void
tls_make_named(const char *dir, const char *file, const char *cn, const char *alternatives)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	char text[256];
	FILE *out;

	X509_set_version(cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), 86400);
	X509_set_pubkey(cert, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
		(const unsigned char *)cn, -1, -1, 0);
	X509_set_issuer_name(cert, X509_get_subject_name(cert));
	add_extension(cert, NID_basic_constraints, "critical,CA:TRUE");
	add_extension(cert, NID_subject_alt_name, alternatives);
	ck_assert_int_gt(X509_sign(cert, key, EVP_sha256()), 0);
	snprintf(text, sizeof(text), "%s/%s.pem", dir, file);
	ck_assert_ptr_nonnull(out = fopen(text, "w"));
	PEM_write_X509(out, cert);
	fclose(out);
	snprintf(text, sizeof(text), "%s/%s.key", dir, file);
	ck_assert_ptr_nonnull(out = fopen(text, "w"));
	PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL);
	fclose(out);
	X509_free(cert);
	EVP_PKEY_free(key);
}

void
tls_make_certificate(const char *dir, const char *file, const char *host)
{
	bool address = host[0] >= '0' && host[0] <= '9';
	char text[256];

	snprintf(text, sizeof(text), "%s:%s", address ? "IP" : "DNS", host);
	tls_make_named(dir, file, file, text);
}

static int
peer_read(SSL *ssl, int fd, char *p, int n)
{
	return ssl ? SSL_read(ssl, p, n) : (int)read(fd, p, (size_t)n);
}

static int
peer_write(SSL *ssl, int fd, const char *p, int n)
{
	return ssl ? SSL_write(ssl, p, n) : (int)write(fd, p, (size_t)n);
}

static void
serve(struct tls_peer *p, SSL *ssl, int fd)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
	char text[70000];
	int n;

	atomic_fetch_add(&p->served, 1);
	while (p->kind != PEER_DEAF && (n = peer_read(ssl, fd, text, sizeof(text))) > 0) {
		if (p->kind == PEER_HTTP)
			peer_write(ssl, fd, answer, sizeof(answer) - 1);
		else
			peer_write(ssl, fd, text, n);
		if (n >= 3 && memcmp(text, "bye", 3) == 0)
			return;
	}
	while (p->kind == PEER_DEAF && !atomic_load(&p->ending))
		usleep(10000);
}

static void *
run(void *arg)
{
	struct tls_peer *p = arg;
	int fd;

	while ((fd = accept(p->listener, NULL, NULL)) >= 0) {
		SSL *ssl = NULL;

		atomic_store(&p->fd, fd);
		if (p->ctx != NULL) {
			ssl = SSL_new(p->ctx);
			SSL_set_fd(ssl, fd);
		}
		if (ssl == NULL || SSL_accept(ssl) == 1)
			serve(p, ssl, fd);
		if (ssl != NULL)
			(void)SSL_shutdown(ssl);
		SSL_free(ssl);
		atomic_store(&p->fd, -1);
		close(fd);
	}
	return NULL;
}

struct tls_peer *
tls_peer_new(enum tls_peer_kind kind, const char *cert, const char *client_ca)
{
	struct tls_peer *p = calloc(1, sizeof(*p));
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(sa);
	char path[256];

	p->kind = kind;
	atomic_store(&p->fd, -1);
	if (cert != NULL) {
		p->ctx = SSL_CTX_new(TLS_server_method());
		snprintf(path, sizeof(path), "%s.pem", cert);
		ck_assert_int_eq(SSL_CTX_use_certificate_chain_file(p->ctx, path), 1);
		snprintf(path, sizeof(path), "%s.key", cert);
		ck_assert_int_eq(SSL_CTX_use_PrivateKey_file(p->ctx, path, SSL_FILETYPE_PEM), 1);
	}
	if (client_ca != NULL) {
		ck_assert_int_eq(SSL_CTX_load_verify_locations(p->ctx, client_ca, NULL), 1);
		SSL_CTX_set_verify(p->ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
		/* so that a client without one hears of it in the handshake */
		SSL_CTX_set_max_proto_version(p->ctx, TLS1_2_VERSION);
	}
	p->listener = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(p->listener, (struct sockaddr *)&sa, sizeof(sa)), 0);
	ck_assert_int_eq(listen(p->listener, 16), 0);
	getsockname(p->listener, (struct sockaddr *)&sa, &n);
	p->port = ntohs(sa.sin_port);
	ck_assert_int_eq(pthread_create(&p->thread, NULL, run, p), 0);
	return p;
}

int
tls_peer_port(const struct tls_peer *p)
{
	return p->port;
}

int
tls_peer_served(const struct tls_peer *p)
{
	return atomic_load(&p->served);
}

void
tls_peer_free(struct tls_peer *p)
{
	int fd;

	atomic_store(&p->ending, true);
	shutdown(p->listener, SHUT_RDWR);
	fd = atomic_load(&p->fd);
	if (fd >= 0)
		shutdown(fd, SHUT_RDWR);
	pthread_join(p->thread, NULL);
	close(p->listener);
	SSL_CTX_free(p->ctx);
	free(p);
}
