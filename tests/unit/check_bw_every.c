/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every type of event that BroadWorks has, given to the connector: tests/wire/xsi/ok-ev-NAME.xml of each at a device of the
 * kind it fits, beside a call in conversation. It is acknowledged, the channel stays, and clients are told what
 * tests/golden/bw_every.txt says, or nothing. Run with GOLDEN=write to write that file anew, and read the difference.
 */
#include "tests/unit/node_world.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILES "tests/wire/xsi/ok-ev-*.xml"
#define GOLDEN_FILE "tests/golden/bw_every.txt"

static struct world w;
static unsigned client;

static void
setup(void)
{
	world_init(&w, 1, "[devices]\nqueue = 2700\nroute-point = 2800\n");
	world_start(&w);
	client = world_session(&w);
	world_monitor(&w, client, "2001");
	world_monitor(&w, client, "2700");
	world_monitor(&w, client, "2800");
	world_run(&w, 5000);
	world_call(
		&w, "2001", "CallReceivedEvent", "x:0", "99:3", "Terminator", "Alerting", "2002");
	world_call(&w, "2001", "CallAnsweredEvent", "x:0", "99:3", "Terminator", "Active", "2002");
	world_take(&w, client);
}

/* Reads a whole small file. */
static char *
slurp(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1 << 17);

	ck_assert_msg(f != NULL && text != NULL, "%s", path);
	ck_assert_uint_lt(fread(text, 1, (1 << 17) - 1, f), (1 << 17) - 1);
	fclose(f);
	return text;
}

/* Inner XML of eventData, in place. */
static const char *
event_data(char *document, char *type, size_t size)
{
	char *data = strstr(document, "<xsi:eventData ");
	char *name = data ? strstr(data, "=\"xsi:") : NULL;
	char *end = data ? strchr(data, '>') : NULL;
	char *close = strstr(document, "</xsi:eventData>");

	ck_assert_ptr_nonnull(name);
	ck_assert_ptr_nonnull(end);
	snprintf(type, size, "%.*s", (int)strcspn(name + 6, "\""), name + 6);
	if (close == NULL)
		return "";
	*close = '\0';
	return end + 1;
}

static const char *
device_for(const char *type)
{
	if (strncmp(type, "RoutePoint", 10) == 0)
		return "2800";
	return strncmp(type, "ACD", 3) == 0 && strcmp(type, "ACDAgentJoinUpdateEvent") != 0 ?
		"2700" :
		"2001";
}

/* The names of what was heard, in a line. */
static void
put_heard(struct buf *b)
{
	const char *line, *end;

	for (line = world_take(&w, client); *line != '\0'; line = end + 1) {
		end = strchr(line, '\n');
		buf_printf(b, " %.*s", (int)strcspn(line + 5, "{\n"), line + 5);
	}
	buf_char(b, '\n');
}

static void
give(const char *path, struct buf *golden)
{
	char *document = slurp(path);
	char type[96];
	const char *data = event_data(document, type, sizeof(type));
	char ack[40];

	setup();
	snprintf(ack, sizeof(ack), "ack e%u 200", w.events + 1);
	world_event(&w, device_for(type), type, data);
	world_settle(&w);
	ck_assert_msg(world_asked_count(&w, ack) == 1, "%s: not acknowledged once", type);
	ck_assert_msg(world_logged(&w, 37507, "malformed") == 0 && world_logged(&w, 37502, "") == 0,
		"%s: %.*s", type, (int)w.logs.n, (char *)w.logs.p);
	buf_printf(golden, "%s:", type);
	put_heard(golden);
	world_fini(&w);
	free(document);
}

START_TEST(test_every_event)
{
	struct buf golden;
	glob_t files;
	char *want;

	buf_init(&golden, 1 << 17);
	ck_assert_int_eq(glob(FILES, 0, NULL, &files), 0);
	ck_assert_uint_gt(files.gl_pathc, 170);
	for (size_t i = 0; i < files.gl_pathc; i++)
		if (strstr(files.gl_pathv[i], "SubscriptionTerminated") == NULL) /* check_bw_subs */
			give(files.gl_pathv[i], &golden);
	buf_char(&golden, '\0');
	if (getenv("GOLDEN") != NULL) {
		FILE *f = fopen(GOLDEN_FILE, "w");

		ck_assert_ptr_nonnull(f);
		fputs((char *)golden.p, f);
		fclose(f);
	}
	want = slurp(GOLDEN_FILE);
	ck_assert_str_eq((char *)golden.p, want);
	free(want);
	globfree(&files);
	buf_fini(&golden);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_every_event };

	return world_main("bw_every", tests, 1);
}
