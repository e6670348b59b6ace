/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logins that wait: see sess_login.h.
 *
 * Happy path: StartApplicationSession -> LOGIN (action) -> the connection is not read -> LOGIN (event) -> sess_assoc_enter().
 * Failure: the password is wrong, or too many wait: refused. The password itself is not kept here.
 */
#include "daemon/sess_login.h"

#include "daemon/sess_assoc.h"

struct sess_login {
	uint32_t invoke;
	struct csta_request q; /* of its texts the session's id alone: in `session` */
	char session[24];
	struct auth_grant grant;
	const char *why; /* a literal; NULL: it comes in if the password is right */
};

static uint64_t
application_of(const struct conf *conf, const struct sess_login *l)
{
	return l->why == NULL ? (uint64_t)(l->grant.app - conf->applications) : NODE_LOGIN_NOBODY;
}

void
sess_login_ask(struct sess *s, struct conn *c, uint32_t invoke, const struct csta_request *q,
	const struct auth_grant *grant, const char *why)
{
	struct sess_login *l = mem_zalloc(sizeof(*l));

	l->invoke = invoke;
	l->grant = *grant;
	l->why = grant->by_hash ? NULL : why;
	str_copy(l->session, sizeof(l->session), q->session_id);
	l->q = (struct csta_request){ .kind = q->kind,
		.edition = q->edition,
		.session_id = str_of(l->session),
		.cleanup_delay_s = q->cleanup_delay_s,
		.duration_s = q->duration_s,
		.numbered = q->numbered,
		.last_number = q->last_number,
		.versions_given = q->versions_given,
		.wanted = q->wanted };
	c->login = l;
	ctx_act(s->x,
		&(struct node_action){ .kind = NODE_ACT_LOGIN,
			.id = c->id,
			.number = application_of(s->x->conf, l),
			.text = q->user,
			.text2 = q->password });
}

static void
login_answer(struct sess *s, struct conn *c, const struct sess_login *l, enum node_login result)
{
	if (result == NODE_LOGIN_BUSY)
		sess_assoc_refuse(
			s, c, l->invoke, "serverResourcesBusy", "too many logins at a time");
	else if (l->why == NULL && result == NODE_LOGIN_RIGHT)
		sess_assoc_enter(s, c, l->invoke, &l->q, &l->grant);
	else
		sess_assoc_refuse(s, c, l->invoke, "invalidApplicationInfo",
			l->why != NULL ? l->why : "wrong user or password");
}

void
sess_login_over(struct sess *s, uint64_t conn, enum node_login result)
{
	struct conn *c = sess_conn(s, conn);
	struct sess_login *l = c != NULL ? c->login : NULL;

	if (l == NULL)
		return;
	c->login = NULL;
	if (ctx_is_active(s->x) && !c->closing) {
		c->heard = s->x->now;
		login_answer(s, c, l, result);
		sess_logged_in(s, c);
	}
	sess_login_free(l);
}

void
sess_login_free(struct sess_login *l)
{
	mem_free(l);
}
