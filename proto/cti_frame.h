/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents on a CTI connection: bytes in any pieces in, whole documents out, and the other way.
 *
 * How documents follow one another is not known for certain, hence a setting. Whatever it is, but
 * for the length prefix, the receiver goes by the end of the root element and skips white space and
 * NUL between documents. Built on xmlscan.h, whose limits hold.
 */
#ifndef TANDEM_PROTO_CTI_FRAME_H
#define TANDEM_PROTO_CTI_FRAME_H

#include "proto/base/buf.h"
#include "proto/base/xmldocs.h"

enum cti_framing {
	CTI_FRAMING_BARE, /* one behind the other */
	CTI_FRAMING_LF,   /* each followed by LF */
	CTI_FRAMING_CRLF,
	CTI_FRAMING_NUL,
	CTI_FRAMING_LENGTH, /* each preceded by its bytes: 4 bytes, big endian, themselves not counted */
};

/**
 * Appends `document` as the framing wants it, with an XML declaration in front if asked for and if
 * it has none. Overflow is asked of the buffer at the end.
 */
void cti_frame_put(
	struct buf *b, enum cti_framing framing, bool with_declaration, struct str document);

/* The receiving side of a connection. */
struct cti_frames {
	enum cti_framing framing;
	struct xmldocs docs; /* all but LENGTH */
	struct buf counted;  /* LENGTH: prefix and document so far */
	int code;            /* once lost: why */
	const char *why;
};

void cti_frames_init(struct cti_frames *f, enum cti_framing framing);
void cti_frames_fini(struct cti_frames *f);

/**
 * Feeds bytes and calls `fn` for every document that ended. E_MALFORMED or E_LIMIT: the connection
 * is lost, for this call and all later ones, and `*why` (a literal) says it. `fn` must not feed or
 * end the frames.
 */
int cti_frames_feed(struct cti_frames *f, const uint8_t *p, size_t n, xmldocs_fn fn, void *arg,
	const char **why) __attribute__((warn_unused_result));

/** Bytes of a document that has begun and not ended. */
size_t cti_frames_pending_bytes(const struct cti_frames *f);

#endif
