/* SPDX-License-Identifier: Apache-2.0 */
/* Subscriptions as objects of the model: see sub.h. */
#include "core/sub.h"

#include "core/model.h"
#include "proto/base/limits.h"

static struct core_subs *
sub_list(struct core_model *m, const struct core_sub *s)
{
	return s->device != NULL ? &s->device->subs : &m->scopes;
}

static void
sub_count(struct core_model *m, uint32_t packages, uint32_t change)
{
	for (uint32_t i = 0; i < CORE_PACKAGE_count; i++)
		if ((packages & CORE_PACKAGE_BIT(i)) != 0)
			m->subscribed[i] += change;
}

bool
core_sub_fits(const struct core_model *m, const struct delta_r_sub *r)
{
	bool of_device = r->device.n > 0;

	if (of_device == (r->scope.n > 0) || r->subscription.n == 0 ||
		r->subscription.n >= LIMIT_BW_ID)
		return false;
	if (r->packages == 0 || (r->packages & ~CORE_PACKAGE_ALL) != 0)
		return false;
	return core_sub_by_id(m, r->subscription) == NULL &&
		(!of_device || core_device_by_id(m, r->device) != NULL);
}

struct core_sub *
core_sub_new(struct core_model *m, const struct delta_r_sub *r)
{
	struct core_sub *s = mem_zalloc(sizeof(*s));

	s->device = r->device.n > 0 ? core_device_by_id(m, r->device) : NULL;
	s->scope = mem_strndup(r->scope.p, r->scope.n);
	s->packages = r->packages;
	s->id = mem_strndup(r->subscription.p, r->subscription.n);
	s->sequence = r->sequence;
	TAILQ_INSERT_TAIL(sub_list(m, s), s, link);
	HASH_ADD_KEYPTR(by_id, m->subs, s->id, r->subscription.n, s);
	sub_count(m, s->packages, 1);
	core_hash_sub(m, s);
	return s;
}

void
core_sub_free(struct core_model *m, struct core_sub *s)
{
	core_unhash(m, &s->hash);
	if (s->device != NULL)
		core_snap_changed(m, CORE_SNAP_DEVICES, &s->device->piece);
	sub_count(m, s->packages, UINT32_MAX); /* one less */
	TAILQ_REMOVE(sub_list(m, s), s, link);
	HASH_DELETE(by_id, m->subs, s);
	mem_free(s->scope);
	mem_free(s->id);
	mem_free(s);
}

struct core_sub *
core_sub_by_id(const struct core_model *m, struct str id)
{
	struct core_sub *s;

	HASH_FIND(by_id, m->subs, id.p, id.n, s);
	return s;
}

struct core_sub *
core_device_sub(const struct core_device *d, uint32_t packages)
{
	struct core_sub *s;

	TAILQ_FOREACH(s, &d->subs, link)
		if ((s->packages & packages) != 0)
			return s;
	return NULL;
}

struct core_sub *
core_scope_sub(const struct core_model *m, struct str scope, uint32_t packages)
{
	struct core_sub *s;

	TAILQ_FOREACH(s, &m->scopes, link)
		if ((s->packages & packages) != 0 && str_is(scope, s->scope))
			return s;
	return NULL;
}
