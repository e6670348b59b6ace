/* SPDX-License-Identifier: Apache-2.0 */
/* Telling the service manager, with a socket of the test's own in the place of systemd's. */
#include "daemon/io_notify.h"

#include <check.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static uv_loop_t loop;
static int manager;
static char text[256];
static struct io_notify *n;

/* An abstract name of this process: nothing is left on disk. */
static void
setup(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int bytes =
		snprintf(at.sun_path + 1, sizeof(at.sun_path) - 1, "check-io-notify-%d", getpid());
	char name[64];

	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	ck_assert_int_eq(
		bind(manager, (struct sockaddr *)&at,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)bytes)),
		0);
	snprintf(name, sizeof(name), "@check-io-notify-%d", getpid());
	setenv("NOTIFY_SOCKET", name, 1);
	ck_assert_int_eq(uv_loop_init(&loop), 0);
}

static void
teardown(void)
{
	io_notify_close(n);
	uv_run(&loop, UV_RUN_DEFAULT);
	io_notify_free(n);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	close(manager);
}

/* What was told next; "" = nothing. */
static const char *
heard(void)
{
	ssize_t got = recv(manager, text, sizeof(text) - 1, 0);

	text[got > 0 ? got : 0] = '\0';
	return text;
}

START_TEST(ready_status_and_end_are_told)
{
	n = io_notify_new(&loop);
	ck_assert_ptr_null(getenv("NOTIFY_SOCKET"));
	io_notify_ready(n);
	ck_assert_str_eq(heard(), "READY=1");
	io_notify_status(n, "standby");
	ck_assert_str_eq(heard(), "STATUS=standby");
	io_notify_status(n, "standby");
	ck_assert_str_eq(heard(), "");
	io_notify_status(n, "active");
	ck_assert_str_eq(heard(), "STATUS=active");
	io_notify_stopping(n);
	ck_assert_str_eq(heard(), "STOPPING=1");
	ck_assert_str_eq(heard(), "");
}
END_TEST

START_TEST(the_loop_feeds_the_watchdog)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", getpid());
	setenv("WATCHDOG_USEC", "30000", 1);
	setenv("WATCHDOG_PID", pid, 1);
	n = io_notify_new(&loop);
	io_notify_ready(n);
	ck_assert_str_eq(heard(), "READY=1");
	ck_assert_str_eq(heard(), ""); /* nothing but the loop feeds it */
	for (int fed = 0; fed < 3;) {
		uv_run(&loop, UV_RUN_ONCE);
		fed += strcmp(heard(), "WATCHDOG=1") == 0;
	}
}
END_TEST

START_TEST(the_watchdog_of_another_process_is_not_fed)
{
	setenv("WATCHDOG_USEC", "30000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	n = io_notify_new(&loop);
	io_notify_ready(n);
	ck_assert_str_eq(heard(), "READY=1");
	ck_assert_int_eq(uv_run(&loop, UV_RUN_NOWAIT), 0);
	ck_assert_str_eq(heard(), "");
}
END_TEST

START_TEST(without_a_manager_nothing_is_done)
{
	unsetenv("NOTIFY_SOCKET");
	setenv("WATCHDOG_USEC", "30000", 1);
	unsetenv("WATCHDOG_PID");
	n = io_notify_new(&loop);
	io_notify_ready(n);
	io_notify_status(n, "active");
	ck_assert_int_eq(uv_run(&loop, UV_RUN_NOWAIT), 0);
	ck_assert_str_eq(heard(), "");
}
END_TEST

START_TEST(a_name_that_is_none_is_not_used)
{
	setenv("NOTIFY_SOCKET", "nonsense", 1);
	n = io_notify_new(&loop);
	io_notify_ready(n);
	ck_assert_str_eq(heard(), "");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("io_notify");
	TCase *t = tcase_create("io_notify");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, ready_status_and_end_are_told);
	tcase_add_test(t, the_loop_feeds_the_watchdog);
	tcase_add_test(t, the_watchdog_of_another_process_is_not_fed);
	tcase_add_test(t, without_a_manager_nothing_is_done);
	tcase_add_test(t, a_name_that_is_none_is_not_used);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
