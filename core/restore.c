/* SPDX-License-Identifier: Apache-2.0 */
/* Records of a snapshot back into the model (see model.h). A record that names what is not there is refused. */
#include "core/model.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"

static int
restore_r_meta(struct core_model *m, const struct delta_r_meta *r)
{
	m->epoch = r->epoch;
	m->id_counter = r->id_counter;
	m->owner = r->owner;
	m->status = (enum core_status)r->status;
	core_hash_meta(m);
	return r->status <= CORE_STATUS_DISABLED ? E_OK : E_MALFORMED;
}

static int
restore_r_device(struct core_model *m, const struct delta_r_device *r)
{
	if (r->service > CORE_SERVICE_OUT || r->kind >= CORE_KIND_count ||
		core_device_by_id(m, r->device) || core_device_by_user(m, r->user))
		return E_MALFORMED;
	core_device_new(m, r);
	return E_OK;
}

static int
restore_r_sub(struct core_model *m, const struct delta_r_sub *r)
{
	if (!core_sub_fits(m, r))
		return E_MALFORMED;
	core_sub_new(m, r);
	return E_OK;
}

static int
restore_r_call(struct core_model *m, const struct delta_r_call *r)
{
	if (core_call_by_id(m, r->id) || core_call_by_tracking(m, r->tracking))
		return E_MALFORMED;
	core_call_new(m, r);
	return E_OK;
}

static int
restore_r_half(struct core_model *m, const struct delta_r_half *r)
{
	struct core_device *d = core_device_by_id(m, r->device);
	struct core_call *c = core_call_by_id(m, r->id);
	struct core_half *h;

	if (d == NULL || c == NULL || (!r->gone && core_half_by_bw(d, r->call) != NULL))
		return E_MALFORMED;
	if (r->personality > CORE_CLICK_TO_DIAL || r->state > CORE_GONE ||
		r->end > CORE_END_UNREACHABLE || r->told > VIEW_failed)
		return E_MALFORMED;
	h = core_half_new(m, d, c, r->call);
	h->personality = (enum core_personality)r->personality;
	h->state = (enum core_state)r->state;
	h->end = (enum core_end)r->end;
	h->told = (enum core_view)r->told;
	h->failed = r->failed;
	h->local = r->local;
	h->gone = r->gone;
	core_text_set(&h->remote, r->remote);
	core_text_set(&h->remote_user, r->remote_user);
	core_hash_half(m, h);
	return E_OK;
}

static int
restore_r_session(struct core_model *m, const struct delta_r_session *r)
{
	if (core_session_by_id(m, r->session) != NULL)
		return E_MALFORMED;
	core_session_new(m, r);
	return E_OK;
}

static int
restore_r_monitor(struct core_model *m, const struct delta_r_monitor *r)
{
	struct core_session *s = core_session_by_id(m, r->session);
	struct core_device *d = core_device_by_id(m, r->device);

	if (s == NULL || d == NULL || core_monitor_by_id(m, r->monitor) != NULL)
		return E_MALFORMED;
	core_monitor_new(m, r, s, d);
	return E_OK;
}

static int
restore_r_request(struct core_model *m, const struct delta_r_request *r)
{
	if (core_request_by_id(m, r->request) != NULL)
		return E_MALFORMED;
	core_request_new(m, r);
	return E_OK;
}

int
core_restore_record(struct core_model *m, uint16_t kind, const uint8_t *p, size_t n)
{
	switch (kind) {
#define XX(name) \
	case DELTA_##name: { \
		struct delta_##name r; \
		int rv = delta_get_##name(p, n, &r); \
		return rv ? rv : restore_##name(m, &r); \
	}
		CORE_RECORDS(XX)
#undef XX
	default:
		return E_UNKNOWN;
	}
}
