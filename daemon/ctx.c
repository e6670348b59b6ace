/* SPDX-License-Identifier: Apache-2.0 */
/* The shared context of a step: see ctx.h. */
#include "daemon/ctx.h"

#include <stdarg.h>
#include <stdio.h>

struct trace_at
ctx_trace_at(struct ctx *x, uint64_t offset)
{
	return (struct trace_at){
		.all = &x->traces, .model = &x->model, .wall_us = x->wall_us, .offset = offset
	};
}

bool
ctx_is_active(const struct ctx *x)
{
	return ha_role(x->ha) == HA_ACTIVE;
}

bool
ctx_may_leave(const struct ctx *x, uint64_t offset)
{
	return ha_gate_open(x->ha) && offset <= ha_released(x->ha);
}

uint64_t
ctx_new_id(struct ctx *x)
{
	return ++x->next_id;
}

struct str
ctx_text(struct ctx *x, struct str text)
{
	struct ctx_text *t = mem_alloc(sizeof(*t) + text.n);

	memcpy(t->p, text.p, text.n);
	t->next = x->texts;
	x->texts = t;
	return (struct str){ t->p, text.n };
}

void
ctx_texts_drop(struct ctx *x)
{
	struct ctx_text *t;

	while ((t = x->texts) != NULL) {
		x->texts = t->next;
		mem_free(t);
	}
}

void
ctx_act(struct ctx *x, const struct node_action *a)
{
	node_out_add(x->out, a);
}

void
ctx_history(struct ctx *x, const char *what, const char *members_fmt, ...)
{
	char members[600];
	va_list ap;

	va_start(ap, members_fmt);
	vsnprintf(members, sizeof(members), members_fmt, ap);
	va_end(ap);
	ctx_act(x,
		&(struct node_action){
			.kind = NODE_ACT_HISTORY, .text = str_of(what), .bytes = str_of(members) });
}
