/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_SUB_H
#define TANDEM_TESTS_BWSIM_BWS_SUB_H

#include "tests/bwsim/bws_package.h"
#include "tests/bwsim/bws_timer.h"
#include "tests/bwsim/bws_user.h"
#include "tests/bwsim/bws_util.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct bws;
struct bws_set;
struct bws_xsp;
struct bws_user;

/* What a subscription watches: one user (a person, a call center, a route point, or a sub-id of one
 * of them), all users of a group or of an enterprise (service provider), or everybody. */
enum bws_target {
	BWS_TARGET_USER,
	BWS_TARGET_GROUP,
	BWS_TARGET_PROVIDER,
	BWS_TARGET_SYSTEM
};

/* A subscription. It stays readable (dead = true) while events of it are under way. */
struct bws_sub {
	TAILQ_ENTRY(bws_sub) link;
	TAILQ_ENTRY(bws_sub) of_user; /* in the list of the user, or of the wide ones */
	struct bws *w;
	char id[BWS_UUID_LEN + 1];
	char *owner;
	char *app; /* "" when none was given */
	struct bws_set *set;
	char *contact; /* URI that gets the events instead of the set; NULL = none */
	enum bws_target target;
	struct bws_user *user; /* NULL unless BWS_TARGET_USER */
	char *target_id;       /* user, group or enterprise; "" = system */
	char *target_parent;   /* enterprise of a group, else "" */
	char *target_sub_id;   /* "" = none */
	uint64_t packages;     /* BWS_PACKAGE_BIT()s */
	bool is_list;          /* made with an eventPackageList */
	uint32_t seq;          /* last sequenceNumber given */
	uint64_t draw;         /* fixed draw for the knob spread = 1 */
	size_t refs;
	bool dead;
	int64_t expires_us; /* monotonic; INT64_MAX = never */
	struct bws_timer expiry;
	struct bws_timer snapshot;
	const struct bws_xsp *asked_at; /* of the last subscribe or refresh */
};

struct bws_subs {
	struct bws_sub_list all;
	struct bws_sub_list wide; /* targets that are no single user */
	size_t count;
	void *by_id;
};

void bws_sub_init(struct bws *w);

/* What a client asks for. */
struct bws_sub_wish {
	const char *owner;
	const char *app;
	const char *set_id;
	const char *contact; /* instead of set_id, NULL = none */
	enum bws_target target;
	struct bws_user *user;
	const char *target_id;     /* of a wide target, else ignored */
	const char *target_parent; /* NULL = none */
	const char *target_sub_id; /* NULL = none */
	uint64_t packages;
	bool is_list;
	int64_t expires; /* s, -1 = not given */
};

/* Subscribes; an equal older subscription is terminated (duplicate rule). NULL = limit reached. */
struct bws_sub *bws_sub_new(struct bws *w, const struct bws_sub_wish *wish);

struct bws_sub *bws_sub_find(const struct bws *w, const char *id);

/* Grants @expires seconds from now (-1: the least). Returns the granted seconds. */
int64_t bws_sub_refresh(struct bws_sub *s, int64_t expires);

int64_t bws_sub_remaining(const struct bws_sub *s);

/* The numbers of every subscription of a set begin anew; with @snapshot each gets one. */
void bws_sub_restart(struct bws *w, const struct bws_set *set, bool snapshot);

/* Sends the snapshot event as the knob snapshot_ms says. */
void bws_sub_plan_snapshot(struct bws_sub *s);

/* Raises the snapshot of each package now; @resync: as ...ResyncEvent. Wide targets have none. */
void bws_sub_snapshot(struct bws_sub *s, bool resync);

/* Raises an event about @u on all subscriptions that watch him with one of @packages: his own and
 * the wide ones. */
void bws_sub_raise(struct bws_user *u, uint64_t packages, const char *type, const char *data);

/* True when the wide target of @s contains @u. */
bool bws_sub_covers(const struct bws_sub *s, const struct bws_user *u);

/* "User", "Group", "ServiceProvider", "System". */
const char *bws_sub_target_text(enum bws_target t);

/* Ends a subscription; @tell: with a SubscriptionTerminatedEvent. @why goes to the journal. */
void bws_sub_end(struct bws_sub *s, bool tell, const char *why);

/* References of events. */
void bws_sub_take(struct bws_sub *s);

void bws_sub_give(struct bws_sub *s);

void bws_sub_fini(struct bws *w);

#endif
