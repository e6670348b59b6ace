/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where does an XML document end? An incremental scanner over raw bytes.
 *
 * It finds the end of each document in a byte stream (the point where the root is closed, depth 0)
 * and refuses what the parser must never see: DOCTYPE, too many bytes, too deep, a start tag that
 * is too long or has too many attributes. It knows tags, quoted values, comments, CDATA and
 * processing instructions, nothing else: well-formedness is the parser's business. White space, CR,
 * LF and NUL between documents are skipped. Bytes may arrive in any pieces, one at a time if need
 * be.
 */
#ifndef TANDEM_BASE_XMLSCAN_H
#define TANDEM_BASE_XMLSCAN_H

#include <stddef.h>
#include <stdint.h>

enum xmlscan_result {
	XMLSCAN_MORE,     /* everything consumed, no end yet */
	XMLSCAN_DOCUMENT, /* a document ended; call again with the bytes behind `used` */
	XMLSCAN_BAD       /* refused, see `why`; the stream cannot be followed any further */
};

struct xmlscan {
	int state;           /* private */
	uint8_t quote;       /* private */
	uint8_t tail;        /* private: progress in "-->", "]]>", "?>" or a "<![CDATA[" */
	uint32_t depth;      /* open elements */
	uint32_t attributes; /* of the start tag being read */
	uint32_t tag_bytes;  /* of the tag being read */
	uint64_t doc_bytes;  /* of the document being read; 0 between documents */
	int code;            /* with XMLSCAN_BAD: E_MALFORMED or E_LIMIT (err.h) */
	const char *why;     /* with XMLSCAN_BAD: a sentence without a full stop */
};

/** Ready for the first byte. */
void xmlscan_init(struct xmlscan *s);

/**
 * Reads up to `n` bytes at `p` until a document ends. `*used` gets the bytes consumed. Bytes that
 * come before the document's first `<` (white space, NUL) are consumed but do not count in
 * doc_bytes: the document is the last doc_bytes bytes consumed, which the caller keeps. After
 * XMLSCAN_DOCUMENT doc_bytes still holds the size of that document until the next call.
 */
enum xmlscan_result xmlscan_feed(struct xmlscan *s, const uint8_t *p, size_t n, size_t *used);

#endif
