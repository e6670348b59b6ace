/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens to one user, call or client, step by step: events in, deltas out, the other node's confirmation, messages
 * out. For `tandemctl trace`.
 *
 * Off until somebody asks, and off again TRACE_LEASE_MS after he asked last. A trace holds the last LIMIT_TRACE_RECORDS
 * records; who reads too slowly is told how many he lost. What costs time is done while a trace is on, alone: a tap is one
 * comparison otherwise. Nothing here is replicated, and nothing here decides anything.
 *
 * What belongs to an object: an event or a request about it, each delta that such an input leads to, each delta that names it, and
 * all that leaves under the offset of one of these deltas.
 */
#ifndef TANDEM_DAEMON_TRACE_H
#define TANDEM_DAEMON_TRACE_H

#include "core/model.h"
#include "proto/base/err.h"
#include "proto/base/limits.h"
#include "proto/base/mono.h"

#include <stdbool.h>
#include <stdint.h>

#define TRACE_LEASE_MS 10000
#define TRACE_NAME 64
#define TRACE_TEXT 160

/* kind, word */
#define TRACE_KINDS(XX) \
	XX(EVENT, "event")         /* of BroadWorks, taken in */ \
	XX(REQUEST, "request")     /* of a client, read */ \
	XX(DELTA, "delta")         /* decided here, for the other node */ \
	XX(APPLIED, "applied")     /* decided by the other node */ \
	XX(CONFIRMED, "confirmed") /* all up to this offset may leave */ \
	XX(SENT, "sent")           /* to a client */ \
	XX(ACK, "acknowledged")    /* an event, to BroadWorks */ \
	XX(ASKED, "asked")         /* BroadWorks, for a client */ \
	XX(ANSWERED, "answered")   /* by BroadWorks */

enum trace_kind {
#define XX(name, text) TRACE_##name,
	TRACE_KINDS(XX)
#undef XX
};

struct trace_record {
	int64_t t_us; /* CLOCK_REALTIME */
	enum trace_kind kind;
	uint64_t offset;       /* of the delta; 0 = none */
	char peer[TRACE_NAME]; /* link or client */
	char name[TRACE_NAME]; /* event, delta, message, operation */
	char text[TRACE_TEXT];
};

struct trace;

struct traces {
	struct trace *of[LIMIT_TRACES]; /* NULL: free */
	unsigned on;                    /* bits of those that are there: 0 is the usual case */
	unsigned scope;                 /* bits of those that the input under way belongs to */
	int64_t (*clock)(
		void *arg); /* microseconds, CLOCK_REALTIME; NULL: the time of the step does */
	void *arg;
};

struct trace_at {
	struct traces *all;
	const struct core_model *model;
	int64_t wall_us; /* of the step */
	uint64_t offset; /* of the last delta */
};

/**
 * Traces `object` from now on, or goes on with it until now + TRACE_LEASE_MS: a device or its user, a CSTA call id, a tracking
 * id, the tag of a session, a session's user or address. 0; E_UNKNOWN: there is no such thing here; E_STATE: LIMIT_TRACES are on.
 */
int trace_start(struct traces *all, const struct core_model *m, struct str object, struct mono now,
	struct err *e);
/** Ends those that nobody has asked for lately. */
void trace_expire(struct traces *all, struct mono now);
void trace_fini(struct traces *all);

/** An event about device `d` (NULL: not known) and these tracking ids begins to be taken in; trace_end() ends its scope. */
void trace_event(const struct trace_at *at, const char *link, const char *name, uint32_t sequence,
	const struct core_device *d, const struct str *trackings, size_t count);
/** A request of a client begins to be served. `body`: as it came; the object may be named in it. */
void trace_request(const struct trace_at *at, const struct core_session *session, const char *peer,
	uint32_t invoke, const char *name, struct str body);
/** The input is taken in. */
void trace_end(struct traces *all);
/** A delta: `here` = decided by this node. */
void trace_delta(const struct trace_at *at, uint16_t kind, const uint8_t *p, size_t n, bool here);
/** The gate lets out what rests on deltas up to `released`; `alone`: there is no other node to wait for. */
void trace_released(const struct trace_at *at, uint64_t released, bool alone);
/** A message left for a client; `invoke` and `answer` say whether it answers a request. */
void trace_sent(const struct trace_at *at, uint64_t session, const char *peer, uint32_t invoke,
	bool answer, uint64_t offset, struct str body);
/** An event was acknowledged; `offset` is what that waited for. */
void trace_ack(const struct trace_at *at, const char *link, int status, uint64_t offset);
/** A request to BroadWorks was sent, about this device; at->offset: what it waited for. */
void trace_asked(const struct trace_at *at, const char *link, const char *name, const char *device,
	uint64_t request);
/** It is over. */
void trace_answered(
	const struct trace_at *at, const char *link, const char *name, uint64_t request, bool done);

/** What a trace holds. */
struct trace_view {
	uint64_t last;   /* number of the newest record, from 1; 0: none yet */
	uint64_t oldest; /* that is still there */
};
/** False: it is not traced. */
bool trace_look(const struct traces *all, struct str object, struct trace_view *v);
/** The record with this number, oldest <= n <= last. */
const struct trace_record *trace_record(const struct traces *all, struct str object, uint64_t n);
const char *trace_kind_name(enum trace_kind kind);

#endif
