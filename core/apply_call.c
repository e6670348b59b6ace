/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deltas about calls and their parties, and what clients must be told of them (see apply.c for the rule).
 *
 * A party is settled in three steps: first another far party or call (moved), then the walk of its state, then its
 * recording. In a conference the parties of one device make one connection: the first living one speaks for it, of the
 * others clients hear only that a far party left.
 */
#include "core/apply_part.h"

#include "proto/base/check.h"
#include "proto/base/err.h"

static void
settle_say(struct core_model *m, struct core_half *h, struct core_say *say)
{
	say->device = h->device;
	say->half = h;
	m->say(say, m->arg);
}

static bool
settle_is_talking(enum core_view v)
{
	return v == VIEW_connected || v == VIEW_held || v == VIEW_far_held;
}

/* Where clients see the party after they were told of the move. */
static enum core_view
settle_moved_view(const struct core_half *h)
{
	if (h->how == CORE_HOW_CONFERENCED && h->conference != CORE_CONFERENCE_NONE &&
		settle_is_talking(h->told))
		return VIEW_connected; /* the event says so */
	if ((h->how == CORE_HOW_FORWARDED || h->how == CORE_HOW_PICKED_UP) &&
		h->told == VIEW_dialed)
		return VIEW_originated; /* the new far party is still to be delivered to */
	return h->told;
}

static void
settle_moved(struct core_model *m, struct core_half *h, bool difference, bool silent)
{
	if (h->gone || !h->moved)
		return;
	/* a conference is news of the connection, another far party is news of its half */
	if (!silent && h->told != VIEW_none &&
		(h->how != CORE_HOW_CONFERENCED || core_half_leads(h)))
		settle_say(m, h, &(struct core_say){ .kind = SAY_MOVED, .difference = difference });
	h->told = settle_moved_view(h);
	h->moved = false;
	h->how = CORE_HOW_NONE;
	h->other = 0;
	h->told_call = h->track->call->id;
	core_text_set(&h->told_far, STR_NONE);
}

static void
settle_recording(struct core_model *m, struct core_half *h, bool difference, bool silent)
{
	if (h->gone || h->told == VIEW_none || h->recording == h->told_recording)
		return;
	if (!silent)
		settle_say(
			m, h, &(struct core_say){ .kind = SAY_RECORD, .difference = difference });
	h->told_recording = h->recording;
}

/* Walks what clients were told of a half to what is true. */
static void
settle_walk(struct core_model *m, struct core_half *h, bool difference, bool silent)
{
	enum core_step steps[CORE_WALK_MAX];
	enum core_view reached;
	size_t count = core_walk(
		h->told, core_half_view(h), h->personality == CORE_TERMINATOR, steps, &reached);
	bool shared = core_half_sibling(h) != NULL;

	if (h->told == VIEW_none)
		h->told_call = h->track->call->id;
	if (h->end == CORE_END_JOINED && h->gone)
		silent = true;
	for (size_t i = 0; i < count && !silent; i++) {
		bool far_only = shared && steps[i] == STEP_cleared;

		if (!far_only && !core_half_leads(h))
			continue;
		settle_say(m, h,
			&(struct core_say){ .kind = SAY_STEP,
				.step = steps[i],
				.difference = difference,
				.far_only = far_only });
	}
	h->told = reached;
}

/* A half that is gone and told so is freed. */
static void
settle(struct core_model *m, struct core_half *h, bool difference, bool silent)
{
	settle_moved(m, h, difference, silent);
	settle_walk(m, h, difference, silent);
	settle_recording(m, h, difference, silent);
	if (h->gone)
		core_half_free(m, h);
	else
		core_hash_half(m, h);
}

/* What a change of a half leads to: told at once, or when the device is back. */
static void
half_changed(struct core_model *m, struct core_half *h)
{
	if (h->device->service == CORE_SERVICE_IN)
		settle(m, h, false, false);
	else if (h->gone && h->told == VIEW_none)
		core_half_free(m, h);
	else
		core_hash_half(m, h);
}

void
core_settle_all(struct core_model *m, struct core_device *d, bool silent)
{
	struct core_half *h, *next;

	for (h = TAILQ_FIRST(&d->halves); h != NULL; h = next) {
		next = TAILQ_NEXT(h, of_device);
		settle(m, h, true, silent);
	}
}

/* calls */

int
apply_call_new(struct core_model *m, const struct delta_call_new *x)
{
	struct core_call *c;

	if (core_track_by_id(m, x->tracking) != NULL || core_call_by_id(m, x->id) != NULL)
		return E_UNKNOWN;
	core_id_used(m, x->id);
	c = core_call_new(m, &(struct delta_r_call){ x->id });
	core_track_new(m, c, x->tracking);
	return E_OK;
}

int
apply_call_drop(struct core_model *m, const struct delta_call_drop *x)
{
	struct core_call *c = core_call_by_id(m, x->id);

	if (c == NULL || c->halves > 0)
		return E_UNKNOWN;
	core_call_free(m, c);
	return E_OK;
}

static void
merge_mark(struct core_model *m, struct core_half *h, uint64_t other)
{
	if (h->gone || h->told == VIEW_none)
		return;
	h->moved = true;
	h->how = CORE_HOW_CONFERENCED;
	h->other = other;
	core_hash_half(m, h);
}

static void
merge_mark_all(struct core_model *m, struct core_call *c, uint64_t other)
{
	struct core_track *t;
	struct core_half *h;

	TAILQ_FOREACH(t, &c->tracks, of_call)
		TAILQ_FOREACH(h, &t->halves, of_track)
			merge_mark(m, h, other);
}

/* Only marks: which half is told when, the active says by a half_conference for each. */
int
apply_call_merge(struct core_model *m, const struct delta_call_merge *x)
{
	struct core_call *from = core_call_by_id(m, x->from);
	struct core_call *into = core_call_by_id(m, x->into);
	struct core_track *t, *next;

	if (from == NULL || into == NULL || from == into)
		return E_UNKNOWN;
	merge_mark_all(m, from, into->id);
	merge_mark_all(m, into, from->id);
	for (t = TAILQ_FIRST(&from->tracks); t != NULL; t = next) {
		next = TAILQ_NEXT(t, of_call); /* the last one takes `from` with it */
		core_track_move(m, t, into);
	}
	return E_OK;
}

/* parties */

/* The track of a party: known, another one of the call `id`, or of a new call. */
static struct core_track *
set_track(struct core_model *m, const struct delta_half_set *x)
{
	struct core_track *t = core_track_by_id(m, x->tracking);
	struct core_call *c = core_call_by_id(m, x->id);

	if (t != NULL)
		return t->call == c ? t : NULL;
	if (c == NULL) {
		core_id_used(m, x->id);
		c = core_call_new(m, &(struct delta_r_call){ x->id });
	}
	return core_track_new(m, c, x->tracking);
}

static bool
set_same_far(const struct core_half *h, const struct delta_half_set *x)
{
	return str_is(x->remote, h->remote) && str_is(x->remote_user, h->remote_user);
}

/* Is there to be told that the party has another far party or is in another call? */
static void
set_moved(struct core_half *h, const struct core_track *t, const struct delta_half_set *x)
{
	bool other_call = h->track->call != t->call;
	bool intruded = x->how == CORE_HOW_BARGED_IN || x->how == CORE_HOW_MONITORED;

	if (h->told == VIEW_none || (!other_call && x->how == CORE_HOW_NONE) ||
		(!other_call && !intruded && set_same_far(h, x)))
		return;
	if (!h->moved)
		core_text_set(&h->told_far, str_of(h->remote_user[0] ? h->remote_user : h->remote));
	h->moved = true;
	h->how = x->how == CORE_HOW_NONE ? CORE_HOW_TRANSFERRED : (enum core_how)x->how;
}

static void
set_fields(struct core_half *h, const struct delta_half_set *x)
{
	h->personality = (enum core_personality)x->personality;
	h->state = (enum core_state)x->state;
	h->end = (enum core_end)x->end;
	h->recording = (enum core_recording)x->recording;
	h->failed = x->failed;
	h->gone = false;
	core_text_set(&h->remote, x->remote);
	core_text_set(&h->remote_user, x->remote_user);
	core_text_set(&h->via, x->via);
}

static bool
set_in_range(const struct delta_half_set *x)
{
	return x->personality <= CORE_CLICK_TO_DIAL && x->state <= CORE_QUEUED &&
		x->end <= CORE_END_LAST && x->how <= CORE_HOW_LAST &&
		x->recording <= CORE_RECORDING_PAUSED;
}

int
apply_half_set(struct core_model *m, const struct delta_half_set *x)
{
	struct core_device *d = core_device_by_id(m, x->device);
	struct core_track *t = d && set_in_range(x) ? set_track(m, x) : NULL;
	struct core_half *h;

	if (t == NULL)
		return E_UNKNOWN;
	h = core_half_by_bw(d, x->call);
	if (h == NULL)
		h = core_half_new(m, d, t, x->call);
	set_moved(h, t, x);
	core_half_retrack(m, h, t);
	set_fields(h, x);
	half_changed(m, h);
	return E_OK;
}

int
apply_half_gone(struct core_model *m, const struct delta_half_gone *x)
{
	struct core_device *d = core_device_by_id(m, x->device);
	struct core_half *h = d ? core_half_by_bw(d, x->call) : NULL;

	if (h == NULL || x->end > CORE_END_LAST)
		return E_UNKNOWN;
	h->gone = true;
	h->end = (enum core_end)x->end;
	h->local = x->local;
	h->other = x->other;
	core_text_set(&h->to, x->to);
	half_changed(m, h);
	return E_OK;
}

int
apply_half_conference(struct core_model *m, const struct delta_half_conference *x)
{
	struct core_device *d = core_device_by_id(m, x->device);
	struct core_half *h = d ? core_half_by_bw(d, x->call) : NULL;

	if (h == NULL || x->conference > CORE_CONFERENCE_HELD)
		return E_UNKNOWN;
	h->conference = (enum core_conference)x->conference;
	half_changed(m, h);
	return E_OK;
}

int
apply_half_note(struct core_model *m, const struct delta_half_note *x)
{
	struct core_device *d = core_device_by_id(m, x->device);
	struct core_half *h = d ? core_half_by_bw(d, x->call) : NULL;

	if (h == NULL || x->note > CORE_NOTE_LAST)
		return E_UNKNOWN;
	if (d->service != CORE_SERVICE_IN || h->told == VIEW_none)
		return E_OK;
	settle_say(m, h,
		&(struct core_say){ .kind = SAY_NOTE,
			.note = (enum core_note)x->note,
			.number = x->number,
			.text = x->text,
			.text2 = x->text2,
			.text3 = x->text3 });
	return E_OK;
}
