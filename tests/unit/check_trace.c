/* SPDX-License-Identifier: Apache-2.0 */
/* Traces: what belongs to a device, a call and a client; off when nobody asks; no more than there may be. */
#include "daemon/trace.h"
#include "tests/unit/node_world.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static struct world w;
static char lines[16384];

static void
teardown(void)
{
	world_fini(&w);
}

static bool
traced(const char *object)
{
	world_step(&w, &(struct node_event){ .kind = NODE_EV_TRACE, .text = str_of(object) });
	return node_refusal(w.node)[0] == '\0';
}

/* "event CallReceivedEvent|delta call_new|...": what the trace has. */
static const char *
told(const char *object)
{
	struct buf out;
	json_t *root;
	const json_t *row;
	size_t i;

	buf_init(&out, 1024 * 1024);
	node_trace(w.node, str_of(object), 0, 1000, &out);
	root = json_loadb((const char *)out.p, out.n, 0, NULL);
	ck_assert_ptr_nonnull(root);
	lines[0] = '\0';
	json_array_foreach(json_object_get(root, "rows"), i, row) {
		size_t n = strlen(lines);

		snprintf(lines + n, sizeof(lines) - n, "%s %s|",
			json_string_value(json_object_get(row, "what")),
			json_string_value(json_object_get(row, "name")));
	}
	json_decref(root);
	buf_fini(&out);
	return lines;
}

START_TEST(a_device)
{
	world_begin_call(&w, "Terminator", "Alerting");
	ck_assert(traced("2001"));
	ck_assert_str_eq(told("2001"), "");
	world_call(&w, "2001", "CallAnsweredEvent", "a:0", "7:1", "Terminator", "Active", "2002");
	told("2001");
	ck_assert_ptr_eq(
		strstr(lines, "event CallAnsweredEvent|delta sub_seq|delta half_set|"), lines);
	ck_assert_ptr_nonnull(strstr(lines, "|confirmed not awaited|"));
	ck_assert_ptr_nonnull(strstr(lines, "|sent EstablishedEvent|"));
	ck_assert_ptr_nonnull(strstr(lines, "|acknowledged 200 EventResponse|"));
	/* of another device: nothing */
	world_call(&w, "2002", "CallReceivedEvent", "b", "8:1", "Terminator", "Alerting", "2003");
	ck_assert_ptr_null(strstr(told("2001"), "CallReceivedEvent"));
}
END_TEST

START_TEST(a_call_by_its_tracking_id)
{
	world_begin_call(&w, "Terminator", "Alerting");
	ck_assert(traced("7:1"));
	world_call(&w, "2001", "CallAnsweredEvent", "a:0", "7:1", "Terminator", "Active", "2002");
	told("7:1");
	ck_assert_msg(strstr(lines, "event CallAnsweredEvent|") == lines, "%s", lines);
	ck_assert_ptr_nonnull(strstr(lines, "|sent EstablishedEvent|"));
}
END_TEST

START_TEST(a_client_and_its_requests)
{
	unsigned c = world_begin(&w, 1, "");

	ck_assert(traced("demo"));
	world_send(&w, c, 7,
		"<MonitorStart xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">"
		"<monitorObject><deviceObject>2001</deviceObject></monitorObject></MonitorStart>");
	world_settle(&w);
	told("demo");
	ck_assert_ptr_eq(strstr(lines, "request MonitorStart|"), lines);
	ck_assert_ptr_nonnull(strstr(lines, "|delta monitor_start|"));
	ck_assert_ptr_nonnull(strstr(lines, "|sent MonitorStartResponse|"));
}
END_TEST

/* What a client asks of BroadWorks, and what comes of it, belongs to the device. */
START_TEST(a_request_of_a_client)
{
	unsigned c = world_begin_call(&w, "Terminator", "Active");

	ck_assert(traced("2001"));
	world_send(&w, c, 8,
		"<HoldCall xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">"
		"<callToBeHeld><callID>1</callID><deviceID>2001</deviceID></callToBeHeld></HoldCall>");
	world_settle(&w);
	told("2001");
	ck_assert_ptr_eq(strstr(lines, "request HoldCall|"), lines);
	ck_assert_ptr_nonnull(strstr(lines, "|sent CSTAErrorCode|"));
}
END_TEST

START_TEST(off_when_nobody_asks)
{
	world_begin_call(&w, "Terminator", "Alerting");
	ck_assert(traced("2001"));
	world_run(&w, TRACE_LEASE_MS - 1000);
	ck_assert(traced("2001")); /* longer */
	world_run(&w, TRACE_LEASE_MS - 1000);
	world_call(&w, "2001", "CallAnsweredEvent", "a:0", "7:1", "Terminator", "Active", "2002");
	ck_assert_str_ne(told("2001"), "");
	world_run(&w, TRACE_LEASE_MS + 1000);
	ck_assert_str_eq(told("2001"), "");
}
END_TEST

START_TEST(no_more_than_there_may_be)
{
	const char *const users[] = { "2001", "demo", "7:1", "2002" };
	unsigned c = world_begin_call(&w, "Terminator", "Alerting");

	ck_assert(!traced("2999"));
	ck_assert_ptr_nonnull(strstr(node_refusal(w.node), "no device, user, call or session"));
	world_monitor(&w, c, "2002");
	world_monitor(&w, c, "2003");
	for (size_t i = 0; i < LIMIT_TRACES; i++)
		ck_assert_msg(traced(users[i]), "%s", node_refusal(w.node));
	ck_assert(!traced("2003"));
	ck_assert_ptr_nonnull(strstr(node_refusal(w.node), "4 traces"));
	ck_assert(traced("2001")); /* it is on */
}
END_TEST

/* A request that names a longer device is about another one. */
START_TEST(a_name_within_a_name)
{
	unsigned c = world_begin_call(&w, "Terminator", "Alerting");

	ck_assert(traced("2001"));
	world_send(&w, c, 7,
		"<SnapshotDevice xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">"
		"<snapshotObject>20011</snapshotObject></SnapshotDevice>");
	world_settle(&w);
	ck_assert_str_eq(told("2001"), "");
	world_send(&w, c, 8,
		"<SnapshotDevice xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">"
		"<snapshotObject>2001</snapshotObject></SnapshotDevice>");
	world_settle(&w);
	ck_assert_ptr_eq(strstr(told("2001"), "request SnapshotDevice|"), lines);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { a_device, a_call_by_its_tracking_id,
		a_client_and_its_requests, a_request_of_a_client, off_when_nobody_asks,
		no_more_than_there_may_be, a_name_within_a_name };
	Suite *s = suite_create("trace");
	TCase *t = tcase_create("trace");
	SRunner *r;
	int failed;

	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(t, tests[i]);
	tcase_add_checked_fixture(t, NULL, teardown);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
