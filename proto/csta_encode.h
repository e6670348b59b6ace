/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From structures to XML bodies (declaration included, no frame prefix), appended to a buffer.
 * Element order is that of the schema; every body validates against the schema of its
 * edition (CSTA_ED_NONE writes edition 3). All is ASCII: other characters go out as references.
 * Overflow is asked at the buffer.
 */
#ifndef TANDEM_PROTO_CSTA_ENCODE_H
#define TANDEM_PROTO_CSTA_ENCODE_H

#include "proto/base/buf.h"
#include "proto/csta_msg.h"

/** One event; a party that is "" is written notKnown. */
void csta_put_event(struct buf *b, enum csta_edition ed, const struct csta_event *ev);

/* Where the two numbers that differ from monitor to monitor belong in an event; number 0: nowhere. */
struct csta_event_cut {
	size_t cross_ref;
	size_t number;
};

/**
 * The event without its cross reference and its number (there is room for one if ev->number is not 0), for many
 * monitors of one edition. `b` is empty before.
 */
void csta_put_event_cut(struct buf *b, enum csta_edition ed, const struct csta_event *ev,
	struct csta_event_cut *cut);
/** Such a text with its numbers: the very bytes of csta_put_event(). */
void csta_put_event_joined(struct buf *b, struct str text, const struct csta_event_cut *cut,
	uint64_t cross_ref, uint64_t number);

/** CSTAErrorCode with exactly one child; CSTA_NO_ERROR is written as unspecified. */
void csta_put_error(struct buf *b, enum csta_edition ed, enum csta_error error);
/** SystemStatus request of the server; `register_id` 0 = not registered. */
void csta_put_system_status(
	struct buf *b, enum csta_edition ed, enum csta_status status, uint64_t register_id);
void csta_put_system_status_response(struct buf *b, enum csta_edition ed);
void csta_put_request_system_status_response(
	struct buf *b, enum csta_edition ed, enum csta_status status);
/** `filter`: bit 1 << CSTA_STATUS_x of each status that is not told; with none there is no actualStatusFilter. */
void csta_put_system_register_response(
	struct buf *b, enum csta_edition ed, uint64_t register_id, uint32_t filter);
void csta_put_change_status_filter_response(struct buf *b, enum csta_edition ed, uint32_t filter);
/** SystemRegisterAbort of the server. */
void csta_put_system_register_abort(struct buf *b, enum csta_edition ed, uint64_t register_id);
/**
 * Empty response root with this literal name: SystemRegisterCancelResponse, MonitorStopResponse,
 * AnswerCallResponse...
 */
void csta_put_empty(struct buf *b, enum csta_edition ed, const char *root);
void csta_put_monitor_start_response(
	struct buf *b, enum csta_edition ed, const struct csta_monitor_started *m);
/** MonitorStop request of the server. */
void csta_put_monitor_stop(struct buf *b, enum csta_edition ed, uint64_t cross_ref);
/** The filter that is in force. */
void csta_put_change_monitor_filter_response(struct buf *b, enum csta_edition ed, uint64_t filter);
/** GetMonitorsResponse with all monitors, edition 6. */
void csta_put_get_monitors_response(
	struct buf *b, enum csta_edition ed, const struct csta_monitor_entry *items, size_t count);
/** GetMonitorsResponse that announces MonitorInfo messages under this id. */
void csta_put_get_monitors_later(struct buf *b, enum csta_edition ed, uint64_t service_id);
/** One MonitorInfo, edition 6; `segment` counts from 1. */
void csta_put_monitor_info(struct buf *b, enum csta_edition ed, uint64_t service_id,
	uint32_t segment, bool last, const struct csta_monitor_entry *items, size_t count);
/**
 * SnapshotDeviceResponse with all `count` connections in one message. False and nothing written if that exceeds
 * LIMIT_CSTA_SEND_BYTES: then csta_put_snapshot_device_reference() is the answer and segments follow it.
 */
bool csta_put_snapshot_device_response(struct buf *b, enum csta_edition ed,
	const struct csta_snapshot_item *items, size_t count) __attribute__((warn_unused_result));
void csta_put_snapshot_device_reference(struct buf *b, enum csta_edition ed, uint64_t cross_ref);
/**
 * SnapshotDeviceData with as many of the connections as one message holds, at least one; returns how many. It is marked
 * as the last one if these are all.
 */
size_t csta_put_snapshot_device_data(struct buf *b, enum csta_edition ed,
	const struct csta_segment *seg, const struct csta_snapshot_item *items, size_t count);
void csta_put_make_call_response(
	struct buf *b, enum csta_edition ed, uint64_t call_id, struct str device);
/**
 * ConsultationCallResponse, DirectedPickupCallResponse, GroupPickupCallResponse, ParkCallResponse or
 * IntrudeCallResponse, by the kind of the request: the connection that came of it. Its call id may
 * be 0 where the schema has it optional (all but ConsultationCall): it is then left out.
 */
void csta_put_connection_response(struct buf *b, enum csta_edition ed, enum csta_request_kind kind,
	const struct csta_ref *connection);
/**
 * TransferCallResponse, SingleStepTransferCallResponse or ConferenceCallResponse, by the kind of the
 * request: the resulting call, and what became of each connection if that is known.
 */
void csta_put_merge_response(struct buf *b, enum csta_edition ed, enum csta_request_kind kind,
	const struct csta_ref *call, const struct csta_link *links, size_t count);
/**
 * SnapshotCallResponse and SnapshotCallData: as the same of a device. From edition 4 on the schema has no segments of a
 * call: there the response is cut to what one message holds, and is never refused.
 */
bool csta_put_snapshot_call_response(struct buf *b, enum csta_edition ed,
	const struct csta_call_party *parties, size_t count, const struct csta_call_ends *ends)
	__attribute__((warn_unused_result));
void csta_put_snapshot_call_reference(
	struct buf *b, enum csta_edition ed, uint64_t cross_ref, const struct csta_call_ends *ends);
size_t csta_put_snapshot_call_data(struct buf *b, enum csta_edition ed,
	const struct csta_segment *seg, const struct csta_call_party *parties, size_t count);
/** GetSwitchingFunctionCapsResponse and GetCSTAFeaturesResponse (csta_encode_caps.c). */
void csta_put_switching_function_caps_response(
	struct buf *b, enum csta_edition ed, const struct csta_caps *caps);
void csta_put_csta_features_response(
	struct buf *b, enum csta_edition ed, const struct csta_caps *caps);
void csta_put_switching_function_devices_response(
	struct buf *b, enum csta_edition ed, uint64_t cross_ref);
/** SwitchingFunctionDevices with as many as one message holds, at least one if there are any; returns how many. */
size_t csta_put_switching_function_devices(struct buf *b, enum csta_edition ed,
	const struct csta_segment *seg, const struct csta_device *devices, size_t count);
void csta_put_record_message_response(struct buf *b, enum csta_edition ed, struct str message);

void csta_put_get_forwarding_response(
	struct buf *b, enum csta_edition ed, const struct csta_forward *forwards, size_t count);
void csta_put_get_do_not_disturb_response(struct buf *b, enum csta_edition ed, bool on);
/** `for_device` "" is left out. */
void csta_put_get_message_waiting_response(
	struct buf *b, enum csta_edition ed, bool on, struct str for_device);
/** `pending` CSTA_AGENT_NONE is left out. */
void csta_put_set_agent_state_response(
	struct buf *b, enum csta_edition ed, enum csta_agent_state pending);
/** `reason` is the not-ready reason of the first agent that has one, "" = none. */
void csta_put_get_agent_state_response(struct buf *b, enum csta_edition ed,
	const struct csta_agent *agents, size_t count, struct str reason);
/** EscapeResponse with private data, which may be none. */
void csta_put_escape_response(
	struct buf *b, enum csta_edition ed, const struct csta_private *items, size_t count);

/* routeing (csta_encode_route.c); none of the server's messages has an answer */
void csta_put_route_register_response(struct buf *b, enum csta_edition ed, uint64_t register_id);
/** RouteRegisterAbort request of the server. */
void csta_put_route_register_abort(struct buf *b, enum csta_edition ed, uint64_t register_id);
void csta_put_route_request(struct buf *b, enum csta_edition ed, const struct csta_route *route);
/** ReRoute. */
void csta_put_route_again(struct buf *b, enum csta_edition ed, const struct csta_route *route);
void csta_put_route_used(struct buf *b, enum csta_edition ed, const struct csta_route *route);
/** RouteEnd; CSTA_NO_ERROR: the call went its way. */
void csta_put_route_end(
	struct buf *b, enum csta_edition ed, const struct csta_route *route, enum csta_error error);

/* ECMA-354 */
/** `ed` is the edition of the session, told as its namespace; `duration_s` 0 = not told. */
void csta_put_session_started(
	struct buf *b, struct str session_id, enum csta_edition ed, uint64_t duration_s);
/**
 * `defined` is one of the standard's words: invalidApplicationInfo, serverResourcesBusy,
 * requestedProtocolVersionNotSupported, maxNumberSessions.
 */
void csta_put_session_refused(struct buf *b, const char *defined);
void csta_put_session_stopped(struct buf *b);
/** The session is not known. */
void csta_put_session_stop_refused(struct buf *b);
void csta_put_timer_reset(struct buf *b, uint64_t duration_s);
/** The session is not known. */
/** `defined`: invalidSessionID or serverCannotResetSessionTimer. */
void csta_put_timer_reset_refused(struct buf *b, const char *defined);
/** ApplicationSessionTerminated; `defined` is resourceLimitation or sessionTimerExpired. */
void csta_put_session_terminated(struct buf *b, struct str session_id, const char *defined);

#endif
