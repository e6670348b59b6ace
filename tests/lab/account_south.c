/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BroadWorks' side of the account, from the simulator's journal.
 *
 * A *half* is one party's side of a call, as BroadWorks counts. The set of halves at an instant is
 * found by walking the journal from its start; an AS failover empties it.
 *
 * Executed twice: what BroadWorks carried out for a user, by kind of request, must not exceed what
 * the clients asked for that device. Requests of which the client never heard may have been carried
 * out or not; carried out twice they would show here.
 *
 * Failure modes: no journal, then nothing of this is known.
 */
#include "tests/lab/account_compute.h"
#include "tests/lab/account_load.h"

#include <stdio.h>
#include <string.h>

#define KEY_SIZE 512

static bool
is_alive_state(const char *state)
{
	return strcmp(state, "Alerting") == 0 || strcmp(state, "Active") == 0 ||
		strcmp(state, "Held") == 0 || strcmp(state, "Remote Held") == 0;
}

static void
step_halves(json_t *set, const json_t *line)
{
	char key[KEY_SIZE];

	if (account_load_is(line, "ev", "as-failover"))
		json_object_clear(set);
	if (!account_load_is(line, "ev", "call"))
		return;
	(void)snprintf(key, sizeof(key), "%s %s", account_load_text(line, "user"),
		account_load_text(line, "call_id"));
	if (is_alive_state(account_load_text(line, "to")))
		json_object_set_new(set, key, json_true());
	else
		json_object_del(set, key);
}

static json_t *
halves_at(const struct account_run *r, int64_t t_us)
{
	json_t *set = json_object();
	const json_t *line;
	size_t i;

	json_array_foreach(r->bwsim, i, line)
		if (account_load_int(line, "t_us", 0) <= t_us)
			step_halves(set, line);
	return set;
}

/* The clients' belief: a connection lives while its events say a state other than null. */
static void
step_model(json_t *set, const json_t *line)
{
	char key[KEY_SIZE];
	const char *local = account_load_text(line, "local");

	if (!account_load_is(line, "ev", "in") || *account_load_text(line, "device") == '\0')
		return;
	(void)snprintf(key, sizeof(key), "%s %s", account_load_text(line, "device"),
		account_load_text(line, "call"));
	if (strcmp(local, "null") == 0)
		json_object_del(set, key);
	else
		json_object_set_new(set, key, json_true());
}

int64_t
account_model_at(const struct account_run *r, int64_t t_us)
{
	json_t *set;
	const json_t *line;
	int64_t n;
	size_t i;

	if (r->client == NULL)
		return -1;
	set = json_object();
	json_array_foreach(r->client, i, line)
		if (account_load_int(line, "t_us", 0) <= t_us)
			step_model(set, line);
	n = (int64_t)json_object_size(set);
	json_decref(set);
	return n;
}

int64_t
account_halves_at(const struct account_run *r, int64_t t_us)
{
	json_t *set;
	int64_t n;

	if (r->bwsim == NULL)
		return -1;
	set = halves_at(r, t_us);
	n = (int64_t)json_object_size(set);
	json_decref(set);
	return n;
}

static size_t
count_common(json_t *a, json_t *b)
{
	size_t n = 0;
	const char *key;
	json_t *value;

	json_object_foreach(a, key, value)
		n += json_object_get(b, key) != NULL;
	return n;
}

static void
count_calls(struct account_run *r)
{
	int64_t done_us = r->at.t_us[PHASE_resync_done];
	json_t *before;
	json_t *after;
	size_t kept;

	if (done_us == 0)
		return;
	/* the fault itself may be an entry of the journal: just before it */
	before = halves_at(r, r->fault_us - 1);
	after = halves_at(r, done_us);
	kept = count_common(before, after);
	account_figure_set(r, FIGURE_calls_kept, (double)kept);
	account_figure_set(r, FIGURE_calls_cleared, (double)(json_object_size(before) - kept));
	account_figure_set(r, FIGURE_calls_learned, (double)(json_object_size(after) - kept));
	json_decref(before);
	json_decref(after);
}

static bool
is_done(const json_t *line)
{
	int64_t status = account_load_int(line, "status", 0);

	return status >= 200 && status < 300;
}

static void
count_updates(struct account_run *r)
{
	json_t *paths = json_object();
	const json_t *line;
	size_t sent = 0;
	size_t i;

	json_array_foreach(r->bwsim, i, line) {
		if (!account_load_is(line, "kind", "put-subscription") ||
			account_load_int(line, "t_us", 0) <= r->fault_us)
			continue;
		sent++;
		if (is_done(line))
			json_object_set_new(paths, account_load_text(line, "path"), json_true());
	}
	account_figure_set(r, FIGURE_updates_sent, (double)sent);
	account_figure_set(r, FIGURE_devices_updated, (double)json_object_size(paths));
	json_decref(paths);
}

/* The kind by which BroadWorks' journal calls what a CSTA service asks for; NULL for others. */
static const char *
kind_of_service(const char *service)
{
	static const char *const pairs[][2] = { { "MakeCall", "dial" }, { "AnswerCall", "talk" },
		{ "RetrieveCall", "talk" }, { "HoldCall", "hold" },
		{ "ClearConnection", "release" }, { "ClearCall", "release" } };

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (strcmp(service, pairs[i][0]) == 0)
			return pairs[i][1];
	return NULL;
}

static bool
is_call_control(const char *kind)
{
	return strcmp(kind, "dial") == 0 || strcmp(kind, "talk") == 0 ||
		strcmp(kind, "hold") == 0 || strcmp(kind, "release") == 0;
}

static void
add_to(json_t *counts, const char *user, const char *kind, int by)
{
	char key[KEY_SIZE];

	(void)snprintf(key, sizeof(key), "%.*s %s", (int)strcspn(user, "@"), user, kind);
	json_object_set_new(counts, key, json_integer(account_load_int(counts, key, 0) + by));
}

/* By "device kind": how often it was carried out, less how often it was asked for. */
static json_t *
count_excess(const struct account_run *r)
{
	json_t *counts = json_object();
	const json_t *line;
	size_t i;

	json_array_foreach(r->bwsim, i, line)
		if (account_load_is(line, "ev", "request") && is_done(line) &&
			is_call_control(account_load_text(line, "kind")))
			add_to(counts, account_load_text(line, "user"),
				account_load_text(line, "kind"), 1);
	json_array_foreach(r->client, i, line) {
		const char *kind = account_load_is(line, "ev", "out") ?
			kind_of_service(account_load_text(line, "name")) :
			NULL;

		if (kind != NULL)
			add_to(counts, account_load_text(line, "device"), kind, -1);
	}
	return counts;
}

static void
count_twice(struct account_run *r)
{
	int64_t answers = account_load_int(r->account, "answers_twice", -1);
	int64_t twice = 0;
	json_t *counts;
	const char *key;
	json_t *value;

	if (r->client == NULL || answers < 0)
		return;
	counts = count_excess(r);
	json_object_foreach(counts, key, value) {
		int64_t excess = (int64_t)json_integer_value(value);

		if (excess > 0)
			account_problem(
				r, "%s was carried out %d times more than asked", key, (int)excess);
		twice += excess > 0 ? excess : 0;
	}
	json_decref(counts);
	account_figure_set(r, FIGURE_requests_twice, (double)(answers + twice));
}

void
account_south(struct account_run *r)
{
	if (r->bwsim == NULL)
		return;
	count_calls(r);
	count_updates(r);
	count_twice(r);
}
