/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking a CTI document apart: see cti_split.h.
 *
 * Happy path: tag by tag down to the start tag of the payload, remembering the namespaces declared
 * on the way; then to the end of the first element inside, counting depth; then to the end tag of
 * the payload.
 *
 * Failure: a tag without an end, an end tag too many, an end of the document too early, markup that
 * is neither a tag nor a comment, CDATA or an instruction.
 */
#include "proto/cti_split.h"

#include "proto/base/limits.h"

#define NAMESPACES_MAX 32
/* root, request element, payload */
#define PAYLOAD_DEPTH_MAX 3

enum cti_tag_kind {
	CTI_TAG_START,
	CTI_TAG_EMPTY,
	CTI_TAG_END
};

struct cti_tag {
	enum cti_tag_kind kind;
	size_t at;             /* of its '<' */
	size_t end;            /* behind its '>' */
	struct str name;       /* with the prefix */
	struct str attributes; /* text between the name and the end of the tag */
};

/* name="value" as they stand, quotes included */
struct cti_attribute {
	struct str name;
	struct str value;
};

struct cti_namespace {
	struct cti_attribute attribute;
	int depth; /* of the element that declares it */
};

struct cti_splitter {
	struct str doc;
	size_t at;
	struct cti_namespace namespaces[NAMESPACES_MAX];
	size_t namespace_count;
	struct err *e;
};

static int
cti_split_fail(struct cti_splitter *s, int code, const char *why)
{
	err_set(s->e, code, "%s", why);
	return code;
}

/* --- tags -------------------------------------------------------------------------------- */

static bool
cti_begins(struct str s, size_t at, const char *with)
{
	size_t n = strlen(with);

	return s.n - at >= n && memcmp(s.p + at, with, n) == 0;
}

/* Offset behind the next `mark` at or after `at`; 0 if there is none. */
static size_t
cti_behind(struct str s, size_t at, const char *mark)
{
	const char *found = at < s.n ? memmem(s.p + at, s.n - at, mark, strlen(mark)) : NULL;

	return found != NULL ? (size_t)(found - s.p) + strlen(mark) : 0;
}

/* Offset behind the '>' of the tag at `at`, past quoted values; 0 if there is none. */
static size_t
cti_tag_end(struct str s, size_t at)
{
	char quote = '\0';

	for (; at < s.n; at++) {
		char c = s.p[at];

		if (quote != '\0')
			quote = c == quote ? '\0' : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		else if (c == '>')
			return at + 1;
	}
	return 0;
}

static bool
cti_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Splits what stands between '<' and '>'. */
static void
cti_tag_read(struct str inside, struct cti_tag *tag)
{
	size_t n = 0;

	tag->kind = CTI_TAG_START;
	if (inside.n > 0 && inside.p[0] == '/') {
		tag->kind = CTI_TAG_END;
		inside.p++;
		inside.n--;
	} else if (inside.n > 0 && inside.p[inside.n - 1] == '/') {
		tag->kind = CTI_TAG_EMPTY;
		inside.n--;
	}
	while (n < inside.n && !cti_is_blank(inside.p[n]))
		n++;
	tag->name = (struct str){ inside.p, n };
	tag->attributes = (struct str){ inside.p + n, inside.n - n };
}

/* Offset behind a comment, CDATA or instruction at `at`; `at` itself if it is a tag; 0: no end. */
static size_t
cti_skip_other(struct str doc, size_t at)
{
	if (cti_begins(doc, at, "<!--"))
		return cti_behind(doc, at + 4, "-->");
	if (cti_begins(doc, at, "<![CDATA["))
		return cti_behind(doc, at, "]]>");
	if (cti_begins(doc, at, "<?"))
		return cti_behind(doc, at, "?>");
	return cti_begins(doc, at, "<!") ? 0 : at;
}

/* The next tag. E_MALFORMED at the end of the document. */
static int
cti_next_tag(struct cti_splitter *s, struct cti_tag *tag)
{
	for (;;) {
		size_t at = cti_behind(s->doc, s->at, "<");
		size_t behind;

		if (at-- == 0)
			return cti_split_fail(s, E_MALFORMED, "the document is cut short");
		behind = cti_skip_other(s->doc, at);
		if (behind != at && behind != 0) {
			s->at = behind;
			continue;
		}
		tag->at = at;
		tag->end = behind == at ? cti_tag_end(s->doc, at) : 0;
		if (tag->end == 0)
			return cti_split_fail(s, E_MALFORMED, "markup without an end");
		if (tag->end - at > LIMIT_XML_TAG_BYTES)
			return cti_split_fail(s, E_LIMIT, "a tag that is too long");
		s->at = tag->end;
		cti_tag_read((struct str){ s->doc.p + at + 1, tag->end - at - 2 }, tag);
		return E_OK;
	}
}

/* --- namespaces -------------------------------------------------------------------------- */

/* The next name="value" of a tag's attributes; false at the end or when it is none. */
static bool
cti_next_attribute(struct str *rest, struct cti_attribute *out)
{
	size_t quote_at;
	struct str text;

	*rest = str_trim(*rest);
	out->name = str_cut(*rest, '=', &text);
	out->name = str_trim(out->name);
	text = str_trim(text);
	if (text.n < 2 || (text.p[0] != '"' && text.p[0] != '\''))
		return false;
	quote_at = str_cut((struct str){ text.p + 1, text.n - 1 }, text.p[0], rest).n + 1;
	if (quote_at == text.n)
		return false;
	out->value = (struct str){ text.p, quote_at + 1 };
	return true;
}

static bool
cti_is_namespace(struct str name)
{
	return str_is(name, "xmlns") || (name.n > 6 && memcmp(name.p, "xmlns:", 6) == 0);
}

/* Remembers what a start tag declares. */
static int
cti_remember(struct cti_splitter *s, const struct cti_tag *tag, int depth)
{
	struct str rest = tag->attributes;
	struct cti_attribute found;

	while (cti_next_attribute(&rest, &found)) {
		if (!cti_is_namespace(found.name))
			continue;
		if (s->namespace_count == NAMESPACES_MAX)
			return cti_split_fail(s, E_LIMIT, "too many namespace declarations");
		s->namespaces[s->namespace_count++] = (struct cti_namespace){ found, depth };
	}
	return E_OK;
}

/* An element of this depth ends, and what it declared with it. */
static void
cti_forget(struct cti_splitter *s, int depth)
{
	while (s->namespace_count > 0 && s->namespaces[s->namespace_count - 1].depth >= depth)
		s->namespace_count--;
}

/* Declared again nearer to the payload? */
static bool
cti_is_shadowed(const struct cti_splitter *s, size_t i)
{
	struct str name = s->namespaces[i].attribute.name;

	while (++i < s->namespace_count)
		if (str_eq(s->namespaces[i].attribute.name, name))
			return true;
	return false;
}

static bool
cti_declares(const struct cti_tag *tag, struct str name)
{
	struct str rest = tag->attributes;
	struct cti_attribute found;

	while (cti_next_attribute(&rest, &found))
		if (str_eq(found.name, name))
			return true;
	return false;
}

/* --- the payload ------------------------------------------------------------------------- */

static struct str
cti_local_name(struct str name)
{
	struct str local;

	str_cut(name, ':', &local);
	return local.n > 0 ? local : name;
}

/* Up to the payload's start tag; `*found` is false if the root ends before. */
static int
cti_find_payload(struct cti_splitter *s, struct cti_tag *tag, bool *found)
{
	int depth = 0;

	*found = false;
	do {
		int code = cti_next_tag(s, tag);

		if (code == E_OK && tag->kind == CTI_TAG_START && depth < PAYLOAD_DEPTH_MAX) {
			code = cti_remember(s, tag, depth);
			*found = depth > 0 && str_is(cti_local_name(tag->name), "payload");
		}
		if (code != E_OK || *found)
			return code;
		if (tag->kind == CTI_TAG_START)
			depth++;
		else if (tag->kind == CTI_TAG_END)
			cti_forget(s, --depth);
	} while (depth > 0);
	return E_OK;
}

/* From a start tag to behind the end tag that belongs to it. */
static int
cti_skip_element(struct cti_splitter *s, const struct cti_tag *start, size_t *end)
{
	struct cti_tag tag = *start;
	int depth = start->kind == CTI_TAG_START;

	while (depth > 0) {
		int code = cti_next_tag(s, &tag);

		if (code != E_OK)
			return code;
		if (tag.kind != CTI_TAG_EMPTY)
			depth += tag.kind == CTI_TAG_START ? 1 : -1;
	}
	*end = tag.end;
	return E_OK;
}

static struct str
cti_declaration(struct str doc)
{
	size_t at = str_cut(doc, '<', NULL).n;
	size_t end = cti_begins(doc, at, "<?xml") ? cti_behind(doc, at, "?>") : at;

	return (struct str){ doc.p + at, end - at };
}

/* The element as a document of its own. */
static void
cti_carry(struct cti_splitter *s, const struct cti_tag *first, size_t end, struct buf *carried)
{
	size_t name_end = first->at + 1 + first->name.n;

	buf_str(carried, cti_declaration(s->doc));
	buf_put(carried, s->doc.p + first->at, name_end - first->at);
	for (size_t i = 0; i < s->namespace_count; i++) {
		const struct cti_attribute *a = &s->namespaces[i].attribute;

		if (cti_is_shadowed(s, i) || cti_declares(first, a->name))
			continue;
		buf_char(carried, ' ');
		buf_str(carried, a->name);
		buf_char(carried, '=');
		buf_str(carried, a->value);
	}
	buf_put(carried, s->doc.p + name_end, end - name_end);
}

/*
 * Behind the payload's start tag: carries the first element, skips what else there is. `*hole_end`
 * is the offset of the payload's end tag.
 */
static int
cti_read_payload(struct cti_splitter *s, struct buf *carried, size_t *hole_end)
{
	struct cti_tag tag;
	size_t end = 0;
	bool has_carried = false;

	for (;;) {
		int code = cti_next_tag(s, &tag);

		if (code == E_OK && tag.kind == CTI_TAG_END) {
			*hole_end = tag.at;
			return E_OK;
		}
		if (code == E_OK)
			code = cti_skip_element(s, &tag, &end);
		if (code != E_OK)
			return code;
		if (!has_carried)
			cti_carry(s, &tag, end, carried);
		has_carried = true;
	}
}

int
cti_split(struct str document, struct str *before, struct str *after, struct buf *carried,
	struct err *e)
{
	struct cti_splitter s = { .doc = document, .e = e };
	struct cti_tag payload;
	size_t hole_end = 0;
	bool found = false;
	int code = cti_find_payload(&s, &payload, &found);

	if (code != E_OK)
		return code;
	*before = document;
	*after = STR_NONE;
	if (!found)
		return E_OK;
	code = cti_read_payload(&s, carried, &hole_end);
	if (code == E_OK && carried->overflow)
		code = cti_split_fail(&s, E_LIMIT, "a payload that is too long");
	if (code != E_OK)
		return code;
	before->n = payload.end;
	*after = (struct str){ document.p + hole_end, document.n - hole_end };
	return E_OK;
}
