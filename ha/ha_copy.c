/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The copy on the own host: see ha_copy.h.
 *
 * The file is a row of frames as a joiner would get them, each behind its length: SNAP_BEGIN, slices, SNAP_END, then
 * DELTAS, a CLAIM where an epoch begins, and a BEAT with a higher epoch that was met and changed nothing.
 * Happy path: no standby in step -> the snapshot is written into a new file step by step, deltas behind it -> the file takes
 * the place of the one before -> each step's deltas -> a standby is in step, the file goes.
 * Failure modes: it grows beyond its bound (a new one is begun beside it, while it is still written), the log lost
 * what is missing (begun anew), it cannot be written (told by the caller, tried again later), it is torn at its end (what is whole
 * counts: nothing left before it was written), anything else about it is wrong (the node begins with nothing).
 */
#include "ha/ha_copy.h"

#include "ha/ha_out.h"
#include "ha/ha_repl.h"

#define COPY_PAUSE_MS 1     /* between two steps of writing, as for a joiner */
#define COPY_SLICES 4       /* in one step: a quarter of a megabyte */
#define COPY_AGAIN_MS 10000 /* what could not be written is tried again */
#define COPY_FREE_BYTES ((uint64_t)4 * 1024 * 1024)

/* --- writing ------------------------------------------------------------------------------------------------------- */

static void
act(struct ha_out *out, enum ha_copy_op op, size_t off)
{
	ha_out_add(out,
		(struct ha_action){
			.kind = HA_ACT_COPY, .copy = op, .off = off, .len = out->bytes.n - off });
}

/* One frame behind its length. Returns the bytes; 0: one step cannot make so many, and the copy is void. */
static uint64_t
put(struct ha *ha, struct ha_out *out, enum ha_copy_op op, struct ha_frame *f)
{
	size_t off = out->bytes.n;

	f->version = HA_WIRE_VERSION;
	f->speaks = HA_WIRE_VERSION;
	f->sender = ha->conf.node_id;
	buf_u32(&out->bytes, 0);
	ha_frame_encode(f, &out->bytes);
	if (out->bytes.overflow) {
		out->bytes.n = off;
		out->bytes.overflow = false;
		ha_copy_void(ha);
		ha->copy.not_before = mono_add_ms(ha->now, COPY_AGAIN_MS);
		return 0;
	}
	buf_patch_u32(&out->bytes, off, (uint32_t)(out->bytes.n - off - 4));
	act(out, op, off);
	return out->bytes.n - off;
}

/* The deltas after `*upto`. False: the log has lost some. */
static bool
put_deltas(struct ha *ha, struct ha_out *out, enum ha_copy_op op, uint64_t *upto, uint64_t *bytes)
{
	while (*upto < ha->offset) {
		struct ha_frame f;
		uint64_t last, n;

		if (ha_log_at(&ha->deltas, *upto + 1) == NULL)
			return false;
		last = ha_repl_gather(ha, &f, *upto + 1, ha->offset);
		n = put(ha, out, op, &f);
		if (n == 0)
			return false;
		*upto = last;
		*bytes += n;
	}
	return true;
}

static void
give_up_next(struct ha *ha)
{
	struct ha_copy_next *n = &ha->copy.next;

	if (n->writing || n->sum != NULL)
		ha->fsm.snapshot_drop(ha->fsm.arg);
	(void)ha_sum_end(n->sum);
	*n = (struct ha_copy_next){ .writing = false };
}

void
ha_copy_stop(struct ha *ha)
{
	give_up_next(ha);
}

void
ha_copy_void(struct ha *ha)
{
	ha->copy.gone = ha->copy.gone || ha->copy.live || ha_copy_is_writing(ha);
	ha->copy.live = ha->copy.loaded = false;
	give_up_next(ha);
}

static bool
is_wanted(const struct ha *ha)
{
	return ha->conf.copy && !ha->conf.solo && ha->role == HA_ACTIVE &&
		ha_cover_degraded(&ha->cover);
}

/* The snapshot is being written down, or read, for a joiner. */
static bool
is_taken(const struct ha *ha)
{
	return ha->serve.writing || ha->serve.sum != NULL;
}

static bool
is_due(const struct ha *ha)
{
	const struct ha_copy *c = &ha->copy;

	if (!mono_due(c->not_before, ha->now) || is_taken(ha))
		return false;
	return !c->live || c->bytes > 2 * c->bytes_whole + COPY_FREE_BYTES;
}

/* True: the state is written down, as it is now. */
static bool
write_state(struct ha *ha)
{
	struct ha_copy_next *n = &ha->copy.next;
	size_t step = ha->conf.snapshot_step_bytes != 0 ? ha->conf.snapshot_step_bytes : SIZE_MAX;
	int rv;

	n->writing = true;
	rv = ha->fsm.snapshot_write(ha->fsm.arg, step, &n->total);
	if (rv == E_OK)
		return true;
	n->go_on_at = mono_add_ms(ha->now, COPY_PAUSE_MS);
	if (rv != E_AGAIN) {
		log_emit(&ha->log, M_SNAPSHOT,
			"the snapshot is over its bound of %d bytes: no copy on this host",
			LIMIT_SNAPSHOT_BYTES);
		give_up_next(ha);
		ha->copy.not_before = mono_add_ms(ha->now, COPY_AGAIN_MS);
	}
	return false;
}

static void
begin_file(struct ha *ha, struct ha_out *out)
{
	struct ha_copy_next *n = &ha->copy.next;
	struct ha_frame f = ha_out_frame(HA_FRAME_SNAP_BEGIN, ha->epoch, ha->offset);

	n->writing = false;
	n->upto = ha->offset;
	n->digest = ha_int_digest(ha);
	n->sum = ha_sum_begin();
	f.u.snap_begin.total = n->total;
	act(out, HA_COPY_BEGIN, out->bytes.n);
	n->bytes = put(ha, out, HA_COPY_NEXT, &f);
}

static void
put_slice(struct ha *ha, struct ha_out *out)
{
	struct ha_copy_next *n = &ha->copy.next;
	struct ha_frame f = ha_out_frame(HA_FRAME_SNAP_SLICE, ha->epoch, n->upto);

	buf_reset(&ha->body);
	ha->fsm.snapshot_read(ha->fsm.arg, LIMIT_SLICE_BYTES, &ha->body);
	ha_sum_add(n->sum, ha->body.p, ha->body.n);
	f.u.snap_slice.at = n->at;
	f.u.snap_slice.body = buf_as_str(&ha->body);
	n->at += ha->body.n;
	n->bytes += put(ha, out, HA_COPY_NEXT, &f);
}

/* From here on it is the copy. */
static void
end_file(struct ha *ha, struct ha_out *out)
{
	struct ha_copy *c = &ha->copy;
	struct ha_copy_next *n = &c->next;
	struct ha_frame f = ha_out_frame(HA_FRAME_SNAP_END, ha->epoch, n->upto);
	uint64_t bytes;

	f.u.snap_end.total = n->total;
	f.u.snap_end.sum = ha_sum_end(n->sum);
	f.u.snap_end.digest = n->digest;
	n->sum = NULL;
	ha->fsm.snapshot_drop(ha->fsm.arg);
	bytes = put(ha, out, HA_COPY_NEXT, &f);
	if (bytes == 0)
		return; /* more than one step can make: void */
	n->bytes += bytes;
	c->bytes_whole = n->bytes;
	if (put_deltas(ha, out, HA_COPY_NEXT, &n->upto, &n->bytes)) {
		act(out, HA_COPY_USE, out->bytes.n);
		c->bytes = n->bytes;
		c->upto = n->upto;
		ha->want_beat = ha->want_beat || !c->live;
		c->live = true;
	}
	give_up_next(ha);
}

static void
go_on(struct ha *ha, struct ha_out *out)
{
	struct ha_copy_next *n = &ha->copy.next;

	if (n->sum == NULL) {
		if (!write_state(ha))
			return;
		begin_file(ha, out);
	}
	for (unsigned k = 0; k < COPY_SLICES && n->at < n->total; k++)
		put_slice(ha, out);
	if (n->sum == NULL)
		return; /* more than one step can make: void */
	if (n->at == n->total)
		end_file(ha, out);
	else
		n->go_on_at = mono_add_ms(ha->now, COPY_PAUSE_MS);
}

void
ha_copy_put_rest(struct ha *ha, struct ha_out *out)
{
	struct ha_copy *c = &ha->copy;

	if (c->live && !put_deltas(ha, out, HA_COPY_PUT, &c->upto, &c->bytes))
		ha_copy_void(ha);
}

void
ha_copy_claimed(struct ha *ha, struct ha_out *out)
{
	struct ha_copy *c = &ha->copy;
	struct ha_frame f = ha_out_frame(HA_FRAME_CLAIM, ha->epoch, 0);

	c->loaded = false;
	if (!c->live)
		return;
	f.u.claim.base_epoch = ha->base_epoch;
	f.u.claim.base_offset = ha->base_offset;
	f.u.claim.base_digest = ha->base_digest;
	c->bytes += put(ha, out, HA_COPY_PUT, &f);
	c->upto = 0;
}

void
ha_copy_met(struct ha *ha, uint64_t epoch, struct ha_out *out)
{
	struct ha_frame f = ha_out_frame(HA_FRAME_BEAT, ha->epoch, ha->copy.upto);

	if (!ha->copy.live)
		return;
	f.u.beat.seen = epoch;
	ha->copy.bytes += put(ha, out, HA_COPY_PUT, &f);
}

void
ha_copy_flush(struct ha *ha, struct ha_out *out)
{
	struct ha_copy *c = &ha->copy;

	if (ha->role == HA_ACTIVE && !is_wanted(ha))
		ha_copy_void(ha);
	if (ha->role == HA_ACTIVE || ha->role == HA_DRAINING)
		ha_copy_put_rest(ha, out);
	if (c->gone)
		act(out, HA_COPY_DROP, out->bytes.n);
	c->gone = false;
	if (!is_wanted(ha))
		return;
	if (ha_copy_is_writing(ha) ? mono_due(c->next.go_on_at, ha->now) : is_due(ha))
		go_on(ha, out);
}

bool
ha_copy_is_writing(const struct ha *ha)
{
	return ha->copy.next.writing || ha->copy.next.sum != NULL;
}

bool
ha_copy_is_whole(const struct ha *ha)
{
	return ha->copy.live;
}

struct mono
ha_copy_deadline(const struct ha *ha)
{
	const struct ha_copy *c = &ha->copy;

	if (!is_wanted(ha))
		return MONO_NEVER;
	if (ha_copy_is_writing(ha))
		return c->next.go_on_at;
	return c->live || is_taken(ha) ? MONO_NEVER : c->not_before;
}

void
ha_copy_lost(struct ha *ha, struct mono now)
{
	ha->copy.live = false;
	give_up_next(ha);
	ha->copy.not_before = mono_add_ms(now, COPY_AGAIN_MS);
}
