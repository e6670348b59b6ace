/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_XSIDAY_XD_CONTROL_H
#define TANDEM_TESTS_XSIDAY_XD_CONTROL_H

#include <jansson.h>
#include <stdint.h>

/* The simulator's control socket: the clock, the load, the truth. A failure ends the program (3). */
struct xd_control {
	int fd;
};

void xd_control_open(struct xd_control *c, const char *path);

/* Sends one command. Returns the answer; json_decref() it. */
json_t *xd_control_ask(const struct xd_control *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The same when only the success matters. */
void xd_control_do(const struct xd_control *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Lets time go on by @ms, or to the first document. Returns the number of documents that the
 * simulator has queued for streams since its start; *now_ms gets the wall clock.
 */
int64_t xd_control_advance(const struct xd_control *c, int64_t ms, int64_t *now_ms);

/* Number of that name in the statistics. */
int64_t xd_control_stat(const struct xd_control *c, const char *name);

#endif
