/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding the end of XML documents in a byte stream: see xmlscan.h.
 *
 *	BETWEEN --blank--> BETWEEN
 *	BETWEEN --'<'----> TEXT               (which reads the '<' as the document's first byte)
 *	TEXT    --'<'----> MARKUP
 *	MARKUP  --'?'----> PI      --"?>"--> TEXT
 *	MARKUP  --"!--"--> COMMENT --"-->"-> TEXT
 *	MARKUP  --"![CDATA["> CDATA --"]]>"> TEXT
 *	MARKUP  --'/'----> END     --'>'---> TEXT, one level up
 *	MARKUP  --else---> START   --'>'---> TEXT, one level down
 *	                   START   --"/>"--> TEXT
 *	                   START   --quote-> VALUE --the same quote--> START
 *
 * Depth 0 after END or "/>" is the end of the document: DOCUMENT is reported and the state is
 * BETWEEN. Each state eats as many bytes as it can in one go; every byte is looked at once, so the
 * work is linear.
 *
 * Failure: BAD with a reason, for good. Bytes that are no markup between documents, "<!" followed
 * by anything but a comment or CDATA (a DOCTYPE, that is), an end tag without a start, and every
 * limit.
 */
#include "proto/base/xmlscan.h"

#include "proto/base/err.h"
#include "proto/base/limits.h"

#include <stdbool.h>
#include <string.h>

enum xmlscan_state {
	SCAN_BETWEEN,
	SCAN_BOM,
	SCAN_TEXT,
	SCAN_MARKUP,
	SCAN_BANG,
	SCAN_BANG_DASH,
	SCAN_BANG_CDATA,
	SCAN_COMMENT,
	SCAN_CDATA,
	SCAN_PI,
	SCAN_START,
	SCAN_VALUE,
	SCAN_END,
	SCAN_BAD,
};

void
xmlscan_init(struct xmlscan *s)
{
	*s = (struct xmlscan){ .state = SCAN_BETWEEN };
}

static void
xmlscan_refuse(struct xmlscan *s, int code, const char *why)
{
	s->state = SCAN_BAD;
	s->code = code;
	s->why = why;
}

static void
xmlscan_enter(struct xmlscan *s, enum xmlscan_state state)
{
	s->state = state;
	s->tail = 0;
}

/*
 * Blanks before a document. The '<' is left for SCAN_TEXT, where it counts as the document's first
 * byte.
 */
static size_t
scan_between(struct xmlscan *s, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		switch (p[i]) {
		case ' ':
		case '\t':
		case '\r':
		case '\n':
		case '\0':
			continue;
		case '<':
			s->depth = 0;
			xmlscan_enter(s, SCAN_TEXT);
			return i;
		case 0xef:
			xmlscan_enter(s, SCAN_BOM);
			return i + 1;
		default:
			xmlscan_refuse(s, E_MALFORMED, "bytes that are not XML before a document");
			return i;
		}
	}
	return n;
}

/* The second and third byte of UTF-8's byte order mark. */
static size_t
scan_bom(struct xmlscan *s, uint8_t byte)
{
	if (byte != (s->tail == 0 ? 0xbb : 0xbf)) {
		xmlscan_refuse(s, E_MALFORMED, "bytes that are not XML before a document");
		return 0;
	}
	if (s->tail++ == 1)
		xmlscan_enter(s, SCAN_BETWEEN);
	return 1;
}

static size_t
scan_text(struct xmlscan *s, const uint8_t *p, size_t n)
{
	const uint8_t *at = memchr(p, '<', n);

	if (at == NULL)
		return n;
	xmlscan_enter(s, SCAN_MARKUP);
	return (size_t)(at - p) + 1;
}

static size_t
scan_markup(struct xmlscan *s, uint8_t byte)
{
	s->tag_bytes = 2; /* '<' and this one */
	s->attributes = 0;
	switch (byte) {
	case '!':
		xmlscan_enter(s, SCAN_BANG);
		return 1;
	case '?':
		xmlscan_enter(s, SCAN_PI);
		return 1;
	case '/':
		xmlscan_enter(s, SCAN_END);
		if (s->depth == 0)
			xmlscan_refuse(s, E_MALFORMED, "an end tag without a start tag");
		return 1;
	default:
		s->tag_bytes = 1; /* the byte is left for SCAN_START, where it is counted */
		xmlscan_enter(s, SCAN_START);
		if (s->depth >= LIMIT_XML_DEPTH)
			xmlscan_refuse(s, E_LIMIT, "elements nested too deep");
		return 0;
	}
}

static size_t
scan_bang(struct xmlscan *s, uint8_t byte)
{
	static const char cdata[] = "[CDATA[";

	if (s->state == SCAN_BANG && byte == '-') {
		xmlscan_enter(s, SCAN_BANG_DASH);
	} else if (s->state == SCAN_BANG_DASH && byte == '-') {
		xmlscan_enter(s, SCAN_COMMENT);
	} else if (s->state != SCAN_BANG_DASH && byte == (uint8_t)cdata[s->tail]) {
		s->state = SCAN_BANG_CDATA;
		if (cdata[++s->tail] == '\0')
			xmlscan_enter(s, SCAN_CDATA);
	} else {
		xmlscan_refuse(
			s, E_MALFORMED, "a document type declaration, which is never accepted");
	}
	return 1;
}

/*
 * Up to and with `need` times `mark` and a '>': the end of a comment, a CDATA section, an
 * instruction.
 */
static size_t
scan_until(struct xmlscan *s, const uint8_t *p, size_t n, uint8_t mark, uint8_t need)
{
	size_t i = 0;

	while (i < n) {
		if (s->tail == 0) {
			const uint8_t *at = memchr(p + i, mark, n - i);

			if (at == NULL)
				return n;
			i = (size_t)(at - p);
		}
		if (p[i] == '>' && s->tail == need) {
			xmlscan_enter(s, SCAN_TEXT);
			return i + 1;
		}
		if (p[i] != mark)
			s->tail = 0;
		else if (s->tail < need)
			s->tail++;
		i++;
	}
	return n;
}

/* A tag ends: is the root closed? */
static void
xmlscan_close(struct xmlscan *s)
{
	xmlscan_enter(s, s->depth == 0 ? SCAN_BETWEEN : SCAN_TEXT);
}

static size_t
scan_start(struct xmlscan *s, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '>') {
			if (s->tail == 0)
				s->depth++;
			xmlscan_close(s);
			return i + 1;
		}
		s->tail = p[i] == '/';
		if (p[i] == '"' || p[i] == '\'') {
			s->quote = p[i];
			xmlscan_enter(s, SCAN_VALUE);
			if (++s->attributes > LIMIT_XML_ATTRIBUTES)
				xmlscan_refuse(s, E_LIMIT, "too many attributes");
			return i + 1;
		}
	}
	return n;
}

static size_t
scan_value(struct xmlscan *s, const uint8_t *p, size_t n)
{
	const uint8_t *at = memchr(p, s->quote, n);

	if (at == NULL)
		return n;
	xmlscan_enter(s, SCAN_START);
	return (size_t)(at - p) + 1;
}

static size_t
scan_end(struct xmlscan *s, const uint8_t *p, size_t n)
{
	const uint8_t *at = memchr(p, '>', n);

	if (at == NULL)
		return n;
	s->depth--;
	xmlscan_close(s);
	return (size_t)(at - p) + 1;
}

static size_t
scan_tag(struct xmlscan *s, const uint8_t *p, size_t n)
{
	size_t took = 0;

	if (s->state == SCAN_START)
		took = scan_start(s, p, n);
	else if (s->state == SCAN_VALUE)
		took = scan_value(s, p, n);
	else
		took = scan_end(s, p, n);
	s->tag_bytes += (uint32_t)took; /* took <= LIMIT_XML_DOC_BYTES */
	if (s->tag_bytes > LIMIT_XML_TAG_BYTES)
		xmlscan_refuse(s, E_LIMIT, "a tag that is too long");
	return took;
}

/* One state eats at most `n` (> 0) bytes; returns how many. */
static size_t
xmlscan_step(struct xmlscan *s, const uint8_t *p, size_t n)
{
	switch ((enum xmlscan_state)s->state) {
	case SCAN_BETWEEN:
		return scan_between(s, p, n);
	case SCAN_BOM:
		return scan_bom(s, p[0]);
	case SCAN_TEXT:
		return scan_text(s, p, n);
	case SCAN_MARKUP:
		return scan_markup(s, p[0]);
	case SCAN_BANG:
	case SCAN_BANG_DASH:
	case SCAN_BANG_CDATA:
		return scan_bang(s, p[0]);
	case SCAN_COMMENT:
		return scan_until(s, p, n, '-', 2);
	case SCAN_CDATA:
		return scan_until(s, p, n, ']', 2);
	case SCAN_PI:
		return scan_until(s, p, n, '?', 1);
	case SCAN_START:
	case SCAN_VALUE:
	case SCAN_END:
		return scan_tag(s, p, n);
	case SCAN_BAD:
		break;
	}
	return 0;
}

static bool
xmlscan_is_inside(const struct xmlscan *s)
{
	return s->state != SCAN_BETWEEN && s->state != SCAN_BOM && s->state != SCAN_BAD;
}

enum xmlscan_result
xmlscan_feed(struct xmlscan *s, const uint8_t *p, size_t n, size_t *used)
{
	size_t at = 0;

	if (!xmlscan_is_inside(s))
		s->doc_bytes = 0;
	while (at < n && s->state != SCAN_BAD) {
		bool inside = xmlscan_is_inside(s);
		size_t room =
			inside ? LIMIT_XML_DOC_BYTES - (size_t)s->doc_bytes : LIMIT_XML_DOC_BYTES;
		size_t left = n - at < room ? n - at : room;

		if (left == 0) {
			xmlscan_refuse(s, E_LIMIT, "a document that is too long");
			break;
		}
		size_t took = xmlscan_step(s, p + at, left);
		at += took;
		if (!inside)
			continue;
		s->doc_bytes += took;
		if (s->state == SCAN_BETWEEN) {
			*used = at;
			return XMLSCAN_DOCUMENT;
		}
	}
	*used = at;
	return s->state == SCAN_BAD ? XMLSCAN_BAD : XMLSCAN_MORE;
}
