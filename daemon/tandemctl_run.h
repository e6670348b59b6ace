/* SPDX-License-Identifier: Apache-2.0 */
/* Asking other programs: run with a deadline, what they print is kept; and finding a few things in XML that they print. */
#ifndef TANDEM_DAEMON_TANDEMCTL_RUN_H
#define TANDEM_DAEMON_TANDEMCTL_RUN_H

#include "daemon/conf.h"
#include "proto/base/buf.h"

#define TANDEMCTL_RUN_MS 5000

/**
 * Runs `args` (args[0] is its path), closed by NULL, and appends what it prints. Its exit code; -1: it could not be run,
 * -2: it did not end within `deadline_ms` and was killed, -3: a signal ended it.
 */
int tandemctl_run(char *const args[], int64_t deadline_ms, struct buf *out);

/** The path of a program of Pacemaker: beside `crm-resource` of the configuration. False: it is not there. */
bool tandemctl_pacemaker_path(const struct conf *c, const char *name, char *path, size_t size);

/**
 * The value of an attribute in the start tag that `tag` begins with; false if it is not there, too long, or not plain
 * text. XML of Pacemaker is only searched: whatever it says, nothing but text is taken from it.
 */
bool tandemctl_attribute(const char *tag, const char *name, char *value, size_t size);
/** The next start tag `name` at or behind `xml` whose attribute is `value` (NULL: any); NULL. */
const char *tandemctl_find_tag(
	const char *xml, const char *name, const char *attribute, const char *value);

#endif
