/* SPDX-License-Identifier: Apache-2.0 */
/* conf_number.c and its keys: rules of [numbers]. What the rules do is in check_ident.c and check_rewrite.c. */
#include "daemon/conf.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINIMAL \
	"[broadworks]\nxsp = 10.77.0.11:8080\nuser = admin@demo.example\npassword = secret\n"

static struct conf conf;

static void
good(const char *text)
{
	struct err e = { 0 };

	ck_assert_msg(conf_parse(&conf, "t.conf", text, &e) == 0, "%s", e.text);
}

static void
bad(const char *numbers, const char *part)
{
	char text[512];
	struct err e = { 0 };

	snprintf(text, sizeof(text), MINIMAL "[numbers]\n%s\n", numbers);
	ck_assert_int_eq(conf_parse(&conf, "t.conf", text, &e), E_CONFIG);
	ck_assert_msg(strstr(e.text, part) != NULL, "\"%s\" is not in \"%s\"", part, e.text);
}

START_TEST(rules_in_their_order)
{
	good(MINIMAL "[numbers]\nuser = 2001   anna@b.example\ndial = 0* +49*\nuser = 20?? *\n"
		     "show = +49* 0*\n");
	ck_assert_uint_eq(conf.number_rule_count, 4);
	ck_assert_int_eq(conf.number_rules[0].use, CONF_NUMBER_USER);
	ck_assert_str_eq(conf.number_rules[0].to, "anna@b.example");
	ck_assert_int_eq(conf.number_rules[1].use, CONF_NUMBER_DIAL);
	ck_assert_str_eq(conf.number_rules[2].from, "20??");
	ck_assert_int_eq(conf.number_rules[3].use, CONF_NUMBER_SHOW);
	ck_assert_str_eq(conf.international_prefix, "00");
	ck_assert_int_eq(conf.devices_as, CONF_AS_SHORT);
}
END_TEST

START_TEST(impossible_rules)
{
	bad("user = 2001", "PATTERN RESULT");
	bad("user = ", "PATTERN RESULT");
	bad("user = 2001 *", "PATTERN RESULT");
	bad("dial = 0** 1*", "PATTERN RESULT");
	bad("dial = 0* 1*2*", "PATTERN RESULT");
	bad("dial = 0* 1 2", "PATTERN RESULT");
	bad("show = 1234567890123456789012345678901234567890123456789 1", "PATTERN RESULT");
	bad("country-code = +49", "country-code");
	bad("country-code = 4x", "digits");
	bad("country-code = 49\ninternational-prefix =", "international-prefix");
	bad("devices-as = name", "short, number, user");
	bad("device = 1", "there is no such key");
}
END_TEST

START_TEST(as_many_as_there_is_room_for)
{
	static char text[CONF_NUMBER_RULES * 40 + 1024];
	struct err e = { 0 };
	size_t n = (size_t)snprintf(text, sizeof(text), MINIMAL "[numbers]\n");

	for (int i = 0; i < CONF_NUMBER_RULES; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "user = %d user%d\n", i, i);
	good(text);
	ck_assert_uint_eq(conf.number_rule_count, CONF_NUMBER_RULES);
	snprintf(text + n, sizeof(text) - n, "show = 1 2\n");
	ck_assert_int_eq(conf_parse(&conf, "t.conf", text, &e), E_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "too many"));
}
END_TEST

/* Both nodes must agree on them: they name devices. */
START_TEST(print_parse_and_hash)
{
	static struct conf again;
	static char text[32768];
	struct err e = { 0 };
	struct buf b;

	good(MINIMAL "[numbers]\nuser = 2001 anna\ndial = 0* +49*\ncountry-code = 49\n"
		     "devices-as = number\n");
	buf_init(&b, sizeof(text) - 1);
	conf_print(&conf, true, &b);
	ck_assert(!b.overflow);
	memcpy(text, b.p, b.n);
	text[b.n] = '\0';
	buf_fini(&b);
	ck_assert_msg(conf_parse(&again, "printed", text, &e) == 0, "%s", e.text);
	ck_assert_uint_eq(conf_hash(&conf), conf_hash(&again));
	ck_assert_uint_eq(again.number_rule_count, 2);
	ck_assert_str_eq(again.number_rules[1].to, "+49*");
	ck_assert_int_eq(again.devices_as, CONF_AS_NUMBER);
	again.number_rules[1].to[1] = '5';
	ck_assert_uint_ne(conf_hash(&conf), conf_hash(&again));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("conf_number");
	TCase *t = tcase_create("conf_number");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, rules_in_their_order);
	tcase_add_test(t, impossible_rules);
	tcase_add_test(t, as_many_as_there_is_room_for);
	tcase_add_test(t, print_parse_and_hash);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
