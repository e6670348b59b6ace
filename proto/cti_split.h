/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes a CTI document apart into the envelope and what it carries. Private to cti_decode.c.
 *
 * It looks at tags alone, in one pass over the bytes; whether the two parts are well-formed is for
 * the XML reader to say, which gets each of them.
 */
#ifndef TANDEM_PROTO_CTI_SPLIT_H
#define TANDEM_PROTO_CTI_SPLIT_H

#include "proto/base/buf.h"
#include "proto/base/err.h"

/**
 * Finds the `payload` element that is a child of the root, or of a child of the root. Everything
 * between its tags is the hole: `before` and `after` are the document without it. The first element
 * in the hole is written to `carried` as a document: the declaration of the whole, the element, and
 * on it every namespace that the elements around it declare and it does not.
 *
 * Without a payload `before` is the whole document and `carried` stays empty; so it does when the
 * payload is empty. 0, E_MALFORMED (tags that do not nest, a document that is cut short) or E_LIMIT
 * (too many namespaces, `carried` too small) with `e` filled.
 */
int cti_split(struct str document, struct str *before, struct str *after, struct buf *carried,
	struct err *e) __attribute__((warn_unused_result));

#endif
