/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests what makes fault scripts: scenario files played and judged, events hidden, lost, doubled,
 * delayed and made wrong, hostile documents, redirects.
 */
#include "tests/bwsim/bws_testkit.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KNOBS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct bws_kit kit;
static struct bws_buf doc;
static char option[300];

/* Writes a scenario and starts the simulator with it. */
static void
play(const char *text)
{
	const char *tmp = getenv("TMPDIR");
	char *path = option + sizeof("--scenario=") - 1;
	FILE *f;

	snprintf(option, sizeof(option), "--scenario=%s/scn.%d", tmp ? tmp : "/tmp", (int)getpid());
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
	bws_kit_start(&kit, KNOBS(option));
	unlink(path);
}

static bool
wait_done(void)
{
	int tries;

	for (tries = 0; tries < 500; tries++) {
		char *answer = bws_kit_ask(&kit, "{\"cmd\":\"scenario\"}");
		bool done = strstr(answer, "\"state\":\"done\"") != NULL;

		free(answer);
		if (done)
			return true;
		usleep(10000);
	}
	return false;
}

static void
control(const char *command)
{
	char *answer = bws_kit_ask(&kit, "%s", command);

	ck_assert_msg(strstr(answer, "\"ok\":true") != NULL, "%s: %s", command, answer);
	free(answer);
}

START_TEST(fulfilled)
{
	struct bws_kit_stream s;

	play("title t\n# comment\nknob ack_timeout_ms=60000\nstart channels >= 1\nplay 200\n"
	     "at 20..40 {\"cmd\":\"call\",\"from\":\"2001\",\"to\":\"2002\"}\n"
	     "every 10 3 {\"cmd\":\"stats\"}\n"
	     "when calls >= 1 {\"cmd\":\"release\",\"user\":\"2001\"}\n"
	     "within 5000 +calls_ended >= 1\n"
	     "expect channels == 1\nexpect +channels_opened == 0\n"
	     "rate calls_made 100 <= 1\nconf for = runner\n");
	bws_kit_open(&kit, &s, 0, "SET", "");
	ck_assert(wait_done());
	control("{\"cmd\":\"scenario\",\"judge\":true}");
	bws_kit_close(&s);
	ck_assert_int_eq(bws_kit_stop(&kit), 0);
}
END_TEST

START_TEST(unfulfilled)
{
	char *answer;

	play("start channels == 0\nplay 100\nexpect channels == 1\n"
	     "at 10 {\"cmd\":\"kill-xsp\",\"xsp\":\"nobody\"}\n"
	     "when channels >= 5 {\"cmd\":\"stats\"}\n");
	ck_assert(wait_done());
	answer = bws_kit_ask(&kit, "{\"cmd\":\"scenario\",\"judge\":true}");
	ck_assert_ptr_nonnull(strstr(answer, "\"failed\":3"));
	ck_assert_ptr_nonnull(strstr(answer, "channels is 0, wanted == 1"));
	ck_assert_ptr_nonnull(strstr(answer, "no such xsp"));
	ck_assert_ptr_nonnull(strstr(answer, "never played"));
	free(answer);
	ck_assert_int_eq(bws_kit_stop(&kit), 3);
}
END_TEST

static void
seq_of(char *out, size_t len)
{
	bws_kit_field(&doc, "sequenceNumber", out, len);
}

/* Seven hook changes in a row, each treated in another way. */
START_TEST(garbled)
{
	struct bws_kit_stream s;
	char id[64], first[64], second[64], seq[16];

	bws_kit_start(&kit, KNOBS("ack_timeout_ms=60000", "updated_events=0"));
	bws_kit_open(&kit, &s, 0, "SET", "");
	bws_kit_subscribe(&kit, 0, "2001", "SET", id);
	bws_kit_take(&kit, &s, "CallSubscriptionEvent", &doc);
	control("{\"cmd\":\"garble\",\"what\":\"lose\"}");
	control("{\"cmd\":\"garble\",\"what\":\"duplicate-new-id\"}");
	control("{\"cmd\":\"raise\",\"type\":\"AEvent\"}");
	control("{\"cmd\":\"raise\",\"type\":\"BEvent\"}");
	bws_kit_expect(&s, "BEvent", &doc);
	seq_of(seq, sizeof(seq));
	ck_assert_str_eq(seq, "3");
	bws_kit_field(&doc, "eventID", first, sizeof(first));
	bws_kit_expect(&s, "BEvent", &doc);
	bws_kit_field(&doc, "eventID", second, sizeof(second));
	ck_assert_str_ne(first, second);
	control("{\"cmd\":\"garble\",\"what\":\"delay\",\"ms\":50}");
	control("{\"cmd\":\"raise\",\"type\":\"CEvent\"}");
	control("{\"cmd\":\"raise\",\"type\":\"DEvent\"}");
	bws_kit_expect(&s, "DEvent", &doc);
	bws_kit_expect(&s, "CEvent", &doc);
	control("{\"cmd\":\"garble\",\"what\":\"wrong-type\",\"type\":\"FEvent\"}");
	control("{\"cmd\":\"raise\",\"type\":\"EEvent\"}");
	control("{\"cmd\":\"raise\",\"type\":\"FEvent\"}");
	bws_kit_expect(&s, "EEvent", &doc);
	bws_kit_expect(&s, "HookStatusEvent", &doc);
	ck_assert_int_eq(bws_kit_stat(&kit, "garbled"), 4);
	bws_kit_close(&s);
	bws_buf_free(&doc);
	ck_assert_int_eq(bws_kit_stop(&kit), 0);
}
END_TEST

START_TEST(hidden_comes_again)
{
	struct bws_kit_stream s;
	char id[64];

	bws_kit_start(&kit, KNOBS("ack_timeout_ms=100", "redeliver_ms=0"));
	bws_kit_open(&kit, &s, 0, "SET", "");
	bws_kit_subscribe(&kit, 0, "2001", "SET", id);
	bws_kit_take(&kit, &s, "CallSubscriptionEvent", &doc);
	control("{\"cmd\":\"garble\",\"what\":\"hide\"}");
	control("{\"cmd\":\"raise\",\"type\":\"AEvent\"}");
	bws_kit_take(&kit, &s, "AEvent", &doc);
	ck_assert_int_eq(bws_kit_stat(&kit, "redeliveries"), 1);
	control("{\"cmd\":\"push\",\"kind\":\"v1\"}");
	ck_assert_int_eq(bws_kit_next(&s, 5000, &doc), BWS_KIT_DOC);
	ck_assert_ptr_nonnull(strstr(doc.p, "xsi-events"));
	bws_kit_close(&s);
	bws_buf_free(&doc);
	ck_assert_int_eq(bws_kit_stop(&kit), 0);
}
END_TEST

START_TEST(redirected)
{
	struct bws_kit_reply r;
	char target[64];

	bws_kit_start(&kit, KNOBS("redirect_kinds=versions", "redirect_hops=2"));
	snprintf(target, sizeof(target), "127.0.0.1:%d", kit.ports[1]);
	r = bws_kit_http(&kit, 0, "", "GET", BWS_KIT_EVENTS "/versions", NULL);
	ck_assert_int_eq(r.status, 302);
	ck_assert_ptr_nonnull(strstr(r.head.p, target));
	ck_assert_ptr_nonnull(strstr(r.head.p, "/versions?hop=1"));
	bws_kit_reply_free(&r);
	ck_assert_int_eq(
		bws_kit_status(&kit, 1, "GET", BWS_KIT_EVENTS "/versions?hop=1", NULL), 302);
	ck_assert_int_eq(
		bws_kit_status(&kit, 0, "GET", BWS_KIT_EVENTS "/versions?hop=2", NULL), 200);
	ck_assert_int_eq(bws_kit_status(&kit, 0, "GET", BWS_KIT_EVENTS "/channelset/x", NULL), 403);
	ck_assert_int_eq(bws_kit_stop(&kit), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("bws_scenario");
	TCase *tc = tcase_create("scenario");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, fulfilled);
	tcase_add_test(tc, unfulfilled);
	tcase_add_test(tc, garbled);
	tcase_add_test(tc, hidden_comes_again);
	tcase_add_test(tc, redirected);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
