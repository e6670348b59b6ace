/* SPDX-License-Identifier: Apache-2.0 */
/* The phases of a takeover: see node_phases.h. What did not happen yet has NODE_NO_TIME, and counts when it does. */
#include "daemon/node_phases.h"

void
node_phases_lost(struct node_phases *p, struct mono now)
{
	p->lost = now;
}

void
node_phases_follow(struct node_phases *p)
{
	p->lost = (struct mono){ 0 };
}

void
node_phases_ask(struct node_phases *p, struct mono now)
{
	p->asked = now;
}

static void
phase_over(struct meter *m, enum meter_phase phase, int64_t *ms, struct mono from, struct mono to)
{
	*ms = mono_ms_between(from, to);
	meter_add_takeover(&m->takeover[phase], to.us - from.us);
}

/* Was the other node lost, and is that why? */
static bool
phase_has_loss(const struct node_phases *p)
{
	return p->lost.us != 0 && !mono_before(p->asked, p->lost) &&
		mono_before(p->asked, mono_add_ms(p->lost, NODE_PHASES_LOST_MS));
}

void
node_phases_begin(struct node_phases *p, struct meter *m, struct node_takeover *t, struct mono now,
	int64_t wall_us, uint64_t epoch)
{
	if (p->asked.us == 0)
		p->asked = now;
	*t = (struct node_takeover){ .epoch = epoch,
		.at_wall_us = wall_us,
		.decide_ms = NODE_NO_TIME,
		.door_ms = NODE_NO_TIME };
	if (phase_has_loss(p))
		phase_over(m, METER_PHASE_DECIDE, &t->decide_ms, p->lost, p->asked);
	p->lost = (struct mono){ 0 };
	phase_over(m, METER_PHASE_PROMOTE, &t->promote_ms, p->asked, now);
}

static void
phase_calls(struct node_takeover *t, const struct node_phases_seen *seen)
{
	/* devices may be asked twice, if a doubt comes in between: what is kept would count twice */
	if (seen->last->kept > t->calls_kept)
		t->calls_kept = seen->last->kept;
	t->calls_changed = seen->since->changed;
	t->calls_cleared = seen->since->cleared;
	t->calls_learned = seen->since->learned;
}

bool
node_phases_look(const struct node_phases *p, struct meter *m, struct node_takeover *t,
	struct mono now, const struct node_phases_seen *seen)
{
	if (t->at_wall_us == 0 || t->done)
		return false;
	if (seen->door && t->door_ms == NODE_NO_TIME)
		phase_over(m, METER_PHASE_DOOR, &t->door_ms, p->asked, now);
	if (seen->channel && t->channel_ms == 0)
		phase_over(m, METER_PHASE_CHANNEL, &t->channel_ms, p->asked, now);
	phase_calls(t, seen);
	if (!seen->all)
		return false;
	t->done = true;
	phase_over(m, METER_PHASE_TOTAL, &t->resync_ms, p->asked, now);
	return true;
}
