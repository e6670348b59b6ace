/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of requests: each row is well formed, paths and templates come out letter by letter,
 * and no argument leaves its place. That the names are those of the CTI schema is the business of
 * test_xsi_schema.sh.
 */
#include "proto/xsi_op.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define ARG(text) \
	{ \
		text, sizeof(text) - 1 \
	}
#define EVENTS "/com.broadsoft.xsi-events/v2.0"
#define ACTIONS "/com.broadsoft.xsi-actions/v2.0"
#define USER ACTIONS "/user/2001@demo.example"

static struct buf out;
static const struct xsi_contexts *const contexts = &xsi_default_contexts;

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
assert_text(const char *expected)
{
	ck_assert(!out.overflow);
	ck_assert_str_eq((const char *)out.p, expected);
	ck_assert_uint_eq(out.n, strlen(expected));
}

START_TEST(every_row_is_well_formed)
{
	enum xsi_op op = (enum xsi_op)_i;
	const char *method = xsi_op_method(op);
	bool in_query = false;

	ck_assert_int_eq(xsi_op_of_name(str_of(xsi_op_name(op))), op);
	ck_assert(strcmp(method, "GET") == 0 || strcmp(method, "PUT") == 0 ||
		strcmp(method, "POST") == 0 || strcmp(method, "DELETE") == 0);
	ck_assert_int_le(xsi_op_param_count(op), XSI_ARGS_MAX);
	for (int i = 0; i < xsi_op_param_count(op); i++) {
		struct xsi_param param = xsi_op_param(op, i);

		ck_assert_uint_gt(param.name.n, 0);
		ck_assert_uint_gt(param.http_name.n, 0);
		ck_assert(param.is_query || !in_query);          /* no segment behind the query */
		ck_assert(param.is_query || !param.is_optional); /* no hole in the path */
		in_query = param.is_query;
		for (size_t at = 0; at < param.name.n; at++)
			ck_assert_msg(strchr("{}?!&=/%", param.name.p[at]) == NULL, "%.*s",
				STR_ARG(param.name));
	}
	/* what changes nothing has nothing to say */
	if (strcmp(method, "GET") == 0 || strcmp(method, "DELETE") == 0)
		ck_assert_ptr_null(xsi_op_body(op));
}
END_TEST

/* With every argument given, with the mandatory ones alone, and with one of these missing. */
START_TEST(every_row_makes_a_path)
{
	struct xsi_request q = { .op = (enum xsi_op)_i };
	int count = xsi_op_param_count(q.op);

	for (int i = 0; i < count; i++)
		q.args[i] = STR("a/b");
	xsi_op_path(&out, contexts, &q);
	ck_assert(!out.overflow);
	ck_assert_ptr_null(strpbrk((const char *)out.p, "{}!"));
	for (int i = 0; i < count; i++)
		if (xsi_op_param(q.op, i).is_optional)
			q.args[i] = STR_NONE;
	xsi_op_path(&out, contexts, &q);
	ck_assert(!out.overflow);
	xsi_op_cti_path(&out, contexts, &q);
	ck_assert(!out.overflow);
	for (int i = 0; i < count; i++) {
		if (xsi_op_param(q.op, i).is_optional)
			continue;
		q.args[i] = STR_NONE;
		xsi_op_path(&out, contexts, &q);
		ck_assert(out.overflow && out.n == 0);
		q.args[i] = STR("x");
	}
}
END_TEST

START_TEST(paths)
{
	static const struct {
		const char *expected;
		struct xsi_request q;
	} all[] = {
		{ "/com.broadsoft.async/com.broadsoft.xsi-events/v2.0/channel",
			{ .op = XSI_OP_channel_add } },
		{ EVENTS "/channel/c-1/heartbeat",
			{ .op = XSI_OP_channel_heartbeat, .args = { ARG("c-1") } } },
		{ EVENTS "/versions", { .op = XSI_OP_versions_get } },
		{ EVENTS "/serviceprovider/sp%201/group/g%2F2",
			{ .op = XSI_OP_subscribe_group, .args = { ARG("sp 1"), ARG("g/2") } } },
		{ EVENTS "/system", { .op = XSI_OP_subscribe_system } },
		{ EVENTS "/subscription?subscriberId=ctl%40demo.example&targetEntityType=Group&"
			 "targetId=g",
			{ .op = XSI_OP_subscription_list,
				.args = { ARG("ctl@demo.example"), ARG("Group"), ARG(""),
					ARG("g") } } },
		{ USER "/calls/new?address=2002&locationAddress=tel%3A%2B1555&pin=7%26",
			{ .op = XSI_OP_dial,
				.args = { ARG("2001@demo.example"), ARG("2002"), ARG(""), ARG(""),
					ARG("tel:+1555"), ARG(""), ARG(""), ARG("7&") } } },
		{ USER "/calls/callhalf-7:0",
			{ .op = XSI_OP_release,
				.args = { ARG("2001@demo.example"), ARG("callhalf-7:0") } } },
		{ USER "/calls/callhalf-7:0?decline=true&declineReason=Busy",
			{ .op = XSI_OP_release,
				.args = { ARG("2001@demo.example"), ARG("callhalf-7:0"),
					ARG("true"), ARG("Busy") } } },
		{ USER "/calls/callhalf-7:0?declineReason=Busy",
			{ .op = XSI_OP_release,
				.args = { ARG("2001@demo.example"), ARG("callhalf-7:0"), ARG(""),
					ARG("Busy") } } },
		{ USER "/calls/callhalf-7:0/ConsultTransfer/callhalf-8:0",
			{ .op = XSI_OP_consult_transfer,
				.args = { ARG("2001@demo.example"), ARG("callhalf-7:0"),
					ARG("callhalf-8:0") } } },
		{ USER "/calls/callhalf-7:0/TransmitDTMF?playdtmf=1%2C%2A%23",
			{ .op = XSI_OP_transmit_dtmf,
				.args = { ARG("2001@demo.example"), ARG("callhalf-7:0"),
					ARG("1,*#") } } },
		{ USER "/calls/CallRetrieve",
			{ .op = XSI_OP_call_retrieve, .args = { ARG("2001@demo.example") } } },
		{ ACTIONS "/callcenter/cc@demo.example/calls/callhalf-7:0/Reorder?index=2",
			{ .op = XSI_OP_acd_reorder,
				.args = { ARG("cc@demo.example"), ARG("callhalf-7:0"),
					ARG("2") } } },
		{ ACTIONS "/system/services/routepoint/applicationcontroller/tandem",
			{ .op = XSI_OP_controller_set, .args = { ARG("tandem") } } },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		xsi_op_path(&out, contexts, &all[i].q);
		assert_text(all[i].expected);
	}
}
END_TEST

START_TEST(paths_for_cti)
{
	struct xsi_request add = { .op = XSI_OP_channel_add };
	struct xsi_request release = { .op = XSI_OP_release,
		.args = { ARG("u"), ARG("c"), ARG("true"), ARG("Busy") } };
	struct xsi_request dtmf = { .op = XSI_OP_transmit_dtmf,
		.args = { ARG("u"), ARG("c"), ARG("1") } };

	xsi_op_cti_path(&out, contexts, &add);
	assert_text(EVENTS "/channel");
	xsi_op_cti_path(&out, contexts, &release);
	assert_text(ACTIONS "/user/u/calls/c?decline=true");
	xsi_op_cti_path(&out, contexts, &dtmf);
	assert_text(ACTIONS "/user/u/calls/c/TransmitDTMF?playdtmf=1");
}
END_TEST

START_TEST(templates)
{
	static const struct xsi_contexts renamed = { "/async", "/ev", "/act" };

	xsi_op_uri(&out, contexts, XSI_OP_subscription_update);
	assert_text(EVENTS "/subscription/%subscriptionId%");
	xsi_op_path(&out, &renamed, &(struct xsi_request){ .op = XSI_OP_channel_add });
	assert_text("/async/channel");
	xsi_op_uri(&out, &renamed, XSI_OP_channel_add);
	assert_text("/ev/channel");
	xsi_op_uri(&out, &renamed, XSI_OP_release);
	assert_text("/act/user/%subscriberid%/calls/%callid%?%decline%");
	xsi_op_uri(&out, &renamed, XSI_OP_dial);
	assert_text("/act/user/%subscriberid%/calls/new?%address%&%clid%&%location%&"
		    "%locationAddress%&%info%&%conferenceId%&%pin%");
	xsi_op_uri(&out, &renamed, XSI_OP_transmit_dtmf);
	assert_text("/act/user/%subscriberid%/calls/%callid%/TransmitDTMF?%PlayDTMF%");
}
END_TEST

START_TEST(parameters)
{
	struct xsi_param param = xsi_op_param(XSI_OP_release, 3);

	ck_assert_int_eq(xsi_op_param_count(XSI_OP_none), 0);
	ck_assert_int_eq(xsi_op_param_count(XSI_OP_channel_add), 0);
	ck_assert_int_eq(xsi_op_param_count(XSI_OP_dial), 8);
	ck_assert_int_eq(xsi_op_param_count(XSI_OP_release), 4);
	ck_assert(str_is(param.name, "declineReason"));
	ck_assert(param.is_query && param.is_optional && param.is_http_only);
	param = xsi_op_param(XSI_OP_transmit_dtmf, 2);
	ck_assert(str_is(param.name, "PlayDTMF") && str_is(param.http_name, "playdtmf"));
	ck_assert(param.is_query && !param.is_optional && !param.is_http_only);
	param = xsi_op_param(XSI_OP_hold, 0);
	ck_assert(str_is(param.name, "subscriberid") && !param.is_query);
}
END_TEST

START_TEST(names_and_methods)
{
	ck_assert_str_eq(xsi_op_name(XSI_OP_none), "none");
	ck_assert_int_eq(xsi_op_of_name(STR("none")), XSI_OP_none);
	ck_assert_int_eq(xsi_op_of_name(STR("dial")), XSI_OP_dial);
	ck_assert_int_eq(xsi_op_of_name(STR("Dial")), XSI_OP_none);
	ck_assert_str_eq(xsi_op_element(XSI_OP_vm_transfer), "TransferToVoiceMail");
	ck_assert_ptr_null(xsi_op_element(XSI_OP_channel_heartbeat));
	ck_assert_str_eq(xsi_op_method(XSI_OP_disposition_tag), "POST");
	ck_assert_str_eq(xsi_op_method_other(XSI_OP_disposition_tag_call), "PUT");
	ck_assert_ptr_null(xsi_op_method_other(XSI_OP_dial));
	ck_assert_str_eq(xsi_op_body(XSI_OP_acd_promote), "ACDPromote");
}
END_TEST

/* No identifier leaves its segment, whatever BroadWorks or a client calls it. */
START_TEST(identifiers_stay_in_their_segment)
{
	static const struct {
		struct str id;
		const char *encoded;
	} all[] = {
		{ { "a/b", 3 }, "a%2Fb" },
		{ { "../x", 4 }, "..%2Fx" },
		{ { "..", 2 }, "%2E%2E" },
		{ { ".", 1 }, "%2E" },
		{ { "...", 3 }, "..." },
		{ { "a?b#c%d", 7 }, "a%3Fb%23c%25d" },
		{ { "a\r\nX: 1", 7 }, "a%0D%0AX:%201" },
		{ { "a\0b", 3 }, "a%00b" },
		{ { "\xc3\xa9\xff", 3 }, "%C3%A9%FF" },
		{ { "AZaz09-._~@:", 12 }, "AZaz09-._~@:" },
		{ { "!$&'()*+,;=\\\"<>[]^`{|}", 22 },
			"%21%24%26%27%28%29%2A%2B%2C%3B%3D%5C%22%3C%3E%5B%5D%5E%60%7B%7C%7D" },
	};

	struct xsi_request q = { .op = XSI_OP_subscription_update };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char expected[256];

		q.args[0] = all[i].id;
		xsi_op_path(&out, contexts, &q);
		snprintf(expected, sizeof(expected), EVENTS "/subscription/%s", all[i].encoded);
		assert_text(expected);
	}
}
END_TEST

/* An argument of any bytes stays one segment or one value. */
START_TEST(hostile_arguments)
{
	char all[256];
	struct xsi_request q = { .op = XSI_OP_park };

	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	q.args[0] = q.args[1] = q.args[2] = (struct str){ all, sizeof(all) };
	xsi_op_path(&out, contexts, &q);
	ck_assert(!out.overflow);
	ck_assert_uint_eq(strlen((const char *)out.p), out.n);
	int slashes = 0;
	for (size_t i = 0; i < out.n; i++) {
		ck_assert(out.p[i] > 0x20 && out.p[i] < 0x7f);
		ck_assert(strchr("#&\\\"'<>", out.p[i]) == NULL);
		slashes += out.p[i] == '/';
	}
	ck_assert_int_eq(slashes, 7);
	ck_assert_ptr_null(strchr(strchr((const char *)out.p, '?') + 1, '?'));
	q.args[1] = STR("..");
	xsi_op_path(&out, contexts, &q);
	ck_assert_ptr_nonnull(strstr((const char *)out.p, "/calls/%2E%2E/Park?"));
}
END_TEST

START_TEST(a_parameter_that_is_not_there)
{
	xsi_op_param(XSI_OP_hold, 2);
}
END_TEST

START_TEST(bounds)
{
	struct xsi_request q = { .op = XSI_OP_versions_get };
	struct buf small;

	buf_init(&small, sizeof(EVENTS "/versions"));
	xsi_op_path(&small, contexts, &q);
	ck_assert(!small.overflow);
	ck_assert_str_eq((const char *)small.p, EVENTS "/versions");
	buf_fini(&small);
	buf_init(&small, sizeof(EVENTS "/versions") - 1);
	xsi_op_path(&small, contexts, &q);
	ck_assert(small.overflow && small.n == 0);
	/* a path of exactly the bound has no room for its NUL */
	buf_fini(&small);
	buf_init(&small, sizeof("/channel/eventresponse") - 1);
	q.op = XSI_OP_event_response;
	xsi_op_path(&small, &(struct xsi_contexts){ "", "", "" }, &q);
	ck_assert(small.overflow && small.n == 0);
	buf_fini(&small);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("xsi_op");
	TCase *tc = tcase_create("xsi_op");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, every_row_is_well_formed, XSI_OP_none + 1, XSI_OP_count);
	tcase_add_loop_test(tc, every_row_makes_a_path, XSI_OP_none + 1, XSI_OP_count);
	tcase_add_test(tc, paths);
	tcase_add_test(tc, paths_for_cti);
	tcase_add_test(tc, templates);
	tcase_add_test(tc, parameters);
	tcase_add_test(tc, names_and_methods);
	tcase_add_test(tc, identifiers_stay_in_their_segment);
	tcase_add_test(tc, hostile_arguments);
	tcase_add_test_raise_signal(tc, a_parameter_that_is_not_there, SIGABRT);
	tcase_add_test(tc, bounds);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
