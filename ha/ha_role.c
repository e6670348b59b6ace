/* SPDX-License-Identifier: Apache-2.0 */
/* Roles: see ha_role.h; the diagram is in docs/ha-protocol.md 4. */
#include "ha/ha_role.h"

#include "ha/ha_copy.h"
#include "ha/ha_out.h"
#include "ha/ha_serve.h"
#include "ha/ha_voice.h"
#include "proto/base/check.h"

/*
 *   INIT -> JOINING -> SYNCING -> STANDBY -> CLAIMING -> ACTIVE -> DRAINING -> JOINING
 *              \__________________________/                 \-> FENCED -> JOINING
 *   Back to JOINING from SYNCING, STANDBY, CLAIMING; back to INIT (ring lost) from all but ACTIVE and FENCED.
 *   INIT -> ACTIVE: a solo node. ACTIVE -> CLAIMING: a member knows of a higher epoch that nobody speaks (5.6).
 */
static const struct sm_state states[] = {
	[HA_INIT] = { "init", SM_BIT(HA_JOINING) | SM_BIT(HA_ACTIVE) },
	[HA_JOINING] = { "joining", SM_BIT(HA_INIT) | SM_BIT(HA_SYNCING) | SM_BIT(HA_CLAIMING) },
	[HA_SYNCING] = { "syncing",
		SM_BIT(HA_INIT) | SM_BIT(HA_JOINING) | SM_BIT(HA_STANDBY) | SM_BIT(HA_CLAIMING) },
	[HA_STANDBY] = { "standby", SM_BIT(HA_INIT) | SM_BIT(HA_JOINING) | SM_BIT(HA_CLAIMING) },
	[HA_CLAIMING] = { "claiming", SM_BIT(HA_INIT) | SM_BIT(HA_JOINING) | SM_BIT(HA_ACTIVE) },
	[HA_ACTIVE] = { "active", SM_BIT(HA_DRAINING) | SM_BIT(HA_FENCED) | SM_BIT(HA_CLAIMING) },
	[HA_DRAINING] = { "draining", SM_BIT(HA_INIT) | SM_BIT(HA_JOINING) },
	[HA_FENCED] = { "fenced", SM_BIT(HA_JOINING) },
};

const struct sm_table ha_role_table = { "role", states, HA_FENCED + 1 };

const char *
ha_role_name(enum ha_role role)
{
	return sm_name(&ha_role_table, role);
}

/* What each role alone may have: left behind is nothing. */
static void
leave_role(struct ha *ha, enum ha_role from, enum ha_role to)
{
	if (from == HA_SYNCING) {
		if (ha->join.restoring)
			ha_voice_empty(ha); /* half a state is none */
		ha->join.restoring = false;
		buf_fini(&ha->join.snap);
		ha_log_reset(&ha->join.queue, 0);
		ha->join.begun = false;
		ha->join.deadline = MONO_NEVER;
	}
	if (from == HA_ACTIVE)
		ha_copy_stop(ha);
	if (from == HA_ACTIVE || from == HA_DRAINING)
		ha_serve_stop(ha);
	if ((from == HA_ACTIVE && to != HA_DRAINING) || from == HA_DRAINING) {
		ha_log_reset(&ha->deltas, 0);
		ha->in_flight_count = 0;
		ha->cover_peer = NULL;
	}
}

static void
enter_role(struct ha *ha, enum ha_role to)
{
	if (to != HA_STANDBY && to != HA_CLAIMING)
		ha->follows = false;
	if (to == HA_STANDBY)
		ha->follows = true;
	if (to == HA_JOINING || to == HA_INIT || to == HA_ACTIVE || to == HA_FENCED)
		ha->source = NULL;
	if (to != HA_STANDBY && to != HA_CLAIMING)
		ha->in_step = false;
	if (to == HA_SYNCING || to == HA_FENCED)
		ha_copy_void(ha); /* another state is on its way, or none is left */
	if (to == HA_DRAINING)
		ha->leaving_sent = false;
	ha->want_ack = to == HA_STANDBY;
	ha->want_beat = true;
}

void
ha_role_change(struct ha *ha, enum ha_role to, struct ha_out *out, const char *why)
{
	enum ha_role from = (enum ha_role)ha->role;

	if (from == to)
		return;
	if (from == HA_ACTIVE)
		ha_copy_put_rest(ha, out);
	sm_move(&ha_role_table, &ha->role, to);
	leave_role(ha, from, to);
	enter_role(ha, to);
	log_emit(&ha->log, M_ROLE, "%s -> %s: %s", ha_role_name(from), ha_role_name(to), why);
	ha_out_add(out,
		(struct ha_action){
			.kind = HA_ACT_ROLE, .from = from, .to = to, .epoch = ha->epoch });
}
