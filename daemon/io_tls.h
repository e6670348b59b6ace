/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS of a listener: bytes in, bytes out, and no socket: the connection (io_tcp.c) moves them.
 *
 * io_tls_key is the certificate, the key and the authorities of a listener; io_tls is one connection. What TLS wants
 * to send stands in io_tls_output() after any call. Records are remembered by where they end, so that the bytes a
 * client's TCP has acknowledged can be told in bytes of messages.
 */
#ifndef TANDEM_DAEMON_IO_TLS_H
#define TANDEM_DAEMON_IO_TLS_H

#include "daemon/conf.h"
#include "proto/base/buf.h"
#include "proto/base/err.h"

struct io_tls_key;
struct io_tls;

enum io_tls_result {
	IO_TLS_MORE, /* nothing until more bytes come */
	IO_TLS_READY,
	IO_TLS_ENDED,  /* the client said that it is done */
	IO_TLS_BROKEN, /* io_tls_why(); what is in the output is worth sending: the alert */
};

/** Reads the files of a listener. NULL with `e`: which file, and what OpenSSL says of it. */
struct io_tls_key *io_tls_key_load(const struct conf_listener *l, struct err *e);
void io_tls_key_free(struct io_tls_key *k);

/** A connection that a client has made. The key may be freed before it. NULL: OpenSSL has no memory. */
struct io_tls *io_tls_new(struct io_tls_key *k);
void io_tls_free(struct io_tls *t);

/** Bytes of the client. */
void io_tls_take(struct io_tls *t, const void *p, size_t n);
/** Goes on with the handshake; READY: it is done, and the client's certificate is as the listener wants it. */
enum io_tls_result io_tls_shake(struct io_tls *t);
/** READY: `*n` bytes of the client's messages are in `p`. */
enum io_tls_result io_tls_read(struct io_tls *t, char *p, size_t size, size_t *n);
/** Takes all bytes or none; false: the connection is broken. */
bool io_tls_write(struct io_tls *t, struct str bytes);
/** Says goodbye. */
void io_tls_end(struct io_tls *t);

/** What is to be sent; borrowed until io_tls_output_taken(), which counts it as handed to the socket. */
struct str io_tls_output(struct io_tls *t);
void io_tls_output_taken(struct io_tls *t);

/** Of `wire` bytes acknowledged by the client's TCP: how many bytes of messages they hold, in whole records. */
uint64_t io_tls_acked(struct io_tls *t, uint64_t wire);

/** Why it is BROKEN. */
const char *io_tls_why(const struct io_tls *t);
/** Appends who the client is by a certificate that was verified: the lines of NODE_EV_CLIENT_OPEN; nothing without one. */
void io_tls_names(const struct io_tls *t, struct buf *out);

#endif
