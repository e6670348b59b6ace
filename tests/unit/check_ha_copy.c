/* SPDX-License-Identifier: Apache-2.0 */
/* The copy of the state on the own host: when it is there, what it is worth, who waits for it. The engine on a tiny ring. */
#include "tests/unit/check_ha_case.h"

static void
begin_with_copies(unsigned nodes)
{
	begin(nodes);
	t.conf.copy = true;
}

/* n1 is active, alone, and has decided so much. */
static void
alone_with(unsigned deltas)
{
	begin_with_copies(2);
	toy_start(&t, 0);
	toy_run(&t, 300);
	ck_assert_int_eq(toy_promote(&t, 0), 0);
	toy_run(&t, 300);
	if (deltas > 0)
		load(0, deltas);
	toy_run(&t, 50);
}

static void
alone(void)
{
	alone_with(20);
}

/* Two nodes, n1 active, n2 in step. */
static void
pair_with_copies(void)
{
	alone();
	toy_start(&t, 1);
	ck_assert(toy_run_until(&t, 1, HA_STANDBY, 1000));
	toy_run(&t, 300);
}

static struct buf
copy_of(unsigned i)
{
	struct buf b;

	buf_init(&b, 16 << 20);
	buf_str(&b, buf_as_str(&t.node[i].copy));
	return b;
}

static void
put_copy(unsigned i, const uint8_t *p, size_t n)
{
	buf_reset(&t.node[i].copy);
	buf_put(&t.node[i].copy, p, n);
}

/* --- the one that is alone ------------------------------------------------------------------------------------------- */

START_TEST(the_next_process_goes_on_where_the_last_one_ended)
{
	struct ha_view before, after;
	uint64_t digest;

	alone();
	ck_assert(toy_view(&t, 0).copied);
	for (unsigned k = 0; k < 5; k++) {
		load(0, 7 * k);
		before = toy_view(&t, 0);
		digest = t.node[0].fsm.digest;
		toy_kill(&t, 0);
		toy_start(&t, 0);
		after = toy_view(&t, 0);
		ck_assert_msg(t.node[0].load_result == 0, "%s", t.node[0].load_error.text);
		ck_assert_uint_eq(after.epoch, before.epoch);
		ck_assert_uint_eq(after.offset, before.offset);
		ck_assert_uint_eq(t.node[0].fsm.digest, digest);
		toy_run(&t, 300);
		ck_assert_int_eq(t.node[0].score, 10);
		ck_assert_int_eq(toy_promote(&t, 0), 0);
		ck_assert(toy_run_until(&t, 0, HA_ACTIVE, 1000));
		ck_assert_uint_eq(t.node[0].fsm.digest, digest);
		ck_assert_uint_gt(toy_view(&t, 0).epoch, before.epoch);
	}
	ck_assert_uint_eq(t.node[0].copies, 1); /* the same file through all epochs */
	end();
}
END_TEST

START_TEST(nothing_leaves_before_it_is_in_the_file)
{
	uint64_t offset;

	alone();
	offset = toy_append_only(&t, 0, 1, 1);
	ck_assert_uint_eq(ha_released(t.node[0].ha), offset - 1);
	toy_tick(&t, 0);
	ck_assert_uint_eq(ha_released(t.node[0].ha), offset);
	end();
}
END_TEST

START_TEST(a_stop_leaves_the_copy)
{
	uint64_t digest;

	alone();
	digest = t.node[0].fsm.digest;
	toy_demote(&t, 0);
	toy_run(&t, 300);
	ck_assert_int_eq(toy_role(&t, 0), HA_JOINING);
	toy_kill(&t, 0);
	toy_start(&t, 0);
	ck_assert_uint_eq(t.node[0].fsm.digest, digest);
	end();
}
END_TEST

START_TEST(a_lost_ring_voids_it)
{
	alone();
	toy_ring_down(&t, 0);
	toy_run(&t, 50);
	ck_assert_int_eq(toy_role(&t, 0), HA_FENCED);
	ck_assert_uint_eq(t.node[0].copy.n, 0);
	end();
}
END_TEST

START_TEST(it_does_not_grow_for_ever)
{
	static uint8_t large[60000];
	size_t most = 0;

	alone();
	for (unsigned k = 0; k < 300; k++) {
		ck_assert_uint_ne(toy_append_raw(&t, 0, 9, large, sizeof(large)), 0);
		toy_run(&t, 3);
		most = t.node[0].copy.n > most ? t.node[0].copy.n : most;
	}
	ck_assert_uint_ge(t.node[0].copies, 4);
	ck_assert_uint_lt(most, 6 << 20);
	toy_kill(&t, 0);
	toy_start(&t, 0);
	ck_assert_int_eq(t.node[0].load_result, 0);
	end();
}
END_TEST

START_TEST(what_cannot_be_written_is_tried_again)
{
	alone();
	t.node[0].copy_fails = true;
	load(0, 1);
	ck_assert(!toy_view(&t, 0).copied);
	toy_append(&t, 0, 1, 1);
	ck_assert_uint_eq(ha_released(t.node[0].ha), toy_view(&t, 0).offset);
	toy_run(&t, 5000);
	t.node[0].copy_fails = false;
	toy_run(&t, 4000);
	ck_assert(!toy_view(&t, 0).copied);
	toy_run(&t, 2000);
	ck_assert(toy_view(&t, 0).copied);
	end();
}
END_TEST

START_TEST(a_snapshot_over_its_bound_is_no_copy)
{
	alone();
	toy_kill(&t, 0);
	toy_lose_copy(&t.node[0]);
	toy_start(&t, 0);
	toy_run(&t, 300);
	ck_assert_int_eq(toy_promote(&t, 0), 0);
	t.node[0].fsm.write_fails = true;
	toy_run(&t, 3000);
	ck_assert_int_eq(toy_role(&t, 0), HA_ACTIVE);
	ck_assert(!toy_view(&t, 0).copied);
	end();
}
END_TEST

/* Begins a file when a step can make `room` bytes. SIZE_MAX: no bound. Returns the bytes of the file, which is good; 0: none. */
static size_t
copied_with(unsigned deltas, size_t room)
{
	struct toy_node *n1 = &t.node[0];
	size_t bytes_max;
	size_t copied;

	alone_with(deltas);
	bytes_max = n1->out.bytes.max;
	toy_lose_copy(n1);
	ha_copy_lost(n1->ha, t.now);
	if (room != SIZE_MAX)
		n1->out.bytes.max = room;
	toy_run(&t, 10500);
	n1->out.bytes.max = bytes_max;
	copied = n1->copy.n;
	ck_assert_uint_eq(toy_view(&t, 0).copied, copied > 0);
	toy_kill(&t, 0);
	toy_start(&t, 0);
	ck_assert_msg(copied == 0 || n1->load_result == 0, "%s", n1->load_error.text);
	end();
	return copied;
}

/* A step has a bound; what does not fit makes no file that looks whole: neither its beginning, nor a slice, nor its end. */
static void
more_than_one_step(unsigned deltas)
{
	size_t whole = copied_with(deltas, SIZE_MAX), least = whole > 500 ? whole - 500 : 0;

	for (size_t room = 0; room < least; room += 5000)
		ck_assert_uint_eq(copied_with(deltas, room), 0);
	for (size_t room = least; room < whole + 500; room += 5)
		(void)copied_with(deltas, room);
	ck_assert_uint_eq(copied_with(deltas, whole + 500), whole);
}

START_TEST(more_than_one_step_can_make_is_no_copy)
{
	more_than_one_step(20);
	more_than_one_step(0);
}
END_TEST

/* --- with another node ----------------------------------------------------------------------------------------------- */

START_TEST(a_standby_in_step_makes_it_superfluous)
{
	pair_with_copies();
	ck_assert(!toy_view(&t, 0).degraded);
	ck_assert_uint_eq(t.node[0].copy.n, 0);
	toy_kill(&t, 1);
	toy_run(&t, 200);
	ck_assert(toy_view(&t, 0).copied);
	ck_assert_uint_gt(t.node[0].copy.n, 0);
	toy_start(&t, 1);
	ck_assert(toy_run_until(&t, 1, HA_STANDBY, 1000));
	toy_run(&t, 300);
	ck_assert_uint_eq(t.node[0].copy.n, 0);
	ck_assert_uint_eq(t.node[1].copy.n, 0);
	end();
}
END_TEST

/* n1 alone, with a copy; n2 has come and asked; n1 dies. */
static void
dies_while_the_other_one_joins(void)
{
	pair_with_copies();
	toy_kill(&t, 1);
	toy_run(&t, 300);
	load(0, 10);
	t.node[0].fsm.steps_wanted = 50;
	toy_start(&t, 1);
	TRICKLE_UNTIL(toy_role(&t, 1) == HA_SYNCING);
	toy_kill(&t, 0);
	TRICKLE_UNTIL(toy_role(&t, 1) == HA_JOINING);
}

START_TEST(a_joiner_waits_for_the_host_that_has_the_state)
{
	uint64_t digest;

	dies_while_the_other_one_joins();
	digest = t.node[0].fsm.digest;
	toy_run(&t, 1000);
	ck_assert_uint_eq(ha_awaits(t.node[1].ha), 1);
	ck_assert_uint_eq(logged(1, M_COPY), 1);
	ck_assert_int_eq(t.node[1].score, INT32_MIN);
	ck_assert_int_eq(toy_promote(&t, 1), E_STATE);
	toy_start(&t, 0);
	toy_run(&t, 300);
	ck_assert_uint_eq(ha_awaits(t.node[1].ha), 0);
	ck_assert_int_eq(t.node[0].score, 10);
	ck_assert_int_eq(t.node[1].score, INT32_MIN);
	ck_assert_int_eq(toy_promote(&t, 1), E_STATE);
	ck_assert_int_eq(toy_promote(&t, 0), 0);
	ck_assert(toy_run_until(&t, 1, HA_STANDBY, 2000));
	ck_assert_uint_eq(t.node[0].fsm.digest, digest);
	same_state(0, 1);
	end();
}
END_TEST

START_TEST(but_not_for_ever)
{
	dies_while_the_other_one_joins();
	toy_run(&t, HA_AWAIT_MS - 500);
	ck_assert_int_eq(t.node[1].score, INT32_MIN);
	toy_run(&t, 600);
	ck_assert_int_eq(t.node[1].score, 10);
	ck_assert_int_eq(toy_promote(&t, 1), 0);
	ck_assert(toy_run_until(&t, 1, HA_ACTIVE, 1000));
	toy_run(&t, 200);
	/* the one that comes too late has a state that is over */
	toy_start(&t, 0);
	ck_assert(toy_run_until(&t, 0, HA_STANDBY, 2000));
	same_state(0, 1);
	toy_run(&t, 300);
	ck_assert_uint_eq(t.node[0].copy.n, 0);
	end();
}
END_TEST

START_TEST(nor_for_one_that_comes_with_nothing)
{
	dies_while_the_other_one_joins();
	toy_lose_copy(&t.node[0]);
	toy_start(&t, 0);
	toy_run(&t, 300);
	ck_assert_uint_eq(ha_awaits(t.node[1].ha), 0);
	ck_assert_int_eq(t.node[1].score, 10);
	ck_assert_int_eq(toy_promote(&t, 1), 0);
	end();
}
END_TEST

START_TEST(nobody_waits_for_a_host_that_lost_its_power)
{
	pair_with_copies();
	toy_kill(&t, 1);
	toy_run(&t, 300);
	t.node[0].fsm.steps_wanted = 50;
	toy_start(&t, 1);
	TRICKLE_UNTIL(toy_role(&t, 1) == HA_SYNCING);
	toy_power_off(&t, 0);
	toy_run(&t, 300);
	ck_assert_uint_eq(ha_awaits(t.node[1].ha), 0);
	ck_assert_int_eq(t.node[1].score, 10);
	end();
}
END_TEST

START_TEST(the_state_of_an_epoch_that_is_over_is_left)
{
	struct buf old;

	alone();
	old = copy_of(0);
	toy_kill(&t, 0);
	t.node[0].floor = EPOCH(9, 2); /* it has heard the other one since */
	toy_start(&t, 0);
	ck_assert_int_eq(t.node[0].load_result, E_STATE);
	ck_assert_uint_eq(toy_view(&t, 0).epoch, 0);
	ck_assert_uint_eq(t.node[0].copy.n, 0);
	/* a claim of its own that came to nothing changes nothing */
	toy_kill(&t, 0);
	put_copy(0, old.p, old.n);
	t.node[0].floor = EPOCH(9, 1);
	toy_start(&t, 0);
	ck_assert_int_eq(t.node[0].load_result, 0);
	toy_run(&t, 300);
	ck_assert_int_eq(toy_promote(&t, 0), 0);
	ck_assert(toy_run_until(&t, 0, HA_ACTIVE, 1000));
	ck_assert_uint_eq(toy_view(&t, 0).epoch, EPOCH(10, 1));
	/* nor is what another node wrote */
	toy_kill(&t, 0);
	put_copy(1, old.p, old.n);
	toy_start(&t, 1);
	ck_assert_int_eq(t.node[1].load_result, E_STATE);
	buf_fini(&old);
	end();
}
END_TEST

/* What is remembered and not spoken goes to disk, and changes nothing: should this be the last that the process does. */
START_TEST(an_epoch_that_is_but_remembered)
{
	for (unsigned dies_later = 0; dies_later < 2; dies_later++) {
		uint64_t digest;

		alone();
		t.node[1].floor = EPOCH(7, 2);
		toy_start(&t, 1);
		TRICKLE_UNTIL(toy_role(&t, 0) == HA_CLAIMING);
		ck_assert_uint_ge(t.node[0].floor, EPOCH(7, 2));
		if (dies_later)
			TRICKLE_UNTIL(toy_role(&t, 0) == HA_ACTIVE);
		else
			t.node[0].floor = EPOCH(7, 2); /* it did not come to its claim */
		digest = t.node[0].fsm.digest;
		toy_kill(&t, 0);
		toy_start(&t, 0);
		ck_assert_msg(t.node[0].load_result == 0, "%s", t.node[0].load_error.text);
		ck_assert_uint_eq(t.node[0].fsm.digest, digest);
		end();
	}
}
END_TEST

/* --- bad files ------------------------------------------------------------------------------------------------------- */

/* With the deltas before it, and in a new epoch. */
static struct buf
a_file(void)
{
	struct buf b;

	alone();
	toy_kill(&t, 0);
	toy_start(&t, 0);
	toy_run(&t, 300);
	ck_assert_int_eq(toy_promote(&t, 0), 0);
	toy_run(&t, 300);
	load(0, 5);
	toy_kill(&t, 0);
	b = copy_of(0);
	ck_assert_uint_gt(b.n, 200);
	ck_assert_uint_lt(b.n, 20000);
	return b;
}

START_TEST(torn_at_any_place_it_is_an_earlier_state_or_none)
{
	struct buf file = a_file();
	uint64_t epoch = 0, offset = 0;

	for (size_t n = 1; n <= file.n; n++) {
		struct ha_view v;

		put_copy(0, file.p, n);
		toy_start(&t, 0);
		v = toy_view(&t, 0);
		ck_assert_uint_ge(v.epoch, epoch);
		ck_assert(v.epoch > epoch || v.offset >= offset);
		ck_assert(t.node[0].load_result == 0 || v.epoch == 0);
		epoch = v.epoch;
		offset = v.offset;
		if (n % 97 == 0 && t.node[0].load_result == 0) {
			/* it goes on behind what is whole */
			toy_run(&t, 300);
			ck_assert_int_eq(toy_promote(&t, 0), 0);
			ck_assert(toy_run_until(&t, 0, HA_ACTIVE, 1000));
			load(0, 3);
			toy_kill(&t, 0);
			toy_start(&t, 0);
			ck_assert_msg(t.node[0].load_result == 0, "%s", t.node[0].load_error.text);
			epoch = offset = 0;
			t.node[0].floor = 0;
		}
		toy_kill(&t, 0);
	}
	buf_fini(&file);
	end();
}
END_TEST

START_TEST(with_any_byte_wrong_it_is_refused)
{
	struct buf file = a_file();

	for (size_t at = 0; at < file.n; at++) {
		struct ha_view v;

		put_copy(0, file.p, file.n);
		t.node[0].copy.p[at] ^= (uint8_t)(1u << at % 8);
		toy_start(&t, 0);
		v = toy_view(&t, 0);
		/* a length that became too large looks like a torn end */
		ck_assert(t.node[0].load_result == 0 || (v.epoch == 0 && t.node[0].copy.n == 0));
		if (t.node[0].load_result == 0)
			ck_assert_uint_lt(t.node[0].copy.n, file.n);
		toy_kill(&t, 0);
	}
	buf_fini(&file);
	end();
}
END_TEST

START_TEST(rubbish_is_refused)
{
	uint8_t bytes[3000];
	struct rng rng = { 5 };

	begin_with_copies(1);
	for (unsigned k = 0; k < 500; k++) {
		size_t n = 1 + (size_t)rng_below(&rng, sizeof(bytes));

		for (size_t i = 0; i < n; i++)
			bytes[i] = (uint8_t)rng_next(&rng);
		if (k % 2 == 0)
			bytes[3] = bytes[2] = bytes[1] = 0;
		put_copy(0, bytes, n);
		toy_start(&t, 0);
		ck_assert_int_ne(t.node[0].load_result, 0);
		ck_assert_str_ne(t.node[0].load_error.text, "");
		toy_kill(&t, 0);
	}
	end();
}
END_TEST

START_TEST(an_older_release_leaves_what_it_does_not_understand)
{
	alone();
	ck_assert_uint_ne(toy_append_raw(&t, 0, 9, "x", 1), 0);
	toy_tick(&t, 0);
	toy_kill(&t, 0);
	t.node[0].fsm.refuses_kind_9 = true;
	toy_start(&t, 0);
	ck_assert_int_eq(t.node[0].load_result, E_MALFORMED);
	ck_assert_uint_eq(toy_view(&t, 0).epoch, 0);
	ck_assert_uint_eq(t.node[0].fsm.digest, 0);
	end();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("ha_copy");
	TCase *c = tcase_create("copy");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, c);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, the_next_process_goes_on_where_the_last_one_ended);
	tcase_add_test(c, nothing_leaves_before_it_is_in_the_file);
	tcase_add_test(c, a_stop_leaves_the_copy);
	tcase_add_test(c, a_lost_ring_voids_it);
	tcase_add_test(c, it_does_not_grow_for_ever);
	tcase_add_test(c, what_cannot_be_written_is_tried_again);
	tcase_add_test(c, a_snapshot_over_its_bound_is_no_copy);
	tcase_add_test(c, more_than_one_step_can_make_is_no_copy);
	tcase_add_test(c, a_standby_in_step_makes_it_superfluous);
	tcase_add_test(c, a_joiner_waits_for_the_host_that_has_the_state);
	tcase_add_test(c, but_not_for_ever);
	tcase_add_test(c, nor_for_one_that_comes_with_nothing);
	tcase_add_test(c, nobody_waits_for_a_host_that_lost_its_power);
	tcase_add_test(c, the_state_of_an_epoch_that_is_over_is_left);
	tcase_add_test(c, an_epoch_that_is_but_remembered);
	tcase_add_test(c, torn_at_any_place_it_is_an_earlier_state_or_none);
	tcase_add_test(c, with_any_byte_wrong_it_is_refused);
	tcase_add_test(c, rubbish_is_refused);
	tcase_add_test(c, an_older_release_leaves_what_it_does_not_understand);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
