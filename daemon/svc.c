/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services: see svc.h.
 *
 * Every request ends in exactly one answer: at once (model), when BroadWorks has answered (svc_job.c), when a device is
 * subscribed or confirmed, or at a deadline. What is not supported is said at once. The status of the
 * system is in svc_status.c, monitors are in svc_monitor.c, snapshots in svc_snapshot.c, call control is in svc_call.c, agents and
 * features in svc_feature.c, treatments and Escape in svc_media.c.
 */
#include "daemon/svc_call.h"
#include "daemon/svc_caps.h"
#include "daemon/svc_feature.h"
#include "daemon/svc_hotel.h"
#include "daemon/svc_media.h"
#include "daemon/svc_route.h"
#include "daemon/svc_monitor.h"
#include "daemon/svc_snapshot.h"
#include "daemon/svc_status.h"

#include "proto/base/check.h"
#include "proto/base/limits.h"
#include "proto/csta_encode.h"

void
svc_init(struct svc *v, struct ctx *x, struct sess *sess, struct bw *bw)
{
	*v = (struct svc){ .x = x, .sess = sess, .bw = bw };
	for (int kind = 0; kind < SVC_WAITS; kind++)
		TAILQ_INIT(&v->waits[kind]);
	TAILQ_INIT(&v->holds);
	TAILQ_INIT(&v->listings);
	buf_init(&v->body, LIMIT_CSTA_MESSAGE_BYTES);
}

static struct svc_queue *
svc_queue(struct svc *v, struct str device)
{
	struct svc_queue *q;

	HASH_FIND(by_device, v->queues, device.p, device.n, q);
	return q;
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
	for (int kind = 0; kind < SVC_WAITS; kind++)
		while (!TAILQ_EMPTY(&v->waits[kind]))
			svc_wait_drop(v, TAILQ_FIRST(&v->waits[kind]));
	v->load.level = LOAD_NONE;
	svc_jobs_drop(v);
	svc_caps_drop(v);
	svc_hotel_deactivate(v);
}

void
svc_activate(struct svc *v)
{
	svc_hotel_activate(v);
}

void
svc_fini(struct svc *v)
{
	svc_deactivate(v);
	buf_fini(&v->body);
}

struct svc_wait *
svc_wait(const struct svc_in *in, enum svc_wait_kind kind, const struct core_device *d, int64_t ms)
{
	struct svc *v = in->v;
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
	w->session = in->session->id;
	w->conn = sess_conn_id(v->sess, in->session);
	w->invoke = in->invoke;
	w->due = mono_add_ms(v->x->now, ms);
	TAILQ_INSERT_TAIL(&q->waits, w, of_device);
	TAILQ_INSERT_TAIL(&v->waits[kind], w, by_due);
	svc_under_way(v, in->session->id, 1);
	return w;
}

/* services */

typedef void (*svc_fn)(const struct svc_in *in);

static const svc_fn services[] = {
	[CSTA_RequestSystemStatus] = svc_status_ask,
	[CSTA_SystemStatus] = svc_status_told,
	[CSTA_SystemRegister] = svc_status_register,
	[CSTA_SystemRegisterCancel] = svc_status_cancel,
	[CSTA_ChangeSysStatFilter] = svc_status_filter,
	[CSTA_GetSwitchingFunctionCaps] = svc_caps_switch,
	[CSTA_GetSwitchingFunctionDevices] = svc_caps_devices,
	[CSTA_GetCSTAFeatures] = svc_caps_features,
	[CSTA_MonitorStart] = svc_monitor_start,
	[CSTA_MonitorStop] = svc_monitor_stop,
	[CSTA_ChangeMonitorFilter] = svc_monitor_filter,
	[CSTA_GetMonitors] = svc_monitor_list,
	[CSTA_SnapshotDevice] = svc_snapshot_device,
	[CSTA_SnapshotCall] = svc_snapshot_call,
	[CSTA_MakeCall] = svc_call_make,
	[CSTA_AnswerCall] = svc_call_one,
	[CSTA_HoldCall] = svc_call_one,
	[CSTA_RetrieveCall] = svc_call_one,
	[CSTA_ClearConnection] = svc_call_one,
	[CSTA_ClearCall] = svc_call_one,
	[CSTA_GenerateDigits] = svc_call_one,
	[CSTA_RecordMessage] = svc_call_one,
	[CSTA_Stop] = svc_media_stop,
	[CSTA_Suspend] = svc_call_one,
	[CSTA_Resume] = svc_call_one,
	[CSTA_ConsultationCall] = svc_call_consult,
	[CSTA_AlternateCall] = svc_call_two,
	[CSTA_ReconnectCall] = svc_call_two,
	[CSTA_TransferCall] = svc_call_two,
	[CSTA_ConferenceCall] = svc_call_two,
	[CSTA_SingleStepTransferCall] = svc_call_away,
	[CSTA_DeflectCall] = svc_call_away,
	[CSTA_ParkCall] = svc_call_away,
	[CSTA_DirectedPickupCall] = svc_call_pickup,
	[CSTA_GroupPickupCall] = svc_call_pickup,
	[CSTA_IntrudeCall] = svc_call_intrude,
	[CSTA_SetAgentState] = svc_feature_agent,
	[CSTA_GetAgentState] = svc_feature_agent,
	[CSTA_SetForwarding] = svc_feature_forwarding,
	[CSTA_GetForwarding] = svc_feature_forwarding,
	[CSTA_SetDoNotDisturb] = svc_feature_do_not_disturb,
	[CSTA_GetDoNotDisturb] = svc_feature_do_not_disturb,
	[CSTA_SetMessageWaitingIndicator] = svc_feature_message_waiting,
	[CSTA_GetMessageWaitingIndicator] = svc_feature_message_waiting,
	[CSTA_PlayMessage] = svc_media_play,
	[CSTA_Escape] = svc_media_escape,
	[CSTA_RouteRegister] = svc_route_register,
	[CSTA_RouteRegisterCancel] = svc_route_cancel,
	[CSTA_RouteSelect] = svc_route_select,
	[CSTA_RouteReject] = svc_route_select,
	[CSTA_RouteEnd] = svc_route_end,
};

bool
svc_has(enum csta_request_kind kind)
{
	return (size_t)kind < sizeof(services) / sizeof(services[0]) && services[kind] != NULL;
}

void
svc_request(struct sess *s, struct core_session *session, uint32_t invoke,
	const struct csta_request *q, void *arg)
{
	struct svc_in in = { arg, session, invoke, q };

	if (session->under_way >= LIMIT_REQUESTS_PER_SESSION)
		sess_error(s, session, invoke, CSTA_ERR_outstandingReqLimitExceeded);
	else if (!svc_has(q->kind))
		sess_error(s, session, invoke, CSTA_ERR_serviceNotSupported);
	else
		services[q->kind](&in);
}

/* what comes back from BroadWorks */

static void
svc_wait_over(struct svc *v, struct svc_wait *w, struct core_device *d, enum csta_error error)
{
	struct core_session *session = core_session_by_id(&v->x->model, w->session);

	if (session != NULL && sess_conn_id(v->sess, session) != w->conn)
		session = NULL;
	if (session != NULL && error != CSTA_NO_ERROR)
		sess_error(v->sess, session, w->invoke, error);
	else if (session != NULL && w->kind == SVC_WAIT_MONITOR)
		svc_monitor_begin(v, session, w->invoke, d, &w->wish);
	else if (session != NULL && w->kind == SVC_WAIT_ROUTE)
		svc_route_begin(v, session, w->invoke, d);
	else if (session != NULL)
		svc_snapshot_answer(v, session, w->invoke, d, str_of(w->wish.form));
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
		if (w->kind != SVC_WAIT_SNAPSHOT || snapshots)
			svc_wait_over(v, w, d, error);
	}
}

void
svc_request_over(uint64_t request, enum bw_result result, uint64_t call_id, void *arg)
{
	if (!svc_hotel_over(arg, request, result))
		svc_job_over(arg, request, result, call_id);
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
	if (why == BW_NOT_FOUND)
		svc_monitor_device_unknown(arg, d);
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
	for (int kind = 0; kind < SVC_WAITS; kind++)
		svc_waits_late(v, &v->waits[kind]);
	svc_jobs_tick(v);
	svc_caps_tick(v);
	svc_hotel_tick(v);
}

struct mono
svc_deadline(const struct svc *v)
{
	struct mono due = mono_min(svc_hotel_deadline(v), svc_jobs_deadline(v));

	for (int kind = 0; kind < SVC_WAITS; kind++)
		if (!TAILQ_EMPTY(&v->waits[kind]))
			due = mono_min(due, TAILQ_FIRST(&v->waits[kind])->due);
	return due;
}
