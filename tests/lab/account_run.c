/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Figures, their rules, and the verdict.
 *
 * Happy path: each part sets the figures that it could measure; the verdict looks at all of them.
 * Failure modes: a figure nobody set is unknown, and an unknown figure fails the verdict unless it
 * has no meaning for the fault or decides nothing.
 */
#include "tests/lab/account_run.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
	const char *name;
	enum account_rule rule;
	const char *text;
} figure_table[FIGURE_COUNT] = {
#define X(name, rule, text) [FIGURE_##name] = { #name, rule, text },
	ACCOUNT_FIGURES(X)
#undef X
};

static const char *const phase_names[PHASE_COUNT] = {
#define X(name, text) [PHASE_##name] = text,
	ACCOUNT_PHASES(X)
#undef X
};

void
account_figure_set(struct account_run *r, enum account_figure_id id, double value)
{
	if (value < 0) {
		account_problem(r, "%s came out as %g", account_figure_name(id), value);
		return;
	}
	r->figures[id].is_known = true;
	r->figures[id].value = value;
}

bool
account_figure_is_good(const struct account_run *r, enum account_figure_id id)
{
	const struct account_figure *f = &r->figures[id];
	enum account_rule rule = figure_table[id].rule;

	if (f->is_not_applicable || rule == RULE_TOLD)
		return true;
	if (!f->is_known)
		return false;
	if (rule == RULE_ZERO)
		return f->value == 0;
	return rule != RULE_SOME || f->value > 0;
}

const char *
account_figure_name(enum account_figure_id id)
{
	return figure_table[id].name;
}

const char *
account_figure_text(enum account_figure_id id)
{
	return figure_table[id].text;
}

const char *
account_phase_name(enum account_phase_id id)
{
	return phase_names[id];
}

void
account_problem(struct account_run *r, const char *fmt, ...)
{
	va_list ap;

	if (r->problem_count < ACCOUNT_PROBLEMS_MAX) {
		va_start(ap, fmt);
		(void)vsnprintf(r->problems[r->problem_count], sizeof(r->problems[0]), fmt, ap);
		va_end(ap);
	}
	r->problem_count++;
}

bool
account_is_as_expected(const struct account_run *r)
{
	double takeovers = r->figures[FIGURE_takeovers].value;

	switch (r->expect) {
	case EXPECT_TAKEOVER:
	case EXPECT_PLANNED:
		return takeovers == r->failovers;
	case EXPECT_EITHER:
		return takeovers <= r->failovers;
	case EXPECT_SOUTH:
	case EXPECT_NONE:
		return takeovers == 0;
	}
	return false;
}

bool
account_verdict(const struct account_run *r)
{
	double devices = r->figures[FIGURE_devices].value;

	if (!account_is_as_expected(r))
		return false;
	for (int id = 0; id < FIGURE_COUNT; id++)
		if (!account_figure_is_good(r, (enum account_figure_id)id))
			return false;
	return !r->is_asked ||
		(r->figures[FIGURE_updates_sent].value >= devices &&
			r->figures[FIGURE_devices_updated].value >= devices);
}

double
account_ms(const struct account_run *r, int64_t t_us)
{
	return (double)(t_us - r->fault_us) / 1000.0;
}
