/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many points in time, the earliest first: a binary heap of timers that live in their owners.
 *
 * Setting, moving and clearing cost O(log n), the earliest O(1). What happens when a timer is due is its owner's business.
 */
#ifndef TANDEM_BASE_TIMERS_H
#define TANDEM_BASE_TIMERS_H

#include "proto/base/mono.h"

#include <stdbool.h>
#include <stddef.h>

/* Embedded in its owner; all zero = not set. */
struct timer {
	struct mono due;
	size_t at; /* place in the heap, from 1; 0 = not set */
};

/* All zero = empty. */
struct timers {
	struct timer **heap;
	size_t count, room;
};

/** Frees the heap. Timers that are still set must not be used any more. */
void timers_fini(struct timers *ts);
/** Sets or moves a timer. */
void timers_set(struct timers *ts, struct timer *t, struct mono due);
/** Nothing if it is not set. Before its owner is freed. */
void timers_clear(struct timers *ts, struct timer *t);
/** The timer that is due first; NULL if none is set. */
struct timer *timers_first(const struct timers *ts);
/** When the first is due; MONO_NEVER if none is set. */
struct mono timers_deadline(const struct timers *ts);

static inline bool
timer_is_set(const struct timer *t)
{
	return t->at != 0;
}

#endif
