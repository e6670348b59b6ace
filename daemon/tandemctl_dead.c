/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Without the daemon: see tandemctl_dead.h.
 *
 * crm_mon's XML is only searched for the few tags that are needed: whatever it may say, nothing but
 * text is taken from it, and what is not found is not shown.
 */
#include "daemon/tandemctl_dead.h"

#include "daemon/io_files.h"
#include "daemon/tandemctl_run.h"
#include "daemon/tandemctl_show.h"

#include <stdio.h>
#include <string.h>

#define DEAD_MON_BYTES_MAX (1024 * 1024)
#define DEAD_HISTORY_LINES 5
#define DEAD_HISTORY_BYTES_MAX (1024 * 1024)

/* --- asking crm_mon --------------------------------------------------------------------------- */

/* NULL, or why there is no output. */
static const char *
run_crm_mon(const struct conf *c, struct buf *out)
{
	char program[sizeof(c->crm_resource) + 16], once[] = "-1", xml[] = "--output-as=xml";
	char *args[] = { program, once, xml, NULL };

	if (!tandemctl_pacemaker_path(c, "crm_mon", program, sizeof(program)))
		return "crm_mon is not installed";
	switch (tandemctl_run(args, TANDEMCTL_RUN_MS, out)) {
	case 0:
		return NULL;
	case -1:
		return "no process";
	case -2:
		return "Pacemaker does not answer";
	default:
		return "Pacemaker does not run on this node";
	}
}

/* --- reading its answer ----------------------------------------------------------------------- */

/* An instance of a clone is called "NAME" or "NAME:NUMBER". */
static bool
is_instance(const char *id, const char *resource)
{
	size_t n = strlen(resource);

	return strncmp(id, resource, n) == 0 && (id[n] == '\0' || id[n] == ':');
}

static void
take_instance(const char *tag, json_t *list)
{
	const char *tag_end = strchr(tag, '>');
	const char *end = strstr(tag, "</resource>");
	const char *node = strstr(tag, "<node ");
	char role[32] = "?", failed[8] = "false", name[64] = "";

	(void)tandemctl_attribute(tag, "role", role, sizeof(role));
	(void)tandemctl_attribute(tag, "failed", failed, sizeof(failed));
	if (tag_end == NULL || tag_end[-1] == '/' || node == NULL || end == NULL || node > end ||
		!tandemctl_attribute(node, "name", name, sizeof(name)))
		snprintf(name, sizeof(name), "-");
	json_array_append_new(list,
		json_pack("{s:s,s:s,s:b}", "node", name, "role", role, "failed",
			strcmp(failed, "true") == 0));
}

static void
take_failure(const char *tag, const char *resource, json_t *list)
{
	char key[96], node[64], text[32], when[64] = "", line[320];

	if (!tandemctl_attribute(tag, "op_key", key, sizeof(key)) ||
		strncmp(key, resource, strlen(resource)) != 0)
		return;
	if (!tandemctl_attribute(tag, "node", node, sizeof(node)) ||
		!tandemctl_attribute(tag, "exitstatus", text, sizeof(text)))
		return;
	(void)tandemctl_attribute(tag, "last-rc-change", when, sizeof(when));
	snprintf(line, sizeof(line), "%s on %s: %s %s", key, node, text, when);
	json_array_append_new(list, json_string(line));
}

void
tandemctl_dead_parse(const char *xml, const char *resource, json_t *status)
{
	json_t *instances = json_array(), *failures = json_array();
	char id[96];

	for (const char *at = strstr(xml, "<resource "); at != NULL;
		at = strstr(at + 1, "<resource "))
		if (tandemctl_attribute(at, "id", id, sizeof(id)) && is_instance(id, resource))
			take_instance(at, instances);
	for (const char *at = strstr(xml, "<failure "); at != NULL;
		at = strstr(at + 1, "<failure "))
		take_failure(at, resource, failures);
	json_object_set_new(status, "pacemaker", instances);
	json_object_set_new(status, "failures", failures);
}

/* --- together --------------------------------------------------------------------------------- */

json_t *
tandemctl_dead_history(const struct conf *c, uint32_t lines)
{
	json_t *list = json_array();
	struct buf text;
	struct str rest;

	buf_init(&text, DEAD_HISTORY_BYTES_MAX);
	if (io_files_read_history(c->state_dir, lines, &text, NULL) != 0)
		buf_reset(&text);
	rest = buf_as_str(&text);
	while (rest.n > 0) {
		struct str line = str_cut(rest, '\n', &rest);
		json_t *entry = json_loadb(line.p, line.n, 0, NULL);

		if (entry != NULL)
			json_array_append_new(list, entry);
	}
	buf_fini(&text);
	return list;
}

json_t *
tandemctl_dead_status(const struct conf *c, const char *why)
{
	json_t *status = json_pack("{s:s,s:b,s:s,s:s,s:n}", "schema", "tandemctl/status/1", "ok", 0,
		"source", "fallback", "error", why, "pacemaker");
	struct buf xml;
	const char *no_answer;

	buf_init(&xml, DEAD_MON_BYTES_MAX);
	no_answer = run_crm_mon(c, &xml);
	buf_char(&xml, '\0');
	if (no_answer == NULL && !xml.overflow)
		tandemctl_dead_parse((const char *)xml.p, c->resource, status);
	else
		json_object_set_new(status, "pacemaker_error",
			json_string(no_answer ? no_answer : "too much output"));
	buf_fini(&xml);
	json_object_set_new(status, "history", tandemctl_dead_history(c, DEAD_HISTORY_LINES));
	return status;
}

/* What to do depends on who should have started it. */
static void
show_remedy(const json_t *status, struct buf *out)
{
	if (json_is_array(json_object_get(status, "pacemaker")))
		buf_cstr(out,
			"To do: crm_mon -1 -r -f says where and why it failed, the end of its log the rest; when that is "
			"mended, crm_resource --cleanup -r with the name of the resource starts it again.\n");
	else
		buf_cstr(out,
			"To do: start Pacemaker (systemctl start pacemaker), which starts it; without a cluster, systemctl "
			"status tandemd says why it ended. The end of its log says the rest.\n");
}

void
tandemctl_dead_show(const json_t *status, struct buf *out)
{
	const json_t *instances = json_object_get(status, "pacemaker");
	const json_t *history = json_object_get(status, "history");
	const json_t *entry;
	size_t i;

	buf_printf(out, "tandemd does not answer on this node: %s\n",
		json_string_value(json_object_get(status, "error")));
	if (!json_is_array(instances))
		buf_printf(out, "From Pacemaker: nothing (%s)\n",
			json_string_value(json_object_get(status, "pacemaker_error")));
	else if (json_array_size(instances) == 0)
		buf_cstr(out, "From Pacemaker: it knows no such resource\n");
	json_array_foreach(instances, i, entry)
		buf_printf(out, "From Pacemaker: %-12s %s%s\n",
			json_string_value(json_object_get(entry, "node")),
			json_string_value(json_object_get(entry, "role")),
			json_is_true(json_object_get(entry, "failed")) ? " FAILED" : "");
	json_array_foreach(json_object_get(status, "failures"), i, entry)
		buf_printf(out, "  failed: %s\n", json_string_value(entry));
	if (json_array_size(history) == 0)
		buf_cstr(out, "No history on this node.\n");
	else
		buf_cstr(out, "The last entries of this node's history:\n");
	tandemctl_show_history(history, out);
	show_remedy(status, out);
}
