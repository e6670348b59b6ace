/* SPDX-License-Identifier: Apache-2.0 */
/* The heap's door: see mem.h. The counters are the one mutable file-scope state below the adapters. */
#include "proto/base/mem.h"

#include "proto/base/check.h"

#include <stdlib.h>
#include <string.h>

static _Atomic uint64_t mem_count;
static _Atomic uint64_t mem_trap;

static void *
mem_account(void *p)
{
	if (mem_trap > 0 && --mem_trap == 0)
		check_die("allocation trap", __FILE__, __LINE__);
	REQUIRE(p != NULL);
	mem_count++;
	return p;
}

void *
mem_alloc(size_t size)
{
	return mem_account(malloc(size ? size : 1));
}

void *
mem_zalloc(size_t size)
{
	return mem_account(calloc(1, size ? size : 1));
}

void *
mem_realloc(void *p, size_t size)
{
	if (p != NULL)
		mem_count--;
	return mem_account(realloc(p, size ? size : 1));
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
	if (p == NULL)
		return;
	mem_count--;
	free(p);
}

uint64_t
mem_live(void)
{
	return mem_count;
}

void
mem_fail_at(uint64_t n)
{
	mem_trap = n;
}
