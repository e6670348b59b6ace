/* SPDX-License-Identifier: Apache-2.0 */
/* What a monitoring system is told of a status. No input or output. */
#ifndef TANDEM_DAEMON_TANDEMCTL_VERDICT_H
#define TANDEM_DAEMON_TANDEMCTL_VERDICT_H

#include "proto/base/buf.h"

#include <jansson.h>

/* Exit codes of monitoring plugins. */
enum tandemctl_nagios {
	TANDEMCTL_OK,
	TANDEMCTL_WARNING,
	TANDEMCTL_CRITICAL,
	TANDEMCTL_UNKNOWN
};

/* Deltas that the standby may be behind. */
struct tandemctl_limits {
	uint64_t warning, critical;
};

/** Appends the line of a status (schema tandemctl/status/1). */
enum tandemctl_nagios tandemctl_verdict(
	const json_t *status, const struct tandemctl_limits *limits, struct buf *out);

#endif
