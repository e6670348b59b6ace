/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deltas about calls and their parties, and what clients must be told of them (see apply.c for the rule).
 *
 * A party is settled in three steps: first another far party or call (moved), then the walk of its state, then its
 * recording. In a conference the parties of one device make one connection: the first living one that was told speaks for
 * it, of the others clients hear only that a far party left. The connection ends with the last party that was told; one that
 * was never told goes on where the one before it was.
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

/* Is it the one that speaks for its connection: the first living one? */
static bool
settle_leads(const struct core_half *h)
{
	return core_half_leader(h) == NULL;
}

/* Another party of the connection, a living one if there is one; NULL. */
static struct core_half *
settle_other(const struct core_half *h)
{
	struct core_half *other, *found = NULL;

	TAILQ_FOREACH(other, &h->device->halves, of_device)
		if (core_half_together(h, other) &&
			(found == NULL || (found->gone && !other->gone)))
			found = other;
	return found;
}

/* Says the steps from what was told to `to`, as those of a party that speaks for its connection. */
static void
settle_steps(
	struct core_model *m, struct core_half *h, enum core_view to, bool difference, bool silent)
{
	enum core_step steps[CORE_WALK_MAX];
	enum core_view reached;
	size_t count = core_walk(h->told, to, core_half_way(h), steps, &reached);

	for (size_t i = 0; i < count && !silent; i++)
		settle_say(m, h,
			&(struct core_say){
				.kind = SAY_STEP, .step = steps[i], .difference = difference });
	h->told = reached;
}

/* Before a call becomes a conference, or goes on with another party, it was answered. */
static void
settle_answered(struct core_model *m, struct core_half *h, bool difference, bool silent)
{
	if (h->told != VIEW_none && !settle_is_talking(h->told) && settle_leads(h))
		settle_steps(m, h, VIEW_connected, difference, silent);
}

/* A third one comes in: news of the connection, however many parties it has. */
static bool
settle_is_conference(const struct core_half *h)
{
	return h->how == CORE_HOW_CONFERENCED || h->how == CORE_HOW_BARGED_IN ||
		h->how == CORE_HOW_MONITORED;
}

/*
 * Is the move a proof that the party has answered, or was answered? Nobody confers with a party that calls: if BroadWorks has not
 * told of the answer, that is late or lost; nor does anybody come in where nobody talks. It can not be told afterwards, of parties that a conference has told as connected.
 */
static bool
settle_is_answered(const struct core_half *h)
{
	enum core_view view = core_half_view(h);

	if (h->how != CORE_HOW_CONFERENCED)
		return (core_half_took_over(h) || settle_is_conference(h)) &&
			settle_is_talking(view);
	return settle_is_talking(view) || view == VIEW_dialed;
}

/* Where clients see the party after they were told of the move. */
static enum core_view
settle_moved_view(const struct core_model *m, const struct core_half *h)
{
	bool handed_over = core_half_is_handed_over(h);

	if (h->how == CORE_HOW_CONFERENCED && settle_is_talking(h->told) &&
		(h->conference != CORE_CONFERENCE_NONE || h->told == VIEW_far_held))
		return VIEW_connected; /* the event says so: if the controller still holds, it is told */
	if (settle_is_conference(h) && core_half_took_over(h) && settle_is_talking(h->told))
		return VIEW_connected; /* who intrudes talks */
	if (core_half_is_distributed(m, h) || h->how == CORE_HOW_PARKED)
		return VIEW_dialed; /* the one who has it now is still to answer */
	if (handed_over && (h->told == VIEW_connected || h->told == VIEW_far_held) &&
		core_half_view(h) == VIEW_dialed)
		return VIEW_dialed; /* to somebody who was not asked before */
	if (h->told == VIEW_dialed && core_half_is_sent_on(h))
		return VIEW_originated; /* the new far party is still to be delivered to */
	if (h->told == VIEW_far_held && !settle_is_conference(h))
		return VIEW_connected; /* who held has left: if the new far party holds as well, it is told */
	return h->told;
}

/*
 * Clients know now that the connection is in another call, and its second call, if there was one, as well: all parties
 * are where the event said that the connection is.
 */
static void
settle_second(struct core_model *m, const struct core_half *h, enum core_view view)
{
	uint64_t now = h->track->call->id;
	struct core_half *other;

	TAILQ_FOREACH(other, &h->device->halves, of_device) {
		if (!core_half_shares(other, h) || other->told == VIEW_none ||
			(other->told_call != h->other && other->told_call != h->told_call &&
				other->told_call != now))
			continue;
		other->told_call = now;
		if (h->how == CORE_HOW_CONFERENCED)
			other->told = view;
		core_hash_half(m, other);
	}
}

static void settle_gone(struct core_model *m, struct core_half *h, bool difference, bool silent);

/*
 * Clients may still hold a connection of the device in the call that the party goes into, one that has ended meanwhile; and in the
 * connection that it takes with it, parties that have left it before and stay behind.
 */
static bool
settle_in_the_way(const struct core_half *h, const struct core_half *other)
{
	uint64_t into = h->track->call->id;

	if (!other->gone || other->told == VIEW_none || into == h->told_call)
		return false;
	if (core_half_together(h, other))
		return other->track->call->id != into;
	return other->told_call == into && h->how != CORE_HOW_CONFERENCED;
}

/* The last party of a call takes it along. */
static void
settle_over(struct core_model *m, struct core_half *h)
{
	if (h->track->call->halves == 1)
		m->say(&(struct core_say){ .kind = SAY_CALL_OVER, .half = h }, m->arg);
	core_half_free(m, h);
}

static void
settle_make_way(struct core_model *m, struct core_half *h, bool difference, bool silent)
{
	struct core_half *other, *next;

	for (other = TAILQ_FIRST(&h->device->halves); other != NULL; other = next) {
		next = TAILQ_NEXT(other, of_device);
		if (!settle_in_the_way(h, other))
			continue;
		settle_gone(m, other, difference, silent);
		settle_over(m, other);
	}
}

static void
settle_move(struct core_model *m, struct core_half *h, bool difference, bool silent)
{
	if (h->told != VIEW_none)
		settle_make_way(m, h, difference, silent);
	if (settle_is_answered(h))
		settle_answered(m, h, difference, silent);
	if (h->told == VIEW_ringing && core_half_view(h) == VIEW_dialed)
		settle_answered(
			m, h, difference, silent); /* and calls now, as who was transferred */
	/* a conference is news of the connection, another far party is news of its half */
	if (h->told != VIEW_none && (!settle_is_conference(h) || settle_leads(h))) {
		if (!silent)
			settle_say(m, h,
				&(struct core_say){ .kind = SAY_MOVED, .difference = difference });
		settle_second(m, h, settle_moved_view(m, h));
	}
	h->told = settle_moved_view(m, h);
	h->told_call = h->track->call->id;
}

/* Was the party transferred after its calls became one, and clients still hold the second of them? Nothing else would end it. */
static bool
settle_was_joined(const struct core_half *h)
{
	const struct core_half *other;

	if (h->how == CORE_HOW_CONFERENCED || h->other == 0 || h->other == h->told_call)
		return false;
	TAILQ_FOREACH(other, &h->device->halves, of_device)
		if (other->told != VIEW_none && other->told_call == h->other &&
			core_half_shares(other, h))
			return true;
	return false;
}

static void
settle_moved(struct core_model *m, struct core_half *h, bool difference, bool silent)
{
	enum core_how how = h->how;

	if (h->gone || !h->moved)
		return;
	if (settle_was_joined(h)) {
		h->how = CORE_HOW_CONFERENCED;
		settle_move(m, h, difference, silent);
		h->how = how;
		h->other = 0;
	}
	settle_move(m, h, difference, silent);
	h->moved = false;
	h->how = CORE_HOW_NONE;
	h->other = 0;
	core_text_set(&h->told_far, STR_NONE);
}

static void
settle_recording(struct core_model *m, struct core_half *h, bool difference, bool silent)
{
	if (h->told == VIEW_none || h->recording == h->told_recording)
		return;
	if (!silent)
		settle_say(
			m, h, &(struct core_say){ .kind = SAY_RECORD, .difference = difference });
	h->told_recording = h->recording;
}

/* A party that clients were never told of joins the connection where it is, if they hold one of that call. */
static void
settle_begin(struct core_model *m, struct core_half *h, bool difference, bool silent)
{
	struct core_half *other;

	h->told_call = h->track->call->id;
	TAILQ_FOREACH(other, &h->device->halves, of_device)
		if (other->told != VIEW_none && other->told_call == h->told_call &&
			core_half_shares(other, h))
			break;
	if (other == NULL || h->gone)
		return;
	settle_answered(m, other, difference, silent);
	core_hash_half(m, other);
	h->told = other->told;
}

/* Walks what clients were told of a living half to what is true. */
static void
settle_walk(struct core_model *m, struct core_half *h, bool difference, bool silent)
{
	if (h->told == VIEW_none)
		settle_begin(m, h, difference, silent);
	settle_steps(m, h, core_half_view(h), difference, silent || !settle_leads(h));
}

/* The connection goes on without the party that was told: another one speaks for it, from where it is. */
static void
settle_heir(struct core_model *m, struct core_half *gone, bool difference, bool silent)
{
	struct core_half *heir = settle_other(gone);

	if (heir == NULL || heir->gone)
		return;
	heir->told = gone->told;
	gone->told = VIEW_none;
	settle_walk(m, heir, difference, silent);
	core_hash_half(m, heir);
}

/* Another party of the connection that clients were not told of yet; NULL. */
static struct core_half *
settle_untold(const struct core_half *h)
{
	struct core_half *other = core_half_sibling(h);

	return other != NULL && other->told == VIEW_none && other->track->call->id == h->told_call ?
		other :
		NULL;
}

/* The gone party of its device by which it went when two calls were joined, or it by that one; NULL. */
static struct core_half *
settle_joined(const struct core_half *h, enum core_end end)
{
	struct core_half *other;

	TAILQ_FOREACH(other, &h->device->halves, of_device)
		if (other->gone && other->end == end && other->told != VIEW_none &&
			(end == CORE_END_JOINED ? other->told_call == h->other :
						  other->other == h->told_call))
			return other;
	return NULL;
}

/*
 * Of two calls that were joined the one party tells of both, unless its connection goes on: the device is in that call again. Then
 * each speaks for itself.
 */
static bool
settle_is_told_by_another(const struct core_half *h)
{
	const struct core_half *teller;

	if (h->end != CORE_END_JOINED)
		return false;
	teller = settle_joined(h, CORE_END_TRANSFERRED);
	return teller == NULL || (settle_untold(teller) == NULL && settle_other(teller) == NULL);
}

/* The party is gone, its connection is not: nobody tells of the call that it was joined with. */
static void
settle_tells_alone(struct core_model *m, const struct core_half *h)
{
	struct core_half *joined = h->end != CORE_END_TRANSFERRED || h->other == 0 ?
		NULL :
		settle_joined(h, CORE_END_JOINED);

	if (joined == NULL)
		return;
	joined->end = CORE_END_NORMAL;
	core_hash_half(m, joined);
}

/* Tells that a party is gone: the connection with it, or that a far party left it. */
static void
settle_gone(struct core_model *m, struct core_half *h, bool difference, bool silent)
{
	struct core_half *untold = settle_untold(h);
	bool led = settle_leads(h);

	if (h->told == VIEW_none)
		return;
	silent = silent || settle_is_told_by_another(h);
	if (untold != NULL) {
		settle_walk(m, untold, difference, silent);
		core_hash_half(m, untold);
		h->told = untold->told;
		led = false;
	}
	if (settle_other(h) == NULL) {
		settle_steps(m, h, VIEW_none, difference, silent);
		return;
	}
	settle_tells_alone(m, h);
	h->recording = CORE_RECORDING_NONE; /* what goes on without it is not recorded by it */
	settle_recording(m, h, difference, silent);
	if (!silent)
		settle_say(m, h,
			&(struct core_say){ .kind = SAY_STEP,
				.step = STEP_cleared,
				.difference = difference,
				.far_only = true });
	if (led)
		settle_heir(m, h, difference, silent);
}

/* A half that is gone and told so is freed. */
static void
settle(struct core_model *m, struct core_half *h, bool difference, bool silent)
{
	struct core_half *leader = h->gone || !h->moved ? NULL : core_half_leader(h);

	if (h->gone) {
		settle_gone(m, h, difference, silent);
		settle_over(m, h);
		return;
	}
	/* in the call where it is now the party would speak for itself, of a connection that clients do not know there yet */
	if (leader != NULL && leader->moved)
		settle(m, leader, difference, silent);
	settle_moved(m, h, difference, silent);
	settle_walk(m, h, difference, silent);
	settle_recording(m, h, difference, silent);
	core_hash_half(m, h);
	core_route_waiting(m, h);
}

/* What a change of a half leads to: told at once, or when the device is back. */
static void
half_changed(struct core_model *m, struct core_half *h)
{
	if (h->device->service == CORE_SERVICE_IN)
		settle(m, h, false, false);
	else if (h->gone && h->told == VIEW_none)
		settle_over(m, h);
	else
		core_hash_half(m, h);
}

void
core_settle_all(struct core_model *m, struct core_device *d, bool silent)
{
	struct core_half *h, *next;

	/* the calls of a conference are one before the first of its parties is told gone */
	TAILQ_FOREACH(h, &d->halves, of_device) {
		settle_moved(m, h, true, silent);
		core_hash_half(m, h);
	}
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
	c = core_call_new(m, &(struct delta_r_call){ .id = x->id });
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
merge_mark(struct core_model *m, struct core_half *h, enum core_how how, uint64_t other)
{
	if (h->gone || h->told == VIEW_none)
		return;
	h->moved = true;
	h->how = how;
	h->other = other;
	core_hash_half(m, h);
}

static void
merge_mark_all(struct core_model *m, struct core_call *c, enum core_how how, uint64_t other)
{
	struct core_track *t;
	struct core_half *h;

	TAILQ_FOREACH(t, &c->tracks, of_call)
		TAILQ_FOREACH(h, &t->halves, of_track)
			merge_mark(m, h, how, other);
}

/*
 * Only marks: which half is told when, the active says by a half_conference for each. Who was taken over is in the call that he
 * was in: that is no news to those who were in it.
 */
int
apply_call_merge(struct core_model *m, const struct delta_call_merge *x)
{
	struct core_call *from = core_call_by_id(m, x->from);
	struct core_call *into = core_call_by_id(m, x->into);
	struct core_track *t, *next;

	if (from == NULL || into == NULL || from == into || x->how > CORE_HOW_LAST)
		return E_UNKNOWN;
	if (x->how == CORE_HOW_CONFERENCED) {
		merge_mark_all(m, from, CORE_HOW_CONFERENCED, into->id);
		merge_mark_all(m, into, CORE_HOW_CONFERENCED, from->id);
	} else {
		merge_mark_all(m, from, (enum core_how)x->how, 0);
	}
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
		c = core_call_new(m, &(struct delta_r_call){ .id = x->id });
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
	if (h->told_far[0] == '\0')
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
	h->outside = x->outside;
	h->gone = false;
	core_text_set(&h->remote, x->remote);
	core_text_set(&h->remote_user, x->remote_user);
	core_text_set(&h->via, x->via);
}

static bool
set_in_range(const struct delta_half_set *x)
{
	return x->personality <= CORE_CLICK_TO_DIAL && x->state <= CORE_STATE_LAST &&
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
	if (x->later && h->told != VIEW_none)
		core_hash_half(m, h);
	else
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
