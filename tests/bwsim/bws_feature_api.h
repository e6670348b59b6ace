/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_FEATURE_API_H
#define TANDEM_TESTS_BWSIM_BWS_FEATURE_API_H

#include <stdbool.h>

struct bws;
struct bws_path;
struct bws_req;
struct bws_user;

/* Answers a request on the calls of @u that is a feature of bws_feature.h (or reads the
 * conference). Returns false when the path is none of them. */
bool bws_feature_api_request(
	struct bws *w, struct bws_req *r, const struct bws_path *p, struct bws_user *u);

#endif
