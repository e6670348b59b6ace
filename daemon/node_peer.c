/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The death of a process, seen from its peer and from its successor: see node_part.h.
 *
 * Happy path: the active of the other node dies, this one is in step: Pacemaker is told that it failed, and when the clients are
 * here, that this is dealt with (node_clean.h). If this node is not in step and the state is on the other host, nobody takes over,
 * and it is told the latter all the same: the connector is started there again, finds the state and goes on. Failure mode: a copy that cannot be
 * used. It is said why, and the node begins with nothing, as one without a copy.
 */
#include "daemon/node_part.h"

#include <inttypes.h>

void
node_load_copy(struct node *n, struct str copy)
{
	struct err e = { 0 };
	struct ha_view v;
	int rv = ha_load(n->x.ha, n->x.now, (const uint8_t *)copy.p, copy.n, &n->ring, &e);

	ha_get_view(n->x.ha, n->x.now, &v);
	if (rv != E_OK) {
		log_emit(n->x.log, M_COPY, "the copy of the state on this host is not used: %s",
			e.text);
		return;
	}
	log_emit(n->x.log, M_COPY,
		"the copy of the state on this host is in use: epoch %" PRIu64 " offset %" PRIu64
		", %zu bytes",
		v.epoch, v.offset, copy.n);
	ctx_history(&n->x, "copy", "\"epoch\":%" PRIu64 ",\"offset\":%" PRIu64 ",\"sessions\":%u",
		v.epoch, v.offset, (unsigned)HASH_CNT(by_id, n->x.model.sessions));
}

void
node_peer_died(struct node *n, uint32_t node_id, bool was_active)
{
	node_clean_died(&n->clean, node_id, n->x.now);
	ctx_act(&n->x,
		&(struct node_action){
			.kind = NODE_ACT_TELL_FAILED, .from_node = node_id, .flag = was_active });
}

void
node_peer_tick(struct node *n)
{
	bool is_awaited = n->clean.node_id != 0 && ha_awaits(n->x.ha) == n->clean.node_id;
	bool has_taken_over = ctx_is_active(&n->x) && n->takeover.done;
	struct ha_view v;
	uint32_t node_id;

	if (n->clean.node_id == 0 || (!is_awaited && !has_taken_over))
		return;
	ha_get_view(n->x.ha, n->x.now, &v);
	node_id =
		node_clean_step(&n->clean, n->x.now, is_awaited || sess_client_count(&n->sess) > 0,
			v.peer.known && v.peer.node_id == n->clean.node_id);
	if (node_id != 0)
		ctx_act(&n->x,
			&(struct node_action){ .kind = NODE_ACT_TELL_CLEAN, .from_node = node_id });
}
