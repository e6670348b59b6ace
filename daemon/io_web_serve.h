/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread that answers HTTP requests, by libmicrohttpd. It has the snapshots that the loop publishes, the history file,
 * and nothing else of the node.
 *
 * Limits: connections in all and from one address, bytes of a request, and time: whoever has not been given an answer so
 * long after the connection, or after the answer before, is cut off, however busily he sends or reads.
 */
#ifndef TANDEM_DAEMON_IO_WEB_SERVE_H
#define TANDEM_DAEMON_IO_WEB_SERVE_H

#include "daemon/conf.h"
#include "daemon/http_swap.h"

struct io_web_serve;

/* What both threads have: the loop writes, the other one reads. */
struct io_web_shared {
	struct http_swap swap;
	atomic_int_least64_t turned_us; /* when the loop turned last (monotonic); 0 = not yet */
};

/**
 * Listens and starts the thread. `conf` and `shared` must outlive it. NULL with `e`: E_IO, the place to listen cannot be had.
 */
struct io_web_serve *io_web_serve_start(
	const struct conf *conf, struct io_web_shared *shared, struct err *e);
int io_web_serve_port(const struct io_web_serve *v);
/** Ends the thread, closes all connections, frees. Returns when the answer under way is finished. */
void io_web_serve_stop(struct io_web_serve *v);

#endif
