/* SPDX-License-Identifier: Apache-2.0 */
/* Files of hashed passwords: lines that are taken, and each way in which one is not, with its number. */
#include "daemon/htpass.h"
#include "proto/base/buf.h"
#include "proto/base/limits.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define SHA_TAIL \
	"msgktWxVAbjjh3X7lA5LaM7dS/ZfABJL6T4qcRsnjcOTj0kptUvZcrvrXIoO5fgPA9xz6UnF2To2Y7jGc/IZY/"
#define SHA "$6$abcdefgh$" SHA_TAIL
#define YES_TAIL "$F5Jx5fExrKuPp53xLKQ..1$iLMagHjBvrahXhlULvb9yW5faxBRfc3sREKM24WCe2C"
#define YES "$y$j9T" YES_TAIL

static struct htpass h;

static void
good(const char *text, size_t count)
{
	struct err e = { 0 };

	ck_assert_msg(htpass_parse(&h, "f", text, &e) == 0, "%s", e.text);
	ck_assert_uint_eq(h.count, count);
}

/* What was there stays. */
static void
bad(const char *text, const char *message)
{
	struct err e = { 0 };
	size_t count = h.count;

	ck_assert_int_eq(htpass_parse(&h, "f", text, &e), E_CONFIG);
	ck_assert_msg(strstr(e.text, message) == e.text, "%s", e.text);
	ck_assert_uint_eq(h.count, count);
}

START_TEST(lines_are_taken)
{
	good("", 0);
	good("# users\n\nanna:" SHA "\r\nbert b:" YES "\ncarl:$6$rounds=9000$x$" SHA_TAIL, 3);
	ck_assert_str_eq(htpass_find(&h, STR("anna")), SHA);
	ck_assert_str_eq(htpass_find(&h, STR("bert b")), YES);
	ck_assert_ptr_nonnull(htpass_find(&h, STR("carl")));
	ck_assert_ptr_null(htpass_find(&h, STR("Anna")));
	ck_assert_ptr_null(htpass_find(&h, STR("# users")));
	ck_assert_ptr_null(htpass_find(&h, STR("")));
	bad("anna:x\n", "f:1: ");
	ck_assert_str_eq(htpass_find(&h, STR("anna")), SHA);
}
END_TEST

START_TEST(lines_are_refused)
{
	static const char weak[] = "f:2: allowed: a hash of sha512crypt ($6$) or yescrypt ($y$)";

	bad("#\na:$1$abc$ZAfLRk1aHF/.QlC7ixD3f.\n", weak);
	bad("#\na:$5$abc$dMCdvC1mB4C3HJ3rSEuki7J3V6expJoTaEV6oSaAuX7\n", weak);
	bad("#\na:$apr1$abc$ZAfLRk1aHF/.QlC7ixD3f.\n", weak);
	bad("#\na:$2y$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui\n", weak);
	bad("#\na:{SHA}nU4eI71bcnBGqeO0t9tXvY1u5oQ=\n", weak);
	bad("#\na:\n", weak);
	bad("#\na:geheim\n", weak);
	bad("a:$6$rounds=4999$x$" SHA_TAIL, "f:1: allowed: a hash of 5000 to 500000 rounds");
	bad("a:$6$rounds=999999999$x$" SHA_TAIL, "f:1: allowed: a hash of 5000");
	bad("a:$6$rounds=99999999999999999999$x$" SHA_TAIL, "f:1: the rounds");
	bad("a:$6$$" SHA_TAIL, "f:1: the hash is not whole");
	bad("a:" SHA "x", "f:1: the hash is not whole");
	bad("a:$6$abc$" SHA_TAIL ":1000", "f:1: the hash is not whole");
	bad("a:$6$abc", "f:1: the hash is not whole");
	bad("a:$y$jFT" YES_TAIL, "f:1: allowed: yescrypt of the costs 3 to 8");
	bad("a:$y$j75" YES_TAIL, "f:1: allowed: yescrypt");
	bad("a:$y$", "f:1: allowed: yescrypt");
	bad("a:" YES "x", "f:1: the hash is not whole");
	bad("anna\n", "f:1: allowed: USER:HASH");
	bad(":" SHA, "f:1: allowed: USER:HASH");
	bad(" a:" SHA, "f:1: allowed: USER:HASH");
	bad("@a:" SHA, "f:1: allowed: USER:HASH");
	bad("a,b:" SHA, "f:1: allowed: USER:HASH");
	bad("a\x01:" SHA, "f:1: allowed: USER without");
	bad("a:" SHA "\nb:" SHA "\na:" YES, "f:3: a line above has this user");
}
END_TEST

START_TEST(number_is_limited)
{
	struct buf text;
	struct err e = { 0 };

	buf_init(&text, LIMIT_LOGIN_FILE_BYTES);
	for (unsigned i = 0; i < LIMIT_LOGIN_LINES; i++)
		buf_printf(&text, "user%u:" SHA "\n", i);
	buf_char(&text, '\0');
	ck_assert(!text.overflow);
	good((const char *)text.p, LIMIT_LOGIN_LINES);
	text.n--;
	buf_printf(&text, "one-more:" SHA "\n");
	buf_char(&text, '\0');
	ck_assert_int_eq(htpass_parse(&h, "f", (const char *)text.p, &e), E_CONFIG);
	ck_assert_str_eq(e.text, "f:1025: too many users");
	buf_fini(&text);
}
END_TEST

static void
forget(void)
{
	htpass_fini(&h);
}

int
main(void)
{
	Suite *s = suite_create("htpass");
	TCase *t = tcase_create("htpass");
	SRunner *runner = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, NULL, forget);
	tcase_add_test(t, lines_are_taken);
	tcase_add_test(t, lines_are_refused);
	tcase_add_test(t, number_is_limited);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
