/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration for operators: see ctl_conf.h.
 *
 * Values are compared as conf_print() prints them, line by line within sections; of a key with several lines the n-th is compared
 * with the n-th.
 */
#include "daemon/ctl_conf.h"

#include "daemon/conf_every.h"
#include "daemon/ctl_json.h"
#include "proto/base/check.h"

#include <xxhash.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PRINT_BYTES_MAX 262144

/* A line of a print: "key = value" below "[section name]". */
struct line {
	struct str section, key, value;
};

/* The next line with a value; false: there is none. `section` goes on. */
static bool
next_line(struct str *rest, struct str *section, struct line *l)
{
	while (rest->n > 0) {
		struct str text = str_cut(*rest, '\n', rest), value;
		struct str key = str_trim(str_cut(text, '=', &value));

		if (text.n > 2 && text.p[0] == '[')
			*section = (struct str){ text.p + 1, text.n - 2 };
		if (text.n == 0 || text.p[0] == '#' || text.p[0] == '[' || key.n == text.n)
			continue;
		*l = (struct line){ *section, key, str_trim(value) };
		return true;
	}
	return false;
}

static enum conf_place
place_of(const struct line *l)
{
	struct str name, section = str_cut(l->section, ' ', &name);

	for (size_t i = 0; i < CONF_EVERY_COUNT; i++)
		if (str_is(section, conf_every_row[i].section) &&
			str_is(l->key, conf_every_row[i].key))
			return conf_every_row[i].place;
	return CONF_SHARED;
}

/* --- printing --------------------------------------------------------------------------------- */

/* Every secret is replaced by a hash of it. */
static void
print_hidden(const struct conf *c, uint64_t salt, struct buf *out)
{
	struct str rest, section = STR_NONE, now = STR_NONE;
	struct buf all;
	struct line l;

	buf_init(&all, PRINT_BYTES_MAX);
	conf_print(c, true, &all);
	rest = buf_as_str(&all);
	while (next_line(&rest, &section, &l)) {
		if (!str_eq(section, now))
			buf_printf(out, "[%.*s]\n", STR_ARG(section));
		now = section;
		if (place_of(&l) == CONF_SECRET)
			buf_printf(out, "%.*s = %016" PRIx64 "\n", STR_ARG(l.key),
				(uint64_t)XXH3_64bits_withSeed(l.value.p, l.value.n, salt));
		else
			buf_printf(out, "%.*s = %.*s\n", STR_ARG(l.key), STR_ARG(l.value));
	}
	if (all.n > 0)
		memset(all.p, 0, all.n);
	buf_fini(&all);
}

void
ctl_conf_print(const struct conf *c, uint64_t salt, struct buf *out)
{
	struct buf print;

	buf_init(&print, PRINT_BYTES_MAX);
	if (salt != 0)
		print_hidden(c, salt, &print);
	else
		conf_print(c, false, &print);
	ctl_json_put(out,
		json_pack("{s:b,s:s%}", "ok", 1, "print", buf_as_str(&print).p,
			buf_as_str(&print).n));
	buf_fini(&print);
}

/* --- comparing -------------------------------------------------------------------------------- */

/* The nth value of a key in a print; false: there is none. */
static bool
find(struct str print, const struct line *like, unsigned nth, struct str *value)
{
	struct str section = STR_NONE;
	struct line l;

	while (next_line(&print, &section, &l)) {
		if (!str_eq(l.section, like->section) || !str_eq(l.key, like->key) || nth-- > 0)
			continue;
		*value = l.value;
		return true;
	}
	return false;
}

static unsigned
count_before(struct str print, const struct line *like)
{
	struct str section = STR_NONE;
	unsigned count = 0;
	struct line l;

	while (next_line(&print, &section, &l) && l.value.p != like->value.p)
		count += str_eq(l.section, like->section) && str_eq(l.key, like->key);
	return count;
}

static json_t *
value_of(const struct str *value, bool secret)
{
	if (value == NULL)
		return json_null();
	return secret ? json_string("(secret)") : json_stringn(value->p, value->n);
}

static void
add_row(json_t *rows, const struct line *l, const struct str *here, const struct str *there)
{
	bool secret = place_of(l) == CONF_SECRET;

	json_array_append_new(rows,
		json_pack("{s:s%,s:s%,s:o,s:o}", "section", l->section.p, l->section.n, "key",
			l->key.p, l->key.n, "here", value_of(here, secret), "there",
			value_of(there, secret)));
}

/* Lines of one print that the other has otherwise, or (`missing`) not at all. */
static void
one_way(struct str of, struct str other, bool missing, json_t *rows)
{
	struct str rest = of, section = STR_NONE, value;
	struct line l;

	while (next_line(&rest, &section, &l)) {
		bool found;

		if (place_of(&l) == CONF_LOCAL)
			continue;
		found = find(other, &l, count_before(of, &l), &value);
		if (missing ? !found : !found || !str_eq(l.value, value))
			add_row(rows, &l, missing ? NULL : &l.value,
				missing       ? &l.value :
					found ? &value :
						NULL);
	}
}

void
ctl_conf_diff(const struct conf *c, uint64_t salt, struct str text, struct buf *out)
{
	json_t *root = json_loadb(text.p, text.n, 0, NULL), *rows = json_array();
	struct str there = str_of(json_string_value(json_object_get(root, "print")));
	struct buf here;

	if (there.n == 0) {
		buf_str(out, text);
	} else {
		buf_init(&here, PRINT_BYTES_MAX);
		print_hidden(c, salt, &here);
		one_way(buf_as_str(&here), there, false, rows);
		one_way(there, buf_as_str(&here), true, rows);
		ctl_json_put(out,
			json_pack("{s:b,s:s,s:O}", "ok", 1, "schema", "tandemctl/confdiff/1",
				"rows", rows));
		buf_fini(&here);
	}
	json_decref(rows);
	json_decref(root);
}
