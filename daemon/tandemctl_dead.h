/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can still be said when the daemon does not answer: what Pacemaker thinks of the resource
 * (crm_mon), and the history on disk.
 */
#ifndef TANDEM_DAEMON_TANDEMCTL_DEAD_H
#define TANDEM_DAEMON_TANDEMCTL_DEAD_H

#include "daemon/conf.h"

#include <jansson.h>

/**
 * {"schema":..,"ok":false,"source":"fallback","error":why,"pacemaker":[{"node","role","failed"}] or
 * null, "pacemaker_error":text or absent,"failures":[text],"history":[..]}. A new reference.
 */
json_t *tandemctl_dead_status(const struct conf *c, const char *why);
/** The same for people. */
void tandemctl_dead_show(const json_t *status, struct buf *out);

/** Reads the resource's instances and failures out of `crm_mon --output-as=xml` into `status`. */
void tandemctl_dead_parse(const char *xml, const char *resource, json_t *status);

/** The history on disk as an array; empty if there is none. A new reference. */
json_t *tandemctl_dead_history(const struct conf *c, uint32_t lines);

#endif
