/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_COMMAND_WIRE_H
#define TANDEM_TESTS_BWSIM_BWS_COMMAND_WIRE_H

#include <jansson.h>

struct bws;

/* Control commands about channels, transports and log-in. */

/* A command gets the request and the answer to fill; it returns NULL or what is wrong. */
typedef const char *(*bws_command_fn)(struct bws *w, const json_t *in, json_t *out);

/* The command of that name, or NULL. */
bws_command_fn bws_command_wire_find(const char *name);

/* Puts the statistics of transports and log-in into the answer to "stats". */
void bws_command_wire_stats(const struct bws *w, json_t *out);

#endif
