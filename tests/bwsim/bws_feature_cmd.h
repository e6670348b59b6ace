/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_FEATURE_CMD_H
#define TANDEM_TESTS_BWSIM_BWS_FEATURE_CMD_H

#include <jansson.h>

struct bws;

/*
 * Control commands for call features. Those that can fail return NULL or what is wrong, like every
 * command of bws_command.c.
 */

/* {"cmd":"phone","user":..,"op":..}: a feature of bws_feature.h done at the phone. "call_id" (default:
 * the first call that fits), "call_id2", "address", "text", "calls" (ids, for ConferenceStart). */
const char *bws_feature_cmd_phone(struct bws *w, const json_t *in, json_t *out);

/* {"cmd":"event","user":..,"event":..}: makes one of the rare events happen, with "call_id",
 * "address", "value" as the event needs. */
const char *bws_feature_cmd_event(struct bws *w, const json_t *in, json_t *out);

/* Adds conferences, parked calls and detached halves to the answer to "truth". */
void bws_feature_cmd_truth(const struct bws *w, json_t *out);

#endif
