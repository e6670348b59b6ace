/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.json: every figure, what was not measured as null, the instants, the verdict.
 *
 * Happy path: written to FILE.new and renamed, so that a reader never sees half a report.
 * Failure modes: the disk refuses: -1, no report.
 */
#include "tests/lab/account_load.h"
#include "tests/lab/account_show.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Counts as integers, times with one digit. */
static json_t *
number(double value)
{
	if (value == (double)(json_int_t)value)
		return json_integer((json_int_t)value);
	return json_real((double)(json_int_t)(value * 10 + 0.5) / 10);
}

static json_t *
figure_value(const struct account_run *r, enum account_figure_id id)
{
	return r->figures[id].is_known ? number(r->figures[id].value) : json_null();
}

/* The median over the sessions at each of the faults. */
static json_t *
list_silences(const struct account_run *r)
{
	const json_t *marks = json_object_get(r->account, "marks");
	json_t *list = json_array();
	const json_t *mark;
	size_t i;

	json_array_foreach(marks, i, mark)
		json_array_append(
			list, json_object_get(json_object_get(mark, "silence_ms"), "p50"));
	return list;
}

/* The silence is one object, as the clients tell it; every other figure is a member of its own. */
static void
put_figures(const struct account_run *r, json_t *report)
{
	json_t *silence = json_object();

	json_object_set_new(silence, "p50", figure_value(r, FIGURE_silence_p50_ms));
	json_object_set_new(silence, "max", figure_value(r, FIGURE_silence_max_ms));
	json_object_set_new(report, "silence_ms", silence);
	json_object_set_new(report, "silences_ms", list_silences(r));
	for (int id = FIGURE_detect_ms; id < FIGURE_COUNT; id++)
		json_object_set_new(report, account_figure_name((enum account_figure_id)id),
			figure_value(r, (enum account_figure_id)id));
}

static json_t *
list_figures(const struct account_run *r, bool not_applicable)
{
	json_t *list = json_array();

	for (int i = 0; i < FIGURE_COUNT; i++) {
		enum account_figure_id id = (enum account_figure_id)i;

		if (not_applicable ? r->figures[id].is_not_applicable :
				     !account_figure_is_good(r, id))
			json_array_append_new(list, json_string(account_figure_name(id)));
	}
	return list;
}

static json_t *
describe_figures(void)
{
	json_t *object = json_object();

	for (int i = 0; i < FIGURE_COUNT; i++)
		json_object_set_new(object, account_figure_name((enum account_figure_id)i),
			json_string(account_figure_text((enum account_figure_id)i)));
	return object;
}

static json_t *
put_phases(const struct account_run *r)
{
	json_t *object = json_object();

	for (int i = 0; i < PHASE_COUNT; i++)
		json_object_set_new(object, account_phase_name((enum account_phase_id)i),
			r->at.t_us[i] > 0 ? number(account_ms(r, r->at.t_us[i])) : json_null());
	if (r->at.fenced_us > 0)
		json_object_set_new(object, "fenced", number(account_ms(r, r->at.fenced_us)));
	if (r->at.back_us > 0)
		json_object_set_new(object, "back", number(account_ms(r, r->at.back_us)));
	return object;
}

static json_t *
put_problems(const struct account_run *r)
{
	json_t *list = json_array();
	const json_t *told = json_object_get(r->account, "problems");
	json_t *text;
	size_t i;

	for (i = 0; i < r->problem_count && i < ACCOUNT_PROBLEMS_MAX; i++)
		json_array_append_new(list, json_string(r->problems[i]));
	json_array_foreach(told, i, text)
		json_array_append(list, text);
	return list;
}

static json_t *
make_report(const struct account_run *r)
{
	json_t *report = json_object();
	char headline[256];

	account_headline(r, headline, sizeof(headline));
	json_object_set_new(report, "schema", json_string("tandem/demo-report/2"));
	json_object_set_new(report, "ok", json_boolean(account_verdict(r)));
	json_object_set_new(report, "headline", json_string(headline));
	json_object_set(report, "fault", json_object_get(r->run, "fault"));
	json_object_set(report, "expect", json_object_get(r->run, "expect"));
	json_object_set(report, "bar_ms", json_object_get(r->run, "bar_ms"));
	json_object_set(report, "sessions", json_object_get(r->run, "sessions"));
	json_object_set(report, "hit", json_object_get(r->run, "hit"));
	json_object_set(report, "seed", json_object_get(r->run, "seed"));
	json_object_set(report, "agents", json_object_get(r->run, "agents"));
	json_object_set(report, "mode", json_object_get(r->run, "mode"));
	json_object_set(report, "versions", json_object_get(r->run, "versions"));
	json_object_set_new(report, "fault_t_us", json_integer((json_int_t)r->fault_us));
	put_figures(r, report);
	json_object_set_new(report, "phases_ms", put_phases(r));
	json_object_set_new(report, "not_applicable", list_figures(r, true));
	json_object_set_new(report, "failed", list_figures(r, false));
	json_object_set_new(report, "problems", put_problems(r));
	json_object_set_new(report, "meaning", describe_figures());
	return report;
}

int
account_write_report(const struct account_run *r, const char *path)
{
	char new_path[PATH_MAX];
	json_t *report = make_report(r);
	int n = snprintf(new_path, sizeof(new_path), "%s.new", path);
	int rc = -1;

	if (n > 0 && (size_t)n < sizeof(new_path) &&
		json_dump_file(report, new_path, JSON_INDENT(1) | JSON_REAL_PRECISION(10)) == 0)
		rc = rename(new_path, path);
	json_decref(report);
	return rc;
}
