/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Claims: two at once, two rings with one generation or one epoch, epochs that others remember or hold a state of, nodes that
 * were never up together, a ring that changes or is lost meanwhile.
 */
#include "tests/unit/check_ha_case.h"

/* --- claims ---------------------------------------------------------------------------------------------------------- */

START_TEST(two_claims_in_one_ring_have_one_winner)
{
	for (unsigned first = 0; first < 2; first++) {
		begin(2);
		toy_start(&t, 0);
		toy_start(&t, 1);
		toy_run(&t, 300);
		ck_assert_int_eq(toy_promote(&t, 0), 0);
		ck_assert_int_eq(toy_promote(&t, 1), 0);
		while (toy_order_one(&t, first))
			;
		while (toy_read_one(&t, first))
			;
		ck_assert_int_eq(toy_role(&t, first), HA_ACTIVE);
		toy_drain(&t);
		ck_assert_int_eq(toy_role(&t, first), HA_ACTIVE);
		ck_assert_int_ne(toy_role(&t, 1 - first), HA_ACTIVE);
		ck_assert_uint_ge(
			toy_view(&t, first).counts.frames_stale, 1); /* the second claim */
		toy_run(&t, 1000);
		ck_assert_int_eq(toy_role(&t, 1 - first), HA_STANDBY);
		/* the order decides, not the number */
		ck_assert_uint_eq(toy_view(&t, first).epoch, EPOCH(1, first + 1));
		ck_assert_uint_eq(t.node[1 - first].floor, EPOCH(1, 2));
		same_state(0, 1);
		end();
	}
}
END_TEST

/* The disk of the loser holds the higher number: when it starts anew the active claims above it and keeps its state. */
START_TEST(the_loser_of_a_claim_comes_back_with_a_higher_number)
{
	begin(2);
	toy_start(&t, 0);
	toy_start(&t, 1);
	toy_run(&t, 300);
	toy_promote(&t, 0);
	toy_promote(&t, 1);
	toy_run(&t, 1000);
	ck_assert_uint_eq(toy_view(&t, 0).epoch, EPOCH(1, 1));
	load(0, 7);
	toy_kill(&t, 1);
	toy_start(&t, 1);
	toy_run(&t, 1000);
	ck_assert_int_eq(toy_role(&t, 0), HA_ACTIVE);
	ck_assert_uint_eq(toy_view(&t, 0).epoch, EPOCH(2, 1));
	ck_assert_uint_eq(t.node[0].fsm.applied, 7);
	ck_assert(ha_gate_open(t.node[0].ha));
	ck_assert_uint_eq(logged(0, M_TWO_VOICES), 0);
	ck_assert_int_eq(toy_role(&t, 1), HA_STANDBY);
	same_state(0, 1);
	end();
}
END_TEST

/* A node comes in and claims before it heard of the active: whatever the order, one of them remains. */
START_TEST(a_claim_of_the_generation_that_is_active)
{
	for (unsigned hears = 0; hears < 2; hears++) {
		begin(2);
		toy_start(&t, 0);
		toy_run(&t, 300);
		ck_assert_int_eq(toy_promote(&t, 0), 0);
		toy_run(&t, 300);
		load(0, 5);
		toy_start(&t, 1);
		toy_read_one(&t, 1);
		ck_assert_int_eq(toy_promote(&t, 1), 0);
		ck_assert_uint_eq(t.node[1].floor, EPOCH(1, 2));
		if (hears) { /* the active's HELLO is first in the order */
			while (toy_read_one(&t, 0))
				;
			while (toy_order_one(&t, 0))
				;
		}
		while (toy_order_one(&t, 1))
			;
		toy_run(&t, 1000);
		ck_assert_int_eq(toy_role(&t, hears ? 0 : 1), HA_ACTIVE);
		ck_assert_int_eq(toy_role(&t, hears ? 1 : 0), HA_STANDBY);
		ck_assert_uint_eq(toy_view(&t, 0).epoch, EPOCH(1, hears ? 1 : 2));
		ck_assert_uint_eq(logged(0, M_TWO_VOICES), hears ? 0 : 1);
		same_state(0, 1);
		end();
	}
}
END_TEST

/* --- two rings --------------------------------------------------------------------------------------------------------- */

/* Promoted on both sides of a cut, each with its own disk; then `mover` goes over to the other one. */
static void
two_winners(uint32_t second_id, unsigned mover)
{
	begin(2);
	t.node[1].id = second_id;
	toy_start(&t, 0);
	t.node[1].component = 1;
	toy_start(&t, 1);
	toy_run(&t, 300);
	toy_promote(&t, 0);
	toy_promote(&t, 1);
	toy_run(&t, 300);
	ck_assert_int_eq(toy_role(&t, 0), HA_ACTIVE);
	ck_assert_int_eq(toy_role(&t, 1), HA_ACTIVE);
	ck_assert_uint_eq(toy_view(&t, 0).epoch, EPOCH(1, 1));
	ck_assert_uint_eq(toy_view(&t, 1).epoch, EPOCH(1, second_id));
	load(0, 4);
	load(1, 3);
	toy_move(&t, mover, 1 - mover);
	toy_run(&t, 1000);
	ck_assert_int_eq(toy_role(&t, 1), HA_ACTIVE);
	ck_assert_uint_eq(toy_view(&t, 1).epoch, EPOCH(1, second_id));
	ck_assert_int_eq(toy_role(&t, 0), HA_STANDBY);
	ck_assert_uint_gt(logged(0, M_TWO_VOICES), 0);
	ck_assert_uint_gt(logged(1, M_TWO_VOICES), 0);
	same_state(0, 1);
	end();
}

START_TEST(two_winners_of_one_generation_meet_and_the_lower_one_gives_up)
{
	two_winners(2, 0);
	two_winners(2, 1);
}
END_TEST

/* Ids 1 and 9 make the same epochs. */
START_TEST(two_winners_of_one_epoch_meet_and_the_lower_id_gives_up)
{
	two_winners(9, 0);
	two_winners(9, 1);
}
END_TEST

START_TEST(the_higher_generation_wins_a_merge)
{
	for (unsigned high = 0; high < 2; high++) {
		unsigned low = 1 - high;

		begin(2);
		t.node[high].floor = EPOCH(1, high + 1);
		toy_start(&t, 0);
		t.node[1].component = 1;
		toy_start(&t, 1);
		toy_run(&t, 300);
		toy_promote(&t, 0);
		toy_promote(&t, 1);
		toy_run(&t, 300);
		ck_assert_uint_eq(toy_view(&t, low).epoch, EPOCH(1, low + 1));
		ck_assert_uint_eq(toy_view(&t, high).epoch, EPOCH(2, high + 1));
		load(low, 4);
		toy_move(&t, low, high);
		toy_run(&t, 1000);
		ck_assert_int_eq(toy_role(&t, high), HA_ACTIVE);
		ck_assert_int_eq(toy_role(&t, low), HA_STANDBY);
		ck_assert_uint_eq(t.node[low].floor, EPOCH(2, high + 1)); /* remembered on disk */
		same_state(0, 1);
		end();
	}
}
END_TEST

/* --- epochs that others know ------------------------------------------------------------------------------------------- */

/* n2 remembers `floor`. n1 hears of it between its claim and the claim's delivery. */
static void
raise_a_claim(uint64_t floor, uint64_t expected)
{
	begin(2);
	t.node[1].floor = floor;
	toy_start(&t, 0);
	toy_run(&t, 300);
	toy_start(&t, 1);
	while (toy_read_one(&t, 0)) /* n2 is a member, its beat is not here yet */
		;
	ck_assert_int_eq(toy_promote(&t, 0), 0);
	toy_read_one(&t, 1);
	while (toy_order_one(&t, 1)) /* its HELLO comes before the claim */
		;
	while (toy_read_one(&t, 0))
		;
	ck_assert_int_eq(toy_role(&t, 0), HA_CLAIMING);
	toy_run(&t, 500);
	ck_assert_int_eq(toy_role(&t, 0), HA_ACTIVE);
	ck_assert_uint_eq(toy_view(&t, 0).epoch, expected);
	ck_assert_int_eq(toy_role(&t, 1), HA_STANDBY);
	same_state(0, 1);
	end();
}

/* n1 is ACTIVE already when it hears of `floor`; it keeps its state and goes above if it must. */
static void
raise_an_active(uint64_t floor, uint64_t expected)
{
	begin(2);
	t.node[1].floor = floor;
	toy_start(&t, 0);
	toy_run(&t, 300);
	ck_assert_int_eq(toy_promote(&t, 0), 0);
	toy_run(&t, 300);
	load(0, 5);
	toy_start(&t, 1);
	toy_run(&t, 500);
	ck_assert_int_eq(toy_role(&t, 0), HA_ACTIVE);
	ck_assert_uint_eq(toy_view(&t, 0).epoch, expected);
	ck_assert_uint_eq(t.node[0].fsm.applied, 5);
	if (expected != EPOCH(1, 1)) {
		ck_assert_uint_eq(t.node[0].ha->base_epoch, EPOCH(1, 1));
		ck_assert_uint_eq(t.node[0].ha->base_offset, 5);
	}
	ck_assert_int_eq(toy_role(&t, 1), HA_STANDBY);
	same_state(0, 1);
	end();
}

START_TEST(a_bystander_that_knows_more_raises_the_claim)
{
	raise_a_claim(EPOCH(40, 2), EPOCH(41, 1));
	raise_an_active(EPOCH(40, 2), EPOCH(41, 1));
}
END_TEST

/* A claim competes with its whole generation, an ACTIVE only with what is above it. */
START_TEST(a_bystander_that_knows_of_the_same_generation)
{
	raise_a_claim(EPOCH(1, 2), EPOCH(2, 1));
	raise_a_claim(EPOCH(1, 0), EPOCH(2, 1)); /* of a lower number */
	raise_an_active(EPOCH(1, 2), EPOCH(2, 1));
	raise_an_active(EPOCH(1, 0), EPOCH(1, 1));
}
END_TEST

/* Two nodes that were never up together, each with the disk of before: two histories, two epochs. */
START_TEST(a_succession_of_strangers_uses_no_epoch_twice)
{
	for (unsigned first = 0; first < 2; first++) {
		unsigned other = 1 - first;
		uint64_t epoch;

		begin(2);
		toy_start(&t, 0);
		toy_start(&t, 1);
		toy_run(&t, 300);
		toy_promote(&t, first);
		toy_run(&t, 500);
		toy_kill(&t, first);
		toy_run(&t, 100);
		toy_promote(&t, other);
		toy_run(&t, 300);
		ck_assert_uint_eq(toy_view(&t, other).epoch, EPOCH(2, other + 1));
		load(other, 6);
		toy_kill(&t, other);
		toy_start(&t, first);
		ck_assert_uint_eq(t.node[first].floor, EPOCH(1, first + 1));
		toy_run(&t, 300);
		ck_assert_int_eq(toy_promote(&t, first), 0);
		toy_run(&t, 300);
		ck_assert_uint_eq(toy_view(&t, first).epoch, EPOCH(2, first + 1));
		load(first, 9);
		toy_start(&t, other);
		toy_run(&t, 1000);
		ck_assert_int_eq(toy_role(&t, first), HA_ACTIVE);
		ck_assert(ha_gate_open(t.node[first].ha));
		ck_assert_uint_eq(t.node[first].fsm.applied, 9);
		ck_assert_int_eq(toy_role(&t, other), HA_STANDBY);
		/* above what the other one remembers, by a new claim where its number is lower */
		epoch = toy_view(&t, first).epoch;
		ck_assert_uint_eq(epoch, first == 0 ? EPOCH(3, 1) : EPOCH(2, 2));
		ck_assert_uint_eq(t.node[other].floor, epoch);
		ck_assert_uint_eq(toy_view(&t, other).counts.resyncs_full, 1);
		same_state(0, 1);
		end();
	}
}
END_TEST

/* The other one was not killed: it was demoted and comes with what it held, of the same generation. Who speaks goes on. */
START_TEST(a_state_of_the_same_generation_ends_no_active)
{
	for (unsigned first = 0; first < 2; first++) {
		unsigned other = 1 - first;
		uint64_t before;

		begin(2);
		toy_start(&t, 0);
		toy_start(&t, 1);
		toy_run(&t, 300);
		toy_promote(&t, first);
		toy_run(&t, 500);
		before = toy_view(&t, other).counts.resyncs_full;
		toy_move(&t, other, 1);
		toy_demote(&t, first);
		toy_run(&t, 300);
		toy_promote(&t, other);
		toy_run(&t, 300);
		load(other, 6);
		toy_demote(&t, other);
		toy_run(&t, 300);
		ck_assert_int_eq(toy_promote(&t, first), 0);
		toy_run(&t, 300);
		ck_assert_uint_eq(toy_view(&t, first).epoch, EPOCH(2, first + 1));
		ck_assert_uint_eq(toy_view(&t, other).epoch, EPOCH(2, other + 1));
		load(first, 6); /* the same offsets, the same deltas even: still another position */
		toy_move(&t, other, 0);
		toy_run(&t, 1000);
		ck_assert_int_eq(toy_role(&t, first), HA_ACTIVE);
		ck_assert_uint_eq(t.node[first].fsm.applied, 6);
		ck_assert_uint_eq(
			toy_view(&t, first).epoch, first == 0 ? EPOCH(3, 1) : EPOCH(2, 2));
		ck_assert_int_eq(toy_role(&t, other), HA_STANDBY);
		ck_assert_uint_eq(toy_view(&t, other).counts.resyncs_full, before + 1);
		same_state(0, 1);
		end();
	}
}
END_TEST

static void
inject_position(uint64_t epoch)
{
	struct ha_frame f = { .version = 1,
		.speaks = 2,
		.type = HA_FRAME_BEAT,
		.sender = 2,
		.epoch = epoch,
		.u.beat = { .seen = epoch, .role = HA_JOINING, .config_hash = 7 } };
	struct buf b;

	buf_init(&b, 1000);
	ha_frame_encode(&f, &b);
	toy_inject(&t, 1, b.p, b.n);
	buf_fini(&b);
	while (toy_read_one(&t, 0))
		;
}

START_TEST(a_state_of_the_same_generation_ends_no_drain)
{
	pair();
	t.node[1].paused = true;
	load(0, 2);
	ck_assert_int_eq(toy_demote(&t, 0), 0);
	inject_position(EPOCH(1, 2));
	ck_assert_int_eq(toy_role(&t, 0), HA_DRAINING);
	inject_position(EPOCH(2, 2)); /* of a newer one: nobody needs what is drained */
	ck_assert_int_eq(toy_role(&t, 0), HA_JOINING);
	end();
}
END_TEST

START_TEST(the_claim_survives_a_change_of_the_ring)
{
	pair();
	load(0, 5);
	toy_drain(&t);
	toy_kill(&t, 0);
	toy_drain(&t);
	toy_promote(&t, 1); /* CLAIM waits in the queue */
	ck_assert_int_eq(toy_role(&t, 1), HA_CLAIMING);
	toy_start(&t, 0);
	while (toy_read_one(&t, 1))
		;
	ck_assert_int_eq(toy_role(&t, 1), HA_CLAIMING);
	toy_run(&t, 1000);
	ck_assert_int_eq(toy_role(&t, 1), HA_ACTIVE);
	ck_assert_int_eq(toy_role(&t, 0), HA_STANDBY);
	same_state(0, 1);
	end();
}
END_TEST

START_TEST(ring_lost_while_claiming_draining_syncing)
{
	pair();
	load(0, 3);
	toy_drain(&t);
	toy_kill(&t, 0);
	toy_drain(&t);
	toy_promote(&t, 1);
	toy_ring_down(&t, 1);
	ck_assert_int_eq(toy_role(&t, 1), HA_INIT);
	toy_ring_up(&t, 1);
	toy_run(&t, 100);
	ck_assert_int_eq(toy_role(&t, 1), HA_JOINING);
	ck_assert_uint_eq(toy_view(&t, 1).offset, 3); /* the state is kept */
	ck_assert_int_eq(toy_promote(&t, 1), 0);
	toy_run(&t, 100);
	ck_assert_int_eq(toy_role(&t, 1), HA_ACTIVE);
	ck_assert_uint_eq(
		toy_view(&t, 1).epoch, EPOCH(3, 2)); /* the void claim is not used again */
	toy_demote(&t, 1);
	toy_ring_down(&t, 1);
	ck_assert_int_eq(toy_role(&t, 1), HA_INIT);
	toy_ring_up(&t, 1);
	toy_run(&t, 100);
	toy_promote(&t, 1);
	toy_run(&t, 100);
	toy_start(&t, 0);
	TRICKLE_UNTIL(toy_role(&t, 0) == HA_SYNCING);
	toy_ring_down(&t, 0);
	ck_assert_int_eq(toy_role(&t, 0), HA_INIT);
	toy_ring_up(&t, 0);
	ck_assert(toy_run_until(&t, 0, HA_STANDBY, 3000));
	same_state(0, 1);
	end();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ha_claim");
	TCase *tc = tcase_create("engine");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, two_claims_in_one_ring_have_one_winner);
	tcase_add_test(tc, the_loser_of_a_claim_comes_back_with_a_higher_number);
	tcase_add_test(tc, a_claim_of_the_generation_that_is_active);
	tcase_add_test(tc, two_winners_of_one_generation_meet_and_the_lower_one_gives_up);
	tcase_add_test(tc, two_winners_of_one_epoch_meet_and_the_lower_id_gives_up);
	tcase_add_test(tc, the_higher_generation_wins_a_merge);
	tcase_add_test(tc, a_bystander_that_knows_more_raises_the_claim);
	tcase_add_test(tc, a_bystander_that_knows_of_the_same_generation);
	tcase_add_test(tc, a_succession_of_strangers_uses_no_epoch_twice);
	tcase_add_test(tc, a_state_of_the_same_generation_ends_no_active);
	tcase_add_test(tc, a_state_of_the_same_generation_ends_no_drain);
	tcase_add_test(tc, the_claim_survives_a_change_of_the_ring);
	tcase_add_test(tc, ring_lost_while_claiming_draining_syncing);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
