/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls, conferences and the hook in Xsi documents: see xsi_decode.h.
 *
 * Happy path: a call is read the same wherever it stands, in an event, a snapshot or a reply.
 *
 * Failure modes: callId, extTrackingId or state missing, a state that is not known, a remote party
 * that does not fit. All else is read leniently.
 */
#include "proto/xsi_decode_part.h"

static const char *const endpoints[] = {
	[XSI_ENDPOINT_ACCESS] = "AccessEndpoint",
	[XSI_ENDPOINT_ANYWHERE] = "BroadWorksAnywhereEndpoint",
	[XSI_ENDPOINT_REMOTE_OFFICE] = "RemoteOfficeEndpoint",
	[XSI_ENDPOINT_MOBILITY] = "BroadWorksMobilityEndpoint",
};

static const char *const recalls[] = {
	[XSI_RECALL_CAMP_ON] = "Busy Camp On Callback",
	[XSI_RECALL_TRANSFER] = "Call Transfer Recall",
	[XSI_RECALL_PARK] = "Call Park Recall",
	[XSI_RECALL_HOLD] = "Automatic Hold/Retrieve Recall",
	[XSI_RECALL_PUSH] = "Executive-Assistant Call Push Recall",
};

static const char *const recordings[] = {
	[XSI_RECORDING_PENDING] = "Pending",
	[XSI_RECORDING_STARTED] = "Started",
	[XSI_RECORDING_PAUSED] = "Paused",
	[XSI_RECORDING_FAILED] = "Failed",
};

static const char *const controls[] = {
	[XSI_CONTROLS_RECORD] = "record",
	[XSI_CONTROLS_PAUSE] = "pause",
	[XSI_CONTROLS_PAUSE_STOP] = "pause-stop",
	[XSI_CONTROLS_RESUME] = "resume",
	[XSI_CONTROLS_RESUME_STOP] = "resume-stop",
	[XSI_CONTROLS_STOP] = "stop",
};

static const char *const conference_states[] = {
	[XSI_CONFERENCE_ACTIVE] = "Active",
	[XSI_CONFERENCE_HELD] = "Held",
	[XSI_CONFERENCE_RELEASED] = "Released",
};

static const char *const conference_types[] = {
	[XSI_CONFERENCE_BARGE_IN] = "Barge-In",
	[XSI_CONFERENCE_MONITORED] = "Silently Monitored",
	[XSI_CONFERENCE_COACHED] = "Supervisor Coached",
};

static const char *const hooks[] = {
	[XSI_ON_HOOK] = "On-Hook",
	[XSI_OFF_HOOK] = "Off-Hook",
};

static const char *const recording_stops[] = {
	[1] = "User Requested",
	[2] = "Failure",
};

/* --- a call ------------------------------------------------------------------------------ */

static enum xsi_releasing_party
call_releasing(const struct xml *x, uint32_t call)
{
	struct str party = xml_child_text(x, call, "releasingParty");

	if (str_is(party, "localRelease"))
		return XSI_RELEASE_LOCAL;
	return str_is(party, "remoteRelease") ? XSI_RELEASE_REMOTE : XSI_RELEASE_NONE;
}

/* Its type is in xsi:type, and its address has two names. */
static enum xsi_endpoint
call_endpoint(const struct xml *x, uint32_t node, struct str *address)
{
	uint32_t at = xml_child(x, node, "endpoint");
	struct str type = xsi_part_type(x, at);

	*address = xsi_part_text(x, at, "addressOfRecord", LIMIT_USER_ID);
	if (address->n == 0)
		*address = xsi_part_text(x, at, "address", LIMIT_USER_ID);
	if (at == XML_NONE)
		return XSI_ENDPOINT_NONE;
	for (uint32_t i = 1; i < XSI_NAMES(endpoints).count; i++)
		if (str_is(type, endpoints[i]))
			return (enum xsi_endpoint)i;
	return XSI_ENDPOINT_UNKNOWN;
}

static void
call_acd(const struct xml *x, uint32_t call, struct xsi_acd *out)
{
	uint32_t at = xml_child(x, call, "acdCallInfo");

	if (at == XML_NONE) {
		at = xml_child(x, call, "acdOutgoingCallInfo");
		out->is_outgoing = at != XML_NONE;
	}
	if (at == XML_NONE)
		return;
	out->present = true;
	out->is_route_point = xsi_part_is_on(x, at, "routePoint");
	out->user = xsi_part_text(x, at, "acdUserId", LIMIT_USER_ID);
	out->name = xsi_part_shorten(xml_child_text(x, at, "acdName"), LIMIT_ADDRESS);
	out->number = xsi_part_text(x, at, "acdNumber", LIMIT_ADDRESS);
	xsi_part_party(x, xml_child(x, at, "callingPartyInfo"), &out->calling);
	out->calls_in_queue = xsi_part_u32(x, at, "numCallsInQueue");
	out->wait_s = xsi_part_u64(x, at, "waitTime");
	out->longest_wait_s = xsi_part_u64(x, at, "longestWaitTime");
	out->disposition = xsi_part_text(x, at, "dispositionCode", LIMIT_ADDRESS);
	out->post_call_state = xsi_part_text(x, at, "postCallAgentState", LIMIT_ADDRESS);
}

static void
call_times(const struct xml *x, uint32_t call, struct xsi_call *out)
{
	out->start_ms = xsi_part_u64(x, call, "startTime");
	out->answer_ms = xsi_part_u64(x, call, "answerTime");
	out->held_ms = xsi_part_u64(x, call, "heldTime");
	out->total_held_ms = xsi_part_u64(x, call, "totalHeldTime");
	out->detached_ms = xsi_part_u64(x, call, "detachedTime");
	out->release_ms = xsi_part_u64(x, call, "releaseTime");
}

static void
call_recording(const struct xml *x, uint32_t call, struct xsi_call *out)
{
	struct str allowed = xml_child_text(x, call, "allowedRecordingControls");

	out->recording = (enum xsi_recording)xsi_part_choice(
		x, call, "recordingState", XSI_NAMES(recordings));
	if (!str_is(allowed, "none"))
		out->recording_controls = (enum xsi_recording_controls)xsi_part_choice(
			x, call, "allowedRecordingControls", XSI_NAMES(controls));
}

/* What nobody is refused for. */
static void
call_details(const struct xml *x, uint32_t call, struct xsi_call *out)
{
	out->network_call_id = xsi_part_text(x, call, "networkCallId", LIMIT_BW_ID);
	xsi_part_release(x, xml_child(x, call, "releaseCause"), &out->release);
	out->releasing = call_releasing(x, call);
	xsi_part_redirected(x, call, &out->redirected);
	xsi_part_redirect(x, call, &out->redirect);
	out->endpoint = call_endpoint(x, call, &out->endpoint_address);
	out->appearance = xsi_part_u32(x, call, "appearance");
	out->allow_answer = xsi_part_flag(x, call, "allowAnswer");
	out->allow_retrieve = xsi_part_flag(x, call, "allowRetrieve");
	out->no_diversion = xsi_part_flag(x, call, "diversionInhibited");
	out->alternate = xsi_part_text(x, call, "alternateAddressType", LIMIT_ADDRESS);
	out->hunt_group = xsi_part_text(x, call, "huntGroupUserId", LIMIT_USER_ID);
	out->find_me_user = xsi_part_text(x, call, "findMeFollowMeUserId", LIMIT_USER_ID);
	out->executive = xsi_part_text(x, call, "executiveUserId", LIMIT_USER_ID);
	out->recall = (enum xsi_recall)xsi_part_choice(x, call, "recallType", XSI_NAMES(recalls));
	xsi_part_party(x, xml_child(x, call, "recallFromParty"), &out->recall_from);
	call_times(x, call, out);
	call_acd(x, call, &out->acd);
	call_recording(x, call, out);
}

/* The address and the user tell who is called and calling: too long for us is too long to be cut. */
static int
call_remote(const struct xsi_source *s, uint32_t call, struct xsi_party *out)
{
	uint32_t party = xml_child(s->xml, call, "remoteParty");
	struct str text;
	int code = xsi_part_optional(s, party, "address", LIMIT_ADDRESS, &text);

	if (code == E_OK && text.n == 0)
		code = xsi_part_optional(s, party, "userDN", LIMIT_ADDRESS, &text);
	if (code == E_OK)
		code = xsi_part_optional(s, party, "userId", LIMIT_USER_ID, &text);
	xsi_part_party(s->xml, party, out);
	return code;
}

int
xsi_read_call(const struct xsi_source *s, uint32_t call, struct xsi_call *out)
{
	struct str state = xml_child_text(s->xml, call, "state");
	int code;

	memset(out, 0, sizeof(*out));
	code = xsi_part_mandatory(s, call, "callId", LIMIT_CALL_ID, &out->call_id);
	if (code == E_OK)
		code = xsi_part_mandatory(
			s, call, "extTrackingId", LIMIT_TRACKING_ID, &out->tracking_id);
	if (code != E_OK)
		return code;
	if (state.n == 0)
		state = xml_child_text(s->xml, call, "callState"); /* v1.0 */
	out->state = xsi_state_of(state);
	if (out->state == XSI_STATE_NONE)
		return xsi_part_refuse(s, "state", "is missing or not known");
	out->personality = xsi_personality_of(xml_child_text(s->xml, call, "personality"));
	call_details(s->xml, call, out);
	return call_remote(s, call, &out->remote);
}

/* Every `call` under `list` by `read`; what is over the limit is left out and said to be so. */
static int
read_calls(const struct xsi_source *s, uint32_t list,
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

/* --- conferences ------------------------------------------------------------------------- */

static int
read_participants(const struct xsi_source *s, uint32_t list, struct xsi_conference *out)
{
	uint32_t node = xml_first(s->xml, list);

	for (; node != XML_NONE; node = xml_next(s->xml, node)) {
		struct xsi_participant *p;
		int code;

		if (!str_is(xml_name(s->xml, node), "conferenceParticipant"))
			continue;
		if (out->participant_count == LIMIT_PARTICIPANTS) {
			out->cut = true;
			return E_OK;
		}
		p = &out->participants[out->participant_count];
		code = xsi_part_mandatory(s, node, "callId", LIMIT_CALL_ID, &p->call_id);
		if (code != E_OK)
			return code;
		p->is_muted = xsi_part_is_on(s->xml, node, "muted");
		p->is_deaf = xsi_part_is_on(s->xml, node, "deaf");
		out->participant_count++;
	}
	return E_OK;
}

static int
read_conference(const struct xsi_source *s, uint32_t node)
{
	struct xsi_conference *out = &s->out->event.conference;

	if (node == XML_NONE)
		return E_OK;
	out->present = true;
	out->state = (enum xsi_conference_state)xsi_part_choice(
		s->xml, node, "state", XSI_NAMES(conference_states));
	out->type = (enum xsi_conference_type)xsi_part_choice(
		s->xml, node, "conferenceType", XSI_NAMES(conference_types));
	out->is_muted = xsi_part_is_on(s->xml, node, "muted");
	out->appearance = xsi_part_u32(s->xml, node, "appearance");
	call_endpoint(s->xml, node, &out->endpoint_address);
	return read_participants(s, xml_child(s->xml, node, "conferenceParticipantList"), out);
}

/* --- events ------------------------------------------------------------------------------ */

int
xsi_read_call_event(const struct xsi_source *s, uint32_t data)
{
	struct xsi_event *event = &s->out->event;
	uint32_t call = xml_child(s->xml, data, "call");
	uint32_t stop;

	if (call == XML_NONE)
		return xsi_part_refuse(s, "call", "is missing");
	if (event->kind == XSI_EV_CallRecordingStopped) {
		stop = xsi_part_choice(s->xml, data, "reason", XSI_NAMES(recording_stops));
		event->reason = stop == 0 ? XSI_REASON_NONE :
			stop == 1         ? XSI_REASON_USER_REQUESTED :
			stop == 2         ? XSI_REASON_RECORDING_FAILURE :
					    XSI_REASON_UNKNOWN;
	}
	return xsi_read_call(s, call, &event->call);
}

/*
 * CallRedirectedEvent carries `calls`, unlike its sisters; a sender that forgets it sends `call`.
 */
int
xsi_read_redirected_event(const struct xsi_source *s, uint32_t data)
{
	uint32_t list = xml_child(s->xml, data, "calls");
	int code = read_calls(s, list == XML_NONE ? data : list, xsi_read_call);

	if (code == E_OK && s->out->event.call_count == 0)
		return xsi_part_refuse(s, "call", "is missing");
	return code;
}

int
xsi_read_hook(const struct xsi_source *s, uint32_t node)
{
	uint32_t hook = xsi_part_choice(s->xml, node, "hookStatus", XSI_NAMES(hooks));

	s->out->event.hook = hook < XSI_NAMES(hooks).count ? (enum xsi_hook)hook : XSI_HOOK_NONE;
	return E_OK;
}

/* A value that is not known is none; but no value at all: the event is about something else. */
int
xsi_read_hook_event(const struct xsi_source *s, uint32_t data)
{
	if (xml_child_text(s->xml, data, "hookStatus").n == 0)
		return xsi_part_refuse(s, "hookStatus", "is missing");
	return xsi_read_hook(s, data);
}

int
xsi_read_call_snapshot(const struct xsi_source *s, uint32_t data)
{
	int code = read_calls(s, xml_child(s->xml, data, "calls"), xsi_read_call);

	if (code == E_OK)
		code = read_conference(s, xml_child(s->xml, data, "conference"));
	return code == E_OK ? xsi_read_hook(s, data) : code;
}

int
xsi_read_conference_event(const struct xsi_source *s, uint32_t data)
{
	uint32_t node = xml_child(s->xml, data, "conference");

	if (node == XML_NONE)
		return xsi_part_refuse(s, "conference", "is missing");
	return read_conference(s, node);
}

/* --- replies ----------------------------------------------------------------------------- */

/* One line of the list of a user's calls. */
static int
read_listed_call(const struct xsi_source *s, uint32_t node, struct xsi_call *out)
{
	struct str in = str_trim(xml_attribute(s->xml, node, "inConference"));

	memset(out, 0, sizeof(*out));
	if (in.n > 0)
		out->in_conference =
			str_is(in, "true") || str_is(in, "1") ? XSI_FLAG_ON : XSI_FLAG_OFF;
	return xsi_part_mandatory(s, node, "callId", LIMIT_CALL_ID, &out->call_id);
}

int
xsi_read_call_list(const struct xsi_source *s, uint32_t root)
{
	return read_calls(s, root, read_listed_call);
}

int
xsi_read_call_details(const struct xsi_source *s, uint32_t root)
{
	return xsi_read_call(s, root, &s->out->event.call);
}

int
xsi_read_conference_details(const struct xsi_source *s, uint32_t root)
{
	return read_conference(s, root);
}
