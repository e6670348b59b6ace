/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Agents of call centers: their state, memberships and figures.
 *
 * Happy path: signed out -> Sign-In -> Available -> (a call) -> Wrap-Up -> Available ...; every change
 * is an AgentStateEvent for whoever watches the agent, and the queues look for calls.
 * Failure modes: a user that is no agent, a state nobody may ask for, a code that is too long:
 * refused with a sentence.
 */
#include "tests/bwsim/bws_agent.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_acd.h"
#include "tests/bwsim/bws_journal.h"

#include <stdlib.h>
#include <string.h>

static const char *const state_texts[] = { "Sign-In", "Available", "Unavailable", "Wrap-Up",
	"Sign-Out" };

const char *
bws_agent_state_text(enum bws_agent_state s)
{
	return state_texts[s];
}

enum bws_agent_state
bws_agent_find_state(const char *text)
{
	unsigned s;

	for (s = 0; s < BWS_AGENT_STATE_COUNT; s++)
		if (strcmp(state_texts[s], text) == 0)
			break;
	return (enum bws_agent_state)s;
}

static int64_t
now_ms(void)
{
	return bws_util_wall_us() / 1000;
}

void
bws_agent_value(struct bws_buf *b, const struct bws *w, const char *name, int64_t value)
{
	if (w->knobs.plain_values)
		bws_buf_fmt(b, "<xsi:%s>%lld</xsi:%s>", name, (long long)value, name);
	else
		bws_buf_fmt(b, "<xsi:%s><xsi:value>%lld</xsi:value></xsi:%s>", name,
			(long long)value, name);
}

static void
on_wrap_over(void *arg)
{
	struct bws_agent *a = arg;

	bws_agent_set(a->user, BWS_AGENT_AVAILABLE, NULL);
}

static void
alert_data(struct bws_buf *b, const struct bws_agent *a, const char *what)
{
	bws_buf_fmt(b, "<xsi:alertInfo><xsi:alertEvent>%s</xsi:alertEvent>", what);
	bws_agent_value(b, a->user->w, "timestamp", now_ms());
	bws_buf_str(b, "</xsi:alertInfo>");
}

static void
on_alert(void *arg)
{
	struct bws_agent *a = arg;
	struct bws_buf data = { 0 };

	alert_data(&data, a, "OnCallTime");
	bws_sub_raise(a->user, BWS_PACKAGE_BIT(BWS_PACKAGE_AGENT_MONITORING),
		"CallCenterAgentOnCallAlertEvent", data.p);
	bws_buf_free(&data);
}

bool
bws_agent_assign(struct bws_user *u, struct bws_user *queue)
{
	struct bws_agent *a = u->agent;
	struct bws_join *j;

	if (!a) {
		a = u->agent = bws_util_calloc(1, sizeof(*a));
		a->user = u;
		a->state = BWS_AGENT_SIGN_OUT;
		a->state_ms = now_ms();
		bws_timer_init(&a->wrap, on_wrap_over, a);
		bws_timer_init(&a->alert, on_alert, a);
	}
	if (a->join_count == BWS_AGENT_JOINS_MAX)
		return false;
	j = &a->joins[a->join_count++];
	j->queue = queue;
	j->joined = true;
	j->skill = 1;
	return true;
}

void
bws_agent_free(struct bws_user *u)
{
	if (!u->agent)
		return;
	bws_timer_stop(&u->w->timers, &u->agent->wrap);
	bws_timer_stop(&u->w->timers, &u->agent->alert);
	free(u->agent);
	u->agent = NULL;
}

static int64_t
available_s(const struct bws_agent *a)
{
	int64_t ms = a->available_total_ms;

	if (a->state == BWS_AGENT_AVAILABLE)
		ms += now_ms() - a->state_ms;
	return ms > 0 ? ms / 1000 : 0;
}

static void
state_fields(struct bws_buf *b, const struct bws_agent *a)
{
	bws_buf_fmt(b, "<xsi:state>%s</xsi:state>", state_texts[a->state]);
	bws_agent_value(b, a->user->w, "stateTimestamp", a->state_ms);
	if (*a->code) {
		bws_buf_str(b, "<xsi:unavailableCode>");
		bws_buf_esc(b, a->code);
		bws_buf_str(b, "</xsi:unavailableCode>");
	}
	if (a->state == BWS_AGENT_WRAP_UP && *a->wrap_call)
		bws_buf_fmt(b, "<xsi:wrapUpCallId>%s</xsi:wrapUpCallId>", a->wrap_call);
	if (a->state == BWS_AGENT_SIGN_OUT && !a->sign_in_ms)
		return;
	bws_buf_fmt(b, "<xsi:signInTimestamp>%lld</xsi:signInTimestamp>", (long long)a->sign_in_ms);
	bws_buf_fmt(b, "<xsi:totalAvailableTime>%lld</xsi:totalAvailableTime>",
		(long long)available_s(a));
	bws_agent_value(b, a->user->w, "averageWrapUpTime",
		a->wraps ? a->wrap_total_ms / a->wraps / 1000 : 0);
	if (a->state == BWS_AGENT_WRAP_UP && a->wrap_queue)
		bws_buf_fmt(b, "<xsi:wrapUpCallCenterUserId>%s</xsi:wrapUpCallCenterUserId>",
			a->wrap_queue->id);
}

static void
join_fields(struct bws_buf *b, const struct bws_join *j)
{
	bws_buf_fmt(b, "<xsi:joinInfo><xsi:acdUserId>%s</xsi:acdUserId>", j->queue->id);
	if (j->joined)
		bws_buf_str(b, "<xsi:joined/>");
	bws_buf_fmt(b, "<xsi:skillLevel>%d</xsi:skillLevel></xsi:joinInfo>", j->skill);
}

void
bws_agent_subscription_data(struct bws_buf *b, const struct bws_user *u)
{
	const struct bws_agent *a = u->agent;
	size_t i;

	bws_buf_str(b, "<xsi:joinData>");
	if (a && a->join_count) {
		bws_buf_str(b, "<xsi:joinInfos>");
		for (i = 0; i < a->join_count; i++)
			join_fields(b, &a->joins[i]);
		bws_buf_str(b, "</xsi:joinInfos>");
	}
	bws_buf_str(b, "</xsi:joinData>");
	if (!a)
		return;
	bws_buf_str(b, "<xsi:stateInfo>");
	state_fields(b, a);
	bws_buf_str(b, "</xsi:stateInfo>");
}

static void
tell_state(const struct bws_agent *a)
{
	struct bws_buf data = { 0 };

	bws_journal_fact(a->user->w, "agent", "{s:s,s:s,s:s,s:s}", "user", a->user->id, "state",
		state_texts[a->state], "code", a->code, "wrap_call", a->wrap_call);
	bws_buf_str(&data, "<xsi:agentStateInfo>");
	state_fields(&data, a);
	bws_buf_str(&data, "</xsi:agentStateInfo>");
	bws_sub_raise(a->user, BWS_PACKAGE_BIT(BWS_PACKAGE_AGENT), "AgentStateEvent", data.p);
	bws_buf_free(&data);
}

/* Figures of the state that ends. */
static void
leave_state(struct bws_agent *a, int64_t now)
{
	int64_t stay = now > a->state_ms ? now - a->state_ms : 0;

	if (a->state == BWS_AGENT_AVAILABLE)
		a->available_total_ms += stay;
	if (a->state == BWS_AGENT_WRAP_UP) {
		a->wrap_total_ms += stay;
		a->wraps++;
		*a->wrap_call = '\0';
		a->wrap_queue = NULL;
	}
	bws_timer_stop(&a->user->w->timers, &a->wrap);
}

static void
enter_state(struct bws_agent *a, enum bws_agent_state state, const char *code)
{
	int64_t now = now_ms();

	leave_state(a, now);
	if (state == BWS_AGENT_SIGN_OUT) {
		a->sign_in_ms = 0;
	} else if (!a->sign_in_ms) {
		a->sign_in_ms = now;
		a->available_total_ms = a->wrap_total_ms = a->wraps = 0;
	}
	a->state = state;
	a->state_ms = now;
	a->bounces = 0;
	snprintf(
		a->code, sizeof(a->code), "%s", state == BWS_AGENT_UNAVAILABLE && code ? code : "");
}

static void
plan_wrap_end(struct bws_agent *a)
{
	int64_t ms = a->user->w->knobs.wrap_up_ms;

	if (ms)
		bws_timer_in_ms(&a->user->w->timers, &a->wrap, ms);
}

const char *
bws_agent_set(struct bws_user *u, enum bws_agent_state state, const char *code)
{
	struct bws_agent *a = u->agent;
	bool again;

	if (!a)
		return "the user is no agent";
	if (code && strlen(code) > BWS_AGENT_CODE_MAX)
		return "the unavailable code is too long";
	again = a->state == state &&
		(state != BWS_AGENT_UNAVAILABLE || strcmp(a->code, code ? code : "") == 0);
	if (again && !u->w->knobs.agent_event_always)
		return NULL;
	enter_state(a, state, code);
	if (state == BWS_AGENT_WRAP_UP)
		plan_wrap_end(a);
	tell_state(a);
	bws_acd_agent_changed(u);
	return NULL;
}

struct bws_join *
bws_agent_joined(const struct bws_user *u, const struct bws_user *queue)
{
	size_t i;

	for (i = 0; u->agent && i < u->agent->join_count; i++)
		if (u->agent->joins[i].queue == queue)
			return &u->agent->joins[i];
	return NULL;
}

const char *
bws_agent_join(struct bws_user *u, const struct bws_user *queue, bool joined, int skill)
{
	struct bws_join *j = bws_agent_joined(u, queue);
	struct bws_buf data = { 0 };

	if (!j)
		return "the user is no agent of the call center";
	j->joined = joined;
	j->skill = skill;
	bws_journal_fact(u->w, "join", "{s:s,s:s,s:b,s:i}", "user", u->id, "queue", queue->id,
		"joined", (int)joined, "skill", skill);
	bws_buf_str(&data, "<xsi:ccAgentJoinUpdateData>");
	join_fields(&data, j);
	bws_buf_str(&data, "</xsi:ccAgentJoinUpdateData>");
	bws_sub_raise(u, BWS_PACKAGE_BIT(BWS_PACKAGE_AGENT), "ACDAgentJoinUpdateEvent", data.p);
	bws_buf_free(&data);
	bws_acd_agent_changed(u);
	return NULL;
}

bool
bws_agent_is_staffed(const struct bws_user *u)
{
	return u->agent && u->agent->state != BWS_AGENT_SIGN_OUT;
}

bool
bws_agent_may_take(const struct bws_user *u, const struct bws_user *queue)
{
	const struct bws_join *j = bws_agent_joined(u, queue);

	return j && j->joined && u->agent->state == BWS_AGENT_AVAILABLE && !u->half_count;
}

void
bws_agent_call_answered(struct bws_user *u)
{
	struct bws_agent *a = u->agent;
	int64_t ms = u->w->knobs.agent_alert_ms;

	if (!a)
		return;
	a->bounces = 0;
	if (ms)
		bws_timer_in_ms(&u->w->timers, &a->alert, ms);
}

void
bws_agent_monitoring_data(struct bws_buf *b, const struct bws_user *u)
{
	const struct bws_agent *a = u->agent;

	bws_buf_str(b, "<xsi:monitoringStatus>");
	bws_agent_value(b, u->w, "averageACDCallTime",
		a && a->talks ? a->talk_total_ms / a->talks / 1000 : 0);
	bws_agent_value(b, u->w, "averageACDOutgoingCallTime",
		a && a->outs ? a->out_total_ms / a->outs / 1000 : 0);
	bws_buf_str(b, "</xsi:monitoringStatus>");
}

void
bws_agent_call_over(
	struct bws_user *u, struct bws_user *queue, const char *call_id, int64_t talk_ms)
{
	struct bws_agent *a = u->agent;
	struct bws_buf data = { 0 };

	if (!a)
		return;
	bws_timer_stop(&u->w->timers, &a->alert);
	a->talks++;
	a->talk_total_ms += talk_ms;
	a->idle_since_us = bws_util_mono_us();
	bws_agent_monitoring_data(&data, u);
	bws_sub_raise(u, BWS_PACKAGE_BIT(BWS_PACKAGE_AGENT_MONITORING),
		"CallCenterAgentMonitoringEvent", data.p);
	bws_buf_free(&data);
	if (a->state != BWS_AGENT_AVAILABLE || !u->w->knobs.wrap_up_ms) {
		bws_acd_agent_changed(u);
		return;
	}
	enter_state(a, BWS_AGENT_WRAP_UP, NULL);
	snprintf(a->wrap_call, sizeof(a->wrap_call), "%s", call_id);
	a->wrap_queue = queue;
	plan_wrap_end(a);
	tell_state(a);
}

void
bws_agent_bounced(struct bws_user *u)
{
	int64_t max = u->w->knobs.agent_bounces_max;

	if (!u->agent)
		return;
	if (++u->agent->bounces >= max && max && u->agent->state == BWS_AGENT_AVAILABLE)
		bws_agent_set(u, BWS_AGENT_UNAVAILABLE, u->w->knobs.bounce_code);
}

static void
profile_queues(struct bws_buf *b, const struct bws_agent *a)
{
	size_t i;

	bws_buf_str(b, "<callCenterList>");
	for (i = 0; i < a->join_count; i++) {
		const struct bws_join *j = &a->joins[i];

		bws_buf_fmt(b,
			"<callCenterDetails><serviceUserId>%s</serviceUserId>"
			"<available>%s</available><phoneNumber>%s</phoneNumber>"
			"<extension>%s</extension><type>Premium</type>"
			"<isLogOffAllowed>true</isLogOffAllowed><skillLevel>%d</skillLevel>"
			"</callCenterDetails>",
			j->queue->id, j->joined ? "true" : "false", j->queue->dn + strlen("tel:"),
			j->queue->ext, j->skill);
	}
	bws_buf_str(b, "</callCenterList>");
}

void
bws_agent_profile(struct bws_buf *b, const struct bws_user *u)
{
	const struct bws_agent *a = u->agent;

	bws_buf_fmt(b, "<agentACDState>%s</agentACDState>", state_texts[a->state]);
	if (*a->code) {
		bws_buf_str(b, "<agentUnavailableCode>");
		bws_buf_esc(b, a->code);
		bws_buf_str(b, "</agentUnavailableCode>");
	}
	bws_buf_str(b,
		"<useDefaultGuardTimer>true</useDefaultGuardTimer>"
		"<enableGuardTimer>false</enableGuardTimer>"
		"<guardTimerSeconds>5</guardTimerSeconds>");
	bws_buf_str(b, "<makeOutgoingCallsAsCallCenter>false</makeOutgoingCallsAsCallCenter>");
	profile_queues(b, a);
}
