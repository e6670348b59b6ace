/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event channels and channel sets.
 *
 * Happy path: open (the Channel document is the first of the stream), heartbeats keep it, a
 * refresh before expiry, delete.
 *
 * Ways to end: the client's DELETE (ExplicitDelete), expiry (Expired), another set of the same
 * owner and application (DuplicateChannelSet), ack 404 (UnknownChannel), no acks
 * (NonResponsiveChannel), heartbeat loss, end of the connection, death of the XSP. In every case
 * the subscriptions stay and un-acked events go to the other channels of the set.
 */
#include "tests/bwsim/bws_chan.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_doc.h"
#include "tests/bwsim/bws_journal.h"
#include "tests/bwsim/bws_stream.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#define NEVER_S 2147483647

static int
compare(const void *a, const void *b)
{
	const struct bws_chan *x = a;
	const struct bws_chan *y = b;

	return strcmp(x->id, y->id);
}

void
bws_chan_init(struct bws *w)
{
	TAILQ_INIT(&w->chans.all);
	TAILQ_INIT(&w->chans.sets);
}

struct bws_set *
bws_set_find(const struct bws *w, const char *owner, const char *id)
{
	struct bws_set *set;

	TAILQ_FOREACH(set, &w->chans.sets, link)
		if (strcmp(set->id, id) == 0 && strcmp(set->owner, owner) == 0)
			return set;
	return NULL;
}

struct bws_set *
bws_set_take(struct bws *w, const char *owner, const char *id)
{
	struct bws_set *set = bws_set_find(w, owner, id);

	if (!set) {
		set = bws_util_calloc(1, sizeof(*set));
		set->owner = bws_util_strdup(owner);
		set->id = bws_util_strdup(id);
		TAILQ_INIT(&set->chans);
		TAILQ_INSERT_TAIL(&w->chans.sets, set, link);
	}
	set->refs++;
	return set;
}

void
bws_set_give(struct bws *w, struct bws_set *set)
{
	if (--set->refs)
		return;
	TAILQ_REMOVE(&w->chans.sets, set, link);
	free(set->owner);
	free(set->id);
	free(set);
}

struct bws_chan *
bws_chan_find(const struct bws *w, const char *id)
{
	struct bws_chan wanted;
	struct bws_chan **at;

	if (strlen(id) != BWS_UUID_LEN)
		return NULL;
	memcpy(wanted.id, id, BWS_UUID_LEN + 1);
	at = tfind(&wanted, &w->chans.by_id, compare);
	return at ? *at : NULL;
}

int64_t
bws_chan_grant(const struct bws *w, int64_t wish)
{
	if (wish < w->knobs.expires_min)
		wish = w->knobs.expires_min;
	if (wish > w->knobs.expires_max)
		wish = w->knobs.expires_max;
	return wish;
}

int64_t
bws_chan_early(const struct bws *w, int64_t expires_us)
{
	int64_t now = bws_util_mono_us();

	return expires_us - (expires_us - now) / 100 * w->knobs.expiry_early_percent;
}

int64_t
bws_chan_remaining(const struct bws_chan *c)
{
	int64_t left;

	if (c->expires_us == INT64_MAX)
		return NEVER_S;
	left = c->expires_us - bws_util_mono_us();
	return left <= 0 ? 0 : (left + 500000) / (c->w->knobs.expires_second_ms * 1000);
}

void
bws_chan_refresh(struct bws_chan *c, int64_t expires)
{
	int64_t grant = bws_chan_grant(c->w, expires);

	if (grant == NEVER_S) {
		c->expires_us = INT64_MAX;
		bws_timer_stop(&c->w->timers, &c->expiry);
		return;
	}
	c->expires_us = bws_util_mono_us() + grant * c->w->knobs.expires_second_ms * 1000;
	bws_timer_arm(&c->w->timers, &c->expiry, bws_chan_early(c->w, c->expires_us));
}

static void
on_expiry(void *arg)
{
	bws_chan_end(arg, "Expired", "expired");
}

static void
on_silence(void *arg)
{
	struct bws_chan *c = arg;

	if (c->overfull) {
		bws_chan_end(c, "NonResponsiveChannel", "overfull");
		return;
	}
	/* No reason of the schema names heartbeat loss; NonResponsiveChannel is the nearest. */
	bws_chan_end(c, c->w->knobs.event_timeout_tells ? "NonResponsiveChannel" : NULL,
		"heartbeat-lost");
}

static void
on_stream_gone(void *arg)
{
	struct bws_chan *c = arg;

	c->stream = NULL;
	bws_chan_end(c, NULL, "connection-lost");
}

static void
end_other_sets(struct bws *w, const char *owner, const struct bws_chan_wish *wish)
{
	struct bws_chan *c = TAILQ_FIRST(&w->chans.all);

	while (wish->app && c) {
		struct bws_chan *next = TAILQ_NEXT(c, link);

		if (c->app && strcmp(c->app, wish->app) == 0 && strcmp(c->set->owner, owner) == 0 &&
			strcmp(c->set->id, wish->set_id) != 0)
			bws_chan_end(c, "DuplicateChannelSet", "duplicate-set");
		c = next;
	}
}

static void
send_opening(struct bws_chan *c)
{
	struct bws_buf doc = { 0 };

	bws_doc_channel_reply(&doc, c);
	bws_stream_push(c->stream, doc.p, doc.n);
	bws_buf_free(&doc);
}

static bool
set_is_full(const struct bws *w, const struct bws_set *set)
{
	size_t max = (size_t)w->knobs.channels_per_set_max;

	return max && set && set->chan_count >= max;
}

struct bws_chan *
bws_chan_open(struct bws *w, struct bws_req *r, const char *owner, const struct bws_chan_wish *wish)
{
	struct bws_chan *c;

	if (set_is_full(w, bws_set_find(w, owner, wish->set_id)))
		return NULL;
	end_other_sets(w, owner, wish);
	c = bws_util_calloc(1, sizeof(*c));
	c->w = w;
	bws_rand_uuid(&w->rand_id, c->id);
	c->app = bws_util_strdup(wish->app);
	c->set = bws_set_take(w, owner, wish->set_id);
	c->xsp = r->xsp;
	c->priority = wish->priority;
	c->weight = wish->weight;
	c->responding = true;
	c->opened_us = bws_util_mono_us();
	c->stream = bws_stream_new(r, on_stream_gone, c);
	r->stream = r->cti ? NULL : c->stream;
	bws_timer_init(&c->heartbeat, on_silence, c);
	bws_timer_init(&c->expiry, on_expiry, c);
	/* Over CTI the connection's keepalive takes the place of heartbeats. */
	if (!r->cti)
		bws_timer_in_ms(&w->timers, &c->heartbeat, w->knobs.event_timeout_ms);
	bws_chan_refresh(c, wish->expires);
	TAILQ_INSERT_TAIL(&w->chans.all, c, link);
	TAILQ_INSERT_TAIL(&c->set->chans, c, in_set);
	c->set->chan_count++;
	w->chans.count++;
	w->stats.channels_opened++;
	tsearch(c, &w->chans.by_id, compare);
	if (r->cti)
		bws_doc_channel_reply(&r->reply, c);
	else
		send_opening(c);
	bws_journal_fact(w, "channel", "{s:s,s:s,s:s,s:s,s:s,s:s?}", "what", "open", "channel",
		c->id, "xsp", bws_xsp_name(c->xsp), "set", c->set->id, "owner", owner, "app",
		c->app);
	bws_deliver_chan_opened(w, c);
	return c;
}

void
bws_chan_heartbeat(struct bws_chan *c)
{
	struct bws_buf doc = { 0 };

	c->responding = true;
	bws_timer_in_ms(&c->w->timers, &c->heartbeat, c->w->knobs.event_timeout_ms);
	if (!c->stream || !c->w->knobs.heartbeat_doc)
		return;
	bws_doc_heartbeat(&doc);
	bws_stream_push(c->stream, doc.p, doc.n);
	bws_buf_free(&doc);
}

static void
end_stream(struct bws_chan *c, const char *terminated)
{
	struct bws_buf doc = { 0 };
	struct bws_stream *s = c->stream;

	c->stream = NULL;
	if (!s)
		return;
	if (!terminated) {
		bws_stream_cut(s);
		return;
	}
	bws_doc_channel_terminated(&doc, c, terminated);
	bws_stream_push(s, doc.p, doc.n);
	bws_buf_free(&doc);
	bws_stream_finish(s);
}

void
bws_chan_end(struct bws_chan *c, const char *terminated, const char *why)
{
	struct bws *w = c->w;
	struct bws_set *set = c->set;

	bws_timer_stop(&w->timers, &c->heartbeat);
	bws_timer_stop(&w->timers, &c->expiry);
	end_stream(c, terminated);
	TAILQ_REMOVE(&w->chans.all, c, link);
	TAILQ_REMOVE(&set->chans, c, in_set);
	set->chan_count--;
	w->chans.count--;
	w->stats.channels_closed++;
	tdelete(c, &w->chans.by_id, compare);
	bws_journal_fact(w, "channel", "{s:s,s:s,s:s,s:s,s:s,s:s}", "what",
		terminated ? "terminated" : "close", "channel", c->id, "xsp", bws_xsp_name(c->xsp),
		"set", set->id, "owner", set->owner, "reason", terminated ? terminated : why);
	bws_deliver_chan_ended(w, c);
	free(c->app);
	free(c);
	bws_set_give(w, set);
}

void
bws_chan_overfull(struct bws_chan *c)
{
	c->overfull = true;
	bws_timer_arm(&c->w->timers, &c->heartbeat, 0);
}

void
bws_chan_end_xsp(struct bws *w, const struct bws_xsp *xsp, const char *why)
{
	struct bws_chan *c = TAILQ_FIRST(&w->chans.all);

	while (c) {
		struct bws_chan *next = TAILQ_NEXT(c, link);

		if (c->xsp == xsp)
			bws_chan_end(c, NULL, why);
		c = next;
	}
}

/* Is @a to be preferred to @b, weights apart? 0 = equal. */
static int
preference(const struct bws *w, const struct bws_chan *a, const struct bws_chan *b)
{
	if (a->responding != b->responding)
		return a->responding ? 1 : -1;
	if (w->knobs.priority_order == 2 || a->priority == b->priority)
		return 0;
	if (w->knobs.priority_order == 0)
		return a->priority < b->priority ? 1 : -1;
	return a->priority > b->priority ? 1 : -1;
}

struct bws_chan *
bws_chan_pick(
	const struct bws *w, const struct bws_set *set, const struct bws_chan *avoid, uint64_t draw)
{
	const struct bws_chan *best = NULL;
	struct bws_chan *c;
	uint64_t sum = 0;

	if (avoid && set->chan_count == 1)
		avoid = NULL;
	TAILQ_FOREACH(c, &set->chans, in_set) {
		if (c == avoid)
			continue;
		if (!best || preference(w, c, best) > 0)
			best = c;
	}
	if (!best)
		return NULL;
	TAILQ_FOREACH(c, &set->chans, in_set)
		if (c != avoid && preference(w, c, best) == 0)
			sum += (uint64_t)c->weight;
	draw %= sum;
	TAILQ_FOREACH(c, &set->chans, in_set) {
		if (c == avoid || preference(w, c, best) != 0)
			continue;
		if (draw < (uint64_t)c->weight)
			return c;
		draw -= (uint64_t)c->weight;
	}
	return NULL;
}

void
bws_chan_fini(struct bws *w)
{
	while (!TAILQ_EMPTY(&w->chans.all))
		bws_chan_end(TAILQ_FIRST(&w->chans.all), NULL, "shutdown");
}
