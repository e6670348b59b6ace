/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Effects of answered requests on held calls.
 *
 * Failure modes: the call is gone when the effect is due: nothing happens, as in real life.
 */
#include "tests/bwsim/bws_later.h"

#include "tests/bwsim/bws.h"

#include <stdlib.h>
#include <string.h>

struct bws_later {
	TAILQ_ENTRY(bws_later) link;
	struct bws_user *at;
	char call_id[48];
	unsigned as_generation;
	bws_later_fn fn;
	struct bws_later_args args;
	struct bws_timer timer;
};

static void
free_later(struct bws_later *l)
{
	struct bws *w = l->at->w;

	bws_timer_stop(&w->timers, &l->timer);
	TAILQ_REMOVE(&w->later, l, link);
	free(l);
}

static void
on_due(void *arg)
{
	struct bws_later *l = arg;
	struct bws_entry *e = bws_entry_find(l->at, l->call_id);
	struct bws_later_args args = l->args;
	bws_later_fn fn = l->fn;

	if (l->as_generation != l->at->w->as.generation)
		e = NULL;
	free_later(l);
	if (e)
		fn(e, &args);
}

void
bws_later(struct bws_entry *e, bws_later_fn fn, const struct bws_later_args *args)
{
	struct bws_later *l = bws_util_calloc(1, sizeof(*l));
	struct bws *w = e->at->w;

	l->at = e->at;
	l->as_generation = w->as.generation;
	l->fn = fn;
	if (args)
		l->args = *args;
	memcpy(l->call_id, e->call_id, sizeof(l->call_id));
	bws_timer_init(&l->timer, on_due, l);
	TAILQ_INSERT_TAIL(&w->later, l, link);
	bws_timer_in_ms(&w->timers, &l->timer, w->knobs.effect_ms);
}

void
bws_later_init(struct bws *w)
{
	TAILQ_INIT(&w->later);
}

void
bws_later_fini(struct bws *w)
{
	while (!TAILQ_EMPTY(&w->later))
		free_later(TAILQ_FIRST(&w->later));
}
