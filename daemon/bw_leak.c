/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Subscriptions that leaked: made by an earlier life of this connector, known to nobody, and counted by BroadWorks against
 * its limit.
 *
 * Happy path: some time after everything is confirmed BroadWorks is asked what subscriptions our user has with our
 * application id; those that the model does not have are deleted, one by one, when nothing else is to be asked. The rest
 * of the time an event of an unknown subscription is answered with 481, which removes it as well (bw_order.c). The list may
 * be one of 100,000 users: over HTTP it is read while it comes, some subscriptions at a time (xsi_list.h).
 * Failure modes: the list is longer than an answer may be (the transport gives it up; CTI knows no pieces): one user after
 * the other is asked about, as many as are devices. More leaks than are kept: the others are looked for when those are
 * deleted.
 * The server does not know the request: looked at again after leak-check-s. A subscription that is being made cannot be
 * told from a leaked one by its id: while a subscribe for a user is under way, those of that user are left alone, and
 * each is looked up once more before it is deleted.
 */
#include "daemon/bw_part.h"

#include "proto/base/check.h"
#include "proto/xsi_decode.h"

#define LEAK_DELAY_MS 10000 /* after everything is confirmed */
#define LEAK_RETRY_MS 60000
#define LEAKS_OUT_MAX 2
#define LEAKS_LOGGED 100 /* one by one; of more their number */

struct bw_leak {
	TAILQ_ENTRY(bw_leak) link;
	char id[];
};

void
bw_leaks_init(struct bw *b)
{
	TAILQ_INIT(&b->leaks.found);
	b->leaks.due = MONO_NEVER;
	xsi_list_init(&b->leaks.list);
}

static void
leak_free(struct bw *b, struct bw_leak *l)
{
	TAILQ_REMOVE(&b->leaks.found, l, link);
	b->leaks.count--;
	mem_free(l);
}

void
bw_leaks_drop(struct bw *b)
{
	while (!TAILQ_EMPTY(&b->leaks.found))
		leak_free(b, TAILQ_FIRST(&b->leaks.found));
	b->leaks.due = MONO_NEVER;
	b->leaks.more = false;
	b->leaks.request = 0;
	b->leaks.out = 0;
	b->leaks.by_target = b->leaks.more = false;
	b->leaks.at[0] = '\0';
	xsi_list_fini(&b->leaks.list);
}

static void
leaks_look_after(struct bw *b, int64_t ms)
{
	b->leaks.by_target = false;
	b->leaks.at[0] = '\0';
	b->leaks.due = mono_add_ms(b->x->now, rng_jitter_ms(&b->x->rng, ms, 10));
}

void
bw_leaks_look_soon(struct bw *b)
{
	if (b->x->conf->leak_check_s > 0 && b->leaks.request == 0)
		leaks_look_after(b, LEAK_DELAY_MS);
}

/* --- asking -------------------------------------------------------------------------------------------- */

/* The device after the one that was asked about last; NULL: that was all. */
static struct core_device *
leaks_next_target(const struct bw *b)
{
	struct core_device *d;

	if (b->leaks.at[0] == '\0')
		return b->x->model.devices;
	d = core_device_by_id(&b->x->model, str_of(b->leaks.at));
	return d != NULL ? d->by_id.next : NULL;
}

static void
leaks_ask(struct bw *b)
{
	const struct conf *conf = b->x->conf;
	const char *owner = conf->bw_user[0] != '\0' ? conf->bw_user : b->owner;
	struct xsi_request q = { .op = XSI_OP_subscription_list, .args = { str_of(owner) } };
	struct core_device *d = NULL;

	if (b->leaks.by_target) {
		d = leaks_next_target(b);
		if (d == NULL || !str_copy(b->leaks.at, sizeof(b->leaks.at), str_of(d->id))) {
			leaks_look_after(b, conf->leak_check_s * 1000);
			return;
		}
		q.args[1] = STR("User");
		q.args[3] = str_of(d->user);
	}
	q.args[5] = str_of(conf->application_id);
	b->leaks.due = MONO_NEVER;
	b->leaks.request =
		bw_request_send(b, BW_REQ_LIST_SUBS, bw_pick_xsp(b, XSI_OP_none), &q, NULL)->id;
}

/* --- the list ------------------------------------------------------------------------------------------ */

/* A subscribe for this user is under way: what it makes may be in the list already, its answer not yet here. */
static bool
leak_may_be_new(const struct bw *b, struct str target)
{
	const struct core_device *d = core_device_by_user(&b->x->model, target);
	const struct bw_device *bd = d ? d->south : NULL;
	const struct bw_sub *bs;

	if (bd == NULL)
		return false;
	TAILQ_FOREACH(bs, &bd->subs, of_device)
		if (bs->sub == NULL && bs->state == ASK_SENT)
			return true;
	return false;
}

/* The same for groups and enterprises: while one of them is being subscribed to none is a leak. */
static bool
leak_may_be_new_scope(const struct bw *b, struct str target_type)
{
	return target_type.n > 0 && !str_is(target_type, "User") && !bw_scopes_ready(b);
}

static bool
leak_is_one(const struct bw *b, const struct xsi_subscription *s)
{
	return !leak_may_be_new_scope(b, s->target_type) &&
		str_is(s->application, b->x->conf->application_id) &&
		core_sub_by_id(&b->x->model, s->subscription_id) == NULL &&
		!leak_may_be_new(b, s->target.n > 0 ? s->target : s->owner);
}

static void
leaks_note(struct bw *b)
{
	struct xsi_subscription s;
	uint32_t at = 0;

	while (!b->leaks.more && xsi_subscription_next(b->x->xml, b->doc, &at, &s)) {
		struct bw_leak *l;

		if (!leak_is_one(b, &s))
			continue;
		if (b->leaks.count == LIMIT_LEAKS) {
			b->leaks.more = true;
			break;
		}
		l = mem_alloc(sizeof(*l) + s.subscription_id.n + 1);
		memcpy(l->id, s.subscription_id.p, s.subscription_id.n);
		l->id[s.subscription_id.n] = '\0';
		TAILQ_INSERT_TAIL(&b->leaks.found, l, link);
		b->leaks.count++;
		if (b->leaks.count > LEAKS_LOGGED)
			continue;
		log_emit(b->x->log, M_SUBSCRIPTION,
			"subscription=%s target=%.*s of an earlier life is deleted", l->id,
			STR_ARG(s.target));
	}
}

static void
leaks_part(struct str part, void *arg)
{
	struct bw *b = arg;
	struct err e = { 0 };

	if (b->leaks.more || !b->leaks.is_list)
		return; /* no room, or not what we asked for */
	b->leaks.is_list = xsi_decode(b->x->xml, part, b->doc, &e) == E_OK &&
		(b->doc->kind == XSI_DOC_SUBSCRIPTION_LIST || b->doc->kind == XSI_DOC_SUBSCRIPTION);
	if (b->leaks.is_list)
		leaks_note(b);
}

void
bw_leaks_anew(struct bw *b)
{
	b->leaks.is_list = true;
	xsi_list_fini(&b->leaks.list);
	xsi_list_init(&b->leaks.list);
}

void
bw_leaks_piece(struct bw *b, const struct bw_request *r, struct str bytes)
{
	if (r->id == b->leaks.request && b->leaks.is_list &&
		xsi_list_feed(&b->leaks.list, bytes, leaks_part, b) != E_OK)
		b->leaks.is_list = false;
}

void
bw_leaks_listed(struct bw *b, const struct bw_request *r, struct str body)
{
	enum bw_result result = r->result;
	bool read, too_long;

	if (r->id != b->leaks.request)
		return;
	if (result == BW_DONE)
		bw_leaks_piece(b, r, body);
	read = result == BW_DONE && b->leaks.is_list && xsi_list_is_whole(&b->leaks.list);
	b->leaks.request = 0;
	xsi_list_fini(&b->leaks.list);
	if (b->leaks.count > LEAKS_LOGGED)
		log_emit(b->x->log, M_SUBSCRIPTION,
			"%u subscriptions of an earlier life in all are deleted, more are left: %s",
			b->leaks.count, b->leaks.more ? "yes" : "no");
	too_long = (result == BW_DONE && !read) || result == BW_UNREACHABLE;
	if (result == BW_OVERLOAD || (result == BW_UNREACHABLE && b->leaks.by_target)) {
		leaks_look_after(b, LEAK_RETRY_MS);
	} else if (b->leaks.by_target || too_long) {
		b->leaks.by_target = true; /* from one user to the next */
		b->leaks.due = b->x->now;
	} else {
		leaks_look_after(b, b->x->conf->leak_check_s * 1000);
	}
}

/* --- deleting ------------------------------------------------------------------------------------------ */

void
bw_leaks_deleted(struct bw *b, const struct bw_request *r)
{
	if (b->leaks.out > 0)
		b->leaks.out--;
	/* there were more than could be kept, and deleting them works */
	if (!b->leaks.more || b->leaks.by_target || b->leaks.request != 0 ||
		!TAILQ_EMPTY(&b->leaks.found) || r->result != BW_DONE)
		return;
	b->leaks.more = false;
	leaks_look_after(b, LEAK_DELAY_MS);
}

static void
leak_delete(struct bw *b, struct bw_leak *l)
{
	if (core_sub_by_id(&b->x->model, str_of(l->id)) == NULL) {
		bw_request_send(b, BW_REQ_DELETE_LEAK, bw_pick_xsp(b, XSI_OP_none),
			&(struct xsi_request){
				.op = XSI_OP_subscription_delete, .args = { str_of(l->id) } },
			NULL);
		b->leaks.out++;
	}
	leak_free(b, l);
}

static bool
leaks_may_go(const struct bw *b)
{
	return b->phase == BW_RUNNING && b->channels_open > 0 && bw_asks_idle(b) &&
		mono_due(b->held_until, b->x->now);
}

void
bw_leaks_pump(struct bw *b)
{
	if (!leaks_may_go(b))
		return;
	while (!TAILQ_EMPTY(&b->leaks.found) && b->leaks.out < LEAKS_OUT_MAX && bw_take_token(b))
		leak_delete(b, TAILQ_FIRST(&b->leaks.found));
	if (b->leaks.request == 0 && TAILQ_EMPTY(&b->leaks.found) &&
		mono_due(b->leaks.due, b->x->now) && bw_take_token(b))
		leaks_ask(b);
}

struct mono
bw_leaks_deadline(const struct bw *b)
{
	if (!leaks_may_go(b))
		return MONO_NEVER; /* an answer or an opened channel wakes the node */
	if (!TAILQ_EMPTY(&b->leaks.found))
		return b->leaks.out < LEAKS_OUT_MAX ? mono_add_ms(b->x->now, 2) : MONO_NEVER;
	if (b->leaks.request != 0)
		return MONO_NEVER;
	/* waits for a token if it is due already */
	return mono_due(b->leaks.due, b->x->now) ? mono_add_ms(b->x->now, 2) : b->leaks.due;
}
