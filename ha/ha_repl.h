/* SPDX-License-Identifier: Apache-2.0 */
/* The active's side of replication: docs/ha-protocol.md 7. */
#ifndef TANDEM_HA_HA_REPL_H
#define TANDEM_HA_HA_REPL_H

#include "ha/ha_int.h"

/** Applies and logs one delta: see ha_append(). */
uint64_t ha_repl_append(struct ha *ha, uint16_t kind, uint16_t version, const uint8_t *p, size_t n);
/** Multicasts batches within the window; when draining, everything. */
void ha_repl_flush(struct ha *ha, struct ha_out *out);
/**
 * Deltas first .. last of the log as one DELTAS frame in `*f`, at most LIMIT_BATCH_BYTES, which borrows from `ha->body`; returns the last
 * offset in it.
 */
uint64_t ha_repl_gather(struct ha *ha, struct ha_frame *f, uint64_t first, uint64_t last);
/** The same, multicast: deltas first .. last of the log as one DELTAS frame, at most LIMIT_BATCH_BYTES; returns the last offset in it. */
uint64_t ha_repl_batch(struct ha *ha, struct ha_out *out, uint64_t first, uint64_t last,
	uint32_t to, uint64_t sync);
/** An own frame came back that was sent when `offset` was the last one sent: room in the window. */
void ha_repl_delivered(struct ha *ha, uint64_t offset);
/** A follower holds our epoch up to `offset`, with this digest. */
void ha_repl_acked(struct ha *ha, struct ha_peer *p, uint64_t offset, uint64_t digest);
/** The peer is no follower any more. */
void ha_repl_forget(struct ha *ha, struct ha_peer *p);
/** Nothing waits for it, nothing is sent to it until it asks for a resync. */
void ha_repl_drop(struct ha *ha, struct ha_peer *p, const char *why);
/** Drops followers that acknowledge nothing for too long. */
void ha_repl_tick(struct ha *ha);
/** When ha_repl_tick() has something to do. */
struct mono ha_repl_deadline(const struct ha *ha);
/** The digest noted after `offset` of this epoch; false if it is not known any more. */
bool ha_repl_digest_at(const struct ha *ha, uint64_t offset, uint64_t *digest);

#endif
