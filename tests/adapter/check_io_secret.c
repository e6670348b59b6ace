/* SPDX-License-Identifier: Apache-2.0 */
/* Token and password files, token helpers, and all the ways in which they can be wrong. */
#include "daemon/io_secret.h"

#include "tests/adapter/recorder.h"

#include <stdlib.h>
#include <sys/stat.h>

static struct recorder *r;
static struct io_secret *secret;
static struct conf conf;
static char dir[128];

static void
setup(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%s/secret.XXXXXX", tmp ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	r = recorder_new();
	conf_defaults(&conf);
	conf.xsp_count = 1;
	strcpy(conf.xsps[0].name, "east");
	strcpy(conf.xsps[0].user, "admin");
	secret = io_secret_new(&r->sink, &conf);
}

static void
teardown(void)
{
	io_secret_close(secret);
	recorder_finish(r);
	io_secret_free(secret);
	ck_assert_ptr_null(strstr(r->log_text, "geheim"));
	recorder_free(r);
}

static void
put_file(char *path, size_t size, const char *name, const char *text, mode_t mode)
{
	FILE *f;

	ck_assert_int_lt(snprintf(path, size, "%s/%s", dir, name), (int)size);
	ck_assert_ptr_nonnull(f = fopen(path, "w"));
	fputs(text, f);
	fclose(f);
	ck_assert_int_eq(chmod(path, mode), 0);
}

static const struct recorded *
read_again(size_t count)
{
	io_secret_read(secret, 0);
	recorder_await(r, NODE_EV_SECRET, count);
	return recorder_find(r, NODE_EV_SECRET, count - 1);
}

START_TEST(token_file)
{
	const struct recorded *e;
	char path[192];

	conf.xsps[0].auth = CONF_AUTH_BEARER_FILE;
	put_file(path, sizeof(path), "token", "geheim-1\nsecond line\n", 0600);
	strcpy(conf.xsps[0].token_file, path);
	e = read_again(1);
	ck_assert(e->flag);
	ck_assert_uint_eq(e->number, 0);
	ck_assert_str_eq(e->bytes, "geheim-1");
	put_file(path, sizeof(path), "token", "geheim-2", 0600);
	ck_assert_str_eq(read_again(2)->bytes, "geheim-2");
	ck_assert_int_eq(unlink(path), 0);
	e = read_again(3);
	ck_assert(!e->flag);
	ck_assert_ptr_nonnull(strstr(e->text, "cannot be read"));
}
END_TEST

START_TEST(password_file_and_a_file_too_large)
{
	static char big[5000];
	char path[192];

	put_file(path, sizeof(path), "password", "geheim", 0600);
	strcpy(conf.xsps[0].password_file, path);
	ck_assert_str_eq(read_again(1)->bytes, "geheim");
	memset(big, 'x', sizeof(big) - 1);
	put_file(path, sizeof(path), "password", big, 0600);
	ck_assert_ptr_nonnull(strstr(read_again(2)->text, "too large"));
}
END_TEST

static const struct recorded *
helper(size_t count, const char *script)
{
	char path[192];

	conf.xsps[0].auth = CONF_AUTH_BEARER_HELPER;
	put_file(path, sizeof(path), "helper", script, 0700);
	strcpy(conf.xsps[0].token_helper, path);
	return read_again(count);
}

START_TEST(helpers)
{
	const struct recorded *e = helper(1, "#!/bin/sh\necho \"geheim-$1-$2\"\n");

	ck_assert(e->flag);
	ck_assert_str_eq(e->bytes, "geheim-east-admin");
	/* one order after another, each is answered */
	io_secret_read(secret, 0);
	io_secret_read(secret, 0);
	io_secret_read(secret, 0);
	recorder_await(r, NODE_EV_SECRET, 4);
	e = helper(5, "#!/bin/sh\necho geheim\nexit 3\n");
	ck_assert(!e->flag);
	ck_assert_ptr_nonnull(strstr(e->text, "failed"));
	ck_assert_ptr_nonnull(strstr(
		helper(6, "#!/bin/sh\nhead -c 9000 /dev/zero | tr '\\0' x\n")->text, "helper"));
	e = helper(7, "#!/no/such/interpreter\n");
	ck_assert(!e->flag);
	strcpy(conf.xsps[0].token_helper, "/no/such/program");
	e = read_again(8);
	ck_assert(!e->flag);
	ck_assert_ptr_nonnull(strstr(e->text, "cannot be run"));
}
END_TEST

START_TEST(helper_that_hangs)
{
	const struct recorded *e;

	conf.token_timeout_ms = 200;
	e = helper(1, "#!/bin/sh\nexec sleep 60\n");
	ck_assert(!e->flag);
	ck_assert_ptr_nonnull(strstr(e->text, "too long"));
	/* one whose child keeps the output open */
	e = helper(2, "#!/bin/sh\nsleep 2 &\necho geheim\n");
	ck_assert(!e->flag);
	/* and one that runs while all is closed */
	conf.token_timeout_ms = 60000;
	helper(3, "#!/bin/sh\necho geheim\n");
	strcpy(conf.xsps[0].token_helper, "/bin/cat");
	strcpy(conf.xsps[0].name, "/dev/zero");
	io_secret_read(secret, 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("io_secret");
	TCase *t = tcase_create("io_secret");
	SRunner *runner = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, token_file);
	tcase_add_test(t, password_file_and_a_file_too_large);
	tcase_add_test(t, helpers);
	tcase_add_test(t, helper_that_hangs);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
