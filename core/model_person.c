/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a device is besides its calls (agent, features), and operations of several steps: making, finding, freeing, their
 * share of the digest (see model.h).
 */
#include "core/model.h"
#include "proto/base/check.h"

static void
agent_put(const struct core_device *d, struct buf *b)
{
	const struct core_agent *a = d->agent;

	delta_put_r_agent(b,
		&(struct delta_r_agent){
			str_of(d->id), (uint8_t)a->state, (uint8_t)a->told, str_of(a->code) });
}

static void
join_put(const struct core_device *d, const struct core_join *j, struct buf *b)
{
	delta_put_r_join(b, &(struct delta_r_join){ str_of(d->id), str_of(j->center) });
}

static void
feature_put(const struct core_device *d, enum core_feature_kind kind, struct buf *b)
{
	const struct core_feature *f = &d->features[kind];

	delta_put_r_feature(b,
		&(struct delta_r_feature){ str_of(d->id), (uint8_t)kind, f->on, f->number,
			str_of(f->text), f->told_on, str_of(f->told_text) });
}

static void
journal_put(const struct core_journal *j, struct buf *b)
{
	delta_put_r_journal(b,
		&(struct delta_r_journal){ j->id, j->kind, j->step, j->session, j->invoke,
			str_of(j->device), str_of(j->text) });
}

void
core_hash_agent(struct core_model *m, struct core_device *d)
{
	buf_reset(&m->scratch);
	agent_put(d, &m->scratch);
	core_rehash(m, DELTA_r_agent, &d->agent->hash);
	core_snap_changed(m, CORE_SNAP_DEVICES, &d->piece);
}

void
core_hash_feature(struct core_model *m, struct core_device *d, enum core_feature_kind kind)
{
	buf_reset(&m->scratch);
	feature_put(d, kind, &m->scratch);
	core_rehash(m, DELTA_r_feature, &d->features[kind].hash);
	core_snap_changed(m, CORE_SNAP_DEVICES, &d->piece);
}

void
core_hash_journal(struct core_model *m, struct core_journal *j)
{
	buf_reset(&m->scratch);
	journal_put(j, &m->scratch);
	core_rehash(m, DELTA_r_journal, &j->hash);
}

/* agents */

struct core_agent *
core_agent_get(struct core_model *m, struct core_device *d)
{
	if (d->agent != NULL)
		return d->agent;
	d->agent = mem_zalloc(sizeof(*d->agent));
	d->agent->code = mem_strndup("", 0);
	TAILQ_INIT(&d->agent->joins);
	core_hash_agent(m, d);
	return d->agent;
}

struct core_join *
core_join_find(const struct core_device *d, struct str center)
{
	struct core_join *j;

	if (d->agent == NULL)
		return NULL;
	TAILQ_FOREACH(j, &d->agent->joins, of_agent)
		if (str_is(center, j->center))
			return j;
	return NULL;
}

void
core_join_new(struct core_model *m, struct core_device *d, struct str center)
{
	struct core_agent *a = core_agent_get(m, d);
	struct core_join *j = mem_zalloc(sizeof(*j));

	j->center = mem_strndup(center.p, center.n);
	TAILQ_INSERT_TAIL(&a->joins, j, of_agent);
	a->join_count++;
	buf_reset(&m->scratch);
	join_put(d, j, &m->scratch);
	core_rehash(m, DELTA_r_join, &j->hash);
	core_snap_changed(m, CORE_SNAP_DEVICES, &d->piece);
}

void
core_join_free(struct core_model *m, struct core_device *d, struct core_join *j)
{
	core_unhash(m, &j->hash);
	core_snap_changed(m, CORE_SNAP_DEVICES, &d->piece);
	TAILQ_REMOVE(&d->agent->joins, j, of_agent);
	d->agent->join_count--;
	mem_free(j->center);
	mem_free(j);
}

/* features */

struct core_feature *
core_features_get(struct core_device *d)
{
	if (d->features != NULL)
		return d->features;
	d->features = mem_zalloc(CORE_FEATURES * sizeof(d->features[0]));
	for (int i = 0; i < CORE_FEATURES; i++) {
		d->features[i].text = mem_strndup("", 0);
		d->features[i].told_text = mem_strndup("", 0);
	}
	return d->features;
}

static void
features_free(struct core_model *m, struct core_device *d)
{
	if (d->features == NULL)
		return;
	for (int i = 0; i < CORE_FEATURES; i++) {
		core_unhash(m, &d->features[i].hash);
		mem_free(d->features[i].text);
		mem_free(d->features[i].told_text);
	}
	mem_free(d->features);
	d->features = NULL;
}

void
core_person_free(struct core_model *m, struct core_device *d)
{
	features_free(m, d);
	if (d->agent == NULL)
		return;
	while (!TAILQ_EMPTY(&d->agent->joins))
		core_join_free(m, d, TAILQ_FIRST(&d->agent->joins));
	core_unhash(m, &d->agent->hash);
	mem_free(d->agent->code);
	mem_free(d->agent);
	d->agent = NULL;
}

void
core_put_person(const struct core_device *d, struct buf *out)
{
	const struct core_join *j;
	size_t at;

	if (d->agent != NULL) {
		at = core_record_begin(out, DELTA_r_agent);
		agent_put(d, out);
		core_record_end(out, at);
		TAILQ_FOREACH(j, &d->agent->joins, of_agent) {
			at = core_record_begin(out, DELTA_r_join);
			join_put(d, j, out);
			core_record_end(out, at);
		}
	}
	for (int i = 0; d->features != NULL && i < CORE_FEATURES; i++) {
		if (!d->features[i].known)
			continue;
		at = core_record_begin(out, DELTA_r_feature);
		feature_put(d, (enum core_feature_kind)i, out);
		core_record_end(out, at);
	}
}

/* journals */

struct core_journal *
core_journal_new(struct core_model *m, const struct delta_r_journal *r)
{
	struct core_journal *j = mem_zalloc(sizeof(*j));

	j->id = r->id;
	j->kind = r->kind;
	j->step = r->step;
	j->session = r->session;
	j->invoke = r->invoke;
	j->device = mem_strndup(r->device.p, r->device.n);
	j->text = mem_strndup(r->text.p, r->text.n);
	HASH_ADD(by_id, m->journals, id, sizeof(j->id), j);
	core_hash_journal(m, j);
	return j;
}

void
core_journal_free(struct core_model *m, struct core_journal *j)
{
	core_unhash(m, &j->hash);
	HASH_DELETE(by_id, m->journals, j);
	mem_free(j->device);
	mem_free(j->text);
	mem_free(j);
}

struct core_journal *
core_journal_by_id(const struct core_model *m, uint64_t id)
{
	struct core_journal *j;

	HASH_FIND(by_id, m->journals, &id, sizeof(id), j);
	return j;
}

void
core_put_journals(const struct core_model *m, struct buf *out)
{
	const struct core_journal *j;

	for (j = m->journals; j != NULL; j = j->by_id.next) {
		size_t at = core_record_begin(out, DELTA_r_journal);

		journal_put(j, out);
		core_record_end(out, at);
	}
}
