/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_PLAY_H
#define TANDEM_TESTS_BWSIM_BWS_PLAY_H

#include <stdbool.h>

struct bws_call;

/*
 * Shares of call features in the load (transfer_p, conference_p, park_p, record_p of talking calls,
 * pickup_p, forward_p of ringing ones): once in the life of a driven call, instead of what its
 * phones would do next. With all shares 0 nothing is drawn, so that seeds stay what they are.
 * Each returns true when it did something; the call may be gone then.
 */
bool bws_play_ringing(struct bws_call *c);

bool bws_play_talking(struct bws_call *c);

/* A parked call was parked long enough: a free user retrieves it. */
bool bws_play_parked(struct bws_call *c);

#endif
