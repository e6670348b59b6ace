/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_CSTACLIENT_CC_RAND_H
#define TANDEM_TESTS_CSTACLIENT_CC_RAND_H

#include <stdint.h>

/* Seeded random numbers: the same seed gives the same series on every machine. */
struct cc_rand {
	uint64_t state;
};

/* Starts the series of `seed`. */
void cc_rand_seed(struct cc_rand *r, uint64_t seed);

/* A number in 0..bound-1 (0 if bound is 0). */
uint64_t cc_rand_below(struct cc_rand *r, uint64_t bound);

/* A number in [0, 1). */
double cc_rand_unit(struct cc_rand *r);

/* The time in microseconds to the next of events that come at random `per_s` times a second. */
int64_t cc_rand_gap_us(struct cc_rand *r, double per_s);

#endif
