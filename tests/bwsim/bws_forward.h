/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_FORWARD_H
#define TANDEM_TESTS_BWSIM_BWS_FORWARD_H

#include <stdbool.h>

struct bws_half;
struct bws_user;

/*
 * What services make of a call that reaches a user. Advanced Call sees it received before they run,
 * the other call packages see only what rings.
 */

/* Do-not-disturb and forwarding of all calls or when busy. Returns true when the call of @from was
 * taken care of. */
bool bws_forward_before(struct bws_half *from, struct bws_user *u);

/* Is the user busy for another call? */
bool bws_forward_is_busy(const struct bws_user *u);

/* The half rings: forwarding on no answer counts from now. */
void bws_forward_watch(struct bws_half *h);

#endif
