/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the engine that stand alone: delta log, cover, table of roles, list of actions. */
#include "ha/ha_cover.h"
#include "ha/ha_log.h"
#include "ha/ha_out.h"
#include "ha/ha_role.h"

#include "proto/base/mem.h"

#include <check.h>
#include <stdlib.h>

/* --- delta log -------------------------------------------------------------------------------------------------------- */

START_TEST(log_holds_fetches_trims)
{
	struct ha_log l;

	ha_log_init(&l, 1 << 20);
	ck_assert_uint_eq(ha_log_first(&l), 1);
	ck_assert(ha_log_at(&l, 0) == NULL && ha_log_at(&l, 1) == NULL);
	for (unsigned k = 1; k <= 1000; k++) {
		uint8_t p[3] = { (uint8_t)k, 1, 2 };

		ha_log_append(&l, k, 7, 1, p, k % 4)->digest = k * 2;
	}
	ck_assert_uint_eq(l.last, 1000);
	for (unsigned k = 1; k <= 1000; k++) {
		const struct ha_log_entry *e = ha_log_at(&l, k);

		ck_assert_uint_eq(e->n, k % 4);
		ck_assert_uint_eq(e->digest, k * 2);
		ck_assert(k % 4 == 0 || e->bytes[0] == (uint8_t)k);
	}
	ck_assert(ha_log_at(&l, 1001) == NULL);
	ha_log_trim(&l, 400);
	ck_assert_uint_eq(ha_log_first(&l), 401);
	ck_assert(ha_log_at(&l, 400) == NULL && ha_log_at(&l, 401) != NULL);
	ha_log_trim(&l, 5000);
	ck_assert_uint_eq(l.count, 0);
	ck_assert_uint_eq(l.bytes, 0);
	ck_assert_uint_eq(ha_log_first(&l), 1001);
	ha_log_reset(&l, 50);
	(void)ha_log_append(&l, 0, 1, 1, NULL, 0);
	ck_assert(ha_log_at(&l, 51) != NULL);
	ha_log_fini(&l);
}
END_TEST

START_TEST(log_stays_within_its_bound_and_keeps_the_newest)
{
	struct ha_log l;
	uint8_t p[500] = { 0 };

	ha_log_init(&l, 2000);
	for (unsigned k = 1; k <= 100; k++) {
		(void)ha_log_append(&l, 0, 1, 1, p, k % 2 ? 10 : 500);
		ck_assert_uint_le(l.bytes, 2000);
		ck_assert(ha_log_at(&l, k) != NULL);
	}
	ck_assert_uint_gt(ha_log_first(&l), 90);
	ck_assert(!ha_log_has_room(&l, 2000));
	ha_log_init(&l, (ha_log_fini(&l), 100));
	(void)ha_log_append(&l, 0, 1, 1, p, 500); /* larger than the bound: kept all the same */
	ck_assert_uint_eq(l.count, 1);
	ha_log_fini(&l);
}
END_TEST

/* --- cover ------------------------------------------------------------------------------------------------------------ */

static uint64_t proven;

/* One delta each millisecond: delta n was appended at n. */
static struct ha_cover_log
at(const struct ha_cover *c, int64_t now_ms, uint64_t appended)
{
	return (struct ha_cover_log){ now_ms * 1000, 200000, appended,
		(int64_t)(c->acked + 1) * 1000, proven };
}

static void
ack(struct ha_cover *c, uint64_t acked, int64_t now_ms, uint64_t appended)
{
	struct ha_cover_log log;

	c->acked = acked;
	log = at(c, now_ms, appended);
	ha_cover_ack(c, &log);
}

static void
pass(struct ha_cover *c, int64_t now_ms, uint64_t appended)
{
	struct ha_cover_log log = at(c, now_ms, appended);

	ha_cover_update(c, &log);
}

START_TEST(cover_goes_through_its_conditions)
{
	struct ha_cover c;

	proven = UINT64_MAX;
	ha_cover_reset(&c, false);
	pass(&c, 10, 10);
	ck_assert_uint_eq(c.released, 10);
	ck_assert(ha_cover_degraded(&c) && !ha_cover_unconfirmed(&c));
	ack(&c, 5, 11, 11); /* it acknowledges, but not yet all: held */
	ck_assert_int_eq(c.state, HA_COVER_CATCHING);
	pass(&c, 12, 12);
	ck_assert_uint_eq(c.released, 10);
	ck_assert(ha_cover_degraded(&c));
	ack(&c, 10, 13, 12);
	ck_assert_int_eq(c.state, HA_COVER_FULL);
	ck_assert(!ha_cover_degraded(&c) && !ha_cover_unconfirmed(&c));
	ack(&c, 12, 14, 14);
	ck_assert_uint_eq(c.released, 12);
	pass(&c, 212, 20); /* delta 13 is 199 ms old */
	ck_assert_uint_eq(c.released, 12);
	ck_assert(ha_cover_waits(&c, 20));
	pass(&c, 213, 20);
	ck_assert_int_eq(c.state, HA_COVER_LATE);
	ck_assert_uint_eq(c.released, 20);
	ck_assert(ha_cover_unconfirmed(&c) && !ha_cover_degraded(&c));
	ack(&c, 100, 250, 200); /* too old still: 101 is 149 ms old */
	ck_assert_int_eq(c.state, HA_COVER_LATE);
	ack(&c, 180, 251, 200);
	ck_assert_int_eq(c.state, HA_COVER_CATCHING);
	ck_assert(ha_cover_unconfirmed(&c));
	pass(&c, 252, 210);
	ck_assert_uint_eq(c.released, 200);
	ack(&c, 200, 253, 210);
	ck_assert_int_eq(c.state, HA_COVER_FULL);
	ck_assert(!ha_cover_unconfirmed(&c));
	ha_cover_lose(&c, 210);
	ck_assert_uint_eq(c.released, 210);
	ck_assert_int_eq(c.state, HA_COVER_NONE);
}
END_TEST

/* Where the other side of a cut may go on, what is late leaves when it is proven that the link was there. */
START_TEST(cover_waits_for_a_proof)
{
	struct ha_cover c;
	struct ha_cover_log log;

	ha_cover_reset(&c, false);
	proven = 10;
	ack(&c, 10, 11, 10);
	ck_assert_int_eq(c.state, HA_COVER_FULL);
	pass(&c, 1000, 20);
	ck_assert_int_eq(c.state, HA_COVER_FULL);
	ck_assert_uint_eq(c.released, 10);
	ck_assert(!ha_cover_unconfirmed(&c));
	log = at(&c, 1000, 20);
	ck_assert(ha_cover_wants_proof(&c, &log));
	log = at(&c, 100, 20);
	ck_assert(!ha_cover_wants_proof(&c, &log));
	proven = 15;
	pass(&c, 1001, 20);
	ck_assert_int_eq(c.state, HA_COVER_LATE);
	ck_assert_uint_eq(c.released, 15);
	pass(&c, 1002, 30);
	ck_assert_uint_eq(c.released, 15);
	log = at(&c, 1002, 30);
	ck_assert(ha_cover_wants_proof(&c, &log));
	proven = 30;
	pass(&c, 1003, 30);
	ck_assert_uint_eq(c.released, 30);
	log = at(&c, 1003, 30);
	ck_assert(!ha_cover_wants_proof(&c, &log));
	ha_cover_lose(&c, 40); /* the gate is shut until quorum is known */
	ck_assert_uint_eq(c.released, 40);
	proven = UINT64_MAX;
}
END_TEST

START_TEST(cover_that_never_catches_up_goes_back_where_it_came_from)
{
	struct ha_cover c;

	ha_cover_reset(&c, false);
	pass(&c, 10, 10);
	ack(&c, 5, 11, 11);
	ck_assert_int_eq(c.state, HA_COVER_CATCHING);
	pass(&c, 206, 300);
	ck_assert_int_eq(c.state, HA_COVER_NONE);
	ck_assert_uint_eq(c.released, 300);
}
END_TEST

START_TEST(cover_at_once_holds_nothing)
{
	struct ha_cover c;

	ha_cover_reset(&c, true);
	pass(&c, 10, 10);
	ack(&c, 5, 11, 11);
	ck_assert_int_eq(c.state, HA_COVER_FULL);
	pass(&c, 12, 12);
	ck_assert_uint_eq(c.released, 12);
	pass(&c, 900, 12);
	ck_assert(!ha_cover_unconfirmed(&c));
}
END_TEST

/* --- roles ------------------------------------------------------------------------------------------------------------ */

static const char *const edges[] = {
	/* from init joining syncing standby claiming active draining fenced, to the same */
	"01000100",
	"10101000",
	"11011000",
	"11001000",
	"11000100",
	"00001011",
	"11000000",
	"01000000",
};

START_TEST(roles_move_along_the_edges_alone)
{
	for (int from = 0; from <= HA_FENCED; from++) {
		for (int to = 0; to <= HA_FENCED; to++)
			ck_assert_msg(
				sm_allows(&ha_role_table, from, to) == (edges[from][to] == '1'),
				"%s -> %s", ha_role_name((enum ha_role)from),
				ha_role_name((enum ha_role)to));
	}
	ck_assert_str_eq(ha_role_name(HA_STANDBY), "standby");
	ck_assert_str_eq(ha_role_name((enum ha_role)99), "?");
}
END_TEST

START_TEST(actions_keep_their_order)
{
	struct ha_out o;

	ha_out_init(&o);
	for (unsigned k = 0; k < 100; k++)
		ha_out_add(&o, (struct ha_action){ .kind = HA_ACT_SAVE_EPOCH, .epoch = k });
	ck_assert_uint_eq(o.count, 100);
	ck_assert_uint_eq(o.actions[99].epoch, 99);
	ha_out_reset(&o);
	ck_assert_uint_eq(o.count, 0);
	ha_out_fini(&o);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ha_parts");
	TCase *tc = tcase_create("parts");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, log_holds_fetches_trims);
	tcase_add_test(tc, log_stays_within_its_bound_and_keeps_the_newest);
	tcase_add_test(tc, cover_goes_through_its_conditions);
	tcase_add_test(tc, cover_waits_for_a_proof);
	tcase_add_test(tc, cover_that_never_catches_up_goes_back_where_it_came_from);
	tcase_add_test(tc, cover_at_once_holds_nothing);
	tcase_add_test(tc, roles_move_along_the_edges_alone);
	tcase_add_test(tc, actions_keep_their_order);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 && mem_live() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
