/* SPDX-License-Identifier: Apache-2.0 */
/* What the test programs of the engine share: one world `t`, a pair in step, load, comparison. n1 is node 0, n2 node 1, ... */
#ifndef TANDEM_TESTS_CHECK_HA_CASE_H
#define TANDEM_TESTS_CHECK_HA_CASE_H

#include "ha/ha_int.h"
#include "tests/unit/ha_toy.h"

#include "proto/base/mem.h"

#include <check.h>
#include <stdlib.h>

static struct toy t; /* each program has one */

__attribute__((unused)) static void
begin(unsigned nodes)
{
	toy_init(&t, nodes, 42);
}

__attribute__((unused)) static void
end(void)
{
	toy_fini(&t);
}

/* Two nodes, n1 active, n2 in step. */
__attribute__((unused)) static void
pair(void)
{
	begin(2);
	toy_start(&t, 0);
	toy_start(&t, 1);
	toy_run(&t, 500);
	ck_assert_int_eq(toy_promote(&t, 0), 0);
	ck_assert(toy_run_until(&t, 1, HA_STANDBY, 1000));
	toy_run(&t, 300);
}

__attribute__((unused)) static void
load(unsigned i, unsigned count)
{
	for (unsigned k = 0; k < count; k++) {
		ck_assert_uint_ne(toy_append(&t, i, k % TOY_KEYS, k + 1), 0);
		if (k % 3 == 0)
			toy_drain(&t);
	}
}

__attribute__((unused)) static void
same_state(unsigned a, unsigned b)
{
	struct ha_view va = toy_view(&t, a), vb = toy_view(&t, b);

	ck_assert_uint_eq(va.epoch, vb.epoch);
	ck_assert_uint_eq(va.offset, vb.offset);
	ck_assert_uint_eq(t.node[a].fsm.digest, t.node[b].fsm.digest);
}

__attribute__((unused)) static unsigned
logged(unsigned i, int number)
{
	return t.node[i].logged[number % TOY_LOG_KINDS];
}

/* One message of each queue in turn, until `cond`. */
#define TRICKLE_UNTIL(cond) \
	while (!(cond)) \
	ck_assert(trickle())

__attribute__((unused)) static bool
trickle(void)
{
	bool moved = false;

	for (unsigned i = 0; i < t.count; i++) {
		moved = toy_order_one(&t, i) || moved;
		moved = toy_read_one(&t, i) || moved;
	}
	return moved;
}

#endif
