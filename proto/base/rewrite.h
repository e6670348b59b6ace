/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Short texts rewritten by a pattern: +4930123* becomes *, ??? becomes 49301232???.
 *
 * A pattern is plain text with at most one wild part in it: any number of '?', each stands for one character, then perhaps
 * one '*', which stands for any number. What the wild part of one pattern stands for is put in place of that of the other,
 * which it must fit as well. So a pair of patterns with a wild part each can be used in both directions. No pattern takes
 * longer than the text is long.
 */
#ifndef TANDEM_BASE_REWRITE_H
#define TANDEM_BASE_REWRITE_H

#include "proto/base/str.h"

/** Is it a pattern: not empty, at most one wild part? */
bool rewrite_is_pattern(struct str pattern);
/** Has it a wild part? */
bool rewrite_is_wild(struct str pattern);

/**
 * Writes `text`, if it matches `from`, as `to` says; false: it does not match, or the result has no room. What has a wild part
 * never comes from what has none.
 */
bool rewrite_text(
	struct str from, struct str to, struct str text, char *out, size_t out_size, size_t *n);

#endif
