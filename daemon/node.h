/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One node: role and replication (ha/), what is known (core/), sessions, services and the BroadWorks links,
 * composed. Pure: every input is an event with its time, every effect an action. The simulator runs two of
 * these and their world in one process; tandemd wraps one in adapters.
 *
 * Happy path of an event: NODE_EV_STREAM_DATA -> documents -> bw (duplicate? gap?) -> core decides deltas ->
 * ha_append (applied, logged) -> events into session outboxes, tagged with the offset -> ha_flush (MCAST) ->
 * peer's acknowledgement -> gate -> NODE_ACT_CLIENT_SEND and the event's acknowledgement as NODE_ACT_HTTP.
 */
#ifndef TANDEM_DAEMON_NODE_H
#define TANDEM_DAEMON_NODE_H

#include "daemon/act.h"
#include "daemon/conf.h"
#include "daemon/meter.h"
#include "daemon/view.h"
#include "ha/ha.h"
#include "proto/base/buf.h"
#include "proto/base/err.h"
#include "proto/base/log.h"
#include "proto/base/mono.h"

#include <stdbool.h>
#include <stdint.h>

enum node_event_kind {
	NODE_EV_START, /* once, first; bytes = what an earlier process left of its state on this host, "" = nothing */
	NODE_EV_COPY_LOST, /* the file that holds the state on this host cannot be written */
	NODE_EV_TICK,      /* the deadline came */
	/* ring */
	NODE_EV_RING_UP, /* number = own pid in the group */
	NODE_EV_RING_DOWN,
	NODE_EV_CONFCHG, /* confchg */
	NODE_EV_DELIVER, /* from_node, number = pid, bytes */
	NODE_EV_QUORUM,  /* flag = quorate */
	/* orders */
	NODE_EV_PROMOTE,
	NODE_EV_DEMOTE,
	NODE_EV_RESYNC, /* text = a device or user, "" = all: BroadWorks is asked; refused: node_refusal() */
	NODE_EV_TRACE, /* text = what is traced from now on, or longer: see trace_start(); refused: node_refusal() */
	NODE_EV_ASK, /* id, text: a question for the other node; NODE_ACT_TOLD follows exactly once */
	NODE_EV_TELL, /* id, from_node as asked, bytes: the answer */
	NODE_EV_STOP, /* orderly end: demote, tell the clients, close */
	/* clients: id is chosen by the adapter, never used twice in a process */
	/* id, number = index in conf.listeners; text = "address:port" of the client, text2 = local "address:port";
	   bytes = who the client is by its certificate: lines "subject:...", "cn:...", "dns:...", "email:...",
	   "uri:...", "ip:...", or "" without a certificate that was verified */
	NODE_EV_CLIENT_OPEN,
	NODE_EV_CLIENT_DATA, /* id, bytes */
	NODE_EV_CLIENT_ACKED, /* id, number = bytes of our output that the client's TCP has acknowledged, in all */
	NODE_EV_CLIENT_CLOSED, /* id: gone, or closed on our request */
	/* BroadWorks: id as given in the action */
	NODE_EV_HTTP_DONE, /* id, number = HTTP status (0: no answer, text = why), bytes = body, text2 = Location of a
			      redirect, retry_after_s */
	NODE_EV_HTTP_DATA, /* id, bytes: of a 2xx answer that was asked for in pieces; HTTP_DONE follows, without them */
	NODE_EV_STREAM_DATA, /* id, bytes: first after the response header said 200 */
	NODE_EV_STREAM_CLOSED, /* id, number = HTTP status if the open was refused (else 0), text = why, text2 and
				  retry_after_s as above */
	NODE_EV_SOUTH_OPEN,   /* id: connected, and TLS agreed */
	NODE_EV_SOUTH_DATA,   /* id, bytes */
	NODE_EV_SOUTH_CLOSED, /* id, text = why */
	NODE_EV_SECRET,       /* number = xsp, flag: read, bytes = secret; else text = why */
	NODE_EV_LOGIN,        /* id as given in the action, number = an enum node_login */
	NODE_EV_RESOLVED, /* id, flag: answered, bytes = lines "priority weight port host"; else text = why */
};

struct node_event {
	enum node_event_kind kind;
	struct mono now;
	int64_t wall_us; /* CLOCK_REALTIME: for logs and history alone, never for a decision */
	uint64_t id;
	uint64_t number;
	uint32_t from_node;
	uint32_t retry_after_s; /* Retry-After of an answer; 0 = not said */
	bool flag;
	struct str bytes;                 /* borrowed */
	struct str text;                  /* borrowed */
	struct str text2;                 /* borrowed */
	const struct ha_confchg *confchg; /* borrowed */
};

struct node;

/** `node_id`: corosync's; `epoch_floor`: from disk. `conf` and `log` must outlive the node. */
struct node *node_new(const struct conf *conf, uint32_t node_id, uint64_t epoch_floor,
	uint64_t seed, const struct log *log);
void node_free(struct node *n);

/**
 * Where ids of sessions come from, which are all that a client needs to resume one: 64 bits that cannot be guessed.
 * Before the first step; without it they are counted.
 */
void node_set_secret(struct node *n, uint64_t (*draw)(void *arg), void *arg);

/** A clock in microseconds of CLOCK_REALTIME, for traces alone; without it they have the times of the steps. */
void node_set_clock(struct node *n, int64_t (*clock)(void *arg), void *arg);

/**
 * The step. Appends actions to `out` (which the caller resets before). The event is only borrowed. Promote and
 * demote that are refused fill node_refusal().
 */
void node_step(struct node *n, const struct node_event *ev, struct node_out *out);
/** When NODE_EV_TICK is needed at the latest. */
struct mono node_deadline(const struct node *n);

/** ACTIVE with the gate open and the listener asked to be open. */
bool node_is_serving(const struct node *n);
enum ha_role node_role(const struct node *n);
int32_t node_score(const struct node *n);
/** Why the last promote or demote was refused; "" if it was not. */
const char *node_refusal(const struct node *n);

void node_get_view(const struct node *n, struct mono now, struct ha_view *v);
void node_get_counts(const struct node *n, struct mono now, struct node_counts *c);
struct ctl_list_query;
/** A slice of a listing: see ctl_list(). */
void node_list(const struct node *n, const struct ctl_list_query *q, struct buf *out);
/** What the trace of an object has recorded above `after`: see ctl_trace(). */
void node_trace(const struct node *n, struct str object, uint64_t after, uint32_t rows_max,
	struct buf *out);
/** Fills up to LIMIT_XSPS links; returns how many there are. */
uint32_t node_get_links(const struct node *n, struct node_link *links);
void node_get_takeover(const struct node *n, struct node_takeover *t);

/** The first `max` sessions, in order of their beginning; returns how many there are. */
uint32_t node_get_sessions(const struct node *n, struct node_session *rows, uint32_t max);
/** The first `max` monitors, in order of their start; returns how many there are. */
uint32_t node_get_monitors(const struct node *n, struct node_monitor *rows, uint32_t max);
/** Counts the parties of all calls; up to `max` rows of those in doubt. The time is that of a walk over all calls. */
void node_get_parties(
	const struct node *n, struct node_parties *p, struct node_doubt *rows, uint32_t max);

/** Deltas of an active that this node has applied since it started. */
uint64_t node_applied(const struct node *n);
/** What the node has counted since it started. */
void node_get_meter(const struct node *n, struct meter *m);

/* For the simulator's observer. */
uint64_t node_digest(const struct node *n);
/** Calls fn for each call half known: device, call id of BroadWorks, CSTA call id, state name ("Active", ...). Order of
 * insertion. */
void node_each_half(const struct node *n,
	void (*fn)(struct str device, struct str bw_call, uint64_t call_id, const char *state,
		void *arg),
	void *arg);
/** Operations of several steps that are under way. */
unsigned node_journal_count(const struct node *n);
/** What an active knows of some device in service may be out of date, and it knows that: BroadWorks is being asked, or will
 * be as soon as all devices may be asked again. */
bool node_is_in_doubt(const struct node *n);

#endif
