/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is this node overloaded? From a few figures, looked at at regular times, to a level with hysteresis.
 *
 * Each figure is set against its threshold; the worst one counts. A level is reached when it was exceeded at LOAD_RISE looks in a
 * row, so that one long step is no overload, and is relieved when everything was far below for LOAD_FALL looks. Pure: it knows
 * neither clients nor clocks.
 */
#ifndef TANDEM_DAEMON_LOAD_H
#define TANDEM_DAEMON_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#define LOAD_RISE 3
#define LOAD_FALL 10

enum load_level {
	LOAD_NONE,
	LOAD_IMMINENT,
	LOAD_REACHED,
};

struct load_figures {
	uint64_t outbox_bytes; /* that wait for clients, of all sessions */
	uint64_t lag_ms;       /* how late the loop came to a step, at worst, since the last look */
	uint64_t behind;       /* deltas whose effects wait for the standby */
};

struct load_limits {
	struct load_figures reached; /* 0 = the figure does not count */
	uint32_t imminent_percent;   /* of them */
	uint32_t relieved_percent;   /* below it in all figures: relieved */
};

struct load {
	enum load_level level;
	unsigned reached, imminent, relieved; /* looks in a row */
	uint64_t overloads;                   /* times that REACHED was entered */
};

/** The worst figure in percent of its threshold, at most 10000. */
uint32_t load_percent(const struct load_limits *limits, const struct load_figures *f);
/** A look. True if the level has changed. */
bool load_look(struct load *l, const struct load_limits *limits, const struct load_figures *f);
/** "none", "imminent", "reached". */
const char *load_level_name(enum load_level level);

#endif
