/* SPDX-License-Identifier: Apache-2.0 */
/* Hoteling: see svc_hotel.h. */
#include "daemon/svc_hotel.h"

#include "core/core_mutation.h"
#include "daemon/svc_ident.h"
#include "daemon/svc_job.h"
#include "proto/base/check.h"
#include "proto/base/limits.h"
#include "proto/csta_encode.h"
#include "proto/xsi_body.h"

#define HOTEL_RETRY_MS 2000 /* then twice as long, four times */
#define HOTEL_TRIES 5
#define HOTEL_ANSWER_MS 15000 /* no client waits longer, whatever becomes of it */

/* Numbers of journal_set.kind. */
enum hotel_kind {
	HOTEL_TAKE = 1,
	HOTEL_LEAVE,
	HOTEL_UNDO,
	HOTEL_KINDS,
};

enum hotel_act {
	HOTEL_HOST_SIGNS_OUT,
	HOTEL_GUEST_SIGNS_OUT,
	HOTEL_FORWARD,
	HOTEL_FORWARD_ENDS,
	HOTEL_ASSOCIATE,
	HOTEL_ASSOCIATION_ENDS,
	HOTEL_GUEST_UNAVAILABLE,
	HOTEL_OVER,
};

/* What each act is; a lenient one is no reason to give up: nobody need be signed in. */
static const struct {
	const char *name;
	enum xsi_op op;
	const char *agent_state;
	bool on, of_host, lenient;
} hotel_acts[] = {
	[HOTEL_HOST_SIGNS_OUT] = { "sign-out-host", XSI_OP_agent_state_set, "Sign-Out", false, true,
		true },
	[HOTEL_GUEST_SIGNS_OUT] = { "sign-out-guest", XSI_OP_agent_state_set, "Sign-Out", false,
		false, true },
	[HOTEL_FORWARD] = { "forward", XSI_OP_cfa_set, "", true, true, false },
	[HOTEL_FORWARD_ENDS] = { "end-forwarding", XSI_OP_cfa_set, "", false, true, false },
	[HOTEL_ASSOCIATE] = { "associate", XSI_OP_hoteling_guest_set, "", true, false, false },
	[HOTEL_ASSOCIATION_ENDS] = { "end-association", XSI_OP_hoteling_guest_set, "", false, false,
		false },
	[HOTEL_GUEST_UNAVAILABLE] = { "guest-unavailable", XSI_OP_agent_state_set, "Unavailable",
		true, false, false },
};

/* The undoing begins with the step that takes back the last one that was done: see hotel_undo(). */
static const enum hotel_act hotel_plans[HOTEL_KINDS][5] = {
	[HOTEL_TAKE] = { HOTEL_HOST_SIGNS_OUT, HOTEL_FORWARD, HOTEL_ASSOCIATE,
		HOTEL_GUEST_UNAVAILABLE, HOTEL_OVER },
	[HOTEL_LEAVE] = { HOTEL_GUEST_SIGNS_OUT, HOTEL_FORWARD_ENDS, HOTEL_ASSOCIATION_ENDS,
		HOTEL_OVER },
	[HOTEL_UNDO] = { HOTEL_ASSOCIATION_ENDS, HOTEL_FORWARD_ENDS, HOTEL_OVER },
};

/* The active's notes of an operation; the rest is in the journal. */
struct svc_hotel {
	uint64_t id;
	uint64_t conn; /* to be answered there; 0: the client is gone */
	enum csta_request_kind service;
	enum csta_error error;  /* why it is being undone */
	enum csta_error last;   /* why its step is done again */
	struct mono answer_due; /* MONO_NEVER: nobody waits for an answer */
	unsigned tries;
	struct mono due; /* to be sent again; MONO_NEVER: an answer is awaited */
	UT_hash_handle by_id;
};

static enum hotel_act
hotel_act(const struct core_journal *j)
{
	if (j->kind == 0 || j->kind >= HOTEL_KINDS || j->step >= 5)
		return HOTEL_OVER;
	return hotel_plans[j->kind][j->step];
}

/* Calls are forwarded to the guest under the name that can be dialled. */
static void
hotel_body(struct svc *v, const struct core_journal *j, enum hotel_act act)
{
	buf_reset(&v->body);
	if (hotel_acts[act].op == XSI_OP_agent_state_set)
		xsi_body_agent_state(&v->body, str_of(hotel_acts[act].agent_state), STR_NONE);
	else if (hotel_acts[act].op == XSI_OP_cfa_set)
		xsi_body_forwarding(&v->body, XSI_OP_cfa_set,
			&(struct xsi_forwarding_body){ .active = hotel_acts[act].on,
				.address = hotel_acts[act].on ?
					say_user_name(v->x, str_of(j->text)) :
					STR_NONE });
	else
		xsi_body_hoteling_guest(&v->body,
			&(struct xsi_hoteling_body){ .active = hotel_acts[act].on,
				.limit_hours = XSI_UNSET,
				.host = hotel_acts[act].on ? str_of(j->device) : STR_NONE,
				.clear_host = !hotel_acts[act].on });
}

/* Host or guest, whichever clients monitor: a request is made for a device. NULL: neither is known any more. */
static struct core_device *
hotel_device(const struct svc *v, const struct core_journal *j)
{
	struct core_device *d = core_device_by_user(&v->x->model, str_of(j->device));

	return d != NULL ? d : core_device_by_user(&v->x->model, str_of(j->text));
}

static void
hotel_answer(struct svc *v, const struct svc_hotel *hotel, const struct core_journal *j)
{
	struct core_session *session = core_session_by_id(&v->x->model, j->session);

	if (session == NULL || hotel->conn == 0 || sess_conn_id(v->sess, session) != hotel->conn)
		return;
	if (hotel->error != CSTA_NO_ERROR) {
		sess_error(v->sess, session, j->invoke, hotel->error);
		return;
	}
	buf_reset(&v->body);
	if (hotel->service == CSTA_SetAgentState)
		csta_put_set_agent_state_response(&v->body, svc_edition(session), CSTA_AGENT_NONE);
	else
		csta_put_escape_response(&v->body, svc_edition(session), NULL, 0);
	sess_answer(v->sess, session, j->invoke, buf_as_str(&v->body));
}

/* The client has its answer. */
static void
hotel_answered(struct svc *v, struct svc_hotel *hotel, const struct core_journal *j)
{
	hotel_answer(v, hotel, j);
	if (hotel->conn != 0)
		svc_under_way(v, j->session, -1);
	hotel->conn = 0;
	hotel->answer_due = MONO_NEVER;
}

static void
hotel_end(struct svc *v, struct svc_hotel *hotel, const struct core_journal *j)
{
	hotel_answered(v, hotel, j);
	CORE_EMIT(&v->x->em, journal_done, .id = hotel->id);
	HASH_DELETE(by_id, v->hotels, hotel);
	mem_free(hotel);
}

/*
 * BroadWorks has not answered for too long: the client is told that it is not known to be done. The steps go on; what becomes of
 * them is told by events, as after a takeover.
 */
static void
hotel_late(struct svc *v, struct svc_hotel *hotel)
{
	const struct core_journal *j = core_journal_by_id(&v->x->model, hotel->id);
	enum csta_error error = hotel->error;

	log_emit(v->x->log, M_HOTELING,
		"host=%s guest=%s takes long: the client is answered, the steps go on", j->device,
		j->text);
	if (error == CSTA_NO_ERROR)
		hotel->error =
			hotel->last != CSTA_NO_ERROR ? hotel->last : CSTA_ERR_networkOutOfService;
	hotel_answered(v, hotel, j);
	hotel->error = error;
}

static void
hotel_set(struct svc *v, const struct core_journal *j, enum hotel_kind kind, uint8_t step)
{
	CORE_EMIT(&v->x->em, journal_set, .id = j->id, .kind = (uint8_t)kind, .step = step,
		.session = j->session, .invoke = j->invoke, .device = str_of(j->device),
		.text = str_of(j->text));
}

/* What is to be done next. Nothing is done to a host that nobody named: a guest that leaves may do so. */
static enum hotel_act
hotel_due_act(struct svc *v, const struct core_journal *j)
{
	while (hotel_act(j) != HOTEL_OVER && hotel_acts[hotel_act(j)].of_host &&
		j->device[0] == '\0')
		hotel_set(v, j, (enum hotel_kind)j->kind, (uint8_t)(j->step + 1));
	return hotel_act(j);
}

/* The step of the journal, or the end. */
static void
hotel_go(struct svc *v, struct svc_hotel *hotel)
{
	struct core_journal *j = core_journal_by_id(&v->x->model, hotel->id);
	enum hotel_act act = hotel_due_act(v, j);
	struct core_device *d = hotel_device(v, j);

	hotel->due = MONO_NEVER;
	if (d == NULL && act != HOTEL_OVER) {
		log_emit(v->x->log, M_HOTELING,
			"host=%s guest=%s given up at %s: neither is monitored", j->device, j->text,
			hotel_acts[act].name);
		hotel->error = CSTA_ERR_invalidDeviceID;
		act = HOTEL_OVER;
	}
	if (act == HOTEL_OVER) {
		hotel_end(v, hotel, j);
		return;
	}
	hotel_body(v, j, act);
	bw_call(v->bw, hotel->id,
		&(struct xsi_request){ .op = hotel_acts[act].op,
			.args = { str_of(hotel_acts[act].of_host ? j->device : j->text) },
			.body = buf_as_str(&v->body) },
		d);
}

static void
hotel_next(struct svc *v, struct svc_hotel *hotel, const struct core_journal *j)
{
	hotel->tries = 0;
	hotel_set(v, j, (enum hotel_kind)j->kind, (uint8_t)(j->step + 1));
	hotel_go(v, hotel);
}

/* The step was refused: what was done before it is taken back. */
static void
hotel_undo(
	struct svc *v, struct svc_hotel *hotel, const struct core_journal *j, enum csta_error error)
{
	/* the same guest may have sat there before: both are ended, or nothing was changed yet */
	uint8_t from = j->step >= 2 ? 0 : 2;

	if (hotel->error == CSTA_NO_ERROR)
		hotel->error = error;
	hotel->tries = 0;
	if (j->kind == HOTEL_TAKE)
		hotel_set(v, j, HOTEL_UNDO, from);
	else
		hotel_set(v, j, (enum hotel_kind)j->kind, (uint8_t)(j->step + 1)); /* do the rest */
	hotel_go(v, hotel);
}

/* Nobody knows whether it was done, a server that failed included, or it may be done later: it is done again. */
static bool
hotel_retry(struct svc *v, struct svc_hotel *hotel, enum hotel_act act, enum bw_result result)
{
	bool failed = result == BW_FAILED && !hotel_acts[act].lenient;

	if (result != BW_UNREACHABLE && result != BW_OVERLOAD && !failed)
		return false;
	if (++hotel->tries >= HOTEL_TRIES)
		return false;
	hotel->last = svc_job_error(hotel_acts[act].op, result);
	hotel->due = mono_add_ms(v->x->now, (int64_t)HOTEL_RETRY_MS << (hotel->tries - 1));
	return true;
}

bool
svc_hotel_over(struct svc *v, uint64_t request, enum bw_result result)
{
	struct core_journal *j = core_journal_by_id(&v->x->model, request);
	struct svc_hotel *hotel;
	enum hotel_act act;

	HASH_FIND(by_id, v->hotels, &request, sizeof(request), hotel);
	if (hotel == NULL || j == NULL)
		return false;
	act = hotel_act(j);
	REQUIRE(act != HOTEL_OVER);
	if (hotel_retry(v, hotel, act, result))
		return true;
	if (result == BW_DONE || hotel_acts[act].lenient) {
		hotel_next(v, hotel, j);
		return true;
	}
	log_emit(v->x->log, M_HOTELING, "host=%s guest=%s %s was refused; %s", j->device, j->text,
		hotel_acts[act].name,
		j->kind == HOTEL_TAKE ? "the steps before it are undone" :
					"the rest is done all the same: look at the user");
	hotel_undo(v, hotel, j, svc_job_error(hotel_acts[act].op, result));
	return true;
}

static struct svc_hotel *
hotel_new(struct svc *v, uint64_t id)
{
	struct svc_hotel *hotel = mem_zalloc(sizeof(*hotel));

	hotel->id = id;
	hotel->due = MONO_NEVER;
	hotel->answer_due = MONO_NEVER;
	HASH_ADD(by_id, v->hotels, id, sizeof(hotel->id), hotel);
	return hotel;
}

/* Another operation with one of the two under way? */
static bool
hotel_busy(const struct svc *v, struct str host, struct str guest)
{
	const struct core_journal *j;

	for (j = v->x->model.journals; j != NULL; j = j->by_id.next)
		if ((host.n > 0 && str_is(host, j->device)) || str_is(guest, j->text))
			return true;
	return false;
}

static void
hotel_begin(const struct svc_in *in, enum hotel_kind kind, struct str host, struct str guest)
{
	struct svc *v = in->v;
	uint64_t id = core_next_id(&v->x->model);
	struct svc_hotel *hotel;

	if (hotel_busy(v, host, guest)) {
		svc_refuse(in, CSTA_ERR_resourceBusy);
		return;
	}
	if (HASH_CNT(by_id, v->x->model.journals) >= LIMIT_JOURNALS) {
		svc_refuse(in, CSTA_ERR_resourceLimitExceeded);
		return;
	}
	hotel = hotel_new(v, id);
	hotel->conn = sess_conn_id(v->sess, in->session);
	hotel->service = in->q->kind;
	hotel->answer_due = mono_add_ms(v->x->now, HOTEL_ANSWER_MS);
	CORE_EMIT(&v->x->em, journal_set, .id = id, .kind = (uint8_t)kind,
		.session = in->session->id, .invoke = in->invoke, .device = host, .text = guest);
	svc_under_way(v, in->session->id, 1);
	hotel_go(v, hotel);
}

static void
hotel_ask(const struct svc_in *in, enum hotel_kind kind, struct str host, struct str guest)
{
	struct core_device *d = svc_find(in->v, host);
	struct ident host_user = { .n = 0 }, guest_user;

	if (d == NULL)
		d = svc_find(in->v, guest);
	if (!svc_allowed(in, d))
		return;
	if (host.n > 0)
		svc_user(in->v, host, &host_user);
	svc_user(in->v, guest, &guest_user);
	if ((kind == HOTEL_TAKE && host_user.n == 0) || guest_user.n == 0 ||
		str_eq(ident_str(&host_user), ident_str(&guest_user)))
		svc_refuse(in, CSTA_ERR_invalidDestination);
	else
		hotel_begin(in, kind, ident_str(&host_user), ident_str(&guest_user));
}

void
svc_hotel_take(const struct svc_in *in, struct str host, struct str guest)
{
	hotel_ask(in, HOTEL_TAKE, host, guest);
}

void
svc_hotel_leave(const struct svc_in *in, struct str host, struct str guest)
{
	hotel_ask(in, HOTEL_LEAVE, host, guest);
}

void
svc_hotel_activate(struct svc *v)
{
	const struct core_journal *j;

	for (j = CORE_MUTATED_JOURNAL ? NULL : v->x->model.journals; j != NULL; j = j->by_id.next) {
		enum hotel_act act = hotel_act(j);

		log_emit(v->x->log, M_HOTELING,
			"host=%s guest=%s goes on with %s after the takeover", j->device, j->text,
			act == HOTEL_OVER ? "nothing" : hotel_acts[act].name);
		hotel_new(v, j->id)->due = v->x->now; /* when a channel is open: see the tick */
	}
}

void
svc_hotel_deactivate(struct svc *v)
{
	struct svc_hotel *hotel, *next;

	HASH_ITER(by_id, v->hotels, hotel, next) {
		HASH_DELETE(by_id, v->hotels, hotel);
		mem_free(hotel);
	}
}

void
svc_hotel_tick(struct svc *v)
{
	struct svc_hotel *hotel, *next;

	HASH_ITER(by_id, v->hotels, hotel, next) {
		if (mono_due(hotel->answer_due, v->x->now))
			hotel_late(v, hotel);
		if (hotel->due.us == MONO_NEVER.us || !mono_due(hotel->due, v->x->now))
			continue;
		if (v->bw->channels_open > 0)
			hotel_go(v, hotel);
		else
			hotel->due = mono_add_ms(v->x->now, HOTEL_RETRY_MS);
	}
}

struct mono
svc_hotel_deadline(const struct svc *v)
{
	const struct svc_hotel *hotel;
	struct mono due = MONO_NEVER;

	for (hotel = v->hotels; hotel != NULL; hotel = hotel->by_id.next)
		due = mono_min(due, mono_min(hotel->due, hotel->answer_due));
	return due;
}
