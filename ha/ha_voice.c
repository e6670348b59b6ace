/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Epochs and claims: see ha_voice.h.
 *
 * Happy path: promote -> epoch to disk -> CLAIM -> its own delivery, nothing higher met -> ACTIVE.
 * Failure modes: another claim of the generation came first (JOINING), a bystander knows an epoch of it or of a higher
 * one (claim again), an ACTIVE meets a higher epoch that speaks (FENCED, emptied, JOINING) or that is but
 * remembered (claims above it), two rings with one generation merge (the lower epoch gives up).
 */
#include "ha/ha_voice.h"

#include "ha/ha_copy.h"
#include "ha/ha_gate.h"
#include "ha/ha_join.h"
#include "ha/ha_out.h"
#include "ha/ha_role.h"
#include "ha/ha_serve.h"

#define NODE_MASK (((uint64_t)1 << HA_EPOCH_NODE_BITS) - 1)

/*
 * Of a generation above everything that is on disk (saved >= seen: a void claim is not made again), and with the
 * node in its lowest bits: two nodes that were never up together cannot make the same one.
 */
static uint64_t
next_epoch(const struct ha *ha)
{
	return ((ha_voice_generation(ha->saved) + 1) << HA_EPOCH_NODE_BITS) |
		(ha->conf.node_id & NODE_MASK);
}

void
ha_voice_save(struct ha *ha, uint64_t epoch, struct ha_out *out)
{
	if (epoch <= ha->saved)
		return;
	ha->saved = epoch;
	ha_out_add(out, (struct ha_action){ .kind = HA_ACT_SAVE_EPOCH, .epoch = epoch });
}

static void
forget_followers(struct ha *ha)
{
	for (size_t i = 0; i < HA_PEERS_MAX; i++) {
		struct ha_peer *p = &ha->peers[i];

		p->listening = p->standby = p->dropped = false;
		p->acked = 0;
	}
	ha->cover_peer = NULL;
	ha_serve_stop(ha);
}

static void
become_active(struct ha *ha, uint64_t asked_us, struct ha_out *out, const char *why)
{
	ha->base_epoch = ha->epoch;
	ha->base_offset = ha->offset;
	ha->base_digest = ha_int_digest(ha);
	ha->epoch = ha->seen = ha->claim_epoch;
	ha->offset = 0;
	ha_log_reset(&ha->deltas, 0);
	ha->sent = 0;
	ha->sent_digest = ha->base_digest;
	ha->in_flight_count = 0;
	ha->join.failures = 0;
	ha->join.full_wanted = false;
	forget_followers(ha);
	ha_copy_claimed(ha, out);
	ha_cover_reset(&ha->cover, ha->conf.mode == HA_ASYNC);
	ha_gate_unmark(ha);
	ha->told_unconfirmed = false;
	ha->told_in_step = !ha->conf.solo; /* so that the lack of a standby is told */
	ha_gate_hush(ha);
	ha_gate_renew(ha, asked_us);
	log_emit(&ha->log, M_ACTIVE, "active, epoch %llu, with the state of epoch %llu offset %llu",
		(unsigned long long)ha->epoch, (unsigned long long)ha->base_epoch,
		(unsigned long long)ha->base_offset);
	ha_role_change(ha, HA_ACTIVE, out, why);
}

static void
send_claim(struct ha *ha, struct ha_out *out)
{
	struct ha_frame f;

	ha->claim_epoch = next_epoch(ha);
	ha_voice_save(ha, ha->claim_epoch, out);
	f = ha_out_frame(HA_FRAME_CLAIM, ha->claim_epoch, 0);
	f.u.claim = (struct ha_frame_claim){
		.nonce = ha->nonce,
		.asked_us = (uint64_t)ha->now.us,
		.base_epoch = ha->epoch,
		.base_offset = ha->offset,
		.base_digest = ha_int_digest(ha),
	};
	ha_out_mcast(ha, out, &f);
}

void
ha_voice_claim(struct ha *ha, struct ha_out *out, const char *why)
{
	send_claim(ha, out);
	if (ha->role != HA_INIT)
		ha_role_change(ha, HA_CLAIMING, out, why);
	if (ha->conf.solo)
		become_active(ha, (uint64_t)ha->now.us, out, "there is no cluster");
}

void
ha_voice_empty(struct ha *ha)
{
	size_t at = 0;

	ha_copy_void(ha);
	(void)ha->fsm.restore(ha->fsm.arg, NULL, 0, 0, &at);
	ha->epoch = 0;
	ha->offset = 0;
}

/* Rule 6: what was ours alone is worth nothing any more. */
static void
give_up(struct ha *ha, const struct ha_peer *p, uint64_t epoch, struct ha_out *out)
{
	ha->two_actives_at = ha->now;
	log_emit(&ha->log, M_TWO_VOICES,
		"node %u tells of epoch %llu, this node was active in epoch %llu: giving up",
		p->node_id, (unsigned long long)epoch, (unsigned long long)ha->epoch);
	ha_gate_void(ha);
	ha_role_change(ha, HA_FENCED, out, "another node claims to be active");
	ha_voice_empty(ha);
	ha_role_change(ha, HA_JOINING, out, "emptied");
}

void
ha_voice_two(struct ha *ha, const struct ha_peer *p, struct ha_out *out)
{
	if (p->epoch == ha->epoch && ha->conf.node_id <= p->node_id) {
		give_up(ha, p, ha->epoch, out);
		return;
	}
	ha->want_beat = true; /* it has not heard of us */
	if (ha_voice_generation(p->epoch) != ha_voice_generation(ha->epoch))
		return;
	ha->two_actives_at = ha->now;
	log_emit(&ha->log, M_TWO_VOICES,
		"node %u is active in epoch %llu, this node in epoch %llu: it will give up",
		p->node_id, (unsigned long long)p->epoch, (unsigned long long)ha->epoch);
}

/*
 * Must who leads in our epoch yield to it? Two epochs of one generation were claimed by nodes that did not know of
 * each other: a state of the other one is not newer than ours, it only has the higher number.
 */
static bool
must_yield(const struct ha *ha, uint64_t epoch, enum ha_voice_kind kind)
{
	return kind == HA_VOICE_SPEAKS ||
		(kind == HA_VOICE_STATE &&
			ha_voice_generation(epoch) > ha_voice_generation(ha->epoch));
}

static void
meet_newer(struct ha *ha, const struct ha_peer *p, uint64_t epoch, enum ha_voice_kind kind,
	struct ha_out *out)
{
	if (ha->role == HA_CLAIMING && kind == HA_VOICE_SPEAKS)
		ha_role_change(ha, HA_JOINING, out, "another claim came first");
	else if (ha->role == HA_CLAIMING)
		send_claim(ha, out);
	else if (ha->role == HA_DRAINING && must_yield(ha, epoch, kind))
		ha_role_change(ha, HA_JOINING, out, "a newer epoch speaks");
	else if (ha->role == HA_ACTIVE && must_yield(ha, epoch, kind))
		give_up(ha, p, epoch, out);
	else if (ha->role == HA_ACTIVE)
		ha_voice_claim(
			ha, out, "a node knows of a higher epoch than ours: claiming one above it");
}

void
ha_voice_meet(struct ha *ha, const struct ha_peer *p, uint64_t epoch, enum ha_voice_kind kind,
	struct ha_out *out)
{
	uint64_t ours = ha->epoch;

	/* Whatever is of the generation that is claimed spoils the claim: others refuse it for that. */
	if (ha->role == HA_CLAIMING)
		ours = (ha_voice_generation(ha->claim_epoch) << HA_EPOCH_NODE_BITS) - 1;
	if (epoch > ha->seen) {
		ha->seen = epoch;
		if (kind == HA_VOICE_HEARSAY ||
			(ha->role == HA_ACTIVE && !must_yield(ha, epoch, kind)))
			ha_copy_met(ha, epoch, out);
		ha_voice_save(ha, epoch, out);
	}
	if (epoch > ours)
		meet_newer(ha, p, epoch, kind, out);
}

void
ha_voice_on_claim(struct ha *ha, struct ha_peer *p, const struct ha_frame *f, struct ha_out *out)
{
	if (ha_voice_generation(f->epoch) <= ha_voice_generation(ha->seen)) {
		ha->counts.frames_stale++;
		ha->want_beat = true;
		return;
	}
	ha_join_finish(ha, out);
	ha->await.node_id = 0;
	ha_voice_meet(ha, p, f->epoch, HA_VOICE_SPEAKS, out);
	p->role = HA_ACTIVE;
	p->epoch = f->epoch;
	p->offset = 0;
	if (ha->role == HA_STANDBY || ha->role == HA_SYNCING)
		ha_role_change(ha, HA_JOINING, out, "another node became active");
	ha->join.ask_at = ha->now;
}

void
ha_voice_on_own_claim(struct ha *ha, const struct ha_frame *f, struct ha_out *out)
{
	if (ha->role != HA_CLAIMING || f->u.claim.nonce != ha->nonce || f->epoch != ha->claim_epoch)
		return;
	if (ha_voice_generation(f->epoch) <= ha_voice_generation(ha->seen)) {
		ha_role_change(ha, HA_JOINING, out, "an epoch of this generation is known");
		return;
	}
	become_active(ha, f->u.claim.asked_us, out, "the claim was delivered");
}
