/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Application controllers: the systems outside that route points rely on.
 *
 * Happy path: channels are opened, the controller is set ready, route points work.
 * Failure modes: its channel set is empty: it counts as not ready; none is ready for
 * rp_failure_ms: the route points fail until one is ready again.
 */
#include "tests/bwsim/bws_controller.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_journal.h"
#include "tests/bwsim/bws_route_point.h"

#include <stdlib.h>
#include <string.h>

#define CHECK_MS 200

static bool
set_has_channel(const struct bws *w, const char *set_id)
{
	const struct bws_set *set;

	TAILQ_FOREACH(set, &w->chans.sets, link)
		if (set->chan_count && strcmp(set->id, set_id) == 0)
			return true;
	return false;
}

static void
fail_route_points(struct bws *w, bool failed)
{
	size_t i;

	for (i = 0; i < w->users.virtual_count; i++)
		if (w->users.virtuals[i]->kind == BWS_USER_ROUTE_POINT)
			bws_route_point_set_state(w->users.virtuals[i], failed, false);
}

static void
on_failure(void *arg)
{
	fail_route_points(arg, true);
}

static bool
any_ready(const struct bws *w)
{
	size_t i;

	for (i = 0; i < w->controllers.count; i++)
		if (w->controllers.list[i].ready)
			return true;
	return false;
}

static void
evaluate(struct bws *w)
{
	struct bws_controllers *cs = &w->controllers;
	bool alive = any_ready(w);

	if (alive == cs->alive)
		return;
	cs->alive = alive;
	bws_timer_stop(&w->timers, &cs->failure);
	if (!alive)
		bws_timer_in_ms(&w->timers, &cs->failure, w->knobs.rp_failure_ms);
	else if (w->knobs.rp_recovers)
		fail_route_points(w, false);
}

static void
store(struct bws *w, struct bws_controller *c, bool ready)
{
	if (c->ready == ready)
		return;
	c->ready = ready;
	bws_journal_fact(w, "controller", "{s:s,s:b}", "controller", c->id, "ready", (int)ready);
	evaluate(w);
}

static void
on_check(void *arg)
{
	struct bws *w = arg;
	size_t i;

	for (i = 0; i < w->controllers.count; i++) {
		struct bws_controller *c = &w->controllers.list[i];

		if (c->ready && !set_has_channel(w, c->set_id))
			store(w, c, false);
	}
	bws_timer_in_ms(&w->timers, &w->controllers.check, CHECK_MS);
}

void
bws_controller_init(struct bws *w)
{
	bws_timer_init(&w->controllers.check, on_check, w);
	bws_timer_init(&w->controllers.failure, on_failure, w);
}

int
bws_controller_add(struct bws *w, const char *spec)
{
	struct bws_controllers *cs = &w->controllers;
	const char *eq = strchr(spec, '=');
	struct bws_controller *c;

	if (!eq || eq == spec || !eq[1])
		return -1;
	cs->list = bws_util_realloc(cs->list, (cs->count + 1) * sizeof(*cs->list));
	c = &cs->list[cs->count++];
	c->id = bws_util_strdup(spec);
	c->id[eq - spec] = '\0';
	c->set_id = bws_util_strdup(eq + 1);
	c->ready = false;
	if (cs->count == 1) {
		bws_timer_in_ms(&w->timers, &cs->check, CHECK_MS);
		bws_timer_in_ms(&w->timers, &cs->failure, w->knobs.rp_failure_ms);
	}
	return 0;
}

struct bws_controller *
bws_controller_find(const struct bws *w, const char *id)
{
	size_t i;

	for (i = 0; i < w->controllers.count; i++)
		if (strcmp(w->controllers.list[i].id, id) == 0)
			return &w->controllers.list[i];
	return NULL;
}

bool
bws_controller_set(struct bws *w, struct bws_controller *c, bool ready)
{
	if (ready && !set_has_channel(w, c->set_id))
		return false;
	store(w, c, ready);
	return true;
}

void
bws_controller_fini(struct bws *w)
{
	size_t i;

	bws_timer_stop(&w->timers, &w->controllers.check);
	bws_timer_stop(&w->timers, &w->controllers.failure);
	for (i = 0; i < w->controllers.count; i++) {
		free(w->controllers.list[i].id);
		free(w->controllers.list[i].set_id);
	}
	free(w->controllers.list);
}
