/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken out of a support archive. */
#include "daemon/tandemctl_redact.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct conf conf;
static struct tandemctl_secrets secrets;
static struct buf out;

static void
setup(void)
{
	struct err e = { 0 };

	ck_assert_msg(
		conf_parse(&conf, "test",
			"[csta]\nuser = demo\npassword = Wf7-x\n[broadworks]\nxsp = 10.0.0.1:80\n"
			"user = admin@demo.example\npassword = second-one\ndefault-domain = demo.example\n"
			"[application crm]\nuser = crm\npassword = third-one\n",
			&e) == 0,
		"%s", e.text);
	tandemctl_secrets_init(&secrets, &conf);
	buf_init(&out, 65536);
}

static void
teardown(void)
{
	tandemctl_secrets_fini(&secrets);
	buf_fini(&out);
}

static void
is(const char *text)
{
	ck_assert_uint_eq(out.n, strlen(text));
	ck_assert_int_eq(memcmp(out.p, text, out.n), 0);
}

START_TEST(secrets_are_crossed_out)
{
	setup();
	tandemctl_redact(
		&secrets, str_of("a Wf7-x b second-onesecond-one third-on third-one"), &out);
	is("a xxxxx b xxxxxxxxxxxxxxxxxxxx third-on xxxxxxxxx");
	teardown();
}
END_TEST

START_TEST(bytes_are_bytes)
{
	setup();
	tandemctl_redact(&secrets, (struct str){ "\0Wf7-x\0", 7 }, &out);
	ck_assert_uint_eq(out.n, 7);
	ck_assert_int_eq(memcmp(out.p, "\0xxxxx\0", 7), 0);
	tandemctl_redact(&secrets, STR_NONE, &out);
	teardown();
}
END_TEST

START_TEST(a_cib)
{
	setup();
	tandemctl_redact_cib(&secrets,
		str_of("<nvpair id=\"a\" name=\"passwd\" value=\"fence-me\"/><nvpair id=\"b\" name=\"ip\" value=\"10.0.0.7\"/>"
		       "<nvpair value=\"t0k\" name=\"Auth-Token\"/><nvpair name=\"password\" value=\"broken"),
		&out);
	is("<nvpair id=\"a\" name=\"passwd\" value=\"xxxxxxxx\"/><nvpair id=\"b\" name=\"ip\" value=\"10.0.0.7\"/>"
	   "<nvpair value=\"xxx\" name=\"Auth-Token\"/><nvpair name=\"password\" value=\"broken");
	teardown();
}
END_TEST

START_TEST(numbers)
{
	json_t *root = json_loads(
		"{\"rows\":[{\"with\":\"+4930123456\",\"call\":\"123456789\",\"n\":123456789,"
		"\"list\":[\"4930123456\"]}]}",
		0, NULL);
	char *text;

	tandemctl_mask_json(root);
	text = json_dumps(root, JSON_COMPACT);
	ck_assert_ptr_null(strstr(text, "4930123"));
	ck_assert_ptr_nonnull(strstr(text, "\"call\":\"123456789\",\"n\":123456789"));
	free(text);
	json_decref(root);
	setup();
	tandemctl_mask_text(str_of("tel:+4930123456\nabc\n"), &out);
	is("tel:+xxxxxxxx56\nabc\n");
	buf_reset(&out);
	tandemctl_mask_text((struct str){ "a\0+4930123456\0b", 15 }, &out);
	ck_assert_uint_eq(out.n, 15);
	ck_assert_int_eq(memcmp(out.p, "a\0+xxxxxxxx56\0b", 15), 0);
	teardown();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("tandemctl_redact");
	TCase *t = tcase_create("tandemctl_redact");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, secrets_are_crossed_out);
	tcase_add_test(t, bytes_are_bytes);
	tcase_add_test(t, a_cib);
	tcase_add_test(t, numbers);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
