/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accounts: challenges, refusals and how many of them there may be, tokens, the forms of credentials. The whole node runs;
 * BroadWorks is the scripted one.
 */
#include "tests/unit/link_world.h"

#include <stdio.h>
#include <stdlib.h>

/* Fault 4: a challenge is answered once, whatever it was; nothing is lost. */
START_TEST(test_challenge_answered)
{
	setup(2, "");
	world_rule(&w, "PUT", "/heartbeat", 401, 1, "");
	world_run(&w, 16000);
	ck_assert_uint_eq(channels_open(), 2);
	world_rule(&w, "POST", "/user/2001", 401, 1, "");
	world_monitor(&w, client, "2001");
	ck_assert_uint_eq(world_asked_count(&w, "POST E/user/2001"), 2);
	ck_assert_uint_eq(world_logged(&w, 37520, ""), 0);
	ck_assert_uint_eq(link_at(0).refusals + link_at(1).refusals, 2);
	ck_assert_ptr_nonnull(strstr(text_of(&w.targets), "http://127.0.0.1:8080 " BASIC " open"));
	world_fini(&w);
}
END_TEST

static unsigned
attempts(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < w.xsp_count; i++)
		n += (unsigned)link_at(i).refusals;
	return n;
}

/* A wrong password: three attempts with two links, then nothing for long, an alarm, and one attempt after that. */
START_TEST(test_wrong_password_locks_nobody_out)
{
	init(3, "auth-hold-s = 600\n");
	for (unsigned i = 0; i < 3; i++) {
		w.xsps[i].mode = WORLD_REFUSES;
		w.xsps[i].refusal = 401;
	}
	world_rule(&w, "", "", 401, -1, "");
	start_quietly(500000);
	ck_assert_uint_le(attempts(), 4);
	ck_assert_uint_ge(world_logged(&w, 37520, "left alone for 600 s"), 1);
	ck_assert_str_eq(link_at(0).state, "refused");
	ck_assert_str_eq(link_at(1).state, "refused");
	world_run(&w, 3000000);
	ck_assert_uint_le(attempts(), 4 + 5 * 4);
	/* right again: found out at the next attempt */
	for (unsigned i = 0; i < 3; i++)
		w.xsps[i].mode = WORLD_UP;
	world_rules_clear(&w);
	world_run(&w, 1300000);
	ck_assert_uint_eq(channels_open(), 3);
	ck_assert_str_eq(link_at(0).state, "open");
	world_fini(&w);
}
END_TEST

/* The password is changed while many requests are under way: those alone are refused, and one probe after another. */
START_TEST(test_refused_in_full_flight)
{
	unsigned before;

	setup(2, "auth-hold-s = 600\nupdate-rate = 100000\n");
	for (int i = 0; i < 40; i++) {
		char device[16];

		snprintf(device, sizeof(device), "%d", 2100 + i);
		world_monitor(&w, client, device);
	}
	w.asked.n = 0;
	world_rule(&w, "", "", 401, -1, "");
	world_rule_last(&w)->delay_ms = 50;
	world_send(&w, client, 7,
		"<SnapshotDevice xmlns=\"http://www.ecma-international.org/standards/"
		"ecma-323/csta/ed3\"><snapshotObject>2100</snapshotObject></SnapshotDevice>");
	world_run(&w, 300000);
	before = attempts();
	ck_assert_uint_le(before, 6);
	world_run(&w, 200000);
	ck_assert_uint_eq(attempts(), before);
	world_fini(&w);
}
END_TEST

/* Thirty devices are asked at once, by an account that has just been refused. */
static void
ask_many(void)
{
	for (int k = 0; k < 30; k++)
		world_send(&w, client, 7,
			"<SnapshotDevice xmlns=\"http://www.ecma-international.org/standards/"
			"ecma-323/csta/ed3\"><snapshotObject>%d</snapshotObject></SnapshotDevice>",
			2100 + k);
}

static void
setup_many(void)
{
	setup(1, "auth-hold-s = 600\nupdate-rate = 100000\n");
	for (int k = 0; k < 30; k++) {
		char device[16];

		snprintf(device, sizeof(device), "%d", 2100 + k);
		world_monitor(&w, client, device);
	}
}

/* Refusals of the account mixed with answers that say nothing of it: no more attempts than without them. */
START_TEST(test_refused_between_other_answers)
{
	static const unsigned others[] = { 302, 500, 502, 503 };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		setup_many();
		world_rule(&w, "", "", 401, 1, "");
		world_rule(&w, "", "", others[i], 1, "");
		world_rule(&w, "", "", 401, -1, "");
		ask_many();
		world_run(&w, 300000);
		ck_assert_msg(
			attempts() <= 4, "%u refusals, with a %u between", attempts(), others[i]);
		ck_assert_str_eq(link_at(0).state, "refused");
		world_fini(&w);
	}
}
END_TEST

/* Requests that are sent elsewhere while the account is stopped wait as all others do. */
START_TEST(test_redirected_while_refused)
{
	setup_many();
	world_rule(&w, "PUT", "/subscription/", 401, 1, "");
	world_rule_last(&w)->delay_ms = 1500; /* all are under way by then */
	redirect("PUT", "/subscription/", 29, "/com.broadsoft.xsi-events/v2.0/elsewhere");
	world_rule_last(&w)->delay_ms = 1600;
	world_rule(&w, "", "", 401, -1, "");
	ask_many();
	world_run(&w, 300000);
	ck_assert_msg(attempts() <= 4, "%u refusals", attempts());
	ck_assert_uint_le(world_asked_count(&w, "elsewhere"), 4);
	world_fini(&w);
}
END_TEST

/* One XSP alone refuses: the account stays in use on the other, the broken link is left alone. */
START_TEST(test_one_link_refuses)
{
	init(2, "auth-hold-s = 600\n");
	w.xsps[0].mode = WORLD_REFUSES;
	w.xsps[0].refusal = 401;
	start_quietly(500000);
	ck_assert_uint_eq(channels_open(), 1);
	ck_assert_uint_le(w.xsps[0].opens, 2);
	ck_assert_str_eq(link_at(0).state, "refused");
	ck_assert_str_eq(link_at(1).state, "open");
	client = world_session(&w);
	world_monitor(&w, client, "2001");
	world_fini(&w);
}
END_TEST

START_TEST(test_token_file)
{
	init(1, "auth = bearer-file\ntoken-file = /token\n");
	secret = "t-1";
	start_quietly(100);
	ck_assert_uint_eq(secrets_asked, 1);
	ck_assert_uint_eq(channels_open(), 1);
	ck_assert_uint_eq(targets("Bearer t-1 "), targets("Bearer"));
	/* it has run out; the file has a new one already */
	secret = "t-2";
	world_rule(&w, "PUT", "/heartbeat", 401, 1, "");
	world_run(&w, 20000);
	ck_assert_uint_eq(secrets_asked, 2);
	ck_assert_uint_ge(targets("Bearer t-2 PUT"), 1);
	ck_assert_uint_eq(world_logged(&w, 37520, ""), 0);
	/* and now it cannot be read: nothing is tried with the old one */
	secret = NULL;
	world_rule(&w, "PUT", "/heartbeat", 401, 1, "");
	world_run(&w, 20000);
	ck_assert_uint_ge(world_logged(&w, 37520, "the file is gone"), 1);
	ck_assert_str_eq(link_at(0).state, "refused");
	/* a new one ends the wait before its time */
	secret = "t-3";
	world_run(&w, 60000);
	ck_assert_uint_eq(channels_open(), 1);
	ck_assert_uint_ge(targets("Bearer t-3 open"), 1);
	ck_assert_ptr_null(strstr(text_of(&w.logs), "t-2"));
	world_fini(&w);
}
END_TEST

START_TEST(test_tokens_that_are_none)
{
	static const char *const tokens[] = { "", "two words", "line\r\nX-Evil: 1", "\x01" };

	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
		init(1, "auth = bearer-helper\ntoken-helper = /helper\n");
		secret = tokens[i];
		start_quietly(1000);
		ck_assert_uint_eq(w.xsps[0].opens, 0);
		ck_assert_uint_ge(world_logged(&w, 37520, "no secret"), 1);
		world_fini(&w);
	}
}
END_TEST

START_TEST(test_other_accounts)
{
	init(1, "auth = sip\nsip-user = sip1\n");
	start_quietly(100);
	ck_assert_uint_ge(
		targets("BroadWorksSIP basic=\"YWRtaW5AZGVtby5leGFtcGxlOnNlY3JldA==\",sipUser=\"c2lwMQ==\" "
			"open"),
		1);
	world_fini(&w);
	init(1, "[link east]\nhost = h\ntls = yes\nauth = cert\ncert-file = /c\nkey-file = /k\n");
	w.xsp_count = 2;
	start_quietly(100);
	ck_assert_uint_ge(targets("https://h  open"), 1);
	ck_assert_uint_ge(targets("http://127.0.0.1:8080 " BASIC " open"), 1);
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_challenge_answered,
		test_wrong_password_locks_nobody_out,
		test_refused_in_full_flight,
		test_refused_between_other_answers,
		test_redirected_while_refused,
		test_one_link_refuses,
		test_token_file,
		test_tokens_that_are_none,
		test_other_accounts,
	};

	return world_main("bw_auth", tests, sizeof(tests) / sizeof(tests[0]));
}
