/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file in which a process keeps its state on its host: it outlives the process, and not the host. It is torn when
 * the process dies over it, and there may be no room for it.
 */
#ifndef TANDEM_SIM_COPY_H
#define TANDEM_SIM_COPY_H

#include "tests/sim/sim_node.h"

void sim_copy_init(struct sim_node *n);
void sim_copy_fini(struct sim_node *n);
/** The host lost its power. */
void sim_copy_lose(struct sim_node *n);
/** Performs NODE_ACT_COPY of the process that runs. */
void sim_copy_do(struct sim *s, struct sim_node *n, const struct node_action *a);
/** The process dies while it does: some of the bytes are there. */
void sim_copy_tear(struct sim *s, struct sim_node *n, const struct node_action *a);

/** True if there is work for the file among the actions from `first` on. */
bool sim_copy_is_left(const struct sim_node *n, size_t first);

#endif
