/* SPDX-License-Identifier: Apache-2.0 */
/* The file of a host in which a process of the toy ring keeps its state: see ha_toy.h. */
#include "tests/unit/ha_toy.h"

void
toy_lose_copy(struct toy_node *nd)
{
	buf_reset(&nd->copy);
	buf_reset(&nd->next_copy);
}

void
toy_copy(struct toy *t, struct toy_node *nd, const struct ha_action *a)
{
	const uint8_t *p = nd->out.bytes.p + a->off;

	if (nd->copy_fails) {
		toy_lose_copy(nd);
		ha_copy_lost(nd->ha, t->now);
		return;
	}
	if (a->copy == HA_COPY_GO_ON)
		nd->copy.n = a->number;
	if (a->copy == HA_COPY_PUT)
		buf_put(&nd->copy, p, a->len);
	if (a->copy == HA_COPY_BEGIN)
		buf_reset(&nd->next_copy);
	if (a->copy == HA_COPY_NEXT)
		buf_put(&nd->next_copy, p, a->len);
	if (a->copy == HA_COPY_USE) {
		buf_reset(&nd->copy);
		buf_str(&nd->copy, buf_as_str(&nd->next_copy));
		buf_reset(&nd->next_copy);
		nd->copies++;
	}
	if (a->copy == HA_COPY_DROP)
		toy_lose_copy(nd);
}

void
toy_load_copy(struct toy *t, struct toy_node *nd)
{
	if (nd->copy.n > 0 && t->conf.copy)
		nd->load_result =
			ha_load(nd->ha, t->now, nd->copy.p, nd->copy.n, &nd->out, &nd->load_error);
}
