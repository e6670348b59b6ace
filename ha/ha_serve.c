/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sending a resync: see ha_serve.h.
 *
 * Happy path: SYNC_REQ -> partial if we can vouch for what the joiner holds, else full, the state is written step by step ->
 * SNAP_BEGIN -> parts within the window -> SNAP_END. Failure modes: the log lost what a partial one needs (it becomes a full one), the
 * snapshot is over its bound (not sent), the joiner leaves or asks anew (sending ends), we lose the role (the same).
 */
#include "ha/ha_serve.h"

#include "ha/ha_beat.h"
#include "ha/ha_copy.h"
#include "ha/ha_out.h"
#include "ha/ha_repl.h"

#define SERVE_PAUSE_MS 1 /* between two steps of writing: for everything else there is to do */
/* Between two slices, so at most 15 MB/s: a ring at its limit delays every delta. A smaller slice after a shorter pause is as
 * fast and delays one less. Parts of a partial resync do not wait, as the log may lose what they are to bring. */
#define SLICE_PAUSE_MS 2

void
ha_serve_on_request(struct ha *ha, struct ha_peer *p, const struct ha_frame *f)
{
	struct ha_serve *s = &ha->serve;

	if (ha->role != HA_ACTIVE || (s->to != NULL && s->to != p))
		return;
	ha_repl_forget(ha, p);
	p->dropped = false;
	ha_serve_stop(ha);
	*s = (struct ha_serve){
		.to = p,
		.sync = f->u.sync_req.sync,
		.have_epoch = f->epoch,
		.have_offset = f->offset,
		.have_digest = f->u.sync_req.digest,
		.full_wanted = f->u.sync_req.full_wanted != 0,
	};
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

/* SNAP_BEGIN. While the state is written it only says that there will be another one: the last one counts. */
static void
send_begin(struct ha *ha, uint64_t from, struct ha_out *out)
{
	struct ha_serve *s = &ha->serve;
	struct ha_frame f = ha_out_frame(HA_FRAME_SNAP_BEGIN, ha->epoch, s->x);

	f.to = s->to->node_id;
	f.u.snap_begin = (struct ha_frame_snap_begin){ .sync = s->sync,
		.from = from,
		.total = s->writing ? 0 : s->total,
		.partial = !s->full };
	ha_out_mcast(ha, out, &f);
}

/* The state is not all there yet. */
static void
write_later(struct ha *ha, struct ha_out *out)
{
	struct ha_serve *s = &ha->serve;

	s->go_on_at = mono_add_ms(ha->now, SERVE_PAUSE_MS);
	if (!mono_due(s->sign_at, ha->now))
		return;
	s->sign_at = mono_add_ms(ha->now, ha->conf.beat_ms);
	s->x = ha->offset;
	send_begin(ha, 0, out);
}

/* True: the state is written, as it is now. */
static bool
write_state(struct ha *ha, struct ha_out *out)
{
	struct ha_serve *s = &ha->serve;
	size_t step = ha->conf.snapshot_step_bytes != 0 ? ha->conf.snapshot_step_bytes : SIZE_MAX;
	int rv;

	if (s->writing && !mono_due(s->go_on_at, ha->now))
		return false;
	if (!s->writing && ha_copy_is_writing(ha))
		return false; /* it is nearly done, and wakes us */
	s->writing = true;
	rv = ha->fsm.snapshot_write(ha->fsm.arg, step, &s->total);
	if (rv == E_AGAIN) {
		write_later(ha, out);
		return false;
	}
	if (rv != E_OK) {
		log_emit(&ha->log, M_SNAPSHOT,
			"the snapshot is over its bound of %d bytes: node %u gets none",
			LIMIT_SNAPSHOT_BYTES, s->to->node_id);
		ha_repl_forget(ha, s->to);
		return false;
	}
	s->writing = false;
	s->sum = ha_sum_begin();
	return true;
}

static bool
begin(struct ha *ha, struct ha_out *out)
{
	struct ha_serve *s = &ha->serve;
	uint64_t from = 0;

	if (!s->writing)
		s->full = !vouch(ha, &from);
	if (s->full && !write_state(ha, out))
		return false;
	s->x = s->full ? ha->offset : ha->sent;
	s->x_digest = s->full ? ha_int_digest(ha) : ha->sent_digest;
	s->cursor = from;
	s->begun = true;
	s->to->listening = true;
	s->to->alive_at = ha->now;
	send_begin(ha, from, out);
	log_emit(&ha->log, M_SNAPSHOT, "node %u gets a %s resync: offset %llu to %llu, %llu bytes",
		s->to->node_id, s->full ? "full" : "partial", (unsigned long long)from,
		(unsigned long long)s->x, (unsigned long long)s->total);
	return true;
}

static bool
finished(const struct ha_serve *s)
{
	return s->full ? s->at == s->total : s->cursor == s->x;
}

static bool
may_send(const struct ha *ha)
{
	const struct ha_serve *s = &ha->serve;

	return s->in_flight < HA_SLICES_IN_FLIGHT && (!s->full || mono_due(s->go_on_at, ha->now));
}

/* False: the log has lost the next delta of a partial resync. */
static bool
send_part(struct ha *ha, struct ha_out *out)
{
	struct ha_serve *s = &ha->serve;
	struct ha_frame f = ha_out_frame(HA_FRAME_SNAP_SLICE, ha->epoch, s->x);

	if (!s->full) {
		if (ha_log_at(&ha->deltas, s->cursor + 1) == NULL)
			return false;
		s->cursor = ha_repl_batch(ha, out, s->cursor + 1, s->x, s->to->node_id, s->sync);
		return true;
	}
	buf_reset(&ha->body);
	ha->fsm.snapshot_read(ha->fsm.arg, HA_SLICE_BYTES, &ha->body);
	ha_sum_add(s->sum, ha->body.p, ha->body.n);
	f.to = s->to->node_id;
	f.u.snap_slice = (struct ha_frame_snap_slice){
		.sync = s->sync, .at = s->at, .body = buf_as_str(&ha->body)
	};
	ha_out_mcast(ha, out, &f);
	s->at += ha->body.n;
	s->go_on_at = mono_add_ms(ha->now, SLICE_PAUSE_MS);
	return true;
}

static void
end(struct ha *ha, struct ha_out *out)
{
	struct ha_serve *s = &ha->serve;
	struct ha_frame f = ha_out_frame(HA_FRAME_SNAP_END, ha->epoch, s->x);

	f.to = s->to->node_id;
	f.u.snap_end = (struct ha_frame_snap_end){
		.sync = s->sync, .total = s->total, .sum = ha_sum_end(s->sum), .digest = s->x_digest
	};
	s->sum = NULL;
	ha_out_mcast(ha, out, &f);
	s->to->alive_at = ha->now;
	ha->fsm.snapshot_drop(ha->fsm.arg);
	s->to = NULL;
}

void
ha_serve_flush(struct ha *ha, struct ha_out *out)
{
	struct ha_serve *s = &ha->serve;

	if (s->to == NULL || ha->role != HA_ACTIVE)
		return;
	if (!s->begun && !begin(ha, out))
		return;
	while (!finished(s) && may_send(ha)) {
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

struct mono
ha_serve_deadline(const struct ha *ha)
{
	const struct ha_serve *s = &ha->serve;
	bool sending = s->to != NULL && s->begun && s->full && s->in_flight < HA_SLICES_IN_FLIGHT;

	return s->writing || sending ? s->go_on_at : MONO_NEVER;
}

void
ha_serve_stop(struct ha *ha)
{
	struct ha_serve *s = &ha->serve;

	if (s->writing || s->sum != NULL)
		ha->fsm.snapshot_drop(ha->fsm.arg);
	(void)ha_sum_end(s->sum);
	*s = (struct ha_serve){ .to = NULL };
}

void
ha_serve_delivered(struct ha *ha, uint64_t sync)
{
	if (ha->serve.to != NULL && ha->serve.sync == sync && ha->serve.in_flight > 0)
		ha->serve.in_flight--;
}
