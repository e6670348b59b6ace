/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_ENTRY_H
#define TANDEM_TESTS_BWSIM_BWS_ENTRY_H

#include "tests/bwsim/bws_timer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct bws;
struct bws_buf;
struct bws_half;
struct bws_user;

TAILQ_HEAD(bws_entry_list, bws_entry);

/* Where a call is that a call center or a route point holds. */
enum bws_entry_stage {
	BWS_ENTRY_NEW,      /* not in the queue yet (route point: to be admitted) */
	BWS_ENTRY_ENTRANCE, /* hears the mandatory message */
	BWS_ENTRY_WAITING,
	BWS_ENTRY_OFFERED, /* rings at an agent */
	BWS_ENTRY_WHISPER, /* the agent has answered and hears the whisper message */
	BWS_ENTRY_TREATED  /* left the queue, hears the message of a policy, then ends */
};

/* What a route point plays to a call. */
enum bws_play {
	BWS_PLAY_NONE,
	BWS_PLAY_TREATMENT,
	BWS_PLAY_MOH,
	BWS_PLAY_RINGBACK,
	BWS_PLAY_BUSY,
	BWS_PLAY_SILENCE
};

/* A call held by a virtual user: the virtual user has one half of it, the caller the other; an
 * agent it is offered to has a third one, which takes the place of the virtual user's when he
 * answers. */
struct bws_entry {
	TAILQ_ENTRY(bws_entry) link; /* in at->entries, in the order of the queue */
	struct bws_user *at;
	struct bws_half *half;       /* of the virtual user */
	struct bws_half *offered;    /* of the agent, or NULL */
	struct bws_user *refused_by; /* agent whose half went before he answered */
	enum bws_entry_stage stage;
	char call_id[48];
	char tracking[48];
	struct bws_user *remote_user; /* NULL = outside */
	char remote_address[64];
	int64_t add_ms, remove_ms, bucket_ms;
	int64_t add_us; /* monotonic */
	bool bounced, reordered, urgent;
	int priority; /* 0 highest .. 3 low */
	char answering_user[128];
	char answering_call[48];
	const char *policy;    /* while treated: event type up to "Event", of the policy */
	const char *reason;    /* of that policy, or why a dialled call ends, or NULL */
	struct bws_timer step; /* entrance, ringing, whisper, treatment; route point: inactivity */
	struct bws_timer overflow;
	struct bws_timer phone; /* the caller's patience, the agent's answer (driven calls) */

	/* route points */
	bool outgoing;
	int64_t outgoing_answer_ms;
	enum bws_play play;
	char play_id[40];
	char play_map[128]; /* digit map, "" = no digits are collected */
	bool voicexml;      /* being connected to a script */
	bool whisper;       /* the agent is to hear a message first */
	struct bws_timer play_end;
};

/* What a half knows of the call center or route point it came from. Owned by the half. */
struct bws_acd_info {
	struct bws_user *at;
	int64_t calls_in_queue, wait_s, longest_s;
	char number[64]; /* shown instead of the caller's; "" = his */
	char name[64];
	int64_t answered_ms; /* 0 = still offered */
};

/* Begins to hold the call of @half, a half of a virtual user. In no order of a queue yet. */
struct bws_entry *bws_entry_new(struct bws_half *half);

/* Stops everything about the entry and frees it; the halves stay. */
void bws_entry_free(struct bws_entry *e);

/* Entry with that call id, or NULL. */
struct bws_entry *bws_entry_find(const struct bws_user *at, const char *call_id);

/* Entries in the queue (neither new nor treated), and the place of one, from 1. */
size_t bws_entry_count(const struct bws_user *at);

size_t bws_entry_position(const struct bws_entry *e);

/* Seconds the entry waits, and the one that waits longest. */
int64_t bws_entry_wait_s(const struct bws_entry *e);

int64_t bws_entry_longest_wait_s(const struct bws_user *at);

/* Rings at @agent: CallReceivedEvent with acdCallInfo. */
void bws_entry_offer(struct bws_entry *e, struct bws_user *agent, const struct bws_acd_info *info);

/* The agent's phone stops ringing: CallReleasedEvent at the agent. */
void bws_entry_withdraw(struct bws_entry *e);

/* The agent takes the place of the virtual user: the caller is told. The entry is freed. */
void bws_entry_connect(struct bws_entry *e);

/* The call goes on to @address. The entry is freed. */
void bws_entry_redirect(struct bws_entry *e, const char *address, const char *reason);

/* Ends the call from the side of the virtual user. The entry is freed. */
void bws_entry_release(struct bws_entry *e);

/* Is the half one that an entry is being offered to? */
bool bws_entry_is_offered(const struct bws_half *h);

/*
 * Called by the calls. arrive: @from reaches the virtual user @u. talk: the offered agent answers.
 * refuse: he does not want it (true: that is all that happens). call_ends: the call is about to be
 * released by one of its parties. half_gone: a half is about to be freed. seen: an event about the
 * virtual user's half was raised. forget_all: the AS has died.
 */
void bws_entry_arrive(struct bws_half *from, struct bws_user *u);

bool bws_entry_talk(struct bws_half *h);

bool bws_entry_refuse(struct bws_half *h);

void bws_entry_call_ends(struct bws_half *h);

void bws_entry_half_gone(struct bws_half *h);

void bws_entry_seen(struct bws_half *h, const char *type);

void bws_entry_forget_all(struct bws *w);

/* PartyInformation (without its element) of the remote party. */
void bws_entry_remote_party(struct bws_buf *b, const char *x, const struct bws_entry *e);

/* acdCallInfo element of a half that has one, else nothing. */
void bws_entry_call_info(struct bws_buf *b, const char *x, const struct bws_half *h);

/* redirect element; @address NULL or "" leaves it out. */
void bws_entry_redirect_data(struct bws_buf *b, const char *address, const char *reason);

#endif
