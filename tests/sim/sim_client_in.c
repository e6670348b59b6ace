/* SPDX-License-Identifier: Apache-2.0 */
/* What the application is told apart from events: see sim_client.h. */
#include "tests/sim/sim_client.h"

#include "tests/sim/sim_observer.h"

#include <inttypes.h>

#define CLIENT_RETRY_US SIM_S

/* Without numbers what is sent again cannot be told from what is new: every device is asked for a snapshot. */
static void
in_doubt_all(struct sim *s, struct sim_client *c)
{
	for (unsigned i = 0; i < SOUTH_USERS_MAX; i++) {
		c->devices[i].synced = false;
		c->devices[i].service = CLIENT_SERVICE_UNKNOWN;
	}
	for (size_t i = 0; i < c->stopped_count && i < CLIENT_STRAYS_MAX; i++)
		client_stray(s, c, c->stopped[i]);
	c->stopped_count = 0;
	c->strict = false;
}

static void
in_ready(struct sim *s, struct sim_client *c, bool resumed)
{
	if (resumed) {
		c->resumes++;
		s->totals.resumes++;
		if (c->mode != CLIENT_NUMBERED)
			in_doubt_all(s, c);
	}
	c->state = CLIENT_READY;
	c->since_us = s->now_us;
	client_setup(s, c);
}

/* False if the session was promised and must be known. */
static bool
in_session_may_go(struct sim *s, struct sim_client *c)
{
	if (c->session == 0 || c->tainted || sim_client_may_be_forgotten(s, c))
		return true;
	sim_world_fail(s, "PROMISE", "client %u: session %" PRIu64 " is not known any more",
		c->index, c->session);
	return false;
}

static void
in_session_started(struct sim *s, struct sim_client *c, struct str body)
{
	uint64_t id = client_number(body, "sessionID");

	if (id == 0) {
		sim_world_fail(s, "LEGAL", "client %u gets a session without an id", c->index);
		return;
	}
	if (id == c->session) {
		in_ready(s, c, true);
		return;
	}
	if (!in_session_may_go(s, c))
		return;
	client_fresh(s, c);
	client_id_given(s, c, "session", id);
	c->session = id;
	c->tainted = c->lossy_before !=
		s->totals.lossy; /* what is read late may be of a node that is no more */
	in_ready(s, c, false);
}

/* The answers to what was asked. */
static void
in_monitor_started(
	struct sim *s, struct sim_client *c, const struct client_pending *p, struct str body)
{
	struct client_device *d = &c->devices[p->device];

	d->starting = false;
	d->cross_ref = client_number(body, "monitorCrossRefID");
	client_forget_person(d);
	d->synced = false;
	d->call_count = 0;
	client_id_given(s, c, "monitor", d->cross_ref);
	client_setup(s, c);
}

static void
in_call_made(struct sim *s, struct sim_client *c, const struct client_pending *p)
{
	if (p->number[0] != '\0' && sim_south_dials(s, p->number) != 1)
		sim_world_fail(s, "ONCE-REQUEST",
			"client %u: MakeCall %04u to %s was answered, but carried out %u times",
			c->index, p->invoke, p->number, sim_south_dials(s, p->number));
}

static void
in_error(struct sim *s, struct sim_client *c, const struct client_pending *p, struct str body)
{
	struct client_device *d = p->device >= 0 ? &c->devices[p->device] : NULL;

	switch (p->kind) {
	case CR_MONITOR:
		d->starting = false;
		d->retry_us = s->now_us + CLIENT_RETRY_US;
		break;
	case CR_SNAPSHOT:
		d->snapping = false;
		d->retry_us = s->now_us + CLIENT_RETRY_US;
		break;
	case CR_STOP_MONITOR:
		if (!c->tainted)
			sim_world_fail(s, "PROMISE",
				"client %u: monitor %" PRIu64 " is not known any more: %.*s",
				c->index, p->cross_ref, STR_ARG(body));
		break;
	case CR_SESSION:
		client_reconnect(s, c, "no session");
		break;
	case CR_TIMER:
		if (!in_session_may_go(s, c))
			break;
		c->session = 0;
		client_begin(s, c);
		break;
	case CR_STATUS:
	case CR_MAKE_CALL:
	case CR_CALL:
	case CR_STOP_SESSION:
	case CR_AGENT:
		break;
	}
}

static void
in_positive(struct sim *s, struct sim_client *c, const struct client_pending *p, struct str body)
{
	struct client_device *d = p->device >= 0 ? &c->devices[p->device] : NULL;

	switch (p->kind) {
	case CR_SESSION:
		in_session_started(s, c, body);
		break;
	case CR_TIMER:
		in_ready(s, c, true);
		break;
	case CR_MONITOR:
		in_monitor_started(s, c, p, body);
		break;
	case CR_SNAPSHOT:
		d->snapping = false;
		if (d->cross_ref != 0)
			client_snapshot(s, c, d, body);
		break;
	case CR_MAKE_CALL:
		in_call_made(s, c, p);
		break;
	case CR_STOP_SESSION:
		c->session = 0;
		client_reconnect(s, c, "session stopped");
		break;
	case CR_STOP_MONITOR:
		c->stopped[c->stopped_count++ % CLIENT_STRAYS_MAX] = p->cross_ref;
		break;
	case CR_STATUS:
	case CR_CALL:
	case CR_AGENT:
		break;
	}
}

static bool
in_ends(struct str root, const char *with)
{
	size_t n = strlen(with);

	return root.n >= n && memcmp(root.p + root.n - n, with, n) == 0;
}

static const char *
in_expected(enum client_request kind)
{
	switch (kind) {
	case CR_SESSION:
		return "StartApplicationSessionPosResponse";
	case CR_MONITOR:
		return "MonitorStartResponse";
	case CR_STOP_MONITOR:
		return "MonitorStopResponse";
	case CR_SNAPSHOT:
		return "SnapshotDeviceResponse";
	case CR_STATUS:
		return "RequestSystemStatusResponse";
	case CR_MAKE_CALL:
		return "MakeCallResponse";
	case CR_CALL:
		return "Response";
	case CR_STOP_SESSION:
		return "StopApplicationSessionPosResponse";
	case CR_TIMER:
		return "ResetApplicationSessionTimerPosResponse";
	case CR_AGENT:
		return "SetAgentStateResponse";
	}
	return "";
}

static void
in_answer(struct sim *s, struct sim_client *c, unsigned invoke, struct str root, struct str body)
{
	struct client_pending *p = client_pending(c, invoke), copy;

	if (p == NULL) {
		if (invoke != 0) /* 0 is what garbage was sent with */
			sim_world_fail(s, "ONCE-REQUEST",
				"client %u: an answer %.*s to %04u, which nobody waits for",
				c->index, STR_ARG(root), invoke);
		return;
	}
	copy = *p;
	p->used = false;
	if (str_is(root, "CSTAErrorCode") || in_ends(root, "NegResponse"))
		in_error(s, c, &copy, body);
	else if (in_ends(root, in_expected(copy.kind)))
		in_positive(s, c, &copy, body);
	else
		sim_world_fail(s, "LEGAL", "client %u: %.*s answers a request of kind %d", c->index,
			STR_ARG(root), (int)copy.kind);
}

/* Something may be missing: the picture is made anew. To a client with numbers it is never said unless it is true. */
static void
in_messages_lost(struct sim *s, struct sim_client *c)
{
	if (c->mode == CLIENT_NUMBERED && !c->tainted) {
		sim_world_fail(s, "ONCE-EVENT",
			"client %u is told messagesLost after number %" PRIu64, c->index,
			c->last_number);
		return;
	}
	for (unsigned i = 0; i < SOUTH_USERS_MAX; i++)
		c->devices[i].synced = false;
	c->strict = false;
}

static void
in_status(struct sim *s, struct sim_client *c, unsigned invoke, struct str body)
{
	struct str status = client_text(body, "systemStatus");

	client_send(s, c, invoke,
		STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?><SystemStatusResponse "
		    "xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed4\"/>"));
	if (str_is(status, "enabled") || str_is(status, "initializing"))
		sim_world_fail(s, "PROMISE", "client %u is told %.*s: its monitors are gone",
			c->index, STR_ARG(status));
	if (str_is(status, "messagesLost"))
		in_messages_lost(s, c);
	if (c->state == CLIENT_GREETING)
		client_begin(s, c);
}

void
client_message(struct sim *s, struct sim_client *c, unsigned invoke, struct str body)
{
	struct str root = client_root(body);

	sim_world_trace(s, "client %u gets %04u %.*s #%" PRIu64, c->index, invoke, STR_ARG(root),
		client_number(body, "messageSequenceNumber"));
	c->settled_us = s->now_us;
	if (str_is(root, "SystemStatus")) {
		in_status(s, c, invoke, body);
	} else if (invoke == 9999) {
		client_event(s, c, root, body);
	} else if (str_is(root, "ApplicationSessionTerminated")) {
		sim_world_fail(
			s, "PROMISE", "client %u: its session is ended by the server", c->index);
	} else if (invoke >= 9001) {
		sim_world_fail(s, "LEGAL", "client %u: %.*s is no request of a server", c->index,
			STR_ARG(root));
	} else {
		in_answer(s, c, invoke, root, body);
	}
}
