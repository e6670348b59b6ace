/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents out of a stream: see xmldocs.h.
 *
 * Happy path: a document that lies whole in the bytes fed is handed on in place; only the beginning
 * of one that does not end there is copied and completed by later bytes.
 *
 * Failure: what the scanner refuses loses the stream for good. The copy cannot overflow, since the
 * scanner stops at the limit of a document.
 */
#include "proto/base/xmldocs.h"

#include "proto/base/check.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"

void
xmldocs_init(struct xmldocs *s)
{
	xmlscan_init(&s->scan);
	buf_init(&s->doc, LIMIT_XML_DOC_BYTES);
}

void
xmldocs_fini(struct xmldocs *s)
{
	buf_fini(&s->doc);
	xmlscan_init(&s->scan);
}

/* The part of the document that was just scanned: the end of the `used` bytes at `p`. */
static struct str
xmldocs_tail(const struct xmldocs *s, const uint8_t *p, size_t used)
{
	size_t here = (size_t)s->scan.doc_bytes - s->doc.n;

	return (struct str){ (const char *)p + (used - here), here };
}

static void
xmldocs_deliver(struct xmldocs *s, struct str tail, xmldocs_fn fn, void *arg)
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
xmldocs_feed(
	struct xmldocs *s, const uint8_t *p, size_t n, xmldocs_fn fn, void *arg, const char **why)
{
	while (n > 0) {
		size_t used = 0;

		switch (xmlscan_feed(&s->scan, p, n, &used)) {
		case XMLSCAN_DOCUMENT:
			xmldocs_deliver(s, xmldocs_tail(s, p, used), fn, arg);
			break;
		case XMLSCAN_MORE:
			buf_str(&s->doc, xmldocs_tail(s, p, used));
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
xmldocs_rest(const struct xmldocs *s)
{
	return buf_as_str(&s->doc);
}
