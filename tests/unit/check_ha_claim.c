/* SPDX-License-Identifier: Apache-2.0 */
/* Claims: two at once, two rings with one epoch, epochs that others remember, a ring that changes or is lost meanwhile. */
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
		toy_run(&t, 1000);
		ck_assert_int_eq(toy_role(&t, 1 - first), HA_STANDBY);
		same_state(0, 1);
		end();
	}
}
END_TEST

START_TEST(two_winners_of_one_epoch_meet_and_the_lower_id_gives_up)
{
	begin(2);
	toy_start(&t, 0);
	t.node[1].component = 1;
	toy_start(&t, 1);
	toy_run(&t, 300);
	toy_promote(&t, 0);
	toy_promote(&t, 1);
	toy_run(&t, 300);
	ck_assert_int_eq(toy_role(&t, 0), HA_ACTIVE);
	ck_assert_int_eq(toy_role(&t, 1), HA_ACTIVE);
	ck_assert_uint_eq(toy_view(&t, 0).epoch, toy_view(&t, 1).epoch);
	load(0, 4);
	load(1, 3);
	toy_move(&t, 1, 0);
	toy_run(&t, 1000);
	ck_assert_int_eq(toy_role(&t, 1), HA_ACTIVE);
	ck_assert_int_eq(toy_role(&t, 0), HA_STANDBY);
	ck_assert_uint_gt(logged(0, M_TWO_VOICES), 0);
	ck_assert_uint_gt(logged(1, M_TWO_VOICES), 0);
	same_state(0, 1);
	end();
}
END_TEST

START_TEST(the_higher_epoch_wins_a_merge)
{
	begin(2);
	toy_start(&t, 0);
	t.node[1].component = 1;
	t.node[1].floor = 1;
	toy_start(&t, 1);
	toy_run(&t, 300);
	toy_promote(&t, 0);
	toy_promote(&t, 1);
	toy_run(&t, 300);
	ck_assert_uint_eq(toy_view(&t, 0).epoch, 1);
	ck_assert_uint_eq(toy_view(&t, 1).epoch, 2);
	load(0, 4);
	toy_move(&t, 0, 1);
	toy_run(&t, 1000);
	ck_assert_int_eq(toy_role(&t, 1), HA_ACTIVE);
	ck_assert_int_eq(toy_role(&t, 0), HA_STANDBY);
	ck_assert_uint_eq(t.node[0].floor, 2); /* remembered on disk */
	same_state(0, 1);
	end();
}
END_TEST

START_TEST(a_bystander_that_knows_more_raises_the_claim)
{
	begin(2);
	t.node[1].floor = 40;
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
	ck_assert_uint_gt(toy_view(&t, 0).epoch, 40);
	ck_assert_int_eq(toy_role(&t, 1), HA_STANDBY);
	end();
	/* the other way round: it is ACTIVE already when it hears of epoch 40; it keeps its state and goes above */
	begin(2);
	t.node[1].floor = 40;
	toy_start(&t, 0);
	toy_run(&t, 300);
	ck_assert_int_eq(toy_promote(&t, 0), 0);
	toy_run(&t, 300);
	load(0, 5);
	toy_start(&t, 1);
	toy_run(&t, 500);
	ck_assert_int_eq(toy_role(&t, 0), HA_ACTIVE);
	ck_assert_uint_eq(toy_view(&t, 0).epoch, 41);
	ck_assert_uint_eq(t.node[0].ha->base_offset, 5);
	ck_assert_int_eq(toy_role(&t, 1), HA_STANDBY);
	same_state(0, 1);
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
	ck_assert_uint_eq(toy_view(&t, 1).epoch, 3); /* the void claim is not used again */
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
	tcase_add_test(tc, two_winners_of_one_epoch_meet_and_the_lower_id_gives_up);
	tcase_add_test(tc, the_higher_epoch_wins_a_merge);
	tcase_add_test(tc, a_bystander_that_knows_more_raises_the_claim);
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
