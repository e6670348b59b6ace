/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSTA connections and sessions: framing, association, resume, and the way out of the outboxes.
 *
 * A session is replicated state (core_session) and outlives its connection; a connection (struct conn) is
 * the active's own. Bytes in come as pieces, messages out leave through the gate, one write each.
 */
#ifndef TANDEM_DAEMON_SESS_H
#define TANDEM_DAEMON_SESS_H

#include "daemon/auth.h"
#include "daemon/ctx.h"
#include "daemon/say.h"
#include "proto/csta_codec.h"

struct conn {
	uint64_t id;
	struct csta_stream in;
	uint32_t listener; /* index in conf.listeners */
	char *peer, *local;
	char *names;        /* of the client's verified certificate: see struct sess_origin */
	uint64_t session;   /* id; 0 = none yet */
	uint64_t out_pos;   /* bytes sent */
	uint64_t acked_pos; /* bytes that the client's TCP has acknowledged */
	uint32_t invoke;    /* of our last request: 9001..9998 */
	uint64_t taken[16]; /* bits: invoke IDs 9001 and up of the client's requests under way */
	struct outbox *box; /* messages outside any session */
	uint64_t
		held_pos; /* nothing is sent until the client's TCP has so many bytes, or until held_until; 0 = free */
	struct mono held_until;
	struct mono owed_until; /* with owes_status */
	uint32_t
		owed_invoke; /* the status of an implicit association stands behind the answer to this */
	uint8_t paced;       /* messages that had a segment each */
	bool owes_status;
	bool told_9999; /* it uses the invoke ID of events, which was logged */
	bool busy;      /* in sess.busy: more of what it sent may be served */
	bool surplus;   /* one too many: it is told so */
	bool paused;    /* nothing is read of it */
	bool pending;   /* in sess.direct */
	bool closing;
	struct sess_login
		*login; /* its password is being compared: nothing of it is served meanwhile */
	struct mono heard;
	struct meter_asks asks;
	UT_hash_handle by_id;
};

struct sess;

/** A service request of an associated session, to be answered with sess_answer() or sess_error(). */
typedef void (*sess_service_fn)(struct sess *s, struct core_session *session, uint32_t invoke,
	const struct csta_request *q, void *arg);

struct sess {
	struct ctx *x;
	struct say *say;
	struct conn *conns;
	uint32_t conn_count;
	struct buf body, frame;
	struct mono next_check;
	struct mono out_due;  /* something waits to be sent, not for the gate */
	struct mono owed_due; /* a connection is owed its status */
	/* sessions and what only the active knows of them */
	struct sess_note *notes;
	/* connections with messages outside any session */
	uint64_t *direct;
	size_t direct_count, direct_size;
	/* connections that have sent more than one turn serves, the next one first */
	uint64_t *busy;
	size_t busy_count, busy_size;
	sess_service_fn service;
	void *service_arg;
	bool closing_all;
	uint32_t surplus_count;
	struct auth_bucket buckets[CONF_APPLICATIONS]; /* of the applications of conf */
};

void sess_init(struct sess *s, struct ctx *x, struct say *say, sess_service_fn service, void *arg);
void sess_fini(struct sess *s);

/** The node became active: clean-up timers of all sessions start; clients of a dead node are nudged. */
void sess_activate(struct sess *s);
/**
 * The node is not active any more: every connection is closed. `moves`: the other node takes over by order; connections to
 * the virtual address then stand still until it has moved, so that their clients find somebody when they come again.
 */
void sess_deactivate(struct sess *s, bool moves);

/* Where a connection comes from. Borrowed. */
struct sess_origin {
	uint32_t listener; /* index in conf.listeners */
	struct str peer;   /* "address:port" */
	struct str local;
	/* lines "subject:...", "cn:...", "dns:...", "email:...", "uri:...", "ip:..."; "" = no certificate verified */
	struct str names;
};

void sess_conn_open(struct sess *s, uint64_t id, const struct sess_origin *from);
void sess_conn_data(struct sess *s, uint64_t id, struct str bytes);
void sess_conn_acked(struct sess *s, uint64_t id, uint64_t pos);
void sess_conn_closed(struct sess *s, uint64_t id);

/** Sends what the gate lets out; at the end of each step. */
void sess_pump(struct sess *s);
/** Time-outs of sessions. */
void sess_tick(struct sess *s);
struct mono sess_deadline(const struct sess *s);

/** Answers of a service: body made with csta_put_*. The session may have lost its connection meanwhile: then nothing is sent. */
void sess_answer(struct sess *s, struct core_session *session, uint32_t invoke, struct str body);
/** A request that has no answer is done with: its invoke ID is free. */
void sess_unanswered(struct sess *s, const struct core_session *session, uint32_t invoke);
/**
 * As sess_answer, ahead of events that wait for the answer to a request (outbox.h): that answer itself, and all that say
 * nothing about calls.
 */
void sess_answer_ahead(
	struct sess *s, struct core_session *session, uint32_t invoke, struct str body);
/** As sess_answer, leaving with the delta that will be emitted next. */
void sess_answer_with_next(
	struct sess *s, struct core_session *session, uint32_t invoke, struct str body);
/** A request of ours, under an invoke ID of ours, behind all that was said: dies with the connection as answers do. */
void sess_request(struct sess *s, struct core_session *session, struct str body);
void sess_error(
	struct sess *s, struct core_session *session, uint32_t invoke, enum csta_error error);

/** Bytes of a connection may have waited for the answer that was just sent: its next request has its turn. */
void sess_read_on(struct sess *s, struct conn *c);

/** A login was answered: what the connection sent behind it has its turn. */
void sess_logged_in(struct sess *s, struct conn *c);

/** The connection a session has now; 0 = none. An answer belongs to the connection its request came on. */
uint64_t sess_conn_id(struct sess *s, const struct core_session *session);

/** Sessions with a living connection. */
uint32_t sess_client_count(const struct sess *s);

#endif
