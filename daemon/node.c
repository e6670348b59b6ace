/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The composition of a node: see node.h.
 *
 * One step: ha_tick (time, lease, stall), the input goes to its room, role changes are carried out, time-outs,
 * ha_flush (what was decided is multicast), then the pumps let out what the gate allows.
 *
 * Entering ACTIVE, in one screen, is node_enter_active().
 */
#include "daemon/node.h"

#include "daemon/bw_part.h"
#include "daemon/node_part.h"
#include "daemon/sess_assoc.h"
#include "daemon/sess_login.h"
#include "proto/base/check.h"
#include "proto/base/limits.h"

#include <inttypes.h>
#include <stdio.h>

#define NODE_HEALTH_MS 500

/* deltas: the replicated state as replication sees it */

static void
node_trace_applied(struct node *node, uint16_t kind, const uint8_t *p, size_t n)
{
	struct trace_at at;
	struct ha_view v;

	ha_get_view(node->x.ha, node->x.now, &v);
	at = ctx_trace_at(&node->x, v.offset + 1);
	trace_delta(&at, kind, p, n, false);
}

static int
node_fsm_apply(void *arg, uint16_t kind, uint16_t version, const uint8_t *p, size_t n)
{
	struct node *node = arg;

	if (!ctx_is_active(&node->x)) {
		node->x.offset = 0; /* what a standby says is confirmed by definition */
		if (node->x.traces.on != 0)
			node_trace_applied(node, kind, p, n);
	}
	return core_apply(&node->x.model, kind, version, p, n);
}

static void
node_put_say(void *arg, struct buf *out)
{
	struct node *node = arg;

	say_snapshot(&node->say, out);
}

static int
node_fsm_write(void *arg, size_t bytes_max, uint64_t *size)
{
	struct node *node = arg;
	int rv = core_snap_write(&node->x.model, bytes_max, size);

	return rv == E_OK ? core_snap_add(&node->x.model, node_put_say, node, size) : rv;
}

static void
node_fsm_read(void *arg, size_t bytes_max, struct buf *out)
{
	struct node *node = arg;

	core_snap_read(&node->x.model, bytes_max, out);
}

static void
node_fsm_drop(void *arg)
{
	struct node *node = arg;

	core_snap_drop(&node->x.model);
}

static int
node_restore_record(struct node *node, struct rd *r)
{
	uint16_t kind = rd_u16(r);
	uint32_t n = rd_u32(r);
	const uint8_t *p = rd_raw(r, n);

	if (p == NULL)
		return E_MALFORMED;
	if (kind == SAY_RECORD_MESSAGE)
		return say_restore(&node->say, p, n);
	return core_restore_record(&node->x.model, kind, p, n);
}

static int
node_fsm_restore(void *arg, const uint8_t *p, size_t n, size_t bytes_max, size_t *at)
{
	struct node *node = arg;
	struct rd r = rd_of(p, n);
	size_t stop = bytes_max < n - *at ? *at + bytes_max : n;
	int rv = E_OK;

	if (*at == 0)
		core_clear(&node->x.model);
	r.off = *at;
	while (rv == E_OK && !r.bad && r.off < stop)
		rv = node_restore_record(node, &r);
	*at = r.off;
	if (rv != E_OK || r.bad) {
		core_clear(&node->x.model);
		return rv != E_OK ? rv : E_MALFORMED;
	}
	return r.off < n ? E_AGAIN : E_OK;
}

static uint64_t
node_fsm_digest(void *arg)
{
	struct node *node = arg;

	return node->x.model.digest;
}

/* core_emitter: every decision of this node passes here */
static void
node_emit(uint16_t kind, const uint8_t *p, size_t n, void *arg)
{
	struct node *node = arg;
	uint64_t offset;

	REQUIRE(ctx_is_active(&node->x));
	node->x.offset++; /* tags what is said while the delta is applied */
	if (node->x.traces.on != 0) {
		struct trace_at at = ctx_trace_at(&node->x, node->x.offset);

		trace_delta(&at, kind, p, n, true);
	}
	offset = ha_append(node->x.ha, node->x.now, kind, CORE_DELTA_VERSION, p, n);
	REQUIRE(offset == node->x.offset);
}

static void
node_device_gone(struct core_device *d, void *arg)
{
	/* core_init() has one argument for both callbacks: the say room, which knows the context */
	struct say *say = arg;
	struct node *node = (struct node *)(void *)((char *)say - offsetof(struct node, say));

	bw_device_gone(&node->bw, d);
}

struct node *
node_new(const struct conf *conf, uint32_t node_id, uint64_t epoch_floor, uint64_t seed,
	const struct log *log)
{
	struct node *n = mem_zalloc(sizeof(*n));
	struct ha_fsm fsm = { node_fsm_apply, node_fsm_write, node_fsm_read, node_fsm_drop,
		node_fsm_restore, node_fsm_digest, n };
	struct ha_conf ha = { .node_id = node_id,
		.solo = !conf->clustered,
		.fencing = conf->fencing,
		.third_vote = conf->third_vote,
		.mode = conf->confirmed ? HA_CONFIRMED : HA_ASYNC,
		.beat_ms = conf->beat_ms,
		.lease_ms = conf->lease_ms,
		.confirm_timeout_ms = conf->confirm_timeout_ms,
		.stall_ms = conf->stall_ms,
		.lag_ms_max = conf->lag_ms_max,
		.snapshot_step_bytes = conf->snapshot_step_bytes,
		.config_hash = conf_hash(conf),
		.copy = conf->copy_dir[0] != '\0',
		.epoch_floor = epoch_floor };
	struct bw_hooks hooks = { svc_device_subscribed, svc_device_refused, svc_device_confirmed,
		svc_request_over, &n->svc };

	n->owner = (uint8_t)node_id;
	n->node_id = node_id;
	n->x.conf = conf;
	n->x.log = log;
	n->x.rng.s = seed;
	n->x.xml = xml_new();
	n->x.em = (struct core_emitter){ .emit = node_emit, .arg = n };
	buf_init(&n->x.em.buf, 8192);
	say_init(&n->say, &n->x);
	core_init(&n->x.model, say_fact, node_device_gone, &n->say);
	sess_init(&n->sess, &n->x, &n->say, svc_request, &n->svc);
	bw_init(&n->bw, &n->x, &hooks);
	svc_init(&n->svc, &n->x, &n->sess, &n->bw);
	ha_out_init(&n->ring);
	n->quiet_due = n->promised = MONO_NEVER;
	n->reason = METER_REASON_START;
	n->x.ha = ha_new(&ha, &fsm, seed ^ 0x5eedu, log);
	return n;
}

void
node_set_secret(struct node *n, uint64_t (*draw)(void *arg), void *arg)
{
	n->x.secret = (struct ctx_secret){ draw, arg };
}

void
node_set_clock(struct node *n, int64_t (*clock)(void *arg), void *arg)
{
	n->x.traces.clock = clock;
	n->x.traces.arg = arg;
}

void
node_free(struct node *n)
{
	struct node_out *none;

	if (n == NULL)
		return;
	none = node_out_new();
	n->x.out = none;
	trace_fini(&n->x.traces);
	notes_fini(&n->notes);
	bw_fini(&n->bw);
	svc_fini(&n->svc);
	core_fini(&n->x.model);
	sess_fini(&n->sess);
	say_fini(&n->say);
	ha_free(n->x.ha);
	ha_out_fini(&n->ring);
	xml_free(n->x.xml);
	buf_fini(&n->x.em.buf);
	node_out_free(none);
	mem_free(n);
}

/* roles */

static void
node_listen(struct node *n, bool on)
{
	if (n->listening == on)
		return;
	n->listening = on;
	ctx_act(&n->x, &(struct node_action){ .kind = NODE_ACT_LISTEN, .flag = on });
	if (on)
		ctx_history(&n->x, "listening", "\"epoch\":%" PRIu64, ha_epoch(n->x.ha));
}

static void
node_devices_out(struct node *n)
{
	struct core_device *d;

	for (d = n->x.model.devices; d != NULL; d = d->by_id.next) {
		const struct bw_device *bd = d->south;

		if (bd == NULL || !bd->confirmed)
			core_decide_service(&n->x.em, d, CORE_SERVICE_OUT);
	}
}

/*
 * This node speaks now (architecture: takeover, in order): the epoch goes into the state, the requests of the dead
 * owner end, devices are told out of service (at once, or after the quiet time), the clients' door opens, their
 * dead connections are made known to them, and the BroadWorks side begins.
 */
static void
node_enter_active(struct node *n)
{
	struct ha_view v;

	ha_get_view(n->x.ha, n->x.now, &v);
	n->x.offset = v.offset;
	n->was_active = true;
	n->x.meter.activations[n->reason]++;
	n->reason =
		METER_REASON_SWITCHOVER; /* whom another one follows had an active, if it is alive */
	node_phases_begin(&n->phases, &n->x.meter, &n->takeover, n->x.now, n->x.wall_us, v.epoch);
	log_emit(n->x.log, M_ACTIVE, "epoch=%" PRIu64 " devices=%u calls=%u sessions=%u", v.epoch,
		(unsigned)HASH_CNT(by_id, n->x.model.devices),
		(unsigned)HASH_CNT(by_id, n->x.model.calls),
		(unsigned)HASH_CNT(by_id, n->x.model.sessions));
	ctx_history(&n->x, "active",
		"\"epoch\":%" PRIu64 ",\"devices\":%u,\"calls\":%u,\"sessions\":%u", v.epoch,
		(unsigned)HASH_CNT(by_id, n->x.model.devices),
		(unsigned)HASH_CNT(by_id, n->x.model.calls),
		(unsigned)HASH_CNT(by_id, n->x.model.sessions));
	/* before sessions without a resume go: their clients must notice, too */
	sess_nudge_all(&n->sess);
	CORE_EMIT(&n->x.em, epoch, .epoch = v.epoch, .owner = n->owner);
	sess_activate(&n->sess);
	bw_activate(&n->bw);
	svc_activate(&n->svc);
	if (n->x.conf->quiet_ms > 0)
		n->quiet_due = mono_add_ms(n->x.now, n->x.conf->quiet_ms);
	else
		node_devices_out(n);
	bw_update_status(&n->bw);
	/* the listener opens with the gate: see node_step() */
}

static void
node_leave_active(struct node *n)
{
	n->quiet_due = MONO_NEVER;
	node_listen(n, false);
	sess_deactivate(&n->sess, n->moves);
	n->moves = false;
	svc_deactivate(&n->svc);
	bw_deactivate(&n->bw);
}

static void
node_role_changed(struct node *n, enum ha_role from, enum ha_role to)
{
	log_emit(n->x.log, M_ROLE, "%s -> %s", ha_role_name(from), ha_role_name(to));
	ctx_history(&n->x, "role", "\"from\":\"%s\",\"to\":\"%s\"", ha_role_name(from),
		ha_role_name(to));
	if (from == HA_ACTIVE)
		node_leave_active(n);
	if (to == HA_ACTIVE)
		node_enter_active(n);
	if (to == HA_JOINING || to == HA_SYNCING || to == HA_STANDBY)
		node_phases_follow(&n->phases);
	if (to == HA_STANDBY)
		n->reason =
			METER_REASON_SWITCHOVER; /* there is an active, until something else is heard of it */
}

static const char *
node_reason_name(enum ha_reason reason)
{
	static const char *const names[] = { "join", "leave", "nodedown", "nodeup", "procdown",
		"unknown" };

	return names[reason];
}

/* What a takeover is put down to, should there be one. */
static void
node_note_lost(struct node *n, enum ha_reason reason)
{
	if (ha_role(n->x.ha) == HA_ACTIVE)
		return;
	node_phases_lost(&n->phases, n->x.now);
	n->reason = reason == HA_REASON_PROCDOWN ? METER_REASON_PROCESS :
		reason == HA_REASON_LEAVE        ? METER_REASON_SWITCHOVER :
						   METER_REASON_NODE;
}

static void
node_confchg(struct node *n, const struct ha_confchg *c)
{
	for (size_t i = 0; i < c->left_count; i++)
		n->x.meter.memberships[c->left[i].reason]++;
	for (size_t i = 0; i < c->joined_count; i++)
		n->x.meter.memberships[c->joined[i].reason]++;
	ha_confchg(n->x.ha, n->x.now, c, &n->ring);
}

static void
node_ring_action(struct node *n, const struct ha_action *a)
{
	switch (a->kind) {
	case HA_ACT_MCAST:
		ctx_act(&n->x,
			&(struct node_action){ .kind = NODE_ACT_MCAST,
				.bytes = { (const char *)n->ring.bytes.p + a->off, a->len } });
		break;
	case HA_ACT_ROLE:
		node_role_changed(n, a->from, a->to);
		break;
	case HA_ACT_SAVE_EPOCH:
		ctx_act(&n->x,
			&(struct node_action){ .kind = NODE_ACT_SAVE_EPOCH, .number = a->epoch });
		break;
	case HA_ACT_PEER_DEAD:
		node_peer_died(n, a->node_id, a->was_active);
		break;
	case HA_ACT_PEER_LOST:
		node_note_lost(n, a->reason);
		ctx_history(&n->x, "peer-lost", "\"node\":%u,\"reason\":\"%s\"", a->node_id,
			node_reason_name(a->reason));
		break;
	case HA_ACT_SCORE:
		ctx_act(&n->x, &(struct node_action){ .kind = NODE_ACT_SCORE });
		break;
	case HA_ACT_COPY:
		ctx_act(&n->x,
			&(struct node_action){ .kind = NODE_ACT_COPY,
				.number = a->copy,
				.id = a->number,
				.bytes = { (const char *)n->ring.bytes.p + a->off, a->len } });
		break;
	case HA_ACT_REJOIN:
		ctx_act(&n->x, &(struct node_action){ .kind = NODE_ACT_REJOIN });
		break;
	}
}

/* Performs what ha asked for so far; entering a role may make it ask for more. */
static void
node_ring_actions(struct node *n)
{
	for (size_t i = 0; i < n->ring.count; i++) {
		struct ha_action a = n->ring.actions[i];

		node_ring_action(n, &a);
	}
	ha_out_reset(&n->ring);
}

/* inputs */

static void
node_order_promote(struct node *n)
{
	err_clear(&n->refusal);
	if (ha_role(n->x.ha) != HA_ACTIVE) {
		node_phases_ask(&n->phases, n->x.now);
		ctx_history(
			&n->x, "promote-asked", "\"role\":\"%s\"", ha_role_name(ha_role(n->x.ha)));
	}
	if (ha_promote(n->x.ha, n->x.now, &n->ring, &n->refusal) != E_OK)
		log_emit(n->x.log, M_ROLE, "promote refused: %s", n->refusal.text);
}

static void
node_order_demote(struct node *n)
{
	err_clear(&n->refusal);
	ctx_history(&n->x, "demote-asked", "\"role\":\"%s\"", ha_role_name(ha_role(n->x.ha)));
	/* one that stops ends its connections with itself */
	n->moves = ha_role(n->x.ha) == HA_ACTIVE && !n->stopping;
	if (ha_demote(n->x.ha, n->x.now, &n->ring, &n->refusal) != E_OK)
		log_emit(n->x.log, M_ROLE, "demote refused: %s", n->refusal.text);
}

static void
node_order_resync(struct node *n, struct str name)
{
	struct core_device *d = core_device_by_id(&n->x.model, name);

	err_clear(&n->refusal);
	if (d == NULL)
		d = core_device_by_user(&n->x.model, name);
	if (!ctx_is_active(&n->x)) {
		err_set(&n->refusal, E_STATE, "this node is not active: ask the other one");
		return;
	}
	if (name.n > 0 && d == NULL) {
		err_set(&n->refusal, E_UNKNOWN, "nobody monitors %.*s", STR_ARG(name));
		return;
	}
	ctx_history(&n->x, "resync-asked", "\"all\":%s", name.n == 0 ? "true" : "false");
	if (name.n > 0) {
		bw_ask_ordered(&n->bw, d, true);
		return;
	}
	/* no doubt: nobody is told out of service because an operator looks */
	for (d = n->x.model.devices; d != NULL; d = d->by_id.next)
		bw_ask_ordered(&n->bw, d, d->half_count > 0);
}

static void
node_order_stop(struct node *n)
{
	n->stopping = true;
	log_emit(n->x.log, M_START, "stopping");
	if (ha_role(n->x.ha) == HA_ACTIVE)
		node_order_demote(n);
}

static void
node_order_start(struct node *n, struct str copy)
{
	n->started = n->x.now;
	node_phases_ask(
		&n->phases, n->x.now); /* of a node without a cluster, which nobody orders */
	n->health_due = n->x.now;
	log_emit(n->x.log, M_START, "node %s starts", n->x.conf->node_name);
	ha_start(n->x.ha, n->x.now, &n->ring);
	if (copy.n > 0 && n->x.conf->clustered)
		node_load_copy(n, copy);
}

static void
node_ring_up(struct node *n, uint32_t pid)
{
	log_emit(n->x.log, M_CLUSTER_LINK, "joined the group");
	ha_ring_up(n->x.ha, n->x.now, pid, &n->ring);
}

static void
node_ring_down(struct node *n)
{
	log_emit(n->x.log, M_CLUSTER_LINK, "the connection to corosync is lost");
	ha_ring_down(n->x.ha, n->x.now, &n->ring);
}

static void
node_south_input(struct node *n, const struct node_event *ev)
{
	struct bw_answer answer = {
		.status = ev->number,
		.why = ev->text,
		.body = ev->bytes,
		.location = ev->text2,
		.retry_after_s = ev->retry_after_s,
	};

	switch ((int)ev->kind) {
	case NODE_EV_HTTP_DONE:
		bw_http_done(&n->bw, ev->id, &answer);
		break;
	case NODE_EV_HTTP_DATA:
		bw_http_data(&n->bw, ev->id, ev->bytes);
		break;
	case NODE_EV_STREAM_DATA:
		bw_stream_data(&n->bw, ev->id, ev->bytes);
		break;
	case NODE_EV_STREAM_CLOSED:
		bw_stream_closed(&n->bw, ev->id, &answer);
		break;
	case NODE_EV_SOUTH_OPEN:
		bw_south_open(&n->bw, ev->id);
		break;
	case NODE_EV_SOUTH_DATA:
		bw_south_data(&n->bw, ev->id, ev->bytes);
		break;
	case NODE_EV_SOUTH_CLOSED:
		bw_south_closed(&n->bw, ev->id, ev->text);
		break;
	case NODE_EV_SECRET:
		bw_secret(&n->bw, (uint32_t)ev->number, ev->flag, ev->bytes, ev->text);
		break;
	case NODE_EV_RESOLVED:
		bw_resolved(&n->bw, ev->id, ev->flag, ev->bytes, ev->text);
		break;
	default:
		break;
	}
}

static void
node_order_trace(struct node *n, struct str what)
{
	err_clear(&n->refusal);
	(void)trace_start(&n->x.traces, &n->x.model, what, n->x.now, &n->refusal);
}

static void
node_ring_input(struct node *n, const struct node_event *ev)
{
	struct ctx *x = &n->x;

	switch ((int)ev->kind) {
	case NODE_EV_COPY_LOST:
		ha_copy_lost(x->ha, x->now);
		break;
	case NODE_EV_RING_UP:
		node_ring_up(n, (uint32_t)ev->number);
		break;
	case NODE_EV_RING_DOWN:
		node_ring_down(n);
		break;
	case NODE_EV_CONFCHG:
		node_confchg(n, ev->confchg);
		break;
	case NODE_EV_DELIVER:
		if (!node_note_deliver(n, ev->from_node, ev->bytes))
			ha_deliver(x->ha, x->now, ev->from_node, (uint32_t)ev->number,
				(const uint8_t *)ev->bytes.p, ev->bytes.n, &n->ring);
		break;
	case NODE_EV_QUORUM:
		ha_quorum(x->ha, x->now, ev->flag, &n->ring);
		break;
	}
}

static void
node_input(struct node *n, const struct node_event *ev)
{
	switch (ev->kind) {
	case NODE_EV_START:
		node_order_start(n, ev->bytes);
		break;
	case NODE_EV_TICK:
		break;
	case NODE_EV_COPY_LOST:
	case NODE_EV_RING_UP:
	case NODE_EV_RING_DOWN:
	case NODE_EV_CONFCHG:
	case NODE_EV_DELIVER:
	case NODE_EV_QUORUM:
		node_ring_input(n, ev);
		break;
	case NODE_EV_PROMOTE:
		node_order_promote(n);
		break;
	case NODE_EV_DEMOTE:
		node_order_demote(n);
		break;
	case NODE_EV_RESYNC:
		node_order_resync(n, ev->text);
		break;
	case NODE_EV_TRACE:
		node_order_trace(n, ev->text);
		break;
	case NODE_EV_ASK:
		node_note_ask(n, ev->id, ev->text);
		break;
	case NODE_EV_TELL:
		node_note_tell(n, ev->id, ev->from_node, ev->bytes);
		break;
	case NODE_EV_STOP:
		node_order_stop(n);
		break;
	case NODE_EV_CLIENT_OPEN:
		sess_conn_open(&n->sess, ev->id,
			&(struct sess_origin){ .listener = (uint32_t)ev->number,
				.peer = ev->text,
				.local = ev->text2,
				.names = ev->bytes });
		break;
	case NODE_EV_CLIENT_DATA:
		sess_conn_data(&n->sess, ev->id, ev->bytes);
		break;
	case NODE_EV_CLIENT_ACKED:
		sess_conn_acked(&n->sess, ev->id, ev->number);
		break;
	case NODE_EV_CLIENT_CLOSED:
		sess_conn_closed(&n->sess, ev->id);
		break;
	case NODE_EV_LOGIN:
		sess_login_over(&n->sess, ev->id, (enum node_login)ev->number);
		break;
	case NODE_EV_HTTP_DONE:
	case NODE_EV_HTTP_DATA:
	case NODE_EV_STREAM_DATA:
	case NODE_EV_STREAM_CLOSED:
	case NODE_EV_SOUTH_OPEN:
	case NODE_EV_SOUTH_DATA:
	case NODE_EV_SOUTH_CLOSED:
	case NODE_EV_SECRET:
	case NODE_EV_RESOLVED:
		node_south_input(n, ev);
		break;
	}
}

/* time-outs and reports of the node itself */

static void
node_health(struct node *n)
{
	struct node_counts c;
	char text[400];

	if (!mono_due(n->health_due, n->x.now))
		return;
	n->health_due = mono_add_ms(n->x.now, NODE_HEALTH_MS);
	if (ctx_is_active(&n->x))
		svc_load_look(&n->svc, n->lag_ms);
	else
		svc_load_rest(&n->svc);
	n->lag_ms = 0;
	node_get_counts(n, n->x.now, &c);
	snprintf(text, sizeof(text),
		"name=%s calls=%u monitors=%u clients=%u sessions=%u channels=%u/%u devices=%u out=%u up=%lld "
		"conf=%08x desync=%" PRIu64 " notes=1",
		n->x.conf->node_name, c.calls, c.monitors, c.clients, c.sessions, c.channels_open,
		c.channels_want, c.devices, c.devices_out, (long long)c.uptime_s,
		(unsigned)conf_hash(n->x.conf), c.desynchronised);
	ha_set_health(n->x.ha, str_of(text));
}

/* How late this step is: a step was due when the node said it would be. */
static void
node_lag(struct node *n)
{
	int64_t ms = n->promised.us == MONO_NEVER.us ? 0 : mono_ms_between(n->promised, n->x.now);

	if (ms > 0 && (uint64_t)ms > n->lag_ms)
		n->lag_ms = (uint64_t)ms;
}

static void
node_takeover_progress(struct node *n)
{
	struct node_takeover *t = &n->takeover;
	bool channel = n->bw.channels_open > 0;
	struct node_phases_seen seen = { .door = n->listening,
		.channel = channel,
		.all = n->bw.phase == BW_RUNNING && channel && n->bw.unconfirmed == 0,
		.last = &n->bw.total,
		.since = &n->bw.since };

	if (!ctx_is_active(&n->x) || !node_phases_look(&n->phases, &n->x.meter, t, n->x.now, &seen))
		return;
	ctx_history(&n->x, "takeover",
		"\"epoch\":%" PRIu64 ",\"promote_ms\":%lld,\"channel_ms\":%lld,\"resync_ms\":%lld",
		t->epoch, (long long)t->promote_ms, (long long)t->channel_ms,
		(long long)t->resync_ms);
}

static void
node_timers(struct node *n)
{
	if (ctx_is_active(&n->x)) {
		if (n->quiet_due.us != MONO_NEVER.us && mono_due(n->quiet_due, n->x.now)) {
			n->quiet_due = MONO_NEVER;
			node_devices_out(n);
			bw_update_status(&n->bw);
		}
		bw_tick(&n->bw);
		svc_tick(&n->svc);
		sess_tick(&n->sess);
	}
	node_health(n);
}

static void
node_stop_progress(struct node *n)
{
	enum ha_role role = ha_role(n->x.ha);

	if (!n->stopping || n->stopped || role == HA_ACTIVE || role == HA_DRAINING)
		return;
	n->stopped = true;
	ctx_act(&n->x, &(struct node_action){ .kind = NODE_ACT_STOPPED });
}

static void
node_trace_released(struct node *n)
{
	struct trace_at at;
	struct ha_view v;

	if (n->x.traces.on == 0)
		return;
	ha_get_view(n->x.ha, n->x.now, &v);
	at = ctx_trace_at(&n->x, v.offset);
	trace_released(&at, v.released, v.degraded || v.unconfirmed);
}

void
node_step(struct node *n, const struct node_event *ev, struct node_out *out)
{
	n->x.out = out;
	n->x.now = ev->now;
	n->x.wall_us = n->x.model.now_us = ev->wall_us;
	node_lag(n);
	ha_tick(n->x.ha, n->x.now, &n->ring);
	node_ring_actions(n);
	node_input(n, ev);
	node_ring_actions(n);
	node_timers(n);
	ha_flush(n->x.ha, n->x.now, &n->ring);
	node_ring_actions(n);
	if (ctx_is_active(&n->x)) {
		if (ha_gate_open(n->x.ha))
			node_listen(n, true);
		node_trace_released(n);
		bw_pump(&n->bw);
		/* the pumps may have decided something, too */
		ha_flush(n->x.ha, n->x.now, &n->ring);
		node_ring_actions(n);
		node_trace_released(n);
		sess_pump(&n->sess);
	}
	node_takeover_progress(n);
	node_peer_tick(n);
	node_stop_progress(n);
	trace_expire(&n->x.traces, n->x.now);
	node_note_tick(n);
	ctx_texts_drop(&n->x);
	n->x.out = NULL;
	n->promised = node_deadline(n);
}

struct mono
node_deadline(const struct node *n)
{
	struct mono due = mono_min(ha_deadline(n->x.ha), n->health_due);

	due = mono_min(due, notes_deadline(&n->notes));

	if (n->clean.node_id != 0)
		due = mono_min(due, mono_add_ms(n->x.now, NODE_CLEAN_MS / 10));
	if (!ctx_is_active(&n->x))
		return due;
	due = mono_min(due, mono_min(bw_deadline(&n->bw), svc_deadline(&n->svc)));
	return mono_min(due, mono_min(sess_deadline(&n->sess), n->quiet_due));
}
