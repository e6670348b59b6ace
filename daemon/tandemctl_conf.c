/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration for operators: see tandemctl_conf.h. */
#include "daemon/tandemctl_conf.h"

#include "daemon/ctl.h"
#include "daemon/io_files.h"

#include <stdio.h>
#include <string.h>

#define CONF_PRINT_BYTES_MAX 262144

/* --- the command -------------------------------------------------------------------------------- */

static int
read_file(const char *file, struct buf *print)
{
	static struct conf read;
	struct err e = { 0 };

	buf_init(print, CONF_PRINT_BYTES_MAX);
	if (io_files_read_conf(&read, file, &e) != 0) {
		fprintf(stderr, "tandemctl: %s\n", e.text);
		buf_fini(print);
		return TANDEMCTL_FAILED;
	}
	conf_print(&read, false, print);
	return TANDEMCTL_DONE;
}

static int
config_check(const struct tandemctl_call *c)
{
	const char *file = c->argc > 2 ? c->argv[2] : c->file;
	struct buf print;

	if (read_file(file, &print) != TANDEMCTL_DONE)
		return TANDEMCTL_FAILED;
	buf_fini(&print);
	printf(" %s: good\n", file);
	return TANDEMCTL_DONE;
}

static int
config_show(const struct tandemctl_call *c)
{
	struct buf print;

	if (read_file(c->argc > 2 ? c->argv[2] : c->file, &print) != TANDEMCTL_DONE)
		return TANDEMCTL_FAILED;
	tandemctl_print(&print);
	return TANDEMCTL_DONE;
}

/* What the daemon knows of the other node's: the hash alone. */
static int
diff_nodes(const struct tandemctl_call *c)
{
	struct err e = { 0 };
	json_t *status = tandemctl_ask_verb(c, "status", TANDEMCTL_ASK_MS, &e);
	bool differs;

	if (status == NULL)
		return tandemctl_report(&e);
	differs = json_is_true(json_object_get(status, "config_differs"));
	json_decref(status);
	if (!differs) {
		printf(" the nodes have the same configuration, as far as both are there\n");
		return TANDEMCTL_DONE;
	}
	printf(" the nodes have different configurations. On the other one: tandemctl config show >FILE; here: tandemctl "
	       "config diff FILE\n");
	return TANDEMCTL_FAILED;
}

static int
config_diff(const struct tandemctl_call *c)
{
	struct buf here, there, out;
	unsigned differences;

	if (c->argc < 3)
		return diff_nodes(c);
	if (read_file(c->file, &here) != TANDEMCTL_DONE)
		return TANDEMCTL_FAILED;
	if (read_file(c->argv[2], &there) != TANDEMCTL_DONE) {
		buf_fini(&here);
		return TANDEMCTL_FAILED;
	}
	buf_init(&out, CONF_PRINT_BYTES_MAX);
	differences = tandemctl_conf_diff(buf_as_str(&here), buf_as_str(&there), &out);
	buf_fini(&here);
	buf_fini(&there);
	if (differences == 0)
		buf_cstr(&out, " no difference\n");
	tandemctl_print(&out);
	return differences == 0 ? TANDEMCTL_DONE : TANDEMCTL_FAILED;
}

static int
config_example(const struct tandemctl_call *c)
{
	struct buf out;

	(void)c;
	buf_init(&out, CONF_PRINT_BYTES_MAX);
	tandemctl_conf_example(&out);
	tandemctl_print(&out);
	return TANDEMCTL_DONE;
}

static int
config_reload(const struct tandemctl_call *c)
{
	struct err e = { 0 };
	json_t *answer = tandemctl_ask_verb(c, "reload", TANDEMCTL_ASK_MS, &e);

	if (answer == NULL)
		return tandemctl_report(&e);
	printf(" %s\n", json_string_value(json_object_get(answer, "text")));
	json_decref(answer);
	return TANDEMCTL_DONE;
}

int
tandemctl_config(const struct tandemctl_call *c)
{
	static const struct {
		const char *name;
		int (*run)(const struct tandemctl_call *c);
	} parts[] = { { "check", config_check }, { "show", config_show }, { "diff", config_diff },
		{ "example", config_example }, { "reload", config_reload } };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (c->argc > 1 && strcmp(c->argv[1], parts[i].name) == 0)
			return parts[i].run(c);
	fprintf(stderr,
		"tandemctl: config: allowed: check [FILE], show [FILE], diff [FILE], example, reload\n");
	return TANDEMCTL_USAGE;
}
