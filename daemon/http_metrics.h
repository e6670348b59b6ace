/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The metrics of a node in the text form of Prometheus.
 *
 * Rules: one prefix, base units, `_total` for counters, one 0/1 series for each state, no label that names a user, a
 * call or a number. The table HTTP_METRICS is all there is: name, type, labels and help are printed from it, and
 * docs/metrics.md is compared with what is printed.
 */
#ifndef TANDEM_DAEMON_HTTP_METRICS_H
#define TANDEM_DAEMON_HTTP_METRICS_H

#include "daemon/http_snap.h"

/** Appends all metrics. Without a snapshot (at_us = 0) only those of the process and the loop. */
void http_metrics(const struct http_snap *s, const struct http_now *now, struct buf *out);

#endif
