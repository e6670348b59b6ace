/* SPDX-License-Identifier: Apache-2.0 */
/*
 * svc_ident.c: one device, however a client writes it: one subscription, the same calls, the same answers. The forms
 * themselves are in the table of check_ident.c.
 */
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>

static struct world w;
static unsigned client;

static const char *const forms[] = { "2001", "2001@demo.example", "tel:2001",
	"sip:2001@demo.example;user=phone", "N&lt;2001&gt;;displayNumber=2001;noa=nk",
	"2001:CM1:SW1:0", "+4930123-2001", "sip:+49301232001@gw.example" };

#define FORMS (sizeof(forms) / sizeof(forms[0]))
#define NUMBERS \
	"[numbers]\ncountry-code = 49\nuser = +4930123???? *\ndial = 0??????* +49??????*\n" \
	"show = +49* 0*\n"

static void
setup(const char *settings)
{
	client = world_begin(&w, 1, settings);
}

static void
monitor_start(unsigned invoke, const char *device)
{
	world_send(&w, client, invoke,
		"<MonitorStart><monitorObject><deviceObject>%s</deviceObject></monitorObject>"
		"</MonitorStart>",
		device);
	world_settle(&w);
}

/* Whichever form comes first: it is one device with one subscription. */
START_TEST(test_monitors)
{
	setup(NUMBERS);
	for (size_t i = 0; i < FORMS; i++) {
		monitor_start(10 + (unsigned)i, forms[(i + (size_t)_i) % FORMS]);
		ck_assert_msg(strstr(world_take(&w, client), "MonitorStartResponse") != NULL, "%s",
			forms[(i + (size_t)_i) % FORMS]);
	}
	ck_assert_uint_eq(world_asked_count(&w, "POST E/user/"), 1);
	ck_assert_uint_eq(world_asked_count(&w, "POST E/user/2001@demo.example"), 1);
	world_fini(&w);
}
END_TEST

/* The other services on a device and on a connection of it. */
START_TEST(test_services)
{
	char line[256];

	setup(NUMBERS);
	world_monitor(&w, client, "2001");
	world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting", "2002");
	world_take(&w, client);
	world_forget_asked(&w);
	world_send(&w, client, 5,
		"<AnswerCall><callToBeAnswered><callID>#3</callID><deviceID>%s</deviceID>"
		"</callToBeAnswered></AnswerCall>",
		forms[_i]);
	world_asked(&w, "xsp1 PUT A/user/2001@demo.example/calls/a/Talk\n");
	world_heard(&w, client, "0005 AnswerCallResponse\n");
	world_send(
		&w, client, 6, "<GetDoNotDisturb><device>%s</device></GetDoNotDisturb>", forms[_i]);
	ck_assert_uint_eq(
		world_asked_count(&w, "GET A/user/2001@demo.example/services/DoNotDisturb"), 1);
	world_take(&w, client);
	world_forget_asked(&w);
	world_send(&w, client, 7,
		"<MakeCall><callingDevice>%s</callingDevice><calledDirectoryNumber>%s"
		"</calledDirectoryNumber><autoOriginate>prompt</autoOriginate></MakeCall>",
		forms[_i], "0891234567");
	world_asked(&w, "xsp1 POST A/user/2001@demo.example/calls/new?address=%2B49891234567\n");
	snprintf(line, sizeof(line), "0008 %s",
		"SnapshotDeviceResponse{crossRefIDorSnapshotData{snapshotData{");
	world_take(&w, client);
	world_send(&w, client, 8,
		"<SnapshotDevice><snapshotObject>%s</snapshotObject>"
		"</SnapshotDevice>",
		forms[_i]);
	world_settle(&w);
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), line));
	world_fini(&w);
}
END_TEST

/*
 * Each client hears of the device as it wrote it, of everybody else as all do; the same two devices monitored by two clients in
 * different ways.
 */
START_TEST(test_events)
{
	unsigned other;
	const char *heard;

	setup(NUMBERS);
	world_monitor(&w, client, "2001");
	other = world_session(&w);
	world_send(&w, other, 5,
		"<MonitorStart><monitorObject><deviceObject>tel:+49301232001</deviceObject>"
		"</monitorObject></MonitorStart>");
	world_settle(&w);
	world_take(&w, other);
	world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting", "2002");
	ck_assert_ptr_nonnull(strstr(world_take(&w, client),
		"deviceID=2001} alertingDevice{deviceIdentifier=2001} "
		"callingDevice{deviceIdentifier=2002} calledDevice{deviceIdentifier=2001}"));
	ck_assert_ptr_nonnull(strstr(world_take(&w, other),
		"deviceID=tel:+49301232001} alertingDevice{deviceIdentifier=tel:+49301232001} "
		"callingDevice{deviceIdentifier=2002} "
		"calledDevice{deviceIdentifier=tel:+49301232001}"));
	world_call(&w, "2001", "CallAnsweredEvent", "a", "7:1", "Terminator", "Active", "2002");
	world_take(&w, client);
	world_take(&w, other);
	/* another far party: a list of connections */
	world_call(&w, "2001", "CallTransferredEvent", "a", "7:1", "Terminator", "Active", "2003");
	heard = world_take(&w, other);
	ck_assert_msg(strstr(heard, "newConnection{callID=#") != NULL &&
			strstr(heard, "endpoint{deviceID=tel:+49301232001}") != NULL &&
			strstr(heard, "deviceID=2001}") == NULL,
		"%s", heard);
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "endpoint{deviceID=2001}"));
	world_fini(&w);
}
END_TEST

/* What is asked in a form is answered in it. */
START_TEST(test_answers)
{
	setup(NUMBERS);
	world_monitor(&w, client, "2001");
	world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting", "2002");
	world_call(&w, "2001", "CallAnsweredEvent", "a", "7:1", "Terminator", "Active", "2002");
	world_take(&w, client);
	world_send(&w, client, 5,
		"<SnapshotDevice><snapshotObject>tel:2001</snapshotObject></SnapshotDevice>");
	world_settle(&w);
	ck_assert_ptr_nonnull(strstr(world_take(&w, client),
		"connectionIdentifier{callID=#3 deviceID=tel:2001} "
		"endpointDevice{deviceIdentifier=2002}"));
	world_send(&w, client, 6,
		"<ConsultationCall><existingCall><callID>#3</callID><deviceID>sip:2001@demo.example"
		"</deviceID></existingCall><consultedDevice>2003</consultedDevice></ConsultationCall>");
	world_settle(&w);
	ck_assert_ptr_nonnull(strstr(
		world_take(&w, client), "initiatedCall{callID=#5 deviceID=sip:2001@demo.example}"));
	world_fini(&w);
}
END_TEST

/* A far party is cleared under any name that means it; calls to it go to its user. */
START_TEST(test_far_party)
{
	setup(NUMBERS);
	world_monitor(&w, client, "2001");
	world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting", "2002");
	world_call(&w, "2001", "CallAnsweredEvent", "a", "7:1", "Terminator", "Active", "2002");
	world_take(&w, client);
	world_forget_asked(&w);
	world_send(&w, client, 5,
		"<ClearConnection><connectionToBeCleared><callID>#3</callID><deviceID>tel:+49301232002"
		"</deviceID></connectionToBeCleared></ClearConnection>");
	world_asked(&w, "xsp1 DELETE A/user/2001@demo.example/calls/a\n");
	world_take(&w, client);
	world_monitor(&w, client, "2002");
	world_forget_asked(&w);
	world_send(&w, client, 7,
		"<MakeCall><callingDevice>2001</callingDevice><calledDirectoryNumber>"
		"+49 30 123 2002</calledDirectoryNumber><autoOriginate>prompt</autoOriginate></MakeCall>");
	world_asked(
		&w, "xsp1 POST A/user/2001@demo.example/calls/new?address=2002%40demo.example\n");
	world_fini(&w);
}
END_TEST

/* Numbers of the outside are shown as the rules say, users by their names. */
START_TEST(test_names)
{
	static const struct {
		const char *remote, *name;
	} far[] = {
		{ "tel:+49891234567", "=0891234567}" },
		{ "tel:+49301232002", "=2002}" },
		{ "tel:+4420123456", "=+4420123456}" },
		{ "2002", "=2002}" },
	};

	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		setup(NUMBERS);
		world_monitor(&w, client, "tel:2001");
		world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting",
			far[i].remote);
		ck_assert_msg(
			strstr(world_take(&w, client), far[i].name) != NULL, "%s", far[i].remote);
		world_fini(&w);
	}
}
END_TEST

/* Nobody, and too much of somebody. */
START_TEST(test_refused)
{
	char text[200] = "tel:";

	setup(NUMBERS);
	memset(text + 4, '1', 150);
	monitor_start(5, text);
	world_heard(&w, client, W_ERROR("0005", "operation", "invalidDeviceID"));
	monitor_start(6, "N&lt;&gt;");
	world_heard(&w, client, W_ERROR("0006", "operation", "invalidDeviceID"));
	monitor_start(7, "tel:");
	world_heard(&w, client, W_ERROR("0007", "operation", "invalidDeviceID"));
	ck_assert_uint_eq(world_asked_count(&w, "POST E/user/"), 0);
	world_fini(&w);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("svc_ident");
	TCase *t = tcase_create("svc_ident");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, test_monitors, 0, FORMS);
	tcase_add_loop_test(t, test_services, 0, FORMS);
	tcase_add_test(t, test_events);
	tcase_add_test(t, test_answers);
	tcase_add_test(t, test_far_party);
	tcase_add_test(t, test_names);
	tcase_add_test(t, test_refused);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
