/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests of clients to BroadWorks: they are effects, so they wait here until the gate lets their offset out.
 *
 * A request is sent once and never repeated: what became of one that was not answered is seen in the events. One user
 * gets so many a second (user-rate): BroadWorks has limits for each user too, and one client must not use up those of
 * another. Failure: a user with too many waiting is answered "overload" after the time-out of a request.
 */
#include "daemon/bw_part.h"

#include "proto/xsi_decode.h"

/* While a conference of its calls is made, what becomes of them on the way is part of that: see event_is_of_conference(). */
static bool
call_confers(enum xsi_op op)
{
	return op == XSI_OP_conference_start || op == XSI_OP_conference_add;
}

void
bw_conferred(struct bw *b, struct core_device *d)
{
	struct bw_device *bd = d->south;

	if (bd == NULL || !bd->confers)
		return;
	bd->confers = false;
	core_decide_settle(&b->x->em, d);
}

void
bw_call(struct bw *b, uint64_t request, const struct xsi_request *q, struct core_device *d)
{
	struct bw_waiting_call *w = mem_zalloc(sizeof(*w));

	w->offset = b->x->offset;
	w->due = mono_add_ms(b->x->now, b->x->conf->http_timeout_ms);
	w->request = request;
	w->device = mem_strndup(d->id, strlen(d->id));
	w->q = bw_request_copy(q);
	if (call_confers(q->op))
		bw_device(b, d)->confers = true;
	if (q->op == XSI_OP_park)
		str_copy(bw_device(b, d)->parks_at, sizeof(bw_device(b, d)->parks_at), q->args[2]);
	TAILQ_INSERT_TAIL(&b->calls, w, link);
}

static void
call_free(struct bw *b, struct bw_waiting_call *w)
{
	TAILQ_REMOVE(&b->calls, w, link);
	mem_free(w->device);
	mem_free(w->q);
	mem_free(w);
}

void
bw_calls_drop(struct bw *b)
{
	while (!TAILQ_EMPTY(&b->calls))
		call_free(b, TAILQ_FIRST(&b->calls));
}

/* A token of the user's bucket, if there is one. */
static bool
call_take_token(struct bw *b, struct bw_device *bd)
{
	const struct conf *conf = b->x->conf;
	int64_t full = conf->user_burst * 1000;

	if (conf->user_rate == 0)
		return true;
	/* a bucket that was never used is full */
	if (bd->calls_at.us == 0) {
		bd->calls_milli = full;
		bd->calls_at = b->x->now;
	}
	bd->calls_milli += bw_gain_milli(&bd->calls_at, b->x->now, conf->user_rate);
	if (bd->calls_milli > full)
		bd->calls_milli = full;
	if (bd->calls_milli < 1000)
		return false;
	bd->calls_milli -= 1000;
	return true;
}

static void
call_send(struct bw *b, const struct bw_waiting_call *w)
{
	uint32_t xsp = bw_pick_xsp(b, w->q->op);

	bw_request_send(b, BW_REQ_CALL, xsp, w->q, w->device)->request = w->request;
	if (b->x->traces.on != 0) {
		struct trace_at at = ctx_trace_at(b->x, w->offset);

		trace_asked(&at, b->x->conf->xsps[xsp].name, xsi_op_name(w->q->op), w->device,
			w->request);
	}
}

void
bw_calls_pump(struct bw *b)
{
	struct bw_waiting_call *w, *next;

	for (w = TAILQ_FIRST(&b->calls); w != NULL && ctx_may_leave(b->x, w->offset); w = next) {
		struct core_device *d = core_device_by_id(&b->x->model, str_of(w->device));
		bool late = mono_due(w->due, b->x->now);

		next = TAILQ_NEXT(w, link);
		if (d != NULL && !late && !call_take_token(b, bw_device(b, d)))
			continue;
		b->doc->kind = XSI_DOC_UNKNOWN;
		/* one that was held up by the gate alone is sent: nobody had the chance to do so before */
		if (d == NULL) {
			b->hooks.request_over(w->request, BW_NOT_FOUND, 0, b->hooks.arg);
		} else if (late && !call_take_token(b, bw_device(b, d))) {
			if (call_confers(w->q->op))
				bw_conferred(b, d);
			b->hooks.request_over(w->request, BW_OVERLOAD, 0, b->hooks.arg);
		} else {
			call_send(b, w);
		}
		call_free(b, w);
	}
}

struct mono
bw_calls_deadline(const struct bw *b)
{
	const struct bw_waiting_call *w = TAILQ_FIRST(&b->calls);

	if (w == NULL || !ctx_may_leave(b->x, w->offset))
		return MONO_NEVER;
	return mono_add_ms(b->x->now, 5); /* waits for a token */
}

/* A request about a call: what became of it shows in the events, and in a snapshot. */
static bool
call_is_of_a_call(enum xsi_op op)
{
	return (op >= XSI_OP_dial && op < XSI_OP_agent_state_get) ||
		(op >= XSI_OP_acd_release && op <= XSI_OP_acd_reorder) ||
		(op >= XSI_OP_rp_dial && op <= XSI_OP_rp_connect_vxml);
}

/* The device may have another state than the one we believe in. */
static void
call_doubt(struct bw *b, struct core_device *d, enum xsi_op op, enum bw_result result)
{
	if (!call_is_of_a_call(op))
		return;
	if (result == BW_NOT_FOUND && op != XSI_OP_dial && op != XSI_OP_rp_dial)
		bw_device(b, d)->suspect = true;
	/* BroadWorks does not know a call that we believe in, or nobody knows whether it was done: ask */
	if ((op != XSI_OP_dial && op != XSI_OP_rp_dial) || result == BW_UNREACHABLE ||
		result == BW_FAILED)
		bw_ask(b, d, true);
}

void
bw_call_done(struct bw *b, const struct bw_request *r, struct str body)
{
	enum bw_result result = r->result;
	struct core_device *d = core_device_by_id(&b->x->model, str_of(r->device));
	uint64_t call_id = 0;
	struct err e = { 0 };

	if (b->x->traces.on != 0) {
		struct trace_at at = ctx_trace_at(b->x, b->x->offset);

		trace_answered(&at, b->x->conf->xsps[r->xsp].name, xsi_op_name(r->op), r->request,
			result == BW_DONE);
	}
	if (body.n == 0 || xsi_decode(b->x->xml, body, b->doc, &e) != E_OK)
		b->doc->kind = XSI_DOC_UNKNOWN;
	if (result == BW_DONE && b->doc->kind == XSI_DOC_CALL_START && b->doc->tracking_id.n > 0)
		call_id = core_decide_call(&b->x->model, &b->x->em, b->doc->tracking_id);
	if (call_id != 0)
		bw_made_note(b, call_id);
	/* a call that has no name cannot be told to the client who made it */
	if (result == BW_DONE && call_id == 0 && (r->op == XSI_OP_dial || r->op == XSI_OP_rp_dial))
		result = BW_FAILED;
	if (d != NULL && call_confers(r->op) && result != BW_DONE)
		bw_conferred(b, d);
	if (d != NULL && result == BW_DONE && r->op == XSI_OP_conference_barge_in)
		core_decide_intrusion(&b->x->model, &b->x->em, d);
	if (d != NULL && result != BW_DONE)
		call_doubt(b, d, r->op, result);
	b->hooks.request_over(r->request, result, call_id, b->hooks.arg);
}
