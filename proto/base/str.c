/* SPDX-License-Identifier: Apache-2.0 */
/* Borrowed text: see str.h. */
#include "proto/base/str.h"

static bool
str_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str
str_trim(struct str s)
{
	while (s.n > 0 && str_is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && str_is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool
str_u64(struct str s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (s.n == 0 || s.n > 20)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned digit = (unsigned)(unsigned char)s.p[i] - '0';

		if (digit > 9 || v > (max - digit) / 10 || digit > max)
			return false;
		v = v * 10 + digit;
	}
	*out = v;
	return true;
}

struct str
str_cut(struct str s, char c, struct str *rest)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

	if (at == NULL) {
		if (rest != NULL)
			*rest = STR_NONE;
		return s;
	}
	if (rest != NULL)
		*rest = (struct str){ at + 1, s.n - (size_t)(at - s.p) - 1 };
	return (struct str){ s.p, (size_t)(at - s.p) };
}

bool
str_copy(char *dst, size_t dst_size, struct str s)
{
	if (s.n >= dst_size) {
		dst[0] = '\0';
		return false;
	}
	if (s.n > 0)
		memcpy(dst, s.p, s.n);
	dst[s.n] = '\0';
	return true;
}

int
str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	if (c != 0)
		return c;
	return a.n < b.n ? -1 : a.n > b.n;
}
