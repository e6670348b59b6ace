/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Receiving a resync, following the log: see ha_join.h.
 *
 * Happy path: SYNC_REQ -> SNAP_BEGIN -> slices into a buffer (full) or deltas applied (partial), live deltas into
 * the queue -> SNAP_END -> restore step by step, queue, digest -> STANDBY -> each batch applied, its digest compared, acknowledged.
 * Failure modes: a hole, a part that does not fit, the queue over its bound, a state or delta that cannot be read, a
 * digest that differs, silence. Each leads to a new request; from the second in a row on with a pause.
 */
#include "ha/ha_join.h"

#include "ha/ha_beat.h"
#include "ha/ha_member.h"
#include "ha/ha_mutation.h"
#include "ha/ha_out.h"
#include "ha/ha_role.h"
#include "ha/ha_voice.h"
#include "proto/base/err.h"

#define JOIN_PAUSE_MS 1 /* between two steps of reading a snapshot */
#define READ_PART 4     /* of a step of writing is a step of reading: both take about as long */

static int64_t
patience_ms(const struct ha *ha)
{
	int64_t beats = ha->conf.beat_ms * 10;

	return ha->conf.lease_ms > beats ? ha->conf.lease_ms : beats;
}

void
ha_join_ask(struct ha *ha, struct ha_out *out)
{
	struct ha_peer *active = ha_member_active(ha);
	struct ha_frame f = ha_out_frame(HA_FRAME_SYNC_REQ, ha->epoch, ha->offset);
	struct ha_join *j = &ha->join;

	if (ha->role != HA_JOINING || active == NULL || !mono_due(j->ask_at, ha->now))
		return;
	j->sync = rng_next(&ha->rng) | 1;
	f.to = active->node_id;
	f.u.sync_req = (struct ha_frame_sync_req){
		.sync = j->sync, .digest = ha_int_digest(ha), .full_wanted = j->full_wanted
	};
	ha_out_mcast(ha, out, &f);
	ha_role_change(ha, HA_SYNCING, out, "asked the active for its state");
	ha->source = active;
	j->begun = false;
	j->asked = ha->now;
	j->deadline = mono_add_ms(ha->now, patience_ms(ha));
}

void
ha_join_restart(struct ha *ha, const char *why, bool full, struct ha_out *out)
{
	if (full)
		ha->join.full_wanted = true;
	ha_role_change(ha, HA_JOINING, out, why);
}

void
ha_join_fail(struct ha *ha, const char *why, bool full, struct ha_out *out)
{
	struct ha_join *j = &ha->join;
	int64_t pause_ms = 0;

	if (ha->role == HA_STANDBY)
		j->cause = full ? HA_SYNC_MISMATCH : HA_SYNC_GAP;
	j->failures++;
	ha->counts.resyncs_failed++;
	if (j->failures >= 2)
		pause_ms = ha->conf.beat_ms << (j->failures < 10 ? j->failures - 2 : 8);
	if (pause_ms > HA_BACKOFF_MS_MAX)
		pause_ms = HA_BACKOFF_MS_MAX;
	if (pause_ms > 0)
		pause_ms = rng_jitter_ms(&ha->rng, pause_ms, HA_JITTER_PERCENT);
	j->ask_at = mono_add_ms(ha->now, pause_ms);
	if (j->failures % HA_FAILURES_REJOIN == 0)
		ha->want_rejoin = true;
	ha_join_restart(ha, why, full, out);
}

struct mono
ha_join_deadline(const struct ha *ha)
{
	if (ha->join.restoring)
		return ha->join.restore_at;
	if (ha->role == HA_SYNCING)
		return ha->join.deadline;
	if (ha->role == HA_JOINING && !mono_due(ha->join.ask_at, ha->now))
		return ha->join.ask_at;
	return MONO_NEVER;
}

/* Of the resync that is going on? Anything else is a remnant of an earlier one. */
static bool
is_current(struct ha *ha, const struct ha_frame *f, uint64_t sync)
{
	if (ha->role != HA_SYNCING || sync != ha->join.sync || f->epoch != ha->seen) {
		ha->counts.frames_stale++;
		return false;
	}
	ha->join.deadline = mono_add_ms(ha->now, patience_ms(ha));
	return true;
}

void
ha_join_on_begin(struct ha *ha, const struct ha_frame *f, struct ha_out *out)
{
	const struct ha_frame_snap_begin *b = &f->u.snap_begin;
	struct ha_join *j = &ha->join;
	bool goes_on = b->from == (f->epoch == ha->epoch ? ha->offset : 0) && b->from <= f->offset;

	if (!is_current(ha, f, b->sync))
		return;
	if (j->restoring) {
		ha_join_fail(ha, "a resync that begins again when it is over", true, out);
		return;
	}
	if (b->partial && !goes_on) {
		ha_join_fail(ha, "a partial resync that does not begin where we are", true, out);
		return;
	}
	if (b->partial) {
		ha->epoch = f->epoch;
		ha->offset = b->from;
	}
	j->begun = true;
	j->full = !b->partial;
	j->x = f->offset;
	j->total = b->total;
	j->queue_digest_known = false;
	buf_fini(&j->snap);
	buf_init(&j->snap, (size_t)b->total);
	ha_log_reset(&j->queue, f->offset);
}

void
ha_join_on_slice(struct ha *ha, const struct ha_frame *f, struct ha_out *out)
{
	const struct ha_frame_snap_slice *s = &f->u.snap_slice;
	struct ha_join *j = &ha->join;

	if (!is_current(ha, f, s->sync))
		return;
	if (!j->begun || !j->full || j->restoring || s->at != j->snap.n ||
		s->body.n > j->total - s->at) {
		ha_join_fail(ha, "a slice that does not fit", false, out);
		return;
	}
	buf_str(&j->snap, s->body);
}

/* Applies one delta that must be the next. */
static bool
apply(struct ha *ha, uint16_t kind, uint16_t version, const uint8_t *p, size_t n,
	struct ha_out *out)
{
	bool leave_out = HA_MUTATED_DIGEST && (ha->offset + 1) % 61 == 0;

	if (!leave_out && ha->fsm.apply(ha->fsm.arg, kind, version, p, n) != 0) {
		log_emit(&ha->log, M_STANDBY_BEHIND,
			"delta %llu of kind %u version %u is not understood",
			(unsigned long long)ha->offset + 1, kind, version);
		ha_join_fail(ha, "a delta is not understood", true, out);
		return false;
	}
	ha->offset++;
	ha->counts.deltas_received++;
	ha->want_ack = true;
	return true;
}

static bool
digest_agrees(struct ha *ha, uint64_t theirs, struct ha_out *out)
{
	if (ha_beat_compare(ha, ha->offset, ha_int_digest(ha), theirs))
		return true;
	ha_join_fail(ha, "the digest differs from the active's", true, out);
	return false;
}

/* The live deltas that came meanwhile. */
static bool
drain_queue(struct ha *ha, struct ha_out *out)
{
	struct ha_join *j = &ha->join;

	while (ha->offset < j->queue.last) {
		const struct ha_log_entry *e = ha_log_at(&j->queue, ha->offset + 1);

		if (!apply(ha, e->kind, e->version, e->bytes, e->n, out))
			return false;
	}
	return !j->queue_digest_known || digest_agrees(ha, j->queue_digest, out);
}

static void
count_resync(struct ha *ha)
{
	struct ha_join *j = &ha->join;

	if (j->full) {
		ha->counts.resyncs_full++;
		ha->counts.snapshots[j->cause]++;
		ha->counts.snapshot_us = ha->now.us - j->asked.us;
	} else {
		ha->counts.resyncs_partial++;
	}
	j->cause = HA_SYNC_JOIN;
}

/* The state is that of x. */
static void
catch_up(struct ha *ha, struct ha_out *out)
{
	struct ha_join *j = &ha->join;

	if (!digest_agrees(ha, j->end_digest, out) || !drain_queue(ha, out))
		return;
	count_resync(ha);
	log_emit(&ha->log, M_SNAPSHOT, "%s resync from node %u done: epoch %llu offset %llu",
		j->full ? "full" : "partial", ha->source->node_id, (unsigned long long)ha->epoch,
		(unsigned long long)ha->offset);
	j->full_wanted = false;
	ha_role_change(ha, HA_STANDBY, out, "holds the whole state");
}

static void
restore_some(struct ha *ha, size_t bytes_max, struct ha_out *out)
{
	struct ha_join *j = &ha->join;
	int rv = ha->fsm.restore(ha->fsm.arg, j->snap.p, j->snap.n, bytes_max, &j->restored);

	if (rv == E_AGAIN) {
		j->restore_at = mono_add_ms(ha->now, JOIN_PAUSE_MS);
		j->deadline = mono_add_ms(ha->now, patience_ms(ha));
		return;
	}
	if (rv != E_OK) {
		ha_join_fail(ha, "the snapshot cannot be read", true, out); /* which empties it */
		return;
	}
	j->restoring = false;
	ha->epoch = j->end_epoch;
	ha->offset = j->x;
	catch_up(ha, out);
}

/* What is read is hashed and linked in, and costs about four times what writing the same costs. */
static size_t
step_bytes(const struct ha *ha)
{
	size_t bytes = ha->conf.snapshot_step_bytes;

	return bytes != 0 ? bytes / READ_PART + 1 : SIZE_MAX;
}

static void
begin_restore(struct ha *ha, const struct ha_frame_snap_end *e, struct ha_out *out)
{
	struct ha_join *j = &ha->join;

	if (j->snap.n != j->total || e->total != j->total ||
		e->sum != ha_frame_sum(j->snap.p, j->snap.n)) {
		ha_join_fail(ha, "the snapshot is not complete", false, out);
		return;
	}
	ha->counts.snapshot_bytes = j->snap.n;
	ha_voice_empty(ha); /* what we had is no position any more */
	j->restoring = true;
	j->restored = 0;
	restore_some(ha, step_bytes(ha), out);
}

void
ha_join_finish(struct ha *ha, struct ha_out *out)
{
	if (ha->join.restoring)
		restore_some(ha, SIZE_MAX, out);
}

void
ha_join_on_end(struct ha *ha, const struct ha_frame *f, struct ha_out *out)
{
	struct ha_join *j = &ha->join;

	if (!is_current(ha, f, f->u.snap_end.sync))
		return;
	if (!j->begun || j->restoring || f->offset != j->x) {
		ha_join_fail(ha, "the end of a resync that did not begin", false, out);
		return;
	}
	j->end_epoch = f->epoch;
	j->end_digest = f->u.snap_end.digest;
	if (j->full)
		begin_restore(ha, &f->u.snap_end, out);
	else if (ha->offset != j->x)
		ha_join_fail(ha, "deltas of a partial resync are missing", false, out);
	else
		catch_up(ha, out);
}

void
ha_join_tick(struct ha *ha, struct ha_out *out)
{
	if (ha->join.restoring && mono_due(ha->join.restore_at, ha->now))
		restore_some(ha, step_bytes(ha), out);
	else if (ha->role == HA_SYNCING && mono_due(ha->join.deadline, ha->now))
		ha_join_fail(ha, "the active sends nothing", false, out);
}

static void
follow(struct ha *ha, const struct ha_frame *f, struct ha_out *out)
{
	struct rd r = rd_of(f->u.deltas.body.p, f->u.deltas.body.n);
	uint64_t offset = f->offset;
	struct ha_frame_delta d;

	if (offset > ha->offset + 1) {
		ha_join_fail(ha, "deltas are missing", false, out);
		return;
	}
	for (; ha_frame_next_delta(&r, &d); offset++) {
		if (offset <= ha->offset) {
			ha->counts.deltas_repeated++;
			continue;
		}
		if (!apply(ha, d.kind, d.version, (const uint8_t *)d.bytes.p, d.bytes.n, out))
			return;
	}
	if (f->version >= 2 && offset == ha->offset + 1)
		(void)digest_agrees(ha, f->u.deltas.digest, out);
}

static void
queue(struct ha *ha, const struct ha_frame *f, struct ha_out *out)
{
	struct rd r = rd_of(f->u.deltas.body.p, f->u.deltas.body.n);
	struct ha_log *q = &ha->join.queue;
	uint64_t offset = f->offset;
	struct ha_frame_delta d;

	if (offset > q->last + 1) {
		ha_join_fail(ha, "deltas are missing", false, out);
		return;
	}
	for (; ha_frame_next_delta(&r, &d); offset++) {
		if (offset <= q->last)
			continue;
		if (!ha_log_has_room(q, d.bytes.n)) {
			ha_join_fail(ha, "too many deltas during the resync", false, out);
			return;
		}
		(void)ha_log_append(
			q, ha->now.us, d.kind, d.version, (const uint8_t *)d.bytes.p, d.bytes.n);
		ha->join.queue_digest_known = f->version >= 2;
		ha->join.queue_digest = f->u.deltas.digest;
	}
}

void
ha_join_on_deltas(struct ha *ha, const struct ha_frame *f, struct ha_out *out)
{
	uint64_t sync = f->u.deltas.sync;

	if (f->epoch != ha->seen) {
		ha->counts.frames_stale++;
	} else if (sync != 0) {
		if (is_current(ha, f, sync) && ha->join.begun && !ha->join.full)
			follow(ha, f, out);
	} else if (ha->follows && f->epoch == ha->epoch) {
		follow(ha, f, out);
	} else if (ha->role == HA_SYNCING && ha->join.begun) {
		queue(ha, f, out);
	}
}

void
ha_join_flush_ack(struct ha *ha, struct ha_out *out)
{
	struct ha_frame f = ha_out_frame(HA_FRAME_ACK, ha->epoch, ha->offset);

	if (!ha->want_ack || !ha->follows || ha->source == NULL)
		return;
	ha->want_ack = false;
	f.to = ha->source->node_id;
	f.u.ack.digest = ha_int_digest(ha);
	ha_out_mcast(ha, out, &f);
}
