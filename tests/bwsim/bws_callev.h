/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_CALLEV_H
#define TANDEM_TESTS_BWSIM_BWS_CALLEV_H

#include <stddef.h>

struct bws_half;
struct bws_user;

/* The three call packages, as bits. */
#define BWS_IN_BASIC 1u
#define BWS_IN_STANDARD 2u
#define BWS_IN_ADVANCED 4u
#define BWS_IN_ALL (BWS_IN_BASIC | BWS_IN_STANDARD | BWS_IN_ADVANCED)

/* Tells every subscription of the half's user (if its package has the event) and the journal. */
void bws_callev_emit(struct bws_half *h, const char *type);

/* The same with @more, inner XML that follows the call ("" = none), for the @packages only (bits;
 * the package must have the event all the same). */
void bws_callev_emit_to(struct bws_half *h, const char *type, const char *more, unsigned packages);

/* One event that carries several calls of one user (CallRedirectedEvent). */
void bws_callev_emit_calls(struct bws_half *const *halves, size_t count, const char *type);

/* An event about @u whose inner XML is @data, to the call packages that have it. */
void bws_callev_raise(struct bws_user *u, const char *type, const char *data);

/* The user lifts the receiver: HookStatusEvent when it was on. */
void bws_callev_off_hook(struct bws_user *u);

/* The receiver goes on when no call needs it: HookStatusEvent when that is a change. */
void bws_callev_hook(struct bws_user *u);

#endif
