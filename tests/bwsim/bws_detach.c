/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Halves that left their session.
 *
 * Happy path: detached with an event, kept until the session ends, released then.
 * Failure modes: an AS failover forgets them without a word, like all calls.
 */
#include "tests/bwsim/bws_detach.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_call_priv.h"
#include "tests/bwsim/bws_callev.h"
#include "tests/bwsim/bws_entry.h"

#include <stdlib.h>
#include <string.h>

/* The far party is remembered: the session may be somebody else's a moment later. */
static void
remember_session(struct bws_half *h)
{
	const struct bws_half *peer = bws_call_peer(h);

	if (peer)
		h->gone_user = peer->user;
	snprintf(h->gone_address, sizeof(h->gone_address), "%s",
		peer ? peer->address : h->call->dialled);
	snprintf(h->gone_tracking, sizeof(h->gone_tracking), "%s", h->call->tracking);
}

static void
become_detached(struct bws_half *h)
{
	bws_call_set_state(h, BWS_STATE_DETACHED);
	h->detached_ms = bws_util_wall_us() / 1000;
}

/* The packages without CallRedirected and CallDetached see the call released. */
static void
tell_lesser_packages(struct bws_half *h)
{
	enum bws_state told = h->told;

	if (h->advanced_only)
		return;

	bws_call_set_state(h, BWS_STATE_RELEASED);
	h->releasing = "localRelease";
	bws_callev_emit_to(h, "CallReleasedEvent", "", BWS_IN_BASIC | BWS_IN_STANDARD);
	h->releasing = NULL;
	h->release_ms = 0;
	h->state = BWS_STATE_DETACHED;
	h->told = told;
}

static void
leave(struct bws_half *h)
{
	struct bws_call *c = h->call;

	bws_entry_half_gone(h);
	bws_call_take_out(h);
	if (!h->user) {
		free(h);
		return;
	}
	TAILQ_INSERT_TAIL(&c->detached, h, of_call);
	TAILQ_INSERT_TAIL(&h->user->detached, h, of_user);
	bws_callev_hook(h->user);
}

void
bws_detach_redirected(
	struct bws_half *const *halves, size_t count, const char *reason, const char *to)
{
	size_t i;

	for (i = 0; i < count; i++) {
		remember_session(halves[i]);
		become_detached(halves[i]);
		halves[i]->redirect_reason = reason;
		snprintf(halves[i]->redirect_to, sizeof(halves[i]->redirect_to), "%s", to);
	}
	if (halves[0]->user) {
		for (i = 0; i < count; i++)
			tell_lesser_packages(halves[i]);
		bws_callev_emit_calls(halves, count, "CallRedirectedEvent");
	}
	for (i = 0; i < count; i++)
		leave(halves[i]);
}

void
bws_detach(struct bws_half *h)
{
	remember_session(h);
	become_detached(h);
	if (h->user) {
		tell_lesser_packages(h);
		bws_callev_emit(h, "CallDetachedEvent");
	}
	leave(h);
}

void
bws_detach_note_redirection(struct bws_call *c, struct bws_half *by, const char *reason)
{
	c->by_user = by->user;
	c->by_reason = reason;
	snprintf(c->by_address, sizeof(c->by_address), "%s", by->address);
}

void
bws_detach_copy_redirection(struct bws_half *h)
{
	const struct bws_call *c = h->call;

	h->by_user = c->by_user;
	h->by_reason = c->by_reason;
	memcpy(h->by_address, c->by_address, sizeof(h->by_address));
}

void
bws_detach_move(struct bws_call *from, struct bws_call *to)
{
	struct bws_half *h;

	while ((h = TAILQ_FIRST(&from->detached))) {
		TAILQ_REMOVE(&from->detached, h, of_call);
		h->call = to;
		TAILQ_INSERT_TAIL(&to->detached, h, of_call);
	}
}

const char *
bws_detach_tracking(const struct bws_half *h)
{
	return *h->gone_tracking ? h->gone_tracking : h->call->tracking;
}

struct bws_half *
bws_detach_find(const struct bws_user *u, const char *id)
{
	struct bws_half *h;

	TAILQ_FOREACH(h, &u->detached, of_user)
		if (strcmp(h->id, id) == 0)
			return h;
	return NULL;
}

void
bws_detach_ended(struct bws_call *c)
{
	struct bws_half *h;

	while ((h = TAILQ_FIRST(&c->detached))) {
		TAILQ_REMOVE(&c->detached, h, of_call);
		TAILQ_REMOVE(&h->user->detached, h, of_user);
		if (c->w->knobs.detached_released) {
			bws_call_set_state(h, BWS_STATE_RELEASED);
			h->releasing = "remoteRelease";
			bws_callev_emit_to(h, "CallReleasedEvent", "", BWS_IN_ADVANCED);
		}
		free(h);
	}
}

void
bws_detach_forget(struct bws_call *c)
{
	struct bws_half *h;

	while ((h = TAILQ_FIRST(&c->detached))) {
		TAILQ_REMOVE(&c->detached, h, of_call);
		TAILQ_REMOVE(&h->user->detached, h, of_user);
		free(h);
	}
}
