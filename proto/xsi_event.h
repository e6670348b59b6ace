/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of Xsi events: their names, and what each carries.
 *
 * Every eventData type of the schema (release 2020.07) is known by name. What is not of use to the
 * connector has a class that reads nothing.
 */
#ifndef TANDEM_PROTO_XSI_EVENT_H
#define TANDEM_PROTO_XSI_EVENT_H

#include "proto/base/str.h"

/* How the data of an event is read, and so which parts of struct xsi_event are filled. */
enum xsi_event_class {
	XSI_CLASS_OTHER,           /* known by name or not at all; nothing read */
	XSI_CLASS_CALL,            /* call; recording_stop */
	XSI_CLASS_CALLS,           /* calls[]: redirected */
	XSI_CLASS_CALL_SNAPSHOT,   /* calls[], conference, hook */
	XSI_CLASS_CONFERENCE,      /* conference */
	XSI_CLASS_HOOK,            /* hook */
	XSI_CLASS_AGENT,           /* agent, with has_state */
	XSI_CLASS_AGENT_SNAPSHOT,  /* agent, with joins[] */
	XSI_CLASS_JOIN,            /* agent.joins[0] */
	XSI_CLASS_DISPOSITION,     /* disposition, call.call_id */
	XSI_CLASS_QUEUE,           /* entry, position, redirect, overflow... */
	XSI_CLASS_QUEUE_REFUSED,   /* the same; the call never was in the queue */
	XSI_CLASS_QUEUE_SNAPSHOT,  /* xsi_entry_next() */
	XSI_CLASS_QUEUE_CONFIG,    /* queue_config */
	XSI_CLASS_ROUTE,           /* entry, redirect, overflow... of a route point */
	XSI_CLASS_ROUTE_REFUSED,   /* the same; the call never was in the queue, or not yet */
	XSI_CLASS_ROUTE_SNAPSHOT,  /* xsi_entry_next() */
	XSI_CLASS_ROUTE_STATE,     /* reason */
	XSI_CLASS_MEDIA,           /* entry; play when completed */
	XSI_CLASS_SERVICE,         /* service */
	XSI_CLASS_MESSAGE_WAITING, /* messages */
	XSI_CLASS_MONITORING,      /* monitoring */
	XSI_CLASS_PARK,            /* parked */
	XSI_CLASS_TERMINATED,      /* nothing to read */
};

/*
 * eventData types; XX(name without "Event", class). Spelt as the schema spells them, which is not
 * always right.
 */
#define XSI_EVENTS(XX) \
	XX(CallAnswered, CALL) \
	XX(CallBargedIn, CALL) \
	XX(CallClientSessionInfoUpdated, CALL) \
	XX(CallCollecting, CALL) \
	XX(CallDetached, CALL) \
	XX(CallForwarded, CALL) \
	XX(CallHeld, CALL) \
	XX(CallMonitored, CALL) \
	XX(CallOriginated, CALL) \
	XX(CallOriginating, CALL) \
	XX(CallParkRetrieved, CALL) \
	XX(CallPickedUp, CALL) \
	XX(CallReceived, CALL) \
	XX(CallRecordingPaused, CALL) \
	XX(CallRecordingResumed, CALL) \
	XX(CallRecordingStarted, CALL) \
	XX(CallRecordingStarting, CALL) \
	XX(CallRecordingStopped, CALL) \
	XX(CallReleased, CALL) \
	XX(CallReleasing, CALL) \
	XX(CallRetrieved, CALL) \
	XX(CallSecurityClassificationUpdated, CALL) \
	XX(CallTransferred, CALL) \
	XX(CallUpdated, CALL) \
	XX(PlayMusicOnHoldFailure, CALL) \
	XX(CallRedirected, CALLS) \
	XX(CallSubscription, CALL_SNAPSHOT) \
	XX(CallSubscriptionResync, CALL_SNAPSHOT) \
	XX(ConferenceCallMadeDeaf, CONFERENCE) \
	XX(ConferenceCallMadeUnDeaf, CONFERENCE) \
	XX(ConferenceCallMuted, CONFERENCE) \
	XX(ConferenceCallUnMuted, CONFERENCE) \
	XX(Conference, CONFERENCE) \
	XX(ConferenceHeld, CONFERENCE) \
	XX(ConferenceMuted, CONFERENCE) \
	XX(ConferenceReleased, CONFERENCE) \
	XX(ConferenceRetrieved, CONFERENCE) \
	XX(ConferenceStarted, CONFERENCE) \
	XX(ConferenceUnmuted, CONFERENCE) \
	XX(ConferenceUpdated, CONFERENCE) \
	XX(HookStatus, HOOK) \
	XX(AgentState, AGENT) \
	XX(AgentSubscription, AGENT_SNAPSHOT) \
	XX(ACDAgentJoinUpdate, JOIN) \
	XX(AgentDispositionCodeAdded, DISPOSITION) \
	XX(ACDCallAbandoned, QUEUE) \
	XX(ACDCallAdded, QUEUE) \
	XX(ACDCallAnsweredByAgent, QUEUE) \
	XX(ACDCallBounced, QUEUE) \
	XX(ACDCallEscaped, QUEUE) \
	XX(ACDCallOfferedToAgent, QUEUE) \
	XX(ACDCallOverflowed, QUEUE) \
	XX(ACDCallOverflowedTreatmentCompleted, QUEUE) \
	XX(ACDCallPromoted, QUEUE) \
	XX(ACDCallReleased, QUEUE) \
	XX(ACDCallReordered, QUEUE) \
	XX(ACDCallStranded, QUEUE) \
	XX(ACDCallStrandedTreatementCompleted, QUEUE) \
	XX(ACDCallStrandedUnavailable, QUEUE) \
	XX(ACDCallStrandedUnavailableTreatementCompleted, QUEUE) \
	XX(ACDCallTransferred, QUEUE) \
	XX(ACDCallUpdated, QUEUE) \
	XX(ACD, QUEUE) \
	XX(ACDWhisperStarted, QUEUE) \
	XX(ACDCallForwarded, QUEUE_REFUSED) \
	XX(ACDCallForwardedTreatmentCompleted, QUEUE_REFUSED) \
	XX(ACDHolidayPolicyApplied, QUEUE_REFUSED) \
	XX(ACDHolidayPolicyTreatmentCompleted, QUEUE_REFUSED) \
	XX(ACDNightPolicyApplied, QUEUE_REFUSED) \
	XX(ACDNightPolicyTreatmentCompleted, QUEUE_REFUSED) \
	XX(ACDSubscription, QUEUE_SNAPSHOT) \
	XX(ACDSubscriptionResync, QUEUE_SNAPSHOT) \
	XX(ACDConfigurationSubscription, QUEUE_CONFIG) \
	XX(ACDForcedForwarding, QUEUE_CONFIG) \
	XX(ACDHolidayService, QUEUE_CONFIG) \
	XX(ACDNightService, QUEUE_CONFIG) \
	XX(RoutePointCallAbandoned, ROUTE) \
	XX(RoutePointCallAdded, ROUTE) \
	XX(RoutePointCallAnsweredByAgent, ROUTE) \
	XX(RoutePointCallBounced, ROUTE) \
	XX(RoutePointCallFailed, ROUTE) \
	XX(RoutePointCallOfferedToAgent, ROUTE) \
	XX(RoutePointCallOverflowed, ROUTE) \
	XX(RoutePointCallOverflowedTreatmentCompleted, ROUTE) \
	XX(RoutePointCallReleased, ROUTE) \
	XX(RoutePointCallTransferred, ROUTE) \
	XX(RoutePointCallUpdated, ROUTE) \
	XX(RoutePointConnectedToVoiceXML, ROUTE) \
	XX(RoutePointConnectingToVoiceXML, ROUTE) \
	XX(RoutePoint, ROUTE) \
	XX(RoutePointFailedVoiceXML, ROUTE) \
	XX(RoutePointOutgoingCallAnswered, ROUTE) \
	XX(RoutePointOutgoingCallOriginated, ROUTE) \
	XX(RoutePointWhisperStarted, ROUTE) \
	XX(RoutePointCallForwarded, ROUTE_REFUSED) \
	XX(RoutePointCallForwardedTreatmentCompleted, ROUTE_REFUSED) \
	XX(RoutePointCallRejected, ROUTE_REFUSED) \
	XX(RoutePointHolidayPolicyApplied, ROUTE_REFUSED) \
	XX(RoutePointHolidayPolicyTreatmentCompleted, ROUTE_REFUSED) \
	XX(RoutePointNewCall, ROUTE_REFUSED) \
	XX(RoutePointNightPolicyApplied, ROUTE_REFUSED) \
	XX(RoutePointNightPolicyTreatmentCompleted, ROUTE_REFUSED) \
	XX(RoutePointSubscription, ROUTE_SNAPSHOT) \
	XX(RoutePointSubscriptionResync, ROUTE_SNAPSHOT) \
	XX(RoutePointFailed, ROUTE_STATE) \
	XX(RoutePointRecovered, ROUTE_STATE) \
	XX(RoutePointBusyCompleted, MEDIA) \
	XX(RoutePointBusyStarted, MEDIA) \
	XX(RoutePointMOHCompleted, MEDIA) \
	XX(RoutePointMOHStarted, MEDIA) \
	XX(RoutePointRingbackCompleted, MEDIA) \
	XX(RoutePointRingbackStarted, MEDIA) \
	XX(RoutePointSilenceCompleted, MEDIA) \
	XX(RoutePointSilenceStarted, MEDIA) \
	XX(RoutePointTreatmentCompleted, MEDIA) \
	XX(RoutePointTreatmentStarted, MEDIA) \
	XX(BroadWorksAnywhere, SERVICE) \
	XX(CallForwardingAlways, SERVICE) \
	XX(CallForwardingAlwaysSecondary, SERVICE) \
	XX(CallForwardingBusy, SERVICE) \
	XX(CallForwardingNoAnswer, SERVICE) \
	XX(CallTransfer, SERVICE) \
	XX(CallWaiting, SERVICE) \
	XX(CommPilotExpress, SERVICE) \
	XX(DoNotDisturb, SERVICE) \
	XX(FlexibleSeatingGuest, SERVICE) \
	XX(HotelingGuest, SERVICE) \
	XX(LastNumberRedial, SERVICE) \
	XX(MusicOnHold, SERVICE) \
	XX(PersonalAssistant, SERVICE) \
	XX(RemoteOffice, SERVICE) \
	XX(SecurityClassification, SERVICE) \
	XX(SequentialRing, SERVICE) \
	XX(SilentAlerting, SERVICE) \
	XX(SimultaneousRingPersonal, SERVICE) \
	XX(ThirdPartyVoiceMailSupport, SERVICE) \
	XX(ThreeWayCall, SERVICE) \
	XX(VoiceMessaging, SERVICE) \
	XX(VoiceMailMessageSummary, MESSAGE_WAITING) \
	XX(CallCenterAgentMonitoring, MONITORING) \
	XX(CallCenterAgentMonitoringSubscription, MONITORING) \
	XX(CallCenterAgentOnCallAlert, MONITORING) \
	XX(CallCenterMonitoring, MONITORING) \
	XX(CallParkedAgainst, PARK) \
	XX(SubscriptionTerminated, TERMINATED) \
	XX(CollaborateRoomClientSessionInfoUpdated, OTHER) \
	XX(CollaborateRoomLocked, OTHER) \
	XX(CollaborateRoomParticipantJoined, OTHER) \
	XX(CollaborateRoomParticipantLeft, OTHER) \
	XX(CollaborateRoomParticipantMuted, OTHER) \
	XX(CollaborateRoomParticipantUnmuted, OTHER) \
	XX(CollaborateRoomParticipantUpdated, OTHER) \
	XX(CollaborateRoomStarted, OTHER) \
	XX(CollaborateRoomStopped, OTHER) \
	XX(CollaborateRoomSubscription, OTHER) \
	XX(CollaborateRoomSubscriptionResync, OTHER) \
	XX(CollaborateRoomUnlocked, OTHER) \
	XX(MeetMeAutoLectureModeStarted, OTHER) \
	XX(MeetMeConferenceClientSessionInfoUpdated, OTHER) \
	XX(MeetMeConferenceLocked, OTHER) \
	XX(MeetMeConferenceRecordingPaused, OTHER) \
	XX(MeetMeConferenceRecordingResumed, OTHER) \
	XX(MeetMeConferenceRecordingStarted, OTHER) \
	XX(MeetMeConferenceRecordingStopped, OTHER) \
	XX(MeetMeConferenceSecurityClassificationUpdated, OTHER) \
	XX(MeetMeConferenceStarted, OTHER) \
	XX(MeetMeConferenceStopped, OTHER) \
	XX(MeetMeConferenceSubscription, OTHER) \
	XX(MeetMeConferenceSubscriptionResync, OTHER) \
	XX(MeetMeConferenceUnlocked, OTHER) \
	XX(MeetMeLectureModeStarted, OTHER) \
	XX(MeetMeLectureModeStopped, OTHER) \
	XX(MeetMeParticipantHeld, OTHER) \
	XX(MeetMeParticipantJoined, OTHER) \
	XX(MeetMeParticipantLeft, OTHER) \
	XX(MeetMeParticipantMuted, OTHER) \
	XX(MeetMeParticipantRetrieved, OTHER) \
	XX(MeetMeParticipantUnmuted, OTHER) \
	XX(MeetMeParticipantUpdated, OTHER) \
	XX(PushNotificationRegistration, OTHER)

/* Those whose names are none of C's; XX(name, "type", class) */
#define XSI_EVENTS_ODD(XX) XX(NWayCall, "N-WayCallEvent", SERVICE)

enum xsi_event_kind {
	XSI_EV_UNKNOWN, /* a type this version does not know: acknowledged and skipped */
#define XX(name, class) XSI_EV_##name,
	XSI_EVENTS(XX)
#undef XX
#define XX(name, type, class) XSI_EV_##name,
	XSI_EVENTS_ODD(XX)
#undef XX
};

/* How many kinds there are, XSI_EV_UNKNOWN among them. */
enum {
#define XX(...) +1
	XSI_EVENT_COUNT = 1 XSI_EVENTS(XX) XSI_EVENTS_ODD(XX)
#undef XX
};

/** "CallReceivedEvent" and so on, as in the schema; "unknown" for XSI_EV_UNKNOWN. */
const char *xsi_event_name(enum xsi_event_kind kind);
/** How the data of this kind is read; XSI_CLASS_OTHER for XSI_EV_UNKNOWN. */
enum xsi_event_class xsi_event_class_of(enum xsi_event_kind kind);
/**
 * The kind of a type's local name ("CallReceivedEvent"); XSI_EV_UNKNOWN if this version does not
 * know it. The two types that the schema misspells are known by their right names too.
 */
enum xsi_event_kind xsi_event_of(struct str type);

#endif
