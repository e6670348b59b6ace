/* SPDX-License-Identifier: Apache-2.0 */
/* The list of actions of a step: see act.h. Texts live in one arena and are kept as offsets while it grows. */
#include "daemon/act.h"

#include "proto/base/check.h"
#include "proto/base/mem.h"

#define ACT_ARENA_BYTES_MAX ((size_t)1 << 31)

struct act_slice {
	size_t off, n;
};

struct act_entry {
	struct node_action action;
	struct act_slice path, bytes, text, text2;
};

struct node_out {
	struct act_entry *entries;
	size_t count, size;
	struct buf arena;
};

struct node_out *
node_out_new(void)
{
	struct node_out *o = mem_zalloc(sizeof(*o));

	buf_init(&o->arena, ACT_ARENA_BYTES_MAX);
	return o;
}

void
node_out_free(struct node_out *o)
{
	if (o == NULL)
		return;
	buf_fini(&o->arena);
	mem_free(o->entries);
	mem_free(o);
}

void
node_out_reset(struct node_out *o)
{
	o->count = 0;
	buf_reset(&o->arena);
}

size_t
node_out_count(const struct node_out *o)
{
	return o->count;
}

static struct act_slice
act_keep(struct node_out *o, struct str s)
{
	struct act_slice slice = { o->arena.n, s.n };

	buf_str(&o->arena, s);
	REQUIRE(!o->arena.overflow);
	return slice;
}

static struct str
act_text(const struct node_out *o, struct act_slice s)
{
	return s.n ? (struct str){ (const char *)o->arena.p + s.off, s.n } : STR_NONE;
}

void
node_out_add(struct node_out *o, const struct node_action *a)
{
	struct act_entry *e;

	if (o->count == o->size) {
		o->size = o->size ? o->size * 2 : 32;
		o->entries = mem_realloc(o->entries, o->size * sizeof(o->entries[0]));
	}
	e = &o->entries[o->count++];
	e->action = *a;
	e->path = act_keep(o, a->path);
	e->bytes = act_keep(o, a->bytes);
	e->text = act_keep(o, a->text);
	e->text2 = act_keep(o, a->text2);
}

struct node_action
node_out_at(const struct node_out *o, size_t i)
{
	const struct act_entry *e;
	struct node_action a;

	REQUIRE(i < o->count);
	e = &o->entries[i];
	a = e->action;
	a.path = act_text(o, e->path);
	a.bytes = act_text(o, e->bytes);
	a.text = act_text(o, e->text);
	a.text2 = act_text(o, e->text2);
	return a;
}
