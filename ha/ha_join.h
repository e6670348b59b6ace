/* SPDX-License-Identifier: Apache-2.0 */
/* Joiner and standby: docs/ha-protocol.md 7.4 and 9. */
#ifndef TANDEM_HA_HA_JOIN_H
#define TANDEM_HA_HA_JOIN_H

#include "ha/ha_int.h"

/** JOINING with an active in the group: asks for a resync when it is time. */
void ha_join_ask(struct ha *ha, struct ha_out *out);
/** SYNCING: time-outs, and the next step of reading. */
void ha_join_tick(struct ha *ha, struct ha_out *out);
/** Reads the rest of a snapshot that is complete, in one go: before what changes the role or the group. Nothing if none is read. */
void ha_join_finish(struct ha *ha, struct ha_out *out);
struct mono ha_join_deadline(const struct ha *ha);
void ha_join_on_begin(struct ha *ha, const struct ha_frame *f, struct ha_out *out);
void ha_join_on_slice(struct ha *ha, const struct ha_frame *f, struct ha_out *out);
void ha_join_on_end(struct ha *ha, const struct ha_frame *f, struct ha_out *out);
/** A batch of the node that this one follows: live, or a part of a partial resync. */
void ha_join_on_deltas(struct ha *ha, const struct ha_frame *f, struct ha_out *out);
/** Back to JOINING with the state as it is, without a word of failure. */
void ha_join_restart(struct ha *ha, const char *why, bool full, struct ha_out *out);
/** The same, counted as a failure: the next attempt may have to wait. */
void ha_join_fail(struct ha *ha, const char *why, bool full, struct ha_out *out);
/** Acknowledges if something was applied. */
void ha_join_flush_ack(struct ha *ha, struct ha_out *out);

#endif
