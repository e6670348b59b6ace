/* SPDX-License-Identifier: Apache-2.0 */
/* The toy state machine and the ring in memory: see ha_toy.h. */
#include "tests/unit/ha_toy.h"

#include "proto/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum msg_kind {
	MSG_FRAME,
	MSG_CONFCHG,
	MSG_QUORUM
};

struct toy_msg {
	struct toy_msg *next;
	enum msg_kind kind;
	uint64_t seq; /* frames: place in the order */
	uint32_t node_id, pid;
	bool quorate;
	struct ha_member members[TOY_NODES], left[TOY_NODES], joined[TOY_NODES];
	size_t member_count, left_count, joined_count;
	size_t n;
	uint8_t bytes[];
};

/* --- the state machine -------------------------------------------------------------------------------------------- */

static uint64_t
mix(uint64_t key, uint64_t v)
{
	struct rng r = { v * 0x9e3779b97f4a7c15u + key };

	return v == 0 ? 0 : rng_next(&r);
}

static int
toy_apply(void *arg, uint16_t kind, uint16_t version, const uint8_t *p, size_t n)
{
	struct toy_fsm *f = arg;
	struct rd r = rd_of(p, n);
	uint64_t add;
	uint8_t key;

	if (kind == 9)
		return f->refuses_kind_9 ? E_VERSION : 0;
	key = rd_u8(&r);
	add = rd_u64(&r);
	if (kind != 1 || version != 1 || r.bad || key >= TOY_KEYS)
		return E_MALFORMED;
	f->digest ^= mix(key, f->v[key]);
	f->v[key] = f->v[key] * 3 + add;
	f->digest ^= mix(key, f->v[key]);
	f->applied++;
	return 0;
}

static void
toy_drop(void *arg)
{
	struct toy_fsm *f = arg;

	buf_fini(&f->kept);
	f->steps = 0;
}

/* Sizes differ, and so do the steps that it takes. */
static int
toy_write(void *arg, size_t bytes_max, uint64_t *size)
{
	struct toy_fsm *f = arg;

	f->write_bytes = bytes_max;
	if (f->write_fails)
		return E_LIMIT;
	int wanted = f->steps_wanted > 0 ? f->steps_wanted : 1 + (int)(f->applied % 7);

	if (bytes_max != SIZE_MAX && ++f->steps < wanted)
		return E_AGAIN;
	buf_init(&f->kept, 1 << 20);
	for (int i = 0; i < TOY_KEYS; i++)
		buf_u64(&f->kept, f->v[i]);
	for (uint64_t i = 0; i < f->v[0] % 3; i++)
		buf_printf(&f->kept, "%070000d", 0);
	*size = f->kept.n;
	return E_OK;
}

static void
toy_read(void *arg, size_t bytes_max, struct buf *out)
{
	struct toy_fsm *f = arg;
	size_t n = f->kept.n < bytes_max ? f->kept.n : bytes_max;

	buf_put(out, f->kept.p, n);
	buf_drop(&f->kept, n);
}

static int
toy_restore(void *arg, const uint8_t *p, size_t n, size_t bytes_max, size_t *at)
{
	struct toy_fsm *f = arg;
	struct rd r = rd_of(p, n);

	f->read_bytes = bytes_max;
	if (*at == 0) {
		memset(f->v, 0, sizeof(f->v));
		f->digest = 0;
	}
	if (n == 0)
		return 0;
	if (f->refuses_restore)
		return E_VERSION;
	if (bytes_max != SIZE_MAX && f->reads_wanted > 0 && f->reads_wanted-- > 0)
		return E_AGAIN;
	r.off = *at;
	do {
		size_t i = r.off / 8;

		f->v[i] = rd_u64(&r);
		f->digest ^= mix(i, f->v[i]);
	} while (!r.bad && r.off < TOY_KEYS * (size_t)8 && bytes_max == SIZE_MAX);
	*at = r.off < TOY_KEYS * (size_t)8 ? r.off : n;
	return r.bad ? E_MALFORMED : *at < n ? E_AGAIN : E_OK;
}

static uint64_t
toy_digest(void *arg)
{
	return ((struct toy_fsm *)arg)->digest;
}

/* --- messages ----------------------------------------------------------------------------------------------------- */

static struct toy_msg *
msg_new(enum msg_kind kind, size_t n)
{
	struct toy_msg *m = mem_zalloc(sizeof(*m) + n);

	m->kind = kind;
	m->n = n;
	return m;
}

static void
list_clear(struct toy_msg **head, struct toy_msg ***tail)
{
	while (*head != NULL) {
		struct toy_msg *m = *head;

		*head = m->next;
		mem_free(m);
	}
	*tail = head;
}

static void
inbox_put(struct toy_node *nd, struct toy_msg *m)
{
	m->next = NULL;
	*nd->inbox_tail = m;
	nd->inbox_tail = &m->next;
	nd->inbox_count++;
}

static struct toy_msg *
msg_copy(const struct toy_msg *m)
{
	struct toy_msg *c = mem_alloc(sizeof(*c) + m->n);

	memcpy(c, m, sizeof(*c) + m->n);
	return c;
}

static bool
together(const struct toy_node *a, const struct toy_node *b)
{
	return a->joined && b->joined && a->component == b->component;
}

static void
put_member(struct ha_member *list, size_t *count, const struct toy_node *nd, enum ha_reason reason)
{
	list[(*count)++] = (struct ha_member){ nd->id, nd->pid, reason };
}

static void
tell_quorum(struct toy *t, struct toy_node *nd)
{
	bool quorate = !t->qdevice || nd->component == t->quorate_component;

	if (quorate || t->quorum_denial_ms_max == 0) {
		toy_quorum(t, (unsigned)(nd - t->node), quorate);
		return;
	}
	nd->quorum_lost_us = t->now.us + 1 +
		(int64_t)rng_below(&t->rng, (uint64_t)t->quorum_denial_ms_max * 1000);
}

/* A change, told to every member of a component: members are as they are now. */
static void
tell_confchg(struct toy *t, unsigned component, const struct toy_node *left,
	enum ha_reason left_reason, const struct toy_node *joined, bool merge)
{
	for (unsigned i = 0; i < t->count; i++) {
		struct toy_node *nd = &t->node[i];
		struct toy_msg *m;

		if (!nd->joined || nd->component != component || nd == left)
			continue;
		m = msg_new(MSG_CONFCHG, 0);
		for (unsigned k = 0; k < t->count; k++) {
			if (t->node[k].joined && t->node[k].component == component &&
				&t->node[k] != left)
				put_member(m->members, &m->member_count, &t->node[k],
					HA_REASON_UNKNOWN);
			/* the one that comes by a merge sees the others as NODEUP */
			if (merge && nd == joined && &t->node[k] != nd && together(nd, &t->node[k]))
				put_member(
					m->joined, &m->joined_count, &t->node[k], HA_REASON_NODEUP);
		}
		if (left != NULL)
			put_member(m->left, &m->left_count, left, left_reason);
		if (joined != NULL && !(merge && nd == joined))
			put_member(m->joined, &m->joined_count, joined,
				merge ? HA_REASON_NODEUP : HA_REASON_JOIN);
		inbox_put(nd, m);
		if (merge || left_reason == HA_REASON_NODEDOWN)
			tell_quorum(t, nd);
	}
}

/*
 * A ring breaks: the members of `component` that stay keep what any of them has read, and of the rest of foreign
 * messages a random part, the same for all of them. Own messages always come back to a sender.
 */
static void
cut_tail(struct toy *t, unsigned component, const struct toy_node *without)
{
	uint64_t from = 0, to = t->next_seq, cut;

	for (unsigned i = 0; i < t->count; i++) {
		struct toy_node *nd = &t->node[i];

		if (nd->joined && nd->component == component && nd != without &&
			nd->read_seq > from)
			from = nd->read_seq;
	}
	cut = from + rng_below(&t->rng, to - from + 1);
	for (unsigned i = 0; i < t->count; i++) {
		struct toy_node *nd = &t->node[i];
		struct toy_msg **at = &nd->inbox;

		if (!nd->joined || nd->component != component || nd == without)
			continue;
		while (*at != NULL) {
			struct toy_msg *m = *at;
			bool foreign = m->kind == MSG_FRAME && m->seq > cut &&
				(without == NULL || m->node_id == without->id);

			if (foreign && m->node_id != nd->id) {
				*at = m->next;
				nd->inbox_count--;
				mem_free(m);
			} else {
				at = &m->next;
			}
		}
		nd->inbox_tail = at;
	}
}

/* --- engines ------------------------------------------------------------------------------------------------------ */

static void
trace_log(int number, enum log_level level, const char *text, void *arg)
{
	struct toy_node *nd = arg;

	(void)level;
	nd->logged[number % TOY_LOG_KINDS]++;
	if (nd->toy->tracing)
		buf_printf(&nd->toy->trace, "%6lld n%u %d %s\n",
			(long long)(nd->toy->now.us / 1000), nd->id, number, text);
}

void
toy_init(struct toy *t, unsigned count, uint64_t seed)
{
	memset(t, 0, sizeof(*t));
	t->count = count;
	t->rng.s = seed;
	t->now = (struct mono){ 1000000 };
	t->next_pid = 100;
	t->conf = (struct ha_conf){ .fencing = true,
		.mode = HA_CONFIRMED,
		.beat_ms = 100,
		.lease_ms = 1500,
		.confirm_timeout_ms = 200,
		.stall_ms = 500,
		.lag_ms_max = 3000,
		.snapshot_step_bytes = 1,
		.config_hash = 7 };
	buf_init(&t->trace, 1 << 20);
	for (unsigned i = 0; i < TOY_NODES; i++) {
		struct toy_node *nd = &t->node[i];

		nd->id = i + 1;
		nd->toy = t;
		nd->queue_tail = &nd->queue;
		nd->inbox_tail = &nd->inbox;
		nd->score = INT32_MIN;
		ha_out_init(&nd->out);
		buf_init(&nd->copy, 16 << 20);
		buf_init(&nd->next_copy, 16 << 20);
	}
}

static void
drop_process(struct toy_node *nd)
{
	ha_free(nd->ha);
	nd->ha = NULL;
	nd->joined = nd->ring = nd->paused = false;
	nd->quorum_lost_us = 0;
	nd->score = INT32_MIN;
	nd->read_seq = 0;
	list_clear(&nd->queue, &nd->queue_tail);
	list_clear(&nd->inbox, &nd->inbox_tail);
	nd->inbox_count = 0;
}

void
toy_fini(struct toy *t)
{
	for (unsigned i = 0; i < TOY_NODES; i++) {
		drop_process(&t->node[i]);
		ha_out_fini(&t->node[i].out);
		buf_fini(&t->node[i].copy);
		buf_fini(&t->node[i].next_copy);
	}
	buf_fini(&t->trace);
}

static void
perform_mcast(struct toy *t, struct toy_node *nd, const struct ha_action *a)
{
	struct toy_msg *m;

	if (!nd->joined)
		return;
	m = msg_new(MSG_FRAME, a->len);
	m->node_id = nd->id;
	m->pid = nd->pid;
	memcpy(m->bytes, nd->out.bytes.p + a->off, a->len);
	if (t->spoil != NULL)
		(void)t->spoil(t, nd, m->bytes, m->n);
	*nd->queue_tail = m;
	nd->queue_tail = &m->next;
}

static void
perform_one(struct toy *t, struct toy_node *nd, const struct ha_action *a)
{
	switch (a->kind) {
	case HA_ACT_MCAST:
		perform_mcast(t, nd, a);
		break;
	case HA_ACT_SAVE_EPOCH:
		nd->floor = a->epoch;
		nd->saves++;
		break;
	case HA_ACT_PEER_DEAD:
		nd->peer_dead++;
		nd->peer_dead_active += a->was_active;
		break;
	case HA_ACT_PEER_LOST:
		nd->peer_lost++;
		break;
	case HA_ACT_SCORE:
		nd->score = ha_score(nd->ha);
		break;
	case HA_ACT_REJOIN:
		nd->rejoins++;
		break;
	case HA_ACT_COPY:
		toy_copy(t, nd, a);
		break;
	case HA_ACT_ROLE:
		break;
	}
}

/* End of a step: flush, then the actions in order. */
static void
finish(struct toy *t, struct toy_node *nd)
{
	ha_flush(nd->ha, t->now, &nd->out);
	for (size_t k = 0; k < nd->out.count; k++)
		perform_one(t, nd, &nd->out.actions[k]);
	ha_out_reset(&nd->out);
	if (t->after_step != NULL)
		t->after_step(t, nd);
}

static void
begin(struct toy *t, struct toy_node *nd)
{
	ha_tick(nd->ha, t->now, &nd->out);
}

static void
join_ring(struct toy *t, struct toy_node *nd)
{
	nd->ring = nd->joined = true;
	nd->read_seq = t->next_seq;
	begin(t, nd);
	ha_ring_up(nd->ha, t->now, nd->pid, &nd->out);
	finish(t, nd);
	tell_confchg(t, nd->component, NULL, HA_REASON_UNKNOWN, nd, false);
	tell_quorum(t, nd);
}

void
toy_start(struct toy *t, unsigned i)
{
	struct toy_node *nd = &t->node[i];
	struct ha_conf conf = t->conf;
	struct ha_fsm fsm = { toy_apply, toy_write, toy_read, toy_drop, toy_restore, toy_digest,
		&nd->fsm };
	struct log log = { trace_log, nd };

	nd->fsm = (struct toy_fsm){ .refuses_kind_9 = nd->fsm.refuses_kind_9,
		.refuses_restore = nd->fsm.refuses_restore };
	conf.node_id = nd->id;
	conf.epoch_floor = nd->floor;
	nd->pid = t->next_pid++;
	nd->ha = ha_new(&conf, &fsm, rng_next(&t->rng), &log);
	ha_start(nd->ha, t->now, &nd->out);
	toy_load_copy(t, nd);
	finish(t, nd);
	if (!conf.solo)
		join_ring(t, nd);
}

void
toy_kill(struct toy *t, unsigned i)
{
	struct toy_node *nd = &t->node[i];
	unsigned sent = (unsigned)rng_below(&t->rng, 4);

	if (nd->ha == NULL)
		return;
	while (sent-- > 0 && toy_order_one(t, i))
		;
	if (nd->joined)
		tell_confchg(t, nd->component, nd, HA_REASON_PROCDOWN, NULL, false);
	drop_process(nd);
}

void
toy_power_off(struct toy *t, unsigned i)
{
	struct toy_node *nd = &t->node[i];

	if (nd->joined) {
		cut_tail(t, nd->component, nd);
		tell_confchg(t, nd->component, nd, HA_REASON_NODEDOWN, NULL, false);
	}
	drop_process(nd);
}

void
toy_ring_down(struct toy *t, unsigned i)
{
	struct toy_node *nd = &t->node[i];

	if (!nd->joined)
		return;
	cut_tail(t, nd->component, nd);
	tell_confchg(t, nd->component, nd, HA_REASON_NODEDOWN, NULL, false);
	nd->joined = nd->ring = false;
	list_clear(&nd->queue, &nd->queue_tail);
	list_clear(&nd->inbox, &nd->inbox_tail);
	nd->inbox_count = 0;
	begin(t, nd);
	ha_ring_down(nd->ha, t->now, &nd->out);
	finish(t, nd);
}

void
toy_ring_up(struct toy *t, unsigned i)
{
	if (t->node[i].ha != NULL && !t->node[i].joined)
		join_ring(t, &t->node[i]);
}

void
toy_move(struct toy *t, unsigned i, unsigned component)
{
	struct toy_node *nd = &t->node[i];
	unsigned old = nd->component;
	bool company = false;

	if (old == component)
		return;
	if (!nd->joined) {
		nd->component = component;
		return;
	}
	/* the ones that stay, and the one that goes, see each other leave */
	cut_tail(t, old, nd);
	tell_confchg(t, old, nd, HA_REASON_NODEDOWN, NULL, false);
	{
		struct toy_msg *m = msg_new(MSG_CONFCHG, 0), **at = &nd->inbox;
		uint64_t cut = nd->read_seq + rng_below(&t->rng, t->next_seq - nd->read_seq + 1);

		while (*at != NULL) {
			struct toy_msg *lost = *at;

			if (lost->kind == MSG_FRAME && lost->seq > cut && lost->node_id != nd->id) {
				*at = lost->next;
				nd->inbox_count--;
				mem_free(lost);
			} else {
				at = &lost->next;
			}
		}
		nd->inbox_tail = at;
		put_member(m->members, &m->member_count, nd, HA_REASON_UNKNOWN);
		for (unsigned k = 0; k < t->count; k++) {
			if (&t->node[k] != nd && t->node[k].joined && t->node[k].component == old)
				put_member(
					m->left, &m->left_count, &t->node[k], HA_REASON_NODEDOWN);
		}
		nd->component = component;
		inbox_put(nd, m);
		tell_quorum(t, nd);
	}
	for (unsigned k = 0; k < t->count; k++)
		company = company || (&t->node[k] != nd && together(nd, &t->node[k]));
	if (company)
		tell_confchg(t, component, NULL, HA_REASON_UNKNOWN, nd, true);
}

void
toy_quorum(struct toy *t, unsigned i, bool quorate)
{
	struct toy_msg *m = msg_new(MSG_QUORUM, 0);

	m->quorate = quorate;
	t->node[i].quorum_lost_us = 0;
	inbox_put(&t->node[i], m);
}

bool
toy_order_one(struct toy *t, unsigned i)
{
	struct toy_node *nd = &t->node[i];
	struct toy_msg *m = nd->queue;

	if (m == NULL || !nd->joined)
		return false;
	nd->queue = m->next;
	if (nd->queue == NULL)
		nd->queue_tail = &nd->queue;
	m->seq = ++t->next_seq;
	for (unsigned k = 0; k < t->count; k++) {
		if (together(nd, &t->node[k]))
			inbox_put(&t->node[k], msg_copy(m));
	}
	mem_free(m);
	return true;
}

static void
give(struct toy *t, struct toy_node *nd, const struct toy_msg *m)
{
	struct ha_confchg c = { m->members, m->member_count, m->left, m->left_count, m->joined,
		m->joined_count };

	switch (m->kind) {
	case MSG_FRAME:
		nd->read_seq = m->seq;
		ha_deliver(nd->ha, t->now, m->node_id, m->pid, m->bytes, m->n, &nd->out);
		break;
	case MSG_CONFCHG:
		ha_confchg(nd->ha, t->now, &c, &nd->out);
		break;
	case MSG_QUORUM:
		nd->quorate = m->quorate;
		ha_quorum(nd->ha, t->now, m->quorate, &nd->out);
		break;
	}
}

bool
toy_read_one(struct toy *t, unsigned i)
{
	struct toy_node *nd = &t->node[i];
	struct toy_msg *m = nd->inbox;

	if (m == NULL || nd->ha == NULL || nd->paused)
		return false;
	nd->inbox = m->next;
	if (nd->inbox == NULL)
		nd->inbox_tail = &nd->inbox;
	nd->inbox_count--;
	begin(t, nd);
	give(t, nd, m);
	finish(t, nd);
	mem_free(m);
	return true;
}

void
toy_tick(struct toy *t, unsigned i)
{
	struct toy_node *nd = &t->node[i];

	if (nd->ha == NULL || nd->paused)
		return;
	if (nd->quorum_lost_us != 0 && nd->quorum_lost_us <= t->now.us)
		toy_quorum(t, i, false);
	begin(t, nd);
	finish(t, nd);
}

void
toy_drain(struct toy *t)
{
	bool more = true;

	while (more) {
		more = false;
		for (unsigned i = 0; i < t->count; i++) {
			more = toy_order_one(t, i) || more;
			more = toy_read_one(t, i) || more;
		}
	}
}

static struct mono
next_due(const struct toy *t)
{
	struct mono at = MONO_NEVER;

	for (unsigned i = 0; i < t->count; i++) {
		const struct toy_node *nd = &t->node[i];

		if (nd->ha == NULL || nd->paused)
			continue;
		at = mono_min(at, ha_deadline(nd->ha));
		if (nd->quorum_lost_us != 0)
			at = mono_min(at, (struct mono){ nd->quorum_lost_us });
	}
	return at;
}

void
toy_run(struct toy *t, int64_t ms)
{
	struct mono end = mono_add_ms(t->now, ms);
	unsigned spins = 0;

	toy_drain(t);
	for (;;) {
		struct mono at = next_due(t);

		if (mono_before(end, at))
			break;
		spins = mono_before(t->now, at) ? 0 : spins + 1;
		if (spins > 100) {
			fprintf(stderr, "the deadline of an engine does not move on\n");
			abort();
		}
		if (mono_before(t->now, at))
			t->now = at;
		for (unsigned i = 0; i < t->count; i++)
			toy_tick(t, i);
		t->now.us += 300; /* a trip through the ring */
		toy_drain(t);
	}
	t->now = end;
	for (unsigned i = 0; i < t->count; i++)
		toy_tick(t, i);
	toy_drain(t);
}

bool
toy_run_until(struct toy *t, unsigned i, enum ha_role role, int64_t ms)
{
	for (int64_t past = 0; toy_role(t, i) != role; past += 10) {
		if (past >= ms)
			return false;
		toy_run(t, 10);
	}
	return true;
}

int
toy_promote(struct toy *t, unsigned i)
{
	struct toy_node *nd = &t->node[i];
	struct err e = { 0 };
	int rv;

	begin(t, nd);
	rv = ha_promote(nd->ha, t->now, &nd->out, &e);
	for (size_t k = 0; k < nd->out.count; k++) {
		if (nd->out.actions[k].kind == HA_ACT_MCAST && nd->out.actions[k].len > 6 &&
			nd->out.bytes.p[nd->out.actions[k].off + 6] == 9)
			nd->saved_before_claim =
				k > 0 && nd->out.actions[k - 1].kind == HA_ACT_SAVE_EPOCH;
	}
	finish(t, nd);
	if (rv != 0 && t->tracing)
		buf_printf(&t->trace, "%6lld n%u refused: %s\n", (long long)(t->now.us / 1000),
			i + 1, e.text);
	return rv;
}

int
toy_demote(struct toy *t, unsigned i)
{
	struct toy_node *nd = &t->node[i];
	struct err e = { 0 };
	int rv;

	begin(t, nd);
	rv = ha_demote(nd->ha, t->now, &nd->out, &e);
	finish(t, nd);
	return rv;
}

uint64_t
toy_append_raw(struct toy *t, unsigned i, uint16_t kind, const void *p, size_t n)
{
	struct toy_node *nd = &t->node[i];

	begin(t, nd);
	return ha_append(nd->ha, t->now, kind, 1, p, n);
}

uint64_t
toy_append_only(struct toy *t, unsigned i, unsigned key, uint64_t n)
{
	uint8_t p[9] = { (uint8_t)key };

	for (int k = 0; k < 8; k++)
		p[1 + k] = (uint8_t)(n >> (8 * k));
	return toy_append_raw(t, i, 1, p, sizeof(p));
}

uint64_t
toy_append(struct toy *t, unsigned i, unsigned key, uint64_t n)
{
	uint64_t offset = toy_append_only(t, i, key, n);

	finish(t, &t->node[i]);
	return offset;
}

struct ha_view
toy_view(struct toy *t, unsigned i)
{
	struct ha_view v = { .role = HA_INIT };

	if (t->node[i].ha != NULL)
		ha_get_view(t->node[i].ha, t->now, &v);
	return v;
}

enum ha_role
toy_role(struct toy *t, unsigned i)
{
	return t->node[i].ha == NULL ? HA_INIT : ha_role(t->node[i].ha);
}

void
toy_inject(struct toy *t, unsigned i, const void *p, size_t n)
{
	struct toy_node *nd = &t->node[i];

	for (unsigned k = 0; k < t->count; k++) {
		struct toy_msg *m;

		if (!together(nd, &t->node[k]))
			continue;
		m = msg_new(MSG_FRAME, n);
		m->node_id = nd->id;
		m->pid = nd->pid;
		m->seq = ++t->next_seq;
		memcpy(m->bytes, p, n);
		inbox_put(&t->node[k], m);
	}
}
