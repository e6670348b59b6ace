/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_SERVICE_API_H
#define TANDEM_TESTS_BWSIM_BWS_SERVICE_API_H

struct bws;
struct bws_path;
struct bws_req;
struct bws_user;

/* Answers a request on user/<id>/services/... or user/<id>/directories/... of @u. */
void bws_service_api_request(
	struct bws *w, struct bws_req *r, const struct bws_path *p, struct bws_user *u);

#endif
