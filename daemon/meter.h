/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Durations that are measured while the node works, for the metrics, from the start of the process on: nothing is decided
 * by them.
 */
#ifndef TANDEM_DAEMON_METER_H
#define TANDEM_DAEMON_METER_H

#include <stdint.h>

/* Durations in buckets; the bounds are those of meter_bounds_us. */
#define METER_BOUNDS 15

struct meter_hist {
	uint64_t of_bound[METER_BOUNDS + 1]; /* the last one: longer than all bounds */
	uint64_t count;
	int64_t sum_us;
};

/* What the loop itself measures. */
struct meter_loop {
	struct meter_hist step; /* one step of the node with its actions */
	struct meter_hist late; /* a timer of the node, after its time */
};

extern const int64_t meter_bounds_us[METER_BOUNDS];

/** Counts a duration; a negative one counts as 0. */
void meter_add(struct meter_hist *h, int64_t us);

#endif
