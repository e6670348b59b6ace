/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The death of a process: what Pacemaker is told of by its peer, and the copy of the state that its successor takes up. Two
 * nodes in a group, whose frames are handed over by hand.
 */
#include "tests/unit/node_pair.h"
#include "proto/base/mem.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static struct node_pair pair;
static unsigned failed_count, clean_count;
static struct buf copies[2], next_copies[2];
static uint64_t epochs[2];
static unsigned copy_log;      /* 37303 */
static char log_text[300];     /* of the last one */
static char history[100][200]; /* lines */
static unsigned history_count;

static void
note_log(int number, enum log_level level, const char *text, void *arg)
{
	(void)level;
	(void)arg;
	if (number != M_COPY)
		return;
	copy_log++;
	snprintf(log_text, sizeof(log_text), "%s", text);
}

static const struct log test_log = { note_log, NULL };

static void
perform_copy(unsigned i, const struct node_action *a)
{
	switch ((enum ha_copy_op)a->number) {
	case HA_COPY_GO_ON:
		copies[i].n = a->id;
		break;
	case HA_COPY_PUT:
		buf_str(&copies[i], a->bytes);
		break;
	case HA_COPY_BEGIN:
		buf_reset(&next_copies[i]);
		break;
	case HA_COPY_NEXT:
		buf_str(&next_copies[i], a->bytes);
		break;
	case HA_COPY_USE:
		buf_reset(&copies[i]);
		buf_str(&copies[i], buf_as_str(&next_copies[i]));
		break;
	case HA_COPY_DROP:
		buf_reset(&copies[i]);
		break;
	}
}

static void
perform(unsigned i, const struct node_action *a)
{
	switch ((int)a->kind) {
	case NODE_ACT_SAVE_EPOCH:
		epochs[i] = a->number;
		break;
	case NODE_ACT_COPY:
		perform_copy(i, a);
		break;
	case NODE_ACT_TELL_FAILED:
		ck_assert_uint_eq(a->from_node, 2 - i);
		failed_count++;
		break;
	case NODE_ACT_TELL_CLEAN:
		ck_assert_uint_eq(a->from_node, 2 - i);
		clean_count++;
		break;
	case NODE_ACT_HISTORY:
		snprintf(history[history_count++ % 100], sizeof(history[0]), "n%u %.*s %.*s", i + 1,
			STR_ARG(a->text), STR_ARG(a->bytes));
		break;
	}
}

static void
start(unsigned i)
{
	struct buf left;

	pair.nodes[i] = node_new(&pair.confs[i], i + 1, epochs[i], i + 7, &test_log);
	pair.pids[i]++;
	buf_init(&left, 1 << 20);
	buf_str(&left, buf_as_str(&copies[i]));
	node_pair_step(
		&pair, i, (struct node_event){ .kind = NODE_EV_START, .bytes = buf_as_str(&left) });
	buf_fini(&left);
	node_pair_step(
		&pair, i, (struct node_event){ .kind = NODE_EV_RING_UP, .number = pair.pids[i] });
	node_pair_step(&pair, i, (struct node_event){ .kind = NODE_EV_QUORUM, .flag = true });
	node_pair_tell_members(&pair, 2);
}

static void
die(unsigned i)
{
	node_pair_lose_frames(&pair);
	node_free(pair.nodes[i]);
	pair.nodes[i] = NULL;
	node_pair_tell_members(&pair, i);
}

static void
promote(unsigned i)
{
	node_pair_step(&pair, i, (struct node_event){ .kind = NODE_EV_PROMOTE });
	node_pair_hand_over(&pair);
	ck_assert_msg(node_refusal(pair.nodes[i])[0] == '\0', "%s", node_refusal(pair.nodes[i]));
	node_pair_run(&pair, 200);
	ck_assert_int_eq(node_role(pair.nodes[i]), HA_ACTIVE);
}

/* n1 is active, alone, and has its state on its host. */
static void
setup(void)
{
	failed_count = clean_count = copy_log = history_count = 0;
	node_pair_init(&pair, perform);
	for (unsigned i = 0; i < 2; i++) {
		buf_init(&copies[i], 1 << 20);
		buf_init(&next_copies[i], 1 << 20);
		epochs[i] = 0;
	}
	start(0);
	node_pair_hand_over(&pair);
	node_pair_run(&pair, 500);
	promote(0);
	node_pair_run(&pair, 500);
	ck_assert_uint_gt(copies[0].n, 0);
}

static void
teardown(void)
{
	node_pair_fini(&pair);
	for (unsigned i = 0; i < 2; i++) {
		buf_fini(&copies[i]);
		buf_fini(&next_copies[i]);
	}
	ck_assert_uint_eq(mem_live(), 0);
}

static bool
happened(const char *text)
{
	for (unsigned k = 0; k < history_count; k++)
		if (strncmp(history[k], text, strlen(text)) == 0)
			return true;
	return false;
}

START_TEST(its_successor_goes_on)
{
	uint64_t digest = node_digest(pair.nodes[0]);

	die(0);
	start(0);
	node_pair_hand_over(&pair);
	ck_assert(happened("n1 copy \"epoch\":"));
	ck_assert_uint_eq(node_digest(pair.nodes[0]), digest);
	ck_assert_uint_eq(copy_log, 1);
	node_pair_run(&pair, 500);
	promote(0);
}
END_TEST

START_TEST(what_cannot_be_used_is_told_and_left)
{
	die(0);
	copies[0].p[copies[0].n / 2] ^= 1;
	start(0);
	node_pair_hand_over(&pair);
	ck_assert(!happened("n1 copy"));
	ck_assert_uint_eq(copy_log, 1);
	ck_assert_msg(strstr(log_text, "is not used: ") != NULL, "%s", log_text);
	ck_assert_uint_eq(copies[0].n, 0);
	node_pair_run(&pair, 500);
	promote(0);
}
END_TEST

/* n2 has asked for the state, n1 dies before it can answer. */
static void
dies_early(void)
{
	start(1);
	while (node_role(pair.nodes[1]) != HA_SYNCING)
		ck_assert(node_pair_hand_over_one(&pair));
	die(0);
	ck_assert_int_eq(node_role(pair.nodes[1]), HA_JOINING);
}

START_TEST(pacemaker_starts_the_one_again_that_has_the_state)
{
	struct node *n2;

	dies_early();
	n2 = pair.nodes[1];
	ck_assert_uint_eq(failed_count, 1);
	ck_assert_int_eq(node_score(n2), INT32_MIN);
	node_pair_step(&pair, 1, (struct node_event){ .kind = NODE_EV_PROMOTE });
	ck_assert_msg(
		strstr(node_refusal(n2), "on the host of node 1") != NULL, "%s", node_refusal(n2));
	node_pair_run(&pair, 400);
	ck_assert_uint_eq(clean_count, 0);
	node_pair_run(&pair, 200);
	ck_assert_uint_eq(clean_count, 1);
	start(0);
	node_pair_hand_over(&pair);
	node_pair_run(&pair, 500);
	ck_assert_uint_eq(clean_count, 1);
	promote(0);
	node_pair_run(&pair, 1000);
	ck_assert_int_eq(node_role(n2), HA_STANDBY);
	ck_assert_uint_eq(node_digest(n2), node_digest(pair.nodes[0]));
}
END_TEST

START_TEST(a_file_that_cannot_be_written_is_none)
{
	struct ha_view v;

	node_pair_step(&pair, 0, (struct node_event){ .kind = NODE_EV_COPY_LOST });
	node_get_view(pair.nodes[0], pair.now, &v);
	ck_assert(!v.copied);
	dies_early();
	ck_assert_int_eq(node_score(pair.nodes[1]), 10);
	node_pair_run(&pair, 1000);
	ck_assert_uint_eq(clean_count, 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("node_peer");
	TCase *t = tcase_create("node_peer");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, its_successor_goes_on);
	tcase_add_test(t, what_cannot_be_used_is_told_and_left);
	tcase_add_test(t, pacemaker_starts_the_one_again_that_has_the_state);
	tcase_add_test(t, a_file_that_cannot_be_written_is_none);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
