/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client as a whole: sessions with their connections, clock, random load, control socket.
 *
 * Happy path: all sessions connect and set up their monitors, "cstaclient ready", requests at
 * random, marks and questions over the control socket; finish stops the load, waits for answers in
 * flight, ends the sessions and gives the account.
 * Failure modes: files, addresses and schemas that are wrong end the start with a sentence; a login
 * that the server refuses at the first try ends the run; a finish that hangs is cut by its limits.
 */
#include "tests/cstaclient/cc_app.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "tests/cstaclient/cc_conn.h"
#include "tests/cstaclient/cc_control.h"
#include "tests/cstaclient/cc_text.h"
#include "tests/cstaclient/cc_valid.h"

#define TICK_MS 10
#define ANSWERS_WAIT_US 2000000 /* finish: for the answers in flight */
#define STOP_WAIT_US 1000000    /* finish: for the end of the sessions, and for the last reply */
#define SNAPSHOT_WAIT_US 10000000
#define REQUESTS_PER_TICK_MAX 1000

/* RUNNING -> DRAINING (answers) -> STOPPING (sessions) -> LEAVING (last reply) -> GONE */
enum stage {
	RUNNING,
	DRAINING,
	STOPPING,
	LEAVING,
	GONE
};

struct app {
	const struct cc_opts *opts;
	FILE *out;
	FILE *err;
	uv_loop_t loop;
	uv_timer_t tick;
	uv_signal_t signals[2];
	struct cc_journal journal;
	struct cc_account account;
	struct cc_gap gap;
	struct cc_shared shared;
	struct cc_valid *valid;
	struct cc_control control;
	struct cc_session *sessions;
	struct cc_conn *conns;
	size_t session_count; /* prepared */
	struct cc_rand rand;
	bool is_loading;
	bool is_said_ready;
	int64_t next_request_us;
	enum stage stage;
	int64_t stage_us;
	uint64_t finish_ticket;
	uint64_t snapshot_ticket;
	uint64_t ask_ticket; /* the operator's request of a session */
	size_t ask_session;
	int64_t snapshot_us;
	struct cc_hist pools[2]; /* durations of both ways of a comparison that goes by turns */
	int exit_code;
};

static json_t *
account_reply(struct app *app)
{
	json_t *reply = cc_account_json(&app->account, &app->gap, cc_conn_now_us());

	json_object_set_new(reply, "ok", json_true());
	return reply;
}

static void
count_devices_out(struct app *app)
{
	app->account.devices_out = 0;
	for (size_t i = 0; i < app->session_count; i++) {
		const struct cc_picture *p = &app->sessions[i].picture;

		for (size_t k = 0; k < p->device_count; k++)
			app->account.devices_out += !p->devices[k].is_in_service;
	}
}

static void
enter(struct app *app, enum stage stage)
{
	app->stage = stage;
	app->stage_us = cc_conn_now_us();
}

/* What is still in flight will not be waited for any more. */
static void
close_account(struct app *app)
{
	json_t *json;
	char *text;

	for (size_t i = 0; i < app->session_count; i++)
		cc_conn_close(&app->conns[i]);
	count_devices_out(app);
	json = cc_account_json(&app->account, &app->gap, cc_conn_now_us());
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	if (text == NULL)
		return;
	if (app->journal.file != NULL)
		(void)fprintf(app->journal.file,
			"{\"t_us\":%lld,\"ev\":\"account\",\"account\":%s}\n",
			(long long)cc_conn_now_us(), text);
	app->journal.is_dirty = true;
	(void)fprintf(app->out, "%s\n", text);
	(void)fflush(app->out);
	free(text);
}

static void
leave(struct app *app)
{
	close_account(app);
	if (app->finish_ticket != 0)
		cc_control_reply(&app->control, app->finish_ticket, account_reply(app));
	enter(app, LEAVING);
}

static void
shut_down(struct app *app)
{
	enter(app, GONE);
	cc_control_close(&app->control);
	uv_close((uv_handle_t *)&app->tick, NULL);
	for (int i = 0; i < 2; i++)
		uv_close((uv_handle_t *)&app->signals[i], NULL);
}

static bool
is_answered(const struct app *app)
{
	for (size_t i = 0; i < app->session_count; i++)
		if (cc_session_in_flight(&app->sessions[i]) > 0)
			return false;
	return true;
}

static bool
is_stopped(const struct app *app)
{
	for (size_t i = 0; i < app->session_count; i++)
		if (app->sessions[i].phase != CC_PHASE_STOPPED)
			return false;
	return true;
}

static void
stop_sessions(struct app *app)
{
	for (size_t i = 0; i < app->session_count; i++) {
		cc_session_stop(&app->sessions[i], cc_conn_now_us());
		cc_conn_settle(&app->conns[i]);
	}
	enter(app, STOPPING);
}

static void
advance_end(struct app *app, int64_t now_us)
{
	int64_t waited_us = now_us - app->stage_us;

	switch (app->stage) {
	case DRAINING:
		if (is_answered(app) || waited_us >= ANSWERS_WAIT_US)
			stop_sessions(app);
		break;
	case STOPPING:
		if (is_stopped(app) || waited_us >= STOP_WAIT_US)
			leave(app);
		break;
	case LEAVING:
		if (cc_control_is_idle(&app->control) || waited_us >= STOP_WAIT_US)
			shut_down(app);
		break;
	case RUNNING:
	case GONE:
		break;
	}
}

static void
finish(struct app *app)
{
	if (app->stage != RUNNING)
		return;
	app->is_loading = false;
	enter(app, DRAINING);
}

/* Takes a session that is ready, at random; NULL if none is. */
static struct cc_session *
choose_session(struct app *app)
{
	size_t first = cc_rand_below(&app->rand, app->session_count);

	for (size_t i = 0; i < app->session_count; i++) {
		struct cc_session *s = &app->sessions[(first + i) % app->session_count];

		if (s->phase == CC_PHASE_READY && !s->wants_close)
			return s;
	}
	return NULL;
}

static void
act(struct app *app, int64_t now_us)
{
	struct cc_load_targets targets = {
		app->opts->devices,
		app->opts->device_count,
		app->opts->outside_p,
		app->opts->has_features,
	};
	struct cc_session *s = choose_session(app);
	struct cc_action action;

	if (s == NULL || !cc_load_choose(&app->rand, &s->picture, &targets, &action))
		return;
	cc_session_act(s, &action, now_us);
	cc_conn_settle(&app->conns[s->index]);
}

/* Requests that fell due while nothing could be sent are not made up for. */
static void
run_load(struct app *app, int64_t now_us)
{
	double rate = app->opts->rate;

	if (!app->is_loading || !app->is_said_ready || rate <= 0)
		return;
	if (app->next_request_us == 0)
		app->next_request_us = now_us + cc_rand_gap_us(&app->rand, rate);
	for (int i = 0; i < REQUESTS_PER_TICK_MAX && app->next_request_us <= now_us; i++) {
		act(app, now_us);
		app->next_request_us += cc_rand_gap_us(&app->rand, rate);
	}
	if (app->next_request_us < now_us - 1000000)
		app->next_request_us = now_us;
}

static void
say_ready(struct app *app, int64_t now_us)
{
	for (size_t i = 0; i < app->session_count; i++)
		if (!app->sessions[i].was_ready)
			return;
	app->is_said_ready = true;
	(void)fputs("cstaclient ready\n", app->out);
	(void)fflush(app->out);
	cc_journal_begin(&app->journal, now_us, "ready");
	cc_journal_end(&app->journal);
}

static bool
is_snapshot_done(const struct app *app)
{
	for (size_t i = 0; i < app->session_count; i++)
		if (!cc_session_is_final_done(&app->sessions[i]))
			return false;
	return true;
}

static void
watch_snapshot(struct app *app, int64_t now_us)
{
	json_t *devices;
	json_t *reply;
	bool is_done = is_snapshot_done(app);

	if (app->snapshot_ticket == 0 || (!is_done && now_us - app->snapshot_us < SNAPSHOT_WAIT_US))
		return;
	devices = json_array();
	for (size_t i = 0; i < app->session_count; i++) {
		json_t *list = cc_session_take_final(&app->sessions[i]);

		json_array_extend(devices, list);
		json_decref(list);
	}
	reply = json_pack("{s:b,s:I,s:o}", "ok", (int)is_done, "differences",
		(json_int_t)app->account.snapshot_differences, "devices", devices);
	if (!is_done)
		json_object_set_new(
			reply, "error", json_string("not every device was answered within 10 s"));
	cc_control_reply(&app->control, app->snapshot_ticket, reply);
	app->snapshot_ticket = 0;
}

static void
watch_ask(struct app *app)
{
	json_t *reply =
		app->ask_ticket == 0 ? NULL : cc_session_take_ask(&app->sessions[app->ask_session]);

	if (reply == NULL)
		return;
	cc_control_reply(&app->control, app->ask_ticket, reply);
	app->ask_ticket = 0;
}

/* A login that is refused at the first try will be refused for ever. */
static void
watch_login(struct app *app)
{
	if (app->stage != RUNNING)
		return;
	for (size_t i = 0; i < app->session_count; i++) {
		if (!app->sessions[i].is_refused)
			continue;
		(void)fprintf(app->err, "cstaclient: the server refused the login of user %s\n",
			app->opts->user);
		app->exit_code = 1;
		stop_sessions(app);
		return;
	}
}

static void
tick_due(uv_timer_t *timer)
{
	struct app *app = timer->data;
	int64_t now_us = cc_conn_now_us();

	for (size_t i = 0; i < app->session_count; i++) {
		cc_session_tick(&app->sessions[i], now_us);
		cc_conn_settle(&app->conns[i]);
	}
	if (!app->is_said_ready)
		say_ready(app, now_us);
	run_load(app, now_us);
	watch_snapshot(app, now_us);
	watch_ask(app);
	watch_login(app);
	advance_end(app, now_us);
	cc_journal_flush(&app->journal);
}

static void
signal_came(uv_signal_t *handle, int number)
{
	(void)number;
	finish(handle->data);
}

static json_t *
ok_reply(void)
{
	return json_pack("{s:b}", "ok", 1);
}

static json_t *
error_reply(const char *text)
{
	return json_pack("{s:b,s:s}", "ok", 0, "error", text);
}

static json_t *
add_mark(struct app *app, const json_t *command)
{
	const char *name = json_string_value(json_object_get(command, "name"));
	const json_t *t = json_object_get(command, "t_us");
	int64_t t_us = t == NULL ? cc_conn_now_us() : json_integer_value(t);

	if (t != NULL && !json_is_integer(t))
		return error_reply("t_us is not an integer");
	if (name == NULL)
		name = "mark";
	if (cc_gap_add_mark(&app->gap, name, t_us) != 0)
		return error_reply("too many marks");
	cc_journal_begin(&app->journal, t_us, "mark");
	cc_journal_text(&app->journal, "name", name);
	cc_journal_end(&app->journal);
	return ok_reply();
}

static json_t *
begin_snapshot(struct app *app, uint64_t ticket)
{
	if (app->snapshot_ticket != 0)
		return error_reply("a snapshot is under way");
	for (size_t i = 0; i < app->session_count; i++)
		cc_session_begin_final(&app->sessions[i]);
	app->snapshot_ticket = ticket;
	app->snapshot_us = cc_conn_now_us();
	return NULL;
}

/* {"cmd":"ask","session":0,"root":"HoldCall","inner":"<callToBeHeld>..."}: the reply has the answer. */
static json_t *
begin_ask(struct app *app, const json_t *command, uint64_t ticket)
{
	const char *root = json_string_value(json_object_get(command, "root"));
	const char *inner = json_string_value(json_object_get(command, "inner"));
	json_int_t session = json_integer_value(json_object_get(command, "session"));

	if (app->ask_ticket != 0)
		return error_reply("a request is under way");
	if (root == NULL || session < 0 || (size_t)session >= app->session_count)
		return error_reply("root or session is wrong");
	if (!cc_session_ask(
		    &app->sessions[session], root, inner == NULL ? "" : inner, cc_conn_now_us()))
		return error_reply("the session is not ready");
	app->ask_ticket = ticket;
	app->ask_session = (size_t)session;
	return NULL;
}

/*
 * {"cmd":"latency","pool":1}: the durations measured since the last such command, which also go into a pool (0 or 1); and
 * those of the pools.
 */
static json_t *
latency_reply(struct app *app, const json_t *command)
{
	const json_t *pool = json_object_get(command, "pool");
	json_t *reply = json_pack("{s:b,s:o,s:o}", "ok", 1, "delivered_ms",
		cc_hist_json(&app->account.delivered), "probed_ms",
		cc_hist_json(&app->account.probed));

	if (json_is_integer(pool))
		cc_hist_merge(&app->pools[json_integer_value(pool) & 1], &app->account.delivered);
	json_object_set_new(reply, "pool0_ms", cc_hist_json(&app->pools[0]));
	json_object_set_new(reply, "pool1_ms", cc_hist_json(&app->pools[1]));
	app->account.delivered = (struct cc_hist){ .count = 0 };
	app->account.probed = (struct cc_hist){ .count = 0 };
	return reply;
}

/* {"cmd":"deaf","on":true}: no session reads any more what the server sends. */
static json_t *
turn_deaf(struct app *app, const json_t *command)
{
	bool on = json_is_true(json_object_get(command, "on"));

	for (size_t i = 0; i < app->session_count; i++)
		cc_conn_turn_deaf(&app->conns[i], on);
	return ok_reply();
}

static json_t *
picture_reply(struct app *app)
{
	json_t *devices = json_array();

	for (size_t i = 0; i < app->session_count; i++)
		cc_picture_json(&app->sessions[i].picture, devices);
	return json_pack("{s:b,s:o}", "ok", 1, "devices", devices);
}

static json_t *
begin_finish(struct app *app, uint64_t ticket)
{
	if (app->stage != RUNNING)
		return error_reply("the end is under way");
	app->finish_ticket = ticket;
	finish(app);
	return NULL;
}

static json_t *
quit(struct app *app)
{
	app->is_loading = false;
	if (app->stage < LEAVING)
		leave(app);
	return ok_reply();
}

static json_t *
take_command(const json_t *command, uint64_t ticket, void *arg)
{
	struct app *app = arg;
	const char *cmd = json_string_value(json_object_get(command, "cmd"));

	if (cmd == NULL)
		return error_reply("no cmd");
	if (strcmp(cmd, "stop-requests") == 0) {
		app->is_loading = false;
		return ok_reply();
	}
	if (strcmp(cmd, "mark") == 0)
		return add_mark(app, command);
	if (strcmp(cmd, "snapshot") == 0)
		return begin_snapshot(app, ticket);
	if (strcmp(cmd, "ask") == 0)
		return begin_ask(app, command, ticket);
	if (strcmp(cmd, "picture") == 0)
		return picture_reply(app);
	if (strcmp(cmd, "account") == 0) {
		count_devices_out(app);
		return account_reply(app);
	}
	if (strcmp(cmd, "latency") == 0)
		return latency_reply(app, command);
	if (strcmp(cmd, "deaf") == 0)
		return turn_deaf(app, command);
	if (strcmp(cmd, "finish") == 0)
		return begin_finish(app, ticket);
	if (strcmp(cmd, "quit") == 0)
		return quit(app);
	return error_reply("unknown cmd");
}

/* Deals the devices round robin: session i gets devices i, i+n, i+2n, ..., or its `monitors` after those of i-1. */
static int
prepare_session(struct app *app, size_t index)
{
	size_t count = 0;
	const char **names = calloc(app->opts->device_count, sizeof(*names));
	struct cc_session *s = &app->sessions[index];
	int rc;

	if (names == NULL)
		return -1;
	if (app->opts->monitors > 0)
		for (; count < app->opts->monitors; count++)
			names[count] = app->opts->devices[(index * app->opts->monitors + count) %
				app->opts->device_count];
	for (size_t i = index; app->opts->monitors == 0 && i < app->opts->device_count;
		i += app->opts->sessions)
		names[count++] = app->opts->devices[i];
	rc = cc_session_init(
		s, index, &app->shared, names, count, cc_conn_send, &app->conns[index]);
	free(names);
	if (rc != 0)
		return -1;
	if (cc_conn_init(&app->conns[index], &app->loop, app->opts->host, app->opts->port, s,
		    app->opts->seed * 1000003 + index) != 0) {
		cc_session_fini(s);
		return -1;
	}
	app->session_count++;
	return 0;
}

static int
prepare_sessions(struct app *app)
{
	size_t count = app->opts->sessions;

	app->sessions = calloc(count, sizeof(*app->sessions));
	app->conns = calloc(count, sizeof(*app->conns));
	if (app->sessions == NULL || app->conns == NULL || cc_gap_init(&app->gap, count) != 0) {
		(void)fprintf(app->err, "cstaclient: out of memory\n");
		return -1;
	}
	while (app->session_count < count) {
		if (prepare_session(app, app->session_count) != 0) {
			(void)fprintf(app->err, "cstaclient: %s is no IPv4 address, or no memory\n",
				app->opts->host);
			return -1;
		}
	}
	app->account.sessions = (int64_t)count;
	return 0;
}

static int
prepare_files(struct app *app)
{
	const struct cc_opts *o = app->opts;
	char why[CC_WHY_MAX] = "";

	if (cc_journal_open(&app->journal, o->journal) != 0) {
		(void)fprintf(app->err, "cstaclient: %s: %s\n", o->journal, strerror(errno));
		return -1;
	}
	if (o->validate == NULL)
		return 0;
	app->valid = cc_valid_new(o->validate, o->edition, why, sizeof(why));
	if (app->valid == NULL) {
		(void)fprintf(app->err, "cstaclient: %s\n", why);
		return -1;
	}
	app->shared.valid = app->valid;
	return 0;
}

static int
prepare_control(struct app *app)
{
	int rc;

	if (app->opts->control == NULL)
		return 0;
	rc = cc_control_open(&app->control, &app->loop, app->opts->control, take_command, app);
	if (rc == 0)
		return 0;
	(void)fprintf(app->err, "cstaclient: %s: %s\n", app->opts->control, uv_strerror(rc));
	return -1;
}

static void
prepare_loop(struct app *app)
{
	static const int numbers[2] = { SIGTERM, SIGINT };

	(void)uv_timer_init(&app->loop, &app->tick);
	app->tick.data = app;
	(void)uv_timer_start(&app->tick, tick_due, TICK_MS, TICK_MS);
	for (int i = 0; i < 2; i++) {
		(void)uv_signal_init(&app->loop, &app->signals[i]);
		app->signals[i].data = app;
		(void)uv_signal_start(&app->signals[i], signal_came, numbers[i]);
	}
}

static void
release(struct app *app)
{
	for (size_t i = 0; i < app->session_count; i++)
		cc_session_fini(&app->sessions[i]);
	free(app->sessions);
	free(app->conns);
	cc_gap_fini(&app->gap);
	cc_valid_free(app->valid);
	if (cc_journal_close(&app->journal) != 0) {
		(void)fprintf(app->err, "cstaclient: the journal could not be written\n");
		app->exit_code = 1;
	}
}

static int
prepare(struct app *app)
{
	if (prepare_files(app) != 0 || prepare_sessions(app) != 0 || prepare_control(app) != 0)
		return -1;
	return 0;
}

int
cc_app_run(const struct cc_opts *opts, FILE *out, FILE *err)
{
	struct app *app = calloc(1, sizeof(*app));
	int exit_code;

	if (app == NULL || uv_loop_init(&app->loop) != 0) {
		free(app);
		return 1;
	}
	app->opts = opts;
	app->out = out;
	app->err = err;
	app->is_loading = true;
	app->shared.opts = opts;
	app->shared.account = &app->account;
	app->shared.gap = &app->gap;
	app->shared.journal = &app->journal;
	cc_account_init(&app->account, &app->journal);
	cc_rand_seed(&app->rand, opts->seed);
	(void)snprintf(app->shared.ns, sizeof(app->shared.ns), CC_NS_CSTA "%s", opts->edition);
	(void)signal(SIGPIPE, SIG_IGN);
	prepare_loop(app);
	if (prepare(app) == 0) {
		for (size_t i = 0; i < app->session_count; i++)
			cc_conn_open(&app->conns[i]);
	} else {
		app->exit_code = 1;
		for (size_t i = 0; i < app->session_count; i++)
			cc_conn_close(&app->conns[i]);
		shut_down(app);
	}
	(void)uv_run(&app->loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&app->loop);
	release(app);
	exit_code = app->exit_code;
	free(app);
	return exit_code;
}
