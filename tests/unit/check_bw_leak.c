/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Subscriptions of an earlier life: found and deleted, ours and those that are being made left alone, long lists, servers
 * without the request.
 */
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct world w;
static unsigned client;

static void
setup(const char *settings)
{
	world_init(&w, 1, settings);
	w.quiet_acks = true;
	world_start(&w);
	client = world_session(&w);
}

static void
leak_some(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		char id[32], target[16];

		snprintf(id, sizeof(id), "leak-%u", i);
		snprintf(target, sizeof(target), "%u", 2001 + i % 5);
		world_leak(&w, id, target, "tandem");
	}
}

START_TEST(test_leaks_are_deleted)
{
	setup("leak-check-s = 600\nuser-packages = Advanced Call, Do Not Disturb\npackage-list = no\n");
	world_monitor(&w, client, "2001");
	world_monitor(&w, client, "2002");
	leak_some(5);
	world_leak(&w, "theirs", "2001", "another");
	world_run(&w, 30000);
	ck_assert_uint_eq(world_leaked(&w), 1);
	ck_assert_uint_eq(world_asked_count(&w, "DELETE"), 5);
	ck_assert_uint_eq(world_asked_count(&w, "GET E/subscription?"), 1);
	ck_assert_uint_eq(world_logged(&w, 37506, "of an earlier life"), 5);
	/* later ones at the next look */
	leak_some(3);
	world_run(&w, 700000);
	ck_assert_uint_eq(world_leaked(&w), 1);
	ck_assert_uint_eq(world_asked_count(&w, "DELETE"), 8);
	ck_assert_str_ne(world_user(&w, "2001")->subscription, "");
	world_fini(&w);
}
END_TEST

START_TEST(test_never)
{
	setup("leak-check-s = 0\n");
	leak_some(3);
	world_run(&w, 100000);
	ck_assert_uint_eq(world_leaked(&w), 3);
	ck_assert_uint_eq(world_asked_count(&w, "GET E/subscription?"), 0);
	world_fini(&w);
}
END_TEST

/* What a subscribe has made is in the list before its answer is here. */
START_TEST(test_one_that_is_being_made)
{
	char answer[512];

	setup("leak-check-s = 600\n");
	leak_some(1); /* of 2001 */
	world_leak(&w, "new", "2003", "tandem");
	world_run(&w, 8000);
	snprintf(answer, sizeof(answer),
		"<?xml version=\"1.0\"?><Subscription xmlns=\"http://schema.broadsoft.com/xsi\">"
		"<subscriptionId>new</subscriptionId><expires>3600</expires></Subscription>");
	world_rule(&w, "POST", "E/user/2003", 200, 1, answer);
	world_rule_last(&w)->delay_ms = 4000;
	world_send(
		&w, client, 9, "<MonitorStart><monitorObject>2003</monitorObject></MonitorStart>");
	world_run(&w, 3900);
	ck_assert_uint_eq(world_asked_count(&w, "GET E/subscription?"), 1);
	world_run(&w, 10000);
	ck_assert_uint_eq(world_asked_count(&w, "DELETE E/subscription/leak-0"), 1);
	ck_assert_uint_eq(world_asked_count(&w, "DELETE"), 1);
	ck_assert_uint_eq(world_leaked(&w), 1);
	world_fini(&w);
}
END_TEST

/* A list that is too long for an answer: user by user. */
START_TEST(test_long_list)
{
	setup("leak-check-s = 600\n");
	for (unsigned i = 1; i <= 20; i++) {
		char device[16];

		snprintf(device, sizeof(device), "%u", 2000 + i);
		world_monitor(&w, client, device);
	}
	leak_some(10);
	w.list_max = 8;
	world_forget_asked(&w);
	world_run(&w, 60000);
	ck_assert_uint_eq(world_leaked(&w), 0);
	ck_assert_uint_eq(world_asked_count(&w, "DELETE"), 10);
	ck_assert_uint_eq(world_asked_count(&w, "GET E/subscription?"), 21);
	ck_assert_uint_eq(world_asked_count(&w, "targetId=2020"), 1);
	world_fini(&w);
}
END_TEST

/* What BroadWorks has, with 100,000 users or so: the answer to one request. */
static char *
list_of(unsigned count, unsigned leaks)
{
	char *text = malloc((size_t)count * 320 + 256);
	size_t n = 0;

	ck_assert_ptr_nonnull(text);
	n += (size_t)sprintf(text,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?><xsi:SubscriptionList "
		"xmlns:xsi=\"http://schema.broadsoft.com/xsi\">");
	for (unsigned i = 0; i < count; i++)
		n += (size_t)sprintf(text + n,
			"<xsi:subscription><xsi:subscriptionId>many-%u</xsi:subscriptionId>"
			"<xsi:targetIdType>User</xsi:targetIdType><xsi:targetId>%u</xsi:targetId>"
			"<xsi:event>Advanced Call</xsi:event><xsi:applicationId>%s</xsi:applicationId>"
			"</xsi:subscription>",
			i, 100000 + i, i < count - leaks ? "another" : "tandem");
	strcpy(text + n, "</xsi:SubscriptionList>");
	return text;
}

/* 30,000 subscriptions in one answer, many times what a document may be: no user is asked about. */
START_TEST(test_thousands)
{
	char *text = list_of(30000, 3);

	ck_assert_uint_gt(strlen(text), 10 * LIMIT_XML_DOC_BYTES);
	setup("leak-check-s = 600\n");
	world_monitor(&w, client, "2001");
	world_rule(&w, "GET", "E/subscription?", 200, 1, text);
	world_run(&w, 60000);
	ck_assert_uint_eq(world_asked_count(&w, "GET E/subscription?"), 1);
	ck_assert_uint_eq(world_asked_count(&w, "DELETE"), 3);
	ck_assert_uint_eq(world_asked_count(&w, "DELETE E/subscription/many-29999"), 1);
	world_fini(&w);
	free(text);
}
END_TEST

/* More leaks than are kept: asked again at once when deleting works, else at the next look. */
START_TEST(test_more_than_are_kept)
{
	char *text = list_of(LIMIT_LEAKS + 5, LIMIT_LEAKS + 5);

	for (unsigned status = 200; status <= 500; status += 300) {
		setup("leak-check-s = 3000\nupdate-rate = 100000\nrequest-rate = 0\n");
		world_monitor(&w, client, "2001");
		world_rule(&w, "GET", "E/subscription?", 200, 1, text);
		world_rule(&w, "DELETE", "E/subscription/many-", status, -1, "");
		for (unsigned i = 0; i < 40 && world_asked_count(&w, "DELETE") < LIMIT_LEAKS; i++)
			world_run(&w, 20000);
		ck_assert_uint_eq(world_asked_count(&w, "DELETE"), LIMIT_LEAKS);
		ck_assert_uint_eq(world_logged(&w, 37506, "of an earlier life is deleted"), 100);
		ck_assert_uint_eq(world_logged(&w, 37506, "more are left: yes"), 1);
		world_run(&w, 20000);
		ck_assert_uint_eq(
			world_asked_count(&w, "GET E/subscription?"), status == 200 ? 2 : 1);
		world_fini(&w);
	}
	free(text);
}
END_TEST

/* An answer that breaks off: what came of it is good, and the users are asked about one by one. */
START_TEST(test_half_a_list)
{
	char *text = list_of(3000, 3000);

	text[strlen(text) / 2] = '\0';
	setup("leak-check-s = 600\nupdate-rate = 100000\n");
	world_monitor(&w, client, "2001");
	world_rule(&w, "GET", "E/subscription?", 200, 1, text);
	world_run(&w, 60000);
	ck_assert_uint_gt(world_asked_count(&w, "DELETE"), 1000);
	ck_assert_uint_lt(world_asked_count(&w, "DELETE"), 1500);
	ck_assert_uint_eq(world_asked_count(&w, "targetId=2001"), 1);
	world_fini(&w);
	free(text);
}
END_TEST

/* A server that refuses or does not know the request, one that is overloaded, an answer that is none. */
START_TEST(test_list_refused)
{
	static const struct {
		unsigned status;
		const char *body;
		unsigned least, most;
	} answers[] = { { 403, "", 1, 1 }, { 404, "", 1, 1 }, { 405, "", 1, 1 }, { 500, "", 1, 1 },
		{ 503, "", 4, 7 }, { 200, "", 2, 2 }, { 200, "<html/>", 2, 2 }, { 0, "", 4, 14 } };

	setup("leak-check-s = 3000\nhttp-timeout-ms = 1000\n");
	(void)client;
	world_fini(&w);
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		setup("leak-check-s = 3000\nhttp-timeout-ms = 1000\n");
		world_monitor(&w, client, "2001");
		leak_some(1);
		world_rule(&w, "GET", "E/subscription?", answers[i].status, -1, answers[i].body);
		world_run(&w, 300000);
		ck_assert_uint_ge(world_asked_count(&w, "GET E/subscription?"), answers[i].least);
		ck_assert_uint_le(world_asked_count(&w, "GET E/subscription?"), answers[i].most);
		ck_assert_uint_eq(world_leaked(&w), 1);
		world_fini(&w);
	}
}
END_TEST

/* Deleting takes its turn behind everything else, within the rate. */
START_TEST(test_rate)
{
	setup("leak-check-s = 600\nupdate-rate = 10\n");
	world_monitor(&w, client, "2001");
	leak_some(30);
	world_forget_asked(&w);
	while (world_asked_count(&w, "DELETE") == 0)
		world_run(&w, 10);
	world_run(&w, 1000);
	ck_assert_uint_ge(world_asked_count(&w, "DELETE"), 8);
	ck_assert_uint_le(world_asked_count(&w, "DELETE"), 13);
	world_run(&w, 5000);
	ck_assert_uint_eq(world_leaked(&w), 0);
	world_fini(&w);
}
END_TEST

/* A delete that fails is found again at the next look. */
START_TEST(test_delete_fails)
{
	setup("leak-check-s = 60\n");
	leak_some(2);
	world_rule(&w, "DELETE", "E/subscription/leak-", 500, 2, "");
	world_run(&w, 20000);
	ck_assert_uint_eq(world_leaked(&w), 2);
	world_run(&w, 70000);
	ck_assert_uint_eq(world_leaked(&w), 0);
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_leaks_are_deleted,
		test_never,
		test_one_that_is_being_made,
		test_long_list,
		test_thousands,
		test_more_than_are_kept,
		test_half_a_list,
		test_list_refused,
		test_rate,
		test_delete_fails,
	};

	return world_main("bw_leak", tests, sizeof(tests) / sizeof(tests[0]));
}
