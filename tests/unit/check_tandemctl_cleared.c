/* SPDX-License-Identifier: Apache-2.0 */
/* The parties that were put right, out of the last messages. */
#include "daemon/tandemctl_cleared.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static char shown[4096];
static struct tandemctl_cleared k;

static bool
take(const char *json)
{
	json_t *answer = json_loads(json, 0, NULL);
	struct buf out;
	bool more;

	ck_assert_ptr_nonnull(answer);
	buf_init(&out, sizeof(shown) - 1);
	more = tandemctl_cleared_take(&k, answer, &out);
	tandemctl_cleared_end(&k, &out);
	ck_assert(!out.overflow);
	memcpy(shown, out.p, out.n);
	shown[out.n] = '\0';
	buf_fini(&out);
	json_decref(answer);
	return more;
}

START_TEST(only_those_of_the_hour)
{
	k = (struct tandemctl_cleared){ .since_us = 1000 };
	ck_assert(!take(
		"{\"rows\":["
		"{\"n\":4,\"t_us\":999,\"message\":37205,\"level\":\"notice\",\"text\":\"too old\"},"
		"{\"n\":5,\"t_us\":1000,\"message\":37205,\"level\":\"notice\",\"text\":\"device=2000 was=connected now=gone\"},"
		"{\"n\":6,\"t_us\":2000,\"message\":37206,\"level\":\"notice\",\"text\":\"learned\"},"
		"{\"n\":9,\"t_us\":2000,\"message\":37205,\"level\":\"notice\"}],\"last\":9,\"lost\":0}"));
	ck_assert_uint_eq(k.after, 9);
	ck_assert_uint_eq(k.count, 2);
	ck_assert_ptr_nonnull(strstr(shown, "  device=2000 was=connected now=gone\n"));
	ck_assert_ptr_null(strstr(shown, "too old"));
	ck_assert_ptr_null(strstr(shown, "learned"));
	ck_assert_ptr_nonnull(strstr(shown, "\n 2 call parties were out of step in the last hour"));
	ck_assert_ptr_null(strstr(shown, "have made room"));
}
END_TEST

START_TEST(nothing_and_what_is_gone)
{
	k = (struct tandemctl_cleared){ .since_us = 1000 };
	ck_assert(!take("{\"rows\":[],\"last\":2000,\"lost\":976}"));
	ck_assert_str_eq(shown,
		" 0 call parties were out of step in the last hour and were put right (37205)\n"
		" older ones are in the log: 976 messages have made room\n");
	ck_assert(!take("{}"));
	ck_assert_uint_eq(k.lost, 976);
}
END_TEST

START_TEST(slices)
{
	json_t *rows = json_array();
	char *text;
	json_t *answer;

	k = (struct tandemctl_cleared){ .since_us = 0 };
	for (int i = 1; i <= LIMIT_CTL_ROWS; i++)
		json_array_append_new(rows, json_pack("{s:i,s:i}", "n", i, "message", 1));
	answer = json_pack("{s:o}", "rows", rows);
	text = json_dumps(answer, 0);
	ck_assert(take(text));
	ck_assert_uint_eq(k.after, LIMIT_CTL_ROWS);
	free(text);
	json_decref(answer);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("tandemctl_cleared");
	TCase *t = tcase_create("tandemctl_cleared");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, only_those_of_the_hour);
	tcase_add_test(t, nothing_and_what_is_gone);
	tcase_add_test(t, slices);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
