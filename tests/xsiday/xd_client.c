/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client: channels, subscriptions, acks, in lockstep with the simulator's clock.
 *
 * Happy path: time goes on to the next document or the next thing to do; every document that the
 * simulator says it has queued is read, acknowledged and applied before time goes on again.
 * Failure: a document that does not come, a gap in the sequence numbers, a snapshot that is missing
 * or different, an answer that is not as it must be: a complaint.
 */
#include "tests/xsiday/xd_client.h"

#include "tests/xsiday/xd_text.h"
#include "tests/xsiday/xd_xml.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SNAPSHOT_MS 5000
#define DOCUMENT_WAIT_S 20

struct xd_host *
xd_client_host(struct xd_client *c)
{
	size_t i;

	for (i = 0; i < c->host_count; i++)
		if (c->channels[i].open)
			return c->channels[i].host;
	return &c->hosts[0];
}

static int64_t
grant_of(const char *body, const char *root, int64_t wish)
{
	xmlDoc *doc = xd_xml_read(body, strlen(body));
	const xmlNode *top = xmlDocGetRootElement(doc);
	char text[24];
	int64_t grant;

	if (!xd_xml_is(top, root))
		xd_complain(body, "not a %s", root);
	xd_xml_text(top, "expires", text, sizeof(text));
	grant = strtoll(text, NULL, 10);
	if (grant < 3600 || grant < wish)
		xd_complain(body, "granted %s of %lld", text, (long long)wish);
	xmlFreeDoc(doc);
	return grant;
}

static void
check_type(const struct xd_reply *r)
{
	if (strncmp(r->content_type, "application/xml", 15) != 0 &&
		strncmp(r->content_type, "text/xml", 8) != 0)
		xd_complain(r->body.p, "Content-Type '%s'", r->content_type);
}

/* --- documents --- */

static void
ack(struct xd_channel *ch, const char *event_id)
{
	struct xd_text body = { 0 };
	struct xd_reply r;

	xd_text_fmt(&body,
		XD_DECLARATION "<EventResponse " XD_NS "><eventID>%s</eventID>"
			       "<statusCode>200</statusCode><reason>OK</reason></EventResponse>",
		event_id);
	r = xd_http(ch->host, "POST", XD_EVENTS "/channel/eventresponse", body.p);
	if (r.status != 200)
		xd_complain(r.body.p, "ack of %s answered %ld", event_id, r.status);
	xd_reply_free(&r);
	xd_text_free(&body);
}

static struct xd_sub *
find_sub(struct xd_client *c, const char *id)
{
	size_t i;

	for (i = 0; i < c->sub_count; i++)
		if (strcmp(c->subs[i]->id, id) == 0)
			return c->subs[i];
	return NULL;
}

static void
check_envelope(
	const struct xd_channel *ch, const struct xd_sub *s, const xmlNode *top, const char *doc)
{
	char text[100];

	if (strncmp(doc, "<?xml", 5) != 0 && ch->client->variant->reader != XD_READ_LITERAL)
		xd_complain(doc, "the document does not begin with the declaration");
	if (strchr(doc, '\n'))
		xd_complain(doc, "a line feed in an event");
	if (!strstr(doc, "<xsi:Event ") || !strstr(doc, "<xsi:eventData xsi1:type=\"xsi:"))
		xd_complain(doc, "prefixes are not xsi and xsi1");
	if (ch->client->variant->contact)
		xd_xml_text(xd_xml_child(top, "httpContact"), "uri", text, sizeof(text));
	else
		xd_xml_text(top, "channelId", text, sizeof(text));
	if (strcmp(text, ch->client->variant->contact ? ch->client->contact.uri : ch->id) != 0)
		xd_complain(doc, "not for channel or contact %s", text);
	xd_xml_text(top, "userId", text, sizeof(text));
	if (strcmp(text, ch->client->owner) != 0)
		xd_complain(doc, "the owner is %s", ch->client->owner);
	if (xd_xml_text(top, "targetId", text, sizeof(text)) && strcmp(text, s->user) != 0)
		xd_complain(doc, "the target is %s", s->user);
}

static void
keep_pending(struct xd_sub *s, long seq, const char *doc)
{
	size_t i = s->pending_count;

	if (seq <= s->seq)
		xd_complain(doc, "sequence number %ld after %ld", seq, s->seq);
	if (i == XD_PENDING_MAX)
		xd_complain(doc, "%zu events before number %ld", i, s->seq + 1);
	while (i && s->pending[i - 1].seq > seq) {
		s->pending[i] = s->pending[i - 1];
		i--;
	}
	if (i && s->pending[i - 1].seq == seq)
		xd_complain(doc, "sequence number %ld twice", seq);
	s->pending[i].seq = seq;
	s->pending[i].doc = strdup(doc);
	s->pending_count++;
}

/* The literal way of a client that acks first and reads later. */
static void
ack_by_text(struct xd_channel *ch, const char *doc)
{
	const char *at = strstr(doc, "<xsi:eventID>");
	char id[100];

	if (!at)
		return;
	at += strlen("<xsi:eventID>");
	snprintf(id, sizeof(id), "%.*s", (int)strcspn(at, "<"), at);
	ack(ch, id);
}

static void
on_event(struct xd_channel *ch, const xmlNode *top, const char *doc)
{
	const struct xd_variant *v = ch->client->variant;
	char id[100], sub[100], seq[24], type[80];
	struct xd_sub *s;

	xd_xml_text(top, "eventID", id, sizeof(id));
	xd_xml_text(top, "subscriptionId", sub, sizeof(sub));
	xd_xml_text(top, "sequenceNumber", seq, sizeof(seq));
	xd_xml_type(xd_xml_child(top, "eventData"), type, sizeof(type));
	s = find_sub(ch->client, sub);
	if (!s)
		xd_complain(doc, "subscription %s is not ours", sub);
	check_envelope(ch, s, top, doc);
	ch->client->events++;
	if (v->no_ack_of_end && strcmp(type, "SubscriptionTerminatedEvent") == 0) {
		/* It is delivered again until the channel is closed. */
		s->terminated = true;
		return;
	}
	if (!v->ack_first && !v->contact)
		ack(ch, id);
	keep_pending(s, strtol(seq, NULL, 10), doc);
}

static void
on_terminated(struct xd_channel *ch, const xmlNode *top, const char *doc)
{
	char id[100];

	xd_xml_text(top, "channelId", id, sizeof(id));
	xd_xml_text(top, "reason", ch->reason, sizeof(ch->reason));
	if (strcmp(id, ch->id) != 0)
		xd_complain(doc, "on channel %s", ch->id);
	ch->terminated = true;
}

static void
on_channel_reply(struct xd_channel *ch, const xmlNode *top, const char *doc)
{
	if (*ch->id)
		xd_complain(doc, "a second Channel reply");
	xd_xml_text(top, "channelId", ch->id, sizeof(ch->id));
	ch->open = true;
}

static void
handle(struct xd_channel *ch, const char *text)
{
	xmlDoc *doc = xd_xml_read(text, strlen(text));
	const xmlNode *top = xmlDocGetRootElement(doc);
	char type[80];

	xd_xml_type(top, type, sizeof(type));
	if (xd_xml_is(top, "Channel")) {
		on_channel_reply(ch, top, text);
	} else if (xd_xml_is(top, "ChannelHeartBeat")) {
		if (!ch->heartbeats_due--)
			xd_complain(text, "a heartbeat nobody asked for");
	} else if (strcmp(type, "SubscriptionEvent") == 0) {
		on_event(ch, top, text);
	} else if (strcmp(type, "ChannelTerminatedEvent") == 0) {
		on_terminated(ch, top, text);
	} else {
		xd_complain(text, "an unknown document");
	}
	xmlFreeDoc(doc);
}

static void
on_document(void *arg, const char *p, size_t len)
{
	struct xd_channel *ch = arg;
	struct xd_text text = { 0 };

	ch->client->documents_read++;
	xd_text_add(&text, p, len);
	if (ch->client->variant->ack_first)
		ack_by_text(ch, text.p);
	handle(ch, text.p);
	xd_text_free(&text);
}

static void
apply(struct xd_client *c, struct xd_sub *s, const char *text)
{
	xmlDoc *doc = xd_xml_parse(text, strlen(text));
	const xmlNode *data = xd_xml_child(xmlDocGetRootElement(doc), "eventData");
	char type[80];

	xd_xml_type(data, type, sizeof(type));
	if (strcmp(type, "SubscriptionTerminatedEvent") == 0) {
		if (!s->ended)
			xd_complain(text, "a subscription that nobody ended");
		s->terminated = true;
	} else if (s->terminated) {
		xd_complain(text, "an event after the last one");
	} else if (s->picture.level != XD_NO_CALLS) {
		xd_picture_apply(&s->picture, type, data, text);
		if (strcmp(type, "CallSubscriptionEvent") == 0) {
			s->snapshot_until_ms = 0;
			c->snapshots++;
		}
	} else {
		s->snapshot_until_ms = 0;
	}
	xmlFreeDoc(doc);
}

static void
apply_pending(struct xd_client *c, struct xd_sub *s)
{
	size_t i;

	for (i = 0; i < s->pending_count; i++) {
		if (s->pending[i].seq != s->seq + 1)
			xd_complain(s->pending[i].doc, "%s, %s: number %ld after %ld", s->user,
				s->package, s->pending[i].seq, s->seq);
		s->seq = s->pending[i].seq;
		apply(c, s, s->pending[i].doc);
		free(s->pending[i].doc);
	}
	s->pending_count = 0;
}

/* Reads all that the simulator has queued. */
static void
read_documents(struct xd_client *c)
{
	time_t end = time(NULL) + DOCUMENT_WAIT_S;
	size_t i;

	while (c->documents_read < c->documents_queued) {
		if (c->variant->contact)
			xd_contact_poll(&c->contact, 10);
		for (i = 0; i < c->host_count; i++)
			if (c->channels[i].stream.easy)
				xd_stream_poll(&c->channels[i].stream,
					c->documents_read < c->documents_queued ? 1 : 0);
		if (time(NULL) > end)
			xd_complain(NULL, "%lld documents were promised, %lld came",
				(long long)c->documents_queued, (long long)c->documents_read);
	}
	for (i = 0; i < c->sub_count; i++)
		apply_pending(c, c->subs[i]);
}

/* --- channels --- */

static void
open_channel(struct xd_channel *ch)
{
	const struct xd_variant *v = ch->client->variant;
	struct xd_text body = { 0 };
	time_t end = time(NULL) + DOCUMENT_WAIT_S;

	xd_text_fmt(&body,
		XD_DECLARATION "<Channel " XD_NS "><channelSetId>%s</channelSetId>"
			       "<priority>1</priority><weight>%s</weight><expires>%lld</expires>"
			       "<applicationId>xsiday</applicationId></Channel>",
		ch->client->set, v->weight, (long long)v->expires_s);
	ch->id[0] = '\0';
	ch->open = ch->terminated = false;
	ch->heartbeats_due = 0;
	ch->stream.reader = v->reader;
	ch->stream.on_document = on_document;
	ch->stream.arg = ch;
	xd_stream_open(&ch->stream, ch->host, body.p);
	while (!ch->open) {
		xd_stream_poll(&ch->stream, 10);
		if (ch->stream.ended || time(NULL) > end)
			xd_complain(NULL, "the channel does not open: %ld", ch->stream.status);
	}
	xd_text_free(&body);
	ch->next_heartbeat_ms = ch->client->now_ms + v->heartbeat_ms;
	ch->refresh_ms = ch->client->now_ms + v->expires_s * 1000 / 2;
}

void
xd_client_connect(struct xd_client *c)
{
	size_t i;

	if (c->variant->contact) {
		c->channels[0].client = c;
		c->channels[0].host = &c->hosts[0];
		c->contact.on_document = on_document;
		c->contact.arg = &c->channels[0];
		xd_contact_open(&c->contact);
		return;
	}
	for (i = 0; i < c->host_count; i++) {
		if (i && c->variant->one_channel)
			break;
		c->channels[i].client = c;
		c->channels[i].host = &c->hosts[i];
		open_channel(&c->channels[i]);
	}
}

void
xd_client_reconnect(struct xd_client *c)
{
	time_t end = time(NULL) + DOCUMENT_WAIT_S;
	size_t i;

	for (i = 0; i < c->host_count; i++)
		if (c->channels[i].open)
			xd_stream_close(&c->channels[i].stream);
	while (xd_control_stat(&c->control, "channels"))
		if (time(NULL) > end)
			xd_complain(NULL, "a closed connection keeps its channel");
	xd_client_connect(c);
	c->reopened++;
}

static void
heartbeat(struct xd_channel *ch)
{
	char path[200];
	struct xd_reply r;

	if (ch->heartbeats_due)
		xd_complain(NULL, "no ChannelHeartBeat came on channel %s", ch->id);
	snprintf(path, sizeof(path), XD_EVENTS "/channel/%s/heartbeat", ch->id);
	ch->heartbeats_due = 1;
	r = xd_http(ch->host, "PUT", path, NULL);
	if (r.status != 200)
		xd_complain(r.body.p, "heartbeat of %s answered %ld", ch->id, r.status);
	xd_reply_free(&r);
	ch->next_heartbeat_ms += ch->client->variant->heartbeat_ms;
	ch->client->heartbeats++;
}

static void
refresh_channel(struct xd_channel *ch)
{
	const struct xd_variant *v = ch->client->variant;
	char path[300], body[300];
	struct xd_reply r;

	snprintf(path, sizeof(path), XD_EVENTS "/channel/%s%s%s", ch->id,
		v->wrong_refresh ? "/" : "", v->wrong_refresh ? ch->id : "");
	snprintf(body, sizeof(body),
		XD_DECLARATION "<Channel " XD_NS "><expires>%lld</expires></Channel>",
		(long long)v->expires_s);
	r = xd_http(ch->host, "PUT", path, body);
	if (v->wrong_refresh && (r.status < 400 || r.status > 499))
		xd_complain(r.body.p, "refresh at the wrong URI answered %ld", r.status);
	if (!v->wrong_refresh) {
		if (r.status != 200)
			xd_complain(r.body.p, "refresh of the channel answered %ld", r.status);
		check_type(&r);
		grant_of(r.body.p, "Channel", v->expires_s);
	}
	ch->refresh_ms += v->expires_s * 1000 / 2;
	ch->client->refreshes++;
	xd_reply_free(&r);
}

/* --- subscriptions --- */

static enum xd_level
level_of(const char *package)
{
	if (strcmp(package, "Basic Call") == 0)
		return XD_BASIC;
	if (strcmp(package, "Standard Call") == 0)
		return XD_STANDARD;
	return strcmp(package, "Advanced Call") == 0 ? XD_ADVANCED : XD_NO_CALLS;
}

static void
end_older(struct xd_client *c, const char *user, const char *package)
{
	struct xd_sub *s = xd_client_sub(c, user, package);

	if (s)
		s->ended = true;
}

static void
subscription_body(
	const struct xd_client *c, const char *user, const char *package, struct xd_text *body)
{
	xd_text_fmt(body, XD_DECLARATION "<Subscription " XD_NS ">");
	if (c->variant->subscription_uri)
		xd_text_fmt(body,
			"<subscriberId>%s</subscriberId><targetIdType>User</targetIdType>"
			"<targetId>%s</targetId>",
			c->owner, user);
	xd_text_fmt(body, "<event>%s</event><expires>%lld</expires>", package,
		(long long)c->variant->expires_s);
	if (c->variant->contact)
		xd_text_fmt(body, "<httpContact><uri>%s</uri></httpContact>", c->contact.uri);
	else
		xd_text_fmt(body, "<channelSetId>%s</channelSetId>", c->set);
	xd_text_fmt(body, "<applicationId>xsiday</applicationId></Subscription>");
}

struct xd_sub *
xd_client_subscribe(struct xd_client *c, const char *user, const char *package, bool snapshot)
{
	struct xd_sub *s = xd_alloc(sizeof(*s));
	struct xd_text body = { 0 };
	struct xd_reply r;
	char path[200];
	xmlDoc *doc;

	if (c->sub_count == XD_SUBS_MAX)
		xd_die("too many subscriptions");
	subscription_body(c, user, package, &body);
	snprintf(path, sizeof(path), XD_EVENTS "/user/%s%s", user,
		c->variant->subscription_uri ? "/subscription" : "");
	end_older(c, user, package);
	r = xd_http(xd_client_host(c), "POST", path, body.p);
	if (r.status != 200)
		xd_complain(r.body.p, "subscribe %s of %s answered %ld", package, user, r.status);
	if (c->variant->challenge && !r.challenges)
		xd_complain(NULL, "no 401 challenge");
	check_type(&r);
	grant_of(r.body.p, "Subscription", c->variant->expires_s);
	doc = xd_xml_read(r.body.p, r.body.n);
	xd_xml_text(xmlDocGetRootElement(doc), "subscriptionId", s->id, sizeof(s->id));
	xmlFreeDoc(doc);
	xd_copy(s->user, sizeof(s->user), user);
	s->package = package;
	s->picture.level = level_of(package);
	s->refresh_ms = c->now_ms + c->variant->expires_s * 1000 / 2;
	s->snapshot_until_ms = snapshot ? c->now_ms + SNAPSHOT_MS : 0;
	c->subs[c->sub_count++] = s;
	xd_reply_free(&r);
	xd_text_free(&body);
	return s;
}

static void
refresh_sub(struct xd_client *c, struct xd_sub *s)
{
	char path[200], body[300];
	struct xd_reply r;

	snprintf(path, sizeof(path), XD_EVENTS "/subscription/%s", s->id);
	snprintf(body, sizeof(body),
		XD_DECLARATION "<Subscription " XD_NS "><expires>%lld</expires></Subscription>",
		(long long)c->variant->expires_s);
	r = xd_http(xd_client_host(c), "PUT", path, body);
	if (r.status != 200)
		xd_complain(
			r.body.p, "refresh of %s, %s answered %ld", s->user, s->package, r.status);
	check_type(&r);
	grant_of(r.body.p, "Subscription", c->variant->expires_s);
	xd_reply_free(&r);
	s->refresh_ms = c->now_ms + c->variant->expires_s * 1000 / 2;
	if (s->picture.level != XD_NO_CALLS)
		s->snapshot_until_ms = c->now_ms + SNAPSHOT_MS;
	c->refreshes++;
}

struct xd_sub *
xd_client_sub(struct xd_client *c, const char *user, const char *package)
{
	size_t i;

	for (i = 0; i < c->sub_count; i++)
		if (!c->subs[i]->ended && strcmp(c->subs[i]->user, user) == 0 &&
			strcmp(c->subs[i]->package, package) == 0)
			return c->subs[i];
	return NULL;
}

static void
forget_ended(struct xd_client *c)
{
	size_t i = 0;

	/* What is not acknowledged comes again. */
	while (!c->variant->no_ack_of_end && i < c->sub_count) {
		if (c->subs[i]->ended && c->subs[i]->terminated) {
			free(c->subs[i]);
			c->subs[i] = c->subs[--c->sub_count];
		} else {
			i++;
		}
	}
}

/* --- time --- */

static void
do_due(struct xd_client *c)
{
	size_t i;

	for (i = 0; i < c->host_count; i++) {
		struct xd_channel *ch = &c->channels[i];

		if (ch->open && ch->next_heartbeat_ms <= c->now_ms)
			heartbeat(ch);
		if (ch->open && ch->refresh_ms <= c->now_ms)
			refresh_channel(ch);
	}
	for (i = 0; i < c->sub_count; i++) {
		struct xd_sub *s = c->subs[i];

		if (!s->ended && s->snapshot_until_ms && s->snapshot_until_ms < c->now_ms)
			xd_complain(NULL, "no snapshot of %s, %s", s->user, s->package);
		if (!s->ended && s->refresh_ms <= c->now_ms)
			refresh_sub(c, s);
	}
}

static int64_t
next_due(const struct xd_client *c, int64_t end)
{
	size_t i;

	for (i = 0; i < c->host_count; i++) {
		if (c->channels[i].open && c->channels[i].next_heartbeat_ms < end)
			end = c->channels[i].next_heartbeat_ms;
		if (c->channels[i].open && c->channels[i].refresh_ms < end)
			end = c->channels[i].refresh_ms;
	}
	for (i = 0; i < c->sub_count; i++)
		if (!c->subs[i]->ended && c->subs[i]->refresh_ms < end)
			end = c->subs[i]->refresh_ms;
	return end;
}

/* A channel that was closed is opened again, unless we leave. */
static void
reopen_closed(struct xd_client *c)
{
	size_t i;

	for (i = 0; i < c->host_count; i++) {
		struct xd_channel *ch = &c->channels[i];

		if (!ch->open || !ch->terminated)
			continue;
		if (!(c->variant->no_ack_of_end &&
			    strcmp(ch->reason, "NonResponsiveChannel") == 0) &&
			!(c->variant->wrong_refresh && strcmp(ch->reason, "Expired") == 0))
			xd_complain(NULL, "channel %s was ended: %s", ch->id, ch->reason);
		xd_stream_close(&ch->stream);
		open_channel(ch);
		c->reopened++;
	}
}

static void
step(struct xd_client *c, int64_t ms)
{
	c->documents_queued = xd_control_advance(&c->control, ms > 0 ? ms : 0, &c->now_ms);
	xd_set_clock(c->now_ms - c->start_ms);
	read_documents(c);
	forget_ended(c);
	reopen_closed(c);
}

void
xd_client_live(struct xd_client *c, int64_t ms)
{
	int64_t end = c->now_ms + ms;

	/* What requests have caused already. */
	step(c, 0);
	while (c->now_ms < end) {
		do_due(c);
		step(c, next_due(c, end) - c->now_ms);
	}
}

/* --- the end --- */

static void
unsubscribe(struct xd_client *c, struct xd_sub *s)
{
	char path[200];
	struct xd_reply r;

	snprintf(path, sizeof(path), XD_EVENTS "/subscription/%s", s->id);
	s->ended = true;
	r = xd_http(xd_client_host(c), "DELETE", path, NULL);
	if (r.status != 200)
		xd_complain(r.body.p, "unsubscribe answered %ld", r.status);
	xd_reply_free(&r);
	r = xd_http(xd_client_host(c), "PUT", path,
		XD_DECLARATION "<Subscription " XD_NS "><expires>3600</expires></Subscription>");
	if (r.status != 403 || !strstr(r.body.p, "<errorCode>110862</errorCode>"))
		xd_complain(r.body.p, "refresh of an ended subscription answered %ld", r.status);
	xmlFreeDoc(xd_xml_read(r.body.p, r.body.n));
	xd_reply_free(&r);
}

static void
delete_channel(struct xd_client *c, struct xd_channel *ch)
{
	char path[300];
	struct xd_reply r;
	time_t end = time(NULL) + DOCUMENT_WAIT_S;

	snprintf(path, sizeof(path), "%s/channel/%s",
		c->variant->async_delete ? XD_ASYNC : XD_EVENTS, ch->id);
	r = xd_http(ch->host, "DELETE", path, NULL);
	if (r.status != 200)
		xd_complain(r.body.p, "delete of the channel answered %ld", r.status);
	xd_reply_free(&r);
	while (!ch->stream.ended && time(NULL) <= end)
		xd_stream_poll(&ch->stream, 10);
	if (!ch->terminated || strcmp(ch->reason, "ExplicitDelete") != 0 || !ch->stream.ended)
		xd_complain(NULL, "the deleted channel has not ended as it must: '%s'", ch->reason);
	xd_stream_close(&ch->stream);
	ch->open = false;
}

void
xd_client_leave(struct xd_client *c)
{
	size_t i, n = c->sub_count;

	for (i = 0; i < n; i++)
		if (!c->subs[i]->ended)
			unsubscribe(c, c->subs[i]);
	xd_client_live(c, 1000);
	if (c->sub_count && !c->variant->no_ack_of_end)
		xd_complain(NULL, "no SubscriptionTerminatedEvent of %s, %s", c->subs[0]->user,
			c->subs[0]->package);
	for (i = 0; i < c->host_count; i++)
		if (c->channels[i].open)
			delete_channel(c, &c->channels[i]);
}

void
xd_client_free(struct xd_client *c)
{
	size_t i, k;

	for (i = 0; i < c->sub_count; i++) {
		for (k = 0; k < c->subs[i]->pending_count; k++)
			free(c->subs[i]->pending[k].doc);
		free(c->subs[i]);
	}
	for (i = 0; i < c->host_count; i++)
		xd_http_close(&c->hosts[i]);
	if (c->variant->contact)
		xd_contact_close(&c->contact);
}
