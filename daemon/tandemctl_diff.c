/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `tandemctl calls --diff`: the calls as each of the two nodes has them, and what differs. The two lists are not of one
 * moment: a call that comes or changes in between differs for that moment alone, so what differs is looked at again, and
 * told if it still does.
 */
#include "daemon/ctl.h"
#include "daemon/tandemctl.h"
#include "daemon/tandemctl_calls.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#define DIFF_TRIES 3
#define DIFF_WAIT_MS 300

/* All rows of a node; NULL with `e`. */
static json_t *
list_of(const struct tandemctl_call *c, const char *node, struct err *e)
{
	struct tandemctl_call call = *c;
	json_t *rows = json_array(), *next = NULL, *answer;

	call.node = node;
	do {
		json_t *q = json_pack("{s:s,s:s,s:s,s:s}", "verb", "list", "what", "calls", "match",
			c->argc > 1 ? c->argv[1] : "", "state", c->state);

		if (next != NULL)
			json_object_set_new(q, "after", next);
		answer = tandemctl_ask(&call, q, TANDEMCTL_ASK_MS, e);
		if (answer == NULL) {
			json_decref(rows);
			return NULL;
		}
		json_array_extend(rows, json_object_get(answer, "rows"));
		next = json_incref(json_object_get(answer, "next"));
		json_decref(answer);
	} while (next != NULL);
	return rows;
}

/* The names of this node and of the other; false with `e`. */
static bool
find_nodes(const struct tandemctl_call *c, char *here, char *there, size_t size, struct err *e)
{
	json_t *status = tandemctl_ask_verb(c, "status", TANDEMCTL_ASK_MS, e);
	const json_t *node;
	size_t i;

	here[0] = there[0] = '\0';
	json_array_foreach(json_object_get(status, "nodes"), i, node) {
		const char *name = json_string_value(json_object_get(node, "name"));

		snprintf(json_is_true(json_object_get(node, "local")) ? here : there, size, "%s",
			name != NULL ? name : "");
	}
	json_decref(status);
	if (status != NULL && there[0] == '\0')
		err_set(e, E_STATE, "there is no other node to compare with");
	return e->code == 0;
}

/* What differs now; NULL with `e`. */
static json_t *
compare(const struct tandemctl_call *c, const char *here, const char *there, json_t *before,
	struct err *e)
{
	json_t *ours = list_of(c, here, e), *theirs = NULL, *rows = NULL;

	if (ours != NULL)
		theirs = list_of(c, there, e);
	if (theirs != NULL)
		rows = tandemctl_calls_compare(ours, theirs, before);
	json_decref(ours);
	json_decref(theirs);
	return rows;
}

static int
show(const struct tandemctl_call *c, json_t *rows, const char *here, const char *there)
{
	bool differs = json_array_size(rows) > 0;
	struct buf out;

	if (c->json) {
		json_t *root = json_pack("{s:s,s:s,s:s,s:O}", "schema", "tandemctl/callsdiff/1",
			"here", here, "there", there, "rows", rows);

		tandemctl_print_json(root);
		json_decref(root);
	} else {
		buf_init(&out, 8 * CTL_MESSAGE_BYTES_MAX);
		tandemctl_calls_show(rows, here, there, &out);
		tandemctl_print(&out);
	}
	return differs ? TANDEMCTL_FAILED : TANDEMCTL_DONE;
}

int
tandemctl_calls_diff(const struct tandemctl_call *c)
{
	char here[64], there[64];
	struct err e = { 0 };
	json_t *rows = NULL;
	int code;

	if (strcmp(c->argv[0], "calls") != 0) {
		fprintf(stderr, "tandemctl: --diff: allowed: with calls\n");
		return TANDEMCTL_USAGE;
	}
	if (!find_nodes(c, here, there, sizeof(here), &e))
		return tandemctl_report(&e);
	for (int i = 0; i < DIFF_TRIES && (rows == NULL || json_array_size(rows) > 0); i++) {
		json_t *now = compare(c, here, there, rows, &e);

		json_decref(rows);
		rows = now;
		if (rows == NULL)
			return tandemctl_report(&e);
		if (json_array_size(rows) > 0)
			(void)poll(NULL, 0, DIFF_WAIT_MS);
	}
	code = show(c, rows, here, there);
	json_decref(rows);
	return code;
}
