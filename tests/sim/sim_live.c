/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The quiet phase: see sim_live.h.
 *
 * First all must be well for a while: one active, the other standby in step, every device in service, every client
 * connected and complete, nothing left to acknowledge. Then three pictures are compared for every monitored device:
 * BroadWorks' truth, the active's model, each client's own. At last every client stops its monitors: each must be known.
 */
#include "tests/sim/sim_live.h"

#include "tests/sim/sim_arbiter.h"
#include "tests/sim/sim_client.h"
#include "tests/sim/sim_node.h"
#include "tests/sim/sim_observer.h"
#include "tests/sim/sim_ring.h"
#include "tests/sim/sim_tcp.h"

#include <inttypes.h>
#include <stdio.h>

#define LIVE_STEP_US (100 * SIM_MS)
#define LIVE_STEADY_US (2 * SIM_S)
#define LIVE_LIMIT_US (120 * SIM_S)
#define LIVE_PARTIES_MAX 64

struct live_party {
	uint64_t call_id; /* 0: BroadWorks' own, which does not know it */
	char state[16];
};

struct live_list {
	const char *device;
	struct live_party parties[LIVE_PARTIES_MAX];
	size_t count;
};

static int
live_active(struct sim *s)
{
	for (unsigned i = 0; i < SIM_NODES; i++)
		if (s->nodes[i]->node != NULL && node_is_serving(s->nodes[i]->node))
			return (int)i;
	return -1;
}

static bool
live_nodes_are_well(struct sim *s, char *why, size_t size)
{
	int active = live_active(s);
	struct node_counts counts;
	struct ha_view a, b;

	if (active < 0 || sim_arbiter_promoted(s) != active || sim_arbiter_address(s) != active) {
		snprintf(why, size, "no node is active and promoted with the address");
		return false;
	}
	sim_node_view(s, (unsigned)active, &a);
	sim_node_view(s, (unsigned)(1 - active), &b);
	if (b.role != HA_STANDBY || b.epoch != a.epoch || !a.peer.in_step || a.degraded ||
		a.unconfirmed) {
		snprintf(why, size,
			"n%d is active, n%d is no standby in step (role %d, epoch %" PRIu64
			" of %" PRIu64 ")",
			active + 1, 2 - active, (int)b.role, b.epoch, a.epoch);
		return false;
	}
	node_get_counts(s->nodes[active]->node, sim_node_clock(s, s->nodes[active]), &counts);
	if (counts.devices_out > 0 || counts.channels_open < counts.channels_want) {
		snprintf(why, size, "n%d: %u of %u devices out of service, %u of %u channels",
			active + 1, counts.devices_out, counts.devices, counts.channels_open,
			counts.channels_want);
		return false;
	}
	return true;
}

static bool
live_is_monitored(const struct sim *s, unsigned user)
{
	for (unsigned i = 0; i < s->client_count; i++)
		if (s->clients[i]->devices[user].wanted)
			return true;
	return false;
}

static bool
live_all_is_well(struct sim *s, char *why, size_t size)
{
	if (!live_nodes_are_well(s, why, size))
		return false;
	for (unsigned i = 0; i < s->client_count; i++) {
		if (!sim_client_is_well(s->clients[i], why, size))
			return false;
		if (!sim_tcp_is_whole(s, s->clients[i]->conn)) {
			snprintf(why, size, "client %u has not noticed that its connection is dead",
				i);
			return false;
		}
	}
	for (unsigned i = 0; i < s->south->user_count; i++) {
		if (live_is_monitored(s, i) && !sim_south_is_subscribed(s, i)) {
			snprintf(why, size, "device %s has no subscription",
				s->south->users[i].extension);
			return false;
		}
	}
	if (sim_south_unacknowledged(s) > 0) {
		snprintf(why, size, "%zu events are not acknowledged", sim_south_unacknowledged(s));
		return false;
	}
	return true;
}

/* Users who have not registered since the last failover of the application server still bring news. */
static bool
live_south_is_quiet(const struct sim *s)
{
	for (unsigned i = 0; i < s->south->user_count; i++)
		if (!s->south->users[i].moved)
			return false;
	return true;
}

/* Numbers that begin anew are believed only after an ask that brought none of the old: that takes its time. */
static int64_t
live_steady_us(const struct sim *s)
{
	return s->faults & 1u << SIM_FAULT_renumber ? 5 * LIVE_STEADY_US : LIVE_STEADY_US;
}

/* What BroadWorks forgot silently is found by the audit: it must have come round. */
static int64_t
live_audit_us(const struct sim *s)
{
	return s->faults & 1u << SIM_FAULT_amnesia ? (s->nodes[0]->conf.audit_s + 4) * SIM_S : 0;
}

static bool
live_settle(struct sim *s)
{
	int64_t begin_us = s->now_us, well_since_us = -1;
	char why[200] = "";

	while (!s->failed && s->now_us - begin_us < LIVE_LIMIT_US) {
		sim_world_run(s, s->now_us + LIVE_STEP_US);
		if (!live_all_is_well(s, why, sizeof(why)) || !live_south_is_quiet(s)) {
			well_since_us = -1;
			continue;
		}
		if (well_since_us < 0)
			well_since_us = s->now_us;
		if (s->now_us - well_since_us < live_steady_us(s) ||
			s->now_us - begin_us < live_audit_us(s))
			continue;
		if (well_since_us - begin_us > s->totals.worst_settle_us)
			s->totals.worst_settle_us = well_since_us - begin_us;
		return true;
	}
	if (!s->failed)
		sim_world_fail(s, "NO-STUCK", "not well %d s after the faults: %s",
			(int)(LIVE_LIMIT_US / SIM_S), why);
	return false;
}

/* --- comparing --------------------------------------------------------------------------------------------- */

static void
live_add(struct live_list *l, uint64_t call_id, const char *state)
{
	if (l->count == LIVE_PARTIES_MAX)
		return;
	l->parties[l->count].call_id = call_id;
	snprintf(l->parties[l->count++].state, sizeof(l->parties[0].state), "%s", state);
}

static void
live_add_truth(const struct south_call *c, const struct south_party *p, void *arg)
{
	(void)c;
	live_add(arg, 0, sim_south_state_name(p->state));
}

static void
live_add_half(struct str device, uint64_t call_id, const char *state, bool confirmed, void *arg)
{
	struct live_list *l = arg;

	(void)confirmed;
	if (str_is(device, l->device))
		live_add(l, call_id, strcmp(state, "Failed") == 0 ? "Alerting" : state);
}

/* Every party of `a` has one of its own in `b`. */
static bool
live_same(const struct live_list *a, const struct live_list *b)
{
	bool used[LIVE_PARTIES_MAX] = { false };

	for (size_t i = 0; i < a->count; i++) {
		size_t k = 0;

		while (k < b->count &&
			(used[k] || strcmp(a->parties[i].state, b->parties[k].state) != 0 ||
				(a->parties[i].call_id != 0 && b->parties[k].call_id != 0 &&
					a->parties[i].call_id != b->parties[k].call_id)))
			k++;
		if (k == b->count)
			return false;
		used[k] = true;
	}
	return a->count == b->count;
}

static const char *
live_view_state(enum client_view view)
{
	return view == CV_CONNECTED ? "Active" :
		view == CV_HELD     ? "Held" :
		view == CV_FAR_HELD ? "Remote Held" :
				      "Alerting";
}

static void
live_text(const struct live_list *l, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < l->count && n < size; i++)
		n += (size_t)snprintf(out + n, size - n, "%s%s/%" PRIu64, i ? ", " : "",
			l->parties[i].state, l->parties[i].call_id);
}

static void
live_compare_two(
	struct sim *s, const char *who, const struct live_list *a, const struct live_list *b)
{
	char ta[160], tb[160];

	if (live_same(a, b))
		return;
	live_text(a, ta, sizeof(ta));
	live_text(b, tb, sizeof(tb));
	sim_world_fail(s, "NO-STUCK", "device %s: %s [%s] and [%s]", a->device, who, ta, tb);
}

static void
live_compare_device(struct sim *s, unsigned active, unsigned user)
{
	struct live_list truth = { .device = s->south->users[user].extension }, model = truth, own;
	bool monitored = false;

	sim_south_each_party(s, truth.device, live_add_truth, &truth);
	node_each_half(s->nodes[active]->node, live_add_half, &model);
	for (unsigned i = 0; i < s->client_count && !s->failed; i++) {
		const struct client_device *d = &s->clients[i]->devices[user];

		if (!d->wanted)
			continue;
		monitored = true;
		own = (struct live_list){ .device = truth.device };
		for (size_t k = 0; k < d->call_count; k++)
			live_add(&own, d->calls[k].id, live_view_state(d->calls[k].view));
		char who[64];
		snprintf(who, sizeof(who), "client %u and the model of n%u differ:", i, active + 1);
		live_compare_two(s, who, &own, &model);
	}
	if (!monitored || s->failed)
		return;
	live_compare_two(s, "BroadWorks and the model differ:", &truth, &model);
	/* a failover that no snapshot has given away yet cannot be known */
	if (s->south->users[user].asked_us < sim_observer_takeover_us(s) ||
		(s->south->users[user].asked_us < s->south->failover_us &&
			s->south->failover_told_us > s->south->failover_us))
		sim_world_fail(s, "ALL-ASKED",
			"device %s was asked at %" PRId64 " ms, takeover at %" PRId64
			" ms, AS failover at %" PRId64 " ms",
			truth.device, s->south->users[user].asked_us / SIM_MS,
			sim_observer_takeover_us(s) / SIM_MS, s->south->failover_us / SIM_MS);
}

static void
live_compare(struct sim *s)
{
	int active = live_active(s);
	struct node_takeover t;

	for (unsigned i = 0; i < s->south->user_count && active >= 0 && !s->failed; i++)
		live_compare_device(s, (unsigned)active, i);
	if (active < 0)
		return;
	node_get_takeover(s->nodes[active]->node, &t);
	if (t.done && t.resync_ms * SIM_MS > s->totals.worst_resync_us)
		s->totals.worst_resync_us = t.resync_ms * SIM_MS;
}

static void
live_stop_monitors(struct sim *s)
{
	int64_t begin_us = s->now_us;
	char why[200] = "";
	bool well = false;

	for (unsigned i = 0; i < s->client_count; i++)
		sim_client_stop_all(s, i);
	while (!s->failed && !well && s->now_us - begin_us < 10 * SIM_S) {
		sim_world_run(s, s->now_us + LIVE_STEP_US);
		well = true;
		for (unsigned i = 0; i < s->client_count && well; i++)
			well = sim_client_is_well(s->clients[i], why, sizeof(why));
	}
	if (!s->failed && !well)
		sim_world_fail(s, "ONCE-REQUEST", "stopping the monitors: %s", why);
}

void
sim_live_run(struct sim *s)
{
	if (!live_settle(s))
		return;
	live_compare(s);
	if (!s->failed)
		live_stop_monitors(s);
}
