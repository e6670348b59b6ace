/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What route points play to their calls, and the digits they collect meanwhile.
 *
 * Happy path: ...Started -> the time is up, the file ends, the digits match -> ...Completed.
 * Failure modes: the call leaves the queue, another thing is played, an agent rings: Completed with
 * the reason; digits that fit no map: NoMatch.
 */
#include "tests/bwsim/bws_route_point.h"

#include "tests/bwsim/bws.h"

#include <string.h>

static const char *const names[] = { "", "Treatment", "MOH", "Ringback", "Busy", "Silence" };

void
bws_route_point_stop_play(struct bws_entry *e, const char *reason, const char *digits)
{
	struct bws_buf rest = { 0 };
	char type[64];

	if (e->play == BWS_PLAY_NONE)
		return;
	bws_timer_stop(&e->at->w->timers, &e->play_end);
	bws_buf_fmt(&rest, "<xsi:playCollectResult><xsi:playCollectId>%s</xsi:playCollectId>",
		e->play_id);
	bws_buf_fmt(&rest, "<xsi:completionReason>%s</xsi:completionReason>", reason);
	if (digits) {
		bws_buf_str(&rest, "<xsi:digits>");
		bws_buf_esc(&rest, digits);
		bws_buf_str(&rest, "</xsi:digits>");
	}
	bws_buf_str(&rest, "</xsi:playCollectResult>");
	snprintf(type, sizeof(type), "RoutePoint%sCompletedEvent", names[e->play]);
	e->play = BWS_PLAY_NONE;
	bws_route_point_tell(e, type, &rest);
}

static void
plan_end(struct bws_entry *e, int64_t duration_s)
{
	struct bws *w = e->at->w;

	if (duration_s)
		bws_timer_in_ms(&w->timers, &e->play_end, duration_s * w->knobs.play_second_ms);
	else if (e->play == BWS_PLAY_TREATMENT)
		bws_timer_in_ms(&w->timers, &e->play_end, w->knobs.treatment_ms);
	else
		bws_timer_stop(&w->timers, &e->play_end);
}

void
bws_route_point_play(
	struct bws_entry *e, enum bws_play what, int64_t duration_s, const char *digit_map)
{
	char type[64];

	bws_route_point_stop_play(e, "Stopped-NewPlayCollect", NULL);
	e->play = what;
	snprintf(e->play_map, sizeof(e->play_map), "%s", digit_map ? digit_map : "");
	snprintf(type, sizeof(type), "RoutePoint%sStartedEvent", names[what]);
	bws_route_point_tell(e, type, NULL);
	plan_end(e, duration_s);
}

void
bws_route_point_play_longer(struct bws_entry *e, int64_t duration_s)
{
	plan_end(e, duration_s);
}

void
bws_route_point_play_over(struct bws_entry *e)
{
	bws_route_point_stop_play(e, e->play == BWS_PLAY_TREATMENT ? "EOF" : "Timeout", NULL);
}

/* One character of a map against one digit; moves @map on. */
static bool
element_fits(const char **map, char digit)
{
	const char *m = *map;
	bool fits = false;

	if (*m == '[') {
		for (m++; *m && *m != ']' && *m != '|' && *m != ')'; m++)
			fits = fits || *m == digit ||
				(m[1] == '-' && m[2] && *m <= digit && digit <= m[2]);
		*map = *m == ']' ? m + 1 : m;
		return fits;
	}
	*map = m + 1;
	if (*m == 'x' || *m == 'X')
		return digit >= '0' && digit <= '9';
	return *m == digit;
}

static bool
is_end(char c)
{
	return !c || c == '|' || c == ')';
}

/* One alternative of a map, up to '|' or the end; "e." is any number of e. */
static bool
alternative_fits(const char *map, const char *digits)
{
	for (;;) {
		const char *next = map;
		bool fits;

		if (*map == 'T' || *map == 't') {
			map++; /* the timer of the map: here it is always over */
			continue;
		}
		if (is_end(*map))
			return !*digits;
		fits = element_fits(&next, *digits ? *digits : '\1');
		if (*next == '.') {
			while (fits) {
				digits++;
				next = map;
				fits = element_fits(&next, *digits ? *digits : '\1');
			}
			map = next + 1;
			continue;
		}
		if (!fits)
			return false;
		digits++;
		map = next;
	}
}

bool
bws_route_point_map_fits(const char *map, const char *digits)
{
	if (*map == '(')
		map++;
	for (;;) {
		if (alternative_fits(map, digits))
			return true;
		map = strchr(map, '|');
		if (!map)
			return false;
		map++;
	}
}

const char *
bws_route_point_digits(struct bws_entry *e, const char *digits)
{
	if (e->play == BWS_PLAY_NONE || !*e->play_map)
		return "no digits are collected";
	if (bws_route_point_map_fits(e->play_map, digits))
		bws_route_point_stop_play(e, "Match", digits);
	else
		bws_route_point_stop_play(e, "NoMatch", digits);
	return NULL;
}
