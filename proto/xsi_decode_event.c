/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events of a stream: the envelope, and then the data by its class. See xsi_decode.h.
 *
 * Happy path: xsi:type of the Event says what kind of envelope it is, xsi:type of eventData which
 * event; the class of that event picks the reader.
 *
 * Failure modes: an envelope that does not say which event it is, and what the reader refuses. The
 * envelope is read to its end even if a part of it is wrong: the event may still be acknowledged.
 */
#include "proto/xsi_decode_part.h"

#define SEQUENCE_MAX 2147483647u /* then 1 again */

static int
event_nothing(const struct xsi_source *s, uint32_t data)
{
	(void)s;
	(void)data;
	return E_OK;
}

static int (*const readers[])(const struct xsi_source *s, uint32_t data) = {
	[XSI_CLASS_OTHER] = event_nothing,
	[XSI_CLASS_CALL] = xsi_read_call_event,
	[XSI_CLASS_CALLS] = xsi_read_redirected_event,
	[XSI_CLASS_CALL_SNAPSHOT] = xsi_read_call_snapshot,
	[XSI_CLASS_CONFERENCE] = xsi_read_conference_event,
	[XSI_CLASS_HOOK] = xsi_read_hook_event,
	[XSI_CLASS_AGENT] = xsi_read_agent_event,
	[XSI_CLASS_AGENT_SNAPSHOT] = xsi_read_agent_snapshot,
	[XSI_CLASS_JOIN] = xsi_read_join_event,
	[XSI_CLASS_DISPOSITION] = xsi_read_disposition_event,
	[XSI_CLASS_QUEUE] = xsi_read_queue_event,
	[XSI_CLASS_QUEUE_REFUSED] = xsi_read_queue_event,
	[XSI_CLASS_QUEUE_SNAPSHOT] = xsi_read_queue_snapshot,
	[XSI_CLASS_QUEUE_CONFIG] = xsi_read_queue_config,
	[XSI_CLASS_ROUTE] = xsi_read_queue_event,
	[XSI_CLASS_ROUTE_REFUSED] = xsi_read_queue_event,
	[XSI_CLASS_ROUTE_SNAPSHOT] = xsi_read_queue_snapshot,
	[XSI_CLASS_ROUTE_STATE] = xsi_read_route_state_event,
	[XSI_CLASS_MEDIA] = xsi_read_queue_event,
	[XSI_CLASS_SERVICE] = xsi_read_service_event,
	[XSI_CLASS_MESSAGE_WAITING] = xsi_read_messages_event,
	[XSI_CLASS_MONITORING] = xsi_read_monitoring,
	[XSI_CLASS_PARK] = xsi_read_park_event,
	[XSI_CLASS_TERMINATED] = event_nothing,
};

/* Fills what can be read even if another part is wrong, and only then complains. */
static int
event_envelope(const struct xsi_source *s, uint32_t root)
{
	struct xsi_event *event = &s->out->event;
	struct str owner = xml_child_text(s->xml, root, "userId");
	struct str sequence = xml_child_text(s->xml, root, "sequenceNumber");
	uint32_t contact = xml_child(s->xml, root, "httpContact");
	uint64_t number = 0;

	xsi_part_mandatory(s, root, "eventID", LIMIT_BW_ID, &event->event_id);
	xsi_part_mandatory(s, root, "subscriptionId", LIMIT_BW_ID, &event->subscription_id);
	xsi_part_optional(s, root, "channelId", LIMIT_BW_ID, &event->channel_id);
	xsi_part_optional(s, root, "targetId", LIMIT_USER_ID, &event->target);
	/* a trusted application owns its subscriptions as a clientId */
	xsi_part_optional(
		s, root, owner.n > 0 ? "userId" : "clientId", LIMIT_USER_ID, &event->owner);
	event->target_sub = xsi_part_text(s->xml, root, "targetSubId", LIMIT_USER_ID);
	event->application = xsi_part_text(s->xml, root, "externalApplicationId", LIMIT_BW_ID);
	event->shared = xsi_part_text(s->xml, root, "sharedSubscriptionId", LIMIT_BW_ID);
	event->contact = xsi_part_text(s->xml, contact, "uri", LIMIT_XML_TAG_BYTES);
	if (!str_u64(sequence, SEQUENCE_MAX, &number) || number == 0)
		xsi_part_refuse(s, "sequenceNumber", "is missing or out of range");
	event->sequence = (uint32_t)number;
	return s->err->code;
}

/*
 * The data of an event that is known to be about something else holds a call: its type is wrong,
 * and what really happened would be lost.
 */
static bool
event_is_mistyped(const struct xsi_source *s, uint32_t data)
{
	enum xsi_event_class class = xsi_event_class_of(s->out->event.kind);

	return s->out->event.kind != XSI_EV_UNKNOWN && class != XSI_CLASS_CALL &&
		class != XSI_CLASS_CALLS && xml_child(s->xml, data, "call") != XML_NONE;
}

static int
event_of_subscription(const struct xsi_source *s, uint32_t root)
{
	struct xsi_event *event = &s->out->event;
	uint32_t data = xml_child(s->xml, root, "eventData");
	int code = event_envelope(s, root);

	event->type = xsi_part_type(s->xml, data);
	event->kind = xsi_event_of(event->type);
	if (code != E_OK)
		return code;
	if (data == XML_NONE)
		return xsi_part_refuse(s, "eventData", "is missing");
	if (event->type.n == 0)
		return xsi_part_refuse(s, "eventData", "has no type");
	if (event_is_mistyped(s, data))
		return xsi_part_refuse(s, xsi_event_name(event->kind), "holds a call");
	if (readers[xsi_event_class_of(event->kind)](s, data) != E_OK)
		return err_wrap(s->err, "%s", xsi_event_name(event->kind));
	return E_OK;
}

static int
event_terminated(const struct xsi_source *s, uint32_t root)
{
	s->out->reason = xml_child_text(s->xml, root, "reason");
	return xsi_part_optional(s, root, "channelId", LIMIT_BW_ID, &s->out->channel.channel_id);
}

/* A code that is no number counts as none. */
int
xsi_read_error(const struct xsi_source *s, uint32_t root, const char *text)
{
	uint64_t number = 0;

	if (str_u64(xml_child_text(s->xml, root, "errorCode"), INT32_MAX, &number))
		s->out->error_code = number;
	s->out->reason = xml_child_text(s->xml, root, text);
	if (s->out->reason.n == 0)
		s->out->reason = xml_child_text(s->xml, root, "summary");
	return E_OK;
}

/*
 * The concrete type of an Event is in xsi:type. One of a type that does not exist yet is passed
 * over if it brings no eventID, and else acknowledged and passed over, like an unknown eventData.
 */
int
xsi_read_event(const struct xsi_source *s, uint32_t root)
{
	struct str type = xsi_part_type(s->xml, root);
	int code;

	if (str_is(type, "ChannelTerminatedEvent")) {
		s->out->kind = XSI_DOC_CHANNEL_TERMINATED;
		return event_terminated(s, root);
	}
	if (str_is(type, "ErrorEvent")) {
		s->out->kind = XSI_DOC_ERROR_EVENT;
		return xsi_read_error(s, root, "errorMessage");
	}
	if (type.n > 0 && !str_is(type, "SubscriptionEvent")) {
		if (xml_child(s->xml, root, "eventID") == XML_NONE)
			return E_OK;
		s->out->kind = XSI_DOC_EVENT;
		s->out->event.type = type;
		return event_envelope(s, root);
	}
	s->out->kind = XSI_DOC_EVENT;
	code = event_of_subscription(s, root);
	if (code == E_OK && type.n == 0)
		return xsi_part_refuse(s, "Event", "has no type");
	return code;
}

/* --- v1.0 -------------------------------------------------------------------------------- */

/* It had one event for all that happens to a call: what it is now called follows from the state. */
static enum xsi_event_kind
old_kind(const struct xsi_call *call)
{
	switch (call->state) {
	case XSI_ALERTING:
		if (call->personality == XSI_CLICK_TO_DIAL)
			return XSI_EV_CallOriginating;
		return call->personality == XSI_TERMINATOR ? XSI_EV_CallReceived :
							     XSI_EV_CallOriginated;
	case XSI_ACTIVE:
		return XSI_EV_CallAnswered;
	case XSI_HELD:
	case XSI_REMOTE_HELD:
		return XSI_EV_CallHeld;
	case XSI_DETACHED:
		return XSI_EV_CallDetached;
	case XSI_RELEASED:
		return XSI_EV_CallReleased;
	case XSI_STATE_NONE:
	case XSI_IDLE:
		break;
	}
	return XSI_EV_CallUpdated;
}

void
xsi_read_old_event(const struct xsi_source *s, uint32_t root)
{
	struct xsi_event *event = &s->out->event;
	uint32_t data = xml_child(s->xml, root, "eventData");
	uint32_t call = xml_child(s->xml, data, "call");
	struct err ignored = { 0 };
	struct xsi_source lenient = { s->xml, s->out, &ignored };

	event->type = xml_child_text(s->xml, data, "eventName");
	if (event->type.n == 0)
		event->type = xml_child_text(s->xml, root, "eventName");
	event->event_id = xsi_part_text(s->xml, root, "eventID", LIMIT_BW_ID);
	event->subscription_id = xsi_part_text(s->xml, root, "subscriptionId", LIMIT_BW_ID);
	event->owner = xsi_part_text(s->xml, root, "subscriberId", LIMIT_USER_ID);
	event->target = xsi_part_text(s->xml, root, "targetId", LIMIT_USER_ID);
	event->application = xsi_part_text(s->xml, root, "applicationId", LIMIT_BW_ID);
	event->sequence = xsi_part_u32(s->xml, root, "sequenceNumber");
	if (call == XML_NONE || !str_is(event->type, "CallSessionEvent"))
		return;
	if (xsi_read_call(&lenient, call, &event->call) == E_OK)
		event->kind = old_kind(&event->call);
	else
		memset(&event->call, 0, sizeof(event->call));
}
