/* SPDX-License-Identifier: Apache-2.0 */
/* Telling Pacemaker, with a script of the test's own in the place of crm_resource. */
#include "daemon/io_exec.h"
#include "tests/adapter/recorder.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct recorder *r;
static struct io_exec *exec_under_test;
static struct conf conf;
static char dir[64], script[96], record[96];

static void
write_script(const char *text)
{
	FILE *f = fopen(script, "w");

	fprintf(f, "#!/bin/sh\necho \"$@\" >>%s\n%s\n", record, text);
	fclose(f);
	ck_assert_int_eq(chmod(script, 0755), 0);
}

static void
setup(void)
{
	r = recorder_new();
	conf_defaults(&conf);
	strcpy(dir, "/tmp/check_io_exec.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(script, sizeof(script), "%s/crm_resource", dir);
	snprintf(record, sizeof(record), "%s/record", dir);
	snprintf(conf.crm_resource, sizeof(conf.crm_resource), "%s", script);
	exec_under_test = io_exec_new(&r->sink, &conf);
}

static void
teardown(void)
{
	io_exec_close(exec_under_test);
	recorder_finish(r);
	io_exec_free(exec_under_test);
	recorder_free(r);
	unlink(script);
	unlink(record);
	rmdir(dir);
}

static bool
logged(struct recorder *rec, void *arg)
{
	return strstr(rec->log_text, arg) != NULL;
}

static void
await_log(const char *part)
{
	char text[128];

	snprintf(text, sizeof(text), "%s", part);
	recorder_run_until(r, logged, text);
}

static size_t
calls(char *last, size_t size)
{
	FILE *f = fopen(record, "r");
	size_t n = 0;

	while (f != NULL && fgets(last, (int)size, f) != NULL)
		n++;
	if (f != NULL)
		fclose(f);
	return n;
}

START_TEST(arguments_output_and_exit_code)
{
	char line[128] = "";

	write_script("echo fine; echo warning >&2; exit 3");
	io_exec_tell_failed(exec_under_test, "n2", 2, 77);
	await_log("exit 3 after");
	ck_assert_ptr_nonnull(strstr(r->log_text, "fine warning"));
	ck_assert_uint_eq(calls(line, sizeof(line)), 1);
	ck_assert_str_eq(line, "--fail -r tandemd -N n2\n");
}
END_TEST

START_TEST(one_death_is_told_once)
{
	char line[128] = "";

	write_script("exit 0");
	io_exec_tell_failed(exec_under_test, "n2", 2, 77);
	await_log("exit 0 after");
	recorder_run_ms(r, 20);
	io_exec_tell_failed(exec_under_test, "n2", 2, 77);
	recorder_run_ms(r, 100);
	ck_assert_uint_eq(calls(line, sizeof(line)), 1);
	io_exec_tell_failed(exec_under_test, "n2", 2, 78);
	recorder_run_ms(r, 300);
	ck_assert_uint_eq(calls(line, sizeof(line)), 2);
}
END_TEST

START_TEST(no_such_program)
{
	io_exec_tell_failed(exec_under_test, "n2", 2, 77);
	await_log("cannot be run: no such file");
	recorder_run_ms(r, 20);
	write_script("exit 0");
	io_exec_tell_failed(exec_under_test, "n2", 2, 78);
	await_log("exit 0 after");
}
END_TEST

START_TEST(much_output_does_not_block)
{
	write_script(
		"i=0; while [ $i -lt 3000 ]; do echo 0123456789012345678901234567890123456789; i=$((i+1)); done");
	io_exec_tell_failed(exec_under_test, "n2", 2, 77);
	await_log("exit 0 after");
}
END_TEST

START_TEST(switched_off)
{
	char line[128];

	write_script("exit 0");
	conf.tell_pacemaker = false;
	io_exec_tell_failed(exec_under_test, "n2", 2, 77);
	recorder_run_ms(r, 100);
	ck_assert_uint_eq(calls(line, sizeof(line)), 0);
}
END_TEST

/* Ended while the child runs: nothing hangs, nothing is logged any more. */
START_TEST(closed_while_it_runs)
{
	write_script("sleep 1");
	io_exec_tell_failed(exec_under_test, "n2", 2, 77);
	recorder_run_ms(r, 50);
}
END_TEST

/* The program hangs: it is killed after the deadline. */
START_TEST(hanging_program_is_ended)
{
	write_script("exec sleep 60");
	io_exec_tell_failed(exec_under_test, "n2", 2, 77);
	recorder_run_ms(r, 9500);
	ck_assert_str_eq(r->log_text, "");
	await_log("no answer, ended by signal 9");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("io_exec");
	TCase *t = tcase_create("io_exec");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, arguments_output_and_exit_code);
	tcase_add_test(t, one_death_is_told_once);
	tcase_add_test(t, no_such_program);
	tcase_add_test(t, much_output_does_not_block);
	tcase_add_test(t, switched_off);
	tcase_add_test(t, closed_while_it_runs);
	tcase_add_test(t, hanging_program_is_ended);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
