/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Xsi-Events: channels and acknowledgements; subscriptions are in bws_subs_api.
 *
 * Happy path: one function per operation, 200 with the document the schema names.
 * Failure modes: 400 body wrong; 403 with ErrorInfo for unknown channel, set or subscription, for
 * what belongs to somebody else and at limits; 404 for a heartbeat or an ack at an XSP that does
 * not hold the stream; 405 wrong method; 500 while no AS answers.
 */
#include "tests/bwsim/bws_events_api.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_doc.h"
#include "tests/bwsim/bws_journal.h"
#include "tests/bwsim/bws_parse.h"
#include "tests/bwsim/bws_reply.h"
#include "tests/bwsim/bws_route.h"
#include "tests/bwsim/bws_subs_api.h"

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
add_stream_headers(struct bws *w, struct bws_req *r)
{
	char uuid[BWS_UUID_LEN + 1];
	char text[160];

	bws_rand_uuid(&w->rand_id, uuid);
	snprintf(text, sizeof(text), "NA_%s", uuid);
	bws_req_add_header(r, "TrackingID", text);
	bws_req_add_header(r, "X-Frame-Options", "SAMEORIGIN");
	bws_req_add_header(r, "X-Content-Type-Options", "nosniff");
	bws_req_add_header(r, "X-XSS-Protection", "1; mode=block");
	snprintf(text, sizeof(text), "JSESSIONID=%016llX; Path=/com.broadsoft.xsi-events; HttpOnly",
		(unsigned long long)bws_rand_next(&w->rand_id));
	if (w->knobs.cookie)
		bws_req_add_header(r, "Set-Cookie", text);
	bws_req_add_header(r, "Expires", "Thu, 01 Jan 1970 00:00:00 GMT");
	bws_req_add_header(r, "Keep-Alive", "timeout=4");
}

enum {
	CH_SET,
	CH_PRIORITY,
	CH_WEIGHT,
	CH_EXPIRES,
	CH_APP,
	CH_COUNT
};

static int
read_channel_wish(char **v, struct bws_chan_wish *wish)
{
	wish->set_id = v[CH_SET];
	wish->app = v[CH_APP] && *v[CH_APP] ? v[CH_APP] : NULL;
	if (bws_parse_number(v[CH_PRIORITY], 1, INT32_TOP, 1, &wish->priority) < 0 ||
		bws_parse_number(v[CH_WEIGHT], 1, INT32_TOP, 50, &wish->weight) < 0 ||
		bws_parse_number(v[CH_EXPIRES], 0, INT32_TOP, -1, &wish->expires) < 0)
		return -1;
	return v[CH_SET] && *v[CH_SET] && strlen(v[CH_SET]) <= 256 ? 0 : -1;
}

static void
open_channel(struct bws *w, struct bws_req *r)
{
	static const char *const names[] = { "channelSetId", "priority", "weight", "expires",
		"applicationId", NULL };
	struct bws_chan_wish wish;
	char *v[CH_COUNT];

	r->kind = BWS_KIND_OPEN;
	if (bws_reply_parse(r, "Channel", names, v) < 0)
		return;
	if (read_channel_wish(v, &wish) < 0) {
		bws_reply_error(r, 400, BWS_ERR_BAD_REQUEST, "Channel: missing or wrong value");
	} else if (!bws_chan_open(w, r, r->login, &wish)) {
		bws_reply_error(r, (int)w->knobs.limit_status, BWS_ERR_LIMIT,
			"Too many channels in the set");
	} else {
		r->status = 200;
		r->content_type = bws_util_strdup(w->knobs.stream_content_type);
		add_stream_headers(w, r);
	}
	free_values(v, CH_COUNT);
}

/* Channel of that id which the login owns, or NULL. */
static struct bws_chan *
own_channel(struct bws *w, const struct bws_req *r, const char *id)
{
	struct bws_chan *c = bws_chan_find(w, id);

	return c && strcmp(c->set->owner, r->login) == 0 ? c : NULL;
}

static void
heartbeat(struct bws *w, struct bws_req *r, const char *id)
{
	struct bws_chan *c = own_channel(w, r, id);

	r->kind = BWS_KIND_HEARTBEAT;
	if (!c || (c->xsp != r->xsp && strstr(w->knobs.bound_kinds, "heartbeat")) ||
		bws_util_mono_us() < c->opened_us + w->knobs.bound_ms * 1000) {
		bws_reply_error(r, 404, BWS_ERR_UNKNOWN_CHANNEL, "The channel is not known here");
		return;
	}
	bws_chan_heartbeat(c);
	bws_reply_empty(r, (int)w->knobs.heartbeat_status);
}

static void
refresh_channel(struct bws *w, struct bws_req *r, const char *id)
{
	static const char *const names[] = { "expires", NULL };
	struct bws_chan *c = own_channel(w, r, id);
	int64_t expires;
	char *v[1];

	r->kind = BWS_KIND_REFRESH;
	if (!c) {
		bws_reply_error(r, 403, BWS_ERR_UNKNOWN_CHANNEL, "Unknown channel");
		return;
	}
	if (bws_reply_parse(r, "Channel", names, v) < 0)
		return;
	if (bws_parse_number(v[0], 0, INT32_TOP, -1, &expires) < 0) {
		bws_reply_error(r, 400, BWS_ERR_BAD_REQUEST, "expires: wrong value");
	} else {
		bws_chan_refresh(c, expires);
		bws_doc_channel_reply(&r->reply, c);
		bws_reply_xml(r, 200);
	}
	free_values(v, 1);
}

static void
delete_channel(struct bws *w, struct bws_req *r, const char *id)
{
	struct bws_chan *c = own_channel(w, r, id);

	r->kind = BWS_KIND_DELETE_CHANNEL;
	if (!c) {
		bws_reply_error(r, 403, BWS_ERR_UNKNOWN_CHANNEL, "Unknown channel");
		return;
	}
	bws_chan_end(c, "ExplicitDelete", "deleted");
	bws_reply_empty(r, 200);
}

static void
list_set(struct bws *w, struct bws_req *r, const char *id)
{
	const struct bws_set *set = bws_set_find(w, r->login, id);

	r->kind = BWS_KIND_LIST_SET;
	if (!set || !set->chan_count) {
		bws_reply_error(r, 403, BWS_ERR_UNKNOWN_SET, "Unknown channel set");
		return;
	}
	bws_doc_channel_set(&r->reply, set);
	bws_reply_xml(r, 200);
}

enum {
	ACK_EVENT,
	ACK_STATUS,
	ACK_REASON,
	ACK_COUNT
};

static int
read_ack(char **v, int64_t *status)
{
	static const int64_t allowed[] = { 200, 404, 481, 500, 400 };
	size_t i;

	if (!v[ACK_EVENT] || !*v[ACK_EVENT] || !v[ACK_REASON] || !*v[ACK_REASON])
		return -1;
	if (bws_parse_number(v[ACK_STATUS], 200, 500, -1, status) < 0)
		return -1;
	for (i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		if (*status == allowed[i])
			return 0;
	return -1;
}

static void
take_ack(struct bws *w, struct bws_req *r, char **v, int64_t status)
{
	enum bws_ack_result result = bws_deliver_ack(w, r->xsp, v[ACK_EVENT], status);

	switch (result) {
	case BWS_ACK_KNOWN:
		w->stats.acks++;
		bws_reply_empty(r, (int)w->knobs.ack_status);
		break;
	case BWS_ACK_UNKNOWN:
		w->stats.acks_unknown++;
		bws_reply_empty(r, (int)w->knobs.ack_unknown_status);
		break;
	case BWS_ACK_WRONG_XSP:
		w->stats.acks_unknown++;
		bws_reply_error(r, 404, BWS_ERR_UNKNOWN_CHANNEL, "The event is not known here");
		break;
	}
	bws_journal_fact(w, "ack", "{s:s,s:I,s:b,s:s,s:i}", "event_id", v[ACK_EVENT], "status",
		(long long)status, "known", (int)(result == BWS_ACK_KNOWN), "xsp",
		bws_xsp_name(r->xsp), "answer", r->status);
}

static void
ack_event(struct bws *w, struct bws_req *r)
{
	static const char *const names[] = { "eventID", "statusCode", "reason", NULL };
	char *v[ACK_COUNT];
	int64_t status;

	r->kind = BWS_KIND_ACK;
	if (bws_reply_parse(r, "EventResponse", names, v) < 0)
		return;
	if (read_ack(v, &status) < 0)
		bws_reply_error(r, 400, BWS_ERR_BAD_REQUEST, "EventResponse: wrong value");
	else
		take_ack(w, r, v, status);
	free_values(v, ACK_COUNT);
}

static void
channel_request(struct bws *w, struct bws_req *r, const struct bws_path *p, bool async)
{
	bool post = strcmp(r->method, "POST") == 0;
	bool put = strcmp(r->method, "PUT") == 0;

	if (p->count == 1) {
		if (post && (async || r->cti))
			open_channel(w, r);
		else
			bws_reply_wrong_method(r);
	} else if (p->count == 2 && bws_path_is(p, 1, "eventresponse") && !async) {
		if (post)
			ack_event(w, r);
		else
			bws_reply_wrong_method(r);
	} else if (p->count == 2 && strcmp(r->method, "DELETE") == 0) {
		delete_channel(w, r, p->part[1]);
	} else if (p->count == 2 && put && !async) {
		refresh_channel(w, r, p->part[1]);
	} else if (p->count == 3 && bws_path_is(p, 2, "heartbeat") && put && !async) {
		heartbeat(w, r, p->part[1]);
	} else {
		bws_reply_unknown_resource(r);
	}
}

/* Subscriptions are kept by the AS, channels by the XSPs. */
static bool
needs_as(const struct bws_path *p)
{
	return bws_path_is(p, 0, "user") || bws_path_is(p, 0, "subscription") ||
		bws_path_is(p, 0, "enterprise") || bws_path_is(p, 0, "serviceprovider") ||
		bws_path_is(p, 0, "system");
}

void
bws_events_api_request(struct bws *w, struct bws_req *r, const struct bws_path *p, bool async)
{
	bool get = strcmp(r->method, "GET") == 0;

	if (needs_as(p) && bws_as_is_down(w)) {
		bws_reply_error(r, 500, BWS_ERR_AS_DOWN, "The application server does not answer");
	} else if (bws_path_is(p, 0, "channel")) {
		channel_request(w, r, p, async);
	} else if (async) {
		bws_reply_unknown_resource(r);
	} else if (bws_path_is(p, 0, "channelset") && p->count == 2 && get) {
		list_set(w, r, p->part[1]);
	} else if (needs_as(p)) {
		bws_subs_api_request(w, r, p);
	} else if (bws_path_is(p, 0, "versions") && p->count == 1 && get) {
		r->kind = BWS_KIND_VERSIONS;
		bws_doc_versions(&r->reply);
		bws_reply_xml(r, 200);
	} else {
		bws_reply_unknown_resource(r);
	}
}
