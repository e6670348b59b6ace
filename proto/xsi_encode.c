/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request bodies and paths: see xsi_encode.h.
 *
 * The bodies follow the element order of the Xsi schema. The one failure is a full buffer, which the
 * caller asks for at the end.
 */
#include "proto/xsi_encode.h"

#include "proto/base/check.h"
#include "proto/base/xmlw.h"
#include "proto/xsi_body.h"

void
xsi_put_channel(struct buf *b, struct str set, uint32_t priority, uint32_t weight,
	uint64_t expires_s, struct str application)
{
	xsi_body_open(b, "Channel");
	xmlw_element(b, "channelSetId", set);
	xmlw_element_u64(b, "priority", priority);
	xmlw_element_u64(b, "weight", weight);
	xmlw_element_u64(b, "expires", expires_s);
	if (application.n > 0)
		xmlw_element(b, "applicationId", application);
	xmlw_close(b, "Channel");
}

void
xsi_put_channel_refresh(struct buf *b, uint64_t expires_s)
{
	xsi_body_open(b, "Channel");
	xmlw_element_u64(b, "expires", expires_s);
	xmlw_close(b, "Channel");
}

void
xsi_put_subscription(struct buf *b, const char *package, uint64_t expires_s, struct str set,
	struct str application)
{
	struct str packages = str_of(package);
	struct xsi_subscription_body body = {
		.packages = &packages,
		.package_count = 1,
		.expires_s = expires_s,
		.channel_set = set,
		.application = application,
	};

	xsi_body_subscription(b, &body);
}

void
xsi_put_subscription_refresh(struct buf *b, uint64_t expires_s)
{
	xsi_body_open(b, "Subscription");
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
	xsi_body_open(b, "EventResponse");
	xmlw_element(b, "eventID", event_id);
	xmlw_element_u64(b, "statusCode", (uint64_t)status);
	xmlw_element_z(b, "reason", reason);
	xmlw_close(b, "EventResponse");
}

/* --- paths ------------------------------------------------------------------------------- */

static void
xsi_path_of(struct buf *b, const struct xsi_contexts *c, enum xsi_op op, struct str first,
	struct str second)
{
	struct xsi_request q = { .op = op, .args = { first, second } };

	xsi_op_path(b, c, &q);
}

void
xsi_path_channel_open(struct buf *b, const struct xsi_contexts *c)
{
	xsi_path_of(b, c, XSI_OP_channel_add, STR_NONE, STR_NONE);
}

void
xsi_path_channel(struct buf *b, const struct xsi_contexts *c, struct str channel_id)
{
	xsi_path_of(b, c, XSI_OP_channel_update, channel_id, STR_NONE);
}

void
xsi_path_heartbeat(struct buf *b, const struct xsi_contexts *c, struct str channel_id)
{
	xsi_path_of(b, c, XSI_OP_channel_heartbeat, channel_id, STR_NONE);
}

void
xsi_path_channel_set(struct buf *b, const struct xsi_contexts *c, struct str set)
{
	xsi_path_of(b, c, XSI_OP_channel_set_get, set, STR_NONE);
}

void
xsi_path_event_response(struct buf *b, const struct xsi_contexts *c)
{
	xsi_path_of(b, c, XSI_OP_event_response, STR_NONE, STR_NONE);
}

void
xsi_path_user_events(struct buf *b, const struct xsi_contexts *c, struct str user)
{
	xsi_path_of(b, c, XSI_OP_subscribe_user, user, STR_NONE);
}

void
xsi_path_subscription(struct buf *b, const struct xsi_contexts *c, struct str subscription_id)
{
	xsi_path_of(b, c, XSI_OP_subscription_update, subscription_id, STR_NONE);
}

void
xsi_path_dial(struct buf *b, const struct xsi_contexts *c, struct str user, struct str address)
{
	xsi_path_of(b, c, XSI_OP_dial, user, address);
}

void
xsi_path_call(struct buf *b, const struct xsi_contexts *c, struct str user, struct str call_id)
{
	xsi_path_of(b, c, XSI_OP_release, user, call_id);
}

void
xsi_path_call_verb(struct buf *b, const struct xsi_contexts *c, struct str user, struct str call_id,
	const char *verb)
{
	enum xsi_op op = str_is(str_of(verb), "Talk") ? XSI_OP_talk : XSI_OP_hold;

	REQUIRE(op == XSI_OP_talk || str_is(str_of(verb), "Hold"));
	xsi_path_of(b, c, op, user, call_id);
}
