/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sessions hear of the status of the system: without a registration, registered for it or for something else, filtered;
 * and how registrations end.
 */
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

/* BroadWorks cannot be reached, and can be again. */
static void
status_changes(bool up)
{
	w.xsps[0].mode = up ? WORLD_UP : WORLD_DOWN;
	if (!up)
		world_stream_ends(&w, 0);
	world_run(&w, up ? 10000 : 600);
}

static void
register_for(unsigned invoke, const char *types, const char *filter)
{
	world_send(&w, client, invoke,
		"<SystemRegister><requestTypes>%s</requestTypes>%s</SystemRegister>", types,
		filter);
}

#define STATUS "<systemStatus>true</systemStatus>"
#define FILTER(flags) "<requestedStatusFilter>" flags "</requestedStatusFilter>"
#define TOLD(invoke, id, status) \
	invoke " SystemStatus{sysStatRegisterID=#" id " systemStatus=" status "}\n"

START_TEST(test_register_cancel)
{
	setup("");
	world_send(&w, client, 41,
		"<SystemRegisterCancel><sysStatRegisterID>#2</sysStatRegisterID></SystemRegisterCancel>");
	world_heard(&w, client, W_ERROR("0041", "operation", "invalidCrossRefID"));
	world_send(&w, client, 42,
		"<SystemRegister><requestTypes><systemStatus>true</systemStatus></requestTypes>"
		"</SystemRegister>");
	world_heard(&w, client, "0042 SystemRegisterResponse{sysStatRegisterID=#2}\n");
	w.xsps[0].mode = WORLD_DOWN;
	world_stream_ends(&w, 0);
	world_run(&w, 600);
	world_heard(&w, client, "9003 SystemStatus{sysStatRegisterID=#2 systemStatus=disabled}\n");
	world_send(&w, client, 43,
		"<SystemRegisterCancel><sysStatRegisterID>77</sysStatRegisterID></SystemRegisterCancel>");
	world_heard(&w, client, W_ERROR("0043", "operation", "invalidCrossRefID"));
	world_send(&w, client, 44,
		"<SystemRegisterCancel><sysStatRegisterID>#2</sysStatRegisterID></SystemRegisterCancel>");
	world_heard(&w, client, "0044 SystemRegisterCancelResponse\n");
	w.xsps[0].mode = WORLD_UP;
	world_run(&w, 10000);
	world_heard(&w, client, W_STATUS("9004", "normal"));
	world_fini(&w);
}
END_TEST

/* Registered for something else alone: nothing is heard of the status, but it may be asked for. */
START_TEST(test_other_types)
{
	setup("");
	register_for(42,
		"<systemStatus>false</systemStatus><requestSystemStatus>true</requestSystemStatus>",
		"");
	world_heard(&w, client, "0042 SystemRegisterResponse{sysStatRegisterID=#2}\n");
	status_changes(false);
	world_heard(&w, client, "");
	world_send(&w, client, 43, "<RequestSystemStatus/>");
	world_heard(&w, client, "0043 RequestSystemStatusResponse{systemStatus=disabled}\n");
	world_fini(&w);
}
END_TEST

/* Who names no type at all wants what there is. */
START_TEST(test_no_types)
{
	static const char *const types[] = { "", "<systemStatus/>",
		"<requestSystemStatus>false</requestSystemStatus>" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		setup("");
		register_for(42, types[i], "");
		world_heard(&w, client, "0042 SystemRegisterResponse{sysStatRegisterID=#2}\n");
		status_changes(false);
		world_heard(&w, client, TOLD("9003", "2", "disabled"));
		world_fini(&w);
	}
}
END_TEST

/* Statuses that are named in the filter are those that are not told. */
START_TEST(test_filter)
{
	setup("");
	register_for(42, STATUS, FILTER("<normal>true</normal><disabled>false</disabled>"));
	world_heard(&w, client,
		"0042 SystemRegisterResponse{sysStatRegisterID=#2 actualStatusFilter{normal=true}}\n");
	status_changes(false);
	world_heard(&w, client, TOLD("9003", "2", "disabled"));
	status_changes(true);
	world_heard(&w, client, "");
	/* the other way round */
	world_send(&w, client, 43,
		"<ChangeSysStatFilter><sysStatRegisterID>#2</sysStatRegisterID>" FILTER(
			"<disabled>true</disabled><messageLost>true</messageLost>") "</ChangeSysStatFilter>");
	world_heard(&w, client,
		"0043 ChangeSysStatFilterResponse{actualStatusFilter{messageLost=true "
		"disabled=true}}\n");
	status_changes(false);
	world_heard(&w, client, "");
	status_changes(true);
	world_heard(&w, client, TOLD("9004", "2", "normal"));
	/* cancelled: all of them, as before */
	world_send(&w, client, 44,
		"<SystemRegisterCancel><sysStatRegisterID>#2</sysStatRegisterID></SystemRegisterCancel>");
	world_heard(&w, client, "0044 SystemRegisterCancelResponse\n");
	status_changes(false);
	world_heard(&w, client, W_STATUS("9005", "disabled"));
	world_fini(&w);
}
END_TEST

/* The id is that of the session's own registration; without one the session is meant. */
START_TEST(test_filter_whose)
{
	setup("");
	world_send(&w, client, 43,
		"<ChangeSysStatFilter><sysStatRegisterID>77</sysStatRegisterID></ChangeSysStatFilter>");
	world_heard(&w, client, W_ERROR("0043", "operation", "invalidCrossRefID"));
	world_send(&w, client, 44,
		"<ChangeSysStatFilter>" FILTER(
			"<disabled>true</disabled>") "</ChangeSysStatFilter>");
	world_heard(&w, client,
		"0044 ChangeSysStatFilterResponse{actualStatusFilter{disabled=true}}\n");
	status_changes(false);
	world_heard(&w, client, "");
	world_fini(&w);
}
END_TEST

/* A session has one registration: the old one is aborted when it makes another. */
START_TEST(test_abort)
{
	setup("");
	register_for(42, STATUS, "");
	world_take(&w, client);
	register_for(43, STATUS, "");
	world_heard(&w, client,
		"0043 SystemRegisterResponse{sysStatRegisterID=#3}\n"
		"9003 SystemRegisterAbort{sysStatRegisterID=#2}\n");
	status_changes(false);
	world_heard(&w, client, TOLD("9004", "3", "disabled"));
	world_send(&w, client, 44,
		"<SystemRegisterCancel><sysStatRegisterID>#2</sysStatRegisterID></SystemRegisterCancel>");
	world_heard(&w, client, W_ERROR("0044", "operation", "invalidCrossRefID"));
	world_fini(&w);
}
END_TEST

/* A registration is the session's: it is there on the next connection. */
START_TEST(test_resumed)
{
	setup("");
	register_for(42, STATUS, FILTER("<disabled>true</disabled>"));
	world_hang_up(&w, client);
	client = world_connect(&w);
	world_settle(&w);
	world_start_session(&w, client, 1, "demo", "<sessionID>#1</sessionID>");
	ck_assert_ptr_nonnull(strstr(world_take(&w, client), "SystemStatus{sysStatRegisterID=#2 "));
	status_changes(false);
	world_heard(&w, client, "");
	status_changes(true);
	ck_assert_ptr_nonnull(strstr(world_take(&w, client),
		"SystemStatus{sysStatRegisterID=#2 systemStatus=normal}\n"));
	world_fini(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		test_register_cancel,
		test_other_types,
		test_no_types,
		test_filter,
		test_filter_whose,
		test_abort,
		test_resumed,
	};

	return world_main("svc_status", tests, sizeof(tests) / sizeof(tests[0]));
}
