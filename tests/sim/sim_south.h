/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BroadWorks: the truth about all calls, and Xsi as the nodes see it. Its own XML, written and read with plain text
 * functions: a mistake of the product's codecs must not be made here a second time.
 *
 *   sim_south_calls.c   users, calls, the load, the application server
 *   sim_south_feature.c transfers, forwards, pick-ups, conferences, barge-in, recording
 *   sim_south_acd.c     a call center and a route point with their queues
 *   sim_south_person.c  agents, services of users, hoteling
 *   sim_south_truth.c   who is in which call, for comparing
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
#define SOUTH_PEOPLE_MAX 8
#define SOUTH_USERS_MAX (SOUTH_PEOPLE_MAX + 2) /* a call center and a route point come last */
#define SOUTH_PARTIES 3
#define SOUTH_PARTED_MAX 8192
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
	SOUTH_REMOTE_HELD,
	SOUTH_DETACHED, /* of an event only: it was redirected */
	SOUTH_QUEUED,   /* waits in a queue */
};

enum south_recording {
	SOUTH_NOT_RECORDED,
	SOUTH_RECORDED,
	SOUTH_RECORD_PAUSED,
};

enum south_conference {
	SOUTH_NO_CONFERENCE,
	SOUTH_CONFERENCE_ACTIVE,
	SOUTH_CONFERENCE_HELD,
};

enum south_agent {
	SOUTH_SIGNED_OUT,
	SOUTH_UNAVAILABLE,
	SOUTH_AVAILABLE,
	SOUTH_WRAP_UP,
	SOUTH_SIGN_IN, /* on the way in: becomes unavailable */
};

enum south_kind {
	SOUTH_USER,
	SOUTH_QUEUE,
	SOUTH_ROUTE_POINT,
};

struct south_party {
	int user; /* index; -1: outside, as `number` */
	char number[SOUTH_ID];
	char id[SOUTH_ID];
	enum south_state state; /* NONE: not (any more) in the call */
	const char *personality;
	bool treated; /* hears a tone: CallReleasing was sent */
	bool waits; /* talked and was transferred to somebody who has not answered: told as Alerting again */
	bool conferenced; /* in the conference of its user */
	enum south_recording recording;
	int by;             /* user who redirected the call here + 1; 0 = nobody */
	int acd;            /* user index of the queue that distributed it + 1 */
	char to[SOUTH_ID];  /* with DETACHED: where to */
	const char *reason; /* and why */
};

struct south_call {
	bool used;
	uint64_t generation; /* of timers */
	char tracking[SOUTH_ID];
	char dialled[SOUTH_ID];
	struct south_party party[SOUTH_PARTIES]; /* the caller, the called, the queue it waits in */
	unsigned offered;                        /* how often it was offered to agents */
	uint32_t was_in;                         /* users who were ever in it: bits */
	uint64_t group; /* calls that a conference brought together have the same */
};

struct south_user {
	char id[SOUTH_ID]; /* 2000@demo.example */
	char extension[8];
	char number[SOUTH_ID]; /* tel:+155502000 */
	enum south_kind kind;
	enum south_conference conference;
	const char *conference_type; /* NULL: one of his own making */
	enum south_agent agent;
	char forward_to[SOUTH_ID]; /* Call Forwarding Always; "" = off */
	char host[SOUTH_ID];       /* user id of the host whose guest he is; "" = none */
	unsigned messages;
	bool returns; /* has come back into a call that he had left */
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
	unsigned user_count;   /* people */
	unsigned device_count; /* and what comes behind them */
	bool features;         /* more than calls of two parties */
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
	/* who has left calls with which outside number: a hash each */
	uint64_t parted[SOUTH_PARTED_MAX];
	size_t parted_count;
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
/** True if more than one of his calls is recorded: in a conference they are one to clients. */
bool sim_south_records_more(const struct sim *s, const char *extension);
/** How often this number was dialled. */
uint32_t sim_south_dials(const struct sim *s, const char *number);
/** True while this user is in a call with this outside number, and has never left one with it. */
bool sim_south_number_lives(const struct sim *s, struct str number, const char *extension);
/** True if calls may come back to the user under the id that they had. */
bool sim_south_returns(const struct sim *s, const char *extension);
/** True if this seed's nodes want more packages than Advanced Call. */
bool sim_south_has_packages(const struct sim *s);
/** True if somebody is subscribed to the calls of this user. */
bool sim_south_is_subscribed(const struct sim *s, unsigned user);
/** True if event-`number` waits for an acknowledgement and was sent once only. */
bool sim_south_sent_once(const struct sim *s, uint64_t number);
/** Events that nobody has acknowledged for a second: younger ones are under way. */
size_t sim_south_unacknowledged(const struct sim *s);
const char *sim_south_state_name(enum south_state state);

/** True if this seed's world has more than calls of two parties: transfers, conferences... */
bool sim_south_has_features(const struct sim *s);
/** True if it has a call center, a route point and agents, too. */
bool sim_south_has_acd(const struct sim *s);

/* among the files of the model */
uint64_t south_calls_rand(struct sim *s, uint64_t n);
int64_t south_calls_ms(struct sim *s, int64_t low, int64_t high);
/** Tells the user of the party; nothing of an outside party. */
void south_calls_tell(struct sim *s, const struct south_call *c, const struct south_party *p,
	const char *type, const char *releasing);
void south_calls_put_party(const struct sim *s, const struct south_call *c,
	const struct south_party *p, const char *releasing, struct buf *out);
struct south_call *south_calls_new(
	struct sim *s, int caller, const char *personality, struct str to);
unsigned south_calls_of_user(const struct sim *s, unsigned user);
/** Makes the called party, which is `to` (-1: outside, as dialled). */
void south_calls_enter(struct sim *s, struct south_call *c, unsigned k, int to);
bool south_calls_is_in(const struct sim *s, const struct south_call *c, int user);
/** False if he is in it; or was, and events may be lost: two halves of one user in one session look alike then. */
bool south_calls_may_enter(const struct sim *s, const struct south_call *c, int user);
void south_calls_answered(struct sim *s, struct south_call *c);
/** Party k leaves: the others stay. */
void south_calls_leave(struct sim *s, struct south_call *c, unsigned k, bool local);
void south_calls_end(struct sim *s, struct south_call *c, unsigned by);
void south_calls_retrieve(struct sim *s, struct south_call *c, unsigned k);
void south_calls_outside_number(struct sim *s, char *out, size_t size);
void south_calls_tracking(struct sim *s, char *out, size_t size);
/** The party is no more: notes it. */
void south_calls_part(struct sim *s, struct south_call *c, unsigned k);
/** Timers of a call: those that were set before are void. */
void south_calls_go_on(struct sim *s, struct south_call *c);
void south_calls_ring(struct sim *s, struct south_call *c);
void south_calls_offer(struct sim *s, struct south_call *c);

void south_feature_begin(struct sim *s);
/** A party of a conference has left its call. */
void south_feature_left(struct sim *s, unsigned user);
/** <conference> of a user; nothing without one. */
void south_feature_put_conference(const struct sim *s, unsigned user, struct buf *out);
void south_acd_begin(struct sim *s);
/** The call leaves its queue with this event. */
void south_acd_leave(struct sim *s, struct south_call *c, const char *event, const char *extra);
void south_acd_answered(struct sim *s, struct south_call *c);
void south_acd_put(const struct sim *s, unsigned user, struct buf *out);
void south_acd_bounce(struct sim *s, struct south_call *c);
void south_person_begin(struct sim *s);
/** What the packages about the person tell at once and when they are asked. */
void south_person_snapshots(struct sim *s, struct south_sub *sub);
/** PUT of a service of the user; the HTTP status. */
int south_person_put(struct sim *s, unsigned user, struct str service, struct str body);
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
/** To one subscription. */
void south_event_new(struct sim *s, struct south_sub *sub, const char *type, struct str content);
/** The package that says what calls a device of this kind has. */
const char *south_event_primary(enum south_kind kind);
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
