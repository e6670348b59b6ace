/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Xsi documents (events, channels, subscriptions, calls, agents, queues, services, errors) as
 * structures.
 *
 * Only what the connector uses of them. Both the document's current form and the older plain forms
 * decode to the same structures. Texts are borrowed from the xml reader, trimmed; "" is absent.
 * Numbers are 0 where they are absent, if nothing else is said.
 */
#ifndef TANDEM_PROTO_XSI_MSG_H
#define TANDEM_PROTO_XSI_MSG_H

#include "proto/base/limits.h"
#include "proto/base/str.h"
#include "proto/xsi_event.h"

#include <stdbool.h>
#include <stdint.h>

/* What arrives on a stream or as a response body. */
enum xsi_doc_kind {
	XSI_DOC_UNKNOWN,            /* well-formed, but none of ours */
	XSI_DOC_CHANNEL,            /* Channel */
	XSI_DOC_CHANNEL_SET,        /* ChannelSet */
	XSI_DOC_HEARTBEAT,          /* ChannelHeartBeat */
	XSI_DOC_EVENT,              /* Event of type SubscriptionEvent */
	XSI_DOC_CHANNEL_TERMINATED, /* Event of type ChannelTerminatedEvent */
	XSI_DOC_ERROR_EVENT,        /* Event of type ErrorEvent */
	XSI_DOC_OLD_EVENT,          /* an event of the v1.0 namespace: see xsi_decode.h */
	XSI_DOC_SUBSCRIPTION,       /* Subscription */
	XSI_DOC_SUBSCRIPTION_LIST,  /* SubscriptionList */
	XSI_DOC_CALL_START,         /* CallStartInfo, RoutePointCallStartInfo */
	XSI_DOC_CALLS,              /* Calls: event.calls[] with call_id, in_conference */
	XSI_DOC_CALL,               /* Call: event.call */
	XSI_DOC_CONFERENCE,         /* Conference: event.conference */
	XSI_DOC_HOOK,               /* HookStatus: event.hook */
	XSI_DOC_CALL_CENTER,        /* CallCenter: event.agent */
	XSI_DOC_SERVICE,            /* a service's settings: event.service, event.kind says which */
	XSI_DOC_MESSAGES,           /* VoiceMailMessageSummary: event.messages */
	XSI_DOC_QUEUE,              /* ACDQueue, RoutePointQueue: xsi_entry_next() */
	XSI_DOC_ROUTE_STATE,        /* RoutePointState: `is_up` */
	XSI_DOC_PLAY,               /* RoutePointPlayInfo: event.play.id */
	XSI_DOC_CONTROLLER,         /* ApplicationController: `is_up` */
	XSI_DOC_VERSIONS,           /* Versions: `version`, `event_version` */
	XSI_DOC_ERROR,              /* ErrorInfo */
};

/* Enumerations: _NONE is an absent element, _UNKNOWN a value that this version does not know. */

enum xsi_flag {
	XSI_FLAG_NONE, /* absent: for most flags this is a no */
	XSI_FLAG_OFF,
	XSI_FLAG_ON,
};

enum xsi_personality {
	XSI_PERSONALITY_NONE, /* absent or not known */
	XSI_ORIGINATOR,
	XSI_TERMINATOR,
	XSI_CLICK_TO_DIAL,
};

enum xsi_call_state {
	XSI_STATE_NONE,
	XSI_ALERTING,
	XSI_ACTIVE,
	XSI_HELD,
	XSI_REMOTE_HELD,
	XSI_DETACHED,
	XSI_RELEASED,
	XSI_IDLE,
};

enum xsi_releasing_party {
	XSI_RELEASE_NONE,
	XSI_RELEASE_LOCAL,
	XSI_RELEASE_REMOTE,
};

enum xsi_hook {
	XSI_HOOK_NONE, /* absent, as in old releases, or not known */
	XSI_ON_HOOK,
	XSI_OFF_HOOK,
};

#define XSI_CALL_TYPES(XX) \
	XX(GROUP, "Group") \
	XX(ENTERPRISE, "Enterprise") \
	XX(NETWORK, "Network") \
	XX(EMERGENCY, "Emergency") \
	XX(REPAIR, "Repair") \
	XX(CENTREX, "City-Wide Centrex") \
	XX(PRIVATE, "Private Dial Plan") \
	XX(OF_UNKNOWN, "Unknown") \
	XX(OF_ERROR, "Error")

enum xsi_call_type {
	XSI_CALL_TYPE_NONE,
#define XX(name, text) XSI_CALL_TYPE_##name,
	XSI_CALL_TYPES(XX)
#undef XX
	XSI_CALL_TYPE_UNKNOWN,
};

#define XSI_REDIRECT_REASONS(XX) \
	XX(USER_BUSY, "user-busy") \
	XX(NO_ANSWER, "no-answer") \
	XX(UNAVAILABLE, "unavailable") \
	XX(UNCONDITIONAL, "unconditional") \
	XX(TIME_OF_DAY, "time-of-day") \
	XX(DO_NOT_DISTURB, "do-not-disturb") \
	XX(DEFLECTION, "deflection") \
	XX(FOLLOW_ME, "follow-me") \
	XX(OUT_OF_SERVICE, "out-of-service") \
	XX(AWAY, "away") \
	XX(TRANSFER, "transfer") \
	XX(VOICEMAIL, "voicemail") \
	XX(HUNT_GROUP, "hunt-group") \
	XX(CALL_CENTER, "call-center") \
	XX(ROUTE_POINT, "route-point") \
	XX(AGENT_WRAP_UP, "agent-wrap-up") \
	XX(VOICEXML, "voicexml-script-termination") \
	XX(OF_UNKNOWN, "unknown")

enum xsi_redirect_reason {
	XSI_REDIRECT_NONE,
#define XX(name, text) XSI_REDIRECT_##name,
	XSI_REDIRECT_REASONS(XX)
#undef XX
	XSI_REDIRECT_UNKNOWN,
};

enum xsi_endpoint {
	XSI_ENDPOINT_NONE,
	XSI_ENDPOINT_ACCESS, /* a device of the user's own: address of record */
	XSI_ENDPOINT_ANYWHERE,
	XSI_ENDPOINT_REMOTE_OFFICE,
	XSI_ENDPOINT_MOBILITY,
	XSI_ENDPOINT_UNKNOWN,
};

enum xsi_recall {
	XSI_RECALL_NONE,
	XSI_RECALL_CAMP_ON,
	XSI_RECALL_TRANSFER,
	XSI_RECALL_PARK,
	XSI_RECALL_HOLD,
	XSI_RECALL_PUSH,
	XSI_RECALL_UNKNOWN,
};

enum xsi_recording {
	XSI_RECORDING_NONE,
	XSI_RECORDING_PENDING,
	XSI_RECORDING_STARTED,
	XSI_RECORDING_PAUSED,
	XSI_RECORDING_FAILED,
	XSI_RECORDING_UNKNOWN,
};

/* What the user may do with the recording. */
enum xsi_recording_controls {
	XSI_CONTROLS_NONE, /* absent, or "none" */
	XSI_CONTROLS_RECORD,
	XSI_CONTROLS_PAUSE,
	XSI_CONTROLS_PAUSE_STOP,
	XSI_CONTROLS_RESUME,
	XSI_CONTROLS_RESUME_STOP,
	XSI_CONTROLS_STOP,
	XSI_CONTROLS_UNKNOWN,
};

enum xsi_conference_state {
	XSI_CONFERENCE_NONE,
	XSI_CONFERENCE_ACTIVE,
	XSI_CONFERENCE_HELD,
	XSI_CONFERENCE_RELEASED,
	XSI_CONFERENCE_UNKNOWN,
};

enum xsi_conference_type {
	XSI_CONFERENCE_PLAIN, /* absent */
	XSI_CONFERENCE_BARGE_IN,
	XSI_CONFERENCE_MONITORED,
	XSI_CONFERENCE_COACHED,
	XSI_CONFERENCE_TYPE_UNKNOWN,
};

enum xsi_agent_state {
	XSI_AGENT_NONE,
	XSI_AGENT_SIGN_IN,
	XSI_AGENT_AVAILABLE,
	XSI_AGENT_UNAVAILABLE,
	XSI_AGENT_WRAP_UP,
	XSI_AGENT_SIGN_OUT,
	XSI_AGENT_UNKNOWN,
};

enum xsi_priority {
	XSI_PRIORITY_NONE,
	XSI_PRIORITY_HIGHEST,
	XSI_PRIORITY_HIGH,
	XSI_PRIORITY_MEDIUM,
	XSI_PRIORITY_LOW,
	XSI_PRIORITY_UNKNOWN,
};

enum xsi_overflow {
	XSI_OVERFLOW_NONE,
	XSI_OVERFLOW_SIZE,
	XSI_OVERFLOW_TIME,
	XSI_OVERFLOW_UNKNOWN,
};

/* Why the data of a queued call changed. */
enum xsi_update {
	XSI_UPDATE_NONE,
	XSI_UPDATE_TRANSFERRED,
	XSI_UPDATE_PICKED_UP,
	XSI_UPDATE_BARGED_IN,
	XSI_UPDATE_MONITORED,
	XSI_UPDATE_FORWARDED,
	XSI_UPDATE_PARK_RETRIEVED,
	XSI_UPDATE_UNKNOWN, /* said to be unknown, too */
};

/* How a treatment ended. */
enum xsi_treatment_end {
	XSI_TREATMENT_NONE,
	XSI_TREATMENT_EOF,
	XSI_TREATMENT_REMOTE_RELEASE,
	XSI_TREATMENT_UNKNOWN,
};

/* The one `reason` of an event beyond those above, whatever its element is called. */
#define XSI_REASONS(XX) \
	XX(FAILURE_DETECTED, "FailureDetected") /* RoutePointFailed */ \
	XX(EXTERNAL_REQUEST, "ExternalRequest") \
	XX(REJECT_REQUESTED, "CallRejectRequested") /* RoutePointCallRejected */ \
	XX(ADMISSION_TIMEOUT, "CallAdmissionTimeout") \
	XX(CALL_ABANDONED, "CallAbandoned") \
	XX(FAILURE_REQUESTED, "CallFailureRequested") /* RoutePointCallFailed */ \
	XX(INACTIVITY, "CallFailureDueToInactivity") \
	XX(ROUTE_POINT_FAILURE, "RoutePointFailure") \
	XX(RELEASE_REQUESTED, "CallReleaseRequested") /* RoutePointCallReleased */ \
	XX(NO_ANSWER_TIMEOUT, "NoAnswerTimeOut") \
	XX(RELEASED_WITH_CAUSE, "ReleasedWithCause") \
	XX(USER_REQUESTED, "User Requested") /* CallRecordingStopped */ \
	XX(RECORDING_FAILURE, "Failure")

enum xsi_reason {
	XSI_REASON_NONE,
#define XX(name, text) XSI_REASON_##name,
	XSI_REASONS(XX)
#undef XX
	XSI_REASON_UNKNOWN,
};

enum xsi_play_end {
	XSI_PLAY_NONE,
	XSI_PLAY_MATCH,
	XSI_PLAY_NO_MATCH,
	XSI_PLAY_TIMEOUT,
	XSI_PLAY_EOF,
	XSI_PLAY_OUT_OF_QUEUE,
	XSI_PLAY_NEW_PLAY,
	XSI_PLAY_OFFERED,
	XSI_PLAY_ERROR,
	XSI_PLAY_UNKNOWN,
};

enum xsi_media {
	XSI_MEDIA_NONE,
	XSI_MEDIA_TREATMENT,
	XSI_MEDIA_MOH,
	XSI_MEDIA_RINGBACK,
	XSI_MEDIA_BUSY,
	XSI_MEDIA_SILENCE,
	XSI_MEDIA_UNKNOWN,
};

/* What a called party was found to be. */
enum xsi_cpd {
	XSI_CPD_NONE,
	XSI_CPD_SIT,
	XSI_CPD_FAX,
	XSI_CPD_VOICE_MESSAGING,
	XSI_CPD_UNKNOWN,
};

struct xsi_party {
	struct str address; /* as sent: tel:..., sip:...; dn if there is none */
	struct str user;    /* userId; "" outside the group */
	struct str dn;      /* userDN */
	struct str name;    /* cut below LIMIT_ADDRESS bytes, between characters */
	enum xsi_call_type type;
	bool is_private;
};

/* Where the call went to. */
struct xsi_redirect {
	bool present;
	struct str address;
	enum xsi_redirect_reason reason;
	uint64_t time_ms; /* since 1970 */
};

/* Who sent the call here: the most recent of the redirections. */
struct xsi_redirected {
	uint32_t count; /* redirections in the list; 0: the list is absent */
	struct xsi_party by;
	enum xsi_redirect_reason reason;
};

struct xsi_release {
	struct str cause; /* internalReleaseCause, or the plain text of the old form */
	struct str cdr;   /* cdrTerminationCause */
	uint32_t q850;
	uint32_t sip;
};

/* acdCallInfo, acdOutgoingCallInfo: the queue a call comes from or is made for. */
struct xsi_acd {
	bool present;
	bool is_outgoing;
	bool is_route_point;
	struct str user;
	struct str name;
	struct str number;
	struct xsi_party calling; /* the true caller: the remote party may be decorated */
	uint32_t calls_in_queue;
	uint64_t wait_s;
	uint64_t longest_wait_s;
	struct str disposition;
	struct str post_call_state;
};

struct xsi_call {
	struct str call_id;
	struct str tracking_id;
	struct str network_call_id;
	enum xsi_personality personality;
	enum xsi_call_state state;
	struct xsi_release release;
	enum xsi_releasing_party releasing;
	struct xsi_party remote;
	struct xsi_redirected redirected;
	struct xsi_redirect redirect;
	enum xsi_endpoint endpoint;
	struct str endpoint_address; /* address of record, or a network address */
	uint32_t appearance;
	enum xsi_flag allow_answer;
	enum xsi_flag allow_retrieve;
	enum xsi_flag no_diversion;  /* diversionInhibited */
	enum xsi_flag in_conference; /* XSI_DOC_CALLS alone */
	struct str alternate;        /* alternateAddressType as sent */
	struct str hunt_group;
	struct str find_me_user;
	struct str executive;
	enum xsi_recall recall;
	struct xsi_party recall_from;
	uint64_t start_ms; /* these since 1970... */
	uint64_t answer_ms;
	uint64_t held_ms;
	uint64_t detached_ms;
	uint64_t release_ms;
	uint64_t total_held_ms; /* ...and this a duration */
	struct xsi_acd acd;
	enum xsi_recording recording;
	enum xsi_recording_controls recording_controls;
};

struct xsi_participant {
	struct str call_id;
	bool is_muted;
	bool is_deaf;
};

/* Told to its controller alone. */
struct xsi_conference {
	bool present;
	bool is_muted;
	enum xsi_conference_state state;
	enum xsi_conference_type type;
	struct str endpoint_address;
	uint32_t appearance;
	uint32_t participant_count;
	bool cut; /* more participants than the limit: the list is not complete */
	struct xsi_participant participants[LIMIT_PARTICIPANTS];
};

/* A call in the queue of a call center or of a route point, or one that was kept out of it. */
struct xsi_entry {
	struct str call_id;
	struct str tracking_id;
	struct xsi_party remote;
	struct str name; /* of the call center or the route point */
	struct str number;
	uint64_t add_ms;
	uint64_t remove_ms;
	uint64_t receive_ms; /* RoutePointNewCall alone */
	uint64_t preserved_wait_s;
	bool is_mandatory_entrance;
	bool is_bounced;
	bool is_reordered;
	bool is_outgoing;
	uint64_t outgoing_answer_ms;
	enum xsi_priority priority;
	struct str answering_user;
	struct str answering_call;
	struct str answering_network_call;
	struct str play_id; /* what is being played to it */
	enum xsi_media media;
};

struct xsi_join {
	struct str acd_user;
	bool is_joined;
	uint32_t skill; /* 0: absent */
};

struct xsi_agent {
	bool has_state;
	enum xsi_agent_state state;
	struct str unavailable_code;
	uint64_t state_ms; /* since 1970 */
	uint64_t sign_in_ms;
	uint64_t total_available_s;
	uint64_t average_wrap_up_s;
	struct str wrap_up_call;
	struct str wrap_up_user; /* the call center */
	bool has_joins;          /* the document says which queues there are */
	uint32_t join_count;
	bool cut; /* more queues than the limit: the list is not complete */
	struct xsi_join joins[LIMIT_JOINS_PER_AGENT];
};

/* Settings of a user's service. */
struct xsi_service {
	bool is_unassigned; /* the user has not got the service any more */
	bool has_info;
	enum xsi_flag active;
	struct str address; /* forward-to, remote office: as sent; "" none or taken away */
	uint32_t rings;     /* call forwarding no answer */
	enum xsi_flag ring_splash;
	/* hoteling and flexible seating guests; of a host, little is told about its guest */
	bool is_associated; /* host_user or guest_number is given */
	struct str host_user;
	struct str host_last_name;
	struct str host_first_name;
	struct str guest_number;  /* HotelingHost alone: number, or extension */
	struct str associated_at; /* xs:dateTime */
	enum xsi_flag limit_enabled;
	uint32_t limit_hours;
	enum xsi_flag host_limit_enabled;
	uint32_t host_limit_hours;
	struct str device_name; /* flexible seating: the device in use */
};

/* A call center's own services. */
struct xsi_queue_config {
	enum xsi_flag forced_forwarding;
	enum xsi_flag holiday;
	enum xsi_flag night;
	enum xsi_flag night_forced;
};

struct xsi_messages {
	uint32_t new_count;
	uint32_t old_count;
	uint32_t new_urgent_count;
	uint32_t old_urgent_count;
};

/* playCollectResult; XSI_DOC_PLAY: the id alone */
struct xsi_play {
	bool present;
	struct str id;
	enum xsi_play_end end;
	struct str digits;
	struct str error;
};

/* Counters; -1 where absent. */
struct xsi_monitoring {
	int64_t average_handling_s;
	int64_t expected_wait_s;
	int64_t average_answer_s;
	int64_t longest_wait_s;
	int64_t calls_in_queue;
	int64_t agents_assigned;
	int64_t agents_staffed;
	int64_t agents_idle;
	int64_t agents_unavailable;
	/* of one agent */
	int64_t average_acd_call_s;
	int64_t average_acd_outgoing_s;
	struct str alert; /* OnCallTime, IdleTime */
	int64_t alert_ms;
};

/* The arrays stand last and are valid as far as their counts say. */
struct xsi_event {
	enum xsi_event_kind kind;
	struct str type; /* the type's local name as sent, for logs */
	struct str event_id;
	uint32_t sequence;
	struct str subscription_id;
	struct str channel_id;
	struct str owner;       /* userId or clientId */
	struct str target;      /* targetId; "" = the owner itself */
	struct str target_sub;  /* targetSubId */
	struct str application; /* externalApplicationId */
	struct str contact;     /* httpContact/uri, in place of a channel */
	struct str shared;      /* sharedSubscriptionId */
	struct xsi_call call;   /* events with one call */
	enum xsi_hook hook;
	struct xsi_entry entry; /* QUEUE*, ROUTE*, MEDIA */
	uint32_t position;      /* in the queue, from 1; 0 absent */
	struct xsi_redirect redirect;
	struct xsi_redirected redirected;
	enum xsi_overflow overflow;
	enum xsi_update update;
	enum xsi_treatment_end treatment_end;
	enum xsi_reason reason;
	enum xsi_cpd cpd;
	bool is_treatment_started;
	bool is_entrance_playing;
	struct xsi_release release; /* RoutePointCallReleased: of the outgoing call */
	struct xsi_play play;
	struct str disposition;
	struct xsi_service service;
	struct xsi_queue_config queue_config;
	struct xsi_messages messages;
	struct xsi_monitoring monitoring;
	struct xsi_party parked; /* PARK; all "" when the call is parked no more */
	uint32_t call_count;     /* of calls[] */
	bool calls_cut;          /* more calls than the limit: the list is not complete */
	struct xsi_agent agent;
	struct xsi_conference conference;
	struct xsi_call calls[LIMIT_HALVES_PER_DEVICE]; /* CALLS, CALL_SNAPSHOT, XSI_DOC_CALLS */
};

struct xsi_channel {
	struct str channel_id;
	struct str channel_set;
	struct str application;
	uint32_t priority;
	uint32_t weight;
	uint64_t expires_s;
};

#define XSI_CHANNELS_MAX 64

/* One of SUBSCRIPTION or SUBSCRIPTION_LIST: see xsi_subscription_next(). */
struct xsi_subscription {
	struct str subscription_id;
	struct str owner;       /* subscriberId or clientId */
	struct str target_type; /* User, Group, ServiceProvider, System */
	struct str target;
	struct str target_sub;
	struct str channel_set;
	struct str contact; /* httpContact/uri */
	struct str application;
	uint64_t expires_s;
	uint32_t package_count;
	bool cut;                            /* more packages than the limit */
	struct str packages[LIMIT_PACKAGES]; /* of event or of eventPackageList */
};

/* One decoded document. Fields apply by kind. */
struct xsi_doc {
	enum xsi_doc_kind kind;
	struct xsi_channel channel; /* CHANNEL, CHANNEL_TERMINATED (id) */
	uint32_t channel_count;
	struct str reason;          /* CHANNEL_TERMINATED; ERROR, ERROR_EVENT: the text */
	struct str subscription_id; /* SUBSCRIPTION; first of a list, "" if the list is empty */
	uint64_t subscription_expires_s;
	uint32_t subscription_count; /* SUBSCRIPTION (1), SUBSCRIPTION_LIST */
	uint32_t entry_count;        /* QUEUE and the events QUEUE_SNAPSHOT, ROUTE_SNAPSHOT */
	uint32_t list;               /* for the two _next() functions; 0: no list */
	struct str call_id;          /* CALL_START */
	struct str tracking_id;
	uint64_t error_code;      /* ERROR, ERROR_EVENT; 0 if there is none */
	bool is_up;               /* CONTROLLER "ready", ROUTE_STATE "Normal" */
	struct str version;       /* VERSIONS: of the commands */
	struct str event_version; /* and of the event packages */
	struct xsi_channel channels[XSI_CHANNELS_MAX]; /* CHANNEL_SET */
	struct xsi_event event; /* EVENT, OLD_EVENT; parts of it as said at enum xsi_doc_kind */
};

/** "Alerting", "Remote Held" and so on, as in the schema; "none" for XSI_STATE_NONE. */
const char *xsi_state_name(enum xsi_call_state state);
/** "Originator" and so on, as in the schema; "none" for XSI_PERSONALITY_NONE. */
const char *xsi_personality_name(enum xsi_personality personality);
/** "Sign-In", "Available" and so on; "none" or "unknown" for the two others. */
const char *xsi_agent_state_name(enum xsi_agent_state state);
/** The state of that name; XSI_STATE_NONE for any other text. */
enum xsi_call_state xsi_state_of(struct str name);
/** The personality of that name; XSI_PERSONALITY_NONE for any other text. */
enum xsi_personality xsi_personality_of(struct str name);
/** The agent state of that name; _NONE for "", XSI_AGENT_UNKNOWN for any other text. */
enum xsi_agent_state xsi_agent_state_of(struct str name);

#endif
