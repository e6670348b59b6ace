/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The run as text of 100 columns: a timeline with one character per slice of time, then the verdict.
 *
 * Failure modes: what was not measured is shown as "not measured", never left out.
 */
#include "tests/lab/account_load.h"
#include "tests/lab/account_show.h"

#include "tests/lab/account_compute.h"

#include <string.h>

#define COLUMNS 86

struct printer {
	const struct account_run *r;
	const struct account_scene *s;
	FILE *out;
	bool is_coloured;
};

static const char *const colours[] = {
	[KIND_active] = "32",
	[KIND_standby] = "34",
	[KIND_dead] = "90",
	[KIND_deciding] = "33",
	[KIND_resync] = "35",
	[KIND_heard] = "32",
};

static const char letters[] = {
	[KIND_active] = '#',
	[KIND_standby] = '=',
	[KIND_dead] = 'x',
	[KIND_deciding] = '?',
	[KIND_resync] = '~',
	[KIND_heard] = '#',
};

static double
column_ms(const struct printer *p, int column)
{
	return p->s->from_ms + (p->s->to_ms - p->s->from_ms) * column / COLUMNS;
}

static int
ms_column(const struct printer *p, double ms)
{
	return (int)((ms - p->s->from_ms) * COLUMNS / (p->s->to_ms - p->s->from_ms));
}

static void
print_scale(const struct printer *p)
{
	double step_ms = p->s->to_ms - p->s->from_ms > 8000 ? 2000 : 500;
	char line[COLUMNS + 16];

	memset(line, ' ', sizeof(line));
	for (double ms = account_first_step(p->s->from_ms, step_ms); ms < p->s->to_ms;
		ms += step_ms) {
		char text[16];
		int n = snprintf(text, sizeof(text), ms == 0 ? "0" : "%+.1f", ms / 1000);

		memcpy(line + ms_column(p, ms), text, (size_t)n);
	}
	line[COLUMNS + 4] = '\0';
	fprintf(p->out, " t (s)      %s\n", line);
}

static int
span_at(const struct printer *p, enum account_lane_id lane, double ms)
{
	for (size_t i = 0; i < p->s->span_count[lane]; i++)
		if (ms >= p->s->spans[lane][i].from_ms && ms < p->s->spans[lane][i].to_ms)
			return (int)p->s->spans[lane][i].kind;
	return -1;
}

static void
print_lane(const struct printer *p, const char *name, enum account_lane_id lane)
{
	int last = -2;

	fprintf(p->out, " %-11s", name);
	for (int c = 0; c < COLUMNS; c++) {
		int kind = span_at(p, lane, column_ms(p, c) + 0.01);

		if (p->is_coloured && kind != last)
			fprintf(p->out, "\033[%sm", kind < 0 ? "0" : colours[kind]);
		last = kind;
		if (ms_column(p, 0) == c && kind == KIND_dead)
			fputc('X', p->out);
		else
			fputc(kind < 0 ? '.' : letters[kind], p->out);
	}
	fprintf(p->out, "%s\n", p->is_coloured ? "\033[0m" : "");
}

/* A bar where BroadWorks changed the state of a call in the slice. */
static void
print_truth(const struct printer *p)
{
	char line[COLUMNS + 1];
	const json_t *entry;
	size_t i;

	memset(line, ' ', COLUMNS);
	line[COLUMNS] = '\0';
	json_array_foreach(p->r->bwsim, i, entry) {
		double ms = account_ms(p->r, account_load_int(entry, "t_us", 0));

		if (account_load_is(entry, "ev", "call") && ms >= p->s->from_ms && ms < p->s->to_ms)
			line[ms_column(p, ms)] = '|';
	}
	fprintf(p->out, " %-11s%s\n", "BroadWorks", line);
}

static void
print_legend(const struct printer *p)
{
	fprintf(p->out,
		" %-11s# active, heard   = standby   ? deciding   ~ resync   x dead   . silent   | call changed\n",
		"");
}

static void
print_instants(const struct printer *p)
{
	int column = 0;

	fprintf(p->out, " instants  ");
	for (int i = 0; i < PHASE_COUNT; i++) {
		if (p->r->at.t_us[i] == 0)
			continue;
		if (column > 0 && column % 4 == 0)
			fprintf(p->out, "\n           ");
		fprintf(p->out, " %s %+.3f s%s", account_phase_name((enum account_phase_id)i),
			account_ms(p->r, p->r->at.t_us[i]) / 1000, column % 4 == 3 ? "" : ",");
		column++;
	}
	if (p->r->at.fenced_us > 0)
		fprintf(p->out, " fenced %+.3f s,", account_ms(p->r, p->r->at.fenced_us) / 1000);
	if (p->r->at.back_us > 0)
		fprintf(p->out, " n%d back %+.1f s", p->r->hit + 1,
			account_ms(p->r, p->r->at.back_us) / 1000);
	fprintf(p->out, "\n");
}

static void
print_figure(const struct printer *p, enum account_figure_id id)
{
	const struct account_figure *f = &p->r->figures[id];
	bool is_good = account_figure_is_good(p->r, id);
	const char *on = !p->is_coloured ? "" : is_good ? "" : "\033[31m";
	const char *off = !p->is_coloured || is_good ? "" : "\033[0m";
	char value[32] = "not measured";

	if (f->is_not_applicable)
		(void)snprintf(value, sizeof(value), "-");
	else if (f->is_known)
		(void)snprintf(value, sizeof(value), "%.*f",
			f->value == (double)(int64_t)f->value ? 0 : 1, f->value);
	fprintf(p->out, "  %s%s %-20s %12s  %s%s\n", on, is_good ? "  " : "!!",
		account_figure_name(id), value, account_figure_text(id), off);
}

static void
print_verdict(const struct printer *p)
{
	const struct account_run *r = p->r;
	bool ok = account_verdict(r);
	char headline[256];

	account_headline(r, headline, sizeof(headline));
	for (int id = 0; id < FIGURE_COUNT; id++)
		print_figure(p, (enum account_figure_id)id);
	for (size_t i = 0; i < r->problem_count && i < ACCOUNT_PROBLEMS_MAX; i++)
		fprintf(p->out, "  note: %s\n", r->problems[i]);
	if (!account_is_as_expected(r))
		fprintf(p->out, "  !! not as many takeovers as this fault must lead to\n");
	if (r->is_asked &&
		r->figures[FIGURE_devices_updated].value < r->figures[FIGURE_devices].value)
		fprintf(p->out, "  !! not every device was asked for after the fault\n");
	fprintf(p->out, " %sverdict: %s%s. %s\n",
		!p->is_coloured ? "" :
			ok      ? "\033[1;32m" :
				  "\033[1;31m",
		ok ? "PASSED" : "FAILED", p->is_coloured ? "\033[0m" : "", headline);
}

void
account_print(const struct account_run *r, FILE *out, bool is_coloured)
{
	struct account_scene scene;
	struct printer p = { r, &scene, out, is_coloured };

	account_scene_make(r, &scene);
	print_scale(&p);
	print_truth(&p);
	print_lane(&p, "n1", LANE_n1);
	print_lane(&p, "n2", LANE_n2);
	print_lane(&p, "client A", LANE_client_a);
	print_lane(&p, "client B", LANE_client_b);
	print_legend(&p);
	print_instants(&p);
	print_verdict(&p);
}
