/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads what a run left: one JSON object per file, or one per line.
 *
 * Happy path: every file is there and whole.
 * Failure modes: a node that was killed may leave a last line cut short, or no file: noted. A line in
 * the middle that is no JSON is noted with its number and skipped. Of the journals only the kinds of
 * lines that are used are kept, because events and acknowledgements are many.
 */
#include "tests/lab/account_load.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef bool (*keep_fn)(struct account_run *r, const json_t *line);

int64_t
account_load_int(const json_t *object, const char *key, int64_t otherwise)
{
	const json_t *value = json_object_get(object, key);

	return json_is_integer(value) ? (int64_t)json_integer_value(value) : otherwise;
}

const char *
account_load_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

bool
account_load_is(const json_t *object, const char *key, const char *text)
{
	return strcmp(account_load_text(object, key), text) == 0;
}

static int
join(char *path, size_t size, const char *dir, const char *name)
{
	int n = snprintf(path, size, "%s/%s", dir, name);

	return n < 0 || (size_t)n >= size ? -1 : 0;
}

static json_t *
load_object(struct account_run *r, const char *dir, const char *name)
{
	char path[PATH_MAX];
	json_error_t error;
	json_t *value;

	if (join(path, sizeof(path), dir, name) < 0)
		return NULL;
	value = json_load_file(path, 0, &error);
	if (!json_is_object(value)) {
		account_problem(r, "%s: %s", name, value != NULL ? "no object" : error.text);
		json_decref(value);
		return NULL;
	}
	if (json_is_false(json_object_get(value, "ok"))) {
		account_problem(r, "%s: the answer was an error: %.100s", name,
			account_load_text(value, "error"));
		json_decref(value);
		return NULL;
	}
	return value;
}

static void
keep_line(struct account_run *r, json_t *list, json_t *line, keep_fn keep)
{
	if (json_is_object(line) && (keep == NULL || keep(r, line)))
		json_array_append(list, line);
	json_decref(line);
}

static json_t *
load_lines(struct account_run *r, const char *dir, const char *name, keep_fn keep)
{
	char path[PATH_MAX];
	json_t *list = json_array();
	char *text = NULL;
	size_t size = 0;
	size_t number = 0;
	FILE *file;

	file = join(path, sizeof(path), dir, name) < 0 ? NULL : fopen(path, "re");
	if (file == NULL) {
		account_problem(r, "%s: %s", name, strerror(errno));
		json_decref(list);
		return NULL;
	}
	while (getline(&text, &size, file) > 0) {
		json_t *line = json_loads(text, 0, NULL);

		number++;
		if (line == NULL)
			account_problem(r, "%s: line %zu is no JSON", name, number);
		keep_line(r, list, line, keep);
	}
	free(text);
	(void)fclose(file);
	return list;
}

static bool
keep_bwsim(struct account_run *r, const json_t *line)
{
	(void)r;
	return account_load_is(line, "ev", "call") || account_load_is(line, "ev", "request") ||
		account_load_is(line, "ev", "as-failover");
}

static struct account_session *
find_session(struct account_run *r, int64_t number)
{
	struct account_session *grown;

	for (size_t i = 0; i < r->session_count; i++)
		if (r->sessions[i].number == number)
			return &r->sessions[i];
	grown = realloc(r->sessions, (r->session_count + 1) * sizeof(*grown));
	if (grown == NULL)
		return NULL;
	r->sessions = grown;
	memset(&grown[r->session_count], 0, sizeof(*grown));
	grown[r->session_count].number = number;
	return &grown[r->session_count++];
}

static void
add_arrival(struct account_run *r, int64_t number, int64_t t_us)
{
	struct account_session *s = number >= 0 ? find_session(r, number) : NULL;

	if (s == NULL || t_us <= 0)
		return;
	if (s->count == s->size) {
		size_t size = s->size ? 2 * s->size : 1024;
		int64_t *grown = realloc(s->arrivals_us, size * sizeof(*grown));

		if (grown == NULL)
			return;
		s->arrivals_us = grown;
		s->size = size;
	}
	s->arrivals_us[s->count++] = t_us;
}

/*
 * What the server sent is an arrival at its session. Kept whole are the requests, and what tells the
 * state of a connection.
 */
static bool
keep_client(struct account_run *r, const json_t *line)
{
	if (account_load_is(line, "ev", "out"))
		return json_object_get(line, "probe") == NULL;
	if (!account_load_is(line, "ev", "in"))
		return false;
	add_arrival(r, account_load_int(line, "s", -1), account_load_int(line, "t_us", 0));
	return *account_load_text(line, "local") != '\0';
}

static int
node_index(const char *name)
{
	if (strcmp(name, "n1") == 0)
		return 0;
	return strcmp(name, "n2") == 0 ? 1 : -1;
}

/* Without a word what it was before there was one. */
static int
take_expectation(struct account_run *r)
{
	static const char *const names[] = { [EXPECT_TAKEOVER] = "takeover",
		[EXPECT_PLANNED] = "planned",
		[EXPECT_SOUTH] = "south",
		[EXPECT_NONE] = "none",
		[EXPECT_EITHER] = "either" };
	const char *expect = account_load_text(r->run, "expect");

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(expect, names[i]) == 0) {
			r->expect = (enum account_expect)i;
			r->failovers = (int)account_load_int(r->run, "failovers", 1);
			return 0;
		}
	return -1;
}

static int
take_run(struct account_run *r, const char *dir)
{
	r->run = load_object(r, dir, "run.json");
	if (r->run == NULL) {
		fprintf(stderr, "account: %s/%s\n", dir,
			r->problem_count ? r->problems[0] : "run.json cannot be read");
		return -1;
	}
	r->fault = account_load_text(r->run, "fault");
	r->fault_us = account_load_int(r->run, "fault_us", 0);
	r->hit = node_index(account_load_text(r->run, "hit"));
	r->first_us = account_load_int(r->run, "first_us", r->fault_us);
	r->first_hit = node_index(account_load_text(r->run, "first_hit"));
	if (r->first_hit < 0)
		r->first_hit = r->hit;
	if (*r->fault == '\0' || r->fault_us <= 0 || r->hit < 0 || take_expectation(r) < 0) {
		fprintf(stderr, "account: %s/run.json lacks fault, fault_us, hit or expect\n", dir);
		return -1;
	}
	r->other = 1 - r->hit;
	return 0;
}

int
account_load(struct account_run *r, const char *dir)
{
	if (take_run(r, dir) < 0)
		return -1;
	r->account = load_object(r, dir, "account.json");
	r->picture = load_object(r, dir, "picture.json");
	r->truth = load_object(r, dir, "truth.json");
	r->status = load_object(r, dir, "status.json");
	r->bwsim = load_lines(r, dir, "bwsim.jsonl", keep_bwsim);
	r->client = load_lines(r, dir, "client.jsonl", keep_client);
	r->power = load_lines(r, dir, "power.jsonl", NULL);
	r->history[0] = load_lines(r, dir, "history-n1.jsonl", NULL);
	r->history[1] = load_lines(r, dir, "history-n2.jsonl", NULL);
	r->voices[0] = load_lines(r, dir, "voices-client.jsonl", NULL);
	r->voices[1] = load_lines(r, dir, "voices-bw.jsonl", NULL);
	return 0;
}

void
account_load_free(struct account_run *r)
{
	json_decref(r->run);
	json_decref(r->account);
	json_decref(r->picture);
	json_decref(r->truth);
	json_decref(r->status);
	json_decref(r->bwsim);
	json_decref(r->client);
	json_decref(r->power);
	json_decref(r->history[0]);
	json_decref(r->history[1]);
	json_decref(r->voices[0]);
	json_decref(r->voices[1]);
	for (size_t i = 0; i < r->session_count; i++)
		free(r->sessions[i].arrivals_us);
	free(r->sessions);
	memset(r, 0, sizeof(*r));
}
