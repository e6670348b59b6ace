/* SPDX-License-Identifier: Apache-2.0 */
/* Which actions are possible when: see explore.h. The arbiter's part is what docs/ha-protocol.md 2 says of it. */
#include "tests/explore/explore.h"

static const struct {
	const char *name, *text;
	bool of_node;
} actions[] = {
#define XX(name, text, of_node) { #name, text, of_node },
	EX_ACTIONS(XX)
#undef XX
};

const char *
ex_action_name(enum ex_action a)
{
	return actions[a].text;
}

bool
ex_action_of_node(enum ex_action a)
{
	return actions[a].of_node;
}

static bool
runs(const struct ex_node *nd)
{
	return nd->ha != NULL && !nd->paused;
}

static bool
speaks(const struct ex_node *nd)
{
	return nd->ha != NULL && ha_role(nd->ha) >= HA_CLAIMING && ha_role(nd->ha) <= HA_DRAINING;
}

/* Pacemaker learns of a leave through the same ring: no sooner than the group. */
static bool
knows_who_left(const struct ex_node *me)
{
	for (size_t i = 0; i < HA_PEERS_MAX; i++) {
		const struct ha_peer *p = &me->ha->peers[i];
		const struct ex_node *other = p->member ? &ex->node[p->node_id - 1] : NULL;

		if (other != NULL &&
			(other->ha == NULL || p->pid != other->pid || !ex_together(me, other)))
			return false;
	}
	return true;
}

/* Every other one is known not to speak, is shot now, or (without fencing) is where quorum is not. */
static bool
others_are_safe(const struct ex_node *me)
{
	for (unsigned k = 0; k < ex->count; k++) {
		const struct ex_node *nd = &ex->node[k];
		bool reachable = ex_together(me, nd) && !nd->paused;

		if (nd == me || nd->ha == NULL || (reachable && !speaks(nd)))
			continue;
		if (reachable || (!ex->fencing && ex_together(me, nd)))
			return false;
		if (ex->fencing)
			ex_gone(k, HA_REASON_NODEDOWN, true);
	}
	return true;
}

static bool
act_promote(unsigned i)
{
	struct ex_node *nd = &ex->node[i];

	if (!runs(nd) || !nd->joined || speaks(nd) || !knows_who_left(nd))
		return false;
	if (!ex->fencing && (nd->component != ex->quorate_component || !nd->quorate))
		return false;
	if (!others_are_safe(nd))
		return false;
	(void)ex_promote(i);
	return true;
}

static bool
act_demote(unsigned i)
{
	struct ex_node *nd = &ex->node[i];

	if (!runs(nd) || (ha_role(nd->ha) != HA_ACTIVE && ha_role(nd->ha) != HA_CLAIMING))
		return false;
	ex_demote(i);
	return true;
}

/* Without fencing the quorum device goes with those who stay, or, of two nodes, with either: the node that is cut has it. */
static bool
act_cut(unsigned i, bool tail_lost)
{
	struct ex_node *nd = &ex->node[i];

	/* of two nodes it is the same cut seen from the other side, but for the quorum device's choice */
	if (nd->component != 0 || (ex->count == 2 && ex->node[1 - i].component != 0) ||
		(ex->count == 2 && ex->fencing && i == 1))
		return false;
	if (ex->count == 2)
		ex->quorate_component = i + 1;
	ex_cut(i, tail_lost);
	return true;
}

static bool
act_merge(unsigned i)
{
	if (ex->node[i].component == 0)
		return false;
	if (ex->quorate_component == i + 1)
		ex->quorate_component = 0;
	ex_merge(i);
	return true;
}

static bool
act_gone(unsigned i, enum ha_reason reason, bool tail_lost)
{
	if (ex->node[i].ha == NULL)
		return false;
	ex_gone(i, reason, tail_lost);
	return true;
}

static bool
act_ring(unsigned i, bool back)
{
	struct ex_node *nd = &ex->node[i];

	if (!runs(nd) || nd->joined == back)
		return false;
	if (back)
		ex_ring_back(i);
	else
		ex_ring_lost(i);
	return true;
}

/* The service takes quorum away and gives it again while the ring stays: the device is out of reach for a while. */
static bool
act_quorum(unsigned i)
{
	struct ex_node *nd = &ex->node[i];

	if (ex->fencing || !runs(nd) || !nd->joined || nd->in_count > 0 ||
		nd->component != ex->quorate_component)
		return false;
	ex_quorum(i, !nd->quorate);
	return true;
}

static bool
act_append(unsigned i)
{
	struct ex_node *nd = &ex->node[i];

	if (!runs(nd) || ha_role(nd->ha) != HA_ACTIVE)
		return false;
	ex_append(i);
	return true;
}

static bool
act_start(unsigned i)
{
	if (ex->node[i].ha != NULL)
		return false;
	ex_start(i);
	return true;
}

static bool
act_pause(unsigned i)
{
	if (ex->node[i].ha == NULL)
		return false;
	ex_pause(i);
	return true;
}

bool
ex_act(enum ex_action a, unsigned i)
{
	switch (a) {
	case EX_READ:
		return ex_read(i);
	case EX_APPEND:
		return act_append(i);
	case EX_EFFECT:
		return runs(&ex->node[i]) && ex_effect(&ex->node[i]);
	case EX_TICK:
		ex_tick();
		return true;
	case EX_WAIT:
		ex_wait();
		return true;
	case EX_PROMOTE:
		return act_promote(i);
	case EX_DEMOTE:
		return act_demote(i);
	case EX_KILL:
		return act_gone(i, HA_REASON_PROCDOWN, false);
	case EX_LEAVE:
		return act_gone(i, HA_REASON_LEAVE, false);
	case EX_OFF:
		return act_gone(i, HA_REASON_NODEDOWN, true);
	case EX_START:
		return act_start(i);
	case EX_CUT:
		return act_cut(i, false);
	case EX_CUT_LOST:
		return act_cut(i, true);
	case EX_MERGE:
		return act_merge(i);
	case EX_RING_LOST:
		return act_ring(i, false);
	case EX_RING_BACK:
		return act_ring(i, true);
	case EX_PAUSE:
		return act_pause(i);
	case EX_VERDICT:
		return act_quorum(i);
	case EX_ACTION_COUNT:
		break;
	}
	return false;
}
