/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Xsi-Actions: call control.
 *
 * Happy path: the request is checked against the state of the call and answered; its effect comes
 * a moment later (knob effect_ms) and is seen as events.
 * Failure modes: 404 unknown user or call (also every call of a dead AS), 400 bad address, the
 * knob wrong_state_status when the state forbids it, 500 while no AS answers. When the call has
 * changed between answer and effect, the effect is silently nothing, as in real life.
 */
#include "tests/bwsim/bws_actions_api.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_acd_api.h"
#include "tests/bwsim/bws_detach.h"
#include "tests/bwsim/bws_doc.h"
#include "tests/bwsim/bws_feature.h"
#include "tests/bwsim/bws_feature_api.h"
#include "tests/bwsim/bws_reply.h"
#include "tests/bwsim/bws_route.h"
#include "tests/bwsim/bws_route_point_api.h"
#include "tests/bwsim/bws_service_api.h"

#include <stdlib.h>
#include <string.h>

enum action {
	ACTION_DIAL,
	ACTION_TALK,
	ACTION_HOLD,
	ACTION_RELEASE,
	ACTION_DECLINE,
	ACTION_DECLINE_BUSY
};

/* An answered request whose effect is to come. */
struct bws_effect {
	TAILQ_ENTRY(bws_effect) link;
	struct bws *w;
	struct bws_user *user;
	char call_id[48];
	unsigned as_generation;
	enum action action;
	struct bws_timer timer;
};

static void
free_effect(struct bws_effect *e)
{
	bws_timer_stop(&e->w->timers, &e->timer);
	TAILQ_REMOVE(&e->w->calls.effects, e, link);
	free(e);
}

static void
release_effect(struct bws *w, struct bws_half *h, enum action action)
{
	bool alerted = bws_call_rings(h) && h->personality == BWS_TERMINATOR;

	if (alerted && action == ACTION_DECLINE)
		bws_call_decline(h, "Temporarily Unavailable");
	else if (alerted && action == ACTION_DECLINE_BUSY)
		bws_call_decline(h, "Busy");
	else if (alerted && w->knobs.stop_alerting_only)
		bws_call_stop_alerting(h);
	else
		bws_call_release(h);
}

static void
on_effect(void *arg)
{
	struct bws_effect *e = arg;
	struct bws *w = e->w;
	enum action action = e->action;
	struct bws_half *h = bws_call_find(e->user, e->call_id);

	if (e->as_generation != w->as.generation)
		h = NULL;
	free_effect(e);
	if (!h)
		return;
	switch (action) {
	case ACTION_DIAL:
		bws_call_dial_start(h);
		break;
	case ACTION_TALK:
		if (bws_call_may_talk(h))
			bws_call_talk(h);
		break;
	case ACTION_HOLD:
		if (bws_call_may_hold(h))
			bws_call_hold(h);
		break;
	case ACTION_RELEASE:
	case ACTION_DECLINE:
	case ACTION_DECLINE_BUSY:
		release_effect(w, h, action);
		break;
	}
}

static void
plan_effect(struct bws *w, const struct bws_half *h, enum action action)
{
	struct bws_effect *e = bws_util_calloc(1, sizeof(*e));

	e->w = w;
	e->user = h->user;
	e->action = action;
	e->as_generation = w->as.generation;
	memcpy(e->call_id, h->id, sizeof(e->call_id));
	bws_timer_init(&e->timer, on_effect, e);
	TAILQ_INSERT_TAIL(&w->calls.effects, e, link);
	bws_timer_in_ms(&w->timers, &e->timer, w->knobs.effect_ms);
}

void
bws_actions_api_location(struct bws_req *r, const struct bws_half *h)
{
	const char *host = bws_req_header_value(r, "Host");
	struct bws_buf b = { 0 };

	bws_buf_fmt(&b, "http://%s/com.broadsoft.xsi-actions/v2.0/user/%s/calls/%s",
		host ? host : "localhost", h->user->id, h->id);
	bws_req_add_header(r, "Location", b.p);
	bws_buf_free(&b);
}

/* Which of the user's phones is to ring for click-to-dial; all are one here. */
static bool
location_is_known(const char *location)
{
	static const char *const known[] = { "Primary", "BroadWorksAnywhere",
		"SharedCallAppearance", "Mobility", "FlexibleSeatingGuest", "All" };
	size_t i;

	for (i = 0; location && i < sizeof(known) / sizeof(known[0]); i++)
		if (strcasecmp(known[i], location) == 0)
			return true;
	return !location;
}

static void
dial(struct bws *w, struct bws_req *r, struct bws_user *u)
{
	const char *address = bws_req_arg(r, "address");
	const char *info = bws_req_arg(r, "info");
	struct bws_user *callee;
	struct bws_half *h;
	char uri[64];

	r->kind = BWS_KIND_DIAL;
	if (!address || strlen(address) >= sizeof(h->call->dialled) ||
		bws_user_resolve(w, address, &callee, uri, sizeof(uri)) == BWS_ADDRESS_BAD) {
		bws_reply_error(r, 400, BWS_ERR_BAD_ADDRESS, "address: missing or wrong");
		return;
	}
	if (!location_is_known(bws_req_arg(r, "location")) ||
		(info && (!*info || strlen(info) >= sizeof(h->client_info)))) {
		bws_reply_error(r, 400, BWS_ERR_BAD_REQUEST, "location or info: wrong value");
		return;
	}
	h = bws_call_dial(w, u, address);
	if (h && info)
		snprintf(h->client_info, sizeof(h->client_info), "%s", info);
	if (!h) {
		bws_reply_error(r, (int)w->knobs.limit_status, BWS_ERR_LIMIT, "Too many calls");
		return;
	}
	bws_doc_call_start(&r->reply, h);
	bws_reply_xml(r, 201);
	bws_actions_api_location(r, h);
	plan_effect(w, h, ACTION_DIAL);
}

static void
wrong_state(struct bws *w, struct bws_req *r)
{
	bws_reply_error(r, (int)w->knobs.wrong_state_status, BWS_ERR_CALL_STATE,
		"The state of the call does not allow this");
}

static void
talk(struct bws *w, struct bws_req *r, const struct bws_half *h)
{
	r->kind = BWS_KIND_TALK;
	if (!bws_call_may_talk(h)) {
		wrong_state(w, r);
		return;
	}
	plan_effect(w, h, ACTION_TALK);
	bws_reply_empty(r, 200);
}

static void
hold(struct bws *w, struct bws_req *r, const struct bws_half *h)
{
	r->kind = BWS_KIND_HOLD;
	if (!bws_call_may_hold(h)) {
		wrong_state(w, r);
		return;
	}
	plan_effect(w, h, ACTION_HOLD);
	bws_reply_empty(r, 200);
}

static void
release(struct bws *w, struct bws_req *r, const struct bws_half *h)
{
	const char *decline = bws_req_arg(r, "decline");
	const char *reason = bws_req_arg(r, "declineReason");
	enum action action = ACTION_RELEASE;

	r->kind = BWS_KIND_RELEASE;
	if (reason && strcmp(reason, "Busy") != 0 &&
		strcmp(reason, "TemporarilyUnavailable") != 0) {
		bws_reply_error(r, 400, BWS_ERR_BAD_REQUEST, "declineReason: wrong value");
		return;
	}
	if (decline && strcasecmp(decline, "true") == 0)
		action = reason && *reason == 'B' ? ACTION_DECLINE_BUSY : ACTION_DECLINE;
	plan_effect(w, h, action);
	bws_reply_empty(r, 200);
}

/* What @r would be, for statistics of requests whose call is unknown. */
static enum bws_kind
kind_of(const struct bws_req *r, const struct bws_path *p)
{
	if (bws_path_is(p, 4, "Talk"))
		return BWS_KIND_TALK;
	if (bws_path_is(p, 4, "Hold"))
		return BWS_KIND_HOLD;
	if (strcmp(r->method, "DELETE") == 0)
		return BWS_KIND_RELEASE;
	return strcmp(r->method, "GET") == 0 ? BWS_KIND_READ_CALL : BWS_KIND_OTHER;
}

static void
one_call(struct bws *w, struct bws_req *r, const struct bws_path *p, const struct bws_user *u)
{
	const struct bws_half *h = bws_call_find(u, p->part[3]);
	bool put = strcmp(r->method, "PUT") == 0;
	const char *detached = bws_req_arg(r, "allowDetached");

	r->kind = kind_of(r, p);
	if (!h && r->kind == BWS_KIND_READ_CALL && detached && strcasecmp(detached, "true") == 0)
		h = bws_detach_find(u, p->part[3]);
	if (!h) {
		bws_reply_error(r, 404, BWS_ERR_UNKNOWN_CALL, "Unknown call");
	} else if (p->count == 4 && r->kind == BWS_KIND_READ_CALL) {
		bws_doc_call(&r->reply, h);
		bws_reply_xml(r, 200);
	} else if (p->count == 4 && r->kind == BWS_KIND_RELEASE) {
		release(w, r, h);
	} else if (p->count == 5 && put && r->kind == BWS_KIND_TALK) {
		talk(w, r, h);
	} else if (p->count == 5 && put && r->kind == BWS_KIND_HOLD) {
		hold(w, r, h);
	} else {
		bws_reply_error(r, 405, BWS_ERR_METHOD, "Method not allowed or not served");
	}
}

static void
calls_request(struct bws *w, struct bws_req *r, const struct bws_path *p, struct bws_user *u)
{
	bool get = strcmp(r->method, "GET") == 0;

	if (p->count == 3 && get) {
		r->kind = BWS_KIND_LIST_CALLS;
		bws_doc_calls(&r->reply, u);
		bws_reply_xml(r, 200);
	} else if (p->count == 4 && bws_path_is(p, 3, "new") && strcmp(r->method, "POST") == 0) {
		dial(w, r, u);
	} else if (p->count == 4 && bws_path_is(p, 3, "HookStatus") && get) {
		r->kind = BWS_KIND_HOOK_STATUS;
		bws_doc_hook_status(&r->reply, u);
		bws_reply_xml(r, 200);
	} else if (bws_feature_api_request(w, r, p, u)) {
		return;
	} else if (p->count == 4 || p->count == 5) {
		one_call(w, r, p, u);
	} else {
		bws_reply_error(r, 405, BWS_ERR_METHOD, "Method not allowed");
	}
}

static void
user_request(struct bws *w, struct bws_req *r, const struct bws_path *p)
{
	struct bws_user *u = bws_user_by_id(w, p->part[1]);

	bws_req_set_about(r, p->part[1]);
	if (bws_as_is_down(w))
		bws_reply_error(r, 500, BWS_ERR_AS_DOWN, "The application server does not answer");
	else if (!u || u->kind != BWS_USER_PERSON)
		bws_reply_error(r, 404, BWS_ERR_UNKNOWN_USER, "Unknown user");
	else if (!bws_account_may(w, r->login, u))
		bws_reply_error(r, 403, BWS_ERR_OUT_OF_SCOPE, "The user is out of scope");
	else if (bws_path_is(p, 2, "calls"))
		calls_request(w, r, p, u);
	else if (bws_path_is(p, 2, "services") || bws_path_is(p, 2, "directories"))
		bws_service_api_request(w, r, p, u);
	else
		bws_reply_unknown_resource(r);
}

static bool
is_controller(const struct bws_path *p)
{
	return p->count == 5 && bws_path_is(p, 0, "system") && bws_path_is(p, 1, "services") &&
		bws_path_is(p, 2, "routepoint") && bws_path_is(p, 3, "applicationcontroller");
}

void
bws_actions_api_request(struct bws *w, struct bws_req *r, const struct bws_path *p)
{
	if (bws_path_is(p, 0, "versions") && p->count == 1 && strcmp(r->method, "GET") == 0) {
		r->kind = BWS_KIND_VERSIONS;
		bws_doc_versions(&r->reply);
		bws_reply_xml(r, 200);
		return;
	}
	if (bws_path_is(p, 0, "callcenter"))
		bws_acd_api_request(w, r, p);
	else if (bws_path_is(p, 0, "routepoint"))
		bws_route_point_api_request(w, r, p);
	else if (is_controller(p))
		bws_route_point_api_controller(w, r, p);
	else if (bws_path_is(p, 0, "user") && p->count > 2)
		user_request(w, r, p);
	else
		bws_reply_unknown_resource(r);
}

void
bws_actions_api_fini(struct bws *w)
{
	while (!TAILQ_EMPTY(&w->calls.effects))
		free_effect(TAILQ_FIRST(&w->calls.effects));
	bws_feature_fini(w);
}
