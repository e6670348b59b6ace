/* SPDX-License-Identifier: Apache-2.0 */
/* Who may speak: epochs and claims, docs/ha-protocol.md 5. */
#ifndef TANDEM_HA_HA_VOICE_H
#define TANDEM_HA_HA_VOICE_H

#define HA_EPOCH_NODE_BITS 3 /* low bits of an epoch: the node that claimed it */

#include "ha/ha_int.h"

/** Orders the claim of the next epoch: SAVE_EPOCH, CLAIM, role CLAIMING; a solo node is ACTIVE at once. */
void ha_voice_claim(struct ha *ha, struct ha_out *out, const char *why);
/* How an epoch was met. */
enum ha_voice_kind {
	HA_VOICE_SPEAKS, /* a claim, or an ACTIVE */
	HA_VOICE_STATE,  /* somebody holds a state of it */
	HA_VOICE_HEARSAY /* somebody remembers it, nobody here holds anything of it */
};

/** An epoch was met in a frame of `p`. Remembers it; gives up or renews what is older (rules 4 and 6). */
void ha_voice_meet(struct ha *ha, const struct ha_peer *p, uint64_t epoch, enum ha_voice_kind kind,
	struct ha_out *out);
/** A peer says that it is ACTIVE of our very epoch (two rings merged). */
void ha_voice_tie(struct ha *ha, const struct ha_peer *p, struct ha_out *out);
void ha_voice_on_claim(
	struct ha *ha, struct ha_peer *p, const struct ha_frame *f, struct ha_out *out);
void ha_voice_on_own_claim(struct ha *ha, const struct ha_frame *f, struct ha_out *out);
/** Throws the state away: position (0, 0). */
void ha_voice_empty(struct ha *ha);

#endif
