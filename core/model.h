/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known: devices, subscriptions, calls, their parties, sessions, monitors, requests under way.
 *
 * Replicated whole: it changes by deltas alone (apply.c), the same on both nodes, and never by anything
 * else. Glossary. device: a monitored BroadWorks user,
 * call centre or route point. half: one party of a call, as BroadWorks sees it from
 * one user (its call id is per half). call: the session of the halves, named by BroadWorks' tracking id, shown
 * to clients under one CSTA call id. told: what clients were last told of a half; it trails what is true
 * while the device is out of service. gone: BroadWorks has ended the half, clients have not been told yet.
 *
 * Readers walk the structures; only apply.c and model.c write them.
 */
#ifndef TANDEM_CORE_MODEL_H
#define TANDEM_CORE_MODEL_H

#include "core/delta.h"
#include "core/end.h"
#include "core/route.h"
#include "core/snap.h"
#include "core/sub.h"
#include "core/walk.h"
#include "proto/base/map.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

/* Personality and state of a half, as BroadWorks names them. */
enum core_personality {
	CORE_NO_PERSONALITY,
	CORE_ORIGINATOR,
	CORE_TERMINATOR,
	CORE_CLICK_TO_DIAL,
};

enum core_state {
	CORE_NO_STATE,
	CORE_ALERTING,
	CORE_CONNECTED,
	CORE_HELD,
	CORE_REMOTE_HELD,
	CORE_GONE,
	CORE_QUEUED, /* waits in a queue or at a route point */
	CORE_PARKED, /* the far party has parked it: it waits for who retrieves it */
	CORE_STATE_LAST = CORE_PARKED,
};

/* Why a party has another far party, or is in another call. */
enum core_how {
	CORE_HOW_NONE, /* it has not: what is known of the far party became better */
	CORE_HOW_TRANSFERRED,
	CORE_HOW_FORWARDED,
	CORE_HOW_PICKED_UP,
	CORE_HOW_PARK_RETRIEVED,
	CORE_HOW_BARGED_IN,
	CORE_HOW_MONITORED,
	CORE_HOW_CONFERENCED,
	CORE_HOW_PARKED,
	CORE_HOW_LAST = CORE_HOW_PARKED,
};

enum core_recording {
	CORE_RECORDING_NONE,
	CORE_RECORDING_ON,
	CORE_RECORDING_PAUSED,
};

/* What a party is in the conference of its device. All of them make one connection of the device. */
enum core_conference {
	CORE_CONFERENCE_NONE,
	CORE_CONFERENCE_ACTIVE,
	CORE_CONFERENCE_HELD,
};

/* Passing facts about a party: told while its device is in service, kept nowhere. */
enum core_note {
	CORE_NOTE_OFFERED,  /* a waiting call is offered to an agent */
	CORE_NOTE_POSITION, /* number: its new place in the queue */
	CORE_NOTE_PLAY, /* number: 0 busy, 1 music on hold, 2 ringback, 3 silence, 4 treatment */
	CORE_NOTE_STOP, /* number: as above; text: why; text2: digits collected; text3: what went wrong */
	CORE_NOTE_ACCOUNT, /* text: disposition code */
	CORE_NOTE_UPDATED, /* something about the call changed that has no state of its own */
	CORE_NOTE_LEFT, /* text: who has left the conference of somebody else; number: an enum core_end */
	CORE_NOTE_LAST = CORE_NOTE_LEFT,
};

enum core_agent_state {
	CORE_AGENT_NULL, /* signed out, or never heard of */
	CORE_AGENT_NOT_READY,
	CORE_AGENT_READY,
	CORE_AGENT_AFTER_CALL,
};

enum core_feature_kind {
	CORE_FEATURE_DO_NOT_DISTURB,
	CORE_FEATURE_FORWARD_ALWAYS,
	CORE_FEATURE_FORWARD_BUSY,
	CORE_FEATURE_FORWARD_NO_ANSWER,
	CORE_FEATURE_MESSAGE_WAITING,
	CORE_FEATURE_HOTELING, /* on: guest of a host; text: the host */
	CORE_FEATURES,
};

enum core_service {
	CORE_SERVICE_NEW, /* never confirmed: clients have been told nothing */
	CORE_SERVICE_IN,
	CORE_SERVICE_OUT, /* told out of service, or to be confirmed */
};

/* What a monitor follows. */
enum core_monitor_type {
	CORE_MONITOR_DEVICE, /* what happens at its device */
	CORE_MONITOR_CALL,   /* calls: nothing that is true of one device alone is told */
	CORE_MONITOR_TYPE_LAST = CORE_MONITOR_CALL,
};

enum core_status {
	CORE_STATUS_NORMAL,
	CORE_STATUS_PARTIAL,
	CORE_STATUS_DISABLED,
};

/*
 * A tracking id of BroadWorks and the call it names. A call has several after BroadWorks changed its mind about the session
 * (transfer, pick-up, barge-in) and after a conference: no call has two identities towards clients.
 */
struct core_track {
	char *id;
	struct core_call *call;
	uint32_t half_count;
	uint64_t hash;
	TAILQ_HEAD(, core_half) halves; /* in no order that both nodes share */
	TAILQ_ENTRY(core_track) of_call;
	UT_hash_handle by_id;
};

struct core_call {
	uint64_t id; /* CSTA call id */
	uint32_t halves;
	uint32_t follow_count;
	bool joined; /* two calls became this one, its followers were not told yet */
	/* for operators, and not replicated: when this node heard of it (core_model.now_us) */
	int64_t since_us;
	bool restored; /* it came with a snapshot: it is older than that */
	uint64_t hash;
	struct core_snap_mark piece, told_piece;
	TAILQ_HEAD(, core_track) tracks; /* never empty but while it is made and freed */
	TAILQ_HEAD(, core_follow) follows;
	TAILQ_HEAD(core_parties, core_party_told) parties; /* empty without followers */
	UT_hash_handle by_id;
};

struct core_half {
	struct core_device *device;
	struct core_track *track;
	char *bw_call; /* BroadWorks call id of this half */
	char *remote;
	char *remote_user;
	char *via; /* who redirected the call to this device, or the queue that distributed it; "" = nobody */
	char *to; /* where it went when it was diverted or transferred; "" = not known */
	enum core_personality personality;
	enum core_state state;
	enum core_end end;
	enum core_recording recording, told_recording;
	enum core_conference conference;
	enum core_view told;
	enum core_how how;  /* of the move that is to be told */
	char *told_far;     /* the far party before that move; "" otherwise */
	uint64_t told_call; /* the call that clients know it in; 0 = none yet */
	uint64_t other;     /* the second call of a conference or transfer; 0 = none */
	bool moved;         /* another far party or call, not told yet */
	bool outside;       /* the far party is in the network, not in the system */
	bool failed;
	bool local; /* this party released */
	bool gone;
	struct core_dialogue *dialogue; /* of its routeing; NULL */
	uint64_t hash;
	TAILQ_ENTRY(core_half) of_device;
	TAILQ_ENTRY(core_half) of_track;
};

/* A call center that an agent serves. */
struct core_join {
	char *center; /* user id */
	uint64_t hash;
	TAILQ_ENTRY(core_join) of_agent;
};

struct core_agent {
	enum core_agent_state state, told;
	char *code;
	uint32_t join_count;
	uint64_t hash;
	TAILQ_HEAD(, core_join) joins;
};

struct core_feature {
	bool known;
	bool on, told_on;
	uint32_t number; /* rings before forwarding, messages waiting */
	char *text;      /* where to */
	char *told_text;
	uint64_t hash;
};

struct core_device {
	char *id;   /* as clients name it */
	char *user; /* BroadWorks user id */
	enum core_device_kind kind;
	enum core_service service;
	uint32_t half_count;
	uint32_t monitor_count;
	uint64_t hash;
	struct core_snap_mark piece;
	struct core_agent *agent;      /* NULL: not one, as far as is known */
	struct core_feature *features; /* CORE_FEATURES of them; NULL: nothing known */
	void *south; /* the active's own notes about this device (daemon/bw); not replicated */
	TAILQ_HEAD(, core_half) halves;
	TAILQ_HEAD(, core_monitor) monitors;
	struct core_subs subs;
	UT_hash_handle by_id, by_user;
};

struct core_session {
	uint64_t id;
	char *user;
	char *peer; /* "address:port" of the client's side of the connection, "" when detached */
	char *local;
	uint8_t edition;
	bool kept;     /* outlives its connection */
	bool numbered; /* wants messageSequenceNumber */
	bool attached; /* has a connection, as far as is known */
	uint32_t duration_s, cleanup_s;
	uint64_t register_id; /* 0 = not registered for system status */
	bool statuses; /* it hears of the system's status: all do but those registered for something else */
	uint32_t status_filter; /* bits of those that it does not want */
	uint64_t last_number;   /* of the last event said */
	uint64_t common_number; /* owners agree up to it; UINT64_MAX: on all */
	uint64_t last_serial;   /* of the last message said */
	uint64_t acked_serial;  /* acknowledged by the client's TCP */
	uint64_t hash;
	uint32_t
		under_way; /* the active's count of its requests that are not answered; not replicated */
	void *box;         /* its outbox (daemon/outbox) */
	uint32_t monitor_count;
	TAILQ_HEAD(, core_monitor) monitors;
	TAILQ_HEAD(, core_registration) registrations;
	UT_hash_handle by_id;
};

struct core_monitor {
	uint64_t id; /* monitorCrossRefID */
	struct core_session *session;
	struct core_device
		*device; /* NULL: a call is its object, and it follows that wherever it goes */
	char *form;      /* how the client wrote the device: events name it so; "" = by its id */
	bool of_call; /* its object is a call: it ends with it. Then it is in no list of a device */
	TAILQ_HEAD(, core_follow) follows;
	enum core_monitor_type type;
	bool fresh; /* started while the device was not in service: differences are none of its business */
	uint64_t
		filter; /* bits of events that it is not told; which bit is which event the north knows */
	uint64_t hash;
	struct core_snap_mark piece;
	TAILQ_ENTRY(core_monitor) of_device;
	TAILQ_ENTRY(core_monitor) of_session;
	UT_hash_handle by_id;
};

/*
 * A monitor that hears of a call wherever it goes. Monitors of type call hear of calls in this way alone: those of a device
 * follow every call that comes to it, those of a call have this one.
 */
struct core_follow {
	struct core_monitor *monitor;
	struct core_call *call;
	uint64_t hash;
	TAILQ_ENTRY(core_follow) of_call;
	TAILQ_ENTRY(core_follow) of_monitor;
};

/*
 * What the followers of a call were told of one of its parties. Each of two monitored devices tells what happens to both; a
 * follower of the call is told once.
 */
struct core_party_told {
	char *device; /* as clients know it */
	uint8_t state;
	uint64_t hash;
	TAILQ_ENTRY(core_party_told) of_call;
};

struct core_request {
	uint64_t id;
	uint64_t session;
	uint32_t invoke;
	uint8_t kind;
	char *device;
	uint64_t conn; /* the active's note of the connection it came on; not replicated */
	uint64_t hash;
	UT_hash_handle by_id;
};

/* An operation of several steps towards BroadWorks: the next active finishes or undoes it. */
struct core_journal {
	uint64_t id;
	uint8_t kind, step;
	uint64_t session;
	uint32_t invoke;
	char *device, *text;
	uint64_t hash;
	UT_hash_handle by_id;
};

/* What clients must be told after a delta, one call per fact. */
enum core_say_kind {
	/* half, step: to every monitor of its device; `difference`: found by comparison, fresh monitors skip it.
	 * `far_only`: a party of a conference left, the device itself stays */
	SAY_STEP,
	SAY_MOVED, /* half: another far party, or another call than half->told_call; why: half->how */
	SAY_RECORD,         /* half: recording, told_recording is what it was */
	SAY_NOTE,           /* half, note, number, text, text2 */
	SAY_AGENT,          /* device: agent->state, agent->told is what it was */
	SAY_JOINED,         /* device: text is a call center that the agent has joined or left */
	SAY_FEATURE,        /* device, number: a feature changed */
	SAY_OUT,            /* device */
	SAY_IN,             /* device; fresh ones were told out too */
	SAY_STATUS,         /* status: to every session */
	SAY_SESSION_OPENED, /* session */
	SAY_SESSION_CLOSED, /* session; its monitors are gone already */
	SAY_SESSION_ACKED,  /* session: serials up to acked_serial need not be kept */
	SAY_MONITOR_OUT,    /* monitor: started on a device that is out of service */
	SAY_ROUTE,          /* session, registration, dialogue, route: to a routeing server */
	SAY_MONITOR_ENDED,  /* monitor: it ends, and its client did not ask for it */
	SAY_FOLLOWED, /* call: has its first follower; what is known of its parties is told from here on */
	SAY_CALL_OVER,  /* half: the last one of its call, which is over. Nobody is told */
	SAY_CALL_ENDED, /* call, half: the last party is gone; its followers are to be told */
};

struct core_say {
	enum core_say_kind kind;
	const struct core_device *device;
	const struct core_half *half;
	enum core_step step;
	bool difference;
	bool far_only;
	enum core_note note;
	uint32_t number;
	struct str text, text2, text3;
	struct core_session *session;
	const struct core_monitor *monitor;
	struct core_call *call;
	enum core_status status;
	const struct core_registration *registration;
	const struct core_dialogue *dialogue; /* NULL: the registration itself */
	enum core_route_word route;
};

typedef void (*core_say_fn)(const struct core_say *say, void *arg);

struct core_model {
	uint64_t epoch;
	uint8_t owner;       /* node id of the active of this epoch */
	uint64_t id_counter; /* of this epoch */
	enum core_status status;
	uint64_t digest;
	uint64_t meta_hash;
	uint32_t devices_out;
	int64_t now_us; /* the time of day as its owner last said it: for what is shown, never for a decision */
	struct core_device *devices, *devices_by_user;
	struct core_sub *subs;
	uint32_t subscribed[CORE_PACKAGE_count]; /* how many of them carry the package */
	struct core_subs scopes;                 /* subscriptions that are of no single device */
	struct core_call *calls;
	uint32_t calls_up; /* how many of them have a half */
	struct core_track *tracks;
	struct core_session *sessions;
	struct core_monitor *monitors;
	uint32_t monitors_of[CORE_MONITOR_TYPE_LAST + 1]; /* how many of them are of the type */
	struct core_request *requests;
	struct core_journal *journals;
	struct core_registration *registrations, *registrations_by_device;
	struct core_dialogue *dialogues;
	core_say_fn say; /* never NULL */
	/* a device is about to go: the active drops its notes; may be NULL */
	void (*device_gone)(struct core_device *device, void *arg);
	void *arg; /* of both */
	struct buf scratch;
	struct core_snap snap;
};

/** An empty model. `say` gets what clients must be told, on both nodes. */
void core_init(struct core_model *m, core_say_fn say,
	void (*device_gone)(struct core_device *, void *), void *arg);
void core_fini(struct core_model *m);
/** Empties it; sessions are said closed. */
void core_clear(struct core_model *m);

/** Applies one encoded delta. 0; E_UNKNOWN for a kind or object that is not known; E_MALFORMED. */
int core_apply(struct core_model *m, uint16_t kind, uint16_t version, const uint8_t *p, size_t n)
	__attribute__((warn_unused_result));

/** Adds one record of a snapshot to the (formerly empty) model. */
int core_restore_record(struct core_model *m, uint16_t kind, const uint8_t *p, size_t n)
	__attribute__((warn_unused_result));

struct core_device *core_device_by_id(const struct core_model *m, struct str id);
struct core_device *core_device_by_user(const struct core_model *m, struct str user);
/** NULL if no call has it. */
struct core_call *core_call_by_tracking(const struct core_model *m, struct str tracking);
struct core_call *core_call_by_id(const struct core_model *m, uint64_t id);
struct core_track *core_track_by_id(const struct core_model *m, struct str tracking);
struct core_journal *core_journal_by_id(const struct core_model *m, uint64_t id);
struct core_session *core_session_by_id(const struct core_model *m, uint64_t id);
/** What a session is called before people, in six hexadecimal digits: its id is all that it takes to resume it, a secret. */
unsigned core_session_tag(uint64_t id);
struct core_monitor *core_monitor_by_id(const struct core_model *m, uint64_t id);
struct core_request *core_request_by_id(const struct core_model *m, uint64_t id);
/** The living half of a device with this BroadWorks call id; NULL. */
struct core_half *core_half_by_bw(const struct core_device *d, struct str bw_call);
/** The living half of a device in this CSTA call, of several in a conference the first; NULL. */
struct core_half *core_half_by_call(const struct core_device *d, uint64_t call_id);

/** Do two halves make one connection of their device: both are, or were, in its conference? Gone or not. */
bool core_half_shares(const struct core_half *h, const struct core_half *with);
/** Another living half that makes one connection with this one: both are, or were, in the conference of the device. NULL. */
struct core_half *core_half_sibling(const struct core_half *h);
/**
 * Clients know a connection by its device and the call they were told of. Do these two parties make one connection there? Other
 * than core_half_shares() that is what was told: gone parties included until they are told gone, and those that have moved into
 * another call until that is told.
 */
bool core_half_together(const struct core_half *h, const struct core_half *other);
/** The one that speaks for the connection as clients know it, its first living one, if that is another one than `h`; NULL. */
struct core_half *core_half_leader(const struct core_half *h);
/** The living half of a device that clients know in this call, which may have become part of another one meanwhile; NULL. */
struct core_half *core_half_by_told(const struct core_device *d, uint64_t call_id);
/** A move (`how`) while the party calls: its call was sent on to somebody else, who is still to be told as called. */
bool core_half_is_sent_on(const struct core_half *h);
/** Does another session come in with a move for that reason: of who picks up, retrieves or intrudes? */
bool core_how_takes(enum core_how how);
/** A move (`how`) of who took over the call of the far party's: its own call became that one. */
bool core_half_took_over(const struct core_half *h);
/** A move of who talks to a queue or route point: that has given the call to somebody. */
bool core_half_is_distributed(const struct core_model *m, const struct core_half *h);
/** A move (`how`) by which the far party gave its place to another one. */
bool core_half_is_handed_over(const struct core_half *h);
/** Is it the one of those that speaks for the connection? True without siblings. */
bool core_half_leads(const struct core_half *h);
/** Does somebody want to hear of it: a monitor, a routeing server? */
bool core_device_is_wanted(const struct core_model *m, const struct core_device *d);
/** How it came into its call. */
enum core_way core_half_way(const struct core_half *h);
/** What a half looks like now. */
enum core_view core_half_view(const struct core_half *h);

/**
 * The next identifier (session, monitor, call, request, registration): epoch, node id of the active, and a counter of 32
 * bits, so that no two owners of the state ever make the same. A positive number below 2^63 for every epoch below 2^23.
 * It is taken when a delta that carries it is applied.
 */
uint64_t core_next_id(const struct core_model *m);

/* used by apply.c and model.c */
struct core_device *core_device_new(struct core_model *m, const struct delta_r_device *r);
void core_device_free(struct core_model *m, struct core_device *d);
struct core_call *core_call_new(struct core_model *m, const struct delta_r_call *r);
/** With its tracks, which must have no halves. */
void core_call_free(struct core_model *m, struct core_call *c);
struct core_track *core_track_new(struct core_model *m, struct core_call *c, struct str tracking);
/** The track becomes one of another call; the old one goes with its last track. */
void core_track_move(struct core_model *m, struct core_track *t, struct core_call *c);
struct core_half *core_half_new(
	struct core_model *m, struct core_device *d, struct core_track *t, struct str bw_call);
/** The half comes under another track; the old one goes with its last half. */
void core_half_retrack(struct core_model *m, struct core_half *h, struct core_track *t);
void core_half_free(struct core_model *m, struct core_half *h);
struct core_session *core_session_new(struct core_model *m, const struct delta_r_session *r);
void core_session_free(struct core_model *m, struct core_session *s);
/** `d` NULL: its object is a call, of type call. */
struct core_monitor *core_monitor_new(struct core_model *m, const struct delta_r_monitor *r,
	struct core_session *s, struct core_device *d);
/** With what it follows. */
void core_monitor_free(struct core_model *m, struct core_monitor *mon);
/** Nothing if it does already. */
void core_follow_new(struct core_model *m, struct core_monitor *mon, struct core_call *c);
/** The same of a snapshot: nothing is said. */
void core_follow_restore(struct core_model *m, struct core_monitor *mon, struct core_call *c);
/** The party is in another call than before, or new: the call monitors of its device follow that. */
void core_follow_half(struct core_model *m, struct core_half *h);
/**
 * Who followed `from` follows `into` from now on. `left`: the party that made one call of the two by leaving both, and
 * followers know it; NULL: they do not know yet.
 */
void core_follow_move(struct core_model *m, struct core_call *from, struct core_call *into,
	const struct core_half *left);
/** The party goes into another call: who followed it there, or has no other party left, goes along. Before it goes. */
void core_follow_retrack(struct core_model *m, struct core_half *h, struct core_call *into);
/** The party leaves its call, for good: followers go where the call went, or hear that it ended. Before it leaves. */
void core_follow_left(struct core_model *m, struct core_half *h);
/** Nobody is told. */
void core_follow_drop_all(struct core_model *m, struct core_call *c);
/** For say: what followers were told of a party; NULL if nothing. */
struct core_party_told *core_party_told(const struct core_call *c, struct str device);
/** For say, and for snapshots: they are told now. */
void core_party_tell(struct core_model *m, struct core_call *c, struct str device, uint8_t state);
void core_party_drop(struct core_model *m, struct core_call *c, struct core_party_told *p);
/** For say: two calls have become this one, and that is told (or not yet). */
void core_call_set_joined(struct core_model *m, struct core_call *c, bool joined);
/** Somebody follows a call that is at the device. */
bool core_device_is_followed(const struct core_device *d);
struct core_request *core_request_new(struct core_model *m, const struct delta_r_request *r);
void core_request_free(struct core_model *m, struct core_request *q);
struct core_agent *core_agent_get(struct core_model *m, struct core_device *d);
/** Agent, joins and features of a device that is freed. */
void core_person_free(struct core_model *m, struct core_device *d);
struct core_join *core_join_find(const struct core_device *d, struct str center);
void core_join_new(struct core_model *m, struct core_device *d, struct str center);
void core_join_free(struct core_model *m, struct core_device *d, struct core_join *j);
/** Features of a device, made if need be. */
struct core_feature *core_features_get(struct core_device *d);
struct core_journal *core_journal_new(struct core_model *m, const struct delta_r_journal *r);
void core_journal_free(struct core_model *m, struct core_journal *j);
void core_hash_track(struct core_model *m, struct core_track *t);
void core_hash_agent(struct core_model *m, struct core_device *d);
void core_hash_feature(struct core_model *m, struct core_device *d, enum core_feature_kind kind);
void core_hash_journal(struct core_model *m, struct core_journal *j);
/** For core/snap.c. Records of an object and what hangs on it, see there; those of a device in three parts. */
void core_put_call(const struct core_call *c, struct buf *out);
void core_put_device(const struct core_device *d, struct buf *out);
void core_put_halves(const struct core_device *d, struct buf *out);
void core_put_person(const struct core_device *d, struct buf *out);
void core_put_monitor(const struct core_monitor *mon, struct buf *out);
void core_put_told(const struct core_call *c, struct buf *out);
/** Records of what is no object of a list that is long: the model itself; scopes and sessions; requests, journals, routes. */
void core_put_meta(const struct core_model *m, struct buf *out);
void core_put_sessions(const struct core_model *m, struct buf *out);
void core_put_rest(const struct core_model *m, struct buf *out);
void core_put_journals(const struct core_model *m, struct buf *out);
/** For the files of this folder: an object's share of the digest, its record is in m->scratch. */
void core_rehash(struct core_model *m, uint16_t kind, uint64_t *hash);
void core_unhash(struct core_model *m, uint64_t *hash);
size_t core_record_begin(struct buf *out, uint16_t kind);
void core_record_end(struct buf *out, size_t at);
/** Brings the object's share of the digest up to date; after every change of a replicated field. */
void core_hash_meta(struct core_model *m);
void core_hash_device(struct core_model *m, struct core_device *d);
void core_hash_sub(struct core_model *m, struct core_sub *s);
void core_hash_half(struct core_model *m, struct core_half *h);
void core_hash_session(struct core_model *m, struct core_session *s);
void core_hash_monitor(struct core_model *m, struct core_monitor *mon);
void core_hash_request(struct core_model *m, struct core_request *q);
/** Replaces a kept text. */
void core_text_set(char **kept, struct str s);
/** The identifier was used: the counter never goes back behind it. */
void core_id_used(struct core_model *m, uint64_t id);

#endif
