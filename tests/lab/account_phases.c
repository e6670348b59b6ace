/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When did what happen?
 *
 * Happy path: the survivor's history has a record for each instant of its takeover; BroadWorks'
 * journal has the updates of the subscriptions; the clients' journal has their silence.
 * At an AS failover nobody takes over: the connector noticed it when it sent its first update.
 * Where nobody takes over and nothing is asked, there is a loss of the peer at most.
 * Failure modes: an instant that no record names stays 0, and what depends on it unknown.
 */
#include "tests/lab/account_compute.h"
#include "tests/lab/account_load.h"

#include <string.h>

/* First record after the fault whose "ev" is `name`; 0 when there is none. */
static int64_t
first_after(const struct account_run *r, const json_t *list, const char *name)
{
	int64_t best_us = 0;
	const json_t *line;
	size_t i;

	json_array_foreach(list, i, line) {
		int64_t t_us = account_load_int(line, "t_us", 0);

		if (account_load_is(line, "ev", name) && t_us >= r->fault_us &&
			(best_us == 0 || t_us < best_us))
			best_us = t_us;
	}
	return best_us;
}

static void
take_history(struct account_run *r)
{
	static const enum account_phase_id ids[] = { PHASE_peer_lost, PHASE_promote_asked,
		PHASE_active, PHASE_listening, PHASE_channel_up, PHASE_first_answer,
		PHASE_resync_done };
	const json_t *list = r->history[r->is_takeover ? r->other : r->hit];

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		r->at.t_us[ids[i]] = first_after(r, list, account_phase_name(ids[i]));
}

/* First and last update of a subscription between the fault and the end of the resync. */
static void
take_updates(struct account_run *r)
{
	int64_t until_us = r->at.t_us[PHASE_resync_done];
	const json_t *line;
	size_t i;

	json_array_foreach(r->bwsim, i, line) {
		int64_t t_us = account_load_int(line, "t_us", 0);

		if (!account_load_is(line, "kind", "put-subscription") || t_us < r->fault_us)
			continue;
		if (r->at.t_us[PHASE_first_update] == 0)
			r->at.t_us[PHASE_first_update] = t_us;
		if (until_us == 0 || t_us <= until_us)
			r->at.t_us[PHASE_last_update] = t_us;
	}
}

/* The longest time without arrivals that ends after the fault and begins less than 10 s after it. */
static void
find_gap(const struct account_run *r, struct account_session *s)
{
	for (size_t i = 1; i < s->count; i++) {
		int64_t from_us = s->arrivals_us[i - 1];
		int64_t to_us = s->arrivals_us[i];

		if (to_us <= r->fault_us || from_us >= r->fault_us + 10000000)
			continue;
		if (to_us - from_us > s->gap_to_us - s->gap_from_us) {
			s->gap_from_us = from_us;
			s->gap_to_us = to_us;
		}
	}
}

static void
take_gaps(struct account_run *r)
{
	int64_t first_us = 0;
	int64_t last_us = 0;

	for (size_t i = 0; i < r->session_count; i++) {
		struct account_session *s = &r->sessions[i];

		find_gap(r, s);
		if (s->gap_to_us == 0)
			continue;
		if (first_us == 0 || s->gap_to_us < first_us)
			first_us = s->gap_to_us;
		if (s->gap_to_us > last_us)
			last_us = s->gap_to_us;
	}
	if (!r->is_takeover)
		return;
	r->at.t_us[PHASE_first_heard] = first_us;
	r->at.t_us[PHASE_all_heard] = last_us;
}

static void
take_power(struct account_run *r)
{
	const json_t *line;
	size_t i;

	json_array_foreach(r->power, i, line)
		if (account_load_int(line, "done_us", 0) > r->fault_us && r->at.fenced_us == 0)
			r->at.fenced_us = account_load_int(line, "done_us", 0);
}

/* The node that was hit is back when it writes its history again. */
static void
take_return(struct account_run *r)
{
	const json_t *line;
	size_t i;

	if (!r->is_takeover || r->expect == EXPECT_PLANNED)
		return;
	json_array_foreach(r->history[r->hit], i, line) {
		int64_t t_us = account_load_int(line, "t_us", 0);

		if (t_us > r->fault_us && (r->at.back_us == 0 || t_us < r->at.back_us))
			r->at.back_us = t_us;
	}
}

static void
set_from(struct account_run *r, enum account_figure_id id, int64_t t_us)
{
	if (t_us > 0)
		account_figure_set(r, id, account_ms(r, t_us));
}

/* What cannot be measured where nothing of the kind happens. */
static void
excuse(struct account_run *r)
{
	static const enum account_figure_id of_resync[] = { FIGURE_resync_ms, FIGURE_calls_kept,
		FIGURE_calls_cleared, FIGURE_calls_learned };

	r->figures[FIGURE_promote_ms].is_not_applicable = !r->is_takeover;
	if (!r->is_asked)
		for (size_t i = 0; i < sizeof(of_resync) / sizeof(of_resync[0]); i++)
			r->figures[of_resync[i]].is_not_applicable = true;
	/* a peer that leaves by order is not lost, nobody notices what does not happen, and who goes on itself has not lost anybody */
	if (r->expect == EXPECT_PLANNED || !(r->is_takeover || r->expect == EXPECT_SOUTH))
		r->figures[FIGURE_detect_ms].is_not_applicable =
			!r->figures[FIGURE_detect_ms].is_known;
}

void
account_phases(struct account_run *r)
{
	const int64_t *t = r->at.t_us;

	take_history(r);
	take_updates(r);
	take_gaps(r);
	take_power(r);
	take_return(r);
	set_from(r, FIGURE_detect_ms,
		t[r->expect == EXPECT_SOUTH ? PHASE_first_update : PHASE_peer_lost]);
	if (r->is_takeover)
		set_from(r, FIGURE_promote_ms, t[PHASE_active]);
	if (r->is_asked)
		set_from(r, FIGURE_resync_ms, t[PHASE_resync_done]);
	excuse(r);
}
