/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Long lists in parts: see xsi_list.h.
 *
 * Happy path: the bytes are scanned from one '>' to the next, since depth changes nowhere else. From depth 0 to 1: the head is
 * there. From 2 to 1: a child has ended, and if the part is long enough it goes out with an end tag for the root. Depth 0: the
 * rest is the last part, with the end tag of the list itself.
 *
 * Failure: what the scanner refuses, a second document, too many bytes: for good.
 */
#include "proto/xsi_list.h"

#include "proto/base/err.h"
#include "proto/base/limits.h"

#include <string.h>

#define LIST_PART_BYTES 32768 /* some eighty subscriptions: a millisecond of reading at the most */

void
xsi_list_init(struct xsi_list *l)
{
	*l = (struct xsi_list){ .code = E_OK };
	xmlscan_init(&l->scan);
	buf_init(&l->part, 2 * LIMIT_XML_DOC_BYTES);
}

void
xsi_list_fini(struct xsi_list *l)
{
	buf_fini(&l->part);
}

bool
xsi_list_is_whole(const struct xsi_list *l)
{
	return l->whole && l->code == E_OK;
}

/* The name of the root with its prefix: behind the last '<' of the head. */
static struct str
list_name(const struct xsi_list *l)
{
	const char *head = (const char *)l->part.p;
	const char *at = memrchr(head, '<', l->head_bytes);
	struct str name = { "", 0 };

	if (at == NULL)
		return name;
	name.p = at + 1;
	while (strchr(" \t\r\n/>", name.p[name.n]) == NULL)
		name.n++;
	return name;
}

/* The children so far; the head stays for the next part. */
static void
list_cut(struct xsi_list *l, xsi_list_fn fn, void *arg)
{
	struct str name = list_name(l);

	buf_cstr(&l->part, "</");
	buf_put(&l->part, name.p, name.n);
	buf_char(&l->part, '>');
	if (l->part.overflow) {
		l->code = E_LIMIT;
		return;
	}
	fn(buf_as_str(&l->part), arg);
	l->part.n = l->head_bytes;
	/* the limit of a document is one of parts here */
	l->scan.doc_bytes = l->head_bytes;
}

static void
list_ended(struct xsi_list *l, xsi_list_fn fn, void *arg)
{
	l->whole = true;
	fn(buf_as_str(&l->part), arg);
	buf_reset(&l->part);
}

/* A piece that ends with a '>', or with the bytes that are there. */
static void
list_piece(struct xsi_list *l, const char *p, size_t n, xsi_list_fn fn, void *arg)
{
	uint32_t before = l->scan.depth;
	size_t used = 0;
	enum xmlscan_result result = xmlscan_feed(&l->scan, (const uint8_t *)p, n, &used);

	if (result == XMLSCAN_BAD) {
		l->code = l->scan.code;
		return;
	}
	if (l->scan.doc_bytes == 0)
		return; /* blanks before or behind the document */
	if (l->whole) {
		l->code = E_MALFORMED;
		return;
	}
	buf_put(&l->part, p, used);
	if (l->part.overflow)
		l->code = E_LIMIT;
	else if (result == XMLSCAN_DOCUMENT)
		list_ended(l, fn, arg);
	else if (before == 0 && l->scan.depth == 1)
		l->head_bytes = l->part.n;
	else if (before == 2 && l->scan.depth == 1 && l->part.n >= LIST_PART_BYTES)
		list_cut(l, fn, arg);
}

int
xsi_list_feed(struct xsi_list *l, struct str bytes, xsi_list_fn fn, void *arg)
{
	l->all_bytes += bytes.n;
	if (l->code == E_OK && l->all_bytes > LIMIT_LIST_BYTES)
		l->code = E_LIMIT;
	while (bytes.n > 0 && l->code == E_OK) {
		const char *end = memchr(bytes.p, '>', bytes.n);
		size_t n = end != NULL ? (size_t)(end - bytes.p) + 1 : bytes.n;

		list_piece(l, bytes.p, n, fn, arg);
		bytes.p += n;
		bytes.n -= n;
	}
	return l->code;
}
