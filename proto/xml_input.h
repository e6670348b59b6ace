/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a document before the parser sees them: limits, DOCTYPE, encoding. Private to xml.c.
 *
 * libxml2 must never see what costs it more than linear time or makes it open files, and it must
 * not guess encodings: what it gets is one document within the limits, in strict UTF-8.
 */
#ifndef TANDEM_PROTO_XML_INPUT_H
#define TANDEM_PROTO_XML_INPUT_H

#include "proto/base/buf.h"
#include "proto/base/err.h"

/**
 * Finds the document in `all`: `*doc` begins with its first `<` and ends with the last byte that is
 * no blank. It is borrowed from `all`, or from `transcoded` if it came as ISO-8859-1; `transcoded`
 * needs room for twice LIMIT_XML_DOC_BYTES. 0 or E_MALFORMED, E_LIMIT with `e` (empty before)
 * filled.
 */
int xml_input_prepare(struct str all, struct buf *transcoded, struct str *doc, struct err *e)
	__attribute__((warn_unused_result));

#endif
