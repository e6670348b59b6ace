/* SPDX-License-Identifier: Apache-2.0 */
/* Assertions: see check.h. */
#include "proto/base/check.h"

#include <stdio.h>
#include <stdlib.h>

void
check_die(const char *expr, const char *file, int line)
{
	fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, expr);
	abort();
}

bool
check_report(const char *expr, const char *file, int line)
{
	fprintf(stderr, "%s:%d: unexpected: %s\n", file, line, expr);
	return true;
}
