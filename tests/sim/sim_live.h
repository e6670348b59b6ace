/* SPDX-License-Identifier: Apache-2.0 */
/* After the faults: everything must get well, and everybody must believe what is true. */
#ifndef TANDEM_SIM_LIVE_H
#define TANDEM_SIM_LIVE_H

#include "tests/sim/sim_world.h"

/** Runs the quiet phase; breaks NO-STUCK, ALL-ASKED, ONCE-EVENT or PROMISE if it does not end well. */
void sim_live_run(struct sim *s);

#endif
