/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takeovers, read out of the history of a node: what each phase took. No input or output.
 *
 * Phases are between lines of the history: decide = the other node seen lost -> promote asked (Pacemaker, with fencing);
 * promote = asked -> active (the claim is known to both); door = asked -> clients may come; channel = asked -> the first
 * event channel; resync = asked -> the last device confirmed. What the node cannot know, when the fault was, is nowhere.
 */
#ifndef TANDEM_DAEMON_TANDEMCTL_PHASES_H
#define TANDEM_DAEMON_TANDEMCTL_PHASES_H

#include "proto/base/buf.h"

#include <jansson.h>
#include <stdint.h>

#define TANDEMCTL_TAKEOVERS_MAX 64
#define TANDEMCTL_NO_TIME (-1)

struct tandemctl_takeover {
	uint64_t epoch; /* 0 until it is known */
	int64_t asked_us;
	char host[64];
	char why[96];
	/* ms; TANDEMCTL_NO_TIME: not known, or not yet */
	int64_t decide_ms, promote_ms, door_ms, channel_ms, resync_ms;
	int64_t calls, kept, cleared, learned; /* TANDEMCTL_NO_TIME: not known */
};

/** Fills up to TANDEMCTL_TAKEOVERS_MAX takeovers, oldest first (older ones are left out); returns how many. */
size_t tandemctl_phases(const json_t *lines, struct tandemctl_takeover *list);
/** One row each, the newest first, with a head. */
void tandemctl_phases_show(const struct tandemctl_takeover *list, size_t count, struct buf *out);
/** The same as JSON: schema tandemctl/takeovers/1. A new reference. */
json_t *tandemctl_phases_json(const struct tandemctl_takeover *list, size_t count);
/** One takeover as a picture. */
void tandemctl_phases_svg(const struct tandemctl_takeover *t, struct buf *out);

#endif
