/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A libcurl multi handle on the libuv loop: sockets as uv_poll, its timer as uv_timer.
 *
 * After each run of libcurl `ran` is called, from outside of libcurl: there the owner takes what
 * has arrived and may add and remove transfers, which inside a libcurl callback it must not.
 */
#ifndef TANDEM_DAEMON_IO_CURL_H
#define TANDEM_DAEMON_IO_CURL_H

#include <curl/curl.h>
#include <uv.h>

struct io_curl;

typedef void (*io_curl_ran_fn)(void *arg);

/** NULL when libcurl has no memory. */
struct io_curl *io_curl_new(uv_loop_t *loop, io_curl_ran_fn ran, void *arg);
CURLM *io_curl_multi(struct io_curl *c);
/**
 * All transfers must have been removed. Closes the connections; frees itself when the loop has run.
 */
void io_curl_close(struct io_curl *c);

#endif
