/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The observer: see sim_observer.h, and README.md for what each invariant demands.
 *
 * It judges effects (what a client or BroadWorks can see), never role variables alone. It looks into both nodes at
 * once, which no node can: that the standby holds what was let out is checked at the very moment it leaves.
 */
#include "tests/sim/sim_observer.h"

#include "proto/base/mem.h"
#include "tests/sim/sim_client.h"
#include "tests/sim/sim_node.h"

#include <inttypes.h>
#include <stdlib.h>

#define OBS_STATES 8192
#define OBS_EVENTS 4096
#define OBS_SUBS 1024
#define OBS_IDS_STEP 1024
#define OBS_ACTIVATIONS 64
#define OBS_STALL_US (1100 * SIM_MS)

struct obs_state {
	uint64_t epoch, offset, digest;
};

/* Where the state of a node was when a BroadWorks event had been handed to it. */
struct obs_event {
	uint64_t number, instance, epoch, offset;
};

/* Highest number of a subscription that a process has been handed. */
struct obs_sub {
	uint64_t number, instance, sequence;
};

struct sim_observer {
	struct ha_view before[SIM_NODES];
	struct mono clock[SIM_NODES];
	uint64_t clock_instance[SIM_NODES];
	/* who spoke last */
	uint64_t epoch, speaker;
	int64_t spoke_us;
	struct obs_activation {
		uint64_t epoch;
		int64_t at_us;
	} activations[OBS_ACTIVATIONS]; /* the latest */
	struct obs_state
		entered; /* position from which the last one to become active began; digest: its instance */
	uint64_t heir; /* has taken over with a loss: may begin in a lower epoch */
	uint64_t silenced,
		silenced_epoch; /* who spoke before a lossy takeover: never again in that epoch */
	unsigned speaker_node;
	uint64_t released; /* by that epoch, at its last effect */
	struct obs_copy {
		bool whole;   /* it kept all of it on its host */
		uint64_t era; /* of that host's file */
		uint64_t epoch, released, speaker;
	} copy, copy_before; /* at its last effect, and at the one before */
	bool full;           /* and it said that its standby had all of it */
	uint64_t cover;      /* instance of that standby */
	int64_t takeover_us;
	struct obs_state states[OBS_STATES];
	struct obs_event events[OBS_EVENTS];
	struct obs_sub subs[OBS_SUBS];
	uint64_t *ids;
	size_t id_count, id_size;
};

void
sim_observer_init(struct sim *s)
{
	s->observer = mem_zalloc(sizeof(*s->observer));
}

void
sim_observer_fini(struct sim *s)
{
	mem_free(s->observer->ids);
	mem_free(s->observer);
}

int64_t
sim_observer_takeover_us(const struct sim *s)
{
	return s->observer->takeover_us;
}

void
sim_observer_before(struct sim *s, unsigned node, const struct node_event *ev)
{
	struct sim_node *n = s->nodes[node];

	node_get_view(n->node, ev->now, &s->observer->before[node]);
}

/* --- IDS --------------------------------------------------------------------------------------------------- */

void
client_id_given(struct sim *s, struct sim_client *c, const char *what, uint64_t id)
{
	struct sim_observer *o = s->observer;

	for (size_t i = 0; i < o->id_count; i++)
		if (o->ids[i] == id)
			sim_world_fail(s, "IDS",
				"client %u gets %s %" PRIu64 ", which was given before", c->index,
				what, id);
	if (o->id_count == o->id_size) {
		o->id_size += OBS_IDS_STEP;
		o->ids = mem_realloc(o->ids, o->id_size * sizeof(o->ids[0]));
	}
	o->ids[o->id_count++] = id;
}

/* --- SAME-STATE -------------------------------------------------------------------------------------------- */

static void
obs_same_state(struct sim *s, unsigned node, const struct ha_view *v)
{
	struct obs_state *at = &s->observer->states[(v->epoch * 977 + v->offset) % OBS_STATES];
	uint64_t digest = node_digest(s->nodes[node]->node);

	if (v->role != HA_ACTIVE && v->role != HA_STANDBY)
		return;
	if (at->epoch != v->epoch || at->offset != v->offset)
		*at = (struct obs_state){ v->epoch, v->offset, digest };
	else if (at->digest != digest)
		sim_world_fail(s, "SAME-STATE",
			"%s (%s) at (%" PRIu64 ", %" PRIu64
			") has another state than was seen there before",
			sim_node_name(s, node), v->role == HA_ACTIVE ? "active" : "standby",
			v->epoch, v->offset);
}

/* --- ACK-RULE, PROMISE: the standby holds what leaves ------------------------------------------------------ */

static bool
obs_is_full(const struct ha_view *v)
{
	return v->role == HA_ACTIVE && v->peer.in_step && !v->unconfirmed && !v->degraded;
}

/* The standby of `v`'s node holds everything up to `offset`. What died, or came anew, cannot be asked. */
static bool
obs_standby_holds(struct sim *s, unsigned node, const struct ha_view *v, uint64_t offset)
{
	unsigned peer = 1 - node;
	struct ha_view pv;

	if (s->nodes[peer]->node == NULL || s->nodes[peer]->instance != s->observer->cover)
		return true;
	sim_node_view(s, peer, &pv);
	return pv.epoch > v->epoch || (pv.epoch == v->epoch && pv.offset >= offset);
}

static uint64_t
obs_event_number(struct str text)
{
	uint64_t number = 0;

	if (text.n > 6 && memcmp(text.p, "event-", 6) == 0 &&
		str_u64((struct str){ text.p + 6, text.n - 6 }, UINT64_MAX, &number))
		return number;
	return 0;
}

/* The first time counts: what is delivered once more is acknowledged without being taken in again. */
static void
obs_note_event(struct sim *s, uint64_t number, uint64_t instance, uint64_t epoch, uint64_t offset)
{
	struct obs_event *e = &s->observer->events[number % OBS_EVENTS];

	if (e->number != number || e->instance != instance || e->epoch != epoch)
		*e = (struct obs_event){ number, instance, epoch, offset };
}

/*
 * Where the state stands after what this step was given. Timers that were due in the same step have their say after it, of other
 * devices: then only the first delta is known to be the event's.
 */
static uint64_t
obs_event_offset(const struct sim *s, unsigned node, const struct ha_view *v)
{
	const struct sim_node *n = s->nodes[node];
	const struct ha_view *before = &s->observer->before[node];
	bool timers = n->tick_due.us <= n->clock.us;

	return timers && before->epoch == v->epoch && before->offset < v->offset ?
		before->offset + 1 :
		v->offset;
}

/* True for an event that its subscription has not shown to this process before: what is taken in must be replicated. */
static bool
obs_is_news(struct sim *s, uint64_t instance, struct str document)
{
	struct str id = south_text(document, "xsi:subscriptionId");
	uint64_t sub = 0, sequence = 0;
	struct obs_sub *at;

	if (id.n < 5 || !str_u64((struct str){ id.p + 4, id.n - 4 }, UINT64_MAX, &sub) ||
		!str_u64(south_text(document, "xsi:sequenceNumber"), UINT32_MAX, &sequence) ||
		memmem(document.p, document.n, "SubscriptionTerminatedEvent", 27) != NULL)
		return false;
	at = &s->observer->subs[sub % OBS_SUBS];
	if (at->number == sub && at->instance == instance && sequence <= at->sequence)
		return false;
	*at = (struct obs_sub){ sub, instance, sequence };
	return true;
}

/* Notes where the state stands after the step that took this event in. A document cut in two is not noted. */
static void
obs_note_events(struct sim *s, unsigned node, const struct node_event *ev, const struct ha_view *v)
{
	static const char first[] = "<xsi:eventID>", last[] = "</xsi:Event>";
	uint64_t instance = s->nodes[node]->instance;
	struct str rest = ev->bytes;
	const char *begin, *end;

	while ((begin = memmem(rest.p, rest.n, first, sizeof(first) - 1)) != NULL) {
		rest = (struct str){ begin, (size_t)(rest.p + rest.n - begin) };
		end = memmem(rest.p, rest.n, last, sizeof(last) - 1);
		if (end == NULL)
			return;
		struct str document = { begin, (size_t)(end - begin) };
		uint64_t number = obs_event_number(south_text(document, "xsi:eventID"));

		rest = (struct str){ end, (size_t)(rest.p + rest.n - end) };
		if (number != 0 && obs_is_news(s, instance, document) &&
			sim_south_sent_once(s, number))
			obs_note_event(s, number, instance, v->epoch, obs_event_offset(s, node, v));
	}
}

static void
obs_acknowledgement(
	struct sim *s, unsigned node, const struct node_action *a, const struct ha_view *v)
{
	uint64_t number = obs_event_number(south_text(a->bytes, "eventID"));
	const struct obs_event *e = &s->observer->events[number % OBS_EVENTS];

	if (!str_is(south_text(a->bytes, "statusCode"), "200") ||
		s->faults & 1u << SIM_FAULT_renumber)
		return; /* refused; or perhaps passed over, which cannot be seen from here when numbers begin anew */
	if (number == 0 || e->number != number || e->instance != s->nodes[node]->instance ||
		e->epoch != v->epoch)
		return;
	if (obs_is_full(v) && !obs_standby_holds(s, node, v, e->offset))
		sim_world_fail(s, "ACK-RULE",
			"%s acknowledges event-%" PRIu64 " (offset %" PRIu64
			"), which its standby does not hold",
			sim_node_name(s, node), number, e->offset);
}

/* --- ONE-VOICE --------------------------------------------------------------------------------------------- */

static bool
obs_is_effect(enum node_action_kind kind)
{
	return kind == NODE_ACT_CLIENT_SEND || kind == NODE_ACT_HTTP ||
		kind == NODE_ACT_STREAM_OPEN;
}

static void
obs_voice(struct sim *s, unsigned node, const struct ha_view *before, const struct ha_view *v)
{
	struct sim_observer *o = s->observer;
	uint64_t epoch = v->role == HA_ACTIVE ? v->epoch : before->epoch;
	uint64_t instance = s->nodes[node]->instance;

	if (v->role != HA_ACTIVE && before->role != HA_ACTIVE) {
		sim_world_fail(
			s, "ONE-VOICE", "%s speaks, but is not active", sim_node_name(s, node));
	} else if (instance == o->heir && instance != o->speaker) {
		o->silenced = o->speaker;
		o->silenced_epoch = o->epoch;
		o->heir = 0;
	} else if (instance == o->silenced && epoch <= o->silenced_epoch) {
		sim_world_fail(s, "ONE-VOICE",
			"%s speaks in epoch %" PRIu64 ", though another has taken over from it",
			sim_node_name(s, node), epoch);
	} else if (epoch < o->epoch && epoch / 8 == o->epoch / 8 && node != o->speaker_node &&
		s->nodes[node]->epoch_disk < o->epoch) {
		/* two that never met may claim one generation (docs/ha-protocol.md 5): what it has seen would be on its
		 * disk. The numbers say nothing then, but the other one is silenced for good */
		o->silenced = o->speaker;
		o->silenced_epoch = o->epoch;
	} else if (epoch < o->epoch) {
		sim_world_fail(s, "ONE-VOICE",
			"%s speaks in epoch %" PRIu64 " after epoch %" PRIu64 " has spoken",
			sim_node_name(s, node), epoch, o->epoch);
	} else if (epoch == o->epoch && o->speaker != instance) {
		sim_world_fail(s, "ONE-VOICE", "%s speaks in epoch %" PRIu64 ", and so did another",
			sim_node_name(s, node), epoch);
	}
	o->epoch = epoch;
	o->spoke_us = s->now_us;
	o->speaker = instance;
	o->speaker_node = node;
	o->released = v->role == HA_ACTIVE ? v->released : o->released;
}

/* Without fencing the old owner may speak on for a while, unconfirmed: its heir knows nothing of that. */
static void
obs_late_effects(struct sim *s, unsigned node, const struct ha_view *v)
{
	struct sim_observer *o = s->observer;

	if (o->entered.digest == s->nodes[node]->instance || o->entered.epoch != v->epoch ||
		v->released <= o->entered.offset || o->heir == o->entered.digest)
		return;
	sim_world_trace(s, "%s lets out what its heir does not hold", sim_node_name(s, node));
	if (obs_is_full(v) || s->nodes[node]->conf.fencing)
		sim_world_fail(s, "PROMISE", "%s lets out what its heir does not hold",
			sim_node_name(s, node));
	o->heir = o->entered.digest;
	s->totals.lossy++;
	sim_client_taint(s);
}

static void
obs_effects(struct sim *s, unsigned node, const struct node_event *ev, const struct node_out *out,
	const struct ha_view *v)
{
	struct sim_observer *o = s->observer;
	const struct ha_view *before = &o->before[node];
	size_t count = node_out_count(out);
	bool spoke = false;

	for (size_t i = 0; i < count && !s->failed; i++) {
		struct node_action a = node_out_at(out, i);

		if (!obs_is_effect(a.kind))
			continue;
		spoke = true;
		if (a.kind == NODE_ACT_HTTP && a.path.n > 14 &&
			memcmp(a.path.p + a.path.n - 14, "/eventresponse", 14) == 0)
			obs_acknowledgement(s, node, &a, v);
	}
	if (!spoke || s->failed)
		return;
	obs_voice(s, node, before, v);
	obs_late_effects(s, node, v);
	o->full = obs_is_full(v);
	s->nodes[node]->copy.undone = false; /* known when its actions are performed */
	o->copy_before = o->copy;
	o->copy = (struct obs_copy){ v->copied, s->nodes[node]->copy.era, o->epoch, o->released,
		o->speaker };
	if (o->full && !obs_standby_holds(s, node, v, v->released))
		sim_world_fail(s, "PROMISE",
			"%s lets effects up to offset %" PRIu64
			" out, which its standby does not hold",
			sim_node_name(s, node), v->released);
	if (o->clock_instance[node] == s->nodes[node]->instance && before->role == HA_ACTIVE &&
		ev->now.us - o->clock[node].us > OBS_STALL_US)
		sim_world_fail(s, "STALE",
			"%s speaks right after not having run for %" PRId64 " ms",
			sim_node_name(s, node), (ev->now.us - o->clock[node].us) / SIM_MS);
}

/* --- takeovers --------------------------------------------------------------------------------------------- */

static bool
obs_stopping(const struct sim_client *c)
{
	for (unsigned i = 0; i < CLIENT_PENDING_MAX; i++)
		if (c->pending[i].used && c->pending[i].kind == CR_STOP_SESSION)
			return true;
	return false;
}

/* Sessions and monitors that clients were promised. */
static void
obs_promised(const struct sim *s, unsigned *sessions, unsigned *monitors)
{
	*sessions = *monitors = 0;
	for (unsigned i = 0; i < s->client_count; i++) {
		const struct sim_client *c = s->clients[i];

		if (c->mode == CLIENT_PLAIN || c->session == 0 || c->tainted || obs_stopping(c) ||
			sim_client_may_be_forgotten(s, c))
			continue;
		++*sessions;
		for (unsigned k = 0; k < SOUTH_USERS_MAX; k++)
			*monitors += c->devices[k].cross_ref != 0;
	}
}

static bool
obs_lives(const struct sim *s, uint64_t instance)
{
	for (unsigned i = 0; i < SIM_NODES; i++)
		if (s->nodes[i]->node != NULL && s->nodes[i]->instance == instance)
			return true;
	return false;
}

static bool
obs_left_itself(unsigned node, const struct node_event *ev)
{
	return ev->kind == NODE_EV_CONFCHG && ev->confchg->left_count > 0 &&
		ev->confchg->left[0].node_id == node + 1;
}

/* With fencing nothing but an order or the loss of its own ring ends an active: a peer that comes back does not. */
static void
obs_stays_active(struct sim *s, unsigned node, const struct node_event *ev, const struct ha_view *v)
{
	if (s->observer->before[node].role != HA_ACTIVE || v->role != HA_FENCED ||
		!s->nodes[node]->conf.fencing)
		return;
	if (ev->kind != NODE_EV_RING_DOWN && ev->kind != NODE_EV_RING_UP &&
		!obs_left_itself(node, ev))
		sim_world_fail(s, "REJOIN",
			"%s gives up its epoch %" PRIu64 ", though nobody ordered it",
			sim_node_name(s, node), s->observer->before[node].epoch);
}

/* Whoever knows of that leaves the file: the other one may have spoken. */
static bool
obs_another_was_active(const struct sim_observer *o, unsigned node)
{
	for (unsigned i = 0; i < OBS_ACTIVATIONS; i++)
		if (o->activations[i].at_us > o->spoke_us &&
			o->activations[i].epoch % 8 != node + 1)
			return true;
	return false;
}

/*
 * What is in the file of this host, if another process of it spoke last. It is written before anything leaves: of a step that ended
 * before that nothing has left.
 */
static const struct obs_copy *
obs_copy(const struct sim *s, unsigned node)
{
	const struct sim_observer *o = s->observer;
	const struct sim_node *n = s->nodes[node];
	const struct obs_copy *copy = n->copy.undone ? &o->copy_before : &o->copy;

	return copy->whole && copy->speaker == o->speaker && node == o->speaker_node &&
			n->instance != o->speaker && n->copy.era == copy->era &&
			!obs_another_was_active(o, node) ?
		copy :
		NULL;
}

/*
 * Does who begins there know of everything that has left? Numbers do not say it: two that never met may have claimed epochs without
 * knowing of each other's, and the state of one that is dead comes back from its host. Later is what began later.
 */
static bool
obs_knows(const struct sim_observer *o, const struct ha_view *base)
{
	if (base->epoch == o->epoch)
		return base->offset >= o->released;
	for (unsigned i = 0; i < OBS_ACTIVATIONS; i++)
		if (base->epoch != 0 && o->activations[i].epoch == base->epoch)
			return o->activations[i].at_us > o->spoke_us;
	return false;
}

static void
obs_takeover(struct sim *s, unsigned node, const struct node_event *ev, const struct ha_view *v)
{
	struct sim_observer *o = s->observer;
	const struct ha_view *base = &o->before[node];
	const struct obs_copy *copy = obs_copy(s, node);
	struct node_counts counts;
	unsigned sessions, monitors;

	o->takeover_us = s->now_us;
	s->totals.takeovers++;
	sim_world_trace(s, "%s is active in epoch %" PRIu64 ", base (%" PRIu64 ", %" PRIu64 ")",
		sim_node_name(s, node), v->epoch, base->epoch, base->offset);
	if (copy != NULL &&
		(base->epoch < copy->epoch ||
			(base->epoch == copy->epoch && base->offset < copy->released)))
		sim_world_fail(s, "PROMISE",
			"%s has (%" PRIu64 ", %" PRIu64
			") on its host, but takes over from (%" PRIu64 ", %" PRIu64 ")",
			sim_node_name(s, node), copy->epoch, copy->released, base->epoch,
			base->offset);
	s->totals.resumed += copy != NULL;
	o->activations[s->totals.takeovers % OBS_ACTIVATIONS] =
		(struct obs_activation){ v->epoch, s->now_us };
	o->entered = (struct obs_state){ base->epoch, base->offset, s->nodes[node]->instance };
	if (o->epoch == 0)
		return;
	if (!obs_knows(o, base)) {
		if (o->full && o->cover == s->nodes[node]->instance)
			sim_world_fail(s, "PROMISE",
				"%s was in step up to (%" PRIu64 ", %" PRIu64
				"), but takes over from (%" PRIu64 ", %" PRIu64 ")",
				sim_node_name(s, node), o->epoch, o->released, base->epoch,
				base->offset);
		sim_world_trace(s, "this takeover loses what was never confirmed");
		s->totals.lossy++;
		sim_client_taint(s);
		/* nobody whom it can reach knows of that epoch: no rule of the pair leads above it. The old speaker is silent for good */
		if (!obs_lives(s, o->speaker) || !s->nodes[node]->conf.fencing) {
			o->heir = s->nodes[node]->instance;
		}
		return;
	}
	node_get_counts(s->nodes[node]->node, ev->now, &counts);
	obs_promised(s, &sessions, &monitors);
	if (counts.sessions < sessions || counts.monitors < monitors)
		sim_world_fail(s, "PROMISE",
			"%s takes over %u sessions and %u monitors, but clients were promised %u and %u",
			sim_node_name(s, node), counts.sessions, counts.monitors, sessions,
			monitors);
}

void
sim_observer_after(
	struct sim *s, unsigned node, const struct node_event *ev, const struct node_out *out)
{
	struct sim_observer *o = s->observer;
	struct sim_node *n = s->nodes[node];
	struct ha_view v;

	node_get_view(n->node, ev->now, &v);
	sim_world_hash(s, (uint64_t)s->now_us << 8 ^ (uint64_t)ev->kind << 4 ^ (uint64_t)v.role);
	sim_world_hash(s,
		v.epoch << 40 ^ v.offset ^ v.released << 20 ^ node_digest(n->node) ^ n->instance);
	if (obs_is_full(&v) && !obs_is_full(&o->before[node]))
		o->cover = s->nodes[1 - node]->instance;
	if (v.role == HA_ACTIVE && o->before[node].role != HA_ACTIVE)
		obs_takeover(s, node, ev, &v);
	obs_stays_active(s, node, ev, &v);
	if (ev->kind == NODE_EV_STREAM_DATA)
		obs_note_events(s, node, ev, &v);
	obs_same_state(s, node, &v);
	obs_effects(s, node, ev, out, &v);
	o->clock[node] = ev->now;
	o->clock_instance[node] = n->instance;
}
