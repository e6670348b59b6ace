/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ident.c: the table of forms. Each row is a text as a client or BroadWorks writes it, and who is meant; the settings are
 * those of the four offices below. A new form of a vendor is a new row.
 */
#include "daemon/ident.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define OFFICE(domain, numbers) \
	"[broadworks]\nxsp = 10.77.0.11:8080\nuser = u\npassword = p\n" domain numbers

enum office {
	PLAIN,  /* user ids are extensions */
	TABLE,  /* user ids are names, their numbers are in a table */
	RULES,  /* user ids are extensions, numbers are made by a rule */
	NUMBER, /* user ids are international numbers */
	NAMES,  /* as TABLE, told by user id */
	BARE,   /* no default domain */
	OFFICES,
};

static const char *const offices[OFFICES] = {
	[PLAIN] = OFFICE("default-domain = a.example\n", ""),
	[TABLE] = OFFICE("default-domain = a.example\n",
		"[numbers]\ncountry-code = 49\nuser = 2001 anna\nuser = +49301232001 anna\n"
		"user = 2002 otto@b.example\nuser = 20?? q*\n"),
	[RULES] = OFFICE("default-domain = a.example\n",
		"[numbers]\ncountry-code = 49\ndevices-as = number\nuser = +4930123???? *\n"
		"dial = 8* +4989123*\ndial = 0??????* +49??????*\nshow = +4930123* *\n"
		"show = +4989123* 8*\n"),
	[NUMBER] = OFFICE("default-domain = a.example\n", "[numbers]\ncountry-code = 49\n"),
	[NAMES] = OFFICE(
		"default-domain = a.example\n", "[numbers]\ndevices-as = user\nuser = 2001 anna\n"),
	[BARE] = OFFICE("", ""),
};

static struct conf confs[OFFICES];

static const struct {
	enum office office;
	const char *text, *user;
} users[] = {
	/* every form of one device */
	{ PLAIN, "2001", "2001@a.example" },
	{ PLAIN, " 2001\n", "2001@a.example" },
	{ PLAIN, "2001@a.example", "2001@a.example" },
	{ PLAIN, "2001@A.Example", "2001@a.example" },
	{ PLAIN, "tel:2001", "2001@a.example" },
	{ PLAIN, "TEL:2001;phone-context=a.example", "2001@a.example" },
	{ PLAIN, "tel:20-01", "2001@a.example" },
	{ PLAIN, "sip:2001@a.example", "2001@a.example" },
	{ PLAIN, "sip:2001@A.EXAMPLE:5060;transport=tcp?subject=x", "2001@a.example" },
	{ PLAIN, "sips:2001:secret@a.example", "2001@a.example" },
	{ PLAIN, "sip:2001;ext=7@a.example", "2001@a.example" },
	{ PLAIN, "sip:2001@other.example;user=phone", "2001@a.example" },
	{ PLAIN, "sip:2001@10.0.0.5:5060", "2001@a.example" },
	{ PLAIN, "sip:2001", "2001@a.example" },
	{ PLAIN, "<sip:2001@a.example>", "2001@a.example" },
	{ PLAIN, "\"Anna <3>\" <sip:2001@a.example>;tag=5", "\"Anna <3>\" <sip@a.example" },
	{ PLAIN, "m<2001>\"@x", "m<2001>\"@x" }, /* not a form that is known */
	{ PLAIN, "\"Anna\" <sip:2001@a.example>;tag=5", "2001@a.example" },
	{ PLAIN, "N<2001>;displayNumber=2001;noa=nk", "2001@a.example" },
	{ PLAIN, "N<2001>", "2001@a.example" },
	{ PLAIN, "N<2001", "2001@a.example" },
	{ PLAIN, "N<>", "" },
	{ PLAIN, "4001:CM1:SW1:0", "4001@a.example" },
	{ PLAIN, "4001::192.0.2.7:0", "4001@a.example" },
	{ PLAIN, "2001;noa=nk", "2001@a.example" },
	/* others */
	{ PLAIN, "anna", "anna@a.example" },
	{ PLAIN, "anna.maria-1@b.example", "anna.maria-1@b.example" },
	{ PLAIN, "sip:anna@b.example", "anna@b.example" },
	{ PLAIN, "sip:an%6Ea@b.example", "anna@b.example" },
	{ PLAIN, "sip:an%0Ana%zz%4@b.example", "an%0Ana%zz%4@b.example" },
	{ PLAIN, "a-b", "a-b@a.example" },
	{ PLAIN, "*55", "*55@a.example" },
	{ PLAIN, "+49 (30) 123-2001", "+49301232001@a.example" },
	{ PLAIN, "0301232001", "0301232001@a.example" },
	{ PLAIN, "", "" },
	{ PLAIN, " ", "" },
	{ PLAIN, ";", "" },
	{ PLAIN, ":1", "" },
	{ PLAIN, "tel:", "" },
	{ PLAIN, "sip:@a.example", "@a.example" },
	{ PLAIN, "+", "+@a.example" },
	{ BARE, "2001", "2001" },
	{ BARE, "tel:2001", "2001" },
	{ BARE, "2001@a.example", "2001@a.example" },
	{ BARE, "sip:2001@a.example", "2001@a.example" },
	/* a table: numbers are names of users, in every form */
	{ TABLE, "2001", "anna@a.example" },
	{ TABLE, "tel:+49-30-123-2001", "anna@a.example" },
	{ TABLE, "0301232001", "anna@a.example" },
	{ TABLE, "0049301232001", "anna@a.example" },
	{ TABLE, "sip:2001@a.example", "anna@a.example" },
	{ TABLE, "sip:+49301232001@gateway.example;user=phone", "anna@a.example" },
	{ TABLE, "anna", "anna@a.example" },
	{ TABLE, "sip:anna@A.example", "anna@a.example" },
	{ TABLE, "2001@a.example", "2001@a.example" }, /* somebody's user id */
	{ TABLE, "N<2002>;noa=nk", "otto@b.example" },
	{ TABLE, "2003", "q03@a.example" },
	{ TABLE, "3001", "3001@a.example" },
	/* a rule */
	{ RULES, "2001", "2001@a.example" },
	{ RULES, "+49301232001", "2001@a.example" },
	{ RULES, "0301232001", "2001@a.example" },
	{ RULES, "+493012320011", "+493012320011@a.example" },
	{ RULES, "089555555", "+4989555555@a.example" },
	/* user ids that are numbers */
	{ NUMBER, "+49301232001", "+49301232001@a.example" },
	{ NUMBER, "tel:0301232001", "+49301232001@a.example" },
	{ NUMBER, "0049301232001", "+49301232001@a.example" },
	{ NUMBER, "0049301232001@a.example", "0049301232001@a.example" },
	{ NUMBER, "0301", "0301@a.example" }, /* too short to be anything but an extension */
	{ NUMBER, "2001", "2001@a.example" },
};

static struct str
user_of(enum office office, const char *text)
{
	static struct ident out;

	ident_user(&confs[office], str_of(text), &out);
	return ident_str(&out);
}

START_TEST(a_form_means_a_user)
{
	struct str user = user_of(users[_i].office, users[_i].text);

	ck_assert_msg(str_is(user, users[_i].user), "\"%s\" is %.*s, not %s", users[_i].text,
		STR_ARG(user), users[_i].user);
}
END_TEST

static const struct {
	enum office office;
	const char *user, *name;
} names[] = {
	{ PLAIN, "2001@a.example", "2001" },
	{ PLAIN, "2001@b.example", "2001@b.example" },
	{ BARE, "2001@a.example", "2001@a.example" },
	{ BARE, "2001", "2001" },
	{ TABLE, "anna@a.example", "2001" }, /* the first of two numbers */
	{ TABLE, "otto@b.example", "2002" },
	{ TABLE, "2001@a.example", "2001@a.example" }, /* 2001 would be anna */
	{ TABLE, "q03@a.example", "q03" },
	{ RULES, "2001@a.example", "+49301232001" },
	{ RULES, "anna@a.example", "+4930123anna" },
	{ RULES, "anton@a.example", "anton" },
	{ NAMES, "anna@a.example", "anna@a.example" },
	{ NAMES, "2001@a.example", "2001@a.example" },
};

START_TEST(a_user_has_a_name)
{
	struct ident out, back;

	ident_name(&confs[names[_i].office], str_of(names[_i].user), &out);
	ck_assert_msg(str_is(ident_str(&out), names[_i].name), "%s is %.*s, not %s", names[_i].user,
		STR_ARG(ident_str(&out)), names[_i].name);
	ident_user(&confs[names[_i].office], ident_str(&out), &back);
	ck_assert_msg(str_is(ident_str(&back), names[_i].user), "%s came back as %.*s",
		names[_i].user, STR_ARG(ident_str(&back)));
}
END_TEST

static const struct {
	enum office office;
	const char *text, *dialled, *shown;
} numbers[] = {
	{ PLAIN, "2001", "2001", "2001" },
	{ PLAIN, "tel:+49-30-1", "tel:+49-30-1", "+49301" },
	{ PLAIN, "\"Anna\" <sip:anna@a.example;x=y>", "sip:anna@a.example;x=y", "anna@a.example" },
	{ PLAIN, "N<2001>;noa=nk", "2001", "2001" },
	{ PLAIN, "anna@a.example", "anna@a.example", "anna@a.example" },
	{ PLAIN, "", "", "" },
	{ RULES, "812", "+498912312", "812" },
	{ RULES, "tel:812;x=y", "+498912312", "812" },
	{ RULES, "0301234567", "+49301234567", "0301234567" },
	{ RULES, "+4930123999", "+4930123999", "999" },
	{ RULES, "sip:+498912312@gw.example", "sip:+498912312@gw.example", "812" },
	{ RULES, "110", "110", "110" },
};

START_TEST(a_number_is_translated)
{
	struct ident out;

	ident_dialled(&confs[numbers[_i].office], str_of(numbers[_i].text), &out);
	ck_assert_msg(str_is(ident_str(&out), numbers[_i].dialled), "%s dialled as %.*s",
		numbers[_i].text, STR_ARG(ident_str(&out)));
	ident_shown(&confs[numbers[_i].office], str_of(numbers[_i].text), &out);
	ck_assert_msg(str_is(ident_str(&out), numbers[_i].shown), "%s shown as %.*s",
		numbers[_i].text, STR_ARG(ident_str(&out)));
}
END_TEST

/* Whatever is sent: a text that fits, or none. */
START_TEST(hostile_texts)
{
	static const char *const wraps[] = { "%s", "tel:%s", "sip:%s@%s", "N<%s>", "%s@a.example",
		"sip:%s", "<<%s" };
	static const char fill[] = "1%@:;<>?*+ \t\x80\xff";
	char inner[600], text[1300];

	for (size_t w = 0; w < sizeof(wraps) / sizeof(wraps[0]); w++) {
		for (size_t n = 0; n < sizeof(inner); n += n < 20 ? 1 : 53) {
			for (size_t f = 0; f < sizeof(fill) - 1; f++) {
				struct ident out;

				memset(inner, fill[f], n);
				inner[n] = '\0';
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
				snprintf(text, sizeof(text), wraps[w], inner, inner);
#pragma GCC diagnostic pop
				for (int office = 0; office < OFFICES; office++) {
					ident_user(&confs[office], str_of(text), &out);
					ck_assert_uint_lt(out.n, LIMIT_USER_ID);
					ident_dialled(&confs[office], str_of(text), &out);
					ck_assert_uint_le(out.n, sizeof(out.p));
					ident_name(&confs[office], str_of(text), &out);
					ck_assert_uint_le(out.n, sizeof(out.p));
				}
			}
		}
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("ident");
	TCase *t = tcase_create("ident");
	SRunner *r = srunner_create(s);
	struct err e = { 0 };
	int failed;

	for (int i = 0; i < OFFICES; i++)
		if (conf_parse(&confs[i], "t.conf", offices[i], &e) != 0)
			return fprintf(stderr, "%s\n", e.text), EXIT_FAILURE;
	tcase_add_loop_test(t, a_form_means_a_user, 0, sizeof(users) / sizeof(users[0]));
	tcase_add_loop_test(t, a_user_has_a_name, 0, sizeof(names) / sizeof(names[0]));
	tcase_add_loop_test(t, a_number_is_translated, 0, sizeof(numbers) / sizeof(numbers[0]));
	tcase_add_test(t, hostile_texts);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
