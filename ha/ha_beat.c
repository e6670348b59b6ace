/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Beats: see ha_beat.h.
 *
 * An active's beat names the last offset sent and the digest noted there; it is sent after the batches of its step. So
 * a standby that gets it has got all of that, and what it compares is exact.
 */
#include "ha/ha_beat.h"

#include "ha/ha_copy.h"
#include "ha/ha_gate.h"
#include "ha/ha_join.h"
#include "ha/ha_mutation.h"
#include "ha/ha_out.h"
#include "ha/ha_repl.h"
#include "ha/ha_role.h"
#include "ha/ha_voice.h"

bool
ha_beat_compare(struct ha *ha, uint64_t offset, uint64_t ours, uint64_t theirs)
{
	if (HA_MUTATED_DIGEST)
		return true;
	ha->digest_equal = ours == theirs;
	ha->digest_offset = offset;
	if (ours == theirs)
		return true;
	ha->counts.digests_differed++;
	ha->differed_at = ha->now;
	log_emit(&ha->log, M_DIGEST_MISMATCH,
		"the state at epoch %llu offset %llu differs: here %016llx, there %016llx",
		(unsigned long long)ha->epoch, (unsigned long long)offset, (unsigned long long)ours,
		(unsigned long long)theirs);
	return false;
}

static uint32_t
dropped_node(const struct ha *ha)
{
	for (size_t i = 0; ha->role == HA_ACTIVE && i < HA_PEERS_MAX; i++) {
		if (ha->peers[i].member && ha->peers[i].dropped)
			return ha->peers[i].node_id;
	}
	return 0;
}

/* The own node, if the state is on its host: of an active, or of a process that is dead. */
static uint32_t
copy_node(const struct ha *ha)
{
	bool tells = ha->role == HA_ACTIVE ? ha_copy_is_whole(ha) : ha->copy.loaded;

	return tells ? ha->conf.node_id : 0;
}

static void
send_beat(struct ha *ha, struct ha_out *out)
{
	bool leads = ha->role == HA_ACTIVE || ha->role == HA_DRAINING;
	struct ha_frame f = ha_out_frame(ha->want_hello ? HA_FRAME_HELLO : HA_FRAME_BEAT, ha->epoch,
		leads ? ha->sent : ha->offset);
	bool in_step =
		ha->role == HA_ACTIVE && ha->cover_peer != NULL && !ha_cover_degraded(&ha->cover);

	f.u.beat = (struct ha_frame_beat){
		.nonce = ha->nonce,
		.asked_us = (uint64_t)ha->now.us,
		.seen = ha->seen,
		.digest = leads ? ha->sent_digest : ha_int_digest(ha),
		.config_hash = ha->conf.config_hash,
		.step_node = in_step ? ha->cover_peer->node_id : copy_node(ha),
		.drop_node = dropped_node(ha),
		.role = (uint8_t)ha->role,
		.health = { ha->health, ha->health_bytes },
	};
	ha_out_mcast(ha, out, &f);
	ha_gate_mark(ha);
}

void
ha_beat_flush(struct ha *ha, struct ha_out *out)
{
	if (!ha->want_beat && !ha->want_hello && !mono_due(ha->next_beat, ha->now))
		return;
	send_beat(ha, out);
	ha->want_beat = ha->want_hello = false;
	ha->next_beat =
		mono_add_ms(ha->now, rng_jitter_ms(&ha->rng, ha->conf.beat_ms, HA_JITTER_PERCENT));
}

void
ha_beat_on_own(struct ha *ha, const struct ha_frame *f)
{
	if (f->u.beat.nonce != ha->nonce)
		return;
	ha_gate_renew(ha, f->u.beat.asked_us);
	ha_gate_marked(ha, f->u.beat.asked_us);
	if (f->epoch == ha->epoch)
		ha_repl_delivered(ha, f->offset);
}

static void
note(struct ha *ha, struct ha_peer *p, const struct ha_frame *f)
{
	const struct ha_frame_beat *b = &f->u.beat;

	if (b->config_hash != ha->conf.config_hash &&
		(!p->heard || p->config_hash != b->config_hash))
		log_emit(&ha->log, M_CONFIG_DIFFERS, "the configuration of node %u differs",
			p->node_id);
	p->heard = true;
	p->keeps = b->step_node == p->node_id;
	if (ha->await.node_id == p->node_id)
		ha->await.node_id = 0; /* it is back, and has told what it holds */
	/* A beat from between its claim and the claim's delivery there: we know already how that ended. */
	if (p->role != HA_ACTIVE || b->role != HA_CLAIMING || f->epoch >= p->epoch) {
		p->role = (enum ha_role)b->role;
		p->epoch = f->epoch;
		p->offset = f->offset;
	}
	p->config_hash = b->config_hash;
	p->beat_at = ha->now;
	p->health_bytes = b->health.n < sizeof(p->health) ? b->health.n : sizeof(p->health);
	memcpy(p->health, b->health.p, p->health_bytes);
	if (p->role != HA_ACTIVE)
		p->hush = false;
	if (f->type == HA_FRAME_HELLO)
		ha->want_beat = true;
}

/* What an active makes of a beat. */
static void
as_active(struct ha *ha, struct ha_peer *p, const struct ha_frame *f, struct ha_out *out)
{
	bool follows = p->role == HA_STANDBY && f->epoch == ha->epoch;

	if (p->role == HA_ACTIVE)
		ha_voice_two(ha, p, out);
	if (ha->role != HA_ACTIVE)
		return;
	if (follows && p->listening)
		ha_repl_acked(ha, p, f->offset, f->u.beat.digest);
	else if (follows && !p->dropped && ha->serve.to != p)
		ha_repl_drop(ha, p, "it follows without having asked");
	else if (p->standby && p->role != HA_CLAIMING)
		ha_repl_forget(ha, p);
}

/* What a follower makes of its active's beat. */
static void
as_follower(struct ha *ha, struct ha_peer *p, const struct ha_frame *f, struct ha_out *out)
{
	if (p->role != HA_ACTIVE && p->role != HA_DRAINING) {
		ha_join_finish(ha, out);
		ha->source = NULL;
		if (ha->role == HA_SYNCING)
			ha_role_change(ha, HA_JOINING, out, "the active is none any more");
		return;
	}
	if (ha->role != HA_STANDBY || f->epoch != ha->epoch)
		return;
	if (p->role == HA_ACTIVE)
		ha->in_step = f->u.beat.step_node == ha->conf.node_id;
	if (f->u.beat.drop_node == ha->conf.node_id) {
		bool differs = f->offset == ha->offset && f->u.beat.digest != ha_int_digest(ha);

		ha_join_fail(ha, "the active dropped us", false, out);
		if (differs)
			ha->join.cause = HA_SYNC_MISMATCH;
	} else if (f->offset > ha->offset) {
		ha_join_fail(ha, "deltas are missing", false, out);
	} else if (f->offset == ha->offset) {
		if (ha_beat_compare(ha, ha->offset, ha_int_digest(ha), f->u.beat.digest))
			ha->join.failures = 0;
		else
			ha_join_fail(ha, "the digest differs from the active's", true, out);
	}
}

void
ha_beat_on_beat(struct ha *ha, struct ha_peer *p, const struct ha_frame *f, struct ha_out *out)
{
	note(ha, p, f);
	ha_voice_meet(ha, p, f->epoch,
		p->role == HA_ACTIVE ? HA_VOICE_SPEAKS :
			p->keeps     ? HA_VOICE_HEARSAY : /* whoever spoke since has the newer state */
				       HA_VOICE_STATE,
		out);
	ha_voice_meet(ha, p, f->u.beat.seen, HA_VOICE_HEARSAY, out);
	if (ha->role == HA_ACTIVE)
		as_active(ha, p, f, out);
	else if (ha->source == p)
		as_follower(ha, p, f, out);
	if (ha->role == HA_STANDBY && p->role == HA_ACTIVE && f->epoch == ha->seen &&
		f->epoch > ha->epoch)
		ha_join_restart(ha, "a newer epoch speaks", false, out);
	if (ha->role == HA_STANDBY && p->role == HA_ACTIVE && f->epoch == ha->epoch &&
		ha->source == NULL)
		ha_join_restart(ha, "an active of our epoch is back", false, out);
}
