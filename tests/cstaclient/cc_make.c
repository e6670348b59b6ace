/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the requests and answers of the client (ECMA-323 ed3 to ed6, ECMA-354).
 *
 * Happy path: one function per message, the result is a complete document.
 * Failure modes: memory too small for it, seen by the caller in is_cut.
 */
#include "tests/cstaclient/cc_make.h"

#include <string.h>

#include "tests/cstaclient/cc_doc.h"

#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
/* the namespace that clients in the field use for their login data */
#define NS_LOGIN "http://www.avaya.com/csta"

static void
element(struct cc_text *t, const char *name, const char *value)
{
	cc_text_add(t, "<%s>", name);
	cc_text_xml(t, value);
	cc_text_add(t, "</%s>", name);
}

static void
number(struct cc_text *t, const char *name, int64_t value)
{
	cc_text_add(t, "<%s>%lld</%s>", name, (long long)value, name);
}

static void
open_root(struct cc_text *t, const char *ns, const char *root)
{
	cc_text_add(t, DECLARATION "<%s xmlns=\"%s\">", root, ns);
}

void
cc_make_start_session(struct cc_text *t, const struct cc_make_start *start)
{
	open_root(t, CC_NS_APPL, "StartApplicationSession");
	cc_text_add(t,
		"<applicationInfo><applicationID>cstaclient</applicationID>"
		"<applicationSpecificInfo><SessionLoginInfo xmlns=\"" NS_LOGIN "\">");
	element(t, "userName", start->user);
	element(t, "password", start->password);
	number(t, "sessionCleanupDelay", start->cleanup_s);
	if (start->session_id != NULL)
		element(t, "sessionID", start->session_id);
	number(t, "lastMessageSequenceNumber", start->last_number);
	cc_text_add(t,
		"</SessionLoginInfo></applicationSpecificInfo></applicationInfo>"
		"<requestedProtocolVersions>");
	element(t, "protocolVersion", start->version);
	cc_text_add(t, "</requestedProtocolVersions>");
	number(t, "requestedSessionDuration", start->duration_s);
	cc_text_add(t, "</StartApplicationSession>");
}

void
cc_make_stop_session(struct cc_text *t, const char *session_id)
{
	open_root(t, CC_NS_APPL, "StopApplicationSession");
	element(t, "sessionID", session_id);
	cc_text_add(t,
		"<sessionEndReason><definedEndReason>normal</definedEndReason>"
		"</sessionEndReason></StopApplicationSession>");
}

void
cc_make_reset_timer(struct cc_text *t, const char *session_id, int64_t duration_s)
{
	open_root(t, CC_NS_APPL, "ResetApplicationSessionTimer");
	element(t, "sessionID", session_id);
	number(t, "requestedSessionDuration", duration_s);
	cc_text_add(t, "</ResetApplicationSessionTimer>");
}

void
cc_make_request_status(struct cc_text *t, const char *ns)
{
	cc_text_add(t, DECLARATION "<RequestSystemStatus xmlns=\"%s\"/>", ns);
}

void
cc_make_register(struct cc_text *t, const char *ns)
{
	open_root(t, ns, "SystemRegister");
	cc_text_add(t,
		"<requestTypes><systemStatus>true</systemStatus>"
		"<requestSystemStatus>true</requestSystemStatus></requestTypes>"
		"</SystemRegister>");
}

void
cc_make_monitor_start(struct cc_text *t, const char *ns, const char *device)
{
	open_root(t, ns, "MonitorStart");
	cc_text_add(t, "<monitorObject>");
	element(t, "deviceObject", device);
	cc_text_add(t, "</monitorObject><monitorType>device</monitorType></MonitorStart>");
}

void
cc_make_monitor_stop(struct cc_text *t, const char *ns, const char *xref)
{
	open_root(t, ns, "MonitorStop");
	element(t, "monitorCrossRefID", xref);
	cc_text_add(t, "</MonitorStop>");
}

void
cc_make_snapshot(struct cc_text *t, const char *ns, const char *device)
{
	open_root(t, ns, "SnapshotDevice");
	element(t, "snapshotObject", device);
	cc_text_add(t, "</SnapshotDevice>");
}

void
cc_make_call(struct cc_text *t, const char *ns, const char *from, const char *to)
{
	open_root(t, ns, "MakeCall");
	element(t, "callingDevice", from);
	element(t, "calledDirectoryNumber", to);
	cc_text_add(t, "<autoOriginate>doNotPrompt</autoOriginate></MakeCall>");
}

void
cc_make_connection(struct cc_text *t, const char *ns, const char *root, const char *part,
	const char *call_id, const char *device)
{
	open_root(t, ns, root);
	cc_text_add(t, "<%s>", part);
	element(t, "callID", call_id);
	element(t, "deviceID", device);
	cc_text_add(t, "</%s></%s>", part, root);
}

static void
connection(struct cc_text *t, const char *part, const char *call_id, const char *device)
{
	cc_text_add(t, "<%s>", part);
	element(t, "callID", call_id);
	element(t, "deviceID", device);
	cc_text_add(t, "</%s>", part);
}

void
cc_make_two(struct cc_text *t, const char *ns, const char *root, const char *active,
	const char *held, const char *device)
{
	open_root(t, ns, root);
	/* ReconnectCall has them in the other order: the server may not care */
	connection(t, "heldCall", held, device);
	connection(t, "activeCall", active, device);
	cc_text_add(t, "</%s>", root);
}

void
cc_make_away(struct cc_text *t, const char *ns, const char *root, const char *call_id,
	const char *device, const char *to)
{
	bool is_deflect = strcmp(root, "DeflectCall") == 0;
	bool is_list = is_deflect && strstr(ns, "ed6") != NULL;
	bool is_consultation = strcmp(root, "ConsultationCall") == 0;
	const char *part = is_deflect ? "newDestination" :
		is_consultation       ? "consultedDevice" :
					"transferredTo";

	open_root(t, ns, root);
	connection(t,
		is_deflect              ? "callToBeDiverted" :
			is_consultation ? "existingCall" :
					  "activeCall",
		call_id, device);
	if (is_list)
		cc_text_add(t, "<newDestination>");
	element(t, is_list ? "device" : part, to);
	if (is_list)
		cc_text_add(t, "</newDestination>");
	cc_text_add(t, "</%s>", root);
}

void
cc_make_any(struct cc_text *t, const char *ns, const char *root, const char *inner)
{
	open_root(t, ns, root);
	cc_text_add(t, "%s</%s>", inner, root);
}

void
cc_make_empty(struct cc_text *t, const char *ns, const char *root)
{
	cc_text_add(t, DECLARATION "<%s xmlns=\"%s\"/>", root, ns);
}

void
cc_make_status_normal(struct cc_text *t, const char *ns)
{
	open_root(t, ns, "RequestSystemStatusResponse");
	cc_text_add(t, "<systemStatus>normal</systemStatus></RequestSystemStatusResponse>");
}
