/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Call control services: see svc_call.h.
 *
 * What a service may do depends on the view that the asked device has of its party, on the kind of the device, and on
 * whether the party is in the device's conference: the controller of a conference holds, retrieves and leaves it as a
 * whole, and hands it over to nobody (reference-connector.md 3).
 */
#include "daemon/svc_call.h"

#include "daemon/svc_ident.h"
#include "proto/base/limits.h"
#include "proto/csta_encode.h"
#include "proto/xsi_body.h"

#define IN(view) (1u << VIEW_##view)
#define TALKING (IN(connected) | IN(held) | IN(far_held))
#define ANY (~0u)

/* Services on one connection that are one operation of BroadWorks. */
struct call_form {
	enum csta_request_kind service;
	enum xsi_op op;         /* on a user's party */
	enum xsi_op conference; /* on a party of the device's conference; none: the same */
	enum xsi_op queue;      /* on an entry of a queue, of a route point; none: not possible */
	enum xsi_op route_point;
	unsigned views;
	enum csta_error wrong_view;
	enum csta_error nothing; /* the device has no call */
};

static const struct call_form call_forms[] = {
	{ CSTA_AnswerCall, XSI_OP_talk, XSI_OP_none, XSI_OP_none, XSI_OP_none,
		IN(ringing) | IN(initiated), CSTA_ERR_noCallToAnswer, CSTA_ERR_noCallToAnswer },
	{ CSTA_HoldCall, XSI_OP_hold, XSI_OP_conference_hold, XSI_OP_none, XSI_OP_none,
		IN(connected) | IN(far_held), CSTA_ERR_invalidConnectionState,
		CSTA_ERR_invalidConnectionState },
	{ CSTA_RetrieveCall, XSI_OP_talk, XSI_OP_conference_retrieve, XSI_OP_none, XSI_OP_none,
		IN(held), CSTA_ERR_invalidConnectionState, CSTA_ERR_invalidConnectionState },
	{ CSTA_ClearConnection, XSI_OP_release, XSI_OP_conference_release, XSI_OP_acd_release,
		XSI_OP_rp_release, ANY, CSTA_ERR_noConnectionToClear,
		CSTA_ERR_noConnectionToClear },
	{ CSTA_ClearCall, XSI_OP_release, XSI_OP_conference_release, XSI_OP_acd_release,
		XSI_OP_rp_release, ANY, CSTA_ERR_noCallToClear, CSTA_ERR_noCallToClear },
	{ CSTA_GenerateDigits, XSI_OP_transmit_dtmf, XSI_OP_none, XSI_OP_none, XSI_OP_none,
		IN(connected), CSTA_ERR_invalidConnectionState, CSTA_ERR_noActiveCall },
	{ CSTA_RecordMessage, XSI_OP_record, XSI_OP_none, XSI_OP_none, XSI_OP_none, TALKING,
		CSTA_ERR_invalidConnectionState, CSTA_ERR_noActiveCall },
	{ CSTA_Stop, XSI_OP_record_stop, XSI_OP_none, XSI_OP_none, XSI_OP_none, TALKING,
		CSTA_ERR_invalidConnectionState, CSTA_ERR_noActiveCall },
	{ CSTA_Suspend, XSI_OP_record_pause, XSI_OP_none, XSI_OP_none, XSI_OP_none, TALKING,
		CSTA_ERR_invalidConnectionState, CSTA_ERR_noActiveCall },
	{ CSTA_Resume, XSI_OP_record_resume, XSI_OP_none, XSI_OP_none, XSI_OP_none, TALKING,
		CSTA_ERR_invalidConnectionState, CSTA_ERR_noActiveCall },
};

static bool
in_conference(const struct core_half *h)
{
	return h->conference != CORE_CONFERENCE_NONE;
}

static bool
has_view(const struct core_half *h, unsigned views)
{
	return (1u << svc_view(h) & views) != 0;
}

static enum xsi_op
form_op(const struct call_form *form, const struct core_half *h)
{
	switch (h->device->kind) {
	case CORE_KIND_queue:
		return form->queue;
	case CORE_KIND_route_point:
		/* one that waits for admission has no place in the queue to be released from */
		if (form->route_point == XSI_OP_rp_release && has_view(h, IN(ringing)))
			return XSI_OP_rp_reject;
		return form->route_point;
	case CORE_KIND_user:
	case CORE_KIND_count:
		break;
	}
	return in_conference(h) && form->conference != XSI_OP_none ? form->conference : form->op;
}

/*
 * One request on a party. Operations on a conference as a whole do not name a call. ClearConnection of a call that still
 * rings declines it: without that BroadWorks stops the ringing and the caller goes on waiting.
 */
static void
one_step(struct svc_job *job, enum xsi_op op, const struct core_half *h, struct str last)
{
	struct xsi_request q = { .op = op, .args = { str_of(h->device->user) } };

	if (op != XSI_OP_conference_hold && op != XSI_OP_conference_retrieve &&
		op != XSI_OP_conference_release)
		q.args[1] = str_of(h->bw_call);
	q.args[2] = last;
	if (op == XSI_OP_release && svc_view(h) == VIEW_ringing)
		q.args[2] = STR("true");
	svc_job_step(job, &q);
}

/* Digits that BroadWorks can send; a comma is a pause. */
static bool
digits_possible(const struct svc_in *in)
{
	struct str digits = in->q->digits;

	if (in->q->pulses) {
		svc_refuse(in, CSTA_ERR_digitModeNotSupported);
		return false;
	}
	for (size_t i = 0; i < digits.n; i++) {
		if (memchr("0123456789*#ABCDabcd,", digits.p[i], 21) == NULL) {
			svc_refuse(in, CSTA_ERR_charactersToSendNotSupported);
			return false;
		}
	}
	if (digits.n > 0 && digits.n < LIMIT_ADDRESS)
		return true;
	svc_refuse(in, CSTA_ERR_invalidParameterValue);
	return false;
}

static void
put_recorded(struct svc *v, const struct svc_job *job, enum csta_edition ed)
{
	char text[24];
	struct buf b;

	/* a call has one recording: the call names it in Stop, Suspend, Resume and events */
	buf_init(&b, sizeof(text));
	buf_printf(&b, "%llu", (unsigned long long)job->call);
	csta_put_record_message_response(&v->body, ed, buf_as_str(&b));
	buf_fini(&b);
}

/*
 * The party that ClearConnection and ClearCall mean. Beyond that of a monitored device: a connection of somebody else in
 * a call is cleared by the party that talks to him (a controller drops a participant), and a call by any party in it.
 */
static struct core_half *
half_in_call(const struct svc *v, const struct core_call *call, struct str far)
{
	struct core_track *t;
	struct core_half *h, *found = NULL;

	TAILQ_FOREACH(t, &call->tracks, of_call) {
		TAILQ_FOREACH(h, &t->halves, of_track) {
			if (h->gone || h->device->service != CORE_SERVICE_IN ||
				(far.n > 0 && !svc_means(v, far, say_far_device(v->x, h))))
				continue;
			/* a controller ends the call as a whole */
			if (found == NULL || (in_conference(h) && !in_conference(found)))
				found = h;
		}
	}
	return found;
}

static struct core_half *
clear_half(const struct svc_in *in, const struct call_form *form, bool *drop)
{
	const struct csta_connection *c = &in->q->connection;
	struct core_device *d = svc_find(in->v, c->device_id);
	struct core_call *call = NULL;
	struct core_half *h;
	uint64_t id;

	*drop = false;
	if (str_u64(c->call_id, UINT64_MAX, &id))
		call = core_call_by_id(&in->v->x->model, id);
	if (call == NULL && c->device_id.n == 0 && in->q->kind == CSTA_ClearCall) {
		svc_refuse(in, CSTA_ERR_invalidCallID);
		return NULL;
	}
	if (call == NULL || (d != NULL && core_half_by_call(d, id) != NULL) ||
		(c->device_id.n == 0 && in->q->kind == CSTA_ClearConnection))
		return svc_half(in, c, form->nothing);
	h = half_in_call(in->v, call, in->q->kind == CSTA_ClearCall ? STR_NONE : c->device_id);
	if (h == NULL)
		return svc_half(in, c, form->nothing);
	*drop = in->q->kind == CSTA_ClearConnection;
	return svc_allowed(in, h->device) ? h : NULL;
}

static void
call_one(const struct svc_in *in, const struct call_form *form, svc_put_fn put)
{
	bool clear = form->nothing == CSTA_ERR_noConnectionToClear ||
		form->nothing == CSTA_ERR_noCallToClear;
	bool drop = false;
	struct core_half *h = clear ? clear_half(in, form, &drop) :
				      svc_half(in, &in->q->connection, form->nothing);
	struct svc_job *job;
	enum xsi_op op;

	if (h == NULL)
		return;
	op = drop && h->device->kind == CORE_KIND_user ? form->op : form_op(form, h);
	if (op == XSI_OP_none) {
		svc_refuse(in, CSTA_ERR_requestIncompatibleWithDevice);
		return;
	}
	if (!has_view(h, form->views)) {
		svc_refuse(in, form->wrong_view);
		return;
	}
	if (op == XSI_OP_transmit_dtmf && !digits_possible(in))
		return;
	job = svc_job_new(in, h->device);
	job->call = svc_call_of(h);
	job->put = put;
	one_step(job, op, h, op == XSI_OP_transmit_dtmf ? in->q->digits : STR_NONE);
	svc_job_start(in, job);
}

void
svc_call_one_as(const struct svc_in *in, svc_put_fn put)
{
	for (size_t i = 0; i < sizeof(call_forms) / sizeof(call_forms[0]); i++)
		if (call_forms[i].service == in->q->kind)
			call_one(in, &call_forms[i], put);
}

void
svc_call_one(const struct svc_in *in)
{
	svc_call_one_as(in, in->q->kind == CSTA_RecordMessage ? put_recorded : NULL);
}

/* --- calls that begin --- */

static void
put_make_call(struct svc *v, const struct svc_job *job, enum csta_edition ed)
{
	csta_put_make_call_response(&v->body, ed, job->call, str_of(job->asked));
}

static void
dial_step(const struct svc_in *in, struct svc_job *job, const struct core_device *d)
{
	struct str to = svc_address(in->v, in->q->called);

	if (d->kind == CORE_KIND_route_point) {
		buf_reset(&in->v->body);
		xsi_body_rp_dial(&in->v->body, to, STR_NONE);
		svc_job_step(job,
			&(struct xsi_request){ .op = XSI_OP_rp_dial,
				.args = { str_of(d->user) },
				.body = buf_as_str(&in->v->body) });
		return;
	}
	svc_job_step(
		job, &(struct xsi_request){ .op = XSI_OP_dial, .args = { str_of(d->user), to } });
}

void
svc_call_make(const struct svc_in *in)
{
	struct core_device *d = svc_find(in->v, in->q->device);
	struct svc_job *job;

	if (!svc_is_address(in->q->called)) {
		svc_refuse(in, CSTA_ERR_invalidCalledDeviceID);
		return;
	}
	if (!svc_allowed(in, d))
		return;
	if (d->kind == CORE_KIND_queue) {
		svc_refuse(in, CSTA_ERR_requestIncompatibleWithDevice);
		return;
	}
	job = svc_job_new(in, d);
	job->put = put_make_call;
	dial_step(in, job, d);
	svc_job_start(in, job);
}

static void
put_initiated(struct svc *v, const struct svc_job *job, enum csta_edition ed)
{
	struct csta_ref call = { job->call, str_of(job->asked) };

	csta_put_connection_response(&v->body, ed, job->service, &call);
}

/* A party of a user in one of these views; NULL: refused. */
static struct core_half *
user_half(const struct svc_in *in, const struct csta_connection *c, unsigned views,
	enum csta_error wrong_view)
{
	struct core_half *h = svc_half(in, c, wrong_view);

	if (h == NULL)
		return NULL;
	if (h->device->kind != CORE_KIND_user)
		svc_refuse(in, CSTA_ERR_requestIncompatibleWithDevice);
	else if (!has_view(h, views))
		svc_refuse(in, wrong_view);
	else
		return h;
	return NULL;
}

/* A conference is held, and consulted from, as a whole. */
static void
hold_step(struct svc_job *job, const struct core_half *h)
{
	one_step(job, in_conference(h) ? XSI_OP_conference_hold : XSI_OP_hold, h, STR_NONE);
}

static void
talk_step(struct svc_job *job, const struct core_half *h)
{
	one_step(job, in_conference(h) ? XSI_OP_conference_retrieve : XSI_OP_talk, h, STR_NONE);
}

void
svc_call_consult(const struct svc_in *in)
{
	struct svc_job *job;
	struct core_half *h;

	if (!svc_is_address(in->q->called)) {
		svc_refuse(in, CSTA_ERR_invalidCalledDeviceID);
		return;
	}
	h = user_half(in, &in->q->connection, TALKING, CSTA_ERR_invalidConnectionState);
	if (h == NULL)
		return;
	job = svc_job_new(in, h->device);
	job->put = put_initiated;
	if (!has_view(h, IN(held)))
		hold_step(job, h);
	dial_step(in, job, h->device);
	svc_job_start(in, job);
}

/* --- a held and an active connection --- */

struct call_pair {
	struct core_half *active, *held;
};

/* The one held connection of a device; NULL if there is none, or more than one. */
static struct core_half *
held_only(const struct core_device *d)
{
	struct core_half *h, *only = NULL;

	TAILQ_FOREACH(h, &d->halves, of_device) {
		if (h->gone || !core_half_leads(h) || !has_view(h, IN(held)))
			continue;
		if (only != NULL)
			return NULL;
		only = h;
	}
	return only;
}

/*
 * The active one is anything but held: it may still ring at its other end. A client that leaves the device out of
 * the held connection means the same device.
 */
static bool
pair_of(const struct svc_in *in, struct call_pair *pair)
{
	struct csta_connection held = in->q->held;

	pair->active = user_half(in, &in->q->connection,
		IN(originated) | IN(dialed) | IN(connected) | IN(far_held) | IN(failed),
		CSTA_ERR_invalidActiveConnectionState);
	if (pair->active == NULL)
		return false;
	if (held.device_id.n == 0)
		held.device_id = str_of(pair->active->device->id);
	if (held.call_id.n == 0)
		pair->held = held_only(pair->active->device);
	else
		pair->held = user_half(in, &held, IN(held), CSTA_ERR_invalidHeldConnectionState);
	if (pair->held == NULL && held.call_id.n == 0)
		svc_refuse(in, CSTA_ERR_noHeldCall);
	if (pair->held == NULL)
		return false;
	if (pair->held->device == pair->active->device)
		return true;
	svc_refuse(in, CSTA_ERR_notSameDevice);
	return false;
}

/* The controller of a conference may not: a clear error in place of what BroadWorks would say. */
static bool
pair_of_no_conference(const struct svc_in *in, const struct call_pair *pair)
{
	if (in_conference(pair->active))
		svc_refuse(in, CSTA_ERR_requestIncompatibleWithActiveConnection);
	else if (in_conference(pair->held))
		svc_refuse(in, CSTA_ERR_requestIncompatibleWithHeldConnection);
	else
		return true;
	return false;
}

static unsigned
connections_of(const struct core_device *d)
{
	const struct core_half *h;
	unsigned count = 0;

	TAILQ_FOREACH(h, &d->halves, of_device)
		count += !h->gone;
	return count;
}

/* BroadWorks' reconnect releases everything else that the user has: only with nothing else to lose. */
static void
reconnect(const struct svc_in *in, const struct call_pair *pair)
{
	struct svc_job *job;

	if (!pair_of_no_conference(in, pair))
		return;
	job = svc_job_new(in, pair->active->device);
	if (connections_of(pair->active->device) == 2) {
		one_step(job, XSI_OP_reconnect, pair->held, STR_NONE);
	} else {
		one_step(job, XSI_OP_release, pair->active, STR_NONE);
		talk_step(job, pair->held);
	}
	svc_job_start(in, job);
}

static void
alternate(const struct svc_in *in, const struct call_pair *pair)
{
	struct svc_job *job;

	if (!has_view(pair->active, IN(connected) | IN(far_held))) {
		svc_refuse(in, CSTA_ERR_invalidActiveConnectionState);
		return;
	}
	job = svc_job_new(in, pair->active->device);
	hold_step(job, pair->active);
	talk_step(job, pair->held);
	svc_job_start(in, job);
}

static void
put_merged(struct svc *v, const struct svc_job *job, enum csta_edition ed)
{
	struct csta_ref call = { job->call, str_of(job->party) };

	csta_put_merge_response(&v->body, ed, job->service, &call, job->links, job->link_count);
}

static void
job_party(struct svc_job *job, struct str device)
{
	mem_free(job->party);
	job->party = mem_strndup(device.p, device.n);
}

static void
merge_links(const struct svc *v, struct svc_job *job, const struct call_pair *pair)
{
	svc_job_link(job, job->call, svc_call_of(pair->held), say_far_device(v->x, pair->held));
	svc_job_link(job, job->call, svc_call_of(pair->active), say_far_device(v->x, pair->active));
}

/* What is left is the held call, with the party that was consulted in it. */
static void
transfer(const struct svc_in *in, const struct call_pair *pair)
{
	struct svc_job *job;

	if (!pair_of_no_conference(in, pair))
		return;
	job = svc_job_new(in, pair->active->device);
	job->put = put_merged;
	job->call = svc_call_of(pair->held);
	job_party(job, say_far_device(in->v->x, pair->active));
	merge_links(in->v, job, pair);
	svc_job_step(job,
		&(struct xsi_request){ .op = XSI_OP_consult_transfer,
			.args = { str_of(pair->held->device->user), str_of(pair->held->bw_call),
				str_of(pair->active->bw_call) } });
	svc_job_start(in, job);
}

/* The call a conference of the two will be: its own if one is in it, else the older one. See core_decide_conference(). */
static uint64_t
conference_call(const struct call_pair *pair)
{
	struct core_half *h;

	if (in_conference(pair->active))
		return svc_call_of(pair->active);
	if (in_conference(pair->held))
		return svc_call_of(pair->held);
	TAILQ_FOREACH(h, &pair->held->device->halves, of_device)
		if (h == pair->held || h == pair->active)
			break;
	return svc_call_of(h);
}

static void
conference_step(const struct svc_in *in, struct svc_job *job, const struct call_pair *pair)
{
	struct str user = str_of(pair->held->device->user);
	struct str calls[] = { str_of(pair->held->bw_call), str_of(pair->active->bw_call) };

	if (in_conference(pair->active) || in_conference(pair->held)) {
		svc_job_step(job,
			&(struct xsi_request){ .op = XSI_OP_conference_add,
				.args = { user, calls[in_conference(pair->held)] } });
		return;
	}
	buf_reset(&in->v->body);
	xsi_body_conference(&in->v->body, calls, 2);
	svc_job_step(job,
		&(struct xsi_request){ .op = XSI_OP_conference_start,
			.args = { user },
			.body = buf_as_str(&in->v->body) });
}

/* A user has one conference. */
static bool
other_conference(const struct call_pair *pair)
{
	const struct core_half *h;

	if (in_conference(pair->active) || in_conference(pair->held))
		return in_conference(pair->active) && in_conference(pair->held);
	TAILQ_FOREACH(h, &pair->held->device->halves, of_device)
		if (!h->gone && in_conference(h))
			return true;
	return false;
}

static void
conference(const struct svc_in *in, const struct call_pair *pair)
{
	struct svc_job *job;

	if (other_conference(pair)) {
		svc_refuse(in, CSTA_ERR_requestIncompatibleWithActiveConnection);
		return;
	}
	job = svc_job_new(in, pair->active->device);
	job->put = put_merged;
	job->call = conference_call(pair);
	job_party(job, str_of(job->asked));
	merge_links(in->v, job, pair);
	conference_step(in, job, pair);
	svc_job_start(in, job);
}

void
svc_call_two(const struct svc_in *in)
{
	struct call_pair pair;

	if (!pair_of(in, &pair))
		return;
	if (in->q->kind == CSTA_AlternateCall)
		alternate(in, &pair);
	else if (in->q->kind == CSTA_ReconnectCall)
		reconnect(in, &pair);
	else if (in->q->kind == CSTA_TransferCall)
		transfer(in, &pair);
	else
		conference(in, &pair);
}

/* --- to another place --- */

/* An agent gets a call of a route point by being named to BroadWorks, everybody else by transfer. */
void
svc_call_route_step(const struct svc_in *in, struct svc_job *job, const struct core_half *h)
{
	const struct core_device *to = svc_find(in->v, in->q->called);
	struct str agent = svc_private(in->q, "agentID", "agentId");
	struct ident user;

	if (agent.n == 0 && (to == NULL || to->agent == NULL)) {
		one_step(job, XSI_OP_rp_blind_transfer, h, svc_address(in->v, in->q->called));
		return;
	}
	svc_user(in->v, agent.n > 0 ? agent : in->q->called, &user);
	buf_reset(&in->v->body);
	xsi_body_rp_distribute(&in->v->body,
		&(struct xsi_distribute_body){ .agent_id = ident_str(&user),
			.caller_number = STR_NONE,
			.caller_name = STR_NONE,
			.time_in_queue_s = XSI_UNSET,
			.calls_in_queue = XSI_UNSET,
			.longest_wait_s = XSI_UNSET,
			.whisper_audio_url = STR_NONE,
			.whisper_video_url = STR_NONE });
	svc_job_step(job,
		&(struct xsi_request){ .op = XSI_OP_rp_distribute,
			.args = { str_of(h->device->user), str_of(h->bw_call) },
			.body = buf_as_str(&in->v->body) });
}

/* Private data may ask for another way than the plain one; XSI_OP_none: there is no such way. */
static enum xsi_op
transfer_op(const struct csta_request *q)
{
	struct str type = svc_private(q, "transferType", "transferType");

	if (type.n == 0 || q->kind == CSTA_ParkCall)
		return XSI_OP_blind_transfer;
	if (str_is(type, "mute"))
		return XSI_OP_mute_transfer;
	return str_is(type, "voiceMail") ? XSI_OP_vm_transfer : XSI_OP_none;
}

static void
away_step(const struct svc_in *in, struct svc_job *job, const struct core_half *h)
{
	struct str to = svc_address(in->v, in->q->called);

	if (h->device->kind == CORE_KIND_route_point)
		svc_call_route_step(in, job, h);
	else if (h->device->kind == CORE_KIND_queue)
		one_step(job, XSI_OP_acd_blind_transfer, h, to);
	else if (in->q->kind != CSTA_ParkCall)
		one_step(job, transfer_op(in->q), h, to);
	else if (in->q->called.n > 0)
		one_step(job, XSI_OP_park, h, to);
	else
		one_step(job, XSI_OP_group_park, h, STR_NONE);
}

/* A destination of the right form, and one only: there is nobody who would try a list. CSTA_NO_ERROR if so. */
static enum csta_error
away_target(const struct csta_request *q)
{
	if (q->kind == CSTA_ParkCall)
		return q->called.n == 0 || svc_is_address(q->called) ?
			CSTA_NO_ERROR :
			CSTA_ERR_invalidParkToDeviceID;
	if (q->kind == CSTA_DeflectCall && q->called_count > 1)
		return CSTA_ERR_parameterNotSupported;
	if (transfer_op(q) == XSI_OP_none)
		return CSTA_ERR_invalidParameterValue;
	return svc_is_address(q->called) ? CSTA_NO_ERROR : CSTA_ERR_invalidDestination;
}

/* The controller of a conference cannot leave it to others. CSTA_NO_ERROR: this party may be moved. */
static enum csta_error
away_possible(const struct core_half *h, const struct csta_request *q)
{
	enum csta_request_kind service = q->kind;

	if (h->device->kind != CORE_KIND_user)
		return service == CSTA_ParkCall || transfer_op(q) != XSI_OP_blind_transfer ?
			CSTA_ERR_requestIncompatibleWithDevice :
			CSTA_NO_ERROR;
	if (in_conference(h))
		return CSTA_ERR_requestIncompatibleWithConnection;
	if (has_view(h, service == CSTA_DeflectCall ? TALKING | IN(ringing) : TALKING))
		return CSTA_NO_ERROR;
	return service == CSTA_SingleStepTransferCall ? CSTA_ERR_invalidActiveConnectionState :
							CSTA_ERR_invalidConnectionState;
}

static void
put_parked(struct svc *v, const struct svc_job *job, enum csta_edition ed)
{
	struct csta_ref parked = { job->party[0] ? job->call : 0, str_of(job->party) };

	csta_put_connection_response(&v->body, ed, job->service, &parked);
}

void
svc_call_away(const struct svc_in *in)
{
	enum csta_error error = away_target(in->q);
	struct core_half *h = NULL;
	struct svc_job *job;

	if (error == CSTA_NO_ERROR) {
		h = svc_half(in, &in->q->connection, CSTA_ERR_noActiveCall);
		if (h == NULL)
			return;
		error = away_possible(h, in->q);
	}
	if (error != CSTA_NO_ERROR) {
		svc_refuse(in, error);
		return;
	}
	job = svc_job_new(in, h->device);
	job->call = svc_call_of(h);
	job_party(job, in->q->called);
	if (in->q->kind == CSTA_SingleStepTransferCall)
		job->put = put_merged;
	else if (in->q->kind == CSTA_ParkCall)
		job->put = put_parked;
	away_step(in, job, h);
	svc_job_start(in, job);
}

/* --- to this device --- */

/*
 * A call that rings elsewhere is picked up by that device's address; one that is parked against the device itself is
 * retrieved. GroupPickupCall without a group (or with the device's own) has no counterpart in BroadWorks.
 */
void
svc_call_pickup(const struct svc_in *in)
{
	struct core_device *d = svc_own_device(in, CORE_KIND_user);
	struct str from = in->q->kind == CSTA_DirectedPickupCall ? in->q->connection.device_id :
								   in->q->called;
	struct svc_job *job;

	if (d == NULL)
		return;
	if (!svc_is_address(from)) {
		svc_refuse(in,
			in->q->kind == CSTA_GroupPickupCall ? CSTA_ERR_serviceNotSupported :
							      CSTA_ERR_invalidPickUpDeviceID);
		return;
	}
	job = svc_job_new(in, d);
	job->put = put_initiated;
	if (svc_find(in->v, from) == d)
		svc_job_step(job,
			&(struct xsi_request){
				.op = XSI_OP_call_retrieve, .args = { str_of(d->user) } });
	else
		svc_job_step(job,
			&(struct xsi_request){ .op = XSI_OP_pickup,
				.args = { str_of(d->user), svc_address(in->v, from) } });
	svc_job_start(in, job);
}

/* A coach hears both and is heard by the agent alone; CSTA has no participation of that kind. */
static enum xsi_op
intrude_op(const struct csta_request *q)
{
	if (str_is(svc_private(q, "coach", "supervisorCoach"), "true"))
		return XSI_OP_conference_coach;
	return q->silent ? XSI_OP_conference_silent_monitor : XSI_OP_conference_barge_in;
}

void
svc_call_intrude(const struct svc_in *in)
{
	struct core_half *h =
		user_half(in, &in->q->connection, TALKING, CSTA_ERR_invalidConnectionState);
	struct svc_job *job;

	if (h == NULL)
		return;
	if (!in_conference(h)) {
		svc_refuse(in, CSTA_ERR_requestIncompatibleWithConnection);
		return;
	}
	job = svc_job_new(in, h->device);
	job->put = put_initiated;
	job->call = svc_call_of(h);
	svc_job_step(job,
		&(struct xsi_request){
			.op = intrude_op(in->q), .args = { str_of(h->device->user) } });
	svc_job_start(in, job);
}
