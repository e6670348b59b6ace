/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BroadWorks: the truth about all calls, and Xsi as the nodes see it. Its own XML, written and read with plain text
 * functions: a mistake of the product's codecs must not be made here a second time.
 *
 *   sim_south_calls.c   users, calls, the load, the application server
 *   sim_south_http.c    requests: what is asked, lost answers, refusals
 *   sim_south_chan.c    event channels: streams, heartbeats, their ends
 *   sim_south_event.c   subscriptions, events, acknowledgements, redelivery
 */
#ifndef TANDEM_SIM_SOUTH_H
#define TANDEM_SIM_SOUTH_H

#include "daemon/act.h"
#include "proto/base/buf.h"
#include "tests/sim/sim_world.h"

#define SOUTH_XSPS 2
#define SOUTH_USERS_MAX 8
#define SOUTH_CALLS_MAX 24
#define SOUTH_CHANNELS_MAX 64
#define SOUTH_SUBS_MAX 256
#define SOUTH_DIALS_MAX 4096
#define SOUTH_ID 40

enum south_state {
	SOUTH_NONE,
	SOUTH_ALERTING,
	SOUTH_ACTIVE,
	SOUTH_HELD,
	SOUTH_REMOTE_HELD
};

struct south_party {
	int user; /* index; -1: outside, as `number` */
	char number[SOUTH_ID];
	char id[SOUTH_ID];
	enum south_state state; /* NONE: not (any more) in the call */
	const char *personality;
	bool treated; /* hears a tone: CallReleasing was sent */
};

struct south_call {
	bool used;
	uint64_t generation; /* of timers */
	char tracking[SOUTH_ID];
	char dialled[SOUTH_ID];
	struct south_party party[2]; /* the caller, the called */
};

struct south_user {
	char id[SOUTH_ID]; /* 2000@demo.example */
	char extension[8];
	char number[SOUTH_ID]; /* tel:+155502000 */
	bool do_not_disturb;
	bool moved;       /* served by the application server that is in charge now */
	int64_t asked_us; /* last PUT or subscribe that was carried out */
};

struct south_sub {
	bool used;
	unsigned user;
	char id[SOUTH_ID];
	char set[SOUTH_ID], application[SOUTH_ID];
	char packages[160]; /* "Advanced Call|Do Not Disturb|" */
	uint32_t sequence;
	uint64_t serial; /* of this subscription, never used again */
};

struct south_channel {
	bool used;
	char id[SOUTH_ID], set[SOUTH_ID];
	unsigned xsp, node;
	uint64_t instance, stream, serial;
	int64_t last_us; /* when the last byte arrives */
	int64_t beaten_us;
	bool dead_end; /* the other side is gone, BroadWorks has not noticed */
};

struct south_event; /* sim_south_event.c */

struct sim_south {
	struct south_user users[SOUTH_USERS_MAX];
	unsigned user_count;
	struct south_call calls[SOUTH_CALLS_MAX];
	struct south_sub subs[SOUTH_SUBS_MAX];
	struct south_channel channels[SOUTH_CHANNELS_MAX];
	struct south_event *events; /* not acknowledged */
	uint64_t next_id;
	unsigned server; /* application server in charge */
	uint64_t failovers;
	int64_t failover_us;
	int64_t failover_told_us; /* the last time that a user's snapshot gave it away */
	int64_t server_away_until_us;
	bool frozen; /* no call changes any more */
	int64_t call_gap_ms;
	bool xsp_up[SOUTH_XSPS], xsp_silent[SOUTH_XSPS];
	int64_t storm_until_us; /* 503 */
	int64_t keep_us;        /* how long an event waits for a channel */
	bool resync_event;      /* CallSubscriptionResyncEvent after a failover */
	bool lists;             /* takes an eventPackageList */
	unsigned next_channel;
	struct {
		char number[24];
		uint32_t count;
	} dials[SOUTH_DIALS_MAX];
	size_t dial_count;
	uint64_t outside;
};

void sim_south_init(struct sim *s);
void sim_south_fini(struct sim *s);

/* the nodes' actions */
void sim_south_http(struct sim *s, unsigned node, const struct node_action *a);
void sim_south_stream_open(struct sim *s, unsigned node, const struct node_action *a);
void sim_south_stream_close(struct sim *s, unsigned node, uint64_t stream);
void sim_south_node_died(struct sim *s, unsigned node, uint64_t instance, bool silent);

/* faults */
void sim_south_failover(struct sim *s);
void sim_south_xsp_kill(struct sim *s, unsigned xsp);
void sim_south_xsp_start(struct sim *s, unsigned xsp);
void sim_south_channel_drop(struct sim *s);
void sim_south_subscription_drop(struct sim *s);
void sim_south_garbage(struct sim *s);
/** No call changes by itself any more; every XSP is well. */
void sim_south_calm(struct sim *s);

/* the truth */
/** Calls fn for every party of `extension` that is in a call. */
void sim_south_each_party(const struct sim *s, const char *extension,
	void (*fn)(const struct south_call *c, const struct south_party *p, void *arg), void *arg);
/** How often this number was dialled. */
uint32_t sim_south_dials(const struct sim *s, const char *number);
/** True while a call with this outside number is up. */
bool sim_south_number_lives(const struct sim *s, struct str number);
/** True if this seed's nodes want more packages than Advanced Call. */
bool sim_south_has_packages(const struct sim *s);
/** True if somebody is subscribed to the calls of this user. */
bool sim_south_is_subscribed(const struct sim *s, unsigned user);
/** True if event-`number` waits for an acknowledgement and was sent once only. */
bool sim_south_sent_once(const struct sim *s, uint64_t number);
/** Events that nobody has acknowledged for a second: younger ones are under way. */
size_t sim_south_unacknowledged(const struct sim *s);
const char *sim_south_state_name(enum south_state state);

/* among the files of the model */
int south_calls_user(const struct sim *s, struct str id_or_number);
void south_calls_begin(struct sim *s);
/** Requests of an application; the HTTP status. */
int south_calls_dial(struct sim *s, unsigned user, struct str to, const struct south_call **call);
int south_calls_verb(struct sim *s, unsigned user, struct str call_id, const char *verb);
/** <call> elements of a user's parties, appended to `out`. */
void south_calls_put(const struct sim *s, unsigned user, struct buf *out);
/** The user is active on the server in charge; `call`: by a call, which tells no snapshot. */
void south_calls_activity(struct sim *s, unsigned user, bool call);

struct south_sub *south_event_subscribe(
	struct sim *s, unsigned user, struct str set, struct str application, const char *packages);
struct south_sub *south_event_sub(struct sim *s, struct str id);
void south_event_unsubscribe(struct sim *s, struct south_sub *sub);
/** To every subscription of the user to a package: eventData of this type with this content. */
void south_event_emit(
	struct sim *s, unsigned user, const char *package, const char *type, struct str content);
void south_event_snapshot(struct sim *s, struct south_sub *sub, const char *type);
/** What the packages of a subscription tell at once and when it is updated. */
void south_event_snapshots(struct sim *s, struct south_sub *sub);
bool south_event_has(const struct south_sub *sub, const char *package);
/** 200, or 404 if no such event waits. */
int south_event_ack(struct sim *s, struct str event_id, unsigned status);
/** What was sent there comes again on another channel. */
void south_event_channel_gone(struct sim *s, uint64_t channel_serial);
/** A channel was opened: what waits may go. */
void south_event_pump(struct sim *s);
/** The server that knew the numbers, and what was not acknowledged, is gone. */
void south_event_renumber(struct sim *s);
void south_event_begin(struct sim *s);
void south_event_fini(struct sim *s);

struct south_channel *south_chan_find(struct sim *s, struct str id);
/** Next channel of the set, but for `except` if there is another; NULL. */
struct south_channel *south_chan_pick(struct sim *s, const char *set, uint64_t except);
void south_chan_write(struct sim *s, struct south_channel *c, struct str bytes);
/** `reason` NULL: closed without a word. */
void south_chan_close(struct sim *s, struct south_channel *c, const char *reason);
void south_chan_begin(struct sim *s);

/** Text of the first element `name` of a document; "" if there is none. */
struct str south_text(struct str document, const char *name);
void south_new_id(struct sim *s, const char *kind, char *out, size_t size);

#endif
