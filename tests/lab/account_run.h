/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run left in files, and what follows from it.
 *
 * account_load_*() reads the files; the other account_ parts compute from them and fill `figures`,
 * `phases` and `lanes`. A figure that could not be measured stays unknown; it is never guessed.
 */
#ifndef TANDEM_TESTS_LAB_ACCOUNT_RUN_H
#define TANDEM_TESTS_LAB_ACCOUNT_RUN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACCOUNT_NODES 2
#define ACCOUNT_WIRES 2
#define ACCOUNT_PROBLEMS_MAX 20

enum account_rule {
	RULE_KNOWN, /* must be measured */
	RULE_ZERO,  /* must be measured and 0 */
	RULE_SOME, /* must be measured and above 0: a run in which nothing happened proves nothing */
	RULE_TOLD, /* told when measured, decides nothing */
};

/* name, rule, what it is. All *_ms but the silence count from the fault. */
#define ACCOUNT_FIGURES(X) \
	X(silence_p50_ms, RULE_KNOWN, "median over the sessions of their longest silence") \
	X(silence_max_ms, RULE_KNOWN, "longest silence of any session") \
	X(detect_ms, RULE_KNOWN, "fault until the connector noticed it") \
	X(promote_ms, RULE_KNOWN, "fault until the other node was active") \
	X(resync_ms, RULE_KNOWN, "fault until BroadWorks had confirmed every device") \
	X(events, RULE_SOME, "CSTA events that the clients received") \
	X(events_lost, RULE_ZERO, \
		"holes in numbering, and connections wrong or absent at the end") \
	X(events_duplicated, RULE_ZERO, "events that came twice") \
	X(illegal_transitions, RULE_ZERO, "connection state changes that CSTA does not allow") \
	X(requests, RULE_SOME, "requests that the clients sent") \
	X(requests_unanswered, RULE_KNOWN, "requests whose connection died before the answer") \
	X(requests_twice, RULE_ZERO, "requests answered twice or executed more often than asked") \
	X(calls_kept, RULE_KNOWN, "call halves known at the fault and still after the resync") \
	X(calls_cleared, RULE_KNOWN, "call halves that ended between fault and resync") \
	X(calls_learned, RULE_KNOWN, "call halves that began between fault and resync") \
	X(calls_stuck, RULE_ZERO, "connections clients or connector show and BroadWorks does not") \
	X(snapshot_differences, RULE_ZERO, \
		"devices whose final snapshot differs from the picture") \
	X(ids_changed, RULE_ZERO, "session, monitor or call ids that changed") \
	X(devices, RULE_SOME, "monitored devices") \
	X(devices_out, RULE_ZERO, "devices out of service at the end, as the clients were told") \
	X(updates_sent, RULE_KNOWN, "UpdateSubscription requests after the fault") \
	X(devices_updated, RULE_KNOWN, "devices whose subscription was updated after the fault") \
	X(oos_is_unpaired, RULE_ZERO, "OutOfService and BackInService that do not alternate") \
	X(takeovers, RULE_KNOWN, "times that another node became the active one") \
	X(two_voices, RULE_ZERO, \
		"stretches on the wire in which a node spoke that was not the active one") \
	X(leftovers, RULE_ZERO, "things left on the machine after the run")

enum account_figure_id {
#define X(name, rule, text) FIGURE_##name,
	ACCOUNT_FIGURES(X)
#undef X
	FIGURE_COUNT
};

/* What a fault must lead to. */
enum account_expect {
	EXPECT_TAKEOVER, /* the other node becomes active */
	EXPECT_PLANNED,  /* the same, asked for by an operator: nobody is lost */
	EXPECT_SOUTH,    /* nobody takes over, BroadWorks is asked for every device */
	EXPECT_NONE,     /* nobody takes over, nothing need be asked */
	EXPECT_EITHER,   /* at most one takeover: chance or fencing decides */
};

struct account_figure {
	bool is_known;
	bool is_not_applicable; /* has no meaning for this fault */
	double value;
};

/* Instants of a takeover in the order in which they are looked for, names as in the history. */
#define ACCOUNT_PHASES(X) \
	X(peer_lost, "peer-lost") \
	X(promote_asked, "promote-asked") \
	X(active, "active") \
	X(listening, "listening") \
	X(channel_up, "channel-up") \
	X(first_update, "first-update") \
	X(first_answer, "first-answer") \
	X(last_update, "last-update") \
	X(resync_done, "resync-done") \
	X(first_heard, "first-heard") \
	X(all_heard, "all-heard")

enum account_phase_id {
#define X(name, text) PHASE_##name,
	ACCOUNT_PHASES(X)
#undef X
	PHASE_COUNT
};

/* t_us = 0: not known */
struct account_instants {
	int64_t t_us[PHASE_COUNT];
	int64_t fenced_us;
	int64_t back_us; /* the node that was hit runs again */
};

/* One client session as its journal shows it. */
struct account_session {
	int64_t number;
	int64_t *arrivals_us;
	size_t count;
	size_t size;
	int64_t gap_from_us; /* longest gap that ends after the fault */
	int64_t gap_to_us;
};

struct account_run {
	json_t *run;                    /* object, how the run was made */
	json_t *account;                /* object or NULL: the client's account */
	json_t *picture;                /* object or NULL: the client's picture of calls */
	json_t *truth;                  /* object or NULL: BroadWorks' truth, same instant */
	json_t *status;                 /* object or NULL: tandemctl --json status at the end */
	json_t *bwsim;                  /* array of journal objects: call, request, as-failover */
	json_t *client;                 /* array of journal objects other than arrivals */
	json_t *power;                  /* array: the power switch's log */
	json_t *history[ACCOUNT_NODES]; /* arrays: history.jsonl of n1, n2 */
	json_t *voices[ACCOUNT_WIRES]; /* arrays: who spoke when, as heard by clients, BroadWorks */

	const char *fault; /* borrowed from run */
	int64_t fault_us;
	int64_t first_us; /* of several faults the first; fault_us is the last */
	int first_hit;    /* index of the node that was active at the first one */
	int hit;          /* index of the node that was active at the (last) fault */
	int other;        /* the other index */
	enum account_expect expect;
	int failovers;    /* takeovers that the faults must lead to, where they must lead to any */
	bool is_takeover; /* the other node became active after the fault */
	bool is_asked;    /* every device must have been asked for */

	struct account_session *sessions;
	size_t session_count;
	struct account_figure figures[FIGURE_COUNT];
	struct account_instants at;
	char problems[ACCOUNT_PROBLEMS_MAX][200];
	size_t problem_count;
};

/* Sets a figure; a negative value is refused and noted as a problem. */
void account_figure_set(struct account_run *r, enum account_figure_id id, double value);
bool account_figure_is_good(const struct account_run *r, enum account_figure_id id);
const char *account_figure_name(enum account_figure_id id);
const char *account_figure_text(enum account_figure_id id);
const char *account_phase_name(enum account_phase_id id);

/* Notes a sentence for the report; those over the limit are only counted. */
void account_problem(struct account_run *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* True when as many takeovers happened as the fault must lead to. */
bool account_is_as_expected(const struct account_run *r);

/* True when all is as expected, every figure is good and the updates cover every device. */
bool account_verdict(const struct account_run *r);

/* Milliseconds from the fault. */
double account_ms(const struct account_run *r, int64_t t_us);

#endif
