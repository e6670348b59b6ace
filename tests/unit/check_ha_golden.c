/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What two nodes log, line by line, in scenes that an operator meets: compared with tests/golden/ha_*.txt. Run from the top of
 * the tree. TANDEM_GOLDEN_UPDATE=1 writes the files anew; read the difference before you keep it.
 */
#include "tests/unit/check_ha_case.h"

#include <stdio.h>

static void
say(const char *what)
{
	buf_printf(&t.trace, "# %s\n", what);
}

static void
start_scene(const char *what)
{
	begin(2);
	t.tracing = true;
	say(what);
	toy_start(&t, 0);
	toy_start(&t, 1);
	toy_run(&t, 300);
	say("n1 is promoted");
	ck_assert_int_eq(toy_promote(&t, 0), 0);
	toy_run(&t, 500);
	load(0, 20);
	toy_run(&t, 300);
}

/* The trace must be what the file says. */
static void
end_scene(const char *name)
{
	char path[200];
	static char golden[100000];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "tests/golden/ha_%s.txt", name);
	if (getenv("TANDEM_GOLDEN_UPDATE") != NULL) {
		f = fopen(path, "w");
		ck_assert_msg(f != NULL, "cannot write %s", path);
		fwrite(t.trace.p, 1, t.trace.n, f);
		fclose(f);
	}
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s is missing: run from the top of the tree", path);
	n = fread(golden, 1, sizeof(golden), f);
	fclose(f);
	ck_assert(!t.trace.overflow);
	ck_assert_msg(n == t.trace.n && memcmp(golden, t.trace.p, n) == 0,
		"%s differs; the trace is now:\n%.*s", path, STR_ARG(buf_as_str(&t.trace)));
	end();
}

START_TEST(process_death)
{
	start_scene(
		"the process of the active dies, the standby takes over, the dead one comes back");
	say("kill -9 on n1");
	toy_kill(&t, 0);
	toy_run(&t, 200);
	say("n2 is promoted");
	ck_assert_int_eq(toy_promote(&t, 1), 0);
	toy_run(&t, 500);
	load(1, 5);
	say("n1 starts again");
	toy_start(&t, 0);
	toy_run(&t, 500);
	same_state(0, 1);
	end_scene("process_death");
}
END_TEST

START_TEST(switchover)
{
	start_scene("a planned move");
	say("n1 is demoted");
	ck_assert_int_eq(toy_demote(&t, 0), 0);
	toy_run(&t, 100);
	say("n2 is promoted");
	ck_assert_int_eq(toy_promote(&t, 1), 0);
	toy_run(&t, 500);
	same_state(0, 1);
	end_scene("switchover");
}
END_TEST

START_TEST(cut_and_merge)
{
	start_scene("the nodes lose sight of each other, with fencing configured, and meet again");
	say("cut");
	toy_move(&t, 1, 1);
	toy_run(&t, 300);
	load(0, 20);
	say("merge");
	toy_move(&t, 1, 0);
	toy_run(&t, 500);
	same_state(0, 1);
	end_scene("cut_and_merge");
}
END_TEST

START_TEST(hung_active)
{
	start_scene("the active hangs, is replaced in spite of that, and wakes up");
	say("SIGSTOP on n1");
	t.node[0].paused = true;
	toy_run(&t, 2000);
	say("n2 is promoted");
	ck_assert_int_eq(toy_promote(&t, 1), 0);
	toy_run(&t, 2000);
	say("SIGCONT on n1");
	t.node[0].paused = false;
	toy_run(&t, 500);
	same_state(0, 1);
	end_scene("hung_active");
}
END_TEST

START_TEST(slow_standby)
{
	start_scene("the standby does not answer for a while, then for too long");
	say("SIGSTOP on n2");
	t.node[1].paused = true;
	load(0, 5);
	toy_run(&t, 400);
	say("SIGCONT on n2");
	t.node[1].paused = false;
	toy_run(&t, 300);
	say("SIGSTOP on n2");
	t.node[1].paused = true;
	load(0, 5);
	toy_run(&t, 4000);
	say("SIGCONT on n2");
	t.node[1].paused = false;
	toy_run(&t, 500);
	same_state(0, 1);
	end_scene("slow_standby");
}
END_TEST

START_TEST(digest_mismatch)
{
	start_scene("the standby's copy is damaged");
	say("a bit of n2 flips");
	t.node[1].fsm.digest ^= 1;
	toy_run(&t, 500);
	same_state(0, 1);
	end_scene("digest_mismatch");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ha_golden");
	TCase *tc = tcase_create("scenes");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, process_death);
	tcase_add_test(tc, switchover);
	tcase_add_test(tc, cut_and_merge);
	tcase_add_test(tc, hung_active);
	tcase_add_test(tc, slow_standby);
	tcase_add_test(tc, digest_mismatch);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
