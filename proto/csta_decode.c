/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an XML body to a struct csta_request: see csta_decode.h.
 *
 * Happy path: the reader makes nodes of the body, the root's local name gives the kind, a table
 * the function that picks the parts of that kind. Login data of ECMA-354: csta_decode_session.c; monitors:
 * csta_decode_monitor.c.
 *
 * Failure modes: not a document (the reader's error goes out as it is). Everything else is read
 * as far as it can be understood: the service above knows which parts it cannot do without.
 */
#include "proto/csta_decode.h"

#include "proto/base/check.h"
#include "proto/csta_decode_call.h"
#include "proto/csta_decode_monitor.h"
#include "proto/csta_decode_part.h"
#include "proto/csta_decode_session.h"

/* The flag of messagesLost has one s less. */
static bool
status_is_named(struct str flag, enum csta_status status)
{
	return str_is(flag, csta_status_name(status)) ||
		(status == CSTA_STATUS_messagesLost && str_is(flag, "messageLost"));
}

static uint32_t
status_filter(const struct xml *x, uint32_t filter)
{
	uint32_t flag = filter == XML_NONE ? XML_NONE : xml_first(x, filter);
	uint32_t bits = 0;

	for (; flag != XML_NONE; flag = xml_next(x, flag))
		for (unsigned s = 0; s <= CSTA_STATUS_overloadRelieved; s++)
			if (status_is_named(xml_name(x, flag), (enum csta_status)s) &&
				csta_decode_part_is_true(x, flag))
				bits |= UINT32_C(1) << s;
	return bits;
}

static void
read_snapshot_device(const struct xml *x, uint32_t root, struct csta_request *out)
{
	out->device = csta_decode_part_device_in(x, root, "snapshotObject");
}

static void
read_devices(const struct xml *x, uint32_t root, struct csta_request *out)
{
	out->device = csta_decode_part_device_in(x, root, "requestedDeviceID");
	out->category = xml_child_text(x, root, "requestedDeviceCategory");
}

static void
read_make_call(const struct xml *x, uint32_t root, struct csta_request *out)
{
	out->device = csta_decode_part_device_in(x, root, "callingDevice");
	out->called = csta_decode_part_device_in(x, root, "calledDirectoryNumber");
	out->account = xml_child_text(x, root, "accountCode");
}

/* Who names nothing wants what there is. */
static bool
wants_status(const struct xml *x, uint32_t types)
{
	uint32_t flag = types == XML_NONE ? XML_NONE : xml_first(x, types);
	bool others = false;

	for (; flag != XML_NONE; flag = xml_next(x, flag)) {
		if (!csta_decode_part_is_true(x, flag))
			continue;
		if (str_is(xml_name(x, flag), "systemStatus"))
			return true;
		others = true;
	}
	return !others;
}

static void
read_system_register(const struct xml *x, uint32_t root, struct csta_request *out)
{
	out->wants_status = wants_status(x, xml_child(x, root, "requestTypes"));
	out->status_filter = status_filter(x, xml_child(x, root, "requestedStatusFilter"));
}

static void
read_register_id(const struct xml *x, uint32_t root, struct csta_request *out)
{
	out->register_id = xml_child_text(x, root, "sysStatRegisterID");
}

static void
read_status_filter(const struct xml *x, uint32_t root, struct csta_request *out)
{
	read_register_id(x, root, out);
	out->status_filter = status_filter(x, xml_child(x, root, "requestedStatusFilter"));
}

static void
read_system_status(const struct xml *x, uint32_t root, struct csta_request *out)
{
	read_register_id(x, root, out);
	out->status = xml_child_text(x, root, "systemStatus");
}

static void
read_route(const struct xml *x, uint32_t root, struct csta_request *out)
{
	uint32_t used = xml_child(x, root, "routeUsedReq");

	out->device = csta_decode_part_device_in(x, root, "routeingDevice");
	out->called = csta_decode_part_device_in(x, root, "routeSelected");
	out->cross_ref = xml_child_text(x, root, "crossRefIdentifier");
	out->register_id = xml_child_text(x, root, "routeRegisterReqID");
	out->route_used = used != XML_NONE && csta_decode_part_is_true(x, used);
}

typedef void (*csta_read_fn)(const struct xml *x, uint32_t root, struct csta_request *out);

/* NULL: there is nothing in it that anybody needs. */
static const csta_read_fn readers[] = {
	[CSTA_StartApplicationSession] = csta_decode_session_start,
	[CSTA_StopApplicationSession] = csta_decode_session_stop,
	[CSTA_ResetApplicationSessionTimer] = csta_decode_session_reset,
	[CSTA_RequestSystemStatus] = read_register_id,
	[CSTA_SystemStatus] = read_system_status,
	[CSTA_SystemRegister] = read_system_register,
	[CSTA_SystemRegisterCancel] = read_register_id,
	[CSTA_ChangeSysStatFilter] = read_status_filter,
	[CSTA_GetSwitchingFunctionDevices] = read_devices,
	[CSTA_MonitorStart] = csta_decode_monitor_start,
	[CSTA_MonitorStop] = csta_decode_monitor_stop,
	[CSTA_ChangeMonitorFilter] = csta_decode_monitor_filter,
	[CSTA_GetMonitors] = NULL, /* it asks for all */
	[CSTA_SnapshotDevice] = read_snapshot_device,
	[CSTA_MakeCall] = read_make_call,
	[CSTA_SnapshotCall] = csta_decode_call,
	[CSTA_AnswerCall] = csta_decode_call,
	[CSTA_HoldCall] = csta_decode_call,
	[CSTA_RetrieveCall] = csta_decode_call,
	[CSTA_ClearConnection] = csta_decode_call,
	[CSTA_ClearCall] = csta_decode_call,
	[CSTA_ConsultationCall] = csta_decode_call,
	[CSTA_AlternateCall] = csta_decode_call,
	[CSTA_ReconnectCall] = csta_decode_call,
	[CSTA_TransferCall] = csta_decode_call,
	[CSTA_SingleStepTransferCall] = csta_decode_call,
	[CSTA_ConferenceCall] = csta_decode_call,
	[CSTA_IntrudeCall] = csta_decode_call,
	[CSTA_DeflectCall] = csta_decode_call,
	[CSTA_GenerateDigits] = csta_decode_call,
	[CSTA_DirectedPickupCall] = csta_decode_call,
	[CSTA_GroupPickupCall] = csta_decode_call,
	[CSTA_ParkCall] = csta_decode_call,
	[CSTA_PlayMessage] = csta_decode_call,
	[CSTA_RecordMessage] = csta_decode_call,
	[CSTA_Stop] = csta_decode_call,
	[CSTA_Suspend] = csta_decode_call,
	[CSTA_Resume] = csta_decode_call,
	[CSTA_SetForwarding] = csta_decode_feature,
	[CSTA_GetForwarding] = csta_decode_feature,
	[CSTA_SetDoNotDisturb] = csta_decode_feature,
	[CSTA_GetDoNotDisturb] = csta_decode_feature,
	[CSTA_SetMessageWaitingIndicator] = csta_decode_feature,
	[CSTA_GetMessageWaitingIndicator] = csta_decode_feature,
	[CSTA_SetAgentState] = csta_decode_feature,
	[CSTA_GetAgentState] = csta_decode_feature,
	[CSTA_RouteRegister] = read_route,
	[CSTA_RouteRegisterCancel] = read_route,
	[CSTA_RouteSelect] = read_route,
	[CSTA_RouteReject] = read_route,
	[CSTA_RouteEnd] = read_route,
	[CSTA_Escape] = NULL,    /* private data alone */
	[CSTA_keepalive] = NULL, /* the last one: it sizes the table */
};

static enum csta_request_kind
kind_of(struct str root)
{
	for (unsigned kind = CSTA_UNKNOWN + 1; kind <= CSTA_keepalive; kind++)
		if (str_is(root, csta_request_name((enum csta_request_kind)kind)))
			return (enum csta_request_kind)kind;
	return CSTA_UNKNOWN;
}

static void
request_clear(struct csta_request *out)
{
	*out = (struct csta_request){
		.kind = CSTA_UNKNOWN,
		.root = STR_NONE,
		.device = STR_NONE,
		.called = STR_NONE,
		.connection = { STR_NONE, STR_NONE },
		.held = { STR_NONE, STR_NONE },
		.account = STR_NONE,
		.agent_id = STR_NONE,
		.agent_password = STR_NONE,
		.group = STR_NONE,
		.reason = STR_NONE,
		.digits = STR_NONE,
		.message = STR_NONE,
		.category = STR_NONE,
		.cross_ref = STR_NONE,
		.register_id = STR_NONE,
		.status = STR_NONE,
		.session_id = STR_NONE,
		.user = STR_NONE,
		.password = STR_NONE,
	};
}

int
csta_decode(struct xml *reader, struct str body, struct csta_request *out, struct err *e)
{
	uint32_t root;
	int rv;

	request_clear(out);
	rv = xml_read(reader, body.p, body.n, e);
	if (rv != 0)
		return rv;
	root = xml_root(reader);
	REQUIRE(root != XML_NONE);
	out->root = xml_name(reader, root);
	out->kind = kind_of(out->root);
	out->edition = csta_edition_of_namespace(xml_namespace(reader, root));
	if (readers[out->kind] != NULL)
		readers[out->kind](reader, root, out);
	csta_decode_private(reader, root, out);
	return 0;
}
