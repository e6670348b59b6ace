/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is asking?
 *
 * Happy path: Basic credentials of an account, a bearer token that lives, or a verified client
 * certificate whose common name is a login.
 * Failure modes: nothing of that: 401 with a challenge. Wrong credentials are counted per account; at
 * the knob lockout_failures the account is locked, which no well-behaved client must reach.
 */
#include "tests/bwsim/bws_auth.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_journal.h"
#include "tests/bwsim/bws_reply.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

int
bws_auth_add_token(struct bws *w, const char *text, int64_t ttl_ms)
{
	struct bws_auth *a = &w->auth;
	const char *colon = strrchr(text, ':');
	struct bws_token *t;

	if (!colon || colon == text || !colon[1])
		return -1;
	a->tokens = bws_util_realloc(a->tokens, (a->token_count + 1) * sizeof(*a->tokens));
	t = &a->tokens[a->token_count++];
	t->login = bws_util_strdup(text);
	t->login[colon - text] = '\0';
	t->token = bws_util_strdup(colon + 1);
	t->until_us = ttl_ms < 0 ? INT64_MAX : bws_util_mono_us() + ttl_ms * 1000;
	return 0;
}

size_t
bws_auth_expire(struct bws *w, const char *token)
{
	size_t i, n = 0;

	for (i = 0; i < w->auth.token_count; i++) {
		struct bws_token *t = &w->auth.tokens[i];

		if (token && strcmp(token, t->token) != 0)
			continue;
		t->until_us = 0;
		n++;
	}
	return n;
}

static struct bws_lock *
lock_of(struct bws *w, const char *login)
{
	struct bws_auth *a = &w->auth;
	struct bws_lock *l;
	size_t i;

	for (i = 0; i < a->lock_count; i++)
		if (strcmp(a->locks[i].login, login) == 0)
			return &a->locks[i];
	a->locks = bws_util_realloc(a->locks, (a->lock_count + 1) * sizeof(*a->locks));
	l = &a->locks[a->lock_count++];
	memset(l, 0, sizeof(*l));
	l->login = bws_util_strdup(login);
	return l;
}

static void
count_failure(struct bws *w, const char *login)
{
	struct bws_lock *l = lock_of(w, login);

	w->stats.auth_failures++;
	if ((uint64_t)++l->failures > w->stats.auth_failures_row)
		w->stats.auth_failures_row = (uint64_t)l->failures;
	if (l->locked || !w->knobs.lockout_failures || l->failures < w->knobs.lockout_failures)
		return;
	l->locked = true;
	w->stats.accounts_locked++;
	bws_journal_fact(w, "account", "{s:s,s:s}", "what", "locked", "login", login);
}

/* Decoded base64 text, "" when it is none. The caller frees it. */
static char *
decode(const char *text)
{
	size_t n = strlen(text);
	char *out = bws_util_calloc(1, n + 4);

	if (n && n % 4 == 0 && n < 65536 &&
		EVP_DecodeBlock((unsigned char *)out, (const unsigned char *)text, (int)n) < 0)
		*out = '\0';
	return out;
}

static bool
log_in_basic(struct bws *w, struct bws_req *r, const char *base64)
{
	char *pair = decode(base64);
	char *colon = strchr(pair, ':');
	bool ok = false;

	if (colon && w->knobs.auth_basic) {
		struct bws_lock *l;

		*colon = '\0';
		l = lock_of(w, pair);
		ok = !l->locked && bws_account_check(w, pair, colon + 1);
		if (ok)
			l->failures = 0;
		else if (!l->locked)
			count_failure(w, pair);
		if (l->locked)
			r->status = (int)w->knobs.lockout_status;
		if (ok)
			r->login = bws_util_strdup(pair);
	}
	free(pair);
	return ok;
}

static bool
log_in_token(struct bws *w, struct bws_req *r, const char *token)
{
	int64_t now = bws_util_mono_us();
	size_t i;

	for (i = 0; i < w->auth.token_count; i++) {
		const struct bws_token *t = &w->auth.tokens[i];

		if (strcmp(t->token, token) != 0 || t->until_us <= now)
			continue;
		r->login = bws_util_strdup(t->login);
		return true;
	}
	w->stats.auth_failures++;
	return false;
}

static bool
log_in_sso(struct bws *w, struct bws_req *r, const char *base64)
{
	char *text = decode(base64);
	bool ok = strchr(text, ':') ? log_in_basic(w, r, base64) : log_in_token(w, r, text);

	free(text);
	return ok;
}

/* The first request on a connection is challenged whatever it brings. */
static bool
wants_challenge_first(struct bws *w, struct bws_req *r)
{
	return w->knobs.auth_challenge_first && r->first;
}

static bool
log_in(struct bws *w, struct bws_req *r)
{
	const char *a = r->authorization;

	if (w->knobs.auth_certificate && r->identity) {
		r->login = bws_util_strdup(r->identity);
		return true;
	}
	if (!a || wants_challenge_first(w, r))
		return false;
	if (strncasecmp(a, "Basic ", 6) == 0)
		return log_in_basic(w, r, a + 6);
	if (strncasecmp(a, "Bearer ", 7) == 0)
		return log_in_token(w, r, a + 7);
	if (strncasecmp(a, "SSO ", 4) == 0)
		return log_in_sso(w, r, a + 4);
	return false;
}

bool
bws_auth_request(struct bws *w, struct bws_req *r)
{
	free(r->login);
	r->login = NULL;
	r->status = 0;
	if (log_in(w, r))
		return true;
	w->stats.challenges++;
	if (r->status)
		bws_reply_error(r, r->status, BWS_ERR_OUT_OF_SCOPE, "The account is locked");
	else
		bws_reply_challenge(r);
	return false;
}

void
bws_auth_unlock(struct bws *w)
{
	size_t i;

	for (i = 0; i < w->auth.lock_count; i++) {
		w->auth.locks[i].locked = false;
		w->auth.locks[i].failures = 0;
	}
}

void
bws_auth_fini(struct bws *w)
{
	size_t i;

	for (i = 0; i < w->auth.token_count; i++) {
		free(w->auth.tokens[i].login);
		free(w->auth.tokens[i].token);
	}
	for (i = 0; i < w->auth.lock_count; i++)
		free(w->auth.locks[i].login);
	free(w->auth.tokens);
	free(w->auth.locks);
	memset(&w->auth, 0, sizeof(w->auth));
}
