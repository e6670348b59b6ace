/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random runs of the engine: deaths, cuts, merges, pauses, lost rings, slow readers, an arbiter that promotes and demotes
 * (with fencing, or with a quorum device and no fencing). After every step of a node the invariants of
 * docs/ha-protocol.md are checked; at the end all faults stop and everything must come together.
 *
 *   check_ha_soak [FIRST-SEED [COUNT]]     TANDEM_SOAK_TRACE=1 prints what the nodes logged
 */
#include "ha/ha_int.h"
#include "tests/unit/ha_toy.h"

#include "proto/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS 400
#define EPOCHS_MAX 512 /* a run of STEPS has far fewer */

/* Digests that a node had as active of an epoch, by offset. */
struct record {
	uint64_t epoch;
	uint32_t pid;
	uint64_t *digest;
	size_t count, size;
};

/* Who was ACTIVE of an epoch. */
struct owner {
	uint64_t epoch;
	uint32_t id, pid;
};

struct world {
	struct toy t;
	struct owner owners[EPOCHS_MAX];
	unsigned owner_count;
	struct record record[TOY_NODES];
	uint64_t spoke;   /* highest epoch in which an effect left */
	unsigned speaker; /* of it */
	uint32_t speaker_pid;
	uint64_t released_epoch[TOY_NODES], released[TOY_NODES];
	int owner;          /* the node that the arbiter promoted; -1 = none */
	bool moving;        /* the arbiter is moving the role on purpose */
	int64_t arbiter_us; /* its next look */
	char broken[200];   /* the first violated invariant; "" = none */
	uint64_t trace;     /* hash over what happened */
	/* what was met, to see that a run is worth something */
	uint64_t takeovers, resyncs, confirmed, unconfirmed, appended;
	uint64_t strangers; /* epochs whose generation another node had been active in */
};

#define BROKEN(w, ...) \
	do { \
		if ((w)->broken[0] == '\0') \
			snprintf((w)->broken, sizeof((w)->broken), __VA_ARGS__); \
	} while (0)

static void
fold(struct world *w, uint64_t v)
{
	struct rng r = { w->trace ^ v };

	w->trace = rng_next(&r);
}

/* --- invariants ----------------------------------------------------------------------------------------------------- */

static void
note_digest(struct world *w, const struct toy_node *nd)
{
	struct record *r = &w->record[nd->id - 1];
	const struct ha *ha = nd->ha;

	if (r->epoch != ha->epoch || r->pid != nd->pid)
		r->count = 0;
	r->epoch = ha->epoch;
	r->pid = nd->pid;
	if (ha->offset < r->count)
		return;
	if (r->count == r->size) {
		r->size = r->size ? r->size * 2 : 64;
		r->digest = mem_realloc(r->digest, r->size * sizeof(*r->digest));
	}
	if (ha->offset != r->count)
		BROKEN(w, "epoch %llu: offset %llu follows %zu", (unsigned long long)ha->epoch,
			(unsigned long long)ha->offset, r->count);
	r->digest[r->count++] = nd->fsm.digest;
}

/* EPOCH: no two processes are ever active of one epoch, whatever they could know of each other. */
static void
check_epoch(struct world *w, const struct toy_node *nd)
{
	bool stranger = false;

	if (nd->ha->role != HA_ACTIVE)
		return;
	for (unsigned k = w->owner_count; k-- > 0;) {
		const struct owner *o = &w->owners[k];

		if (o->epoch == nd->ha->epoch && o->id == nd->id && o->pid == nd->pid)
			return;
		if (o->epoch == nd->ha->epoch)
			BROKEN(w, "EPOCH: node %u is active of epoch %llu, and node %u was", nd->id,
				(unsigned long long)o->epoch, o->id);
		if (o->epoch >> HA_EPOCH_NODE_BITS == nd->ha->epoch >> HA_EPOCH_NODE_BITS)
			stranger = true;
	}
	w->strangers += stranger;
	if (w->owner_count == EPOCHS_MAX)
		BROKEN(w, "more than %d epochs in one run", EPOCHS_MAX);
	else
		w->owners[w->owner_count++] = (struct owner){ nd->ha->epoch, nd->id, nd->pid };
}

/* SAME-STATE: whoever follows has, at each position, what the active had there. */
static void
check_state(struct world *w, struct toy_node *nd)
{
	const struct ha *ha = nd->ha;
	const struct record *r;

	if (ha->role == HA_ACTIVE)
		note_digest(w, nd);
	if (ha->role != HA_STANDBY || ha->source == NULL)
		return;
	r = &w->record[ha->source->node_id - 1];
	if (r->epoch == ha->epoch && r->pid == ha->source->pid &&
		(ha->offset >= r->count || r->digest[ha->offset] != nd->fsm.digest))
		BROKEN(w, "SAME-STATE: node %u at epoch %llu offset %llu has another state", nd->id,
			(unsigned long long)ha->epoch, (unsigned long long)ha->offset);
}

static bool
speaker_lives(const struct world *w)
{
	const struct toy_node *nd = &w->t.node[w->speaker];

	return nd->ha != NULL && nd->pid == w->speaker_pid && nd->ha->role == HA_ACTIVE &&
		nd->ha->epoch == w->spoke;
}

/* ONE-VOICE: at most one gate; no effect in an older epoch than one that spoke. */
static void
check_voice(struct world *w, struct toy_node *nd)
{
	if (!ha_gate_open(nd->ha))
		return;
	/* Nobody can know of an epoch whose only witnesses are dead or out of reach. */
	if (nd->ha->epoch < w->spoke && (nd->ha->seen >= w->spoke || speaker_lives(w)))
		BROKEN(w, "ONE-VOICE: node %u speaks in epoch %llu after epoch %llu spoke", nd->id,
			(unsigned long long)nd->ha->epoch, (unsigned long long)w->spoke);
	w->spoke = nd->ha->epoch;
	w->speaker = nd->id - 1;
	w->speaker_pid = nd->pid;
	for (unsigned i = 0; i < w->t.count; i++) {
		const struct toy_node *other = &w->t.node[i];

		if (other != nd && other->ha != NULL && ha_gate_open(other->ha) &&
			!mono_due(other->ha->lease.until, w->t.now))
			BROKEN(w, "ONE-VOICE: the gates of nodes %u and %u are open", nd->id,
				other->id);
	}
}

/* What is released is held by the standby that is told to be in step; the watermark does not go back. */
static void
check_released(struct world *w, struct toy_node *nd)
{
	unsigned at = nd->id - 1;
	uint64_t released = ha_released(nd->ha);
	struct ha_view v = toy_view(&w->t, at);
	const struct toy_node *peer;

	if (v.role != HA_ACTIVE || !v.gate_open)
		return;
	if (w->released_epoch[at] == v.epoch && released < w->released[at])
		BROKEN(w, "the watermark of node %u went back", nd->id);
	w->released_epoch[at] = v.epoch;
	w->released[at] = released;
	if (released > v.offset)
		BROKEN(w, "node %u released what does not exist", nd->id);
	w->unconfirmed += v.unconfirmed;
	if (v.unconfirmed || v.degraded || w->t.conf.mode == HA_ASYNC)
		return;
	w->confirmed++;
	peer = &w->t.node[nd->ha->cover_peer->node_id - 1];
	if (peer->ha != NULL && peer->pid == nd->ha->cover_peer->pid &&
		peer->ha->epoch == v.epoch && peer->ha->offset < released)
		BROKEN(w, "PROMISE: node %u released %llu, node %u holds %llu", nd->id,
			(unsigned long long)released, peer->id,
			(unsigned long long)peer->ha->offset);
}

static void
check_bounds(struct world *w, const struct toy_node *nd)
{
	const struct ha *ha = nd->ha;

	if (ha->in_flight_count > LIMIT_BATCHES_IN_FLIGHT ||
		ha->serve.in_flight > HA_SLICES_IN_FLIGHT)
		BROKEN(w, "BOUNDED: a window of node %u is exceeded", nd->id);
	if (ha->role == HA_ACTIVE && !ha->in_group)
		BROKEN(w, "node %u is ACTIVE without a ring", nd->id);
	if (ha->saved < ha->epoch || nd->floor != ha->saved)
		BROKEN(w, "the epoch of node %u is not on disk", nd->id);
}

static void
observe(struct toy *t, struct toy_node *nd)
{
	struct world *w = t->observer;

	check_epoch(w, nd);
	check_state(w, nd);
	check_voice(w, nd);
	check_released(w, nd);
	check_bounds(w, nd);
	fold(w, ((uint64_t)t->now.us << 8) ^ ((uint64_t)nd->id << 4) ^ (uint64_t)nd->ha->role);
	fold(w, nd->ha->epoch ^ (nd->ha->offset << 20) ^ nd->fsm.digest ^ ha_released(nd->ha));
}

/* --- the arbiter ------------------------------------------------------------------------------------------------------ */

static bool
can_decide(const struct world *w, const struct toy_node *nd)
{
	return nd->ha != NULL && nd->joined && !nd->paused &&
		(!w->t.qdevice || (nd->component == w->t.quorate_component && nd->quorate));
}

/* Nobody else may be promoted: with fencing the doubtful are shot, without it we wait for them to be gone. */
static bool
others_are_safe(struct world *w, unsigned i)
{
	struct toy_node *me = &w->t.node[i];

	for (unsigned k = 0; k < w->t.count; k++) {
		struct toy_node *nd = &w->t.node[k];
		bool speaks = nd->ha != NULL && ha_role(nd->ha) >= HA_CLAIMING &&
			ha_role(nd->ha) <= HA_DRAINING;
		bool reachable = nd->joined && nd->component == me->component && !nd->paused;

		if (k == i || nd->ha == NULL || (reachable && !speaks))
			continue;
		if (w->t.conf.fencing)
			toy_power_off(&w->t, k);
		else if (nd->joined && nd->component == me->component)
			toy_kill(&w->t, k); /* its own node ends it */
		/* else: not quorate there; it shut its gate, or its lease runs out */
	}
	return true;
}

static bool
knows_that_it_left(const struct toy_node *me, const struct toy_node *other)
{
	for (size_t i = 0; i < HA_PEERS_MAX; i++) {
		const struct ha_peer *p = &me->ha->peers[i];

		if (p->member && p->node_id == other->id &&
			(other->ha == NULL || p->pid != other->pid ||
				other->component != me->component || !other->joined))
			return false;
	}
	return true;
}

/* Among equals Pacemaker keeps the promoted one. */
static bool
is_better(struct toy *t, unsigned i, unsigned than)
{
	if (t->node[i].score != t->node[than].score)
		return t->node[i].score > t->node[than].score;
	return toy_role(t, i) == HA_ACTIVE && toy_role(t, than) != HA_ACTIVE;
}

static void
promote_best(struct world *w)
{
	struct toy *t = &w->t;
	int best = -1;

	for (unsigned i = 0; i < t->count; i++) {
		if (can_decide(w, &t->node[i]) && t->node[i].score > 0 &&
			(best < 0 || is_better(t, i, (unsigned)best)))
			best = (int)i;
	}
	if (best < 0)
		return;
	for (unsigned k = 0; k < t->count; k++) {
		if ((int)k != best && !knows_that_it_left(&t->node[best], &t->node[k]))
			return; /* the arbiter sees a leave no sooner than the group does */
	}
	if (!others_are_safe(w, (unsigned)best))
		return;
	if (toy_promote(t, (unsigned)best) == 0) {
		w->owner = best;
		w->moving = false;
		w->takeovers++;
	}
}

static void
look_after_owner(struct world *w)
{
	struct toy_node *nd = &w->t.node[w->owner];
	enum ha_role role = toy_role(&w->t, (unsigned)w->owner);

	if (nd->ha == NULL || (role != HA_ACTIVE && role != HA_CLAIMING && role != HA_DRAINING)) {
		w->owner = -1;
	} else if (!can_decide(w, nd)) {
		/* hung, or on the wrong side: somebody else, who can, decides about it */
		for (unsigned i = 0; i < w->t.count; i++) {
			if (can_decide(w, &w->t.node[i])) {
				w->owner = -1;
				return;
			}
		}
	} else if (role == HA_ACTIVE && rng_below(&w->t.rng, 12) == 0) {
		w->moving = true;
		(void)toy_demote(&w->t, (unsigned)w->owner);
	}
}

static void
arbiter(struct world *w)
{
	if (w->t.now.us < w->arbiter_us)
		return;
	w->arbiter_us = w->t.now.us + 1000 * (int64_t)(20 + rng_below(&w->t.rng, 300));
	if (w->owner >= 0)
		look_after_owner(w);
	if (w->owner < 0)
		promote_best(w);
}

/* --- faults ----------------------------------------------------------------------------------------------------------- */

static void
cut_or_merge(struct world *w, unsigned i)
{
	struct toy *t = &w->t;
	unsigned to = t->node[i].component == 0 ? 1 : 0;

	if (t->qdevice) /* one side keeps quorum, whichever */
		t->quorate_component = rng_below(&t->rng, 2) ? 0 : 1;
	toy_move(t, i, to);
	for (unsigned k = 0; k < t->count; k++) {
		bool all_there = true;

		for (unsigned m = 0; m < t->count; m++)
			all_there = all_there && t->node[m].component == t->node[k].component;
		if (all_there)
			t->quorate_component = t->node[k].component;
	}
	for (unsigned k = 0; t->qdevice && k < t->count; k++) {
		if (t->node[k].joined)
			toy_quorum(t, k, t->node[k].component == t->quorate_component);
	}
}

/*
 * Towards a succession of strangers: first all are alone but one, then the one that is left dies, and node i starts with
 * what its disk knows, which is less.
 */
static void
leave_alone(struct world *w, unsigned i)
{
	struct toy *t = &w->t;
	unsigned alive = 0, alone = 0;

	for (unsigned k = 0; k < t->count; k++) {
		if (t->node[k].ha == NULL)
			continue;
		alive++;
		alone = k;
	}
	if (alive > 1) {
		toy_kill(t, w->owner >= 0 ? (unsigned)w->owner : i);
	} else if (alive == 1 && alone != i && toy_role(t, alone) == HA_ACTIVE) {
		toy_power_off(t, alone);
		toy_start(t, i);
	}
}

static void
fault(struct world *w, unsigned i)
{
	struct toy *t = &w->t;
	struct toy_node *nd = &t->node[i];

	switch (rng_below(&t->rng, 11)) {
	case 0:
		toy_kill(t, i);
		break;
	case 1:
		toy_power_off(t, i);
		break;
	case 2:
	case 3:
		cut_or_merge(w, i);
		break;
	case 4:
		nd->paused = !nd->paused && nd->ha != NULL;
		break;
	case 5:
		if (!t->qdevice) {
			if (nd->joined)
				toy_ring_down(t, i);
			else
				toy_ring_up(t, i);
		}
		break;
	case 6:
	case 7:
		leave_alone(w, i);
		break;
	default:
		if (nd->ha == NULL)
			toy_start(t, i);
		else if (!nd->joined)
			toy_ring_up(t, i);
		nd->paused = false;
		break;
	}
}

static void
append_some(struct world *w)
{
	for (unsigned i = 0; i < w->t.count; i++) {
		struct toy_node *nd = &w->t.node[i];

		if (nd->paused || toy_role(&w->t, i) != HA_ACTIVE)
			continue;
		for (uint64_t k = rng_below(&w->t.rng, 4); k > 0; k--) {
			if (toy_append(&w->t, i, (unsigned)rng_below(&w->t.rng, TOY_KEYS),
				    rng_below(&w->t.rng, 100)) != 0)
				w->appended++;
		}
	}
}

static void
step(struct world *w, unsigned fault_rate)
{
	struct toy *t = &w->t;
	unsigned i = (unsigned)rng_below(&t->rng, t->count);

	t->now.us += (int64_t)rng_below(&t->rng, rng_below(&t->rng, 4) ? 2000 : 40000);
	for (unsigned k = 0; k < t->count; k++) {
		struct toy_node *nd = &t->node[k];

		if (nd->ha != NULL && !nd->paused &&
			(mono_due(ha_deadline(nd->ha), t->now) ||
				(nd->quorum_lost_us && nd->quorum_lost_us <= t->now.us)))
			toy_tick(t, k);
	}
	for (uint64_t k = rng_below(&t->rng, 6); k > 0; k--)
		(void)toy_order_one(t, (unsigned)rng_below(&t->rng, t->count));
	for (uint64_t k = rng_below(&t->rng, 8); k > 0; k--)
		(void)toy_read_one(t, (unsigned)rng_below(&t->rng, t->count));
	append_some(w);
	arbiter(w);
	if (rng_below(&t->rng, 1000) < fault_rate)
		fault(w, i);
}

/* --- a run ------------------------------------------------------------------------------------------------------------ */

static void
come_together(struct world *w)
{
	struct toy *t = &w->t;

	t->quorate_component = 0;
	t->quorum_denial_ms_max = 0;
	for (unsigned i = 0; i < t->count; i++) {
		t->node[i].paused = false;
		toy_move(t, i, 0);
	}
	for (unsigned i = 0; i < t->count; i++) {
		if (t->node[i].ha == NULL)
			toy_start(t, i);
		toy_ring_up(t, i);
		toy_quorum(t, i, true);
	}
	for (int k = 0; k < 60; k++) {
		toy_run(t, 100);
		if (w->owner >= 0 && toy_role(t, (unsigned)w->owner) != HA_ACTIVE)
			w->owner = -1;
		if (w->owner < 0)
			promote_best(w);
		if (k % 20 == 5)
			append_some(w);
	}
	toy_run(t, 6000);
	append_some(w);
	toy_run(t, 1000);
}

static void
check_rest(struct world *w)
{
	struct toy *t = &w->t;
	unsigned actives = 0, active = 0;

	for (unsigned i = 0; i < t->count; i++) {
		struct ha_view v = toy_view(t, i);

		if (v.role != HA_ACTIVE)
			continue;
		actives++;
		active = i;
		if (!v.gate_open || v.degraded || v.unconfirmed)
			BROKEN(w, "at rest: gate %d degraded %d unconfirmed %d", v.gate_open,
				v.degraded, v.unconfirmed);
	}
	if (actives != 1)
		BROKEN(w, "at rest: %u nodes are active", actives);
	for (unsigned i = 0; i < t->count; i++) {
		struct ha_view v = toy_view(t, i), a = toy_view(t, active);

		w->resyncs += v.counts.resyncs_full + v.counts.resyncs_partial;
		if (i != active &&
			(v.role != HA_STANDBY || v.epoch != a.epoch || v.offset != a.offset))
			BROKEN(w, "at rest: node %u is %s at %llu/%llu, the active at %llu/%llu",
				i + 1, ha_role_name(v.role), (unsigned long long)v.epoch,
				(unsigned long long)v.offset, (unsigned long long)a.epoch,
				(unsigned long long)a.offset);
		if (t->node[i].fsm.digest != t->node[active].fsm.digest)
			BROKEN(w, "at rest: node %u has another state", i + 1);
	}
}

static void
world_fini(struct world *w)
{
	toy_fini(&w->t);
	for (size_t i = 0; i < TOY_NODES; i++)
		mem_free(w->record[i].digest);
}

static void
run(struct world *w, uint64_t seed)
{
	struct rng r = { seed };
	unsigned nodes = rng_below(&r, 5) == 0 ? 3 : 2;
	unsigned fault_rate = (unsigned)(10 + rng_below(&r, 90));

	memset(w, 0, sizeof(*w));
	w->owner = -1;
	toy_init(&w->t, nodes, rng_next(&r));
	w->t.tracing = getenv("TANDEM_SOAK_TRACE") != NULL;
	w->t.observer = w;
	w->t.after_step = observe;
	w->t.conf.fencing = nodes == 3 || rng_below(&r, 3) != 0;
	w->t.qdevice = !w->t.conf.fencing;
	w->t.quorum_denial_ms_max = 1000;
	w->t.conf.mode = rng_below(&r, 6) == 0 ? HA_ASYNC : HA_CONFIRMED;
	w->t.conf.wire_version_max = (uint8_t)rng_below(&r, 2);
	for (unsigned i = 0; i < nodes; i++)
		toy_start(&w->t, i);
	for (unsigned k = 0; k < STEPS && w->broken[0] == '\0'; k++)
		step(w, k < 60 ? 0 : fault_rate);
	if (w->broken[0] == '\0')
		come_together(w);
	if (w->broken[0] == '\0')
		check_rest(w);
	if (w->t.tracing)
		printf("%.*s", STR_ARG(buf_as_str(&w->t.trace)));
}

static bool
run_seed(struct world *w, struct world *total, uint64_t seed)
{
	uint64_t hash;

	run(w, seed);
	hash = w->trace;
	total->takeovers += w->takeovers;
	total->resyncs += w->resyncs;
	total->confirmed += w->confirmed;
	total->unconfirmed += w->unconfirmed;
	total->appended += w->appended;
	total->strangers += w->strangers;
	if (w->broken[0] != '\0')
		printf("seed %llu: %s\n", (unsigned long long)seed, w->broken);
	if (w->broken[0] == '\0' && seed % 50 == 0) { /* the same seed, the same run */
		world_fini(w);
		run(w, seed);
		if (w->trace != hash) {
			printf("seed %llu: the second run differs from the first\n",
				(unsigned long long)seed);
			snprintf(w->broken, sizeof(w->broken), "differs");
		}
	}
	hash = w->broken[0];
	world_fini(w);
	return hash == '\0';
}

int
main(int argc, char **argv)
{
	uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000;
	struct world *w = mem_zalloc(sizeof(*w)), *total = mem_zalloc(sizeof(*total));
	uint64_t failed = 0;

	for (uint64_t seed = first; seed < first + count && failed < 10; seed++)
		failed += !run_seed(w, total, seed);
	printf("%llu takeovers, %llu of strangers, %llu resyncs finished, %llu deltas, %llu steps confirmed, %llu unconfirmed\n",
		(unsigned long long)total->takeovers, (unsigned long long)total->strangers,
		(unsigned long long)total->resyncs, (unsigned long long)total->appended,
		(unsigned long long)total->confirmed, (unsigned long long)total->unconfirmed);
	/* runs in which nothing happens prove nothing */
	if (count >= 100 &&
		(total->takeovers < count || total->resyncs < count || total->confirmed < count ||
			total->strangers < count / 50)) {
		printf("the runs are too quiet\n");
		failed++;
	}
	mem_free(w);
	mem_free(total);
	if (mem_live() != 0) {
		printf("%llu allocations were not given back\n", (unsigned long long)mem_live());
		failed++;
	}
	printf("%llu passed, %llu failed, 0 skipped\n",
		(unsigned long long)(count - (failed < count ? failed : count)),
		(unsigned long long)failed);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
