/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control commands about channels, transports and log-in. Failure modes as in bws_command.c.
 */
#include "tests/bwsim/bws_command_wire.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_journal.h"

#include <string.h>

static const char *
text_of(const json_t *in, const char *name)
{
	return json_string_value(json_object_get(in, name));
}

static int64_t
int_of(const json_t *in, const char *name, int64_t absent)
{
	const json_t *v = json_object_get(in, name);

	return json_is_number(v) ? (int64_t)json_number_value(v) : absent;
}

/* How a channel ends: by a reason of the schema, or "cut": its stream just ends. */
static const char *const reasons[] = { "DuplicateChannelSet", "UserDeleted", "NonResponsiveChannel",
	"ExplicitDelete", "Expired", "UnknownChannel" };

static bool
is_reason(const char *text)
{
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strcmp(text, reasons[i]) == 0)
			return true;
	return false;
}

/*
 * Members: "xsp" (all when absent), "count" (the oldest ones, all when absent), "reason" (of a
 * ChannelTerminatedEvent; the stream just ends when absent).
 */
static const char *
cmd_end_channel(struct bws *w, const json_t *in, json_t *out)
{
	const char *name = text_of(in, "xsp");
	const char *reason = text_of(in, "reason");
	const struct bws_xsp *xsp = name ? bws_http_find(w, name) : NULL;
	int64_t count = int_of(in, "count", INT64_MAX);
	int64_t ended = 0;
	struct bws_chan *c, *next;

	if (name && !xsp)
		return "no such xsp";
	if (reason && !is_reason(reason))
		return "reason is wrong";
	for (c = TAILQ_FIRST(&w->chans.all); c && ended < count; c = next) {
		next = TAILQ_NEXT(c, link);
		if (xsp && c->xsp != xsp)
			continue;
		bws_chan_end(c, reason, "ended-by-tester");
		ended++;
	}
	json_object_set_new(out, "ended", json_integer(ended));
	return NULL;
}

/* Members: "user" (all when absent), "tell" (default true). */
static const char *
cmd_end_subscription(struct bws *w, const json_t *in, json_t *out)
{
	const char *name = text_of(in, "user");
	const struct bws_user *u = name ? bws_user_by_any(w, name) : NULL;
	bool tell = !json_is_false(json_object_get(in, "tell"));
	int64_t count = int_of(in, "count", INT64_MAX);
	int64_t ended = 0;
	struct bws_sub *s, *next;

	if (name && !u)
		return "no such user";
	for (s = TAILQ_FIRST(&w->subs.all); s && ended < count; s = next) {
		next = TAILQ_NEXT(s, link);
		if (u && s->user != u)
			continue;
		bws_sub_end(s, tell, "ended-by-tester");
		ended++;
	}
	json_object_set_new(out, "ended", json_integer(ended));
	return NULL;
}

/* Writes @text to the file @path, which nobody else may read. Returns 0 or -1. */
static int
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");
	int rv;

	if (!f)
		return -1;
	rv = fputs(text, f) < 0 ? -1 : 0;
	return fclose(f) == 0 ? rv : -1;
}

/* Members: "login", "token", "ttl_ms" (for ever when absent), "file" (where the client finds it). */
static const char *
cmd_token(struct bws *w, const json_t *in, json_t *out)
{
	const char *login = text_of(in, "login");
	const char *token = text_of(in, "token");
	struct bws_buf b = { 0 };
	int rv;

	(void)out;
	if (!login || !token)
		return "login or token is missing";
	bws_buf_fmt(&b, "%s:%s", login, token);
	rv = bws_auth_add_token(w, b.p, int_of(in, "ttl_ms", -1));
	bws_buf_free(&b);
	if (rv < 0)
		return "login or token is wrong";
	if (text_of(in, "file") && write_file(text_of(in, "file"), token) < 0)
		return "file cannot be written";
	return NULL;
}

static const char *
cmd_expire_token(struct bws *w, const json_t *in, json_t *out)
{
	size_t n = bws_auth_expire(w, text_of(in, "token"));

	json_object_set_new(out, "expired", json_integer((json_int_t)n));
	return NULL;
}

static const char *
cmd_password(struct bws *w, const json_t *in, json_t *out)
{
	const char *login = text_of(in, "login");
	const char *password = text_of(in, "password");

	(void)out;
	if (!login || !password || bws_account_set_password(w, login, password) < 0)
		return "login is unknown or password is missing";
	return NULL;
}

static const char *
cmd_unlock(struct bws *w, const json_t *in, json_t *out)
{
	(void)in;
	(void)out;
	bws_auth_unlock(w);
	return NULL;
}

/* Members: "xsp" (all when absent), "how": "reset" or "half-open". */
static const char *
cmd_cti_break(struct bws *w, const json_t *in, json_t *out)
{
	const char *name = text_of(in, "xsp");
	const char *how = text_of(in, "how");
	const struct bws_xsp *xsp = name ? bws_http_find(w, name) : NULL;
	size_t n;

	if (name && !xsp)
		return "no such xsp";
	if (!how || (strcmp(how, "reset") != 0 && strcmp(how, "half-open") != 0))
		return "how is missing or wrong";
	n = bws_cti_break(w, xsp, strcmp(how, "reset") == 0);
	json_object_set_new(out, "connections", json_integer((json_int_t)n));
	bws_journal_fact(
		w, "cti", "{s:s,s:s?,s:i}", "what", how, "xsp", name, "connections", (int)n);
	return NULL;
}

/* Members: "what", "count" (1), "type" (event type, any when absent), "xsp", "ms" (of "delay"). */
static const char *
cmd_garble(struct bws *w, const json_t *in, json_t *out)
{
	const char *what = text_of(in, "what");
	const char *name = text_of(in, "xsp");
	const struct bws_xsp *xsp = name ? bws_http_find(w, name) : NULL;

	(void)out;
	if (name && !xsp)
		return "no such xsp";
	if (!what ||
		!bws_garble_add(w, what, text_of(in, "type"), xsp, int_of(in, "count", 1),
			int_of(in, "ms", 100)))
		return "what or count is missing or wrong";
	return NULL;
}

/* Members: "kind", "xsp" (all when absent), "size" (bytes or depth). */
static const char *
cmd_push(struct bws *w, const json_t *in, json_t *out)
{
	const char *kind = text_of(in, "kind");
	const char *name = text_of(in, "xsp");
	const struct bws_xsp *xsp = name ? bws_http_find(w, name) : NULL;
	int n;

	if (name && !xsp)
		return "no such xsp";
	n = kind ? bws_garble_push(w, kind, xsp, int_of(in, "size", 0)) : -1;
	if (n < 0)
		return "kind is missing or unknown";
	json_object_set_new(out, "channels", json_integer(n));
	return NULL;
}

/* Members: "type", "data" (inner XML of eventData), "user" (all subscriptions when absent),
 * "count" (subscriptions at most). The event need not be one that the schema knows. */
static const char *
cmd_raise(struct bws *w, const json_t *in, json_t *out)
{
	const char *type = text_of(in, "type");
	const char *data = text_of(in, "data");
	const char *name = text_of(in, "user");
	const struct bws_user *u = name ? bws_user_by_any(w, name) : NULL;
	int64_t count = int_of(in, "count", INT64_MAX);
	int64_t raised = 0;
	struct bws_sub *s, *next;

	if (!type || (name && !u))
		return "type is missing or no such user";
	w->validate.off++;
	for (s = TAILQ_FIRST(&w->subs.all); s && raised < count; s = next) {
		next = TAILQ_NEXT(s, link);
		if (u && s->user != u)
			continue;
		bws_deliver_raise(w, s, s->user, type, data ? data : "");
		raised++;
	}
	w->validate.off--;
	json_object_set_new(out, "raised", json_integer(raised));
	return NULL;
}

/* Members: "channel_loss" (false), "each_ms" (between two users, 0). The knobs resync_* say what the
 * subscriptions are told. */
static const char *
cmd_as_switch(struct bws *w, const json_t *in, json_t *out)
{
	int64_t each_ms = int_of(in, "each_ms", 0);

	if (each_ms < 0 || each_ms > 600000)
		return "each_ms is wrong";
	bws_as_switch(w, json_is_true(json_object_get(in, "channel_loss")), each_ms);
	json_object_set_new(out, "as", json_string(bws_as_name(w)));
	return NULL;
}

/* Answers "state" and "open" (expectations not fulfilled now); with "judge": true, which counts once, "failed" (how many) and "text". */
static const char *
cmd_scenario(struct bws *w, const json_t *in, json_t *out)
{
	unsigned wrong;

	if (w->scenario.state == BWS_SCENARIO_NONE)
		return "there is no scenario";
	json_object_set_new(out, "title", json_string(w->scenario.title));
	json_object_set_new(out, "state", json_string(bws_scenario_state_text(w)));
	json_object_set_new(out, "open", json_integer(bws_scenario_peek(w)));
	if (!json_is_true(json_object_get(in, "judge")))
		return NULL;
	wrong = bws_scenario_judge(w);
	json_object_set_new(out, "failed", json_integer(wrong));
	json_object_set_new(out, "text", json_string(bws_buf_text(&w->scenario.verdict)));
	return NULL;
}

static const struct {
	const char *name;
	bws_command_fn run;
} commands[] = {
	{ "end-channel", cmd_end_channel },
	{ "end-subscription", cmd_end_subscription },
	{ "token", cmd_token },
	{ "expire-token", cmd_expire_token },
	{ "password", cmd_password },
	{ "unlock", cmd_unlock },
	{ "cti-break", cmd_cti_break },
	{ "garble", cmd_garble },
	{ "push", cmd_push },
	{ "raise", cmd_raise },
	{ "as-switch", cmd_as_switch },
	{ "scenario", cmd_scenario },
};

bws_command_fn
bws_command_wire_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].run;
	return NULL;
}

static void
put(json_t *o, const char *name, uint64_t n)
{
	json_object_set_new(o, name, json_integer((json_int_t)n));
}

void
bws_command_wire_stats(const struct bws *w, json_t *out)
{
	const struct bws_stats *s = &w->stats;

	put(out, "cti_connections", s->cti_connections);
	put(out, "cti_bad_documents", s->cti_bad_documents);
	put(out, "cti_keepalives_sent", s->cti_keepalives_sent);
	put(out, "cti_keepalives_received", s->cti_keepalives_received);
	put(out, "cti_keepalives_answered", s->cti_keepalives_answered);
	put(out, "tls_handshakes", s->tls_handshakes);
	put(out, "challenges", s->challenges);
	put(out, "auth_failures", s->auth_failures);
	put(out, "auth_failures_row", s->auth_failures_row);
	put(out, "accounts_locked", s->accounts_locked);
	put(out, "overloads", s->overloads);
	put(out, "garbled", s->garbled);
	put(out, "redirects", s->redirects);
	put(out, "schema_sent_wrong", s->schema_sent_wrong);
	put(out, "schema_received_wrong", s->schema_received_wrong);
}
