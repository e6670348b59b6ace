/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two strengths of assertion. Neither may ever be reached by bytes from a socket.
 *
 * REQUIRE: a broken invariant of ours. The process dies at once: a connector that no longer knows its
 * own state must hand over to its peer, which applied the same deltas and not the same input.
 * fails(): reports and yields true, the caller handles it and goes on.
 */
#ifndef TANDEM_BASE_CHECK_H
#define TANDEM_BASE_CHECK_H

#include <stdbool.h>

#define REQUIRE(expr) \
	do { \
		if (!(expr)) \
			check_die(#expr, __FILE__, __LINE__); \
	} while (0)

#define fails(expr) (!(expr) && check_report(#expr, __FILE__, __LINE__))

/** Writes the failed expression to stderr and aborts. */
void check_die(const char *expr, const char *file, int line) __attribute__((noreturn));

/** Writes the failed expression to stderr; returns true. */
bool check_report(const char *expr, const char *file, int line);

#endif
