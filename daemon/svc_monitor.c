/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Monitors: see svc_monitor.h.
 *
 * Happy path: the device is known or gets its subscription, the answer is queued with the delta that makes the monitor, so
 * that nothing is told under a cross reference before the answer that names it. Failure modes: a device that BroadWorks does
 * not know, limits, no subscription in time, media that a telephone has not; each is one error and leaves nothing behind.
 *
 * A filter is kept as the events that are not told. Clients that turn its sense round (private invertFilter) name those that
 * are; they are answered in their own sense.
 */
#include "daemon/svc_monitor.h"

#include "daemon/svc_ident.h"
#include "proto/base/limits.h"
#include "proto/csta_encode.h"
#include "proto/csta_filter.h"

#define SVC_MONITOR_WAIT_MS 5000
#define SVC_MONITOR_UNKNOWN_FAILURES 8 /* about two minutes of 404 */
#define SVC_MONITORS_PER_MESSAGE 32    /* GetMonitors */

/* a byte of a device's name is eight as a character reference */
_Static_assert(SVC_MONITORS_PER_MESSAGE *(8 * LIMIT_DEVICE_ID + 160) < LIMIT_CSTA_SEND_BYTES - 1024,
	"a list of monitors must fit into a message");

/* CSTA_NO_ERROR: one more monitor may be started on an object that has so many. */
static enum csta_error
svc_monitor_limit(struct svc *v, const struct core_session *session, uint32_t count)
{
	if (count >= LIMIT_MONITORS_PER_DEVICE)
		return CSTA_ERR_objectMonitorLimitExceeded;
	if (HASH_CNT(by_id, v->x->model.monitors) < v->x->conf->monitors_max &&
		auth_monitor_fits(v->x, session))
		return CSTA_NO_ERROR;
	log_emit(v->x->log, M_MONITOR_LIMIT, "session=%06x %u monitors",
		core_session_tag(session->id), (unsigned)HASH_CNT(by_id, v->x->model.monitors));
	return CSTA_ERR_overallMonitorLimitExceeded;
}

/* The filter in the sense of the client. */
static uint64_t
monitor_filter_seen(uint64_t filter, bool inverted)
{
	return inverted ? csta_filter_all() & ~filter : filter;
}

static uint64_t
monitor_filter_meant(const struct csta_request *q)
{
	return q->filter_given ? monitor_filter_seen(q->filter, q->filter_inverted) : 0;
}

/*
 * The monitor that is made next gets the next id. The answer stands before anything that is told under the cross reference, and
 * leaves with the monitor. Of calls that are there already everything is told that happens from now on.
 */
static void
monitor_answer(struct svc *v, struct core_session *session, uint32_t invoke,
	const struct svc_monitor_wish *wish)
{
	uint64_t seen = monitor_filter_seen(wish->filter, wish->filter_inverted);
	struct csta_monitor_started started = {
		.cross_ref = core_next_id(&v->x->model),
		.filter = wish->filter_given ? &seen : NULL,
		.media_voice = wish->media_given,
		.existing_calls = true,
	};

	buf_reset(&v->body);
	csta_put_monitor_start_response(&v->body, svc_edition(session), &started);
	sess_answer_with_next(v->sess, session, invoke, buf_as_str(&v->body));
}

void
svc_monitor_begin(struct svc *v, struct core_session *session, uint32_t invoke,
	struct core_device *d, const struct svc_monitor_wish *wish)
{
	enum csta_error error = svc_monitor_limit(v, session, d->monitor_count);

	if (error != CSTA_NO_ERROR) {
		sess_error(v->sess, session, invoke, error);
		return;
	}
	monitor_answer(v, session, invoke, wish);
	CORE_EMIT(&v->x->em, monitor_start, .monitor = core_next_id(&v->x->model),
		.session = session->id, .device = str_of(d->id), .filter = wish->filter,
		.type = (uint8_t)wish->type, .form = str_of(wish->form));
	bw_device(v->bw, d)->idle_since = MONO_NEVER;
}

static struct svc_monitor_wish
monitor_wish(const struct csta_request *q)
{
	return (struct svc_monitor_wish){
		.type = q->call_type ? CORE_MONITOR_CALL : CORE_MONITOR_DEVICE,
		.filter = monitor_filter_meant(q),
		.filter_given = q->filter_given,
		.filter_inverted = q->filter_inverted,
		.media_given = q->media_given,
	};
}

/* What is wrong with the request whatever the device is; CSTA_NO_ERROR. */
static enum csta_error
monitor_refusal(const struct svc_in *in)
{
	struct svc *v = in->v;

	if (in->q->media_given && !in->q->media_voice)
		return CSTA_ERR_requestIncompatibleWithMedia;
	if (HASH_CNT(by_id, v->x->model.monitors) < v->x->conf->monitors_max)
		return CSTA_NO_ERROR;
	/* before a device is subscribed for nothing */
	log_emit(v->x->log, M_MONITOR_LIMIT, "session=%06x %u monitors",
		core_session_tag(in->session->id), (unsigned)HASH_CNT(by_id, v->x->model.monitors));
	return CSTA_ERR_overallMonitorLimitExceeded;
}

/* The call that the request names, by itself or by a device in it; NULL: refused. */
static struct core_call *
monitor_call(const struct svc_in *in, struct core_half **half)
{
	const struct csta_connection *object = &in->q->connection;
	struct core_call *c = NULL;
	uint64_t id;

	*half = NULL;
	if (object->device_id.n > 0) {
		*half = svc_half(in, object, CSTA_ERR_invalidConnectionID);
		return *half != NULL ? (*half)->track->call : NULL;
	}
	if (str_u64(object->call_id, UINT64_MAX, &id))
		c = core_call_by_id(&in->v->x->model, id);
	if (c != NULL && c->halves > 0)
		return c;
	svc_refuse(in, CSTA_ERR_invalidCallID);
	return NULL;
}

/*
 * On a call. Of type call, which is what is meant if no type is given: what happens in it, wherever it goes. Of type device:
 * what happens at the device of the connection, as long as it is in the call.
 */
static void
monitor_start_call(const struct svc_in *in, struct svc_monitor_wish *wish)
{
	struct svc *v = in->v;
	struct core_half *h;
	struct core_call *c = monitor_call(in, &h);
	bool at_device = in->q->type_given && !in->q->call_type;
	enum csta_error error;

	if (c == NULL)
		return;
	error = svc_monitor_limit(v, in->session, c->follow_count);
	if (error == CSTA_NO_ERROR && at_device && h == NULL)
		error = CSTA_ERR_invalidMonitorObject;
	if (error != CSTA_NO_ERROR) {
		svc_refuse(in, error);
		return;
	}
	if (at_device)
		svc_asked_form(in, h->device, wish->form);
	monitor_answer(v, in->session, in->invoke, wish);
	CORE_EMIT(&v->x->em, monitor_start, .monitor = core_next_id(&v->x->model),
		.session = in->session->id, .device = at_device ? str_of(h->device->id) : STR_NONE,
		.filter = wish->filter, .type = at_device ? CORE_MONITOR_DEVICE : CORE_MONITOR_CALL,
		.call = c->id, .form = str_of(wish->form));
}

void
svc_monitor_start(const struct svc_in *in)
{
	struct svc *v = in->v;
	struct svc_monitor_wish wish = monitor_wish(in->q);
	enum csta_error error = monitor_refusal(in);
	struct core_device *d;

	if (error != CSTA_NO_ERROR) {
		svc_refuse(in, error);
		return;
	}
	if (in->q->call_object) {
		monitor_start_call(in, &wish);
		return;
	}
	d = svc_device(in);
	if (d == NULL)
		return;
	svc_asked_form(in, d, wish.form);
	if (TAILQ_EMPTY(&d->subs) && d->service == CORE_SERVICE_NEW)
		svc_wait(in, SVC_WAIT_MONITOR, d, SVC_MONITOR_WAIT_MS)->wish = wish;
	else
		svc_monitor_begin(v, in->session, in->invoke, d, &wish);
}

/* The monitor that the request names, of its own session; NULL: refused. */
static struct core_monitor *
monitor_named(const struct svc_in *in)
{
	struct core_monitor *mon = NULL;
	uint64_t id;

	if (str_u64(in->q->cross_ref, UINT64_MAX, &id))
		mon = core_monitor_by_id(&in->v->x->model, id);
	if (mon != NULL && mon->session == in->session)
		return mon;
	svc_refuse(in, CSTA_ERR_invalidMonitorCrossRefID);
	return NULL;
}

void
svc_monitor_stop(const struct svc_in *in)
{
	struct svc *v = in->v;
	struct core_monitor *mon = monitor_named(in);
	struct core_device *d;

	if (mon == NULL)
		return;
	d = mon->device;
	CORE_EMIT(&v->x->em, monitor_stop, .monitor = mon->id);
	if (d != NULL && d->monitor_count == 0)
		bw_device(v->bw, d)->idle_since = v->x->now;
	svc_answer_empty(in, "MonitorStopResponse");
}

void
svc_monitor_filter(const struct svc_in *in)
{
	struct svc *v = in->v;
	struct core_monitor *mon = monitor_named(in);

	if (mon == NULL)
		return;
	if (!in->q->filter_given) {
		svc_refuse(in, CSTA_ERR_invalidMonitorFilter);
		return;
	}
	CORE_EMIT(&v->x->em, monitor_filter, .monitor = mon->id,
		.filter = monitor_filter_meant(in->q));
	buf_reset(&v->body);
	csta_put_change_monitor_filter_response(&v->body, svc_edition(in->session),
		monitor_filter_seen(mon->filter, in->q->filter_inverted));
	svc_answer(in);
}

/* GetMonitors has no place for a call. */
static struct str
monitor_object(const struct core_monitor *mon)
{
	if (mon->device == NULL)
		return STR_NONE;
	return str_of(mon->form[0] != '\0' ? mon->form : mon->device->id);
}

/* The monitors of the session from `*mon` on, as many as a message takes. */
static size_t
monitor_entries(const struct core_monitor **mon, struct csta_monitor_entry *items)
{
	size_t count = 0;

	for (; *mon != NULL && count < SVC_MONITORS_PER_MESSAGE;
		*mon = TAILQ_NEXT(*mon, of_session))
		items[count++] = (struct csta_monitor_entry){ (*mon)->id, monitor_object(*mon) };
	return count;
}

/* More than one message takes: the answer says under which number they come. */
static void
monitor_list_in_parts(const struct svc_in *in, struct csta_monitor_entry *items)
{
	struct svc *v = in->v;
	const struct core_monitor *mon = TAILQ_FIRST(&in->session->monitors);
	size_t count;

	buf_reset(&v->body);
	csta_put_get_monitors_later(&v->body, svc_edition(in->session), in->session->id);
	svc_answer(in);
	for (uint32_t part = 1; mon != NULL; part++) {
		count = monitor_entries(&mon, items);
		buf_reset(&v->body);
		csta_put_monitor_info(&v->body, svc_edition(in->session), in->session->id, part,
			mon == NULL, items, count);
		sess_request(v->sess, in->session, buf_as_str(&v->body));
	}
}

void
svc_monitor_list(const struct svc_in *in)
{
	struct csta_monitor_entry items[SVC_MONITORS_PER_MESSAGE];
	struct svc *v = in->v;
	const struct core_monitor *mon = TAILQ_FIRST(&in->session->monitors);
	size_t count = monitor_entries(&mon, items);

	if (svc_edition(in->session) != CSTA_ED6) {
		svc_refuse(in, CSTA_ERR_serviceNotSupported); /* the older ones do not know it */
		return;
	}
	if (mon != NULL) {
		monitor_list_in_parts(in, items);
		return;
	}
	buf_reset(&v->body);
	csta_put_get_monitors_response(&v->body, svc_edition(in->session), items, count);
	svc_answer(in);
}

void
svc_monitor_device_unknown(struct svc *v, struct core_device *d)
{
	struct core_monitor *mon;

	if (bw_device(v->bw, d)->primary->failures < SVC_MONITOR_UNKNOWN_FAILURES)
		return;
	while ((mon = TAILQ_FIRST(&d->monitors)) != NULL) {
		log_emit(v->x->log, M_SUBSCRIPTION,
			"device=%s session=%06x monitor=%llu ends: BroadWorks does not know the user any more",
			d->id, core_session_tag(mon->session->id), (unsigned long long)mon->id);
		CORE_EMIT(&v->x->em, monitor_stop, .monitor = mon->id, .tell = 1);
	}
}
