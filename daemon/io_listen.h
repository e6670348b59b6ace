/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The listeners of the CSTA side: all of conf.listeners that have an address, opened and closed together.
 *
 * One that cannot be had is tried again each 200 ms (said once, 37606); the others are open meanwhile.
 */
#ifndef TANDEM_DAEMON_IO_LISTEN_H
#define TANDEM_DAEMON_IO_LISTEN_H

#include "daemon/io_sink.h"

struct io_listen;

/**
 * A connection waits at listener `index`: to be taken with io_listen_accept(), at once or later. Until then the listener
 * does not report another one.
 */
typedef void (*io_listen_fn)(uint32_t index, void *arg);

/** `conf` must outlive it. */
struct io_listen *io_listen_new(
	const struct io_sink *sink, const struct conf *conf, io_listen_fn fn, void *arg);
/** Opens all (IP_FREEBIND: an address may be set up later). Open already: nothing happens. */
void io_listen_open(struct io_listen *s);
/** Closes all. */
void io_listen_shut(struct io_listen *s);
/** Takes the connection that waits; an error of libuv if there is none. */
int io_listen_accept(struct io_listen *s, uint32_t index, uv_tcp_t *client);
/** The port that is really bound, for port 0; 0 while not listening. */
uint16_t io_listen_port(const struct io_listen *s, uint32_t index);

void io_listen_close(struct io_listen *s);
void io_listen_free(struct io_listen *s);

#endif
