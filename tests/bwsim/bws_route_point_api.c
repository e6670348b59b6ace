/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Xsi-Actions: route points and application controllers.
 *
 * Happy path: the request is checked against the entry, answered, and works a moment later.
 * Failure modes: 404 unknown route point, call or controller, 400 wrong body or parameter, the knob
 * wrong_state_status when the entry, or an empty channel set, forbids it.
 */
#include "tests/bwsim/bws_route_point_api.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_controller.h"
#include "tests/bwsim/bws_doc.h"
#include "tests/bwsim/bws_later.h"
#include "tests/bwsim/bws_parse.h"
#include "tests/bwsim/bws_reply.h"
#include "tests/bwsim/bws_route.h"
#include "tests/bwsim/bws_route_point.h"

#include <stdlib.h>
#include <string.h>

#define INT32_TOP 2147483647

static void
free_values(char **values, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(values[i]);
}

static void
list(struct bws_req *r, const struct bws_user *u)
{
	r->kind = BWS_KIND_READ_QUEUE;
	bws_doc_begin(&r->reply, "RoutePointQueue");
	bws_route_point_entries(&r->reply, "", u);
	bws_buf_str(&r->reply, "</RoutePointQueue>");
	bws_reply_xml(r, 200);
}

enum action {
	ADMIT,
	REJECT,
	BOUNCE,
	FAIL,
	RELEASE,
	TRANSFER,
	DISTRIBUTE,
	VOICEXML
};

/* The entry may have changed since the request was answered. */
static void
do_action(struct bws_entry *e, const struct bws_later_args *a)
{
	bool is_new = e->stage == BWS_ENTRY_NEW && !e->outgoing;

	if (a->what == ADMIT || a->what == REJECT) {
		if (is_new && a->what == ADMIT)
			bws_route_point_admit(e);
		else if (is_new)
			bws_route_point_reject(e);
		return;
	}
	if (bws_route_point_may_control(e))
		return;
	if (a->what == BOUNCE)
		bws_route_point_bounce(e);
	else if (a->what == FAIL)
		bws_route_point_fail(e, "CallFailureRequested");
	else if (a->what == RELEASE)
		bws_route_point_release(e);
	else if (a->what == TRANSFER)
		bws_route_point_transfer(e, a->address);
	else if (a->what == DISTRIBUTE)
		bws_route_point_distribute(e, a->agent, &a->info, a->flag);
	else if (a->what == VOICEXML)
		bws_route_point_voicexml(e, a->text);
}

static void
accepted(struct bws_req *r, struct bws_entry *e, struct bws_later_args *args, enum action what)
{
	args->what = (int)what;
	bws_later(e, do_action, args);
	bws_reply_empty(r, 200);
}

static void
transfer(struct bws *w, struct bws_req *r, struct bws_entry *e)
{
	static const char *const names[] = { "address", NULL };
	const char *address = bws_req_arg(r, "address");
	struct bws_later_args args = { 0 };
	char *v[1] = { NULL };

	/* The schema knows a body as well. */
	if (!address && r->body.n && bws_reply_parse(r, "RoutePointBlindTransfer", names, v) < 0)
		return;
	if (bws_reply_address(w, r, address ? address : v[0], args.address, sizeof(args.address)) ==
		0)
		accepted(r, e, &args, TRANSFER);
	free(v[0]);
}

enum {
	DI_AGENT,
	DI_NUMBER,
	DI_NAME,
	DI_WAIT,
	DI_CALLS,
	DI_LONGEST,
	DI_AUDIO,
	DI_VIDEO,
	DI_COUNT
};

static int
read_distribute(const struct bws *w, const struct bws_entry *e, char **v, struct bws_later_args *a)
{
	a->info.at = e->at;
	a->agent = v[DI_AGENT] ? bws_user_by_id(w, v[DI_AGENT]) : NULL;
	a->flag = v[DI_AUDIO] || v[DI_VIDEO];
	snprintf(a->info.number, sizeof(a->info.number), "%s", v[DI_NUMBER] ? v[DI_NUMBER] : "");
	snprintf(a->info.name, sizeof(a->info.name), "%s", v[DI_NAME] ? v[DI_NAME] : "");
	if (!a->agent ||
		bws_parse_number(v[DI_WAIT], 0, INT32_TOP, bws_entry_wait_s(e), &a->info.wait_s) <
			0 ||
		bws_parse_number(v[DI_CALLS], 0, INT32_TOP, (int64_t)bws_entry_count(e->at) - 1,
			&a->info.calls_in_queue) < 0)
		return -1;
	return bws_parse_number(
		v[DI_LONGEST], 0, INT32_TOP, bws_entry_longest_wait_s(e->at), &a->info.longest_s);
}

static void
distribute(struct bws *w, struct bws_req *r, struct bws_entry *e)
{
	static const char *const names[] = { "agentId", "callingLineIdNumber", "callingLineIdName",
		"timeInQueue", "numberOfCallsInQueue", "longestWaitTime", "whisperMessageAudioUrl",
		"whisperMessageVideoUrl", NULL };
	struct bws_later_args args = { 0 };
	char *v[DI_COUNT];

	if (bws_reply_parse(r, "RoutePointDistribute", names, v) < 0)
		return;
	if (read_distribute(w, e, v, &args) < 0)
		bws_reply_error(r, 400, BWS_ERR_BAD_REQUEST, "RoutePointDistribute: wrong value");
	else if (e->stage != BWS_ENTRY_WAITING || args.agent->kind != BWS_USER_PERSON ||
		(args.agent->half_count && !w->knobs.call_waiting))
		bws_reply_wrong_state(r, "The call is being offered, or the agent is busy");
	else
		accepted(r, e, &args, DISTRIBUTE);
	free_values(v, DI_COUNT);
}

static void
voicexml(struct bws_req *r, struct bws_entry *e)
{
	static const char *const names[] = { "voicexmlId", "scriptUrl", NULL };
	struct bws_later_args args = { 0 };
	char *v[2];

	if (bws_reply_parse(r, "RoutePointConnectToVoiceXML", names, v) < 0)
		return;
	if (!v[0] || !*v[0] || !v[1] || !*v[1]) {
		bws_reply_error(r, 400, BWS_ERR_BAD_REQUEST, "voicexmlId or scriptUrl is missing");
	} else {
		snprintf(args.text, sizeof(args.text), "%s", v[0]);
		accepted(r, e, &args, VOICEXML);
	}
	free_values(v, 2);
}

static const struct {
	const char *word;
	const char *root;
	enum bws_play play;
} plays[] = {
	{ "playtreatment", "RoutePointPlayTreatment", BWS_PLAY_TREATMENT },
	{ "playmusiconhold", "RoutePointPlayMusicOnHold", BWS_PLAY_MOH },
	{ "playringback", "RoutePointPlayRingBack", BWS_PLAY_RINGBACK },
	{ "playbusy", "RoutePointPlayBusy", BWS_PLAY_BUSY },
	{ "playsilence", "RoutePointPlaySilence", BWS_PLAY_SILENCE },
};

enum {
	PL_DURATION,
	PL_MAP,
	PL_ID,
	PL_PATTERN,
	PL_AUDIO,
	PL_TIMES,
	PL_COUNT
};

static void
do_play(struct bws_entry *e, const struct bws_later_args *a)
{
	if (bws_route_point_may_control(e) || e->stage == BWS_ENTRY_OFFERED)
		return;
	if (a->flag) {
		if (strcmp(e->play_id, a->id) == 0 && e->play != BWS_PLAY_NONE)
			bws_route_point_play_longer(e, a->n);
		return;
	}
	/* What is played until now is told with its own id. */
	bws_route_point_stop_play(e, "Stopped-NewPlayCollect", NULL);
	memcpy(e->play_id, a->id, sizeof(e->play_id));
	bws_route_point_play(e, (enum bws_play)a->what, a->n, a->text);
}

/* Checks values of a play request; returns a sentence about what is wrong, or NULL. */
static const char *
read_play(char **v, enum bws_play what, struct bws_later_args *a)
{
	int64_t times;

	a->what = (int)what;
	if (bws_parse_number(v[PL_DURATION], 1, 86400, 0, &a->n) < 0)
		return "duration: wrong value";
	if (what == BWS_PLAY_BUSY &&
		(!v[PL_PATTERN] ||
			(strcmp(v[PL_PATTERN], "Normal") != 0 &&
				strcmp(v[PL_PATTERN], "FastBusy") != 0)))
		return "busyPattern: missing or wrong";
	if (what == BWS_PLAY_TREATMENT && (!v[PL_AUDIO] || !*v[PL_AUDIO]))
		return "audioUrlList is missing";
	if (bws_parse_number(v[PL_TIMES], 1, 5, 1, &times) < 0)
		return "numberOfPlay: wrong value";
	if (v[PL_MAP] && strlen(v[PL_MAP]) >= sizeof(a->text))
		return "digitMap is too long";
	snprintf(a->text, sizeof(a->text), "%s", v[PL_MAP] ? v[PL_MAP] : "");
	return NULL;
}

static void
play(struct bws *w, struct bws_req *r, struct bws_entry *e, size_t which)
{
	static const char *const names[] = { "duration", "digitMap", "playCollectId", "busyPattern",
		"audioUrlList", "numberOfPlay", NULL };
	struct bws_later_args args = { 0 };
	const char *wrong;
	char *v[PL_COUNT];

	if (bws_reply_parse(r, plays[which].root, names, v) < 0)
		return;
	wrong = read_play(v, plays[which].play, &args);
	args.flag = v[PL_ID] != NULL;
	if (wrong) {
		bws_reply_error(r, 400, BWS_ERR_BAD_REQUEST, wrong);
	} else if (e->stage != BWS_ENTRY_WAITING ||
		(args.flag &&
			(e->play != plays[which].play || strcmp(e->play_id, v[PL_ID]) != 0))) {
		bws_reply_wrong_state(r, "Nothing can be played to the call, or not that");
	} else {
		if (args.flag)
			snprintf(args.id, sizeof(args.id), "%s", v[PL_ID]);
		else
			snprintf(args.id, sizeof(args.id), "play-%016llx",
				(unsigned long long)bws_rand_next(&w->rand_id));
		bws_doc_begin(&r->reply, "RoutePointPlayInfo");
		bws_buf_fmt(&r->reply, "<playCollectId>%s</playCollectId></RoutePointPlayInfo>",
			args.id);
		bws_reply_xml(r, 200);
		bws_later(e, do_play, &args);
	}
	free_values(v, PL_COUNT);
}

/* Requests whose only condition is the stage of the entry. */
static const struct {
	const char *word;
	enum action action;
	const char *wrong;
} simple[] = {
	{ "admit", ADMIT, "The call is not waiting to be admitted" },
	{ "reject", REJECT, "The call is not waiting to be admitted" },
	{ "bounce", BOUNCE, "The call is not offered to an agent" },
	{ "fail", FAIL, "The call is being offered" },
};

static bool
stage_fits(const struct bws_entry *e, enum action action)
{
	if (action == ADMIT || action == REJECT)
		return e->stage == BWS_ENTRY_NEW && !e->outgoing;
	if (action == BOUNCE)
		return e->stage == BWS_ENTRY_OFFERED;
	return e->stage == BWS_ENTRY_WAITING;
}

/* Returns false when @word is none of the simple requests. */
static bool
simple_request(struct bws_req *r, struct bws_entry *e, const struct bws_path *p)
{
	struct bws_later_args args = { 0 };
	size_t i;

	for (i = 0; i < sizeof(simple) / sizeof(simple[0]); i++) {
		if (!bws_path_is(p, 4, simple[i].word))
			continue;
		if (stage_fits(e, simple[i].action))
			accepted(r, e, &args, simple[i].action);
		else
			bws_reply_wrong_state(r, simple[i].wrong);
		return true;
	}
	return false;
}

static void
put_call(struct bws *w, struct bws_req *r, const struct bws_path *p, struct bws_entry *e)
{
	const char *wrong = bws_route_point_may_control(e);
	size_t i;

	if (simple_request(r, e, p))
		return;
	if (wrong) {
		bws_reply_wrong_state(r, wrong);
		return;
	}
	for (i = 0; i < sizeof(plays) / sizeof(plays[0]); i++) {
		if (!bws_path_is(p, 4, plays[i].word))
			continue;
		play(w, r, e, i);
		return;
	}
	if (bws_path_is(p, 4, "blindtransfer"))
		transfer(w, r, e);
	else if (bws_path_is(p, 4, "distribute"))
		distribute(w, r, e);
	else if (bws_path_is(p, 4, "connecttovoicexml"))
		voicexml(r, e);
	else
		bws_reply_unknown_resource(r);
}

static void
one_call(struct bws *w, struct bws_req *r, const struct bws_path *p, struct bws_entry *e)
{
	struct bws_later_args args = { 0 };
	const char *wrong = bws_route_point_may_control(e);

	r->kind = BWS_KIND_ROUTE_POINT_CONTROL;
	if (p->count == 5 && strcmp(r->method, "PUT") == 0)
		put_call(w, r, p, e);
	else if (p->count != 4 || strcmp(r->method, "DELETE") != 0)
		bws_reply_wrong_method(r);
	else if (wrong)
		bws_reply_wrong_state(r, wrong);
	else
		accepted(r, e, &args, RELEASE);
}

/* The entry is made at once, so that the call can be found; the events come a moment later. */
static void
dial(struct bws *w, struct bws_req *r, struct bws_user *u)
{
	static const char *const names[] = { "address", "routePointName", NULL };
	char address[64];
	struct bws_half *h;
	char *v[2];

	r->kind = BWS_KIND_ROUTE_POINT_CONTROL;
	if (bws_reply_parse(r, "RoutePointOutgoingDial", names, v) < 0)
		return;
	if (bws_reply_address(w, r, v[0], address, sizeof(address)) == 0) {
		h = bws_route_point_new(u, address);
		if (h) {
			bws_doc_begin(&r->reply, "RoutePointCallStartInfo");
			bws_buf_fmt(&r->reply,
				"<callId>%s</callId><externalTrackingId>%s</externalTrackingId>"
				"</RoutePointCallStartInfo>",
				h->id, h->call->tracking);
			bws_reply_xml(r, 201);
			bws_route_point_dial(h);
		} else {
			bws_reply_error(
				r, (int)w->knobs.limit_status, BWS_ERR_LIMIT, "Too many calls");
		}
	}
	free_values(v, 2);
}

static void
state_request(struct bws_req *r, struct bws_user *u)
{
	char *text;

	if (strcmp(r->method, "GET") == 0) {
		bws_doc_begin(&r->reply, "RoutePointState");
		bws_buf_fmt(&r->reply, "%s</RoutePointState>",
			u->route_point->failed ? "Failed" : "Normal");
		bws_reply_xml(r, 200);
		return;
	}
	text = strcmp(r->method, "PUT") == 0 ?
		bws_parse_text(bws_buf_text(&r->body), r->body.n, "RoutePointState") :
		NULL;
	if (!text || (strcmp(text, "Failed") != 0 && strcmp(text, "Normal") != 0)) {
		bws_reply_error(r, 400, BWS_ERR_BAD_REQUEST, "RoutePointState: wrong value");
	} else {
		bws_reply_empty(r, 200);
		bws_route_point_set_state(u, *text == 'F', true);
	}
	free(text);
}

static void
calls_request(struct bws *w, struct bws_req *r, const struct bws_path *p, struct bws_user *u)
{
	struct bws_entry *e;

	if (p->count == 3 && strcmp(r->method, "GET") == 0) {
		list(r, u);
	} else if (p->count == 4 && bws_path_is(p, 3, "new") && strcmp(r->method, "POST") == 0) {
		dial(w, r, u);
	} else if (p->count == 4 || p->count == 5) {
		e = bws_entry_find(u, p->part[3]);
		if (e)
			one_call(w, r, p, e);
		else
			bws_reply_error(r, 404, BWS_ERR_UNKNOWN_CALL, "Unknown call");
	} else {
		bws_reply_wrong_method(r);
	}
}

void
bws_route_point_api_request(struct bws *w, struct bws_req *r, const struct bws_path *p)
{
	struct bws_user *u =
		bws_reply_virtual(w, r, p->count > 1 ? p->part[1] : "", BWS_USER_ROUTE_POINT);

	if (!u)
		return;
	if (bws_path_is(p, 2, "calls"))
		calls_request(w, r, p, u);
	else if (p->count == 4 && bws_path_is(p, 2, "profile") && bws_path_is(p, 3, "state"))
		state_request(r, u);
	else
		bws_reply_unknown_resource(r);
}

static void
put_controller(struct bws *w, struct bws_req *r, struct bws_controller *c)
{
	static const char *const names[] = { "state", NULL };
	char *v[1];

	if (bws_reply_parse(r, "ApplicationController", names, v) < 0)
		return;
	if (!v[0] || (strcmp(v[0], "ready") != 0 && strcmp(v[0], "not ready") != 0))
		bws_reply_error(r, 400, BWS_ERR_BAD_REQUEST, "state: wrong value");
	else if (!bws_controller_set(w, c, *v[0] == 'r'))
		bws_reply_wrong_state(r, "The channel set of the controller is empty");
	else
		bws_reply_empty(r, 200);
	free(v[0]);
}

void
bws_route_point_api_controller(struct bws *w, struct bws_req *r, const struct bws_path *p)
{
	struct bws_controller *c = bws_controller_find(w, p->part[4]);

	r->kind = BWS_KIND_CONTROLLER;
	if (!bws_account_is_admin(w, r->login)) {
		bws_reply_error(r, 403, BWS_ERR_OUT_OF_SCOPE, "For administrators only");
	} else if (!c) {
		bws_reply_error(r, 404, BWS_ERR_UNKNOWN_RESOURCE, "Unknown controller");
	} else if (strcmp(r->method, "GET") == 0) {
		bws_doc_begin(&r->reply, "ApplicationController");
		bws_buf_fmt(&r->reply, "<state>%s</state></ApplicationController>",
			c->ready ? "ready" : "not ready");
		bws_reply_xml(r, 200);
	} else if (strcmp(r->method, "PUT") == 0) {
		put_controller(w, r, c);
	} else {
		bws_reply_wrong_method(r);
	}
}
