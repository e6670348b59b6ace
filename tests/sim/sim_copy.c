/* SPDX-License-Identifier: Apache-2.0 */
/* See sim_copy.h. */
#include "tests/sim/sim_copy.h"

#include <inttypes.h>

#define COPY_BYTES_MAX (256u << 20)

void
sim_copy_init(struct sim_node *n)
{
	buf_init(&n->copy.file, COPY_BYTES_MAX);
	buf_init(&n->copy.next, COPY_BYTES_MAX);
}

void
sim_copy_fini(struct sim_node *n)
{
	buf_fini(&n->copy.file);
	buf_fini(&n->copy.next);
}

void
sim_copy_lose(struct sim_node *n)
{
	buf_reset(&n->copy.file);
	buf_reset(&n->copy.next);
	n->copy.era++;
}

static void
copy_lost(struct sim *s, const struct sim_event *ev)
{
	sim_node_input(
		s, (unsigned)ev->a, ev->b, &(struct node_event){ .kind = NODE_EV_COPY_LOST });
}

static void
copy_use(struct sim *s, struct sim_node *n)
{
	buf_reset(&n->copy.file);
	buf_str(&n->copy.file, buf_as_str(&n->copy.next));
	buf_reset(&n->copy.next);
	s->totals.copies++;
}

void
sim_copy_do(struct sim *s, struct sim_node *n, const struct node_action *a)
{
	enum ha_copy_op op = (enum ha_copy_op)a->number;

	if (n->copy.full && op != HA_COPY_DROP) {
		sim_world_trace(s, "%s has no room for its copy", sim_node_name(s, n->index));
		sim_copy_lose(n);
		sim_world_at(s, 1, copy_lost, n->index, n->instance, 0);
		return;
	}
	switch (op) {
	case HA_COPY_GO_ON:
		n->copy.file.n = a->id;
		break;
	case HA_COPY_PUT:
		buf_str(&n->copy.file, a->bytes);
		break;
	case HA_COPY_BEGIN:
		buf_reset(&n->copy.next);
		break;
	case HA_COPY_NEXT:
		buf_str(&n->copy.next, a->bytes);
		break;
	case HA_COPY_USE:
		copy_use(s, n);
		break;
	case HA_COPY_DROP:
		sim_world_trace(s, "%s drops its copy", sim_node_name(s, n->index));
		/* one that was taken up, and is refused, is still what clients were promised */
		if (n->started_us != s->now_us)
			n->copy.era++;
		buf_reset(&n->copy.file);
		buf_reset(&n->copy.next);
		break;
	}
}

void
sim_copy_tear(struct sim *s, struct sim_node *n, const struct node_action *a)
{
	struct node_action part = *a;

	if (a->number != HA_COPY_PUT && a->number != HA_COPY_NEXT)
		return;
	part.bytes.n = (size_t)sim_world_rand(s, SIM_RNG_NODE, a->bytes.n);
	sim_copy_do(s, n, &part);
}

bool
sim_copy_is_left(const struct sim_node *n, size_t first)
{
	for (size_t i = first; i < node_out_count(n->out); i++)
		if (node_out_at(n->out, i).kind == NODE_ACT_COPY)
			return true;
	return false;
}
