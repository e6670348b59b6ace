/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request bodies and paths: see xsi_encode.h.
 *
 * The bodies follow the element order of the Xsi schema; the paths are those of Xsi-Events
 * and 7. The one failure is a full buffer, which the caller asks for at the end.
 */
#include "proto/xsi_encode.h"

#include "proto/base/check.h"
#include "proto/base/xmlw.h"

#define XSI_NS "http://schema.broadsoft.com/xsi"

const struct xsi_contexts xsi_default_contexts = {
	.async = "/com.broadsoft.async/com.broadsoft.xsi-events/v2.0",
	.events = "/com.broadsoft.xsi-events/v2.0",
	.actions = "/com.broadsoft.xsi-actions/v2.0",
};

static void
xsi_put_root(struct buf *b, const char *name)
{
	xmlw_declaration(b);
	xmlw_open_ns(b, name, XSI_NS);
}

static void
xsi_put_optional(struct buf *b, const char *name, struct str value)
{
	if (value.n > 0)
		xmlw_element(b, name, value);
}

void
xsi_put_channel(struct buf *b, struct str set, uint32_t priority, uint32_t weight,
	uint64_t expires_s, struct str application)
{
	xsi_put_root(b, "Channel");
	xmlw_element(b, "channelSetId", set);
	xmlw_element_u64(b, "priority", priority);
	xmlw_element_u64(b, "weight", weight);
	xmlw_element_u64(b, "expires", expires_s);
	xsi_put_optional(b, "applicationId", application);
	xmlw_close(b, "Channel");
}

void
xsi_put_channel_refresh(struct buf *b, uint64_t expires_s)
{
	xsi_put_root(b, "Channel");
	xmlw_element_u64(b, "expires", expires_s);
	xmlw_close(b, "Channel");
}

void
xsi_put_subscription(struct buf *b, const char *package, uint64_t expires_s, struct str set,
	struct str application)
{
	xsi_put_root(b, "Subscription");
	xmlw_element_z(b, "event", package);
	xmlw_element_u64(b, "expires", expires_s);
	xmlw_element(b, "channelSetId", set);
	xsi_put_optional(b, "applicationId", application);
	xmlw_close(b, "Subscription");
}

void
xsi_put_subscription_refresh(struct buf *b, uint64_t expires_s)
{
	xsi_put_root(b, "Subscription");
	xmlw_element_u64(b, "expires", expires_s);
	xmlw_close(b, "Subscription");
}

/* The schema wants a reason that is not empty; BroadWorks acts on the number alone. */
static const char *
xsi_response_reason(int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 400:
		return "Malformed event";
	case 404:
		return "Unknown channel";
	case 481:
		return "Unknown subscription";
	case 500:
		return "Cannot process now";
	default:
		return NULL;
	}
}

void
xsi_put_event_response(struct buf *b, struct str event_id, int status)
{
	const char *reason = xsi_response_reason(status);

	REQUIRE(reason != NULL);
	xsi_put_root(b, "EventResponse");
	xmlw_element(b, "eventID", event_id);
	xmlw_element_u64(b, "statusCode", (uint64_t)status);
	xmlw_element_z(b, "reason", reason);
	xmlw_close(b, "EventResponse");
}

/* --- paths ------------------------------------------------------------------------------- */

/* The unreserved characters of RFC 3986. */
static bool
xsi_is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		c == '-' || c == '.' || c == '_' || c == '~';
}

/* Percent-encodes all but the unreserved characters and those of `literal`. */
static void
xsi_path_encode(struct buf *b, struct str s, const char *literal)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		uint8_t byte = (uint8_t)c;
		char code[3] = { '%', digits[byte >> 4], digits[byte & 15] };

		if (xsi_is_unreserved(c) || (c != '\0' && strchr(literal, c) != NULL))
			buf_char(b, c);
		else
			buf_put(b, code, sizeof(code));
	}
}

/*
 * "/" and one identifier. The real clients leave '@' and ':' as they are, and RFC 3986 allows it.
 */
static void
xsi_path_segment(struct buf *b, struct str id)
{
	buf_char(b, '/');
	/* "." and ".." would be taken for steps in the path, by us or by a proxy */
	if (str_is(id, "."))
		buf_cstr(b, "%2E");
	else if (str_is(id, ".."))
		buf_cstr(b, "%2E%2E");
	else
		xsi_path_encode(b, id, "@:");
}

static void
xsi_path_begin(struct buf *b, const char *context, const char *rest)
{
	buf_reset(b);
	buf_cstr(b, context);
	buf_cstr(b, rest);
}

/* A NUL behind the text that does not count. */
static void
xsi_path_end(struct buf *b)
{
	buf_char(b, '\0');
	if (!b->overflow)
		b->n--;
}

void
xsi_path_channel_open(struct buf *b, const struct xsi_contexts *c)
{
	xsi_path_begin(b, c->async, "/channel");
	xsi_path_end(b);
}

void
xsi_path_channel(struct buf *b, const struct xsi_contexts *c, struct str channel_id)
{
	xsi_path_begin(b, c->events, "/channel");
	xsi_path_segment(b, channel_id);
	xsi_path_end(b);
}

void
xsi_path_heartbeat(struct buf *b, const struct xsi_contexts *c, struct str channel_id)
{
	xsi_path_begin(b, c->events, "/channel");
	xsi_path_segment(b, channel_id);
	buf_cstr(b, "/heartbeat");
	xsi_path_end(b);
}

void
xsi_path_channel_set(struct buf *b, const struct xsi_contexts *c, struct str set)
{
	xsi_path_begin(b, c->events, "/channelset");
	xsi_path_segment(b, set);
	xsi_path_end(b);
}

void
xsi_path_event_response(struct buf *b, const struct xsi_contexts *c)
{
	xsi_path_begin(b, c->events, "/channel/eventresponse");
	xsi_path_end(b);
}

void
xsi_path_user_events(struct buf *b, const struct xsi_contexts *c, struct str user)
{
	xsi_path_begin(b, c->events, "/user");
	xsi_path_segment(b, user);
	xsi_path_end(b);
}

void
xsi_path_subscription(struct buf *b, const struct xsi_contexts *c, struct str subscription_id)
{
	xsi_path_begin(b, c->events, "/subscription");
	xsi_path_segment(b, subscription_id);
	xsi_path_end(b);
}

static void
xsi_path_user_calls(struct buf *b, const struct xsi_contexts *c, struct str user)
{
	xsi_path_begin(b, c->actions, "/user");
	xsi_path_segment(b, user);
	buf_cstr(b, "/calls");
}

void
xsi_path_dial(struct buf *b, const struct xsi_contexts *c, struct str user, struct str address)
{
	xsi_path_user_calls(b, c, user);
	buf_cstr(b, "/new?address=");
	xsi_path_encode(b, address, "");
	xsi_path_end(b);
}

void
xsi_path_call(struct buf *b, const struct xsi_contexts *c, struct str user, struct str call_id)
{
	xsi_path_user_calls(b, c, user);
	xsi_path_segment(b, call_id);
	xsi_path_end(b);
}

void
xsi_path_call_verb(struct buf *b, const struct xsi_contexts *c, struct str user, struct str call_id,
	const char *verb)
{
	xsi_path_user_calls(b, c, user);
	xsi_path_segment(b, call_id);
	buf_char(b, '/');
	buf_cstr(b, verb);
	xsi_path_end(b);
}
