/* SPDX-License-Identifier: Apache-2.0 */
/* Facts about agents and features into events: see say.h. */
#include "daemon/say_part.h"

#include "proto/base/check.h"

static void
person_tell(struct say *s, const struct core_say *f, struct csta_event *ev)
{
	ev->subject = str_of(f->device->id);
	say_event_all(s, f->device, f->difference, ev);
}

static enum csta_event_kind
agent_kind(enum core_agent_state state)
{
	switch (state) {
	case CORE_AGENT_NOT_READY:
		return CSTA_EV_AgentNotReady;
	case CORE_AGENT_READY:
		return CSTA_EV_AgentReady;
	case CORE_AGENT_AFTER_CALL:
		return CSTA_EV_AgentWorkingAfterCall;
	case CORE_AGENT_NULL:
		break;
	}
	return CSTA_EV_AgentLoggedOff;
}

/* The call center it serves, where there is just one to name. */
static struct str
agent_group(const struct say *s, const struct core_agent *a)
{
	const struct core_join *only = TAILQ_FIRST(&a->joins);

	return a->join_count == 1 ? say_user_name(s->x, str_of(only->center)) : STR_NONE;
}

/* An agent that was away logs on first: every client sees the two transitions that the standard has. */
void
say_agent(struct say *s, const struct core_say *f)
{
	const struct core_agent *a = f->device->agent;
	struct csta_event ev = {
		.agent_id = str_of(f->device->id),
		.group = agent_group(s, a),
		.cause = CSTA_CAUSE_normal,
	};

	if (a->told == CORE_AGENT_NULL) {
		ev.kind = CSTA_EV_AgentLoggedOn;
		person_tell(s, f, &ev);
	}
	ev.kind = agent_kind(a->state);
	if (ev.kind == CSTA_EV_AgentNotReady)
		ev.reason = str_of(a->code);
	person_tell(s, f, &ev);
}

/* The state again, with the call center that it is about (F25). */
void
say_joined(struct say *s, const struct core_say *f)
{
	const struct core_agent *a = f->device->agent;
	struct csta_event ev = {
		.agent_id = str_of(f->device->id),
		.group = say_user_name(s->x, f->text),
		.cause = CSTA_CAUSE_normal,
	};

	if (a->told == CORE_AGENT_NULL)
		return;
	ev.kind = f->number ? agent_kind(a->told) : CSTA_EV_AgentLoggedOff;
	if (!f->number && a->join_count > 0)
		ev.kind = agent_kind(a->told); /* it serves others still */
	if (!f->number)
		ev.group = agent_group(s, a);
	person_tell(s, f, &ev);
}

static enum csta_forwarding
feature_forwarding(enum core_feature_kind kind)
{
	if (kind == CORE_FEATURE_FORWARD_BUSY)
		return CSTA_forwardBusy;
	return kind == CORE_FEATURE_FORWARD_NO_ANSWER ? CSTA_forwardNoAns : CSTA_forwardImmediate;
}

/* Who sits where: hoteling has no event in the standard. */
static void
feature_hoteling(struct say *s, const struct core_say *f, const struct core_feature *feature)
{
	struct csta_private items[2] = {
		{ "guestAssociated", feature->on ? STR("true") : STR("false") },
		{ "host", say_party_name(s->x, str_of(feature->text)) },
	};
	struct csta_event ev = {
		.kind = CSTA_EV_Private,
		.private_items = items,
		.private_count = feature->text[0] != '\0' ? 2 : 1,
	};

	person_tell(s, f, &ev);
}

void
say_feature(struct say *s, const struct core_say *f)
{
	enum core_feature_kind kind = (enum core_feature_kind)f->number;
	const struct core_feature *feature = &f->device->features[kind];
	struct csta_event ev = { .on = feature->on, .cause = CSTA_CAUSE_normal };

	switch (kind) {
	case CORE_FEATURE_DO_NOT_DISTURB:
		ev.kind = CSTA_EV_DoNotDisturb;
		break;
	case CORE_FEATURE_MESSAGE_WAITING:
		ev.kind = CSTA_EV_MessageWaiting;
		break;
	case CORE_FEATURE_FORWARD_ALWAYS:
	case CORE_FEATURE_FORWARD_BUSY:
	case CORE_FEATURE_FORWARD_NO_ANSWER:
		ev.kind = CSTA_EV_Forwarding;
		ev.forwarding = feature_forwarding(kind);
		ev.other = say_party_name(s->x, str_of(feature->text));
		ev.ring_count = feature->number;
		break;
	case CORE_FEATURE_HOTELING:
		feature_hoteling(s, f, feature);
		return;
	case CORE_FEATURES:
		return;
	}
	person_tell(s, f, &ev);
}
