/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_ASK_H
#define TANDEM_TESTS_BWSIM_BWS_ASK_H

struct bws_buf;

/* Connects to the control socket of a running simulator. Returns the descriptor or -1 with errno. */
int bws_ask_connect(const char *path);

/* Sends one command line and waits for the answer line (without its line feed) in @out. Returns 0,
 * or -1 with errno when the simulator is gone. */
int bws_ask_line(int fd, const char *command, struct bws_buf *out);

/* bwsim --ask SOCKET COMMAND...: prints the answer of each command. Returns the exit code: 0 when
 * all were "ok". */
int bws_ask_main(int argc, char **argv);

#endif
