/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_COMMAND_ACD_H
#define TANDEM_TESTS_BWSIM_BWS_COMMAND_ACD_H

#include "tests/bwsim/bws_command_wire.h"

#include <stdbool.h>

/* Control commands about agents, call centers, route points and services: the one of that name, or
 * NULL. */
bws_command_fn bws_command_acd_find(const char *name);

/* Adds agents, entries of queues and route points, and services to the answer to "truth". */
void bws_command_acd_truth(const struct bws *w, json_t *out);

/* Signs all agents in (Available) or out, as the members "agents" of "load" asks. */
void bws_command_acd_agents(struct bws *w, bool working);

#endif
