/* SPDX-License-Identifier: Apache-2.0 */
/* A client of the tests: see tls_client.h. */
#include "tests/adapter/tls_client.h"

#include <arpa/inet.h>
#include <check.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

SSL_CTX *
tls_client_context(const char *ca, const char *cert)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	char path[256];

	if (ca != NULL) {
		ck_assert_int_eq(SSL_CTX_load_verify_locations(ctx, ca, NULL), 1);
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	}
	if (cert != NULL) {
		snprintf(path, sizeof(path), "%s.pem", cert);
		ck_assert_int_eq(SSL_CTX_use_certificate_chain_file(ctx, path), 1);
		snprintf(path, sizeof(path), "%s.key", cert);
		ck_assert_int_eq(SSL_CTX_use_PrivateKey_file(ctx, path, SSL_FILETYPE_PEM), 1);
	}
	return ctx;
}

void
tls_client_open(struct tls_client *c, SSL_CTX *ctx, uint16_t port, int receive_bytes)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	c->ctx = ctx;
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (receive_bytes > 0)
		setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof(receive_bytes));
	ck_assert_int_eq(connect(c->fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	ck_assert_int_eq(fcntl(c->fd, F_SETFL, O_NONBLOCK), 0);
	c->ssl = SSL_new(ctx);
	SSL_set_fd(c->ssl, c->fd);
	SSL_set_connect_state(c->ssl);
}

static int
judge(struct tls_client *c, int result)
{
	int error = SSL_get_error(c->ssl, result);

	ERR_clear_error();
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
		return 0;
	return error == SSL_ERROR_ZERO_RETURN ? -1 : -2;
}

int
tls_client_shake(struct tls_client *c)
{
	int result;

	ERR_clear_error();
	result = SSL_do_handshake(c->ssl);
	if (result == 1)
		return 1;
	return judge(c, result) == 0 ? 0 : -1;
}

int
tls_client_read(struct tls_client *c, void *p, size_t n)
{
	int result;

	ERR_clear_error();
	result = SSL_read(c->ssl, p, (int)n);
	return result > 0 ? result : judge(c, result);
}

void
tls_client_write(struct tls_client *c, const char *text)
{
	ck_assert_int_eq(SSL_write(c->ssl, text, (int)strlen(text)), (int)strlen(text));
}

void
tls_client_close(struct tls_client *c)
{
	SSL_free(c->ssl);
	SSL_CTX_free(c->ctx);
	close(c->fd);
}
