/* SPDX-License-Identifier: Apache-2.0 */
/* Logins whose password is compared elsewhere: they wait, one at a time, and tell nothing of users; ids of sessions. */
#include "daemon/sess_login.h"
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>

#define HASHES "[application a]\nuser = anna, bert\nlogin-file = /x\naddresses = 10.77.0.0/16\n"
#define REFUSED(why) "0001 StartApplicationSessionNegResponse{errorCode{definedError=" why "}}\n"

static struct world w;
static unsigned client;

/* What was asked last, and how often; answered by the test. */
static unsigned asked;
static uint64_t asked_id, asked_application;
static char asked_user[64], asked_password[64];

static void
by_hand(struct world *world, const struct node_action *a)
{
	(void)world;
	ck_assert_int_eq(a->kind, NODE_ACT_LOGIN);
	asked++;
	asked_id = a->id;
	asked_application = a->number;
	str_copy(asked_user, sizeof(asked_user), a->text);
	str_copy(asked_password, sizeof(asked_password), a->text2);
}

static void
setup(const char *settings)
{
	asked = 0;
	world_init(&w, 2, settings);
	w.links_by_hand = by_hand;
	world_start(&w);
	client = world_connect(&w);
	world_settle(&w);
	world_take(&w, client);
}

static void
login(const char *user, const char *more)
{
	world_send(&w, client, 1,
		"<StartApplicationSession><applicationInfo><applicationSpecificInfo><user>%s</user>"
		"<password>word</password>%s</applicationSpecificInfo></applicationInfo>"
		"<requestedSessionDuration>60</requestedSessionDuration></StartApplicationSession>",
		user, more);
}

static void
answer(enum node_login result)
{
	world_step(&w,
		&(struct node_event){
			.kind = NODE_EV_LOGIN, .id = asked_id, .number = (uint64_t)result });
	world_settle(&w);
}

START_TEST(test_right)
{
	setup(HASHES "[application b]\nuser = carl\nlogin-file = /y\n");
	login("carl", "");
	ck_assert_uint_eq(asked, 1);
	ck_assert_uint_eq(asked_application, 1);
	ck_assert_str_eq(asked_user, "carl");
	ck_assert_str_eq(asked_password, "word");
	world_run(&w, 1000);
	world_heard(&w, client, "");
	answer(NODE_LOGIN_RIGHT);
	ck_assert_ptr_nonnull(strstr(
		world_take(&w, client), "0001 StartApplicationSessionPosResponse{sessionID=#1 "));
	ck_assert_uint_eq(world_logged(&w, 37601, "user=carl"), 1);
	/* an answer that nobody waits for */
	answer(NODE_LOGIN_WRONG);
	asked_id = 77;
	answer(NODE_LOGIN_WRONG);
	world_heard(&w, client, "");
	world_fini(&w);
}
END_TEST

/* A user that there is not is asked for as one that there is, and told the same. */
START_TEST(test_refused)
{
	setup(HASHES "[application c]\nuser = cora\npassword = other\n");
	login("anna", "");
	ck_assert_uint_eq(asked_application, 0);
	answer(NODE_LOGIN_WRONG);
	world_heard(&w, client, REFUSED("invalidApplicationInfo"));
	login("nobody", "");
	ck_assert_uint_eq(asked, 2);
	ck_assert(asked_application == NODE_LOGIN_NOBODY);
	world_heard(&w, client, "");
	/* whatever the answer is */
	answer(NODE_LOGIN_RIGHT);
	world_heard(&w, client, REFUSED("invalidApplicationInfo"));
	login("cora", "");
	ck_assert_uint_eq(asked, 3);
	answer(NODE_LOGIN_WRONG);
	world_heard(&w, client, REFUSED("invalidApplicationInfo"));
	login("bert", "");
	answer(NODE_LOGIN_BUSY);
	world_heard(&w, client, REFUSED("serverResourcesBusy"));
	ck_assert_uint_eq(world_logged(&w, 37606, "wrong user or password"), 3);
	ck_assert_uint_eq(world_logged(&w, 37606, "too many logins"), 1);
	world_fini(&w);
}
END_TEST

/* A place that does not fit is no quicker either, and a good password does not help. */
START_TEST(test_place)
{
	setup(HASHES);
	client = world_connect_from(&w, "10.99.0.1:5");
	world_settle(&w);
	world_take(&w, client);
	login("anna", "");
	ck_assert(asked_application == NODE_LOGIN_NOBODY);
	answer(NODE_LOGIN_RIGHT);
	world_heard(&w, client, REFUSED("invalidApplicationInfo"));
	ck_assert_uint_eq(world_logged(&w, 37606, "not from this address"), 1);
	world_fini(&w);
}
END_TEST

/* What comes behind a login is not read before it was answered: one at a time, and requests in the session. */
START_TEST(test_one_at_a_time)
{
	const char *heard;

	setup(HASHES);
	login("anna", "");
	login("bert", "");
	world_send(&w, client, 2, "<RequestSystemStatus/>");
	ck_assert_uint_eq(asked, 1);
	ck_assert(w.clients[client].paused);
	world_heard(&w, client, "");
	answer(NODE_LOGIN_WRONG);
	world_heard(&w, client, REFUSED("invalidApplicationInfo"));
	ck_assert_uint_eq(asked, 2);
	ck_assert_str_eq(asked_user, "bert");
	answer(NODE_LOGIN_RIGHT);
	heard = world_take(&w, client);
	ck_assert_ptr_nonnull(strstr(heard, "0001 StartApplicationSessionPosResponse"));
	ck_assert_ptr_nonnull(strstr(heard, "0002 RequestSystemStatusResponse"));
	ck_assert(!w.clients[client].paused);
	world_fini(&w);
}
END_TEST

/* More than a message behind a login is nobody's login. */
START_TEST(test_flood_behind_a_login)
{
	setup(HASHES);
	login("anna", "");
	for (unsigned i = 0; i < 20000 && w.clients[client].open; i++)
		world_send(&w, client, 2, "<RequestSystemStatus/>");
	ck_assert(!w.clients[client].open);
	answer(NODE_LOGIN_RIGHT);
	ck_assert_uint_eq(world_logged(&w, 37601, "user=anna"), 0);
	world_fini(&w);
}
END_TEST

/* Who hangs up is forgotten, and with it the login. */
START_TEST(test_hang_up)
{
	struct node_counts counts;

	setup(HASHES);
	login("anna", "");
	world_hang_up(&w, client);
	answer(NODE_LOGIN_RIGHT);
	node_get_counts(w.node, w.now, &counts);
	ck_assert_uint_eq(counts.sessions, 0);
	world_fini(&w);
}
END_TEST

/* The session that a login names is looked for when the password was right, not before. */
START_TEST(test_resume)
{
	setup(HASHES);
	login("anna", "");
	answer(NODE_LOGIN_RIGHT);
	world_hang_up(&w, client);
	client = world_connect(&w);
	world_settle(&w);
	world_take(&w, client);
	login("anna", "<sessionID>#1</sessionID>");
	answer(NODE_LOGIN_RIGHT);
	ck_assert_ptr_nonnull(strstr(
		world_take(&w, client), "0001 StartApplicationSessionPosResponse{sessionID=#1 "));
	ck_assert_uint_eq(world_logged(&w, 37601, "resumed"), 1);
	world_fini(&w);
}
END_TEST

/* Draws: nothing that a counter could be, one that is taken, then a good one. */
static unsigned draws;

static uint64_t
draw(void *arg)
{
	static const uint64_t numbers[] = { 7, 0xabcdef0123456789u, 0xabcdef0123456789u,
		0xfedcba9876543210u };

	ck_assert_ptr_eq(arg, &w);
	ck_assert_uint_lt(draws, 4);
	return numbers[draws++];
}

START_TEST(test_ids_are_drawn)
{
	unsigned other;
	char text[80];

	draws = 0;
	setup("");
	node_set_secret(w.node, draw, &w);
	w.id_high = 0xabcdef01;
	world_start_session(&w, client, 1, "demo", "");
	snprintf(text, sizeof(text), "sessionID=#%u ", 0x23456789);
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), text));
	other = world_connect(&w);
	world_settle(&w);
	world_take(&w, other);
	w.id_high = 0xfedcba98;
	world_start_session(&w, other, 1, "demo", "");
	snprintf(text, sizeof(text), "sessionID=#%u ", 0x76543210);
	ck_assert_ptr_nonnull(strstr(world_take(&w, other), text));
	/* ids of other things are counted as before */
	w.id_high = 0;
	ck_assert_uint_eq(world_monitor(&w, other, "2001"), 1);
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_right,
		test_refused,
		test_place,
		test_one_at_a_time,
		test_flood_behind_a_login,
		test_hang_up,
		test_resume,
		test_ids_are_drawn,
	};

	return world_main("sess_login", tests, sizeof(tests) / sizeof(tests[0]));
}
