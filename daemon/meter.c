/* SPDX-License-Identifier: Apache-2.0 */
/* Counting: see meter.h. */
#include "daemon/meter.h"

const int64_t meter_bounds_us[METER_BOUNDS] = { 100, 250, 500, 1000, 2500, 5000, 10000, 25000,
	50000, 100000, 250000, 500000, 1000000, 2500000, 10000000 };

void
meter_add(struct meter_hist *h, int64_t us)
{
	unsigned at = 0;

	if (us < 0)
		us = 0;
	while (at < METER_BOUNDS && us > meter_bounds_us[at])
		at++;
	h->of_bound[at]++;
	h->count++;
	h->sum_us += us;
}

void
meter_request(struct meter *m, enum csta_request_kind kind)
{
	if ((unsigned)kind < METER_REQUESTS)
		m->requests[kind]++;
}
