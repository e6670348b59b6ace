/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_DETACH_H
#define TANDEM_TESTS_BWSIM_BWS_DETACH_H

#include <stddef.h>

struct bws_call;
struct bws_half;
struct bws_user;

/*
 * Users that leave a session which goes on without them (transfer, forward, park, pick-up). Their
 * half is Detached: it takes no request, is not in the list of calls, can be read with
 * allowDetached, and ends with the session. Advanced Call is told CallRedirectedEvent or
 * CallDetachedEvent; Basic and Standard Call are told CallReleasedEvent, with the time of the
 * detachment.
 */

/* @halves of one user leave their sessions, redirected to the address @to for @reason. */
void bws_detach_redirected(
	struct bws_half *const *halves, size_t count, const char *reason, const char *to);

/* @h is not presented to its user any more (picked up elsewhere, parked). */
void bws_detach(struct bws_half *h);

/* The next half that is added to @c was redirected there by @by for @reason. Call before
 * bws_call_connect(). */
void bws_detach_note_redirection(struct bws_call *c, struct bws_half *by, const char *reason);

/* Gives a new called half the redirection noted for its call. */
void bws_detach_copy_redirection(struct bws_half *h);

/* Moves the detached halves of @from to @to: two sessions become one. */
void bws_detach_move(struct bws_call *from, struct bws_call *to);

/* Tracking id under which @h is told. */
const char *bws_detach_tracking(const struct bws_half *h);

/* Detached half of that id, or NULL. */
struct bws_half *bws_detach_find(const struct bws_user *u, const char *id);

/* The session ended: its detached halves are told (knob detached_released) and freed. */
void bws_detach_ended(struct bws_call *c);

/* The same without a word. */
void bws_detach_forget(struct bws_call *c);

#endif
