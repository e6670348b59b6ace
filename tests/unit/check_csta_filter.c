/* SPDX-License-Identifier: Apache-2.0 */
/* The flags of a monitor filter: each names one event, every event but Private has one, groups stand together. */
#include "proto/csta_filter.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* The event's own name with a small letter is the flag; the flag of Transfered has two r. */
START_TEST(test_every_event_has_a_flag)
{
	uint64_t all = (UINT64_C(1) << CSTA_EVENT_COUNT) - 1;
	char flag[64];

	for (int kind = 0; kind < CSTA_EVENT_COUNT; kind++) {
		const char *name = csta_event_name((enum csta_event_kind)kind);
		uint64_t want = kind == CSTA_EV_Private ? 0 : UINT64_C(1) << kind;

		memcpy(flag, name, strlen(name) + 1);
		flag[strlen(name) - strlen("Event")] = '\0';
		flag[0] = (char)(flag[0] | 0x20);
		if (kind == CSTA_EV_Transfered)
			strcpy(flag, "transferred");
		ck_assert_msg(csta_filter_bit(str_of(flag)) == want, "%s", flag);
	}
	ck_assert_uint_eq(csta_filter_all(), all & ~(UINT64_C(1) << CSTA_EV_Private));
}
END_TEST

START_TEST(test_unknown_flags)
{
	static const char *const flags[] = { "bridged", "charging", "Held", "hel", "helds", "",
		"transfered", "private" };

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		ck_assert_uint_eq(csta_filter_bit(str_of(flags[i])), 0);
}
END_TEST

START_TEST(test_groups_stand_together)
{
	for (size_t i = 1; i < CSTA_FILTER_FLAGS; i++)
		for (size_t k = 0; k + 1 < i; k++)
			ck_assert(csta_filter_flags[i].group == csta_filter_flags[i - 1].group ||
				strcmp(csta_filter_flags[i].group, csta_filter_flags[k].group) !=
					0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("csta_filter");
	TCase *tc = tcase_create("csta_filter");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, test_every_event_has_a_flag);
	tcase_add_test(tc, test_unknown_flags);
	tcase_add_test(tc, test_groups_stand_together);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
