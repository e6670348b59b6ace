/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Route points: calls that an application outside routes.
 *
 * Happy path: (RoutePointNewCall -> admit ->) RoutePointCallAdded -> something is played ->
 * distribute: RoutePointCallOfferedToAgent -> RoutePointCallAnsweredByAgent.
 * Failure modes: nobody admits, nobody cares for the call, the route point has failed: the failure
 * policy; the agent does not answer: bounced; the caller hangs up: abandoned; the AS dies:
 * forgotten without an event.
 */
#include "tests/bwsim/bws_route_point.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_acd_doc.h"
#include "tests/bwsim/bws_call_priv.h"
#include "tests/bwsim/bws_callev.h"
#include "tests/bwsim/bws_drive.h"
#include "tests/bwsim/bws_journal.h"

#include <stdlib.h>
#include <string.h>

#define REASON "route-point"

static const struct {
	const char *text;
	const char *event;     /* NULL = its own function */
	const char *treatment; /* event at the end of its message */
} policies[BWS_RP_POLICY_COUNT] = {
	{ "holiday", "RoutePointHolidayPolicyAppliedEvent",
		"RoutePointHolidayPolicyTreatmentCompletedEvent" },
	{ "night", "RoutePointNightPolicyAppliedEvent",
		"RoutePointNightPolicyTreatmentCompletedEvent" },
	{ "forward", "RoutePointCallForwardedEvent",
		"RoutePointCallForwardedTreatmentCompletedEvent" },
	{ "overflow", "RoutePointCallOverflowedEvent",
		"RoutePointCallOverflowedTreatmentCompletedEvent" },
	{ "bounce", NULL, NULL },
	{ "failure", NULL, NULL },
};

static int64_t
now_ms(void)
{
	return bws_util_wall_us() / 1000;
}

enum bws_rp_policy
bws_route_point_policy_find(const char *text)
{
	unsigned p;

	for (p = 0; p < BWS_RP_POLICY_COUNT; p++)
		if (strcmp(policies[p].text, text) == 0)
			break;
	return (enum bws_rp_policy)p;
}

static void
text(struct bws_buf *b, const char *x, const char *name, const char *value)
{
	bws_buf_fmt(b, "<%s%s>", x, name);
	bws_buf_esc(b, value);
	bws_buf_fmt(b, "</%s%s>", x, name);
}

static void
number(struct bws_buf *b, const char *x, const char *name, int64_t value)
{
	bws_buf_fmt(b, "<%s%s>%lld</%s%s>", x, name, (long long)value, x, name);
}

static void
remote(struct bws_buf *b, const char *x, const struct bws_entry *e)
{
	bws_buf_fmt(b, "<%sremoteParty>", x);
	bws_entry_remote_party(b, x, e);
	bws_buf_fmt(b, "</%sremoteParty>", x);
}

static void
playing(struct bws_buf *b, const char *x, const struct bws_entry *e)
{
	static const char *const types[] = { "", "Treatment", "MOH", "Ringback", "Busy",
		"Silence" };

	if (e->play == BWS_PLAY_NONE)
		return;
	bws_buf_fmt(b, "<%splayCollectInfo>", x);
	text(b, x, "playCollectId", e->play_id);
	text(b, x, "playCollectType", types[e->play]);
	bws_buf_fmt(b, "</%splayCollectInfo>", x);
}

static void
entry(struct bws_buf *b, const char *x, const struct bws_entry *e)
{
	bws_buf_fmt(b, "<%squeueEntry>", x);
	text(b, x, "callId", e->call_id);
	text(b, x, "extTrackingId", e->tracking);
	remote(b, x, e);
	if (e->add_ms)
		number(b, x, "addTime", e->add_ms);
	if (e->remove_ms)
		number(b, x, "removeTime", e->remove_ms);
	if (e->bounced)
		bws_buf_fmt(b, "<%sbounced/>", x);
	text(b, x, "routePointName", e->at->name);
	text(b, x, "routePointNumber", e->at->dn);
	playing(b, x, e);
	if (e->outgoing)
		bws_buf_fmt(b, "<%soutgoingCall/>", x);
	if (e->outgoing_answer_ms)
		number(b, x, "outgoingCallAnswerTime", e->outgoing_answer_ms);
	if (*e->answering_user) {
		text(b, x, "answeringUserId", e->answering_user);
		text(b, x, "answeringCallId", e->answering_call);
	}
	bws_buf_fmt(b, "</%squeueEntry>", x);
}

void
bws_route_point_entries(struct bws_buf *b, const char *x, const struct bws_user *u)
{
	const struct bws_entry *e;

	if (!bws_entry_count(u))
		return;
	bws_buf_fmt(b, "<%squeueEntries>", x);
	TAILQ_FOREACH(e, &u->entries, link)
		if (e->stage != BWS_ENTRY_NEW && e->stage != BWS_ENTRY_TREATED)
			entry(b, x, e);
	bws_buf_fmt(b, "</%squeueEntries>", x);
}

static void
raise_event(const struct bws_entry *e, const char *type, const struct bws_buf *data)
{
	bws_journal_fact(e->at->w, "route-point", "{s:s,s:s,s:s,s:s,s:s}", "route_point", e->at->id,
		"call_id", e->call_id, "tracking_id", e->tracking, "event", type, "agent",
		e->answering_user);
	bws_sub_raise(e->at, BWS_PACKAGE_BIT(BWS_PACKAGE_ROUTE_POINT), type, bws_buf_text(data));
}

void
bws_route_point_tell(const struct bws_entry *e, const char *type, struct bws_buf *rest)
{
	struct bws_buf data = { 0 };

	entry(&data, "xsi:", e);
	if (rest) {
		bws_buf_str(&data, bws_buf_text(rest));
		bws_buf_free(rest);
	}
	raise_event(e, type, &data);
	bws_buf_free(&data);
}

/* callId .. remoteParty of a call that is not in the queue. */
static void
stranger(struct bws_buf *b, const struct bws_entry *e)
{
	text(b, "xsi:", "callId", e->call_id);
	text(b, "xsi:", "extTrackingId", e->tracking);
	text(b, "xsi:", "routePointName", e->at->name);
	text(b, "xsi:", "routePointNumber", e->at->dn);
	remote(b, "xsi:", e);
}

/* The entry leaves the queue: what is played ends first. */
static void
out_of_queue(struct bws_entry *e)
{
	bws_route_point_stop_play(e, "Stopped-OutOfQueue", NULL);
	bws_entry_withdraw(e);
	if (e->add_ms)
		e->remove_ms = now_ms();
}

static void
begin_treatment(struct bws_entry *e, enum bws_rp_policy p, const char *reason)
{
	struct bws *w = e->at->w;

	bws_timer_stop(&w->timers, &e->overflow);
	bws_timer_stop(&w->timers, &e->phone);
	e->stage = BWS_ENTRY_TREATED;
	e->policy = policies[p].treatment;
	e->reason = reason;
	bws_timer_in_ms(&w->timers, &e->step, w->knobs.treatment_ms);
}

/* Holiday, night, forced forwarding, overflow. */
static void
apply_policy(struct bws_entry *e, enum bws_rp_policy p, const char *reason)
{
	const struct bws_policy *policy = &e->at->route_point->policies[p];
	struct bws_buf data = { 0 };

	out_of_queue(e);
	if (p == BWS_RP_OVERFLOW)
		entry(&data, "xsi:", e);
	else
		stranger(&data, e);
	if (reason && e->at->w->knobs.rp_overflow_reason)
		text(&data, "xsi:", "overFlowReason", reason);
	bws_entry_redirect_data(&data, policy->to, REASON);
	if (!*policy->to)
		bws_buf_str(&data, "<xsi:treatmentStarted/>");
	bws_acd_doc_redirections(&data, e);
	raise_event(e, policies[p].event, &data);
	bws_buf_free(&data);
	if (*policy->to)
		bws_entry_redirect(e, policy->to, REASON);
	else
		begin_treatment(e, p, reason);
}

static void
tell_treatment_over(const struct bws_entry *e, const char *how)
{
	struct bws_buf data = { 0 };

	if (e->add_ms)
		entry(&data, "xsi:", e);
	else
		stranger(&data, e);
	if (e->reason && e->at->w->knobs.rp_overflow_reason)
		text(&data, "xsi:", "overFlowReason", e->reason);
	text(&data, "xsi:", "reason", how);
	raise_event(e, e->policy, &data);
	bws_buf_free(&data);
}

static void
plan_inactivity(struct bws_entry *e)
{
	struct bws *w = e->at->w;

	if (w->knobs.rp_inactivity_ms)
		bws_timer_in_ms(&w->timers, &e->step, w->knobs.rp_inactivity_ms);
	else
		bws_timer_stop(&w->timers, &e->step);
}

/* Somebody cares for the call: the time until it counts as neglected begins anew. */
static void
touched(struct bws_entry *e)
{
	if (e->stage == BWS_ENTRY_WAITING)
		plan_inactivity(e);
}

static void
answer_caller(struct bws_entry *e)
{
	struct bws_half *caller = bws_call_peer(e->half);

	if (!e->at->w->knobs.queue_answers || e->half->state != BWS_STATE_ALERTING)
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
	e->add_ms = now_ms();
	e->add_us = bws_util_mono_us();
	if (bws_entry_count(e->at) >= (size_t)w->knobs.rp_length_max) {
		apply_policy(e, BWS_RP_OVERFLOW, "size");
		return;
	}
	e->stage = BWS_ENTRY_WAITING;
	bws_acd_doc_redirections(&rest, e);
	bws_route_point_tell(e, "RoutePointCallAddedEvent", &rest);
	plan_inactivity(e);
	if (w->knobs.rp_wait_ms)
		bws_timer_in_ms(&w->timers, &e->overflow, w->knobs.rp_wait_ms);
	if (e->half->call->driven)
		bws_timer_in_ms(&w->timers, &e->phone,
			bws_rand_range(
				&w->rand_call, w->knobs.patience_ms / 2, w->knobs.patience_ms));
}

static void
tell_new(struct bws_entry *e)
{
	struct bws_buf data = { 0 };

	stranger(&data, e);
	number(&data, "xsi:", "receiveTime", now_ms());
	bws_acd_doc_redirections(&data, e);
	raise_event(e, "RoutePointNewCallEvent", &data);
	bws_buf_free(&data);
	bws_timer_in_ms(&e->at->w->timers, &e->step, e->at->w->knobs.rp_admission_ms);
}

static void
tell_rejected(struct bws_entry *e, const char *reason)
{
	struct bws_buf data = { 0 };

	stranger(&data, e);
	bws_acd_doc_redirections(&data, e);
	text(&data, "xsi:", "rejectReason", reason);
	raise_event(e, "RoutePointCallRejectedEvent", &data);
	bws_buf_free(&data);
}

void
bws_route_point_arrive(struct bws_entry *e)
{
	struct bws_route_point *rp = e->at->route_point;
	unsigned p;

	for (p = BWS_RP_HOLIDAY; p <= BWS_RP_FORWARD; p++) {
		if (rp->policies[p].active) {
			apply_policy(e, (enum bws_rp_policy)p, NULL);
			return;
		}
	}
	if (rp->failed)
		bws_route_point_fail(e, "RoutePointFailure");
	else if (e->at->w->knobs.rp_admission)
		tell_new(e);
	else
		enter(e);
}

void
bws_route_point_admit(struct bws_entry *e)
{
	bws_timer_stop(&e->at->w->timers, &e->step);
	enter(e);
}

static void
reject(struct bws_entry *e, const char *reason)
{
	tell_rejected(e, reason);
	bws_entry_release(e);
}

void
bws_route_point_reject(struct bws_entry *e)
{
	reject(e, "CallRejectRequested");
}

void
bws_route_point_overflow(struct bws_entry *e)
{
	if (e->stage != BWS_ENTRY_WHISPER)
		apply_policy(e, BWS_RP_OVERFLOW, "time");
}

const char *
bws_route_point_may_control(const struct bws_entry *e)
{
	if (e->stage == BWS_ENTRY_WHISPER)
		return "the agent is being told of the call";
	if (e->stage == BWS_ENTRY_TREATED || e->stage == BWS_ENTRY_NEW)
		return "the call is not in the queue";
	return NULL;
}

const char *
bws_route_point_distribute(
	struct bws_entry *e, struct bws_user *agent, const struct bws_acd_info *info, bool whisper)
{
	struct bws *w = e->at->w;

	if (e->stage != BWS_ENTRY_WAITING)
		return "the call is being offered";
	if (agent->kind != BWS_USER_PERSON || (agent->half_count && !w->knobs.call_waiting))
		return "the agent is busy or none";
	bws_route_point_stop_play(e, "Stopped-OfferedWithRingback", NULL);
	bws_timer_stop(&w->timers, &e->phone);
	e->whisper = whisper;
	e->stage = BWS_ENTRY_OFFERED;
	bws_route_point_tell(e, "RoutePointCallOfferedToAgentEvent", NULL);
	bws_entry_offer(e, agent, info);
	bws_timer_in_ms(&w->timers, &e->step, w->knobs.acd_bounce_ms);
	if (e->half->call->driven)
		bws_timer_in_ms(&w->timers, &e->phone,
			bws_rand_range(&w->rand_call, w->load.ring_ms[0], w->load.ring_ms[1]));
	return NULL;
}

/* Back in the queue, or on to the destination of bounced calls. */
static void
bounced(struct bws_entry *e)
{
	const struct bws_policy *policy = &e->at->route_point->policies[BWS_RP_BOUNCE];
	struct bws_buf rest = { 0 };

	e->bounced = true;
	e->stage = BWS_ENTRY_WAITING;
	*e->answering_user = '\0';
	if (policy->active && *policy->to) {
		out_of_queue(e);
		bws_entry_redirect_data(&rest, policy->to, REASON);
	}
	bws_route_point_tell(e, "RoutePointCallBouncedEvent", &rest);
	if (e->at->route_point->failed)
		bws_route_point_fail(e, "RoutePointFailure");
	else if (policy->active && *policy->to)
		bws_entry_redirect(e, policy->to, REASON);
	else
		plan_inactivity(e);
}

const char *
bws_route_point_bounce(struct bws_entry *e)
{
	if (e->stage != BWS_ENTRY_OFFERED)
		return "the call is not offered to an agent";
	bws_entry_withdraw(e);
	bounced(e);
	return NULL;
}

void
bws_route_point_transfer(struct bws_entry *e, const char *address)
{
	struct bws_buf rest = { 0 };

	out_of_queue(e);
	bws_entry_redirect_data(&rest, address, "transfer");
	bws_route_point_tell(e, "RoutePointCallTransferredEvent", &rest);
	bws_entry_redirect(e, address, "transfer");
}

void
bws_route_point_fail(struct bws_entry *e, const char *reason)
{
	const struct bws_policy *policy = &e->at->route_point->policies[BWS_RP_FAILURE];
	struct bws_buf rest = { 0 };

	out_of_queue(e);
	text(&rest, "xsi:", "failureReason", reason);
	bws_entry_redirect_data(&rest, policy->to, REASON);
	bws_route_point_tell(e, "RoutePointCallFailedEvent", &rest);
	if (*policy->to)
		bws_entry_redirect(e, policy->to, REASON);
	else
		bws_entry_release(e);
}

static void
release(struct bws_entry *e, const char *reason)
{
	struct bws_buf rest = { 0 };

	out_of_queue(e);
	text(&rest, "xsi:", "releaseReason", reason);
	if (strcmp(reason, "ReleasedWithCause") == 0)
		bws_buf_fmt(&rest,
			"<xsi:outgoingCallReleaseCause><xsi:internalReleaseCause>%s"
			"</xsi:internalReleaseCause></xsi:outgoingCallReleaseCause>",
			e->reason);
	bws_route_point_tell(e, "RoutePointCallReleasedEvent", &rest);
	bws_entry_release(e);
}

void
bws_route_point_release(struct bws_entry *e)
{
	release(e, "CallReleaseRequested");
}

static void
finish_answer(struct bws_entry *e)
{
	e->remove_ms = now_ms();
	bws_route_point_tell(e, "RoutePointCallAnsweredByAgentEvent", NULL);
	bws_entry_connect(e);
}

void
bws_route_point_answered(struct bws_entry *e)
{
	struct bws *w = e->at->w;

	bws_timer_stop(&w->timers, &e->overflow);
	if (!e->whisper && !w->knobs.whisper_ms) {
		finish_answer(e);
		return;
	}
	e->stage = BWS_ENTRY_WHISPER;
	bws_route_point_tell(e, "RoutePointWhisperStartedEvent", NULL);
	bws_timer_in_ms(&w->timers, &e->step, w->knobs.whisper_ms ? w->knobs.whisper_ms : 500);
}

/* Who the script belongs to is an outside party: the call is out of the route point's hands. */
static void
voicexml_step(struct bws_entry *e)
{
	e->voicexml = false;
	if (e->reason || e->at->w->knobs.voicexml_fails) {
		e->reason = NULL;
		bws_route_point_tell(e, "RoutePointFailedVoiceXMLEvent", NULL);
		plan_inactivity(e);
		return;
	}
	bws_route_point_stop_play(e, "Stopped-OutOfQueue", NULL);
	e->remove_ms = now_ms();
	bws_route_point_tell(e, "RoutePointConnectedToVoiceXMLEvent", NULL);
	bws_entry_free(e);
}

void
bws_route_point_voicexml(struct bws_entry *e, const char *subscriber)
{
	struct bws *w = e->at->w;

	e->voicexml = true;
	/* Scripts are run by virtual users of the same domain; others are not found. */
	e->reason = strchr(subscriber, '@') ? NULL : "unknown";
	bws_route_point_tell(e, "RoutePointConnectingToVoiceXMLEvent", NULL);
	bws_timer_in_ms(&w->timers, &e->step, w->knobs.voicexml_ms);
}

void
bws_route_point_step(struct bws_entry *e)
{
	switch (e->stage) {
	case BWS_ENTRY_NEW:
		if (!e->outgoing)
			reject(e, "CallAdmissionTimeout");
		else
			release(e, e->reason ? "ReleasedWithCause" : "NoAnswerTimeOut");
		break;
	case BWS_ENTRY_WAITING:
		if (e->voicexml)
			voicexml_step(e);
		else
			bws_route_point_fail(e, "CallFailureDueToInactivity");
		break;
	case BWS_ENTRY_OFFERED:
		bws_entry_withdraw(e);
		bounced(e);
		break;
	case BWS_ENTRY_WHISPER:
		if (e->offered)
			finish_answer(e);
		else
			bounced(e);
		break;
	case BWS_ENTRY_TREATED:
		tell_treatment_over(e, "EOF");
		bws_entry_release(e);
		break;
	case BWS_ENTRY_ENTRANCE:
		break;
	}
}

void
bws_route_point_abandoned(struct bws_entry *e)
{
	if (e->stage == BWS_ENTRY_TREATED) {
		tell_treatment_over(e, "remoteRelease");
	} else if (e->stage == BWS_ENTRY_NEW && !e->outgoing) {
		tell_rejected(e, "CallAbandoned");
	} else {
		out_of_queue(e);
		bws_route_point_tell(e, "RoutePointCallAbandonedEvent", NULL);
	}
	bws_entry_free(e);
}

void
bws_route_point_updated(struct bws_entry *e, const char *reason)
{
	struct bws_buf rest = { 0 };

	if (reason)
		text(&rest, "xsi:", "reason", reason);
	bws_route_point_tell(e, "RoutePointCallUpdatedEvent", &rest);
	touched(e);
}

void
bws_route_point_cpd(struct bws_entry *e, const char *result)
{
	struct bws_buf rest = { 0 };

	text(&rest, "xsi:", "cpdResult", result);
	bws_route_point_tell(e, "RoutePointCallUpdatedEvent", &rest);
}

struct bws_half *
bws_route_point_new(struct bws_user *u, const char *address)
{
	struct bws_call *c = bws_call_new(u->w, u->w->knobs.dial_auto != 0);

	if (!c)
		return NULL;
	snprintf(c->dialled, sizeof(c->dialled), "%s", address);
	return bws_call_add_half(c, 0, u, u->dn, BWS_ORIGINATOR);
}

void
bws_route_point_dial(struct bws_half *h)
{
	struct bws *w = h->user->w;
	struct bws_user *callee = NULL;
	struct bws_entry *e = bws_entry_new(h);

	e->outgoing = true;
	/* Nobody is there yet: the number says who it will be. */
	bws_user_resolve(
		w, h->call->dialled, &callee, e->remote_address, sizeof(e->remote_address));
	e->remote_user = callee;
	if (!callee && !*e->remote_address)
		snprintf(e->remote_address, sizeof(e->remote_address), "tel:%.50s",
			h->call->dialled);
	bws_route_point_tell(e, "RoutePointOutgoingCallOriginatedEvent", NULL);
	bws_callev_emit(h, "CallOriginatedEvent");
	bws_timer_in_ms(&w->timers, &e->step, w->knobs.no_answer_ms);
	bws_call_connect(h);
}

void
bws_route_point_dialled(struct bws_entry *e, const char *type)
{
	if (strcmp(type, "CallReleasingEvent") == 0) {
		/* From the main loop: the call is in the middle of a change. */
		e->reason = e->half->cause;
		bws_timer_in_ms(&e->at->w->timers, &e->step, 0);
	} else if (strcmp(type, "CallAnsweredEvent") == 0) {
		bws_drive_stop(e->half->call);
		bws_timer_stop(&e->at->w->timers, &e->step);
		e->outgoing_answer_ms = now_ms();
		bws_route_point_tell(e, "RoutePointOutgoingCallAnsweredEvent", NULL);
		enter(e);
	}
}

/* All calls but those that ring at agents go to the destination of failed calls. */
static void
fail_all(struct bws_user *u)
{
	struct bws_entry *e = TAILQ_FIRST(&u->entries);

	while (e) {
		struct bws_entry *next = TAILQ_NEXT(e, link);

		if (e->stage == BWS_ENTRY_WAITING)
			bws_route_point_fail(e, "RoutePointFailure");
		e = next;
	}
}

void
bws_route_point_set_state(struct bws_user *u, bool failed, bool external)
{
	struct bws_buf data = { 0 };

	if (u->route_point->failed == failed)
		return;
	u->route_point->failed = failed;
	bws_journal_fact(u->w, "route-point-state", "{s:s,s:s,s:b}", "route_point", u->id, "state",
		failed ? "Failed" : "Normal", "external", (int)external);
	if (failed)
		text(&data, "xsi:", "stateChangeReason",
			external ? "ExternalRequest" : "FailureDetected");
	bws_sub_raise(u, BWS_PACKAGE_BIT(BWS_PACKAGE_ROUTE_POINT),
		failed ? "RoutePointFailedEvent" : "RoutePointRecoveredEvent", bws_buf_text(&data));
	bws_buf_free(&data);
	if (failed)
		fail_all(u);
}

void
bws_route_point_set_policy(struct bws_user *u, enum bws_rp_policy p, bool active, const char *to)
{
	struct bws_policy *policy = &u->route_point->policies[p];

	policy->active = active;
	snprintf(policy->to, sizeof(policy->to), "%s", to ? to : "");
	bws_journal_fact(u->w, "policy", "{s:s,s:s,s:b,s:s}", "route_point", u->id, "policy",
		policies[p].text, "active", (int)active, "to", policy->to);
}

int
bws_route_point_add(struct bws *w, const char *spec)
{
	struct bws_user *u = bws_user_add_virtual(w, spec, BWS_USER_ROUTE_POINT);

	if (!u)
		return -1;
	u->route_point = bws_util_calloc(1, sizeof(*u->route_point));
	u->route_point->user = u;
	return 0;
}

void
bws_route_point_free(struct bws_user *u)
{
	free(u->route_point);
	u->route_point = NULL;
}
