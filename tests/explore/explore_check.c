/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold after every step, and when two states are one: see explore.h. */
#include "tests/explore/explore.h"

#include "ha/ha_gate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BROKEN(...) \
	do { \
		if (ex->broken[0] == '\0') \
			snprintf(ex->broken, sizeof(ex->broken), __VA_ARGS__); \
	} while (0)

/* --- roles: docs/ha-protocol.md 4, written down a second time ------------------------------------------------- */

#define TO(role) (1u << HA_##role)

static const unsigned role_may[] = {
	[HA_INIT] = TO(JOINING),
	[HA_JOINING] = TO(INIT) | TO(SYNCING) | TO(CLAIMING),
	[HA_SYNCING] = TO(INIT) | TO(JOINING) | TO(STANDBY) | TO(CLAIMING),
	[HA_STANDBY] = TO(INIT) | TO(JOINING) | TO(CLAIMING),
	[HA_CLAIMING] = TO(INIT) | TO(JOINING) | TO(ACTIVE),
	[HA_ACTIVE] = TO(DRAINING) | TO(FENCED) | TO(CLAIMING),
	[HA_DRAINING] = TO(INIT) | TO(JOINING),
	[HA_FENCED] = TO(JOINING),
};

static void
check_roles(const struct ex_node *nd)
{
	for (size_t k = 0; k < nd->out.count; k++) {
		const struct ha_action *a = &nd->out.actions[k];

		if (a->kind != HA_ACT_ROLE)
			continue;
		if ((role_may[a->from] & (1u << a->to)) == 0)
			BROKEN("ROLE: node %u went from %s to %s", nd->id, ha_role_name(a->from),
				ha_role_name(a->to));
		if (a->to == HA_CLAIMING && a->from != HA_ACTIVE && !ex->ordered)
			BROKEN("ROLE: node %u claims, and nobody ordered it", nd->id);
	}
}

/* --- one voice --------------------------------------------------------------------------------------------------- */

static void
check_epoch(const struct ex_node *nd)
{
	if (ha_role(nd->ha) != HA_ACTIVE)
		return;
	for (unsigned k = 0; k < ex->owner_count; k++) {
		if (ex->owners[k].epoch != nd->ha->epoch)
			continue;
		if (ex->owners[k].pid != nd->pid)
			BROKEN("EPOCH: node %u is active of epoch %" PRIu64 ", another one was",
				nd->id, nd->ha->epoch);
		return;
	}
	if (ex->owner_count == EX_KNOWN)
		BROKEN("more than %d epochs", EX_KNOWN);
	else
		ex->owners[ex->owner_count++] =
			(struct ex_owner){ .epoch = nd->ha->epoch, .pid = nd->pid };
}

/* Who spoke before is silent for good once somebody else has spoken. */
static void
check_speaker(const struct ex_node *nd)
{
	for (unsigned k = 0; k < ex->owner_count; k++) {
		struct ex_owner *o = &ex->owners[k];

		if (o->epoch == nd->ha->epoch && o->over)
			BROKEN("ONE-VOICE: node %u speaks in epoch %" PRIu64
			       " again, another one has spoken since",
				nd->id, nd->ha->epoch);
		o->over = o->over || (o->epoch == ex->spoke && ex->spoke != nd->ha->epoch);
	}
}

/* A lower epoch after a higher one only where it is not known. A stopped process says nothing. */
static void
check_voice(struct ex_node *nd)
{
	if (!ha_gate_open(nd->ha))
		return;
	if (nd->ha->epoch < ex->spoke && nd->ha->seen >= ex->spoke)
		BROKEN("ONE-VOICE: node %u speaks in epoch %" PRIu64 " and knows of %" PRIu64,
			nd->id, nd->ha->epoch, ex->spoke);
	check_speaker(nd);
	ex->spoke = nd->ha->epoch;
	ex->speaker_pid = nd->pid;
	for (unsigned i = 0; i < ex->count; i++) {
		const struct ex_node *other = &ex->node[i];

		if (other != nd && other->ha != NULL && !other->paused && ha_gate_open(other->ha) &&
			!mono_due(other->ha->lease.until, ex->now))
			BROKEN("ONE-VOICE: the gates of nodes %u and %u are open", nd->id,
				other->id);
	}
}

/* --- same state -------------------------------------------------------------------------------------------------- */

static void
check_state(const struct ex_node *nd)
{
	const struct ha *ha = nd->ha;

	if (ha_role(ha) != HA_ACTIVE && ha_role(ha) != HA_STANDBY)
		return;
	for (unsigned k = ex->known_count; k-- > 0;) {
		const struct ex_position *p = &ex->known[k];

		if (p->epoch != ha->epoch || p->offset != ha->offset)
			continue;
		if (p->digest != nd->fsm.digest)
			BROKEN("SAME-STATE: node %u at epoch %" PRIu64 " offset %" PRIu64
			       " has another state",
				nd->id, ha->epoch, ha->offset);
		return;
	}
	if (ex->known_count == EX_KNOWN)
		BROKEN("more than %d positions", EX_KNOWN);
	else
		ex->known[ex->known_count++] =
			(struct ex_position){ ha->epoch, ha->offset, nd->fsm.digest };
}

/* --- promise ----------------------------------------------------------------------------------------------------- */

static const struct ex_node *
cover_of(const struct ex_node *nd)
{
	const struct ha_peer *p = nd->ha->cover_peer;
	const struct ex_node *cover = p ? &ex->node[p->node_id - 1] : NULL;

	return cover != NULL && cover->ha != NULL && cover->pid == p->pid ? cover : NULL;
}

static void
check_released(const struct ex_node *nd)
{
	unsigned at = nd->id - 1;
	uint64_t released = ha_released(nd->ha);
	const struct ex_node *cover = cover_of(nd);
	struct ha_view v;

	ha_get_view(nd->ha, ex->now, &v);
	if (v.role != HA_ACTIVE || !v.gate_open)
		return;
	if (ex->released_epoch[at] == v.epoch && released < ex->released[at])
		BROKEN("PROMISE: the watermark of node %u went back", nd->id);
	ex->released_epoch[at] = v.epoch;
	ex->released[at] = released;
	if (released > v.offset)
		BROKEN("PROMISE: node %u released what does not exist", nd->id);
	if (!v.unconfirmed && !v.degraded && cover != NULL && cover->ha->epoch == v.epoch &&
		cover->ha->offset < released)
		BROKEN("PROMISE: node %u released %" PRIu64 ", node %u holds %" PRIu64, nd->id,
			released, cover->id, cover->ha->offset);
}

bool
ex_effect(struct ex_node *nd)
{
	uint64_t released = ha_gate_open(nd->ha) ? ha_released(nd->ha) : 0;
	const struct ex_node *cover;
	struct ha_view v;

	if (released == 0 || (ex->promise.epoch == nd->ha->epoch && ex->promise.offset == released))
		return false;
	ha_get_view(nd->ha, ex->now, &v);
	cover = v.unconfirmed || v.degraded ? NULL : cover_of(nd);
	ex->promise = (struct ex_promise){ nd->ha->epoch, released, cover ? cover->pid : 0,
		v.copied ? nd->id : 0 };
	return true;
}

/* Who gave up, or knows that another one is active, has no use for its file. */
static void
note_role(struct ex_promise *p, const struct ex_node *nd, enum ha_role to)
{
	if (p->copy_node == nd->id ? to == HA_FENCED : to == HA_ACTIVE)
		p->copy_node = 0;
}

/* What a client was told is there when the process takes over that was called in step, or whose host has it. */
static void
check_takeover(const struct ex_node *nd)
{
	const struct ha *ha = nd->ha;
	struct ex_promise *p = &ex->promise;

	for (size_t k = 0; k < nd->out.count; k++) {
		const struct ha_action *a = &nd->out.actions[k];

		if (a->kind != HA_ACT_ROLE)
			continue;
		note_role(p, nd, a->to);
		if (a->to != HA_ACTIVE || (p->cover_pid != nd->pid && p->copy_node != nd->id))
			continue;
		if (ha->base_epoch < p->epoch ||
			(ha->base_epoch == p->epoch && ha->base_offset < p->offset))
			BROKEN("PROMISE: node %u takes over from epoch %" PRIu64 " offset %" PRIu64
			       ", clients know %" PRIu64 " %" PRIu64,
				nd->id, ha->base_epoch, ha->base_offset, p->epoch, p->offset);
	}
}

void
ex_check(struct ex_node *nd)
{
	check_roles(nd);
	check_epoch(nd);
	check_state(nd);
	check_voice(nd);
	check_released(nd);
	check_takeover(nd);
	if (ha_role(nd->ha) == HA_ACTIVE && !nd->ha->in_group)
		BROKEN("ROLE: node %u is active without a ring", nd->id);
	if (nd->floor != nd->ha->saved || nd->ha->saved < nd->ha->epoch)
		BROKEN("EPOCH: the epoch of node %u is not on disk", nd->id);
}

/* --- when two states are one ------------------------------------------------------------------------------------- */

static uint64_t
fold(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9fb21c651e98df25u;
	return h ^ (h >> 29);
}

static uint64_t
fold_bytes(uint64_t h, const uint8_t *p, size_t n)
{
	for (; n >= 8; n -= 8, p += 8) {
		uint64_t v;

		memcpy(&v, p, 8);
		h = fold(h, v);
	}
	for (; n > 0; n--)
		h = fold(h, *p++);
	return h;
}

/* Time as the distance from now in quarters of a beat: 0 for what is over. */
static uint64_t
fold_time(uint64_t h, struct mono at)
{
	int64_t us = at.us - ex->now.us;

	return fold(h,
		at.us == MONO_NEVER.us ? UINT64_MAX :
			us <= 0        ? 0 :
					 (uint64_t)us / 25000 + 1);
}

/* The time since: what happened long ago is over. */
static uint64_t
fold_age(uint64_t h, struct mono at)
{
	int64_t us = ex->now.us - at.us;

	return fold(h, us > 5000000 ? UINT64_MAX : us <= 0 ? 0 : (uint64_t)us / 25000 + 1);
}

static uint64_t
hash_peer(uint64_t h, const struct ha *ha, const struct ha_peer *p)
{
	if (!p->member)
		return fold(h, 99);
	h = fold(h, p->node_id << 16 | p->role << 8 | p->heard);
	h = fold(h, p->pid == ex->node[p->node_id - 1].pid);
	h = fold(h, p->epoch);
	h = fold(h, p->offset);
	h = fold(h,
		p->speaks << 8 | p->keeps << 5 | p->hush << 4 | p->listening << 3 |
			p->standby << 2 | p->dropped << 1);
	h = fold(h, p->acked);
	h = fold(h,
		(unsigned)(ha->source == p) << 2 | (unsigned)(ha->cover_peer == p) << 1 |
			(unsigned)(ha->serve.to == p));
	return p->standby || p->listening ? fold_age(h, p->alive_at) : h;
}

static uint64_t
hash_position(uint64_t h, const struct ha *ha)
{
	const uint64_t numbers[] = { (uint64_t)ha->role, ha->epoch, ha->offset, ha->seen, ha->saved,
		ha->claim_epoch, ha->base_epoch, ha->base_offset, ha->base_digest, ha->sent,
		ha->in_flight_count, ha->deltas.last, ha->deltas.count, ha->delivered, ha->proven,
		ha->mark.pending ? ha->mark.offset + 1 : 0 };

	h = fold(h,
		(uint64_t)ha->ring << 9 | (uint64_t)ha->in_group << 8 | (uint64_t)ha->quorate << 7 |
			(uint64_t)ha->follows << 6 | (uint64_t)ha->in_step << 5 |
			(uint64_t)ha->gate_open << 4 | (uint64_t)ha->leaving_sent << 3 |
			(uint64_t)ha->want_beat << 2 | (uint64_t)ha->want_hello << 1 |
			(uint64_t)ha->want_ack);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		h = fold(h, numbers[i]);
	h = fold(h, (uint64_t)ha->cover.state << 8 | (uint64_t)ha->cover.was_late);
	h = fold(h, ha->cover.acked);
	return fold(h, ha->cover.released);
}

static uint64_t
hash_times(uint64_t h, const struct ha *ha)
{
	const struct ha_lease *l = &ha->lease;
	const struct mono times[] = { l->until, l->granted_until, l->grace_until, l->hush_until,
		l->ghost_until, ha->next_beat, ha->join.ask_at, ha->join.deadline };

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		h = fold_time(h, times[i]);
	h = fold(h, l->await_quorum);
	h = fold_age(h, l->floor);
	return fold_age(h, ha->last_tick);
}

static uint64_t
hash_resync(uint64_t h, const struct ha *ha)
{
	const struct ha_serve *s = &ha->serve;
	const struct ha_join *j = &ha->join;

	if (s->to != NULL) {
		h = fold(h, (uint64_t)s->begun << 3 | (uint64_t)s->full << 2 | s->full_wanted);
		h = fold(h, s->in_flight << 8 | s->at);
		h = fold(h, s->x ^ s->cursor << 20);
		h = fold(h, s->have_epoch ^ s->have_offset << 30 ^ s->have_digest);
	}
	h = fold(h, (uint64_t)j->begun << 3 | (uint64_t)j->full << 2 | j->full_wanted);
	h = fold(h, j->x ^ j->queue.count << 20 ^ j->total << 30);
	return fold(h, j->failures << 10 | j->snap.n);
}

/* A frame without what only jitter and chance decide: nonce, moment of asking, number of a resync, checksum. */
static uint64_t
hash_msg(uint64_t h, const struct ex_msg *m)
{
	h = fold(h, (uint64_t)m->kind << 16 | m->from << 8 | (uint64_t)m->quorate);
	if (m->from > 0)
		h = fold(h, m->pid == ex->node[m->from - 1].pid);
	if (m->kind == EX_FRAME && m->n > 64) {
		bool beat = m->bytes[6] == HA_FRAME_BEAT || m->bytes[6] == HA_FRAME_HELLO ||
			m->bytes[6] == HA_FRAME_CLAIM;
		size_t skip = 40 + (beat ? 16 : 8);
		int64_t asked_us;

		h = fold_bytes(h, m->bytes, 40);
		memcpy(&asked_us, m->bytes + 48, sizeof(asked_us));
		if (beat)
			h = fold_age(h, (struct mono){ asked_us });
		return fold_bytes(h, m->bytes + skip, m->n - 8 - skip);
	}
	if (m->kind == EX_FRAME)
		return fold_bytes(h, m->bytes, m->n - 8);
	for (size_t i = 0; i < m->member_count; i++)
		h = fold(h, m->members[i].node_id << 4 | 1);
	for (size_t i = 0; i < m->left_count; i++)
		h = fold(h, m->left[i].node_id << 8 | m->left[i].reason << 4 | 2);
	for (size_t i = 0; i < m->joined_count; i++)
		h = fold(h, m->joined[i].node_id << 8 | m->joined[i].reason << 4 | 3);
	return h;
}

static uint64_t
hash_node(uint64_t h, const struct ex_node *nd)
{
	h = fold(h,
		(uint64_t)(nd->ha != NULL) << 4 | (uint64_t)nd->joined << 3 |
			(uint64_t)nd->paused << 2 | (uint64_t)nd->quorate << 1);
	h = fold(h, nd->component);
	h = fold(h, nd->floor);
	h = fold_bytes(h, nd->copy.p, nd->copy.n);
	if (nd->ha == NULL)
		return h;
	h = fold(h, nd->fsm.digest);
	h = hash_position(h, nd->ha);
	h = hash_times(h, nd->ha);
	h = hash_resync(h, nd->ha);
	h = fold(h, (uint64_t)nd->ha->copy.live << 1 | nd->ha->copy.loaded);
	h = fold(h, nd->ha->copy.upto);
	h = fold(h, nd->ha->await.node_id);
	h = fold_time(h, nd->ha->await.until);
	for (size_t i = 0; i < HA_PEERS_MAX; i++)
		h = hash_peer(h, nd->ha, &nd->ha->peers[i]);
	for (const struct ex_msg *m = nd->in; m != NULL; m = m->next)
		h = hash_msg(h, m);
	return fold(h, nd->in_count);
}

uint64_t
ex_hash(void)
{
	uint64_t h = fold(ex->count, ex->fencing);

	for (unsigned i = 0; i < ex->count; i++) {
		h = hash_node(h, &ex->node[i]);
		h = fold(h, ex->promise.cover_pid == ex->node[i].pid);
		h = fold(h, ex->speaker_pid == ex->node[i].pid);
	}
	h = fold(h, ex->promise.copy_node);
	h = fold(h, ex->quorate_component);
	for (unsigned k = 0; k < ex->owner_count; k++)
		h = fold(h, ex->owners[k].epoch << 1 | ex->owners[k].over);
	h = fold(h, ex->spoke);
	return fold(fold(h, ex->promise.epoch), ex->promise.offset);
}
