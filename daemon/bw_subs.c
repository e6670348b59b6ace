/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking devices: one mechanism for the first subscription, a takeover, an AS failover, a lost channel, a gap, a client's
 * SnapshotDevice, the audit.
 *
 *   IDLE -> QUEUED -> SENT -> WAIT -> IDLE        RETRY after a failure: -> QUEUED
 *
 * Happy path: the device is queued (with live calls first), sent when rate and window allow (subscribe if there is
 * no subscription, else PUT), accepted, the snapshot event comes and is compared (bw_event.c), the device is in service.
 * Failure modes: 403/404 to a PUT: the subscription is gone, subscribe anew; 403/404 to a subscribe: the user is not known,
 * a device that was never confirmed is refused; anything else, or no snapshot in time: once more after a delay.
 */
#include "daemon/bw_part.h"

#include "proto/base/check.h"
#include "proto/base/sm.h"
#include "proto/xsi_decode.h"

#define ASK_WAIT_MS 3000
#define ASK_RETRY_MS 1000
#define ASK_HELD_MS 60000
#define ASK_REFUSED_FAILURES 3
#define DEVICE_LINGER_MS 60000

static const struct sm_state ask_states[] = {
	[ASK_IDLE] = { "idle", SM_BIT(ASK_QUEUED) },
	[ASK_QUEUED] = { "queued", SM_BIT(ASK_SENT) | SM_BIT(ASK_IDLE) },
	[ASK_SENT] = { "sent",
		SM_BIT(ASK_WAIT) | SM_BIT(ASK_RETRY) | SM_BIT(ASK_IDLE) | SM_BIT(ASK_QUEUED) },
	[ASK_WAIT] = { "wait", SM_BIT(ASK_IDLE) | SM_BIT(ASK_RETRY) | SM_BIT(ASK_QUEUED) },
	[ASK_RETRY] = { "retry", SM_BIT(ASK_QUEUED) | SM_BIT(ASK_IDLE) },
};

static const struct sm_table ask_table = { "ask", ask_states, 5 };

static struct bw_list *
ask_list(struct bw *b, const struct bw_device *bd, enum bw_ask_state state)
{
	switch (state) {
	case ASK_QUEUED:
		return bd->live_first ? &b->live : &b->other;
	case ASK_SENT:
		return &b->sent;
	case ASK_WAIT:
		return &b->waiting;
	case ASK_RETRY:
		return &b->retry[bd->retry_level];
	case ASK_IDLE:
		break;
	}
	return NULL;
}

void
bw_change_ask(struct bw *b, struct bw_device *bd, enum bw_ask_state to)
{
	struct bw_list *old = ask_list(b, bd, bd->state);
	struct bw_list *list;
	int state = (int)bd->state;

	sm_move(&ask_table, &state, (int)to);
	if (old != NULL)
		TAILQ_REMOVE(old, bd, link);
	if (bd->state == ASK_SENT)
		b->asks_out--;
	bd->state = to;
	if (to == ASK_RETRY)
		bd->retry_level =
			bd->failures < BW_RETRY_LEVELS ? bd->failures - 1 : BW_RETRY_LEVELS - 1;
	if (to == ASK_QUEUED)
		bd->live_first = bd->device->half_count > 0 || bd->live_first;
	list = ask_list(b, bd, to);
	if (list != NULL)
		TAILQ_INSERT_TAIL(list, bd, link);
	if (to == ASK_SENT)
		b->asks_out++;
	if (to == ASK_WAIT)
		bd->due = mono_add_ms(b->x->now, ASK_WAIT_MS);
	if (to == ASK_RETRY)
		bd->due = mono_add_ms(b->x->now, (int64_t)ASK_RETRY_MS << bd->retry_level);
}

struct bw_device *
bw_device(struct bw *b, struct core_device *d)
{
	struct bw_device *bd = d->south;

	if (bd != NULL)
		return bd;
	bd = mem_zalloc(sizeof(*bd));
	bd->device = d;
	bd->gap_due = MONO_NEVER;
	bd->asked = b->x->now;
	bd->idle_since = d->monitor_count > 0 ? MONO_NEVER : b->x->now;
	bd->counted = true;
	b->unconfirmed++;
	TAILQ_INIT(&bd->early);
	TAILQ_INIT(&bd->unnamed);
	TAILQ_INSERT_TAIL(&b->audit, bd, audit);
	d->south = bd;
	return bd;
}

void
bw_early_drop(struct bw_device *bd, struct bw_early *e)
{
	TAILQ_REMOVE(&bd->early, e, link);
	bd->early_count--;
	mem_free(e->document);
	mem_free(e);
}

/* An id is of one device: should BroadWorks give it to a second one, the first has lost it. */
static void
subs_take_from_other(struct bw *b, const struct bw_device *bd, struct str subscription)
{
	struct core_sub *other = core_sub_by_id(&b->x->model, subscription);
	struct core_device *d = other ? other->device : NULL;

	if (d == NULL || d == bd->device)
		return;
	log_emit(b->x->log, M_SUBSCRIPTION, "subscription=%.*s belongs to %s and now to %s",
		STR_ARG(subscription), d->id, bd->device->id);
	bw_set_subscription(b, bw_device(b, d), STR_NONE);
	bw_ask(b, d, true);
}

struct core_sub *
bw_sub_of(const struct bw_device *bd)
{
	return core_device_sub(bd->device, core_package_primary(bd->device->kind));
}

void
bw_set_subscription(struct bw *b, struct bw_device *bd, struct str subscription)
{
	struct core_sub *old = bw_sub_of(bd);

	while (!TAILQ_EMPTY(&bd->early))
		bw_early_drop(bd, TAILQ_FIRST(&bd->early));
	if (bd->gap_due.us != MONO_NEVER.us)
		TAILQ_REMOVE(&b->gaps, bd, gap);
	bd->gap_due = MONO_NEVER;
	bd->low_numbers = false;
	subs_take_from_other(b, bd, subscription);
	if (old != NULL)
		CORE_EMIT(&b->x->em, sub_drop, .subscription = str_of(old->id));
	if (subscription.n > 0)
		CORE_EMIT(&b->x->em, sub_set, .device = str_of(bd->device->id), .scope = STR_NONE,
			.packages = core_package_primary(bd->device->kind),
			.subscription = subscription);
}

void
bw_device_gone(struct bw *b, struct core_device *d)
{
	struct bw_device *bd = d->south;

	if (bd == NULL)
		return;
	if (bd->state != ASK_IDLE)
		TAILQ_REMOVE(ask_list(b, bd, bd->state), bd, link);
	if (bd->state == ASK_SENT)
		b->asks_out--;
	if (bd->gap_due.us != MONO_NEVER.us)
		TAILQ_REMOVE(&b->gaps, bd, gap);
	if (bd->counted)
		b->unconfirmed--;
	TAILQ_REMOVE(&b->audit, bd, audit);
	while (!TAILQ_EMPTY(&bd->early))
		bw_early_drop(bd, TAILQ_FIRST(&bd->early));
	while (!TAILQ_EMPTY(&bd->unnamed)) {
		struct bw_early *e = TAILQ_FIRST(&bd->unnamed);

		TAILQ_REMOVE(&bd->unnamed, e, link);
		mem_free(e->document);
		mem_free(e);
	}
	mem_free(bd);
	d->south = NULL;
}

void
bw_ask(struct bw *b, struct core_device *d, bool live)
{
	struct bw_device *bd = bw_device(b, d);

	if (b->phase == BW_OFF)
		return;
	switch (bd->state) {
	case ASK_SENT:
	case ASK_WAIT:
		bd->again = true;
		break;
	case ASK_QUEUED:
		break;
	case ASK_IDLE:
	case ASK_RETRY:
		bd->live_first = live;
		bw_change_ask(b, bd, ASK_QUEUED);
		break;
	}
}

void
bw_user_of_device(const struct conf *conf, struct str device, struct buf *out)
{
	buf_str(out, device);
	if (memchr(device.p, '@', device.n) == NULL && conf->default_domain[0] != '\0')
		buf_printf(out, "@%s", conf->default_domain);
}

static void
ask_send(struct bw *b, struct bw_device *bd)
{
	const struct conf *conf = b->x->conf;
	struct core_device *d = bd->device;
	struct core_sub *sub = bw_sub_of(bd);
	bool update = sub != NULL;
	uint64_t expires_s = (uint64_t)conf->subscription_expires_s;
	struct xsi_request q = {
		.op = update ? XSI_OP_subscription_update : XSI_OP_subscribe_user,
		.args = { str_of(update ? sub->id : d->user) },
	};
	struct bw_request *r;

	buf_reset(&b->body);
	if (update) {
		xsi_put_subscription_refresh(&b->body, expires_s);
	} else {
		xsi_put_subscription(&b->body, "Advanced Call", expires_s,
			str_of(conf->channel_set), str_of(conf->application_id));
	}
	bd->again = false;
	bd->answered = false;
	q.body = buf_as_str(&b->body);
	r = bw_request_send(
		b, update ? BW_REQ_UPDATE : BW_REQ_SUBSCRIBE, bw_pick_xsp(b), &q, d->id);
	bd->request = r->id;
	bw_change_ask(b, bd, ASK_SENT);
	bd->live_first = false; /* names the queue it was in until here */
}

static bool
ask_take_token(struct bw *b)
{
	int64_t rate = b->x->conf->update_rate;
	int64_t gained;

	if (rate <= 0)
		return true;
	gained = (b->x->now.us - b->tokens_at.us) * rate / 1000; /* thousandths */
	if (gained > 0) {
		b->tokens_milli += gained;
		b->tokens_at = b->x->now;
	}
	/* a burst of a twentieth of a second at the most, so that the rate holds over any longer time */
	if (b->tokens_milli > rate * 50 + 1000)
		b->tokens_milli = rate * 50 + 1000;
	if (b->tokens_milli < 1000)
		return false;
	b->tokens_milli -= 1000;
	return true;
}

void
bw_subs_pump(struct bw *b)
{
	struct bw_device *bd;

	if (b->phase != BW_RUNNING || b->channels_open == 0 || !ctx_may_leave(b->x, 0) ||
		!mono_due(b->held_until, b->x->now))
		return;
	while (b->asks_out < b->x->conf->update_in_flight) {
		bd = TAILQ_FIRST(&b->live);
		if (bd == NULL)
			bd = TAILQ_FIRST(&b->other);
		if (bd == NULL || !ask_take_token(b))
			return;
		ask_send(b, bd);
	}
}

/* The ask is over, well. */
static void
ask_over(struct bw *b, struct bw_device *bd)
{
	bd->failures = 0;
	bd->asked = b->x->now;
	TAILQ_REMOVE(&b->audit, bd, audit);
	TAILQ_INSERT_TAIL(&b->audit, bd, audit);
	bw_change_ask(b, bd, ASK_IDLE);
	if (bd->again)
		bw_ask(b, bd->device, false);
}

void
bw_subs_confirmed(struct bw *b, struct bw_device *bd)
{
	struct core_device *d = bd->device;

	if (bd->state == ASK_WAIT)
		ask_over(b, bd);
	else if (bd->state == ASK_SENT)
		bd->answered = true;
	/* queued or to be retried: asked all the same, the doubt may be younger than this snapshot */
	bd->confirmed = true;
	if (bd->counted) {
		bd->counted = false;
		b->unconfirmed--;
	}
	core_decide_service(&b->x->em, d, CORE_SERVICE_IN);
	b->hooks.confirmed(d, b->hooks.arg);
	bw_update_status(b);
	if (b->unconfirmed == 0)
		bw_all_confirmed(b);
}

static void
ask_failed(struct bw *b, struct bw_device *bd, enum bw_result why, bool subscribing)
{
	struct core_device *d = bd->device;
	struct core_sub *sub = bw_sub_of(bd);
	bool refused = subscribing && (why == BW_NOT_FOUND || why == BW_FORBIDDEN);

	bool gone = !subscribing && (why == BW_NOT_FOUND || why == BW_FORBIDDEN);

	bd->failures++;
	if (sub != NULL && (gone || (bd->state == ASK_WAIT && bd->low_numbers))) {
		log_emit(b->x->log, M_SUBSCRIPTION,
			"device=%s subscription=%s %s, subscribing anew", d->id, sub->id,
			gone ? "is gone" : "counts its events anew");
		bw_set_subscription(b, bd, STR_NONE);
		bd->live_first = true;
		bw_change_ask(b, bd, ASK_QUEUED);
		if (!gone)
			bw_doubt_all(b, d, "the numbers of a subscription began anew");
		return;
	}
	bw_change_ask(b, bd, ASK_RETRY);
	if (bd->failures >= ASK_REFUSED_FAILURES) {
		/* its calls change unseen: clients must not go on believing what was true */
		core_decide_service(&b->x->em, d, CORE_SERVICE_OUT);
		bw_update_status(b);
	}
	if (refused || bd->failures >= ASK_REFUSED_FAILURES)
		b->hooks.refused(d, why, b->hooks.arg);
	if (refused && d->service == CORE_SERVICE_NEW && d->monitor_count == 0) {
		log_emit(b->x->log, M_SUBSCRIPTION, "device=%s user=%s is not known to BroadWorks",
			d->id, d->user);
		CORE_EMIT(&b->x->em, dev_drop, .device = str_of(d->id));
		if (b->unconfirmed == 0)
			bw_all_confirmed(b);
	}
}

static void
ask_accepted(struct bw *b, struct bw_device *bd)
{
	struct core_device *d = bd->device;

	if (bd->answered) {
		ask_over(b, bd);
		return;
	}
	bw_change_ask(b, bd, ASK_WAIT);
	b->hooks.subscribed(d, b->hooks.arg);
}

void
bw_subs_http_done(
	struct bw *b, const struct bw_request *r, uint64_t status, struct str why, struct str body)
{
	struct core_device *d = core_device_by_id(&b->x->model, str_of(r->device));
	struct bw_device *bd = d ? d->south : NULL;
	struct core_sub *sub = bd ? bw_sub_of(bd) : NULL;
	enum bw_result result = bw_result_of(status);
	struct err e = { 0 };

	(void)why;
	/* an account that goes on trying is locked out by BroadWorks */
	if (status == 401)
		b->held_until = mono_add_ms(b->x->now, ASK_HELD_MS);
	if (r->kind == BW_REQ_UNSUBSCRIBE || bd == NULL || bd->state != ASK_SENT ||
		bd->request != r->id)
		return;
	if (result == BW_DONE && r->kind == BW_REQ_SUBSCRIBE) {
		if (xsi_decode(b->x->xml, body, b->doc, &e) != E_OK ||
			b->doc->kind != XSI_DOC_SUBSCRIPTION || b->doc->subscription_id.n == 0)
			result = BW_FAILED;
		else if (sub == NULL || !str_is(b->doc->subscription_id, sub->id))
			bw_set_subscription(b, bd, b->doc->subscription_id);
	}
	if (result == BW_DONE)
		ask_accepted(b, bd);
	else
		ask_failed(b, bd, result, r->kind == BW_REQ_SUBSCRIBE);
	if (d == core_device_by_id(&b->x->model, str_of(r->device)))
		bw_unnamed_take(b, bd);
}

/* A device that nobody monitors any more is given up after a while; a client that comes back finds it warm. */
static void
subs_linger(struct bw *b, struct bw_device *bd)
{
	struct core_device *d = bd->device;
	struct core_sub *sub = bw_sub_of(bd);

	log_emit(b->x->log, M_SUBSCRIPTION, "device=%s is not monitored any more, unsubscribing",
		d->id);
	if (sub != NULL)
		bw_request_send(b, BW_REQ_UNSUBSCRIBE, bw_pick_xsp(b),
			&(struct xsi_request){ .op = XSI_OP_subscription_delete,
				.args = { str_of(sub->id) } },
			d->id);
	CORE_EMIT(&b->x->em, dev_drop, .device = str_of(d->id));
	bw_update_status(b);
	if (b->unconfirmed == 0)
		bw_all_confirmed(b);
}

static void
subs_audit(struct bw *b)
{
	struct bw_device *bd = TAILQ_FIRST(&b->audit);
	int64_t period_ms = b->x->conf->audit_s * 1000;

	/* the head was not asked for longest; one a step keeps the steps short */
	if (bd == NULL || period_ms <= 0 || !mono_due(mono_add_ms(bd->asked, period_ms), b->x->now))
		return;
	bd->asked = b->x->now;
	TAILQ_REMOVE(&b->audit, bd, audit);
	TAILQ_INSERT_TAIL(&b->audit, bd, audit);
	/* monitors also end with their session, which tells nobody here */
	if (bd->device->monitor_count == 0 && bd->idle_since.us == MONO_NEVER.us)
		bd->idle_since = b->x->now;
	if (bd->device->monitor_count == 0 && bd->idle_since.us != MONO_NEVER.us &&
		mono_due(mono_add_ms(bd->idle_since, DEVICE_LINGER_MS), b->x->now))
		subs_linger(b, bd);
	else
		bw_ask(b, bd->device, false);
}

void
bw_subs_tick(struct bw *b)
{
	struct bw_device *bd;

	if (b->phase != BW_RUNNING)
		return;
	while ((bd = TAILQ_FIRST(&b->waiting)) != NULL && mono_due(bd->due, b->x->now))
		ask_failed(b, bd, BW_UNREACHABLE, false);
	for (uint32_t i = 0; i < BW_RETRY_LEVELS; i++)
		while ((bd = TAILQ_FIRST(&b->retry[i])) != NULL && mono_due(bd->due, b->x->now))
			bw_change_ask(b, bd, ASK_QUEUED);
	while ((bd = TAILQ_FIRST(&b->gaps)) != NULL && mono_due(bd->gap_due, b->x->now))
		bw_gap_over(b, bd);
	subs_audit(b);
}

struct mono
bw_subs_deadline(const struct bw *b)
{
	struct mono due = MONO_NEVER;

	if (b->phase != BW_RUNNING)
		return due;
	if (!TAILQ_EMPTY(&b->waiting))
		due = mono_min(due, TAILQ_FIRST(&b->waiting)->due);
	for (uint32_t i = 0; i < BW_RETRY_LEVELS; i++)
		if (!TAILQ_EMPTY(&b->retry[i]))
			due = mono_min(due, TAILQ_FIRST(&b->retry[i])->due);
	if (!TAILQ_EMPTY(&b->gaps))
		due = mono_min(due, TAILQ_FIRST(&b->gaps)->gap_due);
	if (!TAILQ_EMPTY(&b->audit) && b->x->conf->audit_s > 0)
		due = mono_min(due,
			mono_add_ms(TAILQ_FIRST(&b->audit)->asked, b->x->conf->audit_s * 1000));
	if ((!TAILQ_EMPTY(&b->live) || !TAILQ_EMPTY(&b->other)) && b->channels_open > 0 &&
		b->asks_out < b->x->conf->update_in_flight)
		due = mono_min(due,
			mono_due(b->held_until, b->x->now) ? mono_add_ms(b->x->now, 2) :
							     b->held_until); /* waits for a token */
	return due;
}
