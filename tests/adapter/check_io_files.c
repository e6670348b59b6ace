/* SPDX-License-Identifier: Apache-2.0 */
/* Files and the log: what is written can be read, and what cannot be is said. */
#include "daemon/io_files.h"
#include "daemon/io_log.h"
#include "proto/base/limits.h"

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[64];
static struct conf conf;
static bool tight;

static void
setup(void)
{
	strcpy(dir, "/tmp/check_io_files.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void
teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static const char *
path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void
write_file(const char *name, const char *text, size_t n)
{
	FILE *f = fopen(path_of(name), "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text, 1, n, f), n);
	fclose(f);
}

static void
read_file(const char *name, char *text, size_t size)
{
	FILE *f = fopen(path_of(name), "r");
	size_t n;

	ck_assert_msg(f != NULL, "no %s", name);
	n = fread(text, 1, size - 1, f);
	text[n] = '\0';
	fclose(f);
}

START_TEST(epoch_round_trip)
{
	uint64_t epoch = 99;

	ck_assert_int_eq(io_files_load_epoch(dir, &epoch, NULL), 0);
	ck_assert_uint_eq(epoch, 0); /* never one */
	ck_assert_int_eq(io_files_save_epoch(dir, 18446744073709551000ull, &tight, NULL), 0);
	ck_assert(!tight);
	ck_assert_int_eq(io_files_load_epoch(dir, &epoch, NULL), 0);
	ck_assert_uint_eq(epoch, 18446744073709551000ull);
	ck_assert_int_eq(access(path_of("epoch.new"), F_OK), -1);
}
END_TEST

START_TEST(epoch_damaged)
{
	static const char *const texts[] = { "", "x\n", "-1\n", "1 2\n",
		"99999999999999999999999\n" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct err e = { 0 };
		uint64_t epoch = 5;

		write_file("epoch", texts[i], strlen(texts[i]));
		ck_assert_int_ne(io_files_load_epoch(dir, &epoch, &e), 0);
		ck_assert_uint_eq(epoch, 5);
		ck_assert_ptr_nonnull(strstr(e.text, "epoch"));
	}
	ck_assert_int_eq(io_files_save_epoch("/proc/nowhere", 1, &tight, NULL), E_IO);
}
END_TEST

START_TEST(history_tail_and_rotation)
{
	static char filler[900];
	struct buf text;
	struct stat st;
	int written = 0;

	buf_init(&text, 1024 * 1024);
	ck_assert_int_eq(io_files_read_history(dir, 5, &text, NULL), 0);
	ck_assert_uint_eq(text.n, 0);
	memset(filler, 'f', sizeof(filler) - 1);
	while (access(path_of("history.jsonl.1"), F_OK) != 0) {
		char members[1000];

		snprintf(members, sizeof(members), "\"i\":%d,\"f\":\"%s\"", written, filler);
		ck_assert_int_eq(
			io_files_append_history(dir, 1, "n1", STR("x"), str_of(members), NULL), 0);
		written++;
		ck_assert_int_lt(written, 3000);
	}
	ck_assert_int_eq(stat(path_of("history.jsonl.1"), &st), 0);
	ck_assert_int_le(st.st_size, IO_HISTORY_BYTES_MAX + 2000);
	/* the tail goes over both files, in order */
	ck_assert_int_eq(io_files_append_history(dir, 1, "n1", STR("y"), STR("\"i\":-1"), NULL), 0);
	ck_assert_int_eq(io_files_read_history(dir, 2, &text, NULL), 0);
	buf_char(&text, '\0');
	ck_assert_ptr_nonnull(strstr((char *)text.p, "\"ev\":\"x\""));
	ck_assert_ptr_nonnull(
		strstr((char *)text.p, "}\n{\"t_us\":1,\"ev\":\"y\",\"host\":\"n1\",\"i\":-1}\n"));
	buf_fini(&text);
	/* no more than the buffer holds */
	buf_init(&text, 5000);
	ck_assert_int_eq(io_files_read_history(dir, 500, &text, NULL), 0);
	ck_assert(!text.overflow);
	ck_assert_uint_gt(text.n, 3000);
	buf_fini(&text);
}
END_TEST

START_TEST(history_cut_by_a_crash)
{
	static const char cut[] = "{\"t_us\":1,\"ev\":\"a\"}\n{\"t_us\":2,\"e";
	struct buf text;

	write_file("history.jsonl", cut, sizeof(cut) - 1);
	buf_init(&text, 5000);
	ck_assert_int_eq(io_files_read_history(dir, 5, &text, NULL), 0);
	ck_assert(str_is(buf_as_str(&text), "{\"t_us\":1,\"ev\":\"a\"}\n"));
	buf_fini(&text);
}
END_TEST

START_TEST(configuration_with_password_files)
{
	char text[512];
	struct err e = { 0 };

	write_file("pw", "s3cret\nsecond line\n", 19);
	snprintf(text, sizeof(text), "[broadworks]\nxsp = h:80\nuser = u\npassword-file = %s/pw\n",
		dir);
	write_file("t.conf", text, strlen(text));
	ck_assert_msg(io_files_load_conf(&conf, path_of("t.conf"), &e) == 0, "%s", e.text);
	ck_assert_str_eq(conf.bw_password, "s3cret");
	ck_assert_int_eq(io_files_read_conf(&conf, path_of("t.conf"), &e), 0);
	ck_assert_str_eq(conf.bw_password, "");
	write_file("pw", "\n", 1);
	ck_assert_int_eq(io_files_load_conf(&conf, path_of("t.conf"), &e), E_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "/pw: allowed: a password of 1 to 127"));
	err_clear(&e);
	unlink(path_of("pw"));
	ck_assert_int_eq(io_files_load_conf(&conf, path_of("t.conf"), &e), E_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "No such file"));
}
END_TEST

START_TEST(where_syslog_is_not)
{
	static const char wrong[] =
		"[node]\nlog-syslog = loghost:514\n[broadworks]\nxsp = h:80\nuser = u\n";
	static const char right[] =
		"[node]\nlog-syslog = [::1]:514\n[broadworks]\nxsp = h:80\nuser = u\n";
	struct err e = { 0 };

	write_file("t.conf", wrong, sizeof(wrong) - 1);
	ck_assert_int_eq(io_files_load_conf(&conf, path_of("t.conf"), &e), E_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "log-syslog = loghost:514: allowed: the path"));
	err_clear(&e);
	write_file("t.conf", right, sizeof(right) - 1);
	ck_assert_msg(io_files_load_conf(&conf, path_of("t.conf"), &e) == 0, "%s", e.text);
	ck_assert_str_eq(conf.log_syslog, "[::1]:514");
}
END_TEST

START_TEST(configuration_that_is_no_text)
{
	static char big[70000];
	struct err e = { 0 };

	memset(big, '#', sizeof(big));
	write_file("t.conf", big, sizeof(big));
	ck_assert_int_eq(io_files_load_conf(&conf, path_of("t.conf"), &e), E_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "too large"));
	err_clear(&e);
	write_file("t.conf", "[node]\0name", 11);
	ck_assert_int_eq(io_files_load_conf(&conf, path_of("t.conf"), &e), E_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "zero byte"));
	err_clear(&e);
	ck_assert_int_eq(io_files_load_conf(&conf, dir, &e), E_CONFIG);
	ck_assert_str_ne(e.text, "");
}
END_TEST

/* --- log -------------------------------------------------------------------------------------- */

START_TEST(log_lines_and_levels)
{
	char text[8192], long_text[1500];
	struct err e = { 0 };
	unsigned year;
	char rest[64];

	ck_assert_msg(io_log_open(path_of("log"), "n7", "", &e) == 0, "%s", e.text);
	log_emit(io_log_get(), M_ACTIVE, "epoch=%d %%s", 3);
	log_emit(io_log_get(), M_DEVICE_RESYNCED, "left out");
	io_log_set_level(LOG_DEBUG);
	log_emit(io_log_get(), M_DEVICE_RESYNCED, "now written");
	io_log_set_level(LOG_WARNING);
	log_emit(io_log_get(), M_ACTIVE, "left out too");
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	log_emit(io_log_get(), M_NO_XSP, "%s", long_text);
	io_log_close();
	read_file("log", text, sizeof(text));
	ck_assert_int_eq(
		sscanf(text, "%u-%*2u-%*2uT%*2u:%*2u:%*2u.%*6uZ %63[^\n]", &year, rest), 2);
	ck_assert_str_eq(rest, "n7 37402 notice epoch=3 %s");
	ck_assert_uint_ge(year, 2024);
	ck_assert_ptr_null(strstr(text, "left out"));
	ck_assert_ptr_nonnull(strstr(text, "n7 37207 debug now written\n"));
	ck_assert_ptr_nonnull(strstr(text, "n7 37510 alarm xxx"));
	ck_assert_uint_gt(strlen(strstr(text, "alarm")), 990);
}
END_TEST

/* JSON lines, masked numbers, and a message that comes too often. */
START_TEST(log_shapes)
{
	char text[8192], *line;
	struct err e = { 0 };

	ck_assert_msg(io_log_open(path_of("log"), "n7", "", &e) == 0, "%s", e.text);
	io_log_shape(true, true, 2);
	log_emit(io_log_get(), M_ACTIVE, "he said \"%s\\\n", "+4930123456");
	for (int i = 0; i < 5; i++)
		log_emit(io_log_get(), M_CHANNEL_LOST, "again");
	ck_assert_uint_eq(ctl_ring_last(io_log_ring()), 6);
	io_log_close();
	read_file("log", text, sizeof(text));
	line = strstr(text, "\"node\"");
	ck_assert_ptr_nonnull(line);
	ck_assert_int_eq(strncmp(text, "{\"time\":\"2", 10), 0);
	line[strcspn(line, "\n")] = '\0';
	ck_assert_str_eq(line,
		"\"node\":\"n7\",\"message\":37402,\"level\":\"notice\",\"text\":"
		"\"he said \\\"+xxxxxxxx56\\\\?\"}");
	line[strlen(line)] = '\n';
	/* of five the two that the limit allows */
	line = strstr(text, "37502");
	ck_assert_ptr_nonnull(line);
	line = strstr(line + 1, "37502");
	ck_assert_ptr_nonnull(line);
	ck_assert_ptr_null(strstr(line + 1, "37502"));
}
END_TEST

START_TEST(log_is_opened_anew)
{
	char text[1024];

	ck_assert_int_eq(io_log_open(path_of("log"), "n7", "", NULL), 0);
	log_emit(io_log_get(), M_ACTIVE, "first");
	{
		char from[128];

		snprintf(from, sizeof(from), "%s", path_of("log"));
		ck_assert_int_eq(rename(from, path_of("log.1")), 0);
	}
	io_log_reopen();
	log_emit(io_log_get(), M_ACTIVE, "second");
	io_log_close();
	read_file("log", text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "second"));
	ck_assert_ptr_null(strstr(text, "first"));
}
END_TEST

START_TEST(log_that_cannot_be_opened)
{
	struct err e = { 0 };

	ck_assert_int_eq(io_log_open("/proc/nowhere/log", "n7", "", &e), E_IO);
	ck_assert_ptr_nonnull(strstr(e.text, "/proc/nowhere/log"));
	log_emit(io_log_get(), M_ACTIVE, "nobody hears it");
}
END_TEST

/* A crash leaves the blackbox, with the messages that the log left out. */
START_TEST(blackbox_after_a_crash)
{
	char name[64], left[96];
	struct stat st;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (io_log_open(path_of("log"), "n7", dir, NULL) != 0)
			_exit(1);
		log_emit(io_log_get(), M_DEVICE_RESYNCED, "only in the box");
		raise(SIGABRT);
		_exit(2);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGABRT);
	snprintf(name, sizeof(name), "blackbox.%d", (int)pid);
	ck_assert_int_eq(stat(path_of(name), &st), 0);
	ck_assert_int_gt(st.st_size, 100);
	/* what the dead process left in shared memory goes with the next start */
	snprintf(left, sizeof(left), "/dev/shm/qb-tandemd-%d-blackbox-data", (int)pid);
	ck_assert_int_eq(access(left, F_OK), 0);
	ck_assert_int_eq(io_log_open(path_of("log"), "n7", dir, NULL), 0);
	ck_assert_int_eq(access(left, F_OK), -1);
	io_log_close();
}
END_TEST

#define HASH \
	"$6$abcdefgh$msgktWxVAbjjh3X7lA5LaM7dS/ZfABJL6T4qcRsnjcOTj0kptUvZcrvrXIoO5fgPA9xz6UnF2To2Y7jGc/IZY/"

/* What is said of a file of hashed passwords with these rights; "" if nothing is wrong. */
static const char *
logins_fault(mode_t mode)
{
	static struct err e;
	struct htpass users = { .lines = NULL };

	e = (struct err){ 0 };
	ck_assert_int_eq(chmod(path_of("users"), mode), 0);
	if (io_files_read_logins(path_of("users"), &users, &e) == 0)
		ck_assert_uint_eq(users.count, 1);
	htpass_fini(&users);
	return e.text;
}

START_TEST(rights_of_hashed_passwords)
{
	static const char text[] = "anna:" HASH "\n";

	write_file("users", text, sizeof(text) - 1);
	ck_assert_str_eq(logins_fault(0600), "");
	ck_assert_str_eq(logins_fault(0440), "");
	ck_assert_str_eq(logins_fault(0640), "");
	ck_assert_ptr_nonnull(strstr(logins_fault(0660), "its mode is 660"));
	ck_assert_ptr_nonnull(strstr(logins_fault(0644), "its mode is 644"));
	ck_assert_ptr_nonnull(strstr(logins_fault(0641), "its mode is 641"));
	if (geteuid() == 0) {
		ck_assert_int_eq(chown(path_of("users"), 12345, 0), 0);
		ck_assert_ptr_nonnull(strstr(logins_fault(0600), "of root or of our own user"));
	}
	ck_assert_int_eq(unlink(path_of("users")), 0);
	ck_assert_int_eq(mkfifo(path_of("users"), 0600), 0);
	ck_assert_ptr_nonnull(strstr(logins_fault(0600), "a plain file"));
}
END_TEST

/* A configuration with a file that cannot be taken is none: found at the start, not at the first login. */
START_TEST(hashed_passwords_are_tried)
{
	char text[400];
	struct err e = { 0 };
	int n = snprintf(text, sizeof(text),
		"[application a]\nuser = anna\nlogin-file = %s\n[broadworks]\nuser = u\nxsp = x:1\n",
		path_of("users"));

	write_file("t.conf", text, (size_t)n);
	ck_assert_int_eq(io_files_load_conf(&conf, path_of("t.conf"), &e), E_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "users: No such file"));
	err_clear(&e);
	write_file("users", "anna:geheim\n", 12);
	ck_assert_int_eq(chmod(path_of("users"), 0600), 0);
	ck_assert_int_eq(io_files_load_conf(&conf, path_of("t.conf"), &e), E_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "users:1: allowed: a hash"));
	write_file("users", "anna:" HASH, strlen("anna:" HASH));
	ck_assert_int_eq(io_files_load_conf(&conf, path_of("t.conf"), &e), 0);
	err_clear(&e);
	write_file("users", "", 0);
	ck_assert_int_eq(truncate(path_of("users"), LIMIT_LOGIN_FILE_BYTES + 1), 0);
	ck_assert_int_eq(io_files_load_conf(&conf, path_of("t.conf"), &e), E_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "too large"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("io_files");
	TCase *t = tcase_create("io_files");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, epoch_round_trip);
	tcase_add_test(t, epoch_damaged);
	tcase_add_test(t, history_tail_and_rotation);
	tcase_add_test(t, history_cut_by_a_crash);
	tcase_add_test(t, configuration_with_password_files);
	tcase_add_test(t, where_syslog_is_not);
	tcase_add_test(t, configuration_that_is_no_text);
	tcase_add_test(t, rights_of_hashed_passwords);
	tcase_add_test(t, hashed_passwords_are_tried);
	tcase_add_test(t, log_lines_and_levels);
	tcase_add_test(t, log_shapes);
	tcase_add_test(t, log_is_opened_anew);
	tcase_add_test(t, log_that_cannot_be_opened);
	tcase_add_test(t, blackbox_after_a_crash);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
