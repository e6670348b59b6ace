/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_AUTH_H
#define TANDEM_TESTS_BWSIM_BWS_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bws;
struct bws_req;

/* A bearer token of a login. */
struct bws_token {
	char *login;
	char *token;
	int64_t until_us; /* monotonic; INT64_MAX = for ever, 0 = expired */
};

/* Failed log-ins of an account that exists. */
struct bws_lock {
	char *login;
	int64_t failures; /* since the last success */
	bool locked;
};

struct bws_auth {
	struct bws_token *tokens;
	size_t token_count;
	struct bws_lock *locks;
	size_t lock_count;
};

/* Adds "login:token", valid for @ttl_ms (-1: for ever). Returns 0, or -1 when there is no colon. */
int bws_auth_add_token(struct bws *w, const char *text, int64_t ttl_ms);

/* Ends the life of a token, of all tokens when NULL. Returns how many. */
size_t bws_auth_expire(struct bws *w, const char *token);

/*
 * Logs a request in: sets its login from the Authorization header (Basic, Bearer, SSO) or from the
 * client certificate, as the knobs auth_* allow. Returns false after it has answered 401 or, for a
 * locked account, the knob lockout_status.
 */
bool bws_auth_request(struct bws *w, struct bws_req *r);

/* Unlocks every account. */
void bws_auth_unlock(struct bws *w);

void bws_auth_fini(struct bws *w);

#endif
