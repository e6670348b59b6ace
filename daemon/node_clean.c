/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See node_clean.h.
 *
 * Happy path: died, half a second later a client is there: told once; the peer joins: done.
 * Failure modes: the peer does not join: told again, NODE_CLEAN_TRIES times in all; too many in ten
 * minutes: not told, and the failure-timeout decides.
 */
#include "daemon/node_clean.h"

void
node_clean_died(struct node_clean *c, uint32_t node_id, struct mono now)
{
	c->node_id = node_id;
	c->died = now;
	c->tries = 0;
}

/* Is it time to tell? */
static bool
is_time(const struct node_clean *c, struct mono now, bool has_clients)
{
	int64_t since_ms = mono_ms_between(c->died, now);

	if (c->tries > 0)
		return mono_due(mono_add_ms(c->told, NODE_CLEAN_AGAIN_MS), now);
	return since_ms >= NODE_CLEAN_SOONEST_MS && (has_clients || since_ms >= NODE_CLEAN_MS);
}

/* Counts one more; false when there were too many. */
static bool
is_allowed(struct node_clean *c, struct mono now)
{
	if (c->count == 0 || mono_due(mono_add_ms(c->count_since, NODE_CLEAN_FREE_MS), now)) {
		c->count = 0;
		c->count_since = now;
	}
	return c->count++ < NODE_CLEANS_MAX;
}

uint32_t
node_clean_step(struct node_clean *c, struct mono now, bool has_clients, bool is_back)
{
	uint32_t node_id = c->node_id;

	if (node_id == 0 || !is_time(c, now, has_clients)) {
		if (c->tries > 0 && is_back)
			c->node_id = 0;
		return 0;
	}
	/* the first time even if it is back already: the failure is counted against it */
	if ((c->tries > 0 && is_back) || c->tries == NODE_CLEAN_TRIES || !is_allowed(c, now)) {
		c->node_id = 0;
		return 0;
	}
	c->tries++;
	c->told = now;
	return node_id;
}
