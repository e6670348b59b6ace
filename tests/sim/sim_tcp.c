/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clients' connections: see sim_tcp.h.
 *
 * Happy path: connect, the node's kernel accepts, the process is told; bytes of each direction arrive in order, in
 * pieces cut at random; what the client's kernel has is acknowledged, and the process is told a little later.
 * Failure modes: nobody listens (refused) or nobody is there (time-out); the process dies (FIN behind the data, or RST
 * that swallows a part of it); the host dies (silence, until the client's probe or a nudge); the client closes.
 */
#include "tests/sim/sim_tcp.h"

#include "proto/base/mem.h"
#include "tests/sim/sim_arbiter.h"
#include "tests/sim/sim_client.h"
#include "tests/sim/sim_node.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define TCP_CONNECTIONS_MAX 100000
#define TCP_FIRST_PORT 10000

struct tcp_conn {
	unsigned client;
	unsigned node;
	int target;
	uint64_t instance;
	bool client_open; /* the client has not been told of an end, nor closed */
	bool server_open; /* the node's kernel has the socket */
	bool told;        /* the process knows it */
	bool connected;
	int64_t up_last_us, down_last_us;
	int64_t down_cut_us;      /* nothing that arrives later came through; INT64_MAX */
	int64_t stalled_until_us; /* the client does not read, and its kernel takes no more */
	int64_t held_until_us;    /* the process keeps the socket, without reading or writing */
	uint64_t arrived, acked;
	bool ack_planned;
};

struct sim_tcp {
	struct tcp_conn *conns;
	size_t count, size;
};

void
sim_tcp_init(struct sim *s)
{
	s->tcp = mem_zalloc(sizeof(*s->tcp));
}

void
sim_tcp_fini(struct sim *s)
{
	mem_free(s->tcp->conns);
	mem_free(s->tcp);
}

/* Ids are 1, 2, ... */
static struct tcp_conn *
tcp_conn(struct sim *s, uint64_t id)
{
	return id > 0 && id <= s->tcp->count ? &s->tcp->conns[id - 1] : NULL;
}

static int64_t
tcp_delay(struct sim *s)
{
	return sim_world_range(s, SIM_RNG_TCP, 100, 2000);
}

/* --- connecting -------------------------------------------------------------------------------------------- */

static void
tcp_tell_client(struct sim *s, const struct sim_event *ev)
{
	struct tcp_conn *c = tcp_conn(s, ev->a);

	if (!c->client_open)
		return;
	if (ev->b) {
		sim_client_connected(s, c->client, ev->a);
		return;
	}
	c->client_open = false;
	sim_client_lost(s, c->client, ev->a);
}

static void
tcp_open_process(struct sim *s, const struct sim_event *ev)
{
	struct tcp_conn *c = tcp_conn(s, ev->a);
	char peer[32], local[32];

	if (!c->server_open)
		return;
	snprintf(peer, sizeof(peer), "10.77.0.100:%" PRIu64, TCP_FIRST_PORT + ev->a);
	if (c->target < 0)
		snprintf(local, sizeof(local), "10.77.0.50:1040");
	else
		snprintf(local, sizeof(local), "10.77.0.%d:1040", c->target + 1);
	c->told = true;
	sim_node_input(s, c->node, c->instance,
		&(struct node_event){ .kind = NODE_EV_CLIENT_OPEN,
			.id = ev->a,
			.text = str_of(peer),
			.text2 = str_of(local) });
}

static void
tcp_arrive(struct sim *s, const struct sim_event *ev)
{
	struct tcp_conn *c = tcp_conn(s, ev->a);
	int at = c->target < 0 ? sim_arbiter_address(s) : c->target;
	struct sim_node *n = at >= 0 ? s->nodes[at] : NULL;

	if (!c->client_open)
		return;
	if (n == NULL || !n->host_up) {
		sim_world_at(s, sim_world_range(s, SIM_RNG_TCP, 300, 1000) * SIM_MS,
			tcp_tell_client, ev->a, 0, 0);
		return;
	}
	if (!n->listening) {
		sim_world_at(s, tcp_delay(s), tcp_tell_client, ev->a, 0, 0);
		return;
	}
	c->node = (unsigned)at;
	c->instance = n->instance;
	c->server_open = true;
	c->down_last_us = s->now_us + tcp_delay(s);
	c->up_last_us = s->now_us + sim_world_range(s, SIM_RNG_TCP, 10, 300);
	sim_world_at(s, c->down_last_us - s->now_us, tcp_tell_client, ev->a, 1, 0);
	sim_world_at(s, c->up_last_us - s->now_us, tcp_open_process, ev->a, 0, 0);
}

uint64_t
sim_tcp_connect(struct sim *s, unsigned client, int target)
{
	struct sim_tcp *t = s->tcp;

	if (t->count == t->size) {
		t->size = t->size ? 2 * t->size : 64;
		t->conns = mem_realloc(t->conns, t->size * sizeof(t->conns[0]));
	}
	if (t->count >= TCP_CONNECTIONS_MAX)
		sim_world_fail(s, "BOUNDED", "more than %d connections", TCP_CONNECTIONS_MAX);
	t->conns[t->count++] = (struct tcp_conn){
		.client = client, .target = target, .client_open = true, .down_cut_us = INT64_MAX
	};
	sim_world_at(s, tcp_delay(s), tcp_arrive, t->count, 0, 0);
	return t->count;
}

/* --- from the client --------------------------------------------------------------------------------------- */

static void
tcp_up(struct sim *s, const struct sim_event *ev)
{
	struct tcp_conn *c = tcp_conn(s, ev->a);

	if (c->server_open)
		sim_node_input(s, c->node, c->instance,
			&(struct node_event){ .kind = NODE_EV_CLIENT_DATA,
				.id = ev->a,
				.bytes = { (const char *)ev->p, ev->n } });
}

static void
tcp_up_end(struct sim *s, const struct sim_event *ev)
{
	struct tcp_conn *c = tcp_conn(s, ev->a);

	if (!c->server_open)
		return;
	c->server_open = false;
	sim_node_input(s, c->node, c->instance,
		&(struct node_event){ .kind = NODE_EV_CLIENT_CLOSED, .id = ev->a });
}

/* Splits `bytes` at random places; each piece arrives after the one before it. */
static void
tcp_pieces(struct sim *s, uint64_t id, int64_t *last_us, struct str bytes, sim_event_fn fn)
{
	int64_t at = s->now_us + tcp_delay(s);

	while (bytes.n > 0) {
		size_t n = bytes.n;

		if (sim_world_chance(s, SIM_RNG_TCP, 15))
			n = 1 + (size_t)sim_world_rand(s, SIM_RNG_TCP, n);
		if (at < *last_us)
			at = *last_us;
		sim_world_at_bytes(s, at - s->now_us, fn, id, 0, 0, (struct str){ bytes.p, n });
		*last_us = at;
		at += sim_world_range(s, SIM_RNG_TCP, 0, 500);
		bytes = (struct str){ bytes.p + n, bytes.n - n };
	}
}

/* What the client sends lies in the socket of a process that does not read it. */
static bool
tcp_is_held(struct sim *s, const struct tcp_conn *c)
{
	const struct sim_node *n = s->nodes[c->node];

	return s->now_us < c->held_until_us && n->instance == c->instance && n->host_up &&
		sim_arbiter_address(s) == (int)c->node;
}

void
sim_tcp_client_send(struct sim *s, uint64_t id, struct str bytes)
{
	struct tcp_conn *c = tcp_conn(s, id);

	if (!c->client_open)
		return;
	if (c->server_open) {
		tcp_pieces(s, id, &c->up_last_us, bytes, tcp_up);
		return;
	}
	if (tcp_is_held(s, c))
		return;
	/* the address may have moved to a host that has no such socket: it answers with a reset */
	if (c->target < 0 && sim_arbiter_address(s) >= 0)
		sim_world_at(s, 2 * tcp_delay(s), tcp_tell_client, id, 0, 0);
	else if (c->target >= 0 && s->nodes[c->target]->host_up)
		sim_world_at(s, 2 * tcp_delay(s), tcp_tell_client, id, 0, 0);
}

void
sim_tcp_client_close(struct sim *s, uint64_t id)
{
	struct tcp_conn *c = tcp_conn(s, id);
	int64_t at = s->now_us + tcp_delay(s);

	if (!c->client_open)
		return;
	c->client_open = false;
	if (c->server_open)
		sim_world_at(s, (at < c->up_last_us ? c->up_last_us : at) - s->now_us, tcp_up_end,
			id, 0, 0);
}

bool
sim_tcp_is_whole(const struct sim *s, uint64_t id)
{
	return id > 0 && id <= s->tcp->count && s->tcp->conns[id - 1].client_open &&
		s->tcp->conns[id - 1].server_open;
}

/* --- from the node ----------------------------------------------------------------------------------------- */

static void
tcp_tell_acked(struct sim *s, const struct sim_event *ev)
{
	struct tcp_conn *c = tcp_conn(s, ev->a);

	c->ack_planned = false;
	if (!c->server_open || c->arrived == c->acked)
		return;
	c->acked = c->arrived;
	sim_node_input(s, c->node, c->instance,
		&(struct node_event){
			.kind = NODE_EV_CLIENT_ACKED, .id = ev->a, .number = c->acked });
}

static void
tcp_down(struct sim *s, const struct sim_event *ev)
{
	struct tcp_conn *c = tcp_conn(s, ev->a);

	if (!c->client_open || s->now_us > c->down_cut_us)
		return;
	c->arrived += ev->n;
	if (c->server_open && !c->ack_planned) {
		c->ack_planned = true;
		sim_world_at(s, sim_world_range(s, SIM_RNG_TCP, 10, 60) * SIM_MS, tcp_tell_acked,
			ev->a, 0, 0);
	}
	sim_client_bytes(s, c->client, ev->a, (struct str){ (const char *)ev->p, ev->n });
}

void
sim_tcp_node_send(struct sim *s, unsigned node, uint64_t id, struct str bytes)
{
	struct tcp_conn *c = tcp_conn(s, id);

	if (c == NULL || !c->told || c->node != node || c->instance != s->nodes[node]->instance) {
		sim_world_fail(s, "BOUNDED",
			"%s sends on connection %" PRIu64 ", which it does not have",
			sim_node_name(s, node), id);
		return;
	}
	if (c->down_last_us < c->stalled_until_us)
		c->down_last_us = c->stalled_until_us;
	if (c->server_open)
		tcp_pieces(s, id, &c->down_last_us, bytes, tcp_down);
}

void
sim_tcp_stall(struct sim *s, uint64_t id, int64_t us)
{
	struct tcp_conn *c = tcp_conn(s, id);

	/* a client that does not read for long is not woken by a shorter pause */
	if (c != NULL && c->client_open && c->server_open && c->stalled_until_us < s->now_us + us)
		c->stalled_until_us = s->now_us + us;
}

bool
sim_tcp_is_stalled(const struct sim *s, uint64_t id)
{
	return id > 0 && id <= s->tcp->count && s->now_us < s->tcp->conns[id - 1].stalled_until_us;
}

/* A reset overtakes what it can. */
static void
tcp_cut(struct sim *s, struct tcp_conn *c)
{
	int64_t cut = s->now_us + sim_world_range(s, SIM_RNG_TCP, 0, 3000);

	if (cut < c->down_cut_us)
		c->down_cut_us = cut;
	if (c->down_last_us > c->down_cut_us)
		c->down_last_us = c->down_cut_us;
}

static void
tcp_closed_by_node(struct sim *s, const struct sim_event *ev)
{
	struct tcp_conn *c = tcp_conn(s, ev->a);

	sim_node_input(s, c->node, c->instance,
		&(struct node_event){ .kind = NODE_EV_CLIENT_CLOSED, .id = ev->a });
}

/* The client hears of the end behind what still arrives. */
static void
tcp_end_down(struct sim *s, uint64_t id, struct tcp_conn *c)
{
	int64_t at = s->now_us + tcp_delay(s);

	sim_world_at(s, (at < c->down_last_us ? c->down_last_us : at) - s->now_us, tcp_tell_client,
		id, 0, 0);
}

/* The connection a node may close; NULL: it has none such, or CLIENT_CLOSED is on its way. */
static struct tcp_conn *
tcp_to_close(struct sim *s, unsigned node, uint64_t id)
{
	struct tcp_conn *c = tcp_conn(s, id);

	if (c == NULL || !c->told || c->node != node || c->instance != s->nodes[node]->instance) {
		sim_world_fail(s, "BOUNDED",
			"%s closes connection %" PRIu64 ", which it does not have",
			sim_node_name(s, node), id);
		return NULL;
	}
	return c->server_open ? c : NULL;
}

static void
tcp_held_enough(struct sim *s, const struct sim_event *ev)
{
	struct tcp_conn *c = tcp_conn(s, ev->a);

	if (c->held_until_us == 0)
		return; /* the process has died */
	c->held_until_us = 0;
	if (sim_arbiter_address(s) == (int)c->node && s->nodes[c->node]->host_up)
		tcp_end_down(s, ev->a, c);
	tcp_closed_by_node(s, ev);
}

void
sim_tcp_node_hold(struct sim *s, unsigned node, uint64_t id, int64_t us)
{
	struct tcp_conn *c = tcp_to_close(s, node, id);

	if (c == NULL)
		return;
	c->server_open = false;
	c->held_until_us = s->now_us + us;
	tcp_cut(s, c);
	sim_world_at(s, us, tcp_held_enough, id, 0, 0);
}

void
sim_tcp_node_close(struct sim *s, unsigned node, uint64_t id, bool after_output)
{
	struct tcp_conn *c = tcp_to_close(s, node, id);

	if (c == NULL)
		return;
	c->server_open = false;
	if (!after_output)
		tcp_cut(s, c);
	tcp_end_down(s, id, c);
	sim_world_at(s, sim_world_range(s, SIM_RNG_TCP, 50, 3000), tcp_closed_by_node, id, 0, 0);
}

void
sim_tcp_node_died(struct sim *s, unsigned node, uint64_t instance, bool silent)
{
	for (uint64_t id = 1; id <= s->tcp->count; id++) {
		struct tcp_conn *c = tcp_conn(s, id);

		bool held = s->now_us < c->held_until_us;

		if ((!c->server_open && !held) || c->node != node || c->instance != instance)
			continue;
		c->server_open = false;
		c->held_until_us = 0;
		if (held && (silent || sim_arbiter_address(s) != (int)node))
			continue;
		if (silent || sim_world_chance(s, SIM_RNG_TCP, 40))
			tcp_cut(s, c);
		if (!silent)
			tcp_end_down(s, id, c);
	}
}

static void
tcp_nudge(struct sim *s, const struct sim_event *ev)
{
	struct tcp_conn *c = tcp_conn(s, ev->a);
	struct sim_node *n = s->nodes[ev->b];

	if (n->node == NULL || !c->client_open || c->server_open || ev->c == 0)
		return;
	if (sim_arbiter_address(s) != (int)n->index)
		sim_world_at(s, 50 * SIM_MS, tcp_nudge, ev->a, ev->b, ev->c - 1);
	else
		sim_world_at(s, 2 * tcp_delay(s), tcp_tell_client, ev->a, 0, 0);
}

void
sim_tcp_nudge(struct sim *s, unsigned node, struct str peer, struct str local)
{
	char port[8];
	uint64_t id;
	const char *colon = memchr(peer.p, ':', peer.n);

	if (colon == NULL ||
		!str_copy(port, sizeof(port),
			(struct str){ colon + 1, (size_t)(peer.p + peer.n - colon - 1) }))
		return;
	id = strtoull(port, NULL, 10) - TCP_FIRST_PORT;
	/* an own address of the dead node is not ours to answer for */
	if (tcp_conn(s, id) != NULL && str_is(local, "10.77.0.50:1040"))
		sim_world_at(s, sim_world_range(s, SIM_RNG_TCP, 1, 20) * SIM_MS, tcp_nudge, id,
			node, 200);
}
