/* SPDX-License-Identifier: Apache-2.0 */
/* The other members of the group: docs/ha-protocol.md 11 and 13. */
#ifndef TANDEM_HA_HA_MEMBER_H
#define TANDEM_HA_HA_MEMBER_H

#include "ha/ha_int.h"

/** NULL if that process is no member. */
struct ha_peer *ha_member_find(struct ha *ha, uint32_t node_id, uint32_t pid);
/** True for the own process. */
bool ha_member_is_own(const struct ha *ha, uint32_t node_id, uint32_t pid);
/** The member that is ACTIVE in the highest epoch seen; NULL. */
struct ha_peer *ha_member_active(struct ha *ha);
/** A member that is ACTIVE or DRAINING, or holds a newer state than this node; NULL. */
const struct ha_peer *ha_member_better(const struct ha *ha);
/** True if a member was not heard yet. */
bool ha_member_unheard(const struct ha *ha);
/** Forgets everybody, without a word: the ring is gone. */
void ha_member_forget_all(struct ha *ha);
/** True if the own process is among the members of the change. */
bool ha_member_has_own(const struct ha *ha, const struct ha_confchg *c);
void ha_member_confchg(struct ha *ha, const struct ha_confchg *c, struct ha_out *out);

#endif
