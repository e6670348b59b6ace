/* SPDX-License-Identifier: Apache-2.0 */
/* Capability services: see svc_caps.h. */
#include "daemon/svc_caps.h"

#include "proto/base/limits.h"
#include "proto/csta_encode.h"

/* A list of devices on its way to a client. */
struct svc_listing {
	TAILQ_ENTRY(svc_listing) link;
	uint64_t session, conn;
	struct csta_segment seg;
	struct csta_device *devices;
	size_t count, told, size;
	bool done;
};

static struct csta_caps
caps_of(const struct svc_in *in)
{
	return (struct csta_caps){ .has = svc_has, .domain = str_of(in->v->x->conf->group) };
}

void
svc_caps_switch(const struct svc_in *in)
{
	struct csta_caps caps = caps_of(in);

	buf_reset(&in->v->body);
	csta_put_switching_function_caps_response(&in->v->body, svc_edition(in->session), &caps);
	svc_answer_ahead(in);
}

void
svc_caps_features(const struct svc_in *in)
{
	struct csta_caps caps = caps_of(in);

	buf_reset(&in->v->body);
	csta_put_csta_features_response(&in->v->body, svc_edition(in->session), &caps);
	svc_answer_ahead(in);
}

static void
listing_free(struct svc_listing *l)
{
	for (size_t i = 0; i < l->count; i++)
		mem_free((void *)(uintptr_t)l->devices[i].id.p);
	mem_free(l->devices);
	mem_free(l);
}

static enum csta_category
category_of(enum core_device_kind kind)
{
	switch (kind) {
	case CORE_KIND_queue:
		return CSTA_CATEGORY_acd;
	case CORE_KIND_route_point:
		return CSTA_CATEGORY_routeingDevice;
	case CORE_KIND_user:
	case CORE_KIND_count:
		break;
	}
	return CSTA_CATEGORY_station;
}

/* Of the words of requestedDeviceCategory two mean a queue; what BroadWorks has no devices of is none of ours. */
static bool
is_wanted(const struct csta_request *q, struct str id, enum csta_category category)
{
	if (q->device.n > 0 && !str_eq(q->device, id))
		return false;
	return q->category.n == 0 || str_is(q->category, csta_category_name(category)) ||
		(category == CSTA_CATEGORY_acd && str_is(q->category, "groupACD"));
}

/* Devices that the client has no right to are none that there are. */
static void
listing_add(
	struct svc_listing *l, const struct svc_in *in, const char *id, enum core_device_kind kind)
{
	enum csta_category category = category_of(kind);

	if (!is_wanted(in->q, str_of(id), category) || l->count >= LIMIT_DEVICES ||
		!auth_device(in->v->x, in->session, str_of(id)))
		return;
	if (l->count == l->size) {
		l->size = l->size > 0 ? 2 * l->size : 64;
		l->devices = mem_realloc(l->devices, l->size * sizeof(l->devices[0]));
	}
	l->devices[l->count++] =
		(struct csta_device){ { mem_strndup(id, strlen(id)), strlen(id) }, category };
}

/* Those that nobody monitors yet, as far as they have names: patterns and ranges say of what kind devices are, not that
 * they exist. */
static void
listing_add_configured(struct svc_listing *l, const struct svc_in *in)
{
	const struct svc *v = in->v;
	const struct conf *conf = v->x->conf;

	for (uint32_t i = 0; i < conf->device_rule_count; i++) {
		const struct conf_device_rule *r = &conf->device_rules[i];
		struct str id = str_of(r->text);
		enum core_device_kind kind;
		bool first = true;

		for (uint32_t k = 0; k < i && first; k++)
			first = !str_is(id, conf->device_rules[k].text);
		if (first && conf_device_is_single(r) &&
			core_device_by_id(&v->x->model, id) == NULL &&
			core_device_by_user(&v->x->model, id) == NULL &&
			conf_device_kind(conf, id, id, &kind))
			listing_add(l, in, r->text, kind);
	}
}

static struct svc_listing *
listing_of(const struct svc *v, uint64_t session)
{
	struct svc_listing *l;

	TAILQ_FOREACH(l, &v->listings, link)
		if (l->session == session)
			return l;
	return NULL;
}

static struct svc_listing *
listing_new(const struct svc_in *in)
{
	struct svc *v = in->v;
	struct svc_listing *l = mem_zalloc(sizeof(*l));
	const struct core_device *d;

	l->session = in->session->id;
	l->conn = sess_conn_id(v->sess, in->session);
	for (d = v->x->model.devices; d != NULL; d = d->by_id.next)
		listing_add(l, in, d->id, d->kind);
	listing_add_configured(l, in);
	return l;
}

void
svc_caps_devices(const struct svc_in *in)
{
	struct svc *v = in->v;
	struct svc_listing *l;

	if (listing_of(v, in->session->id) != NULL || v->listing_count >= LIMIT_LISTINGS) {
		svc_refuse(in, CSTA_ERR_resourceBusy);
		return;
	}
	l = listing_new(in);
	if (in->q->device.n > 0 && l->count == 0) {
		listing_free(l);
		svc_refuse(in, CSTA_ERR_invalidDeviceID);
		return;
	}
	l->seg.cross_ref = svc_cross_ref(v);
	buf_reset(&v->body);
	csta_put_switching_function_devices_response(
		&v->body, svc_edition(in->session), l->seg.cross_ref);
	svc_answer(in);
	TAILQ_INSERT_TAIL(&v->listings, l, link);
	v->listing_count++;
	svc_caps_tick(v);
}

/* As many segments as there is room for; true if that was all, or there is nobody to be told. */
static bool
listing_tell(struct svc *v, struct svc_listing *l)
{
	struct core_session *session = core_session_by_id(&v->x->model, l->session);

	if (session == NULL || sess_conn_id(v->sess, session) != l->conn)
		return true;
	while (!l->done && ((struct outbox *)session->box)->bytes < LIMIT_LISTING_BYTES) {
		l->seg.number++;
		buf_reset(&v->body);
		l->told += csta_put_switching_function_devices(&v->body, svc_edition(session),
			&l->seg, l->devices + l->told, l->count - l->told);
		sess_request(v->sess, session, buf_as_str(&v->body));
		l->done = l->told == l->count;
	}
	return l->done;
}

static void
listing_drop(struct svc *v, struct svc_listing *l)
{
	TAILQ_REMOVE(&v->listings, l, link);
	v->listing_count--;
	listing_free(l);
}

void
svc_caps_tick(struct svc *v)
{
	struct svc_listing *l, *next;

	for (l = TAILQ_FIRST(&v->listings); l != NULL; l = next) {
		next = TAILQ_NEXT(l, link);
		if (listing_tell(v, l))
			listing_drop(v, l);
	}
}

void
svc_caps_drop(struct svc *v)
{
	while (!TAILQ_EMPTY(&v->listings))
		listing_drop(v, TAILQ_FIRST(&v->listings));
}
