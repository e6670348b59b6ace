/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of two nodes compared. No input or output. */
#ifndef TANDEM_DAEMON_TANDEMCTL_CALLS_H
#define TANDEM_DAEMON_TANDEMCTL_CALLS_H

#include "proto/base/buf.h"

#include <jansson.h>

/**
 * What differs between two listings of calls: rows {"device","tracking","call","here","there"}, where here and there are the state with
 * the far party, or null if the party is not there. `before`: what differed the last time; only what is in it is told; NULL: all. A new
 * reference.
 */
json_t *tandemctl_calls_compare(const json_t *ours, const json_t *theirs, const json_t *before);
/** The same for people. */
void tandemctl_calls_show(const json_t *rows, const char *here, const char *there, struct buf *out);

#endif
