/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Helper of test_csta_schema.sh.
 *
 *   emit_csta DIR              writes a file for every kind of message the encoder can make, in every
 *                              edition and with several sets of arguments: DIR/ed3 .. DIR/ed6 and
 *                              DIR/appl_session. Prints how many.
 *   emit_csta --kinds FILE...  decodes each file (of a .bin the first frame) and prints a line
 *                              KIND EDITION ROOT FILE, or "error CODE - FILE".
 *
 * Exit code 0, or 1 with a sentence when a file cannot be written or read, or a text is over a
 * limit.
 */
#include "proto/base/limits.h"
#include "proto/csta_decode.h"
#include "proto/csta_encode.h"
#include "proto/csta_frame.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct emit {
	const char *folder;
	const char *part; /* ed3.. or appl_session */
	enum csta_edition ed;
	struct buf b;
	unsigned count;
};

static void
die(const char *path, const char *why)
{
	fprintf(stderr, "emit_csta: %s: %s\n", path, why);
	exit(EXIT_FAILURE);
}

/* Writes what is in the buffer to a file of this name and empties it. */
static void
emit_file(struct emit *e, const char *name, const char *set)
{
	char path[1024];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s/%s%s%s.xml", e->folder, e->part, name,
		set[0] ? "-" : "", set);
	if (e->b.overflow || e->b.n + CSTA_PREFIX_BYTES > LIMIT_CSTA_SEND_BYTES)
		die(path, "over the limit");
	out = fopen(path, "wxb");
	if (out == NULL)
		die(path, strerror(errno));
	if (fwrite(e->b.p, 1, e->b.n, out) != e->b.n || fclose(out) != 0)
		die(path, "cannot be written");
	buf_reset(&e->b);
	e->count++;
}

/* --- events --- */

#define LITERAL(text) \
	{ \
		(text), sizeof(text) - 1 \
	}

/* What a party, device or session may be called. */
static const struct {
	const char *set;
	struct str text;
} texts[] = {
	{ "plain", LITERAL("2001") },
	{ "empty", LITERAL("") },
	{ "phone", LITERAL("tel:+15559001234") },
	{ "composite", LITERAL("N<2001>;displayNumber=2001;noa=nk") },
	{ "special", LITERAL("<&>\"']]><!--&amp;") },
	{ "umlaut", LITERAL("sip:m\xc3\xbcller\xe2\x82\xac\xf0\x9f\x93\x9e@demo.example") },
	{ "broken", LITERAL("a\0\x01\x1f\x7f\x80\xff\xc3(\xed\xa0\x80\xef\xbf\xbf") },
	{ "blanks", LITERAL(" a \t\r\n ") },
};

#define TEXT_COUNT (sizeof(texts) / sizeof(texts[0]))

static struct csta_link links[3];
static struct csta_private private_items[2];

static size_t
links_of(struct str text)
{
	links[0] = (struct csta_link){ { 1, text }, { 2, text }, text };
	links[1] = (struct csta_link){ { 1, text }, { 0, STR_NONE }, text };
	links[2] = (struct csta_link){ { 0, STR_NONE }, { 2, text }, text };
	return 3;
}

static size_t
private_of(struct str text)
{
	private_items[0] = (struct csta_private){ "collectDigits", text };
	private_items[1] = (struct csta_private){ "errorReason", text };
	return 2;
}

static struct csta_event
event_of(enum csta_event_kind kind, struct str text)
{
	return (struct csta_event){
		.kind = kind,
		.cross_ref = 1001,
		.call_id = UINT64_C(0x7fffffffffffffff),
		.connection_device = text,
		.subject = text,
		.calling = text,
		.called = text,
		.local = CSTA_LOCAL_connected,
		.cause = CSTA_CAUSE_normal,
		.secondary_old = { UINT64_C(0x7fffffffffffffff), text },
		.other = text,
		.redirection = text,
		.links = links,
		.link_count = links_of(text),
		.number_queued = 7,
		.position = 7,
		.agent_id = text,
		.group = text,
		.pending = CSTA_agentNotReady,
		.reason = text,
		.on = true,
		.forwarding = CSTA_forwardNoAns,
		.ring_count = 5,
		.message = text,
		.account = text,
		.private_items = private_items,
		.private_count = private_of(text),
	};
}

static void
emit_event(struct emit *e, const struct csta_event *ev, const char *set)
{
	csta_put_event(&e->b, e->ed, ev);
	emit_file(e, csta_event_name(ev->kind), set);
}

/* Everything optional left out; every word of the lists that one event has alone. */
static void
emit_event_variants(struct emit *e, enum csta_event_kind kind)
{
	struct csta_event ev = { .kind = kind,
		.cross_ref = 1,
		.connection_device = STR_NONE,
		.subject = STR_NONE,
		.other = STR_NONE,
		.calling = STR_NONE,
		.called = STR_NONE,
		.redirection = STR_NONE,
		.agent_id = STR_NONE,
		.group = STR_NONE,
		.reason = STR_NONE,
		.message = STR_NONE,
		.account = STR_NONE };
	char set[100];

	emit_event(e, &ev, "bare");
	if (kind == CSTA_EV_AgentWorkingAfterCall) {
		for (int state = CSTA_agentNotReady; state < CSTA_AGENT_STATE_COUNT; state++) {
			ev.pending = (enum csta_agent_state)state;
			snprintf(set, sizeof(set), "pending-%s", csta_agent_state_name(ev.pending));
			emit_event(e, &ev, set);
		}
	}
	if (kind != CSTA_EV_Forwarding)
		return;
	for (int type = CSTA_forwardImmediate; type < CSTA_FORWARDING_COUNT; type++) {
		ev.forwarding = (enum csta_forwarding)type;
		ev.ring_count = type % 2 ? UINT32_MAX : INT16_MAX;
		snprintf(set, sizeof(set), "type-%s", csta_forwarding_name(ev.forwarding));
		emit_event(e, &ev, set);
	}
}

static void
emit_events(struct emit *e, enum csta_event_kind kind)
{
	struct csta_event ev;
	char set[100];

	for (size_t i = 0; i < TEXT_COUNT; i++) {
		ev = event_of(kind, texts[i].text);
		emit_event(e, &ev, texts[i].set);
	}
	ev = event_of(kind, STR("2001"));
	ev.number = 1;
	emit_event(e, &ev, "number-1");
	ev.number = INT64_MAX;
	emit_event(e, &ev, "number-max");
	for (int local = CSTA_LOCAL_null; local <= CSTA_LOCAL_fail; local++) {
		ev.local = (enum csta_local_state)local;
		snprintf(set, sizeof(set), "local-%s", csta_local_name(ev.local));
		emit_event(e, &ev, set);
	}
	emit_event_variants(e, kind);
	/* the causes are one type in the schema: all of them once, elsewhere a few */
	for (int cause = CSTA_CAUSE_normal; cause <= CSTA_CAUSE_unknownOverflow;
		cause += kind == CSTA_EV_Failed ? 1 : 40) {
		ev.cause = (enum csta_cause)cause;
		snprintf(set, sizeof(set), "cause-%s", csta_cause_name(ev.cause));
		emit_event(e, &ev, set);
	}
}

/* --- answers and requests of the server --- */

static void
emit_errors(struct emit *e)
{
	for (int error = CSTA_NO_ERROR; error <= CSTA_ERR_cSTAPrivateDataInfoError; error++) {
		csta_put_error(&e->b, e->ed, (enum csta_error)error);
		emit_file(e, "CSTAErrorCode", csta_error_name((enum csta_error)error));
	}
}

static void
emit_statuses(struct emit *e)
{
	for (int s = CSTA_STATUS_initializing; s <= CSTA_STATUS_overloadRelieved; s++) {
		enum csta_status status = (enum csta_status)s;
		char set[100];

		snprintf(set, sizeof(set), "%s-registered", csta_status_name(status));
		csta_put_system_status(&e->b, e->ed, status, 0);
		emit_file(e, "SystemStatus", csta_status_name(status));
		csta_put_system_status(&e->b, e->ed, status, 27);
		emit_file(e, "SystemStatus", set);
		csta_put_request_system_status_response(&e->b, e->ed, status);
		emit_file(e, "RequestSystemStatusResponse", csta_status_name(status));
	}
	csta_put_system_status_response(&e->b, e->ed);
	emit_file(e, "SystemStatusResponse", "");
	csta_put_system_register_response(&e->b, e->ed, 27, 0);
	emit_file(e, "SystemRegisterResponse", "");
	csta_put_system_register_response(&e->b, e->ed, 27, UINT32_MAX);
	emit_file(e, "SystemRegisterResponse", "filter");
	csta_put_change_status_filter_response(&e->b, e->ed, UINT32_MAX);
	emit_file(e, "ChangeSysStatFilterResponse", "filter");
	csta_put_change_status_filter_response(&e->b, e->ed, 0);
	emit_file(e, "ChangeSysStatFilterResponse", "none");
	csta_put_system_register_abort(&e->b, e->ed, 27);
	emit_file(e, "SystemRegisterAbort", "");
}

static void
emit_route(struct emit *e, const char *set, struct str text)
{
	struct csta_route route = { 7, 8, 9, text, text, text };

	csta_put_route_request(&e->b, e->ed, &route);
	emit_file(e, "RouteRequest", set);
	csta_put_route_again(&e->b, e->ed, &route);
	emit_file(e, "ReRoute", set);
	csta_put_route_used(&e->b, e->ed, &route);
	emit_file(e, "RouteUsed", set);
	csta_put_route_end(&e->b, e->ed, &route,
		text.n > 5         ? CSTA_ERR_noActiveCall :
			text.n > 0 ? CSTA_ERR_performanceLimitExceeded :
				     CSTA_NO_ERROR);
	emit_file(e, "RouteEnd", set);
}

static void
emit_answers(struct emit *e)
{
	static const char *const roots[] = {
		"SystemRegisterCancelResponse",
		"MonitorStopResponse",
		"AnswerCallResponse",
		"HoldCallResponse",
		"RetrieveCallResponse",
		"ClearConnectionResponse",
		"ClearCallResponse",
		"AlternateCallResponse",
		"ReconnectCallResponse",
		"DeflectCallResponse",
		"GenerateDigitsResponse",
		"SetForwardingResponse",
		"SetDoNotDisturbResponse",
		"SetMessageWaitingIndicatorResponse",
		"PlayMessageResponse",
		"StopResponse",
		"SuspendResponse",
		"ResumeResponse",
	};

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		csta_put_empty(&e->b, e->ed, roots[i]);
		emit_file(e, roots[i], "");
	}
	csta_put_route_register_response(&e->b, e->ed, UINT64_MAX);
	emit_file(e, "RouteRegisterResponse", "");
	csta_put_route_register_abort(&e->b, e->ed, 1);
	emit_file(e, "RouteRegisterAbort", "");
	for (size_t i = 0; i < TEXT_COUNT; i++)
		emit_route(e, texts[i].set, texts[i].text);
	for (size_t i = 0; i < TEXT_COUNT; i++) {
		csta_put_make_call_response(&e->b, e->ed, i, texts[i].text);
		emit_file(e, "MakeCallResponse", texts[i].set);
	}
}

static void
emit_monitor_answers(struct emit *e)
{
	static const uint64_t filters[] = { 0, UINT64_C(1) << CSTA_EV_Held, UINT64_MAX };
	struct csta_monitor_started started = { .cross_ref = UINT64_MAX };
	struct csta_monitor_entry items[TEXT_COUNT];
	char set[16];

	csta_put_monitor_start_response(&e->b, e->ed, &started);
	emit_file(e, "MonitorStartResponse", "bare");
	started.existing_calls = started.media_voice = true;
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		snprintf(set, sizeof(set), "filter-%zu", i);
		started.filter = &filters[i];
		csta_put_monitor_start_response(&e->b, e->ed, &started);
		emit_file(e, "MonitorStartResponse", set);
		csta_put_change_monitor_filter_response(&e->b, e->ed, filters[i]);
		emit_file(e, "ChangeMonitorFilterResponse", set);
	}
	csta_put_monitor_stop(&e->b, e->ed, 1001);
	emit_file(e, "MonitorStop", "");
	if (e->ed != CSTA_ED6)
		return; /* the older ones have no GetMonitors */
	for (size_t i = 0; i < TEXT_COUNT; i++)
		items[i] = (struct csta_monitor_entry){ i, texts[i].text };
	csta_put_get_monitors_response(&e->b, e->ed, items, 0);
	emit_file(e, "GetMonitorsResponse", "none");
	csta_put_get_monitors_response(&e->b, e->ed, items, TEXT_COUNT);
	emit_file(e, "GetMonitorsResponse", "some");
	csta_put_get_monitors_later(&e->b, e->ed, 7);
	emit_file(e, "GetMonitorsResponse", "later");
	csta_put_monitor_info(&e->b, e->ed, 7, 2, true, items, TEXT_COUNT);
	emit_file(e, "MonitorInfo", "");
}

static void
emit_call_answers(struct emit *e, const char *set, struct str text)
{
	static const struct {
		const char *root;
		enum csta_request_kind kind;
	} merges[] = { { "TransferCallResponse", CSTA_TransferCall },
		{ "SingleStepTransferCallResponse", CSTA_SingleStepTransferCall },
		{ "ConferenceCallResponse", CSTA_ConferenceCall } },
	  connections[] = { { "ConsultationCallResponse", CSTA_ConsultationCall },
		  { "DirectedPickupCallResponse", CSTA_DirectedPickupCall },
		  { "GroupPickupCallResponse", CSTA_GroupPickupCall },
		  { "ParkCallResponse", CSTA_ParkCall },
		  { "IntrudeCallResponse", CSTA_IntrudeCall } };
	struct csta_ref call = { INT64_MAX, text };
	struct csta_call_party parties[2] = { { call, text, CSTA_LOCAL_connected },
		{ { 0, STR_NONE }, text, CSTA_LOCAL_hold } };
	struct csta_call_ends ends = { text, text };
	size_t count = links_of(text);

	for (size_t i = 0; i < sizeof(merges) / sizeof(merges[0]); i++) {
		csta_put_merge_response(&e->b, e->ed, merges[i].kind, &call, links, count);
		emit_file(e, merges[i].root, set);
	}
	for (size_t i = 0; i < sizeof(connections) / sizeof(connections[0]); i++) {
		csta_put_connection_response(&e->b, e->ed, connections[i].kind, &call);
		emit_file(e, connections[i].root, set);
	}
	if (csta_put_snapshot_call_response(&e->b, e->ed, parties, 2, &ends))
		emit_file(e, "SnapshotCallResponse", set);
	csta_put_record_message_response(&e->b, e->ed, text);
	emit_file(e, "RecordMessageResponse", set);
}

/* Without the optional connections, and a call of more parties than a message can hold. */
static void
emit_call_bounds(struct emit *e)
{
	static struct csta_call_party parties[1000];
	struct csta_ref none = { 0, STR_NONE }, call = { 1, STR_NONE };
	struct csta_call_ends nobody = { STR_NONE, STR_NONE }, ends = { STR("2001"), STR("2002") };
	struct csta_segment seg = { 7, 1 };

	csta_put_connection_response(&e->b, e->ed, CSTA_GroupPickupCall, &none);
	emit_file(e, "GroupPickupCallResponse", "none");
	csta_put_merge_response(&e->b, e->ed, CSTA_TransferCall, &call, NULL, 0);
	emit_file(e, "TransferCallResponse", "none");
	if (csta_put_snapshot_call_response(&e->b, e->ed, NULL, 0, &nobody))
		emit_file(e, "SnapshotCallResponse", "none");
	for (size_t i = 0; i < sizeof(parties) / sizeof(parties[0]); i++)
		parties[i] = (struct csta_call_party){ { i + 1, STR("2001") }, STR("2001"),
			CSTA_LOCAL_connected };
	if (csta_put_snapshot_call_response(
		    &e->b, e->ed, parties, sizeof(parties) / sizeof(parties[0]), &ends)) {
		emit_file(e, "SnapshotCallResponse", "cut");
		return;
	}
	csta_put_snapshot_call_reference(&e->b, e->ed, 7, &ends);
	emit_file(e, "SnapshotCallResponse", "reference");
	csta_put_snapshot_call_data(
		&e->b, e->ed, &seg, parties, sizeof(parties) / sizeof(parties[0]));
	emit_file(e, "SnapshotCallData", "first");
	csta_put_snapshot_call_data(&e->b, e->ed, &seg, parties, 1);
	emit_file(e, "SnapshotCallData", "last");
}

static void
emit_feature_answers(struct emit *e, const char *set, struct str text)
{
	struct csta_forward forwards[CSTA_FORWARDING_COUNT];
	struct csta_agent agents[CSTA_AGENT_STATE_COUNT];
	int i;

	for (i = 0; i < CSTA_FORWARDING_COUNT; i++)
		forwards[i] = (struct csta_forward){ (enum csta_forwarding)i, i % 2 == 0, text,
			(uint32_t)i };
	csta_put_get_forwarding_response(&e->b, e->ed, forwards, (size_t)i);
	emit_file(e, "GetForwardingResponse", set);
	for (i = 0; i < CSTA_AGENT_STATE_COUNT; i++)
		agents[i] = (struct csta_agent){ text, text, (enum csta_agent_state)i,
			(enum csta_agent_state)i };
	csta_put_get_agent_state_response(&e->b, e->ed, agents, (size_t)i, text);
	emit_file(e, "GetAgentStateResponse", set);
	csta_put_get_do_not_disturb_response(&e->b, e->ed, text.n > 0);
	emit_file(e, "GetDoNotDisturbResponse", set);
	csta_put_get_message_waiting_response(&e->b, e->ed, text.n > 0, text);
	emit_file(e, "GetMessageWaitingIndicatorResponse", set);
	csta_put_escape_response(&e->b, e->ed, private_items, private_of(text));
	emit_file(e, "EscapeResponse", set);
}

static void
emit_feature_bounds(struct emit *e)
{
	for (int i = 0; i < CSTA_AGENT_STATE_COUNT; i++) {
		enum csta_agent_state state = (enum csta_agent_state)i;

		csta_put_set_agent_state_response(&e->b, e->ed, state);
		emit_file(e, "SetAgentStateResponse",
			i == CSTA_AGENT_NONE ? "none" : csta_agent_state_name(state));
	}
	csta_put_get_forwarding_response(&e->b, e->ed, NULL, 0);
	emit_file(e, "GetForwardingResponse", "none");
	csta_put_get_agent_state_response(&e->b, e->ed, NULL, 0, STR_NONE);
	emit_file(e, "GetAgentStateResponse", "none");
	csta_put_escape_response(&e->b, e->ed, NULL, 0);
	emit_file(e, "EscapeResponse", "none");
}

/* Two bytes each here, six as a reference: snapshots get long with little. */
#define EIGHT "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"

static void
emit_snapshot(struct emit *e, const struct csta_snapshot_item *items, size_t count, const char *set)
{
	if (!csta_put_snapshot_device_response(&e->b, e->ed, items, count))
		die(set, "does not fit");
	emit_file(e, "SnapshotDeviceResponse", set);
}

static void
emit_segments(struct emit *e, const struct csta_snapshot_item *items, size_t count)
{
	struct csta_segment seg = { 7, 1 };

	if (csta_put_snapshot_device_response(&e->b, e->ed, items, count))
		die("segments", "it fits into one message");
	csta_put_snapshot_device_reference(&e->b, e->ed, 7);
	emit_file(e, "SnapshotDeviceResponse", "reference");
	if (csta_put_snapshot_device_data(&e->b, e->ed, &seg, items, count) == count)
		die("segments", "the first one is the last");
	emit_file(e, "SnapshotDeviceData", "first");
	csta_put_snapshot_device_data(&e->b, e->ed, &seg, items, 1);
	emit_file(e, "SnapshotDeviceData", "last");
}

static void
emit_snapshots(struct emit *e)
{
	struct csta_snapshot_item items[LIMIT_HALVES_PER_DEVICE];
	size_t count = 0;

	emit_snapshot(e, NULL, 0, "no-calls");
	for (size_t i = 0; i < TEXT_COUNT; i++) {
		items[0] = (struct csta_snapshot_item){ 5001, texts[i].text, texts[i].text,
			CSTA_LOCAL_connected, CSTA_LOCAL_connected };
		emit_snapshot(e, items, 1, texts[i].set);
	}
	for (int far = CSTA_LOCAL_null; far <= CSTA_LOCAL_fail; far++)
		for (int local = CSTA_LOCAL_null; local <= CSTA_LOCAL_fail; local++, count++)
			items[count] = (struct csta_snapshot_item){ count, STR("2001"),
				count % 2 ? STR("2002") : STR_NONE, (enum csta_local_state)local,
				(enum csta_local_state)far };
	emit_snapshot(e, items, count, "every-pair");
	for (size_t i = 0; i < LIMIT_HALVES_PER_DEVICE; i++)
		items[i] = (struct csta_snapshot_item){ i, STR("2001@a-long-domain.demo.example"),
			STR("sip:" EIGHT EIGHT EIGHT "@demo.example"), CSTA_LOCAL_alerting,
			CSTA_LOCAL_connected };
	emit_segments(e, items, LIMIT_HALVES_PER_DEVICE);
}

/* --- capabilities --- */

static bool
has_all(enum csta_request_kind kind)
{
	(void)kind;
	return true;
}

static bool
has_none(enum csta_request_kind kind)
{
	(void)kind;
	return false;
}

static void
emit_caps(struct emit *e)
{
	static const struct csta_device devices[] = {
		{ { "2001", 4 }, CSTA_CATEGORY_station },
		{ { "2700", 4 }, CSTA_CATEGORY_acd },
		{ { "2800", 4 }, CSTA_CATEGORY_routeingDevice },
	};
	struct csta_caps caps = { has_all, STR("tandem") };
	struct csta_segment seg = { 7, 1 };

	csta_put_csta_features_response(&e->b, e->ed, &caps);
	emit_file(e, "GetCSTAFeaturesResponse", "all");
	csta_put_switching_function_caps_response(&e->b, e->ed, &caps);
	emit_file(e, "GetSwitchingFunctionCapsResponse", "all");
	caps = (struct csta_caps){ has_none, STR_NONE };
	csta_put_csta_features_response(&e->b, e->ed, &caps);
	emit_file(e, "GetCSTAFeaturesResponse", "none");
	csta_put_switching_function_caps_response(&e->b, e->ed, &caps);
	emit_file(e, "GetSwitchingFunctionCapsResponse", "none");
	csta_put_switching_function_devices_response(&e->b, e->ed, 7);
	emit_file(e, "GetSwitchingFunctionDevicesResponse", "");
	csta_put_switching_function_devices(&e->b, e->ed, &seg, devices, 3);
	emit_file(e, "SwitchingFunctionDevices", "all");
	csta_put_switching_function_devices(&e->b, e->ed, &seg, devices, 0);
	emit_file(e, "SwitchingFunctionDevices", "none");
}

/* --- ECMA-354 --- */

static void
emit_sessions(struct emit *e)
{
	static const char *const refusals[] = { "invalidApplicationInfo",
		"requestedProtocolVersionNotSupported", "serverResourcesBusy",
		"maxNumberSessions" };

	for (int ed = CSTA_ED_NONE; ed <= CSTA_ED6; ed++) {
		csta_put_session_started(&e->b, STR("s1"), (enum csta_edition)ed, 60);
		emit_file(e, "StartApplicationSessionPosResponse",
			csta_edition_name((enum csta_edition)ed));
	}
	for (size_t i = 0; i < TEXT_COUNT; i++) {
		csta_put_session_started(&e->b, texts[i].text, CSTA_ED6, 0);
		emit_file(e, "StartApplicationSessionPosResponse", texts[i].set);
		csta_put_session_terminated(&e->b, texts[i].text, "resourceLimitation");
		emit_file(e, "ApplicationSessionTerminated", texts[i].set);
	}
	csta_put_session_terminated(&e->b, STR("s1"), "sessionTimerExpired");
	emit_file(e, "ApplicationSessionTerminated", "expired");
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		csta_put_session_refused(&e->b, refusals[i]);
		emit_file(e, "StartApplicationSessionNegResponse", refusals[i]);
	}
	csta_put_session_stopped(&e->b);
	emit_file(e, "StopApplicationSessionPosResponse", "");
	csta_put_session_stop_refused(&e->b);
	emit_file(e, "StopApplicationSessionNegResponse", "");
	csta_put_timer_reset(&e->b, 60);
	emit_file(e, "ResetApplicationSessionTimerPosResponse", "");
	csta_put_timer_reset_refused(&e->b, "serverCannotResetSessionTimer");
	emit_file(e, "ResetApplicationSessionTimerNegResponse", "");
}

static void
emit_folder(struct emit *e, const char *part)
{
	char path[1024];

	e->part = part;
	snprintf(path, sizeof(path), "%s/%s", e->folder, part);
	if (mkdir(path, 0777) != 0)
		die(path, strerror(errno));
}

static int
emit_all(const char *folder)
{
	struct emit e = { .folder = folder };

	buf_init(&e.b, LIMIT_CSTA_MESSAGE_BYTES);
	for (int ed = CSTA_ED3; ed <= CSTA_ED6; ed++) {
		e.ed = (enum csta_edition)ed;
		emit_folder(&e, csta_edition_name(e.ed));
		for (int kind = CSTA_EV_ServiceInitiated; kind < CSTA_EVENT_COUNT; kind++)
			emit_events(&e, (enum csta_event_kind)kind);
		emit_errors(&e);
		emit_statuses(&e);
		emit_answers(&e);
		emit_monitor_answers(&e);
		emit_snapshots(&e);
		emit_caps(&e);
		for (size_t i = 0; i < TEXT_COUNT; i++) {
			emit_call_answers(&e, texts[i].set, texts[i].text);
			emit_feature_answers(&e, texts[i].set, texts[i].text);
		}
		emit_call_bounds(&e);
		emit_feature_bounds(&e);
	}
	emit_folder(&e, "appl_session");
	emit_sessions(&e);
	buf_fini(&e.b);
	printf("%u\n", e.count);
	return EXIT_SUCCESS;
}

/* --- decoding --- */

static void
load(const char *path, struct buf *b)
{
	uint8_t chunk[4096];
	size_t n;
	FILE *in = fopen(path, "rb");

	if (in == NULL)
		die(path, strerror(errno));
	buf_reset(b);
	while ((n = fread(chunk, 1, sizeof(chunk), in)) > 0)
		buf_put(b, chunk, n);
	if (ferror(in) != 0 || b->overflow)
		die(path, "cannot be read");
	fclose(in);
}

static void
show_kind(struct xml *reader, struct str body, const char *path)
{
	struct csta_request request;
	struct err e = { 0 };

	if (csta_decode(reader, body, &request, &e) != 0)
		printf("error %s - %s\n", err_name(e.code), path);
	else
		printf("%s %s %.*s %s\n", csta_request_name(request.kind),
			csta_edition_name(request.edition), STR_ARG(request.root), path);
}

static int
show_kinds(char **paths)
{
	struct xml *reader = xml_new();
	struct buf b;

	buf_init(&b, 2 * LIMIT_CSTA_MESSAGE_BYTES);
	for (; *paths != NULL; paths++) {
		size_t n = strlen(*paths);
		struct csta_framer framer;
		struct csta_frame frame;

		load(*paths, &b);
		if (n < 4 || strcmp(*paths + n - 4, ".bin") != 0) {
			show_kind(reader, buf_as_str(&b), *paths);
			continue;
		}
		csta_framer_init(&framer);
		if (csta_framer_feed(&framer, b.p, b.n) == 0 &&
			csta_framer_next(&framer, &frame) == CSTA_FRAME_READY)
			show_kind(reader, frame.body, *paths);
		else
			printf("error frame - %s\n", *paths);
		csta_framer_fini(&framer);
	}
	buf_fini(&b);
	xml_free(reader);
	return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	if (argc >= 3 && strcmp(argv[1], "--kinds") == 0)
		return show_kinds(argv + 2);
	if (argc == 2 && argv[1][0] != '-')
		return emit_all(argv[1]);
	fprintf(stderr, "usage: emit_csta DIR | emit_csta --kinds FILE...\n");
	return 2;
}
