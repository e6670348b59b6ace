/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Delivery of events until they are acknowledged.
 *
 * Happy path: raise -> pick a channel of the set -> write -> ack 200 -> forget.
 *
 * Failure modes: no channel (dropped, or kept keep_ms); no ack in time (the channel counts as not
 * responding, delivered again on the next channel, at last the whole set is closed with
 * NonResponsiveChannel); the channel ends (delivered again on the others, or kept unacked_keep_ms
 * for a channel to come); ack 404 / 481 / 500 / 400 as the schema says; an ack at the wrong XSP
 * is refused; too many events (the oldest is dropped).
 */
#include "tests/bwsim/bws_deliver.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_contact.h"
#include "tests/bwsim/bws_doc.h"
#include "tests/bwsim/bws_journal.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#define SEQ_MAX 2147483647u

static int
compare(const void *a, const void *b)
{
	const struct bws_event *x = a;
	const struct bws_event *y = b;

	return strcmp(x->id, y->id);
}

void
bws_deliver_init(struct bws *w)
{
	TAILQ_INIT(&w->deliver.pending);
}

static void
detach(struct bws_event *ev)
{
	if (ev->chan)
		ev->chan->outstanding--;
	ev->chan = NULL;
}

static void
free_event(struct bws_event *ev)
{
	struct bws *w = ev->w;

	detach(ev);
	bws_timer_stop(&w->timers, &ev->timer);
	TAILQ_REMOVE(&w->deliver.pending, ev, link);
	tdelete(ev, &w->deliver.by_id, compare);
	w->deliver.count--;
	bws_sub_give(ev->sub);
	free(ev->type);
	free(ev->data);
	free(ev);
}

static void
drop_event(struct bws_event *ev, const char *why)
{
	ev->w->stats.events_dropped++;
	bws_journal_fact(ev->w, "drop", "{s:s,s:s,s:I,s:s,s:s}", "event_id", ev->id, "subscription",
		ev->sub->id, "seq", (long long)ev->seq, "type", ev->type, "reason", why);
	free_event(ev);
}

static void
new_event_id(struct bws_event *ev)
{
	struct bws *w = ev->w;

	if (*ev->id)
		tdelete(ev, &w->deliver.by_id, compare);
	bws_rand_uuid(&w->rand_id, ev->id);
	tsearch(ev, &w->deliver.by_id, compare);
}

static void
write_event(struct bws_event *ev, struct bws_chan *c)
{
	struct bws *w = ev->w;
	struct bws_buf doc = { 0 };
	bool lost;

	ev->chan = c;
	ev->last = c;
	ev->xsp_mask |= 1u << bws_xsp_index(c->xsp);
	ev->resend = false;
	c->outstanding++;
	if (ev->attempts++)
		w->stats.redeliveries++;
	if (ev->attempts > 1 && w->knobs.redeliver_new_id)
		new_event_id(ev);
	bws_doc_event(&doc, ev, c);
	w->validate.off += ev->wrong;
	lost = bws_garble_send(w, ev, c, &doc);
	w->validate.off -= ev->wrong;
	bws_buf_free(&doc);
	w->stats.events_sent++;
	bws_journal_fact(w, "event", "{s:s,s:s,s:I,s:s,s:s,s:s,s:I}", "event_id", ev->id,
		"subscription", ev->sub->id, "seq", (long long)ev->seq, "type", ev->type, "target",
		ev->about ? ev->about->id : ev->sub->target_id, "channel", c->id, "attempt",
		(long long)ev->attempts);
	if (w->knobs.ack_timeout_ms)
		bws_timer_in_ms(&w->timers, &ev->timer, w->knobs.ack_timeout_ms);
	else
		bws_timer_stop(&w->timers, &ev->timer);
	if (lost)
		drop_event(ev, "garbled");
}

static bool
has_room(const struct bws *w, const struct bws_chan *c)
{
	return !w->knobs.outstanding_max || c->outstanding < (size_t)w->knobs.outstanding_max;
}

/* No channel takes it now: wait for one, but not for ever. */
static void
keep_event(struct bws_event *ev, bool full)
{
	struct bws *w = ev->w;
	int64_t keep_ms = ev->attempts || full ? w->knobs.unacked_keep_ms : w->knobs.keep_ms;

	ev->resend = false;
	if (!full && !ev->attempts && bws_rand_range(&w->rand_net, 1, 100) > w->knobs.keep_percent)
		keep_ms = 0;
	if (full && w->knobs.outstanding_full == 1)
		keep_ms = 0;
	if (!keep_ms) {
		drop_event(ev, "no-channel");
		return;
	}
	if (!bws_timer_armed(&ev->timer))
		bws_timer_in_ms(&w->timers, &ev->timer, keep_ms);
}

static const struct bws_chan *
on_xsp(const struct bws_set *set, const struct bws_xsp *xsp)
{
	const struct bws_chan *c;

	TAILQ_FOREACH(c, &set->chans, in_set)
		if (c->xsp == xsp)
			return c;
	return NULL;
}

static void
send_event(struct bws_event *ev)
{
	struct bws *w = ev->w;
	const struct bws_chan *avoid = w->knobs.redeliver_same_channel ? NULL : ev->last;
	uint64_t draw = w->knobs.spread ? ev->sub->draw : bws_rand_next(&w->rand_route);
	struct bws_chan *c;

	if (w->deliver.elsewhere)
		avoid = on_xsp(ev->sub->set, w->deliver.elsewhere);
	c = bws_chan_pick(w, ev->sub->set, avoid, draw);
	if (c && has_room(w, c)) {
		write_event(ev, c);
		return;
	}
	if (c && w->knobs.outstanding_full == 2)
		bws_chan_overfull(c);
	keep_event(ev, c != NULL);
}

static void
plan_resend(struct bws_event *ev)
{
	struct bws *w = ev->w;
	int64_t ms = w->knobs.redeliver_ms;
	int64_t i;

	for (i = 1; i < ev->attempts && ms < 600000; i++)
		ms *= w->knobs.redeliver_growth;
	ev->resend = true;
	bws_timer_in_ms(&w->timers, &ev->timer, ms);
}

static void
close_set(struct bws_set *set)
{
	set->refs++;
	while (!TAILQ_EMPTY(&set->chans))
		bws_chan_end(TAILQ_FIRST(&set->chans), "NonResponsiveChannel", "no-acks");
	set->refs--;
}

/* All deliveries were in vain. */
static void
give_up(struct bws_event *ev)
{
	struct bws_sub *sub = ev->sub;
	struct bws_set *set = sub->set;
	struct bws *w = ev->w;

	/* The event goes first: it must not be delivered again when its channel ends. Its set must
	 * outlive it. */
	bws_sub_take(sub);
	drop_event(ev, "not-acknowledged");
	if (w->knobs.nonresponsive_close)
		close_set(set);
	bws_sub_give(sub);
}

static void
on_timer(void *arg)
{
	struct bws_event *ev = arg;

	if (ev->resend) {
		send_event(ev);
		return;
	}
	if (!ev->chan) {
		drop_event(ev, "kept-too-long");
		return;
	}
	ev->w->stats.ack_timeouts++;
	ev->chan->responding = false;
	detach(ev);
	if (ev->attempts > ev->w->knobs.redeliver_count)
		give_up(ev);
	else
		plan_resend(ev);
}

static void
shed(struct bws *w)
{
	while (w->deliver.count > (size_t)w->knobs.events_kept_max)
		drop_event(TAILQ_FIRST(&w->deliver.pending), "too-many");
}

void
bws_deliver_raise(struct bws *w, struct bws_sub *sub, const struct bws_user *about,
	const char *type, const char *data)
{
	struct bws_event *ev = bws_util_calloc(1, sizeof(*ev));

	ev->w = w;
	ev->sub = sub;
	ev->about = about;
	ev->wrong = w->validate.off > 0;
	bws_sub_take(sub);
	sub->seq = sub->seq == SEQ_MAX ? 1 : sub->seq + 1;
	ev->seq = sub->seq;
	ev->type = bws_util_strdup(type);
	ev->data = bws_util_strdup(data);
	bws_timer_init(&ev->timer, on_timer, ev);
	new_event_id(ev);
	TAILQ_INSERT_TAIL(&w->deliver.pending, ev, link);
	w->deliver.count++;
	w->stats.events_raised++;
	if (sub->contact) {
		bws_contact_send(w, ev);
		free_event(ev);
		return;
	}
	send_event(ev);
	shed(w);
	if (w->deliver.count > w->stats.events_kept_peak)
		w->stats.events_kept_peak = w->deliver.count;
}

/* A channel has room again: what waits for its set goes out, oldest first. */
static void
send_waiting(struct bws *w, const struct bws_set *set)
{
	struct bws_event *ev = TAILQ_FIRST(&w->deliver.pending);

	while (ev) {
		struct bws_event *next = TAILQ_NEXT(ev, link);

		if (ev->sub->set == set && !ev->chan)
			send_event(ev);
		ev = next;
	}
}

static void
retry_elsewhere(struct bws_event *ev)
{
	if (ev->attempts > ev->w->knobs.redeliver_count)
		give_up(ev);
	else if (ev->sub->set->chan_count > 1)
		send_event(ev);
	else
		plan_resend(ev);
}

static void
apply_ack(struct bws_event *ev, int64_t status)
{
	struct bws_chan *c = ev->chan;
	struct bws_sub *sub = ev->sub;

	if (c)
		c->responding = true;
	switch (status) {
	case 404:
		/* Ends the channel; that delivers the event again on the next one. */
		if (c)
			bws_chan_end(c, "UnknownChannel", "ack-404");
		break;
	case 481:
		bws_sub_take(sub);
		drop_event(ev, "ack-481");
		if (!sub->dead)
			bws_sub_end(sub, false, "ack-481");
		bws_sub_give(sub);
		break;
	case 500:
		detach(ev);
		bws_timer_stop(&ev->w->timers, &ev->timer);
		retry_elsewhere(ev);
		break;
	case 400:
		drop_event(ev, "ack-400");
		break;
	default:
		free_event(ev);
		break;
	}
}

enum bws_ack_result
bws_deliver_ack(struct bws *w, const struct bws_xsp *xsp, const char *event_id, int64_t status)
{
	struct bws_event wanted;
	struct bws_event **at = NULL;
	struct bws_set *set;

	if (strlen(event_id) == BWS_UUID_LEN) {
		memcpy(wanted.id, event_id, BWS_UUID_LEN + 1);
		at = tfind(&wanted, &w->deliver.by_id, compare);
	}
	if (!at)
		return BWS_ACK_UNKNOWN;
	if (!((*at)->xsp_mask & (1u << bws_xsp_index(xsp))) && strstr(w->knobs.bound_kinds, "ack"))
		return BWS_ACK_WRONG_XSP;
	set = (*at)->sub->set;
	set->refs++;
	apply_ack(*at, status);
	if (w->knobs.outstanding_max)
		send_waiting(w, set);
	bws_set_give(w, set);
	return BWS_ACK_KNOWN;
}

void
bws_deliver_chan_opened(struct bws *w, struct bws_chan *c)
{
	if (w->knobs.seq_reopen && c->set->chan_count == 1)
		bws_sub_restart(w, c->set, w->knobs.seq_reopen == 2);
	send_waiting(w, c->set);
}

void
bws_deliver_chan_ended(struct bws *w, struct bws_chan *c)
{
	struct bws_event *ev = TAILQ_FIRST(&w->deliver.pending);

	while (ev) {
		struct bws_event *next = TAILQ_NEXT(ev, link);

		if (ev->last == c)
			ev->last = NULL;
		if (ev->chan == c) {
			detach(ev);
			bws_timer_stop(&w->timers, &ev->timer);
			if (w->knobs.chan_loss_resend || TAILQ_EMPTY(&c->set->chans))
				send_event(ev);
			else
				plan_resend(ev);
		}
		ev = next;
	}
}

size_t
bws_deliver_forget(struct bws *w, const char *why)
{
	size_t n = 0;

	while (!TAILQ_EMPTY(&w->deliver.pending)) {
		drop_event(TAILQ_FIRST(&w->deliver.pending), why);
		n++;
	}
	return n;
}

void
bws_deliver_fini(struct bws *w)
{
	while (!TAILQ_EMPTY(&w->deliver.pending))
		free_event(TAILQ_FIRST(&w->deliver.pending));
}
