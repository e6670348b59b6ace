/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the server can do, in the words of capability exchange: see csta_encode.h.
 *
 * A service is in a list if the server has the request that stands beside it; what the server sends by itself stands beside
 * the request that makes it do so. Rows and lists are in the order of the schemas, which is the same in all editions.
 */
#include "proto/base/limits.h"
#include "proto/base/xmlw.h"
#include "proto/csta_encode.h"
#include "proto/csta_encode_part.h"

#include <string.h>

/* An element of a list, and the root of a request, or an event without its "Event". */
struct caps_row {
	const char *element, *root;
	enum csta_edition only; /* the others do not have it; CSTA_ED_NONE: all have */
};

struct caps_list {
	const char *name;     /* in the capabilities of the switching function */
	const char *features; /* in GetCSTAFeaturesResponse; NULL: the same */
	bool events;
	struct caps_row rows[20]; /* up to one without an element */
};

static const struct caps_list caps_lists[] = {
	{ .name = "capExchangeServList",
		.rows = { { .element = "getCSTAFeatures", .root = "GetCSTAFeatures" },
			{ .element = "getSwitchingFunctionCaps",
				.root = "GetSwitchingFunctionCaps" },
			{ .element = "getSwitchingFunctionDevices",
				.root = "GetSwitchingFunctionDevices" },
			{ .element = "switchingFunctionDevices",
				.root = "GetSwitchingFunctionDevices" } } },
	{ .name = "systemServList",
		.features = "systemStatServList",
		.rows = { { .element = "changeSystemStatusFilter", .root = "ChangeSysStatFilter" },
			{ .element = "systemRegister", .root = "SystemRegister" },
			{ .element = "systemStatusRegisterAbort", .root = "SystemRegister" },
			{ .element = "systemStatusRegisterCancel", .root = "SystemRegisterCancel" },
			{ .element = "requestSystemStatus", .root = "RequestSystemStatus" },
			{ .element = "systemStatus", .root = "SystemStatus" } } },
	{ .name = "monitoringServList",
		.rows = { { .element = "changeMonitorFilter", .root = "ChangeMonitorFilter" },
			{ .element = "monitorStart", .root = "MonitorStart" },
			{ .element = "monitorStop", .root = "MonitorStop" },
			{ .element = "getMonitors", .root = "GetMonitors", .only = CSTA_ED6 },
			{ .element = "monitorInfo", .root = "GetMonitors", .only = CSTA_ED6 } } },
	{ .name = "snapshotServList",
		.rows = { { .element = "snapshotCall", .root = "SnapshotCall" },
			{ .element = "snapshotDevice", .root = "SnapshotDevice" },
			{ .element = "snapshotCallData", .root = "SnapshotCall", .only = CSTA_ED3 },
			{ .element = "snapshotDeviceData", .root = "SnapshotDevice" } } },
	{ .name = "callControlServList",
		.rows = { { .element = "alternateCall", .root = "AlternateCall" },
			{ .element = "answerCall", .root = "AnswerCall" },
			{ .element = "clearCall", .root = "ClearCall" },
			{ .element = "clearConnection", .root = "ClearConnection" },
			{ .element = "conferenceCall", .root = "ConferenceCall" },
			{ .element = "consultationCall", .root = "ConsultationCall" },
			{ .element = "deflectCall", .root = "DeflectCall" },
			{ .element = "directedPickupCall", .root = "DirectedPickupCall" },
			{ .element = "groupPickupCall", .root = "GroupPickupCall" },
			{ .element = "holdCall", .root = "HoldCall" },
			{ .element = "intrudeCall", .root = "IntrudeCall" },
			{ .element = "makeCall", .root = "MakeCall" },
			{ .element = "parkCall", .root = "ParkCall" },
			{ .element = "reconnectCall", .root = "ReconnectCall" },
			{ .element = "retrieveCall", .root = "RetrieveCall" },
			{ .element = "singleStepTransfer", .root = "SingleStepTransferCall" },
			{ .element = "transferCall", .root = "TransferCall" } } },
	{ .name = "callControlEvtsList",
		.events = true,
		.rows = { { .element = "callCleared", .root = "CallCleared" },
			{ .element = "conferenced", .root = "Conferenced" },
			{ .element = "connectionCleared", .root = "ConnectionCleared" },
			{ .element = "delivered", .root = "Delivered" },
			{ .element = "diverted", .root = "Diverted" },
			{ .element = "established", .root = "Established" },
			{ .element = "failed", .root = "Failed" },
			{ .element = "held", .root = "Held" },
			{ .element = "netwReached", .root = "NetworkReached" },
			{ .element = "offered", .root = "Offered" },
			{ .element = "originated", .root = "Originated" },
			{ .element = "queued", .root = "Queued" },
			{ .element = "retrieved", .root = "Retrieved" },
			{ .element = "serviceInitiated", .root = "ServiceInitiated" },
			{ .element = "transferred", .root = "Transfered" } } },
	{ .name = "callAssociatedServList",
		.rows = { { .element = "associateData", .root = "AssociateData" },
			{ .element = "generateDigits", .root = "GenerateDigits" } } },
	{ .name = "callAssociatedEvtsList",
		.events = true,
		.rows = { { .element = "callInformation", .root = "CallInformation" } } },
	{ .name = "routeingServList",
		.rows = { { .element = "routeRegister", .root = "RouteRegister" },
			{ .element = "routeRegisterCancel", .root = "RouteRegisterCancel" },
			{ .element = "routeRegisterAbort", .root = "RouteRegister" },
			{ .element = "reRoute", .root = "RouteSelect" },
			{ .element = "routeEnd", .root = "RouteEnd" },
			{ .element = "routeReject", .root = "RouteReject" },
			{ .element = "routeRequest", .root = "RouteSelect" },
			{ .element = "routeSelect", .root = "RouteSelect" },
			{ .element = "routeUsed", .root = "RouteSelect" } } },
	{ .name = "physDevServList",
		.rows = { { .element = "getMessageWaitingIndicator",
				  .root = "GetMessageWaitingIndicator" },
			{ .element = "setMessageWaitingIndicator",
				.root = "SetMessageWaitingIndicator" } } },
	{ .name = "physDevEvtsList",
		.events = true,
		.rows = { { .element = "messageWaiting", .root = "MessageWaiting" } } },
	{ .name = "logicalServList",
		.rows = { { .element = "getAgentState", .root = "GetAgentState" },
			{ .element = "getDoNotDisturb", .root = "GetDoNotDisturb" },
			{ .element = "getForwarding", .root = "GetForwarding" },
			{ .element = "setAgentState", .root = "SetAgentState" },
			{ .element = "setDoNotDisturb", .root = "SetDoNotDisturb" },
			{ .element = "setForwarding", .root = "SetForwarding" } } },
	{ .name = "logicalEvtsList",
		.events = true,
		.rows = { { .element = "agentLoggedOff", .root = "AgentLoggedOff" },
			{ .element = "agentLoggedOn", .root = "AgentLoggedOn" },
			{ .element = "agentNotReady", .root = "AgentNotReady" },
			{ .element = "agentReady", .root = "AgentReady" },
			{ .element = "agentWorkingAfterCall", .root = "AgentWorkingAfterCall" },
			{ .element = "doNotDisturb", .root = "DoNotDisturb" },
			{ .element = "forwarding", .root = "Forwarding" } } },
	{ .name = "deviceMaintEvtsList",
		.events = true,
		.rows = { { .element = "backInService", .root = "BackInService" },
			{ .element = "outOfService", .root = "OutOfService" } } },
	{ .name = "voiceServList",
		.rows = { { .element = "playMsg", .root = "PlayMessage" },
			{ .element = "recordMsg", .root = "RecordMessage" },
			{ .element = "resume", .root = "Resume" },
			{ .element = "stop", .root = "Stop" },
			{ .element = "suspend", .root = "Suspend" } } },
	{ .name = "voiceEvtsList",
		.events = true,
		.rows = { { .element = "play", .root = "Play" },
			{ .element = "record", .root = "Record" },
			{ .element = "stopEvent", .root = "Stop" },
			{ .element = "suspendRecord", .root = "SuspendRecord" } } },
	{ .name = "vendorSpecificServList", .rows = { { .element = "escape", .root = "Escape" } } },
	{ .name = "vendorSpecificEvtsList",
		.events = true,
		.rows = { { .element = "privateEvent", .root = "Private" } } },
};

#define CAPS_LISTS (sizeof(caps_lists) / sizeof(caps_lists[0]))

static bool
has_request(const struct csta_caps *caps, const char *root)
{
	for (unsigned kind = CSTA_UNKNOWN + 1; kind <= CSTA_keepalive; kind++)
		if (strcmp(csta_request_name((enum csta_request_kind)kind), root) == 0)
			return caps->has((enum csta_request_kind)kind);
	return false;
}

static bool
has_event(const char *name)
{
	for (unsigned kind = 0; kind < CSTA_EVENT_COUNT; kind++) {
		struct str event = str_of(csta_event_name((enum csta_event_kind)kind));

		event.n -= strlen("Event");
		if (str_is(event, name))
			return true;
	}
	return false;
}

static bool
has_row(const struct csta_caps *caps, enum csta_edition ed, const struct caps_list *l,
	const struct caps_row *row)
{
	if (row->only != CSTA_ED_NONE && row->only != ed)
		return false;
	return l->events ? has_event(row->root) : has_request(caps, row->root);
}

/* A list without anything in it is left out. */
static void
caps_list(struct buf *b, enum csta_edition ed, const struct csta_caps *caps,
	const struct caps_list *l, const char *name)
{
	bool open = false;

	for (const struct caps_row *row = l->rows; row->element != NULL; row++) {
		if (!has_row(caps, ed, l, row))
			continue;
		if (!open)
			xmlw_open(b, name);
		open = true;
		xmlw_empty(b, row->element);
	}
	if (open)
		xmlw_close(b, name);
}

static void
flags(struct buf *b, const char *around, const char *const *names)
{
	xmlw_open(b, around);
	for (; *names != NULL; names++)
		xmlw_element_z(b, *names, "true");
	xmlw_close(b, around);
}

void
csta_put_switching_function_caps_response(
	struct buf *b, enum csta_edition ed, const struct csta_caps *caps)
{
	static const char *const media[] = { "voice", NULL };
	static const char *const setup[] = { "consultationCall", "holdCallMakeCall",
		"alternateCall", NULL };

	csta_encode_part_open(b, ed, "GetSwitchingFunctionCapsResponse");
	if (caps->domain.n > 0)
		xmlw_element(b, "switchingSubDomainName", caps->domain);
	xmlw_element_z(b, "manufacturerName", "Tandem");
	xmlw_element_z(b, "ignoreUnsupportedParameters", "ignoreParameters");
	flags(b, "mediaClassSupport", media);
	flags(b, "transAndConfSetup", setup);
	xmlw_element_z(b, "dynamicFeatureSupported", "none");
	xmlw_element_z(b, "connectionView", "fixed");
	xmlw_open(b, "servEvtsList");
	for (size_t i = 0; i < CAPS_LISTS; i++)
		caps_list(b, ed, caps, &caps_lists[i], caps_lists[i].name);
	xmlw_close(b, "servEvtsList");
	xmlw_close(b, "GetSwitchingFunctionCapsResponse");
}

static void
features(struct buf *b, enum csta_edition ed, const struct csta_caps *caps, bool events)
{
	for (size_t i = 0; i < CAPS_LISTS; i++) {
		const struct caps_list *l = &caps_lists[i];

		if (l->events == events)
			caps_list(b, ed, caps, l, l->features != NULL ? l->features : l->name);
	}
}

void
csta_put_csta_features_response(struct buf *b, enum csta_edition ed, const struct csta_caps *caps)
{
	csta_encode_part_open(b, ed, "GetCSTAFeaturesResponse");
	xmlw_open(b, "supportedServices");
	features(b, ed, caps, false);
	xmlw_close(b, "supportedServices");
	xmlw_open(b, "supportedEvents");
	features(b, ed, caps, true);
	xmlw_close(b, "supportedEvents");
	xmlw_close(b, "GetCSTAFeaturesResponse");
}

void
csta_put_switching_function_devices_response(
	struct buf *b, enum csta_edition ed, uint64_t cross_ref)
{
	csta_encode_part_open(b, ed, "GetSwitchingFunctionDevicesResponse");
	xmlw_element_u64(b, "serviceCrossRefID", cross_ref);
	xmlw_close(b, "GetSwitchingFunctionDevicesResponse");
}

static void
device_entry(struct buf *b, const void *items, size_t i)
{
	const struct csta_device *d = (const struct csta_device *)items + i;

	xmlw_open(b, "device");
	xmlw_element(b, "deviceID", d->id);
	xmlw_element_z(b, "deviceCategory", csta_category_name(d->category));
	xmlw_close(b, "device");
}

size_t
csta_put_switching_function_devices(struct buf *b, enum csta_edition ed,
	const struct csta_segment *seg, const struct csta_device *devices, size_t count)
{
	static const struct csta_encode_segment form = { "SwitchingFunctionDevices", "deviceList" };
	const struct csta_encode_list l = { device_entry, devices, count };

	return b->overflow ? count : csta_encode_part_segment(b, ed, &form, seg, &l);
}
