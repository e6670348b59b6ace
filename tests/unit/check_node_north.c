/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A node and its clients: association, resume, timers. Connections are in check_sess.c, services in
 * check_svc.c and check_svc_call.c, events in check_say.c.
 */
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>

static struct world w;

#define POS(invoke, id) \
	invoke " StartApplicationSessionPosResponse{sessionID=#" id \
	       " actualProtocolVersion=http://www.ecma-international.org/standards/ecma-323/csta/ed6" \
	       " actualSessionDuration=60}\n"
#define REFUSED(invoke, why) \
	invoke " StartApplicationSessionNegResponse{errorCode{definedError=" why "}}\n"
#define SESSION_NS "xmlns=\"http://www.ecma-international.org/standards/ecma-354/appl_session\""

static void
setup(const char *settings)
{
	world_init(&w, 2, settings);
	world_start(&w);
}

/* 2001 answers the phone: three events of the first monitor's device. */
static void
three_events(const char *call)
{
	char tracking[32];

	snprintf(tracking, sizeof(tracking), "%s:1", call);
	world_call(
		&w, "2001", "CallReceivedEvent", call, tracking, "Terminator", "Alerting", "2002");
	world_call(&w, "2001", "CallAnsweredEvent", call, tracking, "Terminator", "Active", "2002");
	world_call(
		&w, "2001", "CallReleasedEvent", call, tracking, "Terminator", "Released", "2002");
}

#define THREE(ref, call, n1, n2, n3) \
	W_DELIVERED(ref, call, "2001", "2002", "2001", "alerting", n1) \
	W_ESTABLISHED(ref, call, "2001", "2002", "2001", n2) \
	W_CLEARED(ref, call, "2001", "2002", "normalClearing", n3)

static void
reset_timer(unsigned c, unsigned invoke, const char *id)
{
	world_send(&w, c, invoke,
		"<ResetApplicationSessionTimer " SESSION_NS "><sessionID>%s</sessionID>"
		"<requestedSessionDuration>60</requestedSessionDuration></ResetApplicationSessionTimer>",
		id);
}

static void
stop_session(unsigned c, unsigned invoke, const char *id)
{
	world_send(&w, c, invoke,
		"<StopApplicationSession " SESSION_NS "><sessionID>%s</sessionID><sessionEndReason>"
		"<definedEndReason>normal</definedEndReason></sessionEndReason></StopApplicationSession>",
		id);
}

START_TEST(test_start)
{
	unsigned c;

	setup("");
	c = world_connect(&w);
	world_take(&w, c);
	world_start_session(&w, c, 7, "demo", "");
	world_heard(&w, c, POS("0007", "1") W_STATUS("9002", "normal"));
	ck_assert_uint_eq(world_logged(&w, 37601, "user=demo"), 1);
	/* a second start on a connection that has a session */
	world_start_session(&w, c, 8, "demo", "");
	world_heard(&w, c, REFUSED("0008", "invalidApplicationInfo"));
	world_fini(&w);
}
END_TEST

START_TEST(test_wrong_password)
{
	static const char *const wrong[] = { "", "Demo", "dem", "demodemo", "demo " };
	unsigned c;

	setup("");
	c = world_connect(&w);
	world_take(&w, c);
	for (size_t i = 0; i < 4; i++) {
		world_start_session(&w, c, 7, wrong[i], "");
		world_heard(&w, c, REFUSED("0007", "invalidApplicationInfo"));
	}
	ck_assert_uint_eq(world_logged(&w, 37606, "wrong user or password"), 4);
	ck_assert_uint_eq(world_logged(&w, 0, "Demo"), 0);
	/* it may try again */
	world_start_session(&w, c, 8, "demo", "");
	world_heard(&w, c, POS("0008", "1") W_STATUS("9002", "normal"));
	world_fini(&w);
}
END_TEST

START_TEST(test_resume_numbers)
{
	unsigned c;

	setup("");
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	w.clients[c].reads = false;
	three_events("a");
	world_heard(&w, c, THREE("2", "3", W_NUM("1"), W_NUM("2"), W_NUM("3")));
	world_hang_up(&w, c);
	three_events("b");
	c = world_connect(&w);
	world_heard(&w, c, W_STATUS("9001", "normal"));
	world_start_session(&w, c, 5, "demo",
		"<sessionID>#1</sessionID>"
		"<lastMessageSequenceNumber>2</lastMessageSequenceNumber>");
	/* the same session, the status, exactly what comes after number 2, and nothing again */
	world_heard(&w, c,
		POS("0005", "1") W_STATUS("9002", "normal")
			W_CLEARED("2", "3", "2001", "2002", "normalClearing", W_NUM("3"))
				THREE("2", "4", W_NUM("4"), W_NUM("5"), W_NUM("6")));
	three_events("c");
	world_heard(&w, c, THREE("2", "5", W_NUM("7"), W_NUM("8"), W_NUM("9")));
	world_fini(&w);
}
END_TEST

/* All is known to the client: nothing is replayed and nothing is said to be lost. */
START_TEST(test_resume_with_nothing_missing)
{
	unsigned c;

	setup("");
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	three_events("a");
	world_hang_up(&w, c);
	c = world_connect(&w);
	world_take(&w, c);
	world_start_session(&w, c, 5, "demo",
		"<sessionID>#1</sessionID>"
		"<lastMessageSequenceNumber>3</lastMessageSequenceNumber>");
	world_heard(&w, c, POS("0005", "1") W_STATUS("9002", "normal"));
	three_events("b");
	world_heard(&w, c, THREE("2", "4", W_NUM("4"), W_NUM("5"), W_NUM("6")));
	world_fini(&w);
}
END_TEST

/* A client that presents more than was ever said to it comes from a lost time: it is told, and never hears a number twice. */
START_TEST(test_resume_ahead)
{
	unsigned c;

	setup("");
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	world_hang_up(&w, c);
	c = world_connect(&w);
	world_take(&w, c);
	world_start_session(&w, c, 5, "demo",
		"<sessionID>#1</sessionID>"
		"<lastMessageSequenceNumber>41</lastMessageSequenceNumber>");
	world_heard(&w, c, POS("0005", "1") W_STATUS("9002", "messagesLost"));
	three_events("a");
	world_heard(&w, c, THREE("2", "3", W_NUM("42"), W_NUM("43"), W_NUM("44")));
	world_fini(&w);
}
END_TEST

/* Events that the client's TCP acknowledged and the client never read: the last ones are there for it. */
START_TEST(test_resume_unread)
{
	unsigned c;

	setup("");
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	three_events("a");
	world_hang_up(&w, c);
	three_events("b");
	c = world_connect(&w);
	world_take(&w, c);
	world_start_session(&w, c, 5, "demo",
		"<sessionID>#1</sessionID>"
		"<lastMessageSequenceNumber>0</lastMessageSequenceNumber>");
	world_heard(&w, c,
		POS("0005", "1") W_STATUS("9002", "normal") THREE("2", "3", W_NUM("1"), W_NUM("2"),
			W_NUM("3")) THREE("2", "4", W_NUM("4"), W_NUM("5"), W_NUM("6")));
	world_fini(&w);
}
END_TEST

/* Older ones are forgotten; a client that lost them all the same is told so. */
START_TEST(test_resume_lost)
{
	const char *heard;
	unsigned c;

	setup("");
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	for (char call[] = "a"; call[0] < 'o'; call[0]++)
		three_events(call);
	world_hang_up(&w, c);
	c = world_connect(&w);
	world_take(&w, c);
	world_start_session(&w, c, 5, "demo",
		"<sessionID>#1</sessionID>"
		"<lastMessageSequenceNumber>0</lastMessageSequenceNumber>");
	heard = world_take(&w, c);
	ck_assert_ptr_nonnull(strstr(heard, "systemStatus=messagesLost"));
	ck_assert_ptr_null(strstr(heard, "messageSequenceNumber=1}"));
	ck_assert_ptr_nonnull(strstr(heard, "messageSequenceNumber=42}"));
	world_fini(&w);
}
END_TEST

/* Without numbers the replay begins behind what the client's TCP acknowledged. */
START_TEST(test_resume_without_numbers)
{
	unsigned c;

	setup("");
	c = world_connect(&w);
	world_settle(&w);
	world_start_session(&w, c, 1, "demo", "");
	world_monitor(&w, c, "2001");
	three_events("a");
	w.clients[c].reads = false;
	three_events("b");
	world_hang_up(&w, c);
	c = world_connect(&w);
	world_take(&w, c);
	world_start_session(&w, c, 5, "demo", "<sessionID>#1</sessionID>");
	world_heard(&w, c,
		POS("0005", "1") W_STATUS("9002", "normal") THREE("2", "4", W_END, W_END, W_END));
	world_fini(&w);
}
END_TEST

START_TEST(test_resume_while_old_lives)
{
	unsigned old, c;

	setup("");
	old = world_session(&w);
	world_monitor(&w, old, "2001");
	c = world_connect(&w);
	world_take(&w, c);
	world_start_session(&w, c, 5, "demo",
		"<sessionID>#1</sessionID>"
		"<lastMessageSequenceNumber>0</lastMessageSequenceNumber>");
	world_heard(&w, old, "closed\n");
	world_heard(&w, c, POS("0005", "1") W_STATUS("9002", "normal"));
	three_events("a");
	world_heard(&w, old, "");
	world_heard(&w, c, THREE("2", "3", W_NUM("1"), W_NUM("2"), W_NUM("3")));
	/* the end of the old connection took nothing away */
	world_run(&w, 1000);
	ck_assert(w.clients[c].open);
	world_fini(&w);
}
END_TEST

START_TEST(test_unknown_session_id)
{
	static const char *const ids[] = { "#3", "99", "0", "-1", "abc",
		"99999999999999999999999" };
	char login[128];

	setup("");
	world_session(&w);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		unsigned c = world_connect(&w);
		const char *heard;

		world_take(&w, c);
		snprintf(login, sizeof(login),
			"<sessionID>%s</sessionID>"
			"<lastMessageSequenceNumber>12</lastMessageSequenceNumber>",
			ids[i]);
		world_start_session(&w, c, 5, "demo", login);
		heard = world_take(&w, c);
		ck_assert_msg(
			strstr(heard, "0005 StartApplicationSessionPosResponse{sessionID=#") ==
				heard,
			"%s", heard);
		ck_assert_uint_eq(strtoul(strchr(heard, '#') + 1, NULL, 10), 2 + i);
	}
	world_fini(&w);
}
END_TEST

/* The session of somebody else is not taken over: with the right password of another user one gets a new one. */
START_TEST(test_session_of_another_user)
{
	unsigned c;

	setup("[csta]\nuser =\npassword =\n");
	world_session(&w);
	c = world_connect(&w);
	world_take(&w, c);
	world_send(&w, c, 5,
		"<StartApplicationSession " SESSION_NS "><applicationInfo><applicationSpecificInfo>"
		"<SessionLoginInfo><userName>eve</userName><sessionID>#1</sessionID></SessionLoginInfo>"
		"</applicationSpecificInfo></applicationInfo><requestedSessionDuration>60</requestedSessionDuration>"
		"</StartApplicationSession>");
	ck_assert_ptr_nonnull(strstr(world_take(&w, c), "sessionID=#2 "));
	ck_assert(w.clients[1].open);
	world_fini(&w);
}
END_TEST

/* A session that gets nothing but resets lives; without them it ends after twice its duration. */
START_TEST(test_reset_keeps_alive)
{
	unsigned c;

	setup("");
	c = world_session(&w);
	for (int i = 0; i < 10; i++) {
		world_run(&w, 50000);
		reset_timer(c, 10, "#1");
		world_heard(&w, c,
			"0010 ResetApplicationSessionTimerPosResponse{actualSessionDuration=60}\n");
	}
	reset_timer(c, 11, "77");
	world_heard(
		&w, c, "0011 ResetApplicationSessionTimerPosResponse{actualSessionDuration=60}\n");
	world_fini(&w);
}
END_TEST

/* The duration is what the client asks for, within bounds; who asks for none keeps what it has. */
START_TEST(test_reset_changes_duration)
{
	static const struct {
		const char *wanted;
		unsigned granted;
	} cases[] = {
		{ "<requestedSessionDuration>120</requestedSessionDuration>", 120 },
		{ "", 120 },
		{ "<requestedSessionDuration>7200</requestedSessionDuration>", 3600 },
		{ "<requestedSessionDuration>1</requestedSessionDuration>", 2 },
		{ "<requestedSessionDuration>30</requestedSessionDuration>", 30 },
	};
	char expected[128];
	unsigned c;

	setup("");
	c = world_session(&w);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		world_send(&w, c, 10,
			"<ResetApplicationSessionTimer " SESSION_NS
			"><sessionID>#1</sessionID>%s</ResetApplicationSessionTimer>",
			cases[i].wanted);
		snprintf(expected, sizeof(expected),
			"0010 ResetApplicationSessionTimerPosResponse{actualSessionDuration=%u}\n",
			cases[i].granted);
		world_heard(&w, c, expected);
	}
	/* and it counts: twice 30 s */
	world_run(&w, 59000);
	world_heard(&w, c, "");
	world_run(&w, 3000);
	ck_assert_ptr_nonnull(strstr(world_take(&w, c), "ApplicationSessionTerminated"));
	world_fini(&w);
}
END_TEST

/* A session without ECMA-354 has no timer. */
START_TEST(test_reset_without_a_timer)
{
	unsigned c;

	setup("");
	c = world_connect(&w);
	world_send(&w, c, 1, "<RequestSystemStatus/>");
	world_take(&w, c);
	reset_timer(c, 2, "5");
	world_heard(&w, c,
		"0002 ResetApplicationSessionTimerNegResponse{errorCode{definedError=serverCannotResetSessionTimer}}\n");
	world_fini(&w);
}
END_TEST

START_TEST(test_session_timer)
{
	unsigned c;

	setup("");
	c = world_session(&w);
	world_run(&w, 119000);
	world_heard(&w, c, "");
	world_run(&w, 3000);
	world_heard(&w, c,
		"9003 ApplicationSessionTerminated{sessionID=#1 sessionTermReason{"
		"definedTermReason=sessionTimerExpired}}\nclosed\n");
	ck_assert_uint_eq(world_logged(&w, 37602, "session timer expired"), 1);
	/* it is gone */
	c = world_connect(&w);
	world_take(&w, c);
	world_start_session(&w, c, 5, "demo", "<sessionID>#1</sessionID>");
	world_heard(&w, c, POS("0005", "2") W_STATUS("9002", "normal"));
	world_fini(&w);
}
END_TEST

/* Any message at all counts as a sign of life. */
START_TEST(test_session_timer_any_message)
{
	static const char *const signs[] = { "<RequestSystemStatus/>", "<keepalive />",
		"<SystemStatusResponse/>", "<What/>" };
	unsigned c;

	setup("");
	for (size_t s = 0; s < 4; s++) {
		c = world_session(&w);
		for (int i = 0; i < 4; i++) {
			world_run(&w, 50000);
			world_send(&w, c, 10, "%s", signs[s]);
		}
		ck_assert_msg(w.clients[c].open, "%s does not keep a session alive", signs[s]);
		world_hang_up(&w, c);
	}
	world_fini(&w);
}
END_TEST

START_TEST(test_clean_up_delay)
{
	unsigned c;

	setup("");
	c = world_connect(&w);
	world_settle(&w);
	world_start_session(&w, c, 1, "demo", "<sessionCleanupDelay>20</sessionCleanupDelay>");
	world_monitor(&w, c, "2001");
	world_hang_up(&w, c);
	world_run(&w, 19000);
	ck_assert_uint_eq(world_logged(&w, 37602, ""), 0);
	world_run(&w, 3000);
	ck_assert_uint_eq(world_logged(&w, 37602, "no connection within the clean-up delay"), 1);
	c = world_connect(&w);
	world_take(&w, c);
	world_start_session(&w, c, 5, "demo", "<sessionID>#1</sessionID>");
	world_heard(&w, c, POS("0005", "3") W_STATUS("9002", "normal"));
	three_events("a");
	world_heard(&w, c, "");
	world_fini(&w);
}
END_TEST

/* A session can be kept no longer than the configuration allows. */
START_TEST(test_clean_up_delay_limit)
{
	unsigned c;

	setup("[csta]\nsession-duration-s-max = 30\n");
	c = world_connect(&w);
	world_settle(&w);
	world_start_session(&w, c, 1, "demo", "<sessionCleanupDelay>100000</sessionCleanupDelay>");
	ck_assert_ptr_nonnull(strstr(world_take(&w, c), "actualSessionDuration=30"));
	world_hang_up(&w, c);
	world_run(&w, 33000);
	ck_assert_uint_eq(world_logged(&w, 37602, "no connection within the clean-up delay"), 1);
	world_fini(&w);
}
END_TEST

/* ResetApplicationSessionTimer as the first message of a connection from the same host: replay as without numbers. */
START_TEST(test_reset_resumes)
{
	unsigned c;

	setup("");
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	three_events("a");
	world_take(&w, c);
	world_hang_up(&w, c);
	three_events("b");
	c = world_connect(&w);
	world_take(&w, c);
	reset_timer(c, 3, "#1");
	world_heard(&w, c,
		"0003 ResetApplicationSessionTimerPosResponse{actualSessionDuration=60}\n" W_STATUS(
			"9002", "normal") THREE("2", "4", W_NUM("4"), W_NUM("5"), W_NUM("6")));
	three_events("c");
	world_heard(&w, c, THREE("2", "5", W_NUM("7"), W_NUM("8"), W_NUM("9")));
	world_fini(&w);
}
END_TEST

START_TEST(test_reset_from_elsewhere)
{
	unsigned c;

	setup("");
	world_session(&w);
	c = world_connect_from(&w, "10.77.0.10:40000");
	world_take(&w, c);
	reset_timer(c, 3, "#1");
	world_heard(&w, c,
		"0003 ResetApplicationSessionTimerNegResponse{errorCode{definedError=invalidSessionID}}\n");
	reset_timer(c, 4, "5");
	world_heard(&w, c,
		"0004 ResetApplicationSessionTimerNegResponse{errorCode{definedError=invalidSessionID}}\n");
	ck_assert(w.clients[1].open);
	world_fini(&w);
}
END_TEST

START_TEST(test_stop)
{
	unsigned c;

	setup("");
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	stop_session(c, 8, "4294967999");
	world_heard(&w, c,
		"0008 StopApplicationSessionNegResponse{errorCode{definedError=invalidSessionID}}\n");
	stop_session(c, 9, "#1");
	world_heard(&w, c, "0009 StopApplicationSessionPosResponse\n");
	three_events("a");
	world_heard(&w, c, "");
	stop_session(c, 10, "#1");
	world_heard(&w, c,
		"0010 StopApplicationSessionNegResponse{errorCode{definedError=invalidSessionID}}\n");
	/* the connection is as new */
	world_start_session(&w, c, 11, "demo", "<sessionID>#1</sessionID>");
	world_heard(&w, c, POS("0011", "4") W_STATUS("9003", "normal"));
	world_fini(&w);
}
END_TEST

/* Each request a client may begin with opens a session of its own; what is no request does not. */
START_TEST(test_implicit)
{
	static const struct {
		const char *message, *answer, *status; /* NULL: without an id of a registration */
	} firsts[] = {
		{ "<RequestSystemStatus/>",
			"0000 RequestSystemStatusResponse{systemStatus=normal}\n", NULL },
		{ "<SystemRegister/>", "0000 SystemRegisterResponse{sysStatRegisterID=#2}\n",
			"9002 SystemStatus{sysStatRegisterID=#2 systemStatus=normal}\n" },
		{ "<MonitorStart><monitorObject><deviceObject>2001</deviceObject></monitorObject></MonitorStart>",
			"0000 MonitorStartResponse{monitorCrossRefID=#2 monitorExistingCalls=true}\n",
			NULL },
		{ "<SnapshotDevice><snapshotObject>2001</snapshotObject></SnapshotDevice>",
			"0000 SnapshotDeviceResponse{crossRefIDorSnapshotData{snapshotData}}\n",
			NULL },
		{ "<SystemStatus><systemStatus>normal</systemStatus></SystemStatus>",
			"0000 SystemStatusResponse\n", NULL },
		{ "<MakeCall><callingDevice>2001</callingDevice><calledDirectoryNumber>2002</calledDirectoryNumber>"
		  "</MakeCall>",
			W_ERROR("0000", "operation", "invalidDeviceID"), NULL },
		{ "<GetDeviceId/>", W_ERROR("0000", "operation", "serviceNotSupported"), NULL },
	};
	char expected[512];

	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		unsigned c;

		setup("");
		c = world_connect(&w);
		world_heard(&w, c, W_STATUS("9001", "normal"));
		world_send(&w, c, 0, "<keepalive />");
		world_send(&w, c, 9001, "<SystemStatusResponse/>");
		world_heard(&w, c, "");
		world_send(&w, c, 0, "%s", firsts[i].message);
		/* the status stands right behind the answer */
		snprintf(expected, sizeof(expected), "%s%s", firsts[i].answer,
			firsts[i].status ? firsts[i].status : W_STATUS("9002", "normal"));
		world_heard(&w, c, expected);
		/* and ends with its connection */
		world_hang_up(&w, c);
		ck_assert_uint_eq(world_logged(&w, 37602, "connection closed"), 1);
		world_fini(&w);
	}
}
END_TEST

START_TEST(test_implicit_forbidden)
{
	unsigned c;

	setup("[csta]\nimplicit-association = no\n");
	c = world_connect(&w);
	world_take(&w, c);
	world_send(&w, c, 3, "<MonitorStart><monitorObject>2001</monitorObject></MonitorStart>");
	world_heard(&w, c, W_ERROR("0003", "operation", "securityViolation"));
	world_start_session(&w, c, 4, "demo", "");
	world_heard(&w, c, POS("0004", "1") W_STATUS("9002", "normal"));
	world_fini(&w);
}
END_TEST

/* The edition of a session: of its start, else of its first message, else the configured one. */
START_TEST(test_edition)
{
	unsigned c;

	setup("");
	c = world_connect(&w);
	world_send(&w, c, 1,
		"<RequestSystemStatus xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed5\"/>");
	ck_assert_uint_eq(world_logged(&w, 37601, "edition=5"), 1);
	c = world_connect(&w);
	world_send(&w, c, 1, "<RequestSystemStatus/>");
	ck_assert_uint_eq(world_logged(&w, 37601, "edition=3"), 1);
	world_session(&w);
	ck_assert_uint_eq(world_logged(&w, 37601, "edition=6"), 1);
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_start,
		test_wrong_password,
		test_resume_numbers,
		test_resume_with_nothing_missing,
		test_resume_ahead,
		test_resume_unread,
		test_resume_lost,
		test_resume_without_numbers,
		test_resume_while_old_lives,
		test_unknown_session_id,
		test_session_of_another_user,
		test_reset_keeps_alive,
		test_reset_changes_duration,
		test_reset_without_a_timer,
		test_session_timer,
		test_session_timer_any_message,
		test_clean_up_delay,
		test_clean_up_delay_limit,
		test_reset_resumes,
		test_reset_from_elsewhere,
		test_stop,
		test_implicit,
		test_implicit_forbidden,
		test_edition,
	};

	return world_main("node_north", tests, sizeof(tests) / sizeof(tests[0]));
}
