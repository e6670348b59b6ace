/* SPDX-License-Identifier: Apache-2.0 */
/* What was put right: see tandemctl_cleared.h. */
#include "daemon/tandemctl_cleared.h"

#include "daemon/ctl.h"
#include "daemon/tandemctl_show.h"
#include "proto/base/log.h"

#include <inttypes.h>
#include <time.h>

#define CLEARED_SINCE_S 3600

static int64_t
number_of(const json_t *object, const char *key)
{
	return (int64_t)json_integer_value(json_object_get(object, key));
}

bool
tandemctl_cleared_take(struct tandemctl_cleared *k, const json_t *answer, struct buf *out)
{
	const json_t *rows = json_object_get(answer, "rows"), *row;
	size_t i;

	k->lost += (uint64_t)number_of(answer, "lost");
	json_array_foreach(rows, i, row) {
		const char *text = json_string_value(json_object_get(row, "text"));

		k->after = (uint64_t)number_of(row, "n");
		if (number_of(row, "message") != M_PARTY_OUT_OF_STEP ||
			number_of(row, "t_us") < k->since_us)
			continue;
		buf_cstr(out, " ");
		tandemctl_show_time(number_of(row, "t_us"), out);
		buf_printf(out, "  %s\n", text != NULL ? text : "");
		k->count++;
	}
	return json_array_size(rows) == LIMIT_CTL_ROWS;
}

void
tandemctl_cleared_end(const struct tandemctl_cleared *k, struct buf *out)
{
	buf_printf(out,
		" %" PRIu64
		" call parties were out of step in the last hour and were put right (37205)\n",
		k->count);
	if (k->lost > 0)
		buf_printf(out, " older ones are in the log: %" PRIu64 " messages have made room\n",
			k->lost);
}

static int64_t
wall_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int
tandemctl_cleared(const struct tandemctl_call *c)
{
	struct tandemctl_cleared k = { .since_us = wall_us() - CLEARED_SINCE_S * INT64_C(1000000) };
	struct err e = { 0 };
	struct buf out;
	json_t *answer;
	bool more;

	do {
		answer = tandemctl_ask(c,
			json_pack("{s:s,s:I}", "verb", "events", "after", (json_int_t)k.after),
			TANDEMCTL_ASK_MS, &e);
		if (answer == NULL)
			return tandemctl_report(&e);
		buf_init(&out, 4 * CTL_MESSAGE_BYTES_MAX);
		more = tandemctl_cleared_take(&k, answer, &out);
		if (!more)
			tandemctl_cleared_end(&k, &out);
		json_decref(answer);
		tandemctl_print(&out);
	} while (more);
	return TANDEMCTL_DONE;
}
