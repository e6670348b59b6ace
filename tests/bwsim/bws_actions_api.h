/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_ACTIONS_API_H
#define TANDEM_TESTS_BWSIM_BWS_ACTIONS_API_H

struct bws;
struct bws_half;
struct bws_path;
struct bws_req;

/* Answers a request below /com.broadsoft.xsi-actions/v2.0/. */
/* Adds the Location of a call half to the reply. */
void bws_actions_api_location(struct bws_req *r, const struct bws_half *h);

void bws_actions_api_request(struct bws *w, struct bws_req *r, const struct bws_path *p);

/* Drops effects of requests that are still to come (at the end of the program). */
void bws_actions_api_fini(struct bws *w);

#endif
