/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a request to its handler.
 *
 * Happy path: no fault fits, the log-in is right, the context names the API, its handler answers.
 * Failure modes: fault on demand; 401 with challenge; 413 body too long; 503 over the rate;
 * 404 for a path that nobody knows. Every request ends in one journal fact.
 */
#include "tests/bwsim/bws_route.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_actions_api.h"
#include "tests/bwsim/bws_events_api.h"
#include "tests/bwsim/bws_journal.h"
#include "tests/bwsim/bws_redirect.h"
#include "tests/bwsim/bws_reply.h"
#include "tests/bwsim/bws_validate.h"

#include <stdlib.h>
#include <string.h>

bool
bws_path_is(const struct bws_path *p, size_t i, const char *word)
{
	if (i >= p->count)
		return false;
	return p->strict ? strcmp(p->part[i], word) == 0 : strcasecmp(p->part[i], word) == 0;
}

static void
split_path(struct bws_path *p, const char *path)
{
	char *save = NULL;
	char *s;

	memset(p, 0, sizeof(*p));
	p->copy = bws_util_strdup(path);
	for (s = strtok_r(p->copy, "/", &save); s; s = strtok_r(NULL, "/", &save)) {
		if (p->count == BWS_PATH_PARTS_MAX) {
			p->count = 0; /* longer than anything we know */
			return;
		}
		p->part[p->count++] = s;
	}
}

/* Drops the first @n parts. */
static void
shift(struct bws_path *p, size_t n)
{
	p->count -= n;
	memmove(p->part, p->part + n, p->count * sizeof(p->part[0]));
}

static void
dispatch(struct bws *w, struct bws_req *r, struct bws_path *p)
{
	bool async = bws_path_is(p, 0, w->knobs.context_async);

	if (async)
		shift(p, 1);
	if (bws_path_is(p, 0, w->knobs.context_events) && bws_path_is(p, 1, "v2.0")) {
		shift(p, 2);
		bws_events_api_request(w, r, p, async);
	} else if (!async && bws_path_is(p, 0, w->knobs.context_actions) &&
		bws_path_is(p, 1, "v2.0")) {
		shift(p, 2);
		bws_actions_api_request(w, r, p);
	} else {
		bws_reply_error(r, 404, BWS_ERR_UNKNOWN_RESOURCE, "Unknown resource");
	}
}

/* A farm whose members know only their own clients (knob bound_kinds); heartbeats and acks look for
 * themselves, because they name what they belong to. */
static bool
is_at_wrong_xsp(const struct bws *w, struct bws_req *r)
{
	enum bws_kind kind = bws_redirect_kind(w, r);
	const struct bws_chan *c;

	if (kind == BWS_KIND_HEARTBEAT || kind == BWS_KIND_ACK ||
		!bws_redirect_listed(w, r, w->knobs.bound_kinds))
		return false;
	TAILQ_FOREACH(c, &w->chans.all, link)
		if (c->xsp == r->xsp && strcmp(c->set->owner, r->login) == 0)
			return false;
	bws_reply_error(r, 404, BWS_ERR_UNKNOWN_RESOURCE, "Not known here");
	return true;
}

static void
answer(struct bws *w, struct bws_req *r)
{
	struct bws_path p;

	if (bws_fault_apply(w, r))
		return;
	if (r->body_too_long) {
		bws_reply_error(r, 413, BWS_ERR_BAD_REQUEST, "The request body is too long");
		return;
	}
	if (!bws_auth_request(w, r))
		return;
	if (bws_redirect_apply(w, r))
		return;
	if (bws_rate_refuse(w, r) || is_at_wrong_xsp(w, r))
		return;
	split_path(&p, r->path);
	p.strict = w->knobs.path_case != 0;
	dispatch(w, r, &p);
	free(p.copy);
}

void
bws_route_request(struct bws *w, struct bws_req *r)
{
	r->delay_ms = bws_rand_range(&w->rand_net, w->knobs.reply_ms_min, w->knobs.reply_ms_max);
	bws_validate_received(w, r->method, r->body.p, r->body.n);
	answer(w, r);
	if (!r->stream && !r->cti && !(r->status >= 400 && w->knobs.error_body))
		bws_validate_sent(w, r->method, r->reply.p, r->reply.n);
	w->stats.requests[r->kind]++;
	if (r->status >= 400)
		w->stats.requests_failed++;
	bws_journal_fact(w, "request", "{s:s,s:s,s:s,s:s,s:s?,s:i}", "xsp", bws_xsp_name(r->xsp),
		"method", r->method, "path", r->path, "kind", bws_stats_kind_text(r->kind), "user",
		r->about, "status", r->status);
}
