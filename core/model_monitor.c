/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Monitors and the calls that they follow: making, finding, freeing, their share of the digest (see model.h).
 *
 * A follower stays with its call when the call gets parties, loses them, or becomes one with another call. It goes with the last
 * party: to the call that took it over if that is known, else nowhere. A monitor whose object was the call ends then.
 */
#include "core/model.h"
#include "proto/base/check.h"

static void
monitor_put(const struct core_monitor *mon, struct buf *b)
{
	delta_put_r_monitor(b,
		&(struct delta_r_monitor){ .monitor = mon->id,
			.session = mon->session->id,
			.device = mon->device ? str_of(mon->device->id) : STR_NONE,
			.fresh = mon->fresh,
			.filter = mon->filter,
			.type = (uint8_t)mon->type,
			.of_call = mon->of_call,
			.form = str_of(mon->form) });
}

static void
follow_put(const struct core_follow *f, struct buf *b)
{
	delta_put_r_follow(b, &(struct delta_r_follow){ f->monitor->id, f->call->id });
}

static void
party_put(const struct core_call *c, const struct core_party_told *p, struct buf *b)
{
	delta_put_r_party(b, &(struct delta_r_party){ c->id, str_of(p->device), p->state });
}

void
core_hash_monitor(struct core_model *m, struct core_monitor *mon)
{
	buf_reset(&m->scratch);
	monitor_put(mon, &m->scratch);
	core_rehash(m, DELTA_r_monitor, &mon->hash);
	core_snap_changed(m, CORE_SNAP_MONITORS, &mon->piece);
}

static void
follow_hash(struct core_model *m, struct core_follow *f)
{
	buf_reset(&m->scratch);
	follow_put(f, &m->scratch);
	core_rehash(m, DELTA_r_follow, &f->hash);
	core_snap_changed(m, CORE_SNAP_TOLD, &f->call->told_piece);
}

static void
party_hash(struct core_model *m, const struct core_call *c, struct core_party_told *p)
{
	buf_reset(&m->scratch);
	party_put(c, p, &m->scratch);
	core_rehash(m, DELTA_r_party, &p->hash);
	core_snap_changed(m, CORE_SNAP_TOLD, &c->told_piece);
}

/* monitors */

struct core_monitor *
core_monitor_new(struct core_model *m, const struct delta_r_monitor *r, struct core_session *s,
	struct core_device *d)
{
	struct core_monitor *mon = mem_zalloc(sizeof(*mon));

	mon->id = r->monitor;
	mon->session = s;
	mon->device = d;
	mon->of_call = r->of_call;
	mon->fresh = r->fresh;
	mon->filter = r->filter;
	mon->form = mem_strndup(r->form.p, r->form.n);
	mon->type = (enum core_monitor_type)r->type;
	TAILQ_INIT(&mon->follows);
	if (!mon->of_call) {
		d->monitor_count++;
		TAILQ_INSERT_TAIL(&d->monitors, mon, of_device);
	}
	TAILQ_INSERT_TAIL(&s->monitors, mon, of_session);
	s->monitor_count++;
	HASH_ADD(by_id, m->monitors, id, sizeof(mon->id), mon);
	m->monitors_of[mon->type]++;
	core_hash_monitor(m, mon);
	return mon;
}

static void follow_free(struct core_model *m, struct core_follow *f);

void
core_monitor_free(struct core_model *m, struct core_monitor *mon)
{
	while (!TAILQ_EMPTY(&mon->follows))
		follow_free(m, TAILQ_FIRST(&mon->follows));
	core_unhash(m, &mon->hash);
	core_snap_gone(m, CORE_SNAP_MONITORS, &mon->piece, mon, mon->by_id.prev);
	if (!mon->of_call) {
		TAILQ_REMOVE(&mon->device->monitors, mon, of_device);
		mon->device->monitor_count--;
	}
	TAILQ_REMOVE(&mon->session->monitors, mon, of_session);
	mon->session->monitor_count--;
	HASH_DELETE(by_id, m->monitors, mon);
	m->monitors_of[mon->type]--;
	mem_free(mon->form);
	mem_free(mon);
}

struct core_monitor *
core_monitor_by_id(const struct core_model *m, uint64_t id)
{
	struct core_monitor *mon;

	HASH_FIND(by_id, m->monitors, &id, sizeof(id), mon);
	return mon;
}

bool
core_device_is_followed(const struct core_device *d)
{
	const struct core_half *h;

	TAILQ_FOREACH(h, &d->halves, of_device)
		if (h->track->call->follow_count > 0)
			return true;
	return false;
}

/* parties as they were told */

struct core_party_told *
core_party_told(const struct core_call *c, struct str device)
{
	struct core_party_told *p;

	TAILQ_FOREACH(p, &c->parties, of_call)
		if (str_is(device, p->device))
			return p;
	return NULL;
}

/* In the order of their names: the same on both nodes. */
static struct core_party_told *
party_new(struct core_call *c, struct str device)
{
	struct core_party_told *p = mem_zalloc(sizeof(*p)), *after;

	p->device = mem_strndup(device.p, device.n);
	TAILQ_FOREACH(after, &c->parties, of_call)
		if (str_cmp(str_of(after->device), device) > 0)
			break;
	if (after != NULL)
		TAILQ_INSERT_BEFORE(after, p, of_call);
	else
		TAILQ_INSERT_TAIL(&c->parties, p, of_call);
	return p;
}

void
core_party_tell(struct core_model *m, struct core_call *c, struct str device, uint8_t state)
{
	struct core_party_told *p = core_party_told(c, device);

	if (p == NULL)
		p = party_new(c, device);
	p->state = state;
	party_hash(m, c, p);
}

void
core_party_drop(struct core_model *m, struct core_call *c, struct core_party_told *p)
{
	core_unhash(m, &p->hash);
	core_snap_changed(m, CORE_SNAP_TOLD, &c->told_piece);
	TAILQ_REMOVE(&c->parties, p, of_call);
	mem_free(p->device);
	mem_free(p);
}

static void
parties_drop(struct core_model *m, struct core_call *c)
{
	while (!TAILQ_EMPTY(&c->parties))
		core_party_drop(m, c, TAILQ_FIRST(&c->parties));
}

/* following */

void
core_follow_restore(struct core_model *m, struct core_monitor *mon, struct core_call *c)
{
	struct core_follow *f = mem_zalloc(sizeof(*f));

	f->monitor = mon;
	f->call = c;
	c->follow_count++;
	TAILQ_INSERT_TAIL(&c->follows, f, of_call);
	TAILQ_INSERT_TAIL(&mon->follows, f, of_monitor);
	follow_hash(m, f);
}

void
core_follow_new(struct core_model *m, struct core_monitor *mon, struct core_call *c)
{
	struct core_follow *f;

	TAILQ_FOREACH(f, &mon->follows, of_monitor)
		if (f->call == c)
			return;
	core_follow_restore(m, mon, c);
	if (c->follow_count == 1)
		m->say(&(struct core_say){ .kind = SAY_FOLLOWED, .call = c }, m->arg);
}

/* Without followers nobody is told: nothing to be remembered. */
static void
follow_free(struct core_model *m, struct core_follow *f)
{
	struct core_call *c = f->call;

	core_unhash(m, &f->hash);
	core_snap_changed(m, CORE_SNAP_TOLD, &c->told_piece);
	TAILQ_REMOVE(&c->follows, f, of_call);
	TAILQ_REMOVE(&f->monitor->follows, f, of_monitor);
	mem_free(f);
	if (--c->follow_count > 0)
		return;
	parties_drop(m, c);
	core_call_set_joined(m, c, false);
}

void
core_follow_drop_all(struct core_model *m, struct core_call *c)
{
	while (!TAILQ_EMPTY(&c->follows))
		follow_free(m, TAILQ_FIRST(&c->follows));
	parties_drop(m, c);
}

void
core_follow_half(struct core_model *m, struct core_half *h)
{
	struct core_monitor *mon;

	TAILQ_FOREACH(mon, &h->device->monitors, of_device)
		if (mon->type == CORE_MONITOR_CALL)
			core_follow_new(m, mon, h->track->call);
}

void
core_follow_move(struct core_model *m, struct core_call *from, struct core_call *into,
	const struct core_half *left)
{
	struct core_party_told *p;
	struct core_follow *f;

	if (from == into || from->follow_count == 0)
		return;
	TAILQ_FOREACH(f, &from->follows, of_call)
		core_follow_new(m, f->monitor, into);
	TAILQ_FOREACH(p, &from->parties, of_call)
		if (core_party_told(into, str_of(p->device)) == NULL)
			core_party_tell(m, into, str_of(p->device), p->state);
	p = left != NULL ? core_party_told(into, str_of(left->device->id)) : NULL;
	if (p != NULL)
		core_party_drop(m, into, p);
	if (left == NULL || from->joined)
		core_call_set_joined(m, into, true);
	core_follow_drop_all(m, from);
}

static void
follow_ended(struct core_model *m, struct core_follow *f)
{
	struct core_monitor *mon = f->monitor;

	if (!mon->of_call) {
		follow_free(m, f);
		return;
	}
	m->say(
		&(struct core_say){
			.kind = SAY_MONITOR_ENDED, .monitor = mon, .session = mon->session },
		m->arg);
	core_monitor_free(m, mon);
}

/* Is it the only party of its device in its call? */
static bool
follow_is_only(const struct core_half *h)
{
	const struct core_half *other;

	TAILQ_FOREACH(other, &h->device->halves, of_device)
		if (other != h && other->track->call == h->track->call)
			return false;
	return true;
}

void
core_follow_retrack(struct core_model *m, struct core_half *h, struct core_call *into)
{
	struct core_call *c = h->track->call;
	struct core_follow *f, *next;

	if (c == into)
		return;
	if (c->halves == 1) {
		core_follow_move(m, c, into, NULL); /* the call is where its last party is */
		return;
	}
	if (!follow_is_only(h))
		return;
	for (f = TAILQ_FIRST(&c->follows); f != NULL; f = next) {
		next = TAILQ_NEXT(f, of_call);
		if (!f->monitor->of_call || f->monitor->device != h->device)
			continue;
		core_follow_new(m, f->monitor, into);
		follow_free(m, f);
	}
}

/* A monitor of a call at one device has nothing more to hear when the device has left it. */
static void
follow_device_left(struct core_model *m, const struct core_half *h)
{
	struct core_call *c = h->track->call;
	struct core_follow *f, *next;

	if (!follow_is_only(h))
		return;
	for (f = TAILQ_FIRST(&c->follows); f != NULL; f = next) {
		next = TAILQ_NEXT(f, of_call);
		if (f->monitor->of_call && f->monitor->device == h->device)
			follow_ended(m, f);
	}
}

/* Did the call go on out of sight? */
static bool
follow_went_on(const struct core_half *h)
{
	return !h->gone || h->end == CORE_END_TRANSFERRED || h->end == CORE_END_JOINED ||
		h->end == CORE_END_DIVERTED || h->end == CORE_END_DISTRIBUTED ||
		h->end == CORE_END_OVERFLOW || h->end == CORE_END_PICKED_UP ||
		h->end == CORE_END_PARKED;
}

void
core_follow_left(struct core_model *m, struct core_half *h)
{
	struct core_call *c = h->track->call, *other = core_call_by_id(m, h->other);

	follow_device_left(m, h);
	if (h->gone && h->end == CORE_END_TRANSFERRED && other != NULL) {
		/* two calls are one now; the one that still has parties */
		if (c->halves > 1)
			core_follow_move(m, other, c, h);
		else
			core_follow_move(m, c, other, h);
	}
	if (c->halves > 1 || c->follow_count == 0)
		return;
	if (!follow_went_on(h))
		m->say(&(struct core_say){ .kind = SAY_CALL_ENDED, .call = c, .half = h }, m->arg);
	while (!TAILQ_EMPTY(&c->follows))
		follow_ended(m, TAILQ_FIRST(&c->follows));
}

/* records */

void
core_put_monitor(const struct core_monitor *mon, struct buf *out)
{
	size_t at = core_record_begin(out, DELTA_r_monitor);

	monitor_put(mon, out);
	core_record_end(out, at);
}

void
core_put_told(const struct core_call *c, struct buf *out)
{
	const struct core_party_told *p;
	const struct core_follow *f;
	size_t at;

	TAILQ_FOREACH(p, &c->parties, of_call) {
		at = core_record_begin(out, DELTA_r_party);
		party_put(c, p, out);
		core_record_end(out, at);
	}
	TAILQ_FOREACH(f, &c->follows, of_call) {
		at = core_record_begin(out, DELTA_r_follow);
		follow_put(f, out);
		core_record_end(out, at);
	}
}
