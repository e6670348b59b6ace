/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_CSTACLIENT_CC_REQUESTS_H
#define TANDEM_TESTS_CSTACLIENT_CC_REQUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/cstaclient/cc_doc.h"

#define CC_REQUESTS_MAX 512    /* outstanding on one connection */
#define CC_REQUEST_ID_MAX 8999 /* the server's own begin above */
#define CC_REQUEST_LATE_US 7000000

/* What the client sends: enum name, root, positive answer, negative answer, purpose. */
#define CC_KINDS(X) \
	X(START, "StartApplicationSession", START_POS, START_NEG, SETUP) \
	X(STOP, "StopApplicationSession", STOP_POS, STOP_NEG, SETUP) \
	X(RESET, "ResetApplicationSessionTimer", RESET_POS, RESET_NEG, SETUP) \
	X(STATUS, "RequestSystemStatus", STATUS_RESPONSE, ERROR_CODE, SETUP) \
	X(REGISTER, "SystemRegister", REGISTER_RESPONSE, ERROR_CODE, SETUP) \
	X(MONITOR, "MonitorStart", MONITOR_RESPONSE, ERROR_CODE, SETUP) \
	X(MONITOR_STOP, "MonitorStop", MONITOR_STOP_RESPONSE, ERROR_CODE, SETUP) \
	X(SNAPSHOT, "SnapshotDevice", SNAPSHOT_RESPONSE, ERROR_CODE, SETUP) \
	X(FINAL_SNAPSHOT, "SnapshotDevice", SNAPSHOT_RESPONSE, ERROR_CODE, SETUP) \
	X(PROBE, "RequestSystemStatus", STATUS_RESPONSE, ERROR_CODE, PROBE) \
	X(MAKE, "MakeCall", MAKE_RESPONSE, ERROR_CODE, LOAD) \
	X(ANSWER, "AnswerCall", ANSWER_RESPONSE, ERROR_CODE, LOAD) \
	X(HOLD, "HoldCall", HOLD_RESPONSE, ERROR_CODE, LOAD) \
	X(RETRIEVE, "RetrieveCall", RETRIEVE_RESPONSE, ERROR_CODE, LOAD) \
	X(CLEAR, "ClearConnection", CLEAR_RESPONSE, ERROR_CODE, LOAD) \
	X(CONSULT, "ConsultationCall", CONSULTATION_RESPONSE, ERROR_CODE, LOAD) \
	X(ALTERNATE, "AlternateCall", ALTERNATE_RESPONSE, ERROR_CODE, LOAD) \
	X(RECONNECT, "ReconnectCall", RECONNECT_RESPONSE, ERROR_CODE, LOAD) \
	X(TRANSFER, "TransferCall", TRANSFER_RESPONSE, ERROR_CODE, LOAD) \
	X(CONFERENCE, "ConferenceCall", CONFERENCE_RESPONSE, ERROR_CODE, LOAD) \
	X(SINGLE_STEP, "SingleStepTransferCall", SINGLE_STEP_RESPONSE, ERROR_CODE, LOAD) \
	X(DEFLECT, "DeflectCall", DEFLECT_RESPONSE, ERROR_CODE, LOAD) \
	X(ASK, "ask", NONE, ERROR_CODE, ASK) /* from the control socket: any root, any answer */

enum cc_kind {
#define X(name, root, yes, no, purpose) CC_KIND_##name,
	CC_KINDS(X)
#undef X
};

/* Monitors, timers and status; the measure of silence; the random requests; those of the operator. */
enum cc_purpose {
	CC_PURPOSE_SETUP,
	CC_PURPOSE_PROBE,
	CC_PURPOSE_LOAD,
	CC_PURPOSE_ASK,
};

/* One request that waits for its answer. */
struct cc_request {
	unsigned id;
	enum cc_kind kind;
	int64_t sent_us;
	bool is_late;  /* reported as late */
	size_t device; /* index in the picture */
	char call_id[CC_ID_MAX];
};

/* All requests of one session and what became of each invoke id. */
struct cc_requests {
	uint8_t fate[CC_REQUEST_ID_MAX + 1];
	unsigned last_id;
	struct cc_request list[CC_REQUESTS_MAX];
	size_t count;
};

/* What an answer with an invoke id is. */
enum cc_match {
	CC_MATCH_OK,      /* the answer to an outstanding request */
	CC_MATCH_TWICE,   /* a further answer */
	CC_MATCH_OLD,     /* an answer to a request of an earlier connection */
	CC_MATCH_UNKNOWN, /* never asked */
};

/* Root of a request, what it is for, and whether `answer` may answer it and is positive. */
const char *cc_requests_root(enum cc_kind kind);
enum cc_purpose cc_requests_purpose(enum cc_kind kind);
bool cc_requests_fits(enum cc_kind kind, enum cc_root answer);
bool cc_requests_is_positive(enum cc_kind kind, enum cc_root answer);

/* Starts with no request at all. */
void cc_requests_init(struct cc_requests *r);

/* Adds a request with the next free invoke id (1..8999); NULL if too many are outstanding. */
struct cc_request *cc_requests_add(struct cc_requests *r, enum cc_kind kind, int64_t now_us);

/* Finds the request of an answer and, for CC_MATCH_OK, moves it to `out`. */
enum cc_match cc_requests_take(struct cc_requests *r, unsigned id, struct cc_request *out);

/* True if a request with this id is outstanding. */
bool cc_requests_is_open(const struct cc_requests *r, unsigned id);

/* The connection is gone: no request is outstanding any more, none will be repeated. */
void cc_requests_abandon(struct cc_requests *r);

#endif
