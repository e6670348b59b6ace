/* SPDX-License-Identifier: Apache-2.0 */
/* What is shown: view, score, deadline (see ha.h). Nothing here changes anything. */
#include "ha/ha_copy.h"
#include "ha/ha_gate.h"
#include "ha/ha_int.h"
#include "ha/ha_join.h"
#include "ha/ha_member.h"
#include "ha/ha_mutation.h"
#include "ha/ha_repl.h"
#include "ha/ha_serve.h"

bool
ha_gate_open(const struct ha *ha)
{
	return ha->gate_open;
}

uint64_t
ha_released(const struct ha *ha)
{
	if (HA_MUTATED_GATE)
		return ha->offset;
	if (!ha->gate_open)
		return 0;
	/* with a copy on the host: what is in it */
	return ha->copy.live && ha->copy.upto < ha->cover.released ? ha->copy.upto :
								     ha->cover.released;
}

enum ha_role
ha_role(const struct ha *ha)
{
	return (enum ha_role)ha->role;
}

uint32_t
ha_awaits(const struct ha *ha)
{
	return mono_due(ha->await.until, ha->now) ? 0 : ha->await.node_id;
}

uint64_t
ha_epoch(const struct ha *ha)
{
	return ha->epoch;
}

int32_t
ha_score(const struct ha *ha)
{
	switch ((enum ha_role)ha->role) {
	case HA_ACTIVE:
		return 1000;
	case HA_CLAIMING:
		return ha->score_told;
	case HA_STANDBY:
		return ha->in_step ? 1000 : 5;
	case HA_JOINING:
		return ha_awaits(ha) != 0 || ha_member_better(ha) != NULL || ha_member_unheard(ha) ?
			INT32_MIN :
			10;
	case HA_INIT:
	case HA_SYNCING:
	case HA_DRAINING:
	case HA_FENCED:
		break;
	}
	return INT32_MIN;
}

struct mono
ha_deadline(const struct ha *ha)
{
	struct mono at = MONO_NEVER;

	if (ha->conf.solo || !ha->in_group)
		return at;
	at = mono_min(at, ha->next_beat);
	at = mono_min(at, ha_gate_deadline(ha));
	at = mono_min(at, ha_repl_deadline(ha));
	at = mono_min(at, ha_serve_deadline(ha));
	at = mono_min(at, ha_copy_deadline(ha));
	if (ha_awaits(ha) != 0)
		at = mono_min(at, ha->await.until);
	return mono_min(at, ha_join_deadline(ha));
}

static const struct ha_peer *
peer_to_show(const struct ha *ha)
{
	const struct ha_peer *first = NULL;

	if (ha->cover_peer != NULL)
		return ha->cover_peer;
	if (ha->serve.to != NULL)
		return ha->serve.to;
	if (ha->source != NULL)
		return ha->source;
	for (size_t i = 0; i < HA_PEERS_MAX; i++) {
		const struct ha_peer *p = &ha->peers[i];

		if (p->member && (first == NULL || p->role == HA_ACTIVE))
			first = p;
	}
	return first;
}

static int64_t
behind_us(const struct ha *ha, struct mono now, const struct ha_peer *p)
{
	const struct ha_log_entry *oldest = ha_log_at(&ha->deltas, p->acked + 1);

	return oldest != NULL && now.us > oldest->at_us ? now.us - oldest->at_us : 0;
}

static void
view_peer(const struct ha *ha, struct mono now, const struct ha_peer *p, struct ha_peer_view *v)
{
	bool active = ha->role == HA_ACTIVE || ha->role == HA_DRAINING;

	*v = (struct ha_peer_view){
		.known = p->heard,
		.node_id = p->node_id,
		.role = p->role,
		.epoch = p->epoch,
		.offset = p->offset,
		.behind = active && p->listening ? ha->offset - p->acked : 0,
		.behind_us =
			active && p->listening && p->acked < ha->offset ? behind_us(ha, now, p) : 0,
		.in_step = active ? p == ha->cover_peer && ha->cover.state == HA_COVER_FULL :
				    ha->in_step,
		.config_differs = p->heard && p->config_hash != ha->conf.config_hash,
		.beat_age_ms = mono_ms_between(p->beat_at, now),
		.health = { p->health, p->health_bytes },
	};
}

uint64_t
ha_applied(const struct ha *ha)
{
	return ha->counts.deltas_received;
}

static bool
is_fresh(struct mono at, struct mono now)
{
	return at.us != 0 && mono_ms_between(at, now) < HA_ALARM_HOLD_MS;
}

void
ha_get_view(const struct ha *ha, struct mono now, struct ha_view *v)
{
	const struct ha_peer *p = peer_to_show(ha);
	bool active = ha->role == HA_ACTIVE;

	*v = (struct ha_view){
		.role = (enum ha_role)ha->role,
		.epoch = ha->epoch,
		.offset = ha->offset,
		.released = ha_released(ha),
		.gate_open = ha->gate_open,
		.unconfirmed = active && ha_cover_unconfirmed(&ha->cover),
		.degraded = active && ha_cover_degraded(&ha->cover),
		.copied = active && ha_copy_is_whole(ha),
		.awaits = ha_awaits(ha),
		.quorate = ha->quorate,
		.digest_equal = ha->digest_equal,
		.digest_offset = ha->digest_offset,
		.two_actives = is_fresh(ha->two_actives_at, now),
		.states_differed = is_fresh(ha->differed_at, now),
		.counts = ha->counts,
	};
	v->peer.health = STR_NONE;
	if (p != NULL)
		view_peer(ha, now, p, &v->peer);
}
