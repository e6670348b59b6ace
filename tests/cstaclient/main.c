/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cstaclient: a CSTA XML client that keeps accounts of what a server says.
 *
 * Happy path: arguments, run, account. Failure modes: wrong arguments give a sentence and exit 1.
 */
#include <stdio.h>

#include "tests/cstaclient/cc_app.h"
#include "tests/cstaclient/cc_opts.h"

int
main(int argc, char **argv)
{
	struct cc_opts opts;
	char why[256];
	int exit_code = 0;

	if (cc_opts_parse(&opts, argc, argv, why, sizeof(why)) != 0) {
		(void)fprintf(stderr, "cstaclient: %s (--help tells more)\n", why);
		exit_code = 1;
	} else if (opts.is_help) {
		cc_opts_help(stdout);
	} else {
		exit_code = cc_app_run(&opts, stdout, stderr);
	}
	cc_opts_fini(&opts);
	return exit_code;
}
