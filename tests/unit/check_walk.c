/* SPDX-License-Identifier: Apache-2.0 */
/* core/walk: every pair of views, in both directions, is walked by legal steps alone or not at all. */
#include "core/walk.h"

#include <check.h>
#include <stdlib.h>

/* where each step may be taken and where it leads: the same facts, written the other way round */
static int
view_after(enum core_view from, enum core_step step)
{
	switch (step) {
	case STEP_service_initiated:
		return from == VIEW_none ? VIEW_initiated : -1;
	case STEP_originated:
		return from == VIEW_initiated ? VIEW_originated : -1;
	case STEP_network_reached:
		return from == VIEW_originated ? VIEW_originated : -1;
	case STEP_delivered_out:
		return from == VIEW_originated ? VIEW_dialed : -1;
	case STEP_delivered_in:
		return from == VIEW_none ? VIEW_ringing : -1;
	case STEP_established:
		return from == VIEW_dialed || from == VIEW_ringing ? VIEW_connected : -1;
	case STEP_held:
		return from == VIEW_connected || from == VIEW_far_held ? VIEW_held : -1;
	case STEP_far_held:
		return from == VIEW_connected ? VIEW_far_held : -1;
	case STEP_retrieved:
		return from == VIEW_held ? VIEW_connected : -1;
	case STEP_far_retrieved:
		return from == VIEW_far_held ? VIEW_connected : -1;
	case STEP_failed:
		return from != VIEW_none && from != VIEW_failed && from != VIEW_initiated ?
			VIEW_failed :
			-1;
	case STEP_queued:
		return from == VIEW_ringing ? VIEW_queued : -1;
	case STEP_cleared:
		return from != VIEW_none ? VIEW_none : -1;
	}
	return -1;
}

START_TEST(every_pair_is_legal)
{
	for (int way = CORE_WAY_OUT; way <= CORE_WAY_OUTSIDE; way++) {
		enum core_view from = (enum core_view)(_i / 10), to = (enum core_view)(_i % 10),
			       reached;
		enum core_step steps[CORE_WALK_MAX];
		size_t n = core_walk(from, to, (enum core_way)way, steps, &reached);
		int at = (int)from;

		for (size_t i = 0; i < n; i++) {
			at = view_after((enum core_view)at, steps[i]);
			ck_assert_msg(at >= 0, "%s to %s: illegal step %s", core_view_name(from),
				core_view_name(to), core_step_name(steps[i]));
		}
		ck_assert_int_eq(at, (int)reached);
		if (to == VIEW_none || from == VIEW_none)
			ck_assert_msg(reached == to || (to == VIEW_ringing && reached == to),
				"%s to %s ends at %s", core_view_name(from), core_view_name(to),
				core_view_name(reached));
	}
}
END_TEST

static void
walks(enum core_view from, enum core_view to, enum core_way way, const enum core_step *want,
	size_t want_count)
{
	enum core_step steps[CORE_WALK_MAX];
	enum core_view reached;
	size_t n = core_walk(from, to, way, steps, &reached);

	ck_assert_uint_eq(n, want_count);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq((int)steps[i], (int)want[i]);
}

START_TEST(a_missed_beginning_is_made_up)
{
	walks(VIEW_none, VIEW_connected, CORE_WAY_IN,
		(enum core_step[]){ STEP_delivered_in, STEP_established }, 2);
	walks(VIEW_none, VIEW_held, CORE_WAY_OUT,
		(enum core_step[]){ STEP_service_initiated, STEP_originated, STEP_delivered_out,
			STEP_established, STEP_held },
		5);
	walks(VIEW_initiated, VIEW_failed, CORE_WAY_OUT,
		(enum core_step[]){ STEP_originated, STEP_failed }, 2);
	walks(VIEW_held, VIEW_far_held, CORE_WAY_OUT,
		(enum core_step[]){ STEP_retrieved, STEP_far_held }, 2);
	walks(VIEW_held, VIEW_failed, CORE_WAY_OUT,
		(enum core_step[]){ STEP_retrieved, STEP_failed }, 2);
}
END_TEST

/* The network is reached before the far party is delivered to, once; who is called, or fails first, hears nothing of it. */
START_TEST(outside)
{
	walks(VIEW_none, VIEW_dialed, CORE_WAY_OUTSIDE,
		(enum core_step[]){ STEP_service_initiated, STEP_originated, STEP_network_reached,
			STEP_delivered_out },
		4);
	walks(VIEW_none, VIEW_held, CORE_WAY_OUTSIDE,
		(enum core_step[]){ STEP_service_initiated, STEP_originated, STEP_network_reached,
			STEP_delivered_out, STEP_established, STEP_held },
		6);
	walks(VIEW_dialed, VIEW_connected, CORE_WAY_OUTSIDE, (enum core_step[]){ STEP_established },
		1);
	walks(VIEW_originated, VIEW_failed, CORE_WAY_OUTSIDE, (enum core_step[]){ STEP_failed }, 1);
}
END_TEST

/* A queue is reached by a call before it waits there. */
START_TEST(a_queue)
{
	walks(VIEW_none, VIEW_queued, CORE_WAY_IN,
		(enum core_step[]){ STEP_delivered_in, STEP_queued }, 2);
	walks(VIEW_ringing, VIEW_queued, CORE_WAY_IN, (enum core_step[]){ STEP_queued }, 1);
}
END_TEST

START_TEST(nothing_is_told_twice)
{
	for (int v = 0; v <= VIEW_queued; v++)
		walks((enum core_view)v, (enum core_view)v, CORE_WAY_OUT, NULL, 0);
	/* a party that talks and rings again (blind transfer) stays where clients know it */
	walks(VIEW_connected, VIEW_ringing, CORE_WAY_IN, NULL, 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("walk");
	TCase *tc = tcase_create("walk");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_loop_test(tc, every_pair_is_legal, 0, 100);
	tcase_add_test(tc, a_missed_beginning_is_made_up);
	tcase_add_test(tc, outside);
	tcase_add_test(tc, a_queue);
	tcase_add_test(tc, nothing_is_told_twice);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
