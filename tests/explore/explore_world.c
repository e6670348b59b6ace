/* SPDX-License-Identifier: Apache-2.0 */
/* Engines, ring and time: see explore.h. Every input is a step of its own, as in the product: tick, input, flush, actions. */
#include "tests/explore/explore.h"

#include "proto/base/check.h"
#include "proto/base/mem.h"

#include <stdio.h>
#include <string.h>

#define BEAT_MS 100
#define LEASE_MS 1500
#define WAIT_BEATS 18 /* more than 9/8 of a lease */
#define DRAIN_MAX 400

struct ex_world *ex;

/* --- a state machine of one number ------------------------------------------------------------------------------ */

static int
fsm_apply(void *arg, uint16_t kind, uint16_t version, const uint8_t *p, size_t n)
{
	struct ex_fsm *f = arg;
	struct rd r = rd_of(p, n);
	struct rng mix = { f->digest * 31 + rd_u64(&r) };

	(void)kind;
	(void)version;
	f->digest = rng_next(&mix);
	return r.bad ? E_MALFORMED : 0;
}

static int
fsm_write(void *arg, size_t bytes_max, uint64_t *size)
{
	(void)arg;
	(void)bytes_max;
	*size = 8;
	return E_OK;
}

/* In the same step: one slice holds it. */
static void
fsm_read(void *arg, size_t bytes_max, struct buf *out)
{
	(void)bytes_max;
	buf_u64(out, ((struct ex_fsm *)arg)->digest);
}

static void
fsm_drop(void *arg)
{
	(void)arg;
}

static int
fsm_restore(void *arg, const uint8_t *p, size_t n, size_t bytes_max, size_t *at)
{
	struct rd r = rd_of(p, n);

	(void)bytes_max;
	*at = n;
	((struct ex_fsm *)arg)->digest = n == 0 ? 0 : rd_u64(&r);
	return r.bad ? E_MALFORMED : 0;
}

static uint64_t
fsm_digest(void *arg)
{
	return ((struct ex_fsm *)arg)->digest;
}

/* --- messages ----------------------------------------------------------------------------------------------------- */

bool
ex_together(const struct ex_node *a, const struct ex_node *b)
{
	return a->joined && b->joined && a->component == b->component;
}

static struct ex_msg *
msg_new(unsigned to, size_t n)
{
	struct ex_node *nd = &ex->node[to];
	struct ex_msg *m = mem_zalloc(sizeof(*m) + n);

	m->n = n;
	*nd->in_end = m;
	nd->in_end = &m->next;
	nd->in_count++;
	return m;
}

static void
in_clear(struct ex_node *nd)
{
	while (nd->in != NULL) {
		struct ex_msg *m = nd->in;

		nd->in = m->next;
		mem_free(m);
	}
	nd->in_end = &nd->in;
	nd->in_count = 0;
}

/* A frame is ordered when it is sent. */
static void
multicast(struct ex_node *nd, const uint8_t *p, size_t n)
{
	ex->seq++;
	for (unsigned k = 0; k < ex->count; k++) {
		struct ex_msg *m;

		if (!ex_together(nd, &ex->node[k]))
			continue;
		m = msg_new(k, n);
		m->kind = EX_FRAME;
		m->seq = ex->seq;
		m->from = nd->id;
		m->pid = nd->pid;
		memcpy(m->bytes, p, n);
	}
}

/* Frames of `from` that nobody of those who stay has read are lost to node k. */
static void
tail_lost_at(struct ex_node *nd, const struct ex_node *from, uint64_t read)
{
	struct ex_msg **at = &nd->in;

	while (*at != NULL) {
		struct ex_msg *m = *at;

		if (m->kind == EX_FRAME && m->from == from->id && m->seq > read) {
			*at = m->next;
			nd->in_count--;
			mem_free(m);
		} else {
			at = &m->next;
		}
	}
	nd->in_end = at;
}

static void
tail_lost(const struct ex_node *from)
{
	uint64_t read = 0;

	for (unsigned k = 0; k < ex->count; k++)
		if (&ex->node[k] != from && ex_together(from, &ex->node[k]) &&
			ex->node[k].read_seq > read)
			read = ex->node[k].read_seq;
	for (unsigned k = 0; k < ex->count; k++)
		if (&ex->node[k] != from && ex_together(from, &ex->node[k]))
			tail_lost_at(&ex->node[k], from, read);
}

static void
put_member(struct ha_member *list, size_t *count, const struct ex_node *nd, enum ha_reason reason)
{
	list[(*count)++] = (struct ha_member){ nd->id, nd->pid, reason };
}

/* Node k is told who is with it now. */
static struct ex_msg *
tell_members(unsigned k)
{
	struct ex_msg *m = msg_new(k, 0);

	m->kind = EX_CONFCHG;
	for (unsigned i = 0; i < ex->count; i++)
		if (ex_together(&ex->node[k], &ex->node[i]))
			put_member(m->members, &m->member_count, &ex->node[i], HA_REASON_UNKNOWN);
	return m;
}

static void
tell_quorum(unsigned k)
{
	struct ex_msg *m = msg_new(k, 0);

	m->kind = EX_QUORUM;
	m->quorate = ex->fencing || ex->node[k].component == ex->quorate_component;
}

static void
tell_quorum_all(void)
{
	for (unsigned k = 0; k < ex->count; k++)
		if (ex->node[k].joined)
			tell_quorum(k);
}

/* `gone` does not count any more as one of `component`. */
static void
tell_left(const struct ex_node *gone, unsigned component, enum ha_reason reason)
{
	for (unsigned k = 0; k < ex->count; k++) {
		struct ex_msg *m;

		if (&ex->node[k] == gone || !ex->node[k].joined ||
			ex->node[k].component != component)
			continue;
		m = tell_members(k);
		put_member(m->left, &m->left_count, gone, reason);
		if (reason == HA_REASON_NODEDOWN)
			tell_quorum(k);
	}
}

/* --- steps -------------------------------------------------------------------------------------------------------- */

static void
perform_copy(struct ex_node *nd, const struct ha_action *a)
{
	const uint8_t *p = nd->out.bytes.p + a->off;

	if (a->copy == HA_COPY_GO_ON)
		nd->copy.n = a->number;
	if (a->copy == HA_COPY_PUT)
		buf_put(&nd->copy, p, a->len);
	if (a->copy == HA_COPY_NEXT)
		buf_put(&nd->next_copy, p, a->len);
	if (a->copy == HA_COPY_USE || a->copy == HA_COPY_DROP)
		buf_reset(&nd->copy);
	if (a->copy == HA_COPY_USE)
		buf_str(&nd->copy, buf_as_str(&nd->next_copy));
	if (a->copy == HA_COPY_USE || a->copy == HA_COPY_DROP || a->copy == HA_COPY_BEGIN)
		buf_reset(&nd->next_copy);
	/* a standby has it now */
	if (a->copy == HA_COPY_DROP && ha_role(nd->ha) == HA_ACTIVE &&
		ex->promise.copy_node == nd->id)
		ex->promise.copy_node = 0;
}

static void
perform(struct ex_node *nd, const struct ha_action *a)
{
	if (a->kind == HA_ACT_COPY)
		perform_copy(nd, a);
	if (a->kind == HA_ACT_MCAST && nd->joined)
		multicast(nd, nd->out.bytes.p + a->off, a->len);
	if (a->kind == HA_ACT_SAVE_EPOCH)
		nd->floor = a->epoch;
}

static void
finish(struct ex_node *nd)
{
	ha_flush(nd->ha, ex->now, &nd->out);
	for (size_t k = 0; k < nd->out.count; k++)
		perform(nd, &nd->out.actions[k]);
	ex_check(nd);
	ha_out_reset(&nd->out);
}

/* Jitter and nonces follow from the connection, not from the way that led here. */
static void
begin(struct ex_node *nd)
{
	nd->ha->rng.s = 77;
	ha_tick(nd->ha, ex->now, &nd->out);
}

static void
connect_ring(struct ex_node *nd)
{
	begin(nd);
	nd->ha->rng.s = 1000 + ++ex->connections;
	nd->joined = true;
	nd->read_seq = ex->seq;
	ha_ring_up(nd->ha, ex->now, nd->pid, &nd->out);
	finish(nd);
	for (unsigned k = 0; k < ex->count; k++) {
		struct ex_msg *m;

		if (!ex_together(nd, &ex->node[k]))
			continue;
		m = tell_members(k);
		put_member(m->joined, &m->joined_count, nd, HA_REASON_JOIN);
	}
	tell_quorum(nd->id - 1);
}

void
ex_start(unsigned i)
{
	struct ex_node *nd = &ex->node[i];
	const struct ha_conf conf = { .node_id = nd->id,
		.fencing = ex->fencing,
		.mode = HA_CONFIRMED,
		.beat_ms = BEAT_MS,
		.lease_ms = LEASE_MS,
		.confirm_timeout_ms = 2 * BEAT_MS,
		.stall_ms = 5 * BEAT_MS,
		.lag_ms_max = 30 * BEAT_MS,
		.config_hash = 7,
		.copy = true,
		.epoch_floor = nd->floor };
	const struct ha_fsm fsm = { fsm_apply, fsm_write, fsm_read, fsm_drop, fsm_restore,
		fsm_digest, &nd->fsm };

	struct err e = { 0 };

	nd->fsm = (struct ex_fsm){ 0 };
	nd->pid = ex->next_pid++;
	nd->ha = ha_new(&conf, &fsm, 1, NULL);
	ha_start(nd->ha, ex->now, &nd->out);
	if (nd->copy.n > 0)
		(void)ha_load(nd->ha, ex->now, nd->copy.p, nd->copy.n, &nd->out, &e);
	finish(nd);
	connect_ring(nd);
}

static void
give(struct ex_node *nd, const struct ex_msg *m)
{
	const struct ha_confchg c = { m->members, m->member_count, m->left, m->left_count,
		m->joined, m->joined_count };

	if (m->kind == EX_CONFCHG)
		ha_confchg(nd->ha, ex->now, &c, &nd->out);
	if (m->kind == EX_FRAME) {
		nd->read_seq = m->seq;
		ha_deliver(nd->ha, ex->now, m->from, m->pid, m->bytes, m->n, &nd->out);
	}
	if (m->kind == EX_QUORUM) {
		nd->quorate = m->quorate;
		ha_quorum(nd->ha, ex->now, m->quorate, &nd->out);
	}
}

bool
ex_read(unsigned i)
{
	struct ex_node *nd = &ex->node[i];
	struct ex_msg *m = nd->in;

	if (nd->ha == NULL || nd->paused || m == NULL)
		return false;
	nd->in = m->next;
	if (nd->in == NULL)
		nd->in_end = &nd->in;
	nd->in_count--;
	begin(nd);
	give(nd, m);
	finish(nd);
	mem_free(m);
	return true;
}

void
ex_settle(void)
{
	unsigned left = DRAIN_MAX;
	bool more = true;

	while (more && left-- > 0) {
		more = false;
		for (unsigned i = 0; i < ex->count; i++)
			more = ex_read(i) || more;
	}
	if (more)
		snprintf(ex->broken, sizeof(ex->broken), "BOUNDED: frames without end");
}

void
ex_tick(void)
{
	ex->now = mono_add_ms(ex->now, BEAT_MS);
	for (unsigned i = 0; i < ex->count; i++) {
		struct ex_node *nd = &ex->node[i];

		if (nd->ha == NULL || nd->paused)
			continue;
		begin(nd);
		finish(nd);
	}
}

void
ex_wait(void)
{
	for (unsigned k = 0; k < WAIT_BEATS && ex->broken[0] == '\0'; k++) {
		ex_tick();
		ex_settle();
	}
}

void
ex_append(unsigned i)
{
	struct ex_node *nd = &ex->node[i];
	uint8_t p[8] = { 0 };
	uint64_t n = ++ex->appended;

	memcpy(p, &n, sizeof(n));
	begin(nd);
	(void)ha_append(nd->ha, ex->now, 1, 1, p, sizeof(p));
	finish(nd);
}

int
ex_promote(unsigned i)
{
	struct ex_node *nd = &ex->node[i];
	struct err e = { 0 };
	int rv;

	begin(nd);
	ex->ordered = true;
	rv = ha_promote(nd->ha, ex->now, &nd->out, &e);
	finish(nd);
	ex->ordered = false;
	return rv;
}

void
ex_demote(unsigned i)
{
	struct ex_node *nd = &ex->node[i];
	struct err e = { 0 };

	begin(nd);
	(void)ha_demote(nd->ha, ex->now, &nd->out, &e);
	finish(nd);
}

/* --- who is there ---------------------------------------------------------------------------------------------------- */

void
ex_gone(unsigned i, enum ha_reason reason, bool tail_is_lost)
{
	struct ex_node *nd = &ex->node[i];
	bool joined = nd->joined;

	if (tail_is_lost && joined)
		tail_lost(nd);
	nd->joined = nd->paused = false;
	if (reason == HA_REASON_NODEDOWN) {
		buf_reset(&nd->copy);
		buf_reset(&nd->next_copy);
		if (ex->promise.copy_node == nd->id)
			ex->promise.copy_node = 0;
	}
	if (joined)
		tell_left(nd, nd->component, reason);
	ha_free(nd->ha);
	nd->ha = NULL;
	in_clear(nd);
}

/* Node i alone in a component of its own; what is lost is lost on both sides. */
void
ex_cut(unsigned i, bool tail_is_lost)
{
	struct ex_node *nd = &ex->node[i];
	unsigned old = nd->component;
	struct ex_msg *m;

	if (tail_is_lost && nd->joined) {
		tail_lost(nd);
		for (unsigned k = 0; k < ex->count; k++)
			if (k != i && ex_together(nd, &ex->node[k]))
				tail_lost_at(nd, &ex->node[k], nd->read_seq);
	}
	nd->component = i + 1;
	if (!nd->joined) {
		/* a node without a process takes its vote with it */
		tell_quorum_all();
		return;
	}
	tell_left(nd, old, HA_REASON_NODEDOWN);
	m = tell_members(i);
	for (unsigned k = 0; k < ex->count; k++)
		if (k != i && ex->node[k].joined && ex->node[k].component == old)
			put_member(m->left, &m->left_count, &ex->node[k], HA_REASON_NODEDOWN);
	tell_quorum(i);
}

void
ex_merge(unsigned i)
{
	struct ex_node *nd = &ex->node[i];

	nd->component = 0;
	for (unsigned k = 0; nd->joined && k < ex->count; k++) {
		struct ex_msg *m;

		if (!ex_together(nd, &ex->node[k]))
			continue;
		m = tell_members(k);
		for (unsigned j = 0; j < ex->count; j++)
			if (j != k && ex_together(nd, &ex->node[j]) && (k == i || j == i))
				put_member(m->joined, &m->joined_count, &ex->node[j],
					HA_REASON_NODEUP);
	}
	tell_quorum_all();
}

void
ex_ring_lost(unsigned i)
{
	struct ex_node *nd = &ex->node[i];

	tail_lost(nd);
	nd->joined = false;
	tell_left(nd, nd->component, HA_REASON_NODEDOWN);
	in_clear(nd);
	begin(nd);
	ha_ring_down(nd->ha, ex->now, &nd->out);
	finish(nd);
}

void
ex_ring_back(unsigned i)
{
	connect_ring(&ex->node[i]);
}

void
ex_quorum(unsigned i, bool quorate)
{
	struct ex_msg *m = msg_new(i, 0);

	m->kind = EX_QUORUM;
	m->quorate = quorate;
}

void
ex_pause(unsigned i)
{
	struct ex_node *nd = &ex->node[i];

	nd->paused = !nd->paused;
	if (nd->paused)
		return;
	begin(nd);
	finish(nd);
}

void
ex_world_new(unsigned count, bool fencing)
{
	ex = mem_zalloc(sizeof(*ex));
	ex->count = count;
	ex->fencing = fencing;
	ex->now = (struct mono){ 1000000 };
	ex->next_pid = 100;
	ex->owner = -1;
	for (unsigned i = 0; i < count; i++) {
		ex->node[i].id = i + 1;
		ex->node[i].in_end = &ex->node[i].in;
		ha_out_init(&ex->node[i].out);
		buf_init(&ex->node[i].copy, 1 << 20);
		buf_init(&ex->node[i].next_copy, 1 << 20);
	}
}
