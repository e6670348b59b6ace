/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies of requests: exact texts, what is left out, bounds of numbers, bugs of the caller.
 * test_xsi_schema.sh has the schema.
 */
#include "proto/xsi_body.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define HEAD(root) \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?><" root \
	" xmlns=\"http://schema.broadsoft.com/xsi\">"

static struct buf out;

static void
setup(void)
{
	buf_init(&out, 4096);
}

static void
teardown(void)
{
	buf_fini(&out);
}

static void
assert_body(const char *expected)
{
	ck_assert(!out.overflow);
	ck_assert_msg(str_is(buf_as_str(&out), expected), "got %.*s, expected %s",
		STR_ARG(buf_as_str(&out)), expected);
	buf_reset(&out);
}

START_TEST(subscriptions)
{
	static const struct str packages[] = { { "Advanced Call", 13 }, { "R&D", 3 } };
	struct xsi_subscription_body s = { .packages = packages,
		.package_count = 1,
		.expires_s = 3600,
		.channel_set = STR("set") };

	xsi_body_subscription(&out, &s);
	assert_body(HEAD("Subscription") "<event>Advanced Call</event><expires>3600</expires>"
					 "<channelSetId>set</channelSetId></Subscription>");
	s.is_list = true;
	s.application = STR("tandem");
	xsi_body_subscription(&out, &s);
	assert_body(HEAD("Subscription") "<eventPackageList><event>Advanced Call</event>"
					 "</eventPackageList><expires>3600</expires>"
					 "<channelSetId>set</channelSetId>"
					 "<applicationId>tandem</applicationId></Subscription>");
	s.is_list = false;
	s.package_count = 2;
	xsi_body_subscription(&out, &s);
	assert_body(HEAD("Subscription") "<eventPackageList><event>Advanced Call</event>"
					 "<event>R&amp;D</event></eventPackageList>"
					 "<expires>3600</expires><channelSetId>set</channelSetId>"
					 "<applicationId>tandem</applicationId></Subscription>");
}
END_TEST

START_TEST(a_subscription_to_nothing)
{
	xsi_body_subscription(&out, &(struct xsi_subscription_body){ 0 });
}
END_TEST

START_TEST(conferences)
{
	static const struct str calls[] = { { "callhalf-1:0", 12 }, { "a<b", 3 } };

	xsi_body_conference(&out, calls, 2);
	assert_body(HEAD("Conference") "<conferenceParticipantList><conferenceParticipant>"
				       "<callId>callhalf-1:0</callId></conferenceParticipant>"
				       "<conferenceParticipant><callId>a&lt;b</callId>"
				       "</conferenceParticipant></conferenceParticipantList>"
				       "</Conference>");
}
END_TEST

START_TEST(agents)
{
	xsi_body_agent_state(&out, STR("Unavailable"), STR("Lunch"));
	assert_body(HEAD("CallCenter") "<agentACDState>Unavailable</agentACDState>"
				       "<agentUnavailableCode>Lunch</agentUnavailableCode>"
				       "</CallCenter>");
	xsi_body_agent_state(&out, STR("Available"), STR(""));
	assert_body(HEAD("CallCenter") "<agentACDState>Available</agentACDState></CallCenter>");
}
END_TEST

START_TEST(services)
{
	struct xsi_forwarding_body f = { .active = true, .address = STR("tel:+15550100") };
	struct xsi_hoteling_body h = { .active = true, .limit_hours = XSI_UNSET };

	xsi_body_do_not_disturb(&out, true, XSI_SWITCH_unset);
	assert_body(HEAD("DoNotDisturb") "<active>true</active></DoNotDisturb>");
	xsi_body_do_not_disturb(&out, false, XSI_SWITCH_on);
	assert_body(HEAD("DoNotDisturb") "<active>false</active><ringSplash>true</ringSplash>"
					 "</DoNotDisturb>");
	f.ring_splash = XSI_SWITCH_off;
	f.rings = 4;
	xsi_body_forwarding(&out, XSI_OP_cfa_set, &f);
	assert_body(HEAD("CallForwardingAlways") "<active>true</active><forwardToPhoneNumber>"
						 "tel:+15550100</forwardToPhoneNumber>"
						 "<ringSplash>false</ringSplash>"
						 "</CallForwardingAlways>");
	xsi_body_forwarding(&out, XSI_OP_cfb_set, &f);
	assert_body(HEAD("CallForwardingBusy") "<active>true</active><forwardToPhoneNumber>"
					       "tel:+15550100</forwardToPhoneNumber>"
					       "</CallForwardingBusy>");
	f = (struct xsi_forwarding_body){ .rings = XSI_UNSET };
	xsi_body_forwarding(&out, XSI_OP_cfna_set, &f);
	assert_body(HEAD("CallForwardingNoAnswer") "<active>false</active>"
						   "</CallForwardingNoAnswer>");
	xsi_body_hoteling_guest(&out, &h);
	assert_body(HEAD("HotelingGuest") "<active>true</active></HotelingGuest>");
	h = (struct xsi_hoteling_body){ true, XSI_SWITCH_on, 12, STR("host@demo.example"), false };
	xsi_body_hoteling_guest(&out, &h);
	assert_body(HEAD("HotelingGuest") "<active>true</active>"
					  "<enableAssociationLimit>true</enableAssociationLimit>"
					  "<associationLimitHours>12</associationLimitHours>"
					  "<hostUserId>host@demo.example</hostUserId>"
					  "</HotelingGuest>");
	h = (struct xsi_hoteling_body){ false, XSI_SWITCH_unset, XSI_UNSET, STR("ignored"), true };
	xsi_body_hoteling_guest(&out, &h);
	assert_body(HEAD("HotelingGuest") "<active>false</active><hostUserId "
					  "xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\""
					  " i:nil=\"true\"/></HotelingGuest>");
}
END_TEST

/* What the schema does not know becomes its nearest. */
START_TEST(bounds_of_numbers)
{
	static const struct {
		uint32_t rings;
		const char *text;
	} rings[] = { { 0, "0" }, { 1, "2" }, { 2, "2" }, { 20, "20" }, { 21, "20" },
		{ UINT32_MAX - 1, "20" } };
	static const char *const priorities[] = { "0-Highest", "1-High", "2-Medium", "3-Low",
		"3-Low" };
	char expected[512];

	for (size_t i = 0; i < sizeof(rings) / sizeof(rings[0]); i++) {
		struct xsi_forwarding_body f = { .rings = rings[i].rings };

		xsi_body_forwarding(&out, XSI_OP_cfna_set, &f);
		snprintf(expected, sizeof(expected),
			HEAD("CallForwardingNoAnswer") "<active>false</active><numberOfRings>%s"
						       "</numberOfRings></CallForwardingNoAnswer>",
			rings[i].text);
		assert_body(expected);
	}
	for (uint32_t i = 0; i < 5; i++) {
		xsi_body_acd_promote(&out, i);
		snprintf(expected, sizeof(expected),
			HEAD("ACDPromote") "<priority>%s</priority></ACDPromote>", priorities[i]);
		assert_body(expected);
	}
}
END_TEST

START_TEST(route_points)
{
	struct xsi_distribute_body d = { .agent_id = STR("a"),
		.time_in_queue_s = 0,
		.calls_in_queue = XSI_UNSET,
		.longest_wait_s = 4000000000 };

	xsi_body_controller(&out, true);
	assert_body(HEAD("ApplicationController") "<state>ready</state></ApplicationController>");
	xsi_body_controller(&out, false);
	assert_body(
		HEAD("ApplicationController") "<state>not ready</state></ApplicationController>");
	xsi_body_rp_state(&out, true);
	assert_body(HEAD("RoutePointState") "Failed</RoutePointState>");
	xsi_body_rp_dial(&out, STR("2001"), STR(""));
	assert_body(HEAD("RoutePointOutgoingDial") "<address>2001</address>"
						   "</RoutePointOutgoingDial>");
	xsi_body_rp_distribute(&out, &d);
	assert_body(HEAD("RoutePointDistribute") "<agentId>a</agentId><timeInQueue>0</timeInQueue>"
						 "<longestWaitTime>2147483647</longestWaitTime>"
						 "</RoutePointDistribute>");
	xsi_body_rp_connect_vxml(&out, STR("v"), STR("http://a.example/?a&b"));
	assert_body(HEAD("RoutePointConnectToVoiceXML") "<voicexmlId>v</voicexmlId><scriptUrl>"
							"http://a.example/?a&amp;b</scriptUrl>"
							"</RoutePointConnectToVoiceXML>");
}
END_TEST

START_TEST(media)
{
	struct xsi_play_body p = { .duration_s = 30,
		.digit_map = STR("x."),
		.play_collect_id = STR("p"),
		.play_count = 6,
		.audio_urls = { STR("u1"), STR("u2"), STR(""), STR("u4") } };

	xsi_body_rp_play(&out, XSI_OP_rp_play_moh, &p);
	assert_body(HEAD("RoutePointPlayMusicOnHold") "<duration>30</duration><digitMap>x."
						      "</digitMap><playCollectId>p</playCollectId>"
						      "</RoutePointPlayMusicOnHold>");
	xsi_body_rp_play(&out, XSI_OP_rp_play_busy, &p);
	assert_body(HEAD("RoutePointPlayBusy") "<duration>30</duration><busyPattern>Normal"
					       "</busyPattern><playCollectId>p</playCollectId>"
					       "</RoutePointPlayBusy>");
	p.video_urls[0] = STR("v");
	xsi_body_rp_play(&out, XSI_OP_rp_play_treatment, &p);
	assert_body(HEAD("RoutePointPlayTreatment") "<audioUrlList><uri>u1</uri><uri>u2</uri>"
						    "</audioUrlList><videoUrlList><uri>v</uri>"
						    "</videoUrlList><numberOfPlay>5</numberOfPlay>"
						    "<digitMap>x.</digitMap>"
						    "</RoutePointPlayTreatment>");
	p = (struct xsi_play_body){ .duration_s = XSI_UNSET, .fast_busy = true };
	xsi_body_rp_play(&out, XSI_OP_rp_play_silence, &p);
	assert_body(HEAD("RoutePointPlaySilence") "</RoutePointPlaySilence>");
	xsi_body_rp_play(&out, XSI_OP_rp_play_ringback, &p);
	assert_body(HEAD("RoutePointPlayRingBack") "</RoutePointPlayRingBack>");
	xsi_body_rp_play(&out, XSI_OP_rp_play_busy, &p);
	assert_body(HEAD("RoutePointPlayBusy") "<busyPattern>FastBusy</busyPattern>"
					       "</RoutePointPlayBusy>");
}
END_TEST

START_TEST(playing_what_plays_not)
{
	xsi_body_rp_play(&out, XSI_OP_rp_connect_vxml, &(struct xsi_play_body){ 0 });
}
END_TEST

START_TEST(forwarding_what_forwards_not)
{
	xsi_body_forwarding(&out, XSI_OP_dnd_set, &(struct xsi_forwarding_body){ 0 });
}
END_TEST

START_TEST(a_full_buffer)
{
	struct buf small;

	buf_init(&small, 90);
	xsi_body_rp_state(&small, false);
	ck_assert(small.overflow);
	buf_fini(&small);
}
END_TEST

static Suite *
body_suite(void)
{
	Suite *suite = suite_create("xsi_body");
	TCase *tc = tcase_create("xsi_body");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, subscriptions);
	tcase_add_test_raise_signal(tc, a_subscription_to_nothing, SIGABRT);
	tcase_add_test(tc, conferences);
	tcase_add_test(tc, agents);
	tcase_add_test(tc, services);
	tcase_add_test(tc, bounds_of_numbers);
	tcase_add_test(tc, route_points);
	tcase_add_test(tc, media);
	tcase_add_test_raise_signal(tc, playing_what_plays_not, SIGABRT);
	tcase_add_test_raise_signal(tc, forwarding_what_forwards_not, SIGABRT);
	tcase_add_test(tc, a_full_buffer);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(body_suite());
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
