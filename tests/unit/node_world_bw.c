/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The BroadWorks of the scripted world: see node_world.h.
 *
 * It knows the users 2000 to 2599, the queues 2700 to 2799 and the route points 2800 to 2899 of demo.example, gives each subscription an own id and numbers, and sends a snapshot
 * of the calls it holds after each subscription and update, as the real one does.
 */
#include "tests/unit/node_world_part.h"

#include "proto/base/mem.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *context, *shown;
} contexts[] = {
	{ "/com.broadsoft.async/com.broadsoft.xsi-events/v2.0", "C" },
	{ "/com.broadsoft.xsi-events/v2.0", "E" },
	{ "/com.broadsoft.xsi-actions/v2.0", "A" },
};

void
world_bw_fini(struct world *w)
{
	world_rules_clear(w);
}

void
world_rules_clear(struct world *w)
{
	struct world_rule *r;

	while ((r = TAILQ_FIRST(&w->rules)) != NULL) {
		TAILQ_REMOVE(&w->rules, r, link);
		mem_free(r->body);
		mem_free(r);
	}
}

void
world_rule(struct world *w, const char *method, const char *part, unsigned status, int times,
	const char *body)
{
	struct world_rule *r = mem_zalloc(sizeof(*r));

	ck_assert(str_copy(r->method, sizeof(r->method), str_of(method)));
	ck_assert(str_copy(r->part, sizeof(r->part), str_of(part)));
	r->status = status;
	r->times = times;
	r->delay_ms = 1;
	r->body = mem_strndup(body, strlen(body));
	TAILQ_INSERT_TAIL(&w->rules, r, link);
}

struct world_rule *
world_rule_last(struct world *w)
{
	return TAILQ_LAST(&w->rules, world_rules);
}

struct world_user *
world_user(struct world *w, const char *name)
{
	struct world_user *u;

	for (unsigned i = 0; i < w->user_count; i++)
		if (strcmp(w->users[i].name, name) == 0)
			return &w->users[i];
	ck_assert_uint_lt(w->user_count, WORLD_USERS);
	u = &w->users[w->user_count++];
	ck_assert(str_copy(u->name, sizeof(u->name), str_of(name)));
	return u;
}

/* documents */

void
world_document(struct world *w, uint32_t xsp, const char *document)
{
	ck_assert_uint_ne(w->xsps[xsp].stream, 0);
	world_later(w, 1, NODE_EV_STREAM_DATA, w->xsps[xsp].stream, 0, str_of(document), STR_NONE);
}

static uint32_t
bw_first_open(const struct world *w)
{
	for (uint32_t i = 0; i < w->xsp_count; i++)
		if (w->xsps[i].open && w->xsps[i].mode == WORLD_UP)
			return i;
	return WORLD_XSPS;
}

void
world_event_as(struct world *w, uint32_t xsp, const char *user, const char *event_id,
	unsigned sequence, const char *type, const char *data)
{
	const struct world_user *u = world_user(w, user);
	struct buf b;

	buf_init(&b, 65536 + strlen(data));
	buf_printf(&b,
		BW_DECLARATION
		"<xsi:Event xmlns:xsi=\"http://schema.broadsoft.com/xsi\" "
		"xmlns:xsi1=\"http://www.w3.org/2001/XMLSchema-instance\" xsi1:type=\"xsi:SubscriptionEvent\">"
		"<xsi:eventID>%s</xsi:eventID><xsi:sequenceNumber>%u</xsi:sequenceNumber>"
		"<xsi:userId>admin@demo.example</xsi:userId><xsi:externalApplicationId>tandem</xsi:externalApplicationId>"
		"<xsi:subscriptionId>%s</xsi:subscriptionId><xsi:channelId>%s</xsi:channelId>"
		"<xsi:targetId>%s@demo.example</xsi:targetId><xsi:eventData xsi1:type=\"xsi:%s\">%s</xsi:eventData>"
		"</xsi:Event>",
		event_id, sequence, u->subscription, w->xsps[xsp].channel, user, type, data);
	buf_char(&b, '\0');
	ck_assert(!b.overflow);
	world_document(w, xsp, (const char *)b.p);
	buf_fini(&b);
}

void
world_event(struct world *w, const char *user, const char *type, const char *data)
{
	struct world_user *u = world_user(w, user);
	uint32_t xsp = bw_first_open(w);
	char id[32];

	u->sequence++;
	snprintf(id, sizeof(id), "e%u", ++w->events);
	if (xsp < WORLD_XSPS)
		world_event_as(w, xsp, user, id, u->sequence, type, data);
}

void
bw_put_call(struct buf *b, const struct world_half *h, const char *more)
{
	bool number = strchr(h->remote, ':') != NULL;

	buf_printf(b,
		"<xsi:call><xsi:callId>%s</xsi:callId><xsi:extTrackingId>%s</xsi:extTrackingId>"
		"<xsi:personality>%s</xsi:personality><xsi:state>%s</xsi:state>%s<xsi:remoteParty>",
		h->id, h->tracking, h->personality, h->state, more);
	if (number)
		buf_printf(b, "<xsi:address>%s</xsi:address>", h->remote);
	else
		buf_printf(b,
			"<xsi:address>tel:+15550%s</xsi:address><xsi:userId>%s@demo.example</xsi:userId>",
			h->remote, h->remote);
	buf_cstr(b, "</xsi:remoteParty></xsi:call>");
}

void
world_put_calls(struct world *w, const struct world_user *u, struct buf *b)
{
	bool any = false;

	(void)w;
	for (unsigned i = 0; i < WORLD_HALVES; i++) {
		if (u->halves[i].id[0] == '\0')
			continue;
		if (!any)
			buf_cstr(b, "<xsi:calls>");
		any = true;
		bw_put_call(b, &u->halves[i], "");
	}
	if (any)
		buf_cstr(b, "</xsi:calls>");
	buf_cstr(b, "<xsi:hookStatus>On-Hook</xsi:hookStatus>");
}

void
world_snapshot(struct world *w, const char *user, const char *type)
{
	struct buf b;

	buf_init(&b, 65536);
	world_put_calls(w, world_user(w, user), &b);
	buf_char(&b, '\0');
	world_event(w, user, type, (const char *)b.p);
	buf_fini(&b);
}

static struct world_half
bw_half(const char *id, const char *tracking, const char *personality, const char *state,
	const char *remote)
{
	struct world_half h;

	ck_assert(str_copy(h.id, sizeof(h.id), str_of(id)));
	ck_assert(str_copy(h.tracking, sizeof(h.tracking), str_of(tracking)));
	ck_assert(str_copy(h.personality, sizeof(h.personality), str_of(personality)));
	ck_assert(str_copy(h.state, sizeof(h.state), str_of(state)));
	ck_assert(str_copy(h.remote, sizeof(h.remote), str_of(remote)));
	return h;
}

const char *
world_call_xml(const char *id, const char *tracking, const char *personality, const char *state,
	const char *remote)
{
	static char text[2048];
	struct world_half h = bw_half(id, tracking, personality, state, remote);
	struct buf b;

	buf_init(&b, sizeof(text) - 1);
	bw_put_call(&b, &h, "");
	ck_assert(!b.overflow && str_copy(text, sizeof(text), buf_as_str(&b)));
	buf_fini(&b);
	return text;
}

void
world_half(struct world *w, const char *user, const char *id, const char *tracking,
	const char *personality, const char *state, const char *remote)
{
	struct world_user *u = world_user(w, user);
	struct world_half *at = NULL;
	bool gone = state[0] == '\0' || strcmp(state, "Released") == 0;

	for (unsigned i = 0; i < WORLD_HALVES; i++)
		if (strcmp(u->halves[i].id, id) == 0)
			at = &u->halves[i];
	for (unsigned i = 0; i < WORLD_HALVES && at == NULL && !gone; i++)
		if (u->halves[i].id[0] == '\0')
			at = &u->halves[i];
	ck_assert(at != NULL || gone);
	if (at != NULL && gone)
		at->id[0] = '\0';
	else if (at != NULL)
		*at = bw_half(id, tracking, personality, state, remote);
}

void
world_call_with(struct world *w, const char *user, const char *type, const char *id,
	const char *tracking, const char *personality, const char *state, const char *remote,
	const char *more)
{
	struct world_half h = bw_half(id, tracking, personality, state, remote);
	struct buf b;

	world_half(w, user, id, tracking, personality, state, remote);
	buf_init(&b, 65536);
	bw_put_call(&b, &h, more);
	buf_char(&b, '\0');
	world_event(w, user, type, (const char *)b.p);
	buf_fini(&b);
	world_settle(w);
}

void
world_call(struct world *w, const char *user, const char *type, const char *id,
	const char *tracking, const char *personality, const char *state, const char *remote)
{
	world_call_with(w, user, type, id, tracking, personality, state, remote, "");
}

void
world_forget(struct world *w, const char *user)
{
	struct world_user *u = world_user(w, user);

	memset(u->halves, 0, sizeof(u->halves));
}

/* channels */

void
world_bw_open(struct world *w, const struct node_action *a)
{
	struct world_xsp *x = &w->xsps[a->xsp];
	char text[512];

	ck_assert_uint_lt(a->xsp, w->xsp_count);
	ck_assert_uint_eq(x->stream, 0);
	x->opens++;
	buf_printf(&w->asked, "xsp%u open\n", a->xsp + 1);
	buf_printf(&w->targets, "%.*s %.*s open %.*s\n", STR_ARG(a->text), STR_ARG(a->text2),
		STR_ARG(a->path));
	buf_printf(&w->bodies, "%.*s\n", STR_ARG(a->bytes));
	x->stream = a->id;
	switch (x->mode) {
	case WORLD_SILENT:
		break;
	case WORLD_DOWN:
		x->stream = 0;
		world_later(
			w, 1, NODE_EV_STREAM_CLOSED, a->id, 0, STR_NONE, STR("connection refused"));
		break;
	case WORLD_REFUSES:
		x->stream = 0;
		world_event_later(w, 1,
			&(struct node_event){ .kind = NODE_EV_STREAM_CLOSED,
				.id = a->id,
				.number = x->refusal,
				.text = STR("refused"),
				.text2 = str_of(x->location ? x->location : "") });
		break;
	case WORLD_UP:
		snprintf(x->channel, sizeof(x->channel), "c%u", ++w->channels);
		x->open = true;
		snprintf(text, sizeof(text),
			BW_DECLARATION "\n<Channel " BW_NS "><channelId>%s</channelId>"
				       "<expires>3600</expires></Channel>",
			x->channel);
		world_document(w, a->xsp, text);
		break;
	}
}

void
world_bw_close(struct world *w, uint64_t stream)
{
	for (uint32_t i = 0; i < w->xsp_count; i++) {
		if (w->xsps[i].stream != stream)
			continue;
		buf_printf(&w->asked, "xsp%u close\n", i + 1);
		w->xsps[i].stream = 0;
		w->xsps[i].open = false;
		world_later(w, 1, NODE_EV_STREAM_CLOSED, stream, 0, STR_NONE, STR("closed"));
	}
}

void
world_stream_ends(struct world *w, uint32_t xsp)
{
	struct world_xsp *x = &w->xsps[xsp];

	ck_assert_uint_ne(x->stream, 0);
	world_later(w, 0, NODE_EV_STREAM_CLOSED, x->stream, 0, STR_NONE, STR("end of file"));
	x->stream = 0;
	x->open = false;
}

/* requests */

static void
bw_show_path(struct bw_asked *q)
{
	struct str path = q->a->path;
	const char *shown = "";

	for (size_t i = 0; i < sizeof(contexts) / sizeof(contexts[0]); i++) {
		size_t n = strlen(contexts[i].context);

		if (path.n < n || memcmp(path.p, contexts[i].context, n) != 0)
			continue;
		shown = contexts[i].shown;
		path = (struct str){ path.p + n, path.n - n };
		break;
	}
	ck_assert_int_lt(snprintf(q->path, sizeof(q->path), "%s%.*s", shown, STR_ARG(path)),
		(int)sizeof(q->path));
}

struct str
bw_between(struct str s, const char *from, const char *to)
{
	char *copy = mem_strndup(s.p, s.n);
	const char *p = strstr(copy, from), *end = p ? strstr(p, to) : NULL;
	struct str found = STR_NONE;

	if (end != NULL)
		found = (struct str){ s.p + (p - copy) + strlen(from),
			(size_t)(end - p) - strlen(from) };
	mem_free(copy);
	return found;
}

static void
bw_note_packages(struct world *w, struct str body)
{
	bool list = bw_between(body, "<eventPackageList>", "</").n > 0;
	const char *between = list ? " [" : " ";

	for (;;) {
		struct str name = bw_between(body, "<event>", "</event>");

		if (name.n == 0)
			break;
		if (list || !str_is(name, "Advanced Call"))
			buf_printf(&w->asked, "%s%.*s", between, STR_ARG(name));
		between = ", ";
		body.n -= (size_t)(name.p + name.n - body.p);
		body.p = name.p + name.n;
	}
	if (list)
		buf_char(&w->asked, ']');
}

static void
bw_note(struct world *w, const struct bw_asked *q)
{
	const struct node_action *a = q->a;
	bool ack = strcmp(q->path, "E/channel/eventresponse") == 0;
	bool beat = strstr(q->path, "/heartbeat") != NULL;

	w->acks += ack;
	buf_printf(&w->targets, "%.*s %.*s %s %s\n", STR_ARG(a->text), STR_ARG(a->text2), a->method,
		q->path);
	if (w->quiet_acks && (ack || beat))
		return;
	if (ack)
		buf_printf(&w->asked, "xsp%u ack %.*s %.*s\n", a->xsp + 1,
			STR_ARG(bw_between(a->bytes, "<eventID>", "</eventID>")),
			STR_ARG(bw_between(a->bytes, "<statusCode>", "</statusCode>")));
	else
		buf_printf(&w->asked, "xsp%u %s %s", a->xsp + 1, a->method, q->path);
	if (!ack &&
		(strncmp(q->path, "E/user/", 7) == 0 ||
			strncmp(q->path, "E/serviceprovider/", 18) == 0 ||
			strncmp(q->path, "E/enterprise/", 13) == 0 ||
			strcmp(q->path, "E/system") == 0))
		bw_note_packages(w, a->bytes);
	if (!ack)
		buf_char(&w->asked, '\n');
	buf_printf(&w->bodies, "%.*s\n", STR_ARG(a->bytes));
}

void
bw_answer(
	struct world *w, const struct node_action *a, int64_t ms, uint64_t status, const char *body)
{
	struct str bytes = str_of(body);
	size_t half = bytes.n / 2;

	if (a->flag && status / 100 == 2) {
		world_later(w, ms, NODE_EV_HTTP_DATA, a->id, 0, (struct str){ bytes.p, half },
			STR_NONE);
		world_later(w, ms, NODE_EV_HTTP_DATA, a->id, 0,
			(struct str){ bytes.p + half, bytes.n - half }, STR_NONE);
		bytes = STR_NONE;
	}
	world_later(w, ms, NODE_EV_HTTP_DONE, a->id, status, bytes,
		status ? STR_NONE : STR("timed out"));
}

static struct world_rule *
bw_rule(struct world *w, const struct bw_asked *q)
{
	struct world_rule *r;

	TAILQ_FOREACH(r, &w->rules, link)
		if (r->times != 0 &&
			(r->method[0] == '\0' || strcmp(r->method, q->a->method) == 0) &&
			strstr(q->path, r->part) != NULL)
			break;
	if (r != NULL && r->times > 0)
		r->times--;
	return r;
}

static void
bw_beat(struct world *w, const struct bw_asked *q)
{
	const struct world_xsp *x = &w->xsps[q->a->xsp];
	char path[64];

	snprintf(path, sizeof(path), "E/channel/%s/heartbeat", x->channel);
	if (!x->open || strcmp(path, q->path) != 0) {
		bw_answer(w, q->a, 1, 404, "");
		return;
	}
	bw_answer(w, q->a, 1, 200, "");
	world_document(w, q->a->xsp, BW_DECLARATION "<ChannelHeartBeat " BW_NS "/>");
}

static void
bw_dial(struct world *w, const struct bw_asked *q)
{
	char text[512];
	unsigned number = ++w->dials;

	snprintf(text, sizeof(text),
		BW_DECLARATION "<CallStartInfo " BW_NS "><callId>dial-%u:0</callId>"
			       "<externalTrackingId>d%u:1</externalTrackingId></CallStartInfo>",
		number, number);
	bw_answer(w, q->a, 1, 201, text);
}

static void
bw_usual(struct world *w, const struct bw_asked *q)
{
	if (strncmp(q->path, "E/user/", 7) == 0)
		bw_subscribe(w, q);
	else if (strncmp(q->path, "E/subscription/", 15) == 0)
		bw_subscription(w, q);
	else if (strncmp(q->path, "E/serviceprovider/", 18) == 0 ||
		strncmp(q->path, "E/enterprise/", 13) == 0 || strcmp(q->path, "E/system") == 0)
		bw_subscribe_scope(w, q);
	else if (strcmp(q->a->method, "GET") == 0 && strncmp(q->path, "A/user/", 7) == 0)
		bw_read_calls(w, q);
	else if (strncmp(q->path, "E/subscription?", 15) == 0)
		bw_list(w, q);
	else if (strstr(q->path, "/heartbeat") != NULL)
		bw_beat(w, q);
	else if (strncmp(q->path, "E/channelset/", 13) == 0)
		bw_answer(w, q->a, 1, 403, "");
	else if (strstr(q->path, "/calls/new?") != NULL)
		bw_dial(w, q);
	else
		bw_answer(w, q->a, 1, 200, "");
}

void
world_bw_http(struct world *w, const struct node_action *a)
{
	struct bw_asked q = { .a = a };
	const struct world_rule *r;

	ck_assert_uint_lt(a->xsp, w->xsp_count);
	bw_show_path(&q);
	bw_note(w, &q);
	w->asks += strncmp(q.path, "E/user/", 7) == 0 ||
		(strncmp(q.path, "E/subscription/", 15) == 0 && strcmp(a->method, "PUT") == 0);
	r = bw_rule(w, &q);
	if (w->xsps[a->xsp].mode == WORLD_DOWN)
		bw_answer(w, a, 1, 0, "");
	else if (w->xsps[a->xsp].mode == WORLD_SILENT || (r != NULL && r->status == 0))
		bw_answer(w, a, (int64_t)a->number, 0, "");
	else if (r != NULL)
		world_event_later(w, r->delay_ms,
			&(struct node_event){ .kind = NODE_EV_HTTP_DONE,
				.id = a->id,
				.number = r->status,
				.bytes = str_of(r->body),
				.text2 = str_of(r->location ? r->location : ""),
				.retry_after_s = r->retry_after_s });
	else
		bw_usual(w, &q);
}
