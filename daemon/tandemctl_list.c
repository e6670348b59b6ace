/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The listing commands: slice after slice is asked for and shown at once, so that neither the daemon nor this program
 * holds the whole list. A daemon that ends in between leaves a partial listing, exit 6. What is stuck is followed by what was, if
 * it is to be explained.
 */
#include "daemon/ctl.h"
#include "daemon/tandemctl.h"
#include "daemon/tandemctl_cleared.h"
#include "daemon/tandemctl_rows.h"

#include <stdio.h>

struct listing {
	const struct tandemctl_call *c;
	struct tandemctl_rows rows;
	uint64_t told; /* --json: rows so far */
};

static json_t *
request(const struct listing *l, json_t *next)
{
	json_t *q = json_pack("{s:s,s:s,s:i,s:s,s:s,s:I}", "verb", "list", "what",
		ctl_list_name(l->rows.kind), "rows", LIMIT_CTL_ROWS, "match",
		l->c->argc > 1 ? l->c->argv[1] : "", "state", l->c->state, "older",
		(json_int_t)l->c->older_s);

	if (next != NULL)
		json_object_set(q, "after", next);
	return q;
}

static void
begin(struct listing *l)
{
	if (l->c->json)
		printf("{\"schema\":\"tandemctl/%s/1\",\"rows\":[", ctl_list_name(l->rows.kind));
}

static void
show(struct listing *l, const json_t *rows)
{
	const json_t *row;
	struct buf out;
	size_t i;

	if (!l->c->json) {
		buf_init(&out, 4 * CTL_MESSAGE_BYTES_MAX);
		tandemctl_rows(&l->rows, rows, &out);
		tandemctl_print(&out);
		return;
	}
	json_array_foreach(rows, i, row) {
		printf("%s\n", l->told++ > 0 ? "," : "");
		json_dumpf(row, stdout, JSON_COMPACT);
	}
}

static void
end(struct listing *l, bool complete)
{
	struct buf out;

	if (l->c->json) {
		printf("\n],\"complete\":%s}\n", complete ? "true" : "false");
		return;
	}
	if (!complete)
		return;
	buf_init(&out, 1024);
	tandemctl_rows_end(&l->rows, &out);
	tandemctl_print(&out);
}

static bool
is_explained(const struct listing *l)
{
	return l->rows.kind == CTL_LIST_STUCK && l->c->explain && !l->c->json && !l->c->tsv;
}

int
tandemctl_list(const struct tandemctl_call *c)
{
	struct listing l = { .c = c, .rows = { .tsv = c->tsv, .explain = c->explain } };
	struct err e = { 0 };
	json_t *answer, *next = NULL;
	int code;
	bool begun = false, complete = false;

	if (c->diff)
		return tandemctl_calls_diff(c);
	(void)ctl_list_find(c->argv[0], &l.rows.kind);
	do {
		answer = tandemctl_ask(c, request(&l, next), TANDEMCTL_ASK_MS, &e);
		json_decref(next);
		if (answer == NULL)
			break;
		if (!begun)
			begin(&l);
		begun = true;
		show(&l, json_object_get(answer, "rows"));
		next = json_incref(json_object_get(answer, "next"));
		complete = next == NULL;
		json_decref(answer);
	} while (next != NULL);
	if (begun)
		end(&l, complete);
	if (complete)
		return is_explained(&l) ? tandemctl_cleared(c) : TANDEMCTL_DONE;
	code = tandemctl_report(&e);
	return begun ? TANDEMCTL_PARTIAL : code;
}
