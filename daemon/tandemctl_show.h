/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tandemctl prints: the one table, the history, from the JSON of the daemon. No input or
 * output here.
 */
#ifndef TANDEM_DAEMON_TANDEMCTL_SHOW_H
#define TANDEM_DAEMON_TANDEMCTL_SHOW_H

#include "proto/base/buf.h"

#include <jansson.h>
#include <stdbool.h>

struct tandemctl_look {
	bool ascii;  /* no characters beyond ASCII */
	bool colour; /* ANSI colours */
};

/** Status (schema tandemctl/status/1). Members that are missing are shown as "-". */
void tandemctl_show_status(
	const json_t *status, const struct tandemctl_look *look, struct buf *out);

/** Its table of nodes alone. */
void tandemctl_show_nodes(const json_t *status, struct buf *out);

/** Array of history objects, one line each. */
void tandemctl_show_history(const json_t *lines, struct buf *out);
/** The levels of the log, one subsystem a line. */
void tandemctl_show_levels(const json_t *levels, struct buf *out);

/** "2026-11-22 01:02:55.201" (UTC). */
void tandemctl_show_time(int64_t t_us, struct buf *out);

#endif
