/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_LAB_ACCOUNT_RESULTS_H
#define TANDEM_TESTS_LAB_ACCOUNT_RESULTS_H

#include <jansson.h>
#include <stddef.h>

#define RESULTS_SCHEMA "tandem/live-report/1"

/* Runs of one fault, in the order of the report. */
struct results_fault {
	const char *name;
	const char *title;
	const json_t *runs[1000];
	size_t count;
	double bar_ms; /* the silence that is promised, median over the runs; 0: nothing is */
};

#define RESULTS_FAULTS_MAX 64

struct results {
	json_t *report;
	struct results_fault faults[RESULTS_FAULTS_MAX];
	size_t count;
};

/*
 * Adds a run to the report `path`, which is made if it is not there: what `run_path` (report.json of
 * the run) says, or that there is none, and `notes` ("key=value", `count` of them). Returns the exit code.
 */
int account_results_add(const char *path, const char *run_path, char *const *notes, size_t count);

/* Writes the table `table_path` (Markdown) and the picture `svg_path` of a report. The exit code. */
int account_results_write(const char *path, const char *table_path, const char *svg_path);

/*
 * Median and greatest of a figure over the runs of a fault that have it (the silence: over its
 * failovers); -1 when none has. `key` is a member of a run.
 */
double results_median(const struct results_fault *f, const char *key);
double results_worst(const struct results_fault *f, const char *key);

/* Number of runs of the fault whose account was clean. */
size_t results_clean(const struct results_fault *f);

/* The picture: one dot for each failover. 0, or -1 with errno. */
int results_write_svg(const struct results *r, const char *path);

#endif
