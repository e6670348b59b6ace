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
#define LIVE_RENUMBERED_US (10 * SIM_S)
#define LIVE_LIMIT_US (120 * SIM_S)
#define LIVE_PARTIES_MAX 64
#define LIVE_MONITORS_MAX 4096

/* A party of one device as BroadWorks has it, and the CSTA call that the active has it in. */
struct live_party {
	const struct south_call *call;
	const struct south_party *party;
	uint64_t call_id; /* 0: the active does not know it */
};

struct live_device {
	struct sim *s;
	unsigned active;
	const struct south_user *user;
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
live_client_is_well(const struct sim *s, unsigned i, char *why, size_t size)
{
	if (!sim_client_is_well(s->clients[i], why, size))
		return false;
	if (!sim_tcp_is_whole(s, s->clients[i]->conn)) {
		snprintf(why, size, "client %u has not noticed that its connection is dead", i);
		return false;
	}
	if (sim_tcp_is_stalled(s, s->clients[i]->conn)) {
		snprintf(why, size, "client %u does not read", i);
		return false;
	}
	return true;
}

static bool
live_all_is_well(struct sim *s, char *why, size_t size)
{
	if (!live_nodes_are_well(s, why, size))
		return false;
	for (unsigned i = 0; i < s->client_count; i++)
		if (!live_client_is_well(s, i, why, size))
			return false;
	for (unsigned i = 0; i < s->south->device_count; i++) {
		if (live_is_monitored(s, i) && !sim_south_is_subscribed(s, i)) {
			snprintf(why, size, "device %s has no subscription",
				s->south->users[i].extension);
			return false;
		}
	}
	if (node_journal_count(s->nodes[live_active(s)]->node) > 0) {
		snprintf(why, size, "an operation of several steps is not over");
		return false;
	}
	if (node_is_in_doubt(s->nodes[live_active(s)]->node)) {
		snprintf(why, size, "an event is missing, or a question without answer");
		return false;
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
	for (unsigned i = 0; i < s->south->device_count; i++)
		if (!s->south->users[i].moved)
			return false;
	return true;
}

/* Numbers that begin anew are believed only after an ask that brought none of the old: that takes its time. */
static int64_t
live_steady_us(const struct sim *s)
{
	return s->faults & 1u << SIM_FAULT_renumber ? LIVE_RENUMBERED_US : LIVE_STEADY_US;
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
live_add_truth(const struct south_call *c, const struct south_party *p, void *arg)
{
	struct live_device *l = arg;

	if (l->count < LIVE_PARTIES_MAX)
		l->parties[l->count++] = (struct live_party){ c, p, 0 };
}

/* What clients must believe of the device's connection in a call: parties of a conference are one. */
static const char *
live_expected(const struct live_device *l, const struct live_party *p)
{
	if (!p->party->conferenced)
		return sim_south_state_name(p->party->state);
	return l->user->conference == SOUTH_CONFERENCE_HELD ? "Held" : "Active";
}

/* The state of a half of the active's model is that of BroadWorks. */
static void
live_add_half(struct str device, struct str bw_call, uint64_t call_id, const char *state, void *arg)
{
	struct live_device *l = arg;
	struct live_party *p = l->parties;

	if (!str_is(device, l->user->extension))
		return;
	while (p < l->parties + l->count && !str_is(bw_call, p->party->id))
		p++;
	if (p == l->parties + l->count) {
		sim_world_fail(l->s, "NO-STUCK",
			"device %s: n%u has %.*s in call %" PRIu64 " (%s), BroadWorks has not",
			l->user->extension, l->active + 1, STR_ARG(bw_call), call_id, state);
		return;
	}
	p->call_id = call_id;
	if (strcmp(strcmp(state, "Failed") == 0 ? "Alerting" : state, live_expected(l, p)) != 0)
		sim_world_fail(l->s, "NO-STUCK", "device %s: %.*s is %s at BroadWorks, %s at n%u",
			l->user->extension, STR_ARG(bw_call), live_expected(l, p), state,
			l->active + 1);
}

static const char *
live_view_state(enum client_view view)
{
	return view == CV_CONNECTED ? "Active" :
		view == CV_HELD     ? "Held" :
		view == CV_FAR_HELD ? "Remote Held" :
		view == CV_QUEUED   ? "Queued" :
				      "Alerting";
}

static bool
live_is_first(const struct live_device *l, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (l->parties[k].call_id == l->parties[i].call_id)
			return false;
	return true;
}

/* The parties of a conference are one connection to clients: they hear of the recording of any. */
static bool
live_recorded_as(const struct live_device *l, uint64_t call_id, int told)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->parties[i].call_id == call_id &&
			(int)l->parties[i].party->recording + 1 == told)
			return true;
	return false;
}

static void
live_compare_calls(struct sim *s, const struct live_device *l, unsigned client)
{
	struct client_device *d = &s->clients[client]->devices[l->user - s->south->users];
	size_t count = 0;

	for (size_t i = 0; i < l->count && !s->failed; i++) {
		const struct live_party *p = &l->parties[i];
		const struct client_call *call = client_call(d, p->call_id);
		const char *state = call ? live_view_state(call->view) : "nothing";

		count += live_is_first(l, i);
		if (call == NULL ||
			(strcmp(state, live_expected(l, p)) != 0 &&
				!(p->party->waits && strcmp(state, "Alerting") != 0)))
			sim_world_fail(s, "NO-STUCK",
				"device %s: call %" PRIu64
				" (%s) is %s at BroadWorks, %s to client %u",
				l->user->extension, p->call_id, p->party->id, live_expected(l, p),
				state, client);
		if (call != NULL && call->recording != 0 && !call->merged &&
			!live_recorded_as(l, p->call_id, call->recording))
			sim_world_fail(s, "NO-STUCK",
				"device %s: recording of call %" PRIu64
				" is %d at BroadWorks, %d to client %u",
				l->user->extension, p->call_id, (int)p->party->recording + 1,
				call->recording, client);
	}
	if (count != d->call_count && !s->failed)
		sim_world_fail(s, "NO-STUCK",
			"device %s: %zu calls at BroadWorks, %zu to client %u", l->user->extension,
			count, d->call_count, client);
}

static void
live_compare_flag(struct sim *s, const struct live_device *l, unsigned client, const char *what,
	int told, bool on)
{
	if (told != 0 && (told == 2) != on)
		sim_world_fail(s, "NO-STUCK", "device %s: %s is %s at BroadWorks, not to client %u",
			l->user->extension, what, on ? "on" : "off", client);
}

static void
live_compare_person(struct sim *s, const struct live_device *l, unsigned client)
{
	static const enum client_agent agents[] = { CA_OFF, CA_NOT_READY, CA_READY, CA_AFTER_CALL };
	const struct south_user *u = l->user;
	const struct client_device *d = &s->clients[client]->devices[u - s->south->users];
	struct str to = str_of(u->forward_to);

	if (u->kind != SOUTH_USER || !sim_south_has_acd(s))
		return;
	if (d->agent != CA_UNKNOWN && d->agent != agents[u->agent])
		sim_world_fail(s, "NO-STUCK",
			"device %s: agent is %d at BroadWorks, %d to client %u", u->extension,
			(int)agents[u->agent], (int)d->agent, client);
	live_compare_flag(s, l, client, "do not disturb", d->do_not_disturb, u->do_not_disturb);
	live_compare_flag(s, l, client, "message waiting", d->messages, u->messages > 0);
	live_compare_flag(s, l, client, "forwarding", d->forwarding, to.n > 0);
	live_compare_flag(s, l, client, "hoteling", d->hoteling, u->host[0] != '\0');
	if (d->forwarding == 2 && !str_is(to, d->forward_to))
		sim_world_fail(s, "NO-STUCK",
			"device %s: forwarded to %s at BroadWorks, %s to client %u", u->extension,
			u->forward_to, d->forward_to, client);
}

/* An order that BroadWorks was given, and what came of it: who sits at a host has its calls. */
static void
live_compare_hotels(struct sim *s)
{
	const struct south_user *u = s->south->users;

	for (unsigned i = 0; i + 1 < s->south->user_count; i += 2) {
		bool sits = strcmp(u[i + 1].host, u[i].id) == 0;

		if (sits != (strcmp(u[i].forward_to, u[i + 1].extension) == 0))
			sim_world_fail(s, "BOTH-OR-NEITHER",
				"host %s forwards to '%s', guest %s sits at '%s'", u[i].extension,
				u[i].forward_to, u[i + 1].extension, u[i + 1].host);
	}
}

/*
 * Sessions that living conferences join have the same mark: that of the first. BroadWorks tells of a conference in the events of its
 * controller alone: what joins the sessions of a controller whom nobody monitors cannot be known.
 */
static void
live_mark_joined(const struct sim *s, unsigned *marks)
{
	for (unsigned i = 0; i < SOUTH_CALLS_MAX; i++)
		marks[i] = i;
	for (unsigned round = 0; round < SOUTH_CALLS_MAX * SOUTH_CALLS_MAX; round++) {
		const struct south_call *a = &s->south->calls[round / SOUTH_CALLS_MAX],
					*b = &s->south->calls[round % SOUTH_CALLS_MAX];
		unsigned from = marks[round % SOUTH_CALLS_MAX], to = marks[round / SOUTH_CALLS_MAX];

		for (unsigned k = 0; k < 4 && a->used && b->used; k++) {
			const struct south_party *p = &a->party[k / 2], *q = &b->party[k % 2];

			if (!p->conferenced || !q->conferenced || p->user != q->user ||
				!live_is_monitored(s, (unsigned)p->user))
				continue;
			for (unsigned i = 0; i < SOUTH_CALLS_MAX; i++)
				if (marks[i] == from)
					marks[i] = to;
		}
	}
}

/* Parties of a session, and of sessions that a conference joins, are in one call; of those that none joined, in none. */
static void
live_compare_ids(struct sim *s, const struct live_device *a, const struct live_device *b)
{
	unsigned marks[SOUTH_CALLS_MAX];

	live_mark_joined(s, marks);
	for (size_t i = 0; i < a->count; i++) {
		for (size_t k = 0; k < b->count && !s->failed; k++) {
			const struct live_party *p = &a->parties[i], *q = &b->parties[k];
			bool joined = marks[p->call - s->south->calls] ==
				marks[q->call - s->south->calls];

			if (p->call_id == 0 || q->call_id == 0 ||
				(p->call_id == q->call_id ? p->call->group == q->call->group :
							    !joined))
				continue;
			sim_world_fail(s, "IDS",
				"%s of %s in call %" PRIu64 ", %s of %s in call %" PRIu64
				": %s session at BroadWorks",
				p->party->id, a->user->extension, p->call_id, q->party->id,
				b->user->extension, q->call_id,
				p->call == q->call                       ? "one" :
					p->call->group == q->call->group ? "one joined" :
									   "another");
		}
	}
}

static bool
live_knows(struct sim *s, const struct live_device *l)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->parties[i].call_id == 0) {
			sim_world_fail(s, "NO-STUCK", "device %s: n%u does not have %s (%s)",
				l->user->extension, l->active + 1, l->parties[i].party->id,
				sim_south_state_name(l->parties[i].party->state));
			return false;
		}
	return !s->failed;
}

static void
live_compare_device(struct sim *s, struct live_device *l, unsigned active, unsigned user)
{
	const struct south_user *u = &s->south->users[user];

	*l = (struct live_device){ .s = s, .active = active, .user = u };
	if (!live_is_monitored(s, user))
		return;
	sim_south_each_party(s, u->extension, live_add_truth, l);
	node_each_half(s->nodes[active]->node, live_add_half, l);
	if (!live_knows(s, l))
		return;
	for (unsigned i = 0; i < s->client_count && !s->failed; i++) {
		if (!s->clients[i]->devices[user].wanted)
			continue;
		live_compare_calls(s, l, i);
		live_compare_person(s, l, i);
	}
	if (s->failed)
		return;
	/* a failover that no snapshot has given away yet cannot be known */
	if (u->asked_us < sim_observer_takeover_us(s) ||
		(u->asked_us < s->south->failover_us &&
			s->south->failover_told_us > s->south->failover_us))
		sim_world_fail(s, "ALL-ASKED",
			"device %s was asked at %" PRId64 " ms, takeover at %" PRId64
			" ms, AS failover at %" PRId64 " ms",
			u->extension, u->asked_us / SIM_MS, sim_observer_takeover_us(s) / SIM_MS,
			s->south->failover_us / SIM_MS);
}

/* What a node counts while monitors come and go, through takeovers and snapshots, is what a walk finds. */
static void
live_compare_counts(struct sim *s, unsigned node)
{
	static struct node_monitor rows[LIVE_MONITORS_MAX];
	const struct node *n = s->nodes[node]->node;
	struct node_counts counts;
	uint32_t calls = 0, count = node_get_monitors(n, rows, LIVE_MONITORS_MAX);

	for (uint32_t i = 0; i < count && i < LIVE_MONITORS_MAX; i++)
		calls += rows[i].calls;
	node_get_counts(n, sim_node_clock(s, s->nodes[node]), &counts);
	if (counts.device_monitors != count - calls || counts.call_monitors != calls)
		sim_world_fail(s, "COUNTS", "n%u counts %u monitors of devices, %u of calls: of %u",
			node + 1, counts.device_monitors, counts.call_monitors, count);
}

static void
live_compare(struct sim *s)
{
	static struct live_device devices[SOUTH_USERS_MAX];
	int active = live_active(s);
	struct node_takeover t;

	if (active < 0)
		return;
	for (unsigned i = 0; i < s->south->device_count && !s->failed; i++) {
		live_compare_device(s, &devices[i], (unsigned)active, i);
		for (unsigned k = 0; k <= i && !s->failed; k++)
			live_compare_ids(s, &devices[i], &devices[k]);
	}
	for (unsigned i = 0; i < SIM_NODES && !s->failed; i++)
		live_compare_counts(s, i);
	if (s->totals.lossy == 0) /* a journal that nobody holds any more is not gone on with */
		live_compare_hotels(s);
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
