/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last messages of the log, in memory, for `tandemctl events`: whatever the log itself leaves out or where it goes.
 * A new one takes the place of the oldest.
 */
#ifndef TANDEM_DAEMON_CTL_RING_H
#define TANDEM_DAEMON_CTL_RING_H

#include "proto/base/buf.h"

#include <stdint.h>

#define CTL_RING_LINES 1024
#define CTL_RING_TEXT 240 /* with its NUL; longer texts are cut */

struct ctl_ring_line {
	int64_t t_us; /* CLOCK_REALTIME */
	int number;
	int level; /* enum log_level */
	char text[CTL_RING_TEXT];
};

struct ctl_ring {
	uint64_t last; /* number of the newest, counted from 1; 0: none yet */
	struct ctl_ring_line lines[CTL_RING_LINES];
};

/** Adds a line: `head` without its text, which is `text`. */
void ctl_ring_add(struct ctl_ring *r, const struct ctl_ring_line *head, const char *text);

/**
 * Appends {"ok":true,"schema":"tandemctl/events/1","rows":[{"n","t_us","message","level","text"}],"last":N,"lost":K}: up to
 * `rows_max` lines with numbers above `after`. `lost`: so many had gone already; `last`: the newest there is.
 */
void ctl_ring_answer(const struct ctl_ring *r, uint64_t after, uint32_t rows_max, struct buf *out);

#endif
