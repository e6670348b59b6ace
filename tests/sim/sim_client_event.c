/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events into the application's picture: see sim_client.h. The table of legal moves is the client's own; it says the
 * same as the figure in CSTA's connection state model.
 */
#include "tests/sim/sim_client.h"

#include <inttypes.h>

struct event_move {
	const char *event;
	bool far;          /* about the far party's connection */
	const char *local; /* localConnectionInfo it must have */
	unsigned from;     /* bits 1 << enum client_view */
	enum client_view to;
};

#define F(view) (1u << CV_##view)
#define ANY_LIVE \
	(F(INITIATED) | F(ORIGINATED) | F(DIALED) | F(RINGING) | F(CONNECTED) | F(HELD) | \
		F(FAR_HELD) | F(FAILED) | F(QUEUED))

static const struct event_move event_moves[] = {
	{ "ServiceInitiatedEvent", false, "initiated", F(NONE), CV_INITIATED },
	{ "OriginatedEvent", false, "connected", F(NONE) | F(INITIATED), CV_ORIGINATED },
	{ "NetworkReachedEvent", true, "connected", F(ORIGINATED), CV_ORIGINATED },
	{ "DeliveredEvent", true, "connected", F(ORIGINATED), CV_DIALED },
	{ "DeliveredEvent", false, "alerting", F(NONE), CV_RINGING },
	{ "EstablishedEvent", true, "connected", F(ORIGINATED) | F(DIALED), CV_CONNECTED },
	{ "EstablishedEvent", false, "connected", F(RINGING), CV_CONNECTED },
	{ "HeldEvent", false, "hold", F(CONNECTED) | F(FAR_HELD), CV_HELD },
	{ "HeldEvent", true, "connected", F(CONNECTED), CV_FAR_HELD },
	{ "RetrievedEvent", false, "connected", F(HELD), CV_CONNECTED },
	{ "RetrievedEvent", true, "connected", F(FAR_HELD), CV_CONNECTED },
	/* the far connection failed: the caller is connected to a tone; or its own did */
	{ "FailedEvent", true, "connected",
		F(ORIGINATED) | F(DIALED) | F(CONNECTED) | F(HELD) | F(FAR_HELD), CV_FAILED },
	/* the caller hears a tone, what failed is the far connection; a called party fails itself */
	{ "FailedEvent", true, "connected",
		F(ORIGINATED) | F(DIALED) | F(CONNECTED) | F(HELD) | F(FAR_HELD), CV_FAILED },
	{ "FailedEvent", false, "fail", F(RINGING) | F(CONNECTED) | F(HELD) | F(FAR_HELD),
		CV_FAILED },
	{ "ConnectionClearedEvent", false, "null", ANY_LIVE, CV_NONE },
	{ "QueuedEvent", false, "queued", F(RINGING), CV_QUEUED },
	{ "DeliveredEvent", false, "queued", F(QUEUED), CV_QUEUED }, /* it is offered to an agent */
	{ "DivertedEvent", false, "null", F(RINGING) | F(QUEUED), CV_NONE },
	/* the far party is another one now, which is still to be delivered to */
	{ "DivertedEvent", true, "connected", F(ORIGINATED) | F(DIALED), CV_ORIGINATED },
	/* it talked to a queue, which has given the call to somebody who is still to answer */
	{ "DivertedEvent", true, "connected", F(CONNECTED), CV_DIALED },
};

static const char *const view_names[] = { "none", "initiated", "originated", "dialed", "ringing",
	"connected", "held", "far-held", "failed", "queued" };

const char *
client_view_name(enum client_view view)
{
	return view_names[view];
}

struct client_call *
client_call(struct client_device *d, uint64_t id)
{
	for (size_t i = 0; i < d->call_count; i++)
		if (d->calls[i].id == id)
			return &d->calls[i];
	return NULL;
}

static bool
event_ended(const struct client_device *d, uint64_t id)
{
	size_t n = d->ended_count < CLIENT_ENDED_MAX ? d->ended_count : CLIENT_ENDED_MAX;

	for (size_t i = 0; i < n; i++)
		if (d->ended[i] == id)
			return true;
	return false;
}

struct client_call *
client_call_new(struct sim *s, struct sim_client *c, struct client_device *d, uint64_t id)
{
	if (d->call_count == CLIENT_CALLS_MAX) {
		sim_world_fail(s, "LEGAL", "client %u: device %s has more than %d calls", c->index,
			d->id, CLIENT_CALLS_MAX);
		return NULL;
	}
	if (event_ended(d, id) && c->strict && !sim_south_returns(s, d->id))
		sim_world_fail(s, "IDS",
			"client %u: call %" PRIu64 " of device %s has ended and comes again",
			c->index, id, d->id);
	d->calls[d->call_count] = (struct client_call){ .id = id };
	return &d->calls[d->call_count++];
}

void
client_call_forget(struct client_device *d, struct client_call *call)
{
	d->ended[d->ended_count++ % CLIENT_ENDED_MAX] = call->id;
	*call = d->calls[--d->call_count];
}

static void
event_call_end(
	struct sim *s, struct sim_client *c, struct client_device *d, struct client_call *call)
{
	if (call->far[0] == '+' && sim_south_number_lives(s, str_of(call->far), d->id) && c->strict)
		sim_world_fail(s, "PROOF",
			"client %u: call %" PRIu64 " of device %s with %s is cleared, but lives",
			c->index, call->id, d->id, call->far);
	client_call_forget(d, call);
}

/* `from`: bits of the views that the call may have; a move that fits none of them if there is no other. */
static const struct event_move *
event_move(struct str root, bool far, struct str local, unsigned from)
{
	const struct event_move *found = NULL;

	for (size_t i = 0; i < sizeof(event_moves) / sizeof(event_moves[0]); i++) {
		const struct event_move *move = &event_moves[i];

		if (!str_is(root, move->event) || !str_is(local, move->local) ||
			(move->far != far && move->to != CV_NONE))
			continue;
		if (move->from & from)
			return move;
		if (found == NULL)
			found = move;
	}
	return found;
}

/* Who was transferred is not told whether the other one has answered already. */
static unsigned
event_views(const struct client_call *call)
{
	if (call == NULL)
		return F(NONE);
	return 1u << call->view | (call->view == CV_CONNECTED && call->waits ? F(DIALED) : 0);
}

static void
event_note_far(struct client_device *d, struct client_call *call, struct str body)
{
	struct str calling = client_text(client_part(body, "callingDevice", 0), "deviceIdentifier");
	struct str called = client_text(client_part(body, "calledDevice", 0), "deviceIdentifier");
	struct str far = str_is(calling, d->id) ? called : calling;

	if (far.n > 0)
		str_copy(call->far, sizeof(call->far), far);
}

static void
event_of_call(struct sim *s, struct sim_client *c, struct client_device *d, struct str root,
	struct str body)
{
	uint64_t id = client_number(body, "callID");
	struct str local = client_text(body, "localConnectionInfo");
	bool far = !str_is(client_text(body, "deviceID"), d->id);
	struct client_call *call = client_call(d, id);
	unsigned from = event_views(call);
	const struct event_move *move = event_move(root, far, local, from);
	enum client_view was = call ? call->view : CV_NONE;

	if (move == NULL || id == 0) {
		sim_world_fail(s, "LEGAL", "client %u: %.*s with local state %.*s about %s party",
			c->index, STR_ARG(root), STR_ARG(local), far ? "the far" : "its own");
		return;
	}
	if (d->synced && c->strict && !(move->from & from)) {
		sim_world_fail(s, "LEGAL", "client %u: device %s call %" PRIu64 ": %.*s from %s",
			c->index, d->id, id, STR_ARG(root), view_names[was]);
		return;
	}
	if (move->to == CV_NONE) {
		if (call != NULL && str_is(root, "ConnectionClearedEvent"))
			event_call_end(s, c, d, call);
		else if (call != NULL)
			client_call_forget(d, call);
		return;
	}
	if (call == NULL)
		call = client_call_new(s, c, d, id);
	if (call == NULL)
		return;
	call->view = move->to;
	call->waits = false;
	event_note_far(d, call, body);
}

/* What says something about a call and moves nothing. */
static void
event_about(struct sim *s, struct sim_client *c, struct client_device *d, struct str root,
	struct str body)
{
	uint64_t id = client_number(body, "callID");
	struct client_call *call = client_call(d, id);
	int told = str_is(root, "RecordEvent") ? 2 : str_is(root, "SuspendRecordEvent") ? 3 : 1;

	if (call == NULL) {
		if (d->synced && c->strict)
			sim_world_fail(s, "LEGAL",
				"client %u: %.*s of device %s call %" PRIu64
				", which it does not have",
				c->index, STR_ARG(root), d->id, id);
		return;
	}
	if (!str_is(root, "RecordEvent") && !str_is(root, "SuspendRecordEvent") &&
		(!str_is(root, "StopEvent") || client_number(body, "message") != id))
		return;
	if (call->recording == told && !call->merged && c->strict &&
		!sim_south_records_more(s, d->id))
		sim_world_fail(s, "ONCE-EVENT",
			"client %u: %.*s of device %s call %" PRIu64 " again", c->index,
			STR_ARG(root), d->id, id);
	call->recording = told;
}

/* A party of a conference has left, the device stays as it is. */
static void
event_far_left(struct sim *s, struct sim_client *c, struct client_device *d, struct str body)
{
	uint64_t id = client_number(body, "callID");
	const struct client_call *call = client_call(d, id);

	if (d->synced && c->strict && call == NULL)
		sim_world_fail(s, "LEGAL",
			"client %u: a far party left call %" PRIu64
			" of device %s, which it does not have",
			c->index, id, d->id);
}

static bool
event_is_about(struct str root)
{
	static const char *const names[] = { "CallInformationEvent", "PlayEvent", "StopEvent",
		"RecordEvent", "SuspendRecordEvent" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_is(root, names[i]))
			return true;
	return false;
}

static void
event_service(struct sim *s, struct sim_client *c, struct client_device *d, bool out)
{
	enum client_service now = out ? CLIENT_SERVICE_OUT : CLIENT_SERVICE_IN;

	if (c->strict && (d->service == now || (!out && d->service == CLIENT_SERVICE_UNKNOWN)))
		sim_world_fail(s, "PAIRS", "client %u: device %s is told %s service %s", c->index,
			d->id, out ? "out of" : "back in",
			d->service == now ? "twice" : "without having been out");
	d->service = now;
	c->diff_device = -1;
}

/* One number each, in order, from 1. */
static void
event_number(struct sim *s, struct sim_client *c, struct str root, struct str body)
{
	uint64_t number = client_number(body, "messageSequenceNumber");

	if (c->mode != CLIENT_NUMBERED)
		return;
	if (number != c->last_number + 1 && !c->tainted)
		sim_world_fail(s, "ONCE-EVENT",
			"client %u: %.*s has number %" PRIu64 " after %" PRIu64, c->index,
			STR_ARG(root), number, c->last_number);
	c->last_number = number;
}

static void
event_unknown(struct sim *s, struct sim_client *c, struct str root, uint64_t cross_ref)
{
	for (size_t i = 0; i < c->stray_count; i++)
		if (c->strays[i] == cross_ref)
			return;
	for (unsigned i = 0; i < CLIENT_PENDING_MAX; i++)
		if (c->pending[i].used && c->pending[i].kind == CR_STOP_MONITOR &&
			c->pending[i].cross_ref == cross_ref)
			return;
	if (c->strays_allowed == 0 && !c->tainted) {
		sim_world_fail(s, "IDS",
			"client %u: %.*s for monitor %" PRIu64 ", which it does not have", c->index,
			STR_ARG(root), cross_ref);
		return;
	}
	if (c->strays_allowed > 0)
		c->strays_allowed--;
	client_stray(s, c, cross_ref);
}

/* A switch is told when it changes. */
static void
event_do_not_disturb(struct sim *s, struct sim_client *c, struct client_device *d, struct str value)
{
	int told = str_is(value, "true") ? 2 : 1;

	if (c->strict && d->do_not_disturb == told)
		sim_world_fail(s, "ONCE-EVENT", "client %u: device %s do not disturb=%.*s again",
			c->index, d->id, STR_ARG(value));
	d->do_not_disturb = c->strict ? told : 0;
}

void
client_event(struct sim *s, struct sim_client *c, struct str root, struct str body)
{
	uint64_t cross_ref = client_number(body, "monitorCrossRefID");
	bool out = str_is(root, "OutOfServiceEvent"), in = str_is(root, "BackInServiceEvent");
	struct client_device *d = NULL;

	c->events++;
	event_number(s, c, root, body);
	for (unsigned i = 0; i < SOUTH_USERS_MAX && cross_ref != 0; i++)
		if (c->devices[i].cross_ref == cross_ref)
			d = &c->devices[i];
	if (d == NULL) {
		event_unknown(s, c, root, cross_ref);
		return;
	}
	sim_world_trace(s, "client %u: %.*s of %s call %" PRIu64, c->index, STR_ARG(root), d->id,
		client_number(body, "callID"));
	if (c->strict && c->diff_device >= 0 && d != &c->devices[c->diff_device])
		sim_world_fail(s, "PAIRS", "client %u: an event of %s among the differences of %s",
			c->index, d->id, c->devices[c->diff_device].id);
	if (out || in) {
		event_service(s, c, d, out);
		return;
	}
	if (str_is(root, "DoNotDisturbEvent")) {
		event_do_not_disturb(s, c, d, client_text(body, "doNotDisturbOn"));
		return;
	}
	if (d->service == CLIENT_SERVICE_OUT)
		c->diff_device = (int)(d - c->devices);
	if (event_is_about(root))
		event_about(s, c, d, root, body);
	else if (str_is(root, "ConnectionClearedEvent") &&
		!str_is(client_text(body, "localConnectionInfo"), "null"))
		event_far_left(s, c, d, body);
	else if (!client_move_event(s, c, d, root, body) &&
		!client_person_event(s, c, d, root, body))
		event_of_call(s, c, d, root, body);
}

/* --- snapshots --------------------------------------------------------------------------------------------- */

static enum client_view
snapshot_view(struct str item)
{
	static const struct {
		const char *name;
		enum client_view view;
	} states[] = {
		{ "callPending", CV_INITIATED },
		{ "callOriginated", CV_ORIGINATED },
		{ "callDelivered", CV_DIALED },
		{ "callReceived", CV_RINGING },
		{ "callEstablished", CV_CONNECTED },
		{ "callEstablishedHeld", CV_HELD },
		{ "callEstablishedOnHold", CV_FAR_HELD },
		{ "callBlocked", CV_FAILED },
		{ "callFailed", CV_FAILED },
	};
	struct str name = client_text(item, "simpleCallState");

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (str_is(name, states[i].name))
			return states[i].view;
	/* a pair without a name of its own: the asked device's state comes first */
	if (str_is(client_text(item, "localConnectionState"), "queued"))
		return CV_QUEUED;
	return str_is(client_text(item, "localConnectionState"), "fail") ? CV_FAILED : CV_NONE;
}

/* What was told in events must be what the snapshot says. */
static void
snapshot_compare(struct sim *s, struct sim_client *c, struct client_device *d, struct str body)
{
	struct str item;
	size_t count = 0;

	while ((item = client_part(body, "snapshotDeviceResponseInfo", (unsigned)count)).n > 0) {
		const struct client_call *call = client_call(d, client_number(item, "callID"));
		enum client_view view = snapshot_view(item);

		if (call == NULL || !(event_views(call) & 1u << view)) {
			sim_world_fail(s, "ONCE-EVENT",
				"client %u: device %s call %" PRIu64
				" is %s by events, %s by the snapshot",
				c->index, d->id, client_number(item, "callID"),
				view_names[call ? call->view : CV_NONE], view_names[view]);
			return;
		}
		count++;
	}
	if (count != d->call_count)
		sim_world_fail(s, "ONCE-EVENT",
			"client %u: device %s has %zu calls by events, %zu by the snapshot",
			c->index, d->id, d->call_count, count);
}

void
client_snapshot(struct sim *s, struct sim_client *c, struct client_device *d, struct str body)
{
	struct str item;

	if (d->synced && c->strict) {
		snapshot_compare(s, c, d, body);
		return;
	}
	d->call_count = 0;
	client_forget_person(d);
	for (unsigned i = 0; (item = client_part(body, "snapshotDeviceResponseInfo", i)).n > 0;
		i++) {
		struct client_call *call = client_call_new(s, c, d, client_number(item, "callID"));

		if (call == NULL)
			return;
		call->view = snapshot_view(item);
		call->merged = true; /* who knows */
		str_copy(call->far, sizeof(call->far),
			client_text(client_part(item, "endpointDevice", 0), "deviceIdentifier"));
	}
	d->synced = true;
	for (unsigned i = 0; i < SOUTH_USERS_MAX; i++)
		if (c->devices[i].wanted && !c->devices[i].synced)
			return;
	if (!c->tainted)
		c->strict = true; /* from here on nothing is missing */
}
