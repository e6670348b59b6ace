/* SPDX-License-Identifier: Apache-2.0 */
/* Syslog, byte by byte, with sockets of the test's own in the place of a log daemon's. */
#include "daemon/io_syslog.h"

#include "daemon/io_log.h"

#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

static char dir[64], path[96], got[8192];
static int daemon_fd;
static struct io_syslog s;
static const struct timespec at_time = { 1795310575, 201000 };

static int
listen_at(const char *where)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", where);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

static void
setup(void)
{
	strcpy(dir, "/tmp/check_io_syslog.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/log", dir);
	daemon_fd = listen_at(path);
	s.fd = -1;
}

static void
teardown(void)
{
	io_syslog_close(&s);
	close(daemon_fd);
	unlink(path);
	rmdir(dir);
}

static size_t
receive(int fd)
{
	ssize_t n = recv(fd, got, sizeof(got) - 1, 0);

	got[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

static void
say(const char *text)
{
	io_syslog_send(&s, &(struct io_syslog_message){ &at_time, 37402, 5, "notice", "n1", text });
}

START_TEST(a_message)
{
	char want[300];

	snprintf(want, sizeof(want),
		"<29>1 2026-11-22T01:22:55.000201Z n1 tandemd %d 37402 "
		"[tandem@32473 msg=\"37402\" level=\"notice\" node=\"n1\"] epoch=8 \"]\\?",
		(int)getpid());
	ck_assert(io_syslog_open(&s, path));
	say("epoch=8 \"]\\\n");
	ck_assert_uint_gt(receive(daemon_fd), 0);
	ck_assert_str_eq(got, want);
	ck_assert_uint_eq(s.lost, 0);
}
END_TEST

/* Structured data ends at its own bracket alone, and the name of a host has no blank. */
START_TEST(values_are_escaped)
{
	struct io_syslog_message m = { &at_time, 37402, 1, "alarm", "a\"b]c\\d e\n", "x" };
	struct buf out;

	buf_init(&out, IO_SYSLOG_BYTES_MAX);
	io_syslog_put(&out, &m);
	buf_char(&out, '\0');
	ck_assert_ptr_nonnull(strstr((char *)out.p, "<25>1 "));
	ck_assert_ptr_nonnull(strstr((char *)out.p, "Z a\"b]c\\d?e? tandemd "));
	ck_assert_ptr_nonnull(strstr((char *)out.p, " node=\"a\\\"b\\]c\\\\d e?\"] x"));
	buf_reset(&out);
	m.node = "";
	io_syslog_put(&out, &m);
	buf_char(&out, '\0');
	ck_assert_ptr_nonnull(strstr((char *)out.p, "Z - tandemd "));
	buf_fini(&out);
}
END_TEST

START_TEST(a_long_text_is_cut)
{
	static char text[3 * IO_SYSLOG_BYTES_MAX];

	memset(text, 'x', sizeof(text) - 1);
	ck_assert(io_syslog_open(&s, path));
	say(text);
	ck_assert_uint_eq(receive(daemon_fd), IO_SYSLOG_BYTES_MAX);
}
END_TEST

START_TEST(over_udp)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	char to[64];

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, n), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	snprintf(to, sizeof(to), "127.0.0.1:%u", ntohs(at.sin_port));
	ck_assert(io_syslog_open(&s, to));
	say("hello");
	ck_assert_uint_gt(receive(fd), 0);
	ck_assert_ptr_nonnull(strstr(got, "] hello"));
	close(fd);
}
END_TEST

START_TEST(what_is_no_target)
{
	static const char *const wrong[] = { "", "log", "host:514", "127.0.0.1",
		"127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:5x", "[::1:514",
		"::1:514", "[]:1", ":514" };
	char longer[200];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(!io_syslog_open(&s, wrong[i]), "%s", wrong[i]);
	memset(longer, '/', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	ck_assert(!io_syslog_open(&s, longer));
	ck_assert(io_syslog_open(&s, "[::1]:514"));
	ck_assert(io_syslog_open(&s, "192.0.2.1:6514"));
}
END_TEST

/* Nobody there: counted. A daemon that is started anew has the next message, and the one that found it gone. */
START_TEST(a_daemon_that_goes_and_comes)
{
	ck_assert(io_syslog_open(&s, path));
	say("one");
	ck_assert_uint_gt(receive(daemon_fd), 0);
	close(daemon_fd);
	unlink(path);
	say("two");
	say("three");
	ck_assert_uint_eq(s.lost, 2);
	daemon_fd = listen_at(path);
	s.opened_s = 0; /* the second between two tries is over */
	say("four");
	ck_assert_uint_gt(receive(daemon_fd), 0);
	ck_assert_ptr_nonnull(strstr(got, "] four"));
	ck_assert_uint_eq(s.lost, 2);
}
END_TEST

START_TEST(a_daemon_that_does_not_read_makes_nobody_wait)
{
	int taken = 0;

	ck_assert(io_syslog_open(&s, path));
	while (taken < 100000 && s.lost == 0) {
		say("again and again");
		taken++;
	}
	ck_assert_uint_eq(s.lost, 1);
	while (receive(daemon_fd) > 0)
		;
	say("now");
	ck_assert_uint_gt(receive(daemon_fd), 0);
	ck_assert_uint_eq(s.lost, 1);
}
END_TEST

START_TEST(the_log_goes_there_by_level)
{
	struct err e = { 0 };

	ck_assert_int_eq(io_log_open("", "n1", "", &e), 0);
	ck_assert(!io_log_to_syslog("nowhere"));
	ck_assert(io_log_to_syslog(path));
	log_emit(io_log_get(), M_DEVICE_RESYNCED, "too fine");
	ck_assert_uint_eq(receive(daemon_fd), 0);
	log_emit(io_log_get(), M_NO_XSP, "none");
	ck_assert_uint_gt(receive(daemon_fd), 0);
	ck_assert_ptr_nonnull(strstr(got, "<25>1 "));
	ck_assert_ptr_nonnull(strstr(got, "msg=\"37510\" level=\"alarm\" node=\"n1\"] none"));
	ck_assert_uint_eq(io_log_lost(), 0);
	/* a reload: what is no place changes nothing; nowhere; and there again */
	ck_assert(!io_log_to_syslog("nowhere"));
	log_emit(io_log_get(), M_NO_XSP, "still there");
	ck_assert_uint_gt(receive(daemon_fd), 0);
	ck_assert(io_log_to_syslog(""));
	log_emit(io_log_get(), M_NO_XSP, "for nobody");
	ck_assert_uint_eq(receive(daemon_fd), 0);
	ck_assert(io_log_to_syslog(path));
	log_emit(io_log_get(), M_NO_XSP, "there again");
	ck_assert_uint_gt(receive(daemon_fd), 0);
	ck_assert_ptr_nonnull(strstr(got, "there again"));
	close(daemon_fd);
	unlink(path);
	log_emit(io_log_get(), M_NO_XSP, "none");
	ck_assert_uint_eq(io_log_lost(), 1);
	ck_assert(io_log_to_syslog(path));
	ck_assert_uint_eq(io_log_lost(), 1); /* a counter */
	io_log_close();
	daemon_fd = listen_at(path);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("io_syslog");
	TCase *t = tcase_create("io_syslog");
	SRunner *sr = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_message);
	tcase_add_test(t, values_are_escaped);
	tcase_add_test(t, a_long_text_is_cut);
	tcase_add_test(t, over_udp);
	tcase_add_test(t, what_is_no_target);
	tcase_add_test(t, a_daemon_that_goes_and_comes);
	tcase_add_test(t, a_daemon_that_does_not_read_makes_nobody_wait);
	tcase_add_test(t, the_log_goes_there_by_level);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
