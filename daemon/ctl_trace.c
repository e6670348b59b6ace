/* SPDX-License-Identifier: Apache-2.0 */
/* A trace as JSON: see ctl_trace.h. */
#include "daemon/ctl_trace.h"

#include "daemon/ctl_json.h"
#include "daemon/log_limit.h"
#include "proto/base/check.h"

static void
put_text(json_t *row, const char *key, const char *text, bool mask)
{
	char masked[TRACE_TEXT];

	if (mask)
		log_mask_numbers(text, masked, sizeof(masked));
	json_object_set_new(row, key, ctl_json_plain(mask ? masked : text));
}

static json_t *
row_of(uint64_t n, const struct trace_record *r, bool mask)
{
	json_t *row =
		json_pack("{s:I,s:I,s:s,s:I}", "n", (json_int_t)n, "t_us", (json_int_t)r->t_us,
			"what", trace_kind_name(r->kind), "offset", (json_int_t)r->offset);

	REQUIRE(row != NULL);
	put_text(row, "peer", r->peer, false);
	put_text(row, "name", r->name, mask);
	put_text(row, "text", r->text, mask);
	return row;
}

void
ctl_trace(const struct traces *all, struct str object, uint64_t after, uint32_t rows_max, bool mask,
	struct buf *out)
{
	struct trace_view v;
	uint64_t first, lost = 0;
	json_t *rows;

	if (!trace_look(all, object, &v)) {
		ctl_json_put(
			out, json_pack("{s:b,s:s}", "ok", 0, "error", "it is not traced any more"));
		return;
	}
	if (after > v.last)
		after = 0; /* of a trace that has begun anew */
	first = after + 1;
	if (first < v.oldest) {
		lost = v.oldest - first;
		first = v.oldest;
	}
	rows = json_array();
	for (uint64_t n = first; n <= v.last && n - first < rows_max; n++)
		json_array_append_new(rows, row_of(n, trace_record(all, object, n), mask));
	ctl_json_put(out,
		json_pack("{s:b,s:s,s:o,s:I,s:I}", "ok", 1, "schema", "tandemctl/trace/1", "rows",
			rows, "last", (json_int_t)v.last, "lost", (json_int_t)lost));
}
