/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_RATE_H
#define TANDEM_TESTS_BWSIM_BWS_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bws;
struct bws_req;

/* A token bucket with one second of burst. */
struct bws_bucket {
	char *login; /* NULL: of everybody together */
	double tokens;
	int64_t filled_us;
};

struct bws_rates {
	struct bws_bucket all;
	struct bws_bucket *logins;
	size_t login_count;
};

/* Counts a request against the rates of the knobs requests_per_s and user_requests_per_s. Over a rate
 * it is delayed (knob overload_ms) or answered 503; then true is returned. */
bool bws_rate_refuse(struct bws *w, struct bws_req *r);

void bws_rate_fini(struct bws *w);

#endif
