/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSTA messages (ECMA-323 edition 3 to 6, ECMA-354 sessions) as structures.
 *
 * The words that both the decoder and the encoder speak. Device identities and user texts are
 * opaque here; what a service means is the business of the rooms above. The lists are the
 * protocol's own spelling, misspellings included.
 */
#ifndef TANDEM_PROTO_CSTA_MSG_H
#define TANDEM_PROTO_CSTA_MSG_H

#include "proto/base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum csta_edition {
	CSTA_ED_NONE, /* no namespace, or an unknown one */
	CSTA_ED3,
	CSTA_ED4,
	CSTA_ED5,
	CSTA_ED6,
};

/*
 * Roots a client may send and the server knows; everything else is CSTA_UNKNOWN and answered
 * serviceNotSupported.
 */
#define CSTA_REQUESTS(XX) \
	XX(StartApplicationSession) \
	XX(StopApplicationSession) \
	XX(ResetApplicationSessionTimer) \
	XX(RequestSystemStatus) \
	XX(SystemStatus) \
	XX(SystemStatusResponse) \
	XX(SystemRegister) \
	XX(SystemRegisterCancel) \
	XX(MonitorStart) \
	XX(MonitorStop) \
	XX(MonitorStopResponse) \
	XX(SnapshotDevice) \
	XX(MakeCall) \
	XX(AnswerCall) \
	XX(HoldCall) \
	XX(RetrieveCall) \
	XX(ClearConnection) \
	XX(CSTAErrorCode) \
	XX(keepalive)

enum csta_request_kind {
	CSTA_UNKNOWN,
#define XX(name) CSTA_##name,
	CSTA_REQUESTS(XX)
#undef XX
};

/* localConnectionInfo */
#define CSTA_LOCAL_STATES(XX) \
	XX(null) \
	XX(initiated) \
	XX(alerting) \
	XX(connected) \
	XX(hold) \
	XX(queued) \
	XX(fail)

enum csta_local_state {
#define XX(name) CSTA_LOCAL_##name,
	CSTA_LOCAL_STATES(XX)
#undef XX
};

/* systemStatus */
#define CSTA_STATUSES(XX) \
	XX(initializing) \
	XX(enabled) \
	XX(normal) \
	XX(messagesLost) \
	XX(disabled) \
	XX(partiallyDisabled) \
	XX(overloadImminent) \
	XX(overloadReached) \
	XX(overloadRelieved)

enum csta_status {
#define XX(name) CSTA_STATUS_##name,
	CSTA_STATUSES(XX)
#undef XX
};

/* event causes in use */
#define CSTA_CAUSES(XX) \
	XX(normal) \
	XX(makeCall) \
	XX(newCall) \
	XX(normalClearing) \
	XX(callCancelled) \
	XX(busy) \
	XX(callNotAnswered) \
	XX(destNotObtainable) \
	XX(networkOutOfOrder) \
	XX(maintenance) \
	XX(switchingFunctionTerminated) \
	XX(reorderTone) \
	XX(resourcesNotAvailable) \
	XX(networkCongestion) \
	XX(invalidNumberFormat) \
	XX(numberUnallocated) \
	XX(keyOperation) \
	XX(timeout)

enum csta_cause {
#define XX(name) CSTA_CAUSE_##name,
	CSTA_CAUSES(XX)
#undef XX
};

/* CSTAErrorCode: category element and value */
#define CSTA_ERRORS(XX) \
	XX(operation, generic) \
	XX(operation, invalidDeviceID) \
	XX(operation, invalidCallingDeviceID) \
	XX(operation, invalidCalledDeviceID) \
	XX(operation, invalidConnectionID) \
	XX(operation, invalidCallID) \
	XX(operation, invalidMonitorCrossRefID) \
	XX(operation, invalidMonitorObject) \
	XX(operation, invalidCrossRefID) \
	XX(operation, objectNotKnown) \
	XX(operation, invalidParameterValue) \
	XX(operation, requestIncompatibleWithObject) \
	XX(operation, privilegeViolationSpecifiedDevice) \
	XX(operation, securityViolation) \
	XX(operation, serviceNotSupported) \
	XX(stateIncompatibility, invalidConnectionState) \
	XX(stateIncompatibility, noCallToAnswer) \
	XX(stateIncompatibility, noConnectionToClear) \
	XX(stateIncompatibility, invalidObjectState) \
	XX(systemResourceAvailibility, resourceBusy) \
	XX(systemResourceAvailibility, resourceOutOfService) \
	XX(systemResourceAvailibility, deviceOutOfService) \
	XX(systemResourceAvailibility, networkOutOfService) \
	XX(systemResourceAvailibility, overallMonitorLimitExceeded) \
	XX(systemResourceAvailibility, registrationLimitExceeded) \
	XX(systemResourceAvailibility, resourceLimitExceeded) \
	XX(subscribedResourceAvailability, objectMonitorLimitExceeded) \
	XX(subscribedResourceAvailability, outstandingReqLimitExceeded) \
	XX(performanceManagement, performanceLimitExceeded)

enum csta_error {
	CSTA_NO_ERROR,
	CSTA_ERR_unspecified, /* has neither category nor value */
#define XX(category, value) CSTA_ERR_##value,
	CSTA_ERRORS(XX)
#undef XX
};

/* A connection ID as a client sends it: either part may be "". */
struct csta_connection {
	struct str call_id;
	struct str device_id;
};

/*
 * One decoded message of a client. All texts are borrowed from the xml reader and already
 * trimmed; a part that is absent is "", 0 or false.
 */
struct csta_request {
	enum csta_request_kind kind;
	enum csta_edition edition; /* by the root's namespace; CSTA_ED_NONE for ECMA-354 or none */
	struct str root;           /* local name of the root */

	/* MonitorStart: deviceObject; SnapshotDevice: snapshotObject; MakeCall: callingDevice */
	struct str device;
	/* MonitorStart on a call (callObject present, it is in `connection`), monitorType "call" */
	bool call_object;
	bool call_type;
	/* MonitorStart: bit 1 << CSTA_EV_x of each event that requestedMonitorFilter names with
	 * true. It is not wanted, unless Avaya's private invertFilter turns the sense round. */
	uint32_t filter;
	bool filter_inverted;
	/* MakeCall: calledDirectoryNumber */
	struct str called;
	/* AnswerCall, HoldCall, RetrieveCall, ClearConnection */
	struct csta_connection connection;
	/* MonitorStop */
	struct str cross_ref;
	/* SystemRegister*, SystemStatus, RequestSystemStatus */
	struct str register_id;
	/* SystemRegister: requestTypes/systemStatus is true */
	bool wants_status;
	/* SystemRegister: bit 1 << CSTA_STATUS_x of each status that the client does not want */
	uint32_t status_filter;
	/* SystemStatus of the client; "" if absent */
	struct str status;

	/* ECMA-354, in SessionLoginInfo or plain user/password children */
	struct str session_id;
	struct str user;
	struct str password;
	uint64_t cleanup_delay_s; /* 0 = not given */
	uint64_t duration_s;      /* 0 = not given */
	bool numbered;            /* lastMessageSequenceNumber given */
	uint64_t last_number;
	/* requestedProtocolVersions names something; its best edition, CSTA_ED_NONE if not ours */
	bool versions_given;
	enum csta_edition wanted;
};

/* Events the server sends. */
#define CSTA_EVENTS(XX) \
	XX(ServiceInitiated) \
	XX(Originated) \
	XX(Delivered) \
	XX(Established) \
	XX(Held) \
	XX(Retrieved) \
	XX(ConnectionCleared) \
	XX(Failed) \
	XX(OutOfService) \
	XX(BackInService)

enum csta_event_kind {
#define XX(name) CSTA_EV_##name,
	CSTA_EVENTS(XX)
#undef XX
};

struct csta_event {
	enum csta_event_kind kind;
	uint64_t cross_ref;
	uint64_t call_id;             /* of the connection the event is about */
	struct str connection_device; /* device part of that connection */
	/* initiating, alerting, answering, holding, retrieving, releasing or failing device; for
	 * OutOfService/BackInService the device itself; "" = notKnown */
	struct str subject;
	struct str calling;          /* "" = notKnown */
	struct str called;           /* "" = notKnown */
	enum csta_local_state local; /* of the monitored device */
	enum csta_cause cause;
	uint64_t number; /* messageSequenceNumber; 0 = session does not want numbers */
};

/* One connection of a snapshot: SnapshotDeviceResponseInfo. */
struct csta_snapshot_item {
	uint64_t call_id;
	struct str device;           /* the asked device */
	struct str endpoint;         /* far party; "" = notKnown */
	enum csta_local_state local; /* of the asked device */
	enum csta_local_state far;
};

const char *csta_request_name(enum csta_request_kind kind); /* "UNKNOWN" for CSTA_UNKNOWN */
const char *csta_event_name(enum csta_event_kind kind);     /* with "Event" */
const char *csta_status_name(enum csta_status status);
const char *csta_local_name(enum csta_local_state state);
const char *csta_cause_name(enum csta_cause cause);
/** The value; "unspecified" for CSTA_ERR_unspecified, "" for CSTA_NO_ERROR. */
const char *csta_error_name(enum csta_error error);
/** The category element around the value; "" for the two that have none. */
const char *csta_error_category(enum csta_error error);
/** Short name for logs: "none", "ed3".. "ed6". */
const char *csta_edition_name(enum csta_edition ed);
/** Namespace of an edition; CSTA_ED_NONE yields that of edition 3. */
const char *csta_namespace(enum csta_edition edition);

/**
 * Edition of a namespace: the number behind "csta/ed", whatever the host and whatever follows; 1
 * and 2 count as edition 3. CSTA_ED_NONE for every other text.
 */
enum csta_edition csta_edition_of_namespace(struct str ns);
/** As above for a protocol version, which may also be a mere name such as "ed4" or "CSTA-ED5". */
enum csta_edition csta_edition_of_version(struct str version);

#endif
