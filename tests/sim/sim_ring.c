/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rings and the agreed order: see sim_ring.h.
 *
 * Happy path of a message: it waits in the daemon's out queue for the token, gets its place in the order of the ring, lies in the
 * in queue of every daemon of that ring, and is delivered to the process after a delay of its own.
 * Joining, leaving and dying are messages of the same queues, so their confchg stands at the same place on both
 * sides.
 * A loss freezes all daemons concerned: at that moment each has received a part of what is ordered and not yet delivered; the
 * rest, but for its own, is lost to it.
 */
#include "tests/sim/sim_ring.h"

#include "proto/base/check.h"
#include "proto/base/mem.h"
#include "tests/sim/sim_arbiter.h"
#include "tests/sim/sim_node.h"

#include <inttypes.h>
#include <string.h>
#include <sys/queue.h>

#define REJOIN_POLL_US (5 * SIM_MS)
#define REJOIN_MAX_US (2 * SIM_S)

enum ring_kind {
	RING_MESSAGE,
	RING_JOIN,
	RING_LEAVE,
	RING_PROCDOWN,
	RING_CONFCHG, /* in queues only: made by a ring change or by one of the three above */
};

struct ring_item {
	TAILQ_ENTRY(ring_item) link;
	enum ring_kind kind;
	unsigned from; /* node */
	uint32_t pid;
	uint32_t to_pid; /* in queues: the process it is for */
	int64_t not_before_us;
	struct ha_member members[SIM_NODES], changed[SIM_NODES];
	size_t member_count, left_count, joined_count; /* of `changed`: either left or joined */
	size_t n;
	uint8_t bytes[];
};

TAILQ_HEAD(ring_queue, ring_item);

struct ring_daemon {
	bool up;
	bool frozen;     /* a new ring is being formed */
	uint64_t ring;   /* id; equal ids = one ring */
	uint32_t joined; /* pid of its member in the group, as ordered; 0 = none */
	uint32_t leaver; /* pid of one that left and has not closed its connection: it hears on */
	bool connected;  /* the process has a library connection */
	bool told_left;  /* its own leave was delivered to it */
	uint64_t order;  /* of the ring change that counts */
	struct ring_queue out, in;
	struct ring_queue held; /* in the process: corosync said TRY_AGAIN to the first of them */
	int64_t hold_until_us;
	int64_t last_out_us, last_in_us;
};

struct sim_ring {
	struct ring_daemon d[SIM_NODES];
	bool split;
	uint64_t next_ring;
};

void
sim_ring_init(struct sim *s)
{
	s->ring = mem_zalloc(sizeof(*s->ring));
	for (unsigned i = 0; i < SIM_NODES; i++) {
		TAILQ_INIT(&s->ring->d[i].out);
		TAILQ_INIT(&s->ring->d[i].in);
		TAILQ_INIT(&s->ring->d[i].held);
	}
	s->ring->next_ring = 1;
}

static void
ring_clear(struct ring_queue *q)
{
	while (!TAILQ_EMPTY(q)) {
		struct ring_item *it = TAILQ_FIRST(q);

		TAILQ_REMOVE(q, it, link);
		mem_free(it);
	}
}

void
sim_ring_fini(struct sim *s)
{
	for (unsigned i = 0; i < SIM_NODES; i++) {
		ring_clear(&s->ring->d[i].out);
		ring_clear(&s->ring->d[i].in);
		ring_clear(&s->ring->d[i].held);
	}
	mem_free(s->ring);
}

static bool
ring_together(const struct sim *s, unsigned a, unsigned b)
{
	const struct ring_daemon *d = s->ring->d;

	return d[a].up && d[b].up && d[a].ring == d[b].ring;
}

/* Whom that daemon tells what is ordered; 0 = nobody. */
static uint32_t
ring_listener(const struct ring_daemon *d)
{
	return d->joined != 0 ? d->joined : d->leaver;
}

static struct ring_item *
ring_item_new(enum ring_kind kind, unsigned from, uint32_t pid, struct str bytes)
{
	struct ring_item *it = mem_zalloc(sizeof(*it) + bytes.n);

	it->kind = kind;
	it->from = from;
	it->pid = pid;
	it->n = bytes.n;
	if (bytes.n > 0)
		memcpy(it->bytes, bytes.p, bytes.n);
	return it;
}

/* --- delivery ---------------------------------------------------------------------------------------------- */

static int64_t
ring_delay(struct sim *s)
{
	int64_t us = sim_world_range(s, SIM_RNG_RING, 50, 400);

	if (sim_world_has(s, SIM_FAULT_slowring) && sim_world_chance(s, SIM_RNG_RING, 2))
		us += sim_world_range(s, SIM_RNG_RING, 10, 450) * SIM_MS;
	return us;
}

static void ring_deliver(struct sim *s, const struct sim_event *ev);
static void ring_order(struct sim *s, const struct sim_event *ev);

static void
ring_deliver_later(struct sim *s, unsigned node)
{
	struct ring_daemon *d = &s->ring->d[node];
	int64_t at = s->now_us + ring_delay(s);

	if (at < d->last_in_us)
		at = d->last_in_us;
	d->last_in_us = at;
	sim_world_at(s, at - s->now_us, ring_deliver, node, d->order, 0);
}

static void
ring_in(struct sim *s, unsigned node, struct ring_item *it)
{
	struct ring_daemon *d = &s->ring->d[node];

	TAILQ_INSERT_TAIL(&d->in, it, link);
	if (!d->frozen)
		ring_deliver_later(s, node);
}

static void
ring_hand_over(struct sim *s, unsigned node, const struct ring_item *it)
{
	struct sim_node *n = s->nodes[node];
	const struct ha_confchg c = { .members = it->members,
		.member_count = it->member_count,
		.left = it->changed,
		.left_count = it->left_count,
		.joined = it->changed + it->left_count,
		.joined_count = it->joined_count };

	if (n->node == NULL || n->pid != it->to_pid || !s->ring->d[node].connected)
		return;
	s->ring->d[node].told_left |= it->left_count > 0 && it->changed[0].node_id == node + 1;
	if (it->kind == RING_CONFCHG)
		sim_node_input(s, node, n->instance,
			&(struct node_event){ .kind = NODE_EV_CONFCHG, .confchg = &c });
	else
		sim_node_input(s, node, n->instance,
			&(struct node_event){ .kind = NODE_EV_DELIVER,
				.from_node = it->from + 1,
				.number = it->pid,
				.bytes = { (const char *)it->bytes, it->n } });
}

static void
ring_deliver(struct sim *s, const struct sim_event *ev)
{
	unsigned node = (unsigned)ev->a;
	struct ring_daemon *d = &s->ring->d[node];
	struct ring_item *it = TAILQ_FIRST(&d->in);

	if (d->frozen || d->order != ev->b || it == NULL)
		return;
	TAILQ_REMOVE(&d->in, it, link);
	ring_hand_over(s, node, it);
	mem_free(it);
}

/* --- the order --------------------------------------------------------------------------------------------- */

static void
ring_members(const struct sim *s, unsigned node, struct ring_item *it)
{
	for (unsigned i = 0; i < SIM_NODES; i++)
		if (ring_together(s, node, i) && s->ring->d[i].joined != 0)
			it->members[it->member_count++] = (struct ha_member){ i + 1,
				s->ring->d[i].joined, HA_REASON_UNKNOWN };
}

static void
ring_confchg(struct sim *s, unsigned node, uint32_t to_pid, struct ha_member changed, bool joined)
{
	struct ring_item *it = ring_item_new(RING_CONFCHG, node, 0, STR_NONE);

	it->to_pid = to_pid;
	ring_members(s, node, it);
	it->changed[0] = changed;
	it->left_count = !joined;
	it->joined_count = joined;
	ring_in(s, node, it);
}

/* A message has got its place: every daemon of the ring has it. */
static void
ring_ordered(struct sim *s, const struct ring_item *it)
{
	struct ring_daemon *d = s->ring->d;
	uint32_t left = 0;
	bool joining = it->kind == RING_JOIN;
	enum ha_reason reason = joining ? HA_REASON_JOIN :
		it->kind == RING_LEAVE  ? HA_REASON_LEAVE :
					  HA_REASON_PROCDOWN;

	if (it->kind == RING_MESSAGE) {
		for (unsigned i = 0; i < SIM_NODES && d[it->from].joined == it->pid; i++) {
			struct ring_item *copy;

			if (!ring_together(s, it->from, i) || ring_listener(&d[i]) == 0)
				continue;
			copy = ring_item_new(RING_MESSAGE, it->from, it->pid,
				(struct str){ (const char *)it->bytes, it->n });
			copy->to_pid = ring_listener(&d[i]);
			ring_in(s, i, copy);
		}
		return;
	}
	if (joining ? !d[it->from].connected || s->nodes[it->from]->pid != it->pid :
		      d[it->from].joined != it->pid)
		return;
	left = d[it->from].joined;
	d[it->from].joined = joining ? it->pid : 0;
	d[it->from].leaver = it->kind == RING_LEAVE ? it->pid : 0;
	for (unsigned i = 0; i < SIM_NODES; i++) {
		uint32_t to = i == it->from ? (joining ? it->pid : left) : ring_listener(&d[i]);

		if (ring_together(s, it->from, i) && to != 0)
			ring_confchg(s, i, to, (struct ha_member){ it->from + 1, it->pid, reason },
				joining);
	}
}

static void
ring_order_later(struct sim *s, unsigned node, int64_t not_before_us)
{
	struct ring_daemon *d = &s->ring->d[node];
	int64_t at = s->now_us + sim_world_range(s, SIM_RNG_RING, 30, 300);

	if (at < not_before_us)
		at = not_before_us;
	if (at < d->last_out_us)
		at = d->last_out_us;
	d->last_out_us = at;
	sim_world_at(s, at - s->now_us, ring_order, node, d->order, 0);
}

static void
ring_order(struct sim *s, const struct sim_event *ev)
{
	struct ring_daemon *d = &s->ring->d[ev->a];
	struct ring_item *it = TAILQ_FIRST(&d->out);

	if (!d->up || d->frozen || d->order != ev->b || it == NULL)
		return;
	for (unsigned i = 0; i < SIM_NODES;
		i++) /* the token does not go round while one of the ring is silent */
		if (ring_together(s, (unsigned)ev->a, i) && s->ring->d[i].frozen)
			return;
	TAILQ_REMOVE(&d->out, it, link);
	ring_ordered(s, it);
	mem_free(it);
}

static void
ring_out(struct sim *s, unsigned node, struct ring_item *it, int64_t wait_us)
{
	struct ring_daemon *d = &s->ring->d[node];

	if (!d->up) {
		mem_free(it);
		return;
	}
	it->not_before_us = s->now_us + wait_us;
	TAILQ_INSERT_TAIL(&d->out, it, link);
	if (!d->frozen)
		ring_order_later(s, node, it->not_before_us);
}

/* --- ring changes ------------------------------------------------------------------------------------------ */

/* What this daemon has of the order when the others fall silent: a prefix, and its own messages. */
static void
ring_cut(struct sim *s, unsigned node)
{
	struct ring_daemon *d = &s->ring->d[node];
	struct ring_item *it, *next;
	size_t count = 0, keep, i = 0;

	TAILQ_FOREACH(it, &d->in, link)
		count++;
	keep = (size_t)sim_world_rand(s, SIM_RNG_RING, count + 1);
	for (it = TAILQ_FIRST(&d->in); it != NULL; it = next) {
		next = TAILQ_NEXT(it, link);
		if (i++ < keep || it->from == node)
			continue;
		TAILQ_REMOVE(&d->in, it, link);
		mem_free(it);
	}
}

static void
ring_freeze(struct sim *s, unsigned node)
{
	struct ring_daemon *d = &s->ring->d[node];

	d->frozen = true;
	d->order++;
}

static void
ring_thaw(struct sim *s, unsigned node)
{
	struct ring_daemon *d = &s->ring->d[node];
	struct ring_item *it;

	d->frozen = false;
	d->last_in_us = d->last_out_us = s->now_us;
	TAILQ_FOREACH(it, &d->in, link)
		ring_deliver_later(s, node);
	TAILQ_FOREACH(it, &d->out, link)
		ring_order_later(s, node, it->not_before_us);
}

static void
ring_tell_quorum(struct sim *s, const struct sim_event *ev)
{
	struct sim_node *n = s->nodes[ev->a];

	if (n->instance == ev->b && s->ring->d[ev->a].connected)
		sim_node_input(s, n->index, ev->b,
			&(struct node_event){
				.kind = NODE_EV_QUORUM, .flag = sim_arbiter_quorate(s, n->index) });
}

static void
ring_quorum_later(struct sim *s, unsigned node)
{
	int64_t ms = sim_arbiter_votes(s) ? sim_world_range(s, SIM_RNG_RING, 1, 600) : 2;

	sim_world_at(s, ms * SIM_MS, ring_tell_quorum, node, s->nodes[node]->instance, 0);
}

/* token + consensus are over: a ring without the other node. */
static void
ring_alone(struct sim *s, const struct sim_event *ev)
{
	unsigned node = (unsigned)ev->a, peer = 1 - node;
	struct ring_daemon *d = &s->ring->d[node];
	uint32_t gone = (uint32_t)ev->c;

	if (!d->up || d->order != ev->b)
		return;
	d->ring = s->ring->next_ring++;
	sim_world_trace(s, "ring %" PRIu64 " of n%u alone", d->ring, node + 1);
	if (gone != 0 && ring_listener(d) != 0)
		ring_confchg(s, node, ring_listener(d),
			(struct ha_member){ peer + 1, gone, HA_REASON_NODEDOWN }, false);
	ring_thaw(s, node);
	ring_quorum_later(s, node);
	sim_arbiter_node_lost(s, peer);
}

/* `node` hears the other one no more. */
static void
ring_lose(struct sim *s, unsigned node)
{
	struct ring_daemon *d = &s->ring->d[node];
	uint32_t gone = ring_together(s, node, 1 - node) ? s->ring->d[1 - node].joined : 0;

	if (!d->up)
		return;
	if (!d->frozen)
		ring_cut(s, node);
	ring_freeze(s, node);
	sim_world_at(s,
		RING_TOKEN_US + RING_CONSENSUS_US +
			sim_world_range(s, SIM_RNG_RING, -20, 60) * SIM_MS,
		ring_alone, node, d->order, gone);
}

void
sim_ring_split(struct sim *s)
{
	if (s->ring->split)
		return;
	s->ring->split = true;
	sim_world_trace(s, "the nodes are cut off from each other");
	for (unsigned i = 0; i < SIM_NODES; i++)
		if (ring_together(s, 0, 1) || s->ring->d[i].frozen) /* or about to be together */
			ring_lose(s, i);
}

/* Both hear each other again: one ring, after a pause without delivery. */
static void
ring_merged(struct sim *s, const struct sim_event *ev)
{
	struct ring_daemon *d = s->ring->d;

	if (d[0].order != ev->a || d[1].order != ev->b || !d[0].up || !d[1].up || s->ring->split)
		return;
	d[0].ring = d[1].ring = s->ring->next_ring++;
	sim_world_trace(s, "ring %" PRIu64 " of both nodes", d[0].ring);
	for (unsigned i = 0; i < SIM_NODES; i++) {
		if (ring_listener(&d[i]) != 0 && d[1 - i].joined != 0)
			ring_confchg(s, i, ring_listener(&d[i]),
				(struct ha_member){ 2 - i, d[1 - i].joined, HA_REASON_NODEUP },
				true);
		ring_thaw(s, i);
		ring_quorum_later(s, i);
	}
	sim_arbiter_node_back(s);
}

static void
ring_merge_begin(struct sim *s, const struct sim_event *ev)
{
	struct ring_daemon *d = s->ring->d;
	int64_t us = sim_world_range(s, SIM_RNG_RING, 20, 250) * SIM_MS;

	(void)ev;
	if (!d[0].up || !d[1].up || s->ring->split)
		return;
	if (d[0].frozen || d[1].frozen) {
		sim_world_at(s, 50 * SIM_MS, ring_merge_begin, 0, 0, 0);
		return;
	}
	if (d[0].ring == d[1].ring)
		return;
	ring_freeze(s, 0);
	ring_freeze(s, 1);
	sim_world_at(s, us, ring_merged, d[0].order, d[1].order, 0);
}

void
sim_ring_merge(struct sim *s)
{
	s->ring->split = false;
	sim_world_trace(s, "the nodes can reach each other");
	sim_world_at(
		s, sim_world_range(s, SIM_RNG_RING, 50, 500) * SIM_MS, ring_merge_begin, 0, 0, 0);
}

bool
sim_ring_is_split(const struct sim *s)
{
	return s->ring->split;
}

bool
sim_ring_daemon_up(const struct sim *s, unsigned node)
{
	return s->ring->d[node].up;
}

bool
sim_ring_is_whole(const struct sim *s)
{
	const struct ring_daemon *d = s->ring->d;

	return d[0].up && d[1].up && d[0].ring == d[1].ring && !d[0].frozen && !d[1].frozen;
}

void
sim_ring_daemon_starts(struct sim *s, unsigned node)
{
	struct ring_daemon *d = &s->ring->d[node];

	if (d->up)
		return;
	d->up = true;
	d->frozen = false;
	d->order++;
	d->ring = s->ring->next_ring++;
	d->joined = 0;
	d->last_in_us = d->last_out_us = s->now_us;
	/* a ring of its own first */
	sim_world_at(
		s, sim_world_range(s, SIM_RNG_RING, 100, 1200) * SIM_MS, ring_merge_begin, 0, 0, 0);
}

static void ring_down(struct sim *s, unsigned node);

void
sim_ring_daemon_dies(struct sim *s, unsigned node, bool with_host)
{
	struct ring_daemon *d = &s->ring->d[node];
	bool connected = d->connected;

	if (!d->up)
		return;
	if (ring_together(s, 0, 1) || s->ring->d[1 - node].frozen)
		ring_lose(s, 1 - node);
	d->up = false;
	d->order++;
	d->joined = d->leaver = 0;
	d->connected = false;
	ring_clear(&d->out);
	ring_clear(&d->in);
	ring_clear(&d->held);
	if (connected && !with_host)
		ring_down(s, node);
}

/* --- the process ------------------------------------------------------------------------------------------- */

/* What lay ready for an earlier connection of the process went with it. */
static void
ring_forget_old(struct ring_daemon *d, uint32_t pid)
{
	struct ring_item *it, *next;

	for (it = TAILQ_FIRST(&d->in); it != NULL; it = next) {
		next = TAILQ_NEXT(it, link);
		if (it->to_pid != pid)
			continue;
		TAILQ_REMOVE(&d->in, it, link);
		mem_free(it);
	}
}

static void
ring_connect(struct sim *s, const struct sim_event *ev)
{
	struct sim_node *n = s->nodes[ev->a];
	struct ring_daemon *d = &s->ring->d[ev->a];

	if (n->node == NULL || n->instance != ev->b || d->connected)
		return;
	if (!d->up || n->paused || d->joined != 0) {
		sim_world_at(s, 100 * SIM_MS, ring_connect, ev->a, ev->b, 0);
		return;
	}
	ring_forget_old(d, n->pid);
	d->connected = true;
	d->told_left = false;
	d->leaver = 0;
	sim_node_input(s, n->index, n->instance,
		&(struct node_event){ .kind = NODE_EV_RING_UP, .number = n->pid });
	ring_quorum_later(s, n->index);
	ring_out(s, n->index, ring_item_new(RING_JOIN, n->index, n->pid, STR_NONE), 0);
}

void
sim_ring_connect(struct sim *s, unsigned node)
{
	sim_world_at(s, sim_world_range(s, SIM_RNG_RING, 1, 20) * SIM_MS, ring_connect, node,
		s->nodes[node]->instance, 0);
}

static void
ring_down(struct sim *s, unsigned node)
{
	struct sim_node *n = s->nodes[node];

	if (n->node == NULL)
		return;
	sim_node_input(s, node, n->instance, &(struct node_event){ .kind = NODE_EV_RING_DOWN });
	sim_world_at(s, sim_world_range(s, SIM_RNG_RING, 100, 900) * SIM_MS, ring_connect, node,
		n->instance, 0);
}

/* corosync notices that a library connection is gone; requests it had not read yet may be lost. */
static void
ring_procdown(struct sim *s, unsigned node, uint32_t pid)
{
	struct ring_daemon *d = &s->ring->d[node];
	struct ring_item *it;

	ring_clear(&d->held);
	while ((it = TAILQ_LAST(&d->out, ring_queue)) != NULL && it->kind == RING_MESSAGE &&
		it->pid == pid && sim_world_chance(s, SIM_RNG_RING, 50)) {
		TAILQ_REMOVE(&d->out, it, link);
		mem_free(it);
	}
	ring_out(s, node, ring_item_new(RING_PROCDOWN, node, pid, STR_NONE),
		sim_world_range(s, SIM_RNG_RING, 2000, 9000));
}

void
sim_ring_process_gone(struct sim *s, unsigned node)
{
	struct ring_daemon *d = &s->ring->d[node];

	if (!d->connected)
		return;
	d->connected = false;
	ring_procdown(s, node, s->nodes[node]->pid);
}

void
sim_ring_disconnect(struct sim *s, unsigned node)
{
	struct ring_daemon *d = &s->ring->d[node];

	if (!d->connected)
		return;
	d->connected = false;
	sim_world_trace(s, "n%u loses the connection to its corosync", node + 1);
	ring_procdown(s, node, s->nodes[node]->pid);
	ring_down(s, node);
}

static void
ring_release(struct sim *s, const struct sim_event *ev)
{
	struct ring_daemon *d = &s->ring->d[ev->a];
	struct ring_item *it;

	while (s->now_us >= d->hold_until_us && (it = TAILQ_FIRST(&d->held)) != NULL) {
		TAILQ_REMOVE(&d->held, it, link);
		ring_out(s, (unsigned)ev->a, it, 0);
	}
}

void
sim_ring_mcast(struct sim *s, unsigned node, struct str bytes)
{
	struct ring_daemon *d = &s->ring->d[node];
	struct ring_item *it;

	if (!d->connected)
		return;
	it = ring_item_new(RING_MESSAGE, node, s->nodes[node]->pid, bytes);
	if (s->now_us < d->hold_until_us || !TAILQ_EMPTY(&d->held))
		TAILQ_INSERT_TAIL(&d->held, it, link);
	else
		ring_out(s, node, it, 0);
}

void
sim_ring_hold(struct sim *s, unsigned node, int64_t us)
{
	struct ring_daemon *d = &s->ring->d[node];

	if (!d->connected || s->now_us < d->hold_until_us)
		return;
	sim_world_trace(
		s, "n%u: corosync says TRY_AGAIN for %" PRId64 " ms", node + 1, us / SIM_MS);
	d->hold_until_us = s->now_us + us;
	sim_world_at(s, us + SIM_MS, ring_release, node, 0, 0);
}

void
sim_ring_leave(struct sim *s, unsigned node)
{
	if (s->ring->d[node].connected)
		ring_out(
			s, node, ring_item_new(RING_LEAVE, node, s->nodes[node]->pid, STR_NONE), 0);
}

void
sim_ring_end(struct sim *s, unsigned node)
{
	sim_ring_leave(s, node);
	s->ring->d[node].connected = false;
}

/* The adapter waits for its own leave, closes, and connects anew; a leave that does not come is a lost ring. */
static void
ring_come_back(struct sim *s, const struct sim_event *ev)
{
	struct ring_daemon *d = &s->ring->d[ev->a];
	unsigned node = (unsigned)ev->a;

	if (s->nodes[node]->instance != ev->b || !d->connected)
		return;
	if (!d->told_left && (uint64_t)s->now_us < ev->c) {
		sim_world_at(s, REJOIN_POLL_US, ring_come_back, node, ev->b, ev->c);
		return;
	}
	d->connected = false;
	if (d->told_left)
		sim_world_at(s, REJOIN_POLL_US, ring_connect, node, ev->b, 0);
	else
		ring_down(s, node);
}

void
sim_ring_rejoin(struct sim *s, unsigned node)
{
	if (!s->ring->d[node].connected)
		return;
	sim_ring_leave(s, node);
	sim_world_at(s, REJOIN_POLL_US, ring_come_back, node, s->nodes[node]->instance,
		(uint64_t)(s->now_us + REJOIN_MAX_US));
}
