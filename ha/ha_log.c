/* SPDX-License-Identifier: Apache-2.0 */
/* A ring of pointers to entries, doubled when full; one allocation for each entry. See ha_log.h. */
#include "ha/ha_log.h"

#include "proto/base/mem.h"

#include <string.h>

/* What an entry costs beside its bytes: header, allocator, place in the ring. */
#define OVERHEAD_BYTES 64

void
ha_log_init(struct ha_log *l, size_t bytes_max)
{
	*l = (struct ha_log){ .bytes_max = bytes_max };
}

static void
drop_oldest(struct ha_log *l)
{
	struct ha_log_entry *e = l->ring[l->head];

	l->bytes -= e->n + OVERHEAD_BYTES;
	l->head = (l->head + 1) % l->size;
	l->count--;
	mem_free(e);
}

void
ha_log_reset(struct ha_log *l, uint64_t last)
{
	while (l->count > 0)
		drop_oldest(l);
	mem_free(l->ring);
	*l = (struct ha_log){ .bytes_max = l->bytes_max, .last = last };
}

void
ha_log_fini(struct ha_log *l)
{
	ha_log_reset(l, 0);
}

static void
grow(struct ha_log *l)
{
	size_t size = l->size ? l->size * 2 : 64;
	struct ha_log_entry **ring = mem_alloc(size * sizeof(*ring));

	for (size_t i = 0; i < l->count; i++)
		ring[i] = l->ring[(l->head + i) % l->size];
	mem_free(l->ring);
	l->ring = ring;
	l->size = size;
	l->head = 0;
}

struct ha_log_entry *
ha_log_append(struct ha_log *l, int64_t at_us, uint16_t kind, uint16_t version, const uint8_t *p,
	size_t n)
{
	struct ha_log_entry *e = mem_alloc(sizeof(*e) + n);

	*e = (struct ha_log_entry){
		.at_us = at_us, .n = (uint32_t)n, .kind = kind, .version = version
	};
	if (n > 0)
		memcpy(e->bytes, p, n);
	while (l->count > 0 && !ha_log_has_room(l, n))
		drop_oldest(l);
	if (l->count == l->size)
		grow(l);
	l->ring[(l->head + l->count) % l->size] = e;
	l->count++;
	l->bytes += n + OVERHEAD_BYTES;
	l->last++;
	return e;
}

bool
ha_log_has_room(const struct ha_log *l, size_t n)
{
	return l->bytes + n + OVERHEAD_BYTES <= l->bytes_max;
}

uint64_t
ha_log_first(const struct ha_log *l)
{
	return l->last - l->count + 1;
}

const struct ha_log_entry *
ha_log_at(const struct ha_log *l, uint64_t offset)
{
	if (offset > l->last || offset < ha_log_first(l))
		return NULL;
	return l->ring[(l->head + (offset - ha_log_first(l))) % l->size];
}

void
ha_log_trim(struct ha_log *l, uint64_t offset)
{
	while (l->count > 0 && ha_log_first(l) <= offset)
		drop_oldest(l);
}
