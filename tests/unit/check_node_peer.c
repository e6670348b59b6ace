/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The death of a process: what Pacemaker is told of by its peer, and the copy of the state that its successor takes up. Two
 * nodes in a group, whose frames are handed over by hand.
 */
#include "daemon/node.h"
#include "proto/base/mem.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#define FRAMES 4096

static struct conf confs[2];
static struct node *nodes[2];
static struct node_out *out;
static struct mono now;
static struct frame {
	unsigned from;
	char *p;
	size_t n;
} frames[FRAMES];
static unsigned frame_count, failed_count, clean_count;
static uint32_t pids[2];
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
	case NODE_ACT_MCAST:
		ck_assert_uint_lt(frame_count, FRAMES);
		frames[frame_count++] =
			(struct frame){ i, mem_strndup(a->bytes.p, a->bytes.n), a->bytes.n };
		break;
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
step(unsigned i, struct node_event ev)
{
	ev.now = now;
	ev.wall_us = now.us;
	node_out_reset(out);
	node_step(nodes[i], &ev, out);
	for (size_t k = 0; k < node_out_count(out); k++) {
		struct node_action a = node_out_at(out, k);

		perform(i, &a);
	}
}

/* The oldest frame reaches everybody; false if there is none. */
static bool
hand_over_one(void)
{
	struct frame f = frames[0];

	if (frame_count == 0)
		return false;
	frame_count--;
	memmove(frames, frames + 1, frame_count * sizeof(frames[0]));
	for (unsigned i = 0; i < 2; i++)
		if (nodes[i] != NULL)
			step(i,
				(struct node_event){ .kind = NODE_EV_DELIVER,
					.from_node = f.from + 1,
					.number = pids[f.from],
					.bytes = { f.p, f.n } });
	mem_free(f.p);
	return true;
}

static void
hand_over(void)
{
	while (hand_over_one())
		;
}

static void
lose_frames(void)
{
	for (unsigned k = 0; k < frame_count; k++)
		mem_free(frames[k].p);
	frame_count = 0;
}

static void
run(int64_t ms)
{
	for (int64_t at = 0; at < ms; at += 20) {
		now = mono_add_ms(now, 20);
		for (unsigned i = 0; i < 2; i++)
			if (nodes[i] != NULL)
				step(i, (struct node_event){ .kind = NODE_EV_TICK });
		hand_over();
	}
}

/* Everybody who lives hears who is there. `left`: a node whose process died; 2: none. */
static void
tell_members(unsigned left)
{
	struct ha_member members[2],
		gone = { left + 1, left < 2 ? pids[left] : 0, HA_REASON_PROCDOWN };
	struct ha_confchg change = { .members = members, .left = &gone, .left_count = left < 2 };

	for (unsigned i = 0; i < 2; i++)
		if (nodes[i] != NULL)
			members[change.member_count++] =
				(struct ha_member){ i + 1, pids[i], HA_REASON_JOIN };
	for (unsigned i = 0; i < 2; i++)
		if (nodes[i] != NULL)
			step(i, (struct node_event){ .kind = NODE_EV_CONFCHG, .confchg = &change });
}

static void
start(unsigned i)
{
	struct buf left;

	nodes[i] = node_new(&confs[i], i + 1, epochs[i], i + 7, &test_log);
	pids[i]++;
	buf_init(&left, 1 << 20);
	buf_str(&left, buf_as_str(&copies[i]));
	step(i, (struct node_event){ .kind = NODE_EV_START, .bytes = buf_as_str(&left) });
	buf_fini(&left);
	step(i, (struct node_event){ .kind = NODE_EV_RING_UP, .number = pids[i] });
	step(i, (struct node_event){ .kind = NODE_EV_QUORUM, .flag = true });
	tell_members(2);
}

static void
die(unsigned i)
{
	lose_frames();
	node_free(nodes[i]);
	nodes[i] = NULL;
	tell_members(i);
}

static void
promote(unsigned i)
{
	step(i, (struct node_event){ .kind = NODE_EV_PROMOTE });
	hand_over();
	ck_assert_msg(node_refusal(nodes[i])[0] == '\0', "%s", node_refusal(nodes[i]));
	run(200);
	ck_assert_int_eq(node_role(nodes[i]), HA_ACTIVE);
}

/* n1 is active, alone, and has its state on its host. */
static void
setup(void)
{
	now = (struct mono){ 1000000 };
	frame_count = failed_count = clean_count = copy_log = history_count = 0;
	out = node_out_new();
	for (unsigned i = 0; i < 2; i++) {
		struct err e = { 0 };
		char text[300];

		snprintf(text, sizeof(text),
			"[node]\nname = n%u\ncluster = corosync\nstate-dir = /nowhere\n[csta]\nuser = demo\npassword = demo\n"
			"[broadworks]\nxsp = 10.0.0.1:80\nuser = admin@demo.example\npassword = secret\n"
			"default-domain = demo.example\n",
			i + 1);
		ck_assert_msg(conf_parse(&confs[i], "test", text, &e) == 0, "%s", e.text);
		buf_init(&copies[i], 1 << 20);
		buf_init(&next_copies[i], 1 << 20);
		pids[i] = 100 * (i + 1);
		epochs[i] = 0;
	}
	start(0);
	hand_over();
	run(500);
	promote(0);
	run(500);
	ck_assert_uint_gt(copies[0].n, 0);
}

static void
teardown(void)
{
	lose_frames();
	for (unsigned i = 0; i < 2; i++) {
		node_free(nodes[i]);
		nodes[i] = NULL;
		buf_fini(&copies[i]);
		buf_fini(&next_copies[i]);
	}
	node_out_free(out);
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
	uint64_t digest = node_digest(nodes[0]);

	die(0);
	start(0);
	hand_over();
	ck_assert(happened("n1 copy \"epoch\":"));
	ck_assert_uint_eq(node_digest(nodes[0]), digest);
	ck_assert_uint_eq(copy_log, 1);
	run(500);
	promote(0);
}
END_TEST

START_TEST(what_cannot_be_used_is_told_and_left)
{
	die(0);
	copies[0].p[copies[0].n / 2] ^= 1;
	start(0);
	hand_over();
	ck_assert(!happened("n1 copy"));
	ck_assert_uint_eq(copy_log, 1);
	ck_assert_msg(strstr(log_text, "is not used: ") != NULL, "%s", log_text);
	ck_assert_uint_eq(copies[0].n, 0);
	run(500);
	promote(0);
}
END_TEST

/* n2 has asked for the state, n1 dies before it can answer. */
static void
dies_early(void)
{
	start(1);
	while (node_role(nodes[1]) != HA_SYNCING)
		ck_assert(hand_over_one());
	die(0);
	ck_assert_int_eq(node_role(nodes[1]), HA_JOINING);
}

START_TEST(pacemaker_starts_the_one_again_that_has_the_state)
{
	struct node *n2;

	dies_early();
	n2 = nodes[1];
	ck_assert_uint_eq(failed_count, 1);
	ck_assert_int_eq(node_score(n2), INT32_MIN);
	step(1, (struct node_event){ .kind = NODE_EV_PROMOTE });
	ck_assert_msg(
		strstr(node_refusal(n2), "on the host of node 1") != NULL, "%s", node_refusal(n2));
	run(400);
	ck_assert_uint_eq(clean_count, 0);
	run(200);
	ck_assert_uint_eq(clean_count, 1);
	start(0);
	hand_over();
	run(500);
	ck_assert_uint_eq(clean_count, 1);
	promote(0);
	run(1000);
	ck_assert_int_eq(node_role(n2), HA_STANDBY);
	ck_assert_uint_eq(node_digest(n2), node_digest(nodes[0]));
}
END_TEST

START_TEST(a_file_that_cannot_be_written_is_none)
{
	struct ha_view v;

	step(0, (struct node_event){ .kind = NODE_EV_COPY_LOST });
	node_get_view(nodes[0], now, &v);
	ck_assert(!v.copied);
	dies_early();
	ck_assert_int_eq(node_score(nodes[1]), 10);
	run(1000);
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
