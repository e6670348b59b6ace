/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lays a run out in lanes, for the terminal and for the picture alike.
 *
 * Happy path: the instants of account_phases() cut each lane into spans.
 * Failure modes: where an instant is not known the span before it goes on to the end.
 */
#include "tests/lab/account_show.h"

#include <stdio.h>
#include <string.h>

#define BEFORE_MS 1000.0
#define AFTER_MS 1500.0
#define SHOWN_MS_MAX 20000.0

const char *
account_kind_name(enum account_kind kind)
{
	static const char *const names[] = {
		[KIND_active] = "active",
		[KIND_standby] = "standby",
		[KIND_dead] = "dead",
		[KIND_deciding] = "deciding",
		[KIND_resync] = "resync",
		[KIND_heard] = "heard",
	};

	return names[kind];
}

double
account_first_step(double from_ms, double step_ms)
{
	double first_ms = (double)(int64_t)(from_ms / step_ms) * step_ms;

	return first_ms < from_ms ? first_ms + step_ms : first_ms;
}

static void
add_span(struct account_scene *s, enum account_lane_id lane, enum account_kind kind, double from_ms,
	double to_ms)
{
	size_t n = s->span_count[lane];

	if (from_ms < s->from_ms)
		from_ms = s->from_ms;
	if (to_ms > s->to_ms)
		to_ms = s->to_ms;
	if (to_ms <= from_ms || n == ACCOUNT_SPANS_MAX)
		return;
	s->spans[lane][n] = (struct account_span){ from_ms, to_ms, kind };
	s->span_count[lane]++;
}

/* The instant in milliseconds, or the right edge when it is not known. */
static double
instant(const struct account_run *r, const struct account_scene *s, int64_t t_us)
{
	return t_us > 0 ? account_ms(r, t_us) : s->to_ms;
}

static enum account_lane_id
lane_of(int node)
{
	return node == 0 ? LANE_n1 : LANE_n2;
}

static void
lay_takeover(const struct account_run *r, struct account_scene *s)
{
	const int64_t *t = r->at.t_us;
	double lost = instant(r, s, t[PHASE_peer_lost]);
	double active = instant(r, s, t[PHASE_active]);
	double done = instant(r, s, t[PHASE_resync_done]);
	double back = instant(r, s, r->at.back_us);

	if (lost > active)
		lost = active;
	if (r->expect == EXPECT_PLANNED)
		back = 0;
	add_span(s, lane_of(r->hit), KIND_active, s->from_ms, 0);
	add_span(s, lane_of(r->hit), KIND_dead, 0, back);
	add_span(s, lane_of(r->hit), KIND_standby, back, s->to_ms);
	add_span(s, lane_of(r->other), KIND_standby, s->from_ms, lost);
	add_span(s, lane_of(r->other), KIND_deciding, lost, active);
	add_span(s, lane_of(r->other), KIND_resync, active, done);
	add_span(s, lane_of(r->other), KIND_active, done > active ? done : active, s->to_ms);
}

static void
lay_no_takeover(const struct account_run *r, struct account_scene *s)
{
	double first = r->is_asked ? instant(r, s, r->at.t_us[PHASE_first_update]) : s->to_ms;
	double done = r->is_asked ? instant(r, s, r->at.t_us[PHASE_resync_done]) : s->to_ms;

	add_span(s, lane_of(r->hit), KIND_active, s->from_ms, first);
	add_span(s, lane_of(r->hit), KIND_resync, first, done);
	add_span(s, lane_of(r->hit), KIND_active, done > first ? done : first, s->to_ms);
	add_span(s, lane_of(r->other), KIND_standby, s->from_ms, s->to_ms);
}

static void
lay_client(const struct account_run *r, struct account_scene *s, int which)
{
	enum account_lane_id lane = which == 0 ? LANE_client_a : LANE_client_b;
	const struct account_session *c = s->client[which];
	double from;
	double to;

	if (c == NULL || c->count == 0)
		return;
	from = account_ms(r, c->gap_from_us);
	to = account_ms(r, c->gap_to_us);
	/* where nobody takes over, the pauses between messages are only pauses */
	if (c->gap_to_us == 0 || !r->is_takeover)
		from = to = account_ms(r, c->arrivals_us[c->count - 1]);
	add_span(s, lane, KIND_heard, account_ms(r, c->arrivals_us[0]), from);
	add_span(s, lane, KIND_heard, to, account_ms(r, c->arrivals_us[c->count - 1]));
	if (to - from > s->gap_to_ms - s->gap_from_ms) {
		s->gap_from_ms = from;
		s->gap_to_ms = to;
	}
}

static double
last_instant_ms(const struct account_run *r)
{
	double last = 2000;

	for (int i = 0; i < PHASE_COUNT; i++)
		if (r->at.t_us[i] > 0 && account_ms(r, r->at.t_us[i]) > last)
			last = account_ms(r, r->at.t_us[i]);
	return last < SHOWN_MS_MAX ? last : SHOWN_MS_MAX;
}

void
account_scene_make(const struct account_run *r, struct account_scene *s)
{
	memset(s, 0, sizeof(*s));
	s->from_ms = -BEFORE_MS;
	s->to_ms = last_instant_ms(r) + AFTER_MS;
	for (size_t i = 0; i < 2 && i < r->session_count; i++)
		s->client[i] = &r->sessions[i];
	if (r->is_takeover)
		lay_takeover(r, s);
	else
		lay_no_takeover(r, s);
	lay_client(r, s, 0);
	lay_client(r, s, 1);
}

static const char *
fault_text(const struct account_run *r)
{
	static const char *const words[][2] = { { "kill-node", "death of node" },
		{ "kill-daemon", "tandemd killed on" }, { "as-failover", "AS failover under" } };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(r->fault, words[i][0]) == 0)
			return words[i][1];
	return r->fault;
}

void
account_headline(const struct account_run *r, char *text, size_t size)
{
	const struct account_figure *max = &r->figures[FIGURE_silence_max_ms];
	const struct account_figure *lost = &r->figures[FIGURE_events_lost];
	const struct account_figure *stuck = &r->figures[FIGURE_calls_stuck];
	char silence[64] = "clients' silence not measured";
	char rest[96] = "pictures not compared";

	if (max->is_known)
		(void)snprintf(silence, sizeof(silence), "clients heard nothing for %.2f s",
			max->value / 1000);
	if (lost->is_known && stuck->is_known)
		(void)snprintf(rest, sizeof(rest), "%.0f events lost, %.0f calls stuck",
			lost->value, stuck->value);
	(void)snprintf(text, size, "%.60s n%d: %s, %s", fault_text(r), r->hit + 1, silence, rest);
}
