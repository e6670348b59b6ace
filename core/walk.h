/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what a client was told of a party to what is true: the legal steps in between.
 *
 * Every event a client gets comes from here, whether BroadWorks told the change live or a comparison found
 * it later: a step that was missed is taken, a step that was taken is not repeated, and no connection
 * makes an illegal move. States are those of one monitored device in one call:
 *
 *   none -> initiated -> originated -> dialed ----+
 *     |                      |           |        v
 *     |                      +-> failed <+    connected <-> held
 *     |                             ^             ^  ^
 *     +------> ringing -------------+-------------+  +----> far_held
 *   none -> ringing -> queued   (a queue or route point: it leaves by being cleared, diverted or distributed)
 *   (any -> none)
 */
#ifndef TANDEM_CORE_WALK_H
#define TANDEM_CORE_WALK_H

#include <stddef.h>
#include <stdint.h>

#define CORE_VIEWS(XX) \
	XX(none) \
	XX(initiated) \
	XX(originated) \
	XX(dialed) XX(ringing) XX(connected) XX(held) XX(far_held) XX(failed) XX(queued)

enum core_view {
#define XX(name) VIEW_##name,
	CORE_VIEWS(XX)
#undef XX
};

#define CORE_STEPS(XX) \
	XX(service_initiated) \
	XX(originated) \
	XX(network_reached) /* before delivered_out, of a call that leaves the system */ \
	XX(delivered_out) \
	XX(delivered_in) \
	XX(established) \
	XX(held) XX(far_held) XX(retrieved) XX(far_retrieved) XX(failed) XX(queued) XX(cleared)

enum core_step {
#define XX(name) STEP_##name,
	CORE_STEPS(XX)
#undef XX
};

/* How a party came into its call. */
enum core_way {
	CORE_WAY_OUT,
	CORE_WAY_IN,
	CORE_WAY_OUTSIDE, /* it called somebody in the network */
};

/** No walk is longer. */
#define CORE_WALK_MAX 8

/**
 * Fills `steps` (room for CORE_WALK_MAX) with the way from `from` to `to`.
 * Returns the number of steps. A move that no client can be told (a connected party that rings again) has
 * no steps; `*reached` gets the view the client holds afterwards.
 */
size_t core_walk(enum core_view from, enum core_view to, enum core_way way, enum core_step *steps,
	enum core_view *reached);

const char *core_view_name(enum core_view view);
const char *core_step_name(enum core_step step);

#endif
