/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Features that the phones use by themselves.
 *
 * Happy path: a share is drawn, a party and a target are found, the feature is done.
 * Failure modes: no free user, or the state does not allow it: false, and the phones go on as usual.
 */
#include "tests/bwsim/bws_play.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_conference.h"
#include "tests/bwsim/bws_drive.h"
#include "tests/bwsim/bws_park.h"
#include "tests/bwsim/bws_pickup.h"
#include "tests/bwsim/bws_recording.h"
#include "tests/bwsim/bws_transfer.h"

#define DRAWS_MAX 30

static struct bws_user *
free_user(struct bws *w)
{
	int i;

	for (i = 0; i < DRAWS_MAX; i++) {
		int64_t n = bws_rand_range(&w->rand_call, 0, (int64_t)w->users.count - 1);

		if (!w->users.list[n]->half_count)
			return w->users.list[n];
	}
	return NULL;
}

static struct bws_half *
user_half(const struct bws_call *c)
{
	if (c->half[0] && c->half[0]->user && !c->half[0]->conference)
		return c->half[0];
	if (c->half[1] && c->half[1]->user && !c->half[1]->conference)
		return c->half[1];
	return NULL;
}

/* Half of them at once, half after the target rings. */
static bool
play_transfer(struct bws *w, struct bws_half *h)
{
	const struct bws_user *to = free_user(w);
	struct bws_half *consult;

	if (!to || !bws_transfer_may_mute(h))
		return false;
	if (bws_rand_next(&w->rand_call) & 1) {
		bws_transfer_blind(h, to->ext);
		return true;
	}
	bws_call_hold(h);
	consult = bws_call_dial(w, h->user, to->ext);
	if (!consult)
		return true;
	consult->personality = BWS_ORIGINATOR;
	bws_transfer_mute(h, consult);
	return true;
}

static bool
play_conference(struct bws *w, struct bws_half *h)
{
	const struct bws_user *to = free_user(w);
	struct bws_user *u = h->user;
	struct bws_half *both[2] = { h, NULL };

	if (!to || u->conference || !bws_conference_may_join(h))
		return false;
	both[1] = bws_call_originate(w, u, to->ext, true);
	if (!both[1] || !bws_call_peer(both[1]))
		return both[1] != NULL;
	bws_call_talk(bws_call_peer(both[1]));
	bws_conference_start(u, both, 2, NULL);
	return true;
}

static bool
play_park(struct bws *w, struct bws_half *h)
{
	struct bws_user *on = bws_park_hunt(w, h->user);

	if (!on || !bws_park_may(h))
		return false;
	bws_park(h, on, true);
	return true;
}

static bool
play_record(struct bws *w, struct bws_half *h)
{
	(void)w;
	if (!bws_recording_may(h, BWS_RECORD))
		return false;
	bws_recording_apply(h, BWS_RECORD);
	bws_drive_replan(h->call);
	return true;
}

bool
bws_play_talking(struct bws_call *c)
{
	const struct bws_load *l = &c->w->load;
	double all = l->transfer_p + l->conference_p + l->park_p + l->record_p;
	struct bws_half *h = user_half(c);
	double draw;

	if (all <= 0 || c->played || l->draining || !h || c->parked_on)
		return false;
	c->played = true;
	draw = bws_rand_unit(&c->w->rand_call);
	if (draw < l->transfer_p)
		return play_transfer(c->w, h);
	draw -= l->transfer_p;
	if (draw < l->conference_p)
		return play_conference(c->w, h);
	draw -= l->conference_p;
	if (draw < l->park_p)
		return play_park(c->w, h);
	draw -= l->park_p;
	return draw < l->record_p && play_record(c->w, h);
}

bool
bws_play_parked(struct bws_call *c)
{
	const struct bws_user *on = c->parked_on;
	struct bws_user *by = on && !c->w->load.draining ? free_user(c->w) : NULL;

	return by && bws_call_originate_for(c->w, by, on->ext, BWS_PURPOSE_RETRIEVE) != NULL;
}

bool
bws_play_ringing(struct bws_call *c)
{
	const struct bws_load *l = &c->w->load;
	struct bws_half *h = c->half[1];
	struct bws_user *other;
	double draw;

	if (l->pickup_p + l->forward_p <= 0 || l->draining || !h || !h->user ||
		h != bws_pickup_ringing(h->user))
		return false;
	draw = bws_rand_unit(&c->w->rand_call);
	if (draw >= l->pickup_p + l->forward_p)
		return false;
	other = free_user(c->w);
	if (!other)
		return false;
	if (draw < l->pickup_p)
		return bws_call_originate_for(c->w, other, h->user->ext, BWS_PURPOSE_PICKUP) !=
			NULL;
	bws_transfer_forward(h, other->ext, "no-answer");
	return true;
}
