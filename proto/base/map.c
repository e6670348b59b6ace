/* SPDX-License-Identifier: Apache-2.0 */
/* The keyed hash behind map.h. */
#include "proto/base/map.h"

#include <xxhash.h>

static uint64_t map_key; /* set once at start, see map_seed() */

void
map_seed(uint64_t seed)
{
	map_key = seed;
}

uint32_t
map_hash(const void *p, size_t n)
{
	return (uint32_t)XXH3_64bits_withSeed(p, n, map_key);
}
