/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests event packages and targets of subscriptions, and the services of users over loopback. Where
 * the schemas are at hand, every document is validated by the simulator.
 */
#include "tests/bwsim/bws_package.h"
#include "tests/bwsim/bws_testkit.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE "7000@demo.example"
#define RP "8000@demo.example"
#define USER(ext) "user/" ext "@demo.example"
#define GROUP "enterprise/demo-enterprise/group/demo.example"
#define PACKAGE(name) "<event>" name "</event>"
#define LIST(...) "<eventPackageList>" __VA_ARGS__ "</eventPackageList>"
#define SERVICE(ext, name) BWS_KIT_ACTIONS "/user/" ext "@demo.example/services/" name
#define KNOBS(...) \
	((const char *const[]){ "--queue=" QUEUE "=2010", "--route-point=" RP, bws_kit_schema(), \
		"effect_ms=2", ##__VA_ARGS__, NULL })

static struct bws_kit kit;
static struct bws_kit_stream stream;
static struct bws_buf doc;

static void
take(const char *type)
{
	bws_kit_take(&kit, &stream, type, &doc);
}

static void
start(const char *const *knobs)
{
	bws_kit_start(&kit, knobs);
	bws_kit_open(&kit, &stream, 0, "SET", "");
}

static void
stop(void)
{
	ck_assert_int_eq(bws_kit_stat(&kit, "schema_sent_wrong"), 0);
	bws_kit_close(&stream);
	bws_buf_free(&doc);
	ck_assert_int_eq(bws_kit_stop(&kit), 0);
}

static int
subscribe(const char *target, const char *what, char id[64])
{
	return bws_kit_subscribe_to(&kit, 0, target, what, "SET", id);
}

static void
ask(const char *command)
{
	bws_kit_control(&kit, command);
}

/* Each package is accepted for what it fits and refused for everything else. */
START_TEST(every_package_fits_its_targets)
{
	static const struct {
		const char *target;
		unsigned fit;
	} targets[] = {
		{ USER("2001"), BWS_FIT_USER },
		{ "user/" QUEUE, BWS_FIT_QUEUE },
		{ "user/" RP, BWS_FIT_ROUTE_POINT },
		{ USER("2001") "/subId/bridge", BWS_FIT_SUB_ID },
	};
	char what[160];
	unsigned p;
	size_t i;

	start(KNOBS("ack_timeout_ms=0"));
	ck_assert_uint_eq(BWS_PACKAGE_COUNT, 38);
	for (p = 0; p < BWS_PACKAGE_COUNT; p++) {
		unsigned fits = bws_package_fits((enum bws_package)p);

		snprintf(what, sizeof(what), "<event>%s</event>",
			bws_package_text((enum bws_package)p));
		for (i = 0; i < 4; i++)
			ck_assert_msg(subscribe(targets[i].target, what, NULL) ==
					(fits & targets[i].fit ? 200 : 400),
				"%s for %s", what, targets[i].target);
	}
	ck_assert_int_eq(subscribe(USER("2001"), PACKAGE("Nothing"), NULL), 400);
	ck_assert_int_eq(subscribe("user/7001@demo.example", PACKAGE("Basic Call"), NULL), 403);
	ask("{\"cmd\":\"knob\",\"name\":\"package_fit\",\"value\":0}");
	ck_assert_int_eq(subscribe("user/" QUEUE, PACKAGE("Basic Call"), NULL), 200);
	stop();
}
END_TEST

START_TEST(lists_of_packages)
{
	char first[64], second[64];

	start(KNOBS());
	ck_assert_int_eq(subscribe(USER("2001"),
				 LIST(PACKAGE("Basic Call") PACKAGE("Advanced Call")
						 PACKAGE("Do Not Disturb")),
				 first),
		200);
	take("CallSubscriptionEvent"); /* one for both call packages */
	take("DoNotDisturbEvent");
	/* One event, though two packages have it. */
	ask("{\"cmd\":\"call\",\"from\":\"2002\",\"to\":\"2001\"}");
	take("CallReceivedEvent");
	ask("{\"cmd\":\"release\",\"user\":\"2002\"}");
	take("CallReleasedEvent");
	ck_assert_int_eq(subscribe(USER("2001"), LIST(PACKAGE("Standard Call")), second), 200);
	take("SubscriptionTerminatedEvent");
	bws_kit_assert_field(&doc, "subscriptionId", first);
	take("CallSubscriptionEvent");
	bws_kit_assert_field(&doc, "subscriptionId", second);
	ck_assert_int_eq(subscribe(USER("2001"), LIST(PACKAGE("Nothing")), NULL), 400);
	ck_assert_int_eq(subscribe(USER("2001"), LIST(PACKAGE("Call Center Queue")), NULL), 400);
	ck_assert_int_eq(subscribe(USER("2001"), LIST(""), NULL), 400);
	bws_kit_assert_quiet(&stream, &doc); /* what was refused has replaced nothing */
	ask("{\"cmd\":\"knob\",\"name\":\"package_lists\",\"value\":0}");
	ck_assert_int_eq(subscribe(USER("2001"), LIST(PACKAGE("Basic Call")), NULL), 400);
	stop();
}
END_TEST

START_TEST(wide_targets)
{
	char id[64];

	start(KNOBS());
	ck_assert_int_eq(subscribe(GROUP, PACKAGE("Advanced Call"), id), 200);
	ck_assert_int_eq(subscribe("enterprise/demo-enterprise/group/other.example",
				 PACKAGE("Advanced Call"), NULL),
		403);
	ck_assert_int_eq(subscribe("enterprise/nobody", PACKAGE("Advanced Call"), NULL), 403);
	bws_kit_assert_quiet(&stream, &doc); /* no snapshot */
	ask("{\"cmd\":\"call\",\"from\":\"tel:+15559000001\",\"to\":\"2001\"}");
	take("CallReceivedEvent");
	bws_kit_assert_field(&doc, "targetId", "2001@demo.example");
	bws_kit_assert_field(&doc, "sequenceNumber", "1");
	ask("{\"cmd\":\"call\",\"from\":\"tel:+15559000001\",\"to\":\"2003\"}");
	take("CallReceivedEvent");
	bws_kit_assert_field(&doc, "targetId", "2003@demo.example");
	bws_kit_assert_field(&doc, "sequenceNumber", "2");
	/* Calls of virtual users are seen by wide subscriptions only. */
	ask("{\"cmd\":\"call\",\"from\":\"tel:+15559000001\",\"to\":\"7000\"}");
	take("CallReceivedEvent");
	bws_kit_assert_field(&doc, "targetId", QUEUE);
	take("CallAnsweredEvent");
	ck_assert_int_eq(subscribe(GROUP, PACKAGE("Advanced Call"), NULL), 200);
	take("SubscriptionTerminatedEvent");
	bws_kit_assert_field(&doc, "subscriptionId", id);
	ck_assert_int_eq(subscribe("system", LIST(PACKAGE("Call Center Queue")), NULL), 200);
	ck_assert_int_eq(
		subscribe("serviceprovider/demo-enterprise", PACKAGE("Do Not Disturb"), NULL), 200);
	ask("{\"cmd\":\"service\",\"user\":\"2004\",\"service\":\"DoNotDisturb\",\"active\":true}");
	take("DoNotDisturbEvent");
	bws_kit_assert_field(&doc, "targetId", "2004@demo.example");
	ask("{\"cmd\":\"entry\",\"at\":\"7000\",\"do\":\"update\"}");
	take("ACDCallUpdatedEvent");
	bws_kit_assert_field(&doc, "targetId", QUEUE);
	stop();
}
END_TEST

START_TEST(wide_targets_are_for_administrators)
{
	struct bws_kit_reply r;

	start(KNOBS("user_password=pw"));
	r = bws_kit_http(&kit, 0, "MjAwMUBkZW1vLmV4YW1wbGU6cHc=", "POST", BWS_KIT_EVENTS "/system",
		"<Subscription " BWS_KIT_NS "><event>Basic Call</event>"
		"<channelSetId>X</channelSetId></Subscription>");
	ck_assert_int_eq(r.status, 403);
	bws_kit_reply_free(&r);
	stop();
}
END_TEST

/* Subscriptions in the list for that query. */
static int
count_listed(const char *query)
{
	struct bws_kit_reply r;
	char path[300];
	const char *p;
	int n = 0;

	snprintf(path, sizeof(path), BWS_KIT_EVENTS "/subscription%s", query);
	r = bws_kit_http(&kit, 0, "", "GET", path, NULL);
	if (r.status != 200)
		n = -r.status;
	for (p = r.body.p; n >= 0 && p && (p = strstr(p, "<subscription>")); p++)
		n++;
	bws_kit_reply_free(&r);
	return n;
}

START_TEST(list_with_filters)
{
	start(KNOBS("ack_timeout_ms=0"));
	subscribe(USER("2001"), PACKAGE("Basic Call"), NULL);
	subscribe(USER("2002"), PACKAGE("Basic Call"), NULL);
	subscribe(USER("2002"), LIST(PACKAGE("Basic Call")), NULL);
	subscribe(USER("2002") "/subId/bridge", PACKAGE("Meet Me Conference"), NULL);
	subscribe(GROUP, PACKAGE("Basic Call"), NULL);
	subscribe("enterprise/demo-enterprise", PACKAGE("Basic Call"), NULL);
	subscribe("system", PACKAGE("Basic Call"), NULL);
	ck_assert_int_eq(count_listed(""), 4);
	ck_assert_int_eq(count_listed("?targetEntityType=user"), 4);
	ck_assert_int_eq(count_listed("?targetId=2002@demo.example"), 3);
	ck_assert_int_eq(count_listed("?event=Basic%20Call"), 2); /* not the list */
	ck_assert_int_eq(count_listed("?targetSubId=bridge"), 1);
	ck_assert_int_eq(count_listed("?targetEntityType=Group"), -400);
	ck_assert_int_eq(
		count_listed("?targetEntityType=Group&targetGrpParentId=demo-enterprise"), 1);
	ck_assert_int_eq(count_listed("?targetEntityType=Group&targetGrpParentId=other"), 0);
	ck_assert_int_eq(count_listed("?targetEntityType=ServiceProvider"), 1);
	ck_assert_int_eq(count_listed("?targetEntityType=System"), 1);
	ck_assert_int_eq(count_listed("?targetEntityType=Nobody"), -400);
	ck_assert_int_eq(count_listed("?event=Nothing"), -400);
	ck_assert_int_eq(count_listed("?subscriberId=2001@demo.example"), -403);
	stop();
}
END_TEST

START_TEST(failover_by_package)
{
	start(KNOBS("resync_event=1", "reg_percent=0",
		"resync_packages=Do Not Disturb=plain;Call Center Agent=plain"));
	subscribe(USER("2010"),
		LIST(PACKAGE("Advanced Call") PACKAGE("Do Not Disturb") PACKAGE("Call Waiting")
				PACKAGE("Call Center Agent")),
		NULL);
	take("CallSubscriptionEvent");
	take("AgentSubscriptionEvent");
	take("CallWaitingEvent");
	take("DoNotDisturbEvent");
	ask("{\"cmd\":\"as-failover\"}");
	ask("{\"cmd\":\"register\",\"user\":\"2010\"}");
	take("AgentSubscriptionEvent");
	take("DoNotDisturbEvent");
	take("CallSubscriptionResyncEvent");
	bws_kit_assert_quiet(&stream, &doc);
	stop();
}
END_TEST

static int
set(const char *path, const char *root, const char *inner)
{
	char body[400];

	snprintf(body, sizeof(body), "<%s " BWS_KIT_NS ">%s</%s>", root, inner, root);
	return bws_kit_status(&kit, 1, "PUT", path, body);
}

static void
assert_service(const char *path, const char *text)
{
	struct bws_kit_reply r = bws_kit_http(&kit, 1, "", "GET", path, NULL);

	ck_assert_int_eq(r.status, 200);
	ck_assert_msg(strstr(r.body.p, text) != NULL, "no %s in %s", text, r.body.p);
	bws_kit_reply_free(&r);
}

START_TEST(services_are_set_and_told)
{
	start(KNOBS());
	subscribe(USER("2001"), PACKAGE("Call Forwarding Always"), NULL);
	take("CallForwardingAlwaysEvent");
	bws_kit_assert_field(&doc, "active", "false");
	ck_assert_int_eq(set(SERVICE("2001", "callforwardingalways"), "CallForwardingAlways",
				 "<active>true</active>"),
		409); /* where to? */
	ck_assert_int_eq(set(SERVICE("2001", "CallForwardingAlways"), "CallForwardingAlways",
				 "<active>yes</active>"),
		400);
	ck_assert_int_eq(
		set(SERVICE("2001", "CallForwardingAlways"), "CallForwardingAlways",
			"<active>true</active><forwardToPhoneNumber>2003</forwardToPhoneNumber>"),
		200);
	take("CallForwardingAlwaysEvent");
	bws_kit_assert_field(&doc, "active", "true");
	bws_kit_assert_field(&doc, "forwardToPhoneNumber", "tel:2003");
	assert_service(SERVICE("2001", "CallForwardingAlways"),
		"<active>true</active><forwardToPhoneNumber>tel:2003</forwardToPhoneNumber>");
	/* No change, no event; what is not given stays. */
	ck_assert_int_eq(set(SERVICE("2001", "CallForwardingAlways"), "CallForwardingAlways",
				 "<active>true</active>"),
		200);
	bws_kit_assert_quiet(&stream, &doc);
	ask("{\"cmd\":\"service\",\"user\":\"2001\",\"service\":\"CallForwardingAlways\","
	    "\"assigned\":false}");
	take("CallForwardingAlwaysEvent");
	bws_kit_assert_has(&doc, "<xsi:unassigned/>");
	ck_assert_int_eq(
		bws_kit_status(&kit, 1, "GET", SERVICE("2001", "CallForwardingAlways"), NULL), 403);
	ck_assert_int_eq(bws_kit_status(&kit, 1, "GET", SERVICE("2001", "Nothing"), NULL), 404);
	ck_assert_int_eq(
		bws_kit_status(&kit, 1, "DELETE", SERVICE("2001", "DoNotDisturb"), NULL), 405);
	subscribe(USER("2001"), PACKAGE("Voice Mail Message Summary"), NULL);
	take("VoiceMailMessageSummaryEvent");
	ask("{\"cmd\":\"messages\",\"user\":\"2001\",\"new\":2,\"new_urgent\":1}");
	take("VoiceMailMessageSummaryEvent");
	bws_kit_assert_field(&doc, "newMessages", "2");
	bws_kit_assert_field(&doc, "newUrgentMessages", "1");
	stop();
}
END_TEST

START_TEST(hoteling)
{
	static const char guest[] = SERVICE("2001", "HotelingGuest");
	static const char host2[] =
		"<active>true</active><hostUserId>2002@demo.example</hostUserId>";

	start(KNOBS());
	subscribe(USER("2001"), PACKAGE("Hoteling Guest"), NULL);
	take("HotelingGuestEvent");
	ck_assert_int_eq(set(guest, "HotelingGuest", host2), 409); /* it is no host yet */
	ask("{\"cmd\":\"service\",\"user\":\"2002\",\"service\":\"HotelingHost\",\"active\":true}");
	assert_service(BWS_KIT_ACTIONS "/user/2001@demo.example/directories/HotelingHosts",
		"<userID>2002@demo.example</userID>");
	ck_assert_int_eq(set(guest, "HotelingGuest", host2), 200);
	take("HotelingGuestEvent");
	bws_kit_assert_field(&doc, "hostUserId", "2002@demo.example");
	assert_service(SERVICE("2002", "HotelingHost"), "<guestExtension>2001</guestExtension>");
	ck_assert_int_eq(set(SERVICE("2003", "HotelingGuest"), "HotelingGuest", host2), 409);
	/* The host sends the guest away. */
	ck_assert_int_eq(set(SERVICE("2002", "HotelingHost"), "HotelingHost",
				 "<removeGuestAssociation>true</removeGuestAssociation>"),
		200);
	take("HotelingGuestEvent");
	ck_assert_ptr_null(strstr(bws_buf_text(&doc), "hostLastName"));
	ck_assert_int_eq(set(guest, "HotelingGuest", host2), 200);
	take("HotelingGuestEvent");
	ck_assert_int_eq(set(guest, "HotelingGuest", "<active>false</active>"), 200);
	take("HotelingGuestEvent");
	ck_assert_int_eq(set(SERVICE("2003", "HotelingGuest"), "HotelingGuest", host2), 200);
	stop();
}
END_TEST

START_TEST(services_rule_calls)
{
	char id[64];

	start(KNOBS("treatment_ms=50"));
	bws_kit_subscribe(&kit, 0, "2001", "SET", id);
	take("CallSubscriptionEvent");
	bws_kit_subscribe(&kit, 0, "2002", "SET", id);
	take("CallSubscriptionEvent");
	ask("{\"cmd\":\"service\",\"user\":\"2002\",\"service\":\"DoNotDisturb\",\"active\":true}");
	ask("{\"cmd\":\"call\",\"from\":\"2001\",\"to\":\"2002\"}");
	take("HookStatusEvent");
	take("CallOriginatedEvent");
	take("CallReceivedEvent"); /* Advanced Call sees it before the services run */
	bws_kit_assert_field(&doc, "targetId", "2002@demo.example");
	take("CallReleasedEvent");
	take("CallReleasingEvent");
	bws_kit_assert_field(&doc, "internalReleaseCause", "Busy");
	take("CallReleasedEvent");
	take("HookStatusEvent");
	ask("{\"cmd\":\"service\",\"user\":\"2002\",\"service\":\"DoNotDisturb\",\"active\":false}");
	ask("{\"cmd\":\"service\",\"user\":\"2002\",\"service\":\"CallForwardingAlways\","
	    "\"active\":true,\"number\":\"tel:2003\"}");
	ask("{\"cmd\":\"call\",\"from\":\"2001\",\"to\":\"2002\"}");
	take("HookStatusEvent");
	take("CallOriginatedEvent");
	take("CallReceivedEvent");
	take("CallRedirectedEvent");
	bws_kit_assert_field(&doc, "state", "Detached");
	bws_kit_assert_field(&doc, "reason", "unconditional");
	take("CallForwardedEvent");
	bws_kit_assert_field(&doc, "targetId", "2001@demo.example");
	take("CallUpdatedEvent");
	bws_kit_assert_has(&doc, "<xsi:userId>2003@demo.example</xsi:userId>");
	/* A circle of forwardings ends. */
	ask("{\"cmd\":\"service\",\"user\":\"2005\",\"service\":\"CallForwardingAlways\","
	    "\"active\":true,\"number\":\"tel:2006\"}");
	ask("{\"cmd\":\"service\",\"user\":\"2006\",\"service\":\"CallForwardingAlways\","
	    "\"active\":true,\"number\":\"tel:2005\"}");
	ask("{\"cmd\":\"call\",\"from\":\"2007\",\"to\":\"2005\"}");
	ck_assert(bws_kit_wait_stat(&kit, "calls_ended", 2));
	stop();
}
END_TEST

START_TEST(busy_and_remote_office)
{
	char id[64];

	start(KNOBS());
	bws_kit_subscribe(&kit, 0, "2002", "SET", id);
	take("CallSubscriptionEvent");
	ask("{\"cmd\":\"service\",\"user\":\"2002\",\"service\":\"RemoteOffice\",\"active\":true,"
	    "\"number\":\"tel:+15559000009\"}");
	ask("{\"cmd\":\"call\",\"from\":\"tel:+15559000001\",\"to\":\"2002\"}");
	take("CallReceivedEvent");
	bws_kit_assert_has(&doc, "RemoteOfficeEndpoint");
	ask("{\"cmd\":\"service\",\"user\":\"2002\",\"service\":\"CallForwardingBusy\",\"active\":true,"
	    "\"number\":\"tel:2003\"}");
	ask("{\"cmd\":\"call\",\"from\":\"tel:+15559000002\",\"to\":\"2002\"}");
	take("CallReceivedEvent");
	take("CallRedirectedEvent");
	bws_kit_assert_field(&doc, "reason", "user-busy");
	ask("{\"cmd\":\"service\",\"user\":\"2002\",\"service\":\"CallWaiting\",\"active\":true}");
	ask("{\"cmd\":\"call\",\"from\":\"tel:+15559000003\",\"to\":\"2002\"}");
	take("CallReceivedEvent");
	bws_kit_assert_quiet(&stream, &doc);
	stop();
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		every_package_fits_its_targets,
		lists_of_packages,
		wide_targets,
		wide_targets_are_for_administrators,
		list_with_filters,
		failover_by_package,
		services_are_set_and_told,
		hoteling,
		services_rule_calls,
		busy_and_remote_office,
	};

	return bws_kit_main("bwsim packages", tests, sizeof(tests) / sizeof(tests[0]));
}
