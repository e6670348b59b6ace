/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_LOAD_H
#define TANDEM_TESTS_BWSIM_BWS_LOAD_H

#include "tests/bwsim/bws_timer.h"

#include <stdbool.h>
#include <stdint.h>

struct bws;

/* Calls that users and outside parties make by themselves, and how long they ring, talk, hold. The
 * durations also rule calls made by requests whose far end is driven. */
struct bws_load {
	double rate;        /* new calls per second, 0 = none */
	double hold_p;      /* share of calls that are held once */
	double queue_share; /* share of calls to a call center or route point */
	double outside_p;   /* share of calls with an outside party */
	/* shares of calls that use a feature, see bws_play.h */
	double transfer_p, conference_p, park_p, record_p;
	double pickup_p, forward_p;
	int64_t talk_ms[2];
	int64_t ring_ms[2];
	int64_t hold_ms[2];
	bool only_free; /* only users without a call take part */
	bool draining;
	struct bws_timer next;
};

void bws_load_init(struct bws *w);

/* Starts, changes or (rate 0) ends the making of calls, after w->load was changed. */
void bws_load_apply(struct bws *w);

/* No new calls, and the running ones end soon. */
void bws_load_drain(struct bws *w);

#endif
