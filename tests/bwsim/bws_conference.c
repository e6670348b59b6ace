/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conferences, seen by their controller.
 *
 * Happy path: held calls are retrieved, ConferenceStarted, participants come and go
 * (ConferenceUpdated), hold and retrieve as a whole, ConferenceReleased.
 * Failure modes: the second last call ends: the conference ends too.
 */
#include "tests/bwsim/bws_conference.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_callev.h"
#include "tests/bwsim/bws_doc.h"
#include "tests/bwsim/bws_drive.h"
#include "tests/bwsim/bws_journal.h"

#include <stdlib.h>

const char *
bws_conference_state_text(const struct bws_conference *conf)
{
	if (conf->released)
		return "Released";
	return conf->held ? "Held" : "Active";
}

static void
tell(const struct bws_conference *conf, const char *type)
{
	struct bws_user *u = conf->user;
	struct bws_buf data = { 0 };

	bws_journal_fact(u->w, "conference", "{s:s,s:s,s:s,s:I}", "user", u->id, "state",
		bws_conference_state_text(conf), "event", type, "calls", (long long)conf->count);
	bws_doc_conference_data(&data, conf);
	bws_callev_raise(u, type, bws_buf_text(&data));
	bws_buf_free(&data);
}

bool
bws_conference_may_join(const struct bws_half *h)
{
	return !h->conference &&
		(h->state == BWS_STATE_ACTIVE || h->state == BWS_STATE_HELD ||
			h->state == BWS_STATE_REMOTE_HELD);
}

static void
join(struct bws_conference *conf, struct bws_half *h)
{
	h->conference = conf;
	h->muted = h->deaf = false;
	conf->count++;
	if (h->state == BWS_STATE_HELD)
		bws_call_talk(h);
}

void
bws_conference_start(
	struct bws_user *u, struct bws_half *const *halves, size_t count, const char *type)
{
	struct bws_conference *conf = bws_util_calloc(1, sizeof(*conf));
	size_t i;

	conf->user = u;
	conf->type = type;
	u->conference = conf;
	/* All are members before the first is retrieved: retrieving holds what is not. */
	for (i = 0; i < count; i++)
		halves[i]->conference = conf;
	for (i = 0; i < count; i++)
		join(conf, halves[i]);
	tell(conf, "ConferenceStartedEvent");
}

void
bws_conference_add(struct bws_conference *conf, struct bws_half *h)
{
	join(conf, h);
	if (conf->held)
		bws_conference_retrieve(conf);
	tell(conf, "ConferenceUpdatedEvent");
}

void
bws_conference_hold(struct bws_conference *conf)
{
	if (conf->held)
		return;
	conf->held = true;
	tell(conf, "ConferenceHeldEvent");
}

static void
hold_outside(const struct bws_conference *conf)
{
	struct bws_half *h;

	TAILQ_FOREACH(h, &conf->user->halves, of_user) {
		if (h->state == BWS_STATE_ACTIVE && !h->conference) {
			bws_call_hold(h);
			return;
		}
	}
}

void
bws_conference_retrieve(struct bws_conference *conf)
{
	hold_outside(conf);
	conf->held = false;
	tell(conf, "ConferenceRetrievedEvent");
}

static struct bws_half *
first_member(const struct bws_conference *conf)
{
	struct bws_half *h;

	TAILQ_FOREACH(h, &conf->user->halves, of_user)
		if (h->conference == conf)
			return h;
	return NULL;
}

/* The last call goes on by itself, as the conference was: talking or held. */
static void
end(struct bws_conference *conf)
{
	struct bws_half *last = first_member(conf);
	bool held = conf->held;

	conf->released = true;
	tell(conf, "ConferenceReleasedEvent");
	conf->user->conference = NULL;
	free(conf);
	if (!last)
		return;
	last->conference = NULL;
	if (held && last->state == BWS_STATE_ACTIVE)
		bws_call_hold(last);
	else
		bws_drive_replan(last->call);
}

void
bws_conference_release(struct bws_conference *conf)
{
	struct bws_user *u = conf->user;
	size_t left = conf->count;
	struct bws_half *h;

	conf->released = true;
	tell(conf, "ConferenceReleasedEvent");
	for (; left && (h = first_member(conf)); left--) {
		h->conference = NULL;
		bws_call_release(h);
	}
	u->conference = NULL;
	free(conf);
}

void
bws_conference_change_type(struct bws_conference *conf, const char *type)
{
	conf->type = type;
	tell(conf, "ConferenceUpdatedEvent");
}

void
bws_conference_mute(struct bws_conference *conf, bool on)
{
	conf->muted = on;
	tell(conf, on ? "ConferenceMutedEvent" : "ConferenceUnmutedEvent");
}

void
bws_conference_mute_call(struct bws_half *h, bool on)
{
	h->muted = on;
	tell(h->conference, on ? "ConferenceCallMutedEvent" : "ConferenceCallUnMutedEvent");
}

void
bws_conference_deafen_call(struct bws_half *h, bool on)
{
	h->deaf = on;
	tell(h->conference, on ? "ConferenceCallMadeDeafEvent" : "ConferenceCallMadeUnDeafEvent");
}

void
bws_conference_left(struct bws_half *h)
{
	struct bws_conference *conf = h->conference;

	if (!conf)
		return;
	h->conference = NULL;
	conf->count--;
	if (conf->count >= 2)
		tell(conf, "ConferenceUpdatedEvent");
	else
		end(conf);
}

void
bws_conference_forget_all(struct bws *w)
{
	struct bws_half *h;
	size_t i;

	for (i = 0; i < w->users.count; i++) {
		struct bws_user *u = w->users.list[i];

		TAILQ_FOREACH(h, &u->halves, of_user)
			h->conference = NULL;
		free(u->conference);
		u->conference = NULL;
	}
}
