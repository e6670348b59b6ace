/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_AS_H
#define TANDEM_TESTS_BWSIM_BWS_AS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bws;
struct bws_user;

/*
 * The two Application Servers behind the XSPs. One serves. When it dies, its calls are forgotten
 * without a word; each user is moved to the other one by his next activity. A registration is such
 * an activity and is detected: the subscriptions of the user get an unsolicited snapshot. A call
 * that he makes or that alerts him moves him too, but then the ordinary call event is all there is.
 */
struct bws_as {
	unsigned serving;    /* 0 = as1, 1 = as2 */
	unsigned generation; /* +1 at each failover */
	uint64_t calls_numbered[2];
	int64_t outage_until_us;
};

const char *bws_as_name(const struct bws *w);

/* Writes the number of a new call and its tracking id. */
void bws_as_number(
	struct bws *w, char *number, size_t number_len, char *tracking, size_t tracking_len);

/* Prepares the AS part of a new user. */
void bws_as_user_init(struct bws *w, struct bws_user *u);

/* The user makes a call or is alerted: he is served by the serving AS from now on. */
void bws_as_activity(struct bws *w, struct bws_user *u);

/* The user's phone registers: moves him, and tells his subscriptions if that was a move. */
void bws_as_register(struct bws *w, struct bws_user *u);

/* True while no AS answers (knob as_outage_ms). */
bool bws_as_is_down(const struct bws *w);

/* An administrator moves the users to the other AS, one every @each_ms; calls and subscriptions go
 * on, new calls have the number of the other AS; with @channel_loss all channels end. */
void bws_as_switch(struct bws *w, bool channel_loss, int64_t each_ms);

/* The serving AS dies. @survive is the share of subscriptions (0..1) the other one knows.
 * Returns the number of calls lost. */
size_t bws_as_failover(struct bws *w, double survive);

#endif
