/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Association: see sess_assoc.h.
 *
 * A resumed session keeps its sessionID, monitors, cross references and numbers. What the client lacks is sent again
 * in order after the positive answer and the status; messagesLost is said only when something is not there any more.
 */
#include "daemon/sess_assoc.h"

#include "daemon/auth.h"
#include "daemon/sess_login.h"
#include "daemon/sess_out.h"
#include "proto/base/limits.h"
#include "proto/csta_encode.h"

#include <stdio.h>

#define ASSOC_DURATION_S_MIN 2    /* sessions are looked at once a second */
#define ASSOC_STATUS_WAIT_MS 1000 /* clients give a link up that has no status after 2 s */

enum csta_edition
sess_default_edition(const struct sess *s, const struct conn *c)
{
	static const char *const names[] = { "", "ed3", "ed4", "ed5", "ed6" };

	const struct conf *conf = s->x->conf;
	const char *own = conf->listeners[c->listener].default_edition;
	struct str wanted = str_of(own[0] != '\0' ? own : conf->default_edition);

	for (int ed = CSTA_ED3; ed <= CSTA_ED6; ed++)
		if (str_is(wanted, names[ed]))
			return (enum csta_edition)ed;
	return CSTA_ED3;
}

enum csta_edition
sess_conn_edition(const struct sess *s, const struct conn *c)
{
	const struct core_session *session = core_session_by_id(&s->x->model, c->session);

	return session ? (enum csta_edition)session->edition : sess_default_edition(s, c);
}

static struct auth_who
assoc_who(const struct conn *c, const struct csta_request *q)
{
	return (struct auth_who){
		.peer = str_of(c->peer),
		.names = str_of(c->names),
		.user = q->user,
		.password = q->password,
	};
}

void
sess_assoc_refuse(
	struct sess *s, struct conn *c, uint32_t invoke, const char *defined, const char *why)
{
	log_emit(s->x->log, M_CLIENT_REFUSED, "client=%s %s", c->peer, why);
	buf_reset(&s->body);
	csta_put_session_refused(&s->body, defined);
	sess_send_direct(s, c, invoke, buf_as_str(&s->body));
}

static uint32_t
assoc_duration_s(const struct sess *s, const struct csta_request *q)
{
	uint64_t max = (uint64_t)s->x->conf->session_duration_s_max;

	if (q->duration_s == 0 || q->duration_s > max)
		return (uint32_t)max;
	return q->duration_s < ASSOC_DURATION_S_MIN ? ASSOC_DURATION_S_MIN :
						      (uint32_t)q->duration_s;
}

static void
assoc_put_started(struct sess *s, const struct core_session *session)
{
	char id[24];

	snprintf(id, sizeof(id), "%llu", (unsigned long long)session->id);
	buf_reset(&s->body);
	csta_put_session_started(
		&s->body, str_of(id), (enum csta_edition)session->edition, session->duration_s);
}

static void
assoc_put_status(struct sess *s, const struct core_session *session, enum csta_status status)
{
	buf_reset(&s->body);
	csta_put_system_status(
		&s->body, (enum csta_edition)session->edition, status, session->register_id);
}

/*
 * Whoever knows the id may resume the session, so it cannot be guessed. It is none of those that are counted, and lies far from
 * them: model.c takes an id of the same upper half for one of its own.
 */
static uint64_t
assoc_new_id(const struct ctx *x)
{
	uint64_t counted = core_next_id(&x->model), id = counted;

	if (x->secret.draw == NULL)
		return counted;
	while (id >> 32 == counted >> 32 || id >> 32 == 0 ||
		core_session_by_id(&x->model, id) != NULL)
		id = x->secret.draw(x->secret.arg);
	return id;
}

static struct core_session *
assoc_open(struct sess *s, struct conn *c, const struct csta_request *q, struct str user, bool kept)
{
	struct ctx *x = s->x;
	enum csta_edition ed = q->wanted ? q->wanted :
		q->edition               ? q->edition :
					   sess_default_edition(s, c);
	uint64_t id = assoc_new_id(x);
	uint64_t cleanup_s =
		q->cleanup_delay_s ? q->cleanup_delay_s : (uint64_t)x->conf->cleanup_delay_s;
	struct core_session *session;

	if (cleanup_s > (uint64_t)x->conf->session_duration_s_max)
		cleanup_s = (uint64_t)x->conf->session_duration_s_max;
	CORE_EMIT(&x->em, session_open, .session = id, .user = user, .edition = (uint8_t)ed,
		.kept = kept, .numbered = q->numbered, .duration_s = assoc_duration_s(s, q),
		.cleanup_s = (uint32_t)cleanup_s, .peer = str_of(c->peer),
		.local = str_of(c->local));
	session = core_session_by_id(&x->model, id);
	sess_bind(s, c, session);
	log_emit(x->log, M_SESSION_OPEN, "session=%06x client=%s user=%.*s edition=%d %s",
		core_session_tag(id), c->peer, STR_ARG(user), (int)ed + 2,
		kept ? "opened" : "opened without ECMA-354");
	return session;
}

/*
 * `presented`: the client told the number of the last event it has; else what its TCP acknowledged counts. An owner that
 * lost the ring may have said more than this node ever learned, and this node has used those numbers for other events:
 * such a client lacks them although the numbers go on without a hole.
 */
static void
assoc_resume(struct sess *s, struct conn *c, struct core_session *session, bool presented,
	uint64_t last_number)
{
	struct ctx *x = s->x;
	uint64_t said = session->last_number;
	bool foreign = presented && last_number > session->common_number;
	bool complete;

	sess_bind(s, c, session);
	complete = outbox_resume(session->box, presented, last_number, said) && !foreign;
	CORE_EMIT(&x->em, session_attach, .session = session->id,
		.numbered = presented || session->numbered,
		.last_number = presented ? last_number : 0, .peer = str_of(c->peer),
		.local = str_of(c->local));
	assoc_put_status(s, session, complete ? sess_present_status(s) : CSTA_STATUS_messagesLost);
	say_own_first(s->say, session, OUTBOX_STATUS, 0, buf_as_str(&s->body));
	log_emit(x->log, M_SESSION_OPEN,
		"session=%06x client=%s resumed after number %llu of %llu%s",
		core_session_tag(session->id), c->peer, (unsigned long long)last_number,
		(unsigned long long)said, complete ? "" : ", messages are lost");
}

static struct core_session *
assoc_find(const struct sess *s, struct str id)
{
	uint64_t number;
	struct core_session *session;

	if (!str_u64(id, UINT64_MAX, &number))
		return NULL;
	session = core_session_by_id(&s->x->model, number);
	return session && session->kept ? session : NULL;
}

/* NULL: a session may be opened. Else what a client is told, and `*why` for the log. */
static const char *
assoc_hindrance(const struct sess *s, const struct csta_request *q,
	const struct conf_application *app, const char **why)
{
	*why = "it speaks no edition that is known here";
	if (q->versions_given && q->wanted == CSTA_ED_NONE)
		return "requestedProtocolVersionNotSupported";
	*why = "too many sessions";
	if (HASH_CNT(by_id, s->x->model.sessions) >= s->x->conf->sessions_max ||
		!auth_session_fits(s->x, app))
		return "maxNumberSessions";
	return NULL;
}

static void
assoc_start_new(struct sess *s, struct conn *c, uint32_t invoke, const struct csta_request *q,
	const struct auth_grant *grant)
{
	const char *why, *hindrance = assoc_hindrance(s, q, grant->app, &why);
	struct core_session *session;

	if (hindrance != NULL) {
		sess_assoc_refuse(s, c, invoke, hindrance, why);
		return;
	}
	session = assoc_open(s, c, q, str_of(grant->user), true);
	assoc_put_started(s, session);
	sess_answer(s, session, invoke, buf_as_str(&s->body));
	assoc_put_status(s, session, sess_present_status(s));
	say_own(s->say, session, OUTBOX_STATUS, 0, buf_as_str(&s->body));
}

void
sess_assoc_enter(struct sess *s, struct conn *c, uint32_t invoke, const struct csta_request *q,
	const struct auth_grant *grant)
{
	struct core_session *session = assoc_find(s, q->session_id);

	if (session != NULL && strcmp(grant->user, session->user) == 0) {
		assoc_resume(s, c, session, q->numbered, q->last_number);
		assoc_put_started(s, session);
		say_own_first(s->say, session, OUTBOX_ANSWER, invoke, buf_as_str(&s->body));
	} else {
		assoc_start_new(s, c, invoke, q, grant);
	}
}

static void
assoc_start(struct sess *s, struct conn *c, uint32_t invoke, const struct csta_request *q)
{
	struct auth_who who = assoc_who(c, q);
	struct auth_grant grant;
	const char *why = "this connection has a session already";

	if (c->session != 0)
		sess_assoc_refuse(s, c, invoke, "invalidApplicationInfo", why);
	else if (auth_login(s->x->conf, &who, &grant, &why) && !grant.by_hash)
		sess_assoc_enter(s, c, invoke, q, &grant);
	else if (auth_has_hashes(s->x->conf))
		sess_login_ask(s, c, invoke, q, &grant, why);
	else
		sess_assoc_refuse(s, c, invoke, "invalidApplicationInfo", why);
}

static void
assoc_stop(struct sess *s, struct conn *c, uint32_t invoke, const struct csta_request *q)
{
	struct core_session *session = core_session_by_id(&s->x->model, c->session);
	bool known = session != NULL &&
		(q->session_id.n == 0 || assoc_find(s, q->session_id) == session);

	buf_reset(&s->body);
	if (known) {
		log_emit(s->x->log, M_SESSION_ENDED, "session=%06x client=%s stopped by the client",
			core_session_tag(session->id), c->peer);
		sess_end(s, session);
		csta_put_session_stopped(&s->body);
	} else {
		csta_put_session_stop_refused(&s->body);
	}
	sess_send_direct(s, c, invoke, buf_as_str(&s->body));
}

static bool
assoc_same_host(struct str a, const char *b)
{
	/* "address:port": the address is what stands before the last colon */
	const char *colon = strrchr(b, ':');
	size_t n = colon ? (size_t)(colon - b) : strlen(b);

	return a.n > n && memcmp(a.p, b, n) == 0 && a.p[n] == ':';
}

/* The duration that is asked for, within bounds; what is not asked for stays. */
static void
assoc_new_duration(struct sess *s, const struct core_session *session, const struct csta_request *q)
{
	uint32_t duration_s = assoc_duration_s(s, q);

	if (q->duration_s != 0 && duration_s != session->duration_s)
		CORE_EMIT(
			&s->x->em, session_timer, .session = session->id, .duration_s = duration_s);
}

static void
assoc_timer_refused(struct sess *s, struct conn *c, uint32_t invoke, const char *defined)
{
	buf_reset(&s->body);
	csta_put_timer_reset_refused(&s->body, defined);
	sess_send_direct(s, c, invoke, buf_as_str(&s->body));
}

/* As the first message of a connection it resumes, if it comes from where the session was. */
static void
assoc_reset_timer(struct sess *s, struct conn *c, uint32_t invoke, const struct csta_request *q)
{
	struct core_session *session = core_session_by_id(&s->x->model, c->session);
	struct core_session *named = assoc_find(s, q->session_id);
	struct auth_who who = assoc_who(c, q);
	bool resumes = session == NULL && named != NULL &&
		assoc_same_host(str_of(c->peer), named->peer) &&
		auth_place_fits(s->x->conf, named->user, &who);

	if (resumes) {
		session = named;
		assoc_resume(s, c, session, false, 0);
	} else if (session == NULL || (named != NULL && named != session)) {
		assoc_timer_refused(s, c, invoke, "invalidSessionID");
		return;
	} else if (!session->kept) {
		/* it lives as long as its connection */
		assoc_timer_refused(s, c, invoke, "serverCannotResetSessionTimer");
		return;
	}
	assoc_new_duration(s, session, q);
	buf_reset(&s->body);
	csta_put_timer_reset(&s->body, session->duration_s);
	if (resumes)
		say_own_first(s->say, session, OUTBOX_ANSWER, invoke, buf_as_str(&s->body));
	else
		sess_answer_ahead(s, session, invoke, buf_as_str(&s->body));
}

void
sess_assoc_malformed(struct sess *s, struct conn *c, uint32_t invoke)
{
	buf_reset(&s->body);
	csta_put_error(&s->body, sess_conn_edition(s, c), CSTA_ERR_generic);
	sess_send_direct(s, c, invoke, buf_as_str(&s->body));
}

static void
assoc_owe_status(struct sess *s, struct conn *c, uint32_t invoke)
{
	c->owes_status = true;
	c->owed_invoke = invoke;
	c->owed_until = mono_add_ms(s->x->now, ASSOC_STATUS_WAIT_MS);
	s->owed_due = mono_min(s->owed_due, c->owed_until);
}

static void
assoc_pay_status(struct sess *s, struct conn *c, struct core_session *session, sess_say_fn say)
{
	c->owes_status = false;
	assoc_put_status(s, session, sess_present_status(s));
	say(s->say, session, OUTBOX_STATUS, 0, buf_as_str(&s->body));
}

void
sess_assoc_answered(struct sess *s, struct conn *c, struct core_session *session, uint32_t invoke,
	sess_say_fn say)
{
	if (c->owes_status && c->owed_invoke == invoke)
		assoc_pay_status(s, c, session, say);
}

void
sess_assoc_tick(struct sess *s)
{
	struct core_session *session;
	struct conn *c;

	if (!mono_due(s->owed_due, s->x->now))
		return;
	s->owed_due = MONO_NEVER;
	for (c = s->conns; c != NULL; c = c->by_id.next) {
		session = core_session_by_id(&s->x->model, c->session);
		if (!c->owes_status || session == NULL)
			continue;
		if (mono_due(c->owed_until, s->x->now))
			assoc_pay_status(s, c, session, say_own);
		else
			s->owed_due = mono_min(s->owed_due, c->owed_until);
	}
}

bool
sess_assoc_is_response(enum csta_request_kind kind)
{
	return kind == CSTA_SystemStatusResponse || kind == CSTA_MonitorStopResponse ||
		kind == CSTA_CSTAErrorCode || kind == CSTA_keepalive;
}

static void
assoc_error(struct sess *s, struct conn *c, uint32_t invoke, enum csta_error error)
{
	buf_reset(&s->body);
	csta_put_error(&s->body, sess_conn_edition(s, c), error);
	sess_send_direct(s, c, invoke, buf_as_str(&s->body));
}

/* A first request opens a session of its own. False: it may not, and was answered. */
static bool
assoc_implicit(struct sess *s, struct conn *c, uint32_t invoke, const struct csta_request *q)
{
	struct auth_who who = assoc_who(c, q);
	struct auth_grant grant;

	if (!s->x->conf->implicit_association || !auth_implicit(s->x->conf, &who, &grant)) {
		log_emit(s->x->log, M_CLIENT_REFUSED, "client=%s it has to log in", c->peer);
		assoc_error(s, c, invoke, CSTA_ERR_securityViolation);
		return false;
	}
	if (HASH_CNT(by_id, s->x->model.sessions) >= s->x->conf->sessions_max ||
		!auth_session_fits(s->x, grant.app)) {
		log_emit(s->x->log, M_CLIENT_REFUSED, "client=%s too many sessions", c->peer);
		assoc_error(s, c, invoke, CSTA_ERR_resourceLimitExceeded);
		return false;
	}
	(void)assoc_open(s, c, q, str_of(grant.user), false);
	assoc_owe_status(s, c, invoke);
	return true;
}

/* A connection too many is told so, and goes. */
static void
assoc_turn_away(struct sess *s, struct conn *c, uint32_t invoke, const struct csta_request *q)
{
	if (q->kind == CSTA_StartApplicationSession)
		sess_assoc_refuse(s, c, invoke, "serverResourcesBusy", "too many connections");
	else
		assoc_error(s, c, invoke, CSTA_ERR_resourceLimitExceeded);
	sess_conn_close(s, c, true);
}

bool
sess_assoc_request(struct sess *s, struct conn *c, uint32_t invoke, const struct csta_request *q)
{
	if (c->surplus && !sess_assoc_is_response(q->kind)) {
		assoc_turn_away(s, c, invoke, q);
		return true;
	}
	if (q->kind == CSTA_StartApplicationSession) {
		assoc_start(s, c, invoke, q);
		return true;
	}
	if (q->kind == CSTA_StopApplicationSession) {
		assoc_stop(s, c, invoke, q);
		return true;
	}
	if (q->kind == CSTA_ResetApplicationSessionTimer) {
		assoc_reset_timer(s, c, invoke, q);
		return true;
	}
	if (sess_assoc_is_response(q->kind))
		return true;
	if (c->session != 0)
		return false;
	return !assoc_implicit(s, c, invoke, q);
}
