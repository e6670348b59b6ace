/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What leaves, and when: see sess_out.h.
 *
 * Happy path: sess_pump() at the end of a step -> messages outside sessions -> turns of the sessions that have something
 * to say -> NODE_ACT_CLIENT_SEND.
 * Failure modes: an answer that no frame can hold becomes an error, so that nobody waits for it; a client that does
 * not read is closed when its outbox is full, its session stays.
 */
#include "daemon/sess_out.h"

#include "daemon/sess_assoc.h"
#include "proto/base/limits.h"
#include "proto/csta_encode.h"

#define OUT_INVOKE_FIRST 9001
#define OUT_INVOKE_LAST 9998
#define OUT_TURN_MESSAGES 16
#define OUT_STEP_MESSAGES 512
#define OUT_PACED_MESSAGES 3 /* of a connection, from its first on */
#define OUT_PACE_MS 50
#define OUT_WINDOW_BYTES 1048576

/* invoke IDs */

/* The bit of an invoke ID that a request of ours might take; false for all others. */
static bool
out_invoke_bit(uint32_t invoke, uint32_t *word, uint64_t *bit)
{
	if (invoke < OUT_INVOKE_FIRST || invoke > OUT_INVOKE_LAST)
		return false;
	*word = (invoke - OUT_INVOKE_FIRST) / 64;
	*bit = (uint64_t)1 << ((invoke - OUT_INVOKE_FIRST) % 64);
	return true;
}

void
sess_out_taken(struct conn *c, uint32_t invoke, bool taken)
{
	uint32_t word;
	uint64_t bit;

	if (!out_invoke_bit(invoke, &word, &bit))
		return;
	if (taken)
		c->taken[word] |= bit;
	else
		c->taken[word] &= ~bit;
}

/* Not that of a client's request under way, as long as there is a free one. */
uint32_t
sess_out_invoke(struct conn *c)
{
	uint32_t word;
	uint64_t bit;

	for (uint32_t tries = OUT_INVOKE_FIRST; tries <= OUT_INVOKE_LAST; tries++) {
		c->invoke = c->invoke >= OUT_INVOKE_LAST || c->invoke < OUT_INVOKE_FIRST ?
			OUT_INVOKE_FIRST :
			c->invoke + 1;
		if (out_invoke_bit(c->invoke, &word, &bit) && (c->taken[word] & bit) == 0)
			break;
	}
	return c->invoke;
}

/* frames */

/* The frame of a message; of an error instead if it is an answer and too long. False: nothing can be sent. */
static bool
out_frame(struct sess *s, struct conn *c, uint32_t invoke, struct str body, bool is_answer)
{
	buf_reset(&s->frame);
	if (csta_stream_put(&c->in, &s->frame, invoke, body) == E_OK)
		return true;
	log_emit(s->x->log, M_CLIENT_MALFORMED,
		"client=%s a message of %zu bytes is too long to be sent", c->peer, body.n);
	if (!is_answer)
		return false;
	buf_reset(&s->body);
	csta_put_error(&s->body, sess_conn_edition(s, c), CSTA_ERR_generic);
	buf_reset(&s->frame);
	return csta_stream_put(&c->in, &s->frame, invoke, buf_as_str(&s->body)) == E_OK;
}

static void
out_send(struct sess *s, struct conn *c, uint32_t invoke, const struct outbox_message *msg)
{
	struct str body = { (const char *)msg->body, msg->n };

	bool sent = out_frame(s, c, invoke, body, msg->kind == OUTBOX_ANSWER);

	sess_read_on(s, c); /* the next request may have waited for this answer */
	if (!sent)
		return;
	if (s->x->traces.on != 0) {
		struct trace_at at = ctx_trace_at(s->x, s->x->offset);

		trace_sent(&at, c->session, c->peer, invoke, msg->kind == OUTBOX_ANSWER,
			msg->offset, body);
	}
	c->out_pos += s->frame.n;
	if (c->paced < OUT_PACED_MESSAGES) {
		c->paced++;
		c->held_pos = c->out_pos;
		c->held_until = mono_add_ms(s->x->now, OUT_PACE_MS);
	}
	sess_out_taken(c, invoke, false);
	ctx_act(s->x,
		&(struct node_action){ .kind = NODE_ACT_CLIENT_SEND,
			.id = c->id,
			.bytes = buf_as_str(&s->frame) });
}

/* pace */

void
sess_out_acked(struct conn *c, uint64_t pos)
{
	if (pos > c->acked_pos)
		c->acked_pos = pos;
	if (pos >= c->held_pos)
		c->held_pos = 0;
}

/*
 * Its TCP has taken nothing for a long while. What waits stays in the outbox until it does: no frame is made of it and
 * nothing is copied into the queue of a socket, so that who does not read costs less than who does.
 */
static bool
out_full(const struct conn *c)
{
	return c->out_pos >= c->acked_pos + OUT_WINDOW_BYTES;
}

static bool
out_held(struct sess *s, struct conn *c)
{
	if (c->held_pos != 0 && mono_due(c->held_until, s->x->now))
		c->held_pos = 0;
	if (c->held_pos != 0)
		s->out_due = mono_min(s->out_due, c->held_until);
	return c->held_pos != 0 || out_full(c);
}

/* messages outside any session */

void
sess_send_direct(struct sess *s, struct conn *c, uint32_t invoke, struct str body)
{
	struct outbox_message head = {
		.kind = OUTBOX_ANSWER, .offset = s->x->offset, .invoke = invoke
	};

	outbox_push(c->box, &head, body);
	if (c->pending)
		return;
	if (s->direct_count == s->direct_size) {
		s->direct_size = s->direct_size ? s->direct_size * 2 : 64;
		s->direct = mem_realloc(s->direct, s->direct_size * sizeof(s->direct[0]));
	}
	s->direct[s->direct_count++] = c->id;
	c->pending = true;
}

static void
out_direct(struct sess *s, struct conn *c, bool at_once)
{
	struct outbox_message *msg;

	while (!c->closing && ha_gate_open(s->x->ha) &&
		(msg = outbox_peek(c->box, ha_released(s->x->ha))) != NULL) {
		if (!at_once && out_held(s, c))
			return;
		out_send(s, c, msg->invoke, msg);
		outbox_sent(c->box, 0);
		(void)outbox_acked(c->box, 0);
	}
}

void
sess_out_flush(struct sess *s, struct conn *c)
{
	out_direct(s, c, true);
}

/* They stand before those of a session that the connection got since. */
static void
out_all_direct(struct sess *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->direct_count; i++) {
		struct conn *c = sess_conn(s, s->direct[i]);

		if (c != NULL)
			out_direct(s, c, false);
		if (c != NULL && c->box->cursor != NULL && !c->closing)
			s->direct[kept++] = c->id;
		else if (c != NULL)
			c->pending = false;
	}
	s->direct_count = kept;
}

/* sessions */

static void
out_overflow(struct sess *s, const struct core_session *session, struct conn *c)
{
	s->x->meter.apps[((const struct outbox *)session->box)->app].slow_disconnects++;
	log_emit(s->x->log, M_CLIENT_SLOW,
		"client=%s session=%06x %zu messages wait; the connection is closed", c->peer,
		core_session_tag(session->id), ((struct outbox *)session->box)->count);
	sess_conn_close(s, c, false);
}

static void
out_measure(struct sess *s, const struct outbox_message *msg)
{
	if (msg->kind != OUTBOX_EVENT)
		return;
	s->x->meter.events_sent[msg->event <= CSTA_EVENT_COUNT ? msg->event : CSTA_EVENT_COUNT]++;
	if (msg->said_us != 0)
		meter_add(&s->x->meter.event_wait, s->x->now.us - msg->said_us);
}

/* One turn of a session. True: it could go on at once. */
static bool
out_turn(struct sess *s, uint64_t id, unsigned *budget)
{
	struct core_session *session = core_session_by_id(&s->x->model, id);
	struct conn *c = session ? sess_conn_of(s, session) : NULL;
	struct outbox_message *msg = NULL;
	unsigned turn = OUT_TURN_MESSAGES;

	while (c != NULL && !c->closing &&
		(msg = outbox_peek(session->box, ha_released(s->x->ha))) != NULL &&
		!out_held(s, c) && turn > 0 && *budget > 0) {
		out_send(s, c,
			msg->kind == OUTBOX_EVENT      ? CSTA_INVOKE_EVENT :
				outbox_is_request(msg) ? sess_out_invoke(c) :
							 msg->invoke,
			msg);
		out_measure(s, msg);
		outbox_sent(session->box, c->out_pos);
		turn--;
		--*budget;
	}
	if (c != NULL && ((struct outbox *)session->box)->overflow && !c->closing)
		out_overflow(s, session, c);
	return c != NULL && !c->closing && msg != NULL && c->held_pos == 0 && !out_full(c);
}

static void
out_swap(uint64_t *a, uint64_t *b)
{
	uint64_t was = *a;

	*a = *b;
	*b = was;
}

static void
out_reverse(uint64_t *ids, size_t from, size_t to)
{
	for (; from + 1 < to; from++, to--)
		out_swap(&ids[from], &ids[to - 1]);
}

/*
 * A turn for each of the first `count`. Those that could go on stand first afterwards; their number is returned. When the
 * step has sent enough, those that had no turn come before those that had one.
 */
static size_t
out_round(struct sess *s, size_t count, unsigned *budget)
{
	uint64_t *ids = s->say->pending;
	size_t going = 0, i;

	for (i = 0; i<count && * budget> 0; i++)
		if (out_turn(s, ids[i], budget))
			out_swap(&ids[going++], &ids[i]);
	if (i < count) {
		out_reverse(ids, 0, i);
		out_reverse(ids, i, count);
		out_reverse(ids, 0, count);
		going += count - i;
	}
	return going;
}

/* Forgets the sessions that have nothing more to say, or nobody to say it to. */
static void
out_forget_done(struct sess *s)
{
	struct say *say = s->say;
	size_t kept = 0;

	for (size_t i = 0; i < say->pending_count; i++) {
		struct core_session *session = core_session_by_id(&s->x->model, say->pending[i]);
		struct conn *c = session ? sess_conn_of(s, session) : NULL;
		struct outbox *box = session ? session->box : NULL;

		if (c != NULL && box->cursor != NULL && !c->closing)
			say->pending[kept++] = session->id;
		else if (box != NULL)
			box->pending = false;
	}
	say->pending_count = kept;
}

void
sess_pump(struct sess *s)
{
	unsigned budget = OUT_STEP_MESSAGES;
	size_t going = s->say->pending_count;

	s->out_due = MONO_NEVER;
	if (!ctx_is_active(s->x) || !ha_gate_open(s->x->ha))
		return;
	out_all_direct(s);
	while (going > 0 && budget > 0)
		going = out_round(s, going, &budget);
	out_forget_done(s);
	if (going > 0)
		s->out_due = s->x->now;
}
