/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heap of timers.
 *
 * Happy path: arm, bws_timers_next() tells the loop how long to sleep, bws_timers_run() fires.
 * Failure modes: none of its own; an owner freed with an armed timer is a bug of the owner.
 */
#include "tests/bwsim/bws_timer.h"

#include "tests/bwsim/bws_util.h"

#include <stdlib.h>

static bool
earlier(const struct bws_timer *a, const struct bws_timer *b)
{
	if (a->due_us != b->due_us)
		return a->due_us < b->due_us;
	return a->order < b->order;
}

static void
put(struct bws_timers *ts, size_t slot, struct bws_timer *t)
{
	ts->heap[slot - 1] = t;
	t->slot = slot;
}

static void
sift_up(struct bws_timers *ts, struct bws_timer *t)
{
	size_t slot = t->slot;

	while (slot > 1 && earlier(t, ts->heap[slot / 2 - 1])) {
		put(ts, slot, ts->heap[slot / 2 - 1]);
		slot /= 2;
	}
	put(ts, slot, t);
}

static void
sift_down(struct bws_timers *ts, struct bws_timer *t)
{
	size_t slot = t->slot;

	for (;;) {
		size_t child = slot * 2;

		if (child > ts->count)
			break;
		if (child < ts->count && earlier(ts->heap[child], ts->heap[child - 1]))
			child++;
		if (!earlier(ts->heap[child - 1], t))
			break;
		put(ts, slot, ts->heap[child - 1]);
		slot = child;
	}
	put(ts, slot, t);
}

void
bws_timer_init(struct bws_timer *t, void (*fire)(void *arg), void *arg)
{
	t->due_us = 0;
	t->order = 0;
	t->slot = 0;
	t->fire = fire;
	t->arg = arg;
}

void
bws_timer_arm(struct bws_timers *ts, struct bws_timer *t, int64_t due_us)
{
	bws_timer_stop(ts, t);
	if (ts->count == ts->room) {
		ts->room = ts->room ? ts->room * 2 : 64;
		ts->heap = bws_util_realloc(ts->heap, ts->room * sizeof(*ts->heap));
	}
	t->due_us = due_us;
	t->order = ts->order++;
	put(ts, ++ts->count, t);
	sift_up(ts, t);
}

void
bws_timer_in_ms(struct bws_timers *ts, struct bws_timer *t, int64_t ms)
{
	bws_timer_arm(ts, t, bws_util_mono_us() + ms * 1000);
}

void
bws_timer_stop(struct bws_timers *ts, struct bws_timer *t)
{
	struct bws_timer *last;
	size_t slot = t->slot;

	if (!slot)
		return;
	last = ts->heap[ts->count - 1];
	ts->count--;
	t->slot = 0;
	if (last == t)
		return;
	put(ts, slot, last);
	sift_up(ts, last);
	sift_down(ts, last);
}

bool
bws_timer_armed(const struct bws_timer *t)
{
	return t->slot != 0;
}

int64_t
bws_timers_next(const struct bws_timers *ts)
{
	return ts->count ? ts->heap[0]->due_us : -1;
}

void
bws_timers_run(struct bws_timers *ts, int64_t now_us)
{
	uint64_t newest = ts->order;

	while (ts->count && ts->heap[0]->due_us <= now_us && ts->heap[0]->order < newest) {
		struct bws_timer *t = ts->heap[0];

		bws_timer_stop(ts, t);
		t->fire(t->arg);
	}
}

void
bws_timers_free(struct bws_timers *ts)
{
	free(ts->heap);
	ts->heap = NULL;
	ts->count = ts->room = 0;
}
