/* SPDX-License-Identifier: Apache-2.0 */
/* A trace as JSON: slices, what is lost, what is masked. */
#include "daemon/ctl_trace.h"

#include <check.h>
#include <jansson.h>
#include <string.h>

static struct core_model model;
static struct traces traces;

static void
say_nothing(const struct core_say *f, void *arg)
{
	(void)f;
	(void)arg;
}

static void
setup(void)
{
	struct buf b;
	struct delta_session_open open = {
		.session = 77, .user = str_of("demo"), .peer = str_of("10.1.1.1:5")
	};
	struct err e = { 0 };

	memset(&traces, 0, sizeof(traces));
	core_init(&model, say_nothing, NULL, NULL);
	buf_init(&b, 1024);
	delta_put_session_open(&b, &open);
	ck_assert_int_eq(core_apply(&model, DELTA_session_open, CORE_DELTA_VERSION, b.p, b.n), 0);
	buf_fini(&b);
	ck_assert_int_eq(
		trace_start(&traces, &model, str_of("demo"), (struct mono){ 1000 }, &e), 0);
}

static void
teardown(void)
{
	trace_fini(&traces);
	core_fini(&model);
}

static void
sent(unsigned count)
{
	struct trace_at at = { .all = &traces, .model = &model, .wall_us = 5 };

	for (unsigned i = 0; i < count; i++)
		trace_sent(&at, 77, "10.1.1.1:5", i, false, 0,
			str_of("<?xml version=\"1.0\"?><HeldEvent/>"));
}

static json_t *
ask(uint64_t after, uint32_t rows, bool mask)
{
	struct buf out;
	json_t *root;

	buf_init(&out, 1024 * 1024);
	ctl_trace(&traces, str_of("demo"), after, rows, mask, &out);
	root = json_loadb((const char *)out.p, out.n, 0, NULL);
	ck_assert_ptr_nonnull(root);
	buf_fini(&out);
	return root;
}

static void
expect(uint64_t after, uint32_t rows, int first, size_t count, int lost)
{
	json_t *root = ask(after, rows, false);
	const json_t *list = json_object_get(root, "rows"), *row = json_array_get(list, 0);

	ck_assert_uint_eq(json_array_size(list), count);
	ck_assert_int_eq(json_integer_value(json_object_get(root, "lost")), lost);
	if (count > 0) {
		ck_assert_int_eq(json_integer_value(json_object_get(row, "n")), first);
		ck_assert_str_eq(json_string_value(json_object_get(row, "what")), "sent");
		ck_assert_str_eq(json_string_value(json_object_get(row, "name")), "HeldEvent");
	}
	json_decref(root);
}

START_TEST(slices)
{
	expect(0, 100, 0, 0, 0);
	sent(3);
	expect(0, 100, 1, 3, 0);
	expect(1, 1, 2, 1, 0);
	expect(3, 100, 0, 0, 0);
	expect(9, 100, 1, 3, 0); /* of a trace before this one */
	sent(LIMIT_TRACE_RECORDS);
	expect(0, 100, 4, 100, 3);
}
END_TEST

START_TEST(numbers_are_masked)
{
	struct trace_at at = { .all = &traces, .model = &model };
	json_t *root;

	trace_request(&at, core_session_by_id(&model, 77), "10.1.1.1:5", 4930123456u % 10000,
		"tel:+4930123456", str_of("x"));
	root = ask(0, 10, true);
	ck_assert_ptr_null(
		strstr(json_string_value(json_object_get(
			       json_array_get(json_object_get(root, "rows"), 0), "name")),
			"4930123456"));
	json_decref(root);
	root = ask(0, 10, false);
	ck_assert_str_eq(json_string_value(json_object_get(
				 json_array_get(json_object_get(root, "rows"), 0), "name")),
		"tel:+4930123456");
	json_decref(root);
}
END_TEST

START_TEST(what_is_not_traced_is_no_list)
{
	struct buf out;

	buf_init(&out, 4096);
	ctl_trace(&traces, str_of("2001"), 0, 10, false, &out);
	ck_assert_ptr_nonnull(memmem(out.p, out.n, "\"ok\":false", 10));
	buf_fini(&out);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("ctl_trace");
	TCase *t = tcase_create("ctl_trace");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, slices);
	tcase_add_test(t, numbers_are_masked);
	tcase_add_test(t, what_is_not_traced_is_no_list);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
