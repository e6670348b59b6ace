/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_CSTACLIENT_CC_DOC_H
#define TANDEM_TESTS_CSTACLIENT_CC_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/cstaclient/cc_rules.h"

#define CC_ID_MAX 80
#define CC_DEVICE_MAX 128
#define CC_WHY_MAX 256
#define CC_NS_CSTA "http://www.ecma-international.org/standards/ecma-323/csta/"
#define CC_NS_APPL "http://www.ecma-international.org/standards/ecma-354/appl_session"

struct cc_valid;

/* A CSTA connection ID; a missing part is "". */
struct cc_conn_id {
	char call_id[CC_ID_MAX];
	char device[CC_DEVICE_MAX];
};

/* One connection of the asked device in a snapshot. */
struct cc_snap_call {
	struct cc_conn_id conn;
	enum cc_state state;
};

/* One connectionListItem of a transfer or conference. */
struct cc_link {
	struct cc_conn_id to;
	struct cc_conn_id from;
};

#define CC_LINKS_MAX 16

/* A truth value of an event; NONE = it has none. */
enum cc_flag {
	CC_FLAG_NONE,
	CC_FLAG_OFF,
	CC_FLAG_ON
};

/* What a message of the server says, as far as the client cares; a missing text is "". */
struct cc_msg {
	enum cc_root root;
	enum cc_class class;
	char xref[CC_ID_MAX];        /* monitorCrossRefID */
	struct cc_conn_id conn;      /* the connection an event or MakeCallResponse names */
	struct cc_conn_id second;    /* secondaryOldCall */
	char calling[CC_DEVICE_MAX]; /* callingDevice of a DeliveredEvent */
	char subject[CC_DEVICE_MAX]; /* the device that alerts, answers, holds, ... */
	char other[CC_DEVICE_MAX]; /* transferredToDevice, addedParty, newDestination, forwardTo */
	char group[CC_DEVICE_MAX]; /* acdGroup */
	char reason[40];           /* why an agent is not ready */
	char detail[40];           /* forwardingType */
	char message[40];          /* of Play, Stop, Record, Suspend */
	bool is_redirected;        /* lastRedirectionDevice names somebody */
	enum cc_flag on;           /* doNotDisturbOn, forwardStatus, messageWaitingOn */
	char local_info[16];       /* localConnectionInfo as text */
	enum cc_state local;
	char cause[48];
	bool is_numbered;
	int64_t number;  /* messageSequenceNumber */
	char status[32]; /* systemStatus */
	char session_id[CC_ID_MAX];
	int64_t duration_s;           /* actualSessionDuration, 0 if absent */
	char error[96];               /* "operation/invalidDeviceID", or the ECMA-354 error */
	char service_xref[CC_ID_MAX]; /* serviceCrossRefID of a segmented snapshot */
	bool is_last_segment;
	struct cc_snap_call *snap; /* owned; cc_doc_fini */
	size_t snap_count;
	struct cc_link links[CC_LINKS_MAX];
	size_t link_count;
};

/*
 * Reads one message. `csta_ns` is the namespace the client speaks; every root must be in it or in
 * that of ECMA-354. NULL = not agreed yet: that of any edition is taken and nothing is validated.
 * With `valid` the document is also checked against the schemas: `*is_valid` and `why` tell the
 * outcome. Returns 0 with `m` filled (to be released by cc_doc_fini), or -1 with a
 * sentence in `why` (CC_WHY_MAX bytes) if it is not well-formed, not known or lacks what it must
 * have; nothing is left to release then.
 */
int cc_doc_read(const char *xml, size_t n, const char *csta_ns, struct cc_valid *valid,
	struct cc_msg *m, bool *is_valid, char *why) __attribute__((warn_unused_result));

/* Releases what cc_doc_read allocated. */
void cc_doc_fini(struct cc_msg *m);

#endif
