/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_EVENTS_API_H
#define TANDEM_TESTS_BWSIM_BWS_EVENTS_API_H

#include <stdbool.h>

struct bws;
struct bws_path;
struct bws_req;

/* Answers a request below /com.broadsoft.xsi-events/v2.0/; @async: it came under the context of
 * the streams. */
void bws_events_api_request(struct bws *w, struct bws_req *r, const struct bws_path *p, bool async);

#endif
