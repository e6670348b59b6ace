/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pacemaker with fencing, or with a quorum device: one node at a time is promoted, and only when the other was
 * demoted, is dead, or was fenced. Starts what died, reacts at once when told of a failure, else at the next
 * monitor, and moves the service address with the promoted node.
 */
#ifndef TANDEM_SIM_ARBITER_H
#define TANDEM_SIM_ARBITER_H

#include "tests/sim/sim_world.h"

void sim_arbiter_init(struct sim *s);
void sim_arbiter_fini(struct sim *s);
/** A node told that the process on `failed` is dead. */
void sim_arbiter_told(struct sim *s, unsigned failed);
/** A promotion score may have changed. */
void sim_arbiter_poke(struct sim *s, int64_t delay_us);
/** A ring without `lost` was formed on the other node. */
void sim_arbiter_node_lost(struct sim *s, unsigned lost);
/** The nodes see each other again. */
void sim_arbiter_node_back(struct sim *s);
/** The host loses its power; it boots again after a while. */
void sim_arbiter_power_off(struct sim *s, unsigned i, const char *why);
/** Operator: moves the active role to the other node. */
void sim_arbiter_switchover(struct sim *s);
/** Operator: stops the process on `node` in order; it is started again. */
void sim_arbiter_restart(struct sim *s, unsigned node);
/** Node that holds the service address, -1 = none. */
int sim_arbiter_address(const struct sim *s);
/** Is there a quorum device? */
bool sim_arbiter_votes(const struct sim *s);
/** Quorum of the partition of `node`. */
bool sim_arbiter_quorate(const struct sim *s, unsigned node);
/** Node that is promoted, -1 = none. */
int sim_arbiter_promoted(const struct sim *s);

#endif
