/* SPDX-License-Identifier: Apache-2.0 */
/* The arena: see explore_mem.h. Blocks of powers of two, a list of free ones for each; nothing is given back to the end. */
#include "tests/explore/explore_mem.h"

#include "proto/base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES (4u << 20)
#define CLASS_MIN 5 /* 32 bytes */
#define CLASSES 20

struct block {
	uint32_t class;
	uint32_t unused;
	struct block *next; /* while it is free */
};

#define BLOCK_HEAD offsetof(struct block, next)

static struct arena {
	size_t top;
	uint64_t live;
	struct block *free[CLASSES];
	_Alignas(16) uint8_t bytes[ARENA_BYTES];
} arena;

static void
die(const char *why)
{
	fprintf(stderr, "explore: %s\n", why);
	abort();
}

void *
mem_alloc(size_t size)
{
	uint32_t class = 0;
	struct block *b;

	while (((size_t)1 << (CLASS_MIN + class)) < size + BLOCK_HEAD)
		if (++class == CLASSES)
			die("a block is too large");
	b = arena.free[class];
	if (b != NULL) {
		arena.free[class] = b->next;
	} else {
		size_t bytes = (size_t)1 << (CLASS_MIN + class);

		if (arena.top + bytes > ARENA_BYTES)
			die("the arena is full");
		b = (struct block *)(void *)(arena.bytes + arena.top);
		arena.top += bytes;
		b->class = class;
	}
	arena.live++;
	return (uint8_t *)b + BLOCK_HEAD;
}

void *
mem_zalloc(size_t size)
{
	void *p = mem_alloc(size);

	memset(p, 0, size);
	return p;
}

static struct block *
block_of(void *p)
{
	return (struct block *)(void *)((uint8_t *)p - BLOCK_HEAD);
}

void *
mem_realloc(void *p, size_t size)
{
	void *to = mem_alloc(size);
	size_t had = p == NULL ? 0 : ((size_t)1 << (CLASS_MIN + block_of(p)->class)) - BLOCK_HEAD;

	if (had > 0)
		memcpy(to, p, had < size ? had : size);
	mem_free(p);
	return to;
}

char *
mem_strndup(const char *p, size_t n)
{
	char *copy = mem_alloc(n + 1);

	if (n > 0)
		memcpy(copy, p, n);
	copy[n] = '\0';
	return copy;
}

void
mem_free(void *p)
{
	struct block *b;

	if (p == NULL)
		return;
	b = block_of(p);
	b->next = arena.free[b->class];
	arena.free[b->class] = b;
	arena.live--;
}

uint64_t
mem_live(void)
{
	return arena.live;
}

void
mem_fail_at(uint64_t n)
{
	(void)n;
}

void
explore_mem_reset(void)
{
	memset(&arena, 0, offsetof(struct arena, bytes));
}

void
explore_mem_save(struct explore_saved *s)
{
	s->n = offsetof(struct arena, bytes) + arena.top;
	if (s->n > s->size) {
		free(s->bytes);
		s->size = 2 * s->n;
		s->bytes = malloc(s->size);
		if (s->bytes == NULL)
			die("no memory");
	}
	memcpy(s->bytes, &arena, s->n);
}

void
explore_mem_load(const struct explore_saved *s)
{
	memcpy(&arena, s->bytes, s->n);
}
