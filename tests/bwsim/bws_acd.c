/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Call centers: queues of calls and the agents that take them.
 *
 * Happy path: a call arrives -> ACDCallAdded -> an agent is free: ACDCallOfferedToAgent, his phone
 * rings -> he answers: ACDCallAnsweredByAgent, the caller talks to him -> wrap-up.
 * Failure modes: holiday, night, forced forwarding, a full queue, a long wait, no agents: the
 * policy of the case sends the call elsewhere or plays a message and releases it; the agent does
 * not answer: bounced; the caller hangs up: abandoned; the AS dies: forgotten without an event.
 */
#include "tests/bwsim/bws_acd.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_acd_doc.h"
#include "tests/bwsim/bws_agent.h"
#include "tests/bwsim/bws_call_priv.h"
#include "tests/bwsim/bws_callev.h"
#include "tests/bwsim/bws_entry.h"
#include "tests/bwsim/bws_journal.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *text;
	const char *event;     /* type without "Event"; NULL = it has none of its own */
	const char *treatment; /* type of the event at the end of its message */
	bool entered;          /* concerns calls of the queue, not new ones */
} policies[BWS_ACD_POLICY_COUNT] = {
	{ "holiday", "ACDHolidayPolicyApplied", "ACDHolidayPolicyTreatmentCompletedEvent", false },
	{ "night", "ACDNightPolicyApplied", "ACDNightPolicyTreatmentCompletedEvent", false },
	{ "forward", "ACDCallForwarded", "ACDCallForwardedTreatmentCompletedEvent", false },
	{ "overflow", "ACDCallOverflowed", "ACDCallOverflowedTreatmentCompletedEvent", true },
	{ "bounce", NULL, NULL, true },
	/* The schema spells these two so. */
	{ "stranded", "ACDCallStranded", "ACDCallStrandedTreatementCompletedEvent", true },
	{ "stranded-unavailable", "ACDCallStrandedUnavailable",
		"ACDCallStrandedUnavailableTreatementCompletedEvent", true },
};

enum bws_acd_policy
bws_acd_policy_find(const char *name)
{
	unsigned p;

	for (p = 0; p < BWS_ACD_POLICY_COUNT; p++)
		if (strcmp(policies[p].text, name) == 0)
			break;
	return (enum bws_acd_policy)p;
}

static int64_t
now_ms(void)
{
	return bws_util_wall_us() / 1000;
}

static void
raise_queue(const struct bws_entry *e, const char *type, const struct bws_buf *data)
{
	bws_journal_fact(e->at->w, "queue", "{s:s,s:s,s:s,s:s,s:i,s:s}", "queue", e->at->id,
		"call_id", e->call_id, "tracking_id", e->tracking, "event", type, "position",
		e->stage == BWS_ENTRY_TREATED ? 0 : (int)bws_entry_position(e), "agent",
		e->answering_user);
	bws_sub_raise(e->at, BWS_PACKAGE_BIT(BWS_PACKAGE_QUEUE), type, bws_buf_text(data));
}

/* Event with the queue entry and what follows it, already written to @rest. */
static void
tell(const struct bws_entry *e, const char *type, struct bws_buf *rest)
{
	struct bws_buf data = { 0 };

	bws_acd_doc_entry(&data, "xsi:", e);
	if (rest) {
		bws_buf_str(&data, bws_buf_text(rest));
		bws_buf_free(rest);
	}
	raise_queue(e, type, &data);
	bws_buf_free(&data);
}

static void
tell_position(const struct bws_entry *e, const char *type)
{
	struct bws_buf rest = { 0 };

	bws_buf_fmt(&rest, "<xsi:position>%zu</xsi:position>", bws_entry_position(e));
	tell(e, type, &rest);
}

/* Monitoring is told at once, then no more often than the knob says. */
static void
tell_monitoring(struct bws_acd *q)
{
	struct bws_buf data = { 0 };

	bws_acd_doc_monitoring(&data, q->user);
	bws_sub_raise(q->user, BWS_PACKAGE_BIT(BWS_PACKAGE_QUEUE_MONITORING),
		"CallCenterMonitoringEvent", data.p);
	bws_buf_free(&data);
	q->monitor_due = false;
	bws_timer_in_ms(&q->user->w->timers, &q->monitor, q->user->w->knobs.monitoring_ms);
}

static void
changed(struct bws_acd *q)
{
	if (bws_timer_armed(&q->monitor))
		q->monitor_due = true;
	else
		tell_monitoring(q);
}

static void
on_monitor(void *arg)
{
	struct bws_acd *q = arg;

	if (q->monitor_due || bws_entry_count(q->user))
		tell_monitoring(q);
}

/* The queue has changed: agents are looked for, from the main loop. */
static void
look_soon(struct bws_acd *q)
{
	if (!bws_timer_armed(&q->look))
		bws_timer_in_ms(&q->user->w->timers, &q->look, 0);
	changed(q);
}

static void
removed(struct bws_entry *e)
{
	e->remove_ms = now_ms();
	changed(e->at->acd);
}

/* The call hears the message of the policy. */
static void
begin_treatment(struct bws_entry *e, enum bws_acd_policy p, const char *reason)
{
	struct bws *w = e->at->w;

	bws_entry_withdraw(e);
	bws_timer_stop(&w->timers, &e->overflow);
	bws_timer_stop(&w->timers, &e->phone);
	e->stage = BWS_ENTRY_TREATED;
	e->policy = policies[p].treatment;
	e->reason = reason;
	bws_timer_in_ms(&w->timers, &e->step, w->knobs.treatment_ms);
}

/* The policy takes the call: event, then it goes elsewhere or hears a message. */
static void
apply_policy(struct bws_entry *e, enum bws_acd_policy p, const char *reason)
{
	const struct bws_policy *policy = &e->at->acd->policies[p];
	struct bws_buf data = { 0 };
	char type[80];

	if (e->add_ms)
		removed(e);
	if (policies[p].entered)
		bws_acd_doc_entry(&data, "xsi:", e);
	else
		bws_acd_doc_stranger(&data, e);
	if (reason)
		bws_buf_fmt(&data, "<xsi:overflowReason>%s</xsi:overflowReason>", reason);
	bws_entry_redirect_data(&data, policy->to, "call-center");
	if (!*policy->to)
		bws_buf_str(&data, "<xsi:treatmentStarted/>");
	if (p != BWS_ACD_STRANDED_UNAVAILABLE)
		bws_acd_doc_redirections(&data, e);
	snprintf(type, sizeof(type), "%sEvent", policies[p].event);
	raise_queue(e, type, &data);
	bws_buf_free(&data);
	if (*policy->to)
		bws_entry_redirect(e, policy->to, "call-center");
	else
		begin_treatment(e, p, reason);
}

/* The message of a policy is over, or the caller did not wait for its end. */
static void
tell_treatment_over(const struct bws_entry *e, const char *how)
{
	struct bws_buf data = { 0 };

	if (e->add_ms)
		bws_acd_doc_entry(&data, "xsi:", e);
	else
		bws_acd_doc_stranger(&data, e);
	if (e->reason)
		bws_buf_fmt(&data, "<xsi:overflowReason>%s</xsi:overflowReason>", e->reason);
	bws_buf_fmt(&data, "<xsi:reason>%s</xsi:reason>", how);
	raise_queue(e, e->policy, &data);
	bws_buf_free(&data);
}

static bool
anybody(const struct bws_acd *q, bool (*fits)(const struct bws_user *))
{
	size_t i;

	for (i = 0; i < q->agent_count; i++) {
		const struct bws_join *j = bws_agent_joined(q->agents[i], q->user);

		if (j && j->joined && fits(q->agents[i]))
			return true;
	}
	return false;
}

static bool
is_not_unavailable(const struct bws_user *u)
{
	return bws_agent_is_staffed(u) && u->agent->state != BWS_AGENT_UNAVAILABLE;
}

/* The policy for a queue that nobody works for, or BWS_ACD_POLICY_COUNT. */
static enum bws_acd_policy
stranded_policy(const struct bws_acd *q)
{
	if (q->policies[BWS_ACD_STRANDED].active && !anybody(q, bws_agent_is_staffed))
		return BWS_ACD_STRANDED;
	if (q->policies[BWS_ACD_STRANDED_UNAVAILABLE].active && anybody(q, bws_agent_is_staffed) &&
		!anybody(q, is_not_unavailable))
		return BWS_ACD_STRANDED_UNAVAILABLE;
	return BWS_ACD_POLICY_COUNT;
}

/* Better: longer idle, or drawn, or earlier in the list. */
static bool
is_better(const struct bws_user *a, const struct bws_user *b, int64_t policy)
{
	if (!b)
		return true;
	if (policy == 1)
		return false;
	if (policy == 2)
		return bws_rand_next(&a->w->rand_call) & 1;
	return a->agent->idle_since_us < b->agent->idle_since_us;
}

static struct bws_user *
find_agent(const struct bws_acd *q)
{
	struct bws_user *best = NULL;
	size_t i;

	for (i = 0; i < q->agent_count; i++)
		if (bws_agent_may_take(q->agents[i], q->user) &&
			is_better(q->agents[i], best, q->user->w->knobs.acd_policy))
			best = q->agents[i];
	return best;
}

/* The agent's phone answers by itself in driven calls. */
static void
plan_phone(struct bws_entry *e)
{
	const struct bws_load *l = &e->at->w->load;
	struct bws *w = e->at->w;

	if (!e->half->call->driven)
		return;
	if (bws_rand_range(&w->rand_call, 1, 100) <= w->knobs.answer_percent)
		bws_timer_in_ms(&w->timers, &e->phone,
			bws_rand_range(&w->rand_call, l->ring_ms[0], l->ring_ms[1]));
}

/* A driven caller does not wait for ever. */
static void
plan_patience(struct bws_entry *e)
{
	struct bws *w = e->at->w;

	if (e->half->call->driven)
		bws_timer_in_ms(&w->timers, &e->phone,
			bws_rand_range(
				&w->rand_call, w->knobs.patience_ms / 2, w->knobs.patience_ms));
}

static void
offer(struct bws_entry *e, struct bws_user *agent)
{
	struct bws *w = e->at->w;
	struct bws_acd_info info = { .at = e->at,
		.calls_in_queue = (int64_t)bws_entry_count(e->at) - 1,
		.wait_s = bws_entry_wait_s(e),
		.longest_s = bws_entry_longest_wait_s(e->at) };

	bws_timer_stop(&w->timers, &e->phone);
	e->stage = BWS_ENTRY_OFFERED;
	tell(e, "ACDCallOfferedToAgentEvent", NULL);
	bws_entry_offer(e, agent, &info);
	bws_timer_in_ms(&w->timers, &e->step, w->knobs.acd_bounce_ms);
	plan_phone(e);
}

static void
on_look(void *arg)
{
	struct bws_acd *q = arg;
	enum bws_acd_policy p = stranded_policy(q);
	struct bws_entry *e = TAILQ_FIRST(&q->user->entries);

	while (e) {
		struct bws_entry *next = TAILQ_NEXT(e, link);
		struct bws_user *agent;

		if (e->stage == BWS_ENTRY_WAITING && p < BWS_ACD_POLICY_COUNT) {
			apply_policy(e, p, NULL);
		} else if (e->stage == BWS_ENTRY_WAITING) {
			agent = find_agent(q);
			if (!agent)
				return;
			offer(e, agent);
		}
		e = next;
	}
}

/* Puts the entry behind those that come before it: bounced first, then by priority. */
static void
place(struct bws_entry *e)
{
	struct bws_entry *other;

	TAILQ_REMOVE(&e->at->entries, e, link);
	TAILQ_FOREACH(other, &e->at->entries, link) {
		if (other->bounced > e->bounced)
			continue;
		if (e->bounced > other->bounced || other->priority > e->priority) {
			TAILQ_INSERT_BEFORE(other, e, link);
			return;
		}
	}
	TAILQ_INSERT_TAIL(&e->at->entries, e, link);
}

/* The queue answers: the caller hears its music. */
static void
answer_caller(struct bws_entry *e)
{
	struct bws_half *caller = bws_call_peer(e->half);

	if (!e->at->w->knobs.queue_answers)
		return;
	bws_call_set_state(e->half, BWS_STATE_ACTIVE);
	bws_callev_emit(e->half, "CallAnsweredEvent");
	if (caller && caller->state == BWS_STATE_ALERTING) {
		bws_call_set_state(caller, BWS_STATE_ACTIVE);
		bws_callev_emit(caller, "CallAnsweredEvent");
	}
}

static void
enter(struct bws_entry *e)
{
	struct bws *w = e->at->w;
	struct bws_buf rest = { 0 };

	answer_caller(e);
	e->stage = w->knobs.entrance_ms ? BWS_ENTRY_ENTRANCE : BWS_ENTRY_WAITING;
	place(e);
	bws_buf_fmt(&rest, "<xsi:position>%zu</xsi:position>", bws_entry_position(e));
	bws_acd_doc_redirections(&rest, e);
	tell(e, "ACDCallAddedEvent", &rest);
	if (w->knobs.entrance_ms)
		bws_timer_in_ms(&w->timers, &e->step, w->knobs.entrance_ms);
	if (w->knobs.acd_wait_ms)
		bws_timer_in_ms(&w->timers, &e->overflow, w->knobs.acd_wait_ms);
	plan_patience(e);
	look_soon(e->at->acd);
}

void
bws_acd_arrive(struct bws_entry *e)
{
	struct bws_acd *q = e->at->acd;
	unsigned p;

	for (p = BWS_ACD_HOLIDAY; p <= BWS_ACD_FORWARD; p++) {
		if (q->policies[p].active) {
			apply_policy(e, (enum bws_acd_policy)p, NULL);
			return;
		}
	}
	e->add_ms = e->bucket_ms = now_ms();
	e->add_us = bws_util_mono_us();
	e->priority = (int)e->at->w->knobs.acd_priority;
	if (bws_entry_count(e->at) >= (size_t)e->at->w->knobs.acd_length_max)
		apply_policy(e, BWS_ACD_OVERFLOW, "size");
	else
		enter(e);
}

void
bws_acd_overflow(struct bws_entry *e)
{
	if (e->stage != BWS_ENTRY_WHISPER)
		apply_policy(e, BWS_ACD_OVERFLOW, "time");
}

/* Nobody answered at the agent, or he refused: the call waits again, in front, or goes elsewhere. */
static void
bounce(struct bws_entry *e, struct bws_user *agent)
{
	const struct bws_policy *policy = &e->at->acd->policies[BWS_ACD_BOUNCE];
	struct bws_buf rest = { 0 };

	agent->agent->idle_since_us = bws_util_mono_us();
	bws_agent_bounced(agent);
	e->bounced = true;
	*e->answering_user = '\0';
	e->stage = BWS_ENTRY_WAITING;
	if (policy->active && *policy->to) {
		removed(e);
		bws_entry_redirect_data(&rest, policy->to, "call-center");
		tell(e, "ACDCallBouncedEvent", &rest);
		bws_entry_redirect(e, policy->to, "call-center");
		return;
	}
	place(e);
	tell_position(e, "ACDCallBouncedEvent");
	plan_patience(e);
	look_soon(e->at->acd);
}

static void
finish_answer(struct bws_entry *e)
{
	struct bws_acd *q = e->at->acd;

	removed(e);
	q->answered++;
	q->speed_total_ms += e->remove_ms > e->add_ms ? e->remove_ms - e->add_ms : 0;
	tell(e, "ACDCallAnsweredByAgentEvent", NULL);
	bws_entry_connect(e);
}

void
bws_acd_answered(struct bws_entry *e)
{
	struct bws *w = e->at->w;

	bws_timer_stop(&w->timers, &e->overflow);
	if (!w->knobs.whisper_ms) {
		finish_answer(e);
		return;
	}
	e->stage = BWS_ENTRY_WHISPER;
	tell(e, "ACDWhisperStartedEvent", NULL);
	bws_timer_in_ms(&w->timers, &e->step, w->knobs.whisper_ms);
}

void
bws_acd_step(struct bws_entry *e)
{
	struct bws_user *agent;

	switch (e->stage) {
	case BWS_ENTRY_ENTRANCE:
		e->stage = BWS_ENTRY_WAITING;
		look_soon(e->at->acd);
		break;
	case BWS_ENTRY_OFFERED:
		agent = e->offered ? e->offered->user : e->refused_by;
		bws_entry_withdraw(e);
		bounce(e, agent);
		break;
	case BWS_ENTRY_WHISPER:
		if (e->offered)
			finish_answer(e);
		else
			bounce(e, e->refused_by);
		break;
	case BWS_ENTRY_TREATED:
		tell_treatment_over(e, "EOF");
		bws_entry_release(e);
		break;
	case BWS_ENTRY_NEW:
	case BWS_ENTRY_WAITING:
		break;
	}
}

void
bws_acd_abandoned(struct bws_entry *e)
{
	struct bws_buf rest = { 0 };
	bool entrance = e->stage == BWS_ENTRY_ENTRANCE;

	if (e->stage == BWS_ENTRY_TREATED) {
		tell_treatment_over(e, "remoteRelease");
	} else {
		bws_entry_withdraw(e);
		removed(e);
		e->at->acd->abandoned++;
		if (entrance)
			bws_buf_str(&rest, "<xsi:entrancePlaying/>");
		tell(e, "ACDCallAbandonedEvent", &rest);
	}
	bws_entry_free(e);
}

void
bws_acd_updated(struct bws_entry *e, const char *reason)
{
	struct bws_buf rest = { 0 };

	if (reason)
		bws_buf_fmt(&rest, "<xsi:reason>%s</xsi:reason>", reason);
	tell(e, "ACDCallUpdatedEvent", &rest);
}

const char *
bws_acd_may_control(const struct bws_entry *e)
{
	if (e->stage == BWS_ENTRY_WHISPER)
		return "the agent is being told of the call";
	if (e->stage == BWS_ENTRY_TREATED || e->stage == BWS_ENTRY_NEW)
		return "the call is not in the queue";
	return NULL;
}

void
bws_acd_release(struct bws_entry *e)
{
	bws_entry_withdraw(e);
	removed(e);
	tell(e, "ACDCallReleasedEvent", NULL);
	bws_entry_release(e);
}

void
bws_acd_transfer(struct bws_entry *e, const char *address)
{
	struct bws_buf rest = { 0 };

	bws_entry_withdraw(e);
	removed(e);
	bws_entry_redirect_data(&rest, address, "transfer");
	tell(e, "ACDCallTransferredEvent", &rest);
	bws_entry_redirect(e, address, "transfer");
}

void
bws_acd_escape(struct bws_entry *e, const char *address)
{
	bws_entry_withdraw(e);
	removed(e);
	tell(e, "ACDCallEscapedEvent", NULL);
	if (address && *address)
		bws_entry_redirect(e, address, "call-center");
	else
		bws_entry_release(e);
}

const char *
bws_acd_promote(struct bws_entry *e, int priority)
{
	if (e->bounced || e->stage == BWS_ENTRY_ENTRANCE)
		return "the call cannot be promoted now";
	if (priority >= e->priority)
		return "a call cannot be demoted";
	e->priority = priority;
	e->bucket_ms = now_ms();
	place(e);
	tell_position(e, "ACDCallPromotedEvent");
	return NULL;
}

const char *
bws_acd_reorder(struct bws_entry *e, int64_t position)
{
	struct bws_entry *other;
	int64_t n = 1;

	if (e->priority || e->bounced || e->stage == BWS_ENTRY_ENTRANCE)
		return "the call cannot be reordered now";
	TAILQ_REMOVE(&e->at->entries, e, link);
	TAILQ_FOREACH(other, &e->at->entries, link) {
		if (other->stage == BWS_ENTRY_TREATED)
			continue;
		/* Not before a bounced call, not behind one of lower priority. */
		if (!other->bounced && (n >= position || other->priority))
			break;
		n++;
	}
	if (other)
		TAILQ_INSERT_BEFORE(other, e, link);
	else
		TAILQ_INSERT_TAIL(&e->at->entries, e, link);
	e->reordered = true;
	tell_position(e, "ACDCallReorderedEvent");
	return NULL;
}

void
bws_acd_agent_changed(struct bws_user *agent)
{
	size_t i;

	for (i = 0; agent->agent && i < agent->agent->join_count; i++)
		look_soon(agent->agent->joins[i].queue->acd);
}

static void
tell_configuration(struct bws_user *queue, enum bws_acd_policy p)
{
	static const char *const types[] = { "ACDHolidayServiceEvent", "ACDNightServiceEvent",
		"ACDForcedForwardingEvent" };
	struct bws_buf data = { 0 };

	if (queue->acd->policies[p].active)
		bws_buf_str(&data, "<xsi:active/>");
	if (p == BWS_ACD_NIGHT && queue->acd->force_night)
		bws_buf_str(&data, "<xsi:forceNightService/>");
	bws_sub_raise(queue, BWS_PACKAGE_BIT(BWS_PACKAGE_QUEUE_CONFIGURATION), types[p],
		bws_buf_text(&data));
	bws_buf_free(&data);
}

void
bws_acd_set_policy(
	struct bws_user *queue, enum bws_acd_policy p, bool active, const char *to, bool force)
{
	struct bws_policy *policy = &queue->acd->policies[p];

	policy->active = active;
	snprintf(policy->to, sizeof(policy->to), "%s", to ? to : "");
	if (p == BWS_ACD_NIGHT)
		queue->acd->force_night = force;
	bws_journal_fact(queue->w, "policy", "{s:s,s:s,s:b,s:s}", "queue", queue->id, "policy",
		policies[p].text, "active", (int)active, "to", policy->to);
	if (p <= BWS_ACD_FORWARD)
		tell_configuration(queue, p);
	look_soon(queue->acd);
}

static struct bws_acd *
new_queue(struct bws_user *u)
{
	struct bws_acd *q = bws_util_calloc(1, sizeof(*q));

	q->user = u;
	q->policies[BWS_ACD_OVERFLOW].active = true;
	bws_timer_init(&q->look, on_look, q);
	bws_timer_init(&q->monitor, on_monitor, q);
	u->acd = q;
	return q;
}

void
bws_acd_free(struct bws_user *u)
{
	struct bws_acd *q = u->acd;

	if (!q)
		return;
	bws_timer_stop(&u->w->timers, &q->look);
	bws_timer_stop(&u->w->timers, &q->monitor);
	free(q->agents);
	free(q);
	u->acd = NULL;
}

static int
add_agent(struct bws_acd *q, const char *ext)
{
	struct bws_user *u = bws_user_by_any(q->user->w, ext);

	if (!u || u->kind != BWS_USER_PERSON || bws_agent_joined(u, q->user) ||
		!bws_agent_assign(u, q->user))
		return -1;
	q->agents = bws_util_realloc(q->agents, (q->agent_count + 1) * sizeof(struct bws_user *));
	q->agents[q->agent_count++] = u;
	return 0;
}

/* One extension, or "first-last". */
static int
add_agents(struct bws_acd *q, const char *range)
{
	size_t digits = strspn(range, "0123456789");
	unsigned long first, last, n;
	char ext[32];

	if (!digits || digits > 9)
		return -1;
	first = last = strtoul(range, NULL, 10);
	if (range[digits] == '-' && range[digits + 1])
		last = strtoul(range + digits + 1, NULL, 10);
	else if (range[digits])
		return -1;
	for (n = first; n <= last; n++) {
		snprintf(ext, sizeof(ext), "%0*lu", (int)digits, n);
		if (add_agent(q, ext) < 0)
			return -1;
	}
	return first <= last ? 0 : -1;
}

int
bws_acd_add(struct bws *w, const char *spec)
{
	char *copy = bws_util_strdup(spec);
	char *agents = strchr(copy, '=');
	char *save = NULL;
	struct bws_user *u;
	struct bws_acd *q;
	const char *range;
	int rv = 0;

	if (agents)
		*agents++ = '\0';
	u = bws_user_add_virtual(w, copy, BWS_USER_QUEUE);
	q = u ? new_queue(u) : NULL;
	range = agents ? strtok_r(agents, ",", &save) : NULL;
	for (; q && range && !rv; range = strtok_r(NULL, ",", &save))
		rv = add_agents(q, range);
	free(copy);
	return q ? rv : -1;
}
