/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine's inputs and the order of a step: see ha.h, docs/ha-protocol.md.
 *
 * Every input notes the time, does its work and settles watermark and gate, so that ha_released() is true right
 * after it. Frames leave in ha_flush() alone, except CLAIM, which goes out with the order that caused it: live
 * batches first, then a resync, then the farewell, acknowledgement, request, beat.
 */
#include "ha/ha.h"

#include "ha/ha_beat.h"
#include "ha/ha_copy.h"
#include "ha/ha_gate.h"
#include "ha/ha_int.h"
#include "ha/ha_join.h"
#include "ha/ha_member.h"
#include "ha/ha_out.h"
#include "ha/ha_recv.h"
#include "ha/ha_repl.h"
#include "ha/ha_role.h"
#include "ha/ha_serve.h"
#include "ha/ha_voice.h"
#include "proto/base/mem.h"

struct ha *
ha_new(const struct ha_conf *conf, const struct ha_fsm *fsm, uint64_t seed, const struct log *log)
{
	struct ha *ha = mem_zalloc(sizeof(*ha));

	ha->conf = *conf;
	ha->fsm = *fsm;
	ha->log = log ? *log : (struct log){ 0 };
	ha->rng.s = seed;
	ha->role = HA_INIT;
	ha->seen = ha->saved = conf->epoch_floor;
	ha->digest_equal = true;
	ha->gate_why = ha_gate_not_active;
	ha->score_told = INT32_MIN;
	ha->join.deadline = MONO_NEVER;
	ha_log_init(&ha->deltas, LIMIT_LOG_BYTES);
	ha_log_init(&ha->join.queue, HA_QUEUE_BYTES_MAX);
	buf_init(&ha->body, LIMIT_FRAME_BYTES);
	buf_init(&ha->join.snap, LIMIT_SNAPSHOT_BYTES);
	ha_cover_reset(&ha->cover, conf->mode == HA_ASYNC);
	return ha;
}

void
ha_free(struct ha *ha)
{
	if (ha == NULL)
		return;
	ha_log_fini(&ha->deltas);
	ha_log_fini(&ha->join.queue);
	buf_fini(&ha->body);
	ha_serve_stop(ha);
	ha_copy_stop(ha);
	buf_fini(&ha->join.snap);
	mem_free(ha);
}

static void
note_time(struct ha *ha, struct mono now)
{
	if (mono_before(ha->now, now))
		ha->now = now;
}

/* End of every input. Section 6 rule 7: a claim that is void is given back as if it had been demoted. */
static void
settle(struct ha *ha, struct ha_out *out)
{
	if (ha_gate_claim_is_void(ha))
		ha_role_change(ha, HA_DRAINING, out, "no quorum, and the lease is over");
	ha_gate_settle(ha);
}

void
ha_start(struct ha *ha, struct mono now, struct ha_out *out)
{
	note_time(ha, now);
	if (ha->conf.solo && ha->role == HA_INIT)
		ha_voice_claim(ha, out, "there is no cluster");
	settle(ha, out);
}

/* Section 6 rule 4. */
static void
check_stall(struct ha *ha)
{
	int64_t limit_ms =
		ha->conf.stall_ms > 2 * ha->conf.beat_ms ? ha->conf.stall_ms : 2 * ha->conf.beat_ms;
	int64_t pause_ms = mono_ms_between(ha->last_tick, ha->now);

	if (!ha->ticked || !ha->in_group || pause_ms <= limit_ms)
		return;
	ha->counts.stalls++;
	log_emit(&ha->log, M_STALL, "this node did not run for %lld ms", (long long)pause_ms);
	ha_gate_stalled(ha);
}

void
ha_tick(struct ha *ha, struct mono now, struct ha_out *out)
{
	note_time(ha, now);
	check_stall(ha);
	ha->last_tick = ha->now;
	ha->ticked = true;
	ha_join_tick(ha, out);
	ha_repl_tick(ha);
	settle(ha, out);
}

static void
ring_lost(struct ha *ha, struct ha_out *out)
{
	ha->ring = ha->in_group = false;
	ha_member_forget_all(ha);
	ha_gate_void(ha);
	ha->lease.await_quorum = false;
	ha->in_flight_count = 0;
	if (ha->role == HA_ACTIVE)
		ha_role_change(ha, HA_FENCED, out, "the ring was lost");
	else if (ha->role != HA_FENCED)
		ha_role_change(ha, HA_INIT, out, "the ring was lost");
}

void
ha_ring_up(struct ha *ha, struct mono now, uint32_t pid, struct ha_out *out)
{
	note_time(ha, now);
	if (ha->conf.solo)
		return;
	ha_join_finish(ha, out);
	if (ha->ring)
		ring_lost(ha, out);
	ha->ring = true;
	ha->pid = pid;
	ha->nonce = rng_next(&ha->rng);
	ha->ticked = false;
	ha->next_beat = ha->now;
	ha->join.ask_at = ha->now;
	ha_gate_ring_up(ha);
	if (ha->role == HA_FENCED)
		ha_voice_empty(ha);
	ha_role_change(ha, HA_JOINING, out, "the ring is there");
	settle(ha, out);
}

void
ha_ring_down(struct ha *ha, struct mono now, struct ha_out *out)
{
	note_time(ha, now);
	ha_join_finish(ha, out);
	if (ha->ring)
		ring_lost(ha, out);
	settle(ha, out);
}

void
ha_confchg(struct ha *ha, struct mono now, const struct ha_confchg *c, struct ha_out *out)
{
	bool own = ha_member_has_own(ha, c);

	note_time(ha, now);
	ha_join_finish(ha, out);
	if (ha->in_group && !own) {
		ring_lost(ha, out); /* we were put out, or left to come again: a ring_up follows */
		settle(ha, out);
		return;
	}
	/* or none: what was told was the leave of an earlier connection, of which this one got to know */
	if (own && !ha->ring)
		ha_ring_up(ha, now, ha->pid, out);
	if (ha->ring)
		ha_member_confchg(ha, c, out);
	settle(ha, out);
}

void
ha_deliver(struct ha *ha, struct mono now, uint32_t node_id, uint32_t pid, const uint8_t *p,
	size_t n, struct ha_out *out)
{
	note_time(ha, now);
	if (ha->in_group)
		ha_recv_frame(ha, node_id, pid, p, n, out);
	settle(ha, out);
}

void
ha_quorum(struct ha *ha, struct mono now, bool quorate, struct ha_out *out)
{
	note_time(ha, now);
	ha_gate_quorum(ha, quorate);
	settle(ha, out);
}

int
ha_promote(struct ha *ha, struct mono now, struct ha_out *out, struct err *e)
{
	const struct ha_peer *better;

	note_time(ha, now);
	ha_join_finish(ha, out);
	switch ((enum ha_role)ha->role) {
	case HA_ACTIVE:
	case HA_CLAIMING:
		return 0;
	case HA_INIT:
		return err_set(e, E_STATE, "not promoted: this node is not in the group yet");
	case HA_DRAINING:
		return err_set(e, E_STATE, "not promoted: a demotion is under way");
	case HA_FENCED:
		return err_set(
			e, E_STATE, "not promoted: this node lost the ring while it was active");
	case HA_JOINING:
	case HA_SYNCING:
		if (ha_awaits(ha) != 0)
			return err_set(e, E_STATE,
				"not promoted: the state is on the host of node %u, whose next process is waited for",
				ha_awaits(ha));
		better = ha_member_better(ha);
		if (better != NULL)
			return err_set(e, E_STATE,
				"not promoted: this node is %s at epoch %llu offset %llu, node %u is %s at epoch %llu offset %llu",
				ha_role_name((enum ha_role)ha->role), (unsigned long long)ha->epoch,
				(unsigned long long)ha->offset, better->node_id,
				ha_role_name(better->role), (unsigned long long)better->epoch,
				(unsigned long long)better->offset);
		break;
	case HA_STANDBY:
		break;
	}
	if (!ha->conf.solo && !ha->in_group)
		return err_set(e, E_STATE, "not promoted: this node is not in the group yet");
	ha_voice_claim(ha, out, "promoted");
	settle(ha, out);
	return 0;
}

int
ha_demote(struct ha *ha, struct mono now, struct ha_out *out, struct err *e)
{
	note_time(ha, now);
	ha_join_finish(ha, out);
	if (ha->role == HA_FENCED)
		return err_set(e, E_STATE, "not demoted: this node is fenced");
	if (ha->role == HA_CLAIMING)
		ha_role_change(ha, HA_JOINING, out, "demoted");
	if (ha->role == HA_ACTIVE)
		ha_role_change(ha, HA_DRAINING, out, "demoted");
	if (ha->role == HA_DRAINING && ha->conf.solo)
		ha_role_change(ha, HA_JOINING, out, "drained");
	settle(ha, out);
	return 0;
}

uint64_t
ha_append(
	struct ha *ha, struct mono now, uint16_t kind, uint16_t version, const uint8_t *p, size_t n)
{
	note_time(ha, now);
	return ha_repl_append(ha, kind, version, p, n);
}

/* The farewell of an active that drained: everything before it is in the order. */
static void
flush_leaving(struct ha *ha, struct ha_out *out)
{
	struct ha_frame f = ha_out_frame(HA_FRAME_LEAVING, ha->epoch, ha->offset);

	if (ha->role != HA_DRAINING || ha->leaving_sent)
		return;
	f.u.leaving.digest = ha_int_digest(ha);
	ha_out_mcast(ha, out, &f);
	ha->leaving_sent = true;
}

static void
flush_rejoin(struct ha *ha, struct ha_out *out)
{
	if (ha->want_rejoin)
		ha_out_add(out, (struct ha_action){ .kind = HA_ACT_REJOIN });
	ha->want_rejoin = false;
}

static void
flush_score(struct ha *ha, struct ha_out *out)
{
	int32_t score = ha_score(ha);

	if (score == ha->score_told)
		return;
	ha->score_told = score;
	ha_out_add(out, (struct ha_action){ .kind = HA_ACT_SCORE });
}

void
ha_flush(struct ha *ha, struct mono now, struct ha_out *out)
{
	note_time(ha, now);
	ha_copy_flush(ha, out);
	if (ha->in_group) {
		if (ha->role == HA_ACTIVE || ha->role == HA_DRAINING)
			ha_repl_flush(ha, out);
		ha_serve_flush(ha, out);
		flush_leaving(ha, out);
		ha_join_flush_ack(ha, out);
		ha_join_ask(ha, out);
		ha_beat_flush(ha, out);
	}
	flush_rejoin(ha, out);
	flush_score(ha, out);
}

void
ha_set_health(struct ha *ha, struct str health)
{
	ha->health_bytes = health.n < sizeof(ha->health) ? health.n : sizeof(ha->health);
	if (ha->health_bytes > 0)
		memcpy(ha->health, health.p, ha->health_bytes);
}
