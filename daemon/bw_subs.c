/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking: one mechanism for the first subscription, a takeover, an AS failover, a lost channel, a gap, a client's
 * SnapshotDevice, and the renewal of what runs out, which is an audit at the same time.
 *
 *   IDLE -> QUEUED -> SENT -> WAIT -> IDLE        RETRY after a failure: -> QUEUED
 *
 * Happy path: the subscription is queued (enum bw_queue), sent when rate and window allow (subscribe if it has no
 * id, else PUT), accepted, the snapshot event comes and is compared (bw_event.c). Of a primary package: the device is in
 * service. Renewed when audit-s, up to a third more, or refresh-percent of the granted time is over.
 * Failure modes: 403/404 to a PUT: the subscription is gone, subscribe anew; a subscribe that is refused: first without a list
 * of packages, then as another kind of device; a device that was never confirmed is refused then. A secondary package
 * that is refused is tried again after package-retry-s, one that tells no snapshot is none the worse. Anything else, or no
 * snapshot in time: once more after a delay.
 */
#include "daemon/bw_part.h"

#include "proto/base/check.h"
#include "proto/base/sm.h"
#include "proto/xsi_body.h"
#include "proto/xsi_decode.h"

#define ASK_ACKS_WAITING \
	8 /* times acks-in-flight: more waiting acknowledgements hold up the asking */
#define ASK_RETRY_MS 1000
#define ASK_RETRY_LEVELS 7     /* 1 s, 2 s, 4 s ... 64 s */
#define ASK_RETRY_LEVEL_LIVE 2 /* a device with calls: never more than 4 s */
#define ASK_HELD_MS 60000
#define ASK_OWED_MS 30000
#define ASK_REFUSED_FAILURES 3
#define UNSOLICITED_QUIET_MS 1000
#define EXPIRES_S_MAX 31622400 /* a year is as good as for ever */

static const struct sm_state ask_states[] = {
	[ASK_IDLE] = { "idle", SM_BIT(ASK_QUEUED) },
	[ASK_QUEUED] = { "queued", SM_BIT(ASK_SENT) | SM_BIT(ASK_IDLE) },
	[ASK_SENT] = { "sent",
		SM_BIT(ASK_WAIT) | SM_BIT(ASK_RETRY) | SM_BIT(ASK_IDLE) | SM_BIT(ASK_QUEUED) },
	[ASK_WAIT] = { "wait", SM_BIT(ASK_IDLE) | SM_BIT(ASK_RETRY) | SM_BIT(ASK_QUEUED) },
	[ASK_RETRY] = { "retry", SM_BIT(ASK_QUEUED) | SM_BIT(ASK_IDLE) },
};

static const struct sm_table ask_table = { "ask", ask_states, 5 };

static bool
is_primary(const struct bw_sub *bs)
{
	return bs == bs->of->primary;
}

void
bw_renew_later(struct bw *b, struct bw_sub *bs)
{
	const struct conf *conf = b->x->conf;
	int64_t ms = conf->audit_s * 1000;
	int64_t granted_ms =
		(int64_t)(bs->expires_s < EXPIRES_S_MAX ? bs->expires_s : EXPIRES_S_MAX) * 1000 *
		conf->refresh_percent / 100;

	/* not all at once what was asked for at once */
	ms += (int64_t)rng_below(&b->x->rng, (uint64_t)ms / 3 + 1);
	granted_ms -= (int64_t)rng_below(&b->x->rng, (uint64_t)granted_ms / 10 + 1);
	if (bs->expires_s > 0 && granted_ms < ms)
		ms = granted_ms;
	timers_set(&b->renewals, &bs->timer, mono_add_ms(bs->asked, ms));
}

/* Where the timer of one in this state is: those that are idle have a heap of their own, whose first is the next renewal. */
static struct timers *
ask_timers(struct bw *b, enum bw_ask_state state)
{
	return state == ASK_IDLE ? &b->renewals : &b->timers;
}

static enum bw_queue
ask_queue(const struct bw_sub *bs)
{
	if (bs->of->device == NULL)
		return BW_QUEUE_SCOPE;
	if (!is_primary(bs))
		return BW_QUEUE_SECONDARY;
	if (bs->urgent || bs->of->device->half_count > 0)
		return BW_QUEUE_LIVE;
	return bs->of->kind == CORE_KIND_user ? BW_QUEUE_PRIMARY : BW_QUEUE_VIRTUAL;
}

static int64_t
ask_retry_ms(struct bw *b, const struct bw_sub *bs)
{
	uint32_t level = bs->failures <= ASK_RETRY_LEVELS ? bs->failures - 1 : ASK_RETRY_LEVELS - 1;

	if (bs->refused)
		return rng_jitter_ms(&b->x->rng, b->x->conf->package_retry_s * 1000, 10);
	/* a call that may be stuck is not left alone for a minute */
	if (is_primary(bs) && bs->of->device != NULL && bs->of->device->half_count > 0 &&
		level > ASK_RETRY_LEVEL_LIVE)
		level = ASK_RETRY_LEVEL_LIVE;
	return (int64_t)ASK_RETRY_MS << level;
}

static struct mono
ask_wait_due(const struct bw *b, const struct bw_sub *bs)
{
	struct mono due = mono_add_ms(b->x->now, b->x->conf->snapshot_wait_ms);

	return bs->hurried ? mono_min(due, mono_add_ms(b->x->now, b->x->conf->gap_wait_ms)) : due;
}

static void
ask_change(struct bw *b, struct bw_sub *bs, enum bw_ask_state to)
{
	int state = (int)bs->state;

	sm_move(&ask_table, &state, (int)to);
	if (bs->state == ASK_QUEUED)
		TAILQ_REMOVE(&b->queues[bs->queue], bs, link);
	if (bs->state == ASK_SENT)
		b->asks_out--;
	timers_clear(ask_timers(b, bs->state), &bs->timer);
	bs->state = to;
	switch (to) {
	case ASK_IDLE:
		bw_renew_later(b, bs);
		break;
	case ASK_QUEUED:
		bs->queue = ask_queue(bs);
		TAILQ_INSERT_TAIL(&b->queues[bs->queue], bs, link);
		break;
	case ASK_SENT:
		b->asks_out++;
		bs->sent = b->x->now;
		bs->hurried = false;
		break;
	case ASK_WAIT:
		timers_set(&b->timers, &bs->timer, ask_wait_due(b, bs));
		break;
	case ASK_RETRY:
		timers_set(&b->timers, &bs->timer, mono_add_ms(b->x->now, ask_retry_ms(b, bs)));
		break;
	}
}

bool
bw_ask_is_open(const struct bw_sub *bs)
{
	return bs->state == ASK_SENT || bs->state == ASK_WAIT;
}

void
bw_sub_ask(struct bw *b, struct bw_sub *bs, bool urgent)
{
	if (b->phase == BW_OFF)
		return;
	if (bw_ask_is_open(bs)) {
		bs->again = true;
	} else if (bs->state != ASK_QUEUED) {
		bs->urgent = urgent;
		ask_change(b, bs, ASK_QUEUED);
	}
}

void
bw_sub_missed(struct bw *b, struct bw_sub *bs)
{
	bw_sub_ask(b, bs, is_primary(bs));
	/* whose events are lost each time is asked no faster than one that is silent */
	bs->hurried = bs->failures == 0;
	if (bs->state == ASK_WAIT)
		timers_set(&b->timers, &bs->timer, mono_min(bs->timer.due, ask_wait_due(b, bs)));
}

/* Others are being asked, or wait for their turn. */
static bool
asks_busy(const struct bw *b)
{
	return b->asks_out > 0 || !bw_asks_idle(b);
}

/* Confirmed a moment ago, and nothing has put it in doubt since. */
static bool
ask_is_fresh(const struct bw *b, const struct bw_sub *bs)
{
	const struct bw_device *bd = bs->of;

	return bd->confirmed && !bd->suspect && bd->device->service == CORE_SERVICE_IN &&
		bs->state == ASK_IDLE && bs->gap_due.us == MONO_NEVER.us &&
		!mono_due(mono_add_ms(bs->asked, LIMIT_FRESH_MS), b->x->now);
}

bool
bw_ask_for_client(struct bw *b, struct core_device *d)
{
	struct bw_sub *bs = bw_device(b, d)->primary;

	bw_blame(bs->of, METER_DESYNC_REQUEST);
	if (asks_busy(b) && ask_is_fresh(b, bs))
		return false;
	/* the answer that is awaited is of a moment ago as well: it serves who asks now */
	if (!bw_ask_is_open(bs) || mono_due(mono_add_ms(bs->sent, LIMIT_FRESH_MS), b->x->now))
		bw_sub_ask(b, bs, true);
	return true;
}

/* --- ids ----------------------------------------------------------------------------------------------- */

void
bw_sub_free(struct bw *b, struct bw_sub *bs)
{
	if (bs->state == ASK_QUEUED)
		TAILQ_REMOVE(&b->queues[bs->queue], bs, link);
	if (bs->state == ASK_SENT)
		b->asks_out--;
	timers_clear(ask_timers(b, bs->state), &bs->timer);
	bw_early_forget(b, bs);
	TAILQ_REMOVE(&bs->of->subs, bs, of_device);
	if (bs->sub != NULL)
		bs->sub->south = NULL;
	mem_free(bs);
}

/* An id is of one subscription: should BroadWorks give it to a second one, the first has lost it. */
static void
sub_take_from_other(struct bw *b, const struct bw_sub *bs, struct str id)
{
	struct core_sub *other = core_sub_by_id(&b->x->model, id);
	struct core_device *d = other ? other->device : NULL;

	if (other == NULL)
		return;
	log_emit(b->x->log, M_SUBSCRIPTION, "subscription=%.*s belongs to %s and now to %s",
		STR_ARG(id), d ? d->id : other->scope, bw_sub_owner(bs));
	if (d != NULL)
		bw_device(b, d); /* binds it */
	if (other->south != NULL) {
		struct bw_sub *loser = other->south;

		bw_sub_set_id(b, loser, STR_NONE);
		bw_sub_ask(b, loser, is_primary(loser));
	} else {
		CORE_EMIT(&b->x->em, sub_drop, .subscription = id);
	}
}

void
bw_sub_set_id(struct bw *b, struct bw_sub *bs, struct str id)
{
	const struct core_device *d = bs->of->device;
	struct core_sub *old = bs->sub;

	if (old != NULL && str_is(id, old->id))
		return;
	bw_early_forget(b, bs);
	bs->low_numbers = false;
	memset(bs->skipped, 0, sizeof(bs->skipped));
	bs->owed = id.n == 0 ? 0 : bs->owed;
	bs->sub = NULL;
	if (old != NULL)
		CORE_EMIT(&b->x->em, sub_drop, .subscription = str_of(old->id));
	if (id.n == 0)
		return;
	sub_take_from_other(b, bs, id);
	CORE_EMIT(&b->x->em, sub_set, .device = d ? str_of(d->id) : STR_NONE,
		.scope = d ? STR_NONE : str_of(bs->of->scope), .packages = bs->packages,
		.subscription = id);
	bs->sub = core_sub_by_id(&b->x->model, id);
	REQUIRE(bs->sub != NULL);
	bs->sub->south = bs;
}

void
bw_unsubscribe(struct bw *b, struct str id)
{
	bw_request_send(b, BW_REQ_UNSUBSCRIBE, bw_pick_xsp(b, XSI_OP_none),
		&(struct xsi_request){ .op = XSI_OP_subscription_delete, .args = { id } }, NULL);
}

/* --- sending ------------------------------------------------------------------------------------------- */

static void
ask_put_body(struct bw *b, const struct bw_sub *bs)
{
	const struct conf *conf = b->x->conf;
	struct str packages[CORE_PACKAGE_count];
	struct xsi_subscription_body body = { .packages = packages,
		.is_list = conf->package_list == CONF_LIST_YES && is_primary(bs),
		.expires_s = (uint64_t)conf->subscription_expires_s,
		.channel_set = bw_channel_set(b),
		.application = str_of(conf->application_id) };

	for (uint32_t i = 0; i < CORE_PACKAGE_count; i++)
		if ((bs->packages & CORE_PACKAGE_BIT(i)) != 0)
			packages[body.package_count++] =
				str_of(core_package_text((enum core_package)i));
	xsi_body_subscription(&b->body, &body);
}

/* A device of a scope has no subscription of its own. */
static bool
ask_is_scan(const struct bw *b, const struct bw_sub *bs)
{
	return bw_has_scopes(b) && is_primary(bs);
}

/* A snapshot that an ask brought could still come. */
static bool
ask_may_echo(const struct bw *b, const struct bw_sub *bs)
{
	return !mono_due(bs->owed_until, b->x->now) ||
		!mono_due(mono_add_ms(bs->asked, UNSOLICITED_QUIET_MS), b->x->now);
}

static void
ask_send(struct bw *b, struct bw_sub *bs)
{
	struct core_device *d = bs->of->device;
	bool update = bs->sub != NULL;
	struct xsi_request q = {
		.op = update ? XSI_OP_subscription_update : XSI_OP_subscribe_user,
		.args = { update  ? str_of(bs->sub->id) :
				d ? str_of(d->user) :
				    STR_NONE },
	};
	struct bw_request *r;

	if (ask_is_scan(b, bs)) {
		bs->again = bs->answered = bs->urgent = false;
		bs->request = bw_scan_begin(b, bs->of);
		ask_change(b, bs, ASK_SENT);
		return;
	}
	if (d == NULL && !update)
		q = bw_scope_request(b, bs);
	buf_reset(&b->body);
	if (update)
		xsi_put_subscription_refresh(
			&b->body, (uint64_t)b->x->conf->subscription_expires_s);
	else
		ask_put_body(b, bs);
	q.body = buf_as_str(&b->body);
	bs->again = false;
	bs->answered = false;
	bs->urgent = false;
	bs->owed = ask_may_echo(b, bs) ? bs->owed + 1 : 1;
	r = bw_request_send(b, update ? BW_REQ_UPDATE : BW_REQ_SUBSCRIBE,
		bw_pick_xsp(b, XSI_OP_none), &q, d ? d->id : NULL);
	bs->request = r->id;
	ask_change(b, bs, ASK_SENT);
}

static struct bw_sub *
ask_next(const struct bw *b)
{
	/* a device that was asked before its scope is subscribed to would miss what comes in between */
	uint32_t count = bw_scopes_ready(b) ? BW_QUEUE_COUNT : BW_QUEUE_SCOPE + 1;

	for (uint32_t i = 0; i < count; i++)
		if (!TAILQ_EMPTY(&b->queues[i]))
			return TAILQ_FIRST(&b->queues[i]);
	return NULL;
}

bool
bw_asks_idle(const struct bw *b)
{
	return ask_next(b) == NULL;
}

/* A package that the configuration does not name any more. */
static bool
ask_is_unwanted(const struct bw *b, const struct bw_sub *bs)
{
	if (bs->of->device == NULL)
		return false;
	if (bw_has_scopes(b))
		return bs->sub != NULL;
	return bs->sub != NULL && !is_primary(bs) &&
		(bs->packages & bw_packages_wanted(b, bs->of->kind)) == 0;
}

/*
 * Each ask brings an event for every package, and BroadWorks ends the channel of who acknowledges them late: asking waits for the
 * acknowledgements of what was asked before.
 */
static bool
ask_has_room(const struct bw *b)
{
	return b->asks_out < b->x->conf->update_in_flight &&
		b->ack_count < ASK_ACKS_WAITING * b->x->conf->acks_in_flight;
}

void
bw_subs_pump(struct bw *b)
{
	struct bw_sub *bs;

	if (b->phase != BW_RUNNING || b->channels_open == 0 || !ctx_may_leave(b->x, 0) ||
		!mono_due(b->held_until, b->x->now))
		return;
	while (ask_has_room(b)) {
		bs = ask_next(b);
		if (bs == NULL || !bw_take_token(b))
			return;
		if (!ask_is_unwanted(b, bs)) {
			ask_send(b, bs);
			continue;
		}
		bw_unsubscribe(b, str_of(bs->sub->id));
		bw_sub_set_id(b, bs, STR_NONE);
		if (!is_primary(bs))
			bw_sub_free(b, bs);
	}
}

/* --- answers ------------------------------------------------------------------------------------------- */

/* The ask is over, well. */
static void
ask_over(struct bw *b, struct bw_sub *bs)
{
	bs->failures = 0;
	bs->refused = false;
	bs->asked = b->x->now;
	ask_change(b, bs, ASK_IDLE);
	if (bs->again)
		bw_sub_ask(b, bs, false);
}

/* What was asked for is here; if it is queued or to be retried it is asked all the same, the doubt may be younger. */
void
bw_sub_answered(struct bw *b, struct bw_sub *bs)
{
	if (bs->state == ASK_WAIT)
		ask_over(b, bs);
	else if (bs->state == ASK_SENT)
		bs->answered = true;
}

static void
subs_confirm(struct bw *b, struct bw_device *bd)
{
	struct core_device *d = bd->device;

	bd->confirmed = true;
	if (bd->counted) {
		bd->counted = false;
		b->unconfirmed--;
	}
	if (!bd->failed)
		core_decide_service(&b->x->em, d, CORE_SERVICE_IN);
	b->hooks.confirmed(d, b->hooks.arg);
	bw_update_status(b);
	if (b->unconfirmed == 0)
		bw_all_confirmed(b);
}

/*
 * Nobody asked, and it is not the echo of an ask either: BroadWorks has noticed that it lost its memory of a user. One ask has one
 * snapshot. But what came while the device was in doubt may have been of the asks of a former active: then the own ones may
 * still come for a while. And an echo that clears a call of a device that was right says what no event has said: that is no
 * echo, or it is one that tells the same.
 */
static bool
sub_is_unasked(struct bw *b, struct bw_sub *bs)
{
	bool echo = bs->owed > 0 && ask_may_echo(b, bs);

	if (!bs->of->confirmed)
		return false;
	if (bs->owed > 0)
		bs->owed--;
	return !bw_ask_is_open(bs) && (!echo || bs->of->cleared) && bs->of->kind == CORE_KIND_user;
}

void
bw_sub_compared(struct bw *b, struct bw_sub *bs, bool resync)
{
	struct bw_device *bd = bs->of;
	bool asked = bw_ask_is_open(bs);
	bool late = !asked && bd->confirmed && bs->owed > 0 && !mono_due(bs->owed_until, b->x->now);
	bool doubt = sub_is_unasked(b, bs) || resync || bd->lost_calls;
	bool proof = bd->lost_calls || bd->differed;
	/* it was right when all were asked, and is not any more: what was asked before proves nothing */
	bool anew = proof && bd->confirmed;

	bd->suspect = bd->lost_calls = bd->cleared = bd->differed = false;
	bw_sub_answered(b, bs);
	subs_confirm(b, bd);
	if (doubt && anew)
		bw_doubt_later(b);
	else if (late && !doubt)
		bw_look_later(b);
	if (doubt)
		bw_doubt_all(b, bd->device, proof,
			asked ? "calls were forgotten" : "a snapshot that nobody asked for");
}

/* The subscription is of no more use: a new one has an id and numbers of its own. */
static void
ask_anew(struct bw *b, struct bw_sub *bs, const char *why)
{
	log_emit(b->x->log, M_SUBSCRIPTION, "device=%s subscription=%s %s, subscribing anew",
		bw_sub_owner(bs), bs->sub->id, why);
	bw_sub_set_id(b, bs, STR_NONE);
	bs->urgent = is_primary(bs);
	ask_change(b, bs, ASK_QUEUED);
}

void
bw_sub_ended(struct bw *b, struct bw_sub *bs)
{
	bw_sub_set_id(b, bs, STR_NONE);
	/* what is awaited will not come any more */
	if (bs->state == ASK_WAIT)
		ask_change(b, bs, ASK_QUEUED);
	else
		bw_sub_ask(b, bs, is_primary(bs));
}

/* The primary package could not be asked: the device may have to go out of service, or away. */
static void
ask_failed_primary(struct bw *b, struct bw_sub *bs, enum bw_result why, bool subscribing)
{
	struct bw_device *bd = bs->of;
	struct core_device *d = bd->device;
	bool refused = subscribing && (why == BW_NOT_FOUND || why == BW_FORBIDDEN);

	ask_change(b, bs, ASK_RETRY);
	if (bs->failures >= ASK_REFUSED_FAILURES) {
		/* its calls change unseen: clients must not go on believing what was true */
		core_decide_service(&b->x->em, d, CORE_SERVICE_OUT);
		bw_update_status(b);
	}
	if (refused || bs->failures >= ASK_REFUSED_FAILURES)
		b->hooks.refused(d, why, b->hooks.arg);
	if (refused && d->service == CORE_SERVICE_NEW && d->monitor_count == 0) {
		log_emit(b->x->log, M_SUBSCRIPTION, "device=%s user=%s is not known to BroadWorks",
			d->id, d->user);
		bw_device_drop(b, bd);
	}
}

static bool
ask_is_refusal(enum bw_result why)
{
	return why == BW_NOT_FOUND || why == BW_FORBIDDEN || why == BW_CONFLICT;
}

/* True if the subscribe is tried in another form at once: without a list, as another kind of device. */
static bool
ask_in_another_form(struct bw *b, struct bw_sub *bs, enum bw_result *why)
{
	bool refused = ask_is_refusal(*why);
	bool list = (refused || *why == BW_FAILED) && bw_device_split_list(b, bs->of);

	if (!list && (!refused || !bw_device_try_next_kind(b, bs->of, why)))
		return false;
	ask_change(b, bs, ASK_QUEUED);
	return true;
}

/* What was refused has no snapshot; where no answer came it may have been done, and its snapshot may still come. */
static void
ask_not_answered(struct bw *b, struct bw_sub *bs, enum bw_result why)
{
	if (!ask_is_refusal(why) && why != BW_OVERLOAD)
		bs->owed_until = mono_add_ms(b->x->now, ASK_OWED_MS);
	else if (bs->owed > 0)
		bs->owed--;
}

static void
ask_count_failure(struct bw *b, const struct bw_sub *bs, enum bw_result why)
{
	static const enum meter_refusal refusals[] = { [BW_DONE] = METER_REFUSAL_FAILED,
		[BW_NOT_FOUND] = METER_REFUSAL_NOT_FOUND,
		[BW_FORBIDDEN] = METER_REFUSAL_FORBIDDEN,
		[BW_CONFLICT] = METER_REFUSAL_CONFLICT,
		[BW_OVERLOAD] = METER_REFUSAL_OVERLOAD,
		[BW_UNREACHABLE] = METER_REFUSAL_UNREACHABLE,
		[BW_FAILED] = METER_REFUSAL_FAILED };

	b->x->meter.subscription_failures[__builtin_ctz(bs->packages)][refusals[why]]++;
}

static void
ask_failed(struct bw *b, struct bw_sub *bs, enum bw_result why, bool subscribing)
{
	ask_not_answered(b, bs, why);
	if (subscribing && is_primary(bs) && ask_in_another_form(b, bs, &why))
		return;
	bs->failures++;
	ask_count_failure(b, bs, why);
	if (!subscribing && bs->sub != NULL && (why == BW_NOT_FOUND || why == BW_FORBIDDEN)) {
		ask_anew(b, bs, "is gone");
		return;
	}
	if (is_primary(bs)) {
		ask_failed_primary(b, bs, why, subscribing);
		return;
	}
	if (subscribing && ask_is_refusal(why) && !bs->refused) {
		bs->refused = true;
		log_emit(b->x->log, M_SUBSCRIPTION, "device=%s package %s is refused",
			bw_sub_owner(bs),
			core_package_text((enum core_package)__builtin_ctz(bs->packages)));
	}
	ask_change(b, bs, ASK_RETRY);
	if (bs->of->device == NULL && (bs->refused || bs->failures >= ASK_REFUSED_FAILURES))
		bw_scope_failed(b, bs);
}

/* No snapshot in time. */
static void
ask_waited(struct bw *b, struct bw_sub *bs)
{
	bool primary = is_primary(bs);

	bs->owed_until = mono_add_ms(b->x->now, ASK_OWED_MS);
	if (bs->hurried) {
		bs->failures++;
		bs->urgent = primary;
		ask_change(b, bs, ASK_QUEUED);
	} else if (bs->low_numbers && bs->sub != NULL) {
		bs->failures++;
		ask_anew(b, bs, "counts its events anew");
		if (primary)
			bw_doubt_all(b, bs->of->device, true,
				"the numbers of a subscription began anew");
	} else if (primary) {
		ask_failed(b, bs, BW_UNREACHABLE, false);
	} else {
		ask_over(b, bs); /* not every package has a snapshot */
	}
}

static void
ask_accepted(struct bw *b, struct bw_sub *bs, bool subscribing)
{
	struct bw_device *bd = bs->of;

	if (bs->answered || bd->device == NULL)
		ask_over(b, bs); /* a scope has no snapshot */
	else
		ask_change(b, bs, ASK_WAIT);
	if (bd->device == NULL && subscribing)
		bw_scope_missed(b, bs);
	if (!is_primary(bs))
		return;
	if (subscribing)
		bw_device_accepted(b, bd);
	bw_device_complete(b, bd);
	if (bs->state == ASK_WAIT)
		b->hooks.subscribed(bd->device, b->hooks.arg);
}

static struct bw_sub *
subs_of_request(const struct bw_device *bd, const struct bw_request *r)
{
	struct bw_sub *bs;

	if (bd == NULL)
		return NULL;
	TAILQ_FOREACH(bs, &bd->subs, of_device)
		if (bs->state == ASK_SENT && bs->request == r->id)
			return bs;
	return NULL;
}

/* The id and the life time that BroadWorks gives; false if the answer is none. */
static bool
subs_take_grant(struct bw *b, struct bw_sub *bs, bool subscribing, struct str body)
{
	struct err e = { 0 };
	bool read = xsi_decode(b->x->xml, body, b->doc, &e) == E_OK &&
		b->doc->kind == XSI_DOC_SUBSCRIPTION;

	if (read)
		bs->expires_s = b->doc->subscription_expires_s;
	if (!subscribing)
		return true;
	if (!read || b->doc->subscription_id.n == 0 || b->doc->subscription_id.n >= LIMIT_BW_ID)
		return false;
	bw_sub_set_id(b, bs, b->doc->subscription_id);
	return true;
}

/* As long as the account is left alone, but not for ever: 401 may be of one request only. */
static int64_t
ask_held_ms(const struct bw *b)
{
	int64_t ms = b->x->conf->auth_hold_s * 1000;

	return ms < ASK_HELD_MS ? ms : ASK_HELD_MS;
}

void
bw_subs_http_done(
	struct bw *b, const struct bw_request *r, uint64_t status, struct str why, struct str body)
{
	struct core_device *d =
		r->device ? core_device_by_id(&b->x->model, str_of(r->device)) : NULL;
	struct bw_sub *bs = d ? subs_of_request(d->south, r) : bw_scope_sub_of_request(b, r);
	bool subscribing = r->kind == BW_REQ_SUBSCRIBE;
	enum bw_result result = r->result;

	(void)why;
	/* an account that goes on trying is locked out by BroadWorks */
	if (status == 401)
		b->held_until = mono_add_ms(b->x->now, ask_held_ms(b));
	if (bs == NULL)
		return;
	if (result == BW_DONE && !subs_take_grant(b, bs, subscribing, body))
		result = BW_FAILED;
	if (result == BW_DONE)
		ask_accepted(b, bs, subscribing);
	else
		ask_failed(b, bs, result, subscribing);
	d = r->device ? core_device_by_id(&b->x->model, str_of(r->device)) : NULL;
	if (d != NULL && d->south != NULL)
		bw_unnamed_take(b, d->south);
	for (uint32_t i = 0; d == NULL && i < b->scope_count; i++)
		bw_unnamed_take(b, b->scopes[i]);
}

/* The device was compared by requests: as if it were subscribed to and had told its snapshot. */
static void
ask_scanned(struct bw *b, struct bw_sub *bs)
{
	struct core_device *d = bs->of->device;

	bw_device_accepted(b, bs->of);
	bw_sub_compared(b, bs, false);
	ask_over(b, bs);
	b->hooks.subscribed(d, b->hooks.arg);
}

void
bw_subs_scan_done(struct bw *b, const struct bw_request *r, struct str body)
{
	struct core_device *d = core_device_by_id(&b->x->model, str_of(r->device));
	struct bw_device *bd = d ? d->south : NULL;
	struct bw_sub *bs = subs_of_request(bd, r);
	enum bw_scan_end end;

	if (bs == NULL)
		return;
	end = bw_scan_answered(b, bd, r, body, &bs->request);
	if (end == BW_SCAN_GOES_ON)
		return;
	bw_scan_drop(bd);
	if (end == BW_SCAN_DONE)
		ask_scanned(b, bs);
	else if (end == BW_SCAN_AGAIN)
		ask_change(b, bs, ASK_QUEUED);
	else
		ask_failed(b, bs, r->result == BW_DONE ? BW_FAILED : r->result, true);
}

/* --- time ---------------------------------------------------------------------------------------------- */

static void
subs_due(struct bw *b, struct bw_sub *bs)
{
	if (bs->state == ASK_WAIT)
		ask_waited(b, bs);
	else if (!is_primary(bs) || !bw_device_linger_over(b, bs->of))
		ask_change(b, bs, ASK_QUEUED);
}

void
bw_subs_tick(struct bw *b)
{
	struct bw_sub *bs;

	if (b->phase != BW_RUNNING)
		return;
	while (mono_due(timers_deadline(&b->timers), b->x->now))
		subs_due(b, (struct bw_sub *)timers_first(&b->timers));
	while (mono_due(timers_deadline(&b->renewals), b->x->now))
		subs_due(b, (struct bw_sub *)timers_first(&b->renewals));
	while ((bs = TAILQ_FIRST(&b->gaps)) != NULL && mono_due(bs->gap_due, b->x->now))
		bw_gap_over(b, bs);
}

struct mono
bw_subs_deadline(const struct bw *b)
{
	struct mono due = mono_min(timers_deadline(&b->timers), timers_deadline(&b->renewals));

	if (b->phase != BW_RUNNING)
		return MONO_NEVER;
	if (!TAILQ_EMPTY(&b->gaps))
		due = mono_min(due, TAILQ_FIRST(&b->gaps)->gap_due);
	if (ask_next(b) != NULL && b->channels_open > 0 && ask_has_room(b))
		due = mono_min(due,
			mono_due(b->held_until, b->x->now) ? mono_add_ms(b->x->now, 2) :
							     b->held_until); /* waits for a token */
	return due;
}
