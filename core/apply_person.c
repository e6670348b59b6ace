/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deltas about agents and features, and what clients must be told of them (see apply.c for the rule).
 *
 * What a device was when clients first heard of it is not told; what changed while it was out of service is told in one
 * go when it is back, and not at all if it is as before.
 */
#include "core/apply_part.h"

#include "proto/base/check.h"
#include "proto/base/err.h"

static void
agent_settle(struct core_model *m, struct core_device *d, bool difference, bool silent)
{
	struct core_agent *a = d->agent;

	if (a->told == a->state)
		return;
	if (!silent)
		m->say(
			&(struct core_say){
				.kind = SAY_AGENT, .device = d, .difference = difference },
			m->arg);
	a->told = a->state;
	core_hash_agent(m, d);
}

static void
feature_settle(struct core_model *m, struct core_device *d, enum core_feature_kind kind,
	bool difference, bool silent)
{
	struct core_feature *f = &d->features[kind];

	if (!f->known || (f->on == f->told_on && strcmp(f->text, f->told_text) == 0))
		return;
	if (!silent)
		m->say(&(struct core_say){ .kind = SAY_FEATURE,
			       .device = d,
			       .number = (uint32_t)kind,
			       .difference = difference },
			m->arg);
	f->told_on = f->on;
	core_text_set(&f->told_text, str_of(f->text));
	core_hash_feature(m, d, kind);
}

void
core_settle_person(struct core_model *m, struct core_device *d, bool silent)
{
	if (d->agent != NULL)
		agent_settle(m, d, true, silent);
	for (int i = 0; d->features != NULL && i < CORE_FEATURES; i++)
		feature_settle(m, d, (enum core_feature_kind)i, true, silent);
}

int
apply_agent_set(struct core_model *m, const struct delta_agent_set *x)
{
	struct core_device *d = core_device_by_id(m, x->device);
	struct core_agent *a;

	if (d == NULL || x->state > CORE_AGENT_AFTER_CALL)
		return E_UNKNOWN;
	a = core_agent_get(m, d);
	a->state = (enum core_agent_state)x->state;
	core_text_set(&a->code, x->code);
	core_hash_agent(m, d);
	if (d->service == CORE_SERVICE_IN)
		agent_settle(m, d, false, false);
	return E_OK;
}

static void
join_say(struct core_model *m, struct core_device *d, const struct delta_agent_join *x)
{
	if (d->service == CORE_SERVICE_IN)
		m->say(&(struct core_say){ .kind = SAY_JOINED,
			       .device = d,
			       .number = x->joined,
			       .text = x->center },
			m->arg);
}

int
apply_agent_join(struct core_model *m, const struct delta_agent_join *x)
{
	struct core_device *d = core_device_by_id(m, x->device);
	struct core_join *j = d ? core_join_find(d, x->center) : NULL;

	if (d == NULL || (j != NULL) == (x->joined != 0))
		return E_UNKNOWN;
	if (j != NULL)
		core_join_free(m, d, j);
	else
		core_join_new(m, d, x->center);
	join_say(m, d, x);
	return E_OK;
}

int
apply_feature_set(struct core_model *m, const struct delta_feature_set *x)
{
	struct core_device *d = core_device_by_id(m, x->device);
	struct core_feature *f;
	bool first;

	if (d == NULL || x->feature >= CORE_FEATURES)
		return E_UNKNOWN;
	f = &core_features_get(d)[x->feature];
	first = !f->known;
	f->known = true;
	f->on = x->on;
	f->number = x->number;
	core_text_set(&f->text, x->text);
	if (first) { /* how it was when it was first heard of */
		f->told_on = f->on;
		core_text_set(&f->told_text, x->text);
	}
	core_hash_feature(m, d, (enum core_feature_kind)x->feature);
	if (d->service == CORE_SERVICE_IN)
		feature_settle(m, d, (enum core_feature_kind)x->feature, false, false);
	return E_OK;
}
