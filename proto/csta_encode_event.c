/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSTA events: see csta_encode.h.
 *
 * The events we send differ in the names of a few elements and in which of the common parts they
 * have; the parts come in one order in all of them. So an event is a row of a table.
 */
#include "proto/base/check.h"
#include "proto/base/xmlw.h"
#include "proto/csta_encode.h"
#include "proto/csta_encode_part.h"

/* A part that a row has, and whether it may be left out when there is nothing to say. */
enum need {
	NO,
	MAY,
	MUST,
};

struct event_form {
	const char *connection; /* name of the connection element, NULL = none */
	const char *subject;    /* name of the device the event is about, NULL = none */
	const char *other; /* name of the second device if it stands behind the first as a party */
	enum need connected; /* connection: MAY be absent when its call id is 0 */
	enum need calling, called;
	enum need redirection; /* lastRedirectionDevice */
	enum need local;       /* localConnectionInfo */
	enum need cause;
};

#define CALL_EVENT(connection, subject) connection, subject, NULL, MUST
#define DEVICE_EVENT(subject) NULL, subject, NULL, NO
#define MEDIA_EVENT \
	{ \
		"connection", NULL, NULL, MAY, NO, NO, NO, NO, MAY \
	}
#define AGENT_EVENT \
	{ \
		DEVICE_EVENT("agentDevice"), NO, NO, NO, NO, MAY \
	}

/* Left out because optional: calledDevice of ServiceInitiated, originatingDevice of Originated. */
static const struct event_form event_forms[] = {
	[CSTA_EV_ServiceInitiated] = { CALL_EVENT("initiatedConnection", "initiatingDevice"), NO,
		NO, NO, MUST, MUST },
	[CSTA_EV_Originated] = { CALL_EVENT("originatedConnection", NULL), MUST, MUST, NO, MUST,
		MUST },
	[CSTA_EV_Delivered] = { CALL_EVENT("connection", "alertingDevice"), MUST, MUST, MUST, MUST,
		MUST },
	[CSTA_EV_Established] = { CALL_EVENT("establishedConnection", "answeringDevice"), MUST,
		MUST, MUST, MUST, MUST },
	[CSTA_EV_Held] = { CALL_EVENT("heldConnection", "holdingDevice"), NO, NO, NO, MUST, MUST },
	[CSTA_EV_Retrieved] = { CALL_EVENT("retrievedConnection", "retrievingDevice"), NO, NO, NO,
		MUST, MUST },
	[CSTA_EV_ConnectionCleared] = { CALL_EVENT("droppedConnection", "releasingDevice"), NO, NO,
		NO, MUST, MUST },
	[CSTA_EV_Failed] = { CALL_EVENT("failedConnection", "failingDevice"), MUST, MUST, MUST,
		MUST, MUST },
	[CSTA_EV_OutOfService] = { DEVICE_EVENT("device"), NO, NO, NO, NO, MUST },
	[CSTA_EV_BackInService] = { DEVICE_EVENT("device"), NO, NO, NO, NO, MUST },
	[CSTA_EV_CallCleared] = { CALL_EVENT("clearedCall", NULL), NO, NO, NO, NO, MUST },
	[CSTA_EV_Queued] = { CALL_EVENT("queuedConnection", "queue"), MUST, MUST, MUST, MUST,
		MUST },
	[CSTA_EV_Diverted] = { "connection", "divertingDevice", "newDestination", MUST, MAY, MAY,
		MUST, MUST, MUST },
	[CSTA_EV_Transfered] = { "primaryOldCall", "transferringDevice", "transferredToDevice",
		MUST, NO, NO, NO, MUST, MUST },
	[CSTA_EV_Conferenced] = { "primaryOldCall", "conferencingDevice", "addedParty", MUST, NO,
		NO, NO, MUST, MUST },
	[CSTA_EV_NetworkReached] = { CALL_EVENT("outboundConnection", "networkInterfaceUsed"), MUST,
		MUST, MUST, MUST, MUST },
	[CSTA_EV_CallInformation] = { "connection", "device", NULL, MAY, MAY, NO, NO, NO, NO },
	[CSTA_EV_AgentLoggedOn] = AGENT_EVENT,
	[CSTA_EV_AgentLoggedOff] = AGENT_EVENT,
	[CSTA_EV_AgentNotReady] = AGENT_EVENT,
	[CSTA_EV_AgentReady] = AGENT_EVENT,
	[CSTA_EV_AgentWorkingAfterCall] = AGENT_EVENT,
	[CSTA_EV_DoNotDisturb] = { DEVICE_EVENT("device"), NO, NO, NO, NO, NO },
	[CSTA_EV_Forwarding] = { DEVICE_EVENT("device"), NO, NO, NO, NO, NO },
	[CSTA_EV_MessageWaiting] = { DEVICE_EVENT("targetDevice"), NO, NO, NO, NO, NO },
	[CSTA_EV_Play] = MEDIA_EVENT,
	[CSTA_EV_Stop] = MEDIA_EVENT,
	[CSTA_EV_Record] = MEDIA_EVENT,
	[CSTA_EV_SuspendRecord] = MEDIA_EVENT,
	[CSTA_EV_Private] = { DEVICE_EVENT(NULL), NO, NO, NO, NO, NO },
};

_Static_assert(
	sizeof(event_forms) / sizeof(event_forms[0]) == CSTA_EVENT_COUNT, "a row is missing");

static void
event_connections(struct buf *b, const struct event_form *form, const struct csta_event *ev)
{
	if (form->connection == NULL || (form->connected == MAY && ev->call_id == 0))
		return;
	csta_encode_part_connection(b, form->connection, ev->call_id, ev->connection_device);
	if (ev->secondary_old.call_id != 0 &&
		(ev->kind == CSTA_EV_Transfered || ev->kind == CSTA_EV_Conferenced))
		csta_encode_part_ref(b, "secondaryOldCall", &ev->secondary_old);
}

static void
event_party(struct buf *b, enum need need, const char *name, struct str device)
{
	if (need == MUST || (need == MAY && device.n > 0))
		csta_encode_part_party(b, name, device);
}

/* notRequired: we follow no redirections here, which is not the same as there having been none. */
static void
event_redirection(struct buf *b, struct str device)
{
	xmlw_open(b, "lastRedirectionDevice");
	if (device.n > 0)
		xmlw_element(b, "numberDialed", device);
	else
		xmlw_empty(b, "notRequired");
	xmlw_close(b, "lastRedirectionDevice");
}

static void
event_parties(struct buf *b, const struct event_form *form, const struct csta_event *ev)
{
	if (form->subject != NULL)
		csta_encode_part_party(b, form->subject, ev->subject);
	if (form->other != NULL)
		csta_encode_part_party(b, form->other, ev->other);
	event_party(b, form->calling, "callingDevice", ev->calling);
	event_party(b, form->called, "calledDevice", ev->called);
	if (form->redirection != NO)
		event_redirection(b, ev->redirection);
}

static void
optional_text(struct buf *b, const char *name, struct str text)
{
	if (text.n > 0)
		xmlw_element(b, name, text);
}

static void
optional_number(struct buf *b, const char *name, uint64_t number)
{
	if (number > 0)
		xmlw_element_u64(b, name, number);
}

/* One event has words of its own, and none has every state. NULL = no word. */
static const char *
pending_word(enum csta_event_kind kind, enum csta_agent_state pending)
{
	static const char *const after_call[] = {
		[CSTA_agentNotReady] = "notReady",
		[CSTA_agentNull] = "null",
		[CSTA_agentReady] = "ready",
		[CSTA_agentWorkingAfterCall] = NULL,
	};

	if (kind != CSTA_EV_AgentWorkingAfterCall || pending == CSTA_AGENT_NONE ||
		pending == CSTA_agentBusy)
		return NULL;
	return after_call[pending];
}

static void
event_agent(struct buf *b, const struct csta_event *ev)
{
	const char *pending = pending_word(ev->kind, ev->pending);

	optional_text(b, "agentID", ev->agent_id);
	optional_text(b, "acdGroup", ev->group);
	if (pending != NULL)
		xmlw_element_z(b, "pendingAgentState", pending);
}

#define RING_COUNT_MAX INT16_MAX /* an xs:short in the event */

static void
event_forwarding(struct buf *b, const struct csta_event *ev)
{
	if (ev->forwarding != CSTA_FORWARD_NONE)
		xmlw_element_z(b, "forwardingType", csta_forwarding_name(ev->forwarding));
	xmlw_element_z(b, "forwardStatus", ev->on ? "true" : "false");
	optional_text(b, "forwardTo", ev->other);
	if (ev->ring_count <= RING_COUNT_MAX)
		optional_number(b, "ringCount", ev->ring_count);
}

/* What one kind of event has alone, in front of the local state and the cause. */
static void
event_own_parts(struct buf *b, const struct csta_event *ev)
{
	switch (ev->kind) {
	case CSTA_EV_Queued:
		optional_number(b, "numberQueued", ev->number_queued);
		if (ev->position > 0)
			xmlw_element_u64(b, "callsInFront", ev->position - 1);
		break;
	case CSTA_EV_Transfered:
		csta_encode_part_links(b, "transferredConnections", ev->links, ev->link_count);
		break;
	case CSTA_EV_Conferenced:
		csta_encode_part_links(b, "conferenceConnections", ev->links, ev->link_count);
		break;
	case CSTA_EV_CallInformation:
		if (ev->account.n > 0)
			csta_encode_part_hex(b, "accountInfo", ev->account);
		break;
	case CSTA_EV_AgentLoggedOn:
	case CSTA_EV_AgentLoggedOff:
	case CSTA_EV_AgentNotReady:
	case CSTA_EV_AgentReady:
	case CSTA_EV_AgentWorkingAfterCall:
		event_agent(b, ev);
		break;
	case CSTA_EV_DoNotDisturb:
		xmlw_element_z(b, "doNotDisturbOn", ev->on ? "true" : "false");
		break;
	case CSTA_EV_Forwarding:
		event_forwarding(b, ev);
		break;
	case CSTA_EV_MessageWaiting:
		optional_text(b, "deviceForMessage", ev->other);
		xmlw_element_z(b, "messageWaitingOn", ev->on ? "true" : "false");
		break;
	case CSTA_EV_Play:
	case CSTA_EV_Stop:
	case CSTA_EV_Record:
	case CSTA_EV_SuspendRecord:
		optional_text(b, "message", ev->message);
		break;
	case CSTA_EV_ServiceInitiated:
	case CSTA_EV_Originated:
	case CSTA_EV_Delivered:
	case CSTA_EV_Established:
	case CSTA_EV_Held:
	case CSTA_EV_Retrieved:
	case CSTA_EV_ConnectionCleared:
	case CSTA_EV_Failed:
	case CSTA_EV_OutOfService:
	case CSTA_EV_BackInService:
	case CSTA_EV_CallCleared:
	case CSTA_EV_Diverted:
	case CSTA_EV_NetworkReached:
	case CSTA_EV_Private:
	case CSTA_EVENT_COUNT:
		break;
	}
}

/* A number, or the place where it belongs. */
static void
event_number(struct buf *b, const char *name, uint64_t number, size_t *at)
{
	if (at == NULL) {
		xmlw_element_u64(b, name, number);
		return;
	}
	xmlw_open(b, name);
	*at = b->n;
	xmlw_close(b, name);
}

/* The only standard place for a sequence number. */
static void
event_security(struct buf *b, uint64_t number, size_t *at)
{
	xmlw_open(b, "security");
	event_number(b, "messageSequenceNumber", number, at);
	xmlw_close(b, "security");
}

/* Always last. A PrivateEvent is its extensions. */
static void
event_extensions(struct buf *b, const struct csta_event *ev, size_t *number_at)
{
	bool private_data = ev->reason.n > 0 || ev->private_count > 0;
	bool wrapped = ev->kind != CSTA_EV_Private;

	if (ev->number == 0 && !private_data)
		return;
	if (wrapped)
		xmlw_open(b, "extensions");
	if (ev->number != 0)
		event_security(b, ev->number, number_at);
	if (private_data)
		csta_encode_part_private(b, ev->reason, ev->private_items, ev->private_count);
	if (wrapped)
		xmlw_close(b, "extensions");
}

static void
event_put(struct buf *b, enum csta_edition ed, const struct csta_event *ev,
	struct csta_event_cut *cut)
{
	const char *root = csta_event_name(ev->kind);
	const struct event_form *form = &event_forms[ev->kind];

	csta_encode_part_open(b, ed, root);
	event_number(b, "monitorCrossRefID", ev->cross_ref, cut != NULL ? &cut->cross_ref : NULL);
	event_connections(b, form, ev);
	event_parties(b, form, ev);
	event_own_parts(b, ev);
	if (form->local != NO && !ev->call_type)
		xmlw_element_z(b, "localConnectionInfo", csta_local_name(ev->local));
	if (form->cause == MUST || (form->cause == MAY && ev->cause != CSTA_CAUSE_normal))
		xmlw_element_z(b, "cause", csta_cause_name(ev->cause));
	event_extensions(b, ev, cut != NULL ? &cut->number : NULL);
	xmlw_close(b, root);
}

void
csta_put_event(struct buf *b, enum csta_edition ed, const struct csta_event *ev)
{
	event_put(b, ed, ev, NULL);
}

void
csta_put_event_cut(struct buf *b, enum csta_edition ed, const struct csta_event *ev,
	struct csta_event_cut *cut)
{
	REQUIRE(b->n == 0);
	*cut = (struct csta_event_cut){ 0, 0 };
	event_put(b, ed, ev, cut);
}

static void
event_digits(struct buf *b, uint64_t number)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	buf_put(b, digits + at, sizeof(digits) - at);
}

void
csta_put_event_joined(struct buf *b, struct str text, const struct csta_event_cut *cut,
	uint64_t cross_ref, uint64_t number)
{
	size_t at = cut->cross_ref;

	buf_put(b, text.p, at);
	event_digits(b, cross_ref);
	if (cut->number > 0) {
		buf_put(b, text.p + at, cut->number - at);
		event_digits(b, number);
		at = cut->number;
	}
	buf_put(b, text.p + at, text.n - at);
}
