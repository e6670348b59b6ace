/* SPDX-License-Identifier: Apache-2.0 */
/* What overload means to clients: see svc_load.h; what it is: load.h. */
#include "daemon/svc_load.h"

#include "proto/csta_encode.h"

#include <inttypes.h>

static struct load_limits
limits_of(const struct conf *c)
{
	return (struct load_limits){
		.reached = { .outbox_bytes = (uint64_t)c->overload_outbox_mb << 20,
			.lag_ms = (uint64_t)c->overload_lag_ms,
			.behind = c->overload_behind },
		.imminent_percent = c->overload_imminent_percent,
		.relieved_percent = c->overload_relieved_percent,
	};
}

void
svc_load_rest(struct svc *v)
{
	v->queue_bytes = 0;
	for (uint32_t i = 0; i < METER_APPS; i++) {
		v->x->meter.apps[i].clients = 0;
		v->x->meter.apps[i].queue_bytes = 0;
	}
}

/* What waits for clients, and how many of them there are: in all, and by application. */
static uint64_t
count_clients(struct svc *v)
{
	struct meter *m = &v->x->meter;
	const struct core_session *session;
	uint64_t bytes = 0;

	svc_load_rest(v);
	for (session = v->x->model.sessions; session != NULL; session = session->by_id.next) {
		const struct outbox *box = session->box;

		bytes += box->bytes;
		m->apps[box->app].queue_bytes += box->bytes;
		m->apps[box->app].clients += sess_conn_id(v->sess, session) != 0;
	}
	return bytes;
}

static struct load_figures
figures_of(struct svc *v, uint64_t lag_ms)
{
	struct load_figures f = { .lag_ms = lag_ms };
	struct ha_view view;

	ha_get_view(v->x->ha, v->x->now, &view);
	if (view.offset > view.released)
		f.behind = view.offset - view.released;
	f.outbox_bytes = count_clients(v);
	return f;
}

static void
tell(struct svc *v, enum csta_status status)
{
	struct core_session *session;

	for (session = v->x->model.sessions; session != NULL; session = session->by_id.next) {
		if (session->register_id == 0 || !say_wants_status(session, status))
			continue;
		buf_reset(&v->body);
		csta_put_system_status(&v->body, (enum csta_edition)session->edition, status,
			session->register_id);
		sess_request(v->sess, session, buf_as_str(&v->body));
	}
}

void
svc_load_look(struct svc *v, uint64_t lag_ms)
{
	static const enum csta_status statuses[] = { CSTA_STATUS_overloadRelieved,
		CSTA_STATUS_overloadImminent, CSTA_STATUS_overloadReached };
	struct load_limits limits = limits_of(v->x->conf);
	struct load_figures f = figures_of(v, lag_ms);

	v->queue_bytes = f.outbox_bytes;
	if (!load_look(&v->load, &limits, &f))
		return;
	log_emit(v->x->log, M_OVERLOAD,
		"%s: %" PRIu64 " bytes wait for clients, the loop is %" PRIu64 " ms late, %" PRIu64
		" deltas wait for the standby",
		load_level_name(v->load.level), f.outbox_bytes, f.lag_ms, f.behind);
	tell(v, statuses[v->load.level]);
}
