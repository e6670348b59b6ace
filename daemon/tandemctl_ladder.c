/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ladder: see tandemctl_ladder.h. A line is made of cells, one a column: rails first, then an arrow over them, then
 * its label. Labels that are too long for their arrow are cut.
 */
#include "daemon/tandemctl_ladder.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define RAIL_WIDTH 26
#define RAILS 4
#define LINE_CELLS (RAIL_WIDTH * (RAILS - 1) + 1)

enum rail {
	BROADWORKS,
	ACTIVE,
	STANDBY,
	CLIENT,
	NOWHERE
};

/* What a cell may be besides a letter: above ASCII. */
enum {
	CELL_RAIL = 128,
	CELL_LINE,
	CELL_RIGHT,
	CELL_LEFT
};

static const struct arrow {
	const char *what;
	enum rail from, to;
} arrows[] = {
	{ "event", BROADWORKS, ACTIVE },
	{ "request", CLIENT, ACTIVE },
	{ "delta", ACTIVE, STANDBY },
	{ "applied", ACTIVE, STANDBY },
	{ "confirmed", STANDBY, ACTIVE },
	{ "sent", ACTIVE, CLIENT },
	{ "acknowledged", ACTIVE, BROADWORKS },
	{ "asked", ACTIVE, BROADWORKS },
	{ "answered", BROADWORKS, ACTIVE },
};

static const char *
text_of(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text != NULL ? text : "";
}

static int64_t
number_of(const json_t *row, const char *key)
{
	return (int64_t)json_integer_value(json_object_get(row, key));
}

static void
draw_arrow(uint8_t *cells, const struct arrow *a, const char *label)
{
	size_t left = (size_t)(a->from < a->to ? a->from : a->to) * RAIL_WIDTH + 1;
	size_t right = (size_t)(a->from < a->to ? a->to : a->from) * RAIL_WIDTH - 1;
	size_t room = right - left - 3, n = strlen(label) < room ? strlen(label) : room;

	memset(cells + left, CELL_LINE, right - left + 1);
	if (a->from < a->to)
		cells[right] = CELL_RIGHT;
	else
		cells[left] = CELL_LEFT;
	memcpy(cells + left + 1 + (room - n) / 2 + 1, label, n);
}

static void
put_cells(const uint8_t *cells, bool ascii, struct buf *out)
{
	static const char *const shapes[2][4] = { { "│", "─", "▶", "◀" }, { "|", "-", ">", "<" } };

	for (size_t i = 0; i < LINE_CELLS; i++)
		if (cells[i] < CELL_RAIL)
			buf_put(out, &cells[i], 1);
		else
			buf_cstr(out, shapes[ascii ? 1 : 0][cells[i] - CELL_RAIL]);
}

static void
put_rails(uint8_t *cells)
{
	memset(cells, ' ', LINE_CELLS);
	for (size_t i = 0; i < RAILS; i++)
		cells[i * RAIL_WIDTH] = CELL_RAIL;
}

/* "CallReceivedEvent" of "#42 of 2000": "CallReceived #42". */
static void
label_of(const json_t *row, char *label, size_t size)
{
	const char *what = text_of(row, "what"), *name = text_of(row, "name");
	const char *text = text_of(row, "text");
	size_t n = strlen(name);

	if (strcmp(what, "event") == 0) {
		if (n > 5 && strcmp(name + n - 5, "Event") == 0)
			n -= 5;
		snprintf(label, size, "%.*s %.*s", (int)n, name, (int)strcspn(text, " "), text);
	} else if (number_of(row, "offset") > 0 && strcmp(what, "sent") != 0 &&
		strcmp(what, "acknowledged") != 0 && strcmp(what, "asked") != 0) {
		snprintf(label, size, "%s #%" PRId64, name, number_of(row, "offset"));
	} else {
		snprintf(label, size, "%s", name);
	}
}

static void
put_ms(int64_t from_us, int64_t to_us, struct buf *out)
{
	if (from_us != 0 && to_us >= from_us)
		buf_printf(out, "  %.3f ms", (double)(to_us - from_us) / 1000);
}

/* What stands behind the rails: how long it took, and who it was. */
static void
put_note(struct tandemctl_ladder *l, const char *what, const json_t *row, struct buf *out)
{
	int64_t t_us = number_of(row, "t_us");

	if (strcmp(what, "event") == 0 || strcmp(what, "request") == 0)
		l->cause_us = t_us;
	if (strcmp(what, "delta") == 0 && l->delta_us == 0)
		l->delta_us = t_us;
	if (strcmp(what, "confirmed") == 0) {
		put_ms(l->delta_us, t_us, out);
		l->delta_us = 0;
	} else if (strcmp(what, "sent") == 0 || strcmp(what, "acknowledged") == 0) {
		put_ms(l->cause_us, t_us, out);
	}
	if (strcmp(what, "delta") != 0 && text_of(row, "peer")[0] != '\0')
		buf_printf(out, "  %s", text_of(row, "peer"));
	if (strcmp(what, "answered") == 0)
		buf_printf(out, "  %s", text_of(row, "text"));
}

static void
put_time(int64_t t_us, struct buf *out)
{
	int64_t s = t_us / 1000000;

	buf_printf(out, " %02d:%02d:%02d.%06d  ", (int)(s / 3600 % 24), (int)(s / 60 % 60),
		(int)(s % 60), (int)(t_us % 1000000));
}

void
tandemctl_ladder_head(const struct tandemctl_ladder *l, struct buf *out)
{
	char active[80], standby[80];

	snprintf(active, sizeof(active), "%s (active)", l->active[0] ? l->active : "?");
	snprintf(standby, sizeof(standby), "%s", l->standby[0] ? l->standby : "(no standby)");
	if (l->standby[0] != '\0')
		snprintf(standby, sizeof(standby), "%s (standby)", l->standby);
	buf_printf(out, " UTC%15s%-*s%-*s%-*s%s\n", "", RAIL_WIDTH, "BroadWorks", RAIL_WIDTH,
		active, RAIL_WIDTH, standby, "client");
}

void
tandemctl_ladder_row(struct tandemctl_ladder *l, const json_t *row, struct buf *out)
{
	const char *what = text_of(row, "what");
	uint8_t cells[LINE_CELLS];
	char label[160];
	bool awaited = strcmp(text_of(row, "name"), "not awaited") != 0;

	put_rails(cells);
	label_of(row, label, sizeof(label));
	for (size_t i = 0; awaited && i < sizeof(arrows) / sizeof(arrows[0]); i++)
		if (strcmp(arrows[i].what, what) == 0)
			draw_arrow(cells, &arrows[i], label);
	put_time(number_of(row, "t_us"), out);
	put_cells(cells, l->ascii, out);
	put_note(l, what, row, out);
	buf_cstr(out, awaited ? "\n" : "  no confirmation is awaited\n");
}
