/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_LAB_ACCOUNT_ASK_H
#define TANDEM_TESTS_LAB_ACCOUNT_ASK_H

/*
 * Sends one line to the Unix stream socket `path` and prints the line that comes back. Waits at most
 * `timeout_ms` for it. Returns 0 when the answer has "ok":true, 1 when not, 2 when there was none
 * (the reason is on stderr).
 */
int account_ask(const char *path, const char *line, int timeout_ms);

#endif
