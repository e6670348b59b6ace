/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_PARK_H
#define TANDEM_TESTS_BWSIM_BWS_PARK_H

#include <stdbool.h>

struct bws;
struct bws_call;
struct bws_half;
struct bws_user;

/*
 * Parked calls: the far party waits against a user (one call each), the parking user's half is
 * Detached. The Call Park package of that user is told (CallParkedAgainstEvent). Somebody
 * retrieves it (CallParkRetrieved, new tracking id), the waiting party gives up, or it goes back to
 * who parked it (knob park_recall_ms, recallType Call Park Recall).
 */

/* May @h be parked: answered, not in a conference, and a far party is there. */
bool bws_park_may(const struct bws_half *h);

/* May a call be parked against @u: no other is. */
bool bws_park_is_free(const struct bws_user *u);

/* First user after @by, by extension, against whom no call is parked; NULL = none. */
struct bws_user *bws_park_hunt(struct bws *w, const struct bws_user *by);

/* Parks the call of @h against @on. @group: chosen by the group service. */
void bws_park(struct bws_half *h, struct bws_user *on, bool group);

/* @h, whose phone was answered, takes the call that is parked against @on. */
void bws_park_retrieve(struct bws_half *h, struct bws_user *on);

/* Raises CallParkedAgainstEvent about @on as it is now. */
void bws_park_tell(struct bws_user *on);

/* The call is over: nobody is parked any more. */
void bws_park_ended(struct bws_call *c);

/* The same without an event. */
void bws_park_forget(struct bws_call *c);

#endif
