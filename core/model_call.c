/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls, their tracking ids and their parties: making, finding, freeing, their share of the digest (see model.h).
 *
 * A call lives as long as one of its tracks, a track as long as one of its halves; one that was made without a half
 * (BroadWorks has accepted a dial, the first event is still to come) until call_drop.
 */
#include "core/model.h"
#include "proto/base/check.h"

static void
call_put(const struct core_call *c, struct buf *b)
{
	delta_put_r_call(b, &(struct delta_r_call){ c->id, c->joined });
}

static void
track_put(const struct core_track *t, struct buf *b)
{
	delta_put_r_track(b, &(struct delta_r_track){ str_of(t->id), t->call->id });
}

static void
half_put(const struct core_half *h, struct buf *b)
{
	delta_put_r_half(b,
		&(struct delta_r_half){ .device = str_of(h->device->id),
			.call = str_of(h->bw_call),
			.tracking = str_of(h->track->id),
			.personality = (uint8_t)h->personality,
			.state = (uint8_t)h->state,
			.failed = h->failed,
			.end = (uint8_t)h->end,
			.local = h->local,
			.gone = h->gone,
			.told = (uint8_t)h->told,
			.remote = str_of(h->remote),
			.remote_user = str_of(h->remote_user),
			.how = (uint8_t)h->how,
			.recording = (uint8_t)h->recording,
			.told_recording = (uint8_t)h->told_recording,
			.outside = h->outside,
			.conference = (uint8_t)h->conference,
			.moved = h->moved,
			.told_call = h->told_call,
			.other = h->other,
			.told_far = str_of(h->told_far),
			.via = str_of(h->via),
			.to = str_of(h->to) });
}

static void
call_hash(struct core_model *m, struct core_call *c)
{
	buf_reset(&m->scratch);
	call_put(c, &m->scratch);
	core_rehash(m, DELTA_r_call, &c->hash);
	core_snap_changed(m, CORE_SNAP_CALLS, &c->piece);
}

void
core_hash_track(struct core_model *m, struct core_track *t)
{
	buf_reset(&m->scratch);
	track_put(t, &m->scratch);
	core_rehash(m, DELTA_r_track, &t->hash);
	core_snap_changed(m, CORE_SNAP_CALLS, &t->call->piece);
}

void
core_hash_half(struct core_model *m, struct core_half *h)
{
	buf_reset(&m->scratch);
	half_put(h, &m->scratch);
	core_rehash(m, DELTA_r_half, &h->hash);
	core_snap_changed(m, CORE_SNAP_DEVICES, &h->device->piece);
}

void
core_call_set_joined(struct core_model *m, struct core_call *c, bool joined)
{
	if (c->joined == joined)
		return;
	c->joined = joined;
	call_hash(m, c);
}

/* calls and tracks */

/* Halves come to a call or leave it. How many calls have one is counted along: nobody walks them all to show it. */
static void
call_count_halves(struct core_model *m, struct core_call *c, int64_t more)
{
	m->calls_up -= c->halves > 0;
	c->halves = (uint32_t)(c->halves + more);
	m->calls_up += c->halves > 0;
}

struct core_call *
core_call_new(struct core_model *m, const struct delta_r_call *r)
{
	struct core_call *c = mem_zalloc(sizeof(*c));

	c->id = r->id;
	c->joined = r->joined;
	c->since_us = m->now_us;
	TAILQ_INIT(&c->tracks);
	TAILQ_INIT(&c->follows);
	TAILQ_INIT(&c->parties);
	HASH_ADD(by_id, m->calls, id, sizeof(c->id), c);
	call_hash(m, c);
	return c;
}

static void
track_free(struct core_model *m, struct core_track *t)
{
	REQUIRE(t->half_count == 0);
	core_unhash(m, &t->hash);
	core_snap_changed(m, CORE_SNAP_CALLS, &t->call->piece);
	HASH_DELETE(by_id, m->tracks, t);
	TAILQ_REMOVE(&t->call->tracks, t, of_call);
	mem_free(t->id);
	mem_free(t);
}

void
core_call_free(struct core_model *m, struct core_call *c)
{
	REQUIRE(c->halves == 0);
	core_follow_drop_all(m, c);
	while (!TAILQ_EMPTY(&c->tracks))
		track_free(m, TAILQ_FIRST(&c->tracks));
	core_unhash(m, &c->hash);
	core_snap_gone(m, CORE_SNAP_CALLS, &c->piece, c, c->by_id.prev);
	core_snap_gone(m, CORE_SNAP_TOLD, &c->told_piece, c, c->by_id.prev);
	HASH_DELETE(by_id, m->calls, c);
	mem_free(c);
}

struct core_track *
core_track_new(struct core_model *m, struct core_call *c, struct str tracking)
{
	struct core_track *t = mem_zalloc(sizeof(*t));

	t->id = mem_strndup(tracking.p, tracking.n);
	t->call = c;
	TAILQ_INIT(&t->halves);
	TAILQ_INSERT_TAIL(&c->tracks, t, of_call);
	HASH_ADD_KEYPTR(by_id, m->tracks, t->id, tracking.n, t);
	core_hash_track(m, t);
	return t;
}

static void
call_free_if_bare(struct core_model *m, struct core_call *c)
{
	if (TAILQ_EMPTY(&c->tracks))
		core_call_free(m, c);
}

void
core_track_move(struct core_model *m, struct core_track *t, struct core_call *c)
{
	struct core_call *old = t->call;

	TAILQ_REMOVE(&old->tracks, t, of_call);
	core_snap_changed(m, CORE_SNAP_CALLS, &old->piece);
	call_count_halves(m, old, -(int64_t)t->half_count);
	if (TAILQ_EMPTY(&old->tracks))
		core_follow_move(m, old, c, NULL);
	t->call = c;
	call_count_halves(m, c, t->half_count);
	TAILQ_INSERT_TAIL(&c->tracks, t, of_call);
	core_hash_track(m, t);
	call_free_if_bare(m, old);
}

struct core_track *
core_track_by_id(const struct core_model *m, struct str tracking)
{
	struct core_track *t;

	HASH_FIND(by_id, m->tracks, tracking.p, tracking.n, t);
	return t;
}

struct core_call *
core_call_by_tracking(const struct core_model *m, struct str tracking)
{
	struct core_track *t = core_track_by_id(m, tracking);

	return t ? t->call : NULL;
}

struct core_call *
core_call_by_id(const struct core_model *m, uint64_t id)
{
	struct core_call *c;

	HASH_FIND(by_id, m->calls, &id, sizeof(id), c);
	return c;
}

/* halves */

static void
half_leave_track(struct core_model *m, struct core_half *h)
{
	struct core_track *t = h->track;
	struct core_call *c = t->call;

	TAILQ_REMOVE(&t->halves, h, of_track);
	call_count_halves(m, c, -1);
	if (--t->half_count > 0)
		return;
	track_free(m, t);
	call_free_if_bare(m, c);
}

static void
half_enter_track(struct core_model *m, struct core_half *h, struct core_track *t)
{
	h->track = t;
	TAILQ_INSERT_TAIL(&t->halves, h, of_track);
	t->half_count++;
	call_count_halves(m, t->call, 1);
}

struct core_half *
core_half_new(struct core_model *m, struct core_device *d, struct core_track *t, struct str bw_call)
{
	struct core_half *h = mem_zalloc(sizeof(*h));

	h->device = d;
	h->bw_call = mem_strndup(bw_call.p, bw_call.n);
	h->remote = mem_strndup("", 0);
	h->remote_user = mem_strndup("", 0);
	h->via = mem_strndup("", 0);
	h->to = mem_strndup("", 0);
	h->told_far = mem_strndup("", 0);
	half_enter_track(m, h, t);
	d->half_count++;
	TAILQ_INSERT_TAIL(&d->halves, h, of_device);
	core_hash_half(m, h);
	core_follow_half(m, h);
	return h;
}

void
core_half_retrack(struct core_model *m, struct core_half *h, struct core_track *t)
{
	struct core_call *kept = t->call;

	if (h->track == t)
		return;
	core_follow_retrack(m, h, kept);
	call_count_halves(m, kept, 1); /* the half may leave it with its last track */
	half_leave_track(m, h);
	half_enter_track(m, h, t);
	call_count_halves(m, kept, -1);
	core_hash_half(m, h);
	core_follow_half(m, h);
}

void
core_half_free(struct core_model *m, struct core_half *h)
{
	core_route_gone(m, h);
	core_follow_left(m, h);
	core_unhash(m, &h->hash);
	core_snap_changed(m, CORE_SNAP_DEVICES, &h->device->piece);
	TAILQ_REMOVE(&h->device->halves, h, of_device);
	h->device->half_count--;
	half_leave_track(m, h);
	mem_free(h->bw_call);
	mem_free(h->remote);
	mem_free(h->remote_user);
	mem_free(h->via);
	mem_free(h->to);
	mem_free(h->told_far);
	mem_free(h);
}

struct core_half *
core_half_by_bw(const struct core_device *d, struct str bw_call)
{
	struct core_half *h;

	TAILQ_FOREACH(h, &d->halves, of_device)
		if (!h->gone && str_eq(str_of(h->bw_call), bw_call))
			return h;
	return NULL;
}

struct core_half *
core_half_by_call(const struct core_device *d, uint64_t call_id)
{
	struct core_half *h;

	TAILQ_FOREACH(h, &d->halves, of_device)
		if (!h->gone && h->track->call->id == call_id)
			return h;
	return NULL;
}

/*
 * The parties of a conference stay one connection when it is over until the last of them is gone: they came into the
 * call from calls of their own. Two parties of one session are a device that called itself: two connections.
 */
bool
core_half_shares(const struct core_half *h, const struct core_half *with)
{
	return h != with && h->device == with->device && h->track->call == with->track->call &&
		(h->track != with->track ||
			(h->conference != CORE_CONFERENCE_NONE &&
				with->conference != CORE_CONFERENCE_NONE));
}

struct core_half *
core_half_sibling(const struct core_half *h)
{
	struct core_half *other;

	TAILQ_FOREACH(other, &h->device->halves, of_device)
		if (!other->gone && core_half_shares(other, h))
			return other;
	return NULL;
}

bool
core_half_leads(const struct core_half *h)
{
	const struct core_half *other;

	TAILQ_FOREACH(other, &h->device->halves, of_device) {
		if (other == h)
			return true;
		if (!other->gone && core_half_shares(other, h))
			return false;
	}
	return true;
}

bool
core_half_together(const struct core_half *h, const struct core_half *other)
{
	bool conferred =
		h->conference != CORE_CONFERENCE_NONE && other->conference != CORE_CONFERENCE_NONE;

	return h != other && h->device == other->device && other->told != VIEW_none &&
		h->told != VIEW_none && other->told_call == h->told_call &&
		(h->track != other->track || conferred);
}

struct core_half *
core_half_leader(const struct core_half *h)
{
	struct core_half *other;

	TAILQ_FOREACH(other, &h->device->halves, of_device) {
		if (other == h)
			return NULL;
		if (!other->gone && core_half_together(h, other))
			return other;
	}
	return NULL;
}

struct core_half *
core_half_by_told(const struct core_device *d, uint64_t call_id)
{
	struct core_half *h;

	TAILQ_FOREACH(h, &d->halves, of_device)
		if (!h->gone && h->told != VIEW_none && h->told_call == call_id)
			return h;
	return NULL;
}

bool
core_half_is_sent_on(const struct core_half *h)
{
	bool calling = h->told == VIEW_dialed || h->told == VIEW_originated;

	return calling &&
		(h->how == CORE_HOW_FORWARDED ||
			((h->how == CORE_HOW_TRANSFERRED || h->how == CORE_HOW_PICKED_UP ||
				 h->how == CORE_HOW_PARK_RETRIEVED) &&
				h->told_call == h->track->call->id));
}

bool
core_how_takes(enum core_how how)
{
	return how == CORE_HOW_PICKED_UP || how == CORE_HOW_PARK_RETRIEVED ||
		how == CORE_HOW_BARGED_IN || how == CORE_HOW_MONITORED;
}

bool
core_half_took_over(const struct core_half *h)
{
	return core_how_takes(h->how) && h->told_call > h->track->call->id;
}

bool
core_half_is_distributed(const struct core_model *m, const struct core_half *h)
{
	const struct core_device *old = core_device_by_user(m, str_of(h->told_far));

	return h->told == VIEW_connected && h->told_call == h->track->call->id && old != NULL &&
		old->kind != CORE_KIND_user &&
		(h->how == CORE_HOW_FORWARDED || h->how == CORE_HOW_TRANSFERRED);
}

bool
core_half_is_handed_over(const struct core_half *h)
{
	return h->how == CORE_HOW_NONE || h->how == CORE_HOW_TRANSFERRED ||
		h->how == CORE_HOW_PARK_RETRIEVED;
}

static enum core_view
half_view_alerting(const struct core_half *h)
{
	if (h->personality == CORE_TERMINATOR)
		return VIEW_ringing;
	return h->personality == CORE_ORIGINATOR ? VIEW_dialed : VIEW_initiated;
}

enum core_way
core_half_way(const struct core_half *h)
{
	if (h->personality == CORE_TERMINATOR)
		return CORE_WAY_IN;
	return h->outside ? CORE_WAY_OUTSIDE : CORE_WAY_OUT;
}

enum core_view
core_half_view(const struct core_half *h)
{
	if (h->gone)
		return VIEW_none;
	/* one far party that cannot be had does not end the others' conference: it leaves it when it is released */
	if (h->conference != CORE_CONFERENCE_NONE)
		return h->conference == CORE_CONFERENCE_HELD ? VIEW_held : VIEW_connected;
	if (h->failed)
		return VIEW_failed;
	switch (h->state) {
	case CORE_ALERTING:
		return half_view_alerting(h);
	case CORE_CONNECTED:
		return VIEW_connected;
	case CORE_HELD:
		return VIEW_held;
	case CORE_REMOTE_HELD:
		return VIEW_far_held;
	case CORE_QUEUED:
		return VIEW_queued;
	case CORE_PARKED:
		return VIEW_dialed;
	case CORE_NO_STATE:
	case CORE_GONE:
		break;
	}
	return VIEW_none;
}

/* records */

void
core_put_call(const struct core_call *c, struct buf *out)
{
	const struct core_track *t;
	size_t at = core_record_begin(out, DELTA_r_call);

	call_put(c, out);
	core_record_end(out, at);
	TAILQ_FOREACH(t, &c->tracks, of_call) {
		at = core_record_begin(out, DELTA_r_track);
		track_put(t, out);
		core_record_end(out, at);
	}
}

void
core_put_halves(const struct core_device *d, struct buf *out)
{
	const struct core_half *h;

	TAILQ_FOREACH(h, &d->halves, of_device) {
		size_t at = core_record_begin(out, DELTA_r_half);

		half_put(h, out);
		core_record_end(out, at);
	}
}
