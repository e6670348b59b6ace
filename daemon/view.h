/* SPDX-License-Identifier: Apache-2.0 */
/* The figures of a node that status, history and metrics show. */
#ifndef TANDEM_DAEMON_VIEW_H
#define TANDEM_DAEMON_VIEW_H

#include "daemon/meter.h"
#include "proto/base/limits.h"
#include "proto/xsi_event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What status shows of one node. */
struct node_counts {
	uint32_t calls; /* distinct calls */
	uint32_t monitors;
	uint32_t device_monitors, call_monitors; /* of them, by their type */
	uint32_t sessions;                       /* kept sessions */
	uint32_t clients;                        /* with a living connection */
	uint32_t channels_open;
	uint32_t channels_want;
	uint32_t devices;
	uint32_t subscriptions;
	uint32_t subscribed[CORE_PACKAGE_count]; /* by package; one subscription may have several */
	int64_t refresh_due_us;  /* until the next of them is asked anew; -1: none is to be */
	uint64_t queue_bytes;    /* that wait for clients */
	uint32_t devices_out;    /* not confirmed, told out of service */
	uint64_t desynchronised; /* 37205 since start */
	uint64_t early_refused;  /* events out of order without room: they come again */
	uint64_t malformed;      /* documents and frames skipped */
	int64_t uptime_s;
	const char *overload; /* "none", "imminent", "reached" */
	uint64_t overloads;   /* since start */
};

/* A link to BroadWorks. */
struct node_link {
	char name[64];
	char url[192];
	const char *transport; /* "http", "cti" */
	const char *
		state; /* "open", "degraded", "overloaded", "opening", "closing", "down", "refused", "unresolved", "idle" */
	char reason[96]; /* what happened last; "" = nothing */
	uint64_t requests, failures;
	uint64_t refusals;  /* 401 */
	uint64_t overloads; /* 503 */
	uint64_t redirects;
	uint64_t opens, losses;          /* of its event channel */
	uint64_t lost[METER_LOSS_COUNT]; /* the losses by their cause */
	uint64_t duplicates;             /* events with a number that was there before */
	uint64_t early;                  /* that had to wait for others */
	uint64_t gaps;       /* times that events did not come; the one behind them came here */
	uint32_t queued;     /* requests that wait */
	bool beaten;         /* its heartbeat was answered, so long ago: */
	int64_t beat_age_us; /* as of the last step of the node */
	int64_t rtt_us;      /* of the last request; 0 = none was answered */
	uint64_t events, acks, ack_failures;
	uint64_t events_of[XSI_EVENT_COUNT]; /* the events by enum xsi_event_kind */
	uint64_t responses[METER_CODE_COUNT];
};

/* A CSTA session. */
struct node_session {
	uint64_t id;
	char user[LIMIT_SESSION_USER];
	char peer[64]; /* "address:port", "" without a connection */
	bool attached;
	bool kept; /* outlives its connection */
	uint32_t monitors;
	size_t waiting_messages, waiting_bytes; /* what it is still to be told, or may not have */
};

struct node_monitor {
	uint64_t id, session;
	char device[LIMIT_DEVICE_ID]; /* "": its object is a call */
	bool calls;                   /* of type call */
	bool in_service;              /* its device is */
};

#define NODE_PARTY_STATES(XX) \
	XX(INITIATED, "initiated") \
	XX(ALERTING, "alerting") \
	XX(CONNECTED, "connected") \
	XX(HELD, "held") \
	XX(FAILED, "failed") \
	XX(QUEUED, "queued")

enum node_party_state {
#define XX(name, text) NODE_PARTY_##name,
	NODE_PARTY_STATES(XX)
#undef XX
	NODE_PARTY_COUNT
};

/* A party of a call whose device is not confirmed: nobody can say whether it is still there. */
struct node_doubt {
	char device[LIMIT_DEVICE_ID];
	uint64_t call;
	enum node_party_state state;
};

/* All parties that are known. */
struct node_parties {
	uint32_t of_state[NODE_PARTY_COUNT];
	uint32_t doubts;      /* of them, parties in doubt */
	uint32_t stuck;       /* of them, those that BroadWorks has not confirmed */
	uint32_t calls_stuck; /* calls with such a party */
};

#define NODE_NO_TIME (-1) /* it did not happen, or not yet */

struct node_takeover {
	uint64_t epoch;
	int64_t at_wall_us;                        /* 0 = none yet */
	int64_t promote_ms, channel_ms, resync_ms; /* from the promote order */
	int64_t door_ms;   /* the same, until clients may come; NODE_NO_TIME */
	int64_t decide_ms; /* from the loss of the other node to the promote order; NODE_NO_TIME */
	/* parties of calls: kept as they were, else as they were found until all devices were confirmed */
	uint32_t calls_kept, calls_changed, calls_cleared, calls_learned;
	bool done;
};

#endif
