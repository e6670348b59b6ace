/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takeovers of a history: see tandemctl_phases.h. A takeover begins with "promote-asked" and takes what comes behind it
 * until the next one, or until the node leaves the role. Lines that are missing leave gaps, never guesses.
 */
#include "daemon/tandemctl_phases.h"

#include "daemon/tandemctl_show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PHASES_LOST_US 120000000 /* a loss longer ago is not why a promote was asked */
#define PHASES_WIDTH 640         /* of the bars of the picture */

/* What the lines said so far. */
struct reader {
	struct tandemctl_takeover *list;
	size_t count;
	struct tandemctl_takeover *open; /* NULL: none is going on */
	int64_t lost_us;                 /* 0: nobody was lost */
	char lost_why[32];
	int64_t lost_node;
};

static const char *
text_of(const json_t *line, const char *key)
{
	const char *text = json_string_value(json_object_get(line, key));

	return text != NULL ? text : "";
}

static int64_t
number_of(const json_t *line, const char *key)
{
	return (int64_t)json_integer_value(json_object_get(line, key));
}

static struct tandemctl_takeover *
new_takeover(struct reader *r)
{
	if (r->count == TANDEMCTL_TAKEOVERS_MAX) {
		memmove(r->list, r->list + 1, (r->count - 1) * sizeof(*r->list));
		r->count--;
	}
	return &r->list[r->count++];
}

static void
begin(struct reader *r, const json_t *line)
{
	struct tandemctl_takeover *t = new_takeover(r);

	*t = (struct tandemctl_takeover){ .asked_us = number_of(line, "t_us"),
		.decide_ms = TANDEMCTL_NO_TIME,
		.promote_ms = TANDEMCTL_NO_TIME,
		.door_ms = TANDEMCTL_NO_TIME,
		.channel_ms = TANDEMCTL_NO_TIME,
		.resync_ms = TANDEMCTL_NO_TIME,
		.calls = TANDEMCTL_NO_TIME,
		.kept = TANDEMCTL_NO_TIME,
		.cleared = TANDEMCTL_NO_TIME,
		.learned = TANDEMCTL_NO_TIME };
	snprintf(t->host, sizeof(t->host), "%.60s", text_of(line, "host"));
	if (r->lost_us != 0 && t->asked_us - r->lost_us < PHASES_LOST_US) {
		t->decide_ms = (t->asked_us - r->lost_us) / 1000;
		snprintf(t->why, sizeof(t->why), "node %" PRId64 " lost (%s)", r->lost_node,
			r->lost_why);
	} else {
		snprintf(t->why, sizeof(t->why), "ordered");
	}
	r->lost_us = 0;
	r->open = t;
}

static void
note(struct reader *r, const json_t *line, int64_t *ms)
{
	if (*ms == TANDEMCTL_NO_TIME)
		*ms = (number_of(line, "t_us") - r->open->asked_us) / 1000;
}

/* In such a role a node follows another one, or looks for one to follow. */
static bool
follows(const char *role)
{
	return strcmp(role, "joining") == 0 || strcmp(role, "syncing") == 0 ||
		strcmp(role, "standby") == 0;
}

static void
read_line(struct reader *r, const json_t *line)
{
	const char *what = text_of(line, "ev");
	struct tandemctl_takeover *t;

	if (strcmp(what, "peer-lost") == 0) {
		r->lost_us = number_of(line, "t_us");
		r->lost_node = number_of(line, "node");
		snprintf(r->lost_why, sizeof(r->lost_why), "%.30s", text_of(line, "reason"));
	} else if (strcmp(what, "promote-asked") == 0) {
		begin(r, line);
	} else if (strcmp(what, "demote-asked") == 0) {
		r->open = NULL;
	} else if (strcmp(what, "role") == 0 && follows(text_of(line, "to"))) {
		r->lost_us = 0; /* what was lost before is made up for */
	}
	if (strcmp(what, "active") == 0 && r->open == NULL) {
		begin(r, line); /* without a cluster nobody asks */
		snprintf(r->open->why, sizeof(r->open->why), "without an order");
	}
	t = r->open;
	if (t == NULL)
		return;
	if (strcmp(what, "active") == 0) {
		t->epoch = (uint64_t)number_of(line, "epoch");
		t->calls = number_of(line, "calls");
		note(r, line, &t->promote_ms);
	} else if (strcmp(what, "listening") == 0) {
		note(r, line, &t->door_ms);
	} else if (strcmp(what, "channel-up") == 0) {
		note(r, line, &t->channel_ms);
	} else if (strcmp(what, "resync-done") == 0 && t->resync_ms == TANDEMCTL_NO_TIME) {
		note(r, line, &t->resync_ms);
		t->kept = number_of(line, "kept");
		t->cleared = number_of(line, "cleared");
		t->learned = number_of(line, "learned");
	}
}

size_t
tandemctl_phases(const json_t *lines, struct tandemctl_takeover *list)
{
	struct reader r = { .list = list };
	const json_t *line;
	size_t i;

	json_array_foreach(lines, i, line)
		read_line(&r, line);
	return r.count;
}

/* --- for people ------------------------------------------------------------------------------- */

static void
put_seconds(int64_t ms, struct buf *out)
{
	if (ms == TANDEMCTL_NO_TIME)
		buf_printf(out, "  %8s", "-");
	else
		buf_printf(out, "  %4" PRId64 ".%03d", ms / 1000, (int)(ms % 1000));
}

static void
put_count(int64_t n, const char *tail, struct buf *out)
{
	if (n == TANDEMCTL_NO_TIME)
		buf_printf(out, "-%s", tail);
	else
		buf_printf(out, "%" PRId64 "%s", n, tail);
}

void
tandemctl_phases_show(const struct tandemctl_takeover *list, size_t count, struct buf *out)
{
	if (count == 0) {
		buf_cstr(out, " no takeover in the history of this node\n");
		return;
	}
	buf_cstr(out,
		" Epoch  When                     Why                         Decide   Promote"
		"      Door   Channel    Resync  Calls had/kept/ended/new\n");
	for (size_t i = count; i-- > 0;) {
		const struct tandemctl_takeover *t = &list[i];

		buf_printf(out, " %5" PRIu64 "  ", t->epoch);
		tandemctl_show_time(t->asked_us, out);
		buf_printf(out, "  %-24.24s", t->why);
		put_seconds(t->decide_ms, out);
		put_seconds(t->promote_ms, out);
		put_seconds(t->door_ms, out);
		put_seconds(t->channel_ms, out);
		put_seconds(t->resync_ms, out);
		buf_cstr(out, "  ");
		put_count(t->calls, " / ", out);
		put_count(t->kept, " / ", out);
		put_count(t->cleared, " / ", out);
		put_count(t->learned, "\n", out);
	}
	buf_cstr(out,
		" seconds; Decide = loss seen to promote asked (Pacemaker, fencing); the others from promote asked: active,\n"
		" clients may come, first event channel, every device confirmed. \"-\": not known, or not yet.\n");
}

static void
set_number(json_t *object, const char *key, int64_t n)
{
	json_object_set_new(
		object, key, n == TANDEMCTL_NO_TIME ? json_null() : json_integer((json_int_t)n));
}

json_t *
tandemctl_phases_json(const struct tandemctl_takeover *list, size_t count)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < count; i++) {
		const struct tandemctl_takeover *t = &list[i];
		json_t *row = json_pack("{s:I,s:I,s:s,s:s}", "epoch", (json_int_t)t->epoch, "t_us",
			(json_int_t)t->asked_us, "host", t->host, "why", t->why);

		set_number(row, "decide_ms", t->decide_ms);
		set_number(row, "promote_ms", t->promote_ms);
		set_number(row, "door_ms", t->door_ms);
		set_number(row, "channel_ms", t->channel_ms);
		set_number(row, "resync_ms", t->resync_ms);
		set_number(row, "calls", t->calls);
		set_number(row, "calls_kept", t->kept);
		set_number(row, "calls_ended", t->cleared);
		set_number(row, "calls_new", t->learned);
		json_array_append_new(rows, row);
	}
	return json_pack("{s:s,s:o}", "schema", "tandemctl/takeovers/1", "rows", rows);
}

/* --- the picture ------------------------------------------------------------------------------ */

static int
x_of(const struct tandemctl_takeover *t, int64_t ms)
{
	int64_t before = t->decide_ms > 0 ? t->decide_ms : 0;
	int64_t whole = before + 1;

	if (t->resync_ms > 0)
		whole += t->resync_ms;
	else if (t->channel_ms > 0)
		whole += t->channel_ms;
	return 200 + (int)((ms + before) * PHASES_WIDTH / whole);
}

static void
bar(const struct tandemctl_takeover *t, int row, const char *name, const char *colour,
	int64_t from_ms, int64_t to_ms, struct buf *out)
{
	int y = 80 + row * 34;

	buf_printf(out, "<text x=\"190\" y=\"%d\" text-anchor=\"end\">%s</text>\n", y + 16, name);
	if (to_ms == TANDEMCTL_NO_TIME) {
		buf_printf(
			out, "<text x=\"204\" y=\"%d\" fill=\"#777\">not known</text>\n", y + 16);
		return;
	}
	buf_printf(out,
		"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"22\" rx=\"3\" fill=\"%s\"/>\n",
		x_of(t, from_ms), y, x_of(t, to_ms) - x_of(t, from_ms) + 1, colour);
	buf_printf(out, "<text x=\"%d\" y=\"%d\" fill=\"#333\">%" PRId64 " ms</text>\n",
		x_of(t, to_ms) + 6, y + 16, to_ms - from_ms);
}

/* Text between tags. */
static void
put_escaped(const char *text, struct buf *out)
{
	for (; *text != '\0'; text++)
		if (*text == '<' || *text == '>' || *text == '&')
			buf_printf(out, "&#%d;", *text);
		else
			buf_char(out, *text);
}

void
tandemctl_phases_svg(const struct tandemctl_takeover *t, struct buf *out)
{
	buf_cstr(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 960 300\" "
		"font-family=\"DejaVu Sans,Arial,sans-serif\" font-size=\"13\">\n"
		"<rect width=\"960\" height=\"300\" fill=\"#fff\"/>\n"
		"<text x=\"20\" y=\"28\" font-size=\"18\" font-weight=\"bold\">");
	buf_printf(out, "Epoch %" PRIu64 ": ", t->epoch);
	put_escaped(t->host, out);
	buf_cstr(out, " took over, ");
	put_escaped(t->why, out);
	buf_cstr(out, "</text>\n<text x=\"20\" y=\"50\" fill=\"#555\">promote asked ");
	tandemctl_show_time(t->asked_us, out);
	buf_cstr(out, " UTC, calls had ");
	put_count(t->calls, ", kept ", out);
	put_count(t->kept, ", ended ", out);
	put_count(t->cleared, ", new ", out);
	put_count(t->learned, "</text>\n", out);
	bar(t, 0, "decide", "#c7a008", t->decide_ms > 0 ? -t->decide_ms : 0,
		t->decide_ms == TANDEMCTL_NO_TIME ? TANDEMCTL_NO_TIME : 0, out);
	bar(t, 1, "promote", "#3b7dd8", 0, t->promote_ms, out);
	bar(t, 2, "clients may come", "#2e9e5b", 0, t->door_ms, out);
	bar(t, 3, "first event channel", "#e8731a", 0, t->channel_ms, out);
	bar(t, 4, "every device confirmed", "#e8731a", 0, t->resync_ms, out);
	buf_printf(
		out, "<path d=\"M%d 70V254\" stroke=\"#c00\" stroke-width=\"2\"/>\n", x_of(t, 0));
	buf_printf(out,
		"<text x=\"%d\" y=\"274\" fill=\"#c00\" text-anchor=\"middle\">promote asked"
		"</text>\n</svg>\n",
		x_of(t, 0));
}
