/* SPDX-License-Identifier: Apache-2.0 */
/*
 * State machines as tables: names, allowed edges, one place that moves.
 *
 * An edge that is not in the table is a bug of ours and stops the node: an illegal move in a role or
 * a session must not confuse a call centre.
 */
#ifndef TANDEM_BASE_SM_H
#define TANDEM_BASE_SM_H

#include <stdbool.h>
#include <stdint.h>

struct sm_state {
	const char *name;
	uint32_t next; /* bit i set: state i may follow */
};

struct sm_table {
	const char *name;
	const struct sm_state *states;
	int count;
};

#define SM_BIT(state) (1u << (state))

/** True if the table has the edge. */
bool sm_allows(const struct sm_table *t, int from, int to);

/** Moves `*state` to `to`; REQUIREs the edge. Exit and entry work is the caller's change_state(). */
void sm_move(const struct sm_table *t, int *state, int to);

/** The name of a state; "?" outside the table. */
const char *sm_name(const struct sm_table *t, int state);

#endif
