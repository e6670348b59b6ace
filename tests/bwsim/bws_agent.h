/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_AGENT_H
#define TANDEM_TESTS_BWSIM_BWS_AGENT_H

#include "tests/bwsim/bws_timer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bws;
struct bws_buf;
struct bws_half;
struct bws_user;

enum bws_agent_state {
	BWS_AGENT_SIGN_IN,
	BWS_AGENT_AVAILABLE,
	BWS_AGENT_UNAVAILABLE,
	BWS_AGENT_WRAP_UP,
	BWS_AGENT_SIGN_OUT,
	BWS_AGENT_STATE_COUNT
};

#define BWS_AGENT_CODE_MAX 10
#define BWS_AGENT_JOINS_MAX 32

/* Membership of an agent in a call center. */
struct bws_join {
	struct bws_user *queue;
	bool joined;
	int skill; /* 1 = best */
};

/* What makes a user an agent of call centers. Owned by the user. */
struct bws_agent {
	struct bws_user *user;
	enum bws_agent_state state;
	char code[BWS_AGENT_CODE_MAX + 1]; /* unavailable code, "" = none */
	int64_t state_ms;                  /* since when, wall clock */
	int64_t sign_in_ms;                /* 0 = signed out */
	int64_t available_total_ms;        /* since sign-in, without the current stay */
	int64_t wrap_total_ms, wraps;
	char wrap_call[48];
	struct bws_user *wrap_queue;
	struct bws_timer wrap;
	struct bws_timer alert;
	struct bws_join joins[BWS_AGENT_JOINS_MAX];
	size_t join_count;
	int64_t idle_since_us; /* end of the last call center call */
	int bounces;           /* in a row */
	int64_t talk_total_ms, talks;
	int64_t out_total_ms, outs; /* calls made as a call center */
};

const char *bws_agent_state_text(enum bws_agent_state s);

/* State of that name, or BWS_AGENT_STATE_COUNT. */
enum bws_agent_state bws_agent_find_state(const char *text);

/* Makes @u an agent of @queue (joined). Returns false when he has too many. */
bool bws_agent_assign(struct bws_user *u, struct bws_user *queue);

void bws_agent_free(struct bws_user *u);

/*
 * The agent's new state, whoever asked for it: AgentStateEvent, and the queues of the agent look
 * for calls. @code NULL = none. Returns NULL, or a sentence why it cannot be.
 */
const char *bws_agent_set(struct bws_user *u, enum bws_agent_state state, const char *code);

/* Joins or leaves a call center: ACDAgentJoinUpdateEvent. Returns NULL or a sentence. */
const char *bws_agent_join(
	struct bws_user *u, const struct bws_user *queue, bool joined, int skill);

/* The agent's membership in @queue, NULL = none. */
struct bws_join *bws_agent_joined(const struct bws_user *u, const struct bws_user *queue);

/* Signed in, in whatever state. */
bool bws_agent_is_staffed(const struct bws_user *u);

/* May a call of @queue be offered to him now? */
bool bws_agent_may_take(const struct bws_user *u, const struct bws_user *queue);

/* A call of a call center was answered by, or has left, the agent. */
void bws_agent_call_answered(struct bws_user *u);

void bws_agent_call_over(
	struct bws_user *u, struct bws_user *queue, const char *call_id, int64_t talk_ms);

/* The agent let an offered call ring, or refused it. */
void bws_agent_bounced(struct bws_user *u);

/* Inner XML of AgentSubscriptionEvent. */
void bws_agent_subscription_data(struct bws_buf *b, const struct bws_user *u);

/* Inner XML of CallCenterAgentMonitoringSubscriptionEvent. */
void bws_agent_monitoring_data(struct bws_buf *b, const struct bws_user *u);

/* Fields of the profile that GET services/callcenter answers with. */
void bws_agent_profile(struct bws_buf *b, const struct bws_user *u);

/* A value with severity; with the knob plain_values the old form without child. */
void bws_agent_value(struct bws_buf *b, const struct bws *w, const char *name, int64_t value);

#endif
