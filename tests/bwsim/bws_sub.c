/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Subscriptions: a watcher of one user and one event package, bound to a channel set, not to a
 * channel.
 *
 * Happy path: made by POST, snapshot, events, refreshed by PUT (snapshot again), ended by DELETE.
 * Failure modes: duplicate (the older one is terminated and replaced), expiry, ack 481 (ended
 * without a word), loss in an AS failover (ended without a word).
 */
#include "tests/bwsim/bws_sub.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_doc.h"
#include "tests/bwsim/bws_journal.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#define NEVER_S 2147483647

static const char *const package_texts[] = {
#define X(name, text) text,
	BWS_PACKAGE_LIST(X)
#undef X
};

void
bws_sub_init(struct bws *w)
{
	TAILQ_INIT(&w->subs.all);
}

enum bws_package
bws_sub_package(const char *name)
{
	unsigned p;

	for (p = 0; p < BWS_PACKAGE_COUNT; p++)
		if (strcmp(package_texts[p], name) == 0)
			break;
	return (enum bws_package)p;
}

const char *
bws_sub_package_text(enum bws_package p)
{
	return package_texts[p];
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
	bws_timer_arm(&s->w->timers, &s->expiry, s->expires_us);
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

static void
on_snapshot(void *arg)
{
	bws_sub_snapshot(arg, false);
}

static void
end_duplicates(const struct bws_sub_wish *wish)
{
	struct bws_sub *s = TAILQ_FIRST(&wish->user->subs);

	while (s) {
		struct bws_sub *next = TAILQ_NEXT(s, of_user);

		if (s->package == wish->package && strcmp(s->owner, wish->owner) == 0 &&
			strcmp(s->app, wish->app) == 0)
			bws_sub_end(s, true, "duplicate");
		s = next;
	}
}

struct bws_sub *
bws_sub_new(struct bws *w, const struct bws_sub_wish *wish)
{
	struct bws_sub *s;

	end_duplicates(wish);
	if (w->knobs.subscriptions_max && w->subs.count >= (size_t)w->knobs.subscriptions_max)
		return NULL;
	s = bws_util_calloc(1, sizeof(*s));
	s->w = w;
	s->refs = 1;
	bws_rand_uuid(&w->rand_id, s->id);
	s->draw = bws_rand_next(&w->rand_route);
	s->owner = bws_util_strdup(wish->owner);
	s->app = bws_util_strdup(wish->app);
	s->user = wish->user;
	s->package = wish->package;
	s->set = bws_set_take(w, wish->owner, wish->set_id);
	bws_timer_init(&s->expiry, on_expiry, s);
	bws_timer_init(&s->snapshot, on_snapshot, s);
	bws_sub_refresh(s, wish->expires);
	TAILQ_INSERT_TAIL(&w->subs.all, s, link);
	TAILQ_INSERT_TAIL(&s->user->subs, s, of_user);
	tsearch(s, &w->subs.by_id, compare);
	w->subs.count++;
	bws_journal_fact(w, "subscription", "{s:s,s:s,s:s,s:s,s:s}", "what", "new", "subscription",
		s->id, "target", s->user->id, "package", bws_sub_package_text(s->package), "set",
		s->set->id);
	return s;
}

void
bws_sub_plan_snapshot(struct bws_sub *s)
{
	if (s->w->knobs.snapshot_ms < 0) {
		bws_sub_snapshot(s, false);
		return;
	}
	/* Each request gets its own snapshot: one that is still due goes out now. */
	if (bws_timer_armed(&s->snapshot))
		bws_sub_snapshot(s, false);
	bws_timer_in_ms(&s->w->timers, &s->snapshot, s->w->knobs.snapshot_ms);
}

void
bws_sub_snapshot(struct bws_sub *s, bool resync)
{
	struct bws_buf data = { 0 };
	const char *type = "CallSubscriptionEvent";

	s->w->stats.snapshots++;
	if (s->package == BWS_PACKAGE_DO_NOT_DISTURB) {
		type = "DoNotDisturbEvent";
		bws_doc_do_not_disturb(&data);
	} else {
		if (resync)
			type = "CallSubscriptionResyncEvent";
		bws_doc_snapshot(&data, s->user);
	}
	bws_deliver_raise(s->w, s, type, bws_buf_text(&data));
	bws_buf_free(&data);
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
	free(s);
}

void
bws_sub_end(struct bws_sub *s, bool tell, const char *why)
{
	struct bws *w = s->w;

	bws_timer_stop(&w->timers, &s->expiry);
	bws_timer_stop(&w->timers, &s->snapshot);
	TAILQ_REMOVE(&w->subs.all, s, link);
	TAILQ_REMOVE(&s->user->subs, s, of_user);
	tdelete(s, &w->subs.by_id, compare);
	w->subs.count--;
	bws_journal_fact(w, "subscription", "{s:s,s:s,s:s,s:s}", "what", "end", "subscription",
		s->id, "target", s->user->id, "reason", why);
	if (tell)
		bws_deliver_raise(w, s, "SubscriptionTerminatedEvent", "");
	s->dead = true;
	bws_sub_give(s);
}

void
bws_sub_fini(struct bws *w)
{
	while (!TAILQ_EMPTY(&w->subs.all))
		bws_sub_end(TAILQ_FIRST(&w->subs.all), false, "shutdown");
}
