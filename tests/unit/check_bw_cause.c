/* SPDX-License-Identifier: Apache-2.0 */
/* bw_cause.c: the words and codes of BroadWorks, and what they mean. */
#include "daemon/bw_cause.h"

#include <check.h>
#include <stdlib.h>

static const struct {
	const char *cause;
	uint32_t q850, sip;
	enum core_end end;
} releases[] = {
	{ "", 0, 0, CORE_END_NORMAL },
	{ "", 16, 0, CORE_END_NORMAL },
	/* the word alone, all twelve of them */
	{ "Busy", 0, 0, CORE_END_BUSY },
	{ "Forbidden", 0, 0, CORE_END_BLOCKED },
	{ "Routing Failure", 0, 0, CORE_END_NO_ROUTE },
	{ "Global Failure", 0, 0, CORE_END_FAILED },
	{ "Request Failure", 0, 0, CORE_END_FAILED },
	{ "Server Failure", 0, 0, CORE_END_FAILED },
	{ "Translation Failure", 0, 0, CORE_END_BAD_NUMBER },
	{ "Temporarily Unavailable", 0, 0, CORE_END_UNREACHABLE },
	{ "User Not Found", 0, 0, CORE_END_UNALLOCATED },
	{ "Request Timeout", 0, 0, CORE_END_NOT_ANSWERED },
	{ "Dial Tone Timeout", 0, 0, CORE_END_DIALLED_NOTHING },
	{ "Insufficient Credits", 0, 0, CORE_END_BLOCKED },
	{ "Something New", 0, 0, CORE_END_FAILED },
	/* codes say more */
	{ "Temporarily Unavailable", 19, 480, CORE_END_NOT_ANSWERED },
	{ "Temporarily Unavailable", 0, 480, CORE_END_UNREACHABLE },
	{ "Request Failure", 0, 488, CORE_END_INCOMPATIBLE },
	{ "Request Failure", 88, 0, CORE_END_INCOMPATIBLE },
	{ "Server Failure", 34, 503, CORE_END_TRUNKS_BUSY },
	{ "Server Failure", 0, 503, CORE_END_CONGESTION },
	{ "Global Failure", 0, 603, CORE_END_BLOCKED },
	{ "Global Failure", 0, 604, CORE_END_UNALLOCATED },
	{ "Request Failure", 22, 410, CORE_END_NUMBER_CHANGED },
	{ "Request Failure", 0, 484, CORE_END_BAD_NUMBER },
	{ "Request Failure", 27, 0, CORE_END_OUT_OF_ORDER },
	{ "Request Failure", 47, 0, CORE_END_NO_RESOURCES },
	/* codes that say nothing */
	{ "User Not Found", 31, 500, CORE_END_UNALLOCATED },
	{ "Busy", 4294967295, 999, CORE_END_BUSY },
};

START_TEST(a_release)
{
	struct xsi_release release = { .cause = str_of(releases[_i].cause),
		.q850 = releases[_i].q850,
		.sip = releases[_i].sip };

	ck_assert_msg(bw_cause_of_release(&release) == releases[_i].end, "%s %u %u is %d",
		releases[_i].cause, releases[_i].q850, releases[_i].sip,
		(int)bw_cause_of_release(&release));
}
END_TEST

START_TEST(a_redirect)
{
	static const enum core_end ends[] = {
		[XSI_REDIRECT_NONE] = CORE_END_DIVERTED,
		[XSI_REDIRECT_USER_BUSY] = CORE_END_FORWARDED_BUSY,
		[XSI_REDIRECT_NO_ANSWER] = CORE_END_FORWARDED_NO_ANSWER,
		[XSI_REDIRECT_UNAVAILABLE] = CORE_END_FORWARDED,
		[XSI_REDIRECT_UNCONDITIONAL] = CORE_END_FORWARDED_ALWAYS,
		[XSI_REDIRECT_TIME_OF_DAY] = CORE_END_FORWARDED,
		[XSI_REDIRECT_DO_NOT_DISTURB] = CORE_END_DO_NOT_DISTURB,
		[XSI_REDIRECT_DEFLECTION] = CORE_END_DIVERTED,
		[XSI_REDIRECT_FOLLOW_ME] = CORE_END_FORWARDED,
		[XSI_REDIRECT_OUT_OF_SERVICE] = CORE_END_FORWARDED,
		[XSI_REDIRECT_AWAY] = CORE_END_FORWARDED,
		[XSI_REDIRECT_TRANSFER] = CORE_END_DIVERTED,
		[XSI_REDIRECT_VOICEMAIL] = CORE_END_FORWARDED,
		[XSI_REDIRECT_HUNT_GROUP] = CORE_END_DIVERTED,
		[XSI_REDIRECT_CALL_CENTER] = CORE_END_DIVERTED,
		[XSI_REDIRECT_ROUTE_POINT] = CORE_END_DIVERTED,
		[XSI_REDIRECT_AGENT_WRAP_UP] = CORE_END_FORWARDED_BUSY,
		[XSI_REDIRECT_VOICEXML] = CORE_END_DIVERTED,
		[XSI_REDIRECT_OF_UNKNOWN] = CORE_END_DIVERTED,
		[XSI_REDIRECT_UNKNOWN] = CORE_END_DIVERTED,
	};

	for (int reason = 0; reason <= XSI_REDIRECT_UNKNOWN; reason++) {
		struct xsi_redirect redirect = { .present = true,
			.reason = (enum xsi_redirect_reason)reason };

		ck_assert_int_eq(bw_cause_of_redirect(&redirect), ends[reason]);
		ck_assert(core_end_diverts(ends[reason]));
	}
}
END_TEST

START_TEST(an_overflow)
{
	ck_assert_int_eq(bw_cause_of_overflow(XSI_OVERFLOW_SIZE), CORE_END_QUEUE_FULL);
	ck_assert_int_eq(bw_cause_of_overflow(XSI_OVERFLOW_TIME), CORE_END_WAITED);
	ck_assert_int_eq(bw_cause_of_overflow(XSI_OVERFLOW_NONE), CORE_END_OVERFLOW);
	ck_assert_int_eq(bw_cause_of_overflow(XSI_OVERFLOW_UNKNOWN), CORE_END_OVERFLOW);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("bw_cause");
	TCase *t = tcase_create("bw_cause");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_loop_test(t, a_release, 0, sizeof(releases) / sizeof(releases[0]));
	tcase_add_test(t, a_redirect);
	tcase_add_test(t, an_overflow);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
