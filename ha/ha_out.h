/* SPDX-License-Identifier: Apache-2.0 */
/* Writing actions into the caller's ha_out. */
#ifndef TANDEM_HA_HA_OUT_H
#define TANDEM_HA_HA_OUT_H

#include "ha/ha_int.h"

/** Appends an action. */
void ha_out_add(struct ha_out *o, struct ha_action a);
/** A frame with type, epoch and offset; everything else zero. */
struct ha_frame ha_out_frame(enum ha_frame_type type, uint64_t epoch, uint64_t offset);
/** The highest wire version of this node. */
uint8_t ha_out_speaks(const struct ha *ha);
/** Completes the header (version, speaks, sender) and appends HA_ACT_MCAST. Nothing while not in the group. */
void ha_out_mcast(struct ha *ha, struct ha_out *o, struct ha_frame *f);

#endif
