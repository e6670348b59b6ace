/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine on a tiny ring: roles, takeover, gate, confirmation, changes of the ring.
 * Node 0 is n1 (id 1), node 1 is n2 (id 2), node 2 is n3.
 */
#include "tests/unit/check_ha_case.h"

START_TEST(solo_is_active_at_start)
{
	struct ha_view v;

	begin(1);
	t.conf.solo = true;
	t.node[0].floor = EPOCH(6, 2);
	toy_start(&t, 0);
	v = toy_view(&t, 0);
	ck_assert_int_eq(v.role, HA_ACTIVE);
	ck_assert_uint_eq(v.epoch, EPOCH(7, 1));
	ck_assert_uint_eq(t.node[0].floor, EPOCH(7, 1));
	ck_assert(v.gate_open);
	ck_assert_uint_eq(toy_append(&t, 0, 1, 1), 1);
	ck_assert_uint_eq(ha_released(t.node[0].ha), 1);
	ck_assert_int_eq(t.node[0].score, 1000);
	ck_assert(ha_deadline(t.node[0].ha).us == MONO_NEVER.us);
	ck_assert_int_eq(toy_demote(&t, 0), 0);
	ck_assert_int_eq(toy_role(&t, 0), HA_JOINING);
	ck_assert_uint_eq(toy_append(&t, 0, 1, 1), 0);
	ck_assert_int_eq(toy_promote(&t, 0), 0);
	ck_assert_uint_eq(toy_view(&t, 0).epoch, EPOCH(8, 1));
	end();
}
END_TEST

START_TEST(nobody_is_active_without_an_order)
{
	begin(2);
	toy_start(&t, 0);
	toy_run(&t, 20000);
	ck_assert_int_eq(toy_role(&t, 0), HA_JOINING);
	ck_assert_int_eq(t.node[0].score, 10);
	toy_start(&t, 1);
	toy_run(&t, 20000);
	ck_assert_int_eq(toy_role(&t, 0), HA_JOINING);
	ck_assert_int_eq(toy_role(&t, 1), HA_JOINING);
	ck_assert_int_eq(t.node[1].score, 10);
	end();
}
END_TEST

START_TEST(promote_then_standby_in_step)
{
	struct ha_view v;

	pair();
	v = toy_view(&t, 0);
	ck_assert_int_eq(v.role, HA_ACTIVE);
	ck_assert(v.gate_open && !v.degraded && !v.unconfirmed);
	ck_assert(v.peer.in_step && v.peer.known);
	ck_assert(t.node[0].saved_before_claim);
	ck_assert_int_eq(t.node[0].score, 1000);
	ck_assert_int_eq(t.node[1].score, 1000);
	load(0, 100);
	toy_drain(&t);
	same_state(0, 1);
	ck_assert_uint_eq(ha_released(t.node[0].ha), 100);
	toy_run(&t, 1000);
	v = toy_view(&t, 1);
	ck_assert(v.digest_equal);
	ck_assert_uint_eq(v.digest_offset, 100);
	ck_assert_uint_eq(toy_view(&t, 0).digest_offset, 100);
	end();
}
END_TEST

START_TEST(no_effect_before_the_acknowledgement)
{
	pair();
	ck_assert_uint_eq(toy_append(&t, 0, 1, 5), 1);
	ck_assert_uint_eq(ha_released(t.node[0].ha), 0);
	while (toy_order_one(&t, 0))
		;
	while (toy_read_one(&t, 0)) /* own delivery proves nothing */
		;
	ck_assert_uint_eq(ha_released(t.node[0].ha), 0);
	while (toy_read_one(&t, 1))
		;
	ck_assert_uint_eq(ha_released(t.node[0].ha), 0);
	toy_drain(&t);
	ck_assert_uint_eq(ha_released(t.node[0].ha), 1);
	end();
}
END_TEST

START_TEST(async_releases_at_once)
{
	begin(2);
	t.conf.mode = HA_ASYNC;
	toy_start(&t, 0);
	toy_start(&t, 1);
	toy_run(&t, 500);
	ck_assert_int_eq(toy_promote(&t, 0), 0);
	ck_assert(toy_run_until(&t, 1, HA_STANDBY, 1000));
	toy_run(&t, 300);
	ck_assert_uint_eq(toy_append(&t, 0, 1, 5), 1);
	ck_assert_uint_eq(ha_released(t.node[0].ha), 1);
	ck_assert(!toy_view(&t, 0).unconfirmed && !toy_view(&t, 0).degraded);
	toy_drain(&t);
	same_state(0, 1);
	end();
}
END_TEST

START_TEST(confirm_timeout_opens_and_catching_up_closes)
{
	struct ha_view v;

	pair();
	t.node[1].paused = true;
	toy_append(&t, 0, 1, 5);
	toy_run(&t, 190);
	ck_assert_uint_eq(ha_released(t.node[0].ha), 0);
	toy_run(&t, 20);
	v = toy_view(&t, 0);
	ck_assert_uint_eq(v.released, 1);
	ck_assert(v.unconfirmed && v.gate_open && !v.peer.in_step);
	ck_assert_uint_eq(v.peer.behind, 1);
	ck_assert_uint_eq(logged(0, M_UNCONFIRMED), 1);
	toy_append(&t, 0, 1, 6); /* at once now */
	ck_assert_uint_eq(ha_released(t.node[0].ha), 2);
	t.node[1].paused = false;
	toy_run(&t, 50);
	v = toy_view(&t, 0);
	ck_assert(!v.unconfirmed && v.peer.in_step);
	ck_assert_uint_eq(logged(0, M_UNCONFIRMED), 2);
	toy_append(&t, 0, 1, 7);
	ck_assert_uint_eq(ha_released(t.node[0].ha), 2);
	toy_drain(&t);
	ck_assert_uint_eq(ha_released(t.node[0].ha), 3);
	end();
}
END_TEST

START_TEST(silent_standby_is_dropped_and_comes_back)
{
	struct ha_view v;

	pair();
	t.node[1].paused = true;
	toy_append(&t, 0, 1, 5);
	toy_run(&t, 3100);
	v = toy_view(&t, 0);
	ck_assert(v.degraded && !v.unconfirmed);
	ck_assert_uint_eq(ha_released(t.node[0].ha), 1);
	load(0, 50); /* nothing of it is sent to the dropped one */
	t.node[1].paused = false;
	toy_run(&t, 1000);
	ck_assert_int_eq(toy_role(&t, 1), HA_STANDBY);
	ck_assert(!toy_view(&t, 0).degraded);
	ck_assert_uint_eq(toy_view(&t, 1).counts.resyncs_partial, 1);
	same_state(0, 1);
	end();
}
END_TEST

START_TEST(window_gathers_deltas_into_batches)
{
	unsigned frames = 0;

	pair();
	t.node[1].paused = true;
	for (unsigned k = 0; k < 1000; k++)
		toy_append(&t, 0, k % TOY_KEYS, k);
	ck_assert_uint_eq(t.node[0].ha->in_flight_count, LIMIT_BATCHES_IN_FLIGHT);
	ck_assert_uint_lt(t.node[0].ha->sent, 1000);
	while (toy_order_one(&t, 0))
		frames++;
	while (toy_read_one(&t, 0))
		;
	while (toy_order_one(&t, 0))
		frames++;
	ck_assert_uint_lt(frames, 20);
	ck_assert_uint_eq(t.node[0].ha->sent, 1000);
	t.node[1].paused = false;
	toy_drain(&t);
	same_state(0, 1);
	end();
}
END_TEST

/* F1: the process of the active dies. */
START_TEST(process_death_is_told_once_and_taken_over)
{
	pair();
	load(0, 30);
	toy_drain(&t);
	toy_kill(&t, 0);
	toy_run(&t, 300);
	ck_assert_uint_eq(t.node[1].peer_dead, 1);
	ck_assert_uint_eq(t.node[1].peer_dead_active, 1);
	ck_assert_uint_eq(t.node[1].peer_lost, 1);
	ck_assert_int_eq(toy_role(&t, 1), HA_STANDBY);
	ck_assert_int_eq(t.node[1].score, 1000);
	ck_assert_int_eq(toy_promote(&t, 1), 0);
	toy_drain(&t);
	ck_assert_int_eq(toy_role(&t, 1), HA_ACTIVE);
	ck_assert(ha_gate_open(t.node[1].ha)); /* without a further round trip */
	ck_assert_uint_eq(toy_view(&t, 1).epoch, EPOCH(2, 2));
	ck_assert(toy_view(&t, 1).degraded);
	load(1, 10);
	ck_assert_uint_eq(ha_released(t.node[1].ha), 10);
	toy_start(&t, 0); /* comes back with nothing, gets all of it */
	ck_assert(toy_run_until(&t, 0, HA_STANDBY, 2000));
	toy_run(&t, 300);
	ck_assert_uint_eq(toy_view(&t, 0).counts.resyncs_full, 1);
	ck_assert(!toy_view(&t, 1).degraded);
	same_state(0, 1);
	ck_assert_uint_eq(t.node[1].peer_dead, 1);
	end();
}
END_TEST

START_TEST(death_of_a_standby_silences_nobody)
{
	pair();
	toy_append(&t, 0, 1, 1);
	toy_kill(&t, 1);
	toy_drain(&t);
	ck_assert_uint_eq(ha_released(t.node[0].ha), 1);
	ck_assert(ha_gate_open(t.node[0].ha));
	ck_assert_uint_eq(t.node[0].peer_dead, 1);
	ck_assert_uint_eq(t.node[0].peer_dead_active, 0);
	ck_assert(toy_view(&t, 0).degraded);
	ck_assert_uint_gt(logged(0, M_STANDBY_BEHIND), 0);
	end();
}
END_TEST

/* F6: a planned move loses nothing, and the old active needs no snapshot. */
START_TEST(switchover_drains_and_resyncs_partially)
{
	pair();
	t.node[1].paused = true;
	for (unsigned k = 0; k < 200; k++)
		toy_append(&t, 0, k % TOY_KEYS, k);
	ck_assert_int_eq(toy_demote(&t, 0), 0);
	ck_assert_int_eq(toy_role(&t, 0), HA_DRAINING);
	ck_assert(!ha_gate_open(t.node[0].ha));
	ck_assert_int_ne(toy_promote(&t, 0), 0);
	ck_assert_uint_eq(toy_append(&t, 0, 0, 0), 0);
	t.node[1].paused = false;
	toy_drain(&t);
	ck_assert_int_eq(toy_role(&t, 0), HA_JOINING);
	same_state(0, 1);
	ck_assert_int_eq(toy_promote(&t, 1), 0);
	toy_run(&t, 300);
	ck_assert_int_eq(toy_role(&t, 1), HA_ACTIVE);
	ck_assert(ha_gate_open(t.node[1].ha));
	ck_assert_int_eq(toy_role(&t, 0), HA_STANDBY);
	ck_assert_uint_eq(toy_view(&t, 0).counts.resyncs_partial, 1);
	ck_assert_uint_eq(toy_view(&t, 0).counts.resyncs_full, 0);
	ck_assert_uint_eq(toy_view(&t, 0).epoch, EPOCH(2, 2));
	ck_assert_uint_eq(toy_view(&t, 0).offset, 0);
	load(1, 20);
	toy_drain(&t);
	same_state(0, 1);
	end();
}
END_TEST

START_TEST(promote_is_refused_while_a_better_copy_exists)
{
	struct err e = { 0 };

	pair();
	load(0, 5);
	toy_kill(&t, 1);
	toy_start(&t, 1);
	toy_run(&t, 1);
	t.node[1].fsm.refuses_restore = true; /* stays without a state */
	toy_kill(&t, 1);
	toy_start(&t, 1);
	toy_run(&t, 200);
	ck_assert_int_eq(ha_promote(t.node[1].ha, t.now, &t.node[1].out, &e), E_STATE);
	ck_assert_msg(strstr(e.text, "node 1 is active") != NULL, "%s", e.text);
	ck_assert_int_eq(ha_score(t.node[1].ha), INT32_MIN);
	toy_kill(&t, 0);
	toy_run(&t, 10);
	ck_assert_int_eq(t.node[1].score, 10); /* an empty one beats none */
	ck_assert_int_eq(toy_promote(&t, 1), 0);
	toy_run(&t, 100);
	ck_assert_int_eq(toy_role(&t, 1), HA_ACTIVE);
	ck_assert_uint_eq(toy_view(&t, 1).epoch, EPOCH(2, 2));
	end();
}
END_TEST

START_TEST(orders_in_the_wrong_role)
{
	struct err e = { 0 };

	begin(2);
	t.node[0].floor = EPOCH(1, 1);
	toy_start(&t, 0);
	ck_assert_int_ne(toy_promote(&t, 0), 0); /* own membership was not seen yet */
	toy_run(&t, 300);
	ck_assert_int_eq(toy_demote(&t, 0), 0);
	ck_assert_int_eq(toy_promote(&t, 0), 0);
	ck_assert_int_eq(toy_promote(&t, 0), 0);
	ck_assert_int_eq(toy_role(&t, 0), HA_CLAIMING);
	ck_assert_int_eq(toy_demote(&t, 0), 0);
	toy_run(&t, 300);
	ck_assert_int_eq(toy_role(&t, 0), HA_JOINING); /* its claim comes too late */
	ck_assert_int_eq(toy_promote(&t, 0), 0);
	toy_run(&t, 300);
	ck_assert_int_eq(toy_role(&t, 0), HA_ACTIVE);
	ck_assert_int_eq(toy_promote(&t, 0), 0);
	toy_ring_down(&t, 0);
	ck_assert_int_eq(ha_promote(t.node[0].ha, t.now, &t.node[0].out, &e), E_STATE);
	ck_assert_int_eq(ha_demote(t.node[0].ha, t.now, &t.node[0].out, &e), E_STATE);
	end();
}
END_TEST

START_TEST(oversized_and_unknown_deltas_are_refused)
{
	uint8_t *p = mem_zalloc(HA_DELTA_BYTES_MAX + 1);

	pair();
	ck_assert_uint_eq(toy_append_raw(&t, 0, 9, p, HA_DELTA_BYTES_MAX + 1), 0);
	ck_assert_uint_eq(toy_append_raw(&t, 0, 8, p, 4), 0); /* the machine refuses the kind */
	ck_assert_uint_eq(toy_append_raw(&t, 0, 9, p, HA_DELTA_BYTES_MAX), 1);
	toy_tick(&t, 0);
	toy_drain(&t);
	same_state(0, 1);
	ck_assert_uint_eq(toy_append(&t, 1, 1, 1), 0);
	mem_free(p);
	end();
}
END_TEST

/* --- the ring ------------------------------------------------------------------------------------------------------ */

START_TEST(ring_lost_fences_an_active_and_it_comes_back)
{
	pair();
	load(0, 9);
	toy_drain(&t);
	toy_ring_down(&t, 0);
	ck_assert_int_eq(toy_role(&t, 0), HA_FENCED);
	ck_assert(!ha_gate_open(t.node[0].ha));
	ck_assert_uint_eq(ha_released(t.node[0].ha), 0);
	toy_run(&t, 300);
	ck_assert_int_eq(toy_role(&t, 1), HA_STANDBY);
	ck_assert_int_eq(toy_promote(&t, 1), 0);
	toy_run(&t, 300);
	load(1, 3);
	toy_ring_up(&t, 0);
	ck_assert_int_eq(toy_role(&t, 0), HA_JOINING);
	ck_assert_uint_eq(t.node[0].fsm.digest, 0);
	ck_assert(toy_run_until(&t, 0, HA_STANDBY, 2000));
	same_state(0, 1);
	end();
}
END_TEST

START_TEST(ring_lost_keeps_a_standby_fit_for_a_partial_resync)
{
	pair();
	load(0, 9);
	toy_drain(&t);
	toy_ring_down(&t, 1);
	ck_assert_int_eq(toy_role(&t, 1), HA_INIT);
	load(0, 9);
	toy_ring_up(&t, 1);
	ck_assert(toy_run_until(&t, 1, HA_STANDBY, 2000));
	ck_assert_uint_eq(toy_view(&t, 1).counts.resyncs_partial, 1);
	same_state(0, 1);
	end();
}
END_TEST

/* On one connection, without a RING_UP in between: what was told as left was an earlier connection of the process. */
START_TEST(out_and_in_again_without_a_new_connection)
{
	struct toy_node *nd = &t.node[1];
	struct ha_member both[2];
	struct ha_confchg out = { .members = both, .member_count = 1 };
	struct ha_confchg in = { .members = both, .member_count = 2 };

	pair();
	both[0] = (struct ha_member){ t.node[0].id, t.node[0].pid, HA_REASON_UNKNOWN };
	both[1] = (struct ha_member){ nd->id, nd->pid, HA_REASON_UNKNOWN };
	ha_confchg(nd->ha, t.now, &out, &nd->out);
	ck_assert_int_eq(toy_role(&t, 1), HA_INIT);
	ha_confchg(nd->ha, t.now, &in, &nd->out);
	ck_assert_int_eq(toy_role(&t, 1), HA_JOINING);
	ck_assert(toy_run_until(&t, 1, HA_STANDBY, 3000));
	same_state(0, 1);
	end();
}
END_TEST

START_TEST(cut_and_merge_with_fencing_resyncs_the_standby)
{
	pair();
	load(0, 9);
	toy_drain(&t);
	toy_move(&t, 1, 1);
	toy_run(&t, 300);
	ck_assert(ha_gate_open(
		t.node[0].ha)); /* the other one cannot be promoted before we are shot */
	ck_assert_int_eq(toy_role(&t, 1), HA_STANDBY);
	load(0, 20);
	toy_move(&t, 1, 0);
	toy_run(&t, 1000);
	ck_assert_int_eq(toy_role(&t, 1), HA_STANDBY);
	ck_assert_uint_eq(toy_view(&t, 1).counts.resyncs_partial, 1);
	ck_assert(!toy_view(&t, 0).degraded);
	same_state(0, 1);
	end();
}
END_TEST

/* A message that its sender gets back and the peer never sees: the acknowledgement decides. */
START_TEST(a_split_in_the_middle_of_a_batch)
{
	for (uint64_t seed = 1; seed < 60; seed++) {
		uint64_t held;

		pair();
		t.rng.s = seed;
		for (unsigned k = 0; k < 10; k++)
			toy_append(&t, 0, k, k + 1);
		while (toy_order_one(&t, 0))
			;
		toy_move(&t, 1, 1);
		while (toy_read_one(&t, 1))
			;
		held = toy_view(&t, 1).offset;
		ck_assert_uint_le(held, 10);
		toy_drain(&t);
		toy_run(&t, 300);
		ck_assert_uint_eq(ha_released(t.node[0].ha), 10); /* degraded now */
		toy_power_off(&t, 0);
		ck_assert_int_eq(toy_promote(&t, 1), 0);
		toy_run(&t, 100);
		ck_assert_int_eq(toy_role(&t, 1), HA_ACTIVE);
		ck_assert_uint_eq(t.node[1].ha->base_offset, held);
		end();
	}
}
END_TEST

START_TEST(without_fencing_a_lost_node_shuts_the_gate_until_quorum_is_told)
{
	pair();
	end();
	begin(2);
	t.conf.fencing = false;
	t.qdevice = true;
	t.quorum_denial_ms_max = 0;
	toy_start(&t, 0);
	toy_start(&t, 1);
	toy_run(&t, 300);
	toy_promote(&t, 0);
	toy_run(&t, 1000);
	ck_assert(!ha_gate_open(
		t.node[0].ha)); /* who knows who speaks elsewhere: it was only just started */
	toy_run(&t, 1000);
	ck_assert(ha_gate_open(t.node[0].ha));
	t.quorate_component = 5;
	t.quorum_denial_ms_max = 100000; /* on its way for long */
	toy_move(&t, 1, 1);
	while (toy_read_one(&t, 0))
		;
	ck_assert(!ha_gate_open(t.node[0].ha));
	toy_run(&t, 1000);
	ck_assert(!ha_gate_open(t.node[0].ha));
	toy_quorum(&t, 0, true);
	toy_drain(&t);
	ck_assert(ha_gate_open(t.node[0].ha)); /* by a beat asked after it */
	toy_quorum(&t, 0, false);              /* for a moment */
	toy_run(&t, 50);
	ck_assert(!ha_gate_open(t.node[0].ha));
	toy_quorum(&t, 0, true);
	toy_run(&t, 50);
	ck_assert(ha_gate_open(t.node[0].ha));
	toy_quorum(
		&t, 0, false); /* for longer than the lease: the claim is void, the state is kept */
	toy_run(&t, 1300);
	ck_assert_int_eq(toy_role(&t, 0), HA_ACTIVE);
	toy_run(&t, 300);
	ck_assert_int_eq(toy_role(&t, 0), HA_JOINING);
	ck_assert_uint_eq(toy_view(&t, 0).epoch, EPOCH(1, 1));
	ck_assert_int_eq(toy_promote(&t, 0), 0);
	toy_quorum(&t, 0, true);
	toy_run(&t, 1600);
	ck_assert_int_eq(toy_role(&t, 0), HA_ACTIVE);
	ck_assert(!ha_gate_open(
		t.node[0].ha)); /* the other side may not know yet that it has no quorum */
	toy_run(&t, 200);
	ck_assert(ha_gate_open(t.node[0].ha));
	end();
}
END_TEST

/* An active and a standby in step with fencing and a third vote. */
static void
voting_pair(void)
{
	begin(2);
	t.conf.third_vote = true;
	toy_start(&t, 0);
	toy_start(&t, 1);
	toy_run(&t, 300);
	toy_promote(&t, 0);
	toy_run(&t, 1000);
	ck_assert(ha_gate_open(t.node[0].ha));
}

/* The link is cut; that quorum went to the other side is on its way for long. */
static void
lose_the_other(void)
{
	t.qdevice = true;
	t.quorate_component = 5;
	t.quorum_denial_ms_max = 100000;
	toy_move(&t, 1, 1);
}

/* With fencing as well, where a third vote decides who fences: the other side may get it. The claim stays: whoever lives was not replaced. */
START_TEST(with_a_third_vote_a_lost_node_shuts_the_gate_until_quorum_is_told)
{
	voting_pair();
	lose_the_other();
	while (toy_read_one(&t, 0))
		;
	ck_assert(!ha_gate_open(t.node[0].ha));
	toy_run(&t, 3 * t.conf.lease_ms / 2);
	ck_assert(!ha_gate_open(t.node[0].ha));
	ck_assert_int_eq(toy_role(&t, 0), HA_ACTIVE);
	toy_quorum(&t, 0, true);
	toy_drain(&t);
	ck_assert(ha_gate_open(t.node[0].ha));
	end();
}
END_TEST

/* It may have been told before the loss: with fencing nobody waits for ever. */
START_TEST(with_a_third_vote_quorum_is_not_awaited_for_ever)
{
	voting_pair();
	lose_the_other();
	toy_run(&t, 3 * t.conf.lease_ms / 2);
	ck_assert(!ha_gate_open(t.node[0].ha));
	toy_run(&t, t.conf.lease_ms);
	ck_assert(ha_gate_open(t.node[0].ha));
	ck_assert_int_eq(toy_role(&t, 0), HA_ACTIVE);
	end();
}
END_TEST

/* While the ring is silent nothing is proven: what is not acknowledged waits. A standby that is slow on a living ring is not waited for. */
START_TEST(with_a_third_vote_a_silent_ring_holds_what_is_not_acknowledged)
{
	voting_pair();
	toy_append(&t, 0, 1, 1);
	toy_run(&t, 100);
	ck_assert_uint_eq(ha_released(t.node[0].ha), 1);
	toy_append(&t, 0, 2, 2);
	for (unsigned i = 0; i < 6; i++) { /* nothing is ordered, nothing delivered */
		t.now = mono_add_ms(t.now, 100);
		toy_tick(&t, 0);
		ck_assert_uint_eq(ha_released(t.node[0].ha), 1);
	}
	ck_assert(!toy_view(&t, 0).unconfirmed);
	toy_run(&t, 300);
	ck_assert_uint_eq(ha_released(t.node[0].ha), 2);
	t.node[1].paused = true;
	toy_append(&t, 0, 3, 3);
	toy_run(&t, 150);
	ck_assert_uint_eq(ha_released(t.node[0].ha), 2);
	toy_run(&t, 400);
	ck_assert_uint_eq(ha_released(t.node[0].ha), 3);
	ck_assert(toy_view(&t, 0).unconfirmed);
	end();
}
END_TEST

/* The other one may speak until its lease is over: whoever follows it waits that long where nothing fences. */
START_TEST(without_fencing_the_next_active_waits_for_the_lease)
{
	pair();
	t.conf.fencing = false;
	toy_kill(&t, 1);
	toy_start(&t, 1); /* n2 without fencing */
	ck_assert(toy_run_until(&t, 1, HA_STANDBY, 2000));
	toy_move(&t, 1, 1);
	toy_run(&t, 20);
	ck_assert_int_eq(toy_promote(&t, 1), 0);
	toy_run(&t, 20);
	ck_assert_int_eq(toy_role(&t, 1), HA_ACTIVE);
	ck_assert(!ha_gate_open(t.node[1].ha));
	toy_run(&t, 1500);
	ck_assert(!ha_gate_open(t.node[1].ha));
	toy_run(&t, 300);
	ck_assert(ha_gate_open(t.node[1].ha));
	end();
}
END_TEST

START_TEST(a_stall_shuts_the_gate_until_the_lease_is_asked_anew)
{
	pair();
	t.node[0].paused = true;
	t.now = mono_add_ms(t.now, 700);
	t.node[0].paused = false;
	toy_tick(&t, 0);
	ck_assert(!ha_gate_open(t.node[0].ha));
	ck_assert_uint_eq(logged(0, M_STALL), 1);
	ck_assert_uint_eq(toy_view(&t, 0).counts.stalls, 1);
	toy_drain(&t);
	ck_assert(ha_gate_open(t.node[0].ha));
	end();
}
END_TEST

/*
 * A node that stood still loses the other one: that one may have missed it first, and may fence it at this moment. Nothing leaves
 * until the time for that is over, or until it comes back.
 */
START_TEST(who_stood_still_and_loses_the_other_says_nothing)
{
	pair();
	t.node[0].paused = true;
	t.now = mono_add_ms(t.now, 700);
	t.node[0].paused = false;
	toy_tick(&t, 0);
	toy_drain(&t);
	ck_assert(ha_gate_open(t.node[0].ha));
	toy_move(&t, 1, 1);
	toy_append(&t, 0, 1, 1);
	toy_run(&t, 2 * t.conf.lease_ms - 100);
	ck_assert_int_eq(toy_role(&t, 0), HA_ACTIVE);
	ck_assert(!ha_gate_open(t.node[0].ha));
	if (_i == 1)
		toy_move(&t, 1, 0);
	toy_run(&t, _i == 1 ? 50 : 200);
	ck_assert(ha_gate_open(t.node[0].ha));
	end();
}
END_TEST

/* Long after it, it is a loss like any other. */
START_TEST(who_stood_still_long_ago_goes_on)
{
	pair();
	t.node[0].paused = true;
	t.now = mono_add_ms(t.now, 700);
	t.node[0].paused = false;
	toy_tick(&t, 0);
	toy_run(&t, t.conf.lease_ms + 100);
	toy_move(&t, 1, 1);
	toy_run(&t, 100);
	ck_assert(ha_gate_open(t.node[0].ha));
	end();
}
END_TEST

/* F3, STALE: a stopped active was followed by another; it wakes up and says nothing. */
START_TEST(a_paused_active_wakes_up_with_a_shut_gate_and_gives_up)
{
	pair();
	load(0, 7);
	toy_drain(&t);
	t.node[0].paused = true;
	toy_run(&t, 2000);
	ck_assert_int_eq(toy_promote(&t, 1), 0);
	toy_run(&t, 500);
	ck_assert_int_eq(toy_role(&t, 1), HA_ACTIVE);
	ck_assert(!ha_gate_open(t.node[1].ha)); /* n1 is a member and was ACTIVE */
	toy_run(&t, 1300);
	ck_assert(ha_gate_open(t.node[1].ha)); /* its lease is over for sure */
	t.node[0].paused = false;
	toy_tick(&t, 0);
	ck_assert_int_eq(toy_role(&t, 0), HA_ACTIVE);
	ck_assert(!ha_gate_open(t.node[0].ha));
	while (toy_role(&t, 0) == HA_ACTIVE) {
		ck_assert(toy_read_one(&t, 0));
		ck_assert(!ha_gate_open(t.node[0].ha));
	}
	ck_assert_uint_eq(logged(0, M_TWO_VOICES), 1);
	ck_assert(toy_view(&t, 0).two_actives); /* who looks a minute later still sees it */
	ck_assert(!toy_view(&t, 1).two_actives);
	ck_assert(toy_run_until(&t, 0, HA_STANDBY, 2000));
	same_state(0, 1);
	toy_run(&t, HA_ALARM_HOLD_MS);
	ck_assert(!toy_view(&t, 0).two_actives);
	end();
}
END_TEST

START_TEST(the_lease_counts_from_asking)
{
	struct ha *ha;
	int64_t asked;

	pair();
	ha = t.node[0].ha;
	asked = t.now.us;
	toy_run(&t, 2000);
	asked = t.now.us;
	ck_assert(ha->lease.until.us <= asked + t.conf.lease_ms * 1000);
	/* nothing is ordered any more: the gate shuts one lease after the last question that was answered */
	t.now = ha_deadline(ha);
	toy_tick(&t, 0);
	asked = ha->lease.until.us;
	for (int k = 0; k < 100; k++) {
		t.now = mono_add_ms(t.now, 20);
		toy_tick(&t, 0);
		ck_assert_int_eq(ha_gate_open(ha), t.now.us < asked);
	}
	ck_assert(!ha_gate_open(ha));
	toy_drain(
		&t); /* the old questions are answered now: only those count that are young enough */
	ck_assert(ha_gate_open(ha));
	ck_assert(ha->lease.until.us <= t.now.us + t.conf.lease_ms * 1000);
	end();
}
END_TEST

static void
add_role_tests(TCase *tc)
{
	tcase_add_test(tc, solo_is_active_at_start);
	tcase_add_test(tc, nobody_is_active_without_an_order);
	tcase_add_test(tc, promote_then_standby_in_step);
	tcase_add_test(tc, no_effect_before_the_acknowledgement);
	tcase_add_test(tc, async_releases_at_once);
	tcase_add_test(tc, confirm_timeout_opens_and_catching_up_closes);
	tcase_add_test(tc, silent_standby_is_dropped_and_comes_back);
	tcase_add_test(tc, window_gathers_deltas_into_batches);
	tcase_add_test(tc, process_death_is_told_once_and_taken_over);
	tcase_add_test(tc, death_of_a_standby_silences_nobody);
	tcase_add_test(tc, switchover_drains_and_resyncs_partially);
	tcase_add_test(tc, promote_is_refused_while_a_better_copy_exists);
	tcase_add_test(tc, orders_in_the_wrong_role);
	tcase_add_test(tc, oversized_and_unknown_deltas_are_refused);
}

static void
add_ring_tests(TCase *tc)
{
	tcase_add_test(tc, ring_lost_fences_an_active_and_it_comes_back);
	tcase_add_test(tc, ring_lost_keeps_a_standby_fit_for_a_partial_resync);
	tcase_add_test(tc, out_and_in_again_without_a_new_connection);
	tcase_add_test(tc, cut_and_merge_with_fencing_resyncs_the_standby);
	tcase_add_test(tc, a_split_in_the_middle_of_a_batch);
	tcase_add_test(tc, without_fencing_a_lost_node_shuts_the_gate_until_quorum_is_told);
	tcase_add_test(tc, without_fencing_the_next_active_waits_for_the_lease);
	tcase_add_test(tc, with_a_third_vote_a_lost_node_shuts_the_gate_until_quorum_is_told);
	tcase_add_test(tc, with_a_third_vote_quorum_is_not_awaited_for_ever);
	tcase_add_test(tc, with_a_third_vote_a_silent_ring_holds_what_is_not_acknowledged);
	tcase_add_test(tc, a_stall_shuts_the_gate_until_the_lease_is_asked_anew);
	tcase_add_loop_test(tc, who_stood_still_and_loses_the_other_says_nothing, 0, 2);
	tcase_add_test(tc, who_stood_still_long_ago_goes_on);
	tcase_add_test(tc, a_paused_active_wakes_up_with_a_shut_gate_and_gives_up);
	tcase_add_test(tc, the_lease_counts_from_asking);
}

int
main(void)
{
	Suite *suite = suite_create("ha");
	TCase *tc = tcase_create("engine");
	SRunner *runner;
	int failed;

	add_role_tests(tc);
	add_ring_tests(tc);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
