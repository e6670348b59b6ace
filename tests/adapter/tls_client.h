/* SPDX-License-Identifier: Apache-2.0 */
/* A TLS client of the tests on a socket that never blocks: the test runs the server's loop in between. */
#ifndef TANDEM_TESTS_ADAPTER_TLS_CLIENT_H
#define TANDEM_TESTS_ADAPTER_TLS_CLIENT_H

#include <openssl/ssl.h>
#include <stddef.h>
#include <stdint.h>

struct tls_client {
	int fd;
	SSL_CTX *ctx;
	SSL *ssl;
};

/** A client's context. `ca`, `cert` (without ".pem" and ".key"): paths, or NULL. */
SSL_CTX *tls_client_context(const char *ca, const char *cert);
/** Connects to a port of this host; `receive_bytes` > 0 makes the socket's buffer small. */
void tls_client_open(struct tls_client *c, SSL_CTX *ctx, uint16_t port, int receive_bytes);
/** 1 agreed, 0 not yet, -1 failed. */
int tls_client_shake(struct tls_client *c);
/** Bytes, 0 nothing yet, -1 the server said goodbye, -2 the connection broke. */
int tls_client_read(struct tls_client *c, void *p, size_t n);
void tls_client_write(struct tls_client *c, const char *text);
void tls_client_close(struct tls_client *c);

#endif
