/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file that holds the state on this host: written as told, read once, never twice by who dies over it, and refused when it
 * is of another boot, of another user's making, or cannot be written.
 */
#include "daemon/io_copy.h"

#include "tests/adapter/recorder.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct recorder *r;
static struct conf conf;
static struct io_copy *copy;
static char dir[64], path[128], next_path[140], read_path[140];

static void
setup(void)
{
	r = recorder_new();
	conf_defaults(&conf);
	strcpy(dir, "/tmp/check_io_copy.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(conf.copy_dir, sizeof(conf.copy_dir), "%s/c", dir);
	snprintf(path, sizeof(path), "%s/c/tandemd.copy", dir);
	snprintf(next_path, sizeof(next_path), "%s.next", path);
	snprintf(read_path, sizeof(read_path), "%s.read", path);
	copy = io_copy_new(&r->sink, &conf);
}

static void
teardown(void)
{
	char command[256];

	io_copy_free(copy);
	recorder_finish(r);
	recorder_free(r);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static bool
act(enum ha_copy_op op, uint64_t number, const char *bytes)
{
	return io_copy_do(copy, op, number, str_of(bytes));
}

/* A file with `bytes`. */
static void
make(const char *bytes)
{
	ck_assert(act(HA_COPY_BEGIN, 0, ""));
	ck_assert(act(HA_COPY_NEXT, 0, bytes));
	ck_assert(act(HA_COPY_USE, 0, ""));
}

/* The next process. */
static void
restart(void)
{
	io_copy_free(copy);
	copy = io_copy_new(&r->sink, &conf);
}

static void
expect_taken(const char *bytes)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	io_copy_take(copy, &b);
	buf_char(&b, '\0');
	ck_assert_str_eq((const char *)b.p, bytes);
	buf_fini(&b);
}

/* How often a message is in the log. */
static unsigned
told(int number)
{
	char text[16];
	unsigned n = 0;

	snprintf(text, sizeof(text), "%d ", number);
	for (const char *at = r->log_text; (at = strstr(at, text)) != NULL; at++)
		n++;
	return n;
}

static bool
is_there(const char *file)
{
	return access(file, F_OK) == 0;
}

START_TEST(test_from_one_process_to_the_next)
{
	struct stat st;

	expect_taken("");
	make("state");
	ck_assert(act(HA_COPY_PUT, 0, "+1"));
	ck_assert(act(HA_COPY_PUT, 0, "+2"));
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	restart();
	expect_taken("state+1+2");
	ck_assert(!is_there(path));
	/* without the last two bytes, which were torn */
	ck_assert(act(HA_COPY_GO_ON, 7, ""));
	ck_assert(is_there(path) && !is_there(read_path));
	ck_assert(act(HA_COPY_PUT, 0, "+3"));
	restart();
	expect_taken("state+1+3");
}
END_TEST

START_TEST(test_another_takes_its_place)
{
	make("old");
	ck_assert(act(HA_COPY_BEGIN, 0, ""));
	ck_assert(act(HA_COPY_NEXT, 0, "n"));
	ck_assert(act(HA_COPY_PUT, 0, "+"));
	restart(); /* in the middle of it */
	expect_taken("old+");
	ck_assert(!is_there(next_path));
	ck_assert(act(HA_COPY_GO_ON, 4, ""));
	ck_assert(act(HA_COPY_BEGIN, 0, ""));
	ck_assert(act(HA_COPY_NEXT, 0, "half"));
	ck_assert(act(HA_COPY_BEGIN, 0, "")); /* begun anew */
	ck_assert(act(HA_COPY_NEXT, 0, "new"));
	ck_assert(act(HA_COPY_USE, 0, ""));
	ck_assert(act(HA_COPY_PUT, 0, "!"));
	restart();
	expect_taken("new!");
}
END_TEST

START_TEST(test_dropped)
{
	make("state");
	ck_assert(act(HA_COPY_BEGIN, 0, ""));
	ck_assert(act(HA_COPY_DROP, 0, ""));
	ck_assert(!is_there(path) && !is_there(next_path));
	ck_assert(act(HA_COPY_PUT, 0, "late"));
	ck_assert(!is_there(path));
	restart();
	expect_taken("");
	make("one");
	restart();
	expect_taken("one");
	ck_assert(act(HA_COPY_DROP, 0, "")); /* refused by who read it */
	ck_assert(!is_there(read_path));
}
END_TEST

START_TEST(test_who_dies_over_it_leaves_it_unused)
{
	make("poison");
	restart();
	expect_taken("poison");
	restart();
	expect_taken("");
	ck_assert_uint_eq(told(M_COPY), 1);
	ck_assert(!is_there(read_path) && !is_there(path));
}
END_TEST

static void
put_file(const char *file, const char *bytes)
{
	FILE *f = fopen(file, "w");

	ck_assert_ptr_nonnull(f);
	fputs(bytes, f);
	fclose(f);
}

START_TEST(test_of_another_boot)
{
	make("state");
	put_file(path, "TNDMcpy1 01234567-0123-0123-0123-0123456789ab\nstate");
	restart();
	expect_taken("");
	ck_assert_uint_eq(told(M_COPY), 1);
	ck_assert(!is_there(path) && !is_there(read_path));
	make("state");
	put_file(path, "TN");
	restart();
	expect_taken("");
	ck_assert_uint_eq(told(M_COPY), 2);
}
END_TEST

START_TEST(test_no_file_of_ours)
{
	char target[128];

	make("state");
	snprintf(target, sizeof(target), "%s/target", dir);
	ck_assert_int_eq(rename(path, target), 0);
	ck_assert_int_eq(symlink(target, path), 0);
	restart();
	expect_taken("");
	ck_assert_uint_eq(told(M_COPY), 1);
	ck_assert(is_there(target));
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	expect_taken("");
	ck_assert_uint_eq(told(M_COPY), 2);
	/* nor is one written through a link that somebody laid */
	ck_assert_int_eq(symlink(target, next_path), 0);
	make("new");
	restart();
	expect_taken("new");
}
END_TEST

START_TEST(test_too_large)
{
	struct buf b;

	make("0123456789");
	restart();
	buf_init(&b, 8);
	io_copy_take(copy, &b);
	ck_assert_uint_eq(b.n, 0);
	ck_assert_uint_eq(told(M_COPY), 1);
	buf_fini(&b);
}
END_TEST

START_TEST(test_cannot_be_written)
{
	put_file(conf.copy_dir, "in the way");
	ck_assert(!act(HA_COPY_BEGIN, 0, ""));
	ck_assert(!act(HA_COPY_BEGIN, 0, ""));
	ck_assert(act(HA_COPY_NEXT, 0, "x")); /* told already */
	ck_assert(act(HA_COPY_USE, 0, ""));
	ck_assert(act(HA_COPY_PUT, 0, "x"));
	ck_assert_uint_eq(told(M_COPY_UNWRITTEN), 1);
	ck_assert_int_eq(unlink(conf.copy_dir), 0);
	make("well");
	ck_assert_uint_eq(told(M_COPY), 1);
	restart();
	expect_taken("well");
}
END_TEST

/* No more than so many bytes: as on a full disk, the write that does not fit is a short one. */
START_TEST(test_full)
{
	struct rlimit limit = { 60, RLIM_INFINITY };
	struct rlimit before;

	make("state");
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit.rlim_max = before.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert(!act(HA_COPY_PUT, 0, "0123456789012345678901234567890123456789"));
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
	ck_assert_uint_eq(told(M_COPY_UNWRITTEN), 1);
	ck_assert(!is_there(path));
	restart();
	expect_taken("");
}
END_TEST

START_TEST(test_switched_off)
{
	conf.copy_dir[0] = '\0';
	restart();
	expect_taken("");
	ck_assert_uint_eq(told(M_COPY), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("io_copy");
	TCase *t = tcase_create("copy");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, test_from_one_process_to_the_next);
	tcase_add_test(t, test_another_takes_its_place);
	tcase_add_test(t, test_dropped);
	tcase_add_test(t, test_who_dies_over_it_leaves_it_unused);
	tcase_add_test(t, test_of_another_boot);
	tcase_add_test(t, test_no_file_of_ours);
	tcase_add_test(t, test_too_large);
	tcase_add_test(t, test_cannot_be_written);
	tcase_add_test(t, test_full);
	tcase_add_test(t, test_switched_off);
	suite_add_tcase(s, t);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
