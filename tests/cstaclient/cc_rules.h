/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_CSTACLIENT_CC_RULES_H
#define TANDEM_TESTS_CSTACLIENT_CC_RULES_H

#include <stdbool.h>

/* Local connection states of CSTA (localConnectionInfo), and "not told". */
#define CC_STATES(X) \
	X(NULL, "null") \
	X(INITIATED, "initiated") \
	X(ALERTING, "alerting") \
	X(CONNECTED, "connected") \
	X(HOLD, "hold") \
	X(QUEUED, "queued") \
	X(FAIL, "fail") \
	X(UNKNOWN, "unknown")

enum cc_state {
#define X(name, text) CC_STATE_##name,
	CC_STATES(X)
#undef X
};

/* Every message root the client knows: enum name, root, class. */
#define CC_ROOTS(X) \
	X(SERVICE_INITIATED, "ServiceInitiatedEvent", CALL) \
	X(ORIGINATED, "OriginatedEvent", CALL) \
	X(DELIVERED, "DeliveredEvent", CALL) \
	X(ESTABLISHED, "EstablishedEvent", CALL) \
	X(HELD, "HeldEvent", CALL) \
	X(RETRIEVED, "RetrievedEvent", CALL) \
	X(DIVERTED, "DivertedEvent", CALL) \
	X(TRANSFERED, "TransferedEvent", CALL) \
	X(CONFERENCED, "ConferencedEvent", CALL) \
	X(CONNECTION_CLEARED, "ConnectionClearedEvent", CALL) \
	X(CALL_CLEARED, "CallClearedEvent", CALL) \
	X(FAILED, "FailedEvent", CALL) \
	X(QUEUED, "QueuedEvent", CALL) \
	X(NETWORK_REACHED, "NetworkReachedEvent", CALL) \
	X(OUT_OF_SERVICE, "OutOfServiceEvent", FEATURE) \
	X(BACK_IN_SERVICE, "BackInServiceEvent", FEATURE) \
	X(AGENT_LOGGED_ON, "AgentLoggedOnEvent", FEATURE) \
	X(AGENT_LOGGED_OFF, "AgentLoggedOffEvent", FEATURE) \
	X(AGENT_READY, "AgentReadyEvent", FEATURE) \
	X(AGENT_NOT_READY, "AgentNotReadyEvent", FEATURE) \
	X(AGENT_BUSY, "AgentBusyEvent", FEATURE) \
	X(AGENT_AFTER_CALL, "AgentWorkingAfterCallEvent", FEATURE) \
	X(DO_NOT_DISTURB, "DoNotDisturbEvent", FEATURE) \
	X(FORWARDING, "ForwardingEvent", FEATURE) \
	X(MESSAGE_WAITING, "MessageWaitingEvent", FEATURE) \
	X(CALL_INFORMATION, "CallInformationEvent", FEATURE) \
	X(DIGITS_GENERATED, "DigitsGeneratedEvent", FEATURE) \
	X(PLAY, "PlayEvent", FEATURE) \
	X(STOP, "StopEvent", FEATURE) \
	X(RECORD, "RecordEvent", FEATURE) \
	X(SUSPEND_PLAY, "SuspendPlayEvent", FEATURE) \
	X(SUSPEND_RECORD, "SuspendRecordEvent", FEATURE) \
	X(PRIVATE, "PrivateEvent", FEATURE) \
	X(SYSTEM_STATUS, "SystemStatus", REQUEST) \
	X(REQUEST_SYSTEM_STATUS, "RequestSystemStatus", REQUEST) \
	X(MONITOR_STOP, "MonitorStop", REQUEST) \
	X(SYSTEM_REGISTER_ABORT, "SystemRegisterAbort", REQUEST) \
	X(SNAPSHOT_DEVICE_DATA, "SnapshotDeviceData", REQUEST) \
	X(SESSION_TERMINATED, "ApplicationSessionTerminated", REQUEST) \
	X(ERROR_CODE, "CSTAErrorCode", ANSWER) \
	X(START_POS, "StartApplicationSessionPosResponse", ANSWER) \
	X(START_NEG, "StartApplicationSessionNegResponse", ANSWER) \
	X(STOP_POS, "StopApplicationSessionPosResponse", ANSWER) \
	X(STOP_NEG, "StopApplicationSessionNegResponse", ANSWER) \
	X(RESET_POS, "ResetApplicationSessionTimerPosResponse", ANSWER) \
	X(RESET_NEG, "ResetApplicationSessionTimerNegResponse", ANSWER) \
	X(STATUS_RESPONSE, "RequestSystemStatusResponse", ANSWER) \
	X(REGISTER_RESPONSE, "SystemRegisterResponse", ANSWER) \
	X(MONITOR_RESPONSE, "MonitorStartResponse", ANSWER) \
	X(MONITOR_STOP_RESPONSE, "MonitorStopResponse", ANSWER) \
	X(SNAPSHOT_RESPONSE, "SnapshotDeviceResponse", ANSWER) \
	X(MAKE_RESPONSE, "MakeCallResponse", ANSWER) \
	X(ANSWER_RESPONSE, "AnswerCallResponse", ANSWER) \
	X(HOLD_RESPONSE, "HoldCallResponse", ANSWER) \
	X(RETRIEVE_RESPONSE, "RetrieveCallResponse", ANSWER) \
	X(CLEAR_RESPONSE, "ClearConnectionResponse", ANSWER) \
	X(SNAPSHOT_CALL_RESPONSE, "SnapshotCallResponse", ANSWER) \
	X(CLEAR_CALL_RESPONSE, "ClearCallResponse", ANSWER) \
	X(CONSULTATION_RESPONSE, "ConsultationCallResponse", ANSWER) \
	X(ALTERNATE_RESPONSE, "AlternateCallResponse", ANSWER) \
	X(RECONNECT_RESPONSE, "ReconnectCallResponse", ANSWER) \
	X(TRANSFER_RESPONSE, "TransferCallResponse", ANSWER) \
	X(SINGLE_STEP_RESPONSE, "SingleStepTransferCallResponse", ANSWER) \
	X(CONFERENCE_RESPONSE, "ConferenceCallResponse", ANSWER) \
	X(INTRUDE_RESPONSE, "IntrudeCallResponse", ANSWER) \
	X(DEFLECT_RESPONSE, "DeflectCallResponse", ANSWER) \
	X(DIGITS_RESPONSE, "GenerateDigitsResponse", ANSWER) \
	X(PICKUP_RESPONSE, "DirectedPickupCallResponse", ANSWER) \
	X(GROUP_PICKUP_RESPONSE, "GroupPickupCallResponse", ANSWER) \
	X(PARK_RESPONSE, "ParkCallResponse", ANSWER) \
	X(SET_FORWARDING_RESPONSE, "SetForwardingResponse", ANSWER) \
	X(GET_FORWARDING_RESPONSE, "GetForwardingResponse", ANSWER) \
	X(SET_DND_RESPONSE, "SetDoNotDisturbResponse", ANSWER) \
	X(GET_DND_RESPONSE, "GetDoNotDisturbResponse", ANSWER) \
	X(SET_MWI_RESPONSE, "SetMessageWaitingIndicatorResponse", ANSWER) \
	X(GET_MWI_RESPONSE, "GetMessageWaitingIndicatorResponse", ANSWER) \
	X(SET_AGENT_RESPONSE, "SetAgentStateResponse", ANSWER) \
	X(GET_AGENT_RESPONSE, "GetAgentStateResponse", ANSWER) \
	X(PLAY_RESPONSE, "PlayMessageResponse", ANSWER) \
	X(RECORD_RESPONSE, "RecordMessageResponse", ANSWER) \
	X(STOP_RESPONSE, "StopResponse", ANSWER) \
	X(SUSPEND_RESPONSE, "SuspendResponse", ANSWER) \
	X(RESUME_RESPONSE, "ResumeResponse", ANSWER) \
	X(ESCAPE_RESPONSE, "EscapeResponse", ANSWER)

enum cc_root {
#define X(name, text, class) CC_ROOT_##name,
	CC_ROOTS(X)
#undef X
	CC_ROOT_NONE,
};

/* What a root is: event of a call, other event of a monitor, request of the server, answer. */
enum cc_class {
	CC_CLASS_CALL,
	CC_CLASS_FEATURE,
	CC_CLASS_REQUEST,
	CC_CLASS_ANSWER,
	CC_CLASS_NONE,
};

/* Text of a state ("hold") and the state of a text (CC_STATE_UNKNOWN if there is none such). */
const char *cc_rules_state_name(enum cc_state state);
enum cc_state cc_rules_state(const char *text);

/* Root name of a kind; kind and class of a root name (CC_ROOT_NONE, CC_CLASS_NONE). */
const char *cc_rules_root_name(enum cc_root root);
enum cc_root cc_rules_root(const char *name);
enum cc_class cc_rules_class(enum cc_root root);

/*
 * The local state that a simpleCallState of a snapshot stands for: the second word of the pair of
 * ECMA-269 is the asked device. A failed call reads as CC_STATE_FAIL.
 */
enum cc_state cc_rules_simple(const char *simple_call_state);

/*
 * True if an event of kind `root` may take the local connection of the monitored device from one
 * state to another; `is_own` = the connection the event names is that of the monitored device.
 */
bool cc_rules_allows(enum cc_root root, enum cc_state from, enum cc_state to, bool is_own);

#endif
