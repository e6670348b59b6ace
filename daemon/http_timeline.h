/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last activation of this node as its history tells it, and a picture of it: one bar for each phase, so that the eye sees
 * which one took the time. Pure.
 */
#ifndef TANDEM_DAEMON_HTTP_TIMELINE_H
#define TANDEM_DAEMON_HTTP_TIMELINE_H

#include "proto/base/buf.h"

/* Times are wall time in us; 0: it did not happen, or the history does not say. */
struct http_timeline {
	uint64_t epoch;
	char reason[24];   /* why the other node went: "nodedown", "procdown"...; "" = it did not */
	int64_t lost_us;   /* the other node was lost, at most a minute before the order */
	int64_t asked_us;  /* promote was ordered */
	int64_t active_us; /* the new epoch is this node's */
	int64_t listening_us; /* clients may connect */
	int64_t channel_us;   /* the first event channel is open */
	int64_t done_us;      /* everything was compared with BroadWorks */
};

/** Reads lines of the history (JSON, oldest first). False: there is no activation in them. */
bool http_timeline_read(struct http_timeline *t, struct str lines);

/** The first and the last moment that is known. */
int64_t http_timeline_start(const struct http_timeline *t);
int64_t http_timeline_end(const struct http_timeline *t);

/** Appends an SVG element; its colours are classes of the page that it stands in. */
void http_timeline_svg(const struct http_timeline *t, struct buf *out);

#endif
