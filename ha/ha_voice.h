/* SPDX-License-Identifier: Apache-2.0 */
/* Who may speak: epochs and claims, docs/ha-protocol.md 5. */
#ifndef TANDEM_HA_HA_VOICE_H
#define TANDEM_HA_HA_VOICE_H

#include "ha/ha_int.h"

/** The part of an epoch that claims compete for: the first delivered claim of a generation wins (rule 2). */
static inline uint64_t
ha_voice_generation(uint64_t epoch)
{
	return epoch >> HA_EPOCH_NODE_BITS;
}

/** Orders the claim of the next epoch: SAVE_EPOCH, CLAIM, role CLAIMING; a solo node is ACTIVE at once. */
void ha_voice_claim(struct ha *ha, struct ha_out *out, const char *why);
/* How an epoch was met. */
enum ha_voice_kind {
	HA_VOICE_SPEAKS, /* a claim, or an ACTIVE */
	HA_VOICE_STATE, /* somebody holds a state of it; newer than ours only if its generation is */
	HA_VOICE_HEARSAY /* somebody remembers it, nobody here holds anything of it */
};

/** An epoch was met in a frame of `p`. Remembers it; gives up or renews what is older (rules 4 and 6). */
void ha_voice_meet(struct ha *ha, const struct ha_peer *p, uint64_t epoch, enum ha_voice_kind kind,
	struct ha_out *out);
/**
 * We are ACTIVE, and so says a peer in a beat, of an epoch that is not above ours (two rings merged). Of a lower one it will
 * give up when it hears of us; of the very same one (ids that share their low bits) the lower id does.
 */
void ha_voice_two(struct ha *ha, const struct ha_peer *p, struct ha_out *out);
void ha_voice_on_claim(
	struct ha *ha, struct ha_peer *p, const struct ha_frame *f, struct ha_out *out);
void ha_voice_on_own_claim(struct ha *ha, const struct ha_frame *f, struct ha_out *out);
/** Has the highest epoch that this node knows written to its disk, if it is not there. */
void ha_voice_save(struct ha *ha, uint64_t epoch, struct ha_out *out);
/** Throws the state away: position (0, 0). */
void ha_voice_empty(struct ha *ha);

#endif
