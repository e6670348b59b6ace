/* SPDX-License-Identifier: Apache-2.0 */
/* What every answer in JSON needs: how it gets into a buffer, and how texts of the outside get into it. */
#ifndef TANDEM_DAEMON_CTL_JSON_H
#define TANDEM_DAEMON_CTL_JSON_H

#include "proto/base/buf.h"

#include <jansson.h>

#define CTL_JSON_TEXT_BYTES_MAX 511

/** Appends `root` as compact JSON and drops it. It must not be NULL: the caller has packed it from known parts. */
void ctl_json_put(struct buf *out, json_t *root);
/**
 * A text that may hold pieces of what a client or BroadWorks sent, cut anywhere: only printable ASCII is certain to be valid
 * JSON, every other byte becomes '?'. The first CTL_JSON_TEXT_BYTES_MAX bytes. The caller owns it.
 */
json_t *ctl_json_plain(const char *text);

#endif
