/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model's objects: making, finding, freeing, and their share of the digest (see model.h). Calls are in model_call.c, agents
 * and features in model_person.c, monitors in model_monitor.c.
 *
 * The digest is the sum of a hash of each object's record, so that it does not depend on the order in which
 * objects were made and costs one encoding per change.
 */
#include "core/model.h"

#include "proto/base/check.h"
#include "proto/base/limits.h"

#include <xxhash.h>

#define ID_EPOCH_SHIFT 40
#define ID_OWNER_SHIFT 32

void
core_text_set(char **kept, struct str s)
{
	char *copy = mem_strndup(s.p, s.n);

	mem_free(*kept);
	*kept = copy;
}

void
core_rehash(struct core_model *m, uint16_t kind, uint64_t *hash)
{
	REQUIRE(!m->scratch.overflow);
	m->digest -= *hash;
	*hash = XXH3_64bits_withSeed(m->scratch.p, m->scratch.n, kind);
	m->digest += *hash;
}

void
core_unhash(struct core_model *m, uint64_t *hash)
{
	m->digest -= *hash;
	*hash = 0;
}

static void
model_put_meta(const struct core_model *m, struct buf *b)
{
	delta_put_r_meta(
		b, &(struct delta_r_meta){ m->epoch, m->id_counter, (uint8_t)m->status, m->owner });
}

static void
model_put_device(const struct core_device *d, struct buf *b)
{
	delta_put_r_device(b,
		&(struct delta_r_device){
			str_of(d->id), str_of(d->user), (uint8_t)d->service, (uint8_t)d->kind });
}

static void
model_put_sub(const struct core_sub *s, struct buf *b)
{
	delta_put_r_sub(b,
		&(struct delta_r_sub){ s->device ? str_of(s->device->id) : STR_NONE,
			str_of(s->scope), s->packages, str_of(s->id), s->sequence });
}

static void
model_put_session(const struct core_session *s, struct buf *b)
{
	delta_put_r_session(b,
		&(struct delta_r_session){ .session = s->id,
			.user = str_of(s->user),
			.edition = s->edition,
			.kept = s->kept,
			.numbered = s->numbered,
			.attached = s->attached,
			.duration_s = s->duration_s,
			.cleanup_s = s->cleanup_s,
			.register_id = s->register_id,
			.last_number = s->last_number,
			.last_serial = s->last_serial,
			.acked_serial = s->acked_serial,
			.peer = str_of(s->peer),
			.local = str_of(s->local),
			.statuses = s->statuses,
			.status_filter = s->status_filter,
			.common_number = s->common_number });
}

static void
model_put_request(const struct core_request *q, struct buf *b)
{
	delta_put_r_request(b,
		&(struct delta_r_request){
			q->id, q->session, q->invoke, q->kind, str_of(q->device) });
}

#define MODEL_HASHER(name, type) \
	void core_hash_##name(struct core_model *m, struct core_##type *o) \
	{ \
		buf_reset(&m->scratch); \
		model_put_##name(o, &m->scratch); \
		core_rehash(m, DELTA_r_##name, &o->hash); \
	}
MODEL_HASHER(session, session)
MODEL_HASHER(request, request)

void
core_hash_device(struct core_model *m, struct core_device *d)
{
	buf_reset(&m->scratch);
	model_put_device(d, &m->scratch);
	core_rehash(m, DELTA_r_device, &d->hash);
	core_snap_changed(m, CORE_SNAP_DEVICES, &d->piece);
}

void
core_hash_sub(struct core_model *m, struct core_sub *s)
{
	buf_reset(&m->scratch);
	model_put_sub(s, &m->scratch);
	core_rehash(m, DELTA_r_sub, &s->hash);
	if (s->device != NULL)
		core_snap_changed(m, CORE_SNAP_DEVICES, &s->device->piece);
}

void
core_hash_meta(struct core_model *m)
{
	buf_reset(&m->scratch);
	model_put_meta(m, &m->scratch);
	core_rehash(m, DELTA_r_meta, &m->meta_hash);
}

void
core_init(struct core_model *m, core_say_fn say, void (*device_gone)(struct core_device *, void *),
	void *arg)
{
	*m = (struct core_model){ .say = say, .device_gone = device_gone, .arg = arg };
	TAILQ_INIT(&m->scopes);
	buf_init(&m->scratch, 8192);
	core_hash_meta(m);
}

void
core_clear(struct core_model *m)
{
	struct core_request *q, *q2;
	struct core_session *s, *s2;
	struct core_device *d, *d2;
	struct core_call *c, *c2;
	struct core_journal *j, *j2;

	core_snap_drop(m);
	HASH_ITER(by_id, m->journals, j, j2)
		core_journal_free(m, j);
	HASH_ITER(by_id, m->requests, q, q2)
		core_request_free(m, q);
	HASH_ITER(by_id, m->sessions, s, s2)
		core_session_free(m, s);
	HASH_ITER(by_id, m->devices, d, d2)
		core_device_free(m, d);
	while (!TAILQ_EMPTY(&m->scopes))
		core_sub_free(m, TAILQ_FIRST(&m->scopes));
	HASH_ITER(by_id, m->calls, c, c2)
		core_call_free(m, c);
	m->epoch = 0;
	m->owner = 0;
	m->id_counter = 0;
	m->status = CORE_STATUS_NORMAL;
	core_hash_meta(m);
	REQUIRE(m->digest == m->meta_hash && m->monitors == NULL && m->subs == NULL &&
		m->devices_out == 0 && m->calls_up == 0);
}

void
core_fini(struct core_model *m)
{
	core_clear(m);
	buf_fini(&m->scratch);
}

static uint64_t
model_id_base(const struct core_model *m)
{
	return (m->epoch << ID_EPOCH_SHIFT) | ((uint64_t)m->owner << ID_OWNER_SHIFT);
}

uint64_t
core_next_id(const struct core_model *m)
{
	return model_id_base(m) + m->id_counter + 1;
}

void
core_id_used(struct core_model *m, uint64_t id)
{
	uint64_t counter = id & UINT32_MAX;

	if (id - counter != model_id_base(m) || counter <= m->id_counter)
		return;
	m->id_counter = counter;
	core_hash_meta(m);
}

/* devices */

struct core_device *
core_device_new(struct core_model *m, const struct delta_r_device *r)
{
	struct core_device *d = mem_zalloc(sizeof(*d));

	d->id = mem_strndup(r->device.p, r->device.n);
	d->user = mem_strndup(r->user.p, r->user.n);
	d->kind = (enum core_device_kind)r->kind;
	d->service = (enum core_service)r->service;
	TAILQ_INIT(&d->subs);
	TAILQ_INIT(&d->halves);
	TAILQ_INIT(&d->monitors);
	HASH_ADD_KEYPTR(by_id, m->devices, d->id, r->device.n, d);
	HASH_ADD_KEYPTR(by_user, m->devices_by_user, d->user, r->user.n, d);
	if (d->service == CORE_SERVICE_OUT)
		m->devices_out++;
	core_hash_device(m, d);
	return d;
}

void
core_device_free(struct core_model *m, struct core_device *d)
{
	struct core_half *h, *h2;

	if (m->device_gone != NULL)
		m->device_gone(d, m->arg);
	core_route_device_gone(m, d);
	for (h = TAILQ_FIRST(&d->halves); h != NULL; h = h2) {
		h2 = TAILQ_NEXT(h, of_device);
		core_half_free(m, h);
	}
	while (!TAILQ_EMPTY(&d->monitors))
		core_monitor_free(m, TAILQ_FIRST(&d->monitors));
	while (!TAILQ_EMPTY(&d->subs))
		core_sub_free(m, TAILQ_FIRST(&d->subs));
	core_person_free(m, d);
	if (d->service == CORE_SERVICE_OUT)
		m->devices_out--;
	core_unhash(m, &d->hash);
	core_snap_gone(m, CORE_SNAP_DEVICES, &d->piece, d, d->by_id.prev);
	HASH_DELETE(by_id, m->devices, d);
	HASH_DELETE(by_user, m->devices_by_user, d);
	mem_free(d->id);
	mem_free(d->user);
	mem_free(d);
}

bool
core_device_is_wanted(const struct core_model *m, const struct core_device *d)
{
	return d->monitor_count > 0 || core_device_is_followed(d) ||
		core_registration_of(m, str_of(d->id)) != NULL;
}

struct core_device *
core_device_by_id(const struct core_model *m, struct str id)
{
	struct core_device *d;

	HASH_FIND(by_id, m->devices, id.p, id.n, d);
	return d;
}

struct core_device *
core_device_by_user(const struct core_model *m, struct str user)
{
	struct core_device *d;

	HASH_FIND(by_user, m->devices_by_user, user.p, user.n, d);
	return d;
}

/* sessions, requests */

struct core_session *
core_session_new(struct core_model *m, const struct delta_r_session *r)
{
	struct core_session *s = mem_zalloc(sizeof(*s));

	s->id = r->session;
	s->user = mem_strndup(r->user.p, r->user.n);
	s->peer = mem_strndup(r->peer.p, r->peer.n);
	s->local = mem_strndup(r->local.p, r->local.n);
	s->edition = r->edition;
	s->kept = r->kept;
	s->numbered = r->numbered;
	s->attached = r->attached;
	s->duration_s = r->duration_s;
	s->cleanup_s = r->cleanup_s;
	s->register_id = r->register_id;
	s->statuses = r->statuses;
	s->status_filter = r->status_filter;
	s->last_number = r->last_number;
	s->common_number = r->common_number;
	s->last_serial = r->last_serial;
	s->acked_serial = r->acked_serial;
	TAILQ_INIT(&s->monitors);
	TAILQ_INIT(&s->registrations);
	HASH_ADD(by_id, m->sessions, id, sizeof(s->id), s);
	core_hash_session(m, s);
	m->say(&(struct core_say){ .kind = SAY_SESSION_OPENED, .session = s }, m->arg);
	return s;
}

void
core_session_free(struct core_model *m, struct core_session *s)
{
	while (!TAILQ_EMPTY(&s->monitors))
		core_monitor_free(m, TAILQ_FIRST(&s->monitors));
	while (!TAILQ_EMPTY(&s->registrations))
		core_registration_free(m, TAILQ_FIRST(&s->registrations));
	m->say(&(struct core_say){ .kind = SAY_SESSION_CLOSED, .session = s }, m->arg);
	core_unhash(m, &s->hash);
	HASH_DELETE(by_id, m->sessions, s);
	mem_free(s->user);
	mem_free(s->peer);
	mem_free(s->local);
	mem_free(s);
}

/* Byte by byte: the same name on machines of either endianness. */
unsigned
core_session_tag(uint64_t id)
{
	uint8_t bytes[8];

	for (unsigned i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(id >> (8 * i));
	return (unsigned)(XXH3_64bits(bytes, sizeof(bytes)) & 0xffffff);
}

struct core_session *
core_session_by_id(const struct core_model *m, uint64_t id)
{
	struct core_session *s;

	HASH_FIND(by_id, m->sessions, &id, sizeof(id), s);
	return s;
}

struct core_request *
core_request_new(struct core_model *m, const struct delta_r_request *r)
{
	struct core_request *q = mem_zalloc(sizeof(*q));

	q->id = r->request;
	q->session = r->session;
	q->invoke = r->invoke;
	q->kind = r->kind;
	q->device = mem_strndup(r->device.p, r->device.n);
	HASH_ADD(by_id, m->requests, id, sizeof(q->id), q);
	core_hash_request(m, q);
	return q;
}

void
core_request_free(struct core_model *m, struct core_request *q)
{
	core_unhash(m, &q->hash);
	HASH_DELETE(by_id, m->requests, q);
	mem_free(q->device);
	mem_free(q);
}

struct core_request *
core_request_by_id(const struct core_model *m, uint64_t id)
{
	struct core_request *q;

	HASH_FIND(by_id, m->requests, &id, sizeof(id), q);
	return q;
}

/* snapshots: kind (u16), length (u32), record */

void
core_record_end(struct buf *out, size_t at)
{
	buf_patch_u32(out, at + 2, (uint32_t)(out->n - at - 6));
}

size_t
core_record_begin(struct buf *out, uint16_t kind)
{
	size_t at = out->n;

	buf_u16(out, kind);
	buf_u32(out, 0);
	return at;
}

#define MODEL_RECORD(out, name, object) \
	do { \
		size_t at_ = core_record_begin(out, DELTA_r_##name); \
		model_put_##name(object, out); \
		core_record_end(out, at_); \
	} while (0)

void
core_put_meta(const struct core_model *m, struct buf *out)
{
	MODEL_RECORD(out, meta, m);
}

void
core_put_device(const struct core_device *d, struct buf *out)
{
	const struct core_sub *sub;

	MODEL_RECORD(out, device, d);
	TAILQ_FOREACH(sub, &d->subs, link)
		MODEL_RECORD(out, sub, sub);
	core_put_halves(d, out);
	core_put_person(d, out);
}

void
core_put_sessions(const struct core_model *m, struct buf *out)
{
	const struct core_sub *sub;
	const struct core_session *s;

	TAILQ_FOREACH(sub, &m->scopes, link)
		MODEL_RECORD(out, sub, sub);
	for (s = m->sessions; s != NULL; s = s->by_id.next)
		MODEL_RECORD(out, session, s);
}

void
core_put_rest(const struct core_model *m, struct buf *out)
{
	const struct core_request *q;

	for (q = m->requests; q != NULL; q = q->by_id.next)
		MODEL_RECORD(out, request, q);
	core_put_journals(m, out);
	core_put_routes(m, out);
}
