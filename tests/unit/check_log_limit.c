/* SPDX-License-Identifier: Apache-2.0 */
/* The limit for each message of the log, and numbers made unreadable. */
#include "daemon/log_limit.h"

#include <check.h>
#include <string.h>

#define SECOND 1000000

static struct log_limit limit;
static uint32_t held;

static bool
passes(int number, enum log_level level, int64_t at_us)
{
	return log_limit_pass(&limit, number, level, at_us, &held);
}

START_TEST(a_flood)
{
	limit = (struct log_limit){ .lines_max = 3 };
	for (int i = 0; i < 3; i++)
		ck_assert(passes(37502, LOG_WARNING, SECOND + i));
	for (int i = 0; i < 7; i++)
		ck_assert(!passes(37502, LOG_WARNING, 2 * SECOND));
	/* others are not held back by it, and an alarm never is */
	ck_assert(passes(37501, LOG_NOTICE, 2 * SECOND));
	for (int i = 0; i < 10; i++)
		ck_assert(passes(37510, LOG_ALARM, 2 * SECOND));
	/* ten seconds after its first one it may speak again, and says what was held back */
	ck_assert(!passes(37502, LOG_WARNING, 11 * SECOND - 1));
	ck_assert(passes(37502, LOG_WARNING, 11 * SECOND));
	ck_assert_uint_eq(held, 8);
	ck_assert(passes(37502, LOG_WARNING, 11 * SECOND));
	ck_assert_uint_eq(held, 0);
	/* the clock was set back */
	ck_assert(passes(37502, LOG_WARNING, 5));
	limit.lines_max = 0;
	for (int i = 0; i < 100; i++)
		ck_assert(passes(37502, LOG_WARNING, 6));
}
END_TEST

/* More different numbers than there is room for share the last place. */
START_TEST(many_numbers)
{
	limit = (struct log_limit){ .lines_max = 1 };
	for (int i = 1; i <= 2 * LOG_LIMIT_NUMBERS; i++)
		ck_assert(passes(i, LOG_NOTICE, SECOND));
	ck_assert(!passes(1, LOG_NOTICE, SECOND));
}
END_TEST

START_TEST(masks)
{
	static const char *const cases[][2] = {
		{ "", "" },
		{ "from +4930123456 to 2001", "from +xxxxxxxx56 to 2001" },
		{ "tel:+15550100123;ext=7", "tel:+xxxxxxxxx23;ext=7" },
		{ "(2291555)", "(xxxxx55)" },
		{ "12345", "xxx45" },
		{ "1234", "1234" },
		{ "callhalf-123456789:0 epoch=1234567 #184223",
			"callhalf-123456789:0 epoch=1234567 #184223" },
		{ "in 60000 ms", "in xxx00 ms" },
		{ "10.77.0.11:45678, sip:4930123", "10.77.0.11:45678, sip:xxxxx23" },
	};
	char out[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		log_mask_numbers(cases[i][0], out, sizeof(out));
		ck_assert_str_eq(out, cases[i][1]);
	}
	log_mask_numbers("+4930123456", out, 6);
	ck_assert_str_eq(out, "+xxxx");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("log_limit");
	TCase *t = tcase_create("log_limit");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, a_flood);
	tcase_add_test(t, many_numbers);
	tcase_add_test(t, masks);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
