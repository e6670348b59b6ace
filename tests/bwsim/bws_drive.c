/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The phones' own behaviour.
 *
 * Happy path: ring -> answer -> (hold -> retrieve) -> hang up, with times drawn from the seeded
 * generator.
 * Failure modes: a client changed the call before the step is due: every change replans, so a due
 * step always fits the state it was planned for; calls of a drained load hang up whatever they do.
 */
#include "tests/bwsim/bws_drive.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_play.h"

#define DRAIN_MS_MAX 300

static void
stage(struct bws_call *c, enum bws_stage s, int64_t lo_ms, int64_t hi_ms)
{
	c->stage = s;
	c->fire_late = false;
	bws_timer_in_ms(&c->w->timers, &c->timer, bws_rand_range(&c->w->rand_call, lo_ms, hi_ms));
}

static struct bws_half *
half_in_state(const struct bws_call *c, enum bws_state state)
{
	if (c->half[0] && c->half[0]->state == state)
		return c->half[0];
	if (c->half[1] && c->half[1]->state == state)
		return c->half[1];
	return NULL;
}

static struct bws_half *
any_half(const struct bws_call *c)
{
	struct bws_half *a = c->half[0] ? c->half[0] : c->half[1];
	struct bws_half *b = c->half[1] ? c->half[1] : c->half[0];

	return bws_rand_next(&c->w->rand_call) & 1 ? a : b;
}

static struct bws_half *
any_user_half(const struct bws_call *c)
{
	struct bws_half *h = any_half(c);

	return h->user ? h : bws_call_peer(h);
}

static void
ring_is_over(struct bws_call *c)
{
	struct bws_half *callee = c->half[1];

	if (c->stage_yes && bws_play_ringing(c))
		return;
	if (c->stage_yes && callee)
		bws_call_talk(callee);
	else if (c->half[0])
		bws_call_release(c->half[0]);
	else
		bws_call_release(callee);
}

static void
talk_is_over(struct bws_call *c)
{
	struct bws_half *h;

	if (c->parked_on ? bws_play_parked(c) : bws_play_talking(c))
		return;
	if (!c->stage_yes || c->parked_on) {
		bws_call_release(any_half(c));
		return;
	}
	h = any_user_half(c);
	if (!h || !bws_call_may_hold(h)) {
		bws_call_release(any_half(c));
		return;
	}
	c->holder = h;
	bws_call_hold(h);
}

/* Only who held by himself retrieves; a client's hold stays until the far end is tired of it. */
static void
held_is_over(struct bws_call *c)
{
	struct bws_half *h = c->holder;

	c->holder = NULL;
	if (h && h->state == BWS_STATE_HELD) {
		c->retrieved = true;
		bws_call_talk(h);
	} else {
		bws_call_release(any_half(c));
	}
}

static void
step(struct bws_call *c)
{
	enum bws_stage s = c->stage;

	c->stage = BWS_STAGE_NONE;
	switch (s) {
	case BWS_STAGE_NONE:
		break;
	case BWS_STAGE_CTD:
		bws_call_dial_answer(c->half[0]);
		break;
	case BWS_STAGE_RING:
		ring_is_over(c);
		break;
	case BWS_STAGE_TALK:
		talk_is_over(c);
		break;
	case BWS_STAGE_HELD:
		held_is_over(c);
		break;
	case BWS_STAGE_TREATMENT:
		bws_call_release_remote(any_half(c));
		break;
	case BWS_STAGE_NO_ANSWER:
		bws_call_treat(any_half(c), "Temporarily Unavailable");
		break;
	}
}

static void
on_timer(void *arg)
{
	struct bws_call *c = arg;

	if (c->w->calls.frozen)
		c->fire_late = true;
	else
		step(c);
}

void
bws_drive_init(struct bws_call *c)
{
	bws_timer_init(&c->timer, on_timer, c);
}

void
bws_drive_stop(struct bws_call *c)
{
	bws_timer_stop(&c->w->timers, &c->timer);
	c->stage = BWS_STAGE_NONE;
	c->fire_late = false;
}

static void
plan_ring(struct bws_call *c)
{
	const struct bws_load *l = &c->w->load;

	c->stage_yes = bws_rand_range(&c->w->rand_call, 1, 100) <= c->w->knobs.answer_percent;
	if (c->stage_yes)
		stage(c, BWS_STAGE_RING, l->ring_ms[0], l->ring_ms[1]);
	else
		stage(c, BWS_STAGE_RING, l->ring_ms[0] * 2, l->ring_ms[1] * 2);
}

void
bws_drive_replan(struct bws_call *c)
{
	const struct bws_load *l = &c->w->load;

	if (!c->driven)
		return;
	if (l->draining) {
		c->stage_yes = false;
		stage(c, BWS_STAGE_TALK, 1, DRAIN_MS_MAX);
	} else if (half_in_state(c, BWS_STATE_ALERTING)) {
		plan_ring(c);
	} else if (half_in_state(c, BWS_STATE_HELD)) {
		if (c->holder && c->holder->state == BWS_STATE_HELD)
			stage(c, BWS_STAGE_HELD, l->hold_ms[0], l->hold_ms[1]);
		else
			stage(c, BWS_STAGE_HELD, l->talk_ms[0], l->talk_ms[1]);
	} else {
		c->stage_yes = !c->retrieved && bws_rand_unit(&c->w->rand_call) < l->hold_p;
		stage(c, BWS_STAGE_TALK, l->talk_ms[0], l->talk_ms[1]);
	}
}

void
bws_drive_click_to_dial(struct bws_call *c)
{
	const struct bws_knobs *k = &c->w->knobs;

	if (bws_rand_range(&c->w->rand_call, 1, 100) <= k->ctd_answer_percent)
		stage(c, BWS_STAGE_CTD, k->ctd_answer_ms_min, k->ctd_answer_ms_max);
}

void
bws_drive_treatment(struct bws_call *c)
{
	stage(c, BWS_STAGE_TREATMENT, c->w->knobs.treatment_ms, c->w->knobs.treatment_ms);
}

void
bws_drive_no_answer(struct bws_call *c)
{
	stage(c, BWS_STAGE_NO_ANSWER, c->w->knobs.no_answer_ms, c->w->knobs.no_answer_ms);
}

void
bws_drive_freeze(struct bws *w)
{
	w->calls.frozen = true;
}

void
bws_drive_thaw(struct bws *w)
{
	struct bws_call *c;

	w->calls.frozen = false;
	TAILQ_FOREACH(c, &w->calls.all, link) {
		if (!c->fire_late)
			continue;
		c->fire_late = false;
		bws_timer_in_ms(
			&w->timers, &c->timer, bws_rand_range(&w->rand_call, 1, DRAIN_MS_MAX));
	}
}

void
bws_drive_drain(struct bws *w)
{
	struct bws_call *c;

	TAILQ_FOREACH(c, &w->calls.all, link) {
		if (!c->driven || c->stage == BWS_STAGE_CTD)
			continue;
		c->holder = NULL;
		c->stage_yes = false;
		if (c->stage != BWS_STAGE_TREATMENT)
			c->stage = BWS_STAGE_TALK;
		bws_timer_in_ms(
			&w->timers, &c->timer, bws_rand_range(&w->rand_call, 1, DRAIN_MS_MAX));
	}
}
