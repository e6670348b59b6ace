/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routes: see http_route.h.
 *
 * Happy path: method and body are looked at, the path is found in the table, its function fills the answer. What does not
 * fit into LIMIT_HTTP_ANSWER_BYTES is answered by 500.
 */
#include "daemon/http_route.h"

#include "daemon/http_asset.h"
#include "daemon/http_json.h"
#include "daemon/http_metrics.h"
#include "daemon/http_page.h"
#include "daemon/schema.h"

#include <inttypes.h>
#include <stdio.h>

#define TYPE_JSON "application/json"
#define TYPE_HTML "text/html; charset=utf-8"
#define TYPE_TEXT "text/plain; charset=utf-8"
#define TYPE_METRICS "text/plain; version=0.0.4; charset=utf-8"
#define HISTORY_LINES 50
#define PAGE_LINES 200 /* of the history, for the last takeover */
#define HISTORY_BYTES (LIMIT_HTTP_ANSWER_BYTES / 2)

/* Nothing of an answer may be kept, guessed at, framed or make a browser load anything. */
const struct http_header http_headers[] = {
	{ "Cache-Control", "no-store" },
	{ "Content-Security-Policy", HTTP_POLICY },
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ NULL, NULL },
};

struct route {
	const char *path;
	void (*answer)(
		const struct http_snap *s, const struct http_request *q, struct http_answer *a);
};

static void
fail(struct http_answer *a, unsigned status, const char *text)
{
	buf_reset(&a->body);
	a->status = status;
	a->type = TYPE_TEXT;
	buf_printf(&a->body, "%s\n", text);
}

/* --- health ---------------------------------------------------------------------------------------- */

static void
say_health(
	const struct http_snap *s, struct http_answer *a, const char *objection, const char *text)
{
	a->status = objection == NULL ? 200 : 503;
	http_json_health(s, objection == NULL, objection == NULL ? text : objection, &a->body);
}

/* Why nothing else need be looked at; NULL: the loop turns. */
static const char *
still(const struct http_snap *s, const struct http_request *q)
{
	if (s->at_us == 0 || q->now.turn_age_us < 0)
		return "the node is starting";
	return q->now.turn_age_us > HTTP_STILL_US ? "the main loop stands still" : NULL;
}

static void
answer_live(const struct http_snap *s, const struct http_request *q, struct http_answer *a)
{
	const bool turned = q->now.turn_age_us >= 0;

	say_health(s, a,
		!turned                                    ? "the node is starting" :
			q->now.turn_age_us > HTTP_STILL_US ? "the main loop stands still" :
							     NULL,
		"the main loop turns");
}

static const char *
active_objection(const struct http_snap *s)
{
	if (s->view.role != HA_ACTIVE)
		return "this node is not active";
	return s->serving ? NULL : "this node is active and does not serve yet";
}

static void
answer_active(const struct http_snap *s, const struct http_request *q, struct http_answer *a)
{
	const char *objection = still(s, q);

	if (objection == NULL)
		objection = active_objection(s);
	say_health(s, a, objection, "this node is active and serves");
}

/* A standby that could take over now. */
static const char *
ready_standby_objection(const struct http_snap *s, char *text, size_t size)
{
	struct stat_input in = http_snap_stat(s);

	if (s->view.role != HA_STANDBY)
		return "this node is no standby";
	return stat_ready(&in, text, size) ? NULL : text;
}

static const char *
standby_objection(const struct http_snap *s, uint64_t behind_max, bool digest)
{
	const struct ha_view *v = &s->view;

	if (v->role != HA_STANDBY)
		return "this node is no standby";
	if (!v->peer.known || v->peer.role != HA_ACTIVE)
		return "no node is active";
	if (stat_behind(v) < 0 || (uint64_t)stat_behind(v) > behind_max)
		return "this standby is too far behind";
	if (digest && (v->digest_offset == 0 || !v->digest_equal))
		return "the states of the two nodes differ, or were not compared yet";
	return NULL;
}

static void
answer_standby(const struct http_snap *s, const struct http_request *q, struct http_answer *a)
{
	const char *objection = still(s, q);
	uint64_t behind_max = HTTP_BEHIND_MAX, digest = 0;

	if ((q->behind != NULL && !str_u64(str_of(q->behind), INT64_MAX, &behind_max)) ||
		(q->digest != NULL && !str_u64(str_of(q->digest), 1, &digest))) {
		fail(a, 400, "behind: a number of deltas; digest: 0 or 1");
		return;
	}
	if (objection == NULL)
		objection = standby_objection(s, behind_max, digest != 0);
	say_health(s, a, objection, "this node is a standby in step");
}

static void
answer_ready(const struct http_snap *s, const struct http_request *q, struct http_answer *a)
{
	const char *objection = still(s, q);
	char text[200];

	if (objection == NULL)
		objection = s->view.role == HA_ACTIVE ?
			active_objection(s) :
			ready_standby_objection(s, text, sizeof(text));
	say_health(s, a, objection,
		s->view.role == HA_ACTIVE ? "this node is active and serves" :
					    "this standby could take over now");
}

/* The process, the cluster, and at least one way to BroadWorks; a standby has none in use. */
static const char *
health_objection(const struct http_snap *s)
{
	const struct ha_view *v = &s->view;

	if (v->role == HA_INIT)
		return "this node is not in its cluster";
	if (v->role == HA_FENCED)
		return "this node gave up";
	if (s->clustered && !v->quorate)
		return "the cluster has no quorum";
	if (v->role == HA_ACTIVE && s->counts.channels_open == 0)
		return "no event channel to BroadWorks is open";
	return NULL;
}

static void
answer_health(const struct http_snap *s, const struct http_request *q, struct http_answer *a)
{
	const char *objection = still(s, q);

	if (objection == NULL)
		objection = health_objection(s);
	say_health(s, a, objection, "process, cluster and the way to BroadWorks are good");
}

/* --- metrics and JSON ------------------------------------------------------------------------------ */

static void
answer_metrics(const struct http_snap *s, const struct http_request *q, struct http_answer *a)
{
	a->type = TYPE_METRICS;
	http_metrics(s, &q->now, &a->body);
}

/* Nothing is known before the first snapshot. */
static bool
is_known(const struct http_snap *s, struct http_answer *a)
{
	if (s->at_us == 0)
		fail(a, 503, "the node is starting");
	return s->at_us != 0;
}

static void
answer_status(const struct http_snap *s, const struct http_request *q, struct http_answer *a)
{
	struct stat_input in = http_snap_stat(s);

	(void)q;
	if (is_known(s, a))
		stat_status(&in, &a->body);
}

#define LIST(name) \
	static void answer_##name( \
		const struct http_snap *s, const struct http_request *q, struct http_answer *a) \
	{ \
		(void)q; \
		if (is_known(s, a)) \
			http_json_##name(s, &a->body); \
	}

LIST(channels)
LIST(sessions)
LIST(monitors)
LIST(calls)

/* To be given back with buf_fini(). */
static void
read_history(const struct http_request *q, uint32_t lines, struct buf *text)
{
	buf_init(text, HISTORY_BYTES);
	if (q->read_history != NULL)
		q->read_history(lines, text, q->arg);
}

static void
answer_history(const struct http_snap *s, const struct http_request *q, struct http_answer *a)
{
	uint64_t lines = HISTORY_LINES;
	struct buf text;

	if (q->lines != NULL &&
		(!str_u64(str_of(q->lines), LIMIT_HTTP_HISTORY, &lines) || lines == 0)) {
		fail(a, 400, "lines: 1 to 500");
		return;
	}
	read_history(q, (uint32_t)lines, &text);
	http_json_history(s, buf_as_str(&text), &a->body);
	buf_fini(&text);
}

static void
answer_events(const struct http_snap *s, const struct http_request *q, struct http_answer *a)
{
	uint64_t since = 0, lines = LIMIT_HTTP_HISTORY;

	if ((q->since != NULL && !str_u64(str_of(q->since), INT64_MAX, &since)) ||
		(q->lines != NULL &&
			(!str_u64(str_of(q->lines), LIMIT_HTTP_HISTORY, &lines) || lines == 0))) {
		fail(a, 400, "since: the number of a message; lines: 1 to 500");
		return;
	}
	if (q->events == NULL)
		fail(a, 503, "the node is starting");
	else
		ctl_ring_answer(q->events, since, (uint32_t)lines, !s->show_users, &a->body);
}

static void
answer_schema(const struct http_snap *s, const struct http_request *q, struct http_answer *a)
{
	const char *text = q->name != NULL ? schema_text(q->name) : NULL;

	(void)s;
	if (q->name != NULL && text == NULL) {
		fail(a, 404, "there is no such schema; /v1/schema lists them");
	} else if (text != NULL) {
		buf_cstr(&a->body, text);
	} else {
		buf_cstr(&a->body, "{\"schema\":\"tandem/schemas/1\",\"names\":[");
		for (size_t i = 0; schema_name(i) != NULL; i++)
			buf_printf(&a->body, "%s\"%s\"", i > 0 ? "," : "", schema_name(i));
		buf_cstr(&a->body, "]}");
	}
}

/* --- the page --------------------------------------------------------------------------------------- */

static void
answer_page(const struct http_snap *s, const struct http_request *q, struct http_answer *a)
{
	struct buf text;

	a->type = TYPE_HTML;
	read_history(q, PAGE_LINES, &text);
	http_page(s, &q->now, buf_as_str(&text), &a->body);
	buf_fini(&text);
}

static void
answer_part(const struct http_snap *s, const struct http_request *q, struct http_answer *a)
{
	struct buf text;

	a->type = TYPE_HTML;
	read_history(q, PAGE_LINES, &text);
	http_page_part(s, &q->now, buf_as_str(&text), &a->body);
	buf_fini(&text);
}

/* --- the table ------------------------------------------------------------------------------------- */

static const struct route routes[] = {
	{ "/", answer_page },
	{ "/part", answer_part },
	{ "/active", answer_active },
	{ "/primary", answer_active },
	{ "/standby", answer_standby },
	{ "/replica", answer_standby },
	{ "/ready", answer_ready },
	{ "/readiness", answer_ready },
	{ "/live", answer_live },
	{ "/liveness", answer_live },
	{ "/health", answer_health },
	{ "/metrics", answer_metrics },
	{ "/v1/status", answer_status },
	{ "/v1/channels", answer_channels },
	{ "/v1/sessions", answer_sessions },
	{ "/v1/monitors", answer_monitors },
	{ "/v1/calls", answer_calls },
	{ "/v1/history", answer_history },
	{ "/v1/events", answer_events },
	{ "/v1/schema", answer_schema },
};

static const struct route *
find_route(const char *path)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (str_is(str_of(path), routes[i].path))
			return &routes[i];
	return NULL;
}

void
http_answer(const struct http_snap *s, const struct http_request *q, struct http_answer *a)
{
	const struct route *r = find_route(q->path);
	struct str method = str_of(q->method);

	*a = (struct http_answer){ .status = 200, .type = TYPE_JSON };
	buf_init(&a->body, LIMIT_HTTP_ANSWER_BYTES);
	if (!str_is(method, "GET") && !str_is(method, "HEAD")) {
		fail(a, 405, "GET and HEAD alone: nothing can be changed here");
		a->allow = "GET, HEAD";
	} else if (q->has_body) {
		fail(a, 400, "a request has no body here");
	} else if (r == NULL) {
		fail(a, 404, "there is nothing of this name; / has the page");
	} else {
		r->answer(s, q, a);
	}
	if (a->body.overflow)
		fail(a, 500, "the answer is too large");
}
