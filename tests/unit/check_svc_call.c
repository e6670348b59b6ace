/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Call requests of clients: MakeCall, AnswerCall, HoldCall, RetrieveCall, ClearConnection. What BroadWorks is asked, what
 * the client is answered, in every state and for every answer of BroadWorks.
 */
#include "proto/base/limits.h"
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>

static struct world w;
static unsigned client;

/* A session without numbers (#1). */
static void
setup(const char *settings)
{
	client = world_begin(&w, 1, settings);
}

static void
make_call(unsigned invoke, const char *from, const char *to)
{
	world_send(&w, client, invoke,
		"<MakeCall><callingDevice>%s</callingDevice><calledDirectoryNumber>%s"
		"</calledDirectoryNumber><autoOriginate>prompt</autoOriginate></MakeCall>",
		from, to);
}

/* AnswerCall, HoldCall, RetrieveCall, ClearConnection on a connection. */
static const struct service {
	const char *name, *connection, *asked, *state, *personality;
} services[] = {
	{ "AnswerCall", "callToBeAnswered", "PUT A/user/2001@demo.example/calls/a:0/Talk",
		"Alerting", "Terminator" },
	{ "HoldCall", "callToBeHeld", "PUT A/user/2001@demo.example/calls/a:0/Hold", "Active",
		"Terminator" },
	{ "RetrieveCall", "callToBeRetrieved", "PUT A/user/2001@demo.example/calls/a:0/Talk",
		"Held", "Terminator" },
	{ "ClearConnection", "connectionToBeCleared", "DELETE A/user/2001@demo.example/calls/a:0",
		"Active", "Originator" },
};

#define SERVICES (sizeof(services) / sizeof(services[0]))

static void
request(unsigned invoke, const struct service *s, const char *connection)
{
	world_send(&w, client, invoke, "<%s><%s>%s</%s></%s>", s->name, s->connection, connection,
		s->connection, s->name);
}

#define BY_BOTH "<callID>#3</callID><deviceID>2001</deviceID>"
#define BY_DEVICE "<deviceID>2001</deviceID>"

START_TEST(test_make_call)
{
	setup("");
	world_monitor(&w, client, "2001");
	world_forget_asked(&w);
	make_call(9, "2001", "tel:+15559000001");
	world_asked(
		&w, "xsp1 POST A/user/2001@demo.example/calls/new?address=tel%3A%2B15559000001\n");
	world_heard(&w, client, "0009 MakeCallResponse{callingDevice{callID=#4 deviceID=2001}}\n");
	/* the call that is made is the one that was named */
	world_call(&w, "2001", "CallOriginatingEvent", "dial-1:0", "d1:1", "Click-to-Dial",
		"Alerting", "tel:+15559000001");
	world_heard(&w, client, W_INITIATED("2", "4", "2001", W_END));
	/* what BroadWorks has no place for is ignored: the call is made */
	world_send(&w, client, 12,
		"<MakeCall><callingDevice>2001</callingDevice><calledDirectoryNumber>tel:5"
		"</calledDirectoryNumber><accountCode>31</accountCode><authCode>32</authCode>"
		"<autoOriginate>doNotPrompt</autoOriginate><correlatorData><string>3 3</string>"
		"</correlatorData><userData><string>34</string></userData><subjectOfCall>x"
		"</subjectOfCall></MakeCall>");
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "0012 MakeCallResponse{"));
	ck_assert_uint_eq(world_asked_count(&w, "calls/new?address=tel%3A5"), 1);
	/* to a device that is known: its user; to another extension: as given */
	world_monitor(&w, client, "2002");
	world_forget_asked(&w);
	make_call(10, "2001", "2002");
	make_call(11, "2001", "2099");
	world_asked(&w,
		"xsp1 POST A/user/2001@demo.example/calls/new?address=2002%40demo.example\n"
		"xsp1 POST A/user/2001@demo.example/calls/new?address=2099\n");
	world_fini(&w);
}
END_TEST

/* A call that no event ever tells of is forgotten after a minute: its name is free for another call then. */
START_TEST(test_make_call_never_seen)
{
	setup("");
	world_monitor(&w, client, "2001");
	make_call(9, "2001", "tel:+15559000001");
	world_heard(&w, client, "0009 MakeCallResponse{callingDevice{callID=#4 deviceID=2001}}\n");
	world_run(&w, 59000);
	make_call(10, "2001", "tel:+15559000001");
	world_heard(&w, client, "0010 MakeCallResponse{callingDevice{callID=#6 deviceID=2001}}\n");
	world_run(&w, 2000);
	world_call(&w, "2001", "CallOriginatingEvent", "dial-1:0", "d1:1", "Click-to-Dial",
		"Alerting", "tel:+15559000001");
	world_heard(&w, client, W_INITIATED("2", "7", "2001", W_END));
	world_call(&w, "2001", "CallOriginatingEvent", "dial-2:0", "d2:1", "Click-to-Dial",
		"Alerting", "tel:+15559000001");
	world_heard(&w, client, W_INITIATED("2", "6", "2001", W_END));
	world_fini(&w);
}
END_TEST

/* --- the answer first, then the events that the request has caused --- */

/* BroadWorks answers 2001's dialling after so long, with call x:0. */
static void
setup_late_answer(const char *settings, int64_t ms)
{
	setup(settings);
	world_monitor(&w, client, "2001");
	world_rule(&w, "POST", "/calls/new", 201, 1,
		"<?xml version=\"1.0\"?><CallStartInfo "
		"xmlns=\"http://schema.broadsoft.com/xsi\"><callId>x:0</callId>"
		"<externalTrackingId>77:1</externalTrackingId></CallStartInfo>");
	world_rule_last(&w)->delay_ms = ms;
}

static void
call_begins(void)
{
	world_call(&w, "2001", "CallOriginatingEvent", "x:0", "77:1", "Click-to-Dial", "Alerting",
		"2002");
}

#define MADE "0009 MakeCallResponse{callingDevice{callID=#4 deviceID=2001}}\n"

/* BroadWorks tells of the call before it answers. */
START_TEST(test_answer_first)
{
	setup_late_answer("", 300);
	make_call(9, "2001", "2002");
	call_begins();
	world_run(&w, 200);
	world_heard(&w, client, "");
	world_run(&w, 100);
	world_heard(&w, client, MADE W_INITIATED("2", "4", "2001", W_END));
	world_fini(&w);
}
END_TEST

/* A refusal as well. */
START_TEST(test_refusal_first)
{
	client = world_begin_call(&w, "Terminator", "Active");
	world_rule(&w, "PUT", "/Hold", 412, 1, "");
	world_rule_last(&w)->delay_ms = 300;
	request(9, &services[1], BY_BOTH);
	world_call(&w, "2001", "CallReleasedEvent", "a:0", "7:1", "Terminator", "Released", "2002");
	world_heard(&w, client, "");
	world_run(&w, 400);
	world_heard(&w, client,
		W_ERROR("0009", "stateIncompatibility", "invalidConnectionState")
			W_CLEARED("2", "3", "2001", "2002", "normalClearing", W_END));
	world_fini(&w);
}
END_TEST

/* An answer that does not come holds nothing up for longer than the setting says, and comes then. */
START_TEST(test_answer_first_bound)
{
	setup_late_answer("[csta]\nanswer-first-ms = 400\n[broadworks]\n", 1000);
	make_call(9, "2001", "2002");
	world_run(&w, 280);
	call_begins();
	world_heard(&w, client, "");
	world_run(&w, 60);
	world_heard(&w, client, "");
	world_run(&w, 60);
	world_heard(&w, client, W_INITIATED("2", "4", "2001", W_END));
	world_run(&w, 1000);
	world_heard(&w, client, MADE);
	world_fini(&w);
}
END_TEST

START_TEST(test_answer_first_off)
{
	setup_late_answer("[csta]\nanswer-first-ms = 0\n[broadworks]\n", 300);
	make_call(9, "2001", "2002");
	call_begins();
	world_heard(&w, client, W_INITIATED("2", "4", "2001", W_END));
	world_run(&w, 300);
	world_heard(&w, client, MADE);
	world_fini(&w);
}
END_TEST

/* Others hear of the call at once; of other devices the session itself does, too, as long as nothing waits. */
START_TEST(test_answer_first_others)
{
	unsigned other;

	setup_late_answer("", 300);
	world_monitor(&w, client, "2003");
	other = world_connect(&w);
	world_settle(&w);
	world_start_session(&w, other, 1, "demo", "");
	world_monitor(&w, other, "2001");
	make_call(9, "2001", "2002");
	world_call(&w, "2003", "CallReceivedEvent", "b:0", "8:1", "Terminator", "Alerting", "2004");
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "DeliveredEvent"));
	call_begins();
	ck_assert_ptr_nonnull(strstr(world_take(&w, other), "ServiceInitiatedEvent"));
	world_heard(&w, client, "");
	/* one session's events keep their order: its numbers go on without a hole */
	world_call(&w, "2003", "CallAnsweredEvent", "b:0", "8:1", "Terminator", "Active", "2004");
	world_heard(&w, client, "");
	world_run(&w, 400);
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "0009 MakeCallResponse"));
	world_fini(&w);
}
END_TEST

/* The called device rings before the caller's request is answered. */
START_TEST(test_answer_first_called)
{
	const char *heard;

	setup_late_answer("", 300);
	world_monitor(&w, client, "2002");
	make_call(9, "2001", "2002");
	world_call(
		&w, "2002", "CallReceivedEvent", "y:0", "77:1", "Terminator", "Alerting", "2001");
	world_heard(&w, client, "");
	world_run(&w, 400);
	heard = world_take(&w, client);
	ck_assert_msg(strncmp(heard, "0009 MakeCallResponse", 21) == 0, "%s", heard);
	ck_assert_ptr_nonnull(strstr(heard, "DeliveredEvent"));
	world_fini(&w);
}
END_TEST

/* What waits for an answer does not delay a client that asks whether anybody is there; MonitorStop keeps its place. */
START_TEST(test_answer_first_keepalive)
{
	setup_late_answer("", 300);
	make_call(9, "2001", "2002");
	call_begins();
	world_send(&w, client, 10, "<RequestSystemStatus/>");
	world_heard(&w, client, "0010 RequestSystemStatusResponse{systemStatus=normal}\n");
	world_send(&w, client, 11, "<What/>");
	world_heard(&w, client, W_ERROR("0011", "operation", "serviceNotSupported"));
	world_send(&w, client, 12,
		"<MonitorStop><monitorCrossRefID>#2</monitorCrossRefID></MonitorStop>");
	world_heard(&w, client, "");
	world_run(&w, 400);
	world_heard(
		&w, client, MADE W_INITIATED("2", "4", "2001", W_END) "0012 MonitorStopResponse\n");
	world_fini(&w);
}
END_TEST

/* Questions cause no events: nothing waits for their answers. */
START_TEST(test_question_holds_nothing)
{
	setup("");
	world_monitor(&w, client, "2001");
	world_rule(&w, "GET", "DoNotDisturb", 0, 1, "");
	world_send(&w, client, 9, "<GetDoNotDisturb><device>2001</device></GetDoNotDisturb>");
	world_call(&w, "2001", "CallReceivedEvent", "a:0", "7:1", "Terminator", "Alerting", "2002");
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "DeliveredEvent"));
	world_fini(&w);
}
END_TEST

/* The client is back on another connection: it gets the events, and no answer of the old connection holds them. */
START_TEST(test_answer_first_resumed)
{
	const char *heard;

	setup_late_answer("", 450);
	make_call(9, "2001", "2002");
	call_begins();
	world_hang_up(&w, client);
	client = world_connect(&w);
	world_settle(&w);
	world_start_session(&w, client, 1, "demo", "<sessionID>#1</sessionID>");
	heard = world_take(&w, client);
	ck_assert_ptr_nonnull(strstr(heard, "ServiceInitiatedEvent"));
	world_run(&w, 1000);
	world_heard(&w, client, "");
	world_fini(&w);
}
END_TEST

/* The node gives its role up while an answer is awaited, and gets it back: nothing stays behind. */
START_TEST(test_answer_first_demoted)
{
	setup_late_answer("", 5000);
	make_call(9, "2001", "2002");
	call_begins();
	world_heard(&w, client, "");
	world_step(&w, &(struct node_event){ .kind = NODE_EV_DEMOTE });
	world_run(&w, 100);
	world_fini(&w);
}
END_TEST

START_TEST(test_make_call_refused)
{
	static const struct {
		unsigned status;
		const char *body, *category, *error;
	} answers[] = {
		{ 404, "", "operation", "invalidCalledDeviceID" },
		{ 403, "", "operation", "privilegeViolationSpecifiedDevice" },
		{ 400, "", "stateIncompatibility", "invalidObjectState" },
		{ 409, "", "stateIncompatibility", "invalidObjectState" },
		{ 503, "", "systemResourceAvailibility", "resourceBusy" },
		{ 500, "", "operation", "generic" },
		{ 401, "", "operation", "generic" },
		{ 302, "", "operation", "generic" },
		{ 201, "not xml", "operation", "generic" },
		{ 201, "", "operation", "generic" },
		{ 0, "", "systemResourceAvailibility", "networkOutOfService" },
	};
	char line[256];

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		setup("http-timeout-ms = 2000\n");
		world_monitor(&w, client, "2001");
		/* a request that was refused for its account alone is sent once more */
		world_rule(&w, "POST", "/calls/new", answers[i].status,
			answers[i].status == 401 ? 2 : 1, answers[i].body);
		make_call(9, "2001", "2002");
		world_run(&w, 2100);
		snprintf(line, sizeof(line), "0009 CSTAErrorCode{%s=%s}\n", answers[i].category,
			answers[i].error);
		world_heard(&w, client, line);
		/* asked once: never repeated */
		ck_assert_uint_eq(
			world_asked_count(&w, "/calls/new"), answers[i].status == 401 ? 2 : 1);
		world_fini(&w);
	}
}
END_TEST

START_TEST(test_make_call_wrong)
{
	setup("");
	world_monitor(&w, client, "2001");
	world_forget_asked(&w);
	make_call(9, "2099", "2002");
	world_heard(&w, client, W_ERROR("0009", "operation", "invalidDeviceID"));
	make_call(10, "2001", "");
	world_heard(&w, client, W_ERROR("0010", "operation", "invalidCalledDeviceID"));
	make_call(11, "", "2002");
	world_heard(&w, client, W_ERROR("0011", "operation", "invalidDeviceID"));
	world_asked(&w, "");
	world_fini(&w);
}
END_TEST

START_TEST(test_service)
{
	static const char *const connections[] = { BY_BOTH, BY_DEVICE,
		"<deviceID>2001</deviceID><callID>#3</callID>" };
	char line[256];

	for (size_t i = 0; i < SERVICES; i++) {
		for (size_t j = 0; j < 3; j++) {
			client = world_begin_call(&w, services[i].personality, services[i].state);
			request(30, &services[i], connections[j]);
			snprintf(line, sizeof(line), "xsp1 %s\n", services[i].asked);
			world_asked(&w, line);
			snprintf(line, sizeof(line), "0030 %sResponse\n", services[i].name);
			world_heard(&w, client, line);
			world_fini(&w);
		}
	}
}
END_TEST

START_TEST(test_service_refused)
{
	static const struct {
		unsigned status;
		const char *category, *error;
	} answers[] = {
		{ 404, "operation", "invalidConnectionID" },
		{ 403, "operation", "privilegeViolationSpecifiedDevice" },
		{ 400, "stateIncompatibility", "invalidConnectionState" },
		{ 409, "stateIncompatibility", "invalidConnectionState" },
		{ 412, "stateIncompatibility", "invalidConnectionState" },
		{ 503, "systemResourceAvailibility", "resourceBusy" },
		{ 500, "operation", "generic" },
		{ 0, "systemResourceAvailibility", "networkOutOfService" },
	};
	char line[256];

	for (size_t i = 0; i < SERVICES; i++) {
		for (size_t j = 0; j < sizeof(answers) / sizeof(answers[0]); j++) {
			client = world_begin_call(&w, services[i].personality, services[i].state);
			world_rule(&w, "", "/calls/a:0", answers[j].status, -1, "");
			request(30, &services[i], BY_BOTH);
			world_run(&w, 5100);
			snprintf(line, sizeof(line), "0030 CSTAErrorCode{%s=%s}\n",
				answers[j].category, answers[j].error);
			world_heard(&w, client, line);
			ck_assert_uint_eq(world_asked_count(&w, "/calls/a:0"), 1);
			/* what is true is asked for */
			ck_assert_uint_eq(world_asked_count(&w, "PUT E/subscription/s1-2001"), 1);
			world_fini(&w);
		}
	}
}
END_TEST

START_TEST(test_service_wrong_state)
{
	static const struct {
		size_t service;
		const char *state, *personality, *error;
	} wrong[] = {
		{ 0, "Active", "Terminator", "noCallToAnswer" },
		{ 0, "Held", "Terminator", "noCallToAnswer" },
		{ 0, "Alerting", "Originator", "noCallToAnswer" },
		{ 1, "Alerting", "Terminator", "invalidConnectionState" },
		{ 1, "Held", "Terminator", "invalidConnectionState" },
		{ 2, "Active", "Terminator", "invalidConnectionState" },
		{ 2, "Remote Held", "Originator", "invalidConnectionState" },
		{ 2, "Alerting", "Terminator", "invalidConnectionState" },
	};
	char line[256];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		client = world_begin_call(&w, wrong[i].personality, wrong[i].state);
		request(30, &services[wrong[i].service], BY_BOTH);
		snprintf(line, sizeof(line), "0030 CSTAErrorCode{stateIncompatibility=%s}\n",
			wrong[i].error);
		world_heard(&w, client, line);
		world_asked(&w, "");
		world_fini(&w);
	}
}
END_TEST

START_TEST(test_service_unknown)
{
	static const char *const connections[] = {
		"<callID>#99</callID><deviceID>2001</deviceID>",
		"<callID>3</callID><deviceID>2001</deviceID>",
		"<callID>abc</callID><deviceID>2001</deviceID>",
		"<callID>a:0</callID><deviceID>2001</deviceID>",
		"<callID>99999999999999999999999999</callID><deviceID>2001</deviceID>",
	};

	client = world_begin_call(&w, "Terminator", "Alerting");
	for (size_t i = 0; i < SERVICES; i++) {
		for (size_t j = 0; j < sizeof(connections) / sizeof(connections[0]); j++) {
			request(30, &services[i], connections[j]);
			world_heard(
				&w, client, W_ERROR("0030", "operation", "invalidConnectionID"));
		}
		request(31, &services[i], "<callID>#3</callID><deviceID>2077</deviceID>");
		world_heard(&w, client, W_ERROR("0031", "operation", "invalidDeviceID"));
		request(32, &services[i], "");
		world_heard(&w, client, W_ERROR("0032", "operation", "invalidDeviceID"));
	}
	world_asked(&w, "");
	world_fini(&w);
}
END_TEST

/* A device without a call id names its only call: not when there is none, not when there are two. */
START_TEST(test_device_only)
{
	setup("");
	world_monitor(&w, client, "2001");
	request(30, &services[3], BY_DEVICE);
	world_heard(&w, client, W_ERROR("0030", "stateIncompatibility", "noConnectionToClear"));
	request(31, &services[0], BY_DEVICE);
	world_heard(&w, client, W_ERROR("0031", "stateIncompatibility", "noCallToAnswer"));
	world_call(&w, "2001", "CallReceivedEvent", "a:0", "7:1", "Terminator", "Alerting", "2002");
	world_call(&w, "2001", "CallReceivedEvent", "b:0", "8:1", "Terminator", "Alerting", "2003");
	world_take(&w, client);
	world_forget_asked(&w);
	request(32, &services[3], BY_DEVICE);
	world_heard(&w, client, W_ERROR("0032", "operation", "invalidConnectionID"));
	world_asked(&w, "");
	world_fini(&w);
}
END_TEST

/* A device that is out of service takes no requests. */
START_TEST(test_service_device_out)
{
	client = world_begin_call(&w, "Terminator", "Alerting");
	w.snapshots = false;
	world_call(&w, "2001", "CallReceivedEvent", "b:0", "1:2", "Terminator", "Alerting", "2003");
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "OutOfServiceEvent"));
	request(30, &services[0], BY_BOTH);
	world_heard(
		&w, client, W_ERROR("0030", "systemResourceAvailibility", "deviceOutOfService"));
	make_call(31, "2001", "2002");
	world_heard(
		&w, client, W_ERROR("0031", "systemResourceAvailibility", "deviceOutOfService"));
	world_fini(&w);
}
END_TEST

/* One session cannot have more requests under way than its limit. */
START_TEST(test_request_limit)
{
	unsigned refused = 0;
	const char *heard;

	setup("");
	world_monitor(&w, client, "2001");
	world_rule(&w, "POST", "/calls/new", 0, -1, "");
	for (unsigned invoke = 1; invoke <= LIMIT_REQUESTS_PER_SESSION + 10; invoke++) {
		struct buf frame;

		buf_init(&frame, 4096);
		ck_assert_int_eq(
			csta_frame_put(&frame, invoke,
				STR("<MakeCall><callingDevice>2001</callingDevice>"
				    "<calledDirectoryNumber>2002</calledDirectoryNumber></MakeCall>")),
			0);
		world_send_bytes(&w, client, frame.p, frame.n);
		buf_fini(&frame);
	}
	heard = world_take(&w, client);
	for (; (heard = strstr(heard, "outstandingReqLimitExceeded")) != NULL; heard++)
		refused++;
	ck_assert_uint_eq(refused, 10);
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_make_call,
		test_make_call_never_seen,
		test_answer_first,
		test_refusal_first,
		test_answer_first_bound,
		test_answer_first_off,
		test_answer_first_others,
		test_answer_first_called,
		test_answer_first_keepalive,
		test_question_holds_nothing,
		test_answer_first_resumed,
		test_answer_first_demoted,
		test_make_call_refused,
		test_make_call_wrong,
		test_service,
		test_service_refused,
		test_service_wrong_state,
		test_service_unknown,
		test_device_only,
		test_service_device_out,
		test_request_limit,
	};

	return world_main("svc_call", tests, sizeof(tests) / sizeof(tests[0]));
}
