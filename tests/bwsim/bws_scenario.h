/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_SCENARIO_H
#define TANDEM_TESTS_BWSIM_BWS_SCENARIO_H

#include "tests/bwsim/bws_timer.h"
#include "tests/bwsim/bws_util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/queue.h>

struct bws;

/*
 * A scenario: what happens to the client, when, and what the simulator must see. Data, a line each:
 *
 *	title TEXT
 *	knob NAME=VALUE			set before the servers start
 *	start METRIC OP NUMBER		when the clock of the scenario starts (default: as many
 *					subscriptions as users)
 *	play MS				how long it lasts
 *	at MS COMMAND			a control command (JSON) at that time; MS may be LOW..HIGH,
 *					drawn with the seed
 *	every MS COUNT COMMAND		first after MS, then again
 *	when METRIC OP NUMBER COMMAND	once, as soon as it is so
 *	expect METRIC OP NUMBER		judged at the end
 *	within MS METRIC OP NUMBER	must become so before that time
 *	rate METRIC MS OP NUMBER	growth in every window of MS (judged at the end)
 *	allow METRIC			one of those always expected to be 0 need not be
 *	conf, client, transport, load, clients	for the runner, not read here
 *
 * METRIC is a name of the statistics, "requests.KIND" for requests; with "+" before it, its growth
 * since the start. OP is one of == != <= >= < >. Always expected: no account locked, nothing
 * wrong received or sent by the schema.
 */

enum bws_step_kind {
	BWS_STEP_AT,
	BWS_STEP_EVERY,
	BWS_STEP_WHEN,
	BWS_STEP_EXPECT,
	BWS_STEP_WITHIN,
	BWS_STEP_RATE
};

struct bws_sample {
	int64_t ms;
	int64_t value;
};

struct bws_step {
	TAILQ_ENTRY(bws_step) link;
	enum bws_step_kind kind;
	unsigned line;
	int64_t ms_low, ms_high; /* time, period or window */
	int64_t due_ms;
	int64_t count; /* of EVERY: times still to come */
	char *metric;
	char op[3];
	int64_t number;
	char *command;
	bool done;       /* played, or fulfilled */
	int64_t extreme; /* of RATE: greatest growth seen */
	struct bws_sample *samples;
	size_t sample_first, sample_count, sample_room;
};

enum bws_scenario_state {
	BWS_SCENARIO_NONE,
	BWS_SCENARIO_WAITING,
	BWS_SCENARIO_PLAYING,
	BWS_SCENARIO_DONE
};

struct bws_scenario {
	enum bws_scenario_state state;
	char *title;
	TAILQ_HEAD(, bws_step) steps;
	struct bws_step *start; /* NULL: as many subscriptions as users */
	int64_t play_ms;
	int64_t begin_us;
	void *base; /* json_t: statistics at the start */
	unsigned commands_refused;
	struct bws_rand rand;
	struct bws_timer tick;
	struct bws_buf trouble; /* sentences about refused commands */
	bool allowed[3];        /* of what is always expected */
	bool judged;
	unsigned wrong; /* after judging */
	struct bws_buf verdict;
};

void bws_scenario_init(struct bws *w);

/* Reads the file and applies its knobs. Returns 0, or -1 with a sentence in @err. */
int bws_scenario_load(struct bws *w, const char *path, char *err, size_t err_len);

/* Starts the waiting, after the servers are up. */
void bws_scenario_arm(struct bws *w, uint64_t seed);

/* Judges, once: a later call gives the same verdict. One line per unfulfilled expectation is in
 * w->scenario.verdict. Returns how many. */
unsigned bws_scenario_judge(struct bws *w);

/* What judging would give now; nothing is settled by it. */
unsigned bws_scenario_peek(struct bws *w);

const char *bws_scenario_state_text(const struct bws *w);

void bws_scenario_fini(struct bws *w);

#endif
