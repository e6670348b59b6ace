/* SPDX-License-Identifier: Apache-2.0 */
/* Configurations compared, the example with every key, and the texts that are part of the program. */
#include "daemon/tandemctl_conf.h"
#include "daemon/tandemctl_texts.h"
#include "proto/base/log.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char shown[262144];

static unsigned
diff(const char *here, const char *there)
{
	struct buf out;
	unsigned n;

	buf_init(&out, sizeof(shown) - 1);
	n = tandemctl_conf_diff(str_of(here), str_of(there), &out);
	ck_assert(!out.overflow);
	memcpy(shown, out.p != NULL ? (const char *)out.p : "", out.n);
	shown[out.n] = '\0';
	buf_fini(&out);
	return n;
}

START_TEST(differences)
{
	static const char here[] =
		"[node]\nbeat-ms = 250\nname = n1\n\n[broadworks]\nxsp = http://a\n"
		"xsp = http://b\n# password = (not shown)\n";

	ck_assert_uint_eq(diff(here, here), 0);
	ck_assert_str_eq(shown, "");
	ck_assert_uint_eq(diff(here,
				  "[node]\nbeat-ms = 300\nname = n1\n[broadworks]\nxsp = http://a\n"
				  "xsp = http://c\nxsp = http://d\n"),
		3);
	ck_assert_str_eq(shown,
		" [node] beat-ms: here 250, there 300\n"
		" [broadworks] xsp: here http://b, there http://c\n"
		" [broadworks] xsp: there http://d, here not at all\n");
	/* the same key in another section is another key */
	ck_assert_uint_eq(diff("[a]\nk = 1\n", "[b]\nk = 1\n"), 2);
	ck_assert_str_eq(
		shown, " [a] k: here 1, there not at all\n [b] k: there 1, here not at all\n");
	ck_assert_uint_eq(diff("", ""), 0);
}
END_TEST

/* Taken out of its comments the example is a configuration, and it is the default one. */
START_TEST(the_example)
{
	static struct conf plain, example;
	struct err e = { 0 };
	struct buf text, out;
	struct str rest;

	buf_init(&text, sizeof(shown));
	buf_init(&out, sizeof(shown));
	tandemctl_conf_example(&text);
	ck_assert(!text.overflow);
	rest = buf_as_str(&text);
	while (rest.n > 0) {
		struct str line = str_cut(rest, '\n', &rest);

		ck_assert_uint_le(line.n, 230);
		if (line.n > 2 && line.p[0] == '#' && line.p[1] == '[')
			break; /* sections with names */
		if (line.n > 0 && line.p[0] == '#' && line.p[1] != ' ' && line.p[line.n - 1] != ' ')
			line = (struct str){ line.p + 1, line.n - 1 };
		buf_str(&out, line);
		buf_char(&out, '\n');
	}
	buf_cstr(&out, "[broadworks]\nxsp = http://x\nuser = u\npassword = p\n");
	buf_char(&out, '\0');
	ck_assert_msg(conf_parse(&example, "example", (const char *)out.p, &e) == 0, "%s", e.text);
	ck_assert_int_eq(conf_parse(&plain, "plain",
				 "[broadworks]\nxsp = http://x\nuser = u\npassword = p\n", &e),
		0);
	ck_assert_uint_eq(conf_hash(&plain), conf_hash(&example));
	ck_assert_ptr_nonnull(strstr((const char *)text.p, "\n#beat-ms = 250\n"));
	buf_fini(&text);
	buf_fini(&out);
}
END_TEST

static bool
text_of(const char *section, const char *name)
{
	struct buf out;
	bool found;

	buf_init(&out, sizeof(shown) - 1);
	found = tandemctl_text(tandemctl_keys_text(), section, name, &out);
	snprintf(shown, sizeof(shown), "%.*s", (int)out.n, out.n > 0 ? (const char *)out.p : "");
	buf_fini(&out);
	return found;
}

START_TEST(texts)
{
	/* a key of two sections has two texts; one that goes on is one text */
	ck_assert(text_of("csta", "user"));
	ck_assert(text_of("broadworks", "user"));
	ck_assert(!text_of("node", "user"));
	ck_assert(text_of("node", "lease-ms"));
	ck_assert_ptr_null(strchr(shown, '\n'));
	ck_assert_ptr_nonnull(strstr(shown, "third vote."));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("tandemctl_conf");
	TCase *t = tcase_create("tandemctl_conf");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, differences);
	tcase_add_test(t, the_example);
	tcase_add_test(t, texts);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
