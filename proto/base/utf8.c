/* SPDX-License-Identifier: Apache-2.0 */
/* Strict UTF-8: see utf8.h. */
#include "proto/base/utf8.h"

/*
 * Length of the sequence that starts with `lead` and the smallest character it may carry; 0 = no
 * lead byte.
 */
static size_t
utf8_length(uint8_t lead, uint32_t *smallest)
{
	if (lead >= 0xc2 && lead <= 0xdf) {
		*smallest = 0x80;
		return 2;
	}
	if (lead >= 0xe0 && lead <= 0xef) {
		*smallest = 0x800;
		return 3;
	}
	if (lead >= 0xf0 && lead <= 0xf4) {
		*smallest = 0x10000;
		return 4;
	}
	return 0;
}

size_t
utf8_decode(struct str s, uint32_t *character)
{
	uint8_t lead = (uint8_t)s.p[0];
	uint32_t smallest = 0;
	uint32_t c;
	size_t n;

	if (lead < 0x80) {
		*character = lead;
		return 1;
	}
	*character = UTF8_BAD;
	n = utf8_length(lead, &smallest);
	if (n == 0 || n > s.n)
		return 1;
	c = lead & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		uint8_t byte = (uint8_t)s.p[i];

		if ((byte & 0xc0) != 0x80)
			return 1;
		c = c << 6 | (byte & 0x3fu);
	}
	if (c < smallest || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 1;
	*character = c;
	return n;
}

/* Bytes at the front of `s` that are ASCII, eight at a time while it lasts. */
static size_t
utf8_ascii_run(struct str s)
{
	size_t i = 0;
	uint64_t eight;

	for (; i + sizeof(eight) <= s.n; i += sizeof(eight)) {
		memcpy(&eight, s.p + i, sizeof(eight));
		if ((eight & 0x8080808080808080u) != 0)
			break;
	}
	while (i < s.n && (uint8_t)s.p[i] < 0x80)
		i++;
	return i;
}

bool
utf8_is_valid(struct str s, size_t *bad_at)
{
	size_t at = 0;

	for (;;) {
		uint32_t c;

		at += utf8_ascii_run((struct str){ s.p + at, s.n - at });
		if (at == s.n)
			return true;
		size_t n = utf8_decode((struct str){ s.p + at, s.n - at }, &c);
		if (c == UTF8_BAD)
			break;
		at += n;
	}
	if (bad_at != NULL)
		*bad_at = at;
	return false;
}

size_t
utf8_encode(uint32_t character, char out[4])
{
	size_t n = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
	static const uint8_t lead[5] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = n - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (character & 0x3f));
		character >>= 6;
	}
	out[0] = (char)(lead[n] | character);
	return n;
}

bool
utf8_is_xml_char(uint32_t c)
{
	if (c < 0x20)
		return c == '\t' || c == '\n' || c == '\r';
	return c <= 0xd7ff || (c >= 0xe000 && c <= 0xfffd) || (c >= 0x10000 && c <= 0x10ffff);
}
