/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A node for tests of what is around the node: it does what the test's handler says. A test program
 * that includes this file gets these functions instead of the real ones (its own object is linked
 * first), so it is included once in a program, and never together with the real node.
 */
#ifndef TANDEM_TESTS_ADAPTER_FAKE_NODE_H
#define TANDEM_TESTS_ADAPTER_FAKE_NODE_H

#include "daemon/ctl_list.h"
#include "daemon/node.h"
#include "proto/base/check.h"
#include "proto/base/mem.h"

#include <string.h>

#define FAKE_ACTIONS_MAX 256

struct node_out {
	struct node_action actions[FAKE_ACTIONS_MAX];
	size_t count;
};

/* What the node says about itself and what it does: set by the test. */
struct fake_state {
	void (*on_event)(const struct node_event *ev, struct node_out *out, void *arg);
	void *arg;
	enum ha_role role;
	bool serving;
	int32_t score;
	const char *refusal;
	struct ha_view view;
	struct node_counts counts;
	struct node_takeover takeover;
	struct node_parties parties;
	struct mono deadline;
	uint64_t applied; /* deltas of an active */
	int listed;       /* rows_max of the last listing */
	bool in_step;     /* inside node_step() */
};

struct node {
	uint32_t id;
	uint64_t epoch_floor;
};

static struct fake_state fake = { .refusal = "" };

static inline struct str
fake_copy(struct str s)
{
	return (struct str){ mem_strndup(s.p, s.n), s.n };
}

/* Appends an action; its texts are copied. */
static inline void
fake_push(struct node_out *o, struct node_action a)
{
	REQUIRE(o->count < FAKE_ACTIONS_MAX);
	a.path = fake_copy(a.path);
	a.bytes = fake_copy(a.bytes);
	a.text = fake_copy(a.text);
	a.text2 = fake_copy(a.text2);
	o->actions[o->count++] = a;
}

struct node_out *
node_out_new(void)
{
	return mem_zalloc(sizeof(struct node_out));
}

void
node_out_reset(struct node_out *o)
{
	for (size_t i = 0; i < o->count; i++) {
		mem_free((void *)(uintptr_t)o->actions[i].path.p);
		mem_free((void *)(uintptr_t)o->actions[i].bytes.p);
		mem_free((void *)(uintptr_t)o->actions[i].text.p);
		mem_free((void *)(uintptr_t)o->actions[i].text2.p);
	}
	o->count = 0;
}

void
node_out_free(struct node_out *o)
{
	node_out_reset(o);
	mem_free(o);
}

size_t
node_out_count(const struct node_out *o)
{
	return o->count;
}

struct node_action
node_out_at(const struct node_out *o, size_t i)
{
	return o->actions[i];
}

struct node *
node_new(const struct conf *conf, uint32_t node_id, uint64_t epoch_floor, uint64_t seed,
	const struct log *log)
{
	struct node *n = mem_zalloc(sizeof(*n));

	(void)conf;
	(void)seed;
	(void)log;
	n->id = node_id;
	n->epoch_floor = epoch_floor;
	if (fake.deadline.us == 0)
		fake.deadline = MONO_NEVER;
	return n;
}

void
node_set_secret(struct node *n, uint64_t (*draw)(void *arg), void *arg)
{
	(void)n;
	(void)draw;
	(void)arg;
}

void
node_set_clock(struct node *n, int64_t (*clock)(void *arg), void *arg)
{
	(void)n;
	(void)clock;
	(void)arg;
}

void
node_trace(
	const struct node *n, struct str object, uint64_t after, uint32_t rows_max, struct buf *out)
{
	(void)n;
	(void)after;
	(void)rows_max;
	buf_printf(out, "{\"ok\":true,\"object\":\"%.*s\",\"rows\":[]}", STR_ARG(object));
}

void
node_free(struct node *n)
{
	mem_free(n);
}

void
node_step(struct node *n, const struct node_event *ev, struct node_out *out)
{
	(void)n;
	REQUIRE(!fake.in_step);
	REQUIRE(ev->now.us > 0 && ev->wall_us > 0);
	fake.in_step = true;
	if (fake.on_event != NULL)
		fake.on_event(ev, out, fake.arg);
	fake.in_step = false;
}

struct mono
node_deadline(const struct node *n)
{
	(void)n;
	return fake.deadline;
}

bool
node_is_serving(const struct node *n)
{
	(void)n;
	return fake.serving;
}

enum ha_role
node_role(const struct node *n)
{
	(void)n;
	return fake.role;
}

int32_t
node_score(const struct node *n)
{
	(void)n;
	return fake.score;
}

const char *
node_refusal(const struct node *n)
{
	(void)n;
	return fake.refusal;
}

void
node_get_view(const struct node *n, struct mono now, struct ha_view *v)
{
	(void)n;
	(void)now;
	*v = fake.view;
	v->role = fake.role;
}

void
node_get_counts(const struct node *n, struct mono now, struct node_counts *c)
{
	(void)n;
	(void)now;
	*c = fake.counts;
}

void
node_list(const struct node *n, const struct ctl_list_query *q, struct buf *out)
{
	(void)n;
	fake.listed = (int)q->rows_max;
	buf_cstr(out, "{\"ok\":true,\"rows\":[]}");
}

uint32_t
node_get_links(const struct node *n, struct node_link *links)
{
	(void)n;
	(void)links;
	return 0;
}

void
node_get_takeover(const struct node *n, struct node_takeover *t)
{
	(void)n;
	*t = fake.takeover;
}

uint32_t
node_get_sessions(const struct node *n, struct node_session *rows, uint32_t max)
{
	(void)n;
	(void)rows;
	(void)max;
	return 0;
}

uint32_t
node_get_monitors(const struct node *n, struct node_monitor *rows, uint32_t max)
{
	(void)n;
	(void)rows;
	(void)max;
	return 0;
}

void
node_get_parties(
	const struct node *n, struct node_parties *p, struct node_doubt *rows, uint32_t max)
{
	(void)n;
	(void)rows;
	(void)max;
	*p = fake.parties;
}

uint64_t
node_applied(const struct node *n)
{
	(void)n;
	return fake.applied;
}

void
node_get_meter(const struct node *n, struct meter *m)
{
	(void)n;
	*m = (struct meter){ .events_sent = { 5 } };
}

uint64_t
node_digest(const struct node *n)
{
	return n->epoch_floor;
}

void
node_each_half(const struct node *n,
	void (*fn)(struct str device, struct str bw_call, uint64_t call_id, const char *state,
		void *arg),
	void *arg)
{
	(void)n;
	(void)fn;
	(void)arg;
}

#endif
