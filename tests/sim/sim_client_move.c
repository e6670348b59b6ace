/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events that turn calls into others: see sim_client.h.
 *
 * A transfer ends both calls of who transferred, and gives the others a call under a name that may be new; a conference
 * makes one connection of those that a device had in the calls that became one.
 */
#include "tests/sim/sim_client.h"

#include <inttypes.h>

/* The number under which the device is in the call now; 0: it is not listed. */
static uint64_t
move_new_id(const struct client_device *d, struct str body)
{
	struct str item;

	for (unsigned i = 0; (item = client_part(body, "connectionListItem", i)).n > 0; i++) {
		struct str now = client_part(item, "newConnection", 0);

		if (str_is(client_text(now, "deviceID"), d->id))
			return client_number(now, "callID");
	}
	return 0;
}

static bool
move_talks(enum client_view view)
{
	return view == CV_CONNECTED || view == CV_HELD || view == CV_FAR_HELD;
}

static enum client_view
move_view(const struct client_device *d, enum client_view was, struct str root, struct str body)
{
	struct str by = client_text(client_part(body, "conferencingDevice", 0), "deviceIdentifier"),
		   cause = client_text(body, "cause");

	if (str_is(root, "ConferencedEvent") && str_is(by, d->id) && move_talks(was))
		return CV_CONNECTED;
	/* while it called: another one rings now, which is still to be told */
	/* who held has left, or confers */
	if (was == CV_FAR_HELD && (str_is(root, "TransferedEvent") || str_is(cause, "conference")))
		return CV_CONNECTED;
	if (was == CV_DIALED && str_is(cause, "callForward"))
		return CV_ORIGINATED;
	return was;
}

static bool
move_fits(enum client_view view, struct str local)
{
	if (view == CV_HELD)
		return str_is(local, "hold");
	if (view == CV_RINGING)
		return str_is(local, "alerting");
	if (view == CV_QUEUED)
		return str_is(local, "queued");
	return str_is(local, view == CV_INITIATED ? "initiated" : "connected");
}

static void
move_out(struct client_device *d, uint64_t id)
{
	struct client_call *call = id != 0 ? client_call(d, id) : NULL;

	if (call != NULL)
		client_call_forget(d, call);
}

static void
move_to(struct sim *s, struct sim_client *c, struct client_device *d, struct str root,
	struct str body)
{
	uint64_t old = client_number(body, "callID"), now = move_new_id(d, body),
		 second = client_number(client_part(body, "secondaryOldCall", 0), "callID");
	struct client_call *call = client_call(d, old);
	struct str local = client_text(body, "localConnectionInfo");
	bool conference = str_is(root, "ConferencedEvent");
	enum client_view view;

	if (call == NULL || now == 0) {
		if (d->synced && c->strict)
			sim_world_fail(s, "LEGAL",
				"client %u: %.*s of device %s from call %" PRIu64 " to %" PRIu64,
				c->index, STR_ARG(root), d->id, old, now);
		return;
	}
	view = move_view(d, call->view, root, body);
	if (d->synced && c->strict && !move_fits(view, local))
		sim_world_fail(s, "LEGAL",
			"client %u: %.*s of device %s call %" PRIu64
			" with local state %.*s from %s",
			c->index, STR_ARG(root), d->id, old, STR_ARG(local),
			client_view_name(call->view));
	if (now != old && !conference && client_call(d, now) != NULL && d->synced && c->strict)
		sim_world_fail(s, "LEGAL",
			"client %u: %.*s of device %s into call %" PRIu64 ", which it has",
			c->index, STR_ARG(root), d->id, now);
	if (now != old)
		move_out(d, old);
	if (second != now)
		move_out(d, second);
	call = client_call(d, now);
	if (call == NULL)
		call = client_call_new(s, c, d, now);
	if (call == NULL)
		return;
	call->view = view;
	call->waits = !conference;
	call->merged |= conference;
	call->recording = 0;
	call->far[0] = '\0';
}

bool
client_move_event(struct sim *s, struct sim_client *c, struct client_device *d, struct str root,
	struct str body)
{
	uint64_t old = client_number(body, "callID");

	if (!str_is(root, "TransferedEvent") && !str_is(root, "ConferencedEvent"))
		return false;
	if (!str_is(client_text(body, "localConnectionInfo"), "null")) {
		move_to(s, c, d, root, body);
		return true;
	}
	if (client_call(d, old) == NULL && d->synced && c->strict)
		sim_world_fail(s, "LEGAL",
			"client %u: device %s has transferred call %" PRIu64
			", which it does not have",
			c->index, d->id, old);
	move_out(d, old);
	move_out(d, client_number(client_part(body, "secondaryOldCall", 0), "callID"));
	return true;
}
