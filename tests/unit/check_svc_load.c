/* SPDX-License-Identifier: Apache-2.0 */
/* What clients hear of overload: who, which statuses, when it is over; and what status shows of it. */
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>

static struct world w;
static unsigned registered, other;

/* A session that is registered for the status (#1, #2) and one that is not (#3), in a world where 1 MB is too much. */
static void
setup(const char *filter)
{
	registered = world_begin(&w, 1, "[node]\noverload-outbox-mb = 1\n[broadworks]\n");
	world_send(&w, registered, 2,
		"<SystemRegister><requestTypes><systemStatus>true</systemStatus></requestTypes>%s"
		"</SystemRegister>",
		filter);
	other = world_connect(&w);
	world_settle(&w);
	world_start_session(&w, other, 1, "demo", "");
	world_take(&w, registered);
	world_take(&w, other);
}

/* A client that reads nothing asks for so many answers. */
static unsigned
pile_up(unsigned answers)
{
	unsigned client = world_connect(&w);

	world_settle(&w);
	world_start_session(&w, client, 1, "demo", "");
	w.clients[client].reads = false;
	for (unsigned i = 0; i < answers; i++)
		world_send(&w, client, 7, "<GetSwitchingFunctionCaps/>");
	return client;
}

static const char *
overload(uint64_t *count)
{
	struct node_counts counts;

	node_get_counts(w.node, w.now, &counts);
	*count = counts.overloads;
	return counts.overload;
}

#define TOLD(invoke, status) invoke " SystemStatus{sysStatRegisterID=#2 systemStatus=" status "}\n"

START_TEST(test_overload)
{
	unsigned client;
	uint64_t count;

	setup("");
	ck_assert_str_eq(overload(&count), "none");
	client = pile_up(600);
	world_run(&w, 3000);
	ck_assert_str_eq(overload(&count), "reached");
	ck_assert_uint_eq(count, 1);
	ck_assert_uint_eq(world_logged(&w, 37620, "reached: "), 1);
	ck_assert_ptr_nonnull(strstr(world_take(&w, registered), "systemStatus=overloadReached"));
	world_heard(&w, other, "");
	/* it reads at last */
	w.clients[client].reads = true;
	world_later(
		&w, 0, NODE_EV_CLIENT_ACKED, client, w.clients[client].bytes, STR_NONE, STR_NONE);
	world_run(&w, 10000);
	ck_assert_str_eq(overload(&count), "none");
	ck_assert_uint_eq(count, 1);
	ck_assert_ptr_nonnull(strstr(world_take(&w, registered), "systemStatus=overloadRelieved"));
	world_heard(&w, other, "");
	world_fini(&w);
}
END_TEST

/* Filters count here, too. */
START_TEST(test_filtered)
{
	setup("<requestedStatusFilter><overloadReached>true</overloadReached>"
	      "<overloadImminent>true</overloadImminent></requestedStatusFilter>");
	pile_up(600);
	world_run(&w, 3000);
	world_heard(&w, registered, "");
	world_fini(&w);
}
END_TEST

/* The node is woken long after it asked for. */
static void
late_step(void)
{
	w.now = mono_add_ms(w.now, 900);
	world_step(&w, &(struct node_event){ .kind = NODE_EV_TICK });
}

/* A loop that is late again and again; once is nothing. */
START_TEST(test_lag)
{
	uint64_t count;

	setup("");
	late_step();
	world_run(&w, 3000);
	ck_assert_str_eq(overload(&count), "none");
	for (int i = 0; i < 4; i++)
		late_step();
	ck_assert_str_eq(overload(&count), "reached");
	ck_assert_ptr_nonnull(strstr(world_take(&w, registered), "systemStatus=overloadReached"));
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_overload,
		test_filtered,
		test_lag,
	};

	return world_main("svc_load", tests, sizeof(tests) / sizeof(tests[0]));
}
