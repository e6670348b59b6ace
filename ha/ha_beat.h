/* SPDX-License-Identifier: Apache-2.0 */
/* Beats and digests: docs/ha-protocol.md 10. */
#ifndef TANDEM_HA_HA_BEAT_H
#define TANDEM_HA_HA_BEAT_H

#include "ha/ha_int.h"

/** Sends a beat if one is due or wanted. */
void ha_beat_flush(struct ha *ha, struct ha_out *out);
/** A BEAT or HELLO of a peer. */
void ha_beat_on_beat(
	struct ha *ha, struct ha_peer *p, const struct ha_frame *f, struct ha_out *out);
/** An own beat came back. */
void ha_beat_on_own(struct ha *ha, const struct ha_frame *f);
/** Compares two digests of the same position, remembers the result, raises the alarm. True: they are equal. */
bool ha_beat_compare(struct ha *ha, uint64_t offset, uint64_t ours, uint64_t theirs);

#endif
