/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way out: a segment for each of the first messages of a connection, and turns for those with much to be told.
 */
#include "tests/unit/node_world.h"

#include <stdio.h>

static struct world w;

#define ASK "<RequestSystemStatus/>"
#define ANSWER(invoke) invoke " RequestSystemStatusResponse{systemStatus=normal}\n"

static void
setup(void)
{
	world_init(&w, 2, "");
	world_start(&w);
}

/* One frame, and nothing of what it leads to but the step itself. */
static void
send_at_once(unsigned client, unsigned invoke, const char *body)
{
	struct buf frame;

	buf_init(&frame, 65536);
	ck_assert_int_eq(csta_frame_put(&frame, invoke, str_of(body)), 0);
	world_send_bytes(&w, client, frame.p, frame.n);
	buf_fini(&frame);
}

/* A client that speaks before it has the greeting: each message waits for the acknowledgement of the one before. */
START_TEST(test_pace_by_acknowledgement)
{
	unsigned c;

	setup();
	c = world_connect(&w);
	send_at_once(c, 1, ASK);
	world_heard(&w, c, W_STATUS("9001", "normal"));
	world_run(&w, 1);
	world_heard(&w, c, ANSWER("0001"));
	world_run(&w, 1);
	world_heard(&w, c, W_STATUS("9002", "normal"));
	/* it is associated: no pace any more */
	world_run(&w, 1);
	send_at_once(c, 2, ASK);
	send_at_once(c, 3, ASK);
	world_heard(&w, c, ANSWER("0002") ANSWER("0003"));
	world_fini(&w);
}
END_TEST

/* One whose acknowledgements do not come waits 50 ms for each. */
START_TEST(test_pace_by_time)
{
	unsigned c;

	setup();
	c = world_connect(&w);
	world_run(&w, 5);
	world_heard(&w, c, W_STATUS("9001", "normal"));
	w.clients[c].reads = false;
	send_at_once(c, 1, ASK);
	world_heard(&w, c, ANSWER("0001"));
	send_at_once(c, 2, ASK);
	world_run(&w, 49);
	world_heard(&w, c, "");
	world_run(&w, 1);
	world_heard(&w, c, W_STATUS("9002", "normal"));
	world_run(&w, 49);
	world_heard(&w, c, "");
	world_run(&w, 1);
	world_heard(&w, c, ANSWER("0002"));
	send_at_once(c, 3, ASK);
	world_heard(&w, c, ANSWER("0003"));
	world_fini(&w);
}
END_TEST

/* A connection that ends is told everything first, whatever the pace. */
START_TEST(test_pace_and_the_end)
{
	unsigned c;

	setup();
	c = world_connect(&w);
	world_start_session(&w, c, 1, "demo", "");
	world_take(&w, c);
	w.clients[c].reads = false;
	world_run(&w, 122000);
	ck_assert_ptr_nonnull(strstr(world_take(&w, c), "ApplicationSessionTerminated"));
	ck_assert(!w.clients[c].open);
	world_fini(&w);
}
END_TEST

/* An answer that takes its time does not keep the status back for more than a second. */
START_TEST(test_status_does_not_wait_for_ever)
{
	unsigned c;

	setup();
	world_rule(&w, "POST", "E/user/2001", 0, -1, "");
	c = world_connect(&w);
	world_run(&w, 5);
	world_take(&w, c);
	send_at_once(c, 1,
		"<MonitorStart><monitorObject><deviceObject>2001</deviceObject></monitorObject></MonitorStart>");
	world_run(&w, 999);
	world_heard(&w, c, "");
	world_run(&w, 1);
	world_heard(&w, c, W_STATUS("9002", "normal"));
	/* and it is not said a second time */
	world_run(&w, 10000);
	ck_assert_ptr_null(strstr(world_take(&w, c), "SystemStatus{systemStatus=normal}"));
	world_fini(&w);
}
END_TEST

/* 2001 is held and retrieved. */
static void
many_events(unsigned count)
{
	world_call(&w, "2001", "CallReceivedEvent", "a", "a:1", "Terminator", "Alerting", "2002");
	world_call(&w, "2001", "CallAnsweredEvent", "a", "a:1", "Terminator", "Active", "2002");
	for (unsigned i = 0; i < count; i++)
		world_call(&w, "2001", i % 2 ? "CallRetrievedEvent" : "CallHeldEvent", "a", "a:1",
			"Terminator", i % 2 ? "Active" : "Held", "2002");
}

/* A client has 3,000 messages to come; another one asks something meanwhile and has its answer with the next step. */
START_TEST(test_turns)
{
	uint64_t before;
	unsigned much, other;

	setup();
	much = world_session(&w);
	for (unsigned m = 0; m < 60; m++)
		world_monitor(&w, much, "2001");
	other = world_session(&w);
	world_hang_up(&w, much);
	many_events(48);
	much = world_connect(&w);
	world_run(&w, 5);
	w.clients[much].reads = false;
	world_start_session(&w, much, 5, "demo", "<sessionID>#1</sessionID>");
	world_run(&w, 79);
	before = w.clients[much].frames;
	ck_assert_uint_eq(before, 3);
	/* the pace ends: one step sends a part of it */
	w.now = mono_add_ms(w.now, 1);
	world_step(&w, &(struct node_event){ .kind = NODE_EV_TICK });
	ck_assert_uint_eq(w.clients[much].frames, before + 512);
	send_at_once(other, 9, ASK);
	world_heard(&w, other, ANSWER("0009"));
	ck_assert_uint_le(w.clients[much].frames, before + 1024);
	/* and all of it comes, at the same instant */
	world_run(&w, 0);
	ck_assert_uint_ge(w.clients[much].frames, 3000);
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_pace_by_acknowledgement,
		test_pace_by_time,
		test_pace_and_the_end,
		test_status_does_not_wait_for_ever,
		test_turns,
	};

	return world_main("sess_out", tests, sizeof(tests) / sizeof(tests[0]));
}
