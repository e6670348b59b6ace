/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents ended by a zero byte: see csta_frame_nul.h.
 *
 * Happy path: next skips what stands between documents, looks for the zero byte where it did not look before, and hands
 * out the document in place. Failure modes: bytes that begin no document, and a document that does not end within the
 * limit: BAD for good.
 */
#include "proto/csta_frame_nul.h"

#include "proto/base/err.h"
#include "proto/base/limits.h"

#include <string.h>

#define BODY_BYTES_MAX (LIMIT_CSTA_MESSAGE_BYTES - CSTA_PREFIX_BYTES)

static bool
is_between(uint8_t byte)
{
	return byte == 0 || byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static enum csta_frame_result
refuse(struct csta_frame *out, const char *why)
{
	*out = (struct csta_frame){ .body = STR_NONE, .why = why };
	return CSTA_FRAME_BAD;
}

enum csta_frame_result
csta_frame_nul_next(struct csta_stream *s, struct csta_frame *out)
{
	struct csta_framer *f = &s->framer;
	const uint8_t *p, *end;
	size_t n;

	while (s->searched == 0 && f->consumed < f->in.n && is_between(f->in.p[f->consumed]))
		f->consumed++;
	n = f->in.n - f->consumed;
	if (n == 0)
		return CSTA_FRAME_MORE;
	p = f->in.p + f->consumed;
	if (p[0] != '<' && p[0] != 0xef)
		return refuse(out, "a document does not begin with '<'");
	end = memchr(p + s->searched, 0, n - s->searched);
	if ((end != NULL ? (size_t)(end - p) : n) > BODY_BYTES_MAX)
		return refuse(out, "the document is too long");
	s->searched = n;
	if (end == NULL)
		return CSTA_FRAME_MORE;
	s->searched = 0;
	*out = (struct csta_frame){ .invoke = csta_stream_count(s),
		.body = { (const char *)p, (size_t)(end - p) } };
	f->consumed += out->body.n + 1;
	return CSTA_FRAME_READY;
}

int
csta_frame_nul_put(struct buf *out, uint32_t invoke, struct str body)
{
	(void)invoke;
	if (body.n == 0 || memchr(body.p, 0, body.n) != NULL)
		return E_MALFORMED;
	if (body.n > BODY_BYTES_MAX || out->overflow || body.n + 1 > out->max - out->n)
		return E_LIMIT;
	buf_str(out, body);
	buf_char(out, '\0');
	return 0;
}
