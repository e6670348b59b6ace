/* SPDX-License-Identifier: Apache-2.0 */
/* The last messages: see ctl_ring.h. Lines are kept as words, so that reading what is being written is no data race. */
#include "daemon/ctl_ring.h"

#include "daemon/ctl_json.h"
#include "proto/base/check.h"
#include "proto/base/log.h"

#include <string.h>

void
ctl_ring_add(struct ctl_ring *r, const struct ctl_ring_line *head, const char *text)
{
	uint64_t before = atomic_load_explicit(&r->last, memory_order_relaxed);
	struct ctl_ring_slot *slot = &r->slots[before % CTL_RING_LINES];
	struct ctl_ring_line line = { .t_us = head->t_us, .number = head->number };
	uint64_t words[CTL_RING_WORDS];

	line.level = head->level;
	/* pieces of what clients sent may be in it, cut anywhere: ASCII is certain to be valid JSON */
	for (size_t n = 0; text[n] != '\0' && n < CTL_RING_TEXT - 1; n++)
		line.text[n] = text[n] >= ' ' && text[n] <= '~' ? text[n] : '?';
	memcpy(words, &line, sizeof(words));
	atomic_store_explicit(&slot->n, 0, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	for (size_t i = 0; i < CTL_RING_WORDS; i++)
		atomic_store_explicit(&slot->words[i], words[i], memory_order_relaxed);
	atomic_store_explicit(&slot->n, before + 1, memory_order_release);
	atomic_store_explicit(&r->last, before + 1, memory_order_release);
}

uint64_t
ctl_ring_last(const struct ctl_ring *r)
{
	return atomic_load_explicit(&r->last, memory_order_acquire);
}

bool
ctl_ring_read(const struct ctl_ring *r, uint64_t n, struct ctl_ring_line *line)
{
	const struct ctl_ring_slot *slot = &r->slots[(n - 1) % CTL_RING_LINES];
	uint64_t words[CTL_RING_WORDS];

	if (n == 0 || atomic_load_explicit(&slot->n, memory_order_acquire) != n)
		return false;
	for (size_t i = 0; i < CTL_RING_WORDS; i++)
		words[i] = atomic_load_explicit(&slot->words[i], memory_order_relaxed);
	atomic_thread_fence(memory_order_acquire);
	if (atomic_load_explicit(&slot->n, memory_order_relaxed) != n)
		return false;
	memcpy(line, words, sizeof(*line));
	return true;
}

static json_t *
row(uint64_t number, const struct ctl_ring_line *line, bool masked)
{
	const char *meaning = log_meaning(line->number);
	json_t *v = json_pack("{s:I,s:I,s:i,s:s,s:s}", "n", (json_int_t)number, "t_us",
		(json_int_t)line->t_us, "message", line->number, "level",
		log_level_name((enum log_level)line->level), "text",
		!masked                 ? line->text :
			meaning != NULL ? meaning :
					  "");

	REQUIRE(v != NULL);
	return v;
}

void
ctl_ring_answer(
	const struct ctl_ring *r, uint64_t after, uint32_t rows_max, bool masked, struct buf *out)
{
	uint64_t last = ctl_ring_last(r);
	uint64_t oldest = last > CTL_RING_LINES ? last - CTL_RING_LINES : 0;
	uint64_t lost = after < oldest ? oldest - after : 0;
	json_t *rows = json_array();
	struct ctl_ring_line line;
	json_t *root;

	/* of a daemon that was started anew: everything */
	if (after > last)
		after = lost = 0;
	if (after < oldest)
		after = oldest;
	for (uint64_t n = after + 1; n <= last && n - after <= rows_max; n++)
		if (ctl_ring_read(r, n, &line))
			json_array_append_new(rows, row(n, &line, masked));
		else
			lost++; /* just now */
	root = json_pack("{s:b,s:s,s:o,s:I,s:I}", "ok", 1, "schema", "tandemctl/events/1", "rows",
		rows, "last", (json_int_t)last, "lost", (json_int_t)lost);
	ctl_json_put(out, root);
}
