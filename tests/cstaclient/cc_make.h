/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_CSTACLIENT_CC_MAKE_H
#define TANDEM_TESTS_CSTACLIENT_CC_MAKE_H

#include <stdint.h>

#include "tests/cstaclient/cc_text.h"

/* What StartApplicationSession says. */
struct cc_make_start {
	const char *user;
	const char *password;
	const char *session_id; /* NULL = a new session */
	const char *version;    /* the CSTA namespace */
	int64_t cleanup_s;
	int64_t duration_s;
	int64_t last_number; /* lastMessageSequenceNumber */
};

/* Each writes one whole document into `t`; `ns` is the CSTA namespace of the edition. */
void cc_make_start_session(struct cc_text *t, const struct cc_make_start *start);
void cc_make_stop_session(struct cc_text *t, const char *session_id);
void cc_make_reset_timer(struct cc_text *t, const char *session_id, int64_t duration_s);
void cc_make_request_status(struct cc_text *t, const char *ns);
void cc_make_register(struct cc_text *t, const char *ns);
void cc_make_monitor_start(struct cc_text *t, const char *ns, const char *device);
void cc_make_monitor_stop(struct cc_text *t, const char *ns, const char *xref);
void cc_make_snapshot(struct cc_text *t, const char *ns, const char *device);
void cc_make_call(struct cc_text *t, const char *ns, const char *from, const char *to);

/*
 * A request on one connection: `root` "AnswerCall" with `part` "callToBeAnswered", HoldCall,
 * RetrieveCall or ClearConnection likewise.
 */
void cc_make_connection(struct cc_text *t, const char *ns, const char *root, const char *part,
	const char *call_id, const char *device);

/* A request on the active and the held call of a device: AlternateCall, TransferCall ... */
void cc_make_two(struct cc_text *t, const char *ns, const char *root, const char *active,
	const char *held, const char *device);

/* ConsultationCall, SingleStepTransferCall or DeflectCall: the call of a device, and where to. */
void cc_make_away(struct cc_text *t, const char *ns, const char *root, const char *call_id,
	const char *device, const char *to);

/* Any request: `root` and what stands in it, as it is. */
void cc_make_any(struct cc_text *t, const char *ns, const char *root, const char *inner);

/* Answers to requests of the server: an empty root, and RequestSystemStatusResponse normal. */
void cc_make_empty(struct cc_text *t, const char *ns, const char *root);
void cc_make_status_normal(struct cc_text *t, const char *ns);

#endif
