/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests to BroadWorks: see sim_south.h.
 *
 * Happy path: the request travels, is carried out at the XSP, its answer travels back.
 * Failure modes: the XSP is dead (no connection) or silent (time-out); the request is lost, or carried out and its answer lost;
 * 503; the application server is away (500); the sender is gone: what it had sent may still be carried out.
 */
#include "proto/base/buf.h"
#include "proto/base/mem.h"
#include "tests/sim/sim_node.h"
#include "tests/sim/sim_observer.h"
#include "tests/sim/sim_south.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define EVENTS "/com.broadsoft.xsi-events/v2.0/"
#define ACTIONS "/com.broadsoft.xsi-actions/v2.0/user/"
#define XMLNS "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define NS " xmlns=\"http://schema.broadsoft.com/xsi\""

struct http_request {
	unsigned node, xsp;
	uint64_t instance, id;
	int64_t timeout_us;
	char method[8];
	size_t path_n, body_n;
};

struct http_answer {
	int status;
	struct buf body;
};

void
south_new_id(struct sim *s, const char *kind, char *out, size_t size)
{
	snprintf(out, size, "%s-%" PRIu64, kind, ++s->south->next_id);
}

struct str
south_text(struct str document, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i + n + 2 < document.n; i++) {
		const char *p = document.p + i, *end;

		if (p[0] != '<' || memcmp(p + 1, name, n) != 0 || p[n + 1] != '>')
			continue;
		p += n + 2;
		end = memchr(p, '<', (size_t)(document.p + document.n - p));
		return end != NULL ? (struct str){ p, (size_t)(end - p) } : STR_NONE;
	}
	return STR_NONE;
}

/* %XX of a query or path; into `out`. */
static struct str
http_decode(struct str s, char *out, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n && n + 1 < size; i++) {
		char hex[3] = { 0 };

		if (s.p[i] == '%' && i + 2 < s.n) {
			memcpy(hex, s.p + i + 1, 2);
			out[n++] = (char)strtol(hex, NULL, 16);
			i += 2;
		} else {
			out[n++] = s.p[i];
		}
	}
	return (struct str){ out, n };
}

/* What follows `prefix` in the path; p = NULL if it does not begin so. */
static struct str
http_after(struct str path, const char *prefix)
{
	size_t n = strlen(prefix);

	if (path.n < n || memcmp(path.p, prefix, n) != 0)
		return (struct str){ NULL, 0 };
	return (struct str){ path.p + n, path.n - n };
}

/* --- what is asked ----------------------------------------------------------------------------------------- */

/* "Advanced Call|Do Not Disturb|"; true if they come as a list. */
static bool
http_packages(struct str body, char *out, size_t size)
{
	char text[4096];
	bool list;
	size_t n = 0;

	out[0] = '\0';
	if (!str_copy(text, sizeof(text), body))
		return false;
	list = strstr(text, "<eventPackageList>") != NULL;
	for (const char *p = text; (p = strstr(p, "<event>")) != NULL && n < size; p++)
		n += (size_t)snprintf(out + n, size - n, "%.*s|", (int)strcspn(p + 7, "<"), p + 7);
	return list;
}

static void
http_subscribe(struct sim *s, struct str user, struct str body, struct http_answer *a)
{
	int index = south_calls_user(s, user);
	struct south_sub *sub;
	char packages[sizeof(sub->packages)];
	bool list = http_packages(body, packages, sizeof(packages));

	if (index < 0) {
		a->status = 404;
		return;
	}
	if (list && !s->south->lists) {
		a->status = 400;
		return;
	}
	sub = south_event_subscribe(s, (unsigned)index, south_text(body, "channelSetId"),
		south_text(body, "applicationId"), packages);
	if (sub == NULL) {
		a->status = 409;
		return;
	}
	if (south_event_has(sub, south_event_primary(s->south->users[index].kind)))
		s->south->users[index].asked_us = s->now_us;
	south_calls_activity(s, (unsigned)index, true);
	buf_printf(&a->body,
		XMLNS "<Subscription" NS
		      "><subscriptionId>%s</subscriptionId><expires>86400</expires></Subscription>",
		sub->id);
	south_event_snapshots(s, sub);
}

static void
http_subscription(struct sim *s, const struct http_request *r, struct str id, struct http_answer *a)
{
	struct south_sub *sub = south_event_sub(s, id);

	if (sub == NULL) {
		a->status =
			strcmp(r->method, "PUT") == 0 && sim_world_chance(s, SIM_RNG_SOUTH, 50) ?
			404 :
			403;
		return;
	}
	if (strcmp(r->method, "DELETE") == 0) {
		south_event_unsubscribe(s, sub);
		return;
	}
	buf_printf(&a->body,
		XMLNS "<Subscription" NS
		      "><subscriptionId>%s</subscriptionId><expires>86400</expires></Subscription>",
		sub->id);
	if (strcmp(r->method, "PUT") != 0)
		return;
	if (south_event_has(sub, south_event_primary(s->south->users[sub->user].kind))) {
		s->south->users[sub->user].asked_us = s->now_us;
		s->south->users[sub->user].moved = true;
	}
	south_event_snapshots(s, sub);
}

static void
http_list(struct sim *s, struct http_answer *a)
{
	buf_cstr(&a->body, XMLNS "<SubscriptionList" NS ">");
	for (unsigned i = 0; i < SOUTH_SUBS_MAX; i++) {
		const struct south_sub *sub = &s->south->subs[i];

		if (sub->used)
			buf_printf(&a->body,
				"<subscription><subscriptionId>%s</subscriptionId><targetIdType>User</targetIdType>"
				"<targetId>%s</targetId><event>Advanced Call</event><expires>86400</expires>"
				"<channelSetId>%s</channelSetId><applicationId>%s</applicationId></subscription>",
				sub->id, s->south->users[sub->user].id, sub->set, sub->application);
	}
	buf_cstr(&a->body, "</SubscriptionList>");
}

static void
http_set(struct sim *s, struct str set, struct http_answer *a)
{
	unsigned count = 0;

	buf_cstr(&a->body, XMLNS "<ChannelSet" NS ">");
	for (unsigned i = 0; i < SOUTH_CHANNELS_MAX; i++) {
		const struct south_channel *c = &s->south->channels[i];

		if (!c->used || !str_is(set, c->set))
			continue;
		count++;
		buf_printf(&a->body,
			"<channel><channelId>%s</channelId><channelSetId>%s</channelSetId><priority>1</priority>"
			"<weight>50</weight><expires>3000</expires></channel>",
			c->id, c->set);
	}
	buf_cstr(&a->body, "</ChannelSet>");
	if (count == 0) {
		a->status = 403;
		buf_reset(&a->body);
		buf_cstr(&a->body,
			XMLNS
			"<ErrorInfo" NS
			"><summary>unknown channel set</summary><errorCode>110842</errorCode></ErrorInfo>");
	}
}

static void
http_channel(struct sim *s, const struct http_request *r, struct str rest, struct http_answer *a)
{
	struct str tail, id = str_cut(rest, '/', &tail);
	struct south_channel *c = south_chan_find(s, id);

	if (c == NULL) {
		a->status = tail.n > 0 ? 404 : 403;
	} else if (str_is(tail, "heartbeat")) {
		if (c->xsp != r->xsp) {
			a->status = 404;
			return;
		}
		c->beaten_us = s->now_us;
		south_chan_write(s, c,
			STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
			    "<ChannelHeartBeat xmlns=\"http://schema.broadsoft.com/xsi\"/>"));
	} else if (strcmp(r->method, "DELETE") == 0) {
		south_chan_close(s, c, "ExplicitDelete");
	} else {
		buf_printf(&a->body,
			XMLNS "<Channel" NS
			      "><channelId>%s</channelId><expires>3600</expires></Channel>",
			c->id);
	}
}

static void
http_call(struct sim *s, const struct http_request *r, struct str rest, struct str body,
	struct http_answer *a)
{
	struct str tail, query, verb, user = str_cut(rest, '/', &tail), id;
	int index = south_calls_user(s, user);
	const struct south_call *call = NULL;
	char number[64];

	if (index >= 0 && http_after(tail, "services/").p != NULL) {
		a->status = strcmp(r->method, "PUT") != 0 ?
			404 :
			south_person_put(s, (unsigned)index, http_after(tail, "services/"), body);
		return;
	}
	tail = http_after(tail, "calls/");
	if (index < 0 || tail.p == NULL) {
		a->status = 404;
		return;
	}
	tail = str_cut(tail, '?', &query);
	if (str_is(tail, "new")) {
		query = http_after(query, "address=");
		a->status = query.p == NULL ?
			400 :
			south_calls_dial(s, (unsigned)index,
				http_decode(query, number, sizeof(number)), &call);
		if (call != NULL)
			buf_printf(&a->body,
				XMLNS
				"<CallStartInfo" NS
				"><callId>%s</callId><externalTrackingId>%s</externalTrackingId>"
				"</CallStartInfo>",
				call->party[0].id, call->tracking);
		return;
	}
	id = str_cut(tail, '/', &verb);
	a->status = south_calls_verb(s, (unsigned)index, id,
		strcmp(r->method, "DELETE") == 0 ? "Release" :
			str_is(verb, "Talk")     ? "Talk" :
			str_is(verb, "Hold")     ? "Hold" :
						   "");
}

static void
http_serve(struct sim *s, const struct http_request *r, struct str path, struct str body,
	struct http_answer *a)
{
	struct str rest;

	if (str_is(path, EVENTS "channel/eventresponse")) {
		a->status = south_event_ack(s, south_text(body, "eventID"),
			(unsigned)strtoul(south_text(body, "statusCode").p, NULL, 10));
	} else if ((rest = http_after(path, EVENTS "channelset/")).p != NULL) {
		http_set(s, rest, a);
	} else if ((rest = http_after(path, EVENTS "channel/")).p != NULL) {
		http_channel(s, r, rest, a);
	} else if (http_after(path, EVENTS "subscription?").p != NULL) {
		http_list(s, a);
	} else if ((rest = http_after(path, EVENTS "subscription/")).p != NULL) {
		http_subscription(s, r, rest, a);
	} else if ((rest = http_after(path, EVENTS "user/")).p != NULL) {
		http_subscribe(s, rest, body, a);
	} else if ((rest = http_after(path, ACTIONS)).p != NULL) {
		http_call(s, r, rest, body, a);
	} else {
		a->status = 404;
	}
}

/* --- the way there and back -------------------------------------------------------------------------------- */

static void
http_done(struct sim *s, const struct sim_event *ev)
{
	struct http_request r;

	memcpy(&r, ev->p, sizeof(r));
	sim_node_input(s, r.node, r.instance,
		&(struct node_event){ .kind = NODE_EV_HTTP_DONE,
			.id = r.id,
			.number = ev->a,
			.text = ev->a ? STR_NONE : STR("no answer"),
			.bytes = { (const char *)ev->p + sizeof(r), ev->n - sizeof(r) } });
}

static void
http_answer_later(
	struct sim *s, const struct http_request *r, int status, struct str body, int64_t us)
{
	struct buf b;

	buf_init(&b, 131072);
	buf_put(&b, r, sizeof(*r));
	buf_str(&b, body);
	sim_world_at_bytes(s, us, http_done, (uint64_t)status, 0, 0, buf_as_str(&b));
	buf_fini(&b);
}

static bool
http_fault(struct sim *s, unsigned percent)
{
	return sim_world_has(s, SIM_FAULT_http) && sim_world_chance(s, SIM_RNG_SOUTH, percent);
}

static void
http_arrive(struct sim *s, const struct sim_event *ev)
{
	struct http_answer a = { .status = 200 };
	struct http_request r;
	struct str path, body;
	bool known;

	memcpy(&r, ev->p, sizeof(r));
	path = (struct str){ (const char *)ev->p + sizeof(r), r.path_n };
	body = (struct str){ path.p + r.path_n, r.body_n };
	if (!s->south->xsp_up[r.xsp]) {
		http_answer_later(s, &r, 0, STR_NONE, 500);
		return;
	}
	if (s->south->xsp_silent[r.xsp] || http_fault(s, 2)) {
		http_answer_later(s, &r, 0, STR_NONE, r.timeout_us);
		return;
	}
	known = s->nodes[r.node]->node != NULL && s->nodes[r.node]->instance == r.instance;
	if (!known && sim_world_chance(s, SIM_RNG_SOUTH, 50))
		return;
	buf_init(&a.body, 65536);
	if (s->now_us < s->south->storm_until_us || http_fault(s, 1))
		a.status = 503;
	else if (s->now_us < s->south->server_away_until_us &&
		http_after(path, EVENTS "channel").p == NULL)
		a.status = 500;
	else
		http_serve(s, &r, path, body, &a);
	sim_world_trace(s, "broadworks: %s %s %.*s -> %d", sim_node_name(s, r.node), r.method,
		STR_ARG(path), a.status);
	s->totals.south_requests++;
	if (http_fault(s, 3))
		http_answer_later(s, &r, 0, STR_NONE, r.timeout_us);
	else
		http_answer_later(s, &r, a.status, buf_as_str(&a.body),
			sim_world_range(s, SIM_RNG_SOUTH, 300, http_fault(s, 5) ? 900000 : 10000));
	buf_fini(&a.body);
}

void
sim_south_http(struct sim *s, unsigned node, const struct node_action *a)
{
	struct http_request r = { .node = node,
		.xsp = a->xsp,
		.instance = s->nodes[node]->instance,
		.id = a->id,
		.timeout_us = (int64_t)a->number * SIM_MS,
		.path_n = a->path.n,
		.body_n = a->bytes.n };
	struct buf b;

	snprintf(r.method, sizeof(r.method), "%s", a->method);
	buf_init(&b, 131072);
	buf_put(&b, &r, sizeof(r));
	buf_str(&b, a->path);
	buf_str(&b, a->bytes);
	sim_world_at_bytes(s, sim_world_range(s, SIM_RNG_SOUTH, 200, 10000), http_arrive, 0, 0, 0,
		buf_as_str(&b));
	buf_fini(&b);
}

/* --- life -------------------------------------------------------------------------------------------------- */

void
sim_south_init(struct sim *s)
{
	s->south = mem_zalloc(sizeof(*s->south));
	for (unsigned i = 0; i < SOUTH_XSPS; i++)
		s->south->xsp_up[i] = true;
	s->south->keep_us = sim_world_range(s, SIM_RNG_SOUTH, 0, 60) * SIM_S;
	s->south->resync_event = sim_world_chance(s, SIM_RNG_SOUTH, 50);
	s->south->lists = s->opt.seed % 2 == 0;
	south_calls_begin(s);
	south_event_begin(s);
	south_chan_begin(s);
}

void
sim_south_fini(struct sim *s)
{
	south_event_fini(s);
	mem_free(s->south);
}

void
sim_south_calm(struct sim *s)
{
	s->south->frozen = true;
	s->south->storm_until_us = 0;
	for (unsigned i = 0; i < SOUTH_XSPS; i++)
		sim_south_xsp_start(s, i);
}
