/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accounts at BroadWorks (see bw_link.h): which secret goes with a request, and what a refusal means.
 *
 *   GOOD -> READING -> PROBING -> GOOD
 *             |           |
 *             +-----------+--> REFUSED -> READING
 *
 * An account that is tried again and again with a wrong secret is locked out by BroadWorks, for everybody. So it is the
 * account that counts, not the link: the first 401 stops all its requests; the secret is read again (a token file, a
 * helper, a password file; a secret of the configuration is as it is); one request tries it; refused again, the link is
 * left alone for auth-hold-s, with an alarm, and one request over another link tries: should it be refused too, or
 * should there be none, the account is left alone. Three refusals at the most, however many links and requests. A secret
 * that has changed meanwhile ends the wait.
 */
#include "daemon/bw_part.h"

#include "proto/base/check.h"
#include "proto/base/sm.h"

#define AUTH_REREAD_MS 30000
#define AUTH_SLACK_MS 2000
#define AUTH_DENIALS 2

static const struct sm_state account_states[] = {
	[ACCOUNT_GOOD] = { "good", SM_BIT(ACCOUNT_READING) | SM_BIT(ACCOUNT_PROBING) },
	[ACCOUNT_READING] = { "reading",
		SM_BIT(ACCOUNT_GOOD) | SM_BIT(ACCOUNT_PROBING) | SM_BIT(ACCOUNT_REFUSED) },
	[ACCOUNT_PROBING] = { "probing", SM_BIT(ACCOUNT_GOOD) | SM_BIT(ACCOUNT_REFUSED) },
	[ACCOUNT_REFUSED] = { "refused", SM_BIT(ACCOUNT_READING) | SM_BIT(ACCOUNT_PROBING) },
};

static const struct sm_table account_table = { "account", account_states, 4 };

static struct bw_account *
account_of(const struct bw *b, uint32_t xsp)
{
	/* the const of the callers is about what they do, not about what the account is */
	return (struct bw_account *)(uintptr_t)&b->south.accounts[b->south.of[xsp].account];
}

static const struct conf_xsp *
account_conf(const struct bw *b, const struct bw_account *a)
{
	return &b->x->conf->xsps[a->xsp];
}

/* True if the secret comes from outside the configuration, so that it may be another one now. */
static bool
account_can_read(const struct bw *b, const struct bw_account *a)
{
	const struct conf_xsp *x = account_conf(b, a);

	if (x->auth == CONF_AUTH_BEARER_FILE || x->auth == CONF_AUTH_BEARER_HELPER)
		return true;
	return x->auth != CONF_AUTH_CERT && x->password_file[0] != '\0';
}

static bool
account_is_bearer(const struct bw *b, const struct bw_account *a)
{
	int auth = account_conf(b, a)->auth;

	return auth == CONF_AUTH_BEARER_FILE || auth == CONF_AUTH_BEARER_HELPER;
}

static void
account_change(struct bw *b, struct bw_account *a, enum bw_account_state to)
{
	const struct conf *conf = b->x->conf;

	sm_move(&account_table, &a->state, (int)to);
	a->probe = 0;
	a->reread_at = MONO_NEVER;
	a->due = MONO_NEVER;
	if (to == ACCOUNT_READING)
		a->due = mono_add_ms(b->x->now, conf->token_timeout_ms + AUTH_SLACK_MS);
	if (to == ACCOUNT_REFUSED) {
		a->refusals++;
		a->due = mono_add_ms(b->x->now, conf->auth_hold_s * 1000);
		if (account_can_read(b, a))
			a->reread_at = mono_add_ms(b->x->now, AUTH_REREAD_MS);
	}
	if (to == ACCOUNT_GOOD || to == ACCOUNT_PROBING)
		bw_channels_unblock(b);
}

/* The links of the account may be tried again; `denials`: what is held against them. */
static void
account_forgive(struct bw *b, const struct bw_account *a)
{
	for (uint32_t i = 0; i < b->x->conf->xsp_count; i++) {
		if (account_of(b, i) != a)
			continue;
		b->south.of[i].denials = 0;
		b->south.of[i].denied_until = MONO_NEVER;
	}
}

static void
account_ask(struct bw *b, const struct bw_account *a)
{
	ctx_act(b->x,
		&(struct node_action){ .kind = NODE_ACT_SECRET, .id = a->xsp, .xsp = a->xsp });
}

static void
account_refuse(struct bw *b, struct bw_account *a, const char *why)
{
	const struct conf_xsp *x = account_conf(b, a);

	account_change(b, a, ACCOUNT_REFUSED);
	log_emit(b->x->log, M_NOT_AUTHORISED,
		"xsp=%s user=%s: %s; the account is left alone for %lld s; check the credentials of [broadworks] or [link]",
		x->name, x->user, why, (long long)b->x->conf->auth_hold_s);
	ctx_history(b->x, "account-refused", "\"xsp\":%u", a->xsp);
	for (uint32_t i = 0; i < b->x->conf->xsp_count; i++)
		if (account_of(b, i) == a)
			bw_link_note(b, i, "%s", why);
}

/* Reads the secret again if that can bring another one, else tries the one there is. */
static void
account_renew(struct bw *b, struct bw_account *a)
{
	if (!account_can_read(b, a)) {
		if (a->state == ACCOUNT_GOOD || a->state == ACCOUNT_REFUSED)
			account_change(b, a, ACCOUNT_PROBING);
		return;
	}
	account_change(b, a, ACCOUNT_READING);
	account_ask(b, a);
}

/* --- life ------------------------------------------------------------------------------------- */

static bool
is_same_account(const struct conf *c, uint32_t i, uint32_t k)
{
	const struct conf_xsp *x = &c->xsps[i], *y = &c->xsps[k];

	return x->auth == y->auth && strcmp(x->user, y->user) == 0 &&
		strcmp(conf_link_password(c, i), conf_link_password(c, k)) == 0 &&
		strcmp(x->password_file, y->password_file) == 0 &&
		strcmp(x->sip_user, y->sip_user) == 0 &&
		strcmp(x->token_file, y->token_file) == 0 &&
		strcmp(x->token_helper, y->token_helper) == 0 &&
		strcmp(x->cert_file, y->cert_file) == 0;
}

void
bw_auth_init(struct bw *b)
{
	const struct conf *conf = b->x->conf;
	struct bw_links *s = &b->south;

	for (uint32_t i = 0; i < conf->xsp_count; i++) {
		uint32_t at = 0;

		while (at < s->account_count && !is_same_account(conf, s->accounts[at].xsp, i))
			at++;
		if (at == s->account_count)
			s->accounts[s->account_count++] = (struct bw_account){
				.xsp = i, .due = MONO_NEVER, .reread_at = MONO_NEVER
			};
		s->of[i].account = at;
	}
}

static void
secret_free(struct bw_account *a)
{
	if (a->secret != NULL)
		explicit_bzero(a->secret, strlen(a->secret));
	mem_free(a->secret);
	a->secret = NULL;
}

void
bw_auth_fini(struct bw *b)
{
	for (uint32_t i = 0; i < b->south.account_count; i++)
		secret_free(&b->south.accounts[i]);
}

void
bw_auth_activate(struct bw *b)
{
	for (uint32_t i = 0; i < b->south.account_count; i++) {
		struct bw_account *a = &b->south.accounts[i];

		a->state = ACCOUNT_GOOD;
		a->probe = 0;
		a->denials = 0;
		a->due = a->reread_at = MONO_NEVER;
		account_forgive(b, a);
		if (account_is_bearer(b, a))
			account_renew(b, a);
	}
}

/* A link that was left alone may be tried: once, one more refusal is enough. */
static void
auth_tick_links(struct bw *b)
{
	for (uint32_t i = 0; i < b->x->conf->xsp_count; i++) {
		struct bw_link *l = &b->south.of[i];

		if (l->denied_until.us == MONO_NEVER.us || !mono_due(l->denied_until, b->x->now))
			continue;
		l->denied_until = MONO_NEVER;
		l->denials = 1;
		bw_channels_unblock(b);
	}
}

void
bw_auth_tick(struct bw *b)
{
	auth_tick_links(b);
	for (uint32_t i = 0; i < b->south.account_count; i++) {
		struct bw_account *a = &b->south.accounts[i];

		if (a->state == ACCOUNT_READING && mono_due(a->due, b->x->now))
			account_refuse(b, a, "the secret could not be read in time");
		if (a->state == ACCOUNT_REFUSED && mono_due(a->due, b->x->now)) {
			account_forgive(b, a);
			account_renew(b, a);
		} else if (a->state == ACCOUNT_REFUSED && mono_due(a->reread_at, b->x->now)) {
			a->reread_at = mono_add_ms(b->x->now, AUTH_REREAD_MS);
			account_ask(b, a);
		}
	}
}

struct mono
bw_auth_deadline(const struct bw *b)
{
	struct mono due = MONO_NEVER;

	for (uint32_t i = 0; i < b->south.account_count; i++)
		due = mono_min(
			due, mono_min(b->south.accounts[i].due, b->south.accounts[i].reread_at));
	return due;
}

/* --- requests --------------------------------------------------------------------------------- */

bool
bw_auth_may_send(const struct bw *b, uint32_t xsp)
{
	const struct bw_account *a = account_of(b, xsp);

	if (b->south.of[xsp].denied_until.us != MONO_NEVER.us)
		return false;
	return a->state == ACCOUNT_GOOD || (a->state == ACCOUNT_PROBING && a->probe == 0);
}

bool
bw_auth_is_refused(const struct bw *b, uint32_t xsp)
{
	return account_of(b, xsp)->state == ACCOUNT_REFUSED ||
		b->south.of[xsp].denied_until.us != MONO_NEVER.us;
}

void
bw_auth_sent(struct bw *b, uint32_t xsp, uint64_t id)
{
	struct bw_account *a = account_of(b, xsp);

	if (a->state == ACCOUNT_PROBING && a->probe == 0)
		a->probe = id;
}

void
bw_auth_forget(struct bw *b, uint32_t xsp, uint64_t id)
{
	struct bw_account *a = account_of(b, xsp);

	if (a->probe != id || id == 0)
		return;
	a->probe = 0; /* another one may try */
	bw_channels_unblock(b);
}

/* Is there a link of this account that has not refused it? */
static bool
account_has_link(const struct bw *b, const struct bw_account *a)
{
	for (uint32_t i = 0; i < b->x->conf->xsp_count; i++)
		if (account_of(b, i) == a && b->south.of[i].denied_until.us == MONO_NEVER.us &&
			b->channels[i].state == CHANNEL_OPEN)
			return true;
	return false;
}

static void
link_deny(struct bw *b, uint32_t xsp)
{
	const struct conf *conf = b->x->conf;

	b->south.of[xsp].denied_until = mono_add_ms(b->x->now, conf->auth_hold_s * 1000);
	bw_link_note(b, xsp, "BroadWorks answers 401 again");
	log_emit(b->x->log, M_NOT_AUTHORISED,
		"xsp=%s answers 401 again; the link is left alone for %lld s; check user and password of [broadworks] or [link]",
		conf->xsps[xsp].name, (long long)conf->auth_hold_s);
}

/* 401 to what counts. True: it may be sent again. */
static bool
auth_denied(struct bw *b, uint32_t xsp, struct bw_account *a, bool is_probe)
{
	if (++b->south.of[xsp].denials >= AUTH_DENIALS)
		link_deny(b, xsp);
	if (!is_probe && b->south.of[xsp].denials >= AUTH_DENIALS)
		return false; /* the account was good over another link meanwhile */
	if (!is_probe) {
		account_renew(b, a);
		return true;
	}
	a->probe = 0;
	if (++a->denials >= AUTH_DENIALS || !account_has_link(b, a))
		account_refuse(b, a, "BroadWorks answers 401 again");
	else
		bw_channels_unblock(b);
	return !bw_auth_is_refused(b, xsp);
}

/* Who is sent elsewhere, or meets a server that is overloaded or broken, may not have been asked who he is. */
static bool
auth_is_conclusive(uint64_t status)
{
	return status / 100 == 2 || status / 100 == 4;
}

bool
bw_auth_answered(struct bw *b, uint32_t xsp, uint64_t id, uint64_t status)
{
	struct bw_account *a = account_of(b, xsp);
	bool is_probe = a->state == ACCOUNT_PROBING && a->probe == id;

	if (!auth_is_conclusive(status)) {
		bw_auth_forget(b, xsp, id);
		return false;
	}
	if (status != 401) {
		b->south.of[xsp].denials = 0;
		a->denials = 0;
		if (is_probe)
			account_change(b, a, ACCOUNT_GOOD);
		return false;
	}
	b->south.of[xsp].refusals++;
	if (a->state == ACCOUNT_GOOD || is_probe)
		return auth_denied(b, xsp, a, is_probe);
	/* sent before the account was stopped: what is read now decides */
	return !bw_auth_is_refused(b, xsp);
}

void
bw_secret(struct bw *b, uint32_t xsp, bool ok, struct str secret, struct str why)
{
	struct bw_account *a;
	bool changed;

	if (b->phase == BW_OFF || xsp >= b->x->conf->xsp_count)
		return;
	a = account_of(b, xsp);
	ok = ok && secret.n > 0 && secret.n < BW_SECRET_BYTES;
	for (size_t i = 0; ok && account_is_bearer(b, a) && i < secret.n; i++)
		ok = secret.p[i] > ' ' && secret.p[i] <= '~';
	if (!ok) {
		log_emit(b->x->log, M_NOT_AUTHORISED, "xsp=%s: no secret: %.*s",
			account_conf(b, a)->name,
			STR_ARG(why.n ? why :
					STR("it is empty, too long or has characters that no token has")));
		if (a->state == ACCOUNT_READING)
			account_refuse(b, a, "there is no secret to try");
		return;
	}
	changed = a->secret == NULL || !str_is(secret, a->secret);
	if (changed) {
		secret_free(a);
		a->secret = mem_strndup(secret.p, secret.n);
	}
	if (a->state == ACCOUNT_READING || (a->state == ACCOUNT_REFUSED && changed)) {
		account_forgive(b, a);
		a->denials = 0;
		account_change(b, a, ACCOUNT_PROBING);
	}
}

/* --- what is shown to BroadWorks -------------------------------------------------------------- */

static void
put_base64(struct buf *b, struct str s)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < s.n; i += 3) {
		uint32_t v = 0;

		for (size_t k = 0; k < 3; k++)
			v = v << 8 | (i + k < s.n ? (uint8_t)s.p[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			buf_char(b, i + k <= s.n ? digits[v >> (18 - 6 * k) & 63] : '=');
	}
}

static const char *
account_secret(const struct bw *b, const struct bw_account *a)
{
	return a->secret != NULL ? a->secret : conf_link_password(b->x->conf, a->xsp);
}

struct str
bw_auth_secret(struct bw *b, uint32_t xsp)
{
	const struct bw_account *a = account_of(b, xsp);
	struct buf *out = &b->south.auth;

	buf_reset(out);
	if (account_is_bearer(b, a))
		buf_cstr(out, a->secret != NULL ? a->secret : "");
	else
		buf_printf(out, "%s:%s", account_conf(b, a)->user, account_secret(b, a));
	return buf_as_str(out);
}

struct str
bw_auth_header(struct bw *b, uint32_t xsp)
{
	const struct bw_account *a = account_of(b, xsp);
	const struct conf_xsp *x = account_conf(b, a);
	struct buf *out = &b->south.auth;
	struct buf pair;

	buf_init(&pair, BW_SECRET_BYTES * 2);
	buf_str(&pair, bw_auth_secret(b, xsp));
	buf_reset(out);
	switch ((enum conf_auth)x->auth) {
	case CONF_AUTH_BASIC:
		buf_cstr(out, "Basic ");
		put_base64(out, buf_as_str(&pair));
		break;
	case CONF_AUTH_BEARER_FILE:
	case CONF_AUTH_BEARER_HELPER:
		buf_cstr(out, "Bearer ");
		buf_str(out, buf_as_str(&pair));
		break;
	case CONF_AUTH_SIP:
		buf_cstr(out, "BroadWorksSIP basic=\"");
		put_base64(out, buf_as_str(&pair));
		buf_cstr(out, "\",sipUser=\"");
		put_base64(out, str_of(x->sip_user));
		buf_char(out, '"');
		break;
	case CONF_AUTH_CERT:
		break;
	}
	explicit_bzero(pair.p, pair.n);
	buf_fini(&pair);
	return buf_as_str(out);
}
