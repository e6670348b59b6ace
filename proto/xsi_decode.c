/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Xsi documents to structures: see xsi_decode.h.
 *
 * Happy path: the root's local name picks the reader of the document; an Event is read in two
 * steps, the envelope first and then its eventData by type. Elements are found by local name in any
 * order, unknown ones are passed over; the first of several with one name counts.
 *
 * Failure modes: not XML or over a limit (from xml.h); a mandatory element missing or with a wrong
 * value. Only what the call model cannot do without is mandatory: every refusal costs a refresh of
 * the device, and a value that is refused again in the refresh would cost one for ever.
 */
#include "proto/xsi_decode.h"

#include "proto/base/utf8.h"

#define XSI_OLD_NAMESPACE "http://schema.broadsoft.com/xsi-events"
#define SEQUENCE_MAX 2147483647u /* then 1 again */

/* What every reader needs. */
struct xsi_source {
	const struct xml *xml;
	struct xsi_doc *out;
	struct err *err;
};

/* --- values ------------------------------------------------------------------------------ */

static int
xsi_refuse(const struct xsi_source *s, const char *element, const char *what)
{
	return err_set(s->err, E_MALFORMED, "%s %s", element, what);
}

/*
 * Text of a child into `*out`, or "" if it does not fit into `size` bytes with a NUL; true if it
 * fits.
 */
static bool
xsi_fit(const struct xsi_source *s, uint32_t node, const char *name, size_t size, struct str *out)
{
	struct str text = xml_child_text(s->xml, node, name);

	*out = text.n < size ? text : STR_NONE;
	return text.n < size;
}

/* A text that may be missing. */
static int
xsi_optional(
	const struct xsi_source *s, uint32_t node, const char *name, size_t size, struct str *out)
{
	return xsi_fit(s, node, name, size, out) ? E_OK : xsi_refuse(s, name, "is too long");
}

static int
xsi_mandatory(
	const struct xsi_source *s, uint32_t node, const char *name, size_t size, struct str *out)
{
	int code = xsi_optional(s, node, name, size, out);

	if (code == E_OK && out->n == 0)
		return xsi_refuse(s, name, "is missing");
	return code;
}

/* Seconds of an `expires`; 0 if it is missing. */
static int
xsi_expires(const struct xsi_source *s, uint32_t node, uint64_t *out)
{
	struct str text = xml_child_text(s->xml, node, "expires");

	*out = 0;
	if (text.n > 0 && !str_u64(text, INT64_MAX, out))
		return xsi_refuse(s, "expires", "is not a number");
	return E_OK;
}

/* The local name within an xsi:type: "xsi:CallReceivedEvent" gives "CallReceivedEvent". */
static struct str
xsi_type(const struct xsi_source *s, uint32_t node)
{
	struct str rest;
	struct str first = str_cut(str_trim(xml_attribute(s->xml, node, "type")), ':', &rest);

	return rest.n > 0 ? rest : first;
}

/* Cuts a text for people below `size` bytes, between two characters. */
static struct str
xsi_shorten(struct str s, size_t size)
{
	size_t n = 0;

	if (s.n < size)
		return s;
	while (n < s.n) {
		uint32_t character;
		size_t step = utf8_decode((struct str){ s.p + n, s.n - n }, &character);

		if (n + step >= size)
			break;
		n += step;
	}
	return (struct str){ s.p, n };
}

/* --- calls ------------------------------------------------------------------------------- */

/* internalReleaseCause within, or the plain text of the old form. */
static struct str
xsi_release_cause(const struct xsi_source *s, uint32_t call)
{
	uint32_t node = xml_child(s->xml, call, "releaseCause");
	struct str cause = xml_child_text(s->xml, node, "internalReleaseCause");

	return cause.n > 0 ? cause : str_trim(xml_text(s->xml, node));
}

static enum xsi_releasing_party
xsi_releasing(const struct xsi_source *s, uint32_t call)
{
	struct str party = xml_child_text(s->xml, call, "releasingParty");

	if (str_is(party, "localRelease"))
		return XSI_RELEASE_LOCAL;
	return str_is(party, "remoteRelease") ? XSI_RELEASE_REMOTE : XSI_RELEASE_NONE;
}

static int
xsi_read_party(const struct xsi_source *s, uint32_t party, struct xsi_party *out)
{
	int code = xsi_optional(s, party, "address", LIMIT_ADDRESS, &out->address);

	if (code == E_OK && out->address.n == 0)
		code = xsi_optional(s, party, "userDN", LIMIT_ADDRESS, &out->address);
	if (code == E_OK)
		code = xsi_optional(s, party, "userId", LIMIT_USER_ID, &out->user);
	out->name = xsi_shorten(xml_child_text(s->xml, party, "name"), LIMIT_ADDRESS);
	return code;
}

static int
xsi_read_call(const struct xsi_source *s, uint32_t call, struct xsi_call *out)
{
	int code = xsi_mandatory(s, call, "callId", LIMIT_CALL_ID, &out->call_id);

	if (code == E_OK)
		code = xsi_mandatory(
			s, call, "extTrackingId", LIMIT_TRACKING_ID, &out->tracking_id);
	if (code != E_OK)
		return code;
	out->state = xsi_state_of(xml_child_text(s->xml, call, "state"));
	if (out->state == XSI_STATE_NONE)
		return xsi_refuse(s, "state", "is missing or not known");
	out->personality = xsi_personality_of(xml_child_text(s->xml, call, "personality"));
	out->release.cause = xsi_shorten(xsi_release_cause(s, call), LIMIT_ADDRESS);
	out->releasing = xsi_releasing(s, call);
	return xsi_read_party(s, xml_child(s->xml, call, "remoteParty"), &out->remote);
}

/* Every `call` under `list` by `read`; what is over the limit is left out and said to be so. */
static int
xsi_read_calls(const struct xsi_source *s, uint32_t list,
	int (*read)(const struct xsi_source *, uint32_t, struct xsi_call *))
{
	struct xsi_event *event = &s->out->event;
	uint32_t node = xml_first(s->xml, list);

	for (; node != XML_NONE; node = xml_next(s->xml, node)) {
		int code;

		if (!str_is(xml_name(s->xml, node), "call"))
			continue;
		if (event->call_count == LIMIT_HALVES_PER_DEVICE) {
			event->calls_cut = true;
			return E_OK;
		}
		code = read(s, node, &event->calls[event->call_count]);
		if (code != E_OK)
			return code;
		event->call_count++;
	}
	return E_OK;
}

/* --- events ------------------------------------------------------------------------------ */

/*
 * CallRedirectedEvent carries `calls`, unlike its sisters; a sender that forgets it sends `call`.
 */
static int
xsi_read_redirected(const struct xsi_source *s, uint32_t data)
{
	uint32_t list = xml_child(s->xml, data, "calls");
	int code = xsi_read_calls(s, list == XML_NONE ? data : list, xsi_read_call);

	if (code == E_OK && s->out->event.call_count == 0)
		return xsi_refuse(s, "call", "is missing");
	return code;
}

static int
xsi_read_one_call(const struct xsi_source *s, uint32_t data)
{
	uint32_t call = xml_child(s->xml, data, "call");

	if (call == XML_NONE)
		return xsi_refuse(s, "call", "is missing");
	return xsi_read_call(s, call, &s->out->event.call);
}

static int
xsi_read_event_data(const struct xsi_source *s, uint32_t data)
{
	enum xsi_event_class class = xsi_event_class_of(s->out->event.kind);

	if (class == XSI_CLASS_CALL)
		return xsi_read_one_call(s, data);
	if (class == XSI_CLASS_CALLS)
		return xsi_read_redirected(s, data);
	if (class == XSI_CLASS_CALL_SNAPSHOT)
		return xsi_read_calls(s, xml_child(s->xml, data, "calls"), xsi_read_call);
	return E_OK;
}

/* Fills what can be read even if another part is wrong, and only then complains. */
static int
xsi_read_envelope(const struct xsi_source *s, uint32_t root)
{
	struct xsi_event *event = &s->out->event;
	struct str owner = xml_child_text(s->xml, root, "userId");
	struct str sequence = xml_child_text(s->xml, root, "sequenceNumber");
	uint64_t number = 0;

	xsi_mandatory(s, root, "eventID", LIMIT_BW_ID, &event->event_id);
	xsi_mandatory(s, root, "subscriptionId", LIMIT_BW_ID, &event->subscription_id);
	xsi_optional(s, root, "channelId", LIMIT_BW_ID, &event->channel_id);
	xsi_optional(s, root, "targetId", LIMIT_USER_ID, &event->target);
	/* a trusted application owns its subscriptions as a clientId */
	xsi_optional(s, root, owner.n > 0 ? "userId" : "clientId", LIMIT_USER_ID, &event->owner);
	if (!str_u64(sequence, SEQUENCE_MAX, &number) || number == 0)
		xsi_refuse(s, "sequenceNumber", "is missing or out of range");
	event->sequence = (uint32_t)number;
	return s->err->code;
}

static int
xsi_read_subscription_event(const struct xsi_source *s, uint32_t root)
{
	struct xsi_event *event = &s->out->event;
	uint32_t data = xml_child(s->xml, root, "eventData");
	int code = xsi_read_envelope(s, root);

	event->type = xsi_type(s, data);
	event->kind = xsi_event_of(event->type);
	if (code != E_OK)
		return code;
	if (data == XML_NONE)
		return xsi_refuse(s, "eventData", "is missing");
	if (event->type.n == 0)
		return xsi_refuse(s, "eventData", "has no type");
	if (xsi_read_event_data(s, data) != E_OK)
		return err_wrap(s->err, "%s", xsi_event_name(event->kind));
	return E_OK;
}

static int
xsi_read_terminated(const struct xsi_source *s, uint32_t root)
{
	s->out->reason = xml_child_text(s->xml, root, "reason");
	return xsi_optional(s, root, "channelId", LIMIT_BW_ID, &s->out->channel.channel_id);
}

/*
 * `number` and `text` are the names in this kind of document. A code that is no number counts as
 * none.
 */
static int
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
static int
xsi_read_event(const struct xsi_source *s, uint32_t root)
{
	struct str type = xsi_type(s, root);
	int code;

	if (str_is(type, "ChannelTerminatedEvent")) {
		s->out->kind = XSI_DOC_CHANNEL_TERMINATED;
		return xsi_read_terminated(s, root);
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
		return xsi_read_envelope(s, root);
	}
	s->out->kind = XSI_DOC_EVENT;
	code = xsi_read_subscription_event(s, root);
	if (code == E_OK && type.n == 0)
		return xsi_refuse(s, "Event", "has no type");
	return code;
}

/* --- channels, subscriptions, replies ---------------------------------------------------- */

static int
xsi_read_channel(const struct xsi_source *s, uint32_t node, struct xsi_channel *out)
{
	int code = xsi_mandatory(s, node, "channelId", LIMIT_BW_ID, &out->channel_id);

	if (code == E_OK)
		code = xsi_optional(s, node, "channelSetId", LIMIT_BW_ID, &out->channel_set);
	return code == E_OK ? xsi_expires(s, node, &out->expires_s) : code;
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

static int
xsi_read_subscription(const struct xsi_source *s, uint32_t node)
{
	int code = xsi_mandatory(s, node, "subscriptionId", LIMIT_BW_ID, &s->out->subscription_id);

	return code == E_OK ? xsi_expires(s, node, &s->out->subscription_expires_s) : code;
}

static int
xsi_read_subscription_list(const struct xsi_source *s, uint32_t root)
{
	uint32_t first = xml_child(s->xml, root, "subscription");

	return first == XML_NONE ? E_OK : xsi_read_subscription(s, first);
}

static int
xsi_read_call_start(const struct xsi_source *s, uint32_t root)
{
	int code = xsi_mandatory(s, root, "callId", LIMIT_CALL_ID, &s->out->call_id);

	if (code == E_OK)
		code = xsi_optional(
			s, root, "externalTrackingId", LIMIT_TRACKING_ID, &s->out->tracking_id);
	return code;
}

/* One line of the list of a user's calls: an identifier and nothing else. */
static int
xsi_read_listed_call(const struct xsi_source *s, uint32_t node, struct xsi_call *out)
{
	return xsi_mandatory(s, node, "callId", LIMIT_CALL_ID, &out->call_id);
}

static int
xsi_read_call_list(const struct xsi_source *s, uint32_t root)
{
	return xsi_read_calls(s, root, xsi_read_listed_call);
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

bool
xsi_entry_next(
	const struct xml *reader, const struct xsi_doc *doc, uint32_t *at, struct xsi_entry *out)
{
	(void)reader;
	(void)doc;
	(void)at;
	(void)out;
	return false;
}

bool
xsi_subscription_next(const struct xml *reader, const struct xsi_doc *doc, uint32_t *at,
	struct xsi_subscription *out)
{
	(void)reader;
	(void)doc;
	(void)at;
	(void)out;
	return false;
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
	{ "Calls", XSI_DOC_CALLS, xsi_read_call_list },
	{ "ErrorInfo", XSI_DOC_ERROR, xsi_read_error_info },
};

int
xsi_decode(struct xml *reader, struct str document, struct xsi_doc *out, struct err *e)
{
	struct err own = { 0 };
	struct xsi_source s = { reader, out, &own };
	uint32_t root;

	memset(out, 0, sizeof(*out));
	if (xml_read(reader, document.p, document.n, &own) == E_OK) {
		root = xml_root(reader);
		if (str_is(xml_namespace(reader, root), XSI_OLD_NAMESPACE)) {
			out->kind = XSI_DOC_OLD_EVENT;
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
