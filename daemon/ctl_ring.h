/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last messages of the log, in memory, for `tandemctl events` and the status page: whatever the log itself leaves out or
 * where it goes. A new one takes the place of the oldest.
 *
 * One thread writes, any may read, and neither waits: a line carries its number, and who reads one that is being replaced sees
 * by it that it is gone.
 */
#ifndef TANDEM_DAEMON_CTL_RING_H
#define TANDEM_DAEMON_CTL_RING_H

#include "proto/base/buf.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define CTL_RING_LINES 1024
#define CTL_RING_TEXT 240 /* with its NUL; longer texts are cut */

struct ctl_ring_line {
	int64_t t_us; /* CLOCK_REALTIME */
	int number;
	int level; /* enum log_level */
	char text[CTL_RING_TEXT];
};

#define CTL_RING_WORDS (sizeof(struct ctl_ring_line) / sizeof(uint64_t))
_Static_assert(sizeof(struct ctl_ring_line) % sizeof(uint64_t) == 0, "a line is whole words");

struct ctl_ring_slot {
	_Atomic uint64_t n; /* of the line in it, counted from 1; 0: none, or it is being written */
	_Atomic uint64_t words[CTL_RING_WORDS];
};

struct ctl_ring {
	_Atomic uint64_t last; /* number of the newest; 0: none yet */
	struct ctl_ring_slot slots[CTL_RING_LINES];
};

/** Adds a line: `head` without its text, which is `text`. */
void ctl_ring_add(struct ctl_ring *r, const struct ctl_ring_line *head, const char *text);

/** Number of the newest line; 0: there is none. */
uint64_t ctl_ring_last(const struct ctl_ring *r);
/** Line `n`; false: it is gone, or not there yet. */
bool ctl_ring_read(const struct ctl_ring *r, uint64_t n, struct ctl_ring_line *line);

/**
 * Appends {"ok":true,"schema":"tandemctl/events/1","rows":[{"n","t_us","message","level","text"}],"last":N,"lost":K}: up to
 * `rows_max` lines with numbers above `after`. `lost`: so many had gone already; `last`: the newest there is. With `masked`
 * the text is what the message means, because the real one may name users.
 */
void ctl_ring_answer(
	const struct ctl_ring *r, uint64_t after, uint32_t rows_max, bool masked, struct buf *out);

#endif
