/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the copy on the own host: see ha_load() in ha.h, docs/ha-protocol.md 17.
 *
 * Happy path: snapshot, deltas, claims; the node stands at the position that the one before it had. Failure modes: torn at
 * the end (what is whole counts), anything that does not fit, a digest that differs, an epoch that this node knows to be
 * over: the node is empty, as if there were no file.
 */
#include "ha/ha_copy.h"
#include "ha/ha_out.h"
#include "ha/ha_voice.h"
#include "proto/base/check.h"

/* What is being read. */
struct load {
	struct ha *ha;
	struct buf snap;
	uint64_t total;
	bool begun, whole; /* the snapshot */
	uint64_t met;      /* the highest epoch that the process knew of */
	struct err *e;
};

static int
on_begin(struct load *l, const struct ha_frame *f)
{
	if (l->begun || f->u.snap_begin.partial || f->u.snap_begin.total > LIMIT_SNAPSHOT_BYTES)
		return err_set(l->e, E_MALFORMED, "a snapshot that cannot begin here");
	l->begun = true;
	l->total = f->u.snap_begin.total;
	buf_init(&l->snap, (size_t)l->total);
	return E_OK;
}

static int
on_slice(struct load *l, const struct ha_frame *f)
{
	const struct ha_frame_snap_slice *s = &f->u.snap_slice;

	if (!l->begun || l->whole || s->at != l->snap.n || s->body.n > l->total - s->at)
		return err_set(l->e, E_MALFORMED, "a slice that does not fit");
	buf_str(&l->snap, s->body);
	return E_OK;
}

/* The state must be the very one that was noted. */
static int
compare(struct load *l, uint64_t digest)
{
	if (ha_int_digest(l->ha) == digest)
		return E_OK;
	return err_set(l->e, E_CHECKSUM, "the state at epoch %llu offset %llu has another digest",
		(unsigned long long)l->ha->epoch, (unsigned long long)l->ha->offset);
}

static int
on_end(struct load *l, const struct ha_frame *f)
{
	const struct ha_frame_snap_end *s = &f->u.snap_end;
	struct ha *ha = l->ha;
	size_t at = 0;

	if (!l->begun || l->whole || l->snap.n != l->total || s->total != l->total ||
		s->sum != ha_frame_sum(l->snap.p, l->snap.n))
		return err_set(l->e, E_MALFORMED, "the snapshot is not complete");
	if (ha->fsm.restore(ha->fsm.arg, l->snap.p, l->snap.n, SIZE_MAX, &at) != E_OK)
		return err_set(l->e, E_MALFORMED, "the snapshot cannot be read");
	buf_fini(&l->snap);
	l->whole = true;
	ha->epoch = f->epoch;
	ha->offset = f->offset;
	return compare(l, s->digest);
}

static int
on_deltas(struct load *l, const struct ha_frame *f)
{
	struct rd r = rd_of(f->u.deltas.body.p, f->u.deltas.body.n);
	struct ha *ha = l->ha;
	struct ha_frame_delta d;

	if (!l->whole || f->epoch != ha->epoch || f->offset != ha->offset + 1)
		return err_set(l->e, E_MALFORMED, "deltas that do not fit");
	while (ha_frame_next_delta(&r, &d)) {
		if (ha->fsm.apply(ha->fsm.arg, d.kind, d.version, (const uint8_t *)d.bytes.p,
			    d.bytes.n) != 0)
			return err_set(l->e, E_MALFORMED,
				"a delta of kind %u version %u is not understood", d.kind,
				d.version);
		ha->offset++;
	}
	return compare(l, f->u.deltas.digest);
}

static int
on_claim(struct load *l, const struct ha_frame *f)
{
	const struct ha_frame_claim *c = &f->u.claim;
	struct ha *ha = l->ha;

	if (!l->whole || c->base_epoch != ha->epoch || c->base_offset != ha->offset ||
		f->epoch <= ha->epoch)
		return err_set(l->e, E_MALFORMED, "an epoch that does not begin here");
	ha->epoch = f->epoch;
	ha->offset = 0;
	return compare(l, c->base_digest);
}

static int
on_frame(struct load *l, const uint8_t *p, size_t n)
{
	struct ha_frame f;
	int rv = ha_frame_decode(p, n, &f, l->e);

	if (rv != 0)
		return rv;
	if (f.sender != l->ha->conf.node_id)
		return err_set(l->e, E_STATE, "it is of node %u", f.sender);
	switch (f.type) {
	case HA_FRAME_SNAP_BEGIN:
		return on_begin(l, &f);
	case HA_FRAME_SNAP_SLICE:
		return on_slice(l, &f);
	case HA_FRAME_SNAP_END:
		return on_end(l, &f);
	case HA_FRAME_DELTAS:
		return on_deltas(l, &f);
	case HA_FRAME_CLAIM:
		return on_claim(l, &f);
	case HA_FRAME_BEAT:
		l->met = f.u.beat.seen;
		return E_OK;
	case HA_FRAME_HELLO:
	case HA_FRAME_ACK:
	case HA_FRAME_SYNC_REQ:
	case HA_FRAME_LEAVING:
		break;
	}
	return err_set(l->e, E_MALFORMED, "a frame %s", ha_frame_type_name(f.type));
}

/* `*at`: behind the last frame that is whole. */
static int
read_frames(struct load *l, const uint8_t *p, size_t n, size_t *at)
{
	int rv = E_OK;

	while (rv == E_OK && n - *at >= 4) {
		struct rd r = rd_of(p + *at, n - *at);
		size_t size = rd_u32(&r);

		if (size > n - *at - 4)
			break; /* torn: nothing that rests on it has left */
		rv = on_frame(l, p + *at + 4, size);
		*at += rv == E_OK ? 4 + size : 0;
	}
	if (rv == E_OK && !l->whole)
		rv = err_set(l->e, E_MALFORMED, "it ends before the snapshot does");
	return rv;
}

/*
 * This node has been told of an epoch after those of the file, by another node. (One that it claimed itself and was never
 * active in changes nothing; had it been active the file would say so, or be gone. Nor does one that the file says it met.)
 */
static int
check_epoch(struct ha *ha, uint64_t met, struct err *e)
{
	uint64_t own = ha->conf.node_id & (((uint64_t)1 << HA_EPOCH_NODE_BITS) - 1);
	uint64_t floor = ha->conf.epoch_floor;

	if (floor <= ha->epoch || floor <= met ||
		(floor & (((uint64_t)1 << HA_EPOCH_NODE_BITS) - 1)) == own)
		return E_OK;
	return err_set(e, E_STATE, "it is of epoch %llu, this node knows of epoch %llu",
		(unsigned long long)ha->epoch, (unsigned long long)floor);
}

int
ha_load(struct ha *ha, struct mono now, const uint8_t *p, size_t n, struct ha_out *out,
	struct err *e)
{
	struct load l = { .ha = ha, .e = e };
	size_t at = 0;
	int rv;

	REQUIRE(ha->role == HA_INIT && !ha->ring);
	ha->now = now;
	buf_init(&l.snap, 0);
	rv = read_frames(&l, p, n, &at);
	buf_fini(&l.snap);
	if (rv == E_OK)
		rv = check_epoch(ha, l.met, e);
	if (rv != E_OK) {
		ha_voice_empty(ha);
		ha->copy.gone = true;
		return rv;
	}
	if (ha->epoch > ha->seen)
		ha->seen = ha->epoch;
	ha_voice_save(ha, ha->epoch, out);
	ha->copy.live = ha->copy.loaded = true;
	ha->copy.upto = ha->offset;
	ha->copy.bytes = ha->copy.bytes_whole = at;
	ha_out_add(out,
		(struct ha_action){ .kind = HA_ACT_COPY, .copy = HA_COPY_GO_ON, .number = at });
	return E_OK;
}
