/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What clients are told of calls: every event of a caller and of a callee, calls learned in each state, calls that
 * BroadWorks no longer lists, names of parties. Told by a whole node, so that the order is that of the wire.
 */
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>

static struct world w;
static unsigned client;

/* A session without numbers (#1) with a monitor on 2001 (#2); the first call is #3. */
static void
setup(const char *settings)
{
	world_init(&w, 1, settings);
	world_start(&w);
	client = world_connect(&w);
	world_settle(&w);
	world_start_session(&w, client, 1, "demo", "");
	world_monitor(&w, client, "2001");
}

static void
say(const char *type, const char *personality, const char *state, const char *remote)
{
	world_call(&w, "2001", type, "a", "7:1", personality, state, remote);
}

#define SNAPSHOT_NONE "SnapshotDeviceResponse{crossRefIDorSnapshotData{snapshotData}}\n"
#define SNAPSHOT(far, state) \
	"SnapshotDeviceResponse{crossRefIDorSnapshotData{snapshotData{snapshotDeviceResponseInfo{" \
	"connectionIdentifier{callID=#3 deviceID=2001} endpointDevice{deviceIdentifier=" far \
	"} localCallState{" state "}}}}}\n"
#define SIMPLE(state) "simpleCallState=" state

static void
snapshot_is(const char *expected)
{
	char line[1024];

	world_send(&w, client, 99,
		"<SnapshotDevice><snapshotObject>2001</snapshotObject></SnapshotDevice>");
	snprintf(line, sizeof(line), "0099 %s", expected);
	world_heard(&w, client, line);
}

START_TEST(test_caller)
{
	setup("");
	say("CallOriginatedEvent", "Originator", "Alerting", "2002");
	world_heard(&w, client,
		W_INITIATED("2", "3", "2001", W_END) W_ORIGINATED("2", "3", "2001", "2002", W_END)
			W_DELIVERED("2", "3", "2002", "2001", "2002", "connected", W_END));
	snapshot_is(SNAPSHOT("2002", SIMPLE("callDelivered")));
	say("CallUpdatedEvent", "Originator", "Alerting", "2002");
	world_heard(&w, client, "");
	say("CallAnsweredEvent", "Originator", "Active", "2002");
	world_heard(&w, client, W_ESTABLISHED("2", "3", "2002", "2001", "2002", W_END));
	snapshot_is(SNAPSHOT("2002", SIMPLE("callEstablished")));
	say("CallHeldEvent", "Originator", "Held", "2002");
	world_heard(&w, client, W_HELD("2", "3", "2001", "hold", W_END));
	snapshot_is(SNAPSHOT("2002", SIMPLE("callEstablishedHeld")));
	say("CallRetrievedEvent", "Originator", "Active", "2002");
	world_heard(&w, client, W_RETRIEVED("2", "3", "2001", W_END));
	say("CallHeldEvent", "Originator", "Remote Held", "2002");
	world_heard(&w, client, W_HELD("2", "3", "2002", "connected", W_END));
	snapshot_is(SNAPSHOT("2002", SIMPLE("callEstablishedOnHold")));
	say("CallRetrievedEvent", "Originator", "Active", "2002");
	world_heard(&w, client, W_RETRIEVED("2", "3", "2002", W_END));
	world_call_with(&w, "2001", "CallReleasedEvent", "a", "7:1", "Originator", "Released",
		"2002", "<xsi:releasingParty>localRelease</xsi:releasingParty>");
	world_heard(&w, client, W_CLEARED("2", "3", "2001", "2001", "normalClearing", W_END));
	snapshot_is(SNAPSHOT_NONE);
	world_fini(&w);
}
END_TEST

START_TEST(test_callee)
{
	setup("");
	say("CallReceivedEvent", "Terminator", "Alerting", "2002");
	world_heard(&w, client, W_DELIVERED("2", "3", "2001", "2002", "2001", "alerting", W_END));
	snapshot_is(SNAPSHOT("2002", SIMPLE("callReceived")));
	say("CallAnsweredEvent", "Terminator", "Active", "2002");
	world_heard(&w, client, W_ESTABLISHED("2", "3", "2001", "2002", "2001", W_END));
	say("CallHeldEvent", "Terminator", "Held", "2002");
	world_heard(&w, client, W_HELD("2", "3", "2001", "hold", W_END));
	/* both hold: what the far one does is not told by BroadWorks; here it becomes the far one's hold alone */
	say("CallRetrievedEvent", "Terminator", "Remote Held", "2002");
	world_heard(&w, client,
		W_RETRIEVED("2", "3", "2001", W_END) W_HELD("2", "3", "2002", "connected", W_END));
	say("CallHeldEvent", "Terminator", "Held", "2002");
	ck_assert_ptr_nonnull(
		strstr(world_take(&w, client), W_HELD("2", "3", "2001", "hold", W_END)));
	world_call_with(&w, "2001", "CallReleasedEvent", "a", "7:1", "Terminator", "Released",
		"2002", "<xsi:releasingParty>remoteRelease</xsi:releasingParty>");
	world_heard(&w, client, W_CLEARED("2", "3", "2001", "2002", "normalClearing", W_END));
	world_fini(&w);
}
END_TEST

/* Click to dial: the own phone rings first. */
START_TEST(test_click_to_dial)
{
	setup("");
	say("CallOriginatingEvent", "Click-to-Dial", "Alerting", "2002");
	world_heard(&w, client, W_INITIATED("2", "3", "2001", W_END));
	snapshot_is(SNAPSHOT("2002", SIMPLE("callPending")));
	say("CallOriginatedEvent", "Originator", "Alerting", "2002");
	world_heard(&w, client,
		W_ORIGINATED("2", "3", "2001", "2002", W_END)
			W_DELIVERED("2", "3", "2002", "2001", "2002", "connected", W_END));
	say("CallAnsweredEvent", "Originator", "Active", "2002");
	world_heard(&w, client, W_ESTABLISHED("2", "3", "2002", "2001", "2002", W_END));
	/* the next one is not taken off the hook */
	world_call(&w, "2001", "CallOriginatingEvent", "b", "8:1", "Click-to-Dial", "Alerting",
		"2003");
	world_take(&w, client);
	world_call(
		&w, "2001", "CallReleasedEvent", "b", "8:1", "Click-to-Dial", "Released", "2003");
	world_heard(&w, client, W_CLEARED("2", "4", "2001", "2003", "normalClearing", W_END));
	world_fini(&w);
}
END_TEST

/* Each way a call can fail at the far end. */
START_TEST(test_failed)
{
	static const struct {
		const char *cause, *told;
	} ends[] = { { "Busy", "busy" }, { "User Not Found", "numberUnallocated" },
		{ "Translation Failure", "invalidNumberFormat" },
		{ "Temporarily Unavailable", "destNotObtainable" }, { "Forbidden", "blocked" },
		{ "Request Timeout", "callNotAnswered" }, { "Server Failure", "networkOutOfOrder" },
		{ "Server Failure</xsi:internalReleaseCause><xsi:q850Cause>34</xsi:q850Cause>"
		  "<xsi:sipStatus>503</xsi:sipStatus><xsi:internalReleaseCause>",
			"trunksBusy" },
		{ "Request Failure</xsi:internalReleaseCause><xsi:sipStatus>488</xsi:sipStatus>"
		  "<xsi:internalReleaseCause>",
			"incompatibleDestination" } };
	char more[512], cause[64];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const char *heard;

		setup("");
		say("CallOriginatedEvent", "Originator", "Alerting", "2077");
		world_take(&w, client);
		snprintf(more, sizeof(more),
			"<xsi:releaseCause><xsi:internalReleaseCause>%s</xsi:internalReleaseCause>"
			"</xsi:releaseCause>",
			ends[i].cause);
		snprintf(cause, sizeof(cause), " cause=%s}", ends[i].told);
		world_call_with(&w, "2001", "CallReleasingEvent", "a", "7:1", "Originator",
			"Active", "2077", more);
		heard = world_take(&w, client);
		ck_assert_msg(
			strncmp(heard, W_EVENT("Failed", "2"), strlen(W_EVENT("Failed", "2"))) == 0,
			"%s", heard);
		ck_assert_msg(strstr(heard, cause) != NULL, "%s: %s", ends[i].cause, heard);
		/* the treatment goes on until somebody hangs up; the end has the same cause */
		say("CallUpdatedEvent", "Originator", "Active", "2077");
		world_take(&w, client);
		world_call_with(&w, "2001", "CallReleasedEvent", "a", "7:1", "Originator",
			"Released", "2077", more);
		heard = world_take(&w, client);
		ck_assert_msg(strstr(heard, "ConnectionClearedEvent") != NULL &&
				strstr(heard, cause) != NULL,
			"%s: %s", ends[i].cause, heard);
		world_fini(&w);
	}
}
END_TEST

/* The far party that is busy, in full. */
START_TEST(test_busy)
{
	setup("");
	say("CallOriginatedEvent", "Originator", "Alerting", "2077");
	world_take(&w, client);
	world_call_with(&w, "2001", "CallReleasingEvent", "a", "7:1", "Originator", "Active",
		"2077",
		"<xsi:releaseCause><xsi:internalReleaseCause>Busy</xsi:internalReleaseCause></xsi:releaseCause>");
	world_heard(&w, client,
		W_EVENT("Failed", "2") W_CONNECTION("failedConnection", "3", "2077")
			W_PARTY("failingDevice", "2077") W_PARTY("callingDevice", "2001") W_PARTY(
				"calledDevice",
				"2077") "lastRedirectionDevice{notRequired} " W_LOCAL("connected",
				"busy", W_END));
	world_fini(&w);
}
END_TEST

/* A call that is there when the monitor begins is not told; a later comparison that finds one tells all its steps. */
START_TEST(test_learned)
{
	static const struct {
		const char *personality, *state, *heard;
	} found[] = {
		{ "Terminator", "Alerting",
			W_DELIVERED("2", "3", "2001", "2002", "2001", "alerting", W_END) },
		{ "Terminator", "Active",
			W_DELIVERED("2", "3", "2001", "2002", "2001", "alerting", W_END)
				W_ESTABLISHED("2", "3", "2001", "2002", "2001", W_END) },
		{ "Terminator", "Held",
			W_DELIVERED("2", "3", "2001", "2002", "2001", "alerting", W_END)
				W_ESTABLISHED("2", "3", "2001", "2002", "2001", W_END)
					W_HELD("2", "3", "2001", "hold", W_END) },
		{ "Terminator", "Remote Held",
			W_DELIVERED("2", "3", "2001", "2002", "2001", "alerting", W_END)
				W_ESTABLISHED("2", "3", "2001", "2002", "2001", W_END)
					W_HELD("2", "3", "2002", "connected", W_END) },
		{ "Click-to-Dial", "Alerting", W_INITIATED("2", "3", "2001", W_END) },
		{ "Originator", "Alerting",
			W_INITIATED("2", "3", "2001", W_END)
				W_ORIGINATED("2", "3", "2001", "2002", W_END) W_DELIVERED(
					"2", "3", "2002", "2001", "2002", "connected", W_END) },
		{ "Originator", "Active",
			W_INITIATED("2", "3", "2001", W_END) W_ORIGINATED("2", "3", "2001", "2002",
				W_END) W_DELIVERED("2", "3", "2002", "2001", "2002", "connected",
				W_END) W_ESTABLISHED("2", "3", "2002", "2001", "2002", W_END) },
		{ "Originator", "Held",
			W_INITIATED("2", "3", "2001", W_END) W_ORIGINATED("2", "3", "2001", "2002",
				W_END) W_DELIVERED("2", "3", "2002", "2001", "2002", "connected",
				W_END) W_ESTABLISHED("2", "3", "2002", "2001", "2002", W_END)
				W_HELD("2", "3", "2001", "hold", W_END) },
		{ "Terminator", "Detached", "" },
		{ "Terminator", "Idle", "" },
	};
	char line[4096];

	for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
		setup("");
		world_half(&w, "2001", "a", "7:1", found[i].personality, found[i].state, "2002");
		world_send(&w, client, 9,
			"<SnapshotDevice><snapshotObject>2001</snapshotObject></SnapshotDevice>");
		snprintf(line, sizeof(line), "%s", world_take(&w, client));
		ck_assert_msg(
			strncmp(line, found[i].heard, strlen(found[i].heard)) == 0, "%s", line);
		ck_assert_msg(strncmp(line + strlen(found[i].heard), "0009 SnapshotDeviceResponse",
				      27) == 0,
			"%s", line);
		ck_assert_uint_eq(
			world_logged(&w, 37206, "device=2001"), found[i].heard[0] != '\0');
		world_fini(&w);
	}
}
END_TEST

START_TEST(test_existing_call_is_not_told)
{
	world_init(&w, 1, "");
	world_start(&w);
	client = world_session(&w);
	world_half(&w, "2001", "a", "7:1", "Terminator", "Active", "2002");
	world_monitor(&w, client, "2001");
	world_settle(&w);
	world_heard(&w, client, "");
	snapshot_is(SNAPSHOT("2002", SIMPLE("callEstablished")));
	say("CallHeldEvent", "Terminator", "Held", "2002");
	world_heard(&w, client, W_HELD("2", "3", "2001", "hold", W_NUM("1")));
	world_fini(&w);
}
END_TEST

/* The cause for parties BroadWorks no longer lists is a setting. */
START_TEST(test_resync_cause)
{
	static const struct {
		const char *setting, *cause;
	} causes[] = { { "", "switchingFunctionTerminated" },
		{ "[csta]\nresync-cause = switchingFunctionTerminated\n",
			"switchingFunctionTerminated" },
		{ "[csta]\nresync-cause = normalClearing\n", "normalClearing" } };
	char tail[128];

	for (size_t i = 0; i < 3; i++) {
		setup(causes[i].setting);
		say("CallReceivedEvent", "Terminator", "Alerting", "2002");
		world_take(&w, client);
		world_forget(&w, "2001");
		world_send(&w, client, 9,
			"<SnapshotDevice><snapshotObject>2001</snapshotObject></SnapshotDevice>");
		snprintf(tail, sizeof(tail),
			"localConnectionInfo=null cause=%s}\n0009 " SNAPSHOT_NONE, causes[i].cause);
		ck_assert_ptr_nonnull(strstr(world_take(&w, client), tail));
		ck_assert_uint_eq(world_logged(&w, 37205, "device=2001"), 1);
		world_fini(&w);
	}
}
END_TEST

/* Both ends are monitored: one call id, each device its own view, in BroadWorks' order. */
START_TEST(test_both_ends)
{
	setup("");
	world_monitor(&w, client, "2002");
	world_call(&w, "2002", "CallOriginatedEvent", "o", "7:1", "Originator", "Alerting", "2001");
	world_call(&w, "2001", "CallReceivedEvent", "t", "7:1", "Terminator", "Alerting", "2002");
	world_heard(&w, client,
		W_INITIATED("3", "4", "2002", W_END) W_ORIGINATED("3", "4", "2002", "2001", W_END)
			W_DELIVERED("3", "4", "2001", "2002", "2001", "connected", W_END)
				W_DELIVERED("2", "4", "2001", "2002", "2001", "alerting", W_END));
	world_call(&w, "2001", "CallAnsweredEvent", "t", "7:1", "Terminator", "Active", "2002");
	world_call(&w, "2002", "CallAnsweredEvent", "o", "7:1", "Originator", "Active", "2001");
	world_heard(&w, client,
		W_ESTABLISHED("2", "4", "2001", "2002", "2001", W_END)
			W_ESTABLISHED("3", "4", "2001", "2002", "2001", W_END));
	world_fini(&w);
}
END_TEST

/* How the far party is named: a user of the domain, of another one, a number, nothing. */
START_TEST(test_far_names)
{
	static const struct {
		const char *xml, *name;
	} far[] = {
		{ "<xsi:address>tel:+15559000001</xsi:address>",
			"callingDevice{deviceIdentifier=+15559000001}" },
		{ "<xsi:address>tel:+15559000001;ext=1</xsi:address>",
			"callingDevice{deviceIdentifier=+15559000001}" },
		{ "<xsi:address>sip:bob@other.example;user=phone</xsi:address>",
			"callingDevice{deviceIdentifier=bob@other.example}" },
		{ "<xsi:address>2077</xsi:address>", "callingDevice{deviceIdentifier=2077}" },
		{ "<xsi:userId>2077@demo.example</xsi:userId>",
			"callingDevice{deviceIdentifier=2077}" },
		{ "<xsi:userId>bob@other.example</xsi:userId>",
			"callingDevice{deviceIdentifier=bob@other.example}" },
		{ "<xsi:address>tel:&lt;&amp;&#228;</xsi:address>",
			"callingDevice{deviceIdentifier=&lt;&amp;&#xE4;}" },
		{ "", "callingDevice{notKnown}" },
	};
	char xml[1024];

	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		const char *heard;

		setup("");
		snprintf(xml, sizeof(xml),
			"<xsi:call><xsi:callId>a</xsi:callId><xsi:extTrackingId>7:1</xsi:extTrackingId>"
			"<xsi:personality>Terminator</xsi:personality><xsi:state>Alerting</xsi:state><xsi:remoteParty>%s"
			"</xsi:remoteParty></xsi:call>",
			far[i].xml);
		world_event(&w, "2001", "CallReceivedEvent", xml);
		world_settle(&w);
		heard = world_take(&w, client);
		ck_assert_msg(strstr(heard, far[i].name) != NULL, "%s: %s", far[i].xml, heard);
		world_fini(&w);
	}
}
END_TEST

/* A session that BroadWorks names anew is the same call to clients. */
START_TEST(test_other_tracking)
{
	setup("");
	say("CallReceivedEvent", "Terminator", "Alerting", "2002");
	say("CallAnsweredEvent", "Terminator", "Active", "2002");
	world_take(&w, client);
	world_call(&w, "2001", "CallUpdatedEvent", "a", "8:1", "Terminator", "Active", "2002");
	world_heard(&w, client, "");
	world_call(&w, "2001", "CallReleasedEvent", "a", "8:1", "Terminator", "Released", "2002");
	world_heard(&w, client, W_CLEARED("2", "3", "2001", "2002", "normalClearing", W_END));
	world_fini(&w);
}
END_TEST

/* What left the user: detached calls and redirected ones. */
START_TEST(test_redirected)
{
	setup("");
	say("CallReceivedEvent", "Terminator", "Alerting", "2002");
	world_call(&w, "2001", "CallReceivedEvent", "b", "8:1", "Terminator", "Alerting", "2003");
	world_take(&w, client);
	world_forget(&w, "2001");
	world_event(&w, "2001", "CallRedirectedEvent",
		"<xsi:calls><xsi:call><xsi:callId>a</xsi:callId><xsi:extTrackingId>7:1</xsi:extTrackingId>"
		"<xsi:personality>Terminator</xsi:personality><xsi:state>Detached</xsi:state></xsi:call><xsi:call>"
		"<xsi:callId>b</xsi:callId><xsi:extTrackingId>8:1</xsi:extTrackingId>"
		"<xsi:personality>Terminator</xsi:personality><xsi:state>Detached</xsi:state></xsi:call></xsi:calls>");
	world_settle(&w);
	world_heard(&w, client,
		W_DIVERTED("2", "3", "2001", "2002", "2001", W_END)
			W_DIVERTED("2", "4", "2001", "2003", "2001", W_END));
	snapshot_is(SNAPSHOT_NONE);
	world_fini(&w);
}
END_TEST

/* A call that leaves the system: the network is reached, by its own connection. A user of the system has a user id. */
START_TEST(test_outside)
{
	static const struct {
		const char *remote;
		bool reached;
	} rows[] = {
		{ "<xsi:address>tel:+4930</xsi:address><xsi:callType>Network</xsi:callType>",
			true },
		{ "<xsi:address>tel:112</xsi:address><xsi:callType>Emergency</xsi:callType>",
			true },
		{ "<xsi:address>tel:2077</xsi:address><xsi:callType>Group</xsi:callType>", false },
		{ "<xsi:address>tel:2077</xsi:address><xsi:callType>Unknown</xsi:callType>",
			false },
		{ "<xsi:address>tel:2077</xsi:address>", false },
	};
	char xml[1024];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *heard, *reached, *delivered;

		setup("");
		snprintf(xml, sizeof(xml),
			"<xsi:call><xsi:callId>a</xsi:callId><xsi:extTrackingId>7:1</xsi:extTrackingId>"
			"<xsi:personality>Originator</xsi:personality><xsi:state>Alerting</xsi:state>"
			"<xsi:remoteParty>%s</xsi:remoteParty></xsi:call>",
			rows[i].remote);
		world_event(&w, "2001", "CallOriginatedEvent", xml);
		world_settle(&w);
		heard = world_take(&w, client);
		reached = strstr(heard, "NetworkReachedEvent");
		delivered = strstr(heard, "DeliveredEvent");
		ck_assert_msg((reached != NULL) == rows[i].reached && delivered != NULL &&
				(reached == NULL || reached < delivered),
			"%s: %s", rows[i].remote, heard);
		if (i == 0)
			ck_assert_ptr_nonnull(strstr(heard,
				"outboundConnection{callID=#3 deviceID=+4930} "
				"networkInterfaceUsed{notKnown}"));
		world_fini(&w);
	}
}
END_TEST

/* Why a ringing call went elsewhere: the redirection says it. */
START_TEST(test_diverted)
{
	static const struct {
		const char *reason, *told;
	} rows[] = {
		{ "unconditional", "callForwardImmediate" },
		{ "user-busy", "callForwardBusy" },
		{ "no-answer", "callForwardNoAnswer" },
		{ "do-not-disturb", "doNotDisturb" },
		{ "away", "callForward" },
		{ "deflection", "redirected" },
	};
	char more[256], cause[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *heard;

		setup("");
		say("CallReceivedEvent", "Terminator", "Alerting", "2002");
		world_take(&w, client);
		snprintf(more, sizeof(more),
			"<xsi:redirect><xsi:address>tel:2077</xsi:address><xsi:reason>%s</xsi:reason>"
			"<xsi:redirectTime>1</xsi:redirectTime></xsi:redirect>",
			rows[i].reason);
		snprintf(cause, sizeof(cause), "localConnectionInfo=null cause=%s}", rows[i].told);
		world_call_with(&w, "2001", "CallReleasedEvent", "a", "7:1", "Terminator",
			"Released", "2002", more);
		heard = world_take(&w, client);
		ck_assert_msg(strstr(heard, "newDestination{deviceIdentifier=2077}") != NULL &&
				strstr(heard, cause) != NULL,
			"%s: %s", rows[i].reason, heard);
		world_fini(&w);
	}
}
END_TEST

/* An answered call that rings again (blind transfer) and is answered again: no illegal step back is told, but the second answer. */
START_TEST(test_answered_twice)
{
	setup("");
	say("CallOriginatedEvent", "Originator", "Alerting", "2002");
	say("CallAnsweredEvent", "Originator", "Active", "2002");
	world_take(&w, client);
	say("CallTransferredEvent", "Originator", "Alerting", "2003");
	world_heard(&w, client,
		W_EVENT("Transfered", "2") W_CONNECTION("primaryOldCall", "3", "2002") W_PARTY(
			"transferringDevice", "2002") W_PARTY("transferredToDevice",
			"2003") "transferredConnections{connectionListItem{" W_CONNECTION("newConnection",
			"3", "2001") W_CONNECTION("oldConnection", "3",
			"2001") "endpoint{deviceID=2001}} connectionListItem{" W_CONNECTION("newConnection",
			"3", "2003") "endpoint{deviceID=2003}}} " W_LOCAL("connected", "transfer",
			W_END));
	say("CallAnsweredEvent", "Originator", "Active", "2003");
	ck_assert_ptr_nonnull(strstr(world_take(&w, client),
		"EstablishedEvent{monitorCrossRefID=#2 establishedConnection{callID=#3 deviceID=2003}"));
	say("CallHeldEvent", "Originator", "Held", "2003");
	world_heard(&w, client, W_HELD("2", "3", "2001", "hold", W_END));
	world_fini(&w);
}
END_TEST

/* Two sessions, three monitors: each its own copy with its own cross reference and its own numbers. */
START_TEST(test_copies)
{
	unsigned other;

	setup("");
	other = world_session(&w);
	world_monitor(&w, other, "2001");
	world_monitor(&w, other, "2001");
	say("CallReceivedEvent", "Terminator", "Alerting", "2002");
	world_heard(&w, client, W_DELIVERED("2", "6", "2001", "2002", "2001", "alerting", W_END));
	world_heard(&w, other,
		W_DELIVERED("4", "6", "2001", "2002", "2001", "alerting", W_NUM("1"))
			W_DELIVERED("5", "6", "2001", "2002", "2001", "alerting", W_NUM("2")));
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_caller,
		test_callee,
		test_click_to_dial,
		test_failed,
		test_busy,
		test_learned,
		test_existing_call_is_not_told,
		test_resync_cause,
		test_both_ends,
		test_far_names,
		test_other_tracking,
		test_redirected,
		test_diverted,
		test_outside,
		test_answered_twice,
		test_copies,
	};

	return world_main("say", tests, sizeof(tests) / sizeof(tests[0]));
}
