/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents on a CTI connection: see cti_frame.h.
 *
 * Happy path: without a length prefix xmldocs.h does the work; with one, prefix and document are
 * gathered in a buffer until the document is whole.
 *
 * Failure: what the scanner refuses, or a length that is none, loses the connection for good.
 */
#include "proto/cti_frame.h"

#include "proto/base/err.h"
#include "proto/base/limits.h"
#include "proto/base/xmlw.h"

#define PREFIX_BYTES 4

/* --- sending ----------------------------------------------------------------------------- */

static bool
cti_has_declaration(struct str document)
{
	return document.n > 5 && memcmp(document.p, "<?xml", 5) == 0;
}

static void
cti_put_delimiter(struct buf *b, enum cti_framing framing)
{
	switch (framing) {
	case CTI_FRAMING_BARE:
	case CTI_FRAMING_LENGTH:
		return;
	case CTI_FRAMING_LF:
		buf_char(b, '\n');
		return;
	case CTI_FRAMING_CRLF:
		buf_cstr(b, "\r\n");
		return;
	case CTI_FRAMING_NUL:
		buf_char(b, '\0');
		return;
	}
}

/* Fills in the prefix at `at`, now that what follows it is there. */
static void
cti_patch_length(struct buf *b, size_t at)
{
	size_t n = b->n - at - PREFIX_BYTES;

	for (int i = 0; i < PREFIX_BYTES; i++)
		b->p[at + (size_t)i] = (uint8_t)(n >> (8 * (PREFIX_BYTES - 1 - i)));
}

void
cti_frame_put(struct buf *b, enum cti_framing framing, bool with_declaration, struct str document)
{
	size_t at = b->n;

	if (framing == CTI_FRAMING_LENGTH)
		buf_u32(b, 0);
	if (with_declaration && !cti_has_declaration(document))
		xmlw_declaration(b);
	buf_str(b, document);
	cti_put_delimiter(b, framing);
	if (framing == CTI_FRAMING_LENGTH && !b->overflow)
		cti_patch_length(b, at);
}

/* --- receiving --------------------------------------------------------------------------- */

void
cti_frames_init(struct cti_frames *f, enum cti_framing framing)
{
	*f = (struct cti_frames){ .framing = framing };
	xmldocs_init(&f->docs);
	buf_init(&f->counted, PREFIX_BYTES + LIMIT_XML_DOC_BYTES);
}

void
cti_frames_fini(struct cti_frames *f)
{
	xmldocs_fini(&f->docs);
	buf_fini(&f->counted);
}

static size_t
cti_frames_length(const uint8_t *p)
{
	return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
}

/* The prefix is there: is it a length? */
static void
cti_frames_check_length(struct cti_frames *f)
{
	size_t n = cti_frames_length(f->counted.p);

	if (n > 0 && n <= LIMIT_XML_DOC_BYTES)
		return;
	f->code = n == 0 ? E_MALFORMED : E_LIMIT;
	f->why = n == 0 ? "a document of no bytes" : "a document that is too long";
}

/* Takes bytes until `counted` holds `want`; returns how many. */
static size_t
cti_frames_fill(struct cti_frames *f, const uint8_t *p, size_t n, size_t want)
{
	size_t missing = want - f->counted.n;
	size_t took = n < missing ? n : missing;

	buf_put(&f->counted, p, took);
	return took;
}

/* A prefix, then as many bytes as it says. */
static int
cti_frames_feed_counted(struct cti_frames *f, const uint8_t *p, size_t n, xmldocs_fn fn, void *arg)
{
	while (n > 0 && f->code == E_OK) {
		bool has_prefix = f->counted.n >= PREFIX_BYTES;
		size_t want = PREFIX_BYTES + (has_prefix ? cti_frames_length(f->counted.p) : 0);
		size_t took = cti_frames_fill(f, p, n, want);

		p += took;
		n -= took;
		if (f->counted.n < want)
			break;
		if (!has_prefix) {
			cti_frames_check_length(f);
			continue;
		}
		fn((struct str){ (const char *)f->counted.p + PREFIX_BYTES, want - PREFIX_BYTES },
			arg);
		buf_reset(&f->counted);
	}
	return f->code;
}

int
cti_frames_feed(struct cti_frames *f, const uint8_t *p, size_t n, xmldocs_fn fn, void *arg,
	const char **why)
{
	int code = f->code;

	if (code == E_OK && f->framing == CTI_FRAMING_LENGTH)
		code = cti_frames_feed_counted(f, p, n, fn, arg);
	else if (code == E_OK)
		code = f->code = xmldocs_feed(&f->docs, p, n, fn, arg, &f->why);
	if (code != E_OK)
		*why = f->why;
	return code;
}

size_t
cti_frames_pending_bytes(const struct cti_frames *f)
{
	return f->framing == CTI_FRAMING_LENGTH ? f->counted.n : xmldocs_rest(&f->docs).n;
}
