/* SPDX-License-Identifier: Apache-2.0 */
/* Questions from node to node: two nodes in a group, whose frames are handed over by hand. */
#include "daemon/node.h"
#include "daemon/note.h"
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
static unsigned frame_count, asked_count, told_count;
static uint64_t asked_id, told_id;
static uint32_t asked_from;
static bool told_good, cut; /* `cut`: notes do not get through */
static char asked[256], told[200000];

static void
perform(unsigned i, const struct node_action *a)
{
	switch ((int)a->kind) {
	case NODE_ACT_MCAST:
		ck_assert_uint_lt(frame_count, FRAMES);
		if (cut && note_is(a->bytes))
			return;
		frames[frame_count++] =
			(struct frame){ i, mem_strndup(a->bytes.p, a->bytes.n), a->bytes.n };
		break;
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

/* Hands over what was sent, until nothing more is. */
static void
hand_over(void)
{
	for (unsigned k = 0; k < frame_count; k++) {
		for (unsigned i = 0; i < 2 && nodes[i] != NULL; i++)
			step(i,
				(struct node_event){ .kind = NODE_EV_DELIVER,
					.from_node = frames[k].from + 1,
					.number = 100 + frames[k].from,
					.bytes = { frames[k].p, frames[k].n } });
		mem_free(frames[k].p);
	}
	frame_count = 0;
}

static void
run(int64_t ms)
{
	for (int64_t at = 0; at < ms; at += 50) {
		now = mono_add_ms(now, 50);
		for (unsigned i = 0; i < 2 && nodes[i] != NULL; i++)
			step(i, (struct node_event){ .kind = NODE_EV_TICK });
		hand_over();
	}
}

static void
join(unsigned i)
{
	struct ha_member members[2] = { { 1, 100, HA_REASON_JOIN }, { 2, 101, HA_REASON_JOIN } };
	struct ha_confchg change = {
		.members = members, .member_count = 2, .joined = members, .joined_count = 2
	};

	step(i, (struct node_event){ .kind = NODE_EV_START });
	step(i, (struct node_event){ .kind = NODE_EV_RING_UP, .number = 100 + i });
	step(i, (struct node_event){ .kind = NODE_EV_QUORUM, .flag = true });
	step(i, (struct node_event){ .kind = NODE_EV_CONFCHG, .confchg = &change });
}

static void
setup(void)
{
	now = (struct mono){ 1000000 };
	frame_count = asked_count = told_count = 0;
	cut = false;
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
		nodes[i] = node_new(&confs[i], i + 1, 0, i + 7, NULL);
	}
	for (unsigned i = 0; i < 2; i++)
		join(i);
	hand_over();
	run(1500);
}

static void
teardown(void)
{
	node_free(nodes[0]);
	node_free(nodes[1]);
	node_out_free(out);
	for (unsigned k = 0; k < frame_count; k++)
		mem_free(frames[k].p);
	ck_assert_uint_eq(mem_live(), 0);
}

static void
ask(const char *text)
{
	step(0, (struct node_event){ .kind = NODE_EV_ASK, .id = 42, .text = str_of(text) });
	hand_over();
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
	step(1,
		(struct node_event){ .kind = NODE_EV_TELL,
			.id = asked_id,
			.from_node = asked_from,
			.bytes = str_of(answer) });
	hand_over();
	ck_assert_uint_eq(told_count, 1);
	ck_assert_uint_eq(told_id, 42);
	ck_assert(told_good);
	ck_assert_str_eq(told, answer);
	run(NOTE_WAIT_MS + 1000);
	ck_assert_uint_eq(told_count, 1);
}
END_TEST

START_TEST(no_answer_in_time)
{
	cut = true;
	ask("who are you?");
	ck_assert_uint_eq(asked_count + told_count, 0);
	run(NOTE_WAIT_MS + 200);
	ck_assert_uint_eq(told_count, 1);
	ck_assert(!told_good);
	ck_assert_str_eq(told, "the other node did not answer in time");
}
END_TEST

START_TEST(nobody_is_there)
{
	struct ha_member own = { 1, 100, HA_REASON_JOIN }, left = { 2, 101, HA_REASON_LEAVE };
	struct ha_confchg change = {
		.members = &own, .member_count = 1, .left = &left, .left_count = 1
	};

	node_free(nodes[1]);
	nodes[1] = NULL;
	step(0, (struct node_event){ .kind = NODE_EV_CONFCHG, .confchg = &change });
	run(200);
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

	step(0,
		(struct node_event){ .kind = NODE_EV_DELIVER,
			.from_node = 2,
			.number = 101,
			.bytes = str_of("TNDMnot1 and nothing behind it") });
	node_get_view(nodes[0], now, &v);
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
