/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time that jumps.
 *
 * Happy path: from timer to timer; after each one the servers write out what it caused.
 * Failure modes: a timer that arms itself for now for ever would never end: RUNS_MAX of them at one
 * moment end the program, because that is a bug of the simulator.
 */
#include "tests/bwsim/bws_virtual.h"

#include "tests/bwsim/bws.h"

#include <stdlib.h>

#define RUNS_MAX 1000000

static void
run_moment(struct bws *w, int64_t now)
{
	unsigned runs = 0;

	bws_util_clock_set(now);
	while (bws_timers_next(&w->timers) >= 0 && bws_timers_next(&w->timers) <= now) {
		if (++runs > RUNS_MAX) {
			fputs("bwsim: virtual time stands still\n", stderr);
			abort();
		}
		bws_timers_run(&w->timers, now);
		bws_http_run(w);
	}
}

int64_t
bws_virtual_advance(struct bws *w, int64_t ms, bool stop_on_output)
{
	int64_t begin = bws_util_mono_us();
	int64_t end = begin + ms * 1000;
	uint64_t documents = w->stats.documents;
	int64_t next;

	run_moment(w, begin);
	while (!stop_on_output || w->stats.documents == documents) {
		next = bws_timers_next(&w->timers);
		if (next < 0 || next > end) {
			bws_util_clock_set(end);
			break;
		}
		run_moment(w, next);
	}
	return (bws_util_mono_us() - begin) / 1000;
}
