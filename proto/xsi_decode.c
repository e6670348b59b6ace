/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Xsi documents to structures: see xsi_decode.h.
 *
 * Happy path: the root's local name picks the reader of the document, here or in one of the other
 * xsi_decode files (xsi_decode_part.h lists them). Elements are found by local name in any
 * order, unknown ones are passed over; the first of several with one name counts.
 *
 * Failure modes: not XML or over a limit (from xml.h); a mandatory element missing or with a wrong
 * value. Only what the call model cannot do without is mandatory: every refusal costs a refresh of
 * the device, and a value that is refused again in the refresh would cost one for ever.
 */
#include "proto/xsi_decode.h"
#include "proto/xsi_decode_part.h"

#define XSI_OLD_NAMESPACE "http://schema.broadsoft.com/xsi-events"

/* --- channels, subscriptions, replies ---------------------------------------------------- */

static int
xsi_read_channel(const struct xsi_source *s, uint32_t node, struct xsi_channel *out)
{
	int code = xsi_part_mandatory(s, node, "channelId", LIMIT_BW_ID, &out->channel_id);

	if (code == E_OK)
		code = xsi_part_optional(s, node, "channelSetId", LIMIT_BW_ID, &out->channel_set);
	out->application = xsi_part_text(s->xml, node, "applicationId", LIMIT_BW_ID);
	out->priority = xsi_part_u32(s->xml, node, "priority");
	out->weight = xsi_part_u32(s->xml, node, "weight");
	return code == E_OK ? xsi_part_expires(s, node, &out->expires_s) : code;
}

static int
xsi_read_own_channel(const struct xsi_source *s, uint32_t root)
{
	return xsi_read_channel(s, root, &s->out->channel);
}

static int
xsi_read_channel_set(const struct xsi_source *s, uint32_t root)
{
	uint32_t node = xml_first(s->xml, root);

	for (; node != XML_NONE; node = xml_next(s->xml, node)) {
		int code;

		if (!str_is(xml_name(s->xml, node), "channel"))
			continue;
		if (s->out->channel_count == XSI_CHANNELS_MAX)
			return err_set(s->err, E_LIMIT, "more than %d channels in a set",
				XSI_CHANNELS_MAX);
		code = xsi_read_channel(s, node, &s->out->channels[s->out->channel_count]);
		if (code != E_OK)
			return code;
		s->out->channel_count++;
	}
	return E_OK;
}

/* Packages: `event` in the subscription itself, or several of them in a list. */
static void
xsi_packages(const struct xml *x, uint32_t list, struct xsi_subscription *out)
{
	for (uint32_t at = xml_first(x, list); at != XML_NONE; at = xml_next(x, at)) {
		struct str name = str_trim(xml_text(x, at));

		if (!str_is(xml_name(x, at), "event") || name.n == 0)
			continue;
		if (out->package_count == LIMIT_PACKAGES) {
			out->cut = true;
			return;
		}
		out->packages[out->package_count++] = name;
	}
}

static void
xsi_subscription(const struct xml *x, uint32_t node, struct xsi_subscription *out)
{
	memset(out, 0, sizeof(*out));
	out->subscription_id = xsi_part_text(x, node, "subscriptionId", LIMIT_BW_ID);
	out->owner = xsi_part_text(x, node, "subscriberId", LIMIT_USER_ID);
	if (out->owner.n == 0)
		out->owner = xsi_part_text(x, node, "clientId", LIMIT_USER_ID);
	out->target_type = xsi_part_text(x, node, "targetIdType", LIMIT_USER_ID);
	out->target = xsi_part_text(x, node, "targetId", LIMIT_USER_ID);
	out->target_sub = xsi_part_text(x, node, "targetSubId", LIMIT_USER_ID);
	out->channel_set = xsi_part_text(x, node, "channelSetId", LIMIT_BW_ID);
	out->contact =
		xsi_part_text(x, xml_child(x, node, "httpContact"), "uri", LIMIT_XML_TAG_BYTES);
	out->application = xsi_part_text(x, node, "applicationId", LIMIT_BW_ID);
	out->expires_s = xsi_part_u64(x, node, "expires");
	xsi_packages(x, node, out);
	if (out->package_count == 0)
		xsi_packages(x, xml_child(x, node, "eventPackageList"), out);
}

/* `node` itself or the first behind it that is a subscription with an id. */
static uint32_t
xsi_seek_subscription(const struct xml *x, uint32_t node)
{
	for (; node != XML_NONE; node = xml_next(x, node)) {
		struct str name = xml_name(x, node);

		if ((str_is(name, "subscription") || str_is(name, "Subscription")) &&
			xsi_part_text(x, node, "subscriptionId", LIMIT_BW_ID).n > 0)
			break;
	}
	return node;
}

bool
xsi_subscription_next(const struct xml *reader, const struct xsi_doc *doc, uint32_t *at,
	struct xsi_subscription *out)
{
	uint32_t node = xml_root(reader);

	if (doc->subscription_count == 0 || *at == XML_NONE)
		return false;
	if (doc->kind == XSI_DOC_SUBSCRIPTION) {
		*at = XML_NONE;
	} else {
		node = *at == 0 ? xml_first(reader, node) : xml_next(reader, *at);
		*at = node = xsi_seek_subscription(reader, node);
	}
	if (node == XML_NONE)
		return false;
	xsi_subscription(reader, node, out);
	return true;
}

static int
xsi_read_subscription(const struct xsi_source *s, uint32_t node)
{
	int code = xsi_part_mandatory(
		s, node, "subscriptionId", LIMIT_BW_ID, &s->out->subscription_id);

	s->out->subscription_count = 1;
	return code == E_OK ? xsi_part_expires(s, node, &s->out->subscription_expires_s) : code;
}

static int
xsi_read_subscription_list(const struct xsi_source *s, uint32_t root)
{
	uint32_t first = xsi_seek_subscription(s->xml, xml_first(s->xml, root));
	uint32_t count = 0;

	for (uint32_t at = first; at != XML_NONE; count++)
		at = xsi_seek_subscription(s->xml, xml_next(s->xml, at));
	s->out->subscription_count = count;
	s->out->subscription_id = xsi_part_text(s->xml, first, "subscriptionId", LIMIT_BW_ID);
	s->out->subscription_expires_s = xsi_part_u64(s->xml, first, "expires");
	return E_OK;
}

static int
xsi_read_call_start(const struct xsi_source *s, uint32_t root)
{
	int code = xsi_part_mandatory(s, root, "callId", LIMIT_CALL_ID, &s->out->call_id);

	if (code == E_OK)
		code = xsi_part_optional(
			s, root, "externalTrackingId", LIMIT_TRACKING_ID, &s->out->tracking_id);
	return code;
}

static int
xsi_read_error_info(const struct xsi_source *s, uint32_t root)
{
	return xsi_read_error(s, root, "summaryEnglish");
}

static int
xsi_read_nothing(const struct xsi_source *s, uint32_t root)
{
	(void)s;
	(void)root;
	return E_OK;
}

static int
xsi_read_controller(const struct xsi_source *s, uint32_t root)
{
	s->out->is_up = str_is(xml_child_text(s->xml, root, "state"), "ready");
	return E_OK;
}

static int
xsi_read_versions(const struct xsi_source *s, uint32_t root)
{
	const struct xml *x = s->xml;

	s->out->version =
		xsi_part_text(x, xml_child(x, root, "commands"), "baseline", LIMIT_ADDRESS);
	s->out->event_version =
		xsi_part_text(x, xml_child(x, root, "eventPackages"), "baseline", LIMIT_ADDRESS);
	return E_OK;
}

static const struct xsi_root {
	const char *name;
	enum xsi_doc_kind kind;
	int (*read)(const struct xsi_source *s, uint32_t root);
} xsi_roots[] = {
	{ "Event", XSI_DOC_UNKNOWN, xsi_read_event }, /* sets its kind itself */
	{ "ChannelHeartBeat", XSI_DOC_HEARTBEAT, xsi_read_nothing },
	{ "ChannelHeartbeat", XSI_DOC_HEARTBEAT,
		xsi_read_nothing }, /* one description of the interface spells it so */
	{ "Channel", XSI_DOC_CHANNEL, xsi_read_own_channel },
	{ "ChannelSet", XSI_DOC_CHANNEL_SET, xsi_read_channel_set },
	{ "Subscription", XSI_DOC_SUBSCRIPTION, xsi_read_subscription },
	{ "SubscriptionList", XSI_DOC_SUBSCRIPTION_LIST, xsi_read_subscription_list },
	{ "CallStartInfo", XSI_DOC_CALL_START, xsi_read_call_start },
	{ "RoutePointCallStartInfo", XSI_DOC_CALL_START, xsi_read_call_start },
	{ "Calls", XSI_DOC_CALLS, xsi_read_call_list },
	{ "Call", XSI_DOC_CALL, xsi_read_call_details },
	{ "Conference", XSI_DOC_CONFERENCE, xsi_read_conference_details },
	{ "HookStatus", XSI_DOC_HOOK, xsi_read_hook },
	{ "CallCenter", XSI_DOC_CALL_CENTER, xsi_read_call_center },
	{ "VoiceMailMessageSummary", XSI_DOC_MESSAGES, xsi_read_messages },
	{ "ACDQueue", XSI_DOC_QUEUE, xsi_read_queue_snapshot },
	{ "RoutePointQueue", XSI_DOC_QUEUE, xsi_read_queue_snapshot },
	{ "RoutePointState", XSI_DOC_ROUTE_STATE, xsi_read_route_state },
	{ "RoutePointPlayInfo", XSI_DOC_PLAY, xsi_read_play_info },
	{ "ApplicationController", XSI_DOC_CONTROLLER, xsi_read_controller },
	{ "Versions", XSI_DOC_VERSIONS, xsi_read_versions },
	{ "ErrorInfo", XSI_DOC_ERROR, xsi_read_error_info },
	{ "BroadWorksAnywhere", XSI_DOC_SERVICE, xsi_read_service },
	{ "CallForwardingAlways", XSI_DOC_SERVICE, xsi_read_service },
	{ "CallForwardingAlwaysSecondary", XSI_DOC_SERVICE, xsi_read_service },
	{ "CallForwardingBusy", XSI_DOC_SERVICE, xsi_read_service },
	{ "CallForwardingNoAnswer", XSI_DOC_SERVICE, xsi_read_service },
	{ "CallForwardingNotReachable", XSI_DOC_SERVICE, xsi_read_service },
	{ "CallWaiting", XSI_DOC_SERVICE, xsi_read_service },
	{ "DoNotDisturb", XSI_DOC_SERVICE, xsi_read_service },
	{ "FlexibleSeatingGuest", XSI_DOC_SERVICE, xsi_read_service },
	{ "HotelingGuest", XSI_DOC_SERVICE, xsi_read_service },
	{ "HotelingHost", XSI_DOC_SERVICE, xsi_read_service },
	{ "RemoteOffice", XSI_DOC_SERVICE, xsi_read_service },
	{ "SilentAlerting", XSI_DOC_SERVICE, xsi_read_service },
};

int
xsi_decode(struct xml *reader, struct str document, struct xsi_doc *out, struct err *e)
{
	struct err own = { 0 };
	struct xsi_source s = { reader, out, &own };
	uint32_t root;

	memset(out, 0, offsetof(struct xsi_doc, channels));
	xsi_part_clear(&out->event);
	if (xml_read(reader, document.p, document.n, &own) == E_OK) {
		root = xml_root(reader);
		if (str_is(xml_namespace(reader, root), XSI_OLD_NAMESPACE)) {
			out->kind = XSI_DOC_OLD_EVENT;
			xsi_read_old_event(&s, root);
			return E_OK;
		}
		for (size_t i = 0; i < sizeof(xsi_roots) / sizeof(xsi_roots[0]); i++) {
			if (!str_is(xml_name(reader, root), xsi_roots[i].name))
				continue;
			out->kind = xsi_roots[i].kind;
			xsi_roots[i].read(&s, root);
			break;
		}
	}
	if (own.code != E_OK && e != NULL && e->code == E_OK)
		*e = own;
	return own.code;
}
