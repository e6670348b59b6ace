/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A long list of BroadWorks, cut into short ones while it comes: bytes in any pieces in, whole documents out.
 *
 * The subscriptions of an application with 100,000 users are tens of megabytes of one document: read as one, it would hold up
 * calls for a second, and is more than a document may be. Each part that comes out is a document of its own, with the
 * declaration and the root element of the long one (so names and encoding mean the same) and some of its children. What is
 * held is one part. Not made for documents whose root has more to say than its children.
 */
#ifndef TANDEM_PROTO_XSI_LIST_H
#define TANDEM_PROTO_XSI_LIST_H

#include "proto/base/buf.h"
#include "proto/base/xmlscan.h"

#include <stdbool.h>

struct xsi_list {
	struct xmlscan scan;
	struct buf part;    /* head, then the children of this part */
	size_t head_bytes;  /* up to the end of the root's start tag; 0: not there yet */
	uint64_t all_bytes; /* that were fed */
	bool whole;         /* the root has ended */
	int code;           /* E_OK, or what ended it */
};

/** Gets each part; the bytes die with the return. It must not feed or end the list. */
typedef void (*xsi_list_fn)(struct str part, void *arg);

void xsi_list_init(struct xsi_list *l);
/** Gives the memory back; xsi_list_init() makes it ready again. */
void xsi_list_fini(struct xsi_list *l);
/**
 * Feeds bytes; `fn` is called for each part that became whole, the last one when the root ends. E_MALFORMED, or E_LIMIT: a
 * child that is longer than a document may be, more than LIMIT_LIST_BYTES in all. Either is said to later calls as well;
 * parts that came out before are good. White space behind the root is ignored.
 */
int xsi_list_feed(struct xsi_list *l, struct str bytes, xsi_list_fn fn, void *arg)
	__attribute__((warn_unused_result));
/** The root has ended: that was all of it. */
bool xsi_list_is_whole(const struct xsi_list *l);

#endif
