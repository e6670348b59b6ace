/* SPDX-License-Identifier: Apache-2.0 */
/* Bounded buffer and reader: see buf.h. */
#include "proto/base/buf.h"

#include "proto/base/check.h"
#include "proto/base/mem.h"

#include <stdio.h>

void
buf_init(struct buf *b, size_t bytes_max)
{
	*b = (struct buf){ .max = bytes_max };
}

void
buf_fini(struct buf *b)
{
	mem_free(b->p);
	*b = (struct buf){ .max = b->max };
}

void
buf_reset(struct buf *b)
{
	b->n = 0;
	b->overflow = false;
}

static uint8_t *
buf_room(struct buf *b, size_t n)
{
	uint8_t *at;

	if (b->overflow || n > b->max - b->n) {
		b->overflow = true;
		return NULL;
	}
	if (b->n + n > b->size) {
		size_t size = b->size ? b->size * 2 : 256;

		while (size < b->n + n)
			size *= 2;
		b->p = mem_realloc(b->p, size);
		b->size = size;
	}
	at = b->p + b->n;
	b->n += n;
	return at;
}

void
buf_put(struct buf *b, const void *p, size_t n)
{
	uint8_t *at;

	if (n == 0)
		return;
	at = buf_room(b, n);
	if (at != NULL)
		memcpy(at, p, n);
}

void
buf_str(struct buf *b, struct str s)
{
	buf_put(b, s.p, s.n);
}

void
buf_cstr(struct buf *b, const char *z)
{
	buf_put(b, z, strlen(z));
}

void
buf_char(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	char small[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n < sizeof(small)) {
		buf_put(b, small, n < 0 ? 0 : (size_t)n);
		return;
	}
	char *large = mem_alloc((size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(large, (size_t)n + 1, fmt, ap);
	va_end(ap);
	buf_put(b, large, (size_t)n);
	mem_free(large);
}

static void
buf_int(struct buf *b, uint64_t v, size_t bytes)
{
	uint8_t *at = buf_room(b, bytes);

	for (size_t i = 0; at != NULL && i < bytes; i++)
		at[i] = (uint8_t)(v >> (8 * i));
}

void
buf_u8(struct buf *b, uint8_t v)
{
	buf_int(b, v, 1);
}

void
buf_u16(struct buf *b, uint16_t v)
{
	buf_int(b, v, 2);
}

void
buf_u32(struct buf *b, uint32_t v)
{
	buf_int(b, v, 4);
}

void
buf_u64(struct buf *b, uint64_t v)
{
	buf_int(b, v, 8);
}

void
buf_lstr(struct buf *b, struct str s)
{
	if (s.n > UINT16_MAX) {
		b->overflow = true;
		return;
	}
	buf_u16(b, (uint16_t)s.n);
	buf_str(b, s);
}

void
buf_patch_u32(struct buf *b, size_t at, uint32_t v)
{
	if (b->overflow)
		return;
	REQUIRE(at + 4 <= b->n);
	for (size_t i = 0; i < 4; i++)
		b->p[at + i] = (uint8_t)(v >> (8 * i));
}

void
buf_drop(struct buf *b, size_t n)
{
	REQUIRE(n <= b->n);
	if (n > 0 && n < b->n)
		memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
}

const uint8_t *
rd_raw(struct rd *r, size_t n)
{
	const uint8_t *at;

	if (r->bad || n > r->n - r->off) {
		r->bad = true;
		return NULL;
	}
	at = r->p + r->off;
	r->off += n;
	return at;
}

static uint64_t
rd_int(struct rd *r, size_t bytes)
{
	const uint8_t *at = rd_raw(r, bytes);
	uint64_t v = 0;

	for (size_t i = 0; at != NULL && i < bytes; i++)
		v |= (uint64_t)at[i] << (8 * i);
	return v;
}

uint8_t
rd_u8(struct rd *r)
{
	return (uint8_t)rd_int(r, 1);
}

uint16_t
rd_u16(struct rd *r)
{
	return (uint16_t)rd_int(r, 2);
}

uint32_t
rd_u32(struct rd *r)
{
	return (uint32_t)rd_int(r, 4);
}

uint64_t
rd_u64(struct rd *r)
{
	return rd_int(r, 8);
}

struct str
rd_lstr(struct rd *r)
{
	size_t n = rd_u16(r);
	const uint8_t *at = rd_raw(r, n);

	return at ? (struct str){ (const char *)at, n } : STR_NONE;
}

bool
rd_done(const struct rd *r)
{
	return !r->bad && r->off == r->n;
}
