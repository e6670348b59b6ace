/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_CHAN_H
#define TANDEM_TESTS_BWSIM_BWS_CHAN_H

#include "tests/bwsim/bws_timer.h"
#include "tests/bwsim/bws_util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct bws;
struct bws_req;
struct bws_stream;
struct bws_xsp;

TAILQ_HEAD(bws_chan_list, bws_chan);
TAILQ_HEAD(bws_set_list, bws_set);

/* A channel set: the logical sink that subscriptions name. It lives as long as a channel, a
 * subscription or a kept event refers to it. */
struct bws_set {
	TAILQ_ENTRY(bws_set) link;
	char *owner;
	char *id;
	struct bws_chan_list chans;
	size_t chan_count;
	size_t refs; /* subscriptions and events */
};

/* One event channel, bound to the XSP that holds its stream. */
struct bws_chan {
	TAILQ_ENTRY(bws_chan) link;
	TAILQ_ENTRY(bws_chan) in_set;
	struct bws *w;
	char id[BWS_UUID_LEN + 1];
	char *app; /* applicationId or NULL */
	struct bws_set *set;
	struct bws_xsp *xsp;
	struct bws_stream *stream; /* NULL once it ended */
	int64_t priority;
	int64_t weight;
	int64_t expires_us; /* monotonic; INT64_MAX = never */
	bool responding;
	bool overfull;
	int64_t opened_us;
	size_t outstanding; /* events sent and not acknowledged */
	struct bws_timer heartbeat;
	struct bws_timer expiry;
};

struct bws_chans {
	struct bws_chan_list all;
	struct bws_set_list sets;
	size_t count;
	void *by_id;
};

/* What a client may ask of a channel. */
struct bws_chan_wish {
	const char *set_id;
	const char *app; /* NULL = none */
	int64_t priority;
	int64_t weight;
	int64_t expires; /* s, -1 = not given */
};

void bws_chan_init(struct bws *w);

/*
 * Opens a channel whose stream answers @r; the Channel document is queued as its first. Applies the
 * rule of one set per owner and application (DuplicateChannelSet). Returns NULL when the limit
 * of channels per set is reached.
 */
struct bws_chan *bws_chan_open(
	struct bws *w, struct bws_req *r, const char *owner, const struct bws_chan_wish *wish);

struct bws_chan *bws_chan_find(const struct bws *w, const char *id);

/* Grants @expires seconds (-1: the default) from now, within the policy. */
void bws_chan_refresh(struct bws_chan *c, int64_t expires);

/* A heartbeat came in: the timer starts again, the document goes out on the stream. */
void bws_chan_heartbeat(struct bws_chan *c);

/*
 * Ends a channel and frees it. @terminated is the reason of a ChannelTerminatedEvent or NULL for
 * a stream that just ends; @why goes to the journal. Its un-acked events go to other channels.
 */
void bws_chan_end(struct bws_chan *c, const char *terminated, const char *why);

/* Too many events wait for their ack: the channel is closed soon (never inside this call). */
void bws_chan_overfull(struct bws_chan *c);

/* Ends all channels of an XSP that dies. */
void bws_chan_end_xsp(struct bws *w, const struct bws_xsp *xsp, const char *why);

/* When something that is told to expire at @expires_us really does (knob expiry_early_percent). */
int64_t bws_chan_early(const struct bws *w, int64_t expires_us);

/* Seconds a channel has left, as a client is told. */
int64_t bws_chan_remaining(const struct bws_chan *c);

/*
 * Picks the channel for an event: responding ones first, then by priority, then drawn by weight
 * with @draw. @avoid is taken only when it is the only one. NULL when the set has no channel.
 */
struct bws_chan *bws_chan_pick(const struct bws *w, const struct bws_set *set,
	const struct bws_chan *avoid, uint64_t draw);

/* Finds or makes the set of an owner and takes a reference. */
struct bws_set *bws_set_take(struct bws *w, const char *owner, const char *id);

struct bws_set *bws_set_find(const struct bws *w, const char *owner, const char *id);

/* Gives the reference back; an unused set disappears. */
void bws_set_give(struct bws *w, struct bws_set *set);

/* Policy for expires of channels and subscriptions: the granted seconds for a wish (-1 = none).
 * 2147483647 means never. */
int64_t bws_chan_grant(const struct bws *w, int64_t wish);

void bws_chan_fini(struct bws *w);

#endif
