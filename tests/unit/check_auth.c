/* SPDX-License-Identifier: Apache-2.0 */
/* Who may come, and what it may do: logins, addresses, certificates, services, devices, limits. */
#include "daemon/auth.h"
#include "proto/base/limits.h"
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>

static struct world w;

/* who settings name users of applications loses that of the world */
#define DEMO "[csta]\nuser = demo\npassword = demo\n"

#define POS "StartApplicationSessionPosResponse"
#define ASK "<RequestSystemStatus/>"
#define MONITOR \
	"<MonitorStart><monitorObject><deviceObject>%s</deviceObject></monitorObject></MonitorStart>"
#define RESOURCE(invoke, value) W_ERROR(invoke, "systemResourceAvailibility", value)

static void
setup(const char *settings)
{
	world_init(&w, 2, settings);
	world_start(&w);
}

static const char *
login(unsigned c, const char *user, const char *password, const char *more)
{
	world_take(&w, c);
	world_send(&w, c, 1,
		"<StartApplicationSession><applicationInfo><applicationSpecificInfo><user>%s</user>"
		"<password>%s</password>%s</applicationSpecificInfo></applicationInfo>"
		"<requestedSessionDuration>60</requestedSessionDuration></StartApplicationSession>",
		user, password, more);
	return world_take(&w, c);
}

static bool
may_login(const char *peer, const char *user, const char *password)
{
	unsigned c = world_connect_from(&w, peer);
	bool ok;

	world_settle(&w);
	ok = strstr(login(c, user, password, ""), POS) != NULL;
	world_hang_up(&w, c);
	return ok;
}

/* The answer to a request of a client, nothing else. */
static void
answers(unsigned c, const char *request, const char *expected)
{
	world_send(&w, c, 5, "%s", request);
	world_heard(&w, c, expected);
}

START_TEST(test_logins)
{
	setup(DEMO "[application a]\nuser = anna, bert\npassword = one\naddresses = 10.77.0.0/24\n"
		   "[application b]\nuser = carl\npassword = two\n");
	ck_assert(may_login("10.77.0.9:1", "anna", "one"));
	ck_assert(may_login("10.77.0.9:2", "bert", "one"));
	ck_assert(may_login("10.99.0.9:3", "carl", "two"));
	/* the user of [csta] is one more */
	ck_assert(may_login("10.99.0.9:4", "demo", "demo"));
	ck_assert(!may_login("10.77.0.9:5", "anna", "two"));
	ck_assert(!may_login("10.77.0.9:6", "carl", "one"));
	ck_assert(!may_login("10.77.0.9:7", "demo", "one"));
	ck_assert(!may_login("10.77.0.9:8", "dora", "one"));
	ck_assert(!may_login("10.77.0.9:9", "", ""));
	ck_assert_uint_eq(world_logged(&w, 37606, "wrong user or password"), 5);
	ck_assert(!may_login("10.78.0.9:10", "anna", "one"));
	ck_assert_uint_eq(world_logged(&w, 37606, "not from this address"), 1);
	world_fini(&w);
}
END_TEST

/* With a password set nobody comes in without one, but for whom a section says so. */
START_TEST(test_implicit_needs_a_section)
{
	unsigned c;

	setup("[application a]\nuser = anna\npassword = one\n");
	c = world_connect(&w);
	world_take(&w, c);
	answers(c, ASK, W_ERROR("0005", "operation", "securityViolation"));
	ck_assert(strstr(login(c, "anna", "one", ""), POS) != NULL);
	world_fini(&w);
	setup("[application a]\naddresses = 10.77.0.100\n");
	c = world_connect_from(&w, "10.77.0.101:7");
	world_take(&w, c);
	answers(c, ASK, W_ERROR("0005", "operation", "securityViolation"));
	c = world_connect(&w);
	world_take(&w, c);
	world_send(&w, c, 5, ASK);
	ck_assert_ptr_nonnull(strstr(world_take(&w, c), "RequestSystemStatusResponse"));
	ck_assert_uint_eq(world_logged(&w, 37601, "user=@a"), 1);
	world_fini(&w);
}
END_TEST

/* Nothing is configured: everybody may come. */
START_TEST(test_open)
{
	struct auth_who who = { .peer = STR("1.2.3.4:5"), .user = STR("@x"), .names = STR("") };
	struct auth_grant grant;
	const struct conf_application *app;
	struct conf *conf = calloc(1, sizeof(*conf));
	const char *why;

	conf_defaults(conf);
	who.password = STR("y");
	ck_assert(auth_login(conf, &who, &grant, &why));
	ck_assert_str_eq(grant.user, "@x");
	ck_assert(auth_implicit(conf, &who, &grant));
	ck_assert(auth_application(conf, "@x", &app));
	ck_assert_ptr_null(app);
	free(conf);
}
END_TEST

/* What the next owner knows of a session is the name it is kept under. */
START_TEST(test_rights_by_name)
{
	struct conf *conf = calloc(1, sizeof(*conf));
	const struct conf_application *app;
	struct err e = { 0 };

	ck_assert_int_eq(
		conf_parse(conf, "t",
			DEMO "[application a]\nuser = anna, bert\npassword = p\n[application b]\n"
			     "addresses = ::1\n[broadworks]\nuser = u\nxsp = x:1\n",
			&e),
		0);
	ck_assert(auth_application(conf, "bert", &app) && app == &conf->applications[0]);
	ck_assert(auth_application(conf, "@b", &app) && app == &conf->applications[1]);
	ck_assert(auth_application(conf, "demo", &app) && app == NULL);
	ck_assert(!auth_application(conf, "carl", &app));
	ck_assert(!auth_application(conf, "@c", &app));
	ck_assert(!auth_application(conf, "", &app));
	free(conf);
}
END_TEST

START_TEST(test_certificates)
{
	static const char names[] = "subject:CN=ts,O=x\ncn:ts\ndns:ts.example\n";
	static const struct {
		const char *wanted;
		bool ok;
	} cases[] = { { "ts", true }, { "cn:ts", true }, { "ts.example", true },
		{ "dns:ts", false }, { "dns:ts.example", true }, { "subject:CN=ts,O=x", true },
		{ "CN=ts,O=x", false }, { "t", false }, { "ts.example.org", false } };
	struct auth_who who = { .peer = STR("1.2.3.4:5"), .user = STR(""), .password = STR("") };
	struct conf *conf = calloc(1, sizeof(*conf));
	struct auth_grant grant;

	conf_defaults(conf);
	conf->application_count = 1;
	strcpy(conf->applications[0].name, "ts");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		strcpy(conf->applications[0].certificate, cases[i].wanted);
		who.names = str_of(names);
		ck_assert_msg(
			auth_implicit(conf, &who, &grant) == cases[i].ok, "%s", cases[i].wanted);
		/* none at all */
		who.names = STR("");
		ck_assert(!auth_implicit(conf, &who, &grant));
	}
	free(conf);
}
END_TEST

/* A session goes on only as who it was, also one without a login. */
START_TEST(test_resume)
{
	unsigned c;

	setup("[application a]\nuser = anna, bert\npassword = one\n[application b]\naddresses = 10.77.0.0/24\n");
	c = world_connect(&w);
	ck_assert_ptr_nonnull(strstr(login(c, "anna", "one", ""), "sessionID=#1 "));
	world_hang_up(&w, c);
	c = world_connect(&w);
	ck_assert_ptr_nonnull(
		strstr(login(c, "bert", "one", "<sessionID>#1</sessionID>"), "sessionID=#2 "));
	c = world_connect(&w);
	ck_assert_ptr_nonnull(
		strstr(login(c, "", "", "<sessionID>#1</sessionID>"), "sessionID=#3 "));
	ck_assert_uint_eq(world_logged(&w, 37601, "user=@b"), 1);
	world_fini(&w);
}
END_TEST

/* The timer resumes without a login: but only with the certificate that the section asks for. */
START_TEST(test_resume_by_timer)
{
	static const char reset[] = "<ResetApplicationSessionTimer><sessionID>#1</sessionID>"
				    "</ResetApplicationSessionTimer>";
	unsigned c = 0;

	setup("[application a]\ncertificate = ts\n");
	for (unsigned i = 0; i < 3; i++) {
		c = ++w.client_count;
		w.clients[c].open = w.clients[c].reads = true;
		csta_stream_init(&w.clients[c].in, csta_codecs[CSTA_CODEC_ANNEX_J]);
		buf_init(&w.clients[c].heard, 65536);
		buf_init(&w.clients[c].raw, 65536);
		world_step(&w,
			&(struct node_event){ .kind = NODE_EV_CLIENT_OPEN,
				.id = c,
				.text = STR("10.77.0.100:4"),
				.text2 = STR("10.77.0.50:1040"),
				.bytes = i == 1 ? STR("cn:other\n") : STR("cn:ts\n") });
		world_settle(&w);
		world_take(&w, c);
		if (i == 0) {
			ck_assert_ptr_nonnull(strstr(login(c, "", "", ""), POS));
			world_hang_up(&w, c);
		}
		if (i == 1)
			answers(c, reset,
				"0005 ResetApplicationSessionTimerNegResponse{errorCode{definedError=invalidSessionID}}\n");
	}
	world_send(&w, c, 5, "%s", reset);
	ck_assert_ptr_nonnull(strstr(world_take(&w, c), "ResetApplicationSessionTimerPosResponse"));
	world_fini(&w);
}
END_TEST

START_TEST(test_services)
{
	unsigned c;

	setup("[application a]\naddresses = 10.77.0.0/24\nservices = MonitorStart\n");
	c = world_connect(&w);
	world_send(&w, c, 4, ASK);
	world_take(&w, c);
	answers(c, "<MonitorStop><monitorCrossRefID>1</monitorCrossRefID></MonitorStop>",
		W_ERROR("0005", "operation", "securityViolation"));
	answers(c, "<MakeCall><callingDevice>2001</callingDevice></MakeCall>",
		W_ERROR("0005", "operation", "securityViolation"));
	/* signs of life are for all, and what nobody knows is not a matter of rights */
	answers(c, ASK, "0005 RequestSystemStatusResponse{systemStatus=normal}\n");
	answers(c, "<GetDeviceId/>", W_ERROR("0005", "operation", "serviceNotSupported"));
	world_monitor(&w, c, "2001");
	world_fini(&w);
}
END_TEST

START_TEST(test_monitoring_only)
{
	static const char *const refused[] = {
		"<MakeCall><callingDevice>2001</callingDevice></MakeCall>",
		"<ClearCall><callToBeCleared><callID>1</callID></callToBeCleared></ClearCall>",
		"<SetForwarding><device>2001</device></SetForwarding>",
		"<SetAgentState><device>2001</device></SetAgentState>",
		"<DeflectCall/>",
		"<Escape/>",
	};
	unsigned c;

	setup("[application a]\naddresses = 10.77.0.0/24\nmonitoring-only = yes\n");
	c = world_connect(&w);
	world_send(&w, c, 4, ASK);
	world_take(&w, c);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		answers(c, refused[i], W_ERROR("0005", "operation", "securityViolation"));
	world_monitor(&w, c, "2001");
	answers(c,
		"<SnapshotDevice><snapshotObject><deviceObject>2001</deviceObject></snapshotObject></SnapshotDevice>",
		"0005 SnapshotDeviceResponse{crossRefIDorSnapshotData{snapshotData}}\n");
	world_fini(&w);
}
END_TEST

#define ESCAPE(items) \
	"<Escape><privateData><private><serviceID>1</serviceID>" items \
	"</private></privateData></Escape>"
#define FORBIDDEN W_ERROR("0005", "operation", "privilegeViolationSpecifiedDevice")

START_TEST(test_devices)
{
	char text[512];
	unsigned all, c;

	setup(DEMO "[application a]\nuser = anna\npassword = one\ndevices = 2000-2001\n");
	all = world_session(&w);
	world_monitor(&w, all, "2001");
	world_monitor(&w, all, "2003");
	c = world_connect(&w);
	login(c, "anna", "one", "");
	world_monitor(&w, c, "2001");
	snprintf(text, sizeof(text), MONITOR, "2003");
	answers(c, text, FORBIDDEN);
	answers(c, "<MakeCall><callingDevice>2003</callingDevice></MakeCall>", FORBIDDEN);
	/* whatever it is called: it is the device that counts */
	answers(c, "<MakeCall><callingDevice>2003@demo.example</callingDevice></MakeCall>",
		FORBIDDEN);
	answers(c,
		"<MakeCall><callingDevice>N&lt;2003&gt;;displayNumber=2001</callingDevice></MakeCall>",
		FORBIDDEN);
	world_monitor(&w, c, "2001@demo.example");
	world_monitor(&w, c, "tel:2001");
	/* registrations for whatever there is, and devices in private data */
	answers(c, "<RouteRegister/>", FORBIDDEN);
	answers(c, "<RouteRegister><routeingDevice>2003</routeingDevice></RouteRegister>",
		FORBIDDEN);
	answers(c, ESCAPE("<device>2003</device>"), FORBIDDEN);
	answers(c, ESCAPE("<device>2001</device><HOST_DN>2003</HOST_DN>"), FORBIDDEN);
	answers(c, ESCAPE(""), FORBIDDEN);
	/* a call between a device that is allowed and one that is not, and one of others */
	world_call(&w, "2001", "CallReceivedEvent", "a", "a:1", "Terminator", "Alerting", "2002");
	world_call(&w, "2003", "CallReceivedEvent", "b", "b:1", "Terminator", "Alerting", "2004");
	world_take(&w, c);
	answers(c,
		"<AnswerCall><callToBeAnswered><callID>#7</callID><deviceID>2003</deviceID>"
		"</callToBeAnswered></AnswerCall>",
		FORBIDDEN);
	world_fini(&w);
}
END_TEST

/* A call is named by its own number alone. */
START_TEST(test_calls)
{
	unsigned all, c;
	const char *heard;
	char text[256];
	unsigned long mine, others;

	setup(DEMO "[application a]\nuser = anna\npassword = one\ndevices = 2001\n");
	all = world_session(&w);
	world_monitor(&w, all, "2001");
	world_monitor(&w, all, "2003");
	c = world_connect(&w);
	login(c, "anna", "one", "");
	world_call(&w, "2001", "CallReceivedEvent", "a", "a:1", "Terminator", "Alerting", "2002");
	heard = world_take(&w, all);
	mine = strtoul(strstr(heard, "callID=#") + 8, NULL, 10);
	world_call(&w, "2003", "CallReceivedEvent", "b", "b:1", "Terminator", "Alerting", "2004");
	heard = world_take(&w, all);
	others = strtoul(strstr(heard, "callID=#") + 8, NULL, 10);
	snprintf(text, sizeof(text),
		"<SnapshotCall><snapshotObject><callID>#%lu</callID></snapshotObject></SnapshotCall>",
		others);
	answers(c, text, FORBIDDEN);
	snprintf(text, sizeof(text),
		"<SnapshotCall><snapshotObject><callID>#%lu</callID></snapshotObject></SnapshotCall>",
		mine);
	world_send(&w, c, 5, "%s", text);
	ck_assert_ptr_nonnull(strstr(world_take(&w, c), "0005 SnapshotCallResponse"));
	answers(c,
		"<SnapshotCall><snapshotObject><callID>99</callID></snapshotObject></SnapshotCall>",
		W_ERROR("0005", "operation", "invalidCallID"));
	world_fini(&w);
}
END_TEST

START_TEST(test_session_limit)
{
	unsigned a, b, c;

	setup("[application a]\naddresses = 10.77.0.0/24\nsessions-max = 1\n"
	      "[application b]\nuser = anna\npassword = one\nsessions-max = 1\n");
	a = world_connect(&w);
	world_send(&w, a, 5, ASK);
	b = world_connect(&w);
	world_take(&w, b);
	answers(b, ASK, RESOURCE("0005", "resourceLimitExceeded"));
	ck_assert_ptr_nonnull(strstr(login(b, "anna", "one", ""), POS));
	c = world_connect(&w);
	ck_assert_ptr_nonnull(strstr(login(c, "anna", "one", ""),
		"NegResponse{errorCode{definedError=maxNumberSessions}}"));
	/* it may resume, and the next one comes when the first has gone */
	ck_assert_ptr_nonnull(
		strstr(login(c, "anna", "one", "<sessionID>#2</sessionID>"), "sessionID=#2 "));
	world_hang_up(&w, a);
	a = world_connect(&w);
	world_send(&w, a, 5, ASK);
	ck_assert_ptr_nonnull(strstr(world_take(&w, a), "RequestSystemStatusResponse"));
	world_fini(&w);
}
END_TEST

START_TEST(test_monitor_limit)
{
	unsigned a, b;
	char text[512];

	setup("[application a]\naddresses = 10.77.0.0/24\nmonitors-max = 2\n");
	a = world_connect(&w);
	b = world_connect(&w);
	world_monitor(&w, a, "2001");
	world_send(&w, b, 5, ASK);
	world_monitor(&w, b, "2001");
	snprintf(text, sizeof(text), MONITOR, "2001");
	answers(a, text, RESOURCE("0005", "overallMonitorLimitExceeded"));
	/* who is not of this application is not concerned */
	world_monitor(&w, world_session(&w), "2001");
	world_hang_up(&w, b);
	world_monitor(&w, a, "2001");
	world_fini(&w);
}
END_TEST

START_TEST(test_request_rate)
{
	struct buf bytes;
	unsigned c;
	const char *heard;
	unsigned good = 0, refused = 0;

	setup("[application a]\naddresses = 10.77.0.0/24\nrequest-rate = 5\n");
	c = world_connect(&w);
	world_send(&w, c, 5, ASK);
	world_take(&w, c);
	buf_init(&bytes, 1 << 16);
	for (uint32_t i = 0; i < 8; i++)
		ck_assert_int_eq(csta_frame_put(&bytes, i, STR("<GetDeviceId/>")), 0);
	for (uint32_t i = 0; i < 8; i++)
		ck_assert_int_eq(csta_frame_put(&bytes, i, STR("<MonitorStop/>")), 0);
	world_send_bytes(&w, c, bytes.p, bytes.n);
	world_settle(&w);
	heard = world_take(&w, c);
	for (const char *p = heard; (p = strchr(p, '\n')) != NULL; p++)
		good++;
	for (const char *p = heard; (p = strstr(p, "performanceLimitExceeded")) != NULL; p++)
		refused++;
	ck_assert_uint_eq(good, 16);
	ck_assert_uint_eq(refused, 11);
	/* a sign of life is never refused, and a second later there is room for five more */
	answers(c, ASK, "0005 RequestSystemStatusResponse{systemStatus=normal}\n");
	world_run(&w, 1000);
	for (int i = 0; i < 5; i++)
		answers(c, "<GetDeviceId/>", W_ERROR("0005", "operation", "serviceNotSupported"));
	answers(c, "<GetDeviceId/>",
		W_ERROR("0005", "performanceManagement", "performanceLimitExceeded"));
	buf_fini(&bytes);
	world_fini(&w);
}
END_TEST

/* Limits of the server itself. */
START_TEST(test_sessions_of_the_server)
{
	unsigned a, b;

	setup("[csta]\nsessions-max = 1\n");
	a = world_session(&w);
	b = world_connect(&w);
	ck_assert_ptr_nonnull(strstr(login(b, "demo", "demo", ""),
		"NegResponse{errorCode{definedError=maxNumberSessions}}"));
	answers(b, ASK, RESOURCE("0005", "resourceLimitExceeded"));
	/* who has a session may resume it */
	ck_assert_ptr_nonnull(
		strstr(login(b, "demo", "demo", "<sessionID>#1</sessionID>"), "sessionID=#1 "));
	ck_assert(!w.clients[a].open);
	world_fini(&w);
}
END_TEST

START_TEST(test_connections_of_the_server)
{
	unsigned a, b, c, d;

	setup("[csta]\nconnections-max = 1\n");
	a = world_session(&w);
	b = world_connect(&w);
	world_heard(&w, b, W_STATUS("9001", "disabled"));
	ck_assert_str_eq(login(b, "demo", "demo", ""),
		"0001 StartApplicationSessionNegResponse{errorCode{definedError=serverResourcesBusy}}\nclosed\n");
	c = world_connect(&w);
	world_take(&w, c);
	answers(c, ASK, RESOURCE("0005", "resourceLimitExceeded") "closed\n");
	/* one that says nothing, or nothing to the point, goes after five seconds */
	d = world_connect(&w);
	world_take(&w, d);
	world_run(&w, 3000);
	world_send(&w, d, 9001, "<SystemStatusResponse/>");
	world_run(&w, 3000);
	world_heard(&w, d, "closed\n");
	ck_assert(w.clients[a].open);
	world_hang_up(&w, a);
	d = world_connect(&w);
	world_heard(&w, d, W_STATUS("9001", "normal"));
	world_fini(&w);
}
END_TEST

START_TEST(test_unknown_edition)
{
	static const char start[] =
		"<StartApplicationSession><applicationInfo><applicationSpecificInfo><user>demo</user>"
		"<password>demo</password></applicationSpecificInfo></applicationInfo>"
		"<requestedProtocolVersions>%s</requestedProtocolVersions></StartApplicationSession>";
	unsigned c;

	setup("");
	c = world_connect(&w);
	world_take(&w, c);
	world_send(&w, c, 1, start,
		"<protocolVersion>http://www.ecma-international.org/standards/ecma-323/csta/ed7</protocolVersion>"
		"<protocolVersion>uaCSTA</protocolVersion>");
	world_heard(&w, c,
		"0001 StartApplicationSessionNegResponse{errorCode{definedError=requestedProtocolVersionNotSupported}}\n");
	/* one that is known is enough; none at all is the default */
	world_send(&w, c, 1, start,
		"<protocolVersion>ed7</protocolVersion><protocolVersion>ed4</protocolVersion>");
	ck_assert_ptr_nonnull(strstr(world_take(&w, c), "csta/ed4 "));
	c = world_connect(&w);
	world_take(&w, c);
	world_send(&w, c, 1, start, "");
	ck_assert_ptr_nonnull(strstr(world_take(&w, c), "csta/ed3 "));
	world_fini(&w);
}
END_TEST

/* What a client hears that names no edition, by the bytes. */
START_TEST(test_default_edition)
{
	static const char *const editions[] = { "ed3", "ed4", "ed5", "ed6" };
	char settings[64], ns[96];

	for (size_t i = 0; i < 4; i++) {
		unsigned c;

		snprintf(settings, sizeof(settings), "[csta]\ndefault-edition = %s\n", editions[i]);
		snprintf(ns, sizeof(ns), "ecma-323/csta/%s\"", editions[i]);
		setup(settings);
		c = world_connect(&w);
		buf_char(&w.clients[c].raw, '\0');
		ck_assert_ptr_nonnull(strstr((const char *)w.clients[c].raw.p, ns));
		w.clients[c].raw.n = 0;
		world_send(&w, c, 1, ASK);
		buf_char(&w.clients[c].raw, '\0');
		ck_assert_ptr_nonnull(strstr((const char *)w.clients[c].raw.p, ns));
		ck_assert_ptr_nonnull(
			strstr(strstr((const char *)w.clients[c].raw.p, "<SystemStatus "), ns));
		world_fini(&w);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_logins,
		test_implicit_needs_a_section,
		test_open,
		test_rights_by_name,
		test_certificates,
		test_resume,
		test_resume_by_timer,
		test_services,
		test_monitoring_only,
		test_devices,
		test_calls,
		test_session_limit,
		test_monitor_limit,
		test_request_rate,
		test_sessions_of_the_server,
		test_connections_of_the_server,
		test_unknown_edition,
		test_default_edition,
	};

	return world_main("auth", tests, sizeof(tests) / sizeof(tests[0]));
}
