/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `tandemctl pause` and `resume`: Pacemaker leaves the resource alone, with a reason, and until a time if one is said.
 *
 * All of it is one block of meta attributes in the CIB: is-managed = false, the reason, and a rule that ends it. Pacemaker itself
 * sees to the end, whatever has become of the node that asked for it.
 */
#ifndef TANDEM_DAEMON_TANDEMCTL_PAUSE_H
#define TANDEM_DAEMON_TANDEMCTL_PAUSE_H

#include "daemon/tandemctl.h"

#define TANDEMCTL_PAUSE_ID "tandem-pause"
#define TANDEMCTL_PAUSE_REASON 120

int tandemctl_pause(const struct tandemctl_call *c);
int tandemctl_resume(const struct tandemctl_call *c);

/** Appends the XML that puts the block into the CIB. `end`: "2026-11-22 17:30:00Z", "" = no end. */
void tandemctl_pause_xml(const char *clone, const char *resource, const char *reason,
	const char *end, struct buf *out);
/**
 * What a CIB says of a pause: `text` gets "until 2026-11-22 17:30:00Z: REASON" as far as it is known. `now` as an end would be written:
 * false if the pause is over, or there is none.
 */
bool tandemctl_pause_of(const char *cib, const char *now, char *text, size_t size);
/** A time as an end is written (UTC). */
void tandemctl_pause_time(int64_t s, char *text, size_t size);

#endif
