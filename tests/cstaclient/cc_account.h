/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_CSTACLIENT_CC_ACCOUNT_H
#define TANDEM_TESTS_CSTACLIENT_CC_ACCOUNT_H

#include <jansson.h>
#include <stdint.h>

#include "tests/cstaclient/cc_gap.h"
#include "tests/cstaclient/cc_hist.h"
#include "tests/cstaclient/cc_journal.h"

#define CC_PROBLEMS_MAX 20
#define CC_PROBLEM_SIZE 320

/*
 * The counters. requests_answered counts every final answer, requests_failed those of them that
 * were errors, so: requests = requests_answered + requests_unanswered + requests_in_flight. Only
 * the random requests count there; monitors, snapshots, timers and status are setup_requests.
 */
#define CC_COUNTERS(X) \
	X(sessions) \
	X(monitors) \
	X(events) \
	X(events_lost) \
	X(events_duplicated) \
	X(illegal_transitions) \
	X(requests) \
	X(requests_answered) \
	X(requests_failed) \
	X(requests_unanswered) \
	X(requests_in_flight) \
	X(answers_twice) \
	X(reconnects) \
	X(resumes) \
	X(resume_refused) \
	X(busy_answers) \
	X(ids_changed) \
	X(oos_is_unpaired) \
	X(calls_inside_oos) \
	X(devices_out) \
	X(unknown_crossrefs) \
	X(snapshot_differences) \
	X(status_messages_lost) \
	X(setup_requests) \
	X(setup_failed) \
	X(setup_unanswered) \
	X(probes) \
	X(probes_unanswered) \
	X(invalid) \
	X(problem_count)

/* What went well and what did not, over all sessions. */
struct cc_account {
	struct cc_journal *journal; /* borrowed */
#define X(name) int64_t name;
	CC_COUNTERS(X)
#undef X
	struct cc_hist
		delivered;     /* from the time that a caller's number is, to its DeliveredEvent */
	struct cc_hist probed; /* from a RequestSystemStatus to its answer */
	char problems[CC_PROBLEMS_MAX][CC_PROBLEM_SIZE];
};

/* Starts an empty account; problems are also written to `journal`. */
void cc_account_init(struct cc_account *a, struct cc_journal *journal);

/* Records one problem, a sentence. */
void cc_account_problem(struct cc_account *a, int64_t now_us, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The account as a JSON object with the silence figures; NULL without memory. */
json_t *cc_account_json(const struct cc_account *a, const struct cc_gap *gap, int64_t now_us);

#endif
