/* SPDX-License-Identifier: Apache-2.0 */
/* Faults: see sim_fault.h. */
#include "tests/sim/sim_fault.h"

#include "tests/sim/sim_arbiter.h"
#include "tests/sim/sim_client.h"
#include "tests/sim/sim_node.h"
#include "tests/sim/sim_ring.h"
#include "tests/sim/sim_south.h"
#include "tests/sim/sim_tcp.h"

#include <inttypes.h>

#define FAULT_PERCENT 35 /* of the seeds have a kind */

static void fault_come(struct sim *s, const struct sim_event *ev);

static int64_t
fault_ms(struct sim *s, int64_t low, int64_t high)
{
	return sim_world_range(s, SIM_RNG_FAULT, low * SIM_MS, high * SIM_MS);
}

static bool
fault_chance(struct sim *s, unsigned percent)
{
	return sim_world_chance(s, SIM_RNG_FAULT, percent);
}

/* More often than not the node that is promoted. */
static unsigned
fault_node(struct sim *s)
{
	int promoted = sim_arbiter_promoted(s);

	if (promoted >= 0 && fault_chance(s, 50))
		return (unsigned)promoted;
	return (unsigned)sim_world_rand(s, SIM_RNG_FAULT, SIM_NODES);
}

static void
fault_kill(struct sim *s, const struct sim_event *ev)
{
	if (!s->calm)
		sim_node_kill(s, (unsigned)ev->a, false, "killed");
}

static void
fault_crash(struct sim *s)
{
	unsigned node = fault_node(s);

	if (fault_chance(s, 50))
		s->nodes[node]->crash_in = 1 + (unsigned)sim_world_rand(s, SIM_RNG_FAULT, 12);
	else
		sim_node_kill(s, node, false, "killed");
	if (fault_chance(s, 20))
		sim_world_at(s, fault_ms(s, 0, 3000), fault_kill, 1 - node, 0, 0);
}

static void
fault_heal(struct sim *s, const struct sim_event *ev)
{
	(void)ev;
	if (sim_ring_is_split(s))
		sim_ring_merge(s);
}

static void
fault_daemon_back(struct sim *s, const struct sim_event *ev)
{
	if (s->nodes[ev->a]->host_up)
		sim_ring_daemon_starts(s, (unsigned)ev->a);
}

static void
fault_ringdown(struct sim *s)
{
	unsigned node = fault_node(s);

	if (!s->nodes[node]->host_up || !sim_ring_daemon_up(s, node))
		return;
	if (fault_chance(s, 40)) {
		sim_ring_disconnect(s, node);
		return;
	}
	if (fault_chance(s, 30)) {
		sim_world_trace(s, "n%u leaves the group and comes again", node + 1);
		sim_ring_rejoin(s, node);
		return;
	}
	sim_world_trace(s, "corosync on n%u dies", node + 1);
	sim_ring_daemon_dies(s, node, false);
	sim_world_at(s, fault_ms(s, 300, 2500), fault_daemon_back, node, 0, 0);
}

static void
fault_xsp_back(struct sim *s, const struct sim_event *ev)
{
	sim_south_xsp_start(s, (unsigned)ev->a);
}

static void
fault_xsp(struct sim *s)
{
	unsigned xsp = (unsigned)sim_world_rand(s, SIM_RNG_FAULT, SOUTH_XSPS);

	if (!s->south->xsp_up[xsp] || s->south->xsp_silent[xsp])
		return;
	sim_south_xsp_kill(s, xsp);
	sim_world_at(s, fault_ms(s, 200, 15000), fault_xsp_back, xsp, 0, 0);
}

/* Draws are made one after the other: the order in which arguments are evaluated is the compiler's. */
static void
fault_pause(struct sim *s)
{
	unsigned node = fault_node(s);
	bool brief = fault_chance(s, 60);

	sim_node_pause(s, node, brief ? fault_ms(s, 30, 2500) : fault_ms(s, 2000, 9000));
}

/* Whoever comes there first, if it is what this node does: so it stays armed over restarts. */
static void
fault_point(struct sim *s)
{
	struct sim_node *n = s->nodes[fault_node(s)];

	n->point = s->opt.point != 0 ?
		(enum sim_point)s->opt.point :
		1 + (enum sim_point)sim_world_rand(s, SIM_RNG_FAULT, SIM_POINT_COUNT - 1);
	n->point_before = fault_chance(s, 50);
}

static void
fault_tryagain(struct sim *s)
{
	unsigned node = fault_node(s);
	bool brief = fault_chance(s, 70);

	sim_ring_hold(s, node, brief ? fault_ms(s, 1, 40) : fault_ms(s, 40, 800));
}

/* By minutes, hours, or days: an operator, a time server that was wrong. */
static void
fault_wallclock(struct sim *s)
{
	unsigned node = fault_node(s);
	bool brief = fault_chance(s, 50);
	int64_t s_max = brief ? 300 : 3 * 86400;

	s->nodes[node]->wall_offset_us += sim_world_range(s, SIM_RNG_FAULT, -s_max, s_max) * SIM_S;
	sim_world_trace(s, "the wall clock of n%u is set", node + 1);
}

static void
fault_slowclients(struct sim *s, unsigned client)
{
	int64_t us = fault_ms(s, 500, 20000);

	sim_world_trace(s, "client %u reads nothing for %" PRId64 " ms", client, us / SIM_MS);
	sim_tcp_stall(s, s->clients[client]->conn, us);
}

/* Neither the next epoch nor anything of the copy. */
static void
fault_disk(struct sim_node *n)
{
	n->disk_full = n->copy.full = true;
}

static void
fault_do(struct sim *s, enum sim_fault kind)
{
	unsigned client = (unsigned)sim_world_rand(s, SIM_RNG_FAULT, s->client_count);

	switch (kind) {
	case SIM_FAULT_crash:
		fault_crash(s);
		break;
	case SIM_FAULT_hostdown:
		sim_arbiter_power_off(s, fault_node(s), "no power");
		break;
	case SIM_FAULT_pause:
		fault_pause(s);
		break;
	case SIM_FAULT_split:
		sim_ring_split(s);
		sim_world_at(s, fault_ms(s, 200, 9000), fault_heal, 0, 0, 0);
		break;
	case SIM_FAULT_ringdown:
		fault_ringdown(s);
		break;
	case SIM_FAULT_switchover:
		if (fault_chance(s, 70))
			sim_arbiter_switchover(s);
		else
			sim_arbiter_restart(s, fault_node(s));
		break;
	case SIM_FAULT_clients:
		if (fault_chance(s, 80))
			sim_client_abort(s, client);
		else
			sim_client_leave(s, client, fault_ms(s, 1000, 15000));
		if (fault_chance(s, 30))
			sim_client_deafen(s, client, fault_ms(s, 50, 2500));
		break;
	case SIM_FAULT_garbage:
		if (fault_chance(s, 50))
			sim_client_garbage(s, client);
		else
			sim_south_garbage(s);
		break;
	case SIM_FAULT_xsp:
		fault_xsp(s);
		break;
	case SIM_FAULT_channel:
		sim_south_channel_drop(s);
		break;
	case SIM_FAULT_http:
		s->south->storm_until_us = s->now_us + fault_ms(s, 300, 4000);
		break;
	case SIM_FAULT_asfail:
		sim_south_failover(s);
		break;
	case SIM_FAULT_amnesia:
		sim_south_subscription_drop(s);
		break;
	case SIM_FAULT_tryagain:
		fault_tryagain(s);
		break;
	case SIM_FAULT_disk:
		fault_disk(s->nodes[fault_node(s)]);
		break;
	case SIM_FAULT_wallclock:
		fault_wallclock(s);
		break;
	case SIM_FAULT_slowclients:
		fault_slowclients(s, client);
		break;
	case SIM_FAULT_point:
		fault_point(s);
		break;
	case SIM_FAULT_renumber:
	case SIM_FAULT_drift:
	case SIM_FAULT_slowring:
	case SIM_FAULT_nofence:
	case SIM_FAULT_thirdvote:
	case SIM_FAULT_COUNT:
		break;
	}
}

/* Quiet time of each kind in ms: at least, at most. 0 = not an event of its own. */
static const int64_t fault_gap_ms[SIM_FAULT_COUNT][2] = {
	[SIM_FAULT_crash] = { 4000, 25000 },
	[SIM_FAULT_hostdown] = { 12000, 50000 },
	[SIM_FAULT_pause] = { 3000, 20000 },
	[SIM_FAULT_split] = { 15000, 50000 },
	[SIM_FAULT_ringdown] = { 8000, 40000 },
	[SIM_FAULT_switchover] = { 5000, 25000 },
	[SIM_FAULT_clients] = { 1000, 10000 },
	[SIM_FAULT_garbage] = { 2000, 15000 },
	[SIM_FAULT_xsp] = { 6000, 30000 },
	[SIM_FAULT_channel] = { 2000, 15000 },
	[SIM_FAULT_http] = { 10000, 40000 },
	[SIM_FAULT_asfail] = { 12000, 50000 },
	[SIM_FAULT_amnesia] = { 4000, 25000 },
	[SIM_FAULT_tryagain] = { 300, 8000 },
	[SIM_FAULT_disk] = { 10000, 40000 },
	[SIM_FAULT_wallclock] = { 1000, 20000 },
	[SIM_FAULT_slowclients] = { 2000, 20000 },
	[SIM_FAULT_point] = { 4000, 20000 },
};

static void
fault_later(struct sim *s, enum sim_fault kind)
{
	const int64_t *gap = fault_gap_ms[kind];

	if (gap[1] > 0)
		sim_world_at(s, fault_ms(s, gap[0], gap[1]), fault_come, kind, 0, 0);
}

static void
fault_come(struct sim *s, const struct sim_event *ev)
{
	if (s->calm)
		return;
	fault_do(s, (enum sim_fault)ev->a);
	fault_later(s, (enum sim_fault)ev->a);
}

/* A kind that came later is not drawn: what the seed meant before, it means still. */
static bool
fault_is_on(struct sim *s, enum sim_fault kind)
{
	if (kind == SIM_FAULT_thirdvote)
		return s->opt.seed % 4 == 3;
	if (kind == SIM_FAULT_point)
		return s->opt.seed % 5 == 2;
	return fault_chance(s, FAULT_PERCENT);
}

void
sim_fault_draw(struct sim *s)
{
	uint32_t drawn = 0;

	for (int i = 0; i < SIM_FAULT_COUNT; i++)
		if (fault_is_on(s, (enum sim_fault)i) || s->opt.faults_forced)
			drawn |= 1u << i;
	s->faults = drawn & s->opt.faults_allowed;
}

void
sim_fault_begin(struct sim *s)
{
	for (int i = 0; i < SIM_FAULT_COUNT; i++)
		if (sim_world_has(s, (enum sim_fault)i))
			fault_later(s, (enum sim_fault)i);
}

void
sim_fault_end(struct sim *s)
{
	s->calm = true;
	for (unsigned i = 0; i < SIM_NODES; i++) {
		s->nodes[i]->crash_in = 0;
		s->nodes[i]->point = SIM_POINT_NONE;
		s->nodes[i]->disk_full = s->nodes[i]->copy.full = false;
	}
	if (sim_ring_is_split(s))
		sim_ring_merge(s);
	sim_south_calm(s);
	for (unsigned i = 0; i < s->client_count; i++)
		s->clients[i]->quiet = true;
	sim_world_trace(s, "--- the faults are over ---");
}
