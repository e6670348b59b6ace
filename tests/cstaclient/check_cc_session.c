/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of a whole session of cstaclient without its socket: bytes in, bytes out, time given. The
 * test plays the server, right and wrong.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cstaclient/cc_session.h"
#include "tests/cstaclient/cc_text.h"

#define NS CC_NS_CSTA "ed6"
#define SENT_MAX 64

/* What the client sent since the last look. */
static struct {
	unsigned id;
	char root[64];
	char xml[4096];
} sent[SENT_MAX];
static size_t sent_count;

static struct cc_opts opts;
static struct cc_journal no_journal;
static struct cc_account account;
static struct cc_gap gap;
static struct cc_shared shared;
static struct cc_session session;
static int64_t now_us;

static void
keep_sent(const unsigned char *bytes, size_t n, void *arg)
{
	const char *p = (const char *)bytes;
	const char *root = strstr(p + 8, "?><") + 3;

	(void)arg;
	ck_assert_uint_lt(sent_count, SENT_MAX);
	sent[sent_count].id = (unsigned)strtoul((char[]){ p[4], p[5], p[6], p[7], '\0' }, NULL, 10);
	memcpy(sent[sent_count].xml, p + 8, n - 8);
	sent[sent_count].xml[n - 8] = '\0';
	cc_text_copy(sent[sent_count].root, sizeof(sent[0].root), root);
	sent[sent_count].root[strcspn(sent[sent_count].root, " />")] = '\0';
	sent_count++;
}

static void
set_up(void)
{
	static const char *const names[] = { "2001", "2002" };

	memset(&opts, 0, sizeof(opts));
	opts.user = "demo";
	opts.password = "demo";
	opts.edition = "ed6";
	opts.dead_ms = 3000;
	opts.keepalive_s = 10;
	opts.session_s = 60;
	now_us = 1000000;
	sent_count = 0;
	cc_account_init(&account, &no_journal);
	ck_assert_int_eq(cc_gap_init(&gap, 1), 0);
	shared = (struct cc_shared){ &opts, &account, &gap, &no_journal, NULL, NS };
	ck_assert_int_eq(cc_session_init(&session, 0, &shared, names, 2, keep_sent, NULL), 0);
}

static void
tear_down(void)
{
	cc_session_fini(&session);
	cc_gap_fini(&gap);
}

/* The server sends. */
static void
serve(unsigned id, const char *xml)
{
	unsigned char frame[CC_FRAME_MAX];
	size_t n = cc_frame_put(frame, id, xml, strlen(xml));

	now_us += 1000;
	cc_session_bytes(&session, frame, n, now_us);
}

/* The client has sent this next; returns its invoke id. */
static unsigned
expect(const char *root)
{
	unsigned id = sent[0].id;

	ck_assert_msg(sent_count > 0, "nothing was sent instead of %s", root);
	ck_assert_str_eq(sent[0].root, root);
	sent_count--;
	memmove(&sent[0], &sent[1], sent_count * sizeof(sent[0]));
	return id;
}

static void
expect_nothing(void)
{
	ck_assert_msg(sent_count == 0, "sent %s", sent[0].root);
}

#define STATUS(word) \
	"<SystemStatus xmlns='" NS "'><systemStatus>" word "</systemStatus></SystemStatus>"
#define STATUS_ANSWER \
	"<RequestSystemStatusResponse xmlns='" NS "'><systemStatus>normal</systemStatus>" \
	"</RequestSystemStatusResponse>"
#define EMPTY(root) "<" root " xmlns='" NS "'/>"
#define ERROR \
	"<CSTAErrorCode xmlns='" NS "'><stateIncompatibility>generic</stateIncompatibility>" \
	"</CSTAErrorCode>"
#define START_POS(id) \
	"<StartApplicationSessionPosResponse xmlns='" CC_NS_APPL "'><sessionID>" id "</sessionID>" \
	"<actualSessionDuration>60</actualSessionDuration></StartApplicationSessionPosResponse>"
#define START_NEG(why) \
	"<StartApplicationSessionNegResponse xmlns='" CC_NS_APPL "'><errorCode><definedError>" why \
	"</definedError></errorCode></StartApplicationSessionNegResponse>"
#define MONITOR(xref) \
	"<MonitorStartResponse xmlns='" NS "'><monitorCrossRefID>" xref \
	"</monitorCrossRefID></MonitorStartResponse>"
#define SNAPSHOT(items) \
	"<SnapshotDeviceResponse xmlns='" NS "'><crossRefIDorSnapshotData><snapshotData>" items \
	"</snapshotData></crossRefIDorSnapshotData></SnapshotDeviceResponse>"
#define ITEM(call, device, state) \
	"<snapshotDeviceResponseInfo><connectionIdentifier><callID>" call \
	"</callID><deviceID>" device \
	"</deviceID></connectionIdentifier><localCallState><simpleCallState>" state \
	"</simpleCallState></localCallState></snapshotDeviceResponseInfo>"
#define NUMBER(n) \
	"<extensions><security><messageSequenceNumber>" n "</messageSequenceNumber></security>" \
	"</extensions>"
#define RING(xref, call, device, n) \
	"<DeliveredEvent xmlns='" NS "'><monitorCrossRefID>" xref "</monitorCrossRefID>" \
	"<connection><callID>" call "</callID><deviceID>" device "</deviceID></connection>" \
	"<localConnectionInfo>alerting</localConnectionInfo><cause>newCall</cause>" NUMBER( \
		n) "</DeliveredEvent>"
#define CLEARED(xref, call, device, n) \
	"<ConnectionClearedEvent xmlns='" NS "'><monitorCrossRefID>" xref "</monitorCrossRefID>" \
	"<droppedConnection><callID>" call "</callID><deviceID>" device "</deviceID>" \
	"</droppedConnection><localConnectionInfo>null</localConnectionInfo>" \
	"<cause>normalClearing</cause>" NUMBER(n) "</ConnectionClearedEvent>"

static void
connect_now(void)
{
	cc_session_connected(&session, now_us);
}

static void
serve_setup(void)
{
	unsigned one = expect("MonitorStart");
	unsigned two = expect("MonitorStart");

	expect_nothing();
	serve(one, MONITOR("11"));
	serve(two, MONITOR("12"));
	cc_session_tick(&session, now_us);
	one = expect("SnapshotDevice");
	two = expect("SnapshotDevice");
	serve(one, SNAPSHOT(""));
	serve(two, SNAPSHOT(ITEM("5", "2002", "callEstablished")));
	cc_session_tick(&session, now_us);
	ck_assert_int_eq(session.phase, CC_PHASE_READY);
}

/* A session s1 with monitors 11 (2001) and 12 (2002, in call 5). */
static void
begin_session(void)
{
	connect_now();
	serve(9001, STATUS("normal"));
	ck_assert_ptr_nonnull(
		strstr(sent[0].xml, "<lastMessageSequenceNumber>0</lastMessageSequenceNumber>"));
	ck_assert_ptr_null(strstr(sent[0].xml, "sessionID"));
	serve(expect("StartApplicationSession"), START_POS("s1"));
	ck_assert_uint_eq(expect("SystemStatusResponse"), 9001);
	serve_setup();
	ck_assert_int_eq(account.problem_count, 0);
	ck_assert_int_eq(account.monitors, 2);
}

static void
lose_now(void)
{
	cc_session_lost(&session, "test", now_us);
	ck_assert_int_eq(session.phase, CC_PHASE_DOWN);
}

/* Makes the client send a request on call 5. */
static unsigned
act(enum cc_kind kind, const char *root)
{
	struct cc_action a = { .kind = kind, .device = 1, .call_id = "5" };

	cc_session_act(&session, &a, now_us);
	return expect(root);
}

START_TEST(session_starts_and_resumes)
{
	begin_session();
	serve(9999, RING("11", "6", "2001", "1"));
	lose_now();
	connect_now();
	ck_assert_ptr_nonnull(strstr(sent[0].xml, "<sessionID>s1</sessionID>"));
	ck_assert_ptr_nonnull(
		strstr(sent[0].xml, "<lastMessageSequenceNumber>1</lastMessageSequenceNumber>"));
	serve(expect("StartApplicationSession"), START_POS("s1"));
	serve(9001, STATUS("messagesLost"));
	ck_assert_uint_eq(expect("SystemStatusResponse"), 9001);
	ck_assert_int_eq(session.phase, CC_PHASE_READY);
	serve(9999, CLEARED("11", "6", "2001", "2"));
	expect_nothing();
	ck_assert_int_eq(account.resumes, 1);
	ck_assert_int_eq(account.reconnects, 1);
	ck_assert_int_eq(account.events, 2);
	ck_assert_int_eq(account.status_messages_lost, 1);
	ck_assert_int_eq(account.problem_count, 0);
}
END_TEST

START_TEST(holes_and_repeated_numbers_are_caught)
{
	begin_session();
	serve(9999, RING("11", "6", "2001", "1"));
	serve(9999, RING("12", "7", "2002", "4"));
	ck_assert_int_eq(account.events_lost, 2);
	serve(9999, CLEARED("12", "7", "2002", "4"));
	ck_assert_int_eq(account.events_duplicated, 1);
	/* it was not applied */
	ck_assert_ptr_nonnull(cc_picture_call(&session.picture.devices[1], "7"));
	ck_assert_int_eq(account.problem_count, 2);
}
END_TEST

START_TEST(changed_ids_are_caught)
{
	begin_session();
	lose_now();
	connect_now();
	serve(expect("StartApplicationSession"), START_POS("s1"));
	serve(9999, RING("99", "6", "2001", "1"));
	ck_assert_int_eq(account.unknown_crossrefs, 1);
	ck_assert_int_eq(account.ids_changed, 1);
	lose_now();
	connect_now();
	serve(expect("StartApplicationSession"), START_POS("s2"));
	ck_assert_int_eq(account.ids_changed, 2);
	ck_assert_int_eq(account.resume_refused, 1);
	ck_assert_int_eq(account.resumes, 1);
	serve_setup();
	serve(9999, RING("11", "6", "2001", "1"));
	ck_assert_int_eq(account.events_lost + account.events_duplicated, 0);
}
END_TEST

START_TEST(busy_and_refused_resumes)
{
	begin_session();
	lose_now();
	connect_now();
	serve(expect("StartApplicationSession"), START_NEG("serverResourcesBusy"));
	ck_assert(session.wants_close && session.wants_delay);
	ck_assert_int_eq(account.busy_answers, 1);
	ck_assert_int_eq(account.resume_refused + account.problem_count, 0);
	lose_now();
	connect_now();
	serve(expect("StartApplicationSession"), START_NEG("invalidApplicationInfo"));
	ck_assert_int_eq(account.resume_refused, 1);
	ck_assert(!session.is_refused);
	lose_now();
	connect_now();
	ck_assert_ptr_null(strstr(sent[0].xml, "sessionID"));
}
END_TEST

START_TEST(wrong_password_ends_it)
{
	connect_now();
	serve(expect("StartApplicationSession"), START_NEG("invalidApplicationInfo"));
	ck_assert(session.is_refused);
}
END_TEST

START_TEST(cold_status_is_caught)
{
	connect_now();
	serve(9001, STATUS("enabled"));
	ck_assert_int_eq(account.problem_count, 0);
	serve(expect("StartApplicationSession"), START_POS("s1"));
	(void)expect("SystemStatusResponse");
	serve_setup();
	serve(9002, STATUS("enabled"));
	ck_assert_int_eq(account.problem_count, 1);
	serve(9003, STATUS("initializing"));
	ck_assert_int_eq(account.problem_count, 2);
	serve(9004, STATUS("partiallyDisabled"));
	ck_assert_int_eq(account.problem_count, 2);
}
END_TEST

START_TEST(requests_are_accounted)
{
	unsigned id;

	begin_session();
	serve(act(CC_KIND_HOLD, "HoldCall"), EMPTY("HoldCallResponse"));
	id = act(CC_KIND_CLEAR, "ClearConnection");
	serve(id, ERROR);
	ck_assert_int_eq(account.problem_count, 0);
	serve(id, ERROR);
	ck_assert_int_eq(account.answers_twice, 1);
	serve(8000, EMPTY("HoldCallResponse"));
	ck_assert_int_eq(account.problem_count, 2);
	id = act(CC_KIND_HOLD, "HoldCall");
	ck_assert_int_eq(account.requests_in_flight, 1);
	lose_now();
	connect_now();
	serve(expect("StartApplicationSession"), START_POS("s1"));
	expect_nothing();
	serve(id, EMPTY("HoldCallResponse"));
	ck_assert_int_eq(account.problem_count, 3);
	ck_assert_int_eq(account.requests, 3);
	ck_assert_int_eq(account.requests_answered, 2);
	ck_assert_int_eq(account.requests_failed, 1);
	ck_assert_int_eq(account.requests_unanswered, 1);
	ck_assert_int_eq(account.requests_in_flight, 0);
}
END_TEST

START_TEST(wrong_answers_are_caught)
{
	begin_session();
	serve(act(CC_KIND_HOLD, "HoldCall"), EMPTY("ClearConnectionResponse"));
	ck_assert_int_eq(account.problem_count, 1);
	ck_assert(session.wants_close);
}
END_TEST

START_TEST(wrong_invoke_ids_are_caught)
{
	unsigned id;

	begin_session();
	serve(17, RING("11", "6", "2001", "1"));
	ck_assert_int_eq(account.problem_count, 1);
	id = act(CC_KIND_HOLD, "HoldCall");
	serve(id, STATUS("normal"));
	ck_assert_int_eq(account.problem_count, 2);
	ck_assert_ptr_nonnull(strstr(account.problems[1], "outstanding"));
	serve(9999, STATUS("normal"));
	ck_assert_int_eq(account.problem_count, 3);
	serve(0, STATUS("normal"));
	ck_assert_int_eq(account.problem_count, 3);
}
END_TEST

START_TEST(broken_messages_are_caught)
{
	begin_session();
	serve(9999, "<DeliveredEvent");
	ck_assert_int_eq(account.problem_count, 1);
	ck_assert(!session.wants_close);
	cc_session_bytes(&session, "\1\0\0\0\0\0\0\0", 8, now_us);
	ck_assert_int_eq(account.problem_count, 2);
	ck_assert(session.wants_close);
}
END_TEST

START_TEST(late_answers_and_dead_connections)
{
	begin_session();
	opts.probe_ms = 100;
	cc_session_tick(&session, now_us);
	(void)expect("RequestSystemStatus");
	(void)act(CC_KIND_HOLD, "HoldCall");
	/* other probes are answered, so the connection lives, but one request is forgotten */
	for (int i = 0; i < 80; i++) {
		now_us += 100000;
		cc_session_tick(&session, now_us);
		serve(expect("RequestSystemStatus"), STATUS_ANSWER);
	}
	ck_assert(!session.wants_close);
	ck_assert_int_eq(account.problem_count, 2);
	ck_assert_ptr_nonnull(strstr(account.problems[1], "HoldCall"));
	for (int i = 0; i < 29; i++) {
		now_us += 100000;
		cc_session_tick(&session, now_us);
	}
	ck_assert(!session.wants_close);
	now_us += 300000;
	cc_session_tick(&session, now_us);
	ck_assert(session.wants_close);
	ck_assert_int_eq(account.requests, 1);
}
END_TEST

START_TEST(session_timer_is_reset)
{
	begin_session();
	now_us += 29000000;
	cc_session_tick(&session, now_us);
	expect_nothing();
	now_us += 1000000;
	cc_session_tick(&session, now_us);
	serve(expect("ResetApplicationSessionTimer"),
		"<ResetApplicationSessionTimerPosResponse xmlns='" CC_NS_APPL
		"'><actualSessionDuration>10</actualSessionDuration>"
		"</ResetApplicationSessionTimerPosResponse>");
	ck_assert_int_eq(session.duration_us, 10000000);
	ck_assert_int_eq(account.problem_count, 0);
}
END_TEST

START_TEST(server_may_not_end_things)
{
	begin_session();
	serve(9001,
		"<MonitorStop xmlns='" NS
		"'><monitorCrossRefID>11</monitorCrossRefID></MonitorStop>");
	ck_assert_uint_eq(expect("MonitorStopResponse"), 9001);
	ck_assert_int_eq(account.monitors, 1);
	ck_assert_int_eq(account.problem_count, 1);
	serve(9002,
		"<ApplicationSessionTerminated xmlns='" CC_NS_APPL
		"'><sessionID>s1</sessionID></ApplicationSessionTerminated>");
	ck_assert_int_eq(account.problem_count, 2);
	ck_assert(session.wants_close);
	ck_assert_int_eq(account.monitors, 0);
	lose_now();
	connect_now();
	ck_assert_ptr_null(strstr(sent[0].xml, "sessionID"));
}
END_TEST

START_TEST(plain_client_starts_over)
{
	opts.is_plain = true;
	for (int round = 0; round < 2; round++) {
		connect_now();
		expect_nothing();
		serve(9001, STATUS("normal"));
		ck_assert_uint_eq(expect("SystemStatusResponse"), 9001);
		serve(expect("RequestSystemStatus"), STATUS_ANSWER);
		serve(expect("SystemRegister"),
			"<SystemRegisterResponse xmlns='" NS
			"'><sysStatRegisterID>r</sysStatRegisterID>"
			"</SystemRegisterResponse>");
		serve_setup();
		ck_assert_int_eq(account.monitors, 2);
		ck_assert_uint_eq(session.picture.devices[1].call_count, 1);
		now_us += 10000000;
		cc_session_tick(&session, now_us);
		serve(expect("RequestSystemStatus"), STATUS_ANSWER);
		expect_nothing();
		lose_now();
	}
	ck_assert_int_eq(account.problem_count, 0);
	ck_assert_int_eq(account.resumes, 0);
}
END_TEST

START_TEST(plain_client_wants_normal_in_time)
{
	opts.is_plain = true;
	connect_now();
	serve(9001, STATUS("disabled"));
	(void)expect("SystemStatusResponse");
	now_us += CC_STATUS_WAIT_US;
	cc_session_tick(&session, now_us);
	ck_assert(session.wants_close);
	ck_assert_int_eq(account.problem_count, 1);
}
END_TEST

START_TEST(refused_monitor_is_tried_again)
{
	unsigned one;

	connect_now();
	serve(expect("StartApplicationSession"), START_POS("s1"));
	one = expect("MonitorStart");
	serve(expect("MonitorStart"), MONITOR("12"));
	serve(one,
		"<CSTAErrorCode xmlns='" NS "'><systemResourceAvailibility>deviceOutOfService"
		"</systemResourceAvailibility></CSTAErrorCode>");
	ck_assert_int_eq(account.problem_count, 0);
	cc_session_tick(&session, now_us);
	serve(expect("SnapshotDevice"), SNAPSHOT(""));
	expect_nothing();
	now_us += CC_RETRY_US;
	cc_session_tick(&session, now_us);
	serve(expect("MonitorStart"), ERROR);
	ck_assert_int_eq(account.problem_count, 1);
	ck_assert_int_eq(session.phase, CC_PHASE_SETTING_UP);
}
END_TEST

START_TEST(lost_monitor_answer_leaves_an_orphan)
{
	connect_now();
	serve(expect("StartApplicationSession"), START_POS("s1"));
	(void)expect("MonitorStart");
	(void)expect("MonitorStart");
	lose_now();
	connect_now();
	serve(expect("StartApplicationSession"), START_POS("s1"));
	serve_setup();
	serve(9999, RING("8", "6", "2001", "1"));
	serve(9999, RING("11", "6", "2001", "2"));
	serve(9999, CLEARED("8", "6", "2001", "3"));
	serve(expect("MonitorStop"), EMPTY("MonitorStopResponse"));
	expect_nothing();
	ck_assert_int_eq(account.problem_count, 0);
	serve(9999, RING("9", "6", "2001", "4"));
	(void)expect("MonitorStop");
	serve(9999, RING("10", "6", "2001", "5"));
	ck_assert_int_eq(account.unknown_crossrefs, 1);
}
END_TEST

START_TEST(final_snapshot_is_compared)
{
	unsigned one;
	unsigned two;
	json_t *list;

	begin_session();
	cc_session_begin_final(&session);
	cc_session_tick(&session, now_us);
	one = expect("SnapshotDevice");
	two = expect("SnapshotDevice");
	ck_assert(!cc_session_is_final_done(&session));
	serve(one, SNAPSHOT(ITEM("9", "2001", "callReceived")));
	/* in two segments, with another id for call 5 */
	serve(two,
		"<SnapshotDeviceResponse xmlns='" NS "'><crossRefIDorSnapshotData>"
		"<serviceCrossRefID>7</serviceCrossRefID></crossRefIDorSnapshotData>"
		"</SnapshotDeviceResponse>");
	serve(9999,
		"<SnapshotDeviceData xmlns='" NS "'><serviceCrossRefID>7</serviceCrossRefID>"
		"<lastSegment>false</lastSegment></SnapshotDeviceData>");
	ck_assert(!cc_session_is_final_done(&session));
	serve(9999,
		"<SnapshotDeviceData xmlns='" NS "'><serviceCrossRefID>7</serviceCrossRefID>"
		"<lastSegment>true</lastSegment><snapshotData>" ITEM(
			"55", "2002", "callEstablished") "</snapshotData></SnapshotDeviceData>");
	ck_assert(cc_session_is_final_done(&session));
	list = cc_session_take_final(&session);
	ck_assert_uint_eq(json_array_size(list), 2);
	json_decref(list);
	ck_assert_int_eq(account.snapshot_differences, 2);
	ck_assert_int_eq(account.ids_changed, 1);
	/* the picture stays what the events made of it */
	ck_assert_ptr_nonnull(cc_picture_call(&session.picture.devices[1], "5"));
	ck_assert_uint_eq(session.picture.devices[0].call_count, 0);
}
END_TEST

START_TEST(session_stops_in_order)
{
	begin_session();
	cc_session_stop(&session, now_us);
	serve(expect("StopApplicationSession"),
		"<StopApplicationSessionPosResponse xmlns='" CC_NS_APPL "'/>");
	ck_assert_int_eq(session.phase, CC_PHASE_STOPPED);
	ck_assert_int_eq(account.problem_count, 0);
}
END_TEST

static TCase *
case_session(void)
{
	TCase *c = tcase_create("session");

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, session_starts_and_resumes);
	tcase_add_test(c, holes_and_repeated_numbers_are_caught);
	tcase_add_test(c, changed_ids_are_caught);
	tcase_add_test(c, busy_and_refused_resumes);
	tcase_add_test(c, wrong_password_ends_it);
	tcase_add_test(c, cold_status_is_caught);
	tcase_add_test(c, requests_are_accounted);
	tcase_add_test(c, wrong_answers_are_caught);
	tcase_add_test(c, wrong_invoke_ids_are_caught);
	tcase_add_test(c, broken_messages_are_caught);
	tcase_add_test(c, late_answers_and_dead_connections);
	tcase_add_test(c, session_timer_is_reset);
	tcase_add_test(c, server_may_not_end_things);
	tcase_add_test(c, plain_client_starts_over);
	tcase_add_test(c, plain_client_wants_normal_in_time);
	tcase_add_test(c, refused_monitor_is_tried_again);
	tcase_add_test(c, lost_monitor_answer_leaves_an_orphan);
	tcase_add_test(c, final_snapshot_is_compared);
	tcase_add_test(c, session_stops_in_order);
	return c;
}

int
main(void)
{
	Suite *suite = suite_create("cc_session");
	SRunner *runner;
	int failed;

	suite_add_tcase(suite, case_session());
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
