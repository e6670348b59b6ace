/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TANDEM_TESTS_BWSIM_BWS_SERVICE_H
#define TANDEM_TESTS_BWSIM_BWS_SERVICE_H

#include "tests/bwsim/bws_package.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bws;
struct bws_buf;
struct bws_user;

/* What a service's settings consist of. */
enum bws_service_form {
	BWS_FORM_ACTIVE,
	BWS_FORM_SPLASH,         /* active, ringSplash */
	BWS_FORM_FORWARD,        /* active, forwardToPhoneNumber */
	BWS_FORM_FORWARD_SPLASH, /* active, forwardToPhoneNumber, ringSplash */
	BWS_FORM_FORWARD_RINGS,  /* active, forwardToPhoneNumber, numberOfRings */
	BWS_FORM_OFFICE,         /* active, remoteOfficeNumber */
	BWS_FORM_GUEST,          /* active, association with a host */
	BWS_FORM_HOST,           /* active, association with a guest */
	BWS_FORM_RING,           /* active, incomingCalls */
	BWS_FORM_PRESENCE,       /* active, presence */
	BWS_FORM_TRANSFER,       /* recall and camp-on */
	BWS_FORM_ANYWHERE,       /* where else it rings */
	BWS_FORM_SEQUENTIAL,     /* ringBaseLocationFirst ... */
	BWS_FORM_LEVEL,          /* overrideLevel */
	BWS_FORM_PROFILE,        /* profile */
	BWS_FORM_NONE            /* assigned or not, nothing to set */
};

/* The services of a user: name, URI part and root element, event type (NULL = it has none),
 * package, form. */
#define BWS_SERVICE_LIST(X) \
	X(DND, "DoNotDisturb", "DoNotDisturbEvent", DO_NOT_DISTURB, SPLASH) \
	X(CFA, "CallForwardingAlways", "CallForwardingAlwaysEvent", FORWARDING_ALWAYS, \
		FORWARD_SPLASH) \
	X(CFA2, "CallForwardingAlwaysSecondary", "CallForwardingAlwaysSecondaryEvent", \
		FORWARDING_ALWAYS_SECONDARY, FORWARD_SPLASH) \
	X(CFB, "CallForwardingBusy", "CallForwardingBusyEvent", FORWARDING_BUSY, FORWARD) \
	X(CFNA, "CallForwardingNoAnswer", "CallForwardingNoAnswerEvent", FORWARDING_NO_ANSWER, \
		FORWARD_RINGS) \
	X(OFFICE, "RemoteOffice", "RemoteOfficeEvent", REMOTE_OFFICE, OFFICE) \
	X(WAITING, "CallWaiting", "CallWaitingEvent", CALL_WAITING, ACTIVE) \
	X(GUEST, "HotelingGuest", "HotelingGuestEvent", HOTELING_GUEST, GUEST) \
	X(HOST, "HotelingHost", NULL, COUNT, HOST) \
	X(SEATING, "FlexibleSeatingGuest", "FlexibleSeatingGuestEvent", FLEXIBLE_SEATING_GUEST, \
		GUEST) \
	X(ANYWHERE, "BroadWorksAnywhere", "BroadWorksAnywhereEvent", BROADWORKS_ANYWHERE, \
		ANYWHERE) \
	X(SIM_RING, "SimultaneousRingPersonal", "SimultaneousRingPersonalEvent", \
		SIMULTANEOUS_RING, RING) \
	X(SEQ_RING, "SequentialRing", "SequentialRingEvent", SEQUENTIAL_RING, SEQUENTIAL) \
	X(SILENT, "SilentAlerting", "SilentAlertingEvent", SILENT_ALERTING, ACTIVE) \
	X(LEVEL, "SecurityClassification", "SecurityClassificationEvent", SECURITY_CLASSIFICATION, \
		LEVEL) \
	X(ASSISTANT, "PersonalAssistant", "PersonalAssistantEvent", PERSONAL_ASSISTANT, PRESENCE) \
	X(VOICE, "VoiceMessaging", "VoiceMessagingEvent", VOICE_MESSAGING, ACTIVE) \
	X(VOICE3, "ThirdPartyVoiceMailSupport", "ThirdPartyVoiceMailSupportEvent", \
		THIRD_PARTY_VOICE_MAIL, ACTIVE) \
	X(MUSIC, "MusicOnHold", "MusicOnHoldEvent", MUSIC_ON_HOLD, ACTIVE) \
	X(TRANSFER, "CallTransfer", "CallTransferEvent", CALL_TRANSFER, TRANSFER) \
	X(EXPRESS, "CommPilotExpress", "CommPilotExpressEvent", COMMPILOT_EXPRESS, PROFILE) \
	X(REDIAL, "LastNumberRedial", "LastNumberRedialEvent", LAST_NUMBER_REDIAL, NONE) \
	X(N_WAY, "N-WayCall", "N-WayCallEvent", N_WAY_CALL, NONE) \
	X(THREE_WAY, "ThreeWayCall", "ThreeWayCallEvent", THREE_WAY_CALL, NONE)

enum bws_service {
#define X(name, text, event, package, form) BWS_SERVICE_##name,
	BWS_SERVICE_LIST(X)
#undef X
	BWS_SERVICE_COUNT
};

/* Settings of one service of one user. Defaults: assigned, not active. */
struct bws_service_state {
	bool unassigned;
	bool active;
	bool ring_splash;
	int rings;                /* 0 = the default of 3 */
	char number[64];          /* where calls go; "" = none */
	char word[64];            /* presence, profile, incomingCalls, level; "" = the default */
	struct bws_user *partner; /* host of a guest, guest of a host */
	int64_t partner_ms;       /* since when */
};

struct bws_services {
	struct bws_service_state of[BWS_SERVICE_COUNT];
	int messages[4]; /* new, old, new urgent, old urgent */
};

/* Service with that URI part (letters of either case), or BWS_SERVICE_COUNT. */
enum bws_service bws_service_find(const char *name);

/* Service told by that package, or BWS_SERVICE_COUNT. */
enum bws_service bws_service_of_package(enum bws_package p);

const char *bws_service_text(enum bws_service s);

enum bws_service_form bws_service_form(enum bws_service s);

/* Type of the service's event, NULL = none. */
const char *bws_service_event(enum bws_service s);

/* Fields of the settings in the schema's order; @x is the prefix of elements. */
void bws_service_fields(
	struct bws_buf *b, const char *x, const struct bws_user *u, enum bws_service s);

/* Inner XML of the service's event. */
void bws_service_data(struct bws_buf *b, const struct bws_user *u, enum bws_service s);

/* Takes @to as the new settings, whoever asked for it: journal, event when that is a change (knob
 * service_event_always: in any case). Makes and ends the association of guest and host. Returns
 * NULL, or a sentence why it cannot be. */
const char *bws_service_set(
	struct bws_user *u, enum bws_service s, const struct bws_service_state *to);

/* Settings of the service. */
const struct bws_service_state *bws_service_get(const struct bws_user *u, enum bws_service s);

/* Inner XML of VoiceMailMessageSummaryEvent. */
void bws_service_messages_data(struct bws_buf *b, const struct bws_user *u);

/* The mailbox has changed: event. */
void bws_service_set_messages(struct bws_user *u, const int messages[4]);

#endif
