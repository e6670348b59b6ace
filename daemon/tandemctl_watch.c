/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes on until it is stopped: `status --watch` and `events -f`. Both ask again and again; a daemon that is away
 * is told once and waited for, since that is when somebody watches.
 */
#include "daemon/ctl.h"
#include "daemon/tandemctl.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define WATCH_EVENTS 5
#define EVENTS_POLL_MS 500
#define RESYNC_POLL_MS 100
#define RESYNC_IDLE_MS 10000

/* Waits; false: q was pressed, or the terminal is gone. */
static bool
wait_for_key(uint32_t ms)
{
	struct pollfd p = { .fd = 0, .events = POLLIN };
	struct termios was, raw;
	char key = 0;
	int n;

	if (!isatty(0) || tcgetattr(0, &was) != 0)
		return poll(NULL, 0, (int)ms) == 0;
	raw = was;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	tcsetattr(0, TCSANOW, &raw);
	n = poll(&p, 1, (int)ms);
	if (n > 0 && read(0, &key, 1) != 1)
		key = 'q';
	tcsetattr(0, TCSANOW, &was);
	return n >= 0 && key != 'q';
}

/* --- events ----------------------------------------------------------------------------------- */

static void
show_event(const struct tandemctl_call *c, const json_t *row, struct buf *out)
{
	char *json;

	if (c->json) {
		json = json_dumps(row, JSON_COMPACT);
		buf_printf(out, "%s\n", json);
		free(json);
		return;
	}
	tandemctl_show_time((int64_t)json_integer_value(json_object_get(row, "t_us")), out);
	buf_printf(out, "  %d %-7s  %s\n", (int)json_integer_value(json_object_get(row, "message")),
		json_string_value(json_object_get(row, "level")),
		json_string_value(json_object_get(row, "text")));
}

/* Appends the events above `*after`, which goes on. NULL with `e`, or the answer's rows are shown. */
static bool
show_events(
	const struct tandemctl_call *c, uint64_t *after, struct buf *out, bool *more, struct err *e)
{
	json_t *answer = tandemctl_ask(c,
		json_pack("{s:s,s:I}", "verb", "events", "after", (json_int_t)*after),
		TANDEMCTL_ASK_MS, e);
	const json_t *row, *rows;
	size_t i;

	if (answer == NULL)
		return false;
	rows = json_object_get(answer, "rows");
	json_array_foreach(rows, i, row) {
		show_event(c, row, out);
		*after = (uint64_t)json_integer_value(json_object_get(row, "n"));
	}
	*more = json_array_size(rows) == LIMIT_CTL_ROWS;
	/* a daemon that was started anew counts anew */
	if ((uint64_t)json_integer_value(json_object_get(answer, "last")) < *after)
		*after = 0;
	json_decref(answer);
	return true;
}

int
tandemctl_events(const struct tandemctl_call *c)
{
	uint64_t after = 0;
	bool told = false, more = false;

	for (;;) {
		struct err e = { 0 };
		struct buf out;
		bool good;

		buf_init(&out, 4 * CTL_MESSAGE_BYTES_MAX);
		good = show_events(c, &after, &out, &more, &e);
		tandemctl_print(&out);
		fflush(stdout);
		if (!good && (!c->follow || !tandemctl_is_dead(&e)))
			return tandemctl_report(&e);
		if (!good && !told)
			(void)tandemctl_report(&e);
		told = !good;
		if (good && more)
			continue;
		if (!c->follow || !wait_for_key(EVENTS_POLL_MS))
			return TANDEMCTL_DONE;
	}
}

/* --- status ----------------------------------------------------------------------------------- */

/* The newest events are the last ones of the last slice. */
static void
show_last_events(const struct tandemctl_call *c, uint64_t *after, struct buf *out)
{
	struct tandemctl_call text = *c;
	struct err e = { 0 };
	bool more = true;
	uint64_t from;

	text.json = false;
	do {
		buf_reset(out);
		from = *after;
		if (!show_events(&text, after, out, &more, &e))
			return;
	} while (more);
	*after = *after > WATCH_EVENTS ? *after - WATCH_EVENTS : 0;
	if (from == *after)
		return;
	buf_reset(out);
	from = *after;
	(void)show_events(&text, &from, out, &more, &e);
}

static void
show_once(const struct tandemctl_call *c, uint64_t *after, struct buf *out)
{
	struct err e = { 0 };
	json_t *status = tandemctl_ask_verb(c, "status", TANDEMCTL_ASK_MS, &e);
	struct buf events;

	if (c->json) {
		char *json = status != NULL ? json_dumps(status, JSON_COMPACT) : NULL;

		buf_printf(out, "%s\n", json != NULL ? json : "{\"ok\":false}");
		free(json);
		json_decref(status);
		return;
	}
	if (status == NULL) {
		buf_printf(out, "tandemd does not answer: %s\n", e.text);
		return;
	}
	tandemctl_show_status(status, &c->look, out);
	json_decref(status);
	buf_init(&events, 4 * CTL_MESSAGE_BYTES_MAX);
	show_last_events(c, after, &events);
	buf_str(out, buf_as_str(&events));
	buf_fini(&events);
}

int
tandemctl_watch(const struct tandemctl_call *c)
{
	static const char clear[] = "\033[H\033[2J";
	uint64_t after = 0;
	struct buf out;

	do {
		buf_init(&out, 8 * CTL_MESSAGE_BYTES_MAX);
		if (!c->json && isatty(1))
			buf_cstr(&out, clear);
		show_once(c, &after, &out);
		tandemctl_print(&out);
		if (fflush(stdout) != 0)
			return TANDEMCTL_FAILED;
	} while (wait_for_key(c->watch_ms));
	return TANDEMCTL_DONE;
}

/* --- resynchronisation ------------------------------------------------------------------------ */

/* What the messages said so far. */
struct resync {
	const char *device; /* "" = all */
	uint64_t after, devices, told;
	unsigned kept, cleared, learned, changed;
	json_t *seen; /* devices that were compared: one may be once more, for reasons of its own */
};

/* "device=2000 kept=1 cleared=0 learned=0 changed=0" */
static void
take_compared(struct resync *r, const json_t *row)
{
	const char *text = json_string_value(json_object_get(row, "text"));
	int message = (int)json_integer_value(json_object_get(row, "message"));
	unsigned kept, cleared, learned, changed;
	char name[LIMIT_DEVICE_ID];

	if (message != M_DEVICE_RESYNCED || text == NULL ||
		sscanf(text, "device=%95s kept=%u cleared=%u learned=%u changed=%u", name, &kept,
			&cleared, &learned, &changed) != 5)
		return;
	if (r->device[0] != '\0' && strcmp(r->device, name) != 0)
		return;
	if (json_object_get(r->seen, name) == NULL) {
		r->told++;
		r->kept += kept;
	}
	json_object_set_new(r->seen, name, json_true());
	r->cleared += cleared;
	r->learned += learned;
	r->changed += changed;
	if (cleared + learned + changed > 0)
		printf(" %s: %u kept, %u cleared, %u learned, %u changed (tandemctl events: 37205, 37206)\n",
			name, kept, cleared, learned, changed);
}

/* True if there may be more at once. */
static bool
read_compared(const struct tandemctl_call *c, struct resync *r)
{
	struct err e = { 0 };
	json_t *answer = tandemctl_ask(c,
		json_pack("{s:s,s:I}", "verb", "events", "after", (json_int_t)r->after),
		TANDEMCTL_ASK_MS, &e);
	const json_t *rows = json_object_get(answer, "rows"), *row;
	bool more = json_array_size(rows) == LIMIT_CTL_ROWS;
	size_t i;

	json_array_foreach(rows, i, row) {
		r->after = (uint64_t)json_integer_value(json_object_get(row, "n"));
		take_compared(r, row);
	}
	json_decref(answer);
	return more;
}

/* Until as many devices were compared as were asked, or nothing new comes for a while. */
static int
await_compared(const struct tandemctl_call *c, struct resync *r)
{
	int64_t idle_ms = 0;

	while (r->told < r->devices && idle_ms < RESYNC_IDLE_MS) {
		uint64_t before = r->told;

		if (read_compared(c, r))
			continue;
		idle_ms = r->told > before ? 0 : idle_ms + RESYNC_POLL_MS;
		(void)poll(NULL, 0, RESYNC_POLL_MS);
	}
	printf(" %" PRIu64 " of %" PRIu64
	       " devices compared: calls %u kept, %u cleared, %u learned, %u changed\n",
		r->told, r->devices, r->kept, r->cleared, r->learned, r->changed);
	if (r->told >= r->devices)
		return TANDEMCTL_DONE;
	fprintf(stderr,
		"tandemctl: the others have not answered yet: tandemctl stuck --explain, tandemctl users\n");
	return TANDEMCTL_FAILED;
}

int
tandemctl_resync(const struct tandemctl_call *c)
{
	struct resync r = { .device = c->argc > 1 ? c->argv[1] : "" };
	struct err e = { 0 };
	struct str number, devices;
	json_t *answer;
	int code;

	if (r.device[0] == '\0' && !c->all) {
		fprintf(stderr, "tandemctl: resync: allowed: a device, or --all\n");
		return TANDEMCTL_USAGE;
	}
	answer = tandemctl_ask(c, json_pack("{s:s,s:s}", "verb", "resync", "device", r.device),
		TANDEMCTL_ASK_MS, &e);
	if (answer == NULL)
		return tandemctl_report(&e);
	number = str_cut(str_of(json_string_value(json_object_get(answer, "text"))), ' ', &devices);
	if (!str_u64(number, UINT64_MAX, &r.after) || !str_u64(devices, UINT64_MAX, &r.devices))
		r.devices = 0;
	json_decref(answer);
	r.seen = json_object();
	code = await_compared(c, &r);
	json_decref(r.seen);
	return code;
}
