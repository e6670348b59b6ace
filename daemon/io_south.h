/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections to BroadWorks for the CTI transport: TCP, and TLS by OpenSSL, on the loop.
 *
 * SOUTH_OPEN comes when the connection is ready to be used (TLS agreed, the peer's certificate checked against its
 * name), SOUTH_CLOSED exactly once for each that was opened; none after io_south_close(). A name is resolved, and its
 * addresses (IPv6 and IPv4) are tried one after another.
 */
#ifndef TANDEM_DAEMON_IO_SOUTH_H
#define TANDEM_DAEMON_IO_SOUTH_H

#include "daemon/io_sink.h"

struct io_south;

/** `conf` must outlive it. */
struct io_south *io_south_new(const struct io_sink *sink, const struct conf *conf);
/** `url`: "cti://host:port" or "ctis://host:port"; `xsp` says which certificates. */
void io_south_open(struct io_south *s, uint64_t id, uint32_t xsp, struct str url);
/** One write, in order. An unknown connection swallows it; one that takes nothing for long is dropped. */
void io_south_send(struct io_south *s, uint64_t id, struct str bytes);
/** Drops it at once. Unknown ids are ignored: it has ended by itself. */
void io_south_end(struct io_south *s, uint64_t id);

void io_south_close(struct io_south *s);
void io_south_free(struct io_south *s);

#endif
