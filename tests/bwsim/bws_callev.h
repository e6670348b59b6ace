/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_CALLEV_H
#define TANDEM_TESTS_BWSIM_BWS_CALLEV_H

struct bws_half;
struct bws_user;

/* Tells every subscription of the half's user (if its package has the event) and the journal. */
void bws_callev_emit(struct bws_half *h, const char *type);

/* The user lifts the receiver: HookStatusEvent when it was on. */
void bws_callev_off_hook(struct bws_user *u);

/* The receiver goes on when no call needs it: HookStatusEvent when that is a change. */
void bws_callev_hook(struct bws_user *u);

#endif
