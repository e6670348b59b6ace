/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_CSTACLIENT_CC_GAP_H
#define TANDEM_TESTS_CSTACLIENT_CC_GAP_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#define CC_GAP_MARKS_MAX 1024
#define CC_GAP_WINDOW_US 10000000

struct cc_gap_session;
struct cc_gap_mark;

/* Silence of the server as each session sees it, around marked instants. See cc_gap.c. */
struct cc_gap {
	size_t session_count;
	struct cc_gap_session *sessions;
	size_t mark_count;
	struct cc_gap_mark *marks;
};

/* Starts the record of so many sessions. Returns 0, or -1 without memory. */
int cc_gap_init(struct cc_gap *g, size_t session_count) __attribute__((warn_unused_result));

/* Releases the record. */
void cc_gap_fini(struct cc_gap *g);

/* A message of the server came in at `t_us`. */
void cc_gap_arrival(struct cc_gap *g, size_t session, int64_t t_us);

/*
 * Marks an instant (which may lie some seconds back). Returns 0, or -1 if there are too many marks
 * or memory is out.
 */
int cc_gap_add_mark(struct cc_gap *g, const char *name, int64_t t_us)
	__attribute__((warn_unused_result));

/* The silence in microseconds of one session at one mark, as known at `now_us`; 0 if none. */
int64_t cc_gap_silence_us(const struct cc_gap *g, size_t mark, size_t session, int64_t now_us);

/*
 * {"p50","max","per_session":[...]} in milliseconds over all marks (per session: its longest), and
 * the list of marks, each with figures of its own. New references; NULL without memory.
 */
json_t *cc_gap_json(const struct cc_gap *g, int64_t now_us);
json_t *cc_gap_marks_json(const struct cc_gap *g, int64_t now_us);

#endif
