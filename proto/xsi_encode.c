/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies of requests: see xsi_encode.h.
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
