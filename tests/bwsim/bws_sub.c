/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Subscriptions: a watcher of a user, a group, an enterprise or everybody, for one event package or a
 * list of them, bound to a channel set, not to a channel.
 *
 * Happy path: made by POST, snapshot, events, refreshed by PUT (snapshot again), ended by DELETE.
 * Failure modes: duplicate (the older one is terminated and replaced), expiry, ack 481 (ended
 * without a word), loss in an AS failover (ended without a word).
 */
#include "tests/bwsim/bws_sub.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_journal.h"
#include "tests/bwsim/bws_snapshot.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#define NEVER_S 2147483647

void
bws_sub_init(struct bws *w)
{
	TAILQ_INIT(&w->subs.all);
	TAILQ_INIT(&w->subs.wide);
}

const char *
bws_sub_target_text(enum bws_target t)
{
	static const char *const texts[] = { "User", "Group", "ServiceProvider", "System" };

	return texts[t];
}

static int
compare(const void *a, const void *b)
{
	const struct bws_sub *x = a;
	const struct bws_sub *y = b;

	return strcmp(x->id, y->id);
}

struct bws_sub *
bws_sub_find(const struct bws *w, const char *id)
{
	struct bws_sub wanted;
	struct bws_sub **at;

	if (strlen(id) != BWS_UUID_LEN)
		return NULL;
	memcpy(wanted.id, id, BWS_UUID_LEN + 1);
	at = tfind(&wanted, &w->subs.by_id, compare);
	return at ? *at : NULL;
}

int64_t
bws_sub_refresh(struct bws_sub *s, int64_t expires)
{
	int64_t grant = bws_chan_grant(s->w, expires);

	if (grant == NEVER_S) {
		s->expires_us = INT64_MAX;
		bws_timer_stop(&s->w->timers, &s->expiry);
		return grant;
	}
	s->expires_us = bws_util_mono_us() + grant * s->w->knobs.expires_second_ms * 1000;
	bws_timer_arm(&s->w->timers, &s->expiry, bws_chan_early(s->w, s->expires_us));
	return grant;
}

int64_t
bws_sub_remaining(const struct bws_sub *s)
{
	int64_t left;

	if (s->expires_us == INT64_MAX)
		return NEVER_S;
	left = s->expires_us - bws_util_mono_us();
	return left <= 0 ? 0 : (left + 500000) / (s->w->knobs.expires_second_ms * 1000);
}

static void
on_expiry(void *arg)
{
	bws_sub_end(arg, true, "expired");
}

/* The snapshot that a request asked for. */
static void
asked_snapshot(struct bws_sub *s)
{
	struct bws *w = s->w;

	if (bws_rand_range(&w->rand_net, 1, 100) > w->knobs.snapshot_percent)
		return;
	w->deliver.elsewhere = w->knobs.snapshot_elsewhere ? s->asked_at : NULL;
	bws_sub_snapshot(s, false);
	w->deliver.elsewhere = NULL;
}

static void
on_snapshot(void *arg)
{
	struct bws_sub *s = arg;

	asked_snapshot(s);
}

/* The list a subscription of that target stands in. */
static struct bws_sub_list *
list_of(struct bws *w, struct bws_user *user)
{
	return user ? &user->subs : &w->subs.wide;
}

static bool
same_target(const struct bws_sub *s, const struct bws_sub_wish *wish)
{
	const char *parent = wish->target_parent ? wish->target_parent : "";
	const char *sub_id = wish->target_sub_id ? wish->target_sub_id : "";

	if (s->target != wish->target || strcmp(s->target_sub_id, sub_id) != 0)
		return false;
	if (s->target == BWS_TARGET_USER)
		return s->user == wish->user;
	return strcmp(s->target_id, wish->target_id) == 0 && strcmp(s->target_parent, parent) == 0;
}

/* The duplicate rule; of subscriptions with a list of packages an owner has one for each target. */
static bool
is_duplicate(const struct bws_sub *s, const struct bws_sub_wish *wish)
{
	if (s->is_list != wish->is_list || strcmp(s->owner, wish->owner) != 0 ||
		!same_target(s, wish))
		return false;
	return s->is_list || (s->packages == wish->packages && strcmp(s->app, wish->app) == 0);
}

static void
end_duplicates(struct bws *w, const struct bws_sub_wish *wish)
{
	struct bws_sub *s = TAILQ_FIRST(list_of(w, wish->user));

	while (s) {
		struct bws_sub *next = TAILQ_NEXT(s, of_user);

		if (is_duplicate(s, wish))
			bws_sub_end(s, true, "duplicate");
		s = next;
	}
}

static void
set_target(struct bws_sub *s, const struct bws_sub_wish *wish)
{
	s->target = wish->target;
	s->user = wish->user;
	s->target_id = bws_util_strdup(wish->user ? wish->user->id : wish->target_id);
	s->target_parent = bws_util_strdup(wish->target_parent ? wish->target_parent : "");
	s->target_sub_id = bws_util_strdup(wish->target_sub_id ? wish->target_sub_id : "");
	s->packages = wish->packages;
	s->is_list = wish->is_list;
}

/* Names of the packages, for the journal. */
static void
package_names(const struct bws_sub *s, struct bws_buf *b)
{
	unsigned p;

	for (p = 0; p < BWS_PACKAGE_COUNT; p++)
		if (s->packages & BWS_PACKAGE_BIT(p))
			bws_buf_fmt(
				b, "%s%s", b->n ? "," : "", bws_package_text((enum bws_package)p));
}

static void
journal_new(const struct bws_sub *s)
{
	struct bws_buf names = { 0 };

	package_names(s, &names);
	bws_journal_fact(s->w, "subscription", "{s:s,s:s,s:s,s:s,s:s,s:s}", "what", "new",
		"subscription", s->id, "target", s->target_id, "target_type",
		bws_sub_target_text(s->target), "package", bws_buf_text(&names), "set", s->set->id);
	bws_buf_free(&names);
}

struct bws_sub *
bws_sub_new(struct bws *w, const struct bws_sub_wish *wish)
{
	struct bws_sub *s;

	end_duplicates(w, wish);
	if (w->knobs.subscriptions_max && w->subs.count >= (size_t)w->knobs.subscriptions_max)
		return NULL;
	s = bws_util_calloc(1, sizeof(*s));
	s->w = w;
	s->refs = 1;
	bws_rand_uuid(&w->rand_id, s->id);
	s->draw = bws_rand_next(&w->rand_route);
	s->owner = bws_util_strdup(wish->owner);
	s->app = bws_util_strdup(wish->app);
	set_target(s, wish);
	s->contact = bws_util_strdup(wish->contact);
	s->set = bws_set_take(w, wish->owner, wish->contact ? wish->contact : wish->set_id);
	bws_timer_init(&s->expiry, on_expiry, s);
	bws_timer_init(&s->snapshot, on_snapshot, s);
	bws_sub_refresh(s, wish->expires);
	TAILQ_INSERT_TAIL(&w->subs.all, s, link);
	TAILQ_INSERT_TAIL(list_of(w, s->user), s, of_user);
	tsearch(s, &w->subs.by_id, compare);
	w->subs.count++;
	journal_new(s);
	return s;
}

bool
bws_sub_covers(const struct bws_sub *s, const struct bws_user *u)
{
	switch (s->target) {
	case BWS_TARGET_USER:
		return s->user == u;
	case BWS_TARGET_GROUP:
		return strcmp(s->target_id, u->group) == 0;
	case BWS_TARGET_PROVIDER:
	case BWS_TARGET_SYSTEM:
		return true;
	}
	return false;
}

void
bws_sub_raise(struct bws_user *u, uint64_t packages, const char *type, const char *data)
{
	struct bws_sub *s = TAILQ_FIRST(&u->subs);
	struct bws_sub *next;

	for (; s; s = next) {
		next = TAILQ_NEXT(s, of_user);
		if ((s->packages & packages) && !*s->target_sub_id)
			bws_deliver_raise(u->w, s, u, type, data);
	}
	for (s = TAILQ_FIRST(&u->w->subs.wide); s; s = next) {
		next = TAILQ_NEXT(s, of_user);
		if ((s->packages & packages) && bws_sub_covers(s, u))
			bws_deliver_raise(u->w, s, u, type, data);
	}
}

void
bws_sub_restart(struct bws *w, const struct bws_set *set, bool snapshot)
{
	struct bws_sub *s, *next;

	for (s = TAILQ_FIRST(&w->subs.all); s; s = next) {
		next = TAILQ_NEXT(s, link);
		if (s->set != set)
			continue;
		s->seq = 0;
		if (snapshot)
			bws_sub_snapshot(s, false);
	}
}

void
bws_sub_plan_snapshot(struct bws_sub *s)
{
	if (!s->user && !s->w->knobs.wide_snapshot)
		return;
	if (s->w->knobs.snapshot_ms < 0) {
		asked_snapshot(s);
		return;
	}
	/* Each request gets its own snapshot: one that is still due goes out now. */
	if (bws_timer_armed(&s->snapshot))
		asked_snapshot(s);
	bws_timer_in_ms(&s->w->timers, &s->snapshot, s->w->knobs.snapshot_ms);
}

void
bws_sub_snapshot(struct bws_sub *s, bool resync)
{
	s->w->stats.snapshots++;
	bws_snapshot_raise(s, s->packages, resync);
}

void
bws_sub_take(struct bws_sub *s)
{
	s->refs++;
}

void
bws_sub_give(struct bws_sub *s)
{
	if (--s->refs)
		return;
	bws_set_give(s->w, s->set);
	free(s->owner);
	free(s->app);
	free(s->contact);
	free(s->target_id);
	free(s->target_parent);
	free(s->target_sub_id);
	free(s);
}

void
bws_sub_end(struct bws_sub *s, bool tell, const char *why)
{
	struct bws *w = s->w;

	bws_timer_stop(&w->timers, &s->expiry);
	bws_timer_stop(&w->timers, &s->snapshot);
	TAILQ_REMOVE(&w->subs.all, s, link);
	TAILQ_REMOVE(list_of(w, s->user), s, of_user);
	tdelete(s, &w->subs.by_id, compare);
	w->subs.count--;
	bws_journal_fact(w, "subscription", "{s:s,s:s,s:s,s:s}", "what", "end", "subscription",
		s->id, "target", s->target_id, "reason", why);
	if (tell)
		bws_deliver_raise(w, s, s->user, "SubscriptionTerminatedEvent", "");
	s->dead = true;
	bws_sub_give(s);
}

void
bws_sub_fini(struct bws *w)
{
	while (!TAILQ_EMPTY(&w->subs.all))
		bws_sub_end(TAILQ_FIRST(&w->subs.all), false, "shutdown");
}
