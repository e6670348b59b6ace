/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A login whose password is compared elsewhere (LOGIN): the connection waits for it, one at a time.
 *
 * Who may not come in whatever the password is waits as long, and is told the same.
 */
#ifndef TANDEM_DAEMON_SESS_LOGIN_H
#define TANDEM_DAEMON_SESS_LOGIN_H

#include "daemon/sess.h"

struct sess_login;

/** Asks. `grant`: what auth_login() said, good only if it is by_hash; `why`: else, what the log will say. */
void sess_login_ask(struct sess *s, struct conn *c, uint32_t invoke, const struct csta_request *q,
	const struct auth_grant *grant, const char *why);
/** The answer: the session is opened or resumed, or refused. A connection that has gone is no error. */
void sess_login_over(struct sess *s, uint64_t conn, enum node_login result);
/** NULL is none. */
void sess_login_free(struct sess_login *l);

#endif
