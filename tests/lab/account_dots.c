/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The picture of many live runs: a lane for each fault, a dot for each failover at the silence that it
 * cost (logarithmic), a bar at the median, a tick at what is promised. A run that was not clean is red.
 *
 * Failure modes: the disk refuses: -1. A run without a measured silence has no dot.
 */
#include "tests/lab/account_results.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#define LEFT 200.0
#define RIGHT 900.0
#define TOP 70.0
#define LANE 30.0
#define SCALE_FROM_MS 10.0
#define SCALE_TO_MS 30000.0

static double
x_of(double ms)
{
	if (ms < SCALE_FROM_MS)
		ms = SCALE_FROM_MS;
	if (ms > SCALE_TO_MS)
		ms = SCALE_TO_MS;
	return LEFT +
		(RIGHT - LEFT) * log10(ms / SCALE_FROM_MS) / log10(SCALE_TO_MS / SCALE_FROM_MS);
}

static void
draw_frame(FILE *out, const struct results *r)
{
	static const struct {
		double ms;
		const char *text;
	} marks[] = { { 10, "10 ms" }, { 30, "30" }, { 100, "100 ms" }, { 300, "300" },
		{ 1000, "1 s" }, { 3000, "3 s" }, { 10000, "10 s" }, { 30000, "30 s" } };
	double bottom = TOP + LANE * (double)r->count;

	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 960 %.0f\" "
		"font-family=\"DejaVu Sans,Arial,sans-serif\" font-size=\"13\">\n"
		"<rect width=\"960\" height=\"%.0f\" fill=\"#fff\"/>\n"
		"<text x=\"20\" y=\"28\" font-size=\"17\" font-weight=\"bold\">How long CSTA clients heard "
		"nothing, by fault</text>\n"
		"<text x=\"20\" y=\"48\" fill=\"#555\">a dot is one failover (median over the sessions), "
		"red: the account was not clean; | median, dashed: promised median</text>\n",
		bottom + 50, bottom + 50);
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		fprintf(out,
			"<path d=\"M%.1f %.0fV%.0f\" stroke=\"#ddd\"/><text x=\"%.1f\" y=\"%.0f\" "
			"fill=\"#777\" text-anchor=\"middle\">%s</text>\n",
			x_of(marks[i].ms), TOP, bottom, x_of(marks[i].ms), bottom + 18,
			marks[i].text);
}

/* Dots that would hide one another go up and down in turn. */
static void
draw_dot(FILE *out, double ms, double y, size_t number, bool is_clean)
{
	static const double shift[] = { 0, -4, 4, -7, 7 };

	fprintf(out,
		"<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.2\" fill=\"%s\" fill-opacity=\"0.6\"/>\n",
		x_of(ms), y + shift[number % (sizeof(shift) / sizeof(shift[0]))],
		is_clean ? "#2e7d4f" : "#d22");
}

static void
draw_run(FILE *out, const json_t *run, double y, size_t number)
{
	const json_t *list = json_object_get(run, "silences_ms");
	bool is_clean = json_is_true(json_object_get(run, "ok"));
	const json_t *ms;
	size_t i;

	json_array_foreach(list, i, ms)
		draw_dot(out, json_number_value(ms), y, number + i, is_clean);
	if (json_array_size(list) > 0)
		return;
	ms = json_object_get(run, "silence_p50_ms");
	if (json_is_number(ms))
		draw_dot(out, json_number_value(ms), y, number, is_clean);
}

static void
draw_fault(FILE *out, const struct results_fault *f, double y)
{
	double median_ms = results_median(f, "silence_p50_ms");

	fprintf(out,
		"<path d=\"M%.0f %.1fH%.0f\" stroke=\"#f0f0f0\"/><text x=\"%.0f\" y=\"%.1f\" "
		"text-anchor=\"end\">%s</text><text x=\"%.0f\" y=\"%.1f\" fill=\"%s\">%zu/%zu</text>\n",
		LEFT, y, RIGHT, LEFT - 12, y + 4, f->name, RIGHT + 12, y + 4,
		results_clean(f) == f->count ? "#555" : "#d22", results_clean(f), f->count);
	if (f->bar_ms > 0)
		fprintf(out,
			"<path d=\"M%.1f %.1fv24\" stroke=\"#06c\" stroke-dasharray=\"3 2\"/>\n",
			x_of(f->bar_ms), y - 12);
	for (size_t i = 0; i < f->count; i++)
		draw_run(out, f->runs[i], y, i);
	if (median_ms >= 0)
		fprintf(out, "<path d=\"M%.1f %.1fv20\" stroke=\"#222\" stroke-width=\"2\"/>\n",
			x_of(median_ms), y - 10);
}

int
results_write_svg(const struct results *r, const char *path)
{
	FILE *out = fopen(path, "we");

	if (out == NULL)
		return -1;
	draw_frame(out, r);
	for (size_t i = 0; i < r->count; i++)
		draw_fault(out, &r->faults[i], TOP + LANE * ((double)i + 0.5));
	fprintf(out, "</svg>\n");
	return fclose(out) == 0 ? 0 : -1;
}
