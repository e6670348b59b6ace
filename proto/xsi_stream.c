/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents out of a stream: see xsi_stream.h.
 *
 * Happy path: a document that lies whole in the bytes fed is handed on in place; only the beginning
 * of one that does not end there is copied and completed by later bytes.
 *
 * Failure: what the scanner refuses loses the stream for good. The copy cannot overflow, since the
 * scanner stops at the limit of a document.
 */
#include "proto/xsi_stream.h"

#include "proto/base/check.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"

void
xsi_stream_init(struct xsi_stream *s)
{
	xmlscan_init(&s->scan);
	buf_init(&s->doc, LIMIT_XML_DOC_BYTES);
}

void
xsi_stream_fini(struct xsi_stream *s)
{
	buf_fini(&s->doc);
	xmlscan_init(&s->scan);
}

/* The part of the document that was just scanned: the end of the `used` bytes at `p`. */
static struct str
xsi_stream_tail(const struct xsi_stream *s, const uint8_t *p, size_t used)
{
	size_t here = (size_t)s->scan.doc_bytes - s->doc.n;

	return (struct str){ (const char *)p + (used - here), here };
}

static void
xsi_stream_deliver(struct xsi_stream *s, struct str tail, xsi_document_fn fn, void *arg)
{
	if (s->doc.n == 0) {
		fn(tail, arg);
		return;
	}
	buf_str(&s->doc, tail);
	fn(buf_as_str(&s->doc), arg);
	buf_reset(&s->doc);
}

int
xsi_stream_feed(struct xsi_stream *s, const uint8_t *p, size_t n, xsi_document_fn fn, void *arg,
	const char **why)
{
	while (n > 0) {
		size_t used = 0;

		switch (xmlscan_feed(&s->scan, p, n, &used)) {
		case XMLSCAN_DOCUMENT:
			xsi_stream_deliver(s, xsi_stream_tail(s, p, used), fn, arg);
			break;
		case XMLSCAN_MORE:
			buf_str(&s->doc, xsi_stream_tail(s, p, used));
			REQUIRE(!s->doc.overflow);
			break;
		case XMLSCAN_BAD:
			*why = s->scan.why;
			return s->scan.code;
		}
		p += used;
		n -= used;
	}
	return E_OK;
}

struct str
xsi_stream_rest(const struct xsi_stream *s)
{
	return buf_as_str(&s->doc);
}
