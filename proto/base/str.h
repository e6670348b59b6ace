/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Borrowed pieces of text: a pointer and a length, no NUL needed. Whoever made the piece owns the bytes;
 * a struct str never outlives them.
 */
#ifndef TANDEM_BASE_STR_H
#define TANDEM_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *p;
	size_t n;
};

#define STR(lit) ((struct str){ (lit), sizeof(lit) - 1 })
#define STR_NONE ((struct str){ "", 0 })
/* printf("%.*s", STR_ARG(s)) */
#define STR_ARG(s) (int)(s).n, (s).p

static inline struct str
str_of(const char *z)
{
	return (struct str){ z, z ? strlen(z) : 0 };
}

static inline bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool
str_is(struct str a, const char *z)
{
	return str_eq(a, str_of(z));
}

/** Without leading and trailing XML white space. */
struct str str_trim(struct str s);

/** Non-negative decimal of at most `max`; false if it is none. */
bool str_u64(struct str s, uint64_t max, uint64_t *out);

/** The part before the first `c` (all of it if there is none); `*rest` gets what follows it. */
struct str str_cut(struct str s, char c, struct str *rest);

/** Copies into `dst` with a NUL; false (and an empty dst) if it does not fit. */
bool str_copy(char *dst, size_t dst_size, struct str s);

/** As strcmp, for ordered walks. */
int str_cmp(struct str a, struct str b);

#endif
