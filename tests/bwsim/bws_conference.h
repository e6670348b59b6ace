/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_CONFERENCE_H
#define TANDEM_TESTS_BWSIM_BWS_CONFERENCE_H

#include <stdbool.h>
#include <stddef.h>

struct bws;
struct bws_half;
struct bws_user;

/*
 * Conferences: a user joins calls of his own. Each call stays a session of two and keeps its ids;
 * only the controller is told (Conference*Events). Fewer than two calls left: the conference ends
 * and the last call goes on by itself. A user controls one conference at most.
 */
struct bws_conference {
	struct bws_user *user;
	const char *type; /* Barge-In, Silently Monitored, Supervisor Coached, or NULL */
	bool held;
	bool released;
	bool muted; /* the controller */
	size_t count;
};

/* Barge-in and monitoring change into each other by requests of these names. */
#define BWS_CONFERENCE_BARGE_IN "Barge-In"
#define BWS_CONFERENCE_MONITOR "Silently Monitored"
#define BWS_CONFERENCE_COACH "Supervisor Coached"

const char *bws_conference_state_text(const struct bws_conference *conf);

/* May the call be joined: answered, and not in a conference. */
bool bws_conference_may_join(const struct bws_half *h);

/* Joins @halves of @u (at least two). @type: see above, NULL for an ordinary one. */
void bws_conference_start(
	struct bws_user *u, struct bws_half *const *halves, size_t count, const char *type);

/* A further call; a held conference is retrieved. */
void bws_conference_add(struct bws_conference *conf, struct bws_half *h);

void bws_conference_hold(struct bws_conference *conf);

void bws_conference_retrieve(struct bws_conference *conf);

/* Ends the conference and releases its calls. */
void bws_conference_release(struct bws_conference *conf);

/* Barge-in, monitor or coach instead of what it was. */
void bws_conference_change_type(struct bws_conference *conf, const char *type);

/* Mutes or unmutes the controller. */
void bws_conference_mute(struct bws_conference *conf, bool on);

void bws_conference_mute_call(struct bws_half *h, bool on);

void bws_conference_deafen_call(struct bws_half *h, bool on);

/* @h ended: it leaves its conference, if it is in one. */
void bws_conference_left(struct bws_half *h);

/* All conferences are forgotten without an event. */
void bws_conference_forget_all(struct bws *w);

#endif
