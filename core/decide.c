/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Observations into deltas: see decide.h.
 *
 * A party is cleared on proof alone: its own release, or a snapshot that does not list it. A party that
 * comes back under another tracking id has become part of another call: it ends in the old one and is
 * learned in the new one.
 */
#include "core/decide.h"

#include "proto/base/check.h"
#include "proto/base/limits.h"

void
core_emit(struct core_emitter *em, uint16_t kind)
{
	REQUIRE(!em->buf.overflow);
	em->emit(kind, em->buf.p, em->buf.n, em->arg);
}

static bool
decide_same(const struct core_half *h, const struct core_party *p)
{
	return h->personality == p->personality && h->state == p->state && h->failed == p->failed &&
		str_is(p->remote, h->remote) && str_is(p->remote_user, h->remote_user);
}

static uint64_t
decide_call_id(const struct core_model *m, struct str tracking)
{
	const struct core_call *c = core_call_by_tracking(m, tracking);

	return c ? c->id : core_next_id(m);
}

static void
decide_set(struct core_model *m, struct core_emitter *em, const struct core_device *d,
	const struct core_party *p)
{
	CORE_EMIT(em, half_set, .device = str_of(d->id), .call = p->bw_call,
		.tracking = p->tracking, .id = decide_call_id(m, p->tracking),
		.personality = (uint8_t)p->personality, .state = (uint8_t)p->state,
		.failed = p->failed, .end = (uint8_t)p->end, .remote = p->remote,
		.remote_user = p->remote_user);
}

static void
decide_gone(struct core_emitter *em, const struct core_half *h, enum core_end end, bool local)
{
	CORE_EMIT(em, half_gone, .device = str_of(h->device->id), .call = str_of(h->bw_call),
		.end = (uint8_t)end, .local = local);
}

bool
core_decide_party(struct core_model *m, struct core_emitter *em, struct core_device *d,
	const struct core_party *p, const struct log *log)
{
	struct core_half *h = core_half_by_bw(d, p->bw_call);

	if (p->state == CORE_GONE) {
		if (h != NULL)
			decide_gone(em, h, h->failed ? h->end : p->end, p->local);
		return true;
	}
	if (h != NULL && !str_is(p->tracking, h->call->tracking)) {
		decide_gone(em, h, CORE_END_NORMAL, false);
		h = NULL;
	}
	if (h == NULL && d->half_count >= LIMIT_HALVES_PER_DEVICE) {
		log_emit(log, M_EVENT_SKIPPED,
			"device=%s more than %d parties, one is not followed", d->id,
			LIMIT_HALVES_PER_DEVICE);
		return false;
	}
	if (h != NULL && decide_same(h, p))
		return true;
	bool fits = h != NULL || p->state == CORE_ALERTING || p->failed;
	decide_set(m, em, d, p);
	return fits;
}

static const struct core_party *
decide_listed(const struct core_party *parties, size_t count, const struct core_half *h)
{
	for (size_t i = 0; i < count; i++)
		if (str_is(parties[i].bw_call, h->bw_call))
			return &parties[i];
	return NULL;
}

/* Clears what BroadWorks does not list. */
static void
decide_clear_missing(struct core_emitter *em, struct core_device *d,
	const struct core_party *parties, size_t count, const struct log *log,
	struct core_difference *diff)
{
	struct core_half *h, *next;

	for (h = TAILQ_FIRST(&d->halves); h != NULL; h = next) {
		next = TAILQ_NEXT(h, of_device);
		if (h->gone || decide_listed(parties, count, h) != NULL)
			continue;
		log_emit(log, M_PARTY_OUT_OF_STEP,
			"device=%s call=%llu tracking=%s was=%s now=gone", d->id,
			(unsigned long long)h->call->id, h->call->tracking,
			core_view_name(core_half_view(h)));
		diff->cleared++;
		decide_gone(em, h, CORE_END_RESYNC, false);
	}
}

static void
decide_listed_party(struct core_model *m, struct core_emitter *em, struct core_device *d,
	const struct core_party *p, const struct log *log, struct core_difference *diff)
{
	struct core_half *h = core_half_by_bw(d, p->bw_call);
	enum core_view was = h ? core_half_view(h) : VIEW_none;

	core_decide_party(m, em, d, p, log);
	h = core_half_by_bw(d, p->bw_call);
	if (h == NULL)
		return;
	if (was == VIEW_none) {
		diff->learned++;
		log_emit(log, M_PARTY_LEARNED, "device=%s call=%llu tracking=%s now=%s", d->id,
			(unsigned long long)h->call->id, h->call->tracking,
			core_view_name(core_half_view(h)));
	} else if (was != core_half_view(h)) {
		diff->changed++;
		log_emit(log, M_PARTY_OUT_OF_STEP, "device=%s call=%llu tracking=%s was=%s now=%s",
			d->id, (unsigned long long)h->call->id, h->call->tracking,
			core_view_name(was), core_view_name(core_half_view(h)));
	} else {
		diff->kept++;
	}
}

void
core_decide_snapshot(struct core_model *m, struct core_emitter *em, struct core_device *d,
	const struct core_party *parties, size_t count, bool complete, const struct log *log,
	struct core_difference *diff)
{
	*diff = (struct core_difference){ 0 };
	if (complete)
		decide_clear_missing(em, d, parties, count, log, diff);
	for (size_t i = 0; i < count; i++)
		if (parties[i].state != CORE_GONE)
			decide_listed_party(m, em, d, &parties[i], log, diff);
	log_emit(log, M_DEVICE_RESYNCED, "device=%s kept=%u cleared=%u learned=%u changed=%u",
		d->id, diff->kept, diff->cleared, diff->learned, diff->changed);
}

void
core_decide_service(struct core_emitter *em, const struct core_device *d, enum core_service service)
{
	if (d->service == service ||
		(d->service == CORE_SERVICE_NEW && service == CORE_SERVICE_OUT))
		return;
	CORE_EMIT(em, dev_service, .device = str_of(d->id), .service = (uint8_t)service);
}

uint64_t
core_decide_call(struct core_model *m, struct core_emitter *em, struct str tracking)
{
	struct core_call *c = core_call_by_tracking(m, tracking);

	if (c == NULL) {
		CORE_EMIT(em, call_new, .tracking = tracking, .id = core_next_id(m));
		c = core_call_by_tracking(m, tracking);
	}
	REQUIRE(c != NULL);
	return c->id;
}

struct str
core_tracking_server(struct str tracking)
{
	struct str server;

	str_cut(tracking, ':', &server);
	return server;
}
