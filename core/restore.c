/* SPDX-License-Identifier: Apache-2.0 */
/* Records of a snapshot back into the model (see model.h). A record that names what is not there is refused. */
#include "core/model.h"
#include "core/core_mutation.h"
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
	if (core_call_by_id(m, r->id) != NULL)
		return E_MALFORMED;
	core_call_new(m, r)->restored = true;
	return E_OK;
}

static int
restore_r_track(struct core_model *m, const struct delta_r_track *r)
{
	struct core_call *c = core_call_by_id(m, r->id);

	if (c == NULL || core_track_by_id(m, r->tracking) != NULL)
		return E_MALFORMED;
	core_track_new(m, c, r->tracking);
	return E_OK;
}

static bool
restore_half_in_range(const struct delta_r_half *r)
{
	return r->personality <= CORE_CLICK_TO_DIAL && r->state <= CORE_STATE_LAST &&
		r->end <= CORE_END_LAST && r->told <= VIEW_queued && r->how <= CORE_HOW_LAST &&
		r->recording <= CORE_RECORDING_PAUSED &&
		r->told_recording <= CORE_RECORDING_PAUSED && r->conference <= CORE_CONFERENCE_HELD;
}

static void
restore_half_fields(struct core_half *h, const struct delta_r_half *r)
{
	h->personality = (enum core_personality)r->personality;
	h->state = (enum core_state)r->state;
	h->end = (enum core_end)r->end;
	h->told = (enum core_view)r->told;
	h->how = (enum core_how)r->how;
	h->recording = (enum core_recording)r->recording;
	h->told_recording = (enum core_recording)r->told_recording;
	h->outside = r->outside;
	h->conference = (enum core_conference)r->conference;
	h->told_call = CORE_MUTATED_TOLD_CALL ? 0 : r->told_call;
	h->other = r->other;
	h->moved = r->moved;
	h->failed = r->failed;
	h->local = r->local;
	h->gone = r->gone;
	core_text_set(&h->remote, r->remote);
	core_text_set(&h->remote_user, r->remote_user);
	core_text_set(&h->told_far, r->told_far);
	core_text_set(&h->via, r->via);
	core_text_set(&h->to, r->to);
}

static int
restore_r_half(struct core_model *m, const struct delta_r_half *r)
{
	struct core_device *d = core_device_by_id(m, r->device);
	struct core_track *t = core_track_by_id(m, r->tracking);
	struct core_half *h;

	if (d == NULL || t == NULL || (!r->gone && core_half_by_bw(d, r->call) != NULL) ||
		!restore_half_in_range(r))
		return E_MALFORMED;
	h = core_half_new(m, d, t, r->call);
	restore_half_fields(h, r);
	core_hash_half(m, h);
	return E_OK;
}

static int
restore_r_agent(struct core_model *m, const struct delta_r_agent *r)
{
	struct core_device *d = core_device_by_id(m, r->device);
	struct core_agent *a;

	if (d == NULL || d->agent != NULL || r->state > CORE_AGENT_AFTER_CALL ||
		r->told > CORE_AGENT_AFTER_CALL)
		return E_MALFORMED;
	a = core_agent_get(m, d);
	a->state = (enum core_agent_state)r->state;
	a->told = (enum core_agent_state)r->told;
	core_text_set(&a->code, r->code);
	core_hash_agent(m, d);
	return E_OK;
}

static int
restore_r_join(struct core_model *m, const struct delta_r_join *r)
{
	struct core_device *d = core_device_by_id(m, r->device);

	if (d == NULL || d->agent == NULL || core_join_find(d, r->center) != NULL)
		return E_MALFORMED;
	core_join_new(m, d, r->center);
	return E_OK;
}

static int
restore_r_feature(struct core_model *m, const struct delta_r_feature *r)
{
	struct core_device *d = core_device_by_id(m, r->device);
	struct core_feature *f;

	if (d == NULL || r->feature >= CORE_FEATURES || core_features_get(d)[r->feature].known)
		return E_MALFORMED;
	f = &d->features[r->feature];
	f->known = true;
	f->on = r->on;
	f->told_on = r->told_on;
	f->number = r->number;
	core_text_set(&f->text, r->text);
	core_text_set(&f->told_text, r->told_text);
	core_hash_feature(m, d, (enum core_feature_kind)r->feature);
	return E_OK;
}

static int
restore_r_journal(struct core_model *m, const struct delta_r_journal *r)
{
	if (core_journal_by_id(m, r->id) != NULL)
		return E_MALFORMED;
	core_journal_new(m, r);
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
	bool anywhere = r->of_call && r->type == CORE_MONITOR_CALL;

	if (s == NULL || (d == NULL) != anywhere || core_monitor_by_id(m, r->monitor) != NULL ||
		r->type > CORE_MONITOR_TYPE_LAST)
		return E_MALFORMED;
	core_monitor_new(m, r, s, d);
	return E_OK;
}

/* What was told comes before who was told: a first follower finds it there. */
static int
restore_r_party(struct core_model *m, const struct delta_r_party *r)
{
	struct core_call *c = core_call_by_id(m, r->call);

	if (c == NULL || core_party_told(c, r->device) != NULL)
		return E_MALFORMED;
	core_party_tell(m, c, r->device, r->state);
	return E_OK;
}

static int
restore_r_follow(struct core_model *m, const struct delta_r_follow *r)
{
	struct core_monitor *mon = core_monitor_by_id(m, r->monitor);
	struct core_call *c = core_call_by_id(m, r->call);

	if (mon == NULL || c == NULL)
		return E_MALFORMED;
	core_follow_restore(m, mon, c);
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
