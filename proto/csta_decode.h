/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an XML body to a struct csta_request. Tolerant: local names only, order ignored, unknown
 * parts skipped.
 */
#ifndef TANDEM_PROTO_CSTA_DECODE_H
#define TANDEM_PROTO_CSTA_DECODE_H

#include "proto/csta_msg.h"
#include "proto/xml.h"

/**
 * Reads `body` with `reader` and fills `*out`; its texts are borrowed from the reader and die
 * with the reader's next document. 0, or E_MALFORMED/E_LIMIT with `e` filled when it is not a
 * document (`*out` is then a cleared CSTA_UNKNOWN). A well-formed document that is no known
 * request gives kind CSTA_UNKNOWN, its root, and 0. A missing mandatory part is not an error
 * here: the text is "" and the service says what it lacks. A number that is none, or beyond any
 * sense, counts as not given.
 */
int csta_decode(struct xml *reader, struct str body, struct csta_request *out, struct err *e)
	__attribute__((warn_unused_result));

#endif
