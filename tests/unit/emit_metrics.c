/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints the metrics of a node in which everything is known, for a script to compare with their description.
 *
 *   emit_metrics              an active node
 *   emit_metrics standby      its standby
 *   emit_metrics starting     a node that has published nothing yet
 *   emit_metrics json FILE    exit 0 if the file is JSON, else 1 with what is wrong
 */
#include "daemon/http_metrics.h"
#include "tests/unit/http_case.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static struct http_snap snap;

static int
judge_json(const char *file)
{
	json_error_t why;
	json_t *root = json_load_file(file, JSON_REJECT_DUPLICATES, &why);

	if (root == NULL)
		fprintf(stderr, "%s:%d: %s\n", file, why.line, why.text);
	json_decref(root);
	return root != NULL ? 0 : 1;
}

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "active";
	struct http_now now = http_case_now();
	struct buf out;

	if (argc > 2 && strcmp(what, "json") == 0)
		return judge_json(argv[2]);
	http_case_fill(&snap);
	if (strcmp(what, "standby") == 0) {
		snap.view.role = HA_STANDBY;
		snap.view.peer.role = HA_ACTIVE;
		snap.view.peer.offset = snap.view.offset;
	}
	if (strcmp(what, "starting") == 0)
		snap.at_us = 0;
	buf_init(&out, LIMIT_HTTP_ANSWER_BYTES);
	http_metrics(&snap, &now, &out);
	fwrite(out.p, 1, out.n, stdout);
	buf_fini(&out);
	return 0;
}
