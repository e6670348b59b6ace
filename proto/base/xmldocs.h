/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML documents out of a stream: bytes in any pieces in, whole documents out.
 *
 * Documents may be split over chunks and segments or glued together; only the end of the root
 * element counts. Built on xmlscan.h.
 */
#ifndef TANDEM_BASE_XMLDOCS_H
#define TANDEM_BASE_XMLDOCS_H

#include "proto/base/buf.h"
#include "proto/base/xmlscan.h"

struct xmldocs {
	struct xmlscan scan;
	struct buf doc; /* bytes of the document being read */
};

/** Gets each whole document; the bytes die with the return. */
typedef void (*xmldocs_fn)(struct str document, void *arg);

void xmldocs_init(struct xmldocs *s);
void xmldocs_fini(struct xmldocs *s);
/**
 * Feeds bytes and calls `fn` for every document that ended. E_MALFORMED or E_LIMIT: the stream is
 * lost, for this call and all later ones, and `*why` (a literal) says it. `fn` must not feed or end
 * the stream.
 */
int xmldocs_feed(struct xmldocs *s, const uint8_t *p, size_t n, xmldocs_fn fn, void *arg,
	const char **why) __attribute__((warn_unused_result));

/**
 * The bytes of a document that has begun and not ended; "" if there is none. Valid until
 * the next call.
 */
struct str xmldocs_rest(const struct xmldocs *s);

#endif
