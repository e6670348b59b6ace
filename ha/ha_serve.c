/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sending a resync: see ha_serve.h.
 *
 * Happy path: SYNC_REQ -> partial if we can vouch for what the joiner holds, else full -> SNAP_BEGIN -> parts within
 * the window -> SNAP_END. Failure modes: the log lost what a partial one needs (it becomes a full one), the
 * snapshot is over its bound (not sent), the joiner leaves or asks anew (sending ends), we lose the role (the same).
 */
#include "ha/ha_serve.h"

#include "ha/ha_beat.h"
#include "ha/ha_out.h"
#include "ha/ha_repl.h"

void
ha_serve_on_request(struct ha *ha, struct ha_peer *p, const struct ha_frame *f)
{
	struct ha_serve *s = &ha->serve;

	if (ha->role != HA_ACTIVE || (s->to != NULL && s->to != p))
		return;
	ha_repl_forget(ha, p);
	p->dropped = false;
	buf_fini(&s->snap);
	*s = (struct ha_serve){
		.to = p,
		.sync = f->u.sync_req.sync,
		.have_epoch = f->epoch,
		.have_offset = f->offset,
		.have_digest = f->u.sync_req.digest,
		.full_wanted = f->u.sync_req.full_wanted != 0,
	};
	buf_init(&s->snap, LIMIT_SNAPSHOT_BYTES);
}

/* Can the joiner go on from what it holds? `*from` gets the offset in our epoch that equals it. */
static bool
vouch(const struct ha *ha, uint64_t *from)
{
	const struct ha_serve *s = &ha->serve;
	uint64_t digest;

	if (s->full_wanted)
		return false;
	if (s->have_epoch == ha->epoch)
		*from = s->have_offset;
	else if (s->have_epoch == ha->base_epoch && s->have_offset == ha->base_offset &&
		s->have_epoch != 0)
		*from = 0;
	else
		return false;
	if (*from > ha->sent || *from + 1 < ha_log_first(&ha->deltas))
		return false;
	return ha_repl_digest_at(ha, *from, &digest) && digest == s->have_digest;
}

static bool
begin(struct ha *ha, struct ha_out *out)
{
	struct ha_serve *s = &ha->serve;
	struct ha_frame f;
	uint64_t from = 0;

	s->full = !vouch(ha, &from);
	if (s->full) {
		ha->fsm.snapshot(ha->fsm.arg, &s->snap);
		if (s->snap.overflow) {
			log_emit(&ha->log, M_SNAPSHOT,
				"the snapshot is over its bound of %d bytes: node %u gets none",
				LIMIT_SNAPSHOT_BYTES, s->to->node_id);
			return false;
		}
		s->sum = ha_frame_sum(s->snap.p, s->snap.n);
	}
	s->x = s->full ? ha->offset : ha->sent;
	s->x_digest = s->full ? ha_int_digest(ha) : ha->sent_digest;
	s->cursor = from;
	s->begun = true;
	s->to->listening = true;
	s->to->alive_at = ha->now;
	f = ha_out_frame(HA_FRAME_SNAP_BEGIN, ha->epoch, s->x);
	f.to = s->to->node_id;
	f.u.snap_begin = (struct ha_frame_snap_begin){
		.sync = s->sync, .from = from, .total = s->snap.n, .partial = !s->full
	};
	ha_out_mcast(ha, out, &f);
	log_emit(&ha->log, M_SNAPSHOT, "node %u gets a %s resync: offset %llu to %llu, %zu bytes",
		s->to->node_id, s->full ? "full" : "partial", (unsigned long long)from,
		(unsigned long long)s->x, s->snap.n);
	return true;
}

static bool
finished(const struct ha_serve *s)
{
	return s->full ? s->at == s->snap.n : s->cursor == s->x;
}

/* False: the log has lost the next delta of a partial resync. */
static bool
send_part(struct ha *ha, struct ha_out *out)
{
	struct ha_serve *s = &ha->serve;
	struct ha_frame f = ha_out_frame(HA_FRAME_SNAP_SLICE, ha->epoch, s->x);
	size_t n = s->snap.n - s->at;

	if (!s->full) {
		if (ha_log_at(&ha->deltas, s->cursor + 1) == NULL)
			return false;
		s->cursor = ha_repl_batch(ha, out, s->cursor + 1, s->x, s->to->node_id, s->sync);
		return true;
	}
	if (n > LIMIT_SLICE_BYTES)
		n = LIMIT_SLICE_BYTES;
	f.to = s->to->node_id;
	f.u.snap_slice = (struct ha_frame_snap_slice){
		.sync = s->sync, .at = s->at, .body = { (const char *)s->snap.p + s->at, n }
	};
	ha_out_mcast(ha, out, &f);
	s->at += n;
	return true;
}

static void
end(struct ha *ha, struct ha_out *out)
{
	struct ha_serve *s = &ha->serve;
	struct ha_frame f = ha_out_frame(HA_FRAME_SNAP_END, ha->epoch, s->x);

	f.to = s->to->node_id;
	f.u.snap_end = (struct ha_frame_snap_end){
		.sync = s->sync, .total = s->snap.n, .sum = s->sum, .digest = s->x_digest
	};
	ha_out_mcast(ha, out, &f);
	s->to->alive_at = ha->now;
	s->to = NULL;
	buf_fini(&s->snap);
}

void
ha_serve_flush(struct ha *ha, struct ha_out *out)
{
	struct ha_serve *s = &ha->serve;

	if (s->to == NULL || ha->role != HA_ACTIVE)
		return;
	if (!s->begun && !begin(ha, out)) {
		ha_repl_forget(ha, s->to);
		return;
	}
	while (!finished(s) && s->in_flight < HA_SLICES_IN_FLIGHT) {
		if (!send_part(ha, out)) {
			s->full_wanted = true;
			s->begun = false;
			s->to->listening = false;
			return;
		}
		s->in_flight++;
	}
	if (finished(s))
		end(ha, out);
}

void
ha_serve_delivered(struct ha *ha, uint64_t sync)
{
	if (ha->serve.to != NULL && ha->serve.sync == sync && ha->serve.in_flight > 0)
		ha->serve.in_flight--;
}
