/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The BroadWorks side of an active node: event channels on every XSP, subscriptions of devices to event packages,
 * the questions (UpdateSubscription) that bring a device into step, requests of clients, acknowledgements of events.
 *
 * None of this is replicated: a new active builds it from the model. Glossary. ask: subscribe if there is no
 * subscription, else PUT it, and wait for the snapshot event; a device is confirmed when that of its primary package
 * (core/package.h) has been compared. Happy path of a takeover: find the channels that the dead node left in the set and delete them, open
 * our own in the same set, ask every device, those with live calls first, within rate and window.
 * Failure modes: docs/ha-protocol.md and the file-top comments of bw_chan.c, bw_subs.c and bw_req.c.
 */
#ifndef TANDEM_DAEMON_BW_H
#define TANDEM_DAEMON_BW_H

#include "daemon/bw_link.h"
#include "daemon/ctx.h"
#include "proto/base/timers.h"
#include "proto/xsi_encode.h"
#include "proto/xsi_list.h"
#include "proto/xsi_msg.h"
#include "proto/xsi_stream.h"

struct bw_hooks {
	/** The device has a subscription now (a MonitorStart may be answered). */
	void (*subscribed)(struct core_device *d, void *arg);
	/** BroadWorks refuses the device for good: it is not known there. */
	void (*refused)(struct core_device *d, enum bw_result why, void *arg);
	/** A snapshot was compared: the device is right as of now. */
	void (*confirmed)(struct core_device *d, void *arg);
	/**
	 * A request of bw_call() is over. With a dial or pick-up that succeeded `call_id` is the CSTA call id. During the call
	 * bw.doc holds the answer, decoded (kind XSI_DOC_UNKNOWN if there is none, or none that is understood).
	 */
	void (*request_over)(uint64_t request, enum bw_result result, uint64_t call_id, void *arg);
	void *arg;
};

enum bw_ask_state {
	ASK_IDLE,   /* due: to be renewed */
	ASK_QUEUED, /* in one of the queues */
	ASK_SENT,   /* the request is under way */
	ASK_WAIT,   /* accepted, the snapshot event is awaited until it is due */
	ASK_RETRY,  /* failed, to be queued again when it is due */
};

/* What is asked first. */
enum bw_queue {
	BW_QUEUE_SCOPE,   /* subscriptions of scopes: no device can be right without them */
	BW_QUEUE_LIVE,    /* primary packages of devices with live calls */
	BW_QUEUE_VIRTUAL, /* those of queues and route points: many depend on them */
	BW_QUEUE_PRIMARY, /* all other primary packages */
	BW_QUEUE_SECONDARY,
	BW_QUEUE_COUNT
};

/* An event that came too early. */
struct bw_early {
	TAILQ_ENTRY(bw_early) link;
	uint32_t sequence;
	uint32_t xsp;
	char *document;
	size_t n;
};

TAILQ_HEAD(bw_earlies, bw_early);

/* Numbers of events that were not waited for any more; from = 0: none. */
struct bw_skipped {
	uint32_t from, to;
};

#define BW_SKIPPED 4 /* gaps whose events may still come late, each a few seconds old at most */

/*
 * The active's notes on one subscription, that BroadWorks holds or that is wanted of it. Found by core_sub.south once it
 * has an id.
 */
struct bw_sub {
	struct timer timer; /* first: of its state, see enum bw_ask_state */
	struct bw_device *of;
	struct core_sub *sub; /* NULL: BroadWorks has not given it an id */
	uint32_t packages;    /* what it carries, or is to carry */
	enum bw_ask_state state;
	enum bw_queue queue; /* while QUEUED */
	bool urgent;         /* to be queued among those with live calls */
	bool again;          /* ask once more when this answer is in */
	bool answered;       /* the snapshot came before the answer to the request */
	bool hurried; /* events were lost since it was SENT: the snapshot is not awaited to the end */
	bool low_numbers; /* an event came with a number that was there before */
	struct bw_skipped skipped[BW_SKIPPED]; /* the last numbers that were not waited for */
	uint32_t skipped_next;                 /* the oldest of them */
	bool refused; /* a secondary package that BroadWorks refuses to this user */
	uint32_t failures;
	uint64_t request;       /* HTTP id while SENT */
	uint64_t expires_s;     /* as granted; 0 = not known */
	struct mono sent;       /* the ask that is under way, or the last one */
	struct mono asked;      /* when the last ask ended */
	struct mono owed_until; /* an ask was given up: until then its snapshot may still come */
	uint32_t owed;          /* asks whose snapshot has not come: each has one */
	struct mono gap_due;    /* MONO_NEVER: no event is missing */
	uint32_t early_count;
	struct bw_earlies early;  /* by sequence */
	TAILQ_ENTRY(bw_sub) link; /* of its queue */
	TAILQ_ENTRY(bw_sub) of_device;
	TAILQ_ENTRY(bw_sub) gap; /* subscriptions with a missing event */
	uint32_t last_data;      /* hash of what the last event said */
	uint32_t seen_next;
	uint32_t seen[]; /* duplicate-window hashes of the ids of the last events */
};

TAILQ_HEAD(bw_sub_list, bw_sub);

/* The active's notes on a device (core_device.south). */
struct bw_device {
	struct core_device *device; /* NULL: notes on a scope */
	const char *scope;          /* ENTERPRISE/GROUP or ENTERPRISE; NULL: a device's */
	uint32_t events;            /* taken in */
	struct bw_scan
		*scan; /* what was read of it so far, see bw_scan.c; NULL: none is under way */
	uint32_t scans_again; /* in a row, because something happened meanwhile */
	struct bw_sub_list subs;
	struct bw_sub *primary;     /* the one whose snapshots tell of calls */
	enum core_device_kind kind; /* while it is found out: the one that is tried */
	bool kind_is_open;          /* nothing says yet what it is */
	enum bw_result refusal;     /* how it was refused as a user */
	bool list_refused;          /* its packages are subscribed to one by one */
	bool list_judged;           /* a single subscription was accepted after that */
	bool confirmed;             /* since this node became active, or since the last doubt */
	bool counted;               /* among bw.unconfirmed */
	char server[24];            /* server id of its last new call; "" = none yet */
	uint32_t counted_at;        /* place of that server in meter.servers */
	bool suspect; /* BroadWorks did not know a call of it, or counts its events anew */
	bool confers; /* a client makes a conference of its calls, which BroadWorks has not told yet */
	char parks_at[24];  /* where a client asked to park a call of it; "" = nowhere */
	uint64_t called_by; /* the last call that was made to it, while it rang; 0 = none */
	bool failed;        /* a route point that says so: not in service until it has recovered */
	bool differed;      /* by its last snapshot */
	enum meter_desync
		blame;   /* why it is compared next; the weightiest since it was compared last */
	bool cleared;    /* a call of it, by its last snapshot */
	bool lost_calls; /* and a snapshot has shown that it is so */
	struct mono idle_since; /* no monitor since; MONO_NEVER while it has one */
	/* events of a subscription whose id is not known yet: they came before the answer to the subscribe */
	struct bw_earlies unnamed;
	uint32_t unnamed_count;
	int64_t calls_milli; /* its token bucket of clients' requests, in thousandths */
	struct mono calls_at;
};

enum bw_channel_state {
	CHANNEL_DOWN, /* to be opened at `due` */
	CHANNEL_OPENING,
	CHANNEL_OPEN,
	CHANNEL_CLOSING, /* dropped by us, the end of the stream is awaited */
};

struct bw_channel {
	int state; /* enum bw_channel_state, moved by bw_change_channel() alone */
	uint32_t xsp;
	uint64_t stream;
	char id[LIMIT_BW_ID];
	char stale
		[LIMIT_BW_ID]; /* a channel that we gave up and the server perhaps has not: to be deleted */
	bool stale_asked;   /* the delete is under way */
	uint64_t expires_s; /* as granted */
	struct mono expires_at;
	struct xsi_stream in;
	struct mono due;   /* next open */
	struct mono heard; /* last byte */
	struct mono beat_due;
	struct mono refresh_due;
	struct mono opened_at;
	uint32_t failures; /* in a row */
	uint32_t hops;     /* redirects of the open under way */
	uint32_t denials;  /* 403 in a row */
	char target
		[BW_URL_BYTES]; /* the server that holds the stream, if a redirect led there; "" = that of the link */
	bool doubtful; /* its XSP did not answer the last request: others are asked first */
	bool refused;  /* 403, or the set belongs to another: left alone for long, see bw_chan.c */
	bool unauthorised; /* 401: opened again as soon as its account may be used */
	bool blocked; /* DOWN: waits for its account, a host or room in the set, not for `due` */
};

/* A call request that waits for the gate. */
struct bw_waiting_call {
	TAILQ_ENTRY(bw_waiting_call) link;
	uint64_t offset;
	struct mono due; /* its turn is awaited until */
	uint64_t request;
	char *device;
	struct xsi_request *q;
};

/* An acknowledgement that waits for the gate. */
struct bw_ack {
	TAILQ_ENTRY(bw_ack) link;
	uint64_t offset;
	uint32_t xsp;
	int status;
	struct mono since; /* when the event was taken */
	UT_hash_handle by_event;
	char event_id[];
};

enum bw_phase {
	BW_OFF,      /* not active */
	BW_LISTING,  /* what channels does the set have? */
	BW_CLEANING, /* deleting channels that are not ours */
	BW_RUNNING,
};

struct bw {
	struct ctx *x;
	struct bw_hooks hooks;
	struct xsi_contexts contexts;
	enum bw_phase phase;
	struct bw_links south;
	char set_name[160]; /* see bw_channel_set() */
	struct bw_channel channels[LIMIT_XSPS];
	uint32_t channels_open;
	uint32_t next_xsp; /* round robin */
	uint32_t list_tries;
	uint32_t deletes; /* under way */
	struct mono phase_due;
	struct bw_sub_list queues[BW_QUEUE_COUNT]; /* to be asked */
	struct timers timers;                      /* of subscriptions that are asked, by state */
	struct timers renewals; /* of those that are idle: when they are asked anew */
	struct {
		TAILQ_HEAD(, bw_leak) found; /* to be deleted */
		uint32_t count, out;         /* of these; requests under way */
		uint64_t request;            /* the list that is awaited; 0 = none */
		struct xsi_list list;        /* that list as it comes */
		bool is_list;                /* it was one so far */
		bool more;                   /* there were more than LIMIT_LEAKS */
		struct mono due;             /* the next look */
		bool by_target;              /* one user after the other, `at` was the last */
		char at[LIMIT_DEVICE_ID];
	} leaks;                   /* bw_leak.c */
	char owner[LIMIT_USER_ID]; /* of our subscriptions, as BroadWorks says in events */
	struct bw_sub_list gaps;
	size_t early_bytes; /* kept of events that came too early */
	bool early_full;    /* and told so */
	uint32_t notes;     /* devices that have some */
	struct bw_device *scopes[CONF_SCOPES];
	uint32_t scope_count;
	bool lists_accepted;    /* since activation: an eventPackageList was taken */
	bool lists_refused;     /* since activation: lists are not for this server */
	struct mono held_until; /* the account was refused: no ask before */
	uint32_t asks_out;      /* sent and not answered by HTTP */
	int64_t tokens_milli;   /* token bucket of asks, in thousandths */
	struct mono tokens_at;
	uint32_t unconfirmed; /* devices not confirmed since the last doubt */
	bool resyncing;       /* everything was put in doubt and is not confirmed yet */
	struct bw_request *requests;
	struct {
		TAILQ_HEAD(, bw_ack) waiting;
		struct bw_ack *by_event; /* the same */
		uint32_t out;            /* under way */
	} acks[LIMIT_XSPS];              /* an XSP that is slow holds up its own alone */
	uint32_t ack_count;
	struct mono ack_alarm_at; /* no second alarm of late acknowledgements before */
	uint64_t acks_late;
	TAILQ_HEAD(, bw_waiting_call) calls;
	TAILQ_HEAD(, bw_made) made; /* calls without a party yet */
	struct mono unknown_until;  /* events of unknown subscriptions: this second of log lines */
	uint32_t unknown_logged, unknown_unlogged;
	/* AS failover suspicion */
	struct {
		char id[64];
		struct mono seen;
	} servers[8];
	uint32_t server_count;
	struct mono doubt_until;       /* no second general doubt before */
	struct mono doubt_due;         /* one that has to wait for that; MONO_NEVER: none */
	bool doubt_proof;              /* it has a proof */
	struct mono look_due;          /* every device is asked without a doubt; MONO_NEVER: not */
	struct mono empty_doubt_until; /* nor one without proof: see bw_doubt_all() */
	uint32_t empty_doubts;         /* in a row that found nothing */
	bool doubted;                  /* what is being confirmed is a doubt, not an activation */
	/* a server that a device has left: does it go quiet? */
	char left_server[24];
	struct mono left_at;
	struct mono left_due;      /* MONO_NEVER: none */
	struct mono suspect_until; /* nor a second look at the calls of one server */
	struct mono reach_due; /* no channel is open: told when this comes; MONO_NEVER otherwise */
	struct mono
		uncovered_due; /* all is asked then, see bw_reach_doubtful(); MONO_NEVER otherwise */
	struct mono uncovered_last; /* and not later than that, whatever ends until then */
	struct {
		struct mono due;   /* next look at it */
		uint32_t failures; /* in a row */
		bool is_ready;
	} app;                  /* the application controller */
	struct mono running_at; /* the last time that everything was put in doubt */
	struct buf path, body;
	struct xsi_doc *doc;
	struct core_party *parties;
	struct core_difference total; /* since everything was put in doubt last */
	struct core_difference since; /* since activation */
};

void bw_init(struct bw *b, struct ctx *x, const struct bw_hooks *hooks);
void bw_fini(struct bw *b);
/** This node became active: everything is built from the model alone. */
void bw_activate(struct bw *b);
/** Not active any more: every stream and request is given up. */
void bw_deactivate(struct bw *b);

/** Notes of a device, made if need be. */
struct bw_device *bw_device(struct bw *b, struct core_device *d);
/** A device of the model is about to be freed. */
void bw_device_gone(struct bw *b, struct core_device *d);
/** Asks a device what calls it has (once more if it is being asked). `live`: ahead of those without calls. */
void bw_ask(struct bw *b, struct core_device *d, bool live);
/** The same, because an operator wants it. */
void bw_ask_ordered(struct bw *b, struct core_device *d, bool live);
/**
 * A client wants to know what calls it has. True: BroadWorks is asked, or was less than LIMIT_FRESH_MS ago, and the answer is
 * awaited. False: it need not be asked, others are, and it was confirmed within that time with nothing that puts it in doubt
 * since: clients that come back all at once do not ask for each device again while the devices are being asked.
 */
bool bw_ask_for_client(struct bw *b, struct core_device *d);
/** An event of it is missing, or the last question had no answer: it is in service, but what we know may be out of date. */
bool bw_is_in_doubt(const struct core_device *d);
/**
 * BroadWorks may have lost its memory: every device is asked, those with calls are out of service until confirmed.
 * `except` (may be NULL) was compared just now: it is asked like the others, but it stays in service. Without `proof`
 * (BroadWorks said something unasked that changed nothing) it is done less and less often, as long as nothing comes of it: what
 * comes too soon is made up for then.
 */
void bw_doubt_all(struct bw *b, const struct core_device *except, bool proof, const char *why);
/** The next bw_doubt_all() would come too soon after the last one, but must not be lost: it is made up for. */
void bw_doubt_later(struct bw *b);
/**
 * What came may be the late snapshot of an ask that was given up, or a sign, and nobody can tell: in a while every device is asked
 * once; no client is told, and none goes out of service for it.
 */
void bw_look_later(struct bw *b);
/**
 * A request of a client, made for device `d`; carried out when the gate lets the current offset out, once, and never
 * repeated. `q` and its texts are copied. hooks.request_over() follows exactly once, unless this node ceases to be
 * active.
 */
void bw_call(struct bw *b, uint64_t request, const struct xsi_request *q, struct core_device *d);
/** A copy of `q` with all its texts in one block, for mem_free(). */
struct xsi_request *bw_request_copy(const struct xsi_request *q);

/* inputs */
void bw_stream_data(struct bw *b, uint64_t stream, struct str bytes);
void bw_stream_closed(struct bw *b, uint64_t stream, const struct bw_answer *a);
void bw_http_done(struct bw *b, uint64_t id, const struct bw_answer *a);
/** A piece of a long answer, which bw_http_done() ends. */
void bw_http_data(struct bw *b, uint64_t id, struct str bytes);
/** The lines of an SRV answer: "priority weight port host" each. */
void bw_resolved(struct bw *b, uint64_t query, bool ok, struct str lines, struct str why);
/** A secret was read: a token, or a password. */
void bw_secret(struct bw *b, uint32_t xsp, bool ok, struct str secret, struct str why);
/* the connections of links over CTI */
void bw_south_open(struct bw *b, uint64_t conn);
void bw_south_data(struct bw *b, uint64_t conn, struct str bytes);
void bw_south_closed(struct bw *b, uint64_t conn, struct str why);
void bw_tick(struct bw *b);
/** Sends what gate, rate and windows allow; at the end of each step. */
void bw_pump(struct bw *b);
struct mono bw_deadline(const struct bw *b);

/** The kind of a device that is new, as far as the configuration says. */
enum core_device_kind bw_kind_of_device(
	const struct conf *conf, struct str device, struct str user);

#endif
