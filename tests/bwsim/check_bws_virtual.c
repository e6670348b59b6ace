/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests the simulator's virtual time: timers run in order without waiting, a client can stop the
 * clock at each document, two equal runs give the same journal to the byte.
 */
#include "tests/bwsim/bws_testkit.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct bws_kit kit;

#define KNOBS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
control(const char *command)
{
	char *answer = bws_kit_ask(&kit, "%s", command);

	ck_assert_msg(strncmp(answer, "{\"ok\":true", 10) == 0, "%s: %s", command, answer);
	free(answer);
}

/* Number after @name in the answer to @command. */
static long long
number(const char *command, const char *name)
{
	char *answer = bws_kit_ask(&kit, "%s", command);
	char key[64];
	const char *at;
	long long n;

	snprintf(key, sizeof(key), "\"%s\":", name);
	at = strstr(answer, key);
	ck_assert_msg(at != NULL, "%s: %s", command, answer);
	n = strtoll(at + strlen(key), NULL, 10);
	free(answer);
	return n;
}

START_TEST(clock_stands_still_and_jumps)
{
	struct bws_kit_stream stream;
	struct bws_buf doc = { 0 };
	long long then;

	bws_kit_start(&kit, KNOBS("--virtual", "event_timeout_ms=30000", "event_timeout_tells=1"));
	bws_kit_open(&kit, &stream, 0, "SET", "");
	then = number("{\"cmd\":\"advance\",\"ms\":29999}", "now_ms");
	ck_assert_int_eq(bws_kit_next(&stream, 50, &doc), BWS_KIT_TIMEOUT);
	ck_assert_int_eq(number("{\"cmd\":\"advance\",\"ms\":0}", "now_ms"), then);
	/* Stops where the document is written, not where it was asked to go. */
	ck_assert_int_eq(
		number("{\"cmd\":\"advance\",\"ms\":60000,\"stop\":\"output\"}", "advanced_ms"), 1);
	ck_assert_int_eq(bws_kit_next(&stream, 2000, &doc), BWS_KIT_DOC);
	ck_assert_ptr_nonnull(strstr(doc.p, "ChannelTerminatedEvent"));
	ck_assert_int_eq(
		number("{\"cmd\":\"advance\",\"ms\":60000,\"stop\":\"output\"}", "advanced_ms"),
		60000);
	bws_kit_close(&stream);
	bws_buf_free(&doc);
	ck_assert_int_eq(bws_kit_stop(&kit), 0);
}
END_TEST

static char *
journal_of_a_day(void)
{
	struct bws_buf b = { 0 };
	char part[4096];
	size_t n;
	FILE *f;

	bws_kit_start(&kit, KNOBS("--virtual", "call_waiting=1"));
	control("{\"cmd\":\"load\",\"rate\":0.05}");
	control("{\"cmd\":\"advance\",\"ms\":86400000}");
	ck_assert_int_gt(bws_kit_stat(&kit, "calls_made"), 3000);
	control("{\"cmd\":\"drain\"}");
	control("{\"cmd\":\"advance\",\"ms\":60000}");
	ck_assert_int_eq(bws_kit_stat(&kit, "calls"), 0);
	f = fopen(kit.journal_path, "re");
	ck_assert_ptr_nonnull(f);
	while ((n = fread(part, 1, sizeof(part), f)))
		bws_buf_add(&b, part, n);
	fclose(f);
	ck_assert_int_eq(bws_kit_stop(&kit), 0);
	return b.p;
}

START_TEST(a_day_is_the_same_twice)
{
	char *first = journal_of_a_day();
	char *second = journal_of_a_day();

	ck_assert_uint_gt(strlen(first), 1000000);
	ck_assert_msg(strcmp(first, second) == 0, "the journals differ");
	free(first);
	free(second);
}
END_TEST

START_TEST(refused)
{
	char *answer;

	bws_kit_start(&kit, NULL);
	answer = bws_kit_ask(&kit, "{\"cmd\":\"advance\",\"ms\":1}");
	ck_assert_ptr_nonnull(strstr(answer, "not virtual"));
	free(answer);
	ck_assert_int_eq(bws_kit_stop(&kit), 0);
	bws_kit_start(&kit, KNOBS("--virtual"));
	answer = bws_kit_ask(&kit, "{\"cmd\":\"advance\",\"ms\":-1}");
	ck_assert_ptr_nonnull(strstr(answer, "ms is missing"));
	free(answer);
	answer = bws_kit_ask(&kit, "{\"cmd\":\"advance\",\"ms\":1,\"stop\":\"x\"}");
	ck_assert_ptr_nonnull(strstr(answer, "stop is wrong"));
	free(answer);
	ck_assert_int_eq(bws_kit_stop(&kit), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("bws_virtual");
	TCase *tc = tcase_create("virtual time");
	SRunner *sr;
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, clock_stands_still_and_jumps);
	tcase_add_test(tc, a_day_is_the_same_twice);
	tcase_add_test(tc, refused);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? 1 : 0;
}
