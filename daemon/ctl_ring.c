/* SPDX-License-Identifier: Apache-2.0 */
/* The last messages: see ctl_ring.h. */
#include "daemon/ctl_ring.h"

#include "proto/base/check.h"
#include "proto/base/log.h"

#include <jansson.h>

void
ctl_ring_add(struct ctl_ring *r, const struct ctl_ring_line *head, const char *text)
{
	struct ctl_ring_line *line = &r->lines[r->last % CTL_RING_LINES];
	size_t n = 0;

	*line = *head;
	/* pieces of what clients sent may be in it, cut anywhere: ASCII is certain to be valid JSON */
	for (; text[n] != '\0' && n < CTL_RING_TEXT - 1; n++)
		line->text[n] = text[n] >= ' ' && text[n] <= '~' ? text[n] : '?';
	line->text[n] = '\0';
	r->last++;
}

static json_t *
row(uint64_t number, const struct ctl_ring_line *line)
{
	json_t *v = json_pack("{s:I,s:I,s:i,s:s,s:s}", "n", (json_int_t)number, "t_us",
		(json_int_t)line->t_us, "message", line->number, "level",
		log_level_name((enum log_level)line->level), "text", line->text);

	REQUIRE(v != NULL);
	return v;
}

static int
append_to_buf(const char *p, size_t n, void *arg)
{
	buf_put(arg, p, n);
	return 0;
}

void
ctl_ring_answer(const struct ctl_ring *r, uint64_t after, uint32_t rows_max, struct buf *out)
{
	uint64_t oldest = r->last > CTL_RING_LINES ? r->last - CTL_RING_LINES : 0;
	uint64_t lost = after < oldest ? oldest - after : 0;
	json_t *rows = json_array();
	json_t *root;

	/* of a daemon that was started anew: everything */
	if (after > r->last)
		after = lost = 0;
	if (after < oldest)
		after = oldest;
	for (uint64_t n = after + 1; n <= r->last && n - after <= rows_max; n++)
		json_array_append_new(rows, row(n, &r->lines[(n - 1) % CTL_RING_LINES]));
	root = json_pack("{s:b,s:s,s:o,s:I,s:I}", "ok", 1, "schema", "tandemctl/events/1", "rows",
		rows, "last", (json_int_t)r->last, "lost", (json_int_t)lost);
	REQUIRE(root != NULL);
	json_dump_callback(root, append_to_buf, out, JSON_COMPACT);
	json_decref(root);
}
