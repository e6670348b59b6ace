/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The copy on the own host: docs/ha-protocol.md 17.
 *
 * An active that no standby follows in step keeps the state in a file of its host, snapshot and deltas, so that its successor
 * there goes on where it ended. Everything that leaves is in it before it leaves. This module makes the bytes and reads
 * them; the caller writes them where HA_ACT_COPY says.
 */
#ifndef TANDEM_HA_HA_COPY_H
#define TANDEM_HA_HA_COPY_H

#include "ha/ha_int.h"

/** End of a step: what was decided goes into the file; a file is begun, or removed, as the cover is lost or found. */
void ha_copy_flush(struct ha *ha, struct ha_out *out);
/** Before an active's log goes: the rest of it. */
void ha_copy_put_rest(struct ha *ha, struct ha_out *out);
/** This node becomes active in `ha->epoch`, on the state at its base. */
void ha_copy_claimed(struct ha *ha, struct ha_out *out);
/** An epoch is about to be noted on disk that nobody speaks: the state of the file stays the newest. */
void ha_copy_met(struct ha *ha, uint64_t epoch, struct ha_out *out);
/** The role is none that writes any more: a file that is half written is given up. */
void ha_copy_stop(struct ha *ha);
/** The state is another one now: the file goes with the next flush. */
void ha_copy_void(struct ha *ha);
/** True while the snapshot is being written down for the file: it cannot be for anybody else. */
bool ha_copy_is_writing(const struct ha *ha);
/** True if whoever has the file can go on from it with everything that left. */
bool ha_copy_is_whole(const struct ha *ha);
/** When there is more to write; MONO_NEVER. */
struct mono ha_copy_deadline(const struct ha *ha);

#endif
