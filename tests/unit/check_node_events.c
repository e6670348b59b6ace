/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events that concern no CSTA client: conference bridges, rooms, alarms of a supervisor's screen,
 * services that CSTA does not know, settings of queues, and types that are newer than this version.
 * Each is acknowledged with 200 and leaves no trace: clients hear nothing, nothing is asked, the
 * channel stays, and the next event of the user finds its place.
 */
#include "proto/xsi_event.h"
#include "tests/unit/node_world.h"

#include <stdio.h>
#include <stdlib.h>

static struct world w;

struct event_type {
	const char *name;
	enum xsi_event_class class;
};

static const struct event_type types[] = {
#define XX(name, class) { #name "Event", XSI_CLASS_##class },
	XSI_EVENTS(XX)
#undef XX
#define XX(name, type, class) { type, XSI_CLASS_##class },
		XSI_EVENTS_ODD(XX)
#undef XX
			{ "CallHistoryEvent", XSI_CLASS_OTHER },
};

static bool
concerns_nobody(const struct event_type *t)
{
	static const char *const told[] = { "DoNotDisturbEvent", "CallForwardingAlwaysEvent",
		"CallForwardingBusyEvent", "CallForwardingNoAnswerEvent", "HotelingGuestEvent" };

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if (strcmp(t->name, told[i]) == 0)
			return false;
	return t->class == XSI_CLASS_OTHER || t->class == XSI_CLASS_MONITORING ||
		t->class == XSI_CLASS_SERVICE || t->class == XSI_CLASS_PARK ||
		t->class == XSI_CLASS_QUEUE_CONFIG;
}

/* One event, and what comes of it. */
static void
take(unsigned client, const char *type, const char *data)
{
	world_forget_asked(&w);
	world_event(&w, "2001", type, data);
	world_settle(&w);
	ck_assert_msg(world_asked_count(&w, " ack ") == 1, "%s is not acknowledged", type);
	ck_assert_msg(world_asked_count(&w, " 200") == 1, "%s is refused", type);
	ck_assert_msg(world_asked_count(&w, "xsp1 ") == 1, "%s: more is asked", type);
	world_heard(&w, client, "");
}

START_TEST(test_what_concerns_nobody)
{
	unsigned count = 0;
	unsigned c;

	world_init(&w, 1, "");
	world_start(&w);
	c = world_session(&w);
	world_monitor(&w, c, "2001");
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (!concerns_nobody(&types[i]))
			continue;
		take(c, types[i].name, "");
		take(c, types[i].name, "<unheardOf><callId>callhalf-1:0</callId></unheardOf>");
		count++;
	}
	ck_assert_uint_gt(count, 30);
	world_call(&w, "2001", "CallReceivedEvent", "a", "7:1", "Terminator", "Alerting", "2050");
	ck_assert_ptr_nonnull(strstr(world_take(&w, c), "DeliveredEvent"));
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_what_concerns_nobody };

	return world_main("node_events", tests, sizeof(tests) / sizeof(tests[0]));
}
