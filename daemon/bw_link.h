/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links: the ways to the XSPs, over both transports, and what is known of each.
 *
 * A request is submitted to a link and leaves when its account, its rate and its state allow; over HTTP as an action
 * of its own, over CTI as a document on the link's connection. The answer comes back to bw_http_done() either way.
 * Glossary. target: the server to which the last redirect led. hold: no request before, since the XSP said that it is
 * overloaded. urgent: bound to a stream (acknowledgement, heartbeat, refresh); not held and not rated, since the
 * server asked for it.
 *
 * Failure modes: 401: the secret is read again and one request tries it, all others wait; a second refusal stops the
 * link, and if another link says the same the account, with an alarm (bw_auth.c). 503: hold with back-off and jitter, or what Retry-After says. A redirect is
 * followed with the same method and body, a few hops far, to hosts that are allowed. A link whose XSP does not answer
 * is doubtful: others are asked first.
 */
#ifndef TANDEM_DAEMON_BW_LINK_H
#define TANDEM_DAEMON_BW_LINK_H

#include "daemon/conf.h"
#include "daemon/meter.h"
#include "daemon/view.h"
#include "proto/base/map.h"
#include "proto/base/mono.h"
#include "proto/cti_frame.h"
#include "proto/xml.h"
#include "proto/xsi_op.h"

#include <sys/queue.h>

struct bw;
struct bw_channel;

#define BW_URL_BYTES 192

enum bw_request_kind {
	BW_REQ_SUBSCRIBE,
	BW_REQ_UPDATE,
	BW_REQ_UNSUBSCRIBE,
	BW_REQ_ACK,
	BW_REQ_BEAT,
	BW_REQ_REFRESH,
	BW_REQ_LIST_SET,
	BW_REQ_DELETE_CHANNEL,
	BW_REQ_CONTROLLER,
	BW_REQ_CALL,
	BW_REQ_SCAN,
	BW_REQ_LIST_SUBS,
	BW_REQ_DELETE_LEAK,
};

/* What became of a request, for the service that made it. The words of `error =` are in this order. */
enum bw_result {
	BW_DONE,
	BW_NOT_FOUND,   /* 404: BroadWorks does not know the call or user */
	BW_FORBIDDEN,   /* 403 */
	BW_CONFLICT,    /* 409, 412, 400: not in this state */
	BW_OVERLOAD,    /* 503 */
	BW_UNREACHABLE, /* no answer */
	BW_FAILED,      /* anything else */
};

enum bw_request_place {
	BW_PLACE_NONE,
	BW_PLACE_QUEUE, /* of its link, not sent yet */
	BW_PLACE_OUT,   /* sent */
	BW_PLACE_ENDED, /* ended by us, to be told at the next pump */
};

/* A request under way. */
struct bw_request {
	uint64_t id;
	enum bw_request_kind kind;
	uint32_t xsp;
	char *device;     /* SUBSCRIBE, UPDATE, CALL: device id */
	uint64_t request; /* CALL: id of the client's request; BEAT: the stream it is for */
	enum xsi_op op;
	enum bw_result result; /* what became of it; see bw_result_of_answer() */
	/* of bw_req.c and bw_link.c */
	struct xsi_request *q;
	enum bw_request_place place;
	bool urgent;
	uint32_t tries, hops;
	uint32_t elsewhere;           /* links that answered 404 before */
	struct mono due;              /* its answer, or its turn, is awaited until */
	struct mono sent;             /* OUT: when */
	char *base, *path;            /* where a redirect led; NULL: where it belongs */
	uint64_t end_status;          /* ENDED */
	const char *end_why;          /* ENDED: a literal */
	TAILQ_ENTRY(bw_request) link; /* of its place, but for OUT over HTTP */
	UT_hash_handle by_id;
};

TAILQ_HEAD(bw_request_list, bw_request);

enum bw_account_state {
	ACCOUNT_GOOD,
	ACCOUNT_READING, /* its secret is being read */
	ACCOUNT_PROBING, /* one request tries it, the others wait */
	ACCOUNT_REFUSED, /* left alone until `due` */
};

#define BW_SECRET_BYTES 4096

/* An account that one or several links use. */
struct bw_account {
	int state;        /* enum bw_account_state, moved by account_change() alone */
	uint32_t xsp;     /* the first link of it: its settings say how to get the secret */
	uint64_t probe;   /* PROBING: the request or stream that tries; 0: none yet */
	uint32_t denials; /* probes in a row that were refused, on any link */
	uint32_t refusals;
	char *secret;    /* token or password as it was read; NULL: that of the configuration */
	struct mono due; /* READING: read until; REFUSED: left alone until */
	struct mono reread_at; /* REFUSED: a new secret ends it */
};

/* An event that came over CTI and is not acknowledged yet: its answer has the requestId of the envelope. */
struct bw_cti_event {
	TAILQ_ENTRY(bw_cti_event) link;
	UT_hash_handle by_event;
	char *request_id; /* behind the event id, in the same block */
	size_t event_n;
	char event_id[];
};

enum bw_cti_state {
	CTI_DOWN,
	CTI_CONNECTING,
	CTI_UP,
	CTI_CLOSING, /* by us, its end is awaited */
};

/* The connection of a link whose transport is CTI. */
struct bw_cti {
	int state; /* enum bw_cti_state, moved by cti_change() alone */
	uint64_t conn;
	uint64_t stream;    /* of the channel that is bound to it; 0: none */
	struct buf opening; /* AddChannel's body until the connection is up; n = 0: sent, or none */
	bool started;       /* the channel was granted */
	struct cti_frames in;
	bool in_use;     /* `in` is initialised */
	struct mono due; /* CONNECTING: up until; UP: keepalive, or the end */
	uint32_t misses; /* keepalives without anything received since */
	uint64_t keepalives;
	const char *why;                     /* CLOSING */
	struct bw_request_list waiting, out; /* out: oldest first, so the first due first */
	struct bw_cti_event *events;
	TAILQ_HEAD(, bw_cti_event) event_list;
	uint32_t event_count;
};

struct bw_link {
	char url[BW_URL_BYTES];    /* scheme and authority; "" = not known yet */
	char target[BW_URL_BYTES]; /* "" = url */
	uint32_t account;
	uint32_t
		denials; /* 401 in a row over this link, but for those of requests sent before the first */
	struct mono denied_until;  /* MONO_NEVER: it is not; the account is good, but not here */
	uint32_t priority, weight; /* of use: the lowest priority first */
	int64_t credit;            /* of the weighted choice */
	int64_t tokens_milli;
	struct mono tokens_at;
	struct mono hold_until;
	uint32_t overloads; /* in a row */
	struct bw_request_list queue;
	uint32_t queued;
	struct bw_cti cti;
	/* for status */
	struct mono beaten_at; /* its channel's heartbeat was answered last; 0 = not yet */
	int64_t rtt_us;        /* of its last request; 0 = none was answered */
	uint64_t events, acks, ack_failures;
	uint64_t events_of[XSI_EVENT_COUNT];
	uint64_t responses[METER_CODE_COUNT];
	uint64_t requests, failures, refusals, overload_total, redirects, opens, losses;
	uint64_t lost[METER_LOSS_COUNT];
	uint64_t duplicates, early, gaps;
	char reason[96];
};

struct bw_srv {
	uint64_t query; /* under way; 0: none */
	bool known;     /* was resolved once, or failed once */
	struct mono due;
};

struct bw_links {
	struct bw_link of[LIMIT_XSPS];
	struct bw_account accounts[LIMIT_XSPS];
	uint32_t account_count;
	struct bw_srv srv[CONF_SRV_NAMES];
	struct bw_request_list ended;
	struct xml *cti_xml;
	struct buf out, payload, auth;
};

/* --- bw_link.c: all links ------------------------------------------------------------------------- */

void bw_links_init(struct bw *b);
void bw_links_fini(struct bw *b);
void bw_links_activate(struct bw *b);
/** Requests are gone already (bw_requests_drop()). */
void bw_links_deactivate(struct bw *b);
void bw_links_tick(struct bw *b);
/** Sends what waits and may leave; tells what has ended. */
void bw_links_pump(struct bw *b);
struct mono bw_links_deadline(const struct bw *b);

/** Takes the request over: sent at once, or when it may; ended with a status at the latest at its time-out. */
void bw_link_submit(struct bw *b, struct bw_request *r);
/** Off every list of the links. */
void bw_link_forget(struct bw *b, struct bw_request *r);
/** Ends the request at the next pump. `why` is a literal. */
void bw_link_end(struct bw *b, struct bw_request *r, uint64_t status, const char *why);

/* An answer, over either transport. */
struct bw_answer {
	uint64_t status; /* as in HTTP; 0: none came */
	struct str why;  /* of status 0, or the reason text */
	struct str body;
	struct str location; /* of a redirect */
	uint32_t retry_after_s;
};

/**
 * What the link makes of an answer: true when the request goes on (again with a secret read anew, or to where a
 * redirect led) and its owner hears nothing yet.
 */
bool bw_link_answered(struct bw *b, struct bw_request *r, const struct bw_answer *a);
/** The link loses a channel, for this reason: counted if it is open. */
void bw_link_count_loss(struct bw *b, const struct bw_channel *c, enum meter_loss cause);
/** The same of the open or the end of a stream. True: another open is under way as c->stream. */
bool bw_link_stream_ended(struct bw *b, struct bw_channel *c, const struct bw_answer *a);
/** The stream delivers: its account is good, its XSP answers. */
void bw_link_stream_alive(struct bw *b, struct bw_channel *c);

/** When a channel may be opened over the link: `now` or before it, later, or MONO_NEVER: something else comes first. */
struct mono bw_link_open_at(const struct bw *b, uint32_t xsp);
/** Opens the stream of a channel (c->stream is its id); the body is in b->body. */
void bw_link_open(struct bw *b, struct bw_channel *c);
/** Drops the stream; bw_stream_closed() follows. */
void bw_link_close(struct bw *b, struct bw_channel *c, const char *why);

void bw_link_note(struct bw *b, uint32_t xsp, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** For status: one word. */
const char *bw_link_state(const struct bw *b, uint32_t xsp);
void bw_link_view(const struct bw *b, uint32_t xsp, struct node_link *v);
bool bw_link_is_cti(const struct bw *b, uint32_t xsp);

/* --- bw_redirect.c ---------------------------------------------------------------------------------- */

/**
 * Where a Location leads: `base` (BW_URL_BYTES) gets scheme and authority, `path` the path and query ("" = as
 * before). NULL, or why it is not followed (a literal).
 */
const char *bw_redirect(
	const struct bw *b, const char *from, struct str location, char *base, struct buf *path);
/** Scheme and authority that curl and we read alike? */
bool bw_url_is_plain(struct str authority);
/** Host of "scheme://host:port", without brackets. */
struct str bw_url_host(const char *url);

/* --- bw_auth.c: accounts ---------------------------------------------------------------------------- */

void bw_auth_init(struct bw *b);
void bw_auth_fini(struct bw *b);
void bw_auth_activate(struct bw *b);
void bw_auth_tick(struct bw *b);
struct mono bw_auth_deadline(const struct bw *b);
bool bw_auth_may_send(const struct bw *b, uint32_t xsp);
bool bw_auth_is_refused(const struct bw *b, uint32_t xsp);
/** A request or stream of this id leaves with the account's secret. */
void bw_auth_sent(struct bw *b, uint32_t xsp, uint64_t id);
/** Its answer. True: it was refused, but may be sent again when the account may be used. */
bool bw_auth_answered(struct bw *b, uint32_t xsp, uint64_t id, uint64_t status);
/** It ended without an answer, or is given up. */
void bw_auth_forget(struct bw *b, uint32_t xsp, uint64_t id);
/** Value of the Authorization header; "" if the certificate speaks. Valid until the next call. */
struct str bw_auth_header(struct bw *b, uint32_t xsp);
/** user:password, or the token: what CTI's credentials hold. Valid until the next call. */
struct str bw_auth_secret(struct bw *b, uint32_t xsp);

/* --- bw_srv.c: discovery ---------------------------------------------------------------------------- */

void bw_srv_activate(struct bw *b);
void bw_srv_tick(struct bw *b);
struct mono bw_srv_deadline(const struct bw *b);
/** A link of a name did not work: the name is asked anew, soon. */
void bw_srv_doubt(struct bw *b, uint32_t xsp);
/** True while no name was answered yet: there may be links soon. */
bool bw_srv_is_pending(const struct bw *b);

/* --- bw_cti.c: the connection of a link ------------------------------------------------------------- */

void bw_cti_init(struct bw *b, uint32_t xsp);
void bw_cti_drop(struct bw *b, uint32_t xsp);
/** Sends the request, or connects first. */
void bw_cti_request(struct bw *b, struct bw_request *r);
/** Adds the channel: body in b->body. */
void bw_cti_open(struct bw *b, struct bw_channel *c);
/** The connection goes, and what is bound to it. */
void bw_cti_close(struct bw *b, uint32_t xsp, const char *why);
/** Answers an event; false: its envelope is not known (any more). */
bool bw_cti_ack(struct bw *b, uint32_t xsp, struct str event_id, struct str body);
void bw_cti_tick(struct bw *b, uint32_t xsp);
struct mono bw_cti_deadline(const struct bw *b, uint32_t xsp);

#endif
