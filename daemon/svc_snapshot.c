/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots of devices and calls: see svc_snapshot.h. */
#include "daemon/svc_snapshot.h"

#include "daemon/svc_ident.h"
#include "proto/base/check.h"
#include "proto/base/limits.h"
#include "proto/base/mem.h"
#include "proto/csta_encode.h"

#define SVC_SNAPSHOT_WAIT_MS 3000

/* The connections of a device; those of a conference are one. Owned by the caller. */
static struct csta_snapshot_item *
device_items(struct ctx *x, const struct core_device *d, struct str name, size_t *count)
{
	struct csta_snapshot_item *items =
		mem_alloc((d->half_count + 1) * sizeof(struct csta_snapshot_item));
	const struct core_half *h;

	*count = 0;
	TAILQ_FOREACH(h, &d->halves, of_device) {
		enum core_view view = svc_view(h);

		if (h->gone || view == VIEW_none || !svc_leads(h))
			continue;
		REQUIRE(*count < d->half_count);
		items[(*count)++] = (struct csta_snapshot_item){ .call_id = svc_told_call(h),
			.device = name,
			.endpoint = say_far_device(x, h),
			.local = say_local_state(view),
			.far = say_far_state(view) };
	}
	return items;
}

/* All of them leave together: the offset is one, and nothing comes between. */
static void
device_segments(struct svc *v, struct core_session *session, uint64_t cross_ref,
	const struct csta_snapshot_item *items, size_t count)
{
	struct csta_segment seg = { cross_ref, 0 };
	size_t taken = 0;

	while (taken < count) {
		seg.number++;
		buf_reset(&v->body);
		taken += csta_put_snapshot_device_data(
			&v->body, svc_edition(session), &seg, items + taken, count - taken);
		sess_request(v->sess, session, buf_as_str(&v->body));
	}
}

void
svc_snapshot_answer(struct svc *v, struct core_session *session, uint32_t invoke,
	const struct core_device *d, struct str form)
{
	size_t count;
	struct csta_snapshot_item *items =
		device_items(v->x, d, form.n > 0 ? form : str_of(d->id), &count);
	enum csta_edition ed = svc_edition(session);
	uint64_t cross_ref = 0;

	buf_reset(&v->body);
	if (!csta_put_snapshot_device_response(&v->body, ed, items, count)) {
		cross_ref = svc_cross_ref(v);
		csta_put_snapshot_device_reference(&v->body, ed, cross_ref);
	}
	sess_answer(v->sess, session, invoke, buf_as_str(&v->body));
	if (cross_ref != 0)
		device_segments(v, session, cross_ref, items, count);
	mem_free(items);
}

void
svc_snapshot_device(const struct svc_in *in)
{
	struct core_device *d = svc_device(in);

	char form[LIMIT_DEVICE_ID];

	if (d == NULL)
		return;
	if (bw_ask_for_client(in->v->bw, d)) {
		svc_asked_form(
			in, d, svc_wait(in, SVC_WAIT_SNAPSHOT, d, SVC_SNAPSHOT_WAIT_MS)->wish.form);
		return;
	}
	svc_asked_form(in, d, form);
	svc_snapshot_answer(in->v, in->session, in->invoke, d, str_of(form));
}

/* The parties of a call, each once. */
struct parties {
	struct csta_call_party *items; /* owned */
	size_t count, size;
};

static bool
party_known(const struct parties *p, struct str device)
{
	for (size_t i = 0; i < p->count; i++)
		if (str_eq(p->items[i].device, device))
			return true;
	return false;
}

static void
party_add(struct parties *p, uint64_t call, struct str device, enum csta_local_state s)
{
	if (p->count < p->size && !party_known(p, device))
		p->items[p->count++] = (struct csta_call_party){ { call, device }, device, s };
}

/* Monitored parties first, by their own knowledge, then what they know of the others. */
static void
parties_add(struct ctx *x, const struct core_call *call, bool others, struct parties *p)
{
	const struct core_track *t;
	const struct core_half *h;

	TAILQ_FOREACH(t, &call->tracks, of_call) {
		TAILQ_FOREACH(h, &t->halves, of_track) {
			enum core_view view = svc_view(h);
			struct str far = say_far_device(x, h);

			if (h->gone || view == VIEW_none)
				continue;
			if (!others)
				party_add(
					p, call->id, str_of(h->device->id), say_local_state(view));
			else if (far.n > 0 && say_far_state(view) != CSTA_LOCAL_null)
				party_add(p, call->id, far, say_far_state(view));
		}
	}
}

static struct parties
parties_of(struct ctx *x, const struct core_call *call)
{
	struct parties p = { .size = 2 * (size_t)call->halves };

	if (p.size > LIMIT_PARTIES_PER_CALL)
		p.size = LIMIT_PARTIES_PER_CALL;
	p.items = mem_alloc((p.size + 1) * sizeof(p.items[0]));
	parties_add(x, call, false, &p);
	parties_add(x, call, true, &p);
	return p;
}

/* Who called whom, as the parties that are known say it. */
static struct csta_call_ends
call_ends(struct ctx *x, const struct core_call *call)
{
	struct csta_call_ends ends = { STR_NONE, STR_NONE };
	const struct core_track *t;
	const struct core_half *h;

	TAILQ_FOREACH(t, &call->tracks, of_call) {
		TAILQ_FOREACH(h, &t->halves, of_track) {
			bool incoming = h->personality == CORE_TERMINATOR;
			struct str own = str_of(h->device->id), far = say_far_device(x, h);

			if (h->gone || ends.calling.n > 0)
				continue;
			ends.calling = incoming ? far : own;
			ends.called = incoming ? own : far;
		}
	}
	return ends;
}

static void
call_segments(const struct svc_in *in, uint64_t cross_ref, const struct parties *p)
{
	struct svc *v = in->v;
	struct csta_segment seg = { cross_ref, 0 };
	size_t taken = 0;

	while (taken < p->count) {
		seg.number++;
		buf_reset(&v->body);
		taken += csta_put_snapshot_call_data(&v->body, svc_edition(in->session), &seg,
			p->items + taken, p->count - taken);
		sess_request(v->sess, in->session, buf_as_str(&v->body));
	}
}

static void
call_answer(const struct svc_in *in, const struct core_call *call)
{
	struct svc *v = in->v;
	struct parties p = parties_of(v->x, call);
	struct csta_call_ends ends = call_ends(v->x, call);
	enum csta_edition ed = svc_edition(in->session);
	uint64_t cross_ref = 0;

	buf_reset(&v->body);
	if (!csta_put_snapshot_call_response(&v->body, ed, p.items, p.count, &ends)) {
		cross_ref = svc_cross_ref(v);
		csta_put_snapshot_call_reference(&v->body, ed, cross_ref, &ends);
	}
	svc_answer(in);
	if (cross_ref != 0)
		call_segments(in, cross_ref, &p);
	mem_free(p.items);
}

void
svc_snapshot_call(const struct svc_in *in)
{
	struct core_call *call = NULL;
	uint64_t id;

	if (str_u64(in->q->connection.call_id, UINT64_MAX, &id))
		call = core_call_by_id(&in->v->x->model, id);
	if (call == NULL)
		svc_refuse(in, CSTA_ERR_invalidCallID);
	else
		call_answer(in, call);
}
