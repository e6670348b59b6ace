/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seeded random numbers (the splitmix64 step: a counter with a strong mix, no state to get wrong).
 *
 * Happy path: seed once, draw. Failure modes: none.
 */
#include "tests/cstaclient/cc_rand.h"

void
cc_rand_seed(struct cc_rand *r, uint64_t seed)
{
	r->state = seed;
}

static uint64_t
next(struct cc_rand *r)
{
	uint64_t z;

	r->state += UINT64_C(0x9e3779b97f4a7c15);
	z = r->state;
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint64_t
cc_rand_below(struct cc_rand *r, uint64_t bound)
{
	return bound == 0 ? 0 : next(r) % bound;
}

double
cc_rand_unit(struct cc_rand *r)
{
	return (double)(next(r) >> 11) * 0x1.0p-53;
}

/*
 * -ln(1-u) by its series over the halves of the range would need libm; the sum of the geometric
 * steps below is exact enough: each full step has probability 1/e.
 */
int64_t
cc_rand_gap_us(struct cc_rand *r, double per_s)
{
	const double inverse_e = 0.36787944117144233;
	double mean_us = 1e6 / per_s;
	double steps = 0;
	double u;
	double x;

	while (cc_rand_unit(r) < inverse_e && steps < 20)
		steps += 1;
	/* the rest is distributed over [0, 1) with density e^-x: draw by rejection */
	do {
		x = cc_rand_unit(r);
		u = cc_rand_unit(r);
	} while (u > 1 - x + x * x / 2 - x * x * x / 6 + x * x * x * x / 24);
	return (int64_t)((steps + x) * mean_us);
}
