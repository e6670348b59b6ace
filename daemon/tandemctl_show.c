/* SPDX-License-Identifier: Apache-2.0 */
/* Screens: see tandemctl_show.h. */
#include "daemon/tandemctl_show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SHOW_COLUMNS 9
#define SHOW_ROWS_MAX 8

enum show_colour {
	SHOW_GOOD = 32,
	SHOW_BAD = 31,
	SHOW_CARE = 33
};

struct show_cell {
	char text[64];
};

struct show_table {
	struct show_cell cells[SHOW_ROWS_MAX + 1][SHOW_COLUMNS];
	size_t rows; /* with the head */
};

static const char *const show_heads[SHOW_COLUMNS] = { "Node", "Role", "State", "Behind", "Calls",
	"Monitors", "Clients", "Channels", "Uptime" };

static void
coloured(struct buf *out, const struct tandemctl_look *look, enum show_colour colour,
	const char *text)
{
	if (look->colour)
		buf_printf(out, "\033[%dm%s\033[0m", (int)colour, text);
	else
		buf_cstr(out, text);
}

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "-";
}

static int64_t
number_of(const json_t *object, const char *key)
{
	return (int64_t)json_integer_value(json_object_get(object, key));
}

static bool
is_set(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

void
tandemctl_show_time(int64_t t_us, struct buf *out)
{
	time_t s = (time_t)(t_us / 1000000);
	struct tm utc;
	char text[32];

	if (gmtime_r(&s, &utc) == NULL ||
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &utc) == 0)
		buf_cstr(out, "-");
	else
		buf_printf(out, "%s.%03d", text, (int)(t_us % 1000000 / 1000));
}

/* --- the table -------------------------------------------------------------------------------- */

static void
set_number(struct show_cell *cell, const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);

	if (json_is_integer(v) && json_integer_value(v) >= 0)
		snprintf(
			cell->text, sizeof(cell->text), "%" PRId64, (int64_t)json_integer_value(v));
	else
		snprintf(cell->text, sizeof(cell->text), "-");
}

static void
set_pair(struct show_cell *cell, const json_t *a, const json_t *b)
{
	if (json_is_integer(a) && json_is_integer(b))
		snprintf(cell->text, sizeof(cell->text), "%" PRId64 "/%" PRId64,
			(int64_t)json_integer_value(a), (int64_t)json_integer_value(b));
	else
		snprintf(cell->text, sizeof(cell->text), "-");
}

static void
set_uptime(struct show_cell *cell, const json_t *node)
{
	const json_t *v = json_object_get(node, "uptime_s");
	int64_t s = (int64_t)json_integer_value(v);

	if (!json_is_integer(v))
		snprintf(cell->text, sizeof(cell->text), "-");
	else if (s >= 86400)
		snprintf(cell->text, sizeof(cell->text), "%" PRId64 "d %02d:%02d:%02d", s / 86400,
			(int)(s % 86400 / 3600), (int)(s % 3600 / 60), (int)(s % 60));
	else
		snprintf(cell->text, sizeof(cell->text), "%02d:%02d:%02d", (int)(s / 3600),
			(int)(s % 3600 / 60), (int)(s % 60));
}

static void
add_row(struct show_table *t, const json_t *node)
{
	struct show_cell *row = t->cells[t->rows];
	const json_t *channels = json_object_get(node, "channels");

	if (t->rows > SHOW_ROWS_MAX)
		return;
	t->rows++;
	snprintf(row[0].text, sizeof(row[0].text), "%.60s%s", text_of(node, "name"),
		is_set(node, "local") ? " *" : "");
	snprintf(row[1].text, sizeof(row[1].text), "%s", text_of(node, "role"));
	snprintf(row[2].text, sizeof(row[2].text), "%s", text_of(node, "state"));
	set_number(&row[3], node, "behind");
	set_number(&row[4], node, "calls");
	set_number(&row[5], node, "monitors");
	set_pair(&row[6], json_object_get(node, "clients"), json_object_get(node, "sessions"));
	set_pair(&row[7], json_object_get(channels, "open"), json_object_get(channels, "want"));
	set_uptime(&row[8], node);
}

static size_t
column_width(const struct show_table *t, size_t column)
{
	size_t width = 0;

	for (size_t r = 0; r < t->rows; r++)
		if (strlen(t->cells[r][column].text) > width)
			width = strlen(t->cells[r][column].text);
	return width;
}

static void
rule(const size_t *widths, struct buf *out)
{
	for (size_t i = 0; i < SHOW_COLUMNS; i++) {
		buf_char(out, '+');
		for (size_t k = 0; k < widths[i] + 2; k++)
			buf_char(out, '-');
	}
	buf_cstr(out, "+\n");
}

static void
print_table(const struct show_table *t, struct buf *out)
{
	size_t widths[SHOW_COLUMNS];

	for (size_t i = 0; i < SHOW_COLUMNS; i++)
		widths[i] = column_width(t, i);
	rule(widths, out);
	for (size_t r = 0; r < t->rows; r++) {
		for (size_t i = 0; i < SHOW_COLUMNS; i++)
			/* words to the left, figures to the right */
			buf_printf(out, i < 3 ? "| %-*s " : "| %*s ", (int)widths[i],
				t->cells[r][i].text);
		buf_cstr(out, "|\n");
		if (r == 0)
			rule(widths, out);
	}
	rule(widths, out);
}

/* --- the lines around it ---------------------------------------------------------------------- */

static void
mark(struct buf *out, const struct tandemctl_look *look, bool good)
{
	if (look->ascii)
		coloured(out, look, good ? SHOW_GOOD : SHOW_BAD, good ? "yes" : "no");
	else
		coloured(out, look, good ? SHOW_GOOD : SHOW_BAD,
			good ? "\xe2\x9c\x93" : "\xe2\x9c\x97");
}

static void
show_head(const json_t *s, const struct tandemctl_look *look, struct buf *out)
{
	buf_printf(out, "Tandem on %s   epoch %" PRId64, text_of(s, "node"), number_of(s, "epoch"));
	if (is_set(s, "clustered")) {
		buf_cstr(out, "   quorum ");
		mark(out, look, is_set(s, "quorate"));
		buf_printf(out, "   fencing %s", is_set(s, "fencing") ? "on" : "off");
	}
	buf_cstr(out, "   ");
	tandemctl_show_time(number_of(s, "t_us"), out);
	buf_cstr(out, " UTC\n");
}

static void
show_digest(const json_t *s, const struct tandemctl_look *look, struct buf *out)
{
	const json_t *d = json_object_get(s, "digest");

	buf_printf(out, " State digest  %.8s", text_of(d, "value"));
	if (!is_set(s, "clustered") || number_of(d, "offset") == 0)
		buf_cstr(out, ", not compared yet\n");
	else if (is_set(d, "equal"))
		buf_printf(out, " on both nodes at #%" PRId64 "\n", number_of(d, "offset"));
	else {
		buf_cstr(out, " ");
		coloured(out, look, SHOW_BAD, "DIFFERS from the other node's");
		buf_printf(out, " at #%" PRId64 " (tandemctl explain 37320)\n",
			number_of(d, "offset"));
	}
}

static void
show_takeover(const json_t *s, struct buf *out)
{
	const json_t *t = json_object_get(s, "last_takeover");

	buf_cstr(out, " Last takeover ");
	if (!json_is_object(t)) {
		buf_cstr(out, "none by this process\n");
		return;
	}
	buf_printf(out, "epoch %" PRId64 ", ", number_of(t, "epoch"));
	tandemctl_show_time(number_of(t, "t_us"), out);
	buf_printf(out,
		": active after %" PRId64 " ms, channel %" PRId64 " ms, %s %" PRId64
		" ms; calls kept %" PRId64 ", cleared %" PRId64 ", learned %" PRId64 "\n",
		number_of(t, "promote_ms"), number_of(t, "channel_ms"),
		is_set(t, "done") ? "resync" : "resync still running, so far",
		number_of(t, "resync_ms"), number_of(t, "calls_kept"),
		number_of(t, "calls_cleared"), number_of(t, "calls_learned"));
}

static void
show_warnings(const json_t *s, const struct tandemctl_look *look, struct buf *out)
{
	if (is_set(s, "config_differs")) {
		buf_cstr(out, " ");
		coloured(out, look, SHOW_CARE, "Warning");
		buf_cstr(out,
			"       configuration differs between the nodes (tandemd -p on both shows it)\n");
	}
	if (is_set(s, "unconfirmed")) {
		buf_cstr(out, " ");
		coloured(out, look, SHOW_CARE, "Warning");
		buf_cstr(out,
			"       effects leave without the standby's confirmation (tandemctl explain 37311)\n");
	}
	if (is_set(s, "copied"))
		buf_cstr(out,
			" Copy          no standby is in step: the state is kept in a file of this host as well\n");
	if (json_is_false(json_object_get(json_object_get(s, "state_dir"), "ok"))) {
		buf_cstr(out, " ");
		coloured(out, look, SHOW_BAD, "Alarm");
		buf_printf(out, "         %s (tandemctl explain 37910)\n",
			text_of(json_object_get(s, "state_dir"), "text"));
	}
}

/* One line for each link to BroadWorks; the standby has none in use. */
static void
show_links(const json_t *s, const struct tandemctl_look *look, struct buf *out)
{
	const json_t *link;
	size_t i;

	json_array_foreach(json_object_get(s, "links"), i, link) {
		const char *state = text_of(link, "state");
		const char *reason = text_of(link, "reason");

		if (strcmp(state, "idle") == 0)
			continue;
		buf_printf(out, " Link %-8s %s  ", text_of(link, "name"), text_of(link, "url"));
		coloured(out, look, strcmp(state, "open") == 0 ? SHOW_GOOD : SHOW_BAD, state);
		buf_printf(out, "  requests %" PRId64 ", failed %" PRId64 ", lost %" PRId64,
			number_of(link, "requests"), number_of(link, "failures"),
			number_of(link, "losses"));
		if (strcmp(state, "open") != 0 && reason[0] != '\0')
			buf_printf(out, "  (%s)", reason);
		buf_char(out, '\n');
	}
}

/* Where clients connect. */
static void
show_listeners(const json_t *s, struct buf *out)
{
	const json_t *l;
	size_t i;

	json_array_foreach(json_object_get(s, "listeners"), i, l) {
		bool v6 = strchr(text_of(l, "address"), ':') != NULL;

		buf_printf(out, " Listener %-4s %s%s%s:%" PRId64 "  %s, %s, %s\n",
			text_of(l, "name"), v6 ? "[" : "", text_of(l, "address"), v6 ? "]" : "",
			number_of(l, "port"), is_set(l, "tls") ? "TLS" : "plain",
			text_of(l, "framing"), text_of(l, "edition"));
	}
}

static void
fill_table(const json_t *status, struct show_table *table)
{
	const json_t *node;
	size_t i;

	*table = (struct show_table){ .rows = 1 };
	for (i = 0; i < SHOW_COLUMNS; i++)
		snprintf(table->cells[0][i].text, sizeof(table->cells[0][i].text), "%s",
			show_heads[i]);
	json_array_foreach(json_object_get(status, "nodes"), i, node)
		add_row(table, node);
}

void
tandemctl_show_nodes(const json_t *status, struct buf *out)
{
	struct show_table table;

	fill_table(status, &table);
	print_table(&table, out);
}

void
tandemctl_show_status(const json_t *status, const struct tandemctl_look *look, struct buf *out)
{
	show_head(status, look, out);
	tandemctl_show_nodes(status, out);
	show_digest(status, look, out);
	buf_printf(out,
		" Out of step   %" PRId64 " call parties since start (37205); %" PRId64
		" messages not understood\n",
		number_of(status, "desync_total"), number_of(status, "malformed_total"));
	buf_cstr(out, " Takeover now  ");
	coloured(out, look, is_set(status, "ready") ? SHOW_GOOD : SHOW_BAD,
		text_of(status, "ready_text"));
	buf_char(out, '\n');
	show_listeners(status, out);
	show_links(status, look, out);
	show_takeover(status, out);
	show_warnings(status, look, out);
}

/* --- history ---------------------------------------------------------------------------------- */

static void
show_member(const char *key, const json_t *value, struct buf *out)
{
	char *text;

	if (json_is_string(value)) {
		buf_printf(out, " %s=%s", key, json_string_value(value));
		return;
	}
	text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	if (text != NULL)
		buf_printf(out, " %s=%s", key, text);
	free(text);
}

void
tandemctl_show_history(const json_t *lines, struct buf *out)
{
	const json_t *line;
	size_t i;

	json_array_foreach(lines, i, line) {
		const char *key;
		json_t *value;
		/* jansson has no walk over a const object, and this one changes nothing */
		json_t *walked = (json_t *)(uintptr_t)line;

		tandemctl_show_time(number_of(line, "t_us"), out);
		buf_printf(out, "  %-8s %-16s", text_of(line, "host"), text_of(line, "ev"));
		json_object_foreach(walked, key, value)
			if (strcmp(key, "t_us") != 0 && strcmp(key, "host") != 0 &&
				strcmp(key, "ev") != 0)
				show_member(key, value, out);
		buf_char(out, '\n');
	}
}

void
tandemctl_show_levels(const json_t *levels, struct buf *out)
{
	const json_t *row;
	size_t i;

	buf_cstr(out, " Subsystem    Messages       Level    For\n");
	json_array_foreach(json_object_get(levels, "rows"), i, row) {
		const json_t *left = json_object_get(row, "seconds_left");

		buf_printf(out, " %-12s %" PRId64 "..%" PRId64 "   %-8s", text_of(row, "subsystem"),
			number_of(row, "first"), number_of(row, "last"), text_of(row, "level"));
		if (json_is_integer(left))
			buf_printf(out, " %" PRId64 " s", number_of(row, "seconds_left"));
		else
			buf_cstr(out, " -");
		buf_char(out, '\n');
	}
	buf_printf(out, " configured: %s\n", text_of(levels, "configured"));
}
