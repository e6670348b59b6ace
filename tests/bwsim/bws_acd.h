/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_ACD_H
#define TANDEM_TESTS_BWSIM_BWS_ACD_H

#include "tests/bwsim/bws_timer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bws;
struct bws_buf;
struct bws_entry;
struct bws_user;

/* What happens to calls in a case that a call center has a rule for. */
struct bws_policy {
	bool active;
	char to[64]; /* where they go; "" = they hear a message and are released */
};

enum bws_acd_policy {
	BWS_ACD_HOLIDAY,
	BWS_ACD_NIGHT,
	BWS_ACD_FORWARD, /* forced forwarding */
	BWS_ACD_OVERFLOW,
	BWS_ACD_BOUNCE, /* only with an address */
	BWS_ACD_STRANDED,
	BWS_ACD_STRANDED_UNAVAILABLE,
	BWS_ACD_POLICY_COUNT
};

/* A call center. Owned by its virtual user. */
struct bws_acd {
	struct bws_user *user;
	struct bws_user **agents;
	size_t agent_count;
	struct bws_policy policies[BWS_ACD_POLICY_COUNT];
	bool force_night;
	uint64_t answered, abandoned;
	int64_t speed_total_ms; /* waits of answered calls */
	struct bws_timer look;  /* for agents for waiting calls */
	struct bws_timer monitor;
	bool monitor_due;
};

/* Adds "7000@demo.example=2000-2019" (agents: extensions or ranges, separated by commas; none
 * without '='). Users must have been added. Returns 0, or -1 when the text makes no sense. */
int bws_acd_add(struct bws *w, const char *text);

void bws_acd_free(struct bws_user *u);

/* The policy of that name (BWS_ACD_POLICY_COUNT = none). */
enum bws_acd_policy bws_acd_policy_find(const char *text);

/* Sets a policy: the configuration packages are told. */
void bws_acd_set_policy(
	struct bws_user *queue, enum bws_acd_policy p, bool active, const char *to, bool force);

/* An agent came, went, or is free: the queues he is in look for him. */
void bws_acd_agent_changed(struct bws_user *agent);

/* Requests and the tester; each returns NULL or a sentence why it cannot be. */
const char *bws_acd_may_control(const struct bws_entry *e);

void bws_acd_release(struct bws_entry *e);

void bws_acd_transfer(struct bws_entry *e, const char *address);

void bws_acd_escape(struct bws_entry *e, const char *address);

const char *bws_acd_promote(struct bws_entry *e, int priority);

const char *bws_acd_reorder(struct bws_entry *e, int64_t position);

/* Called by bws_entry. */
void bws_acd_arrive(struct bws_entry *e);

void bws_acd_step(struct bws_entry *e);

void bws_acd_overflow(struct bws_entry *e);

void bws_acd_answered(struct bws_entry *e);

void bws_acd_abandoned(struct bws_entry *e);

void bws_acd_updated(struct bws_entry *e, const char *reason);

#endif
