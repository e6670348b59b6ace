/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long the phases of a takeover took, for status and metrics; `tandemctl history` has the same from the history.
 *
 * All are from the promote order, but for `decide`, which ends with it: from the loss of the other node, that is what the
 * cluster took for its decision and fencing. Nothing is decided by it.
 */
#ifndef TANDEM_DAEMON_NODE_PHASES_H
#define TANDEM_DAEMON_NODE_PHASES_H

#include "core/decide.h"
#include "daemon/view.h"
#include "proto/base/mono.h"

#define NODE_PHASES_LOST_MS 120000 /* a loss longer ago is not why a promote is ordered */

struct node_phases {
	struct mono lost;  /* the other node, while this one was not active; 0: it was not */
	struct mono asked; /* when the promote order came */
};

/* What can be seen of an active node by now. */
struct node_phases_seen {
	bool door;    /* clients may come */
	bool channel; /* an event channel is open */
	bool all;     /* every device is confirmed */
	const struct core_difference
		*last; /* what was found since everything was put in doubt last */
	const struct core_difference *since; /* since this node became active */
};

void node_phases_lost(struct node_phases *p, struct mono now);
/** This node follows an active, or looks for one: what was lost before is made up for. */
void node_phases_follow(struct node_phases *p);
/** A promote order. */
void node_phases_ask(struct node_phases *p, struct mono now);
/** This node is active. Without an order (a node without a cluster) the takeover begins now. */
void node_phases_begin(struct node_phases *p, struct meter *m, struct node_takeover *t,
	struct mono now, int64_t wall_us, uint64_t epoch);
/** To be called in each step of an active node; true once, when the takeover is done. */
bool node_phases_look(const struct node_phases *p, struct meter *m, struct node_takeover *t,
	struct mono now, const struct node_phases_seen *seen);

#endif
