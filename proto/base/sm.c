/* SPDX-License-Identifier: Apache-2.0 */
/* State machine tables: see sm.h. */
#include "proto/base/sm.h"

#include "proto/base/check.h"

#include <stddef.h>

bool
sm_allows(const struct sm_table *t, int from, int to)
{
	if (from < 0 || from >= t->count || to < 0 || to >= t->count)
		return false;
	return (t->states[from].next & SM_BIT(to)) != 0;
}

void
sm_move(const struct sm_table *t, int *state, int to)
{
	REQUIRE(sm_allows(t, *state, to));
	*state = to;
}

const char *
sm_name(const struct sm_table *t, int state)
{
	if (state < 0 || state >= t->count)
		return "?";
	return t->states[state].name;
}
