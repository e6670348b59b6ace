/* SPDX-License-Identifier: Apache-2.0 */
/* Two listings of calls compared. */
#include "daemon/tandemctl_calls.h"

#include "proto/base/str.h"

#include <check.h>
#include <string.h>

#define ROW(device, call, state, with) \
	"{\"device\":\"" device "\",\"tracking\":\"7:1\",\"call\":\"" call "\",\"state\":\"" state \
	"\",\"with\":\"" with "\",\"age_s\":3}"

static json_t *
list(const char *text)
{
	json_t *rows = json_loads(text, 0, NULL);

	ck_assert_ptr_nonnull(rows);
	return rows;
}

/* What is shown of a comparison. */
static const char *
shown(const char *ours, const char *theirs, const char *before)
{
	static char text[2048];
	json_t *a = list(ours), *b = list(theirs), *was = before ? list(before) : NULL;
	json_t *rows = tandemctl_calls_compare(a, b, was);
	struct buf out;

	buf_init(&out, sizeof(text));
	tandemctl_calls_show(rows, "n1", "n2", &out);
	(void)str_copy(text, sizeof(text), buf_as_str(&out));
	buf_fini(&out);
	json_decref(a);
	json_decref(b);
	json_decref(was);
	json_decref(rows);
	return text;
}

START_TEST(the_same)
{
	ck_assert_str_eq(shown("[" ROW("2000", "1", "held", "2001") "]",
				 "[" ROW("2000", "1", "held", "2001") "]", NULL),
		" n1 and n2 have the same calls\n");
	ck_assert_str_eq(shown("[]", "[]", NULL), " n1 and n2 have the same calls\n");
}
END_TEST

START_TEST(another_state)
{
	const char *text = shown("[" ROW("2000", "1", "held", "2001") "]",
		"[" ROW("2000", "1", "connected", "2001") "]", NULL);

	ck_assert_ptr_nonnull(strstr(text, "n1: held with 2001; n2: connected with 2001\n"));
	ck_assert_ptr_nonnull(strstr(text, " 1 parties differ"));
}
END_TEST

START_TEST(there_once)
{
	const char *text = shown("[" ROW("2000", "1", "held", "2001") "]",
		"[" ROW("2005", "2", "held", "2001") "]", NULL);

	ck_assert_ptr_nonnull(strstr(text, "n1: held with 2001; n2: not there\n"));
	ck_assert_ptr_nonnull(strstr(text, "n1: not there; n2: held with 2001\n"));
}
END_TEST

/* What did not differ a moment ago differs for a moment. */
START_TEST(for_a_moment)
{
	ck_assert_str_eq(shown("[" ROW("2000", "1", "held", "2001") "]", "[]", "[]"),
		" n1 and n2 have the same calls\n");
	ck_assert_ptr_nonnull(strstr(shown("[" ROW("2000", "1", "held", "2001") "]", "[]",
					     "[" ROW("2000", "1", "x", "y") "]"),
		"not there"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("tandemctl_calls");
	TCase *t = tcase_create("tandemctl_calls");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, the_same);
	tcase_add_test(t, another_state);
	tcase_add_test(t, there_once);
	tcase_add_test(t, for_a_moment);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
