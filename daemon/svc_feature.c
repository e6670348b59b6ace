/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services on a user that are no calls: see svc_feature.h.
 *
 * What is asked for is asked of BroadWorks, not of the model: the device may be one whose features nobody has subscribed.
 */
#include "daemon/svc_feature.h"

#include "daemon/svc_hotel.h"
#include "daemon/svc_ident.h"
#include "proto/base/limits.h"
#include "proto/csta_encode.h"
#include "proto/xsi_body.h"

/* One request without a body. */
static struct svc_job *
plain_job(const struct svc_in *in, const struct core_device *d, enum xsi_op op)
{
	struct svc_job *job = svc_job_new(in, d);

	svc_job_step(job, &(struct xsi_request){ .op = op, .args = { str_of(d->user) } });
	return job;
}

/* One more request, with the body that is in v->body. */
static void
body_step(const struct svc_in *in, struct svc_job *job, const struct core_device *d, enum xsi_op op)
{
	svc_job_step(job,
		&(struct xsi_request){
			.op = op, .args = { str_of(d->user) }, .body = buf_as_str(&in->v->body) });
}

/* --- agents --- */

static bool
agent_take(struct svc_job *job, unsigned step, const struct xsi_doc *doc)
{
	static const enum csta_agent_state states[] = {
		[XSI_AGENT_NONE] = CSTA_AGENT_NONE,
		[XSI_AGENT_SIGN_IN] = CSTA_agentNotReady,
		[XSI_AGENT_AVAILABLE] = CSTA_agentReady,
		[XSI_AGENT_UNAVAILABLE] = CSTA_agentNotReady,
		[XSI_AGENT_WRAP_UP] = CSTA_agentWorkingAfterCall,
		[XSI_AGENT_SIGN_OUT] = CSTA_agentNull,
		[XSI_AGENT_UNKNOWN] = CSTA_AGENT_NONE,
	};

	(void)step;
	if (doc->kind != XSI_DOC_CALL_CENTER)
		return false;
	job->got.agent.state = states[doc->event.agent.state];
	/* a reason that is too long to be one is none */
	str_copy(job->got.agent.reason, sizeof(job->got.agent.reason),
		doc->event.agent.unavailable_code);
	return true;
}

static void
put_agent(struct svc *v, const struct svc_job *job, enum csta_edition ed)
{
	struct csta_agent agent = { .id = str_of(job->asked),
		.group = str_of(job->party),
		.state = job->got.agent.state,
		.pending = CSTA_AGENT_NONE };

	csta_put_get_agent_state_response(&v->body, ed, &agent, 1, str_of(job->got.agent.reason));
}

static void
put_agent_set(struct svc *v, const struct svc_job *job, enum csta_edition ed)
{
	(void)job;
	csta_put_set_agent_state_response(&v->body, ed, CSTA_AGENT_NONE);
}

/* An agent has one state in all his queues: a group is right if he serves it, as far as is known. */
static bool
agent_serves(const struct svc_in *in, const struct core_device *d)
{
	const struct core_join *j;
	struct ident user;

	if (in->q->group.n == 0 || d->agent == NULL || d->agent->join_count == 0)
		return true;
	svc_user(in->v, in->q->group, &user);
	TAILQ_FOREACH(j, &d->agent->joins, of_agent)
		if (str_is(ident_str(&user), j->center))
			return true;
	return false;
}

static struct str
agent_wish(enum csta_agent_wish wish)
{
	static const char *const states[] = {
		[CSTA_WISH_loggedOn] = "Sign-In",
		[CSTA_WISH_loggedOff] = "Sign-Out",
		[CSTA_WISH_notReady] = "Unavailable",
		[CSTA_WISH_ready] = "Available",
		[CSTA_WISH_workingAfterCall] = "Wrap-Up",
	};

	return str_of(states[wish]);
}

#define REASON_MAX 10 /* characters of an agentUnavailableCode */

static void
agent_set(const struct svc_in *in, const struct core_device *d)
{
	struct str reason = in->q->agent_wish == CSTA_WISH_notReady ? in->q->reason : STR_NONE;
	struct svc_job *job;

	if (in->q->agent_wish == CSTA_WISH_NONE || in->q->agent_wish == CSTA_AGENT_WISH_COUNT) {
		svc_refuse(in, CSTA_ERR_invalidAgentState);
		return;
	}
	if (reason.n > REASON_MAX) {
		svc_refuse(in, CSTA_ERR_invalidParameterValue);
		return;
	}
	job = svc_job_new(in, d);
	job->put = put_agent_set;
	buf_reset(&in->v->body);
	xsi_body_agent_state(&in->v->body, agent_wish(in->q->agent_wish), reason);
	body_step(in, job, d, XSI_OP_agent_state_set);
	svc_job_start(in, job);
}

/* An agent that is not the device's own sits down at it, or gets up: hoteling. */
static void
agent_of_other(const struct svc_in *in, const struct core_device *d)
{
	if (in->q->kind == CSTA_SetAgentState && in->q->agent_wish == CSTA_WISH_loggedOn)
		svc_hotel_take(in, str_of(d->id), in->q->agent_id);
	else if (in->q->kind == CSTA_SetAgentState && in->q->agent_wish == CSTA_WISH_loggedOff)
		svc_hotel_leave(in, str_of(d->id), in->q->agent_id);
	else
		svc_refuse(in, CSTA_ERR_invalidAgentIdentifier);
}

void
svc_feature_agent(const struct svc_in *in)
{
	struct core_device *d = svc_own_device(in, CORE_KIND_user);
	struct str agent = in->q->agent_id;
	struct ident user;
	struct svc_job *job;

	if (d == NULL)
		return;
	if (!agent_serves(in, d)) {
		svc_refuse(in, CSTA_ERR_invalidAgentGroup);
		return;
	}
	svc_user(in->v, agent, &user);
	if (agent.n > 0 && !str_is(ident_str(&user), d->user)) {
		agent_of_other(in, d);
		return;
	}
	if (in->q->kind == CSTA_SetAgentState) {
		agent_set(in, d);
		return;
	}
	job = plain_job(in, d, XSI_OP_agent_state_get);
	job->put = put_agent;
	job->take = agent_take;
	mem_free(job->party);
	job->party = mem_strndup(in->q->group.p, in->q->group.n);
	svc_job_start(in, job);
}

/* --- forwarding --- */

static const struct {
	enum csta_forwarding type;
	enum xsi_op get, set;
} forwardings[] = {
	{ CSTA_forwardImmediate, XSI_OP_cfa_get, XSI_OP_cfa_set },
	{ CSTA_forwardBusy, XSI_OP_cfb_get, XSI_OP_cfb_set },
	{ CSTA_forwardNoAns, XSI_OP_cfna_get, XSI_OP_cfna_set },
};

#define FORWARDINGS (sizeof(forwardings) / sizeof(forwardings[0]))

_Static_assert(FORWARDINGS <= SVC_STEPS, "one step each");

static bool
forwarding_take(struct svc_job *job, unsigned step, const struct xsi_doc *doc)
{
	unsigned i = job->got.forwards.count;
	struct str to = doc->event.service.address;

	if (doc->kind != XSI_DOC_SERVICE)
		return false;
	if (!str_copy(job->got.forwards.to[i], sizeof(job->got.forwards.to[i]), to))
		return false;
	job->got.forwards.items[i] = (struct csta_forward){ .type = forwardings[step].type,
		.on = doc->event.service.active == XSI_FLAG_ON,
		.ring_count = doc->event.service.rings };
	job->got.forwards.count++;
	return true;
}

static void
put_forwarding(struct svc *v, const struct svc_job *job, enum csta_edition ed)
{
	struct csta_forward items[SVC_STEPS];

	for (unsigned i = 0; i < job->got.forwards.count; i++) {
		items[i] = job->got.forwards.items[i];
		items[i].to = str_of(job->got.forwards.to[i]);
	}
	csta_put_get_forwarding_response(&v->body, ed, items, job->got.forwards.count);
}

/* A user has some of the three services, or all, or none: what he has is told. */
static void
forwarding_get(const struct svc_in *in, const struct core_device *d)
{
	struct svc_job *job = svc_job_new(in, d);

	job->put = put_forwarding;
	job->take = forwarding_take;
	job->lenient = true;
	for (size_t i = 0; i < FORWARDINGS; i++)
		svc_job_step(job,
			&(struct xsi_request){
				.op = forwardings[i].get, .args = { str_of(d->user) } });
	svc_job_start(in, job);
}

#define RINGS_MAX 20

/* No type: the usual one. BroadWorks tells no internal from external calls. XSI_OP_none: refused. */
static enum xsi_op
forwarding_op(const struct svc_in *in)
{
	enum csta_forwarding type = in->q->forwarding;

	if (type == CSTA_FORWARD_NONE)
		return XSI_OP_cfa_set;
	for (size_t i = 0; i < FORWARDINGS; i++)
		if (forwardings[i].type == type)
			return forwardings[i].set;
	svc_refuse(in,
		type == CSTA_FORWARDING_COUNT ? CSTA_ERR_invalidForwardingType :
						CSTA_ERR_parameterNotSupported);
	return XSI_OP_none;
}

static enum csta_error
forwarding_error(const struct csta_request *q)
{
	if (q->on == CSTA_FLAG_NONE)
		return CSTA_ERR_atLeastOneConditionalParameterNotProvided;
	if (q->called.n > 0 && !svc_is_address(q->called))
		return CSTA_ERR_invalidForwardingDestination;
	if (q->ring_count > RINGS_MAX)
		return CSTA_ERR_invalidRingCount;
	return CSTA_NO_ERROR;
}

static void
forwarding_set(const struct svc_in *in, const struct core_device *d)
{
	enum csta_error error = forwarding_error(in->q);
	enum xsi_op op;
	struct svc_job *job;

	if (error != CSTA_NO_ERROR) {
		svc_refuse(in, error);
		return;
	}
	op = forwarding_op(in);
	if (op == XSI_OP_none)
		return;
	buf_reset(&in->v->body);
	xsi_body_forwarding(&in->v->body, op,
		&(struct xsi_forwarding_body){ .active = in->q->on == CSTA_FLAG_ON,
			.address = svc_address(in->v, in->q->called),
			.rings =
				in->q->ring_count == 0 ? XSI_UNSET : (uint32_t)in->q->ring_count });
	job = svc_job_new(in, d);
	body_step(in, job, d, op);
	svc_job_start(in, job);
}

void
svc_feature_forwarding(const struct svc_in *in)
{
	struct core_device *d = svc_own_device(in, CORE_KIND_user);

	if (d == NULL)
		return;
	if (in->q->kind == CSTA_SetForwarding)
		forwarding_set(in, d);
	else
		forwarding_get(in, d);
}

/* --- do not disturb --- */

static bool
do_not_disturb_take(struct svc_job *job, unsigned step, const struct xsi_doc *doc)
{
	(void)step;
	job->got.on = doc->event.service.active == XSI_FLAG_ON;
	return doc->kind == XSI_DOC_SERVICE;
}

static void
put_do_not_disturb(struct svc *v, const struct svc_job *job, enum csta_edition ed)
{
	csta_put_get_do_not_disturb_response(&v->body, ed, job->got.on);
}

void
svc_feature_do_not_disturb(const struct svc_in *in)
{
	struct core_device *d = svc_own_device(in, CORE_KIND_user);
	struct svc_job *job;

	if (d == NULL)
		return;
	if (in->q->kind == CSTA_GetDoNotDisturb) {
		job = plain_job(in, d, XSI_OP_dnd_get);
		job->put = put_do_not_disturb;
		job->take = do_not_disturb_take;
	} else if (in->q->on == CSTA_FLAG_NONE) {
		svc_refuse(in, CSTA_ERR_atLeastOneConditionalParameterNotProvided);
		return;
	} else {
		buf_reset(&in->v->body);
		xsi_body_do_not_disturb(&in->v->body, in->q->on == CSTA_FLAG_ON, XSI_SWITCH_unset);
		job = svc_job_new(in, d);
		body_step(in, job, d, XSI_OP_dnd_set);
	}
	svc_job_start(in, job);
}

/* --- message waiting --- */

static bool
message_waiting_take(struct svc_job *job, unsigned step, const struct xsi_doc *doc)
{
	(void)step;
	job->got.on = doc->event.messages.new_count > 0;
	return doc->kind == XSI_DOC_MESSAGES;
}

static void
put_message_waiting(struct svc *v, const struct svc_job *job, enum csta_edition ed)
{
	csta_put_get_message_waiting_response(&v->body, ed, job->got.on, STR_NONE);
}

/* The indicator is that of the voice messages: it can be put out, not lit. */
void
svc_feature_message_waiting(const struct svc_in *in)
{
	struct core_device *d = svc_own_device(in, CORE_KIND_user);
	bool get = in->q->kind == CSTA_GetMessageWaitingIndicator;
	struct svc_job *job;

	if (d == NULL)
		return;
	if (!get && in->q->on != CSTA_FLAG_OFF) {
		svc_refuse(in,
			in->q->on == CSTA_FLAG_ON ?
				CSTA_ERR_requestIncompatibleWithDevice :
				CSTA_ERR_atLeastOneConditionalParameterNotProvided);
		return;
	}
	job = plain_job(in, d, get ? XSI_OP_message_summary_get : XSI_OP_message_summary_clear);
	if (get) {
		job->put = put_message_waiting;
		job->take = message_waiting_take;
	}
	svc_job_start(in, job);
}
