/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of the control socket.
 *
 * Happy path: {"cmd":NAME,...} -> {"ok":true,...}.
 * Failure modes: no JSON, unknown command, missing or wrong member, something that cannot be done
 * now: {"ok":false,"error":SENTENCE}, and nothing was changed.
 */
#include "tests/bwsim/bws_command.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_command_acd.h"
#include "tests/bwsim/bws_command_wire.h"
#include "tests/bwsim/bws_drive.h"
#include "tests/bwsim/bws_feature_cmd.h"
#include "tests/bwsim/bws_journal.h"
#include "tests/bwsim/bws_virtual.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define ADVANCE_MS_MAX 2592000000 /* 30 days */

/* A command gets the request and the answer to fill; it returns NULL or what is wrong. */
typedef const char *(*command_fn)(struct bws *w, const json_t *in, json_t *out);

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

static bool
bool_of(const json_t *in, const char *name, bool absent)
{
	const json_t *v = json_object_get(in, name);

	return json_is_boolean(v) ? json_is_true(v) : absent;
}

/* A pair [low, high] of milliseconds. Returns -1 when present and wrong. */
static int
read_pair(const json_t *in, const char *name, int64_t pair[2])
{
	const json_t *v = json_object_get(in, name);
	int64_t low, high;

	if (!v)
		return 0;
	if (json_array_size(v) != 2 || !json_is_number(json_array_get(v, 0)) ||
		!json_is_number(json_array_get(v, 1)))
		return -1;
	low = (int64_t)json_number_value(json_array_get(v, 0));
	high = (int64_t)json_number_value(json_array_get(v, 1));
	if (low < 0 || high < low || high > 86400000)
		return -1;
	pair[0] = low;
	pair[1] = high;
	return 0;
}

/* A number in [0, @high]. Returns -1 when present and wrong. */
static int
read_real(const json_t *in, const char *name, double high, double *out)
{
	const json_t *v = json_object_get(in, name);

	if (!v)
		return 0;
	if (!json_is_number(v) || json_number_value(v) < 0 || json_number_value(v) > high)
		return -1;
	*out = json_number_value(v);
	return 0;
}

static const char *
cmd_load(struct bws *w, const json_t *in, json_t *out)
{
	struct bws_load l = w->load;

	(void)out;
	if (!json_is_number(json_object_get(in, "rate")))
		return "rate is missing";
	if (read_real(in, "rate", 10000, &l.rate) < 0 ||
		read_real(in, "hold_p", 1, &l.hold_p) < 0 ||
		read_real(in, "outside_p", 1, &l.outside_p) < 0)
		return "rate, hold_p or outside_p is wrong";
	if (read_real(in, "queue_share", 1, &l.queue_share) < 0)
		return "queue_share is wrong";
	if (read_real(in, "transfer_p", 1, &l.transfer_p) < 0 ||
		read_real(in, "conference_p", 1, &l.conference_p) < 0 ||
		read_real(in, "park_p", 1, &l.park_p) < 0 ||
		read_real(in, "record_p", 1, &l.record_p) < 0 ||
		read_real(in, "pickup_p", 1, &l.pickup_p) < 0 ||
		read_real(in, "forward_p", 1, &l.forward_p) < 0 ||
		l.transfer_p + l.conference_p + l.park_p + l.record_p > 1 ||
		l.pickup_p + l.forward_p > 1)
		return "a share of a feature is wrong";
	if (read_pair(in, "talk_ms", l.talk_ms) < 0 || read_pair(in, "ring_ms", l.ring_ms) < 0 ||
		read_pair(in, "hold_ms", l.hold_ms) < 0)
		return "a [low, high] pair of milliseconds is wrong";
	l.only_free = bool_of(in, "only_free", l.only_free);
	bws_timer_stop(&w->timers, &w->load.next);
	l.next = w->load.next;
	w->load = l;
	if (json_is_boolean(json_object_get(in, "agents")))
		bws_command_acd_agents(w, bool_of(in, "agents", true));
	bws_load_apply(w);
	bws_journal_fact(w, "load", "{s:f,s:f,s:f,s:f}", "rate", l.rate, "hold_p", l.hold_p,
		"outside_p", l.outside_p, "queue_share", l.queue_share);
	return NULL;
}

static const char *
cmd_freeze(struct bws *w, const json_t *in, json_t *out)
{
	(void)in;
	(void)out;
	bws_drive_freeze(w);
	bws_journal_fact(w, "load", "{s:s}", "what", "freeze");
	return NULL;
}

static const char *
cmd_thaw(struct bws *w, const json_t *in, json_t *out)
{
	(void)in;
	(void)out;
	bws_drive_thaw(w);
	bws_journal_fact(w, "load", "{s:s}", "what", "thaw");
	return NULL;
}

static const char *
cmd_drain(struct bws *w, const json_t *in, json_t *out)
{
	(void)in;
	(void)out;
	bws_load_drain(w);
	bws_journal_fact(w, "load", "{s:s}", "what", "drain");
	return NULL;
}

static struct bws_user *
user_of(const struct bws *w, const json_t *in, const char *name)
{
	const char *text = text_of(in, name);

	return text ? bws_user_by_any(w, text) : NULL;
}

static const char *
cmd_call(struct bws *w, const json_t *in, json_t *out)
{
	const char *from = text_of(in, "from");
	const char *to = text_of(in, "to");
	struct bws_user *caller = user_of(w, in, "from");
	struct bws_user *callee = NULL;
	bool driven = bool_of(in, "auto", false);
	struct bws_half *h;
	char uri[64];

	if (!from || !to || strlen(to) >= sizeof(h->call->dialled))
		return "from or to is missing or wrong";
	if (caller) {
		h = bws_call_originate(w, caller, to, driven);
	} else if (bws_user_resolve(w, from, &callee, uri, sizeof(uri)) != BWS_ADDRESS_OUTSIDE) {
		return "from is neither a user nor an outside number";
	} else {
		callee = user_of(w, in, "to");
		if (!callee)
			return "to is not a user";
		h = bws_call_incoming(w, uri, callee, driven);
	}
	if (!h)
		return "the call cannot be made: busy, or too many calls";
	json_object_set_new(out, "call_id", json_string(h->id));
	json_object_set_new(out, "tracking_id", json_string(h->call->tracking));
	return NULL;
}

/* The half "call_id" of the user, or his first half for which @fits holds. */
static struct bws_half *
half_of(const struct bws *w, const json_t *in, bool (*fits)(const struct bws_half *))
{
	const struct bws_user *u = user_of(w, in, "user");
	const char *id = text_of(in, "call_id");
	struct bws_half *h;

	if (!u)
		return NULL;
	TAILQ_FOREACH(h, &u->halves, of_user)
		if ((!id || strcmp(id, h->id) == 0) && fits(h))
			return h;
	return NULL;
}

/* Alerting here, or alerting an outside party for us. */
static bool
is_ringing(const struct bws_half *h)
{
	const struct bws_half *peer = bws_call_peer(h);

	if (h->state != BWS_STATE_ALERTING)
		return false;
	return h->personality != BWS_ORIGINATOR || (peer && !peer->user);
}

static bool
is_held(const struct bws_half *h)
{
	return h->state == BWS_STATE_HELD;
}

static bool
is_any(const struct bws_half *h)
{
	return h->state != BWS_STATE_RELEASED;
}

static const char *
cmd_answer(struct bws *w, const json_t *in, json_t *out)
{
	struct bws_half *h = half_of(w, in, is_ringing);

	(void)out;
	if (!h)
		return "no such call";
	bws_call_talk(h->personality == BWS_ORIGINATOR ? bws_call_peer(h) : h);
	return NULL;
}

static const char *
cmd_release(struct bws *w, const json_t *in, json_t *out)
{
	struct bws_half *h = half_of(w, in, is_any);

	(void)out;
	if (!h)
		return "no such call";
	bws_call_release(h);
	return NULL;
}

static const char *
cmd_hold(struct bws *w, const json_t *in, json_t *out)
{
	struct bws_half *h = half_of(w, in, bws_call_may_hold);

	(void)out;
	if (!h)
		return "no such call";
	bws_call_hold(h);
	return NULL;
}

static const char *
cmd_retrieve(struct bws *w, const json_t *in, json_t *out)
{
	struct bws_half *h = half_of(w, in, is_held);

	(void)out;
	if (!h)
		return "no such call";
	bws_call_talk(h);
	return NULL;
}

/* "survive_subscriptions" is a boolean or the share that survives. */
static const char *
cmd_as_failover(struct bws *w, const json_t *in, json_t *out)
{
	double survive = bool_of(in, "survive_subscriptions", true) ? 1.0 : 0.0;
	size_t lost;

	if (json_is_number(json_object_get(in, "survive_subscriptions")) &&
		read_real(in, "survive_subscriptions", 1, &survive) < 0)
		return "survive_subscriptions is wrong";
	lost = bws_as_failover(w, survive);
	json_object_set_new(out, "as", json_string(bws_as_name(w)));
	json_object_set_new(out, "calls_lost", json_integer((json_int_t)lost));
	return NULL;
}

static const char *
cmd_register(struct bws *w, const json_t *in, json_t *out)
{
	struct bws_user *u = user_of(w, in, "user");

	(void)out;
	if (!u)
		return "no such user";
	bws_as_register(w, u);
	return NULL;
}

static struct bws_xsp *
xsp_of(struct bws *w, const json_t *in)
{
	const char *name = text_of(in, "xsp");

	return name ? bws_http_find(w, name) : NULL;
}

static const char *
cmd_kill_xsp(struct bws *w, const json_t *in, json_t *out)
{
	struct bws_xsp *xsp = xsp_of(w, in);

	(void)out;
	if (!xsp)
		return "no such xsp";
	bws_chan_end_xsp(w, xsp, "xsp-killed");
	bws_xsp_kill(xsp);
	bws_journal_fact(w, "xsp", "{s:s,s:s}", "what", "kill", "xsp", bws_xsp_name(xsp));
	return NULL;
}

static const char *
cmd_silence_xsp(struct bws *w, const json_t *in, json_t *out)
{
	struct bws_xsp *xsp = xsp_of(w, in);

	(void)out;
	if (!xsp)
		return "no such xsp";
	if (bws_xsp_state(xsp) == BWS_XSP_DEAD)
		return "the xsp is dead";
	bws_xsp_silence(xsp);
	bws_journal_fact(w, "xsp", "{s:s,s:s}", "what", "silence", "xsp", bws_xsp_name(xsp));
	return NULL;
}

static const char *
cmd_start_xsp(struct bws *w, const json_t *in, json_t *out)
{
	struct bws_xsp *xsp = xsp_of(w, in);
	char err[200];

	if (!xsp)
		return "no such xsp";
	if (bws_xsp_start(xsp, err, sizeof(err)) < 0) {
		json_object_set_new(out, "detail", json_string(err));
		return "the xsp does not start";
	}
	bws_journal_fact(w, "xsp", "{s:s,s:s}", "what", "start", "xsp", bws_xsp_name(xsp));
	return NULL;
}

static const char *
cmd_fault(struct bws *w, const json_t *in, json_t *out)
{
	const char *path = text_of(in, "path_re");
	int64_t status = int_of(in, "status", 0);
	struct bws_fault *f;

	(void)out;
	if (!path)
		return "path_re is missing";
	if (status && (status < 200 || status > 599))
		return "status is wrong";
	f = bws_util_calloc(1, sizeof(*f));
	f->path_text = bws_util_strdup(path);
	f->method = bws_util_strdup(text_of(in, "method"));
	f->xsp = bws_util_strdup(text_of(in, "xsp"));
	f->location = bws_util_strdup(text_of(in, "location"));
	f->count = int_of(in, "count", 1);
	f->status = (int)status;
	f->error_code = (int)int_of(in, "error_code", 0);
	f->delay_ms = int_of(in, "delay_ms", 0);
	f->drop = bool_of(in, "drop", false);
	if (bws_fault_add(w, f) < 0) {
		bws_fault_free(f);
		return "path_re is no regular expression";
	}
	return NULL;
}

static const char *
cmd_clear_faults(struct bws *w, const json_t *in, json_t *out)
{
	(void)in;
	(void)out;
	bws_fault_clear(w);
	return NULL;
}

static const char *
cmd_knob(struct bws *w, const json_t *in, json_t *out)
{
	const char *name = text_of(in, "name");
	const json_t *value = json_object_get(in, "value");
	char text[64], err[200];
	const char *s = json_string_value(value);

	if (!name || (!s && !json_is_integer(value)))
		return "name or value is missing";
	if (!s) {
		snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(value));
		s = text;
	}
	if (bws_knobs_set(&w->knobs, name, s, err, sizeof(err)) < 0) {
		json_object_set_new(out, "detail", json_string(err));
		return "the knob cannot be set";
	}
	return NULL;
}

static const char *
remote_text(const struct bws_half *h)
{
	const struct bws_half *peer = bws_call_peer(h);

	return peer ? peer->address : h->call->dialled;
}

static const char *
cmd_truth(struct bws *w, const json_t *in, json_t *out)
{
	json_t *calls = json_array();
	const struct bws_half *h;
	size_t i;

	(void)in;
	for (i = 0; i < w->users.count; i++) {
		TAILQ_FOREACH(h, &w->users.list[i]->halves, of_user) {
			const struct bws_half *peer = bws_call_peer(h);

			json_array_append_new(calls,
				json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s?,s:b,s:b}", "user",
					h->user->id, "call_id", h->id, "tracking_id",
					h->call->tracking, "personality",
					bws_call_personality_text(h->personality), "state",
					bws_call_state_text(h->state), "remote", remote_text(h),
					"remote_user", peer && peer->user ? peer->user->id : NULL,
					"in_conference", h->conference != NULL, "ringback",
					(int)h->ringback));
		}
	}
	json_object_set_new(out, "as", json_string(bws_as_name(w)));
	json_object_set_new(out, "calls", calls);
	bws_feature_cmd_truth(w, out);
	bws_command_acd_truth(w, out);
	return NULL;
}

static void
put_count(json_t *o, const char *name, uint64_t n)
{
	json_object_set_new(o, name, json_integer((json_int_t)n));
}

static const char *
cmd_stats(struct bws *w, const json_t *in, json_t *out)
{
	const struct bws_stats *s = &w->stats;
	json_t *requests = json_object();
	unsigned k;

	(void)in;
	for (k = 0; k < BWS_KIND_COUNT; k++)
		put_count(requests, bws_stats_kind_text((enum bws_kind)k), s->requests[k]);
	put_count(out, "channels", w->chans.count);
	put_count(out, "subscriptions", w->subs.count);
	put_count(out, "calls", w->calls.count);
	put_count(out, "events_unacked", w->deliver.count);
	put_count(out, "events_unacked_peak", s->events_kept_peak);
	put_count(out, "events_raised", s->events_raised);
	put_count(out, "events_sent", s->events_sent);
	put_count(out, "events_dropped", s->events_dropped);
	put_count(out, "redeliveries", s->redeliveries);
	put_count(out, "acks", s->acks);
	put_count(out, "acks_unknown", s->acks_unknown);
	put_count(out, "ack_timeouts", s->ack_timeouts);
	put_count(out, "documents", s->documents);
	put_count(out, "stream_inputs", s->stream_inputs);
	put_count(out, "documents_refused", s->documents_refused);
	put_count(out, "puts", s->puts);
	put_count(out, "snapshots", s->snapshots);
	put_count(out, "channels_opened", s->channels_opened);
	put_count(out, "channels_closed", s->channels_closed);
	put_count(out, "calls_made", s->calls_made);
	put_count(out, "calls_ended", s->calls_ended);
	put_count(out, "calls_lost", s->calls_lost);
	put_count(out, "load_skipped", s->load_skipped);
	put_count(out, "requests_failed", s->requests_failed);
	bws_command_wire_stats(w, out);
	json_object_set_new(out, "requests", requests);
	return NULL;
}

/* "stop":"output" halts at the first document written to a stream. */
static const char *
cmd_advance(struct bws *w, const json_t *in, json_t *out)
{
	int64_t ms = int_of(in, "ms", -1);
	const char *stop = text_of(in, "stop");
	int64_t passed;

	if (!bws_util_clock_is_virtual())
		return "time is not virtual";
	if (ms < 0 || ms > ADVANCE_MS_MAX)
		return "ms is missing or wrong";
	if (stop && strcmp(stop, "output") != 0)
		return "stop is wrong";
	passed = bws_virtual_advance(w, ms, stop != NULL);
	json_object_set_new(out, "advanced_ms", json_integer(passed));
	json_object_set_new(out, "now_ms", json_integer(bws_util_wall_us() / 1000));
	json_object_set_new(out, "documents", json_integer((json_int_t)w->stats.documents));
	return NULL;
}

static const char *
cmd_quit(struct bws *w, const json_t *in, json_t *out)
{
	(void)in;
	(void)out;
	w->quit = true;
	return NULL;
}

static const struct {
	const char *name;
	command_fn run;
} commands[] = {
	{ "load", cmd_load },
	{ "freeze", cmd_freeze },
	{ "thaw", cmd_thaw },
	{ "drain", cmd_drain },
	{ "call", cmd_call },
	{ "answer", cmd_answer },
	{ "release", cmd_release },
	{ "hold", cmd_hold },
	{ "retrieve", cmd_retrieve },
	{ "as-failover", cmd_as_failover },
	{ "register", cmd_register },
	{ "kill-xsp", cmd_kill_xsp },
	{ "silence-xsp", cmd_silence_xsp },
	{ "start-xsp", cmd_start_xsp },
	{ "fault", cmd_fault },
	{ "clear-faults", cmd_clear_faults },
	{ "knob", cmd_knob },
	{ "truth", cmd_truth },
	{ "stats", cmd_stats },
	{ "advance", cmd_advance },
	{ "phone", bws_feature_cmd_phone },
	{ "event", bws_feature_cmd_event },
	{ "quit", cmd_quit },
};

static const char *
run(struct bws *w, const json_t *in, json_t *out)
{
	const char *name = text_of(in, "cmd");
	size_t i;

	if (!name)
		return "no JSON object with cmd";
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].run(w, in, out);
	if (bws_command_acd_find(name))
		return bws_command_acd_find(name)(w, in, out);
	if (bws_command_wire_find(name))
		return bws_command_wire_find(name)(w, in, out);
	return "unknown command";
}

void
bws_command_run(struct bws *w, const char *text, struct bws_buf *out)
{
	json_t *in = json_loads(text, 0, NULL);
	json_t *answer = json_pack("{s:b}", "ok", 1);
	const char *wrong = run(w, in, answer);
	char *line;

	if (wrong) {
		json_object_set_new(answer, "ok", json_false());
		json_object_set_new(answer, "error", json_string(wrong));
	}
	line = json_dumps(answer, JSON_COMPACT);
	bws_buf_str(out, line ? line : "{\"ok\":false,\"error\":\"no memory\"}");
	bws_buf_str(out, "\n");
	free(line);
	json_decref(answer);
	json_decref(in);
}
