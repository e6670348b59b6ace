/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One question to the daemon over its control channel, with a deadline that also holds when the
 * daemon hangs.
 */
#ifndef TANDEM_DAEMON_CTL_CLIENT_H
#define TANDEM_DAEMON_CTL_CLIENT_H

#include "proto/base/buf.h"
#include "proto/base/err.h"

/**
 * Sends `request` (JSON) to the channel `name` and appends the answer (JSON). 0; E_UNKNOWN: nobody
 * is there; E_REFUSED: not permitted; E_TIMEOUT: it is there but does not answer within
 * `deadline_ms`; E_IO.
 */
int ctl_client_ask(const char *name, const char *request, int64_t deadline_ms, struct buf *answer,
	struct err *e) __attribute__((warn_unused_result));

#endif
