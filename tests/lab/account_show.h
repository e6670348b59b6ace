/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_LAB_ACCOUNT_SHOW_H
#define TANDEM_TESTS_LAB_ACCOUNT_SHOW_H

#include "tests/lab/account_run.h"

#include <stdio.h>

/* Lanes of the picture, from top to bottom. */
enum account_lane_id {
	LANE_truth,
	LANE_n1,
	LANE_n2,
	LANE_client_a,
	LANE_client_b,
	LANE_calls,
	LANE_COUNT
};

enum account_kind {
	KIND_active,
	KIND_standby,
	KIND_dead,
	KIND_deciding,
	KIND_resync,
	KIND_heard,
};

#define ACCOUNT_SPANS_MAX 8

/* A stretch of a lane, in milliseconds from the fault. */
struct account_span {
	double from_ms;
	double to_ms;
	enum account_kind kind;
};

/* What both pictures are drawn from. */
struct account_scene {
	double from_ms;
	double to_ms;
	struct account_span spans[LANE_COUNT][ACCOUNT_SPANS_MAX];
	size_t span_count[LANE_COUNT];
	double gap_from_ms; /* the longest silence of a client shown; none when from >= to */
	double gap_to_ms;
	const struct account_session *client[2]; /* NULL: no such session */
};

/* Lays the run out: what is shown, from when to when. */
void account_scene_make(const struct account_run *r, struct account_scene *scene);

/* The first multiple of `step_ms` that is not before `from_ms`. */
double account_first_step(double from_ms, double step_ms);

const char *account_kind_name(enum account_kind kind);

/* One sentence: what happened and what it cost. */
void account_headline(const struct account_run *r, char *text, size_t size);

/* report.json. Returns 0, or -1 with errno. */
int account_write_report(const struct account_run *r, const char *path);

/* takeover.svg. Returns 0, or -1 with errno. */
int account_write_svg(const struct account_run *r, const char *path);

/* Timeline and verdict as text of 100 columns. */
void account_print(const struct account_run *r, FILE *out, bool is_coloured);

#endif
