/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lease, gate, watermark: see ha_gate.h.
 *
 * Happy path: a beat is asked, comes back, the lease runs on from the moment of asking; the cover acknowledges,
 * the watermark follows. Failure modes, each shutting the gate: no own delivery for a lease, own stall, quorum
 * lost, ring lost, a node lost without fencing, another voice that may still hold a lease.
 */
#include "ha/ha_gate.h"

#include "ha/ha_mutation.h"

/* A cut is not decided by who fences first, but by a vote that the other side may get. */
static bool
vote_decides(const struct ha *ha)
{
	return !ha->conf.fencing || ha->conf.third_vote;
}

/* The eighth on top is for clocks that drift. */
static struct mono
other_voice_until(const struct ha *ha)
{
	return mono_add_ms(ha->now, ha->conf.lease_ms + ha->conf.lease_ms / 8);
}

static struct mono
later(struct mono a, struct mono b)
{
	return mono_before(a, b) ? b : a;
}

void
ha_gate_renew(struct ha *ha, uint64_t asked_us)
{
	struct mono asked = { (int64_t)asked_us };

	if (!ha->quorate || ha->lease.await_quorum || mono_before(asked, ha->lease.floor) ||
		mono_before(ha->now, asked))
		return;
	ha->lease.until = later(ha->lease.until, mono_add_ms(asked, ha->conf.lease_ms));
	ha->lease.granted_until = later(ha->lease.granted_until, ha->lease.until);
}

void
ha_gate_void(struct ha *ha)
{
	ha->lease.until = (struct mono){ 0 };
	ha->lease.floor = ha->now;
}

void
ha_gate_stalled(struct ha *ha)
{
	ha_gate_void(ha);
	ha->want_beat = true;
	ha->lease.doubt_until = mono_add_ms(ha->now, ha->conf.lease_ms);
}

void
ha_gate_quorum(struct ha *ha, bool quorate)
{
	bool gained = quorate && (!ha->quorate || ha->lease.await_quorum);
	bool goes_on = ha->role == HA_ACTIVE && !mono_due(ha->lease.granted_until, ha->now);

	if (quorate == ha->quorate && !gained)
		return;
	ha->quorate = quorate;
	if (quorate)
		ha->lease.await_quorum = false;
	/* Another partition may have had it until now, and may not know yet that it lost it. */
	if (gained && !goes_on && !ha->conf.fencing)
		ha->lease.ghost_until = later(ha->lease.ghost_until, other_voice_until(ha));
	ha_gate_void(ha);
	ha->want_beat = true;
}

void
ha_gate_hush(struct ha *ha)
{
	ha->lease.shot_until = (struct mono){ 0 }; /* promoted: the arbiter has decided */
	ha->lease.hush_until = other_voice_until(ha);
	ha->lease.grace_until = mono_add_ms(ha->now, ha->conf.lease_ms);
	for (size_t i = 0; i < HA_PEERS_MAX; i++) {
		struct ha_peer *p = &ha->peers[i];

		p->hush = p->member && p->role == HA_ACTIVE;
	}
}

void
ha_gate_ring_up(struct ha *ha)
{
	if (!ha->conf.fencing)
		ha->lease.ghost_until = later(ha->lease.ghost_until, other_voice_until(ha));
}

void
ha_gate_peer_left(struct ha *ha, const struct ha_peer *p, bool unknown)
{
	if (!unknown)
		return;
	if (p->hush)
		ha->lease.ghost_until = later(ha->lease.ghost_until, ha->lease.hush_until);
	if (!vote_decides(ha)) {
		/* who fences is decided by who missed the other first */
		if (ha->role == HA_ACTIVE && !mono_due(ha->lease.doubt_until, ha->now))
			ha->lease.shot_until = mono_add_ms(ha->now, 2 * ha->conf.lease_ms);
		return;
	}
	if (!ha->conf.fencing && (p->role == HA_ACTIVE || !p->heard))
		ha->lease.ghost_until = later(ha->lease.ghost_until, other_voice_until(ha));
	ha->lease.await_quorum = true;
	ha->lease.await_until = mono_add_ms(ha->now, 2 * ha->conf.lease_ms);
	ha_gate_void(ha);
}

void
ha_gate_peer_joined(struct ha *ha)
{
	ha->lease.shot_until = (struct mono){ 0 };
}

/*
 * Quorum that was told before the loss is not told again. Where nothing fences the claim ends with the lease (lacks_quorum()); with
 * fencing who still lives after two of them was not replaced, and must not wait for ever.
 */
static bool
awaits_in_vain(const struct ha *ha)
{
	return ha->lease.await_quorum && ha->quorate && ha->conf.fencing;
}

static bool
lacks_quorum(const struct ha *ha)
{
	return !ha->conf.solo && !ha->conf.fencing && (!ha->quorate || ha->lease.await_quorum);
}

/* Others keep silent until the last lease granted is over; who was just promoted is given the time of one. */
static struct mono
void_at(const struct ha *ha)
{
	return later(ha->lease.granted_until, ha->lease.grace_until);
}

bool
ha_gate_claim_is_void(const struct ha *ha)
{
	return ha->role == HA_ACTIVE && lacks_quorum(ha) && mono_due(void_at(ha), ha->now);
}

static bool
hushed(const struct ha *ha)
{
	if (!mono_due(ha->lease.ghost_until, ha->now))
		return true;
	if (mono_due(ha->lease.hush_until, ha->now))
		return false;
	for (size_t i = 0; i < HA_PEERS_MAX; i++) {
		if (ha->peers[i].member && ha->peers[i].hush)
			return true;
	}
	return false;
}

const char ha_gate_not_active[] = "not active";

/* Why the gate is shut; NULL: it is open. Always the same pointer for the same reason. */
static const char *
shut_because(const struct ha *ha)
{
	if (ha->role != HA_ACTIVE)
		return ha_gate_not_active;
	if (HA_MUTATED_GATE || ha->conf.solo)
		return NULL;
	if (!ha->in_group)
		return "no ring";
	if (!ha->quorate)
		return "no quorum";
	if (ha->lease.await_quorum)
		return "a node was lost, quorum is not confirmed yet";
	if (!mono_due(ha->lease.shot_until, ha->now))
		return "a node was lost after this one stood still: it may fence us";
	if (mono_due(ha->lease.until, ha->now))
		return "the lease ran out";
	if (hushed(ha))
		return "another node may still speak";
	return NULL;
}

struct ha_cover_log
ha_gate_cover_log(const struct ha *ha)
{
	const struct ha_log_entry *oldest = ha_log_at(&ha->deltas, ha->cover.acked + 1);

	return (struct ha_cover_log){
		.now_us = ha->now.us,
		.timeout_us = ha->conf.confirm_timeout_ms * 1000,
		.appended = ha->offset,
		.oldest_us = oldest ? oldest->at_us : INT64_MIN / 2,
		.proven = vote_decides(ha) ? ha->proven : UINT64_MAX,
	};
}

/* The next beat proves what has come back until it is made. None is asked for while one is on its way: the ring may be silent. */
static void
ask_for_proof(struct ha *ha, const struct ha_cover_log *log)
{
	if (!ha->mark.pending && ha->delivered > ha->proven &&
		ha_cover_wants_proof(&ha->cover, log))
		ha->want_beat = true;
}

void
ha_gate_mark(struct ha *ha)
{
	if (ha->role != HA_ACTIVE || ha->mark.pending)
		return;
	ha->mark.pending = true;
	ha->mark.asked_us = (uint64_t)ha->now.us;
	ha->mark.offset = ha->delivered;
}

void
ha_gate_marked(struct ha *ha, uint64_t asked_us)
{
	if (!ha->mark.pending || asked_us < ha->mark.asked_us)
		return;
	ha->mark.pending = false;
	if (ha->mark.offset > ha->proven)
		ha->proven = ha->mark.offset;
}

void
ha_gate_unmark(struct ha *ha)
{
	ha->delivered = ha->proven = 0;
	ha->mark.pending = false;
}

static void
settle_cover(struct ha *ha)
{
	struct ha_cover_log log = ha_gate_cover_log(ha);
	bool unconfirmed, in_step;

	ha_cover_update(&ha->cover, &log);
	ask_for_proof(ha, &log);
	unconfirmed = ha_cover_unconfirmed(&ha->cover);
	in_step = !ha_cover_degraded(&ha->cover);
	if (in_step != ha->told_in_step) {
		ha->told_in_step = in_step;
		ha->want_beat = true;
		if (in_step)
			log_emit(&ha->log, M_STANDBY_IN_STEP,
				"node %u is in step at epoch %llu offset %llu",
				ha->cover_peer->node_id, (unsigned long long)ha->epoch,
				(unsigned long long)ha->cover.acked);
		else
			log_emit(&ha->log, M_STANDBY_BEHIND, "active without a standby in step");
	}
	if (!in_step)
		ha->told_unconfirmed = false; /* said by the lack of a standby */
	if (unconfirmed != ha->told_unconfirmed) {
		ha->told_unconfirmed = unconfirmed;
		log_emit(&ha->log, M_UNCONFIRMED, "%s: acknowledged is %llu of %llu",
			unconfirmed ? "no confirmation in time, effects leave without it" :
				      "confirmed again",
			(unsigned long long)ha->cover.acked, (unsigned long long)ha->offset);
	}
}

void
ha_gate_settle(struct ha *ha)
{
	const char *why;

	if (awaits_in_vain(ha) && mono_due(ha->lease.await_until, ha->now))
		ha_gate_quorum(ha, true);
	why = shut_because(ha);
	if (ha->role == HA_ACTIVE)
		settle_cover(ha);
	if (why == ha->gate_why)
		return;
	ha->gate_why = why;
	ha->gate_open = why == NULL;
	log_emit(&ha->log, M_GATE, "the gate is %s%s%s", ha->gate_open ? "open" : "shut",
		why ? ": " : "", why ? why : "");
}

/* Once it is over the proof is awaited, which comes by the ring. */
static struct mono
confirm_deadline(const struct ha *ha)
{
	struct ha_cover_log log = ha_gate_cover_log(ha);
	struct mono at = { log.oldest_us + log.timeout_us };

	return mono_due(at, ha->now) && ha_cover_wants_proof(&ha->cover, &log) ? MONO_NEVER : at;
}

struct mono
ha_gate_deadline(const struct ha *ha)
{
	struct mono at = MONO_NEVER;

	if (ha->role != HA_ACTIVE || ha->conf.solo)
		return at;
	if (ha->gate_open)
		at = mono_min(at, ha->lease.until);
	if (lacks_quorum(ha))
		at = mono_min(at, void_at(ha));
	if (awaits_in_vain(ha))
		at = mono_min(at, ha->lease.await_until);
	if (!mono_due(ha->lease.ghost_until, ha->now))
		at = mono_min(at, ha->lease.ghost_until);
	if (!mono_due(ha->lease.shot_until, ha->now))
		at = mono_min(at, ha->lease.shot_until);
	if (!mono_due(ha->lease.hush_until, ha->now))
		at = mono_min(at, ha->lease.hush_until);
	if (ha_cover_waits(&ha->cover, ha->offset))
		at = mono_min(at, confirm_deadline(ha));
	return at;
}
