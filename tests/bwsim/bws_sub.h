/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_SUB_H
#define TANDEM_TESTS_BWSIM_BWS_SUB_H

#include "tests/bwsim/bws_timer.h"
#include "tests/bwsim/bws_util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct bws;
struct bws_set;
struct bws_user;

/* Event packages that may be subscribed. */
#define BWS_PACKAGE_LIST(X) \
	X(BASIC_CALL, "Basic Call") \
	X(STANDARD_CALL, "Standard Call") \
	X(ADVANCED_CALL, "Advanced Call") \
	X(DO_NOT_DISTURB, "Do Not Disturb")

enum bws_package {
#define X(name, text) BWS_PACKAGE_##name,
	BWS_PACKAGE_LIST(X)
#undef X
	BWS_PACKAGE_COUNT
};

TAILQ_HEAD(bws_sub_list, bws_sub);

/* A subscription. It stays readable (dead = true) while events of it are under way. */
struct bws_sub {
	TAILQ_ENTRY(bws_sub) link;
	TAILQ_ENTRY(bws_sub) of_user;
	struct bws *w;
	char id[BWS_UUID_LEN + 1];
	char *owner;
	char *app; /* "" when none was given */
	struct bws_set *set;
	struct bws_user *user;
	enum bws_package package;
	uint32_t seq;  /* last sequenceNumber given */
	uint64_t draw; /* fixed draw for the knob spread = 1 */
	size_t refs;
	bool dead;
	int64_t expires_us; /* monotonic; INT64_MAX = never */
	struct bws_timer expiry;
	struct bws_timer snapshot;
};

struct bws_subs {
	struct bws_sub_list all;
	size_t count;
	void *by_id;
};

void bws_sub_init(struct bws *w);

/* Package of that name; BWS_PACKAGE_COUNT when unknown or not simulated. */
enum bws_package bws_sub_package(const char *name);

const char *bws_sub_package_text(enum bws_package p);

/* What a client asks for. */
struct bws_sub_wish {
	const char *owner;
	const char *app;
	const char *set_id;
	struct bws_user *user;
	enum bws_package package;
	int64_t expires; /* s, -1 = not given */
};

/* Subscribes; an equal older subscription is terminated (duplicate rule). NULL = limit reached. */
struct bws_sub *bws_sub_new(struct bws *w, const struct bws_sub_wish *wish);

struct bws_sub *bws_sub_find(const struct bws *w, const char *id);

/* Grants @expires seconds from now (-1: the least). Returns the granted seconds. */
int64_t bws_sub_refresh(struct bws_sub *s, int64_t expires);

int64_t bws_sub_remaining(const struct bws_sub *s);

/* Sends the snapshot event as the knob snapshot_ms says. */
void bws_sub_plan_snapshot(struct bws_sub *s);

/* Raises the snapshot now; @resync: as CallSubscriptionResyncEvent. */
void bws_sub_snapshot(struct bws_sub *s, bool resync);

/* Ends a subscription; @tell: with a SubscriptionTerminatedEvent. @why goes to the journal. */
void bws_sub_end(struct bws_sub *s, bool tell, const char *why);

/* References of events. */
void bws_sub_take(struct bws_sub *s);

void bws_sub_give(struct bws_sub *s);

void bws_sub_fini(struct bws *w);

#endif
