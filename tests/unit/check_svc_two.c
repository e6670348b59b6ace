/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Call control beyond one connection: consultation, alternate, reconnect, transfer, conference, deflection, park, pick-up,
 * digits, recording. What BroadWorks is asked and in which order, what the client is answered, and what a failure in the
 * middle looks like.
 */
#include "proto/base/limits.h"
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>

static struct world w;
static unsigned client;

#define CALLS "A/user/2001@demo.example/calls/"

/* A session (#1) with a monitor on 2001 (#2), and a call a (#3) to 2002 in this state, if any. */
static unsigned xsps = 1;

static void
setup(const char *state)
{
	client = world_begin(&w, xsps, "");
	world_monitor(&w, client, "2001");
	if (state != NULL)
		world_call(&w, "2001", "CallReceivedEvent", "a:0", "7:1", "Terminator", "Alerting",
			"2002");
	if (state != NULL && strcmp(state, "Alerting") != 0)
		world_call(&w, "2001", "CallAnsweredEvent", "a:0", "7:1", "Terminator", "Active",
			"2002");
	if (state != NULL && strcmp(state, "Held") == 0)
		world_call(&w, "2001", "CallHeldEvent", "a:0", "7:1", "Terminator", "Held", "2002");
	world_run(&w, 5000);
	world_take(&w, client);
	world_forget_asked(&w);
}

/* And a call b (#4) to 2003: alerting there, or answered. */
static void
setup_two(bool answered)
{
	setup("Held");
	world_call(
		&w, "2001", "CallOriginatedEvent", "b:0", "8:1", "Originator", "Alerting", "2003");
	if (answered)
		world_call(&w, "2001", "CallAnsweredEvent", "b:0", "8:1", "Originator", "Active",
			"2003");
	world_run(&w, 5000);
	world_take(&w, client);
	world_forget_asked(&w);
}

static void
ask(unsigned invoke, const char *service, const char *inner)
{
	world_send(&w, client, invoke, "<%s>%s</%s>", service, inner, service);
}

#define CONNECTION(name, call) \
	"<" name "><callID>#" call "</callID><deviceID>2001</deviceID></" name ">"
#define PAIR(active, held) CONNECTION("heldCall", held) CONNECTION("activeCall", active)

/* --- consultation --- */

#define CONSULT(call, to) \
	CONNECTION("existingCall", call) "<consultedDevice>" to "</consultedDevice>"

START_TEST(test_consultation)
{
	setup("Active");
	ask(20, "ConsultationCall", CONSULT("3", "2003"));
	world_asked(&w,
		"xsp1 PUT " CALLS "a:0/Hold\n"
		"xsp1 POST " CALLS "new?address=2003\n");
	world_heard(&w, client,
		"0020 ConsultationCallResponse{initiatedCall{callID=#5 deviceID=2001}}\n");
	world_fini(&w);
}
END_TEST

/* The call is held already: there is nothing to do but to dial. */
START_TEST(test_consultation_held)
{
	setup("Held");
	world_monitor(&w, client, "2003");
	world_forget_asked(&w);
	ask(20, "ConsultationCall", CONSULT("3", "2003"));
	world_asked(&w, "xsp1 POST " CALLS "new?address=2003%40demo.example\n");
	world_fini(&w);
}
END_TEST

START_TEST(test_consultation_fails)
{
	setup("Active");
	/* the first step: nothing more is done */
	world_rule(&w, "PUT", "/Hold", 409, 1, "");
	ask(20, "ConsultationCall", CONSULT("3", "2003"));
	world_heard(&w, client, W_ERROR("0020", "stateIncompatibility", "invalidConnectionState"));
	ck_assert_uint_eq(world_asked_count(&w, "/new"), 0);
	/* the second: an error, and a log line that says what was not done; that the call is held shows in events */
	world_rule(&w, "POST", "/new", 404, 1,
		"<?xml version=\"1.0\"?><ErrorInfo xmlns=\"http://schema.broadsoft.com/xsi\">"
		"<summaryEnglish>No such address</summaryEnglish><errorCode>110000</errorCode>"
		"</ErrorInfo>");
	ask(21, "ConsultationCall", CONSULT("3", "2003"));
	world_heard(&w, client, W_ERROR("0021", "operation", "invalidCalledDeviceID"));
	ck_assert_uint_eq(world_asked_count(&w, "/Hold"), 2);
	ck_assert_uint_eq(
		world_logged(&w, 37607, "step=2/2 error=invalidCalledDeviceID code=110000 No such"),
		1);
	world_call(&w, "2001", "CallHeldEvent", "a:0", "7:1", "Terminator", "Held", "2002");
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "HeldEvent"));
	world_fini(&w);
}
END_TEST

/* BroadWorks takes its time for the first step: a second one could be answered when the client is gone. */
START_TEST(test_consultation_late)
{
	setup("Active");
	world_rule(&w, "PUT", "/Hold", 200, 1, "");
	world_rule_last(&w)->delay_ms = 2100;
	ask(20, "ConsultationCall", CONSULT("3", "2003"));
	world_run(&w, 3000);
	world_heard(&w, client, W_ERROR("0020", "systemResourceAvailibility", "networkBusy"));
	ck_assert_uint_eq(world_asked_count(&w, "/new"), 0);
	ck_assert_uint_eq(world_logged(&w, 37607, "step=2/2 error=networkBusy"), 1);
	world_fini(&w);
}
END_TEST

START_TEST(test_consultation_wrong)
{
	setup("Alerting");
	ask(20, "ConsultationCall", CONSULT("3", "2003"));
	world_heard(&w, client, W_ERROR("0020", "stateIncompatibility", "invalidConnectionState"));
	ask(21, "ConsultationCall", CONSULT("3", ""));
	world_heard(&w, client, W_ERROR("0021", "operation", "invalidCalledDeviceID"));
	ask(22, "ConsultationCall", CONSULT("99", "2003"));
	world_heard(&w, client, W_ERROR("0022", "operation", "invalidConnectionID"));
	ask(23, "ConsultationCall", "<consultedDevice>2003</consultedDevice>");
	world_heard(&w, client, W_ERROR("0023", "operation", "invalidDeviceID"));
	world_asked(&w, "");
	world_fini(&w);
}
END_TEST

/* --- a held and an active connection --- */

START_TEST(test_alternate)
{
	setup_two(true);
	ask(20, "AlternateCall", PAIR("4", "3"));
	world_asked(&w, "xsp1 PUT " CALLS "b:0/Hold\nxsp1 PUT " CALLS "a:0/Talk\n");
	world_heard(&w, client, "0020 AlternateCallResponse\n");
	world_fini(&w);
}
END_TEST

START_TEST(test_alternate_second_step_fails)
{
	setup_two(true);
	world_rule(&w, "PUT", "/Talk", 500, 1, "");
	ask(20, "AlternateCall", PAIR("4", "3"));
	world_heard(&w, client, W_ERROR("0020", "operation", "generic"));
	ck_assert_uint_eq(world_logged(&w, 37607, "service=AlternateCall"), 1);
	/* and the device is asked for what is true */
	ck_assert_uint_eq(world_asked_count(&w, "PUT E/subscription/s1-2001"), 1);
	world_fini(&w);
}
END_TEST

START_TEST(test_reconnect)
{
	setup_two(false);
	ask(20, "ReconnectCall", PAIR("4", "3"));
	world_asked(&w, "xsp1 PUT " CALLS "a:0/Reconnect\n");
	world_heard(&w, client, "0020 ReconnectCallResponse\n");
	/* the held one may be left out */
	ask(21, "ReconnectCall", CONNECTION("activeCall", "4"));
	world_asked(&w, "xsp1 PUT " CALLS "a:0/Reconnect\n");
	world_heard(&w, client, "0021 ReconnectCallResponse\n");
	/* BroadWorks' own would release the third call too */
	world_call(&w, "2001", "CallReceivedEvent", "c:0", "9:1", "Terminator", "Alerting", "2004");
	world_take(&w, client);
	world_forget_asked(&w);
	ask(22, "ReconnectCall", PAIR("4", "3"));
	world_asked(&w, "xsp1 DELETE " CALLS "b:0\nxsp1 PUT " CALLS "a:0/Talk\n");
	world_heard(&w, client, "0022 ReconnectCallResponse\n");
	world_fini(&w);
}
END_TEST

#define LINKS(name, now) \
	"connections{connectionListItem{newConnection{callID=#" now \
	" deviceID=2002} oldConnection{callID=#3 deviceID=2002} endpoint{deviceID=2002}} " \
	"connectionListItem{newConnection{callID=#" now \
	" deviceID=2003} oldConnection{callID=#4 deviceID=2003} endpoint{deviceID=2003}}}"

START_TEST(test_transfer)
{
	setup_two(true);
	ask(20, "TransferCall", PAIR("4", "3"));
	world_asked(&w, "xsp1 PUT " CALLS "a:0/ConsultTransfer/b:0\n");
	world_heard(&w, client,
		"0020 TransferCallResponse{transferredCall{callID=#3 deviceID=2003} " LINKS(
			"transferred", "3") "}\n");
	world_fini(&w);
}
END_TEST

START_TEST(test_conference)
{
	static const char both[] = "<conferenceParticipant><callId>a:0</callId>"
				   "</conferenceParticipant><conferenceParticipant>"
				   "<callId>b:0</callId></conferenceParticipant>";

	setup_two(true);
	ask(20, "ConferenceCall", PAIR("4", "3"));
	/* first: the requests are forgotten with world_asked() */
	ck_assert_ptr_nonnull(memmem(w.bodies.p, w.bodies.n, both, sizeof(both) - 1));
	world_asked(&w, "xsp1 POST " CALLS "Conference\n");
	world_heard(&w, client,
		"0020 ConferenceCallResponse{conferenceCall{callID=#3 deviceID=2001} " LINKS(
			"conference", "3") "}\n");
	world_fini(&w);
}
END_TEST

static const char *const pair_services[] = { "AlternateCall", "ReconnectCall", "TransferCall",
	"ConferenceCall" };

#define PAIR_SERVICES (sizeof(pair_services) / sizeof(pair_services[0]))

START_TEST(test_pair_wrong)
{
	static const struct {
		const char *inner, *category, *error;
	} wrong[] = {
		{ PAIR("3", "4"), "stateIncompatibility", "invalidActiveConnectionState" },
		{ PAIR("4", "4"), "stateIncompatibility", "invalidHeldConnectionState" },
		{ PAIR("99", "3"), "operation", "invalidConnectionID" },
		{ PAIR("4", "99"), "operation", "invalidConnectionID" },
		{ "", "operation", "invalidDeviceID" },
	};
	char line[128];

	setup_two(true);
	for (size_t i = 0; i < PAIR_SERVICES; i++) {
		for (size_t j = 0; j < sizeof(wrong) / sizeof(wrong[0]); j++) {
			ask(20, pair_services[i], wrong[j].inner);
			snprintf(line, sizeof(line), "0020 CSTAErrorCode{%s=%s}\n",
				wrong[j].category, wrong[j].error);
			world_heard(&w, client, line);
		}
	}
	world_asked(&w, "");
	world_fini(&w);
}
END_TEST

/* The two connections must be of one device. */
START_TEST(test_pair_of_two_devices)
{
	setup_two(true);
	world_monitor(&w, client, "2005");
	world_call(&w, "2005", "CallReceivedEvent", "z:0", "6:1", "Terminator", "Alerting", "2006");
	world_call(&w, "2005", "CallAnsweredEvent", "z:0", "6:1", "Terminator", "Active", "2006");
	world_call(&w, "2005", "CallHeldEvent", "z:0", "6:1", "Terminator", "Held", "2006");
	world_take(&w, client);
	world_forget_asked(&w);
	for (size_t i = 0; i < PAIR_SERVICES; i++) {
		ask(20, pair_services[i],
			CONNECTION("activeCall", "4") "<heldCall><callID>#6</callID>"
						      "<deviceID>2005</deviceID></heldCall>");
		world_heard(&w, client, W_ERROR("0020", "operation", "notSameDevice"));
	}
	world_asked(&w, "");
	world_fini(&w);
}
END_TEST

START_TEST(test_pair_nothing_held)
{
	setup("Active");
	for (size_t i = 0; i < PAIR_SERVICES; i++) {
		ask(20, pair_services[i], CONNECTION("activeCall", "3"));
		world_heard(&w, client, W_ERROR("0020", "stateIncompatibility", "noHeldCall"));
	}
	world_asked(&w, "");
	world_fini(&w);
}
END_TEST

/* --- to another place --- */

START_TEST(test_away)
{
	static const struct {
		const char *state, *service, *inner, *asked, *answer;
	} services[] = {
		{ "Active", "SingleStepTransferCall",
			CONNECTION("activeCall", "3") "<transferredTo>2003</transferredTo>",
			"xsp1 PUT " CALLS "a:0/BlindTransfer?address=2003\n",
			"0020 SingleStepTransferCallResponse{transferredCall{callID=#3 "
			"deviceID=2003}}\n" },
		{ "Alerting", "DeflectCall",
			CONNECTION("callToBeDiverted",
				"3") "<newDestination>tel:+1 5</newDestination>",
			"xsp1 PUT " CALLS "a:0/BlindTransfer?address=tel%3A%2B1%205\n",
			"0020 DeflectCallResponse\n" },
		{ "Held", "DeflectCall",
			CONNECTION("callToBeDiverted",
				"3") "<newDestination><device>2003</device></newDestination>",
			"xsp1 PUT " CALLS "a:0/BlindTransfer?address=2003\n",
			"0020 DeflectCallResponse\n" },
		{ "Active", "ParkCall", CONNECTION("parking", "3") "<parkTo>2003</parkTo>",
			"xsp1 PUT " CALLS "a:0/Park?address=2003\n",
			"0020 ParkCallResponse{parkedTo{callID=#3 deviceID=2003}}\n" },
		{ "Active", "ParkCall", CONNECTION("parking", "3"),
			"xsp1 PUT " CALLS "a:0/GroupCallPark\n", "0020 ParkCallResponse\n" },
	};

	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		setup(services[i].state);
		ask(20, services[i].service, services[i].inner);
		world_asked(&w, services[i].asked);
		world_heard(&w, client, services[i].answer);
		world_fini(&w);
	}
}
END_TEST

/* Park does not exist over CTI: where links of both kinds are, it goes over HTTP. */
START_TEST(test_park_over_http)
{
	xsps = 2;
	setup("Active");
	for (unsigned i = 0; i < 2; i++) {
		for (unsigned k = 0; k < 2; k++) {
			w.conf.xsps[i].transport = CONF_CTI;
			ask(20 + k, "ParkCall", CONNECTION("parking", "3"));
			w.conf.xsps[i].transport = CONF_HTTP;
			world_asked(&w,
				i == 0 ? "xsp2 PUT " CALLS "a:0/GroupCallPark\n" :
					 "xsp1 PUT " CALLS "a:0/GroupCallPark\n");
		}
	}
	world_fini(&w);
	xsps = 1;
}
END_TEST

START_TEST(test_away_wrong)
{
	setup("Alerting");
	ask(20, "SingleStepTransferCall",
		CONNECTION("activeCall", "3") "<transferredTo>2003</transferredTo>");
	world_heard(&w, client,
		W_ERROR("0020", "stateIncompatibility", "invalidActiveConnectionState"));
	ask(21, "ParkCall", CONNECTION("parking", "3") "<parkTo>2003</parkTo>");
	world_heard(&w, client, W_ERROR("0021", "stateIncompatibility", "invalidConnectionState"));
	ask(22, "DeflectCall", CONNECTION("callToBeDiverted", "3"));
	world_heard(&w, client, W_ERROR("0022", "operation", "invalidDestination"));
	ask(23, "DeflectCall",
		CONNECTION("callToBeDiverted",
			"3") "<newDestination><device>1</device><device>2</device></newDestination>");
	world_heard(&w, client, W_ERROR("0023", "operation", "parameterNotSupported"));
	world_asked(&w, "");
	world_fini(&w);
}
END_TEST

/* --- pick-up --- */

START_TEST(test_pickup)
{
	setup(NULL);
	world_rule(&w, "POST", "/DirectedCallPickup", 201, 1,
		"<?xml version=\"1.0\"?><CallStartInfo "
		"xmlns=\"http://schema.broadsoft.com/xsi\"><callId>p:0</callId>"
		"<externalTrackingId>70:1</externalTrackingId></CallStartInfo>");
	ask(20, "DirectedPickupCall",
		"<callToBePickedUp><callID>77</callID><deviceID>2003</deviceID></callToBePickedUp>"
		"<requestingDevice>2001</requestingDevice>");
	world_asked(&w, "xsp1 POST " CALLS "DirectedCallPickup?address=2003\n");
	world_heard(&w, client,
		"0020 DirectedPickupCallResponse{pickedCall{callID=#4 deviceID=2001}}\n");
	/* an answer that names no call */
	ask(21, "GroupPickupCall",
		"<newDestination>2001</newDestination><pickGroup>2003</pickGroup>");
	world_asked(&w, "xsp1 POST " CALLS "DirectedCallPickup?address=2003\n");
	world_heard(&w, client, "0021 GroupPickupCallResponse\n");
	/* what is parked against the device itself */
	ask(22, "DirectedPickupCall",
		"<callToBePickedUp><deviceID>2001</deviceID></callToBePickedUp>"
		"<requestingDevice>2001</requestingDevice>");
	world_asked(&w, "xsp1 PUT " CALLS "CallRetrieve\n");
	world_heard(&w, client, "0022 DirectedPickupCallResponse\n");
	world_fini(&w);
}
END_TEST

START_TEST(test_pickup_refused)
{
	setup(NULL);
	ask(20, "GroupPickupCall", "<newDestination>2001</newDestination>");
	world_heard(&w, client, W_ERROR("0020", "operation", "serviceNotSupported"));
	ask(21, "DirectedPickupCall", "<requestingDevice>2001</requestingDevice>");
	world_heard(&w, client, W_ERROR("0021", "operation", "invalidPickUpDeviceID"));
	ask(22, "DirectedPickupCall",
		"<callToBePickedUp><deviceID>2003</deviceID></callToBePickedUp>");
	world_heard(&w, client, W_ERROR("0022", "operation", "invalidDeviceID"));
	world_asked(&w, "");
	world_rule(&w, "POST", "/DirectedCallPickup", 404, 1, "");
	ask(23, "DirectedPickupCall",
		"<callToBePickedUp><deviceID>2003</deviceID></callToBePickedUp>"
		"<requestingDevice>2001</requestingDevice>");
	world_heard(&w, client, W_ERROR("0023", "operation", "invalidPickUpDeviceID"));
	world_fini(&w);
}
END_TEST

/* --- digits and recording --- */

START_TEST(test_digits)
{
	setup("Active");
	ask(20, "GenerateDigits",
		CONNECTION("connectionToSendDigits",
			"3") "<charactersToSend>12,#*aD</charactersToSend>");
	world_asked(&w, "xsp1 PUT " CALLS "a:0/TransmitDTMF?playdtmf=12%2C%23%2AaD\n");
	world_heard(&w, client, "0020 GenerateDigitsResponse\n");
	ask(21, "GenerateDigits",
		CONNECTION(
			"connectionToSendDigits", "3") "<charactersToSend>1x</charactersToSend>");
	world_heard(&w, client, W_ERROR("0021", "operation", "charactersToSendNotSupported"));
	ask(22, "GenerateDigits", CONNECTION("connectionToSendDigits", "3"));
	world_heard(&w, client, W_ERROR("0022", "operation", "invalidParameterValue"));
	ask(23, "GenerateDigits",
		CONNECTION("connectionToSendDigits", "3") "<digitMode>rotaryPulse</digitMode>"
							  "<charactersToSend>1</charactersToSend>");
	world_heard(&w, client, W_ERROR("0023", "operation", "digitModeNotSupported"));
	world_asked(&w, "");
	world_fini(&w);
	setup("Held");
	ask(24, "GenerateDigits",
		CONNECTION("connectionToSendDigits", "3") "<charactersToSend>1</charactersToSend>");
	world_heard(&w, client, W_ERROR("0024", "stateIncompatibility", "invalidConnectionState"));
	world_fini(&w);
}
END_TEST

#define RECORDING(id, parts) \
	"<privateData><private><serviceID>" id "</serviceID>" parts "</private></privateData>"
#define RECORDING_CALL "<deviceID>2001</deviceID><callID>#3</callID>"

START_TEST(test_recording)
{
	static const struct {
		const char *service, *inner, *asked, *answer;
	} services[] = {
		{ "RecordMessage", CONNECTION("callToBeRecorded", "3"),
			"xsp1 PUT " CALLS "a:0/Record\n",
			"0020 RecordMessageResponse{resultingMessage=#3}\n" },
		{ "Suspend", CONNECTION("connection", "3") "<message>1</message>",
			"xsp1 PUT " CALLS "a:0/PauseRecording\n", "0020 SuspendResponse\n" },
		{ "Resume", CONNECTION("connection", "3"),
			"xsp1 PUT " CALLS "a:0/ResumeRecording\n", "0020 ResumeResponse\n" },
		{ "Stop", CONNECTION("connection", "3"), "xsp1 PUT " CALLS "a:0/StopRecording\n",
			"0020 StopResponse\n" },
		{ "Escape", RECORDING("3013", RECORDING_CALL), "xsp1 PUT " CALLS "a:0/Record\n",
			"0020 EscapeResponse\n" },
		{ "Escape", RECORDING("3014", RECORDING_CALL),
			"xsp1 PUT " CALLS "a:0/StopRecording\n", "0020 EscapeResponse\n" },
		{ "Escape", RECORDING("3015", RECORDING_CALL),
			"xsp1 PUT " CALLS "a:0/PauseRecording\n", "0020 EscapeResponse\n" },
		{ "Escape", RECORDING("3016", RECORDING_CALL),
			"xsp1 PUT " CALLS "a:0/ResumeRecording\n", "0020 EscapeResponse\n" },
	};

	setup("Active");
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		ask(20, services[i].service, services[i].inner);
		world_asked(&w, services[i].asked);
		world_heard(&w, client, services[i].answer);
	}
	world_fini(&w);
	setup("Alerting");
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		ask(20, services[i].service, services[i].inner);
		world_heard(&w, client,
			W_ERROR("0020", "stateIncompatibility", "invalidConnectionState"));
	}
	world_asked(&w, "");
	world_fini(&w);
}
END_TEST

/* --- clearing --- */

/* A call that rings is declined: without that its caller would go on waiting. */
START_TEST(test_clear_alerting)
{
	setup("Alerting");
	ask(20, "ClearConnection", CONNECTION("connectionToBeCleared", "3"));
	world_asked(&w, "xsp1 DELETE " CALLS "a:0?decline=true\n");
	world_heard(&w, client, "0020 ClearConnectionResponse\n");
	world_fini(&w);
}
END_TEST

/* Who was transferred and hears the new party ring is alerting to BroadWorks, and connected to the client. */
START_TEST(test_clear_transferred)
{
	setup("Active");
	world_call(
		&w, "2001", "CallTransferredEvent", "a:0", "7:1", "Terminator", "Alerting", "2003");
	world_take(&w, client);
	world_forget_asked(&w);
	ask(20, "AnswerCall", CONNECTION("callToBeAnswered", "3"));
	world_heard(&w, client, W_ERROR("0020", "stateIncompatibility", "noCallToAnswer"));
	world_asked(&w, "");
	ask(21, "ClearConnection", CONNECTION("connectionToBeCleared", "3"));
	world_asked(&w, "xsp1 DELETE " CALLS "a:0\n");
	world_heard(&w, client, "0021 ClearConnectionResponse\n");
	world_fini(&w);
}
END_TEST

/* He holds, is transferred, and the new party is busy: retrieved, and connected to a tone. */
START_TEST(test_transferred_to_busy)
{
	setup("Held");
	world_call(
		&w, "2001", "CallTransferredEvent", "a:0", "7:1", "Terminator", "Alerting", "2003");
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "TransferedEvent"));
	world_call_with(&w, "2001", "CallReleasingEvent", "a:0", "7:1", "Terminator", "Alerting",
		"2003", "<xsi:releaseCause>Busy</xsi:releaseCause>");
	world_heard(&w, client,
		W_RETRIEVED("2", "3", "2001", W_END) W_EVENT("Failed", "2") W_CONNECTION(
			"failedConnection", "3", "2003") W_PARTY("failingDevice", "2003")
			W_PARTY("callingDevice", "2003") W_PARTY("calledDevice",
				"2001") "lastRedirectionDevice{notRequired} " W_LOCAL("connected",
				"busy", W_END));
	world_fini(&w);
}
END_TEST

START_TEST(test_clear_call)
{
	setup("Active");
	ask(20, "ClearCall", "<callToBeCleared><callID>#3</callID></callToBeCleared>");
	world_asked(&w, "xsp1 DELETE " CALLS "a:0\n");
	world_heard(&w, client, "0020 ClearCallResponse\n");
	ask(21, "ClearCall", CONNECTION("callToBeCleared", "3"));
	world_asked(&w, "xsp1 DELETE " CALLS "a:0\n");
	world_heard(&w, client, "0021 ClearCallResponse\n");
	ask(22, "ClearCall", "<callToBeCleared><callID>#99</callID></callToBeCleared>");
	world_heard(&w, client, W_ERROR("0022", "operation", "invalidCallID"));
	/* the far party's connection is cleared by the party that talks to him */
	ask(23, "ClearConnection",
		"<connectionToBeCleared><callID>#3</callID><deviceID>2002</deviceID>"
		"</connectionToBeCleared>");
	world_asked(&w, "xsp1 DELETE " CALLS "a:0\n");
	world_heard(&w, client, "0023 ClearConnectionResponse\n");
	ask(24, "ClearConnection",
		"<connectionToBeCleared><callID>#3</callID><deviceID>2009</deviceID>"
		"</connectionToBeCleared>");
	world_heard(&w, client, W_ERROR("0024", "operation", "invalidDeviceID"));
	world_asked(&w, "");
	world_fini(&w);
}
END_TEST

START_TEST(test_snapshot_call)
{
	setup_two(true);
	ask(20, "SnapshotCall", "<snapshotObject><callID>#3</callID></snapshotObject>");
	world_heard(&w, client,
		"0020 SnapshotCallResponse{crossRefIDorSnapshotData{snapshotData{"
		"snapshotCallResponseInfo{deviceOnCall{deviceIdentifier=2001} "
		"callIdentifier{callID=#3 deviceID=2001} localConnectionInfo=hold} "
		"snapshotCallResponseInfo{deviceOnCall{deviceIdentifier=2002} "
		"callIdentifier{callID=#3 deviceID=2002} localConnectionInfo=connected}}} "
		"callingDevice{deviceIdentifier=2002} calledDevice{deviceIdentifier=2001}}\n");
	ask(21, "SnapshotCall", "<snapshotObject><callID>x</callID></snapshotObject>");
	world_heard(&w, client, W_ERROR("0021", "operation", "invalidCallID"));
	world_asked(&w, "");
	world_fini(&w);
}
END_TEST

/* Every service, every answer of BroadWorks: one error each, no second try. */
START_TEST(test_refusals)
{
	static const struct {
		unsigned status;
		const char *category, *error;
	} answers[] = {
		{ 403, "operation", "privilegeViolationSpecifiedDevice" },
		{ 404, "operation", "invalidConnectionID" },
		{ 412, "stateIncompatibility", "invalidConnectionState" },
		{ 500, "operation", "generic" },
		{ 503, "systemResourceAvailibility", "resourceBusy" },
		{ 0, "systemResourceAvailibility", "networkOutOfService" },
	};
	char line[128];

	for (size_t i = 0; i < PAIR_SERVICES; i++) {
		for (size_t j = 0; j < sizeof(answers) / sizeof(answers[0]); j++) {
			setup_two(true);
			world_rule(&w, "", "/calls/", answers[j].status, -1, "");
			ask(20, pair_services[i], PAIR("4", "3"));
			world_run(&w, 5100);
			snprintf(line, sizeof(line), "0020 CSTAErrorCode{%s=%s}\n",
				answers[j].category, answers[j].error);
			world_heard(&w, client, line);
			ck_assert_uint_eq(world_asked_count(&w, "/calls/"), 1);
			world_fini(&w);
		}
	}
}
END_TEST

/* The client hangs up between two steps: the second is still done, nobody is answered. */
START_TEST(test_client_gone)
{
	setup("Active");
	world_rule(&w, "PUT", "/Hold", 200, 1, "");
	world_rule_last(&w)->delay_ms = 200;
	ask(20, "ConsultationCall", CONSULT("3", "2003"));
	world_hang_up(&w, client);
	world_run(&w, 1000);
	ck_assert_uint_eq(world_asked_count(&w, "/Hold"), 1);
	ck_assert_uint_eq(world_asked_count(&w, "/new"), 1);
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_consultation,
		test_consultation_held,
		test_consultation_fails,
		test_consultation_late,
		test_consultation_wrong,
		test_park_over_http,
		test_alternate,
		test_alternate_second_step_fails,
		test_reconnect,
		test_transfer,
		test_conference,
		test_pair_wrong,
		test_pair_of_two_devices,
		test_pair_nothing_held,
		test_away,
		test_away_wrong,
		test_pickup,
		test_pickup_refused,
		test_digits,
		test_recording,
		test_clear_alerting,
		test_clear_transferred,
		test_transferred_to_busy,
		test_clear_call,
		test_snapshot_call,
		test_refusals,
		test_client_gone,
	};

	return world_main("svc_two", tests, sizeof(tests) / sizeof(tests[0]));
}
