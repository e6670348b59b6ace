/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services: see svc.h.
 *
 * Every request ends in exactly one answer: at once (model), when BroadWorks has answered (svc_request_over), when a
 * device is subscribed or confirmed, or at a deadline. What is not supported is said at once.
 */
#include "daemon/svc.h"

#include "proto/base/check.h"
#include "proto/base/limits.h"
#include "proto/csta_encode.h"

#define SVC_SNAPSHOT_WAIT_MS 3000
#define SVC_MONITOR_WAIT_MS 5000

/* numbers of delta request_new.kind */
enum svc_kind {
	SVC_MAKE_CALL = 1,
	SVC_ANSWER,
	SVC_HOLD,
	SVC_RETRIEVE,
	SVC_CLEAR,
};

static const struct {
	enum csta_request_kind service;
	enum svc_kind kind;
	enum xsi_op op;
	const char *response;
} svc_calls[] = {
	{ CSTA_AnswerCall, SVC_ANSWER, XSI_OP_talk, "AnswerCallResponse" },
	{ CSTA_HoldCall, SVC_HOLD, XSI_OP_hold, "HoldCallResponse" },
	{ CSTA_RetrieveCall, SVC_RETRIEVE, XSI_OP_talk, "RetrieveCallResponse" },
	{ CSTA_ClearConnection, SVC_CLEAR, XSI_OP_release, "ClearConnectionResponse" },
};

void
svc_init(struct svc *v, struct ctx *x, struct sess *sess, struct bw *bw)
{
	*v = (struct svc){ .x = x, .sess = sess, .bw = bw };
	TAILQ_INIT(&v->waits[SVC_WAIT_MONITOR]);
	TAILQ_INIT(&v->waits[SVC_WAIT_SNAPSHOT]);
	buf_init(&v->body, LIMIT_CSTA_MESSAGE_BYTES);
}

static struct svc_queue *
svc_queue(struct svc *v, struct str device)
{
	struct svc_queue *q;

	HASH_FIND(by_device, v->queues, device.p, device.n, q);
	return q;
}

/* One more request of a session is under way, or one less. The session may be gone. */
static void
svc_under_way(struct svc *v, uint64_t session_id, int change)
{
	struct core_session *session = core_session_by_id(&v->x->model, session_id);

	if (session != NULL && (change > 0 || session->under_way > 0))
		session->under_way += (uint32_t)change;
}

static void
svc_wait_drop(struct svc *v, struct svc_wait *w)
{
	struct svc_queue *q = w->queue;

	TAILQ_REMOVE(&v->waits[w->kind], w, by_due);
	TAILQ_REMOVE(&q->waits, w, of_device);
	svc_under_way(v, w->session, -1);
	mem_free(w);
	if (!TAILQ_EMPTY(&q->waits))
		return;
	HASH_DELETE(by_device, v->queues, q);
	mem_free(q->device);
	mem_free(q);
}

void
svc_deactivate(struct svc *v)
{
	for (int kind = SVC_WAIT_MONITOR; kind <= SVC_WAIT_SNAPSHOT; kind++)
		while (!TAILQ_EMPTY(&v->waits[kind]))
			svc_wait_drop(v, TAILQ_FIRST(&v->waits[kind]));
}

void
svc_fini(struct svc *v)
{
	svc_deactivate(v);
	buf_fini(&v->body);
}

static enum csta_edition
svc_edition(const struct core_session *session)
{
	return (enum csta_edition)session->edition;
}

static void
svc_answer(struct svc *v, struct core_session *session, uint32_t invoke)
{
	sess_answer(v->sess, session, invoke, buf_as_str(&v->body));
}

static void
svc_answer_empty(struct svc *v, struct core_session *session, uint32_t invoke, const char *root)
{
	buf_reset(&v->body);
	csta_put_empty(&v->body, svc_edition(session), root);
	svc_answer(v, session, invoke);
}

static void
svc_wait(struct svc *v, enum svc_wait_kind kind, const struct core_session *session,
	uint32_t invoke, const struct core_device *d, int64_t ms)
{
	struct svc_queue *q = svc_queue(v, str_of(d->id));
	struct svc_wait *w = mem_zalloc(sizeof(*w));

	if (q == NULL) {
		q = mem_zalloc(sizeof(*q));
		q->device = mem_strndup(d->id, strlen(d->id));
		TAILQ_INIT(&q->waits);
		HASH_ADD_KEYPTR(by_device, v->queues, q->device, strlen(q->device), q);
	}
	w->queue = q;
	w->kind = kind;
	w->session = session->id;
	w->conn = sess_conn_id(v->sess, session);
	w->invoke = invoke;
	w->due = mono_add_ms(v->x->now, ms);
	TAILQ_INSERT_TAIL(&q->waits, w, of_device);
	TAILQ_INSERT_TAIL(&v->waits[kind], w, by_due);
	svc_under_way(v, session->id, 1);
}

/* system status */

static void
svc_system_register(struct svc *v, struct core_session *session, uint32_t invoke)
{
	uint64_t id = core_next_id(&v->x->model);

	CORE_EMIT(&v->x->em, session_register, .session = session->id, .id = id);
	buf_reset(&v->body);
	csta_put_system_register_response(&v->body, svc_edition(session), id);
	svc_answer(v, session, invoke);
}

static void
svc_system_register_cancel(
	struct svc *v, struct core_session *session, uint32_t invoke, const struct csta_request *q)
{
	uint64_t id;

	if (!str_u64(q->register_id, UINT64_MAX, &id) || id == 0 || id != session->register_id) {
		sess_error(v->sess, session, invoke, CSTA_ERR_invalidCrossRefID);
		return;
	}
	CORE_EMIT(&v->x->em, session_register, .session = session->id, .id = 0);
	svc_answer_empty(v, session, invoke, "SystemRegisterCancelResponse");
}

static void
svc_request_system_status(struct svc *v, struct core_session *session, uint32_t invoke)
{
	buf_reset(&v->body);
	csta_put_request_system_status_response(
		&v->body, svc_edition(session), say_status(v->x->model.status));
	svc_answer(v, session, invoke);
}

/* monitors */

/* CSTA_NO_ERROR: one more monitor may be started. */
static enum csta_error
svc_monitor_limit(struct svc *v, const struct core_session *session, const struct core_device *d)
{
	if (d->monitor_count >= LIMIT_MONITORS_PER_DEVICE)
		return CSTA_ERR_objectMonitorLimitExceeded;
	if (HASH_CNT(by_id, v->x->model.monitors) < v->x->conf->monitors_max)
		return CSTA_NO_ERROR;
	log_emit(v->x->log, M_MONITOR_LIMIT, "session=%llu %u monitors",
		(unsigned long long)session->id, (unsigned)HASH_CNT(by_id, v->x->model.monitors));
	return CSTA_ERR_overallMonitorLimitExceeded;
}

static void
svc_monitor_begin(
	struct svc *v, struct core_session *session, uint32_t invoke, struct core_device *d)
{
	uint64_t id = core_next_id(&v->x->model);

	enum csta_error error = svc_monitor_limit(v, session, d);

	if (error != CSTA_NO_ERROR) {
		sess_error(v->sess, session, invoke, error);
		return;
	}
	/* the answer stands before anything that is told under the cross reference, and leaves with the monitor */
	buf_reset(&v->body);
	csta_put_monitor_start_response(&v->body, svc_edition(session), id, false);
	sess_answer_with_next(v->sess, session, invoke, buf_as_str(&v->body));
	CORE_EMIT(&v->x->em, monitor_start, .monitor = id, .session = session->id,
		.device = str_of(d->id));
	bw_device(v->bw, d)->idle_since = MONO_NEVER;
}

/* The device, subscribed or about to be; NULL and an error answered if it cannot be. */
static struct core_device *
svc_device(struct svc *v, struct core_session *session, uint32_t invoke, struct str id)
{
	struct core_device *d = core_device_by_id(&v->x->model, id);
	struct buf user;

	if (d != NULL)
		return d;
	if (id.n == 0 || id.n >= LIMIT_DEVICE_ID) {
		sess_error(v->sess, session, invoke, CSTA_ERR_invalidDeviceID);
		return NULL;
	}
	if (v->bw->channels_open == 0) {
		sess_error(v->sess, session, invoke, CSTA_ERR_resourceOutOfService);
		return NULL;
	}
	if (HASH_CNT(by_id, v->x->model.devices) >= LIMIT_DEVICES) {
		sess_error(v->sess, session, invoke, CSTA_ERR_overallMonitorLimitExceeded);
		return NULL;
	}
	buf_init(&user, LIMIT_USER_ID + LIMIT_DEVICE_ID);
	bw_user_of_device(v->x->conf, id, &user);
	if (core_device_by_user(&v->x->model, buf_as_str(&user)) == NULL) {
		CORE_EMIT(&v->x->em, dev_add, .device = id, .user = buf_as_str(&user),
			.kind = (uint8_t)bw_kind_of_device(
				v->x->conf, id, buf_as_str(&user)));
		d = core_device_by_id(&v->x->model, id);
		bw_ask(v->bw, d, true);
	} else {
		sess_error(v->sess, session, invoke, CSTA_ERR_invalidDeviceID);
	}
	buf_fini(&user);
	return d;
}

static void
svc_monitor_start(
	struct svc *v, struct core_session *session, uint32_t invoke, const struct csta_request *q)
{
	struct core_device *d;

	if (q->call_object) {
		sess_error(v->sess, session, invoke, CSTA_ERR_invalidMonitorObject);
		return;
	}
	if (HASH_CNT(by_id, v->x->model.monitors) >= v->x->conf->monitors_max) {
		/* before a device is subscribed for nothing */
		sess_error(v->sess, session, invoke, CSTA_ERR_overallMonitorLimitExceeded);
		log_emit(v->x->log, M_MONITOR_LIMIT, "session=%llu %u monitors",
			(unsigned long long)session->id,
			(unsigned)HASH_CNT(by_id, v->x->model.monitors));
		return;
	}
	d = svc_device(v, session, invoke, q->device);
	if (d == NULL)
		return;
	if (TAILQ_EMPTY(&d->subs) && d->service == CORE_SERVICE_NEW)
		svc_wait(v, SVC_WAIT_MONITOR, session, invoke, d, SVC_MONITOR_WAIT_MS);
	else
		svc_monitor_begin(v, session, invoke, d);
}

static void
svc_monitor_stop(
	struct svc *v, struct core_session *session, uint32_t invoke, const struct csta_request *q)
{
	struct core_monitor *mon;
	struct core_device *d;
	uint64_t id;

	mon = str_u64(q->cross_ref, UINT64_MAX, &id) ? core_monitor_by_id(&v->x->model, id) : NULL;
	if (mon == NULL || mon->session != session) {
		sess_error(v->sess, session, invoke, CSTA_ERR_invalidMonitorCrossRefID);
		return;
	}
	d = mon->device;
	CORE_EMIT(&v->x->em, monitor_stop, .monitor = id);
	if (d->monitor_count == 0)
		bw_device(v->bw, d)->idle_since = v->x->now;
	svc_answer_empty(v, session, invoke, "MonitorStopResponse");
}

/* snapshots */

static void
svc_snapshot_answer(
	struct svc *v, struct core_session *session, uint32_t invoke, const struct core_device *d)
{
	struct csta_snapshot_item items[LIMIT_HALVES_PER_DEVICE];
	const struct core_half *h;
	size_t count = 0;

	TAILQ_FOREACH(h, &d->halves, of_device) {
		enum core_view view = h->told != VIEW_none ? h->told : core_half_view(h);

		if (h->gone || view == VIEW_none || count == LIMIT_HALVES_PER_DEVICE)
			continue;
		items[count++] = (struct csta_snapshot_item){ .call_id = h->track->call->id,
			.device = str_of(d->id),
			.endpoint = say_far_device(v->x, h),
			.local = say_local_state(view),
			.far = say_far_state(view) };
	}
	buf_reset(&v->body);
	csta_put_snapshot_device_response(&v->body, svc_edition(session), items, count);
	svc_answer(v, session, invoke);
}

static void
svc_snapshot_device(
	struct svc *v, struct core_session *session, uint32_t invoke, const struct csta_request *q)
{
	struct core_device *d = svc_device(v, session, invoke, q->device);

	if (d == NULL)
		return;
	bw_ask(v->bw, d, true);
	svc_wait(v, SVC_WAIT_SNAPSHOT, session, invoke, d, SVC_SNAPSHOT_WAIT_MS);
}

/* calls */

static bool
svc_request_allowed(
	struct svc *v, struct core_session *session, uint32_t invoke, const struct core_device *d)
{
	if (d == NULL)
		sess_error(v->sess, session, invoke, CSTA_ERR_invalidDeviceID);
	else if (v->bw->channels_open == 0)
		sess_error(v->sess, session, invoke, CSTA_ERR_resourceOutOfService);
	else if (d->service != CORE_SERVICE_IN)
		sess_error(v->sess, session, invoke, CSTA_ERR_deviceOutOfService);
	else
		return true;
	return false;
}

static void
svc_request_begin(struct svc *v, const struct core_session *session, uint32_t invoke,
	enum svc_kind kind, enum xsi_op op, struct core_device *d, struct str target)
{
	uint64_t id = core_next_id(&v->x->model);

	CORE_EMIT(&v->x->em, request_new, .request = id, .session = session->id, .invoke = invoke,
		.kind = (uint8_t)kind, .device = str_of(d->id));
	core_request_by_id(&v->x->model, id)->conn = sess_conn_id(v->sess, session);
	svc_under_way(v, session->id, 1);
	/* its second parameter is the number to dial, or the call */
	bw_call(v->bw, id, &(struct xsi_request){ .op = op, .args = { str_of(d->user), target } },
		d);
}

static void
svc_make_call(
	struct svc *v, struct core_session *session, uint32_t invoke, const struct csta_request *q)
{
	struct core_device *d = core_device_by_id(&v->x->model, q->device);
	struct core_device *to = core_device_by_id(&v->x->model, q->called);

	if (q->called.n == 0 || q->called.n >= LIMIT_ADDRESS) {
		sess_error(v->sess, session, invoke, CSTA_ERR_invalidCalledDeviceID);
		return;
	}
	if (!svc_request_allowed(v, session, invoke, d))
		return;
	svc_request_begin(v, session, invoke, SVC_MAKE_CALL, XSI_OP_dial, d,
		to ? str_of(to->user) : q->called);
}

static enum csta_error
svc_state_error(enum svc_kind kind, enum core_view view)
{
	switch (kind) {
	case SVC_ANSWER:
		return view == VIEW_ringing || view == VIEW_initiated ? CSTA_NO_ERROR :
									CSTA_ERR_noCallToAnswer;
	case SVC_HOLD:
		return view == VIEW_connected || view == VIEW_far_held ?
			CSTA_NO_ERROR :
			CSTA_ERR_invalidConnectionState;
	case SVC_RETRIEVE:
		return view == VIEW_held ? CSTA_NO_ERROR : CSTA_ERR_invalidConnectionState;
	case SVC_CLEAR:
	case SVC_MAKE_CALL:
		break;
	}
	return CSTA_NO_ERROR;
}

/* The device has no call at all. */
static enum csta_error
svc_nothing_error(enum svc_kind kind)
{
	if (kind == SVC_ANSWER)
		return CSTA_ERR_noCallToAnswer;
	return kind == SVC_CLEAR ? CSTA_ERR_noConnectionToClear : CSTA_ERR_invalidConnectionState;
}

/* The half a request is about. A device without a call id names its only call. */
static struct core_half *
svc_half(struct core_device *d, const struct csta_connection *c, bool *ambiguous)
{
	struct core_half *h, *only = NULL;
	uint64_t id;

	*ambiguous = false;
	if (c->call_id.n > 0)
		return str_u64(c->call_id, UINT64_MAX, &id) ? core_half_by_call(d, id) : NULL;
	TAILQ_FOREACH(h, &d->halves, of_device) {
		if (h->gone)
			continue;
		*ambiguous = only != NULL;
		only = h;
	}
	return *ambiguous ? NULL : only;
}

static void
svc_call_request(struct svc *v, struct core_session *session, uint32_t invoke,
	const struct csta_request *q, size_t i)
{
	struct core_device *d = core_device_by_id(&v->x->model, q->connection.device_id);
	enum csta_error error;
	struct core_half *h;
	bool ambiguous;

	if (!svc_request_allowed(v, session, invoke, d))
		return;
	h = svc_half(d, &q->connection, &ambiguous);
	if (h == NULL) {
		sess_error(v->sess, session, invoke,
			ambiguous || q->connection.call_id.n ?
				CSTA_ERR_invalidConnectionID :
				svc_nothing_error(svc_calls[i].kind));
		return;
	}
	error = svc_state_error(svc_calls[i].kind, core_half_view(h));
	if (error != CSTA_NO_ERROR) {
		sess_error(v->sess, session, invoke, error);
		return;
	}
	svc_request_begin(
		v, session, invoke, svc_calls[i].kind, svc_calls[i].op, d, str_of(h->bw_call));
}

void
svc_request(struct sess *s, struct core_session *session, uint32_t invoke,
	const struct csta_request *q, void *arg)
{
	struct svc *v = arg;

	if (session->under_way >= LIMIT_REQUESTS_PER_SESSION) {
		sess_error(s, session, invoke, CSTA_ERR_outstandingReqLimitExceeded);
		return;
	}
	for (size_t i = 0; i < sizeof(svc_calls) / sizeof(svc_calls[0]); i++) {
		if (svc_calls[i].service == q->kind) {
			svc_call_request(v, session, invoke, q, i);
			return;
		}
	}
	if (q->kind == CSTA_MonitorStart)
		svc_monitor_start(v, session, invoke, q);
	else if (q->kind == CSTA_MonitorStop)
		svc_monitor_stop(v, session, invoke, q);
	else if (q->kind == CSTA_SnapshotDevice)
		svc_snapshot_device(v, session, invoke, q);
	else if (q->kind == CSTA_MakeCall)
		svc_make_call(v, session, invoke, q);
	else if (q->kind == CSTA_RequestSystemStatus)
		svc_request_system_status(v, session, invoke);
	else if (q->kind == CSTA_SystemStatus)
		svc_answer_empty(v, session, invoke, "SystemStatusResponse");
	else if (q->kind == CSTA_SystemRegister)
		svc_system_register(v, session, invoke);
	else if (q->kind == CSTA_SystemRegisterCancel)
		svc_system_register_cancel(v, session, invoke, q);
	else
		sess_error(s, session, invoke, CSTA_ERR_serviceNotSupported);
}

/* what comes back from BroadWorks */

static enum csta_error
svc_result_error(enum bw_result result, enum svc_kind kind)
{
	switch (result) {
	case BW_DONE:
		return CSTA_NO_ERROR;
	case BW_NOT_FOUND:
		return kind == SVC_MAKE_CALL ? CSTA_ERR_invalidCalledDeviceID :
					       CSTA_ERR_invalidConnectionID;
	case BW_FORBIDDEN:
		return CSTA_ERR_privilegeViolationSpecifiedDevice;
	case BW_CONFLICT:
		return kind == SVC_MAKE_CALL ? CSTA_ERR_invalidObjectState :
					       CSTA_ERR_invalidConnectionState;
	case BW_OVERLOAD:
		return CSTA_ERR_resourceBusy;
	case BW_UNREACHABLE:
		return CSTA_ERR_networkOutOfService;
	case BW_FAILED:
		break;
	}
	return CSTA_ERR_generic;
}

static void
svc_put_success(struct svc *v, const struct core_session *session, const struct core_request *q,
	uint64_t call_id)
{
	buf_reset(&v->body);
	if (q->kind == SVC_MAKE_CALL) {
		csta_put_make_call_response(
			&v->body, svc_edition(session), call_id, str_of(q->device));
		return;
	}
	for (size_t i = 0; i < sizeof(svc_calls) / sizeof(svc_calls[0]); i++)
		if (svc_calls[i].kind == (enum svc_kind)q->kind)
			csta_put_empty(&v->body, svc_edition(session), svc_calls[i].response);
}

void
svc_request_over(uint64_t request, enum bw_result result, uint64_t call_id, void *arg)
{
	struct svc *v = arg;
	struct core_request *q = core_request_by_id(&v->x->model, request);
	struct core_session *session = q ? core_session_by_id(&v->x->model, q->session) : NULL;
	uint32_t invoke = q ? q->invoke : 0;
	enum csta_error error;

	if (q == NULL)
		return;
	/* where the connection was not kept no answer is invented */
	if (session != NULL && sess_conn_id(v->sess, session) != q->conn)
		session = NULL;
	error = svc_result_error(result, (enum svc_kind)q->kind);
	if (session != NULL && error == CSTA_NO_ERROR)
		svc_put_success(v, session, q, call_id);
	svc_under_way(v, q->session, -1);
	CORE_EMIT(&v->x->em, request_done, .request = request);
	if (session == NULL)
		return;
	if (error != CSTA_NO_ERROR)
		sess_error(v->sess, session, invoke, error);
	else
		svc_answer(v, session, invoke);
}

static void
svc_wait_over(struct svc *v, struct svc_wait *w, struct core_device *d, enum csta_error error)
{
	struct core_session *session = core_session_by_id(&v->x->model, w->session);

	if (session != NULL && sess_conn_id(v->sess, session) != w->conn)
		session = NULL;
	if (session != NULL && error != CSTA_NO_ERROR)
		sess_error(v->sess, session, w->invoke, error);
	else if (session != NULL && w->kind == SVC_WAIT_MONITOR)
		svc_monitor_begin(v, session, w->invoke, d);
	else if (session != NULL)
		svc_snapshot_answer(v, session, w->invoke, d);
	svc_wait_drop(v, w);
}

static void
svc_waits_over(struct svc *v, struct core_device *d, bool snapshots, enum csta_error error)
{
	struct svc_queue *q = svc_queue(v, str_of(d->id));
	struct svc_wait *w, *next;

	/* the queue goes with its last element, `next` is NULL then */
	for (w = q ? TAILQ_FIRST(&q->waits) : NULL; w != NULL; w = next) {
		next = TAILQ_NEXT(w, of_device);
		if (w->kind == SVC_WAIT_MONITOR || snapshots)
			svc_wait_over(v, w, d, error);
	}
}

void
svc_device_subscribed(struct core_device *d, void *arg)
{
	svc_waits_over(arg, d, false, CSTA_NO_ERROR);
}

void
svc_device_confirmed(struct core_device *d, void *arg)
{
	svc_waits_over(arg, d, true, CSTA_NO_ERROR);
}

void
svc_device_refused(struct core_device *d, enum bw_result why, void *arg)
{
	svc_waits_over(arg, d, true,
		why == BW_NOT_FOUND || why == BW_FORBIDDEN ? CSTA_ERR_invalidDeviceID :
							     CSTA_ERR_deviceOutOfService);
}

/* A snapshot that BroadWorks did not answer in time is answered from what is known, if that was ever confirmed. */
static enum csta_error
svc_late_error(const struct svc_wait *w, const struct core_device *d)
{
	if (d == NULL)
		return CSTA_ERR_invalidDeviceID;
	if (w->kind == SVC_WAIT_SNAPSHOT && d->service == CORE_SERVICE_IN)
		return CSTA_NO_ERROR;
	return CSTA_ERR_deviceOutOfService;
}

static void
svc_waits_late(struct svc *v, struct svc_waits *waits)
{
	struct svc_wait *w;

	while ((w = TAILQ_FIRST(waits)) != NULL && mono_due(w->due, v->x->now)) {
		struct core_device *d = core_device_by_id(&v->x->model, str_of(w->queue->device));

		svc_wait_over(v, w, d, svc_late_error(w, d));
	}
}

void
svc_tick(struct svc *v)
{
	svc_waits_late(v, &v->waits[SVC_WAIT_MONITOR]);
	svc_waits_late(v, &v->waits[SVC_WAIT_SNAPSHOT]);
}

struct mono
svc_deadline(const struct svc *v)
{
	struct mono due = MONO_NEVER;

	for (int kind = SVC_WAIT_MONITOR; kind <= SVC_WAIT_SNAPSHOT; kind++)
		if (!TAILQ_EMPTY(&v->waits[kind]))
			due = mono_min(due, TAILQ_FIRST(&v->waits[kind])->due);
	return due;
}
