/* SPDX-License-Identifier: Apache-2.0 */
/* The journal's protocol, byte by byte, with a socket of the test's own in the place of journald's. */
#include "daemon/io_journal.h"
#include "daemon/io_log.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char dir[64], path[96], got[4096];
static int journal;

static void
setup(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	strcpy(dir, "/tmp/check_io_journal.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/socket", dir);
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	ck_assert_int_eq(bind(journal, (struct sockaddr *)&at, sizeof(at)), 0);
}

static void
teardown(void)
{
	close(journal);
	unlink(path);
	rmdir(dir);
}

static size_t
receive(void)
{
	ssize_t n = recv(journal, got, sizeof(got), 0);

	return n > 0 ? (size_t)n : 0;
}

START_TEST(a_message_has_its_fields)
{
	static const char want[] = "SYSLOG_IDENTIFIER=tandemd\nPRIORITY=5\n"
				   "MESSAGE_ID=c7a1d3f5b8e24c6f9a0e5d2b7c419155\n"
				   "TANDEM_MSG=37205\nTANDEM_NODE=n1\nMESSAGE\n"
				   "\x09\0\0\0\0\0\0\0two\nlines\n";
	int fd = io_journal_open(path);

	ck_assert_int_ge(fd, 0);
	ck_assert(io_journal_send(fd, 37205, 5, "n1", "two\nlines", 9));
	ck_assert_uint_eq(receive(), sizeof(want) - 1);
	ck_assert_mem_eq(got, want, sizeof(want) - 1);
	close(fd);
}
END_TEST

START_TEST(without_a_journal_nothing_is_opened)
{
	char nowhere[128];

	snprintf(nowhere, sizeof(nowhere), "%s/nowhere", dir);
	ck_assert_int_lt(io_journal_open(nowhere), 0);
}
END_TEST

START_TEST(a_journal_that_is_full_makes_nobody_wait)
{
	char text[1000];
	int fd = io_journal_open(path), taken = 0;

	memset(text, 'x', sizeof(text));
	while (taken < 100000 && io_journal_send(fd, 37800, 5, "n1", text, sizeof(text)))
		taken++;
	ck_assert_int_gt(taken, 0);
	ck_assert_int_lt(taken, 100000);
	close(fd);
}
END_TEST

START_TEST(stderr_is_known_by_device_and_inode)
{
	struct stat st;
	char stream[64];

	unsetenv("JOURNAL_STREAM");
	ck_assert(!io_journal_is_stderr());
	ck_assert_int_eq(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev,
		(unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	ck_assert(io_journal_is_stderr());
	setenv("JOURNAL_STREAM", "1:1", 1);
	ck_assert(!io_journal_is_stderr());
}
END_TEST

START_TEST(the_log_goes_there_by_level)
{
	struct err e = { 0 };

	ck_assert_int_eq(io_log_open("", "n1", "", &e), 0);
	ck_assert(!io_log_to_journal("/proc/nowhere"));
	ck_assert(io_log_to_journal(path));
	log_emit(io_log_get(), M_DEVICE_RESYNCED, "too fine");
	ck_assert_uint_eq(receive(), 0);
	log_emit(io_log_get(), M_NO_XSP, "none");
	ck_assert_uint_gt(receive(), 0);
	ck_assert_ptr_nonnull(strstr(got, "PRIORITY=1\n"));
	ck_assert_ptr_nonnull(strstr(got, "TANDEM_MSG=37510\n"));
	io_log_set_level(LOG_DEBUG);
	log_emit(io_log_get(), M_DEVICE_RESYNCED, "fine enough");
	ck_assert_uint_gt(receive(), 0);
	io_log_close();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("io_journal");
	TCase *t = tcase_create("io_journal");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_message_has_its_fields);
	tcase_add_test(t, without_a_journal_nothing_is_opened);
	tcase_add_test(t, a_journal_that_is_full_makes_nobody_wait);
	tcase_add_test(t, stderr_is_known_by_device_and_inode);
	tcase_add_test(t, the_log_goes_there_by_level);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
