/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transfers, deflection, forwards.
 *
 * Happy path: the transferring half is detached, the remaining party is told, the new party rings.
 * Failure modes: nobody is there to be transferred to (busy, unknown): the remaining party gets a
 * treatment; a mute transfer to somebody who does not ring ends and changes nothing.
 */
#include "tests/bwsim/bws_transfer.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_call_priv.h"
#include "tests/bwsim/bws_callev.h"
#include "tests/bwsim/bws_detach.h"
#include "tests/bwsim/bws_drive.h"

static bool
is_answered(const struct bws_half *h)
{
	return h->state == BWS_STATE_ACTIVE || h->state == BWS_STATE_HELD ||
		h->state == BWS_STATE_REMOTE_HELD;
}

bool
bws_transfer_may(const struct bws_half *h)
{
	if (h->conference || !bws_call_peer(h))
		return false;
	return is_answered(h) || (bws_call_rings(h) && h->personality == BWS_TERMINATOR);
}

bool
bws_transfer_may_mute(const struct bws_half *h)
{
	return bws_transfer_may(h) && is_answered(h);
}

/* A call whose far end rings may be the second of a transfer. */
static bool
may_be_merged(const struct bws_half *h)
{
	if (h->conference || !bws_call_peer(h))
		return false;
	return is_answered(h) ||
		(h->state == BWS_STATE_ALERTING && h->personality == BWS_ORIGINATOR);
}

bool
bws_transfer_may_merge(const struct bws_half *a, const struct bws_half *b)
{
	if (a == b || a->call == b->call || a->user != b->user)
		return false;
	return may_be_merged(a) && may_be_merged(b) && (is_answered(a) || is_answered(b));
}

/* Where a dialled address leads to, as an address. */
static void
address_uri(const struct bws *w, const char *address, char *uri, size_t len)
{
	struct bws_user *u = NULL;

	switch (bws_user_resolve(w, address, &u, uri, len)) {
	case BWS_ADDRESS_USER:
		snprintf(uri, len, "%s", u->dn);
		break;
	case BWS_ADDRESS_OUTSIDE:
		break;
	case BWS_ADDRESS_UNKNOWN:
	case BWS_ADDRESS_BAD:
		snprintf(uri, len, "tel:%.50s", address);
		break;
	}
}

/* The party that stays takes the caller's place and waits for the new one. */
static void
wait_for_new_party(struct bws_half *stays, const char *address)
{
	struct bws_call *c = stays->call;

	c->half[0] = stays;
	c->half[1] = NULL;
	c->holder = NULL;
	c->retrieved = false;
	snprintf(c->dialled, sizeof(c->dialled), "%s", address);
	bws_call_set_state(stays, BWS_STATE_ALERTING);
	stays->ringback = true;
	stays->remote_known = false;
}

/* Nobody is left who could end a session of outside parties. */
static void
leave_to_phones(struct bws_call *c)
{
	const struct bws_half *a = c->half[0];
	const struct bws_half *b = c->half[1];

	if ((!a || !a->user) && (!b || !b->user))
		c->driven = true;
}

static void
send_on(struct bws_half *h, const char *address, const char *reason, const char *event)
{
	struct bws_half *stays = bws_call_peer(h);
	struct bws_call *c = h->call;
	char to[64];

	bws_drive_stop(c);
	address_uri(c->w, address, to, sizeof(to));
	bws_detach_note_redirection(c, h, reason);
	bws_detach_redirected(&h, 1, reason, to);
	wait_for_new_party(stays, address);
	bws_callev_emit(stays, event);
	leave_to_phones(c);
	bws_call_connect(stays);
}

void
bws_transfer_blind(struct bws_half *h, const char *address)
{
	bool rings = bws_call_rings(h);

	send_on(h, address, rings ? "deflection" : "transfer", "CallTransferredEvent");
}

void
bws_transfer_forward(struct bws_half *h, const char *address, const char *reason)
{
	send_on(h, address, reason, "CallForwardedEvent");
}

void
bws_transfer_voicemail(struct bws_half *h)
{
	struct bws_half *stays = bws_call_peer(h);
	struct bws_call *c = h->call;
	const char *portal = c->w->knobs.voice_portal;
	struct bws_half *mail;

	bws_drive_stop(c);
	bws_detach_redirected(&h, 1, "voicemail", portal);
	wait_for_new_party(stays, portal);
	mail = bws_call_add_half(c, 1, NULL, portal, BWS_TERMINATOR);
	bws_callev_emit(stays, "CallTransferredEvent");
	leave_to_phones(c);
	bws_call_connected(mail);
}

static void
tell_merged(struct bws_half *h, enum bws_personality personality, bool alerting)
{
	bool was_ringing = bws_call_rings(h);

	h->personality = personality;
	h->remote_known = true;
	if (alerting) {
		bws_call_set_state(h, BWS_STATE_ALERTING);
		h->ringback = !was_ringing;
	} else if (h->state == BWS_STATE_REMOTE_HELD) {
		bws_call_set_state(h, BWS_STATE_ACTIVE);
	}
	bws_callev_emit(h, "CallTransferredEvent");
}

/* Puts @far, whose call ends, into the call of @stays. */
static void
join_sessions(struct bws_half *stays, struct bws_half *far)
{
	struct bws_call *c = stays->call;
	struct bws_call *ends = far->call;

	bws_call_take_out(far);
	c->half[0] = stays;
	c->half[1] = NULL;
	bws_call_put_in(far, c, 1);
	bws_detach_move(ends, c);
	c->driven = c->driven || ends->driven;
	c->holder = NULL;
	bws_call_free(ends);
	bws_call_retrack(c);
	snprintf(c->dialled, sizeof(c->dialled), "%s", far->address);
}

void
bws_transfer_merge(struct bws_half *a, struct bws_half *b)
{
	struct bws_half *stays = bws_call_peer(a);
	struct bws_half *far = bws_call_peer(b);
	struct bws_half *both[2] = { a, b };
	struct bws_call *c;
	bool alerting;

	/* Who was answered waits for who still rings. */
	if (a->state == BWS_STATE_ALERTING) {
		stays = bws_call_peer(b);
		far = bws_call_peer(a);
	}
	c = stays->call;
	alerting = far->state == BWS_STATE_ALERTING;
	bws_drive_stop(c);
	bws_drive_stop(far->call);
	bws_detach_redirected(both, 2, "transfer", far->address);
	join_sessions(stays, far);
	tell_merged(stays, BWS_ORIGINATOR, alerting);
	tell_merged(far, BWS_TERMINATOR, alerting);
	leave_to_phones(c);
	bws_drive_replan(c);
}

void
bws_transfer_mute(struct bws_half *h, struct bws_half *consult)
{
	const struct bws_user *u = consult->user;
	char id[sizeof(consult->id)];

	snprintf(id, sizeof(id), "%s", consult->id);
	bws_callev_emit(consult, "CallOriginatedEvent");
	bws_call_connect(consult);
	consult = bws_call_find(u, id);
	if (!consult)
		return;
	if (bws_call_peer(consult) && bws_transfer_may_merge(h, consult))
		bws_transfer_merge(h, consult);
	else
		bws_call_release_remote(consult);
}
