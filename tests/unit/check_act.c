/* SPDX-License-Identifier: Apache-2.0 */
/* The list of actions of a step: order, copies of texts, growth, reuse. */
#include "daemon/act.h"
#include "proto/base/mem.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

START_TEST(test_fields)
{
	struct node_out *o = node_out_new();
	struct node_action a;

	ck_assert_uint_eq(node_out_count(o), 0);
	node_out_add(o,
		&(struct node_action){ .kind = NODE_ACT_HTTP,
			.id = 7,
			.number = 5000,
			.xsp = 2,
			.from_node = 3,
			.flag = true,
			.method = "PUT",
			.path = STR("/a"),
			.bytes = STR("<b/>"),
			.text = STR("c"),
			.text2 = STR("d") });
	node_out_add(o, &(struct node_action){ .kind = NODE_ACT_SCORE });
	ck_assert_uint_eq(node_out_count(o), 2);
	a = node_out_at(o, 0);
	ck_assert_int_eq(a.kind, NODE_ACT_HTTP);
	ck_assert_uint_eq(a.id, 7);
	ck_assert_uint_eq(a.number, 5000);
	ck_assert_uint_eq(a.xsp, 2);
	ck_assert_uint_eq(a.from_node, 3);
	ck_assert(a.flag);
	ck_assert_str_eq(a.method, "PUT");
	ck_assert(str_is(a.path, "/a"));
	ck_assert(str_is(a.bytes, "<b/>"));
	ck_assert(str_is(a.text, "c"));
	ck_assert(str_is(a.text2, "d"));
	/* absent texts are empty, never NULL */
	a = node_out_at(o, 1);
	ck_assert_int_eq(a.kind, NODE_ACT_SCORE);
	ck_assert_ptr_nonnull(a.path.p);
	ck_assert_ptr_nonnull(a.bytes.p);
	ck_assert_uint_eq(a.path.n + a.bytes.n + a.text.n + a.text2.n, 0);
	node_out_free(o);
}
END_TEST

/* Texts are the list's own: the caller's buffer is used again at once, and the list grows under them. */
START_TEST(test_copies)
{
	struct node_out *o = node_out_new();
	char text[32], expected[32];

	for (unsigned i = 0; i < 5000; i++) {
		int n = snprintf(text, sizeof(text), "text %u", i);

		node_out_add(o,
			&(struct node_action){ .kind = NODE_ACT_CLIENT_SEND,
				.id = i,
				.bytes = { text, (size_t)n },
				.text = { text, (size_t)n - 1 } });
		memset(text, 'x', sizeof(text));
	}
	ck_assert_uint_eq(node_out_count(o), 5000);
	for (unsigned i = 0; i < 5000; i++) {
		struct node_action a = node_out_at(o, i);

		snprintf(expected, sizeof(expected), "text %u", i);
		ck_assert_uint_eq(a.id, i);
		ck_assert(str_is(a.bytes, expected));
		expected[strlen(expected) - 1] = '\0';
		ck_assert(str_is(a.text, expected));
	}
	node_out_free(o);
}
END_TEST

START_TEST(test_reset)
{
	struct node_out *o = node_out_new();

	for (int round = 0; round < 3; round++) {
		node_out_reset(o);
		ck_assert_uint_eq(node_out_count(o), 0);
		node_out_add(
			o, &(struct node_action){ .kind = NODE_ACT_MCAST, .bytes = { "a\0b", 3 } });
		ck_assert_uint_eq(node_out_count(o), 1);
		ck_assert_uint_eq(node_out_at(o, 0).bytes.n, 3);
		ck_assert_mem_eq(node_out_at(o, 0).bytes.p, "a\0b", 3);
	}
	node_out_free(o);
	node_out_free(NULL);
}
END_TEST

/* Asking beyond the end is a bug of ours, and ends the process. */
START_TEST(test_beyond)
{
	struct node_out *o = node_out_new();

	node_out_at(o, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("act");
	TCase *tc = tcase_create("act");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tc, test_fields);
	tcase_add_test(tc, test_copies);
	tcase_add_test(tc, test_reset);
	tcase_add_test_raise_signal(tc, test_beyond, SIGABRT);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
