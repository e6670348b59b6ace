/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the status page, the health answers and the metrics are made of: a copy of all that they show, taken by the loop
 * at once and never changed after. It has no pointer to anything that the loop owns.
 *
 * Lists have a bound, so that taking the copy costs the loop a known time; their totals are exact.
 */
#ifndef TANDEM_DAEMON_HTTP_SNAP_H
#define TANDEM_DAEMON_HTTP_SNAP_H

#include "daemon/meter.h"
#include "daemon/stat.h"
#include "proto/base/limits.h"

struct http_snap {
	int64_t at_us; /* monotonic: when it was taken; 0 = none was taken yet */
	int64_t wall_us;
	char node_name[64];
	bool clustered, fencing, serving;
	bool show_users;
	uint64_t digest;
	struct ha_view view; /* its peer.health is in `health` */
	char health[HA_HEALTH_BYTES_MAX];
	struct node_counts counts;
	struct node_takeover takeover;
	struct node_parties parties;
	struct meter meter;
	struct meter_loop loop;
	uint32_t link_count, session_count, monitor_count; /* in all; the rows may be fewer */
	struct node_link links[LIMIT_XSPS];
	struct node_session sessions[LIMIT_HTTP_SESSIONS];
	struct node_monitor monitors[LIMIT_HTTP_MONITORS];
	struct node_doubt doubts[LIMIT_HTTP_DOUBTS];
};

/* What the server itself knows, at the moment of the question. */
struct http_now {
	int64_t mono_us;
	int64_t turn_age_us; /* since the loop turned last; -1 = it has not yet */
	int64_t cpu_us;      /* of the process; -1 where it is not known, as below */
	int64_t rss_bytes, open_fds, max_fds;
	int64_t start_wall_us;
	const char *libraries; /* `name="version",...` for the label set of tandem_build_info */
};

/** The part of it that status and readiness are made of. Borrows from the snapshot. */
struct stat_input http_snap_stat(const struct http_snap *s);
/** Copies a view whose texts belong to the loop. */
void http_snap_set_view(struct http_snap *s, const struct ha_view *v);

/** "initiated", "alerting"... */
const char *http_party_state(enum node_party_state state);

/** Is the event channel of the link open, be it doubtful or held back? */
bool http_link_is_up(const struct node_link *l);

/** How many rows of a list are there: `total`, or `max` if it is less. */
static inline uint32_t
http_rows(uint32_t total, uint32_t max)
{
	return total < max ? total : max;
}

/** What is not printable ASCII becomes '?'. Cut to `size`. */
void http_plain(const char *text, char *shown, size_t size);
/**
 * A user, number or address as it is shown: itself if users are shown, else all but its last two characters as '*', and
 * nothing but '*' if it has fewer than five. Plain and cut as above.
 */
void http_masked(const struct http_snap *s, const char *text, char *shown, size_t size);

#endif
