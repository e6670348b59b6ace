/* SPDX-License-Identifier: Apache-2.0 */
/* Registrations and dialogues of routeing: see route.h. */
#include "core/route.h"

#include "core/model.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"

static void
registration_put(const struct core_registration *r, struct buf *b)
{
	delta_put_r_registration(
		b, &(struct delta_r_registration){ r->id, r->session->id, str_of(r->device) });
}

static void
dialogue_put(const struct core_dialogue *d, struct buf *b)
{
	delta_put_r_dialogue(b,
		&(struct delta_r_dialogue){ d->id, d->registration->id, str_of(d->half->device->id),
			str_of(d->half->bw_call), (uint8_t)d->state, d->used, d->tries });
}

static void
dialogue_hash(struct core_model *m, struct core_dialogue *d)
{
	buf_reset(&m->scratch);
	dialogue_put(d, &m->scratch);
	core_rehash(m, DELTA_r_dialogue, &d->hash);
}

static void
route_say(struct core_model *m, const struct core_dialogue *d, enum core_route_word word)
{
	m->say(&(struct core_say){ .kind = SAY_ROUTE,
		       .session = d->registration->session,
		       .registration = d->registration,
		       .dialogue = d,
		       .route = word },
		m->arg);
}

/* --- registrations ------------------------------------------------------------------------- */

struct core_registration *
core_registration_by_id(const struct core_model *m, uint64_t id)
{
	struct core_registration *r;

	HASH_FIND(by_id, m->registrations, &id, sizeof(id), r);
	return r;
}

struct core_registration *
core_registration_of(const struct core_model *m, struct str device)
{
	struct core_registration *r;

	HASH_FIND(by_device, m->registrations_by_device, device.p, device.n, r);
	return r;
}

struct core_registration *
core_registration_new(
	struct core_model *m, const struct delta_r_registration *x, struct core_session *s)
{
	struct core_registration *r = mem_zalloc(sizeof(*r));

	r->id = x->id;
	r->session = s;
	r->device = mem_strndup(x->device.p, x->device.n);
	TAILQ_INIT(&r->dialogues);
	TAILQ_INSERT_TAIL(&s->registrations, r, of_session);
	HASH_ADD(by_id, m->registrations, id, sizeof(r->id), r);
	HASH_ADD_KEYPTR(by_device, m->registrations_by_device, r->device, x->device.n, r);
	buf_reset(&m->scratch);
	registration_put(r, &m->scratch);
	core_rehash(m, DELTA_r_registration, &r->hash);
	return r;
}

void
core_registration_free(struct core_model *m, struct core_registration *r)
{
	while (!TAILQ_EMPTY(&r->dialogues))
		core_dialogue_free(m, TAILQ_FIRST(&r->dialogues));
	core_unhash(m, &r->hash);
	TAILQ_REMOVE(&r->session->registrations, r, of_session);
	HASH_DELETE(by_id, m->registrations, r);
	HASH_DELETE(by_device, m->registrations_by_device, r);
	mem_free(r->device);
	mem_free(r);
}

void
core_route_device_gone(struct core_model *m, const struct core_device *d)
{
	struct core_registration *r = core_registration_of(m, str_of(d->id));

	if (r == NULL)
		return;
	m->say(&(struct core_say){ .kind = SAY_ROUTE,
		       .session = r->session,
		       .registration = r,
		       .route = CORE_ROUTE_ABORTED },
		m->arg);
	core_registration_free(m, r);
}

/* --- dialogues ----------------------------------------------------------------------------- */

struct core_dialogue *
core_dialogue_by_id(const struct core_model *m, uint64_t id)
{
	struct core_dialogue *d;

	HASH_FIND(by_id, m->dialogues, &id, sizeof(id), d);
	return d;
}

static struct core_dialogue *
dialogue_new(struct core_model *m, uint64_t id, struct core_registration *r, struct core_half *h)
{
	struct core_dialogue *d = mem_zalloc(sizeof(*d));

	d->id = id;
	d->registration = r;
	d->half = h;
	h->dialogue = d;
	TAILQ_INSERT_TAIL(&r->dialogues, d, of_registration);
	HASH_ADD(by_id, m->dialogues, id, sizeof(d->id), d);
	return d;
}

void
core_dialogue_free(struct core_model *m, struct core_dialogue *d)
{
	core_unhash(m, &d->hash);
	d->half->dialogue = NULL;
	TAILQ_REMOVE(&d->registration->dialogues, d, of_registration);
	HASH_DELETE(by_id, m->dialogues, d);
	mem_free(d);
}

void
core_route_waiting(struct core_model *m, struct core_half *h)
{
	struct core_registration *r;
	struct core_dialogue *d;
	uint64_t id;

	if (h->device->kind != CORE_KIND_route_point || h->gone || h->told != VIEW_queued ||
		h->dialogue != NULL)
		return;
	r = core_registration_of(m, str_of(h->device->id));
	if (r == NULL)
		r = core_registration_of(m, STR_NONE);
	if (r == NULL)
		return;
	id = core_next_id(m);
	core_id_used(m, id);
	d = dialogue_new(m, id, r, h);
	dialogue_hash(m, d);
	route_say(m, d, CORE_ROUTE_REQUEST);
}

/* Did the call leave for another place, rather than come to an end? */
static bool
route_went(const struct core_half *h)
{
	return h->end == CORE_END_DISTRIBUTED || h->end == CORE_END_DIVERTED ||
		h->end == CORE_END_TRANSFERRED || h->end == CORE_END_OVERFLOW ||
		h->end == CORE_END_PICKED_UP;
}

void
core_route_gone(struct core_model *m, struct core_half *h)
{
	struct core_dialogue *d = h->dialogue;

	if (d == NULL)
		return;
	if (d->state != CORE_ROUTE_ENDED && route_went(h) && d->used)
		route_say(m, d, CORE_ROUTE_USED);
	if (d->state != CORE_ROUTE_ENDED)
		route_say(m, d, route_went(h) ? CORE_ROUTE_OVER : CORE_ROUTE_LOST);
	core_dialogue_free(m, d);
}

/* The way that was chosen is none: another one is asked for, so many times. */
static void
route_again(struct core_model *m, struct core_dialogue *d)
{
	bool enough = ++d->tries >= LIMIT_ROUTE_TRIES;

	d->state = enough ? CORE_ROUTE_ENDED : CORE_ROUTE_ASKED;
	dialogue_hash(m, d);
	route_say(m, d, enough ? CORE_ROUTE_GIVEN_UP : CORE_ROUTE_AGAIN);
}

void
core_route_epoch(struct core_model *m)
{
	struct core_registration *r;
	struct core_dialogue *d;

	for (r = m->registrations; r != NULL; r = r->by_id.next)
		TAILQ_FOREACH(d, &r->dialogues, of_registration)
			if (d->state == CORE_ROUTE_SELECTED)
				route_again(m, d);
}

/* --- deltas, records ----------------------------------------------------------------------- */

static void
route_ask_waiting(struct core_model *m, struct core_device *d)
{
	struct core_half *h;

	TAILQ_FOREACH(h, &d->halves, of_device)
		core_route_waiting(m, h);
}

int
apply_route_register(struct core_model *m, const struct delta_route_register *x)
{
	struct core_session *s = core_session_by_id(m, x->session);
	struct core_device *d = core_device_by_id(m, x->device);

	if (s == NULL || (x->device.n > 0 && d == NULL) || core_registration_by_id(m, x->id) ||
		core_registration_of(m, x->device) != NULL)
		return E_UNKNOWN;
	core_id_used(m, x->id);
	core_registration_new(m, &(struct delta_r_registration){ x->id, x->session, x->device }, s);
	if (d != NULL)
		route_ask_waiting(m, d);
	else
		for (d = m->devices; d != NULL; d = d->by_id.next)
			route_ask_waiting(m, d);
	return E_OK;
}

int
apply_route_cancel(struct core_model *m, const struct delta_route_cancel *x)
{
	struct core_registration *r = core_registration_by_id(m, x->id);

	if (r == NULL)
		return E_UNKNOWN;
	core_registration_free(m, r);
	return E_OK;
}

int
apply_route_set(struct core_model *m, const struct delta_route_set *x)
{
	struct core_dialogue *d = core_dialogue_by_id(m, x->id);

	if (d == NULL || x->state > CORE_ROUTE_LAST)
		return E_UNKNOWN;
	if (x->state == CORE_ROUTE_ASKED) {
		route_again(m, d);
		return E_OK;
	}
	d->state = (enum core_route_state)x->state;
	d->used = x->used;
	dialogue_hash(m, d);
	return E_OK;
}

int
restore_r_registration(struct core_model *m, const struct delta_r_registration *r)
{
	struct core_session *s = core_session_by_id(m, r->session);

	if (s == NULL || core_registration_by_id(m, r->id) || core_registration_of(m, r->device))
		return E_MALFORMED;
	core_registration_new(m, r, s);
	return E_OK;
}

int
restore_r_dialogue(struct core_model *m, const struct delta_r_dialogue *r)
{
	struct core_registration *of = core_registration_by_id(m, r->registration);
	struct core_device *device = core_device_by_id(m, r->device);
	struct core_half *h;
	struct core_dialogue *d;

	if (of == NULL || device == NULL || r->state > CORE_ROUTE_LAST ||
		core_dialogue_by_id(m, r->id) != NULL)
		return E_MALFORMED;
	TAILQ_FOREACH(h, &device->halves, of_device)
		if (h->dialogue == NULL && str_is(r->call, h->bw_call))
			break;
	if (h == NULL)
		return E_MALFORMED;
	d = dialogue_new(m, r->id, of, h);
	d->state = (enum core_route_state)r->state;
	d->used = r->used;
	d->tries = r->tries;
	dialogue_hash(m, d);
	return E_OK;
}

void
core_put_routes(const struct core_model *m, struct buf *out)
{
	const struct core_registration *r;
	const struct core_dialogue *d;
	size_t at;

	for (r = m->registrations; r != NULL; r = r->by_id.next) {
		at = core_record_begin(out, DELTA_r_registration);
		registration_put(r, out);
		core_record_end(out, at);
		TAILQ_FOREACH(d, &r->dialogues, of_registration) {
			at = core_record_begin(out, DELTA_r_dialogue);
			dialogue_put(d, out);
			core_record_end(out, at);
		}
	}
}
