/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Call control, media and feature services: see csta_decode_call.h.
 *
 * The services on connections differ in what they call them: a table. The other parts have one name
 * in all services that have them, so they are looked for without asking which service it is.
 */
#include "proto/csta_decode_call.h"

#include "proto/csta_decode_part.h"

struct call_form {
	const char *connection;
	const char *held;
	const char *device; /* the device that asks, where it is not part of the connection */
	const char *called;
};

static const struct call_form call_forms[] = {
	[CSTA_SnapshotCall] = { "snapshotObject", NULL, NULL, NULL },
	[CSTA_AnswerCall] = { "callToBeAnswered", NULL, NULL, NULL },
	[CSTA_HoldCall] = { "callToBeHeld", NULL, NULL, NULL },
	[CSTA_RetrieveCall] = { "callToBeRetrieved", NULL, NULL, NULL },
	[CSTA_ClearConnection] = { "connectionToBeCleared", NULL, NULL, NULL },
	[CSTA_ClearCall] = { "callToBeCleared", NULL, NULL, NULL },
	[CSTA_ConsultationCall] = { "existingCall", NULL, NULL, "consultedDevice" },
	[CSTA_AlternateCall] = { "activeCall", "heldCall", NULL, NULL },
	[CSTA_ReconnectCall] = { "activeCall", "heldCall", NULL, NULL },
	[CSTA_TransferCall] = { "activeCall", "heldCall", NULL, NULL },
	[CSTA_SingleStepTransferCall] = { "activeCall", NULL, NULL, "transferredTo" },
	[CSTA_ConferenceCall] = { "activeCall", "heldCall", NULL, NULL },
	[CSTA_IntrudeCall] = { "intrude", NULL, NULL, NULL },
	[CSTA_DeflectCall] = { "callToBeDiverted", NULL, NULL, NULL },
	[CSTA_GenerateDigits] = { "connectionToSendDigits", NULL, NULL, NULL },
	[CSTA_DirectedPickupCall] = { "callToBePickedUp", NULL, "requestingDevice", NULL },
	[CSTA_GroupPickupCall] = { NULL, NULL, "newDestination", "pickGroup" },
	[CSTA_ParkCall] = { "parking", NULL, NULL, "parkTo" },
	[CSTA_PlayMessage] = { "overConnection", NULL, NULL, NULL },
	[CSTA_RecordMessage] = { "callToBeRecorded", NULL, NULL, NULL },
	[CSTA_Stop] = { "connection", NULL, NULL, NULL },
	[CSTA_Suspend] = { "connection", NULL, NULL, NULL },
	[CSTA_Resume] = { "connection", NULL, NULL, NULL },
};

/* The text up to edition 5, a list of `device` in edition 6: either is taken, whoever sends it. */
static void
read_destinations(const struct xml *x, uint32_t node, struct csta_request *out)
{
	uint32_t child = node == XML_NONE ? XML_NONE : xml_first(x, node);

	for (; child != XML_NONE; child = xml_next(x, child))
		if (str_is(xml_name(x, child), "device") && out->called_count++ == 0)
			out->called = csta_decode_part_device(x, child);
	if (out->called_count > 0)
		return;
	out->called = csta_decode_part_device(x, node);
	out->called_count = out->called.n > 0 ? 1 : 0;
}

static struct str
first_text(const struct xml *x, uint32_t root, const char *const *names, size_t count)
{
	struct str text = STR_NONE;

	for (size_t i = 0; i < count && text.n == 0; i++)
		text = xml_child_text(x, root, names[i]);
	return text;
}

/* A length of time beyond a day is nothing that anybody plays or records: not given. */
#define PLAY_MS_MAX UINT64_C(86400000)

static void
read_media(const struct xml *x, uint32_t root, struct csta_request *out)
{
	static const char *const messages[] = { "messageToBePlayed", "messageToBeStopped",
		"messageToResume", "message" };
	static const char *const durations[] = { "duration", "maxDuration" };

	out->message = first_text(x, root, messages, sizeof(messages) / sizeof(messages[0]));
	if (!str_u64(first_text(x, root, durations, sizeof(durations) / sizeof(durations[0])),
		    PLAY_MS_MAX, &out->play_ms))
		out->play_ms = 0;
}

void
csta_decode_call(const struct xml *x, uint32_t root, struct csta_request *out)
{
	const struct call_form *form = &call_forms[out->kind];

	if (form->connection != NULL)
		out->connection =
			csta_decode_part_connection(x, xml_child(x, root, form->connection));
	if (form->held != NULL)
		out->held = csta_decode_part_connection(x, xml_child(x, root, form->held));
	if (form->device != NULL)
		out->device = csta_decode_part_device_in(x, root, form->device);
	if (form->called != NULL)
		out->called = csta_decode_part_device_in(x, root, form->called);
	if (out->kind == CSTA_DeflectCall)
		read_destinations(x, xml_child(x, root, "newDestination"), out);
	out->account = xml_child_text(x, root, "accountCode");
	out->digits = xml_child_text(x, root, "charactersToSend");
	out->pulses = str_is(xml_child_text(x, root, "digitMode"), "rotaryPulse");
	out->silent = str_is(xml_child_text(x, root, "participationType"), "silent");
	read_media(x, root, out);
}

/* --- features --- */

static enum csta_flag
flag_of(const struct xml *x, uint32_t root, const char *name)
{
	struct str text = xml_child_text(x, root, name);

	if (str_is(text, "true") || str_is(text, "1"))
		return CSTA_FLAG_ON;
	return str_is(text, "false") || str_is(text, "0") ? CSTA_FLAG_OFF : CSTA_FLAG_NONE;
}

static enum csta_flag
first_flag(const struct xml *x, uint32_t root)
{
	static const char *const names[] = { "activateForward", "doNotDisturbOn",
		"messageWaitingOn" };
	enum csta_flag flag = CSTA_FLAG_NONE;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && flag == CSTA_FLAG_NONE; i++)
		flag = flag_of(x, root, names[i]);
	return flag;
}

static enum csta_forwarding
forwarding_of(struct str word)
{
	int type = CSTA_forwardImmediate;

	if (word.n == 0)
		return CSTA_FORWARD_NONE;
	while (type < CSTA_FORWARDING_COUNT &&
		!str_is(word, csta_forwarding_name((enum csta_forwarding)type)))
		type++;
	return (enum csta_forwarding)type;
}

static enum csta_agent_wish
wish_of(struct str word)
{
	int wish = CSTA_WISH_loggedOn;

	if (word.n == 0)
		return CSTA_WISH_NONE;
	while (wish < CSTA_AGENT_WISH_COUNT &&
		!str_is(word, csta_agent_wish_name((enum csta_agent_wish)wish)))
		wish++;
	return (enum csta_agent_wish)wish;
}

static struct str
first_device(const struct xml *x, uint32_t root, const char *one, const char *two)
{
	struct str device = csta_decode_part_device_in(x, root, one);

	return device.n > 0 ? device : csta_decode_part_device_in(x, root, two);
}

void
csta_decode_feature(const struct xml *x, uint32_t root, struct csta_request *out)
{
	out->device = csta_decode_part_device_in(x, root, "device");
	out->called = first_device(x, root, "forwardDN", "deviceForMessage");
	out->group = first_device(x, root, "group", "acdGroup");
	out->on = first_flag(x, root);
	out->forwarding = forwarding_of(xml_child_text(x, root, "forwardingType"));
	if (!str_u64(xml_child_text(x, root, "ringCount"), UINT32_MAX, &out->ring_count))
		out->ring_count = 0;
	out->agent_wish = wish_of(xml_child_text(x, root, "requestedAgentState"));
	out->agent_id = xml_child_text(x, root, "agentID");
	out->agent_password = xml_child_text(x, root, "password");
}

/* --- private data --- */

/* The reader bounds the depth (LIMIT_XML_DEPTH), and so this recursion. */
static void
private_leaves(const struct xml *x, uint32_t node, struct csta_request *out)
{
	for (uint32_t c = xml_first(x, node); c != XML_NONE; c = xml_next(x, c)) {
		if (xml_first(x, c) != XML_NONE)
			private_leaves(x, c, out);
		else if (!str_is(xml_name(x, c), "private") && /* the wrapper, empty */
			out->private_count < CSTA_PRIVATE_ITEMS)
			out->private_items[out->private_count++] =
				(struct csta_private_item){ xml_name(x, c),
					str_trim(xml_text(x, c)) };
	}
}

void
csta_decode_private(const struct xml *x, uint32_t root, struct csta_request *out)
{
	uint32_t data = xml_child(x, root, "privateData");

	if (data == XML_NONE)
		data = xml_path(x, root, "extensions/privateData");
	if (data == XML_NONE)
		return;
	private_leaves(x, data, out);
	for (size_t i = 0; i < out->private_count; i++)
		if (str_is(out->private_items[i].name, "AgentNotReadyReasonValue"))
			out->reason = out->private_items[i].value;
}
