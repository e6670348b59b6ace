/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hosts, processes, steps: see sim_node.h.
 *
 * Happy path: an event comes, the node's clock is read, node_step(), its actions are performed in order (each as
 * an event of the world, never as a step within this step), the tick is armed anew.
 * Failure modes: a process that does not run keeps its events in the inbox; one that dies between two actions
 * leaves the rest undone; one whose ticks come without end breaks BOUNDED.
 */
#include "tests/sim/sim_node.h"

#include "proto/base/check.h"
#include "proto/base/mem.h"
#include "tests/sim/sim_arbiter.h"
#include "tests/sim/sim_copy.h"
#include "tests/sim/sim_observer.h"
#include "tests/sim/sim_ring.h"
#include "tests/sim/sim_south.h"
#include "tests/sim/sim_tcp.h"

#include <inttypes.h>
#include <stdio.h>

#define NODE_STORM_STEPS 4000 /* ticks in a second of world time */

struct sim_node_input {
	struct sim_node_input *next;
	struct node_event ev;
	struct ha_confchg confchg;
	struct ha_member members[3][SIM_NODES];
	uint8_t bytes[];
};

const char *
sim_node_name(const struct sim *s, unsigned index)
{
	static char names[4][16];
	static unsigned next;
	char *name = names[next++ % 4];

	snprintf(name, sizeof(names[0]), "n%u:%" PRIu64, index + 1,
		s->nodes[index]->instance % 1000000);
	return name;
}

static void
node_log(int number, enum log_level level, const char *text, void *arg)
{
	struct {
		struct sim *s;
		unsigned index;
	} *who = arg;

	(void)level;
	sim_world_trace(who->s, "  %s log %d %s", sim_node_name(who->s, who->index), number, text);
}

/* 2900 is a call center, 2950 a route point; more packages of users. */
static void
node_conf_acd(struct conf *c)
{
	static const struct conf_device_rule rules[] = { { CORE_KIND_queue, "2900" },
		{ CORE_KIND_route_point, "2950" } };

	memcpy(c->device_rules, rules, sizeof(rules));
	c->device_rule_count = 2;
	c->queue_packages = core_package_primary(CORE_KIND_queue);
	c->route_point_packages = core_package_primary(CORE_KIND_route_point);
	c->user_packages |= CORE_PACKAGE_BIT(CORE_PACKAGE_forward_always) |
		CORE_PACKAGE_BIT(CORE_PACKAGE_hoteling_guest) |
		CORE_PACKAGE_BIT(CORE_PACKAGE_message_summary);
}

static void
node_conf(struct sim *s, struct conf *c, unsigned index)
{
	static const int64_t quiet_ms[] = { 0, 0, 300, 1500 };
	static const uint32_t step_bytes[] = { 1, 500, 4000, 65536 };

	conf_defaults(c);
	c->user_packages = core_package_primary(CORE_KIND_user);
	c->package_list = CONF_LIST_NO;
	if (sim_south_has_packages(s)) {
		c->user_packages |= CORE_PACKAGE_BIT(CORE_PACKAGE_do_not_disturb) |
			CORE_PACKAGE_BIT(CORE_PACKAGE_agent);
		c->package_list = s->opt.seed % 16 == 1 ? CONF_LIST_NO : CONF_LIST_AUTO;
	}
	if (sim_south_has_acd(s))
		node_conf_acd(c);
	c->device_kinds = CONF_KIND_CONFIGURED;
	c->leak_check_s = 15;
	snprintf(c->node_name, sizeof(c->node_name), "n%u", index + 1);
	c->fencing = !sim_world_has(s, SIM_FAULT_nofence);
	c->third_vote = sim_world_has(s, SIM_FAULT_thirdvote);
	snprintf(c->virtual_address, sizeof(c->virtual_address), "10.77.0.50");
	snprintf(c->csta_user, sizeof(c->csta_user), "demo");
	snprintf(c->csta_password, sizeof(c->csta_password), "demo");
	/* clients without a session do not log in */
	c->application_count = 1;
	strcpy(c->applications[0].name, "sim");
	strcpy(c->applications[0].addresses, "10.77.0.0/16");
	strcpy(c->applications[0].devices, "*");
	snprintf(c->default_domain, sizeof(c->default_domain), "demo.example");
	c->quiet_ms = quiet_ms[s->opt.seed % 4];
	c->http_timeout_ms = 2000;
	c->snapshot_step_bytes = step_bytes[s->opt.seed / 4 % 4];
	/* what BroadWorks forgot without a word is found by the audit alone */
	c->audit_s = sim_world_has(s, SIM_FAULT_amnesia) ? 12 : s->opt.seed % 3 == 0 ? 30 : 1800;
	if (s->opt.seed % 5 == 4)
		c->copy_dir[0] = '\0';
	c->xsp_count = SOUTH_XSPS;
	for (unsigned i = 0; i < SOUTH_XSPS; i++)
		snprintf(c->xsps[i].name, sizeof(c->xsps[i].name), "xsp%u:8080", i + 1);
}

void
sim_node_init(struct sim *s, unsigned index)
{
	struct sim_node *n = mem_zalloc(sizeof(*n));
	struct {
		struct sim *s;
		unsigned index;
	} *who = mem_zalloc(sizeof(*who));

	s->nodes[index] = n;
	who->s = s;
	who->index = index;
	n->index = index;
	n->id = index + 1;
	n->out = node_out_new();
	n->inbox_end = &n->inbox;
	n->log = (struct log){ s->opt.trace ? node_log : NULL, who };
	node_conf(s, &n->conf, index);
	sim_copy_init(n);
	n->clock_offset_us = sim_world_range(s, SIM_RNG_NODE, 1, 1000) * SIM_S;
	if (sim_world_has(s, SIM_FAULT_drift))
		n->drift_ppm = sim_world_range(s, SIM_RNG_NODE, -20000, 20000);
}

static void
node_inbox_clear(struct sim_node *n)
{
	while (n->inbox != NULL) {
		struct sim_node_input *in = n->inbox;

		n->inbox = in->next;
		mem_free(in);
	}
	n->inbox_end = &n->inbox;
}

void
sim_node_fini(struct sim *s, unsigned index)
{
	struct sim_node *n = s->nodes[index];

	node_free(n->node);
	node_inbox_clear(n);
	node_out_free(n->out);
	sim_copy_fini(n);
	mem_free(n->log.arg);
	mem_free(n);
	s->nodes[index] = NULL;
}

struct mono
sim_node_clock(const struct sim *s, const struct sim_node *n)
{
	struct mono now = { n->clock_offset_us + s->now_us +
		s->now_us / 1000 * n->drift_ppm / 1000 };

	return mono_before(now, n->clock) ? n->clock : now;
}

void
sim_node_view(struct sim *s, unsigned index, struct ha_view *v)
{
	struct sim_node *n = s->nodes[index];

	if (n->node == NULL)
		*v = (struct ha_view){ 0 };
	else
		node_get_view(n->node, sim_node_clock(s, n), v);
}

/* --- actions ----------------------------------------------------------------------------------------------- */

static void
node_perform(struct sim *s, struct sim_node *n, const struct node_action *a)
{
	switch (a->kind) {
	case NODE_ACT_MCAST:
		sim_ring_mcast(s, n->index, a->bytes);
		break;
	case NODE_ACT_REJOIN:
		sim_ring_rejoin(s, n->index);
		break;
	case NODE_ACT_SAVE_EPOCH:
		if (a->number > n->epoch_disk)
			n->epoch_disk = a->number;
		break;
	case NODE_ACT_COPY:
		sim_copy_do(s, n, a);
		break;
	case NODE_ACT_LISTEN:
		n->listening = a->flag;
		break;
	case NODE_ACT_CLIENT_SEND:
		sim_tcp_node_send(s, n->index, a->id, a->bytes);
		break;
	case NODE_ACT_CLIENT_PAUSE:
		break; /* nobody there sends as much */
	case NODE_ACT_CLIENT_CLOSE:
		sim_tcp_node_close(s, n->index, a->id, a->flag);
		break;
	case NODE_ACT_CLIENT_HOLD:
		sim_tcp_node_hold(s, n->index, a->id, (int64_t)a->number * SIM_MS);
		break;
	case NODE_ACT_NUDGE:
		sim_tcp_nudge(s, n->index, a->text, a->text2);
		break;
	case NODE_ACT_HTTP:
		sim_south_http(s, n->index, a);
		break;
	case NODE_ACT_STREAM_OPEN:
		sim_south_stream_open(s, n->index, a);
		break;
	case NODE_ACT_SOUTH_OPEN:
	case NODE_ACT_SOUTH_SEND:
	case NODE_ACT_SOUTH_CLOSE:
	case NODE_ACT_SECRET:
	case NODE_ACT_LOGIN:
	case NODE_ACT_RESOLVE:
	case NODE_ACT_ASKED: /* no operator is there */
	case NODE_ACT_TOLD:
		REQUIRE(false); /* its links are of the other transport, accounts are of the configuration */
		break;
	case NODE_ACT_STREAM_CLOSE:
		sim_south_stream_close(s, n->index, a->id);
		break;
	case NODE_ACT_TELL_FAILED:
		sim_arbiter_told(s, a->from_node - 1);
		break;
	case NODE_ACT_TELL_CLEAN:
	case NODE_ACT_SCORE:
		sim_arbiter_poke(s, sim_world_range(s, SIM_RNG_ARBITER, 5 * SIM_MS, 80 * SIM_MS));
		break;
	case NODE_ACT_STOPPED:
		n->stopped = true;
		break;
	case NODE_ACT_HISTORY:
		sim_world_trace(s, "  %s history %.*s %.*s", sim_node_name(s, n->index),
			STR_ARG(a->text), STR_ARG(a->bytes));
		break;
	}
}

static void
node_hash_action(struct sim *s, const struct node_action *a)
{
	sim_world_hash(s,
		(uint64_t)a->kind << 32 ^ a->id << 8 ^ a->number ^ (uint64_t)a->flag << 60 ^
			a->xsp);
	sim_world_hash_bytes(s, a->bytes);
	if (a->path.n > 0)
		sim_world_hash_bytes(s, a->path);
}

static void
node_die_at_point(struct sim *s, struct sim_node *n)
{
	char why[64];

	snprintf(why, sizeof(why), "%s %s", n->point_before ? "before" : "after",
		sim_point_name(n->point));
	n->point = SIM_POINT_NONE;
	sim_node_kill(s, n->index, false, why);
}

static void
node_actions(struct sim *s, struct sim_node *n)
{
	size_t count = node_out_count(n->out);

	for (size_t i = 0; i < count; i++) {
		struct node_action a = node_out_at(n->out, i);
		bool point;

		node_hash_action(s, &a);
		if (a.kind == NODE_ACT_SAVE_EPOCH && n->disk_full) {
			n->disk_full = false;
			n->copy.undone |= sim_copy_is_left(n, i);
			sim_node_kill(s, n->index, false, "the epoch cannot be kept");
			return;
		}
		point = sim_point_is(n->point, &a);
		if (!point || !n->point_before)
			node_perform(s, n, &a);
		if (point) {
			if (n->point_before && a.kind == NODE_ACT_COPY)
				sim_copy_tear(s, n, &a);
			n->copy.undone |= sim_copy_is_left(n, n->point_before ? i : i + 1);
			node_die_at_point(s, n);
			return;
		}
		if (n->crash_in > 0 && --n->crash_in == 0) {
			n->copy.undone |= sim_copy_is_left(n, i + 1);
			sim_node_kill(s, n->index, false, "between two actions");
			return;
		}
	}
}

/* --- steps ------------------------------------------------------------------------------------------------- */

static void node_tick(struct sim *s, const struct sim_event *ev);

static void
node_arm(struct sim *s, struct sim_node *n)
{
	struct mono due = node_deadline(n->node);
	int64_t delay_us;

	if (due.us == n->tick_due.us && due.us > n->clock.us)
		return;
	n->tick_due = due;
	n->tick_order++;
	if (due.us == MONO_NEVER.us)
		return;
	delay_us = due.us - n->clock.us;
	delay_us -= delay_us / 1000 * n->drift_ppm / 1000;
	/* a timer of a millisecond's grain, never early */
	delay_us = (delay_us < SIM_MS ? SIM_MS : delay_us + 30) +
		sim_world_range(s, SIM_RNG_NODE, 0, 300);
	sim_world_at(s, delay_us, node_tick, n->index, n->instance, n->tick_order);
}

static void
node_run(struct sim *s, struct sim_node *n, struct node_event *ev)
{
	n->clock = sim_node_clock(s, n);
	ev->now = n->clock;
	ev->wall_us = 1700000000000000 + s->now_us + n->wall_offset_us;
	node_out_reset(n->out);
	sim_observer_before(s, n->index, ev);
	sim_world_trace(s, "%s event %d id=%" PRIu64 " number=%" PRIu64 " bytes=%zu",
		sim_node_name(s, n->index), (int)ev->kind, ev->id, ev->number, ev->bytes.n);
	node_step(n->node, ev, n->out);
	s->totals.steps++;
	sim_observer_after(s, n->index, ev, n->out);
	if (s->failed)
		return;
	node_arm(s, n);
	node_actions(s, n);
}

static void
node_storm(struct sim *s, struct sim_node *n)
{
	if (s->now_us - n->storm_since_us > SIM_S) {
		n->storm_since_us = s->now_us;
		n->storm_count = 0;
	}
	if (++n->storm_count > NODE_STORM_STEPS)
		sim_world_fail(s, "BOUNDED", "%s ticks more than %d times a second",
			sim_node_name(s, n->index), NODE_STORM_STEPS);
}

static void
node_tick(struct sim *s, const struct sim_event *ev)
{
	struct sim_node *n = s->nodes[ev->a];

	if (n->node == NULL || n->instance != ev->b || n->tick_order != ev->c || n->paused)
		return; /* a process that was stopped ticks when it wakes */
	node_storm(s, n);
	n->tick_due = (struct mono){ 0 };
	node_run(s, n, &(struct node_event){ .kind = NODE_EV_TICK });
}

static void
node_keep(struct sim_node *n, const struct node_event *ev)
{
	struct sim_node_input *in =
		mem_zalloc(sizeof(*in) + ev->bytes.n + ev->text.n + ev->text2.n + 1);
	uint8_t *p = in->bytes;
	struct str *const texts[] = { &in->ev.bytes, &in->ev.text, &in->ev.text2 };

	in->ev = *ev;
	for (size_t i = 0; i < 3; i++) {
		if (texts[i]->n > 0)
			memcpy(p, texts[i]->p, texts[i]->n);
		texts[i]->p = (const char *)p;
		p += texts[i]->n;
	}
	if (ev->confchg != NULL) {
		const struct ha_confchg *c = ev->confchg;

		in->confchg = *c;
		in->ev.confchg = &in->confchg;
		memcpy(in->members[0], c->members, c->member_count * sizeof(c->members[0]));
		memcpy(in->members[1], c->left, c->left_count * sizeof(c->left[0]));
		memcpy(in->members[2], c->joined, c->joined_count * sizeof(c->joined[0]));
		in->confchg.members = in->members[0];
		in->confchg.left = in->members[1];
		in->confchg.joined = in->members[2];
	}
	*n->inbox_end = in;
	n->inbox_end = &in->next;
}

void
sim_node_input(struct sim *s, unsigned index, uint64_t instance, const struct node_event *ev)
{
	struct sim_node *n = s->nodes[index];
	struct node_event copy = *ev;

	if (n->node == NULL || n->instance != instance || s->failed)
		return;
	if (n->paused)
		node_keep(n, ev);
	else
		node_run(s, n, &copy);
}

/* --- life -------------------------------------------------------------------------------------------------- */

static uint64_t
node_secret(void *arg)
{
	return sim_world_rand(arg, SIM_RNG_NODE, UINT64_MAX);
}

/* What the process before left; taken out of the file's memory, which the step may change. */
static struct str
node_left(struct sim_node *n, struct buf *left)
{
	buf_init(left, SIZE_MAX);
	buf_str(left, buf_as_str(&n->copy.file));
	return buf_as_str(left);
}

void
sim_node_start(struct sim *s, unsigned index)
{
	struct sim_node *n = s->nodes[index];
	struct buf left;

	if (!n->host_up || n->node != NULL)
		return;
	n->copy.full = false;
	n->instance = (uint64_t)(index + 1) * 1000000 + n->instance % 1000000 + 1;
	n->pid = (uint32_t)(100 + n->instance % 1000000);
	n->listening = false;
	n->stopped = false;
	n->paused = false;
	n->crash_in = 0;
	n->tick_due = (struct mono){ 0 };
	n->started_us = s->now_us;
	n->node = node_new(&n->conf, n->id, n->epoch_disk,
		sim_world_rand(s, SIM_RNG_NODE, UINT64_MAX), &n->log);
	node_set_secret(n->node, node_secret, s);
	sim_world_trace(
		s, "%s starts, epoch on disk %" PRIu64, sim_node_name(s, index), n->epoch_disk);
	node_run(s, n, &(struct node_event){ .kind = NODE_EV_START, .bytes = node_left(n, &left) });
	buf_fini(&left);
	sim_ring_connect(s, index);
}

void
sim_node_kill(struct sim *s, unsigned index, bool silent, const char *why)
{
	struct sim_node *n = s->nodes[index];

	if (n->node == NULL)
		return;
	sim_world_trace(s, "%s dies: %s", sim_node_name(s, index), why);
	node_free(n->node);
	n->node = NULL;
	n->listening = false;
	n->paused = false;
	node_inbox_clear(n);
	sim_ring_process_gone(s, index);
	sim_tcp_node_died(s, index, n->instance, silent);
	sim_south_node_died(s, index, n->instance, silent);
}

static void
node_resume(struct sim *s, const struct sim_event *ev)
{
	struct sim_node *n = s->nodes[ev->a];
	uint64_t instance = ev->b;

	if (n->node == NULL || n->instance != instance || n->pause_count != ev->c || !n->paused)
		return;
	n->paused = false;
	n->paused_total_us += s->now_us - n->paused_at_us;
	sim_world_trace(s, "%s wakes", sim_node_name(s, n->index));
	/* libuv runs its timers first */
	n->tick_due = (struct mono){ 0 };
	node_run(s, n, &(struct node_event){ .kind = NODE_EV_TICK });
	while (n->node != NULL && n->instance == instance && !n->paused && n->inbox != NULL &&
		!s->failed) {
		struct sim_node_input *in = n->inbox;

		n->inbox = in->next;
		if (n->inbox == NULL)
			n->inbox_end = &n->inbox;
		node_run(s, n, &in->ev);
		mem_free(in);
	}
}

void
sim_node_pause(struct sim *s, unsigned index, int64_t us)
{
	struct sim_node *n = s->nodes[index];

	if (n->node == NULL || n->paused)
		return;
	n->paused = true;
	n->paused_at_us = s->now_us;
	sim_world_trace(
		s, "%s is stopped for %" PRId64 " ms", sim_node_name(s, index), us / SIM_MS);
	sim_world_at(s, us, node_resume, index, n->instance, ++n->pause_count);
}
