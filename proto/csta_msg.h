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
	XX(ChangeSysStatFilter) \
	XX(GetSwitchingFunctionCaps) \
	XX(GetSwitchingFunctionDevices) \
	XX(GetCSTAFeatures) \
	XX(MonitorStart) \
	XX(MonitorStop) \
	XX(MonitorStopResponse) \
	XX(ChangeMonitorFilter) \
	XX(GetMonitors) \
	XX(SnapshotDevice) \
	XX(SnapshotCall) \
	XX(MakeCall) \
	XX(AnswerCall) \
	XX(HoldCall) \
	XX(RetrieveCall) \
	XX(ClearConnection) \
	XX(ClearCall) \
	XX(ConsultationCall) \
	XX(AlternateCall) \
	XX(ReconnectCall) \
	XX(TransferCall) \
	XX(SingleStepTransferCall) \
	XX(ConferenceCall) \
	XX(IntrudeCall) \
	XX(DeflectCall) \
	XX(GenerateDigits) \
	XX(DirectedPickupCall) \
	XX(GroupPickupCall) \
	XX(ParkCall) \
	XX(SetForwarding) \
	XX(GetForwarding) \
	XX(SetDoNotDisturb) \
	XX(GetDoNotDisturb) \
	XX(SetMessageWaitingIndicator) \
	XX(GetMessageWaitingIndicator) \
	XX(SetAgentState) \
	XX(GetAgentState) \
	XX(PlayMessage) \
	XX(RecordMessage) \
	XX(Stop) \
	XX(Suspend) \
	XX(Resume) \
	XX(Escape) \
	XX(RouteRegister) \
	XX(RouteRegisterCancel) \
	XX(RouteSelect) \
	XX(RouteReject) \
	XX(RouteEnd) \
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

/* event causes: all those that editions 3 to 6 have in common; normal is 0 */
/* clang-format off */
#define CSTA_CAUSES(XX) \
	XX(normal) XX(aCDBusy) XX(aCDForward) XX(aCDSaturated) XX(activation) XX(activeParticipation) \
	XX(alertTimeExpired) XX(alternate) XX(autoWork) XX(babble) XX(badAttribute) XX(badGrammar) \
	XX(badURI) XX(badVoice) XX(blocked) XX(busy) XX(busyOverflow) XX(calendarOverflow) XX(callBack) \
	XX(callCancelled) XX(callForward) XX(callForwardImmediate) XX(callForwardBusy) \
	XX(callForwardNoAnswer) XX(callNotAnswered) XX(callPickup) XX(campOn) XX(campOnTrunks) \
	XX(capacityOverflow) XX(characterCountReached) XX(conference) XX(consultation) XX(destDetected) \
	XX(destNotObtainable) XX(destOutOfOrder) XX(distributed) XX(distributionDelay) XX(doNotDisturb) \
	XX(dTMFDigitDetected) XX(duplicateDTMF) XX(durationExceeded) XX(earlyStop) XX(emptyQueue) \
	XX(endOfMessageDetected) XX(enteringDistribution) XX(forcedPause) XX(forcedTransition) \
	XX(incompatibleDestination) XX(interdigitTimeout) XX(intrude) XX(invalidAccountCode) \
	XX(invalidConnection) XX(invalidConnectionState) XX(invalidNumberFormat) XX(joinCall) \
	XX(keyOperation) XX(keyOperationInUse) XX(lockout) XX(maintenance) XX(makeCall) \
	XX(makePredictiveCall) XX(maxTimeout) XX(messageDurationExceeded) XX(messageSizeExceeded) \
	XX(multipleAlerting) XX(multipleQueuing) XX(networkCongestion) XX(networkDialling) \
	XX(networkNotObtainable) XX(networkOutOfOrder) XX(networkSignal) XX(newCall) XX(nextMessage) \
	XX(noAvailableAgents) XX(normalClearing) XX(noAudioSaved) XX(noQueue) XX(noRule) \
	XX(noSpeechDetected) XX(notAvailableBearerService) XX(notSupportedBearerService) XX(numberChanged) \
	XX(numberUnallocated) XX(outOfGrammar) XX(overflow) XX(override) XX(park) XX(pathReplacement) \
	XX(queueCleared) XX(queueTimeOverflow) XX(recall) XX(recallBusy) XX(recallForwarded) \
	XX(recallNoAnswer) XX(recallResourcesNotAvailable) XX(redirected) XX(remainsInQueue) XX(reorderTone) \
	XX(reserved) XX(resourcesNotAvailable) XX(selectedTrunkBusy) XX(silentParticipation) \
	XX(singleStepConference) XX(singleStepTransfer) XX(speechDetected) XX(suspend) \
	XX(switchingFunctionTerminated) XX(terminationCharacterReceived) XX(timeout) XX(transfer) \
	XX(trunksBusy) XX(unauthorisedBearerService) XX(unknownOverflow)
/* clang-format on */

enum csta_cause {
#define XX(name) CSTA_CAUSE_##name,
	CSTA_CAUSES(XX)
#undef XX
};

/* CSTAErrorCode: category element and value */
/* clang-format off */
#define CSTA_ERRORS(XX) \
	XX(operation, generic) XX(operation, atLeastOneConditionalParameterNotProvided) XX(operation, featureAlreadySet) \
	XX(operation, invalidDeviceID) XX(operation, invalidCallingDeviceID) \
	XX(operation, invalidCalledDeviceID) XX(operation, invalidDestination) \
	XX(operation, invalidDestinationDeviceID) XX(operation, invalidConnectionID) \
	XX(operation, invalidActiveConnectionID) XX(operation, invalidHeldConnectionID) \
	XX(operation, invalidCallID) XX(operation, invalidMonitorCrossRefID) \
	XX(operation, invalidMonitorFilter) XX(operation, invalidMonitorObject) XX(operation, invalidCrossRefID) XX(operation, invalidMsgID) \
	XX(operation, invalidParameterValue) XX(operation, invalidAccountCode) \
	XX(operation, invalidAgentGroup) XX(operation, invalidAgentIdentifier) \
	XX(operation, invalidAgentPassword) XX(operation, invalidAgentState) XX(operation, invalidFeature) \
	XX(operation, invalidForwardingDestination) XX(operation, invalidForwardingType) \
	XX(operation, invalidParticipationType) XX(operation, invalidPickUpDeviceID) \
	XX(operation, invalidParkToDeviceID) XX(operation, invalidRingCount) XX(operation, objectNotKnown) \
	XX(operation, parameterNotSupported) XX(operation, agentGroupNotSupported) \
	XX(operation, agentStateNotSupported) XX(operation, charactersToSendNotSupported) \
	XX(operation, digitModeNotSupported) XX(operation, privateDataNotSupported) \
	XX(operation, notSameDevice) XX(operation, requestIncompatibleWithObject) \
	XX(operation, requestIncompatibleWithConnection) \
	XX(operation, requestIncompatibleWithActiveConnection) \
	XX(operation, requestIncompatibleWithHeldConnection) XX(operation, requestIncompatibleWithDevice) \
	XX(operation, requestIncompatibleWithMedia) \
	XX(operation, privilegeViolationSpecifiedDevice) XX(operation, securityViolation) \
	XX(operation, serviceNotSupported) XX(operation, valueOutOfRange) \
	XX(operation, toneCharacterOutOfRange) XX(stateIncompatibility, invalidConnectionState) \
	XX(stateIncompatibility, invalidActiveConnectionState) \
	XX(stateIncompatibility, invalidHeldConnectionState) XX(stateIncompatibility, noActiveCall) \
	XX(stateIncompatibility, noHeldCall) XX(stateIncompatibility, noCallToAnswer) \
	XX(stateIncompatibility, noCallToClear) XX(stateIncompatibility, noCallToComplete) \
	XX(stateIncompatibility, noConnectionToClear) XX(stateIncompatibility, invalidObjectState) \
	XX(stateIncompatibility, invalidDeviceState) XX(stateIncompatibility, incorrectMsgState) \
	XX(stateIncompatibility, msgSuspended) XX(stateIncompatibility, notAbleToPlay) \
	XX(stateIncompatibility, notAbleToResume) XX(systemResourceAvailibility, resourceBusy) \
	XX(systemResourceAvailibility, internalResourceBusy) XX(systemResourceAvailibility, networkBusy) \
	XX(systemResourceAvailibility, resourceOutOfService) \
	XX(systemResourceAvailibility, deviceOutOfService) \
	XX(systemResourceAvailibility, networkOutOfService) \
	XX(systemResourceAvailibility, otherResourceOutOfService) \
	XX(systemResourceAvailibility, overallMonitorLimitExceeded) \
	XX(systemResourceAvailibility, registrationLimitExceeded) \
	XX(systemResourceAvailibility, resourceLimitExceeded) \
	XX(systemResourceAvailibility, conferenceMemberLimitExceeded) \
	XX(subscribedResourceAvailability, objectMonitorLimitExceeded) \
	XX(subscribedResourceAvailability, outstandingReqLimitExceeded) \
	XX(subscribedResourceAvailability, objectRegistrationLimitExceeded) \
	XX(performanceManagement, performanceLimitExceeded) XX(privateData, cSTAPrivateDataInfoError)
/* clang-format on */

enum csta_error {
	CSTA_NO_ERROR,
	CSTA_ERR_unspecified, /* has neither category nor value */
#define XX(category, value) CSTA_ERR_##value,
	CSTA_ERRORS(XX)
#undef XX
};

/* forwardingType; NONE: not given */
#define CSTA_FORWARDINGS(XX) \
	XX(forwardImmediate) \
	XX(forwardBusy) \
	XX(forwardNoAns) \
	XX(forwardDND) \
	XX(forwardBusyInt) \
	XX(forwardBusyExt) \
	XX(forwardNoAnsInt) \
	XX(forwardNoAnsExt) \
	XX(forwardImmInt) \
	XX(forwardImmExt) \
	XX(forwardDNDInt) \
	XX(forwardDNDExt)

enum csta_forwarding {
	CSTA_FORWARD_NONE,
#define XX(name) CSTA_##name,
	CSTA_FORWARDINGS(XX)
#undef XX
	CSTA_FORWARDING_COUNT /* also of a word that is none of these */
};

/* What an agent is (agentState, pendingAgentState); NONE: not told */
#define CSTA_AGENT_STATES(XX) \
	XX(agentNotReady) \
	XX(agentNull) \
	XX(agentReady) \
	XX(agentBusy) \
	XX(agentWorkingAfterCall)

enum csta_agent_state {
	CSTA_AGENT_NONE,
#define XX(name) CSTA_##name,
	CSTA_AGENT_STATES(XX)
#undef XX
	CSTA_AGENT_STATE_COUNT
};

/* What an agent is to become (requestedAgentState); NONE: not given */
#define CSTA_AGENT_WISHES(XX) \
	XX(loggedOn) \
	XX(loggedOff) \
	XX(notReady) \
	XX(ready) \
	XX(workingAfterCall)

enum csta_agent_wish {
	CSTA_WISH_NONE,
#define XX(name) CSTA_WISH_##name,
	CSTA_AGENT_WISHES(XX)
#undef XX
	CSTA_AGENT_WISH_COUNT /* also of a word that is none of these */
};

/* A truth value that may be absent. */
enum csta_flag {
	CSTA_FLAG_NONE,
	CSTA_FLAG_OFF,
	CSTA_FLAG_ON,
};

/* A connection ID as a client sends it: either part may be "". */
struct csta_connection {
	struct str call_id;
	struct str device_id;
};

/*
 * One leaf of a client's private data: its local name and text. What lies around it does not
 * matter; with a name that occurs several times each is an item of its own.
 */
struct csta_private_item {
	struct str name;
	struct str value;
};

#define CSTA_PRIVATE_ITEMS 16

/*
 * One decoded message of a client. All texts are borrowed from the xml reader and already
 * trimmed; a part that is absent is "", 0 or false.
 */
struct csta_request {
	enum csta_request_kind kind;
	enum csta_edition edition; /* by the root's namespace; CSTA_ED_NONE for ECMA-354 or none */
	struct str root;           /* local name of the root */

	/*
	 * The device that asks or is asked about: MonitorStart deviceObject, SnapshotDevice
	 * snapshotObject, MakeCall callingDevice, DirectedPickupCall requestingDevice, GroupPickupCall
	 * newDestination (it picks up), GetSwitchingFunctionDevices requestedDeviceID, device of the Set
	 * and Get services.
	 */
	struct str device;
	/* MonitorStart on a call (callObject present, it is in `connection`), monitorType "call" */
	bool call_object;
	bool call_type;
	bool type_given;
	/* MonitorStart, ChangeMonitorFilter: the filter is there; bit 1 << CSTA_EV_x of each event that it
	 * names with true. It is not wanted, unless Avaya's private invertFilter turns the sense round. */
	bool filter_given;
	bool filter_inverted;
	uint64_t filter;
	/* MonitorStart: requestedMonitorMediaClass names a class with true; voice is one of them */
	bool media_given;
	bool media_voice;
	/*
	 * Where to: MakeCall calledDirectoryNumber, ConsultationCall consultedDevice,
	 * SingleStepTransferCall transferredTo, DeflectCall newDestination (the first of a list, see
	 * called_count), ParkCall parkTo, GroupPickupCall pickGroup, SetForwarding forwardDN,
	 * SetMessageWaitingIndicator deviceForMessage.
	 */
	struct str called;
	uint32_t called_count; /* DeflectCall: how many destinations it names */
	/*
	 * The connection the service works on; of the services with two (AlternateCall, ReconnectCall,
	 * TransferCall, ConferenceCall) the active one, the other is `held`. ClearCall and SnapshotCall
	 * may have a call_id alone.
	 */
	struct csta_connection connection;
	struct csta_connection held;
	struct str account; /* MakeCall, ConsultationCall..: accountCode, hexadecimal as sent */
	enum csta_flag on;  /* activateForward, doNotDisturbOn, messageWaitingOn */
	enum csta_forwarding forwarding;
	uint64_t ring_count; /* 0 = not given */
	/* SetAgentState; GetAgentState has the group alone (acdGroup) */
	enum csta_agent_wish agent_wish;
	struct str agent_id;
	struct str agent_password; /* hexadecimal as sent */
	struct str group;
	struct str reason; /* private AgentNotReadyReasonValue */
	/* GenerateDigits: charactersToSend; rotaryPulse is true if digitMode asks for pulses */
	struct str digits;
	bool pulses;
	/* PlayMessage messageToBePlayed, Stop messageToBeStopped, Suspend message, Resume messageToResume */
	struct str message;
	uint64_t play_ms; /* PlayMessage duration, RecordMessage maxDuration; 0 = not given */
	/* IntrudeCall: participationType is silent */
	bool silent;
	/* leaves of extensions/privateData (of Escape: of its privateData), in their order */
	struct csta_private_item private_items[CSTA_PRIVATE_ITEMS];
	size_t private_count; /* those beyond CSTA_PRIVATE_ITEMS are dropped */
	/* GetSwitchingFunctionDevices requestedDeviceCategory */
	struct str category;
	/* MonitorStop, ChangeMonitorFilter; of routeing the crossRefIdentifier, with routeRegisterReqID in register_id */
	struct str cross_ref;
	bool route_used; /* RouteSelect: routeUsedReq */
	/* SystemRegister*, ChangeSysStatFilter, SystemStatus, RequestSystemStatus */
	struct str register_id;
	/* SystemRegister: requestTypes/systemStatus is true, or none of them */
	bool wants_status;
	/* SystemRegister, ChangeSysStatFilter: bit 1 << CSTA_STATUS_x of each status that the client does not want */
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

/*
 * Events the server sends, with the meaning of `subject` and `other` of struct csta_event.
 * Transfered is the protocol's spelling. There is no event for a resumed recording: it is Record once more.
 */
#define CSTA_EVENTS(XX) \
	XX(ServiceInitiated)      /* initiatingDevice */ \
	XX(Originated)            /* - */ \
	XX(Delivered)             /* alertingDevice */ \
	XX(Established)           /* answeringDevice */ \
	XX(Held)                  /* holdingDevice */ \
	XX(Retrieved)             /* retrievingDevice */ \
	XX(ConnectionCleared)     /* releasingDevice */ \
	XX(Failed)                /* failingDevice */ \
	XX(OutOfService)          /* device */ \
	XX(BackInService)         /* device */ \
	XX(CallCleared)           /* -; connection_device may be "" */ \
	XX(Queued)                /* queue */ \
	XX(Diverted)              /* divertingDevice, newDestination */ \
	XX(Transfered)            /* transferringDevice, transferredToDevice */ \
	XX(Conferenced)           /* conferencingDevice, addedParty */ \
	XX(NetworkReached)        /* networkInterfaceUsed */ \
	XX(CallInformation)       /* device; calling is optional */ \
	XX(AgentLoggedOn)         /* agentDevice */ \
	XX(AgentLoggedOff)        /* agentDevice */ \
	XX(AgentNotReady)         /* agentDevice */ \
	XX(AgentReady)            /* agentDevice */ \
	XX(AgentWorkingAfterCall) /* agentDevice */ \
	XX(DoNotDisturb)          /* device */ \
	XX(Forwarding)            /* device, forwardTo */ \
	XX(MessageWaiting)        /* targetDevice, deviceForMessage */ \
	XX(Play)                  /* - */ \
	XX(Stop)                  /* - */ \
	XX(Record)                /* - */ \
	XX(SuspendRecord)         /* - */ \
	XX(Private)               /* - */

enum csta_event_kind {
#define XX(name) CSTA_EV_##name,
	CSTA_EVENTS(XX)
#undef XX
	CSTA_EVENT_COUNT
};

/* What a routeing server is told about a waiting call; a device that is "" is not known. */
struct csta_route {
	uint64_t cross_ref; /* crossRefIdentifier */
	uint64_t register_id;
	uint64_t call_id;
	struct str device;  /* the routeing device */
	struct str calling; /* who calls */
	struct str called;  /* RouteRequest: whom it called; RouteUsed: where it went */
};

/* A connection ID as we send it; call_id 0: there is none. */
struct csta_ref {
	uint64_t call_id;
	struct str device; /* "" = only the call */
};

/* What became of a connection in a transfer or conference: connectionListItem. */
struct csta_link {
	struct csta_ref now;    /* newConnection */
	struct csta_ref before; /* oldConnection; absent if it was not there before */
	struct str endpoint;    /* "" = notKnown */
};

/* One private datum of ours: `name` is a constant, a legal XML name. Items may share a name. */
struct csta_private {
	const char *name;
	struct str value;
};

struct csta_event {
	enum csta_event_kind kind;
	uint64_t cross_ref;
	/* The connection the event is about; of Transfered and Conferenced: primaryOldCall. Call id 0 is
	 * legal where the connection is optional (CallInformation, Play, Stop, Record, Suspend..). */
	uint64_t call_id;
	struct str connection_device;
	struct csta_ref secondary_old; /* Transfered, Conferenced */
	struct str subject;            /* see CSTA_EVENTS; "" = notKnown */
	struct str other;              /* see CSTA_EVENTS; "" = notKnown, or absent if optional */
	struct str calling;            /* "" = notKnown */
	struct str called;             /* "" = notKnown */
	struct str redirection;        /* lastRedirectionDevice; "" = notRequired */
	const struct csta_link *links; /* connections of Transfered and Conferenced */
	size_t link_count;
	enum csta_local_state local; /* of the monitored device */
	enum csta_cause cause;       /* where it is optional, normal is left out */
	/* Queued */
	uint32_t number_queued; /* 0 = not told */
	uint32_t position;      /* 1 = the first in the queue; 0 = not told */
	/* agents */
	struct str agent_id; /* "" = not told */
	struct str group;    /* "" = not told */
	enum csta_agent_state pending;
	struct str reason; /* not-ready reason of BroadWorks, in its private element; "" = none */
	/* features */
	bool on;
	enum csta_forwarding forwarding;
	uint32_t ring_count; /* 0 = not told */
	/* Play, Stop, Record, SuspendRecord; "" = not told */
	struct str message;
	struct str account; /* CallInformation accountInfo: bytes; "" = none */
	const struct csta_private *private_items; /* in privateData of any event */
	size_t private_count;
	uint64_t number; /* messageSequenceNumber; 0 = session does not want numbers */
	bool call_type;  /* for a monitor of type call: localConnectionInfo is left out */
};

/* What MonitorStartResponse says. */
struct csta_monitor_started {
	uint64_t cross_ref;
	const uint64_t *filter; /* actualMonitorFilter as bits 1 << CSTA_EV_x; NULL = not told */
	bool media_voice;       /* actualMonitorMediaClass: voice */
	bool existing_calls;
};

/* One row of GetMonitorsResponse. */
struct csta_monitor_entry {
	uint64_t cross_ref;
	struct str object; /* device; "" = not told */
};

/* One connection of a snapshot: SnapshotDeviceResponseInfo. */
struct csta_snapshot_item {
	uint64_t call_id;
	struct str device;           /* the asked device */
	struct str endpoint;         /* far party; "" = notKnown */
	enum csta_local_state local; /* of the asked device */
	enum csta_local_state far;
};

/* One party of a call's snapshot: SnapshotCallResponseInfo. */
struct csta_call_party {
	struct csta_ref connection;
	struct str device; /* "" = notKnown */
	enum csta_local_state local;
};

/* Who called whom, in a call's snapshot; "" is left out. */
struct csta_call_ends {
	struct str calling, called;
};

/* Which segment of a list it is that one message could not hold. */
struct csta_segment {
	uint64_t cross_ref; /* serviceCrossRefID, as the answer told it */
	uint64_t number;    /* 1, 2, 3... */
};

/* deviceCategory, as far as BroadWorks has such devices */
enum csta_category {
	CSTA_CATEGORY_station,
	CSTA_CATEGORY_acd,
	CSTA_CATEGORY_routeingDevice,
};

/* One device of a SwitchingFunctionDevices. */
struct csta_device {
	struct str id;
	enum csta_category category;
};

/* What a server can do: the events it can are those of CSTA_EVENTS. */
struct csta_caps {
	bool (*has)(enum csta_request_kind kind);
	struct str domain; /* switchingSubDomainName; "" = not told */
};

/* One row of GetForwardingResponse. */
struct csta_forward {
	enum csta_forwarding type;
	bool on;
	struct str to;       /* "" = none */
	uint32_t ring_count; /* 0 = not told */
};

/* What GetAgentStateResponse says of one agent. */
struct csta_agent {
	struct str id;
	struct str group; /* "" = not told */
	enum csta_agent_state state;
	enum csta_agent_state pending;
};

const char *csta_category_name(enum csta_category category);
const char *csta_request_name(enum csta_request_kind kind); /* "UNKNOWN" for CSTA_UNKNOWN */
const char *csta_event_name(enum csta_event_kind kind);     /* with "Event" */
const char *csta_status_name(enum csta_status status);
const char *csta_local_name(enum csta_local_state state);
const char *csta_cause_name(enum csta_cause cause);
/** Of one of the words, not NONE and not the count. */
const char *csta_forwarding_name(enum csta_forwarding type);
const char *csta_agent_state_name(enum csta_agent_state state);
const char *csta_agent_wish_name(enum csta_agent_wish wish);
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
