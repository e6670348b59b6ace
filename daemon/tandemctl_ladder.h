/* SPDX-License-Identifier: Apache-2.0 */
/* A trace as a ladder: BroadWorks, the two nodes and the clients side by side, an arrow a record. No input or output. */
#ifndef TANDEM_DAEMON_TANDEMCTL_LADDER_H
#define TANDEM_DAEMON_TANDEMCTL_LADDER_H

#include "proto/base/buf.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct tandemctl_ladder {
	bool ascii;
	char active[64], standby[64]; /* names of the nodes; "" = not known */
	int64_t cause_us;             /* when the last event or request came; 0: none yet */
	int64_t delta_us; /* when the first delta was made that is not confirmed; 0: none */
};

/** Appends the names of the rails. */
void tandemctl_ladder_head(const struct tandemctl_ladder *l, struct buf *out);
/** Appends the line of one row of tandemctl/trace/1. */
void tandemctl_ladder_row(struct tandemctl_ladder *l, const json_t *row, struct buf *out);

#endif
