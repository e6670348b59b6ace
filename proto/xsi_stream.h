/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event stream of a channel: bytes in any pieces in, whole documents out.
 *
 * Documents may be split over chunks and segments or glued together; only the end of the root
 * element counts. Built on xmlscan.h.
 */
#ifndef TANDEM_PROTO_XSI_STREAM_H
#define TANDEM_PROTO_XSI_STREAM_H

#include "proto/base/buf.h"
#include "proto/base/xmlscan.h"

struct xsi_stream {
	struct xmlscan scan;
	struct buf doc; /* bytes of the document being read */
};

/** Gets each whole document; the bytes die with the return. */
typedef void (*xsi_document_fn)(struct str document, void *arg);

void xsi_stream_init(struct xsi_stream *s);
void xsi_stream_fini(struct xsi_stream *s);
/**
 * Feeds bytes and calls `fn` for every document that ended. E_MALFORMED or E_LIMIT: the stream is
 * lost, for this call and all later ones, and `*why` (a literal) says it. `fn` must not feed or end
 * the stream.
 */
int xsi_stream_feed(struct xsi_stream *s, const uint8_t *p, size_t n, xsi_document_fn fn, void *arg,
	const char **why) __attribute__((warn_unused_result));

/**
 * The bytes of a document that has begun and not ended; "" if there is none. For xsi_salvage() when
 * the channel ends in the middle of an event. Valid until the next call.
 */
struct str xsi_stream_rest(const struct xsi_stream *s);

#endif
