/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_ACD_API_H
#define TANDEM_TESTS_BWSIM_BWS_ACD_API_H

struct bws;
struct bws_path;
struct bws_req;

/* Answers a request below /com.broadsoft.xsi-actions/v2.0/callcenter/. */
void bws_acd_api_request(struct bws *w, struct bws_req *r, const struct bws_path *p);

#endif
