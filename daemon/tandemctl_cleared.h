/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of `tandemctl stuck --explain`: the call parties that were out of step in the last hour and were put right (37205), from
 * the last messages that the daemon keeps. A list of what is stuck now says nothing of what was, and that is what is asked.
 */
#ifndef TANDEM_DAEMON_TANDEMCTL_CLEARED_H
#define TANDEM_DAEMON_TANDEMCTL_CLEARED_H

#include "daemon/tandemctl.h"

struct tandemctl_cleared {
	int64_t since_us; /* CLOCK_REALTIME: older ones are not shown */
	uint64_t after;   /* number of the last message that was seen */
	uint64_t count;   /* shown so far */
	uint64_t lost;    /* messages that had made room already */
};

/** Takes the answer to "events": appends a line for each party. True if there may be more at once. */
bool tandemctl_cleared_take(struct tandemctl_cleared *k, const json_t *answer, struct buf *out);
/** Appends what stands under the lines. */
void tandemctl_cleared_end(const struct tandemctl_cleared *k, struct buf *out);

/** Asks for all of them and prints them. 0, or the exit code. */
int tandemctl_cleared(const struct tandemctl_call *c);

#endif
