/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration for operators: what is told, what is hidden, what differs. */
#include "daemon/ctl_conf.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define PASSWORD "Wf7-unmistakable"

static struct conf ours, theirs;
static struct buf out;

static void
read_conf(struct conf *c, const char *more)
{
	struct err e = { 0 };
	char text[1024];

	snprintf(text, sizeof(text),
		"[node]\nname = n1\n[csta]\nuser = demo\npassword = " PASSWORD
		"\n[broadworks]\nxsp = 10.0.0.1:80\nuser = admin@demo.example\npassword = hidden-too\n"
		"default-domain = demo.example\n%s",
		more);
	ck_assert_msg(conf_parse(c, "test", text, &e) == 0, "%s", e.text);
}

static bool
is_in(const char *text)
{
	return out.n > 0 && memmem(out.p, out.n, text, strlen(text)) != NULL;
}

/* The rows of a comparison with the answer of the other node. */
static json_t *
diff(void)
{
	struct buf answer;
	json_t *root;

	buf_init(&answer, 1024 * 1024);
	buf_fini(&out);
	buf_init(&out, 1024 * 1024);
	ctl_conf_print(&theirs, 4711, &answer);
	ck_assert_ptr_null(memmem(answer.p, answer.n, PASSWORD, strlen(PASSWORD)));
	ctl_conf_diff(&ours, 4711, buf_as_str(&answer), &out);
	buf_fini(&answer);
	root = json_loadb((const char *)out.p, out.n, 0, NULL);
	ck_assert_ptr_nonnull(root);
	ck_assert_str_eq(
		json_string_value(json_object_get(root, "schema")), "tandemctl/confdiff/1");
	return root;
}

START_TEST(no_secret_is_told)
{
	read_conf(&ours, "");
	buf_init(&out, 1024 * 1024);
	ctl_conf_print(&ours, 0, &out);
	ck_assert(is_in("default-domain = demo.example"));
	ck_assert(!is_in(PASSWORD) && !is_in("hidden-too"));
	buf_fini(&out);
}
END_TEST

START_TEST(the_same)
{
	json_t *root;

	read_conf(&ours, "");
	read_conf(&theirs, "");
	strcpy(theirs.node_name, "n2"); /* of one node alone */
	root = diff();
	ck_assert_uint_eq(json_array_size(json_object_get(root, "rows")), 0);
	json_decref(root);
	buf_fini(&out);
}
END_TEST

START_TEST(what_differs)
{
	json_t *root;

	read_conf(&ours, "update-rate = 50\n");
	read_conf(&theirs, "update-rate = 60\n");
	strcpy(theirs.bw_password, "another-one");
	root = diff();
	ck_assert_uint_eq(json_array_size(json_object_get(root, "rows")), 2);
	ck_assert(is_in("\"key\":\"update-rate\",\"here\":\"50\",\"there\":\"60\""));
	ck_assert(is_in(
		"\"section\":\"broadworks\",\"key\":\"password\",\"here\":\"(secret)\",\"there\":\"(secret)\""));
	ck_assert(!is_in("another-one") && !is_in(PASSWORD));
	json_decref(root);
	buf_fini(&out);
}
END_TEST

START_TEST(what_is_there_once)
{
	json_t *root;

	read_conf(&ours, "");
	read_conf(&theirs, "[link west]\nhost = 10.0.0.2\n");
	root = diff();
	ck_assert(is_in(
		"\"section\":\"link west\",\"key\":\"host\",\"here\":null,\"there\":\"10.0.0.2\""));
	json_decref(root);
	buf_fini(&out);
}
END_TEST

START_TEST(a_refusal_is_handed_on)
{
	read_conf(&ours, "");
	buf_init(&out, 4096);
	ctl_conf_diff(&ours, 1, str_of("{\"ok\":false,\"error\":\"late\"}"), &out);
	ck_assert(is_in("\"error\":\"late\""));
	buf_fini(&out);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("ctl_conf");
	TCase *t = tcase_create("ctl_conf");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, no_secret_is_told);
	tcase_add_test(t, the_same);
	tcase_add_test(t, what_differs);
	tcase_add_test(t, what_is_there_once);
	tcase_add_test(t, a_refusal_is_handed_on);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
