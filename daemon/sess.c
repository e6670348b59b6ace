/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections of CSTA clients: see sess.h.
 *
 * Happy path: open -> SystemStatus -> association (sess_assoc.c) -> requests to the service -> answers and events out
 * of the outbox (sess_out.c).
 * Failure modes: bytes that are no frame close the connection with one log line and the bytes; XML that is
 * malformed is answered CSTAErrorCode; a session without a connection ends after its clean-up delay.
 */
#include "daemon/sess.h"

#include "daemon/sess_assoc.h"
#include "daemon/sess_login.h"
#include "daemon/sess_out.h"
#include "proto/base/check.h"
#include "proto/base/limits.h"
#include "proto/csta_encode.h"

#include <stdio.h>

#define SESS_CHECK_MS 1000
#define SESS_SHOWN_BYTES 64
#define SESS_SURPLUS_MS 5000
#define SESS_HOLD_MS 3000 /* the address moves in less than a second, if it moves */
#define SESS_TURN_FRAMES 16
#define SESS_STEP_TURNS 4

struct sess_note {
	uint64_t session;
	uint64_t conn;        /* 0 = none */
	uint64_t acked_said;  /* serial that was last replicated */
	uint64_t acked_known; /* serial the client's TCP has */
	struct mono heard;    /* last message of the client, or the moment it lost its connection */
	UT_hash_handle by_session;
};

void
sess_init(struct sess *s, struct ctx *x, struct say *say, sess_service_fn service, void *arg)
{
	*s = (struct sess){
		.x = x,
		.say = say,
		.service = service,
		.service_arg = arg,
		.next_check = MONO_NEVER,
		.out_due = MONO_NEVER,
		.owed_due = MONO_NEVER,
	};
	buf_init(&s->body, LIMIT_CSTA_MESSAGE_BYTES);
	buf_init(&s->frame, LIMIT_CSTA_MESSAGE_BYTES);
}

static struct sess_note *
sess_note(struct sess *s, uint64_t session)
{
	struct sess_note *n;

	HASH_FIND(by_session, s->notes, &session, sizeof(session), n);
	if (n != NULL)
		return n;
	n = mem_zalloc(sizeof(*n));
	n->session = session;
	n->heard = s->x->now;
	HASH_ADD(by_session, s->notes, session, sizeof(n->session), n);
	return n;
}

static void
sess_note_drop(struct sess *s, struct sess_note *n)
{
	HASH_DELETE(by_session, s->notes, n);
	mem_free(n);
}

static void
sess_conn_free(struct sess *s, struct conn *c)
{
	HASH_DELETE(by_id, s->conns, c);
	s->conn_count--;
	s->surplus_count -= c->surplus;
	csta_stream_fini(&c->in);
	sess_login_free(c->login);
	outbox_free(c->box);
	mem_free(c->peer);
	mem_free(c->local);
	mem_free(c->names);
	mem_free(c);
}

void
sess_fini(struct sess *s)
{
	struct sess_note *n, *n2;
	struct conn *c, *c2;

	HASH_ITER(by_id, s->conns, c, c2)
		sess_conn_free(s, c);
	HASH_ITER(by_session, s->notes, n, n2)
		sess_note_drop(s, n);
	mem_free(s->direct);
	mem_free(s->busy);
	buf_fini(&s->body);
	buf_fini(&s->frame);
}

struct conn *
sess_conn(struct sess *s, uint64_t id)
{
	struct conn *c;

	HASH_FIND(by_id, s->conns, &id, sizeof(id), c);
	return c;
}

struct conn *
sess_conn_of(struct sess *s, const struct core_session *session)
{
	struct sess_note *n;

	HASH_FIND(by_session, s->notes, &session->id, sizeof(session->id), n);
	return n && n->conn ? sess_conn(s, n->conn) : NULL;
}

uint64_t
sess_conn_id(struct sess *s, const struct core_session *session)
{
	const struct conn *c = sess_conn_of(s, session);

	return c ? c->id : 0;
}

/* The connection is of no more use; CLIENT_CLOSED follows. */
void
sess_conn_close(struct sess *s, struct conn *c, bool after_output)
{
	if (c->closing)
		return;
	if (after_output)
		sess_out_flush(s, c);
	c->closing = true;
	ctx_act(s->x,
		&(struct node_action){
			.kind = NODE_ACT_CLIENT_CLOSE, .id = c->id, .flag = after_output });
}

enum csta_status
sess_present_status(const struct sess *s)
{
	/* a client that comes now is served although single devices are still out */
	return s->x->model.status == CORE_STATUS_DISABLED ? CSTA_STATUS_disabled :
							    CSTA_STATUS_normal;
}

void
sess_conn_open(struct sess *s, uint64_t id, const struct sess_origin *from)
{
	struct conn *c = mem_zalloc(sizeof(*c));

	c->id = id;
	c->listener = from->listener;
	c->peer = mem_strndup(from->peer.p, from->peer.n);
	c->local = mem_strndup(from->local.p, from->local.n);
	c->names = mem_strndup(from->names.p, from->names.n);
	c->heard = s->x->now;
	c->box = outbox_new(0);
	csta_stream_init(&c->in, csta_codecs[s->x->conf->listeners[c->listener].framing]);
	HASH_ADD(by_id, s->conns, id, sizeof(c->id), c);
	s->conn_count++;
	if (!ctx_is_active(s->x) || !ctx_may_leave(s->x, 0) || s->conn_count > LIMIT_CONNECTIONS) {
		log_emit(s->x->log, M_CLIENT_REFUSED, "client=%s %s", c->peer,
			s->conn_count > LIMIT_CONNECTIONS ? "too many connections" :
							    "this node is not active");
		sess_conn_close(s, c, false);
		return;
	}
	c->surplus = s->conn_count > s->x->conf->connections_max_north;
	s->surplus_count += c->surplus;
	buf_reset(&s->body);
	csta_put_system_status(&s->body, sess_default_edition(s, c),
		c->surplus ? CSTA_STATUS_disabled : sess_present_status(s), 0);
	sess_send_direct(s, c, sess_out_invoke(c), buf_as_str(&s->body));
}

static void
sess_malformed(struct sess *s, struct conn *c, const char *why, struct str bytes)
{
	char shown[3 * SESS_SHOWN_BYTES + 1] = "";
	size_t n = bytes.n < SESS_SHOWN_BYTES ? bytes.n : SESS_SHOWN_BYTES;

	for (size_t i = 0; i < n; i++)
		snprintf(shown + 3 * i, sizeof(shown) - 3 * i, "%02x ", (unsigned char)bytes.p[i]);
	log_emit(s->x->log, M_CLIENT_MALFORMED, "client=%s session=%06x %s; bytes: %s", c->peer,
		core_session_tag(c->session), why, shown);
	s->x->malformed++;
}

/* Some clients count as far as the invoke ID that is that of events: they are answered all the same. */
static void
sess_note_invoke(struct sess *s, struct conn *c, uint32_t invoke)
{
	if (invoke != CSTA_INVOKE_EVENT || c->told_9999)
		return;
	c->told_9999 = true;
	log_emit(s->x->log, M_CLIENT_INVOKE, "client=%s session=%06x", c->peer,
		core_session_tag(c->session));
}

static void
sess_frame(struct sess *s, struct conn *c, const struct csta_frame *f)
{
	struct csta_request q;
	struct err e = { 0 };
	struct core_session *session;
	enum csta_error error;

	if (!c->surplus)
		c->heard = s->x->now;
	if (c->in.codec->decode(s->x->xml, f->body, &q, &e) != E_OK) {
		sess_malformed(s, c, e.text, f->body);
		csta_stream_await(&c->in, f->invoke);
		sess_assoc_malformed(s, c, f->invoke);
		return;
	}
	session = core_session_by_id(&s->x->model, c->session);
	if (s->x->traces.on != 0) {
		struct trace_at at = ctx_trace_at(s->x, s->x->offset);

		trace_request(&at, session, c->peer, f->invoke, csta_request_name(q.kind), f->body);
	}
	if (session != NULL)
		sess_note(s, session->id)->heard = s->x->now;
	sess_note_invoke(s, c, f->invoke);
	sess_out_taken(c, f->invoke, !sess_assoc_is_response(q.kind));
	if (!sess_assoc_is_response(q.kind))
		csta_stream_await(&c->in, f->invoke);
	if (sess_assoc_request(s, c, f->invoke, &q))
		return;
	session = core_session_by_id(&s->x->model, c->session);
	if (session == NULL)
		return;
	meter_ask(&c->asks, q.kind, f->invoke, s->x->now.us);
	error = auth_request(s->x, session, &q);
	if (error == CSTA_NO_ERROR)
		error = auth_rate(s->x, session, &q, s->buckets);
	if (error == CSTA_NO_ERROR)
		s->service(s, session, f->invoke, &q, s->service_arg);
	else
		sess_error(s, session, f->invoke, error);
}

/* Serves a few of the frames that a connection has sent. True: there may be more. */
static bool
sess_turn(struct sess *s, struct conn *c)
{
	struct csta_frame f;
	enum csta_frame_result r = CSTA_FRAME_READY;

	for (unsigned i = 0; i < SESS_TURN_FRAMES && !c->closing && c->login == NULL; i++) {
		r = csta_stream_next(&c->in, &f);
		if (r != CSTA_FRAME_READY)
			break;
		sess_frame(s, c, &f);
		trace_end(&s->x->traces);
	}
	if (r == CSTA_FRAME_BAD && !c->closing) {
		sess_malformed(s, c, f.why, buf_as_str(&c->in.framer.in));
		sess_conn_close(s, c, false);
	}
	return r == CSTA_FRAME_READY && !c->closing && c->login == NULL;
}

/* Nothing more is read of a connection with bytes that wait, for a turn or for an answer or a login before them. */
static void
sess_pause(struct sess *s, struct conn *c)
{
	bool pause = c->busy || c->login != NULL || csta_stream_waits(&c->in);

	if (c->paused == pause)
		return;
	c->paused = pause;
	ctx_act(s->x,
		&(struct node_action){ .kind = NODE_ACT_CLIENT_PAUSE, .id = c->id, .flag = pause });
}

static void
sess_busy_add(struct sess *s, struct conn *c)
{
	if (s->busy_count == s->busy_size) {
		s->busy_size = s->busy_size ? s->busy_size * 2 : 64;
		s->busy = mem_realloc(s->busy, s->busy_size * sizeof(s->busy[0]));
	}
	s->busy[s->busy_count++] = c->id;
	c->busy = true;
}

/* After a turn. */
static void
sess_turned(struct sess *s, struct conn *c, bool more)
{
	if (c->closing)
		return;
	c->busy = false;
	if (more)
		sess_busy_add(s, c);
	sess_pause(s, c);
}

void
sess_read_on(struct sess *s, struct conn *c)
{
	if (!c->closing && !c->busy && c->login == NULL && csta_stream_is_ready(&c->in))
		sess_busy_add(s, c);
}

void
sess_logged_in(struct sess *s, struct conn *c)
{
	sess_turned(s, c, sess_turn(s, c));
}

/* Those that wait have a turn each, as many as fit into a step; who has more behind that waits again, as the last. */
static void
sess_turns(struct sess *s)
{
	size_t turns = s->busy_count < SESS_STEP_TURNS ? s->busy_count : SESS_STEP_TURNS;

	for (size_t i = 0; i < turns; i++) {
		struct conn *c = sess_conn(s, s->busy[0]);

		memmove(s->busy, s->busy + 1, --s->busy_count * sizeof(s->busy[0]));
		if (c != NULL && !c->closing)
			sess_turned(s, c, sess_turn(s, c));
	}
}

/* In pieces that the receiver takes; one that is full makes room by a turn out of order, if it waits for no answer. */
static void
sess_feed(struct sess *s, struct conn *c, struct str bytes)
{
	while (bytes.n > 0 && !c->closing) {
		size_t n = bytes.n < LIMIT_CSTA_MESSAGE_BYTES ? bytes.n : LIMIT_CSTA_MESSAGE_BYTES;

		if (csta_stream_feed(&c->in, (const uint8_t *)bytes.p, n) == E_OK) {
			bytes = (struct str){ bytes.p + n, bytes.n - n };
		} else if (c->login != NULL || csta_stream_waits(&c->in)) {
			sess_malformed(s, c, "more bytes came than can wait for an answer", bytes);
			sess_conn_close(s, c, false);
		} else {
			(void)sess_turn(s, c);
		}
	}
}

void
sess_conn_data(struct sess *s, uint64_t id, struct str bytes)
{
	struct conn *c = sess_conn(s, id);

	if (c == NULL || !ctx_is_active(s->x))
		return;
	sess_feed(s, c, bytes);
	if (!c->closing && !c->busy)
		sess_turned(s, c, sess_turn(s, c));
}

void
sess_conn_acked(struct sess *s, uint64_t id, uint64_t pos)
{
	struct conn *c = sess_conn(s, id);
	struct core_session *session = c ? core_session_by_id(&s->x->model, c->session) : NULL;
	struct sess_note *n;
	uint64_t serial;

	if (c != NULL)
		sess_out_acked(c, pos);
	if (session == NULL)
		return;
	serial = outbox_acked(session->box, pos);
	n = sess_note(s, session->id);
	if (serial > n->acked_known)
		n->acked_known = serial;
	/* told to the peer in small steps here, the rest by sess_tick() */
	if (n->acked_known >= n->acked_said + 16)
		sess_tell_acked(s, session, n->acked_known, &n->acked_said);
}

void
sess_tell_acked(struct sess *s, struct core_session *session, uint64_t serial, uint64_t *said)
{
	if (!ctx_is_active(s->x) || serial <= *said)
		return;
	*said = serial;
	CORE_EMIT(&s->x->em, session_acked, .session = session->id, .serial = serial);
}

/* The session has no connection any more. A session that is not kept ends with it. */
static void
sess_detach(struct sess *s, struct core_session *session)
{
	struct sess_note *n = sess_note(s, session->id);

	n->conn = 0;
	n->heard = s->x->now;
	outbox_detach(session->box);
	if (session->kept) {
		CORE_EMIT(&s->x->em, session_detach, .session = session->id);
		return;
	}
	log_emit(s->x->log, M_SESSION_ENDED, "session=%06x client=%s connection closed",
		core_session_tag(session->id), session->peer);
	sess_note_drop(s, n);
	CORE_EMIT(&s->x->em, session_close, .session = session->id);
}

void
sess_conn_closed(struct sess *s, uint64_t id)
{
	struct conn *c = sess_conn(s, id);
	struct core_session *session;

	if (c == NULL)
		return;
	session = core_session_by_id(&s->x->model, c->session);
	if (session != NULL && ctx_is_active(s->x) && sess_conn_of(s, session) == c)
		sess_detach(s, session);
	sess_conn_free(s, c);
}

void
sess_bind(struct sess *s, struct conn *c, struct core_session *session)
{
	struct sess_note *n = sess_note(s, session->id);
	struct conn *old = n->conn ? sess_conn(s, n->conn) : NULL;

	if (old != NULL && old != c) {
		old->session = 0;
		sess_conn_close(s, old, false);
	}
	c->session = session->id;
	c->owes_status = false;
	n->conn = c->id;
	n->heard = s->x->now;
	n->acked_known = n->acked_said = session->acked_serial;
}

void
sess_end(struct sess *s, struct core_session *session)
{
	struct sess_note *n = sess_note(s, session->id);
	struct conn *c = sess_conn_of(s, session);

	if (c != NULL)
		c->session = 0;
	sess_note_drop(s, n);
	CORE_EMIT(&s->x->em, session_close, .session = session->id);
}

void
sess_answer(struct sess *s, struct core_session *session, uint32_t invoke, struct str body)
{
	struct conn *c = sess_conn_of(s, session);

	if (c == NULL)
		return;
	meter_answer(&s->x->meter, &c->asks, invoke, s->x->now.us, true);
	say_own(s->say, session, OUTBOX_ANSWER, invoke, body);
	sess_assoc_answered(s, c, session, invoke, say_own);
}

void
sess_unanswered(struct sess *s, const struct core_session *session, uint32_t invoke)
{
	struct conn *c = sess_conn_of(s, session);

	if (c != NULL)
		sess_out_taken(c, invoke, false);
}

void
sess_answer_ahead(struct sess *s, struct core_session *session, uint32_t invoke, struct str body)
{
	struct conn *c = sess_conn_of(s, session);

	if (c == NULL)
		return;
	meter_answer(&s->x->meter, &c->asks, invoke, s->x->now.us, true);
	say_own_ahead(s->say, session, OUTBOX_ANSWER, invoke, body);
	sess_assoc_answered(s, c, session, invoke, say_own_ahead);
}

void
sess_answer_with_next(
	struct sess *s, struct core_session *session, uint32_t invoke, struct str body)
{
	struct conn *c = sess_conn_of(s, session);

	if (c == NULL)
		return;
	meter_answer(&s->x->meter, &c->asks, invoke, s->x->now.us, true);
	say_own_with_next(s->say, session, OUTBOX_ANSWER, invoke, body);
	sess_assoc_answered(s, c, session, invoke, say_own_with_next);
}

void
sess_request(struct sess *s, struct core_session *session, struct str body)
{
	if (sess_conn_of(s, session) != NULL)
		say_own(s->say, session, OUTBOX_STATUS, 0, body);
}

void
sess_error(struct sess *s, struct core_session *session, uint32_t invoke, enum csta_error error)
{
	struct conn *c = sess_conn_of(s, session);

	if (c != NULL)
		meter_answer(&s->x->meter, &c->asks, invoke, s->x->now.us, false);
	buf_reset(&s->body);
	csta_put_error(&s->body, (enum csta_edition)session->edition, error);
	sess_answer_ahead(s, session, invoke, buf_as_str(&s->body));
}

static void
sess_expire(struct sess *s, struct core_session *session, const char *why)
{
	struct conn *c = sess_conn_of(s, session);

	log_emit(s->x->log, M_SESSION_ENDED, "session=%06x client=%s %s",
		core_session_tag(session->id), session->peer, why);
	if (c != NULL) {
		char id[24];

		snprintf(id, sizeof(id), "%llu", (unsigned long long)session->id);
		buf_reset(&s->body);
		csta_put_session_terminated(&s->body, str_of(id), "sessionTimerExpired");
		sess_send_direct(s, c, sess_out_invoke(c), buf_as_str(&s->body));
		sess_conn_close(s, c, true);
	}
	sess_end(s, session);
}

static void
sess_check(struct sess *s, struct core_session *session)
{
	struct sess_note *n = sess_note(s, session->id);
	int64_t silent_ms = mono_ms_between(n->heard, s->x->now);

	sess_tell_acked(s, session, n->acked_known, &n->acked_said);
	if (n->conn == 0 && silent_ms > (int64_t)session->cleanup_s * 1000)
		sess_expire(s, session, "no connection within the clean-up delay");
	else if (n->conn != 0 && session->kept && session->duration_s > 0 &&
		silent_ms > (int64_t)session->duration_s * 2000)
		sess_expire(s, session, "session timer expired");
}

/* Connections too many do not stay until they say something. */
static void
sess_check_surplus(struct sess *s)
{
	struct conn *c;

	for (c = s->surplus_count > 0 ? s->conns : NULL; c != NULL; c = c->by_id.next)
		if (c->surplus && mono_ms_between(c->heard, s->x->now) >= SESS_SURPLUS_MS)
			sess_conn_close(s, c, true);
}

void
sess_tick(struct sess *s)
{
	struct core_session *session, *next;

	sess_turns(s);
	sess_assoc_tick(s);
	if (!mono_due(s->next_check, s->x->now))
		return;
	s->next_check = mono_add_ms(s->x->now, SESS_CHECK_MS);
	if (!ctx_is_active(s->x))
		return;
	HASH_ITER(by_id, s->x->model.sessions, session, next)
		sess_check(s, session);
	sess_check_surplus(s);
}

struct mono
sess_deadline(const struct sess *s)
{
	if (s->busy_count > 0)
		return s->x->now;
	return mono_min(s->next_check, mono_min(s->out_due, s->owed_due));
}

void
sess_activate(struct sess *s)
{
	struct core_session *session;

	s->next_check = s->x->now;
	for (session = s->x->model.sessions; session != NULL; session = session->by_id.next) {
		struct sess_note *n = sess_note(s, session->id);

		n->conn = 0;
		n->heard = s->x->now;
		n->acked_known = n->acked_said = session->acked_serial;
		outbox_detach(session->box);
		outbox_confirm_all(session->box);
	}
}

void
sess_nudge_all(struct sess *s)
{
	const struct core_session *session;

	for (session = s->x->model.sessions; session != NULL; session = session->by_id.next)
		if (session->peer[0] != '\0')
			ctx_act(s->x,
				&(struct node_action){ .kind = NODE_ACT_NUDGE,
					.text = str_of(session->peer),
					.text2 = str_of(session->local) });
}

/* IPv4 only: nobody nudges the others. */
static bool
is_to_virtual_address(const struct sess *s, const struct conn *c)
{
	const char *address = s->x->conf->virtual_address;
	size_t n = strlen(address);

	return n > 0 && strchr(address, ':') == NULL && strncmp(c->local, address, n) == 0 &&
		c->local[n] == ':';
}

static void
sess_conn_hold(struct sess *s, struct conn *c)
{
	if (c->closing)
		return;
	c->closing = true;
	ctx_act(s->x,
		&(struct node_action){
			.kind = NODE_ACT_CLIENT_HOLD, .id = c->id, .number = SESS_HOLD_MS });
}

void
sess_deactivate(struct sess *s, bool moves)
{
	struct sess_note *n, *n2;
	struct conn *c, *c2;

	HASH_ITER(by_id, s->conns, c, c2)
		if (moves && is_to_virtual_address(s, c))
			sess_conn_hold(s, c);
		else
			sess_conn_close(s, c, false);
	HASH_ITER(by_session, s->notes, n, n2)
		sess_note_drop(s, n);
	s->next_check = s->out_due = s->owed_due = MONO_NEVER;
	s->busy_count = 0;
}

uint32_t
sess_client_count(const struct sess *s)
{
	const struct sess_note *n;
	uint32_t count = 0;

	for (n = s->notes; n != NULL; n = n->by_session.next)
		count += n->conn != 0;
	return count;
}
