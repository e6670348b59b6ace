/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_ROUTE_POINT_H
#define TANDEM_TESTS_BWSIM_BWS_ROUTE_POINT_H

#include "tests/bwsim/bws_acd.h"
#include "tests/bwsim/bws_entry.h"
#include "tests/bwsim/bws_timer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bws;
struct bws_buf;
struct bws_half;
struct bws_user;

/* Rules of a route point; the first four as of a call center. */
enum bws_rp_policy {
	BWS_RP_HOLIDAY,
	BWS_RP_NIGHT,
	BWS_RP_FORWARD,
	BWS_RP_OVERFLOW,
	BWS_RP_BOUNCE,  /* only with an address */
	BWS_RP_FAILURE, /* where calls go that nobody cares for */
	BWS_RP_POLICY_COUNT
};

/* A route point. Owned by its virtual user. */
struct bws_route_point {
	struct bws_user *user;
	struct bws_policy policies[BWS_RP_POLICY_COUNT];
	bool failed;
};

/* Adds "8000@demo.example". Returns 0, or -1 when the text makes no sense. */
int bws_route_point_add(struct bws *w, const char *text);

void bws_route_point_free(struct bws_user *u);

enum bws_rp_policy bws_route_point_policy_find(const char *text);

void bws_route_point_set_policy(
	struct bws_user *u, enum bws_rp_policy p, bool active, const char *to);

/* Puts the route point into the state Failed or Normal. @external: asked for by a request, else
 * found by the system. Events, and calls that wait fail. */
void bws_route_point_set_state(struct bws_user *u, bool failed, bool external);

/* Requests and the tester. Those that return a text: NULL, or a sentence why it cannot be. */
const char *bws_route_point_may_control(const struct bws_entry *e);

void bws_route_point_admit(struct bws_entry *e);

void bws_route_point_reject(struct bws_entry *e);

const char *bws_route_point_distribute(
	struct bws_entry *e, struct bws_user *agent, const struct bws_acd_info *info, bool whisper);

const char *bws_route_point_bounce(struct bws_entry *e);

void bws_route_point_transfer(struct bws_entry *e, const char *address);

void bws_route_point_fail(struct bws_entry *e, const char *reason);

void bws_route_point_release(struct bws_entry *e);

void bws_route_point_voicexml(struct bws_entry *e, const char *subscriber);

/* Dials from the route point. NULL when there are too many calls. */
struct bws_half *bws_route_point_new(struct bws_user *u, const char *address);

/* The dialling, once the request is answered. */
void bws_route_point_dial(struct bws_half *h);

/* The remote party is found to be a machine: "SIT", "Fax" or "VoiceMessaging". */
void bws_route_point_cpd(struct bws_entry *e, const char *result);

/* Starts to play; ends what is played. @duration_s 0 = without end (a treatment ends by itself). */
void bws_route_point_play(
	struct bws_entry *e, enum bws_play what, int64_t duration_s, const char *digit_map);

/* A new duration for what is played. */
void bws_route_point_play_longer(struct bws_entry *e, int64_t duration_s);

/* The caller presses keys while something is played that collects them. NULL or a sentence. */
const char *bws_route_point_digits(struct bws_entry *e, const char *digits);

/* True when @digits fit the MGCP digit map. */
bool bws_route_point_map_fits(const char *map, const char *digits);

/* Raises an event with the queue entry and @rest (NULL = nothing, freed). */
void bws_route_point_tell(const struct bws_entry *e, const char *type, struct bws_buf *rest);

/* Ends what is played, with that completionReason. */
void bws_route_point_stop_play(struct bws_entry *e, const char *reason, const char *digits);

/* Called by bws_entry. */
void bws_route_point_arrive(struct bws_entry *e);

void bws_route_point_step(struct bws_entry *e);

void bws_route_point_overflow(struct bws_entry *e);

void bws_route_point_answered(struct bws_entry *e);

void bws_route_point_abandoned(struct bws_entry *e);

void bws_route_point_updated(struct bws_entry *e, const char *reason);

void bws_route_point_dialled(struct bws_entry *e, const char *type);

void bws_route_point_play_over(struct bws_entry *e);

/* queueEntries element, nothing when there are none. */
void bws_route_point_entries(struct bws_buf *b, const char *x, const struct bws_user *u);

#endif
