/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_COMMAND_H
#define TANDEM_TESTS_BWSIM_BWS_COMMAND_H

struct bws;
struct bws_buf;

/* Carries out one control command (the text of a JSON object) and writes the answer, a JSON object
 * with "ok", and a line feed to @out. */
void bws_command_run(struct bws *w, const char *text, struct bws_buf *out);

#endif
