/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each check of tandemctl doctor: all is well with a good pair, and each thing that is broken is found by its check, alone,
 * with what to do next. The configuration of Pacemaker is the one that is shipped.
 */
#include "daemon/tandemctl_doctor.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CIB_FILE "deploy/pacemaker/cib-two-node.xml"

static const char cmap[] = "nodelist.node.0.name (str) = n1\n"
			   "nodelist.node.0.ring0_addr (str) = 192.0.2.1\n"
			   "nodelist.node.0.ring1_addr (str) = 198.51.100.1\n"
			   "nodelist.node.1.name (str) = n2\n"
			   "quorum.two_node (u8) = 1\n"
			   "runtime.config.totem.consensus (u32) = 200\n"
			   "runtime.config.totem.token (u32) = 1000\n"
			   "totem.crypto_cipher (str) = aes256\n"
			   "totem.crypto_hash (str) = sha256\n";

static const char status[] =
	"{\"ready\":true,\"ready_text\":\"READY: n1 can take over\",\"config_differs\":false,\"overload\":\"none\","
	"\"digest\":{\"equal\":true,\"offset\":7},\"links\":[{\"name\":\"east\",\"state\":\"open\",\"reason\":\"\"}],"
	"\"nodes\":[{\"local\":true,\"role\":\"active\",\"channels\":{\"open\":2,\"want\":2}},{\"local\":false}]}";

static json_t *facts;
static struct tandemctl_finding list[TANDEMCTL_FINDINGS_MAX];
static size_t count;

static char *
read_file(const char *path)
{
	char *text = calloc(1, 65536);
	FILE *f = fopen(path, "r");

	ck_assert_msg(f != NULL, "no %s: run from the top of the tree", path);
	ck_assert_uint_gt(fread(text, 1, 65535, f), 1000);
	fclose(f);
	return text;
}

/* A pair of which nothing bad can be said. */
static void
setup(void)
{
	char *cib = read_file(CIB_FILE);

	facts = json_pack("{s:b,s:b,s:i,s:i,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "clustered", 1,
		"fencing", 1, "cores", 2, "lease_ms", 4000, "resource", "tandemd",
		"virtual_address", "192.0.2.10", "version", "1.0", "own_version", "1.0", "cmap",
		cmap, "quorum", "Quorate:          Yes\n", "cib", cib, "mon", "<failures/>");
	ck_assert_ptr_nonnull(facts);
	json_object_set_new(facts, "status", json_loads(status, 0, NULL));
	json_object_set_new(
		facts, "xsps", json_loads("[{\"name\":\"east\",\"error\":null}]", 0, NULL));
	json_object_set_new(
		facts, "secrets", json_loads("[{\"file\":\"/f\",\"mode\":416}]", 0, NULL));
	json_object_set_new(facts, "certificates",
		json_loads("[{\"state\":\"good\",\"text\":\"/c\"}]", 0, NULL));
	json_object_set_new(facts, "state",
		json_loads("{\"path\":\"/s\",\"writable\":true,\"free_mb\":9000}", 0, NULL));
	json_object_set_new(facts, "clock_synchronised", json_true());
	free(cib);
}

static void
teardown(void)
{
	json_decref(facts);
}

/* Another text in place of the first `from` of a fact. */
static void
replace(const char *key, const char *from, const char *to)
{
	const char *old = json_string_value(json_object_get(facts, key));
	const char *at = strstr(old, from);
	size_t size = strlen(old) + strlen(to) + 1;
	char *text = calloc(1, size);

	ck_assert_msg(at != NULL, "%s has no %s", key, from);
	snprintf(text, size, "%.*s%s%s", (int)(at - old), old, to, at + strlen(from));
	json_object_set_new(facts, key, json_string(text));
	free(text);
}

static void
set(const char *key, const char *json)
{
	json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);

	ck_assert_msg(value != NULL, "%s", json);
	json_object_set_new(facts, key, value);
}

/* Only this check complains, with this level, a text that has `part`, and advice; the facts are good again. */
static void
finds(const char *id, enum tandemctl_finding_level level, const char *part)
{
	size_t complaints = 0;

	count = tandemctl_doctor(facts, list);
	for (size_t i = 0; i < count; i++) {
		if (list[i].level != TANDEMCTL_WARN && list[i].level != TANDEMCTL_FAIL)
			continue;
		complaints++;
		ck_assert_msg(strcmp(list[i].id, id) == 0, "%s complains, not %s: %s", list[i].id,
			id, list[i].text);
		ck_assert_int_eq(list[i].level, level);
		ck_assert_msg(strstr(list[i].text, part) != NULL, "%s: %s", id, list[i].text);
		ck_assert_str_ne(list[i].remedy, "");
	}
	ck_assert_msg(complaints == 1, "%s: %zu complaints about \"%s\"", id, complaints, part);
	ck_assert_int_eq(tandemctl_doctor_exit(list, count), level == TANDEMCTL_FAIL ? 2 : 1);
	teardown();
	setup();
}

START_TEST(a_good_pair)
{
	count = tandemctl_doctor(facts, list);
	ck_assert_uint_gt(count, 25);
	for (size_t i = 0; i < count; i++) {
		ck_assert_msg(list[i].level == TANDEMCTL_PASS, "%s: %s", list[i].id, list[i].text);
		ck_assert_str_ne(list[i].text, "");
		ck_assert_str_eq(list[i].remedy, "");
		for (size_t k = 0; k < i; k++)
			ck_assert_str_ne(list[i].id, list[k].id);
	}
	ck_assert_int_eq(tandemctl_doctor_exit(list, count), 0);
}
END_TEST

START_TEST(the_node)
{
	set("conf_error", "\"tandem.conf:7: [node] beat-ms: not a possible value\"");
	finds("D01", TANDEMCTL_FAIL, "tandem.conf:7:");
	set("version", "\"0.9\"");
	finds("D03", TANDEMCTL_WARN, "the daemon is 0.9, tandemctl 1.0");
	set("secrets", "[{\"file\":\"/f\",\"mode\":420}]");
	finds("D40", TANDEMCTL_FAIL, "/f is readable for everybody (mode 0644)");
	set("secrets", "[{\"file\":\"/f\",\"missing\":true}]");
	finds("D40", TANDEMCTL_FAIL, "/f cannot be read");
	set("certificates",
		"[{\"state\":\"soon\",\"text\":\"/c expires\"},{\"state\":\"good\",\"text\":\"/d\"}]");
	finds("D41", TANDEMCTL_WARN, "/c expires");
	set("certificates",
		"[{\"state\":\"soon\",\"text\":\"/c\"},{\"state\":\"expired\",\"text\":\"/d expired\"}]");
	finds("D41", TANDEMCTL_FAIL, "/d expired");
	set("certificates", "[{\"state\":\"unreadable\",\"text\":\"/c cannot be read\"}]");
	finds("D41", TANDEMCTL_FAIL, "/c cannot be read");
	set("state", "{\"path\":\"/s\",\"writable\":false}");
	finds("D42", TANDEMCTL_FAIL, "/s is not there or not writable");
	set("state", "{\"path\":\"/s\",\"writable\":true,\"free_mb\":100}");
	finds("D42", TANDEMCTL_WARN, "100 MB are free at /s");
	set("state", "{\"path\":\"/s\",\"writable\":true,\"free_mb\":3}");
	finds("D42", TANDEMCTL_FAIL, "3 MB");
	set("clock_synchronised", "false");
	finds("D43", TANDEMCTL_WARN, "not synchronised");
}
END_TEST

START_TEST(corosync)
{
	replace("cmap", "nodelist.node.1.name", "nodelist.node.1.nick");
	finds("D10", TANDEMCTL_FAIL, "not two nodes");
	replace("cmap", "quorum.", "nodelist.node.2.name (str) = n3\nquorum.");
	finds("D10", TANDEMCTL_WARN, "n1, n2, n3");
	replace("cmap", "two_node (u8) = 1", "two_node (u8) = 0");
	finds("D11", TANDEMCTL_FAIL, "neither two_node nor a third vote");
	replace("cmap", "ring1_addr", "ring9_addr");
	finds("D12", TANDEMCTL_WARN, "only one");
	replace("cmap", "token (u32) = 1000", "token (u32) = 300");
	finds("D13", TANDEMCTL_FAIL, "token 300 ms");
	replace("cmap", "consensus (u32) = 200", "consensus (u32) = 2500");
	finds("D13", TANDEMCTL_WARN, "after about 3.5 s");
	set("lease_ms", "1200");
	finds("D13", TANDEMCTL_FAIL, "lease-ms 1200 is not longer");
	replace("cmap", "(str) = aes256", "(str) = none");
	finds("D14", TANDEMCTL_WARN, "in the clear");
	set("quorum", "\"Quorate:          No\"");
	finds("D15", TANDEMCTL_FAIL, "has none");
}
END_TEST

START_TEST(pacemaker)
{
	replace("cib", "name=\"stonith-enabled\" value=\"true\"",
		"name=\"stonith-enabled\" value=\"false\"");
	finds("D20", TANDEMCTL_FAIL, "is disabled");
	replace("cib", "id=\"fence-n1\" class=\"stonith\"", "id=\"fence-n1\" class=\"none\"");
	replace("cib", "id=\"fence-n2\" class=\"stonith\"", "id=\"fence-n2\" class=\"none\"");
	finds("D20", TANDEMCTL_FAIL, "there is no device");
	set("fencing", "false");
	finds("D20", TANDEMCTL_WARN, "fencing = no");
	replace("cib", "name=\"priority-fencing-delay\" value=\"2s\"",
		"name=\"priority-fencing-delay\" value=\"0\"");
	finds("D21", TANDEMCTL_WARN, "chance decides");
	replace("cmap", "quorum.two_node (u8) = 1", "quorum.device.model (str) = net");
	finds("D21", TANDEMCTL_WARN, "needless");
	set("resource", "\"tandem\"");
	finds("D22", TANDEMCTL_FAIL, "Pacemaker calls it tandemd, tandem.conf tandem");
	replace("cib", "name=\"promotable\" value=\"true\"", "name=\"promotable\" value=\"false\"");
	finds("D22", TANDEMCTL_FAIL, "not promotable");
	replace("cib", "role=\"Unpromoted\"", "role=\"Nobody\"");
	replace("cib", "role=\"Unpromoted\"", "role=\"Nobody\"");
	finds("D23", TANDEMCTL_FAIL, "a role has none");
	replace("cib", "interval=\"3s\" role=\"Unpromoted\"",
		"interval=\"1s\" role=\"Unpromoted\"");
	finds("D23", TANDEMCTL_FAIL, "both roles have 1s");
	replace("cib", "name=\"migration-threshold\" value=\"1\"",
		"name=\"migration-threshold\" value=\"3\"");
	finds("D24", TANDEMCTL_WARN, "3: a failed instance");
	replace("cib", "<constraints>",
		"<constraints><rsc_location id=\"cli-ban-tandemd-clone-on-n1\" rsc=\"tandemd-clone\"/>");
	finds("D25", TANDEMCTL_FAIL, "cli-ban-tandemd-clone-on-n1 is left over");
	replace("cib", "<nvpair id=\"opt-name\"",
		"<nvpair id=\"m\" name=\"maintenance-mode\" value=\"true\"/><nvpair id=\"opt-name\"");
	finds("D26", TANDEMCTL_FAIL, "maintenance-mode is on");
	replace("cib", "<nvpair id=\"tm-priority\"",
		"<nvpair id=\"u\" name=\"is-managed\" value=\"false\"/><nvpair id=\"tm-priority\"");
	finds("D26", TANDEMCTL_FAIL, "not managed");
	set("virtual_address", "\"\"");
	finds("D27", TANDEMCTL_WARN, "none is configured");
	set("virtual_address", "\"192.0.2.99\"");
	finds("D27", TANDEMCTL_FAIL, "Pacemaker has no address 192.0.2.99");
	replace("cib", "<rsc_colocation ", "<rsc_nothing ");
	finds("D27", TANDEMCTL_FAIL, "tandem-ip is not tied");
	replace("cib", "<rsc_order ", "<rsc_nothing ");
	finds("D27", TANDEMCTL_WARN, "may come before");
	replace("cib", "name=\"load-threshold\" value=\"1000%\"",
		"name=\"load-threshold\" value=\"80%\"");
	finds("D29", TANDEMCTL_WARN, "load-threshold 80%");
	replace("cib", "name=\"load-threshold\"", "name=\"no-threshold\"");
	finds("D29", TANDEMCTL_WARN, "load-threshold 80%");
	replace("cib", "name=\"node-action-limit\" value=\"8\"",
		"name=\"node-action-limit\" value=\"4\"");
	finds("D29", TANDEMCTL_WARN, "node-action-limit 4");
	/* by default it goes with the cores */
	replace("cib", "name=\"node-action-limit\"", "name=\"no-limit\"");
	finds("D29", TANDEMCTL_WARN, "node-action-limit 4");
	replace("cib", "name=\"node-action-limit\"", "name=\"no-limit\"");
	set("cores", "4");
	ck_assert_int_eq(tandemctl_doctor_exit(list, tandemctl_doctor(facts, list)), 0);
	teardown();
	setup();
	set("mon", "\"<failure op_key=\\\"tandemd_monitor_1000\\\" node=\\\"n2\\\"/>\"");
	finds("D28", TANDEMCTL_WARN, "tandemd_monitor_1000 failed on n2");
}
END_TEST

static void
with_status(const char *from, const char *to)
{
	char text[1024];
	const char *at = strstr(status, from);

	ck_assert_ptr_nonnull(at);
	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - status), status, to, at + strlen(from));
	set("status", text);
}

START_TEST(the_pair_and_broadworks)
{
	with_status("\"ready\":true", "\"ready\":false");
	finds("D04", TANDEMCTL_FAIL, "READY");
	with_status("\"config_differs\":false", "\"config_differs\":true");
	finds("D05", TANDEMCTL_FAIL, "differs");
	with_status("\"equal\":true", "\"equal\":false");
	finds("D06", TANDEMCTL_FAIL, "not the same");
	set("xsps",
		"[{\"name\":\"east\",\"error\":null},{\"name\":\"west\",\"error\":\"Connection refused\"}]");
	finds("D30", TANDEMCTL_FAIL, "west: Connection refused");
	with_status("\"open\":2", "\"open\":1");
	finds("D31", TANDEMCTL_WARN, "1 of 2 are open");
	with_status("\"open\":2", "\"open\":0");
	finds("D31", TANDEMCTL_FAIL, "0 of 2 are open");
	with_status(
		"\"state\":\"open\",\"reason\":\"\"", "\"state\":\"refused\",\"reason\":\"401\"");
	finds("D32", TANDEMCTL_FAIL, "is refused by east: 401");
	with_status("\"overload\":\"none\"", "\"overload\":\"reached\"");
	finds("D44", TANDEMCTL_WARN, "overload is reached");
}
END_TEST

/* A dead daemon, a machine without a cluster, nothing known at all: said, and nothing is guessed. */
START_TEST(what_is_not_known)
{
	json_object_del(facts, "status");
	json_object_del(facts, "version");
	set("status_error", "\"no daemon answers at tandemd\"");
	finds("D02", TANDEMCTL_FAIL, "no daemon answers");
	json_object_del(facts, "cib");
	json_object_del(facts, "mon");
	json_object_del(facts, "cmap");
	json_object_del(facts, "quorum");
	count = tandemctl_doctor(facts, list);
	ck_assert_int_eq(tandemctl_doctor_exit(list, count), 0);
	set("clustered", "false");
	count = tandemctl_doctor(facts, list);
	for (size_t i = 0; i < count; i++)
		if (list[i].id[1] == '1' || list[i].id[1] == '2')
			ck_assert_int_eq(list[i].level, TANDEMCTL_SKIP);
	json_object_clear(facts);
	count = tandemctl_doctor(facts, list);
	ck_assert_int_eq(tandemctl_doctor_exit(list, count), 2); /* no daemon */
}
END_TEST

START_TEST(screens)
{
	struct tandemctl_look look = { .ascii = true };
	json_t *json;
	struct buf out;

	set("fencing", "false");
	set("xsps", "[{\"name\":\"east\",\"error\":\"no route\"}]");
	count = tandemctl_doctor(facts, list);
	buf_init(&out, 16384);
	tandemctl_doctor_show(list, count, &look, &out);
	buf_char(&out, '\0');
	ck_assert(!out.overflow);
	ck_assert_ptr_nonnull(
		strstr((char *)out.p, " ok D01 configuration: is read and fits together\n"));
	ck_assert_ptr_nonnull(
		strstr((char *)out.p, " X  D30 XSPs: east: no route\n        -> firewall"));
	ck_assert_ptr_nonnull(strstr((char *)out.p, " 1 warnings, 1 failures, 0 not looked at\n"));
	buf_fini(&out);
	json = tandemctl_doctor_json(list, count);
	ck_assert_str_eq(json_string_value(json_object_get(json, "schema")), "tandemctl/doctor/1");
	ck_assert_uint_eq(json_array_size(json_object_get(json, "rows")), count);
	ck_assert_int_eq(json_integer_value(json_object_get(json, "exit")), 2);
	json_decref(json);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("tandemctl_doctor");
	TCase *t = tcase_create("tandemctl_doctor");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_good_pair);
	tcase_add_test(t, the_node);
	tcase_add_test(t, corosync);
	tcase_add_test(t, pacemaker);
	tcase_add_test(t, the_pair_and_broadworks);
	tcase_add_test(t, what_is_not_known);
	tcase_add_test(t, screens);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
