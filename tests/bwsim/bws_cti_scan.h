/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_CTI_SCAN_H
#define TANDEM_TESTS_BWSIM_BWS_CTI_SCAN_H

#include <stddef.h>

/*
 * Finds the end of an XML document in a byte stream of documents, without understanding it: counts
 * tags, skips comments, CDATA sections, processing instructions and quoted attribute values. Zero
 * it to start, and again after each document.
 */
struct bws_cti_scan {
	size_t pos;   /* bytes looked at */
	size_t begin; /* first byte of the document, after white space and NUL */
	unsigned depth;
	unsigned state;
	unsigned mark; /* progress in a terminator such as "-->" */
	unsigned opened;
	char quote;
	char last;
};

/*
 * Goes on in the @n bytes at @p (always the same stream, from its start). Returns 1 when the document
 * ends at @s->pos, 0 when more bytes are needed, -1 when this cannot become a document.
 */
int bws_cti_scan(struct bws_cti_scan *s, const char *p, size_t n);

#endif
