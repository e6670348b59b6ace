/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last activation: see http_timeline.h.
 *
 * Happy path: the lines are walked once. What comes before an activation is kept until it comes, what follows it is taken
 * until the next one. Lines that are no JSON are passed over.
 */
#include "daemon/http_timeline.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define BEFORE_US (60 * INT64_C(1000000)) /* what is older has nothing to do with it */
#define AFTER_US (24 * 3600 * INT64_C(1000000))
#define LEFT 170 /* of the bars, in the units of the picture */
#define WIDTH 540
#define ROW 26
#define ROWS 5

/* --- reading -------------------------------------------------------------------------------------- */

/* What was seen since the last activation and may belong to the next one. */
struct before {
	int64_t lost_us, asked_us;
	char reason[24];
};

static int64_t
if_recent(int64_t then_us, int64_t now_us)
{
	return then_us > 0 && now_us >= then_us && now_us - then_us <= BEFORE_US ? then_us : 0;
}

static void
begin(struct http_timeline *t, struct before *b, const json_t *line, int64_t at_us)
{
	*t = (struct http_timeline){ .active_us = at_us,
		.epoch = (uint64_t)json_integer_value(json_object_get(line, "epoch")),
		.asked_us = if_recent(b->asked_us, at_us) };
	t->lost_us = if_recent(b->lost_us, t->asked_us != 0 ? t->asked_us : at_us);
	if (t->lost_us != 0)
		memcpy(t->reason, b->reason, sizeof(t->reason));
	*b = (struct before){ .lost_us = 0 };
}

/* Of what comes again and again the first time counts, unless the clock was set since. */
static void
first(int64_t *at, const struct http_timeline *t, int64_t now_us)
{
	if (*at == 0 && now_us >= t->active_us && now_us - t->active_us <= AFTER_US)
		*at = now_us;
}

/* In such a role a node follows another one, or looks for one to follow. */
static bool
follows(const json_t *line)
{
	struct str to = str_of(json_string_value(json_object_get(line, "to")));

	return str_is(to, "joining") || str_is(to, "syncing") || str_is(to, "standby");
}

static void
take(struct http_timeline *t, struct before *b, const json_t *line)
{
	struct str ev = str_of(json_string_value(json_object_get(line, "ev")));
	int64_t at_us = json_integer_value(json_object_get(line, "t_us"));
	const char *reason = json_string_value(json_object_get(line, "reason"));

	if (str_is(ev, "active")) {
		begin(t, b, line, at_us);
	} else if (str_is(ev, "promote-asked")) {
		b->asked_us = at_us;
	} else if (str_is(ev, "peer-lost")) {
		b->lost_us = at_us;
		snprintf(b->reason, sizeof(b->reason), "%s", reason != NULL ? reason : "");
	} else if (str_is(ev, "role") && follows(line)) {
		b->lost_us = 0; /* what was lost before is made up for */
	} else if (t->active_us != 0 && str_is(ev, "listening")) {
		first(&t->listening_us, t, at_us);
	} else if (t->active_us != 0 && str_is(ev, "channel-up")) {
		first(&t->channel_us, t, at_us);
	} else if (t->active_us != 0 && str_is(ev, "takeover")) {
		first(&t->done_us, t, at_us);
	}
}

bool
http_timeline_read(struct http_timeline *t, struct str lines)
{
	struct before b = { .lost_us = 0 };

	*t = (struct http_timeline){ .epoch = 0 };
	while (lines.n > 0) {
		struct str text = str_cut(lines, '\n', &lines);
		json_t *line = json_loadb(text.p, text.n, 0, NULL);

		if (json_is_object(line))
			take(t, &b, line);
		json_decref(line);
	}
	return t->active_us != 0;
}

int64_t
http_timeline_start(const struct http_timeline *t)
{
	if (t->lost_us != 0)
		return t->lost_us;
	return t->asked_us != 0 ? t->asked_us : t->active_us;
}

int64_t
http_timeline_end(const struct http_timeline *t)
{
	int64_t end = t->active_us;

	if (t->listening_us > end)
		end = t->listening_us;
	if (t->channel_us > end)
		end = t->channel_us;
	return t->done_us > end ? t->done_us : end;
}

/* --- drawing -------------------------------------------------------------------------------------- */

struct canvas {
	struct buf *out;
	int64_t start_us, span_us;
	int row;
};

static int
place(const struct canvas *c, int64_t at_us)
{
	return LEFT + (int)((at_us - c->start_us) * WIDTH / c->span_us);
}

/* A phase: nothing is drawn of one whose ends are not known, its row stays. */
static void
put_phase(struct canvas *c, const char *name, const char *kind, int64_t from_us, int64_t to_us)
{
	int y = c->row++ * ROW + 4, x, width;

	buf_printf(c->out, "<text x=\"%d\" y=\"%d\" class=\"n\">%s</text>", LEFT - 8, y + 15, name);
	if (from_us == 0 || to_us < from_us || to_us == 0) {
		buf_printf(c->out, "<text x=\"%d\" y=\"%d\" class=\"u\">-</text>", LEFT, y + 15);
		return;
	}
	x = place(c, from_us);
	width = place(c, to_us) - x;
	if (width < 3)
		width = 3;
	buf_printf(c->out,
		"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"18\" rx=\"3\" class=\"%s\"/>", x, y,
		width, kind);
	buf_printf(c->out, "<text x=\"%d\" y=\"%d\" class=\"u\">%" PRId64 " ms</text>",
		x + width + 6, y + 14, (to_us - from_us) / 1000);
}

void
http_timeline_svg(const struct http_timeline *t, struct buf *out)
{
	struct canvas c = { .out = out, .start_us = http_timeline_start(t) };

	c.span_us = http_timeline_end(t) - c.start_us;
	if (c.span_us < 1)
		c.span_us = 1;
	buf_printf(out,
		"<svg viewBox=\"0 0 %d %d\" class=\"tl\" role=\"img\" aria-label=\"Phases of the last takeover\">",
		LEFT + WIDTH + 90, ROWS * ROW + 6);
	put_phase(&c, "Pacemaker decides", "p1", t->lost_us, t->asked_us);
	put_phase(&c, "new epoch", "p2", t->asked_us, t->active_us);
	put_phase(&c, "clients may connect", "p3", t->active_us, t->listening_us);
	put_phase(&c, "channel to BroadWorks", "p4", t->active_us, t->channel_us);
	put_phase(&c, "all calls compared", "p5", t->channel_us != 0 ? t->channel_us : t->active_us,
		t->done_us);
	buf_cstr(out, "</svg>");
}
