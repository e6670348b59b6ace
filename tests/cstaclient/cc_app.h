/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_CSTACLIENT_CC_APP_H
#define TANDEM_TESTS_CSTACLIENT_CC_APP_H

#include <stdio.h>

#include "tests/cstaclient/cc_opts.h"

/*
 * Runs the client until it is told to stop (SIGTERM, SIGINT, control). Says "cstaclient ready" and
 * at the end the account on `out`, faults of the start on `err`. Returns the exit code.
 */
int cc_app_run(const struct cc_opts *opts, FILE *out, FILE *err);

#endif
