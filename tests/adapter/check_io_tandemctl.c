/* SPDX-License-Identifier: Apache-2.0 */
/* What tandemctl shows: the table, the history, and what remains when the daemon is dead. */
#include "daemon/io_files.h"
#include "daemon/tandemctl_dead.h"
#include "daemon/tandemctl_show.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char shown[16384];

static void
keep(struct buf *b)
{
	ck_assert(!b->overflow);
	memcpy(shown, b->p, b->n);
	shown[b->n] = '\0';
	buf_fini(b);
}

static void
show(const char *json, struct tandemctl_look look)
{
	json_t *root = json_loads(json, 0, NULL);
	struct buf b;

	ck_assert_ptr_nonnull(root);
	buf_init(&b, sizeof(shown) - 1);
	tandemctl_show_status(root, &look, &b);
	keep(&b);
	json_decref(root);
}

static void
shows(const char *part)
{
	ck_assert_msg(strstr(shown, part) != NULL, "\"%s\" is not in:\n%s", part, shown);
}

static const char status[] =
	"{\"node\":\"n2\",\"epoch\":8,\"clustered\":true,\"quorate\":true,\"fencing\":true,\"t_us\":1795312807102000,"
	"\"digest\":{\"equal\":true,\"offset\":184223,\"value\":\"7f3a91c200000000\"},\"nodes\":["
	"{\"name\":\"n2\",\"local\":true,\"role\":\"active\",\"state\":\"serving\",\"behind\":-1,\"calls\":214,"
	"\"monitors\":3000,\"clients\":2,\"sessions\":2,\"channels\":{\"open\":2,\"want\":2},\"uptime_s\":2472},"
	"{\"name\":\"n1\",\"role\":\"standby\",\"state\":\"in step\",\"behind\":0,\"calls\":214,\"monitors\":3000,"
	"\"channels\":null,\"uptime_s\":90061}],\"ready\":true,\"ready_text\":\"READY: n1 can take over\","
	"\"desync_total\":6,\"listeners\":[{\"name\":\"csta\",\"address\":\"10.1.0.5\",\"port\":1040,"
	"\"tls\":false,\"framing\":\"annex-j\",\"edition\":\"ed3\"},{\"name\":\"walls\",\"address\":\"::1\",\"port\":5061,"
	"\"tls\":true,\"framing\":\"nul\",\"edition\":\"ed6\"}],\"links\":[{\"name\":\"east\",\"url\":\"http://h:80\",\"state\":\"open\",\"reason\":\"x\","
	"\"requests\":7,\"failures\":0,\"losses\":0},{\"name\":\"west\",\"url\":\"ctis://h\",\"state\":\"refused\","
	"\"reason\":\"401 again\",\"requests\":2,\"failures\":2,\"losses\":1},{\"name\":\"n\",\"state\":\"idle\"}],"
	"\"last_takeover\":{\"epoch\":8,\"t_us\":1795310575201000,\"promote_ms\":19,"
	"\"channel_ms\":310,\"resync_ms\":390,\"calls_kept\":211,\"calls_cleared\":1,\"calls_learned\":2,\"done\":true}}";

START_TEST(the_table)
{
	show(status, (struct tandemctl_look){ .ascii = true });
	shows("Tandem on n2   epoch 8   quorum yes   fencing on   2026-11-22 ");
	shows("+------+---------+---------+--------+-------+----------+---------+----------+-------------+\n"
	      "| Node | Role    | State   | Behind | Calls | Monitors | Clients | Channels |      Uptime |\n");
	shows("| n2 * | active  | serving |      - |   214 |     3000 |     2/2 |      2/2 |    00:41:12 |\n"
	      "| n1   | standby | in step |      0 |   214 |     3000 |       - |        - | 1d 01:01:01 |\n");
	shows(" State digest  7f3a91c2 on both nodes at #184223\n");
	shows(" Takeover now  READY: n1 can take over\n");
	shows(" Listener csta 10.1.0.5:1040  plain, annex-j, ed3\n"
	      " Listener walls [::1]:5061  TLS, nul, ed6\n"
	      " Link east     http://h:80  open  requests 7, failed 0, lost 0\n"
	      " Link west     ctis://h  refused  requests 2, failed 2, lost 1  (401 again)\n");
	shows("active after 19 ms, channel 310 ms, resync 390 ms; calls kept 211, cleared 1, learned 2\n");
	shows("6 call parties since start (37205)");
	ck_assert_ptr_null(strchr(shown, '\033'));
	for (const char *p = shown; *p != '\0'; p++)
		ck_assert_int_lt((unsigned char)*p, 128);
}
END_TEST

START_TEST(colours_and_marks)
{
	show(status, (struct tandemctl_look){ .colour = true });
	shows("quorum \033[32m\xe2\x9c\x93\033[0m");
	shows("\033[32mREADY: n1 can take over\033[0m");
	show("{\"clustered\":true,\"digest\":{\"equal\":false,\"offset\":5,\"value\":\"00\"},\"config_differs\":true,"
	     "\"unconfirmed\":true,\"ready_text\":\"NOT READY: x\"}",
		(struct tandemctl_look){ .colour = true });
	shows("\033[31mNOT READY: x\033[0m");
	shows("DIFFERS from the other node's");
	shows("configuration differs");
	shows("without the standby's confirmation");
}
END_TEST

/* Whatever the JSON lacks or has too much of. */
START_TEST(odd_statuses)
{
	static const char *const texts[] = { "{}", "[]", "{\"nodes\":7}", "{\"nodes\":[7,null,{}]}",
		"{\"t_us\":-1}", "{\"nodes\":[{},{},{},{},{},{},{},{},{},{},{},{}]}",
		"{\"nodes\":[{\"name\":7,\"channels\":[]}]}", "{\"last_takeover\":{}}",
		"{\"t_us\":9223372036854775807}" };
	char text[600], name[200];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		show(texts[i], (struct tandemctl_look){ 0 });
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	snprintf(text, sizeof(text), "{\"nodes\":[{\"name\":\"%s\",\"role\":\"%s\"}]}", name, name);
	show(text, (struct tandemctl_look){ 0 });
}
END_TEST

START_TEST(the_history)
{
	json_t *lines = json_loads(
		"[{\"t_us\":1795310575201000,\"ev\":\"active\",\"host\":\"n2\",\"epoch\":8,\"why\":\"x\"},7]",
		0, NULL);
	struct buf b;

	buf_init(&b, sizeof(shown) - 1);
	tandemctl_show_history(lines, &b);
	keep(&b);
	json_decref(lines);
	shows("n2       active           epoch=8 why=x\n");
}
END_TEST

/* --- a dead daemon ---------------------------------------------------------------------------- */

static const char crm_mon[] =
	"<pacemaker-result><resources><clone id=\"tandemd-clone\">"
	"<resource id=\"tandemd\" resource_agent=\"ocf:tandem:tandemd\" role=\"Promoted\" failed=\"false\">\n"
	"<node name=\"n1\" id=\"1\" cached=\"true\"/></resource>\n"
	"<resource id=\"tandemd:1\" role=\"Stopped\" failed=\"true\"/>"
	"<resource id=\"tandemd-other\" role=\"Started\"><node name=\"n9\"/></resource>"
	"</clone></resources><failures><failure op_key=\"tandemd_monitor_1000\" node=\"n2\" exitstatus=\"not running\" "
	"last-rc-change=\"2026-11-22\"/><failure op_key=\"ip_start_0\" node=\"n2\" exitstatus=\"x\"/></failures>";

START_TEST(what_pacemaker_says)
{
	json_t *root = json_pack("{s:s}", "error", "nobody");
	const json_t *list;
	struct buf b;

	tandemctl_dead_parse(crm_mon, "tandemd", root);
	list = json_object_get(root, "pacemaker");
	ck_assert_uint_eq(json_array_size(list), 2);
	ck_assert_uint_eq(json_array_size(json_object_get(root, "failures")), 1);
	buf_init(&b, sizeof(shown) - 1);
	tandemctl_dead_show(root, &b);
	keep(&b);
	shows("tandemd does not answer on this node: nobody\n");
	shows("From Pacemaker: n1           Promoted\n");
	shows("From Pacemaker: -            Stopped FAILED\n");
	shows("failed: tandemd_monitor_1000 on n2: not running 2026-11-22");
	shows("No history on this node.");
	json_decref(root);
}
END_TEST

/* Every cut of the text, and none of it may be read behind its end. */
START_TEST(pacemaker_cut_anywhere)
{
	for (size_t n = 0; n < sizeof(crm_mon); n++) {
		char *cut = strndup(crm_mon, n);
		json_t *root = json_object();

		tandemctl_dead_parse(cut, "tandemd", root);
		ck_assert_uint_le(json_array_size(json_object_get(root, "pacemaker")), 2);
		json_decref(root);
		free(cut);
	}
}
END_TEST

static void
write_script(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	fprintf(f, "#!/bin/sh\n%s\n", text);
	fclose(f);
	ck_assert_int_eq(chmod(path, 0755), 0);
}

START_TEST(asking_pacemaker)
{
	static struct conf conf;
	char dir[] = "/tmp/check_tandemctl.XXXXXX", path[64];
	json_t *root;

	conf_defaults(&conf);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(conf.state_dir, sizeof(conf.state_dir), "%s", dir);
	snprintf(conf.crm_resource, sizeof(conf.crm_resource), "%s/crm_resource", dir);
	snprintf(path, sizeof(path), "%s/crm_mon", dir);
	root = tandemctl_dead_status(&conf, "why");
	ck_assert_str_eq(json_string_value(json_object_get(root, "pacemaker_error")),
		"crm_mon is not installed");
	json_decref(root);
	write_script(path,
		"echo '<resource id=\"tandemd\" role=\"Unpromoted\"><node name=\"n1\"/></resource>'");
	root = tandemctl_dead_status(&conf, "why");
	ck_assert_uint_eq(json_array_size(json_object_get(root, "pacemaker")), 1);
	json_decref(root);
	write_script(path, "exit 102");
	root = tandemctl_dead_status(&conf, "why");
	ck_assert_str_eq(json_string_value(json_object_get(root, "pacemaker_error")),
		"Pacemaker does not run on this node");
	json_decref(root);
	write_script(path, "exec sleep 60");
	root = tandemctl_dead_status(&conf, "why");
	ck_assert_str_eq(json_string_value(json_object_get(root, "pacemaker_error")),
		"Pacemaker does not answer");
	json_decref(root);
	unlink(path);
	ck_assert_int_eq(
		io_files_append_history(dir, 1, "n1", STR("active"), STR("\"epoch\":3"), NULL), 0);
	root = tandemctl_dead_status(&conf, "why");
	ck_assert_uint_eq(json_array_size(json_object_get(root, "history")), 1);
	json_decref(root);
	snprintf(path, sizeof(path), "%s/history.jsonl", dir);
	unlink(path);
	rmdir(dir);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("tandemctl");
	TCase *t = tcase_create("tandemctl");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, the_table);
	tcase_add_test(t, colours_and_marks);
	tcase_add_test(t, odd_statuses);
	tcase_add_test(t, the_history);
	tcase_add_test(t, what_pacemaker_says);
	tcase_add_test(t, pacemaker_cut_anywhere);
	tcase_add_test(t, asking_pacemaker);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
