/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links (see bw_link.h): when a request leaves, over which transport, and what the link makes of the answer.
 */
#include "daemon/bw_part.h"

#include "proto/base/check.h"

#include <stdio.h>

#define LINK_OVERLOAD_MS 500
#define LINK_OVERLOAD_MS_MAX 30000
#define LINK_TRIES_MAX 4

static struct bw_link *
link_of(struct bw *b, uint32_t xsp)
{
	return &b->south.of[xsp];
}

bool
bw_link_is_cti(const struct bw *b, uint32_t xsp)
{
	return b->x->conf->xsps[xsp].transport == CONF_CTI;
}

void
bw_link_note(struct bw *b, uint32_t xsp, const char *fmt, ...)
{
	char *reason = b->south.of[xsp].reason;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason, sizeof(b->south.of[xsp].reason), fmt, ap);
	va_end(ap);
	/* parts of it may come off the wire, and it is shown to people */
	for (; *reason != '\0'; reason++)
		if (*reason < ' ' || *reason > '~')
			*reason = '?';
}

/* --- life ------------------------------------------------------------------------------------- */

void
bw_links_init(struct bw *b)
{
	struct bw_links *s = &b->south;

	*s = (struct bw_links){ 0 };
	TAILQ_INIT(&s->ended);
	for (uint32_t i = 0; i < LIMIT_XSPS; i++) {
		TAILQ_INIT(&s->of[i].queue);
		bw_cti_init(b, i);
	}
	s->cti_xml = xml_new();
	buf_init(&s->out, 2 * LIMIT_XML_DOC_BYTES);
	buf_init(&s->payload, LIMIT_XML_DOC_BYTES);
	buf_init(&s->auth, 4 * BW_SECRET_BYTES);
	bw_auth_init(b);
}

void
bw_links_fini(struct bw *b)
{
	bw_auth_fini(b);
	for (uint32_t i = 0; i < LIMIT_XSPS; i++)
		buf_fini(&b->south.of[i].cti.opening);
	xml_free(b->south.cti_xml);
	buf_fini(&b->south.out);
	buf_fini(&b->south.payload);
	if (b->south.auth.p != NULL)
		explicit_bzero(b->south.auth.p, b->south.auth.n);
	buf_fini(&b->south.auth);
}

void
bw_links_activate(struct bw *b)
{
	const struct conf *conf = b->x->conf;

	for (uint32_t i = 0; i < conf->xsp_count; i++) {
		struct bw_link *l = link_of(b, i);

		str_copy(l->url, sizeof(l->url), str_of(conf->xsps[i].base_url));
		l->target[0] = '\0';
		l->priority = conf->xsps[i].priority;
		l->weight = conf->xsps[i].weight ? conf->xsps[i].weight : 1;
		l->credit = 0;
		l->tokens_milli = conf->request_burst * 1000;
		l->tokens_at = b->x->now;
		l->hold_until = b->x->now;
		l->overloads = 0;
		l->reason[0] = '\0';
	}
	bw_auth_activate(b);
	bw_srv_activate(b);
}

void
bw_links_deactivate(struct bw *b)
{
	for (uint32_t i = 0; i < b->x->conf->xsp_count; i++) {
		REQUIRE(TAILQ_EMPTY(&link_of(b, i)->queue));
		bw_cti_drop(b, i);
	}
	REQUIRE(TAILQ_EMPTY(&b->south.ended));
}

void
bw_links_tick(struct bw *b)
{
	if (b->phase == BW_OFF)
		return;
	bw_auth_tick(b);
	bw_srv_tick(b);
	for (uint32_t i = 0; i < b->x->conf->xsp_count; i++)
		bw_cti_tick(b, i);
}

/* --- rate ------------------------------------------------------------------------------------- */

/* The bucket of the XSP: its links share one. */
static struct bw_link *
link_bucket(struct bw *b, uint32_t xsp)
{
	return link_of(b, b->x->conf->xsps[xsp].primary);
}

int64_t
bw_gain_milli(struct mono *at, struct mono now, int64_t rate)
{
	const int64_t hour_us = 3600 * 1000000LL;
	int64_t gained;

	if (rate <= 0 || now.us <= at->us)
		return 0;
	if (now.us - at->us > hour_us)
		at->us = now.us - hour_us;
	gained = (now.us - at->us) * rate / 1000;
	/* what was too little for a thousandth counts the next time, or one who looks often would never get any */
	at->us += (gained * 1000 + rate - 1) / rate;
	return gained;
}

static void
bucket_fill(struct bw *b, struct bw_link *l)
{
	const struct conf *conf = b->x->conf;
	int64_t full = conf->request_burst * 1000;

	l->tokens_milli += bw_gain_milli(&l->tokens_at, b->x->now, conf->request_rate);
	if (l->tokens_milli > full)
		l->tokens_milli = full;
}

/*
 * A token, if there is one. What is urgent (acknowledgements, heartbeats) answers BroadWorks and costs none: thousands of
 * snapshots bring their acknowledgements, and the questions that are still to be asked must not wait for those.
 */
static bool
bucket_take(struct bw *b, uint32_t xsp, bool urgent)
{
	struct bw_link *l = link_bucket(b, xsp);

	if (b->x->conf->request_rate == 0 || urgent)
		return true;
	bucket_fill(b, l);
	if (l->tokens_milli < 1000)
		return false;
	l->tokens_milli -= 1000;
	return true;
}

/* --- sending ---------------------------------------------------------------------------------- */

void
bw_link_end(struct bw *b, struct bw_request *r, uint64_t status, const char *why)
{
	bw_link_forget(b, r);
	r->end_status = status;
	r->end_why = why;
	r->place = BW_PLACE_ENDED;
	TAILQ_INSERT_TAIL(&b->south.ended, r, link);
}

void
bw_link_forget(struct bw *b, struct bw_request *r)
{
	struct bw_link *l = link_of(b, r->xsp);

	if (r->place == BW_PLACE_QUEUE) {
		TAILQ_REMOVE(&l->queue, r, link);
		l->queued--;
	}
	if (r->place == BW_PLACE_OUT && bw_link_is_cti(b, r->xsp))
		bw_cti_forget(b, r);
	if (r->place == BW_PLACE_ENDED)
		TAILQ_REMOVE(&b->south.ended, r, link);
	r->place = BW_PLACE_NONE;
}

/* Where requests of this kind go: what belongs to a stream goes to the server that has the stream. */
static const char *
link_base(struct bw *b, const struct bw_request *r)
{
	struct bw_link *l = link_of(b, r->xsp);
	const struct bw_channel *c = &b->channels[r->xsp];

	if (r->base != NULL)
		return r->base;
	if (r->urgent && c->target[0] != '\0')
		return c->target;
	return l->target[0] != '\0' ? l->target : l->url;
}

static const char *
request_method(const struct bw *b, const struct bw_request *r)
{
	const char *other = xsi_op_method_other(r->op);

	return other != NULL && b->x->conf->disposition_put ? other : xsi_op_method(r->op);
}

static void
link_dispatch_http(struct bw *b, struct bw_request *r)
{
	const char *base = link_base(b, r);

	xsi_op_path(&b->path, &b->contexts, r->q);
	if (b->path.overflow || (base[0] == '\0' && b->x->conf->xsps[r->xsp].srv > 0)) {
		bw_link_end(b, r, base[0] ? 400 : 0,
			base[0] ? "not sent: the path is too long, or an argument is empty" :
				  "not sent: the link has no server yet");
		return;
	}
	r->place = BW_PLACE_OUT;
	bw_auth_sent(b, r->xsp, r->id);
	ctx_act(b->x,
		&(struct node_action){ .kind = NODE_ACT_HTTP,
			.id = r->id,
			.xsp = r->xsp,
			.method = request_method(b, r),
			.path = r->path != NULL ? str_of(r->path) : buf_as_str(&b->path),
			.bytes = r->q->body,
			.text = str_of(base),
			.text2 = bw_auth_header(b, r->xsp),
			.flag = r->kind == BW_REQ_LIST_SUBS,
			.number = (uint64_t)b->x->conf->http_timeout_ms });
}

static void
link_dispatch(struct bw *b, struct bw_request *r)
{
	r->tries++;
	r->sent = b->x->now;
	link_of(b, r->xsp)->requests++;
	if (r->kind == BW_REQ_LIST_SUBS)
		bw_leaks_anew(b);
	if (bw_link_is_cti(b, r->xsp))
		bw_cti_request(b, r);
	else
		link_dispatch_http(b, r);
}

static bool
link_may_send(struct bw *b, const struct bw_request *r)
{
	struct bw_link *l = link_of(b, r->xsp);

	if (!bw_auth_may_send(b, r->xsp))
		return false;
	if (!r->urgent && !mono_due(l->hold_until, b->x->now))
		return false;
	return bucket_take(b, r->xsp, r->urgent);
}

static void
link_queue(struct bw *b, struct bw_request *r, bool first)
{
	struct bw_link *l = link_of(b, r->xsp);

	if (l->queued >= LIMIT_LINK_QUEUE) {
		bw_link_end(b, r, 503, "not sent: too many requests wait for this link");
		return;
	}
	r->place = BW_PLACE_QUEUE;
	l->queued++;
	if (first)
		TAILQ_INSERT_HEAD(&l->queue, r, link);
	else
		TAILQ_INSERT_TAIL(&l->queue, r, link);
}

void
bw_link_submit(struct bw *b, struct bw_request *r)
{
	struct bw_link *l = link_of(b, r->xsp);

	r->urgent = r->kind == BW_REQ_ACK || r->kind == BW_REQ_BEAT || r->kind == BW_REQ_REFRESH;
	r->due = mono_add_ms(b->x->now, b->x->conf->http_timeout_ms);
	if (bw_auth_is_refused(b, r->xsp))
		bw_link_end(b, r, 401, "not sent: BroadWorks refuses the account");
	else if ((r->urgent || TAILQ_EMPTY(&l->queue)) && link_may_send(b, r))
		link_dispatch(b, r);
	else
		link_queue(b, r, r->urgent);
}

static void
link_pump(struct bw *b, uint32_t xsp)
{
	struct bw_link *l = link_of(b, xsp);
	struct bw_request *r, *next;

	for (r = TAILQ_FIRST(&l->queue); r != NULL; r = next) {
		next = TAILQ_NEXT(r, link);
		if (bw_auth_is_refused(b, xsp)) {
			bw_link_end(b, r, 401, "not sent: BroadWorks refuses the account");
		} else if (mono_due(r->due, b->x->now)) {
			bw_link_end(b, r, mono_due(l->hold_until, b->x->now) ? 0 : 503,
				"not sent: its turn did not come in time");
		} else if (link_may_send(b, r)) {
			bw_link_forget(b, r);
			link_dispatch(b, r);
		} else if (!r->urgent) {
			break; /* those behind have waited for less long */
		}
	}
}

void
bw_links_pump(struct bw *b)
{
	struct bw_request_list ended = TAILQ_HEAD_INITIALIZER(ended);
	struct bw_request *r;
	uint32_t count = 0, told = 0;

	if (b->phase == BW_OFF)
		return;
	for (uint32_t i = 0; i < b->x->conf->xsp_count; i++)
		link_pump(b, i);
	TAILQ_FOREACH(r, &b->south.ended, link)
		count++;
	/* what is ended meanwhile is told at the next pump: nobody may go round in circles here */
	while (told++ < count && (r = TAILQ_FIRST(&b->south.ended)) != NULL)
		bw_request_over(b, r,
			&(struct bw_answer){ .status = r->end_status, .why = str_of(r->end_why) });
}

static struct mono
link_deadline(const struct bw *b, uint32_t xsp)
{
	const struct bw_link *l = &b->south.of[xsp];
	const struct bw_request *first = TAILQ_FIRST(&l->queue);
	struct mono due = MONO_NEVER;

	if (first == NULL)
		return due;
	if (bw_auth_may_send(b, xsp) && mono_due(l->hold_until, b->x->now))
		due = mono_add_ms(b->x->now, 2); /* waits for a token */
	else if (bw_auth_may_send(b, xsp))
		due = l->hold_until;
	return mono_min(due, first->due);
}

struct mono
bw_links_deadline(const struct bw *b)
{
	struct mono due;

	if (b->phase == BW_OFF)
		return MONO_NEVER;
	due = mono_min(bw_auth_deadline(b), bw_srv_deadline(b));
	for (uint32_t i = 0; i < b->x->conf->xsp_count; i++)
		due = mono_min(due, mono_min(link_deadline(b, i), bw_cti_deadline(b, i)));
	if (!TAILQ_EMPTY(&b->south.ended))
		due = b->x->now;
	return due;
}

/* --- answers ---------------------------------------------------------------------------------- */

static void
link_overloaded(struct bw *b, uint32_t xsp, uint32_t retry_after_s)
{
	struct bw_link *l = link_of(b, xsp);
	int64_t ms = LINK_OVERLOAD_MS << (l->overloads < 8 ? l->overloads : 8);

	l->overload_total++;
	/* many requests were under way: one step of the back-off for all of them */
	if (!mono_due(l->hold_until, b->x->now))
		return;
	l->overloads++;
	if (ms > LINK_OVERLOAD_MS_MAX)
		ms = LINK_OVERLOAD_MS_MAX;
	ms = rng_jitter_ms(&b->x->rng, ms, b->x->conf->retry_jitter_percent);
	if ((int64_t)retry_after_s * 1000 > ms)
		ms = (int64_t)(retry_after_s < 600 ? retry_after_s : 600) * 1000;
	l->hold_until = mono_add_ms(b->x->now, ms);
	bw_link_note(b, xsp, "overloaded: no request for %lld ms", (long long)ms);
	if (l->overloads == 1)
		log_emit(b->x->log, M_LINK, "xsp=%s is overloaded (503), requests are held back",
			b->x->conf->xsps[xsp].name);
}

static bool
is_redirect(uint64_t status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Counts what an answer says of the XSP. */
static void
link_judge(struct bw *b, uint32_t xsp, uint64_t status, uint32_t retry_after_s)
{
	struct bw_link *l = link_of(b, xsp);

	if (status == 0 || status >= 400)
		l->failures++;
	if (status == 503)
		link_overloaded(b, xsp, retry_after_s);
	else if (status != 0)
		l->overloads = 0;
	/* a server that was found by a redirect and is gone: back to where we were sent from */
	if (status == 0)
		l->target[0] = '\0';
	b->channels[xsp].doubtful = status == 0;
}

static void
link_measure(struct bw *b, const struct bw_request *r, uint64_t status)
{
	struct bw_link *l = link_of(b, r->xsp);

	l->responses[meter_code(status)]++;
	if (status != 0)
		l->rtt_us = b->x->now.us - r->sent.us;
	if (r->kind == BW_REQ_BEAT && status / 100 == 2)
		l->beaten_at = b->x->now;
	if (r->kind == BW_REQ_ACK && status / 100 != 2)
		l->ack_failures++;
}

/* Follows a redirect of `hops` so far; NULL, or why it is not followed. b->path gets the path. */
static const char *
link_follow(struct bw *b, uint32_t xsp, uint32_t hops, const char *from, struct str location,
	char *base)
{
	const struct conf *conf = b->x->conf;
	const char *why = NULL;

	if (!conf->follow_redirects)
		why = "redirects are not followed";
	else if (hops >= conf->redirect_hops_max)
		why = "redirected too often";
	else
		why = bw_redirect(b, from, location, base, &b->path);
	if (why == NULL)
		link_of(b, xsp)->redirects++;
	else
		bw_link_note(b, xsp, "redirect: %s", why);
	if (why != NULL)
		log_emit(b->x->log, M_LINK, "xsp=%s redirect not followed: %s",
			conf->xsps[xsp].name, why);
	return why;
}

static void
request_lead(struct bw *b, struct bw_request *r, const char *base)
{
	mem_free(r->base);
	mem_free(r->path);
	r->base = mem_strndup(base, strlen(base));
	r->path = b->path.n > 0 ? mem_strndup((const char *)b->path.p, b->path.n) : NULL;
	r->hops++;
	if (b->x->conf->redirect_remember && !r->urgent)
		str_copy(link_of(b, r->xsp)->target, BW_URL_BYTES, str_of(base));
	if (r->urgent)
		str_copy(b->channels[r->xsp].target, BW_URL_BYTES, str_of(base));
}

/*
 * 404 to what is bound to no stream may come from a member of the farm that does not know the user, or not yet: the next
 * open link is asked. False: it is the answer.
 */
static bool
link_ask_elsewhere(struct bw *b, struct bw_request *r, uint64_t status)
{
	uint32_t count = b->x->conf->xsp_count;

	if (status != 404 || r->elsewhere >= b->x->conf->wrong_xsp_tries ||
		r->elsewhere + 1 >= count ||
		(r->kind != BW_REQ_SUBSCRIBE && r->kind != BW_REQ_UPDATE))
		return false;
	for (uint32_t i = 1; i < count; i++) {
		uint32_t xsp = (r->xsp + i) % count;

		if (b->channels[xsp].state != CHANNEL_OPEN ||
			link_bucket(b, xsp) == link_bucket(b, r->xsp) || !bw_auth_may_send(b, xsp))
			continue;
		r->elsewhere++;
		r->xsp = xsp;
		mem_free(r->base);
		mem_free(r->path);
		r->base = r->path = NULL;
		bw_link_submit(b, r);
		return true;
	}
	return false;
}

bool
bw_link_answered(struct bw *b, struct bw_request *r, const struct bw_answer *a)
{
	char base[BW_URL_BYTES];
	bool again = bw_auth_answered(b, r->xsp, r->id, a->status);

	bw_link_forget(b, r);
	link_measure(b, r, a->status);
	link_judge(b, r->xsp, a->status, a->retry_after_s);
	if (r->tries >= LINK_TRIES_MAX + b->x->conf->redirect_hops_max)
		return false;
	if (again) {
		r->due = mono_add_ms(
			b->x->now, b->x->conf->http_timeout_ms + b->x->conf->token_timeout_ms);
		link_queue(b, r, true);
		return true;
	}
	if (link_ask_elsewhere(b, r, a->status))
		return true;
	if (!is_redirect(a->status) || bw_link_is_cti(b, r->xsp) ||
		link_follow(b, r->xsp, r->hops, link_base(b, r), a->location, base) != NULL)
		return false;
	request_lead(b, r, base);
	/* the account may have been refused elsewhere meanwhile */
	if (link_may_send(b, r))
		link_dispatch(b, r);
	else
		link_queue(b, r, true);
	return true;
}

/* --- streams ---------------------------------------------------------------------------------- */

struct mono
bw_link_open_at(const struct bw *b, uint32_t xsp)
{
	const struct bw_link *l = &b->south.of[xsp];

	if (!bw_auth_may_send(b, xsp) || (b->x->conf->xsps[xsp].srv > 0 && l->url[0] == '\0'))
		return MONO_NEVER;
	return l->hold_until;
}

static void
stream_send(struct bw *b, struct bw_channel *c, struct str path)
{
	const struct bw_link *l = link_of(b, c->xsp);

	bw_auth_sent(b, c->xsp, c->stream);
	ctx_act(b->x,
		&(struct node_action){ .kind = NODE_ACT_STREAM_OPEN,
			.id = c->stream,
			.xsp = c->xsp,
			.path = path,
			.bytes = buf_as_str(&b->body),
			.text = str_of(c->target[0] != '\0' ? c->target : l->url),
			.text2 = bw_auth_header(b, c->xsp) });
}

void
bw_link_open(struct bw *b, struct bw_channel *c)
{
	struct bw_link *l = link_of(b, c->xsp);

	l->opens++;
	c->hops = 0;
	/* the farm chooses the server anew: what a redirect said of the last stream is over */
	str_copy(c->target, sizeof(c->target), str_of(l->target));
	(void)bucket_take(b, c->xsp, true);
	if (bw_link_is_cti(b, c->xsp)) {
		bw_cti_open(b, c);
		return;
	}
	xsi_op_path(&b->path, &b->contexts, &(struct xsi_request){ .op = XSI_OP_channel_add });
	stream_send(b, c, buf_as_str(&b->path));
}

void
bw_link_close(struct bw *b, struct bw_channel *c, const char *why)
{
	bw_auth_forget(b, c->xsp, c->stream);
	if (bw_link_is_cti(b, c->xsp))
		bw_cti_close(b, c->xsp, why);
	else
		ctx_act(b->x,
			&(struct node_action){ .kind = NODE_ACT_STREAM_CLOSE, .id = c->stream });
}

void
bw_link_stream_alive(struct bw *b, struct bw_channel *c)
{
	(void)bw_auth_answered(b, c->xsp, c->stream, 200);
	c->doubtful = false;
}

void
bw_link_count_loss(struct bw *b, const struct bw_channel *c, enum meter_loss cause)
{
	struct bw_link *l = link_of(b, c->xsp);

	if (c->state != CHANNEL_OPEN)
		return;
	l->losses++;
	l->lost[cause]++;
}

bool
bw_link_stream_ended(struct bw *b, struct bw_channel *c, const struct bw_answer *a)
{
	struct bw_link *l = link_of(b, c->xsp);
	char base[BW_URL_BYTES];
	char path[2200];

	c->unauthorised = bw_auth_answered(b, c->xsp, c->stream, a->status);
	if (c->state == CHANNEL_OPENING)
		link_judge(b, c->xsp, a->status, a->retry_after_s);
	bw_link_count_loss(b, c, METER_LOSS_CLOSED);
	bw_srv_doubt(b, c->xsp);
	if (c->state != CHANNEL_OPENING || !is_redirect(a->status) || bw_link_is_cti(b, c->xsp))
		return false;
	if (link_follow(b, c->xsp, c->hops, c->target[0] ? c->target : l->url, a->location, base) !=
		NULL)
		return false;
	if (!bw_auth_may_send(b, c->xsp))
		return false; /* refused elsewhere meanwhile: opened again when the account may be used */
	c->hops++;
	str_copy(c->target, sizeof(c->target), str_of(base));
	if (b->x->conf->redirect_remember)
		str_copy(l->target, sizeof(l->target), str_of(base));
	if (b->path.n == 0)
		xsi_op_path(
			&b->path, &b->contexts, &(struct xsi_request){ .op = XSI_OP_channel_add });
	if (!str_copy(path, sizeof(path), buf_as_str(&b->path)))
		return false;
	c->stream = ctx_new_id(b->x);
	bw_channel_body(b, c);
	stream_send(b, c, str_of(path));
	return true;
}

/* --- status ----------------------------------------------------------------------------------- */

const char *
bw_link_state(const struct bw *b, uint32_t xsp)
{
	const struct bw_link *l = &b->south.of[xsp];
	const struct bw_channel *c = &b->channels[xsp];

	if (b->phase == BW_OFF)
		return "idle";
	if (l->url[0] == '\0' && b->x->conf->xsps[xsp].srv > 0)
		return "unresolved";
	if (bw_auth_is_refused(b, xsp) || c->refused)
		return "refused";
	switch ((enum bw_channel_state)c->state) {
	case CHANNEL_DOWN:
		return "down";
	case CHANNEL_OPENING:
		return "opening";
	case CHANNEL_CLOSING:
		return "closing";
	case CHANNEL_OPEN:
		break;
	}
	if (!mono_due(l->hold_until, b->x->now))
		return "overloaded";
	return c->doubtful ? "degraded" : "open";
}

void
bw_link_view(const struct bw *b, uint32_t xsp, struct node_link *v)
{
	const struct bw_link *l = &b->south.of[xsp];
	const struct conf_xsp *x = &b->x->conf->xsps[xsp];

	*v = (struct node_link){ .state = bw_link_state(b, xsp),
		.transport = x->transport == CONF_CTI ? "cti" : "http",
		.requests = l->requests,
		.failures = l->failures,
		.refusals = l->refusals,
		.overloads = l->overload_total,
		.redirects = l->redirects,
		.opens = l->opens,
		.losses = l->losses,
		.queued = l->queued,
		.beaten = l->beaten_at.us != 0,
		.beat_age_us = b->x->now.us - l->beaten_at.us,
		.rtt_us = l->rtt_us,
		.events = l->events,
		.acks = l->acks,
		.ack_failures = l->ack_failures,
		.duplicates = l->duplicates,
		.early = l->early,
		.gaps = l->gaps };
	memcpy(v->events_of, l->events_of, sizeof(v->events_of));
	memcpy(v->responses, l->responses, sizeof(v->responses));
	memcpy(v->lost, l->lost, sizeof(v->lost));
	str_copy(v->name, sizeof(v->name), str_of(x->name));
	str_copy(v->url, sizeof(v->url), str_of(l->url));
	str_copy(v->reason, sizeof(v->reason), str_of(l->reason));
}
