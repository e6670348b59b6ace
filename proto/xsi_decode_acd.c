/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queues of call centers and route points in Xsi documents: see xsi_decode.h.
 *
 * Happy path: both kinds of queue and the calls that never got into one are read into struct
 * xsi_entry. The entries of a snapshot may be many: they are checked while decoding and read again
 * one by one by xsi_entry_next(), so that nothing needs room for all of them.
 *
 * Failure modes: callId or extTrackingId of an entry missing or too long. All else is read
 * leniently.
 */
#include "proto/xsi_decode.h"
#include "proto/xsi_decode_part.h"

static const char *const priorities[] = {
	[XSI_PRIORITY_HIGHEST] = "0-Highest",
	[XSI_PRIORITY_HIGH] = "1-High",
	[XSI_PRIORITY_MEDIUM] = "2-Medium",
	[XSI_PRIORITY_LOW] = "3-Low",
};

static const char *const overflows[] = {
	[XSI_OVERFLOW_SIZE] = "size",
	[XSI_OVERFLOW_TIME] = "time",
};

static const char *const updates[] = {
	[XSI_UPDATE_TRANSFERRED] = "Call Transferred",
	[XSI_UPDATE_PICKED_UP] = "Call Picked-Up",
	[XSI_UPDATE_BARGED_IN] = "Call Barged-In",
	[XSI_UPDATE_MONITORED] = "Call Monitored",
	[XSI_UPDATE_FORWARDED] = "Call Forwarded",
	[XSI_UPDATE_PARK_RETRIEVED] = "Call Park Retrieved",
};

static const char *const treatment_ends[] = {
	[XSI_TREATMENT_EOF] = "EOF",
	[XSI_TREATMENT_REMOTE_RELEASE] = "remoteRelease",
};

#define XX(name, text) [XSI_REASON_##name] = (text),
static const char *const reasons[] = { XSI_REASONS(XX) };
#undef XX

static const char *const play_ends[] = {
	[XSI_PLAY_MATCH] = "Match",
	[XSI_PLAY_NO_MATCH] = "NoMatch",
	[XSI_PLAY_TIMEOUT] = "Timeout",
	[XSI_PLAY_EOF] = "EOF",
	[XSI_PLAY_OUT_OF_QUEUE] = "Stopped-OutOfQueue",
	[XSI_PLAY_NEW_PLAY] = "Stopped-NewPlayCollect",
	[XSI_PLAY_OFFERED] = "Stopped-OfferedWithRingback",
	[XSI_PLAY_ERROR] = "Error",
};

static const char *const media[] = {
	[XSI_MEDIA_TREATMENT] = "Treatment",
	[XSI_MEDIA_MOH] = "MOH",
	[XSI_MEDIA_RINGBACK] = "Ringback",
	[XSI_MEDIA_BUSY] = "Busy",
	[XSI_MEDIA_SILENCE] = "Silence",
};

static const char *const cpds[] = {
	[XSI_CPD_SIT] = "SIT",
	[XSI_CPD_FAX] = "Fax",
	[XSI_CPD_VOICE_MESSAGING] = "VoiceMessaging",
};

/* --- entries ----------------------------------------------------------------------------- */

/* A name or a number that call centers and route points call differently. */
static struct str
entry_own(const struct xml *x, uint32_t node, const char *acd, const char *route)
{
	struct str text = xml_child_text(x, node, acd);

	if (text.n == 0)
		text = xml_child_text(x, node, route);
	return xsi_part_shorten(text, LIMIT_ADDRESS);
}

static void
entry_details(const struct xml *x, uint32_t node, struct xsi_entry *out)
{
	uint32_t playing = xml_child(x, node, "playCollectInfo");

	xsi_part_party(x, xml_child(x, node, "remoteParty"), &out->remote);
	out->name = entry_own(x, node, "acdName", "routePointName");
	out->number = entry_own(x, node, "acdNumber", "routePointNumber");
	out->add_ms = xsi_part_u64(x, node, "addTime");
	out->remove_ms = xsi_part_u64(x, node, "removeTime");
	out->receive_ms = xsi_part_u64(x, node, "receiveTime");
	out->preserved_wait_s = xsi_part_u64(x, node, "preservedWaitTime");
	out->is_mandatory_entrance = xsi_part_is_on(x, node, "mandatoryEntrance");
	out->is_bounced = xsi_part_is_on(x, node, "bounced");
	out->is_reordered = xsi_part_is_on(x, node, "reordered");
	out->is_outgoing = xsi_part_is_on(x, node, "outgoingCall");
	out->outgoing_answer_ms = xsi_part_u64(x, node, "outgoingCallAnswerTime");
	out->priority =
		(enum xsi_priority)xsi_part_choice(x, node, "acdPriority", XSI_NAMES(priorities));
	out->answering_user = xsi_part_text(x, node, "answeringUserId", LIMIT_USER_ID);
	out->answering_call = xsi_part_text(x, node, "answeringCallId", LIMIT_CALL_ID);
	out->answering_network_call = xsi_part_text(x, node, "answeringNetworkCallId", LIMIT_BW_ID);
	out->play_id = xsi_part_text(x, playing, "playCollectId", LIMIT_BW_ID);
	out->media =
		(enum xsi_media)xsi_part_choice(x, playing, "playCollectType", XSI_NAMES(media));
}

static void
entry_read(const struct xml *x, uint32_t node, struct xsi_entry *out)
{
	memset(out, 0, sizeof(*out));
	out->call_id = xsi_part_text(x, node, "callId", LIMIT_CALL_ID);
	out->tracking_id = xsi_part_text(x, node, "extTrackingId", LIMIT_TRACKING_ID);
	entry_details(x, node, out);
}

static int
entry_check(const struct xsi_source *s, uint32_t node)
{
	struct str id;
	int code = xsi_part_mandatory(s, node, "callId", LIMIT_CALL_ID, &id);

	if (code != E_OK)
		return code;
	return xsi_part_mandatory(s, node, "extTrackingId", LIMIT_TRACKING_ID, &id);
}

/* `node` itself or the first behind it that is an entry. */
static uint32_t
entry_seek(const struct xml *x, uint32_t node)
{
	while (node != XML_NONE && !str_is(xml_name(x, node), "queueEntry"))
		node = xml_next(x, node);
	return node;
}

int
xsi_read_queue_snapshot(const struct xsi_source *s, uint32_t data)
{
	uint32_t list = xml_child(s->xml, data, "queueEntries");
	uint32_t node = entry_seek(s->xml, xml_first(s->xml, list));

	for (; node != XML_NONE; node = entry_seek(s->xml, xml_next(s->xml, node))) {
		int code = entry_check(s, node);

		if (code != E_OK)
			return code;
		s->out->entry_count++;
	}
	s->out->list = s->out->entry_count > 0 ? list : 0;
	return E_OK;
}

bool
xsi_entry_next(
	const struct xml *reader, const struct xsi_doc *doc, uint32_t *at, struct xsi_entry *out)
{
	if (doc->entry_count == 0)
		return false;
	*at = entry_seek(reader, *at == 0 ? xml_first(reader, doc->list) : xml_next(reader, *at));
	if (*at == XML_NONE)
		return false;
	entry_read(reader, *at, out);
	return true;
}

/* --- events of one call ------------------------------------------------------------------ */

/* The one element with a reason that is there, if any. */
static enum xsi_reason
event_reason(const struct xml *x, uint32_t data)
{
	static const char *const elements[] = { "rejectReason", "failureReason", "releaseReason",
		"stateChangeReason" };

	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		uint32_t reason = xsi_part_choice(x, data, elements[i], XSI_NAMES(reasons));

		if (reason != 0)
			return (enum xsi_reason)reason;
	}
	return XSI_REASON_NONE;
}

/* The schema spells it in two ways. */
static enum xsi_overflow
event_overflow(const struct xml *x, uint32_t data)
{
	uint32_t overflow = xsi_part_choice(x, data, "overflowReason", XSI_NAMES(overflows));

	if (overflow == 0)
		overflow = xsi_part_choice(x, data, "overFlowReason", XSI_NAMES(overflows));
	return (enum xsi_overflow)overflow;
}

static void
event_play(const struct xml *x, uint32_t data, struct xsi_play *out)
{
	uint32_t result = xml_child(x, data, "playCollectResult");

	out->present = result != XML_NONE;
	out->id = xsi_part_text(x, result, "playCollectId", LIMIT_BW_ID);
	out->end = (enum xsi_play_end)xsi_part_choice(
		x, result, "completionReason", XSI_NAMES(play_ends));
	out->digits = xsi_part_text(x, result, "digits", LIMIT_ADDRESS);
	out->error = xsi_part_shorten(xml_child_text(x, result, "errorReason"), LIMIT_ADDRESS);
}

/* What stands beside the entry. One element, `reason`, has two meanings. */
static void
event_details(const struct xml *x, uint32_t data, struct xsi_event *event)
{
	bool is_update =
		event->kind == XSI_EV_ACDCallUpdated || event->kind == XSI_EV_RoutePointCallUpdated;

	event->position = xsi_part_u32(x, data, "position");
	xsi_part_redirect(x, data, &event->redirect);
	xsi_part_redirected(x, data, &event->redirected);
	event->overflow = event_overflow(x, data);
	if (is_update)
		event->update =
			(enum xsi_update)xsi_part_choice(x, data, "reason", XSI_NAMES(updates));
	else
		event->treatment_end = (enum xsi_treatment_end)xsi_part_choice(
			x, data, "reason", XSI_NAMES(treatment_ends));
	event->reason = event_reason(x, data);
	event->cpd = (enum xsi_cpd)xsi_part_choice(x, data, "cpdResult", XSI_NAMES(cpds));
	event->is_treatment_started = xsi_part_is_on(x, data, "treatmentStarted");
	event->is_entrance_playing = xsi_part_is_on(x, data, "entrancePlaying");
	xsi_part_release(x, xml_child(x, data, "outgoingCallReleaseCause"), &event->release);
	event_play(x, data, &event->play);
}

/* A call that is not in the queue has no queueEntry: what it would hold stands in the data. */
int
xsi_read_queue_event(const struct xsi_source *s, uint32_t data)
{
	struct xsi_event *event = &s->out->event;
	uint32_t entry = xml_child(s->xml, data, "queueEntry");
	int code;

	if (entry == XML_NONE)
		entry = data;
	code = entry_check(s, entry);
	if (code != E_OK)
		return code;
	entry_read(s->xml, entry, &event->entry);
	event_details(s->xml, data, event);
	return E_OK;
}

int
xsi_read_route_state_event(const struct xsi_source *s, uint32_t data)
{
	s->out->event.reason = event_reason(s->xml, data);
	return E_OK;
}

/* --- the queue itself -------------------------------------------------------------------- */

/* An empty element that is there or not; in the snapshot, a service with an `active` of its own. */
static enum xsi_flag
config_flag(const struct xml *x, uint32_t node, const char *name)
{
	enum xsi_flag flag = xsi_part_flag(x, node, name);

	return flag == XSI_FLAG_NONE ? XSI_FLAG_OFF : flag;
}

static enum xsi_flag
config_service(const struct xml *x, uint32_t data, const char *name)
{
	uint32_t at = xml_child(x, data, name);

	return at == XML_NONE ? XSI_FLAG_NONE : config_flag(x, at, "active");
}

int
xsi_read_queue_config(const struct xsi_source *s, uint32_t data)
{
	struct xsi_queue_config *out = &s->out->event.queue_config;
	enum xsi_event_kind kind = s->out->event.kind;

	if (kind == XSI_EV_ACDConfigurationSubscription) {
		out->forced_forwarding = config_service(s->xml, data, "forcedForwarding");
		out->holiday = config_service(s->xml, data, "holidayService");
		out->night = config_service(s->xml, data, "nightService");
	}
	if (kind == XSI_EV_ACDForcedForwarding)
		out->forced_forwarding = config_flag(s->xml, data, "active");
	if (kind == XSI_EV_ACDHolidayService)
		out->holiday = config_flag(s->xml, data, "active");
	if (kind == XSI_EV_ACDNightService)
		out->night = config_flag(s->xml, data, "active");
	if (out->night != XSI_FLAG_NONE)
		out->night_forced = config_flag(s->xml, data, "forceNightService");
	return E_OK;
}

static int64_t
monitoring_counter(const struct xml *x, uint32_t node, const char *name)
{
	uint64_t number;

	return xsi_part_number(x, node, name, &number) ? (int64_t)number : -1;
}

int
xsi_read_monitoring(const struct xsi_source *s, uint32_t data)
{
	struct xsi_monitoring *out = &s->out->event.monitoring;
	const struct xml *x = s->xml;
	uint32_t at = xml_child(x, data, "monitoringStatus");
	uint32_t alert = xml_child(x, data, "alertInfo");

	out->average_handling_s = monitoring_counter(x, at, "averageHandlingTime");
	out->expected_wait_s = monitoring_counter(x, at, "expectedWaitTime");
	out->average_answer_s = monitoring_counter(x, at, "averageSpeedOfAnswer");
	out->longest_wait_s = monitoring_counter(x, at, "longestWaitTime");
	out->calls_in_queue = monitoring_counter(x, at, "numCallsInQueue");
	out->agents_assigned = monitoring_counter(x, at, "numAgentsAssigned");
	out->agents_staffed = monitoring_counter(x, at, "numAgentsStaffed");
	out->agents_idle = monitoring_counter(x, at, "numStaffedAgentsIdle");
	out->agents_unavailable = monitoring_counter(x, at, "numStaffedAgentsUnavailable");
	out->average_acd_call_s = monitoring_counter(x, at, "averageACDCallTime");
	out->average_acd_outgoing_s = monitoring_counter(x, at, "averageACDOutgoingCallTime");
	out->alert = xsi_part_text(x, alert, "alertEvent", LIMIT_ADDRESS);
	out->alert_ms = monitoring_counter(x, alert, "timestamp");
	return E_OK;
}

/* --- replies ----------------------------------------------------------------------------- */

int
xsi_read_route_state(const struct xsi_source *s, uint32_t root)
{
	s->out->is_up = str_is(str_trim(xml_text(s->xml, root)), "Normal");
	return E_OK;
}

int
xsi_read_play_info(const struct xsi_source *s, uint32_t root)
{
	struct xsi_play *out = &s->out->event.play;

	out->present = true;
	return xsi_part_mandatory(s, root, "playCollectId", LIMIT_BW_ID, &out->id);
}
