/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads CSTA XML (ECMA-323) and session messages (ECMA-354) of the server into one flat struct.
 *
 * Happy path: the document is parsed by libxml2 without network and entities, the root gives the
 * kind, the children are read by local name in any order.
 * Failure modes, each a sentence: not well-formed, a document type, a namespace the client did not
 * ask for, a root it does not know, an event without monitorCrossRefID, without its connection or
 * with a localConnectionInfo that CSTA does not have, a status or error message without content.
 */
#include "tests/cstaclient/cc_doc.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cstaclient/cc_text.h"
#include "tests/cstaclient/cc_valid.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define PARSE_OPTIONS (XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)

/* Which child holds the connection an event is about, and which the device it is about. */
static const struct {
	enum cc_root root;
	const char *connection;
	const char *subject;
} event_parts[] = {
	{ CC_ROOT_SERVICE_INITIATED, "initiatedConnection", "initiatingDevice" },
	{ CC_ROOT_ORIGINATED, "originatedConnection", "callingDevice" },
	{ CC_ROOT_DELIVERED, "connection", "alertingDevice" },
	{ CC_ROOT_ESTABLISHED, "establishedConnection", "answeringDevice" },
	{ CC_ROOT_HELD, "heldConnection", "holdingDevice" },
	{ CC_ROOT_RETRIEVED, "retrievedConnection", "retrievingDevice" },
	{ CC_ROOT_DIVERTED, "connection", "divertingDevice" },
	{ CC_ROOT_TRANSFERED, "primaryOldCall", "transferringDevice" },
	{ CC_ROOT_CONFERENCED, "primaryOldCall", "conferencingDevice" },
	{ CC_ROOT_CONNECTION_CLEARED, "droppedConnection", "releasingDevice" },
	{ CC_ROOT_CALL_CLEARED, "clearedCall", "" },
	{ CC_ROOT_FAILED, "failedConnection", "failingDevice" },
	{ CC_ROOT_QUEUED, "queuedConnection", "queue" },
	{ CC_ROOT_NETWORK_REACHED, "outboundConnection", "networkInterfaceUsed" },
};

static bool
is_named(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

static xmlNode *
child(xmlNode *parent, const char *name)
{
	xmlNode *node = parent == NULL ? NULL : parent->children;

	while (node != NULL && !is_named(node, name))
		node = node->next;
	return node;
}

static xmlNode *
first_element(xmlNode *parent)
{
	xmlNode *node = parent == NULL ? NULL : parent->children;

	while (node != NULL && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return node;
}

/* The text of an element without the white space around it; "" for no element. */
static void
text_of(xmlNode *node, char *to, size_t size)
{
	static const char blank[] = " \t\r\n";
	xmlChar *content;
	const char *p;
	size_t n;

	to[0] = '\0';
	content = node == NULL ? NULL : xmlNodeGetContent(node);
	if (content == NULL)
		return;
	p = (const char *)content;
	p += strspn(p, blank);
	cc_text_copy(to, size, p);
	for (n = strlen(to); n > 0 && strchr(blank, to[n - 1]) != NULL; n--)
		to[n - 1] = '\0';
	xmlFree(content);
}

static void
connection_of(xmlNode *node, struct cc_conn_id *conn)
{
	text_of(child(node, "callID"), conn->call_id, sizeof(conn->call_id));
	text_of(child(node, "deviceID"), conn->device, sizeof(conn->device));
}

static void
read_number(xmlNode *root, struct cc_msg *m)
{
	xmlNode *node = child(child(root, "extensions"), "security");
	char text[32];
	char *end;

	node = child(node, "messageSequenceNumber");
	if (node == NULL)
		return;
	text_of(node, text, sizeof(text));
	m->number = strtoll(text, &end, 10);
	m->is_numbered = text[0] != '\0' && *end == '\0';
}

static void
read_links(xmlNode *root, struct cc_msg *m)
{
	xmlNode *list = child(root, "transferredConnections");
	xmlNode *node;

	if (list == NULL)
		list = child(root, "conferenceConnections");
	if (list == NULL)
		return;
	for (node = list->children; node != NULL && m->link_count < CC_LINKS_MAX;
		node = node->next) {
		struct cc_link *link = &m->links[m->link_count];

		if (!is_named(node, "connectionListItem"))
			continue;
		connection_of(child(node, "newConnection"), &link->to);
		connection_of(child(node, "oldConnection"), &link->from);
		m->link_count++;
	}
}

/* The text of the first of these children that there is. */
static void
first_text(xmlNode *root, const char *const *names, size_t count, char *to, size_t size)
{
	to[0] = '\0';
	for (size_t i = 0; i < count && to[0] == '\0'; i++)
		text_of(child(root, names[i]), to, size);
}

/* An event about a device, its agent or its features, or about a call that it does not move. */
static void
read_feature_event(xmlNode *root, struct cc_msg *m)
{
	static const char *const subjects[] = { "device", "agentDevice", "targetDevice" };
	static const char *const flags[] = { "doNotDisturbOn", "forwardStatus",
		"messageWaitingOn" };
	xmlNode *data = child(child(child(root, "extensions"), "privateData"), "private");
	char flag[8];

	first_text(root, subjects, ARRAY_LEN(subjects), m->subject, sizeof(m->subject));
	first_text(root, flags, ARRAY_LEN(flags), flag, sizeof(flag));
	if (flag[0] != '\0')
		m->on = strcmp(flag, "true") == 0 || strcmp(flag, "1") == 0 ? CC_FLAG_ON :
									      CC_FLAG_OFF;
	connection_of(child(root, "connection"), &m->conn);
	text_of(child(root, "acdGroup"), m->group, sizeof(m->group));
	text_of(child(root, "forwardingType"), m->detail, sizeof(m->detail));
	text_of(child(root, "forwardTo"), m->other, sizeof(m->other));
	text_of(child(root, "message"), m->message, sizeof(m->message));
	text_of(child(data, "AgentNotReadyReasonValue"), m->reason, sizeof(m->reason));
}

static int
read_call_event(xmlNode *root, struct cc_msg *m, char *why)
{
	static const char *const others[] = { "transferredToDevice", "addedParty",
		"newDestination" };
	size_t i = 0;

	while (event_parts[i].root != m->root)
		i++;
	connection_of(child(root, event_parts[i].connection), &m->conn);
	connection_of(child(root, "secondaryOldCall"), &m->second);
	text_of(child(root, event_parts[i].subject), m->subject, sizeof(m->subject));
	first_text(root, others, ARRAY_LEN(others), m->other, sizeof(m->other));
	if (m->root == CC_ROOT_DELIVERED)
		text_of(child(root, "callingDevice"), m->calling, sizeof(m->calling));
	m->is_redirected = child(child(root, "lastRedirectionDevice"), "numberDialed") != NULL;
	text_of(child(root, "localConnectionInfo"), m->local_info, sizeof(m->local_info));
	m->local = cc_rules_state(m->local_info);
	read_links(root, m);
	if (m->conn.call_id[0] == '\0') {
		(void)snprintf(why, CC_WHY_MAX, "%s without callID in %s",
			cc_rules_root_name(m->root), event_parts[i].connection);
		return -1;
	}
	if (m->local_info[0] != '\0' && m->local == CC_STATE_UNKNOWN) {
		(void)snprintf(why, CC_WHY_MAX, "%s with localConnectionInfo \"%s\"",
			cc_rules_root_name(m->root), m->local_info);
		return -1;
	}
	return 0;
}

static int
read_event(xmlNode *root, struct cc_msg *m, char *why)
{
	text_of(child(root, "monitorCrossRefID"), m->xref, sizeof(m->xref));
	text_of(child(root, "cause"), m->cause, sizeof(m->cause));
	read_number(root, m);
	if (m->xref[0] == '\0') {
		(void)snprintf(why, CC_WHY_MAX, "%s without monitorCrossRefID",
			cc_rules_root_name(m->root));
		return -1;
	}
	if (m->class == CC_CLASS_CALL)
		return read_call_event(root, m, why);
	read_feature_event(root, m);
	return 0;
}

static enum cc_state
snapshot_state(xmlNode *info)
{
	xmlNode *state = child(info, "localCallState");
	xmlNode *node;
	char text[48];

	node = child(state, "simpleCallState");
	if (node != NULL) {
		text_of(node, text, sizeof(text));
		return cc_rules_simple(text);
	}
	/* one state per party; the first is that of the connection the item names */
	text_of(child(child(state, "compoundCallState"), "localConnectionState"), text,
		sizeof(text));
	return cc_rules_state(text);
}

static int
read_snapshot_data(xmlNode *data, struct cc_msg *m, char *why)
{
	xmlNode *node;
	size_t count = 0;

	for (node = data->children; node != NULL; node = node->next)
		count += is_named(node, "snapshotDeviceResponseInfo") ||
			is_named(node, "SnapshotDeviceResponseInfo");
	if (count == 0)
		return 0;
	m->snap = calloc(count, sizeof(*m->snap));
	if (m->snap == NULL) {
		(void)snprintf(why, CC_WHY_MAX, "out of memory");
		return -1;
	}
	for (node = data->children; node != NULL; node = node->next) {
		struct cc_snap_call *call = &m->snap[m->snap_count];

		if (!is_named(node, "snapshotDeviceResponseInfo") &&
			!is_named(node, "SnapshotDeviceResponseInfo"))
			continue;
		connection_of(child(node, "connectionIdentifier"), &call->conn);
		call->state = snapshot_state(node);
		m->snap_count++;
		if (call->conn.call_id[0] == '\0') {
			(void)snprintf(why, CC_WHY_MAX, "snapshot item without callID");
			return -1;
		}
	}
	return 0;
}

static int
read_snapshot(xmlNode *root, struct cc_msg *m, char *why)
{
	xmlNode *body = child(root, "crossRefIDorSnapshotData");
	xmlNode *data;

	text_of(child(body, "serviceCrossRefID"), m->service_xref, sizeof(m->service_xref));
	if (m->service_xref[0] != '\0')
		return 0;
	m->is_last_segment = true;
	data = child(body, "snapshotData");
	if (data != NULL)
		return read_snapshot_data(data, m, why);
	(void)snprintf(why, CC_WHY_MAX, "SnapshotDeviceResponse without content");
	return -1;
}

static int
read_segment(xmlNode *root, struct cc_msg *m, char *why)
{
	xmlNode *data = child(root, "snapshotData");
	char text[8];

	text_of(child(root, "serviceCrossRefID"), m->service_xref, sizeof(m->service_xref));
	text_of(child(root, "lastSegment"), text, sizeof(text));
	m->is_last_segment = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
	return data == NULL ? 0 : read_snapshot_data(data, m, why);
}

static int
read_error(xmlNode *root, struct cc_msg *m, char *why)
{
	xmlNode *kind = first_element(root);
	char text[64];

	if (kind == NULL) {
		(void)snprintf(why, CC_WHY_MAX, "CSTAErrorCode without content");
		return -1;
	}
	text_of(kind, text, sizeof(text));
	(void)snprintf(m->error, sizeof(m->error), "%s%s%s", (const char *)kind->name,
		text[0] == '\0' ? "" : "/", text);
	return 0;
}

static void
read_session_error(xmlNode *root, struct cc_msg *m)
{
	xmlNode *code = child(root, "errorCode");

	if (m->root == CC_ROOT_SESSION_TERMINATED)
		code = child(root, "sessionTermReason");
	text_of(first_element(code), m->error, sizeof(m->error));
	if (m->error[0] == '\0')
		cc_text_copy(m->error, sizeof(m->error), "no reason given");
}

static int
require_text(const char *text, const char *what, const struct cc_msg *m, char *why)
{
	if (text[0] != '\0')
		return 0;
	(void)snprintf(why, CC_WHY_MAX, "%s without %s", cc_rules_root_name(m->root), what);
	return -1;
}

static int
read_answer(xmlNode *root, struct cc_msg *m, char *why)
{
	char text[32];

	switch ((int)m->root) {
	case CC_ROOT_ERROR_CODE:
		return read_error(root, m, why);
	case CC_ROOT_START_POS:
	case CC_ROOT_RESET_POS:
		text_of(child(root, "sessionID"), m->session_id, sizeof(m->session_id));
		text_of(child(root, "actualSessionDuration"), text, sizeof(text));
		m->duration_s = strtoll(text, NULL, 10);
		return m->root == CC_ROOT_RESET_POS ?
			0 :
			require_text(m->session_id, "sessionID", m, why);
	case CC_ROOT_START_NEG:
	case CC_ROOT_STOP_NEG:
	case CC_ROOT_RESET_NEG:
		read_session_error(root, m);
		return 0;
	case CC_ROOT_STATUS_RESPONSE:
		text_of(child(root, "systemStatus"), m->status, sizeof(m->status));
		return require_text(m->status, "systemStatus", m, why);
	case CC_ROOT_MONITOR_RESPONSE:
		text_of(child(root, "monitorCrossRefID"), m->xref, sizeof(m->xref));
		return require_text(m->xref, "monitorCrossRefID", m, why);
	case CC_ROOT_SNAPSHOT_RESPONSE:
		return read_snapshot(root, m, why);
	case CC_ROOT_MAKE_RESPONSE:
		connection_of(child(root, "callingDevice"), &m->conn);
		return require_text(m->conn.call_id, "callID", m, why);
	case CC_ROOT_CONSULTATION_RESPONSE:
		connection_of(child(root, "initiatedCall"), &m->conn);
		return require_text(m->conn.call_id, "callID", m, why);
	case CC_ROOT_TRANSFER_RESPONSE:
	case CC_ROOT_SINGLE_STEP_RESPONSE:
		connection_of(child(root, "transferredCall"), &m->conn);
		return require_text(m->conn.call_id, "callID", m, why);
	case CC_ROOT_CONFERENCE_RESPONSE:
		connection_of(child(root, "conferenceCall"), &m->conn);
		return require_text(m->conn.call_id, "callID", m, why);
	case CC_ROOT_PICKUP_RESPONSE:
	case CC_ROOT_GROUP_PICKUP_RESPONSE:
		connection_of(child(root, "pickedCall"), &m->conn);
		return 0;
	default:
		return 0;
	}
}

static int
read_request(xmlNode *root, struct cc_msg *m, char *why)
{
	switch ((int)m->root) {
	case CC_ROOT_SYSTEM_STATUS:
		text_of(child(root, "systemStatus"), m->status, sizeof(m->status));
		return require_text(m->status, "systemStatus", m, why);
	case CC_ROOT_MONITOR_STOP:
		text_of(child(root, "monitorCrossRefID"), m->xref, sizeof(m->xref));
		return require_text(m->xref, "monitorCrossRefID", m, why);
	case CC_ROOT_SNAPSHOT_DEVICE_DATA:
		return read_segment(root, m, why);
	case CC_ROOT_SESSION_TERMINATED:
		read_session_error(root, m);
		return 0;
	default:
		return 0;
	}
}

static bool
is_session_root(enum cc_root root)
{
	return root == CC_ROOT_SESSION_TERMINATED ||
		(root >= CC_ROOT_START_POS && root <= CC_ROOT_RESET_NEG);
}

static bool
is_namespace(const char *ns, const char *wanted)
{
	if (wanted != NULL)
		return strcmp(ns, wanted) == 0;
	return strncmp(ns, CC_NS_CSTA "ed", strlen(CC_NS_CSTA "ed")) == 0;
}

static int
check_root(xmlNode *root, const char *csta_ns, struct cc_msg *m, char *why)
{
	const char *name = (const char *)root->name;
	const char *ns = root->ns == NULL ? "" : (const char *)root->ns->href;

	m->root = cc_rules_root(name);
	m->class = cc_rules_class(m->root);
	if (m->root == CC_ROOT_NONE) {
		(void)snprintf(why, CC_WHY_MAX, "message %.60s is not known", name);
		return -1;
	}
	if (!is_namespace(ns, is_session_root(m->root) ? CC_NS_APPL : csta_ns)) {
		(void)snprintf(why, CC_WHY_MAX, "%s in namespace \"%.120s\"", name, ns);
		return -1;
	}
	return 0;
}

static int
read_body(xmlNode *root, struct cc_msg *m, char *why)
{
	switch (m->class) {
	case CC_CLASS_CALL:
	case CC_CLASS_FEATURE:
		return read_event(root, m, why);
	case CC_CLASS_ANSWER:
		return read_answer(root, m, why);
	case CC_CLASS_REQUEST:
		return read_request(root, m, why);
	case CC_CLASS_NONE:
		break;
	}
	return -1;
}

static int
read_doc(xmlDoc *doc, const char *csta_ns, struct cc_msg *m, char *why)
{
	xmlNode *root = xmlDocGetRootElement(doc);

	if (xmlGetIntSubset(doc) != NULL || root == NULL) {
		(void)snprintf(why, CC_WHY_MAX, "document with a type or without root element");
		return -1;
	}
	if (check_root(root, csta_ns, m, why) != 0)
		return -1;
	return read_body(root, m, why);
}

int
cc_doc_read(const char *xml, size_t n, const char *csta_ns, struct cc_valid *valid,
	struct cc_msg *m, bool *is_valid, char *why)
{
	xmlDoc *doc = xmlReadMemory(xml, (int)n, NULL, NULL, PARSE_OPTIONS);
	int rc;

	memset(m, 0, sizeof(*m));
	m->local = CC_STATE_UNKNOWN;
	*is_valid = true;
	why[0] = '\0';
	if (doc == NULL) {
		(void)snprintf(
			why, CC_WHY_MAX, "not well-formed: %.*s", n < 120 ? (int)n : 120, xml);
		return -1;
	}
	rc = read_doc(doc, csta_ns, m, why);
	if (rc == 0 && valid != NULL && csta_ns != NULL)
		*is_valid = cc_valid_doc(valid, doc, is_session_root(m->root), why, CC_WHY_MAX);
	xmlFreeDoc(doc);
	if (rc != 0)
		cc_doc_fini(m);
	return rc;
}

void
cc_doc_fini(struct cc_msg *m)
{
	free(m->snap);
	m->snap = NULL;
	m->snap_count = 0;
}
