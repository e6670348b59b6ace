/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services that keep a call from ringing.
 *
 * Happy path: forwarding: CallReceived (Advanced Call), CallRedirected at the user, CallForwarded at
 * the caller, and the call goes on. Do-not-disturb: CallReceived and CallReleased, the caller gets a
 * busy tone.
 * Failure modes: a chain of forwardings that is too long ends in a busy tone.
 */
#include "tests/bwsim/bws_forward.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_call_priv.h"
#include "tests/bwsim/bws_callev.h"
#include "tests/bwsim/bws_detach.h"
#include "tests/bwsim/bws_service.h"

#include <string.h>

#define HOPS_MAX 5
#define RING_MS 6000

bool
bws_forward_is_busy(const struct bws_user *u)
{
	return u->half_count && !u->w->knobs.call_waiting &&
		!bws_service_get(u, BWS_SERVICE_WAITING)->active;
}

/* The user's half of a call that will not ring. */
static struct bws_half *
silent_half(struct bws_half *from, struct bws_user *u)
{
	struct bws_half *h = bws_call_add_half(from->call, 1, u, u->dn, BWS_TERMINATOR);

	h->remote_known = true;
	h->advanced_only = true;
	bws_detach_copy_redirection(h);
	bws_callev_emit_to(h, "CallReceivedEvent", "", BWS_IN_ADVANCED);
	return h;
}

static void
forward(struct bws_half *from, struct bws_half *h, const char *to, const char *reason)
{
	struct bws_call *c = from->call;

	bws_detach_note_redirection(c, h, reason);
	bws_detach_redirected(&h, 1, reason, to);
	snprintf(c->dialled, sizeof(c->dialled), "%s", to);
	from->remote_known = false;
	if (from->user)
		bws_callev_emit(from, "CallForwardedEvent");
	if (++c->forwards > HOPS_MAX)
		bws_call_treat(from, "Busy");
	else
		bws_call_connect(from);
}

static void
refuse(struct bws_half *from, struct bws_half *h)
{
	bws_call_set_state(h, BWS_STATE_RELEASED);
	h->releasing = "localRelease";
	bws_callev_emit_to(h, "CallReleasedEvent", "", BWS_IN_ADVANCED);
	bws_call_drop_half(h);
	bws_call_treat(from, "Busy");
}

bool
bws_forward_before(struct bws_half *from, struct bws_user *u)
{
	const struct bws_service_state *always = bws_service_get(u, BWS_SERVICE_CFA);
	const struct bws_service_state *busy = bws_service_get(u, BWS_SERVICE_CFB);
	bool disturb = bws_service_get(u, BWS_SERVICE_DND)->active;

	if (u == from->user)
		return false;
	if (always->active)
		forward(from, silent_half(from, u), always->number, "unconditional");
	else if (busy->active && (disturb || bws_forward_is_busy(u)))
		forward(from, silent_half(from, u), busy->number,
			disturb ? "do-not-disturb" : "user-busy");
	else if (disturb)
		refuse(from, silent_half(from, u));
	else
		return false;
	return true;
}

static void
on_no_answer(void *arg)
{
	struct bws_half *h = arg;
	const struct bws_service_state *st = bws_service_get(h->user, BWS_SERVICE_CFNA);
	struct bws_half *from = bws_call_peer(h);

	if (st->active && from && bws_call_rings(h) && h == h->call->half[1])
		forward(from, h, st->number, "no-answer");
}

void
bws_forward_watch(struct bws_half *h)
{
	const struct bws_service_state *st = bws_service_get(h->user, BWS_SERVICE_CFNA);
	struct bws *w = h->user->w;

	bws_timer_init(&h->no_answer, on_no_answer, h);
	if (st->active)
		bws_timer_in_ms(
			&w->timers, &h->no_answer, (st->rings ? st->rings : 3) * (int64_t)RING_MS);
}
