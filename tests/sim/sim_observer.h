/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold after every step of every node, and at the end: see README.md for each invariant. */
#ifndef TANDEM_SIM_OBSERVER_H
#define TANDEM_SIM_OBSERVER_H

#include "daemon/node.h"
#include "tests/sim/sim_world.h"

void sim_observer_init(struct sim *s);
void sim_observer_fini(struct sim *s);

/** Before and after a step of the process on `node`. */
void sim_observer_before(struct sim *s, unsigned node, const struct node_event *ev);
void sim_observer_after(
	struct sim *s, unsigned node, const struct node_event *ev, const struct node_out *out);
/** World time at which the last takeover happened, 0 = never. */
int64_t sim_observer_takeover_us(const struct sim *s);

#endif
