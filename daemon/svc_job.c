/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of clients that BroadWorks carries out: see svc_job.h. */
#include "daemon/svc_job.h"

#include "daemon/svc_ident.h"
#include "proto/base/check.h"
#include "proto/csta_encode.h"

struct svc_job *
svc_job_new(const struct svc_in *in, const struct core_device *d)
{
	struct svc_job *job = mem_zalloc(sizeof(*job));
	struct str asked = svc_asked(in, d);

	job->service = in->q->kind;
	job->device = mem_strndup(d->id, strlen(d->id));
	job->asked = mem_strndup(asked.p, asked.n);
	job->party = mem_strndup("", 0);
	return job;
}

static void
job_free(struct svc_job *job)
{
	for (unsigned i = 0; i < job->step_count; i++)
		mem_free(job->steps[i]);
	for (unsigned i = 0; i < job->link_count; i++)
		mem_free(job->link_devices[i]);
	mem_free(job->device);
	mem_free(job->asked);
	mem_free(job->party);
	mem_free(job);
}

void
svc_job_step(struct svc_job *job, const struct xsi_request *q)
{
	REQUIRE(job->step_count < SVC_STEPS);
	job->steps[job->step_count++] = bw_request_copy(q);
}

void
svc_job_link(struct svc_job *job, uint64_t now, uint64_t before, struct str device)
{
	unsigned i = job->link_count;
	struct str kept;

	REQUIRE(i < SVC_LINKS);
	job->link_devices[i] = mem_strndup(device.p, device.n);
	kept = str_of(job->link_devices[i]);
	job->links[i] = (struct csta_link){ { now, kept }, { before, kept }, kept };
	job->link_count++;
}

/* Some requests exist over Xsi alone; where every link speaks CTI nobody can carry them. */
static bool
job_can_be_carried(const struct svc *v, const struct svc_job *job)
{
	const struct conf *conf = v->x->conf;
	bool only_cti = true;

	for (uint32_t i = 0; i < conf->xsp_count; i++)
		only_cti = only_cti && conf->xsps[i].transport == CONF_CTI;
	for (unsigned i = 0; only_cti && i < job->step_count; i++)
		if (xsi_op_element(job->steps[i]->op) == NULL)
			return false;
	return true;
}

/* Questions change nothing, so they cause no events. */
static bool
job_changes(const struct svc_job *job)
{
	for (unsigned i = 0; i < job->step_count; i++)
		if (strcmp(xsi_op_method(job->steps[i]->op), "GET") != 0)
			return true;
	return false;
}

/* The answer shall stand before the events of the device, of the other one that is named, and of the call. */
static void
job_hold(const struct svc_in *in, struct svc_job *job, const struct core_device *d)
{
	struct svc *v = in->v;
	int64_t ms = v->x->conf->answer_first_ms;
	struct outbox_hold what = { .device = outbox_device(d),
		.other_device = outbox_device(core_device_by_id(&v->x->model, in->q->called)),
		.call = job->call };

	job->session = in->session->id;
	if (ms == 0 || job->over != NULL || !job_changes(job))
		return;
	job->hold = outbox_hold(in->session->box, &what);
	job->held_until = mono_add_ms(v->x->now, ms);
	TAILQ_INSERT_TAIL(&v->holds, job, by_hold);
}

static void
job_release(struct svc *v, struct svc_job *job)
{
	struct core_session *session = core_session_by_id(&v->x->model, job->session);

	if (job->hold == 0)
		return;
	TAILQ_REMOVE(&v->holds, job, by_hold);
	if (session != NULL)
		outbox_release(session->box, job->hold);
	job->hold = 0;
}

void
svc_jobs_tick(struct svc *v)
{
	struct svc_job *job;

	while ((job = TAILQ_FIRST(&v->holds)) != NULL && mono_due(job->held_until, v->x->now))
		job_release(v, job);
}

struct mono
svc_jobs_deadline(const struct svc *v)
{
	return TAILQ_EMPTY(&v->holds) ? MONO_NEVER : TAILQ_FIRST(&v->holds)->held_until;
}

void
svc_job_start(const struct svc_in *in, struct svc_job *job)
{
	struct svc *v = in->v;
	struct core_device *d = core_device_by_id(&v->x->model, str_of(job->device));
	uint64_t id = core_next_id(&v->x->model);

	REQUIRE(d != NULL && job->step_count > 0);
	if (!job_can_be_carried(v, job)) {
		job_free(job);
		svc_refuse(in, CSTA_ERR_serviceNotSupported);
		return;
	}
	job->request = id;
	job->since = v->x->now;
	HASH_ADD(by_request, v->jobs, request, sizeof(job->request), job);
	CORE_EMIT(&v->x->em, request_new, .request = id, .session = in->session->id,
		.invoke = in->invoke, .kind = (uint8_t)job->service, .device = str_of(d->id));
	core_request_by_id(&v->x->model, id)->conn = sess_conn_id(v->sess, in->session);
	svc_under_way(v, in->session->id, 1);
	job_hold(in, job, d);
	bw_call(v->bw, id, job->steps[0], d);
}

/* What BroadWorks means by "not found" and "not in this state", where it is not the connection. */
static const struct {
	enum xsi_op op;
	enum csta_error not_found, conflict;
} job_errors[] = {
	{ XSI_OP_dial, CSTA_ERR_invalidCalledDeviceID, CSTA_ERR_invalidObjectState },
	{ XSI_OP_rp_dial, CSTA_ERR_invalidCalledDeviceID, CSTA_ERR_invalidObjectState },
	{ XSI_OP_pickup, CSTA_ERR_invalidPickUpDeviceID, CSTA_ERR_invalidConnectionState },
	{ XSI_OP_call_retrieve, CSTA_ERR_invalidPickUpDeviceID, CSTA_ERR_invalidConnectionState },
	{ XSI_OP_agent_state_get, CSTA_ERR_invalidFeature, CSTA_ERR_invalidFeature },
	{ XSI_OP_agent_state_set, CSTA_ERR_invalidFeature, CSTA_ERR_invalidAgentState },
	{ XSI_OP_dnd_get, CSTA_ERR_invalidFeature, CSTA_ERR_invalidFeature },
	{ XSI_OP_dnd_set, CSTA_ERR_invalidFeature, CSTA_ERR_invalidObjectState },
	{ XSI_OP_cfa_get, CSTA_ERR_invalidFeature, CSTA_ERR_invalidFeature },
	{ XSI_OP_cfa_set, CSTA_ERR_invalidFeature, CSTA_ERR_invalidForwardingDestination },
	{ XSI_OP_cfb_get, CSTA_ERR_invalidFeature, CSTA_ERR_invalidFeature },
	{ XSI_OP_cfb_set, CSTA_ERR_invalidFeature, CSTA_ERR_invalidForwardingDestination },
	{ XSI_OP_cfna_get, CSTA_ERR_invalidFeature, CSTA_ERR_invalidFeature },
	{ XSI_OP_cfna_set, CSTA_ERR_invalidFeature, CSTA_ERR_invalidForwardingDestination },
	{ XSI_OP_message_summary_get, CSTA_ERR_invalidFeature, CSTA_ERR_invalidFeature },
	{ XSI_OP_message_summary_clear, CSTA_ERR_invalidFeature, CSTA_ERR_invalidObjectState },
	{ XSI_OP_hook_status_get, CSTA_ERR_invalidFeature, CSTA_ERR_invalidFeature },
	{ XSI_OP_versions_get, CSTA_ERR_invalidFeature, CSTA_ERR_invalidFeature },
	{ XSI_OP_hoteling_guest_get, CSTA_ERR_invalidFeature, CSTA_ERR_invalidFeature },
	{ XSI_OP_acd_list, CSTA_ERR_invalidDeviceID, CSTA_ERR_invalidObjectState },
	{ XSI_OP_rp_list, CSTA_ERR_invalidDeviceID, CSTA_ERR_invalidObjectState },
	{ XSI_OP_rp_state_get, CSTA_ERR_invalidDeviceID, CSTA_ERR_invalidObjectState },
	{ XSI_OP_rp_state_set, CSTA_ERR_invalidDeviceID, CSTA_ERR_invalidObjectState },
	{ XSI_OP_hoteling_guest_set, CSTA_ERR_invalidDestination, CSTA_ERR_invalidObjectState },
	{ XSI_OP_disposition_tag, CSTA_ERR_invalidAccountCode, CSTA_ERR_invalidAccountCode },
	{ XSI_OP_disposition_tag_call, CSTA_ERR_invalidAccountCode, CSTA_ERR_invalidAccountCode },
};

enum csta_error
svc_job_error(enum xsi_op op, enum bw_result result)
{
	enum csta_error not_found = CSTA_ERR_invalidConnectionID;
	enum csta_error conflict = CSTA_ERR_invalidConnectionState;

	for (size_t i = 0; i < sizeof(job_errors) / sizeof(job_errors[0]); i++) {
		if (job_errors[i].op == op) {
			not_found = job_errors[i].not_found;
			conflict = job_errors[i].conflict;
		}
	}
	switch (result) {
	case BW_DONE:
		return CSTA_NO_ERROR;
	case BW_NOT_FOUND:
		return not_found;
	case BW_CONFLICT:
		return conflict;
	case BW_FORBIDDEN:
		return CSTA_ERR_privilegeViolationSpecifiedDevice;
	case BW_OVERLOAD:
		return CSTA_ERR_resourceBusy;
	case BW_UNREACHABLE:
		return CSTA_ERR_networkOutOfService;
	case BW_FAILED:
		break;
	}
	return CSTA_ERR_generic;
}

/* BroadWorks' own words have no place in a CSTAErrorCode; they are kept here. */
static void
job_logged(struct svc *v, const struct svc_job *job, const struct core_request *q,
	enum csta_error error)
{
	const struct xsi_doc *doc = v->bw->doc;
	bool told = doc->kind == XSI_DOC_ERROR;

	log_emit(v->x->log, M_REQUEST_REFUSED,
		"session=%06x invoke=%04u service=%s device=%s op=%s step=%u/%u error=%s code=%llu %.*s",
		core_session_tag(q->session), (unsigned)q->invoke, csta_request_name(job->service),
		job->device, xsi_op_name(job->steps[job->step]->op), job->step + 1, job->step_count,
		csta_error_name(error), told ? (unsigned long long)doc->error_code : 0,
		STR_ARG(told ? doc->reason : STR_NONE));
}

static void
job_put(struct svc *v, const struct svc_job *job, enum csta_edition ed)
{
	char root[64];
	struct buf b;

	buf_reset(&v->body);
	if (job->put != NULL) {
		job->put(v, job, ed);
		return;
	}
	buf_init(&b, sizeof(root));
	buf_printf(&b, "%sResponse", csta_request_name(job->service));
	REQUIRE(str_copy(root, sizeof(root), buf_as_str(&b)));
	buf_fini(&b);
	csta_put_empty(&v->body, ed, root);
}

/* The session the answer is for; NULL where its connection was not kept: no answer is invented. */
static struct core_session *
job_session(const struct svc *v, const struct core_request *q)
{
	struct core_session *session = core_session_by_id(&v->x->model, q->session);

	return session != NULL && sess_conn_id(v->sess, session) == q->conn ? session : NULL;
}

static void
job_end(struct svc *v, struct svc_job *job, const struct core_request *q, enum csta_error error)
{
	struct core_session *session = job_session(v, q);
	uint32_t invoke = q->invoke;

	if (job->over != NULL)
		session = NULL;
	if (session != NULL && error == CSTA_NO_ERROR)
		job_put(v, job, svc_edition(session));
	svc_under_way(v, q->session, -1);
	CORE_EMIT(&v->x->em, request_done, .request = job->request);
	if (job->over != NULL)
		job->over(v, job, error);
	HASH_DELETE(by_request, v->jobs, job);
	if (session != NULL && error != CSTA_NO_ERROR)
		sess_error(v->sess, session, invoke, error);
	else if (session != NULL)
		sess_answer_ahead(v->sess, session, invoke, buf_as_str(&v->body));
	job_release(v, job);
	job_free(job);
}

/* What the step that is over means for the job; CSTA_NO_ERROR: it goes on. */
static enum csta_error
job_step_over(
	struct svc *v, struct svc_job *job, const struct core_request *q, enum bw_result result)
{
	enum csta_error error = svc_job_error(job->steps[job->step]->op, result);

	if (error == CSTA_NO_ERROR && job->take != NULL && !job->take(job, job->step, v->bw->doc))
		error = CSTA_ERR_generic;
	if (error == CSTA_NO_ERROR) {
		job->done++;
		return error;
	}
	job_logged(v, job, q, error);
	if (!job->lenient || result == BW_UNREACHABLE)
		return error;
	if (job->first_error == CSTA_NO_ERROR)
		job->first_error = error;
	return CSTA_NO_ERROR;
}

/* The device may be gone, or the client about to give up waiting: CSTA_NO_ERROR if the step was sent. */
static enum csta_error
job_next_step(struct svc *v, struct svc_job *job, const struct core_request *q)
{
	struct core_device *d = core_device_by_id(&v->x->model, str_of(job->device));
	enum csta_error error = CSTA_NO_ERROR;

	if (d == NULL)
		error = CSTA_ERR_invalidDeviceID;
	else if (mono_ms_between(job->since, v->x->now) >= SVC_JOB_MS)
		error = CSTA_ERR_networkBusy;
	v->bw->doc->kind = XSI_DOC_UNKNOWN; /* the answer was to the step before */
	if (error != CSTA_NO_ERROR)
		job_logged(v, job, q, error);
	else
		bw_call(v->bw, job->request, job->steps[job->step], d);
	return error;
}

void
svc_job_over(struct svc *v, uint64_t request, enum bw_result result, uint64_t call_id)
{
	struct core_request *q = core_request_by_id(&v->x->model, request);
	struct svc_job *job;
	enum csta_error error;

	HASH_FIND(by_request, v->jobs, &request, sizeof(request), job);
	if (job == NULL || q == NULL)
		return;
	if (call_id != 0)
		job->call = call_id;
	error = job_step_over(v, job, q, result);
	job->step++;
	if (error == CSTA_NO_ERROR && job->step < job->step_count) {
		error = job_next_step(v, job, q);
		if (error == CSTA_NO_ERROR)
			return;
	}
	if (error == CSTA_NO_ERROR && job->done == 0)
		error = job->first_error;
	job_end(v, job, q, error);
}

void
svc_jobs_drop(struct svc *v)
{
	struct svc_job *job, *next;

	HASH_ITER(by_request, v->jobs, job, next) {
		HASH_DELETE(by_request, v->jobs, job);
		job_release(v, job);
		job_free(job);
	}
}
