/* SPDX-License-Identifier: Apache-2.0 */
/* What differing configurations mean for a move. */
#include "daemon/tandemctl_rolling.h"

#include "daemon/conf_every.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static char told[8192];

static int
judge(json_t *rows)
{
	struct buf out;
	int code;

	ck_assert_ptr_nonnull(rows);
	buf_init(&out, sizeof(told) - 1);
	code = tandemctl_rolling_judge(rows, &out);
	ck_assert(!out.overflow);
	memcpy(told, out.p != NULL ? (const char *)out.p : "", out.n);
	told[out.n] = '\0';
	buf_fini(&out);
	json_decref(rows);
	return code;
}

static int
judge_key(const char *section, const char *key)
{
	return judge(json_pack(
		"[{s:s,s:s,s:s,s:s}]", "section", section, "key", key, "here", "1", "there", "2"));
}

START_TEST(what_it_means)
{
	static const struct {
		const char *section, *key;
		int code;
		const char *part; /* NULL: the difference alone */
	} cases[] = {
		{ "node", "beat-ms", 0, NULL },
		{ "broadworks", "audit-s", 0, NULL },
		{ "broadworks", "password", 0, NULL },
		{ "link a", "weight", 0, NULL },
		{ "csta", "listen", 0, "who is let in" },
		{ "csta", "password", 0, "who is let in" },
		{ "csta", "quiet-ms", 0, NULL },
		{ "listener tls", "port", 0, "who is let in" },
		{ "listeners", "port", 0, NULL },
		{ "application wallboard", "user", 0, "who is let in" },
		{ "numbers", "show", 0, "by other names" },
		{ "broadworks", "default-domain", 0, "by other names" },
		{ "broadworks", "channel-set", TANDEMCTL_REFUSED, "would hear nothing" },
		{ "broadworks", "channel-set-mode", TANDEMCTL_REFUSED, "would hear nothing" },
		{ "broadworks", "application-id", TANDEMCTL_REFUSED, "would hear nothing" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char line[96];

		ck_assert_int_eq(judge_key(cases[i].section, cases[i].key), cases[i].code);
		snprintf(line, sizeof(line), " [%s] %s: here 1, there 2\n", cases[i].section,
			cases[i].key);
		if (cases[i].part == NULL)
			ck_assert_str_eq(told, line);
		else
			ck_assert_msg(strncmp(told, line, strlen(line)) == 0 &&
					strstr(told, cases[i].part) != NULL,
				"%s", told);
	}
}
END_TEST

/* Each meaning once, below all differences; one that is refused refuses all. */
START_TEST(several)
{
	ck_assert_int_eq(
		judge(json_pack("[{s:s,s:s,s:n,s:s},{s:s,s:s,s:s,s:s},{s:s,s:s,s:s,s:s}]",
			"section", "application a", "key", "user", "here", "there", "x", "section",
			"csta", "key", "password", "here", "(secret)", "there", "(secret)",
			"section", "broadworks", "key", "audit-s", "here", "1800", "there", "900")),
		0);
	ck_assert_str_eq(told,
		" [application a] user: here (not at all), there x\n"
		" [csta] password: differs (a secret)\n"
		" [broadworks] audit-s: here 1800, there 900\n"
		" note: who is let in, and where: applications come back under the values of the other node\n");
	ck_assert_int_eq(judge(json_pack("[{s:s,s:s,s:s,s:s},{s:s,s:s,s:s,s:s}]", "section",
				 "broadworks", "key", "channel-set", "here", "a", "there", "b",
				 "section", "node", "key", "beat-ms", "here", "1", "there", "2")),
		TANDEMCTL_REFUSED);
}
END_TEST

START_TEST(what_is_not_known_is_not_moved)
{
	ck_assert_int_eq(judge(json_array()), TANDEMCTL_REFUSED);
	ck_assert_ptr_nonnull(strstr(told, "do not say what differs"));
	ck_assert_int_eq(judge(json_pack("[{}]")), 0);
	ck_assert_str_eq(
		told, " [(not at all)] (not at all): here (not at all), there (not at all)\n");
}
END_TEST

/* The keys are spelt here as in the table of all keys: one that is renamed there would lose its meaning here without a word. */
START_TEST(the_keys_exist)
{
	static const char *const keys[] = { "listen", "user", "password", "implicit-association",
		"sessions-max", "connections-max", "default-domain", "channel-set",
		"channel-set-mode", "application-id" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		bool found = false;

		for (size_t k = 0; k < CONF_EVERY_COUNT && !found; k++)
			found = strcmp(conf_every_row[k].key, keys[i]) == 0;
		ck_assert_msg(found, "%s", keys[i]);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("tandemctl_rolling");
	TCase *t = tcase_create("tandemctl_rolling");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, what_it_means);
	tcase_add_test(t, several);
	tcase_add_test(t, what_is_not_known_is_not_moved);
	tcase_add_test(t, the_keys_exist);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
