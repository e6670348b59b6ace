/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plays every case of tests/wire/node (see node_case.h), those of an edition in editions 3 to 6; sends each service that there
 * is not.
 *
 * With NODE_CASES_RECORD=DIR in the environment nothing is expected of a case: DIR/NAME.ed3 gets its lines, with what the
 * node said in place of what was to be expected; so do DIR/NAME.ed4 and so on. Read them before you keep one; where they differ,
 * lines for some editions begin with "[ed6] ".
 */
#include "proto/base/mem.h"
#include "tests/unit/node_case.h"

#include <check.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#define REFUSED "tests/coverage/csta-refused.txt"
#define CASES_MAX 800

static struct play {
	char *name;
	enum csta_edition edition;
} plays[CASES_MAX];
static size_t play_count;

START_TEST(test_case)
{
	const char *folder = getenv("NODE_CASES_RECORD");
	char path[512];
	FILE *record = NULL;

	node_case_begin(plays[_i].name, plays[_i].edition);
	if (folder != NULL) {
		snprintf(path, sizeof(path), "%s/%s.%s", folder, plays[_i].name,
			csta_edition_name(plays[_i].edition));
		record = fopen(path, "w");
		ck_assert_msg(record != NULL, "%s cannot be written", path);
		node_case_record(record);
	}
	node_case_file(plays[_i].name, "case");
	node_case_end();
	if (record != NULL)
		fclose(record);
}
END_TEST

/* A service that csta-refused.txt says there is not, unless it has come meanwhile (test_csta.sh tells). */
static bool
is_refused_service(const char *name)
{
	size_t n = strlen(name);

	if (n > 5 && strcmp(name + n - 5, "Event") == 0)
		return false;
#define XX(service) \
	if (strcmp(name, #service) == 0) \
		return false;
	CSTA_REQUESTS(XX)
#undef XX
	return true;
}

/* Each service that there is not is refused at once, in each edition. */
START_TEST(test_refused)
{
	char name[80], line[512], said[512];
	unsigned count = 0;
	FILE *f = fopen(REFUSED, "r");

	ck_assert_ptr_nonnull(f);
	node_case_begin(REFUSED, (enum csta_edition)(CSTA_ED3 + _i));
	node_case_file("session", "inc");
	while (fgets(line, sizeof(line), f) != NULL) {
		if (line[0] == '#' || sscanf(line, "%79[A-Za-z]", name) != 1 ||
			!is_refused_service(name))
			continue;
		snprintf(said, sizeof(said), "1> 0100 <%s {ns}/>", name);
		node_case_line(said);
		node_case_line(
			"1< 0100 {xml}<CSTAErrorCode {ns}><operation>serviceNotSupported</operation></CSTAErrorCode>");
		count++;
	}
	ck_assert_uint_ge(count, 50);
	fclose(f);
	node_case_end();
}
END_TEST

static int
compare_plays(const void *a, const void *b)
{
	const struct play *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : (int)x->edition - (int)y->edition;
}

/* True if the case is one for each edition. */
static bool
has_editions(const char *file)
{
	char path[512], *line = NULL;
	size_t size = 0;
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), NODE_CASE_FOLDER "/%s", file);
	f = fopen(path, "r");
	if (f == NULL) /* its own play will say so */
		return false;
	while (!found && getline(&line, &size, f) > 0)
		found = strstr(line, "{ns}") != NULL || strstr(line, "{url}") != NULL;
	free(line);
	fclose(f);
	return found;
}

static void
add_plays(const char *file, size_t n)
{
	enum csta_edition last = has_editions(file) ? CSTA_ED6 : CSTA_ED3;

	for (int ed = CSTA_ED3; ed <= (int)last; ed++) {
		if (play_count == CASES_MAX)
			abort();
		plays[play_count++] = (struct play){ mem_strndup(file, n), (enum csta_edition)ed };
	}
}

static void
find_cases(void)
{
	DIR *dir = opendir(NODE_CASE_FOLDER);
	const struct dirent *e;

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		const char *dot = strrchr(e->d_name, '.');

		if (dot != NULL && strcmp(dot, ".case") == 0)
			add_plays(e->d_name, (size_t)(dot - e->d_name));
	}
	if (dir != NULL)
		closedir(dir);
	qsort(plays, play_count, sizeof(plays[0]), compare_plays);
}

START_TEST(test_found)
{
	ck_assert_uint_ge(play_count, 10);
	for (size_t i = 0; i < play_count; i++)
		printf("%zu %s %s\n", i, plays[i].name, csta_edition_name(plays[i].edition));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("node_cases");
	TCase *tc = tcase_create("node_cases"), *refused = tcase_create("node_refused");
	SRunner *runner = srunner_create(suite);
	int failed;

	find_cases();
	tcase_add_test(tc, test_found);
	tcase_add_loop_test(tc, test_case, 0, (int)play_count);
	suite_add_tcase(suite, tc);
	tcase_add_loop_test(refused, test_refused, 0, CSTA_ED6 - CSTA_ED3 + 1);
	suite_add_tcase(suite, refused);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	for (size_t i = 0; i < play_count; i++)
		mem_free(plays[i].name);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
