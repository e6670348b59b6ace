/* SPDX-License-Identifier: Apache-2.0 */
/* Questions from node to node: two nodes in a group, whose frames are handed over by hand. */
#include "daemon/note.h"
#include "proto/base/mem.h"
#include "tests/unit/node_pair.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static struct node_pair pair;
static unsigned asked_count, told_count;
static uint64_t asked_id, told_id;
static uint32_t asked_from;
static bool told_good;
static char asked[256], told[200000];

static void
perform(unsigned i, const struct node_action *a)
{
	(void)i;
	switch ((int)a->kind) {
	case NODE_ACT_ASKED:
		asked_count++;
		asked_id = a->id;
		asked_from = a->from_node;
		ck_assert(str_copy(asked, sizeof(asked), a->bytes));
		break;
	case NODE_ACT_TOLD:
		told_count++;
		told_id = a->id;
		told_good = a->flag;
		ck_assert(str_copy(told, sizeof(told), a->flag ? a->bytes : a->text));
		break;
	}
}

static void
setup(void)
{
	asked_count = told_count = 0;
	node_pair_init(&pair, perform);
	for (unsigned i = 0; i < 2; i++) {
		pair.nodes[i] = node_new(&pair.confs[i], i + 1, 0, i + 7, NULL);
		node_pair_step(&pair, i, (struct node_event){ .kind = NODE_EV_START });
		node_pair_step(&pair, i,
			(struct node_event){ .kind = NODE_EV_RING_UP, .number = pair.pids[i] });
		node_pair_step(
			&pair, i, (struct node_event){ .kind = NODE_EV_QUORUM, .flag = true });
	}
	node_pair_tell_members(&pair, 2);
	node_pair_hand_over(&pair);
	node_pair_run(&pair, 1500);
}

static void
teardown(void)
{
	node_pair_fini(&pair);
	ck_assert_uint_eq(mem_live(), 0);
}

static void
ask(const char *text)
{
	node_pair_step(&pair, 0,
		(struct node_event){ .kind = NODE_EV_ASK, .id = 42, .text = str_of(text) });
	node_pair_hand_over(&pair);
}

START_TEST(asked_and_answered)
{
	static char answer[100000];

	ask("who are you?");
	ck_assert_uint_eq(asked_count, 1);
	ck_assert_str_eq(asked, "who are you?");
	ck_assert_uint_eq(asked_from, 1);
	memset(answer, 'a', sizeof(answer) - 1);
	answer[0] = 'b';
	node_pair_step(&pair, 1,
		(struct node_event){ .kind = NODE_EV_TELL,
			.id = asked_id,
			.from_node = asked_from,
			.bytes = str_of(answer) });
	node_pair_hand_over(&pair);
	ck_assert_uint_eq(told_count, 1);
	ck_assert_uint_eq(told_id, 42);
	ck_assert(told_good);
	ck_assert_str_eq(told, answer);
	node_pair_run(&pair, NOTE_WAIT_MS + 1000);
	ck_assert_uint_eq(told_count, 1);
}
END_TEST

START_TEST(no_answer_in_time)
{
	pair.notes_lost = true;
	ask("who are you?");
	ck_assert_uint_eq(asked_count + told_count, 0);
	node_pair_run(&pair, NOTE_WAIT_MS + 200);
	ck_assert_uint_eq(told_count, 1);
	ck_assert(!told_good);
	ck_assert_str_eq(told, "the other node did not answer in time");
}
END_TEST

START_TEST(nobody_is_there)
{
	struct ha_member own = { 1, pair.pids[0], HA_REASON_JOIN },
			 left = { 2, pair.pids[1], HA_REASON_LEAVE };
	struct ha_confchg change = {
		.members = &own, .member_count = 1, .left = &left, .left_count = 1
	};

	node_free(pair.nodes[1]);
	pair.nodes[1] = NULL;
	node_pair_step(
		&pair, 0, (struct node_event){ .kind = NODE_EV_CONFCHG, .confchg = &change });
	node_pair_run(&pair, 200);
	ask("who are you?");
	ck_assert_uint_eq(told_count, 1);
	ck_assert(!told_good);
	ck_assert_str_eq(told, "the other node is not there");
}
END_TEST

/* A broken note is no frame of replication: nothing is resynchronised because of it. */
START_TEST(a_broken_note)
{
	struct ha_view v;

	node_pair_step(&pair, 0,
		(struct node_event){ .kind = NODE_EV_DELIVER,
			.from_node = 2,
			.number = pair.pids[1],
			.bytes = str_of("TNDMnot1 and nothing behind it") });
	node_get_view(pair.nodes[0], pair.now, &v);
	ck_assert_uint_eq(v.counts.frames_malformed, 0);
	ck_assert_uint_eq(asked_count + told_count, 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("node_note");
	TCase *t = tcase_create("node_note");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, asked_and_answered);
	tcase_add_test(t, no_answer_in_time);
	tcase_add_test(t, nobody_is_there);
	tcase_add_test(t, a_broken_note);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
