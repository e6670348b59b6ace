/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Subscriptions of scopes: one for the calls of a whole group, enterprise or system, and one for each other package,
 * instead of some for each device.
 *
 * Happy path: each scope is subscribed to with every package that devices are to have; its events are routed to devices
 * by their target, those of users that nobody monitors are dropped (bw_order.c). No snapshot comes for such a target: what
 * calls a device has is asked with requests (bw_scan.c).
 * Failure modes: the subscription ends, or numbers of its events are missing: whose they were is not known, so every
 * device is asked. Refused: tried again later, no device is in service meanwhile.
 */
#include "daemon/bw_part.h"

#include "proto/base/check.h"

#define SCOPE_SYSTEM "*" /* no group or enterprise can be called so */

bool
bw_has_scopes(const struct bw *b)
{
	return b->x->conf->subscribe != CONF_SUBSCRIBE_DEVICE;
}

static uint32_t
scope_packages(const struct bw *b)
{
	return b->x->conf->user_packages | b->x->conf->queue_packages |
		b->x->conf->route_point_packages;
}

static uint32_t
scope_primaries(void)
{
	return core_package_primary(CORE_KIND_user) | core_package_primary(CORE_KIND_queue) |
		core_package_primary(CORE_KIND_route_point);
}

/* What an earlier life left under this scope is used, what it left under others is given up. */
static void
scope_activate(struct bw *b, struct bw_device *bd, const char *name)
{
	uint32_t wanted = scope_packages(b);
	struct core_sub *s;

	bd->scope = name;
	bd->idle_since = MONO_NEVER;
	TAILQ_INIT(&bd->subs);
	TAILQ_INIT(&bd->unnamed);
	TAILQ_FOREACH(s, &b->x->model.scopes, link) {
		if (strcmp(s->scope, name) != 0 || (s->packages & wanted) == 0)
			continue;
		bw_sub_new(b, bd, s->packages, s);
		wanted &= ~s->packages;
	}
	for (uint32_t i = 0; i < CORE_PACKAGE_count; i++)
		if ((wanted & CORE_PACKAGE_BIT(i)) != 0)
			bw_sub_new(b, bd, CORE_PACKAGE_BIT(i), NULL);
}

static void
scope_add(struct bw *b, const char *name)
{
	struct bw_device *bd = mem_zalloc(sizeof(*bd));

	b->scopes[b->scope_count++] = bd;
	scope_activate(b, bd, name);
}

static void
scopes_give_up_others(struct bw *b)
{
	struct core_sub *s, *next;

	for (s = TAILQ_FIRST(&b->x->model.scopes); s != NULL; s = next) {
		next = TAILQ_NEXT(s, link);
		if (s->south != NULL)
			continue;
		bw_unsubscribe(b, str_of(s->id));
		CORE_EMIT(&b->x->em, sub_drop, .subscription = str_of(s->id));
	}
}

void
bw_scopes_run(struct bw *b)
{
	const struct conf *conf = b->x->conf;

	for (uint32_t i = 0; bw_has_scopes(b) && i < conf->scope_count; i++)
		scope_add(b, conf->scopes[i]);
	if (conf->subscribe == CONF_SUBSCRIBE_SYSTEM)
		scope_add(b, SCOPE_SYSTEM);
	scopes_give_up_others(b);
	bw_scopes_ask(b);
}

void
bw_scopes_drop(struct bw *b)
{
	for (uint32_t i = 0; i < b->scope_count; i++) {
		while (!TAILQ_EMPTY(&b->scopes[i]->subs))
			bw_sub_free(b, TAILQ_FIRST(&b->scopes[i]->subs));
		bw_unnamed_drop(b, b->scopes[i]);
		mem_free(b->scopes[i]);
	}
	b->scope_count = 0;
}

void
bw_scopes_ask(struct bw *b)
{
	struct bw_sub *bs;

	for (uint32_t i = 0; i < b->scope_count; i++)
		TAILQ_FOREACH(bs, &b->scopes[i]->subs, of_device)
			if (!bs->refused)
				bw_sub_ask(b, bs, false);
}

bool
bw_scopes_ready(const struct bw *b)
{
	const struct bw_sub *bs;

	for (uint32_t i = 0; i < b->scope_count; i++)
		TAILQ_FOREACH(bs, &b->scopes[i]->subs, of_device)
			if (bs->sub == NULL && !bs->refused &&
				(bs->packages & scope_primaries()) != 0)
				return false;
	return true;
}

struct bw_sub *
bw_scope_sub_of_request(const struct bw *b, const struct bw_request *r)
{
	struct bw_sub *bs;

	for (uint32_t i = 0; i < b->scope_count; i++)
		TAILQ_FOREACH(bs, &b->scopes[i]->subs, of_device)
			if (bs->state == ASK_SENT && bs->request == r->id)
				return bs;
	return NULL;
}

struct xsi_request
bw_scope_request(const struct bw *b, const struct bw_sub *bs)
{
	struct str group, enterprise = str_cut(str_of(bs->of->scope), '/', &group);

	switch ((enum conf_subscribe)b->x->conf->subscribe) {
	case CONF_SUBSCRIBE_GROUP:
		return (struct xsi_request){ .op = XSI_OP_subscribe_group,
			.args = { enterprise, group } };
	case CONF_SUBSCRIBE_SERVICE_PROVIDER:
		return (struct xsi_request){ .op = XSI_OP_subscribe_service_provider,
			.args = { enterprise } };
	case CONF_SUBSCRIBE_SYSTEM:
		return (struct xsi_request){ .op = XSI_OP_subscribe_system };
	case CONF_SUBSCRIBE_DEVICE:
	case CONF_SUBSCRIBE_ENTERPRISE:
		break;
	}
	return (struct xsi_request){ .op = XSI_OP_subscribe_enterprise, .args = { enterprise } };
}

void
bw_scope_missed(struct bw *b, const struct bw_sub *bs)
{
	struct core_device *d;

	if ((bs->packages & scope_primaries()) == 0)
		return;
	for (d = b->x->model.devices; d != NULL; d = d->by_id.next) {
		bw_blame(bw_device(b, d), METER_DESYNC_GAP);
		bw_ask(b, d, d->half_count > 0);
	}
}

/* Its calls change unseen: clients must not go on believing what was true. */
void
bw_scope_failed(struct bw *b, const struct bw_sub *bs)
{
	struct core_device *d;

	if ((bs->packages & scope_primaries()) == 0)
		return;
	for (d = b->x->model.devices; d != NULL; d = d->by_id.next)
		if ((core_package_primary(d->kind) & bs->packages) != 0)
			core_decide_service(&b->x->em, d, CORE_SERVICE_OUT);
	bw_update_status(b);
}
