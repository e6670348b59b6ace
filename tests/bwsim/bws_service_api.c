/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Xsi-Actions: services of a user, his agent state, the hosts he may sit at.
 *
 * Happy path: GET answers with the settings; PUT takes those that are given and leaves the others.
 * Failure modes: 404 unknown service, 400 wrong value, the knob wrong_state_status for what cannot
 * be (no number, no host, no agent), 403 a service that is not assigned.
 */
#include "tests/bwsim/bws_service_api.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_agent.h"
#include "tests/bwsim/bws_doc.h"
#include "tests/bwsim/bws_parse.h"
#include "tests/bwsim/bws_reply.h"
#include "tests/bwsim/bws_route.h"
#include "tests/bwsim/bws_service.h"

#include <stdlib.h>
#include <string.h>

enum {
	V_ACTIVE,
	V_SPLASH,
	V_FORWARD,
	V_OFFICE,
	V_RINGS,
	V_HOST,
	V_INCOMING,
	V_PRESENCE,
	V_RECALL,
	V_ANYWHERE,
	V_BASE,
	V_LEVEL,
	V_PROFILE,
	V_REMOVE_GUEST,
	V_COUNT
};

static const char *const names[] = { "active", "ringSplash", "forwardToPhoneNumber",
	"remoteOfficeNumber", "numberOfRings", "hostUserId", "incomingCalls", "presence",
	"recallActive", "alertAllLocationsForClickToDialCalls", "ringBaseLocationFirst",
	"overrideLevel", "profile", "removeGuestAssociation", NULL };

static void
free_values(char **values, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(values[i]);
}

/* xs:boolean; an absent one leaves @out. */
static int
read_bool(const char *text, bool *out)
{
	if (!text)
		return 0;
	if (strcmp(text, "true") != 0 && strcmp(text, "1") != 0 && strcmp(text, "false") != 0 &&
		strcmp(text, "0") != 0)
		return -1;
	*out = *text == 't' || *text == '1';
	return 0;
}

static int
read_text(const char *text, char *out, size_t len)
{
	if (text && strlen(text) >= len)
		return -1;
	if (text)
		snprintf(out, len, "%s", text);
	return 0;
}

/* Numbers of the schema are addresses: a tel: or sip: URI. */
static int
read_number(const struct bws *w, const char *text, char *out, size_t len)
{
	struct bws_user *u = NULL;
	char uri[64];

	if (text && *text && bws_user_resolve(w, text, &u, uri, sizeof(uri)) == BWS_ADDRESS_BAD)
		return -1;
	if (text && *text && strncasecmp(text, "tel:", 4) != 0 &&
		strncasecmp(text, "sip:", 4) != 0) {
		if (strlen(text) + 5 > len)
			return -1;
		snprintf(out, len, "%s%s", strchr(text, '@') ? "sip:" : "tel:", text);
		return 0;
	}
	return read_text(text, out, len);
}

static int
read_host(const struct bws *w, const char *id, struct bws_service_state *st)
{
	if (!id)
		return 0;
	st->partner = *id ? bws_user_by_id(w, id) : NULL;
	return *id && !st->partner ? -1 : 0;
}

/* Takes what the body gives. Returns -1 for a value that is wrong. */
static int
read_settings(const struct bws *w, char **v, struct bws_service_state *st)
{
	static const int flags[] = { V_ACTIVE, V_RECALL, V_ANYWHERE, V_BASE };
	static const int words[] = { V_INCOMING, V_PRESENCE, V_LEVEL, V_PROFILE };
	bool remove = false;
	int64_t rings;
	size_t i;

	for (i = 0; i < 4; i++)
		if (read_bool(v[flags[i]], &st->active) < 0 ||
			read_text(v[words[i]], st->word, sizeof(st->word)) < 0)
			return -1;
	if (read_bool(v[V_SPLASH], &st->ring_splash) < 0 ||
		read_bool(v[V_REMOVE_GUEST], &remove) < 0 ||
		read_number(w, v[V_FORWARD], st->number, sizeof(st->number)) < 0 ||
		read_number(w, v[V_OFFICE], st->number, sizeof(st->number)) < 0 ||
		read_host(w, v[V_HOST], st) < 0 ||
		bws_parse_number(v[V_RINGS], 0, 20, st->rings, &rings) < 0)
		return -1;
	st->rings = (int)rings;
	if (remove)
		st->partner = NULL;
	return 0;
}

static void
get_service(struct bws_req *r, const struct bws_user *u, enum bws_service s)
{
	r->kind = BWS_KIND_READ_SERVICE;
	bws_doc_begin(&r->reply, bws_service_text(s));
	bws_service_fields(&r->reply, "", u, s);
	bws_buf_fmt(&r->reply, "</%s>", bws_service_text(s));
	bws_reply_xml(r, 200);
}

static void
put_service(struct bws *w, struct bws_req *r, struct bws_user *u, enum bws_service s)
{
	struct bws_service_state st = *bws_service_get(u, s);
	const char *wrong;
	char *v[V_COUNT];

	r->kind = BWS_KIND_SET_SERVICE;
	if (bws_reply_parse(r, bws_service_text(s), names, v) < 0)
		return;
	if (read_settings(w, v, &st) < 0) {
		bws_reply_error(r, 400, BWS_ERR_BAD_REQUEST, "A setting has a wrong value");
	} else {
		wrong = bws_service_set(u, s, &st);
		if (wrong)
			bws_reply_wrong_state(r, wrong);
		else
			bws_reply_empty(r, 200);
	}
	free_values(v, V_COUNT);
}

static void
get_agent(struct bws_req *r, const struct bws_user *u)
{
	r->kind = BWS_KIND_READ_AGENT;
	bws_doc_begin(&r->reply, "CallCenter");
	bws_agent_profile(&r->reply, u);
	bws_buf_str(&r->reply, "</CallCenter>");
	bws_reply_xml(r, 200);
}

/* Joins and leaves that the body asks for are not served: membership is provisioned. */
static void
put_agent(struct bws_req *r, struct bws_user *u)
{
	static const char *const fields[] = { "agentACDState", "agentUnavailableCode", NULL };
	enum bws_agent_state state;
	const char *wrong;
	char *v[2];

	r->kind = BWS_KIND_SET_AGENT;
	if (bws_reply_parse(r, "CallCenter", fields, v) < 0)
		return;
	state = v[0] ? bws_agent_find_state(v[0]) : BWS_AGENT_STATE_COUNT;
	if (state == BWS_AGENT_STATE_COUNT || (v[1] && strlen(v[1]) > BWS_AGENT_CODE_MAX)) {
		bws_reply_error(r, 400, BWS_ERR_BAD_REQUEST, "agentACDState: missing or wrong");
	} else {
		wrong = bws_agent_set(u, state, v[1] && *v[1] ? v[1] : NULL);
		if (wrong)
			bws_reply_wrong_state(r, wrong);
		else
			bws_reply_empty(r, 200);
	}
	free_values(v, 2);
}

static void
agent(struct bws_req *r, struct bws_user *u)
{
	if (!u->agent)
		bws_reply_error(r, 404, BWS_ERR_UNKNOWN_RESOURCE, "The user is no agent");
	else if (strcmp(r->method, "GET") == 0)
		get_agent(r, u);
	else if (strcmp(r->method, "PUT") == 0)
		put_agent(r, u);
	else
		bws_reply_wrong_method(r);
}

/* Hosts that are free. */
static void
hosts(struct bws *w, struct bws_req *r, const struct bws_user *u)
{
	size_t i;

	r->kind = BWS_KIND_READ_SERVICE;
	bws_doc_begin(&r->reply, "AvailableHotelingHosts");
	bws_buf_str(&r->reply, "<hostUserIdList>");
	for (i = 0; i < w->users.count; i++) {
		const struct bws_user *host = w->users.list[i];
		const struct bws_service_state *st = bws_service_get(host, BWS_SERVICE_HOST);

		if (host != u && st->active && !st->unassigned && !st->partner)
			bws_buf_fmt(&r->reply, "<userID>%s</userID>", host->id);
	}
	bws_buf_str(&r->reply, "</hostUserIdList></AvailableHotelingHosts>");
	bws_reply_xml(r, 200);
}

static void
service(struct bws *w, struct bws_req *r, const struct bws_path *p, struct bws_user *u)
{
	enum bws_service s = bws_service_find(p->part[3]);

	if (s == BWS_SERVICE_COUNT || bws_service_form(s) == BWS_FORM_NONE)
		bws_reply_error(r, 404, BWS_ERR_UNKNOWN_RESOURCE, "Unknown service");
	else if (bws_service_get(u, s)->unassigned)
		bws_reply_error(r, 403, BWS_ERR_OUT_OF_SCOPE, "The service is not assigned");
	else if (strcmp(r->method, "GET") == 0)
		get_service(r, u, s);
	else if (strcmp(r->method, "PUT") == 0)
		put_service(w, r, u, s);
	else
		bws_reply_wrong_method(r);
}

void
bws_service_api_request(
	struct bws *w, struct bws_req *r, const struct bws_path *p, struct bws_user *u)
{
	bool get = strcmp(r->method, "GET") == 0;

	if (bws_path_is(p, 2, "directories")) {
		if (p->count == 4 && bws_path_is(p, 3, "hotelinghosts") && get)
			hosts(w, r, u);
		else
			bws_reply_unknown_resource(r);
	} else if (p->count == 4 && bws_path_is(p, 3, "callcenter")) {
		agent(r, u);
	} else if (p->count == 4) {
		service(w, r, p, u);
	} else {
		bws_reply_unknown_resource(r);
	}
}
