/* SPDX-License-Identifier: Apache-2.0 */
/* A binary heap of timers: see timers.h. */
#include "proto/base/timers.h"

#include "proto/base/check.h"
#include "proto/base/mem.h"

#define TIMERS_ROOM_MIN 64

void
timers_fini(struct timers *ts)
{
	mem_free(ts->heap);
	*ts = (struct timers){ 0 };
}

static void
timers_put(struct timers *ts, struct timer *t, size_t at)
{
	ts->heap[at - 1] = t;
	t->at = at;
}

/* Moves it towards the top as long as it is due before what is above it. */
static void
timers_up(struct timers *ts, struct timer *t)
{
	size_t at = t->at;

	while (at > 1 && mono_before(t->due, ts->heap[at / 2 - 1]->due)) {
		timers_put(ts, ts->heap[at / 2 - 1], at);
		at /= 2;
	}
	timers_put(ts, t, at);
}

static void
timers_down(struct timers *ts, struct timer *t)
{
	size_t at = t->at;

	while (at * 2 <= ts->count) {
		size_t below = at * 2;

		if (below < ts->count &&
			mono_before(ts->heap[below]->due, ts->heap[below - 1]->due))
			below++;
		if (!mono_before(ts->heap[below - 1]->due, t->due))
			break;
		timers_put(ts, ts->heap[below - 1], at);
		at = below;
	}
	timers_put(ts, t, at);
}

static void
timers_grow(struct timers *ts)
{
	ts->room = ts->room ? 2 * ts->room : TIMERS_ROOM_MIN;
	ts->heap = mem_realloc(ts->heap, ts->room * sizeof(ts->heap[0]));
}

void
timers_set(struct timers *ts, struct timer *t, struct mono due)
{
	if (t->at == 0) {
		if (ts->count == ts->room)
			timers_grow(ts);
		t->at = ++ts->count;
	}
	REQUIRE(t->at <= ts->count);
	t->due = due;
	timers_put(ts, t, t->at);
	timers_up(ts, t);
	timers_down(ts, t);
}

void
timers_clear(struct timers *ts, struct timer *t)
{
	struct timer *last;
	size_t at = t->at;

	if (at == 0)
		return;
	REQUIRE(at <= ts->count && ts->heap[at - 1] == t);
	last = ts->heap[--ts->count];
	t->at = 0;
	if (last == t)
		return;
	timers_put(ts, last, at);
	timers_up(ts, last);
	timers_down(ts, last);
}

struct timer *
timers_first(const struct timers *ts)
{
	return ts->count > 0 ? ts->heap[0] : NULL;
}

struct mono
timers_deadline(const struct timers *ts)
{
	return ts->count > 0 ? ts->heap[0]->due : MONO_NEVER;
}
