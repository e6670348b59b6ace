/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces that the files of the services share: see svc_part.h. */
#include "daemon/svc_part.h"

#include "daemon/svc_ident.h"
#include "proto/base/limits.h"
#include "proto/csta_encode.h"

enum csta_edition
svc_edition(const struct core_session *session)
{
	return (enum csta_edition)session->edition;
}

void
svc_refuse(const struct svc_in *in, enum csta_error error)
{
	sess_error(in->v->sess, in->session, in->invoke, error);
}

void
svc_answer(const struct svc_in *in)
{
	sess_answer(in->v->sess, in->session, in->invoke, buf_as_str(&in->v->body));
}

void
svc_answer_ahead(const struct svc_in *in)
{
	sess_answer_ahead(in->v->sess, in->session, in->invoke, buf_as_str(&in->v->body));
}

void
svc_answer_empty(const struct svc_in *in, const char *root)
{
	buf_reset(&in->v->body);
	csta_put_empty(&in->v->body, svc_edition(in->session), root);
	svc_answer(in);
}

void
svc_under_way(struct svc *v, uint64_t session_id, int change)
{
	struct core_session *session = core_session_by_id(&v->x->model, session_id);

	if (session != NULL && (change > 0 || session->under_way > 0))
		session->under_way += (uint32_t)change;
}

uint64_t
svc_cross_ref(struct svc *v)
{
	return (core_next_id(&v->x->model) & ~(uint64_t)UINT32_MAX) | ++v->cross_refs;
}

bool
svc_allowed(const struct svc_in *in, const struct core_device *d)
{
	if (d == NULL)
		svc_refuse(in, CSTA_ERR_invalidDeviceID);
	else if (!auth_device(in->v->x, in->session, str_of(d->id)))
		svc_refuse(in, CSTA_ERR_privilegeViolationSpecifiedDevice);
	else if (in->v->bw->channels_open == 0)
		svc_refuse(in, CSTA_ERR_resourceOutOfService);
	else if (d->service != CORE_SERVICE_IN)
		svc_refuse(in, CSTA_ERR_deviceOutOfService);
	else
		return true;
	return false;
}

struct core_device *
svc_own_device(const struct svc_in *in, enum core_device_kind kind)
{
	struct core_device *d = svc_find(in->v, in->q->device);

	if (!svc_allowed(in, d))
		return NULL;
	if (d->kind == kind)
		return d;
	svc_refuse(in, CSTA_ERR_requestIncompatibleWithDevice);
	return NULL;
}

/* The only connection of a device; the parties of a conference are one connection. */
static struct core_half *
half_only(struct core_device *d, bool *ambiguous)
{
	struct core_half *h, *only = NULL;

	TAILQ_FOREACH(h, &d->halves, of_device) {
		if (h->gone || !svc_leads(h))
			continue;
		*ambiguous = only != NULL;
		if (*ambiguous)
			return NULL;
		only = h;
	}
	return only;
}

/* By the call that clients know it in; else by one that it has come into, of which they may have heard at another device. */
static struct core_half *
half_named(const struct core_device *d, uint64_t call_id)
{
	struct core_half *h = core_half_by_told(d, call_id);

	return h != NULL ? h : core_half_by_call(d, call_id);
}

struct core_half *
svc_half(const struct svc_in *in, const struct csta_connection *c, enum csta_error nothing)
{
	struct core_device *d = svc_find(in->v, c->device_id);
	struct core_half *h = NULL;
	bool ambiguous = false;
	uint64_t id;

	if (!svc_allowed(in, d))
		return NULL;
	if (c->call_id.n == 0)
		h = half_only(d, &ambiguous);
	else if (str_u64(c->call_id, UINT64_MAX, &id))
		h = half_named(d, id);
	if (h == NULL)
		svc_refuse(
			in, c->call_id.n > 0 || ambiguous ? CSTA_ERR_invalidConnectionID : nothing);
	return h;
}

bool
svc_is_address(struct str device)
{
	return device.n > 0 && device.n < LIMIT_ADDRESS;
}

struct str
svc_private(const struct csta_request *q, const char *name, const char *other)
{
	for (size_t i = 0; i < q->private_count; i++)
		if (str_is(q->private_items[i].name, name) ||
			str_is(q->private_items[i].name, other))
			return q->private_items[i].value;
	return STR_NONE;
}
