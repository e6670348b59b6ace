/* SPDX-License-Identifier: Apache-2.0 */
/* A snapshot with something in each of its members, for the tests of what is made of snapshots. */
#ifndef TANDEM_TESTS_UNIT_HTTP_CASE_H
#define TANDEM_TESTS_UNIT_HTTP_CASE_H

#include "daemon/http_snap.h"

/** An active node with a standby in step, two links (one of them down), two sessions, two monitors, calls. */
void http_case_fill(struct http_snap *s);
/** Taken 0.3 s after that snapshot, by a process of which everything is known. */
struct http_now http_case_now(void);

#endif
