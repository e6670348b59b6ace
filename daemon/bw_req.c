/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP requests to BroadWorks: the table of those under way, call requests, acknowledgements of events.
 *
 * A call request and an acknowledgement are effects: they wait here until the gate lets their offset out. A call
 * request is sent once and never repeated: what became of one that was not answered is seen in the events.
 */
#include "daemon/bw_part.h"

#include "proto/base/check.h"
#include "proto/xsi_decode.h"

static uint64_t
request_timeout_ms(const struct bw *b)
{
	return (uint64_t)b->x->conf->http_timeout_ms;
}

struct xsi_request *
bw_request_copy(const struct xsi_request *q)
{
	struct xsi_request *copy;
	size_t n = q->body.n;
	char *p;

	for (int i = 0; i < XSI_ARGS_MAX; i++)
		n += q->args[i].n;
	copy = mem_alloc(sizeof(*copy) + n);
	*copy = *q;
	p = (char *)(copy + 1);
	for (int i = 0; i <= XSI_ARGS_MAX; i++) {
		struct str *to = i < XSI_ARGS_MAX ? &copy->args[i] : &copy->body;

		if (to->n > 0)
			memcpy(p, to->p, to->n);
		to->p = p;
		p += to->n;
	}
	return copy;
}

struct bw_request *
bw_request_send(struct bw *b, enum bw_request_kind kind, uint32_t xsp, const struct xsi_request *q,
	const char *device)
{
	struct bw_request *r = mem_zalloc(sizeof(*r));

	r->id = ctx_new_id(b->x);
	r->kind = kind;
	r->op = q->op;
	r->xsp = xsp;
	r->device = device ? mem_strndup(device, strlen(device)) : NULL;
	HASH_ADD(by_id, b->requests, id, sizeof(r->id), r);
	xsi_op_path(&b->path, &b->contexts, q);
	ctx_act(b->x,
		&(struct node_action){ .kind = NODE_ACT_HTTP,
			.id = r->id,
			.xsp = xsp,
			.method = xsi_op_method(q->op),
			.path = buf_as_str(&b->path),
			.bytes = q->body,
			.number = request_timeout_ms(b) });
	return r;
}

static void
request_free(struct bw *b, struct bw_request *r)
{
	HASH_DELETE(by_id, b->requests, r);
	mem_free(r->device);
	mem_free(r);
}

/* Answers that still come are for nobody. */
void
bw_requests_drop(struct bw *b)
{
	struct bw_request *r, *r2;

	HASH_ITER(by_id, b->requests, r, r2)
		request_free(b, r);
	for (uint32_t i = 0; i < LIMIT_XSPS; i++)
		b->acks[i].out = 0;
	b->deletes = 0;
}

enum bw_result
bw_result_of(uint64_t status)
{
	switch (status) {
	case 0:
		return BW_UNREACHABLE;
	case 400:
	case 409:
	case 412:
		return BW_CONFLICT;
	case 403:
		return BW_FORBIDDEN;
	case 404:
		return BW_NOT_FOUND;
	case 503:
		return BW_OVERLOAD;
	default:
		return status / 100 == 2 ? BW_DONE : BW_FAILED;
	}
}

static bool
request_fits(const struct bw_channel *c, bool doubtful)
{
	return c->state == CHANNEL_OPEN && c->doubtful == doubtful;
}

uint32_t
bw_pick_xsp(struct bw *b)
{
	uint32_t count = b->x->conf->xsp_count;

	for (int doubtful = 0; doubtful <= 1; doubtful++) {
		for (uint32_t i = 0; i < count; i++) {
			uint32_t xsp = (b->next_xsp + i) % count;

			if (!request_fits(&b->channels[xsp], doubtful))
				continue;
			b->next_xsp = xsp + 1;
			return xsp;
		}
	}
	return b->next_xsp++ % count;
}

static void
request_logged(struct bw *b, const struct bw_request *r, uint64_t status, struct str why)
{
	static const char *const names[] = {
		"subscribe",
		"update-subscription",
		"unsubscribe",
		"acknowledge",
		"heartbeat",
		"refresh-channel",
		"list-channel-set",
		"delete-channel",
		"call",
	};

	/* a set that does not exist yet is no failure */
	if (status / 100 == 2 || (r->kind == BW_REQ_LIST_SET && (status == 403 || status == 404)))
		return;
	if (status == 401)
		log_emit(b->x->log, M_NOT_AUTHORISED,
			"xsp=%s request=%s: check [broadworks] user and password",
			b->x->conf->xsps[r->xsp].name, names[r->kind]);
	log_emit(b->x->log, M_SOUTH_REQUEST, "xsp=%s request=%s device=%s status=%llu %.*s",
		b->x->conf->xsps[r->xsp].name, names[r->kind], r->device ? r->device : "",
		(unsigned long long)status, STR_ARG(why));
}

static void
request_list_done(struct bw *b, uint32_t xsp, uint64_t status, struct str body)
{
	struct err e = { 0 };

	if (b->phase != BW_LISTING)
		return;
	if (!ctx_may_leave(b->x, 0)) {
		b->list_tries = 0; /* the gate was shut meanwhile: anew when it opens */
		b->phase_due = b->x->now;
		return;
	}
	if (status == 0) {
		b->phase_due = b->x->now; /* the next XSP, at once: see bw_tick() */
		return;
	}
	b->phase = BW_CLEANING;
	b->phase_due = mono_add_ms(b->x->now, b->x->conf->http_timeout_ms);
	if (status / 100 != 2 || xsi_decode(b->x->xml, body, b->doc, &e) != E_OK ||
		b->doc->kind != XSI_DOC_CHANNEL_SET)
		return;
	/* no channel of ours is open yet, so each of these belonged to whoever was active before; the XSP that
	 * answered is asked to delete them: another one may be silent */
	for (uint32_t i = 0; i < b->doc->channel_count; i++) {
		bw_request_send(b, BW_REQ_DELETE_CHANNEL, xsp,
			&(struct xsi_request){ .op = XSI_OP_channel_delete,
				.args = { b->doc->channels[i].channel_id } },
			NULL);
		b->deletes++;
	}
}

void
bw_http_done(struct bw *b, uint64_t id, uint64_t status, struct str why, struct str body)
{
	struct bw_request *r;

	HASH_FIND(by_id, b->requests, &id, sizeof(id), r);
	if (r == NULL)
		return;
	request_logged(b, r, status, why);
	b->channels[r->xsp].doubtful = status == 0;
	switch (r->kind) {
	case BW_REQ_SUBSCRIBE:
	case BW_REQ_UPDATE:
	case BW_REQ_UNSUBSCRIBE:
		bw_subs_http_done(b, r, status, why, body);
		break;
	case BW_REQ_ACK:
		b->acks[r->xsp].out--;
		break;
	case BW_REQ_BEAT:
		bw_beat_done(b, r, status);
		break;
	case BW_REQ_LIST_SET:
		request_list_done(b, r->xsp, status, body);
		break;
	case BW_REQ_DELETE_CHANNEL:
		b->deletes--;
		break;
	case BW_REQ_REFRESH:
		break;
	case BW_REQ_CALL:
		bw_call_done(b, r, status, body);
		break;
	}
	request_free(b, r);
}

/* call requests */

void
bw_call(struct bw *b, uint64_t request, const struct xsi_request *q, struct core_device *d)
{
	struct bw_waiting_call *w = mem_zalloc(sizeof(*w));

	w->offset = b->x->offset;
	w->request = request;
	w->device = mem_strndup(d->id, strlen(d->id));
	w->q = bw_request_copy(q);
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

void
bw_calls_pump(struct bw *b)
{
	struct bw_waiting_call *w;

	while ((w = TAILQ_FIRST(&b->calls)) != NULL && ctx_may_leave(b->x, w->offset)) {
		b->doc->kind = XSI_DOC_UNKNOWN;
		if (core_device_by_id(&b->x->model, str_of(w->device)) == NULL)
			b->hooks.request_over(w->request, BW_NOT_FOUND, 0, b->hooks.arg);
		else
			bw_request_send(b, BW_REQ_CALL, bw_pick_xsp(b), w->q, w->device)->request =
				w->request;
		call_free(b, w);
	}
}

/* A request about a call: what became of it shows in the events, and in a snapshot. */
static bool
call_is_of_a_call(enum xsi_op op)
{
	return op >= XSI_OP_dial && op < XSI_OP_agent_state_get;
}

/* The device may have another state than the one we believe in. */
static void
call_doubt(struct bw *b, struct core_device *d, enum xsi_op op, enum bw_result result)
{
	if (!call_is_of_a_call(op))
		return;
	if (result == BW_NOT_FOUND && op != XSI_OP_dial)
		bw_device(b, d)->suspect = true;
	/* BroadWorks does not know a call that we believe in, or nobody knows whether it was done: ask */
	if (op != XSI_OP_dial || result == BW_UNREACHABLE || result == BW_FAILED)
		bw_ask(b, d, true);
}

void
bw_call_done(struct bw *b, const struct bw_request *r, uint64_t status, struct str body)
{
	enum bw_result result = bw_result_of(status);
	struct core_device *d = core_device_by_id(&b->x->model, str_of(r->device));
	uint64_t call_id = 0;
	struct err e = { 0 };

	if (body.n == 0 || xsi_decode(b->x->xml, body, b->doc, &e) != E_OK)
		b->doc->kind = XSI_DOC_UNKNOWN;
	if (result == BW_DONE && b->doc->kind == XSI_DOC_CALL_START && b->doc->tracking_id.n > 0)
		call_id = core_decide_call(&b->x->model, &b->x->em, b->doc->tracking_id);
	/* a call that has no name cannot be told to the client who made it */
	if (result == BW_DONE && call_id == 0 &&
		(r->op == XSI_OP_dial || r->op == XSI_OP_rp_dial))
		result = BW_FAILED;
	if (d != NULL && result != BW_DONE)
		call_doubt(b, d, r->op, result);
	if (call_id != 0)
		bw_made_note(b, call_id);
	b->hooks.request_over(r->request, result, call_id, b->hooks.arg);
}

/* acknowledgements of events */

void
bw_ack_event(struct bw *b, uint32_t xsp, struct str event_id, int status)
{
	struct bw_ack *a;

	if (event_id.n == 0 || b->ack_count >= LIMIT_ACKS_WAITING)
		return; /* it will be delivered again */
	a = mem_alloc(sizeof(*a) + event_id.n + 1);
	a->offset = b->x->offset;
	a->xsp = xsp;
	a->status = status;
	memcpy(a->event_id, event_id.p, event_id.n);
	a->event_id[event_id.n] = '\0';
	TAILQ_INSERT_TAIL(&b->acks[xsp].waiting, a, link);
	b->ack_count++;
}

static void
ack_free(struct bw *b, struct bw_ack *a)
{
	TAILQ_REMOVE(&b->acks[a->xsp].waiting, a, link);
	b->ack_count--;
	mem_free(a);
}

/* The channel is gone: what was not acknowledged on it comes again on another. */
void
bw_ack_drop_xsp(struct bw *b, uint32_t xsp)
{
	while (!TAILQ_EMPTY(&b->acks[xsp].waiting))
		ack_free(b, TAILQ_FIRST(&b->acks[xsp].waiting));
}

static void
acks_pump_xsp(struct bw *b, uint32_t xsp)
{
	struct bw_ack *a;

	while ((a = TAILQ_FIRST(&b->acks[xsp].waiting)) != NULL &&
		b->acks[xsp].out < b->x->conf->acks_in_flight && ctx_may_leave(b->x, a->offset)) {
		buf_reset(&b->body);
		xsi_put_event_response(&b->body, str_of(a->event_id), a->status);
		bw_request_send(b, BW_REQ_ACK, xsp,
			&(struct xsi_request){
				.op = XSI_OP_event_response, .body = buf_as_str(&b->body) },
			NULL);
		b->acks[xsp].out++;
		ack_free(b, a);
	}
}

void
bw_acks_pump(struct bw *b)
{
	for (uint32_t xsp = 0; xsp < b->x->conf->xsp_count; xsp++)
		acks_pump_xsp(b, xsp);
}
