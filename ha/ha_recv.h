/* SPDX-License-Identifier: Apache-2.0 */
/* Frames in: decoded, checked against the group, handed to the module of their type. */
#ifndef TANDEM_HA_HA_RECV_H
#define TANDEM_HA_HA_RECV_H

#include "ha/ha_int.h"

void ha_recv_frame(struct ha *ha, uint32_t node_id, uint32_t pid, const uint8_t *p, size_t n,
	struct ha_out *out);

#endif
