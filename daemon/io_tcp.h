/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CSTA side: listeners and connections. Connections are numbers to the node; a number is never
 * used twice.
 *
 * Emits CLIENT_OPEN, CLIENT_DATA, CLIENT_ACKED and, exactly once for each that was opened,
 * CLIENT_CLOSED. A client that lets more than LIMIT_OUTBOX_BYTES wait is dropped (37605).
 */
#ifndef TANDEM_DAEMON_IO_TCP_H
#define TANDEM_DAEMON_IO_TCP_H

#include "daemon/io_sink.h"

struct io_tcp;

/** `conf` must outlive it: its listeners say how connections are treated. */
struct io_tcp *io_tcp_new(const struct io_sink *sink, const struct conf *conf);

/**
 * Reads certificates and keys of listeners with TLS again. What cannot be used is told (37611, an alarm) and changes
 * nothing: connections go on as they are, new ones get what was read last.
 */
void io_tcp_load_keys(struct io_tcp *t);
/** Opens all listeners; see io_listen_open(). Connections that are held end. */
void io_tcp_listen(struct io_tcp *t);
/** Closes the listeners; connections stay. */
void io_tcp_unlisten(struct io_tcp *t);
/** The port that is really bound, for port 0; 0 while not listening. */
uint16_t io_tcp_port(const struct io_tcp *t, uint32_t listener);

/** One write, in order behind those before. An unknown or ending connection swallows it. */
void io_tcp_send(struct io_tcp *t, uint64_t id, struct str bytes);
/** Stops reading, or goes on with it: the client's TCP holds back what is not read. */
void io_tcp_pause(struct io_tcp *t, uint64_t id, bool pause);
/**
 * `flush`: all that was sent goes out first (5 s at most), then FIN; otherwise at once.
 * CLIENT_CLOSED follows.
 */
void io_tcp_end(struct io_tcp *t, uint64_t id, bool flush);
/**
 * Nothing is read or sent any more, but the client is told of the end only after `ms`: RST, if the address is still here.
 * CLIENT_CLOSED follows.
 */
void io_tcp_hold(struct io_tcp *t, uint64_t id, uint64_t ms);

void io_tcp_close(struct io_tcp *t);
void io_tcp_free(struct io_tcp *t);

#endif
