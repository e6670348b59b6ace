/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One event and all that hear it: many clients on one device, of all editions, with numbers and without, with monitors of both
 * types. Each gets every event once and in order, in its own form.
 */
#include "tests/unit/node_world.h"

#include <stdio.h>

#define CLIENTS 72
#define MONITORS 2 /* of each client: one of each type */

static struct world w;

/* Every client is of another edition than the one before; every fourth wants numbers. */
static unsigned
new_client(unsigned i)
{
	unsigned c = world_connect(&w);

	world_settle(&w);
	if (i % 4 == 0) {
		world_start_session(&w, c, 1, "demo",
			"<lastMessageSequenceNumber>0</lastMessageSequenceNumber>");
	} else {
		world_send(&w, c, 1,
			"<RequestSystemStatus xmlns=\"http://www.ecma-international.org/standards/"
			"ecma-323/csta/ed%u\"/>",
			3 + i % 4);
	}
	world_take(&w, c);
	return c;
}

static void
monitor(unsigned c, const char *type)
{
	world_send(&w, c, 5,
		"<MonitorStart><monitorObject><deviceObject>2001</deviceObject></monitorObject>"
		"<monitorType>%s</monitorType></MonitorStart>",
		type);
}

static unsigned
count_of(const char *text, const char *word)
{
	unsigned count = 0;

	for (; (text = strstr(text, word)) != NULL; text++)
		count++;
	return count;
}

/* The heard lines of one client: `rounds` holds and retrievals, for each monitor in turn. */
static void
check_heard(const char *heard, unsigned i, unsigned rounds)
{
	char number[64];
	const char *at = heard;

	ck_assert_uint_eq(count_of(heard, "\n"), 2 * MONITORS * rounds);
	ck_assert_uint_eq(count_of(heard, "localConnectionInfo="), 2 * rounds);
	ck_assert_uint_eq(
		count_of(heard, "messageSequenceNumber="), i % 4 == 0 ? 2 * MONITORS * rounds : 0);
	for (unsigned event = 0; event < 2 * rounds; event++) {
		for (unsigned mon = 0; mon < MONITORS; mon++) {
			ck_assert_msg(
				strncmp(at, event % 2 ? "9999 RetrievedEvent{" : "9999 HeldEvent{",
					14) == 0,
				"%u: %s", event, at);
			snprintf(number, sizeof(number), "messageSequenceNumber=%u}",
				event * MONITORS + mon + 1);
			ck_assert(i % 4 != 0 || strstr(at, number) != NULL);
			at = strchr(at, '\n') + 1;
		}
	}
}

START_TEST(test_many_monitors)
{
	unsigned clients[CLIENTS];
	unsigned rounds = 5;

	world_init(&w, 1, "");
	world_start(&w);
	world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Active", "2002");
	for (unsigned i = 0; i < CLIENTS; i++) {
		clients[i] = new_client(i);
		monitor(clients[i], "device");
		monitor(clients[i], "call");
	}
	world_run(&w, 2000);
	for (unsigned i = 0; i < CLIENTS; i++)
		world_take(&w, clients[i]);
	for (unsigned k = 0; k < rounds; k++) {
		world_call(&w, "2001", "CallHeldEvent", "a", "7:1", "Terminator", "Held", "2002");
		world_call(&w, "2001", "CallRetrievedEvent", "a", "7:1", "Terminator", "Active",
			"2002");
	}
	for (unsigned i = 0; i < CLIENTS; i++)
		check_heard(world_take(&w, clients[i]), i, rounds);
	world_fini(&w);
}
END_TEST

/* Each connection gets the namespace of its own edition, whatever the one before it has. */
START_TEST(test_editions)
{
	char namespace[64];

	world_init(&w, 1, "");
	world_start(&w);
	for (unsigned i = 1; i < 9; i++) {
		unsigned c = new_client(i);

		monitor(c, "device");
		ck_assert_uint_eq(c, i);
	}
	world_settle(&w);
	for (unsigned i = 1; i < 9; i++)
		buf_reset(&w.clients[i].raw);
	world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Active", "2002");
	for (unsigned i = 1; i < 9; i++) {
		buf_char(&w.clients[i].raw, '\0');
		snprintf(namespace, sizeof(namespace), "csta/ed%u\"><monitorCrossRefID>",
			i % 4 == 0 ? 6 : 3 + i % 4);
		ck_assert_msg(strstr((const char *)w.clients[i].raw.p, namespace) != NULL, "%u: %s",
			i, (const char *)w.clients[i].raw.p);
	}
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_many_monitors, test_editions };

	return world_main("say_event", tests, sizeof(tests) / sizeof(tests[0]));
}
