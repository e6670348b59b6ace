/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An application's life: see sim_client.h.
 *
 * Happy path: connect, SystemStatus, StartApplicationSession, MonitorStart and SnapshotDevice per device, then
 * events and a request now and then.
 * Failure modes: no connection: again after a while, at the next address; the connection ends or falls silent (probe):
 * connect again and present the session; the session is not known any more: everything from the start.
 */
#include "tests/sim/sim_client.h"

#include "proto/base/mem.h"
#include "tests/sim/sim_tcp.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define CLIENT_NS " xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed4\""
#define CLIENT_XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define CLIENT_STEP_US (5 * SIM_S)
#define CLIENT_ANSWER_US (20 * SIM_S)

static void client_connect(struct sim *s, const struct sim_event *ev);
static void client_watch(struct sim *s, const struct sim_event *ev);
static void client_act(struct sim *s, const struct sim_event *ev);

static int64_t
client_ms(struct sim *s, int64_t low, int64_t high)
{
	return sim_world_range(s, SIM_RNG_CLIENT, low * SIM_MS, high * SIM_MS);
}

static void
client_change(struct sim *s, struct sim_client *c, enum client_state to)
{
	c->state = to;
	c->since_us = s->now_us;
	c->heard_us = s->now_us;
}

void
sim_client_init(struct sim *s, unsigned index)
{
	struct sim_client *c = mem_zalloc(sizeof(*c));

	s->clients[index] = c;
	c->index = index;
	c->mode = index == 0 ? CLIENT_NUMBERED :
			       (enum client_mode)sim_world_rand(s, SIM_RNG_CLIENT, 3);
	c->by_timer = c->mode == CLIENT_SESSION && sim_world_chance(s, SIM_RNG_CLIENT, 40);
	c->cleanup_us = (sim_world_chance(s, SIM_RNG_CLIENT, 30) ? 8 : 180) * SIM_S;
	c->eager = sim_world_chance(s, SIM_RNG_CLIENT, 25);
	c->by_address = sim_world_chance(s, SIM_RNG_CLIENT, 65);
	c->target = c->by_address ? -1 : 0;
	c->probe_us = client_ms(s, 3000, 8000);
	c->probe_wait_us = client_ms(s, 2000, 4000);
	c->diff_device = -1;
	buf_init(&c->in, 1 << 20);
	for (unsigned i = 0; i < s->south->device_count; i++) {
		c->devices[i].wanted = sim_world_chance(s, SIM_RNG_CLIENT, 70) || i == index;
		snprintf(c->devices[i].id, sizeof(c->devices[i].id), "%s",
			s->south->users[i].extension);
	}
	sim_world_at(s, client_ms(s, 1000, 5000), client_connect, index, 0, 0);
	sim_world_at(s, client_ms(s, 500, 1500), client_watch, index, 0, 0);
	sim_world_at(s, client_ms(s, 3000, 9000), client_act, index, 0, 0);
}

void
sim_client_fini(struct sim *s, unsigned index)
{
	buf_fini(&s->clients[index]->in);
	mem_free(s->clients[index]);
}

/* --- connection -------------------------------------------------------------------------------------------- */

static void
client_connect(struct sim *s, const struct sim_event *ev)
{
	struct sim_client *c = s->clients[ev->a];

	if (c->state != CLIENT_AWAY)
		return;
	client_change(s, c, CLIENT_CONNECTING);
	if (!c->by_address)
		c->target = 1 - c->target;
	c->conn = sim_tcp_connect(s, c->index, c->target);
}

/* What is pending is never answered any more; a monitor may exist that the client does not know. */
static void
client_forget_pending(struct sim *s, struct sim_client *c)
{
	for (unsigned i = 0; i < CLIENT_PENDING_MAX; i++) {
		struct client_pending *p = &c->pending[i];

		if (p->used && p->kind == CR_MONITOR)
			c->strays_allowed++;
		if (p->used && p->kind == CR_STOP_MONITOR)
			client_stray(s, c, p->cross_ref);
		if (p->used && p->kind == CR_STOP_SESSION)
			c->session = 0; /* stopped or not: it is not asked for again */
		p->used = false;
	}
	for (unsigned i = 0; i < SOUTH_USERS_MAX; i++)
		c->devices[i].starting = c->devices[i].snapping = false;
}

static void
client_away(struct sim *s, struct sim_client *c)
{
	int64_t pause_us = client_ms(s, 20, 700);

	if (c->state == CLIENT_READY)
		c->lost_us = c->heard_us;
	buf_reset(&c->in);
	c->deaf = false;
	client_forget_pending(s, c);
	c->diff_device = -1;
	client_change(s, c, CLIENT_AWAY);
	sim_world_at(s, pause_us + c->stay_away_us, client_connect, c->index, 0, 0);
	c->stay_away_us = 0;
}

void
client_reconnect(struct sim *s, struct sim_client *c, const char *why)
{
	sim_world_trace(s, "client %u closes: %s", c->index, why);
	sim_tcp_client_close(s, c->conn);
	client_away(s, c);
}

void
sim_client_lost(struct sim *s, unsigned index, uint64_t conn)
{
	struct sim_client *c = s->clients[index];

	if (c->conn != conn || c->state == CLIENT_AWAY)
		return;
	sim_world_trace(s, "client %u has lost its connection", index);
	client_away(s, c);
}

void
sim_client_abort(struct sim *s, unsigned index)
{
	if (s->clients[index]->state != CLIENT_AWAY)
		client_reconnect(s, s->clients[index], "for no reason");
}

static void
client_deaf_ends(struct sim *s, const struct sim_event *ev)
{
	struct sim_client *c = s->clients[ev->a];

	if (c->deaf && c->conn == ev->b)
		sim_client_abort(s, c->index);
}

void
sim_client_deafen(struct sim *s, unsigned index, int64_t us)
{
	struct sim_client *c = s->clients[index];

	/* without numbers nobody could tell what it has not read */
	if (c->mode != CLIENT_NUMBERED || c->state != CLIENT_READY)
		return;
	sim_world_trace(s, "client %u reads no more", index);
	c->deaf = true;
	sim_world_at(s, us, client_deaf_ends, index, c->conn, 0);
}

void
sim_client_leave(struct sim *s, unsigned index, int64_t us)
{
	s->clients[index]->stay_away_us = us;
	sim_client_abort(s, index);
	s->clients[index]->stay_away_us = 0;
}

bool
sim_client_may_be_forgotten(const struct sim *s, const struct sim_client *c)
{
	int64_t since_us = c->state == CLIENT_READY ? c->heard_us : c->lost_us;

	/* a little less: the node's clock may be fast, and it may have lost the connection before the last bytes arrived */
	return s->now_us - since_us > c->cleanup_us / 10 * 9 - 2 * SIM_S;
}

void
sim_client_connected(struct sim *s, unsigned index, uint64_t conn)
{
	struct sim_client *c = s->clients[index];

	if (c->conn != conn || c->state != CLIENT_CONNECTING)
		return;
	c->lossy_before = s->totals.lossy;
	client_change(s, c, CLIENT_GREETING);
	if (c->eager)
		client_begin(s, c);
}

void
client_send(struct sim *s, struct sim_client *c, unsigned invoke, struct str body)
{
	struct buf b;
	size_t n = body.n + 8;
	const uint8_t prefix[4] = { 0, 0, (uint8_t)(n >> 8), (uint8_t)n };

	buf_init(&b, 1 << 16);
	buf_put(&b, prefix, sizeof(prefix));
	buf_printf(&b, "%04u", invoke);
	buf_str(&b, body);
	sim_tcp_client_send(s, c->conn, buf_as_str(&b));
	buf_fini(&b);
}

void
sim_client_bytes(struct sim *s, unsigned index, uint64_t conn, struct str bytes)
{
	struct sim_client *c = s->clients[index];
	uint64_t invoke;
	size_t n;

	if (c->conn != conn || c->state == CLIENT_AWAY)
		return;
	c->heard_us = s->now_us;
	if (c->deaf)
		return;
	buf_str(&c->in, bytes);
	while (c->in.n >= 8 && c->conn == conn && c->state != CLIENT_AWAY && !s->failed) {
		struct str body;

		n = (size_t)c->in.p[2] << 8 | c->in.p[3];
		if (c->in.p[0] != 0 || c->in.p[1] != 0 || n <= 8 ||
			!str_u64((struct str){ (const char *)c->in.p + 4, 4 }, 9999, &invoke)) {
			sim_world_fail(s, "LEGAL", "client %u gets bytes that are no frame", index);
			return;
		}
		if (c->in.n < n)
			return;
		body = (struct str){ (const char *)c->in.p + 8, n - 8 };
		client_message(s, c, (unsigned)invoke, body);
		if (c->in.n >= n)
			buf_drop(&c->in, n);
	}
}

/* --- requests ---------------------------------------------------------------------------------------------- */

struct client_pending *
client_pending(struct sim_client *c, unsigned invoke)
{
	for (unsigned i = 0; i < CLIENT_PENDING_MAX; i++)
		if (c->pending[i].used && c->pending[i].invoke == invoke)
			return &c->pending[i];
	return NULL;
}

unsigned
client_note(struct sim *s, struct sim_client *c, enum client_request kind, int device)
{
	struct client_pending *p = c->pending;

	while (p < c->pending + CLIENT_PENDING_MAX && p->used)
		p++;
	if (p == c->pending + CLIENT_PENDING_MAX)
		return 0;
	do
		c->invoke = c->invoke % CLIENT_INVOKE_MAX + 1;
	while (client_pending(c, c->invoke) != NULL);
	*p = (struct client_pending){ .used = true,
		.invoke = c->invoke,
		.kind = kind,
		.device = device,
		.sent_us = s->now_us };
	c->requests++;
	s->totals.requests++;
	return c->invoke;
}

static void client_ask(struct sim *s, struct sim_client *c, unsigned invoke, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static void
client_ask(struct sim *s, struct sim_client *c, unsigned invoke, const char *fmt, ...)
{
	char body[2048];
	va_list ap;
	int n;

	if (invoke == 0)
		return;
	va_start(ap, fmt);
	n = vsnprintf(body, sizeof(body), fmt, ap);
	va_end(ap);
	sim_world_trace(s, "client %u asks %04u %.*s", c->index, invoke, 160,
		body + sizeof(CLIENT_XML) - 1);
	client_send(s, c, invoke, (struct str){ body, (size_t)n });
}

/* --- association and set-up -------------------------------------------------------------------------------- */

/* Nothing is known any more. */
void
client_fresh(struct sim *s, struct sim_client *c)
{
	c->session = 0;
	c->last_number = 0;
	c->strays_allowed = 0;
	c->stray_count = 0;
	c->diff_device = -1;
	c->strict = true;
	for (unsigned i = 0; i < SOUTH_USERS_MAX; i++) {
		struct client_device *d = &c->devices[i];

		d->cross_ref = 0;
		d->starting = d->snapping = d->synced = false;
		d->service = CLIENT_SERVICE_UNKNOWN;
		d->call_count = 0;
		d->retry_us = 0;
		if (c->tainted)
			d->ended_count = 0;
	}
	c->settled_us = s->now_us;
}

static void
client_resume_by_timer(struct sim *s, struct sim_client *c)
{
	client_ask(s, c, client_note(s, c, CR_TIMER, -1),
		CLIENT_XML
		"<ResetApplicationSessionTimer xmlns=\"http://www.ecma-international.org/standards/ecma-354/appl_session\">"
		"<sessionID>%" PRIu64
		"</sessionID><requestedSessionDuration>3600</requestedSessionDuration>"
		"</ResetApplicationSessionTimer>",
		c->session);
}

void
client_begin(struct sim *s, struct sim_client *c)
{
	char resume[128] = "", number[96] = "";
	unsigned invoke;

	if (c->mode == CLIENT_PLAIN) {
		client_fresh(s, c);
		c->tainted = false;
		client_change(s, c, CLIENT_READY);
		client_setup(s, c);
		return;
	}
	client_change(s, c, CLIENT_STARTING);
	if (c->tainted || c->session == 0)
		client_fresh(s, c);
	if (c->by_timer && c->session != 0) {
		client_resume_by_timer(s, c);
		return;
	}
	if (c->session != 0)
		snprintf(resume, sizeof(resume), "<sessionID>%" PRIu64 "</sessionID>", c->session);
	if (c->mode == CLIENT_NUMBERED)
		snprintf(number, sizeof(number),
			"<lastMessageSequenceNumber>%" PRIu64 "</lastMessageSequenceNumber>",
			c->last_number);
	invoke = client_note(s, c, CR_SESSION, -1);
	client_ask(s, c, invoke,
		CLIENT_XML
		"<StartApplicationSession xmlns=\"http://www.ecma-international.org/standards/ecma-354/appl_session\">"
		"<applicationInfo><applicationID>sim%u</applicationID><applicationSpecificInfo>"
		"<SessionLoginInfo xmlns=\"http://example.org/login\"><userName>demo</userName><password>demo</password>"
		"<sessionCleanupDelay>%u</sessionCleanupDelay>%s%s</SessionLoginInfo></applicationSpecificInfo></applicationInfo>"
		"<requestedProtocolVersions><protocolVersion>http://www.ecma-international.org/standards/ecma-323/csta/ed4"
		"</protocolVersion></requestedProtocolVersions><requestedSessionDuration>3600</requestedSessionDuration>"
		"</StartApplicationSession>",
		c->index, (unsigned)(c->cleanup_us / SIM_S), resume, number);
}

static void
client_monitor(struct sim *s, struct sim_client *c, int i)
{
	c->devices[i].starting = true;
	client_ask(s, c, client_note(s, c, CR_MONITOR, i),
		CLIENT_XML "<MonitorStart" CLIENT_NS
			   "><monitorObject><deviceObject>%s</deviceObject></monitorObject>"
			   "<monitorType>device</monitorType></MonitorStart>",
		c->devices[i].id);
}

static void
client_ask_snapshot(struct sim *s, struct sim_client *c, int i)
{
	c->devices[i].snapping = true;
	client_ask(s, c, client_note(s, c, CR_SNAPSHOT, i),
		CLIENT_XML "<SnapshotDevice" CLIENT_NS
			   "><snapshotObject><deviceObject>%s</deviceObject></snapshotObject>"
			   "</SnapshotDevice>",
		c->devices[i].id);
}

void
client_setup(struct sim *s, struct sim_client *c)
{
	for (int i = 0; i < SOUTH_USERS_MAX; i++) {
		struct client_device *d = &c->devices[i];

		if (!d->wanted || d->starting || d->snapping || s->now_us < d->retry_us)
			continue;
		if (d->cross_ref == 0)
			client_monitor(s, c, i);
		else if (!d->synced)
			client_ask_snapshot(s, c, i);
	}
}

void
client_stray(struct sim *s, struct sim_client *c, uint64_t cross_ref)
{
	for (size_t i = 0; i < c->stray_count; i++)
		if (c->strays[i] == cross_ref)
			return;
	if (c->stray_count == CLIENT_STRAYS_MAX)
		sim_world_fail(s, "BOUNDED", "client %u knows more than %d stray monitors",
			c->index, CLIENT_STRAYS_MAX);
	else
		c->strays[c->stray_count++] = cross_ref;
}

static void
client_stop_monitor(struct sim *s, struct sim_client *c, int i)
{
	struct client_device *d = &c->devices[i];
	unsigned invoke = d->cross_ref != 0 ? client_note(s, c, CR_STOP_MONITOR, i) : 0;

	if (invoke == 0)
		return;
	client_pending(c, invoke)->cross_ref = d->cross_ref;
	client_ask(s, c, invoke,
		CLIENT_XML "<MonitorStop" CLIENT_NS "><monitorCrossRefID>%" PRIu64
			   "</monitorCrossRefID></MonitorStop>",
		d->cross_ref);
	d->cross_ref = 0;
	d->synced = false;
	d->service = CLIENT_SERVICE_UNKNOWN;
	d->call_count = 0;
	if (c->diff_device == i)
		c->diff_device = -1;
}

void
sim_client_stop_all(struct sim *s, unsigned index)
{
	for (int i = 0; i < SOUTH_USERS_MAX; i++) {
		s->clients[index]->devices[i].wanted = false;
		client_stop_monitor(s, s->clients[index], i);
	}
}

/* --- doing something --------------------------------------------------------------------------------------- */

static void
client_make_call(struct sim *s, struct sim_client *c, int i)
{
	unsigned invoke = client_note(s, c, CR_MAKE_CALL, i),
		 other = (unsigned)sim_world_rand(s, SIM_RNG_CLIENT, s->south->user_count);
	char number[24];

	if (invoke == 0)
		return;
	if ((int)other == i || sim_world_chance(s, SIM_RNG_CLIENT, 60)) {
		snprintf(number, sizeof(number), "15559%02u%05u", c->index,
			(unsigned)(c->requests % 100000));
		str_copy(client_pending(c, invoke)->number, sizeof(number), str_of(number));
	} else {
		snprintf(number, sizeof(number), "%s", s->south->users[other].extension);
	}
	client_ask(s, c, invoke,
		CLIENT_XML
		"<MakeCall" CLIENT_NS
		"><callingDevice>%s</callingDevice><calledDirectoryNumber>%s</calledDirectoryNumber>"
		"</MakeCall>",
		c->devices[i].id, number);
}

static void
client_call_service(struct sim *s, struct sim_client *c, int i, const struct client_call *call)
{
	static const char *const services[][2] = {
		{ "ClearConnection", "connectionToBeCleared" },
		{ "AnswerCall", "callToBeAnswered" },
		{ "HoldCall", "callToBeHeld" },
		{ "RetrieveCall", "callToBeRetrieved" },
	};
	unsigned which = sim_world_chance(s, SIM_RNG_CLIENT, 25) ? 0 :
		call->view == CV_RINGING                         ? 1 :
		call->view == CV_CONNECTED                       ? 2 :
		call->view == CV_HELD                            ? 3 :
								   0;

	client_ask(s, c, client_note(s, c, CR_CALL, i),
		CLIENT_XML "<%s" CLIENT_NS "><%s><callID>%" PRIu64
			   "</callID><deviceID>%s</deviceID></%s></%s>",
		services[which][0], services[which][1], call->id, c->devices[i].id,
		services[which][1], services[which][0]);
}

/* Even users are hosts, the odd one behind each is its guest. */
static void
client_set_agent(struct sim *s, struct sim_client *c, int i)
{
	static const char *const states[] = { "ready", "notReady", "loggedOn", "loggedOff",
		"workingAfterCall" };
	bool hotels = i % 2 == 0 && i + 1 < (int)s->south->user_count &&
		sim_world_chance(s, SIM_RNG_FEATURE, 50);
	unsigned which = hotels ? 2 + (unsigned)sim_world_rand(s, SIM_RNG_FEATURE, 2) :
				  (unsigned)sim_world_rand(s, SIM_RNG_FEATURE, 5);

	client_ask(s, c, client_note(s, c, CR_AGENT, i),
		CLIENT_XML "<SetAgentState" CLIENT_NS
			   "><device>%s</device><requestedAgentState>%s</requestedAgentState>"
			   "<agentID>%s</agentID></SetAgentState>",
		c->devices[i].id, states[which], s->south->users[hotels ? i + 1 : i].extension);
}

static void
client_something(struct sim *s, struct sim_client *c)
{
	int i = (int)sim_world_rand(s, SIM_RNG_CLIENT, s->south->device_count);
	struct client_device *d = &c->devices[i];
	uint64_t dice = sim_world_rand(s, SIM_RNG_CLIENT, 100);

	if (!d->wanted || d->cross_ref == 0)
		return;
	if (sim_south_has_acd(s) && i < (int)s->south->user_count &&
		sim_world_chance(s, SIM_RNG_FEATURE, 12))
		client_set_agent(s, c, i);
	else if (dice < 12 && !d->snapping)
		client_ask_snapshot(s, c, i);
	else if (dice < 17 && !d->snapping && d->synced)
		client_stop_monitor(s, c, i);
	else if (dice < 22)
		client_ask(s, c, client_note(s, c, CR_STATUS, -1),
			CLIENT_XML "<RequestSystemStatus" CLIENT_NS "/>");
	else if (dice < 24 && c->mode != CLIENT_PLAIN)
		client_ask(s, c, client_note(s, c, CR_STOP_SESSION, -1),
			CLIENT_XML
			"<StopApplicationSession xmlns=\"http://www.ecma-international.org/standards/ecma-354/appl_session\">"
			"<sessionID>%" PRIu64 "</sessionID></StopApplicationSession>",
			c->session);
	else if (i >= (int)s->south->user_count)
		return; /* a queue calls nobody */
	else if (d->call_count > 0 && dice < 75)
		client_call_service(
			s, c, i, &d->calls[sim_world_rand(s, SIM_RNG_CLIENT, d->call_count)]);
	else
		client_make_call(s, c, i);
}

static void
client_act(struct sim *s, const struct sim_event *ev)
{
	struct sim_client *c = s->clients[ev->a];

	sim_world_at(s, client_ms(s, 200, 4000), client_act, ev->a, 0, 0);
	if (c->state == CLIENT_READY && !c->quiet)
		client_something(s, c);
}

void
sim_client_garbage(struct sim *s, unsigned index)
{
	static const char *const texts[] = { "GET / HTTP/1.1\r\n\r\n", "0001<x/>",
		"<?xml version=\"1.0\"?><a/>", "9999999999" };
	struct sim_client *c = s->clients[index];
	uint64_t which = sim_world_rand(s, SIM_RNG_CLIENT, 5);

	if (c->state != CLIENT_READY)
		return;
	sim_world_trace(s, "client %u sends garbage", index);
	if (which == 4) /* framed well, so only this message is bad */
		client_send(s, c, 0, STR("<MonitorStart><a></b>"));
	else
		sim_tcp_client_send(s, c->conn, str_of(texts[which]));
}

/* --- watching ---------------------------------------------------------------------------------------------- */

static void
client_watch_pending(struct sim *s, struct sim_client *c)
{
	bool probing = false;

	for (unsigned i = 0; i < CLIENT_PENDING_MAX; i++) {
		const struct client_pending *p = &c->pending[i];

		if (!p->used)
			continue;
		/* something may have come after the probe was sent, and then nothing more */
		if (p->kind == CR_STATUS && s->now_us - p->sent_us > c->probe_wait_us &&
			s->now_us - c->heard_us > c->probe_wait_us) {
			client_reconnect(s, c, "the probe is not answered");
			return;
		}
		probing |= p->kind == CR_STATUS;
		if (c->heard_us - p->sent_us > CLIENT_ANSWER_US) {
			sim_world_fail(s, "ONCE-REQUEST",
				"client %u: request %04u (kind %d) is not answered after %" PRId64
				" s",
				c->index, p->invoke, (int)p->kind,
				(s->now_us - p->sent_us) / SIM_S);
			return;
		}
	}
	if (!probing && s->now_us - c->heard_us > c->probe_us)
		client_ask(s, c, client_note(s, c, CR_STATUS, -1),
			CLIENT_XML "<RequestSystemStatus" CLIENT_NS "/>");
}

static void
client_watch(struct sim *s, const struct sim_event *ev)
{
	struct sim_client *c = s->clients[ev->a];

	sim_world_at(s, 500 * SIM_MS, client_watch, ev->a, 0, 0);
	if (c->state == CLIENT_AWAY)
		return;
	if (c->state != CLIENT_READY) {
		if (s->now_us - c->since_us > CLIENT_STEP_US)
			client_reconnect(s, c, "no progress");
		return;
	}
	client_setup(s, c);
	client_watch_pending(s, c);
}

void
sim_client_taint(struct sim *s)
{
	for (unsigned i = 0; i < s->client_count; i++) {
		s->clients[i]->tainted = true;
		s->clients[i]->strict = false;
	}
}

bool
sim_client_is_well(const struct sim_client *c, char *why, size_t size)
{
	if (c->state != CLIENT_READY) {
		snprintf(why, size, "client %u is not connected (state %d)", c->index,
			(int)c->state);
		return false;
	}
	for (unsigned i = 0; i < SOUTH_USERS_MAX; i++) {
		const struct client_device *d = &c->devices[i];

		if (!d->wanted)
			continue;
		if (d->cross_ref == 0 || !d->synced || d->service == CLIENT_SERVICE_OUT) {
			snprintf(why, size, "client %u: device %s %s", c->index, d->id,
				d->cross_ref == 0 ? "has no monitor" :
					d->synced ? "is out of service" :
						    "has no snapshot");
			return false;
		}
	}
	for (unsigned i = 0; i < CLIENT_PENDING_MAX; i++) {
		if (c->pending[i].used && c->pending[i].kind != CR_STATUS) {
			snprintf(why, size, "client %u waits for an answer", c->index);
			return false;
		}
	}
	return true;
}
