/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading UTF-8 strictly, and the set of characters that XML 1.0 allows.
 *
 * Strict: no overlong forms, no surrogates, nothing above U+10FFFF. Bytes that are not UTF-8 are
 * reported one at a time, so that a caller can skip or replace them and go on.
 */
#ifndef TANDEM_BASE_UTF8_H
#define TANDEM_BASE_UTF8_H

#include "proto/base/str.h"

#define UTF8_BAD UINT32_MAX

/**
 * Decodes the character at the front of `s` (not empty) into `*character`, or UTF8_BAD there.
 * Returns the bytes it takes: 1 to 4, and 1 with UTF8_BAD.
 */
size_t utf8_decode(struct str s, uint32_t *character);

/**
 * True if all of `s` is UTF-8. Sets `*bad_at` (may be NULL) to the offset of the first byte that is
 * not.
 */
bool utf8_is_valid(struct str s, size_t *bad_at);

/** Writes the UTF-8 form of `character` (at most U+10FFFF) and returns its bytes, 1 to 4. */
size_t utf8_encode(uint32_t character, char out[4]);

/** True for a Char of XML 1.0 (production 2). */
bool utf8_is_xml_char(uint32_t character);

#endif
