/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_SUBS_API_H
#define TANDEM_TESTS_BWSIM_BWS_SUBS_API_H

struct bws;
struct bws_path;
struct bws_req;

/* Answers a request on subscriptions: the path begins with "user", "enterprise",
 * "serviceprovider", "system" or "subscription". */
void bws_subs_api_request(struct bws *w, struct bws_req *r, const struct bws_path *p);

#endif
