/* SPDX-License-Identifier: Apache-2.0 */
/*
 * takeover.svg: the run as a picture, from the same lanes as the text.
 *
 * White ground; green serves, blue follows, amber decides, orange asks BroadWorks again, grey is dead;
 * red only for the fault and for the band in which a client heard nothing. No number in here is a
 * result: all come from the run.
 *
 * Failure modes: the disk refuses: -1. What is not known is not drawn.
 */
#include "tests/lab/account_compute.h"
#include "tests/lab/account_load.h"
#include "tests/lab/account_show.h"

#include <string.h>

#define LEFT 160.0
#define RIGHT 940.0
#define TOP 66.0
#define LANE_STEP 46.0
#define BOTTOM (TOP + LANE_STEP * LANE_COUNT)
#define CALL_POINTS 60
#define TICKS 260 /* one for each 3 px from LEFT to RIGHT */

static const char *const fills[] = {
	[KIND_active] = "#2e9e5b",
	[KIND_standby] = "#3b7dd8",
	[KIND_dead] = "#777",
	[KIND_deciding] = "#c7a008",
	[KIND_resync] = "#e8731a",
	[KIND_heard] = "#2e9e5b",
};

struct drawing {
	const struct account_run *r;
	const struct account_scene *s;
	FILE *out;
};

static double
x_of(const struct drawing *d, double ms)
{
	return LEFT + (ms - d->s->from_ms) * (RIGHT - LEFT) / (d->s->to_ms - d->s->from_ms);
}

static double
y_of(enum account_lane_id lane)
{
	return TOP + 12 + LANE_STEP * (double)lane;
}

/* Text of the run's files goes into the picture: what has a meaning in XML is left out. */
static void
put_text(FILE *out, const char *text)
{
	for (; *text != '\0'; text++)
		if (strchr("<>&\"'", *text) == NULL && (unsigned char)*text >= 0x20)
			fputc(*text, out);
}

static void
draw_title(const struct drawing *d)
{
	char headline[256];

	account_headline(d->r, headline, sizeof(headline));
	fprintf(d->out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 960 %.0f\" "
		"font-family=\"DejaVu Sans,Arial,sans-serif\" font-size=\"13\">\n"
		"<rect width=\"960\" height=\"%.0f\" fill=\"#fff\"/>\n"
		"<text x=\"20\" y=\"28\" font-size=\"17\" font-weight=\"bold\">",
		BOTTOM + 64, BOTTOM + 64);
	put_text(d->out, headline);
	fprintf(d->out,
		"</text>\n<text x=\"20\" y=\"48\" fill=\"#555\">fencing on, %lld agents, seed %lld, ",
		(long long)account_load_int(d->r->run, "agents", 0),
		(long long)account_load_int(d->r->run, "seed", 0));
	put_text(d->out, account_load_text(json_object_get(d->r->run, "versions"), "corosync"));
	fprintf(d->out, ", ");
	put_text(d->out, account_load_text(json_object_get(d->r->run, "versions"), "pacemaker"));
	fprintf(d->out, "; one machine, namespaces</text>\n");
}

static void
draw_scale(const struct drawing *d)
{
	double step_ms = d->s->to_ms - d->s->from_ms > 8000 ? 2000 : 1000;

	for (double ms = account_first_step(d->s->from_ms, step_ms); ms <= d->s->to_ms;
		ms += step_ms)
		fprintf(d->out,
			"<path d=\"M%.0f %.0fV%.0f\" stroke=\"#ddd\"/><text x=\"%.0f\" y=\"%.0f\" "
			"fill=\"#777\" text-anchor=\"middle\">%s%.0f s</text>\n",
			x_of(d, ms), TOP, BOTTOM, x_of(d, ms), BOTTOM + 16, ms > 0 ? "+" : "",
			ms / 1000);
}

static void
draw_gap(const struct drawing *d)
{
	double from = d->s->gap_from_ms;
	double to = d->s->gap_to_ms;

	if (from >= to)
		return;
	if (to > d->s->to_ms)
		to = d->s->to_ms;
	fprintf(d->out,
		"<rect x=\"%.1f\" y=\"%.0f\" width=\"%.1f\" height=\"%.0f\" fill=\"#fde8e8\"/>\n",
		x_of(d, from), TOP, x_of(d, to) - x_of(d, from), BOTTOM - TOP);
}

/* One tick for each pixel pair in which calls changed: bounded whatever the load is. */
static void
draw_truth(const struct drawing *d)
{
	bool ticks[TICKS + 1];
	int last = -1;
	const json_t *line;
	size_t i;

	memset(ticks, 0, sizeof(ticks));
	json_array_foreach(d->r->bwsim, i, line) {
		double ms = account_ms(d->r, account_load_int(line, "t_us", 0));

		if (account_load_is(line, "ev", "call") && ms >= d->s->from_ms && ms <= d->s->to_ms)
			ticks[(int)((x_of(d, ms) - LEFT) / 3)] = true;
	}
	fprintf(d->out, "<path stroke=\"#444\" stroke-width=\"1.5\" d=\"");
	for (int t = 0; t <= TICKS; t++) {
		if (!ticks[t])
			continue;
		if (last < 0)
			fprintf(d->out, "M%.0f %.0fv16", LEFT + 3 * t, y_of(LANE_truth));
		else
			fprintf(d->out, "m%d-16v16", 3 * (t - last));
		last = t;
	}
	fprintf(d->out, "\"/>\n");
}

static void
draw_lane(const struct drawing *d, enum account_lane_id lane)
{
	bool is_client = lane == LANE_client_a || lane == LANE_client_b;

	for (size_t i = 0; i < d->s->span_count[lane]; i++) {
		const struct account_span *span = &d->s->spans[lane][i];
		double width = x_of(d, span->to_ms) - x_of(d, span->from_ms);

		fprintf(d->out,
			"<rect x=\"%.1f\" y=\"%.0f\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>\n",
			x_of(d, span->from_ms), y_of(lane), width, is_client ? 16 : 22,
			fills[span->kind]);
		if (width > 60 && !is_client)
			fprintf(d->out, "<text x=\"%.1f\" y=\"%.0f\" fill=\"#fff\">%s</text>\n",
				x_of(d, span->from_ms) + 6, y_of(lane) + 16,
				account_kind_name(span->kind));
	}
}

static void
draw_silence(const struct drawing *d, enum account_lane_id lane, const struct account_session *c)
{
	if (c == NULL || c->gap_to_us == 0 || !d->r->is_takeover)
		return;
	fprintf(d->out, "<text x=\"%.0f\" y=\"%.0f\" fill=\"#a00\">silent %.2f s</text>\n",
		x_of(d, 0) + 5, y_of(lane) + 30, (double)(c->gap_to_us - c->gap_from_us) / 1e6);
}

static int64_t
at_us(const struct drawing *d, double ms)
{
	return d->r->fault_us + (int64_t)(ms * 1000);
}

typedef int64_t (*count_fn)(const struct account_run *r, int64_t t_us);

/* The number of calls over the time as a line; nothing when it is not known. */
static void
draw_count(const struct drawing *d, count_fn count, const char *style, int64_t highest)
{
	fprintf(d->out, "<polyline fill=\"none\" %s points=\"", style);
	for (int i = 0; i <= CALL_POINTS; i++) {
		double ms = d->s->from_ms + (d->s->to_ms - d->s->from_ms) * i / CALL_POINTS;

		fprintf(d->out, "%.0f,%.0f ", LEFT + (RIGHT - LEFT) * i / CALL_POINTS,
			y_of(LANE_calls) + 24 -
				24.0 * (double)count(d->r, at_us(d, ms)) / (double)highest);
	}
	fprintf(d->out, "\"/>\n");
}

static void
draw_calls(const struct drawing *d)
{
	int64_t highest = 1;

	for (int i = 0; i <= CALL_POINTS; i++) {
		double ms = d->s->from_ms + (d->s->to_ms - d->s->from_ms) * i / CALL_POINTS;
		int64_t truth = account_halves_at(d->r, at_us(d, ms));
		int64_t model = account_model_at(d->r, at_us(d, ms));

		if (truth < 0 || model < 0)
			return;
		highest = truth > highest ? truth : highest;
		highest = model > highest ? model : highest;
	}
	draw_count(d, account_halves_at, "stroke=\"#444\" stroke-width=\"2\"", highest);
	draw_count(d, account_model_at,
		"stroke=\"#3b7dd8\" stroke-width=\"2\" stroke-dasharray=\"5 3\"", highest);
	fprintf(d->out,
		"<text x=\"%.0f\" y=\"%.0f\" fill=\"#444\" font-size=\"11\">highest %lld; line: BroadWorks, "
		"dashes: clients</text>\n",
		LEFT + 4, y_of(LANE_calls) - 3, (long long)highest);
}

static void
draw_names(const struct drawing *d)
{
	static const char *const names[] = { "BroadWorks calls", "n1", "n2", "CSTA client A",
		"CSTA client B", "calls" };

	fprintf(d->out, "<g text-anchor=\"end\">");
	for (int lane = 0; lane < LANE_COUNT; lane++)
		fprintf(d->out, "<text x=\"150\" y=\"%.0f\">%s</text>",
			y_of((enum account_lane_id)lane) + 14, names[lane]);
	fprintf(d->out, "</g>\n");
}

static void
draw_mark(const struct drawing *d, int64_t t_us, const char *name, const char *colour, double y)
{
	double x;

	if (t_us == 0 || account_ms(d->r, t_us) > d->s->to_ms)
		return;
	x = x_of(d, account_ms(d->r, t_us));
	fprintf(d->out,
		"<path d=\"M%.1f %.0fV%.0f\" stroke=\"%s\"/><text x=\"%.1f\" y=\"%.0f\" fill=\"%s\">"
		"%s %+.2f</text>\n",
		x, y, BOTTOM, colour, x + 3, y, colour, name, account_ms(d->r, t_us) / 1000);
}

static void
draw_marks(const struct drawing *d)
{
	const int64_t *t = d->r->at.t_us;

	fprintf(d->out,
		"<path d=\"M%.1f %.0fV%.0f\" stroke=\"#c00\" stroke-width=\"2\"/><text x=\"%.1f\" "
		"y=\"%.0f\" fill=\"#c00\">",
		x_of(d, 0), TOP, BOTTOM, x_of(d, 0) + 4, TOP + 6);
	put_text(d->out, d->r->fault);
	fprintf(d->out, "</text>\n");
	draw_mark(d, t[PHASE_peer_lost], "lost", "#8a6d00", y_of(LANE_n1) - 4);
	draw_mark(d, t[PHASE_active], "active", "#b4540b", y_of(LANE_n2) - 4);
	draw_mark(d, t[PHASE_resync_done], "in sync", "#1f7a45", y_of(LANE_client_a) - 4);
}

static void
put_figure(const struct drawing *d, enum account_figure_id id, const char *text)
{
	if (d->r->figures[id].is_known)
		fprintf(d->out, "%.0f %s", d->r->figures[id].value, text);
	else
		fprintf(d->out, "%s not measured", text);
}

static void
draw_account(const struct drawing *d)
{
	fprintf(d->out, "<text x=\"20\" y=\"%.0f\" fill=\"#333\">calls: ", BOTTOM + 38);
	put_figure(d, FIGURE_calls_kept, "kept, ");
	put_figure(d, FIGURE_calls_cleared, "ended and cleared, ");
	put_figure(d, FIGURE_calls_learned, "new and learned, ");
	put_figure(d, FIGURE_calls_stuck, "stuck; ");
	put_figure(d, FIGURE_events, "events, ");
	put_figure(d, FIGURE_events_lost, "lost, ");
	put_figure(d, FIGURE_events_duplicated, "twice; ");
	put_figure(d, FIGURE_devices, "devices, ");
	put_figure(d, FIGURE_updates_sent, "updates");
	fprintf(d->out,
		"</text>\n<text x=\"20\" y=\"%.0f\" fill=\"#333\">verdict: %s</text>\n</svg>\n",
		BOTTOM + 56, account_verdict(d->r) ? "passed" : "failed");
}

int
account_write_svg(const struct account_run *r, const char *path)
{
	struct account_scene scene;
	struct drawing d = { r, &scene, fopen(path, "we") };
	int rc;

	if (d.out == NULL)
		return -1;
	account_scene_make(r, &scene);
	draw_title(&d);
	draw_gap(&d);
	draw_scale(&d);
	draw_names(&d);
	draw_truth(&d);
	for (int lane = LANE_n1; lane <= LANE_client_b; lane++)
		draw_lane(&d, (enum account_lane_id)lane);
	draw_silence(&d, LANE_client_a, scene.client[0]);
	draw_silence(&d, LANE_client_b, scene.client[1]);
	draw_calls(&d);
	draw_marks(&d);
	draw_account(&d);
	rc = ferror(d.out) ? -1 : 0;
	return fclose(d.out) != 0 ? -1 : rc;
}
