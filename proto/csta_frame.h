/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSTA XML framing over TCP (ECMA-323 Annex J "TCP without SOAP"): 00 00, length of prefix and
 * body (16 bit, big-endian), four ASCII digits of invoke ID, body.
 *
 * A receiver that is fed bytes in any pieces, and a writer of the prefix. A prefix that is none
 * ends the stream: it cannot be followed any further. It is refused at its first
 * wrong byte, so that a peer that speaks something else is not waited for.
 */
#ifndef TANDEM_PROTO_CSTA_FRAME_H
#define TANDEM_PROTO_CSTA_FRAME_H

#include "proto/base/buf.h"

#include <stdint.h>

#define CSTA_PREFIX_BYTES 8
#define CSTA_INVOKE_EVENT 9999

enum csta_frame_result {
	CSTA_FRAME_MORE,
	CSTA_FRAME_READY,
	CSTA_FRAME_BAD,
};

struct csta_frame {
	uint32_t invoke; /* 0..9999 */
	struct str body; /* borrowed, valid until the next call on the receiver */
	const char *why; /* with CSTA_FRAME_BAD: a sentence */
};

struct csta_framer {
	struct buf in;   /* private: bytes received, from the last frames handed out on */
	size_t consumed; /* private: bytes of `in` that belong to frames handed out */
};

void csta_framer_init(struct csta_framer *f);
void csta_framer_fini(struct csta_framer *f);
/**
 * Appends received bytes. E_LIMIT, and nothing is taken, if more than the bytes of two messages
 * of full length (131,070) would wait unread: feed at most 65,535 bytes, then call next until
 * MORE.
 */
int csta_framer_feed(struct csta_framer *f, const uint8_t *p, size_t n)
	__attribute__((warn_unused_result));
/**
 * The next whole message. Call until it says MORE. `*out` is written with READY (invoke, body)
 * and with BAD (why). After BAD the receiver is of no use any more: close the connection.
 */
enum csta_frame_result csta_framer_next(struct csta_framer *f, struct csta_frame *out);

/**
 * Appends prefix and body to `out`; `invoke` is 0..9999. Whole or not at all: E_LIMIT if the body
 * is over 65,527 bytes or `out` has no room, E_MALFORMED if the body is empty (no receiver takes
 * it).
 */
int csta_frame_put(struct buf *out, uint32_t invoke, struct str body)
	__attribute__((warn_unused_result));

#endif
