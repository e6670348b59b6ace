/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Monitors: see svc_monitor.h.
 *
 * Happy path: the device is known or gets its subscription, the answer is queued with the delta that makes the monitor, so
 * that nothing is told under a cross reference before the answer that names it. Failure modes: a device that BroadWorks does
 * not know, limits, no subscription in time; each is one error and leaves nothing behind.
 */
#include "daemon/svc_monitor.h"

#include "daemon/svc_ident.h"
#include "proto/base/limits.h"
#include "proto/csta_encode.h"

#define SVC_MONITOR_WAIT_MS 5000

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

void
svc_monitor_begin(
	struct svc *v, struct core_session *session, uint32_t invoke, struct core_device *d)
{
	enum csta_error error = svc_monitor_limit(v, session, d);
	uint64_t id = core_next_id(&v->x->model);

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

void
svc_monitor_start(const struct svc_in *in)
{
	struct svc *v = in->v;
	struct core_device *d;

	if (in->q->call_object) {
		svc_refuse(in, CSTA_ERR_invalidMonitorObject);
		return;
	}
	if (HASH_CNT(by_id, v->x->model.monitors) >= v->x->conf->monitors_max) {
		/* before a device is subscribed for nothing */
		svc_refuse(in, CSTA_ERR_overallMonitorLimitExceeded);
		log_emit(v->x->log, M_MONITOR_LIMIT, "session=%llu %u monitors",
			(unsigned long long)in->session->id,
			(unsigned)HASH_CNT(by_id, v->x->model.monitors));
		return;
	}
	d = svc_device(in);
	if (d == NULL)
		return;
	if (TAILQ_EMPTY(&d->subs) && d->service == CORE_SERVICE_NEW)
		svc_wait(in, SVC_WAIT_MONITOR, d, SVC_MONITOR_WAIT_MS);
	else
		svc_monitor_begin(v, in->session, in->invoke, d);
}

void
svc_monitor_stop(const struct svc_in *in)
{
	struct svc *v = in->v;
	struct core_monitor *mon;
	struct core_device *d;
	uint64_t id;

	mon = str_u64(in->q->cross_ref, UINT64_MAX, &id) ? core_monitor_by_id(&v->x->model, id) :
							   NULL;
	if (mon == NULL || mon->session != in->session) {
		svc_refuse(in, CSTA_ERR_invalidMonitorCrossRefID);
		return;
	}
	d = mon->device;
	CORE_EMIT(&v->x->em, monitor_stop, .monitor = id);
	if (d->monitor_count == 0)
		bw_device(v->bw, d)->idle_since = v->x->now;
	svc_answer_empty(in, "MonitorStopResponse");
}
