/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a session heard nothing.
 *
 * Definition: take the instants at which a session received messages of the server (events, answers,
 * SystemStatus, on whichever connection). A gap lies between two such instants that follow each
 * other; the last one is open until now. The silence of a session at a mark is the longest gap that
 * ends after the mark and begins less than 10 s after it: the pause that covers the mark, or the
 * one that first follows it when the server fell silent a little later. Where events are rare the
 * answers to probes bound the error: a server that works shows gaps of one probe interval.
 *
 * Happy path: each arrival closes a gap, which is offered to the marks it may belong to.
 * A mark may be set late: the last arrivals of each session are kept and looked through.
 * Failure modes: a mark that is older than the arrivals kept sees only what is kept.
 */
#include "tests/cstaclient/cc_gap.h"

#include <stdlib.h>
#include <string.h>

#define KEPT 4096

struct cc_gap_session {
	int64_t kept_us[KEPT]; /* ring of arrivals */
	size_t count;          /* of all arrivals */
};

struct cc_gap_mark {
	char name[64];
	int64_t t_us;
	int64_t *longest_us; /* per session, of the gaps that are closed */
};

int
cc_gap_init(struct cc_gap *g, size_t session_count)
{
	memset(g, 0, sizeof(*g));
	g->session_count = session_count;
	g->sessions = calloc(session_count, sizeof(*g->sessions));
	g->marks = calloc(CC_GAP_MARKS_MAX, sizeof(*g->marks));
	if (g->sessions == NULL || g->marks == NULL) {
		cc_gap_fini(g);
		return -1;
	}
	return 0;
}

void
cc_gap_fini(struct cc_gap *g)
{
	for (size_t i = 0; i < g->mark_count; i++)
		free(g->marks[i].longest_us);
	free(g->marks);
	free(g->sessions);
	memset(g, 0, sizeof(*g));
}

static int64_t
gap_at(const struct cc_gap_mark *mark, int64_t from_us, int64_t to_us)
{
	if (to_us <= mark->t_us || from_us >= mark->t_us + CC_GAP_WINDOW_US)
		return 0;
	return to_us - from_us;
}

static void
offer(struct cc_gap_mark *mark, size_t session, int64_t from_us, int64_t to_us)
{
	int64_t gap_us = gap_at(mark, from_us, to_us);

	if (gap_us > mark->longest_us[session])
		mark->longest_us[session] = gap_us;
}

void
cc_gap_arrival(struct cc_gap *g, size_t session, int64_t t_us)
{
	struct cc_gap_session *s = &g->sessions[session];

	if (s->count > 0) {
		int64_t last_us = s->kept_us[(s->count - 1) % KEPT];

		for (size_t i = 0; i < g->mark_count; i++)
			offer(&g->marks[i], session, last_us, t_us);
	}
	s->kept_us[s->count % KEPT] = t_us;
	s->count++;
}

static void
look_back(const struct cc_gap_session *s, struct cc_gap_mark *mark, size_t session)
{
	size_t first = s->count > KEPT ? s->count - KEPT : 0;

	for (size_t i = first + 1; i < s->count; i++)
		offer(mark, session, s->kept_us[(i - 1) % KEPT], s->kept_us[i % KEPT]);
}

int
cc_gap_add_mark(struct cc_gap *g, const char *name, int64_t t_us)
{
	struct cc_gap_mark *mark = &g->marks[g->mark_count];
	size_t n = strnlen(name, sizeof(mark->name) - 1);

	if (g->mark_count == CC_GAP_MARKS_MAX)
		return -1;
	mark->longest_us = calloc(g->session_count, sizeof(*mark->longest_us));
	if (mark->longest_us == NULL)
		return -1;
	memcpy(mark->name, name, n);
	mark->name[n] = '\0';
	mark->t_us = t_us;
	for (size_t i = 0; i < g->session_count; i++)
		look_back(&g->sessions[i], mark, i);
	g->mark_count++;
	return 0;
}

int64_t
cc_gap_silence_us(const struct cc_gap *g, size_t mark, size_t session, int64_t now_us)
{
	const struct cc_gap_session *s = &g->sessions[session];
	int64_t longest_us = g->marks[mark].longest_us[session];
	int64_t open_us = 0;

	if (s->count > 0)
		open_us = gap_at(&g->marks[mark], s->kept_us[(s->count - 1) % KEPT], now_us);
	return open_us > longest_us ? open_us : longest_us;
}

static int
compare_times(const void *a, const void *b)
{
	const int64_t *x = a;
	const int64_t *y = b;

	return (*x > *y) - (*x < *y);
}

static json_t *
milliseconds(int64_t us)
{
	return json_real((double)(us / 100) / 10.0);
}

/* The longest silence of each session over the marks from..to-1, as JSON. */
static json_t *
figures(const struct cc_gap *g, size_t from, size_t to, int64_t now_us)
{
	int64_t *us = calloc(g->session_count, sizeof(*us));
	json_t *list = json_array();
	json_t *out;

	if (us == NULL || list == NULL) {
		free(us);
		json_decref(list);
		return NULL;
	}
	for (size_t s = 0; s < g->session_count; s++) {
		for (size_t m = from; m < to; m++) {
			int64_t silence_us = cc_gap_silence_us(g, m, s, now_us);

			us[s] = silence_us > us[s] ? silence_us : us[s];
		}
		json_array_append_new(list, milliseconds(us[s]));
	}
	qsort(us, g->session_count, sizeof(*us), compare_times);
	out = json_pack("{s:o,s:o,s:o}", "p50", milliseconds(us[(g->session_count - 1) / 2]), "max",
		milliseconds(us[g->session_count - 1]), "per_session", list);
	free(us);
	return out;
}

json_t *
cc_gap_json(const struct cc_gap *g, int64_t now_us)
{
	return figures(g, 0, g->mark_count, now_us);
}

json_t *
cc_gap_marks_json(const struct cc_gap *g, int64_t now_us)
{
	json_t *list = json_array();

	for (size_t m = 0; m < g->mark_count; m++)
		json_array_append_new(list,
			json_pack("{s:s,s:I,s:o}", "name", g->marks[m].name, "t_us",
				(json_int_t)g->marks[m].t_us, "silence_ms",
				figures(g, m, m + 1, now_us)));
	return list;
}
