/* SPDX-License-Identifier: Apache-2.0 */
/* Status services: see svc_status.h. Nothing here is about calls, so the answers pass events that are held back. */
#include "daemon/svc_status.h"

#include "proto/csta_encode.h"

void
svc_status_ask(const struct svc_in *in)
{
	struct svc *v = in->v;

	buf_reset(&v->body);
	csta_put_request_system_status_response(
		&v->body, svc_edition(in->session), say_status(v->x->model.status));
	svc_answer_ahead(in);
}

void
svc_status_told(const struct svc_in *in)
{
	buf_reset(&in->v->body);
	csta_put_system_status_response(&in->v->body, svc_edition(in->session));
	svc_answer_ahead(in);
}

static void
abort_registration(const struct svc_in *in, uint64_t id)
{
	struct svc *v = in->v;

	buf_reset(&v->body);
	csta_put_system_register_abort(&v->body, svc_edition(in->session), id);
	sess_request(v->sess, in->session, buf_as_str(&v->body));
}

void
svc_status_register(const struct svc_in *in)
{
	struct svc *v = in->v;
	uint64_t id = core_next_id(&v->x->model), old = in->session->register_id;

	CORE_EMIT(&v->x->em, session_register, .session = in->session->id, .id = id,
		.statuses = in->q->wants_status, .status_filter = in->q->status_filter);
	buf_reset(&v->body);
	csta_put_system_register_response(
		&v->body, svc_edition(in->session), id, in->session->status_filter);
	svc_answer_ahead(in);
	if (old != 0)
		abort_registration(in, old);
}

/* The registration that the request names, of this session; 0: refused. */
static uint64_t
registration(const struct svc_in *in)
{
	uint64_t id;

	if (str_u64(in->q->register_id, UINT64_MAX, &id) && id != 0 &&
		id == in->session->register_id)
		return id;
	svc_refuse(in, CSTA_ERR_invalidCrossRefID);
	return 0;
}

void
svc_status_cancel(const struct svc_in *in)
{
	if (registration(in) == 0)
		return;
	CORE_EMIT(&in->v->x->em, session_register, .session = in->session->id, .id = 0,
		.statuses = true);
	buf_reset(&in->v->body);
	csta_put_empty(&in->v->body, svc_edition(in->session), "SystemRegisterCancelResponse");
	svc_answer_ahead(in);
}

/* Without an id it is that of the session, be it registered or not. */
void
svc_status_filter(const struct svc_in *in)
{
	struct core_session *session = in->session;

	if (in->q->register_id.n > 0 && registration(in) == 0)
		return;
	CORE_EMIT(&in->v->x->em, session_register, .session = session->id,
		.id = session->register_id, .statuses = session->statuses,
		.status_filter = in->q->status_filter);
	buf_reset(&in->v->body);
	csta_put_change_status_filter_response(
		&in->v->body, svc_edition(session), session->status_filter);
	svc_answer_ahead(in);
}
