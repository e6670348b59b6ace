/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Observations into deltas: see decide.h.
 *
 * A party is cleared on proof alone: its own release, or a snapshot that does not list it. A party that comes back under
 * another tracking id keeps its call: BroadWorks has given the session a new name, which becomes one more name
 * of the call, or it has moved into a session that is known, which makes it a party of that call.
 */
#include "core/decide.h"

#include "core/core_mutation.h"
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
	return str_is(p->tracking, h->track->id) && h->personality == p->personality &&
		h->state == p->state && h->failed == p->failed && h->recording == p->recording &&
		h->outside == p->outside && str_is(p->remote, h->remote) &&
		str_is(p->remote_user, h->remote_user) && str_is(p->via, h->via) &&
		p->how == CORE_HOW_NONE;
}

/* The call of a party: that of its tracking id; else the one it was in; else a new one. */
static uint64_t
decide_call_id(const struct core_model *m, const struct core_half *h, struct str tracking)
{
	const struct core_call *c = core_call_by_tracking(m, tracking);

	if (c != NULL)
		return c->id;
	return h != NULL ? h->track->call->id : core_next_id(m);
}

static void
conference_set(struct core_emitter *em, const struct core_half *h, enum core_conference state)
{
	CORE_EMIT(em, half_conference, .device = str_of(h->device->id), .call = str_of(h->bw_call),
		.conference = (uint8_t)state);
}

/* Each party of a call that a merge has marked is told on its own; the controller's parties come with the state. */
static void
conference_settle(
	struct core_emitter *em, const struct core_call *call, const struct core_device *controller)
{
	struct core_track *t;
	struct core_half *h, *next;

	TAILQ_FOREACH(t, &call->tracks, of_call) {
		for (h = TAILQ_FIRST(&t->halves); h != NULL; h = next) {
			next = TAILQ_NEXT(h, of_track);
			if (h->moved && !h->gone && h->device != controller && !CORE_MUTATED_MERGE)
				conference_set(em, h, h->conference);
		}
	}
}

/*
 * A party of a conference goes over into a session that is known (it was transferred, parked, picked up): the session comes
 * into the conference's call, not the party out of it.
 */
static void
decide_into_conference(struct core_model *m, struct core_emitter *em, struct core_device *d,
	const struct core_half *h, struct str tracking)
{
	struct core_call *c = core_call_by_tracking(m, tracking);
	struct core_half *own, *next;
	struct core_call *into;

	if (h == NULL || c == NULL || c == h->track->call ||
		(h->conference == CORE_CONFERENCE_NONE && core_half_sibling(h) == NULL))
		return;
	into = h->track->call;
	CORE_EMIT(em, call_merge, .from = c->id, .into = into->id, .device = str_of(d->id),
		.how = CORE_HOW_CONFERENCED);
	for (own = TAILQ_FIRST(&d->halves); own != NULL; own = next) {
		next = TAILQ_NEXT(own, of_device);
		if (own->moved && !own->gone && own->track->call == into)
			conference_set(em, own, own->conference);
	}
	conference_settle(em, into, d);
}

/*
 * Somebody has taken the call of a party over, or intruded, with a session of his own that BroadWorks goes on with. An id may change
 * by a transfer or a conference alone (csta.md 6.1), and the party hears Diverted, or of a third one: it stays in its call, into
 * which the other session comes.
 */
static bool
decide_taken_over(struct core_model *m, struct core_emitter *em, const struct core_device *d,
	const struct core_half *h, const struct core_party *p)
{
	const struct core_call *c = core_call_by_tracking(m, p->tracking);

	if (h == NULL || c == NULL || c == h->track->call || !core_how_takes(p->how))
		return false;
	CORE_EMIT(em, call_merge, .from = c->id, .into = h->track->call->id,
		.device = str_of(d->id), .how = (uint8_t)p->how);
	return true;
}

/* Who came in is told: who intrudes, when he talks. */
static void
decide_came_in(struct core_emitter *em, const struct core_call *call, const struct core_device *d)
{
	struct core_track *t;
	struct core_half *h, *next;

	TAILQ_FOREACH(t, &call->tracks, of_call) {
		for (h = TAILQ_FIRST(&t->halves); h != NULL; h = next) {
			bool intrudes =
				h->how == CORE_HOW_BARGED_IN || h->how == CORE_HOW_MONITORED;

			next = TAILQ_NEXT(h, of_track);
			if (h->moved && !h->gone && h->device != d &&
				!(intrudes && core_half_view(h) == VIEW_dialed))
				conference_set(em, h, h->conference);
		}
	}
}

static void
decide_set(struct core_model *m, struct core_emitter *em, struct core_device *d,
	const struct core_half *h, const struct core_party *p)
{
	bool taken;

	decide_into_conference(m, em, d, h, p->tracking);
	taken = decide_taken_over(m, em, d, h, p);
	CORE_EMIT(em, half_set, .device = str_of(d->id), .call = p->bw_call,
		.tracking = p->tracking, .id = decide_call_id(m, h, p->tracking),
		.personality = (uint8_t)p->personality, .state = (uint8_t)p->state,
		.failed = p->failed, .end = (uint8_t)p->end, .remote = p->remote,
		.remote_user = p->remote_user, .how = (uint8_t)p->how,
		.recording = (uint8_t)p->recording, .via = p->via, .outside = p->outside,
		.later = p->later);
	if (taken)
		decide_came_in(em, core_call_by_tracking(m, p->tracking), d);
}

/*
 * BroadWorks tells of a conference on its controller alone: those who are still in it, each in a session of his own, hear from
 * there that somebody has left.
 */
static void
decide_left(struct core_emitter *em, const struct core_half *h, enum core_end end)
{
	const struct core_track *t;
	const struct core_half *other;
	struct str far = str_of(h->remote_user[0] != '\0' ? h->remote_user : h->remote);

	if (h->told == VIEW_none || core_half_sibling(h) == NULL || core_end_diverts(end) ||
		end == CORE_END_TRANSFERRED || end == CORE_END_JOINED)
		return;
	TAILQ_FOREACH(t, &h->track->call->tracks, of_call) {
		TAILQ_FOREACH(other, &t->halves, of_track)
			if (t != h->track && other->device != h->device && !other->gone &&
				other->told_call == h->told_call && core_half_leads(other))
				core_decide_note(em, other->device, str_of(other->bw_call),
					CORE_NOTE_LEFT, end, far, STR_NONE, STR_NONE);
	}
}

static void
decide_gone(struct core_emitter *em, const struct core_half *h, enum core_end end, bool local)
{
	decide_left(em, h, end);
	CORE_EMIT(em, half_gone, .device = str_of(h->device->id), .call = str_of(h->bw_call),
		.end = (uint8_t)end, .local = local, .to = STR_NONE);
}

static void
decide_gone_to(struct core_emitter *em, const struct core_half *h, const struct core_party *p)
{
	enum core_end end = h->failed ? h->end : p->end;

	decide_left(em, h, end);
	CORE_EMIT(em, half_gone, .device = str_of(h->device->id), .call = str_of(h->bw_call),
		.end = (uint8_t)end, .local = p->local, .to = p->to, .other = p->other);
}

static uint32_t
decide_halves_max(const struct core_device *d)
{
	return d->kind == CORE_KIND_user ? LIMIT_HALVES_PER_DEVICE : LIMIT_ENTRIES_PER_DEVICE;
}

bool
core_decide_party(struct core_model *m, struct core_emitter *em, struct core_device *d,
	const struct core_party *p, const struct log *log)
{
	struct core_half *h = core_half_by_bw(d, p->bw_call);

	if (p->state == CORE_GONE) {
		if (h != NULL)
			decide_gone_to(em, h, p);
		return true;
	}
	if (h == NULL && d->half_count >= decide_halves_max(d)) {
		log_emit(log, M_EVENT_SKIPPED,
			"device=%s more than %u parties, one is not followed", d->id,
			decide_halves_max(d));
		return true; /* asking would not make room */
	}
	if (h != NULL && decide_same(h, p))
		return true;
	bool fits = h != NULL || p->state == CORE_ALERTING || p->state == CORE_QUEUED || p->failed;
	decide_set(m, em, d, h, p);
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
			(unsigned long long)h->track->call->id, h->track->id,
			core_view_name(core_half_view(h)));
		diff->cleared++;
		decide_gone(em, h, CORE_END_RESYNC, false);
	}
}

/*
 * Was a change of the far party missed? Two user ids are two parties. Without them a number proves something only where
 * the call is answered: before, it is what was dialled, and becomes better.
 */
enum core_how
core_decide_missed_move(const struct core_half *h, const struct core_party *p)
{
	bool calling = h->state == CORE_ALERTING && h->personality != CORE_TERMINATOR;
	bool numbers = h->remote_user[0] == '\0' && p->remote_user.n == 0 &&
		h->state != CORE_ALERTING && h->remote[0] != '\0' && p->remote.n > 0;
	bool users = h->remote_user[0] != '\0' && p->remote_user.n > 0;

	if ((users && !str_is(p->remote_user, h->remote_user)) ||
		(numbers && !str_is(p->remote, h->remote)))
		return calling ? CORE_HOW_FORWARDED : CORE_HOW_TRANSFERRED;
	return CORE_HOW_NONE;
}

static void
decide_listed_party(struct core_model *m, struct core_emitter *em, struct core_device *d,
	const struct core_party *listed, const struct log *log, struct core_difference *diff)
{
	struct core_half *h = core_half_by_bw(d, listed->bw_call);
	enum core_view was = h ? core_half_view(h) : VIEW_none;
	struct core_party party = *listed, *p = &party;
	bool moved;

	if (h != NULL)
		p->how = core_decide_missed_move(h, p);
	/* a parked call is listed as one that is held by who it was parked against */
	if (h != NULL && h->state == CORE_PARKED &&
		((p->state == CORE_REMOTE_HELD && p->how == CORE_HOW_NONE) ||
			p->state == CORE_ALERTING))
		p->state = CORE_PARKED;
	moved = p->how != CORE_HOW_NONE;
	core_decide_party(m, em, d, p, log);
	h = core_half_by_bw(d, p->bw_call);
	if (h == NULL)
		return;
	if (was == VIEW_none) {
		diff->learned++;
		log_emit(log, M_PARTY_LEARNED, "device=%s call=%llu tracking=%s now=%s", d->id,
			(unsigned long long)h->track->call->id, h->track->id,
			core_view_name(core_half_view(h)));
	} else if (was != core_half_view(h) || moved) {
		diff->changed++;
		log_emit(log, M_PARTY_OUT_OF_STEP, "device=%s call=%llu tracking=%s was=%s now=%s",
			d->id, (unsigned long long)h->track->call->id, h->track->id,
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
core_decide_note(struct core_emitter *em, const struct core_device *d, struct str bw_call,
	enum core_note note, uint32_t number, struct str text, struct str text2, struct str text3)
{
	if (core_half_by_bw(d, bw_call) == NULL)
		return;
	CORE_EMIT(em, half_note, .device = str_of(d->id), .call = bw_call, .note = (uint8_t)note,
		.number = number, .text = text, .text2 = text2, .text3 = text3);
}

/* conferences and transfers */

static bool
conference_lists(const struct core_conference_in *c, const struct core_half *h)
{
	for (size_t i = 0; i < c->count; i++)
		if (str_is(c->calls[i], h->bw_call))
			return true;
	return false;
}

/* The call of the conference: the one it had, else that of its first party. */
static struct core_call *
conference_call(const struct core_device *d, const struct core_conference_in *c)
{
	struct core_half *h;
	struct core_call *first = NULL;

	TAILQ_FOREACH(h, &d->halves, of_device) {
		if (h->gone || !conference_lists(c, h))
			continue;
		if (h->conference != CORE_CONFERENCE_NONE)
			return h->track->call;
		if (first == NULL)
			first = h->track->call;
	}
	return first;
}

static bool
conference_merge(struct core_emitter *em, struct core_device *d, const struct core_conference_in *c,
	const struct core_call *call)
{
	struct core_half *h;
	bool merged = false;

	TAILQ_FOREACH(h, &d->halves, of_device) {
		if (h->gone || !conference_lists(c, h) || h->track->call == call)
			continue;
		CORE_EMIT(em, call_merge, .from = h->track->call->id, .into = call->id,
			.device = str_of(d->id), .how = CORE_HOW_CONFERENCED);
		merged = true;
	}
	return merged;
}

void
core_decide_conference(struct core_model *m, struct core_emitter *em, struct core_device *d,
	const struct core_conference_in *c)
{
	struct core_call *call = c->state == CORE_CONFERENCE_NONE ? NULL : conference_call(d, c);
	bool merged = call != NULL && conference_merge(em, d, c, call);
	struct core_half *h, *next;

	(void)m;
	/* all of the controller's parties are in it before the first is told */
	for (h = TAILQ_FIRST(&d->halves); h != NULL; h = next) {
		enum core_conference state =
			call && conference_lists(c, h) ? c->state : CORE_CONFERENCE_NONE;

		next = TAILQ_NEXT(h, of_device);
		if (!h->gone && (h->conference != state || h->moved))
			conference_set(em, h, state);
	}
	if (merged)
		conference_settle(em, call, d);
}

/* It is told anew who has come in, as another kind of participant than before. */
void
core_decide_intrusion(struct core_model *m, struct core_emitter *em, struct core_device *d)
{
	const struct core_half *h, *far, *next;

	TAILQ_FOREACH(h, &d->halves, of_device) {
		for (far = TAILQ_FIRST(&h->track->halves); far != NULL; far = next) {
			next = TAILQ_NEXT(far, of_track);
			if (far->gone || far->device == d || h->conference == CORE_CONFERENCE_NONE)
				continue;
			decide_set(m, em, far->device, far,
				&(struct core_party){ .bw_call = str_of(far->bw_call),
					.tracking = str_of(far->track->id),
					.personality = far->personality,
					.state = far->state,
					.failed = far->failed,
					.end = far->end,
					.remote = str_of(far->remote),
					.remote_user = str_of(far->remote_user),
					.outside = far->outside,
					.how = CORE_HOW_BARGED_IN,
					.recording = far->recording,
					.via = str_of(far->via) });
		}
	}
}

void
core_decide_settle(struct core_emitter *em, struct core_device *d)
{
	struct core_half *h, *far, *next;

	TAILQ_FOREACH(h, &d->halves, of_device) {
		for (far = TAILQ_FIRST(&h->track->halves); far != NULL; far = next) {
			next = TAILQ_NEXT(far, of_track);
			if (!far->gone && !far->moved && far->told != VIEW_none &&
				far->told != core_half_view(far))
				conference_set(em, far, far->conference);
		}
	}
}

/*
 * A party that was called and has not answered is diverted, as one that was parked; any other one that is redirected was handed
 * over. Has answered as far as clients know: a conference may have told them more than BroadWorks told of the party, and what is
 * said of it while its device is out of service is not told before it is back.
 */
static bool
redirected_talking(const struct core_half *h)
{
	enum core_view view = h ? h->told : VIEW_none;

	if (h != NULL && view == VIEW_none)
		view = core_half_view(h);
	return view != VIEW_none && view != VIEW_ringing && view != VIEW_queued;
}

/* Does its connection end with it? Not that of a conference: another party goes on with it, or ends it later. */
static bool
redirected_alone(const struct core_half *h)
{
	const struct core_half *other;

	TAILQ_FOREACH(other, &h->device->halves, of_device)
		if (other != h && other->told != VIEW_none && other->told_call == h->told_call)
			return false;
	return core_half_sibling(h) == NULL;
}

void
core_decide_redirected(struct core_model *m, struct core_emitter *em, struct core_device *d,
	struct core_party *parties, size_t count, const struct log *log)
{
	struct core_party *first = NULL;

	for (size_t i = 0; i < count; i++) {
		struct core_half *h = core_half_by_bw(d, parties[i].bw_call);

		if (!redirected_talking(h)) {
			if (!core_end_diverts(parties[i].end))
				parties[i].end = CORE_END_DIVERTED;
		} else if (parties[i].end == CORE_END_PARKED && h->told != VIEW_none &&
			redirected_alone(h)) {
			continue;
		} else if (h->told == VIEW_none || !redirected_alone(h)) {
			/* goes as it came, without a word; or leaves a connection that is told on its own */
			parties[i].end = CORE_END_TRANSFERRED;
		} else if (first == NULL) {
			first = &parties[i];
			first->end = CORE_END_TRANSFERRED;
		} else {
			first->other = h->told_call;
			parties[i].end = CORE_END_JOINED;
			first = NULL; /* a third one would be a transfer of its own */
		}
	}
	for (size_t i = 0; i < count; i++)
		core_decide_party(m, em, d, &parties[i], log);
}

/* agents and features */

void
core_decide_agent(struct core_emitter *em, const struct core_device *d, enum core_agent_state state,
	struct str code)
{
	const struct core_agent *a = d->agent;

	if (a != NULL && a->state == state && str_is(code, a->code))
		return;
	CORE_EMIT(em, agent_set, .device = str_of(d->id), .state = (uint8_t)state, .code = code);
}

void
core_decide_join(
	struct core_emitter *em, const struct core_device *d, struct str center, bool joined)
{
	if ((core_join_find(d, center) != NULL) == joined)
		return;
	CORE_EMIT(em, agent_join, .device = str_of(d->id), .center = center, .joined = joined);
}

static bool
joins_listed(const struct str *centers, size_t count, const char *center)
{
	for (size_t i = 0; i < count; i++)
		if (str_is(centers[i], center))
			return true;
	return false;
}

void
core_decide_joins(
	struct core_emitter *em, struct core_device *d, const struct str *centers, size_t count)
{
	struct core_join *j, *next;

	for (j = d->agent ? TAILQ_FIRST(&d->agent->joins) : NULL; j != NULL; j = next) {
		next = TAILQ_NEXT(j, of_agent);
		if (!joins_listed(centers, count, j->center))
			core_decide_join(em, d, str_of(j->center), false);
	}
	for (size_t i = 0; i < count; i++)
		core_decide_join(em, d, centers[i], true);
}

void
core_decide_feature(struct core_emitter *em, const struct core_device *d,
	enum core_feature_kind feature, bool on, uint32_t number, struct str text)
{
	const struct core_feature *f = d->features ? &d->features[feature] : NULL;

	if (f != NULL && f->known && f->on == on && f->number == number && str_is(text, f->text))
		return;
	CORE_EMIT(em, feature_set, .device = str_of(d->id), .feature = (uint8_t)feature, .on = on,
		.number = number, .text = text);
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
