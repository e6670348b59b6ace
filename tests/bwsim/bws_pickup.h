/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_PICKUP_H
#define TANDEM_TESTS_BWSIM_BWS_PICKUP_H

struct bws_half;
struct bws_user;

/*
 * Ways into the call of somebody else: pick up a call that rings there, come into one that talks
 * there (barge-in, silent monitor, coach), take one that is parked there.
 */

/* Call of @u that rings and can be picked up, or NULL. */
struct bws_half *bws_pickup_ringing(const struct bws_user *u);

/* Call of @u that talks and can be come into, or NULL. */
struct bws_half *bws_pickup_talking(const struct bws_user *u);

/* The phone of @h was answered (or dialled a code): does what h->call->purpose says to the call of
 * the user h->call->dialled; when there is none any more, @h gets a treatment. */
void bws_pickup_connect(struct bws_half *h);

#endif
