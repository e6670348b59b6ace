/* SPDX-License-Identifier: Apache-2.0 */
/* Resync in every phase, bad frames, wire versions, three members: the engine on a tiny ring. */
#include "tests/unit/check_ha_case.h"

/* The snapshot of n1 is larger than two slices from here on. */
static void
make_large(void)
{
	while (t.node[0].fsm.v[0] % 3 != 2)
		toy_append(&t, 0, 0, 2);
}

/* n2 begins anew and asks for such a snapshot, which is written in one step: it can come while time stands still. */
static void
joins_a_large_one(void)
{
	pair();
	make_large();
	toy_drain(&t);
	toy_kill(&t, 1);
	toy_start(&t, 1);
	t.node[0].ha->conf.snapshot_step_bytes = 0;
}

/* --- resync ---------------------------------------------------------------------------------------------------------- */

START_TEST(live_deltas_during_a_snapshot)
{
	unsigned k = 0;

	begin(2);
	toy_start(&t, 0);
	toy_run(&t, 300);
	toy_promote(&t, 0);
	toy_run(&t, 300);
	load(0, 100);
	make_large();
	toy_start(&t, 1);
	for (unsigned step = 0; toy_role(&t, 1) != HA_STANDBY; step++) {
		ck_assert_uint_lt(step, 1000);
		toy_append(&t, 0, 1 + k++ % 5, step);
		toy_order_one(&t, 0);
		toy_order_one(&t, 1);
		toy_read_one(&t, 0);
		toy_read_one(&t, 1);
		t.now = mono_add_ms(t.now, 3);
	}
	ck_assert_uint_eq(toy_view(&t, 1).counts.resyncs_full, 1);
	ck_assert_uint_eq(toy_view(&t, 1).counts.resyncs_failed, 0);
	ck_assert_uint_eq(toy_view(&t, 1).counts.snapshots[HA_SYNC_JOIN], 1);
	ck_assert_int_ge(toy_view(&t, 1).counts.snapshot_us, 3000);
	ck_assert_int_lt(toy_view(&t, 1).counts.snapshot_us, 3000000);
	toy_run(&t, 200);
	ck_assert(!toy_view(&t, 0).degraded);
	same_state(0, 1);
	end();
}
END_TEST

START_TEST(the_active_dies_during_a_resync)
{
	for (unsigned steps = 1; steps < 30; steps++) {
		pair();
		load(0, 10);
		make_large();
		toy_kill(&t, 1);
		toy_start(&t, 1);
		for (unsigned k = 0; k < steps; k++) {
			toy_order_one(&t, k % 2);
			toy_read_one(&t, k % 2);
		}
		toy_kill(&t, 0);
		toy_run(&t, 300);
		ck_assert(toy_role(&t, 1) == HA_JOINING || toy_role(&t, 1) == HA_STANDBY);
		ck_assert_int_eq(toy_promote(&t, 1), 0);
		toy_run(&t, 300);
		ck_assert_int_eq(toy_role(&t, 1), HA_ACTIVE);
		toy_start(&t, 0);
		ck_assert(toy_run_until(&t, 0, HA_STANDBY, 2000));
		same_state(0, 1);
		end();
	}
}
END_TEST

START_TEST(the_joiner_dies_or_is_cut_off_during_a_resync)
{
	for (unsigned steps = 1; steps < 30; steps++) {
		pair();
		load(0, 10);
		make_large();
		toy_kill(&t, 1);
		toy_start(&t, 1);
		for (unsigned k = 0; k < steps; k++) {
			toy_order_one(&t, k % 2);
			toy_read_one(&t, k % 2);
		}
		if (steps % 2) {
			toy_kill(&t, 1);
			toy_start(&t, 1);
		} else {
			toy_move(&t, 1, 1);
			toy_run(&t, 50);
			toy_move(&t, 1, 0);
		}
		load(0, 5);
		ck_assert(toy_run_until(&t, 1, HA_STANDBY, 4000));
		toy_run(&t, 300);
		ck_assert(!toy_view(&t, 0).degraded);
		ck_assert(t.node[0].ha->serve.to == NULL);
		same_state(0, 1);
		end();
	}
}
END_TEST

START_TEST(a_demotion_during_a_resync)
{
	pair();
	load(0, 10);
	make_large();
	toy_kill(&t, 1);
	toy_start(&t, 1);
	TRICKLE_UNTIL(toy_role(&t, 1) == HA_SYNCING);
	toy_demote(&t, 0);
	toy_run(&t, 300);
	ck_assert_int_eq(toy_role(&t, 0), HA_JOINING);
	ck_assert_int_eq(toy_role(&t, 1), HA_JOINING);
	ck_assert_int_eq(t.node[0].score, 10); /* the better copy */
	ck_assert_int_eq(t.node[1].score, INT32_MIN);
	ck_assert_int_eq(toy_promote(&t, 1), E_STATE);
	ck_assert_int_eq(toy_promote(&t, 0), 0);
	ck_assert(toy_run_until(&t, 1, HA_STANDBY, 2000));
	same_state(0, 1);
	end();
}
END_TEST

START_TEST(a_digest_that_differs_leads_to_a_full_resync)
{
	pair();
	load(0, 10);
	toy_drain(&t);
	t.node[1].fsm.v[3] ^= 1; /* a broken copy */
	t.node[1].fsm.digest ^= 12345;
	toy_run(&t, 1000);
	ck_assert_uint_gt(logged(1, M_DIGEST_MISMATCH) + logged(0, M_DIGEST_MISMATCH), 0);
	ck_assert_int_eq(toy_role(&t, 1), HA_STANDBY);
	ck_assert_uint_eq(toy_view(&t, 1).counts.resyncs_full, 2);
	ck_assert_uint_eq(toy_view(&t, 1).counts.snapshots[HA_SYNC_JOIN], 1);
	ck_assert_uint_eq(toy_view(&t, 1).counts.snapshots[HA_SYNC_MISMATCH], 1);
	ck_assert_uint_eq(toy_view(&t, 1).counts.snapshots[HA_SYNC_GAP], 0);
	ck_assert(toy_view(&t, 1).digest_equal);
	ck_assert(toy_view(&t, 1).states_differed || toy_view(&t, 0).states_differed);
	same_state(0, 1);
	/* and at once, before it is acknowledged, when a batch comes */
	t.node[1].fsm.digest ^= 54321;
	toy_append(&t, 0, 1, 1);
	while (toy_order_one(&t, 0))
		;
	while (toy_read_one(&t, 1))
		;
	ck_assert_int_ne(toy_role(&t, 1), HA_STANDBY);
	toy_run(&t, 1000);
	same_state(0, 1);
	end();
}
END_TEST

START_TEST(a_state_that_cannot_be_read_backs_off)
{
	pair();
	load(0, 10);
	toy_kill(&t, 1);
	t.node[1].fsm.refuses_restore = true;
	toy_start(&t, 1);
	toy_run(&t, 10000);
	ck_assert_int_ne(toy_role(&t, 1), HA_STANDBY);
	ck_assert_uint_gt(toy_view(&t, 1).counts.resyncs_failed, 4);
	ck_assert_uint_lt(toy_view(&t, 1).counts.resyncs_failed, 14); /* no storm */
	ck_assert_uint_ge(t.node[1].rejoins, 1);
	ck_assert(ha_gate_open(t.node[0].ha));
	t.node[1].fsm.refuses_restore = false;
	toy_run(&t, 8000);
	ck_assert_int_eq(toy_role(&t, 1), HA_STANDBY);
	same_state(0, 1);
	end();
}
END_TEST

START_TEST(an_old_standby_that_does_not_know_a_delta)
{
	pair();
	t.node[1].fsm.refuses_kind_9 = true;
	ck_assert_uint_eq(toy_append_raw(&t, 0, 9, "x", 1), 1);
	toy_tick(&t, 0);
	while (toy_order_one(&t, 0) || toy_read_one(&t, 1))
		ck_assert_uint_eq(toy_view(&t, 1).offset, 0);
	ck_assert_int_ne(toy_role(&t, 1), HA_STANDBY);
	toy_run(&t, 1000); /* the snapshot has what the delta did */
	ck_assert_int_eq(toy_role(&t, 1), HA_STANDBY);
	ck_assert_uint_eq(toy_view(&t, 1).counts.resyncs_full, 2);
	end();
}
END_TEST

START_TEST(a_log_over_its_bound_drops_the_standby_not_the_active)
{
	pair();
	t.node[0].ha->deltas.bytes_max = 3000;
	for (unsigned k = 0; k < 200; k++) /* the ring stands still */
		ck_assert_uint_eq(toy_append(&t, 0, k % TOY_KEYS, k), k + 1);
	ck_assert_uint_le(t.node[0].ha->deltas.bytes, 3000);
	ck_assert(toy_view(&t, 0).degraded);
	ck_assert_uint_eq(ha_released(t.node[0].ha), 200);
	toy_run(&t, 1000);
	ck_assert_int_eq(toy_role(&t, 1), HA_STANDBY);
	same_state(0, 1);
	end();
}
END_TEST

START_TEST(a_queue_over_its_bound_asks_anew)
{
	unsigned k = 0;

	joins_a_large_one();
	t.node[1].ha->join.queue.bytes_max = 200;
	TRICKLE_UNTIL(t.node[1].ha->join.begun);
	while (toy_view(&t, 1).counts.resyncs_failed == 0) {
		ck_assert_uint_lt(k++, 100);
		toy_append(&t, 0, 1, k);
		toy_order_one(&t, 0);
		toy_read_one(&t, 1);
	}
	ck_assert_uint_le(t.node[1].ha->join.queue.bytes, 200);
	toy_run(&t, 2000);
	ck_assert_int_eq(toy_role(&t, 1), HA_STANDBY);
	same_state(0, 1);
	end();
}
END_TEST

/* n2 dies and comes back to a full resync that takes so many steps to write and to read. */
static void
comes_back(int steps, int reads)
{
	pair();
	load(0, 10);
	toy_kill(&t, 1);
	toy_run(&t, 1000);
	toy_start(&t, 1);
	t.node[0].fsm.steps_wanted = steps;
	t.node[1].fsm.reads_wanted = reads;
}

/* For five seconds the resync goes on, and so does the load: nothing waits for it. */
static void
nothing_waits(void)
{
	for (int i = 0; i < 50; i++) {
		toy_run(&t, 100);
		ck_assert_int_eq(toy_role(&t, 1), HA_SYNCING);
		load(0, 3);
		ck_assert(ha_gate_open(t.node[0].ha));
	}
}

/* The next slice waits though there is room for it in the queue; a delta goes at once. */
START_TEST(between_two_slices_the_ring_is_free)
{
	const struct ha_serve *s;

	joins_a_large_one();
	s = &t.node[0].ha->serve;
	TRICKLE_UNTIL(s->to != NULL && s->at > 0);
	ck_assert_uint_eq(s->at, HA_SLICE_BYTES);
	ck_assert_uint_gt(s->total, 2 * HA_SLICE_BYTES);
	while (s->to != NULL) {
		uint64_t at = s->at;

		toy_drain(&t);
		t.now = mono_add_ms(t.now, 1);
		toy_append(&t, 0, 1, at);
		toy_drain(&t);
		ck_assert_uint_eq(s->at, at);
		ck_assert_uint_eq(ha_released(t.node[0].ha), t.node[0].ha->offset);
		t.now = mono_add_ms(t.now, 1);
		ck_assert(mono_due(ha_deadline(t.node[0].ha), t.now));
		toy_tick(&t, 0);
		ck_assert_uint_gt(s->at, at);
		ck_assert_uint_le(s->at, at + HA_SLICE_BYTES);
	}
	ck_assert(toy_run_until(&t, 1, HA_STANDBY, 2000));
	ck_assert_uint_eq(toy_view(&t, 1).counts.resyncs_failed, 0);
	same_state(0, 1);
	end();
}
END_TEST

/* Far longer than a joiner waits for an active that says nothing. */
START_TEST(a_snapshot_of_many_steps)
{
	comes_back(6000, 0);
	nothing_waits();
	ck_assert_uint_gt(t.node[0].fsm.steps, 1000);
	ck_assert(toy_run_until(&t, 1, HA_STANDBY, 12000));
	ck_assert_uint_eq(toy_view(&t, 1).counts.resyncs_failed, 0);
	ck_assert_uint_eq(toy_view(&t, 1).counts.resyncs_full, 1);
	ck_assert_ptr_null(t.node[0].fsm.kept.p); /* what was written is not kept */
	same_state(0, 1);
	end();
}
END_TEST

/* Who it is written for is gone, or who writes has no say any more: it is dropped. */
START_TEST(a_snapshot_that_nobody_wants_any_more)
{
	comes_back(6000, 0);
	toy_run(&t, 1000);
	ck_assert_int_gt(t.node[0].fsm.steps, 0);
	toy_kill(&t, 1);
	toy_run(&t, 500);
	ck_assert_int_eq(t.node[0].fsm.steps, 0);
	toy_start(&t, 1);
	toy_run(&t, 1000);
	ck_assert_int_gt(t.node[0].fsm.steps, 0);
	toy_demote(&t, 0);
	toy_run(&t, 500);
	ck_assert_int_eq(t.node[0].fsm.steps, 0);
	t.node[0].fsm.steps_wanted = 0;
	ck_assert_int_eq(toy_promote(&t, 0), 0);
	ck_assert(toy_run_until(&t, 1, HA_STANDBY, 2000));
	same_state(0, 1);
	end();
}
END_TEST

/* Far longer than a standby may acknowledge nothing, and than a joiner waits: it says that it reads. */
START_TEST(a_snapshot_that_takes_long_to_read)
{
	comes_back(0, 6000);
	nothing_waits();
	ck_assert(t.node[1].ha->join.restoring);
	ck_assert(toy_run_until(&t, 1, HA_STANDBY, 12000));
	ck_assert_uint_eq(toy_view(&t, 1).counts.resyncs_failed, 0);
	ck_assert_uint_eq(toy_view(&t, 1).counts.resyncs_full, 1);
	same_state(0, 1);
	end();
}
END_TEST

/* Reading costs more than writing the same: the joiner, whose acknowledgements the clients' events wait for, reads less at a time. */
START_TEST(reading_goes_in_smaller_steps_than_writing)
{
	pair();
	load(0, 10);
	toy_kill(&t, 1);
	toy_run(&t, 1000);
	t.conf.snapshot_step_bytes = t.node[0].ha->conf.snapshot_step_bytes = 4000;
	toy_start(&t, 1);
	ck_assert(toy_run_until(&t, 1, HA_STANDBY, 2000));
	ck_assert_uint_eq(t.node[0].fsm.write_bytes, 4000);
	ck_assert_uint_gt(t.node[1].fsm.read_bytes, 0);
	ck_assert_uint_le(t.node[1].fsm.read_bytes, 4000 / 4 + 1);
	same_state(0, 1);
	end();
}
END_TEST

/* It has everything: it reads the rest at once, and can take over. So it is when the active leaves in order, or when it is told to lead. */
START_TEST(the_active_goes_while_its_snapshot_is_read)
{
	for (int how = 0; how < 3; how++) {
		uint64_t digest;

		comes_back(0, 6000);
		toy_run(&t, 1000);
		ck_assert(t.node[1].ha->join.restoring);
		ck_assert_uint_eq(t.node[1].ha->offset, 0); /* half a state is no position */
		digest = t.node[0].fsm.digest;
		if (how == 0)
			toy_kill(&t, 0);
		else if (how == 1)
			toy_demote(&t, 0);
		else
			(void)toy_promote(&t, 1);
		toy_run(&t, 500);
		ck_assert(!t.node[1].ha->join.restoring);
		ck_assert_uint_eq(t.node[1].fsm.digest, digest);
		if (how < 2)
			ck_assert_int_eq(toy_promote(&t, 1), 0);
		ck_assert(toy_run_until(&t, 1, HA_ACTIVE, 2000));
		ck_assert_uint_eq(t.node[1].fsm.digest, digest);
		end();
	}
}
END_TEST

/* Half a state is none: who gives up in the middle is empty. */
START_TEST(reading_that_ends_in_the_middle)
{
	const struct ha_join *j;

	comes_back(0, 0);
	j = &t.node[1].ha->join;
	while (!j->restoring || j->restored == 0)
		toy_run(&t, 1);
	toy_inject(&t, 0, "no frame at all, but long enough to be looked at by who reads it", 60);
	TRICKLE_UNTIL(!j->restoring); /* time stands still: no step more */
	ck_assert_uint_eq(toy_view(&t, 1).counts.resyncs_failed, 1);
	ck_assert_uint_eq(t.node[1].fsm.digest, 0);
	ck_assert_uint_eq(t.node[1].ha->offset, 0);
	ck_assert(toy_run_until(&t, 1, HA_STANDBY, 12000));
	same_state(0, 1);
	end();
}
END_TEST

/* --- bad frames ------------------------------------------------------------------------------------------------------ */

START_TEST(garbage_from_the_active_leads_to_a_resync)
{
	pair();
	load(0, 10);
	toy_drain(&t);
	toy_inject(&t, 0, "this is no frame at all, by no means, but it is long enough", 60);
	toy_inject(&t, 0, "", 0);
	toy_run(&t, 1000);
	ck_assert_uint_ge(toy_view(&t, 1).counts.frames_malformed, 2);
	ck_assert_uint_eq(logged(1, M_FRAME_REFUSED), 1);
	ck_assert_int_eq(toy_role(&t, 1), HA_STANDBY);
	ck_assert_uint_eq(toy_view(&t, 1).counts.resyncs_partial, 1);
	ck_assert_int_eq(toy_role(&t, 0), HA_ACTIVE);
	ck_assert(ha_gate_open(t.node[0].ha));
	same_state(0, 1);
	toy_inject(&t, 1, "rubbish from the standby", 25);
	toy_run(&t, 300);
	ck_assert_int_eq(toy_role(&t, 1), HA_STANDBY);
	ck_assert(!toy_view(&t, 0).degraded);
	end();
}
END_TEST

static bool
spoil_some(struct toy *toy, struct toy_node *from, uint8_t *p, size_t n)
{
	(void)from;
	if (rng_below(&toy->rng, 20) != 0)
		return false;
	p[rng_below(&toy->rng, n)] ^= (uint8_t)(1 + rng_below(&toy->rng, 255));
	return true;
}

START_TEST(one_frame_in_twenty_is_damaged_and_they_get_over_it)
{
	pair();
	t.spoil = spoil_some;
	for (unsigned round = 0; round < 200; round++) {
		load(0, 5);
		toy_run(&t, 20);
	}
	ck_assert_int_eq(toy_role(&t, 0), HA_ACTIVE);
	t.spoil = NULL;
	toy_run(&t, 8000);
	ck_assert_int_eq(toy_role(&t, 1), HA_STANDBY);
	ck_assert(!toy_view(&t, 0).degraded);
	same_state(0, 1);
	end();
}
END_TEST

START_TEST(an_acknowledgement_of_what_does_not_exist)
{
	struct ha_frame f = { .version = 1,
		.speaks = 2,
		.type = HA_FRAME_ACK,
		.sender = 2,
		.to = 1,
		.epoch = EPOCH(1, 1),
		.offset = 1000 };
	struct buf b;

	pair();
	load(0, 2);
	toy_drain(&t);
	buf_init(&b, 1000);
	ha_frame_encode(&f, &b);
	toy_inject(&t, 1, b.p, b.n);
	while (toy_read_one(&t, 0))
		;
	ck_assert(toy_view(&t, 0).degraded);
	ck_assert_uint_eq(ha_released(t.node[0].ha), 2);
	toy_run(&t, 1000);
	ck_assert(!toy_view(&t, 0).degraded);
	same_state(0, 1);
	buf_fini(&b);
	end();
}
END_TEST

START_TEST(frames_of_an_older_epoch_are_refused)
{
	struct ha_frame f = {
		.version = 1, .speaks = 2, .type = HA_FRAME_CLAIM, .sender = 2, .epoch = EPOCH(1, 2)
	};
	struct buf b;
	uint64_t before;

	pair();
	before = toy_view(&t, 0).counts.frames_stale;
	buf_init(&b, 1000);
	ha_frame_encode(&f, &b);
	toy_inject(&t, 1, b.p, b.n); /* a claim of a generation that exists */
	f.type = HA_FRAME_ACK;
	f.epoch = 0;
	buf_reset(&b);
	ha_frame_encode(&f, &b);
	toy_inject(&t, 1, b.p, b.n);
	toy_drain(&t);
	ck_assert_int_eq(toy_role(&t, 0), HA_ACTIVE);
	ck_assert_uint_eq(toy_view(&t, 0).counts.frames_stale, before + 2);
	f.type = HA_FRAME_LEAVING;
	f.sender = 77; /* not what the ring says */
	buf_reset(&b);
	ha_frame_encode(&f, &b);
	toy_inject(&t, 1, b.p, b.n);
	toy_drain(&t);
	ck_assert_uint_ge(toy_view(&t, 0).counts.frames_malformed, 1);
	buf_fini(&b);
	end();
}
END_TEST

/* A frame that is well formed and says anything at all, with numbers that reach deep. */
static void
random_frame(struct buf *b, unsigned victim)
{
	struct ha_frame f = { .version = 2, .speaks = 2, .sender = 2 - victim };
	const struct ha *ha = t.node[victim].ha;
	struct buf body;

	buf_init(&body, 10000);
	f.type = (enum ha_frame_type)(1 + rng_below(&t.rng, HA_FRAME_LEAVING));
	f.to = rng_below(&t.rng, 3) ? 0 : victim + 1;
	f.epoch = rng_below(&t.rng, 8) ? ha->seen : rng_below(&t.rng, ha->seen + 1);
	if (rng_below(&t.rng, 100) == 0) /* the same generation, or the next one */
		f.epoch = (ha->seen | 7) + 8 * rng_below(&t.rng, 2) - rng_below(&t.rng, 8);
	f.offset = rng_below(&t.rng, 4) ? ha->offset + rng_below(&t.rng, 3) :
					  1 + rng_below(&t.rng, 30);
	for (size_t i = 0; i < sizeof(f.u) / 8; i++) /* all payloads are numbers first */
		((uint64_t *)(void *)&f.u)[i] =
			rng_below(&t.rng, 3) ? rng_below(&t.rng, 20) : ha->join.sync;
	if (f.type <= HA_FRAME_HELLO) {
		f.u.beat.role = (uint8_t)rng_below(&t.rng, HA_FENCED + 1);
		f.u.beat.seen = f.epoch;
		f.u.beat.health = STR("h");
	} else if (f.type == HA_FRAME_DELTAS) {
		uint8_t p[9] = { (uint8_t)rng_below(&t.rng, TOY_KEYS + 1), 1 };

		f.u.deltas.count = (uint32_t)(1 + rng_below(&t.rng, 4));
		f.u.deltas.sync = rng_below(&t.rng, 2) ? 0 : ha->join.sync;
		f.offset += f.offset == 0;
		for (uint32_t i = 0; i < f.u.deltas.count; i++)
			ha_frame_put_delta(&body, 1, 1, p, sizeof(p));
		f.u.deltas.body = buf_as_str(&body);
	} else if (f.type == HA_FRAME_SNAP_SLICE) {
		f.u.snap_slice.at = rng_below(&t.rng, 2) ? ha->join.snap.n : 5;
		f.u.snap_slice.body = STR("12345678");
	} else if (f.type == HA_FRAME_CLAIM && rng_below(&t.rng, 10) == 0) {
		f.epoch = ha->seen + 1 + rng_below(&t.rng, 16);
	}
	ha_frame_encode(&f, b);
	buf_fini(&body);
}

START_TEST(frames_that_say_anything_do_no_harm)
{
	pair();
	for (unsigned k = 0; k < 20000; k++) {
		unsigned victim = (unsigned)rng_below(&t.rng, 2);
		struct buf b;

		buf_init(&b, 10000);
		random_frame(&b, victim);
		toy_inject(&t, 1 - victim, b.p, b.n);
		buf_fini(&b);
		if (k % 4 == 0)
			(void)trickle();
		if (k % 10 == 0)
			toy_run(&t, 7);
		if (k % 50 == 0)
			(void)toy_promote(&t, victim);
		if (k % 7 == 0)
			(void)toy_append(&t, victim, 1, k);
	}
	toy_drain(&t);
	for (unsigned i = 0; i < 2; i++) { /* whatever they believe now: a new start mends it */
		toy_kill(&t, i);
		toy_start(&t, i);
	}
	toy_run(&t, 300);
	ck_assert_int_eq(toy_promote(&t, 0), 0);
	toy_run(&t, 2000);
	ck_assert_int_eq(toy_role(&t, 1), HA_STANDBY);
	same_state(0, 1);
	end();
}
END_TEST

START_TEST(version_1_and_version_2_work_together)
{
	for (unsigned old = 0; old < 2; old++) {
		begin(2);
		for (unsigned i = 0; i < 2; i++) {
			t.conf.wire_version_max = i == old ? 1 : 0;
			toy_start(&t, i);
		}
		toy_run(&t, 300);
		toy_promote(&t, 0);
		ck_assert(toy_run_until(&t, 1, HA_STANDBY, 2000));
		load(0, 50);
		toy_run(&t, 1000);
		ck_assert(!toy_view(&t, 0).degraded);
		ck_assert_uint_eq(toy_view(&t, 0).counts.frames_malformed, 0);
		ck_assert_uint_eq(toy_view(&t, 1).counts.frames_malformed, 0);
		ck_assert(toy_view(&t, 1).digest_equal);
		ck_assert_uint_eq(toy_view(&t, 1).digest_offset, 50); /* by the beats */
		same_state(0, 1);
		toy_demote(&t, 0);
		toy_run(&t, 300);
		toy_promote(&t, 1);
		toy_run(&t, 300);
		load(1, 10);
		toy_run(&t, 300);
		same_state(0, 1);
		end();
	}
}
END_TEST

START_TEST(another_configuration_is_told)
{
	begin(2);
	toy_start(&t, 0);
	t.conf.config_hash = 8;
	toy_start(&t, 1);
	toy_run(&t, 1000);
	ck_assert(toy_view(&t, 0).peer.config_differs);
	ck_assert_uint_eq(logged(0, M_CONFIG_DIFFERS), 1);
	ha_set_health(t.node[1].ha, STR("{\"channels\":3}"));
	toy_run(&t, 300);
	ck_assert(str_is(toy_view(&t, 0).peer.health, "{\"channels\":3}"));
	end();
}
END_TEST

/* --- three members ------------------------------------------------------------------------------------------------------ */

START_TEST(three_members)
{
	begin(3);
	for (unsigned i = 0; i < 3; i++)
		toy_start(&t, i);
	toy_run(&t, 300);
	toy_promote(&t, 0);
	toy_run(&t, 5000);
	ck_assert_int_eq(toy_role(&t, 1), HA_STANDBY);
	ck_assert_int_eq(toy_role(&t, 2), HA_STANDBY);
	load(0, 30);
	toy_run(&t, 300);
	same_state(0, 1);
	same_state(0, 2);
	/* the cover dies: the other one takes its place */
	toy_kill(&t, (unsigned)t.node[0].ha->cover_peer->node_id - 1);
	load(0, 5);
	toy_run(&t, 500);
	ck_assert(!toy_view(&t, 0).degraded);
	toy_kill(&t, 0);
	toy_run(&t, 300);
	for (unsigned i = 1; i < 3; i++) {
		if (toy_role(&t, i) == HA_STANDBY) {
			ck_assert_int_eq(t.node[i].score, 1000);
			toy_promote(&t, i);
			break;
		}
	}
	toy_run(&t, 300);
	for (unsigned i = 0; i < 3; i++) {
		if (t.node[i].ha == NULL)
			toy_start(&t, i);
	}
	toy_run(&t, 10000);
	same_state(0, 1);
	same_state(0, 2);
	end();
}
END_TEST

START_TEST(more_members_than_fit)
{
	struct ha_member members[12];
	struct ha_confchg c = { .members = members, .member_count = 12 };

	begin(1);
	toy_start(&t, 0);
	toy_run(&t, 100);
	for (unsigned k = 0; k < 12; k++)
		members[k] = (struct ha_member){ k + 1, k == 0 ? t.node[0].pid : 500 + k,
			HA_REASON_JOIN };
	ha_confchg(t.node[0].ha, t.now, &c, &t.node[0].out);
	toy_tick(&t, 0);
	c.member_count = 1;
	ha_confchg(t.node[0].ha, t.now, &c, &t.node[0].out);
	toy_tick(&t, 0);
	ck_assert_uint_eq(t.node[0].peer_lost, HA_PEERS_MAX);
	ck_assert_uint_eq(t.node[0].peer_dead, 0);
	c.member_count = 0; /* put out of the group ourselves */
	ha_confchg(t.node[0].ha, t.now, &c, &t.node[0].out);
	toy_tick(&t, 0);
	ck_assert_int_eq(toy_role(&t, 0), HA_INIT);
	end();
}
END_TEST

static void
add_resync_tests(TCase *tc)
{
	tcase_add_test(tc, live_deltas_during_a_snapshot);
	tcase_add_test(tc, the_active_dies_during_a_resync);
	tcase_add_test(tc, the_joiner_dies_or_is_cut_off_during_a_resync);
	tcase_add_test(tc, a_demotion_during_a_resync);
	tcase_add_test(tc, a_digest_that_differs_leads_to_a_full_resync);
	tcase_add_test(tc, a_state_that_cannot_be_read_backs_off);
	tcase_add_test(tc, an_old_standby_that_does_not_know_a_delta);
	tcase_add_test(tc, a_log_over_its_bound_drops_the_standby_not_the_active);
	tcase_add_test(tc, a_queue_over_its_bound_asks_anew);
	tcase_add_test(tc, between_two_slices_the_ring_is_free);
	tcase_add_test(tc, a_snapshot_of_many_steps);
	tcase_add_test(tc, a_snapshot_that_nobody_wants_any_more);
	tcase_add_test(tc, a_snapshot_that_takes_long_to_read);
	tcase_add_test(tc, reading_goes_in_smaller_steps_than_writing);
	tcase_add_test(tc, the_active_goes_while_its_snapshot_is_read);
	tcase_add_test(tc, reading_that_ends_in_the_middle);
	tcase_add_test(tc, garbage_from_the_active_leads_to_a_resync);
	tcase_add_test(tc, one_frame_in_twenty_is_damaged_and_they_get_over_it);
	tcase_add_test(tc, an_acknowledgement_of_what_does_not_exist);
	tcase_add_test(tc, frames_of_an_older_epoch_are_refused);
	tcase_add_test(tc, frames_that_say_anything_do_no_harm);
	tcase_add_test(tc, version_1_and_version_2_work_together);
	tcase_add_test(tc, another_configuration_is_told);
	tcase_add_test(tc, three_members);
	tcase_add_test(tc, more_members_than_fit);
}

int
main(void)
{
	Suite *suite = suite_create("ha_resync");
	TCase *tc = tcase_create("engine");
	SRunner *runner;
	int failed;

	add_resync_tests(tc);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
