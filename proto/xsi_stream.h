/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event stream of a channel: bytes in any pieces in, whole documents out.
 *
 * Documents may be split over chunks and segments or glued together; only the end of the root
 * element counts. It is xmldocs.h by another name, which has the rules.
 */
#ifndef TANDEM_PROTO_XSI_STREAM_H
#define TANDEM_PROTO_XSI_STREAM_H

#include "proto/base/xmldocs.h"

struct xsi_stream {
	struct xmldocs docs;
};

typedef xmldocs_fn xsi_document_fn;

static inline void
xsi_stream_init(struct xsi_stream *s)
{
	xmldocs_init(&s->docs);
}

static inline void
xsi_stream_fini(struct xsi_stream *s)
{
	xmldocs_fini(&s->docs);
}

/** See xmldocs_feed(). */
static inline int __attribute__((warn_unused_result)) xsi_stream_feed(struct xsi_stream *s,
	const uint8_t *p, size_t n, xsi_document_fn fn, void *arg, const char **why)
{
	return xmldocs_feed(&s->docs, p, n, fn, arg, why);
}

/** For xsi_salvage() when the channel ends in the middle of an event. See xmldocs_rest(). */
static inline struct str
xsi_stream_rest(const struct xsi_stream *s)
{
	return xmldocs_rest(&s->docs);
}

#endif
