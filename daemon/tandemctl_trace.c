/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `tandemctl trace`: asks for what was recorded since the last question until the time is over or its reader is gone. The
 * daemon ends a trace that nobody asks for any more, so nothing is left to be taken back.
 */
#include "daemon/ctl.h"
#include "daemon/tandemctl.h"
#include "daemon/tandemctl_ladder.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TRACE_POLL_MS 200
#define TRACE_FOR_S 60

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static const char *
text_of(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text != NULL ? text : "";
}

static void
show_text(const json_t *row, struct buf *out)
{
	int64_t t_us = (int64_t)json_integer_value(json_object_get(row, "t_us"));
	int64_t offset = (int64_t)json_integer_value(json_object_get(row, "offset"));

	tandemctl_show_time(t_us, out);
	buf_printf(out, "%03d  %-12s  %-22s  %-32s  %s", (int)(t_us % 1000), text_of(row, "what"),
		text_of(row, "peer"), text_of(row, "name"), text_of(row, "text"));
	if (offset > 0)
		buf_printf(out, "%s#%" PRId64, text_of(row, "text")[0] != '\0' ? " " : "", offset);
	buf_cstr(out, "\n");
}

static void
show_row(const struct tandemctl_call *c, struct tandemctl_ladder *l, const json_t *row,
	struct buf *out)
{
	char *json;

	if (c->json) {
		json = json_dumps(row, JSON_COMPACT);
		buf_printf(out, "%s\n", json);
		free(json);
	} else if (c->ladder) {
		tandemctl_ladder_row(l, row, out);
	} else {
		show_text(row, out);
	}
}

/* Who has which role, for the names of the rails. */
static void
name_rails(const struct tandemctl_call *c, struct tandemctl_ladder *l)
{
	struct err e = { 0 };
	json_t *status = tandemctl_ask_verb(c, "status", TANDEMCTL_ASK_MS, &e);
	const json_t *node;
	size_t i;

	json_array_foreach(json_object_get(status, "nodes"), i, node) {
		const char *role = text_of(node, "role");

		if (strcmp(role, "active") == 0)
			snprintf(l->active, sizeof(l->active), "%s", text_of(node, "name"));
		else if (strcmp(role, "standby") == 0)
			snprintf(l->standby, sizeof(l->standby), "%s", text_of(node, "name"));
	}
	json_decref(status);
}

/* True if there may be more at once. */
static bool
show_more(
	const struct tandemctl_call *c, struct tandemctl_ladder *l, uint64_t *after, struct err *e)
{
	json_t *answer = tandemctl_ask(c,
		json_pack("{s:s,s:s,s:I}", "verb", "trace", "object", c->argv[1], "after",
			(json_int_t)*after),
		TANDEMCTL_ASK_MS, e);
	const json_t *rows = json_object_get(answer, "rows"), *row;
	json_int_t lost = json_integer_value(json_object_get(answer, "lost"));
	bool more = json_array_size(rows) == LIMIT_CTL_ROWS;
	struct buf out;
	size_t i;

	buf_init(&out, 8 * CTL_MESSAGE_BYTES_MAX);
	json_array_foreach(rows, i, row) {
		show_row(c, l, row, &out);
		*after = (uint64_t)json_integer_value(json_object_get(row, "n"));
	}
	tandemctl_print(&out);
	if (lost > 0)
		fprintf(stderr, "tandemctl: %" PRId64 " records came faster than they were read\n",
			(int64_t)lost);
	json_decref(answer);
	return more;
}

int
tandemctl_trace(const struct tandemctl_call *c)
{
	struct tandemctl_ladder l = { .ascii = c->look.ascii };
	int64_t until_ms = now_ms() + (int64_t)(c->for_s > 0 ? c->for_s : TRACE_FOR_S) * 1000;
	struct err e = { 0 };
	uint64_t after = 0;
	struct buf head;

	if (c->argc < 2) {
		fprintf(stderr, "tandemctl: trace: allowed: a device, user, call or session\n");
		return TANDEMCTL_USAGE;
	}
	if (c->ladder && !c->json) {
		name_rails(c, &l);
		buf_init(&head, 1024);
		tandemctl_ladder_head(&l, &head);
		tandemctl_print(&head);
	}
	do {
		while (show_more(c, &l, &after, &e))
			;
		if (e.code != 0)
			return tandemctl_report(&e);
		if (fflush(stdout) != 0)
			return TANDEMCTL_FAILED;
		(void)poll(NULL, 0, TRACE_POLL_MS);
	} while (now_ms() < until_ms);
	return TANDEMCTL_DONE;
}
