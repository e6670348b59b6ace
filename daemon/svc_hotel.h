/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hoteling: a guest (an agent's profile) takes a host (a phone of a pool), or leaves it (reference-connector.md 7).
 *
 *   take: the host's agent signs out, all calls of the host are forwarded to the guest, the guest is associated, the guest's
 *         agent becomes unavailable
 *   leave: the guest's agent signs out, the forwarding ends, the association ends
 *
 * Each step is journalled in replicated state before it is sent. All steps set a state, so one of which nobody knows
 * whether it was done is done again. A step that BroadWorks refuses undoes those before it. After a takeover the new active
 * goes on where the journal stands; the client that asked is gone with its connection and sees the result in events.
 */
#ifndef TANDEM_DAEMON_SVC_HOTEL_H
#define TANDEM_DAEMON_SVC_HOTEL_H

#include "daemon/svc_part.h"

/** Starts it for device ids of a client; answered when it is over, or after 15 s with an error: it goes on all the same. */
void svc_hotel_take(const struct svc_in *in, struct str host, struct str guest);
void svc_hotel_leave(const struct svc_in *in, struct str host, struct str guest);

/** This node became active: operations that were under way go on. */
void svc_hotel_activate(struct svc *v);
/** Notes of this node alone are dropped; the journal stays. */
void svc_hotel_deactivate(struct svc *v);
/** The hook of bw.h; false: the request is none of these. */
bool svc_hotel_over(struct svc *v, uint64_t request, enum bw_result result);
void svc_hotel_tick(struct svc *v);
struct mono svc_hotel_deadline(const struct svc *v);

#endif
