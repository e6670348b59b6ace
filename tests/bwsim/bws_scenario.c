/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scenarios played by the simulator.
 *
 * Happy path: load, wait for the start condition, play commands at their times, sample what rates
 * need, judge.
 * Failure modes: a line that makes no sense ends the start-up; a command that is refused while it
 * plays fails the scenario.
 */
#include "tests/bwsim/bws_scenario.h"

#include "tests/bwsim/bws.h"
#include "tests/bwsim/bws_command.h"
#include "tests/bwsim/bws_journal.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS 10
#define PLAY_MS_DEFAULT 3000

void
bws_scenario_init(struct bws *w)
{
	TAILQ_INIT(&w->scenario.steps);
	w->scenario.play_ms = PLAY_MS_DEFAULT;
}

/* --- reading the file --- */

/* Next word of *@s, "" at the end. */
static char *
word(char **s)
{
	char *begin = *s + strspn(*s, " \t");
	size_t n = strcspn(begin, " \t");

	*s = begin + n;
	if (**s)
		*(*s)++ = '\0';
	return begin;
}

static bool
read_number(const char *text, int64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoll(text, &end, 10);
	return !errno && end != text && !*end;
}

/* "MS" or "LOW..HIGH". */
static bool
read_range(char *text, int64_t *low, int64_t *high)
{
	char *dots = strstr(text, "..");

	if (!dots) {
		bool ok = read_number(text, low);

		*high = *low;
		return ok && *low >= 0;
	}
	*dots = '\0';
	return read_number(text, low) && read_number(dots + 2, high) && *low >= 0 && *high >= *low;
}

static bool
read_condition(struct bws_step *step, char **rest)
{
	static const char *const ops[] = { "==", "!=", "<=", ">=", "<", ">" };
	const char *op;
	size_t i;

	if (!step->metric)
		step->metric = bws_util_strdup(word(rest));
	op = word(rest);
	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (strcmp(op, ops[i]) == 0)
			break;
	if (i == sizeof(ops) / sizeof(ops[0]) || !*step->metric)
		return false;
	memcpy(step->op, ops[i], strlen(ops[i]) + 1);
	return read_number(word(rest), &step->number);
}

static bool
read_command(struct bws_step *step, const char *rest)
{
	json_t *json;
	bool ok;

	rest += strspn(rest, " \t");
	json = json_loads(rest, 0, NULL);
	ok = json_is_string(json_object_get(json, "cmd"));
	json_decref(json);
	step->command = bws_util_strdup(rest);
	return ok;
}

static bool
read_step(struct bws_step *step, const char *verb, char *rest)
{
	if (strcmp(verb, "at") == 0) {
		step->kind = BWS_STEP_AT;
		return read_range(word(&rest), &step->ms_low, &step->ms_high) &&
			read_command(step, rest);
	}
	if (strcmp(verb, "every") == 0) {
		step->kind = BWS_STEP_EVERY;
		return read_range(word(&rest), &step->ms_low, &step->ms_high) &&
			read_number(word(&rest), &step->count) && step->count > 0 &&
			read_command(step, rest);
	}
	if (strcmp(verb, "when") == 0) {
		step->kind = BWS_STEP_WHEN;
		return read_condition(step, &rest) && read_command(step, rest);
	}
	if (strcmp(verb, "expect") == 0) {
		step->kind = BWS_STEP_EXPECT;
		return read_condition(step, &rest) && !*rest;
	}
	if (strcmp(verb, "within") == 0) {
		step->kind = BWS_STEP_WITHIN;
		return read_range(word(&rest), &step->ms_low, &step->ms_high) &&
			read_condition(step, &rest) && !*rest;
	}
	step->kind = BWS_STEP_RATE;
	step->metric = bws_util_strdup(word(&rest));
	return read_range(word(&rest), &step->ms_low, &step->ms_high) && step->ms_low > 0 &&
		read_condition(step, &rest) && !*rest;
}

static void
free_step(struct bws_step *step)
{
	if (!step)
		return;
	free(step->metric);
	free(step->command);
	free(step->samples);
	free(step);
}

static bool
is_step(const char *verb)
{
	static const char *const verbs[] = { "at", "every", "when", "expect", "within", "rate" };
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verb, verbs[i]) == 0)
			return true;
	return false;
}

static const char *const always[] = { "accounts_locked", "schema_sent_wrong",
	"schema_received_wrong" };

static bool
allow(struct bws_scenario *s, const char *name)
{
	size_t i;

	for (i = 0; i < 3; i++)
		if (strcmp(name, always[i]) == 0)
			s->allowed[i] = true;
	return *name != '\0';
}

static bool
is_of_runner(const char *verb)
{
	static const char *const verbs[] = { "conf", "client", "clients", "transport", "load",
		"bwsim", "skip", "restart", "tls", "password", "file" };
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verb, verbs[i]) == 0)
			return true;
	return false;
}

static bool
read_line(struct bws *w, char *line, unsigned number, char *why, size_t why_len)
{
	struct bws_scenario *s = &w->scenario;
	char *rest = line;
	const char *verb = word(&rest);
	struct bws_step *step;
	bool ok;

	if (strcmp(verb, "title") == 0) {
		free(s->title);
		s->title = bws_util_strdup(rest);
		return true;
	}
	if (strcmp(verb, "knob") == 0)
		return bws_knobs_assign(&w->knobs, rest, why, why_len) == 0;
	if (strcmp(verb, "play") == 0)
		return read_number(rest, &s->play_ms) && s->play_ms > 0;
	if (strcmp(verb, "allow") == 0)
		return allow(s, rest);
	if (is_of_runner(verb))
		return true;
	if (!is_step(verb) && strcmp(verb, "start") != 0)
		return false;
	step = bws_util_calloc(1, sizeof(*step));
	step->line = number;
	if (strcmp(verb, "start") == 0) {
		ok = read_condition(step, &rest);
		free_step(s->start);
		s->start = step;
		return ok;
	}
	ok = read_step(step, verb, rest);
	TAILQ_INSERT_TAIL(&s->steps, step, link);
	return ok;
}

int
bws_scenario_load(struct bws *w, const char *path, char *err, size_t err_len)
{
	char line[4096], why[256];
	unsigned number = 0;
	int rv = 0;
	FILE *f = fopen(path, "re");

	if (!f) {
		snprintf(err, err_len, "%s: %s", path, strerror(errno));
		return -1;
	}
	w->scenario.state = BWS_SCENARIO_WAITING;
	w->scenario.title = bws_util_strdup(path);
	while (!rv && fgets(line, sizeof(line), f)) {
		size_t n = strcspn(line, "\r\n");

		number++;
		while (n && (line[n - 1] == ' ' || line[n - 1] == '\t'))
			n--;
		line[n] = '\0';
		if (!*line || *line == '#')
			continue;
		snprintf(why, sizeof(why), "this line makes no sense");
		if (!read_line(w, line, number, why, sizeof(why))) {
			snprintf(err, err_len, "%s:%u: %s", path, number, why);
			rv = -1;
		}
	}
	fclose(f);
	return rv;
}

/* --- metrics --- */

static json_t *
statistics(struct bws *w)
{
	struct bws_buf out = { 0 };
	json_t *json;

	bws_command_run(w, "{\"cmd\":\"stats\"}", &out);
	json = json_loads(bws_buf_text(&out), 0, NULL);
	bws_buf_free(&out);
	return json;
}

static bool
look_up(const json_t *stats, const char *name, int64_t *out)
{
	const json_t *v;

	if (strncmp(name, "requests.", 9) == 0)
		v = json_object_get(json_object_get(stats, "requests"), name + 9);
	else
		v = json_object_get(stats, name);
	if (!json_is_integer(v))
		return false;
	*out = (int64_t)json_integer_value(v);
	return true;
}

static bool
value_of(const struct bws *w, const json_t *stats, const char *metric, int64_t *out)
{
	int64_t base = 0;

	if (*metric != '+')
		return look_up(stats, metric, out);
	if (!look_up(stats, metric + 1, out))
		return false;
	if (w->scenario.base)
		look_up(w->scenario.base, metric + 1, &base);
	*out -= base;
	return true;
}

static bool
holds(int64_t a, const char *op, int64_t b)
{
	if (strcmp(op, "==") == 0)
		return a == b;
	if (strcmp(op, "!=") == 0)
		return a != b;
	if (strcmp(op, "<=") == 0)
		return a <= b;
	if (strcmp(op, ">=") == 0)
		return a >= b;
	return *op == '<' ? a < b : a > b;
}

static bool
is_so(const struct bws *w, const json_t *stats, const struct bws_step *step, int64_t *value)
{
	return value_of(w, stats, step->metric, value) && holds(*value, step->op, step->number);
}

/* --- playing --- */

static void
run_command(struct bws *w, const struct bws_step *step)
{
	struct bws_buf out = { 0 };

	bws_command_run(w, step->command, &out);
	bws_journal_fact(w, "scenario", "{s:i,s:s,s:s}", "line", (int)step->line, "command",
		step->command, "answer", bws_buf_text(&out));
	if (!strstr(bws_buf_text(&out), "\"ok\":true")) {
		w->scenario.commands_refused++;
		bws_buf_fmt(&w->scenario.trouble, "line %u: refused: %s", step->line,
			bws_buf_text(&out));
	}
	bws_buf_free(&out);
}

/* Growth within the window: the oldest sample inside it against the newest. */
static void
sample(const struct bws *w, struct bws_step *step, const json_t *stats, int64_t now_ms)
{
	int64_t value = 0;
	struct bws_sample *last;

	if (!value_of(w, stats, step->metric, &value))
		return;
	if (step->sample_count == step->sample_room) {
		step->sample_room = step->sample_room ? step->sample_room * 2 : 1024;
		step->samples =
			bws_util_realloc(step->samples, step->sample_room * sizeof(*step->samples));
	}
	last = &step->samples[step->sample_count++];
	last->ms = now_ms;
	last->value = value;
	while (step->samples[step->sample_first].ms < now_ms - step->ms_low)
		step->sample_first++;
	value -= step->samples[step->sample_first].value;
	if (value > step->extreme)
		step->extreme = value;
}

static void
play_step(struct bws *w, struct bws_step *step, const json_t *stats, int64_t now_ms)
{
	int64_t value;

	switch (step->kind) {
	case BWS_STEP_AT:
		if (step->done || now_ms < step->due_ms)
			return;
		step->done = true;
		run_command(w, step);
		return;
	case BWS_STEP_EVERY:
		while (step->count > 0 && now_ms >= step->due_ms) {
			step->count--;
			step->due_ms +=
				bws_rand_range(&w->scenario.rand, step->ms_low, step->ms_high);
			run_command(w, step);
		}
		return;
	case BWS_STEP_WHEN:
		if (step->done || !is_so(w, stats, step, &value))
			return;
		step->done = true;
		run_command(w, step);
		return;
	case BWS_STEP_WITHIN:
		if (!step->done && now_ms <= step->ms_low)
			step->done = is_so(w, stats, step, &value);
		return;
	case BWS_STEP_RATE:
		sample(w, step, stats, now_ms);
		return;
	case BWS_STEP_EXPECT:
		return;
	}
}

static void
begin(struct bws *w, json_t *stats)
{
	struct bws_scenario *s = &w->scenario;
	struct bws_step *step;

	s->state = BWS_SCENARIO_PLAYING;
	s->begin_us = bws_util_mono_us();
	s->base = json_incref(stats);
	TAILQ_FOREACH(step, &s->steps, link)
		step->due_ms = bws_rand_range(&s->rand, step->ms_low, step->ms_high);
	bws_journal_fact(w, "scenario", "{s:s,s:s}", "what", "start", "title", s->title);
}

static bool
may_start(const struct bws *w, const json_t *stats)
{
	int64_t value;

	if (w->scenario.start)
		return is_so(w, stats, w->scenario.start, &value);
	return w->subs.count >= w->users.count;
}

static void
on_tick(void *arg)
{
	struct bws *w = arg;
	struct bws_scenario *s = &w->scenario;
	json_t *stats = statistics(w);
	struct bws_step *step;
	int64_t now_ms;

	bws_timer_in_ms(&w->timers, &s->tick, TICK_MS);
	if (s->state == BWS_SCENARIO_WAITING && may_start(w, stats))
		begin(w, stats);
	if (s->state == BWS_SCENARIO_PLAYING || s->state == BWS_SCENARIO_DONE) {
		now_ms = (bws_util_mono_us() - s->begin_us) / 1000;
		TAILQ_FOREACH(step, &s->steps, link)
			if (s->state == BWS_SCENARIO_PLAYING || step->kind == BWS_STEP_RATE ||
				step->kind == BWS_STEP_WITHIN)
				play_step(w, step, stats, now_ms);
		if (s->state == BWS_SCENARIO_PLAYING && now_ms >= s->play_ms) {
			s->state = BWS_SCENARIO_DONE;
			bws_journal_fact(w, "scenario", "{s:s}", "what", "done");
		}
	}
	json_decref(stats);
}

void
bws_scenario_arm(struct bws *w, uint64_t seed)
{
	if (w->scenario.state == BWS_SCENARIO_NONE)
		return;
	bws_rand_seed(&w->scenario.rand, seed ^ 0x5ce0000000);
	bws_timer_init(&w->scenario.tick, on_tick, w);
	bws_timer_in_ms(&w->timers, &w->scenario.tick, TICK_MS);
}

/* --- judging --- */

static unsigned
judge_step(struct bws *w, const struct bws_step *step, const json_t *stats, struct bws_buf *out)
{
	int64_t value = 0;
	bool ok = true;

	switch (step->kind) {
	case BWS_STEP_EXPECT:
		ok = is_so(w, stats, step, &value);
		break;
	case BWS_STEP_WITHIN:
		ok = step->done;
		value_of(w, stats, step->metric, &value);
		break;
	case BWS_STEP_RATE:
		value = step->extreme;
		ok = holds(value, step->op, step->number);
		break;
	case BWS_STEP_AT:
	case BWS_STEP_EVERY:
	case BWS_STEP_WHEN:
		if (step->kind == BWS_STEP_EVERY ? step->count == 0 : step->done)
			return 0;
		bws_buf_fmt(out, "line %u: was never played: %s\n", step->line, step->command);
		return 1;
	}
	if (!ok)
		bws_buf_fmt(out, "line %u: %s is %lld, wanted %s %lld\n", step->line, step->metric,
			(long long)value, step->op, (long long)step->number);
	return !ok;
}

static unsigned
judge_always(const struct bws *w, const json_t *stats, struct bws_buf *out)
{
	const char *const *names = always;
	unsigned wrong = 0;
	size_t i;

	for (i = 0; i < 3; i++) {
		int64_t value = 0;

		if (w->scenario.allowed[i] || !look_up(stats, names[i], &value) || !value)
			continue;
		bws_buf_fmt(out, "%s is %lld\n", names[i], (long long)value);
		wrong++;
	}
	return wrong;
}

unsigned
bws_scenario_peek(struct bws *w)
{
	struct bws_scenario *s = &w->scenario;
	unsigned wrong;

	if (s->judged)
		return s->wrong;
	wrong = bws_scenario_judge(w);
	s->judged = false;
	bws_buf_free(&s->verdict);
	return wrong;
}

unsigned
bws_scenario_judge(struct bws *w)
{
	struct bws_scenario *s = &w->scenario;
	struct bws_buf *out = &s->verdict;
	unsigned wrong = s->commands_refused;
	struct bws_step *step;
	json_t *stats;

	if (s->judged)
		return s->wrong;
	stats = statistics(w);
	s->judged = true;

	bws_buf_str(out, bws_buf_text(&s->trouble));
	if (s->state != BWS_SCENARIO_DONE) {
		bws_buf_fmt(out, "the scenario is %s\n", bws_scenario_state_text(w));
		wrong++;
	}
	TAILQ_FOREACH(step, &s->steps, link)
		wrong += judge_step(w, step, stats, out);
	wrong += judge_always(w, stats, out);
	json_decref(stats);
	s->wrong = wrong;
	return wrong;
}

const char *
bws_scenario_state_text(const struct bws *w)
{
	static const char *const texts[] = { "not there", "waiting for its start", "playing",
		"done" };

	return texts[w->scenario.state];
}

void
bws_scenario_fini(struct bws *w)
{
	struct bws_step *step;

	bws_timer_stop(&w->timers, &w->scenario.tick);
	while ((step = TAILQ_FIRST(&w->scenario.steps))) {
		TAILQ_REMOVE(&w->scenario.steps, step, link);
		free_step(step);
	}
	free_step(w->scenario.start);
	free(w->scenario.title);
	json_decref(w->scenario.base);
	bws_buf_free(&w->scenario.trouble);
	bws_buf_free(&w->scenario.verdict);
}
