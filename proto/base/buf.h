/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growable byte buffer with a hard bound, and a bounds-checked reader.
 *
 * Writing past the bound does not fail at each call: the buffer turns `overflow`, swallows the rest, and
 * the caller asks once at the end. Reading past the end turns the reader `bad` and yields zeros, to be
 * asked once at the end as well. Integers are little-endian: both nodes of a pair have the same CPU kind
 * as a rule, and a conversion that is never needed is a conversion that is never tested; the explicit
 * order makes a mixed pair work too.
 */
#ifndef TANDEM_BASE_BUF_H
#define TANDEM_BASE_BUF_H

#include "proto/base/str.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	uint8_t *p;
	size_t n;    /* bytes used */
	size_t size; /* bytes allocated */
	size_t max;  /* bytes allowed */
	bool overflow;
};

/** An empty buffer that will never hold more than `bytes_max` bytes. Nothing is allocated yet. */
void buf_init(struct buf *b, size_t bytes_max);
/** Gives the memory back; the buffer may be used again after buf_init(). */
void buf_fini(struct buf *b);
/** Empties it, keeps the memory. */
void buf_reset(struct buf *b);
void buf_put(struct buf *b, const void *p, size_t n);
void buf_str(struct buf *b, struct str s);
void buf_cstr(struct buf *b, const char *z);
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_u8(struct buf *b, uint8_t v);
void buf_u16(struct buf *b, uint16_t v);
void buf_u32(struct buf *b, uint32_t v);
void buf_u64(struct buf *b, uint64_t v);
/** Length (u16) and bytes; more than 65,535 bytes overflow. */
void buf_lstr(struct buf *b, struct str s);
/** Overwrites four bytes written before at `at`. */
void buf_patch_u32(struct buf *b, size_t at, uint32_t v);
/** Takes `n` bytes off the front. */
void buf_drop(struct buf *b, size_t n);
/** The contents as borrowed text, valid until the next write. */
static inline struct str
buf_as_str(const struct buf *b)
{
	return (struct str){ b->p ? (const char *)b->p : "", b->n };
}

struct rd {
	const uint8_t *p;
	size_t n;
	size_t off;
	bool bad;
};

static inline struct rd
rd_of(const void *p, size_t n)
{
	return (struct rd){ (const uint8_t *)p, n, 0, false };
}

uint8_t rd_u8(struct rd *r);
uint16_t rd_u16(struct rd *r);
uint32_t rd_u32(struct rd *r);
uint64_t rd_u64(struct rd *r);
/** Borrowed text of buf_lstr(). */
struct str rd_lstr(struct rd *r);
/** Borrowed run of `n` bytes; NULL and bad if they are not there. */
const uint8_t *rd_raw(struct rd *r, size_t n);
/** True when everything was read and nothing went wrong. */
bool rd_done(const struct rd *r);

#endif
