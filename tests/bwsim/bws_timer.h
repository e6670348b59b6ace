/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_TIMER_H
#define TANDEM_TESTS_BWSIM_BWS_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Timers on the monotonic clock, kept in a binary heap. A timer is embedded in its owner, fires
 * once per arming, and must be stopped before its owner is freed. Equal times fire in the order of
 * arming, so the simulator behaves the same for the same seed and the same input.
 */
struct bws_timer {
	int64_t due_us;
	uint64_t order;
	size_t slot; /* 1-based place in the heap, 0 = not armed */
	void (*fire)(void *arg);
	void *arg;
};

struct bws_timers {
	struct bws_timer **heap;
	size_t count;
	size_t room;
	uint64_t order;
};

/* Prepares @t to call @fire(@arg). */
void bws_timer_init(struct bws_timer *t, void (*fire)(void *arg), void *arg);

/* Arms (or arms again) @t for the monotonic time @due_us. */
void bws_timer_arm(struct bws_timers *ts, struct bws_timer *t, int64_t due_us);

/* Arms @t for @ms milliseconds from now. */
void bws_timer_in_ms(struct bws_timers *ts, struct bws_timer *t, int64_t ms);

void bws_timer_stop(struct bws_timers *ts, struct bws_timer *t);

bool bws_timer_armed(const struct bws_timer *t);

/* Monotonic time of the earliest timer, -1 when none is armed. */
int64_t bws_timers_next(const struct bws_timers *ts);

/* Fires every timer that is due at @now_us; timers armed meanwhile for the past fire next time. */
void bws_timers_run(struct bws_timers *ts, int64_t now_us);

void bws_timers_free(struct bws_timers *ts);

#endif
