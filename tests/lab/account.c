/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account - the judge of a live run.
 *
 *   account report DIR --leftovers N [--report FILE] [--svg FILE] [--colour always|never|auto]
 *       reads what the run left in DIR (see tests/lab/README.md), prints timeline and verdict
 *   account ask SOCKET LINE [SECONDS]
 *       one question to a control socket (bwsim, cstaclient), prints the answer
 *
 *   account match PICTURE TRUTH
 *       do the clients' picture and BroadWorks' truth agree, and is every device in service?
 *   account add LIVE-REPORT RUN-REPORT [KEY=VALUE]...
 *       adds the report of a run, with notes, to the report of make live
 *   account results LIVE-REPORT TABLE PICTURE
 *       makes docs/failover-results.md and .svg of it
 *   account listen INTERFACE FILE
 *       writes down which node speaks when on a wire, until SIGTERM
 *
 * Exit of report: 0 only if every figure that decides was measured and is good; 1 if not; 2 usage or
 * no run. Exit of ask: 0 the answer says ok, 1 it says not, 2 no answer. Exit of match: 0 yes, 1
 * no, 2 not readable.
 */
#include "tests/lab/account_ask.h"
#include "tests/lab/account_compute.h"
#include "tests/lab/account_listen.h"
#include "tests/lab/account_load.h"
#include "tests/lab/account_results.h"
#include "tests/lab/account_show.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
	const char *dir;
	const char *report;
	const char *svg;
	const char *colour;
	double leftovers; /* -1: not counted */
};

static int
usage(void)
{
	fputs("usage: account report DIR --leftovers N [--report FILE] [--svg FILE]"
	      " [--colour always|never|auto]\n"
	      "       account match PICTURE TRUTH\n"
	      "       account add LIVE-REPORT RUN-REPORT [KEY=VALUE]...\n"
	      "       account results LIVE-REPORT TABLE PICTURE\n"
	      "       account listen INTERFACE FILE\n"
	      "       account ask SOCKET LINE [SECONDS]\n",
		stderr);
	return 2;
}

/* A whole number from 0 to `max`, or -1. */
static long
parse_number(const char *text, long max)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (*text == '\0' || *end != '\0' || errno != 0 || value < 0 || value > max)
		return -1;
	return value;
}

static int
parse(struct options *o, int argc, char **argv)
{
	o->colour = "auto";
	o->leftovers = -1;
	if (argc < 1)
		return -1;
	o->dir = argv[0];
	for (int i = 1; i < argc; i += 2) {
		if (i + 1 == argc)
			return -1;
		if (strcmp(argv[i], "--leftovers") == 0) {
			o->leftovers = (double)parse_number(argv[i + 1], 1000000);
			if (o->leftovers < 0)
				return -1;
		} else if (strcmp(argv[i], "--report") == 0) {
			o->report = argv[i + 1];
		} else if (strcmp(argv[i], "--svg") == 0) {
			o->svg = argv[i + 1];
		} else if (strcmp(argv[i], "--colour") == 0) {
			o->colour = argv[i + 1];
		} else {
			return -1;
		}
	}
	return 0;
}

static bool
want_colour(const struct options *o)
{
	if (strcmp(o->colour, "always") == 0)
		return true;
	return strcmp(o->colour, "auto") == 0 && isatty(STDOUT_FILENO) &&
		getenv("NO_COLOR") == NULL;
}

static int
write_files(const struct account_run *r, const struct options *o)
{
	if (o->report != NULL && account_write_report(r, o->report) < 0) {
		fprintf(stderr, "account: %s: %s\n", o->report, strerror(errno));
		return -1;
	}
	if (o->svg != NULL && account_write_svg(r, o->svg) < 0) {
		fprintf(stderr, "account: %s: %s\n", o->svg, strerror(errno));
		return -1;
	}
	return 0;
}

static int
report(int argc, char **argv)
{
	struct account_run r = { 0 };
	struct options o = { 0 };
	int rc;

	if (parse(&o, argc, argv) < 0)
		return usage();
	if (account_load(&r, o.dir) < 0) {
		account_load_free(&r);
		return 2;
	}
	account_voices(&r);
	account_phases(&r);
	account_south(&r);
	account_north(&r);
	if (o.leftovers >= 0)
		account_figure_set(&r, FIGURE_leftovers, o.leftovers);
	rc = write_files(&r, &o) == 0 && account_verdict(&r) ? 0 : 1;
	account_print(&r, stdout, want_colour(&o));
	account_load_free(&r);
	return rc;
}

static int
match(const char *picture_path, const char *truth_path)
{
	int n = account_match(picture_path, truth_path, stdout);

	return n < 0 ? 2 : n > 0;
}

int
main(int argc, char **argv)
{
	if (argc >= 3 && strcmp(argv[1], "report") == 0)
		return report(argc - 2, argv + 2);
	if (argc == 4 && strcmp(argv[1], "match") == 0)
		return match(argv[2], argv[3]);
	if (argc >= 4 && strcmp(argv[1], "add") == 0)
		return account_results_add(argv[2], argv[3], argv + 4, (size_t)argc - 4);
	if (argc == 5 && strcmp(argv[1], "results") == 0)
		return account_results_write(argv[2], argv[3], argv[4]);
	if (argc == 4 && strcmp(argv[1], "listen") == 0)
		return account_listen(argv[2], argv[3]);
	if ((argc == 4 || argc == 5) && strcmp(argv[1], "ask") == 0) {
		long seconds = argc == 5 ? parse_number(argv[4], 3600) : 5;

		return seconds < 0 ? usage() : account_ask(argv[2], argv[3], (int)seconds * 1000);
	}
	return usage();
}
