/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of two nodes compared: see tandemctl_calls.h. */
#include "daemon/tandemctl_calls.h"

#include <stdio.h>
#include <string.h>

static const char *
text_of(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text != NULL ? text : "";
}

/* A party by its device and its names of the call. */
static void
key_of(const json_t *row, char *key, size_t size)
{
	snprintf(key, size, "%s %s %s", text_of(row, "device"), text_of(row, "tracking"),
		text_of(row, "call"));
}

static json_t *
state_of(const json_t *row)
{
	if (row == NULL)
		return json_null();
	return json_sprintf("%s with %s", text_of(row, "state"), text_of(row, "with"));
}

static json_t *
by_key(const json_t *rows)
{
	json_t *map = json_object(), *row;
	char key[600];
	size_t i;

	json_array_foreach(rows, i, row) {
		key_of(row, key, sizeof(key));
		json_object_set(map, key, row);
	}
	return map;
}

static void
add(json_t *rows, const json_t *ours, const json_t *theirs, const json_t *before)
{
	const json_t *named = ours != NULL ? ours : theirs;
	json_t *here = state_of(ours), *there = state_of(theirs);
	char key[600];

	key_of(named, key, sizeof(key));
	if (json_equal(here, there) || (before != NULL && json_object_get(before, key) == NULL)) {
		json_decref(here);
		json_decref(there);
		return;
	}
	json_array_append_new(rows,
		json_pack("{s:s,s:s,s:s,s:o,s:o}", "device", text_of(named, "device"), "tracking",
			text_of(named, "tracking"), "call", text_of(named, "call"), "here", here,
			"there", there));
}

json_t *
tandemctl_calls_compare(const json_t *ours, const json_t *theirs, const json_t *before)
{
	json_t *of_ours = by_key(ours), *of_theirs = by_key(theirs), *rows = json_array();
	json_t *of_before = before != NULL ? by_key(before) : NULL;
	const char *key;
	json_t *row;

	json_object_foreach(of_ours, key, row)
		add(rows, row, json_object_get(of_theirs, key), of_before);
	json_object_foreach(of_theirs, key, row)
		if (json_object_get(of_ours, key) == NULL)
			add(rows, NULL, row, of_before);
	json_decref(of_ours);
	json_decref(of_theirs);
	json_decref(of_before);
	return rows;
}

static const char *
side(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text != NULL ? text : "not there";
}

void
tandemctl_calls_show(const json_t *rows, const char *here, const char *there, struct buf *out)
{
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
		buf_printf(out, " %-20s %-16s %-20s  %s: %s; %s: %s\n", text_of(row, "tracking"),
			text_of(row, "device"), text_of(row, "call"), here, side(row, "here"),
			there, side(row, "there"));
	if (json_array_size(rows) == 0)
		buf_printf(out, " %s and %s have the same calls\n", here, there);
	else
		buf_printf(out, " %zu parties differ (tandemctl explain 37320)\n",
			json_array_size(rows));
}
