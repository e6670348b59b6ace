/* SPDX-License-Identifier: Apache-2.0 */
/* The way from one view of a party to another: see walk.h. */
#include "core/walk.h"

#include "proto/base/check.h"

#include <stdbool.h>

struct walk_move {
	enum core_step step;
	enum core_view next;
	bool possible;
};

static bool
walk_is_talking(enum core_view v)
{
	return v == VIEW_connected || v == VIEW_held || v == VIEW_far_held;
}

static struct walk_move
walk_move_to(enum core_step step, enum core_view next)
{
	return (struct walk_move){ step, next, true };
}

static struct walk_move
walk_nowhere(void)
{
	return (struct walk_move){ .possible = false };
}

/* from a party that does not exist yet */
static struct walk_move
walk_from_none(enum core_view to, bool incoming)
{
	if (to == VIEW_ringing || to == VIEW_queued ||
		(incoming && (walk_is_talking(to) || to == VIEW_failed)))
		return walk_move_to(STEP_delivered_in, VIEW_ringing);
	return walk_move_to(STEP_service_initiated, VIEW_initiated);
}

/* while the call is being set up by this party */
static struct walk_move
walk_from_setup(enum core_view from, enum core_view to)
{
	if (to == VIEW_initiated || to == VIEW_ringing || to == VIEW_queued || to == from)
		return walk_nowhere();
	if (from == VIEW_initiated)
		return walk_move_to(STEP_originated, VIEW_originated);
	if (to == VIEW_failed)
		return walk_move_to(STEP_failed, VIEW_failed);
	if (from == VIEW_originated)
		return walk_move_to(STEP_delivered_out, VIEW_dialed);
	return walk_is_talking(to) ? walk_move_to(STEP_established, VIEW_connected) :
				     walk_nowhere();
}

static struct walk_move
walk_from_ringing(enum core_view to)
{
	if (walk_is_talking(to))
		return walk_move_to(STEP_established, VIEW_connected);
	if (to == VIEW_failed)
		return walk_move_to(STEP_failed, VIEW_failed);
	return to == VIEW_queued ? walk_move_to(STEP_queued, VIEW_queued) : walk_nowhere();
}

/* between two parties that talk or hold */
static struct walk_move
walk_from_talking(enum core_view from, enum core_view to)
{
	/* who held and was transferred to somebody that cannot be had hears the tone: he does not hold any more */
	if (to == VIEW_failed)
		return from == VIEW_held ? walk_move_to(STEP_retrieved, VIEW_connected) :
					   walk_move_to(STEP_failed, VIEW_failed);
	if (!walk_is_talking(to) || to == from)
		return walk_nowhere();
	if (to == VIEW_held)
		return walk_move_to(STEP_held, VIEW_held);
	if (from == VIEW_held)
		return walk_move_to(STEP_retrieved, VIEW_connected);
	if (to == VIEW_far_held)
		return walk_move_to(STEP_far_held, VIEW_far_held);
	return walk_move_to(STEP_far_retrieved, VIEW_connected);
}

static struct walk_move
walk_next(enum core_view from, enum core_view to, bool incoming)
{
	if (to == VIEW_none)
		return from == VIEW_none ? walk_nowhere() : walk_move_to(STEP_cleared, VIEW_none);
	switch (from) {
	case VIEW_none:
		return walk_from_none(to, incoming);
	case VIEW_initiated:
	case VIEW_originated:
	case VIEW_dialed:
		return walk_from_setup(from, to);
	case VIEW_ringing:
		return walk_from_ringing(to);
	case VIEW_connected:
	case VIEW_held:
	case VIEW_far_held:
		return walk_from_talking(from, to);
	case VIEW_queued: /* from there a call is cleared, diverted or distributed */
	case VIEW_failed:
		break;
	}
	return walk_nowhere();
}

size_t
core_walk(enum core_view from, enum core_view to, enum core_way way, enum core_step *steps,
	enum core_view *reached)
{
	size_t count = 0;

	while (from != to) {
		struct walk_move move = walk_next(from, to, way == CORE_WAY_IN);

		if (!move.possible)
			break;
		REQUIRE(count + 1 < CORE_WALK_MAX);
		if (move.step == STEP_delivered_out && way == CORE_WAY_OUTSIDE)
			steps[count++] = STEP_network_reached;
		steps[count++] = move.step;
		from = move.next;
	}
	*reached = from;
	return count;
}

const char *
core_view_name(enum core_view view)
{
	static const char *const names[] = {
#define XX(name) #name,
		CORE_VIEWS(XX)
#undef XX
	};

	return names[view];
}

const char *
core_step_name(enum core_step step)
{
	static const char *const names[] = {
#define XX(name) #name,
		CORE_STEPS(XX)
#undef XX
	};

	return names[step];
}
