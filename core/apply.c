/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deltas into the model, and what clients must be told of each: the one function that both nodes run.
 *
 * A delta that names an object which is not there is refused (E_UNKNOWN): on a standby that means that the
 * states differ, and leads to a resync. Telling follows one rule: while a device is in service each change
 * of a half is walked at once; while it is new or out nothing is told, and the walk is taken when it comes
 * (back) into service.
 */
#include "core/apply_part.h"

#include "proto/base/check.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"

static int
apply_epoch(struct core_model *m, const struct delta_epoch *x)
{
	struct core_request *q, *q2;
	struct core_session *s, *s2;

	m->epoch = x->epoch;
	m->owner = x->owner;
	m->id_counter = 0;
	core_hash_meta(m);
	HASH_ITER(by_id, m->requests, q, q2)
		core_request_free(m, q);
	HASH_ITER(by_id, m->sessions, s, s2) {
		if (!s->kept) {
			core_session_free(m, s);
			continue;
		}
		s->attached = false;
		s->under_way = 0;
		if (s->last_number < s->common_number)
			s->common_number = s->last_number;
		core_hash_session(m, s);
	}
	core_route_epoch(m);
	return E_OK;
}

static int
apply_status(struct core_model *m, const struct delta_status *x)
{
	if (x->status > CORE_STATUS_DISABLED)
		return E_MALFORMED;
	m->status = (enum core_status)x->status;
	core_hash_meta(m);
	m->say(&(struct core_say){ .kind = SAY_STATUS, .status = m->status }, m->arg);
	return E_OK;
}

static int
apply_dev_add(struct core_model *m, const struct delta_dev_add *x)
{
	if (core_device_by_id(m, x->device) != NULL || core_device_by_user(m, x->user) != NULL ||
		x->kind >= CORE_KIND_count)
		return E_UNKNOWN;
	core_device_new(m,
		&(struct delta_r_device){ .device = x->device, .user = x->user, .kind = x->kind });
	return E_OK;
}

static void
apply_say_ended(struct core_model *m, const struct core_monitor *mon)
{
	m->say(&(struct core_say){ .kind = SAY_MONITOR_ENDED,
		       .device = mon->device,
		       .monitor = mon,
		       .session = mon->session },
		m->arg);
}

static int
apply_dev_drop(struct core_model *m, const struct delta_dev_drop *x)
{
	struct core_device *d = core_device_by_id(m, x->device);
	struct core_monitor *mon;

	if (d == NULL)
		return E_UNKNOWN;
	TAILQ_FOREACH(mon, &d->monitors, of_device)
		apply_say_ended(m, mon);
	core_device_free(m, d);
	return E_OK;
}

static int
apply_dev_kind(struct core_model *m, const struct delta_dev_kind *x)
{
	struct core_device *d = core_device_by_id(m, x->device);

	if (d == NULL || x->kind >= CORE_KIND_count)
		return E_UNKNOWN;
	d->kind = (enum core_device_kind)x->kind;
	core_hash_device(m, d);
	return E_OK;
}

static int
apply_sub_set(struct core_model *m, const struct delta_sub_set *x)
{
	struct delta_r_sub r = { x->device, x->scope, x->packages, x->subscription, 0 };

	if (!core_sub_fits(m, &r))
		return E_UNKNOWN;
	core_sub_new(m, &r);
	return E_OK;
}

static int
apply_sub_seq(struct core_model *m, const struct delta_sub_seq *x)
{
	struct core_sub *s = core_sub_by_id(m, x->subscription);

	if (s == NULL)
		return E_UNKNOWN;
	s->sequence = x->sequence;
	core_hash_sub(m, s);
	return E_OK;
}

static int
apply_sub_drop(struct core_model *m, const struct delta_sub_drop *x)
{
	struct core_sub *s = core_sub_by_id(m, x->subscription);

	if (s == NULL)
		return E_UNKNOWN;
	core_sub_free(m, s);
	return E_OK;
}

static void
apply_unfresh(struct core_model *m, struct core_device *d)
{
	struct core_monitor *mon;

	TAILQ_FOREACH(mon, &d->monitors, of_device) {
		if (!mon->fresh)
			continue;
		mon->fresh = false;
		core_hash_monitor(m, mon);
	}
}

static int
apply_dev_service(struct core_model *m, const struct delta_dev_service *x)
{
	struct core_device *d = core_device_by_id(m, x->device);
	enum core_service old;

	if (d == NULL || x->service > CORE_SERVICE_OUT)
		return E_UNKNOWN;
	old = d->service;
	d->service = (enum core_service)x->service;
	m->devices_out += (d->service == CORE_SERVICE_OUT) - (old == CORE_SERVICE_OUT);
	core_hash_device(m, d);
	if (d->service == CORE_SERVICE_OUT && old == CORE_SERVICE_IN)
		m->say(&(struct core_say){ .kind = SAY_OUT, .device = d }, m->arg);
	if (d->service != CORE_SERVICE_IN || old == CORE_SERVICE_IN)
		return E_OK;
	core_settle_all(m, d, old == CORE_SERVICE_NEW);
	core_settle_person(m, d, old == CORE_SERVICE_NEW);
	if (old == CORE_SERVICE_OUT)
		m->say(&(struct core_say){ .kind = SAY_IN, .device = d }, m->arg);
	apply_unfresh(m, d);
	return E_OK;
}

static int
apply_session_open(struct core_model *m, const struct delta_session_open *x)
{
	if (core_session_by_id(m, x->session) != NULL)
		return E_UNKNOWN;
	core_id_used(m, x->session);
	core_session_new(m,
		&(struct delta_r_session){ .session = x->session,
			.user = x->user,
			.edition = x->edition,
			.kept = x->kept,
			.numbered = x->numbered,
			.attached = 1,
			.duration_s = x->duration_s,
			.cleanup_s = x->cleanup_s,
			.peer = x->peer,
			.local = x->local,
			.statuses = 1,
			.common_number = UINT64_MAX });
	return E_OK;
}

static int
apply_session_attach(struct core_model *m, const struct delta_session_attach *x)
{
	struct core_session *s = core_session_by_id(m, x->session);

	if (s == NULL)
		return E_UNKNOWN;
	s->attached = true;
	s->common_number = UINT64_MAX;
	s->numbered = x->numbered;
	if (x->numbered && x->last_number > s->last_number)
		s->last_number =
			x->last_number; /* what the client has seen is never numbered again */
	core_text_set(&s->peer, x->peer);
	core_text_set(&s->local, x->local);
	core_hash_session(m, s);
	return E_OK;
}

static int
apply_session_detach(struct core_model *m, const struct delta_session_detach *x)
{
	struct core_session *s = core_session_by_id(m, x->session);

	if (s == NULL)
		return E_UNKNOWN;
	s->attached = false;
	core_hash_session(m, s);
	return E_OK;
}

static int
apply_session_close(struct core_model *m, const struct delta_session_close *x)
{
	struct core_session *s = core_session_by_id(m, x->session);

	if (s == NULL)
		return E_UNKNOWN;
	core_session_free(m, s);
	return E_OK;
}

static int
apply_session_register(struct core_model *m, const struct delta_session_register *x)
{
	struct core_session *s = core_session_by_id(m, x->session);

	if (s == NULL)
		return E_UNKNOWN;
	if (x->id != 0)
		core_id_used(m, x->id);
	s->register_id = x->id;
	s->statuses = x->statuses;
	s->status_filter = x->status_filter;
	core_hash_session(m, s);
	return E_OK;
}

static int
apply_session_timer(struct core_model *m, const struct delta_session_timer *x)
{
	struct core_session *s = core_session_by_id(m, x->session);

	if (s == NULL)
		return E_UNKNOWN;
	s->duration_s = x->duration_s;
	core_hash_session(m, s);
	return E_OK;
}

static int
apply_session_acked(struct core_model *m, const struct delta_session_acked *x)
{
	struct core_session *s = core_session_by_id(m, x->session);

	if (s == NULL || x->serial > s->last_serial)
		return E_UNKNOWN;
	if (x->serial <= s->acked_serial)
		return E_OK;
	s->acked_serial = x->serial;
	core_hash_session(m, s);
	m->say(&(struct core_say){ .kind = SAY_SESSION_ACKED, .session = s }, m->arg);
	return E_OK;
}

static struct core_monitor *
monitor_make(struct core_model *m, const struct delta_monitor_start *x, struct core_session *s,
	struct core_device *d)
{
	core_id_used(m, x->monitor);
	return core_monitor_new(m,
		&(struct delta_r_monitor){ .monitor = x->monitor,
			.session = x->session,
			.device = x->device,
			.fresh = d != NULL && x->call == 0 && d->service != CORE_SERVICE_IN,
			.filter = x->filter,
			.type = x->type,
			.of_call = x->call != 0,
			.form = x->form },
		s, d);
}

/* On a call: of type device it needs the device as well, of type call it has none. */
static int
apply_monitor_start_call(
	struct core_model *m, const struct delta_monitor_start *x, struct core_session *s)
{
	struct core_device *d = core_device_by_id(m, x->device);
	struct core_call *c = core_call_by_id(m, x->call);

	if (c == NULL || (d == NULL) != (x->type == CORE_MONITOR_CALL))
		return E_UNKNOWN;
	core_follow_new(m, monitor_make(m, x, s, d), c);
	return E_OK;
}

static int
apply_monitor_start(struct core_model *m, const struct delta_monitor_start *x)
{
	struct core_session *s = core_session_by_id(m, x->session);
	struct core_device *d = core_device_by_id(m, x->device);
	struct core_monitor *mon;
	struct core_half *h;

	if (s == NULL || core_monitor_by_id(m, x->monitor) != NULL ||
		x->type > CORE_MONITOR_TYPE_LAST)
		return E_UNKNOWN;
	if (x->call != 0)
		return apply_monitor_start_call(m, x, s);
	if (d == NULL)
		return E_UNKNOWN;
	mon = monitor_make(m, x, s, d);
	if (mon->type == CORE_MONITOR_CALL)
		TAILQ_FOREACH(h, &d->halves, of_device)
			core_follow_new(m, mon, h->track->call);
	if (d->service == CORE_SERVICE_OUT)
		m->say(&(struct core_say){ .kind = SAY_MONITOR_OUT,
			       .device = d,
			       .monitor = mon,
			       .session = s },
			m->arg);
	return E_OK;
}

static int
apply_monitor_filter(struct core_model *m, const struct delta_monitor_filter *x)
{
	struct core_monitor *mon = core_monitor_by_id(m, x->monitor);

	if (mon == NULL)
		return E_UNKNOWN;
	mon->filter = x->filter;
	core_hash_monitor(m, mon);
	return E_OK;
}

static int
apply_monitor_stop(struct core_model *m, const struct delta_monitor_stop *x)
{
	struct core_monitor *mon = core_monitor_by_id(m, x->monitor);

	if (mon == NULL)
		return E_UNKNOWN;
	if (x->tell)
		apply_say_ended(m, mon);
	core_monitor_free(m, mon);
	return E_OK;
}

static int
apply_request_new(struct core_model *m, const struct delta_request_new *x)
{
	if (core_request_by_id(m, x->request) != NULL)
		return E_UNKNOWN;
	core_id_used(m, x->request);
	core_request_new(m,
		&(struct delta_r_request){ x->request, x->session, x->invoke, x->kind, x->device });
	return E_OK;
}

static int
apply_request_done(struct core_model *m, const struct delta_request_done *x)
{
	struct core_request *q = core_request_by_id(m, x->request);

	if (q == NULL)
		return E_UNKNOWN;
	core_request_free(m, q);
	return E_OK;
}

static int
apply_journal_set(struct core_model *m, const struct delta_journal_set *x)
{
	struct core_journal *j = core_journal_by_id(m, x->id);

	if (j == NULL) {
		core_id_used(m, x->id);
		core_journal_new(m,
			&(struct delta_r_journal){ x->id, x->kind, x->step, x->session, x->invoke,
				x->device, x->text });
		return E_OK;
	}
	j->kind = x->kind;
	j->step = x->step;
	j->session = x->session;
	j->invoke = x->invoke;
	core_text_set(&j->device, x->device);
	core_text_set(&j->text, x->text);
	core_hash_journal(m, j);
	return E_OK;
}

static int
apply_journal_done(struct core_model *m, const struct delta_journal_done *x)
{
	struct core_journal *j = core_journal_by_id(m, x->id);

	if (j == NULL)
		return E_UNKNOWN;
	core_journal_free(m, j);
	return E_OK;
}

int
core_apply(struct core_model *m, uint16_t kind, uint16_t version, const uint8_t *p, size_t n)
{
	if (version != CORE_DELTA_VERSION)
		return E_VERSION;
	switch (kind) {
#define XX(name) \
	case DELTA_##name: { \
		struct delta_##name x; \
		int rv = delta_get_##name(p, n, &x); \
		return rv ? rv : apply_##name(m, &x); \
	}
		CORE_DELTAS(XX)
#undef XX
	default:
		return E_UNKNOWN;
	}
}
