/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routeing services: see svc_route.h, and core/route.h for the state behind them.
 *
 * Happy path: RouteSelect marks the dialogue as selected, so that a second one finds nothing to choose, and BroadWorks is
 * asked to distribute or transfer the call; its event ends the dialogue. Failure modes: BroadWorks refuses or cannot be
 * reached, or the agent does not answer: the dialogue is open again and the server hears ReRoute (or, too often, RouteEnd).
 */
#include "daemon/svc_route.h"

#include "daemon/svc_call.h"
#include "daemon/svc_ident.h"
#include "proto/base/limits.h"
#include "proto/csta_encode.h"

#define ROUTE_WAIT_MS 4000 /* for the subscription of a route point that nobody has asked for yet */

/* --- registrations ------------------------------------------------------------------------- */

static void
register_answer(
	struct svc *v, struct core_session *session, uint32_t invoke, const struct core_device *d)
{
	uint64_t id = core_next_id(&v->x->model);

	buf_reset(&v->body);
	csta_put_route_register_response(&v->body, svc_edition(session), id);
	/* first the answer, then what the registration brings */
	sess_answer_with_next(v->sess, session, invoke, buf_as_str(&v->body));
	CORE_EMIT(&v->x->em, route_register, .id = id, .session = session->id,
		.device = d != NULL ? str_of(d->id) : STR_NONE);
}

void
svc_route_begin(struct svc *v, struct core_session *session, uint32_t invoke, struct core_device *d)
{
	if (d->kind != CORE_KIND_route_point)
		sess_error(v->sess, session, invoke, CSTA_ERR_requestIncompatibleWithDevice);
	else if (core_registration_of(&v->x->model, str_of(d->id)) != NULL)
		sess_error(v->sess, session, invoke, CSTA_ERR_objectRegistrationLimitExceeded);
	else
		register_answer(v, session, invoke, d);
}

void
svc_route_register(const struct svc_in *in)
{
	struct core_device *d;

	if (in->q->device.n == 0) {
		if (core_registration_of(&in->v->x->model, STR_NONE) != NULL)
			svc_refuse(in, CSTA_ERR_objectRegistrationLimitExceeded);
		else
			register_answer(in->v, in->session, in->invoke, NULL);
		return;
	}
	d = svc_device(in);
	if (d == NULL)
		return;
	if (TAILQ_EMPTY(&d->subs) && d->service == CORE_SERVICE_NEW)
		svc_wait(in, SVC_WAIT_ROUTE, d, ROUTE_WAIT_MS);
	else
		svc_route_begin(in->v, in->session, in->invoke, d);
}

/* The registration that a request names, if it is one of its session. */
static struct core_registration *
own_registration(const struct svc_in *in)
{
	struct core_registration *r = NULL;
	uint64_t id;

	if (str_u64(in->q->register_id, UINT64_MAX, &id))
		r = core_registration_by_id(&in->v->x->model, id);
	return r != NULL && r->session == in->session ? r : NULL;
}

void
svc_route_cancel(const struct svc_in *in)
{
	const struct core_registration *r = own_registration(in);

	if (r == NULL) {
		svc_refuse(in, CSTA_ERR_invalidCrossRefID);
		return;
	}
	CORE_EMIT(&in->v->x->em, route_cancel, .id = r->id);
	svc_answer_empty(in, "RouteRegisterCancelResponse");
}

/* --- dialogues ----------------------------------------------------------------------------- */

/* The dialogue that a request names, if it is one of its session. */
static struct core_dialogue *
own_dialogue(const struct svc_in *in)
{
	struct core_dialogue *d = NULL;
	uint64_t id;

	if (str_u64(in->q->cross_ref, UINT64_MAX, &id))
		d = core_dialogue_by_id(&in->v->x->model, id);
	return d != NULL && d->registration->session == in->session ? d : NULL;
}

static void
route_set(struct svc *v, uint64_t id, enum core_route_state state, bool used)
{
	CORE_EMIT(&v->x->em, route_set, .id = id, .state = (uint8_t)state, .used = used);
}

/* BroadWorks did not do it: another way is asked for, unless the call or its dialogue is over. */
static void
route_over(struct svc *v, const struct svc_job *job, enum csta_error error)
{
	const struct core_dialogue *d = core_dialogue_by_id(&v->x->model, job->dialogue);

	if (error != CSTA_NO_ERROR && d != NULL && d->state == CORE_ROUTE_SELECTED)
		route_set(v, job->dialogue, CORE_ROUTE_ASKED, false);
}

static void
route_job(const struct svc_in *in, const struct core_dialogue *d, enum core_route_state next)
{
	struct svc_job *job = svc_job_new(in, d->half->device);

	job->dialogue = d->id;
	job->over = route_over;
	if (in->q->kind == CSTA_RouteReject)
		svc_job_step(job,
			&(struct xsi_request){ .op = XSI_OP_rp_reject,
				.args = { str_of(d->half->device->user),
					str_of(d->half->bw_call) } });
	else
		svc_call_route_step(in, job, d->half);
	route_set(in->v, d->id, next, in->q->route_used);
	sess_unanswered(in->v->sess, in->session, in->invoke);
	svc_job_start(in, job);
}

void
svc_route_select(const struct svc_in *in)
{
	bool reject = in->q->kind == CSTA_RouteReject;
	const struct core_dialogue *d = own_dialogue(in);

	if (d == NULL)
		svc_refuse(in, CSTA_ERR_invalidCrossRefID);
	else if (!reject && !svc_is_address(in->q->called))
		svc_refuse(in, CSTA_ERR_invalidDestination);
	else if (d->state != CORE_ROUTE_ASKED)
		svc_refuse(in, CSTA_ERR_invalidObjectState);
	else if (svc_allowed(in, d->half->device))
		route_job(in, d, reject ? CORE_ROUTE_ENDED : CORE_ROUTE_SELECTED);
}

void
svc_route_end(const struct svc_in *in)
{
	const struct core_dialogue *d = own_dialogue(in);

	if (d == NULL) {
		svc_refuse(in, CSTA_ERR_invalidCrossRefID);
		return;
	}
	route_set(in->v, d->id, CORE_ROUTE_ENDED, false);
	sess_unanswered(in->v->sess, in->session, in->invoke);
}
