/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_LAB_ACCOUNT_LOAD_H
#define TANDEM_TESTS_LAB_ACCOUNT_LOAD_H

#include "tests/lab/account_run.h"

/*
 * Reads the files of the folder `dir` into `r`, which was zeroed. run.json must be there and good;
 * any other file that is absent or damaged leaves its part NULL or short, with a problem noted.
 * Returns 0, or -1 with the reason on stderr. Free with account_load_free() in both cases.
 */
int account_load(struct account_run *r, const char *dir) __attribute__((warn_unused_result));

void account_load_free(struct account_run *r);

/* Integer member of an object, or `otherwise` when it is absent or no integer. */
int64_t account_load_int(const json_t *object, const char *key, int64_t otherwise);

/* String member, or "" when it is absent or no string. */
const char *account_load_text(const json_t *object, const char *key);

/* True when the string member equals `text`. */
bool account_load_is(const json_t *object, const char *key, const char *text);

#endif
