/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_CSTACLIENT_CC_HIST_H
#define TANDEM_TESTS_CSTACLIENT_CC_HIST_H

#include <jansson.h>
#include <stdint.h>

#define CC_HIST_STEPS 128  /* of each doubling: a figure is at most 1/128 too large */
#define CC_HIST_DOUBLES 32 /* up to 2^36 microseconds */

/* How often a duration was measured; fixed size, see cc_hist.c. */
struct cc_hist {
	uint32_t buckets[CC_HIST_DOUBLES * CC_HIST_STEPS];
	uint64_t count;
	int64_t max_us;
};

/* Adds a duration in microseconds; a negative one (clocks that differ) counts as 0. */
void cc_hist_add(struct cc_hist *h, int64_t us);

/* Adds all samples of another one. */
void cc_hist_merge(struct cc_hist *h, const struct cc_hist *more);

/* The least duration, rounded up, that `permille` of all samples do not exceed; 0 without samples. */
int64_t cc_hist_at_us(const struct cc_hist *h, unsigned permille);

/* {"count","p50","p99","max"} in milliseconds; a new reference, NULL without memory. */
json_t *cc_hist_json(const struct cc_hist *h);

#endif
