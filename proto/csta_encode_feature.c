/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to agent, forwarding, do-not-disturb, message waiting and escape services: see csta_encode.h. */
#include "proto/base/xmlw.h"
#include "proto/csta_encode.h"
#include "proto/csta_encode_part.h"

static const char *
truth(bool value)
{
	return value ? "true" : "false";
}

static void
forward_item(struct buf *b, const struct csta_forward *forward)
{
	xmlw_open(b, "forwardListItem");
	if (forward->type != CSTA_FORWARD_NONE)
		xmlw_element_z(b, "forwardingType", csta_forwarding_name(forward->type));
	xmlw_element_z(b, "forwardStatus", truth(forward->on));
	if (forward->to.n > 0)
		xmlw_element(b, "forwardDN", forward->to);
	if (forward->ring_count > 0)
		xmlw_element_u64(b, "ringCount", forward->ring_count);
	xmlw_close(b, "forwardListItem");
}

void
csta_put_get_forwarding_response(
	struct buf *b, enum csta_edition ed, const struct csta_forward *forwards, size_t count)
{
	csta_encode_part_open(b, ed, "GetForwardingResponse");
	xmlw_open(b, "forwardingList");
	for (size_t i = 0; i < count; i++)
		forward_item(b, &forwards[i]);
	xmlw_close(b, "forwardingList");
	xmlw_close(b, "GetForwardingResponse");
}

void
csta_put_get_do_not_disturb_response(struct buf *b, enum csta_edition ed, bool on)
{
	csta_encode_part_open(b, ed, "GetDoNotDisturbResponse");
	xmlw_element_z(b, "doNotDisturbOn", truth(on));
	xmlw_close(b, "GetDoNotDisturbResponse");
}

void
csta_put_get_message_waiting_response(
	struct buf *b, enum csta_edition ed, bool on, struct str for_device)
{
	csta_encode_part_open(b, ed, "GetMessageWaitingIndicatorResponse");
	xmlw_element_z(b, "messageWaitingOn", truth(on));
	if (for_device.n > 0)
		xmlw_element(b, "deviceForMessage", for_device);
	xmlw_close(b, "GetMessageWaitingIndicatorResponse");
}

/* There is no pending busy in the schema. */
static void
pending_state(struct buf *b, enum csta_agent_state pending)
{
	if (pending != CSTA_AGENT_NONE && pending != CSTA_agentBusy)
		xmlw_element_z(b, "pendingAgentState", csta_agent_state_name(pending));
}

void
csta_put_set_agent_state_response(
	struct buf *b, enum csta_edition ed, enum csta_agent_state pending)
{
	csta_encode_part_open(b, ed, "SetAgentStateResponse");
	pending_state(b, pending);
	xmlw_close(b, "SetAgentStateResponse");
}

static void
agent_entry(struct buf *b, const struct csta_agent *agent)
{
	bool known = agent->state != CSTA_AGENT_NONE;

	xmlw_open(b, "agentStateEntry");
	if (agent->id.n > 0)
		xmlw_element(b, "agentID", agent->id);
	xmlw_element_z(b, "loggedOnState", truth(known && agent->state != CSTA_agentNull));
	if (known) {
		xmlw_open(b, "agentInfo");
		xmlw_open(b, "agentInfoItem");
		if (agent->group.n > 0)
			xmlw_element(b, "acdGroup", agent->group);
		xmlw_element_z(b, "agentState", csta_agent_state_name(agent->state));
		pending_state(b, agent->pending);
		xmlw_close(b, "agentInfoItem");
		xmlw_close(b, "agentInfo");
	}
	xmlw_close(b, "agentStateEntry");
}

void
csta_put_get_agent_state_response(struct buf *b, enum csta_edition ed,
	const struct csta_agent *agents, size_t count, struct str reason)
{
	csta_encode_part_open(b, ed, "GetAgentStateResponse");
	xmlw_open(b, "agentStateList");
	for (size_t i = 0; i < count; i++)
		agent_entry(b, &agents[i]);
	xmlw_close(b, "agentStateList");
	if (reason.n > 0) {
		xmlw_open(b, "extensions");
		csta_encode_part_private(b, reason, NULL, 0);
		xmlw_close(b, "extensions");
	}
	xmlw_close(b, "GetAgentStateResponse");
}

void
csta_put_escape_response(
	struct buf *b, enum csta_edition ed, const struct csta_private *items, size_t count)
{
	csta_encode_part_open(b, ed, "EscapeResponse");
	if (count > 0) {
		xmlw_open(b, "extensions");
		csta_encode_part_private(b, STR_NONE, items, count);
		xmlw_close(b, "extensions");
	}
	xmlw_close(b, "EscapeResponse");
}
