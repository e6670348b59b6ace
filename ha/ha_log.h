/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run of consecutive deltas: the delta log of the epoch at the active, the queue of a joiner.
 *
 * Bounded in bytes. Beyond the bound ha_log_append() lets the oldest go; whoever still needs them sees it at
 * ha_log_first(). The newest entry is always kept.
 */
#ifndef TANDEM_HA_HA_LOG_H
#define TANDEM_HA_HA_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ha_log_entry {
	uint64_t digest; /* of the state after it (active's log) */
	int64_t at_us;   /* when it was appended */
	uint32_t n;
	uint16_t kind, version;
	uint8_t bytes[];
};

struct ha_log {
	struct ha_log_entry **ring;
	size_t size, head, count; /* entries: allocated, oldest, used */
	uint64_t last; /* offset of the newest; of what came before the first when empty */
	size_t bytes, bytes_max; /* with overhead */
};

/** Empty; the first entry will have offset 1. */
void ha_log_init(struct ha_log *l, size_t bytes_max);
void ha_log_fini(struct ha_log *l);
/** Drops everything; the next entry will have offset `last` + 1. */
void ha_log_reset(struct ha_log *l, uint64_t last);
/** Copies the delta; returns its entry, whose digest the caller may set. Never fails: see above. */
struct ha_log_entry *ha_log_append(struct ha_log *l, int64_t at_us, uint16_t kind, uint16_t version,
	const uint8_t *p, size_t n);
/** True if `n` more bytes of a delta stay within the bound without losing the oldest. */
bool ha_log_has_room(const struct ha_log *l, size_t n);
/** The entry of an offset; NULL if it is not held. */
const struct ha_log_entry *ha_log_at(const struct ha_log *l, uint64_t offset);
/** Offset of the oldest entry held; last + 1 when there is none. */
uint64_t ha_log_first(const struct ha_log *l);
/** Drops the oldest entries up to and including `offset`. */
void ha_log_trim(struct ha_log *l, uint64_t offset);

#endif
