/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The built-in load: Poisson arrivals, all from the seeded generator.
 *
 * Happy path: at each arrival a caller and a callee are drawn; a share of the calls has an outside
 * party, half of those come in and half go out; with the knob stamp_callers all come in.
 * Failure modes: no free user is found, or too many calls: the arrival is counted as skipped.
 */
#include "tests/bwsim/bws_load.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_drive.h"

#define DRAWS_MAX 30

static struct bws_user *
draw_user(struct bws *w, const struct bws_user *but)
{
	int i;

	for (i = 0; w->users.count && i < DRAWS_MAX; i++) {
		int64_t n = bws_rand_range(&w->rand_load, 0, (int64_t)w->users.count - 1);
		struct bws_user *u = w->users.list[n];

		/* a call center has no phone to dial with */
		if (u != but && u->kind == BWS_USER_PERSON &&
			(!w->load.only_free || !u->half_count))
			return u;
	}
	return NULL;
}

static bool
outside_call(struct bws *w)
{
	struct bws_user *u = draw_user(w, NULL);
	char uri[64];

	if (!u)
		return false;
	snprintf(uri, sizeof(uri), "tel:+15559%06lld",
		(long long)bws_rand_range(&w->rand_load, 0, 999999));
	if (w->knobs.stamp_callers)
		snprintf(uri, sizeof(uri), "tel:+%lld", (long long)bws_util_wall_us());
	if (w->knobs.stamp_callers || (bws_rand_next(&w->rand_load) & 1))
		return bws_call_incoming(w, uri, u, true) != NULL;
	return bws_call_originate(w, u, uri, true) != NULL;
}

static bool
inside_call(struct bws *w)
{
	struct bws_user *from = draw_user(w, NULL);
	struct bws_user *to = from ? draw_user(w, from) : NULL;

	return to && bws_call_originate(w, from, to->ext, true) != NULL;
}

/* Somebody calls a call center or a route point. */
static bool
queue_call(struct bws *w)
{
	const struct bws_users *us = &w->users;
	struct bws_user *at, *from;
	char uri[64];

	if (!us->virtual_count)
		return false;
	at = us->virtuals[bws_rand_range(&w->rand_load, 0, (int64_t)us->virtual_count - 1)];
	if (bws_rand_unit(&w->rand_load) < w->load.outside_p) {
		snprintf(uri, sizeof(uri), "tel:+15559%06lld",
			(long long)bws_rand_range(&w->rand_load, 0, 999999));
		return bws_call_incoming(w, uri, at, true) != NULL;
	}
	from = draw_user(w, NULL);
	return from && bws_call_originate(w, from, at->ext, true) != NULL;
}

/* From one arrival to the next, not from the moment it was served: lateness does not add up. */
static void
plan_next(struct bws *w, int64_t from_us)
{
	bws_timer_arm(&w->timers, &w->load.next,
		from_us + bws_rand_poisson_us(&w->rand_load, w->load.rate));
}

/* Draws only when there is a share to draw for: loads without stay as they are. */
static bool
is_for_queue(struct bws *w)
{
	return w->load.queue_share > 0 && bws_rand_unit(&w->rand_load) < w->load.queue_share;
}

static void
on_arrival(void *arg)
{
	struct bws *w = arg;
	bool outside = bws_rand_unit(&w->rand_load) < w->load.outside_p;
	bool made = false;

	if (!w->calls.frozen && !bws_as_is_down(w))
		made = is_for_queue(w) ? queue_call(w) : outside ? outside_call(w) : inside_call(w);
	if (!made)
		w->stats.load_skipped++;
	plan_next(w, w->load.next.due_us);
}

void
bws_load_init(struct bws *w)
{
	struct bws_load *l = &w->load;

	l->hold_p = 0.2;
	l->outside_p = 0.3;
	l->talk_ms[0] = 2000;
	l->talk_ms[1] = 20000;
	l->ring_ms[0] = 500;
	l->ring_ms[1] = 4000;
	l->hold_ms[0] = 500;
	l->hold_ms[1] = 3000;
	l->only_free = true;
	bws_timer_init(&l->next, on_arrival, w);
}

void
bws_load_apply(struct bws *w)
{
	if (w->load.rate > 0) {
		w->load.draining = false;
		plan_next(w, bws_util_mono_us());
	} else {
		bws_timer_stop(&w->timers, &w->load.next);
	}
}

void
bws_load_drain(struct bws *w)
{
	w->load.rate = 0;
	bws_load_apply(w);
	w->load.draining = true;
	bws_drive_drain(w);
}
