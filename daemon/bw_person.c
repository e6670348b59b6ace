/* SPDX-License-Identifier: Apache-2.0 */
/* What events say about agents and the services of a user: see bw_event.c. */
#include "daemon/bw_part.h"

#include "proto/base/check.h"

/* False: the document does not say. */
static bool
person_state(enum xsi_agent_state state, enum core_agent_state *out)
{
	switch (state) {
	case XSI_AGENT_SIGN_IN: /* on the way in, see reference-connector.md 6 */
	case XSI_AGENT_UNAVAILABLE:
		*out = CORE_AGENT_NOT_READY;
		return true;
	case XSI_AGENT_AVAILABLE:
		*out = CORE_AGENT_READY;
		return true;
	case XSI_AGENT_WRAP_UP:
		*out = CORE_AGENT_AFTER_CALL;
		return true;
	case XSI_AGENT_SIGN_OUT:
		*out = CORE_AGENT_NULL;
		return true;
	case XSI_AGENT_NONE:
	case XSI_AGENT_UNKNOWN:
		break;
	}
	return false;
}

static void
person_agent(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	enum core_agent_state state;

	if (ev->agent.has_state && person_state(ev->agent.state, &state))
		core_decide_agent(&b->x->em, d, state, ev->agent.unavailable_code);
}

/* All call centers the agent serves; a list that was cut proves nothing of those that it lacks. */
static void
person_joins(struct bw *b, struct core_device *d, const struct xsi_agent *agent)
{
	struct str centers[LIMIT_JOINS_PER_AGENT];
	size_t count = 0;

	for (uint32_t i = 0; i < agent->join_count; i++)
		if (agent->joins[i].is_joined)
			centers[count++] = agent->joins[i].acd_user;
	if (!agent->cut) {
		core_decide_joins(&b->x->em, d, centers, count);
		return;
	}
	for (size_t i = 0; i < count; i++)
		core_decide_join(&b->x->em, d, centers[i], true);
}

static void
person_agent_snapshot(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	if (ev->agent.has_joins)
		person_joins(b, d, &ev->agent);
	person_agent(b, d, ev);
}

static void
person_join(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	for (uint32_t i = 0; i < ev->agent.join_count; i++)
		core_decide_join(
			&b->x->em, d, ev->agent.joins[i].acd_user, ev->agent.joins[i].is_joined);
}

static void
person_disposition(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	core_decide_note(&b->x->em, d, ev->call.call_id, CORE_NOTE_ACCOUNT, 0, ev->disposition,
		STR_NONE, STR_NONE);
}

/* A service that was taken away is off. */
static void
person_service(struct bw *b, struct core_device *d, const struct xsi_event *ev,
	enum core_feature_kind feature)
{
	const struct xsi_service *service = &ev->service;
	bool hoteling = feature == CORE_FEATURE_HOTELING;
	bool on = hoteling ? service->is_associated : service->active == XSI_FLAG_ON;

	if (!service->has_info && !service->is_unassigned)
		return;
	core_decide_feature(&b->x->em, d, feature, on && !service->is_unassigned, service->rings,
		hoteling ? service->host_user : service->address);
}

static void
person_dnd(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	person_service(b, d, ev, CORE_FEATURE_DO_NOT_DISTURB);
}

static void
person_forward_always(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	person_service(b, d, ev, CORE_FEATURE_FORWARD_ALWAYS);
}

static void
person_forward_busy(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	person_service(b, d, ev, CORE_FEATURE_FORWARD_BUSY);
}

static void
person_forward_no_answer(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	person_service(b, d, ev, CORE_FEATURE_FORWARD_NO_ANSWER);
}

static void
person_hoteling(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	person_service(b, d, ev, CORE_FEATURE_HOTELING);
}

static void
person_messages(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	uint32_t waiting = ev->messages.new_count + ev->messages.new_urgent_count;

	core_decide_feature(
		&b->x->em, d, CORE_FEATURE_MESSAGE_WAITING, waiting > 0, waiting, STR_NONE);
}

static const struct {
	enum xsi_event_kind kind;
	void (*take)(struct bw *b, struct core_device *d, const struct xsi_event *ev);
} person_events[] = {
	{ XSI_EV_AgentState, person_agent },
	{ XSI_EV_AgentSubscription, person_agent_snapshot },
	{ XSI_EV_ACDAgentJoinUpdate, person_join },
	{ XSI_EV_AgentDispositionCodeAdded, person_disposition },
	{ XSI_EV_VoiceMailMessageSummary, person_messages },
	{ XSI_EV_DoNotDisturb, person_dnd },
	{ XSI_EV_CallForwardingAlways, person_forward_always },
	{ XSI_EV_CallForwardingBusy, person_forward_busy },
	{ XSI_EV_CallForwardingNoAnswer, person_forward_no_answer },
	{ XSI_EV_HotelingGuest, person_hoteling },
};

void
bw_person_take(struct bw *b, struct core_device *d, const struct xsi_event *ev)
{
	for (size_t i = 0; i < sizeof(person_events) / sizeof(person_events[0]); i++)
		if (person_events[i].kind == ev->kind)
			person_events[i].take(b, d, ev);
}
