/* SPDX-License-Identifier: Apache-2.0 */
/* A trace as JSON, for `tandemctl trace`. */
#ifndef TANDEM_DAEMON_CTL_TRACE_H
#define TANDEM_DAEMON_CTL_TRACE_H

#include "daemon/trace.h"
#include "proto/base/buf.h"

/**
 * Appends {"ok":true,"schema":"tandemctl/trace/1","rows":[{"n","t_us","what","offset","peer","name","text"}],"last":N,"lost":K}: up to
 * `rows_max` records with numbers above `after`. `lost`: so many had gone already. `mask`: no telephone number is told.
 * {"ok":false,"error":...} if the object is not traced.
 */
void ctl_trace(const struct traces *all, struct str object, uint64_t after, uint32_t rows_max,
	bool mask, struct buf *out);

#endif
