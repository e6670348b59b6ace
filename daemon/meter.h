/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a node counts while it works, for the metrics: nothing is decided by it, and nothing of it is replicated. It counts
 * from the start of the process.
 */
#ifndef TANDEM_DAEMON_METER_H
#define TANDEM_DAEMON_METER_H

#include "core/package.h"
#include "proto/base/limits.h"
#include "proto/csta_msg.h"

#include <stdbool.h>
#include <stdint.h>

/* how many requests there are */
enum meter_request {
#define XX(name) METER_REQUEST_##name,
	METER_REQUEST_UNKNOWN,
	CSTA_REQUESTS(XX)
#undef XX
	METER_REQUESTS
};

/* Durations in buckets; the bounds are those of meter_bounds_us. */
#define METER_BOUNDS 15
#define METER_TAKEOVER_BOUNDS 9 /* those of meter_takeover_bounds_us */

struct meter_hist {
	uint64_t of_bound[METER_BOUNDS +
		1]; /* the one behind the last bound: longer than all bounds */
	uint64_t count;
	int64_t sum_us;
};

/* Why this node became active. */
#define METER_REASONS(XX) \
	XX(START, "start")           /* nobody was active before, as far as is known */ \
	XX(PROCESS, "process")       /* the other process died */ \
	XX(NODE, "node")             /* the other node, or the link to it */ \
	XX(SWITCHOVER, "switchover") /* the other one had given it up */

enum meter_reason {
#define XX(name, text) METER_REASON_##name,
	METER_REASONS(XX)
#undef XX
	METER_REASON_COUNT
};

/* Of a takeover: see node_phases.h. */
#define METER_PHASES(XX) \
	XX(DECIDE, "decide") \
	XX(PROMOTE, "promote") XX(DOOR, "door") XX(CHANNEL, "channel") XX(TOTAL, "total")

enum meter_phase {
#define XX(name, text) METER_PHASE_##name,
	METER_PHASES(XX)
#undef XX
	METER_PHASE_COUNT
};

#define METER_MEMBERSHIPS 6 /* by enum ha_reason */

/* What an answer of BroadWorks was. */
#define METER_CODES(XX) \
	XX(2XX, "2xx") \
	XX(3XX, "3xx") \
	XX(401, "401") \
	XX(403, "403") XX(404, "404") XX(4XX, "4xx") XX(503, "503") XX(5XX, "5xx") XX(NONE, "none")

enum meter_code {
#define XX(name, text) METER_CODE_##name,
	METER_CODES(XX)
#undef XX
	METER_CODE_COUNT
};

/* Why a call party was looked at and found out of step (37205). The first ones win over those behind them. */
#define METER_DESYNCS(XX) \
	XX(TAKEOVER, "takeover")       /* this node became active */ \
	XX(AS_FAILOVER, "as_failover") /* an application server may have failed over */ \
	XX(GAP, "gap")                 /* events did not come, or there was no channel for them */ \
	XX(REQUEST, "request")         /* a client or an operator asked */ \
	XX(AUDIT, "audit") /* the regular comparison, or one that nothing particular led to */

enum meter_desync {
#define XX(name, text) METER_DESYNC_##name,
	METER_DESYNCS(XX)
#undef XX
	METER_DESYNC_COUNT
};

/* How an open event channel was lost. */
#define METER_LOSSES(XX) \
	XX(CLOSED, "closed")         /* its stream or connection ended */ \
	XX(TERMINATED, "terminated") /* BroadWorks said so on it */ \
	XX(HEARTBEAT, "heartbeat")   /* or in answer to a heartbeat */ \
	XX(REFRESH, "refresh")       /* or to a refresh */ \
	XX(EXPIRED, "expired")       /* its grant ran out */ \
	XX(SILENT, "silent")         /* no byte for too long */ \
	XX(MALFORMED, "malformed")   /* what came is no stream of documents */

enum meter_loss {
#define XX(name, text) METER_LOSS_##name,
	METER_LOSSES(XX)
#undef XX
	METER_LOSS_COUNT
};

/* What a subscription that failed was answered: see enum bw_result. */
#define METER_REFUSALS(XX) \
	XX(NOT_FOUND, "not_found")     /* 404 */ \
	XX(FORBIDDEN, "forbidden")     /* 403 */ \
	XX(CONFLICT, "conflict")       /* 409, 412, 400 */ \
	XX(OVERLOAD, "overload")       /* 503 */ \
	XX(UNREACHABLE, "unreachable") /* nothing */ \
	XX(FAILED, "failed")           /* anything else */

enum meter_refusal {
#define XX(name, text) METER_REFUSAL_##name,
	METER_REFUSALS(XX)
#undef XX
	METER_REFUSAL_COUNT
};

/* How a call ended. */
enum meter_end {
	METER_END_NORMAL,
	METER_END_RESYNC,
	METER_END_COUNT
};

/* An application of the configuration, or all others. Its sessions keep the one that they were opened for. */
struct meter_app {
	char name[64]; /* "" = not taken */
	uint64_t slow_disconnects;
	uint32_t clients; /* as below: looked at twice a second */
	uint64_t queue_bytes;
};

#define METER_APP_OTHER 0
#define METER_APPS (LIMIT_APPLICATIONS + 1)

/* A server of BroadWorks as tracking ids name it, and the devices whose last call was made there. */
struct meter_server {
	char id[24];
	uint32_t devices;
};

#define METER_SERVER_UNKNOWN 0 /* of devices without a call */
#define METER_SERVER_OTHER 1   /* of those for which there was no room */
#define METER_SERVERS 10

/* Requests of a connection that are not answered yet: the newest of them. */
#define METER_ASKED 32

struct meter_asks {
	struct meter_asked {
		int64_t at_us;
		uint32_t invoke;
		uint16_t kind;
		bool open;
	} asked[METER_ASKED];
	uint32_t next;
};

struct meter {
	uint64_t events_sent[CSTA_EVENT_COUNT +
		1]; /* to clients, those after a resume included, by enum csta_event_kind; last: it is not known */
	uint64_t activations[METER_REASON_COUNT];
	struct meter_hist takeover[METER_PHASE_COUNT];
	uint64_t memberships[METER_MEMBERSHIPS]; /* changes of the group */
	uint64_t as_failovers;
	uint64_t subscription_failures[CORE_PACKAGE_count][METER_REFUSAL_COUNT];
	uint64_t desynchronised[METER_DESYNC_COUNT]; /* parties, each a 37205 */
	uint64_t calls_ended[METER_END_COUNT];
	struct meter_app apps[METER_APPS];          /* the first is METER_APP_OTHER */
	struct meter_server servers[METER_SERVERS]; /* the first two are those above */
	uint64_t good[METER_REQUESTS];   /* requests of clients, by enum csta_request_kind */
	uint64_t errors[METER_REQUESTS]; /* that were answered by an error */
	struct meter_hist request[METER_REQUESTS]; /* until its answer was made */
	struct meter_hist
		event_wait; /* of an event, from the step that said it to the step that sent it */
};

/* How state-dir fares (io_state.h). */
struct meter_state {
	uint64_t failures; /* times that it became full or could not be written */
	uint32_t held;     /* lines of the history that wait for room */
	char why[240];     /* "" = well */
};

/* Until when a certificate is valid (io_cert.h). */
struct meter_cert {
	char peer[80]; /* the section that names it */
	bool authority;
	bool known; /* false: it cannot be read */
	int64_t ends_s;
};

struct meter_certs {
	uint32_t count;
	struct meter_cert certs[LIMIT_CERTIFICATES];
};

/* What the loop itself measures. */
struct meter_loop {
	struct meter_state state;
	struct meter_certs certs;
	uint64_t ring_full;       /* times that corosync took no message at once */
	uint64_t log_messages[4]; /* by enum log_level */
	uint64_t log_lost;        /* that syslog did not take */
	struct meter_hist step;   /* one step of the node with its actions */
	struct meter_hist late;   /* a timer of the node, after its time */
	struct meter_hist apply;  /* a message of the active, until its deltas were applied here */
};

extern const int64_t meter_bounds_us[METER_BOUNDS];
extern const int64_t meter_takeover_bounds_us[METER_TAKEOVER_BOUNDS];

/** Counts a duration; a negative one counts as 0. */
void meter_add(struct meter_hist *h, int64_t us);
/** The same by the bounds of takeovers. */
void meter_add_takeover(struct meter_hist *h, int64_t us);
/** A request of a client came. One whose answer comes behind METER_ASKED others is not counted. */
void meter_ask(struct meter_asks *a, enum csta_request_kind kind, uint32_t invoke, int64_t now_us);
/** It was answered, by an error or not; a second answer to the same request does not count. */
void meter_answer(
	struct meter *m, struct meter_asks *a, uint32_t invoke, int64_t now_us, bool good);
/** The place of an application's figures in meter.apps, taken if it has none; "", or no room: METER_APP_OTHER. */
uint32_t meter_app(struct meter *m, const char *name);
/**
 * A device that counted at the place `from` has made a call on this server: returns its place in meter.servers from now on.
 * Servers that no device is counted for give their places up to new ones.
 */
uint32_t meter_server_move(struct meter *m, uint32_t from, const char *id);
/** Status of HTTP, 0: there was no answer. */
enum meter_code meter_code(uint64_t status);

#endif
