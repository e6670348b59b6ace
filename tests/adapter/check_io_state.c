/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What outlives the process: the epoch with and without room, lines that wait, and those that are too many. A folder in which
 * nothing can be made stands for the full disk here; a real one is filled in tests/solo/test_failures.sh.
 */
#include "daemon/io_state.h"

#include "daemon/io_files.h"
#include "tests/adapter/recorder.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct recorder *r;
static struct conf conf;
static struct meter_state meter;
static struct io_state *state;
static char dir[64];

static void
setup(void)
{
	r = recorder_new();
	conf_defaults(&conf);
	strcpy(conf.node_name, "n1");
	strcpy(dir, "/tmp/check_io_state.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(conf.state_dir, sizeof(conf.state_dir), "%s/s", dir);
	memset(&meter, 0, sizeof(meter));
	state = io_state_new(&r->sink, &conf, &meter);
}

static void
teardown(void)
{
	char command[128];

	io_state_close(state);
	recorder_finish(r);
	io_state_free(state);
	recorder_free(r);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static uint64_t
open_it(void)
{
	struct err e = { 0 };
	uint64_t epoch = 99;

	ck_assert_msg(io_state_open(state, &epoch, &e) == 0, "%s", e.text);
	return epoch;
}

static const char *
history(void)
{
	static char text[200000];
	struct buf out;

	buf_init(&out, sizeof(text) - 1);
	ck_assert_int_eq(io_files_read_history(conf.state_dir, 1000, &out, NULL), 0);
	snprintf(text, sizeof(text), "%.*s", (int)out.n, out.n > 0 ? (const char *)out.p : "");
	buf_fini(&out);
	return text;
}

/* A folder in the place of the file: nothing can be appended. */
static void
block(bool on)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/history.jsonl", conf.state_dir);
	ck_assert_int_eq(on ? mkdir(path, 0700) : rmdir(path), 0);
}

START_TEST(epoch_has_its_place)
{
	struct err e = { 0 };
	char path[256];
	uint64_t epoch = 0;

	ck_assert_uint_eq(open_it(), 0);
	/* the temporary file cannot be made: as on a full disk */
	snprintf(path, sizeof(path), "%s/epoch.new", conf.state_dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert(io_state_keep_epoch(state, 8193));
	ck_assert_int_eq(io_files_load_epoch(conf.state_dir, &epoch, &e), 0);
	ck_assert_uint_eq(epoch, 8193);
	ck_assert_str_ne(meter.why, "");
	ck_assert_ptr_nonnull(strstr(r->log_text, "37910 alarm cannot open"));
	ck_assert_int_eq(rmdir(path), 0);
	io_state_look(state);
	ck_assert_str_eq(meter.why, "");
	ck_assert_ptr_nonnull(strstr(r->log_text, "37911 notice"));
}
END_TEST

START_TEST(epoch_on_no_disk)
{
	char path[256];

	open_it();
	snprintf(path, sizeof(path), "%s/epoch", conf.state_dir);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rmdir(conf.state_dir), 0);
	ck_assert(!io_state_keep_epoch(state, 5));
	ck_assert_ptr_nonnull(strstr(r->log_text, "37910 alarm ending, because the epoch 5"));
	ck_assert_int_eq(mkdir(conf.state_dir, 0700), 0);
}
END_TEST

START_TEST(lines_wait)
{
	open_it();
	io_state_tell(state, 1, STR("one"), STR_NONE);
	ck_assert_ptr_nonnull(strstr(history(), "{\"t_us\":1,\"ev\":\"one\",\"host\":\"n1\"}\n"));
	ck_assert_int_eq(
		unlink(strcat(strcpy((char[128]){ 0 }, conf.state_dir), "/history.jsonl")), 0);
	block(true);
	io_state_tell(state, 2, STR("two"), STR("\"a\":1"));
	io_state_tell(state, 3, STR("three"), STR_NONE);
	ck_assert_uint_eq(meter.held, 2);
	ck_assert_uint_eq(meter.failures, 1);
	io_state_look(state);
	ck_assert_uint_eq(meter.failures, 1); /* the same trouble */
	ck_assert_ptr_null(strstr(strstr(r->log_text, "37910") + 1, "37910"));
	block(false);
	io_state_tell(state, 4, STR("four"), STR_NONE);
	ck_assert_str_eq(history(),
		"{\"t_us\":2,\"ev\":\"two\",\"host\":\"n1\",\"a\":1}\n"
		"{\"t_us\":3,\"ev\":\"three\",\"host\":\"n1\"}\n"
		"{\"t_us\":4,\"ev\":\"four\",\"host\":\"n1\"}\n");
	ck_assert_uint_eq(meter.held, 0);
	io_state_look(state);
	ck_assert_ptr_nonnull(strstr(r->log_text, "lines of the history lost: 0"));
}
END_TEST

START_TEST(too_many_lines)
{
	open_it();
	block(true);
	for (int i = 0; i < LIMIT_STATE_HELD + 10; i++)
		io_state_tell(state, i, STR("x"), STR_NONE);
	ck_assert_uint_eq(meter.held, LIMIT_STATE_HELD);
	block(false);
	io_state_look(state);
	ck_assert_int_eq(strncmp(history(), "{\"t_us\":10,", 11), 0);
	ck_assert_ptr_nonnull(strstr(r->log_text, "lines of the history lost: 10"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("io_state");
	TCase *t = tcase_create("io_state");
	SRunner *sr = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, epoch_has_its_place);
	tcase_add_test(t, epoch_on_no_disk);
	tcase_add_test(t, lines_wait);
	tcase_add_test(t, too_many_lines);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
