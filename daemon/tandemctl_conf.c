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

/*
 * What "tandemd -p" prints is a configuration but for its secrets, which are comments: "# password = (not shown)". Something
 * stands in for them, so that the file is complete; it is never printed.
 */
static void
fill_in(struct str text, struct buf *out)
{
	static const char hidden[] = " = (not shown)";

	while (text.n > 0) {
		struct str line = str_cut(text, '\n', &text);
		size_t n = sizeof(hidden) - 1;

		if (line.n > n + 2 && line.p[0] == '#' &&
			memcmp(line.p + line.n - n, hidden, n) == 0)
			buf_printf(out, "%.*s = not-shown\n", (int)(line.n - n - 2), line.p + 2);
		else
			buf_printf(out, "%.*s\n", STR_ARG(line));
	}
	buf_char(out, '\0');
}

static int
read_printed(const char *file, struct buf *print)
{
	static struct conf read;
	struct buf text, filled;
	struct err e = { 0 };
	FILE *f = fopen(file, "re");
	char part[4096];
	size_t n;
	int code = TANDEMCTL_FAILED;

	buf_init(&text, CONF_PRINT_BYTES_MAX);
	buf_init(&filled, CONF_PRINT_BYTES_MAX);
	buf_init(print, CONF_PRINT_BYTES_MAX);
	while (f != NULL && (n = fread(part, 1, sizeof(part), f)) > 0)
		buf_put(&text, part, n);
	fill_in(buf_as_str(&text), &filled);
	if (f == NULL)
		perror(file);
	else if (conf_parse(&read, file, (const char *)filled.p, &e) != 0)
		fprintf(stderr, "tandemctl: %s\n", e.text);
	else
		code = TANDEMCTL_DONE;
	if (f != NULL)
		fclose(f);
	if (code == TANDEMCTL_DONE)
		conf_print(&read, false, print);
	buf_fini(&text);
	buf_fini(&filled);
	return code;
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

static void
show_rows(const json_t *rows)
{
	const json_t *row;
	struct buf out;
	size_t i;

	buf_init(&out, CTL_MESSAGE_BYTES_MAX);
	json_array_foreach(rows, i, row)
		tandemctl_conf_row(row, &out);
	if (json_array_size(rows) == 0)
		buf_cstr(&out, " the nodes have the same configuration\n");
	tandemctl_print(&out);
}

/* The values in force on both nodes: the daemons compare them, secrets included, and say what differs. */
static int
diff_nodes(const struct tandemctl_call *c)
{
	struct err e = { 0 };
	json_t *answer = tandemctl_ask_verb(c, "confdiff", TANDEMCTL_ASK_OTHER_MS, &e);
	const json_t *rows = json_object_get(answer, "rows");
	bool differs = json_array_size(rows) > 0;

	if (answer == NULL)
		return tandemctl_report(&e);
	if (c->json)
		tandemctl_print_json(answer);
	else
		show_rows(rows);
	json_decref(answer);
	return differs ? TANDEMCTL_FAILED : TANDEMCTL_DONE;
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
	if (read_printed(c->argv[2], &there) != TANDEMCTL_DONE) {
		buf_fini(&there);
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
