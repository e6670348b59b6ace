/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests to BroadWorks: the table of those under way, which XSP is asked, what became of them.
 *
 * A request is described by struct xsi_request, whatever the transport. It is handed to a link (bw_link.c), which sends
 * it when it may; the answer comes back here, and goes to whoever asked.
 */
#include "daemon/bw_part.h"

#include "proto/base/check.h"
#include "proto/xsi_decode.h"

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
	r->q = bw_request_copy(q);
	r->device = device ? mem_strndup(device, strlen(device)) : NULL;
	HASH_ADD(by_id, b->requests, id, sizeof(r->id), r);
	bw_link_submit(b, r);
	return r;
}

static void
request_free(struct bw *b, struct bw_request *r)
{
	bw_link_forget(b, r);
	HASH_DELETE(by_id, b->requests, r);
	mem_free(r->device);
	mem_free(r->base);
	mem_free(r->path);
	mem_free(r->q);
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

/* The setting that names the status or the error code of the answer; the code counts more. */
static const struct conf_error *
request_exception(struct bw *b, uint64_t status, struct str body)
{
	const struct conf *conf = b->x->conf;
	const struct conf_error *found = NULL;
	struct err e = { 0 };
	uint64_t code = 0;

	if (conf->error_count == 0)
		return NULL;
	if (body.n > 0 && xsi_decode(b->x->xml, body, b->doc, &e) == E_OK &&
		b->doc->kind == XSI_DOC_ERROR)
		code = b->doc->error_code;
	for (uint32_t i = 0; i < conf->error_count; i++) {
		if (code != 0 && conf->errors[i].code == code)
			return &conf->errors[i];
		if (conf->errors[i].code == status)
			found = &conf->errors[i];
	}
	return found;
}

enum bw_result
bw_result_of_status(struct bw *b, uint64_t status)
{
	const struct conf_error *exception = request_exception(b, status, STR_NONE);

	return exception ? (enum bw_result)exception->action : bw_result_of(status);
}

static enum bw_result
request_result(struct bw *b, uint64_t status, struct str body)
{
	const struct conf_error *exception =
		status == 0 || status / 100 == 2 ? NULL : request_exception(b, status, body);

	return exception ? (enum bw_result)exception->action : bw_result_of(status);
}

/* --- which XSP -------------------------------------------------------------------------------- */

/* Some requests do not exist over CTI. */
static bool
pick_carries(const struct bw *b, uint32_t xsp, enum xsi_op op)
{
	return op == XSI_OP_none || xsi_op_element(op) != NULL ||
		b->x->conf->xsps[xsp].transport != CONF_CTI;
}

/* 0: well; 1: overloaded; 2: it did not answer; 3: no channel. */
static int
pick_rank(const struct bw *b, uint32_t xsp, enum xsi_op op)
{
	const struct bw_channel *c = &b->channels[xsp];
	const struct bw_link *l = &b->south.of[xsp];

	if (c->state != CHANNEL_OPEN || !pick_carries(b, xsp, op))
		return 3;
	if (c->doubtful || !bw_auth_may_send(b, xsp))
		return 2;
	return mono_due(l->hold_until, b->x->now) ? 0 : 1;
}

/* True if the link is of use before the other. */
static bool
pick_is_before(const struct bw *b, uint32_t xsp, uint32_t other)
{
	uint32_t mine = b->south.of[xsp].priority, theirs = b->south.of[other].priority;

	if (b->x->conf->priority_order == CONF_PRIORITY_IGNORED)
		return false;
	return b->x->conf->priority_order == CONF_HIGH_FIRST ? mine > theirs : mine < theirs;
}

/* Among those of the same rank and priority each gets its share by weight, evenly spread. */
static uint32_t
pick_weighted(struct bw *b, uint32_t best, int rank, enum xsi_op op)
{
	uint32_t count = b->x->conf->xsp_count, at = best;
	int64_t total = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct bw_link *l = &b->south.of[i];

		if (pick_rank(b, i, op) != rank || pick_is_before(b, best, i))
			continue;
		l->credit += l->weight;
		total += l->weight;
		if (l->credit > b->south.of[at].credit)
			at = i;
	}
	b->south.of[at].credit -= total;
	return at;
}

uint32_t
bw_pick_xsp(struct bw *b, enum xsi_op op)
{
	uint32_t count = b->x->conf->xsp_count, best = 0;
	int rank = pick_rank(b, 0, op);

	for (uint32_t i = 1; i < count; i++) {
		int r = pick_rank(b, i, op);

		if (r < rank || (r == rank && pick_is_before(b, i, best)))
			best = i;
		rank = r < rank ? r : rank;
	}
	if (rank < 3)
		return pick_weighted(b, best, rank, op);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t xsp = b->next_xsp++ % count;

		if ((b->south.of[xsp].url[0] != '\0' || b->x->conf->xsps[xsp].srv == 0) &&
			pick_carries(b, xsp, op))
			return xsp;
	}
	return 0;
}

/* --- answers ---------------------------------------------------------------------------------- */

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
		"application-controller",
		"call",
		"read-calls",
		"list-subscriptions",
		"delete-leaked-subscription",
	};

	/* a set that does not exist yet is no failure */
	if (status / 100 == 2 || (r->kind == BW_REQ_LIST_SET && (status == 403 || status == 404)))
		return;
	bw_link_note(b, r->xsp, "%s: status %llu %.*s", names[r->kind], (unsigned long long)status,
		STR_ARG(why));
	log_emit(b->x->log, M_SOUTH_REQUEST, "xsp=%s request=%s device=%s status=%llu %.*s",
		b->x->conf->xsps[r->xsp].name, names[r->kind], r->device ? r->device : "",
		(unsigned long long)status, STR_ARG(why));
}

/* What there is, or that there is no such set. Whoever is overloaded, broken or sends us away knows of neither. */
static bool
list_is_answer(uint64_t status)
{
	return status / 100 == 2 || status == 403 || status == 404;
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
	if (!list_is_answer(status)) {
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
bw_request_over(struct bw *b, struct bw_request *r, const struct bw_answer *a)
{
	bw_link_forget(b, r);
	request_logged(b, r, a->status, a->why);
	r->result = request_result(b, a->status, a->body);
	switch (r->kind) {
	case BW_REQ_SUBSCRIBE:
	case BW_REQ_UPDATE:
	case BW_REQ_UNSUBSCRIBE:
		bw_subs_http_done(b, r, a->status, a->why, a->body);
		break;
	case BW_REQ_ACK:
		bw_ack_done(b, r);
		break;
	case BW_REQ_BEAT:
		bw_beat_done(b, r, a->status);
		break;
	case BW_REQ_LIST_SET:
		request_list_done(b, r->xsp, a->status, a->body);
		break;
	case BW_REQ_DELETE_CHANNEL:
		b->deletes--;
		if (r->request > 0)
			bw_channel_stale_done(b, r, a->status);
		break;
	case BW_REQ_REFRESH:
		bw_refresh_done(b, r, a->body);
		break;
	case BW_REQ_CONTROLLER:
		bw_app_done(b, r, a->body);
		break;
	case BW_REQ_CALL:
		bw_call_done(b, r, a->body);
		break;
	case BW_REQ_SCAN:
		bw_subs_scan_done(b, r, a->body);
		break;
	case BW_REQ_LIST_SUBS:
		bw_leaks_listed(b, r, a->body);
		break;
	case BW_REQ_DELETE_LEAK:
		bw_leaks_deleted(b, r);
		break;
	}
	request_free(b, r);
}

void
bw_http_done(struct bw *b, uint64_t id, const struct bw_answer *a)
{
	struct bw_request *r;

	HASH_FIND(by_id, b->requests, &id, sizeof(id), r);
	if (r == NULL || r->place != BW_PLACE_OUT)
		return;
	if (!bw_link_answered(b, r, a))
		bw_request_over(b, r, a);
}

void
bw_http_data(struct bw *b, uint64_t id, struct str bytes)
{
	struct bw_request *r;

	HASH_FIND(by_id, b->requests, &id, sizeof(id), r);
	if (r != NULL && r->place == BW_PLACE_OUT && r->kind == BW_REQ_LIST_SUBS)
		bw_leaks_piece(b, r, bytes);
}

bool
bw_take_token(struct bw *b)
{
	int64_t rate = b->x->conf->update_rate;

	if (rate <= 0)
		return true;
	b->tokens_milli += bw_gain_milli(&b->tokens_at, b->x->now, rate);
	/* a burst of a twentieth of a second at the most, so that the rate holds over any longer time */
	if (b->tokens_milli > rate * 50 + 1000)
		b->tokens_milli = rate * 50 + 1000;
	if (b->tokens_milli < 1000)
		return false;
	b->tokens_milli -= 1000;
	return true;
}
