/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_TLS_H
#define TANDEM_TESTS_BWSIM_BWS_TLS_H

#include <stdbool.h>
#include <stddef.h>

struct bws;
struct bws_tls_server;
struct bws_xsp;

/*
 * TLS in front of the plain ports of an XSP, HTTP and CTI alike: each connection is relayed, bytes
 * unchanged, to the plain port of its own XSP. What the client certificate says is asked for by the
 * port that the relay speaks from.
 */

#define BWS_TLS_SERVERS_MAX 32

struct bws_tls {
	void *context; /* SSL_CTX */
	struct bws_tls_server *servers[BWS_TLS_SERVERS_MAX];
	size_t count;
};

/* What the command line says about certificates; PEM files, NULL = none. */
struct bws_tls_files {
	const char *cert;
	const char *key;
	const char *ca; /* verifies client certificates */
};

/* Reads the files. Returns 0, or -1 with a sentence in @err. */
int bws_tls_open(struct bws *w, const struct bws_tls_files *files, char *err, size_t err_len);

/* Adds the TLS port "XSP=address:port" before HTTP or, with @cti, before CTI. Same errors. */
int bws_tls_add(struct bws *w, const char *spec, bool cti, char *err, size_t err_len);

/* Writes "tls:name=address:port" or "cti-tls:...". */
void bws_tls_describe(const struct bws_tls_server *s, char *out, size_t len);

/* Port of the TLS server before the HTTP server of an XSP, 0 when there is none. */
unsigned bws_tls_port(const struct bws *w, const struct bws_xsp *xsp);

/* Login of the verified client certificate whose relay speaks from @port, or NULL. */
const char *bws_tls_identity(const struct bws *w, unsigned port);

/* The XSP changed its state: dead ones reset and refuse, silent ones neither read nor write. */
void bws_tls_xsp_changed(struct bws_xsp *xsp);

void bws_tls_fini(struct bws *w);

#endif
