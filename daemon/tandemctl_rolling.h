/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moving the role while the configurations differ: in the middle of a rolling change (docs/operations.md). The standby is in step, so
 * the move itself loses nothing; what the differing values do afterwards is told before it is asked for, and what would make the
 * other node deaf is refused.
 */
#ifndef TANDEM_DAEMON_TANDEMCTL_ROLLING_H
#define TANDEM_DAEMON_TANDEMCTL_ROLLING_H

#include "daemon/tandemctl.h"

/**
 * Judges the rows of "confdiff" (ctl_conf.h). Appends them, and below what they mean for the move. 0, or TANDEMCTL_REFUSED with the
 * reason appended last: also if there is no row, for what is not known cannot be judged.
 */
int tandemctl_rolling_judge(const json_t *rows, struct buf *out);

/** Asks the daemon what differs, and tells it and what it means on stderr. 0, or the exit code. */
int tandemctl_rolling(const struct tandemctl_call *c);

#endif
