/* SPDX-License-Identifier: Apache-2.0 */
/* The example and the comparison of configurations: see tandemctl_conf.h. No input or output. */
#include "daemon/conf_every.h"
#include "daemon/tandemctl_conf.h"
#include "daemon/tandemctl_texts.h"

#include <string.h>

#define EXAMPLE_COLUMNS 100

/* --- the example -------------------------------------------------------------------------------- */

/* Comment lines of at most EXAMPLE_COLUMNS. */
static void
put_comment(struct str text, struct buf *out)
{
	size_t column = 0;

	while (text.n > 0) {
		struct str word = str_cut(text, ' ', &text);

		if (word.n == 0)
			continue;
		if (column > 0 && column + 1 + word.n > EXAMPLE_COLUMNS) {
			buf_char(out, '\n');
			column = 0;
		}
		buf_cstr(out, column == 0 ? "# " : " ");
		buf_str(out, word);
		column += word.n + (column == 0 ? 2 : 1);
	}
	buf_char(out, '\n');
}

static void
put_key(const struct conf_row *row, struct buf *out)
{
	static const char *const places[] = { "the same on both nodes", "of this node alone",
		"secret; the same on both nodes" };
	struct buf text;
	char allowed[160];

	buf_init(&text, 8192);
	if (tandemctl_text(tandemctl_keys_text(), row->section, row->key, &text))
		put_comment(buf_as_str(&text), out);
	conf_value_describe(row, allowed, sizeof(allowed));
	buf_reset(&text);
	buf_printf(&text, "(%s; %s)", allowed, places[row->place]);
	put_comment(buf_as_str(&text), out);
	buf_printf(out, "#%s = %s\n\n", row->key, row->initial);
	buf_fini(&text);
}

void
tandemctl_conf_example(struct buf *out)
{
	const char *section = "";

	buf_cstr(out,
		"# tandem.conf with every key of this version, each in a comment with its default.\n"
		"# \"tandemctl config check -c FILE\" checks it, \"tandemctl config show\" prints what is in force.\n\n");
	for (size_t i = 0; i < CONF_EVERY_COUNT; i++) {
		const struct conf_row *row = &conf_every_row[i];
		bool named = strcmp(row->section, "listener") == 0 ||
			strcmp(row->section, "application") == 0 ||
			strcmp(row->section, "link") == 0;

		if (strcmp(section, row->section) != 0)
			buf_printf(out, named ? "#[%s NAME]\n\n" : "[%s]\n\n", row->section);
		section = row->section;
		put_key(row, out);
	}
}

/* --- comparing ---------------------------------------------------------------------------------- */

/* The value of `key` in `section` of a print; STR_NONE with *found false: it is not there. */
static struct str
value_in(struct str print, struct str section, struct str key, unsigned nth, bool *found)
{
	struct str now = STR_NONE;

	*found = false;
	while (print.n > 0) {
		struct str line = str_cut(print, '\n', &print), value;
		struct str name;

		if (line.n > 1 && line.p[0] == '[')
			now = line;
		name = str_trim(str_cut(line, '=', &value));
		if (!str_eq(now, section) || !str_eq(name, key) || nth-- > 0)
			continue;
		*found = true;
		return str_trim(value);
	}
	return STR_NONE;
}

static unsigned
count_before(struct str print, const char *until, struct str section, struct str key)
{
	unsigned count = 0;
	struct str now = STR_NONE;

	while (print.n > 0 && print.p < until) {
		struct str line = str_cut(print, '\n', &print), value;

		if (line.n > 1 && line.p[0] == '[')
			now = line;
		count += str_eq(now, section) && str_eq(str_trim(str_cut(line, '=', &value)), key);
	}
	return count;
}

/* Lines of `here` that are not so in `there`; `both`: also those that differ, not only those that are missing. */
static unsigned
one_way(struct str here, struct str there, bool both, struct buf *out)
{
	struct str rest = here, section = STR_NONE;
	unsigned differences = 0;

	while (rest.n > 0) {
		struct str line = str_cut(rest, '\n', &rest), value, other;
		struct str key = str_trim(str_cut(line, '=', &value));
		bool found;

		if (line.n > 1 && line.p[0] == '[')
			section = line;
		if (key.n == line.n || line.n == 0 || line.p[0] == '#' || line.p[0] == '[')
			continue;
		value = str_trim(value);
		other = value_in(
			there, section, key, count_before(here, line.p, section, key), &found);
		if (found && (!both || str_eq(value, other)))
			continue;
		differences++;
		buf_printf(out, " %.*s %.*s: ", STR_ARG(section), STR_ARG(key));
		if (found)
			buf_printf(out, "here %.*s, there %.*s\n", STR_ARG(value), STR_ARG(other));
		else
			buf_printf(out, "%s %.*s, %s not at all\n", both ? "here" : "there",
				STR_ARG(value), both ? "there" : "here");
	}
	return differences;
}

static const char *
side(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text != NULL ? text : "(not at all)";
}

void
tandemctl_conf_row(const json_t *row, struct buf *out)
{
	const char *here = side(row, "here"), *there = side(row, "there");

	buf_printf(out, " [%s] %s: ", side(row, "section"), side(row, "key"));
	if (strcmp(here, "(secret)") == 0 && strcmp(there, here) == 0)
		buf_cstr(out, "differs (a secret)\n");
	else
		buf_printf(out, "here %s, there %s\n", here, there);
}

unsigned
tandemctl_conf_diff(struct str here, struct str there, struct buf *out)
{
	return one_way(here, there, true, out) + one_way(there, here, false, out);
}
