/* SPDX-License-Identifier: Apache-2.0 */
/* The table of roles: docs/ha-protocol.md 4. */
#ifndef TANDEM_HA_HA_ROLE_H
#define TANDEM_HA_HA_ROLE_H

#include "ha/ha.h"
#include "proto/base/sm.h"

/** Names and allowed edges of enum ha_role. */
extern const struct sm_table ha_role_table;

/**
 * The one place where a role changes: REQUIREs the edge, does what leaving and entering a role needs, logs 37403, adds
 * HA_ACT_ROLE, asks for a beat. Staying is no change.
 */
void ha_role_change(struct ha *ha, enum ha_role to, struct ha_out *out, const char *why);

#endif
