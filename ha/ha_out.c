/* SPDX-License-Identifier: Apache-2.0 */
/* The list of actions of a step, and the wire version that frames are sent in (docs/ha-protocol.md 12). */
#include "ha/ha_out.h"

#include "proto/base/mem.h"

/* All that waits may go out in one step when an active drains. */
#define BYTES_MAX ((size_t)LIMIT_LOG_BYTES * 4)

void
ha_out_init(struct ha_out *o)
{
	*o = (struct ha_out){ 0 };
	buf_init(&o->bytes, BYTES_MAX);
}

void
ha_out_reset(struct ha_out *o)
{
	o->count = 0;
	buf_reset(&o->bytes);
}

void
ha_out_fini(struct ha_out *o)
{
	mem_free(o->actions);
	buf_fini(&o->bytes);
	*o = (struct ha_out){ 0 };
}

void
ha_out_add(struct ha_out *o, struct ha_action a)
{
	if (o->count == o->size) {
		o->size = o->size ? o->size * 2 : 16;
		o->actions = mem_realloc(o->actions, o->size * sizeof(*o->actions));
	}
	o->actions[o->count++] = a;
}

struct ha_frame
ha_out_frame(enum ha_frame_type type, uint64_t epoch, uint64_t offset)
{
	return (struct ha_frame){ .type = type, .epoch = epoch, .offset = offset };
}

uint8_t
ha_out_speaks(const struct ha *ha)
{
	uint8_t max = ha->conf.wire_version_max;

	return max == 0 || max > HA_WIRE_VERSION ? HA_WIRE_VERSION : max;
}

/*
 * The lowest that all members speak; the lowest of all until everybody was heard, and while alone: who joins gets what was
 * on its way.
 */
static uint8_t
version_for_all(const struct ha *ha)
{
	uint8_t version = ha_out_speaks(ha);
	bool alone = true;

	for (size_t i = 0; i < HA_PEERS_MAX; i++) {
		const struct ha_peer *p = &ha->peers[i];

		if (!p->member)
			continue;
		alone = false;
		if (p->speaks < version)
			version = p->speaks < HA_WIRE_VERSION_MIN ? HA_WIRE_VERSION_MIN : p->speaks;
	}
	return alone ? HA_WIRE_VERSION_MIN : version;
}

void
ha_out_mcast(struct ha *ha, struct ha_out *o, struct ha_frame *f)
{
	size_t off = o->bytes.n;

	if (!ha->in_group)
		return;
	f->version = version_for_all(ha);
	f->speaks = ha_out_speaks(ha);
	f->sender = ha->conf.node_id;
	ha_frame_encode(f, &o->bytes);
	if (o->bytes.overflow) {
		log_emit(&ha->log, M_FRAME_REFUSED,
			"more than %zu bytes to send in one step, the node joins anew",
			(size_t)BYTES_MAX);
		o->bytes.n = off;
		o->bytes.overflow = false;
		ha->want_rejoin = true;
		return;
	}
	ha->counts.bytes_sent += o->bytes.n - off;
	ha_out_add(
		o, (struct ha_action){ .kind = HA_ACT_MCAST, .off = off, .len = o->bytes.n - off });
}
