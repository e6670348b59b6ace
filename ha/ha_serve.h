/* SPDX-License-Identifier: Apache-2.0 */
/* The active's side of a resync: docs/ha-protocol.md 9. */
#ifndef TANDEM_HA_HA_SERVE_H
#define TANDEM_HA_HA_SERVE_H

#include "ha/ha_int.h"

/** A joiner asks. */
void ha_serve_on_request(struct ha *ha, struct ha_peer *p, const struct ha_frame *f);
/** Sends what the window allows; to be called after the live batches of the step. */
void ha_serve_flush(struct ha *ha, struct ha_out *out);
/** When flush is to be called though nothing happens; MONO_NEVER. */
struct mono ha_serve_deadline(const struct ha *ha);
/** Ends the resync that is under way, whoever it is for; nothing if there is none. */
void ha_serve_stop(struct ha *ha);
/** An own part of the resync `sync` came back. */
void ha_serve_delivered(struct ha *ha, uint64_t sync);

#endif
