/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_XSIDAY_XD_STREAM_H
#define TANDEM_TESTS_XSIDAY_XD_STREAM_H

#include "tests/xsiday/xd_http.h"

#include <stdbool.h>

/* How a client finds the documents in the stream. */
enum xd_reader {
	XD_READ_BYTES,  /* a scanner of the byte stream: any split, any glue */
	XD_READ_SPLIT,  /* splits each read at the declaration, keeps nothing for the next one */
	XD_READ_LITERAL /* forgets its buffer at each LF, knows heartbeat and ends as literals */
};

/* An open event stream. Documents are given to on_document() while xd_stream_poll() runs. */
struct xd_stream {
	CURLM *multi;
	CURL *easy;
	struct curl_slist *headers;
	enum xd_reader reader;
	struct xd_text in;
	char *body;
	long status; /* 0 = no answer yet */
	bool ended;
	void (*on_document)(void *arg, const char *doc, size_t len);
	void *arg;
};

/* POSTs the channel. @s must stay where it is until xd_stream_close(). */
void xd_stream_open(struct xd_stream *s, struct xd_host *h, const char *body);

/* Waits up to @ms for something and reads it. */
void xd_stream_poll(struct xd_stream *s, int ms);

void xd_stream_close(struct xd_stream *s);

/* Length of the first whole document in @p (leading white space included), 0 = not whole yet. */
size_t xd_stream_scan(const char *p, size_t n);

#endif
