/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The active's notes on devices: which subscriptions each has and should have, of what kind it is, when it is given up.
 *
 * Happy path: a device is subscribed to with its primary package, or with a list of all that it should have; when that is
 * accepted, what is missing is subscribed to one by one (bw_subs.c asks). Of what kind a device is the configuration says,
 * or the first primary package that BroadWorks takes: user, queue, route point, in this order.
 * Failure modes: no kind is taken: the device is refused. A list is refused: single packages from then on; if no list was
 * ever taken, for all devices, until this node becomes active anew.
 */
#include "daemon/bw_part.h"

#include "proto/base/check.h"

#define DEVICE_LINGER_MS 60000

enum core_device_kind
bw_kind_of_device(const struct conf *conf, struct str device, struct str user)
{
	enum core_device_kind kind;

	conf_device_kind(conf, device, user, &kind);
	return kind;
}

/* --- which packages ------------------------------------------------------------------------------------ */

uint32_t
bw_packages_wanted(const struct bw *b, enum core_device_kind kind)
{
	switch (kind) {
	case CORE_KIND_queue:
		return b->x->conf->queue_packages;
	case CORE_KIND_route_point:
		return b->x->conf->route_point_packages;
	case CORE_KIND_user:
	case CORE_KIND_count:
		break;
	}
	return b->x->conf->user_packages;
}

/* What the first subscription of a device is to carry. */
static uint32_t
device_first_packages(const struct bw *b, const struct bw_device *bd)
{
	uint32_t wanted = bw_packages_wanted(b, bd->kind);
	int mode = b->x->conf->package_list;

	if (bw_has_scopes(b))
		return core_package_primary(bd->kind);
	if (mode == CONF_LIST_YES ||
		(mode == CONF_LIST_AUTO && !bd->list_refused && !b->lists_refused))
		return wanted;
	return core_package_primary(bd->kind);
}

const char *
bw_sub_owner(const struct bw_sub *bs)
{
	return bs->of->device != NULL ? bs->of->device->id : bs->of->scope;
}

struct bw_sub *
bw_sub_new(struct bw *b, struct bw_device *bd, uint32_t packages, struct core_sub *sub)
{
	struct bw_sub *bs =
		mem_zalloc(sizeof(*bs) + b->x->conf->duplicate_window * sizeof(bs->seen[0]));

	bs->of = bd;
	bs->packages = packages;
	bs->asked = b->x->now;
	bs->gap_due = MONO_NEVER;
	TAILQ_INIT(&bs->early);
	TAILQ_INSERT_TAIL(&bd->subs, bs, of_device);
	bs->sub = sub;
	if (sub != NULL)
		sub->south = bs;
	bw_renew_later(b, bs);
	return bs;
}

static uint32_t
device_covered(const struct bw_device *bd)
{
	const struct bw_sub *bs;
	uint32_t covered = 0;

	TAILQ_FOREACH(bs, &bd->subs, of_device)
		covered |= bs->packages;
	return covered;
}

void
bw_device_complete(struct bw *b, struct bw_device *bd)
{
	uint32_t missing = bw_packages_wanted(b, bd->kind) & ~device_covered(bd);

	if (bw_has_scopes(b))
		return;
	for (uint32_t i = 0; i < CORE_PACKAGE_count; i++)
		if ((missing & CORE_PACKAGE_BIT(i)) != 0)
			bw_sub_ask(b, bw_sub_new(b, bd, CORE_PACKAGE_BIT(i), NULL), false);
}

/* --- kinds --------------------------------------------------------------------------------------------- */

bool
bw_device_try_next_kind(struct bw *b, struct bw_device *bd, enum bw_result *why)
{
	bool tried_all = bd->kind + 1 == CORE_KIND_count;

	bd->list_refused = false;
	if (!bd->kind_is_open)
		return false;
	if (bd->kind == CORE_KIND_user)
		bd->refusal = *why;
	/* from the first one on, should it be asked again */
	bd->kind = tried_all ? CORE_KIND_user : bd->kind + 1;
	bd->primary->packages = device_first_packages(b, bd);
	if (tried_all)
		*why = bd->refusal;
	return !tried_all;
}

bool
bw_device_split_list(struct bw *b, struct bw_device *bd)
{
	uint32_t single = core_package_primary(bd->kind);

	if (b->x->conf->package_list != CONF_LIST_AUTO || bd->primary->packages == single)
		return false;
	bd->list_refused = true;
	bd->list_judged = false;
	bd->primary->packages = single;
	return true;
}

void
bw_device_accepted(struct bw *b, struct bw_device *bd)
{
	struct core_device *d = bd->device;

	bd->kind_is_open = false;
	if (bd->kind != d->kind) {
		log_emit(b->x->log, M_SUBSCRIPTION, "device=%s user=%s is a %s", d->id, d->user,
			core_kind_name(bd->kind));
		CORE_EMIT(&b->x->em, dev_kind, .device = str_of(d->id), .kind = (uint8_t)bd->kind);
	}
	if (bd->primary->packages != core_package_primary(bd->kind)) {
		b->lists_accepted = true;
	} else if (bd->list_refused && !bd->list_judged) {
		bd->list_judged = true;
		if (!b->lists_accepted && !b->lists_refused) {
			b->lists_refused = true;
			log_emit(b->x->log, M_SUBSCRIPTION,
				"device=%s takes single packages but no list: none is tried any more",
				d->id);
		}
	}
}

/* --- life ---------------------------------------------------------------------------------------------- */

/* Binds what the model has, makes the primary one if it is not among them. */
static void
device_subs_init(struct bw *b, struct bw_device *bd)
{
	uint32_t primary = core_package_primary(bd->kind);
	struct core_sub *s;

	TAILQ_FOREACH(s, &bd->device->subs, link) {
		struct bw_sub *bs = bw_sub_new(b, bd, s->packages, s);

		if ((s->packages & primary) != 0 && bd->primary == NULL)
			bd->primary = bs;
	}
	if (bd->primary == NULL)
		bd->primary = bw_sub_new(b, bd, 0, NULL);
	if (bd->primary->sub == NULL)
		bd->primary->packages =
			device_first_packages(b, bd) & (~device_covered(bd) | primary);
}

struct bw_device *
bw_device(struct bw *b, struct core_device *d)
{
	struct bw_device *bd = d->south;
	enum core_device_kind kind;
	bool configured;

	if (bd != NULL)
		return bd;
	bd = mem_zalloc(sizeof(*bd));
	bd->blame = METER_DESYNC_AUDIT;
	bd->device = d;
	configured = conf_device_kind(b->x->conf, str_of(d->id), str_of(d->user), &kind);
	bd->kind = configured ? kind : d->kind;
	bd->kind_is_open = !configured && b->x->conf->device_kinds == CONF_KIND_AUTO &&
		d->service == CORE_SERVICE_NEW && TAILQ_EMPTY(&d->subs);
	bd->idle_since = core_device_is_wanted(&b->x->model, d) ? MONO_NEVER : b->x->now;
	bd->counted = true;
	b->unconfirmed++;
	b->notes++;
	b->x->meter.servers[METER_SERVER_UNKNOWN].devices++;
	TAILQ_INIT(&bd->subs);
	TAILQ_INIT(&bd->unnamed);
	device_subs_init(b, bd);
	d->south = bd;
	return bd;
}

void
bw_unnamed_drop(struct bw *b, struct bw_device *bd)
{
	struct bw_early *e;

	while ((e = TAILQ_FIRST(&bd->unnamed)) != NULL) {
		TAILQ_REMOVE(&bd->unnamed, e, link);
		bw_early_free(b, e);
	}
	bd->unnamed_count = 0;
}

void
bw_device_gone(struct bw *b, struct core_device *d)
{
	struct bw_device *bd = d->south;

	if (bd == NULL)
		return;
	while (!TAILQ_EMPTY(&bd->subs))
		bw_sub_free(b, TAILQ_FIRST(&bd->subs));
	if (bd->counted)
		b->unconfirmed--;
	b->notes--;
	b->x->meter.servers[bd->counted_at].devices--;
	bw_unnamed_drop(b, bd);
	bw_scan_drop(bd);
	mem_free(bd);
	d->south = NULL;
}

void
bw_ask(struct bw *b, struct core_device *d, bool live)
{
	bw_sub_ask(b, bw_device(b, d)->primary, live);
}

void
bw_ask_ordered(struct bw *b, struct core_device *d, bool live)
{
	bw_blame(bw_device(b, d), METER_DESYNC_REQUEST);
	bw_ask(b, d, live);
}

void
bw_ask_all(struct bw *b, struct core_device *d)
{
	struct bw_device *bd = bw_device(b, d);
	struct bw_sub *bs;

	TAILQ_FOREACH(bs, &bd->subs, of_device)
		if (bs != bd->primary && !bs->refused)
			bw_sub_ask(b, bs, false);
	bw_sub_ask(b, bd->primary, d->half_count > 0);
}

void
bw_device_drop(struct bw *b, struct bw_device *bd)
{
	CORE_EMIT(&b->x->em, dev_drop, .device = str_of(bd->device->id));
	bw_update_status(b);
	if (b->unconfirmed == 0)
		bw_all_confirmed(b);
}

/* A device that nobody monitors any more is given up after a while; a client that comes back finds it warm. */
bool
bw_device_linger_over(struct bw *b, struct bw_device *bd)
{
	struct core_device *d = bd->device;
	bool wanted = core_device_is_wanted(&b->x->model, d);
	struct bw_sub *bs;

	if (wanted) {
		bd->idle_since = MONO_NEVER;
		return false;
	}
	/* monitors also end with their session or their call, which tells nobody here */
	if (bd->idle_since.us == MONO_NEVER.us)
		bd->idle_since = b->x->now;
	if (!mono_due(mono_add_ms(bd->idle_since, DEVICE_LINGER_MS), b->x->now))
		return false;
	log_emit(b->x->log, M_SUBSCRIPTION, "device=%s is not monitored any more, unsubscribing",
		d->id);
	TAILQ_FOREACH(bs, &bd->subs, of_device)
		if (bs->sub != NULL)
			bw_unsubscribe(b, str_of(bs->sub->id));
	bw_device_drop(b, bd);
	return true;
}
