/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report of many live runs, and its table.
 *
 * Happy path: each run adds one object to "runs"; the table has a row for each fault, in the order in
 * which the report first names it. Every figure comes from the report.
 * Failure modes: a run without an account is a failed run. A report that cannot be read is never
 * overwritten.
 */
#include "tests/lab/account_results.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a run's own report has under the same name, and what it has inside an object. */
static const char *const taken[] = { "fault", "expect", "bar_ms", "ok", "seed", "agents",
	"sessions", "hit", "takeovers", "detect_ms", "promote_ms", "resync_ms", "events",
	"events_lost", "events_duplicated", "illegal_transitions", "requests",
	"requests_unanswered", "requests_twice", "calls_stuck", "snapshot_differences",
	"ids_changed", "oos_is_unpaired", "devices_out", "two_voices", "leftovers", "silences_ms",
	"failed", "problems", "versions" };

static int
complain(const char *path, const char *why)
{
	fprintf(stderr, "account: %s: %s\n", path, why);
	return 2;
}

/* The report, or a new one when there is no file; NULL when there is one that is none. */
static json_t *
read_report(const char *path, bool or_new)
{
	json_error_t error;
	json_t *report;

	if (or_new && access(path, F_OK) < 0 && errno == ENOENT)
		return json_pack("{s:s,s:[]}", "schema", RESULTS_SCHEMA, "runs");
	report = json_load_file(path, 0, &error);
	if (!json_is_array(json_object_get(report, "runs"))) {
		complain(path, report != NULL ? "no report of live runs" : error.text);
		json_decref(report);
		return NULL;
	}
	return report;
}

static int
write_whole(const json_t *report, const char *path)
{
	char new_path[PATH_MAX];
	int n = snprintf(new_path, sizeof(new_path), "%s.new", path);

	if (n < 0 || (size_t)n >= sizeof(new_path) ||
		json_dump_file(report, new_path, JSON_INDENT(1) | JSON_REAL_PRECISION(10)) < 0 ||
		rename(new_path, path) < 0)
		return complain(path, strerror(errno));
	return 0;
}

static void
take_notes(json_t *run, char *const *notes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *value = strchr(notes[i], '=');

		if (value != NULL)
			json_object_setn_new(
				run, notes[i], (size_t)(value - notes[i]), json_string(value + 1));
	}
}

static json_t *
make_run(const char *run_path, char *const *notes, size_t count)
{
	json_t *told = json_load_file(run_path, 0, NULL);
	const json_t *silence = json_object_get(told, "silence_ms");
	json_t *run = json_object();

	take_notes(run, notes, count);
	if (!json_is_object(told))
		json_object_set_new(run, "ok", json_false());
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		json_t *value = json_object_get(told, taken[i]);

		if (value != NULL)
			json_object_set(run, taken[i], value);
	}
	if (silence != NULL) {
		json_object_set(run, "silence_p50_ms", json_object_get(silence, "p50"));
		json_object_set(run, "silence_max_ms", json_object_get(silence, "max"));
	}
	json_decref(told);
	return run;
}

int
account_results_add(const char *path, const char *run_path, char *const *notes, size_t count)
{
	json_t *report = read_report(path, true);
	int rc;

	if (report == NULL)
		return 2;
	json_array_append_new(json_object_get(report, "runs"), make_run(run_path, notes, count));
	rc = write_whole(report, path);
	json_decref(report);
	return rc;
}

static const char *
text_of(const json_t *run, const char *key)
{
	const char *text = json_string_value(json_object_get(run, key));

	return text != NULL ? text : "";
}

static struct results_fault *
find_fault(struct results *r, const char *name)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->faults[i].name, name) == 0)
			return &r->faults[i];
	if (r->count == RESULTS_FAULTS_MAX)
		return NULL;
	r->faults[r->count].name = name;
	return &r->faults[r->count++];
}

static void
group(struct results *r)
{
	const json_t *run;
	size_t i;

	json_array_foreach(json_object_get(r->report, "runs"), i, run) {
		struct results_fault *f = find_fault(r, text_of(run, "fault"));

		if (f == NULL || f->count == sizeof(f->runs) / sizeof(f->runs[0]))
			continue;
		f->runs[f->count++] = run;
		f->title = text_of(run, "title");
		if (json_is_number(json_object_get(run, "bar_ms")))
			f->bar_ms = json_number_value(json_object_get(run, "bar_ms"));
	}
}

static int
compare(const void *a, const void *b)
{
	const double *x = a;
	const double *y = b;

	return (*x > *y) - (*x < *y);
}

/* Room for a value of each failover of each run. */
static double *
new_values(const struct results_fault *f)
{
	size_t n = 1;

	for (size_t i = 0; i < f->count; i++)
		n += 1 + json_array_size(json_object_get(f->runs[i], "silences_ms"));
	return calloc(n, sizeof(double));
}

/* The figure of every run that has it, in order of size. The silence counts once for each failover. */
static size_t
collect(const struct results_fault *f, const char *key, double *values)
{
	size_t n = 0;

	for (size_t i = 0; i < f->count; i++) {
		const json_t *list = strcmp(key, "silence_p50_ms") == 0 ?
			json_object_get(f->runs[i], "silences_ms") :
			NULL;
		const json_t *value = json_object_get(f->runs[i], key);
		size_t k;

		if (json_array_size(list) == 0 && json_is_number(value))
			values[n++] = json_number_value(value);
		json_array_foreach(list, k, value)
			if (json_is_number(value))
				values[n++] = json_number_value(value);
	}
	qsort(values, n, sizeof(*values), compare);
	return n;
}

/* The middle one, or the greatest; -1 when there is none. */
static double
pick(const struct results_fault *f, const char *key, bool is_greatest)
{
	double *values = new_values(f);
	size_t n = values != NULL ? collect(f, key, values) : 0;
	double value = n == 0 ? -1 : values[is_greatest ? n - 1 : (n - 1) / 2];

	free(values);
	return value;
}

double
results_median(const struct results_fault *f, const char *key)
{
	return pick(f, key, false);
}

double
results_worst(const struct results_fault *f, const char *key)
{
	return pick(f, key, true);
}

static double
sum(const struct results_fault *f, const char *key)
{
	double total = 0;

	for (size_t i = 0; i < f->count; i++)
		total += json_number_value(json_object_get(f->runs[i], key));
	return total;
}

size_t
results_clean(const struct results_fault *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->count; i++)
		n += json_is_true(json_object_get(f->runs[i], "ok"));
	return n;
}

static void
put_seconds(FILE *out, double ms)
{
	if (ms < 0)
		fprintf(out, " - |");
	else
		fprintf(out, " %.2f |", ms / 1000);
}

static void
put_bar(FILE *out, const struct results_fault *f)
{
	double median_ms = results_median(f, "silence_p50_ms");

	if (f->bar_ms <= 0 || median_ms < 0)
		fprintf(out, " - |");
	else
		fprintf(out, " %.2f %s |", f->bar_ms / 1000,
			median_ms <= f->bar_ms ? "met" : "**missed**");
}

static void
put_row(FILE *out, const struct results_fault *f)
{
	fprintf(out, "| %s | %zu | %zu |", f->name, f->count, results_clean(f));
	put_seconds(out, results_median(f, "silence_p50_ms"));
	put_seconds(out, results_worst(f, "silence_max_ms"));
	put_bar(out, f);
	put_seconds(out, results_median(f, "detect_ms"));
	put_seconds(out, results_median(f, "promote_ms"));
	put_seconds(out, results_median(f, "resync_ms"));
	fprintf(out, " %.0f | %.0f | %.0f | %.0f | %.0f | %.0f |\n", sum(f, "takeovers"),
		sum(f, "events_lost"), sum(f, "events_duplicated") + sum(f, "requests_twice"),
		sum(f, "calls_stuck"), sum(f, "ids_changed"), sum(f, "two_voices"));
}

/* The different values of a note, in the order in which they come, separated by "; ". */
static void
put_values(FILE *out, const struct results *r, const char *what, const char *key)
{
	json_t *seen = json_object();
	const json_t *run;
	size_t i;

	fprintf(out, "| %s |", what);
	json_array_foreach(json_object_get(r->report, "runs"), i, run) {
		const char *value = text_of(run, key);

		if (*value == '\0' || json_object_get(seen, value) != NULL)
			continue;
		fprintf(out, "%s %s", json_object_size(seen) > 0 ? ";" : "", value);
		json_object_set_new(seen, value, json_true());
	}
	fprintf(out, " |\n");
	json_decref(seen);
}

/* The load of the machine at the beginning of the runs: what makes times worse than they are. */
static void
put_load(FILE *out, const struct results *r)
{
	const json_t *runs = json_object_get(r->report, "runs");
	size_t n = json_array_size(runs);
	double *values = calloc(n + 1, sizeof(*values));

	if (values == NULL)
		return;
	for (size_t i = 0; i < n; i++)
		values[i] = strtod(text_of(json_array_get(runs, i), "load"), NULL);
	qsort(values, n, sizeof(*values), compare);
	if (n > 0)
		fprintf(out, "| load (1 min) at the runs | median %.1f, from %.1f to %.1f |\n",
			values[(n - 1) / 2], values[0], values[n - 1]);
	free(values);
}

static void
put_head(FILE *out, const struct results *r)
{
	const json_t *runs = json_object_get(r->report, "runs");
	size_t n = json_array_size(runs);

	fprintf(out,
		"# What a failover costs: live runs\n\n"
		"Made by `build/account results` from the report of `make live`; nothing here was "
		"typed. Two hosts with corosync, Pacemaker\nand fencing as namespaces of one machine, "
		"a BroadWorks simulator with two XSPs, CSTA sessions with monitors, calls and requests.\n"
		"What each fault is: tests/live/README.md.\n\n| | |\n|---|---|\n");
	fprintf(out, "| runs | %zu |\n", n);
	if (n > 0)
		fprintf(out, "| from, to | %s, %s |\n", text_of(json_array_get(runs, 0), "date"),
			text_of(json_array_get(runs, n - 1), "date"));
	put_values(out, r, "commit", "commit");
	put_values(out, r, "machine", "machine");
	put_values(out, r, "build", "build");
	put_values(out, r, "runs side by side", "side");
	put_load(out, r);
}

static void
put_table(FILE *out, const struct results *r)
{
	fprintf(out,
		"\nTimes in seconds. Silence: the longest time in which a session heard nothing (probes each "
		"0.1 s), median over sessions and\nfailovers, and the worst of any session. Found, taken over, "
		"confirmed (BroadWorks was asked for every device) count from the fault,\nmedian over the "
		"runs. The other columns are sums over all runs.\n\n"
		"| fault | runs | clean | silence | worst | promised | found | taken over | confirmed | "
		"takeovers | lost | twice | stuck | ids changed | two voices |\n"
		"|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < r->count; i++)
		put_row(out, &r->faults[i]);
	fprintf(out, "\n| fault | what happens |\n|---|---|\n");
	for (size_t i = 0; i < r->count; i++)
		fprintf(out, "| %s | %s |\n", r->faults[i].name, r->faults[i].title);
}

static void
put_failed(FILE *out, const struct results *r)
{
	size_t n = 0;
	const json_t *run;
	size_t i;

	json_array_foreach(json_object_get(r->report, "runs"), i, run) {
		const json_t *name;
		size_t k;

		if (json_is_true(json_object_get(run, "ok")))
			continue;
		if (n++ == 0)
			fprintf(out, "\nRuns that were not clean:\n\n");
		fprintf(out, "- %s, seed %s, %s, commit %s:", text_of(run, "fault"),
			text_of(run, "run_seed"), text_of(run, "date"), text_of(run, "commit"));
		json_array_foreach(json_object_get(run, "failed"), k, name)
			fprintf(out, " %s", json_string_value(name));
		fprintf(out, "%s\n", json_object_get(run, "failed") == NULL ? " no account" : "");
	}
	if (n == 0)
		fprintf(out, "\nEvery run was clean.\n");
}

static int
write_table(const struct results *r, const char *path, const char *svg_path)
{
	const char *name = strrchr(svg_path, '/');
	FILE *out = fopen(path, "we");

	if (out == NULL)
		return complain(path, strerror(errno));
	put_head(out, r);
	put_table(out, r);
	fprintf(out, "\n![one dot for each failover](%s)\n", name != NULL ? name + 1 : svg_path);
	put_failed(out, r);
	return fclose(out) == 0 ? 0 : complain(path, strerror(errno));
}

int
account_results_write(const char *path, const char *table_path, const char *svg_path)
{
	static struct results r;
	int rc;

	r.report = read_report(path, false);
	if (r.report == NULL)
		return 2;
	group(&r);
	rc = write_table(&r, table_path, svg_path);
	if (rc == 0 && results_write_svg(&r, svg_path) < 0)
		rc = complain(svg_path, strerror(errno));
	json_decref(r.report);
	return rc;
}
