/* SPDX-License-Identifier: Apache-2.0 */
/* Overload: see load.h. */
#include "daemon/load.h"

#define PERCENT_MAX 10000

static uint32_t
percent_of(uint64_t figure, uint64_t threshold)
{
	if (threshold == 0 || figure == 0)
		return 0;
	if (figure / threshold >= PERCENT_MAX / 100)
		return PERCENT_MAX;
	return (uint32_t)(figure * 100 / threshold);
}

static uint32_t
worse(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

uint32_t
load_percent(const struct load_limits *limits, const struct load_figures *f)
{
	return worse(percent_of(f->outbox_bytes, limits->reached.outbox_bytes),
		worse(percent_of(f->lag_ms, limits->reached.lag_ms),
			percent_of(f->behind, limits->reached.behind)));
}

static enum load_level
next_level(const struct load *l)
{
	if (l->reached >= LOAD_RISE)
		return LOAD_REACHED;
	if (l->relieved >= LOAD_FALL)
		return LOAD_NONE;
	if (l->imminent >= LOAD_RISE && l->level == LOAD_NONE)
		return LOAD_IMMINENT;
	return l->level;
}

bool
load_look(struct load *l, const struct load_limits *limits, const struct load_figures *f)
{
	uint32_t percent = load_percent(limits, f);
	enum load_level was = l->level;

	l->reached = percent >= 100 ? l->reached + 1 : 0;
	l->imminent = percent >= limits->imminent_percent ? l->imminent + 1 : 0;
	l->relieved = percent < limits->relieved_percent ? l->relieved + 1 : 0;
	l->level = next_level(l);
	l->overloads += l->level == LOAD_REACHED && was != LOAD_REACHED;
	return l->level != was;
}

const char *
load_level_name(enum load_level level)
{
	static const char *const names[] = { "none", "imminent", "reached" };

	return names[level];
}
