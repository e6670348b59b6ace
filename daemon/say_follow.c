/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who follows a call is told once of what happens in it: see say_part.h.
 *
 * Every monitored device tells of itself and of its far party, so of a call between two of them everything comes twice, in
 * either order. What followers were told of each party is kept with the call (core_party_told): an event is news to them
 * if it changes that. A conference or transfer is news if somebody comes or goes by it, or if two followed calls became one.
 */
#include "daemon/say_part.h"

static enum csta_local_state
follow_state_after(enum core_step step)
{
	switch (step) {
	case STEP_service_initiated:
	case STEP_network_reached: /* on its way to whoever it is */
		return CSTA_LOCAL_initiated;
	case STEP_delivered_in:
	case STEP_delivered_out:
		return CSTA_LOCAL_alerting;
	case STEP_held:
	case STEP_far_held:
		return CSTA_LOCAL_hold;
	case STEP_failed:
		return CSTA_LOCAL_fail;
	case STEP_queued:
		return CSTA_LOCAL_queued;
	case STEP_originated:
	case STEP_established:
	case STEP_retrieved:
	case STEP_far_retrieved:
		break;
	case STEP_cleared:
		return CSTA_LOCAL_null;
	}
	return CSTA_LOCAL_connected;
}

/* Told of this party before; it is not there any more. */
static bool
follow_gone(struct say *s, struct core_call *c, struct str party)
{
	struct core_party_told *p = core_party_told(c, party);

	if (p == NULL)
		return false;
	core_party_drop(&s->x->model, c, p);
	return true;
}

static bool
follow_step(
	struct say *s, struct core_call *c, const struct core_say *f, const struct csta_event *ev)
{
	enum csta_local_state state = follow_state_after(f->step);
	const struct core_party_told *p = core_party_told(c, ev->connection_device);
	bool is_called = f->step == STEP_delivered_in || f->step == STEP_queued;

	if (ev->connection_device.n == 0)
		return true; /* who talks to himself */
	if (p != NULL && p->state == state)
		return false;
	core_party_tell(&s->x->model, c, ev->connection_device, (uint8_t)state);
	if (is_called && ev->calling.n > 0 && core_party_told(c, ev->calling) == NULL)
		core_party_tell(&s->x->model, c, ev->calling, CSTA_LOCAL_connected);
	return true;
}

/* Who goes by a transfer; "" for a conference. */
static struct str
follow_leaver(const struct say *s, const struct core_say *f, const struct csta_event *ev)
{
	if (ev->kind == CSTA_EV_Conferenced)
		return STR_NONE;
	if (f->kind == SAY_STEP)
		return str_of(f->device->id);
	return str_eq(ev->subject, say_far_device(s->x, f->half)) ? STR_NONE : ev->subject;
}

static bool
follow_meeting(
	struct say *s, struct core_call *c, const struct core_say *f, const struct csta_event *ev)
{
	struct str leaver = follow_leaver(s, f, ev);
	bool news = c->joined;

	for (size_t i = 0; i < ev->link_count; i++) {
		struct str party = ev->links[i].endpoint;

		if (party.n == 0 || str_eq(party, leaver) || core_party_told(c, party) != NULL)
			continue;
		core_party_tell(&s->x->model, c, party, CSTA_LOCAL_connected);
		news = true;
	}
	if (leaver.n > 0 && follow_gone(s, c, leaver))
		news = true;
	core_call_set_joined(&s->x->model, c, false);
	return news;
}

/* Does it change what followers were told? It counts as told then. */
static bool
follow_is_news(
	struct say *s, struct core_call *c, const struct core_say *f, const struct csta_event *ev)
{
	if (ev->kind == CSTA_EV_ConnectionCleared)
		return follow_gone(s, c, ev->connection_device);
	if (ev->kind == CSTA_EV_Diverted)
		return follow_gone(s, c, ev->subject);
	if (ev->kind == CSTA_EV_Transfered || ev->kind == CSTA_EV_Conferenced)
		return follow_meeting(s, c, f, ev);
	return f->kind != SAY_STEP || follow_step(s, c, f, ev);
}

static bool
follow_is_told_already(const struct core_monitor *mon, const struct core_call *of)
{
	const struct core_follow *f;

	TAILQ_FOREACH(f, &mon->follows, of_monitor)
		if (f->call == of)
			return true;
	return false;
}

/* A call that has just come to the monitor's device: what others were told of it before is news there. */
static bool
follow_is_first(const struct core_monitor *mon, const struct core_say *f)
{
	return !mon->of_call && mon->device == f->device && f->kind == SAY_STEP &&
		f->half->told == VIEW_none;
}

static bool
follow_wants(const struct core_monitor *mon, const struct core_say *f, bool news)
{
	if (mon->type == CORE_MONITOR_DEVICE)
		return mon->device == f->device;
	if (f->difference && mon->fresh && mon->device == f->device)
		return false; /* as every monitor that was started while the device was out */
	return news || follow_is_first(mon, f);
}

/* `told`: a call whose followers were told before. */
static void
follow_tell(struct say *s, struct core_call *c, const struct core_call *told,
	const struct core_say *f, const struct csta_event *ev)
{
	const struct core_follow *fo;
	bool news;

	if (c == NULL || c == told || c->follow_count == 0)
		return;
	news = follow_is_news(s, c, f, ev);
	TAILQ_FOREACH(fo, &c->follows, of_call) {
		const struct core_monitor *mon = fo->monitor;

		if (follow_wants(mon, f, news) &&
			(told == NULL || !follow_is_told_already(mon, told)))
			say_event_tell(s, mon, ev);
	}
}

void
say_call_event(struct say *s, const struct core_say *f, const struct csta_event *ev)
{
	struct core_call *c = f->half->track->call;
	const struct core_model *m = &s->x->model;
	const struct core_monitor *mon;

	say_event_begin(s);
	TAILQ_FOREACH(mon, &f->device->monitors, of_device)
		if (mon->type == CORE_MONITOR_DEVICE && (!f->difference || !mon->fresh))
			say_event_tell(s, mon, ev);
	follow_tell(s, c, NULL, f, ev);
	follow_tell(s, core_call_by_id(m, f->half->told_call), c, f, ev);
	if (ev->kind == CSTA_EV_Transfered && f->half->other != f->half->told_call)
		follow_tell(s, core_call_by_id(m, f->half->other), c, f, ev);
}

/* --- the beginning and the end of following ---------------------------------------------- */

/* What the parties of a call know of one of them: itself first. In no order of theirs: nodes have them in different ones. */
static enum csta_local_state
follow_state_known(const struct say *s, const struct core_call *c, struct str party)
{
	enum csta_local_state own = CSTA_LOCAL_null, far = CSTA_LOCAL_null, state;
	const struct core_track *t;
	const struct core_half *h;

	TAILQ_FOREACH(t, &c->tracks, of_call) {
		TAILQ_FOREACH(h, &t->halves, of_track) {
			state = say_local_state(h->told);
			if (str_is(party, h->device->id) && state > own)
				own = state;
			state = say_far_state(h->told);
			if (str_eq(party, say_far_device(s->x, h)) && state > far)
				far = state;
		}
	}
	return own != CSTA_LOCAL_null ? own : far;
}

static void
follow_known(struct say *s, struct core_call *c, struct str party)
{
	enum csta_local_state state = follow_state_known(s, c, party);

	if (party.n > 0 && state != CSTA_LOCAL_null)
		core_party_tell(&s->x->model, c, party, (uint8_t)state);
}

void
say_followed(struct say *s, struct core_call *c)
{
	const struct core_track *t;
	const struct core_half *h;

	TAILQ_FOREACH(t, &c->tracks, of_call) {
		TAILQ_FOREACH(h, &t->halves, of_track) {
			follow_known(s, c, str_of(h->device->id));
			follow_known(s, c, say_far_device(s->x, h));
		}
	}
}

static void
follow_tell_all(struct say *s, const struct core_call *c, const struct csta_event *ev)
{
	const struct core_follow *fo;

	say_event_begin(s);
	TAILQ_FOREACH(fo, &c->follows, of_call)
		if (fo->monitor->type == CORE_MONITOR_CALL)
			say_event_tell(s, fo->monitor, ev);
}

void
say_call_ended(struct say *s, const struct core_say *f)
{
	const struct core_half *h = f->half;
	const struct core_party_told *p;
	struct csta_event ev = {
		.kind = CSTA_EV_ConnectionCleared,
		.call_id = h->told_call != 0 ? h->told_call : f->call->id,
		.subject = h->local ? str_of(h->device->id) : say_far_device(s->x, h),
		.cause = say_clear_cause(s, h),
	};

	TAILQ_FOREACH(p, &f->call->parties, of_call) {
		ev.connection_device = str_of(p->device);
		follow_tell_all(s, f->call, &ev);
	}
	ev.kind = CSTA_EV_CallCleared;
	ev.connection_device = STR_NONE;
	follow_tell_all(s, f->call, &ev);
}
