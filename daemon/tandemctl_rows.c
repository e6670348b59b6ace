/* SPDX-License-Identifier: Apache-2.0 */
/* Listings for people: see tandemctl_rows.h. Members that are missing are shown as "-". */
#include "daemon/tandemctl_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ROWS_WIDTH_MAX 48 /* a longer value pushes the rest of its row to the right */

struct column {
	const char *key, *head;
	bool number; /* to the right */
};

static const struct column calls[] = { { "tracking", "Call", false }, { "device", "Device", false },
	{ "call", "CSTA callID", false }, { "state", "State", false }, { "with", "With", false },
	{ "age", "Age", true }, { "service", "Service", false }, { "server", "Server", false },
	{ NULL, NULL, false } };
static const struct column monitors[] = { { "monitor", "Monitor", false },
	{ "type", "Type", false }, { "device", "Device", false }, { "service", "Service", false },
	{ "filtered", "Filtered", false }, { "user", "User", false },
	{ "session", "Session", false }, { NULL, NULL, false } };
static const struct column sessions[] = { { "session", "Session", false },
	{ "user", "User", false }, { "peer", "Client", false }, { "state", "State", false },
	{ "kept", "Kept", false }, { "monitors", "Monitors", true },
	{ "requests", "Requests", true }, { "waiting", "Waiting", true },
	{ "waiting_bytes", "Bytes", true }, { "events", "Events", true }, { NULL, NULL, false } };
static const struct column users[] = { { "device", "Device", false }, { "kind", "Kind", false },
	{ "service", "Service", false }, { "calls", "Calls", true },
	{ "monitors", "Monitors", true }, { "packages", "Packages", true },
	{ "agent", "Agent", false }, { "server", "Server", false }, { "why", "Why", false },
	{ NULL, NULL, false } };
static const struct column channels[] = { { "link", "Link", false }, { "url", "URL", false },
	{ "link_state", "Link is", false }, { "state", "Channel is", false },
	{ "open_s", "Open s", true }, { "heard_ms", "Heard ms", true }, { "opens", "Opens", true },
	{ "losses", "Losses", true }, { "requests", "Requests", true },
	{ "failures", "Failed", true }, { "queued", "Queued", true }, { "reason", "Last", false },
	{ NULL, NULL, false } };

static const struct column *
columns_of(enum ctl_list_kind kind)
{
	switch (kind) {
	case CTL_LIST_CALLS:
	case CTL_LIST_STUCK:
		return calls;
	case CTL_LIST_MONITORS:
		return monitors;
	case CTL_LIST_SESSIONS:
		return sessions;
	case CTL_LIST_USERS:
		return users;
	case CTL_LIST_CHANNELS:
		break;
	}
	return channels;
}

/* "00:03:12"; of a call that came with a snapshot ">00:03:12". */
static void
age_text(const json_t *row, char *text, size_t size)
{
	const json_t *age = json_object_get(row, "age_s");
	int64_t s = (int64_t)json_integer_value(age);

	if (!json_is_integer(age))
		snprintf(text, size, "-");
	else
		snprintf(text, size, "%s%02d:%02d:%02d",
			json_is_true(json_object_get(row, "older")) ? ">" : "", (int)(s / 3600),
			(int)(s / 60 % 60), (int)(s % 60));
}

/* The text of a value; `scratch` is for what has none. */
static const char *
cell(const json_t *row, const char *key, char *scratch, size_t size)
{
	const json_t *v = json_object_get(row, key);
	const char *text = json_string_value(v);

	if (strcmp(key, "age") == 0)
		age_text(row, scratch, size);
	else if (json_is_integer(v))
		snprintf(scratch, size, "%" PRId64, (int64_t)json_integer_value(v));
	else if (json_is_boolean(v))
		snprintf(scratch, size, "%s", json_is_true(v) ? "yes" : "no");
	else
		return text != NULL && text[0] != '\0' ? text : "-";
	return scratch;
}

static void
widen(size_t *width, size_t n)
{
	if (n > *width)
		*width = n < ROWS_WIDTH_MAX ? n : ROWS_WIDTH_MAX;
}

static void
measure(struct tandemctl_rows *r, const json_t *rows)
{
	const struct column *c = columns_of(r->kind);
	const json_t *row;
	char scratch[32];
	size_t i;

	for (size_t k = 0; c[k].key != NULL; k++) {
		widen(&r->widths[k], strlen(c[k].head));
		json_array_foreach(rows, i, row)
			widen(&r->widths[k], strlen(cell(row, c[k].key, scratch, sizeof(scratch))));
	}
}

static void
put_cell(const struct tandemctl_rows *r, size_t k, const char *text, struct buf *out)
{
	const struct column *c = columns_of(r->kind);
	bool last = c[k + 1].key == NULL;

	if (r->tsv)
		buf_printf(out, "%s%s", text, last ? "\n" : "\t");
	else if (c[k].number)
		buf_printf(out, " %*s%s", (int)r->widths[k], text, last ? "\n" : " ");
	else if (last)
		buf_printf(out, " %s\n", text);
	else
		buf_printf(out, " %-*s ", (int)r->widths[k], text);
}

static void
begin(struct tandemctl_rows *r, const json_t *rows, struct buf *out)
{
	const struct column *c = columns_of(r->kind);

	r->begun = true;
	measure(r, rows);
	for (size_t k = 0; c[k].key != NULL; k++)
		put_cell(r, k, r->tsv ? c[k].key : c[k].head, out);
}

static void
put_why(const json_t *row, struct buf *out)
{
	char failures[32], watchers[32];
	const char *why = json_string_value(json_object_get(row, "why"));

	buf_printf(out,
		"        %s; asked without success %s times; monitors that wait for it: %s\n",
		why != NULL && why[0] != '\0' ? why : "the active node knows why",
		cell(row, "failures", failures, sizeof(failures)),
		cell(row, "monitors", watchers, sizeof(watchers)));
}

void
tandemctl_rows(struct tandemctl_rows *r, const json_t *rows, struct buf *out)
{
	const struct column *c = columns_of(r->kind);
	const json_t *row;
	char scratch[32];
	size_t i;

	if (!r->begun && json_array_size(rows) > 0)
		begin(r, rows, out);
	json_array_foreach(rows, i, row) {
		for (size_t k = 0; c[k].key != NULL; k++)
			put_cell(r, k, cell(row, c[k].key, scratch, sizeof(scratch)), out);
		if (r->explain && !r->tsv)
			put_why(row, out);
		r->count++;
	}
}

void
tandemctl_rows_end(const struct tandemctl_rows *r, struct buf *out)
{
	if (r->tsv)
		return;
	if (r->kind == CTL_LIST_STUCK)
		buf_printf(
			out, " %" PRIu64 " calls wait to be confirmed by BroadWorks\n", r->count);
	else if (r->count == 0)
		buf_printf(out, " no %s\n", ctl_list_name(r->kind));
}
