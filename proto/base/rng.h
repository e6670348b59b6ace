/* SPDX-License-Identifier: Apache-2.0 */
/* A small seeded generator (SplitMix64): for jitter and simulation, never for secrets. */
#ifndef TANDEM_BASE_RNG_H
#define TANDEM_BASE_RNG_H

#include <stdint.h>

struct rng {
	uint64_t s;
};

static inline uint64_t
rng_next(struct rng *r)
{
	uint64_t z = (r->s += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/** Uniform in [0, n); n > 0. */
static inline uint64_t
rng_below(struct rng *r, uint64_t n)
{
	return rng_next(r) % n;
}

/** `ms` changed by at most `percent` in either direction. */
static inline int64_t
rng_jitter_ms(struct rng *r, int64_t ms, unsigned percent)
{
	int64_t span = ms * (int64_t)percent / 100;

	return span <= 0 ? ms : ms - span + (int64_t)rng_below(r, (uint64_t)(2 * span + 1));
}

#endif
