/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The active's log and window: see ha_repl.h.
 *
 * Happy path: append (applied, logged) -> batch -> own delivery frees the window -> the standby's acknowledgement
 * moves the watermark. Failure modes: nobody listens (the log keeps it), the log outgrows its bound before it was
 * sent (listeners are dropped), a standby that is silent, acknowledges the impossible, or has another digest (dropped).
 */
#include "ha/ha_repl.h"

#include "ha/ha_beat.h"
#include "ha/ha_gate.h"
#include "ha/ha_mutation.h"
#include "ha/ha_out.h"
#include "ha/ha_serve.h"
#include "proto/base/check.h"

static void
drop_all(struct ha *ha, const char *why)
{
	for (size_t i = 0; i < HA_PEERS_MAX; i++) {
		if (ha->peers[i].member && ha->peers[i].listening)
			ha_repl_drop(ha, &ha->peers[i], why);
	}
}

uint64_t
ha_repl_append(struct ha *ha, uint16_t kind, uint16_t version, const uint8_t *p, size_t n)
{
	struct ha_log_entry *entry;

	if (ha->role != HA_ACTIVE || n > HA_DELTA_BYTES_MAX)
		return 0;
	if (fails(ha->fsm.apply(ha->fsm.arg, kind, version, p, n) == 0))
		return 0;
	ha->offset++;
	ha->counts.deltas_sent++;
	if (!ha->conf.solo) {
		entry = ha_log_append(&ha->deltas, ha->now.us, kind, version, p, n);
		entry->digest = ha_int_digest(ha);
		REQUIRE(ha->deltas.last == ha->offset);
	}
	if (!ha->conf.solo && ha_log_first(&ha->deltas) > ha->sent + 1) {
		drop_all(ha, "the delta log is over its bound");
		ha->sent = ha_log_first(&ha->deltas) - 1;
	}
	ha_gate_settle(ha);
	return ha->offset;
}

bool
ha_repl_digest_at(const struct ha *ha, uint64_t offset, uint64_t *digest)
{
	const struct ha_log_entry *entry = ha_log_at(&ha->deltas, offset);

	if (entry == NULL && offset != 0)
		return false;
	*digest = offset == 0 ? ha->base_digest : entry->digest;
	return true;
}

uint64_t
ha_repl_gather(struct ha *ha, struct ha_frame *f, uint64_t first, uint64_t last)
{
	uint64_t offset = first;

	*f = ha_out_frame(HA_FRAME_DELTAS, ha->epoch, first);
	buf_reset(&ha->body);
	for (; offset <= last; offset++) {
		const struct ha_log_entry *e = ha_log_at(&ha->deltas, offset);

		REQUIRE(e != NULL);
		if (offset > first && ha->body.n + e->n + 8 > LIMIT_BATCH_BYTES)
			break;
		ha_frame_put_delta(&ha->body, e->kind, e->version, e->bytes, e->n);
		f->u.deltas.digest = e->digest;
	}
	f->u.deltas.count = (uint32_t)(offset - first);
	f->u.deltas.body = buf_as_str(&ha->body);
	return offset - 1;
}

uint64_t
ha_repl_batch(struct ha *ha, struct ha_out *out, uint64_t first, uint64_t last, uint32_t to,
	uint64_t sync)
{
	struct ha_frame f;
	uint64_t upto = ha_repl_gather(ha, &f, first, last);

	f.to = to;
	f.u.deltas.sync = sync;
	ha_out_mcast(ha, out, &f);
	return upto;
}

static bool
somebody_listens(const struct ha *ha)
{
	for (size_t i = 0; i < HA_PEERS_MAX; i++) {
		if (ha->peers[i].member && ha->peers[i].listening)
			return true;
	}
	return false;
}

void
ha_repl_flush(struct ha *ha, struct ha_out *out)
{
	bool drain = ha->role == HA_DRAINING;

	if (!somebody_listens(ha)) {
		ha->sent = ha->offset;
		ha->sent_digest = ha_int_digest(ha);
		ha->in_flight_count = 0;
		return;
	}
	while (ha->sent < ha->offset && (drain || ha->in_flight_count < LIMIT_BATCHES_IN_FLIGHT)) {
		ha->sent = ha_repl_batch(ha, out, ha->sent + 1, ha->offset, 0, 0);
		if (!drain)
			ha->in_flight[ha->in_flight_count++] = ha->sent;
	}
	(void)ha_repl_digest_at(ha, ha->sent, &ha->sent_digest);
}

void
ha_repl_delivered(struct ha *ha, uint64_t offset)
{
	unsigned gone = 0;

	while (gone < ha->in_flight_count && ha->in_flight[gone] <= offset)
		gone++;
	for (unsigned i = gone; i < ha->in_flight_count; i++)
		ha->in_flight[i - gone] = ha->in_flight[i];
	ha->in_flight_count -= gone;
	if (offset > ha->delivered)
		ha->delivered = offset;
}

void
ha_repl_forget(struct ha *ha, struct ha_peer *p)
{
	p->listening = p->standby = false;
	p->acked = 0;
	if (ha->serve.to == p)
		ha_serve_stop(ha);
	if (ha->cover_peer == p) {
		ha->cover_peer = NULL;
		if (ha->role == HA_ACTIVE)
			ha_cover_lose(&ha->cover, ha->offset);
	}
}

void
ha_repl_drop(struct ha *ha, struct ha_peer *p, const char *why)
{
	log_emit(&ha->log, M_STANDBY_BEHIND, "node %u is dropped and must resync: %s", p->node_id,
		why);
	ha_repl_forget(ha, p);
	p->dropped = true;
	ha->want_beat = true;
}

static void
cover_acked(struct ha *ha, uint64_t offset)
{
	struct ha_cover_log log;

	if (HA_MUTATED_OFFSET && offset < ha->offset)
		offset++;
	if (offset > ha->cover.acked)
		ha->cover.acked = offset;
	log = ha_gate_cover_log(ha);
	ha_cover_ack(&ha->cover, &log);
}

void
ha_repl_acked(struct ha *ha, struct ha_peer *p, uint64_t offset, uint64_t digest)
{
	uint64_t ours;

	if (!p->listening || ha->serve.to == p)
		return;
	if (offset > ha->offset) {
		ha_repl_drop(ha, p, "it acknowledges what does not exist");
		return;
	}
	if (ha_repl_digest_at(ha, offset, &ours) && !ha_beat_compare(ha, offset, ours, digest)) {
		ha_repl_drop(ha, p, "its digest differs");
		return;
	}
	if (!p->standby || offset > p->acked)
		p->alive_at = ha->now;
	p->standby = true;
	if (offset > p->acked)
		p->acked = offset;
	p->epoch = ha->epoch;
	p->offset = p->acked;
	if (ha->cover_peer == NULL)
		ha->cover_peer = p;
	if (ha->cover_peer == p && ha->role == HA_ACTIVE)
		cover_acked(ha, p->acked);
}

/* When a listener will have been silent for too long; MONO_NEVER if nothing waits for it. */
static struct mono
silent_until(const struct ha *ha, const struct ha_peer *p)
{
	const struct ha_log_entry *oldest = ha_log_at(&ha->deltas, p->acked + 1);
	struct mono since = p->alive_at;

	if (!p->member || !p->listening || ha->serve.to == p || p->acked >= ha->offset)
		return MONO_NEVER;
	if (oldest != NULL && oldest->at_us > since.us)
		since.us = oldest->at_us;
	/* who still reads its snapshot has nothing to acknowledge, and says so */
	if (p->role == HA_SYNCING && mono_before(since, p->beat_at))
		since = p->beat_at;
	return mono_add_ms(since, ha->conf.lag_ms_max);
}

void
ha_repl_tick(struct ha *ha)
{
	for (size_t i = 0; ha->role == HA_ACTIVE && i < HA_PEERS_MAX; i++) {
		if (mono_due(silent_until(ha, &ha->peers[i]), ha->now))
			ha_repl_drop(ha, &ha->peers[i], "it acknowledges nothing");
	}
}

struct mono
ha_repl_deadline(const struct ha *ha)
{
	struct mono at = MONO_NEVER;

	for (size_t i = 0; ha->role == HA_ACTIVE && i < HA_PEERS_MAX; i++)
		at = mono_min(at, silent_until(ha, &ha->peers[i]));
	return at;
}
