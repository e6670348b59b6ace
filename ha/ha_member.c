/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Membership: see ha_member.h.
 *
 * The member list of a change is the truth; `left` and `joined` add the reasons. Who is missing from the list without
 * being in `left` has left for an unknown reason; who is in the list and not known yet has joined.
 */
#include "ha/ha_member.h"

#include "ha/ha_gate.h"
#include "ha/ha_join.h"
#include "ha/ha_mutation.h"
#include "ha/ha_out.h"
#include "ha/ha_repl.h"
#include "ha/ha_role.h"
#include "ha/ha_serve.h"

struct ha_peer *
ha_member_find(struct ha *ha, uint32_t node_id, uint32_t pid)
{
	for (size_t i = 0; i < HA_PEERS_MAX; i++) {
		struct ha_peer *p = &ha->peers[i];

		if (p->member && p->node_id == node_id && p->pid == pid)
			return p;
	}
	return NULL;
}

bool
ha_member_is_own(const struct ha *ha, uint32_t node_id, uint32_t pid)
{
	return ha->ring && node_id == ha->conf.node_id && pid == ha->pid;
}

struct ha_peer *
ha_member_active(struct ha *ha)
{
	for (size_t i = 0; i < HA_PEERS_MAX; i++) {
		struct ha_peer *p = &ha->peers[i];

		if (p->member && p->role == HA_ACTIVE && p->epoch == ha->seen)
			return p;
	}
	return NULL;
}

const struct ha_peer *
ha_member_better(const struct ha *ha)
{
	for (size_t i = 0; i < HA_PEERS_MAX; i++) {
		const struct ha_peer *p = &ha->peers[i];

		if (!p->member)
			continue;
		if (p->role == HA_ACTIVE || p->role == HA_DRAINING || p->epoch > ha->epoch ||
			(p->epoch == ha->epoch && p->offset > ha->offset))
			return p;
	}
	return NULL;
}

bool
ha_member_unheard(const struct ha *ha)
{
	for (size_t i = 0; i < HA_PEERS_MAX; i++) {
		if (ha->peers[i].member && !ha->peers[i].heard)
			return true;
	}
	return false;
}

void
ha_member_forget_all(struct ha *ha)
{
	ha_serve_stop(ha);
	memset(ha->peers, 0, sizeof(ha->peers));
	ha->source = ha->cover_peer = NULL;
}

/* Who follows has all that was multicast; who does not has less than the host of the dead one. */
static void
await(struct ha *ha, const struct ha_peer *p)
{
	if (ha->role != HA_JOINING && ha->role != HA_SYNCING)
		return;
	ha->await.node_id = p->node_id;
	ha->await.until = mono_add_ms(ha->now, HA_AWAIT_MS);
	log_emit(&ha->log, M_COPY,
		"node %u has the state on its host: its next process is waited for, %d s at most",
		p->node_id, HA_AWAIT_MS / 1000);
}

/* Everything that pointed to it lets go first. */
static void
peer_left(struct ha *ha, struct ha_peer *p, enum ha_reason reason, struct ha_out *out)
{
	bool unknown = reason == HA_REASON_NODEDOWN || reason == HA_REASON_UNKNOWN;
	bool was_active = p->role == HA_ACTIVE;
	uint32_t node_id = p->node_id;

	log_emit(&ha->log, M_PEER_LOST, "node %u left the group%s (it was %s)", node_id,
		reason == HA_REASON_PROCDOWN         ? ": its process died" :
			reason == HA_REASON_NODEDOWN ? ": the node is gone" :
			reason == HA_REASON_LEAVE    ? "" :
						       " for an unknown reason",
		p->heard ? ha_role_name(p->role) : "not heard");
	ha_gate_peer_left(ha, p, unknown);
	if (reason == HA_REASON_PROCDOWN && p->role == HA_ACTIVE && p->keeps)
		await(ha, p);
	ha_repl_forget(ha, p);
	if (ha->source == p) {
		ha->source = NULL;
		if (ha->role == HA_SYNCING)
			ha_role_change(ha, HA_JOINING, out, "the active left");
	}
	memset(p, 0, sizeof(*p));
	if (reason == HA_REASON_PROCDOWN)
		ha_out_add(out,
			(struct ha_action){ .kind = HA_ACT_PEER_DEAD,
				.node_id = node_id,
				.reason = reason,
				.was_active = was_active });
	ha_out_add(out,
		(struct ha_action){ .kind = HA_ACT_PEER_LOST,
			.node_id = node_id,
			.reason = reason,
			.was_active = was_active });
}

static void
peer_joined(struct ha *ha, const struct ha_member *m)
{
	for (size_t i = 0; i < HA_PEERS_MAX; i++) {
		struct ha_peer *p = &ha->peers[i];

		if (p->member)
			continue;
		*p = (struct ha_peer){
			.member = true, .node_id = m->node_id, .pid = m->pid, .beat_at = ha->now
		};
		ha->want_hello = true;
		ha_gate_peer_joined(ha);
		return;
	}
	log_emit(&ha->log, M_PEER_LOST, "more than %d other members: node %u is ignored",
		HA_PEERS_MAX, m->node_id);
}

static const struct ha_member *
member_in(const struct ha_member *list, size_t count, uint32_t node_id, uint32_t pid)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i].node_id == node_id && list[i].pid == pid)
			return &list[i];
	}
	return NULL;
}

static void
remove_missing(struct ha *ha, const struct ha_confchg *c, struct ha_out *out)
{
	for (size_t i = 0; i < HA_PEERS_MAX; i++) {
		struct ha_peer *p = &ha->peers[i];
		const struct ha_member *left;

		if (!p->member)
			continue;
		left = member_in(c->left, c->left_count, p->node_id, p->pid);
		if (left != NULL)
			peer_left(ha, p, left->reason, out);
		else if (member_in(c->members, c->member_count, p->node_id, p->pid) == NULL)
			peer_left(ha, p, HA_REASON_UNKNOWN, out);
	}
}

/* A merge: nobody knows what was missed. The peer is a stranger again, whoever is no active resyncs. */
static void
merged(struct ha *ha, struct ha_peer *p, struct ha_out *out)
{
	ha_repl_forget(ha, p);
	*p = (struct ha_peer){
		.member = true, .node_id = p->node_id, .pid = p->pid, .beat_at = ha->now
	};
	ha->want_hello = true;
	if (ha->role == HA_STANDBY || ha->role == HA_SYNCING)
		ha_join_restart(ha, "rings merged", false, out);
	ha->join.ask_at = ha->now;
}

static void
add_new(struct ha *ha, const struct ha_confchg *c, struct ha_out *out)
{
	for (size_t i = 0; i < c->member_count; i++) {
		const struct ha_member *m = &c->members[i], *joined;
		struct ha_peer *p;

		if (ha_member_is_own(ha, m->node_id, m->pid))
			continue;
		p = ha_member_find(ha, m->node_id, m->pid);
		if (p == NULL) {
			peer_joined(ha, m);
			p = ha_member_find(ha, m->node_id, m->pid);
		}
		joined = member_in(c->joined, c->joined_count, m->node_id, m->pid);
		if (p != NULL && joined != NULL && joined->reason == HA_REASON_NODEUP)
			merged(ha, p, out);
	}
}

bool
ha_member_has_own(const struct ha *ha, const struct ha_confchg *c)
{
	return member_in(c->members, c->member_count, ha->conf.node_id, ha->pid) != NULL;
}

void
ha_member_confchg(struct ha *ha, const struct ha_confchg *c, struct ha_out *out)
{
	bool own = ha_member_has_own(ha, c);

	if (HA_MUTATED_CONFCHG && ha->in_group) {
		const struct ha_confchg ignored = { .members = c->members,
			.member_count = c->member_count };

		for (size_t i = 0; i < c->member_count; i++) {
			if (!ha_member_is_own(ha, c->members[i].node_id, c->members[i].pid) &&
				ha_member_find(ha, c->members[i].node_id, c->members[i].pid) ==
					NULL)
				add_new(ha, &ignored, out);
		}
		return;
	}
	remove_missing(ha, c, out);
	if (own && !ha->in_group) {
		ha->in_group = true;
		ha->want_hello = true;
		ha->next_beat = ha->now;
	}
	add_new(ha, c, out);
}
