/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSTA answers and server requests, ECMA-354 answers: see csta_encode.h. Events:
 * csta_encode_event.c. Snapshots: csta_encode_snapshot.c. Monitors: csta_encode_monitor.c.
 *
 * Every function writes one document. There is nothing that can fail but the room in the buffer,
 * which the caller asks once.
 */
#include "proto/csta_encode.h"

#include "proto/base/xmlw.h"
#include "proto/csta_encode_part.h"

#define SESSION_NAMESPACE "http://www.ecma-international.org/standards/ecma-354/appl_session"

void
csta_put_error(struct buf *b, enum csta_edition ed, enum csta_error error)
{
	const char *category = csta_error_category(error);

	csta_encode_part_open(b, ed, "CSTAErrorCode");
	if (category[0] != '\0')
		xmlw_element_z(b, category, csta_error_name(error));
	else
		xmlw_empty(b, "unspecified");
	xmlw_close(b, "CSTAErrorCode");
}

void
csta_put_system_status(
	struct buf *b, enum csta_edition ed, enum csta_status status, uint64_t register_id)
{
	csta_encode_part_open(b, ed, "SystemStatus");
	if (register_id != 0)
		xmlw_element_u64(b, "sysStatRegisterID", register_id);
	xmlw_element_z(b, "systemStatus", csta_status_name(status));
	xmlw_close(b, "SystemStatus");
}

void
csta_put_system_status_response(struct buf *b, enum csta_edition ed)
{
	csta_put_empty(b, ed, "SystemStatusResponse");
}

void
csta_put_request_system_status_response(
	struct buf *b, enum csta_edition ed, enum csta_status status)
{
	csta_encode_part_open(b, ed, "RequestSystemStatusResponse");
	xmlw_element_z(b, "systemStatus", csta_status_name(status));
	xmlw_close(b, "RequestSystemStatusResponse");
}

/* Statuses that are not told. The flag of messagesLost has one s less than the status. */
static void
status_filter(struct buf *b, uint32_t filter)
{
	xmlw_open(b, "actualStatusFilter");
	for (unsigned s = CSTA_STATUS_initializing; s <= CSTA_STATUS_overloadRelieved; s++)
		if ((filter & UINT32_C(1) << s) != 0)
			xmlw_element_z(b,
				s == CSTA_STATUS_messagesLost ?
					"messageLost" :
					csta_status_name((enum csta_status)s),
				"true");
	xmlw_close(b, "actualStatusFilter");
}

void
csta_put_system_register_response(
	struct buf *b, enum csta_edition ed, uint64_t register_id, uint32_t filter)
{
	csta_encode_part_open(b, ed, "SystemRegisterResponse");
	xmlw_element_u64(b, "sysStatRegisterID", register_id);
	if (filter != 0)
		status_filter(b, filter);
	xmlw_close(b, "SystemRegisterResponse");
}

void
csta_put_change_status_filter_response(struct buf *b, enum csta_edition ed, uint32_t filter)
{
	csta_encode_part_open(b, ed, "ChangeSysStatFilterResponse");
	status_filter(b, filter);
	xmlw_close(b, "ChangeSysStatFilterResponse");
}

void
csta_put_system_register_abort(struct buf *b, enum csta_edition ed, uint64_t register_id)
{
	csta_encode_part_open(b, ed, "SystemRegisterAbort");
	xmlw_element_u64(b, "sysStatRegisterID", register_id);
	xmlw_close(b, "SystemRegisterAbort");
}

void
csta_put_empty(struct buf *b, enum csta_edition ed, const char *root)
{
	csta_encode_part_open(b, ed, root);
	xmlw_close(b, root);
}

void
csta_put_make_call_response(
	struct buf *b, enum csta_edition ed, uint64_t call_id, struct str device)
{
	csta_encode_part_open(b, ed, "MakeCallResponse");
	csta_encode_part_connection(b, "callingDevice", call_id, device);
	xmlw_close(b, "MakeCallResponse");
}

static void
session_open(struct buf *b, const char *root)
{
	xmlw_declaration(b);
	xmlw_open_ns(b, root, SESSION_NAMESPACE);
}

/* A refusal has one shape for all three services. */
static void
session_refusal(struct buf *b, const char *root, const char *defined)
{
	session_open(b, root);
	xmlw_open(b, "errorCode");
	xmlw_element_z(b, "definedError", defined);
	xmlw_close(b, "errorCode");
	xmlw_close(b, root);
}

void
csta_put_session_started(
	struct buf *b, struct str session_id, enum csta_edition ed, uint64_t duration_s)
{
	session_open(b, "StartApplicationSessionPosResponse");
	xmlw_element(b, "sessionID", session_id);
	xmlw_element_z(b, "actualProtocolVersion", csta_namespace(ed));
	if (duration_s != 0)
		xmlw_element_u64(b, "actualSessionDuration", duration_s);
	xmlw_close(b, "StartApplicationSessionPosResponse");
}

void
csta_put_session_refused(struct buf *b, const char *defined)
{
	session_refusal(b, "StartApplicationSessionNegResponse", defined);
}

void
csta_put_session_stopped(struct buf *b)
{
	session_open(b, "StopApplicationSessionPosResponse");
	xmlw_close(b, "StopApplicationSessionPosResponse");
}

void
csta_put_session_stop_refused(struct buf *b)
{
	session_refusal(b, "StopApplicationSessionNegResponse", "invalidSessionID");
}

void
csta_put_timer_reset(struct buf *b, uint64_t duration_s)
{
	session_open(b, "ResetApplicationSessionTimerPosResponse");
	xmlw_element_u64(b, "actualSessionDuration", duration_s);
	xmlw_close(b, "ResetApplicationSessionTimerPosResponse");
}

void
csta_put_timer_reset_refused(struct buf *b, const char *defined)
{
	session_refusal(b, "ResetApplicationSessionTimerNegResponse", defined);
}

void
csta_put_session_terminated(struct buf *b, struct str session_id, const char *defined)
{
	session_open(b, "ApplicationSessionTerminated");
	xmlw_element(b, "sessionID", session_id);
	xmlw_open(b, "sessionTermReason");
	xmlw_element_z(b, "definedTermReason", defined);
	xmlw_close(b, "sessionTermReason");
	xmlw_close(b, "ApplicationSessionTerminated");
}
