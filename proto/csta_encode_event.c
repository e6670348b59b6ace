/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSTA events: see csta_encode.h.
 *
 * The events we send differ only in the names of two elements and in which of the common parts
 * they have; the parts come in one order in all of them. So an event is a row
 * of a table.
 */
#include "proto/base/check.h"
#include "proto/base/xmlw.h"
#include "proto/csta_encode.h"
#include "proto/csta_encode_part.h"

struct event_form {
	const char *connection; /* name of the connection element, NULL = none */
	const char *subject;    /* name of the device the event is about, NULL = none */
	bool parties;           /* has callingDevice and calledDevice */
	bool redirection;       /* has lastRedirectionDevice */
	bool local;             /* has localConnectionInfo */
};

/* Left out because optional: calledDevice of ServiceInitiated, originatingDevice of Originated. */
static const struct event_form event_forms[] = {
	[CSTA_EV_ServiceInitiated] = { "initiatedConnection", "initiatingDevice", false, false,
		true },
	[CSTA_EV_Originated] = { "originatedConnection", NULL, true, false, true },
	[CSTA_EV_Delivered] = { "connection", "alertingDevice", true, true, true },
	[CSTA_EV_Established] = { "establishedConnection", "answeringDevice", true, true, true },
	[CSTA_EV_Held] = { "heldConnection", "holdingDevice", false, false, true },
	[CSTA_EV_Retrieved] = { "retrievedConnection", "retrievingDevice", false, false, true },
	[CSTA_EV_ConnectionCleared] = { "droppedConnection", "releasingDevice", false, false,
		true },
	[CSTA_EV_Failed] = { "failedConnection", "failingDevice", true, true, true },
	[CSTA_EV_OutOfService] = { NULL, "device", false, false, false },
	[CSTA_EV_BackInService] = { NULL, "device", false, false, false },
};

/* The only standard place for a sequence number; always the last child. */
static void
event_number(struct buf *b, uint64_t number)
{
	xmlw_open(b, "extensions");
	xmlw_open(b, "security");
	xmlw_element_u64(b, "messageSequenceNumber", number);
	xmlw_close(b, "security");
	xmlw_close(b, "extensions");
}

/* notRequired: we follow no redirections, which is not the same as there having been none. */
static void
event_redirection(struct buf *b)
{
	xmlw_open(b, "lastRedirectionDevice");
	xmlw_empty(b, "notRequired");
	xmlw_close(b, "lastRedirectionDevice");
}

void
csta_put_event(struct buf *b, enum csta_edition ed, const struct csta_event *ev)
{
	const char *root = csta_event_name(ev->kind);
	const struct event_form *form = &event_forms[ev->kind];

	csta_encode_part_open(b, ed, root);
	xmlw_element_u64(b, "monitorCrossRefID", ev->cross_ref);
	if (form->connection != NULL)
		csta_encode_part_connection(
			b, form->connection, ev->call_id, ev->connection_device);
	if (form->subject != NULL)
		csta_encode_part_party(b, form->subject, ev->subject);
	if (form->parties) {
		csta_encode_part_party(b, "callingDevice", ev->calling);
		csta_encode_part_party(b, "calledDevice", ev->called);
	}
	if (form->redirection)
		event_redirection(b);
	if (form->local)
		xmlw_element_z(b, "localConnectionInfo", csta_local_name(ev->local));
	xmlw_element_z(b, "cause", csta_cause_name(ev->cause));
	if (ev->number != 0)
		event_number(b, ev->number);
	xmlw_close(b, root);
}
