/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_CSTACLIENT_CC_FRAME_H
#define TANDEM_TESTS_CSTACLIENT_CC_FRAME_H

#include <stddef.h>

#define CC_FRAME_PREFIX 8
#define CC_FRAME_MAX 65535
#define CC_FRAME_ID_EVENT 9999

/* Reader of the byte stream of one connection (ECMA-323 Annex J, TCP without SOAP). */
struct cc_frame_in {
	size_t used;
	unsigned char buf[CC_FRAME_MAX];
};

/* Takes one whole message: invoke id 0..9999 and the XML, borrowed. Nonzero stops the reading. */
typedef int (*cc_frame_fn)(unsigned invoke_id, const char *xml, size_t n, void *arg);

/* Forgets what was read; for each new connection. */
void cc_frame_reset(struct cc_frame_in *in);

/*
 * Takes `n` bytes from the stream and calls `fn` for each complete message. Returns 0; -1 for bytes
 * that are no message, with the reason in `why`; or what `fn` returned if that was not 0. After a
 * nonzero return the connection is of no more use.
 */
int cc_frame_feed(struct cc_frame_in *in, const void *p, size_t n, cc_frame_fn fn, void *arg,
	char *why, size_t why_size) __attribute__((warn_unused_result));

/*
 * Builds a message in `out` (CC_FRAME_MAX bytes): 00 00, length of all, four digits, XML. Returns
 * the length in bytes, 0 if the XML is empty or too long or the id is above 9999.
 */
size_t cc_frame_put(unsigned char *out, unsigned invoke_id, const char *xml, size_t n);

#endif
