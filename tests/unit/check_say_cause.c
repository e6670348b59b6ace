/* SPDX-License-Identifier: Apache-2.0 */
/* say_cause.c: every end of a party has the cause that the standard has for it. */
#include "daemon/say_cause.h"

#include <check.h>
#include <stdlib.h>

static const struct {
	enum core_end end;
	const char *cause;
} rows[] = {
	{ CORE_END_NORMAL, "normalClearing" },
	{ CORE_END_BUSY, "busy" },
	{ CORE_END_FAILED, "networkOutOfOrder" },
	{ CORE_END_UNREACHABLE, "destNotObtainable" },
	{ CORE_END_DIVERTED, "redirected" },
	{ CORE_END_DISTRIBUTED, "distributed" },
	{ CORE_END_ABANDONED, "callCancelled" },
	{ CORE_END_OVERFLOW, "overflow" },
	{ CORE_END_PICKED_UP, "callPickup" },
	{ CORE_END_UNALLOCATED, "numberUnallocated" },
	{ CORE_END_BAD_NUMBER, "invalidNumberFormat" },
	{ CORE_END_NUMBER_CHANGED, "numberChanged" },
	{ CORE_END_NO_ROUTE, "networkNotObtainable" },
	{ CORE_END_NOT_ANSWERED, "callNotAnswered" },
	{ CORE_END_BLOCKED, "blocked" },
	{ CORE_END_OUT_OF_ORDER, "destOutOfOrder" },
	{ CORE_END_INCOMPATIBLE, "incompatibleDestination" },
	{ CORE_END_TRUNKS_BUSY, "trunksBusy" },
	{ CORE_END_CONGESTION, "networkCongestion" },
	{ CORE_END_NO_RESOURCES, "resourcesNotAvailable" },
	{ CORE_END_DIALLED_NOTHING, "interdigitTimeout" },
	{ CORE_END_FORWARDED, "callForward" },
	{ CORE_END_FORWARDED_ALWAYS, "callForwardImmediate" },
	{ CORE_END_FORWARDED_BUSY, "callForwardBusy" },
	{ CORE_END_FORWARDED_NO_ANSWER, "callForwardNoAnswer" },
	{ CORE_END_DO_NOT_DISTURB, "doNotDisturb" },
	{ CORE_END_RECALLED, "recallNoAnswer" },
	{ CORE_END_CALENDAR, "calendarOverflow" },
	{ CORE_END_QUEUE_FULL, "capacityOverflow" },
	{ CORE_END_WAITED, "queueTimeOverflow" },
	{ CORE_END_NO_AGENTS, "noAvailableAgents" },
	{ CORE_END_COUNT, "normalClearing" },
};

START_TEST(a_cause)
{
	ck_assert_str_eq(csta_cause_name(say_cause_of_end(rows[_i].end)), rows[_i].cause);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("say_cause");
	TCase *t = tcase_create("say_cause");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_loop_test(t, a_cause, 0, sizeof(rows) / sizeof(rows[0]));
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
