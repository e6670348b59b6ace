/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames in: see ha_recv.h; docs/ha-protocol.md 5.7, 12.
 *
 * Failure modes: bytes that are no frame (counted, told once, resync if it came from the node we follow), a sender that
 * is no member, another epoch than ours (both counted).
 */
#include "ha/ha_recv.h"

#include "ha/ha_beat.h"
#include "ha/ha_join.h"
#include "ha/ha_member.h"
#include "ha/ha_out.h"
#include "ha/ha_repl.h"
#include "ha/ha_role.h"
#include "ha/ha_serve.h"
#include "ha/ha_voice.h"

#include <stdio.h>

static void
first_bytes(const uint8_t *p, size_t n, char *text, size_t size)
{
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < n && i < 24 && at + 4 < size; i++)
		at += (size_t)snprintf(text + at, size - at, "%s%02x", i == 0 ? "" : " ", p[i]);
}

static void
refuse(struct ha *ha, struct ha_peer *p, uint32_t node_id, const uint8_t *bytes, size_t n,
	const struct err *e, struct ha_out *out)
{
	bool version = e->code == E_VERSION;
	char text[80];

	ha->counts.frames_malformed++;
	if (p == NULL || (version ? !p->told_version : !p->told_malformed)) {
		first_bytes(bytes, n, text, sizeof(text));
		log_emit(&ha->log, M_FRAME_REFUSED, "a frame of node %u is refused: %s [%s]",
			node_id, e->text, text);
	}
	if (p == NULL)
		return;
	if (version)
		p->told_version = true;
	else
		p->told_malformed = true;
	if (ha->source == p && (ha->role == HA_STANDBY || ha->role == HA_SYNCING))
		ha_join_fail(ha, "a frame of the active could not be read", false, out);
}

/* An own frame: what it proves is its place in the order (section 2). */
static void
on_own(struct ha *ha, const struct ha_frame *f, struct ha_out *out)
{
	switch (f->type) {
	case HA_FRAME_BEAT:
	case HA_FRAME_HELLO:
		ha_beat_on_own(ha, f);
		break;
	case HA_FRAME_DELTAS:
		if (f->u.deltas.sync != 0)
			ha_serve_delivered(ha, f->u.deltas.sync);
		else if (f->epoch == ha->epoch)
			ha_repl_delivered(ha, f->offset + f->u.deltas.count - 1);
		break;
	case HA_FRAME_SNAP_SLICE:
		ha_serve_delivered(ha, f->u.snap_slice.sync);
		break;
	case HA_FRAME_CLAIM:
		ha_voice_on_own_claim(ha, f, out);
		break;
	case HA_FRAME_LEAVING:
		if (ha->role == HA_DRAINING && f->epoch == ha->epoch && ha->leaving_sent)
			ha_role_change(ha, HA_JOINING, out, "drained");
		break;
	case HA_FRAME_ACK:
	case HA_FRAME_SYNC_REQ:
	case HA_FRAME_SNAP_BEGIN:
	case HA_FRAME_SNAP_END:
		break;
	}
}

static void
on_leaving(struct ha *ha, struct ha_peer *p, const struct ha_frame *f, struct ha_out *out)
{
	ha_join_finish(ha, out);
	p->role = HA_JOINING;
	p->hush = false;
	p->epoch = f->epoch;
	p->offset = f->offset;
	if (ha->source != p)
		return;
	ha->source = NULL;
	if (ha->role == HA_SYNCING)
		ha_role_change(ha, HA_JOINING, out, "the active was demoted");
	else if (ha->role == HA_STANDBY && f->epoch == ha->epoch && f->offset != ha->offset)
		ha_join_fail(ha, "deltas are missing", false, out);
	else if (ha->role == HA_STANDBY && f->epoch == ha->epoch &&
		!ha_beat_compare(ha, ha->offset, ha_int_digest(ha), f->u.leaving.digest))
		ha_join_fail(ha, "the digest differs from the active's", true, out);
}

static void
on_ack(struct ha *ha, struct ha_peer *p, const struct ha_frame *f)
{
	if ((ha->role == HA_ACTIVE || ha->role == HA_DRAINING) && f->epoch == ha->epoch)
		ha_repl_acked(ha, p, f->offset, f->u.ack.digest);
	else
		ha->counts.frames_stale++;
}

static void
on_peers(struct ha *ha, struct ha_peer *p, const struct ha_frame *f, struct ha_out *out)
{
	bool mine = f->to == 0 || f->to == ha->conf.node_id;
	bool source = ha->source == p;

	switch (f->type) {
	case HA_FRAME_BEAT:
	case HA_FRAME_HELLO:
		ha_beat_on_beat(ha, p, f, out);
		return;
	case HA_FRAME_CLAIM:
		ha_voice_on_claim(ha, p, f, out);
		return;
	case HA_FRAME_LEAVING:
		on_leaving(ha, p, f, out);
		return;
	case HA_FRAME_ACK:
		if (mine)
			on_ack(ha, p, f);
		return;
	case HA_FRAME_SYNC_REQ:
		if (mine)
			ha_serve_on_request(ha, p, f);
		return;
	case HA_FRAME_DELTAS:
		if (mine && source)
			ha_join_on_deltas(ha, f, out);
		break;
	case HA_FRAME_SNAP_BEGIN:
		if (mine && source)
			ha_join_on_begin(ha, f, out);
		break;
	case HA_FRAME_SNAP_SLICE:
		if (mine && source)
			ha_join_on_slice(ha, f, out);
		break;
	case HA_FRAME_SNAP_END:
		if (mine && source)
			ha_join_on_end(ha, f, out);
		break;
	}
	if (mine && !source)
		ha->counts.frames_stale++;
}

void
ha_recv_frame(struct ha *ha, uint32_t node_id, uint32_t pid, const uint8_t *bytes, size_t n,
	struct ha_out *out)
{
	struct ha_peer *p = ha_member_find(ha, node_id, pid);
	bool own = ha_member_is_own(ha, node_id, pid);
	struct ha_frame f;
	struct err e = { 0 };
	int rv = ha_frame_decode(bytes, n, &f, &e);

	if (rv == 0 && f.version > ha_out_speaks(ha))
		rv = err_set(&e, E_VERSION, "wire version %u, this node speaks %u at most",
			f.version, ha_out_speaks(ha));
	if (rv == 0 && f.sender != node_id)
		rv = err_set(&e, E_MALFORMED, "it names node %u as its sender", f.sender);
	if (rv != 0) {
		refuse(ha, p, node_id, bytes, n, &e, out);
		return;
	}
	if (own) {
		on_own(ha, &f, out);
		return;
	}
	if (p == NULL) {
		ha->counts.frames_stale++;
		return;
	}
	ha->counts.bytes_received += n;
	p->speaks = f.speaks;
	p->told_malformed = p->told_version = false;
	/* A position above ours is news, whatever frame carries it; beats and claims see to it themselves. */
	if (f.type == HA_FRAME_SYNC_REQ || f.type == HA_FRAME_DELTAS)
		ha_voice_meet(ha, p, f.epoch,
			f.type == HA_FRAME_DELTAS ? HA_VOICE_SPEAKS : HA_VOICE_STATE, out);
	on_peers(ha, p, &f, out);
}
