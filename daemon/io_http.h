/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The BroadWorks side: requests and event streams over HTTP, by libcurl on the loop.
 *
 * Each XSP has its own cookies and at most 8 connections for requests; a stream has one of its own.
 * Basic authentication goes with every request. No redirects, no proxies, no other protocols than
 * http and https. HTTP_DONE comes exactly once for each request, STREAM_CLOSED exactly once for
 * each stream; none after io_http_close().
 */
#ifndef TANDEM_DAEMON_IO_HTTP_H
#define TANDEM_DAEMON_IO_HTTP_H

#include "daemon/io_sink.h"

#define IO_HTTP_REQUESTS_MAX 8192 /* at a time; more are answered "too many requests" */

struct io_http;

/** `conf` must outlive it. NULL if libcurl cannot start (`e` says why). */
struct io_http *io_http_new(const struct io_sink *sink, const struct conf *conf, struct err *e);

/** `method`: GET, POST, PUT or DELETE. `body` may be "". */
void io_http_request(struct io_http *h, uint64_t id, uint32_t xsp, const char *method,
	struct str path, struct str body, uint64_t timeout_ms);
/** A POST whose answer does not end. */
void io_http_open_stream(
	struct io_http *h, uint64_t id, uint32_t xsp, struct str path, struct str body);
/**
 * Unknown ids are ignored: the stream has ended by itself and STREAM_CLOSED is on its way or there.
 */
void io_http_close_stream(struct io_http *h, uint64_t id);

void io_http_close(struct io_http *h);
void io_http_free(struct io_http *h);

#endif
