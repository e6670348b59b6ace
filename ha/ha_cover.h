/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the gate waits for: the four conditions of docs/ha-protocol.md 8 and the watermark.
 *
 *   NONE ----> CATCHING ----> FULL ----> LATE ----> CATCHING
 *    ^------------+  (time-out)            ^-----------+
 */
#ifndef TANDEM_HA_HA_COVER_H
#define TANDEM_HA_HA_COVER_H

#include <stdbool.h>
#include <stdint.h>

enum ha_cover_state {
	HA_COVER_NONE,     /* nobody to wait for */
	HA_COVER_CATCHING, /* a standby acknowledges; held until it has what was released */
	HA_COVER_FULL,     /* in step: released = acknowledged */
	HA_COVER_LATE      /* it took too long: released at once */
};

struct ha_cover {
	enum ha_cover_state state;
	bool was_late; /* CATCHING: came from LATE */
	bool at_once;  /* mode async */
	uint64_t acked;
	uint64_t released; /* never goes back */
};

/* What the cover must know of the log. */
struct ha_cover_log {
	int64_t now_us;
	int64_t timeout_us;
	uint64_t appended; /* last offset */
	int64_t oldest_us; /* when the first delta after `acked` was appended; only if acked < appended */
	uint64_t
		proven; /* nothing above it leaves for a standby in step that is late; UINT64_MAX: whatever is late */
};

/** A new epoch. */
void ha_cover_reset(struct ha_cover *c, bool at_once);
/** The standby holds everything up to c->acked, which the caller has raised before looking up `log`. */
void ha_cover_ack(struct ha_cover *c, const struct ha_cover_log *log);
/** Time passed, or something was appended. */
void ha_cover_update(struct ha_cover *c, const struct ha_cover_log *log);
/** The standby is gone or dropped. */
void ha_cover_lose(struct ha_cover *c, uint64_t appended);
/** True while effects leave without a standby that is there (never in mode async). */
bool ha_cover_unconfirmed(const struct ha_cover *c);
/** True while there is no standby in step, and none that is merely late. */
bool ha_cover_degraded(const struct ha_cover *c);
/** True while effects are late, and leave once it is proven that the ring went round after their deltas were sent. */
bool ha_cover_wants_proof(const struct ha_cover *c, const struct ha_cover_log *log);
/** True if a time-out is running: from the oldest delta on. */
bool ha_cover_waits(const struct ha_cover *c, uint64_t appended);

#endif
