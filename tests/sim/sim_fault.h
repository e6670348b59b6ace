/* SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong, and when: each kind of fault that a seed has drawn comes again and again after a quiet time. */
#ifndef TANDEM_SIM_FAULT_H
#define TANDEM_SIM_FAULT_H

#include "tests/sim/sim_world.h"

/** Draws the kinds of this seed. */
void sim_fault_draw(struct sim *s);
/** Starts them. */
void sim_fault_begin(struct sim *s);
/** Ends them all: what is broken is mended or mends itself. */
void sim_fault_end(struct sim *s);

#endif
