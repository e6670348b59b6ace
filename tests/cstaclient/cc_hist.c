/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Durations in buckets: percentiles of any number of samples in fixed memory.
 *
 * Happy path: the leading bits of a duration are the number of its bucket, so that each doubling has as many
 * buckets as the one before; a percentile is the upper end of the bucket it falls into.
 * Failure modes: what is longer than the last bucket counts there; the maximum is kept exactly.
 */
#include "tests/cstaclient/cc_hist.h"

#include <stddef.h>

#define BUCKETS (CC_HIST_DOUBLES * CC_HIST_STEPS)

static size_t
bucket_of(int64_t us)
{
	size_t shift = 0, at;

	while ((us >> shift) >= 2 * CC_HIST_STEPS)
		shift++;
	at = shift * CC_HIST_STEPS + (size_t)(us >> shift);
	return at < BUCKETS ? at : BUCKETS - 1;
}

/* The longest duration of a bucket. */
static int64_t
end_of(size_t bucket)
{
	size_t shift = bucket < 2 * CC_HIST_STEPS ? 0 : bucket / CC_HIST_STEPS - 1;
	int64_t lead = (int64_t)(bucket - shift * CC_HIST_STEPS);

	return ((lead + 1) << shift) - 1;
}

void
cc_hist_add(struct cc_hist *h, int64_t us)
{
	if (us < 0)
		us = 0;
	h->buckets[bucket_of(us)]++;
	h->count++;
	if (us > h->max_us)
		h->max_us = us;
}

void
cc_hist_merge(struct cc_hist *h, const struct cc_hist *more)
{
	for (size_t i = 0; i < BUCKETS; i++)
		h->buckets[i] += more->buckets[i];
	h->count += more->count;
	if (more->max_us > h->max_us)
		h->max_us = more->max_us;
}

int64_t
cc_hist_at_us(const struct cc_hist *h, unsigned permille)
{
	uint64_t wanted = (h->count * permille + 999) / 1000, seen = 0;

	for (size_t i = 0; i < BUCKETS; i++) {
		seen += h->buckets[i];
		if (seen >= wanted && seen > 0)
			return end_of(i) < h->max_us ? end_of(i) : h->max_us;
	}
	return 0;
}

static json_t *
milliseconds(int64_t us)
{
	return json_real((double)us / 1000.0);
}

json_t *
cc_hist_json(const struct cc_hist *h)
{
	return json_pack("{s:I,s:o,s:o,s:o}", "count", (json_int_t)h->count, "p50",
		milliseconds(cc_hist_at_us(h, 500)), "p99", milliseconds(cc_hist_at_us(h, 990)),
		"max", milliseconds(h->max_us));
}
