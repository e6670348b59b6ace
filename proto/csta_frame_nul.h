/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSTA XML documents each ended by a zero byte, without a prefix and so without invoke IDs.
 *
 * Receiving: white space before a document and documents that are empty are skipped; a document begins with '<' or a
 * byte order mark, and what begins otherwise is refused at its first byte. Each gets an invoke ID by counting. Sending:
 * the body and a zero byte. The limits are those of the other framing.
 */
#ifndef TANDEM_PROTO_CSTA_FRAME_NUL_H
#define TANDEM_PROTO_CSTA_FRAME_NUL_H

#include "proto/csta_codec.h"

/** csta_codec.next: see csta_framer_next(). */
enum csta_frame_result csta_frame_nul_next(struct csta_stream *s, struct csta_frame *out);
/** csta_codec.put: see csta_frame_put(). E_MALFORMED also if the body has a zero byte in it. */
int csta_frame_nul_put(struct buf *out, uint32_t invoke, struct str body)
	__attribute__((warn_unused_result));

#endif
