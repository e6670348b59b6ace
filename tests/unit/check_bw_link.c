/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links: redirects, overload, rates, the choice of an XSP, SRV names, the application controller.
 * The whole node runs; BroadWorks is the scripted one.
 */
#include "tests/unit/link_world.h"

#include <stdio.h>
#include <stdlib.h>

/* --- redirects -------------------------------------------------------------------------------- */

/* Fault 11: the same method and body, and the place is remembered. */
START_TEST(test_redirected_request)
{
	init(1, "[link other]\nhost = other\n");
	w.xsp_count = 2;
	world_start(&w);
	client = world_session(&w);
	w.targets.n = w.bodies.n = 0;
	redirect("POST", "/user/2001", 1,
		"http://other:81/com.broadsoft.xsi-events/v2.0/user/2001@demo.example?node=2");
	world_monitor(&w, client, "2001");
	ck_assert_uint_eq(
		targets("http://other:81 " BASIC " POST E/user/2001@demo.example?node=2"), 1);
	ck_assert_ptr_nonnull(strstr(text_of(&w.bodies), "<event>Advanced Call</event>"));
	world_monitor(&w, client, "2002");
	ck_assert_uint_ge(targets("http://other:81 " BASIC " POST E/user/2002"), 0);
	ck_assert_uint_eq(link_at(0).redirects + link_at(1).redirects, 1);
	world_fini(&w);
}
END_TEST

START_TEST(test_redirected_in_circles)
{
	setup(1, "redirect-hops-max = 2\n");
	redirect("POST", "/calls/new", -1, "/com.broadsoft.xsi-actions/v2.0/user/x/calls/new");
	world_monitor(&w, client, "2001");
	w.asked.n = 0;
	world_send(&w, client, 9,
		"<MakeCall xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">"
		"<callingDevice>2001</callingDevice><calledDirectoryNumber>2002</calledDirectoryNumber></MakeCall>");
	ck_assert_uint_eq(world_asked_count(&w, "/calls/new"), 3);
	world_heard(&w, client, W_ERROR("0009", "operation", "generic"));
	world_fini(&w);
}
END_TEST

/* Credentials are shown to hosts that are ours, and never in clear where they were hidden. */
START_TEST(test_redirects_not_followed)
{
	static const char *const locations[] = { "http://evil.example/x", "//evil.example/x",
		"ftp://127.0.0.1/x", "http://u:p@127.0.0.1/x", "http://127.0.0.1:99999/x",
		"http://127.0.0.1\\@evil/x", "x", "", "http://127.0.0.1?x", "/a b" };

	for (size_t i = 0; i < sizeof(locations) / sizeof(locations[0]); i++) {
		setup(1, "");
		w.targets.n = 0;
		redirect("POST", "/user/2001", 1, locations[i]);
		world_send(&w, client, 5,
			"<MonitorStart xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">"
			"<monitorObject><deviceObject>2001</deviceObject></monitorObject></MonitorStart>");
		ck_assert_uint_eq(targets("http://127.0.0.1:8080 "), targets("http"));
		ck_assert_uint_ge(world_logged(&w, 37540, "redirect not followed"), 1);
		world_fini(&w);
	}
	setup(1, "follow-redirects = no\n");
	redirect("GET", "", 1, "/x");
	world_fini(&w);
}
END_TEST

/* The stream and all that belongs to it go to the server that has it; when that is gone, back to the farm. */
START_TEST(test_redirected_stream)
{
	init(1, "redirect-hosts = any\nheartbeat-ms = 10000\n");
	w.xsps[0].mode = WORLD_REFUSES;
	w.xsps[0].refusal = 302;
	w.xsps[0].location =
		"http://node2:8081/com.broadsoft.async/com.broadsoft.xsi-events/v2.0/channel";
	start_quietly(1);
	w.xsps[0].mode = WORLD_UP;
	world_run(&w, 25000);
	ck_assert_uint_eq(channels_open(), 1);
	ck_assert_uint_eq(targets("http://node2:8081 " BASIC " open /com.broadsoft.async/"), 1);
	ck_assert_uint_ge(targets("http://node2:8081 " BASIC " PUT E/channel/c1/heartbeat"), 2);
	ck_assert_uint_eq(targets("http://127.0.0.1:8080 " BASIC " PUT E/channel/"), 0);
	/* the node dies */
	w.targets.n = 0;
	w.xsps[0].mode = WORLD_DOWN;
	world_stream_ends(&w, 0);
	world_run(&w, 3000);
	ck_assert_uint_ge(targets("http://node2:8081 " BASIC " open"), 1);
	ck_assert_uint_ge(targets("http://127.0.0.1:8080 " BASIC " open"), 1);
	w.xsps[0].mode = WORLD_UP;
	world_run(&w, 30000);
	ck_assert_uint_eq(channels_open(), 1);
	world_fini(&w);
}
END_TEST

/* --- overload and rates ----------------------------------------------------------------------- */

/* Fault 5: held back as long as the XSP says, no storm; well again by itself. */
START_TEST(test_overload)
{
	setup(1, "");
	world_rule(&w, "POST", "E/user/", 503, 1, "");
	world_rule_last(&w)->retry_after_s = 20;
	world_send(&w, client, 5,
		"<MonitorStart xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">"
		"<monitorObject><deviceObject>2001</deviceObject></monitorObject></MonitorStart>");
	ck_assert_str_eq(link_at(0).state, "overloaded");
	world_run(&w, 15000);
	ck_assert_uint_eq(world_asked_count(&w, "POST E/user/"), 1);
	ck_assert_uint_eq(channels_open(), 1);
	world_run(&w, 30000);
	ck_assert_uint_ge(world_asked_count(&w, "POST E/user/"), 1);
	ck_assert_str_eq(link_at(0).state, "open");
	ck_assert_uint_eq(link_at(0).overloads, 1);
	world_fini(&w);
}
END_TEST

START_TEST(test_overload_storm)
{
	setup(2, "");
	world_rule(&w, "", "", 503, -1, "");
	w.xsps[0].mode = WORLD_REFUSES;
	w.xsps[0].refusal = 503;
	world_stream_ends(&w, 0);
	w.asked.n = 0;
	world_run(&w, 120000);
	ck_assert_uint_le(world_asked_count(&w, "xsp1 open"), 12);
	world_rules_clear(&w);
	w.xsps[0].mode = WORLD_UP;
	world_run(&w, 60000);
	ck_assert_uint_eq(channels_open(), 2);
	world_fini(&w);
}
END_TEST

START_TEST(test_request_rate)
{
	unsigned n;

	setup(1,
		"request-rate = 10\nrequest-burst = 5\nupdate-rate = 100000\nupdate-in-flight = 64\n"
		"http-timeout-ms = 60000\n");
	world_run(&w, 3000);
	for (int i = 0; i < 60; i++)
		world_send(&w, client, (unsigned)i,
			"<MonitorStart xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">"
			"<monitorObject><deviceObject>%d</deviceObject></monitorObject></MonitorStart>",
			2100 + i);
	n = world_asked_count(&w, "POST E/user/");
	ck_assert_uint_ge(n, 5);
	ck_assert_uint_le(n, 5 + 12 + 2); /* the sends took 1.2 s */
	w.asked.n = 0;
	world_run(&w, 2000);
	/* each draws an acknowledgement, which does not count */
	ck_assert_uint_ge(world_asked_count(&w, "POST E/user/"), 18);
	ck_assert_uint_le(world_asked_count(&w, "POST E/user/"), 22);
	n += world_asked_count(&w, "POST E/user/");
	w.asked.n = 0;
	world_run(&w, 12000);
	ck_assert_uint_eq(n + world_asked_count(&w, "POST E/user/"), 60);
	world_fini(&w);
}
END_TEST

/* A node that is busy looks every quarter of a millisecond, when a thousandth of a request has not come together yet. */
START_TEST(test_request_rate_busy)
{
	unsigned n;

	setup(1,
		"request-rate = 1\nrequest-burst = 1\nupdate-rate = 100000\nupdate-in-flight = 64\n"
		"http-timeout-ms = 60000\n");
	world_run(&w, 3000);
	for (int i = 0; i < 20; i++)
		world_send(&w, client, (unsigned)i,
			"<MonitorStart xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">"
			"<monitorObject><deviceObject>%d</deviceObject></monitorObject></MonitorStart>",
			2100 + i);
	w.asked.n = 0;
	for (int i = 0; i < 4 * 10000; i++) {
		w.now.us += 250;
		world_step(&w, &(struct node_event){ .kind = NODE_EV_TICK });
	}
	n = world_asked_count(&w, "POST E/user/");
	ck_assert_msg(n >= 8 && n <= 11, "%u requests in ten seconds", n);
	world_fini(&w);
}
END_TEST

/* One user's clients cannot use up what BroadWorks grants to it, and not what it grants to others. */
START_TEST(test_user_rate)
{
	setup(1, "user-rate = 1\nuser-burst = 2\nhttp-timeout-ms = 1500\n");
	world_monitor(&w, client, "2001");
	world_monitor(&w, client, "2002");
	w.asked.n = 0;
	for (unsigned i = 1; i <= 5; i++)
		world_send(&w, client, i,
			"<MakeCall xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">"
			"<callingDevice>%s</callingDevice><calledDirectoryNumber>2009</calledDirectoryNumber></MakeCall>",
			i == 5 ? "2002" : "2001");
	ck_assert_uint_eq(world_asked_count(&w, "2001@demo.example/calls/new"), 2);
	ck_assert_uint_eq(world_asked_count(&w, "2002@demo.example/calls/new"), 1);
	world_run(&w, 3000);
	ck_assert_uint_eq(world_asked_count(&w, "2001@demo.example/calls/new"), 3);
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "resourceBusy"));
	world_fini(&w);
}
END_TEST

/* --- which XSP -------------------------------------------------------------------------------- */

static void
ask_devices(unsigned from, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		char device[16];

		snprintf(device, sizeof(device), "%u", from + i);
		world_monitor(&w, client, device);
	}
}

START_TEST(test_priority_and_weight)
{
	init(0,
		"[link a]\nhost = 127.0.0.1\npriority = 2\n[link b]\nhost = 127.0.0.2\nweight = 30\n"
		"[link c]\nhost = 127.0.0.3\nweight = 10\n");
	w.xsp_count = 3;
	world_start(&w);
	client = world_session(&w);
	w.targets.n = 0;
	ask_devices(2100, 40);
	ck_assert_uint_eq(targets("http://127.0.0.1 " BASIC " POST E/user"), 0);
	ck_assert_uint_eq(targets("http://127.0.0.2 " BASIC " POST E/user"), 30);
	ck_assert_uint_eq(targets("http://127.0.0.3 " BASIC " POST E/user"), 10);
	/* the two are gone: the other end of the order */
	w.xsps[1].mode = w.xsps[2].mode = WORLD_DOWN;
	world_stream_ends(&w, 1);
	world_stream_ends(&w, 2);
	world_run(&w, 100);
	ask_devices(2200, 3);
	ck_assert_uint_eq(targets("http://127.0.0.1 " BASIC " POST E/user"), 3);
	ck_assert_str_eq(link_at(1).state, "down");
	world_fini(&w);
}
END_TEST

START_TEST(test_channels_and_sets)
{
	init(3, "channels-max = 2\nchannel-set-mode = per-epoch\nchannel-priority = 7\nchannel-weight = 9\n");
	start_quietly(200);
	ck_assert_uint_eq(channels_open(), 2);
	ck_assert_ptr_nonnull(strstr(text_of(&w.bodies), "<channelSetId>tandem-"));
	ck_assert_ptr_nonnull(
		strstr(text_of(&w.bodies), "<priority>7</priority><weight>9</weight>"));
	/* one is lost: there is room for the third */
	w.xsps[0].mode = WORLD_DOWN;
	world_stream_ends(&w, 0);
	world_run(&w, 2000);
	ck_assert_uint_eq(channels_open(), 2);
	ck_assert_uint_eq(w.xsps[2].opens, 1);
	world_fini(&w);
	init(1, "channels-per-xsp = 2\n");
	w.xsp_count = 2;
	start_quietly(200);
	ck_assert_uint_eq(targets("http://127.0.0.1:8080 " BASIC " open"), 2);
	ck_assert_uint_eq(channels_open(), 2);
	world_fini(&w);
}
END_TEST

/* A channel that fell silent is deleted by way of another XSP, or it would go on drawing events. */
START_TEST(test_silent_channel_is_deleted)
{
	setup(2, "silence-ms = 20000\n");
	w.xsps[0].mode = WORLD_SILENT;
	w.asked.n = 0;
	world_run(&w, 21000);
	ck_assert_uint_eq(world_asked_count(&w, "xsp2 DELETE E/channel/c1"), 1);
	ck_assert_uint_eq(world_asked_count(&w, "DELETE"), 1);
	world_fini(&w);
}
END_TEST

START_TEST(test_grant_and_expiry)
{
	setup(1, "refresh-percent = 80\naudit-s = 86400\n");
	world_run(&w, 2870000);
	ck_assert_uint_eq(world_asked_count(&w, "PUT E/channel/c1"), 0);
	world_run(&w, 20000);
	ck_assert_uint_eq(world_asked_count(&w, "PUT E/channel/c1"), 1);
	/* refused from now on: tried again, and given up when the grant is over */
	world_rule(&w, "PUT", "E/channel/c1", 500, -1, "");
	world_rule_last(&w)->times = 0;
	world_fini(&w);
	setup(1, "audit-s = 86400\n");
	for (int i = 0; i < 3; i++)
		world_rule(&w, "PUT", "/heartbeat", 200, 0, "");
	world_rule(&w, "PUT", "E/channel/c1/heartbeat", 200, 0, "");
	world_rule(&w, "PUT", "E/channel/c1", 500, -1, "");
	for (int i = 0; i < 420 && w.xsps[0].opens < 2; i++) {
		world_run(&w, 10000);
		if (w.xsps[0].open)
			world_document(&w, 0,
				DECLARATION
				"<ChannelHeartBeat xmlns=\"http://schema.broadsoft.com/xsi\"/>");
	}
	ck_assert_uint_ge(world_asked_count(&w, "PUT E/channel/c1"), 3);
	ck_assert_uint_le(world_asked_count(&w, "PUT E/channel/c1"), 16);
	ck_assert_uint_eq(world_logged(&w, 37502, "its grant ran out"), 1);
	ck_assert_uint_eq(w.xsps[0].opens, 2);
	world_fini(&w);
}
END_TEST

/* What an answer means can be a setting. */
START_TEST(test_error_table)
{
#define ERROR_INFO \
	DECLARATION \
	"<ErrorInfo xmlns=\"http://schema.broadsoft.com/xsi\"><summaryEnglish>x</summaryEnglish>" \
	"<errorCode>4711</errorCode></ErrorInfo>"
	setup(1, "error = 4711 overload\nerror = 500 not-found\n");
	world_monitor(&w, client, "2001");
	world_rule(&w, "POST", "/calls/new", 403, 1, ERROR_INFO);
	world_send(&w, client, 9,
		"<MakeCall xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">"
		"<callingDevice>2001</callingDevice><calledDirectoryNumber>2002</calledDirectoryNumber></MakeCall>");
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "resourceBusy"));
	world_rule(&w, "POST", "/calls/new", 500, 1, "\xe4\xf6 no XML");
	world_send(&w, client, 10,
		"<MakeCall xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">"
		"<callingDevice>2001</callingDevice><calledDirectoryNumber>2002</calledDirectoryNumber></MakeCall>");
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "invalidCalledDeviceID"));
	world_fini(&w);
}
END_TEST

/* A slow XSP: one acknowledgement at a time, one for each event however often it came, and an alarm. */
START_TEST(test_late_acknowledgements)
{
	setup(1, "acks-in-flight = 1\nack-delay-alarm-ms = 1000\n");
	world_monitor(&w, client, "2001");
	w.quiet_acks = false;
	w.asked.n = 0;
	world_rule(&w, "POST", "eventresponse", 200, -1, "");
	world_rule_last(&w)->delay_ms = 2000;
	for (int i = 0; i < 5; i++) {
		world_event_as(&w, 0, "2001", "e-100", 2, "HookStatusEvent",
			"<xsi:hookStatus>Off-Hook</xsi:hookStatus>");
		world_event_as(&w, 0, "2001", "e-101", 3, "HookStatusEvent",
			"<xsi:hookStatus>On-Hook</xsi:hookStatus>");
	}
	world_run(&w, 1000);
	ck_assert_uint_eq(world_asked_count(&w, "ack e-100"), 1);
	ck_assert_uint_eq(world_asked_count(&w, "ack e-101"), 0);
	world_run(&w, 20000);
	/* again for the first, whose acknowledgement was under way when it came again */
	ck_assert_uint_eq(world_asked_count(&w, "ack e-100"), 2);
	ck_assert_uint_eq(world_asked_count(&w, "ack e-101"), 1);
	ck_assert_uint_eq(world_logged(&w, 37541, ""), 1);
	world_fini(&w);
}
END_TEST

/* --- discovery -------------------------------------------------------------------------------- */

static void
answer(const char *lines)
{
	uint64_t id = query;

	ck_assert_uint_ne(id, 0);
	query = 0;
	world_step(&w,
		&(struct node_event){ .kind = NODE_EV_RESOLVED,
			.id = id,
			.flag = lines != NULL,
			.bytes = str_of(lines ? lines : ""),
			.text = str_of(lines ? "" : "no such name") });
	world_run(&w, 100);
}

#define SRV_SETTINGS \
	"discovery = srv\nsrv-name = _xsi-client._tcp.example.com\nsrv-links-max = 2\nsrv-refresh-s = 100\n"

START_TEST(test_srv)
{
	init(0, SRV_SETTINGS);
	w.xsp_count = 2;
	start_quietly(3000);
	ck_assert_uint_eq(queries, 1);
	ck_assert_uint_eq(w.xsps[0].opens, 0);
	ck_assert_str_eq(link_at(0).state, "unresolved");
	answer("20 0 443 third.example\n0 5 443 first.example.\nnonsense\n0 1 8443 second.example\n1 1 1 u@h\n");
	ck_assert_uint_eq(channels_open(), 2);
	ck_assert_str_eq(link_at(0).url, "https://first.example:443");
	ck_assert_str_eq(link_at(1).url, "https://second.example:8443");
	ck_assert_uint_eq(targets("https://second.example:8443 " BASIC " open"), 1);
	/* asked again after a while; an answer that fails changes nothing */
	world_run(&w, 120000);
	ck_assert_uint_eq(queries, 2);
	answer(NULL);
	ck_assert_uint_eq(channels_open(), 2);
	/* the second is not named any more: it is kept while it works, replaced when it does not */
	world_run(&w, 10000);
	answer("0 5 443 first.example\n0 1 443 fourth.example\n");
	ck_assert_uint_eq(channels_open(), 2);
	ck_assert_str_eq(link_at(1).url, "https://second.example:8443");
	w.xsps[1].mode = WORLD_DOWN;
	world_stream_ends(&w, 1);
	world_run(&w, 2000);
	answer("0 5 443 first.example\n0 1 443 fourth.example\n");
	w.xsps[1].mode = WORLD_UP;
	world_run(&w, 10000);
	ck_assert_str_eq(link_at(1).url, "https://fourth.example:443");
	ck_assert_uint_eq(channels_open(), 2);
	world_fini(&w);
}
END_TEST

/* No name at all: the node is active all the same, and tries again. */
START_TEST(test_srv_fails)
{
	init(0, SRV_SETTINGS);
	w.xsp_count = 2;
	start_quietly(500);
	answer(NULL);
	ck_assert(w.listening);
	world_run(&w, 60000);
	ck_assert_uint_ge(world_logged(&w, 37540, "no such name"), 1);
	ck_assert_uint_ge(queries, 2);
	ck_assert_uint_le(queries, 14);
	answer("0 0 443 ::1\n0 0 443 host\n");
	ck_assert_uint_eq(channels_open(), 1);
	world_fini(&w);
}
END_TEST

/* --- the application controller --------------------------------------------------------------- */

#define CONTROLLER(state) \
	DECLARATION \
	"<ApplicationController xmlns=\"http://schema.broadsoft.com/xsi\"><state>" state \
	"</state></ApplicationController>"
#define CONTROLLER_PATH "A/system/services/routepoint/applicationcontroller/app%201"

START_TEST(test_application_controller)
{
	init(1, "app-controller = app 1\napp-controller-check-s = 30\n");
	world_rule(&w, "GET", "applicationcontroller", 200, 1, CONTROLLER("not ready"));
	world_rule(&w, "GET", "applicationcontroller", 200, -1, CONTROLLER("ready"));
	start_quietly(200);
	ck_assert_uint_eq(world_asked_count(&w, "GET " CONTROLLER_PATH), 1);
	ck_assert_uint_eq(world_asked_count(&w, "PUT " CONTROLLER_PATH), 1);
	ck_assert_ptr_nonnull(strstr(text_of(&w.bodies), "<state>ready</state>"));
	ck_assert_uint_eq(world_logged(&w, 37540, "app 1 is ready"), 1);
	world_run(&w, 65000);
	ck_assert_uint_ge(world_asked_count(&w, "GET " CONTROLLER_PATH), 2);
	ck_assert_uint_eq(world_asked_count(&w, "PUT " CONTROLLER_PATH), 1);
	world_rules_clear(&w);
	world_rule(&w, "GET", "applicationcontroller", 403, -1, "");
	world_run(&w, 65000);
	ck_assert_uint_eq(world_logged(&w, 37540, "app 1 is not known"), 1);
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_redirected_request,
		test_redirected_in_circles,
		test_redirects_not_followed,
		test_redirected_stream,
		test_overload,
		test_overload_storm,
		test_request_rate,
		test_request_rate_busy,
		test_user_rate,
		test_priority_and_weight,
		test_channels_and_sets,
		test_silent_channel_is_deleted,
		test_grant_and_expiry,
		test_error_table,
		test_late_acknowledgements,
		test_srv,
		test_srv_fails,
		test_application_controller,
	};

	return world_main("bw_link", tests, sizeof(tests) / sizeof(tests[0]));
}
