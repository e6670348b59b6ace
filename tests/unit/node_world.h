/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small world around one node without a cluster: clients, a BroadWorks, time that passes when told to.
 *
 * The node is fed events and its actions are carried out here. What clients hear and what BroadWorks is asked is
 * kept as text, one line each, to be compared with what a test expects. BroadWorks answers by itself (channels,
 * subscriptions with snapshots of the calls it holds, heartbeats) after a millisecond; a rule makes it answer
 * something else. Nothing is random but what the node draws from its seed.
 *
 * A heard line: invoke id, root, leaves as name=text, inner elements as name{...}; numbers made by the
 * node as #n (the n-th of its ids), which may be sent in the same form. "0001 MonitorStartResponse{monitorCrossRefID=#3 monitorExistingCalls=true}"; "closed" when the
 * node closed the connection. An asked line: "xsp1 PUT E/subscription/s-2001", with E, A and C for the
 * contexts of events, actions and channels; an acknowledgement is "xsp1 ack e7 200"; a subscription to anything but Advanced
 * Call has the packages behind it: " Do Not Disturb", " [Advanced Call, Do Not Disturb]".
 */
#ifndef TANDEM_TESTS_UNIT_NODE_WORLD_H
#define TANDEM_TESTS_UNIT_NODE_WORLD_H

#include "daemon/node.h"
#include "proto/csta_codec.h"

#include <check.h>
#include <sys/queue.h>

/* Heard lines of events; `end` is W_END or W_NUM("7"), device names are those of devices. */
#define W_END "}\n"
#define W_NUM(n) " extensions{security{messageSequenceNumber=" n "}}}\n"
#define W_CONNECTION(name, call, device) name "{callID=#" call " deviceID=" device "} "
#define W_PARTY(name, device) name "{deviceIdentifier=" device "} "
#define W_EVENT(name, ref) "9999 " name "Event{monitorCrossRefID=#" ref " "
#define W_LOCAL(local, cause, end) "localConnectionInfo=" local " cause=" cause end
#define W_INITIATED(ref, call, device, end) \
	W_EVENT("ServiceInitiated", ref) \
	W_CONNECTION("initiatedConnection", call, device) \
	W_PARTY("initiatingDevice", device) W_LOCAL("initiated", "makeCall", end)
#define W_ORIGINATED(ref, call, device, called, end) \
	W_EVENT("Originated", ref) \
	W_CONNECTION("originatedConnection", call, device) \
	W_PARTY("callingDevice", device) \
	W_PARTY("calledDevice", called) W_LOCAL("connected", "newCall", end)
#define W_DELIVERED(ref, call, alerting, calling, called, local, end) \
	W_EVENT("Delivered", ref) \
	W_CONNECTION("connection", call, alerting) \
	W_PARTY("alertingDevice", alerting) \
	W_PARTY("callingDevice", calling) \
	W_PARTY("calledDevice", called) \
	"lastRedirectionDevice{notRequired} " W_LOCAL(local, "newCall", end)
#define W_ESTABLISHED(ref, call, answering, calling, called, end) \
	W_EVENT("Established", ref) \
	W_CONNECTION("establishedConnection", call, answering) \
	W_PARTY("answeringDevice", answering) \
	W_PARTY("callingDevice", calling) \
	W_PARTY("calledDevice", called) \
	"lastRedirectionDevice{notRequired} " W_LOCAL("connected", "newCall", end)
#define W_HELD(ref, call, holding, local, end) \
	W_EVENT("Held", ref) \
	W_CONNECTION("heldConnection", call, holding) \
	W_PARTY("holdingDevice", holding) W_LOCAL(local, "normal", end)
#define W_RETRIEVED(ref, call, retrieving, end) \
	W_EVENT("Retrieved", ref) \
	W_CONNECTION("retrievedConnection", call, retrieving) \
	W_PARTY("retrievingDevice", retrieving) W_LOCAL("connected", "normal", end)
#define W_CLEARED(ref, call, device, releasing, cause, end) \
	W_EVENT("ConnectionCleared", ref) \
	W_CONNECTION("droppedConnection", call, device) \
	W_PARTY("releasingDevice", releasing) W_LOCAL("null", cause, end)
#define W_DIVERTED(ref, call, diverting, calling, called, end) \
	W_EVENT("Diverted", ref) \
	W_CONNECTION("connection", call, diverting) \
	W_PARTY("divertingDevice", diverting) \
	"newDestination{notKnown} " W_PARTY("callingDevice", calling) W_PARTY("calledDevice", \
		called) "lastRedirectionDevice{notRequired} " W_LOCAL("null", "redirected", end)
#define W_OUT(ref, device, end) \
	W_EVENT("OutOfService", ref) W_PARTY("device", device) "cause=networkOutOfOrder" end
#define W_BACK(ref, device, end) \
	W_EVENT("BackInService", ref) W_PARTY("device", device) "cause=normal" end
#define W_STATUS(invoke, status) invoke " SystemStatus{systemStatus=" status "}\n"
#define W_ERROR(invoke, category, value) invoke " CSTAErrorCode{" category "=" value "}\n"

#define WORLD_CLIENTS 80
#define WORLD_XSPS 4
#define WORLD_USERS 600
#define WORLD_HALVES 4
#define WORLD_PACKAGES 10
#define WORLD_LEAKS 40
#define WORLD_SCOPES 16

enum world_xsp_mode {
	WORLD_UP,
	WORLD_SILENT,  /* takes everything and says nothing */
	WORLD_DOWN,    /* refuses connections */
	WORLD_REFUSES, /* answers `refusal` to the opening of a channel */
};

struct world_client {
	bool open;
	uint64_t held_ms; /* mute, to be closed after so long; 0: it is not */
	bool paused;      /* the node does not want to read of it for now */
	bool reads;       /* its TCP acknowledges what it gets at once */
	struct csta_stream in;
	uint64_t bytes;
	uint64_t frames;
	struct buf heard;
	struct buf raw; /* the same as lines of invoke id and exact body */
};

struct world_xsp {
	enum world_xsp_mode mode;
	unsigned refusal;
	const char *location; /* goes with a refusal that is a redirect */
	uint64_t stream;      /* 0 = none */
	bool open;            /* the Channel document was sent */
	char channel[32];
	unsigned opens; /* channels asked for, since the start */
};

/* A party of a call as BroadWorks knows it. */
struct world_half {
	char id[40], tracking[40], personality[20], state[20], remote[64];
};

/* A subscription to a package besides the one that tells of calls. */
struct world_package {
	char name[48];         /* "Do Not Disturb"; "" = free */
	char subscription[96]; /* "" = it comes in the list of the user's own */
	unsigned sequence;
};

struct world_user {
	char name[64];         /* "2001" */
	char subscription[96]; /* to calls, or to a list with them; "" = none */
	unsigned sequence;     /* of the last event */
	struct world_half halves[WORLD_HALVES];
	struct world_package packages[WORLD_PACKAGES];
};

/* What BroadWorks answers instead of what it would. */
struct world_rule {
	TAILQ_ENTRY(world_rule) link;
	char method[8];  /* "" = any */
	char part[96];   /* of the path */
	unsigned status; /* 0 = no answer until the node's time-out */
	int64_t delay_ms;
	int times; /* -1 = for ever */
	char *body;
	const char *location; /* of a redirect; NULL */
	uint32_t retry_after_s;
};

struct world_due; /* an input on its way to the node */

struct world {
	struct conf conf;
	struct log log;
	struct node *node;
	struct node_out *out;
	struct mono now;
	bool listening;
	bool stopped;
	struct buf logs;    /* "37603 text" */
	struct buf history; /* words */
	struct buf asked;
	struct buf bodies;  /* of all requests, a line each */
	struct buf targets; /* "http://h:80 Basic xyz PUT E/..." of each request and each open */
	bool quiet_acks;    /* asked has no acknowledgements and heartbeats */
	uint64_t acks;
	uint64_t asks; /* subscriptions asked for and updated */

	uint64_t steps;
	uint64_t id_high; /* upper half of the ids that the node makes, once one was heard */
	struct world_client clients[WORLD_CLIENTS]; /* 1..; index = id of the connection */
	unsigned client_count;
	struct world_xsp xsps[WORLD_XSPS];
	uint32_t xsp_count;
	struct world_user users[WORLD_USERS];
	unsigned user_count;
	unsigned channels, subscriptions, events, dials;
	bool snapshots;      /* sent after a subscription or an update; default yes */
	int64_t snapshot_ms; /* after the answer; default 1 */
	bool lists;          /* takes an eventPackageList; default no: 400 */
	const char *
		unassigned; /* packages that are refused with 403, anywhere in this text; NULL: none */
	unsigned expires_s;                        /* granted to subscriptions; default 7200 */
	struct world_package scopes[WORLD_SCOPES]; /* of groups; `name`: "Advanced Call ent/grp" */
	struct {
		char id[96], target[64], application[32];
	} leaked[WORLD_LEAKS]; /* subscriptions that nobody here made; id "" = free */
	unsigned list_max;     /* longer lists of subscriptions do not get through; default 1000 */
	/* instead of the BroadWorks that answers by itself; NULL: that one */
	void (*by_hand)(struct world *w, const struct node_action *a);
	/* connections of CTI links, secrets, names: nothing answers by itself */
	void (*links_by_hand)(struct world *w, const struct node_action *a);
	TAILQ_HEAD(world_rules, world_rule) rules;
	TAILQ_HEAD(world_dues, world_due) due;
};

/**
 * A world whose node has not started. `settings`: lines of configuration that follow those of [broadworks] that name
 * `xsps` XSPs, more sections included; "" for none. What does not speak of packages has one, Advanced Call; what does not
 * speak of device-kind has users only; what does not speak of leak-check-s looks for no leaks.
 */
void world_init(struct world *w, unsigned xsps, const char *settings);
void world_fini(struct world *w);
/** Starts the node and runs until its channels are open and all is quiet. */
void world_start(struct world *w);
/** Lets this time pass, with everything that happens in it. */
void world_run(struct world *w, int64_t ms);
/** Runs what is under way: twenty milliseconds. */
void world_settle(struct world *w);
/** One input at the present time. */
void world_step(struct world *w, const struct node_event *ev);
/** An input after a delay. `bytes` and `text` are copied. */
void world_later(struct world *w, int64_t ms, enum node_event_kind kind, uint64_t id,
	uint64_t number, struct str bytes, struct str text);

/** The same of any input; its texts are copied. */
void world_event_later(struct world *w, int64_t ms, const struct node_event *ev);

/* clients */

/** Connects from 10.77.0.100 and an own port; returns the client's number. Nothing runs yet. */
unsigned world_connect(struct world *w);
/** The same from another address ("10.1.1.1:5"). */
unsigned world_connect_from(struct world *w, const char *peer);
/** The same over another listener of the configuration. */
unsigned world_connect_over(struct world *w, uint32_t listener, const char *peer);
/** The same to another address of the node than the virtual one. */
unsigned world_connect_to(struct world *w, const char *local);
/** Sends one frame and lets it have its effect. */
void world_send(struct world *w, unsigned client, unsigned invoke, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void world_send_bytes(struct world *w, unsigned client, const void *p, size_t n);
/** The client's end closes. */
void world_hang_up(struct world *w, unsigned client);
/** Asserts that exactly these lines were heard since the last time. */
void world_heard(struct world *w, unsigned client, const char *lines);
/** Appends the text with "#7" replaced by the node's seventh id. */
void world_put_ids(const struct world *w, struct buf *b, const char *text);
/** What was heard since the last time, without an assertion; valid until more is heard. Empties it. */
const char *world_take(struct world *w, unsigned client);
/** A session (user demo, password demo) with the numbers of events wanted: client, associated and quiet. */
unsigned world_session(struct world *w);
/** StartApplicationSession with these parts of SessionLoginInfo besides user and password. */
void world_start_session(
	struct world *w, unsigned client, unsigned invoke, const char *password, const char *login);
/** A started world whose acknowledgements are not noted, with a client that has a session (#1) without numbers. */
unsigned world_begin(struct world *w, unsigned xsps, const char *settings);
/** world_begin() with a monitor on 2001 (#2) and a call a (#3) from 2002 there in this state of BroadWorks; all is told. */
unsigned world_begin_call(struct world *w, const char *personality, const char *state);
/** Starts a monitor, asserts the answer, empties what was heard; returns the low part of the cross reference. */
unsigned world_monitor(struct world *w, unsigned client, const char *device);

/* BroadWorks (node_world_bw.c) */

/** What an action of the node asks of BroadWorks. */
void world_bw_http(struct world *w, const struct node_action *a);
void world_bw_open(struct world *w, const struct node_action *a);
void world_bw_close(struct world *w, uint64_t stream);
void world_bw_fini(struct world *w);
/** The user, made if need be ("2001"). */
struct world_user *world_user(struct world *w, const char *name);
/** Answers to the next `times` requests of that method with `part` in their path. */
void world_rule(struct world *w, const char *method, const char *part, unsigned status, int times,
	const char *body);
struct world_rule *world_rule_last(struct world *w);
/** Takes all rules back. */
void world_rules_clear(struct world *w);
/** Changes what BroadWorks knows of a party without an event; state "" or "Released": forgotten. */
void world_half(struct world *w, const char *user, const char *id, const char *tracking,
	const char *personality, const char *state, const char *remote);
/** The same with the event that tells it. `remote`: a user ("2002") or a number ("tel:+15559000001"). */
void world_call(struct world *w, const char *user, const char *type, const char *id,
	const char *tracking, const char *personality, const char *state, const char *remote);
/** world_call with further elements in the call, e.g. a releaseCause. */
void world_call_with(struct world *w, const char *user, const char *type, const char *id,
	const char *tracking, const char *personality, const char *state, const char *remote,
	const char *more);
/** Forgets every call of the user without an event. */
void world_forget(struct world *w, const char *user);
/** An event of this type and inner XML of eventData at the next number, on the first open channel. */
void world_event(struct world *w, const char *user, const char *type, const char *data);
/** Inner XML of an event about one call; valid until the next call. */
const char *world_call_xml(const char *id, const char *tracking, const char *personality,
	const char *state, const char *remote);
/** world_event with everything chosen; the user's own number is left alone. */
void world_event_as(struct world *w, uint32_t xsp, const char *user, const char *event_id,
	unsigned sequence, const char *type, const char *data);
/** An event of another package ("Do Not Disturb") that the user is subscribed to. */
void world_package_event(
	struct world *w, const char *user, const char *package, const char *type, const char *data);
/** The subscription of a group or an enterprise to a package; id "" if there is none. */
struct world_package *world_scope(struct world *w, const char *package, const char *scope);
/** An event of a user by the subscription of its group or enterprise. */
void world_scope_event(struct world *w, struct world_package *scope, const char *user,
	const char *type, const char *data);
/** A subscription of an earlier life. `application` "tandem" is ours. */
void world_leak(struct world *w, const char *id, const char *target, const char *application);
/** How many of them BroadWorks still holds. */
unsigned world_leaked(const struct world *w);
/** The subscription that tells of a package; "" if there is none. Calls: "Advanced Call" and so on. */
const char *world_package(struct world *w, const char *user, const char *package);
/** A snapshot of the user's calls as CallSubscriptionEvent (or another type), unasked, at the next number. */
void world_snapshot(struct world *w, const char *user, const char *type);
/** Inner XML of a snapshot of the user's calls, appended. */
void world_put_calls(struct world *w, const struct world_user *u, struct buf *b);
/** A document as it is on a channel. */
void world_document(struct world *w, uint32_t xsp, const char *document);
/** The stream ends. */
void world_stream_ends(struct world *w, uint32_t xsp);
/** Asserts that exactly these requests were made since the last time (without acknowledgements if quiet_acks). */
void world_asked(struct world *w, const char *lines);
/** How many of the requests since the last time contain the word; forgets nothing. */
unsigned world_asked_count(const struct world *w, const char *word);
void world_forget_asked(struct world *w);

/** How many log lines have this number and contain the text. */
unsigned world_logged(const struct world *w, int number, const char *text);
/** How often the history has the word. */
unsigned world_history(const struct world *w, const char *word);

/** Runs the tests, each in a process of its own with a fresh `w` between them; returns what main returns. */
int world_main(const char *name, const TTest *const tests[], size_t count);

#endif
