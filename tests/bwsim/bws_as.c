/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Application Servers and their failover.
 *
 * Happy path: one AS serves and numbers the calls "<n>:<serverId>".
 * Failover: calls forgotten, un-acked events lost (knob), some users register soon and are told by
 * an unsolicited snapshot, the others stay in the dark until their next call.
 */
#include "tests/bwsim/bws_as.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_journal.h"
#include "tests/bwsim/bws_snapshot.h"

static const char *
name_of(unsigned index)
{
	return index ? "as2" : "as1";
}

const char *
bws_as_name(const struct bws *w)
{
	return name_of(w->as.serving);
}

void
bws_as_number(struct bws *w, char *number, size_t number_len, char *tracking, size_t tracking_len)
{
	unsigned counter = w->knobs.as_own_counters ? w->as.serving : 0;
	unsigned long long n = ++w->as.calls_numbered[counter];
	char uuid[BWS_UUID_LEN + 1];

	snprintf(number, number_len, "%llu", n);
	if (w->knobs.uuid_tracking) {
		bws_rand_uuid(&w->rand_id, uuid);
		snprintf(tracking, tracking_len, "%s", uuid);
	} else {
		snprintf(tracking, tracking_len, "%llu:%u", n, w->as.serving + 1);
	}
}

static void
on_registration(void *arg)
{
	struct bws_user *u = arg;

	bws_as_register(u->w, u);
}

void
bws_as_user_init(struct bws *w, struct bws_user *u)
{
	u->as_generation = w->as.generation;
	bws_timer_init(&u->registration, on_registration, u);
}

void
bws_as_activity(struct bws *w, struct bws_user *u)
{
	if (u->as_generation == w->as.generation)
		return;
	u->as_generation = w->as.generation;
	bws_timer_stop(&w->timers, &u->registration);
	bws_journal_fact(
		w, "as-move", "{s:s,s:s,s:s}", "user", u->id, "as", bws_as_name(w), "by", "call");
}

/* Each package tells it in its own way, or not at all. */
static void
tell_subscription(struct bws_sub *s)
{
	const struct bws_knobs *k = &s->w->knobs;
	uint64_t plain = 0, resync = 0;
	unsigned p;

	for (p = 0; p < BWS_PACKAGE_COUNT; p++) {
		if (!(s->packages & BWS_PACKAGE_BIT(p)))
			continue;
		switch (bws_package_resync(
			k->resync_packages, k->resync_event, (enum bws_package)p)) {
		case BWS_RESYNC_PLAIN:
			plain |= BWS_PACKAGE_BIT(p);
			break;
		case BWS_RESYNC_EVENT:
			resync |= BWS_PACKAGE_BIT(p);
			break;
		case BWS_RESYNC_NONE:
			break;
		}
	}
	bws_snapshot_raise(s, plain, false);
	bws_snapshot_raise(s, resync, true);
	if (plain | resync)
		s->w->stats.snapshots++;
}

static void
tell_subscriptions(struct bws_user *u)
{
	struct bws_sub *s = TAILQ_FIRST(&u->subs);

	while (s) {
		struct bws_sub *next = TAILQ_NEXT(s, of_user);

		tell_subscription(s);
		s = next;
	}
}

void
bws_as_register(struct bws *w, struct bws_user *u)
{
	if (u->as_generation == w->as.generation)
		return;
	u->as_generation = w->as.generation;
	bws_timer_stop(&w->timers, &u->registration);
	bws_journal_fact(w, "as-move", "{s:s,s:s,s:s}", "user", u->id, "as", bws_as_name(w), "by",
		"registration");
	tell_subscriptions(u);
}

bool
bws_as_is_down(const struct bws *w)
{
	return bws_util_mono_us() < w->as.outage_until_us;
}

/* Numbers and expiry clock of a subscription that the other AS goes on with. */
static void
survive_failover(struct bws_sub *s)
{
	const struct bws_knobs *k = &s->w->knobs;

	if (k->seq_failover == 1)
		s->seq = 0;
	else if (k->seq_failover == 2)
		s->seq += 1000;
	else if (k->seq_failover == 3)
		s->seq = 2147483646;
	if (k->as_expiry == 1)
		bws_sub_refresh(s, -1);
	else if (k->as_expiry == 2)
		bws_timer_in_ms(&s->w->timers, &s->expiry, 0);
}

static size_t
lose_subscriptions(struct bws *w, double survive)
{
	struct bws_sub *s = TAILQ_FIRST(&w->subs.all);
	size_t lost = 0;

	while (s) {
		struct bws_sub *next = TAILQ_NEXT(s, link);

		if (bws_rand_unit(&w->rand_as) >= survive) {
			bws_sub_end(s, false, "as-failover");
			lost++;
		} else {
			survive_failover(s);
		}
		s = next;
	}
	return lost;
}

/* Call centers and route points do not register; what tells them of a failover, if anything (knob
 * resync_packages), tells them a moment later. */
static void
plan_virtual(struct bws_user *u)
{
	struct bws *w = u->w;

	bws_timer_in_ms(&w->timers, &u->registration,
		w->knobs.as_outage_ms +
			bws_rand_range(&w->rand_as, w->knobs.reg_ms_min, w->knobs.reg_ms_max));
}

static void
plan_registrations(struct bws *w)
{
	size_t i;

	for (i = 0; i < w->users.virtual_count; i++)
		plan_virtual(w->users.virtuals[i]);

	for (i = 0; i < w->users.count; i++) {
		struct bws_user *u = w->users.list[i];
		int64_t ms = bws_rand_range(&w->rand_as, w->knobs.reg_ms_min, w->knobs.reg_ms_max);

		u->off_hook = false;
		bws_timer_stop(&w->timers, &u->registration);
		if (bws_rand_range(&w->rand_as, 1, 100) <= w->knobs.reg_percent)
			bws_timer_in_ms(&w->timers, &u->registration, w->knobs.as_outage_ms + ms);
	}
}

void
bws_as_switch(struct bws *w, bool channel_loss, int64_t each_ms)
{
	const char *from = bws_as_name(w);
	size_t i;

	w->as.serving = !w->as.serving;
	w->as.generation++;
	for (i = 0; i < w->users.count; i++) {
		struct bws_user *u = w->users.list[i];

		bws_timer_in_ms(&w->timers, &u->registration, (int64_t)(i + 1) * each_ms);
	}
	bws_journal_fact(w, "as-switch", "{s:s,s:s,s:b,s:I}", "from", from, "to", bws_as_name(w),
		"channel_loss", (int)channel_loss, "each_ms", (long long)each_ms);
	while (channel_loss && !TAILQ_EMPTY(&w->chans.all))
		bws_chan_end(TAILQ_FIRST(&w->chans.all), NULL, "as-switch");
}

size_t
bws_as_failover(struct bws *w, double survive)
{
	const char *from = bws_as_name(w);
	size_t calls = bws_call_forget_all(w);
	size_t events = w->knobs.as_unacked_lost ? bws_deliver_forget(w, "as-failover") : 0;
	size_t subs;

	w->as.serving = !w->as.serving;
	w->as.generation++;
	w->as.outage_until_us = bws_util_mono_us() + w->knobs.as_outage_ms * 1000;
	subs = lose_subscriptions(w, survive);
	plan_registrations(w);
	bws_journal_fact(w, "as-failover", "{s:s,s:s,s:I,s:I,s:I}", "from", from, "to",
		bws_as_name(w), "calls_lost", (long long)calls, "events_lost", (long long)events,
		"subscriptions_lost", (long long)subs);
	return calls;
}
