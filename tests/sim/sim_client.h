/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A CSTA application: connects, associates or not, monitors devices, makes requests, comes back after a loss, and keeps
 * its own picture of calls from what it is told. What may be demanded of each kind: see README.md.
 *
 *   sim_client.c        connection, association, set-up, probe, requests
 *   sim_client_in.c     messages in: answers, statuses
 *   sim_client_event.c  events: numbers, pairs, the legal walk of each call
 *   sim_client_move.c   events that turn calls into others: transfers, conferences
 *   sim_client_person.c events about agents and services
 *   sim_client_text.c   its own codec
 */
#ifndef TANDEM_SIM_CLIENT_H
#define TANDEM_SIM_CLIENT_H

#include "proto/base/buf.h"
#include "tests/sim/sim_south.h"
#include "tests/sim/sim_world.h"

#define CLIENT_PENDING_MAX 64
#define CLIENT_CALLS_MAX 32
#define CLIENT_ENDED_MAX 512
#define CLIENT_STRAYS_MAX 128
#define CLIENT_INVOKE_MAX 8999

enum client_mode {
	CLIENT_NUMBERED, /* session, events numbered */
	CLIENT_SESSION,  /* session, no numbers */
	CLIENT_PLAIN,    /* no session */
};

enum client_state {
	CLIENT_AWAY, /* waits to connect */
	CLIENT_CONNECTING,
	CLIENT_GREETING, /* waits for the first SystemStatus */
	CLIENT_STARTING, /* asked for a session */
	CLIENT_READY,
};

/* What the client believes of a device's part in a call. */
enum client_view {
	CV_NONE,
	CV_INITIATED,
	CV_ORIGINATED,
	CV_DIALED,
	CV_RINGING,
	CV_CONNECTED,
	CV_HELD,
	CV_FAR_HELD,
	CV_FAILED,
	CV_QUEUED,
};

/* What it believes of an agent or of a service: 0 = nothing. */
enum client_agent {
	CA_UNKNOWN,
	CA_OFF,
	CA_ON, /* just logged on, its state is still to come */
	CA_NOT_READY,
	CA_READY,
	CA_AFTER_CALL,
};

struct client_call {
	uint64_t id;
	enum client_view view;
	char far[SOUTH_ID]; /* last known number of an outside party */
	bool merged;        /* several calls became this one */
	bool waits;         /* it was transferred, perhaps to somebody who has not answered yet */
	int recording;      /* as told last: 1 no, 2 yes, 3 paused, 0 not known */
};

enum client_service {
	CLIENT_SERVICE_UNKNOWN,
	CLIENT_SERVICE_IN,
	CLIENT_SERVICE_OUT,
};

struct client_device {
	bool wanted;
	char id[8];
	uint64_t cross_ref;      /* 0 = none */
	bool starting, snapping; /* a request is under way */
	bool synced;             /* the picture is complete */
	enum client_service service;
	struct client_call calls[CLIENT_CALLS_MAX];
	size_t call_count;
	uint64_t ended[CLIENT_ENDED_MAX];
	size_t ended_count;
	int do_not_disturb; /* as told last: 1 off, 2 on, 0 not known */
	enum client_agent agent;
	int forwarding, messages, hoteling; /* as do_not_disturb */
	char forward_to[SOUTH_ID], host[SOUTH_ID];
	int64_t retry_us;
};

enum client_request {
	CR_SESSION,
	CR_MONITOR,
	CR_STOP_MONITOR,
	CR_SNAPSHOT,
	CR_STATUS,
	CR_MAKE_CALL,
	CR_CALL, /* answer, hold, retrieve, clear */
	CR_STOP_SESSION,
	CR_TIMER, /* ResetApplicationSessionTimer as the first message: resumes */
	CR_AGENT, /* SetAgentState: his own, or a guest's at a host: hoteling */
};

struct client_pending {
	bool used;
	unsigned invoke;
	enum client_request kind;
	int device;
	uint64_t cross_ref;
	char number[24];
	int64_t sent_us;
};

struct sim_client {
	unsigned index;
	enum client_mode mode;
	bool eager;      /* speaks first, without waiting for the SystemStatus */
	bool by_address; /* connects to the service address, else to the nodes in turn */
	int target;
	enum client_state state;
	uint64_t conn;
	int64_t since_us;      /* of the state */
	uint64_t lossy_before; /* takeovers with a loss until its connection was made */
	int64_t heard_us;
	struct buf in;
	unsigned invoke;
	struct client_pending pending[CLIENT_PENDING_MAX];
	uint64_t session; /* 0 = none */
	uint64_t last_number;
	bool tainted; /* a takeover lost what was never confirmed: nothing may be demanded until the next session */
	bool strict; /* every event since the snapshot is here: the walk must be legal */
	unsigned strays_allowed; /* monitors that may exist without the client knowing */
	uint64_t strays[CLIENT_STRAYS_MAX];
	size_t stray_count;
	uint64_t stopped[CLIENT_STRAYS_MAX]; /* monitors it has stopped, the last ones */
	size_t stopped_count;
	int diff_device; /* differences of this device are being told: -1 = none */
	int64_t probe_us, probe_wait_us;
	struct client_device devices[SOUTH_USERS_MAX];
	uint64_t events, requests, resumes;
	bool by_timer;        /* comes back by ResetApplicationSessionTimer */
	int64_t cleanup_us;   /* how long its session is kept without a connection */
	int64_t lost_us;      /* when the last connection ended, or was given up */
	int64_t stay_away_us; /* before the next connection */
	bool deaf;            /* what arrives is not read any more: it dies soon */
	bool quiet;           /* makes no requests any more */
	int64_t settled_us;   /* last time something changed in its picture */
};

void sim_client_init(struct sim *s, unsigned index);
void sim_client_fini(struct sim *s, unsigned index);

/* from the connection */
void sim_client_connected(struct sim *s, unsigned index, uint64_t conn);
void sim_client_lost(struct sim *s, unsigned index, uint64_t conn);
void sim_client_bytes(struct sim *s, unsigned index, uint64_t conn, struct str bytes);

/** Drops its connection, as an application that is restarted would. */
void sim_client_abort(struct sim *s, unsigned index);
/** Sends bytes that are no CSTA on a connection of their own. */
void sim_client_garbage(struct sim *s, unsigned index);
/** Reads no more of what its kernel receives, and aborts after `us`. */
void sim_client_deafen(struct sim *s, unsigned index, int64_t us);
/** As sim_client_abort, and does not come back before `us`. */
void sim_client_leave(struct sim *s, unsigned index, int64_t us);
/** It was away for longer than its session is kept: the session may have ended. */
bool sim_client_may_be_forgotten(const struct sim *s, const struct sim_client *c);
/** A takeover lost what was never confirmed. */
void sim_client_taint(struct sim *s);
/** Monitored devices are all complete and in service, nothing is pending. */
bool sim_client_is_well(const struct sim_client *c, char *why, size_t size);
/** Stops every monitor; each must be answered positively. */
void sim_client_stop_all(struct sim *s, unsigned index);

/* among the files of the client */
void client_send(struct sim *s, struct sim_client *c, unsigned invoke, struct str body);
/** Notes the request; the invoke ID. 0 if too many are under way. */
unsigned client_note(struct sim *s, struct sim_client *c, enum client_request kind, int device);
struct client_pending *client_pending(struct sim_client *c, unsigned invoke);
void client_reconnect(struct sim *s, struct sim_client *c, const char *why);
void client_begin(struct sim *s, struct sim_client *c);
void client_fresh(struct sim *s, struct sim_client *c);
void client_setup(struct sim *s, struct sim_client *c);
void client_message(struct sim *s, struct sim_client *c, unsigned invoke, struct str body);
void client_event(struct sim *s, struct sim_client *c, struct str root, struct str body);
void client_snapshot(struct sim *s, struct sim_client *c, struct client_device *d, struct str body);
/** What it believes of the device apart from calls is forgotten. */
void client_forget_person(struct client_device *d);
/** Events that are of no call; false if it is none of these. */
bool client_person_event(struct sim *s, struct sim_client *c, struct client_device *d,
	struct str root, struct str body);
void client_stray(struct sim *s, struct sim_client *c, uint64_t cross_ref);
/** An id given out: must never have been given before. */
void client_id_given(struct sim *s, struct sim_client *c, const char *what, uint64_t id);

/* calls in the picture */
struct client_call *client_call(struct client_device *d, uint64_t id);
struct client_call *client_call_new(
	struct sim *s, struct sim_client *c, struct client_device *d, uint64_t id);
/** The call is none of the device's any more. */
void client_call_forget(struct client_device *d, struct client_call *call);
const char *client_view_name(enum client_view view);
/** TransferedEvent, ConferencedEvent; false if it is neither. */
bool client_move_event(struct sim *s, struct sim_client *c, struct client_device *d,
	struct str root, struct str body);

/* codec */
struct str client_root(struct str body);
struct str client_text(struct str body, const char *name);
uint64_t client_number(struct str body, const char *name);
/** The part of the document from the n-th (0 = first) element `name` to its end tag; "" if there is none. */
struct str client_part(struct str body, const char *name, unsigned n);

#endif
