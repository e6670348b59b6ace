/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords against files of hashes: right, wrong, nobody's; files that change or cannot be taken; too many at a time. */
#include "daemon/io_login.h"

#include "proto/base/limits.h"
#include "tests/adapter/recorder.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* "geheim" */
#define SHA \
	"$6$abcdefgh$msgktWxVAbjjh3X7lA5LaM7dS/ZfABJL6T4qcRsnjcOTj0kptUvZcrvrXIoO5fgPA9xz6UnF2To2Y7jGc/IZY/"
#define YES "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$iLMagHjBvrahXhlULvb9yW5faxBRfc3sREKM24WCe2C"

static struct recorder *r;
static struct io_login *login;
static struct conf conf;
static char dir[128], path[192];

static void
put_file(const char *text, mode_t mode)
{
	char fresh[200];
	FILE *f;

	snprintf(fresh, sizeof(fresh), "%s.new", path);
	ck_assert_ptr_nonnull(f = fopen(fresh, "w"));
	fputs(text, f);
	fclose(f);
	ck_assert_int_eq(chmod(fresh, mode), 0);
	ck_assert_int_eq(rename(fresh, path), 0);
}

static void
setup(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%s/login.XXXXXX", tmp ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/users", dir);
	put_file("anna:" SHA "\nbert:" YES "\n", 0640);
	r = recorder_new();
	conf_defaults(&conf);
	conf.application_count = 2;
	strcpy(conf.applications[1].login_file, path);
	login = io_login_new(&r->sink, &conf);
}

static void
teardown(void)
{
	io_login_close(login);
	recorder_finish(r);
	io_login_free(login);
	ck_assert_ptr_null(strstr(r->log_text, "geheim"));
	recorder_free(r);
	unlink(path);
	rmdir(dir);
}

static uint64_t
result_of(uint64_t application, const char *user, const char *password)
{
	static uint64_t id;
	size_t before = r->count;

	io_login_check(login, ++id, application, str_of(user), str_of(password));
	ck_assert_uint_eq(r->count, before); /* it is no work of the loop */
	recorder_await(r, NODE_EV_LOGIN, before + 1);
	ck_assert_uint_eq(r->events[before].id, id);
	return r->events[before].number;
}

START_TEST(passwords)
{
	char longest[600];

	ck_assert_uint_eq(result_of(1, "anna", "geheim"), NODE_LOGIN_RIGHT);
	ck_assert_uint_eq(result_of(1, "bert", "geheim"), NODE_LOGIN_RIGHT);
	ck_assert_uint_eq(result_of(1, "anna", "geheim "), NODE_LOGIN_WRONG);
	ck_assert_uint_eq(result_of(1, "bert", ""), NODE_LOGIN_WRONG);
	ck_assert_uint_eq(result_of(1, "carl", "geheim"), NODE_LOGIN_WRONG);
	/* another application's users, and whoever has none */
	ck_assert_uint_eq(result_of(0, "anna", "geheim"), NODE_LOGIN_WRONG);
	ck_assert_uint_eq(result_of(NODE_LOGIN_NOBODY, "anna", "geheim"), NODE_LOGIN_WRONG);
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	ck_assert_uint_eq(result_of(1, "anna", longest), NODE_LOGIN_WRONG);
}
END_TEST

/* The next login has the file as it is; what cannot be taken changes nothing, and is told once. */
START_TEST(files_change)
{
	put_file("carl:" SHA "\n", 0600);
	ck_assert_uint_eq(result_of(1, "carl", "geheim"), NODE_LOGIN_RIGHT);
	ck_assert_uint_eq(result_of(1, "anna", "geheim"), NODE_LOGIN_WRONG);
	ck_assert_str_eq(r->log_text, "");
	put_file("dora:" SHA "\ncarl:$1$abc$ZAfLRk1aHF/.QlC7ixD3f.\n", 0600);
	ck_assert_uint_eq(result_of(1, "dora", "geheim"), NODE_LOGIN_WRONG);
	ck_assert_uint_eq(result_of(1, "carl", "geheim"), NODE_LOGIN_RIGHT);
	ck_assert_ptr_nonnull(strstr(r->log_text, "users:2: allowed: a hash of sha512crypt"));
	ck_assert_ptr_null(strstr(strstr(r->log_text, "users:2:") + 1, "users:2:"));
	io_login_reload(login);
	ck_assert_ptr_nonnull(strstr(strstr(r->log_text, "users:2:") + 1, "users:2:"));
	put_file("dora:" SHA "\n", 0644);
	ck_assert_uint_eq(result_of(1, "dora", "geheim"), NODE_LOGIN_WRONG);
	ck_assert_ptr_nonnull(strstr(r->log_text, "its mode is 644"));
	ck_assert_int_eq(chmod(path, 0640), 0);
	ck_assert_uint_eq(result_of(1, "dora", "geheim"), NODE_LOGIN_RIGHT);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_uint_eq(result_of(1, "dora", "geheim"), NODE_LOGIN_RIGHT);
	ck_assert_ptr_nonnull(strstr(r->log_text, "cannot open"));
	put_file("", 0600);
	io_login_check(login, 1, 1, STR("dora"), STR("geheim"));
	ck_assert_uint_eq(r->events[r->count - 1].number, NODE_LOGIN_WRONG);
}
END_TEST

/* A flood has an end, is answered all the same, and leaves nothing behind. */
START_TEST(too_many)
{
	size_t busy = 0;

	for (unsigned i = 0; i < LIMIT_LOGINS_WAITING + 10; i++)
		io_login_check(login, i, 1, STR("anna"), STR("x"));
	for (size_t i = 0; i < r->count; i++)
		busy += r->events[i].number == NODE_LOGIN_BUSY;
	ck_assert_uint_eq(busy, 8); /* two have threads */
	ck_assert_uint_eq(r->count, busy);
	recorder_await(r, NODE_EV_LOGIN, busy + 4);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("io_login");
	TCase *t = tcase_create("io_login");
	SRunner *runner = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, passwords);
	tcase_add_test(t, files_change);
	tcase_add_test(t, too_many);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
