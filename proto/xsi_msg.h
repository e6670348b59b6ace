/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Xsi documents (events, channels, subscriptions, calls, errors) as structures.
 *
 * Only what the connector uses of them. Both the document's current form and the older plain forms
 * decode to the same structures. Texts are borrowed from the xml reader, trimmed.
 */
#ifndef TANDEM_PROTO_XSI_MSG_H
#define TANDEM_PROTO_XSI_MSG_H

#include "proto/base/limits.h"
#include "proto/base/str.h"

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
	XSI_DOC_OLD_EVENT,          /* an event of the v1.0 namespace: ignored with a log line */
	XSI_DOC_SUBSCRIPTION,       /* Subscription */
	XSI_DOC_SUBSCRIPTION_LIST,  /* SubscriptionList */
	XSI_DOC_CALL_START,         /* CallStartInfo */
	XSI_DOC_CALLS,              /* Calls */
	XSI_DOC_ERROR,              /* ErrorInfo */
};

/* eventData types; XX(name without "Event") */
#define XSI_EVENTS(XX) \
	XX(CallOriginating) \
	XX(CallOriginated) \
	XX(CallCollecting) \
	XX(CallReceived) \
	XX(CallAnswered) \
	XX(CallHeld) \
	XX(CallRetrieved) \
	XX(CallTransferred) \
	XX(CallForwarded) \
	XX(CallPickedUp) \
	XX(CallParkRetrieved) \
	XX(CallBargedIn) \
	XX(CallMonitored) \
	XX(CallUpdated) \
	XX(CallReleasing) \
	XX(CallReleased) \
	XX(CallDetached) \
	XX(CallRedirected) \
	XX(CallSubscription) \
	XX(CallSubscriptionResync) \
	XX(HookStatus) \
	XX(SubscriptionTerminated)

enum xsi_event_kind {
	XSI_EV_UNKNOWN, /* a type this version does not know: acknowledged and skipped */
#define XX(name) XSI_EV_##name,
	XSI_EVENTS(XX)
#undef XX
};

enum xsi_personality {
	XSI_PERSONALITY_NONE,
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

struct xsi_call {
	struct str call_id;
	struct str tracking_id;
	enum xsi_personality personality; /* NONE: absent, or one this version does not know */
	enum xsi_call_state state;
	struct str release_cause; /* internalReleaseCause; "" if none */
	enum xsi_releasing_party releasing;
	struct str remote_address; /* as sent: tel:..., sip:...; userDN if there is none */
	struct str remote_user;    /* userId; "" outside the group */
	struct str remote_name;    /* cut below LIMIT_ADDRESS bytes, between characters */
};

struct xsi_event {
	enum xsi_event_kind kind;
	struct str type; /* the type's local name as sent, for logs */
	struct str event_id;
	uint32_t sequence;
	struct str subscription_id;
	struct str channel_id;
	struct str owner;                               /* userId */
	struct str target;                              /* targetId; "" = the owner itself */
	struct xsi_call call;                           /* events with one call */
	struct xsi_call calls[LIMIT_HALVES_PER_DEVICE]; /* CallSubscription*, CallRedirected */
	uint32_t call_count;                            /* of calls[] */
	bool calls_cut; /* more calls than the limit: the list is not complete */
};

struct xsi_channel {
	struct str channel_id;
	struct str channel_set;
	uint64_t expires_s;
};

#define XSI_CHANNELS_MAX 64

/* One decoded document. Fields apply by kind. */
struct xsi_doc {
	enum xsi_doc_kind kind;
	struct xsi_event event;     /* EVENT; CALLS: calls[] with nothing but their call_id */
	struct xsi_channel channel; /* CHANNEL, CHANNEL_TERMINATED (id) */
	struct xsi_channel channels[XSI_CHANNELS_MAX]; /* CHANNEL_SET */
	uint32_t channel_count;
	struct str reason;          /* CHANNEL_TERMINATED; ERROR, ERROR_EVENT: the text */
	struct str subscription_id; /* SUBSCRIPTION; first of a list, "" if the list is empty */
	uint64_t subscription_expires_s;
	struct str call_id; /* CALL_START */
	struct str tracking_id;
	uint64_t error_code; /* ERROR, ERROR_EVENT; 0 if there is none */
};

/** "CallReceivedEvent" and so on, as in the schema; "unknown" for XSI_EV_UNKNOWN. */
const char *xsi_event_name(enum xsi_event_kind kind);
/** "Alerting", "Remote Held" and so on, as in the schema; "none" for XSI_STATE_NONE. */
const char *xsi_state_name(enum xsi_call_state state);
/** "Originator" and so on, as in the schema; "none" for XSI_PERSONALITY_NONE. */
const char *xsi_personality_name(enum xsi_personality personality);
/**
 * The kind of a type's local name ("CallReceivedEvent"); XSI_EV_UNKNOWN if this version does not
 * know it.
 */
enum xsi_event_kind xsi_event_of(struct str type);
/** The state of that name; XSI_STATE_NONE for any other text. */
enum xsi_call_state xsi_state_of(struct str name);
/** The personality of that name; XSI_PERSONALITY_NONE for any other text. */
enum xsi_personality xsi_personality_of(struct str name);

#endif
