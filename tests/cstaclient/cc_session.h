/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_CSTACLIENT_CC_SESSION_H
#define TANDEM_TESTS_CSTACLIENT_CC_SESSION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/cstaclient/cc_account.h"
#include "tests/cstaclient/cc_frame.h"
#include "tests/cstaclient/cc_load.h"
#include "tests/cstaclient/cc_opts.h"
#include "tests/cstaclient/cc_picture.h"
#include "tests/cstaclient/cc_requests.h"

#define CC_STATUS_WAIT_US 2000000 /* a T-Server waits so long for SystemStatus normal */
#define CC_SETUP_WINDOW 16        /* MonitorStart and SnapshotDevice under way at a time */
#define CC_RETRY_US 1000000 /* until a refused MonitorStart or SnapshotDevice is tried again */
#define CC_ORPHANS_MAX 64

/* What all sessions share; everything borrowed. */
struct cc_shared {
	const struct cc_opts *opts;
	struct cc_account *account;
	struct cc_gap *gap;
	struct cc_journal *journal;
	struct cc_valid *valid; /* or NULL */
	char ns[96];            /* CSTA namespace of the edition */
};

/* Sends the bytes of one message in one write. */
typedef void (*cc_session_send_fn)(const unsigned char *bytes, size_t n, void *arg);

/*
 *  DOWN --connected--> ASSOCIATING --associated--> SETTING_UP --all monitors--> READY
 *  READY, SETTING_UP --stop--> STOPPING --answered--> STOPPED; any --lost--> DOWN
 */
enum cc_phase {
	CC_PHASE_DOWN,
	CC_PHASE_ASSOCIATING,
	CC_PHASE_SETTING_UP,
	CC_PHASE_READY,
	CC_PHASE_STOPPING,
	CC_PHASE_STOPPED,
};

/* One CSTA session, without its socket: bytes and time come in, bytes go out. */
struct cc_session {
	size_t index;
	const struct cc_shared *shared;
	cc_session_send_fn send;
	void *send_arg;
	enum cc_phase phase;
	struct cc_frame_in in;
	struct cc_requests requests;
	struct cc_picture picture;
	char session_id[CC_ID_MAX]; /* "" = none yet */
	int64_t last_number;        /* of the last event, numbered sessions */
	int64_t duration_us;        /* granted; 0 = without end */
	unsigned connections;
	int64_t connected_us;
	int64_t last_answer_us;
	int64_t next_probe_us;
	int64_t next_keepalive_us;
	int64_t next_reset_us;
	int64_t now_us; /* of the call in progress */
	size_t setup_cursor;
	size_t setup_open; /* MonitorStart and SnapshotDevice under way */
	bool is_normal;    /* plain: SystemStatus normal came on this connection */
	bool is_agreed;    /* the server knows the edition of this connection */
	bool was_ready;
	bool wants_close; /* the owner is to close the connection */
	bool wants_delay; /* ... and not to come back at once */
	bool is_deaf;     /* the owner does not read, or did not: what it hears is no measure */
	bool is_refused;  /* wrong login: it makes no sense to go on */
	char close_why[CC_WHY_MAX];
	/* monitors whose answer was lost with a connection: the server may have them */
	size_t orphans_expected;
	char orphans[CC_ORPHANS_MAX][CC_ID_MAX];
	size_t orphan_count;
	/* the snapshot of everything that the control socket asked for */
	bool is_final;
	size_t final_next;
	size_t final_done;
	size_t final_failed;
	json_t *final_list; /* owned while is_final */
	/* the request of the operator */
	bool is_asking;
	json_t *ask_reply; /* owned, until it is taken */
};

/*
 * Prepares a session with its devices. `send` is called during the other calls. Returns 0, or -1
 * without memory.
 */
int cc_session_init(struct cc_session *s, size_t index, const struct cc_shared *shared,
	const char *const *devices, size_t device_count, cc_session_send_fn send, void *send_arg)
	__attribute__((warn_unused_result));

/* Releases the session. */
void cc_session_fini(struct cc_session *s);

/* A TCP connection stands. After each of these calls the owner looks at wants_close. */
void cc_session_connected(struct cc_session *s, int64_t now_us);

/* Bytes came in. */
void cc_session_bytes(struct cc_session *s, const void *p, size_t n, int64_t now_us);

/* Time has passed: probes, timers, answers that did not come. */
void cc_session_tick(struct cc_session *s, int64_t now_us);

/* The connection is gone (or the owner closed it): requests in flight stay unanswered. */
void cc_session_lost(struct cc_session *s, const char *why, int64_t now_us);

/* Sends a random request. */
void cc_session_act(struct cc_session *s, const struct cc_action *action, int64_t now_us);

/* Ends the session in order: StopApplicationSession, or at once without one. */
void cc_session_stop(struct cc_session *s, int64_t now_us);

/* Starts a SnapshotDevice of every device, to be compared with the picture. */
void cc_session_begin_final(struct cc_session *s);

/* True when all of them are answered or failed. */
bool cc_session_is_final_done(const struct cc_session *s);

/* Takes the list of {"device","calls"} or {"device","error"} and ends the snapshot. */
json_t *cc_session_take_final(struct cc_session *s);

/*
 * Sends a request of the operator, one at a time: `root` with `inner` (XML) in it. False: the session is not ready, or
 * one is under way.
 */
bool cc_session_ask(struct cc_session *s, const char *root, const char *inner, int64_t now_us);

/* The reply {"ok","answer","error","call_id","xml"} once it is there, else NULL. A new reference. */
json_t *cc_session_take_ask(struct cc_session *s);

/* For cc_session_in.c: the operator's request is answered by this document. */
void cc_session_asked(struct cc_session *s, const struct cc_msg *m, const char *xml, size_t n);

/* Requests of the random load that wait for their answer. */
size_t cc_session_in_flight(const struct cc_session *s);

/* For cc_session_in.c: sends a request; NULL if too many are outstanding. */
struct cc_request *cc_session_request(struct cc_session *s, enum cc_kind kind, size_t device,
	const char *call_id, const char *to);

/* For cc_session_in.c: sends an empty answer `root`, or the status, to a request of the server. */
void cc_session_answer(struct cc_session *s, unsigned invoke_id, const char *root);

/* For cc_session_in.c: the association stands; forgets the session; asks for the end. */
void cc_session_associated(struct cc_session *s);
void cc_session_start_over(struct cc_session *s);
void cc_session_give_up(struct cc_session *s, bool wants_delay, const char *why);

/* cc_session_in.c: takes one message; cc_frame_fn with the session as `arg`. */
int cc_session_take(unsigned invoke_id, const char *xml, size_t n, void *arg);

#endif
