/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 302 of a farm.
 *
 * Happy path: the kind is listed, the hops are counted in a query parameter (unknown ones are
 * ignored by everybody), after the last one the request is served.
 * Failure modes on purpose: a loop without end, a target that is not there.
 */
#include "tests/bwsim/bws_redirect.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_reply.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum {
	TO_FARM,
	TO_LOOP,
	TO_DEAD,
	TO_TLS
};

static const char *
after(const char *path, const char *context)
{
	size_t n = strlen(context);

	if (*path != '/' || strncasecmp(path + 1, context, n) != 0)
		return NULL;
	path += 1 + n;
	return *path == '/' ? path : NULL;
}

static bool
ends(const char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	return n >= m && strcasecmp(path + n - m, end) == 0;
}

static enum bws_kind
channel_kind(const struct bws_req *r)
{
	if (ends(r->path, "/eventresponse"))
		return BWS_KIND_ACK;
	if (ends(r->path, "/heartbeat"))
		return BWS_KIND_HEARTBEAT;
	if (strcmp(r->method, "POST") == 0)
		return BWS_KIND_OPEN;
	return strcmp(r->method, "PUT") == 0 ? BWS_KIND_REFRESH : BWS_KIND_DELETE_CHANNEL;
}

static enum bws_kind
subscription_kind(const struct bws_req *r)
{
	if (strcmp(r->method, "PUT") == 0)
		return BWS_KIND_PUT_SUBSCRIPTION;
	if (strcmp(r->method, "DELETE") == 0)
		return BWS_KIND_UNSUBSCRIBE;
	return ends(r->path, "/subscription") ? BWS_KIND_LIST_SUBSCRIPTIONS :
						BWS_KIND_READ_SUBSCRIPTION;
}

enum bws_kind
bws_redirect_kind(const struct bws *w, const struct bws_req *r)
{
	const char *p = after(r->path, w->knobs.context_async);

	p = after(p ? p : r->path, w->knobs.context_events);
	if (!p || strncasecmp(p, "/v2.0/", 6) != 0)
		return BWS_KIND_OTHER;
	p += 6;
	if (strncasecmp(p, "channelset", 10) == 0)
		return BWS_KIND_LIST_SET;
	if (strncasecmp(p, "channel", 7) == 0)
		return channel_kind(r);
	if (strncasecmp(p, "subscription", 12) == 0)
		return subscription_kind(r);
	if (strncasecmp(p, "versions", 8) == 0)
		return BWS_KIND_VERSIONS;
	return BWS_KIND_SUBSCRIBE;
}

bool
bws_redirect_listed(const struct bws *w, const struct bws_req *r, const char *list)
{
	const char *word;
	enum bws_kind kind;

	if (!*list)
		return false;
	kind = bws_redirect_kind(w, r);
	word = after(r->path, w->knobs.context_actions) ? "actions" : bws_stats_kind_text(kind);
	while (*list) {
		size_t n = strcspn(list, ",");

		if ((n == strlen(word) && strncmp(list, word, n) == 0) ||
			(n == 3 && strncmp(list, "all", 3) == 0))
			return true;
		list += n + (list[n] == ',');
	}
	return false;
}

/* The XSP that holds the stream the request is about, or NULL. */
static const struct bws_xsp *
holder(const struct bws *w, const struct bws_req *r)
{
	const struct bws_chan *c;
	const struct bws_event *ev;

	if (ends(r->path, "/heartbeat")) {
		TAILQ_FOREACH(c, &w->chans.all, link)
			if (strstr(r->path, c->id))
				return c->xsp;
	} else if (ends(r->path, "/eventresponse")) {
		TAILQ_FOREACH(ev, &w->deliver.pending, link)
			if (ev->chan && strstr(bws_buf_text(&r->body), ev->id))
				return ev->chan->xsp;
	}
	return NULL;
}

static void
send_to(struct bws *w, struct bws_req *r, const struct bws_xsp *xsp, long hop)
{
	struct sockaddr_in to = *bws_xsp_address(xsp);
	bool tls = w->knobs.redirect_to == TO_TLS && bws_tls_port(w, xsp);
	char host[INET_ADDRSTRLEN] = "?";
	struct bws_buf b = { 0 };
	const char *p;

	inet_ntop(AF_INET, &to.sin_addr, host, sizeof(host));
	bws_buf_fmt(&b, "%s://%s:%u", tls ? "https" : "http", host,
		w->knobs.redirect_to == TO_DEAD ? 1u :
			tls                     ? bws_tls_port(w, xsp) :
						  (unsigned)ntohs(to.sin_port));
	for (p = r->path; *p; p++)
		if (strchr(" ?#%&", *p))
			bws_buf_fmt(&b, "%%%02X", (unsigned)(unsigned char)*p);
		else
			bws_buf_add(&b, p, 1);
	bws_buf_fmt(&b, "?hop=%ld", hop);
	bws_req_add_query(r, &b);
	bws_reply_empty(r, 302);
	bws_req_add_header(r, "Location", b.p);
	bws_buf_free(&b);
	w->stats.redirects++;
}

bool
bws_redirect_apply(struct bws *w, struct bws_req *r)
{
	const char *hop_text = bws_req_arg(r, "hop");
	long hop = hop_text ? strtol(hop_text, NULL, 10) : 0;
	const struct bws_xsp *target;
	unsigned next;

	if (r->cti || !bws_redirect_listed(w, r, w->knobs.redirect_kinds))
		return false;
	if (w->knobs.redirect_to != TO_LOOP && hop >= w->knobs.redirect_hops)
		return false;
	next = (bws_xsp_index(r->xsp) + 1) % (unsigned)w->http.count;
	target = w->http.xsps[next];
	if (hop + 1 >= w->knobs.redirect_hops && holder(w, r))
		target = holder(w, r);
	send_to(w, r, target, hop + 1);
	return true;
}
