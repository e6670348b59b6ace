/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Agents of call centers in Xsi documents: see xsi_decode.h.
 *
 * Failure modes: an agent state or a queue without what names it. All else is read leniently; a
 * state that is not known is XSI_AGENT_UNKNOWN, so that somebody can be told that there is one.
 */
#include "proto/xsi_decode_part.h"

static void
read_state(const struct xml *x, uint32_t info, struct xsi_agent *out)
{
	struct str state = xml_child_text(x, info, "state");

	out->has_state = state.n > 0;
	out->state = xsi_agent_state_of(state);
	out->unavailable_code = xsi_part_text(x, info, "unavailableCode", LIMIT_ADDRESS);
	out->state_ms = xsi_part_u64(x, info, "stateTimestamp");
	out->sign_in_ms = xsi_part_u64(x, info, "signInTimestamp");
	out->total_available_s = xsi_part_u64(x, info, "totalAvailableTime");
	out->average_wrap_up_s = xsi_part_u64(x, info, "averageWrapUpTime");
	out->wrap_up_call = xsi_part_text(x, info, "wrapUpCallId", LIMIT_CALL_ID);
	out->wrap_up_user = xsi_part_text(x, info, "wrapUpCallCenterUserId", LIMIT_USER_ID);
}

int
xsi_read_agent_event(const struct xsi_source *s, uint32_t data)
{
	struct xsi_agent *out = &s->out->event.agent;

	read_state(s->xml, xml_child(s->xml, data, "agentStateInfo"), out);
	return out->has_state ? E_OK : xsi_part_refuse(s, "state", "is missing");
}

/* One queue; `user`, `joined` are what the elements are called there. */
static int
read_join(const struct xsi_source *s, uint32_t node, const char *user, const char *joined)
{
	struct xsi_agent *agent = &s->out->event.agent;
	struct xsi_join *out;
	int code;

	if (agent->join_count == LIMIT_JOINS_PER_AGENT) {
		agent->cut = true;
		return E_OK;
	}
	out = &agent->joins[agent->join_count];
	code = xsi_part_mandatory(s, node, user, LIMIT_USER_ID, &out->acd_user);
	if (code != E_OK)
		return code;
	out->is_joined = xsi_part_is_on(s->xml, node, joined);
	out->skill = xsi_part_u32(s->xml, node, "skillLevel");
	agent->join_count++;
	return E_OK;
}

static int
read_joins(const struct xsi_source *s, uint32_t list)
{
	uint32_t node = xml_first(s->xml, list);
	int code = E_OK;

	for (; code == E_OK && node != XML_NONE; node = xml_next(s->xml, node))
		if (str_is(xml_name(s->xml, node), "joinInfo"))
			code = read_join(s, node, "acdUserId", "joined");
	return code;
}

int
xsi_read_agent_snapshot(const struct xsi_source *s, uint32_t data)
{
	struct xsi_agent *out = &s->out->event.agent;
	uint32_t joins = xml_child(s->xml, data, "joinData");

	read_state(s->xml, xml_child(s->xml, data, "stateInfo"), out);
	out->has_joins = joins != XML_NONE;
	return read_joins(s, xml_child(s->xml, joins, "joinInfos"));
}

int
xsi_read_join_event(const struct xsi_source *s, uint32_t data)
{
	return read_joins(s, xml_child(s->xml, data, "ccAgentJoinUpdateData"));
}

int
xsi_read_disposition_event(const struct xsi_source *s, uint32_t data)
{
	struct xsi_event *event = &s->out->event;

	event->disposition = xsi_part_text(s->xml, data, "dispositionCode", LIMIT_ADDRESS);
	return xsi_part_mandatory(s, data, "callId", LIMIT_CALL_ID, &event->call.call_id);
}

/* The agent's profile, where a queue without a name is no reason to lose the state. */
int
xsi_read_call_center(const struct xsi_source *s, uint32_t root)
{
	struct xsi_agent *out = &s->out->event.agent;
	struct str state = xml_child_text(s->xml, root, "agentACDState");
	uint32_t list = xml_child(s->xml, root, "callCenterList");
	uint32_t node = xml_first(s->xml, list);

	out->has_state = state.n > 0;
	out->state = xsi_agent_state_of(state);
	out->unavailable_code = xsi_part_text(s->xml, root, "agentUnavailableCode", LIMIT_ADDRESS);
	out->has_joins = list != XML_NONE;
	for (; node != XML_NONE; node = xml_next(s->xml, node)) {
		struct str user = xsi_part_text(s->xml, node, "serviceUserId", LIMIT_USER_ID);

		if (user.n > 0 && read_join(s, node, "serviceUserId", "available") != E_OK)
			return s->err->code;
	}
	return E_OK;
}
