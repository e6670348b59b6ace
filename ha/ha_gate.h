/* SPDX-License-Identifier: Apache-2.0 */
/* Lease, gate and watermark: docs/ha-protocol.md 6 and 8. */
#ifndef TANDEM_HA_HA_GATE_H
#define TANDEM_HA_HA_GATE_H

#include "ha/ha_int.h"

/** The reason of a node that is not ACTIVE: what ha->gate_why begins with. */
extern const char ha_gate_not_active[];

/** Own frame with this time of asking was delivered: renews the lease, if the node is quorate. */
void ha_gate_renew(struct ha *ha, uint64_t asked_us);
/** The lease is void: only what is asked from now on renews it. */
void ha_gate_void(struct ha *ha);
/** This node stood still: as above, and whoever is lost within a lease from now on may have lost us first (section 6 rule 4). */
void ha_gate_stalled(struct ha *ha);
/** The quorum service spoke. */
void ha_gate_quorum(struct ha *ha, bool quorate);
/** This node becomes ACTIVE: whoever may still speak is waited for. */
void ha_gate_hush(struct ha *ha);
/** The group was joined: where nothing fences, somebody unknown to this process may hold a lease elsewhere. */
void ha_gate_ring_up(struct ha *ha);
/** A member left; `unknown`: nobody knows whether its process still runs. */
void ha_gate_peer_left(struct ha *ha, const struct ha_peer *p, bool unknown);
/** A member came: nobody is fencing us, or it was the one that was fenced. */
void ha_gate_peer_joined(struct ha *ha);
/**
 * True for an ACTIVE that has no quorum, nothing that fences, and no lease that could still keep others silent: its claim is
 * void (section 6 rule 7).
 */
bool ha_gate_claim_is_void(const struct ha *ha);
/** A beat of an ACTIVE is sent: when it is back, the ring has gone round since what had come back until now was sent. */
void ha_gate_mark(struct ha *ha);
/** An own beat that was asked at that time is back. */
void ha_gate_marked(struct ha *ha, uint64_t asked_us);
/** A new epoch: nothing of it is proven yet. */
void ha_gate_unmark(struct ha *ha);
/** End of every input: brings watermark and gate up to date, logs what changed. */
void ha_gate_settle(struct ha *ha);
/** What the cover must know of the delta log. */
struct ha_cover_log ha_gate_cover_log(const struct ha *ha);
/** When settling has something to do next. */
struct mono ha_gate_deadline(const struct ha *ha);

#endif
