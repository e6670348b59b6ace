/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server of the tests, in a thread of its own, with blocking sockets: plain or TLS, with certificates made here.
 * It serves one connection after another, at most so many.
 */
#ifndef TANDEM_TESTS_ADAPTER_TLS_PEER_H
#define TANDEM_TESTS_ADAPTER_TLS_PEER_H

#include <stdbool.h>

struct tls_peer;

enum tls_peer_kind {
	PEER_ECHO, /* sends back what it gets; closes after "bye" */
	PEER_HTTP, /* answers each request with 200 and "hello" */
	PEER_DEAF, /* reads nothing */
};

/** Writes a key and a certificate that signs itself for this name (a host name or 127.0.0.1) to DIR/NAME.{key,pem}. */
void tls_make_certificate(const char *dir, const char *file, const char *host);

/** The same with any common name and any alternatives, as OpenSSL writes them ("DNS:a,email:b@c"). */
void tls_make_named(const char *dir, const char *file, const char *cn, const char *alternatives);

/** `cert`: path without ".pem" and ".key"; NULL: plain. `client_ca`: path of a certificate that clients must have. */
struct tls_peer *tls_peer_new(enum tls_peer_kind kind, const char *cert, const char *client_ca);
int tls_peer_port(const struct tls_peer *p);
/** Connections so far that came to the point where bytes go both ways. */
int tls_peer_served(const struct tls_peer *p);
void tls_peer_free(struct tls_peer *p);

#endif
