/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A link over CTI (see bw_link.h): one TCP connection that carries requests, the event channel and keepalives.
 *
 *   DOWN -> CONNECTING -> UP -> CLOSING -> DOWN
 *
 * Happy path: the first request connects; AddChannel binds the channel to this connection; events come as envelopes and
 * go the same way as those of an HTTP stream; the acknowledgement answers the envelope; requests are matched by
 * requestId, whatever the order of the answers. When nothing was received for kpl-interval-s a keepalive goes out; with
 * more than kpl-tolerance of them unanswered the connection is dead, half open or not. Keepalives of the XSP are
 * always answered.
 * Failure modes: no connection, its end, a silent peer, bytes that are no documents: every request on it ends without
 * an answer, the channel is lost. A document that is not understood is counted and skipped.
 */
#include "daemon/bw_part.h"

#include "proto/base/check.h"
#include "proto/base/sm.h"
#include "proto/cti_decode.h"
#include "proto/cti_encode.h"
#include "proto/xsi_decode.h"

#include <inttypes.h>
#include <stdio.h>

static const struct sm_state cti_states[] = {
	[CTI_DOWN] = { "down", SM_BIT(CTI_CONNECTING) },
	[CTI_CONNECTING] = { "connecting",
		SM_BIT(CTI_UP) | SM_BIT(CTI_CLOSING) | SM_BIT(CTI_DOWN) },
	[CTI_UP] = { "up", SM_BIT(CTI_CLOSING) | SM_BIT(CTI_DOWN) },
	[CTI_CLOSING] = { "closing", SM_BIT(CTI_DOWN) },
};

static const struct sm_table cti_table = { "cti connection", cti_states, 4 };

static struct bw_cti *
cti_of(struct bw *b, uint32_t xsp)
{
	return &b->south.of[xsp].cti;
}

static const struct conf_xsp *
cti_conf(const struct bw *b, uint32_t xsp)
{
	return &b->x->conf->xsps[xsp];
}

static struct cti_spelling
cti_spelling(const struct bw *b)
{
	const struct conf *c = b->x->conf;

	return (struct cti_spelling){
		.request_is_plain = !c->cti_request_namespace,
		.payload_is_qualified = c->cti_payload_namespace,
		.uri = (enum cti_uri)c->cti_uri,
		.envelope_version = c->cti_version[0] ? c->cti_version : NULL,
		.application_version = c->broadworks_version[0] ? c->broadworks_version : NULL,
	};
}

/* --- out -------------------------------------------------------------------------------------- */

/* The document in b->south.out, framed. */
static bool
cti_send(struct bw *b, uint32_t xsp)
{
	struct buf framed;
	bool sent;

	buf_init(&framed, 2 * LIMIT_XML_DOC_BYTES + 256);
	cti_frame_put(&framed, (enum cti_framing)b->x->conf->cti_framing,
		b->x->conf->cti_declaration, buf_as_str(&b->south.out));
	sent = !b->south.out.overflow && !framed.overflow;
	if (sent)
		ctx_act(b->x,
			&(struct node_action){ .kind = NODE_ACT_SOUTH_SEND,
				.id = cti_of(b, xsp)->conn,
				.xsp = xsp,
				.bytes = buf_as_str(&framed) });
	/* credentials were in it */
	if (framed.p != NULL)
		explicit_bzero(framed.p, framed.n);
	buf_fini(&framed);
	if (b->south.out.p != NULL)
		explicit_bzero(b->south.out.p, b->south.out.n);
	buf_reset(&b->south.out);
	return sent;
}

static enum cti_credentials
cti_credentials(struct bw *b, uint32_t xsp, struct str *secret)
{
	int auth = cti_conf(b, xsp)->auth, kind = b->x->conf->cti_credentials;

	if (auth == CONF_AUTH_CERT)
		return CTI_CREDENTIALS_NONE;
	if (auth != CONF_AUTH_BASIC && kind == CONF_CTI_CREDENTIALS)
		kind = CONF_CTI_AUTHORIZATION; /* a token is no user and password */
	if (auth == CONF_AUTH_SIP)
		kind = CONF_CTI_AUTHORIZATION;
	*secret = kind == CONF_CTI_AUTHORIZATION ? bw_auth_header(b, xsp) : bw_auth_secret(b, xsp);
	if (kind == CONF_CTI_AUTHORIZATION)
		return CTI_CREDENTIALS_AUTHORIZATION;
	return kind == CONF_CTI_SSO ? CTI_CREDENTIALS_SSO : CTI_CREDENTIALS_BASIC;
}

/* Parameters in the order of the row; optional ones that are "" are left out. */
static size_t
cti_params(const struct xsi_request *q, struct cti_param *params)
{
	size_t count = 0;

	for (int i = 0; i < xsi_op_param_count(q->op) && i < XSI_ARGS_MAX; i++) {
		struct xsi_param p = xsi_op_param(q->op, i);

		if (p.is_http_only || (p.is_optional && q->args[i].n == 0))
			continue;
		params[count++] = (struct cti_param){ p.name, q->args[i] };
	}
	return count;
}

static bool
cti_put(struct bw *b, uint32_t xsp, uint64_t id, const struct xsi_request *q, const char *method)
{
	struct cti_spelling spelling = cti_spelling(b);
	struct cti_param params[XSI_ARGS_MAX];
	struct cti_request out = { .element = xsi_op_element(q->op), .method = method };
	char request_id[24], session_id[48];
	struct buf uri;

	buf_init(&uri, 4096);
	snprintf(request_id, sizeof(request_id), "%" PRIu64, id);
	if (b->x->conf->cti_session == CONF_CTI_PER_CONNECTION)
		snprintf(session_id, sizeof(session_id), "s%" PRIu64, cti_of(b, xsp)->conn);
	else
		snprintf(session_id, sizeof(session_id), "s%" PRIu64 "-%" PRIu64,
			cti_of(b, xsp)->conn, id);
	out.request_id = str_of(request_id);
	out.session_id = str_of(session_id);
	xsi_op_uri(&uri, &b->contexts, q->op);
	out.uri_template = buf_as_str(&uri);
	xsi_op_cti_path(&b->path, &b->contexts, q);
	out.uri = buf_as_str(&b->path);
	out.params = params;
	out.param_count = cti_params(q, params);
	out.payload = q->body;
	out.credentials = cti_credentials(b, xsp, &out.secret);
	buf_reset(&b->south.out);
	if (out.element != NULL && !b->path.overflow)
		cti_put_request(&b->south.out, &spelling, &out);
	else
		b->south.out.overflow = true;
	buf_fini(&uri);
	return !b->south.out.overflow;
}

/* --- the connection --------------------------------------------------------------------------- */

static int64_t
cti_interval_ms(const struct bw *b, uint32_t xsp)
{
	const struct conf_xsp *x = cti_conf(b, xsp);

	return b->x->conf->cti_keepalive == CONF_CTI_BOTH ? x->kpl_interval_s * 1000 :
							    b->x->conf->silence_ms;
}

static void
cti_change(struct bw *b, uint32_t xsp, enum bw_cti_state to)
{
	struct bw_cti *t = cti_of(b, xsp);

	sm_move(&cti_table, &t->state, (int)to);
	t->due = MONO_NEVER;
	if (to == CTI_CONNECTING)
		t->due = mono_add_ms(b->x->now, b->x->conf->http_timeout_ms);
	if (to == CTI_UP)
		t->due = mono_add_ms(b->x->now, cti_interval_ms(b, xsp));
}

static void
cti_event_free(struct bw_cti *t, struct bw_cti_event *e)
{
	HASH_DELETE(by_event, t->events, e);
	TAILQ_REMOVE(&t->event_list, e, link);
	t->event_count--;
	mem_free(e);
}

void
bw_cti_init(struct bw *b, uint32_t xsp)
{
	struct bw_cti *t = cti_of(b, xsp);

	*t = (struct bw_cti){ .due = MONO_NEVER };
	TAILQ_INIT(&t->waiting);
	TAILQ_INIT(&t->out);
	TAILQ_INIT(&t->event_list);
	buf_init(&t->opening, LIMIT_XML_DOC_BYTES);
}

/* What belonged to the connection that is no more. */
static void
cti_clear(struct bw_cti *t)
{
	while (!TAILQ_EMPTY(&t->event_list))
		cti_event_free(t, TAILQ_FIRST(&t->event_list));
	if (t->in_use)
		cti_frames_fini(&t->in);
	t->in_use = false;
	buf_reset(&t->opening);
	t->stream = 0;
	t->started = false;
	t->misses = 0;
}

void
bw_cti_drop(struct bw *b, uint32_t xsp)
{
	struct bw_cti *t = cti_of(b, xsp);

	if (t->state == CTI_CONNECTING || t->state == CTI_UP)
		ctx_act(b->x, &(struct node_action){ .kind = NODE_ACT_SOUTH_CLOSE, .id = t->conn });
	REQUIRE(TAILQ_EMPTY(&t->waiting) && TAILQ_EMPTY(&t->out));
	cti_clear(t);
	buf_fini(&t->opening);
	bw_cti_init(b, xsp); /* what the connection still brings is for nobody */
}

static void
cti_connect(struct bw *b, uint32_t xsp)
{
	struct bw_cti *t = cti_of(b, xsp);

	t->conn = ctx_new_id(b->x);
	cti_frames_init(&t->in, (enum cti_framing)b->x->conf->cti_framing);
	t->in_use = true;
	cti_change(b, xsp, CTI_CONNECTING);
	ctx_act(b->x,
		&(struct node_action){ .kind = NODE_ACT_SOUTH_OPEN,
			.id = t->conn,
			.xsp = xsp,
			.text = str_of(b->south.of[xsp].url) });
}

static struct bw_channel *
cti_channel(struct bw *b, uint32_t xsp)
{
	struct bw_channel *c = &b->channels[xsp];

	return c->state != CHANNEL_DOWN && c->stream != 0 && c->stream == cti_of(b, xsp)->stream ?
		c :
		NULL;
}

/* Every request on it ends without an answer; not those that are made because of that. `why` is a literal. */
static void
cti_fail_requests(struct bw *b, struct bw_cti *t, const char *why)
{
	struct bw_request *r;
	uint32_t count = 0;

	TAILQ_FOREACH(r, &t->out, link)
		count++;
	TAILQ_FOREACH(r, &t->waiting, link)
		count++;
	while (count-- > 0 &&
		((r = TAILQ_FIRST(&t->out)) != NULL || (r = TAILQ_FIRST(&t->waiting)) != NULL))
		bw_http_done(b, r->id, &(struct bw_answer){ .why = str_of(why) });
}

void
bw_cti_close(struct bw *b, uint32_t xsp, const char *why)
{
	struct bw_cti *t = cti_of(b, xsp);

	if (t->state != CTI_CONNECTING && t->state != CTI_UP)
		return;
	t->why = why;
	cti_change(b, xsp, CTI_CLOSING);
	ctx_act(b->x, &(struct node_action){ .kind = NODE_ACT_SOUTH_CLOSE, .id = t->conn });
}

/* The connection is of no more use: so is the channel on it. */
static void
cti_lose(struct bw *b, uint32_t xsp, enum meter_loss cause, const char *why)
{
	struct bw_channel *c = cti_channel(b, xsp);

	if (c != NULL && (c->state == CHANNEL_OPEN || c->state == CHANNEL_OPENING))
		bw_channel_lose(b, c, cause, why);
	else
		bw_cti_close(b, xsp, why);
}

static uint32_t
cti_by_conn(struct bw *b, uint64_t conn)
{
	uint32_t i = 0;

	while (i < b->x->conf->xsp_count &&
		(cti_of(b, i)->state == CTI_DOWN || cti_of(b, i)->conn != conn))
		i++;
	return b->phase == BW_OFF ? b->x->conf->xsp_count : i;
}

/* --- requests --------------------------------------------------------------------------------- */

static void
cti_request_send(struct bw *b, struct bw_request *r)
{
	struct bw_cti *t = cti_of(b, r->xsp);
	const char *method = xsi_op_method(r->op);

	if (xsi_op_method_other(r->op) != NULL && b->x->conf->disposition_put)
		method = xsi_op_method_other(r->op);
	if (!cti_put(b, r->xsp, r->id, r->q, method) || !cti_send(b, r->xsp)) {
		bw_link_end(b, r, 400, "not sent: too long, or there is no such request over CTI");
		return;
	}
	r->due = mono_add_ms(b->x->now, b->x->conf->http_timeout_ms);
	TAILQ_INSERT_TAIL(&t->out, r, link);
}

/* `link` is on out or on waiting: which of the two does not matter to its head but in the tail pointer. */
void
bw_cti_forget(struct bw *b, struct bw_request *r)
{
	struct bw_cti *t = cti_of(b, r->xsp);
	const struct bw_request *w;

	TAILQ_FOREACH(w, &t->waiting, link)
		if (w == r)
			break;
	if (w != NULL)
		TAILQ_REMOVE(&t->waiting, r, link);
	else
		TAILQ_REMOVE(&t->out, r, link);
}

void
bw_cti_request(struct bw *b, struct bw_request *r)
{
	struct bw_cti *t = cti_of(b, r->xsp);

	if (t->state == CTI_CLOSING || b->south.of[r->xsp].url[0] == '\0') {
		bw_link_end(b, r, 0, "not sent: there is no connection");
		return;
	}
	bw_auth_sent(b, r->xsp, r->id);
	if (t->state == CTI_DOWN)
		cti_connect(b, r->xsp);
	if (t->state == CTI_UP) {
		r->place = BW_PLACE_NONE;
		cti_request_send(b, r);
		if (r->place == BW_PLACE_NONE)
			r->place = BW_PLACE_OUT;
		return;
	}
	r->place = BW_PLACE_OUT;
	TAILQ_INSERT_TAIL(&t->waiting, r, link);
}

/* --- the channel ------------------------------------------------------------------------------ */

static void
cti_add_channel(struct bw *b, uint32_t xsp)
{
	struct bw_cti *t = cti_of(b, xsp);
	struct xsi_request q = { .op = XSI_OP_channel_add, .body = buf_as_str(&t->opening) };

	if (!cti_put(b, xsp, t->stream, &q, "POST") || !cti_send(b, xsp))
		bw_cti_close(b, xsp, "the channel cannot be asked for");
	buf_reset(&t->opening);
}

void
bw_cti_open(struct bw *b, struct bw_channel *c)
{
	struct bw_cti *t = cti_of(b, c->xsp);

	t->stream = c->stream;
	t->started = false;
	buf_reset(&t->opening);
	buf_str(&t->opening, buf_as_str(&b->body));
	bw_auth_sent(b, c->xsp, c->stream);
	if (t->state == CTI_DOWN)
		cti_connect(b, c->xsp);
	else if (t->state == CTI_UP)
		cti_add_channel(b, c->xsp);
	/* CONNECTING: when it is up; CLOSING: its end is that of the channel */
}

/* The reason text comes off the wire and goes into logs. */
static struct str
cti_reason(const struct cti_msg *m, char *text, size_t size)
{
	size_t n = m->reason.n < size ? m->reason.n : size - 1;

	for (size_t i = 0; i < n; i++)
		text[i] = m->reason.p[i];
	for (size_t i = 0; i < n; i++)
		if (text[i] < ' ' || text[i] > '~')
			text[i] = '?';
	return (struct str){ text, n };
}

static void
cti_channel_answer(struct bw *b, uint32_t xsp, const struct cti_msg *m)
{
	struct bw_cti *t = cti_of(b, xsp);
	struct bw_channel *c = cti_channel(b, xsp);
	char why[96];

	if (c == NULL || t->started)
		return;
	if (m->status / 100 == 2) {
		t->started = true;
		bw_link_stream_alive(b, c);
		bw_document(b, c, m->payload);
		return;
	}
	t->stream = 0;
	bw_stream_closed(b, c->stream,
		&(struct bw_answer){ .status = m->status, .why = cti_reason(m, why, sizeof(why)) });
}

/* --- in --------------------------------------------------------------------------------------- */

/* The event's id leads back to the envelope when it is acknowledged. */
static void
cti_note_event(struct bw_cti *t, const struct cti_msg *m)
{
	struct xsi_event head = { 0 };
	struct bw_cti_event *e;
	struct str id, request = m->request_id;

	xsi_salvage(m->payload, &head);
	id = head.event_id;
	if (id.n == 0 || id.n >= LIMIT_BW_ID || request.n >= LIMIT_BW_ID)
		return;
	HASH_FIND(by_event, t->events, id.p, id.n, e);
	if (e != NULL)
		cti_event_free(t, e); /* delivered again: the last envelope counts */
	if (t->event_count >= LIMIT_CTI_EVENTS)
		cti_event_free(t, TAILQ_FIRST(&t->event_list));
	e = mem_zalloc(sizeof(*e) + id.n + request.n + 2);
	memcpy(e->event_id, id.p, id.n);
	e->event_n = id.n;
	e->request_id = e->event_id + id.n + 1;
	if (request.n > 0)
		memcpy(e->request_id, request.p, request.n);
	HASH_ADD_KEYPTR(by_event, t->events, e->event_id, e->event_n, e);
	TAILQ_INSERT_TAIL(&t->event_list, e, link);
	t->event_count++;
}

bool
bw_cti_ack(struct bw *b, uint32_t xsp, struct str event_id, struct str body)
{
	struct bw_cti *t = cti_of(b, xsp);
	struct cti_spelling spelling = cti_spelling(b);
	struct bw_cti_event *e;
	bool sent;

	if (t->state != CTI_UP)
		return false;
	HASH_FIND(by_event, t->events, event_id.p, event_id.n, e);
	if (e == NULL)
		return false;
	buf_reset(&b->south.out);
	cti_put_event_response(&b->south.out, &spelling, str_of(e->request_id), body);
	sent = cti_send(b, xsp);
	cti_event_free(t, e);
	return sent;
}

static void
cti_response(struct bw *b, uint32_t xsp, const struct cti_msg *m)
{
	struct bw_answer a = { .status = m->status, .body = m->payload };
	struct bw_request *r;
	char why[96];
	uint64_t id;

	a.why = cti_reason(m, why, sizeof(why));
	if (!str_u64(m->request_id, UINT64_MAX, &id))
		return;
	if (id == cti_of(b, xsp)->stream && id != 0) {
		cti_channel_answer(b, xsp, m);
		return;
	}
	HASH_FIND(by_id, b->requests, &id, sizeof(id), r);
	if (r == NULL || r->xsp != xsp || r->place != BW_PLACE_OUT)
		return; /* late, or not ours */
	bw_http_done(b, id, &a);
}

static void
cti_keepalive(struct bw *b, uint32_t xsp, const struct cti_msg *m)
{
	struct cti_spelling spelling = cti_spelling(b);

	buf_reset(&b->south.out);
	cti_put_keepalive_response(&b->south.out, &spelling, m->request_id);
	(void)cti_send(b, xsp);
}

struct cti_reading {
	struct bw *b;
	uint32_t xsp;
};

static void
cti_document(struct str document, void *arg)
{
	struct cti_reading *reading = arg;
	struct bw *b = reading->b;
	uint32_t xsp = reading->xsp;
	struct bw_cti *t = cti_of(b, xsp);
	struct bw_channel *c;
	struct cti_msg m = { 0 };
	struct err e = { 0 };

	if (t->state != CTI_UP)
		return; /* closed by what came before it */
	if (cti_decode(b->south.cti_xml, document, &b->south.payload, &m, &e) != E_OK) {
		b->x->malformed++;
		log_emit(b->x->log, M_EVENT_SKIPPED, "xsp=%s an envelope is not understood: %s",
			cti_conf(b, xsp)->name, e.text);
		return;
	}
	switch (m.kind) {
	case CTI_RESPONSE:
		cti_response(b, xsp, &m);
		break;
	case CTI_EVENT:
		c = cti_channel(b, xsp);
		if (c == NULL || (c->state != CHANNEL_OPENING && c->state != CHANNEL_OPEN))
			break;
		cti_note_event(t, &m);
		bw_document(b, c, m.payload);
		break;
	case CTI_KEEPALIVE:
		cti_keepalive(b, xsp, &m);
		break;
	case CTI_KEEPALIVE_RESPONSE:
		break;
	case CTI_REQUEST:
	case CTI_EVENT_RESPONSE:
	case CTI_UNKNOWN:
		b->x->malformed++;
		break;
	}
}

/* --- inputs ----------------------------------------------------------------------------------- */

void
bw_south_open(struct bw *b, uint64_t conn)
{
	uint32_t xsp = cti_by_conn(b, conn);
	struct bw_request_list waiting = TAILQ_HEAD_INITIALIZER(waiting);
	struct bw_request *r;
	struct bw_cti *t;

	if (xsp == b->x->conf->xsp_count || cti_of(b, xsp)->state != CTI_CONNECTING)
		return;
	t = cti_of(b, xsp);
	cti_change(b, xsp, CTI_UP);
	if (t->opening.n > 0)
		cti_add_channel(b, xsp);
	TAILQ_CONCAT(&waiting, &t->waiting, link);
	while ((r = TAILQ_FIRST(&waiting)) != NULL) {
		TAILQ_REMOVE(&waiting, r, link);
		r->place = BW_PLACE_NONE;
		cti_request_send(b, r);
		if (r->place == BW_PLACE_NONE)
			r->place = BW_PLACE_OUT;
	}
}

void
bw_south_data(struct bw *b, uint64_t conn, struct str bytes)
{
	uint32_t xsp = cti_by_conn(b, conn);
	struct cti_reading reading = { b, xsp };
	struct bw_cti *t;
	const char *why = "";

	if (xsp == b->x->conf->xsp_count || cti_of(b, xsp)->state != CTI_UP)
		return;
	t = cti_of(b, xsp);
	t->misses = 0;
	t->due = mono_add_ms(b->x->now, cti_interval_ms(b, xsp));
	b->channels[xsp].heard = b->x->now;
	b->channels[xsp].doubtful = false;
	if (cti_frames_feed(&t->in, (const uint8_t *)bytes.p, bytes.n, cti_document, &reading,
		    &why) != E_OK) {
		b->x->malformed++;
		log_emit(b->x->log, M_LINK, "xsp=%s connection dropped: %s", cti_conf(b, xsp)->name,
			why);
		cti_lose(b, xsp, METER_LOSS_MALFORMED, "its bytes are no documents");
	}
}

void
bw_south_closed(struct bw *b, uint64_t conn, struct str why)
{
	uint32_t xsp = cti_by_conn(b, conn);
	struct bw_channel *c;
	struct bw_cti *t;
	char text[96];

	if (xsp == b->x->conf->xsp_count)
		return;
	t = cti_of(b, xsp);
	if (t->state == CTI_CLOSING)
		why = str_of(t->why);
	snprintf(text, sizeof(text), "%.*s", STR_ARG(why));
	bw_link_note(b, xsp, "connection ended: %s", text);
	c = cti_channel(b, xsp);
	cti_change(b, xsp, CTI_DOWN);
	cti_clear(t);
	cti_fail_requests(b, t, "the connection ended");
	if (c != NULL)
		bw_stream_closed(b, c->stream, &(struct bw_answer){ .why = str_of(text) });
}

/* --- time ------------------------------------------------------------------------------------- */

/* Nothing came for an interval. */
static void
cti_silence(struct bw *b, uint32_t xsp)
{
	struct bw_cti *t = cti_of(b, xsp);
	const struct conf_xsp *x = cti_conf(b, xsp);
	struct cti_spelling spelling = cti_spelling(b);
	char id[32];

	if (b->x->conf->cti_keepalive != CONF_CTI_BOTH || t->misses > x->kpl_tolerance) {
		log_emit(b->x->log, M_LINK, "xsp=%s is silent, %u keepalives are not answered",
			x->name, t->misses);
		if (cti_channel(b, xsp) != NULL)
			bw_channel_stale(b, cti_channel(b, xsp));
		cti_lose(b, xsp, METER_LOSS_SILENT, "keepalives are not answered");
		return;
	}
	snprintf(id, sizeof(id), "k%" PRIu64, ++t->keepalives);
	buf_reset(&b->south.out);
	cti_put_keepalive(&b->south.out, &spelling, str_of(id),
		cti_period_of_ms(x->kpl_interval_s * 1000,
			b->x->conf->cti_period_unit == CONF_CTI_SECONDS ? CTI_PERIOD_S :
									  CTI_PERIOD_MS));
	(void)cti_send(b, xsp);
	t->misses++;
	t->due = mono_add_ms(b->x->now, cti_interval_ms(b, xsp));
}

void
bw_cti_tick(struct bw *b, uint32_t xsp)
{
	struct bw_cti *t = cti_of(b, xsp);
	struct bw_request *r;

	while ((r = TAILQ_FIRST(&t->out)) != NULL && mono_due(r->due, b->x->now))
		bw_http_done(b, r->id, &(struct bw_answer){ .why = STR("no answer in time") });
	if (t->state == CTI_CONNECTING && mono_due(t->due, b->x->now))
		cti_lose(b, xsp, METER_LOSS_CLOSED, "no connection in time");
	else if (t->state == CTI_UP && mono_due(t->due, b->x->now))
		cti_silence(b, xsp);
}

struct mono
bw_cti_deadline(const struct bw *b, uint32_t xsp)
{
	const struct bw_cti *t = &b->south.of[xsp].cti;
	const struct bw_request *r = TAILQ_FIRST(&t->out);

	return r != NULL ? mono_min(r->due, t->due) : t->due;
}
