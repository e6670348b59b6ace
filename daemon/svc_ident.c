/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices of requests: see svc_ident.h.
 *
 * Most clients write the id, so that is looked for first. A device that nobody has asked for before is made under the name
 * that all clients are told; a text that means nobody, and one that is too long, are refused.
 */
#include "daemon/svc_ident.h"

#include "proto/base/limits.h"

struct core_device *
svc_find(const struct svc *v, struct str text)
{
	struct core_device *d = core_device_by_id(&v->x->model, text);
	struct ident user;

	if (d != NULL || text.n == 0)
		return d;
	ident_user(v->x->conf, text, &user);
	return core_device_by_user(&v->x->model, ident_str(&user));
}

/* CSTA_NO_ERROR: a device may be added. */
static enum csta_error
add_error(const struct svc *v, struct str text)
{
	if (text.n == 0 || text.n >= LIMIT_DEVICE_ID)
		return CSTA_ERR_invalidDeviceID;
	if (v->bw->channels_open == 0)
		return CSTA_ERR_resourceOutOfService;
	if (HASH_CNT(by_id, v->x->model.devices) >= LIMIT_DEVICES)
		return CSTA_ERR_overallMonitorLimitExceeded;
	return CSTA_NO_ERROR;
}

/* NULL: the text means nobody. */
static struct core_device *
add_device(struct svc *v, struct str text)
{
	struct ident user, name;
	struct core_device *d;

	ident_user(v->x->conf, text, &user);
	ident_name(v->x->conf, ident_str(&user), &name);
	if (user.n == 0 || name.n >= LIMIT_DEVICE_ID ||
		core_device_by_id(&v->x->model, ident_str(&name)) != NULL)
		return NULL;
	CORE_EMIT(&v->x->em, dev_add, .device = ident_str(&name), .user = ident_str(&user),
		.kind = (uint8_t)bw_kind_of_device(v->x->conf, ident_str(&name), ident_str(&user)));
	d = core_device_by_id(&v->x->model, ident_str(&name));
	bw_ask(v->bw, d, true);
	return d;
}

struct core_device *
svc_device(const struct svc_in *in)
{
	struct str text = in->q->device;
	struct core_device *d = svc_find(in->v, text);
	enum csta_error error;

	if (d != NULL)
		return d;
	error = add_error(in->v, text);
	if (error == CSTA_NO_ERROR) {
		d = add_device(in->v, text);
		error = CSTA_ERR_invalidDeviceID;
	}
	if (d == NULL)
		svc_refuse(in, error);
	return d;
}

void
svc_user(const struct svc *v, struct str text, struct ident *user)
{
	const struct core_device *d = core_device_by_id(&v->x->model, text);

	if (d == NULL)
		ident_user(v->x->conf, text, user);
	else
		ident_set(user, str_of(d->user));
}

struct str
svc_address(const struct svc *v, struct str text)
{
	const struct core_device *d = svc_find(v, text);
	struct ident dialled;

	if (d != NULL)
		return str_of(d->user);
	ident_dialled(v->x->conf, text, &dialled);
	return ctx_text(v->x, ident_str(&dialled));
}

bool
svc_means(const struct svc *v, struct str text, struct str name)
{
	struct ident one, other;

	if (str_eq(text, name))
		return true;
	ident_user(v->x->conf, text, &one);
	ident_user(v->x->conf, name, &other);
	return one.n > 0 && str_eq(ident_str(&one), ident_str(&other));
}

struct str
svc_asked(const struct svc_in *in, const struct core_device *d)
{
	const struct str texts[] = { in->q->device, in->q->connection.device_id,
		in->q->held.device_id };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].n > 0 && texts[i].n < LIMIT_DEVICE_ID &&
			svc_find(in->v, texts[i]) == d)
			return texts[i];
	return str_of(d->id);
}

void
svc_asked_form(const struct svc_in *in, const struct core_device *d, char form[LIMIT_DEVICE_ID])
{
	struct str asked = svc_asked(in, d);

	str_copy(form, LIMIT_DEVICE_ID, str_is(asked, d->id) ? STR_NONE : asked);
}
