/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The BroadWorks side: requests and event streams over HTTP, by libcurl on the loop.
 *
 * Each link has its own cookies, TLS settings and proxy, and a bounded number of connections for requests; a stream
 * has one of its own. Who we are and where a request goes comes with it: nothing is followed by itself, no other
 * protocols than http and https are spoken. HTTP_DONE comes exactly once for each request, STREAM_CLOSED exactly once
 * for each stream; none after io_http_close(). What the Authorization header says appears in no log.
 */
#ifndef TANDEM_DAEMON_IO_HTTP_H
#define TANDEM_DAEMON_IO_HTTP_H

#include "daemon/io_sink.h"

#define IO_HTTP_REQUESTS_MAX 8192 /* at a time; more are answered "too many requests" */

struct io_http;

/** `conf` must outlive it. NULL if libcurl cannot start (`e` says why). */
struct io_http *io_http_new(const struct io_sink *sink, const struct conf *conf, struct err *e);

/* A request, or a POST whose answer does not end. Texts are borrowed for the call. */
struct io_http_order {
	uint64_t id;
	uint32_t xsp;       /* the link: its TLS, proxy and cookies */
	const char *method; /* GET, POST, PUT or DELETE; of requests alone */
	struct str base;    /* "https://host:port"; "" = that of the link */
	struct str path;
	struct str body;          /* may be "" */
	struct str authorization; /* value of the header; "" = none */
	uint64_t timeout_ms;      /* of requests alone */
	/* of requests alone: what a 2xx answer says comes as HTTP_DATA while it comes, LIMIT_LIST_BYTES at the most, and HTTP_DONE
	   has none of it. timeout_ms is how long the server may be silent, LIMIT_LIST_MS how long all may take */
	bool in_pieces;
};

void io_http_request(struct io_http *h, const struct io_http_order *o);
void io_http_open_stream(struct io_http *h, const struct io_http_order *o);
/**
 * Unknown ids are ignored: the stream has ended by itself and STREAM_CLOSED is on its way or there.
 */
void io_http_close_stream(struct io_http *h, uint64_t id);

void io_http_close(struct io_http *h);
void io_http_free(struct io_http *h);

#endif
