/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cluster manager: see sim_arbiter.h.
 *
 *   DOWN -> STARTED -> PROMOTING -> PROMOTED -> DEMOTING -> STARTED        any -> STOPPING -> DOWN
 *
 * Happy path of a failover: the survivor tells that the process is dead, the resource is stopped there (it is), the
 * other node is promoted, the address moves to it, the dead process is started again.
 * Failure modes: a lost node is fenced before anything is promoted (with a quorum device: the quorate side goes on
 * and the other one stops its process when it notices); a process that hangs is killed by the monitor; one that
 * refuses an order is asked again; one that does not finish an order is killed.
 */
#include "tests/sim/sim_arbiter.h"

#include "proto/base/mem.h"
#include "tests/sim/sim_copy.h"
#include "tests/sim/sim_node.h"
#include "tests/sim/sim_ring.h"

#include <inttypes.h>

#define ARB_POLL_US (10 * SIM_MS)
#define ARB_ORDER_US (20 * SIM_S)
#define ARB_STOP_US (5 * SIM_S)
#define ARB_MONITOR_US SIM_S

enum arb_state {
	ARB_DOWN,
	ARB_STARTED,
	ARB_PROMOTING,
	ARB_PROMOTED,
	ARB_DEMOTING,
	ARB_STOPPING
};

static const char *const arb_names[] = { "down", "started", "promoting", "promoted", "demoting",
	"stopping" };

struct arb_node {
	enum arb_state state;
	uint64_t order; /* of the operation under way: later ones make earlier polls void */
	int64_t since_us;
	bool down_for_sure; /* fenced, or (quorum device) without quorum */
	bool start_planned;
	unsigned bad_monitors;
	int64_t hang_us; /* a pause of this length is a failed monitor */
};

struct sim_arbiter {
	struct arb_node n[SIM_NODES];
	int address;
	int prefer;
	bool fencing;
	int winner; /* quorum device: the side that has its vote during a split; -1 = no split */
};

static void arb_step(struct sim *s, const struct sim_event *ev);
static void arb_monitor(struct sim *s, const struct sim_event *ev);
static void arb_boot(struct sim *s, const struct sim_event *ev);

static int64_t
arb_range_ms(struct sim *s, int64_t low, int64_t high)
{
	return sim_world_range(s, SIM_RNG_ARBITER, low * SIM_MS, high * SIM_MS);
}

static void
arb_change(struct sim *s, unsigned i, enum arb_state to)
{
	struct arb_node *n = &s->arbiter->n[i];

	sim_world_trace(s, "pacemaker: n%u %s -> %s", i + 1, arb_names[n->state], arb_names[to]);
	n->state = to;
	n->order++;
	n->since_us = s->now_us;
	n->bad_monitors = 0;
	if (to != ARB_PROMOTED && s->arbiter->address == (int)i)
		s->arbiter->address = -1;
}

void
sim_arbiter_init(struct sim *s)
{
	s->arbiter = mem_zalloc(sizeof(*s->arbiter));
	s->arbiter->address = s->arbiter->prefer = s->arbiter->winner = -1;
	for (unsigned i = 0; i < SIM_NODES; i++) {
		s->arbiter->n[i].hang_us = arb_range_ms(s, 2000, 4000);
		sim_world_at(s, arb_range_ms(s, 0, 1000), arb_boot, i, 0, 0);
		sim_world_at(s, arb_range_ms(s, 0, 1000), arb_monitor, i, 0, 0);
	}
}

void
sim_arbiter_fini(struct sim *s)
{
	mem_free(s->arbiter);
}

void
sim_arbiter_poke(struct sim *s, int64_t delay_us)
{
	sim_world_at(s, delay_us, arb_step, 0, 0, 0);
}

int
sim_arbiter_address(const struct sim *s)
{
	return s->arbiter->address;
}

int
sim_arbiter_promoted(const struct sim *s)
{
	for (int i = 0; i < SIM_NODES; i++)
		if (s->arbiter->n[i].state == ARB_PROMOTED)
			return i;
	return -1;
}

bool
sim_arbiter_votes(const struct sim *s)
{
	return sim_world_has(s, SIM_FAULT_nofence) || sim_world_has(s, SIM_FAULT_thirdvote);
}

bool
sim_arbiter_quorate(const struct sim *s, unsigned node)
{
	const struct sim_arbiter *a = s->arbiter;

	return !sim_arbiter_votes(s) || a->winner < 0 || a->winner == (int)node;
}

static void
arb_order(struct sim *s, unsigned i, enum node_event_kind kind)
{
	sim_node_input(s, i, s->nodes[i]->instance, &(struct node_event){ .kind = kind });
}

/* --- stop -------------------------------------------------------------------------------------------------- */

static void
arb_is_down(struct sim *s, unsigned i)
{
	arb_change(s, i, ARB_DOWN);
	sim_arbiter_poke(s, arb_range_ms(s, 5, 60));
}

static void
arb_stop_poll(struct sim *s, const struct sim_event *ev)
{
	unsigned i = (unsigned)ev->a;
	struct arb_node *n = &s->arbiter->n[i];
	bool late = s->now_us - n->since_us > ARB_STOP_US;

	if (n->order != ev->b)
		return;
	if (s->nodes[i]->node != NULL && !s->nodes[i]->stopped && !late) {
		sim_world_at(s, ARB_POLL_US, arb_stop_poll, i, ev->b, 0);
		return;
	}
	if (s->nodes[i]->stopped)
		sim_ring_end(s, i);
	sim_node_kill(s, i, false, late ? "stop took too long" : "stopped");
	arb_is_down(s, i);
}

static void
arb_stop_begin(struct sim *s, const struct sim_event *ev)
{
	if (s->arbiter->n[ev->a].order != ev->b)
		return;
	arb_order(s, (unsigned)ev->a, NODE_EV_STOP);
	arb_stop_poll(s, ev);
}

static void
arb_stop(struct sim *s, unsigned i)
{
	if (s->arbiter->n[i].state == ARB_STOPPING || s->arbiter->n[i].state == ARB_DOWN)
		return;
	arb_change(s, i, ARB_STOPPING);
	sim_world_at(s, arb_range_ms(s, 10, 80), arb_stop_begin, i, s->arbiter->n[i].order, 0);
}

/* --- promote, demote --------------------------------------------------------------------------------------- */

static void
arb_address(struct sim *s, const struct sim_event *ev)
{
	if (s->arbiter->n[ev->a].order == ev->b && s->nodes[ev->a]->host_up)
		s->arbiter->address = (int)ev->a;
}

static void
arb_promote_poll(struct sim *s, const struct sim_event *ev)
{
	unsigned i = (unsigned)ev->a;
	struct arb_node *n = &s->arbiter->n[i];
	const struct sim_node *node = s->nodes[i];

	if (n->order != ev->b)
		return;
	if (node->node != NULL && !node->paused && node_is_serving(node->node)) {
		arb_change(s, i, ARB_PROMOTED);
		sim_world_at(s, arb_range_ms(s, 5, 120), arb_address, i, n->order, 0);
	} else if (node->node != NULL && !node->paused && node_refusal(node->node)[0] != '\0') {
		sim_world_trace(s, "pacemaker: n%u refuses: %s", i + 1, node_refusal(node->node));
		arb_change(s, i, ARB_STARTED);
		sim_arbiter_poke(s, arb_range_ms(s, 100, 600));
	} else if (s->now_us - n->since_us > ARB_ORDER_US) {
		arb_stop(s, i);
	} else {
		sim_world_at(s, ARB_POLL_US, arb_promote_poll, i, ev->b, 0);
	}
}

static void
arb_promote_begin(struct sim *s, const struct sim_event *ev)
{
	if (s->arbiter->n[ev->a].order != ev->b)
		return;
	arb_order(s, (unsigned)ev->a, NODE_EV_PROMOTE);
	sim_world_at(s, ARB_POLL_US, arb_promote_poll, ev->a, ev->b, 0);
}

static void
arb_demote_poll(struct sim *s, const struct sim_event *ev)
{
	unsigned i = (unsigned)ev->a;
	struct arb_node *n = &s->arbiter->n[i];
	const struct sim_node *node = s->nodes[i];
	enum ha_role role = node->node != NULL ? node_role(node->node) : HA_ACTIVE;

	if (n->order != ev->b)
		return;
	if (!node->paused && role != HA_ACTIVE && role != HA_DRAINING) {
		arb_change(s, i, ARB_STARTED);
		sim_arbiter_poke(s, arb_range_ms(s, 5, 60));
	} else if (s->now_us - n->since_us > ARB_ORDER_US) {
		arb_stop(s, i);
	} else {
		sim_world_at(s, ARB_POLL_US, arb_demote_poll, i, ev->b, 0);
	}
}

static void
arb_demote_begin(struct sim *s, const struct sim_event *ev)
{
	if (s->arbiter->n[ev->a].order != ev->b)
		return;
	arb_order(s, (unsigned)ev->a, NODE_EV_DEMOTE);
	sim_world_at(s, ARB_POLL_US, arb_demote_poll, ev->a, ev->b, 0);
}

/* --- hosts ------------------------------------------------------------------------------------------------- */

static void
arb_boot(struct sim *s, const struct sim_event *ev)
{
	struct sim_node *n = s->nodes[ev->a];

	if (n->host_up)
		return;
	sim_world_trace(s, "n%u boots", n->index + 1);
	n->host_up = true;
	sim_ring_daemon_starts(s, n->index);
	sim_arbiter_poke(s, arb_range_ms(s, 50, 1000));
}

void
sim_arbiter_power_off(struct sim *s, unsigned i, const char *why)
{
	struct sim_node *n = s->nodes[i];

	if (!n->host_up)
		return;
	sim_world_trace(s, "n%u is off: %s", i + 1, why);
	n->host_up = false;
	if (s->arbiter->address == (int)i)
		s->arbiter->address = -1;
	sim_ring_daemon_dies(s, i, true);
	sim_node_kill(s, i, true, "with its host");
	sim_copy_lose(n);
	sim_world_at(s, arb_range_ms(s, 4000, 10000), arb_boot, i, 0, 0);
}

static void
arb_fence(struct sim *s, const struct sim_event *ev)
{
	struct sim_arbiter *a = s->arbiter;
	unsigned victim = (unsigned)ev->a;

	a->fencing = false;
	if (sim_ring_is_whole(s) && sim_world_chance(s, SIM_RNG_ARBITER, 50)) {
		sim_arbiter_poke(s, 0);
		return; /* it came back in time */
	}
	sim_arbiter_power_off(s, victim, "fenced");
	arb_change(s, victim, ARB_DOWN);
	a->n[victim].down_for_sure = true;
	sim_arbiter_poke(s, arb_range_ms(s, 10, 120));
}

/* Quorum device: the side without its vote stops what it runs, as soon as it knows. */
static void
arb_no_quorum(struct sim *s, unsigned node)
{
	struct sim_arbiter *a = s->arbiter;

	arb_stop(s, node);
	a->n[node].down_for_sure = true;
	sim_arbiter_poke(s, arb_range_ms(s, 50, 800));
}

/* Either half of a split may get the vote; whoever is left alone has it. */
static void
arb_vote(struct sim *s, unsigned reporter, unsigned lost)
{
	bool both = s->nodes[lost]->host_up && sim_ring_daemon_up(s, lost);

	if (s->arbiter->winner < 0)
		s->arbiter->winner =
			both ? (int)sim_world_rand(s, SIM_RNG_ARBITER, SIM_NODES) : (int)reporter;
}

void
sim_arbiter_node_lost(struct sim *s, unsigned lost)
{
	struct sim_arbiter *a = s->arbiter;
	unsigned reporter = 1 - lost, victim = lost;

	if (sim_arbiter_votes(s))
		arb_vote(s, reporter, lost);
	if (!s->nodes[reporter]->conf.fencing) {
		if (a->winner == (int)reporter)
			a->n[lost].down_for_sure = true;
		else
			arb_no_quorum(s, reporter);
		sim_arbiter_poke(s, arb_range_ms(s, 50, 800));
		return;
	}
	if (a->fencing || a->n[reporter].down_for_sure)
		return;
	if (sim_arbiter_votes(s)) {
		if (a->winner != (int)reporter)
			return; /* without quorum nobody fences */
	} else if (s->nodes[lost]->host_up && sim_ring_is_split(s) &&
		sim_world_chance(s, SIM_RNG_ARBITER, 50)) {
		victim = reporter;
	}
	a->fencing = true;
	sim_world_at(s, arb_range_ms(s, 150, 1500), arb_fence, victim, 0, 0);
}

void
sim_arbiter_node_back(struct sim *s)
{
	struct sim_arbiter *a = s->arbiter;

	a->winner = -1;
	for (unsigned i = 0; i < SIM_NODES; i++)
		a->n[i].down_for_sure = false;
	sim_arbiter_poke(s, arb_range_ms(s, 20, 500));
}

/* --- monitor ----------------------------------------------------------------------------------------------- */

static bool
arb_runs(enum arb_state state)
{
	return state == ARB_STARTED || state == ARB_PROMOTED || state == ARB_PROMOTING ||
		state == ARB_DEMOTING;
}

static void
arb_monitor(struct sim *s, const struct sim_event *ev)
{
	unsigned i = (unsigned)ev->a;
	struct arb_node *n = &s->arbiter->n[i];
	struct sim_node *node = s->nodes[i];

	sim_world_at(s, ARB_MONITOR_US, arb_monitor, i, 0, 0);
	if (!arb_runs(n->state) || !node->host_up)
		return;
	if (node->node == NULL) {
		arb_is_down(s, i);
	} else if (node->paused) {
		if (s->now_us - node->paused_at_us < n->hang_us)
			return;
		sim_node_kill(s, i, false, "it hangs");
		arb_is_down(s, i);
	} else if (n->state == ARB_PROMOTED && node_role(node->node) != HA_ACTIVE) {
		if (++n->bad_monitors > 1)
			arb_stop(s, i);
	} else {
		n->bad_monitors = 0;
	}
	sim_arbiter_poke(s, arb_range_ms(s, 1, 30));
}

static void
arb_recover(struct sim *s, const struct sim_event *ev)
{
	unsigned i = (unsigned)ev->a;

	if (!arb_runs(s->arbiter->n[i].state) || s->nodes[i]->instance != ev->b)
		return;
	if (s->nodes[i]->node == NULL)
		arb_is_down(s, i);
	else
		arb_stop(s, i);
}

void
sim_arbiter_told(struct sim *s, unsigned failed)
{
	sim_world_trace(s, "pacemaker is told that n%u failed", failed + 1);
	sim_world_at(
		s, arb_range_ms(s, 5, 120), arb_recover, failed, s->nodes[failed]->instance, 0);
}

/* --- decisions --------------------------------------------------------------------------------------------- */

static void
arb_start(struct sim *s, const struct sim_event *ev)
{
	unsigned i = (unsigned)ev->a;
	struct arb_node *n = &s->arbiter->n[i];

	n->start_planned = false;
	if (n->state != ARB_DOWN || !s->nodes[i]->host_up || n->down_for_sure)
		return;
	sim_node_start(s, i);
	arb_change(s, i, ARB_STARTED);
	sim_arbiter_poke(s, arb_range_ms(s, 10, 200));
}

/* Nothing runs as active, nor may be running. */
static bool
arb_may_promote(const struct sim *s, unsigned i)
{
	const struct sim_arbiter *a = s->arbiter;
	unsigned peer = 1 - i;

	if (a->fencing || a->n[i].state != ARB_STARTED || a->n[i].down_for_sure ||
		s->nodes[i]->node == NULL)
		return false;
	if (a->n[peer].down_for_sure)
		return true;
	return sim_ring_is_whole(s) &&
		(a->n[peer].state == ARB_STARTED || a->n[peer].state == ARB_DOWN);
}

static int64_t
arb_score(const struct sim *s, unsigned i)
{
	int64_t score = arb_may_promote(s, i) ? node_score(s->nodes[i]->node) : -1;

	if (score > 0 && s->arbiter->prefer == (int)i)
		score += 5000;
	return score;
}

static void
arb_step(struct sim *s, const struct sim_event *ev)
{
	struct sim_arbiter *a = s->arbiter;
	int64_t score[SIM_NODES];
	unsigned best;

	(void)ev;
	for (unsigned i = 0; i < SIM_NODES; i++) {
		struct arb_node *n = &a->n[i];

		score[i] = arb_score(s, i);
		if (n->state != ARB_DOWN || n->start_planned || !s->nodes[i]->host_up ||
			n->down_for_sure || !sim_ring_daemon_up(s, i))
			continue;
		n->start_planned = true;
		sim_world_at(s, arb_range_ms(s, 30, 1500), arb_start, i, 0, 0);
	}
	if (a->fencing)
		return;
	best = score[1] > score[0];
	if (score[best] <= 0)
		return;
	a->prefer = -1;
	arb_change(s, best, ARB_PROMOTING);
	sim_world_at(s, arb_range_ms(s, 5, 120), arb_promote_begin, best, a->n[best].order, 0);
}

void
sim_arbiter_switchover(struct sim *s)
{
	int from = sim_arbiter_promoted(s);

	if (from < 0 || s->arbiter->n[1 - from].state != ARB_STARTED || s->arbiter->fencing)
		return;
	s->arbiter->prefer = 1 - from;
	arb_change(s, (unsigned)from, ARB_DEMOTING);
	sim_world_at(s, arb_range_ms(s, 5, 80), arb_demote_begin, (uint64_t)from,
		s->arbiter->n[from].order, 0);
}

void
sim_arbiter_restart(struct sim *s, unsigned node)
{
	if (arb_runs(s->arbiter->n[node].state))
		arb_stop(s, node);
}
