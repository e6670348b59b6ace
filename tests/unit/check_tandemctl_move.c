/* SPDX-License-Identifier: Apache-2.0 */
/* When the active role may be moved by hand, and when it has been. */
#include "daemon/tandemctl_move.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static struct tandemctl_plan plan;

#define N1(role, state) \
	"{\"name\":\"n1\",\"local\":true,\"role\":\"" role "\",\"state\":\"" state "\",\"calls\":7}"
#define N2(role, state) \
	"{\"name\":\"n2\",\"local\":false,\"role\":\"" role "\",\"state\":\"" state \
	"\",\"calls\":7}"

static json_t *
status_of(const char *nodes, bool ready)
{
	char text[1024];
	json_t *status;

	snprintf(text, sizeof(text),
		"{\"clustered\":true,\"ready\":%s,\"ready_text\":\"NOT READY: behind\",\"nodes\":[%s]}",
		ready ? "true" : "false", nodes);
	status = json_loads(text, 0, NULL);
	ck_assert_ptr_nonnull(status);
	return status;
}

static void
plans(const char *nodes, bool ready, const char *to, enum tandemctl_move_to must_be, int code,
	const char *part)
{
	json_t *status = status_of(nodes, ready);

	ck_assert_int_eq(tandemctl_plan_move(status, to, must_be, &plan), code);
	ck_assert_msg(strstr(plan.text, part) != NULL, "%s", plan.text);
	json_decref(status);
}

START_TEST(may_it_be_moved)
{
	static const char pair[] = N1("active", "serving") "," N2("standby", "in step");
	json_t *alone = json_loads("{\"clustered\":false}", 0, NULL);

	plans(pair, true, NULL, TANDEMCTL_TO_READY, 0,
		"n1 -> n2: clients are disconnected and resume there; nothing is lost, 7 calls");
	plans(pair, true, "n2", TANDEMCTL_TO_READY, 0, "n1 -> n2");
	plans(pair, true, "n1", TANDEMCTL_TO_READY, TANDEMCTL_REFUSED, "n1 is active already");
	plans(pair, true, "n3", TANDEMCTL_TO_READY, TANDEMCTL_REFUSED, "there is no standby n3");
	plans(pair, false, NULL, TANDEMCTL_TO_READY, TANDEMCTL_REFUSED,
		"NOT READY: behind; a switchover loses nothing or");
	plans(pair, false, NULL, TANDEMCTL_TO_ANY, 0, "LOST");
	plans(N1("standby", "in step") "," N2("active", "serving"), true, NULL, TANDEMCTL_TO_READY,
		0, "n2 -> n1");
	plans(N1("active", "serving") "," N2("-", "absent"), true, NULL, TANDEMCTL_TO_ANY,
		TANDEMCTL_REFUSED, "there is no other node");
	plans(N1("standby", "in step") "," N2("standby", "in step"), false, NULL, TANDEMCTL_TO_ANY,
		TANDEMCTL_REFUSED, "no node is active");
	ck_assert_int_eq(
		tandemctl_plan_move(alone, NULL, TANDEMCTL_TO_ANY, &plan), TANDEMCTL_REFUSED);
	json_decref(alone);
}
END_TEST

/* A rolling change of the configuration: all but that is as it should be. */
START_TEST(while_the_configurations_differ)
{
	static const char form[] =
		"{\"clustered\":true,\"ready\":false,\"ready_but_config\":%s,\"config_differs\":true,"
		"\"ready_text\":\"NOT READY: they differ\",\"nodes\":[" N1(
			"active", "serving") "," N2("standby", "in step") "]}";
	static const struct {
		const char *but_config;
		enum tandemctl_move_to must_be;
		int code;
		const char *part;
	} cases[] = {
		{ "true", TANDEMCTL_TO_READY, TANDEMCTL_REFUSED, "with --config-differs it is" },
		{ "true", TANDEMCTL_TO_IN_STEP, 0,
			"under the configuration of that node; nothing is lost, 7 calls go on" },
		{ "true", TANDEMCTL_TO_ANY, 0, "nothing is lost" },
		{ "false", TANDEMCTL_TO_READY, TANDEMCTL_REFUSED, "loses nothing or is not made" },
		{ "false", TANDEMCTL_TO_IN_STEP, TANDEMCTL_REFUSED, "loses nothing or is not" },
		{ "false", TANDEMCTL_TO_ANY, 0, "LOST" },
	};
	char text[1024];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *status;

		snprintf(text, sizeof(text), form, cases[i].but_config);
		status = json_loads(text, 0, NULL);
		ck_assert_int_eq(
			tandemctl_plan_move(status, NULL, cases[i].must_be, &plan), cases[i].code);
		ck_assert_msg(strstr(plan.text, cases[i].part) != NULL, "%s", plan.text);
		json_decref(status);
	}
}
END_TEST

START_TEST(has_it_been_moved)
{
	static const struct {
		const char *nodes;
		bool to_n1, to_n2;
	} cases[] = {
		{ N1("active", "serving") "," N2("standby", "in step"), true, false },
		{ N1("active", "gate shut") "," N2("standby", "in step"), false, false },
		{ N1("standby", "in step") "," N2("active", "gate shut"), false, true },
		{ N1("standby", "in step"), false, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *status = status_of(cases[i].nodes, true);

		ck_assert_int_eq(tandemctl_is_moved(status, "n1"), cases[i].to_n1);
		ck_assert_int_eq(tandemctl_is_moved(status, "n2"), cases[i].to_n2);
		json_decref(status);
	}
}
END_TEST

/* Roles belong to the clone. */
START_TEST(the_clone)
{
	static const struct {
		const char *cib, *id;
	} cases[] = {
		{ "<clone id=\"a\"><primitive id=\"x\"/></clone><clone id=\"pair\"><primitive id=\"tandemd\"/></clone>",
			"pair" },
		{ "<clone id=\"a\"><primitive id=\"x\"/></clone><primitive id=\"tandemd\"/>",
			"tandemd-clone" },
		{ "<clone id=\"a\"><primitive id=\"x\"/></clone>", "tandemd-clone" },
		{ "", "tandemd-clone" },
	};
	char id[96];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		tandemctl_clone_of(cases[i].cib, "tandemd", id, sizeof(id));
		ck_assert_str_eq(id, cases[i].id);
	}
}
END_TEST

/* A ban of another resource, another node, or with an end is none. */
START_TEST(a_ban_that_was_left)
{
	static const struct {
		const char *cib, *text;
	} cases[] = {
		{ "", "-" },
		{ "<rsc_location id=\"cli-ban-pair-on-n2\" rsc=\"pair\" role=\"Promoted\" node=\"n1\" score=\"-INFINITY\"/>"
		  "<rsc_location id=\"cli-ban-pair-on-n2\" rsc=\"pair\" role=\"Promoted\" node=\"n2\" score=\"-INFINITY\"/>",
			"Pacemaker keeps pair off n2 by cli-ban-pair-on-n2, left over from a move by hand: "
			"crm_resource --clear -r pair -N n2" },
		{ "<rsc_location id=\"cli-ban-tandemd-on-n2\" rsc=\"tandemd\" node=\"n2\" score=\"-INFINITY\"/>",
			"Pacemaker keeps tandemd off n2 by cli-ban-tandemd-on-n2, left over from a move by hand: "
			"crm_resource --clear -r tandemd -N n2" },
		{ "<rsc_location id=\"cli-ban-pair-on-n1\" rsc=\"pair\" node=\"n1\"/>", "-" },
		{ "<rsc_location id=\"cli-ban-web-on-n2\" rsc=\"web\" node=\"n2\"/>", "-" },
		{ "<rsc_location id=\"cli-prefer-pair\" rsc=\"pair\" node=\"n2\"/>", "-" },
		{ "<rsc_location id=\"cli-ban-pair-on-n2\" rsc=\"pair\"><rule><date_expression/></rule></rsc_location>"
		  "<x node=\"n2\"/>",
			"-" },
	};
	char text[320];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), "-");
		ck_assert_int_eq(tandemctl_is_banned(
					 cases[i].cib, "tandemd", "pair", "n2", text, sizeof(text)),
			strcmp(cases[i].text, "-") != 0);
		ck_assert_str_eq(text, cases[i].text);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("tandemctl_move");
	TCase *t = tcase_create("tandemctl_move");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, may_it_be_moved);
	tcase_add_test(t, while_the_configurations_differ);
	tcase_add_test(t, has_it_been_moved);
	tcase_add_test(t, the_clone);
	tcase_add_test(t, a_ban_that_was_left);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
